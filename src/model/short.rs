//! Short words as one number, which is compared at once: owns `Short` and `Lately`. Knows no field.

use std::ops::RangeInclusive;

use crate::names::{Names, Symbol};
use crate::source::Span;

/// Words of at most 16 bytes as one number.
pub(super) type Short = u128;

/// Of sixteen bytes the first so many, by their number.
static OWN: [Short; 17] = {
    let mut own = [Short::MAX; 17];
    let mut length = 0;
    while length < 16 {
        own[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    own
};

/// The words at a span as one number, if they are short.
pub(super) fn short(text: &str, span: Span) -> Option<Short> {
    let own = OWN.get((span.end - span.start) as usize)?;
    let bytes = text.as_bytes().get(span.start as usize..)?.first_chunk()?;
    Some(u128::from_le_bytes(*bytes) & own)
}

/// Names that were met lately: most names of a text soon come again.
#[derive(Debug)]
pub(super) struct Lately {
    /// How many are kept, as a power of two.
    bits: u32,
    seats: Vec<Option<(Short, Symbol)>>,
}

/// Fewest and most names that are kept, as powers of two: with fewer, those that come often take the place of each
/// other; with more, they are as far away as the names themselves.
const KEPT_BITS: RangeInclusive<u32> = 10..=14;

impl Default for Lately {
    fn default() -> Self {
        Self::in_text(0)
    }
}

impl Lately {
    /// None yet of a text of so many bytes.
    pub(super) fn in_text(bytes: usize) -> Self {
        let bits = (bytes / 512).max(1).ilog2().clamp(*KEPT_BITS.start(), *KEPT_BITS.end());
        Self { bits, seats: Vec::new() }
    }

    /// The number of the name at a span, new or known.
    pub(super) fn symbol(&mut self, names: &mut Names, text: &str, span: Span) -> Symbol {
        let Some(word) = short(text, span) else { return names.intern(span.of(text)) };
        if self.seats.is_empty() {
            self.seats.resize(1 << self.bits, None);
        }
        let seat = self.seats.get_mut(seat(word, self.bits));
        let Some(kept) = seat else { return names.intern(span.of(text)) };
        match kept {
            Some((known, symbol)) if *known == word => *symbol,
            _ => kept.insert((word, names.intern(span.of(text)))).1,
        }
    }
}

/// Where a word is kept among so many, as a power of two. Only the highest bits of a product depend on all letters of a short word.
fn seat(word: Short, bits: u32) -> usize {
    let mixed = (word as u64 ^ (word >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (u64::BITS - bits)) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_has_one_number_however_it_is_found() {
        let (mut names, mut lately) = (Names::default(), Lately::default());
        let text: String = (0..2_000).map(|number| format!("plant-{number} ")).collect();
        let spans: Vec<Span> = text
            .split_whitespace()
            .map(|word| {
                let start = word.as_ptr() as usize - text.as_ptr() as usize;
                Span::new(start, start + word.len())
            })
            .collect();
        for _ in 0..2 {
            for span in &spans {
                let symbol = lately.symbol(&mut names, &text, *span);
                assert_eq!(names.get(span.of(&text)), Some(symbol));
            }
        }
        assert_eq!(names.len(), spans.len());
    }

    #[test]
    fn the_shortest_names_do_not_take_the_place_of_each_other() {
        let names: Vec<String> =
            ('a'..='z').flat_map(|letter| (0..9).map(move |digit| format!("{letter}{digit}"))).collect();
        let seats = names.iter().filter_map(|name| {
            let padded = format!("{name} and so much more");
            short(&padded, Span::new(0, name.len())).map(|word| seat(word, *KEPT_BITS.start()))
        });
        let seats: BTreeSet<usize> = seats.collect();
        assert!(seats.len() > names.len() / 2, "{} places for {} names", seats.len(), names.len());
    }

    #[test]
    fn short_words_differ_where_they_are_written_otherwise() {
        let text = "ab abc 0123456789abcdef 0123456789abcdefg and more words";
        let of = |start, end| short(text, Span::new(start, end));
        assert_eq!([of(0, 2), of(3, 5)].map(|word| word == of(0, 2)), [true, true]);
        assert_ne!(of(0, 2), of(3, 6));
        assert!(of(7, 23).is_some() && of(24, 41).is_none());
    }
}

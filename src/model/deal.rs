//! Reads the proposals of one portfolio on several threads: owns how its texts are dealt out.
//! What comes of it does not depend on the number of threads.

use super::Model;
use super::join::Part;
use super::load::{Loader, Text};
use super::short::Lately;
use super::values::Values;
use crate::schema::Schema;
use crate::source::Span;
use crate::syntax::{Pieces, Reader, View};
use crate::threads;

/// Least bytes of text that are worth a thread of their own.
const MIN_BYTES_FOR_THREAD: usize = 128 * 1024;

/// A text or a stretch of it, for one thread.
type Stretch<'t> = (Text<'t>, Span);

/// Reads all texts on top of the facts, in parts that follow each other; at least one.
pub(super) fn read(schema: &Schema, facts: &Model, texts: &[Text<'_>]) -> Vec<Part> {
    let total: usize = texts.iter().map(|text| text.text.len()).sum();
    let hands = match total / MIN_BYTES_FOR_THREAD {
        0 | 1 => 1,
        worth => worth.min(threads::most()),
    };
    let hands = deal(texts, total / hands);
    let parts: Option<Vec<Part>> =
        threads::on_each(hands, |hand| read_part(schema, facts, &hand)).into_iter().collect();
    // Where a text was cut inside of something, it must be read from its start.
    parts.unwrap_or_else(|| read_part(schema, facts, &whole(texts)).into_iter().collect())
}

fn whole<'t>(texts: &[Text<'t>]) -> Vec<Stretch<'t>> {
    texts.iter().map(|text| (*text, Span::new(0, text.text.len()))).collect()
}

/// Texts in order, about so many bytes for each thread. A text is cut where a `}` stands in the first column, since a
/// block most likely ends there.
fn deal<'t>(texts: &[Text<'t>], share: usize) -> Vec<Vec<Stretch<'t>>> {
    let mut hands = vec![Vec::new()];
    let mut dealt = 0;
    for (text, mut left) in whole(texts) {
        while !left.of(text.text).is_empty() {
            let room = (share * hands.len()).saturating_sub(dealt);
            let cut = seam(text.text, left.start as usize + room).unwrap_or(left.end);
            let (stretch, rest) = (Span { end: cut, ..left }, Span { start: cut, ..left });
            dealt += (stretch.end - stretch.start) as usize;
            if let Some(hand) = hands.last_mut() {
                hand.push((text, stretch));
            }
            if dealt >= share * hands.len() {
                hands.push(Vec::new());
            }
            left = rest;
        }
    }
    if hands.len() > 1 && hands.last().is_some_and(Vec::is_empty) {
        hands.pop();
    }
    hands
}

/// The first line after a place that follows one with a `}` in its first column.
fn seam(text: &str, from: usize) -> Option<u32> {
    let rest = text.as_bytes().get(from..)?;
    let brace = memchr::memmem::find(rest, b"\n}")? + 1;
    let line = memchr::memchr(b'\n', rest.get(brace..)?)? + 1;
    Some((from + brace + line) as u32)
}

/// Reads what one thread has to; nothing if a stretch does not end where a block ends.
fn read_part(schema: &Schema, facts: &Model, hand: &[Stretch<'_>]) -> Option<Part> {
    let mut part = Part::default();
    let mut loader = Loader::new(schema, facts.clone(), &mut part.diagnostics);
    let bytes = hand.iter().map(|(_, span)| (span.end - span.start) as usize).sum();
    loader.values = Values::from(facts.values.next());
    loader.values.reserve(bytes);
    loader.model.reserve(bytes);
    loader.lately = Lately::in_text(bytes);
    let mut reader = Reader::default();
    for (text, span) in hand {
        let Text { file, text } = *text;
        let mut pieces = Pieces::of_stretch(file, text, *span);
        while let Some(tree) = reader.read_next(&mut pieces, loader.diagnostics) {
            for view in View::roots(file, text, tree) {
                loader.entry(view, None);
            }
        }
        if pieces.failed {
            return None;
        }
        part.over_limit |= pieces.over_limit;
        loader.diagnostics.append(&mut pieces.diagnostics);
    }
    let Loader { model, values, noted, .. } = loader;
    (part.model, part.values, part.noted) = (model, values, noted);
    Some(part)
}

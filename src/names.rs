//! Names as numbers: owns `Symbol` and `Names`. Case does not distinguish names; what they name is unknown here.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// A name, whatever its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

/// All names met so far, in the spelling first met.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// All spellings, one behind the other.
    spellings: String,
    /// Where each ends.
    ends: Vec<u32>,
    /// The numbers, found by their spelling.
    numbers: HashTable<Symbol>,
}

impl Symbol {
    /// The name at a place among all, from 0.
    pub(crate) fn at(index: u32) -> Self {
        Self(index)
    }

    /// Its place among all names, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Names {
    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no name at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All names, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|number| self.text(Symbol(number)))
    }

    /// Makes room for so many more names of a usual length.
    pub fn reserve(&mut self, more: usize) {
        const USUAL_LENGTH: usize = 12;
        self.spellings.reserve(more * USUAL_LENGTH);
        self.ends.reserve(more);
        let Self { spellings, ends, numbers } = self;
        numbers.reserve(more, |symbol| hash(spelling(spellings, ends, *symbol)));
    }

    /// The number of a name, new or known.
    pub fn intern(&mut self, name: &str) -> Symbol {
        let Self { spellings, ends, numbers } = self;
        let known = |symbol: &Symbol| same(spelling(spellings, ends, *symbol), name);
        let again = |symbol: &Symbol| hash(spelling(spellings, ends, *symbol));
        match numbers.entry(hash(name), known, again) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => {
                let symbol = Symbol(ends.len() as u32);
                free.insert(symbol);
                spellings.push_str(name);
                ends.push(spellings.len() as u32);
                symbol
            }
        }
    }

    /// The number of a name that was met.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Symbol> {
        self.numbers.find(hash(name), |symbol| same(self.text(*symbol), name)).copied()
    }

    /// A name as it was first spelled.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> &str {
        spelling(&self.spellings, &self.ends, symbol)
    }
}

fn spelling<'n>(spellings: &'n str, ends: &[u32], symbol: Symbol) -> &'n str {
    let at = symbol.0 as usize;
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(at).copied().unwrap_or(start);
    spellings.get(start as usize..end as usize).unwrap_or("")
}

fn same(known: &str, name: &str) -> bool {
    // Most names are spelled alike, which is seen many bytes at a time.
    known == name || known.eq_ignore_ascii_case(name)
}

/// The same for names that differ in case only. Names of a portfolio mostly differ in their last digits, so each byte
/// must change all of the hash.
fn hash(name: &str) -> u64 {
    // This bit is what tells small letters from capitals; where it tells other signs apart, two names may
    // share a hash, which costs a comparison.
    const SMALL: u64 = u64::from_ne_bytes([0x20; 8]);
    let mut hash = name.len() as u64;
    let mut mix = |word: u64| {
        // Odd, with as many ones as zeros and no pattern among them: the fraction of the golden ratio.
        let product = u128::from(hash ^ (word | SMALL)) * 0x9e37_79b9_7f4a_7c15;
        hash = product as u64 ^ (product >> 64) as u64;
    };
    let mut rest = name.as_bytes();
    while let Some((eight, behind)) = rest.split_first_chunk() {
        mix(u64::from_le_bytes(*eight));
        rest = behind;
    }
    mix(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    hash
}

/// Longest name whose slips are sought: the work grows with the square of the length.
const MAX_SOUGHT: usize = 64;

/// The known name that a slip of the pen most likely meant: a swap of two letters counts as one slip, `O` and
/// `0`, `l` and `1` are the same, and a short name allows fewer slips than a long one.
#[must_use]
pub fn nearest<'n>(written: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if written.len() > MAX_SOUGHT {
        return None;
    }
    let fold =
        |name: &str| name.to_ascii_lowercase().replace('0', "o").replace(['1', 'i'], "l").replace('_', "-");
    let target = fold(written);
    let allowed = match target.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let distance = |name: &str| {
        let (longer, shorter) = (name.len().max(target.len()), name.len().min(target.len()));
        if longer - shorter > 4 * allowed { usize::MAX } else { strsim::osa_distance(&fold(name), &target) }
    };
    let scored = known.map(|name| (distance(name), name));
    scored.filter(|(slips, _)| *slips <= allowed).min().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_distinguish_names() {
        let mut names = Names::default();
        let plant = names.intern("Plant");
        assert_eq!(names.intern("pLANT"), plant);
        assert_eq!(names.text(plant), "Plant");
        assert_eq!(names.get("other"), None);
    }

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["tenor", "term", "register", "no-open-ending"];
        let near = |written| nearest(written, known.into_iter());
        assert_eq!(near("tenour"), Some("tenor"));
        assert_eq!(near("regsiter"), Some("register"));
        assert_eq!(near("n0-open-ending"), Some("no-open-ending"));
        assert_eq!(near("item"), None);
        let (long, longer) = ("a".repeat(MAX_SOUGHT), "a".repeat(MAX_SOUGHT + 1));
        assert_eq!(nearest(&long, [longer.as_str()].into_iter()), Some(longer.as_str()));
        assert_eq!(nearest(&longer, [long.as_str()].into_iter()), None);
        assert_eq!(near("US"), None);
    }
}

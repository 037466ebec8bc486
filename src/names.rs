//! Names as numbers: owns `Symbol` and `Names`. Case does not distinguish names; what they name is unknown here.

use rustc_hash::FxHashMap;

/// A name, whatever its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

/// All names met so far, in the spelling first met.
#[derive(Clone, Debug, Default)]
pub struct Names {
    spellings: Vec<Box<str>>,
    numbers: FxHashMap<Box<str>, Symbol>,
    folded: String,
}

impl Names {
    /// The number of a name, new or known.
    pub fn intern(&mut self, name: &str) -> Symbol {
        self.folded.clear();
        self.folded.push_str(name);
        self.folded.make_ascii_lowercase();
        if let Some(known) = self.numbers.get(self.folded.as_str()) {
            return *known;
        }
        let symbol = Symbol(self.spellings.len() as u32);
        self.spellings.push(name.into());
        self.numbers.insert(self.folded.as_str().into(), symbol);
        symbol
    }

    /// The number of a name that was met.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Symbol> {
        // Most names are written in small letters and need no copy.
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return self.numbers.get(name.to_ascii_lowercase().as_str()).copied();
        }
        self.numbers.get(name).copied()
    }

    /// A name as it was first spelled.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> &str {
        self.spellings.get(symbol.0 as usize).map_or("", |spelling| spelling)
    }
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

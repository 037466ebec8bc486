//! Units and dimensions: owns `Measure` (what a number counts, in base units) and `Dimension` (what may be
//! compared with it). A unit without `is` is a base unit; two base units of one dimension are never converted.

use rustc_hash::FxHashMap;

use crate::names::{Names, Symbol};
use crate::value::Ratio;

/// A product of at most two things over at most two others, in a fixed order; 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
struct Powers {
    over: [u8; 2],
    under: [u8; 2],
}

impl Powers {
    fn one(id: u8) -> Powers {
        Powers { over: [0, id], under: [0, 0] }
    }

    fn inverse(self) -> Powers {
        Powers { over: self.under, under: self.over }
    }

    fn times(self, other: Powers) -> Option<Powers> {
        let mut over: Vec<u8> = self.over.into_iter().chain(other.over).filter(|id| *id != 0).collect();
        let mut under: Vec<u8> = self.under.into_iter().chain(other.under).filter(|id| *id != 0).collect();
        over.retain(|id| match under.iter().position(|below| below == id) {
            Some(at) => {
                under.remove(at);
                false
            }
            None => true,
        });
        Some(Powers { over: Self::pair(over)?, under: Self::pair(under)? })
    }

    fn pair(mut ids: Vec<u8>) -> Option<[u8; 2]> {
        ids.sort_unstable();
        match ids.as_slice() {
            [] => Some([0, 0]),
            [only] => Some([0, *only]),
            [a, b] => Some([*a, *b]),
            _ => None,
        }
    }
}

/// What a number counts, in base units (`kg/month`, `USD`); nothing for a pure number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Measure(Powers);

impl Measure {
    /// A pure number.
    pub const NUMBER: Measure = Measure(Powers { over: [0, 0], under: [0, 0] });

    /// The measure of a product; `None` if it is of more than two things over two.
    #[must_use]
    pub fn times(self, other: Measure) -> Option<Measure> {
        self.0.times(other.0).map(Measure)
    }

    /// The measure of a quotient; see [`Measure::times`].
    #[must_use]
    pub fn per(self, other: Measure) -> Option<Measure> {
        self.0.times(other.0.inverse()).map(Measure)
    }
}

/// What a number is about, whatever the unit (`mass/time`, `money`); nothing for a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Dimension(Powers);

impl Dimension {
    /// A ratio or count.
    pub const RATIO: Dimension = Dimension(Powers { over: [0, 0], under: [0, 0] });

    /// The dimension of a product; see [`Measure::times`].
    #[must_use]
    pub fn times(self, other: Dimension) -> Option<Dimension> {
        self.0.times(other.0).map(Dimension)
    }

    /// The dimension of a quotient; see [`Measure::times`].
    #[must_use]
    pub fn per(self, other: Dimension) -> Option<Dimension> {
        self.0.times(other.0.inverse()).map(Dimension)
    }
}

#[derive(Clone, Copy, Debug)]
struct Unit {
    root: u8,
    factor: Ratio,
}

#[derive(Clone, Debug)]
struct Root {
    name: Symbol,
    dimension: u8,
    /// The units in which amounts that were worked out are shown, above and below the line.
    shown: [Option<Symbol>; 2],
}

/// A word for a unit that is not accepted, and what to write instead.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The unit to write.
    pub write: String,
    /// What the word means, or why it is not clear.
    pub because: String,
    /// Whether the meaning is certain.
    pub certain: bool,
}

/// A sign for a currency that is not accepted, and what to write instead.
#[derive(Clone, Debug)]
pub struct Sign {
    /// The sign, as in `A$`.
    pub mark: String,
    /// The rest, as for words.
    pub refused: Refused,
}

/// All units.
#[derive(Clone, Debug, Default)]
pub struct Units {
    roots: Vec<Root>,
    dimensions: Vec<String>,
    units: FxHashMap<Symbol, Unit>,
    refused: FxHashMap<Symbol, Refused>,
    signs: Vec<Sign>,
}

impl Units {
    /// Declares a base unit; false if there are too many.
    pub(super) fn add_root(&mut self, name: Symbol, dimension: &str) -> bool {
        let dimension = self.dimensions.iter().position(|known| known == dimension).unwrap_or_else(|| {
            self.dimensions.push(dimension.to_owned());
            self.dimensions.len() - 1
        });
        if self.roots.len() >= usize::from(u8::MAX) - 1 || dimension >= usize::from(u8::MAX) - 1 {
            return false;
        }
        self.roots.push(Root { name, dimension: dimension as u8 + 1, shown: [None, None] });
        self.units.insert(name, Unit { root: self.roots.len() as u8, factor: Ratio::ONE });
        true
    }

    /// Declares a unit as so many of another; false if that one is not known.
    pub(super) fn add_derived(&mut self, name: Symbol, factor: Ratio, of: Symbol) -> bool {
        let Some(base) = self.units.get(&of).copied() else { return false };
        let factor = factor.mul(base.factor, crate::value::Round::Down);
        self.units.insert(name, Unit { root: base.root, factor });
        true
    }

    /// Shows amounts that were worked out in this unit, above or below the line.
    pub(super) fn show_in(&mut self, name: Symbol, below: bool) {
        if let Some(unit) = self.units.get(&name)
            && let Some(root) = self.roots.get_mut(usize::from(unit.root).wrapping_sub(1))
            && let Some(shown) = root.shown.get_mut(usize::from(below))
        {
            *shown = Some(name);
        }
    }

    pub(super) fn add_alias(&mut self, alias: Symbol, unit: Symbol) {
        if let Some(known) = self.units.get(&unit).copied() {
            self.units.entry(alias).or_insert(known);
        }
    }

    pub(super) fn refuse(&mut self, word: Symbol, refused: Refused) {
        self.refused.insert(word, refused);
    }

    pub(super) fn add_sign(&mut self, sign: Sign) {
        self.signs.push(sign);
        // The longest sign is meant: `A$` before `$`.
        self.signs.sort_by_key(|sign| std::cmp::Reverse(sign.mark.len()));
    }

    /// The measure of one of this unit, and how many base units it is.
    #[must_use]
    pub fn get(&self, name: Symbol) -> Option<(Measure, Ratio)> {
        self.units.get(&name).map(|unit| (Measure(Powers::one(unit.root)), unit.factor))
    }

    /// The words that name units.
    pub fn words(&self) -> impl Iterator<Item = Symbol> {
        self.units.keys().copied()
    }

    /// Why a word is refused as a unit.
    #[must_use]
    pub fn refused(&self, name: Symbol) -> Option<&Refused> {
        self.refused.get(&name)
    }

    /// The currency sign with which a text begins.
    #[must_use]
    pub fn sign(&self, text: &str) -> Option<&Sign> {
        self.signs.iter().find(|sign| text.starts_with(&sign.mark))
    }

    /// What a measure is about.
    #[must_use]
    pub fn dimension(&self, measure: Measure) -> Dimension {
        let of = |root: u8| match root {
            0 => 0,
            root => self.roots.get(usize::from(root) - 1).map_or(0, |root| root.dimension),
        };
        let mut powers = Powers { over: measure.0.over.map(of), under: measure.0.under.map(of) };
        powers.over.sort_unstable();
        powers.under.sort_unstable();
        Dimension(powers)
    }

    /// Reads `mass/time`, `money` or `ratio`.
    #[must_use]
    pub fn parse_dimension(&self, text: &str) -> Option<Dimension> {
        let one = |name: &str| {
            let at = self.dimensions.iter().position(|known| known == name)?;
            Some(Dimension(Powers::one(at as u8 + 1)))
        };
        match text.split_once('/') {
            _ if text == "ratio" || text == "count" => Some(Dimension::RATIO),
            Some((over, under)) => one(over.trim())?.per(one(under.trim())?),
            None => one(text),
        }
    }

    /// Whether a measure is an amount of money: a currency and nothing else.
    #[must_use]
    pub fn is_money(&self, measure: Measure) -> bool {
        self.parse_dimension("money").is_some_and(|money| self.dimension(measure) == money)
    }

    /// A dimension in words: `mass per time`.
    #[must_use]
    pub fn name(&self, dimension: Dimension) -> String {
        let names = |ids: [u8; 2]| -> Vec<&str> {
            let known = |id: &u8| self.dimensions.get(usize::from(*id).wrapping_sub(1)).map(String::as_str);
            ids.iter().filter_map(known).collect()
        };
        let (over, under) = (names(dimension.0.over), names(dimension.0.under));
        match (over.is_empty(), under.is_empty()) {
            (true, true) => "a plain number".into(),
            (false, true) => over.join(" times "),
            (true, false) => format!("something per {}", under.join(" and ")),
            (false, false) => format!("{} per {}", over.join(" times "), under.join(" and ")),
        }
    }

    /// How amounts of a measure are shown: what the number in base units is multiplied by, and the unit. The
    /// unit is one that its declaration says is `shown`, else the base unit.
    #[must_use]
    pub fn display(&self, measure: Measure, names: &Names) -> (Ratio, String) {
        let mut scale = Ratio::ONE;
        let mut side = |ids: [u8; 2], over: bool| -> Vec<String> {
            let known = ids.into_iter().filter_map(|id| self.roots.get(usize::from(id).checked_sub(1)?));
            known
                .map(|root| {
                    let shown = root.shown.get(usize::from(!over)).copied().flatten();
                    let shown = shown.and_then(|name| self.units.get(&name).map(|unit| (name, unit.factor)));
                    let (name, factor) = shown.unwrap_or((root.name, Ratio::ONE));
                    let round = crate::value::Round::Down;
                    scale = if over { scale.div(factor, round) } else { scale.mul(factor, round) };
                    names.text(name).to_owned()
                })
                .collect()
        };
        let (over, under) = (side(measure.0.over, true).join(" "), side(measure.0.under, false));
        let per: String = under.iter().map(|unit| format!("/{unit}")).collect();
        (scale, format!("{over}{per}"))
    }

    /// The base unit's name of a measure's single thing, as for a currency.
    #[must_use]
    pub fn root_name<'n>(&self, measure: Measure, names: &'n Names) -> Option<&'n str> {
        let [0, root] = measure.0.over else { return None };
        let root = self.roots.get(usize::from(root).checked_sub(1)?)?;
        Some(names.text(root.name))
    }
}

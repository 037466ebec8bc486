//! What may be said: owns kinds, fields, value types, enums, units and parameters as the declarations give
//! them. Knows no particular kind, no proposal and no rule.

mod declare;
mod starter;
mod types;
mod units;

pub use declare::{Declarations, KEYWORDS, load};
pub use starter::starter;
pub use types::{Base, Many, Type, Word};
pub use units::{Dimension, Measure, Refused, Sign, Units};

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::names::{Names, Symbol, nearest};
use crate::source::Place;

/// Most kinds that one schema may have: sets of them are bits of a number.
pub const MAX_KINDS: usize = 128;
/// Most fields that one kind may have, inherited ones included.
pub const MAX_FIELDS: usize = 64;

/// Number of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindId(pub u8);

/// Number of an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumId(pub u16);

/// Number of a field within its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u8);

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub struct KindSet {
    // Two halves: a number of 128 bits would make all that holds a set a third larger.
    low: u64,
    high: u64,
}

impl KindSet {
    /// No kind.
    pub const EMPTY: KindSet = KindSet::of(0);
    /// Every kind.
    pub const ALL: KindSet = KindSet::of(u128::MAX);

    const fn of(bits: u128) -> KindSet {
        KindSet { low: bits as u64, high: (bits >> u64::BITS) as u64 }
    }

    const fn bits(self) -> u128 {
        (self.high as u128) << u64::BITS | self.low as u128
    }

    /// Just one kind.
    #[must_use]
    pub fn one(kind: KindId) -> KindSet {
        KindSet::of(1 << kind.0)
    }

    /// The kinds of both sets.
    #[must_use]
    pub fn union(self, other: KindSet) -> KindSet {
        KindSet::of(self.bits() | other.bits())
    }

    /// The kinds that are in both sets.
    #[must_use]
    pub fn common(self, other: KindSet) -> KindSet {
        KindSet::of(self.bits() & other.bits())
    }

    /// The kinds of this set that are not in the other.
    #[must_use]
    pub fn without(self, other: KindSet) -> KindSet {
        KindSet::of(self.bits() & !other.bits())
    }

    /// Whether the kind is one of them.
    #[must_use]
    pub fn has(self, kind: KindId) -> bool {
        let half = if kind.0 < 64 { self.low } else { self.high };
        half >> (kind.0 % 64) & 1 == 1
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.bits() == 0
    }

    /// The kinds, in the order of declaration.
    pub fn iter(self) -> impl Iterator<Item = KindId> {
        let mut rest = self.bits();
        std::iter::from_fn(move || {
            let kind = KindId(u8::try_from(rest.trailing_zeros()).ok()?);
            rest &= rest.checked_sub(1)?;
            Some(kind)
        })
    }
}

/// What a kind of block may hold and where it may stand.
#[derive(Clone, Debug)]
pub struct Kind {
    /// As in the head of its blocks.
    pub name: Symbol,
    /// In a few words, for people.
    pub title: String,
    /// Lists blocks of this kind inside another (`p.targets`).
    pub plural: Option<Symbol>,
    /// The kind that it specialises.
    pub is: Option<KindId>,
    /// It and all kinds that specialise it.
    pub family: KindSet,
    /// Kinds of blocks in which it may stand.
    pub inside: KindSet,
    /// May stand in any block.
    pub anywhere: bool,
    /// Is not written itself; its specialisations are.
    pub is_abstract: bool,
    /// A quoted name may stand for an entity nobody declared.
    pub open: bool,
    /// Stands in fact files only.
    pub fact: bool,
    /// Bounds names, dates and waivers.
    pub scope: bool,
    /// At most one per portfolio.
    pub single: bool,
    /// Quantities may be of it.
    pub amounts_of: bool,
    /// Shown by its title and not by its id.
    pub shown_by_title: bool,
    /// The field with the as-of date.
    pub dated: Option<Slot>,
    /// The field that a path takes along.
    pub carries: Option<Slot>,
    /// A whole fact as a sentence, with `{field}` in it.
    pub states: Option<String>,
    /// Its fields, inherited ones first.
    pub fields: Vec<Field>,
    /// Their names, close together: each field that is read is sought here.
    pub(super) field_names: Vec<Symbol>,
    /// Those of its fields without which a block means nothing, as bits.
    pub required: u64,
    /// Where it is declared.
    pub place: Place,
}

impl Kind {
    /// The field of that name.
    #[must_use]
    pub fn slot(&self, name: Symbol) -> Option<Slot> {
        self.field_names.iter().position(|known| *known == name).map(|at| Slot(at as u8))
    }

    /// The field at a slot.
    #[must_use]
    pub fn field(&self, slot: Slot) -> Option<&Field> {
        self.fields.get(slot.0 as usize)
    }
}

/// One field of a kind.
#[derive(Clone, Debug)]
pub struct Field {
    /// As written before the colon.
    pub name: Symbol,
    /// What its value may be.
    pub ty: Type,
    /// Without it the block means nothing.
    pub required: bool,
    /// The value where it is not written: a place in a schema file, read like any value.
    pub default: Option<Place>,
    /// The name under which what it refers to lists the blocks that refer to it.
    pub reverse: Option<Symbol>,
    /// What it says, for people. Kinds that inherit the field share its texts.
    pub doc: Arc<str>,
    /// A value as a drafter would write it.
    pub example: Option<Arc<str>>,
    /// The fact as a sentence, with `{id}` and `{value}` in it.
    pub states: Option<Arc<str>>,
    /// Where it is declared.
    pub place: Place,
}

/// Words of which a field holds one.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name.
    pub name: Symbol,
    /// Its values, lowest first where it is ordered.
    pub values: Vec<Symbol>,
    /// Whether `<` means something between its values.
    pub ordered: bool,
    /// Values that make a recipe certain, as a set of ordinals (see `upstream` in the rule language).
    pub certain: u64,
    /// Values that make a recipe possible.
    pub possible: u64,
}

impl Enum {
    /// The place of a value among the values.
    #[must_use]
    pub fn ordinal(&self, value: Symbol) -> Option<u16> {
        self.values.iter().position(|known| *known == value).map(|at| at as u16)
    }
}

/// A judgement that a project may set; it is printed with every finding that depends on it.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Symbol,
    /// Its value, as written in a schema file, by a project or after `--param`.
    pub value: Place,
    /// Its value where nobody sets it.
    pub default: Place,
    /// Why it is what it is.
    pub why: String,
    /// Where the figure comes from, if it has a source.
    pub source: Option<String>,
}

impl Parameter {
    /// Whether it bears a name, in any case.
    #[must_use]
    pub fn is_called(&self, name: &str, schema: &Schema) -> bool {
        schema.names.text(self.name).eq_ignore_ascii_case(name)
    }
}

/// All that may be said.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// All names of the schema, facts and rules.
    pub names: Names,
    /// Units, dimensions, and words for them that are refused.
    pub units: Units,
    kinds: Vec<Kind>,
    enums: Vec<Enum>,
    parameters: Vec<Parameter>,
    /// The kinds that a quantity may be of.
    pub amounts_of: KindSet,
    /// By the number of a name: the kind that bears it.
    kinds_by_name: Vec<Option<KindId>>,
    enums_by_name: FxHashMap<Symbol, EnumId>,
    kinds_by_plural: FxHashMap<Symbol, KindId>,
    fields_by_reverse: FxHashMap<Symbol, Vec<(KindId, Slot)>>,
}

impl Schema {
    /// The kind of that name.
    #[must_use]
    pub fn kind_named(&self, name: &str) -> Option<KindId> {
        self.kind_of(self.names.get(name)?)
    }

    /// The kind that bears a name, by its number.
    #[must_use]
    pub fn kind_of(&self, name: Symbol) -> Option<KindId> {
        self.kinds_by_name.get(name.index()).copied().flatten()
    }

    /// The kind whose plural a name is.
    #[must_use]
    pub fn kind_in_plural(&self, name: Symbol) -> Option<KindId> {
        self.kinds_by_plural.get(&name).copied()
    }

    /// The fields whose reverse bears a name.
    #[must_use]
    pub fn reversed(&self, name: Symbol) -> &[(KindId, Slot)] {
        self.fields_by_reverse.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The kind of that number.
    ///
    /// Numbers are given out by this schema only, so the first kind stands in for one that cannot be.
    #[must_use]
    pub fn kind(&self, id: KindId) -> Option<&Kind> {
        self.kinds.get(id.0 as usize)
    }

    /// All kinds with their numbers.
    pub fn kinds(&self) -> impl Iterator<Item = (KindId, &Kind)> {
        self.kinds.iter().enumerate().map(|(at, kind)| (KindId(at as u8), kind))
    }

    /// The enum of that name.
    #[must_use]
    pub fn enum_named(&self, name: &str) -> Option<EnumId> {
        self.enums_by_name.get(&self.names.get(name)?).copied()
    }

    /// The enum of that number.
    #[must_use]
    pub fn get_enum(&self, id: EnumId) -> Option<&Enum> {
        self.enums.get(id.0 as usize)
    }

    /// All enums with their numbers.
    pub fn enums(&self) -> impl Iterator<Item = (EnumId, &Enum)> {
        self.enums.iter().enumerate().map(|(at, declared)| (EnumId(at as u16), declared))
    }

    /// All parameters, in the order of declaration.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Sets parameters to values that stand elsewhere, as after `--param`.
    pub fn set_parameters(&mut self, set: &[(String, Place)], diagnostics: &mut Vec<Diagnostic>) {
        for (name, place) in set {
            let at = self.parameters.iter().position(|known| known.is_called(name, self));
            if let Some(known) = at.and_then(|at| self.parameters.get_mut(at)) {
                known.value = *place;
                continue;
            }
            let near = nearest(name, self.parameters.iter().map(|known| self.names.text(known.name)));
            let label = near.map_or_else(|| "not declared".into(), |near| format!("did you mean `{near}`?"));
            let message = format!("there is no parameter `{name}`");
            let found =
                Diagnostic::new("undefined-reference", Severity::Error, message, place.file, place.span);
            diagnostics.push(found.label(label));
        }
    }

    /// The name of a kind.
    #[must_use]
    pub fn kind_name(&self, id: KindId) -> &str {
        self.kind(id).map_or("", |kind| self.names.text(kind.name))
    }

    /// The field of a kind at a slot.
    #[must_use]
    pub fn field(&self, kind: KindId, slot: Slot) -> Option<&Field> {
        self.kind(kind)?.field(slot)
    }

    /// The word for one value of an enum.
    #[must_use]
    pub fn enum_word(&self, id: EnumId, ordinal: u16) -> &str {
        let value = self.get_enum(id).and_then(|declared| declared.values.get(ordinal as usize));
        value.map_or("", |value| self.names.text(*value))
    }

    /// Kinds as a person lists them: `` `a`, `b` or `c` ``.
    #[must_use]
    pub fn list_kinds(&self, kinds: KindSet) -> String {
        if kinds == KindSet::ALL {
            return "block or fact".into();
        }
        // A family is named by its head where all of it is meant.
        let heads = kinds.iter().filter(|id| {
            let parent = self.kind(*id).and_then(|kind| kind.is).and_then(|is| self.kind(is));
            parent.is_none_or(|parent| parent.family.common(kinds) != parent.family)
        });
        let names: Vec<&str> = heads.map(|id| self.kind_name(id)).collect();
        or_list(&names)
    }
}

/// Words as a person lists them: `a, b or c`.
#[must_use]
pub fn or_list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [front @ .., last] => format!("{} or {last}", front.join(", ")),
    }
}

//! Types of fields: owns `Type` and what it is called in messages. Knows how no value is read.

use super::{Dimension, EnumId, KindSet, Schema, or_list};

/// How many values a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    /// One.
    One,
    /// `[a, b]`; one alone may do without brackets.
    List,
    /// `[a 80%, b 20%]`; one alone holds all.
    Shares,
}

/// The word by which a schema names a type of quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// A number with a unit.
    Quantity,
    /// A sum of money.
    Money,
    /// A part of a whole.
    Percent,
    /// A number alone.
    Number,
    /// A length of time.
    Duration,
}

/// One of the things that a value may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Base {
    /// A number with unit, in one of these dimensions (any, if there is none).
    Quantity(Word, Vec<Dimension>),
    /// A day, month, quarter, half or year.
    Date,
    /// `yes` or `no`.
    YesNo,
    /// Quoted prose.
    Text,
    /// One of a list of words.
    Enum(EnumId),
    /// The name of a block or fact of one of these kinds.
    Kinds(KindSet),
}

/// What the value of a field may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// How many.
    pub many: Many,
    /// Each may be any of these.
    pub bases: Vec<Base>,
    kinds: KindSet,
    words: Option<EnumId>,
    text: bool,
    date: bool,
}

impl Type {
    /// So many values, each any of these.
    #[must_use]
    pub fn new(many: Many, bases: Vec<Base>) -> Self {
        let kinds = bases.iter().fold(KindSet::EMPTY, |set, base| match base {
            Base::Kinds(kinds) => set.union(*kinds),
            _ => set,
        });
        let words = bases.iter().find_map(|base| match base {
            Base::Enum(id) => Some(*id),
            _ => None,
        });
        let (text, date) = (bases.contains(&Base::Text), bases.contains(&Base::Date));
        Self { many, bases, kinds, words, text, date }
    }

    /// The kinds that a name in this field may refer to.
    #[must_use]
    pub fn kinds(&self) -> KindSet {
        self.kinds
    }

    /// The enum of which this field holds a word.
    #[must_use]
    pub fn words(&self) -> Option<EnumId> {
        self.words
    }

    /// Whether prose may stand here.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        self.text
    }

    /// Whether a date may stand here.
    #[must_use]
    pub fn takes_date(&self) -> bool {
        self.date
    }

    /// Whether `yes` and `no` may stand here.
    #[must_use]
    pub fn takes_yes_no(&self) -> bool {
        self.bases.contains(&Base::YesNo)
    }

    /// The type of quantity that may stand here.
    #[must_use]
    pub fn quantity(&self) -> Option<(Word, &[Dimension])> {
        self.bases.iter().find_map(|base| match base {
            Base::Quantity(word, dimensions) => Some((*word, dimensions.as_slice())),
            _ => None,
        })
    }

    /// What may stand here, in words.
    #[must_use]
    pub fn describe(&self, schema: &Schema) -> String {
        let words: Vec<String> = self.bases.iter().map(|base| describe_base(base, schema)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match self.many {
            Many::One => or_list(&words),
            Many::List => format!("a list `[a, b]`, each {}", or_list(&words)),
            Many::Shares => format!("shares `[a 80%, b 20%]`, each {}", or_list(&words)),
        }
    }
}

fn describe_base(base: &Base, schema: &Schema) -> String {
    match base {
        Base::Quantity(Word::Money, _) => "a sum of money with its currency".into(),
        Base::Quantity(Word::Percent, _) => "a percentage".into(),
        Base::Quantity(Word::Number, _) => "a plain number".into(),
        Base::Quantity(Word::Duration, _) => "a length of time".into(),
        Base::Quantity(Word::Quantity, dimensions) => match dimensions.first() {
            Some(dimension) => format!("an amount of {} with its unit", schema.units.name(*dimension)),
            None => "an amount with its unit".into(),
        },
        Base::Date => "a date".into(),
        Base::YesNo => "`yes` or `no`".into(),
        Base::Text => "words in quotation marks".into(),
        Base::Enum(id) => {
            let values = schema.get_enum(*id).map_or(&[][..], |declared| &declared.values);
            let words: Vec<String> =
                values.iter().map(|value| format!("`{}`", schema.names.text(*value))).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            or_list(&words)
        }
        Base::Kinds(kinds) => format!("the name of a {}", schema.list_kinds(*kinds)),
    }
}

//! What only facts have: owns `Provenance`, `Group` and the names under which they are known.

use super::EntityId;
use crate::names::Symbol;
use crate::schema::KindId;
use crate::source::Place;

/// Number of a [`Provenance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProvenanceId(pub u32);

/// Number of a [`Group`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub u16);

/// How well a fact is known, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Not looked up again.
    Memory,
    /// Concluded from something else.
    Inferred,
    /// Read in the trade press.
    TradePress,
    /// Worked out from what was read.
    Computed,
    /// Read at the source named.
    Read,
}

impl Confidence {
    /// The word for it in fact files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Memory => "memory",
            Confidence::Inferred => "inferred",
            Confidence::TradePress => "trade-press",
            Confidence::Computed => "computed",
            Confidence::Read => "read",
        }
    }

    /// The confidence of that name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        use Confidence::{Computed, Inferred, Memory, Read, TradePress};
        [Memory, Inferred, TradePress, Computed, Read].into_iter().find(|known| known.as_str() == word)
    }
}

/// A fact that bears a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub fact: EntityId,
    pub trade_name: bool,
}

/// All facts that bear a name, in written order; most names are of one.
#[derive(Clone, Debug)]
pub(super) struct Bearers {
    first: Known,
    others: Vec<Known>,
    /// Whether the name holds a dot, and so may mean a part of a block.
    pub dotted: bool,
}

impl Bearers {
    pub(super) fn new(name: &str, first: Known) -> Self {
        Self { first, others: Vec::new(), dotted: name.contains('.') }
    }

    pub(super) fn add(&mut self, known: Known) {
        self.others.push(known);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Known> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// Where a fact comes from.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// The publication.
    pub source: String,
    /// The date of the source, as written.
    pub as_of: String,
    /// How well it is known.
    pub confidence: Confidence,
    /// Whether its sources contradict each other.
    pub disputed: bool,
}

impl Provenance {
    /// Why a finding that rests on it is a warning at most, if it is.
    #[must_use]
    pub fn cap(&self) -> Option<&'static str> {
        match self.confidence {
            _ if self.disputed => Some("rests on a fact in dispute"),
            Confidence::Memory => Some("rests on a fact from memory, not read again"),
            Confidence::Inferred => Some("rests on a fact that is inferred, not read"),
            Confidence::TradePress | Confidence::Computed | Confidence::Read => None,
        }
    }
}

/// A named list of facts.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: Symbol,
    /// The kind of its members.
    pub of: KindId,
    /// Its members, in written order.
    pub members: Vec<EntityId>,
    /// Completes the sentence "X is …".
    pub means: String,
    /// Where the list comes from.
    pub provenance: Option<ProvenanceId>,
    /// Where it is declared.
    pub place: Place,
}

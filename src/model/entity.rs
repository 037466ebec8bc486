//! What is kept of a block: owns `Entity`. Knows where its values lie, and none of them.

use std::num::NonZeroU32;
use std::ops::Range;

use super::{EntityId, NONE};
use crate::names::Symbol;
use crate::schema::KindId;
use crate::source::{FileId, Span};
use crate::syntax;

/// A block or fact, or a quoted name that no block or fact bears.
// There are many: what can be found again in the text is not kept.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its kind.
    pub kind: KindId,
    /// Its name; that of the kind if it has none.
    pub name: Symbol,
    /// One past the last entity inside.
    pub end: u32,
    /// Where it stands.
    pub file: FileId,
    /// Its kind and name, or the quoted name.
    pub head: Span,
    /// Where a field that is missing would be written.
    pub body_end: u32,
    /// Whether somebody wrote it.
    pub standing: Standing,
    /// Whether it was given a name of its own.
    pub(super) named: bool,
    /// The number of the block around it; that of no entity if it stands in none.
    around: u32,
    /// Where its title begins, with the quotation mark.
    title: Option<NonZeroU32>,
    /// Of each field whether it is written.
    pub(super) written: u64,
    pub(super) first_cell: u32,
}

impl Entity {
    /// One of which nothing is known yet but its head.
    pub(super) fn new(kind: KindId, name: Symbol, file: FileId, head: Span, standing: Standing) -> Self {
        Self {
            kind,
            name,
            end: 0,
            file,
            head,
            body_end: 0,
            standing,
            named: false,
            around: NONE,
            title: None,
            written: 0,
            first_cell: 0,
        }
    }

    /// The same inside a block, with a title in quotation marks at a place.
    pub(super) fn inside(self, parent: Option<EntityId>, title: Option<Span>) -> Self {
        let title = title.and_then(|quoted| NonZeroU32::new(quoted.start));
        Self { around: parent.map_or(NONE, |parent| parent.0), title, ..self }
    }

    /// The same behind others, whose numbers come first.
    pub(super) fn moved(
        self,
        entity: impl Fn(EntityId) -> EntityId,
        symbol: impl Fn(Symbol) -> Symbol,
        cells: u32,
    ) -> Self {
        Self {
            name: symbol(self.name),
            end: entity(EntityId(self.end)).0,
            around: self.parent().map_or(NONE, |parent| entity(parent).0),
            first_cell: self.first_cell + cells,
            ..self
        }
    }

    /// The block around it.
    #[must_use]
    pub fn parent(&self) -> Option<EntityId> {
        (self.around != NONE).then_some(EntityId(self.around))
    }

    /// What stands between the quotes of its title, in the text of its file.
    #[must_use]
    pub fn title(&self, text: &str) -> Option<Span> {
        self.title.map(|start| syntax::quoted(text, start.get()))
    }

    /// The numbers of its cells.
    pub(super) fn cells(&self) -> Range<u32> {
        self.first_cell..self.first_cell + self.written.count_ones()
    }
}

/// How an entity came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A block or fact.
    Declared,
    /// A quoted name that nothing bears: nothing is known of it.
    Free,
    /// A block that nobody wrote, of a kind of which each portfolio has one: all its fields have defaults.
    Implied,
}

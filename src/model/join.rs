//! Puts what was read of stretches of a portfolio one behind the other: owns how numbers of entities, values and names
//! move. Knows no order in which names are sought.

use std::ops::Range;

use super::values::{Numbers, Values};
use super::{EntityId, Model};
use crate::diagnostic::Diagnostic;
use crate::names::Symbol;

/// What was read of some texts on top of the facts, with names still to be found.
#[derive(Default)]
pub(super) struct Part {
    /// Its blocks and names.
    pub model: Model,
    pub values: Values,
    pub noted: Noted,
    pub diagnostics: Vec<Diagnostic>,
    /// Whether a piece was beyond a limit and not read.
    pub over_limit: bool,
}

/// Blocks that are sought again when all is read, and are not to be looked for among all.
#[derive(Default)]
pub(super) struct Noted {
    /// Those of kinds of which a portfolio has one.
    pub singles: Vec<EntityId>,
    /// Those that stand in no other, with their names.
    pub top: Vec<(EntityId, Symbol)>,
}

/// How far the numbers of a part move when it is put behind others.
#[derive(Debug)]
pub(super) struct Moved {
    /// Its blocks by their new numbers.
    pub blocks: Range<u32>,
    /// How many entities the facts are, which stay where they are.
    facts: u32,
    /// How many blocks stand before its own.
    before: u32,
    /// What the parts before it say.
    pub said: Numbers,
    /// The first name that the facts do not hold, and what became of it and those behind it.
    first_symbol: usize,
    symbols: Vec<Symbol>,
}

/// Gives the names of all parts to the first; tells how far the numbers of each move.
pub(super) fn names(parts: &mut [Part], facts: &Model) -> Vec<Moved> {
    let mut names = parts.first_mut().map(|first| std::mem::take(&mut first.model.names)).unwrap_or_default();
    let (facts_have, first_symbol) = (facts.entities.len() as u32, facts.names.len());
    let (mut before, mut said) = (0, Numbers::default());
    let moves = parts.iter().map(|Part { model, values, .. }| {
        let symbols = model.names.iter().skip(first_symbol).map(|name| names.intern(name)).collect();
        let blocks = facts_have + before..model.entities.len() as u32 + before;
        let moved = Moved { blocks, facts: facts_have, before, said, first_symbol, symbols };
        (before, said) = (moved.blocks.end - facts_have, said.and(values.count()));
        moved
    });
    let moves = moves.collect();
    if let Some(first) = parts.first_mut() {
        first.model.names = names;
    }
    moves
}

/// The blocks of all parts, without what they say.
pub(super) fn blocks(parts: &mut [Part], moves: &[Moved]) -> (Model, Noted) {
    let mut blocks = parts
        .iter_mut()
        .zip(moves)
        .map(|(part, moved)| (std::mem::take(&mut part.model), std::mem::take(&mut part.noted), moved));
    let (mut whole, mut noted) = blocks.next().map(|(model, noted, _)| (model, noted)).unwrap_or_default();
    for (mut part, own, moved) in blocks {
        noted.singles.extend(own.singles.into_iter().map(|id| moved.entity(id)));
        noted.top.extend(own.top.into_iter().map(|(id, name)| (moved.entity(id), moved.symbol(name))));
        let own = part.entities.drain(moved.facts as usize..);
        whole.entities.extend(
            own.map(|entity| {
                entity.moved(|id| moved.entity(id), |name| moved.symbol(name), moved.said.cells)
            }),
        );
        let crowded = part.crowded.drain();
        whole.crowded.extend(
            crowded
                .map(|((around, name), id)| ((moved.entity(around), moved.symbol(name)), moved.entity(id))),
        );
    }
    (whole, noted)
}

impl Moved {
    /// Facts stay where they are.
    fn entity(&self, id: EntityId) -> EntityId {
        if id.0 < self.facts { id } else { EntityId(id.0 + self.before) }
    }

    /// The number that a name has among those of all parts.
    pub(super) fn symbol(&self, name: Symbol) -> Symbol {
        let own = name.index().checked_sub(self.first_symbol);
        own.and_then(|at| self.symbols.get(at)).copied().unwrap_or(name)
    }
}

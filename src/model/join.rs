//! Puts what was read of stretches of a portfolio one behind the other: owns how numbers of entities, cells, items,
//! amounts and names move, and how what blocks say is shared out again.

use super::resolve::{Pending, Target};
use super::{Amount, Cell, EntityId, Item, Model, Written};
use crate::diagnostic::Diagnostic;
use crate::names::Symbol;

/// What was read of some texts on top of the facts, with names still to be found.
#[derive(Default)]
pub(super) struct Part {
    /// Its blocks and names.
    pub model: Model,
    pub values: Values,
    pub pending: Vec<Pending>,
    pub diagnostics: Vec<Diagnostic>,
    /// Whether a piece was beyond a limit and not read.
    pub over_limit: bool,
}

/// What blocks say, apart from them: a thread can have it for itself.
#[derive(Default)]
pub(super) struct Values {
    cells: Vec<Cell>,
    items: Vec<Item>,
    amounts: Vec<Amount>,
}

/// The values of one part among those of all; they keep their numbers.
pub(super) struct Own<'v> {
    cells: Run<'v, Cell>,
    items: Run<'v, Item>,
    amounts: Run<'v, Amount>,
}

/// Some that follow each other, with the number of the first.
struct Run<'v, T> {
    first: u32,
    values: &'v mut [T],
}

/// How far the numbers of a part move when it is put behind others.
#[derive(Default)]
pub(super) struct Moved {
    /// What the facts have, which stays where it is.
    facts: Counts,
    /// What the parts before it have besides.
    by: Counts,
    /// The first name that the facts do not hold, and what became of it and those behind it.
    first_symbol: usize,
    symbols: Vec<Symbol>,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    entities: u32,
    cells: u32,
    items: u32,
    amounts: u32,
}

/// Gives the names of all parts to the first; tells how far the numbers of each move.
pub(super) fn names(parts: &mut [Part], facts: &Model) -> Vec<Moved> {
    let mut names = parts.first_mut().map(|first| std::mem::take(&mut first.model.names)).unwrap_or_default();
    let count = |model: &Model, [cells, items, amounts]: [usize; 3]| Counts {
        entities: model.entities.len() as u32,
        cells: cells as u32,
        items: items as u32,
        amounts: amounts as u32,
    };
    let facts_have = count(facts, [facts.cells.len(), facts.items.len(), facts.amounts.len()]);
    let first_symbol = facts.names.len();
    let mut by = Counts::default();
    let moves = parts.iter().map(|Part { model, values, .. }| {
        let symbols = model.names.iter().skip(first_symbol).map(|name| names.intern(name)).collect();
        let moved = Moved { facts: facts_have, by, first_symbol, symbols };
        let has = count(model, [values.cells.len(), values.items.len(), values.amounts.len()]);
        by.entities += has.entities - facts_have.entities;
        by.cells += has.cells - facts_have.cells;
        by.items += has.items - facts_have.items;
        by.amounts += has.amounts - facts_have.amounts;
        moved
    });
    let moves = moves.collect();
    if let Some(first) = parts.first_mut() {
        first.model.names = names;
    }
    moves
}

/// The blocks of all parts, without what they say.
pub(super) fn blocks(parts: &mut [Part], moves: &[Moved]) -> Model {
    let mut models =
        parts.iter_mut().zip(moves).map(|(part, moved)| (std::mem::take(&mut part.model), moved));
    let mut whole = models.next().map(|(first, _)| first).unwrap_or_default();
    for (mut part, moved) in models {
        whole.entities.extend(part.entities.drain(moved.facts.entities as usize..).map(|mut entity| {
            entity.name = moved.symbol(entity.name);
            entity.parent = entity.parent.map(|parent| moved.entity(parent));
            entity.end += moved.by.entities;
            entity.first_cell += moved.by.cells;
            entity
        }));
        let crowded = part.crowded.drain();
        whole.crowded.extend(
            crowded
                .map(|((around, name), id)| ((moved.entity(around), moved.symbol(name)), moved.entity(id))),
        );
    }
    whole
}

/// What the blocks of all parts say.
pub(super) fn values(parts: Vec<Values>, moves: &[Moved]) -> Values {
    let mut parts = parts.into_iter().zip(moves);
    let mut whole = parts.next().map(|(first, _)| first).unwrap_or_default();
    for (part, moved) in parts {
        let Values { mut cells, mut items, mut amounts } = part;
        whole.cells.extend(cells.drain(moved.facts.cells as usize..).map(|mut cell| {
            cell.value = moved.written(cell.value);
            cell
        }));
        whole.items.extend(items.drain(moved.facts.items as usize..).map(|mut item| {
            item.value = moved.written(item.value);
            item.share = item.share.map(|at| at + moved.by.amounts);
            item
        }));
        whole.amounts.extend(amounts.drain(moved.facts.amounts as usize..).map(|mut amount| {
            amount.of = amount.of.map(|of| moved.entity(of));
            amount
        }));
    }
    whole
}

impl Values {
    /// Takes what its blocks say out of a model.
    pub(super) fn out_of(model: &mut Model) -> Self {
        let Model { cells, items, amounts, .. } = model;
        let (cells, items, amounts) = (std::mem::take(cells), std::mem::take(items), std::mem::take(amounts));
        Self { cells, items, amounts }
    }

    /// Gives it back.
    pub(super) fn into(self, model: &mut Model) {
        (model.cells, model.items, model.amounts) = (self.cells, self.items, self.amounts);
    }

    /// To each part its own.
    pub(super) fn share(&mut self, moves: &[Moved]) -> Vec<Own<'_>> {
        let mut all = Own::all(&mut self.cells, &mut self.items, &mut self.amounts);
        let mut shares: Vec<Own<'_>> = moves.iter().rev().map(|moved| all.cut_at(moved)).collect();
        shares.reverse();
        shares
    }
}

impl<'v> Own<'v> {
    /// All values of a model.
    pub(super) fn all(cells: &'v mut [Cell], items: &'v mut [Item], amounts: &'v mut [Amount]) -> Self {
        let (cells, items) = (Run { first: 0, values: cells }, Run { first: 0, values: items });
        Self { cells, items, amounts: Run { first: 0, values: amounts } }
    }

    /// Cuts off what begins where a part of that move does.
    fn cut_at(&mut self, Moved { facts, by, .. }: &Moved) -> Self {
        Self {
            cells: self.cells.cut_at(facts.cells + by.cells),
            items: self.items.cut_at(facts.items + by.items),
            amounts: self.amounts.cut_at(facts.amounts + by.amounts),
        }
    }

    /// Sets what a name stands for.
    pub(super) fn set(&mut self, target: Target, value: Written) {
        match target {
            Target::Cell(at) => {
                if let Some(cell) = self.cells.get_mut(at) {
                    cell.value = value;
                }
            }
            Target::Item(at) => {
                if let Some(item) = self.items.get_mut(at) {
                    item.value = value;
                }
            }
            Target::Of(at) => {
                if let (Some(amount), Written::Entity(id)) = (self.amounts.get_mut(at), value) {
                    amount.of = Some(id);
                }
            }
        }
    }
}

impl<T> Run<'_, T> {
    fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.values.get_mut(number.checked_sub(self.first)? as usize)
    }

    fn cut_at(&mut self, first: u32) -> Self {
        let values = std::mem::take(&mut self.values);
        let (before, behind) = values.split_at_mut(values.len().min((first - self.first) as usize));
        self.values = before;
        Self { first, values: behind }
    }
}

impl Moved {
    /// Facts stay where they are.
    fn entity(&self, id: EntityId) -> EntityId {
        if id.0 < self.facts.entities { id } else { EntityId(id.0 + self.by.entities) }
    }

    fn symbol(&self, name: Symbol) -> Symbol {
        let own = name.index().checked_sub(self.first_symbol);
        own.and_then(|at| self.symbols.get(at)).copied().unwrap_or(name)
    }

    fn written(&self, written: Written) -> Written {
        match written {
            Written::Amount(at) => Written::Amount(at + self.by.amounts),
            Written::List(first, count) => Written::List(first + self.by.items, count),
            Written::Entity(id) => Written::Entity(self.entity(id)),
            other => other,
        }
    }

    /// A name still to be found, by its new numbers.
    pub(super) fn pending(&self, pending: Pending) -> Pending {
        let target = match pending.target {
            Target::Cell(at) => Target::Cell(at + self.by.cells),
            Target::Item(at) => Target::Item(at + self.by.items),
            Target::Of(at) => Target::Of(at + self.by.amounts),
        };
        Pending { target, entity: self.entity(pending.entity), name: self.symbol(pending.name), ..pending }
    }
}

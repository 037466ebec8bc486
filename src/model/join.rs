//! Puts what was read of one stretch of a portfolio behind what was read of another: owns how numbers of entities,
//! cells, items, amounts and names move.

use super::resolve::{Pending, Target};
use super::{Cell, EntityId, Model, Written};
use crate::diagnostic::Diagnostic;
use crate::names::Symbol;

/// What was read of some texts, with names still to be found.
pub(super) struct Part {
    pub model: Model,
    pub pending: Vec<Pending>,
    pub diagnostics: Vec<Diagnostic>,
    /// Whether a piece was beyond a limit and not read.
    pub over_limit: bool,
}

impl Part {
    /// Puts another part behind this one; both were read on top of the same facts.
    pub(super) fn append(&mut self, mut part: Part, facts: &Model) {
        let moved = Moved::new(&mut self.model, &part.model, facts);
        let model = &mut part.model;
        self.model.entities.extend(model.entities.drain(facts.entities.len()..).map(|mut entity| {
            entity.name = moved.symbol(entity.name);
            entity.parent = entity.parent.map(|parent| moved.entity(parent));
            entity.end += moved.entities;
            entity.first_cell += moved.cells;
            entity
        }));
        self.model.cells.extend(model.cells.drain(facts.cells.len()..).map(|cell| moved.cell(cell)));
        self.model.items.extend(model.items.drain(facts.items.len()..).map(|mut item| {
            item.value = moved.written(item.value);
            item.share = item.share.map(|at| at + moved.amounts);
            item
        }));
        self.model.amounts.extend(model.amounts.drain(facts.amounts.len()..).map(|mut amount| {
            amount.of = amount.of.map(|of| moved.entity(of));
            amount
        }));
        self.pending.extend(part.pending.into_iter().map(|pending| moved.pending(pending)));
        self.diagnostics.append(&mut part.diagnostics);
        self.over_limit |= part.over_limit;
        self.model.crowded.extend(
            model
                .crowded
                .drain()
                .map(|((around, name), id)| ((moved.entity(around), moved.symbol(name)), moved.entity(id))),
        );
    }
}

/// How far the numbers of a part move when it is put behind another.
struct Moved {
    /// The first entity that is no fact.
    facts: u32,
    entities: u32,
    cells: u32,
    items: u32,
    amounts: u32,
    /// Names that the facts do not hold, in order.
    symbols: Vec<Symbol>,
    /// The first of them.
    first_symbol: usize,
}

impl Moved {
    fn new(whole: &mut Model, part: &Model, facts: &Model) -> Self {
        let first_symbol = facts.names.len();
        let symbols = part.names.iter().skip(first_symbol).map(|name| whole.names.intern(name)).collect();
        Self {
            facts: facts.entities.len() as u32,
            entities: (whole.entities.len() - facts.entities.len()) as u32,
            cells: (whole.cells.len() - facts.cells.len()) as u32,
            items: (whole.items.len() - facts.items.len()) as u32,
            amounts: (whole.amounts.len() - facts.amounts.len()) as u32,
            symbols,
            first_symbol,
        }
    }

    /// Facts stay where they are.
    fn entity(&self, id: EntityId) -> EntityId {
        if id.0 < self.facts { id } else { EntityId(id.0 + self.entities) }
    }

    fn symbol(&self, name: Symbol) -> Symbol {
        let own = name.index().checked_sub(self.first_symbol);
        own.and_then(|at| self.symbols.get(at)).copied().unwrap_or(name)
    }

    fn cell(&self, cell: Cell) -> Cell {
        Cell { value: self.written(cell.value), ..cell }
    }

    fn written(&self, written: Written) -> Written {
        match written {
            Written::Amount(at) => Written::Amount(at + self.amounts),
            Written::List(first, count) => Written::List(first + self.items, count),
            Written::Entity(id) => Written::Entity(self.entity(id)),
            other => other,
        }
    }

    fn pending(&self, pending: Pending) -> Pending {
        let target = match pending.target {
            Target::Cell(at) => Target::Cell(at + self.cells),
            Target::Item(at) => Target::Item(at + self.items),
            Target::Of(at) => Target::Of(at + self.amounts),
        };
        Pending { target, entity: self.entity(pending.entity), name: self.symbol(pending.name), ..pending }
    }
}

//! Reads the proposals of one portfolio on several threads: owns how its pieces are dealt out, and how numbers of
//! entities, cells, items, amounts and names move when one part is put behind another.

use super::load::{Loader, Text};
use super::resolve::{Pending, Target};
use super::{Cell, EntityId, Model, Written};
use crate::diagnostic::Diagnostic;
use crate::names::Symbol;
use crate::schema::Schema;
use crate::syntax::{self, Piece, View};

/// Least bytes of text that are worth a thread of their own.
const MIN_BYTES_FOR_THREAD: usize = 128 * 1024;

/// What was read of some pieces, with names still to be found.
pub(super) struct Part {
    pub model: Model,
    pub pending: Vec<Pending>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads all pieces on top of the facts. What comes of it does not depend on the number of threads.
pub(super) fn read(schema: &Schema, facts: &Model, pieces: &[(Text<'_>, Piece)]) -> Part {
    let stretches = stretches(pieces);
    let Some((first, rest)) = stretches.split_first() else {
        return read_part(schema, facts, &[]);
    };
    std::thread::scope(|scope| {
        let others: Vec<_> =
            rest.iter().map(|stretch| scope.spawn(|| read_part(schema, facts, stretch))).collect();
        let mut whole = read_part(schema, facts, first);
        for other in others {
            match other.join() {
                Ok(part) => whole.append(part, facts),
                // A part that fails must not look like one that says nothing.
                Err(failure) => std::panic::resume_unwind(failure),
            }
        }
        whole
    })
}

/// Neighbouring pieces of about the same size together, a stretch for each thread that is worth it.
fn stretches<'p, 't>(pieces: &'p [(Text<'t>, Piece)]) -> Vec<&'p [(Text<'t>, Piece)]> {
    let length = |(_, piece): &(Text<'_>, Piece)| (piece.span.end - piece.span.start) as usize;
    let total: usize = pieces.iter().map(length).sum();
    let threads = match total / MIN_BYTES_FOR_THREAD {
        0 | 1 => 1,
        most => std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(most),
    };
    let mut stretches = Vec::with_capacity(threads);
    let (mut rest, mut read) = (pieces, 0);
    for thread in 1..=threads {
        let share = total * thread / threads;
        let mut count = 0;
        while read < share && count < rest.len() {
            read += rest.get(count).map_or(0, length);
            count += 1;
        }
        let (stretch, behind) = rest.split_at(count);
        stretches.push(stretch);
        rest = behind;
    }
    stretches
}

fn read_part(schema: &Schema, facts: &Model, pieces: &[(Text<'_>, Piece)]) -> Part {
    let mut diagnostics = Vec::new();
    let mut loader = Loader::new(schema, facts.clone(), &mut diagnostics);
    let mut reader = syntax::Reader::default();
    for (text, piece) in pieces {
        let tree = reader.read(text.file, text.text, piece, loader.diagnostics);
        for view in View::roots(text.file, text.text, tree) {
            loader.entry(view, None);
        }
        loader.resolve_near(&|_| text.text);
    }
    let Loader { model, pending, .. } = loader;
    Part { model, pending, diagnostics }
}

impl Part {
    /// Puts another part behind this one; both were read on top of the same facts.
    fn append(&mut self, mut part: Part, facts: &Model) {
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
        let other = pending.other.map(|other| self.entity(other));
        Pending {
            target,
            entity: self.entity(pending.entity),
            name: self.symbol(pending.name),
            other,
            ..pending
        }
    }
}

//! The lines of a block to a row of cells: owns which field a line is, what is written twice, unknown or
//! missing. Knows no value; `read` does.

use super::amount::Wrapping;
use super::cell::Kept;
use super::load::Loader;
use super::short::{Short, short};
use super::{EntityId, Written};
use crate::diagnostic::{Diagnostic, Severity};
use crate::names::nearest;
use crate::schema::{Field, Kind, KindId, MAX_FIELDS, Many, Slot};
use crate::syntax::{Shape, View};

/// Fields that every fact block understands.
const FACT_FIELDS: [&str; 9] =
    ["also", "trade", "source", "as_of", "confidence", "status", "from", "until", "value"];

/// What one block leaves to the reading of the next: in which order fields follow each other, and what they said last.
/// By kind.
#[derive(Debug, Default)]
pub(super) struct Rows(Vec<Row>);

/// Of one kind, by field behind the one that stands for the start of a block.
type Row = Vec<Last>;

/// What was last read of a field.
#[derive(Clone, Debug, Default)]
pub(super) struct Last {
    /// The field that came behind it, with its name as written.
    next: Option<(Slot, Short)>,
    /// Its cell, if it was a word or a day, with the words that said so.
    cell: Option<(Short, Kept)>,
    /// What stood around its number, if it was an amount.
    wrapping: Option<Wrapping>,
}

impl Rows {
    /// Takes the row of a kind, while a block of it is read.
    fn take(&mut self, id: KindId, kind: &Kind) -> Row {
        let known = self.0.get_mut(usize::from(id.0)).map(std::mem::take);
        known.filter(|row| !row.is_empty()).unwrap_or_else(|| vec![Last::default(); kind.fields.len() + 1])
    }

    fn put(&mut self, id: KindId, row: Row) {
        let at = usize::from(id.0);
        if self.0.len() <= at {
            self.0.resize(at + 1, Vec::new());
        }
        if let Some(kept) = self.0.get_mut(at) {
            *kept = row;
        }
    }
}

impl Loader<'_, '_> {
    /// The field of a kind that a block of facts names.
    pub(super) fn slot_of(&self, kind: KindId, inner: View<'_>) -> Option<Slot> {
        let name = self.model.names.get(inner.keyword())?;
        self.schema.kind(kind)?.slot(name)
    }

    /// The field of a kind that a line names; blocks of a kind mostly have theirs in the same order.
    fn slot_after(&self, kind: KindId, before: &mut Last, inner: View<'_>) -> Option<Slot> {
        let name = inner.atoms().first().and_then(|name| short(inner.text, name.span));
        match (&before.next, name) {
            (Some((slot, usual)), Some(name)) if *usual == name => Some(*slot),
            (_, name) => {
                let slot = self.slot_of(kind, inner)?;
                before.next = name.map(|name| (slot, name));
                Some(slot)
            }
        }
    }

    /// Reads the fields of a block, and says whether nothing else stands in it; cells lie in the order of slots.
    pub(super) fn fields(&mut self, view: View<'_>, kind_id: KindId, id: EntityId) -> bool {
        let schema = self.schema;
        let Some(kind) = schema.kind(kind_id) else { return false };
        let mut row = self.rows.take(kind_id, kind);
        let first_cell = self.values.next().cells;
        let mut lines = [view.id; MAX_FIELDS];
        let (mut written, mut before, mut only_fields) = (0_u64, 0, true);
        for inner in view.inside() {
            only_fields &= inner.shape() == Shape::Field;
            let slot = match inner.shape() {
                Shape::Field => {
                    row.get_mut(before).and_then(|before| self.slot_after(kind_id, before, inner))
                }
                Shape::Block if self.facts => match self.slot_of(kind_id, inner) {
                    Some(slot) => Some(slot),
                    None => continue,
                },
                Shape::Block | Shape::Statement => continue,
            };
            let Some((slot, line)) = slot.and_then(|slot| Some((slot, lines.get_mut(usize::from(slot.0))?)))
            else {
                self.unknown_field(inner, kind_id);
                continue;
            };
            let (at, after) = (usize::from(slot.0), written >> slot.0);
            before = at + 1;
            if after & 1 == 1 {
                let first = view.other(*line).unwrap_or(inner);
                self.duplicate_field(inner, first);
            } else if let (Some(field), Some(last)) = (kind.fields.get(at), row.get_mut(at + 1)) {
                *line = inner.id;
                match inner.shape() {
                    Shape::Block => self.read_block(inner, field, (id, slot)),
                    _ => self.read_again(inner, field, last),
                }
                if after != 0 {
                    self.values.move_last_cell(after.count_ones());
                }
                written |= 1 << slot.0;
            }
        }
        self.rows.put(kind_id, row);
        if let Some(entity) = self.model.entities.get_mut(id.0 as usize) {
            (entity.written, entity.first_cell) = (written, first_cell);
        }
        if kind.required & !written != 0 {
            self.check_required(view, kind_id, written);
        }
        only_fields
    }

    /// Reads the value of a field to which a fact gives a block of its own, with its evidence.
    fn read_block(&mut self, block: View<'_>, field: &Field, of: (EntityId, Slot)) {
        if let Some(evidence) = self.read_provenance(block) {
            self.model.cell_provenance.insert(of, evidence);
        }
        let value = block.field("value").unwrap_or_else(|| block.value());
        let cell = self.read_field(value, field, &mut None);
        self.values.add_cell(cell);
    }

    /// Reads the value of a line; a word or a day means what it meant where the field was read last.
    fn read_again(&mut self, line: View<'_>, field: &Field, last: &mut Last) {
        let word = match line.atoms() {
            [_, only] if field.ty.many == Many::One => short(line.text, only.span).zip(Some(only.span)),
            _ => None,
        };
        if let (Some((word, span)), Some((known, cell))) = (word, &last.cell)
            && word == *known
        {
            return self.values.add_again(*cell, span.start);
        }
        let cell = self.read_field(line.value(), field, &mut last.wrapping);
        let kept = self.values.add_cell(cell);
        if let (Some((word, _)), Written::Enum(_) | Written::Dates(_)) = (word, cell.value) {
            last.cell = Some((word, kept));
        }
    }

    fn duplicate_field(&mut self, second: View<'_>, first: View<'_>) {
        let name_place =
            |view: View<'_>| view.at(view.atoms().first().map_or(view.head().span, |token| token.span));
        let place = name_place(second);
        let found = Diagnostic::new(
            "duplicate-field",
            Severity::Error,
            format!("`{}` is written twice in this block", second.keyword()),
            place.file,
            place.span,
        )
        .label("not read")
        .related(name_place(first), "the first one counts")
        .help("keep one of them");
        self.diagnostics.push(found);
    }

    fn unknown_field(&mut self, inner: View<'_>, kind: KindId) {
        if self.facts && FACT_FIELDS.contains(&inner.keyword()) {
            return;
        }
        let Some(declared) = self.schema.kind(kind) else { return };
        let written = inner.keyword();
        let names = || declared.fields.iter().map(|field| self.schema.names.text(field.name));
        let span = inner.atoms().first().map_or(inner.head().span, |token| token.span);
        let kind_name = self.schema.names.text(declared.name);
        let found = Diagnostic::new(
            "unknown-field",
            Severity::Error,
            format!("`{kind_name}` has no field `{written}`"),
            inner.file,
            span,
        );
        let found = match nearest(written, names()) {
            Some(near) => found
                .label(format!("did you mean `{near}`?"))
                .help(format!("`{near}: {}`", inner.value().words())),
            None => found
                .label("not read")
                .help(format!("`{kind_name}` has {}", names().collect::<Vec<_>>().join(", "))),
        };
        self.diagnostics.push(found);
    }

    fn check_required(&mut self, view: View<'_>, kind: KindId, written: u64) {
        let fields = self.schema.kind(kind).map_or(&[][..], |kind| &kind.fields);
        for (at, field) in fields.iter().enumerate() {
            if !field.required || written >> at & 1 == 1 {
                continue;
            }
            let (name, kind_name) = (self.schema.names.text(field.name), self.schema.kind_name(kind));
            let example = field.example.as_deref().unwrap_or("TODO");
            let head = view.head();
            let found = Diagnostic::new(
                "missing-field",
                Severity::Error,
                format!("this `{kind_name}` says nothing without `{name}`"),
                head.file,
                head.span,
            )
            .label(format!("`{name}` is missing"))
            .help(format!("`{name}: {example}`"));
            self.diagnostics.push(found);
        }
    }
}

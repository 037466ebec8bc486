//! The lines of a block to a row of cells: owns which field a line is, what is written twice, unknown or
//! missing. Knows no value; `read` does.

use super::facts::ProvenanceId;
use super::load::Loader;
use super::{Cell, EntityId, Written};
use crate::diagnostic::{Diagnostic, Severity};
use crate::names::nearest;
use crate::schema::{Field, Kind, KindId, MAX_FIELDS, Many, Slot};
use crate::syntax::{EntryId, Shape, Value, View};

/// Fields that every fact block understands.
const FACT_FIELDS: [&str; 9] =
    ["also", "trade", "source", "as_of", "confidence", "status", "from", "until", "value"];

/// What one block leaves to the reading of the next: memory, the order in which fields follow each other, and what
/// they said last.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The fields of the block being read, with what states them and the evidence of each.
    row: Vec<(Slot, EntryId, Option<ProvenanceId>)>,
    /// By kind and field.
    last: Vec<Last>,
}

/// What was last read of a field.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    /// The field that came behind it.
    next: Option<Slot>,
    /// Its value, if it was a word or a day, with the words that said so, filled up with zeros.
    value: Option<(Word, Written)>,
}

/// Words short enough to be kept.
type Word = [u8; 16];

impl Rows {
    /// The place of a field of a kind; what comes before the first has one, too.
    fn index(kind: KindId, slot: Option<Slot>) -> usize {
        usize::from(kind.0) * (MAX_FIELDS + 1) + slot.map_or(0, |slot| usize::from(slot.0) + 1)
    }

    fn last(&self, kind: KindId, slot: Option<Slot>) -> Last {
        self.last.get(Self::index(kind, slot)).copied().unwrap_or_default()
    }

    fn remember(&mut self, kind: KindId, slot: Option<Slot>, change: impl FnOnce(&mut Last)) {
        let index = Self::index(kind, slot);
        if self.last.len() <= index {
            self.last.resize(index + 1, Last::default());
        }
        self.last.get_mut(index).map(change);
    }
}

/// A value that is one short word; prose is none.
fn word(value: Value<'_>) -> Option<Word> {
    let [atom] = value.atoms else { return None };
    let words = atom.span.of(value.text).as_bytes();
    let mut word = Word::default();
    word.get_mut(..words.len())?.copy_from_slice(words);
    Some(word)
}

impl Loader<'_, '_> {
    /// The field of a kind that a block of facts names.
    pub(super) fn slot_of(&self, kind: KindId, inner: View<'_>) -> Option<Slot> {
        let name = self.model.names.get(inner.keyword())?;
        self.schema.kind(kind)?.slot(name)
    }

    /// The field of a kind that a line names; blocks of a kind mostly have theirs in the same order.
    fn slot_after(&mut self, kind: &Kind, id: KindId, before: Option<Slot>, inner: View<'_>) -> Option<Slot> {
        let habit = self.rows.last(id, before).next;
        if let Some(field) = habit.and_then(|slot| kind.field(slot))
            && self.schema.names.text(field.name) == inner.keyword()
        {
            return habit;
        }
        let slot = self.slot_of(id, inner)?;
        self.rows.remember(id, before, |last| last.next = Some(slot));
        Some(slot)
    }

    /// Reads the fields of a block; cells lie in the order of slots.
    pub(super) fn fields(&mut self, view: View<'_>, kind_id: KindId, id: EntityId) {
        let schema = self.schema;
        let Some(kind) = schema.kind(kind_id) else { return };
        let mut row = std::mem::take(&mut self.rows.row);
        let (mut written, mut before) = (0_u64, None);
        for inner in view.inside() {
            let (slot, evidence) = match inner.shape() {
                Shape::Field => (self.slot_after(kind, kind_id, before, inner), None),
                Shape::Block if self.facts => match self.slot_of(kind_id, inner) {
                    Some(slot) => (Some(slot), self.read_provenance(inner)),
                    None => continue,
                },
                Shape::Block | Shape::Statement => continue,
            };
            let Some(slot) = slot else {
                self.unknown_field(inner, kind_id);
                continue;
            };
            before = Some(slot);
            if written >> slot.0 & 1 == 0 {
                written |= 1 << slot.0;
                row.push((slot, inner.id, evidence));
            } else if let Some((_, first, _)) = row.iter().find(|(known, ..)| *known == slot) {
                self.duplicate_field(inner, View { id: *first, ..view });
            }
        }
        row.sort_unstable_by_key(|(slot, ..)| *slot);
        let first_cell = self.model.cells.len() as u32;
        for (slot, inner, evidence) in row.drain(..) {
            let (inner, Some(field)) = (View { id: inner, ..view }, kind.field(slot)) else { continue };
            let value = match inner.shape() {
                Shape::Block => inner.field("value").unwrap_or_else(|| inner.value()),
                _ => inner.value(),
            };
            let cell = self.read_again(value, field, (kind_id, slot), id);
            self.model.cells.push(cell);
            if let Some(evidence) = evidence {
                self.model.cell_provenance.insert((id, slot), evidence);
            }
        }
        self.rows.row = row;
        if let Some(entity) = self.model.entities.get_mut(id.0 as usize) {
            (entity.written, entity.first_cell) = (written, first_cell);
        }
        if kind.required & !written != 0 {
            self.check_required(view, kind_id, written);
        }
    }

    /// Reads a value; a word or a day means what it meant where the field was read last.
    fn read_again(
        &mut self,
        value: Value<'_>,
        field: &Field,
        (kind, slot): (KindId, Slot),
        id: EntityId,
    ) -> Cell {
        let word = word(value).filter(|_| field.ty.many == Many::One);
        match (word, self.rows.last(kind, Some(slot)).value) {
            (Some(word), Some((known, written))) if word == known => {
                return Cell { span: value.span(), value: written };
            }
            _ => {}
        }
        let cell = self.read_field(value, field, id);
        if let (Some(word), Written::Enum(_) | Written::Dates(_)) = (word, cell.value) {
            self.rows.remember(kind, Some(slot), |last| last.value = Some((word, cell.value)));
        }
        cell
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

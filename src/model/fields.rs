//! The lines of a block to a row of cells: owns which field a line is, what is written twice, unknown or
//! missing. Knows no value; `read` does.

use super::EntityId;
use super::facts::ProvenanceId;
use super::load::Loader;
use crate::diagnostic::{Diagnostic, Severity};
use crate::names::nearest;
use crate::schema::{Kind, KindId, MAX_FIELDS, Slot};
use crate::syntax::{EntryId, Shape, View};

/// Fields that every fact block understands.
const FACT_FIELDS: [&str; 9] =
    ["also", "trade", "source", "as_of", "confidence", "status", "from", "until", "value"];

/// What one block leaves to the reading of the next: memory, and the order in which fields follow each other.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The fields of the block being read, with what states them and the evidence of each.
    row: Vec<(Slot, EntryId, Option<ProvenanceId>)>,
    /// The field that last followed, by kind and field; no field comes before the first.
    following: Vec<Option<Slot>>,
}

impl Rows {
    fn index(kind: KindId, before: Option<Slot>) -> usize {
        usize::from(kind.0) * (MAX_FIELDS + 1) + before.map_or(0, |slot| usize::from(slot.0) + 1)
    }

    fn habit(&self, kind: KindId, before: Option<Slot>) -> Option<Slot> {
        self.following.get(Self::index(kind, before)).copied().flatten()
    }

    fn remember(&mut self, kind: KindId, before: Option<Slot>, slot: Slot) {
        let index = Self::index(kind, before);
        if self.following.len() <= index {
            self.following.resize(index + 1, None);
        }
        if let Some(following) = self.following.get_mut(index) {
            *following = Some(slot);
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
    fn slot_after(&mut self, kind: &Kind, id: KindId, before: Option<Slot>, inner: View<'_>) -> Option<Slot> {
        let habit = self.rows.habit(id, before);
        if let Some(field) = habit.and_then(|slot| kind.field(slot))
            && self.schema.names.text(field.name) == inner.keyword()
        {
            return habit;
        }
        let slot = self.slot_of(id, inner)?;
        self.rows.remember(id, before, slot);
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
            let cell = self.read_field(value, field, id);
            self.model.cells.push(cell);
            if let Some(evidence) = evidence {
                self.model.cell_provenance.insert((id, slot), evidence);
            }
        }
        self.rows.row = row;
        if let Some(entity) = self.model.entities.get_mut(id.0 as usize) {
            (entity.written, entity.first_cell) = (written, first_cell);
        }
        self.check_required(view, kind_id, written);
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

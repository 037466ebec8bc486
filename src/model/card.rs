//! A fact in words, with all that is known of it: owns `Card`, which whoever shows a fact lays out in its own way.

use super::{EntityId, FieldState, Model, Provenance};
use crate::schema::{Schema, Slot};
use crate::source::{Place, Sources};

/// A fact as people read it.
#[derive(Clone, Debug)]
pub struct Card<'a> {
    /// What it is.
    pub kind: &'a str,
    /// What it is called.
    pub name: &'a str,
    /// What it is called in full; empty if nothing says.
    pub title: &'a str,
    /// Its fields with their values, and their evidence where that is not the fact's own.
    pub fields: Vec<(&'a str, &'a str, Option<&'a Provenance>)>,
    /// Its other names, sorted.
    pub also: Vec<&'a str>,
    /// The evidence for it.
    pub evidence: Option<&'a Provenance>,
}

impl<'a> Card<'a> {
    /// The card of a fact.
    #[must_use]
    pub fn of(schema: &'a Schema, model: &'a Model, sources: &'a Sources, fact: EntityId) -> Self {
        let (name, title) = (model.name(fact), title(model, sources, fact).unwrap_or(""));
        let own = model.provenance(fact, None);
        let differs = |evidence: &&Provenance| {
            own.is_none_or(|own| own.source != evidence.source || own.confidence != evidence.confidence)
        };
        let fields = schema.kind(model.kind(fact)).map_or(&[][..], |kind| &kind.fields);
        let fields = fields.iter().enumerate().filter_map(|(at, field)| {
            let slot = Slot(at as u8);
            let FieldState::Written(cell, file) = model.field(fact, slot) else { return None };
            let words = sources.words(Place { file, span: cell.span });
            Some((schema.names.text(field.name), words, model.provenance(fact, Some(slot)).filter(differs)))
        });
        let names = model.known_names().filter(|(_, of)| *of == fact).map(|(name, _)| name);
        let mut also: Vec<&str> =
            names.filter(|known| !known.eq_ignore_ascii_case(name) && *known != title).collect();
        also.sort_unstable();
        Self {
            kind: schema.kind_name(model.kind(fact)),
            name,
            title,
            fields: fields.collect(),
            also,
            evidence: own,
        }
    }
}

/// What stands between the quotes of a title, if there is one.
#[must_use]
pub fn title<'s>(model: &Model, sources: &'s Sources, id: EntityId) -> Option<&'s str> {
    let entity = model.entity(id)?;
    let text = &sources.get(entity.file)?.text;
    Some(entity.title(text)?.of(text))
}

impl Provenance {
    /// The source with its date and how well it is known.
    #[must_use]
    pub fn cited(&self) -> String {
        let disputed = if self.disputed { ", in dispute" } else { "" };
        format!("source: {} (as of {}; {}{disputed})", self.source, self.as_of, self.confidence.as_str())
    }
}

//! Fact files to entities: owns provenance, groups, aliases and the default values of fields. Facts are read
//! before any portfolio, each of which begins as a copy of them.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::facts::{Bearers, Confidence, Group, Known, Provenance, ProvenanceId};
use super::load::{DECLARATIONS, Loader};
use super::resolve::Texts;
use super::{EntityId, Model};
use crate::diagnostic::Diagnostic;
use crate::schema::{Declarations, KindId, Schema, Slot};
use crate::source::{FileId, Place, Span};
use crate::syntax::{self, Pieces, Reader, Shape, Value, View};

/// In how many bytes of facts one more name is met, about.
const BYTES_OF_A_NAME: usize = 100;

/// Reads the facts of all files.
pub fn load_facts(schema: &Schema, files: &[Declarations<'_>], diagnostics: &mut Vec<Diagnostic>) -> Model {
    let mut model = Model { names: schema.names.clone(), ..Model::default() };
    let stretches = files.iter().flat_map(|file| file.facts);
    let names = stretches.map(|span| span.end - span.start).sum::<u32>() as usize / BYTES_OF_A_NAME;
    model.names.reserve(names);
    Arc::make_mut(&mut model.known).reserve(names);
    let texts: FxHashMap<FileId, &str> = files.iter().map(|file| (file.file, file.text)).collect();
    let mut loader = Loader { facts: true, ..Loader::new(schema, model, diagnostics) };
    let mut reader = Reader::default();
    for file in files {
        file.entries().for_each(|view| loader.fact_entry(view));
        for span in file.facts {
            // What was cut off a team's file was looked at then, and what is shipped is in order.
            let mut pieces = Pieces::of_stretch(file.file, file.text, *span);
            while let Some(tree) = reader.read_next(&mut pieces, loader.diagnostics) {
                View::roots(file.file, file.text, tree).for_each(|view| loader.fact_entry(view));
            }
        }
    }
    loader.model.facts_end = loader.model.entities.len() as u32;
    let text = |file| texts.get(&file).copied().unwrap_or("");
    loader.defaults(&text);
    loader.resolve_facts(&text);
    loader.resolve_groups();
    loader.model
}

impl Loader<'_, '_> {
    /// An entry of a fact file: a table, a group or a fact; schema and rules are read elsewhere.
    pub(super) fn fact_entry(&mut self, view: View<'_>) {
        let outer = self.provenance;
        match view.keyword() {
            _ if view.shape() != Shape::Block => {}
            "table" => {
                self.provenance = self.read_provenance(view).or(outer);
                for inner in view.inside().filter(|inner| inner.shape() == Shape::Block) {
                    self.fact_entry(inner);
                }
            }
            "group" => self.group(view),
            keyword if DECLARATIONS.contains(&keyword) => {}
            _ => self.block(view, None),
        }
        self.provenance = outer;
    }

    /// The evidence that a block states, if it states a source.
    pub(super) fn read_provenance(&mut self, view: View<'_>) -> Option<ProvenanceId> {
        let source = view.field("source")?;
        let confidence = view.field("confidence").map(|value| (value, Confidence::parse(value.words())));
        let confidence = match confidence {
            Some((_, Some(confidence))) => confidence,
            Some((value, None)) => {
                let label = "`read`, `computed`, `trade-press`, `inferred` or `memory`";
                self.error(
                    "unknown-value",
                    value.place(),
                    format!("`{}` is no confidence", value.words()),
                    label,
                );
                Confidence::Memory
            }
            // What nobody vouches for counts as unread.
            None => Confidence::Memory,
        };
        let as_of = view.field("as_of").map(|value| value.words().to_owned()).unwrap_or_default();
        let disputed = view.field("status").is_some_and(|status| status.words() == "disputed");
        Arc::make_mut(&mut self.model.provenances).push(Provenance {
            source: source.prose().into_owned(),
            as_of,
            confidence,
            disputed,
        });
        Some(ProvenanceId(self.model.provenances.len() as u32 - 1))
    }

    pub(super) fn group(&mut self, view: View<'_>) {
        let provenance = self.read_provenance(view).or(self.provenance);
        let kind = view.field("of").and_then(|of| self.schema.kind_named(of.words()));
        let (Some(name), Some(of)) = (view.name(), kind) else {
            self.error(
                "schema-error",
                view.head(),
                "a group needs a name and `of: KIND`",
                "one of them is missing",
            );
            return;
        };
        let members: Vec<(Span, String)> = view
            .field("members")
            .into_iter()
            .flat_map(Value::parts)
            .map(|part| (part.span(), part.prose().into_owned()))
            .collect();
        let means = view.field("means").map(|value| value.prose().into_owned()).unwrap_or_default();
        let name = self.model.names.intern(name);
        self.groups.push((self.model.groups.len(), view.file, members));
        Arc::make_mut(&mut self.model.groups).push(Group {
            name,
            of,
            members: Vec::new(),
            means,
            provenance,
            place: view.head(),
        });
    }

    pub(super) fn resolve_groups(&mut self) {
        for (at, file, members) in std::mem::take(&mut self.groups) {
            let Some(kinds) = self
                .model
                .groups
                .get(at)
                .and_then(|group| self.schema.kind(group.of))
                .map(|kind| kind.family)
            else {
                continue;
            };
            for (span, member) in members {
                let found = self.model.names.get(&member).and_then(|name| self.model.fact_named(name, kinds));
                match (found, Arc::make_mut(&mut self.model.groups).get_mut(at)) {
                    (Some(fact), Some(group)) => group.members.push(fact),
                    _ => self.error(
                        "undefined-reference",
                        Place { file, span },
                        format!("no fact is named `{member}`"),
                        "not in any fact file",
                    ),
                }
            }
        }
    }

    /// Values of fields that need not be written, read once from the schema files.
    pub(super) fn defaults<'t>(&mut self, text: Texts<'_, 't>) {
        let kinds: Vec<KindId> = self.schema.kinds().map(|(id, _)| id).collect();
        for kind in kinds {
            let mut defaults = Vec::new();
            let fields = self.schema.kind(kind).map_or(&[][..], |kind| &kind.fields);
            for (at, field) in fields.iter().enumerate() {
                let Some(place) = field.default else { continue };
                let words = text(place.file);
                let piece = syntax::Piece { span: place.span, unbalanced: false };
                // Read as the value of a field, so that its atoms are those of one.
                let tree = syntax::read_piece(place.file, words, &piece, self.diagnostics);
                let Some(view) = View::roots(place.file, words, &tree).next() else { continue };
                let value =
                    Value { file: place.file, text: words, atoms: view.atoms(), after: place.span.end };
                let cell = self.read_field(value, field, &mut None);
                defaults.push((Slot(at as u8), self.values.next().cells, place.file));
                self.values.add_cell(cell);
            }
            self.model.defaults.push(defaults);
        }
    }

    /// Makes a fact known by its id, aliases, trade names and, where it is shown by it, its title.
    pub(super) fn remember_fact(&mut self, view: View<'_>, fact: EntityId, kind: KindId) {
        if let Some(name) = view.name() {
            self.remember(name, view, kind, Known { fact, trade_name: false });
        }
        for field in view.fields() {
            let trade_name = match field.keyword() {
                "also" => false,
                "trade" => true,
                _ => continue,
            };
            for part in field.value().parts() {
                self.remember(&part.prose(), view, kind, Known { fact, trade_name });
            }
        }
        if self.schema.kind(kind).is_some_and(|kind| kind.shown_by_title)
            && let Some(title) = view.title()
        {
            self.remember(&title, view, kind, Known { fact, trade_name: false });
        }
    }

    fn remember(&mut self, name: &str, view: View<'_>, kind: KindId, own: Known) {
        let model = &mut self.model;
        let bearers = match Arc::make_mut(&mut model.known).entry(model.names.intern(name)) {
            Entry::Vacant(free) => {
                free.insert(Bearers::new(name, own));
                return;
            }
            Entry::Occupied(known) => known.into_mut(),
        };
        if bearers.iter().any(|known| known.fact == own.fact) {
            return;
        }
        let is_same = |known: &Known| {
            model.entities.get(known.fact.0 as usize).is_some_and(|entity| entity.kind == kind)
        };
        if bearers.iter().any(is_same) {
            self.error(
                "duplicate-id",
                view.head(),
                format!("a second `{}` is known as `{name}`", view.keyword()),
                "again here",
            );
        } else {
            bearers.add(own);
        }
    }
}

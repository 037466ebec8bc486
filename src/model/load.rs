//! Trees to entities and cells: owns the order in which a model is made (blocks, then names). Says what
//! stands where it may not. Facts are read first, and each portfolio on top of a copy of them.

use rustc_hash::FxHashMap;

use super::deal;
use super::facts::ProvenanceId;
use super::fields::Rows;
use super::join::{self, Noted};
use super::short::Lately;
use super::values::Values;
use super::{Entity, EntityId, Model, Standing};
use crate::diagnostic::{Diagnostic, Severity};
use crate::names::{Symbol, nearest};
use crate::schema::{KindId, KindSet, Schema};
use crate::source::{FileId, Place, Span};
use crate::syntax::{Class, Shape, View};

/// One text of a portfolio: its number and its words.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// Its number.
    pub file: FileId,
    /// Its words.
    pub text: &'a str,
}

/// Words that begin declarations of schema, facts and rules; among proposals they are mistakes.
pub(super) const DECLARATIONS: [&str; 14] = [
    "kind",
    "enum",
    "unit",
    "parameter",
    "refused",
    "sign",
    "table",
    "group",
    "rule",
    "relation",
    "define",
    "language",
    "example",
    "field",
];

/// Reads the proposals of one portfolio on top of the facts; false if a part was beyond a limit and not read.
pub fn load_portfolio(
    schema: &Schema,
    facts: &Model,
    texts: &[Text<'_>],
    diagnostics: &mut Vec<Diagnostic>,
) -> (Model, bool) {
    let by_file: FxHashMap<FileId, &str> = texts.iter().map(|text| (text.file, text.text)).collect();
    let mut parts = deal::read(schema, facts, texts);
    let over_limit = parts.iter().any(|part| part.over_limit);
    parts.iter_mut().for_each(|part| diagnostics.append(&mut part.diagnostics));
    let moves = join::names(&mut parts, facts);
    let (model, noted) = join::blocks(&mut parts, &moves);
    let mut loader = Loader::new(schema, model, diagnostics);
    loader.singles(&noted.singles);
    loader.name_blocks(noted.top);
    let values = parts.into_iter().map(|part| part.values).zip(moves).collect();
    loader.resolve(values, &|file| by_file.get(&file).copied().unwrap_or(""));
    (loader.model, !over_limit)
}

/// A group whose members are not resolved yet: its number, its file, and the members as written.
pub(super) type OpenGroup = (usize, FileId, Vec<(Span, String)>);

pub(super) struct Loader<'s, 'd> {
    pub(super) schema: &'s Schema,
    pub(super) model: Model,
    /// What its blocks say, until all is read.
    pub(super) values: Values,
    pub(super) facts: bool,
    pub(super) provenance: Option<ProvenanceId>,
    pub(super) groups: Vec<OpenGroup>,
    pub(super) noted: Noted,
    /// How many near misses were sought: each looks at all names.
    pub(super) suggestions: usize,
    pub(super) rows: Rows,
    pub(super) lately: Lately,
    pub(super) diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'s, 'd> Loader<'s, 'd> {
    /// Reads proposals on top of a model.
    pub(super) fn new(schema: &'s Schema, model: Model, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        Self {
            schema,
            model,
            values: Values::default(),
            facts: false,
            provenance: None,
            groups: Vec::new(),
            noted: Noted::default(),
            suggestions: 0,
            rows: Rows::default(),
            lately: Lately::default(),
            diagnostics,
        }
    }
}

impl Loader<'_, '_> {
    pub(super) fn error(
        &mut self,
        code: &str,
        place: Place,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        self.diagnostics
            .push(Diagnostic::new(code, Severity::Error, message, place.file, place.span).label(label));
    }

    /// An entry of a proposal file, at the top level or in a block.
    pub(super) fn entry(&mut self, view: View<'_>, parent: Option<EntityId>) {
        match view.shape() {
            Shape::Block => self.block(view, parent),
            Shape::Statement if parent.is_none() && DECLARATIONS.contains(&view.keyword()) => {
                self.declaration(view);
            }
            Shape::Statement => self.unexpected(view),
            Shape::Field => {
                let label = "stands in no block";
                self.error("unexpected-text", view.head(), "a field belongs in a block", label);
            }
        }
    }

    fn declaration(&mut self, view: View<'_>) {
        let message = format!("a `{}` belongs to a folder of rules, not among proposals", view.keyword());
        self.error("rule-in-portfolio", view.head(), message, "not read");
    }

    fn unexpected(&mut self, view: View<'_>) {
        let words = view.atoms();
        let (label, help) = match words {
            [name, rest @ ..] if name.class == Class::Word && !rest.is_empty() => {
                let value = rest
                    .first()
                    .zip(rest.last())
                    .map_or(Span::default(), |(first, last)| first.span.to(last.span));
                let help =
                    format!("if it is a field, write `{}: {}`", view.words(*name), value.of(view.text));
                ("neither a field nor a block", Some(help))
            }
            _ => ("neither a field nor a block", None),
        };
        let found = Diagnostic::new(
            "unexpected-text",
            Severity::Error,
            "this line says nothing that can be read",
            view.file,
            view.head().span,
        )
        .label(label);
        self.diagnostics.push(match help {
            Some(help) => found.help(help),
            None => found.help("write `name: value`; prose belongs in quotation marks, remarks behind `#`"),
        });
    }

    /// The number of the name at a span, new or known.
    pub(super) fn symbol(&mut self, text: &str, span: Span) -> Symbol {
        self.lately.symbol(&mut self.model.names, text, span)
    }

    pub(super) fn block(&mut self, view: View<'_>, parent: Option<EntityId>) {
        let Some(kind) = self.kind_of(view) else { return };
        self.check_place(view, kind, parent);
        let id = self.add_entity(view, kind, parent);
        let outer = self.provenance;
        if self.facts {
            self.provenance = self.read_provenance(view).or(outer);
            self.model.fact_provenance.push(self.provenance);
            self.remember_fact(view, id, kind);
        }
        if !self.fields(view, kind, id) {
            self.parts(view, kind, id);
        }
        let end = self.model.entities.len() as u32;
        if let Some(entity) = self.model.entities.get_mut(id.0 as usize) {
            entity.end = end;
        }
        if !self.facts {
            self.name_parts(id);
        }
        self.provenance = outer;
    }

    /// What stands in a block beside its fields.
    fn parts(&mut self, view: View<'_>, kind: KindId, id: EntityId) {
        for inner in view.inside() {
            match inner.shape() {
                Shape::Block if self.facts && self.slot_of(kind, inner).is_some() => {}
                Shape::Block => self.entry_in_block(inner, id),
                Shape::Statement => self.unexpected(inner),
                Shape::Field => {}
            }
        }
    }

    fn entry_in_block(&mut self, inner: View<'_>, id: EntityId) {
        if self.facts { self.block(inner, Some(id)) } else { self.entry(inner, Some(id)) }
    }

    fn kind_of(&mut self, view: View<'_>) -> Option<KindId> {
        let token = view.atoms().first().copied()?;
        let written = view.words(token);
        let name = self.symbol(view.text, token.span);
        let named = self.schema.kind_of(name);
        if named.is_none() && !self.facts && DECLARATIONS.contains(&written) {
            self.declaration(view);
            return None;
        }
        if token.class == Class::Name {
            let message = format!("a block has no colon before its brace: write `{written} {{ … }}`");
            self.error("unexpected-text", view.at(token.span), message, "read as a block all the same");
        }
        if let Some(kind) = named
            && self.schema.kind(kind).is_some_and(|kind| !kind.is_abstract && kind.fact == self.facts)
        {
            return Some(kind);
        }
        let writable = self.schema.kinds().filter(|(_, kind)| !kind.is_abstract && kind.fact == self.facts);
        let near = nearest(written, writable.map(|(_, kind)| self.schema.names.text(kind.name)));
        let special = named.filter(|kind| self.schema.kind(*kind).is_some_and(|kind| kind.is_abstract));
        let label = match (near, special.and_then(|kind| self.schema.kind(kind))) {
            (_, Some(general)) => {
                let kinds: Vec<&str> = general
                    .family
                    .iter()
                    .filter(|id| self.schema.kind(*id).is_some_and(|kind| !kind.is_abstract))
                    .map(|id| self.schema.kind_name(id))
                    .collect();
                format!("write which: {}", kinds.join(", "))
            }
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, _) => "not read".into(),
        };
        let message = format!("there is no kind of block `{written}`");
        let found =
            Diagnostic::new("unknown-kind", Severity::Error, message, view.file, token.span).label(label);
        self.diagnostics.push(found.help("`plumbrule schema` lists the kinds"));
        None
    }

    fn check_place(&mut self, view: View<'_>, kind: KindId, parent: Option<EntityId>) {
        let Some(declared) = self.schema.kind(kind) else { return };
        let may_stand = match parent {
            _ if declared.anywhere && parent.is_some() => true,
            Some(parent) => declared.inside.has(self.model.kind(parent)),
            None => {
                declared.inside.is_empty() && !declared.anywhere
                    || declared
                        .inside
                        .iter()
                        .any(|kind| self.schema.kind(kind).is_some_and(|kind| kind.scope))
            }
        };
        if may_stand || self.facts && parent.is_none() {
            return;
        }
        let name = self.schema.names.text(declared.name);
        let message = match parent {
            Some(parent) => {
                format!("a `{name}` cannot be part of a `{}`", self.schema.kind_name(self.model.kind(parent)))
            }
            None => format!("a `{name}` cannot stand by itself"),
        };
        let help = if declared.inside.is_empty() {
            format!("write the `{name}` outside any other block")
        } else {
            format!("a `{name}` belongs in a {}", self.schema.list_kinds(declared.inside))
        };
        let place = view.head();
        let found = Diagnostic::new("kind-not-here", Severity::Error, message, place.file, place.span)
            .label("not here");
        let found = match parent.and_then(|parent| self.model.place(parent)) {
            Some(around) => found.related(around, "inside this; is a `}` missing between them?"),
            None => found,
        };
        self.diagnostics.push(found.help(help));
    }

    fn add_entity(&mut self, view: View<'_>, kind: KindId, parent: Option<EntityId>) -> EntityId {
        let (name, head) = self.head_of(view, kind);
        let title = view.title_token().map(|token| token.span);
        let mut entity = Entity::new(kind, name, view.file, head, Standing::Declared).inside(parent, title);
        (entity.body_end, entity.named) = (view.body_end(), view.name_token().is_some());
        let named = entity.named;
        let id = self.model.add(entity);
        if self.schema.kind(kind).is_some_and(|kind| kind.single) {
            self.noted.singles.push(id);
        }
        if parent.is_none() && named {
            self.noted.top.push((id, name));
        }
        id
    }

    /// Name and head of a block. The head ends with the name, or with a title that follows it on the line.
    fn head_of(&mut self, view: View<'_>, kind: KindId) -> (Symbol, Span) {
        let first = view.atoms().first().map_or(Span::default(), |token| token.span);
        let extra = match (view.name_token(), view.atoms()) {
            (Some(_), [_, _, rest @ ..]) | (None, [_, rest @ ..]) => rest,
            _ => &[],
        };
        if let Some(odd) =
            extra.iter().find(|token| token.class != Class::String).copied().or(extra.get(1).copied())
        {
            let label = "a block has a kind, a name and a title in quotation marks";
            self.error(
                "unexpected-text",
                view.at(odd.span),
                format!("`{}` is too much before the brace", view.words(odd)),
                label,
            );
        }
        match view.name_token() {
            Some(token) => {
                let written = view.words(token);
                if !written.is_ascii() || token.class == Class::Number {
                    self.odd_name(view.at(token.span), written);
                }
                (self.symbol(view.text, token.span), first.to(token.span))
            }
            None => {
                (self.schema.kind(kind).map_or_else(|| self.model.names.intern(""), |kind| kind.name), first)
            }
        }
    }

    fn odd_name(&mut self, place: Place, written: &str) {
        if written.is_ascii() {
            self.error(
                "unexpected-text",
                place,
                format!("a name begins with a letter; `{written}` does not"),
                "a number",
            );
            return;
        }
        self.diagnostics.push(super::resolve::lookalike(place, written, None));
    }

    /// Of some kinds a portfolio has one: a second is a mistake, and where none is written one is implied.
    fn singles(&mut self, written: &[EntityId]) {
        let kinds: Vec<KindId> =
            self.schema.kinds().filter(|(_, kind)| kind.single).map(|(id, _)| id).collect();
        for kind in kinds {
            let mut written = written.iter().copied().filter(|id| self.model.kind(*id) == kind);
            let (first, others) = (written.next(), written.collect::<Vec<_>>());
            let first = first.unwrap_or_else(|| self.imply(kind));
            self.model.singles.insert(kind, first);
            others.into_iter().for_each(|second| self.second(kind, first, second));
        }
    }

    fn imply(&mut self, kind: KindId) -> EntityId {
        let name = self.schema.kind(kind).map_or_else(|| self.model.names.intern(""), |kind| kind.name);
        // No text holds it, so it has no place.
        let nowhere = FileId(u32::MAX);
        self.model.add(Entity::new(kind, name, nowhere, Span::default(), Standing::Implied))
    }

    fn second(&mut self, kind: KindId, first: EntityId, second: EntityId) {
        let (Some(place), Some(earlier)) = (self.model.place(second), self.model.place(first)) else {
            return;
        };
        let name = self.schema.kind_name(kind);
        let message = format!("there is a second `{name}` here; one folder holds one");
        let found = Diagnostic::new("second-portfolio", Severity::Error, message, place.file, place.span)
            .label("the second")
            .related(earlier, "the first one counts")
            .help("keep one, or move this one with its proposals to a folder of its own");
        self.diagnostics.push(found);
    }

    /// A free name: an entity of which nothing is known, the same for the same name.
    pub(super) fn free_entity(&mut self, kinds: KindSet, name: &str, file: FileId, span: Span) -> EntityId {
        let symbol = self.model.names.intern(name);
        if let Some(known) = self.model.free.get(&(kinds, symbol)) {
            return *known;
        }
        let general = kinds.iter().filter_map(|id| self.schema.kind(id).map(|kind| (id, kind)));
        let open = general
            .filter(|(_, kind)| kind.open)
            .max_by_key(|(_, kind)| (kind.is_abstract, kind.is.is_none()));
        let kind = open.map_or(KindId(0), |(id, _)| id);
        let id = self.model.add(Entity::new(kind, symbol, file, span, Standing::Free));
        self.model.free.insert((kinds, symbol), id);
        id
    }
}

impl Loader<'_, '_> {
    /// Gives the blocks at the top level to their names.
    fn name_blocks(&mut self, named: Vec<(EntityId, Symbol)>) {
        self.model.top = vec![None; self.model.names.len()];
        for (id, name) in named {
            let first = self.model.top.get_mut(name.index()).map_or(id, |top| *top.get_or_insert(id));
            self.named_twice(first, id);
        }
    }

    /// Sees to it that no two parts of a block bear one name. The block has just ended: all behind it is inside.
    fn name_parts(&mut self, around: EntityId) {
        let crowded = self.model.is_crowded(around);
        let mut next = around.0 + 1;
        while let Some(part) = self.model.entity(EntityId(next)) {
            let (id, name, named) = (EntityId(next), part.name, part.named);
            next = part.end;
            if !named {
                continue;
            }
            let first = if crowded {
                *self.model.crowded.entry((around, name)).or_insert(id)
            } else {
                self.model.part_named(around, name).unwrap_or(id)
            };
            self.named_twice(first, id);
        }
    }

    /// A mistake if another block has the name already.
    fn named_twice(&mut self, first: EntityId, id: EntityId) {
        if first == id {
            return;
        }
        let (Some(place), Some(earlier)) = (self.model.place(id), self.model.place(first)) else { return };
        let written = self.model.name(id);
        // A head ends with its name.
        let start = place.span.end.saturating_sub(written.len() as u32);
        let message = format!("`{written}` is defined twice");
        let span = Span { start, ..place.span };
        let found = Diagnostic::new("duplicate-id", Severity::Error, message, place.file, span)
            .label("again here")
            .related(earlier, "first here")
            .help("give one of them another name; what refers to it means the first");
        self.diagnostics.push(found);
    }
}

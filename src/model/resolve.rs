//! Names to entities: owns the order in which a name is sought (blocks outward, the scope, the top level,
//! another scope by its name, facts) and the words for names that are not found.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::join::Moved;
use super::load::Loader;
use super::values::{Open, Spot, Values};
use super::{EntityId, Model, Written};
use crate::diagnostic::{Diagnostic, NoteKind, Severity, first_publication};
use crate::names::{Names, Symbol, nearest};
use crate::schema::{Field, KindSet, Many, Schema};
use crate::source::{FileId, Place, Span};
use crate::threads;

/// Most near misses that are sought in one portfolio: each looks at every name.
const MAX_SUGGESTIONS: usize = 50;

/// The fields of a block that are written, in which names may wait.
struct Row<'s> {
    entity: EntityId,
    file: FileId,
    /// All fields of its kind.
    fields: &'s [Field],
    /// Of each whether it is written.
    written: u64,
    cells: Range<u32>,
    borne: Borne,
}

/// What is borne as a name inside of the outermost block around, and perhaps more: most names are of other files, which
/// one look tells.
#[derive(Clone, Copy)]
struct Borne(u64);

/// A name that is sought: where it waits, what may stand in its place, and what does not fit there.
struct Sought<'s> {
    open: Open,
    /// The block in which it is written.
    entity: EntityId,
    file: FileId,
    /// The field whose value it is or is part of; none if it is what an amount is of.
    field: Option<&'s Field>,
    kinds: KindSet,
    /// What bears the name and is of no kind that may stand here.
    other: Option<EntityId>,
}

enum Found {
    One(EntityId),
    Several(EntityId, EntityId),
    Nothing,
}

/// What is to be done about names when all that can be found are.
#[derive(Default)]
struct Leftovers<'s> {
    /// In the order of the names.
    all: Vec<Left<'s>>,
    /// Of a quoted name that means the same wherever it is written, where it stands among them.
    free: FxHashMap<(KindSet, Symbol), usize>,
}

enum Left<'s> {
    /// A name is found, and something is to be said of it.
    Said(Box<Diagnostic>),
    /// A name is not found; the same holds for that in other spots.
    Open(Sought<'s>, Vec<Spot>),
}

/// Gives the words of a file.
pub(super) type Texts<'a, 't> = &'a (dyn Fn(FileId) -> &'t str + Sync);

/// Blocks of each scope by name, made when a scope is first searched.
type ScopeNames = FxHashMap<EntityId, FxHashMap<Symbol, Vec<EntityId>>>;

impl<'s> Row<'s> {
    /// Those of some blocks.
    fn all(schema: &'s Schema, model: &Model, blocks: Range<u32>) -> impl Iterator<Item = Self> {
        let mut borne = Borne::ANYTHING;
        blocks.map(EntityId).filter_map(move |entity| {
            let known = model.entity(entity)?;
            if known.parent().is_none() {
                borne = Borne::inside(schema, model, entity);
            }
            let fields = &schema.kind(known.kind)?.fields;
            Some(Self {
                entity,
                file: known.file,
                fields,
                written: known.written,
                cells: known.cells(),
                borne,
            })
        })
    }

    /// The values of fields that need not be written; they stand in no block.
    fn defaults(schema: &'s Schema, model: &Model) -> Vec<Self> {
        let kinds = schema.kinds().zip(&model.defaults);
        let rows = kinds.flat_map(|((_, kind), defaults)| {
            defaults.iter().map(|(slot, cell, file)| Self {
                entity: EntityId(u32::MAX),
                file: *file,
                fields: &kind.fields,
                written: 1 << slot.0,
                cells: *cell..*cell + 1,
                borne: Borne::ANYTHING,
            })
        });
        rows.collect()
    }

    /// The field that is written at that place among those that are.
    fn field(&self, at: usize) -> Option<&'s Field> {
        let behind = (0..at).fold(self.written, |left, _| left & left.wrapping_sub(1));
        self.fields.get(behind.trailing_zeros() as usize)
    }

    #[inline]
    fn sought(&self, schema: &Schema, at: usize, open: Open) -> Sought<'s> {
        let field = if open.of_amount { None } else { self.field(at) };
        let kinds = field.map_or(schema.amounts_of, |field| field.ty.kinds());
        Sought { open, entity: self.entity, file: self.file, field, kinds, other: None }
    }
}

impl Sought<'_> {
    /// Whether quoted words that name nothing are prose.
    fn or_text(&self) -> bool {
        self.field.is_some_and(|field| field.ty.takes_text())
    }

    /// Where the name stands, without quotation marks, and whether it has any. It is as long as when it was first met.
    fn place(&self, names: &Names) -> (Place, bool) {
        let (length, marks) = (names.text(self.open.name).len() as u32, u32::from(self.open.marks));
        let Span { start, end } = self.open.words;
        let start = if self.open.of_amount { end.saturating_sub(marks + length) } else { start + marks };
        (Place { file: self.file, span: Span { start, end: start + length } }, marks > 0)
    }

    /// What stands in its place if it means nothing.
    fn in_place(&self, words: Span, quoted: bool) -> Written {
        if self.or_text() && quoted { Written::Text(words) } else { Written::Unreadable }
    }

    /// Whether an entity may stand here; the first that may not is kept.
    fn fits(&mut self, model: &Model, id: EntityId) -> bool {
        let right = self.kinds.has(model.kind(id));
        if !right {
            self.other.get_or_insert(id);
        }
        right
    }
}

impl<'s> Leftovers<'s> {
    fn add(&mut self, sought: Sought<'s>, is_free: bool) {
        let at = self.all.len();
        if is_free {
            let first = *self.free.entry((sought.kinds, sought.open.name)).or_insert(at);
            if let Some(Left::Open(_, others)) = self.all.get_mut(first) {
                return others.push(sought.open.spot);
            }
        }
        self.all.push(Left::Open(sought, Vec::new()));
    }
}

impl Borne {
    const ANYTHING: Self = Self(u64::MAX);

    fn inside(schema: &Schema, model: &Model, id: EntityId) -> Self {
        let is_scope = schema.kind(model.kind(id)).is_some_and(|kind| kind.scope);
        if !is_scope || model.is_crowded(id) {
            return Self::ANYTHING;
        }
        let names = model.inside(id).filter_map(|inner| model.entity(inner)).map(|inner| inner.name);
        names.fold(Self(0), |borne, name| Self(borne.0 | Self::bit(name)))
    }

    fn bit(name: Symbol) -> u64 {
        1 << (name.index() as u32 % u64::BITS)
    }

    fn may_be(self, name: Symbol) -> bool {
        self.0 & Self::bit(name) != 0
    }
}

impl<'s> Loader<'s, '_> {
    /// Finds what the names of facts and of defaults stand for.
    pub(super) fn resolve_facts(&mut self, text: Texts<'_, '_>) {
        let mut values = std::mem::take(&mut self.values);
        let facts = Row::all(self.schema, &self.model, 0..self.model.len() as u32);
        let rows = facts.chain(Row::defaults(self.schema, &self.model));
        let left = self.find_all(rows, &mut values, None, text);
        self.model.values.add(values);
        self.give_up(left, text);
    }

    /// Finds what the names in each part of a portfolio stand for, and puts what the parts say into the model.
    pub(super) fn resolve(&mut self, parts: Vec<(Values, Moved)>, text: Texts<'_, '_>) {
        let parts = threads::on_each(parts, |(mut values, moved)| {
            let rows = Row::all(self.schema, &self.model, moved.blocks.clone());
            values.follow(moved.said);
            let left = self.find_all(rows, &mut values, Some(&moved), text);
            (values, left)
        });
        let (values, left): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        values.into_iter().for_each(|values| self.model.values.add(values));
        self.give_up(left.into_iter().flatten(), text);
    }

    fn find_all(
        &self,
        rows: impl Iterator<Item = Row<'s>>,
        values: &mut Values,
        moved: Option<&Moved>,
        text: Texts<'_, '_>,
    ) -> Vec<Left<'s>> {
        let renamed = |name| moved.map_or(name, |moved| moved.symbol(name));
        let (mut scopes, mut left) = (ScopeNames::default(), Leftovers::default());
        for row in rows {
            values.offer(row.cells.clone(), renamed, |at, open| {
                let mut sought = row.sought(self.schema, at, open);
                let found = self.find(&mut sought, row.borne, text, &mut scopes, &mut left.all);
                if found.is_none() {
                    let is_free = self.is_free(&sought);
                    left.add(sought, is_free);
                }
                found
            });
        }
        left.all
    }

    fn find(
        &self,
        sought: &mut Sought<'s>,
        borne: Borne,
        text: Texts<'_, '_>,
        scopes: &mut ScopeNames,
        left: &mut Vec<Left<'s>>,
    ) -> Option<Written> {
        if let Some(known) = self.word_or_group(sought) {
            return Some(known);
        }
        if borne.may_be(sought.open.name) {
            match self.find_near(sought, scopes) {
                Found::One(id) => return Some(Written::Entity(id)),
                Found::Several(a, b) => {
                    let (place, quoted) = sought.place(&self.model.names);
                    let found = self.ambiguous(place, place.span.of(text(place.file)), a, b);
                    left.push(Left::Said(Box::new(found)));
                    return Some(sought.in_place(place.span, quoted));
                }
                Found::Nothing => {}
            }
        }
        let Some((id, trade_name)) = self.find_far(sought, scopes) else {
            return self.prose(sought);
        };
        if trade_name {
            let (place, _) = sought.place(&self.model.names);
            let found = self.synonym(place, place.span.of(text(place.file)), id);
            left.push(Left::Said(Box::new(found)));
        }
        Some(Written::Entity(id))
    }

    /// Says what is left to be said, and puts something in the place of each name that is not found.
    fn give_up(&mut self, left: impl IntoIterator<Item = Left<'s>>, text: Texts<'_, '_>) {
        let mut scopes = ScopeNames::default();
        for left in left {
            match left {
                Left::Said(found) => self.diagnostics.push(*found),
                Left::Open(sought, others) => {
                    let (spot, text) = (sought.open.spot, text(sought.file));
                    let instead = self.not_found(sought, text, &mut scopes);
                    std::iter::once(spot).chain(others).for_each(|spot| self.model.values.set(spot, instead));
                }
            }
        }
    }

    fn not_found(&mut self, mut sought: Sought<'_>, text: &str, scopes: &mut ScopeNames) -> Written {
        let (place, quoted) = sought.place(&self.model.names);
        let written = place.span.of(text);
        if quoted && self.is_disguised(written, sought.kinds).is_none() {
            return self.free(&sought, place, written);
        }
        // What is of no kind that may stand here, is said to be; the nearest first.
        self.find_near(&mut sought, scopes);
        self.find_far(&mut sought, scopes);
        match sought.other {
            Some(other) => self.wrong_kind(place, written, sought.kinds, other),
            None => self.undefined(&sought, place, written, quoted),
        }
        sought.in_place(place.span, quoted)
    }

    /// A word of the enum that may stand here, too, or in a list the group that stands for its members.
    fn word_or_group(&self, sought: &Sought<'_>) -> Option<Written> {
        let (name, ty) = (sought.open.name, &sought.field?.ty);
        if let Some(ordinal) = ty.words().and_then(|id| self.schema.get_enum(id)?.ordinal(name)) {
            return Some(Written::Enum(ordinal));
        }
        if ty.many != Many::List {
            return None;
        }
        let group = self.model.group_named(name)?;
        let fits = self.model.group(group).is_some_and(|group| sought.kinds.has(group.of));
        (fits && sought.open.marks == 0).then_some(Written::Group(group))
    }

    /// Sought in the blocks outward, then anywhere in the scope.
    fn find_near(&self, sought: &mut Sought<'_>, scopes: &mut ScopeNames) -> Found {
        let model = &self.model;
        let (entity, name) = (sought.entity, sought.open.name);
        let scope = model.scope(self.schema, entity);
        // What is written in a fact names other facts.
        let blocks = std::iter::once(entity).chain(model.around(entity)).filter(|_| !self.facts);
        for around in blocks {
            let part = model.part_named(around, name);
            if let Some(id) = part.filter(|id| sought.fits(model, *id)) {
                return Found::One(id);
            }
        }
        let Some(scope) = scope else { return Found::Nothing };
        let mut found = Found::Nothing;
        for id in in_scope(model, scope, name, scopes) {
            if sought.fits(model, id) {
                match found {
                    Found::One(first) => return Found::Several(first, id),
                    _ => found = Found::One(id),
                }
            }
        }
        found
    }

    /// Sought at the top level, in another scope by its name, among the facts; with whether it is a trade name.
    fn find_far(&self, sought: &mut Sought<'_>, scopes: &mut ScopeNames) -> Option<(EntityId, bool)> {
        let model = &self.model;
        let name = sought.open.name;
        if let Some(id) = model.top(name).filter(|id| sought.fits(model, *id)) {
            return Some((id, false));
        }
        let known = model.known.get(&name);
        if known.is_none_or(|known| known.dotted)
            && let Some(id) = self.dotted(name, sought.entity, scopes).filter(|id| sought.fits(model, *id))
        {
            return Some((id, false));
        }
        let known = known?.iter().find(|known| sought.fits(model, known.fact))?;
        Some((known.fact, known.trade_name))
    }

    /// `parent.name` within the scope, or `scope.name` elsewhere.
    fn dotted(&self, name: Symbol, from: EntityId, scopes: &mut ScopeNames) -> Option<EntityId> {
        let model = &self.model;
        let (outer, inner) = model.names.text(name).split_once('.')?;
        let (outer, inner) = (model.names.get(outer)?, model.names.get(inner)?);
        let scope = model.scope(self.schema, from);
        let near = scope.map(|scope| in_scope(model, scope, outer, scopes)).unwrap_or_default();
        if let Some(id) = near.iter().find_map(|parent| model.part_named(*parent, inner)) {
            return Some(id);
        }
        let top = model.top(outer)?;
        let direct = model.part_named(top, inner);
        direct.or_else(|| in_scope(model, top, inner, scopes).first().copied())
    }

    /// Quoted words that name nothing, where prose may stand. What imitates a name is not yet among them.
    fn prose(&self, sought: &Sought<'_>) -> Option<Written> {
        if !sought.or_text() || !self.model.names.text(sought.open.name).is_ascii() {
            return None;
        }
        let (place, quoted) = sought.place(&self.model.names);
        quoted.then_some(Written::Text(place.span))
    }

    /// Whether a name that nothing bears stands for an unknown entity, the same wherever it is written.
    fn is_free(&self, sought: &Sought<'_>) -> bool {
        let name = self.model.names.text(sought.open.name);
        let is_quoted = sought.open.marks > 0 && name.is_ascii() && !name.trim().is_empty();
        is_quoted && !sought.or_text() && self.may_be_free(sought)
    }

    fn free(&mut self, sought: &Sought<'_>, place: Place, written: &str) -> Written {
        if sought.or_text() {
            return Written::Text(place.span);
        }
        if self.may_be_free(sought) && !written.trim().is_empty() {
            return Written::Entity(self.free_entity(sought.kinds, written, place.file, place.span));
        }
        self.undefined(sought, place, written, true);
        Written::Unreadable
    }

    fn may_be_free(&self, sought: &Sought) -> bool {
        sought.kinds.iter().any(|id| self.schema.kind(id).is_some_and(|kind| kind.open))
    }

    /// The known name that words of another script imitate.
    fn is_disguised(&self, written: &str, kinds: KindSet) -> Option<String> {
        if written.is_ascii() {
            return None;
        }
        let plain: String = unicode_security::skeleton(written).collect();
        let name = self.model.names.get(&plain)?;
        let known = self.model.fact_named(name, kinds).or_else(|| self.model.top(name));
        known.map(|_| plain)
    }

    fn undefined(&mut self, sought: &Sought<'_>, place: Place, written: &str, quoted: bool) {
        if let Some(plain) = self.is_disguised(written, sought.kinds) {
            self.diagnostics.push(lookalike(place, written, Some(&plain)));
            return;
        }
        let kinds = self.schema.list_kinds(sought.kinds);
        let found = Diagnostic::new(
            "undefined-reference",
            Severity::Error,
            format!("no {kinds} is named `{written}`"),
            place.file,
            place.span,
        );
        self.suggestions += 1;
        let near =
            if self.suggestions <= MAX_SUGGESTIONS { self.near_name(sought.kinds, written) } else { None };
        let found = match near {
            Some((near, Some(at))) => {
                found.label("no such name").related(at, "did you mean this one?").help(format!("`{near}`"))
            }
            Some((near, None)) => found.label(format!("did you mean `{near}`?")).help(format!("`{near}`")),
            None if self.may_be_free(sought) && !quoted => {
                found.label("declared nowhere, and not among the facts").help(format!(
                    "declare it, or write `\"{written}\"` in quotation marks if nothing more is known of it"
                ))
            }
            None => found.label("declared nowhere, and not among the facts"),
        };
        self.diagnostics.push(found);
    }

    fn near_name(&self, kinds: KindSet, written: &str) -> Option<(String, Option<Place>)> {
        let model = &self.model;
        let declared = model.declared().filter(|id| kinds.has(model.kind(*id)));
        let facts = model
            .known
            .iter()
            .filter(|(_, known)| known.iter().any(|known| kinds.has(model.kind(known.fact))));
        let names = declared.map(|id| model.name(id)).chain(facts.map(|(name, _)| model.names.text(*name)));
        let near = nearest(written, names)?.to_owned();
        let id = model.declared().find(|id| model.name(*id) == near && kinds.has(model.kind(*id)));
        Some((near, id.and_then(|id| model.place(id))))
    }

    fn wrong_kind(&mut self, place: Place, written: &str, kinds: KindSet, other: EntityId) {
        let (is, wanted) =
            (self.schema.kind_name(self.model.kind(other)).to_owned(), self.schema.list_kinds(kinds));
        let found = Diagnostic::new(
            "wrong-kind",
            Severity::Error,
            format!("`{written}` is a {is}; a {wanted} should stand here"),
            place.file,
            place.span,
        )
        .label(format!("a {is}"));
        let declared = self.model.place(other).filter(|_| !self.model.is_fact(other));
        self.diagnostics.push(match declared {
            Some(declared) => found.related(declared, "this is what it names"),
            None => found,
        });
    }

    fn ambiguous(&self, place: Place, written: &str, a: EntityId, b: EntityId) -> Diagnostic {
        let path = |id: EntityId| {
            let parent = self.model.parent(id);
            parent.map_or_else(String::new, |parent| format!("{}.", self.model.name(parent)))
                + self.model.name(id)
        };
        let found = Diagnostic::new(
            "ambiguous-name",
            Severity::Error,
            format!("`{written}` may mean two things here"),
            place.file,
            place.span,
        )
        .label("which one?");
        let help = format!("write `{}` or `{}`", path(a), path(b));
        let related = [(a, "this one"), (b, "or this one")];
        let found = related.into_iter().fold(found, |found, (id, text)| match self.model.place(id) {
            Some(place) => found.related(place, text),
            None => found,
        });
        found.help(help)
    }

    fn synonym(&self, place: Place, written: &str, fact: EntityId) -> Diagnostic {
        let name = self.model.name(fact);
        let source = self
            .model
            .provenance(fact, None)
            .map(|known| format!(" ({}, as of {})", first_publication(&known.source), known.as_of));
        Diagnostic::new(
            "synonym",
            Severity::Note,
            format!("`{written}` is a trade name of `{name}` and is read as it"),
            place.file,
            place.span,
        )
        .label(format!("`{name}`"))
        .note(
            NoteKind::Why,
            format!("under two names, those who share it look independent{}", source.unwrap_or_default()),
        )
        .help(format!("`{name}`"))
    }
}

/// The entities of a scope that bear a name, in written order.
fn in_scope(model: &Model, scope: EntityId, name: Symbol, scopes: &mut ScopeNames) -> Vec<EntityId> {
    let named = |id: EntityId| model.entity(id).map(|entity| (entity.name, id));
    if !model.is_crowded(scope) {
        let all = model.inside(scope).filter_map(named);
        return all.filter(|(own, _)| *own == name).map(|(_, id)| id).collect();
    }
    let names = scopes.entry(scope).or_insert_with(|| {
        let mut names: FxHashMap<Symbol, Vec<EntityId>> = FxHashMap::default();
        model.inside(scope).filter_map(named).for_each(|(name, id)| names.entry(name).or_default().push(id));
        names
    });
    names.get(&name).cloned().unwrap_or_default()
}

/// A word with letters of another script; `plain` is the known name that it imitates.
pub(super) fn lookalike(place: Place, written: &str, plain: Option<&str>) -> Diagnostic {
    let odd: Vec<String> =
        written.chars().filter(|c| !c.is_ascii()).map(|c| format!("U+{:04X}", c as u32)).collect();
    let message = match plain {
        Some(plain) => format!("`{written}` looks like `{plain}` but holds letters of another script"),
        None => format!("the name `{written}` holds letters other than a to z"),
    };
    let found =
        Diagnostic::new("lookalike-letter", Severity::Error, message, place.file, place.span).label(format!(
            "{} {}",
            odd.join(", "),
            if odd.len() == 1 { "is no letter of a to z" } else { "are no letters of a to z" }
        ));
    match plain {
        Some(plain) => found
            .note(
                NoteKind::Why,
                "no rule would see it for what it is; until it is mended it counts as unknown",
            )
            .help(format!("retype it: `{plain}`, if that is meant")),
        None => found.help(
            "write names with the letters a to z, digits, `-` and `_`; other letters may stand in titles",
        ),
    }
}

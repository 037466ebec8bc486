//! Names to entities: owns the order in which a name is sought (blocks outward, the scope, the top level,
//! another scope by its name, facts) and the words for names that are not found.

use rustc_hash::FxHashMap;

use super::load::Loader;
use super::{EntityId, Model, Written};
use crate::diagnostic::{Diagnostic, NoteKind, Severity, first_publication};
use crate::names::{Symbol, nearest};
use crate::schema::{EnumId, KindSet};
use crate::source::{FileId, Place, Span};

/// Most near misses that are sought in one portfolio: each looks at every name.
const MAX_SUGGESTIONS: usize = 50;

/// Where a resolved name goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    /// A cell.
    Cell(u32),
    /// An item of a list.
    Item(u32),
    /// What an amount is of.
    Of(u32),
}

/// A name still to be found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub target: Target,
    /// The block in which it is written.
    pub entity: EntityId,
    pub file: FileId,
    /// The name, without quotation marks.
    pub span: Span,
    pub quoted: bool,
    pub kinds: KindSet,
    /// Whether a group may stand for its members.
    pub in_list: bool,
    /// Whether quoted words that name nothing are prose.
    pub or_text: bool,
    /// The enum whose words may stand here too.
    pub words: Option<EnumId>,
}

enum Found {
    One(EntityId, bool),
    Several(EntityId, EntityId),
    WrongKind(EntityId),
    Nothing,
}

/// Blocks of each scope by name, made when a scope is first searched.
type ScopeNames = FxHashMap<EntityId, FxHashMap<Symbol, Vec<EntityId>>>;

impl Loader<'_, '_> {
    /// Resolves all names that are pending; `text` gives the words of a file.
    pub(super) fn resolve_all<'t>(&mut self, text: &dyn Fn(FileId) -> &'t str) {
        let mut scopes = ScopeNames::default();
        for pending in std::mem::take(&mut self.pending) {
            let written = pending.span.of(text(pending.file));
            self.resolve(&pending, written, &mut scopes);
        }
    }

    fn resolve(&mut self, pending: &Pending, written: &str, scopes: &mut ScopeNames) {
        let place = Place { file: pending.file, span: pending.span };
        let symbol = self.model.names.get(written);
        if let Some(ordinal) =
            symbol.zip(pending.words).and_then(|(word, id)| self.schema.get_enum(id)?.ordinal(word))
        {
            return self.set(pending.target, Written::Enum(ordinal));
        }
        let group = symbol
            .filter(|_| pending.in_list && !pending.quoted)
            .and_then(|name| self.model.group_named(name));
        if let Some(group) =
            group.filter(|id| self.model.group(*id).is_some_and(|group| pending.kinds.has(group.of)))
        {
            return self.set(pending.target, Written::Group(group));
        }
        match self.find(pending, written, symbol, scopes) {
            Found::One(id, trade_name) => {
                if trade_name {
                    self.synonym(place, written, id);
                }
                self.set(pending.target, Written::Entity(id));
            }
            Found::Several(a, b) => self.ambiguous(place, written, a, b),
            _ if pending.quoted && self.is_disguised(written, pending.kinds).is_none() => {
                self.free(pending, written)
            }
            Found::WrongKind(other) => self.wrong_kind(place, written, pending.kinds, other),
            Found::Nothing => self.undefined(pending, written),
        }
    }

    fn find(
        &self,
        pending: &Pending,
        written: &str,
        symbol: Option<Symbol>,
        scopes: &mut ScopeNames,
    ) -> Found {
        let mut other = None;
        let model = &self.model;
        let fits = |id: EntityId, other: &mut Option<EntityId>| {
            let right = pending.kinds.has(model.kind(id));
            if !right {
                other.get_or_insert(id);
            }
            right
        };
        if let Some(name) = symbol {
            for around in std::iter::once(pending.entity).chain(model.around(pending.entity)) {
                if let Some(id) =
                    model.inside.get(&(Some(around), name)).copied().filter(|id| fits(*id, &mut other))
                {
                    return Found::One(id, false);
                }
            }
            if let Some(scope) =
                model.entity(pending.entity).and_then(|_| model.scope(self.schema, pending.entity))
            {
                let mut hits = in_scope(model, scope, name, scopes);
                hits.retain(|id| fits(*id, &mut other));
                match hits.as_slice() {
                    [] => {}
                    [only] => return Found::One(*only, false),
                    [a, b, ..] => return Found::Several(*a, *b),
                }
            }
            if let Some(id) = model.inside.get(&(None, name)).copied().filter(|id| fits(*id, &mut other)) {
                return Found::One(id, false);
            }
        }
        if let Some(id) = self.dotted(pending, written, scopes).filter(|id| fits(*id, &mut other)) {
            return Found::One(id, false);
        }
        let known = symbol.and_then(|name| model.known.get(&name)).map_or(&[][..], Vec::as_slice);
        if let Some(known) = known.iter().find(|known| fits(known.fact, &mut other)) {
            return Found::One(known.fact, known.trade_name);
        }
        other.map_or(Found::Nothing, Found::WrongKind)
    }

    /// `parent.name` within the scope, or `scope.name` elsewhere.
    fn dotted(&self, pending: &Pending, written: &str, scopes: &mut ScopeNames) -> Option<EntityId> {
        let (outer, inner) = written.split_once('.')?;
        let (outer, inner) = (self.model.names.get(outer)?, self.model.names.get(inner)?);
        let model = &self.model;
        let scope = model.entity(pending.entity).and_then(|_| model.scope(self.schema, pending.entity));
        let near = scope.map(|scope| in_scope(model, scope, outer, scopes)).unwrap_or_default();
        if let Some(id) = near.iter().find_map(|parent| model.inside.get(&(Some(*parent), inner))) {
            return Some(*id);
        }
        let top = model.inside.get(&(None, outer)).copied()?;
        let direct = model.inside.get(&(Some(top), inner)).copied();
        direct.or_else(|| in_scope(model, top, inner, scopes).first().copied())
    }

    fn free(&mut self, pending: &Pending, written: &str) {
        if pending.or_text {
            return;
        }
        let open = pending.kinds.iter().any(|id| self.schema.kind(id).is_some_and(|kind| kind.open));
        if open && !written.trim().is_empty() {
            let id = self.free_entity(pending.kinds, written, pending.file, pending.span);
            return self.set(pending.target, Written::Entity(id));
        }
        self.undefined(pending, written);
    }

    /// The known name that words of another script imitate.
    fn is_disguised(&self, written: &str, kinds: KindSet) -> Option<String> {
        if written.is_ascii() {
            return None;
        }
        let plain: String = unicode_security::skeleton(written).collect();
        let name = self.model.names.get(&plain)?;
        let known =
            self.model.fact_named(name, kinds).or_else(|| self.model.inside.get(&(None, name)).copied());
        known.map(|_| plain)
    }

    fn undefined(&mut self, pending: &Pending, written: &str) {
        let place = Place { file: pending.file, span: pending.span };
        if let Some(plain) = self.is_disguised(written, pending.kinds) {
            self.diagnostics.push(lookalike(place, written, Some(&plain)));
            return;
        }
        let kinds = self.schema.list_kinds(pending.kinds);
        let found = Diagnostic::new(
            "undefined-reference",
            Severity::Error,
            format!("no {kinds} is named `{written}`"),
            place.file,
            place.span,
        );
        self.suggestions += 1;
        let near = if self.suggestions <= MAX_SUGGESTIONS { self.near_name(pending, written) } else { None };
        let free = pending.kinds.iter().any(|id| self.schema.kind(id).is_some_and(|kind| kind.open));
        let found = match near {
            Some((near, Some(at))) => {
                found.label("no such name").related(at, "did you mean this one?").help(format!("`{near}`"))
            }
            Some((near, None)) => found.label(format!("did you mean `{near}`?")).help(format!("`{near}`")),
            None if free && !pending.quoted => {
                found.label("declared nowhere, and not among the facts").help(format!(
                    "declare it, or write `\"{written}\"` in quotation marks if nothing more is known of it"
                ))
            }
            None => found.label("declared nowhere, and not among the facts"),
        };
        self.diagnostics.push(found);
    }

    fn near_name(&self, pending: &Pending, written: &str) -> Option<(String, Option<Place>)> {
        let model = &self.model;
        let declared = model.declared().filter(|id| pending.kinds.has(model.kind(*id)));
        let facts = model
            .known
            .iter()
            .filter(|(_, known)| known.iter().any(|known| pending.kinds.has(model.kind(known.fact))));
        let names = declared.map(|id| model.name(id)).chain(facts.map(|(name, _)| model.names.text(*name)));
        let near = nearest(written, names)?.to_owned();
        let id = model.declared().find(|id| model.name(*id) == near && pending.kinds.has(model.kind(*id)));
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

    fn ambiguous(&mut self, place: Place, written: &str, a: EntityId, b: EntityId) {
        let path = |id: EntityId| {
            let parent = self.model.entity(id).and_then(|entity| entity.parent);
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
        self.diagnostics.push(found.help(help));
    }

    fn synonym(&mut self, place: Place, written: &str, fact: EntityId) {
        let name = self.model.name(fact);
        let source = self
            .model
            .provenance(fact, None)
            .map(|known| format!(" ({}, as of {})", first_publication(&known.source), known.as_of));
        let found = Diagnostic::new(
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
        .help(format!("`{name}`"));
        self.diagnostics.push(found);
    }
}

/// Most entities of a scope that are gone through for each name; names of a larger one get a table.
const MAX_SCANNED: u32 = 64;

/// The entities of a scope that bear a name, in written order.
fn in_scope(model: &Model, scope: EntityId, name: Symbol, scopes: &mut ScopeNames) -> Vec<EntityId> {
    let named = |id: EntityId| model.entity(id).map(|entity| (entity.name, id));
    if model.entity(scope).is_some_and(|entity| entity.end - scope.0 <= MAX_SCANNED) {
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

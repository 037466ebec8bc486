//! Names to entities: owns the order in which a name is sought (blocks outward, the scope, the top level,
//! another scope by its name, facts) and the words for names that are not found.

use rustc_hash::FxHashMap;

use super::join::{Moved, Own, Values};
use super::load::Loader;
use super::{EntityId, Model, Written};
use crate::diagnostic::{Diagnostic, NoteKind, Severity, first_publication};
use crate::names::{Symbol, nearest};
use crate::schema::{EnumId, KindId, KindSet, Many, Schema, Slot};
use crate::source::{FileId, Place, Span};
use crate::threads;

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

/// A name still to be found. There are many at once, so what its field tells is not kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub target: Target,
    /// The block in which it is written.
    pub entity: EntityId,
    pub file: FileId,
    /// The name, without quotation marks.
    pub span: Span,
    pub name: Symbol,
    pub quoted: bool,
    /// The field whose value it is or is part of; none if it is what an amount is of.
    pub field: Option<(KindId, Slot)>,
}

/// A name that is sought: what may stand in its place, and what does not fit there.
struct Sought {
    pending: Pending,
    kinds: KindSet,
    /// Whether a group may stand for its members.
    in_list: bool,
    /// Whether quoted words that name nothing are prose.
    or_text: bool,
    /// The enum whose words may stand here too.
    words: Option<EnumId>,
    /// What bears the name and is of no kind that may stand here.
    other: Option<EntityId>,
}

enum Found {
    One(EntityId),
    Several(EntityId, EntityId),
    Nothing,
}

/// What is to be done about a name when all names that can be found are.
enum Left {
    /// It is found, and something is to be said of it.
    Said(Box<Diagnostic>),
    /// It is not found.
    Open(Pending),
}

/// Gives the words of a file.
pub(super) type Texts<'a, 't> = &'a (dyn Fn(FileId) -> &'t str + Sync);

/// Blocks of each scope by name, made when a scope is first searched.
type ScopeNames = FxHashMap<EntityId, FxHashMap<Symbol, Vec<EntityId>>>;

impl Pending {
    fn place(&self) -> Place {
        Place { file: self.file, span: self.span }
    }
}

impl Sought {
    fn new(schema: &Schema, pending: Pending) -> Self {
        let field = pending.field.and_then(|(kind, slot)| schema.kind(kind)?.field(slot));
        Self {
            pending,
            kinds: field.map_or_else(|| schema.amounts_of, |field| field.ty.kinds()),
            in_list: field.is_some_and(|field| field.ty.many == Many::List),
            or_text: field.is_some_and(|field| field.ty.takes_text()),
            words: field.and_then(|field| field.ty.words()),
            other: None,
        }
    }

    fn place(&self) -> Place {
        self.pending.place()
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

impl Loader<'_, '_> {
    /// Resolves what its own scope can: all of the scope has been read, and nothing outside of it counts for more.
    pub(super) fn resolve_near<'t>(&mut self, text: Texts<'_, 't>) {
        let mut scopes = ScopeNames::default();
        let mut pending = std::mem::take(&mut self.pending);
        let mut kept = self.far;
        for at in self.far..pending.len() {
            let Some(here) = pending.get(at).copied() else { break };
            if !self.resolved_near(&mut Sought::new(self.schema, here), text, &mut scopes) {
                if let Some(slot) = pending.get_mut(kept) {
                    *slot = here;
                }
                kept += 1;
            }
        }
        pending.truncate(kept);
        (self.pending, self.far) = (pending, kept);
    }

    /// Resolves all names that are pending; `text` gives the words of a file.
    pub(super) fn resolve_all<'t>(&mut self, text: Texts<'_, 't>) {
        self.resolve_near(text);
        self.far = 0;
        let (pending, values) = (std::mem::take(&mut self.pending), Values::out_of(&mut self.model));
        self.resolve_far(vec![(pending, Moved::default())], values, text);
    }

    /// Resolves the names that the scopes of each part do not hold. The values of the model lie apart until then.
    pub(super) fn resolve_far<'t>(
        &mut self,
        far: Vec<(Vec<Pending>, Moved)>,
        mut values: Values,
        text: Texts<'_, 't>,
    ) {
        let (pending, moves): (Vec<_>, Vec<_>) = far.into_iter().unzip();
        let hands = pending.into_iter().zip(&moves).zip(values.share(&moves)).collect();
        let left = threads::on_each(hands, |((pending, moved), mut own)| {
            let pending = pending.into_iter().map(|pending| moved.pending(pending));
            self.find_all_far(pending, &mut own, text)
        });
        values.into(&mut self.model);
        let mut scopes = ScopeNames::default();
        for left in left.into_iter().flatten() {
            match left {
                Left::Said(found) => self.diagnostics.push(*found),
                Left::Open(pending) => {
                    self.not_found(pending, pending.span.of(text(pending.file)), &mut scopes);
                }
            }
        }
    }

    /// Sets what is found; what is left is in the order of the names.
    fn find_all_far<'t>(
        &self,
        pending: impl Iterator<Item = Pending>,
        own: &mut Own<'_>,
        text: Texts<'_, 't>,
    ) -> Vec<Left> {
        let mut scopes = ScopeNames::default();
        let mut left = Vec::new();
        for pending in pending {
            let Some((id, trade_name)) = self.find_far(&mut Sought::new(self.schema, pending), &mut scopes)
            else {
                left.push(Left::Open(pending));
                continue;
            };
            own.set(pending.target, Written::Entity(id));
            if trade_name {
                let written = pending.span.of(text(pending.file));
                left.push(Left::Said(Box::new(self.synonym(pending.place(), written, id))));
            }
        }
        left
    }

    fn not_found(&mut self, pending: Pending, written: &str, scopes: &mut ScopeNames) {
        let mut sought = Sought::new(self.schema, pending);
        if pending.quoted && self.is_disguised(written, sought.kinds).is_none() {
            return self.free(&sought, written);
        }
        // What is of no kind that may stand here, is said to be; the nearest first.
        self.find_near(&mut sought, scopes);
        self.find_far(&mut sought, scopes);
        match sought.other {
            Some(other) => self.wrong_kind(sought.place(), written, sought.kinds, other),
            None => self.undefined(&sought, written),
        }
    }

    fn resolved_near<'t>(
        &mut self,
        sought: &mut Sought,
        text: Texts<'_, 't>,
        scopes: &mut ScopeNames,
    ) -> bool {
        let pending = sought.pending;
        let word = sought.words.and_then(|id| self.schema.get_enum(id)?.ordinal(pending.name));
        if let Some(ordinal) = word {
            self.set(pending.target, Written::Enum(ordinal));
            return true;
        }
        if sought.in_list
            && !pending.quoted
            && let Some(id) = self.model.group_named(pending.name)
            && self.model.group(id).is_some_and(|group| sought.kinds.has(group.of))
        {
            self.set(pending.target, Written::Group(id));
            return true;
        }
        match self.find_near(sought, scopes) {
            Found::One(id) => self.set(pending.target, Written::Entity(id)),
            Found::Several(a, b) => {
                self.ambiguous(sought.place(), pending.span.of(text(pending.file)), a, b);
            }
            Found::Nothing => return false,
        }
        true
    }

    /// Sought in the blocks outward, then anywhere in the scope.
    fn find_near(&self, sought: &mut Sought, scopes: &mut ScopeNames) -> Found {
        let model = &self.model;
        let Pending { entity, name, .. } = sought.pending;
        let scope = model.scope(self.schema, entity);
        // Most names are of other files, which one look at the scope tells.
        let outermost =
            scope.filter(|scope| model.entity(*scope).is_some_and(|scope| scope.parent.is_none()));
        if outermost.is_some_and(|scope| !model.is_crowded(scope) && !model.holds_name(scope, name)) {
            return Found::Nothing;
        }
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
    fn find_far(&self, sought: &mut Sought, scopes: &mut ScopeNames) -> Option<(EntityId, bool)> {
        let model = &self.model;
        let name = sought.pending.name;
        if let Some(id) = model.top(name).filter(|id| sought.fits(model, *id)) {
            return Some((id, false));
        }
        if let Some(id) = self.dotted(sought.pending, scopes).filter(|id| sought.fits(model, *id)) {
            return Some((id, false));
        }
        let known = model.known.get(&name)?.iter().find(|known| sought.fits(model, known.fact))?;
        Some((known.fact, known.trade_name))
    }

    /// `parent.name` within the scope, or `scope.name` elsewhere.
    fn dotted(&self, pending: Pending, scopes: &mut ScopeNames) -> Option<EntityId> {
        let model = &self.model;
        let (outer, inner) = model.names.text(pending.name).split_once('.')?;
        let (outer, inner) = (model.names.get(outer)?, model.names.get(inner)?);
        let scope = model.scope(self.schema, pending.entity);
        let near = scope.map(|scope| in_scope(model, scope, outer, scopes)).unwrap_or_default();
        if let Some(id) = near.iter().find_map(|parent| model.part_named(*parent, inner)) {
            return Some(id);
        }
        let top = model.top(outer)?;
        let direct = model.part_named(top, inner);
        direct.or_else(|| in_scope(model, top, inner, scopes).first().copied())
    }

    fn free(&mut self, sought: &Sought, written: &str) {
        if sought.or_text {
            return;
        }
        let Pending { target, file, span, .. } = sought.pending;
        if self.may_be_free(sought) && !written.trim().is_empty() {
            let id = self.free_entity(sought.kinds, written, file, span);
            return self.set(target, Written::Entity(id));
        }
        self.undefined(sought, written);
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

    fn undefined(&mut self, sought: &Sought, written: &str) {
        let place = sought.place();
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
            None if self.may_be_free(sought) && !sought.pending.quoted => {
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

//! What stands behind a dot: fields, plurals, reverse names, and the parts of paths, groups and amounts. Owns
//! the words for what is not there.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::ast::{Ast, Node as Written};
use super::expr::{Access, Constant, How, Index, Node, Ty};
use super::typing::Typer;
use crate::model::{ReadValue, read_place};
use crate::names::{Symbol, nearest};
use crate::schema::{Base, Dimension, KindId, KindSet, Many, Schema, Slot, Type};
use crate::source::Span;
use crate::syntax::Reader;

/// What all rules share while they are read.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Reads what stands in a statement and needs a tree of its own.
    pub reader: Reader,
    /// The tables that rules look entities up in.
    pub indexes: Vec<Index>,
    /// Whether a word was met that may name a fact, while there were none yet.
    pub asks_for_facts: bool,
    /// How many sets of ends there are that are always the same.
    pub end_sets: usize,
    /// What a word after a dot means for entities of some kinds, and what it yields.
    meanings: FxHashMap<(KindSet, Symbol), Option<(Access, Ty)>>,
}

impl Tables {
    /// A number for one more set of ends.
    pub(super) fn next_ends(&mut self) -> usize {
        self.end_sets += 1;
        self.end_sets - 1
    }
}

impl<'a> Typer<'a> {
    pub(super) fn field(&mut self, base: &Ast<'a>, field: &str, span: Span) -> (Node, Ty) {
        if let Written::Word(word) = &base.node
            && *word == "param"
        {
            return self.parameter(field, span);
        }
        let base = self.expr(base, None);
        match self.access(&base.ty, field, span) {
            Some((access, ty)) => (Node::Field(Box::new(base), access), ty),
            None => (Node::Constant(Constant::Unknown), Ty::Any),
        }
    }

    pub(super) fn parameter(&mut self, name: &str, span: Span) -> (Node, Ty) {
        let schema = self.schema();
        let parameters = schema.parameters();
        let found =
            parameters.iter().position(|known| schema.names.text(known.name).eq_ignore_ascii_case(name));
        let Some(at) = found else {
            let near = nearest(name, parameters.iter().map(|known| schema.names.text(known.name)));
            let label = near.map_or_else(|| "not declared".into(), |near| format!("did you mean `{near}`?"));
            self.error("undefined-reference", span, format!("there is no parameter `{name}`"), label);
            return (Node::Constant(Constant::Unknown), Ty::Any);
        };
        (Node::Parameter(at), self.parameter_type(at))
    }

    pub(super) fn parameter_type(&self, at: usize) -> Ty {
        let Some(place) = self.schema().parameters().get(at).map(|known| known.value) else { return Ty::Any };
        let text = self.context.texts.get(&place.file).copied().unwrap_or("");
        match read_place(text, place, self.schema(), &self.schema().names) {
            Ok(ReadValue::Amount(amount)) => Ty::Amount(Some(self.schema().units.dimension(amount.measure))),
            Ok(ReadValue::Dates(_)) => Ty::Dates,
            Ok(ReadValue::Unknown) | Err(_) => Ty::Any,
        }
    }

    /// What a word after a dot means for a value of a type.
    pub(super) fn access(&mut self, base: &Ty, field: &str, span: Span) -> Option<(Access, Ty)> {
        if *base == Ty::Any {
            return None;
        }
        if let Some(found) = builtin_access(base, field, self.schema()) {
            return Some(found);
        }
        if let Ty::List(_) = base {
            let message = format!(
                "`{field}` is asked of a list; choose one of it (`first`, `argmax`), or say `some x in …`"
            );
            self.error("rule-many-values", span, message, "one value is needed before the dot");
            return None;
        }
        let kinds = base.kinds();
        match self.entity_access(kinds, field) {
            Some(found) => Some(found),
            None => {
                self.unknown_field(base, kinds, field, span);
                None
            }
        }
    }

    pub(super) fn entity_access(&mut self, kinds: KindSet, field: &str) -> Option<(Access, Ty)> {
        let name = self.schema().names.get(field)?;
        if let Some(known) = self.tables.meanings.get(&(kinds, name)) {
            return known.clone();
        }
        let found = self.meaning(kinds, name);
        self.tables.meanings.insert((kinds, name), found.clone());
        found
    }

    fn meaning(&mut self, kinds: KindSet, name: Symbol) -> Option<(Access, Ty)> {
        let schema = self.schema();
        let plural = schema.kind_in_plural(name).and_then(|id| schema.kind(id)).map(|kind| kind.family);
        let plural = plural.map(|family| (family, holders(schema, family)));
        let mut ty: Option<Ty> = None;
        let mut per_kind = vec![How::Nothing; schema.kinds().count()];
        for kind in kinds.iter() {
            let Some((how, own)) = self.how(kind, name, plural) else { continue };
            if let Some(slot) = per_kind.get_mut(kind.0 as usize) {
                *slot = how;
            }
            ty = Some(match ty {
                Some(ty) => ty.join(own),
                None => own,
            });
        }
        // Kinds that are declared last are those of facts, which few names are asked of.
        while per_kind.last() == Some(&How::Nothing) {
            per_kind.pop();
        }
        Some((Access::Entity(name, per_kind.into()), ty?))
    }

    /// What a name means for one kind; `plural` are the kinds of which it is the plural, and those that hold them.
    fn how(&mut self, kind: KindId, name: Symbol, plural: Option<(KindSet, KindSet)>) -> Option<(How, Ty)> {
        let schema = self.schema();
        if let Some(slot) = schema.kind(kind)?.slot(name) {
            let ty = schema.field(kind, slot).map_or(Ty::Any, |field| field_type(&field.ty));
            return Some((How::Field(slot), ty));
        }
        let leads_here = |(other, slot): &&(KindId, Slot)| {
            schema.field(*other, *slot).is_some_and(|field| field.ty.kinds().has(kind))
        };
        let referring: Vec<_> = schema.reversed(name).iter().filter(leads_here).copied().collect();
        if !referring.is_empty() {
            let kinds =
                referring.iter().fold(KindSet::EMPTY, |set, (kind, _)| set.union(KindSet::one(*kind)));
            let index = self.index(referring);
            return Some((How::Referrers(index), Ty::List(Arc::new(Ty::Entity(kinds)))));
        }
        let (family, _) = plural.filter(|(_, holders)| holders.has(kind))?;
        Some((How::Inside(family), Ty::List(Arc::new(Ty::Entity(family)))))
    }

    pub(super) fn index(&mut self, mut fields: Vec<(KindId, Slot)>) -> usize {
        fields.sort_unstable();
        let wanted = Index { fields };
        let indexes = &mut self.tables.indexes;
        indexes.iter().position(|known| *known == wanted).unwrap_or_else(|| {
            indexes.push(wanted);
            indexes.len() - 1
        })
    }

    pub(super) fn unknown_field(&mut self, base: &Ty, kinds: KindSet, field: &str, span: Span) {
        let schema = self.schema();
        let (message, label) = if kinds.is_empty() {
            (format!("{} has no `{field}`", self.describe(base)), "no such part".to_owned())
        } else {
            let own = kinds
                .iter()
                .filter_map(|kind| schema.kind(kind))
                .flat_map(|kind| kind.fields.iter().map(|field| field.name));
            let plurals = schema.kinds().filter_map(|(_, kind)| kind.plural);
            let reverses =
                schema.kinds().flat_map(|(_, kind)| kind.fields.iter().filter_map(|field| field.reverse));
            let names: Vec<&str> =
                own.chain(plurals).chain(reverses).map(|name| schema.names.text(name)).collect();
            let near = nearest(field, names.into_iter()).map(|near| format!("did you mean `{near}`?"));
            (
                format!("`{}` has no field `{field}`", schema.list_kinds(kinds)),
                near.unwrap_or_else(|| "not in the schema".into()),
            )
        };
        self.error("unknown-field", span, message, label);
    }
}

/// The kinds in whose blocks those of some kinds can stand, at any depth. A kind that may hold anything counts as
/// a holder of its like.
fn holders(schema: &Schema, kinds: KindSet) -> KindSet {
    let around = |inner: KindSet| {
        let inside = inner.iter().filter_map(|id| Some((id, schema.kind(id)?.inside)));
        inside.fold(KindSet::EMPTY, |set, (id, inside)| set.union(inside.without(KindSet::one(id))))
    };
    let (mut found, mut grown) = (KindSet::EMPTY, kinds);
    while found != grown {
        found = grown;
        grown = found.union(around(found));
    }
    let all = schema.kinds().fold(KindSet::EMPTY, |set, (id, _)| set.union(KindSet::one(id)));
    found.common(around(all))
}

/// The type of a field's value.
fn field_type(ty: &Type) -> Ty {
    let base = |base: &Base| match base {
        Base::Quantity(_, dimensions) => match dimensions.as_slice() {
            [only] => Ty::Amount(Some(*only)),
            _ => Ty::Amount(None),
        },
        Base::Date => Ty::Dates,
        Base::YesNo => Ty::Truth,
        Base::Text => Ty::Text,
        Base::Enum(id) => Ty::Enum(*id),
        Base::Kinds(kinds) if ty.many == Many::Shares => Ty::Share(*kinds),
        Base::Kinds(kinds) => Ty::Entity(*kinds),
    };
    let one = ty.bases.iter().map(base).reduce(Ty::join).unwrap_or(Ty::Any);
    if ty.many == Many::One { one } else { Ty::List(Arc::new(one)) }
}

fn builtin_access(base: &Ty, field: &str, schema: &Schema) -> Option<(Access, Ty)> {
    if let Ty::Either(types) = base {
        return types.iter().find_map(|ty| builtin_access(ty, field, schema));
    }
    let entities = || Ty::Entity(KindSet::ALL);
    let any_list = |member| Ty::List(Arc::new(member));
    let found = match (base, field) {
        (Ty::Entity(_), "id") => (Access::Id, Ty::Text),
        (Ty::Entity(_), "title") => (Access::Title, Ty::Text),
        (Ty::Amount(_), "of") => (Access::Of, Ty::Entity(schema.amounts_of)),
        (Ty::Share(kinds), "who") => (Access::Who, Ty::Entity(*kinds)),
        (Ty::Share(_), "share") => (Access::Share, Ty::Amount(Some(Dimension::RATIO))),
        (Ty::Group(key, _), "key") => (Access::Key, (**key).clone()),
        (Ty::Group(_, member), "items") => (Access::Items, any_list((**member).clone())),
        (Ty::Path, "nodes") => (Access::Nodes, any_list(entities())),
        (Ty::Path, "steps") => (Access::Steps, any_list(Ty::Step)),
        (Ty::Path, "hops") => (Access::Hops, any_list(Ty::Step)),
        (Ty::Path, "last") => (Access::Last, entities()),
        (Ty::Path | Ty::Step, "share") => (Access::Share, Ty::Amount(Some(Dimension::RATIO))),
        (Ty::Path | Ty::Step, "certain") => (Access::Certain, Ty::Truth),
        (Ty::Path | Ty::Step, "text") => (Access::Text, Ty::Text),
        (Ty::Step, "from") => (Access::StepFrom, entities()),
        (Ty::Step, "to") => (Access::StepTo, entities()),
        (Ty::Step, "carried") => (Access::Carried, entities()),
        _ => return None,
    };
    Some(found)
}

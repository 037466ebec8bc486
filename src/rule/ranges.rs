//! What a variable ranges over: kinds, lists, groups and paths. Owns how a condition becomes a look-up, and the
//! warning where it cannot.

use std::sync::Arc;

use super::ast::{Ast, Bind, Comparison, Quantifier, Range, Search};
use super::expr::{Access, Aggregate, Constant, EndSet, Expr, From, How, Node, Path, Source, Ty};
use super::typing::Typer;
use crate::diagnostic::{Diagnostic, Severity};
use crate::names::nearest;
use crate::schema::{Dimension, KindSet};
use crate::source::Span;

impl<'a> Typer<'a> {
    pub(super) fn quantified(
        &mut self,
        quantifier: Quantifier,
        bind: &Bind<'a>,
        body: Option<&Ast<'a>>,
    ) -> (Node, Ty) {
        let mark = self.enter();
        let source = self.source(bind);
        let body = body.map(|body| Box::new(self.condition(body)));
        self.leave(mark);
        (Node::Quantified(quantifier, Box::new(source), body), Ty::Truth)
    }

    /// A range with its variable, which stays in reach until the caller leaves.
    pub(super) fn source(&mut self, bind: &Bind<'a>) -> Source {
        let (from, member) = match &bind.range {
            Range::Kind(kind, span) => self.kind_range(kind, *span),
            Range::List(list) => {
                let outer = self.ranging.replace(bind.name);
                let range = self.list_range(list);
                self.ranging = outer;
                range
            }
        };
        let slot = self.declare(bind.name, member);
        let filter = bind.filter.as_ref().map(|filter| self.condition(filter));
        let source = self.look_up(Source { slot, from, filter });
        self.warn_of_product(&source, bind);
        source
    }

    /// A range over a kind whose condition asks for something from outside is gone through each time anew.
    pub(super) fn warn_of_product(&mut self, source: &Source, bind: &Bind<'a>) {
        let from_outside = |filter: &Expr| filter.reads(|used| used < source.slot);
        if !matches!(source.from, From::Kinds(_)) || !source.filter.as_ref().is_some_and(from_outside) {
            return;
        }
        let Range::Kind(kind, _) = &bind.range else { return };
        let message = format!("this goes through every `{kind}` each time it is asked");
        let found = Diagnostic::new("rule-slow", Severity::Warning, message, self.file, bind.span)
            .label("no condition lets the right ones be looked up")
            .help(format!("write a condition of the form `{}.field == …`, if there is one", bind.name));
        self.say(found);
    }

    pub(super) fn kind_range(&mut self, kind: &str, span: Span) -> (From, Ty) {
        let schema = self.schema();
        match schema.kind_named(kind).and_then(|id| schema.kind(id)) {
            Some(kind) => (From::Kinds(kind.family), Ty::Entity(kind.family)),
            None => {
                let near = nearest(kind, schema.kinds().map(|(_, kind)| schema.names.text(kind.name)));
                let label =
                    near.map_or_else(|| "not in the schema".into(), |near| format!("did you mean `{near}`?"));
                self.error("undefined-reference", span, format!("there is no kind `{kind}`"), label);
                (From::Kinds(KindSet::EMPTY), Ty::Any)
            }
        }
    }

    pub(super) fn list_range(&mut self, list: &Ast<'a>) -> (From, Ty) {
        let list = self.expr(list, Some(&Ty::List(Arc::new(Ty::Any))));
        let member = match &list.ty {
            Ty::List(member) => (**member).clone(),
            Ty::Path => Ty::Path,
            Ty::Any => Ty::Any,
            // One value ranges over itself, a field that may hold one over what it holds.
            other => other.clone(),
        };
        (From::List(list), member)
    }

    /// Turns `x: kind where x.f == e` into a look-up, if `e` does not speak of `x`.
    pub(super) fn look_up(&mut self, source: Source) -> Source {
        let From::Kinds(kinds) = source.from else { return source };
        let conjuncts = match &source.filter {
            Some(Expr { node: Node::All(parts), .. }) => parts.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let found = conjuncts.iter().find_map(|conjunct| {
            let Node::Compare(Comparison::Equal, _, left, right) = &conjunct.node else { return None };
            [(left, right), (right, left)].into_iter().find_map(|(field, key)| {
                let Node::Field(base, Access::Entity(_, per_kind)) = &field.node else { return None };
                let own = matches!(base.node, Node::Variable(slot) if slot == source.slot);
                let names_entities = !field.ty.kinds().is_empty() && !matches!(field.ty, Ty::List(_));
                (own && names_entities && !key.reads(|used| used == source.slot))
                    .then(|| (per_kind.clone(), (**key).clone()))
            })
        });
        let Some((per_kind, key)) = found else { return source };
        let fields = kinds.iter().filter_map(|kind| match per_kind.get(kind.0 as usize) {
            Some(How::Field(slot)) => Some((kind, *slot)),
            _ => None,
        });
        let fields: Vec<_> = fields.collect();
        let index = self.index(fields);
        Source { from: From::Naming(kinds, index, key), ..source }
    }

    pub(super) fn group(&mut self, bind: &Bind<'a>, key: &Ast<'a>) -> (Node, Ty) {
        let mark = self.enter();
        let source = self.source(bind);
        let member = self.variables.last().map_or(Ty::Any, |(_, _, ty)| ty.clone());
        let key = self.expr(key, None);
        self.leave(mark);
        let key_type = key.ty.member().cloned().unwrap_or_else(|| key.ty.clone());
        (
            Node::Group(Box::new(source), Box::new(key)),
            Ty::List(Arc::new(Ty::Group(Box::new(key_type), Box::new(member)))),
        )
    }

    pub(super) fn paths(&mut self, search: &Search<'a>) -> (Node, Ty) {
        let from = self.expr(&search.from, None);
        let carrying = search.carrying.as_ref().map(|carrying| self.expr(carrying, None));
        let relation = self.context.relations.get(&search.relation).copied();
        if relation.is_none() {
            let near = nearest(search.relation, self.context.relations.keys().copied());
            let label = near.map_or_else(|| "not declared".into(), |near| format!("did you mean `{near}`?"));
            self.error(
                "undefined-reference",
                search.relation_span,
                format!("there is no relation `{}`", search.relation),
                label,
            );
        }
        let mark = self.enter();
        let (range, member) = match &search.to.range {
            Range::Kind(kind, span) => self.kind_range(kind, *span),
            Range::List(list) => {
                self.error(
                    "rule-path-condition",
                    list.span,
                    "a path ends at a kind: write `to x: KIND where …`",
                    "no kind",
                );
                (From::Kinds(KindSet::EMPTY), Ty::Any)
            }
        };
        let kinds = if let From::Kinds(kinds) = range { kinds } else { KindSet::EMPTY };
        let slot = self.declare(search.to.name, member);
        let first_own = slot;
        let filter = search.to.filter.as_ref().map(|filter| self.condition(filter));
        self.leave(mark);
        let outer = |filter: &Expr| filter.reads(|used| used < first_own);
        let depends = filter.as_ref().is_some_and(outer);
        if depends {
            let found = Diagnostic::new(
                "rule-slow",
                Severity::Warning,
                "this searches anew for each value of a variable from outside",
                self.file,
                search.to.span,
            )
            .label("say which ends are meant without it, if you can");
            self.say(found);
        }
        let Some(relation) = relation else { return (Node::Constant(Constant::Unknown), Ty::Any) };
        let number = (!depends).then(|| self.tables.next_ends());
        let ends = EndSet { slot, kinds, filter, number };
        (Node::Paths(Box::new(Path { from, carrying, relation, ends })), Ty::List(Arc::new(Ty::Path)))
    }

    /// An aggregate over a source, as a call or a quantifier makes it.
    pub(super) fn aggregate(
        &mut self,
        how: Aggregate,
        bind: &Bind<'a>,
        value: Option<&Ast<'a>>,
    ) -> (Node, Ty) {
        let mark = self.enter();
        let source = self.source(bind);
        let member = self.variables.last().map_or(Ty::Any, |(_, _, ty)| ty.clone());
        let value = value.map(|value| Box::new(self.expr(value, None)));
        self.leave(mark);
        let of_value = value.as_ref().map_or_else(|| member.clone(), |value| value.ty.clone());
        let ty = match how {
            Aggregate::Count => Ty::Amount(Some(Dimension::RATIO)),
            Aggregate::Sum | Aggregate::Min | Aggregate::Max => of_value,
            Aggregate::List => Ty::List(Arc::new(of_value)),
            Aggregate::ArgMax | Aggregate::ArgMin => member,
            Aggregate::Top(_) => Ty::List(Arc::new(member)),
        };
        (Node::Aggregate(how, Box::new(source), value), ty)
    }
}

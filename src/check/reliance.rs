//! What a finding rests on: walks conditions that are true and gathers the facts that make them so. Naming a
//! thing reads nothing; a field of a fact, a membership in a group and a recipe do. Notes on the way which
//! parameters were compared with.

use std::ops::ControlFlow;

use rustc_hash::FxHashSet;

use super::eval::Evaluator;
use super::graph::Route;
use super::value::Value;
use crate::diagnostic::FactRef;
use crate::model::{EntityId, FieldState, GroupId, Provenance, Written};
use crate::rule::{Access, Comparison, Constant, Expr, From, Function, How, Node, Quantifier, Source};
use crate::schema::Slot;
use crate::value::Truth;

/// A fact that was read as true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Fact {
    Field(EntityId, Slot),
    Member(EntityId, GroupId),
    Recipe(EntityId),
}

/// Facts in the order in which they were read, each once.
#[derive(Debug, Default)]
pub(super) struct Facts {
    read: Vec<Fact>,
    seen: FxHashSet<Fact>,
    /// Parameters that were read beside them, by their numbers.
    pub(super) parameters: Vec<usize>,
    /// Variables that were read and may stand for the argument of a function.
    variables: FxHashSet<u16>,
}

impl Facts {
    fn note(&mut self, fact: Fact) {
        if self.seen.insert(fact) {
            self.read.push(fact);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Fact> {
        self.read.iter().copied()
    }
}

impl<'a> Evaluator<'_, 'a> {
    /// Adds the facts that make a true condition true.
    pub(super) fn rely(&mut self, expr: &Expr, facts: &mut Facts) {
        if !expr.rests {
            return;
        }
        match &expr.node {
            Node::All(parts) => parts.iter().for_each(|part| self.rely(part, facts)),
            // One true part is enough; the first as written is the one that is shown.
            Node::Any(parts) => {
                if let Some(part) = parts.iter().find(|part| self.truth(part).holds()) {
                    self.rely(part, facts);
                }
            }
            Node::With(bindings, body) => {
                self.bind_all(bindings);
                self.rely(body, facts);
                self.rely_arguments(bindings, facts);
            }
            Node::Compare(comparison, _, left, right) => {
                self.rely_value(left, facts);
                self.rely_value(right, facts);
                if *comparison == Comparison::In {
                    self.rely_membership(left, right, facts);
                }
            }
            Node::OfKinds(of, _) | Node::OfWords(of, _) => self.rely_value(of, facts),
            Node::Has(base, access) => {
                self.rely_value(base, facts);
                self.rely_field(base, access, facts);
            }
            Node::Quantified(Quantifier::Some, source, _) => self.rely_witness(source, facts),
            Node::Quantified(Quantifier::Every, source, Some(body)) => self.rely_all(source, body, facts),
            Node::Call(Function::Upstream, arguments) => self.rely_recipes(arguments, facts),
            Node::Call(Function::If, arguments) => {
                if let Some(chosen) = self.rely_choice(arguments, facts) {
                    self.rely(chosen, facts);
                }
            }
            Node::Variable(slot) => match self.named(*slot) {
                Some(value) => self.rely(value, facts),
                None => facts.variables.extend([*slot]),
            },
            Node::Field(..) | Node::Call(..) | Node::Aggregate(..) => self.rely_value(expr, facts),
            // What is false rests on what is not there.
            _ => {}
        }
    }

    fn rely_value(&mut self, expr: &Expr, facts: &mut Facts) {
        if !expr.rests {
            return;
        }
        match &expr.node {
            Node::Field(base, access) => {
                self.rely_value(base, facts);
                self.rely_field(base, access, facts);
            }
            Node::Arithmetic(_, left, right) => {
                self.rely_value(left, facts);
                self.rely_value(right, facts);
            }
            Node::Variable(slot) => match self.named(*slot) {
                Some(value) => self.rely_value(value, facts),
                None => facts.variables.extend([*slot]),
            },
            Node::Parameter(at) => facts.parameters.push(*at),
            Node::Aggregate(_, source, value) => self.rely_members(source, value.as_deref(), facts),
            Node::Call(Function::If, arguments) => {
                if let Some(chosen) = self.rely_choice(arguments, facts) {
                    self.rely_value(chosen, facts);
                }
            }
            Node::Call(Function::FirstKnown, arguments) => {
                for argument in arguments {
                    if self.eval(argument).is_known() {
                        return self.rely_value(argument, facts);
                    }
                }
            }
            Node::Call(_, arguments) => {
                arguments.iter().for_each(|argument| self.rely_value(argument, facts))
            }
            Node::With(bindings, body) => {
                self.bind_all(bindings);
                self.rely_value(body, facts);
                self.rely_arguments(bindings, facts);
            }
            _ => {}
        }
    }

    /// What the arguments of a function rest on, where its body read them.
    fn rely_arguments(&mut self, bindings: &[(u16, Expr)], facts: &mut Facts) {
        for (slot, value) in bindings {
            if facts.variables.remove(slot) {
                self.rely_value(value, facts);
            }
        }
    }

    /// The side that an `if` comes to, with what makes it so.
    fn rely_choice<'e>(&mut self, arguments: &'e [Expr], facts: &mut Facts) -> Option<&'e Expr> {
        let [condition, then, otherwise] = arguments else { return None };
        match self.truth(condition) {
            Truth::True => {
                self.rely(condition, facts);
                Some(then)
            }
            Truth::False => Some(otherwise),
            Truth::Unknown => None,
        }
    }

    fn rely_field(&mut self, base: &Expr, access: &Access, facts: &mut Facts) {
        let Access::Entity(_, per_kind) = access else { return };
        let Some(id) = self.entity(base) else { return };
        let How::Field(slot) = per_kind.get(self.world.model.kind(id).0 as usize).unwrap_or(&How::Nothing)
        else {
            return;
        };
        let stated = matches!(self.world.model.field(id, *slot), FieldState::Written(cell, _) if cell.value != Written::Unknown);
        if stated && self.world.model.is_fact(id) {
            facts.note(Fact::Field(id, *slot));
        }
    }

    /// `x in list`: if the list names a group, that x is one of its members is a fact.
    fn rely_membership(&mut self, left: &Expr, right: &Expr, facts: &mut Facts) {
        let Some(member) = self.entity(left) else { return };
        for group in self.groups_in(right) {
            let members = self.world.model.group(group).map_or(&[][..], |group| &group.members);
            if members.contains(&member) {
                facts.note(Fact::Member(member, group));
            }
        }
    }

    fn groups_in(&mut self, list: &Expr) -> Vec<GroupId> {
        match &list.node {
            Node::Constant(Constant::Group(group)) => vec![*group],
            Node::Field(base, Access::Entity(_, per_kind)) => {
                let Some(id) = self.entity(base) else { return Vec::new() };
                let Some(How::Field(slot)) = per_kind.get(self.world.model.kind(id).0 as usize) else {
                    return Vec::new();
                };
                let FieldState::Written(cell, _) = self.world.model.field(id, *slot) else {
                    return Vec::new();
                };
                let Written::List(first, count) = cell.value else { return Vec::new() };
                let items = self.world.model.items(first, count);
                items
                    .filter_map(
                        |item| if let Written::Group(group) = item.value { Some(group) } else { None },
                    )
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The first certain member, which is enough for `some`.
    pub(super) fn rely_witness(&mut self, source: &Source, facts: &mut Facts) {
        let mut witness = None;
        self.members(source, &mut |_, member, truth, _| {
            if truth.holds() {
                witness = Some(member);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        if let Some(member) = witness {
            self.bind(source.slot, member);
            self.rely_source(source, facts);
        }
    }

    /// What makes the member that is bound now a member.
    pub(super) fn rely_source(&mut self, source: &Source, facts: &mut Facts) {
        // Of a list that was worked out only this member matters; one that is written stands as it is.
        if !matches!(&source.from, From::List(list) if !matches!(list.node, Node::Field(..))) {
            self.rely_range(source, facts);
        }
        self.rely_member(source, facts);
    }

    /// What the whole range was read from.
    fn rely_range(&mut self, source: &Source, facts: &mut Facts) {
        match &source.from {
            From::Kinds(_) => {}
            From::Naming(_, _, inner) | From::List(inner) => self.rely_value(inner, facts),
        }
    }

    fn rely_member(&mut self, source: &Source, facts: &mut Facts) {
        if let Value::Path(id) = self.variable(source.slot)
            && let Some(route) = self.scratch.route(id)
        {
            self.rely_route(&route, facts);
            if let From::List(list) = &source.from
                && let Node::Paths(path) = &list.node
            {
                self.bind(path.ends.slot, Value::Entity(route.last()));
                if let Some(filter) = &path.ends.filter {
                    self.rely(filter, facts);
                }
            }
        }
        if let Some(filter) = &source.filter {
            self.rely(filter, facts);
        }
    }

    /// The guards of a route's certain steps.
    fn rely_route(&mut self, route: &Route, facts: &mut Facts) {
        for (step, guard) in self.guards_of(route).filter(|(_, guard)| guard.rests) {
            if let Some(mut guards) = self.at_step(route, step) {
                guards.rely(guard, facts);
                self.fuel = guards.fuel;
            }
        }
    }

    /// What makes the members of an aggregate its members, and what is reckoned from each.
    fn rely_members(&mut self, source: &Source, value: Option<&Expr>, facts: &mut Facts) {
        self.rely_range(source, facts);
        self.members(source, &mut |own, _, truth, _| {
            if truth.holds() {
                own.apart(|own| {
                    own.rely_member(source, facts);
                    value.iter().for_each(|value| own.rely_value(value, facts));
                });
            }
            ControlFlow::Continue(())
        });
    }

    fn rely_all(&mut self, source: &Source, body: &Expr, facts: &mut Facts) {
        self.rely_range(source, facts);
        self.members(source, &mut |own, _, truth, _| {
            if truth != Truth::False {
                own.apart(|own| own.rely(body, facts));
            }
            ControlFlow::Continue(())
        });
    }

    fn rely_recipes(&mut self, arguments: &[Expr], facts: &mut Facts) {
        let [ingredient, item] = arguments else { return };
        if let (Some(ingredient), Some(item)) = (self.entity(ingredient), self.entity(item)) {
            let chain = self.world.recipes.chain(ingredient, item);
            chain.into_iter().for_each(|recipe| facts.note(Fact::Recipe(recipe)));
        }
    }

    /// The evidence for a fact.
    pub(super) fn evidence(&self, fact: Fact) -> Option<&'a Provenance> {
        let model = self.world.model;
        match fact {
            Fact::Field(id, slot) => model.provenance(id, Some(slot)),
            Fact::Member(_, group) => model.group(group)?.provenance.and_then(|id| model.evidence(id)),
            Fact::Recipe(id) => model.provenance(id, None),
        }
    }

    /// A fact as a finding quotes it.
    pub(super) fn quote(&mut self, fact: Fact) -> Option<FactRef> {
        let evidence = self.evidence(fact)?;
        let confidence = if evidence.disputed {
            format!("{} (disputed)", evidence.confidence.as_str())
        } else {
            evidence.confidence.as_str().to_owned()
        };
        Some(FactRef {
            id: self.fact_id(fact),
            text: self.statement(fact)?,
            source: evidence.source.clone(),
            as_of: evidence.as_of.clone(),
            confidence,
        })
    }

    fn fact_id(&self, fact: Fact) -> String {
        let model = self.world.model;
        match fact {
            Fact::Field(id, _) | Fact::Recipe(id) => model.name(id).to_owned(),
            Fact::Member(_, group) => {
                model.group(group).map_or_else(String::new, |group| model.names.text(group.name).to_owned())
            }
        }
    }

    /// A fact as a sentence, in the words that its kind or field declares for it.
    fn statement(&mut self, fact: Fact) -> Option<String> {
        let (model, schema) = (self.world.model, self.world.schema);
        match fact {
            Fact::Member(id, group) => {
                let group = model.group(group)?;
                let means = if group.means.is_empty() {
                    format!("one of `{}`", model.names.text(group.name))
                } else {
                    group.means.clone()
                };
                Some(format!("{} is {means}", self.name(id)))
            }
            Fact::Field(id, slot) => {
                let field = schema.field(model.kind(id), slot)?;
                let value = self.stated(id, slot);
                let states = field.states.clone().unwrap_or_else(|| {
                    format!("{} of {{id}} is {{value}}", schema.names.text(field.name)).into()
                });
                Some(states.replace("{id}", self.name(id)).replace("{value}", &value))
            }
            Fact::Recipe(id) => {
                let kind = schema.kind(model.kind(id))?;
                let states = kind.states.clone().unwrap_or_else(|| "{id}".into());
                let fields = kind.fields.iter().enumerate();
                let filled = fields.fold(states.replace("{id}", self.name(id)), |text, (at, field)| {
                    let braces = format!("{{{}}}", schema.names.text(field.name));
                    if text.contains(&braces) {
                        text.replace(&braces, &self.stated(id, Slot(at as u8)))
                    } else {
                        text
                    }
                });
                Some(filled)
            }
        }
    }

    /// What a field of a fact says, in words.
    fn stated(&mut self, id: EntityId, slot: Slot) -> String {
        self.apart(|own| {
            let value = own.field(id, slot);
            let mut words = String::new();
            own.write(&value, &mut words);
            words
        })
    }
}

//! Walks typed expressions: owns `Evaluator`, its frame of variables and its fuel. Truth and values are two
//! walks, since most work is in the first and moves no values.

use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::graph::Ends;
use super::value::{Group, List, Value, compare, equal};
use super::world::World;
use crate::model::{EntityId, FieldState, ReadValue, Written};
use crate::rule::{
    Access, Comparison, Constant, Expr, From, How, Node, Quantifier, Settle, Sign, Source, Stage, Ty,
};
use crate::schema::Measure;
use crate::source::Place;
use crate::value::{Interval, Truth};

/// Steps that a rule may take: so many, and so many more for each entity.
pub(super) const FUEL: u64 = 10_000_000;
/// See [`FUEL`].
pub(super) const FUEL_PER_ENTITY: u64 = 1_000;

/// Runs expressions of one rule.
pub(super) struct Evaluator<'w, 'a> {
    pub world: &'w World<'a>,
    pub frame: Vec<Value>,
    pub fuel: u64,
    /// The stages of the rule that runs, where what a `let` stands for can be read again.
    pub stages: &'w [Stage],
    /// Ends that were searched for.
    pub searched: FxHashSet<Ends>,
}

/// Whether a range is known at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    Known,
    /// The list is missing or unknown: it may hold anything.
    Unknown,
}

impl<'w, 'a> Evaluator<'w, 'a> {
    pub(super) fn new(world: &'w World<'a>, frame: usize) -> Self {
        let fuel = FUEL + FUEL_PER_ENTITY * world.model.len() as u64;
        Self { world, frame: vec![Value::Unknown; frame], fuel, stages: &[], searched: FxHashSet::default() }
    }

    /// Takes steps off the fuel; false if none is left.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        self.fuel = self.fuel.saturating_sub(steps as u64);
        self.fuel > 0
    }

    /// What a variable stands for, if a `let` names it.
    pub(super) fn named(&self, slot: u16) -> Option<&'w Expr> {
        self.stages.iter().find_map(|stage| match stage {
            Stage::Let(own, value, _) if *own == slot => Some(value),
            _ => None,
        })
    }

    pub(super) fn bind(&mut self, slot: u16, value: Value) {
        if let Some(variable) = self.frame.get_mut(slot as usize) {
            *variable = value;
        }
    }

    /// Whether a condition holds.
    pub(super) fn truth(&mut self, expr: &Expr) -> Truth {
        match &expr.node {
            Node::All(parts) => {
                let mut all = Truth::True;
                for part in parts {
                    all = all.and(self.truth(part));
                    if all == Truth::False {
                        break;
                    }
                }
                all
            }
            Node::Any(parts) => {
                let mut any = Truth::False;
                for part in parts {
                    any = any.or(self.truth(part));
                    if any == Truth::True {
                        break;
                    }
                }
                any
            }
            Node::Not(inner) => !self.truth(inner),
            Node::Has(base, access) => self.has(base, access),
            Node::Missing(base, access) => self.missing(base, access),
            Node::Compare(comparison, settle, left, right) => {
                let left = self.eval(left);
                if let (Comparison::In, Node::List(parts)) = (comparison, &right.node) {
                    return self.among(&left, parts);
                }
                // An unknown operand decides nothing, whatever the other is; a list may still be empty.
                if matches!(left, Value::Unknown) && !matches!(right.ty, Ty::List(_)) {
                    return Truth::Unknown;
                }
                let right = self.eval(right);
                compare(self.world, *comparison, *settle, &left, &right)
            }
            Node::Quantified(quantifier, source, body) => {
                self.quantified(*quantifier, source, body.as_deref())
            }
            Node::With(bindings, body) => {
                self.bind_all(bindings);
                self.truth(body)
            }
            _ => self.eval(expr).truth(),
        }
    }

    /// What an expression comes to.
    pub(super) fn eval(&mut self, expr: &Expr) -> Value {
        match &expr.node {
            Node::Constant(constant) => self.constant(constant),
            Node::Variable(slot) => self.frame.get(*slot as usize).cloned().unwrap_or(Value::Unknown),
            Node::Parameter(at) => match self.world.parameters.get(*at) {
                Some(ReadValue::Amount(amount)) => Value::Amount(*amount),
                Some(ReadValue::Dates(dates)) => Value::Dates(*dates),
                Some(ReadValue::Unknown) | None => Value::Unknown,
            },
            Node::Single(kind) => self.world.model.single(*kind).map_or(Value::Unknown, Value::Entity),
            Node::Field(base, access) => {
                let base = self.eval(base);
                self.access(&base, access)
            }
            Node::Has(..)
            | Node::Missing(..)
            | Node::Not(_)
            | Node::All(_)
            | Node::Any(_)
            | Node::Compare(..)
            | Node::Quantified(..) => Value::Truth(self.truth(expr)),
            Node::Arithmetic(sign, left, right) => {
                let (left, right) = (self.eval(left), self.eval(right));
                self.arithmetic(*sign, &left, &right)
            }
            Node::Aggregate(how, source, value) => self.aggregate(*how, source, value.as_deref()),
            Node::List(parts) => List::of(parts.iter().map(|part| self.eval(part)).collect()),
            Node::Call(function, arguments) => self.call(*function, arguments),
            Node::With(bindings, body) => {
                self.bind_all(bindings);
                self.eval(body)
            }
            Node::Group(source, key) => self.group(source, key),
            Node::Paths(path) => self.paths(path),
        }
    }

    /// Whether a value is one of several; they are gone through without making a list of them.
    fn among(&mut self, value: &Value, parts: &[Expr]) -> Truth {
        let mut best = if value.is_known() || parts.is_empty() { Truth::False } else { Truth::Unknown };
        for part in parts {
            let part = self.eval(part);
            best = best.or(equal(self.world, value, &part).unwrap_or(Truth::Unknown));
            if best.holds() {
                break;
            }
        }
        best
    }

    pub(super) fn bind_all(&mut self, bindings: &[(u16, Expr)]) {
        for (slot, value) in bindings {
            let value = self.eval(value);
            self.bind(*slot, value);
        }
    }

    fn constant(&self, constant: &Constant) -> Value {
        match constant {
            Constant::Unknown => Value::Unknown,
            Constant::Amount(amount) => Value::Amount(*amount),
            Constant::Dates(dates) => Value::Dates(*dates),
            Constant::Enum(id, ordinal) => Value::Enum(*id, *ordinal),
            Constant::Words(words) => Value::Words(Arc::clone(words)),
            Constant::Entity(id) => Value::Entity(*id),
            Constant::Kind(id) => Value::Kind(*id),
            Constant::Text(text) => Value::Text(text.as_str().into()),
            Constant::Group(group) => {
                let members = self.world.model.group(*group).map_or(&[][..], |group| &group.members);
                List::of(members.iter().map(|member| Value::Entity(*member)).collect())
            }
        }
    }

    fn how<'e>(&self, id: EntityId, per_kind: &'e [How]) -> &'e How {
        per_kind.get(self.world.model.kind(id).0 as usize).unwrap_or(&How::Nothing)
    }

    /// What stands behind a dot.
    pub(super) fn access(&mut self, base: &Value, access: &Access) -> Value {
        match (access, base) {
            (Access::Entity(_, per_kind), _) => match base.entity() {
                Some(id) => self.property(id, per_kind),
                None => Value::Unknown,
            },
            (Access::Id, _) => {
                base.entity().map_or(Value::Unknown, |id| Value::Text(self.world.path(id).into()))
            }
            (Access::Title, _) => {
                base.entity().and_then(|id| self.title(id)).map_or(Value::Unknown, Value::Text)
            }
            (Access::Of, Value::Amount(amount)) => amount.of.map_or(Value::Unknown, Value::Entity),
            (Access::Who, _) => base.entity().map_or(Value::Unknown, Value::Entity),
            (Access::Share, Value::Share(_, share)) => share.map_or(Value::Unknown, Value::ratio),
            (Access::Key, Value::Group(group)) => group.key.clone(),
            (Access::Items, Value::Group(group)) => Value::List(Rc::clone(&group.items)),
            (_, Value::Path(route)) => self.path_part(route, access),
            (_, Value::Step(route, at)) => self.step_part(route, *at, access),
            _ => Value::Unknown,
        }
    }

    /// The title of an entity.
    pub(super) fn title(&self, id: EntityId) -> Option<Rc<str>> {
        let entity = self.world.model.entity(id)?;
        Some(self.world.sources.words(Place { file: entity.file, span: entity.title? }).into())
    }

    fn property(&mut self, id: EntityId, per_kind: &[How]) -> Value {
        match self.how(id, per_kind) {
            How::Field(slot) => self.world.value(id, *slot),
            How::Inside(kinds) => {
                let model = self.world.model;
                self.spend(model.inside(id).count());
                List::of(
                    model
                        .inside(id)
                        .filter(|inner| kinds.has(model.kind(*inner)))
                        .map(Value::Entity)
                        .collect(),
                )
            }
            How::Referrers(index) => {
                let list = self.world.referrers(id, *index);
                self.spend(list.length());
                list
            }
            How::Nothing if per_kind.iter().any(|how| matches!(how, How::Inside(_) | How::Referrers(_))) => {
                List::of(Vec::new())
            }
            How::Nothing => Value::Unknown,
        }
    }

    fn field_state(&mut self, base: &Expr, access: &Access) -> Result<FieldState, Value> {
        let base = self.eval(base);
        match (access, base.entity()) {
            (Access::Entity(_, per_kind), Some(id)) => match self.how(id, per_kind) {
                How::Field(slot) => Ok(self.world.model.field(id, *slot)),
                How::Nothing => Ok(FieldState::Missing),
                _ => Err(self.access(&base, access)),
            },
            _ => Err(self.access(&base, access)),
        }
    }

    fn has(&mut self, base: &Expr, access: &Access) -> Truth {
        match self.field_state(base, access) {
            Ok(FieldState::Missing | FieldState::Opaque) => Truth::False,
            Ok(FieldState::Written(cell, _)) => match cell.value {
                Written::Unknown => Truth::False,
                Written::Unreadable => Truth::Unknown,
                _ => Truth::True,
            },
            Err(value) => value.is_known().into(),
        }
    }

    fn missing(&mut self, base: &Expr, access: &Access) -> Truth {
        match self.field_state(base, access) {
            Ok(state) => matches!(state, FieldState::Missing).into(),
            Err(value) => (!value.is_known()).into(),
        }
    }

    /// Visits the members of a range, certain and possible ones, with the truth of their membership. The last
    /// argument of `visit` is the most that any later member can be.
    pub(super) fn members(
        &mut self,
        source: &Source,
        visit: &mut dyn FnMut(&mut Self, &Value, Truth, Truth) -> ControlFlow<()>,
    ) -> Range {
        match &source.from {
            From::Kinds(kinds) => {
                let all = self.world.of_kinds(*kinds);
                let _ = self.visit_entities(source, &all, Truth::True, visit);
                Range::Known
            }
            From::Naming(kinds, index, key) => {
                let key = self.eval(key);
                let Some(named) = key.entity() else {
                    // Nobody knows what is asked for, so each may be meant.
                    let all = self.world.of_kinds(*kinds);
                    let _ = self.visit_entities(source, &all, Truth::Unknown, visit);
                    return Range::Known;
                };
                let lookup = self.world.lookup(*index);
                let naming: Vec<EntityId> = lookup.naming(named).collect();
                if self.visit_entities(source, &naming, Truth::True, visit).is_continue() {
                    let _ = self.visit_entities(source, &lookup.open, Truth::Unknown, visit);
                }
                Range::Known
            }
            From::List(list) => self.list_members(source, list, visit),
        }
    }

    fn visit_entities(
        &mut self,
        source: &Source,
        entities: &[EntityId],
        ceiling: Truth,
        visit: &mut dyn FnMut(&mut Self, &Value, Truth, Truth) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        for id in entities {
            self.visit_one(source, &Value::Entity(*id), Truth::True, ceiling, visit)?;
        }
        ControlFlow::Continue(())
    }

    fn visit_one(
        &mut self,
        source: &Source,
        member: &Value,
        belongs: Truth,
        ceiling: Truth,
        visit: &mut dyn FnMut(&mut Self, &Value, Truth, Truth) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some(left) = self.fuel.checked_sub(1) else { return ControlFlow::Break(()) };
        self.fuel = left;
        self.bind(source.slot, member.clone());
        let truth = match &source.filter {
            Some(filter) => belongs.and(self.truth(filter)),
            None => belongs,
        };
        if truth == Truth::False { ControlFlow::Continue(()) } else { visit(self, member, truth, ceiling) }
    }

    fn list_members(
        &mut self,
        source: &Source,
        list: &Expr,
        visit: &mut dyn FnMut(&mut Self, &Value, Truth, Truth) -> ControlFlow<()>,
    ) -> Range {
        match self.eval(list) {
            Value::List(list) => {
                let certain = list.certain.iter().map(|member| (member, Truth::True));
                let possible = list.possible.iter().map(|member| (member, Truth::Unknown));
                for (member, belongs) in certain.chain(possible) {
                    if self.visit_one(source, member, belongs, belongs, visit).is_break() {
                        break;
                    }
                }
                Range::Known
            }
            Value::Unknown => Range::Unknown,
            // A path in doubt is a possible member; any other single value is one for certain.
            Value::Path(route) => {
                let belongs = if route.is_certain() { Truth::True } else { Truth::Unknown };
                let _ = self.visit_one(source, &Value::Path(route), belongs, belongs, visit);
                Range::Known
            }
            single => {
                let _ = self.visit_one(source, &single, Truth::True, Truth::True, visit);
                Range::Known
            }
        }
    }

    fn quantified(&mut self, quantifier: Quantifier, source: &Source, body: Option<&Expr>) -> Truth {
        let mut some = Truth::False;
        let range = self.members(source, &mut |own, _, truth, ceiling| {
            let counts = match body {
                // `every` fails where a member fails, so it is the absence of such a member.
                Some(body) => truth.and(!own.truth(body)),
                None => truth,
            };
            some = some.or(counts);
            if some >= ceiling { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let some = if range == Range::Unknown || self.fuel == 0 { some.or(Truth::Unknown) } else { some };
        if quantifier == Quantifier::Some { some } else { !some }
    }

    fn arithmetic(&mut self, sign: Sign, left: &Value, right: &Value) -> Value {
        match (sign, left, right) {
            (Sign::Plus | Sign::Minus, Value::Amount(a), Value::Amount(b)) => {
                if !super::value::comparable(a, b) {
                    return Value::Unknown;
                }
                let interval = if sign == Sign::Plus {
                    a.interval.plus(b.interval)
                } else {
                    a.interval.minus(b.interval)
                };
                let measure = if a.measure == Measure::NUMBER { b.measure } else { a.measure };
                Value::Amount(crate::model::Amount { interval, measure, of: a.of.or(b.of) })
            }
            (Sign::Times, Value::Amount(a), Value::Amount(b)) => {
                a.measure.times(b.measure).map_or(Value::Unknown, |measure| {
                    Value::Amount(crate::model::Amount {
                        interval: a.interval.times(b.interval),
                        measure,
                        of: a.of.or(b.of),
                    })
                })
            }
            (Sign::Over, Value::Amount(a), Value::Amount(b)) => {
                let same = a.of.is_some() && a.of == b.of;
                let parts = a.measure.per(b.measure).zip(a.interval.over(b.interval));
                parts.map_or(Value::Unknown, |(measure, interval)| {
                    Value::Amount(crate::model::Amount {
                        interval,
                        measure,
                        of: if same { None } else { a.of },
                    })
                })
            }
            (Sign::Plus, Value::Dates(dates), Value::Amount(span)) => {
                self.world.later(*dates, span).map_or(Value::Unknown, Value::Dates)
            }
            (Sign::Minus, Value::Dates(dates), Value::Amount(span)) => {
                let back = Interval::ZERO.minus(span.interval);
                let span = crate::model::Amount { interval: back, ..*span };
                self.world.later(*dates, &span).map_or(Value::Unknown, Value::Dates)
            }
            (Sign::Minus, Value::Dates(to), Value::Dates(from)) => Value::Gap(*from, *to),
            _ => Value::Unknown,
        }
    }

    /// Members under their keys, in the order in which the keys first come up. A member whose key is unknown is
    /// possible in every group; one whose key is a list stands under each of its values.
    fn group(&mut self, source: &Source, key: &Expr) -> Value {
        let mut groups: Vec<(Value, List)> = Vec::new();
        let mut anywhere: Vec<Value> = Vec::new();
        let range = self.members(source, &mut |own, member, truth, _| {
            let keys = match own.eval(key) {
                Value::List(list) => list.certain.clone(),
                Value::Unknown => Vec::new(),
                single => vec![single],
            };
            if keys.is_empty() {
                anywhere.push(member.clone());
            }
            for key in keys {
                if !own.spend(groups.len()) {
                    return ControlFlow::Break(());
                }
                let known =
                    groups.iter_mut().find(|(known, _)| equal(own.world, known, &key) == Some(Truth::True));
                let list = match known {
                    Some((_, list)) => list,
                    None => {
                        groups.push((key, List::default()));
                        match groups.last_mut() {
                            Some((_, list)) => list,
                            None => return ControlFlow::Break(()),
                        }
                    }
                };
                if truth.holds() {
                    list.certain.push(member.clone())
                } else {
                    list.possible.push(member.clone())
                }
            }
            ControlFlow::Continue(())
        });
        if range == Range::Unknown {
            return Value::Unknown;
        }
        let groups = groups.into_iter().map(|(key, mut list)| {
            list.possible.extend(anywhere.iter().cloned());
            Value::Group(Rc::new(Group { key, items: Rc::new(list) }))
        });
        List::of(groups.collect())
    }

    /// The member or value at a settled comparison, for `argmax` and the like.
    pub(super) fn precedes(&self, a: &Value, b: &Value) -> bool {
        compare(self.world, Comparison::Less, Settle::Surely, a, b).holds()
    }
}

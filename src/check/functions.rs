//! Aggregates and built-in functions of the rule language, on values. Knows no domain: what does is declared
//! in rule files.

use std::ops::ControlFlow;

use rustc_hash::FxHashSet;

use super::eval::{Evaluator, Range};
use super::graph::State;
use super::value::{List, RouteId, Scratch, Value, relation, settled};
use crate::model::{Amount, EntityId};
use crate::rule::{Access, Aggregate, Comparison, Expr, From, Function, How, Node, Settle, Source};
use crate::schema::Measure;
use crate::value::{Dates, Interval, Ratio, Truth};

impl Evaluator<'_, '_> {
    pub(super) fn aggregate(&mut self, how: Aggregate, source: &Source, value: Option<&Expr>) -> Value {
        let mark = self.scratch.mark();
        let result = match how {
            Aggregate::Count => {
                let count = self.count(source, usize::MAX);
                count.map_or(Value::Unknown, |count| self.scratch.ratio(count))
            }
            Aggregate::ArgMax | Aggregate::ArgMin | Aggregate::Top(_) => self.best(how, source, value),
            Aggregate::Sum | Aggregate::Min | Aggregate::Max | Aggregate::List => {
                self.gathered(how, source, value)
            }
        };
        self.scratch.cut_but(mark, result)
    }

    /// How a count compares with a number. Once more members are certain than that, the others are not looked at.
    pub(super) fn compare_count(
        &mut self,
        comparison: Comparison,
        settle: Settle,
        source: &Source,
        number: Interval,
    ) -> Truth {
        let enough = number.hi.as_whole().and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
        let truth = self.count(source, enough).and_then(|count| {
            relation(comparison, count, number, |a, b| Some(a.equal(b)), |a, b| Some(a.less(b)))
        });
        settled(truth, settle)
    }

    /// How many members a range has, or more than enough.
    fn count(&mut self, source: &Source, enough: usize) -> Option<Interval> {
        if let (From::List(list), None) = (&source.from, &source.filter)
            && let Some((certain, possible)) = self.length(list, enough)
        {
            return self.spend(certain + possible).then(|| between(certain, possible));
        }
        let (mut certain, mut possible) = (0, 0);
        let range = self.members(source, &mut |_, _, truth, _| {
            if truth.holds() {
                certain += 1
            } else {
                possible += 1
            }
            if certain > enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        (range == Range::Known && self.fuel > 0).then(|| between(certain, possible))
    }

    /// How many members of a list are certain and how many possible, where that is known without its members.
    fn length(&mut self, list: &Expr, enough: usize) -> Option<(usize, usize)> {
        match &list.node {
            Node::Variable(slot) => match self.variable(*slot) {
                Value::List(list) => Some((list.certain(), list.len() - list.certain())),
                _ => None,
            },
            Node::Field(base, Access::Entity(_, per_kind)) => {
                let id = self.entity(base)?;
                match self.how(id, per_kind) {
                    How::Inside(kinds) => {
                        Some((self.inside(id, *kinds).take(enough.saturating_add(1)).count(), 0))
                    }
                    How::Referrers(index) => Some(self.referrers(id, *index).lengths()),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn gathered(&mut self, how: Aggregate, source: &Source, value: Option<&Expr>) -> Value {
        let begun = self.scratch.gather();
        let range = self.members(source, &mut |own, member, truth, _| {
            let mark = own.scratch.mark();
            let result = value.map_or(member, |value| own.eval(value));
            let result = own.scratch.cut_but(mark, result);
            own.scratch.add(result, truth);
            ControlFlow::Continue(())
        });
        if range == Range::Unknown || self.fuel == 0 {
            self.scratch.drop_gathered(begun);
            return Value::Unknown;
        }
        let list = self.scratch.gathered_list(begun);
        match how {
            Aggregate::Sum => self.sum(list),
            Aggregate::Min => self.extreme(list, true),
            Aggregate::Max => self.extreme(list, false),
            _ => Value::List(list),
        }
    }

    /// Members by what is asked of each.
    fn best(&mut self, how: Aggregate, source: &Source, value: Option<&Expr>) -> Value {
        let mut pairs: Vec<(Value, Value)> = Vec::new();
        let range = self.members(source, &mut |own, member, truth, _| {
            if truth.holds() {
                let key = value.map_or(member, |value| own.eval(value));
                pairs.push((key, member));
            }
            ControlFlow::Continue(())
        });
        if range == Range::Unknown || self.fuel == 0 {
            return Value::Unknown;
        }
        self.rank(&mut pairs, how == Aggregate::ArgMin);
        let mut ranked = pairs.into_iter().map(|(_, member)| member);
        match how {
            Aggregate::Top(most) => Value::List(self.scratch.list(ranked.take(most))),
            _ => ranked.next().unwrap_or(Value::Unknown),
        }
    }

    /// Members by their keys, least or greatest first; ties and unknown keys in document order.
    fn rank(&mut self, pairs: &mut [(Value, Value)], least_first: bool) {
        // Insertion keeps the order of ties even though doubtful keys have no total order.
        for at in 1..pairs.len() {
            let mut place = at;
            while place > 0 {
                let before = pairs.get(place - 1).zip(pairs.get(place));
                let wrong = before.is_some_and(|(a, b)| {
                    if least_first { self.precedes(&b.0, &a.0) } else { self.precedes(&a.0, &b.0) }
                });
                if !wrong {
                    break;
                }
                pairs.swap(place - 1, place);
                place -= 1;
            }
            if !self.spend(at - place) {
                break;
            }
        }
    }

    pub(super) fn call(&mut self, function: Function, arguments: &[Expr]) -> Value {
        match (function, arguments) {
            (Function::If, _) => return self.choose(arguments),
            (Function::FirstKnown, _) => return self.first_known(arguments),
            (Function::Min | Function::Max, _) => return self.least_or_most(function, arguments),
            (Function::Kind, [of]) => {
                return self.entity(of).map_or(Value::Unknown, |id| Value::Kind(self.world.model.kind(id)));
            }
            _ => {}
        }
        let [first, second] = match arguments {
            [one] => [self.eval(one), Value::Unknown],
            [one, two] => [self.eval(one), self.eval(two)],
            _ => [Value::Unknown; 2],
        };
        self.spend(first.length() + second.length());
        if arguments.len() == 1 {
            self.call_one(function, &first)
        } else {
            self.call_two(function, &first, &second)
        }
    }

    fn call_one(&mut self, function: Function, value: &Value) -> Value {
        let world = self.world;
        match (function, value) {
            (Function::Parent, x) => {
                let parent = x.entity().and_then(|id| world.model.parent(id));
                parent.map_or(Value::Unknown, Value::Entity)
            }
            (Function::Scope, x) => x.entity().map_or(Value::Unknown, |id| self.scope(id)),
            (Function::Referenced, x) => {
                x.entity().map_or(Value::Unknown, |id| Value::Truth(world.is_referenced(id).into()))
            }
            (Function::AsOf, x) => {
                x.entity().map_or(Value::Unknown, |id| Value::Dates(Dates::day(world.as_of(id))))
            }
            (Function::Lower, x) => self.end_of(x, true),
            (Function::Upper, x) => self.end_of(x, false),
            (Function::Start, Value::Dates(dates)) => Value::Dates(Dates::day(dates.first)),
            (Function::End, Value::Dates(dates)) => Value::Dates(Dates::day(dates.last)),
            (Function::Years, Value::List(list)) => {
                let years = years(self.scratch.certain(*list));
                Value::List(self.scratch.list(years))
            }
            (Function::Currency, x) => self.amount(x).map_or(Value::Unknown, |amount| self.currency(&amount)),
            (Function::Dimension, x) => {
                let units = &world.schema.units;
                self.amount(x).map_or(Value::Unknown, |amount| {
                    self.scratch.text(&units.name(units.dimension(amount.measure)))
                })
            }
            (Function::First, Value::List(list)) => {
                self.scratch.certain(*list).first().copied().unwrap_or(Value::Unknown)
            }
            (Function::Rest, Value::List(list)) => Value::List(list.part(1..list.certain())),
            (Function::Flat, Value::List(list)) => self.flat(*list),
            (Function::Count, Value::List(list)) => {
                self.scratch.ratio(between(list.certain(), list.len() - list.certain()))
            }
            (Function::Ends | Function::Cut | Function::Through, Value::Path(route)) => {
                self.links(function, *route)
            }
            _ => Value::Unknown,
        }
    }

    fn call_two(&mut self, function: Function, first: &Value, second: &Value) -> Value {
        match (function, first, second) {
            (Function::Convert, amount, to) => self.convert(amount, to).unwrap_or(Value::Unknown),
            (Function::Upstream, a, b) => match (a.entity(), b.entity()) {
                (Some(a), Some(b)) => Value::Truth(self.world.recipes.upstream(a, b)),
                _ => Value::Unknown,
            },
            (Function::Union, Value::List(a), Value::List(b)) => self.union(*a, *b),
            (Function::UpTo, Value::List(list), end) => self.up_to(*list, end),
            _ => Value::Unknown,
        }
    }

    /// The least or the greatest of a list, or of several arguments.
    fn least_or_most(&mut self, function: Function, arguments: &[Expr]) -> Value {
        let begun = self.scratch.gather();
        for argument in arguments {
            let value = self.eval(argument);
            self.spend(value.length());
            match value {
                Value::List(list) if arguments.len() == 1 => self.scratch.add_all(list, Truth::True),
                one => self.scratch.add(one, Truth::True),
            }
        }
        let list = self.scratch.gathered_list(begun);
        self.extreme(list, function == Function::Min)
    }

    /// Entities that tell where else a route may end, what every certain route passes, or what to replace.
    fn links(&mut self, function: Function, route: RouteId) -> Value {
        let Some(route) = self.scratch.route(route) else { return Value::Unknown };
        let states = |states: Vec<State>| states.into_iter().map(|(id, _)| id).collect();
        let found: Vec<EntityId> = match function {
            Function::Ends => self.other_ends(&route),
            Function::Cut => states(self.cut(&route)),
            _ => states(self.through(&route)),
        };
        Value::List(self.scratch.list(found.into_iter().map(Value::Entity)))
    }

    fn choose(&mut self, arguments: &[Expr]) -> Value {
        let [condition, then, otherwise] = arguments else { return Value::Unknown };
        match self.truth(condition) {
            Truth::True => self.eval(then),
            Truth::False => self.eval(otherwise),
            Truth::Unknown => Value::Unknown,
        }
    }

    fn first_known(&mut self, arguments: &[Expr]) -> Value {
        for argument in arguments {
            let value = self.eval(argument);
            if value.is_known() {
                return value;
            }
        }
        Value::Unknown
    }

    /// The block that bounds the scope of an entity, else the portfolio.
    fn scope(&self, id: EntityId) -> Value {
        let scope = self.world.model.scope(self.world.schema, id);
        let portfolio = || {
            let single = self.world.schema.kinds().find(|(_, kind)| kind.single).map(|(kind, _)| kind);
            single.and_then(|kind| self.world.model.single(kind))
        };
        scope.or_else(portfolio).map_or(Value::Unknown, Value::Entity)
    }

    fn currency(&mut self, amount: &Amount) -> Value {
        let schema = self.world.schema;
        let name = schema.units.root_name(amount.measure, &schema.names);
        match name.filter(|_| schema.units.is_money(amount.measure)) {
            Some(name) => self.scratch.text(name),
            None => Value::Unknown,
        }
    }

    /// An amount of what goes into something, from an amount of that something.
    fn convert(&mut self, value: &Value, to: &Value) -> Option<Value> {
        let (amount, to) = (self.amount(value)?, to.entity()?);
        let from = amount.of?;
        if from == to {
            return Some(*value);
        }
        let interval = amount.interval.times(self.world.recipes.factor(to, from)?);
        Some(self.scratch.amount(Amount { interval, of: Some(to), ..amount }))
    }

    /// The members of both, each once.
    fn union(&mut self, a: List, b: List) -> Value {
        if a.is_empty() || b.is_empty() {
            return Value::List(if a.is_empty() { b } else { a });
        }
        let begun = self.scratch.gather();
        self.scratch.add_all(a, Truth::True);
        // Entities are told apart by their numbers; whatever else there is, by comparing each with each.
        let entity = |value: &Value| matches!(value, Value::Entity(_));
        let plain = self.scratch.certain(a).iter().chain(self.scratch.certain(b)).all(entity);
        let known: FxHashSet<EntityId> = if plain {
            self.scratch.certain(a).iter().filter_map(Value::entity).collect()
        } else if self.spend(a.certain() * b.certain()) {
            FxHashSet::default()
        } else {
            self.scratch.drop_gathered(begun);
            return Value::Unknown;
        };
        for (at, belongs) in b.places() {
            let member = self.scratch.at(at);
            let double = belongs.holds()
                && match member {
                    Value::Entity(id) if plain => known.contains(&id),
                    _ => {
                        let same = |known: &Value| self.equal(known, &member) == Some(Truth::True);
                        self.scratch.certain(a).iter().any(same)
                    }
                };
            if !double {
                self.scratch.add(member, belongs);
            }
        }
        Value::List(self.scratch.gathered_list(begun))
    }

    fn up_to(&self, list: List, end: &Value) -> Value {
        let same = |member: &Value| self.compare(Comparison::Equal, Settle::No, member, end).holds();
        match self.scratch.certain(list).iter().position(same) {
            Some(at) => Value::List(list.part(0..at + 1)),
            None => Value::List(list),
        }
    }

    /// One level less. What a list that is only possible holds is possible.
    fn flat(&mut self, list: List) -> Value {
        let begun = self.scratch.gather();
        for (at, belongs) in list.places() {
            match self.scratch.at(at) {
                Value::List(inner) => self.scratch.add_all(inner, belongs),
                Value::Unknown => self.scratch.add(Value::Unknown, Truth::Unknown),
                single => self.scratch.add(single, belongs),
            }
        }
        Value::List(self.scratch.gathered_list(begun))
    }
}

fn between(certain: usize, possible: usize) -> Interval {
    let most = certain as i64 + possible as i64;
    Interval { lo: Ratio::whole(certain as i64), hi: Ratio::whole(most) }
}

impl Evaluator<'_, '_> {
    /// Certain members count at both ends, possible ones at the upper; what has no known amount, or is in another
    /// unit, may be any amount.
    fn sum(&mut self, list: List) -> Value {
        // Of several units the one declared first is meant, whatever the order of members.
        let Some(first) = self.first_measured(list) else {
            return if list.is_empty() { self.scratch.ratio(Interval::ZERO) } else { Value::Unknown };
        };
        let part = |value: &Value| self.in_measure(value, first.measure);
        let certain = self.scratch.certain(list).iter().map(part).fold(Interval::ZERO, Interval::plus);
        let possible = self.scratch.possible(list).iter();
        let possible = possible.map(|value| Interval { lo: Ratio::ZERO, hi: part(value).hi });
        let interval = possible.fold(certain, Interval::plus);
        let mut known = self.scratch.all(list).iter().filter_map(|value| self.amount(value));
        let same_substance = known.all(|amount| amount.of == first.of);
        let of = if same_substance { first.of } else { None };
        self.scratch.amount(Amount { interval, measure: first.measure, of })
    }

    /// The first amount among those whose measure was declared first.
    fn first_measured(&self, list: List) -> Option<Amount> {
        let known = self.scratch.all(list).iter().filter_map(|value| self.amount(value));
        known.min_by_key(|known| known.measure)
    }

    /// What an amount comes to in a measure; what is none may be any.
    fn in_measure(&self, value: &Value, measure: Measure) -> Interval {
        let amount = self.amount(value).filter(|amount| amount.measure == measure);
        amount.map_or(Interval::ANY_AMOUNT, |amount| amount.interval)
    }

    fn extreme(&mut self, list: List, least: bool) -> Value {
        let dates = extreme_dates(&self.scratch, list, least);
        let amount = || self.extreme_amount(list, least).map(|amount| self.scratch.amount(amount));
        dates.or_else(amount).unwrap_or(Value::Unknown)
    }

    fn extreme_amount(&self, list: List, least: bool) -> Option<Amount> {
        let first = self.first_measured(list)?;
        let part = |value: &Value| self.in_measure(value, first.measure);
        let pick = |a: Interval, b: Interval| {
            if least {
                Interval { lo: a.lo.min(b.lo), hi: a.hi.min(b.hi) }
            } else {
                Interval { lo: a.lo.max(b.lo), hi: a.hi.max(b.hi) }
            }
        };
        let certain = self.scratch.certain(list).iter().map(part).reduce(pick)?;
        let interval = match self.scratch.possible(list).iter().map(part).reduce(pick) {
            Some(possible) if least => Interval { lo: certain.lo.min(possible.lo), hi: certain.hi },
            Some(possible) => Interval { lo: certain.lo, hi: certain.hi.max(possible.hi) },
            None => certain,
        };
        Some(Amount { interval, ..first })
    }

    /// The lower or upper end of what is known.
    fn end_of(&mut self, value: &Value, lower: bool) -> Value {
        if let Value::Dates(dates) = value {
            return Value::Dates(Dates::day(if lower { dates.first } else { dates.last }));
        }
        let Some(amount) = self.amount(value) else { return Value::Unknown };
        let end = if lower { amount.interval.lo } else { amount.interval.hi };
        self.scratch.amount(Amount { interval: Interval::point(end), ..amount })
    }
}

fn extreme_dates(scratch: &Scratch, list: List, least: bool) -> Option<Value> {
    let is_dates = |value: &Value| matches!(value, Value::Dates(_));
    if !scratch.all(list).iter().any(is_dates) {
        return None;
    }
    let part = |value: &Value| match value {
        Value::Dates(dates) => *dates,
        _ => Dates::ANY,
    };
    let pick = |a: Dates, b: Dates| {
        if least {
            Dates { first: a.first.min(b.first), last: a.last.min(b.last) }
        } else {
            Dates { first: a.first.max(b.first), last: a.last.max(b.last) }
        }
    };
    let certain = scratch.certain(list).iter().map(part).reduce(pick);
    let possible = scratch.possible(list).iter().map(part).reduce(pick);
    Some(match (certain, possible) {
        (Some(certain), Some(possible)) if least => {
            Value::Dates(Dates { first: certain.first.min(possible.first), last: certain.last })
        }
        (Some(certain), Some(possible)) => {
            Value::Dates(Dates { first: certain.first, last: certain.last.max(possible.last) })
        }
        (Some(certain), None) => Value::Dates(certain),
        (None, _) => Value::Unknown,
    })
}

/// The calendar years that dates touch, each once, ascending.
fn years(dates: &[Value]) -> Vec<Value> {
    let mut years: Vec<i16> = Vec::new();
    for member in dates {
        let Value::Dates(dates) = member else { continue };
        if let (Some(first), Some(last)) = (dates.first.year(), dates.last.year()) {
            years.extend(first..=last);
        }
    }
    years.sort_unstable();
    years.dedup();
    years.iter().filter_map(|year| Dates::parse(&year.to_string())).map(Value::Dates).collect()
}

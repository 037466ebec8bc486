//! Aggregates and built-in functions of the rule language, on values. Knows no domain: what does is declared
//! in rule files.

use std::ops::ControlFlow;
use std::rc::Rc;

use super::eval::{Evaluator, Range};
use super::value::{List, Value, compare, equal};
use crate::model::{Amount, EntityId};
use crate::rule::{Aggregate, Comparison, Expr, Function, Settle, Source};
use crate::value::{Dates, Interval, Ratio, Truth};

impl Evaluator<'_, '_> {
    pub(super) fn aggregate(&mut self, how: Aggregate, source: &Source, value: Option<&Expr>) -> Value {
        let mut list = List::default();
        let ordered = matches!(how, Aggregate::ArgMax | Aggregate::ArgMin | Aggregate::Top(_));
        let mut keys: Vec<Value> = Vec::new();
        let range = self.members(source, &mut |own, member, truth, _| {
            let result = match value {
                Some(value) if !ordered => own.eval(value),
                _ => member.clone(),
            };
            if ordered && truth.holds() {
                keys.push(value.map_or_else(|| member.clone(), |value| own.eval(value)));
            }
            if truth.holds() {
                list.certain.push(result)
            } else {
                list.possible.push(result)
            }
            ControlFlow::Continue(())
        });
        if range == Range::Unknown || self.fuel == 0 {
            return Value::Unknown;
        }
        match how {
            Aggregate::Count => count(&list),
            Aggregate::Sum => sum(&list),
            Aggregate::Min => self.extreme(&list, true),
            Aggregate::Max => self.extreme(&list, false),
            Aggregate::List => Value::List(Rc::new(list)),
            Aggregate::ArgMax => {
                self.ranked(list.certain, keys, false).into_iter().next().unwrap_or(Value::Unknown)
            }
            Aggregate::ArgMin => {
                self.ranked(list.certain, keys, true).into_iter().next().unwrap_or(Value::Unknown)
            }
            Aggregate::Top(most) => {
                let mut ranked = self.ranked(list.certain, keys, false);
                ranked.truncate(most);
                List::of(ranked)
            }
        }
    }

    /// Members by their keys, least or greatest first; ties and unknown keys in document order.
    fn ranked(&mut self, members: Vec<Value>, keys: Vec<Value>, least_first: bool) -> Vec<Value> {
        let mut pairs: Vec<(Value, Value)> = keys.into_iter().zip(members).collect();
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
        pairs.into_iter().map(|(_, member)| member).collect()
    }

    fn extreme(&self, list: &List, least: bool) -> Value {
        if let Some(dates) = extreme_dates(list, least) {
            return dates;
        }
        extreme_amounts(list, least)
    }

    pub(super) fn call(&mut self, function: Function, arguments: &[Expr]) -> Value {
        match function {
            Function::If => return self.choose(arguments),
            Function::FirstKnown => return self.first_known(arguments),
            _ => {}
        }
        let values: Vec<Value> = arguments.iter().map(|argument| self.eval(argument)).collect();
        self.spend(values.iter().map(super::value::Value::length).sum());
        match (function, values.as_slice()) {
            (Function::Kind, [x]) => {
                x.entity().map_or(Value::Unknown, |id| Value::Kind(self.world.model.kind(id)))
            }
            (Function::Parent, [x]) => {
                let parent =
                    x.entity().and_then(|id| self.world.model.entity(id)).and_then(|entity| entity.parent);
                parent.map_or(Value::Unknown, Value::Entity)
            }
            (Function::Scope, [x]) => x.entity().map_or(Value::Unknown, |id| self.scope(id)),
            (Function::Referenced, [x]) => {
                x.entity().map_or(Value::Unknown, |id| Value::Truth(self.world.is_referenced(id).into()))
            }
            (Function::AsOf, [x]) => {
                x.entity().map_or(Value::Unknown, |id| Value::Dates(Dates::day(self.world.as_of(id))))
            }
            (Function::Lower, [x]) => end_of(x, true),
            (Function::Upper, [x]) => end_of(x, false),
            (Function::Start, [Value::Dates(dates)]) => Value::Dates(Dates::day(dates.first)),
            (Function::End, [Value::Dates(dates)]) => Value::Dates(Dates::day(dates.last)),
            (Function::Years, [Value::List(list)]) => years(list),
            (Function::Currency, [Value::Amount(amount)]) => self.currency(amount),
            (Function::Dimension, [Value::Amount(amount)]) => {
                let units = &self.world.schema.units;
                Value::Text(units.name(units.dimension(amount.measure)).into())
            }
            (Function::Convert, [Value::Amount(amount), to]) => self.convert(amount, to),
            (Function::Upstream, [a, b]) => match (a.entity(), b.entity()) {
                (Some(a), Some(b)) => Value::Truth(self.world.recipes.upstream(a, b)),
                _ => Value::Unknown,
            },
            (Function::First, [Value::List(list)]) => list.certain.first().cloned().unwrap_or(Value::Unknown),
            (Function::Rest, [Value::List(list)]) => List::of(list.certain.iter().skip(1).cloned().collect()),
            (Function::Union, [Value::List(a), Value::List(b)]) => self.union(a, b),
            (Function::Flat, [Value::List(list)]) => flat(list),
            (Function::UpTo, [Value::List(list), end]) => self.up_to(list, end),
            (Function::Count, [Value::List(list)]) => count(list),
            (Function::Min, values) => self.extreme(&listed(values), true),
            (Function::Max, values) => self.extreme(&listed(values), false),
            (Function::Ends, [Value::Path(route)]) => {
                List::of(self.other_ends(route).into_iter().map(Value::Entity).collect())
            }
            (Function::Cut, [Value::Path(route)]) => {
                List::of(self.cut(route).into_iter().map(|state| Value::Entity(state.0)).collect())
            }
            (Function::Through, [Value::Path(route)]) => {
                List::of(self.through(route).into_iter().map(|state| Value::Entity(state.0)).collect())
            }
            _ => Value::Unknown,
        }
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

    fn currency(&self, amount: &Amount) -> Value {
        let units = &self.world.schema.units;
        if !units.is_money(amount.measure) {
            return Value::Unknown;
        }
        units
            .root_name(amount.measure, &self.world.schema.names)
            .map_or(Value::Unknown, |name| Value::Text(name.into()))
    }

    /// An amount of what goes into something, from an amount of that something.
    fn convert(&self, amount: &Amount, to: &Value) -> Value {
        let (Some(from), Some(to)) = (amount.of, to.entity()) else { return Value::Unknown };
        if from == to {
            return Value::Amount(*amount);
        }
        let factor = self.world.recipes.factor(to, from);
        factor.map_or(Value::Unknown, |factor| {
            Value::Amount(Amount { interval: amount.interval.times(factor), of: Some(to), ..*amount })
        })
    }

    fn union(&mut self, a: &List, b: &List) -> Value {
        if !self.spend(a.certain.len() * b.certain.len()) {
            return Value::Unknown;
        }
        let fresh = |member: &&Value| {
            !a.certain.iter().any(|known| equal(self.world, known, member) == Some(Truth::True))
        };
        let certain = a.certain.iter().chain(b.certain.iter().filter(fresh)).cloned().collect();
        let possible = a.possible.iter().chain(&b.possible).cloned().collect();
        Value::List(Rc::new(List { certain, possible }))
    }

    fn up_to(&self, list: &Rc<List>, end: &Value) -> Value {
        let same = |member: &Value| compare(self.world, Comparison::Equal, Settle::No, member, end).holds();
        match list.certain.iter().position(same) {
            Some(at) => List::of(list.certain.iter().take(at + 1).cloned().collect()),
            None => Value::List(Rc::clone(list)),
        }
    }
}

fn listed(values: &[Value]) -> List {
    match values {
        [Value::List(list)] => (**list).clone(),
        several => List { certain: several.to_vec(), possible: Vec::new() },
    }
}

fn count(list: &List) -> Value {
    let certain = list.certain.len() as i64;
    let most = certain + list.possible.len() as i64;
    Value::ratio(Interval { lo: Ratio::whole(certain), hi: Ratio::whole(most) })
}

/// Certain members count at both ends, possible ones at the upper; what has no known amount, or is in another
/// unit than the first, may be any amount.
fn sum(list: &List) -> Value {
    let amount = |value: &Value| match value {
        Value::Amount(amount) => Some(*amount),
        _ => None,
    };
    let first = list.certain.iter().chain(&list.possible).find_map(amount);
    let Some(first) = first else {
        return if list.certain.is_empty() && list.possible.is_empty() {
            Value::ratio(Interval::ZERO)
        } else {
            Value::Unknown
        };
    };
    let part = |value: &Value| match amount(value).filter(|amount| amount.measure == first.measure) {
        Some(amount) => amount.interval,
        None => Interval::ANY_AMOUNT,
    };
    let certain = list.certain.iter().map(part).fold(Interval::ZERO, Interval::plus);
    let possible = list.possible.iter().map(|value| Interval { lo: Ratio::ZERO, hi: part(value).hi });
    let interval = possible.fold(certain, Interval::plus);
    let same_substance =
        list.certain.iter().chain(&list.possible).filter_map(amount).all(|amount| amount.of == first.of);
    Value::Amount(Amount {
        interval,
        measure: first.measure,
        of: if same_substance { first.of } else { None },
    })
}

fn extreme_amounts(list: &List, least: bool) -> Value {
    let amount = |value: &Value| match value {
        Value::Amount(amount) => Some(*amount),
        _ => None,
    };
    let Some(first) = list.certain.iter().chain(&list.possible).find_map(amount) else {
        return Value::Unknown;
    };
    let part = |value: &Value| {
        amount(value)
            .filter(|amount| amount.measure == first.measure)
            .map_or(Interval::ANY_AMOUNT, |amount| amount.interval)
    };
    let pick = |a: Interval, b: Interval| {
        if least {
            Interval { lo: a.lo.min(b.lo), hi: a.hi.min(b.hi) }
        } else {
            Interval { lo: a.lo.max(b.lo), hi: a.hi.max(b.hi) }
        }
    };
    let certain = list.certain.iter().map(part).reduce(pick);
    let possible = list.possible.iter().map(part).reduce(pick);
    let interval = match (certain, possible) {
        (Some(certain), Some(possible)) if least => {
            Interval { lo: certain.lo.min(possible.lo), hi: certain.hi }
        }
        (Some(certain), Some(possible)) => Interval { lo: certain.lo, hi: certain.hi.max(possible.hi) },
        (Some(certain), None) => certain,
        (None, _) => return Value::Unknown,
    };
    Value::Amount(Amount { interval, ..first })
}

fn extreme_dates(list: &List, least: bool) -> Option<Value> {
    let is_dates = |value: &Value| matches!(value, Value::Dates(_));
    if !list.certain.iter().chain(&list.possible).any(is_dates) {
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
    let certain = list.certain.iter().map(part).reduce(pick);
    let possible = list.possible.iter().map(part).reduce(pick);
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

fn end_of(value: &Value, lower: bool) -> Value {
    match value {
        Value::Amount(amount) => {
            let end = if lower { amount.interval.lo } else { amount.interval.hi };
            Value::Amount(Amount { interval: Interval::point(end), ..*amount })
        }
        Value::Dates(dates) => Value::Dates(Dates::day(if lower { dates.first } else { dates.last })),
        _ => Value::Unknown,
    }
}

/// The calendar years that dates touch, each once, ascending.
fn years(list: &List) -> Value {
    let mut years: Vec<i16> = Vec::new();
    for member in &list.certain {
        let Value::Dates(dates) = member else { continue };
        if let (Some(first), Some(last)) = (dates.first.year(), dates.last.year()) {
            years.extend(first..=last);
        }
    }
    years.sort_unstable();
    years.dedup();
    List::of(years.iter().filter_map(|year| Dates::parse(&year.to_string())).map(Value::Dates).collect())
}

/// One level less. What a list that is only possible holds is possible.
fn flat(list: &List) -> Value {
    let mut out = List::default();
    for member in &list.certain {
        match member {
            Value::List(inner) => {
                out.certain.extend(inner.certain.iter().cloned());
                out.possible.extend(inner.possible.iter().cloned());
            }
            Value::Unknown => out.possible.push(Value::Unknown),
            single => out.certain.push(single.clone()),
        }
    }
    for member in &list.possible {
        match member {
            Value::List(inner) => out.possible.extend(inner.certain.iter().chain(&inner.possible).cloned()),
            single => out.possible.push(single.clone()),
        }
    }
    Value::List(Rc::new(out))
}

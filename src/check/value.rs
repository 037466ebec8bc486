//! Values while rules run: owns `Value` and how two values compare. Knows no expression.

use std::rc::Rc;
use std::sync::Arc;

use super::graph::Route;
use super::world::World;
use crate::model::{Amount, EntityId};
use crate::rule::{Comparison, Settle};
use crate::schema::{EnumId, KindId, Measure};
use crate::value::{Dates, Interval, Truth};

/// What an expression came to.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Missing, `unknown`, or not understood.
    Unknown,
    Truth(Truth),
    Amount(Amount),
    Dates(Dates),
    /// The time from the first to the second.
    Gap(Dates, Dates),
    Enum(EnumId, u16),
    /// The word of a rule that stands in several enums; what it meets says which is meant.
    Words(Arc<[(EnumId, u16)]>),
    Entity(EntityId),
    Kind(KindId),
    Text(Rc<str>),
    /// An entity with its part of the whole, if that is known.
    Share(EntityId, Option<Interval>),
    Group(Rc<Group>),
    Path(Rc<Route>),
    /// A step of a path, by its number.
    Step(Rc<Route>, usize),
    List(Rc<List>),
}

/// Members that are certain, and members that are possible.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    pub certain: Vec<Value>,
    pub possible: Vec<Value>,
}

/// Members of a list that share a key.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub key: Value,
    pub items: Rc<List>,
}

impl List {
    pub(super) fn of(certain: Vec<Value>) -> Value {
        Value::List(Rc::new(List { certain, possible: Vec::new() }))
    }
}

impl Value {
    pub(super) fn ratio(interval: Interval) -> Value {
        Value::Amount(Amount { interval, measure: Measure::NUMBER, of: None })
    }

    /// The entity, if it is one.
    pub(super) fn entity(&self) -> Option<EntityId> {
        match self {
            Value::Entity(id) | Value::Share(id, _) => Some(*id),
            _ => None,
        }
    }

    /// How many members it has, if it is a list.
    pub(super) fn length(&self) -> usize {
        match self {
            Value::List(list) => list.certain.len() + list.possible.len(),
            _ => 0,
        }
    }

    pub(super) fn truth(&self) -> Truth {
        match self {
            Value::Truth(truth) => *truth,
            _ => Truth::Unknown,
        }
    }

    pub(super) fn is_known(&self) -> bool {
        !matches!(self, Value::Unknown | Value::Truth(Truth::Unknown))
    }
}

/// How two values compare. Doubt between intervals is settled as asked; a missing operand stays unknown.
pub(super) fn compare(
    world: &World<'_>,
    comparison: Comparison,
    settle: Settle,
    left: &Value,
    right: &Value,
) -> Truth {
    let Some(truth) = relate(world, comparison, left, right) else { return Truth::Unknown };
    match (truth, settle) {
        (Truth::Unknown, Settle::Surely) => Truth::False,
        (Truth::Unknown, Settle::Maybe) => Truth::True,
        (truth, _) => truth,
    }
}

/// `None` where an operand is missing or the two cannot be compared (two currencies, two substances).
fn relate(world: &World<'_>, comparison: Comparison, left: &Value, right: &Value) -> Option<Truth> {
    match comparison {
        Comparison::Equal => equal(world, left, right),
        Comparison::Unequal => equal(world, left, right).map(|truth| !truth),
        Comparison::Less => less(world, left, right),
        Comparison::More => less(world, right, left),
        Comparison::AtMost => less(world, right, left).map(|truth| !truth),
        Comparison::AtLeast => less(world, left, right).map(|truth| !truth),
        Comparison::In => Some(among(world, left, right)),
    }
}

/// Amounts that may be compared: the same base units, and not of two different substances. Nothing is nothing
/// in every unit.
pub(super) fn comparable(a: &Amount, b: &Amount) -> bool {
    let nothing = |amount: &Amount| amount.measure == Measure::NUMBER && amount.interval == Interval::ZERO;
    let same_measure = a.measure == b.measure || nothing(a) || nothing(b);
    let same_substance = a.of.is_none() || b.of.is_none() || a.of == b.of;
    same_measure && same_substance
}

fn less(world: &World<'_>, left: &Value, right: &Value) -> Option<Truth> {
    match (left, right) {
        (Value::Amount(a), Value::Amount(b)) if comparable(a, b) => Some(a.interval.less(b.interval)),
        (Value::Dates(a), Value::Dates(b)) => Some(a.before(*b)),
        (Value::Enum(a, low), Value::Enum(b, high)) if a == b => Some((low < high).into()),
        (Value::Enum(id, low), Value::Words(words)) => Some((*low < ordinal(words, *id)?).into()),
        (Value::Words(words), Value::Enum(id, high)) => Some((ordinal(words, *id)? < *high).into()),
        (Value::Gap(from, to), Value::Amount(span)) => Some(to.before(world.later(*from, span)?)),
        (Value::Amount(span), Value::Gap(from, to)) => Some(world.later(*from, span)?.before(*to)),
        _ => None,
    }
}

/// The place of a word in one of the enums that have it.
fn ordinal(words: &[(EnumId, u16)], id: EnumId) -> Option<u16> {
    words.iter().find(|(own, _)| *own == id).map(|(_, ordinal)| *ordinal)
}

pub(super) fn equal(world: &World<'_>, left: &Value, right: &Value) -> Option<Truth> {
    if let (Some(a), Some(b)) = (left.entity(), right.entity()) {
        return Some((a == b).into());
    }
    match (left, right) {
        (Value::Amount(a), Value::Amount(b)) if comparable(a, b) => Some(a.interval.equal(b.interval)),
        (Value::Dates(a), Value::Dates(b)) => Some(a.equal(*b)),
        (Value::Gap(from, to), Value::Amount(span)) => Some(to.equal(world.later(*from, span)?)),
        (Value::Enum(a, x), Value::Enum(b, y)) => Some((a == b && x == y).into()),
        (Value::Enum(id, x), Value::Words(words)) | (Value::Words(words), Value::Enum(id, x)) => {
            Some((ordinal(words, *id) == Some(*x)).into())
        }
        // A kind is the one that it specialises, too.
        (Value::Kind(is), Value::Kind(asked)) => {
            world.schema.kind(*asked).map(|kind| kind.family.has(*is).into())
        }
        (Value::Text(a), Value::Text(b)) => Some((a == b).into()),
        (Value::Truth(a), Value::Truth(b)) => Some(a.and(*b).or((!*a).and(!*b))),
        _ => None,
    }
}

fn among(world: &World<'_>, value: &Value, list: &Value) -> Truth {
    let Value::List(list) = list else { return Truth::Unknown };
    if !value.is_known() {
        let empty = list.certain.is_empty() && list.possible.is_empty();
        return if empty { Truth::False } else { Truth::Unknown };
    }
    let mut best = Truth::False;
    for member in &list.certain {
        best = best.or(equal(world, value, member).unwrap_or(Truth::Unknown));
        if best.holds() {
            return best;
        }
    }
    let mut possible =
        list.possible.iter().map(|member| equal(world, value, member).unwrap_or(Truth::Unknown));
    if possible.any(|truth| truth != Truth::False) { Truth::Unknown } else { best }
}

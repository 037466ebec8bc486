//! Values while rules run: owns `Value`, the scratch in which their members lie, and how two values compare. Knows
//! no expression.

use std::ops::Range;
use std::rc::Rc;

use super::eval::Evaluator;
use super::graph::Route;
use crate::model::{Amount, EntityId};
use crate::rule::{Comparison, Settle};
use crate::schema::{EnumId, KindId, Measure};
use crate::value::{Dates, Interval, Truth};

/// What an expression came to. All that is long lies in a [`Scratch`], so that a value fits in two registers, is copied
/// and never freed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    /// Missing, `unknown`, or not understood.
    Unknown,
    Truth(Truth),
    Amount(Quantity),
    Dates(Dates),
    /// The time from the first to the second of two dates.
    Gap(List),
    Enum(EnumId, u16),
    /// The word of a rule that stands in several enums; what it meets says which is meant.
    Words(List),
    Entity(EntityId),
    Kind(KindId),
    Text(Text),
    /// An entity with its part of the whole, if that is known.
    Share(EntityId, Option<Quantity>),
    /// Members of a list that share a key, which lies before them.
    Group(List),
    Path(RouteId),
    /// A step of a path, by its number.
    Step(RouteId, u32),
    List(List),
}

/// The number of an amount.
#[derive(Clone, Copy, Debug)]
pub(super) enum Quantity {
    /// Of one that is written in a text.
    Written(u32),
    /// Of one that lies in a scratch.
    Made(u32),
}

/// Members that are certain, and behind them members that are possible.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct List {
    first: u32,
    certain: u32,
    possible: u32,
}

/// Some of the words of a scratch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    start: u32,
    end: u32,
}

/// The number of a route in a scratch.
#[derive(Clone, Copy, Debug)]
pub(super) struct RouteId(u32);

/// Where the members of lists, amounts, words and routes lie until they are cut off.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    values: Vec<Value>,
    amounts: Vec<Amount>,
    words: String,
    routes: Vec<Rc<Route>>,
    /// Members of lists that are being gathered, those of the innermost list last.
    gathered: Vec<(Value, Truth)>,
}

/// How much a scratch held at some time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    values: usize,
    amounts: usize,
    words: usize,
    routes: usize,
}

impl List {
    /// How many members it has.
    pub(super) fn len(self) -> usize {
        (self.certain + self.possible) as usize
    }

    pub(super) fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// How many members are certain.
    pub(super) fn certain(self) -> usize {
        self.certain as usize
    }

    /// Where its members lie in the scratch, with how far each belongs to it.
    pub(super) fn places(self) -> impl Iterator<Item = (usize, Truth)> {
        let possible = self.first + self.certain;
        let belongs = move |at| if at < possible { Truth::True } else { Truth::Unknown };
        (self.first..possible + self.possible).map(move |at| (at as usize, belongs(at)))
    }

    /// Its certain members from one on, up to another.
    pub(super) fn part(self, range: Range<usize>) -> List {
        let end = (range.end as u32).min(self.certain);
        let start = (range.start as u32).min(end);
        List { first: self.first + start, certain: end - start, possible: 0 }
    }
}

impl Scratch {
    /// What it holds now; what comes later can be cut off.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            values: self.values.len(),
            amounts: self.amounts.len(),
            words: self.words.len(),
            routes: self.routes.len(),
        }
    }

    /// Forgets what came after a mark.
    pub(super) fn cut(&mut self, mark: Mark) {
        // Most conditions leave nothing behind.
        if self.values.len() > mark.values {
            self.values.truncate(mark.values);
        }
        if self.amounts.len() > mark.amounts {
            self.amounts.truncate(mark.amounts);
        }
        if self.words.len() > mark.words {
            self.words.truncate(mark.words);
        }
        if self.routes.len() > mark.routes {
            self.routes.truncate(mark.routes);
        }
    }

    /// Forgets what came after a mark but for a value, which may lie behind it as a whole.
    pub(super) fn cut_but(&mut self, mark: Mark, value: Value) -> Value {
        if value.is_short() {
            self.cut(mark);
            return value;
        }
        let Value::Amount(Quantity::Made(at)) = value else { return value };
        let Some(amount) = self.amounts.get(at as usize).copied() else { return value };
        self.cut(mark);
        self.amount(amount)
    }

    pub(super) fn amount(&mut self, amount: Amount) -> Value {
        Value::Amount(self.quantity(amount))
    }

    /// A pure number.
    pub(super) fn ratio(&mut self, interval: Interval) -> Value {
        Value::Amount(self.number(interval))
    }

    pub(super) fn share(&mut self, of: EntityId, share: Option<Interval>) -> Value {
        Value::Share(of, share.map(|share| self.number(share)))
    }

    fn number(&mut self, interval: Interval) -> Quantity {
        self.quantity(Amount { interval, measure: Measure::NUMBER, of: None })
    }

    fn quantity(&mut self, amount: Amount) -> Quantity {
        self.amounts.push(amount);
        Quantity::Made(self.amounts.len() as u32 - 1)
    }

    /// What the members of a group share.
    pub(super) fn key(&self, group: List) -> Value {
        group.first.checked_sub(1).map_or(Value::Unknown, |key| self.at(key as usize))
    }

    pub(super) fn at(&self, place: usize) -> Value {
        self.values.get(place).copied().unwrap_or(Value::Unknown)
    }

    pub(super) fn certain(&self, list: List) -> &[Value] {
        let first = list.first as usize;
        self.values.get(first..first + list.certain as usize).unwrap_or(&[])
    }

    pub(super) fn possible(&self, list: List) -> &[Value] {
        let first = (list.first + list.certain) as usize;
        self.values.get(first..first + list.possible as usize).unwrap_or(&[])
    }

    /// All members, certain ones first.
    pub(super) fn all(&self, list: List) -> &[Value] {
        let first = list.first as usize;
        self.values.get(first..first + list.len()).unwrap_or(&[])
    }

    /// A list of certain members.
    pub(super) fn list(&mut self, members: impl IntoIterator<Item = Value>) -> List {
        let first = self.values.len();
        self.values.extend(members);
        List { first: first as u32, certain: (self.values.len() - first) as u32, possible: 0 }
    }

    /// Begins a list whose members come one by one, with other lists in between.
    pub(super) fn gather(&self) -> usize {
        self.gathered.len()
    }

    /// Adds a member to the list that is being gathered.
    pub(super) fn add(&mut self, member: Value, belongs: Truth) {
        self.gathered.push((member, belongs));
    }

    /// Adds the members of a list, which belong at most so far, to the one that is being gathered.
    pub(super) fn add_all(&mut self, list: List, belongs: Truth) {
        for (at, own) in list.places() {
            self.gathered.push((self.at(at), belongs.and(own)));
        }
    }

    /// Forgets what was gathered since.
    pub(super) fn drop_gathered(&mut self, since: usize) {
        self.gathered.truncate(since);
    }

    /// The list that was begun then.
    pub(super) fn gathered_list(&mut self, since: usize) -> List {
        let first = self.values.len();
        let new = self.gathered.get(since..).unwrap_or(&[]);
        let of = |certain: bool| {
            new.iter().filter(move |(_, belongs)| belongs.holds() == certain).map(|(member, _)| *member)
        };
        self.values.reserve(new.len());
        self.values.extend(of(true));
        let possible = self.values.len();
        if possible - first < new.len() {
            self.values.extend(of(false));
        }
        self.gathered.truncate(since);
        List {
            first: first as u32,
            certain: (possible - first) as u32,
            possible: (self.values.len() - possible) as u32,
        }
    }

    pub(super) fn route(&self, id: RouteId) -> Option<Rc<Route>> {
        self.routes.get(id.0 as usize).map(Rc::clone)
    }

    pub(super) fn keep_route(&mut self, route: Rc<Route>) -> RouteId {
        self.routes.push(route);
        RouteId(self.routes.len() as u32 - 1)
    }

    pub(super) fn words(&self, text: Text) -> &str {
        self.words.get(text.start as usize..text.end as usize).unwrap_or("")
    }

    pub(super) fn text(&mut self, words: &str) -> Value {
        let start = self.words.len() as u32;
        self.words.push_str(words);
        Value::Text(Text { start, end: self.words.len() as u32 })
    }
}

impl Value {
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
            Value::List(list) => list.len(),
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

    /// Whether all of it is in the value itself.
    fn is_short(&self) -> bool {
        !matches!(
            self,
            Value::Amount(Quantity::Made(_))
                | Value::Gap(_)
                | Value::Share(_, Some(Quantity::Made(_)))
                | Value::Words(_)
                | Value::Text(_)
                | Value::Group(_)
                | Value::Path(_)
                | Value::Step(..)
                | Value::List(_)
        )
    }
}

/// Amounts that may be compared: the same base units, and not of two different substances. Nothing is nothing
/// in every unit.
fn comparable(a: &Amount, b: &Amount) -> bool {
    let nothing = |amount: &Amount| amount.measure == Measure::NUMBER && amount.interval == Interval::ZERO;
    let same_measure = a.measure == b.measure || nothing(a) || nothing(b);
    let same_substance = a.of.is_none() || b.of.is_none() || a.of == b.of;
    same_measure && same_substance
}

/// Doubt settled as asked; where there is nothing to compare, it stays.
pub(super) fn settled(truth: Option<Truth>, settle: Settle) -> Truth {
    match (truth, settle) {
        (None, _) => Truth::Unknown,
        (Some(Truth::Unknown), Settle::Surely) => Truth::False,
        (Some(Truth::Unknown), Settle::Maybe) => Truth::True,
        (Some(truth), _) => truth,
    }
}

/// How two things compare, by what is equal and what is less; whether one is in the other is asked otherwise.
pub(super) fn relation<T>(
    comparison: Comparison,
    left: T,
    right: T,
    equal: impl Fn(T, T) -> Option<Truth>,
    less: impl Fn(T, T) -> Option<Truth>,
) -> Option<Truth> {
    match comparison {
        Comparison::Equal => equal(left, right),
        Comparison::Unequal => equal(left, right).map(|truth| !truth),
        Comparison::Less => less(left, right),
        Comparison::More => less(right, left),
        Comparison::AtMost => less(right, left).map(|truth| !truth),
        Comparison::AtLeast => less(left, right).map(|truth| !truth),
        Comparison::In => None,
    }
}

impl Evaluator<'_, '_> {
    /// How two values compare. Doubt between intervals is settled as asked; a missing operand stays unknown.
    pub(super) fn compare(
        &self,
        comparison: Comparison,
        settle: Settle,
        left: &Value,
        right: &Value,
    ) -> Truth {
        settled(self.relate(comparison, left, right), settle)
    }

    /// `None` where an operand is missing or the two cannot be compared (two currencies, two substances).
    fn relate(&self, comparison: Comparison, left: &Value, right: &Value) -> Option<Truth> {
        match comparison {
            Comparison::In => Some(self.is_among(left, right)),
            _ => relation(comparison, left, right, |a, b| self.equal(a, b), |a, b| self.less(a, b)),
        }
    }

    fn less(&self, left: &Value, right: &Value) -> Option<Truth> {
        match (left, right) {
            (Value::Amount(a), Value::Amount(b)) => {
                let (a, b) = self.alike(*a, *b)?;
                Some(a.interval.less(b.interval))
            }
            (Value::Dates(a), Value::Dates(b)) => Some(a.before(*b)),
            (Value::Enum(a, low), Value::Enum(b, high)) if a == b => Some((low < high).into()),
            (Value::Enum(id, low), Value::Words(words)) => Some((*low < self.ordinal(*words, *id)?).into()),
            (Value::Words(words), Value::Enum(id, high)) => Some((self.ordinal(*words, *id)? < *high).into()),
            (Value::Gap(gap), Value::Amount(span)) => {
                let (later, to) = self.gap_from(*gap, *span)?;
                Some(to.before(later))
            }
            (Value::Amount(span), Value::Gap(gap)) => {
                let (later, to) = self.gap_from(*gap, *span)?;
                Some(later.before(to))
            }
            _ => None,
        }
    }

    /// An amount by its number.
    pub(super) fn quantity(&self, of: Quantity) -> Option<Amount> {
        match of {
            Quantity::Written(at) => self.world.model.amount(at),
            Quantity::Made(at) => self.scratch.amounts.get(at as usize).copied(),
        }
    }

    /// The amount, if it is one.
    pub(super) fn amount(&self, value: &Value) -> Option<Amount> {
        match value {
            Value::Amount(of) => self.quantity(*of),
            _ => None,
        }
    }

    /// Two amounts, if they may be compared.
    pub(super) fn alike(&self, a: Quantity, b: Quantity) -> Option<(Amount, Amount)> {
        self.quantity(a).zip(self.quantity(b)).filter(|(a, b)| comparable(a, b))
    }

    /// The dates of a gap.
    pub(super) fn gap(&self, gap: List) -> Option<(Dates, Dates)> {
        match self.scratch.certain(gap) {
            [Value::Dates(from), Value::Dates(to)] => Some((*from, *to)),
            _ => None,
        }
    }

    /// When a time has gone by since a gap began, and when the gap ended.
    fn gap_from(&self, gap: List, span: Quantity) -> Option<(Dates, Dates)> {
        let (from, to) = self.gap(gap)?;
        Some((self.world.later(from, &self.quantity(span)?)?, to))
    }

    /// The place of a word in one of the enums that have it.
    fn ordinal(&self, words: List, id: EnumId) -> Option<u16> {
        self.scratch.certain(words).iter().find_map(|word| match word {
            Value::Enum(own, ordinal) if *own == id => Some(*ordinal),
            _ => None,
        })
    }

    pub(super) fn equal(&self, left: &Value, right: &Value) -> Option<Truth> {
        match (left, right) {
            (Value::Entity(a) | Value::Share(a, _), Value::Entity(b) | Value::Share(b, _)) => {
                Some((a == b).into())
            }
            (Value::Enum(a, x), Value::Enum(b, y)) => Some((a == b && x == y).into()),
            (Value::Amount(a), Value::Amount(b)) => {
                let (a, b) = self.alike(*a, *b)?;
                Some(a.interval.equal(b.interval))
            }
            (Value::Dates(a), Value::Dates(b)) => Some(a.equal(*b)),
            (Value::Gap(gap), Value::Amount(span)) => {
                let (later, to) = self.gap_from(*gap, *span)?;
                Some(to.equal(later))
            }
            (Value::Enum(id, x), Value::Words(words)) | (Value::Words(words), Value::Enum(id, x)) => {
                Some((self.ordinal(*words, *id) == Some(*x)).into())
            }
            // A kind is the one that it specialises, too.
            (Value::Kind(is), Value::Kind(asked)) => {
                self.world.schema.kind(*asked).map(|kind| kind.family.has(*is).into())
            }
            (Value::Text(a), Value::Text(b)) => {
                Some((self.scratch.words(*a) == self.scratch.words(*b)).into())
            }
            (Value::Truth(a), Value::Truth(b)) => Some(a.and(*b).or((!*a).and(!*b))),
            _ => None,
        }
    }

    fn is_among(&self, value: &Value, list: &Value) -> Truth {
        let Value::List(list) = list else { return Truth::Unknown };
        if !value.is_known() {
            return if list.is_empty() { Truth::False } else { Truth::Unknown };
        }
        let same = |member: &Value| self.equal(value, member).unwrap_or(Truth::Unknown);
        let mut best = Truth::False;
        for member in self.scratch.certain(*list) {
            best = best.or(same(member));
            if best.holds() {
                return best;
            }
        }
        let doubtful = self.scratch.possible(*list).iter().any(|member| same(member) != Truth::False);
        if doubtful { Truth::Unknown } else { best }
    }
}

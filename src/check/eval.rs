//! Walks typed expressions: owns `Evaluator`, its frame of variables and its fuel. Truth and values are two
//! walks, since most work is in the first and moves no values.

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use super::value::{Quantity, Scratch, Value, settled};
use super::world::World;
use crate::model::{Amount, Cell, EntityId, FieldState, ReadValue, Written};
use crate::rule::{
    Access, Aggregate, Comparison, Constant, Expr, From, How, Node, Quantifier, RelationId, Settle, Sign,
    Source, Stage, Ty,
};
use crate::schema::Measure;
use crate::value::{Dates, Interval, Truth};

/// Steps that a rule, or the guards of a relation, may take: so many, and so many more for each entity.
const FUEL: u64 = 10_000_000;
/// See [`FUEL`].
const FUEL_PER_ENTITY: u64 = 1_000;

/// What a rule begins with.
pub(super) fn fuel(world: &World<'_>) -> u64 {
    FUEL + FUEL_PER_ENTITY * world.model.len() as u64
}

/// Runs expressions of one rule.
pub(super) struct Evaluator<'w, 'a> {
    pub world: &'w World<'a>,
    pub frame: Vec<Value>,
    pub scratch: Scratch,
    /// Where sentences are put together.
    pub sentence: String,
    pub fuel: u64,
    /// What was paid for.
    pub purse: Purse,
    /// The stages of the rule that runs, where what a `let` stands for can be read again.
    pub stages: &'w [Stage],
    /// Both once more for the sentences of findings, and once more for what these say beyond their lines.
    pub said: [Means; 2],
}

/// Fuel, and what was paid for with it.
type Means = (u64, Purse);

/// What a rule pays for once, though all rules share it.
pub(super) struct Purse {
    /// Whether ends were searched for, by their numbers.
    searched: Vec<bool>,
    /// The shares of steps, by the numbers of these.
    pub shares: FxHashMap<(RelationId, u32), Option<Interval>>,
    /// Fuel to work out shares.
    pub for_shares: u64,
}

impl Purse {
    fn new(for_shares: u64) -> Self {
        Self { searched: Vec::new(), shares: FxHashMap::default(), for_shares }
    }

    /// Notes that ends are searched for; whether they are for the first time.
    pub(super) fn is_first_search(&mut self, ends: u32) -> bool {
        let ends = ends as usize;
        if self.searched.len() <= ends {
            self.searched.resize(ends + 1, false);
        }
        self.searched.get_mut(ends).is_some_and(|searched| !std::mem::replace(searched, true))
    }
}

/// Whether a range is known at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    Known,
    /// The list is missing or unknown: it may hold anything.
    Unknown,
}

/// What is done with a member of a range: it, how far it belongs, and how far any later member can.
type Visit<'v, E> = dyn FnMut(&mut E, Value, Truth, Truth) -> ControlFlow<()> + 'v;

impl<'w, 'a> Evaluator<'w, 'a> {
    pub(super) fn new(world: &'w World<'a>, frame: usize) -> Self {
        let fuel = fuel(world);
        let (frame, scratch) = (vec![Value::Unknown; frame], Scratch::default());
        Self {
            world,
            frame,
            scratch,
            sentence: String::new(),
            fuel,
            stages: &[],
            purse: Purse::new(fuel),
            said: [(fuel, Purse::new(fuel)), (fuel, Purse::new(fuel))],
        }
    }

    /// Works out the sentence of a finding.
    pub(super) fn in_line<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.aside(|[line, _]| line, work)
    }

    /// Works out what a finding says beyond its line.
    pub(super) fn beyond_line<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.aside(|[_, beyond]| beyond, work)
    }

    /// Works out what only some formats show, with fuel of its own: no verdict hangs on the format.
    fn aside<T>(&mut self, means: fn(&mut [Means; 2]) -> &mut Means, work: impl FnOnce(&mut Self) -> T) -> T {
        let swap = |own: &mut Self| {
            let (fuel, purse) = means(&mut own.said);
            std::mem::swap(&mut own.fuel, fuel);
            std::mem::swap(&mut own.purse, purse);
        };
        swap(self);
        let done = work(self);
        swap(self);
        done
    }

    /// Works something out and forgets the lists that it took.
    pub(super) fn apart<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.scratch.mark();
        let done = work(self);
        self.scratch.cut(mark);
        done
    }

    /// What a variable stands for.
    pub(super) fn variable(&self, slot: u16) -> Value {
        self.frame.get(slot as usize).copied().unwrap_or(Value::Unknown)
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
                self.comparison(*comparison, *settle, left, right)
            }
            Node::OfKinds(of, kinds) => match self.entity(of) {
                Some(id) => kinds.has(self.world.model.kind(id)).into(),
                None => Truth::Unknown,
            },
            Node::OfWords(of, words) => match self.word(of) {
                Some(word) => words.contains(&word).into(),
                None => Truth::Unknown,
            },
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

    fn comparison(&mut self, comparison: Comparison, settle: Settle, left: &Expr, right: &Expr) -> Truth {
        if let (Node::Aggregate(Aggregate::Count, source, _), Node::Constant(Constant::Amount(number))) =
            (&left.node, &right.node)
            && number.measure == Measure::NUMBER
        {
            return self.compare_count(comparison, settle, source, number.interval);
        }
        if let (Comparison::Equal, Ty::Entity(_), Ty::Entity(_)) = (comparison, &left.ty, &right.ty) {
            let same = match self.entity(left) {
                Some(id) => self.entity(right).map(|other| (id == other).into()),
                None => None,
            };
            return settled(same, settle);
        }
        let known = self.eval(left);
        if let (Comparison::In, Node::List(parts)) = (comparison, &right.node) {
            return self.among(&known, parts);
        }
        // An unknown operand decides nothing, whatever the other is; a list may still be empty.
        if matches!(known, Value::Unknown) && !matches!(right.ty, Ty::List(_)) {
            return Truth::Unknown;
        }
        if comparison == Comparison::In
            && let Some(truth) = self.among_listed(&known, right)
        {
            return settled(Some(truth), settle);
        }
        match comparison {
            Comparison::Equal => settled(self.equal_to(&known, right), settle),
            _ => {
                let right = self.eval(right);
                self.compare(comparison, settle, &known, &right)
            }
        }
    }

    /// What an expression comes to. Variables and fields are most of them, so they go a short way.
    #[inline]
    pub(super) fn eval(&mut self, expr: &Expr) -> Value {
        match &expr.node {
            Node::Variable(slot) => self.variable(*slot),
            Node::Field(base, Access::Entity(_, per_kind)) => match self.entity(base) {
                Some(id) => self.property(id, per_kind),
                None => Value::Unknown,
            },
            _ => self.work_out(expr),
        }
    }

    fn work_out(&mut self, expr: &Expr) -> Value {
        match &expr.node {
            Node::Variable(slot) => self.variable(*slot),
            Node::Constant(constant) => self.constant(constant),
            Node::Parameter(at) => match self.world.parameters.get(*at) {
                Some(ReadValue::Amount(amount)) => self.scratch.amount(*amount),
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
            | Node::OfKinds(..)
            | Node::OfWords(..)
            | Node::Compare(..)
            | Node::Quantified(..) => Value::Truth(self.truth(expr)),
            Node::Arithmetic(sign, left, right) => {
                let (left, right) = (self.eval(left), self.eval(right));
                self.arithmetic(*sign, &left, &right)
            }
            Node::Aggregate(how, source, value) => self.aggregate(*how, source, value.as_deref()),
            Node::List(parts) => {
                let begun = self.scratch.gather();
                for part in parts {
                    let part = self.eval(part);
                    self.scratch.add(part, Truth::True);
                }
                Value::List(self.scratch.gathered_list(begun))
            }
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
            best = best.or(self.equal_to(value, part).unwrap_or(Truth::Unknown));
            if best.holds() {
                break;
            }
        }
        best
    }

    /// Whether a value is that of an expression. Most are compared with a word, which needs no value of its own.
    fn equal_to(&mut self, value: &Value, expr: &Expr) -> Option<Truth> {
        match (&expr.node, value) {
            (Node::Constant(Constant::Enum(id, word)), Value::Enum(own, is)) => {
                Some((id == own && word == is).into())
            }
            _ => {
                let right = self.eval(expr);
                self.equal(value, &right)
            }
        }
    }

    /// The entity that an expression names, if it names one. Most are variables, so these go a short way.
    #[inline]
    pub(super) fn entity(&mut self, expr: &Expr) -> Option<EntityId> {
        match &expr.node {
            Node::Variable(slot) => self.frame.get(*slot as usize)?.entity(),
            _ => self.find_entity(expr),
        }
    }

    fn find_entity(&mut self, expr: &Expr) -> Option<EntityId> {
        match &expr.node {
            Node::Field(base, Access::Entity(_, per_kind)) => {
                let id = self.entity(base)?;
                match self.how(id, per_kind) {
                    How::Field(slot) => self.world.model.named(id, *slot),
                    _ => self.property(id, per_kind).entity(),
                }
            }
            _ => self.work_out(expr).entity(),
        }
    }

    /// The word that an expression comes to, if it does.
    fn word(&mut self, expr: &Expr) -> Option<u16> {
        if let Node::Field(base, Access::Entity(_, per_kind)) = &expr.node {
            let id = self.entity(base)?;
            let How::Field(slot) = self.how(id, per_kind) else { return None };
            return match self.world.model.field(id, *slot) {
                FieldState::Written(Cell { value: Written::Enum(word), .. }, _) => Some(word),
                _ => None,
            };
        }
        match self.eval(expr) {
            Value::Enum(_, word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn bind_all(&mut self, bindings: &[(u16, Expr)]) {
        for (slot, value) in bindings {
            let value = self.eval(value);
            self.bind(*slot, value);
        }
    }

    fn constant(&mut self, constant: &Constant) -> Value {
        match constant {
            Constant::Unknown => Value::Unknown,
            Constant::Amount(amount) => self.scratch.amount(**amount),
            Constant::Dates(dates) => Value::Dates(*dates),
            Constant::Enum(id, ordinal) => Value::Enum(*id, *ordinal),
            Constant::Words(words) => {
                Value::Words(self.scratch.list(words.iter().map(|(id, ordinal)| Value::Enum(*id, *ordinal))))
            }
            Constant::Entity(id) => Value::Entity(*id),
            Constant::Kind(id) => Value::Kind(*id),
            Constant::Text(text) => self.scratch.text(text),
            Constant::Group(group) => {
                let members = self.world.model.group(*group).map_or(&[][..], |group| &group.members);
                Value::List(self.scratch.list(members.iter().map(|member| Value::Entity(*member))))
            }
        }
    }

    /// Visits the members of a range, certain and possible ones, with the truth of their membership. The last
    /// argument of `visit` is the most that any later member can be.
    pub(super) fn members(&mut self, source: &Source, visit: &mut Visit<'_, Self>) -> Range {
        match &source.from {
            From::Kinds(kinds) => {
                let all = self.world.of_kinds(*kinds);
                let _ = self.visit_entities(source, all.iter().copied(), (Truth::True, Truth::True), visit);
                Range::Known
            }
            From::Naming(kinds, index, key) => {
                let Some(named) = self.entity(key) else {
                    // Nobody knows what is asked for, so each may be meant.
                    let all = self.world.of_kinds(*kinds);
                    let _ = self.visit_entities(
                        source,
                        all.iter().copied(),
                        (Truth::True, Truth::Unknown),
                        visit,
                    );
                    return Range::Known;
                };
                let lookup = self.world.lookup(*index);
                if self
                    .visit_entities(source, lookup.naming(named), (Truth::True, Truth::True), visit)
                    .is_continue()
                {
                    let open = lookup.open.iter().copied();
                    let _ = self.visit_entities(source, open, (Truth::True, Truth::Unknown), visit);
                }
                Range::Known
            }
            From::List(list) => self.list_members(source, list, visit),
        }
    }

    /// Visits entities that all belong so far, and of which a later one belongs at most so far.
    fn visit_entities(
        &mut self,
        source: &Source,
        entities: impl Iterator<Item = EntityId>,
        (belong, ceiling): (Truth, Truth),
        visit: &mut Visit<'_, Self>,
    ) -> ControlFlow<()> {
        for id in entities {
            self.visit_one(source, Value::Entity(id), belong, ceiling, visit)?;
        }
        ControlFlow::Continue(())
    }

    fn visit_one(
        &mut self,
        source: &Source,
        member: Value,
        belongs: Truth,
        ceiling: Truth,
        visit: &mut Visit<'_, Self>,
    ) -> ControlFlow<()> {
        match self.belongs(source, member, belongs) {
            None => ControlFlow::Break(()),
            Some(Truth::False) => ControlFlow::Continue(()),
            Some(truth) => visit(self, member, truth, ceiling),
        }
    }

    /// How far a member that belongs so far to a range is kept by its condition; nothing if there is no fuel.
    #[inline]
    pub(super) fn belongs(&mut self, source: &Source, member: Value, so_far: Truth) -> Option<Truth> {
        self.fuel = self.fuel.checked_sub(1)?;
        self.bind(source.slot, member);
        Some(match &source.filter {
            Some(filter) => so_far.and(self.truth_apart(filter)),
            None => so_far,
        })
    }

    /// Whether a condition holds; the lists that it took are forgotten.
    fn truth_apart(&mut self, condition: &Expr) -> Truth {
        self.apart(|own| own.truth(condition))
    }

    fn list_members(&mut self, source: &Source, list: &Expr, visit: &mut Visit<'_, Self>) -> Range {
        // What stands inside an entity or names it is gone through without making a list of it.
        if let Node::Field(base, Access::Entity(_, per_kind)) = &list.node {
            let Some(id) = self.entity(base) else { return Range::Unknown };
            match self.how(id, per_kind) {
                How::Inside(kinds) => {
                    let inside = self.inside(id, *kinds);
                    let _ = self.visit_entities(source, inside, (Truth::True, Truth::True), visit);
                    return Range::Known;
                }
                How::Referrers(index) => {
                    let found = self.referrers(id, *index);
                    if self
                        .visit_entities(source, found.naming(), (Truth::True, Truth::True), visit)
                        .is_continue()
                    {
                        let doubt = (Truth::Unknown, Truth::Unknown);
                        let _ = self.visit_entities(source, found.unsaid(), doubt, visit);
                    }
                    return Range::Known;
                }
                _ => {}
            }
            let value = self.property(id, per_kind);
            return self.value_members(source, value, visit);
        }
        let value = self.eval(list);
        self.value_members(source, value, visit)
    }

    fn value_members(&mut self, source: &Source, value: Value, visit: &mut Visit<'_, Self>) -> Range {
        match value {
            Value::List(list) => {
                for (at, belongs) in list.places() {
                    let member = self.scratch.at(at);
                    if self.visit_one(source, member, belongs, belongs, visit).is_break() {
                        break;
                    }
                }
                Range::Known
            }
            Value::Unknown => Range::Unknown,
            // A path in doubt is a possible member; any other single value is one for certain.
            Value::Path(id) => {
                let certain = self.scratch.route(id).is_some_and(|route| route.is_certain());
                let belongs = if certain { Truth::True } else { Truth::Unknown };
                let _ = self.visit_one(source, value, belongs, belongs, visit);
                Range::Known
            }
            single => {
                let _ = self.visit_one(source, single, Truth::True, Truth::True, visit);
                Range::Known
            }
        }
    }

    fn quantified(&mut self, quantifier: Quantifier, source: &Source, body: Option<&Expr>) -> Truth {
        let mut some = Truth::False;
        let range = self.members(source, &mut |own, _, truth, ceiling| {
            let counts = match body {
                // `every` fails where a member fails, so it is the absence of such a member.
                Some(body) => truth.and(!own.truth_apart(body)),
                None => truth,
            };
            some = some.or(counts);
            if some >= ceiling { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let some = if range == Range::Unknown || self.fuel == 0 { some.or(Truth::Unknown) } else { some };
        if quantifier == Quantifier::Some { some } else { !some }
    }

    fn arithmetic(&mut self, sign: Sign, left: &Value, right: &Value) -> Value {
        let found = match (left, right) {
            (Value::Amount(a), Value::Amount(b)) => {
                self.amounts(sign, *a, *b).map(|amount| self.scratch.amount(amount))
            }
            (Value::Dates(dates), Value::Amount(span)) => self.moved(sign, *dates, *span).map(Value::Dates),
            (Value::Dates(_), Value::Dates(_)) if sign == Sign::Minus => {
                Some(Value::Gap(self.scratch.list([*right, *left])))
            }
            _ => None,
        };
        found.unwrap_or(Value::Unknown)
    }

    fn amounts(&self, sign: Sign, a: Quantity, b: Quantity) -> Option<Amount> {
        let (a, b) = match sign {
            Sign::Plus | Sign::Minus => self.alike(a, b)?,
            Sign::Times | Sign::Over => self.quantity(a).zip(self.quantity(b))?,
        };
        let of = a.of.or(b.of);
        Some(match sign {
            Sign::Plus | Sign::Minus => {
                let measure = if a.measure == Measure::NUMBER { b.measure } else { a.measure };
                let plus = sign == Sign::Plus;
                let interval = if plus { a.interval.plus(b.interval) } else { a.interval.minus(b.interval) };
                Amount { interval, measure, of }
            }
            Sign::Times => {
                Amount { interval: a.interval.times(b.interval), measure: a.measure.times(b.measure)?, of }
            }
            Sign::Over => {
                let same = a.of.is_some() && a.of == b.of;
                let (measure, interval) = a.measure.per(b.measure).zip(a.interval.over(b.interval))?;
                Amount { interval, measure, of: if same { None } else { a.of } }
            }
        })
    }

    /// Dates that many days or months later or earlier.
    fn moved(&self, sign: Sign, dates: Dates, span: Quantity) -> Option<Dates> {
        let span = self.quantity(span)?;
        match sign {
            Sign::Plus => self.world.later(dates, &span),
            Sign::Minus => {
                let back = Interval::ZERO.minus(span.interval);
                self.world.later(dates, &Amount { interval: back, ..span })
            }
            Sign::Times | Sign::Over => None,
        }
    }

    /// The member or value at a settled comparison, for `argmax` and the like.
    pub(super) fn precedes(&self, a: &Value, b: &Value) -> bool {
        self.compare(Comparison::Less, Settle::Surely, a, b).holds()
    }
}

//! A plain evaluator of conditions: three-valued truth, intervals of whole numbers, and lists whose members are
//! certain or possible, each as the reference of the language words it. Slow, and without any code of the crate.

use std::fmt;

use crate::draw::Draw;

/// False, unknown or true, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    False,
    Unknown,
    True,
}

impl Truth {
    fn of(certain: bool) -> Self {
        if certain { Truth::True } else { Truth::False }
    }

    fn not(self) -> Self {
        [Truth::True, Truth::Unknown, Truth::False][self as usize]
    }
}

/// From the least to the greatest value that is possible; no greatest is no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    low: i64,
    high: Option<i64>,
}

/// What a field says.
#[derive(Clone, Copy, Debug)]
enum Said {
    Nothing,
    Unknown,
    Value(Span),
}

/// A promise with an amount and a date.
#[derive(Clone, Copy, Debug)]
struct Target {
    amount: Said,
    by: Said,
}

/// The only subject there is.
#[derive(Clone, Debug)]
pub(crate) struct Proposal(Vec<Target>);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Field {
    Amount,
    By,
}

/// Comparisons, in the signs of the language.
const SIGNS: [&str; 6] = ["<", "<=", ">", ">=", "==", "!="];
const SETTLES: [&str; 3] = ["", "surely ", "maybe "];

/// A value: of tonnes a year, of how many, of days. Variables are numbered from the outermost.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Tonnes(i64),
    Plain(i64),
    Year(i64),
    Day(i64, i64),
    Field(usize, Field),
    Plus(Box<Value>, Box<Value>),
    Minus(Box<Value>, Box<Value>),
    Sum(usize, Box<Cond>),
    Count(usize, Box<Cond>),
}

/// A condition.
#[derive(Clone, Debug)]
pub(crate) enum Cond {
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
    Not(Box<Cond>),
    Compare(usize, usize, Value, Value),
    Has(usize, Field),
    Missing(usize, Field),
    Some(usize, Box<Cond>),
    No(usize, Box<Cond>),
    Every(usize, Box<Cond>, Box<Cond>),
}

impl Proposal {
    pub(crate) fn random(draw: &mut Draw) -> Self {
        let said = |draw: &mut Draw, value: fn(&mut Draw) -> Span| match draw.below(10) {
            0 | 1 => Said::Nothing,
            2 => Said::Unknown,
            _ => Said::Value(value(draw)),
        };
        let target = |draw: &mut Draw| Target { amount: said(draw, amount), by: said(draw, date) };
        Proposal((0..draw.below(4)).map(|_| target(draw)).collect())
    }
}

/// Tonnes, in tens so that a tenth of them is whole.
fn amount(draw: &mut Draw) -> Span {
    let tonnes = 100 * (1 + draw.below(6) as i64);
    match draw.below(6) {
        0 => Span { low: 0, high: Some(tonnes) },
        1 => Span { low: tonnes, high: None },
        2 => Span { low: tonnes / 10 * 9, high: Some(tonnes / 10 * 11) },
        3 => Span { low: tonnes, high: Some(tonnes + 150) },
        _ => Span { low: tonnes, high: Some(tonnes) },
    }
}

fn date(draw: &mut Draw) -> Span {
    let year = 2028 + draw.below(4) as i64;
    if draw.chance(50) { whole_year(year) } else { one_day(year, 1 + draw.below(9) as i64) }
}

/// Days as numbers that keep their order.
fn whole_year(year: i64) -> Span {
    Span { low: year * 10_000 + 101, high: Some(year * 10_000 + 1231) }
}

fn one_day(year: i64, month: i64) -> Span {
    let day = year * 10_000 + month * 100 + 15;
    Span { low: day, high: Some(day) }
}

impl Cond {
    /// A condition in which variables 0 to `depth` - 1 stand, at most so many levels high.
    pub(crate) fn random(draw: &mut Draw, depth: usize, height: usize) -> Self {
        let inner = |draw: &mut Draw| Box::new(Cond::random(draw, depth, height - 1));
        let below = |draw: &mut Draw| Box::new(Cond::random(draw, depth + 1, height - 1));
        let field = |draw: &mut Draw| if draw.chance(50) { Field::Amount } else { Field::By };
        let leaf = height == 0 || draw.chance(20);
        match draw.below(if leaf { 6 } else { 12 }) {
            0 if depth > 0 => Cond::Has(draw.below(depth), field(draw)),
            1 if depth > 0 => Cond::Missing(draw.below(depth), field(draw)),
            0..=5 => {
                let make =
                    [Value::tonnes, Value::number, Value::day][if height == 0 { 0 } else { draw.below(3) }];
                let (left, right) = (make(draw, depth, height), make(draw, depth, height));
                Cond::Compare(draw.below(SIGNS.len()), draw.below(5).saturating_sub(2), left, right)
            }
            6 => Cond::And(inner(draw), inner(draw)),
            7 => Cond::Or(inner(draw), inner(draw)),
            8 => Cond::Not(inner(draw)),
            9 => Cond::Some(depth, below(draw)),
            10 => Cond::No(depth, below(draw)),
            _ => Cond::Every(depth, below(draw), below(draw)),
        }
    }

    /// Whether it holds; `bound` are the targets that variables stand for.
    pub(crate) fn truth(&self, proposal: &Proposal, bound: &mut Vec<usize>) -> Truth {
        match self {
            Cond::And(a, b) => a.truth(proposal, bound).min(b.truth(proposal, bound)),
            Cond::Or(a, b) => a.truth(proposal, bound).max(b.truth(proposal, bound)),
            Cond::Not(a) => a.truth(proposal, bound).not(),
            Cond::Compare(sign, settle, a, b) => {
                let (Some(a), Some(b)) = (a.value(proposal, bound), b.value(proposal, bound)) else {
                    return Truth::Unknown;
                };
                match (compare(*sign, a, b), settle) {
                    (Truth::Unknown, 1) => Truth::False,
                    (Truth::Unknown, 2) => Truth::True,
                    (truth, _) => truth,
                }
            }
            Cond::Has(at, field) => Truth::of(matches!(said(proposal, bound, *at, *field), Said::Value(_))),
            Cond::Missing(at, field) => {
                Truth::of(matches!(said(proposal, bound, *at, *field), Said::Nothing))
            }
            Cond::Some(_, filter) => any(proposal, bound, |bound| filter.truth(proposal, bound)),
            Cond::No(_, filter) => any(proposal, bound, |bound| filter.truth(proposal, bound)).not(),
            Cond::Every(_, filter, body) => {
                let fails = |bound: &mut Vec<usize>| {
                    filter.truth(proposal, bound).min(body.truth(proposal, bound).not())
                };
                any(proposal, bound, fails).not()
            }
        }
    }
}

/// Whether a condition holds of any target.
fn any(
    proposal: &Proposal,
    bound: &mut Vec<usize>,
    mut truth: impl FnMut(&mut Vec<usize>) -> Truth,
) -> Truth {
    let mut best = Truth::False;
    for at in 0..proposal.0.len() {
        bound.push(at);
        best = best.max(truth(bound));
        bound.pop();
    }
    best
}

fn said(proposal: &Proposal, bound: &[usize], at: usize, field: Field) -> Said {
    let target = proposal.0[bound[at]];
    match field {
        Field::Amount => target.amount,
        Field::By => target.by,
    }
}

fn less(a: Span, b: Span) -> Truth {
    if a.high.is_some_and(|high| high < b.low) {
        Truth::True
    } else if b.high.is_some_and(|high| a.low >= high) {
        Truth::False
    } else {
        Truth::Unknown
    }
}

fn equal(a: Span, b: Span) -> Truth {
    let apart = |a: Span, b: Span| a.high.is_some_and(|high| high < b.low);
    if apart(a, b) || apart(b, a) {
        Truth::False
    } else if a.high == Some(a.low) && a == b {
        Truth::True
    } else {
        Truth::Unknown
    }
}

fn compare(sign: usize, a: Span, b: Span) -> Truth {
    match SIGNS[sign] {
        "<" => less(a, b),
        "<=" => less(b, a).not(),
        ">" => less(b, a),
        ">=" => less(a, b).not(),
        "==" => equal(a, b),
        _ => equal(a, b).not(),
    }
}

impl Value {
    fn tonnes(draw: &mut Draw, depth: usize, height: usize) -> Self {
        match draw.below(8) {
            0..=3 if depth > 0 => Value::Field(draw.below(depth), Field::Amount),
            4 | 5 if height > 0 => {
                let parts = [Value::tonnes(draw, depth, height - 1), Value::tonnes(draw, depth, height - 1)];
                let [a, b] = parts.map(Box::new);
                if draw.chance(50) { Value::Plus(a, b) } else { Value::Minus(a, b) }
            }
            6 if height > 0 => Value::Sum(depth, Box::new(Cond::random(draw, depth + 1, height - 1))),
            _ => Value::Tonnes(100 * draw.below(9) as i64),
        }
    }

    fn number(draw: &mut Draw, depth: usize, height: usize) -> Self {
        if height > 0 && draw.chance(60) {
            return Value::Count(depth, Box::new(Cond::random(draw, depth + 1, height - 1)));
        }
        Value::Plain(draw.below(4) as i64)
    }

    fn day(draw: &mut Draw, depth: usize, _: usize) -> Self {
        match draw.below(3) {
            _ if depth > 0 && draw.chance(60) => Value::Field(draw.below(depth), Field::By),
            0 => Value::Year(2028 + draw.below(4) as i64),
            _ => Value::Day(2028 + draw.below(4) as i64, 1 + draw.below(9) as i64),
        }
    }

    /// What it comes to; none if nobody can know.
    fn value(&self, proposal: &Proposal, bound: &mut Vec<usize>) -> Option<Span> {
        let point = |number: i64| Some(Span { low: number, high: Some(number) });
        match self {
            Value::Tonnes(number) | Value::Plain(number) => point(*number),
            Value::Year(year) => Some(whole_year(*year)),
            Value::Day(year, month) => Some(one_day(*year, *month)),
            Value::Field(at, field) => match said(proposal, bound, *at, *field) {
                Said::Value(span) => Some(span),
                Said::Nothing | Said::Unknown => None,
            },
            Value::Plus(a, b) => {
                let (a, b) = (a.value(proposal, bound)?, b.value(proposal, bound)?);
                Some(Span { low: a.low + b.low, high: a.high.zip(b.high).map(|(a, b)| a + b) })
            }
            // What is taken away without end leaves no least number.
            Value::Minus(a, b) => {
                let (a, b) = (a.value(proposal, bound)?, b.value(proposal, bound)?);
                let low = b.high.map_or(i64::MIN / 4, |high| a.low - high);
                Some(Span { low, high: a.high.map(|high| high - b.low) })
            }
            Value::Sum(_, filter) => sum(proposal, bound, filter),
            Value::Count(_, filter) => {
                let truths = members(proposal, bound, filter);
                let certain = truths.iter().filter(|(_, truth)| *truth == Truth::True).count() as i64;
                Some(Span { low: certain, high: Some(truths.len() as i64) })
            }
        }
    }
}

/// The targets of which a condition is not false, with its truth.
fn members(proposal: &Proposal, bound: &mut Vec<usize>, filter: &Cond) -> Vec<(usize, Truth)> {
    let mut members = Vec::new();
    for at in 0..proposal.0.len() {
        bound.push(at);
        let truth = filter.truth(proposal, bound);
        bound.pop();
        if truth != Truth::False {
            members.push((at, truth));
        }
    }
    members
}

/// Certain members count at both ends, possible ones at the upper; a missing amount may be any.
fn sum(proposal: &Proposal, bound: &mut Vec<usize>, filter: &Cond) -> Option<Span> {
    let members = members(proposal, bound, filter);
    let known = |at: usize| match proposal.0[at].amount {
        Said::Value(span) => Some(span),
        Said::Nothing | Said::Unknown => None,
    };
    if !members.is_empty() && members.iter().all(|(at, _)| known(*at).is_none()) {
        return None;
    }
    let mut total = Span { low: 0, high: Some(0) };
    for (at, truth) in members {
        let part = known(at).unwrap_or(Span { low: 0, high: None });
        total.low += if truth == Truth::True { part.low } else { 0 };
        total.high = total.high.zip(part.high).map(|(sum, high)| sum + high);
    }
    Some(total)
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Field::Amount => "amount",
            Field::By => "by",
        })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Tonnes(number) => write!(f, "{number} t/yr"),
            Value::Plain(number) => write!(f, "{number}"),
            Value::Year(year) => write!(f, "{year}"),
            Value::Day(year, month) => write!(f, "{year}-{month:02}-15"),
            Value::Field(at, field) => write!(f, "x{at}.{field}"),
            Value::Plus(a, b) => write!(f, "({a} + {b})"),
            Value::Minus(a, b) => write!(f, "({a} - {b})"),
            Value::Sum(at, filter) => {
                write!(f, "sum(x{at}.amount for each x{at} in p.targets where {filter})")
            }
            Value::Count(at, filter) => write!(f, "count(x{at} in p.targets where {filter})"),
        }
    }
}

impl fmt::Display for Cond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cond::And(a, b) => write!(f, "({a} and {b})"),
            Cond::Or(a, b) => write!(f, "({a} or {b})"),
            Cond::Not(a) => write!(f, "(not {a})"),
            Cond::Compare(sign, settle, a, b) => write!(f, "({a} {}{} {b})", SETTLES[*settle], SIGNS[*sign]),
            Cond::Has(at, field) => write!(f, "has(x{at}.{field})"),
            Cond::Missing(at, field) => write!(f, "missing(x{at}.{field})"),
            Cond::Some(at, filter) => write!(f, "(some x{at} in p.targets where {filter})"),
            Cond::No(at, filter) => write!(f, "(no x{at} in p.targets where {filter})"),
            Cond::Every(at, filter, body) => {
                write!(f, "(every x{at} in p.targets where {filter} satisfies {body})")
            }
        }
    }
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "proposal p {{")?;
        for (number, target) in self.0.iter().enumerate() {
            write!(f, "  target t{number} {{ metric: output")?;
            match target.amount {
                Said::Nothing => {}
                Said::Unknown => write!(f, "; amount: unknown")?,
                Said::Value(Span { low, high: None }) => write!(f, "; amount: at least {low} t/yr")?,
                Said::Value(Span { low, high: Some(high) }) => match (low, high - low) {
                    (_, 0) => write!(f, "; amount: {low} t/yr")?,
                    (0, _) => write!(f, "; amount: up to {high} t/yr")?,
                    (_, 150) => write!(f, "; amount: between {low} and {high} t/yr")?,
                    _ => write!(f, "; amount: about {} t/yr", (low + high) / 2)?,
                },
            }
            match target.by {
                Said::Nothing => {}
                Said::Unknown => write!(f, "; by: unknown")?,
                Said::Value(Span { low, high }) if high == Some(low) => {
                    write!(f, "; by: {}-{:02}-15", low / 10_000, low / 100 % 100)?;
                }
                Said::Value(Span { low, .. }) => write!(f, "; by: {}", low / 10_000)?,
            }
            writeln!(f, " }}")?;
        }
        writeln!(f, "}}")
    }
}

//! Values as words: owns how amounts, dates, names and lists are written into sentences. A field is written in
//! the author's own words; only what was worked out is written in ours.

use super::eval::Evaluator;
use super::value::Value;
use crate::model::{Amount, EntityId, FieldState, Standing};
use crate::rule::{Access, Expr, How, Node, Part, Template};
use crate::source::Place;
use crate::value::{Interval, Ratio, Round, Truth};

/// Members of a list that are named in a sentence; the rest are counted.
const MAX_LISTED: usize = 6;
/// Steps that a sentence costs: it is kept, while a member is only visited.
const SENTENCE: usize = 20;

impl Evaluator<'_, '_> {
    /// A sentence with its braces filled in.
    pub(super) fn fill(&mut self, template: &Template) -> String {
        self.filled(template, |_| false)
    }

    /// A help text: behind its first line stands code, which a reader copies.
    pub(super) fn fill_help(&mut self, template: &Template) -> String {
        self.filled(template, |before| before.contains('\n'))
    }

    /// A text that is written into a file.
    pub(super) fn fill_code(&mut self, template: &Template) -> String {
        self.filled(template, |_| true)
    }

    fn filled(&mut self, template: &Template, is_code: impl Fn(&str) -> bool) -> String {
        self.spend(SENTENCE + template.parts.len());
        let mut out = String::new();
        for part in &template.parts {
            match part {
                Part::Words(words) => out.push_str(words),
                Part::Expr(expr) if is_code(&out) => out.push_str(&self.code_of(expr)),
                Part::Expr(expr) => out.push_str(&self.words_of(expr)),
            }
        }
        out
    }

    /// A value as a proposal writes it: what nobody declared is named in quotation marks.
    fn code_of(&mut self, expr: &Expr) -> String {
        let named = self.eval(expr).entity();
        let entity = named.and_then(|id| self.world.model.entity(id));
        match named.filter(|_| entity.is_some_and(|entity| entity.standing == Standing::Free)) {
            Some(id) => format!("\"{}\"", self.world.spelling(id).trim_matches('"')),
            None => self.words_of(expr),
        }
    }

    fn words_of(&mut self, expr: &Expr) -> String {
        if let Node::Field(base, Access::Entity(_, per_kind)) = &expr.node
            && let Some(words) = self.written_words(base, per_kind)
        {
            return words;
        }
        if let Node::Parameter(at) = expr.node {
            let place = self.world.schema.parameters().get(at).map(|known| known.value);
            return place.map_or_else(String::new, |place| self.world.sources.words(place).to_owned());
        }
        self.apart(|own| {
            let value = own.eval(expr);
            own.write(&value)
        })
    }

    /// The author's words for a field that is written in a block.
    fn written_words(&mut self, base: &Expr, per_kind: &[How]) -> Option<String> {
        let id = self.entity(base)?;
        let How::Field(slot) = per_kind.get(self.world.model.kind(id).0 as usize)? else { return None };
        let FieldState::Written(cell, file) = self.world.model.field(id, *slot) else { return None };
        let words = self.world.sources.words(Place { file, span: cell.span });
        // Quotation marks are the file's, not the sentence's.
        let plain = words.trim_matches('"');
        Some(plain.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// A value in words.
    pub(super) fn write(&self, value: &Value) -> String {
        match value {
            Value::Unknown => "unknown".into(),
            Value::Truth(Truth::True) => "yes".into(),
            Value::Truth(Truth::False) => "no".into(),
            Value::Truth(Truth::Unknown) => "unknown".into(),
            Value::Amount(amount) => self.amount(amount),
            Value::Dates(dates) => dates.to_string(),
            Value::Gap(from, to) => gap(*from, *to),
            Value::Enum(id, ordinal) => self.world.schema.enum_word(*id, *ordinal).to_owned(),
            Value::Words(words) => {
                self.scratch.certain(*words).first().map_or_else(String::new, |word| self.write(word))
            }
            Value::Entity(id) => self.name(*id),
            Value::Share(id, share) => match share {
                Some(share) => format!("{} {}", self.name(*id), percent(*share)),
                None => self.name(*id),
            },
            Value::Kind(id) => self.world.schema.kind_name(*id).to_owned(),
            Value::Text(text) => self.scratch.words(*text).to_owned(),
            Value::Group(key, _) => {
                self.scratch.certain(*key).first().map_or_else(String::new, |key| self.write(key))
            }
            Value::Path(id) => {
                self.scratch.route(*id).map_or_else(String::new, |route| self.name(route.last()))
            }
            Value::Step(id, at) => {
                let route = self.scratch.route(*id);
                let step = route.as_ref().and_then(|route| route.steps.get(*at as usize));
                step.map_or_else(String::new, |step| self.name(step.to.0))
            }
            Value::List(list) => self.listed(self.scratch.certain(*list)),
        }
    }

    fn listed(&self, members: &[Value]) -> String {
        let mut words: Vec<String> =
            members.iter().take(MAX_LISTED).map(|member| self.write(member)).collect();
        if members.len() > MAX_LISTED {
            words.push(format!("{} more", members.len() - MAX_LISTED));
        }
        match words.as_slice() {
            [] => "none".into(),
            [only] => only.clone(),
            [front @ .., last] => format!("{} and {last}", front.join(", ")),
        }
    }

    /// An entity by its name, or by its title where its kind is known by that.
    pub(super) fn name(&self, id: EntityId) -> String {
        let by_title =
            self.world.schema.kind(self.world.model.kind(id)).is_some_and(|kind| kind.shown_by_title);
        if by_title && let Some(title) = self.world.title(id) {
            return title.to_owned();
        }
        self.world.spelling(id).to_owned()
    }

    fn amount(&self, amount: &Amount) -> String {
        let units = &self.world.schema.units;
        if amount.measure == crate::schema::Measure::NUMBER {
            return number(amount.interval);
        }
        let of = amount.of.map(|id| format!(" of {}", self.name(id))).unwrap_or_default();
        let (scale, unit) = units.display(amount.measure, &self.world.schema.names);
        let shown = |ratio: Ratio| ratio.mul(scale, Round::Down);
        let interval = Interval { lo: shown(amount.interval.lo), hi: shown(amount.interval.hi) };
        if units.is_money(amount.measure) {
            return format!("{unit} {}", money(interval));
        }
        format!("{} {unit}{of}", range(interval, 1))
    }
}

/// A pure number: a share of a whole in percent, a count as it is.
fn number(interval: Interval) -> String {
    let whole = |ratio: Ratio| ratio.as_whole().is_some_and(|number| !(-1..=1).contains(&number));
    if whole(interval.lo) || whole(interval.hi) { range(interval, 1) } else { percent(interval) }
}

fn percent(interval: Interval) -> String {
    let hundred = |ratio: Ratio| ratio.mul(Ratio::whole(100), Round::Down);
    format!("{}%", range(Interval { lo: hundred(interval.lo), hi: hundred(interval.hi) }, 1))
}

fn money(interval: Interval) -> String {
    let million = Ratio::whole(1_000_000);
    let most = if interval.hi.is_finite() { interval.hi } else { interval.lo };
    if most < million {
        return range(interval, 0);
    }
    let millions = |ratio: Ratio| ratio.div(million, Round::Down);
    format!("{} million", range(Interval { lo: millions(interval.lo), hi: millions(interval.hi) }, 1))
}

fn range(interval: Interval, places: u32) -> String {
    match (interval.as_point(), interval.hi.is_finite()) {
        (Some(point), _) => point.to_decimal(places),
        (None, false) => format!("at least {}", interval.lo.to_decimal(places)),
        (None, true) if interval.lo.is_zero() => format!("up to {}", interval.hi.to_decimal(places)),
        (None, true) => format!("{} to {}", interval.lo.to_decimal(places), interval.hi.to_decimal(places)),
    }
}

/// The time between two dates in whole months, as far as it is certain.
fn gap(from: crate::value::Dates, to: crate::value::Dates) -> String {
    let months = |from: crate::value::Day, to: crate::value::Day| {
        let rough = (i64::from(to.0) - i64::from(from.0)) * 12 / 365;
        (rough - 1..=rough + 1).rev().find(|months| from.plus_months(*months) <= to).unwrap_or(rough)
    };
    let (least, most) = (months(from.last, to.first), months(from.first, to.last));
    if least == most { format!("{least} months") } else { format!("{least} to {most} months") }
}

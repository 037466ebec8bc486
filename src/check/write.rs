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

impl<'w> Evaluator<'w, '_> {
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
        // It is put together in one place, so that what is kept of it takes no more room than it needs.
        let mut out = std::mem::take(&mut self.sentence);
        for part in &template.parts {
            match part {
                Part::Words(words) => out.push_str(words),
                Part::Expr(expr) if is_code(&out) => self.code_of(expr, &mut out),
                Part::Expr(expr) => self.words_of(expr, &mut out),
            }
        }
        let sentence = out.as_str().to_owned();
        out.clear();
        self.sentence = out;
        sentence
    }

    /// A value as a proposal writes it: what nobody declared is named in quotation marks.
    fn code_of(&mut self, expr: &Expr, out: &mut String) {
        let named = self.entity(expr);
        let entity = named.and_then(|id| self.world.model.entity(id));
        match named.filter(|_| entity.is_some_and(|entity| entity.standing == Standing::Free)) {
            Some(id) => out.extend(["\"", self.world.spelling(id).trim_matches('"'), "\""]),
            None => self.words_of(expr, out),
        }
    }

    fn words_of(&mut self, expr: &Expr, out: &mut String) {
        if let Node::Field(base, Access::Entity(_, per_kind)) = &expr.node
            && self.written_words(base, per_kind, out)
        {
            return;
        }
        if let Node::Parameter(at) = expr.node {
            let place = self.world.schema.parameters().get(at).map(|known| known.value);
            return out.push_str(place.map_or("", |place| self.world.sources.words(place)));
        }
        self.apart(|own| {
            let value = own.eval(expr);
            own.write(&value, out);
        });
    }

    /// Adds the author's words for a field; false if it is not written in a block.
    fn written_words(&mut self, base: &Expr, per_kind: &[How], out: &mut String) -> bool {
        let Some(id) = self.entity(base) else { return false };
        let How::Field(slot) = self.how(id, per_kind) else { return false };
        let FieldState::Written(cell, file) = self.world.model.field(id, *slot) else { return false };
        let words = self.world.sources.words(Place { file, span: cell.span });
        // Quotation marks are the file's, not the sentence's.
        for (at, word) in words.trim_matches('"').split_whitespace().enumerate() {
            out.push_str(if at == 0 { "" } else { " " });
            out.push_str(word);
        }
        true
    }

    /// Adds a value in words.
    pub(super) fn write(&self, value: &Value, out: &mut String) {
        match value {
            Value::Unknown | Value::Truth(Truth::Unknown) => out.push_str("unknown"),
            Value::Truth(Truth::True) => out.push_str("yes"),
            Value::Truth(Truth::False) => out.push_str("no"),
            Value::Amount(of) => {
                self.quantity(*of).iter().for_each(|amount| out.push_str(&self.amount_in_words(amount)))
            }
            Value::Dates(dates) => out.push_str(&dates.to_string()),
            Value::Gap(dates) => {
                self.gap(*dates).iter().for_each(|(from, to)| out.push_str(&gap(*from, *to)))
            }
            Value::Enum(id, ordinal) => out.push_str(self.world.schema.enum_word(*id, *ordinal)),
            Value::Entity(id) => out.push_str(self.name(*id)),
            Value::Share(id, share) => {
                out.push_str(self.name(*id));
                if let Some(share) = share.and_then(|share| self.quantity(share)) {
                    out.extend([" ", &percent(share.interval)]);
                }
            }
            Value::Kind(id) => out.push_str(self.world.schema.kind_name(*id)),
            Value::Text(text) => out.push_str(self.scratch.words(*text)),
            // One stands for all: the word of several enums, the key of a group.
            Value::Words(of) => {
                self.scratch.certain(*of).iter().take(1).for_each(|one| self.write(one, out));
            }
            Value::Group(of) => self.write(&self.scratch.key(*of), out),
            Value::Path(id) => {
                self.scratch.route(*id).iter().for_each(|route| out.push_str(self.name(route.last())));
            }
            Value::Step(id, at) => {
                let route = self.scratch.route(*id);
                let step = route.as_ref().and_then(|route| route.steps.get(*at as usize));
                step.iter().for_each(|step| out.push_str(self.name(step.to.0)));
            }
            Value::List(list) => self.write_list(self.scratch.certain(*list), out),
        }
    }

    fn write_list(&self, members: &[Value], out: &mut String) {
        let shown = members.get(..MAX_LISTED).unwrap_or(members);
        let more = members.len() - shown.len();
        if members.is_empty() {
            out.push_str("none");
        }
        for (at, member) in shown.iter().enumerate() {
            let is_last = at + 1 == members.len();
            out.push_str(if at == 0 {
                ""
            } else if is_last {
                " and "
            } else {
                ", "
            });
            self.write(member, out);
        }
        if more > 0 {
            out.push_str(&format!(" and {more} more"));
        }
    }

    /// An entity by its name, or by its title where its kind is known by that.
    pub(super) fn name(&self, id: EntityId) -> &'w str {
        let world = self.world;
        let by_title = world.schema.kind(world.model.kind(id)).is_some_and(|kind| kind.shown_by_title);
        let title = if by_title { world.title(id) } else { None };
        title.unwrap_or_else(|| world.spelling(id))
    }

    fn amount_in_words(&self, amount: &Amount) -> String {
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

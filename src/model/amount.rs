//! Reads amounts (a number, its unit, what it is of; in its simplest form one number) with bounds and
//! currencies, and words what drafters write instead. Knows no particular unit.

use super::short::{Short, short};
use crate::diagnostic::{Diagnostic, Severity};
use crate::names::{Names, nearest};
use crate::schema::{Measure, Units};
use crate::source::{FileId, Span};
use crate::syntax::{Class, Token, Value, unquote};
use crate::value::{Interval, MAX_DIGITS, Ratio, Round};

/// An amount of which it is not known yet what it is of.
pub(super) struct ReadAmount {
    pub interval: Interval,
    pub measure: Measure,
    /// Whether it was written with a percent sign.
    pub percent: bool,
    /// The name after `of`, without quotation marks.
    pub of: Option<Span>,
}

/// The words around a number, which mean the same around the next: currency, scale, percent sign and unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wrapping {
    before: Short,
    after: Short,
    /// How many atoms there are, and which of them is the number.
    atoms: usize,
    number: usize,
    meaning: Meaning,
}

/// What stands around a number, as far as written.
#[derive(Clone, Copy, Debug)]
struct Meaning {
    scale: Option<i64>,
    percent: bool,
    unit: Option<(Measure, Ratio)>,
}

type Slip = Box<Diagnostic>;

/// One number with its unit, as far as written.
#[derive(Clone, Copy)]
struct Part {
    number: Ratio,
    unit: Option<(Measure, Ratio)>,
    percent: bool,
}

/// The amount that a value says, or why it says none. What stood around a number last may stand there again; what
/// stands there now is kept.
pub(super) fn read_amount(
    value: Value<'_>,
    units: &Units,
    names: &Names,
    wrapping: &mut Option<Wrapping>,
) -> Result<ReadAmount, Slip> {
    let mut reader = Reader { value, units, names, at: 0, wrapping };
    reader.amount().map_err(|slip| match units.sign(value.words()) {
        Some(sign) => reader.currency_sign(&sign.mark, &sign.refused.write, &sign.refused.because),
        None => slip,
    })
}
struct Reader<'a, 'u> {
    value: Value<'a>,
    units: &'u Units,
    names: &'u Names,
    at: usize,
    wrapping: &'u mut Option<Wrapping>,
}

impl Meaning {
    /// The number with what stands around it.
    fn of(self, number: Ratio) -> Part {
        let number = self.scale.map_or(number, |scale| number.mul(Ratio::whole(scale), Round::Down));
        let number = if self.percent { number.div(Ratio::whole(100), Round::Down) } else { number };
        Part { number, unit: self.unit, percent: self.percent }
    }
}

impl Part {
    fn measure(self) -> Option<Measure> {
        self.unit.map(|(measure, _)| measure)
    }

    /// In base units, rounded if need be.
    fn scaled(self, round: Round) -> Ratio {
        match self.unit {
            Some((_, factor)) if self.number.is_finite() => self.number.mul(factor, round),
            _ => self.number,
        }
    }

    /// This number alone, in base units.
    fn point(self) -> Interval {
        let exactly = self.unit.and_then(|(_, factor)| self.number.mul_exactly(factor));
        exactly.map_or_else(|| self.to(self), Interval::point)
    }

    /// From this number to another, in base units.
    fn to(self, high: Part) -> Interval {
        Interval { lo: self.scaled(Round::Down), hi: high.scaled(Round::Up) }
    }
}

impl<'a> Reader<'a, '_> {
    fn peek(&self) -> Option<Token> {
        self.value.atoms.get(self.at).copied()
    }

    fn words(&self, token: Token) -> &'a str {
        token.span.of(self.value.text)
    }

    fn file(&self) -> FileId {
        self.value.file
    }

    fn error(&self, code: &str, message: impl Into<String>, span: Span, label: impl Into<String>) -> Slip {
        Box::new(Diagnostic::new(code, Severity::Error, message, self.file(), span).label(label))
    }

    fn amount(&mut self) -> Result<ReadAmount, Slip> {
        // Most amounts are one number with the words around it that stood there last.
        let (interval, measure, percent) = match self.wrapped_as_before()? {
            Some(exact) => (exact.point(), exact.measure().unwrap_or(Measure::NUMBER), exact.percent),
            None => {
                let (low, high) = self.bounds()?;
                self.range(low, high)?
            }
        };
        Ok(ReadAmount { interval, measure, percent, of: self.substance()? })
    }

    /// The name of what it is an amount of; nothing else may follow.
    fn substance(&mut self) -> Result<Option<Span>, Slip> {
        if !self.takes_word("of") {
            self.finish()?;
            return Ok(None);
        }
        let rest = Value { atoms: self.value.atoms.get(self.at..).unwrap_or(&[]), ..self.value };
        let [name] = rest.atoms else {
            return Err(self.error(
                "wrong-value",
                "say of what it is an amount, in one name",
                rest.span(),
                "one name, or one in quotation marks",
            ));
        };
        Ok(Some(if name.is_prose() { unquote(rest.text, name.span) } else { name.span }))
    }

    fn range(&self, low: Part, high: Part) -> Result<(Interval, Measure, bool), Slip> {
        let measure = self.common_measure(&low, &high)?;
        // One end of a range may leave the unit to the other: `between 850 and 1,000 t/yr`.
        let (low, high) =
            (Part { unit: low.unit.or(high.unit), ..low }, Part { unit: high.unit.or(low.unit), ..high });
        let interval = low.to(high);
        if interval.lo > interval.hi {
            return Err(self.error(
                "number-form",
                "the first number of a range is the smaller one",
                self.value.span(),
                "this range holds nothing",
            ));
        }
        Ok((interval, measure, low.percent || high.percent))
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_word(self.value.text, word));
        self.at += usize::from(found);
        found
    }

    fn bounds(&mut self) -> Result<(Part, Part), Slip> {
        if self.peek().is_some_and(|token| token.class == Class::Number) {
            let exact = self.part()?;
            return Ok((exact, exact));
        }
        let zero = |part: Part| Part { number: Ratio::ZERO, ..part };
        if self.takes_word("up") {
            self.expect_word("to", "up to")?;
            let most = self.part()?;
            return Ok((zero(most), most));
        }
        if self.takes_word("at") {
            self.expect_word("least", "at least")?;
            let least = self.part()?;
            return Ok((least, Part { number: Ratio::INFINITY, ..least }));
        }
        if self.takes_word("about") {
            let about = self.part()?;
            // The tolerance of a figure given as approximate: ten percent either way.
            let part = |tenths, round| {
                Ratio::new(tenths, 10)
                    .map_or(about, |factor| Part { number: about.number.mul(factor, round), ..about })
            };
            return Ok((part(9, Round::Down), part(11, Round::Up)));
        }
        if self.takes_word("between") {
            let low = self.part()?;
            self.expect_word("and", "between A and B")?;
            let high = self.part()?;
            return Ok((low, high));
        }
        let exact = self.part()?;
        Ok((exact, exact))
    }

    fn expect_word(&mut self, word: &str, form: &str) -> Result<(), Slip> {
        if self.takes_word(word) {
            return Ok(());
        }
        Err(self.error(
            "wrong-value",
            format!("a bound is written `{form}`"),
            self.value.span(),
            format!("`{word}` is missing"),
        ))
    }

    fn part(&mut self) -> Result<Part, Slip> {
        if let Some(part) = self.wrapped_as_before()? {
            return Ok(part);
        }
        let start = self.at;
        let money = self.currency();
        let Some(token) = self.peek().filter(|token| token.class == Class::Number) else {
            return Err(self.no_number());
        };
        let number_at = self.at;
        self.at += 1;
        let number = self.number(token)?;
        let scale = self.scale();
        let percent = self.peek().is_some_and(|token| token.is_mark(self.value.text, "%"));
        self.at += usize::from(percent);
        let meaning = Meaning { scale, percent, unit: self.unit(money)? };
        let words = self.words_around(start, token.span, self.at);
        *self.wrapping = words.map(|(before, after)| {
            let (atoms, number) = (self.at - start, number_at - start);
            Wrapping { before, after, atoms, number, meaning }
        });
        Ok(meaning.of(number))
    }

    /// The number that begins here, if the same words stand around it as around the last.
    fn wrapped_as_before(&mut self) -> Result<Option<Part>, Slip> {
        let Some(Wrapping { before, after, atoms, number, meaning }) = &*self.wrapping else {
            return Ok(None);
        };
        let end = self.at + atoms;
        let number = self.value.atoms.get(self.at + number).filter(|token| token.class == Class::Number);
        let ends = self.value.atoms.get(end).is_none_or(|next| self.is_link(*next));
        let Some(number) = number.copied().filter(|_| ends) else { return Ok(None) };
        if self.words_around(self.at, number.span, end) != Some((*before, *after)) {
            return Ok(None);
        }
        let meaning = *meaning;
        self.at = end;
        Ok(Some(meaning.of(self.number(number)?)))
    }

    /// The words before and behind a number, blanks included, if they are short.
    fn words_around(&self, start: usize, number: Span, end: usize) -> Option<(Short, Short)> {
        let atoms = self.value.atoms.get(start..end)?;
        let whole = Span { start: atoms.first()?.span.start, end: atoms.last()?.span.end };
        let before = short(self.value.text, Span { end: number.start, ..whole })?;
        let after = short(self.value.text, Span { start: number.end, ..whole })?;
        Some((before, after))
    }

    /// A currency code before its number.
    fn currency(&mut self) -> Option<Measure> {
        let token = self.peek().filter(|token| token.class == Class::Word)?;
        let (measure, _) = self.units.get(self.names.get(self.words(token))?)?;
        let is_money = self.units.is_money(measure);
        self.at += usize::from(is_money);
        is_money.then_some(measure)
    }

    fn scale(&mut self) -> Option<i64> {
        let token = self.peek().filter(|token| token.class == Class::Word)?;
        let written = self.words(token);
        let scales = [("thousand", 1_000), ("million", 1_000_000), ("billion", 1_000_000_000)];
        let (_, scale) = scales.iter().find(|(word, _)| written.eq_ignore_ascii_case(word))?;
        self.at += 1;
        Some(*scale)
    }

    fn number(&self, token: Token) -> Result<Ratio, Slip> {
        let written = self.words(token);
        if let Some(number) = Ratio::parse(written) {
            return Ok(number);
        }
        let plain = written.replace(',', "");
        let comma_groups = grouped(written);
        if let (true, Some(number)) = (comma_groups, Ratio::parse(&plain)) {
            return Ok(number);
        }
        let digits = plain.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let suffix = plain.get(digits.len()..).unwrap_or("");
        let scale = match suffix.to_ascii_lowercase().as_str() {
            "k" => Some("thousand"),
            "m" | "mn" | "mm" => Some("million"),
            "b" | "bn" => Some("billion"),
            _ => None,
        };
        let slip = |message: String, label: &str| self.error("number-form", message, token.span, label);
        Err(match (scale, suffix) {
            (Some(scale), _) => slip(
                format!("write the word: `{digits} {scale}`"),
                "a letter for thousands or millions is easily misread",
            ),
            (None, "") if comma_groups => slip(
                format!("a number has at most {MAX_DIGITS} digits here"),
                "more than can be kept exactly",
            ),
            (None, "") => slip(
                format!("`{written}` is no number"),
                "thousands take a comma, decimals a point: `1,500.25`",
            ),
            (None, _) if is_power_of_ten(&plain) => slip(
                "write the number out, or with `thousand`, `million` or `billion`".into(),
                "powers of ten are not read",
            ),
            (None, suffix) => {
                slip(format!("put a blank between number and unit: `{digits} {suffix}`"), "one word")
            }
        })
    }

    /// `t`, `t/yr`, `/kg` after a sum of money, or nothing.
    fn unit(&mut self, money: Option<Measure>) -> Result<Option<(Measure, Ratio)>, Slip> {
        let slash = |reader: &Self| reader.peek().is_some_and(|token| token.is_mark(reader.value.text, "/"));
        let mut unit = money.map(|money| (money, Ratio::ONE));
        if !slash(self) {
            let Some(token) = self.peek().filter(|token| token.class == Class::Word && !self.is_link(*token))
            else {
                return Ok(unit);
            };
            if money.is_some() {
                return Err(self.unknown_unit(token));
            }
            unit = Some(self.named_unit(token)?);
        }
        if slash(self) {
            self.at += 1;
            let Some(token) = self.peek().filter(|token| token.class == Class::Word) else {
                return Err(self.error(
                    "unknown-unit",
                    "say per what",
                    self.value.span(),
                    "a unit is missing after `/`",
                ));
            };
            let (per, factor) = self.named_unit(token)?;
            let (measure, over) = unit.unwrap_or((Measure::NUMBER, Ratio::ONE));
            let Some(measure) = measure.per(per) else { return Err(self.unknown_unit(token)) };
            unit = Some((measure, over.div(factor, Round::Down)));
        }
        Ok(unit)
    }

    fn is_link(&self, token: Token) -> bool {
        ["of", "and"].iter().any(|word| token.is_word(self.value.text, word))
    }

    fn named_unit(&mut self, token: Token) -> Result<(Measure, Ratio), Slip> {
        let found = self.names.get(self.words(token)).and_then(|name| self.units.get(name));
        match found {
            Some(unit) => {
                self.at += 1;
                Ok(unit)
            }
            None => Err(self.unknown_unit(token)),
        }
    }

    fn unknown_unit(&self, token: Token) -> Slip {
        let written = self.words(token);
        let named = |word: &str| self.names.get(word).and_then(|name| self.units.get(name));
        if let Some((measure, _)) = named(written).filter(|(measure, _)| self.units.is_money(*measure)) {
            let code = self.units.root_name(measure, self.names).unwrap_or(written);
            return self.error(
                "money-form",
                format!("write the currency first, as in `{code} 620 million`"),
                self.value.span(),
                "the code stands before the number",
            );
        }
        let refused = self.names.get(written).and_then(|name| self.units.refused(name));
        if let Some(refused) = refused {
            let before = self
                .value
                .text
                .get(self.value.span().start as usize..token.span.start as usize)
                .unwrap_or("");
            let help = format!(
                "`{before}{}`{}",
                refused.write,
                if refused.certain { "" } else { ", if that is meant" }
            );
            let message = format!("`{written}` is not a unit here; write `{}`", refused.write);
            return self.error("unknown-unit", message, token.span, refused.because.clone()).help_boxed(help);
        }
        let near = nearest(written, self.units.words().map(|unit| self.names.text(unit)));
        let label = near.map_or_else(
            || "not a unit of any kind that is known".into(),
            |near| format!("did you mean `{near}`?"),
        );
        self.error("unknown-unit", format!("there is no unit `{written}`"), token.span, label)
    }

    fn no_number(&self) -> Slip {
        let (span, label) = match self.peek() {
            Some(token) => (token.span, "a number should stand here"),
            None => (self.value.span(), "a number is missing"),
        };
        let written = self.value.words();
        let known =
            ["up to", "at least", "about", "between … and …"].map(|bound| format!("`{bound}`")).join(", ");
        self.error("wrong-value", format!("`{written}` is no amount"), span, label)
            .help_boxed(format!("write a number with its unit; before it may stand {known}"))
    }

    fn finish(&self) -> Result<(), Slip> {
        match self.peek() {
            None => Ok(()),
            Some(token) if token.class == Class::Word => Err(self.unknown_unit(token)),
            Some(token) => Err(self.error(
                "wrong-value",
                "there is more here than one amount",
                token.span,
                "not part of the amount",
            )),
        }
    }

    fn common_measure(&self, low: &Part, high: &Part) -> Result<Measure, Slip> {
        match (low.measure(), high.measure()) {
            (None, None) => Ok(Measure::NUMBER),
            (Some(a), Some(b)) if a == b => Ok(a),
            (Some(_), Some(_)) => Err(self.error(
                "wrong-value",
                "both ends of a range need the same unit",
                self.value.span(),
                "two different units",
            )),
            (Some(measure), None) | (None, Some(measure)) => Ok(measure),
        }
    }

    fn currency_sign(&self, mark: &str, write: &str, because: &str) -> Slip {
        let written = self.value.words();
        let rest = written.get(mark.len()..).unwrap_or("").trim();
        let number = rest.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let scale = match rest.get(number.len()..).unwrap_or("").to_ascii_lowercase().as_str() {
            "m" | "mn" => " million",
            "b" | "bn" => " billion",
            "k" => " thousand",
            _ => "",
        };
        let meant =
            if scale.is_empty() { format!("{write} {rest}") } else { format!("{write} {number}{scale}") };
        self.error(
            "money-form",
            format!("write the currency as a code: `{meant}`"),
            self.value.span(),
            because,
        )
        .help_boxed(format!("`{meant}`, if that currency is meant"))
    }
}

trait HelpBoxed {
    fn help_boxed(self, help: String) -> Slip;
}

impl HelpBoxed for Slip {
    fn help_boxed(self, help: String) -> Slip {
        Box::new((*self).help(help))
    }
}

/// Whether it is written like `1e9`.
fn is_power_of_ten(written: &str) -> bool {
    let parts = written.split_once(['e', 'E']);
    parts.is_some_and(|(number, power)| {
        !number.is_empty() && !power.is_empty() && power.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Whether commas, if there are any, part thousands.
fn grouped(written: &str) -> bool {
    let whole = written.split('.').next().unwrap_or("");
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    let rest: Vec<&str> = groups.collect();
    let decimals_plain = !written.get(whole.len()..).unwrap_or("").contains(',');
    decimals_plain
        && (rest.is_empty() || (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3))
}

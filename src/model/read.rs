//! Reads one value by the type of its field. A value that cannot be read is `Unreadable`, and the diagnostic
//! says what to write. Names are left for `resolve`.

use super::amount::{ReadAmount, Wrapping, read_amount};
use super::dates::{looks_like_date, read_date};
use super::load::Loader;
use super::{Amount, Cell, Item, Written};
use crate::diagnostic::{Diagnostic, Severity};
use crate::names::{Names, nearest};
use crate::schema::{Dimension, EnumId, Field, Many, Schema, Word};
use crate::source::{FileId, Place, Span};
use crate::syntax::{self, Class, Piece, Value, View, unquote};
use crate::value::{Interval, MAX_YEAR, MIN_YEAR, Ratio, Round};

/// Reads an amount or date at a place outside a portfolio, as the value of a parameter is.
pub fn read_place(
    text: &str,
    place: Place,
    schema: &Schema,
    names: &Names,
) -> Result<ReadValue, Box<Diagnostic>> {
    let piece = Piece { span: place.span, unbalanced: false };
    let tree = syntax::read_piece(place.file, text, &piece, &mut Vec::new());
    let atoms = View::roots(place.file, text, &tree).next().map_or(&[][..], |view| view.atoms());
    read_value(Value { file: place.file, text, atoms, after: place.span.end }, schema, names)
}

/// Reads an amount or date that stands in a rule.
pub fn read_value(value: Value<'_>, schema: &Schema, names: &Names) -> Result<ReadValue, Box<Diagnostic>> {
    if value.words() == "unknown" {
        return Ok(ReadValue::Unknown);
    }
    if looks_like_date(value)
        && value.atoms.len() == 1
        && let Ok(dates) = read_date(value)
    {
        return Ok(ReadValue::Dates(dates));
    }
    let ReadAmount { interval, measure, .. } = read_amount(value, &schema.units, names, &mut None)?;
    Ok(ReadValue::Amount(Amount { interval, measure, of: None }))
}

/// A value that refers to nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReadValue {
    /// `unknown`.
    Unknown,
    /// Days.
    Dates(crate::value::Dates),
    /// A number with what it counts.
    Amount(Amount),
}

impl Loader<'_, '_> {
    /// Reads the value of a field of an entity into a cell, with what stood around the last number there.
    pub(super) fn read_field(
        &mut self,
        value: Value<'_>,
        field: &Field,
        usual: &mut Option<Wrapping>,
    ) -> Cell {
        let written = match (&field.ty.many, value.atoms) {
            (_, []) => self.slip(value, field, "nothing is written after the colon"),
            (_, [only]) if only.is_word(value.text, "unknown") => Written::Unknown,
            (Many::One, _) => self.read_one(value, field, usual),
            (Many::List | Many::Shares, _) => self.read_list(value, field, usual),
        };
        Cell { span: value.span(), value: written }
    }

    fn read_list(&mut self, value: Value<'_>, field: &Field, usual: &mut Option<Wrapping>) -> Written {
        if !value.is_list() && value.parts().nth(1).is_some() {
            return self.slip(value, field, "several need brackets: `[a, b]`");
        }
        let first = self.values.count().items;
        let mut total = Interval::ZERO;
        for part in value.parts() {
            let (name, share) = self.split_share(part, field);
            total = share
                .and_then(|at| self.values.own_amount(at))
                .map_or(total, |amount| total.plus(amount.interval));
            let value = match name.atoms {
                [only] if only.is_word(name.text, "unknown") => Written::Unknown,
                _ => self.read_one(name, field, usual),
            };
            self.values.add_item(Item { span: part.span(), value, share });
        }
        let count = self.values.count().items - first;
        if total.lo > Ratio::ONE {
            let percent = total.lo.mul(Ratio::whole(100), Round::Down);
            let found = Diagnostic::new(
                "shares-sum",
                Severity::Error,
                format!("these shares add up to {percent}%"),
                value.file,
                value.span(),
            )
            .label("more than the whole")
            .help("shares may leave a part unsaid, but not exceed 100%");
            self.diagnostics.push(found);
            return Written::Overfull(first, count);
        }
        Written::List(first, count)
    }

    /// Parts `name 80%` into the name and the share; one name alone has all.
    fn split_share<'v>(&mut self, part: Value<'v>, field: &Field) -> (Value<'v>, Option<u32>) {
        if field.ty.many != Many::Shares {
            return (part, None);
        }
        let at = part.atoms.iter().position(|token| token.class == Class::Number);
        let Some((name, number)) =
            at.and_then(|at| part.atoms.split_at_checked(at)).filter(|(name, _)| !name.is_empty())
        else {
            return (part, None);
        };
        let share = Value { atoms: number, ..part };
        let read = match read_amount(share, &self.schema.units, &self.model.names, &mut None) {
            Ok(read) if read.percent => read,
            Ok(_) => {
                self.slip(share, field, "a share is a percentage, as in `80%`");
                return (Value { atoms: name, ..part }, None);
            }
            Err(slip) => {
                self.diagnostics.push(*slip);
                return (Value { atoms: name, ..part }, None);
            }
        };
        let ReadAmount { interval, measure, .. } = read;
        let index = self.values.add_amount(Amount { interval, measure, of: None });
        (Value { atoms: name, ..part }, Some(index))
    }

    fn read_one(&mut self, value: Value<'_>, field: &Field, usual: &mut Option<Wrapping>) -> Written {
        let ty = &field.ty;
        let Some(first) = value.atoms.first().copied() else {
            return self.slip(value, field, "nothing is written here");
        };
        if ty.words().is_some()
            && value.atoms.len() == 1
            && first.class == Class::Word
            && ty.kinds().is_empty()
        {
            return self.read_enum(value, field);
        }
        match first.class {
            Class::String | Class::Text if value.atoms.len() == 1 => self.read_quoted(value, field),
            Class::Number if ty.takes_date() && (ty.quantity().is_none() || looks_like_date(value)) => {
                self.read_date(value)
            }
            Class::Word if ty.takes_date() && looks_like_date(value) => self.read_date(value),
            Class::Word if value.atoms.len() == 1 && !ty.kinds().is_empty() => {
                Written::Name(self.symbol(value.text, first.span), 0)
            }
            Class::Word if value.atoms.len() == 1 && ty.takes_yes_no() => self.read_yes_no(value, field),
            Class::Word | Class::Number | Class::Mark if ty.quantity().is_some() => {
                self.read_quantity(value, field, usual)
            }
            Class::Word | Class::Number if ty.takes_date() => self.read_date(value),
            Class::Mark if value.is_list() => self.slip(value, field, "one value stands here, no list"),
            _ if ty.takes_text() => self.slip(value, field, "put the words in quotation marks"),
            Class::Word if !ty.kinds().is_empty() => {
                self.slip(value, field, "a name of several words stands in quotation marks")
            }
            _ => self.slip(value, field, "not understood here"),
        }
    }

    fn read_date(&mut self, value: Value<'_>) -> Written {
        match read_date(value) {
            Ok(dates) => Written::Dates(dates),
            Err(slip) => {
                self.diagnostics.push(*slip);
                Written::Unreadable
            }
        }
    }

    fn read_yes_no(&mut self, value: Value<'_>, field: &Field) -> Written {
        match value.words().to_ascii_lowercase().as_str() {
            "yes" => Written::YesNo(true),
            "no" => Written::YesNo(false),
            _ => self.slip(value, field, "neither `yes` nor `no`"),
        }
    }

    fn read_quoted(&mut self, value: Value<'_>, field: &Field) -> Written {
        let inner = value.atoms.first().map_or(Span::default(), |token| unquote(value.text, token.span));
        if !field.ty.kinds().is_empty() {
            let marks = inner.start - value.span().start;
            return Written::Name(self.symbol(value.text, inner), marks as u8);
        }
        if field.ty.takes_text() {
            return Written::Text(inner);
        }
        if let Some(id) = field.ty.words() {
            let known = self.model.names.get(inner.of(value.text));
            if known.and_then(|word| self.schema.get_enum(id)?.ordinal(word)).is_some() {
                return self.slip(value, field, "write this word without quotation marks");
            }
        }
        self.slip(value, field, "quoted words cannot stand here")
    }

    fn read_enum(&mut self, value: Value<'_>, field: &Field) -> Written {
        let Some(id) = field.ty.words() else { return Written::Unreadable };
        let written = value.words();
        let known = self.model.names.get(written);
        match known.and_then(|word| self.schema.get_enum(id)?.ordinal(word)) {
            Some(ordinal) => Written::Enum(ordinal),
            None => {
                let found = unknown_word(self.schema, id, field, value.file, value.span(), written);
                self.diagnostics.push(found);
                Written::Unreadable
            }
        }
    }

    fn read_quantity(&mut self, value: Value<'_>, field: &Field, usual: &mut Option<Wrapping>) -> Written {
        let read = match read_amount(value, &self.schema.units, &self.model.names, usual) {
            Ok(read) => read,
            Err(slip) => {
                let example = field.example.as_deref().filter(|_| slip.beyond().help.is_none());
                let slip = match example {
                    Some(example) => {
                        slip.help(format!("`{}: {example}`", self.schema.names.text(field.name)))
                    }
                    None => *slip,
                };
                self.diagnostics.push(slip);
                return Written::Unreadable;
            }
        };
        let (word, dimensions) = field.ty.quantity().unwrap_or((Word::Quantity, &[]));
        let dimension = self.schema.units.dimension(read.measure);
        if !dimensions.is_empty() && !dimensions.contains(&dimension) {
            return self.wrong_dimension(value, field, dimension, dimensions);
        }
        if word == Word::Percent && !read.percent && !read.interval.lo.is_zero() {
            return self.slip(value, field, "write the percent sign, as in `60%`");
        }
        if word == Word::Duration && self.outlasts_the_calendar(&read) {
            let message =
                format!("no term of a policy lasts longer than the calendar here, {MIN_YEAR} to {MAX_YEAR}");
            let found = Diagnostic::new("number-form", Severity::Error, message, value.file, value.span());
            self.diagnostics.push(found.label("out of range"));
            return Written::Unreadable;
        }
        let ReadAmount { interval, measure, of, .. } = read;
        let amount = Amount { interval, measure, of: None };
        match of {
            Some(of) => {
                let (name, marks) = (self.symbol(value.text, of), value.span().end - of.end);
                Written::AmountOf(self.values.add_amount_of(amount, name), marks as u8)
            }
            None => Written::Amount(self.values.add_amount(amount)),
        }
    }

    fn outlasts_the_calendar(&self, read: &ReadAmount) -> bool {
        let month = self.model.names.get("month").and_then(|name| self.schema.units.get(name));
        let longest = Ratio::whole(12 * i64::from(MAX_YEAR - MIN_YEAR + 1));
        month.is_some_and(|(month, _)| read.measure == month && read.interval.lo > longest)
    }

    fn wrong_dimension(
        &mut self,
        value: Value<'_>,
        field: &Field,
        is: Dimension,
        allowed: &[Dimension],
    ) -> Written {
        let units = &self.schema.units;
        let name = self.schema.names.text(field.name);
        let allowed: Vec<String> = allowed.iter().map(|dimension| units.name(*dimension)).collect();
        let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
        let message =
            format!("`{name}` takes {}, and this is {}", crate::schema::or_list(&allowed), units.name(is));
        let found = Diagnostic::new("wrong-dimension", Severity::Error, message, value.file, value.span())
            .label(units.name(is));
        let found = match &field.example {
            Some(example) => found.help(format!("`{name}: {example}`")),
            None => found,
        };
        self.diagnostics.push(found);
        Written::Unreadable
    }

    /// A value of the wrong form: says what the field takes, with an example.
    fn slip(&mut self, value: Value<'_>, field: &Field, label: &str) -> Written {
        let name = self.schema.names.text(field.name);
        let message = format!("`{name}` takes {}", field.ty.describe(self.schema));
        let found =
            Diagnostic::new("wrong-value", Severity::Error, message, value.file, value.span()).label(label);
        let found = match &field.example {
            Some(example) => found.help(format!("`{name}: {example}`, for example")),
            None => found,
        };
        self.diagnostics.push(found);
        Written::Unreadable
    }
}

/// A word that the enum of a field does not hold; a word of another enum says which field it belongs to.
pub(super) fn unknown_word(
    schema: &Schema,
    id: EnumId,
    field: &Field,
    file: FileId,
    span: Span,
    written: &str,
) -> Diagnostic {
    let name = schema.names.text(field.name);
    let values = |id: EnumId| {
        let values = schema.get_enum(id).map_or(&[][..], |declared| &declared.values);
        values.iter().map(|value| schema.names.text(*value)).collect::<Vec<&str>>()
    };
    let message = format!("`{written}` is no value of `{name}`");
    let found = Diagnostic::new("unknown-value", Severity::Error, message, file, span);
    let known = values(id);
    let near = nearest(written, known.iter().copied());
    let label = near.map_or_else(|| "not one of its words".into(), |near| format!("did you mean `{near}`?"));
    let elsewhere = schema.names.get(written).and_then(|word| {
        let mut others =
            schema.enums().filter(|(other, declared)| *other != id && declared.ordinal(word).is_some());
        others.next().map(|(_, declared)| declared)
    });
    let found = match elsewhere.filter(|_| near.is_none()) {
        Some(other) => {
            found.label(format!("a word of another list, `{}`", schema.names.text(other.name))).note(
                crate::diagnostic::NoteKind::Note,
                format!(
                    "`{}` has {}",
                    schema.names.text(other.name),
                    other.values.iter().map(|value| schema.names.text(*value)).collect::<Vec<_>>().join(", ")
                ),
            )
        }
        None => found.label(label),
    };
    found.help(format!("`{name}` takes {}", known.join(", ")))
}

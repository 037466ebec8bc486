//! The value of a field, and how it is kept in little room: owns `Cell`, `Item`, `Written` and `Kept`. Knows no field.

use super::{EntityId, GroupId};
use crate::names::Symbol;
use crate::source::Span;
use crate::value::{Dates, Day};

/// The value of a field with the words that say it.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// The value's words.
    pub span: Span,
    /// What they say.
    pub value: Written,
}

/// A value as written, resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Written {
    /// `unknown`.
    Unknown,
    /// Not understood; a diagnostic says why.
    Unreadable,
    /// A block, fact or free name.
    Entity(EntityId),
    /// All members of a group, in a list.
    Group(GroupId),
    /// A word of the field's enum.
    Enum(u16),
    /// `yes` or `no`.
    YesNo(bool),
    /// What stands between quotes.
    Text(Span),
    /// Days.
    Dates(Dates),
    /// A number with what it counts: an index into the amounts.
    Amount(u32),
    /// A list: first item and number of items.
    List(u32, u32),
    /// A name with the number of quotation marks on each side, until it is found; like what follows, no model that is
    /// read whole holds one.
    Name(Symbol, u8),
    /// An amount of something that has a name, with the same number, until that is found.
    AmountOf(u32, u8),
    /// A list that is unreadable as a whole, until the names in it are found.
    Overfull(u32, u32),
}

/// One part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// Its words, with the share.
    pub span: Span,
    /// What they say.
    pub value: Written,
    /// The percent written beside it, as an index into the amounts.
    pub share: Option<u32>,
}

/// A cell in twelve bytes: most of what is known of a portfolio is cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// Where its words begin.
    start: u32,
    /// A number, by its form: of what it says, or of the first day.
    number: u32,
    /// How many bytes its words take; of days how many they are less one.
    length: u16,
    /// How many quotation marks or items it has; of days how many bytes their words take.
    few: u8,
    form: Form,
}

/// What is kept of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Unknown,
    Unreadable,
    Entity,
    Group,
    Enum,
    YesNo,
    Text,
    Dates,
    Amount,
    List,
    Name,
    AmountOf,
    Overfull,
    /// One that does not fit, and lies among those like it.
    Apart,
}

impl Kept {
    /// A cell, which goes to those that lie apart if it does not fit.
    #[inline]
    pub(super) fn new(cell: Cell, apart: &mut Vec<Cell>) -> Self {
        Self::fit(cell).unwrap_or_else(|| {
            apart.push(cell);
            Self { start: 0, number: apart.len() as u32 - 1, length: 0, few: 0, form: Form::Apart }
        })
    }

    #[inline]
    fn fit(Cell { span, value }: Cell) -> Option<Self> {
        let (start, length) = (span.start, u16::try_from(span.end - span.start).ok()?);
        let (form, number, few) = match value {
            Written::Text(inner) => (Form::Text, 0, marks(span, inner)?),
            Written::Dates(Dates { first, last }) => {
                let few = u8::try_from(length).ok()?;
                let length = last.0.checked_sub(first.0).and_then(|more| u16::try_from(more).ok())?;
                return Some(Self { start, number: first.0.cast_unsigned(), length, few, form: Form::Dates });
            }
            other => plain(other)?,
        };
        Some(Self { start, number, length, few, form })
    }

    /// The same said by the same words at another place.
    pub(super) fn again(self, start: u32) -> Self {
        Self { start, ..self }
    }

    /// Says something else of the same words.
    #[inline]
    pub(super) fn say(&mut self, value: Written, apart: &mut Vec<Cell>) {
        // Most often a name is found.
        if let (Form::Name, Written::Entity(id)) = (self.form, value) {
            *self = Self { number: id.0, few: 0, form: Form::Entity, ..*self };
            return;
        }
        self.say_otherwise(value, apart);
    }

    fn say_otherwise(&mut self, value: Written, apart: &mut Vec<Cell>) {
        match (self.form, plain(value)) {
            (Form::Dates | Form::Apart, _) | (_, None) => {
                *self = Self::new(Cell { value, ..self.cell(apart) }, apart);
            }
            (_, Some((form, number, few))) => *self = Self { number, few, form, ..*self },
        }
    }

    /// The cell, with those that lie apart.
    #[inline]
    pub(super) fn cell(self, apart: &[Cell]) -> Cell {
        let Self { start, number, length, few, form } = self;
        let span = |length: u32| Span { start, end: start + length };
        let words = span(length.into());
        let value = match form {
            Form::Unknown => Written::Unknown,
            Form::Unreadable => Written::Unreadable,
            Form::Entity => Written::Entity(EntityId(number)),
            Form::Group => Written::Group(GroupId(number as u16)),
            Form::Enum => Written::Enum(number as u16),
            Form::YesNo => Written::YesNo(number != 0),
            Form::Amount => Written::Amount(number),
            Form::List => Written::List(number, few.into()),
            Form::Overfull => Written::Overfull(number, few.into()),
            Form::Name => Written::Name(Symbol::at(number), few),
            Form::AmountOf => Written::AmountOf(number, few),
            Form::Text => {
                let (before, after) = (u32::from(few >> 4), u32::from(few & 0xf));
                Written::Text(Span { start: words.start + before, end: words.end - after })
            }
            Form::Dates => {
                let first = number.cast_signed();
                let dates = Dates { first: Day(first), last: Day(first + i32::from(length)) };
                return Cell { span: span(few.into()), value: Written::Dates(dates) };
            }
            Form::Apart => {
                let nothing = Cell { span: words, value: Written::Unreadable };
                return apart.get(number as usize).copied().unwrap_or(nothing);
            }
        };
        Cell { span: words, value }
    }

    /// Whether no name waits in it or in its items.
    #[inline]
    pub(super) fn is_settled(self) -> bool {
        use Form::*;
        !matches!(self.form, Name | AmountOf | List | Overfull | Apart)
    }
}

/// The form of what is said by a number and few, with these.
#[inline]
fn plain(value: Written) -> Option<(Form, u32, u8)> {
    let said = match value {
        Written::Unknown => (Form::Unknown, 0, 0),
        Written::Unreadable => (Form::Unreadable, 0, 0),
        Written::Entity(id) => (Form::Entity, id.0, 0),
        Written::Group(id) => (Form::Group, id.0.into(), 0),
        Written::Enum(word) => (Form::Enum, word.into(), 0),
        Written::YesNo(yes) => (Form::YesNo, yes.into(), 0),
        Written::Amount(at) => (Form::Amount, at, 0),
        Written::List(first, count) => (Form::List, first, u8::try_from(count).ok()?),
        Written::Overfull(first, count) => (Form::Overfull, first, u8::try_from(count).ok()?),
        Written::Name(name, marks) => (Form::Name, name.index() as u32, marks),
        Written::AmountOf(at, marks) => (Form::AmountOf, at, marks),
        Written::Text(_) | Written::Dates(_) => return None,
    };
    Some(said)
}

/// How many quotation marks stand on each side of what they enclose.
fn marks(words: Span, inner: Span) -> Option<u8> {
    let before = inner.start.checked_sub(words.start).filter(|marks| *marks < 16)?;
    let after = words.end.checked_sub(inner.end).filter(|marks| *marks < 16)?;
    Some((before << 4 | after) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_what_it_was_and_most_take_little_room() {
        assert_eq!(size_of::<Kept>(), 12);
        let (words, long) = (Span::new(7, 30), Span::new(7, 100_000));
        let days = |first, last| Written::Dates(Dates { first: Day(first), last: Day(last) });
        let usual = [
            Written::Unknown,
            Written::Unreadable,
            Written::Entity(EntityId(u32::MAX - 1)),
            Written::Group(GroupId(u16::MAX)),
            Written::Enum(u16::MAX),
            Written::YesNo(true),
            Written::YesNo(false),
            Written::Text(Span::new(8, 29)),
            Written::Text(Span::new(10, 30)),
            days(-25_567, -25_202),
            days(20_000, 20_000),
            Written::Amount(u32::MAX),
            Written::List(4, 255),
            Written::Name(Symbol::at(5), 3),
            Written::AmountOf(6, 1),
            Written::Overfull(7, 0),
        ];
        let rare = [
            Written::List(4, 256),
            Written::Overfull(4, u32::MAX),
            Written::Text(Span::new(23, 30)),
            days(0, 65_536),
            days(i32::MIN, i32::MAX),
        ];
        let mut apart = Vec::new();
        let mut again = |span, value| {
            let before = apart.len();
            let cell = Kept::new(Cell { span, value }, &mut apart).cell(&apart);
            assert_eq!((cell.span, cell.value), (span, value));
            apart.len() == before
        };
        assert!(usual.iter().all(|value| again(words, *value)));
        assert!(!rare.iter().any(|value| again(words, *value)));
        assert!(!usual.iter().chain(&rare).any(|value| again(long, *value)));
    }
}

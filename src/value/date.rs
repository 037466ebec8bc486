//! Days and closed intervals of days. Owns `Day`, `Dates` and the forms in which a date is written
//! (`2028`, `2028-H1`, `2028-Q3`, `2028-07`, `2028-07-01`); `jiff` knows the calendar.

use jiff::civil::Date;
use std::fmt;

use super::Truth;

/// First year that a date may name.
pub const MIN_YEAR: i16 = 1900;
/// Last year that a date may name.
pub const MAX_YEAR: i16 = 2199;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// Before every day that can be written.
    pub const BEGINNING: Day = Day(i32::MIN);
    /// After every day that can be written.
    pub const END: Day = Day(i32::MAX);

    fn of(date: Date) -> Day {
        Day((date.duration_since(EPOCH).as_hours() / 24) as i32)
    }

    fn date(self) -> Option<Date> {
        EPOCH.checked_add(jiff::SignedDuration::from_hours(i64::from(self.0) * 24)).ok()
    }

    /// The day so many months later, held to the end of a shorter month and to the calendar.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Day {
        let span = i32::try_from(months).ok().and_then(|months| jiff::Span::new().try_months(months).ok());
        let moved = self.date().zip(span).and_then(|(date, span)| date.checked_add(span).ok());
        match moved {
            Some(date) => Day::of(date),
            None if self == Day::BEGINNING || self == Day::END => self,
            None if months < 0 => Day::BEGINNING,
            None => Day::END,
        }
    }

    /// The day so many days later, held to the calendar.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Day {
        if self == Day::BEGINNING || self == Day::END {
            return self;
        }
        let moved = i64::from(self.0).saturating_add(days);
        Day(moved.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }

    /// The calendar year, if the day is in the calendar.
    #[must_use]
    pub fn year(self) -> Option<i16> {
        self.date().map(Date::year)
    }

    /// The day of a date written `2028-07-01`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Day> {
        Dates::parse(text).filter(|_| text.len() == 10).map(|dates| dates.first)
    }

    /// Today in UTC, or the day of `SOURCE_DATE_EPOCH` (seconds) where that is given.
    #[must_use]
    pub fn today(source_date_epoch: Option<&str>) -> Day {
        let fixed = source_date_epoch.and_then(|seconds| seconds.trim().parse::<i64>().ok());
        let seconds = fixed.unwrap_or_else(|| jiff::Timestamp::now().as_second());
        Day(seconds.div_euclid(86_400).clamp(i64::from(i32::MIN) + 1, i64::from(i32::MAX) - 1) as i32)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => write!(f, "{date}"),
            None => f.write_str("an unknown day"),
        }
    }
}

/// The days from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dates {
    /// First day.
    pub first: Day,
    /// Last day.
    pub last: Day,
}

impl Dates {
    /// Some day, nobody knows which.
    pub const ANY: Dates = Dates { first: Day::BEGINNING, last: Day::END };

    /// One day.
    #[must_use]
    pub fn day(day: Day) -> Dates {
        Dates { first: day, last: day }
    }

    /// Reads a date in one of the five forms; `None` if it is none of them or not in the calendar.
    #[must_use]
    pub fn parse(text: &str) -> Option<Dates> {
        let (year, rest) = text.split_at_checked(4)?;
        if !year.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let year: i16 = year.parse().ok().filter(|year| (MIN_YEAR..=MAX_YEAR).contains(year))?;
        let Some(rest) = rest.strip_prefix('-') else {
            return if rest.is_empty() { Self::months(year, 1, 12) } else { None };
        };
        match rest.as_bytes() {
            [b'H' | b'h', half @ b'1'..=b'2'] => Self::months(year, (*half - b'1') as i8 * 6 + 1, 6),
            [b'Q' | b'q', quarter @ b'1'..=b'4'] => Self::months(year, (*quarter - b'1') as i8 * 3 + 1, 3),
            [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => Self::months(year, rest.parse().ok()?, 1),
            [a, b, b'-', c, d] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) => {
                let (month, day) = rest.split_once('-')?;
                let date = Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()?;
                Some(Self::day(Day::of(date)))
            }
            _ => None,
        }
    }

    fn months(year: i16, first: i8, count: i8) -> Option<Dates> {
        let first = Date::new(year, first, 1).ok()?;
        let last = Date::new(year, first.month() + count - 1, 1).ok()?.last_of_month();
        Some(Dates { first: Day::of(first), last: Day::of(last) })
    }

    /// Whether every day lies before every day of the other.
    #[must_use]
    pub fn before(self, other: Dates) -> Truth {
        if self.last < other.first {
            Truth::True
        } else if self.first >= other.last {
            Truth::False
        } else {
            Truth::Unknown
        }
    }

    /// Whether both are the same day; equal single days are, disjoint intervals are not.
    #[must_use]
    pub fn equal(self, other: Dates) -> Truth {
        if self.last < other.first || other.last < self.first {
            Truth::False
        } else if self.first == self.last && self == other {
            Truth::True
        } else {
            Truth::Unknown
        }
    }

    /// The least interval around both.
    #[must_use]
    pub fn join(self, other: Dates) -> Dates {
        Dates { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

impl fmt::Display for Dates {
    /// The shortest form that names just these days, as a drafter would write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(first), Some(last)) = (self.first.date(), self.last.date()) else {
            return match (self.first.date(), self.last.date()) {
                (Some(first), None) => write!(f, "{first} or later"),
                (None, Some(last)) => write!(f, "{last} or earlier"),
                _ => f.write_str("an unknown date"),
            };
        };
        let whole_months = first.day() == 1 && last == last.last_of_month() && first.year() == last.year();
        match (whole_months, first.month(), last.month()) {
            (true, 1, 12) => write!(f, "{}", first.year()),
            (true, 1, 6) => write!(f, "{}-H1", first.year()),
            (true, 7, 12) => write!(f, "{}-H2", first.year()),
            (true, from, to) if to == from + 2 && to % 3 == 0 => write!(f, "{}-Q{}", first.year(), to / 3),
            (true, from, to) if to == from => write!(f, "{}-{from:02}", first.year()),
            _ if first == last => write!(f, "{first}"),
            _ => write!(f, "{first} to {last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_forms_are_read_and_written_back() {
        for form in ["2028", "2028-H1", "2028-H2", "2028-Q1", "2028-Q4", "2028-02", "2028-02-29"] {
            assert_eq!(Dates::parse(form).unwrap().to_string(), form);
        }
        let quarter = Dates::parse("2028-Q4").unwrap();
        assert_eq!(
            (quarter.first.to_string(), quarter.last.to_string()),
            ("2028-10-01".into(), "2028-12-31".into())
        );
        assert_eq!(quarter.last.0 - quarter.first.0, 91);
    }

    #[test]
    fn other_forms_are_refused() {
        for form in [
            "28",
            "1899",
            "2200",
            "2028-5",
            "2028-13",
            "2028-Q5",
            "2026-02-30",
            "2028-1-1",
            "+2028",
            "2028-Q4x",
            "２028",
        ] {
            assert_eq!(Dates::parse(form), None, "{form}");
        }
    }

    #[test]
    fn adding_months_holds_to_the_calendar() {
        let day = Day::parse("2028-01-31").unwrap();
        assert_eq!(day.plus_months(1).to_string(), "2028-02-29");
        assert_eq!(day.plus_months(12_000_000), Day::END);
        assert_eq!(Day::END.plus_months(-1), Day::END);
    }

    #[test]
    fn order_is_certain_only_between_disjoint_dates() {
        let (year, quarter) = (Dates::parse("2028").unwrap(), Dates::parse("2028-Q4").unwrap());
        assert_eq!(year.before(quarter), Truth::Unknown);
        assert_eq!(quarter.before(Dates::parse("2029").unwrap()), Truth::True);
        assert_eq!(quarter.before(Dates::parse("2028-Q1").unwrap()), Truth::False);
    }
}

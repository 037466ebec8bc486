//! Reads dates, and words what drafters write instead.

use crate::diagnostic::{Diagnostic, Severity};
use crate::syntax::{Class, Value};
use crate::value::{Dates, MAX_YEAR, MIN_YEAR};

/// The date that a value says, or why it says none.
pub(super) fn read_date(value: Value<'_>) -> Result<Dates, Box<Diagnostic>> {
    let written = value.words();
    if let [only] = value.atoms
        && only.class == Class::Number
        && let Some(dates) = Dates::parse(written)
    {
        return Ok(dates);
    }
    Err(Box::new(slip(value, written)))
}

/// Whether the words may be meant as a date: they hold a year.
pub(super) fn looks_like_date(value: Value<'_>) -> bool {
    year_in(value.words()).is_some()
}

fn slip(value: Value<'_>, written: &str) -> Diagnostic {
    let error =
        |message: String| Diagnostic::new("date-form", Severity::Error, message, value.file, value.span());
    let upper = written.to_ascii_uppercase();
    let year = year_in(written);
    let part = |letter: char, last: char| {
        let mut pairs = upper.chars().zip(upper.chars().skip(1));
        pairs.find(|(a, b)| *a == letter && ('1'..=last).contains(b)).map(|(a, b)| format!("{a}{b}"))
    };
    match year {
        Some(year) if upper.starts_with("FY") => {
            error(format!("fiscal years begin in different months; say which months `{written}` means"))
                .label("whose fiscal year?")
                .help(format!("`{year}` for the calendar year, or the months, as in `{year}-Q4`"))
        }
        Some(year) if part('Q', '4').is_some() || part('H', '2').is_some() => {
            let meant = format!("{year}-{}", part('Q', '4').or_else(|| part('H', '2')).unwrap_or_default());
            let days = Dates::parse(&meant).map(|dates| format!("{} to {}", dates.first, dates.last));
            error(format!("write the year first: `{meant}`"))
                .label(days.unwrap_or_default())
                .help(format!("`{meant}`"))
        }
        Some(year) if looks_numeric(written) => error(format!("`{written}` is no date of the calendar"))
            .label(format!("the year {year} has no such day, month or part"))
            .help(format!("`{year}`, `{year}-H2`, `{year}-Q3`, `{year}-09` or `{year}-09-30`")),
        Some(year) => error(format!("say with a date what `{written}` means"))
            .label("when is that, at the latest?")
            .help(format!("`{year}`, `{year}-H2`, `{year}-Q3`, `{year}-09` or `{year}-09-30`")),
        None if looks_numeric(written) && written.len() >= 4 => {
            error(format!("a date lies between {MIN_YEAR} and {MAX_YEAR}; `{written}` does not"))
                .label("out of range")
                .help("write the year with four digits, as in `2028-Q3`")
        }
        None => error(format!("`{written}` is no date"))
            .label("not a year, half, quarter, month or day")
            .help("write `2028`, `2028-H2`, `2028-Q3`, `2028-09` or `2028-09-30`"),
    }
}

fn looks_numeric(written: &str) -> bool {
    written.starts_with(|c: char| c.is_ascii_digit()) && !written.contains(' ')
}

/// A year within the range, standing apart from other digits.
fn year_in(written: &str) -> Option<u16> {
    let mut groups = written.split(|c: char| !c.is_ascii_digit()).filter(|group| group.len() == 4);
    groups.find_map(|group| {
        group.parse().ok().filter(|year| (MIN_YEAR as u16..=MAX_YEAR as u16).contains(year))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_found_among_other_words() {
        assert_eq!(year_in("Q3 2028"), Some(2028));
        assert_eq!(year_in("FY2028"), Some(2028));
        assert_eq!(year_in("9999999-01-01"), None);
        assert_eq!(year_in("620m"), None);
    }
}

//! How proposals are judged, as far as the command line says: the same for a run and for an editor. Knows no file.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::book;
use crate::analysis::Options;
use crate::diagnostic::Severity;
use crate::value::Day;

/// Which rules judge, by which thresholds and for which day.
#[derive(clap::Args, Clone)]
#[group(skip)]
#[command(next_help_heading = book::HEADING)]
pub(super) struct Args {
    /// Only these rules, separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Not these rules, separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Sets a threshold of the rules for this run; may be given again
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    pub(super) parameters: Vec<(String, String)>,
    /// The day for which the proposals are judged, as `2026-11-24`; else what settings or they say, else today
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(super) as_of: Option<Day>,
    /// Also what waivers silence
    #[arg(long)]
    no_waivers: bool,
}

impl Args {
    /// The choices for a run that takes place today, or when `SOURCE_DATE_EPOCH` says.
    pub(super) fn options(&self) -> Options {
        Options {
            as_of: self.as_of,
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            waive: !self.no_waivers,
            ..Options::of_day(Day::today(epoch().as_deref()))
        }
    }
}

/// When a run takes place, if not now.
pub(super) fn epoch() -> Option<String> {
    std::env::var("SOURCE_DATE_EPOCH").ok()
}

fn day(text: &str) -> Result<Day, &'static str> {
    Day::parse(text).ok_or("write a single day as year-month-day, as in `2026-11-24`")
}

fn parameter(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("write a name, `=` and a value")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// A severity by its name.
pub(super) fn severities() -> impl TypedValueParser<Value = Severity> {
    let words = [Severity::Error, Severity::Warning, Severity::Note].map(Severity::as_str);
    PossibleValuesParser::new(words).try_map(|word| Severity::parse(&word).ok_or("there is no such severity"))
}

//! Each step of a run and each rule, in memory: owns which steps there are. Knows no file and no process.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use plumbrule::diagnostic::Detail;
use plumbrule::model::Text;
use plumbrule::report::FORMATS;
use plumbrule::rule::Rule;
use plumbrule::rulebook::{Additions, Rulebook};
use plumbrule::source::Sources;
use plumbrule::syntax;

use crate::Form;
use crate::case::{Case, DEPENDENCE, QUESTIONS, STYLE};
use crate::page::Table;
use crate::portfolio::{Plan, Portfolio};
use crate::process;

/// Findings that each format writes, where there are so many.
pub(crate) const REPORTED: usize = 10_000;
/// How long a step is repeated, and how often at least and at most.
const LONG_ENOUGH: Duration = Duration::from_millis(400);
const REPEATS: std::ops::RangeInclusive<usize> = 3..=101;

/// Medians in milliseconds by row and number of proposals, rows in the order in which they were first timed.
#[derive(Default)]
pub(crate) struct Medians {
    rows: Vec<String>,
    medians: BTreeMap<(String, usize), f64>,
}

impl Medians {
    fn time(&mut self, row: &str, proposals: usize, work: &mut dyn FnMut()) {
        self.add(row, proposals, milliseconds(repeated(work)));
    }

    fn add(&mut self, row: &str, proposals: usize, median: f64) {
        if !self.rows.iter().any(|known| known == row) {
            self.rows.push(row.to_owned());
        }
        self.medians.insert((row.to_owned(), proposals), median);
    }

    pub(crate) fn of(&self, row: &str, proposals: usize) -> Option<f64> {
        self.medians.get(&(row.to_owned(), proposals)).copied()
    }

    pub(crate) fn table(&self, sizes: &[usize]) -> Table {
        let mut table = Table::new(crate::head("median, ms", sizes));
        for row in &self.rows {
            let median = |size: &usize| self.of(row, *size).map_or_else(String::new, |ms| format!("{ms:.2}"));
            table.add(std::iter::once(row.clone()).chain(sizes.iter().map(median)));
        }
        table
    }
}

pub(crate) const NO_RULE: &str = "no rule";
pub(crate) const READ: &str = "read: parse, values and names";
const PARSE: &str = "parse: split, atoms and trees";

/// Steps and rules on a portfolio of so many proposals.
pub(crate) fn run(
    (steps, rules): (&mut Medians, &mut Medians),
    proposals: usize,
    form: Form,
) -> Result<(), String> {
    let portfolio = Portfolio::new(Plan { proposals, seed: crate::SEED, clean: form.clean });
    let case = Case::new(portfolio.texts(form.proposals_a_file(proposals)));
    case.agrees(&portfolio.truth())?;
    drop(portfolio);
    let texts = case.texts();
    reading(&case, &texts, &mut |row, work| steps.time(row, proposals, work));
    if let (Some(read), Some(parse)) = (steps.of(READ, proposals), steps.of(PARSE, proposals)) {
        steps.add("of it values and names: read less parse", proposals, read - parse);
    }
    judging(&case, &texts, &mut |row, work| steps.time(row, proposals, work));
    reporting(&case, &mut |row, work| steps.time(row, proposals, work));
    each_rule(&case, &texts, &mut |row, work| rules.time(row, proposals, work));
    Ok(())
}

/// Takes the name of a row and what is timed for it.
type Clock<'c> = dyn FnMut(&str, &mut dyn FnMut()) + 'c;

fn reading(case: &Case, texts: &[Text<'_>], time: &mut Clock<'_>) {
    time("load the rules", &mut || {
        black_box(Rulebook::load(&mut Sources::default(), &Additions::default(), &mut Vec::new()));
    });
    time("split", &mut || {
        let pieces = |text: &Text<'_>| syntax::Pieces::new(text.file, text.text).count();
        black_box(texts.iter().map(pieces).sum::<usize>());
    });
    time(PARSE, &mut || {
        let entries = |text: &Text<'_>| syntax::read(text.file, text.text, &mut Vec::new()).len();
        black_box(texts.iter().map(entries).sum::<usize>());
    });
    time(READ, &mut || drop(black_box(case.model(texts))));
}

fn judging(case: &Case, texts: &[Text<'_>], time: &mut Clock<'_>) {
    let model = case.model(texts);
    let among = |rules: &'static [&str]| move |rule: &Rule| rules.contains(&rule.id.as_str());
    time("reachability: graph, searches and lines of dependence", &mut || {
        drop(case.judge(&model, Detail::Line, &among(&DEPENDENCE)));
    });
    for (what, detail) in [("lines", Detail::Line), ("whole findings", Detail::Full)] {
        time(&format!("judge, {what}, three questions"), &mut || {
            drop(case.judge(&model, detail, &among(&QUESTIONS)));
        });
        time(&format!("judge, {what}, all rules"), &mut || drop(case.judge(&model, detail, &|_| true)));
    }
    time("read, judge and sort, lines, three questions", &mut || {
        drop(case.check(&QUESTIONS, Detail::Line));
    });
    time("read, judge and sort, lines, all rules", &mut || drop(case.check(&[], Detail::Line)));
}

fn reporting(case: &Case, time: &mut Clock<'_>) {
    let run = case.reported(&QUESTIONS, REPORTED);
    for format in FORMATS {
        let mut out = Vec::new();
        time(&written_as(format.name), &mut || {
            out.clear();
            black_box(format.write(&run, &STYLE, &mut out).is_ok());
        });
    }
}

/// The row of a format.
pub(crate) fn written_as(format: &str) -> String {
    format!("up to {REPORTED} findings as `{format}`")
}

fn each_rule(case: &Case, texts: &[Text<'_>], time: &mut Clock<'_>) {
    let model = case.model(texts);
    time(NO_RULE, &mut || drop(case.judge(&model, Detail::Line, &|_| false)));
    for rule in &case.book.catalogue.rules {
        time(&format!("`{}`", rule.id), &mut || {
            drop(case.judge(&model, Detail::Line, &|own| own.id == rule.id));
        });
    }
}

/// The median of a step that is repeated for a while.
pub(crate) fn repeated(work: &mut dyn FnMut()) -> Duration {
    let mut times: Vec<Duration> = Vec::new();
    let begin = Instant::now();
    while times.len() < *REPEATS.start() || begin.elapsed() < LONG_ENOUGH && times.len() < *REPEATS.end() {
        let start = Instant::now();
        work();
        times.push(start.elapsed());
    }
    process::median(times)
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

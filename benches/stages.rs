//! What each step of a run costs, in one process: `cargo bench`. Owns the steps, the sizes and the clock.
//! Timings are printed and never judged; the race against a peer is in `benches/peers`.
//!
//! `cargo bench -- 1000 10000` times these numbers of proposals instead of the usual ones; `--rules` adds a row for
//! each rule, `--clean` makes most proposals sound, and `--write` puts the table into `docs/performance.md`.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{fs, io};

use plumbrule::analysis::{self, Input, Options};
use plumbrule::check::{self, Run};
use plumbrule::config::Levels;
use plumbrule::diagnostic::Detail;
use plumbrule::model::{self, Model, Text};
use plumbrule::outcome;
use plumbrule::report::{FORMATS, Style};
use plumbrule::rule::Rule;
use plumbrule::rulebook::{Additions, Rulebook};
use plumbrule::source::{FileId, Origin, SourceFile, Sources};
use plumbrule::syntax;
use plumbrule::value::Day;

#[path = "../tests/support/portfolio.rs"]
#[expect(dead_code, reason = "the truth is compared by the tests")]
mod portfolio;
use portfolio::{DIRECT, NO_HORIZON, NO_TARGET, Plan, Portfolio, TRANSITIVE};

const HEADLINE: [&str; 4] = [NO_TARGET, NO_HORIZON, DIRECT, TRANSITIVE];
const SIZES: [usize; 3] = [1, 1_000, 10_000];
const SEED: u64 = 7;

fn main() {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).filter_map(|argument| argument.into_string().ok()).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    let mut table = Table::default();
    for proposals in &sizes {
        let plan = Plan { proposals: *proposals, seed: SEED, clean: has("--clean") };
        Bench::new(plan, &mut table).run(has("--rules"));
    }
    let table = table.markdown(&sizes);
    println!("{table}");
    if has("--write")
        && let Err(why) = write(&table)
    {
        println!("{PAGE} was not written: {why}");
    }
}

/// The page whose table is written here, and the lines around the table.
const PAGE: &str = "docs/performance.md";
const MARKS: [&str; 2] = ["<!-- cargo bench -- --rules --write -->\n", "<!-- end -->"];

/// Medians of each step in milliseconds, in the order in which steps were first timed.
#[derive(Default)]
struct Table {
    steps: Vec<String>,
    medians: BTreeMap<(String, usize), f64>,
}

impl Table {
    fn add(&mut self, step: &str, proposals: usize, median: f64) {
        if !self.steps.iter().any(|known| known == step) {
            self.steps.push(step.to_owned());
        }
        self.medians.insert((step.to_owned(), proposals), median);
    }

    fn markdown(&self, sizes: &[usize]) -> String {
        let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let first = |cell: &str| vec![cell.to_owned()];
        let numbers = sizes.iter().map(|proposals| format!("{proposals} proposals"));
        let mut table = row(first("median, ms").into_iter().chain(numbers).collect());
        table += &row(first("---").into_iter().chain(sizes.iter().map(|_| "--:".to_owned())).collect());
        for step in &self.steps {
            let median = |proposals: &usize| self.medians.get(&(step.clone(), *proposals));
            let cells = sizes
                .iter()
                .map(|proposals| median(proposals).map_or_else(String::new, |median| format!("{median:.2}")));
            table += &row(first(step).into_iter().chain(cells).collect());
        }
        table
    }
}

fn write(table: &str) -> io::Result<()> {
    let page = fs::read_to_string(PAGE)?;
    let parts =
        page.split_once(MARKS[0]).and_then(|(before, rest)| Some((before, rest.split_once(MARKS[1])?.1)));
    let (before, after) = parts.ok_or_else(|| io::Error::other("it has no place for the table"))?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let when = format!("{}, {threads} threads, {}:", Day::today(None), std::env::consts::ARCH);
    fs::write(PAGE, format!("{before}{}{when}\n\n{table}{}{after}", MARKS[0], MARKS[1]))
}

/// A portfolio in memory with all that judges it.
struct Bench<'t> {
    table: &'t mut Table,
    proposals: usize,
    sources: Sources,
    book: Rulebook,
    input: Input,
}

impl<'t> Bench<'t> {
    fn new(plan: Plan, table: &'t mut Table) -> Self {
        let mut sources = Sources::default();
        let book = Rulebook::load(&mut sources, &Additions::default(), &mut Vec::new());
        let mut input = Input { root: ".".into(), ..Input::default() };
        for (name, text) in Portfolio::new(plan).texts(plan.proposals) {
            input.files.push(sources.add(SourceFile::new(name, text, Origin::Portfolio)));
        }
        input.named.clone_from(&input.files);
        Self { table, proposals: plan.proposals, sources, book, input }
    }

    fn run(self, each_rule: bool) {
        let Self { table, proposals, sources, book, input } = self;
        let case = Case { sources: &sources, book: &book, input: &input };
        let mut time = |step: &str, work: &mut dyn FnMut()| table.add(step, proposals, median(work));
        let texts = case.texts();
        let headline = |rule: &Rule| HEADLINE.contains(&rule.id.as_str());
        time("load the rules", &mut || {
            black_box(Rulebook::load(&mut Sources::default(), &Additions::default(), &mut Vec::new()));
        });
        time("split", &mut || {
            black_box(split(&texts));
        });
        time("parse: split, atoms, trees", &mut || {
            black_box(parse(&texts));
        });
        time("read: parse, values, names", &mut || drop(black_box(case.model(&texts))));
        let model = case.model(&texts);
        for (what, detail) in [("lines", Detail::Line), ("whole findings", Detail::Full)] {
            time(&format!("judge, {what}, three questions"), &mut || {
                drop(case.judge(&model, detail, &headline))
            });
            time(&format!("judge, {what}, all rules"), &mut || drop(case.judge(&model, detail, &|_| true)));
        }
        time("read, judge and sort, three questions", &mut || drop(case.check(&HEADLINE, Detail::Line)));
        time("read, judge and sort, all rules", &mut || drop(case.check(&[], Detail::Line)));
        let (run, style) = case.reported();
        for format in FORMATS {
            let mut out = Vec::new();
            time(&format!("report of three questions as `{}`", format.name), &mut || {
                out.clear();
                black_box(format.write(&run, &style, &mut out).is_ok());
            });
        }
        for rule in book.catalogue.rules.iter().filter(|_| each_rule) {
            time(&format!("`{}`", rule.id), &mut || {
                drop(case.judge(&model, Detail::Line, &|own| own.id == rule.id));
            });
        }
    }
}

/// What is timed.
struct Case<'c> {
    sources: &'c Sources,
    book: &'c Rulebook,
    input: &'c Input,
}

impl<'c> Case<'c> {
    fn texts(&self) -> Vec<Text<'c>> {
        let text = |file: &FileId| Some(Text { file: *file, text: &self.sources.get(*file)?.text });
        self.input.files.iter().filter_map(text).collect()
    }

    fn model(&self, texts: &[Text<'_>]) -> Model {
        model::load_portfolio(&self.book.schema, &self.book.facts, texts, &mut Vec::new()).0
    }

    fn judge(&self, model: &Model, detail: Detail, enabled: &dyn Fn(&Rule) -> bool) -> check::Judgement {
        let levels = Levels { settings: &self.input.settings, overrides: &[], selected: false };
        let progress = &outcome::Progress::default();
        let run = Run { as_of: None, today: today(), waive: true, levels, detail, progress };
        check::judge(self.sources, &self.book.schema, model, &self.book.catalogue, run, enabled)
    }

    fn check(&self, select: &[&str], detail: Detail) -> analysis::Checked {
        let select = select.iter().map(|id| (*id).to_owned()).collect();
        let options = Options { select, detail, ..Options::of_day(today()) };
        analysis::check(self.sources, self.book, self.input, &options)
    }

    /// A run with the findings of three questions, and a style for it.
    fn reported(&self) -> (outcome::Run, Style) {
        let checked = self.check(&HEADLINE, Detail::Full);
        let portfolios = vec![checked.portfolio];
        let mut run = outcome::Run { findings: checked.findings, portfolios, ..outcome::Run::default() };
        for (_, file) in self.sources.iter() {
            run.sources.add(SourceFile::new(file.name.clone(), file.text.clone(), file.origin));
        }
        (run, Style { color: false, width: 80, quiet: true, statistics: false })
    }
}

/// Runs a step until a second has passed, at most 101 and at least 3 times; the median in milliseconds.
fn median(work: &mut dyn FnMut()) -> f64 {
    let mut times: Vec<Duration> = Vec::new();
    let begin = Instant::now();
    while times.len() < 3 || begin.elapsed() < Duration::from_secs(1) && times.len() < 101 {
        let start = Instant::now();
        work();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64) * 1_000.0
}

fn split(texts: &[Text<'_>]) -> usize {
    texts.iter().map(|text| syntax::split(text.file, text.text).pieces.len()).sum()
}

fn parse(texts: &[Text<'_>]) -> usize {
    texts.iter().map(|text| syntax::read(text.file, text.text, &mut Vec::new()).len()).sum()
}

fn today() -> Day {
    Day::today(Some("1795478400"))
}

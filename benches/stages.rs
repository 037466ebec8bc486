//! What each step of a run costs, in one process: `cargo bench`. Owns the steps, the sizes and the clock.
//! Timings are printed and never judged; the race against a peer is in `benches/peers`.
//!
//! `cargo bench -- 1000 10000` times these numbers of proposals instead of the usual ones; `--rules` adds a
//! line for each rule, `--clean` makes most proposals sound.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

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
    println!("medians, ms");
    for proposals in sizes {
        Bench::new(Plan { proposals, seed: SEED, clean: has("--clean") }).run(has("--rules"));
    }
}

/// A portfolio in memory with all that judges it.
struct Bench {
    proposals: usize,
    sources: Sources,
    book: Rulebook,
    input: Input,
}

impl Bench {
    fn new(plan: Plan) -> Self {
        let mut sources = Sources::default();
        let book = Rulebook::load(&mut sources, &Additions::default(), &mut Vec::new());
        let mut input = Input { root: ".".into(), ..Input::default() };
        for (name, text) in Portfolio::new(plan).texts(plan.proposals) {
            input.files.push(sources.add(SourceFile::new(name, text, Origin::Portfolio)));
        }
        input.named.clone_from(&input.files);
        Self { proposals: plan.proposals, sources, book, input }
    }

    fn run(&self, each_rule: bool) {
        let texts = self.texts();
        println!(
            "\n{} proposals, {} bytes",
            self.proposals,
            texts.iter().map(|text| text.text.len()).sum::<usize>()
        );
        self.time("load the rules", || {
            Rulebook::load(&mut Sources::default(), &Additions::default(), &mut Vec::new())
        });
        self.time("split", || split(&texts));
        self.time("parse: split, atoms, trees", || parse(&texts));
        self.time("read: parse, values, names", || self.model(&texts));
        let model = self.model(&texts);
        for detail in [Detail::Line, Detail::Full] {
            let headline = |rule: &Rule| HEADLINE.contains(&rule.id.as_str());
            self.time(&format!("judge, {detail:?}: three questions"), || {
                self.judge(&model, detail, &headline)
            });
            self.time(&format!("judge, {detail:?}: all rules"), || self.judge(&model, detail, &|_| true));
        }
        self.time("check: read, judge, sort; three questions", || self.check(&HEADLINE, Detail::Line));
        self.time("check: read, judge, sort; all rules", || self.check(&[], Detail::Line));
        self.report();
        if each_rule {
            for rule in &self.book.catalogue.rules {
                self.time(&format!("rule {}", rule.id), || {
                    self.judge(&model, Detail::Line, &|own| own.id == rule.id)
                });
            }
        }
    }

    fn texts(&self) -> Vec<Text<'_>> {
        let text = |file: &FileId| Some(Text { file: *file, text: &self.sources.get(*file)?.text });
        self.input.files.iter().filter_map(text).collect()
    }

    fn model(&self, texts: &[Text<'_>]) -> Model {
        model::load_portfolio(&self.book.schema, &self.book.facts, texts, &mut Vec::new()).0
    }

    fn judge(&self, model: &Model, detail: Detail, enabled: &dyn Fn(&Rule) -> bool) -> check::Judgement {
        let levels = Levels { settings: &self.input.settings, overrides: &[], selected: false };
        let run = Run { as_of: None, today: today(), waive: true, levels, detail };
        check::judge(&self.sources, &self.book.schema, model, &self.book.catalogue, run, enabled)
    }

    fn check(&self, select: &[&str], detail: Detail) -> analysis::Checked {
        let select = select.iter().map(|id| (*id).to_owned()).collect();
        let options =
            Options { as_of: None, today: today(), select, ignore: Vec::new(), waive: true, detail };
        analysis::check(&self.sources, &self.book, &self.input, &options)
    }

    fn report(&self) {
        let checked = self.check(&HEADLINE, Detail::Full);
        let findings = checked.findings.len();
        let mut run = outcome::Run {
            findings: checked.findings,
            portfolios: vec![checked.portfolio],
            ..outcome::Run::default()
        };
        for (_, file) in self.sources.iter() {
            run.sources.add(SourceFile::new(file.name.clone(), file.text.clone(), file.origin));
        }
        let style = Style { color: false, width: 80, quiet: true, statistics: false };
        for format in FORMATS {
            let mut out = Vec::new();
            self.time(&format!("report {} ({findings} findings)", format.name), || {
                out.clear();
                format.write(&run, &style, &mut out).is_ok()
            });
        }
    }

    /// Runs a step until a second has passed, at most 101 and at least 3 times.
    fn time<T>(&self, step: &str, mut work: impl FnMut() -> T) {
        let mut times: Vec<Duration> = Vec::new();
        let begin = Instant::now();
        while times.len() < 3 || begin.elapsed() < Duration::from_secs(1) && times.len() < 101 {
            let start = Instant::now();
            black_box(work());
            times.push(start.elapsed());
        }
        times.sort_unstable();
        let median = times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64);
        println!("{:>10.3}  {step}", median * 1_000.0);
    }
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

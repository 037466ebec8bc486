//! What plumbrule costs: the whole command, hard shapes, each step and each rule: `cargo bench`. Owns arguments, sizes
//! and the figures that are named. Timings are printed and never judged; the race against a peer is in `benches/peers`.
//!
//! `cargo bench -- 1000 100000` takes these numbers of proposals instead of the usual ones; `--large` adds 100,000 to
//! them, and `--write` puts all tables into `docs/performance.md`. `--clean` and `--many` time steps and rules
//! on sound proposals and on one file for each.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "its output is what it is for")]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use command::Measured;
use page::Table;
use steps::Medians;

mod case;
mod command;
#[path = "../../tests/support/forms.rs"]
mod forms;
#[path = "../page.rs"]
mod page;
#[path = "../../tests/support/portfolio.rs"]
#[expect(dead_code, reason = "a peer reads portfolios as JSON, and tests look into them")]
mod portfolio;
#[path = "../process.rs"]
mod process;
mod shapes;
mod steps;
#[path = "../../tests/support/trade.rs"]
mod trade;

const SIZES: [usize; 3] = [1, 1_000, 10_000];
const LARGE: usize = 100_000;
const SEED: u64 = 7;
/// The last one is what cargo adds.
const FLAGS: [&str; 5] = ["--large", "--write", "--clean", "--many", "--bench"];
/// A rule of one condition, which asks of each proposal whether blocks of it exist.
const SIMPLE: &str = "`empty-proposal`";

/// How a portfolio is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Form {
    /// Whether about 95 % of the proposals shall be sound.
    clean: bool,
    /// Whether each proposal has a file of its own.
    many: bool,
}

impl Form {
    const ALL: [Form; 4] = [
        Form { clean: false, many: false },
        Form { clean: false, many: true },
        Form { clean: true, many: false },
        Form { clean: true, many: true },
    ];

    fn proposals_a_file(self, proposals: usize) -> usize {
        if self.many { 1 } else { proposals }
    }

    /// A folder for it.
    fn name(self) -> &'static str {
        match (self.clean, self.many) {
            (false, false) => "drafts",
            (false, true) => "drafts-in-files",
            (true, false) => "sound",
            (true, true) => "sound-in-files",
        }
    }
}

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    match run(&arguments.collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("measure: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let known = |argument: &&String| argument.parse::<usize>().is_ok() || FLAGS.contains(&argument.as_str());
    if let Some(unknown) = arguments.iter().find(|argument| !known(argument)) {
        return Err(format!("`{unknown}` is neither a size nor one of {}", FLAGS.join(", ")).into());
    }
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let form = Form { clean: has("--clean"), many: has("--many") };
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    if has("--large") {
        sizes.push(LARGE);
    }
    println!("{}\n", page::machine());
    let show = |name: &str, text: String| {
        println!("{text}");
        if has("--write") { page::write(Path::new("docs/performance.md"), name, &text) } else { Ok(()) }
    };
    let measured = sizes.iter().map(|size| Measured::of(*size)).collect::<Result<Vec<_>, _>>()?;
    show("command", command::table(&measured).markdown())?;
    let (shapes, web) = shapes::table()?;
    show("shapes", shapes.markdown())?;
    let (mut steps, mut rules) = (Medians::default(), Medians::default());
    for size in &sizes {
        steps::run((&mut steps, &mut rules), *size, form)?;
    }
    show("steps", steps.table(&sizes).markdown())?;
    show("rules", rules.table(&sizes).markdown())?;
    show("figures", figures(&measured, web, &steps, &rules).markdown())?;
    Ok(())
}

/// The head of a table with a column for each size.
fn head(first: &str, sizes: &[usize]) -> Vec<String> {
    let noun = |size: &usize| if *size == 1 { "1 proposal".to_owned() } else { format!("{size} proposals") };
    std::iter::once(first.to_owned()).chain(sizes.iter().map(noun)).collect()
}

/// What was aimed at, and what this run has of it.
fn figures(measured: &[Measured], web: Option<f64>, steps: &Medians, rules: &Medians) -> Table {
    let of_size = |size: usize| measured.iter().find(|measured| measured.proposals == size);
    let all_rules = |size: usize| of_size(size).map(Measured::all_rules);
    let start = of_size(1).map(Measured::over_empty);
    let growth = all_rules(LARGE).zip(all_rules(10_000)).map(|(large, small)| large / small);
    let simple = rules.of(SIMPLE, 10_000).zip(rules.of(steps::NO_RULE, 10_000));
    let [questions, all] = of_size(10_000).map_or([None; 2], Measured::beside_text);
    let mut table = Table::new(["figure", "aim", "measured"].map(str::to_owned));
    let mut add = |figure: &str, aim: &str, measured: Option<f64>, unit: &str| {
        let measured =
            measured.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.2} {unit}"));
        table.add([figure.to_owned(), aim.to_owned(), measured.trim_end().to_owned()]);
    };
    add("start: one proposal, all rules, over a Rust program that does nothing", "5 ms", start, "ms");
    for format in ["full", "json"] {
        let written = steps.of(&steps::written_as(format), 10_000);
        add(&format!("{} findings as `{format}`", steps::REPORTED), "", written, "ms");
    }
    add(&format!("{}: rules alone", shapes::WEB), "300 ms", web, "ms");
    add("all rules at 100,000 proposals over all rules at 10,000", "11.5", growth, "");
    let each = simple.map(|(rule, none)| (rule - none) / 10.0);
    add(&format!("{SIMPLE}, each proposal"), "0.1 µs", each, "µs");
    add("memory beside the text, each of 10,000 proposals, three questions", "1.5 KB", questions, "KB");
    add("the same, all rules", "", all, "KB");
    table
}

//! The whole command, each run a process: owns which runs are timed, on portfolios of all forms on disk.

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::Form;
use crate::case::QUESTIONS;
use crate::page::Table;
use crate::portfolio::{Plan, Portfolio};
use crate::process::{in_turn, peak};
use crate::steps::milliseconds;

/// A folder that is gone with this.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Result<Self, Box<dyn Error>> {
        let folder = Folder(env::temp_dir().join(format!("plumbrule-measure-{}-{name}", std::process::id())));
        fs::create_dir_all(&folder.0)?;
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays behind is no reason to fail.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `check` on a folder; all rules if none is selected.
pub(crate) fn check(folder: &Path, select: &[&str], format: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumbrule"));
    command.current_dir(folder).args(["check", ".", "-q", "--output-format", format]);
    if !select.is_empty() {
        command.args(["--select", &select.join(",")]);
    }
    command
}

/// A Rust program that does nothing: what any process takes.
pub(crate) fn empty(folder: &Folder) -> Result<Command, Box<dyn Error>> {
    let program = folder.0.join("empty");
    let mut compiler = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    compiler.args(["--crate-name", "empty", "-O", "-", "-o"]).arg(&program).stdin(Stdio::piped());
    let mut compiler = compiler.spawn()?;
    compiler.stdin.take().ok_or("the compiler reads nothing")?.write_all(b"fn main() {}")?;
    if !compiler.wait()?.success() {
        return Err("the empty program was not built".into());
    }
    Ok(Command::new(program))
}

/// What each run is called, on which form of the portfolio, with which rules and in which format.
const RUNS: [(&str, Form, &[&str], &str); 7] = [
    ("three questions, `concise`", DRAFTS, &QUESTIONS, "concise"),
    (ALL_RULES, DRAFTS, &[], "concise"),
    ("the same in many files", Form { many: true, ..DRAFTS }, &[], "concise"),
    ("the same, 95 % of the proposals sound", Form { clean: true, ..DRAFTS }, &[], "concise"),
    ("the same, 95 % sound, in many files", Form { clean: true, many: true }, &[], "concise"),
    ("all rules, `full`", DRAFTS, &[], "full"),
    ("all rules, `json`", DRAFTS, &[], "json"),
];
const DRAFTS: Form = Form { clean: false, many: false };
const ALL_RULES: &str = "all rules, `concise`";

/// What the runs of one size took, in milliseconds, and in bytes.
pub(crate) struct Measured {
    pub(crate) proposals: usize,
    text: u64,
    medians: Vec<f64>,
    empty: f64,
    /// Of the three questions, and of all rules.
    peaks: [Option<u64>; 2],
}

impl Measured {
    pub(crate) fn of(proposals: usize) -> Result<Self, Box<dyn Error>> {
        let folder = Folder::new(&format!("command-{proposals}"))?;
        let mut text = 0;
        for form in Form::ALL {
            let plan = Plan { proposals, seed: crate::SEED, clean: form.clean };
            let portfolio = Portfolio::new(plan);
            portfolio.write(&folder.0.join(form.name()), form.proposals_a_file(proposals))?;
            if form == DRAFTS {
                let texts = portfolio.texts(proposals);
                text = texts.iter().map(|(_, text)| text.len() as u64).sum();
            }
        }
        let run = |(_, form, select, format): &(&str, Form, &[&str], &str)| {
            check(&folder.0.join(form.name()), select, format)
        };
        let mut commands: Vec<Command> = RUNS.iter().map(run).collect();
        commands.push(empty(&folder)?);
        let medians = in_turn(&mut commands, rounds(proposals))?;
        let mut medians: Vec<f64> = medians.into_iter().map(milliseconds).collect();
        let empty = medians.pop().unwrap_or_default();
        let peak = |select| peak(&mut check(&folder.0.join(DRAFTS.name()), select, "concise"));
        Ok(Measured { proposals, text, medians, empty, peaks: [peak(&QUESTIONS)?, peak(&[])?] })
    }

    /// All rules on drafts in one file, a line for each finding.
    pub(crate) fn all_rules(&self) -> f64 {
        RUNS.iter().zip(&self.medians).find(|((name, ..), _)| *name == ALL_RULES).map_or(0.0, |(_, ms)| *ms)
    }

    /// The same over a process that does nothing.
    pub(crate) fn over_empty(&self) -> f64 {
        self.all_rules() - self.empty
    }

    /// Kilobytes of memory for each proposal, beside the text: with three questions, and with all rules.
    pub(crate) fn beside_text(&self) -> [Option<f64>; 2] {
        let each = |peak: u64| peak.saturating_sub(self.text) as f64 / 1_024.0 / self.proposals as f64;
        self.peaks.map(|peak| peak.map(each))
    }
}

/// The shorter a run, the more of them a median needs.
fn rounds(proposals: usize) -> usize {
    match proposals {
        ..100 => 61,
        100..5_000 => 31,
        5_000..50_000 => 9,
        _ => 3,
    }
}

pub(crate) fn table(measured: &[Measured]) -> Table {
    let sizes: Vec<usize> = measured.iter().map(|measured| measured.proposals).collect();
    let mut table = Table::new(crate::head("median, ms", &sizes));
    let mut row = |name: &str, cell: &dyn Fn(&Measured) -> String| {
        table.add(std::iter::once(name.to_owned()).chain(measured.iter().map(cell)));
    };
    for (at, (name, ..)) in RUNS.iter().enumerate() {
        row(name, &|measured| measured.medians.get(at).map_or_else(String::new, |ms| format!("{ms:.1}")));
    }
    row("a Rust program that does nothing", &|measured| format!("{:.1}", measured.empty));
    row("text, MB", &|measured| megabytes(measured.text));
    for (at, rules) in ["three questions", "all rules"].into_iter().enumerate() {
        let peak = |measured: &Measured| measured.peaks.get(at).copied().flatten();
        row(&format!("peak memory, {rules}, MB"), &|measured| {
            peak(measured).map_or_else(String::new, megabytes)
        });
    }
    table
}

pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1_048_576.0)
}

//! The race and what must hold before it: owns sizes, the comparison of answers, and the table. All are whole processes
//! that run in turn, on all cores and on one: both sides as they count, and ours as it writes a line for each finding.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs};

use serde_json::Value;

use crate::counts;
use crate::page::Table;
use crate::peer;
use crate::portfolio::{DIRECT, NO_HORIZON, NO_TARGET, Plan, Portfolio, TRANSITIVE, proposal_at};
use crate::process::{in_turn, peak};

/// Proposals, and how often each side runs: the shorter the run, the more of them a median needs.
const SIZES: [(usize, usize); 4] = [(1, 61), (1_000, 41), (10_000, 15), (LARGE, 5)];
const LARGE: usize = 100_000;
const SEED: u64 = 7;

/// Each question by its name in the policy, with the rules that answer it.
const QUESTIONS: [(&str, &[&str]); 3] =
    [("no_target", &[NO_TARGET]), ("no_horizon", &[NO_HORIZON]), ("covered", &[DIRECT, TRANSITIVE])];

/// Ids of proposals by question.
type Answers = BTreeMap<&'static str, BTreeSet<String>>;

const HEAD: [&str; 11] = [
    "proposals",
    "findings",
    "plumbrule, ms",
    "regorus, ms",
    "regorus / plumbrule",
    "the same on one core",
    "plumbrule with lines, ms",
    "regorus / that",
    "the same on one core",
    "plumbrule, peak MB",
    "regorus, peak MB",
];

/// What regorus prints, too: how many answer a question.
const COUNTS: [&str; 2] = ["summary", "--statistics"];
const LINES: [&str; 2] = ["concise", "-q"];

/// A row for each size; medians.
pub(crate) fn run(plumbrule: &Path, policy: &Path, large: bool) -> Result<Table, Box<dyn Error>> {
    let mut table = Table::new(HEAD.map(str::to_owned));
    for (proposals, runs) in SIZES.into_iter().filter(|(proposals, _)| large || *proposals < LARGE) {
        let course = Course::new(plumbrule, policy, Plan { proposals, seed: SEED, clean: false })?;
        let findings = course.compare()?;
        let [ours, theirs, lines] = race(course.racers()?, runs)?;
        let alone = race(course.racers()?.map(|racer| on_one_core(&racer)), runs)?;
        let mut row = vec![proposals.to_string(), findings.to_string()];
        row.extend([ours, theirs].map(|median| format!("{median:.1}")));
        row.extend([theirs / ours, alone[1] / alone[0]].map(|ratio| format!("{ratio:.2}")));
        row.push(format!("{lines:.1}"));
        row.extend([theirs / lines, alone[1] / alone[2]].map(|ratio| format!("{ratio:.2}")));
        let [ours, theirs, _] = course.racers()?.map(|mut racer| peak(&mut racer));
        for peak in [ours, theirs] {
            row.push(peak?.map_or_else(String::new, |bytes| format!("{:.1}", bytes as f64 / 1_048_576.0)));
        }
        table.add(row);
    }
    Ok(table)
}

/// Medians of the racers in milliseconds.
fn race(racers: [Command; 3], runs: usize) -> Result<[f64; 3], Box<dyn Error>> {
    let medians = in_turn(&mut Vec::from(racers), runs)?;
    match medians.as_slice() {
        [ours, theirs, lines] => Ok([ours, theirs, lines].map(|median| median.as_secs_f64() * 1_000.0)),
        _ => Err("there are three racers".into()),
    }
}

/// The same command bound to the first core, by `taskset` of Linux.
fn on_one_core(command: &Command) -> Command {
    let mut bound = Command::new("taskset");
    bound.args(["-c", "0"]).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        bound.current_dir(folder);
    }
    bound
}

/// Compares the answers of both sides on so many portfolios, each from a seed of its own, and prints how many
/// proposals answered each question. Fails at the first that they disagree on.
pub(crate) fn differ(plumbrule: &Path, policy: &Path, portfolios: usize) -> Result<(), Box<dyn Error>> {
    let (mut proposals, mut positives) = (0, BTreeMap::<&str, usize>::new());
    for seed in 0..portfolios as u64 {
        // Small ones are of all shapes soon; large ones have long chains of sales.
        let plan = Plan { proposals: if seed % 20 == 0 { 400 } else { 40 }, seed, clean: seed % 5 == 0 };
        let course = Course::new(plumbrule, policy, plan)?;
        course.compare().map_err(|why| format!("{plan:?}: {why}"))?;
        proposals += plan.proposals;
        for (question, answers) in &course.truth {
            *positives.entry(question).or_default() += answers.len();
        }
    }
    println!("{portfolios} portfolios, {proposals} proposals, no disagreement; positives: {positives:?}");
    Ok(())
}

/// One portfolio on disk, as text and as JSON, and who reads it; gone when the race is over.
struct Course<'c> {
    plumbrule: &'c Path,
    policy: &'c Path,
    folder: PathBuf,
    truth: Answers,
}

impl Drop for Course<'_> {
    fn drop(&mut self) {
        // A folder that stays behind is no reason to fail.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl<'c> Course<'c> {
    fn new(plumbrule: &'c Path, policy: &'c Path, plan: Plan) -> Result<Self, Box<dyn Error>> {
        let (portfolio, proposals) = (Portfolio::new(plan), plan.proposals);
        let folder = env::temp_dir().join(format!("plumbrule-peers-{}-{proposals}", process::id()));
        let truth = portfolio.truth();
        let truth = by_question(|rule| truth[rule].clone());
        let course = Course { plumbrule, policy, folder, truth };
        portfolio.write(&course.text(), proposals)?;
        fs::write(course.json(), portfolio.json())?;
        Ok(course)
    }

    fn text(&self) -> PathBuf {
        self.folder.join("text")
    }

    fn json(&self) -> PathBuf {
        self.folder.join("portfolio.json")
    }

    fn plumbrule(&self, format: &[&str]) -> Command {
        let rules = QUESTIONS.map(|(_, rules)| rules.join(",")).join(",");
        let mut command = Command::new(self.plumbrule);
        command
            .current_dir(self.text())
            .args(["check", ".", "--select", &rules, "--output-format"])
            .args(format);
        command
    }

    fn regorus(&self) -> Result<Command, Box<dyn Error>> {
        let mut command = Command::new(env::current_exe()?);
        command.arg("regorus").arg(self.policy).arg(self.json());
        Ok(command)
    }

    /// Fails unless both sides name the proposals that the truth names, and what is raced counts what is named; else the
    /// number of findings.
    fn compare(&self) -> Result<usize, Box<dyn Error>> {
        let report = self.report()?;
        let printed = counts::printed(&String::from_utf8(self.plumbrule(&COUNTS).output()?.stdout)?);
        if printed.is_empty() || printed != counts::reported(&report) {
            return Err(format!("`summary` and `json` count differently: {printed:?}").into());
        }
        let findings = report["findings"].as_array().ok_or("plumbrule reported no findings")?;
        let theirs = answered(&peer::answers(self.policy, &self.json())?)?;
        for (side, answers) in [("plumbrule", self.named(findings)?), ("regorus", theirs)] {
            for (question, truth) in &self.truth {
                let count = answers[question].symmetric_difference(truth).count();
                if count > 0 {
                    return Err(format!("{side} is wrong on {question} in {count} proposals").into());
                }
            }
        }
        Ok(findings.len())
    }

    fn report(&self) -> Result<Value, Box<dyn Error>> {
        let output = self.plumbrule(&["json"]).output()?;
        let read = serde_json::from_slice(&output.stdout);
        Ok(read.map_err(|why| format!("plumbrule: {why}\n{}", String::from_utf8_lossy(&output.stderr)))?)
    }

    /// The proposals in which plumbrule's findings lie.
    fn named(&self, findings: &[Value]) -> Result<Answers, Box<dyn Error>> {
        let mut texts = BTreeMap::new();
        let mut by_rule: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for finding in findings {
            let place = &finding["primary"];
            let (Some(rule), Some(file), Some(offset)) =
                (finding["rule"].as_str(), place["file"].as_str(), place["start"]["offset"].as_u64())
            else {
                return Err(format!("a finding without a place: {finding}").into());
            };
            if !texts.contains_key(file) {
                texts.insert(file, fs::read_to_string(self.text().join(file))?);
            }
            let proposal =
                proposal_at(&texts[file], offset as usize).ok_or("a finding outside of all proposals")?;
            by_rule.entry(rule).or_default().insert(proposal.to_owned());
        }
        let answers = by_question(|rule| by_rule.remove(rule).unwrap_or_default());
        by_rule.keys().next().map_or(Ok(answers), |rule| Err(format!("{rule} was not asked").into()))
    }

    /// Both sides as they count, and ours with a line for each finding.
    fn racers(&self) -> Result<[Command; 3], Box<dyn Error>> {
        Ok([self.plumbrule(&COUNTS), self.regorus()?, self.plumbrule(&LINES)])
    }
}

fn by_question(mut of_rule: impl FnMut(&'static str) -> BTreeSet<String>) -> Answers {
    QUESTIONS
        .into_iter()
        .map(|(question, rules)| (question, rules.iter().flat_map(|rule| of_rule(rule)).collect()))
        .collect()
}

/// The peer's answers as plain sets.
fn answered(answers: &regorus::Value) -> Result<Answers, Box<dyn Error>> {
    let mut sets = Answers::new();
    for (question, _) in QUESTIONS {
        let ids = answers[question].as_set()?.iter().map(|id| Ok(id.as_string()?.to_string()));
        sets.insert(question, ids.collect::<Result<_, Box<dyn Error>>>()?);
    }
    Ok(sets)
}

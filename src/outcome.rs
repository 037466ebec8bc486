//! What a run came to: the findings with their texts, and the counts that the last lines tell. Plain data
//! between `analysis`, which fills it, and `report`, which shows it; knows neither.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::FxHashMap;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{FileId, Sources};

/// Everything that came of a run.
#[derive(Debug, Default)]
pub struct Run {
    /// All texts of the run.
    pub sources: Sources,
    /// What to report, sorted by file name, place and code; already narrowed to the named paths. Where findings are only
    /// counted, one of each severity in each portfolio stands for the others.
    /// Boxed, since there may be very many and they are moved about.
    pub findings: Vec<Box<Diagnostic>>,
    /// One for each portfolio, in the order of their roots.
    pub portfolios: Vec<Portfolio>,
    /// The value of `--as-of`, if it was given.
    pub as_of_flag: Option<String>,
    /// Packs that did not run because they are off, with their number of rules.
    pub packs_off: Vec<(String, usize)>,
    /// Whether something was not read, not found, over a limit or broken: the run exits 2.
    pub incomplete: bool,
    /// The least severity at which a finding fails the run.
    pub fail_on: Severity,
    /// The same for the files of portfolios that set another one.
    pub fail_on_in: BTreeMap<FileId, Severity>,
    /// What is known of the codes that findings bear, each once; none where no rules could be loaded, or only lines are
    /// shown.
    pub known: Vec<About>,
}

/// How far a run is: counted where work is done, for whoever waits meanwhile.
#[derive(Debug, Default)]
pub struct Progress {
    portfolio: AtomicUsize,
    portfolios: AtomicUsize,
    rule: AtomicUsize,
    rules: AtomicUsize,
}

impl Progress {
    /// Another of so many portfolios is begun.
    pub fn enter(&self, portfolios: usize) {
        self.portfolios.store(portfolios, Ordering::Relaxed);
        self.portfolio.fetch_add(1, Ordering::Relaxed);
    }

    /// So many rules are to be run in it.
    pub fn begin(&self, rules: usize) {
        self.rule.store(0, Ordering::Relaxed);
        self.rules.store(rules, Ordering::Relaxed);
    }

    /// One of them has been.
    pub fn step(&self) {
        self.rule.fetch_add(1, Ordering::Relaxed);
    }
}

/// What is done, in words.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let read = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        let (rule, rules) = (read(&self.rule), read(&self.rules));
        match (read(&self.portfolio), read(&self.portfolios)) {
            (_, 0) => write!(f, "reading"),
            (_, 1) => write!(f, "checking: {rule} of {rules} rules"),
            (portfolio, all) => {
                write!(f, "checking: portfolio {portfolio} of {all}, {rule} of {rules} rules")
            }
        }
    }
}

impl Run {
    /// Findings of one severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether a finding fails the run.
    #[must_use]
    pub fn fails(&self, finding: &Diagnostic) -> bool {
        let here = self.fail_on_in.get(&finding.primary.place.file).copied();
        finding.severity >= here.unwrap_or(self.fail_on)
    }

    /// What each finding is recognised by in later runs, one for each in their order: what it says of whom,
    /// and a number where several say the same. Lines and files are no part of it, since a text that moves
    /// would bring back all that was settled.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<String> {
        let mut seen: FxHashMap<u64, usize> = FxHashMap::default();
        let numbered = self.findings.iter().map(|finding| {
            let said = finding.beyond().subject.as_deref().unwrap_or(&finding.message);
            let hash = fnv1a(&[finding.code.as_str(), said]);
            let number = seen.entry(hash).or_default();
            *number += 1;
            format!("{hash:016x}:{number}")
        });
        numbered.collect()
    }
}

/// The hash FNV-1a, which is the same in every version and on every machine. A byte that UTF-8 does not know
/// ends each part.
fn fnv1a(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What is known of a rule or of a language diagnostic, for readers that do not have the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The code that findings bear.
    pub code: Code,
    /// The defect in a few words.
    pub title: String,
    /// Where it belongs: a pack, or the language.
    pub pack: String,
    /// Before severity steps.
    pub severity: Severity,
    /// What it is, in paragraphs.
    pub doc: String,
    /// Why it matters, with the source.
    pub why: Option<String>,
}

/// The counts of one portfolio.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Portfolio {
    /// Its root directory as shown, `.` for the current one.
    pub root: String,
    /// The as-of dates that held, ascending, each once; mostly one.
    pub as_of: Vec<AsOf>,
    /// Files read.
    pub files: usize,
    /// Proposals read.
    pub proposals: usize,
    /// Rules that ran.
    pub rules: usize,
    /// Verdicts of all rules together.
    pub verdicts: Verdicts,
    /// Fields that kept a rule from speaking, with how often; most frequent first.
    pub missing: Vec<(String, usize)>,
    /// Verdicts of each rule, by id.
    pub statistics: Vec<(String, Verdicts)>,
    /// Findings that are counted but not listed, since they lie in files that the settings keep out of reports.
    pub hidden: usize,
    /// Findings that are counted but not listed, since they touch no path that was named.
    pub elsewhere: usize,
    /// What was read as if something else stood there, one sentence each.
    pub assumptions: Vec<String>,
    /// The newest date of a fact that a finding rests on.
    pub newest_fact: Option<String>,
    /// How many findings rest on facts of a confidence, weakest of each finding; only weak ones are listed.
    pub weak_facts: Vec<(String, usize)>,
}

/// An as-of date with what set it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AsOf {
    /// `2026-11-24`.
    pub date: String,
    /// `--as-of`, `` `as_of` in portfolio.plumb ``, `today`.
    pub set_by: String,
}

/// How often a rule ended in which verdict; findings are counted by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are notes.
    pub notes: usize,
    /// Subjects of which the rule can neither say that they violate nor that they pass.
    pub cannot_be_shown: usize,
    /// Subjects that pass.
    pub passes: usize,
    /// Subjects that the rule does not speak of.
    pub not_applicable: usize,
    /// Findings that a waiver silences; they are in no other count.
    pub waived: usize,
}

impl Verdicts {
    /// Findings of any severity.
    #[must_use]
    pub fn violates(&self) -> usize {
        self.errors + self.warnings + self.notes
    }

    /// Adds the counts of another.
    pub fn add(&mut self, other: &Verdicts) {
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
        self.cannot_be_shown += other.cannot_be_shown;
        self.passes += other.passes;
        self.not_applicable += other.not_applicable;
        self.waived += other.waived;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    #[test]
    fn fingerprints_are_of_what_is_said_and_not_of_where() {
        let finding = |code, message: &str, subject: Option<&str>, start| {
            let mut finding =
                Diagnostic::new(code, Severity::Note, message, FileId(0), Span::new(start, start));
            finding.beyond_mut().subject = subject.map(str::to_owned);
            Box::new(finding)
        };
        let of = |findings| Run { findings, ..Run::default() }.fingerprints();
        let plant = || finding("a", "`p` has no plan", Some("p"), 3);
        let moved = finding("a", "`p` starts with no plan", Some("p"), 900);
        let slip = || finding("a", "p", None, 0);
        assert_eq!(of(vec![plant()]), ["d2e3718192c11d4c:1"]);
        assert_eq!(of(vec![plant()]), of(vec![moved.clone()]));
        assert_eq!(of(vec![plant(), moved]), ["d2e3718192c11d4c:1", "d2e3718192c11d4c:2"]);
        assert_eq!(of(vec![slip()]), of(vec![plant()]), "a slip is told by its sentence");
        assert_ne!(of(vec![finding("b", "p", None, 0)]), of(vec![slip()]));
        assert_ne!(of(vec![finding("ap", "", None, 0)]), of(vec![slip()]), "parts do not run together");
    }
}

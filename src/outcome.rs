//! What a run came to: the findings with their texts, and the counts that the last lines tell. Plain data
//! between `analysis`, which fills it, and `report`, which shows it; knows neither.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

/// Everything that came of a run.
#[derive(Debug, Default)]
pub struct Run {
    /// All texts of the run.
    pub sources: Sources,
    /// What to report, sorted by file name, place and code; already narrowed to the named paths.
    pub findings: Vec<Diagnostic>,
    /// One for each portfolio, in the order of their roots.
    pub portfolios: Vec<Portfolio>,
    /// The value of `--as-of`, if it was given.
    pub as_of_flag: Option<String>,
    /// Packs that did not run because they are off, with their number of rules.
    pub packs_off: Vec<(String, usize)>,
    /// Whether something was not read, not found, over a limit or broken: the run exits 2.
    pub incomplete: bool,
}

impl Run {
    /// Findings of one severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
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

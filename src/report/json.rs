//! Everything about a run for programs, as `docs/schema/plumbrule-1.json` describes it. Nothing is cut and
//! texts keep their true characters. The shapes here are promised: they change with the schema only.

use std::io::{self, Write};

use serde::ser::{Serialize, Serializer};

use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::outcome::{self, Run};
use crate::source::{self, Place, Sources};

use super::layout::Layout;
use super::{Style, labels};

/// Version of the shapes; a change that a reader could trip over makes it `plumbrule/2`.
const SCHEMA: &str = "plumbrule/1";
/// Levels of brackets that are broken into lines: report, findings, finding, and one line for each label, station,
/// note and fact.
const OPEN_LEVELS: usize = 4;

pub(super) fn write(run: &Run, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let report = Report {
        schema: SCHEMA,
        as_of: run.as_of_flag.as_deref(),
        portfolios: run.portfolios.iter().map(Portfolio::of).collect(),
        summary: Summary::of(run),
        findings: Findings(run),
    };
    report.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Layout::open(OPEN_LEVELS)))?;
    writeln!(out)
}

#[derive(serde::Serialize)]
struct Report<'a> {
    schema: &'static str,
    as_of: Option<&'a str>,
    portfolios: Vec<Portfolio<'a>>,
    summary: Summary<'a>,
    findings: Findings<'a>,
}

#[derive(serde::Serialize)]
struct Portfolio<'a> {
    root: &'a str,
    as_of: Vec<AsOf<'a>>,
    files: usize,
    proposals: usize,
    rules: usize,
    verdicts: Verdicts,
    missing: Vec<Missing<'a>>,
    statistics: Vec<Statistic<'a>>,
    hidden: usize,
    elsewhere: usize,
    assumptions: &'a [String],
    newest_fact: Option<&'a str>,
    weak_facts: Vec<WeakFacts<'a>>,
}

impl<'a> Portfolio<'a> {
    fn of(portfolio: &'a outcome::Portfolio) -> Self {
        let as_of = portfolio.as_of.iter().map(|as_of| AsOf { date: &as_of.date, set_by: &as_of.set_by });
        let missing = portfolio.missing.iter().map(|(field, count)| Missing { field, count: *count });
        let statistics = portfolio.statistics.iter();
        let weak_facts = portfolio.weak_facts.iter();
        Self {
            root: &portfolio.root,
            as_of: as_of.collect(),
            files: portfolio.files,
            proposals: portfolio.proposals,
            rules: portfolio.rules,
            verdicts: Verdicts::of(&portfolio.verdicts),
            missing: missing.collect(),
            statistics: statistics
                .map(|(rule, all)| Statistic { rule, verdicts: Verdicts::of(all) })
                .collect(),
            hidden: portfolio.hidden,
            elsewhere: portfolio.elsewhere,
            assumptions: &portfolio.assumptions,
            newest_fact: portfolio.newest_fact.as_deref(),
            weak_facts: weak_facts
                .map(|(confidence, findings)| WeakFacts { confidence, findings: *findings })
                .collect(),
        }
    }
}

#[derive(serde::Serialize)]
struct AsOf<'a> {
    date: &'a str,
    set_by: &'a str,
}

#[derive(serde::Serialize)]
struct Missing<'a> {
    field: &'a str,
    count: usize,
}

#[derive(serde::Serialize)]
struct Statistic<'a> {
    rule: &'a str,
    verdicts: Verdicts,
}

#[derive(serde::Serialize)]
struct WeakFacts<'a> {
    confidence: &'a str,
    findings: usize,
}

#[derive(serde::Serialize)]
struct Verdicts {
    violates: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    cannot_be_shown: usize,
    passes: usize,
    not_applicable: usize,
    waived: usize,
}

impl Verdicts {
    fn of(verdicts: &outcome::Verdicts) -> Self {
        Self {
            violates: verdicts.violates(),
            errors: verdicts.errors,
            warnings: verdicts.warnings,
            notes: verdicts.notes,
            cannot_be_shown: verdicts.cannot_be_shown,
            passes: verdicts.passes,
            not_applicable: verdicts.not_applicable,
            waived: verdicts.waived,
        }
    }
}

#[derive(serde::Serialize)]
struct Summary<'a> {
    files: usize,
    proposals: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    cannot_be_shown: usize,
    passes: usize,
    incomplete: bool,
    packs_off: Vec<Pack<'a>>,
}

#[derive(serde::Serialize)]
struct Pack<'a> {
    name: &'a str,
    rules: usize,
}

impl<'a> Summary<'a> {
    fn of(run: &'a Run) -> Self {
        let sum = |count: fn(&outcome::Portfolio) -> usize| run.portfolios.iter().map(count).sum();
        Self {
            files: sum(|portfolio| portfolio.files),
            proposals: sum(|portfolio| portfolio.proposals),
            errors: run.count(Severity::Error),
            warnings: run.count(Severity::Warning),
            notes: run.count(Severity::Note),
            cannot_be_shown: sum(|portfolio| portfolio.verdicts.cannot_be_shown),
            passes: sum(|portfolio| portfolio.verdicts.passes),
            incomplete: run.incomplete,
            packs_off: run.packs_off.iter().map(|(name, rules)| Pack { name, rules: *rules }).collect(),
        }
    }
}

/// All findings, each made when it is written: there may be a million.
struct Findings<'a>(&'a Run);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(run) = self;
        serializer.collect_seq(findings(run))
    }
}

/// The findings in the shape that is promised for one.
pub(super) fn findings(run: &Run) -> impl Iterator<Item = Finding<'_>> {
    let numbered = run.findings.iter().zip(run.fingerprints());
    numbered.map(|(finding, fingerprint)| Finding::of(finding, fingerprint, &run.sources))
}

#[derive(serde::Serialize)]
pub(super) struct Finding<'a> {
    rule: &'a str,
    subject: Option<&'a str>,
    fingerprint: String,
    severity: &'static str,
    severity_reason: Option<&'a str>,
    as_of: Option<String>,
    message: &'a str,
    primary: Option<Labelled<'a>>,
    related: Vec<Labelled<'a>>,
    route: Vec<Hop<'a>>,
    notes: Vec<Note<'a>>,
    help: Option<&'a str>,
    covers: Vec<&'a str>,
    fixes: Vec<Fix<'a>>,
    facts: Vec<Fact<'a>>,
}

impl<'a> Finding<'a> {
    fn of(finding: &'a Diagnostic, fingerprint: String, sources: &'a Sources) -> Self {
        let mut labels =
            labels::labels(finding).into_iter().map(|label| Labelled::of(label.place, label.text, sources));
        Self {
            rule: finding.code.as_str(),
            subject: finding.beyond().subject.as_deref(),
            fingerprint,
            severity: finding.severity.as_str(),
            severity_reason: finding.beyond().severity_reason.as_deref(),
            as_of: finding.as_of.map(|day| day.to_string()),
            message: &finding.message,
            primary: labels.next().flatten(),
            related: labels.flatten().collect(),
            route: finding.beyond().route.iter().map(|hop| Hop::of(hop, sources)).collect(),
            notes: finding
                .beyond()
                .notes
                .iter()
                .map(|note| Note { kind: note.kind.as_str(), text: &note.text })
                .collect(),
            help: finding.beyond().help.as_deref(),
            covers: finding.beyond().covers.iter().map(crate::diagnostic::Code::as_str).collect(),
            fixes: finding.beyond().fixes.iter().map(|fix| Fix::of(fix, sources)).collect(),
            facts: finding.beyond().facts.iter().map(Fact::of).collect(),
        }
    }
}

#[derive(serde::Serialize)]
struct Location<'a> {
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(serde::Serialize)]
struct Position {
    line: u32,
    column: u32,
    offset: u32,
}

impl<'a> Location<'a> {
    /// None if the run has no such text.
    fn of(place: Place, sources: &'a Sources) -> Option<Self> {
        let file = sources.get(place.file)?;
        let position = |offset: u32| {
            let source::Position { line, column } = file.position(offset);
            Position { line, column, offset }
        };
        Some(Self { file: &file.name, start: position(place.span.start), end: position(place.span.end) })
    }
}

#[derive(serde::Serialize)]
struct Labelled<'a> {
    #[serde(flatten)]
    location: Location<'a>,
    text: std::borrow::Cow<'a, str>,
}

impl<'a> Labelled<'a> {
    fn of(place: Place, text: std::borrow::Cow<'a, str>, sources: &'a Sources) -> Option<Self> {
        Some(Self { location: Location::of(place, sources)?, text })
    }
}

#[derive(serde::Serialize)]
struct Hop<'a> {
    entity: &'a str,
    item: Option<&'a str>,
    removes_all: bool,
    location: Option<Location<'a>>,
}

impl<'a> Hop<'a> {
    fn of(hop: &'a crate::diagnostic::Hop, sources: &'a Sources) -> Self {
        Self {
            entity: &hop.entity,
            item: hop.item.as_deref(),
            removes_all: hop.removes_all,
            location: hop.place.and_then(|place| Location::of(place, sources)),
        }
    }
}

#[derive(serde::Serialize)]
struct Note<'a> {
    kind: &'static str,
    text: &'a str,
}

#[derive(serde::Serialize)]
struct Fix<'a> {
    title: &'a str,
    applicability: &'static str,
    edits: Vec<Labelled<'a>>,
}

impl<'a> Fix<'a> {
    fn of(fix: &'a crate::diagnostic::Fix, sources: &'a Sources) -> Self {
        let applicability = match fix.applicability {
            Applicability::Safe => "safe",
            Applicability::Suggested => "suggested",
        };
        let edits =
            fix.edits.iter().filter_map(|edit| Labelled::of(edit.place, edit.text.as_str().into(), sources));
        Self { title: &fix.title, applicability, edits: edits.collect() }
    }
}

#[derive(serde::Serialize)]
struct Fact<'a> {
    id: &'a str,
    text: &'a str,
    source: &'a str,
    as_of: &'a str,
    confidence: &'a str,
}

impl<'a> Fact<'a> {
    fn of(fact: &'a crate::diagnostic::FactRef) -> Self {
        let crate::diagnostic::FactRef { id, text, source, as_of, confidence } = fact;
        Self { id, text, source, as_of, confidence }
    }
}

//! What is said under a finding: notes of each kind in their order, facts, and the fix last; and how that is laid
//! out for a terminal. Knows diagnostics, no renderer.

use crate::diagnostic::{Diagnostic, FactRef, NoteKind, first_publication};
use crate::outcome::Run;

use super::clean::clean;
use super::paint::{Role, tagged};
use super::tally::grouped;
use super::wrap;

/// Stations of a route that are named.
const MAX_HOPS: usize = 32;
const ARROW: &str = " → ";
/// Columns of a keyword with its blanks.
const INDENT: usize = 6;

/// One note, as it is said.
pub(super) struct Entry {
    pub(super) keyword: &'static str,
    pub(super) form: Form,
    pub(super) text: String,
}

/// What lines of a note are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One sentence or more.
    Prose,
    /// Rows of a table, their cells apart by two blanks or more.
    Table,
    /// A sentence, then what to write.
    Fix,
}

/// What is said under a finding beside its labels; `remarks` are said where notes on the finding itself stand.
pub(super) fn entries(finding: &Diagnostic, remarks: Vec<String>) -> Vec<Entry> {
    let mut all = Vec::new();
    let mut remarks = Some(remarks);
    for kind in NoteKind::ALL {
        let keyword = kind.as_str();
        let notes = finding.beyond().notes.iter().filter(|note| note.kind == kind);
        all.extend(notes.map(|note| Entry { keyword, form: form(kind), text: said(kind, &note.text) }));
        let made: Vec<String> = match kind {
            NoteKind::Note => reason(finding).into_iter().chain(remarks.take().unwrap_or_default()).collect(),
            NoteKind::Fact => finding.beyond().facts.iter().map(fact).collect(),
            _ => Vec::new(),
        };
        all.extend(made.into_iter().map(|text| Entry { keyword, form: Form::Prose, text }));
    }
    let fix = finding.beyond().help.iter().map(|help| Entry {
        keyword: "fix",
        form: Form::Fix,
        text: help.clone(),
    });
    all.extend(fix);
    all
}

/// The as-of date of each finding as a remark, where not all findings of the run have the same.
pub(super) fn dates(run: &Run) -> impl Fn(&Diagnostic) -> Option<String> {
    let mut dates = run.findings.iter().filter_map(|finding| finding.as_of);
    let first = dates.next();
    let differ = dates.any(|date| Some(date) != first);
    move |finding| finding.as_of.filter(|_| differ).map(|date| format!("read as of {date}"))
}

fn form(kind: NoteKind) -> Form {
    match kind {
        NoteKind::Sum | NoteKind::When | NoteKind::Lack => Form::Table,
        NoteKind::Path | NoteKind::Note | NoteKind::Why | NoteKind::Fact => Form::Prose,
    }
}

fn said(kind: NoteKind, text: &str) -> String {
    if kind == NoteKind::Path { shortened(text) } else { text.to_owned() }
}

/// Why the severity is not that of the rule.
fn reason(finding: &Diagnostic) -> Option<String> {
    let severity = finding.severity.as_str();
    let article = if severity == "error" { "an" } else { "a" };
    finding
        .beyond()
        .severity_reason
        .iter()
        .map(|why| format!("counted as {article} {severity}: {why}"))
        .next()
}

/// An entry as lines behind its keyword, which takes the first columns.
pub(super) fn drawn(entry: &Entry, width: usize) -> String {
    let width = width - INDENT;
    let lines = match entry.form {
        Form::Prose => wrap::prose(&clean(&entry.text), width, width),
        Form::Table => entry.text.lines().flat_map(|line| wrap::row(&clean(line), width)).collect(),
        Form::Fix => fix(&entry.text, width),
    };
    let blanks = " ".repeat(INDENT.saturating_sub(entry.keyword.len() + 1));
    let margin = format!("\n{}", " ".repeat(INDENT));
    let keyword = tagged(Role::Strong, &format!("{}:", entry.keyword));
    format!("{keyword}{blanks}{}", lines.join(&margin))
}

/// A sentence is wrapped, what it introduces is code.
fn fix(help: &str, width: usize) -> Vec<String> {
    let mut lines = help.lines();
    let first = clean(lines.next().unwrap_or(""));
    let mut all = if first.ends_with(['{', '}']) {
        vec![first.into_owned()]
    } else {
        wrap::prose(&first, width, width)
    };
    all.extend(lines.map(|line| clean(line).into_owned()));
    all
}

/// The fact as a sentence, its source and date in brackets, and how sure that is if it was neither read in its
/// source nor computed.
fn fact(fact: &FactRef) -> String {
    let (confidence, disputed) = match fact.confidence.strip_suffix(" (disputed)") {
        Some(confidence) => (confidence, Some("disputed")),
        None => (fact.confidence.as_str(), None),
    };
    let sure = match confidence {
        "read" | "computed" | "" => None,
        "trade-press" => Some("trade press"),
        "memory" => Some("from memory"),
        other => Some(other),
    };
    let is_date = fact.as_of.starts_with(|c: char| c.is_ascii_digit());
    let as_of = if is_date { format!("as of {}", fact.as_of) } else { fact.as_of.clone() };
    let parts = [Some(first_publication(&fact.source)), Some(as_of.as_str()), sure, disputed];
    let evidence: Vec<_> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    if evidence.is_empty() { fact.text.clone() } else { format!("{} ({})", fact.text, evidence.join(", ")) }
}

/// A route without its middle, if it has too many stations.
fn shortened(path: &str) -> String {
    let stations: Vec<_> = path.split(ARROW).collect();
    let Some(more) = stations.len().checked_sub(MAX_HOPS).filter(|more| *more > 0) else {
        return path.to_owned();
    };
    let (head, rest) = stations.split_at(MAX_HOPS / 2);
    let tail = rest.iter().skip(more).copied();
    let middle = format!("… {} more …", grouped(more));
    let shown: Vec<_> = head.iter().copied().chain([middle.as_str()]).chain(tail).collect();
    shown.join(ARROW)
}

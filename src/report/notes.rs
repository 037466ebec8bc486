//! What stands under the excerpts of a finding: notes of each kind in their order, facts, and the fix last.
//! Knows diagnostics and how much was left out of the excerpt, no renderer.

use crate::diagnostic::{Diagnostic, FactRef, NoteKind, first_publication};

use super::clean::clean;
use super::excerpt::Excerpt;
use super::paint::{Role, tagged};
use super::summary::{grouped, plural};
use super::wrap;

/// Stations of a route that are named.
const MAX_HOPS: usize = 32;
const ARROW: &str = " → ";
/// Columns of a keyword with its blanks.
const INDENT: usize = 6;

/// The notes of one finding, each with its keyword and wrapped.
pub(super) struct Notes<'a> {
    finding: &'a Diagnostic,
    left_out: usize,
    width: usize,
    dated: bool,
}

impl<'a> Notes<'a> {
    /// The notes under `excerpt`, as wide as leaves room for its line numbers.
    pub(super) fn new(finding: &'a Diagnostic, excerpt: &Excerpt, width: usize) -> Self {
        let width = width - excerpt.gutter - INDENT;
        Self { finding, left_out: excerpt.left_out, width, dated: false }
    }

    /// Whether to say the as-of date, because not all findings have the same.
    pub(super) fn dated(self, dated: bool) -> Self {
        Self { dated, ..self }
    }

    /// One text for each note, its lines under each other.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut all = Vec::new();
        for kind in NoteKind::ALL {
            let notes = self.finding.notes.iter().filter(|note| note.kind == kind);
            all.extend(notes.map(|note| keyed(kind.as_str(), &self.wrapped(kind, &note.text))));
            let made = match kind {
                NoteKind::Note => self.remarks(),
                NoteKind::Fact => self.finding.facts.iter().map(fact).collect(),
                _ => Vec::new(),
            };
            all.extend(made.iter().map(|text| keyed(kind.as_str(), &self.prose(text))));
        }
        all.extend(self.finding.help.iter().map(|help| keyed("fix", &self.help(help))));
        all
    }

    fn wrapped(&self, kind: NoteKind, text: &str) -> Vec<String> {
        match kind {
            NoteKind::Sum | NoteKind::When | NoteKind::Lack => {
                text.lines().flat_map(|line| wrap::row(&clean(line), self.width)).collect()
            }
            NoteKind::Path => self.prose(&shortened(text)),
            NoteKind::Note | NoteKind::Why | NoteKind::Fact => self.prose(text),
        }
    }

    fn prose(&self, text: &str) -> Vec<String> {
        wrap::prose(&clean(text), self.width, self.width)
    }

    /// A sentence is wrapped, what it introduces is code.
    fn help(&self, help: &str) -> Vec<String> {
        let mut lines = help.lines();
        let first = clean(lines.next().unwrap_or(""));
        let mut all = if first.ends_with(['{', '}']) {
            vec![first]
        } else {
            wrap::prose(&first, self.width, self.width)
        };
        all.extend(lines.map(clean));
        all
    }

    /// What is said of the finding itself.
    fn remarks(&self) -> Vec<String> {
        let finding = self.finding;
        let severity = finding.severity.as_str();
        let article = if severity == "error" { "an" } else { "a" };
        let reason =
            finding.severity_reason.iter().map(|why| format!("counted as {article} {severity}: {why}"));
        let date = finding.as_of.iter().filter(|_| self.dated).map(|date| format!("read as of {date}"));
        let left_out = (self.left_out > 0).then(|| {
            let places = plural(self.left_out, "more place is", "more places are");
            format!("{} {places} not shown; `--output-format json` lists all", grouped(self.left_out))
        });
        reason.chain(date).chain(left_out).collect()
    }
}

/// The lines behind a keyword that takes the first columns.
fn keyed(keyword: &str, lines: &[String]) -> String {
    let blanks = " ".repeat(INDENT.saturating_sub(keyword.len() + 1));
    let margin = format!("\n{}", " ".repeat(INDENT));
    format!("{}{blanks}{}", tagged(Role::Strong, &format!("{keyword}:")), lines.join(&margin))
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

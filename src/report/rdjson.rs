//! The Reviewdog Diagnostic Format, from which reviewdog writes comments into a review. Its columns count bytes.

use std::io::{self, Write};

use serde::ser::{Serialize, Serializer};

use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::outcome::Run;
use crate::source::{self, Place, Sources, Unit};

use super::layout::Layout;
use super::region::Region;
use super::{Style, spoken};

/// Levels of brackets that are broken into lines: the result, the list and its diagnostics.
const OPEN_LEVELS: usize = 3;

pub(super) fn write(run: &Run, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let result = Outcome { source: Source { name: "plumbrule" }, diagnostics: Diagnostics(run) };
    result.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Layout::open(OPEN_LEVELS)))?;
    writeln!(out)
}

#[derive(serde::Serialize)]
struct Outcome<'a> {
    source: Source,
    diagnostics: Diagnostics<'a>,
}

#[derive(serde::Serialize)]
struct Source {
    name: &'static str,
}

/// Each is made when it is written: there may be a million.
struct Diagnostics<'a>(&'a Run);

impl Serialize for Diagnostics<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(run) = self;
        serializer.collect_seq(run.findings.iter().map(|finding| Entry::of(finding, &run.sources)))
    }
}

#[derive(serde::Serialize)]
struct Entry<'a> {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location<'a>>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
}

#[derive(serde::Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(serde::Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(serde::Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(serde::Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(serde::Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

impl<'a> Entry<'a> {
    fn of(finding: &'a Diagnostic, sources: &'a Sources) -> Self {
        let severity = match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Note => "INFO",
        };
        let suggestions = finding.beyond().fixes.iter().filter_map(|fix| suggestion(fix, finding, sources));
        Self {
            message: spoken::remark(finding, sources).join("\n"),
            location: Location::of(finding.primary.place, sources),
            severity,
            code: Code { value: finding.code.as_str() },
            suggestions: suggestions.collect(),
        }
    }
}

impl<'a> Location<'a> {
    fn of(place: Place, sources: &'a Sources) -> Option<Self> {
        let Region { file, start, end } = Region::of(place, sources, Unit::Bytes)?;
        let position = |at: source::Position| Position { line: at.line, column: at.column };
        Some(Self { path: file, range: Range { start: position(start), end: position(end) } })
    }
}

/// A suggestion is one replacement in the file of its diagnostic; a fix that needs more is told in words only.
fn suggestion<'a>(fix: &'a Fix, finding: &Diagnostic, sources: &Sources) -> Option<Suggestion<'a>> {
    let [edit] = fix.edits.as_slice() else { return None };
    let is_here = edit.place.file == finding.primary.place.file;
    let range = Location::of(edit.place, sources).filter(|_| is_here)?.range;
    Some(Suggestion { range, text: &edit.text })
}

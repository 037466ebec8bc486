//! The Code Quality report of GitLab, which a merge request compares with that of its target branch.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::ser::Serializer;

use crate::diagnostic::{Diagnostic, Severity};
use crate::outcome::Run;
use crate::source::{self, Sources, Unit};

use super::Style;
use super::clean::clean;
use super::layout::Layout;
use super::region::Region;

/// Levels of brackets that are broken into lines: the list and its issues.
const OPEN_LEVELS: usize = 2;

pub(super) fn write(run: &Run, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let issues = run.findings.iter().zip(run.fingerprints());
    let issues = issues.map(|(finding, fingerprint)| Issue::of(finding, fingerprint, &run.sources));
    serde_json::Serializer::with_formatter(&mut *out, Layout::open(OPEN_LEVELS)).collect_seq(issues)?;
    writeln!(out)
}

#[derive(serde::Serialize)]
struct Issue<'a> {
    description: Cow<'a, str>,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(serde::Serialize)]
struct Location<'a> {
    path: &'a str,
    positions: Positions,
}

#[derive(serde::Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(serde::Serialize)]
struct Position {
    line: u32,
    column: u32,
}

impl<'a> Issue<'a> {
    fn of(finding: &'a Diagnostic, fingerprint: String, sources: &'a Sources) -> Self {
        let severity = match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        };
        Self {
            description: clean(&finding.message),
            check_name: finding.code.as_str(),
            fingerprint,
            severity,
            location: Location::of(finding, sources),
        }
    }
}

impl<'a> Location<'a> {
    /// GitLab takes no issue without a place: what concerns the run as a whole is put to its folder.
    fn of(finding: &Diagnostic, sources: &'a Sources) -> Self {
        let position = |at: source::Position| Position { line: at.line, column: at.column };
        match Region::of(finding.primary.place, sources, Unit::CodePoints) {
            Some(Region { file, start, end }) => {
                Self { path: file, positions: Positions { begin: position(start), end: position(end) } }
            }
            None => {
                let start = || Position { line: 1, column: 1 };
                Self { path: ".", positions: Positions { begin: start(), end: start() } }
            }
        }
    }
}

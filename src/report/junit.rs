//! JUnit XML, which every CI system shows as tests: one suite for each file, one failed test for each finding that
//! fails the run, one passed test for each other finding and for each file without any.

use std::borrow::Cow;
use std::io::{self, Write};

use rustc_hash::FxHashMap;

use crate::diagnostic::Diagnostic;
use crate::outcome::Run;
use crate::source::{FileId, Origin, Unit};

use super::clean::clean;
use super::region::{Region, is_on_disk};
use super::{Style, labels, spoken};

pub(super) fn write(run: &Run, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let suites = suites(run);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let cases = || suites.iter().flat_map(|suite| &suite.cases);
    writeln!(out, "<testsuites name=\"plumbrule\" {}>", counts(cases()))?;
    for suite in &suites {
        writeln!(out, "  <testsuite name=\"{}\" {}>", escaped(&suite.name), counts(suite.cases.iter()))?;
        suite.cases.iter().try_for_each(|case| write_case(case, &suite.name, run, out))?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// Tests of one file, or of the run as a whole.
struct Suite<'a> {
    name: Cow<'a, str>,
    cases: Vec<Case<'a>>,
}

enum Case<'a> {
    /// A file of which nothing is to be said.
    Clean,
    /// A finding below the level that fails.
    Passed(&'a Diagnostic),
    Failed(&'a Diagnostic),
    /// Something could not be checked.
    Broken(&'a Diagnostic),
}

fn suites(run: &Run) -> Vec<Suite<'_>> {
    let mut by_file: FxHashMap<FileId, Vec<Case<'_>>> = FxHashMap::default();
    let mut of_run = Vec::new();
    for finding in &run.findings {
        let file = finding.primary.place.file;
        if !run.sources.get(file).is_some_and(is_on_disk) {
            of_run.push(Case::Broken(finding));
        } else if run.fails(finding) {
            by_file.entry(file).or_default().push(Case::Failed(finding));
        } else {
            by_file.entry(file).or_default().push(Case::Passed(finding));
        }
    }
    let mut suites = Vec::new();
    if !of_run.is_empty() {
        suites.push(Suite { name: "plumbrule".into(), cases: of_run });
    }
    for (id, file) in run.sources.iter() {
        match by_file.remove(&id) {
            Some(cases) => suites.push(Suite { name: clean(&file.name), cases }),
            None if file.origin == Origin::Portfolio => {
                suites.push(Suite { name: clean(&file.name), cases: vec![Case::Clean] });
            }
            None => {}
        }
    }
    suites
}

fn counts<'a>(cases: impl Iterator<Item = &'a Case<'a>>) -> String {
    let [mut tests, mut failures, mut errors] = [0; 3];
    for case in cases {
        tests += 1;
        failures += usize::from(matches!(case, Case::Failed(_)));
        errors += usize::from(matches!(case, Case::Broken(_)));
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"")
}

fn write_case(case: &Case<'_>, suite: &str, run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let suite = escaped(suite);
    let (tag, finding) = match case {
        Case::Clean => {
            return writeln!(
                out,
                "    <testcase classname=\"{suite}\" name=\"no findings\" file=\"{suite}\"/>"
            );
        }
        Case::Passed(finding) => (None, finding),
        Case::Failed(finding) => (Some("failure"), finding),
        Case::Broken(finding) => (Some("error"), finding),
    };
    let id = escaped(&clean(finding.code.as_str()));
    let region = Region::of(finding.primary.place, &run.sources, Unit::CodePoints);
    let line = region.map_or(String::new(), |at| format!(" file=\"{suite}\" line=\"{}\"", at.start.line));
    writeln!(out, "    <testcase classname=\"{suite}\" name=\"{}\"{line}>", escaped(&name(finding, run)))?;
    let text = escaped(&text(finding, run));
    match tag {
        Some(tag) => {
            let message = escaped(&clean(&finding.message));
            writeln!(out, "      <{tag} type=\"{id}\" message=\"{message}\">{text}</{tag}>")?;
        }
        None => writeln!(out, "      <system-out>{text}</system-out>")?,
    }
    writeln!(out, "    </testcase>")
}

/// A name that stays while the finding does, so that a CI system can tell since when a test fails.
fn name(finding: &Diagnostic, run: &Run) -> String {
    let id = clean(finding.code.as_str());
    match (&finding.beyond().subject, Region::of(finding.primary.place, &run.sources, Unit::CodePoints)) {
        (Some(subject), _) => format!("{id} at {}", clean(subject)),
        (None, Some(at)) => format!("{id} at line {}, column {}", at.start.line, at.start.column),
        (None, None) => format!("{id}: {}", clean(&finding.message)),
    }
}

fn text(finding: &Diagnostic, run: &Run) -> String {
    let mut lines = vec![format!("{}: {}", finding.severity, clean(&finding.message))];
    for label in labels::labels(finding) {
        if let Some(Region { file, start, .. }) = Region::of(label.place, &run.sources, Unit::CodePoints) {
            let text =
                if label.text.is_empty() { String::new() } else { format!(": {}", clean(&label.text)) };
            lines.push(format!("  {}:{}:{}{text}", clean(file), start.line, start.column));
        }
    }
    lines.extend(spoken::entries(finding, Vec::new()).iter().map(|line| format!("  {line}")));
    lines.join("\n")
}

/// A text as content or as a value between quotes. Clean text holds nothing else that XML
/// forbids.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

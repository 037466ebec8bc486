//! One line per finding, `path:line:col: severity[id]: message`, never wrapped, then the last lines.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::diagnostic::Diagnostic;
use crate::outcome::Run;
use crate::source::{FileId, Position, Sources, Walk};

use super::clean::clean;
use super::paint::{Painter, Role};
use super::{Style, columns};

pub(super) fn write(run: &Run, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut painter = Painter::new(out, style.color);
    let mut lines = Lines::new(&run.sources);
    for finding in &run.findings {
        lines.write(finding, &mut painter)?;
    }
    if style.quiet {
        return Ok(());
    }
    if !run.findings.is_empty() {
        writeln!(painter)?;
    }
    columns::write(run, style, &mut painter)
}

/// Findings as lines. What is known from the line before serves the next, since most are in the same file.
pub(super) struct Lines<'a> {
    sources: &'a Sources,
    /// The file of the finding before, how far it was walked, and the length of its name in `place`.
    file: Option<(FileId, Walk<'a>, usize)>,
    /// Where a finding lies: the name of its file, line and column.
    place: String,
}

impl<'a> Lines<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, file: None, place: String::new() }
    }

    pub(super) fn write(&mut self, finding: &Diagnostic, painter: &mut Painter<'_>) -> io::Result<()> {
        self.go_to(finding);
        painter.text(&self.place);
        painter.set(Role::of(finding.severity));
        painter.text(finding.severity.as_str());
        painter.set(Role::Dim);
        painter.text("[");
        painter.text(&clean(finding.code.as_str()));
        painter.text("]");
        painter.set(Role::Plain);
        painter.text(": ");
        painter.text(&clean(&finding.message));
        painter.end_line()
    }

    fn go_to(&mut self, finding: &Diagnostic) {
        let place = finding.primary.place;
        if self.file.as_ref().is_none_or(|(known, ..)| *known != place.file) {
            self.place.clear();
            self.file = self.sources.get(place.file).map(|file| {
                self.place.push_str(&clean(&file.name));
                (place.file, file.walk(), self.place.len())
            });
        }
        if let Some((_, walk, name)) = &mut self.file {
            let Position { line, column } = walk.to(place.span.start);
            self.place.truncate(*name);
            // Nothing that is written into a text can fail.
            let _ = write!(self.place, ":{line}:{column}: ");
        }
    }
}

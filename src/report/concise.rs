//! One line per finding, `path:line:col: severity[id]: message`, never wrapped, then the last lines.

use std::io::{self, Write};

use crate::diagnostic::Diagnostic;
use crate::outcome::Run;
use crate::source::{Position, Sources};

use super::clean::clean;
use super::paint::{Painter, Role};
use super::{Style, columns};

pub(super) fn write(run: &Run, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut painter = Painter::new(out, style.color);
    for finding in &run.findings {
        write_finding(finding, &run.sources, &mut painter)?;
    }
    if style.quiet {
        return Ok(());
    }
    if !run.findings.is_empty() {
        writeln!(painter)?;
    }
    columns::write(run, style, &mut painter)
}

pub(super) fn write_finding(
    finding: &Diagnostic,
    sources: &Sources,
    painter: &mut Painter<'_>,
) -> io::Result<()> {
    let place = finding.primary.place;
    if let Some(file) = sources.get(place.file) {
        let Position { line, column } = file.position(place.span.start);
        painter.text(&clean(&file.name));
        painter.text(":");
        painter.text(&line.to_string());
        painter.text(":");
        painter.text(&column.to_string());
        painter.text(": ");
    }
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

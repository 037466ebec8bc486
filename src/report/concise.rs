//! One line per finding, `path:line:col: severity[id]: message`, never wrapped, then the last lines.

use std::io::{self, Write};

use crate::diagnostic::Diagnostic;
use crate::outcome::Run;
use crate::source::Sources;

use super::clean::clean;
use super::paint::{Painter, Role, tagged};
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
    let mut line = String::new();
    if let Some(file) = sources.get(place.file) {
        let position = file.position(place.span.start);
        line.push_str(&clean(&file.name));
        line.push_str(&format!(":{}:{}: ", position.line, position.column));
    }
    line.push_str(&tagged(Role::of(finding.severity), finding.severity.as_str()));
    line.push_str(&tagged(Role::Dim, &format!("[{}]", clean(finding.code.as_str()))));
    line.push_str(": ");
    line.push_str(&clean(&finding.message));
    line.push('\n');
    painter.write_all(line.as_bytes())
}

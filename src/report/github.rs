//! Workflow commands of GitHub Actions, which become annotations at the lines of a pull request. What GitHub would
//! drop is listed in the log instead.

use std::io::{self, Write};

use crate::diagnostic::{Diagnostic, Severity};
use crate::outcome::Run;
use crate::source::{Sources, Unit};

use super::clean::clean;
use super::paint::Painter;
use super::region::Region;
use super::tally::{grouped, plural};
use super::{Style, columns, concise, spoken};

/// Annotations of a kind that GitHub shows for a step.
const MAX_OF_A_KIND: usize = 10;

pub(super) fn write(run: &Run, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut painter = Painter::new(out, style.color);
    let mut shown = [0; 3];
    let mut rest = Vec::new();
    for finding in &run.findings {
        match shown.get_mut(finding.severity as usize) {
            Some(count) if *count < MAX_OF_A_KIND => {
                *count += 1;
                writeln!(painter, "{}", command(finding, &run.sources))?;
            }
            _ => rest.push(finding),
        }
    }
    if !rest.is_empty() {
        let have = plural(rest.len(), "finding has", "findings have");
        let count = grouped(rest.len());
        writeln!(
            painter,
            "\n{count} more {have} no annotation, since GitHub shows {MAX_OF_A_KIND} of a kind for each step:"
        )?;
    }
    let mut lines = concise::Lines::new(&run.sources);
    for finding in rest {
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

/// The log shows only what stands behind the second `::`, so the place is said there too.
fn command(finding: &Diagnostic, sources: &Sources) -> String {
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = vec![("title", clean(finding.code.as_str()))];
    let mut text = spoken::remark(finding, sources).join("\n");
    if let Some(Region { file, start, end }) = Region::of(finding.primary.place, sources, Unit::CodePoints) {
        let file = clean(file);
        text = format!("{file}:{}:{}: {text}", start.line, start.column);
        properties.extend([
            ("file", file),
            ("line", start.line.to_string().into()),
            ("endLine", end.line.to_string().into()),
        ]);
        // GitHub refuses columns of what spans lines.
        if start.line == end.line {
            properties.extend([
                ("col", start.column.to_string().into()),
                ("endColumn", end.column.to_string().into()),
            ]);
        }
    }
    let properties: Vec<_> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{kind} {}::{}", properties.join(","), data(&text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

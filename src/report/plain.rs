//! Findings as linear text for screen readers and braille displays: the severity first, places in words, one thing
//! a line, nothing drawn and nothing wrapped.

use std::io::{self, Write};

use crate::diagnostic::Diagnostic;
use crate::outcome::Run;
use crate::source::{FileId, Origin, Place, Sources};

use super::clean::clean;
use super::{Style, labels, notes, spoken, tally};

pub(super) fn write(run: &Run, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let date = notes::dates(run);
    for finding in &run.findings {
        let remarks = date(finding).into_iter().collect();
        for line in lines(finding, &run.sources, remarks) {
            writeln!(out, "{line}")?;
        }
        writeln!(out)?;
    }
    if style.quiet {
        return Ok(());
    }
    let blocks = tally::blocks(run, style.statistics).into_iter();
    let text = blocks.map(|block| spoken::paragraph(block).join("\n")).collect::<Vec<_>>().join("\n\n");
    if text.is_empty() { Ok(()) } else { writeln!(out, "{text}") }
}

fn lines(finding: &Diagnostic, sources: &Sources, remarks: Vec<String>) -> Vec<String> {
    let mut lines = vec![
        format!("{}: {}", finding.severity, clean(&finding.message)),
        format!("rule: {}", clean(finding.code.as_str())),
    ];
    let mut here = None;
    for label in labels::labels(finding) {
        let keyword = if here.is_none() { "place" } else { "also" };
        let Some(place) = place(label.place, sources, here) else { continue };
        let text = clean(&label.text);
        let rest = if text.is_empty() { String::new() } else { format!(": {text}") };
        lines.push(format!("{keyword}: {place}{rest}"));
        here = Some(label.place.file);
    }
    // An arrow is read out as a picture, or not at all.
    lines.extend(spoken::entries(finding, remarks).iter().map(|line| line.replace(" → ", " to ")));
    lines
}

/// A place in words; the file is named where it is not that of the place before.
fn place(place: Place, sources: &Sources, here: Option<FileId>) -> Option<String> {
    let file = sources.get(place.file)?;
    let position = file.position(place.span.start);
    let kind = if file.origin == Origin::Argument { "argument" } else { "file" };
    let name = match here {
        Some(here) if here == place.file => String::new(),
        _ => format!("{kind} {}, ", clean(&file.name)),
    };
    let words = spoken::words(place, sources);
    let words = if words.is_empty() { words } else { format!(", at {words}") };
    Some(format!("{name}line {}, column {}{words}", position.line, position.column))
}

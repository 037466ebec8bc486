//! Findings and last lines as plain lines that make sense one after another, read aloud or by a program. Knows no
//! format and draws nothing.

use crate::diagnostic::Diagnostic;
use crate::outcome::Verdicts;
use crate::source::{Place, Sources};

use super::clean::clean;
use super::notes::{self, Entry, Form};
use super::tally::{Block, grouped};

/// Characters of quoted words.
const MAX_WORDS: usize = 60;

/// The sentence of a finding, then what must be known to mend it where only its place is seen.
pub(super) fn remark(finding: &Diagnostic, sources: &Sources) -> Vec<String> {
    let words = words(finding.primary.place, sources);
    let label = clean(&finding.primary.text);
    let at = match (words.as_str(), label.as_ref()) {
        (_, "") => None,
        ("", label) => Some(format!("here: {label}")),
        (words, label) => Some(format!("at {words}: {label}")),
    };
    std::iter::once(clean(&finding.message).into_owned())
        .chain(at)
        .chain(chosen(finding, &["path", "fix"]))
        .collect()
}

/// The words of a place between backticks, cut where they are many; empty if there are none.
pub(super) fn words(place: Place, sources: &Sources) -> String {
    let words = sources.words(place).trim_start_matches('\u{feff}');
    let line = words.lines().next().unwrap_or("").trim();
    let shown: String = line.chars().take(MAX_WORDS).collect();
    let cut = if shown.len() < words.trim_end().len() { " and so on" } else { "" };
    if shown.is_empty() { shown } else { format!("`{}`{cut}", clean(&shown)) }
}

/// What is said beside the labels, each entry with its keyword.
pub(super) fn entries(finding: &Diagnostic, remarks: Vec<String>) -> Vec<String> {
    notes::entries(finding, remarks).iter().flat_map(lines).collect()
}

/// Only entries of some keywords.
pub(super) fn chosen(finding: &Diagnostic, keywords: &[&str]) -> Vec<String> {
    let entries = notes::entries(finding, Vec::new());
    entries.iter().filter(|entry| keywords.contains(&entry.keyword)).flat_map(lines).collect()
}

fn lines(entry: &Entry) -> Vec<String> {
    let keyword = entry.keyword;
    let lines = entry.text.lines().enumerate().map(|(number, line)| match (number, entry.form) {
        (_, Form::Table) => format!("{keyword}: {}", cells(&clean(line))),
        (0, _) => format!("{keyword}: {}", clean(line)),
        (_, _) => format!("  {}", clean(line)),
    });
    lines.map(|line| line.trim_end().to_owned()).collect()
}

/// A row of a table as a sentence: what stood in columns is separated by commas.
fn cells(row: &str) -> String {
    row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(", ")
}

/// A part of the last lines.
pub(super) fn paragraph(block: Block<'_>) -> Vec<String> {
    match block {
        Block::Heading(text) | Block::Pointer(text) => vec![clean(&text).into_owned()],
        Block::Verdicts(rows) => {
            rows.iter().map(|(label, count, rest)| verdict(label, *count, rest)).collect()
        }
        Block::Statistics(rules) => rules.iter().map(|(id, verdicts)| rule(id, verdicts)).collect(),
        Block::Keyed(lines) => {
            let mut last = "";
            let said = lines.iter().map(|(keyword, text)| {
                last = if keyword.is_empty() { last } else { keyword };
                format!("{last} {}", clean(text))
            });
            said.collect()
        }
    }
}

fn verdict(label: &str, count: usize, rest: &str) -> String {
    let rest = if rest.is_empty() { String::new() } else { format!(" ({})", clean(rest)) };
    format!("{label}: {}{rest}", grouped(count))
}

fn rule(id: &str, verdicts: &Verdicts) -> String {
    let [violates, cannot, passes, other] =
        [verdicts.violates(), verdicts.cannot_be_shown, verdicts.passes, verdicts.not_applicable]
            .map(grouped);
    let id = clean(id);
    format!("{id}: violates {violates}, cannot be shown {cannot}, passes {passes}, not applicable {other}")
}

//! Text for people outside findings: wrapped, and with nothing in it that a terminal would obey. Knows words
//! only.

use std::borrow::Cow;

pub(super) use crate::report::clean;
use crate::report::wrap;

/// A text of several lines, each cleaned.
pub(super) fn clean_lines(text: &str) -> String {
    text.lines().flat_map(|line| [clean(line), Cow::Borrowed("\n")]).collect()
}

/// Paragraphs, wrapped to a width, each line behind a margin.
pub(super) fn wrapped(text: &str, margin: &str, width: usize) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| fill(paragraph, margin, width));
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n")
}

fn fill(paragraph: &str, margin: &str, width: usize) -> String {
    let words = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let room = width.saturating_sub(margin.len());
    let lines = if words.is_empty() { Vec::new() } else { wrap(&clean(&words), room, room) };
    lines.into_iter().map(|line| format!("{margin}{line}\n")).collect()
}

/// Rows of cells as lines with aligned columns; the last cell of a row is not padded.
pub(super) fn table<const N: usize>(rows: &[[impl AsRef<str>; N]]) -> String {
    let mut out = String::new();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.as_ref().chars().count()).max()
    };
    let widths: Vec<usize> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{:width$}", cell.as_ref()));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

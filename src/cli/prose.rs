//! Text for people outside findings: wrapped, and with nothing in it that a terminal would obey. Knows words
//! only.

/// A text as one line, control characters and direction marks written out.
pub(super) fn clean(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' | '"' | '\\' => shown.push(c),
            // CI runners obey `::command::` at the start of a line.
            ':' if shown.trim() == ":" => shown.push_str("\\u{3a}"),
            _ => shown.extend(c.escape_debug()),
        }
    }
    shown
}

/// A text of several lines, each cleaned.
pub(super) fn clean_lines(text: &str) -> String {
    text.lines().flat_map(|line| [clean(line), "\n".to_owned()]).collect()
}

/// Paragraphs, wrapped to a width, each line behind a margin.
pub(super) fn wrapped(text: &str, margin: &str, width: usize) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| fill(paragraph, margin, width));
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n")
}

fn fill(paragraph: &str, margin: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in paragraph.split_whitespace().map(clean) {
        let cells = unicode_width::UnicodeWidthStr::width(word.as_str());
        if used > 0 && used + 1 + cells <= width {
            out.push(' ');
            used += 1 + cells;
        } else {
            out.push_str(if used > 0 { "\n" } else { "" });
            out.push_str(margin);
            used = margin.len() + cells;
        }
        out.push_str(&word);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Rows of cells as lines with aligned columns; the last cell of a row is not padded.
pub(super) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let mut out = String::new();
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

//! Breaks prose and table rows into lines by display width. Knows text only; what it is given is clean.

use unicode_width::UnicodeWidthChar;

/// Columns that a text takes in a terminal. Control characters take none: only `paint` puts them there.
pub(super) fn cells(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

/// Lines of prose, the first at most `first` columns wide and the others `rest`. Words and what stands
/// between backticks stay whole, even past the edge.
pub(crate) fn prose(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        let width = if lines.is_empty() { first } else { rest };
        if !line.is_empty() && cells(&line) + 1 + cells(word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Lines of a table row: too long a last cell continues below its own start, all else stays as it is.
pub(super) fn row(text: &str, width: usize) -> Vec<String> {
    let start = text.trim_end().rfind("  ").map_or(0, |at| at + 2);
    let (before, cell) = text.split_at(start);
    let indent = cells(before);
    if cells(text) <= width || indent == 0 || indent * 2 > width {
        return vec![text.to_owned()];
    }
    let lines = prose(cell, width - indent, width - indent);
    let margin = " ".repeat(indent);
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| format!("{}{line}", if index == 0 { before } else { &margin }))
        .collect()
}

/// The parts between blanks, where a pair of backticks hides the blanks between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim_start();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (word, after) = rest.split_at(word_end(rest));
        rest = after.trim_start();
        Some(word)
    })
}

fn word_end(text: &str) -> usize {
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find([' ', '`']).map(|found| at + found)) {
        if text.as_bytes().get(next) == Some(&b' ') {
            return next;
        }
        let after = next + 1;
        at = text.get(after..).and_then(|rest| rest.find('`')).map_or(after, |close| after + close + 1);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_keep_blanks_and_a_lone_one_does_not() {
        assert_eq!(prose("buy `a b c` now", 8, 5), ["buy", "`a b c`", "now"]);
        assert_eq!(prose("a `b c d", 4, 4), ["a `b", "c d"]);
        assert_eq!(prose("", 4, 4), [""]);
    }

    #[test]
    fn a_long_last_cell_hangs() {
        assert_eq!(row("2027  one two three", 13), ["2027  one two", "      three"]);
        assert_eq!(row("no cells but many words", 9), ["no cells but many words"]);
    }
}

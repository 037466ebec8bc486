//! The last lines in columns, for a terminal. Knows what a run came to in words, and no counts.

use std::io::{self, Write};

use crate::outcome::{Run, Verdicts};

use super::clean::clean;
use super::paint::{Painter, Role, tagged};
use super::tally::{self, Block, Keyed, Row, grouped};
use super::{Style, wrap};

/// A rule that fires on more than half of at least so many subjects says so.
const LARGE: usize = 100;
/// Columns of the words in front of a count.
const LABEL: usize = 16;
/// Columns of a count.
const COUNT: usize = 5;
/// Columns of a keyword with its blanks.
const INDENT: usize = 14;

/// Writes what the run came to.
pub(super) fn write(run: &Run, style: &Style, out: &mut Painter<'_>) -> io::Result<()> {
    draw(tally::blocks(run, style.statistics), style, out)
}

/// Writes blocks with a blank line between them.
pub(super) fn draw(blocks: Vec<Block<'_>>, style: &Style, out: &mut Painter<'_>) -> io::Result<()> {
    let width = style.prose();
    let blocks = blocks.into_iter().map(|block| match block {
        Block::Heading(text) => wrap::prose(&clean(&text), width, width).join("\n"),
        Block::Verdicts(rows) => joined(&rows, |line| row(line, width)),
        Block::Statistics(rules) => statistics(rules),
        Block::Keyed(lines) => joined(&lines, |line| keyed(line, width)),
        Block::Pointer(text) => clean(&text).into_owned(),
    });
    let text = blocks.collect::<Vec<_>>().join("\n\n");
    if text.is_empty() { Ok(()) } else { writeln!(out, "{text}") }
}

fn joined<T>(lines: &[T], line: impl Fn(&T) -> String) -> String {
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn row((label, count, rest): &Row, width: usize) -> String {
    let rest = hanging(rest, 2 + LABEL + COUNT + 3, width);
    format!("  {label:LABEL$}{:>COUNT$}   {rest}", grouped(*count))
}

fn keyed((keyword, text): &Keyed, width: usize) -> String {
    let blanks = " ".repeat(INDENT - keyword.len());
    format!("{}{blanks}{}", tagged(Role::Strong, keyword), hanging(text, INDENT, width))
}

/// Prose that begins and goes on at a column.
fn hanging(text: &str, column: usize, width: usize) -> String {
    let room = width - column;
    wrap::prose(&clean(text), room, room).join(&format!("\n{}", " ".repeat(column)))
}

/// The verdicts of each rule as a table.
fn statistics(rules: &[(String, Verdicts)]) -> String {
    let width = rules.iter().map(|(id, _)| wrap::cells(&clean(id))).max().unwrap_or(0).max(4);
    let mut lines = vec![
        format!("  {:width$}            cannot              not", ""),
        format!("  {:width$}  violates  be shown  passes  applicable", "rule"),
    ];
    for (id, verdicts) in rules {
        let (violates, unknown) = (verdicts.violates(), verdicts.cannot_be_shown);
        let [fires, cannot, passes, other] =
            [violates, unknown, verdicts.passes, verdicts.not_applicable].map(grouped);
        lines.push(format!("  {:width$}  {fires:>8}  {cannot:>8}  {passes:>6}  {other:>10}", clean(id)));
        let subjects = violates + unknown + verdicts.passes;
        if subjects >= LARGE && violates * 2 > subjects {
            lines.push(format!("    fires on more than half of its {} subjects", grouped(subjects)));
        }
    }
    lines.join("\n")
}

//! What the terminal is like: whether to colour, and how wide a line is. Knows no output.

use std::ffi::OsString;
use std::io::{self, IsTerminal};

use crate::report::Style;

/// `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    /// In a terminal, unless the environment says otherwise
    Auto,
    /// Also into files and pipes
    Always,
    /// Not at all
    Never,
}

/// Columns where there is no terminal.
pub(super) const WIDTH: usize = 80;

/// How findings are shown on standard output.
pub(super) fn style(color: Color, quiet: bool, statistics: bool) -> Style {
    let columns = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    let is_terminal = io::stdout().is_terminal();
    let color = is_colored(color, is_terminal, |name| std::env::var_os(name));
    Style { color, width: columns.unwrap_or(WIDTH), quiet, statistics }
}

/// Whether what is written to standard output appears on a screen that can be cleared.
pub(super) fn has_screen() -> bool {
    io::stdout().is_terminal() && !is_dumb()
}

/// Columns of the terminal on standard error, but for the last, in which some begin a new line.
pub(super) fn room() -> usize {
    let columns = terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0));
    columns.unwrap_or(WIDTH).saturating_sub(1)
}

/// Whether the terminal says that it obeys nothing.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|value| value == "dumb")
}

/// The same in a file, which has neither colour nor an edge.
pub(super) fn in_file(style: Style) -> Style {
    Style { color: false, width: WIDTH, ..style }
}

/// The flag outranks the environment, and that the terminal. Of variables that contradict each other, the one
/// that asks for less wins.
fn is_colored(color: Color, is_terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR").is_some() => false,
        Color::Auto if set("FORCE_COLOR").is_some() => true,
        Color::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        Color::Auto => is_terminal && set("TERM").is_none_or(|value| value != "dumb"),
    }
}

/// How mistakes are shown where there is nothing else to show.
pub(super) fn plain() -> Style {
    Style { color: false, width: WIDTH, quiet: true, statistics: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_coloured_unless_it_cannot_be() {
        let cases: [(&[(&str, &str)], bool); 6] = [
            (&[], true),
            (&[("TERM", "xterm")], true),
            (&[("TERM", "dumb")], false),
            (&[("TERM", "dumb"), ("FORCE_COLOR", "1")], true),
            (&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], false),
            (&[("NO_COLOR", "")], true),
        ];
        for (variables, expected) in cases {
            let variable = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            };
            assert_eq!(is_colored(Color::Auto, true, variable), expected, "{variables:?}");
        }
    }
}

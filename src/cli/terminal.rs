//! What the terminal is like: whether to colour, and how wide a line is. Knows no output.

use std::ffi::OsStr;
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
    let is_terminal = io::stdout().is_terminal();
    let columns = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR").is_some() => false,
        Color::Auto if set("FORCE_COLOR").is_some() => true,
        Color::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != OsStr::new("0")) => true,
        Color::Auto => is_terminal && set("TERM").is_none_or(|value| value != OsStr::new("dumb")),
    };
    Style { color, width: columns.unwrap_or(WIDTH), quiet, statistics }
}

/// How mistakes are shown where there is nothing else to show.
pub(super) fn plain() -> Style {
    Style { color: false, width: WIDTH, quiet: true, statistics: false }
}

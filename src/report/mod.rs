//! Shows what came of a run: one format is one file and one row of [`FORMATS`]. Knows diagnostics, texts and
//! counts; may not know how the findings came to be, and never prints by itself.

use std::io;

use crate::diagnostic::Detail;
use crate::outcome::Run;

mod clean;
mod concise;
mod excerpt;
mod full;
mod json;
mod labels;
mod layout;
mod notes;
mod paint;
mod summary;
mod window;
mod wrap;

pub(crate) use clean::clean;
pub(crate) use labels::labels;
pub(crate) use wrap::prose as wrap;

/// A form of output.
#[derive(Debug)]
pub struct Format {
    /// What `--output-format` calls it.
    pub name: &'static str,
    /// One line about it, for the help.
    pub doc: &'static str,
    /// What it shows of a finding.
    pub detail: Detail,
    writer: fn(&Run, &Style, &mut dyn io::Write) -> io::Result<()>,
}

/// All formats; the first is the default.
pub static FORMATS: &[Format] = &[
    Format {
        name: "full",
        doc: "each finding with the words it speaks of, for people",
        detail: Detail::Full,
        writer: full::write,
    },
    Format {
        name: "concise",
        doc: "one line per finding, for editors and grep",
        detail: Detail::Line,
        writer: concise::write,
    },
    Format { name: "json", doc: "everything, for programs", detail: Detail::Full, writer: json::write },
];

impl Format {
    /// Writes `run` in this format. Fails only if `out` does.
    pub fn write(&self, run: &Run, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        (self.writer)(run, style, out)
    }
}

/// What the user may choose about outputs for people.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// Columns of the terminal, 80 if there is none; held between what prose and excerpts can bear.
    pub width: usize,
    /// Only findings, no last lines.
    pub quiet: bool,
    /// The verdicts of each rule in the last lines.
    pub statistics: bool,
}

impl Style {
    /// Columns for prose: lines longer than 100 are hard to read, and below 80 labels fall apart.
    fn prose(&self) -> usize {
        self.width.clamp(80, 100)
    }

    /// Columns for a line of an excerpt with its line number.
    fn excerpt(&self) -> usize {
        self.width.clamp(80, window::MAX_COLUMNS)
    }
}

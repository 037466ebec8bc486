//! Shows what came of a run: one format is one file and one row of [`FORMATS`]. Knows diagnostics, texts and
//! counts; may not know how the findings came to be, and never prints by itself.

use std::io;

use crate::diagnostic::Detail::{self, Count, Full, Line};
use crate::outcome::Run;

mod clean;
mod columns;
mod concise;
mod excerpt;
mod full;
mod github;
mod gitlab;
mod json;
mod jsonl;
mod junit;
mod labels;
mod layout;
mod markdown;
mod notes;
mod paint;
mod plain;
mod rdjson;
mod region;
mod sarif;
mod spoken;
mod summary;
mod tally;
mod window;
mod wrap;

pub(crate) use clean::clean;
pub(crate) use labels::labels;
pub(crate) use markdown::fence;
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
    writer: Writer,
}

type Writer = fn(&Run, &Style, &mut dyn io::Write) -> io::Result<()>;

const fn row(name: &'static str, detail: Detail, writer: Writer, doc: &'static str) -> Format {
    Format { name, doc, detail, writer }
}

/// All formats; the first is the default.
pub static FORMATS: &[Format] = &[
    row("full", Full, full::write, "each finding with the words it speaks of, for people"),
    row("concise", Line, concise::write, "one line per finding, for editors and grep"),
    row("summary", Count, summary::write, "what the run came to, without the findings"),
    row("plain", Full, plain::write, "linear text without drawing, for screen readers"),
    row("markdown", Full, markdown::write, "a page for a pull request or a job summary"),
    row("json", Full, json::write, "everything, for programs"),
    row("jsonl", Full, jsonl::write, "one finding per line, each as in `json`"),
    row("sarif", Full, sarif::write, "SARIF 2.1.0, for code scanning and editors"),
    row("github", Full, github::write, "annotations of GitHub Actions"),
    row("gitlab", Full, gitlab::write, "the Code Quality report of GitLab"),
    row("junit", Full, junit::write, "JUnit XML, for any CI system"),
    row("rdjson", Full, rdjson::write, "the format of reviewdog"),
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
    /// Only findings, no last lines; a format that shows only these keeps them.
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

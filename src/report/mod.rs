//! Shows what came of a run: one format is one file and one row of [`FORMATS`]. Knows diagnostics, texts and
//! counts; may not know how the findings came to be, and never prints by itself.

use std::io;

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
mod window;
mod wrap;

pub(crate) use clean::clean;
pub(crate) use wrap::prose as wrap;

/// A form of output.
#[derive(Debug)]
pub struct Format {
    /// What `--output-format` calls it.
    pub name: &'static str,
    /// One line about it, for the help.
    pub doc: &'static str,
    writer: fn(&Run, &Style, &mut dyn io::Write) -> io::Result<()>,
}

/// All formats; the first is the default.
pub static FORMATS: &[Format] = &[
    Format { name: "full", doc: "each finding with the words it speaks of, for people", writer: full::write },
    Format { name: "concise", doc: "one line per finding, for editors and grep", writer: concise::write },
    Format { name: "plain", doc: "linear text without drawing, for screen readers", writer: plain::write },
    Format { name: "markdown", doc: "a page for a pull request or a job summary", writer: markdown::write },
    Format { name: "json", doc: "everything, for programs", writer: json::write },
    Format { name: "jsonl", doc: "one finding per line, each as in `json`", writer: jsonl::write },
    Format { name: "sarif", doc: "SARIF 2.1.0, for code scanning and editors", writer: sarif::write },
    Format { name: "github", doc: "annotations of GitHub Actions", writer: github::write },
    Format { name: "gitlab", doc: "the Code Quality report of GitLab", writer: gitlab::write },
    Format { name: "junit", doc: "JUnit XML, for any CI system", writer: junit::write },
    Format { name: "rdjson", doc: "the format of reviewdog", writer: rdjson::write },
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

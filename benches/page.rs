//! Tables in Markdown, and the page that holds those of the last run: owns its marks, and what is said of the
//! machine. Knows no figure; the benchmark and the race against a peer include this file, so it uses the standard
//! library only.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{fs, io, thread};

/// Rows of cells; the first column names the row.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    columns: usize,
}

impl Table {
    pub(crate) fn new(head: impl IntoIterator<Item = String>) -> Self {
        let head = Vec::from_iter(head);
        Table { columns: head.len(), rows: vec![head] }
    }

    pub(crate) fn add(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(Vec::from_iter(row));
    }

    pub(crate) fn markdown(&self) -> String {
        let mut lines = self.rows.iter().map(|row| format!("| {} |\n", row.join(" | ")));
        let head = lines.next().unwrap_or_default();
        format!(
            "{head}| --- |{}\n{}",
            " --: |".repeat(self.columns.saturating_sub(1)),
            String::from_iter(lines)
        )
    }
}

/// Day, processor, cores and system, as far as they are known.
pub(crate) fn machine() -> String {
    let said = |command: &mut Command| {
        command.output().ok().and_then(|output| String::from_utf8(output.stdout).ok())
    };
    let day = said(Command::new("date").arg("+%F")).unwrap_or_default();
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or(std::env::consts::ARCH, |(_, model)| model.trim());
    format!("{}: {model}, cores: {cores}, {}", day.trim(), std::env::consts::OS)
}

/// Puts a text between the marks of its name, or tells why the page stays as it is.
pub(crate) fn write(page: &Path, name: &str, text: &str) -> io::Result<()> {
    let old = fs::read_to_string(page)?;
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let parts = old.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let (before, after) = parts.ok_or_else(|| io::Error::other(format!("it has no place for `{name}`")))?;
    let mut fresh = String::new();
    // Writing to a string cannot fail.
    let _ = write!(fresh, "{before}{begin}{}\n\n{text}{end}{after}", machine());
    fs::write(page, fresh)
}

//! `--report`: further outputs of a run, each into a file of its own. Knows neither formats nor how a file is
//! written.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::complain;
use super::prose::clean;
use crate::diagnostic::Detail;
use crate::names::nearest;
use crate::outcome::Run;
use crate::report::{FORMATS, Format, Style};
use crate::workspace;

/// One `FORMAT=FILE`.
#[derive(Clone, Debug)]
pub(super) struct Report {
    format: &'static Format,
    file: PathBuf,
}

impl Report {
    /// Reads the argument.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').ok_or("write a format, `=` and the name of a file")?;
        let format = FORMATS.iter().find(|format| format.name == name).ok_or_else(|| unknown(name))?;
        match file {
            "" => Err("the name of a file is missing".into()),
            "-" => Err(format!("for standard output, write `--output-format {name}`")),
            _ if file.ends_with(".plumb") => Err("it would take the place of a proposal".into()),
            _ => Ok(Self { format, file: file.into() }),
        }
    }
}

fn unknown(name: &str) -> String {
    let names = || FORMATS.iter().map(|format| format.name);
    match nearest(name, names()) {
        Some(near) => format!("there is no format `{name}`; did you mean `{near}`?"),
        None => format!("there is no format `{name}`; there are {}", names().collect::<Vec<_>>().join(", ")),
    }
}

/// Whether each report has a file of its own.
pub(super) fn are_apart(reports: &[Report]) -> bool {
    let mut files = BTreeSet::new();
    let shared = reports.iter().find(|report| !files.insert(&report.file));
    if let Some(shared) = shared {
        complain(&format!("error: two reports cannot share the file `{}`\n", shown(shared)));
    }
    shared.is_none()
}

/// What the reports show of a finding.
pub(super) fn detail(reports: &[Report]) -> Detail {
    reports.iter().map(|report| report.format.detail).max().unwrap_or(Detail::Count)
}

/// Writes all reports, and whether that succeeded; one that fails keeps none of the others from being written.
pub(super) fn write(reports: &[Report], run: &Run, style: &Style) -> bool {
    let mut written = true;
    for report in reports {
        let result = workspace::replace(&report.file, |out| report.format.write(run, style, out));
        if let Err(error) = result {
            let why = error.get_ref().map_or_else(|| error.kind().to_string(), ToString::to_string);
            complain(&format!("error: the report `{}` cannot be written: {why}\n", shown(report)));
            written = false;
        }
    }
    written
}

fn shown(report: &Report) -> String {
    clean(&report.file.to_string_lossy()).into_owned()
}

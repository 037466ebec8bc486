//! `plumbrule check --show-files`: what would be read, and what would be reported on. Knows no text.

use std::io::Write;
use std::path::PathBuf;

use super::prose::{clean, table};
use super::{CLEAN, Done, refuse};
use crate::source::{FileId, Sources};
use crate::workspace::{Choice, Disk, Found};

pub(super) fn show(paths: &[PathBuf], choice: &Choice<'_>, out: &mut dyn Write) -> Done {
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    let found = Disk::from_here().find(paths, choice, &mut sources, &mut diagnostics);
    let rows: Vec<[String; 2]> = found.iter().flat_map(|found| rows(found, &sources)).collect();
    let written = out.write_all(table(&rows).as_bytes());
    if diagnostics.is_empty() {
        return Done { code: CLEAN, written };
    }
    let refused = refuse(sources, diagnostics);
    Done { written: written.and(refused.written), ..refused }
}

/// The files of a portfolio, each with what becomes of it.
fn rows(found: &Found, sources: &Sources) -> Vec<[String; 2]> {
    let input = &found.input;
    let has = |files: &[FileId], file: &FileId| files.binary_search(file).is_ok();
    let read = input.files.iter().map(|file| {
        let fate = if has(&input.hidden, file) {
            "read, not reported: `report-exclude`".to_owned()
        } else if has(&input.named, file) {
            "read and reported".to_owned()
        } else {
            "read, not named".to_owned()
        };
        [clean(sources.name(*file)).into_owned(), fate]
    });
    let left_out = found
        .left_out
        .iter()
        .map(|(name, setting)| [clean(name).into_owned(), format!("not read: `{setting}`")]);
    let mut rows: Vec<[String; 2]> = read.chain(left_out).collect();
    rows.sort();
    rows
}

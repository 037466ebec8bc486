//! What a run rests on, as far as the disk tells it without a text being read: owns by what a change is noticed. Reads
//! settings, since they say which files count, and no proposal.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::path::PathBuf;

use super::read::Reader;
use super::{Choice, Disk, walk};
use crate::diagnostic::Diagnostic;
use crate::source::Sources;

/// All files that a run reads, as they are now: where two states are equal, a run finds the same.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    /// Proposals and rules; what vanished while it was looked at has no mark.
    files: BTreeMap<PathBuf, Option<Mark>>,
    /// The texts of settings.
    settings: Vec<String>,
    /// What is missing or cannot be read.
    said: Vec<Diagnostic>,
}

/// What differs when a file was written, replaced, or may be read no longer.
type Mark = [i128; 4];

impl Disk {
    /// What [`Disk::find`] with the same paths would read, and the rules that hold there.
    #[must_use]
    pub fn state(&self, paths: &[PathBuf], choice: &Choice<'_>) -> State {
        let (mut sources, mut said) = (Sources::default(), Vec::new());
        let listings = self.list(paths, choice, &mut Reader::new(self, &mut sources, &mut said));
        let folders = listings.iter().flat_map(|listing| &listing.config.folders).chain(choice.rules);
        let folders: BTreeSet<PathBuf> = folders.cloned().collect();
        let rules = folders.iter().flat_map(|folder| walk::all(folder).files);
        let proposals =
            listings.iter().flat_map(|listing| listing.files.iter().map(|(path, _)| path.clone()));
        let mark = |path: PathBuf| (fs::metadata(&path).ok().map(|found| mark(&found)), path);
        let files = rules.chain(proposals).map(mark).map(|(mark, path)| (path, mark)).collect();
        let settings = sources.iter().map(|(_, file)| file.text.to_string()).collect();
        State { files, settings, said }
    }
}

/// A file that takes the place of another may have its length and its time; it is another file all the same.
#[cfg(unix)]
fn mark(found: &Metadata) -> Mark {
    use std::os::unix::fs::MetadataExt;
    [found.ino().into(), found.size().into(), found.ctime().into(), found.ctime_nsec().into()]
}

#[cfg(not(unix))]
fn mark(found: &Metadata) -> Mark {
    let written = found.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let since = written.unwrap_or_default();
    [0, found.len().into(), since.as_secs().into(), since.subsec_nanos().into()]
}

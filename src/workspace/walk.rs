//! Lists the `.plumb` files below a folder. The only file that names the crates `ignore` and `walkdir`; links are
//! not followed, so each file is met once and a circle of links ends.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};

use ignore::{Error, WalkBuilder};
use walkdir::WalkDir;

use super::config::Config;
use super::disk::Disk;
use super::locate::{is_marked, repository};

/// What lies below a folder, in the order of the system.
#[derive(Default)]
pub(super) struct Below {
    /// `.plumb` files.
    pub(super) files: Vec<PathBuf>,
    /// Roots of other portfolios; what lies in them is not listed.
    pub(super) nested: Vec<PathBuf>,
    /// Folders that could not be listed, with the reason.
    pub(super) unread: Vec<(PathBuf, io::ErrorKind)>,
    /// Files and folders that a setting leaves out, with its name.
    pub(super) left_out: Vec<(PathBuf, &'static str)>,
}

/// What a walk comes upon besides files.
enum Met {
    Nested(PathBuf),
    LeftOut(PathBuf, &'static str),
}

/// The files of the portfolio with this root. What its settings leave out is not entered.
pub(super) fn portfolio(root: &Path, config: Option<&Arc<Config>>, disk: &Disk) -> Below {
    let unsaved: BTreeSet<PathBuf> = disk.covered_below(root).map(Path::to_owned).collect();
    let is_file = move |path: &Path| path.is_file() || unsaved.contains(path);
    let mut walk = WalkBuilder::new(root);
    // What only one machine says hides nothing: neither the user's own ignore files nor those above the
    // portfolio, unless it lies in a repository.
    walk.hidden(false).require_git(false).git_global(false).git_exclude(false);
    walk.parents(repository(root).is_some());
    let (found, met) = mpsc::channel();
    let config = config.map(Arc::clone);
    walk.filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        let is_read = is_folder || is_plumb(entry.path());
        let setting = config.as_ref().filter(|_| is_read);
        let setting = setting.and_then(|config| config.leaves_out(entry.path(), is_folder));
        let met = match setting {
            Some(setting) => Met::LeftOut(entry.path().to_owned(), setting),
            None if is_folder && is_marked(entry.path(), &is_file) => Met::Nested(entry.path().to_owned()),
            None => return entry.file_name() != ".git",
        };
        // The receiver outlives the walk.
        let _ = found.send(met);
        false
    });
    let mut below = run(&walk, root);
    for met in met.try_iter() {
        match met {
            Met::Nested(path) => below.nested.push(path),
            Met::LeftOut(path, setting) => below.left_out.push((path, setting)),
        }
    }
    below
}

/// All files below a folder of rules, or the file itself. No ignore file has a say here: a rule that is left out
/// unseen looks like one that found nothing.
pub(super) fn all(folder: &Path) -> Below {
    let mut below = Below::default();
    for entry in WalkDir::new(folder).into_iter().filter_entry(|entry| entry.file_name() != ".git") {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_plumb(entry.path()) => {
                below.files.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let why = error.io_error().map_or(io::ErrorKind::Other, io::Error::kind);
                below.unread.push((error.path().unwrap_or(folder).to_owned(), why));
            }
        }
    }
    below
}

/// Most entries that are looked at to see that a pattern matches none.
const MAX_ENTRIES: usize = 100_000;

/// Shows all files and folders below a folder, ignored or not, until no more are wanted; whether none was missed.
pub(super) fn entries(folder: &Path, mut wants_more: impl FnMut(&Path, bool) -> bool) -> bool {
    let entries = WalkDir::new(folder).min_depth(1).into_iter();
    for (count, entry) in entries.filter_entry(|entry| entry.file_name() != ".git").enumerate() {
        let Ok(entry) = entry else { return false };
        if count == MAX_ENTRIES {
            return false;
        }
        if !wants_more(entry.path(), entry.file_type().is_dir()) {
            break;
        }
    }
    true
}

/// Whether a path has the name of a proposal.
pub(super) fn is_plumb(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("plumb"))
}

fn run(walk: &WalkBuilder, root: &Path) -> Below {
    let mut below = Below::default();
    for entry in walk.build() {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                if is_file && is_plumb(entry.path()) {
                    below.files.push(entry.into_path());
                }
            }
            Err(error) => below.unread.push(reason(&error, root)),
        }
    }
    below
}

/// Where a walk was stopped, and why.
fn reason(error: &Error, root: &Path) -> (PathBuf, io::ErrorKind) {
    let (mut path, mut error) = (root, error);
    loop {
        match error {
            Error::WithPath { path: at, err } => (path, error) = (at, err),
            Error::WithDepth { err, .. } | Error::WithLineNumber { err, .. } => error = err,
            Error::Io(error) => return (path.to_owned(), error.kind()),
            _ => return (path.to_owned(), io::ErrorKind::Other),
        }
    }
}

//! Finds and reads files: the only disk access of the library. Owns what belongs to a portfolio and the limits
//! of a run; knows neither what a text says nor how mistakes are shown.

mod disk;
mod locate;
mod marker;
mod names;
mod read;
mod slips;
mod walk;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use disk::Disk;
pub use read::MAX_TOTAL_BYTES;
pub use write::write_new;

use crate::analysis::Input;
use crate::diagnostic::Diagnostic;
use crate::source::{Origin, SourceFile, Sources};
use locate::Location;
use read::Reader;

/// Most files that a run reads.
pub const MAX_FILES: usize = 1_000_000;

impl Disk {
    /// Reads every portfolio in which one of the paths lies, and those below a folder that was named. Files below
    /// `rules` are no proposals. What could not be found or read is a diagnostic, and each of them means that
    /// something was not checked.
    pub fn find(
        &self,
        paths: &[PathBuf],
        rules: &[PathBuf],
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Input> {
        let mut targets = Vec::new();
        for path in paths {
            match locate::find(path, self) {
                Ok(location) => targets.push(location),
                Err(slip) => diagnostics.push(*slip),
            }
        }
        let rules = rules.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
        let mut search = Search { named: BTreeMap::new(), rules, files: 0, limit: MAX_FILES, disk: self };
        let listings = search.list(&targets, diagnostics);
        diagnostics.extend(targets.iter().filter_map(|target| search.unmatched(target)));
        let mut listings: Vec<(String, Listing)> =
            listings.into_iter().map(|listing| (self.name(&listing.root), listing)).collect();
        listings.sort_by(|a, b| a.0.cmp(&b.0));
        let mut reader = Reader::new(self, sources, diagnostics);
        let inputs = listings.into_iter().map(|(root, listing)| listing.read(root, &mut reader));
        inputs.filter(|input| !input.files.is_empty()).collect()
    }

    /// Reads all files below folders of rules: the name each is shown under, and its text.
    pub fn rule_files(
        &self,
        folders: &[PathBuf],
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<(String, String)> {
        let mut files = BTreeSet::new();
        for folder in folders {
            let location = match locate::find(folder, self) {
                Ok(location) => location,
                Err(slip) => {
                    diagnostics.push(*slip);
                    continue;
                }
            };
            let below = walk::all(&location.path);
            diagnostics.extend(below.unread.iter().map(|(path, why)| slips::folder(&self.name(path), *why)));
            let unsaved = self.covered_below(&location.path).filter(|path| walk::is_plumb(path));
            let found: Vec<PathBuf> = below.files.into_iter().chain(unsaved.map(Path::to_owned)).collect();
            if found.is_empty() {
                diagnostics.push(slips::no_files(&location, false));
            }
            files.extend(found);
        }
        let mut reader = Reader::new(self, sources, diagnostics);
        let mut texts: Vec<(String, String)> =
            files.iter().filter_map(|path| Some((self.name(path), reader.text(path)?))).collect();
        texts.sort();
        texts
    }
}

/// The files of one portfolio, each with whether it was named.
struct Listing {
    root: PathBuf,
    files: BTreeMap<PathBuf, bool>,
}

impl Listing {
    fn read(self, root: String, reader: &mut Reader<'_>) -> Input {
        marker::check(&self.root, reader);
        let mut files: Vec<(String, PathBuf, bool)> =
            self.files.into_iter().map(|(path, named)| (reader.disk.name(&path), path, named)).collect();
        files.sort();
        let mut input = Input { root, ..Input::default() };
        for (name, path, named) in files {
            let Some(text) = reader.text(&path) else { continue };
            let file = reader.sources.add(SourceFile::new(name, text, Origin::Portfolio));
            input.files.push(file);
            if named {
                input.named.push(file);
            }
        }
        input
    }
}

/// The search for the files of a run.
struct Search<'a> {
    /// The named paths, and whether a file was found for each.
    named: BTreeMap<PathBuf, bool>,
    rules: Vec<PathBuf>,
    files: usize,
    limit: usize,
    disk: &'a Disk,
}

impl Search<'_> {
    fn list(&mut self, targets: &[Location], diagnostics: &mut Vec<Diagnostic>) -> Vec<Listing> {
        self.named = targets.iter().map(|target| (target.path.clone(), false)).collect();
        // What can hold no proposal is no reason to look round.
        let mut waiting =
            locate::roots(targets.iter().filter(|target| target.is_folder || walk::is_plumb(&target.path)));
        let mut done: BTreeSet<PathBuf> = BTreeSet::new();
        let mut listings = Vec::new();
        while let Some(root) = waiting.pop_first() {
            // A file that is not saved yet may lie in a folder that is not made yet.
            let below = if root.is_dir() { walk::portfolio(&root) } else { walk::Below::default() };
            diagnostics
                .extend(below.unread.iter().map(|(path, why)| slips::folder(&self.disk.name(path), *why)));
            let nested = below.nested.into_iter().filter(|nested| self.is_named(nested));
            waiting.extend(nested.filter(|nested| !done.contains(nested)));
            let explicit = targets.iter().filter(|target| !target.is_folder && target.lies_in(&root));
            let explicit = explicit.filter(|target| walk::is_plumb(&target.path));
            let paths = below.files.into_iter().chain(explicit.map(|target| target.path.clone()));
            let files: BTreeMap<PathBuf, bool> =
                paths.filter(|path| !self.is_of_rules(path)).map(|path| (path, false)).collect();
            listings.extend(self.accept(&root, files, diagnostics));
            done.insert(root);
        }
        listings
    }

    /// The portfolio, if a named path lies in it and it can be read.
    fn accept(
        &mut self,
        root: &Path,
        mut files: BTreeMap<PathBuf, bool>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Listing> {
        for (path, named) in &mut files {
            *named = self.claim(path);
        }
        if !files.values().any(|named| *named) {
            return None;
        }
        // The order of a folder is the system's, so a part of the files would be a matter of chance.
        if files.len() > self.limit - self.files {
            diagnostics.push(slips::many_files(&self.disk.name(root), self.limit));
            return None;
        }
        self.files += files.len();
        Some(Listing { root: root.to_owned(), files })
    }

    /// Whether a file lies at or below a named path; all such paths have then found one.
    fn claim(&mut self, path: &Path) -> bool {
        let mut claimed = false;
        for above in path.ancestors() {
            if let Some(found) = self.named.get_mut(above) {
                (*found, claimed) = (true, true);
            }
        }
        claimed
    }

    fn is_named(&self, folder: &Path) -> bool {
        folder.ancestors().any(|above| self.named.contains_key(above))
    }

    fn is_of_rules(&self, path: &Path) -> bool {
        self.rules.iter().any(|folder| path.starts_with(folder))
    }

    fn unmatched(&self, target: &Location) -> Option<Diagnostic> {
        let is_matched = self.named.get(&target.path).copied().unwrap_or(false);
        (!is_matched).then(|| slips::no_files(target, self.is_of_rules(&target.path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_files_are_not_read_in_part() {
        let disk = Disk::from_here();
        let root = PathBuf::from("/p");
        let mut search =
            Search { named: [(root.clone(), false)].into(), rules: vec![], files: 0, limit: 3, disk: &disk };
        let files = |names: &[&str]| names.iter().map(|name| (root.join(name), false)).collect();
        let mut diagnostics = Vec::new();
        assert!(search.accept(&root, files(&["a", "b"]), &mut diagnostics).is_some());
        assert!(search.accept(&root, files(&["c", "d"]), &mut diagnostics).is_none());
        let codes: Vec<_> = diagnostics.iter().map(|found| found.code.as_str()).collect();
        assert_eq!(codes, ["over-limit"]);
        assert!(search.accept(&root, files(&["e"]), &mut diagnostics).is_some());
    }
}

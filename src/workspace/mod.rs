//! Finds and reads files: the only disk access of the library. Owns what belongs to a portfolio, which settings
//! hold there, and the limits of a run; knows neither what a text says nor how mistakes are shown.

mod config;
mod disk;
mod locate;
mod names;
mod patterns;
mod read;
mod slips;
mod walk;
mod watch;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use disk::Disk;
pub use read::MAX_TOTAL_BYTES;
pub use watch::State;
pub use write::{replace, write_new};

use crate::analysis::Input;
use crate::config::Local;
use crate::diagnostic::Diagnostic;
use crate::source::{Origin, SourceFile, Sources};
use config::{Config, Configs};
use locate::Location;
use read::Reader;

/// Most files that a run reads.
pub const MAX_FILES: usize = 1_000_000;

/// What the command line says of files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<'a> {
    /// Folders of rules: no file below them is a proposal.
    pub rules: &'a [PathBuf],
    /// The settings that hold for all portfolios, in place of their own.
    pub config: Option<&'a Path>,
    /// No settings from files.
    pub isolated: bool,
    /// Settings leave out also what is named itself.
    pub force_exclude: bool,
}

/// A portfolio that was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Its texts and settings.
    pub input: Input,
    /// Its folders of rules.
    pub rules: Vec<PathBuf>,
    /// Files and folders that a setting leaves out: the name of each, and of the setting.
    pub left_out: Vec<(String, &'static str)>,
}

impl Disk {
    /// Reads every portfolio in which one of the paths lies, and those below a folder that was named. What could not
    /// be found or read is a diagnostic, and each of them means that something was not checked. A portfolio with a
    /// mistake in its settings is not read.
    pub fn find(
        &self,
        paths: &[PathBuf],
        choice: &Choice<'_>,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Found> {
        let mut reader = Reader::new(self, sources, diagnostics);
        let listings = self.list(paths, choice, &mut reader);
        let found = listings.into_iter().map(|listing| listing.read(&mut reader));
        found.filter(|found| !found.input.files.is_empty()).collect()
    }

    /// The files of these portfolios, in the order of their roots.
    fn list(&self, paths: &[PathBuf], choice: &Choice<'_>, reader: &mut Reader<'_>) -> Vec<Listing> {
        let mut targets = Vec::new();
        for path in paths {
            match locate::find(path, self) {
                Ok(location) => targets.push(location),
                Err(slip) => reader.diagnostics.push(*slip),
            }
        }
        let mut search = Search::new(choice, MAX_FILES);
        let mut listings = search.list(&targets, reader);
        reader.diagnostics.extend(targets.iter().filter_map(|target| search.unmatched(target)));
        let files = listings.iter().flat_map(|listing| listing.files.iter().map(|(path, _)| path));
        let left_out = listings.iter().flat_map(|listing| listing.left_out.iter().map(|(path, _)| path));
        let met: Vec<&Path> = files.chain(left_out).map(PathBuf::as_path).collect();
        reader.diagnostics.extend(search.configs.idle(&met));
        listings.sort_by_cached_key(|listing| self.name(&listing.root));
        listings
    }

    /// The portfolio in which a path lies, with its settings and no text; none if there is a mistake in them.
    pub fn settings(
        &self,
        path: &Path,
        choice: &Choice<'_>,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Found> {
        let mut reader = Reader::new(self, sources, diagnostics);
        let location = match locate::find(path, self) {
            Ok(location) => location,
            Err(slip) => {
                reader.diagnostics.push(*slip);
                return None;
            }
        };
        let root = location.root();
        let config = Configs::new(choice).of(root, &mut reader)?;
        Some(Listing::new(root, config).read(&mut reader))
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

/// The files of one portfolio.
struct Listing {
    root: PathBuf,
    config: Arc<Config>,
    files: Vec<(PathBuf, Naming)>,
    left_out: Vec<(PathBuf, &'static str)>,
}

/// Whether a file was named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// Neither it nor a folder around it.
    Not,
    /// With a folder around it.
    Around,
    /// Itself, which outranks the settings.
    Itself,
}

impl Listing {
    fn new(root: &Path, config: Arc<Config>) -> Self {
        Self { root: root.to_owned(), config, files: Vec::new(), left_out: Vec::new() }
    }

    fn read(self, reader: &mut Reader<'_>) -> Found {
        let Self { root, config, files, left_out } = self;
        let mut files: Vec<(String, PathBuf, Naming)> =
            files.into_iter().map(|(path, naming)| (reader.disk.name(&path), path, naming)).collect();
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let root = reader.disk.name(&root);
        let mut input = Input { root, settings: config.settings.clone(), ..Input::default() };
        let levels =
            config.overrides.iter().map(|(_, levels)| Local { levels: levels.clone(), files: vec![] });
        input.overrides = levels.collect();
        let paths: Vec<&Path> = files.iter().map(|(_, path, _)| path.as_path()).collect();
        let read = reader.read_ahead(&paths);
        for ((name, path, naming), read) in files.into_iter().zip(read) {
            let Some(text) = reader.accept(&path, read) else { continue };
            let file = reader.sources.add(SourceFile::new(name, text, Origin::Portfolio));
            input.files.push(file);
            if naming != Naming::Not {
                input.named.push(file);
            }
            if naming != Naming::Itself && config.hides(&path) {
                input.hidden.push(file);
            }
            for (local, (patterns, _)) in input.overrides.iter_mut().zip(&config.overrides) {
                local.files.extend(patterns.hold(&path, false).then_some(file));
            }
        }
        let mut left_out: Vec<(String, &'static str)> =
            left_out.into_iter().map(|(path, setting)| (reader.disk.name(&path), setting)).collect();
        left_out.sort();
        Found { input, rules: config.folders.clone(), left_out }
    }
}

/// The search for the files of a run.
struct Search<'a> {
    /// The named paths, and whether a file was found for each.
    named: BTreeMap<PathBuf, bool>,
    configs: Configs<'a>,
    force_exclude: bool,
    files: usize,
    limit: usize,
}

impl<'a> Search<'a> {
    fn new(choice: &'a Choice<'a>, limit: usize) -> Self {
        let (configs, force_exclude) = (Configs::new(choice), choice.force_exclude);
        Self { named: BTreeMap::new(), configs, force_exclude, files: 0, limit }
    }

    fn list(&mut self, targets: &[Location], reader: &mut Reader<'_>) -> Vec<Listing> {
        self.named = targets.iter().map(|target| (target.path.clone(), false)).collect();
        // What can hold no proposal is no reason to look round.
        let mut waiting =
            locate::roots(targets.iter().filter(|target| target.is_folder || walk::is_plumb(&target.path)));
        let mut done: BTreeSet<PathBuf> = BTreeSet::new();
        let mut listings = Vec::new();
        while let Some(root) = waiting.pop_first() {
            let config = self.configs.of(&root, reader);
            // A file that is not saved yet may lie in a folder that is not made yet.
            let below = if root.is_dir() {
                walk::portfolio(&root, config.as_ref(), reader.disk)
            } else {
                walk::Below::default()
            };
            let unread = below.unread.iter().map(|(path, why)| slips::folder(&reader.disk.name(path), *why));
            reader.diagnostics.extend(unread);
            let nested = below.nested.into_iter().filter(|nested| self.is_named(nested));
            waiting.extend(nested.filter(|nested| !done.contains(nested)));
            let targets = targets.iter().filter(|target| target.lies_in(&root));
            let (kept, dropped): (Vec<_>, Vec<_>) =
                targets.partition(|target| !self.is_dropped(target, config.as_deref()));
            for target in &dropped {
                self.named.insert(target.path.clone(), true);
            }
            let explicit = kept.iter().filter(|target| !target.is_folder && walk::is_plumb(&target.path));
            let paths = below.files.into_iter().chain(explicit.map(|target| target.path.clone()));
            let mut paths: Vec<PathBuf> = paths.filter(|path| !self.configs.is_of_rules(path)).collect();
            // Byte by byte: the order of paths goes by their parts, which is slow.
            paths.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
            paths.dedup();
            let files = self.accept(&root, paths, !dropped.is_empty(), reader);
            // A mistake in the settings was said; the files count as found, and are not read.
            if let (Some(files), Some(config)) = (files, config) {
                listings.push(Listing { files, left_out: below.left_out, ..Listing::new(&root, config) });
            }
            done.insert(root);
        }
        listings
    }

    /// Whether a named path is left out all the same, since the run asks for that.
    fn is_dropped(&self, target: &Location, config: Option<&Config>) -> bool {
        let left_out =
            config.is_some_and(|config| config.leaves_out(&target.path, target.is_folder).is_some());
        self.force_exclude && left_out
    }

    /// The files of a portfolio, if a named path lies in it and it can be read.
    fn accept(
        &mut self,
        root: &Path,
        paths: Vec<PathBuf>,
        mut is_named: bool,
        reader: &mut Reader<'_>,
    ) -> Option<Vec<(PathBuf, Naming)>> {
        let named = |path: PathBuf| {
            let naming = self.claim(&path);
            (path, naming)
        };
        let files: Vec<(PathBuf, Naming)> = paths.into_iter().map(named).collect();
        is_named |= files.iter().any(|(_, naming)| *naming != Naming::Not);
        if !is_named {
            return None;
        }
        // The order of a folder is the system's, so a part of the files would be a matter of chance.
        if files.len() > self.limit - self.files {
            reader.diagnostics.push(slips::many_files(&reader.disk.name(root), self.limit));
            return None;
        }
        self.files += files.len();
        Some(files)
    }

    /// Whether a file lies at or below a named path; all such paths have then found one.
    fn claim(&mut self, path: &Path) -> Naming {
        let mut naming = Naming::Not;
        for above in path.ancestors() {
            if let Some(found) = self.named.get_mut(above) {
                *found = true;
                let own = if above == path && !self.force_exclude { Naming::Itself } else { Naming::Around };
                naming = if naming == Naming::Itself { naming } else { own };
            }
        }
        naming
    }

    fn is_named(&self, folder: &Path) -> bool {
        folder.ancestors().any(|above| self.named.contains_key(above))
    }

    fn unmatched(&self, target: &Location) -> Option<Diagnostic> {
        let is_matched = self.named.get(&target.path).copied().unwrap_or(false);
        (!is_matched).then(|| slips::no_files(target, self.configs.is_of_rules(&target.path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_files_are_not_read_in_part() {
        let disk = Disk::from_here();
        let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
        let mut reader = Reader::new(&disk, &mut sources, &mut diagnostics);
        let root = PathBuf::from("/p");
        let choice = Choice::default();
        let mut search = Search { named: [(root.clone(), false)].into(), ..Search::new(&choice, 3) };
        let mut accepts = |names: &[&str]| {
            let files = names.iter().map(|name| root.join(name)).collect();
            search.accept(&root, files, false, &mut reader).is_some()
        };
        assert_eq!([accepts(&["a", "b"]), accepts(&["c", "d"]), accepts(&["e"])], [true, false, true]);
        let codes: Vec<_> = diagnostics.iter().map(|found| found.code.as_str()).collect();
        assert_eq!(codes, ["over-limit"]);
    }
}

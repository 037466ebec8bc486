//! The disk as a run sees it: owns the names that files are shown under, and the texts that lie over files because
//! an editor has not saved them. Knows no portfolio.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::names::Shown;

/// Files with the texts that lie over them.
pub struct Disk {
    shown: Shown,
    unsaved: BTreeMap<PathBuf, Vec<u8>>,
}

impl Disk {
    /// Files are called as seen from the current folder.
    #[must_use]
    pub fn from_here() -> Self {
        Self { shown: Shown::from_here(), unsaved: BTreeMap::new() }
    }

    /// Files are called by their whole paths.
    #[must_use]
    pub fn by_whole_paths() -> Self {
        Self { shown: Shown::whole(), unsaved: BTreeMap::new() }
    }

    /// Lays a text over a file, which need not exist.
    pub fn lay(&mut self, path: &Path, text: impl Into<Vec<u8>>) {
        self.unsaved.insert(place(path), text.into());
    }

    /// The name that a file is shown under.
    #[must_use]
    pub fn name_of(&self, path: &Path) -> String {
        self.name(&place(path))
    }

    /// The name of a path without links.
    pub(super) fn name(&self, path: &Path) -> String {
        self.shown.name(path)
    }

    /// The text that lies over a path without links.
    pub(super) fn unsaved(&self, path: &Path) -> Option<&[u8]> {
        self.unsaved.get(path).map(Vec::as_slice)
    }

    /// Where a path leads to, if a text lies there.
    pub(super) fn covered(&self, path: &Path) -> Option<PathBuf> {
        let place = place(path);
        self.unsaved.contains_key(&place).then_some(place)
    }

    /// Whether there is a file, saved or not. The path is without links.
    pub(super) fn is_file(&self, path: &Path) -> bool {
        self.unsaved.contains_key(path) || path.is_file()
    }

    /// Files below a folder over which texts lie.
    pub(super) fn covered_below<'d>(&'d self, folder: &'d Path) -> impl Iterator<Item = &'d Path> {
        self.unsaved.keys().map(PathBuf::as_path).filter(move |path| path.starts_with(folder))
    }
}

/// A path without links. Of one that does not exist, the part that does is without them.
fn place(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let known = whole.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    known.map_or_else(
        || whole.clone(),
        |(above, place)| match whole.strip_prefix(above) {
            Ok(rest) if rest != Path::new("") => place.join(rest),
            _ => place,
        },
    )
}

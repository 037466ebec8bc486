//! Where a named path lies: the root of its portfolio, and what was meant by one that does not exist. Knows
//! folders and their markers, reads no file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::disk::Disk;
use super::read::Unread;
use super::{names, slips};
use crate::config::FILE_NAME;
use crate::diagnostic::Diagnostic;

/// Files that make their folder the root of a portfolio.
const MARKERS: [&str; 2] = ["portfolio.plumb", FILE_NAME];

/// A named path that exists.
pub(super) struct Location {
    /// Where it is, without links.
    pub(super) path: PathBuf,
    /// As it was written.
    pub(super) written: String,
    /// Whether it is a folder and not a file.
    pub(super) is_folder: bool,
    root: Root,
}

#[derive(Clone, PartialEq, Eq)]
struct Root {
    path: PathBuf,
    is_marked: bool,
}

impl Location {
    /// The root of its portfolio.
    pub(super) fn root(&self) -> &Path {
        &self.root.path
    }

    /// Whether the root of its portfolio is this one.
    pub(super) fn lies_in(&self, root: &Path) -> bool {
        self.root.path == root || !self.root.is_marked && self.root.path.starts_with(root)
    }
}

/// Finds a named path. A link stands for what it leads to.
pub(super) fn find(path: &Path, disk: &Disk) -> Result<Location, Box<Diagnostic>> {
    let written = names::text(path);
    if let Some(path) = disk.covered(path) {
        let root = root(path.parent().unwrap_or(&path), disk);
        return Ok(Location { root, path, written, is_folder: false });
    }
    let (place, metadata) = match path.canonicalize().and_then(|place| Ok((fs::metadata(&place)?, place))) {
        Ok((metadata, place)) => (place, metadata),
        Err(error) => return Err(Box::new(slips::lost(&written, &error, meant(path)))),
    };
    if !metadata.is_dir() && !metadata.is_file() {
        return Err(Box::new(slips::unread(&written, &Unread::NoPlainFile)));
    }
    let is_folder = metadata.is_dir();
    let folder = if is_folder { place.as_path() } else { place.parent().unwrap_or(&place) };
    let root = root(folder, disk);
    Ok(Location { root, path: place, written, is_folder })
}

/// Whether a folder is the root of a portfolio by a file of its own, among the files that there are.
pub(super) fn is_marked(folder: &Path, is_file: impl Fn(&Path) -> bool) -> bool {
    MARKERS.iter().any(|marker| is_file(&folder.join(marker)))
}

/// The folder at or above this one that holds a repository.
pub(super) fn repository(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|above| above.join(".git").exists())
}

/// A folder and those above it, up to the one that holds the repository: what lies around that is no part of
/// the project, and another machine would not have it.
pub(super) fn within(folder: &Path) -> impl Iterator<Item = &Path> {
    let last = repository(folder);
    folder.ancestors().take_while(move |above| last.is_none_or(|last| above.starts_with(last)))
}

fn root(folder: &Path, disk: &Disk) -> Root {
    match within(folder).find(|above| is_marked(above, |path| disk.is_file(path))) {
        Some(marked) => Root { path: marked.to_owned(), is_marked: true },
        None => Root { path: repository(folder).unwrap_or(folder).to_owned(), is_marked: false },
    }
}

/// The roots of all locations. An unmarked one inside another is a part of it, so that no file is read twice.
pub(super) fn roots<'l>(locations: impl Iterator<Item = &'l Location> + Clone) -> BTreeSet<PathBuf> {
    let unmarked: BTreeSet<&Path> = locations
        .clone()
        .filter(|location| !location.root.is_marked)
        .map(|location| location.root.path.as_path())
        .collect();
    let outermost =
        |path: &Path| path.ancestors().filter(|above| unmarked.contains(above)).last().map(Path::to_owned);
    let root = |location: &Location| outermost(&location.root.path).unwrap_or(location.root.path.clone());
    locations.map(root).collect()
}

/// The path that a slip of the pen in one of its parts most likely meant.
pub(super) fn meant(path: &Path) -> Option<String> {
    let missing = path.ancestors().take_while(|above| *above != Path::new("") && !above.exists()).last()?;
    let folder = missing.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let entries: Vec<String> = entries.collect();
    let near = crate::names::nearest(missing.file_name()?.to_str()?, entries.iter().map(String::as_str))?;
    let rest = path.strip_prefix(missing).ok()?;
    let meant: PathBuf = missing.with_file_name(near).components().chain(rest.components()).collect();
    meant.exists().then(|| names::text(&meant))
}

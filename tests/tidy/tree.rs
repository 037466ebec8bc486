//! The files of the project: owns which are looked at, and how a finding about one is worded. May not know
//! what any check is about.

use std::fs;
use std::path::{Path, PathBuf};

/// A text of the project.
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Hidden folders that belong to the project.
const HIDDEN: [&str; 2] = [".ci", ".github"];

pub(crate) fn root() -> PathBuf {
    PathBuf::from(option_env!("CARGO_MANIFEST_DIR").unwrap_or("."))
}

/// A text by its path; empty if there is none, so that each check says what it misses in it.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// All texts whose path begins with one of `under` (all, if there is none), sorted; what is built is skipped.
pub(crate) fn files(under: &[&str]) -> Vec<File> {
    let mut paths = Vec::new();
    collect(&root(), "", &mut paths);
    paths.retain(|path| under.is_empty() || under.iter().any(|start| path.starts_with(start)));
    paths.sort();
    let text =
        |path: &String| fs::read(root().join(path)).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    paths.into_iter().filter_map(|path| text(&path).map(|text| File { path, text })).collect()
}

fn collect(folder: &Path, inside: &str, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let foreign = ["target", "node_modules", ".git"].contains(&name.as_str());
        if foreign || name.starts_with('.') && entry.path().is_dir() && !HIDDEN.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{inside}{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), paths);
        } else {
            paths.push(path);
        }
    }
}

impl File {
    pub(crate) fn is(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|own| own == extension)
    }

    /// The name without folder and extension.
    pub(crate) fn stem(&self) -> &str {
        Path::new(&self.path).file_stem().and_then(|stem| stem.to_str()).unwrap_or("")
    }

    /// Whether one of the paths is this file or, ending in `/`, a folder around it.
    pub(crate) fn lies_in(&self, paths: &[&str]) -> bool {
        paths.iter().any(|path| self.path == *path || path.ends_with('/') && self.path.starts_with(path))
    }

    /// A finding at a byte of the text: where it is, what is wrong, what to do.
    pub(crate) fn at(&self, offset: usize, what: &str) -> String {
        let line = self.text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1;
        format!("{}:{line}: {what}", self.path)
    }
}

/// Fails with all findings, one a line.
#[track_caller]
pub(crate) fn none(found: impl IntoIterator<Item = String>) {
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{} to mend:\n{}", found.len(), found.join("\n"));
}

//! Patterns of paths, as they stand in `.gitignore`. Knows no setting and reads no file.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::config::Word;
use crate::source::Place;

/// Some patterns, and the folder from which they are seen.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    folder: PathBuf,
    matcher: Gitignore,
}

impl Patterns {
    /// Reads patterns, seen from a folder. What is no pattern is handed back.
    pub(super) fn new(folder: &Path, words: &[Word]) -> (Self, Vec<Place>) {
        let mut builder = GitignoreBuilder::new(folder);
        let mut wrong = Vec::new();
        for word in words {
            // A remark in an ignore file is none in a list.
            if word.text.starts_with('#') || builder.add_line(None, &word.text).is_err() {
                wrong.push(word.place);
            }
        }
        let matcher = builder.build().unwrap_or_else(|_| Gitignore::empty());
        (Self { folder: folder.to_owned(), matcher }, wrong)
    }

    /// Whether a path matches, or a folder above it. Paths elsewhere match nothing.
    pub(super) fn hold(&self, path: &Path, is_folder: bool) -> bool {
        !self.matcher.is_empty()
            && path.starts_with(&self.folder)
            && self.matcher.matched_path_or_any_parents(path, is_folder).is_ignore()
    }
}

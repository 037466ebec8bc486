//! Patterns of paths, as they stand in `.gitignore`. Knows no setting and reads no file.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::walk;
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

    /// Those of the words that nothing below a folder matches, neither what was met there nor anything that ignore
    /// files hide. Silent where that cannot be known.
    pub(super) fn idle<'w>(folder: &Path, words: &[&'w Word], met: &[&Path]) -> Vec<&'w Word> {
        let (ignored, _) = Gitignore::new(folder.join(".gitignore"));
        // What is generated is missing at times.
        let generated = |word: &Word| {
            let path = word.text.trim_start_matches('/');
            ignored.matched(path.trim_end_matches('/'), path.ends_with('/')).is_ignore()
        };
        let asked = words.iter().filter(|word| !word.text.starts_with('!') && !generated(word));
        let patterns = asked.map(|word| (*word, Self::new(folder, &[(*word).clone()]).0));
        let is_met = |own: &Self| met.iter().any(|path| own.hold(path, false) || own.hold(path, true));
        let mut open: Vec<(&Word, Self)> = patterns.filter(|(_, own)| !is_met(own)).collect();
        let is_known = open.is_empty()
            || walk::entries(folder, |path, is_folder| {
                open.retain(|(_, own)| !own.hold(path, is_folder));
                !open.is_empty()
            });
        open.into_iter().filter(|_| is_known).map(|(word, _)| word).collect()
    }

    /// Whether a path matches, or a folder above it. Paths elsewhere match nothing.
    pub(super) fn hold(&self, path: &Path, is_folder: bool) -> bool {
        !self.matcher.is_empty()
            && path.starts_with(&self.folder)
            && self.matcher.matched_path_or_any_parents(path, is_folder).is_ignore()
    }
}

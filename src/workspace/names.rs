//! The names that files are shown under: relative to the current folder, with `/`. Knows no file's content.

use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

/// Names as seen from one folder.
pub(super) struct Shown {
    /// Without links; none if the current folder is gone, or names shall be whole.
    here: Option<PathBuf>,
}

impl Shown {
    /// Names as seen from the current folder.
    pub(super) fn from_here() -> Self {
        Self { here: std::env::current_dir().and_then(|here| here.canonicalize()).ok() }
    }

    /// Whole paths.
    pub(super) fn whole() -> Self {
        Self { here: None }
    }

    /// The name of a path without links: `.` for the current folder, `../x` beside it, and the whole path where
    /// the two share no more than the root of the disk.
    pub(super) fn name(&self, path: &Path) -> String {
        let Some(here) = &self.here else { return text(path) };
        let shared = |folder: &&Path| path.starts_with(folder) && names_a_folder(folder);
        let Some((ups, shared)) = here.ancestors().enumerate().find(|(_, folder)| shared(folder)) else {
            return text(path);
        };
        let below = path.strip_prefix(shared).unwrap_or(path);
        let relative: PathBuf =
            std::iter::repeat_n(Component::ParentDir, ups).chain(below.components()).collect();
        if relative == Path::new("") { ".".to_owned() } else { text(&relative) }
    }
}

fn names_a_folder(path: &Path) -> bool {
    path.components().any(|part| matches!(part, Component::Normal(_)))
}

/// A path as it is shown; bytes that are no UTF-8 become `U+FFFD`.
pub(super) fn text(path: &Path) -> String {
    let text = path.to_string_lossy();
    if MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(MAIN_SEPARATOR, "/") }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn names_are_relative_while_that_is_short() {
        let shown = Shown { here: Some("/data/me/deals".into()) };
        let cases = [
            ("/data/me/deals", "."),
            ("/data/me/deals/a/b.plumb", "a/b.plumb"),
            ("/data/me", ".."),
            ("/data/me/other/b.plumb", "../other/b.plumb"),
            ("/data/you/b.plumb", "../../you/b.plumb"),
            ("/tmp/b.plumb", "/tmp/b.plumb"),
        ];
        for (path, name) in cases {
            assert_eq!(shown.name(Path::new(path)), name);
        }
        assert_eq!(Shown { here: None }.name(Path::new("/tmp")), "/tmp");
    }
}

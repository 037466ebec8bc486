//! Texts for cases, and places in them by line and words.

use std::fs;
use std::path::{Path, PathBuf};

use plumbrule::source::{FileId, Origin, Place, SourceFile, Sources, Span};

/// Texts that become the sources of a run.
#[derive(Default)]
pub(crate) struct Texts {
    pub(crate) sources: Sources,
}

/// The directory of the cases.
pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report")
}

impl Texts {
    /// All `.plumb` files below a directory of the cases, in the order of their names.
    pub(crate) fn read(name: &str) -> Self {
        let root = directory().join(name);
        let mut paths: Vec<_> = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "plumb"))
            .collect();
        paths.sort();
        let mut texts = Self::default();
        for path in paths {
            let shown = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            texts.add(&shown, &fs::read_to_string(&path).unwrap());
        }
        texts
    }

    pub(crate) fn add(&mut self, name: &str, text: &str) -> FileId {
        let origin = if name.starts_with("<builtin>") { Origin::Builtin } else { Origin::Portfolio };
        self.sources.add(SourceFile::new(name, text, origin))
    }

    /// The first place of `words` on a line, counted from 1.
    pub(crate) fn at(&self, file: &str, line: u32, words: &str) -> Place {
        let (id, whole, text) = self.line(file, line);
        let start = whole.start as usize + text.find(words).unwrap();
        Place { file: id, span: Span::new(start, start + words.len()) }
    }

    /// The empty place at the end of a line.
    pub(crate) fn after(&self, file: &str, line: u32) -> Place {
        let (file, whole, _) = self.line(file, line);
        Place { file, span: Span { start: whole.end, end: whole.end } }
    }

    fn line(&self, name: &str, line: u32) -> (FileId, Span, &str) {
        let (id, file) = self.sources.iter().find(|(_, file)| file.name == name).unwrap();
        let span = file.lines().span(&file.text, line - 1);
        (id, span, span.of(&file.text))
    }
}

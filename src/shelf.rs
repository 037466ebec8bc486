//! The rulebooks of a run: what is shipped, and what settings and the command line lay over it. Knows only how to
//! ask for them.

use std::path::PathBuf;
use std::rc::Rc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rulebook::{Additions, Rulebook};
use crate::source::{Place, Sources};
use crate::workspace::{Disk, Found};

/// Folders and parameters, by which rulebooks differ.
type Key = (Vec<PathBuf>, Vec<(String, Place)>);

/// The rulebooks of a run: portfolios that set the same share one.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Parameters of the command line.
    flags: Vec<(String, Place)>,
    /// Whether examples of shipped rules are wanted.
    examples: bool,
    books: Vec<(Key, Option<Rc<Rulebook>>)>,
}

impl Shelf {
    /// An empty one, with the parameters that hold for all.
    #[must_use]
    pub fn new(flags: Vec<(String, Place)>) -> Self {
        Self { flags, ..Self::default() }
    }

    /// An empty one whose rulebooks hold the examples of shipped rules, too.
    #[must_use]
    pub fn with_examples() -> Self {
        Self { examples: true, ..Self::default() }
    }

    /// The rulebook of a portfolio; none if anything in it or in what is set of it is broken, since such rules
    /// judge nothing.
    pub fn book(
        &mut self,
        found: &Found,
        disk: &Disk,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Rc<Rulebook>> {
        let set = found.input.settings.parameters().map(|(name, word)| (name.to_owned(), word.place));
        let key = (found.rules.clone(), set.chain(self.flags.iter().cloned()).collect());
        let at = self.books.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            let book = load(&key, self.examples, disk, sources, diagnostics).map(Rc::new);
            self.books.push((key, book));
            self.books.len() - 1
        });
        let book = self.books.get(at).and_then(|(_, book)| book.clone())?;
        let before = diagnostics.len();
        book.check_settings(&found.input.settings, diagnostics);
        (diagnostics.len() == before).then_some(book)
    }
}

fn load(
    key: &Key,
    examples: bool,
    disk: &Disk,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Rulebook> {
    let (folders, parameters) = key;
    let before = diagnostics.len();
    let files = disk.rule_files(folders, sources, diagnostics);
    let additions = Additions { files, parameters: parameters.clone(), skip_examples: !examples };
    let book = Rulebook::load(sources, &additions, diagnostics);
    let said = diagnostics.get(before..).unwrap_or(&[]);
    (!said.iter().any(|found| found.severity == Severity::Error)).then_some(book)
}

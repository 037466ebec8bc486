//! The rulebooks of a run: what is shipped, and what settings and the command line lay over it. Knows only how to
//! ask for them.

use std::path::PathBuf;
use std::rc::Rc;

use crate::analysis::Options;
use crate::diagnostic::{Diagnostic, Severity};
use crate::rule::Extent;
use crate::rulebook::{Additions, Rulebook};
use crate::source::{Place, Sources, Span};
use crate::workspace::{Disk, Found};

/// Folders and parameters, by which rulebooks differ.
type Key = (Vec<PathBuf>, Vec<(String, Place)>);

/// The rulebooks of a run: portfolios that set the same share one.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Parameters of the command line.
    flags: Vec<(String, Place)>,
    /// How much of shipped rules is wanted.
    extent: Extent,
    /// The only rules that run, if there are any.
    select: Vec<String>,
    books: Vec<(Key, Option<Rc<Rulebook>>)>,
}

impl Shelf {
    /// An empty one, with the parameters of the command line, which hold for all.
    #[must_use]
    pub fn new(parameters: &[(String, String)], extent: Extent, sources: &mut Sources) -> Self {
        let mut flag = |(name, value): &(String, String)| {
            (name.clone(), sources.argument(&format!("--param {name}"), value))
        };
        let flags = parameters.iter().map(&mut flag).collect();
        Self { flags, extent, ..Self::default() }
    }

    /// For a run of these rules only, if there are any.
    #[must_use]
    pub fn for_rules(self, select: &[String]) -> Self {
        Self { select: select.to_vec(), ..self }
    }

    /// Whether each rule that the command line chooses is in a book. One that is in none would narrow the run to
    /// nothing, or look as if it were silenced.
    pub fn knows(&self, options: &Options, sources: &mut Sources, diagnostics: &mut Vec<Diagnostic>) -> bool {
        let before = diagnostics.len();
        let books = || self.books.iter().filter_map(|(_, book)| book.as_deref());
        let Some(first) = books().next() else { return false };
        let is_known = |id: &str| books().any(|book| book.catalogue.has_rule(id));
        for (flag, ids) in [("--select", &options.select), ("--ignore", &options.ignore)] {
            if ids.iter().all(|id| is_known(id)) {
                continue;
            }
            let whole = sources.argument(flag, &ids.join(","));
            let mut start = 0;
            for id in ids {
                let span = Span::new(start, start + id.len());
                start += id.len() + 1;
                if !is_known(id) {
                    diagnostics.push(first.catalogue.no_such_rule(id, Place { span, ..whole }));
                }
            }
        }
        diagnostics.len() == before
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
            let book = self.load(&key, disk, sources, diagnostics).map(Rc::new);
            self.books.push((key, book));
            self.books.len() - 1
        });
        let book = self.books.get(at).and_then(|(_, book)| book.clone())?;
        let before = diagnostics.len();
        book.check_settings(&found.input.settings, diagnostics);
        (diagnostics.len() == before).then_some(book)
    }

    fn load(
        &self,
        (folders, parameters): &Key,
        disk: &Disk,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Rulebook> {
        let before = diagnostics.len();
        let files = disk.rule_files(folders, sources, diagnostics);
        let (parameters, select) = (parameters.clone(), self.select.clone());
        let additions = Additions { files, parameters, extent: self.extent, select };
        let book = Rulebook::load(sources, &additions, diagnostics);
        let said = diagnostics.get(before..).unwrap_or(&[]);
        (!said.iter().any(|found| found.severity == Severity::Error)).then_some(book)
    }
}

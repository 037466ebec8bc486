//! The rulebooks of a command: what is shipped and what settings, `--rules` and `--param` lay over it. Knows only
//! how to ask for them.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::{Done, refuse};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rulebook::{Additions, Rulebook};
use crate::source::{Origin, Place, SourceFile, Sources, Span};
use crate::workspace::{self, Choice, Found};

/// Which rules and settings there are.
#[derive(clap::Args, Clone, Default)]
#[group(skip)]
pub(super) struct Args {
    /// A folder with rules, facts or kinds of your own, beside those of plumbrule; may be given again
    #[arg(long = "rules", value_name = "DIR")]
    pub(super) folders: Vec<PathBuf>,
    /// Settings for all portfolios, in place of the `plumbrule.toml` that each has; flags win over either
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub(super) config: Option<PathBuf>,
    /// No settings from any file
    #[arg(long)]
    pub(super) isolated: bool,
}

impl Args {
    /// What they say of files.
    pub(super) fn choice(&self, force_exclude: bool) -> Choice<'_> {
        let Self { folders, config, isolated } = self;
        Choice { rules: folders, config: config.as_deref(), isolated: *isolated, force_exclude }
    }
}

/// Folders and parameters, by which rulebooks differ.
type Key = (Vec<PathBuf>, Vec<(String, Place)>);

/// The rulebooks of a run: portfolios that set the same share one.
pub(super) struct Shelf {
    /// Parameters of the command line.
    flags: Vec<(String, Place)>,
    books: Vec<(Key, Option<Rc<Rulebook>>)>,
}

impl Shelf {
    pub(super) fn new(parameters: &[(String, String)], sources: &mut Sources) -> Self {
        let flag = |(name, value): &(String, String)| {
            (name.clone(), argument(sources, &format!("--param {name}"), value))
        };
        Self { flags: parameters.iter().map(flag).collect(), books: Vec::new() }
    }

    /// The rulebook of a portfolio; none if anything in it or in what is set of it is broken, since such rules
    /// judge nothing.
    pub(super) fn book(
        &mut self,
        found: &Found,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Rc<Rulebook>> {
        let set = found.input.settings.parameters().map(|(name, word)| (name.to_owned(), word.place));
        let key = (found.rules.clone(), set.chain(self.flags.iter().cloned()).collect());
        let at = self.books.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            let book = load(&key, sources, diagnostics).map(Rc::new);
            self.books.push((key, book));
            self.books.len() - 1
        });
        let book = self.books.get(at).and_then(|(_, book)| book.clone())?;
        let before = diagnostics.len();
        book.check_settings(&found.input.settings, diagnostics);
        (diagnostics.len() == before).then_some(book)
    }
}

fn load(key: &Key, sources: &mut Sources, diagnostics: &mut Vec<Diagnostic>) -> Option<Rulebook> {
    let (folders, parameters) = key;
    let before = diagnostics.len();
    let files = workspace::rule_files(folders, sources, diagnostics);
    let additions = Additions { files, parameters: parameters.clone() };
    let book = Rulebook::load(sources, &additions, diagnostics);
    let said = diagnostics.get(before..).unwrap_or(&[]);
    (!said.iter().any(|found| found.severity == Severity::Error)).then_some(book)
}

/// The rulebook that holds in the current folder, for a command that only shows it.
pub(super) fn open(args: &Args) -> Result<(Rulebook, Sources), Done> {
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    let found = workspace::settings(Path::new("."), &args.choice(false), &mut sources, &mut diagnostics);
    let mut shelf = Shelf::new(&[], &mut sources);
    let book = found.and_then(|found| shelf.book(&found, &mut sources, &mut diagnostics));
    drop(shelf);
    match book.and_then(Rc::into_inner) {
        Some(book) => Ok((book, sources)),
        None => Err(refuse(sources, diagnostics)),
    }
}

/// An argument as a text of the run, so that it is underlined like any other.
pub(super) fn argument(sources: &mut Sources, name: &str, text: &str) -> Place {
    let file = sources.add(SourceFile::new(name, text, Origin::Argument));
    Place { file, span: Span::new(0, text.len()) }
}

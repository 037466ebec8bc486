//! The rulebook of a command: what is shipped and what `--rules` and `--param` lay over it. Knows only how to
//! ask for them.

use std::path::PathBuf;

use super::{Done, refuse};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rule::Catalogue;
use crate::rulebook::{Additions, Rulebook};
use crate::source::{Origin, Place, SourceFile, Sources, Span};
use crate::workspace::Disk;

/// Which rules there are.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// A folder with rules, facts or kinds of your own, beside those of plumbrule; may be given again
    #[arg(long = "rules", value_name = "DIR")]
    pub(super) folders: Vec<PathBuf>,
}

/// Loads the rulebook; none if anything in it is broken, since such rules judge nothing.
pub(super) fn load(
    args: &Args,
    parameters: &[(String, String)],
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Rulebook> {
    let files = Disk::from_here().rule_files(&args.folders, sources, diagnostics);
    let additions = Additions { files, parameters: parameters.to_vec() };
    let book = Rulebook::load(sources, &additions, diagnostics);
    let is_broken = diagnostics.iter().any(|found| found.severity == Severity::Error);
    (!is_broken).then_some(book)
}

/// The shipped rules with a team's own, for a command that only shows them.
pub(super) fn open(args: &Args) -> Result<(Rulebook, Sources), Done> {
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    match load(args, &[], &mut sources, &mut diagnostics) {
        Some(book) => Ok((book, sources)),
        None => Err(refuse(sources, diagnostics)),
    }
}

/// An id that was named and cannot be chosen.
pub(super) fn unknown_rule(id: &str, catalogue: &Catalogue, place: Place) -> Diagnostic {
    let (message, label) = match (catalogue.explanation(id), catalogue.nearest(id)) {
        (Some(_), _) => (format!("`{id}` is no rule"), "mistakes in the text are always reported".into()),
        (None, Some(near)) => (format!("there is no rule `{id}`"), format!("did you mean `{near}`?")),
        (None, None) => (format!("there is no rule `{id}`"), "`plumbrule rules` lists them".into()),
    };
    Diagnostic::new("unknown-rule", Severity::Error, message, place.file, place.span).label(label)
}

/// An argument as a text of the run, so that it is underlined like any other.
pub(super) fn argument(sources: &mut Sources, name: &str, text: &str) -> Place {
    let file = sources.add(SourceFile::new(name, text, Origin::Argument));
    Place { file, span: Span::new(0, text.len()) }
}

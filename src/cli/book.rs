//! What the command line says of rules and settings. Knows only how to ask for them.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::{Done, refuse};
use crate::rulebook::Rulebook;
use crate::shelf::Shelf;
use crate::source::Sources;
use crate::workspace::{Choice, Disk};

/// The group in the help of what decides on a finding.
pub(super) const HEADING: &str = "Rules and settings";

/// Which rules and settings there are.
#[derive(clap::Args, Clone, Default)]
#[group(skip)]
#[command(next_help_heading = HEADING)]
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

/// The rulebook that holds in the current folder, for a command that only shows it.
pub(super) fn open(args: &Args) -> Result<(Rulebook, Sources), Done> {
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    let disk = Disk::from_here();
    let found = disk.settings(Path::new("."), &args.choice(false), &mut sources, &mut diagnostics);
    let mut shelf = Shelf::default().with_examples();
    let book = found.and_then(|found| shelf.book(&found, &disk, &mut sources, &mut diagnostics));
    drop(shelf);
    match book.and_then(Rc::into_inner) {
        Some(book) => Ok((book, sources)),
        None => Err(refuse(sources, diagnostics)),
    }
}

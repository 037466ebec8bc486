//! `plumbrule rules`: one line for each rule.

use std::io::Write;

use super::prose::{clean, table};
use super::{CLEAN, Done, book};

/// The pack of what is said about text; it is no rule and cannot be chosen.
const LANGUAGE: &str = "language";

/// Lists the rules: id, severity, pack and title
#[derive(clap::Args)]
pub(super) struct Args {
    /// Also what is said about mistakes in the text
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    book: book::Args,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    let (book, _) = match book::open(&args.book) {
        Ok(open) => open,
        Err(refused) => return refused,
    };
    let known = book.catalogue.explanations.iter().filter(|known| args.all || known.pack != LANGUAGE);
    let rows: Vec<_> = known
        .map(|known| [known.id.as_str(), known.severity.as_str(), &known.pack, &known.title].map(clean))
        .collect();
    Done { code: CLEAN, written: out.write_all(table(&rows).as_bytes()) }
}

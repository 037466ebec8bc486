//! `plumbrule test`: runs the examples that stand in rules. Owns what is printed of them.

use std::io::Write;
use std::path::PathBuf;

use super::prose::clean;
use super::{CLEAN, Done, EXIT_CODES, FINDINGS, book};
use crate::source::Origin;
use crate::verify::{self, Tested};

const EXAMPLES: &str = "\
Examples:
  plumbrule test            the rules of plumbrule itself
  plumbrule test our-rules  a team's own";

/// Runs the examples that stand in rules
#[derive(clap::Args)]
#[command(after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(super) struct Args {
    /// Folders with rules of your own, as for `--rules`; without one the rules of plumbrule are tested
    #[arg(value_name = "PATH")]
    folders: Vec<PathBuf>,
    /// Also drops each condition and turns each comparison round, and names what no example notices
    #[arg(long)]
    mutate: bool,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    let own = !args.folders.is_empty();
    // Examples say what holds where nobody sets anything.
    let own_book = book::Args { folders: args.folders.clone(), isolated: true, ..book::Args::default() };
    let (mut book, mut sources) = match book::open(&own_book) {
        Ok(open) => open,
        Err(refused) => return refused,
    };
    let origin = if own { Origin::Rules } else { Origin::Builtin };
    let tested = verify::all(&mut sources, &book, origin);
    let failed: Vec<&Tested> = tested.iter().filter(|tested| !tested.outcome.is_ok()).collect();
    let mut text = String::new();
    for tested in &failed {
        let line = format!("{}: {} example {}", tested.outcome.word(), tested.id, tested.number);
        text.push_str(&format!("{}{}\n", clean(&line), clean(&tested.detail())));
    }
    let passed = tested.len() - failed.len();
    text.push_str(&format!("{passed} passed, {} failed\n", failed.len()));
    let mut clean_run = failed.is_empty();
    if args.mutate {
        let (tried, unnoticed) = verify::mutate(&mut sources, &mut book, origin);
        for change in &unnoticed {
            let line =
                sources.get(change.place.file).map_or(0, |file| file.position(change.place.span.start).line);
            let words = format!("unnoticed: {}, line {line}: `{}` {}", change.id, change.words, change.deed);
            text.push_str(&format!("{}\n", clean(&words)));
        }
        text.push_str(&format!("{tried} changes tried, {} unnoticed\n", unnoticed.len()));
        clean_run &= unnoticed.is_empty();
    }
    Done { code: if clean_run { CLEAN } else { FINDINGS }, written: out.write_all(text.as_bytes()) }
}

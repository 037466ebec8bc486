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
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(super) struct Args {
    /// Folders with rules of your own, as for `--rules`; without one the rules of plumbrule are tested
    #[arg(value_name = "PATH")]
    folders: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    let own = !args.folders.is_empty();
    let (book, mut sources) = match book::open(&book::Args { folders: args.folders.clone() }) {
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
    Done { code: if failed.is_empty() { CLEAN } else { FINDINGS }, written: out.write_all(text.as_bytes()) }
}

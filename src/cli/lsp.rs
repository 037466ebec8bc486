//! `plumbrule lsp`: serves an editor over standard input and output. Owns what this means for the exit code.

use std::io::{self, Write};

use super::{CLEAN, Done, FINDINGS, book, judging};
use crate::lsp::{Settings, serve};

/// Serves an editor: diagnostics while typing, and what a word means
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    judging: judging::Args,
    #[command(flatten)]
    book: book::Args,
    /// Over standard input and output, which is the only way
    #[arg(long, hide = true)]
    stdio: bool,
}

/// As the protocol has it: 0 if the editor said that it would leave, else 1.
pub(super) fn run(args: Args, out: &mut dyn Write) -> Done {
    let options = args.judging.options();
    let judging::Args { parameters, .. } = args.judging;
    let book::Args { folders, config, isolated } = args.book;
    let settings =
        Settings { rules: folders, config, isolated, parameters, options, epoch: judging::epoch() };
    match serve(io::stdin(), out, settings) {
        Ok(was_said) => Done { code: if was_said { CLEAN } else { FINDINGS }, written: Ok(()) },
        Err(error) => Done { code: FINDINGS, written: Err(error) },
    }
}

//! The command line: owns arguments, exit codes and the only writer to the terminal. One subcommand is one file
//! and one variant of `Command`. Knows no algorithm.

mod book;
mod check;
mod completions;
mod config;
mod explain;
mod facts;
mod files;
mod init;
mod judging;
mod lsp;
mod man;
mod new;
mod progress;
mod prose;
mod reports;
mod rules;
mod schema;
mod terminal;
mod test;
mod watch;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};

use clap::{CommandFactory, Parser};

use crate::diagnostic::Diagnostic;
use crate::outcome::Run;
use crate::report::FORMATS;
use crate::source::Sources;

/// Nothing at or above the level that fails.
const CLEAN: u8 = 0;
/// Findings, or mistakes in text that was read.
const FINDINGS: u8 = 1;
/// Something was not read, not found, over a limit or broken; also wrong usage.
const FAILED: u8 = 2;

/// Bytes that are written at once.
const OUTPUT_BUFFER: usize = 64 * 1024;

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing found that fails the run
  1  findings at or above `--fail-on`, or mistakes in text that was read
  2  something was not found, not read, over a limit or broken, or the command was wrong";

const EXAMPLES: &str = "\
Examples:
  plumbrule check                        all proposals below this folder
  plumbrule check deals/red-river.plumb  report on one; all around it is read too
  plumbrule explain no-measurable-target
  plumbrule schema proposal > draft.plumb";

#[derive(Parser)]
#[command(name = "plumbrule", version, about, color = clap::ColorChoice::Never, max_term_width = 100)]
#[command(disable_help_subcommand = true, after_help = EXAMPLES)]
#[command(after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Check(check::Args),
    Explain(explain::Args),
    Rules(rules::Args),
    Facts(facts::Args),
    Schema(schema::Args),
    Config(config::Args),
    Init(init::Args),
    New(new::Args),
    Test(test::Args),
    Lsp(lsp::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// What came of a command: its exit code, which holds also where nobody reads the output to its end.
struct Done {
    code: u8,
    written: io::Result<()>,
}

/// Runs the command that the arguments spell, and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let mut out = BufWriter::with_capacity(OUTPUT_BUFFER, io::stdout().lock());
    let Done { code, written } = match Cli::try_parse_from(arguments) {
        Ok(cli) => match cli.command {
            Command::Check(args) => check::run(&args, &mut out),
            Command::Completions(args) => completions::run(&args, &mut out),
            Command::Config(args) => config::run(&args, &mut out),
            Command::Explain(args) => explain::run(&args, &mut out),
            Command::Facts(args) => facts::run(&args, &mut out),
            Command::Init(args) => init::run(&args, &mut out),
            Command::Lsp(args) => lsp::run(args, &mut out),
            Command::Man(args) => man::run(&args, &mut out),
            Command::New(args) => new::run(&args, &mut out),
            Command::Rules(args) => rules::run(&args, &mut out),
            Command::Schema(args) => schema::run(&args, &mut out),
            Command::Test(args) => test::run(&args, &mut out),
        },
        Err(usage) => help(&usage, &mut out),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("error: the output cannot be written: {}\n", error.kind()));
            FAILED
        }
        _ => code,
    }
}

/// All that the arguments can be.
fn command() -> clap::Command {
    Cli::command()
}

/// Help that was asked for, or what is wrong with the arguments.
fn help(usage: &clap::Error, out: &mut dyn Write) -> Done {
    let text = usage.render().to_string();
    if usage.use_stderr() {
        complain(&prose::clean_lines(&text));
        return Done { code: FAILED, written: Ok(()) };
    }
    Done { code: CLEAN, written: out.write_all(text.as_bytes()) }
}

/// A command that ends before it has anything to show.
fn refuse(sources: Sources, findings: Vec<Diagnostic>) -> Done {
    let findings = findings.into_iter().map(Box::new).collect();
    let run = Run { sources, findings, incomplete: true, ..Run::default() };
    let style = terminal::plain();
    let mut text = Vec::new();
    let written = FORMATS.first().map_or(Ok(()), |format| format.write(&run, &style, &mut text));
    complain(&String::from_utf8_lossy(&text));
    Done { code: FAILED, written }
}

/// Says something that is not the result. Whether anybody hears it changes nothing.
fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

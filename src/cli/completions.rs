//! `plumbrule completions`: what a shell needs to complete the command as it is typed. Owns what is completed beyond
//! what the arguments say of themselves: the ids of rules.

use std::io::Write;

use clap::Command;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap_complete::Shell;

use super::{CLEAN, Done, book, command};

/// Prints a script by which a shell completes commands, options, formats and rules
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell that reads it
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  source <(plumbrule completions bash)            in ~/.bashrc
  source <(plumbrule completions zsh)             in ~/.zshrc, behind `compinit`
  plumbrule completions fish > ~/.config/fish/completions/plumbrule.fish
  plumbrule completions powershell >> $PROFILE";

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    // The script may be read in any folder, so it knows what is shipped and no rules of a team.
    let shipped = book::Args { isolated: true, ..book::Args::default() };
    let (book, _) = match book::open(&shipped) {
        Ok(open) => open,
        Err(refused) => return refused,
    };
    let known = book.catalogue.explanations.iter();
    let rules = known.filter(|known| book.catalogue.rule(known.id.as_str()).is_some());
    let rules = rules.map(|known| PossibleValue::new(known.id.to_string()).help(known.title.clone()));
    let mut command = with_rules(command(), &rules.collect::<Vec<_>>());
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, env!("CARGO_PKG_NAME"), &mut script);
    Done { code: CLEAN, written: out.write_all(&script) }
}

/// The command, with a list of rules wherever it asks for one.
fn with_rules(command: Command, rules: &[PossibleValue]) -> Command {
    let asks = |arg: &&clap::Arg| arg.get_value_names().is_some_and(|names| names == [RULE]);
    let asking: Vec<_> = command.get_arguments().filter(asks).map(|arg| arg.get_id().clone()).collect();
    let among = |arg: clap::Arg| arg.value_parser(PossibleValuesParser::new(rules.to_vec()));
    let command = asking.into_iter().fold(command, |command, id| command.mut_arg(id, among));
    command.mut_subcommands(|inner| with_rules(inner, rules))
}

/// What stands in the help where a rule is to be named.
const RULE: &str = "RULE";

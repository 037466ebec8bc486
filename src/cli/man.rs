//! `plumbrule man`: the help of a command as a manual page. Owns what of the help stands where in it.

use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;

use super::prose::clean;
use super::{CLEAN, Done, FAILED, command, complain};
use crate::names::nearest;

/// Prints the manual page of plumbrule, or that of one of its commands
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The command that it is about
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  plumbrule man | man -l -
  plumbrule man check > /usr/local/share/man/man1/plumbrule-check.1";

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    let mut whole = command();
    whole.build();
    let mut found = &whole;
    for name in &args.command {
        match found.find_subcommand(name) {
            Some(inner) => found = inner,
            None => return unknown(found, name),
        }
    }
    let mut page = Vec::new();
    let written = write(found, &mut page).and_then(|()| out.write_all(&page));
    Done { code: CLEAN, written }
}

fn unknown(command: &Command, name: &str) -> Done {
    let near = nearest(name, command.get_subcommands().map(Command::get_name));
    let hint =
        near.map_or("`plumbrule --help` lists all".to_owned(), |near| format!("did you mean `{near}`?"));
    complain(&format!("error: there is no command `{}`; {hint}\n", clean(name)));
    Done { code: FAILED, written: Ok(()) }
}

fn write(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(command.clone());
    // Without a date, which would be that of the build. The crate leaves out what is empty, and the rest moves up.
    let name = command.get_display_name().unwrap_or(env!("CARGO_PKG_NAME"));
    writeln!(page, ".TH {} 1 \"\" \"plumbrule {}\"", name.replace('-', "\\-"), env!("CARGO_PKG_VERSION"))?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(page)?;
    }
    let more = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    more.lines().try_for_each(|line| match line.strip_suffix(':') {
        Some(title) if !title.starts_with(' ') => writeln!(page, ".SH {}\n.nf", title.to_uppercase()),
        _ => writeln!(page, "{}", as_it_stands(line)),
    })?;
    page.write_all(b".fi\n")
}

/// A line that the reader of pages changes nothing in.
fn as_it_stands(line: &str) -> String {
    let plain = line.trim().replace('\\', "\\e").replace('-', "\\-").replace('`', "\\(ga");
    if plain.is_empty() { String::new() } else { format!("\\&{plain}") }
}

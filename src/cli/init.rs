//! `plumbrule init`: writes a start for a folder of proposals: settings, a proposal that passes, the hook. Owns
//! these texts; never overwrites.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::prose::{clean, wrapped};
use super::{CLEAN, Done, FAILED, complain};
use crate::config::{FILE_NAME, SETTINGS};
use crate::workspace;

/// An example that is checked like all others, so that a start never fails.
const PROPOSAL: &str = include_str!("../../examples/start/proposal.plumb");

/// Columns of remarks.
const WIDTH: usize = 78;

/// Writes a commented start: settings, a proposal that passes, a hook for git
#[derive(clap::Args)]
pub(super) struct Args {
    /// The folder of your proposals
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    let mut text = String::new();
    for (name, start) in [(FILE_NAME, settings()), ("proposal.plumb", PROPOSAL.into()), (HOOK_FILE, hook())] {
        let path = args.folder.join(name);
        match workspace::write_new(&path, &start) {
            Ok(()) => text.push_str(&format!("wrote {}\n", shown(&path))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                text.push_str(&format!("kept {}, which was there already\n", shown(&path)));
            }
            Err(error) => {
                complain(&format!("error: {} cannot be written: {}\n", shown(&path), error.kind()));
                return Done { code: FAILED, written: out.write_all(text.as_bytes()) };
            }
        }
    }
    text.push_str(&format!("`plumbrule check {}` reads what is there\n", shown(&args.folder)));
    Done { code: CLEAN, written: out.write_all(text.as_bytes()) }
}

fn shown(path: &Path) -> String {
    clean(&path.display().to_string()).into_owned()
}

/// All settings as remarks, each with what it does.
fn settings() -> String {
    let mut text = String::from(
        "# Settings of plumbrule for the proposals in this folder and below. All may stay as they are;\n# `plumbrule config` shows what holds. Take away the `#` before a line to set it.\n",
    );
    for setting in SETTINGS {
        text.push('\n');
        text.push_str(&wrapped(setting.meaning, "# ", WIDTH));
        setting.example.lines().for_each(|line| text.push_str(&format!("#{line}\n")));
    }
    text
}

const HOOK_FILE: &str = ".pre-commit-config.yaml";

/// A hook for pre-commit or prek that runs the command as it is installed.
fn hook() -> String {
    "\
# `pre-commit install` (or `prek install`) lets git run this before each commit. It needs `plumbrule` on the path.
# The file must lie in the root of the repository; move it there if it does not.
repos:
  - repo: local
    hooks:
      - id: plumbrule
        name: plumbrule
        entry: plumbrule check --force-exclude
        language: system
        files: \\.plumb$
        require_serial: true
"
    .to_owned()
}

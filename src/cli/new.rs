//! `plumbrule new`: writes a commented start for a rule of a team's own. Owns that start; never overwrites.

use std::io::Write;
use std::path::PathBuf;

use super::prose::clean;
use super::{CLEAN, Done, book, refuse};
use crate::diagnostic::{Diagnostic, Severity};
use crate::workspace;

/// Writes a start for something of your own
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// A rule that passes its own tests, with a remark on each part
    Rule {
        /// Its id: small letters and hyphens, naming the defect
        id: String,
        /// The folder of your rules
        #[arg(value_name = "DIR", default_value = "our-rules")]
        folder: PathBuf,
    },
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    let What::Rule { id, folder } = &args.what;
    let (book, mut sources) = match book::open(&book::Args::default()) {
        Ok(open) => open,
        Err(refused) => return refused,
    };
    let well_formed = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let place = book::argument(&mut sources, "new rule", id);
    let refusal = if !well_formed {
        Some(("rule-syntax", format!("`{id}` is no id"), "small letters, digits and hyphens, a letter first"))
    } else if book.catalogue.explanation(id).is_some() {
        Some(("duplicate-id", format!("a rule `{id}` exists already"), "choose another name"))
    } else {
        None
    };
    if let Some((code, message, label)) = refusal {
        let found = Diagnostic::new(code, Severity::Error, message, place.file, place.span).label(label);
        return refuse(sources, vec![found]);
    }
    let path = folder.join(format!("{id}.plumb"));
    if let Err(error) = workspace::write_new(&path, &START.replace("RULE-ID", id)) {
        let message = format!("`{}` cannot be written: {error}", path.display());
        let found = Diagnostic::new("not-readable", Severity::Error, message, place.file, place.span);
        return refuse(sources, vec![found.label("not written")]);
    }
    let (path, folder) = (path.display().to_string(), folder.display().to_string());
    let (path, folder) = (clean(&path), clean(&folder));
    let text = format!(
        "wrote {path}\n`plumbrule test {folder}` runs its examples, `plumbrule check --rules {folder}` uses it\n"
    );
    Done { code: CLEAN, written: out.write_all(text.as_bytes()) }
}

/// Without a word of any domain: it speaks of proposals and their summaries, which every schema here has.
const START: &str = r#"# The id names the defect, as in "this proposal has …"; the file bears the same name.
rule RULE-ID "a summary is missing" {
  severity: note          # error, warning or note
  why: "say in one sentence why it matters (source, date)"
  doc: """
    What it finds, and what it leaves alone. `plumbrule explain RULE-ID` prints this.
  """

  # Of what it speaks: each proposal for which all conditions hold.
  for each p: proposal
  when not has(p.summary)

  # The first message and the first primary label whose `when` holds is said.
  message "`{p}` has no summary"
  label primary p: "no `summary` in this proposal"
  help "`summary: \"…\"`"

  # Examples are run by `plumbrule test`: a bad one gives just what it expects, a good one nothing.
  example bad {
    expect RULE-ID at p
    proposal p { status: mou }
  }
  example good {
    proposal p { summary: "What it is about" }
  }
}
"#;

//! `plumbrule explain`: what a rule or a language diagnostic is about, as one page. Knows what the catalogue
//! tells of it, and no rule.

use std::io::Write;

use super::prose::{clean, clean_lines, wrapped};
use super::{CLEAN, Done, book, refuse, terminal};
use crate::diagnostic::Code;
use crate::rule::{Example, Explanation, Rule};

/// Margin of running text and of examples.
const MARGIN: &str = "  ";
const INNER: &str = "    ";

/// Says what a rule is about and why it exists, with examples
#[derive(clap::Args)]
pub(super) struct Args {
    /// Its id, as it stands behind a finding
    rule: String,
    #[command(flatten)]
    book: book::Args,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    let (book, mut sources) = match book::open(&args.book) {
        Ok(open) => open,
        Err(refused) => return refused,
    };
    let Some(known) = book.catalogue.explanation(&args.rule) else {
        let place = sources.argument("explain", &args.rule);
        return refuse(sources, vec![book.catalogue.no_such_rule(&args.rule, place)]);
    };
    let page = page(known, book.catalogue.rule(&args.rule));
    Done { code: CLEAN, written: out.write_all(page.as_bytes()) }
}

fn page(known: &Explanation, rule: Option<&Rule>) -> String {
    let title = text(&format!("{}: {}", known.id, known.title), "");
    let mut blocks = vec![
        format!("{title}{}", text(&format!("{}, pack {}", known.severity, known.pack), "")),
        text(&known.doc, MARGIN),
    ];
    blocks.extend(known.why.iter().map(|why| format!("why\n{}", text(why, MARGIN))));
    blocks.extend(parameters(&known.parameters));
    for (word, bad) in [("bad", true), ("good", false)] {
        let example = known.examples.iter().find(|example| example.bad == bad);
        blocks.extend(example.iter().map(|example| show(word, example)));
    }
    if let Some(rule) = rule {
        blocks.extend(others("is silent where this has spoken", &rule.yields_to));
        blocks.extend(others("absorbs", &rule.covers));
    }
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n")
}

fn text(words: &str, margin: &str) -> String {
    wrapped(words, margin, terminal::WIDTH)
}

fn parameters(parameters: &[(String, String, String)]) -> Option<String> {
    let lines = parameters.iter().map(|(name, value, why)| {
        format!("{MARGIN}{}: {}\n{}", clean(name), clean(value.trim()), text(why, INNER))
    });
    let lines: String = lines.collect();
    (!lines.is_empty()).then(|| format!("thresholds, set with --param\n{lines}"))
}

fn show(word: &str, example: &Example) -> String {
    let title = if example.title.is_empty() { String::new() } else { format!(": {}", example.title) };
    let lines = example.lines().map(|line| format!("{INNER}{line}").trim_end().to_owned() + "\n");
    format!("{}{}", text(&format!("{word}{title}"), ""), clean_lines(&lines.collect::<String>()))
}

fn others(verb: &str, rules: &[Code]) -> Option<String> {
    let rules: Vec<String> = rules.iter().map(|id| format!("`{id}`")).collect();
    (!rules.is_empty()).then(|| text(&format!("{verb}: {}", rules.join(", ")), ""))
}

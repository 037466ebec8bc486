//! What is known of a rule or a mistake in the language, as Markdown: all of it as one page, or the first of it beside a
//! word. Owns the words; knows neither when they are shown nor where.

use super::desk::Desk;
use super::uri;
use crate::diagnostic::Code;
use crate::report::fence;
use crate::rule::{Example, Explanation, Reads};

/// All that `plumbrule explain` prints of a code; none if there is no such code.
pub(super) fn page(desk: &Desk, code: &str) -> Option<String> {
    let (known, rule) = desk.explained(code)?;
    let mut parts = vec![format!("# {}: {}", known.id, known.title), weight(known), known.doc.clone()];
    parts.extend(known.why.iter().map(|why| format!("## why\n\n{why}")));
    parts.extend(thresholds(&known.parameters));
    for (word, bad) in [("bad", true), ("good", false)] {
        let example = known.examples.iter().find(|example| example.bad == bad);
        parts.extend(example.iter().map(|example| show(word, example)));
    }
    if let Some(rule) = rule {
        parts.extend(others("is silent where this has spoken", &rule.yields_to));
        parts.extend(others("absorbs", &rule.covers));
    }
    Some(parts.join("\n\n") + "\n")
}

/// What is shown beside a word.
pub(super) fn head(known: &Explanation) -> String {
    let mut parts = vec![format!("**{}**: {}", known.id, known.title), weight(known), known.doc.clone()];
    parts.extend(known.why.clone());
    parts.join("\n\n")
}

fn weight(known: &Explanation) -> String {
    format!("{}, pack {}", known.severity, known.pack)
}

fn thresholds(parameters: &[(String, String, String)]) -> Option<String> {
    let point = |(name, value, why): &(String, String, String)| {
        format!("- `{name}`: {}\n\n  {}", value.trim(), why.replace('\n', "\n  "))
    };
    let points: Vec<String> = parameters.iter().map(point).collect();
    (!points.is_empty()).then(|| format!("## thresholds, set with `--param`\n\n{}", points.join("\n\n")))
}

fn show(word: &str, example: &Example) -> String {
    let title = if example.title.is_empty() { String::new() } else { format!(": {}", example.title) };
    let language = if example.reads == Reads::Settings { "toml" } else { "plumb" };
    let code = example.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let fence = fence(&code);
    format!("## {word}{title}\n\n{fence}{language}\n{code}\n{fence}")
}

fn others(verb: &str, rules: &[Code]) -> Option<String> {
    let link = |id: &Code| format!("[`{id}`]({})", uri::of_page(id.as_str()).0);
    let links: Vec<String> = rules.iter().map(link).collect();
    (!links.is_empty()).then(|| format!("{verb}: {}", links.join(", ")))
}

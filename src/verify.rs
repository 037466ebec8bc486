//! Runs the examples that rules and language pages carry: owns the names of what can come of one. Knows rules
//! and texts; may not know outputs.

use crate::analysis::{self, Input, Options};
use crate::diagnostic::Diagnostic;
use crate::rule::{Example, Explanation};
use crate::rulebook::{Additions, Rulebook};
use crate::source::{Origin, SourceFile, Sources};
use crate::value::Day;

/// What came of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As expected.
    Ok,
    /// A finding that was expected did not come.
    Missed(String),
    /// A finding came that was not expected.
    Noisy(String),
    /// The finding came, but points elsewhere.
    WrongPlace {
        /// Where it should point.
        expected: String,
        /// Where it points.
        found: String,
    },
}

/// The day on which examples are read.
const TODAY: &str = "2026-11-24";

/// Runs one example of a rule: a portfolio with the facts, in which only that rule runs.
#[must_use]
pub fn rule_example(
    sources: &mut Sources,
    book: &Rulebook,
    rule: &Explanation,
    example: &Example,
) -> Outcome {
    let findings = run(sources, book, rule.id.as_str(), example);
    let own: Vec<&Diagnostic> = findings.iter().filter(|finding| finding.code == rule.id).collect();
    let mut open: Vec<String> = example.expects.iter().map(|(_, path)| path.clone()).collect();
    let mut astray = Vec::new();
    for finding in own {
        let found = place_path(sources, finding);
        match open.iter().position(|expected| lands(&found, expected)) {
            Some(at) => {
                open.remove(at);
            }
            None => astray.push(found.join(" or ")),
        }
    }
    match (open.first(), astray.first()) {
        (None, None) => Outcome::Ok,
        (Some(expected), None) => Outcome::Missed(expected.clone()),
        (None, Some(found)) => Outcome::Noisy(found.clone()),
        (Some(expected), Some(found)) => {
            Outcome::WrongPlace { expected: expected.clone(), found: found.clone() }
        }
    }
}

/// Runs one example of a language page: a bad one yields its diagnostic and no other, a good one none.
#[must_use]
pub fn language_example(
    sources: &mut Sources,
    book: &Rulebook,
    page: &Explanation,
    example: &Example,
) -> Outcome {
    let said = if example.of_rules { rule_text(page, example) } else { said_of(sources, book, example) };
    let others: Vec<&Diagnostic> =
        said.iter().filter(|found| !example.bad || found.code != page.id).collect();
    if let Some(other) = others.first() {
        return Outcome::Noisy(format!("{}: {}", other.code, other.message));
    }
    if example.bad && said.is_empty() { Outcome::Missed(page.id.to_string()) } else { Outcome::Ok }
}

fn run(sources: &mut Sources, book: &Rulebook, rule: &str, example: &Example) -> Vec<Diagnostic> {
    let file = sources.add(SourceFile::new("example.plumb", example.text.clone(), Origin::Portfolio));
    let input = Input { root: ".".into(), files: vec![file], named: vec![file] };
    let Some(today) = Day::parse(TODAY) else { return Vec::new() };
    let options = Options { as_of: None, today, select: vec![rule.to_owned()], ignore: Vec::new() };
    analysis::check(sources, book, &input, &options).findings
}

/// What the language says of a portfolio: everything but the findings of rules.
fn said_of(sources: &mut Sources, book: &Rulebook, example: &Example) -> Vec<Diagnostic> {
    let mut said = run(sources, book, "", example);
    said.retain(|found| found.as_of.is_none());
    said
}

/// What is said of a text that is a team's rule file.
fn rule_text(page: &Explanation, example: &Example) -> Vec<Diagnostic> {
    let words = example.text.split_whitespace().collect::<Vec<_>>();
    let id = words.iter().position(|word| *word == "rule").and_then(|at| words.get(at + 1));
    let name = format!("own/{}.plumb", id.unwrap_or(&page.id.as_str()));
    let additions = Additions { files: vec![(name, example.text.clone())], parameters: Vec::new() };
    let mut said = Vec::new();
    Rulebook::load(&mut Sources::default(), &additions, &mut said);
    said
}

/// The paths by which the place of a primary label can be written: the entity, and the field in it.
fn place_path(sources: &Sources, finding: &Diagnostic) -> Vec<String> {
    let place = finding.primary.place;
    let Some(file) = sources.get(place.file) else { return Vec::new() };
    let mut said = Vec::new();
    let trees = crate::syntax::read(place.file, &file.text, &mut said);
    let mut paths = Vec::new();
    for tree in &trees {
        for root in crate::syntax::View::roots(place.file, &file.text, tree) {
            descend(root, "", place.span.start, &mut paths);
        }
    }
    paths
}

fn descend(view: crate::syntax::View<'_>, outer: &str, offset: u32, paths: &mut Vec<String>) {
    if !view.tree.span(view.id).contains(offset) {
        return;
    }
    let name = match view.shape() {
        crate::syntax::Shape::Block => view.name().unwrap_or_else(|| view.keyword()),
        _ => view.keyword(),
    };
    let path = if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") };
    paths.push(path.clone());
    view.inside().for_each(|inner| descend(inner, &path, offset, paths));
}

/// Whether the innermost place, or its end, is the expected path.
fn lands(found: &[String], expected: &str) -> bool {
    found.last().is_some_and(|path| path == expected || path.ends_with(&format!(".{expected}")))
}

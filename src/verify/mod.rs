//! Runs the examples that rules and language pages carry: owns the names of what can come of one. Knows rules
//! and texts; may not know outputs.

mod mutate;

use crate::analysis::{self, Input, Options};
use crate::config;
use crate::diagnostic::Diagnostic;
use crate::rule::{Example, Expectation, Explanation, Reads};
use crate::rulebook::{Additions, Rulebook};
use crate::source::{FileId, Origin, SourceFile, Sources};
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
    /// The finding came, and stays after a fix of its own was applied.
    FixWrong(String),
    /// The finding came with another severity.
    WrongSeverity {
        /// As it should be.
        expected: String,
        /// As it is.
        found: String,
    },
}

impl Outcome {
    /// Whether it is as expected.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        *self == Outcome::Ok
    }

    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Missed(_) => "missed",
            Outcome::Noisy(_) => "noisy",
            Outcome::WrongPlace { .. } => "wrong place",
            Outcome::FixWrong(_) => "fix wrong",
            Outcome::WrongSeverity { .. } => "wrong severity",
        }
    }
}

/// One example with what came of it.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The rule or language diagnostic.
    pub id: String,
    /// Its number among the examples there, from 1.
    pub number: usize,
    /// What it shows.
    pub title: String,
    /// What came of it.
    pub outcome: Outcome,
}

impl Tested {
    /// What was expected and what came instead.
    #[must_use]
    pub fn detail(&self) -> String {
        let title = if self.title.is_empty() { String::new() } else { format!(" ({})", self.title) };
        match &self.outcome {
            Outcome::Ok => title,
            Outcome::Missed(expected) => format!("{title}: nothing at {expected}"),
            Outcome::Noisy(found) => format!("{title}: not expected: {found}"),
            Outcome::WrongPlace { expected, found } => {
                format!("{title}: expected at {expected}, points at {found}")
            }
            Outcome::FixWrong(fix) => format!("{title}: the finding stays after `{fix}`"),
            Outcome::WrongSeverity { expected, found } => {
                format!("{title}: expected as {expected}, came as {found}")
            }
        }
    }
}

/// Runs all examples of rules and language pages that come from one origin.
#[must_use]
pub fn all(sources: &mut Sources, book: &Rulebook, origin: Origin) -> Vec<Tested> {
    let mut tested = Vec::new();
    for known in &book.catalogue.explanations {
        if sources.get(known.place.file).is_none_or(|file| file.origin != origin) {
            continue;
        }
        for (at, example) in known.examples.iter().enumerate() {
            let outcome = if known.pack == LANGUAGE {
                language_example(sources, book, known, example)
            } else {
                rule_example(sources, book, known, example)
            };
            let (id, title) = (known.id.to_string(), example.title.clone());
            tested.push(Tested { id, number: at + 1, title, outcome });
        }
    }
    tested
}

/// A change of a rule that none of its examples notices.
#[derive(Clone, Debug)]
pub struct Unnoticed {
    /// The rule.
    pub id: String,
    /// `dropped` or `turned round`.
    pub deed: &'static str,
    /// The words that were changed.
    pub words: String,
    /// Where they stand.
    pub place: crate::source::Place,
}

/// Changes each rule of an origin in turn, and names the changes that none of its examples notices; with how
/// many changes were tried.
#[must_use]
pub fn mutate(sources: &mut Sources, book: &mut Rulebook, origin: Origin) -> (usize, Vec<Unnoticed>) {
    let (mut tried, mut unnoticed) = (0, Vec::new());
    for at in 0..book.catalogue.rules.len() {
        let Some(rule) = book.catalogue.rules.get(at).cloned() else { continue };
        let Some(known) = book.catalogue.explanation(rule.id.as_str()).cloned() else { continue };
        if sources.get(rule.place.file).is_none_or(|file| file.origin != origin) {
            continue;
        }
        let mut number = 0;
        while let Some((changed, change)) = mutate::changed(&rule, number) {
            number += 1;
            tried += 1;
            put(book, at, changed);
            let noticed =
                known.examples.iter().any(|example| !rule_example(sources, book, &known, example).is_ok());
            if !noticed {
                let place = crate::source::Place { file: rule.place.file, span: change.span };
                let words = sources.words(place).split_whitespace().collect::<Vec<_>>().join(" ");
                let deed = if change.deed == mutate::Deed::Dropped { "dropped" } else { "turned round" };
                unnoticed.push(Unnoticed { id: rule.id.to_string(), deed, words, place });
            }
        }
        put(book, at, rule);
    }
    (tried, unnoticed)
}

fn put(book: &mut Rulebook, at: usize, rule: crate::rule::Rule) {
    if let Some(slot) = book.catalogue.rules.get_mut(at) {
        *slot = rule;
    }
}

/// Mistakes in the text of an example that are no mistake of the example: a name that a short portfolio does
/// not declare, and a value that cannot be read and shows that the rule stays silent.
const MAY_STAND_IN_EXAMPLES: [&str; 2] = ["undefined-reference", "unknown-unit"];

/// The pack of what is said about text.
const LANGUAGE: &str = "language";
/// The day on which examples are read.
const TODAY: &str = "2026-11-24";

/// Runs one example of a rule: a portfolio with the facts, in which only that rule runs.
fn rule_example(sources: &mut Sources, book: &Rulebook, rule: &Explanation, example: &Example) -> Outcome {
    let findings = run(sources, book, vec![rule.id.to_string()], example);
    let slip = findings.iter().find(|finding| {
        analysis::is_language_error(finding) && !MAY_STAND_IN_EXAMPLES.contains(&finding.code.as_str())
    });
    if let Some(slip) = slip {
        return Outcome::Noisy(format!("{}: {}", slip.code, slip.message));
    }
    let own = findings.iter().map(AsRef::as_ref).filter(|finding: &&Diagnostic| finding.code == rule.id);
    let own: Vec<&Diagnostic> = own.collect();
    let mut open: Vec<&Expectation> = example.expects.iter().collect();
    let (mut astray, mut wrong) = (Vec::new(), None);
    for finding in &own {
        let found = place_path(sources, finding);
        match open.iter().position(|expected| lands(&found, &expected.path)) {
            Some(at) => {
                let expected = open.remove(at);
                if let Some(severity) = expected.severity.filter(|severity| *severity != finding.severity) {
                    let (expected, found) = (severity.to_string(), finding.severity.to_string());
                    wrong = Some(Outcome::WrongSeverity { expected, found });
                }
            }
            None => astray.push(found.last().cloned().unwrap_or_default()),
        }
    }
    match (open.first(), astray.first()) {
        (None, None) => {
            wrong.or_else(|| fix_that_fails(sources, book, rule, &own, example)).unwrap_or(Outcome::Ok)
        }
        (Some(expected), None) => Outcome::Missed(expected.path.clone()),
        (None, Some(found)) => Outcome::Noisy(found.clone()),
        (Some(expected), Some(found)) => {
            Outcome::WrongPlace { expected: expected.path.clone(), found: found.clone() }
        }
    }
}

/// The first fix after which its finding is still there.
fn fix_that_fails(
    sources: &mut Sources,
    book: &Rulebook,
    rule: &Explanation,
    findings: &[&Diagnostic],
    example: &Example,
) -> Option<Outcome> {
    for finding in findings {
        let before = place_path(sources, finding);
        for fix in &finding.beyond().fixes {
            let text = applied(&example.text, &fix.edits);
            let mended = Example { text, ..example.clone() };
            let after = run(sources, book, vec![rule.id.to_string()], &mended);
            let stays = |found: &Diagnostic| found.code == rule.id && place_path(sources, found) == before;
            if after.iter().map(AsRef::as_ref).any(stays) {
                return Some(Outcome::FixWrong(fix.title.clone()));
            }
        }
    }
    None
}

/// A text with edits made; they do not overlap.
fn applied(text: &str, edits: &[crate::diagnostic::Edit]) -> String {
    let mut edits: Vec<_> = edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.span.start));
    edits.into_iter().fold(text.to_owned(), |mut text, edit| {
        let span = edit.place.span;
        if text.get(span.start as usize..span.end as usize).is_some() {
            text.replace_range(span.start as usize..span.end as usize, &edit.text);
        }
        text
    })
}

/// Runs one example of a language page: a bad one yields its diagnostic and no other, a good one none.
fn language_example(
    sources: &mut Sources,
    book: &Rulebook,
    page: &Explanation,
    example: &Example,
) -> Outcome {
    let said = match example.reads {
        Reads::Portfolio => said_of(sources, book, example),
        Reads::Rules => rule_text(page, example),
        Reads::Settings => {
            let mut said = Vec::new();
            config::read(FileId(0), &example.text, &mut said);
            said
        }
    };
    let others: Vec<&Diagnostic> =
        said.iter().filter(|found| !example.bad || found.code != page.id).collect();
    if let Some(other) = others.first() {
        return Outcome::Noisy(format!("{}: {}", other.code, other.message));
    }
    if example.bad && said.is_empty() { Outcome::Missed(page.id.to_string()) } else { Outcome::Ok }
}

fn run(
    sources: &mut Sources,
    book: &Rulebook,
    select: Vec<String>,
    example: &Example,
) -> Vec<Box<Diagnostic>> {
    let file = sources.add(SourceFile::new("example.plumb", example.text.clone(), Origin::Portfolio));
    let (files, named) = (vec![file], vec![file]);
    let input = Input { root: ".".into(), files, named, ..Input::default() };
    let Some(today) = Day::parse(TODAY) else { return Vec::new() };
    let options = Options { select, ..Options::of_day(today) };
    analysis::check(sources, book, &input, &options).findings
}

/// What the language says of a portfolio: everything but the findings of rules.
fn said_of(sources: &mut Sources, book: &Rulebook, example: &Example) -> Vec<Diagnostic> {
    let said = run(sources, book, Vec::new(), example).into_iter();
    said.filter(|found| found.as_of.is_none()).map(|found| *found).collect()
}

/// What is said of a text that is a team's rule file.
fn rule_text(page: &Explanation, example: &Example) -> Vec<Diagnostic> {
    let words = example.text.split_whitespace().collect::<Vec<_>>();
    let id = words.iter().position(|word| *word == "rule").and_then(|at| words.get(at + 1));
    let name = format!("own/{}.plumb", id.unwrap_or(&page.id.as_str()));
    let additions = Additions { files: vec![(name, example.text.clone())], ..Additions::default() };
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
    if !view.span().contains(offset) {
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

//! The examples of all shipped rules and language pages, each as it stands in its file.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use plumbrule::rulebook::{Additions, Rulebook};
use plumbrule::source::Sources;
use plumbrule::verify::{Outcome, language_example, rule_example};

fn shipped() -> (Sources, Rulebook) {
    let (mut sources, mut said) = (Sources::default(), Vec::new());
    let book = Rulebook::load(&mut sources, &Additions::default(), &mut said);
    let mistakes: Vec<String> = said
        .iter()
        .map(|found| {
            let file = sources.get(found.primary.place.file).unwrap();
            let at = file.position(found.primary.place.span.start);
            format!("{}:{}:{}: {} [{}]", file.name, at.line, at.column, found.message, found.code)
        })
        .collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    (sources, book)
}

#[test]
fn shipped_text_is_in_order() {
    let (_, book) = shipped();
    assert!(book.catalogue.rules.len() >= 6);
}

#[test]
fn every_example_of_a_rule_gives_just_what_it_expects() {
    let (mut sources, book) = shipped();
    let mut failed = Vec::new();
    for rule in book.catalogue.explanations.iter().filter(|known| known.pack != "language") {
        for (at, example) in rule.examples.iter().enumerate() {
            let outcome = rule_example(&mut sources, &book, rule, example);
            if outcome != Outcome::Ok {
                let kind = if example.bad { "bad" } else { "good" };
                failed.push(format!(
                    "{}, example {} ({kind} {:?}): {outcome:?}",
                    rule.id,
                    at + 1,
                    example.title
                ));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_language_page_shows_its_diagnostic() {
    let (mut sources, book) = shipped();
    let mut failed = Vec::new();
    for page in book.catalogue.explanations.iter().filter(|known| known.pack == "language") {
        for example in &page.examples {
            let outcome = language_example(&mut sources, &book, page, example);
            if outcome != Outcome::Ok {
                let kind = if example.bad { "bad" } else { "good" };
                failed.push(format!("{} ({kind}): {outcome:?}", page.id));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

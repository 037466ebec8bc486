//! The examples of all shipped rules and language pages, each as it stands in its file.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use plumbrule::rule::{Explanation, Extent, Rule};
use plumbrule::rulebook::{self, Additions, Rulebook};
use plumbrule::source::{Origin, Sources};
use plumbrule::verify::{all, mutate};

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
fn rules_are_the_same_without_what_a_run_does_not_show() {
    let (_, whole) = shipped();
    for extent in [Extent::Findings, Extent::Pages] {
        let mut sources = Sources::default();
        let (mut said, additions) = (Vec::new(), Additions { extent, ..Additions::default() });
        let book = Rulebook::load(&mut sources, &additions, &mut said);
        assert!(said.is_empty(), "{said:?}");
        assert_eq!(format!("{:?}", book.catalogue.rules), format!("{:?}", whole.catalogue.rules));
        assert_eq!(format!("{:?}", book.catalogue.relations), format!("{:?}", whole.catalogue.relations));
        assert_eq!(format!("{:?}", book.facts), format!("{:?}", whole.facts));
        for known in &whole.catalogue.explanations {
            let page = book.catalogue.explanation(known.id.as_str()).cloned();
            assert_eq!(page.is_some(), extent == Extent::Pages, "{}", known.id);
            let page = page.or_else(|| rulebook::page(&sources, known.id.as_str())).unwrap();
            assert!(page.examples.is_empty(), "{}", known.id);
            let said = |page: &Explanation| {
                let Explanation { id, title, pack, severity, doc, why, .. } = page.clone();
                (id, title, pack, severity, doc, why)
            };
            assert_eq!(said(&page), said(known));
            assert!(book.catalogue.knows(known.id.as_str()), "{}", known.id);
        }
    }
}

#[test]
fn rules_that_do_not_run_are_known_all_the_same() {
    let (_, whole) = shipped();
    let load = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let select = vec!["no-measurable-target".to_owned()];
        let additions = Additions { files, select, extent: Extent::Lines, ..Additions::default() };
        Rulebook::load(&mut Sources::default(), &additions, &mut Vec::new())
    };
    let book = load(&[]);
    let [rule] = book.catalogue.rules.as_slice() else { panic!("{:?}", book.catalogue.rules) };
    // Numbers of tables and variables differ, since there are only those that are asked for.
    let read = |rule: &Rule| (rule.id.clone(), rule.stages.len(), rule.weight, rule.severity);
    assert_eq!(read(rule), read(whole.catalogue.rule("no-measurable-target").unwrap()));
    assert_eq!(book.packs(), whole.packs());
    for known in &whole.catalogue.explanations {
        let id = known.id.as_str();
        assert!(book.catalogue.knows(id), "{id}");
        assert_eq!(book.catalogue.has_rule(id), whole.catalogue.has_rule(id), "{id}");
        assert_eq!(book.catalogue.nearest(id), Some(id));
    }
    let own = load(&[("own.plumb", "# no more than this\n")]);
    assert_eq!(
        own.catalogue.rules.len(),
        whole.catalogue.rules.len(),
        "a team's text may be at odds with any"
    );
}

#[test]
fn every_example_gives_just_what_it_expects() {
    let (mut sources, book) = shipped();
    let tested = all(&mut sources, &book, Origin::Builtin);
    let failed: Vec<String> = tested
        .iter()
        .filter(|tested| !tested.outcome.is_ok())
        .map(|tested| format!("{} example {}{}", tested.id, tested.number, tested.detail()))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(tested.len() > 120, "{} examples", tested.len());
}

#[test]
fn no_change_of_a_rule_goes_unnoticed() {
    let (mut sources, mut book) = shipped();
    let (tried, unnoticed) = mutate(&mut sources, &mut book, Origin::Builtin);
    let unnoticed: Vec<String> = unnoticed
        .iter()
        .map(|change| {
            let at = sources.get(change.place.file).unwrap().position(change.place.span.start);
            format!("{}, line {}: `{}` {}", change.id, at.line, change.words, change.deed)
        })
        .collect();
    assert!(unnoticed.is_empty(), "{}", unnoticed.join("\n"));
    assert!(tried > 100, "{tried} changes");
}

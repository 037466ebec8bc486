//! What the rule engine says of hard cases, rule by rule: each file below `tests/engine` is a rule of a team's own
//! with its examples, and beside it stands what its bad examples print and what their fixes write (`UPDATE=1` writes
//! it). May not know how the engine works.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

#[allow(dead_code, unused_imports, reason = "each test needs its part of it")]
mod support;

use std::path::PathBuf;

use plumbrule::analysis::{Input, Options, check};
use plumbrule::outcome::Run;
use plumbrule::report::{FORMATS, Style};
use plumbrule::rule::Example;
use plumbrule::rulebook::{Additions, Rulebook};
use plumbrule::source::{Origin, SourceFile, Sources};
use plumbrule::value::Day;
use plumbrule::verify;

fn cases() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(support::root().join("tests/engine")).unwrap();
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "plumb"));
    cases.sort();
    cases
}

fn load(sources: &mut Sources) -> Rulebook {
    let name = |path: &PathBuf| format!("own/{}", path.file_name().unwrap().to_str().unwrap());
    let files = cases().iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect();
    let mut said = Vec::new();
    let book = Rulebook::load(sources, &Additions { files, ..Additions::default() }, &mut said);
    let said: Vec<&str> = said.iter().map(|found| found.message.as_str()).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
    book
}

/// What a reader sees of one example.
fn printed(book: &Rulebook, id: &str, example: &Example) -> String {
    let mut sources = Sources::default();
    // The numbers of the texts of rules are those of the book.
    load(&mut sources);
    let file = sources.add(SourceFile::new("draft.plumb", example.text.clone(), Origin::Portfolio));
    let input = Input { root: ".".into(), files: vec![file], named: vec![file], ..Input::default() };
    let select = vec![id.to_owned()];
    let today = Day::parse("2026-11-24").unwrap();
    let options = Options { select, ..Options::of_day(today) };
    let findings = check(&sources, book, &input, &options).findings;
    let edits = findings.iter().flat_map(|finding| &finding.beyond().fixes).flat_map(|fix| &fix.edits);
    let written: String = edits.map(|edit| format!("a fix writes `{}`\n", edit.text)).collect();
    let run = Run { sources, findings, ..Run::default() };
    let mut out = Vec::new();
    let style = Style { color: false, width: 100, quiet: true, statistics: false };
    FORMATS.iter().find(|format| format.name == "full").unwrap().write(&run, &style, &mut out).unwrap();
    String::from_utf8(out).unwrap() + &written
}

#[test]
fn the_engine_decides_as_expected() {
    let mut sources = Sources::default();
    let book = load(&mut sources);
    let tested = verify::all(&mut sources, &book, Origin::Rules);
    let failed: Vec<String> = tested
        .iter()
        .filter(|tested| !tested.outcome.is_ok())
        .map(|tested| format!("{} example {}{}", tested.id, tested.number, tested.detail()))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_engine_says_what_is_expected() {
    let book = load(&mut Sources::default());
    for path in cases() {
        let id = path.file_stem().unwrap().to_str().unwrap();
        let known = book.catalogue.explanation(id).unwrap();
        let bad = known.examples.iter().filter(|example| example.bad);
        let texts: Vec<String> = bad.map(|example| printed(&book, id, example)).collect();
        support::expect(&path.with_extension("txt"), &texts.join("\n"));
    }
}

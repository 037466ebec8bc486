//! The deals of October 2025: each criticism that the page beside them quotes is a finding, each finding answers
//! to a criticism, and what a year changed is what the second page says.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

#[path = "support/place.rs"]
mod place;
#[path = "support/program.rs"]
mod program;

use program::{plumbrule, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{read_dir, read_to_string};

const THEN: &str = "examples/october-2025";
const NOW: &str = "examples/october-2025-a-year-on";
const DAY: &str = "2026-11-24";

/// By these the article would measure a programme.
const METRICS: [&str; 6] = [
    "refining throughput growth",
    "heavy-REE capacity",
    "functional floor price",
    "industrial workforce plan",
    "coherent framework linking deals",
    "realistic timeline",
];

/// A rule and the path where its primary label lands.
type Place = (String, String);

/// What is said there: sentence, severity, labels and notes.
type Findings = BTreeMap<Place, String>;

fn findings(arguments: &[&str]) -> Findings {
    let output = plumbrule(&[&["check", "--output-format", "json"], arguments].concat(), None);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut findings = Findings::new();
    for finding in json["findings"].as_array().unwrap() {
        let mut said = format!("{} {}", finding["severity"], finding["message"]);
        for part in finding["related"].as_array().into_iter().chain(finding["notes"].as_array()).flatten() {
            said += &part["text"].to_string();
        }
        let place = (finding["rule"].as_str().unwrap().to_owned(), path_of(&finding["primary"]));
        assert!(findings.insert(place.clone(), said).is_none(), "{place:?} is named twice");
    }
    assert!(!findings.is_empty());
    findings
}

/// The block, and the field if the label lies on a value.
fn path_of(label: &Value) -> String {
    let text = read_to_string(root().join(label["file"].as_str().unwrap())).unwrap();
    let offset = usize::try_from(label["start"]["offset"].as_u64().unwrap()).unwrap();
    let before = text[..offset].rsplit(['\n', ';', '{']).next().unwrap().trim();
    let field = before.strip_suffix(':').map_or(String::new(), |name| format!(".{name}"));
    place::entity_at(&text, offset) + &field
}

/// The rows of the tables of a page below one heading, cell by cell, without their heads.
fn rows(folder: &str, heading: &str) -> Vec<Vec<String>> {
    let page = read_to_string(root().join(folder).join("README.md")).unwrap();
    let section = page.split("\n## ").find(|section| section.lines().next() == Some(heading));
    let lines = section.unwrap_or_default().lines().filter(|line| line.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    let rows: Vec<Vec<String>> = lines.skip(2).map(cells).collect();
    assert!(!rows.is_empty(), "{folder}: no table below `{heading}`");
    rows
}

/// The words of a cell that are set as code.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The places that a row names: one rule, and where.
fn places(rule: &str, paths: &str) -> Vec<Place> {
    let (rule, paths) = (quoted(rule), quoted(paths));
    assert!(rule.len() == 1 && !paths.is_empty(), "a row names one rule and where: {rule:?} {paths:?}");
    paths.iter().map(|path| (rule[0].to_owned(), (*path).to_owned())).collect()
}

#[test]
fn each_criticism_is_a_finding_and_each_finding_answers_to_one() {
    let headings = ["What the article misses", "Its six pillars", "Its metrics"];
    let rows = headings.iter().flat_map(|heading| rows(THEN, heading));
    let named: BTreeSet<Place> = rows.flat_map(|row| places(&row[1], &row[2])).collect();
    let found: BTreeSet<Place> = findings(&[THEN]).into_keys().collect();
    assert_eq!(named, found);
}

#[test]
fn each_pillar_and_each_metric_has_a_row() {
    let facts = read_to_string(root().join("rules/facts/pillars.plumb")).unwrap();
    let titles = facts.lines().filter(|line| line.trim().starts_with("pillar "));
    let mut pillars: Vec<&str> = titles.map(|line| line.split('"').nth(1).unwrap()).collect();
    assert_eq!(pillars.len(), 6);
    let first = |heading| rows(THEN, heading).into_iter().map(|row| row[0].clone());
    let mut told: Vec<String> = first("Its six pillars").collect();
    pillars.sort_unstable();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, pillars);
    let told: BTreeSet<String> = first("Its metrics").collect();
    assert_eq!(told, METRICS.map(str::to_owned).into());
}

/// What appears, what is gone, and what says something else.
fn changes(before: &Findings, after: &Findings) -> BTreeSet<(&'static str, Place)> {
    let new = after.keys().filter(|place| !before.contains_key(*place)).map(|place| ("new", place.clone()));
    let gone = before.keys().filter(|place| !after.contains_key(*place)).map(|place| ("gone", place.clone()));
    let other = |place: &&Place| after.get(*place).is_some_and(|said| *said != before[*place]);
    let other = before.keys().filter(other).map(|place| ("changed", place.clone()));
    new.chain(gone).chain(other).collect()
}

fn told(heading: &str) -> BTreeSet<(&'static str, Place)> {
    let word = |cell: &str| ["new", "gone", "changed"].into_iter().find(|word| *word == cell).unwrap();
    let rows = rows(NOW, heading);
    rows.iter()
        .flat_map(|row| places(&row[1], &row[2]).into_iter().map(|place| (word(&row[0]), place)))
        .collect()
}

#[test]
fn what_a_year_changed_by_itself_is_told() {
    assert_eq!(told("By time alone"), changes(&findings(&[THEN]), &findings(&[THEN, "--as-of", DAY])));
}

#[test]
fn what_newer_texts_changed_is_told() {
    let (before, after) = (findings(&[THEN, "--as-of", DAY]), findings(&[NOW]));
    assert_eq!(told("By newer texts"), changes(&before, &after));
}

#[test]
fn texts_are_the_same_but_for_those_that_are_named() {
    let texts = |folder: &str| -> BTreeMap<String, String> {
        let paths = read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == "plumb"));
        let named = |path: std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        paths.map(|path| (named(path.clone()), read_to_string(path).unwrap())).collect()
    };
    let (then, now) = (texts(THEN), texts(NOW));
    let differs = |name: &&String| then.get(*name) != now.get(*name);
    let differing: BTreeSet<&String> = then.keys().chain(now.keys()).filter(differs).collect();
    let rows = rows(NOW, "Newer texts");
    let told: Vec<&str> = rows.iter().flat_map(|row| quoted(&row[0])).collect();
    assert_eq!(
        told.iter().map(ToString::to_string).collect::<BTreeSet<_>>(),
        differing.into_iter().cloned().collect()
    );
}

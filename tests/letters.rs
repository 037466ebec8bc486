//! The letters: what a reader graded by hand in each public deal, held against what the rules find in it. Owns the
//! counting; the grades stand in the deals' pages, the table of letters and rules in `examples/README.md`. May not
//! know what any rule means.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic anywhere")]

mod support;

use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use support::{expect, plumbrule, printed, root};

/// A row of the table: which findings stand for a grade.
struct Row {
    grade: String,
    rules: Vec<String>,
    unless: Vec<String>,
}

/// One grade of one deal, as in `R=U/m`.
struct Cell {
    letter: String,
    value: String,
    confidence: String,
}

/// A deal with its grades and what was found in it.
struct Deal {
    id: String,
    cells: Vec<Cell>,
    findings: Vec<Value>,
    /// The letters whose deviations its page explains, as `Not found S` or `Found S`.
    explained: Vec<String>,
    /// Whether a claim of money or an offtake stands in it.
    binds: bool,
}

/// What became of the grades of one letter.
#[derive(Default)]
struct Score {
    must: usize,
    may: usize,
    must_not: usize,
    may_found: usize,
    missed: Vec<String>,
    /// Each with the findings that should not be.
    wrong: Vec<(String, Vec<String>)>,
}

#[test]
fn each_deviation_is_explained_where_the_deal_is_and_no_other() {
    let rows = rows();
    for deal in deals().0 {
        let mut deviations = Vec::new();
        for letter in letters(&rows) {
            let score = score(letter, &rows, std::slice::from_ref(&deal));
            deviations.extend(score.missed.iter().map(|_| format!("Not found {letter}")));
            deviations.extend(score.wrong.iter().map(|_| format!("Found {letter}")));
        }
        let mut explained = deal.explained;
        explained.sort();
        deviations.sort();
        assert_eq!(explained, deviations, "{}: what its page explains, and what deviates", deal.id);
    }
}

#[test]
fn the_letters_are_found_as_expected() {
    let rows = rows();
    let (deals, known) = deals();
    assert!(deals.len() >= 20, "the public deals");
    for rule in rows.iter().flat_map(|row| &row.rules) {
        assert!(known.iter().any(|id| matches(rule, id)), "`{rule}` of the table is no rule");
    }
    let scores: Vec<(&str, Score)> =
        letters(&rows).into_iter().map(|letter| (letter, score(letter, &rows, &deals))).collect();
    expect(&root().join("tests/letters/expected.txt"), &page(&scores));
}

/// The table in the page on the examples.
fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join("examples/README.md")).unwrap();
    let lines = text.lines().skip_while(|line| !line.starts_with("| grade |")).skip(2);
    let rows: Vec<Row> = lines.take_while(|line| line.starts_with('|')).map(row).collect();
    assert!(!rows.is_empty(), "the table of grades");
    rows
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [grade, _, rules, unless] = cells[..] else { panic!("four cells are expected: {line}") };
    Row { grade: grade.to_owned(), rules: quoted(rules), unless: quoted(unless) }
}

fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn letter(grade: &str) -> &str {
    grade.split('=').next().unwrap()
}

fn letters(rows: &[Row]) -> Vec<&str> {
    let mut letters: Vec<&str> = rows.iter().map(|row| letter(&row.grade)).collect();
    letters.dedup();
    letters
}

fn matches(pattern: &str, rule: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == rule, |start| rule.starts_with(start))
}

/// The deals that are graded, by id, and the ids of all rules that ran.
fn deals() -> (Vec<Deal>, Vec<String>) {
    let output = plumbrule(&["check", "examples", "--output-format", "json"], None);
    let json: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", printed(&output)));
    let known = &json["portfolios"][0]["statistics"];
    let known =
        known.as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap().to_owned()).collect();
    let folders = std::fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let mut deals: Vec<Deal> = folders.filter_map(|folder| deal(&folder, &json)).collect();
    deals.sort_by(|left, right| left.id.cmp(&right.id));
    (deals, known)
}

fn deal(folder: &Path, json: &Value) -> Option<Deal> {
    let page = std::fs::read_to_string(folder.join("README.md")).ok()?;
    let id = page.lines().next()?.split("(deal ").nth(1)?.strip_suffix(')')?.to_owned();
    let grades = page.lines().find_map(|line| line.strip_prefix("Grades: "))?;
    let excepted = |letter: &str| grades.contains(&format!("({letter} is not graded"));
    let mut cells: Vec<Cell> = grades.split_whitespace().filter_map(cell).collect();
    assert_eq!(cells.len(), 9, "{id}: nine letters");
    cells.retain(|cell| !excepted(&cell.letter));
    let start = format!("{}/", folder.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/"));
    let findings = json["findings"].as_array().unwrap().iter();
    let own = findings
        .filter(|finding| finding["primary"]["file"].as_str().is_some_and(|file| file.starts_with(&start)));
    let (findings, explained, binds) = (own.cloned().collect(), explained(&page), binds(folder));
    Some(Deal { id, cells, findings, explained, binds })
}

fn explained(page: &str) -> Vec<String> {
    let heads =
        page.lines().filter_map(|line| line.split_once(": ")).filter_map(|(head, _)| head.split_once(", "));
    let heads = heads.filter(|(head, _)| matches!(*head, "Not found" | "Found"));
    heads.map(|(head, letter)| format!("{head} {letter}")).collect()
}

fn cell(word: &str) -> Option<Cell> {
    let (letter, rest) = word.split_once('=')?;
    let (value, confidence) = rest.split_once('/')?;
    Some(Cell { letter: letter.to_owned(), value: value.to_owned(), confidence: confidence.to_owned() })
}

fn binds(folder: &Path) -> bool {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "plumb")).collect();
    texts.iter().any(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().map(str::trim).any(|line| {
            line.starts_with("offtake ")
                || line.split_once("asserts:").is_some_and(|(_, word)| word.trim() == "money")
        })
    })
}

/// Low confidence and what does not apply are not graded; N only where something could bind.
fn score(letter_of_score: &str, rows: &[Row], deals: &[Deal]) -> Score {
    let rows: Vec<&Row> = rows.iter().filter(|row| letter(&row.grade) == letter_of_score).collect();
    let mut score = Score::default();
    for deal in deals.iter().filter(|deal| letter_of_score != "N" || deal.binds) {
        let cells = deal.cells.iter().filter(|cell| cell.letter == letter_of_score);
        for cell in cells.filter(|cell| cell.confidence != "l" && cell.value != "-") {
            score.count(cell, &rows, deal);
        }
    }
    score
}

impl Score {
    fn count(&mut self, cell: &Cell, rows: &[&Row], deal: &Deal) {
        let name = format!("{} {}={}/{}", deal.id, cell.letter, cell.value, cell.confidence);
        let stands =
            |row: &Row| row.grade == cell.letter || row.grade == format!("{}={}", cell.letter, cell.value);
        let lines = |wanted: bool| -> Vec<String> {
            let rows = rows.iter().filter(|row| (cell.value != "n" && stands(row)) == wanted);
            rows.flat_map(|row| found(row, deal)).collect()
        };
        let hit = !lines(true).is_empty();
        match cell.value.as_str() {
            "p" => {
                self.may += 1;
                self.may_found += usize::from(hit);
            }
            "n" => self.must_not += 1,
            "Y" | "K" | "U" => {
                self.must += 1;
                if !hit {
                    self.missed.push(name.clone());
                }
            }
            other => panic!("{name}: `{other}` is no grade"),
        }
        // What is known may be undeclared besides; what is undeclared is not known.
        let wrong = if cell.value == "K" { Vec::new() } else { lines(false) };
        if !wrong.is_empty() {
            self.wrong.push((name, wrong));
        }
    }
}

/// The findings of a deal that stand for a row: by their rule, or by what they absorb.
fn found(row: &Row, deal: &Deal) -> Vec<String> {
    let listed = |rule: &Value| row.rules.iter().any(|pattern| matches(pattern, rule.as_str().unwrap()));
    let excused = |finding: &Value| {
        let labels = std::iter::once(&finding["primary"]).chain(finding["related"].as_array().unwrap());
        labels
            .filter_map(|label| label["text"].as_str())
            .any(|text| row.unless.iter().any(|part| text.contains(part)))
    };
    let findings = deal.findings.iter().filter(|finding| {
        listed(&finding["rule"]) && !excused(finding)
            || finding["covers"].as_array().unwrap().iter().any(listed)
    });
    let line = |finding: &Value| {
        format!("{}: {}", finding["rule"].as_str().unwrap(), finding["message"].as_str().unwrap())
    };
    findings.map(line).collect()
}

/// A table of all letters, and below it each deviation.
fn page(scores: &[(&str, Score)]) -> String {
    let mut page = format!(
        "{:<7}{:>6}{:>7}{:>8}{:>10}{:>7}{:>6}{:>13}{:>8}{:>11}\n",
        "letter", "must", "found", "missed", "must not", "wrong", "may", "found there", "recall", "precision"
    );
    for (letter, score) in scores {
        let (missed, wrong) = (score.missed.len(), score.wrong.len());
        let found = score.must - missed;
        writeln!(
            page,
            "{letter:<7}{:>6}{found:>7}{missed:>8}{:>10}{wrong:>7}{:>6}{:>13}{:>8}{:>11}",
            score.must,
            score.must_not,
            score.may,
            score.may_found,
            percent(found, score.must),
            percent(found, found + wrong),
        )
        .unwrap();
    }
    for (letter, score) in scores {
        for name in &score.missed {
            writeln!(page, "\n{letter} missed: {name}").unwrap();
        }
        for (name, lines) in &score.wrong {
            writeln!(page, "\n{letter} wrongly found: {name}\n  {}", lines.join("\n  ")).unwrap();
        }
    }
    page
}

fn percent(part: usize, whole: usize) -> String {
    (part * 100).checked_div(whole).map_or_else(|| "-".to_owned(), |share| format!("{share} %"))
}

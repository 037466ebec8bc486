//! The bundled examples: what was predicted by hand is found, nothing else is, and the output that lies beside
//! each is what the program prints.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod support;

use serde_json::Value;
use std::path::PathBuf;
use support::{expect, plumbrule, printed, root};

fn folders() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(folders.len() >= 7, "five samples in one folder and six deals");
    folders
}

fn relative(folder: &std::path::Path) -> String {
    folder.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/")
}

/// Lines of `predicted.txt` without remarks: severity, rule and the entity where the primary label lands.
fn predicted(folder: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("predicted.txt")).unwrap();
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap().split_whitespace().collect::<Vec<_>>().join(" "));
    let mut lines: Vec<String> = lines.filter(|line| !line.is_empty() && line != "none").collect();
    lines.sort();
    lines
}

/// The rules that were predicted; what others say is in `expected.txt`.
const HEADLINE: &str = "no-measurable-target,no-offtake-horizon,empty-proposal,covered-input-direct,\
covered-input-transitive,reagent-origin-undeclared";

/// The findings in the same form; the entity is read from the text that the primary label underlines.
fn found(folder: &std::path::Path) -> Vec<String> {
    let output =
        plumbrule(&["check", &relative(folder), "--output-format", "json", "--select", HEADLINE], None);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut lines: Vec<String> = Vec::new();
    for finding in json["findings"].as_array().unwrap() {
        let (severity, rule) = (finding["severity"].as_str().unwrap(), finding["rule"].as_str().unwrap());
        let file = finding["primary"]["file"].as_str().unwrap();
        let offset = finding["primary"]["start"]["offset"].as_u64().unwrap() as usize;
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        lines.push(format!("{severity} {rule} {}", entity_at(&text, offset)));
    }
    lines.sort();
    lines
}

/// The path of the innermost block around an offset, by counting braces; good enough for tidy examples.
fn entity_at(text: &str, offset: usize) -> String {
    let mut path: Vec<(String, usize)> = Vec::new();
    let (mut at, mut depth) = (0, 0);
    for line in text.split_inclusive('\n') {
        let code = line.split(" #").next().unwrap();
        for (index, character) in code.char_indices() {
            let here = at + index;
            if character == '{' {
                depth += 1;
                let head = code[..index].rsplit(['{', ';', '}']).next().unwrap();
                let name = head.split_whitespace().nth(1).unwrap_or("").to_owned();
                let head_start = at + index - head.trim_start().len();
                if head_start <= offset {
                    path.push((name, depth));
                }
            } else if character == '}' {
                if here <= offset {
                    path.retain(|(_, level)| *level < depth);
                }
                depth -= 1;
            }
            if here > offset && character == '{' && path.last().is_some_and(|(_, level)| *level == depth) {
                return names(&path);
            }
        }
        at += line.len();
        if at > offset {
            break;
        }
    }
    names(&path)
}

fn names(path: &[(String, usize)]) -> String {
    path.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(".")
}

#[test]
fn what_was_predicted_by_hand_is_found_and_nothing_else() {
    for folder in folders() {
        assert_eq!(found(&folder), predicted(&folder), "{}", folder.display());
    }
}

#[test]
fn each_example_prints_what_lies_beside_it() {
    for folder in folders() {
        let output = plumbrule(&["check", &relative(&folder)], None);
        expect(&folder.join("expected.txt"), &printed(&output));
    }
}

#[test]
fn all_examples_are_portfolios_of_their_own() {
    let output = plumbrule(&["check", "examples", "--output-format", "json"], None);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let roots: Vec<&str> =
        json["portfolios"].as_array().unwrap().iter().map(|one| one["root"].as_str().unwrap()).collect();
    let expected: Vec<String> = folders().iter().map(|folder| relative(folder)).collect();
    assert_eq!(roots, expected);
    assert_eq!(output.status.code(), Some(1));
}

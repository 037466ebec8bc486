//! The bundled examples: what was predicted by hand is found, nothing else is, and the output that lies beside
//! each is what the program prints.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

#[path = "support/counts.rs"]
mod counts;
#[path = "support/place.rs"]
mod place;
mod support;

use place::entity_at;
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

/// A line is worked out with less than a whole finding; it says the same, and is as grave.
#[test]
fn a_line_says_what_the_whole_finding_says() {
    let mut compared = 0;
    for folder in folders() {
        let run = |format| {
            let arguments = ["check", &relative(&folder), "-q", "--output-format", format];
            String::from_utf8(plumbrule(&arguments, None).stdout).unwrap()
        };
        let json: Value = serde_json::from_str(&run("json")).unwrap();
        let whole = json["findings"].as_array().unwrap().iter().map(|finding| {
            let at = &finding["primary"];
            let [file, severity, rule, message] =
                [&at["file"], &finding["severity"], &finding["rule"], &finding["message"]]
                    .map(|text| text.as_str().unwrap());
            let (line, column) = (&at["start"]["line"], &at["start"]["column"]);
            format!("{file}:{line}:{column}: {severity}[{rule}]: {message}")
        });
        let (whole, lines) = (whole.collect::<Vec<_>>(), run("concise"));
        assert_eq!(lines.lines().collect::<Vec<_>>(), whole);
        compared += whole.len();
    }
    assert!(compared > 100, "{compared} findings");
}

/// Without the last block, which names what to run next.
fn without_pointer(text: &str) -> &str {
    text.rsplit_once("\n\n`").map_or(text.trim_end(), |(before, _)| before)
}

/// What is counted is worked out with less than a line; it comes to the same.
#[test]
fn the_summary_is_the_last_lines_and_counts_what_json_holds() {
    let mut counted = 0;
    let all = std::iter::once(root().join("examples")).chain(folders());
    for folder in all {
        let run = |format: &str| {
            let arguments = ["check", &relative(&folder), "--statistics", "--output-format", format];
            let output = plumbrule(&arguments, None);
            (String::from_utf8(output.stdout).unwrap(), output.status.code())
        };
        let [(full, code), (json, _), (summary, own)] = ["full", "json", "summary"].map(run);
        assert_eq!(own, code, "{}", folder.display());
        let lines = without_pointer(&summary);
        assert!(without_pointer(&full).ends_with(lines), "{}: {summary}", folder.display());
        let json: Value = serde_json::from_str(&json).unwrap();
        if json["portfolios"].as_array().unwrap().len() == 1 {
            assert!(lines.starts_with("As of "), "{}: {summary}", folder.display());
            let printed = counts::printed(&summary);
            assert_eq!(printed, counts::reported(&json), "{}", folder.display());
            let findings = json["findings"].as_array().unwrap().iter();
            let of_rules = findings.filter(|finding| printed.contains_key(finding["rule"].as_str().unwrap()));
            let violations = printed.values().map(|[violates, ..]| violates).sum::<u64>();
            assert_eq!(of_rules.count() as u64, violations, "{}", folder.display());
            counted += violations;
        }
    }
    assert!(counted > 100, "{counted} findings");
}

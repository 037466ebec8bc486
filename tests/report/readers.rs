//! What the readers of each machine format make of it: places in their unit, names and texts behind escapes, what
//! a finding is recognised by, and what is said of findings that they would drop.

use std::collections::BTreeSet;

use plumbrule::diagnostic::{Diagnostic, Severity};
use plumbrule::outcome::Run;
use plumbrule::source::{Place, Span};
use serde_json::Value;

use crate::texts::Texts;
use crate::{PLAIN, cases, hard, named, policy, written};

/// A line and a column, both from 1, and the same for the end.
type Range = [usize; 4];
/// Its name, the ranges that it is given, and how much of a column a character takes for it.
type Reader = (&'static str, Vec<Range>, fn(char) -> usize);

fn json(format: &str, run: &Run) -> Value {
    serde_json::from_str(&written(named(format), run, &PLAIN)).unwrap()
}

fn items<'a>(json: &'a Value, pointer: &str) -> &'a [Value] {
    json.pointer(pointer).unwrap().as_array().unwrap()
}

fn number(json: &Value, pointer: &str) -> usize {
    json.pointer(pointer).unwrap().as_u64().unwrap() as usize
}

fn ranges(list: &[Value], start: &str, end: &str, line: &str, column: &str) -> Vec<Range> {
    let range = |item: &Value| {
        [[start, line], [start, column], [end, line], [end, column]].map(|path| number(item, &path.concat()))
    };
    list.iter().map(range).collect()
}

/// The commands of a log as the runner of GitHub reads them: properties and data.
fn commands(log: &str) -> Vec<(Vec<(String, String)>, String)> {
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
    let commands = log.lines().filter_map(|line| line.strip_prefix("::")).map(|command| {
        let (head, text) = command.split_once("::").unwrap();
        let (kind, properties) = head.split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&kind), "{kind}");
        let properties = properties.split(',').map(|pair| pair.split_once('=').unwrap());
        (properties.map(|(name, value)| (name.to_owned(), property(value))).collect(), data(text))
    });
    commands.collect()
}

fn value<'a>(properties: &'a [(String, String)], name: &str) -> &'a str {
    &properties.iter().find(|(known, _)| known == name).unwrap().1
}

/// The words of a range, where columns count what `size` says of a character.
fn words(text: &str, [line, column, end_line, end_column]: Range, size: fn(char) -> usize) -> String {
    assert_eq!(line, end_line);
    let line = text.trim_start_matches('\u{feff}').split('\n').nth(line - 1).unwrap();
    let mut at = 1;
    let mut found = String::new();
    for c in line.chars() {
        if (column..end_column).contains(&at) {
            found.push(c);
        }
        at += size(c);
    }
    found
}

#[test]
fn each_reader_finds_the_words_in_its_own_unit() {
    let text = "\u{feff}\tcafe\u{301} 北方 👩\u{200d}🔬 end\r\n\t中🧲 two\n";
    let guilty = ["cafe\u{301}", "\u{301}", "北方", "👩\u{200d}🔬", "end", "中🧲", "two"];
    let mut texts = Texts::default();
    let file = texts.add("units.plumb", text);
    let findings = guilty.map(|words| {
        let start = text.find(words).unwrap();
        let span = Span::new(start, start + words.len());
        Box::new(Diagnostic::new("unit", Severity::Error, words, file, span))
    });
    let run = Run { sources: texts.sources, findings: findings.into(), ..Run::default() };
    let own = json("json", &run);
    let sarif = json("sarif", &run);
    assert_eq!(sarif.pointer("/runs/0/columnKind").unwrap(), "unicodeCodePoints");
    let of_sarif: Vec<Range> = items(&sarif, "/runs/0/results")
        .iter()
        .map(|result| {
            let names = ["startLine", "startColumn", "endLine", "endColumn"];
            names.map(|name| number(result, &format!("/locations/0/physicalLocation/region/{name}")))
        })
        .collect();
    let log = written(named("github"), &run, &PLAIN);
    let of_github: Vec<Range> = commands(&log)
        .iter()
        .map(|(properties, _)| {
            ["line", "col", "endLine", "endColumn"].map(|name| value(properties, name).parse().unwrap())
        })
        .collect();
    let point = |_: char| 1;
    let readers: [Reader; 5] = [
        (
            "json",
            ranges(items(&own, "/findings"), "/primary/start", "/primary/end", "/line", "/column"),
            point,
        ),
        ("sarif", of_sarif, point),
        ("github", of_github, point),
        (
            "gitlab",
            ranges(
                items(&json("gitlab", &run), ""),
                "/location/positions/begin",
                "/location/positions/end",
                "/line",
                "/column",
            ),
            point,
        ),
        (
            "rdjson",
            ranges(
                items(&json("rdjson", &run), "/diagnostics"),
                "/location/range/start",
                "/location/range/end",
                "/line",
                "/column",
            ),
            char::len_utf8,
        ),
    ];
    for (reader, ranges, size) in readers {
        let found: Vec<_> = ranges.into_iter().map(|range| words(text, range, size)).collect();
        assert_eq!(found, guilty, "{reader}");
    }
}

#[test]
fn each_reader_gets_the_true_name_of_a_file() {
    let run = hard::hostile();
    let name = run.sources.name(run.findings[0].primary.place.file);
    assert_eq!(items(&json("gitlab", &run), "")[0].pointer("/location/path").unwrap(), name);
    assert_eq!(items(&json("rdjson", &run), "/diagnostics")[0].pointer("/location/path").unwrap(), name);
    let sarif = json("sarif", &run);
    let artifact = "/runs/0/results/0/locations/0/physicalLocation/artifactLocation";
    let uri = sarif.pointer(&format!("{artifact}/uri")).unwrap().as_str().unwrap();
    assert_eq!(decoded(uri), name);
    assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)), "{uri}");
    assert!(sarif.pointer(&format!("/runs/0/originalUriBaseIds/{}", "%SRCROOT%")).is_some());
}

fn decoded(uri: &str) -> String {
    let mut parts = uri.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).unwrap());
        bytes.extend(rest.bytes());
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_runner_of_github_reads_back_what_was_meant() {
    let mut texts = Texts::default();
    let name = "we,ird:100%25, a=b%0A.plumb";
    let file = texts.add(name, "one\ntwo\n");
    let message = "50% of `a::b`, line=3::x";
    let spanning =
        Diagnostic::new("lines", Severity::Note, message, file, Span::new(0, 5)).help("a\nb, c: %0A");
    let run = Run { sources: texts.sources, findings: vec![Box::new(spanning)], ..Run::default() };
    let log = written(named("github"), &run, &PLAIN);
    let [(properties, data)] = commands(&log).try_into().unwrap();
    let expected = [("title", "lines"), ("file", name), ("line", "1"), ("endLine", "2")];
    assert_eq!(properties, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(data, format!("{name}:1:1: {message}\nfix: a\n  b, c: %0A"));
    let hostile = written(named("github"), &hard::hostile(), &PLAIN);
    let [(properties, data)] = commands(&hostile).try_into().unwrap();
    assert_eq!(value(&properties, "title"), "unknown-country");
    assert!(data.starts_with(value(&properties, "file")), "{data}");
}

#[test]
fn nothing_in_a_text_makes_an_element_or_a_mark() {
    for (case, run, style) in cases() {
        let xml = written(named("junit"), &run, &style);
        let known = ["?xml", "testsuites", "testsuite", "testcase", "failure", "error", "system-out"];
        for part in xml.split('<').skip(1) {
            let element = part.trim_start_matches('/').split([' ', '>', '\n']).next().unwrap();
            assert!(known.contains(&element), "{case}: <{element}");
        }
        for part in xml.split('&').skip(1) {
            let entity = part.split(';').next().unwrap();
            assert!(["amp", "lt", "gt", "quot"].contains(&entity), "{case}: &{entity};");
        }
        assert!(!xml.contains(['\u{fffe}', '\u{ffff}']) && !xml.contains("]]>"), "{case}");
        let page = written(named("markdown"), &run, &style);
        assert_eq!(
            page.lines().filter(|line| line.starts_with("<details><summary><b>")).count(),
            run.findings.len()
        );
        let opened = page.lines().filter(|line| line.starts_with("<details>")).count();
        assert_eq!(page.lines().filter(|line| *line == "</details>").count(), opened, "{case}");
        let live = page.replace("\\<", "");
        assert!(!live.contains("<script") && !live.contains("@team"), "{case}");
    }
}

#[test]
fn what_a_finding_is_recognised_by_is_unique_and_outlives_a_move() {
    let of_gitlab = |run: &Run| -> Vec<String> {
        let issues = json("gitlab", run);
        items(&issues, "").iter().map(|issue| issue["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    for (case, run, _) in cases() {
        let prints = of_gitlab(&run);
        assert_eq!(prints.iter().collect::<BTreeSet<_>>().len(), run.findings.len(), "{case}");
        let own = json("json", &run);
        let of_json: Vec<_> =
            items(&own, "/findings").iter().map(|finding| &finding["fingerprint"]).collect();
        assert_eq!(of_json, prints.iter().collect::<Vec<_>>(), "{case}");
        let sarif = json("sarif", &run);
        for result in items(&sarif, "/runs/0/results") {
            let print = result.pointer("/partialFingerprints/primaryLocationLineHash").unwrap();
            assert!(prints.contains(&print.as_str().unwrap().to_owned()), "{case}");
        }
    }
    let mut moved = policy::run();
    let before = of_gitlab(&moved);
    for finding in &mut moved.findings {
        finding.primary.place = Place { span: Span::default(), ..finding.primary.place };
        finding.primary.text.clear();
        finding.severity = Severity::Note;
    }
    assert_eq!(of_gitlab(&moved), before);
}

#[test]
fn results_of_sarif_lie_in_files_and_name_their_rules() {
    for (case, run, _) in cases() {
        let sarif = json("sarif", &run);
        let rules = items(&sarif, "/runs/0/tool/driver/rules");
        let results = items(&sarif, "/runs/0/results");
        let told = sarif
            .pointer("/runs/0/invocations/0/toolExecutionNotifications")
            .map_or(0, |list| list.as_array().unwrap().len());
        assert_eq!(results.len() + told, run.findings.len(), "{case}");
        assert_eq!(sarif.pointer("/runs/0/invocations/0/executionSuccessful").unwrap(), !run.incomplete);
        for result in results {
            assert_eq!(rules[number(result, "/ruleIndex")]["id"], result["ruleId"], "{case}");
            let text = result.pointer("/message/text").unwrap().as_str().unwrap();
            let linked = text.matches("](").count() - text.matches("\\](").count();
            let related = result.get("relatedLocations").map_or(0, |list| list.as_array().unwrap().len());
            assert_eq!(linked, related, "{case}: {text}");
        }
        for rule in rules {
            assert!(
                rule.pointer("/fullDescription/text").unwrap().as_str().unwrap().chars().count() <= 1_024
            );
        }
    }
    let flow = json("sarif", &policy::run());
    let hops = "/runs/0/results/3/codeFlows/0/threadFlows/0/locations";
    let said = items(&flow, hops).iter().map(|hop| hop.pointer("/location/message/text").unwrap());
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            "red-river.plant to kanto-trading with P507, which every route passes",
            "kanto-trading to saigon-chem with P507, which every route passes",
            "saigon-chem to jiangsu-fine with P507",
            "jiangsu-fine to CN with P507",
        ]
    );
}

#[test]
fn a_test_fails_where_the_run_does() {
    let mut run = policy::run();
    for (level, failures) in [(Severity::Error, 17), (Severity::Warning, 19), (Severity::Note, 21)] {
        run.fail_on = level;
        let xml = written(named("junit"), &run, &PLAIN);
        assert_eq!(xml.matches("<failure ").count(), failures);
        assert!(xml.contains(&format!("failures=\"{failures}\"")), "{level}");
    }
}

#[test]
fn what_a_reader_would_drop_is_counted() {
    let run = hard::one_line();
    let log = written(named("github"), &run, &PLAIN);
    assert_eq!(commands(&log).len(), 10);
    assert!(log.contains("2,990 more findings have no annotation, since GitHub shows 10 of a kind"));
    assert_eq!(log.matches("warning[many]").count(), 2_990);
    let page = written(named("markdown"), &run, &PLAIN);
    let shown = page.matches("<details><summary><b>").count();
    assert!(page.len() < 65_536 && shown > 50, "{} bytes, {shown} findings", page.len());
    assert!(page.ends_with("more findings are not shown; `--output-format json` lists all\n"));

    let mut many = hard::one_line();
    let mut last = many.findings.pop().unwrap();
    last.severity = Severity::Error;
    many.findings = many.findings.iter().cycle().take(25_004).cloned().collect();
    many.findings.push(last);
    let sarif = json("sarif", &many);
    let results = items(&sarif, "/runs/0/results");
    assert_eq!((results.len(), &results[0]["level"]), (25_000, &"error".into()));
    let told = sarif.pointer("/runs/0/invocations/0/toolExecutionNotifications/0/message/text").unwrap();
    assert!(told.as_str().unwrap().starts_with("5 more findings are not listed"), "{told}");
}

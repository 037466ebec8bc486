//! Runs the command on a hostile folder, under guard, and holds what it says to what holds of any run. Knows no
//! case.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::folder::Folder;

/// How long a run may take before it counts as one that never ends. The runs here take less than a second; what
/// this finds is work that grows with the square of its input.
const HANG: Duration = Duration::from_secs(60);

/// A second file beside the hostile one, in which something must be found whatever stands there.
pub(crate) const BESIDE: &str = "proposal beside { sponsor: \"an office\" }\n";

/// What a run came to: its exit code, and its findings.
pub(crate) struct Held {
    pub(crate) code: i32,
    findings: Vec<Value>,
}

/// Runs `check` on a folder: its exit code and what it printed.
pub(crate) fn guarded(folder: &Folder, arguments: &str) -> (i32, Vec<u8>) {
    let report = folder.path().join("report");
    let mut child = folder
        .command(&format!("check {arguments}"))
        .stdout(File::create(&report).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if start.elapsed() > HANG => {
                child.kill().unwrap();
                panic!("no end after {HANG:?}");
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let code = status.code().unwrap_or_else(|| panic!("ended by a signal: {status}"));
    assert!(matches!(code, 0..=2), "exit {code}");
    (code, fs::read(&report).unwrap())
}

/// Runs `check`, and holds the report to what is true of every report.
pub(crate) fn check(folder: &Folder, arguments: &str) -> Held {
    let (code, report) = guarded(folder, &format!("--output-format json {arguments}"));
    let json: Value = serde_json::from_slice(&report).unwrap();
    let findings = json["findings"].as_array().unwrap().clone();
    let mut texts = BTreeMap::new();
    findings.iter().for_each(|finding| places_hold(folder, finding, &mut texts));
    Held { code, findings }
}

impl Held {
    /// The different codes of the findings in a file, in order, with how often each.
    pub(crate) fn codes(&self, file: &str) -> Vec<(&str, usize)> {
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &self.findings {
            if finding["primary"]["file"] == file {
                *codes.entry(finding["rule"].as_str().unwrap()).or_default() += 1;
            }
        }
        codes.into_iter().collect()
    }

    /// Line and column of the first finding of a code in a file.
    pub(crate) fn first(&self, file: &str, code: &str) -> Option<(u64, u64)> {
        let of_code = |finding: &&Value| finding["primary"]["file"] == file && finding["rule"] == code;
        let start = &self.findings.iter().find(of_code)?["primary"]["start"];
        Some((start["line"].as_u64().unwrap(), start["column"].as_u64().unwrap()))
    }

    /// Sentences of the findings of a code.
    pub(crate) fn messages(&self, code: &str) -> Vec<&str> {
        let of_code = self.findings.iter().filter(|finding| finding["rule"] == code);
        of_code.map(|finding| finding["message"].as_str().unwrap()).collect()
    }
}

/// Every place lies in its file, between characters, and its line and column are those of its offset.
fn places_hold(folder: &Folder, finding: &Value, texts: &mut BTreeMap<String, String>) {
    let places = std::iter::once(&finding["primary"]).chain(finding["related"].as_array().unwrap());
    for place in places {
        let Some(name) = place["file"].as_str().filter(|name| !name.starts_with('<')) else { continue };
        let text = texts.entry(name.to_owned()).or_insert_with(|| {
            String::from_utf8_lossy(&fs::read(folder.path().join(name)).unwrap_or_default()).into_owned()
        });
        let number = |value: &Value| value.as_u64().unwrap();
        let offset = |end: &str| number(&place[end]["offset"]) as usize;
        assert!(offset("start") <= offset("end") && offset("end") <= text.len(), "{finding}");
        for end in ["start", "end"] {
            assert!(text.is_char_boundary(offset(end)), "{finding}");
            // Counting anew for each of many findings far down would take longer than the run.
            if offset(end) < 10_000 {
                assert_eq!(
                    position(text, offset(end)),
                    (number(&place[end]["line"]), number(&place[end]["column"])),
                    "{finding}"
                );
            }
        }
    }
}

fn position(text: &str, offset: usize) -> (u64, u64) {
    let before = &text[..offset];
    let line = before.rsplit('\n').next().unwrap();
    let mark = usize::from(before.len() == line.len() && before.starts_with('\u{feff}'));
    (before.matches('\n').count() as u64 + 1, (line.chars().count() - mark) as u64 + 1)
}

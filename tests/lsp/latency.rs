//! From a keystroke to what is shown of it, in a portfolio of a thousand files. Measured on demand and no gate: run
//! `cargo test --release --test lsp -- --ignored --nocapture`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::editor::{EDITORS, Editor};
use crate::folder::Folder;
use crate::portfolio::{Plan, Portfolio};

const KEYSTROKES: usize = 100;

#[test]
#[ignore = "measures"]
fn a_keystroke_in_a_thousand_files() {
    for clean in [true, false] {
        let folder = Folder::new(&BTreeMap::from([("plumbrule.toml".to_owned(), String::new())]));
        Portfolio::new(Plan { proposals: 1_000, seed: 7, clean }).write(folder.path(), 1).unwrap();
        let mut files: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        files.sort();
        let file = files[files.len() / 2].to_str().unwrap();
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        for (name, abilities) in [EDITORS[0], EDITORS[2]] {
            let mut editor = Editor::start(folder.path(), abilities);
            let start = Instant::now();
            editor.open(file, &text);
            let found: usize = editor.shown().values().map(|list| list.as_array().unwrap().len()).sum();
            println!("{name}: {} files, {found} findings, opened in {:?}", files.len(), start.elapsed());
            let mut times: Vec<Duration> =
                (0..KEYSTROKES).map(|number| keystroke(&mut editor, file, number)).collect();
            times.sort();
            println!("{name}: p50 {:?}, p95 {:?}", times[KEYSTROKES / 2], times[KEYSTROKES * 95 / 100]);
            assert_eq!(editor.leave(), Some(0));
        }
    }
}

/// Types a digit, and takes it away with the next.
fn keystroke(editor: &mut Editor, file: &str, number: usize) -> Duration {
    let at = |character: usize| json!({"line": 1, "character": character});
    let (end, text) = if number.is_multiple_of(2) { (0, "#") } else { (1, "") };
    let change = json!([{"range": {"start": at(0), "end": at(end)}, "text": text}]);
    let start = Instant::now();
    editor.change(file, change);
    editor.wait(file);
    start.elapsed()
}

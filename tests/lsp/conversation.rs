//! The conversation from greeting to leave, and what a confused or hostile editor may send in between: the server
//! answers afterwards, and what it shows is still true.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::editor::{EDITORS, Editor};
use crate::folder::Folder;

const DEAL: &str = "proposal d \"n° 🧲\" { status: mou; colour: 3 }\n";

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
}

fn folder() -> Folder {
    Folder::new(&files(&[("plumbrule.toml", ""), ("d.plumb", DEAL)]))
}

fn codes(shown: &BTreeMap<String, Value>, file: &str) -> Vec<String> {
    let list = shown.iter().find(|(uri, _)| uri.ends_with(file)).map_or(&Value::Null, |(_, list)| list);
    let codes =
        list.as_array().map_or(&[][..], Vec::as_slice).iter().map(|found| found["code"].as_str().unwrap());
    codes.map(str::to_owned).collect()
}

#[test]
fn positions_are_counted_as_agreed_and_the_agreement_is_echoed() {
    // Before the field stand 33 characters, one of two bytes and one of four, which is a pair in UTF-16.
    let agreed = [
        ("vscode", "utf-16", 34),
        ("neovim", "utf-8", 37),
        ("emacs", "utf-8", 37),
        ("debian-stable", "utf-16", 34),
    ];
    for ((name, abilities), (expected, encoding, column)) in EDITORS.into_iter().zip(agreed) {
        assert_eq!(name, expected);
        let folder = folder();
        let mut editor = Editor::start(folder.path(), abilities);
        assert_eq!(editor.server["capabilities"]["positionEncoding"], encoding, "{name}");
        editor.open("d.plumb", DEAL);
        let shown = editor.shown();
        let found = shown.values().next().unwrap().as_array().unwrap();
        let field = found.iter().find(|found| found["code"] == "unknown-field").unwrap();
        let start = json!({"line": 0, "character": column});
        assert_eq!(field["range"]["start"], start, "{name}");
        assert_eq!(editor.leave(), Some(0));
    }
}

#[test]
fn an_editor_that_asks_is_not_told_and_one_that_does_not_is() {
    for (name, abilities) in EDITORS {
        let folder = folder();
        let mut editor = Editor::start(folder.path(), abilities);
        editor.open("d.plumb", DEAL);
        assert_eq!(codes(&editor.shown(), "d.plumb"), ["empty-proposal", "unknown-field"], "{name}");
        let asks = abilities.contains("\"diagnostic\"");
        let was_told = editor.heard.iter().any(|method| method == "textDocument/publishDiagnostics");
        assert_eq!(was_told, !asks, "{name}");
        let watches = abilities.contains("\"didChangeWatchedFiles\": { \"dynamicRegistration\": true");
        assert_eq!(
            editor.heard.iter().any(|method| method == "client/registerCapability"),
            watches,
            "{name}"
        );
        assert_eq!(editor.leave(), Some(0));
    }
}

#[test]
fn what_was_told_of_other_files_is_taken_back() {
    for (name, abilities) in EDITORS {
        let folder = Folder::new(&files(&[
            ("plumbrule.toml", ""),
            (
                "d.plumb",
                "proposal d { facility p { stage: separation\n reagent r { item: P204; supplier: kanto } } }\n",
            ),
            ("s.plumb", "supplier kanto { country: Japan }\n"),
        ]));
        let mut editor = Editor::start(folder.path(), abilities);
        let supplier = "supplier kanto { country: Japan }\n";
        editor.open("s.plumb", supplier);
        let is_undefined = |editor: &mut Editor| {
            codes(&editor.shown(), "d.plumb").contains(&"undefined-reference".to_owned())
        };
        assert!(!is_undefined(&mut editor), "{name}");
        editor.change("s.plumb", json!([{"text": ""}]));
        assert!(is_undefined(&mut editor), "{name}");
        editor.change("s.plumb", json!([{"text": supplier}]));
        assert!(!is_undefined(&mut editor), "{name}");
        // The same on disk, where the editor says so.
        folder.remove("d.plumb");
        editor.tell("workspace/didChangeWatchedFiles", json!({"changes": []}));
        assert!(codes(&editor.shown(), "d.plumb").is_empty(), "{name}");
        assert_eq!(editor.leave(), Some(0));
    }
}

#[test]
fn an_editor_is_told_to_ask_again_for_a_text_that_another_changed() {
    let deal =
        "proposal d { facility p { stage: separation\n reagent r { item: P204; supplier: kanto } } }\n";
    let supplier = "supplier kanto { country: Japan }\n";
    let folder = Folder::new(&files(&[("plumbrule.toml", ""), ("d.plumb", deal), ("s.plumb", supplier)]));
    let mut editor = Editor::start(folder.path(), EDITORS[0].1);
    editor.open("d.plumb", deal);
    editor.open("s.plumb", supplier);
    editor.shown();
    let refreshes = |editor: &Editor| {
        editor.heard.iter().filter(|method| *method == "workspace/diagnostic/refresh").count()
    };
    assert_eq!(refreshes(&editor), 0);
    editor.change("s.plumb", json!([{"text": ""}]));
    assert!(codes(&editor.shown(), "d.plumb").contains(&"undefined-reference".to_owned()));
    assert_eq!(refreshes(&editor), 1);
    // Nothing changes in the other.
    editor.change("s.plumb", json!([{"text": "# nothing\n"}]));
    editor.shown();
    assert_eq!(refreshes(&editor), 1);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn one_file_is_asked_for_and_what_is_known_is_not_sent_again() {
    let folder = folder();
    let mut editor = Editor::start(folder.path(), EDITORS[0].1);
    editor.open("d.plumb", DEAL);
    let uri = editor.uri("d.plumb");
    let document = json!({"textDocument": {"uri": uri}});
    let first = editor.ask("textDocument/diagnostic", document.clone()).unwrap();
    assert_eq!((first["kind"].clone(), first["items"].as_array().unwrap().len()), (json!("full"), 2));
    let again = json!({"textDocument": {"uri": uri}, "previousResultId": first["resultId"]});
    let second = editor.ask("textDocument/diagnostic", again).unwrap();
    assert_eq!(second, json!({"kind": "unchanged", "resultId": first["resultId"]}));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn rules_of_a_team_count_and_are_judged_while_they_are_typed() {
    let rule = include_str!("team-rule.plumb");
    let folder = Folder::new(&files(&[
        ("plumbrule.toml", ""),
        ("d.plumb", "proposal d { status: mou }\n"),
        ("rules/team/no-summary.plumb", rule),
    ]));
    let mut editor = Editor::start(folder.path(), EDITORS[2].1);
    editor.open("d.plumb", "proposal d { status: mou }\n");
    assert!(codes(&editor.shown(), "d.plumb").contains(&"no-summary".to_owned()));
    editor.open("rules/team/no-summary.plumb", rule);
    editor.change("rules/team/no-summary.plumb", json!([{"text": rule.replace("p.summary", "p.sumary")}]));
    let shown = editor.shown();
    assert!(!codes(&shown, "no-summary.plumb").is_empty(), "{shown:?}");
    assert!(codes(&shown, "d.plumb").is_empty(), "broken rules judge nothing: {shown:?}");
    editor.change("rules/team/no-summary.plumb", json!([{"text": rule}]));
    let shown = editor.shown();
    assert!(codes(&shown, "no-summary.plumb").is_empty(), "{shown:?}");
    assert!(codes(&shown, "d.plumb").contains(&"no-summary".to_owned()), "{shown:?}");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_no_editor_should_send_does_no_harm() {
    let position = |line: Value, character: Value| json!({"line": line, "character": character});
    let edit = |start: Value, end: Value| json!([{"range": {"start": start, "end": end}, "text": "x"}]);
    let huge = "x".repeat(8 << 20);
    let deep = "{".repeat(100_000);
    for (name, abilities) in EDITORS {
        let folder = folder();
        let mut editor = Editor::start(folder.path(), abilities);
        let uri = editor.uri("d.plumb");
        let changes = [
            edit(position(json!(0), json!(5)), position(json!(0), json!(2))),
            edit(position(json!(7), json!(0)), position(json!(0), json!(0))),
            edit(position(json!(0), json!(15)), position(json!(0), json!(15))),
            edit(position(json!(0), json!(14)), position(json!(u32::MAX), json!(u32::MAX))),
            edit(position(json!(u64::MAX), json!(0)), position(json!(-1), json!(0))),
            json!([{"range": null, "text": 3}]),
            json!("no list"),
            json!([{"text": huge}]),
            json!([{"text": deep}]),
        ];
        // Before the text is open.
        editor.change("d.plumb", changes[0].clone());
        editor.close("d.plumb");
        editor.open("d.plumb", DEAL);
        for change in changes {
            editor.change("d.plumb", change);
            editor.hover("d.plumb", usize::try_from(u32::MAX).unwrap(), 3);
            editor.hover("d.plumb", 0, 15);
        }
        let document = |uri: &str| json!({"textDocument": {"uri": uri, "languageId": "plumb", "version": 1, "text": DEAL}});
        for odd in
            ["untitled:Untitled-1", "", "file:", "file:///%00%ff/a.plumb", "file:///", "http://a/b.plumb"]
        {
            editor.tell("textDocument/didOpen", document(odd));
            assert!(
                editor.ask("textDocument/diagnostic", json!({"textDocument": {"uri": odd}})).is_ok(),
                "{odd}"
            );
            editor.tell("textDocument/didClose", json!({"textDocument": {"uri": odd}}));
        }
        assert_eq!(editor.ask("textDocument/rename", json!({})), Err(-32601));
        assert_eq!(editor.ask("textDocument/hover", json!({"textDocument": 3})), Err(-32602));
        assert_eq!(editor.ask("initialize", json!({})), Err(-32600));
        editor.tell("$/unheardOf", json!({}));
        editor.tell("textDocument/didOpen", json!([1, 2]));
        editor.tell("workspace/didChangeWatchedFiles", Value::Null);
        editor.send(b"Content-Length: 3\r\n\r\n{{{");
        editor.until(|message| message["error"]["code"] == -32700 && message["id"].is_null());
        editor.change("d.plumb", json!([{"text": DEAL}]));
        assert_eq!(codes(&editor.shown(), "d.plumb"), ["empty-proposal", "unknown-field"], "{name}");
        assert!(editor.heard.iter().any(|method| method == "window/showMessage"), "{name} {uri}");
        assert_eq!(editor.leave(), Some(0));
    }
}

#[test]
fn what_is_taken_back_is_not_answered() {
    let folder = folder();
    let mut editor = Editor::start(folder.path(), EDITORS[0].1);
    let request = |id: i64| json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/diagnostic", "params": {"textDocument": {"uri": "file:///d.plumb"}}});
    let cancel = |id: i64| json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id}});
    let framed = |message: Value| format!("Content-Length: {}\r\n\r\n{message}", message.to_string().len());
    // In one write, so that the second waits while the first is read.
    let opened =
        json!({"uri": editor.uri("d.plumb"), "languageId": "plumb", "version": 1, "text": DEAL.repeat(2000)});
    let open =
        json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": opened}});
    let all = [open, request(901), request(902), cancel(902), cancel(77)].map(framed).concat();
    editor.send(all.as_bytes());
    assert!(editor.until(|message| message["id"] == 901)["result"].is_object());
    assert_eq!(editor.until(|message| message["id"] == 902)["error"]["code"], -32800);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn the_exit_code_says_whether_the_end_was_announced() {
    let folder = folder();
    let mut editor = Editor::silent(folder.path());
    assert_eq!(editor.ask("textDocument/hover", json!({})), Err(-32002));
    editor.tell("textDocument/didOpen", json!({}));
    editor.tell("exit", Value::Null);
    assert_eq!(editor.end(), Some(1));

    let editor = Editor::start(folder.path(), EDITORS[0].1);
    assert_eq!(editor.end(), Some(1), "the pipe was closed");

    let mut editor = Editor::start(folder.path(), EDITORS[0].1);
    assert_eq!(editor.ask("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(editor.ask("shutdown", Value::Null), Err(-32600));
    editor.tell("exit", Value::Null);
    assert_eq!(editor.end(), Some(0));
}

//! Where the code of a finding leads to: a page that an editor asks for, the file of a team's own rule in one that
//! cannot ask, and nowhere else.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use serde_json::{Value, json};

use crate::editor::{EDITORS, Editor};
use crate::folder::Folder;

const RULE: &str = include_str!("team-rule.plumb");
const TEAM_RULE: &str = "rules/team/no-summary.plumb";
/// Lacks what a team asks for and what is shipped asks for, and has a mistake of the language.
const DEAL: &str = "proposal d { status: mou; colour: 3 }\n";

fn folder(files: &[(&str, &str)]) -> Folder {
    let own = [("plumbrule.toml", ""), ("d.plumb", DEAL)];
    Folder::new(&own.iter().chain(files).map(|(file, text)| ((*file).into(), (*text).into())).collect())
}

/// Where the codes of what is shown in the deal lead to.
fn links(editor: &mut Editor) -> BTreeMap<String, Value> {
    let shown = editor.shown();
    let found = shown.values().flat_map(|list| list.as_array().unwrap());
    found
        .map(|found| (found["code"].as_str().unwrap().into(), found["codeDescription"]["href"].clone()))
        .collect()
}

fn ask(editor: &mut Editor, uri: &str) -> Result<String, i64> {
    let page = editor.ask("workspace/textDocumentContent", json!({"uri": uri}))?;
    Ok(page["text"].as_str().unwrap().to_owned())
}

fn page(editor: &mut Editor, code: &str) -> Result<String, i64> {
    ask(editor, &format!("plumbrule:/rules/{code}.md"))
}

/// Pages that the editor was told to ask for anew, so far.
fn turned(editor: &Editor) -> usize {
    editor.heard.iter().filter(|method| *method == "workspace/textDocumentContent/refresh").count()
}

#[test]
fn a_code_leads_to_a_page_where_the_editor_asks_for_such_and_else_to_a_file_if_there_is_one() {
    for (name, abilities) in EDITORS {
        let folder = folder(&[(TEAM_RULE, RULE)]);
        let mut editor = Editor::start(folder.path(), abilities);
        let schemes = &editor.server["capabilities"]["workspace"]["textDocumentContent"]["schemes"];
        assert_eq!(*schemes, json!(["plumbrule"]), "{name}");
        editor.open("d.plumb", DEAL);
        let links = links(&mut editor);
        assert_eq!(
            links.keys().collect::<Vec<_>>(),
            ["empty-proposal", "no-summary", "unknown-field"],
            "{name}"
        );
        let own = editor.uri(TEAM_RULE);
        for (code, link) in links {
            if abilities.contains("textDocumentContent") {
                assert_eq!(link, format!("plumbrule:/rules/{code}.md"), "{name}");
                let text = ask(&mut editor, link.as_str().unwrap()).unwrap();
                assert!(text.starts_with(&format!("# {code}: ")), "{text}");
            } else {
                assert_eq!(
                    link,
                    if code == "no-summary" { json!(own) } else { Value::Null },
                    "{name} {code}"
                );
            }
        }
        assert_eq!(editor.leave(), Some(0));
    }
}

/// The words of a text, without the signs of Markdown.
fn words(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.starts_with("```"));
    let words =
        lines.flat_map(str::split_whitespace).map(|word| match word.split_once("](plumbrule:/rules/") {
            Some((word, link)) if word.starts_with("[`") => {
                let rest = link.split_once(')').unwrap().1;
                format!("{word}{rest}").replace(['[', '`'], "")
            }
            _ => word.replace(['#', '`'], ""),
        });
    words.filter(|word| !word.is_empty() && word != "-").collect()
}

#[test]
fn a_page_says_what_the_command_explains() {
    let settings = "[parameters]\nhigh-exposure = \"40%\"\n";
    let folder = folder(&[(TEAM_RULE, RULE), ("plumbrule.toml", settings)]);
    let mut editor = Editor::start(folder.path(), EDITORS[0].1);
    editor.open("d.plumb", DEAL);
    let mut codes = vec!["no-summary".to_owned()];
    codes.extend(stems(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/packs")));
    codes.extend(stems(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/language")));
    assert!(codes.len() > 80);
    for code in codes {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plumbrule"));
        command.args(["explain", &code, "--rules", "rules"]).current_dir(folder.path());
        let explained = String::from_utf8(command.output().unwrap().stdout).unwrap();
        assert_eq!(words(&page(&mut editor, &code).unwrap()), words(&explained), "{code}");
    }
    let text = page(&mut editor, "covered-input-transitive").unwrap();
    assert!(text.contains("\n- `high-exposure`: 40%\n"), "{text}");
    assert_eq!(editor.leave(), Some(0));
}

/// Names of all `.plumb` files below a folder.
fn stems(folder: &Path) -> Vec<String> {
    let below = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    below
        .flat_map(|path| match path.extension() {
            _ if path.is_dir() => stems(&path),
            Some(end) if end == "plumb" => vec![path.file_stem().unwrap().to_str().unwrap().to_owned()],
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn a_page_is_turned_when_its_rule_changes_and_only_then() {
    let folder = folder(&[(TEAM_RULE, RULE)]);
    let mut editor = Editor::start(folder.path(), EDITORS[0].1);
    editor.open("d.plumb", DEAL);
    assert!(page(&mut editor, "no-summary").unwrap().contains("a summary is missing"));
    page(&mut editor, "no-offtake-horizon").unwrap();
    let changed = |editor: &mut Editor, text: &str| {
        editor.change(TEAM_RULE, json!([{"text": text}]));
        editor.shown();
        turned(editor)
    };
    editor.open(TEAM_RULE, RULE);
    editor.change("d.plumb", json!([{"text": "proposal d { status: mou }\n"}]));
    editor.shown();
    assert_eq!(turned(&editor), 0);
    // As it is typed.
    assert_eq!(changed(&mut editor, &RULE.replace("a summary is missing", "nothing is summed up")), 1);
    assert!(page(&mut editor, "no-summary").unwrap().contains("nothing is summed up"));
    // Broken rules judge nothing, and what is shipped is explained nevertheless.
    assert_eq!(changed(&mut editor, &RULE.replace("p.summary", "p.sumary")), 1);
    assert_eq!(page(&mut editor, "no-summary"), Err(-32602));
    assert!(page(&mut editor, "no-offtake-horizon").is_ok());
    assert!(page(&mut editor, "unknown-field").is_ok());
    assert_eq!(changed(&mut editor, RULE), 2);
    // On disk.
    editor.close(TEAM_RULE);
    folder.write(TEAM_RULE, &RULE.replace("a summary is missing", "no word on what it is"));
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": []}));
    editor.shown();
    assert_eq!(turned(&editor), 3);
    folder.remove(TEAM_RULE);
    folder.write("rules/team/no-title.plumb", &RULE.replace("no-summary", "no-title"));
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": []}));
    assert_eq!(page(&mut editor, "no-summary"), Err(-32602));
    assert!(page(&mut editor, "no-title").is_ok());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_page_needs_no_text_that_is_open() {
    let folder = folder(&[(TEAM_RULE, RULE)]);
    let mut editor = Editor::start(folder.path(), EDITORS[0].1);
    assert!(page(&mut editor, "no-summary").is_ok());
    assert!(page(&mut editor, "no-offtake-horizon").is_ok());
    // Not one of the flags is what it should be.
    let mut editor = Editor::start_with(folder.path(), EDITORS[0].1, &["--param", "high-exposure=3 km"]);
    assert!(page(&mut editor, "wrong-dimension").is_ok());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn no_uri_leads_to_anything_but_a_page() {
    let folder = folder(&[(TEAM_RULE, RULE)]);
    let mut editor = Editor::start(folder.path(), EDITORS[0].1);
    editor.open("d.plumb", DEAL);
    let deal = editor.uri("d.plumb");
    let long = format!("plumbrule:/rules/{}.md", "x".repeat(1 << 20));
    let odd = [
        &deal,
        &long,
        "",
        ":",
        "plumbrule:",
        "plumbrule:/rules/.md",
        "plumbrule:/rules/no-such-rule.md",
        "plumbrule:/rules/no-summary",
        "plumbrule:/rules/no-summary.plumb",
        "plumbrule:/rules/../rules/no-summary.md",
        "plumbrule:/rules/%2e%2e/d.plumb.md",
        "plumbrule:/rules/team/no-summary.md",
        "plumbrule:/rules/no-summary.md#x",
        "plumbrule:/rules/%ff.md",
        "plumbrule:/rules/%00.md",
        "plumbrule://host/rules/no-summary.md",
        "PLUMBRULE:/rules/no-summary.md",
        "file:///rules/no-summary.md",
        "http://rules/no-summary.md",
    ];
    for uri in odd {
        assert_eq!(ask(&mut editor, uri), Err(-32602), "{uri:.60}");
    }
    for params in [Value::Null, json!([]), json!({"uri": 3}), json!({})] {
        assert_eq!(editor.ask("workspace/textDocumentContent", params), Err(-32602));
    }
    assert!(ask(&mut editor, "plumbrule:/rules/no%2Dsummary.md").is_ok());
    assert_eq!(editor.leave(), Some(0));
}

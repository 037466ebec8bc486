//! What an editor shows after any edits is what a run of the command finds in the same texts, in each editor's own
//! count of columns. The count is made here anew.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::editor::{EDITORS, Editor};
use crate::folder::Folder;

/// What is typed: broken and whole, and characters that are counted differently everywhere.
const TYPED: [&str; 16] = [
    "}",
    "{",
    "\n",
    "\r\n",
    "é🧲",
    "\"",
    "#",
    " unknown ",
    "country: China\n",
    "\nsupplier kanto { country: China }\n",
    "\nproposal p { status: mou }\n",
    "waive no-price-floor { reason: \"n° 🧲\" }\n",
    "12 t/yr of NdPr-oxide",
    "supplier: jiangsu",
    "\t",
    "xx",
];

/// Draws numbers: the same for the same seed.
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    /// A place between two characters, but none between `\r` and `\n`: an editor knows no such place.
    fn place(&mut self, text: &str) -> usize {
        let is_place = |at: &usize| text.is_char_boundary(*at) && !text[..*at].ends_with('\r');
        let at = self.below(text.len() + 1);
        (0..=at).rev().find(is_place).unwrap_or(0)
    }
}

/// Line and column from 0.
fn position(text: &str, at: usize, in_bytes: bool) -> Value {
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    let line = text[..at].matches('\n').count();
    let words = &text[start..at];
    json!({"line": line, "character": if in_bytes { words.len() } else { words.encode_utf16().count() }})
}

fn range(text: &str, location: &Value, in_bytes: bool) -> Value {
    let end = |name: &str| position(text, location[name]["offset"].as_u64().unwrap() as usize, in_bytes);
    json!({"start": end("start"), "end": end("end")})
}

/// File, place, severity, code, sentence, and the places beside.
type Line = (String, String, u64, String, String, BTreeSet<String>);

/// What an editor should show of what the command found.
fn expected(
    found: &[Value],
    texts: &BTreeMap<String, String>,
    uri: impl Fn(&str) -> String,
    in_bytes: bool,
) -> BTreeSet<Line> {
    let place = |location: &Value| {
        let file = location["file"].as_str().unwrap();
        (uri(file), range(&texts[file], location, in_bytes).to_string())
    };
    let line = |finding: &Value| {
        let (file, range) = place(&finding["primary"]);
        let severity = ["", "error", "warning", "note"].iter().position(|word| *word == finding["severity"]);
        let hops = finding["route"].as_array().unwrap().iter().map(|hop| &hop["location"]);
        let beside =
            finding["related"].as_array().unwrap().iter().chain(hops.filter(|place| !place.is_null()));
        let beside = beside.map(|location| format!("{:?}", place(location))).collect();
        let words = |name: &str| finding[name].as_str().unwrap().to_owned();
        (file, range, severity.unwrap() as u64, words("rule"), words("message"), beside)
    };
    found.iter().map(line).collect()
}

fn shown(shown: &BTreeMap<String, Value>) -> BTreeSet<Line> {
    let mut lines = BTreeSet::new();
    for (uri, list) in shown {
        for found in list.as_array().unwrap() {
            let beside = found["relatedInformation"].as_array().cloned().unwrap_or_default();
            let beside = beside.iter().map(|related| {
                let location = &related["location"];
                assert_ne!(related["message"], "", "{related}");
                format!("{:?}", (location["uri"].as_str().unwrap().to_owned(), location["range"].to_string()))
            });
            let sentence = found["message"].as_str().unwrap().lines().next().unwrap().to_owned();
            let code = found["code"].as_str().unwrap().to_owned();
            let severity = found["severity"].as_u64().unwrap();
            lines.insert((
                uri.clone(),
                found["range"].to_string(),
                severity,
                code,
                sentence,
                beside.collect(),
            ));
        }
    }
    lines
}

/// Files as an editor and the disk hold them.
struct Case {
    folder: Folder,
    editor: Editor,
    on_disk: BTreeMap<String, String>,
    open: BTreeMap<String, String>,
    in_bytes: bool,
    flags: &'static [&'static str],
}

impl Case {
    /// An editor in a folder with these files, in which it has opened one.
    fn new(
        on_disk: BTreeMap<String, String>,
        abilities: &str,
        flags: &'static [&'static str],
        first: &str,
    ) -> Self {
        let folder = Folder::new(&on_disk);
        let mut editor = Editor::start_with(folder.path(), abilities, flags);
        let in_bytes = editor.server["capabilities"]["positionEncoding"] == "utf-8";
        editor.open(first, &on_disk[first]);
        let open = [(first.to_owned(), on_disk[first].clone())].into();
        Case { folder, editor, on_disk, open, in_bytes, flags }
    }

    fn step(&mut self, draws: &mut Draws) -> String {
        let files: Vec<String> = self.on_disk.keys().cloned().collect();
        let file = files[draws.below(files.len())].clone();
        match draws.below(12) {
            0 if self.open.len() > 1 && self.open.remove(&file).is_some() => {
                self.editor.close(&file);
                format!("close {file}")
            }
            1 => {
                let text = TYPED[draws.below(TYPED.len())].repeat(2);
                self.write(&file, &text);
                format!("write {file}: {text:?}")
            }
            2 => {
                if let Some(text) = self.open.get(&file).cloned() {
                    self.write(&file, &text);
                }
                format!("save {file}")
            }
            3 => {
                let file = format!("new/n° {}.plumb", draws.below(3));
                self.write(&file, "supplier kanto { country: China }\n");
                format!("create {file}")
            }
            _ => {
                if !self.open.contains_key(&file) {
                    let text = self.on_disk[&file].clone();
                    self.editor.open(&file, &text);
                    self.open.insert(file.clone(), text);
                }
                format!("{file}: {:?}", self.edit(&file, draws))
            }
        }
    }

    fn write(&mut self, file: &str, text: &str) {
        self.folder.write(file, text);
        self.on_disk.insert(file.to_owned(), text.to_owned());
        let uri = self.editor.uri(file);
        self.editor.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 2}]}));
    }

    /// Up to three edits at once, each in the text that the one before leaves.
    fn edit(&mut self, file: &str, draws: &mut Draws) -> Value {
        let text = self.open.get_mut(file).unwrap();
        let mut changes = Vec::new();
        for _ in 0..=draws.below(3) {
            let typed = TYPED[draws.below(TYPED.len())];
            if draws.below(10) == 0 {
                *text = format!("{typed}{text}");
                changes.push(json!({"text": text}));
                continue;
            }
            let (one, other) = (draws.place(text), draws.place(text));
            let far = one.abs_diff(other) > 40;
            let (start, end) = if far { (one, one) } else { (one.min(other), one.max(other)) };
            let range = json!({"start": position(text, start, self.in_bytes), "end": position(text, end, self.in_bytes)});
            changes.push(json!({"range": range, "text": typed}));
            text.replace_range(start..end, typed);
        }
        self.editor.change(file, json!(changes));
        json!(changes)
    }

    /// Both, on the same texts.
    fn compare(&mut self, steps: &[String]) {
        let mut texts = self.on_disk.clone();
        texts.extend(self.open.clone());
        let cold = Folder::new(&texts);
        let uri = |file: &str| self.editor.uri(file);
        let expected = expected(&cold.check(self.flags), &texts, uri, self.in_bytes);
        let shown = shown(&self.editor.shown());
        let missing: Vec<_> = expected.difference(&shown).take(3).collect();
        let wrong: Vec<_> = shown.difference(&expected).take(3).collect();
        assert!(
            missing.is_empty() && wrong.is_empty(),
            "missing {missing:#?}\nwrong {wrong:#?}\nafter {steps:#?}"
        );
    }
}

fn files() -> BTreeMap<String, String> {
    let texts = [
        ("red river.plumb", include_str!("../clients/portfolio/red river.plumb")),
        ("suppliers/kanto.plumb", include_str!("../clients/portfolio/suppliers/kanto.plumb")),
        ("suppliers/draft.plumb", include_str!("../clients/portfolio/suppliers/draft.plumb")),
        ("plumbrule.toml", ""),
    ];
    texts.map(|(file, text)| (file.to_owned(), text.to_owned())).into()
}

fn agrees(abilities: &str, seed: u64, steps: usize) {
    let mut case = Case::new(files(), abilities, &[], "red river.plumb");
    // It stays as it is.
    case.on_disk.remove("plumbrule.toml");
    let (mut draws, mut done) = (Draws(seed), Vec::new());
    case.compare(&done);
    for _ in 0..steps {
        done.push(case.step(&mut draws));
        case.compare(&done);
    }
    assert_eq!(case.editor.leave(), Some(0));
}

#[test]
fn an_editor_shows_what_the_command_finds() {
    for (name, abilities) in EDITORS {
        for seed in [7, 41] {
            println!("{name} {seed}");
            agrees(abilities, seed, 25);
        }
    }
}

/// Texts of settings, of which some are mistakes.
const SETTINGS: [&str; 9] = [
    "rules.no-price-floor = 'off'",
    "rules.no-price-floor = 'error'\nas-of = '2025-01-01'",
    "fail-one = 'note'",
    "exclude = ['suppliers/']",
    "exclude = ['supliers/']",
    "parameters.high-exposure = '100%'",
    "parameters.high-exposure = '100 t'",
    "extend = ['nowhere.toml']",
    "",
];

#[test]
fn settings_hold_as_they_are_typed() {
    // One that asks, and one that is told.
    for (name, abilities) in [EDITORS[0], EDITORS[3]] {
        println!("{name}");
        // Only the settings are open; then a proposal as well; then settings that are not saved at all.
        let mut case = Case::new(files(), abilities, &[], "plumbrule.toml");
        for file in ["plumbrule.toml", "red river.plumb", "suppliers/plumbrule.toml"] {
            if !case.open.contains_key(file) {
                let text = case.on_disk.get(file).cloned().unwrap_or_default();
                case.editor.open(file, &text);
                case.open.insert(file.to_owned(), text);
            }
            case.compare(&[file.to_owned()]);
            for text in SETTINGS {
                let settings = if file.ends_with(".toml") { file } else { "plumbrule.toml" };
                case.editor.change(settings, json!([{"text": text}]));
                case.open.insert(settings.to_owned(), text.to_owned());
                case.compare(&[file.to_owned(), text.to_owned()]);
            }
        }
        case.editor.close("suppliers/plumbrule.toml");
        case.open.remove("suppliers/plumbrule.toml");
        case.compare(&["close".to_owned()]);
    }
}

const FLAGS: [&[&str]; 6] = [
    &["--select", "no-price-floor,no-measurable-target"],
    &["--ignore", "no-price-floor"],
    &["--param", "high-exposure=100%"],
    &["--as-of", "2025-01-01"],
    &["--no-waivers"],
    &["--isolated"],
];

#[test]
fn flags_mean_what_they_mean_for_a_run() {
    let mut files = files();
    files.get_mut("plumbrule.toml").unwrap().push_str("rules.no-workforce-plan = 'off'");
    let waived = "  waive no-measurable-target { reason: \"set in the annex, which is not public\" }\n}";
    let waived = files["red river.plumb"].trim_end().strip_suffix('}').unwrap().to_owned() + waived;
    files.insert("red river.plumb".to_owned(), waived);
    let mut seen = BTreeSet::new();
    for flags in [&[], FLAGS.as_slice()].concat() {
        let mut case = Case::new(files.clone(), EDITORS[0].1, flags, "red river.plumb");
        case.compare(&[format!("{flags:?}")]);
        seen.insert(case.editor.shown().values().map(ToString::to_string).collect::<String>());
    }
    assert!(seen.len() >= 5, "flags change what is shown");
}

#[test]
fn flags_that_name_no_rule_are_told_and_nothing_is_judged() {
    for flags in [&["--select", "no-price-flor"], &["--param", "high-exposur=3%"]] {
        let mut editor = Editor::start_with(Folder::new(&files()).path(), EDITORS[0].1, flags);
        editor.open("red river.plumb", &files()["red river.plumb"]);
        editor.until(|message| message["method"] == "window/showMessage");
        assert!(editor.shown().is_empty(), "{flags:?}");
    }
}

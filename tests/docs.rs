//! Documentation that is run: every `plumb` block of the language pages reads as it says, every rule in them passes
//! its own tests, and every command of the README and the docs prints what stands below it. `UPDATE=1` writes the
//! outputs anew.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod support;

use std::path::{Path, PathBuf};
use support::{plumbrule, printed, root};

/// A fenced block: its words after the fence, its lines, and the number of its first line.
struct Fence {
    info: String,
    lines: Vec<String>,
    first: usize,
}

fn fences(text: &str) -> Vec<Fence> {
    let mut fences: Vec<Fence> = Vec::new();
    let mut open = false;
    for (number, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(info), false) => {
                open = true;
                fences.push(Fence { info: info.trim().to_owned(), lines: Vec::new(), first: number + 1 });
            }
            (Some(_), true) => open = false,
            (None, true) => fences.last_mut().unwrap().lines.push(line.to_owned()),
            (None, false) => {}
        }
    }
    fences
}

fn pages() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> =
        docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// What the language says of a portfolio: codes of the mistakes in its text.
fn mistakes(text: &str) -> Vec<String> {
    use plumbrule::analysis::{Input, Options, check};
    use plumbrule::rulebook::{Additions, Rulebook};
    use plumbrule::source::{Origin, SourceFile, Sources};
    let (mut sources, mut said) = (Sources::default(), Vec::new());
    let book = Rulebook::load(&mut sources, &Additions::default(), &mut said);
    let file = sources.add(SourceFile::new("page.plumb", text, Origin::Portfolio));
    let (files, named) = (vec![file], vec![file]);
    let input = Input { root: ".".into(), files, named, ..Input::default() };
    let today = plumbrule::value::Day::parse("2026-11-24").unwrap();
    let options = Options::of_day(today);
    let findings = check(&sources, &book, &input, &options).findings;
    findings.iter().filter(|found| found.as_of.is_none()).map(|found| found.code.to_string()).collect()
}

#[test]
fn every_plumb_block_reads_as_it_says() {
    let mut run = 0;
    for page in pages() {
        for fence in fences(&read(&page)) {
            let expected = match fence.info.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["plumb"] => Vec::new(),
                ["plumb", "bad", code] => vec![(*code).to_owned()],
                _ => continue,
            };
            run += 1;
            assert_eq!(mistakes(&fence.lines.join("\n")), expected, "{}:{}", page.display(), fence.first);
        }
    }
    assert!(run >= 15, "{run} blocks");
}

/// Around statements that stand alone: a rule that reads them of a plant and its sales.
const RULE_AROUND: (&str, &str) = (
    "rule page \"statements of the page\" {\n  severity: note\n  for each f: facility\n  for each o in f.offtakes\n",
    "\n  message \"so it is\"\n  label primary f: \"here\"
  example bad { expect page at f\n facility f { country: US } }\n  example good { facility f { country: US } }\n}",
);

/// What is said of the text of a rule file, and what comes of its examples.
fn tested(text: &str) -> (Vec<String>, Vec<plumbrule::verify::Tested>) {
    use plumbrule::rulebook::{Additions, Rulebook};
    use plumbrule::source::{Origin, Sources};
    let id = text.lines().find_map(|line| line.strip_prefix("rule ")?.split_whitespace().next()).unwrap();
    let files = vec![(format!("own/{id}.plumb"), text.to_owned())];
    let (mut sources, mut said) = (Sources::default(), Vec::new());
    let book = Rulebook::load(&mut sources, &Additions { files, ..Additions::default() }, &mut said);
    let said = said.iter().map(|found| format!("{}: {}", found.code, found.message)).collect();
    (said, plumbrule::verify::all(&mut sources, &book, Origin::Rules))
}

#[test]
fn every_rule_loads_and_passes_its_own_tests() {
    let mut run = 0;
    for page in pages() {
        for fence in fences(&read(&page)) {
            let (place, text) = (format!("{}:{}", page.display(), fence.first), fence.lines.join("\n"));
            match fence.info.as_str() {
                "plumb rule" => {
                    let (said, examples) = tested(&text);
                    assert!(said.is_empty(), "{place}: {said:?}");
                    let failed: Vec<String> = examples
                        .iter()
                        .filter(|tested| !tested.outcome.is_ok())
                        .map(|tested| format!("example {}{}", tested.number, tested.detail()))
                        .collect();
                    assert!(failed.is_empty() && examples.len() >= 2, "{place}: {failed:?}");
                }
                "plumb statements" => {
                    let (said, _) = tested(&format!("{}{text}{}", RULE_AROUND.0, RULE_AROUND.1));
                    assert!(said.is_empty(), "{place}: {said:?}");
                }
                _ => continue,
            }
            run += 1;
        }
    }
    assert!(run >= 5, "{run} rules");
}

#[test]
fn every_built_in_function_is_in_the_page_and_no_other() {
    use std::collections::BTreeSet;
    let text = read(&root().join("docs/rule-language.md"));
    let section = text.split("\n## ").find(|section| section.starts_with("Built-in functions")).unwrap();
    let cells =
        section.lines().filter(|line| line.starts_with("| `")).map(|line| line.split('|').nth(1).unwrap());
    // Every second part stands in backticks.
    let calls = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let in_page: BTreeSet<&str> = calls.map(|call| call.split('(').next().unwrap()).collect();
    let known: BTreeSet<&str> = plumbrule::rule::built_in().collect();
    assert_eq!(in_page, known);
}

#[test]
fn every_reverse_name_is_in_the_page() {
    let (page, kinds) =
        (read(&root().join("docs/rule-language.md")), read(&root().join("rules/schema/kinds.plumb")));
    let names: Vec<&str> =
        kinds.split("reverse: ").skip(1).map(|rest| rest.split([' ', ';', '\n']).next().unwrap()).collect();
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        assert!(page.contains(&format!("`{name}`")), "`{name}`");
    }
}

/// The table of settings as the page has it.
fn settings() -> String {
    use plumbrule::config::{Kind, SETTINGS};
    let mut table = String::from("| setting | default | what it does |\n| --- | --- | --- |\n");
    for setting in SETTINGS {
        let default =
            if setting.default.is_empty() { "none".to_owned() } else { format!("`{}`", setting.default) };
        table.push_str(&format!("| `{}` | {default} | {} |\n", setting.key, setting.meaning));
        if let Kind::Blocks(inner) = &setting.kind {
            for row in *inner {
                table.push_str(&format!("| `{}` in `{}` | | {} |\n", row.key, setting.key, row.meaning));
            }
        }
    }
    let examples: Vec<&str> = SETTINGS.iter().map(|setting| setting.example).collect();
    format!("{table}\n```toml\n{}\n```\n", examples.join("\n"))
}

#[test]
fn every_setting_stands_in_the_page_and_in_the_schema() {
    let page = root().join("docs/configuration.md");
    let text = read(&page);
    let (before, rest) = text.split_once("<!-- settings -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end of settings -->\n").unwrap();
    let fresh = format!("{before}<!-- settings -->\n{}<!-- end of settings -->\n{after}", settings());
    support::expect(&page, &fresh);
    support::expect(&root().join("docs/schema/plumbrule-toml.json"), &plumbrule::config::json_schema());
}

#[test]
fn every_command_prints_what_stands_below_it() {
    let mut run = 0;
    for page in pages() {
        let text = read(&page);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for fence in fences(&text).into_iter().rev().filter(|fence| fence.info == "console") {
            let fresh = run_commands(&fence, &mut run);
            lines.splice(fence.first..fence.first + fence.lines.len(), fresh);
        }
        support::expect(&page, &(lines.join("\n") + "\n"));
    }
    assert!(run >= 3, "{run} commands");
}

#[test]
fn every_setting_is_part_of_the_file_that_it_names() {
    let mut run = 0;
    for page in pages() {
        for fence in fences(&read(&page)) {
            let Some(file) = fence.info.split(' ').nth(1).filter(|file| file.contains('/')) else { continue };
            run += 1;
            let shipped = read(&root().join(file));
            let lines: Vec<&str> = shipped.lines().collect();
            let is_part = lines.windows(fence.lines.len()).any(|part| part == fence.lines);
            assert!(is_part, "{}:{}: {file} says otherwise", page.display(), fence.first);
        }
    }
    assert!(run >= 3, "{run} settings");
}

#[cfg(unix)]
#[test]
fn every_step_for_a_ci_system_runs() {
    use std::process::Command;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("steps");
    let program = Path::new(env!("CARGO_BIN_EXE_plumbrule")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut run = 0;
    for page in pages() {
        let fences = fences(&read(&page)).into_iter().filter(|fence| fence.info == "yaml");
        for line in fences.flat_map(|fence| fence.lines) {
            let Some((_, arguments)) = line.split_once("plumbrule check") else { continue };
            // What a runner of hooks puts in.
            let arguments = arguments.replace("{staged_files}", "draft.plumb");
            let command = format!("plumbrule check{}", arguments.split(" | ").next().unwrap());
            let _ = std::fs::remove_dir_all(&folder);
            std::fs::create_dir_all(&folder).unwrap();
            for name in ["plumbrule.toml", "draft.plumb"] {
                std::fs::copy(root().join("examples/first-draft").join(name), folder.join(name)).unwrap();
            }
            let output = Command::new("sh")
                .args(["-c", &command])
                .current_dir(&folder)
                .env("PATH", &path)
                .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
                .output()
                .unwrap();
            assert_eq!(
                (output.status.code(), output.stderr.as_slice()),
                (Some(1), b"".as_slice()),
                "{command}"
            );
            let reports = std::fs::read_dir(&folder).unwrap().count() - 2;
            assert_eq!(reports, command.matches("--report ").count(), "{command}");
            run += 1;
        }
    }
    assert!(run >= 3, "{run} steps");
}

/// The lines of a block with the output of its commands written anew.
fn run_commands(fence: &Fence, run: &mut usize) -> Vec<String> {
    let mut fresh = Vec::new();
    for command in fence.lines.iter().filter_map(|line| line.strip_prefix("$ ")) {
        fresh.push(format!("$ {command}"));
        let own =
            command.strip_prefix("cargo run --release -- ").or_else(|| command.strip_prefix("plumbrule "));
        let Some(own) = own else { continue };
        let (own, input) = own.split_once(" < ").map_or((own, None), |(own, file)| (own, Some(file)));
        let arguments: Vec<&str> = own.split_whitespace().collect();
        fresh.extend(printed(&plumbrule(&arguments, input)).trim_end().lines().map(str::to_owned));
        *run += 1;
    }
    fresh
}

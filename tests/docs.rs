//! Documentation that is run: every `plumb` block of the language page reads as it says, and every command of
//! the README and the docs prints what stands below it. `UPDATE=1` writes the outputs anew.

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
    let input = Input { root: ".".into(), files: vec![file], named: vec![file] };
    let today = plumbrule::value::Day::parse("2026-11-24").unwrap();
    let options = Options {
        as_of: None,
        today,
        select: Vec::new(),
        ignore: Vec::new(),
        waive: true,
        detail: plumbrule::diagnostic::Detail::Full,
    };
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

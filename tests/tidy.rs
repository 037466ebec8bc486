//! The house keeps its own order: which module may use which, where a crate may be named, what no file may
//! hold. Each check says file, line and what to do. Uses the standard library only, and may not know the crate.

use std::collections::BTreeSet;

use rust::Source;
use tree::{File, files, none};

#[path = "tidy/plumb.rs"]
mod plumb;
#[path = "tidy/rust.rs"]
mod rust;
#[path = "tidy/tree.rs"]
mod tree;

/// Modules by layer, lowest first: a module may use those of lower layers, and none beside it.
const LAYERS: [&[&str]; 12] = [
    &["source", "value", "names", "threads"],
    &["diagnostic"],
    &["outcome", "syntax", "config"],
    &["schema", "report"],
    &["model"],
    &["rule"],
    &["rulebook", "check"],
    &["analysis"],
    &["verify", "workspace"],
    &["shelf"],
    &["lsp"],
    &["cli"],
];

/// Where each crate may be named; a folder ends in `/`.
const CRATES: [(&str, &[&str]); 25] = [
    ("bumpalo", &["src/rule/"]),
    ("clap", &["src/cli/"]),
    ("clap_complete", &["src/cli/completions.rs"]),
    ("clap_mangen", &["src/cli/man.rs"]),
    ("codespan_reporting", &["src/report/full.rs"]),
    ("crossbeam_utils", &["src/check/memo.rs"]),
    ("gen_lsp_types", &["src/lsp/"]),
    ("hashbrown", &["src/names.rs"]),
    ("ignore", &["src/workspace/walk.rs", "src/workspace/patterns.rs"]),
    ("jiff", &["src/value/date.rs"]),
    ("libc", &["src/workspace/read.rs"]),
    ("memchr", &["src/model/deal.rs", "src/source.rs", "src/syntax/lane.rs"]),
    ("percent_encoding", &["src/lsp/uri.rs"]),
    ("pest", &["src/syntax/parse.rs"]),
    ("pest_derive", &["src/syntax/parse.rs"]),
    ("petgraph", &["src/check/graph.rs", "src/check/cut.rs"]),
    ("rustc_hash", &["src/"]),
    ("serde", &["src/report/", "src/lsp/"]),
    ("serde_json", &["src/config/schema.rs", "src/report/", "src/lsp/"]),
    ("strsim", &["src/names.rs"]),
    ("terminal_size", &["src/cli/terminal.rs"]),
    ("toml", &["src/config/read.rs"]),
    ("unicode_security", &["src/model/resolve.rs"]),
    ("unicode_width", &["src/report/", "src/cli/prose.rs"]),
    ("walkdir", &["src/workspace/walk.rs"]),
];

/// Doors to the world outside, and who may open them. `watch` sleeps between two looks and starts no
/// thread; `progress` draws while the run does its work.
const DOORS: [(&str, &[&str]); 5] = [
    ("fs", &["src/workspace/"]),
    ("env", &["src/cli/", "src/workspace/", "src/main.rs"]),
    ("process", &["src/cli/", "src/main.rs"]),
    ("net", &[]),
    (
        "thread",
        &[
            "src/check/gather.rs",
            "src/threads.rs",
            "src/lsp/wire.rs",
            "src/cli/watch.rs",
            "src/cli/progress.rs",
        ],
    ),
];

/// Parts of words that no text of the engine may hold, whatever stands around them.
const DOMAIN: [&str; 16] = [
    "oxide",
    "reagent",
    "china",
    "chinese",
    "offtake",
    "rare earth",
    "rare-earth",
    "magnet",
    "tonne",
    "extractant",
    "dysprosium",
    "neodymium",
    "lithium",
    "uranium",
    "mineral",
    "tariff",
];

/// Names of schema and facts that the engine says too, and why it may.
const ENGINE: [(&str, &str); 24] = [
    ("aggregate", "a function over the members of a list"),
    ("binding", "a variable with its value"),
    ("capacity", "room that a list reserves"),
    ("closed", "of quotations, brackets and blocks"),
    ("conditional", "what holds under a condition"),
    ("control", "characters that steer a terminal, and the flow of a walk"),
    ("direction", "of writing, which some characters turn"),
    ("family", "a kind with all that specialise it"),
    ("likely", "what a slip of the pen meant"),
    ("member", "of a list, a group or a set"),
    ("months", "dates are moved by months"),
    ("output", "what is shown, and in which form"),
    ("partial", "of Rust's `PartialEq` and `PartialOrd`"),
    ("people", "who reads what is shown"),
    ("person", "who decides about a fix"),
    ("pillar", "a field of rules that sorts them for readers"),
    ("portfolio", "all texts that are read together"),
    ("process", "what the system runs"),
    ("proposal", "a text of a portfolio"),
    ("recipe", "the one kind of fact that the engine computes with"),
    ("report", "what is told of a run"),
    ("source", "a text, and where a fact or a member comes from"),
    ("target", "where something is written to"),
    ("years", "a function: the calendar years that dates touch"),
];

/// Units and countries that the engine must say, and why.
const UNITS: [(&str, &str); 4] = [
    ("CI", "the variable that says that nobody looks on"),
    ("month", "calendar arithmetic: a date and so many months"),
    ("day", "calendar arithmetic: a date and so many days"),
    ("years", "no unit but a function that bears its name"),
];

const LONGEST_FILE: usize = 600;
const LONGEST_FUNCTION: usize = 70;

/// The module that a file under `src/` belongs to; none for `lib.rs` and `main.rs`.
fn module(file: &File) -> Option<&str> {
    let inside = file.path.strip_prefix("src/")?;
    let name = inside.split('/').next()?.trim_end_matches(".rs");
    (name != "lib" && name != "main").then_some(name)
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Crates that the program is built from, on some system or on all.
fn dependencies() -> Vec<String> {
    let mut counts = false;
    let mut names = Vec::new();
    for line in tree::read("Cargo.toml").lines() {
        if line.starts_with('[') {
            counts = line.ends_with("dependencies]") && line != "[dev-dependencies]";
        } else if let Some((name, _)) = line.split_once('=').filter(|_| counts) {
            names.push(name.trim().to_owned());
        }
    }
    names
}

/// Where the code names a crate.
fn namings<'s>(source: &'s Source, name: &'s str) -> impl Iterator<Item = usize> + 's {
    source.words(name).filter(move |at| {
        let (before, after) = source.code.split_at(*at);
        let after = after.get(name.len()..).unwrap_or("");
        let whole = before.ends_with("use ") && after.starts_with([';', ' ']);
        !before.ends_with("::") && (after.starts_with("::") || whole)
    })
}

#[test]
fn modules_use_lower_layers_only() {
    let mut found = Vec::new();
    for source in rust::sources(&["src/"]) {
        let Some(own) = module(&source.file).and_then(layer) else { continue };
        for (at, used) in source.names_after("crate") {
            let inside = module(&source.file) == Some(used.as_str());
            if !inside && layer(&used).is_some_and(|used| used >= own) {
                let what = format!("uses `{used}`, which lies no lower; move what is shared down (LAYERS)");
                found.push(source.file.at(at, &what));
            }
        }
    }
    none(found);
}

#[test]
fn modules_are_named_from_the_root() {
    let mut found = Vec::new();
    for source in rust::sources(&["src/"]) {
        let is_root = source.file.path.matches('/').count() == 1 || source.file.stem() == "mod";
        for (at, next) in source.names_after("super").into_iter().filter(|(at, _)| !source.in_tests(*at)) {
            if next == "super" || is_root {
                found.push(source.file.at(at, "leaves its module by `super`; write `crate::…`"));
            }
        }
    }
    none(found);
}

#[test]
fn every_module_has_a_layer_and_every_layer_its_modules() {
    let architecture = tree::read("ARCHITECTURE.md");
    let on_disk: BTreeSet<String> =
        files(&["src/"]).iter().filter_map(|file| module(file).map(str::to_owned)).collect();
    let in_table: BTreeSet<String> = LAYERS.concat().into_iter().map(str::to_owned).collect();
    let mut found: Vec<String> = on_disk
        .difference(&in_table)
        .map(|module| format!("src/{module}: has no layer; give it a row in LAYERS of tests/tidy.rs"))
        .collect();
    found.extend(
        in_table
            .difference(&on_disk)
            .map(|module| format!("tests/tidy.rs: LAYERS names `{module}`, which is not in src/; remove it")),
    );
    for (number, layer) in LAYERS.iter().enumerate() {
        for module in *layer {
            if !architecture.contains(&format!("| {number} | `{module}` |")) {
                found.push(format!("ARCHITECTURE.md: add `{module}` to the table, on layer {number}"));
            }
        }
    }
    none(found);
}

#[test]
fn crates_are_named_where_they_belong() {
    let mut found = Vec::new();
    for source in rust::sources(&["src/"]) {
        for (name, places) in CRATES.iter().filter(|(_, places)| !source.file.lies_in(places)) {
            let what = format!("names `{name}`, which only {places:?} may; ask there, or widen CRATES");
            found.extend(namings(&source, name).map(|at| source.file.at(at, &what)));
        }
    }
    none(found);
}

#[test]
fn every_dependency_has_its_place_and_its_reason() {
    let architecture = tree::read("ARCHITECTURE.md");
    let mut found = Vec::new();
    let dependencies = dependencies();
    for name in &dependencies {
        if !CRATES.iter().any(|(known, _)| *known == name.replace('-', "_")) {
            found.push(format!("Cargo.toml: say in CRATES of tests/tidy.rs where `{name}` may be named"));
        }
        if !architecture.contains(&format!("| `{name}` |")) {
            found.push(format!("ARCHITECTURE.md: say why `{name}` is there, in the table of dependencies"));
        }
    }
    let sources = rust::sources(&["src/"]);
    for (name, _) in CRATES {
        if !dependencies.iter().any(|known| known.replace('-', "_") == name) {
            found.push(format!("tests/tidy.rs: CRATES names `{name}`, which is no dependency; remove it"));
        } else if !sources.iter().any(|source| namings(source, name).next().is_some()) {
            found.push(format!("Cargo.toml: nothing in src/ uses `{name}`; remove it"));
        }
    }
    none(found);
}

#[test]
fn disk_and_environment_are_reached_from_one_place() {
    let mut found = Vec::new();
    for source in rust::sources(&["src/"]) {
        for (at, name) in source.names_after("std").into_iter().filter(|(at, _)| !source.in_tests(*at)) {
            let door = DOORS.iter().find(|(door, places)| *door == name && !source.file.lies_in(places));
            if let Some((_, places)) = door {
                let what = format!("uses `std::{name}`, which only {places:?} may; hand the value in");
                found.push(source.file.at(at, &what));
            }
        }
    }
    none(found);
}

#[test]
fn only_cli_writes_to_the_terminal() {
    let mut found = Vec::new();
    for source in rust::sources(&["src/"]) {
        for name in ["print", "println", "eprint", "eprintln", "dbg"] {
            let macros = source.words(name).filter(|at| source.code[at + name.len()..].starts_with('!'));
            found
                .extend(macros.map(|at| source.file.at(at, "prints; write to the writer that is handed in")));
        }
        for name in ["stdout", "stderr"] {
            let calls = source.words(name).filter(|_| !source.file.lies_in(&["src/cli/"]));
            found.extend(calls.map(|at| source.file.at(at, "opens the terminal; only src/cli/ may")));
        }
    }
    none(found);
}

#[test]
fn no_input_can_make_the_engine_panic() {
    let mut found = Vec::new();
    for source in rust::sources(&["src/", "build.rs"]) {
        let mut panics: Vec<usize> = source.code.match_indices(".unwrap()").map(|(at, _)| at).collect();
        panics.extend(expectations(&source.code));
        for name in ["panic", "todo", "unimplemented", "unreachable"] {
            panics.extend(source.words(name).filter(|at| source.code[at + name.len()..].starts_with('!')));
        }
        let outside = panics.into_iter().filter(|at| !source.in_tests(*at));
        found.extend(
            outside.map(|at| source.file.at(at, "may panic; return what could be read, and say why")),
        );
    }
    none(found);
}

/// Calls of `Option::expect` and `Result::expect`. What is followed by `?` is a method of our own.
fn expectations(code: &str) -> Vec<usize> {
    let calls = code.match_indices(".expect(").map(|(at, _)| at);
    let own = |at: &usize| code[*at..].split_once(')').is_some_and(|(_, after)| after.starts_with('?'));
    calls.filter(|at| !own(at)).collect()
}

#[test]
fn every_file_says_what_it_owns() {
    let silent = rust::sources(&[]).into_iter().filter(|source| !source.file.text.starts_with("//! "));
    none(silent.map(|source| source.file.at(0, "begin with `//!`: what it owns, what it may not know")));
}

#[test]
fn files_and_functions_are_short() {
    let mut found = Vec::new();
    for source in rust::sources(&[]) {
        let lines = source.file.text.lines().count();
        if lines > LONGEST_FILE {
            let what = format!("has {lines} lines, over {LONGEST_FILE}; split it by what it owns");
            found.push(source.file.at(0, &what));
        }
        let long = source.functions().into_iter().filter(|(_, _, lines)| *lines > LONGEST_FUNCTION);
        found.extend(long.map(|(at, name, lines)| {
            let what = format!("`{name}` has {lines} lines, over {LONGEST_FUNCTION}; name a part of it");
            source.file.at(at, &what)
        }));
    }
    none(found);
}

#[test]
fn the_engine_knows_no_domain() {
    let names = plumb::long(&plumb::declared());
    let mut found = Vec::new();
    for file in files(&["src/", "grammar/"]) {
        let low = file.text.to_ascii_lowercase();
        for word in DOMAIN {
            let hits = low.match_indices(word);
            let what = format!("says `{word}`; what knows the domain belongs under rules/");
            found.extend(hits.map(|(at, _)| file.at(at, &what)));
        }
        for (at, word) in plumb::words(&file.text) {
            let known = spellings(&word).find(|word| names.contains(*word));
            if let Some(known) = known.filter(|known| !ENGINE.iter().any(|(allowed, _)| allowed == known)) {
                let what = format!("says `{known}`, a name declared under rules/; use a word of the engine");
                found.push(file.at(at, &what));
            }
        }
    }
    none(found);
}

/// A word, and the word of which it may be the plural.
fn spellings(word: &str) -> impl Iterator<Item = &str> {
    std::iter::once(word).chain(word.strip_suffix('s'))
}

#[test]
fn the_engine_names_no_unit_or_country() {
    let declared = plumb::declared();
    let declared = declared.iter().filter(|declared| ["unit", "country"].contains(&declared.kind.as_str()));
    let names: BTreeSet<&str> = declared.map(|declared| declared.name.as_str()).collect();
    let mut found = Vec::new();
    for source in rust::sources(&["src/"]) {
        for (at, said) in &source.literals {
            let known = UNITS.iter().any(|(known, _)| known == said);
            if names.contains(said.as_str()) && !known && !source.in_tests(*at) {
                let what = format!("names the unit or country `{said}`; let a declaration say it");
                found.push(source.file.at(*at, &what));
            }
        }
    }
    none(found);
}

#[test]
fn words_that_the_engine_may_say_are_said() {
    let declared = plumb::declared();
    let engine: Vec<(usize, String)> =
        files(&["src/", "grammar/"]).iter().flat_map(|file| plumb::words(&file.text)).collect();
    let stale = ENGINE.iter().chain(&UNITS).filter(|(word, _)| {
        let said = engine.iter().any(|(_, said)| spellings(said).any(|said| said.eq_ignore_ascii_case(word)));
        !said || !declared.iter().any(|declared| declared.name == *word)
    });
    none(stale.map(|(word, _)| format!("tests/tidy.rs: `{word}` needs no leave any more; remove it")));
}

#[test]
fn texts_name_no_other_machine_and_end_without_blanks() {
    // Taken apart, so that this file does not hold what it forbids.
    let elsewhere = [["/ho", "me/"], ["/ro", "ot/"], ["/Us", "ers/"], ["/wo", "rk/"], ["C:", "\\"]]
        .map(|parts| parts.concat());
    let mut found = Vec::new();
    for file in files(&[]) {
        for path in &elsewhere {
            let hits = file.text.match_indices(path.as_str());
            found.extend(
                hits.map(|(at, _)| file.at(at, "names a path outside the project; make it relative")),
            );
        }
        // A table ends its rows with empty cells.
        let lines = file.text.split_inclusive('\n').filter(|_| !file.is("tsv"));
        let mut start = 0;
        for line in lines {
            let words = line.trim_end_matches(['\n', '\r']);
            if words.ends_with([' ', '\t']) {
                found.push(file.at(start, "ends with a blank; remove it"));
            }
            start += line.len();
        }
    }
    none(found);
}

#[test]
fn a_rule_file_bears_the_id_of_its_rule() {
    let mut found = Vec::new();
    for file in files(&["rules/packs/", "rules/language/"]) {
        let (folders, keyword) =
            if file.path.starts_with("rules/packs/") { (3, "rule") } else { (2, "language") };
        let heads = plumb::heads(&file.text);
        let expected = (keyword.to_owned(), file.stem().to_owned());
        if heads != [expected] || !file.is("plumb") || file.path.matches('/').count() != folders {
            let what = format!(
                "holds {heads:?}; one `{keyword}` a file, named as the file, in a folder of its pack"
            );
            found.push(file.at(0, &what));
        }
    }
    none(found);
}

#[test]
fn every_language_diagnostic_has_its_page_and_every_page_its_diagnostic() {
    let sources = rust::sources(&["src/"]);
    let pages = files(&["rules/language/"]);
    let mut found = Vec::new();
    for source in &sources {
        for (at, code) in codes(source) {
            if !pages.iter().any(|page| page.stem() == code) {
                let what = format!("says `{code}`, which has no page; write rules/language/{code}.plumb");
                found.push(source.file.at(at, &what));
            }
        }
    }
    for page in &pages {
        let said = |source: &Source| {
            source.literals.iter().any(|(at, said)| said == page.stem() && !source.in_tests(*at))
        };
        if !sources.iter().any(said) {
            found.push(page.at(0, "nothing in src/ says this; remove the page, or say it"));
        }
    }
    none(found);
}

/// Codes of diagnostics: the first argument of what makes one, where that is an id in quotes.
fn codes(source: &Source) -> Vec<(usize, &str)> {
    let literals = source.literals.iter().filter(|(at, said)| {
        let is_id = !said.is_empty() && said.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let before = source.code[..*at].trim_end();
        is_id
            && !source.in_tests(*at)
            && ["Diagnostic::new(", "error("].iter().any(|call| before.ends_with(call))
    });
    literals.map(|(at, said)| (*at, said.as_str())).collect()
}

#[test]
fn every_test_file_is_run() {
    let manifest = tree::read("Cargo.toml");
    let tests =
        files(&["tests/"]).into_iter().filter(|file| file.is("rs") && file.path.matches('/').count() == 1);
    let idle = tests.filter(|file| !manifest.contains(&format!("path = \"{}\"", file.path)));
    none(idle.map(|file| file.at(0, "is never run; give it a `[[test]]` in Cargo.toml")));
}

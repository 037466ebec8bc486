//! Owns the way from the tables under `rules/facts/tables/` to the text of `rules/facts/*.plumb`: plain
//! `cargo test --test facts` fails where a file differs from its tables, `UPDATE=1` writes it anew.
//! May not know the crate: the facts are checked before there is an engine to read them.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use std::path::PathBuf;
use std::{env, fs};

use table::Tables;

#[path = "facts/block.rs"]
mod block;
#[path = "facts/check.rs"]
mod check;
#[path = "facts/control.rs"]
mod control;
#[path = "facts/form.rs"]
mod form;
#[path = "facts/item.rs"]
mod item;
#[path = "facts/name.rs"]
mod name;
#[path = "facts/place.rs"]
mod place;
#[path = "facts/recipe.rs"]
mod recipe;
#[path = "facts/table.rs"]
mod table;

/// What the binary can afford to hold and to read at each start.
const LARGEST: usize = 200_000;

fn folder() -> PathBuf {
    PathBuf::from(option_env!("CARGO_MANIFEST_DIR").unwrap_or(".")).join("rules/facts")
}

fn tables() -> Tables {
    let (tables, problems) = Tables::read(&folder().join("tables"));
    assert!(problems.is_empty(), "tables that cannot be read:\n{}", problems.join("\n"));
    tables
}

/// Every fact file by name, in the order in which a reader meets them.
fn files(tables: &Tables) -> Vec<(&'static str, String)> {
    let names = name::Names::new(tables);
    let facts = [
        ("agencies", place::agencies(tables, &names)),
        ("benchmarks", place::benchmarks(tables, &names)),
        ("chemicals", item::chemicals(tables, &names)),
        ("controls", control::controls(tables, &names)),
        ("countries", place::countries(tables, &names)),
        ("families", item::families(tables, &names)),
        ("materials", item::materials(tables, &names)),
        ("pillars", place::pillars(tables)),
        ("processes", item::processes(tables, &names)),
        ("recipes", recipe::recipes(tables, &names)),
        ("stages", item::stages(tables, &names)),
    ];
    facts.into_iter().map(|(stem, facts)| (stem, block::text(stem, &facts))).collect()
}

#[test]
fn tables_are_sound() {
    let problems = check::problems(&tables());
    assert!(problems.is_empty(), "{} problems in the fact tables:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn facts_follow_from_their_tables() {
    let update = env::var_os("UPDATE").is_some();
    let mut stale = Vec::new();
    for (stem, text) in files(&tables()) {
        let path = folder().join(format!("{stem}.plumb"));
        if fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        if update {
            fs::write(&path, text).unwrap();
        } else {
            stale.push(format!("rules/facts/{stem}.plumb"));
        }
    }
    assert!(stale.is_empty(), "not what the tables say, run `UPDATE=1 cargo test --test facts`: {stale:?}");
}

#[test]
fn every_fact_file_is_written_from_tables() {
    let known: Vec<_> = files(&tables()).into_iter().map(|(stem, _)| format!("{stem}.plumb")).collect();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "tables" || known.contains(&name), "rules/facts/{name} comes from no table");
    }
}

#[test]
fn names_are_unique_and_the_whole_stays_small() {
    let files = files(&tables());
    let size: usize = files.iter().map(|(_, text)| text.len()).sum();
    assert!(size <= LARGEST, "the facts take {size} bytes, more than {LARGEST}");
    let mut names: Vec<_> = files.iter().flat_map(|(_, text)| block::names(text)).collect();
    names.sort();
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "two facts bear one name: {twice:?}");
}

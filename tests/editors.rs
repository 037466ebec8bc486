//! What is shipped for editors agrees with what the program knows: the words of the grammar are the kinds of blocks.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use std::collections::BTreeSet;
use std::path::Path;

use plumbrule::rulebook::{Additions, Rulebook};
use plumbrule::source::Sources;
use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn json(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(Path::new(ROOT).join(file)).unwrap()).unwrap()
}

#[test]
fn the_grammar_colours_each_kind_of_block() {
    let grammar = json("editors/vscode/syntaxes/plumb.tmLanguage.json");
    let pattern = grammar["repository"]["kind"]["match"].as_str().unwrap();
    let words = pattern.split_once(")(").unwrap().1.split_once(')').unwrap().0;
    let coloured: BTreeSet<&str> = words.split('|').collect();
    let book = Rulebook::load(&mut Sources::default(), &Additions::default(), &mut Vec::new());
    let kinds = book.schema.kinds().filter(|(_, kind)| !kind.is_abstract);
    let kinds: BTreeSet<&str> = kinds.map(|(id, _)| book.schema.kind_name(id)).collect();
    let expected = kinds.iter().copied().collect::<Vec<_>>().join("|");
    assert_eq!(coloured, kinds, "write into the pattern: {expected}");
}

#[test]
fn what_the_extension_names_is_there() {
    let package = json("editors/vscode/package.json");
    let contributes = &package["contributes"];
    let named = [
        &package["main"],
        &contributes["languages"][0]["configuration"],
        &contributes["grammars"][0]["path"],
    ];
    for file in named {
        let path = Path::new(ROOT).join("editors/vscode").join(file.as_str().unwrap());
        assert!(path.is_file(), "{file}");
    }
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
}

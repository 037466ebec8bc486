//! Which files make a portfolio, and which of them were named.

use std::fs;
use std::path::PathBuf;

use plumbrule::source::Sources;
use plumbrule::workspace::{self, Disk};

use crate::folder::Folder;

/// Files, named paths, folders of rules, and each portfolio with its files; `*` marks those that are reported on.
const CASES: &[(&str, &str, &str, &[&str])] = &[
    // A marker is the root for all below it, and nothing beside it is read.
    (
        "p/portfolio.plumb p/a.plumb p/s/b.plumb q.plumb",
        "p/s",
        "",
        &["p: p/a.plumb p/portfolio.plumb *p/s/b.plumb"],
    ),
    ("p/plumbrule.toml p/a.plumb p/s/t/b.plumb", "p/a.plumb", "", &["p: *p/a.plumb p/s/t/b.plumb"]),
    // The marker that is nearest counts, and any of them before a repository.
    ("p/.git/x p/s/plumbrule.toml p/s/t/b.plumb p/a.plumb", "p/s/t", "", &["p/s: *p/s/t/b.plumb"]),
    ("p/.git/x.plumb p/s/b.plumb p/a.plumb", "p/s", "", &["p: p/a.plumb *p/s/b.plumb"]),
    // Without either the named folder is the root, of a file its own.
    ("a.plumb p/b.plumb", "p", "", &["p: *p/b.plumb"]),
    ("p/a.plumb p/b.plumb c.plumb", "p/a.plumb", "", &["p: *p/a.plumb p/b.plumb"]),
    // Such a root inside another is a part of it: no file is read twice.
    ("p/a.plumb p/s/b.plumb", "p/s p", "", &["p: *p/a.plumb *p/s/b.plumb"]),
    ("p/a.plumb p/s/.git/x p/s/b.plumb", "p/a.plumb p/s", "", &["p: *p/a.plumb *p/s/b.plumb"]),
    // A path over portfolios reads them all, but not those beside it.
    (
        "e/plumbrule.toml e/a.plumb e/m/portfolio.plumb e/m/n/plumbrule.toml e/m/n/b.plumb",
        "e",
        "",
        &["e: *e/a.plumb", "e/m: *e/m/portfolio.plumb", "e/m/n: *e/m/n/b.plumb"],
    ),
    ("e/plumbrule.toml e/a.plumb e/m/portfolio.plumb", "e/m", "", &["e/m: *e/m/portfolio.plumb"]),
    ("e/plumbrule.toml e/a.plumb e/m/portfolio.plumb", "e/a.plumb", "", &["e: *e/a.plumb"]),
    ("e/plumbrule.toml e/m/portfolio.plumb", "e", "", &["e/m: *e/m/portfolio.plumb"]),
    ("e/.git/x e/d/m/plumbrule.toml e/d/m/a.plumb e/b.plumb", "e/d", "", &["e/d/m: *e/d/m/a.plumb"]),
    // Several portfolios, in the order of their roots, each once.
    ("b/a.plumb a/b.plumb a/a.plumb", "b a ./b", "", &["a: *a/a.plumb *a/b.plumb", "b: *b/a.plumb"]),
    // What is ignored is not read, unless it is named itself; hidden files are read.
    ("p/.gitignore=d/ p/a.plumb p/d/b.plumb p/.c.plumb", "p", "", &["p: *p/.c.plumb *p/a.plumb"]),
    ("p/.ignore=b* p/a.plumb p/b.plumb p/bc.plumb", "p p/b.plumb", "", &["p: *p/a.plumb *p/b.plumb"]),
    ("p/.gitignore=*b.plumb p/a.plumb p/b.plumb", "p/b.plumb", "", &["p: p/a.plumb *p/b.plumb"]),
    // A repository says what is ignored in the portfolios inside it, a folder around a portfolio does not.
    (
        "p/.git/x p/.gitignore=b* p/m/plumbrule.toml p/m/a.plumb p/m/b.plumb",
        "p/m",
        "",
        &["p/m: *p/m/a.plumb"],
    ),
    (".gitignore=b* p/plumbrule.toml p/a.plumb p/b.plumb", "p", "", &["p: *p/a.plumb *p/b.plumb"]),
    // What only one machine says counts nowhere.
    ("p/.git/info/exclude=b* p/a.plumb p/b.plumb", "p", "", &["p: *p/a.plumb *p/b.plumb"]),
    // Rules are no proposals.
    ("p/a.plumb p/own/b.plumb", "p", "p/own", &["p: *p/a.plumb"]),
    // The ending counts, in any case, and not whether something is called like a file.
    ("p/a.PLUMB p/b.txt p/c.plumb/d.plumb p/plumb", "p", "", &["p: *p/a.PLUMB *p/c.plumb/d.plumb"]),
];

fn found(folder: &Folder, paths: &str, rules: &str) -> (Vec<String>, usize) {
    let inside =
        |names: &str| names.split_whitespace().map(|name| folder.path().join(name)).collect::<Vec<_>>();
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    let rules = inside(rules);
    let choice = workspace::Choice { rules: &rules, ..workspace::Choice::default() };
    let found = Disk::from_here().find(&inside(paths), &choice, &mut sources, &mut diagnostics);
    // Names are relative where the tests run beside the folder, and whole elsewhere.
    let own = folder.path().file_name().unwrap().to_str().unwrap().to_owned();
    let short = |name: &str| name.split_once(&own).unwrap().1.trim_start_matches('/').to_owned();
    let line = |input: &plumbrule::analysis::Input| {
        let files = input.files.iter().map(|file| {
            let mark = if input.named.contains(file) { "*" } else { "" };
            format!(" {mark}{}", short(sources.name(*file)))
        });
        format!("{}:{}", short(&input.root), files.collect::<String>())
    };
    (found.iter().map(|found| line(&found.input)).collect(), diagnostics.len())
}

#[test]
fn portfolios_are_what_their_markers_say() {
    for (files, paths, rules, expected) in CASES {
        let (lines, problems) = found(&Folder::of(files), paths, rules);
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        assert_eq!((lines.as_slice(), problems), (*expected, 0), "{files} | {paths}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_only_where_they_are_named() {
    use std::os::unix::fs::symlink;
    let folder = Folder::of("p/a.plumb q/b.plumb");
    let link = |to: &str, at: &str| symlink(to, folder.path().join(at)).unwrap();
    link("../q", "p/folder");
    link("../q/b.plumb", "p/file.plumb");
    link(".", "p/circle");
    link("nowhere", "p/dangling.plumb");
    let only = |line: &str| (vec![line.to_owned()], 0);
    assert_eq!(found(&folder, "p", ""), only("p: *p/a.plumb"));
    assert_eq!(found(&folder, "p/folder", ""), only("q: *q/b.plumb"));
    assert_eq!(found(&folder, "p/file.plumb q/b.plumb", ""), only("q: *q/b.plumb"));
}

#[cfg(unix)]
#[test]
fn a_lattice_of_links_is_one_file() {
    let folder = Folder::of("p/d30/a.plumb");
    for level in 0..30 {
        let here: PathBuf = folder.path().join(format!("p/d{level}"));
        fs::create_dir(&here).unwrap();
        for link in ["left", "right"] {
            std::os::unix::fs::symlink(format!("../d{}", level + 1), here.join(link)).unwrap();
        }
    }
    assert_eq!(found(&folder, "p", ""), (vec!["p: *p/d30/a.plumb".to_owned()], 0));
}

#[test]
fn the_order_of_paths_changes_nothing() {
    let folder = Folder::of("p/a.plumb p/s/b.plumb q/plumbrule.toml q/c.plumb");
    let paths = ["p", "p/s", "q/c.plumb", "q"];
    let expected = found(&folder, &paths.join(" "), "");
    for turn in 1..paths.len() {
        let mut turned = paths;
        turned.rotate_left(turn);
        assert_eq!(found(&folder, &turned.join(" "), ""), expected);
    }
}

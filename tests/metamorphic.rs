//! Changes that must change nothing: the order of files and of blocks, remarks and blank lines, line ends, how many
//! files and how many threads there are, where the command runs, in which time zone and language. Positions move
//! with the text, so findings are compared by what they say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic anywhere")]

use std::collections::BTreeMap;
use std::path::Path;

use drafts::Drafts;
use draw::Draw;
use library::Library;
use plumbrule::diagnostic::Diagnostic;
use plumbrule::outcome::Run;

#[path = "support/drafts.rs"]
#[allow(dead_code, reason = "slips are for fuzz runs")]
mod drafts;
#[path = "support/draw.rs"]
#[allow(dead_code, reason = "portfolios ask for more than texts do")]
mod draw;
#[path = "cli/folder.rs"]
#[allow(dead_code, reason = "other cases are about bytes and exit codes")]
mod folder;
#[path = "support/library.rs"]
mod library;

const PORTFOLIOS: u64 = 60;

/// What a finding says, without where.
fn said(run: &Run, found: &Diagnostic) -> String {
    let words = run.sources.words(found.primary.place).replace('\r', "");
    let route: Vec<&str> = found.beyond().route.iter().map(|hop| hop.entity.as_str()).collect();
    let Diagnostic { code, severity, message, .. } = found;
    format!("{code} {severity} {message} | {words} | {route:?} | {:?}", found.beyond().help)
}

/// Everything that a portfolio comes to, without positions.
fn outcome(library: &Library, texts: &[(String, String)]) -> Vec<String> {
    let texts: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    library.check(&texts, |run, _| {
        let mut all: Vec<String> = run.findings.iter().map(|found| said(run, found)).collect();
        all.push(format!("{:?}", run.portfolios[0].verdicts));
        all.sort();
        all
    })
}

/// The blocks of a text as the generator of drafts writes them: each ends with a brace in the first column.
fn blocks(text: &str) -> Vec<&str> {
    text.split_inclusive("\n}\n").collect()
}

type Change = fn(&[(String, String)]) -> Vec<(String, String)>;

fn each_text(texts: &[(String, String)], change: impl Fn(&str) -> String) -> Vec<(String, String)> {
    texts.iter().map(|(name, text)| (name.clone(), change(text))).collect()
}

const CHANGES: [(&str, Change); 7] = [
    ("the order of files", |texts| texts.iter().rev().cloned().collect()),
    ("the names of files", |texts| {
        let names = (0..texts.len()).rev().map(|number| format!("other-{number}.plumb"));
        names.zip(texts).map(|(name, (_, text))| (name, text.clone())).collect()
    }),
    ("one file for all", |texts| {
        vec![("all.plumb".into(), texts.iter().map(|(_, text)| text.as_str()).collect())]
    }),
    ("a file for each block", |texts| {
        let all = texts.iter().flat_map(|(_, text)| blocks(text));
        all.enumerate().map(|(number, block)| (format!("{number:03}.plumb"), block.to_owned())).collect()
    }),
    ("remarks and blank lines", |texts| {
        each_text(texts, |text| format!("# first\n\n{}", text.replace('\n', "  # a remark: { \" \n\n")))
    }),
    ("line ends", |texts| each_text(texts, |text| text.replace('\n', "\r\n"))),
    ("a byte order mark", |texts| each_text(texts, |text| format!("\u{feff}{text}"))),
];

#[test]
fn what_means_the_same_is_judged_the_same() {
    let library = Library::load();
    let drafts = Drafts::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &library.book);
    let mut compared: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0..PORTFOLIOS {
        let texts = drafts.portfolio(&mut Draw::new(number, 9, 0));
        let first = outcome(&library, &texts);
        for (name, change) in CHANGES {
            let changed = outcome(&library, &change(&texts));
            let differing: Vec<_> = first.iter().zip(&changed).filter(|(a, b)| a != b).take(1).collect();
            assert!(
                first == changed,
                "portfolio {number}, {name}: {} and {}, {differing:#?}",
                first.len(),
                changed.len()
            );
            *compared.entry(name).or_default() += first.len();
        }
    }
    assert!(compared.values().all(|count| *count > 500), "{compared:?}");
}

#[test]
fn the_order_of_blocks_changes_nothing() {
    let library = Library::load();
    let drafts = Drafts::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &library.book);
    for number in 0..PORTFOLIOS {
        let texts = drafts.portfolio(&mut Draw::new(number, 10, 0));
        // What the whole says of its parts in their written order may differ in which part speaks; codes may not.
        let codes = |library: &Library, texts: &[(String, String)]| -> Vec<String> {
            let all = outcome(library, texts);
            let mut codes: Vec<String> =
                all.iter().map(|said| said.split(' ').next().unwrap().to_owned()).collect();
            codes.sort();
            codes
        };
        let turned = each_text(&texts, |text| blocks(text).into_iter().rev().collect());
        assert_eq!(codes(&library, &texts), codes(&library, &turned), "portfolio {number}");
    }
}

/// The command over enough entities to use threads, on one core and on all, here and elsewhere.
#[cfg(target_os = "linux")]
#[test]
fn neither_threads_nor_surroundings_change_a_byte() {
    let folder = folder::Folder::of("p/plumbrule.toml elsewhere/x");
    let supplier = |number: usize| {
        format!(
            "proposal p-{number} {{ as_of: 2026-01-01; facility f {{ stage: separation; country: US; start: 2028; \
             reagent r {{ item: P507; supplier: s-{number} }} }} }}\n\
             supplier s-{number} {{ country: {}; owners: [s-{} 60%] }}\n",
            ["China", "Japan", "US"][number % 3],
            number * 7 % 3_000
        )
    };
    let text: String = (0..3_000).map(supplier).collect();
    folder.write("p/a.plumb", text.as_bytes());
    let run = |program: &[&str], zone: &str, language: &str| {
        let mut command = folder.command("check p --as-of 2026-11-24 --output-format json");
        if !program.is_empty() {
            let plain = command;
            command = std::process::Command::new(program[0]);
            command
                .args(&program[1..])
                .arg(plain.get_program())
                .args(plain.get_args())
                .current_dir(folder.path());
        }
        let output = command.env("TZ", zone).env("LC_ALL", language).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        output.stdout
    };
    let first = run(&[], "UTC", "C");
    assert!(first.len() > 100_000);
    assert!(first == run(&[], "Pacific/Kiritimati", "tr_TR.UTF-8"), "time zone and language");
    assert!(first == run(&["taskset", "-c", "0"], "Pacific/Pago_Pago", "ja_JP.UTF-8"), "one thread");
    let mut elsewhere = folder.command("check ../p --as-of 2026-11-24 --output-format json");
    let output = elsewhere.current_dir(folder.path().join("elsewhere")).output().unwrap();
    let moved = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        moved.replace("\"../p", "\"p").replace(" ../p", " p"),
        String::from_utf8(first).unwrap(),
        "another folder"
    );
}

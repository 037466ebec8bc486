//! Files and folders that harm: what is not text, what is no file, names that command a terminal, links that never
//! end. Each is told, and what lies beside it is checked all the same.

use std::time::Instant;

use crate::folder::{BAD, Folder, Ran};
use crate::hostile::{BESIDE, check, guarded};

/// A name, the bytes, the exit code and the codes found in the file.
type Case = (&'static str, Vec<u8>, i32, &'static [(&'static str, usize)]);

fn bytes() -> Vec<Case> {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let hidden = |text: &str| text.as_bytes().to_vec();
    vec![
        ("UTF-16", wide("\u{feff}supplier a { country: US }\n"), 2, &[("not-utf8", 1)]),
        ("a character that is cut at the end", b"supplier a { } # \xe2\x82".to_vec(), 2, &[("not-utf8", 1)]),
        ("UTF-8 read as another code page and kept", "supplier a \"โ€œ\" { country: US }\n".into(), 0, &[]),
        (
            "a NUL in a name",
            hidden("supplier a\0b { country: US }\n"),
            1,
            &[("control-character", 1), ("unexpected-text", 1)],
        ),
        ("nothing", Vec::new(), 0, &[]),
        ("a byte order mark alone", hidden("\u{feff}"), 0, &[]),
        (
            "a carriage return that hides a line",
            hidden("supplier a { # note\r  country: China\n}\n"),
            1,
            &[("control-character", 1)],
        ),
        (
            "letters that turn round",
            hidden("supplier a { country: \"C\u{202e}N\" }\n"),
            1,
            &[("control-character", 1), ("lookalike-letter", 1)],
        ),
        ("a mark from right to left", hidden("supplier a { } # \u{200f}\n"), 1, &[("control-character", 1)]),
        ("an Arabic mark", hidden("supplier a { } # \u{61c}\n"), 1, &[("control-character", 1)]),
        (
            "a name that writes to the clipboard",
            hidden("supplier a \"\u{1b}]52;c;aGk=\u{7}\u{1b}[2J\u{9b}2J\" { }\n"),
            1,
            &[("control-character", 4)],
        ),
        ("a country in other letters", hidden("supplier a { country: СN }\n"), 1, &[("lookalike-letter", 1)]),
        (
            "a country in other letters, quoted",
            hidden("supplier a { country: \"ＣＮ\" }\n"),
            1,
            &[("lookalike-letter", 1)],
        ),
        (
            "shares that say too much, with an owner whom nobody declares",
            hidden("supplier a { country: US; owners: [b 80%, c 40%] }\nsupplier c { country: US }\n"),
            1,
            &[("shares-sum", 1), ("undefined-reference", 1)],
        ),
        (
            "two firms that look alike",
            hidden("supplier acme { country: US }\nsupplier аcme { country: China }\n"),
            1,
            &[("lookalike-letter", 1)],
        ),
    ]
}

#[test]
fn bytes_that_hide_or_break_text_are_told() {
    for (name, bytes, code, codes) in bytes() {
        let folder = Folder::of("plumbrule.toml");
        folder.write("hostile.plumb", &bytes);
        // With one rule that finds nothing, the exit code is that of the text.
        folder.write("beside.plumb", BESIDE.as_bytes());
        let held = check(&folder, "--select stage-gap");
        assert_eq!((held.code, held.codes("hostile.plumb")), (code, codes.to_vec()), "{name}");
        assert_eq!(check(&folder, "").codes("beside.plumb"), [("empty-proposal", 1)], "{name}");
    }
}

/// A number, a date or a term that no machine can hold, and what is said of it.
const VALUES: &[(&str, &str)] = &[
    ("capacity: 1e309 t/yr", "number-form"),
    ("capacity: 0.123456789012345678901234567890123456789012345678901234567890 t/yr", "number-form"),
    ("capacity: 79228162514264337593543950335 t/yr", "number-form"),
    ("capacity: 9,007,199,254,740,993,000 t/yr", "number-form"),
    ("capacity: -5 t/yr", "wrong-value"),
    ("capacity: NaN t/yr", "wrong-value"),
    ("capacity: ５ t/yr", "wrong-value"),
    ("start: 9999999-01-01", "date-form"),
    ("start: 2026-02-30", "date-form"),
    ("start: 0000", "date-form"),
    ("start: 2200", "date-form"),
    ("start: +2026", "wrong-value"),
];

#[test]
fn numbers_and_dates_that_no_machine_holds_are_refused_and_never_rounded() {
    for (field, code) in VALUES {
        let folder = Folder::of("plumbrule.toml");
        let text = format!("proposal p {{ facility f {{ stage: separation; country: US; {field} }} }}\n");
        folder.write("hostile.plumb", text.as_bytes());
        let held = check(&folder, "--select empty-proposal");
        assert_eq!((held.code, held.codes("hostile.plumb")), (1, vec![(*code, 1)]), "{field}");
        let column = text.find(field).unwrap() as u64 + 1;
        let (_, found) = held.first("hostile.plumb", code).unwrap();
        assert!(found > column && found <= column + field.len() as u64, "{field}: column {found}");
    }
}

/// The largest numbers that are accepted: arithmetic on them widens, and neither panics nor decides.
#[test]
fn the_largest_numbers_are_reckoned_with() {
    let folder = Folder::of("plumbrule.toml");
    let most = "999,999,999,999,999,999";
    let text = format!(
        "proposal p {{ as_of: 2026-01-01\n  facility f {{ stage: separation; country: US; capacity: {most} kt/yr of NdPr-oxide; start: 2199-12-31 }}\n  \
         target t {{ metric: output; facility: f; amount: {most} kt/yr of NdPr-oxide; by: 2199 }}\n  \
         offtake o {{ seller: f; buyer: \"a\"; form: take-or-pay; status: binding; volume: {most} kt/yr of NdPr-oxide; start: 2199; term: 300 years; price: USD {most} billion/g }}\n  \
         finance l {{ type: loan; provider: \"b\"; amount: USD {most} billion; tenor: 300 years; funds: [f] }} }}\n"
    );
    folder.write("hostile.plumb", text.as_bytes());
    let held = check(&folder, "");
    assert!(held.codes("hostile.plumb").iter().all(|(code, _)| *code != "number-form"), "all of it is read");
}

#[test]
fn ten_thousand_findings_on_one_line_are_shown_in_part_and_counted() {
    let folder = Folder::of("plumbrule.toml");
    folder.write("hostile.plumb", "supplier a { country: Chinna } ".repeat(10_000).as_bytes());
    let (code, out) = guarded(&folder, "--output-format full");
    let out = String::from_utf8(out).unwrap();
    assert_eq!(code, 1);
    assert!(out.contains("18,999 more findings are not shown"), "{}", &out[out.len() - 400..]);
    assert!(out.len() < 2_000_000, "{} bytes", out.len());
}

#[cfg(unix)]
#[test]
fn a_folder_of_traps_ends_at_once() {
    use std::os::unix::fs::symlink;
    let folder = Folder::of("p/plumbrule.toml p/d30/a.plumb");
    folder.write("p/beside.plumb", BESIDE.as_bytes());
    folder.write("p/bad.plumb", BAD);
    for level in 0..30 {
        let here = folder.path().join(format!("p/d{level}"));
        std::fs::create_dir_all(&here).unwrap();
        for link in ["left", "right"] {
            symlink(format!("../d{}", level + 1), here.join(link)).unwrap();
        }
    }
    symlink("/", folder.path().join("p/root")).unwrap();
    symlink("/dev/zero", folder.path().join("p/zero.plumb")).unwrap();
    symlink("loop.plumb", folder.path().join("p/loop.plumb")).unwrap();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(folder.path().join("p/pipe.plumb"))
            .status()
            .unwrap()
            .success()
    );
    std::fs::create_dir(folder.path().join("p/folder.plumb")).unwrap();
    let start = Instant::now();
    let held = check(&folder, "p");
    assert!(start.elapsed().as_secs() < 20);
    assert_eq!((held.code, held.codes("p/bad.plumb")), (2, vec![("not-utf8", 1)]));
    assert_eq!(held.codes("p/beside.plumb"), [("empty-proposal", 1)]);
}

/// What a configuration or a link could be made to show of files that are none of the portfolio's.
#[cfg(unix)]
#[test]
fn nothing_outside_of_the_portfolio_is_read_or_shown() {
    let folder = Folder::of("p/a.plumb");
    folder.write("secret.plumb", b"canary-of-another-folder\n");
    folder.write("p/plumbrule.toml", b"extend = \"../secret.plumb\"\n");
    std::os::unix::fs::symlink("../secret.plumb", folder.path().join("p/link.plumb")).unwrap();
    for format in plumbrule::report::FORMATS {
        let ran = folder.run(&format!("check p --output-format {}", format.name));
        assert_eq!(ran.code, Some(2), "{}", format.name);
        assert!(!format!("{}{}", ran.out, ran.err).contains("canary"), "{}", format.name);
    }
}

#[test]
fn two_portfolio_blocks_and_names_that_differ_in_case_are_told_apart() {
    let folder = Folder::of("plumbrule.toml");
    folder.write("A.plumb", b"portfolio one { as_of: 2026-01-01 }\n");
    folder.write("a.plumb", b"portfolio two { as_of: 2026-01-02 }\n");
    let held = check(&folder, "");
    assert_eq!(
        (held.code, held.codes("A.plumb"), held.codes("a.plumb")),
        (1, vec![], vec![("second-portfolio", 1)])
    );
}

/// A file for which nobody says how it is written must not be passed over.
#[test]
fn a_command_that_checked_nothing_fails() {
    let folder = Folder::of("a.txt");
    let ran = Ran::of(&folder.command("check").output().unwrap());
    assert_eq!(ran.code, Some(2));
}

//! What could not be found or read: each case has its diagnostic and ends with 2, and the rest is checked.

use std::fs;

use crate::folder::{BAD, Folder};

/// Files, arguments of `check`, and the lines of the findings.
const CASES: &[(&str, &str, &[&str])] = &[
    ("a.plumb", "b.txt", &["error[not-found]: `b.txt` does not exist"]),
    ("a.plumb", "a.plumb/b.plumb", &["error[not-found]: `a.plumb/b.plumb` does not exist"]),
    ("a.plumb s/b.txt", "s", &["error[no-files]: no `.plumb` file under `s`, so nothing was checked there"]),
    ("b.txt", "", &["error[no-files]: no `.plumb` file under `.`, so nothing was checked there"]),
    ("a.plumb b.txt", "b.txt", &["error[no-files]: `b.txt` is no `.plumb` file, so it was not checked"]),
    (
        "a.plumb r/b.plumb",
        "a.plumb r/b.plumb --rules r",
        &["error[no-files]: `r/b.plumb` lies in a folder of rules, so no proposal was checked there"],
    ),
    ("a.plumb", "--rules nowhere", &["error[not-found]: `nowhere` does not exist"]),
    (
        "a.plumb r/b.txt",
        "--rules r",
        &["error[no-files]: no `.plumb` file under `r`, so nothing was checked there"],
    ),
    (
        "a.plumb",
        "--select no-such-rule-here",
        &["--select:1:1: error[unknown-rule]: there is no rule `no-such-rule-here`"],
    ),
    (
        "a.plumb",
        "--ignore missing-brace,",
        &[
            "--ignore:1:1: error[unknown-rule]: `missing-brace` is no rule",
            "--ignore:1:15: error[unknown-rule]: there is no rule ``",
        ],
    ),
    (
        "a.plumb",
        "--param no-such-thing=1",
        &["--param no-such-thing:1:1: error[undefined-reference]: there is no parameter `no-such-thing`"],
    ),
    (
        "a.plumb",
        "--param milestone-gap=24months",
        &["--param milestone-gap:1:1: error[number-form]: put a blank between number and unit: `24 months`"],
    ),
    (
        "a.plumb r/own.plumb=rule",
        "--rules r",
        &["r/own.plumb:1:1: error[rule-syntax]: this says nothing that can be read"],
    ),
];

/// The findings of a run, without the last lines.
fn findings(folder: &Folder, arguments: &str) -> (Vec<String>, Option<i32>) {
    let ran = folder.run(&format!("check --output-format concise --quiet {arguments}"));
    assert_eq!(ran.err, "", "{arguments}");
    (ran.out.lines().map(str::to_owned).collect(), ran.code)
}

#[test]
fn what_was_not_checked_is_said_and_fails() {
    for (files, arguments, lines) in CASES {
        let (found, code) = findings(&Folder::of(files), arguments);
        assert_eq!(
            (found.iter().map(String::as_str).collect(), code),
            (lines.to_vec(), Some(2)),
            "{arguments}"
        );
    }
}

#[test]
fn a_threshold_that_cannot_be_read_is_told_though_no_rule_reads_it() {
    let folder = Folder::of("a.plumb");
    folder.write("r/own.plumb", b"parameter most-delay { value: 5O%; why: \"a test\" }\n");
    let (found, code) = findings(&folder, "a.plumb --rules r");
    let expected = ["r/own.plumb:1:31: error[number-form]: put a blank between number and unit: `5 O`"];
    assert_eq!((found.iter().map(String::as_str).collect(), code), (expected.to_vec(), Some(2)));
}

#[test]
fn an_empty_file_is_clean() {
    for files in ["a.plumb", "a.plumb=\u{feff}", "plumbrule.toml=#nothing a.plumb"] {
        assert_eq!(findings(&Folder::of(files), ""), (vec![], Some(0)), "{files}");
    }
}

#[test]
fn a_slip_in_a_path_is_recognised() {
    let folder = Folder::of("deals/red-river.plumb");
    for slip in ["deals/red-rivr.plumb", "daels/red-river.plumb", "./deasl/red-river.plumb"] {
        let ran = folder.run(&format!("check {slip}"));
        assert_eq!(ran.code, Some(2));
        assert!(ran.out.contains("deals/red-river.plumb`?"), "{}", ran.out);
    }
}

#[test]
fn bytes_that_are_no_text_are_located() {
    let wide = |order: fn(u16) -> [u8; 2]| "\u{feff}a".encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let cases: [(Vec<u8>, &str); 5] = [
        (
            b"# ok\nab\xffcd".to_vec(),
            "a.plumb:2:3: error[not-utf8]: `a.plumb` is not text in UTF-8: byte 7 does not fit",
        ),
        (
            "# é".as_bytes()[..3].to_vec(),
            "a.plumb:1:3: error[not-utf8]: `a.plumb` ends in the middle of a character, at byte 2",
        ),
        (
            b"\xc0\xaf".to_vec(),
            "a.plumb:1:1: error[not-utf8]: `a.plumb` is not text in UTF-8: byte 0 does not fit",
        ),
        (wide(u16::to_le_bytes), "a.plumb:1:1: error[not-utf8]: `a.plumb` is text in UTF-16, not in UTF-8"),
        (wide(u16::to_be_bytes), "a.plumb:1:1: error[not-utf8]: `a.plumb` is text in UTF-16, not in UTF-8"),
    ];
    for (bytes, line) in cases {
        let folder = Folder::new();
        folder.write("a.plumb", &bytes);
        assert_eq!(findings(&folder, ""), (vec![line.to_owned()], Some(2)));
    }
    for byte in 0x80..=0xff {
        let folder = Folder::new();
        folder.write("a.plumb", &[b'#', byte, b' ', b'\n']);
        assert_eq!(findings(&folder, "").1, Some(2), "{byte}");
    }
}

#[test]
fn the_other_files_are_read_in_all_portfolios() {
    let folder = Folder::of("p/plumbrule.toml q/plumbrule.toml");
    for path in ["p/b.plumb", "p/a.plumb", "q/c.plumb", "r/d.plumb"] {
        folder.write(path, BAD);
    }
    let (found, code) = findings(&folder, "q p nowhere r");
    let files: Vec<_> = found.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(files, ["error[not-found]", "p/a.plumb", "p/b.plumb", "q/c.plumb", "r/d.plumb"]);
    assert_eq!(code, Some(2));
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let folder = Folder::of("a.plumb");
    let file = fs::File::options().write(true).open(folder.path().join("a.plumb")).unwrap();
    file.set_len(plumbrule::syntax::MAX_FILE_BYTES + 1).unwrap();
    let line = "error[over-limit]: `a.plumb` is larger than 256 MiB, so it was not read";
    assert_eq!(findings(&folder, ""), (vec![line.to_owned()], Some(2)));
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_refused_at_once() {
    let folder = Folder::of("a.plumb");
    assert!(
        std::process::Command::new("mkfifo").arg(folder.path().join("b.plumb")).status().unwrap().success()
    );
    for name in ["b.plumb", "/dev/zero", "/dev/null", "/dev/stdin"] {
        let (found, code) = findings(&folder, name);
        assert_eq!(found, [format!("error[not-readable]: `{name}` is no plain file, so it was not read")]);
        assert_eq!(code, Some(2));
    }
    // In a folder it is no file, as for any other tool.
    assert_eq!(findings(&folder, "."), (vec![], Some(0)));
}

#[cfg(unix)]
#[test]
fn what_the_system_refuses_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::of("a.plumb s/b.plumb c.plumb");
    let close =
        |name, mode| fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    close("a.plumb", 0o000);
    close("s", 0o000);
    let is_refused = fs::read_dir(folder.path().join("s")).is_err();
    let found = findings(&folder, "");
    close("s", 0o700);
    // The administrator may read all.
    if is_refused {
        let lines = [
            "error[not-readable]: `a.plumb` cannot be read: permission denied",
            "error[not-readable]: the folder `s` cannot be read: permission denied",
        ];
        assert_eq!(found, (lines.map(str::to_owned).to_vec(), Some(2)));
    }
}

#[test]
fn wrong_usage_is_told_apart_from_findings() {
    let folder = Folder::of("a.plumb");
    let cases = [
        ("", "Usage: plumbrule <COMMAND>"),
        ("chekc", "unrecognized subcommand 'chekc'"),
        ("check --quite", "'--quiet'"),
        ("check --as-of 2026", "write a single day as year-month-day, as in `2026-11-24`"),
        ("check --as-of 2026-02-30", "write a single day as year-month-day, as in `2026-11-24`"),
        ("check --param min", "write a name, `=` and a value"),
        ("check --output-format xml", "possible values: full, concise, summary, plain"),
        ("check --fail-on never", "possible values: error, warning, note"),
        ("explain", "<RULE>"),
    ];
    for (arguments, words) in cases {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments}");
        assert!(ran.err.contains(words), "{arguments}: {}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn arguments_cannot_forge_what_is_said_of_them() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::of("a.plumb");
    for bytes in [b"--\x1b[2J\x1b]52;c;eA==\x07".as_slice(), b"--x\n::stop-commands::y", b"--\xff\xfe"] {
        let output = folder.command("check").arg(std::ffi::OsStr::from_bytes(bytes)).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text:?}");
    }
}

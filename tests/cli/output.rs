//! How output reaches its reader: names, colour, pipes that close and disks that are full.

use plumbrule::report::FORMATS;

use crate::folder::{BAD, Folder, Ran};

#[test]
fn the_flag_outranks_the_environment() {
    let folder = Folder::new();
    folder.write("a.plumb", BAD);
    let cases = [
        ("", "", false),
        ("", "FORCE_COLOR=1", true),
        ("", "FORCE_COLOR=", false),
        ("", "CLICOLOR_FORCE=1", true),
        ("", "CLICOLOR_FORCE=0", false),
        ("", "FORCE_COLOR=1 TERM=dumb", true),
        ("", "FORCE_COLOR=1 NO_COLOR=1", false),
        ("", "FORCE_COLOR=1 NO_COLOR=", true),
        ("", "CLICOLOR_FORCE=1 NO_COLOR=1", false),
        ("", "CLICOLOR_FORCE=1 NO_COLOR=", true),
        ("--color auto", "CLICOLOR_FORCE=1 NO_COLOR=1", false),
        ("--color always", "CLICOLOR_FORCE=0 NO_COLOR=1", true),
        ("--color never", "CLICOLOR_FORCE=1 NO_COLOR=", false),
        ("--color always", "NO_COLOR=1 TERM=dumb", true),
        ("--color never", "FORCE_COLOR=1", false),
    ];
    for (flag, variables, colored) in cases {
        let variables: Vec<_> =
            variables.split_whitespace().filter_map(|variable| variable.split_once('=')).collect();
        for format in ["full", "concise"] {
            let mut command = folder.command(&format!("check --output-format {format} {flag}"));
            let ran = Ran::of(&command.envs(variables.clone()).output().unwrap());
            assert_eq!(ran.out.contains('\x1b'), colored, "{flag} {variables:?}");
            assert_eq!(ran.code, Some(2));
        }
    }
}

#[test]
fn quiet_leaves_only_findings() {
    let folder = Folder::of("a.plumb");
    assert_eq!(folder.run("check --quiet").out, "");
    assert_ne!(folder.run("check").out, "");
    folder.write("a.plumb", BAD);
    let out = folder.run("check -q --output-format concise").out;
    assert_eq!(out, "a.plumb:1:1: error[not-utf8]: `a.plumb` is not text in UTF-8: byte 0 does not fit\n");
}

#[test]
fn what_has_only_last_lines_is_not_asked_to_leave_them_out() {
    let folder = Folder::of("a.plumb");
    let ran = folder.run("check -q --output-format summary");
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    let said = "error: `--quiet` leaves out the last lines, and `summary` shows nothing else: leave out one of the two\n";
    assert_eq!(ran.err, said);
    // In a file it stands by itself, whatever is shown beside.
    assert_eq!(folder.run("check -q --report summary=counts").out, "");
    let report = std::fs::read_to_string(folder.path().join("counts")).unwrap();
    assert_eq!(report, folder.run("check --output-format summary").out);
    assert!(report.contains("\n  passes "), "{report}");
}

#[test]
fn what_was_not_understood_is_counted_where_no_finding_is_shown() {
    let folder = Folder::new();
    folder.write("b.plumb", b"proposal a {");
    let ran = folder.run("check b.plumb --as-of 2026-11-24 --output-format summary");
    assert_eq!(ran.code, folder.run("check b.plumb --as-of 2026-11-24").code);
    assert!(ran.out.contains("\n  slips in text       1   1 error\n"), "{}", ran.out);
    let nothing = folder.run("check missing --output-format summary");
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.out.starts_with("  slips in text       1   1 error\n\nincomplete: "), "{}", nothing.out);
    assert!(nothing.out.ends_with("\n`--output-format concise` lists the findings\n"), "{}", nothing.out);
}

/// Of findings that are only counted few are kept: one decides in which folder the run fails, and each that is hidden is
/// told.
#[test]
fn what_is_only_counted_ends_as_what_is_listed() {
    let notes = "rules.no-measurable-target = 'note'\nrules.no-offtake-horizon = 'note'\n";
    for (strict, lenient, code) in [
        ("", "", 0),
        ("fail-on = 'note'", "", 1),
        ("", "fail-on = 'note'", 1),
        ("fail-on = 'note'\nreport-exclude = ['b.plumb']", "", 1),
        ("fail-on = 'note'\nreport-exclude = ['*.plumb']", "", 0),
    ] {
        let folder = Folder::new();
        for (portfolio, settings) in [("strict", strict), ("lenient", lenient)] {
            folder.write(format!("{portfolio}/plumbrule.toml"), format!("{settings}\n{notes}").as_bytes());
            for file in ["a", "b"] {
                let text = format!("proposal {file} {{}}\nproposal {file}2 {{}}");
                folder.write(format!("{portfolio}/{file}.plumb"), text.as_bytes());
            }
        }
        let run = |format| {
            let select = "--select no-measurable-target,no-offtake-horizon --as-of 2026-11-24";
            let ran = folder.run(&format!("check {select} --output-format {format}"));
            let (text, _) = ran.out.rsplit_once("\n\n").unwrap();
            (text.to_owned(), ran.code)
        };
        let ((listed, fails), (counted, own)) = (run("concise"), run("summary"));
        assert_eq!((fails, own), (Some(code), Some(code)), "{strict} {lenient}: {counted}");
        assert!(listed.ends_with(&counted), "{listed}\n\n{counted}");
        assert_eq!(strict.contains("exclude"), counted.contains("report-exclude"), "{counted}");
    }
}

#[test]
fn every_format_is_chosen_by_its_name() {
    let folder = Folder::of("a.plumb");
    for format in FORMATS {
        let ran = folder.run(&format!("check --as-of 2026-11-24 --output-format {}", format.name));
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", format.name);
        assert_eq!(ran.out.contains("\"as_of\": \"2026-11-24\""), format.name == "json", "{}", ran.out);
    }
    let first = folder.run(&format!("check --output-format {}", FORMATS[0].name));
    assert_eq!(folder.run("check"), first);
}

#[test]
fn names_are_as_seen_from_the_current_folder() {
    let folder = Folder::new();
    folder.write("p/plumbrule.toml", b"");
    folder.write("p/a.plumb", BAD);
    folder.write("p/s/b.plumb", BAD);
    let mut command = folder.command("check --output-format concise --quiet");
    let ran = Ran::of(&command.current_dir(folder.path().join("p/s")).output().unwrap());
    let names: Vec<_> = ran.out.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(names, ["../a.plumb", "b.plumb"]);
}

#[cfg(unix)]
#[test]
fn names_of_files_cannot_forge_output() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    for name in [
        b"a\nb.plumb".as_slice(),
        b"a\n::stop-commands::x\r.plumb",
        b"\x1b[2J.plumb",
        b"\xff\xfe/b\xe9d.plumb",
    ] {
        folder.write(OsStr::from_bytes(name), BAD);
    }
    for format in FORMATS.iter().filter(|format| format.name != "summary") {
        let ran = folder.run(&format!("check --output-format {}", format.name));
        assert_eq!(ran.code, Some(2));
        assert!(!ran.out.contains(|c: char| c.is_control() && c != '\n'), "{:?}", ran.out);
        let own = |line: &&str| format.name == "github" && line.starts_with("::error title=not-utf8,");
        let mut lines = ran.out.lines().filter(|line| !own(line));
        assert!(!lines.any(|line| line.trim_start().starts_with("::")), "{}", ran.out);
        let (newline, lossy) = match format.name {
            "json" | "jsonl" | "gitlab" | "rdjson" => ("a\\nb.plumb", "\u{fffd}\u{fffd}/b\u{fffd}d.plumb"),
            "sarif" => ("a%0Ab.plumb", "%EF%BF%BD%EF%BF%BD/b%EF%BF%BDd.plumb"),
            _ => ("a␊b.plumb", "\u{fffd}\u{fffd}/b\u{fffd}d.plumb"),
        };
        assert!(ran.out.contains(newline), "{}", ran.out);
        assert!(ran.out.contains(lossy), "{}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly_with_the_verdict() {
    use std::process::{Command, Stdio};
    let folder = Folder::of("p/a.plumb");
    folder.write("q/a.plumb", BAD);
    let cases = [
        ("check p", 0),
        ("check q", 2),
        ("check --watch p", 0),
        ("check --show-files p", 0),
        ("check q --report json=report.json", 2),
        ("rules --all", 0),
        ("explain no-price-floor", 0),
        ("facts P507", 0),
        ("schema", 0),
        ("config p", 0),
        ("config --schema", 0),
        ("test", 0),
        ("init new", 0),
        ("new rule no-plan", 0),
        ("completions zsh", 0),
        ("man check", 0),
        ("--help", 0),
        ("check --help", 0),
        ("--version", 0),
    ];
    for (arguments, code) in cases {
        // Its reader is gone before the first byte is written.
        let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
        let pipe = reader.stdin.take().unwrap();
        reader.wait().unwrap();
        let output = folder.command(arguments).stdout(pipe).output().unwrap();
        assert_eq!(
            (output.status.code(), output.stderr.as_slice()),
            (Some(code), b"".as_slice()),
            "{arguments}"
        );
    }
}

#[test]
fn a_reader_may_stop_in_the_middle() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let folder = Folder::new();
    // More than a pipe holds, so that the command is still writing when its reader goes.
    for number in 0..400 {
        folder.write(format!("{number:04}.plumb"), &[b"# ".repeat(100).as_slice(), BAD].concat());
    }
    let mut child = folder.command("check").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("error: `0000.plumb`"), "{line}");
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let folder = Folder::new();
    folder.write("a.plumb", BAD);
    let check = FORMATS.iter().map(|format| format!("check --output-format {}", format.name));
    for arguments in check.chain(
        ["rules --all", "schema", "explain missing-brace", "completions bash", "man", "--version"]
            .map(str::to_owned),
    ) {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let ran = Ran::of(&folder.command(&arguments).stdout(full).output().unwrap());
        assert_eq!(ran.code, Some(2), "{arguments}");
        assert!(ran.err.starts_with("error: the output cannot be written: "), "{arguments}: {}", ran.err);
    }
}

#[test]
fn neither_time_zone_nor_language_matters() {
    let folder = Folder::of("a.plumb p/portfolio.plumb");
    folder.write("b.plumb", BAD);
    let run = |zone: &str, language: &str| {
        let mut command = folder.command("check . --output-format json");
        Ran::of(&command.env("TZ", zone).env("LC_ALL", language).output().unwrap())
    };
    let all_equal = || {
        let first = run("UTC", "C");
        let others =
            [("Pacific/Kiritimati", "tr_TR.UTF-8"), ("Pacific/Pago_Pago", "ja_JP.UTF-8"), ("UTC", "C")];
        others.iter().all(|(zone, language)| run(zone, language) == first)
    };
    // A day may begin between two runs, but not twice.
    assert!(all_equal() || all_equal());
}

#[test]
fn the_own_ignore_file_of_a_user_counts_nowhere() {
    let folder = Folder::of("home/.config/git/ignore=*.plumb p/.git/x");
    folder.write("p/a.plumb", BAD);
    let mut command = folder.command("check p");
    let ran = Ran::of(
        &command.env("HOME", folder.path().join("home")).env_remove("XDG_CONFIG_HOME").output().unwrap(),
    );
    assert!(ran.out.contains("[not-utf8]"), "{}", ran.out);
}

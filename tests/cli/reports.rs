//! Reports that go into files: what is in them, and that no file is lost or half written.

use std::fs;

use plumbrule::report::FORMATS;

use crate::folder::{BAD, Folder};

/// A finding of a rule, and mistakes in the text.
const SLIP: &[u8] = b"proposal a {\n}\nproposal b {\n  by: 2029\n";

#[test]
fn several_reports_come_of_one_run() {
    let folder = Folder::new();
    folder.write("a.plumb", SLIP);
    let flags: Vec<_> = FORMATS.iter().map(|format| format!("--report {0}=out/{0}", format.name)).collect();
    // What is shown of a finding on the screen must not decide what a report knows of it.
    let check = "check --as-of 2026-11-24 --output-format concise --color always";
    let ran = folder.run(&format!("{check} {}", flags.join(" ")));
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    assert!(ran.out.contains('\x1b') && ran.out.contains("[empty-proposal]"), "{}", ran.out);
    for format in FORMATS {
        let alone = folder.run(&format!("check --as-of 2026-11-24 --output-format {}", format.name));
        let report = fs::read_to_string(folder.path().join("out").join(format.name)).unwrap();
        assert_eq!(report, alone.out, "{}", format.name);
    }
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), FORMATS.len());
}

#[test]
fn a_report_takes_the_place_of_an_older_one() {
    let folder = Folder::of("a.plumb r.json=old .r.json.0.tmp=left");
    assert_eq!(folder.run("check --report json=r.json").code, Some(0));
    assert!(fs::read_to_string(folder.path().join("r.json")).unwrap().contains("plumbrule/1"));
    assert_eq!(fs::read(folder.path().join(".r.json.0.tmp")).unwrap(), b"left");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::of("a.plumb real=old");
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    symlink("real", &link).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(folder.run("check --report markdown=link").code, Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().starts_with("## plumbrule"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_report_that_cannot_be_written_fails_the_run_and_no_other_report() {
    let folder = Folder::of("a.plumb file=x taken/x");
    let ran = folder.run("check --report json=taken --report json=file/below --report junit=good");
    assert_eq!(ran.code, Some(2));
    let lines: Vec<_> = ran.err.lines().collect();
    assert_eq!(lines[0], "error: the report `taken` cannot be written: no plain file bears this name");
    assert!(lines[1].starts_with("error: the report `file/below` cannot be written: "), "{lines:?}");
    assert_eq!(lines.len(), 2);
    assert!(ran.out.contains("passes"), "the run itself is told: {}", ran.out);
    assert!(folder.path().join("good").is_file());
}

#[cfg(unix)]
#[test]
fn no_device_is_replaced() {
    let folder = Folder::of("a.plumb");
    let ran = folder.run("check --report json=/dev/null");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("no plain file"), "{}", ran.err);
}

#[test]
fn wrong_arguments_check_nothing() {
    let folder = Folder::new();
    folder.write("a.plumb", BAD);
    let cases = [
        ("json", "write a format, `=` and the name of a file"),
        ("json=", "the name of a file is missing"),
        ("json=-", "for standard output, write `--output-format json`"),
        ("xml=a", "there is no format `xml`; there are full, concise,"),
        ("sarfi=a", "there is no format `sarfi`; did you mean `sarif`?"),
        ("json=a.plumb", "it would take the place of a proposal"),
        ("json=x --report sarif=x", "error: two reports cannot share the file `x`"),
    ];
    for (argument, said) in cases {
        let ran = folder.run(&format!("check --report {argument}"));
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{argument}");
        assert!(ran.err.contains(said), "{argument}: {}", ran.err);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{argument}");
    }
}

#[test]
fn reports_of_what_went_wrong_are_written_too() {
    let folder = Folder::of("a.plumb");
    let ran = folder.run("check missing --select no-such-rule --report sarif=r.sarif");
    assert_eq!(ran.code, Some(2));
    let report = fs::read_to_string(folder.path().join("r.sarif")).unwrap();
    assert!(report.contains("\"executionSuccessful\": false"), "{report}");
    assert!(report.contains("no-such-rule") && report.contains("\"results\": []"), "{report}");
}

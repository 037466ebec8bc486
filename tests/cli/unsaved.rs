//! Text from standard input: it is judged as if it were saved, in the midst of all that is on disk.

use std::io::Write;
use std::process::Stdio;

use crate::folder::{BAD, Folder, Ran};

const SUPPLIER: &str = "supplier kanto { country: Japan }\n";
const DEAL: &str =
    "proposal d { facility p { stage: separation\n reagent r { item: P204; supplier: kanto } } }\n";

fn typed(folder: &Folder, arguments: &str, text: &[u8]) -> Ran {
    let mut command = folder.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    Ran::of(&child.wait_with_output().unwrap())
}

#[test]
fn text_from_standard_input_is_judged_as_if_it_were_saved() {
    let broken = SUPPLIER.replace("kanto", "kantou");
    // The file, what it holds on disk, and what is typed; an empty text is no file.
    let cases = [
        ("s.plumb", SUPPLIER, broken.as_str()),
        ("s.plumb", &broken, SUPPLIER),
        ("s.plumb", "", SUPPLIER),
        ("new/folder/s.plumb", "", SUPPLIER),
        ("s.plumb", SUPPLIER, "supplier kanto {"),
        ("s.plumb", "", "\u{feff}# nothing yet\r\n"),
    ];
    for (file, on_disk, text) in cases {
        for format in ["full", "concise", "json"] {
            let folder = Folder::of("plumbrule.toml");
            folder.write("d.plumb", DEAL.as_bytes());
            if !on_disk.is_empty() {
                folder.write(file, on_disk.as_bytes());
            }
            let options = format!("--as-of 2026-11-24 --output-format {format}");
            let unsaved =
                typed(&folder, &format!("check - --stdin-filename {file} {options}"), text.as_bytes());
            let untouched = std::fs::read_to_string(folder.path().join(file)).unwrap_or_default();
            assert_eq!(untouched, on_disk);
            folder.write(file, text.as_bytes());
            assert_eq!(unsaved, folder.run(&format!("check {file} {options}")), "{file} {text}");
        }
    }
}

#[test]
fn what_is_wrong_with_standard_input_is_said_under_the_name_of_its_file() {
    let folder = Folder::of("plumbrule.toml");
    folder.write("d.plumb", DEAL.as_bytes());
    let typed = |arguments: &str, text: &[u8]| {
        let ran = typed(&folder, &format!("check {arguments} --output-format concise -q"), text);
        (ran.code, ran.out)
    };
    let (code, out) = typed("- --stdin-filename new.plumb", BAD);
    assert_eq!(code, Some(2));
    assert!(out.starts_with("new.plumb:1:1: error[not-utf8]"), "{out}");
    let cases = [
        ("-", "check:1:1: error[not-readable]: standard input has no name"),
        ("d.plumb --stdin-filename new.plumb", "check:1:1: error[not-readable]: `--stdin-filename` names"),
        ("- --stdin-filename new.txt", "error[no-files]: `new.txt` is no `.plumb` file"),
    ];
    for (arguments, expected) in cases {
        let (code, out) = typed(arguments, b"");
        assert_eq!(code, Some(2), "{arguments}");
        assert!(out.starts_with(expected), "{arguments}: {out}");
    }
}

//! All formats over fixed runs: expected outputs beside the cases (`UPDATE=1` writes them), and properties that
//! hold for any run.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use plumbrule::outcome::Run;
use plumbrule::report::{FORMATS, Format, Style};
use plumbrule::source::Span;

#[path = "report/hard.rs"]
mod hard;
#[path = "report/policy.rs"]
mod policy;
#[path = "report/readers.rs"]
mod readers;
#[path = "report/texts.rs"]
mod texts;

const PLAIN: Style = Style { color: false, width: 80, quiet: false, statistics: false };

/// Runs with an expected output in each format.
fn cases() -> Vec<(&'static str, Run, Style)> {
    vec![
        ("policy", policy::run(), PLAIN),
        ("hostile", hard::hostile(), PLAIN),
        ("scripts", hard::scripts(), PLAIN),
        ("limits", hard::limits(), Style { width: 300, quiet: true, ..PLAIN }),
        ("narrow", hard::limits(), Style { width: 20, quiet: true, ..PLAIN }),
        ("nowhere", hard::nowhere(), PLAIN),
        ("clean", hard::clean(), PLAIN),
        ("portfolios", hard::portfolios(), Style { statistics: true, ..PLAIN }),
    ]
}

fn named(name: &str) -> &'static Format {
    FORMATS.iter().find(|format| format.name == name).unwrap()
}

fn written(format: &Format, run: &Run, style: &Style) -> String {
    let mut out = Vec::new();
    format.write(run, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Whether an output of the case would only repeat another: few formats look at the width.
fn repeats(case: &str, format: &Format) -> bool {
    case == "narrow" && !["full", "concise"].contains(&format.name)
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').unwrap().1)
}

#[test]
fn outputs_are_as_expected() {
    let mut differing = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    let coloured = Style { color: true, ..PLAIN };
    let colours = written(named("full"), &policy::run(), &coloured).replace('\x1b', "␛");
    let outputs = cases().into_iter().flat_map(|(name, run, style)| {
        let formats = FORMATS.iter().filter(move |format| !repeats(name, format));
        formats.map(move |format| (format!("{name}.{}", format.name), written(format, &run, &style)))
    });
    for (name, output) in
        outputs.collect::<Vec<_>>().into_iter().chain([("policy.colours".to_owned(), colours)])
    {
        let path = texts::directory().join(name);
        known.insert(path.clone());
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, output).unwrap();
        } else if std::fs::read_to_string(&path).ok() != Some(output) {
            differing.push(path);
        }
    }
    let files = std::fs::read_dir(texts::directory()).unwrap().map(|entry| entry.unwrap().path());
    let mut outputs = files.filter(|path| path.is_file() && path.extension().is_none_or(|end| end != "rs"));
    assert_eq!(outputs.find(|path| !known.contains(path)), None, "no case writes this any more");
    assert!(differing.is_empty(), "not as expected (`UPDATE=1` writes them): {differing:#?}");
}

#[test]
fn colour_changes_nothing_but_colour() {
    for (name, run, style) in cases() {
        for format in FORMATS {
            let coloured = written(format, &run, &Style { color: true, ..style });
            assert_eq!(without_colour(&coloured), written(format, &run, &style), "{name}.{}", format.name);
        }
    }
}

#[test]
fn no_text_reaches_the_terminal_or_the_ci_runner_as_a_command() {
    for format in FORMATS {
        for (name, run, style) in cases() {
            let output = without_colour(&written(format, &run, &Style { color: true, ..style }));
            let obeyed = |c: char| {
                c.is_control() && c != '\n'
                    || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            };
            assert_eq!(output.chars().find(|c| obeyed(*c)), None, "{name}.{}", format.name);
            for line in output.lines() {
                let command = line.trim_start().starts_with("::");
                assert!(!command || format.name == "github", "{name}.{}: {line}", format.name);
                assert!(!line.contains("##[") && !line.contains("##vso["), "{name}.{}: {line}", format.name);
                assert_eq!(line.trim_end(), line, "{name}: blanks at the end");
            }
        }
    }
}

#[test]
fn json_keeps_true_texts_and_escapes_what_a_terminal_obeys() {
    let run = hard::hostile();
    let output = written(named("json"), &run, &PLAIN);
    assert_eq!(output.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}'), None);
    let json: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(json["findings"][0]["message"], run.findings[0].message);
    assert_eq!(json["findings"][0]["primary"]["file"], run.sources.name(run.findings[0].primary.place.file));
}

#[test]
fn json_matches_its_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/plumbrule-1.json");
    let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for (name, run, style) in cases() {
        let mut json: serde_json::Value =
            serde_json::from_str(&written(named("json"), &run, &style)).unwrap();
        let errors: Vec<_> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        json["summary"]["surprise"] = true.into();
        assert!(!validator.is_valid(&json), "{name}: the schema must be closed");
    }
}

#[test]
fn a_format_is_one_file_and_one_row() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(root.join("src/report")).unwrap().map(|entry| entry.unwrap().path());
    let writes = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let head = text.split("pub(super) fn write(").nth(1).and_then(|rest| rest.split('{').next());
        head.is_some_and(|head| head.contains("run: &Run, ") && head.contains("&mut dyn Write"))
    };
    let mut files: Vec<_> =
        files.filter(writes).map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let mut rows: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    files.sort();
    rows.sort_unstable();
    assert_eq!(files, rows, "each format is src/report/<name>.rs and a row of FORMATS");
    let page = std::fs::read_to_string(root.join("docs/outputs.md")).unwrap();
    for name in rows {
        assert!(page.contains(&format!("| `{name}` |")), "docs/outputs.md: say what `{name}` is for");
    }
}

#[test]
fn prose_keeps_to_the_width() {
    for (width, held) in [(40, 80), (80, 80), (90, 90), (200, 100)] {
        let output = written(named("full"), &policy::run(), &Style { width, ..PLAIN });
        let excerpt = |line: &str| line.contains(['│', '┌', '·']);
        let widest = output.lines().filter(|line| !excerpt(line)).map(|line| line.chars().count()).max();
        assert!(widest.unwrap() <= held && widest.unwrap() > held - 6, "{width}: {widest:?}");
    }
}

#[test]
fn many_findings_on_one_long_line_are_all_counted() {
    let run = hard::one_line();
    let full = written(named("full"), &run, &PLAIN);
    assert_eq!(full.matches("one of many").count(), 1_000);
    assert!(full.contains("2,000 more findings are not shown"));
    assert!(full.lines().all(|line| line.chars().count() < 250));
    let concise = written(named("concise"), &run, &Style { quiet: true, ..PLAIN });
    assert_eq!(concise.lines().count(), 3_000);
    assert!(concise.lines().last().unwrap().starts_with("line.plumb:1:584824: warning"));
    let json: serde_json::Value = serde_json::from_str(&written(named("json"), &run, &PLAIN)).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 3_000);
    assert_eq!(json["summary"]["warnings"], 3_000);
}

#[test]
fn every_span_gets_a_caret() {
    let mut run = hard::scripts();
    run.findings.truncate(1);
    let finding = &mut run.findings[0];
    finding.beyond_mut().related.clear();
    let ends = run.sources.iter().next().unwrap().1.text.len() as u32 + 2;
    for (start, end) in (0..ends).flat_map(|start| (0..ends).map(move |end| (start, end))) {
        run.findings[0].primary.place.span = Span { start, end };
        let output = written(named("full"), &run, &Style { quiet: true, ..PLAIN });
        assert_eq!(
            output.lines().filter(|line| line.contains("│") && line.contains('^')).count(),
            1,
            "{output}"
        );
    }
}

#[test]
fn a_failing_writer_is_reported() {
    struct Broken;
    impl std::io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for format in FORMATS {
        let error = format.write(&policy::run(), &PLAIN, &mut Broken).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{}", format.name);
    }
}

//! Mistakes in `plumbrule.toml`: each is shown where it stands and ends the run with 2. The published schema
//! refuses what the reader refuses by its form, and nothing else.

use plumbrule::config::json_schema;

use crate::folder::Folder;

/// What a text says that is wrong: where, code and message; nothing where it is right.
type Mistakes = &'static [&'static str];

/// Texts, whether the schema takes them, and the mistakes that the reader finds.
const CASES: &[(&str, bool, Mistakes)] = &[
    ("", true, &[]),
    ("\u{feff}fail-on = 'note'", true, &[]),
    ("fail-on = 'note'\nas-of = 'today'\ninclude = ['*.plumb']\n[packs]\ncore = true", true, &[]),
    ("as-of = 2026-11-24", true, &[]),
    ("[rules]\nno-price-floor = 'off'\n[parameters]\nhigh-exposure = '40%'", true, &[]),
    ("[[overrides]]\npaths = ['*']\nrules.no-price-floor = 'off'", true, &[]),
    // Keys
    ("exlcude = []", false, &["1:1: error[unknown-setting]: `exlcude` is no setting"]),
    ("[lint]\nx = 1", false, &["1:2: error[unknown-setting]: `lint` is no setting"]),
    (
        "[[overrides]]\npath = ['a']\nrules = {}",
        false,
        &[
            "1:1: error[wrong-setting]: these overrides have no `paths`, so they change nothing",
            "2:1: error[unknown-setting]: `path` is no setting of `overrides`",
        ],
    ),
    // Values
    (
        "fail-on = 'warnings'",
        false,
        &["1:11: error[wrong-setting]: `fail-on` is `\"error\"`, `\"warning\"` or `\"note\"`"],
    ),
    (
        "fail-on = 1",
        false,
        &["1:11: error[wrong-setting]: `fail-on` is `\"error\"`, `\"warning\"` or `\"note\"`"],
    ),
    (
        "[rules]\nno-price-floor = 'of'",
        false,
        &[
            "2:18: error[wrong-setting]: `no-price-floor` is `\"error\"`, `\"warning\"`, `\"note\"` or `\"off\"`",
        ],
    ),
    (
        "as-of = '2026'",
        false,
        &["1:9: error[wrong-setting]: `as-of` is a single day of the calendar, or `today`"],
    ),
    ("exclude = 'archive/'", false, &["1:11: error[wrong-setting]: `exclude` is a list of patterns"]),
    ("exclude = ['']", false, &["1:12: error[wrong-setting]: `exclude` lists patterns in quotes"]),
    (
        "exclude = [1, ' ']",
        false,
        &[
            "1:12: error[wrong-setting]: `exclude` lists patterns in quotes",
            "1:15: error[wrong-setting]: `exclude` lists patterns in quotes",
        ],
    ),
    ("rules = 'off'", false, &["1:9: error[wrong-setting]: `rules` holds names, each with a value"]),
    (
        "packs.core = 'true'",
        false,
        &["1:14: error[wrong-setting]: `core` is `true` or `false`, without quotes"],
    ),
    (
        "parameters.high-exposure = 40",
        false,
        &["1:28: error[wrong-setting]: the value of `high-exposure` stands in quotes"],
    ),
    (
        "[overrides]\npaths = []",
        false,
        &["1:1: error[wrong-setting]: `overrides` stands in double brackets, since there may be several"],
    ),
    (
        "overrides = [1]",
        false,
        &["1:14: error[wrong-setting]: `overrides` stands in double brackets, since there may be several"],
    ),
    // What only the rules can tell
    ("[rules]\nno-price-flor = 'off'", true, &["2:1: error[unknown-rule]: there is no rule `no-price-flor`"]),
    ("[rules]\nmissing-brace = 'off'", true, &["2:1: error[unknown-rule]: `missing-brace` is no rule"]),
    (
        "[[overrides]]\npaths = ['*']\nrules.x = 'off'",
        true,
        &["3:7: error[unknown-rule]: there is no rule `x`"],
    ),
    ("packs.croe = false", true, &["1:7: error[unknown-setting]: there is no pack of rules `croe`"]),
    (
        "parameters.high-exposur = '40%'",
        true,
        &["1:28: error[undefined-reference]: there is no parameter `high-exposur`"],
    ),
    (
        "parameters.high-exposure = '40 t/yr'",
        true,
        &["1:29: error[wrong-dimension]: `high-exposure` cannot be `40 t/yr`: by itself it is 50%"],
    ),
    (
        "parameters.high-exposure = '40 pct'",
        true,
        &["1:32: error[unknown-unit]: `pct` is not a unit here; write `%`"],
    ),
    (
        "parameters.high-exposure = \"4\\u0030%\"",
        true,
        &["1:28: error[wrong-setting]: the value of `high-exposure` cannot be read"],
    ),
    // What only the disk and the matcher can tell
    ("exclude = ['a{b']", true, &["1:13: error[wrong-setting]: this is no pattern of paths"]),
    ("exclude = ['# old']", true, &["1:13: error[wrong-setting]: this is no pattern of paths"]),
    ("rule-folders = ['ruels']", true, &["1:18: error[not-found]: `ruels` does not exist"]),
    (
        "extend = ['plumbrule.toml']",
        true,
        &["1:12: error[config-circle]: `plumbrule.toml` extends itself, so it is not clear what holds"],
    ),
];

/// Texts that are no TOML, and the one mistake that is shown.
const BROKEN: &[(&str, &str)] = &[
    ("fail-on = warning # so", "1:11: error[config-syntax]: `warning` stands without quotes"),
    ("exclude = [archive/, 'b']", "1:12: error[config-syntax]: `archive/` stands without quotes"),
    ("parameters.x = 40%", "1:16: error[config-syntax]: `40%` stands without quotes"),
    ("fail-on = note'", "1:11: error[config-syntax]: `note'` stands without quotes"),
    ("fail-on = 'a'\nfail-on = 'b'", "2:1: error[config-syntax]: `fail-on` is written twice"),
    ("[rules]\n[rules]", "2:2: error[config-syntax]: `rules` is written twice"),
    ("exclude = [", "1:12: error[config-syntax]: something is opened here and never closed"),
    ("exclude = ['a' 'b']", "1:16: error[config-syntax]: a comma is missing in this list"),
    ("fail-on", "1:8: error[config-syntax]: nothing is set here: `=` and a value are missing"),
    ("fail-on = \"note", "1:16: error[config-syntax]: this text has no closing quote"),
    ("fail-on: 'note'", "1:8: error[config-syntax]: this is no setting that can be read"),
    ("= 1", "1:1: error[config-syntax]: this is no setting that can be read"),
    ("\0", "1:1: error[config-syntax]: this is no setting that can be read"),
];

fn mistakes(folder: &Folder, arguments: &str) -> (Vec<String>, Option<i32>) {
    let ran = folder.run(&format!("check --quiet --output-format concise {arguments}"));
    assert_eq!(ran.err, "");
    let lines = ran.out.lines().map(|line| line.strip_prefix("plumbrule.toml:").unwrap_or(line).to_owned());
    (lines.collect(), ran.code)
}

#[test]
fn each_mistake_is_shown_where_it_stands() {
    let broken = BROKEN.iter().map(|(text, line)| (*text, vec![*line]));
    for (text, lines) in CASES.iter().map(|(text, _, lines)| (*text, lines.to_vec())).chain(broken) {
        let folder = Folder::of("a.plumb");
        folder.write("plumbrule.toml", text.as_bytes());
        let (found, code) = mistakes(&folder, "");
        assert_eq!(found, lines, "{text}");
        assert_eq!(code, Some(if lines.is_empty() { 0 } else { 2 }), "{text}");
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses_by_its_form() {
    let schema: serde_json::Value = serde_json::from_str(&json_schema()).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    for (text, is_valid, _) in CASES {
        let json: serde_json::Value = toml::from_str(text.trim_start_matches('\u{feff}')).unwrap();
        // A bare date is a string for readers of JSON.
        let json =
            json.to_string().replace("{\"$__toml_private_datetime\":\"2026-11-24\"}", "\"2026-11-24\"");
        let json = serde_json::from_str(&json).unwrap();
        assert_eq!(validator.is_valid(&json), *is_valid, "{text}");
    }
}

#[test]
fn a_mistake_is_drawn_like_any_other() {
    let folder = Folder::of("a.plumb");
    folder.write("plumbrule.toml", b"# ours\nfail-on = 'warnings'\nexclude = 'archive/'\n");
    let ran = folder.run("check --quiet");
    let expected = "\
error: `fail-on` is `\"error\"`, `\"warning\"` or `\"note\"` [wrong-setting]
  ┌─ plumbrule.toml:2:11
  │
2 │ fail-on = 'warnings'
  │           ^^^^^^^^^^ did you mean `\"warning\"`?

error: `exclude` is a list of patterns [wrong-setting]
  ┌─ plumbrule.toml:3:11
  │
3 │ exclude = 'archive/'
  │           ^^^^^^^^^^ no list
  │
    fix:  write:
          exclude = [\"archive/\", \"*.old.plumb\"]

";
    assert_eq!((ran.out.as_str(), ran.code), (expected, Some(2)));
}

/// Files, and the lines that a mistake on the way to other files gives.
const ROADS: &[(&str, &[&str])] = &[
    (
        "p/plumbrule.toml=extend=['../b.toml'] b.toml p/.git/x",
        &["error[path-outside]: `../b.toml` leads out of the project, so it was not opened"],
    ),
    (
        "p/plumbrule.toml=extend=['../b.toml'] b.toml=secret",
        &["error[path-outside]: `../b.toml` leads out of the project, so it was not opened"],
    ),
    (
        "p/plumbrule.toml=extend=['../../../../etc/passwd'] p/.git/x",
        &["error[path-outside]: `../../../../etc/passwd` leads out of the project, so it was not opened"],
    ),
    (
        "p/plumbrule.toml=extend=['/etc/passwd']",
        &["error[path-outside]: `/etc/passwd` leads out of the project, so it was not opened"],
    ),
    (
        "p/plumbrule.toml=extend=['../nowhere.toml']",
        &["error[path-outside]: `../nowhere.toml` leads out of the project, so it was not opened"],
    ),
    (
        "p/plumbrule.toml=rule-folders=['..']",
        &["error[path-outside]: `..` leads out of the project, so it was not opened"],
    ),
    ("p/plumbrule.toml=extend=['b.tml'] p/b.toml", &["error[not-found]: `b.tml` does not exist"]),
    (
        "p/plumbrule.toml=extend=['s'] p/s/x",
        &["error[not-readable]: `p/s` is no plain file, so it was not read"],
    ),
    (
        "p/plumbrule.toml=extend=['b.toml'] p/b.toml=extend=['c.toml'] p/c.toml=extend=['b.toml']",
        &["error[config-circle]: `p/b.toml` extends itself, so it is not clear what holds"],
    ),
    // A mistake in a file that is extended is shown there; two ways to it show it once.
    (
        "p/plumbrule.toml=extend=['b.toml','c.toml'] p/b.toml=extend=['d.toml'] p/c.toml=extend=['d.toml'] p/d.toml=x=1",
        &["error[unknown-setting]: `x` is no setting"],
    ),
    ("b.toml=fail-on='note' p/plumbrule.toml=extend=['../b.toml'] .git/x", &[]),
];

#[test]
fn other_files_are_opened_only_inside_the_project() {
    for (files, lines) in ROADS {
        let folder = Folder::of(&format!("{files} p/a.plumb"));
        let ran = folder.run("check --quiet p --output-format concise");
        let found: Vec<&str> = ran
            .out
            .lines()
            .map(|line| {
                line.split_once(": ").map_or(
                    line,
                    |(place, rest)| {
                        if place.starts_with("error") { line } else { rest }
                    },
                )
            })
            .collect();
        assert_eq!(found, *lines, "{files}");
        assert_eq!(ran.code, Some(if lines.is_empty() { 0 } else { 2 }));
        assert!(!ran.out.contains("secret") && !ran.out.contains("root:"), "{}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_project_is_not_followed() {
    let folder = Folder::of("p/plumbrule.toml=extend=['b.toml'] p/a.plumb secret.toml=[secret]");
    std::os::unix::fs::symlink("../secret.toml", folder.path().join("p/b.toml")).unwrap();
    for format in plumbrule::report::FORMATS {
        let ran = folder.run(&format!("check p --output-format {}", format.name));
        assert_eq!(ran.code, Some(2));
        let is_told = format.name == "summary" || ran.out.contains("path-outside");
        assert!(is_told && !ran.out.contains("[secret]"), "{}", ran.out);
    }
}

#[test]
fn long_chains_and_lattices_are_read_once() {
    let folder = Folder::of("a.plumb");
    let file = |at: usize| if at == 0 { "plumbrule.toml".to_owned() } else { format!("b{at}.toml") };
    for at in 0..1000 {
        folder.write(file(at), format!("extend = ['{}', '{}']", file(at + 1), file(at + 1)).as_bytes());
    }
    folder.write(file(1000), b"fail-on = 'note'");
    assert_eq!(mistakes(&folder, ""), (vec![], Some(0)));
    assert!(folder.run("config").out.contains(" # b1000.toml:1\n"));
    folder.write(file(1000), b"extend = ['plumbrule.toml']");
    let circle = "b1000.toml:1:12: error[config-circle]: `plumbrule.toml` extends itself, so it is not clear what holds";
    assert_eq!(mistakes(&folder, ""), (vec![circle.to_owned()], Some(2)));
}

#[test]
fn a_portfolio_with_a_mistake_in_its_settings_is_not_read_and_the_others_are() {
    let folder = Folder::of("p/plumbrule.toml=x=1 q/plumbrule.toml");
    for path in ["p/a.plumb", "q/b.plumb"] {
        folder.write(path, crate::folder::BAD);
    }
    let (found, code) = mistakes(&folder, "p q");
    let places: Vec<_> = found.iter().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!((places, code), (vec!["p/plumbrule.toml:1:1", "q/b.plumb:1:1"], Some(2)));
}

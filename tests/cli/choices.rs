//! What settings change: which files are read and reported, which rules run and how much they weigh, and what of
//! the command line wins over them.

use crate::folder::Folder;

/// Two findings that are errors (`no-offtake-horizon`, `no-measurable-target`), and warnings.
const HOLLOW: &str = "proposal p \"P\" {
  as_of: 2026-03-01
  facility plant { stage: separation; country: US; capacity: 450 t/yr of NdPr-oxide; start: 2028-Q2 }
}
";

/// Codes with severities of a run over `HOLLOW` in `deals/a.plumb`, and the exit code.
fn found(settings: &str, arguments: &str) -> (Vec<String>, Option<i32>) {
    let folder = Folder::new();
    folder.write("plumbrule.toml", settings.as_bytes());
    folder.write("deals/a.plumb", HOLLOW.as_bytes());
    findings(&folder, arguments)
}

fn findings(folder: &Folder, arguments: &str) -> (Vec<String>, Option<i32>) {
    let ran = folder.run(&format!("check --quiet --output-format concise {arguments}"));
    let line = |line: &str| {
        let (before, _) = line.split_once("]: ").unwrap();
        before.rsplit(": ").next().unwrap().replace('[', " ")
    };
    (ran.out.lines().map(line).collect(), ran.code)
}

/// Settings, arguments, the findings of the two rules and what they come to.
const WEIGHTS: &[(&str, &str, &str, i32)] = &[
    ("", "", "error no-measurable-target, error no-offtake-horizon", 1),
    ("rules.no-offtake-horizon = 'off'", "", "error no-measurable-target", 1),
    (
        "rules.no-offtake-horizon = 'note'\nrules.no-measurable-target = 'warning'",
        "",
        "warning no-measurable-target, note no-offtake-horizon",
        0,
    ),
    (
        "fail-on = 'warning'\nrules.no-offtake-horizon = 'note'\nrules.no-measurable-target = 'warning'",
        "",
        "warning no-measurable-target, note no-offtake-horizon",
        1,
    ),
    // The command line wins.
    (
        "fail-on = 'note'\nrules.no-offtake-horizon = 'note'\nrules.no-measurable-target = 'note'",
        "--fail-on error",
        "note no-measurable-target, note no-offtake-horizon",
        0,
    ),
    ("rules.no-offtake-horizon = 'off'", "--select no-offtake-horizon", "error no-offtake-horizon", 1),
    ("packs.core = false", "--select no-offtake-horizon", "error no-offtake-horizon", 1),
    ("rules.no-offtake-horizon = 'error'", "--ignore no-offtake-horizon", "error no-measurable-target", 1),
    (
        "fail-on = 'note'\nrules.no-offtake-horizon = 'off'",
        "--isolated",
        "error no-measurable-target, error no-offtake-horizon",
        1,
    ),
    ("packs.core = false", "", "", 0),
    // Files
    (
        "[[overrides]]\npaths = ['deals/']\nrules.no-offtake-horizon = 'off'",
        "",
        "error no-measurable-target",
        1,
    ),
    (
        "[[overrides]]\npaths = ['b.plumb']\nrules.no-offtake-horizon = 'off'",
        "",
        "error no-measurable-target, error no-offtake-horizon",
        1,
    ),
    (
        "rules.no-offtake-horizon = 'off'\n[[overrides]]\npaths = ['a.plumb']\nrules.no-offtake-horizon = 'note'",
        "",
        "error no-measurable-target, note no-offtake-horizon",
        1,
    ),
    (
        "[[overrides]]\npaths = ['*']\nrules.no-offtake-horizon = 'off'\n[[overrides]]\npaths = ['deals']\nrules.no-offtake-horizon = 'note'",
        "",
        "error no-measurable-target, note no-offtake-horizon",
        1,
    ),
    (
        "[[overrides]]\npaths = ['deals/']\nrules.no-offtake-horizon = 'off'",
        "--select no-offtake-horizon",
        "",
        0,
    ),
];

#[test]
fn rules_weigh_what_is_set() {
    for (settings, arguments, expected, code) in WEIGHTS {
        let (found, ended) = self::found(settings, arguments);
        let own: Vec<&str> = found
            .iter()
            .map(String::as_str)
            .filter(|found| found.ends_with("no-measurable-target") || found.ends_with("no-offtake-horizon"))
            .collect();
        assert_eq!(
            (own.join(", "), ended),
            ((*expected).to_owned(), Some(*code)),
            "{settings} | {arguments}"
        );
    }
}

#[test]
fn a_weight_that_is_set_is_said_to_be() {
    let folder = Folder::new();
    folder.write("plumbrule.toml", b"[packs]\nchain = false\n[rules]\nno-offtake-horizon = 'note'");
    folder.write("a.plumb", HOLLOW.as_bytes());
    let out = folder.run("check").out;
    assert!(out.contains("note: counted as a note: this project sets it so\n"), "{out}");
    assert!(out.contains("not checked:  pack chain ("), "{out}");
}

#[test]
fn the_as_of_day_can_be_set() {
    let day = |settings: &str, arguments: &str| {
        let folder = Folder::of("empty.plumb");
        folder.write("plumbrule.toml", settings.as_bytes());
        folder.write("a.plumb", HOLLOW.as_bytes());
        let mut command = folder.command(&format!("check {arguments}"));
        let output = command.env("SOURCE_DATE_EPOCH", "1795478400").output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        out.lines().find_map(|line| line.strip_prefix("As of ")?.split_once("): ")).unwrap().0.to_owned()
    };
    assert_eq!(day("", ""), "2026-03-01 (`as_of` in a.plumb");
    assert_eq!(day("as-of = '2025-01-02'", ""), "2025-01-02 (`as-of` in plumbrule.toml");
    assert_eq!(day("as-of = 2025-01-02", "--as-of 2025-01-03"), "2025-01-03 (`--as-of`");
    assert_eq!(day("as-of = 'today'", ""), "2026-11-24 (`as-of` in plumbrule.toml");
}

const CHAIN: &str = "proposal p \"P\" {
  facility plant {
    stage: separation; country: US; capacity: 450 t/yr of NdPr-oxide; start: 2028-Q2
    reagent extractant { item: P507; supplier: trader; covers: 45% }
    reagent other { item: P507; origin: India; covers: 55% }
  }
}
";
const SUPPLIER: &str = "supplier trader { country: Japan; feedstock f { item: P507; origin: China } }\n";

#[test]
fn a_parameter_that_is_set_is_printed_with_the_finding() {
    let folder = Folder::new();
    folder.write("deals/a.plumb", CHAIN.as_bytes());
    folder.write("b.plumb", SUPPLIER.as_bytes());
    let line = |settings: &str, arguments: &str| {
        folder.write("plumbrule.toml", settings.as_bytes());
        let out = folder.run(&format!("check --select covered-input-transitive {arguments}")).out;
        let line =
            out.lines().find(|line| line.contains("`high-exposure`")).map(|line| line.trim().to_owned());
        (out.starts_with("error: "), line)
    };
    assert_eq!(line("", ""), (false, None), "45% is not above the default");
    let set = "note: `high-exposure` is 40%, set by `plumbrule.toml` instead of 50%, not";
    assert_eq!(line("parameters.high-exposure = '40%'", ""), (true, Some(set.to_owned())));
    let flag = "note: `high-exposure` is 30%, set by `--param high-exposure` instead of 50%, not law";
    let flagged = line("parameters.high-exposure = '40%'", "--param high-exposure=30%");
    assert!(flagged.0);
    let out = folder
        .run("check --select covered-input-transitive --param high-exposure=30% --output-format json")
        .out;
    assert!(out.contains(flag.strip_prefix("note: ").unwrap()), "{out}");
}

#[test]
fn a_parameter_of_a_guard_on_the_route_is_printed() {
    let folder = Folder::of("plumbrule.toml");
    folder.write(
        "a.plumb",
        b"proposal p { facility plant { stage: separation; country: US; operator: own } }
supplier own { country: US; owners: [holding 30%, others 70%] }
supplier holding { country: China }
supplier others { country: US }
",
    );
    let out = folder.run("check --select covered-ownership").out;
    assert!(out.contains("`ownership-threshold` is 25%, a project setting after 15 U.S.C. 4651"), "{out}");
}

/// Settings, named paths with other arguments, and each file with what becomes of it.
const FATES: &[(&str, &str, &[&str])] = &[
    ("", "", &["b.plumb +", "deals/a.plumb +", "old/c.plumb +"]),
    ("", "deals", &["b.plumb read, not named", "deals/a.plumb +", "old/c.plumb read, not named"]),
    ("exclude = ['old/']", "", &["b.plumb +", "deals/a.plumb +", "old not read: `exclude`"]),
    (
        "exclude = ['c.plumb', 'nothing']",
        "",
        &["b.plumb +", "deals/a.plumb +", "old/c.plumb not read: `exclude`"],
    ),
    (
        "exclude = ['*', '!b.plumb']",
        "",
        &["b.plumb +", "deals not read: `exclude`", "old not read: `exclude`"],
    ),
    ("include = ['deals/', 'old']", "", &["b.plumb not read: `include`", "deals/a.plumb +", "old/c.plumb +"]),
    (
        "report-exclude = ['old/**']",
        "",
        &["b.plumb +", "deals/a.plumb +", "old/c.plumb read, not reported: `report-exclude`"],
    ),
    // Naming a file outranks the settings, unless the run asks that it should not.
    (
        "exclude = ['old/']",
        "old/c.plumb",
        &[
            "b.plumb read, not named",
            "deals/a.plumb read, not named",
            "old not read: `exclude`",
            "old/c.plumb +",
        ],
    ),
    (
        "report-exclude = ['old/']",
        "old/c.plumb b.plumb",
        &["b.plumb +", "deals/a.plumb read, not named", "old/c.plumb +"],
    ),
    (
        "exclude = ['old/']",
        "old/c.plumb --force-exclude",
        &["b.plumb read, not named", "deals/a.plumb read, not named", "old not read: `exclude`"],
    ),
    (
        "exclude = ['old/']",
        "old deals/a.plumb --force-exclude",
        &["b.plumb read, not named", "deals/a.plumb +", "old not read: `exclude`"],
    ),
    (
        "report-exclude = ['old/']",
        "old/c.plumb --force-exclude",
        &[
            "b.plumb read, not named",
            "deals/a.plumb read, not named",
            "old/c.plumb read, not reported: `report-exclude`",
        ],
    ),
    ("exclude = ['old/']", "--isolated", &["b.plumb +", "deals/a.plumb +", "old/c.plumb +"]),
    ("rule-folders = ['old']", "", &["b.plumb +", "deals/a.plumb +"]),
];

#[test]
fn files_are_left_out_as_is_set() {
    for (settings, arguments, expected) in FATES {
        let folder = Folder::of("deals/a.plumb b.plumb old/c.plumb");
        folder.write("plumbrule.toml", settings.as_bytes());
        let ran = folder.run(&format!("check --show-files {arguments}"));
        let lines = ran.out.lines().map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.join(" ").replace("read and reported", "+")
        });
        assert_eq!(
            (lines.collect::<Vec<_>>(), ran.code),
            (expected.iter().map(|line| (*line).to_owned()).collect(), Some(0)),
            "{settings} | {arguments} {}",
            ran.err
        );
    }
}

#[test]
fn a_folder_that_is_left_out_is_not_checked_by_name_either() {
    let folder = Folder::of("plumbrule.toml=exclude=['old/'] a.plumb old/c.plumb");
    let (found, code) = findings(&folder, "old");
    assert_eq!((found, code), (vec!["error no-files".to_owned()], Some(2)));
    assert_eq!(findings(&folder, "old --force-exclude"), (vec![], Some(0)));
}

#[test]
fn what_is_not_reported_is_counted_and_still_evidence() {
    let folder = Folder::new();
    folder.write("deals/a.plumb", CHAIN.as_bytes());
    folder.write("b.plumb", SUPPLIER.as_bytes());
    folder.write("plumbrule.toml", b"report-exclude = ['b.plumb']");
    assert!(folder.run("check").out.contains("[covered-input-transitive]"));
    folder.write("plumbrule.toml", b"report-exclude = ['deals/']");
    let ran = folder.run("check");
    assert!(!ran.out.contains("[covered-input-transitive]"), "{}", ran.out);
    assert!(ran.out.contains("findings lie in files of `report-exclude`\n"), "{}", ran.out);
    assert_eq!(ran.code, Some(0));
}

#[test]
fn a_finding_is_reported_where_any_station_lies_in_a_named_file() {
    let folder = Folder::of("plumbrule.toml c.plumb");
    folder.write(
        "deals/a.plumb",
        CHAIN
            .replace("covers: 45%", "covers: 55%")
            .replace("covers: 55% }\n  }", "covers: 45% }\n  }")
            .as_bytes(),
    );
    folder.write("b.plumb", SUPPLIER.as_bytes());
    let codes =
        |arguments: &str| findings(&folder, &format!("--select covered-input-transitive {arguments}"));
    assert_eq!(codes("b.plumb").0, ["error covered-input-transitive"]);
    assert_eq!(codes("deals/a.plumb"), codes("b.plumb"));
    assert_eq!(codes("c.plumb"), (vec![], Some(0)));
}

#[test]
fn the_nearest_file_holds_and_another_can_be_chosen() {
    let folder = Folder::of("deals/portfolio.plumb strict/other.toml=fail-on='warning'");
    folder.write("plumbrule.toml", b"rules.no-offtake-horizon = 'off'");
    folder.write("deals/a.plumb", HOLLOW.as_bytes());
    let has =
        |arguments: &str| findings(&folder, arguments).0.contains(&"error no-offtake-horizon".to_owned());
    assert!(!has("deals"), "the nearest above");
    folder.write("deals/plumbrule.toml", b"");
    assert!(has("deals"), "nothing is inherited unless it is extended");
    folder.write("deals/plumbrule.toml", b"rules.no-offtake-horizon = 'off'");
    assert!(!has("deals"));
    assert!(has("deals --config strict/other.toml"));
    assert!(has("deals --isolated"));
    let (found, code) = findings(&folder, "deals --config nowhere.toml");
    assert_eq!((found, code), (vec!["error not-found".to_owned()], Some(2)));
    assert_eq!(folder.run("check --config a --isolated").code, Some(2));
    folder.write("deals/.git/x", b"");
    std::fs::remove_file(folder.path().join("deals/plumbrule.toml")).unwrap();
    assert!(has("deals"), "what lies above the repository does not count");
}

#[test]
fn rules_of_a_team_are_found_by_the_settings() {
    let folder = Folder::of("deals/x.plumb");
    let rule = "rule has-plant \"a plant\" {
  severity: note
  for each f: facility
  message \"`{f}` is a plant\"
  label primary f: \"here\"
  example bad { expect has-plant at f; facility f { country: US } }
  example good { proposal p { status: mou } }
}
";
    folder.write("own/has-plant.plumb", rule.as_bytes());
    folder.write("deals/a.plumb", HOLLOW.as_bytes());
    folder.write("plumbrule.toml", b"rule-folders = ['own']\nrules.has-plant = 'warning'");
    assert!(findings(&folder, "deals").0.contains(&"warning has-plant".to_owned()));
    assert!(folder.run("explain has-plant").out.starts_with("has-plant: a plant\n"));
    folder.write("plumbrule.toml", b"rule-folders = ['own']\npacks.own = false");
    let out = folder.run("check").out;
    assert!(!out.contains("has-plant") && out.contains("not checked:  pack own (1 rule, off)"), "{out}");
}

#[test]
fn settings_are_shown_with_where_they_come_from() {
    let folder = Folder::of("a.plumb");
    folder.write("base.toml", b"exclude = ['archive/']\n[rules]\nno-price-floor = 'off'\n");
    folder.write(
        "plumbrule.toml",
        b"extend = ['base.toml']\nfail-on = 'warning'\n[parameters]\nhigh-exposure = '40%'\n[packs]\nchain = false\n[[overrides]]\npaths = ['a']\nrules.no-price-floor = 'note'\n",
    );
    let out = folder.run("config a.plumb").out;
    for line in [
        "# Settings of the portfolio in `.`",
        "exclude = [\"archive/\"]               # base.toml:1",
        "fail-on = \"warning\"                 # plumbrule.toml:2",
        "include = [\"*.plumb\"]                # default",
        "# as-of is not set",
        "chain = false                         # plumbrule.toml:6",
        "core = true                           # default",
        "no-price-floor = \"off\"               # base.toml:3",
        "high-exposure = \"40%\"                # plumbrule.toml:4",
        "trace-exposure = \"5%\"                # default",
        "paths = [\"a\"]                        # plumbrule.toml:8",
    ] {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let found = out.lines().any(|found| found.split_whitespace().collect::<Vec<_>>().join(" ") == line);
        assert!(found, "{line}\n{out}");
    }
    // What is shown is a file of settings that says the same.
    let before = out.lines().filter(|line| !line.contains("extend")).collect::<Vec<_>>().join("\n");
    folder.write("plumbrule.toml", before.as_bytes());
    let strip = |text: &str| {
        text.lines()
            .map(|line| line.split("  #").next().unwrap().trim().to_owned())
            .filter(|line| !line.contains("extend"))
            .collect::<Vec<_>>()
    };
    assert_eq!(strip(&folder.run("config").out), strip(&out));
}

#[test]
fn a_start_passes_and_nothing_is_overwritten() {
    let folder = Folder::of("ours/plumbrule.toml=#ours");
    let ran = folder.run("init new");
    let lines = "wrote new/plumbrule.toml\nwrote new/proposal.plumb\nwrote new/.pre-commit-config.yaml\n`plumbrule check new` reads what is there\n";
    assert_eq!((ran.out.as_str(), ran.code), (lines, Some(0)));
    assert_eq!(findings(&folder, "new --fail-on note"), (vec![], Some(0)));
    let start = std::fs::read_to_string(folder.path().join("new/plumbrule.toml")).unwrap();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/start/plumbrule.toml");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(example, &start).unwrap();
    }
    assert_eq!(std::fs::read_to_string(example).unwrap(), start);
    // With the mark taken away, each line of the start is a setting.
    let set: String = start
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') => format!("{setting}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let mut said = Vec::new();
    plumbrule::config::read(plumbrule::source::FileId(0), &set, &mut said);
    assert!(said.is_empty(), "{said:?}");
    assert!(
        folder
            .run("init ours")
            .out
            .starts_with("kept ours/plumbrule.toml, which was there already\nwrote ours/proposal.plumb\n")
    );
    assert_eq!(std::fs::read_to_string(folder.path().join("ours/plumbrule.toml")).unwrap(), "#ours");
}

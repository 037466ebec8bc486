//! Pages about rules and kinds.

use crate::folder::Folder;

const RULE: &str = r#"rule loan-without-tenor "a loan has no tenor" {
  severity: warning
  doc: """
    A loan is repaid over a known time. Where nobody says over how long, nobody can say either
    whether sales last until the last repayment.

    A grant has none.
  """
  why: "lenders size a loan by the years that are left after it; see your own handbook, chapter 3"
  for each l: finance where l.type == loan and l.starts + param.debt-tail < 2030-01-01
  when missing(l.tenor)
  message "nobody says when `{l}` is repaid"
  label primary l: "no tenor"
  example bad "a loan for ever" {
    expect loan-without-tenor at l
    finance l {
      type: loan
    }
    proposal p { status: mou }
  }
  example good { finance l { type: loan; tenor: 10 years } }
}
"#;

fn with_rule(rule: &str) -> Folder {
    let folder = Folder::of("a.plumb");
    folder.write("own/loan-without-tenor.plumb", rule.as_bytes());
    folder
}

#[test]
fn a_rule_is_explained() {
    let ran = with_rule(RULE).run("explain loan-without-tenor --rules own");
    let page = "\
loan-without-tenor: a loan has no tenor
warning, pack own

  A loan is repaid over a known time. Where nobody says over how long, nobody
  can say either whether sales last until the last repayment.

  A grant has none.

why
  lenders size a loan by the years that are left after it; see your own
  handbook, chapter 3

thresholds, set with --param
  debt-tail: 0 months
    sales after the last repayment; lenders ask for more than none, so this
    finds certain failures only

bad: a loan for ever
    finance l {
      type: loan
    }
    proposal p { status: mou }

good
    finance l { type: loan; tenor: 10 years }
";
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.code), (page, "", Some(0)));
}

#[test]
fn a_rule_says_which_others_it_gives_way_to() {
    let rule = RULE.replace(
        "  severity",
        "  yields-to: [target-without-date]\n  covers: [a-first, a-second]\n  severity",
    );
    let ran = with_rule(&rule).run("explain loan-without-tenor --rules own");
    let end = "\nis silent where this has spoken: `target-without-date`\n\nabsorbs: `a-first`, `a-second`\n";
    assert!(ran.out.ends_with(end), "{}{}", ran.out, ran.err);
}

#[test]
fn pages_obey_no_text() {
    for (words, code) in [("::stop-commands::x", 0), ("\u{1b}[2J", 2), ("\u{202e}", 2)] {
        let ran = with_rule(&RULE.replace("A grant has none.", words))
            .run("explain loan-without-tenor --rules own");
        assert_eq!(ran.code, Some(code), "{words:?}");
        let text = ran.out + &ran.err;
        assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{text:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
    }
}

#[test]
fn a_warning_about_a_rule_fails_only_where_asked() {
    let slow = RULE.replace(
        "when missing(l.tenor)",
        "for each p in paths from l along lending to f: firm where f == l.recipient",
    );
    let folder = with_rule(&slow);
    let relation =
        r#"relation lending "who is lent to" { edge finance -> firm via recipient as "lent to {to}" }"#;
    folder.write("own/lending.plumb", relation.as_bytes());
    for (level, code) in [("error", 0), ("warning", 1), ("note", 1)] {
        let arguments = format!("check a.plumb --output-format concise --rules own --fail-on {level}");
        let ran = folder.run(&arguments);
        assert!(ran.out.contains(": warning[rule-slow]: "), "{}", ran.out);
        assert_eq!(ran.code, Some(code), "{level}");
    }
}

#[test]
fn rules_are_listed_one_a_line() {
    let folder = with_rule(RULE);
    let (rules, all) = (folder.run("rules --rules own"), folder.run("rules --all --rules own"));
    let row = |out: &str, id: &str| -> Option<Vec<String>> {
        let line = out.lines().find(|line| line.split(' ').next() == Some(id))?;
        Some(line.split("  ").filter(|cell| !cell.is_empty()).map(|cell| cell.trim().to_owned()).collect())
    };
    let own = ["loan-without-tenor", "warning", "own", "a loan has no tenor"];
    assert_eq!(row(&rules.out, own[0]).unwrap(), own);
    let language = ["missing-brace", "error", "language", "a block is never closed"];
    assert_eq!(row(&all.out, language[0]).unwrap(), language);
    assert_eq!(row(&rules.out, language[0]), None);
    let ids =
        |out: &str| out.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>();
    assert!(ids(&all.out).is_sorted());
    let columns: Vec<_> = all.out.lines().map(|line| line.find("  language  ")).collect();
    assert_eq!(columns.iter().flatten().min(), columns.iter().flatten().max());
}

#[test]
fn a_kind_is_shown_as_a_block_to_fill_in() {
    let folder = Folder::new();
    let list = folder.run("schema");
    assert!(
        list.out.lines().any(|line| line.starts_with("proposal ") && line.contains("  one deal")),
        "{}",
        list.out
    );
    for absent in ["country ", "firm "] {
        assert!(
            !list.out.lines().any(|line| line.starts_with(absent)),
            "facts and abstract kinds are not written"
        );
    }
    let kinds: Vec<_> = list.out.lines().map(|line| line.split(' ').next().unwrap()).collect();
    for kind in kinds {
        let block = folder.run(&format!("schema {kind}"));
        assert_eq!(block.code, Some(0));
        assert!(block.out.contains(&format!("\n{kind} TODO {{\n")), "{}", block.out);
    }
    assert_eq!(folder.run("schema PROPOSAL"), folder.run("schema proposal"));
}

#[test]
fn a_slip_in_a_name_is_recognised() {
    let folder = Folder::new();
    let cases = [
        ("explain missing-brac", "[unknown-rule]", "did you mean `missing-brace`?"),
        ("explain nothing-like-it", "[unknown-rule]", "`plumbrule rules` lists them"),
        ("schema propsal", "[unknown-kind]", "did you mean `proposal`?"),
        ("schema firm", "[unknown-kind]", "`plumbrule schema` lists them"),
        ("rules --rules nowhere", "[not-found]", "`nowhere` does not exist"),
    ];
    for (arguments, code, words) in cases {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments}");
        assert!(ran.err.contains(code) && ran.err.contains(words), "{arguments}: {}", ran.err);
    }
}

#[test]
fn help_says_what_exit_codes_mean() {
    let folder = Folder::new();
    for arguments in ["--help", "check --help"] {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        assert!(ran.out.contains("Examples:\n") && ran.out.contains("Exit codes:\n  0  "), "{}", ran.out);
    }
    let version = folder.run("--version").out;
    assert_eq!(version, format!("plumbrule {}\n", env!("CARGO_PKG_VERSION")));
}

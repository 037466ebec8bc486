//! Hostile packs of rules: none can hang the run, exhaust its memory or its stack, and each is named.

use crate::folder::Folder;
use crate::hostile::{Held, check, guarded};

/// A rule of one statement or more about each supplier, with what the loader asks of every rule.
fn rule(statements: &str) -> String {
    format!(
        "rule hostile \"a rule that harms\" {{
  severity: warning
  for each x: supplier
  {statements}
  label primary x: \"here\"
  message \"found\"
  example bad {{ expect hostile at a; supplier a {{ country: US }} }}
  example good {{ proposal p {{ }} }}
}}
"
    )
}

/// A relation that would have to be known before it is known.
const CIRCLE: &str = "relation circle \"where it goes\" {
  edge supplier -> supplier via owners
    when count(paths from to along circle to c: country) == 0
    as \"held by {to}\"
}
";

const ARGUMENTS: &str = "p --rules own --select hostile";

/// A folder with a rule, functions beside it, and so many suppliers.
fn folder(rule: &str, functions: &str, suppliers: usize) -> Folder {
    let folder = Folder::of("p/plumbrule.toml");
    let suppliers = (0..suppliers).map(|number| format!("supplier s-{number} {{ country: US }}\n"));
    folder.write("p/suppliers.plumb", suppliers.collect::<String>().as_bytes());
    folder.write("own/hostile.plumb", rule.as_bytes());
    folder.write("own/functions.plumb", functions.as_bytes());
    folder
}

fn run(rule: &str, functions: &str, suppliers: usize) -> Held {
    check(&folder(rule, functions, suppliers), ARGUMENTS)
}

/// Rules that are refused when they are loaded: a name, the statements, functions, and the words of the refusal.
fn refused() -> Vec<(&'static str, String, String, &'static str)> {
    let chain = |statement: &str, count: usize| statement.repeat(count);
    let calls = |body: &dyn Fn(String) -> String| -> String {
        let define =
            |number: usize, body: String| format!("define f-{number}(a: supplier) -> truth = {body}\n");
        let inner = (1..40).map(|number| define(number, body(format!("f-{}(a)", number - 1))));
        std::iter::once(define(0, "has(a.country)".to_owned())).chain(inner).collect()
    };
    vec![
        (
            "a long sum",
            format!("when 1{} > 0", chain(" + 1", 100_000)),
            String::new(),
            "this statement is too long",
        ),
        (
            "a long path",
            format!("when x{} == US", chain(".country", 100_000)),
            String::new(),
            "this statement is too long",
        ),
        (
            "many names",
            (0..100_000).map(|at| format!("let n-{at} = 1\n")).collect(),
            String::new(),
            "this rule has more than 500 ranges, names and conditions",
        ),
        (
            "many conditions",
            chain("when has(x.country)\n", 100_000),
            String::new(),
            "this rule has more than 500 ranges, names and conditions",
        ),
        (
            "deep negation",
            format!("when {}has(x.country)", chain("not ", 5_000)),
            String::new(),
            "this expression is nested too deeply",
        ),
        (
            "deep brackets",
            format!("when {}has(x.country){}", chain("(", 5_000), chain(")", 5_000)),
            String::new(),
            "nested deeper than 128 brackets",
        ),
        ("an edge in a circle", String::new(), CIRCLE.to_owned(), "an edge cannot ask for paths"),
        (
            "calls in calls, with a slip inside",
            format!("when {}?{}", chain("first([", 40), chain("])", 40)),
            String::new(),
            "`?` cannot stand here",
        ),
        (
            "functions that double",
            "when f-39(x)".to_owned(),
            calls(&|inner| format!("{inner} and {inner}")),
            "this comes to more than 1000 calls of functions",
        ),
        (
            "functions that deepen",
            "when f-39(x)".to_owned(),
            calls(&|inner| chain("not ", 90) + &inner),
            "this comes to expressions nested deeper than 1000",
        ),
    ]
}

#[test]
fn rules_beyond_a_limit_are_refused_and_nothing_passes_as_checked() {
    for (name, statements, functions, words) in refused() {
        let held = run(&rule(&statements), &functions, 3);
        assert_eq!(held.code, 2, "{name}");
        let codes = ["rule-syntax", "rule-recursion", "over-limit"];
        let messages: Vec<_> = codes.iter().flat_map(|code| held.messages(code)).collect();
        assert!(messages.iter().any(|message| message.contains(words)), "{name}: {messages:?}");
    }
}

/// Rules that would run for ever, or fill the memory: a name, the statements, and the suppliers they run on.
const BOMBS: &[(&str, &str, usize)] = &[
    (
        "quantifiers eight deep",
        "when some a: supplier where some b: supplier where some c: supplier where some d: supplier where some \
         e: supplier where some f: supplier where some g: supplier where some h: supplier where h.country != a.country",
        300,
    ),
    (
        "a denial eight deep",
        "when every a: supplier satisfies every b: supplier satisfies every c: supplier satisfies every d: supplier \
         satisfies every e: supplier satisfies every f: supplier satisfies every g: supplier satisfies \
         every h: supplier satisfies h.country == a.country",
        300,
    ),
    (
        "ranges in one another",
        "for each a: supplier\n for each b: supplier\n for each c: supplier\n when x == a and b == c",
        300,
    ),
    ("a finding for each pair", "for each y: supplier", 4_000),
    ("lists joined for each subject", "when count(union(list(a: supplier), list(b: supplier))) > 0", 4_000),
    ("lists made for each subject", "when count(list(a: supplier)) > 0", 4_000),
    ("groups of one", "when some g in group a: supplier by a where g.key == x", 4_000),
    ("an order for each subject", "when argmax(a: supplier by count(list(b: supplier))) == x", 4_000),
    (
        "a search for each pair",
        "for each y: supplier\n for each p in paths from x along control to c: country where c == y.country",
        4_000,
    ),
];

/// Exit code and report in a format for which all of a finding is worked out, in one that shows lines, and in one that
/// counts; all are for people, and so show little of what is found.
fn in_each_detail(folder: &Folder) -> [(i32, String); 3] {
    ["full", "concise", "summary"].map(|format| {
        let (code, out) = guarded(folder, &format!("--output-format {format} {ARGUMENTS}"));
        (code, String::from_utf8(out).unwrap())
    })
}

fn runs_out(name: &str, folder: &Folder) {
    let [full, lines, counts] = in_each_detail(folder);
    for (code, out) in [full, lines] {
        assert!(code == 2 && out.contains("the rule `hostile` takes too many steps"), "{name}: exit {code}");
    }
    assert!(counts.0 == 2 && counts.1.contains("incomplete: "), "{name}: {counts:?}");
}

#[test]
fn a_rule_that_never_ends_runs_out_of_fuel_and_is_named() {
    for (name, statements, suppliers) in BOMBS {
        runs_out(name, &folder(&rule(statements), "", *suppliers));
    }
    let guard =
        "some a: supplier where some b: supplier where some c: supplier where c.country != from.country";
    let relation = format!(
        "relation endless \"links\" {{ edge supplier -> country via country when {guard} as \"based in {{to}}\" }}"
    );
    let follows = "for each p in paths from x along endless to c: country where c == US";
    runs_out("a guard without end", &folder(&rule(follows), &relation, 1_000));
}

/// What a finding says beyond its line has fuel of its own: where that ends findings are shorter and say so, and no
/// format has another verdict than the rest.
#[test]
fn findings_that_say_too_much_are_shortened_and_still_found() {
    for statement in [
        "label secondary each a: supplier at a: \"beside {a}\"",
        "note lack each a in list(b: supplier): \"beside {a}\"",
    ] {
        let [full, lines, counts] = in_each_detail(&folder(&rule(statement), "", 4_000));
        assert_eq!((full.0, lines.0, counts.0), (0, 0, 0), "{statement}");
        assert!(full.1.contains("notes and help are left out"), "{statement}");
        assert_eq!(lines.1.matches("[hostile]").count(), 4_000, "{statement}");
        assert!(counts.1.contains("4,000 "), "{statement}");
    }
}

/// So has its sentence, with the names that only it reads.
#[test]
fn sentences_that_take_too_much_are_left_out_and_their_findings_are_not() {
    let endless = rule("").replace("\"found\"", &format!("\"{}\"", "{x.id} ".repeat(100_000)));
    let names = rule("let all = list(a: supplier where a.country != x.country)");
    let names = names.replace("\"found\"", "\"found beside {count(all)}\"");
    for (name, text, count) in [("a sentence without end", endless, 1_000), ("a name for each", names, 5_000)]
    {
        let [full, lines, counts] = in_each_detail(&folder(&text, "", count));
        assert_eq!((full.0, lines.0, counts.0), (0, 0, 0), "{name}");
        assert!(lines.1.contains("the sentence of `hostile` is left out"), "{name}");
        assert_eq!(lines.1.matches("[hostile]").count(), count, "{name}");
        let (_, last) = lines.1.split_once("\n\n").unwrap();
        let counted = |text: &str| text.rsplit_once("\n\n").unwrap().0.to_owned();
        assert_eq!(counted(last), counted(&counts.1), "{name}");
    }
}

/// Whoever walks a typed expression recurses, on small stacks too: rules run on threads where there are many
/// entities.
#[test]
fn the_deepest_rule_that_is_accepted_runs() {
    let define = |number: usize, inner: &str| {
        format!("define f-{number}(a: supplier) -> truth = {}{inner}\n", "not ".repeat(90))
    };
    let functions = (1..10).map(|number| define(number, &format!("f-{}(a)", number - 1)));
    let functions: String = std::iter::once(define(0, "has(a.country)")).chain(functions).collect();
    let deep = format!("when {}f-9(x)", "not ".repeat(80));
    let held = run(&rule(&deep), &functions, 6_000);
    assert_eq!((held.code, held.codes("p/suppliers.plumb")), (0, vec![("hostile", 6_000)]));
}

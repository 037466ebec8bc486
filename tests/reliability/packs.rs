//! Hostile packs of rules: none can hang the run, exhaust its memory or its stack, and each is named.

use crate::folder::Folder;
use crate::hostile::{Held, check};

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

/// Runs a rule, with functions beside it, over so many suppliers.
fn run(rule: &str, functions: &str, suppliers: usize) -> Held {
    let folder = Folder::of("p/plumbrule.toml");
    let suppliers = (0..suppliers).map(|number| format!("supplier s-{number} {{ country: US }}\n"));
    folder.write("p/suppliers.plumb", suppliers.collect::<String>().as_bytes());
    folder.write("own/hostile.plumb", rule.as_bytes());
    folder.write("own/functions.plumb", functions.as_bytes());
    check(&folder, "p --rules own --select hostile")
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
        let codes = ["rule-syntax", "over-limit"];
        let messages: Vec<_> = codes.iter().flat_map(|code| held.messages(code)).collect();
        assert!(messages.iter().any(|message| message.contains(words)), "{name}: {messages:?}");
    }
}

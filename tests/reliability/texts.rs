//! Hostile proposals: what each must give in its own file. A good file lies beside each.

use crate::folder::Folder;
use crate::hostile::{BESIDE, check};

/// Many of whatever is hard: enough that work with the square of it would not end in time.
const MANY: usize = 200_000;

/// A name, the text, the exit code, the codes found in it, each with how often, and where the first of them is.
type Case = (&'static str, String, i32, &'static [(&'static str, usize)], Option<(u64, u64)>);

/// The only line of a block is wrong, however long it is.
const ONE_LINE: &[(&str, usize)] = &[("empty-proposal", 1), ("unexpected-text", 1)];

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("proposal p {{ sponsor: {}1{} }}\n", open.repeat(depth), close.repeat(depth))
}

fn nesting() -> Vec<Case> {
    let deep: &[(&str, usize)] = &[("over-limit", 1)];
    vec![
        (
            "127 lists in a block",
            nested("[", "]", 127),
            1,
            &[("empty-proposal", 1), ("wrong-value", 1)],
            None,
        ),
        ("128 lists in a block", nested("[", "]", 128), 2, deep, Some((1, 23 + 127))),
        ("5,800 lists", nested("[", "]", 5_800), 2, deep, Some((1, 23 + 127))),
        ("5,800 lists left open", nested("[", "", 5_800), 2, deep, Some((1, 23 + 127))),
        ("a million braces left open", "{".repeat(1_000_000), 2, deep, Some((1, 129))),
        ("blocks in one another", "a{".repeat(MANY) + &"}".repeat(MANY), 2, deep, Some((1, 258))),
    ]
}

fn long() -> Vec<Case> {
    vec![
        (
            "blank lines before a line that goes on",
            format!("proposal p {{\n a{}and b\n}}\n", "\n".repeat(MANY)),
            1,
            ONE_LINE,
            Some((1, 1)),
        ),
        (
            "lines that go on behind a bracket that is left open",
            format!("proposal p {{\n a (\n{}}}\n", " + b\n".repeat(MANY)),
            1,
            &[("empty-proposal", 1), ("missing-bracket", 1), ("unexpected-text", 1)],
            Some((1, 1)),
        ),
        (
            "fields whose brackets are left open",
            format!("proposal p {{\n{}}}\n", "  sponsor: [b, c\n".repeat(MANY / 10)),
            1,
            &[
                ("duplicate-field", MANY / 10 - 1),
                ("empty-proposal", 1),
                ("missing-bracket", MANY / 10),
                ("wrong-value", 1),
            ],
            Some((3, 3)),
        ),
        (
            "a field that is written again and again behind many blocks",
            format!(
                "proposal p {{\n{}{}}}\n",
                "  target { }\n".repeat(MANY / 4),
                "  sponsor: \"a\"\n".repeat(MANY / 4)
            ),
            1,
            &[
                ("duplicate-field", MANY / 4 - 1),
                ("no-measurable-target", 1),
                ("no-offtake-horizon", 1),
                ("no-price-floor", 1),
                ("no-workforce-plan", 1),
            ],
            Some((MANY as u64 / 4 + 3, 3)),
        ),
    ]
}

/// Trade that is hard to follow: the rule that speaks of it, and how often.
fn trade() -> Vec<(&'static str, String, &'static str, usize)> {
    let supplier = |name: &str, rest: &str| format!("supplier {name} {{ {rest} }}\n");
    let firms = 4_000;
    let owned = (0..firms).map(|at| {
        let plant = "stage: separation; country: US; start: 2028";
        format!("proposal p-{at} {{ facility plant {{ {plant}; reagent r {{ item: TBP; supplier: a-{at} }} }} }}\n")
            + &supplier(&format!("a-{at}"), &format!("country: US; owners: [b-{at} 60%]"))
            + &supplier(&format!("b-{at}"), "country: China")
    });
    let length = 4_000;
    let ring = (0..length).map(|at| {
        let place = if at == 0 { "country: China" } else { "country: Japan" };
        supplier(&format!("r-{at}"), &format!("{place}; owners: [r-{} 60%]", (at + 1) % length))
    });
    let chain = (0..length).map(|at| {
        supplier(
            &format!("s-{at}"),
            &format!("country: Japan; feedstock f {{ item: TBP; supplier: s-{} }}", at + 1),
        )
    });
    let plants = (0..40).map(|at| {
        let plant = "stage: separation; country: US; start: 2028";
        format!("proposal p-{at} {{ facility plant {{ {plant}; reagent r {{ item: TBP; supplier: s-{at} }} }} }}\n")
    });
    let end = supplier(&format!("s-{length}"), "country: China");
    // What each of them holds is asked: where it stands in the list must not matter.
    let crowd: String = (0..4 * MANY).map(|at| format!("\"o{at}\" 0.00001%, ")).collect();
    let plant = "stage: separation; country: US; start: 2028; reagent r { item: TBP; supplier: f }";
    let crowded = supplier("f", &format!("country: US; owners: [{crowd}c 60%]"))
        + &supplier("c", "country: China")
        + &format!("proposal p {{ facility plant {{ {plant} }} }}\n");
    vec![
        ("firms with owners of their own", owned.collect(), "covered-ownership", firms),
        ("a ring of owners", ring.collect(), "covered-ownership", 0),
        ("a firm with many owners", crowded, "covered-ownership", 1),
        ("a long chain", plants.chain(chain).collect::<String>() + &end, "covered-input-transitive", 40),
        (
            "firms in no proposal",
            (0..MANY / 2).map(|at| supplier(&format!("s-{at}"), "country: US")).collect(),
            "covered-ownership",
            0,
        ),
    ]
}

#[test]
fn work_grows_with_the_trade_and_not_with_its_square() {
    for (name, text, rule, found) in trade() {
        let folder = Folder::of("plumbrule.toml");
        folder.write("hostile.plumb", text.as_bytes());
        let held = check(&folder, &format!("--select {rule}"));
        assert_eq!(held.messages(rule).len(), found, "{name}");
        assert!(held.messages("out-of-fuel").is_empty(), "{name}");
    }
}

#[test]
fn hostile_texts_are_told_and_cost_only_themselves() {
    for (name, text, code, codes, first) in nesting().into_iter().chain(long()) {
        let folder = Folder::of("plumbrule.toml");
        folder.write("hostile.plumb", text.as_bytes());
        folder.write("beside.plumb", BESIDE.as_bytes());
        let held = check(&folder, "");
        assert_eq!((held.code, held.codes("hostile.plumb")), (code, codes.to_vec()), "{name}");
        if let Some(first) = first {
            assert_eq!(held.first("hostile.plumb", codes[0].0), Some(first), "{name}");
        }
        assert_eq!(held.codes("beside.plumb"), [("empty-proposal", 1)], "{name}");
    }
}

//! Runs that are hard to show: hostile texts, scripts, limits, nothing at all.

use plumbrule::diagnostic::NoteKind::{Note, Path, Why};
use plumbrule::diagnostic::{Diagnostic, FactRef, Hop, Severity};
use plumbrule::outcome::{AsOf, Portfolio, Run, Verdicts};
use plumbrule::source::{FileId, Place, Span};

use crate::texts::Texts;

fn at(place: Place, id: &str, severity: Severity, message: &str) -> Diagnostic {
    let mut finding = Diagnostic::new(id, severity, message, place.file, place.span);
    finding.as_of = plumbrule::value::Day::parse("2026-11-24");
    finding
}

fn over(texts: Texts, findings: Vec<Diagnostic>) -> Run {
    let portfolio = Portfolio { root: ".".into(), files: 1, proposals: 1, rules: 62, ..Portfolio::default() };
    let findings = findings.into_iter().map(Box::new).collect();
    Run { sources: texts.sources, findings, portfolios: vec![portfolio], ..Run::default() }
}

/// Everything that a terminal, an editor or a CI log would obey, in each text that is shown.
pub(crate) fn hostile() -> Run {
    const NASTY: &str = "\u{1b}[31mred\u{1b}]8;;x\u{7}\r\u{8}\u{7f}\u{9b}2J\u{202e}NC\u{2066}\u{61c}\u{2028}";
    let mut texts = Texts::default();
    let name = format!("::error::a{NASTY}\nb ::warning::##[error].plumb");
    let text = format!("\u{feff}supplier evil {{ # ##[group] {NASTY}\n\tcountry: \"C{NASTY}N\"\u{0}\n}}");
    let file = texts.add(&name, &text);
    let builtin = texts.add("<builtin>/facts/countries.plumb", "country CN { name: China }\n");
    let start = text.find("\"C").unwrap();
    let place = Place { file, span: Span::new(start, text.find("N\"").unwrap() + 2) };
    let message = format!("`C{NASTY}N` is no country\nerror: forged ::stop-commands::x");
    let mut finding = at(place, "unknown-country", Severity::Error, &message)
        .label(format!("not a country {NASTY}\n::error::forged"))
        .related(Place { file, span: Span::new(0, 11) }, "this one\tand a tab")
        .related(Place { file: builtin, span: Span::new(8, 10) }, "did you mean this one?")
        .note(Note, format!("first\n::error::second {NASTY}"))
        .note(Path, format!("a → b{NASTY}"))
        .help(format!("write:\n::add-mask::{NASTY}\n  ##[command]x"));
    finding.beyond_mut().severity_reason = Some(NASTY.into());
    finding.beyond_mut().facts = vec![FactRef {
        id: "x".into(),
        text: format!("a fact{NASTY}"),
        source: "## ##[warning]a source".into(),
        as_of: "undated".into(),
        confidence: "memory".into(),
    }];
    let mut run = over(texts, vec![finding]);
    run.portfolios[0].assumptions = vec![format!("{name} was read {NASTY}")];
    run.portfolios[0].statistics = vec![(format!("rule{NASTY}"), Verdicts::default())];
    run
}

/// Tabs, wide and combining characters, emoji, a line end of its own kind, spans that fit no character.
pub(crate) fn scripts() -> Run {
    let mut texts = Texts::default();
    let text = "\tsupplier\t北方稀土 { country: 中国 }\r\ncafe\u{301} = \"👩\u{200d}🔬\" | a\u{301}b\r\nend";
    let file = texts.add("scripts.plumb", text);
    let place = |from: &str, bytes: usize| {
        let start = text.find(from).unwrap();
        Place { file, span: Span::new(start, start + bytes) }
    };
    let wide = at(place("北", 12), "wide", Severity::Warning, "稀土の輸出には許可が要る場合があり、それは中国の告示 `56 号` による と されている が 期日 は まだ 分からない")
        .label("北 is one of four")
        .related(place("中国", 6), "China");
    let combining =
        at(place("\u{301} =", 2), "combining", Severity::Error, "a mark alone has no column of its own")
            .label("under the letter");
    let inside = at(
        Place { file, span: Span::new(text.find("土").unwrap() + 1, text.find("土").unwrap() + 2) },
        "inside",
        Severity::Error,
        "a span may end inside a character",
    )
    .label("the whole of it");
    let joined =
        at(place("👩", 11), "joined", Severity::Note, "an emoji of three code points").label("one picture");
    let line_end = at(place("\r\n", 2), "line-end", Severity::Error, "a span of nothing but a line end");
    let lines =
        at(place("supplier", text.len() - 1), "lines", Severity::Error, "a block is underlined on one line")
            .label("cut here");
    let reversed = at(
        Place { file, span: Span { start: 9, end: 3 } },
        "reversed",
        Severity::Error,
        "ends before it starts",
    );
    let outside =
        at(Place { file, span: Span { start: 500, end: 900 } }, "outside", Severity::Error, "past the end")
            .label("the end");
    over(texts, vec![wide, combining, inside, joined, line_end, lines, reversed, outside])
}

/// More labels, links, dates and digits than are shown.
pub(crate) fn limits() -> Run {
    let mut texts = Texts::default();
    let rows: Vec<_> =
        (1..=30).map(|n| format!("input i{n} {{ a: 1; b: 2; c: 3; d: 4; e: 5; f: 6 }}")).collect();
    texts.add("inputs.plumb", &rows.join("\n"));
    let far =
        texts.add("far.plumb", &format!("a: {} b: 2 \"{}\" c: 3", "x".repeat(200), "long word ".repeat(40)));
    let field = |line: u32, name: &str| texts.at("inputs.plumb", line, &format!("{name}: "));
    let mut crowded =
        at(field(1, "a"), "crowded", Severity::Error, "six fields on one line").label("the first of six");
    for name in ["b", "c", "d", "e", "f"] {
        crowded = crowded.related(field(1, name), format!("this is {name}"));
    }
    for line in 2..=30 {
        crowded = crowded.related(field(line, "a"), "also here");
    }
    let same = at(field(3, "a"), "same-words", Severity::Warning, "three texts on the same words")
        .label("the first text")
        .related(field(3, "a"), "the second text")
        .related(field(3, "a"), "the second text")
        .related(field(3, "a"), "a third text, which is counted");
    let long = at(
        texts.at("inputs.plumb", 29, "d: 4; e: 5; f: 6"),
        "long-label",
        Severity::Note,
        "a text that has no room beside its words goes below",
    )
    .label("words that take half the width of a terminal");
    let hops: Vec<_> = (1..=60).map(|n| format!("supplier-{n}")).collect();
    let mut route = at(field(5, "a"), "long-route", Severity::Error, "sixty suppliers in a row")
        .label("the first")
        .related(field(6, "b"), "the second")
        .related(field(9, "b"), "")
        .note(Path, format!("{}. Every route passes supplier-1", hops.join(" → ")))
        .note(Why, "a `name with many words that must not be broken apart at any place whatever the width of it is` ends");
    let places = [None, Some(field(5, "a")), Some(field(6, "b")), Some(field(9, "b"))];
    route.beyond_mut().route = places
        .map(|place| Hop { entity: "x".into(), item: None, removes_all: false, place, block: None })
        .into();
    let again = route.beyond().route[1].clone();
    route.beyond_mut().route.push(again);
    route.as_of = plumbrule::value::Day::parse("2027-01-01");
    let middle = texts.at("far.plumb", 1, "b: 2");
    let apart = at(middle, "far-apart", Severity::Error, "one line of six hundred columns")
        .label("the middle")
        .related(texts.at("far.plumb", 1, "a: "), "the start, too far away to the left of it")
        .related(texts.at("far.plumb", 1, "c: 3"), "the end");
    let all =
        at(Place { file: far, span: Span::new(3, 640) }, "whole-line", Severity::Error, "nearly all of it")
            .label("cut");
    over(texts, vec![crowded, same, long, route, apart, all])
}

/// A finding on an empty file, one at the end of a file without a line end, one on no file.
pub(crate) fn nowhere() -> Run {
    let mut texts = Texts::default();
    let empty = texts.add("empty.plumb", "");
    let open = texts.add("open.plumb", "proposal a {");
    let none = Place { file: FileId(99), span: Span::default() };
    let place = |file, at| Place { file, span: Span::new(at, at) };
    let findings = [
        at(place(empty, 0), "empty-file", Severity::Warning, "this file says nothing").label("nothing here"),
        at(place(open, 12), "missing-brace", Severity::Error, "`proposal a` is never closed")
            .label("`}` is missing"),
        at(none, "no-files", Severity::Error, "no `.plumb` file under drafts/, so nothing was checked")
            .help("name a folder that holds one"),
    ];
    let findings = findings.map(Box::new).into();
    Run { sources: texts.sources, findings, incomplete: true, ..Run::default() }
}

/// Nothing to report.
pub(crate) fn clean() -> Run {
    let mut run = over(Texts::default(), Vec::new());
    run.portfolios[0].verdicts.passes = 62;
    run.portfolios[0].as_of = vec![AsOf { date: "2026-11-24".into(), set_by: "today".into() }];
    run
}

/// Several portfolios with dates of their own, and what each rule came to.
pub(crate) fn portfolios() -> Run {
    let as_of = |year: u32| AsOf { date: format!("{year}-01-01"), set_by: "`as_of` of a proposal".into() };
    let often = Verdicts { errors: 70, warnings: 10, cannot_be_shown: 20, passes: 40, ..Verdicts::default() };
    let seldom = Verdicts { notes: 1, passes: 1_399, not_applicable: 12, ..Verdicts::default() };
    let mut verdicts = often;
    verdicts.add(&seldom);
    let large = Portfolio {
        root: "examples/large".into(),
        as_of: (2020..2027).map(as_of).collect(),
        files: 1_250,
        proposals: 1_400,
        rules: 2,
        verdicts,
        missing: vec![("origin".into(), 20)],
        statistics: vec![
            ("covered-input-direct".into(), often),
            ("independence-claim-before-capacity".into(), seldom),
        ],
        assumptions: (1..=6)
            .map(|n| format!("draft-{n}.plumb was read as if line {n} held a `}}`"))
            .collect(),
        ..Portfolio::default()
    };
    let small =
        Portfolio { root: "examples/small".into(), files: 1, proposals: 1, rules: 1, ..Portfolio::default() };
    Run {
        portfolios: vec![large, small],
        as_of_flag: Some("2026-11-24".into()),
        packs_off: vec![("eu-crma".into(), 1)],
        incomplete: true,
        ..Run::default()
    }
}

/// Three thousand findings on one line of a megabyte.
pub(crate) fn one_line() -> Run {
    let mut texts = Texts::default();
    let cell = format!("reagent r {{ item: P507; note: \"{}\" }} ", "é".repeat(160));
    let file = texts.add("line.plumb", &cell.repeat(3_000));
    let findings = (0..3_000).map(|n| {
        let start = n * cell.len() + cell.find("P507").unwrap();
        let mut finding =
            at(Place { file, span: Span::new(start, start + 4) }, "many", Severity::Warning, "one of many")
                .label("here");
        finding.beyond_mut().related = (0..5)
            .map(|near| plumbrule::diagnostic::Label {
                place: Place {
                    file,
                    span: Span::new((n + near) % 3_000 * cell.len(), (n + near) % 3_000 * cell.len() + 7),
                },
                text: "near".into(),
            })
            .collect();
        finding
    });
    let findings = findings.collect();
    over(texts, findings)
}

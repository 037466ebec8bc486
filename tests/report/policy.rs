//! Findings of many rules over the proposals in `policy/`, as their rules would make them.

use plumbrule::diagnostic::NoteKind::{Fact, Lack, Path, Sum, When, Why};
use plumbrule::diagnostic::{Applicability, Diagnostic, Edit, FactRef, Fix, Hop, Severity};
use plumbrule::outcome::{AsOf, Portfolio, Run, Verdicts};
use plumbrule::source::Place;

use crate::texts::Texts;

/// The whole portfolio with its counts.
pub(crate) fn run() -> Run {
    let texts = Texts::read("policy");
    let findings = [
        targets(&texts),
        offtake(&texts),
        direct(&texts),
        transitive(&texts),
        origin(&texts),
        export(&texts),
        independence(&texts),
        capital(&texts),
        letter(&texts),
        empty(&texts),
    ];
    let findings = findings.into_iter().chain(slips(&texts)).chain(names(&texts)).chain(waivers(&texts));
    let findings = findings.map(Box::new).collect();
    Run {
        sources: texts.sources,
        findings,
        portfolios: vec![portfolio()],
        packs_off: [("us-dfars", 9), ("us-tax", 5), ("eu-crma", 4)]
            .map(|(name, rules)| (name.into(), rules))
            .into(),
        ..Run::default()
    }
}

fn portfolio() -> Portfolio {
    let missing = [("origin", 9), ("supplier", 8), ("tenor", 3), ("volume", 2), ("capacity", 2), ("term", 2)];
    Portfolio {
        root: ".".into(),
        as_of: vec![AsOf { date: "2026-11-24".into(), set_by: "`as_of` in portfolio.plumb".into() }],
        files: 12,
        proposals: 6,
        rules: 62,
        verdicts: Verdicts {
            errors: 7,
            warnings: 2,
            notes: 2,
            cannot_be_shown: 26,
            passes: 311,
            not_applicable: 40,
            waived: 1,
        },
        missing: missing.map(|(field, count)| (field.into(), count)).into(),
        assumptions: vec!["draft.plumb was read as if line 9 held a `}`".into()],
        newest_fact: Some("2026-11-24".into()),
        weak_facts: vec![("trade-press".into(), 1), ("memory".into(), 2)],
        ..Portfolio::default()
    }
}

fn rule(id: &str, severity: Severity, message: &str, place: Place) -> Diagnostic {
    let mut finding = Diagnostic::new(id, severity, message, place.file, place.span);
    finding.as_of = plumbrule::value::Day::parse("2026-11-24");
    finding
}

fn slip(id: &str, message: &str, place: Place) -> Diagnostic {
    Diagnostic::new(id, Severity::Error, message, place.file, place.span)
}

fn covered() -> FactRef {
    FactRef {
        id: "covered-nations".into(),
        text: "China is a covered country".into(),
        source: "10 U.S.C. 4872(f)(2)".into(),
        as_of: "2026-08-02".into(),
        confidence: "read".into(),
    }
}

fn targets(t: &Texts) -> Diagnostic {
    let message = "`mekong` sets no target that can be measured";
    let mut finding =
        rule("no-measurable-target", Severity::Error, message, t.at("mekong.plumb", 1, "proposal mekong"))
            .label("no target with both an amount and a deadline")
            .related(t.at("mekong.plumb", 7, "target oxide"), "nearly: has an amount, lacks a deadline")
            .related(t.at("mekong.plumb", 13, "up to USD 2.2 billion"), "tied to nothing measurable")
            .related(t.at("mekong.plumb", 18, "USD 465 million"), "tied to nothing measurable")
            .note(
                Why,
                "a goal can be measured when it names a level, in a unit, by a date (31 U.S.C. 1115(h)(9), 2011-01-04)",
            )
            .help(
                "complete the near miss, then point the money at it:\nby: 2029-Q4      # in oxide\nfunds: [oxide]   # in exim and dfc",
            );
    finding.beyond_mut().covers = vec!["target-without-deadline".into(), "money-only-target".into()];
    finding
}

fn offtake(t: &Texts) -> Diagnostic {
    rule(
        "no-offtake-horizon",
        Severity::Error,
        "nobody is bound to buy what `works` makes",
        t.at("mekong.plumb", 3, "facility works"),
    )
    .label("no buyer must take its 900 t/yr of NdPr-oxide")
    .related(t.at("mekong.plumb", 12, "15 years"), "no sales to repay it")
    .related(t.at("mekong.plumb", 22, "first-refusal"), "a right to buy first is no duty to buy")
    .note(
        Why,
        "to lenders a credible buyer is a \"core bankability requirement\" (Herbert Smith Freehills, offtake note, 2024)",
    )
    .help(
        "add a buyer who must take or pay, for as long as the loan runs:
offtake first-buyer {
  seller: works; buyer: TODO; form: take-or-pay; status: binding
  volume: at least TODO t/yr of NdPr-oxide
  start: 2029-H1; term: 15 years
}",
    )
}

fn direct(t: &Texts) -> Diagnostic {
    let place = t.at("red-river.plumb", 6, "China");
    let mut finding =
        rule("covered-input-direct", Severity::Error, "`plant` buys its P204 from China", place)
            .label("all of it, no backup")
            .note(
                Why,
                "China listed P204 for export licences (MOFCOM Announcement 56, 2025-10-09; in force or not: disputed)",
            )
            .help(
                "buy elsewhere (`origin: India`), or back it up before 2028-Q2:
mitigation p204-backup {
  of: scrubber; type: second-source; supplier: TODO
  available: TODO; status: TODO
  covers: at least 50%   # a project setting, not law
}",
            );
    finding.beyond_mut().route =
        vec![hop("red-river.plant", None, false, None), hop("CN", Some("P204"), true, Some(place))];
    finding.beyond_mut().facts = vec![covered()];
    finding
}

fn hop(entity: &str, item: Option<&str>, removes_all: bool, place: Option<Place>) -> Hop {
    Hop { entity: entity.into(), item: item.map(Into::into), removes_all, place, block: None }
}

fn transitive(t: &Texts) -> Diagnostic {
    let first = t.at("red-river.plumb", 5, "kanto-trading");
    let second = t.at("suppliers/kanto.plumb", 3, "saigon-chem");
    let third = t.at("suppliers/saigon.plumb", 3, "jiangsu-fine");
    let end = t.at("suppliers/jiangsu.plumb", 1, "China");
    let message = "at least 60% of the P507 for `plant` comes from China, through three suppliers";
    let mut finding = rule("covered-input-transitive", Severity::Error, message, first)
        .label("from Japan")
        .related(second, "from Vietnam")
        .related(third, "from China")
        .related(end, "where the route ends")
        .note(
            Path,
            "plant → kanto-trading → saigon-chem → jiangsu-fine → China; also by sichuan-phos. Every route passes kanto-trading and saigon-chem",
        )
        .note(
            Why,
            "traders do not help: P507 must get out of China first (MOFCOM Announcement 56, 2025-10-09; in force or not: disputed)",
        )
        .note(Fact, "every link is declared in your files, and the item is P507 at each")
        .help(
            "replace link 1 or link 2: either clears every route. Or back up `extractant` before 2028-Q2 with a `mitigation`",
        );
    finding.beyond_mut().route = vec![
        hop("red-river.plant", None, false, None),
        hop("kanto-trading", Some("P507"), true, Some(first)),
        hop("saigon-chem", Some("P507"), true, Some(second)),
        hop("jiangsu-fine", Some("P507"), false, Some(third)),
        hop("CN", Some("P507"), false, Some(end)),
    ];
    finding.beyond_mut().severity_reason = Some("over 50% of the need, the same item at each link".into());
    finding.beyond_mut().facts = vec![covered()];
    let text = "\n    mitigation extractant-backup { of: extractant; type: second-source; supplier: TODO }";
    let edits = vec![Edit { place: t.after("red-river.plumb", 5), text: text.into() }];
    finding.beyond_mut().fixes =
        vec![Fix { title: "back up `extractant`".into(), applicability: Applicability::Suggested, edits }];
    finding
}

fn origin(t: &Texts) -> Diagnostic {
    rule(
        "reagent-origin-undeclared",
        Severity::Note,
        "`red-river` does not say where its oxalic-acid is made",
        t.at("red-river.plumb", 7, "unknown"),
    )
    .label("open question")
    .note(
        Why,
        "trade press names China as the main source; no figure found (Rare Earth Exchanges, 2025-11 or later)",
    )
    .help("ask the supplier, then write `origin: India` or `supplier: …`")
}

fn export(t: &Texts) -> Diagnostic {
    let message = "P204 for `plant` may need a Chinese export licence in 2028-Q2";
    let mut finding =
        rule("export-control-exposure", Severity::Warning, message, t.at("red-river.plumb", 6, "China"))
            .label("MOFCOM Announcement 56")
            .related(t.at("red-river.plumb", 4, "2028-Q2"), "needed from here on")
            .note(
                When,
                "2025-10-09  announced: licence needed from 2025-11-08
2025-11-07  suspended before it began (Announcement 70)
2026-11-10  suspension ends, by its own text
2026-11-24  as-of date: disputed. The US side speaks of a truce to 2027-01-10; no Chinese text found (by 2026-10-04)
2028-Q2     plant starts: nothing known",
            )
            .note(Why, "a licence can come late or not at all")
            .help("plan for a licence, or buy outside China");
    finding.beyond_mut().severity_reason = Some("the control is disputed".into());
    finding.beyond_mut().facts = vec![FactRef {
        id: "mofcom-56.p204".into(),
        text: "P204 is item 1C914.c.2, by name".into(),
        source: "MOFCOM Announcement 56, Chinese text".into(),
        as_of: "2026-01-29".into(),
        confidence: "trade-press (disputed)".into(),
    }];
    finding
}

fn independence(t: &Texts) -> Diagnostic {
    rule(
        "independence-claim-before-capacity",
        Severity::Error,
        "independence is claimed for 2027; the chain has two gaps",
        t.at("mekong.plumb", 30, "2027"),
    )
    .label("claimed here")
    .related(t.at("piedmont.plumb", 6, "18 months"), "last link: full output in 2030-Q2")
    .note(
        When,
        "mining       2027      mekong.pit
concentrate  -         nobody
cracking     -         nobody
separation   2028-Q2   red-river.plant
metal        2028-Q2   piedmont.metal
alloy        2028-Q3   piedmont.alloy
magnet       2030-Q2   piedmont.magnet: 2028-Q4 + 18 months",
    )
    .note(Why, "a new separation plant takes about 8 years (IEA, 2025-10-23, in Rare Earth Exchanges)")
    .help(
        "declare who does concentrate and cracking; the earliest date these files can then support is `by: 2030-Q2`",
    )
}

fn capital(t: &Texts) -> Diagnostic {
    rule(
        "scattered-capital",
        Severity::Warning,
        "42% of the committed money serves no measurable target",
        t.at("portfolio.plumb", 3, "USD 10 billion"),
    )
    .label("USD 1,320 million of this is committed")
    .related(t.at("mekong.plumb", 18, "USD 465 million"), "serves no target")
    .related(t.at("piedmont.plumb", 11, "USD 85 million"), "serves no target")
    .note(
        Sum,
        "  620  piedmont.osc, for magnets
  150  piedmont.dow, for magnets
  465  mekong.dfc, for no target
   85  piedmont.study, for no target
1,320  USD million committed (binding or better)
(465 + 85) / 1,320 = 41.7%; limit 25%, a project setting, not law
left out: mekong.exim, 0 to 2,200, a letter of interest",
    )
    .note(Why, "US agencies must tie programmes to goals (31 U.S.C. 1115(b), 2011-01-04)")
    .help(
        "say what each sum must deliver:
funds: [oxide]     # in mekong.dfc, once oxide has a deadline
funds: [magnets]   # in piedmont.study",
    )
}

fn letter(t: &Texts) -> Diagnostic {
    rule(
        "non-binding-as-commitment",
        Severity::Error,
        "a letter of interest is presented as money committed",
        t.at("mekong.plumb", 25, "\"EXIM is investing USD 2.2 billion\""),
    )
    .label("says it is committed")
    .related(t.at("mekong.plumb", 13, "up to"), "so it may be zero")
    .related(t.at("mekong.plumb", 14, "loi"), "a letter of interest binds nobody")
    .note(
        Why,
        "an EXIM letter says it \"would consider\" a loan, and lapses after one year (OMB form 3048-0005, undated)",
    )
    .help(
        "claim money \"EXIM would consider up to USD 2.2 billion\" {
  asserts: money; amount: up to USD 2.2 billion; rests_on: [exim]
}",
    )
}

fn empty(t: &Texts) -> Diagnostic {
    rule(
        "empty-proposal",
        Severity::Error,
        "`silk-basin` promises nothing that can be checked",
        t.at("silk.plumb", 1, "proposal silk-basin"),
    )
    .label("names partners, and nothing they must do")
    .note(
        Lack,
        "target    how much of what, by when
facility  the plant: stage, country, capacity, start
input     what it runs on, and from where
offtake   who must buy: volume, start, term
finance   how much, how firm, for which target",
    )
    .note(
        Why,
        "EU imports fell from countries that had signed such partnerships (European Court of Auditors 04/2026, in S&P Global, 2026-02-04)",
    )
    .help(
        "begin with a target. 14 rules wait for these blocks and stay silent:
target oxide { metric: output; amount: TODO; by: TODO }",
    )
}

fn slips(t: &Texts) -> Vec<Diagnostic> {
    vec![
        slip("unknown-unit", "`tpa` is not a unit here; write `t/yr`", t.at("draft.plumb", 3, "tpa"))
            .label("tonnes per year")
            .help("`5,000 t/yr of NdPr-oxide` (the unit is certain, the material is yours to say)"),
        slip("date-form", "write the year first: `2028-Q3`", t.at("draft.plumb", 4, "Q3 2028"))
            .label("July to September 2028")
            .help("`by: 2028-Q3`, or `2028`, `2028-H2`, `2028-09-30`"),
        slip(
            "money-form",
            "write the currency as a code: `USD 620 million`",
            t.at("draft.plumb", 8, "$620m"),
        )
        .label("US, Australian or Canadian dollars?")
        .help("`amount: USD 620 million`, if US dollars are meant"),
        slip("missing-brace", "`finance grant` is never closed", t.at("draft.plumb", 6, "{"))
            .label("opened here")
            .related(
                t.at("draft.plumb", 10, "facility plant"),
                "cannot be part of a finance: `}` is missing above",
            )
            .help("put `}` on line 9. The rest was read as if it stood there"),
    ]
}

fn names(t: &Texts) -> Vec<Diagnostic> {
    vec![
        slip(
            "undefined-reference",
            "no supplier is named `great-lakes-motor`",
            t.at("piedmont.plumb", 12, "great-lakes-motor"),
        )
        .label("not in any of 12 files")
        .related(t.at("suppliers/us.plumb", 1, "great-lakes-motors"), "did you mean this one?")
        .help("`buyer: great-lakes-motors`"),
        rule(
            "synonym",
            Severity::Note,
            "`PC-88A` is a trade name of P507 and is read as P507",
            t.at("narva.plumb", 9, "PC-88A"),
        )
        .label("P507, CAS 14802-03-0")
        .note(
            Why,
            "under two names, plants that share a reagent look independent (synonym: ACS Omega, table 2, 2024-09-19)",
        )
        .help("`item: P507`"),
        slip(
            "lookalike-letter",
            "`СN` looks like `CN` but begins with a Cyrillic letter",
            t.at("suppliers/baotou.plumb", 2, "СN"),
        )
        .label("Cyrillic U+0421, then Latin N")
        .note(
            Why,
            "no rule about China would match it; until it is mended, the country counts as unknown, never as \"not China\"",
        )
        .help("retype it: `country: China`, if China is meant"),
    ]
}

fn waivers(t: &Texts) -> Vec<Diagnostic> {
    let file = "rules/packs/own/loan-exceeds-plant.plumb";
    vec![
        slip(
            "waiver-without-reason",
            "this waiver gives no reason, so it waives nothing",
            t.at("narva.plumb", 2, "waive no-workforce-plan"),
        )
        .label("`reason` is missing")
        .help("waive no-workforce-plan { reason: \"TODO\"; until: TODO }"),
        slip("waiver-expired", "this waiver ended on 2026-06-30", t.at("narva.plumb", 5, "2026-06-30"))
            .label("147 days before this run, 2026-11-24")
            .related(t.at("narva.plumb", 8, "China"), "live again")
            .help("remove it, or move `until` and say why it still holds"),
        slip(
            "rule-unit-mismatch",
            "this rule compares money with tonnes per year",
            t.at(file, 4, "f.capacity"),
        )
        .label("flow, as in 450 t/yr of NdPr-oxide")
        .related(t.at(file, 4, "l.amount"), "money, as in USD 310 million")
        .help("compare money with money; until then the run fails"),
        slip("unknown-field", "`finance` has no field `tenour`", t.at(file, 5, "tenour"))
            .label("did you mean `tenor`?")
            .help("`{l.tenor}`"),
    ]
}

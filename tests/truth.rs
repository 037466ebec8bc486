//! The rule language against a second evaluator: random conditions are judged by the engine, as rules, and by a
//! plain walk over values of its own that shares no code with it. Counts how often they agree on what is true,
//! unknown and false.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic anywhere")]

use draw::Draw;
use plain::{Cond, Proposal, Truth};
use plumbrule::analysis::{self, Input, Options};
use plumbrule::diagnostic::{Detail, Severity};
use plumbrule::rulebook::{Additions, Rulebook};
use plumbrule::source::{Origin, SourceFile, Sources};
use plumbrule::value::Day;

#[path = "support/draw.rs"]
#[allow(dead_code, reason = "portfolios ask for more than conditions do")]
mod draw;
#[path = "truth/plain.rs"]
mod plain;

/// Rulebooks, rules in each, and proposals that each is asked about.
const BOOKS: u64 = 40;
const RULES: usize = 120;
const PROPOSALS: usize = 24;

fn rule(id: &str, condition: &Cond) -> String {
    format!(
        "rule {id} \"a condition\" {{
  severity: note
  for each p: proposal
  when {condition}
  label primary p: \"here\"
  message \"holds\"
  example bad {{ expect {id} at p; proposal p {{ }} }}
  example good {{ supplier a {{ }} }}
}}
"
    )
}

/// What the engine says of each condition for one proposal.
fn judged(sources: &mut Sources, book: &Rulebook, proposal: &Proposal, ids: &[String]) -> Vec<Truth> {
    let file = sources.add(SourceFile::new("p.plumb", proposal.to_string(), Origin::Portfolio));
    let input = Input { root: ".".into(), files: vec![file], named: vec![file], ..Input::default() };
    let today = Day::parse("2026-11-24").unwrap();
    let (as_of, select, ignore) = (None, ids.to_vec(), Vec::new());
    let options = Options { as_of, today, select, ignore, waive: true, detail: Detail::Line };
    let checked = analysis::check(sources, book, &input, &options);
    assert!(checked.findings.iter().all(|found| found.as_of.is_some()), "{proposal}: {:?}", checked.findings);
    let verdict = |id: &String| {
        let (_, own) = checked.portfolio.statistics.iter().find(|(known, _)| known == id).unwrap();
        match (own.violates(), own.cannot_be_shown, own.passes) {
            (1, 0, 0) => Truth::True,
            (0, 1, 0) => Truth::Unknown,
            (0, 0, 1) => Truth::False,
            other => panic!("{id}: {other:?}"),
        }
    };
    ids.iter().map(verdict).collect()
}

#[test]
fn conditions_are_judged_as_by_a_plain_evaluator() {
    let mut counts = [0_usize; 3];
    for number in 0..BOOKS {
        let mut draw = Draw::new(number, 20, 0);
        let conditions: Vec<Cond> = (0..RULES).map(|_| Cond::random(&mut draw, 0, 4)).collect();
        let ids: Vec<String> = (0..RULES).map(|at| format!("condition-{at}")).collect();
        let text = |(id, condition): (&String, &Cond)| (format!("own/{id}.plumb"), rule(id, condition));
        let files = ids.iter().zip(&conditions).map(text).collect();
        let (mut sources, mut said) = (Sources::default(), Vec::new());
        let additions = Additions { files, ..Additions::default() };
        let book = Rulebook::load(&mut sources, &additions, &mut said);
        let refused = said.iter().find(|found| found.severity == Severity::Error);
        assert!(refused.is_none(), "{refused:#?} in {}", sources.words(refused.unwrap().primary.place));
        for _ in 0..PROPOSALS {
            let proposal = Proposal::random(&mut draw);
            let judged = judged(&mut sources, &book, &proposal, &ids);
            for (condition, judged) in conditions.iter().zip(judged) {
                let plain = condition.truth(&proposal, &mut Vec::new());
                assert_eq!(judged, plain, "engine and plain evaluator on\n  {condition}\nof\n{proposal}");
                counts[plain as usize] += 1;
            }
        }
    }
    let all = counts.iter().sum::<usize>();
    println!("{all} conditions judged: {} true, {} unknown, {} false", counts[2], counts[1], counts[0]);
    assert!(counts.iter().all(|count| *count > all / 10), "{counts:?}");
}

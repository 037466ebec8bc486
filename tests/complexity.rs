//! Work counted and not timed: what the grammar and the rules do for n, 2n and 4n of each hard input. The counts
//! are exact and the same on every machine. A binary of its own, since the limit of calls that counts the grammar's
//! work holds for a whole process.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic anywhere")]

use std::num::NonZeroUsize;
use std::sync::Mutex;

use library::Library;
use plumbrule::source::FileId;
use plumbrule::syntax::{self, View};
use portfolio::{Plan, Portfolio};
use trade::Trade;

#[path = "support/library.rs"]
mod library;
#[path = "support/portfolio.rs"]
#[allow(dead_code, reason = "only texts are asked for here")]
mod portfolio;
#[path = "support/trade.rs"]
#[allow(dead_code, reason = "only texts are asked for here")]
mod trade;

/// Twice the input may take so many times the work: twice, and a little for what is done once.
const MOST: f64 = 2.2;
/// Calls of the grammar for a byte of any text.
const CALLS_A_BYTE: usize = 24;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Texts of n parts each; every alternative of the grammar is in one of them. The faster lane reads plain texts,
/// so each begins with a letter that makes it hand over to the grammar.
fn families() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("words", "a b ", ""),
        ("words of dots", "a.", "a"),
        ("words of hyphens", "a-", "a"),
        ("words that a colon may follow", "a \t ", ""),
        ("fields", "a: b; ", ""),
        ("fields with a blank", "a  : b\n", ""),
        ("numbers", "1 2.5 ", ""),
        ("numbers of commas", "1,", "1"),
        ("numbers of hyphens", "1-", "1"),
        ("numbers with letters", "5a-", "1"),
        ("strings", "\"a\" ", ""),
        ("strings of escapes", "\\\"", "\""),
        ("strings left open", "\"a\n", ""),
        ("a string of backslashes", "\\", ""),
        ("texts", "\"\"\"a\"\"\" ", ""),
        ("quotation marks", "\"", ""),
        ("a text left open", "\"\" \" ", ""),
        ("comments", "# a\n", ""),
        ("a comment", "# ", ""),
        ("blanks", " \t\r", ""),
        ("line ends", "\n", ""),
        ("semicolons", ";", ""),
        ("commas", ",", ""),
        ("signs of two characters", "== -> <= ", ""),
        ("halves of signs", "=-<!", ""),
        ("brackets", "([", ""),
        ("brackets that close", "[a]", ""),
        ("braces", "{}", ""),
        ("letters of other scripts", "яж ", ""),
        ("signs of other scripts", "“”", ""),
    ]
}

/// Whether the grammar reads a text with so many calls: without enough of them all of it is one atom.
fn is_read(text: &str, calls: usize) -> bool {
    pest::set_call_limit(NonZeroUsize::new(calls));
    let piece = syntax::Piece { span: plumbrule::source::Span::new(0, text.len()), unbalanced: false };
    let tree = syntax::read_piece(FileId(0), text, &piece, &mut Vec::new());
    let first = View::roots(FileId(0), text, &tree).next().unwrap();
    first.atoms().first().is_none_or(|atom| atom.span.end as usize != text.len())
}

/// The fewest calls with which a text is read.
fn calls(text: &str) -> usize {
    let (mut few, mut enough) = (0, CALLS_A_BYTE * text.len());
    assert!(is_read(text, enough), "more than {CALLS_A_BYTE} calls a byte");
    while enough - few > 1 {
        let middle = few + (enough - few) / 2;
        if is_read(text, middle) { enough = middle } else { few = middle }
    }
    enough
}

fn grows_with_input(name: &str, work: impl Fn(usize) -> u64) {
    let counts = [1, 2, 4].map(work);
    for pair in counts.windows(2) {
        let ratio = pair[1] as f64 / pair[0] as f64;
        assert!(ratio <= MOST, "{name}: {counts:?}");
    }
}

#[test]
fn the_grammar_reads_in_time_that_grows_with_the_text() {
    let _alone = ONE_AT_A_TIME.lock().unwrap();
    for (name, part, end) in families() {
        // A word in front, so that an unread text, which is one atom, is told from one that is read.
        let text = |count: usize| format!("я \n{}{end}", part.repeat(count));
        grows_with_input(name, |times| calls(&text(1_000 * times)) as u64);
    }
    pest::set_call_limit(None);
}

fn steps(texts: &[(String, String)]) -> u64 {
    let texts: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Library::load().check(&texts, |run, steps| {
        assert!(!run.incomplete, "out of fuel");
        steps
    })
}

#[test]
fn rules_take_steps_that_grow_with_the_portfolio() {
    let _alone = ONE_AT_A_TIME.lock().unwrap();
    grows_with_input("proposals", |times| {
        let plan = Plan { proposals: 1_000 * times, seed: 7, clean: false };
        steps(&Portfolio::new(plan).texts(1_000))
    });
    let of_trade = |name: &str, trade: &dyn Fn(usize) -> Trade| {
        grows_with_input(name, |times| steps(&[("trade.plumb".to_owned(), trade(times).text())]));
    };
    of_trade("a chain", &|times| Trade::chain(500 * times));
    of_trade("rings", &|times| Trade::rings(200 * times));
    of_trade("a hub", &|times| Trade::hub(500 * times));
    of_trade("a web", &|times| Trade::web(200 * times, 10));
}

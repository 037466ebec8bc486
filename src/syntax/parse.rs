//! The only file that names pest: reads one piece with the grammar into a flat array of atoms. Knows no tree.

use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;

use super::lane;
use super::token::{Class, Token};
use crate::source::Span;

#[derive(Parser)]
#[grammar = "../grammar/plumb.pest"]
struct Grammar;

/// Puts the atoms of a piece that begins at byte `offset` of its text behind those that are there, by the faster
/// lane where it can read it.
pub(super) fn tokens(piece: &str, offset: u32, tokens: &mut Vec<Token>) {
    let before = tokens.len();
    // Atoms are rarely closer than four bytes.
    tokens.reserve(piece.len() / 4);
    if !lane::tokens(piece, offset, tokens) {
        tokens.truncate(before);
        by_grammar(piece, offset, tokens);
    }
}

fn by_grammar(piece: &str, offset: u32, tokens: &mut Vec<Token>) {
    match Grammar::parse(Rule::piece, piece) {
        Ok(mut pairs) => {
            let inner = pairs.next().map(Pair::into_inner).into_iter().flatten();
            tokens.extend(inner.filter_map(|pair| token(&pair, offset)));
        }
        // Every text matches the grammar; were that ever untrue, the piece would be one unreadable atom, not clean.
        Err(_) => {
            tokens.push(Token { class: Class::Mark, span: Span::new(0, piece.len()).shifted(offset) });
        }
    }
}

fn token(pair: &Pair<'_, Rule>, offset: u32) -> Option<Token> {
    let whole = pair.as_span();
    let span = Span::new(whole.start(), whole.end()).shifted(offset);
    let class = match pair.as_rule() {
        Rule::word => return Some(word(pair.as_str(), span)),
        Rule::number => Class::Number,
        Rule::string => Class::String,
        Rule::text => Class::Text,
        Rule::comma => Class::Comma,
        Rule::mark => Class::Mark,
        Rule::open => Class::Open,
        Rule::close => Class::Close,
        Rule::end => Class::End,
        Rule::EOI | Rule::piece | Rule::atom | Rule::blank | Rule::letter | Rule::plain => return None,
    };
    Some(Token { class, span })
}

fn word(words: &str, span: Span) -> Token {
    match words.strip_suffix(':') {
        Some(name) => {
            let end = span.start + name.trim_end_matches([' ', '\t']).len() as u32;
            Token { class: Class::Name, span: Span { end, ..span } }
        }
        None => Token { class: Class::Word, span },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ODD: [&str; 24] = [
        "",
        "\"",
        "\"\"\"",
        "\\",
        "\"\\",
        "a.b..c",
        "а:",
        "\u{feff}",
        "== = ->",
        "5,,5",
        "a :b",
        "#",
        "\r",
        "a.é",
        "5-é",
        "5é",
        "\"a\\",
        "\"a\\\"b\"",
        "\"\"\"a\"\"\"\"",
        "a-b.c :x",
        "2028-Q4;",
        "1,500.25%",
        "<=>=!==",
        "\"a\nb\"",
    ];

    #[test]
    fn every_text_matches_the_grammar() {
        for text in ODD {
            assert!(Grammar::parse(Rule::piece, text).is_ok(), "{text:?}");
        }
    }

    fn assert_equal(piece: &str) {
        let (mut fast, mut defined) = (Vec::new(), Vec::new());
        if lane::tokens(piece, 7, &mut fast) {
            by_grammar(piece, 7, &mut defined);
            assert_eq!(fast, defined, "{piece:?}");
        }
    }

    #[test]
    fn the_lane_reads_what_the_grammar_reads() {
        ODD.into_iter().for_each(assert_equal);
        // All texts of three of the characters that mean something, and then some.
        let alphabet: Vec<char> = "a5 .-,:;=<\"\\\n#{[é".chars().collect();
        let base = alphabet.len();
        for number in 0..base * base * base * base {
            let digits = [
                number % base,
                number / base % base,
                number / base / base % base,
                number / base / base / base,
            ];
            let text: String = digits.iter().map(|digit| alphabet[*digit]).collect();
            assert_equal(&text);
        }
    }

    #[test]
    fn the_lane_reads_all_plumb_files_of_the_project_as_the_grammar_does() {
        let mut waiting = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))];
        let mut read = 0;
        while let Some(path) = waiting.pop() {
            if path.is_dir() && !path.ends_with("target") && !path.ends_with(".git") {
                waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|extension| extension == "plumb") {
                let text = std::fs::read_to_string(&path).unwrap();
                let pieces = super::super::Pieces::new(crate::source::FileId(0), &text);
                pieces.for_each(|piece| assert_equal(piece.span.of(&text)));
                read += 1;
            }
        }
        assert!(read > 100, "{read} files");
    }
}

//! The only file that names pest: reads one piece with the grammar into a flat array of atoms. Knows no tree.

use pest::Parser;
use pest::iterators::Pair;
use pest_derive::Parser;

use super::token::{Class, Token};
use crate::source::Span;

#[derive(Parser)]
#[grammar = "../grammar/plumb.pest"]
struct Grammar;

/// The atoms of a piece that begins at byte `offset` of its text.
pub(super) fn tokens(piece: &str, offset: u32) -> Vec<Token> {
    // Every text matches the grammar; were that ever untrue, the piece would be one unreadable atom, not clean.
    let Ok(mut pairs) = Grammar::parse(Rule::piece, piece) else {
        return vec![Token { class: Class::Mark, span: Span::new(0, piece.len()).shifted(offset) }];
    };
    let inner = pairs.next().map(Pair::into_inner).into_iter().flatten();
    // Atoms are rarely closer than four bytes.
    let mut tokens = Vec::with_capacity(piece.len() / 4);
    tokens.extend(inner.filter_map(|pair| token(&pair, offset)));
    tokens
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
        Rule::EOI | Rule::piece | Rule::atom | Rule::blank | Rule::letter => return None,
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

    #[test]
    fn every_text_matches_the_grammar() {
        let odd = [
            "", "\"", "\"\"\"", "\\", "\"\\", "a.b..c", "а:", "\u{feff}", "== = ->", "5,,5", "a :b", "#",
            "\r",
        ];
        for text in odd {
            assert!(Grammar::parse(Rule::piece, text).is_ok(), "{text:?}");
        }
    }
}

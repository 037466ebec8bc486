//! Atoms: owns `Token` and its classes, and how quoted prose is read. Knows no nesting.

use std::borrow::Cow;

use crate::source::Span;

/// What an atom is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// A word with its colon; the span leaves the colon out.
    Name,
    /// A word.
    Word,
    /// A numeral with what is glued to it.
    Number,
    /// `"…"` on one line.
    String,
    /// `"""…"""`.
    Text,
    /// `,`
    Comma,
    /// Any other sign, or one of the signs of two characters that rules use.
    Mark,
    /// `{`
    Open,
    /// `}`
    Close,
    /// A line end or `;`.
    End,
}

/// An atom with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub class: Class,
    /// Its words, in bytes of the whole text.
    pub span: Span,
}

impl Token {
    /// Whether it is quoted prose.
    #[must_use]
    pub fn is_prose(self) -> bool {
        matches!(self.class, Class::String | Class::Text)
    }

    /// Whether it is this sign.
    #[must_use]
    pub fn is_mark(self, text: &str, mark: &str) -> bool {
        self.class == Class::Mark && self.span.of(text) == mark
    }

    /// Whether it is this word, whatever the case.
    #[must_use]
    pub fn is_word(self, text: &str, word: &str) -> bool {
        self.class == Class::Word && self.span.of(text).eq_ignore_ascii_case(word)
    }
}

/// From the first of some atoms to the last.
pub(super) fn span(atoms: &[Token]) -> Option<Span> {
    let (first, last) = (atoms.first()?, atoms.last()?);
    Some(Span { start: first.span.start, end: last.span.end })
}

/// Typographic quotation marks, which are read as if they were straight.
pub(super) const SMART_QUOTES: [char; 9] = ['“', '”', '„', '‟', '«', '»', '‘', '’', '‚'];

/// How long the quotation is with which a line begins, both marks included; nothing if none closes it.
pub(super) fn quotation(line: &str) -> Option<usize> {
    let straight = line.starts_with('"');
    let mut inner = line.char_indices().skip(1);
    while let Some((at, c)) = inner.next() {
        match c {
            '"' => return Some(at + 1),
            '\\' if straight => drop(inner.next()),
            _ if !straight && SMART_QUOTES.contains(&c) => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

/// What stands between the quotes of the quotation that begins at a place; one that is not closed ends with its line.
#[must_use]
pub fn quoted(text: &str, start: u32) -> Span {
    let line = text.get(start as usize..).and_then(|rest| rest.lines().next()).unwrap_or("");
    let length = quotation(line).unwrap_or(line.trim_end().len());
    unquote(text, Span { start, end: start + length as u32 })
}

/// The span of what stands between the quotes.
#[must_use]
pub fn unquote(text: &str, span: Span) -> Span {
    let words = span.of(text);
    let quote = if words.starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
    let inner = words.strip_prefix(quote).unwrap_or(words);
    let closed = inner.strip_suffix(quote).unwrap_or(inner);
    let start = span.start + (words.len() - inner.len()) as u32;
    Span { start, end: start + closed.len() as u32 }
}

/// What quoted prose says: without quotes, with `\"`, `\\` and `\n` resolved. A `"""` text loses the line
/// break after its opening quotes and the indentation that all its lines share.
#[must_use]
pub fn prose(text: &str, token: Token) -> Cow<'_, str> {
    let inner = unquote(text, token.span).of(text);
    if token.class == Class::Text {
        return Cow::Owned(dedent(inner));
    }
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some(escaped) => out.push(escaped),
                None => {}
            },
            (plain, false) => out.push(plain),
        }
    }
    Cow::Owned(out)
}

fn dedent(inner: &str) -> String {
    let body = inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n')).unwrap_or(inner);
    let first_is_open = body.len() == inner.len();
    let indent = body
        .lines()
        .skip(usize::from(first_is_open))
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    let cut = |(number, line): (usize, &str)| {
        if number == 0 && first_is_open {
            line.to_owned()
        } else {
            line.get(indent..).unwrap_or("").to_owned()
        }
    };
    let lines: Vec<String> = body.lines().enumerate().map(cut).collect();
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::syntax::View;

    fn said(text: &str, class: Class) -> String {
        prose(text, Token { class, span: Span::new(0, text.len()) }).into_owned()
    }

    #[test]
    fn prose_is_what_a_reader_sees() {
        assert_eq!(said(r#""a \"b\" \\""#, Class::String), r#"a "b" \"#);
        assert_eq!(said("\"open", Class::String), "open");
        assert_eq!(said("\"\"\"\n    one\n      two\n    \"\"\"", Class::Text), "one\n  two");
        assert_eq!(said("\"\"\"one\n  two\"\"\"", Class::Text), "one\ntwo");
    }

    #[test]
    fn a_title_is_found_again_by_its_start() {
        for text in [
            "plant a \"A plant\" { }",
            r#"plant a "A \"b\" \\" { }"#,
            "plant a “A «plant” { }",
            "plant a „Ein Werk\" { }",
            "plant a \"\" { }",
            "plant \"é 环\" { }",
            "plant a \"open\n{ }",
        ] {
            let trees = crate::syntax::read(FileId(0), text, &mut Vec::new());
            let title =
                trees.iter().flat_map(|tree| View::roots(FileId(0), text, tree)).find_map(View::title_token);
            let title = title.map(|token| token.span).unwrap();
            assert_eq!(quoted(text, title.start).of(text), unquote(text, title).of(text), "{text}");
        }
    }
}

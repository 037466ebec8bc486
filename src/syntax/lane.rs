//! The faster lane: cuts plain blocks off a text and reads them into atoms in one go, some ten times as fast as splitter
//! and grammar. It gives up on whatever it does not fully understand; then they, the definition, read that piece. Tests
//! hold both equal. Knows no tree.

use super::split::MAX_NESTING;
use super::token::{Class, Token};
use crate::source::Span;

/// Puts the atoms of a piece that begins at byte `offset` of its text behind those that are there; false if the
/// grammar must read it: letters of other scripts outside quotations, and quotations that are not closed.
pub(super) fn tokens(piece: &str, offset: u32, tokens: &mut Vec<Token>) -> bool {
    Lane { bytes: piece.as_bytes(), offset, tokens, open: None, brackets: 0 }.read(0).is_some()
}

/// Reads the block that comes next behind byte `at` of a text, and says where it stands. Nothing if it is more than a
/// head and a body of ASCII characters and line ends, or nested too deep: the splitter must look at it.
pub(super) fn block(text: &[u8], at: usize, tokens: &mut Vec<Token>) -> Option<Span> {
    let start = block_start(text, at)?;
    let end = Lane { bytes: text, offset: 0, tokens, open: Some(0), brackets: 0 }.read(start)?;
    Some(Span::new(start, end))
}

/// Where the next block begins; nothing if no letter follows, with which one begins.
fn block_start(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = match text.get(at)? {
            b' ' | b'\t' | b'\n' => at + 1,
            b'\r' if text.get(at + 1) == Some(&b'\n') => at + 2,
            b'#' => end_of(text, at + 1, REMARK),
            letter => return letter.is_ascii_alphabetic().then_some(at),
        }
    }
}

/// Bits of `TRAITS`: what a byte may be part of.
const BLANK: u8 = 1;
const WORD: u8 = 2;
const NUMBER: u8 = 4;
/// Of a quotation: ASCII characters but those that end it, escape or hide.
const QUOTED: u8 = 8;
/// Of a comment.
const REMARK: u8 = 16;

static TRAITS: [u8; 256] = traits();

const fn traits() -> [u8; 256] {
    let mut traits = [0; 256];
    let mut byte = 0;
    while byte < traits.len() {
        let sign = byte as u8;
        if matches!(sign, b' ' | b'\t') {
            traits[byte] |= BLANK;
        }
        if sign.is_ascii_alphanumeric() {
            traits[byte] |= WORD | NUMBER;
        }
        if matches!(sign, b'-' | b'_') {
            traits[byte] |= WORD;
        }
        if matches!(sign, b'\t' | b' '..=b'~') {
            traits[byte] |= REMARK;
            if !matches!(sign, b'"' | b'\\') {
                traits[byte] |= QUOTED;
            }
        }
        byte += 1;
    }
    traits
}

/// Where the bytes that have a trait end.
fn end_of(bytes: &[u8], mut at: usize, of: u8) -> usize {
    while bytes.get(at).is_some_and(|byte| has(*byte, of)) {
        at += 1;
    }
    at
}

fn has(byte: u8, of: u8) -> bool {
    TRAITS.get(usize::from(byte)).is_some_and(|traits| traits & of != 0)
}

struct Lane<'t> {
    bytes: &'t [u8],
    offset: u32,
    tokens: &'t mut Vec<Token>,
    /// Braces that are open, where a block is cut; none where the splitter has cut a piece, and has seen that nothing
    /// hides in it.
    open: Option<usize>,
    /// Other brackets since the last brace.
    brackets: usize,
}

impl Lane<'_> {
    /// Reads from a byte on to the end of the piece or block, and says where that is.
    fn read(&mut self, mut at: usize) -> Option<usize> {
        let bytes = self.bytes;
        while let Some(byte) = bytes.get(at).copied() {
            let (class, end) = match byte {
                b' ' | b'\t' => {
                    at = end_of(bytes, at + 1, BLANK);
                    continue;
                }
                b'a'..=b'z' | b'A'..=b'Z' => {
                    let end = self.word(at + 1)?;
                    let after = end_of(bytes, end, BLANK);
                    let is_name = bytes.get(after) == Some(&b':');
                    self.push(if is_name { Class::Name } else { Class::Word }, at, end);
                    at = after + usize::from(is_name);
                    continue;
                }
                b'0'..=b'9' => (Class::Number, self.number(at + 1)?),
                // The head of a block is one line.
                b'\n' | b';' | b',' if self.open == Some(0) => return None,
                b'\n' | b';' => (Class::End, at + 1),
                b',' => (Class::Comma, at + 1),
                b'"' => self.quoted(at)?,
                b'{' | b'}' => {
                    let class = if byte == b'{' { Class::Open } else { Class::Close };
                    self.push(class, at, at + 1);
                    at += 1;
                    if self.closes(class)? {
                        return Some(at);
                    }
                    continue;
                }
                b'#' | b'\r' => {
                    at = self.aside(at)?;
                    continue;
                }
                b'!'..=b'~' => (Class::Mark, self.mark(byte, at)?),
                _ => return None,
            };
            self.push(class, at, end);
            at = end;
        }
        self.open.is_none().then_some(at)
    }

    fn push(&mut self, class: Class, start: usize, end: usize) {
        self.tokens.push(Token { class, span: Span::new(start, end).shifted(self.offset) });
    }

    /// Where a word ends of which the first letter has been read.
    fn word(&self, at: usize) -> Option<usize> {
        let mut end = end_of(self.bytes, at, WORD);
        loop {
            match (self.bytes.get(end), self.bytes.get(end + 1)) {
                (Some(0x80..), _) | (Some(b'.'), Some(0x80..)) => return None,
                (Some(b'.'), Some(next)) if next.is_ascii_alphabetic() => {
                    end = end_of(self.bytes, end + 2, WORD);
                }
                _ => return Some(end),
            }
        }
    }

    fn number(&self, at: usize) -> Option<usize> {
        let mut end = end_of(self.bytes, at, NUMBER);
        loop {
            match (self.bytes.get(end), self.bytes.get(end + 1)) {
                (Some(0x80..), _) | (Some(b'-' | b',' | b'.'), Some(0x80..)) => return None,
                (Some(b'-' | b',' | b'.'), Some(next)) if next.is_ascii_alphanumeric() => {
                    end = end_of(self.bytes, end + 2, NUMBER);
                }
                _ => return Some(end),
            }
        }
    }

    /// Counts a brace; whether it closes the block that is cut.
    fn closes(&mut self, brace: Class) -> Option<bool> {
        let Some(open) = self.open else { return Some(false) };
        let open = if brace == Class::Open { open + 1 } else { open.checked_sub(1)? };
        (self.open, self.brackets) = (Some(open), 0);
        (open <= MAX_NESTING).then_some(open == 0)
    }

    fn mark(&mut self, byte: u8, at: usize) -> Option<usize> {
        if let Some(open) = self.open {
            match byte {
                b'[' | b'(' => self.brackets += 1,
                b']' | b')' => self.brackets = self.brackets.saturating_sub(1),
                _ => {}
            }
            if open == 0 || open + self.brackets > MAX_NESTING {
                return None;
            }
        }
        let two = matches!(
            (byte, self.bytes.get(at + 1)),
            (b'=' | b'!' | b'<' | b'>', Some(b'=')) | (b'-', Some(b'>'))
        );
        Some(at + if two { 2 } else { 1 })
    }

    /// Where a remark or a carriage return ends.
    fn aside(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        match (rest, self.open) {
            ([b'#', ..], None) => Some(at + memchr::memchr(b'\n', rest).unwrap_or(rest.len())),
            ([b'#', ..], Some(_)) => Some(end_of(self.bytes, at + 1, REMARK)),
            // One that ends no line hides what stands before it.
            (_, Some(_)) if rest.get(1) != Some(&b'\n') => None,
            _ => Some(at + 1),
        }
    }

    fn quoted(&self, at: usize) -> Option<(Class, usize)> {
        let rest = self.bytes.get(at..)?;
        if let Some(body) = rest.strip_prefix(b"\"\"\"") {
            let length = memchr::memmem::find(body, b"\"\"\"")?;
            let hides = |byte: &u8| !has(*byte, REMARK) && *byte != b'\n';
            if self.open.is_some() && body.get(..length)?.iter().any(hides) {
                return None;
            }
            return Some((Class::Text, at + length + 6));
        }
        let mut end = at + 1;
        loop {
            end = end_of(self.bytes, end, QUOTED);
            match self.bytes.get(end)? {
                b'"' => return Some((Class::String, end + 1)),
                b'\\' if self.bytes.get(end + 1)?.is_ascii_graphic() => end += 2,
                0x80.. if self.open.is_none() => end += 1,
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostic;
    use crate::source::FileId;
    use crate::syntax::{Piece, Pieces};

    /// The pieces of a text with the mistakes of the splitter, cut with or without the lane; and how many it cut.
    fn cut(text: &str, by_lane: bool) -> (Vec<Piece>, Vec<Diagnostic>, usize) {
        let mut pieces = Pieces::new(FileId(0), text);
        let (mut all, mut fast) = (Vec::new(), 0);
        loop {
            let piece =
                pieces.next_by(|text, at| by_lane.then(|| block(text, at, &mut Vec::new())).flatten());
            fast += usize::from(piece.is_some());
            match piece.or_else(|| pieces.next()) {
                Some(piece) => all.push(piece),
                None => return (all, pieces.diagnostics, fast),
            }
        }
    }

    fn is_cut_alike(text: &str) -> usize {
        let (pieces, mistakes, _) = cut(text, false);
        let (by_lane, told, fast) = cut(text, true);
        assert_eq!((by_lane, told), (pieces, mistakes), "{text:?}");
        fast
    }

    #[test]
    fn blocks_are_what_the_splitter_cuts() {
        let alphabet: Vec<char> = "a{}\"#[\né".chars().collect();
        let base = alphabet.len();
        let mut fast = 0;
        for number in 0..base.pow(6) {
            let letter = |at: u32| alphabet[number / base.pow(at) % base];
            let text: String = (0..6).map(letter).collect();
            fast += is_cut_alike(&text);
        }
        assert!(fast > 1_000, "{fast} blocks");
        for text in [
            "\u{feff}a { }",
            "a { b: 1\r\n}\r\n# c\r\nd { }",
            "a {\rb: 1 }",
            "a { # \u{202e}\n}",
            "a \"\"\"\n}\"\"\" { b: \"\"\"\n}\n\"\"\" }\nc { }",
            "a { b: \"\\\"}\" }",
            "a\n  { }\nb { }",
            "a; b { }",
            "a {\nb {\n}\n}\nc {\n  d {\ne {\n}\n",
            "a { }\n}\nb { }",
        ] {
            is_cut_alike(text);
        }
        let nested = |depth: usize| format!("a {{ b: {}{} }}\nc {{ }}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!([MAX_NESTING - 1, MAX_NESTING].map(|depth| is_cut_alike(&nested(depth))), [2, 0]);
    }
}

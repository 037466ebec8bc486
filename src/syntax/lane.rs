//! The faster lane: reads plain pieces into the same atoms as the grammar, some ten times as fast. It gives up
//! on whatever it does not fully understand, and `parse` reads that piece with the grammar, which is the
//! definition. A test holds both equal. Knows no tree.

use super::token::{Class, Token};
use crate::source::Span;

/// The atoms of a piece that begins at byte `offset` of its text, or `None` if the grammar must read it:
/// letters of other scripts outside quotations, and quotations that are not closed.
pub(super) fn tokens(piece: &str, offset: u32) -> Option<Vec<Token>> {
    let mut lane =
        Lane { bytes: piece.as_bytes(), at: 0, offset, tokens: Vec::with_capacity(piece.len() / 4) };
    while let Some(byte) = lane.peek(0) {
        lane.step(byte)?;
    }
    Some(lane.tokens)
}

struct Lane<'t> {
    bytes: &'t [u8],
    at: usize,
    offset: u32,
    tokens: Vec<Token>,
}

impl Lane<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn push(&mut self, class: Class, length: usize) {
        let span = Span::new(self.at, self.at + length).shifted(self.offset);
        self.tokens.push(Token { class, span });
        self.at += length;
    }

    /// How many bytes from here on satisfy a condition.
    fn run(&self, from: usize, holds: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(self.at + from..).unwrap_or(&[]);
        rest.iter().position(|byte| !holds(*byte)).unwrap_or(rest.len())
    }

    fn step(&mut self, byte: u8) -> Option<()> {
        match byte {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'#' => self.at += self.run(0, |byte| byte != b'\n'),
            b'\n' | b';' => self.push(Class::End, 1),
            b'{' => self.push(Class::Open, 1),
            b'}' => self.push(Class::Close, 1),
            b',' => self.push(Class::Comma, 1),
            b'"' => self.quoted()?,
            b'0'..=b'9' => self.number()?,
            b'a'..=b'z' | b'A'..=b'Z' => self.word()?,
            0x80.. => return None,
            _ => {
                let two = matches!(
                    (byte, self.peek(1)),
                    (b'=' | b'!' | b'<' | b'>', Some(b'=')) | (b'-', Some(b'>'))
                );
                self.push(Class::Mark, if two { 2 } else { 1 });
            }
        }
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let mut length = 1;
        loop {
            length += self.run(length, |byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
            match (self.peek(length), self.peek(length + 1)) {
                (Some(0x80..), _) => return None,
                (Some(b'.'), Some(0x80..)) => return None,
                (Some(b'.'), Some(next)) if next.is_ascii_alphabetic() => length += 1,
                _ => break,
            }
        }
        let blanks = self.run(length, |byte| byte == b' ' || byte == b'\t');
        if self.peek(length + blanks) == Some(b':') {
            self.push(Class::Name, length);
            self.at += blanks + 1;
        } else {
            self.push(Class::Word, length);
        }
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let mut length = 1;
        loop {
            length += self.run(length, |byte| byte.is_ascii_alphanumeric());
            match (self.peek(length), self.peek(length + 1)) {
                (Some(0x80..), _) | (Some(b'-' | b',' | b'.'), Some(0x80..)) => return None,
                (Some(b'-' | b',' | b'.'), Some(next)) if next.is_ascii_alphanumeric() => length += 1,
                _ => break,
            }
        }
        self.push(Class::Number, length);
        Some(())
    }

    fn quoted(&mut self) -> Option<()> {
        if self.bytes.get(self.at..)?.starts_with(b"\"\"\"") {
            let body = self.bytes.get(self.at + 3..)?;
            let end = body.windows(3).position(|three| three == b"\"\"\"")?;
            self.push(Class::Text, end + 6);
            return Some(());
        }
        let mut length = 1;
        loop {
            length += self.run(length, |byte| !matches!(byte, b'"' | b'\\' | b'\n'));
            match self.peek(length)? {
                b'"' => break,
                b'\\' if self.peek(length + 1)?.is_ascii_graphic() => length += 2,
                _ => return None,
            }
        }
        self.push(Class::String, length + 1);
        Some(())
    }
}

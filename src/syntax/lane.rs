//! The faster lane: reads plain pieces into the same atoms as the grammar, some ten times as fast. It gives up
//! on whatever it does not fully understand, and `parse` reads that piece with the grammar, which is the
//! definition. A test holds both equal. Knows no tree.

use super::token::{Class, Token};
use crate::source::Span;

/// Puts the atoms of a piece that begins at byte `offset` of its text behind those that are there; false if the
/// grammar must read it: letters of other scripts outside quotations, and quotations that are not closed.
pub(super) fn tokens(piece: &str, offset: u32, tokens: &mut Vec<Token>) -> bool {
    let mut lane = Lane { bytes: piece.as_bytes(), at: 0, offset, tokens };
    while let Some(byte) = lane.peek(0) {
        if lane.step(byte).is_none() {
            return false;
        }
    }
    true
}

/// Bits of `TRAITS`: what a byte may be part of.
const BLANK: u8 = 1;
const WORD: u8 = 2;
const NUMBER: u8 = 4;
const QUOTED: u8 = 8;

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
        if !matches!(sign, b'"' | b'\\' | b'\n') {
            traits[byte] |= QUOTED;
        }
        byte += 1;
    }
    traits
}

struct Lane<'t> {
    bytes: &'t [u8],
    at: usize,
    offset: u32,
    tokens: &'t mut Vec<Token>,
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

    /// How many bytes from here on have a trait.
    fn run(&self, from: usize, of: u8) -> usize {
        let rest = self.bytes.get(self.at + from..).unwrap_or(&[]);
        let has = |byte: &u8| TRAITS.get(usize::from(*byte)).is_some_and(|traits| traits & of != 0);
        rest.iter().position(|byte| !has(byte)).unwrap_or(rest.len())
    }

    fn step(&mut self, byte: u8) -> Option<()> {
        match byte {
            b' ' | b'\t' => self.at += 1 + self.run(1, BLANK),
            b'\r' => self.at += 1,
            b'#' => {
                let rest = self.bytes.get(self.at..).unwrap_or(&[]);
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            }
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
        let next = loop {
            length += self.run(length, WORD);
            match self.peek(length) {
                Some(b'.') => match self.peek(length + 1) {
                    Some(letter) if letter.is_ascii_alphabetic() => length += 1,
                    Some(0x80..) => return None,
                    _ => break Some(b'.'),
                },
                Some(0x80..) => return None,
                next => break next,
            }
        };
        let blanks = if matches!(next, Some(b' ' | b'\t')) { self.run(length, BLANK) } else { 0 };
        if self.peek(length + blanks) == Some(b':') {
            self.push(Class::Name, length);
            self.at += blanks + 1;
        } else {
            self.push(Class::Word, length);
            self.at += blanks;
        }
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let mut length = 1;
        loop {
            length += self.run(length, NUMBER);
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
            length += self.run(length, QUOTED);
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

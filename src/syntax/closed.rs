//! Which parts of a piece are read where blocks of some kinds stay closed: heads and braces of those, and all that
//! stands in no such block. Knows strings, comments and braces only.

use super::split::Piece;
use crate::source::Span;

/// Blocks that are not read but for their heads: those of a kind inside outermost blocks of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Closed<'k> {
    /// The word that begins the outermost block.
    pub inside: &'k str,
    /// The word that begins the closed one.
    pub kind: &'k str,
}

/// The parts of a piece outside the bodies of closed blocks. Where a `}` is missing, all of it is read.
pub(super) fn open_parts(text: &str, piece: &Piece, closed: Option<Closed<'_>>) -> Vec<Span> {
    let end = piece.span.end as usize;
    let Span { start, .. } = piece.span;
    let words = piece.span.of(text);
    let closed = closed.filter(|closed| !piece.unbalanced && words.starts_with(closed.inside));
    let Some(Closed { kind, .. }) = closed else { return vec![piece.span] };
    let at = start as usize;
    let mut scan = Scan { text, kind, at, end, head: at, start, depth: 0, parts: Vec::new() };
    while let Some(byte) = scan.next() {
        scan.step(byte);
    }
    if scan.depth > 0 {
        return vec![piece.span];
    }
    scan.parts.push(Span { start: scan.start, ..piece.span });
    scan.parts
}

/// The bytes that mean something here.
static MARKS: [bool; 256] = marks();

const fn marks() -> [bool; 256] {
    let mut marks = [false; 256];
    let mut byte = 0;
    while byte < marks.len() {
        marks[byte] = matches!(byte as u8, b'"' | b'#' | b'{' | b'}' | b';' | b'\n');
        byte += 1;
    }
    marks
}

struct Scan<'t> {
    text: &'t str,
    /// The word that begins the head of a block that stays closed.
    kind: &'t str,
    at: usize,
    end: usize,
    /// Where the entry began that is gone through.
    head: usize,
    /// Where the part began that is gone through.
    start: u32,
    /// Braces that are open since a closed block began.
    depth: usize,
    parts: Vec<Span>,
}

impl Scan<'_> {
    /// Goes on to the next byte that means something here.
    fn next(&mut self) -> Option<u8> {
        self.at = self.find(self.at, |byte| MARKS.get(usize::from(byte)) == Some(&true));
        self.text.as_bytes().get(..self.end)?.get(self.at).copied()
    }

    fn step(&mut self, byte: u8) {
        let here = self.at;
        self.at += 1;
        match byte {
            b'"' => self.at = self.after_quotation(here),
            b'#' => self.at = self.find(here, |byte| byte == b'\n'),
            b'{' if self.depth > 0 => self.depth += 1,
            b'{' if self.is_closed(here) => {
                self.parts.push(Span { start: self.start, end: self.at as u32 });
                self.depth = 1;
            }
            b'}' if self.depth > 1 => self.depth -= 1,
            b'}' => {
                if self.depth == 1 {
                    (self.depth, self.start) = (0, here as u32);
                }
                self.head = self.at;
            }
            _ => self.head = self.at,
        }
    }

    /// Whether the head that ends here is that of a block that stays closed.
    fn is_closed(&self, brace: usize) -> bool {
        let head = self.text.get(self.head..brace).unwrap_or("");
        head.split_ascii_whitespace().next() == Some(self.kind)
    }

    /// The first byte from here on for which something holds, or the end.
    fn find(&self, from: usize, holds: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.as_bytes().get(from..self.end).unwrap_or(&[]);
        from + rest.iter().position(|byte| holds(*byte)).unwrap_or(rest.len())
    }

    /// Where the quotation ends that begins here; see the grammar.
    fn after_quotation(&self, start: usize) -> usize {
        const QUOTES: &str = "\"\"\"";
        let rest = self.text.get(start..self.end).unwrap_or("");
        if let Some(body) = rest.strip_prefix(QUOTES) {
            return body.find(QUOTES).map_or(self.end, |length| start + length + 2 * QUOTES.len());
        }
        let mut at = start + 1;
        loop {
            at = self.find(at, |byte| matches!(byte, b'"' | b'\\' | b'\n'));
            match self.text.as_bytes().get(at) {
                Some(b'\\') if at < self.end => at += 2,
                Some(b'"') if at < self.end => return at + 1,
                _ => return at.min(self.end),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str) -> Vec<&str> {
        let piece = Piece { span: Span::new(0, text.len()), unbalanced: false };
        let closed = Closed { inside: "rule", kind: "example" };
        open_parts(text, &piece, Some(closed)).iter().map(|part| part.of(text)).collect()
    }

    #[test]
    fn only_bodies_of_closed_blocks_are_left_out() {
        assert_eq!(
            open("rule a { x: 1; example bad \"b\" { p { } } example good { q } fix { } }"),
            ["rule a { x: 1; example bad \"b\" {", "} example good {", "} fix { } }"]
        );
        for whole in
            ["kind a { example { b } }", "rule a { b { c: example { } }", "rule a { # example {\n b { } }"]
        {
            assert_eq!(open(whole), [whole]);
        }
    }

    #[test]
    fn quotations_and_remarks_hold_no_braces() {
        assert_eq!(
            open(
                "rule a {\n \"\"\" example { \"\"\"\n example bad { \"}\\\"}\" \"\"\"}\"\"\" # }\n } b: \"}\" }"
            ),
            ["rule a {\n \"\"\" example { \"\"\"\n example bad {", "} b: \"}\" }"]
        );
    }

    #[test]
    fn where_a_brace_is_missing_all_is_read() {
        let text = "rule a { example bad { b }";
        let piece = Piece { span: Span::new(0, text.len()), unbalanced: true };
        let closed = Closed { inside: "rule", kind: "example" };
        assert_eq!(open_parts(text, &piece, Some(closed)), [piece.span]);
        assert_eq!(open("rule a { example bad { b "), ["rule a { example bad { b "]);
    }
}

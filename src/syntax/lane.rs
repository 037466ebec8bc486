//! The faster lane: reads a plain block of a text into a tree in one go, and a plain piece into atoms, some ten times as
//! fast as splitter, grammar and tree builder. It gives up on whatever it does not fully understand; then they, the
//! definition, read that piece. Tests hold both equal.

use super::split::{MAX_NESTING, hides_text};
use super::token::{Class, Token};
use super::tree::{CONTINUATIONS, Plain, Tree};
use crate::source::Span;

/// Puts the atoms of a piece that begins at byte `offset` of its text behind those that are there; false if the
/// grammar must read it: letters of other scripts outside quotations, and quotations that are not closed.
pub(super) fn tokens(piece: &str, offset: u32, tokens: &mut Vec<Token>) -> bool {
    Lane { bytes: piece.as_bytes(), sink: Atoms { offset, tokens } }.read(0).is_some()
}

/// Reads the block that comes next behind byte `at` of a text into `tree`, and says where it stands. Nothing if it is
/// more than heads, bodies and fields of line ends and characters that are ASCII or quoted, or nested too deep.
pub(super) fn block(text: &[u8], at: usize, tree: &mut Tree) -> Option<Span> {
    let start = block_start(text, at)?;
    let end = Lane { bytes: text, sink: Block { text, tree: Plain::new(tree), brackets: 0 } }.read(start)?;
    Some(Span::new(start, end))
}

/// Where the next block begins; nothing if no letter follows, with which one begins.
pub(super) fn block_start(text: &[u8], mut at: usize) -> Option<usize> {
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

/// What becomes of the atoms of a text. Each answer is nothing where splitter, grammar and tree builder must look.
trait Sink {
    /// Whether nobody has looked into the text, so that something may hide in it; only a brace ends it then.
    const UNSEEN: bool;

    /// Takes an atom that is no brace, with its first byte.
    fn atom(&mut self, class: Class, sign: u8, span: Span) -> Option<()>;

    /// Takes a brace, and says whether it is the last.
    fn brace(&mut self, class: Class, span: Span) -> Option<bool>;
}

/// The atoms of a piece that the splitter has cut.
struct Atoms<'t> {
    offset: u32,
    tokens: &'t mut Vec<Token>,
}

impl Sink for Atoms<'_> {
    const UNSEEN: bool = false;

    fn atom(&mut self, class: Class, _: u8, span: Span) -> Option<()> {
        self.tokens.push(Token { class, span: span.shifted(self.offset) });
        Some(())
    }

    fn brace(&mut self, class: Class, span: Span) -> Option<bool> {
        self.atom(class, 0, span)?;
        Some(false)
    }
}

/// The tree of one block, of which each line is a head, a field or a brace.
struct Block<'t> {
    text: &'t [u8],
    tree: Plain<'t>,
    /// Brackets that are open.
    brackets: usize,
}

impl Sink for Block<'_> {
    const UNSEEN: bool = true;

    // Called once for each atom, mostly with a class that is known where it is called.
    #[inline(always)]
    fn atom(&mut self, class: Class, sign: u8, span: Span) -> Option<()> {
        match class {
            Class::End if self.brackets > 0 => return None,
            Class::End => return self.tree.end_field(),
            Class::Comma if self.brackets == 0 => return None,
            Class::Mark => self.mark(sign)?,
            _ => {}
        }
        if self.tree.is_fresh() {
            match class {
                Class::Name => {}
                Class::Word if !self.goes_on(span) => {}
                _ => return None,
            }
        }
        self.tree.atom(Token { class, span });
        Some(())
    }

    fn brace(&mut self, class: Class, span: Span) -> Option<bool> {
        if self.brackets > 0 {
            return None;
        }
        if class == Class::Close {
            return self.tree.close(span);
        }
        self.tree.open(span)?;
        (self.tree.depth <= MAX_NESTING).then_some(false)
    }
}

impl Block<'_> {
    fn mark(&mut self, sign: u8) -> Option<()> {
        match sign {
            b'[' | b'(' => self.brackets += 1,
            b']' | b')' => self.brackets = self.brackets.saturating_sub(1),
            // What an equals sign means, the tree builder knows.
            b'=' => return None,
            _ => {}
        }
        (self.tree.depth + self.brackets <= MAX_NESTING).then_some(())
    }

    /// Whether a word at the start of a line carries on what stands in the line before.
    fn goes_on(&self, word: Span) -> bool {
        let word = self.text.get(word.start as usize..word.end as usize);
        CONTINUATIONS.iter().any(|known| word == Some(known.as_bytes()))
    }
}

struct Lane<'t, S> {
    bytes: &'t [u8],
    sink: S,
}

impl<S: Sink> Lane<'_, S> {
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
                    self.sink.atom(
                        if is_name { Class::Name } else { Class::Word },
                        byte,
                        Span::new(at, end),
                    )?;
                    at = after + usize::from(is_name);
                    continue;
                }
                b'0'..=b'9' => (Class::Number, self.number(at + 1)?),
                b'\n' | b';' => (Class::End, at + 1),
                b',' => (Class::Comma, at + 1),
                b'"' => self.quoted(at)?,
                b'{' | b'}' => {
                    let class = if byte == b'{' { Class::Open } else { Class::Close };
                    let is_last = self.sink.brace(class, Span::new(at, at + 1))?;
                    at += 1;
                    if is_last {
                        return Some(at);
                    }
                    continue;
                }
                b'#' | b'\r' => {
                    at = self.aside(at)?;
                    continue;
                }
                b'!'..=b'~' => (Class::Mark, self.mark(byte, at)),
                _ => return None,
            };
            self.sink.atom(class, byte, Span::new(at, end))?;
            at = end;
        }
        (!S::UNSEEN).then_some(at)
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

    /// Where a sign ends: some that rules use are of two characters.
    fn mark(&self, byte: u8, at: usize) -> usize {
        let two = matches!(
            (byte, self.bytes.get(at + 1)),
            (b'=' | b'!' | b'<' | b'>', Some(b'=')) | (b'-', Some(b'>'))
        );
        at + if two { 2 } else { 1 }
    }

    /// Where a remark or a carriage return ends.
    fn aside(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        match rest {
            [b'#', ..] if S::UNSEEN => Some(end_of(self.bytes, at + 1, REMARK)),
            [b'#', ..] => Some(at + memchr::memchr(b'\n', rest).unwrap_or(rest.len())),
            // One that ends no line hides what stands before it.
            _ if S::UNSEEN && rest.get(1) != Some(&b'\n') => None,
            _ => Some(at + 1),
        }
    }

    fn quoted(&self, at: usize) -> Option<(Class, usize)> {
        let rest = self.bytes.get(at..)?;
        if let Some(body) = rest.strip_prefix(b"\"\"\"") {
            let length = memchr::memmem::find(body, b"\"\"\"")?;
            let hides = |byte: &u8| !has(*byte, REMARK) && *byte != b'\n';
            if S::UNSEEN && body.get(..length)?.iter().any(hides) {
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
                0x80.. if !S::UNSEEN => end += 1,
                0x80.. => end += plain_letter(self.bytes, end)?,
                _ => return None,
            }
        }
    }
}

/// How many bytes the character of another script has that stands at a byte; nothing if it may hide something.
fn plain_letter(bytes: &[u8], at: usize) -> Option<usize> {
    const MAX_BYTES: usize = 4;
    let rest = bytes.get(at..)?;
    let rest = rest.get(..MAX_BYTES).unwrap_or(rest);
    let letter = rest.utf8_chunks().next()?.valid().chars().next()?;
    (!hides_text(letter)).then_some(letter.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostic;
    use crate::source::FileId;
    use crate::syntax::{Piece, Pieces, parse, tree};

    /// The pieces of a text with the mistakes of the splitter, cut with or without the lane; and how many it cut.
    fn cut(text: &str, by_lane: bool) -> (Vec<Piece>, Vec<Diagnostic>, usize) {
        let mut pieces = Pieces::new(FileId(0), text);
        let (mut all, mut fast) = (Vec::new(), 0);
        loop {
            let piece =
                pieces.next_by(|text, at| by_lane.then(|| block(text, at, &mut Tree::default())).flatten());
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
        let alphabet: Vec<char> = "a:{}\"#[\né".chars().collect();
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
        // Letters of any script may be quoted, but not what turns the direction of writing.
        assert_eq!(["a \"é ’ 环\" { }", "a \"\u{202e}\" { }"].map(is_cut_alike), [1, 0]);
        let nested = |depth: usize| format!("a {{ b: {}{} }}\nc {{ }}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!([MAX_NESTING - 1, MAX_NESTING].map(|depth| is_cut_alike(&nested(depth))), [2, 0]);
    }

    #[test]
    fn trees_are_what_the_builder_makes() {
        let parts = [
            "a ", "and ", "b: ", "b:", "5 ", ", ", "; ", "\n", "[", "]", "= ", "- ", "\"q\" ", "{ ", "}",
            "# c\n",
        ];
        let mut fast = 0;
        for number in 0..parts.len().pow(4) {
            let part = |at: u32| parts[number / parts.len().pow(at) % parts.len()];
            let inner: String = (0..4).map(part).collect();
            for text in [format!("a {{ {inner} }}"), format!("a {{ b: 1 {inner}\nc: 2\n}}"), inner] {
                let mut by_lane = Tree::default();
                let Some(span) = block(text.as_bytes(), 0, &mut by_lane) else { continue };
                let (mut built, mut atoms, mut told) = (Tree::default(), Vec::new(), Vec::new());
                let piece = Piece { span, unbalanced: false };
                parse::tokens(span.of(&text), span.start, &mut atoms);
                tree::build(FileId(0), &text, &atoms, &piece, &mut built, &mut told);
                assert_eq!((by_lane, told), (built, vec![]), "{text:?}");
                fast += 1;
            }
        }
        assert!(fast > 10_000, "{fast} blocks");
    }
}

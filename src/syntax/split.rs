//! Cuts a text into its top-level blocks and checks what no parser should meet: nesting beyond the limit and
//! characters that hide text. Owns the limits of a text; knows strings, comments and brackets only.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Span};

/// Deepest nesting over all brackets; what is deeper is not read.
pub const MAX_NESTING: usize = 128;
/// Largest text that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// One top-level block (or statement) of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands.
    pub span: Span,
    /// Whether a `}` is missing in it, so that indentation must tell which block was left open.
    pub unbalanced: bool,
}

/// What the splitter found.
#[derive(Debug, Default)]
pub struct Split {
    /// The pieces that can be read, in order.
    pub pieces: Vec<Piece>,
    /// Mistakes that concern more than one piece, or characters.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether a part of the text was beyond a limit and not read.
    pub over_limit: bool,
}

/// Bytes that mean nothing to the splitter once a piece has begun.
static PLAIN: [bool; 256] = plain_bytes();

const fn plain_bytes() -> [bool; 256] {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        plain[byte as usize] = !matches!(byte, b'"' | b'#' | b'{' | b'}' | b'[' | b']' | b'(' | b')');
        byte += 1;
    }
    plain
}

/// Cuts a text. Where its braces do not match, a block header in the first column ends what is still open.
#[must_use]
pub fn split(file: FileId, text: &str) -> Split {
    let trusting = Splitter::new(file, text, false).run();
    match trusting {
        Ok(split) => split,
        Err(Unmatched) => Splitter::new(file, text, true).run().unwrap_or_default(),
    }
}

/// Cuts a stretch of a text that begins at a line; nothing if its braces do not match or it ends inside a piece.
/// Stretches of a text that can each be cut give together what the whole text gives.
#[must_use]
pub fn split_stretch(file: FileId, text: &str, stretch: Span) -> Option<Split> {
    let mut splitter = Splitter::new(file, text, false);
    splitter.at = splitter.at.max(stretch.start as usize);
    splitter.end = stretch.end as usize;
    splitter.cut().ok()?;
    let closed = splitter.begin.is_none() && splitter.braces == 0 && splitter.at == splitter.end;
    closed.then_some(splitter.out)
}

/// The braces of the text do not match.
struct Unmatched;

struct Splitter<'t> {
    file: FileId,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    end: usize,
    recovering: bool,
    /// Start of the piece being read.
    begin: Option<usize>,
    braces: usize,
    /// Round and square brackets since the last brace: one left open must not count for the whole file.
    brackets: usize,
    too_deep: bool,
    out: Split,
}

impl<'t> Splitter<'t> {
    fn new(file: FileId, text: &'t str, recovering: bool) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let (begin, out) = (None, Split::default());
        Self {
            file,
            text,
            bytes: text.as_bytes(),
            at,
            end: text.len(),
            recovering,
            begin,
            braces: 0,
            brackets: 0,
            too_deep: false,
            out,
        }
    }

    fn run(mut self) -> Result<Split, Unmatched> {
        self.cut()?;
        self.finish(self.at);
        Ok(self.out)
    }

    fn cut(&mut self) -> Result<(), Unmatched> {
        let mut line_start = true;
        while let Some(byte) = self.bytes.get(self.at).copied().filter(|_| self.at < self.end) {
            if line_start && byte.is_ascii_alphabetic() {
                self.column_zero();
            }
            line_start = byte == b'\n';
            self.step(byte)?;
        }
        if self.braces > 0 && !self.recovering {
            return Err(Unmatched);
        }
        Ok(())
    }

    /// A line that begins in the first column may begin a piece.
    fn column_zero(&mut self) {
        let statement_ends = self.braces == 0 && self.brackets == 0 && !self.continues();
        if statement_ends || self.recovering && self.is_header(self.at) {
            self.finish(self.at);
        }
    }

    fn step(&mut self, byte: u8) -> Result<(), Unmatched> {
        if self.begin.is_none() && !byte.is_ascii_whitespace() && byte != b'#' && byte != b'}' {
            self.begin = Some(self.at);
        }
        match byte {
            b'"' => self.quoted(),
            b'#' => self.comment(),
            b'{' => {
                self.brackets = 0;
                self.braces += 1;
                self.check_depth();
                self.at += 1;
            }
            b'}' => return self.close(),
            b'[' | b'(' => {
                self.brackets += 1;
                self.check_depth();
                self.at += 1;
            }
            b']' | b')' => {
                self.brackets = self.brackets.saturating_sub(1);
                self.at += 1;
            }
            b'\n' => {
                self.at += 1;
                if self.brackets > 0 && self.begins_field() {
                    self.brackets = 0;
                }
            }
            b'\t' | b' '..=b'~' => self.at += self.plain_run(),
            _ => self.unusual(),
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Unmatched> {
        self.brackets = 0;
        let here = self.at;
        self.at += 1;
        match self.braces {
            0 if !self.recovering => return Err(Unmatched),
            0 => {
                let span = Span::new(here, here + 1);
                let extra = Diagnostic::new(
                    "extra-brace",
                    Severity::Error,
                    "this `}` closes nothing",
                    self.file,
                    span,
                )
                .label("no block is open here")
                .help("remove it, or write the block that it should close");
                self.out.diagnostics.push(extra);
                self.finish(here);
            }
            1 => {
                self.braces = 0;
                self.finish(self.at);
            }
            _ => self.braces -= 1,
        }
        Ok(())
    }

    fn check_depth(&mut self) {
        if self.braces + self.brackets <= MAX_NESTING || self.too_deep {
            return;
        }
        self.too_deep = true;
        self.out.over_limit = true;
        let message = format!("this is nested deeper than {MAX_NESTING} brackets, so the block was not read");
        let deep = Diagnostic::new(
            "over-limit",
            Severity::Error,
            message,
            self.file,
            Span::new(self.at, self.at + 1),
        )
        .label(format!("bracket {} of those open here", MAX_NESTING + 1))
        .help("close what is open above, or say it with fewer blocks inside one another");
        self.out.diagnostics.push(deep);
    }

    /// How many bytes from here on mean nothing to the splitter; most of a text does.
    fn plain_run(&self) -> usize {
        if self.begin.is_none() {
            return 1;
        }
        let rest = self.bytes.get(self.at + 1..).unwrap_or(&[]);
        1 + rest
            .iter()
            .position(|byte| !PLAIN.get(usize::from(*byte)).copied().unwrap_or(false))
            .unwrap_or(rest.len())
    }

    /// Whether the line here begins with the name of a field, so that a bracket left open ended before it.
    fn begins_field(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("").trim_start_matches([' ', '\t']);
        let after = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        after.len() < rest.len() && after.trim_start_matches([' ', '\t']).starts_with(':')
    }

    /// Skips a string or text; see the grammar for where they end.
    fn quoted(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or("");
        if let Some(body) = rest.strip_prefix("\"\"\"") {
            let end = body.find("\"\"\"").map_or(self.text.len(), |length| self.at + 6 + length);
            let end = if self.recovering { self.open_text_end(end) } else { end };
            self.check_characters(self.at, end);
            self.at = end;
            return;
        }
        let mut end = self.at + 1;
        let mut plain = true;
        while let Some(byte) = self.bytes.get(end) {
            match byte {
                b'\n' => break,
                b'"' => {
                    end += 1;
                    break;
                }
                b'\\' if self.bytes.get(end + 1).is_some_and(|next| *next != b'\n') => {
                    // What is escaped is looked at like the rest.
                    plain = false;
                    end += 2;
                }
                byte => {
                    plain &= is_plain(*byte);
                    end += 1;
                }
            }
        }
        let end = end.min(self.text.len());
        if !plain {
            self.check_characters(self.at, end);
        }
        self.at = end;
    }

    /// A text left open ends before the next `}` or block header in the first column.
    fn open_text_end(&self, closed_at: usize) -> usize {
        let inner = self.text.get(self.at..closed_at).unwrap_or("");
        let breaks = inner.match_indices('\n').map(|(index, _)| self.at + index + 1);
        let mut candidates =
            breaks.filter(|start| self.bytes.get(*start) == Some(&b'}') || self.is_header(*start));
        candidates.next().unwrap_or(closed_at)
    }

    fn comment(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let end = self.at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        self.check_characters(self.at, end);
        self.at = end;
    }

    fn unusual(&mut self) {
        let length = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        self.check_characters(self.at, self.at + length);
        self.at += length;
    }

    /// Characters that show another text than the one that is read, in code, strings and comments alike.
    fn check_characters(&mut self, from: usize, to: usize) {
        let Some(bytes) = self.bytes.get(from..to) else { return };
        if bytes.iter().all(|byte| is_plain(*byte)) {
            return;
        }
        let words = self.text.get(from..to).unwrap_or("");
        for (index, c) in words.char_indices() {
            let at = from + index;
            if hides_text(c) || c == '\r' && self.bytes.get(at + 1) != Some(&b'\n') {
                self.out.diagnostics.push(control_character(self.file, at, c));
            }
        }
    }

    /// Whether the line that starts here goes on with a statement of the line before.
    fn continues(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("");
        let word =
            rest.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).next().unwrap_or("");
        super::tree::CONTINUATIONS.contains(&word)
            && !rest.get(word.len()..).unwrap_or("").trim_start_matches([' ', '\t']).starts_with([':', '{'])
    }

    /// Whether the line that starts here is the head of a block: a word, then `{` before the line ends.
    fn is_header(&self, start: usize) -> bool {
        let rest = self.text.get(start..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        let head = line.split('{').next().unwrap_or("");
        head.len() < line.len()
            && head.starts_with(|c: char| c.is_ascii_alphabetic())
            && !head.contains([':', '#', '}', ';', '"'].as_slice())
            || head.len() < line.len()
                && head.starts_with(|c: char| c.is_ascii_alphabetic())
                && head.matches('"').count() == 2
                && !head.split('"').next().unwrap_or("").contains([':', '#', '}', ';'])
    }

    fn finish(&mut self, end: usize) {
        if let Some(begin) = self.begin.take()
            && !self.too_deep
        {
            let span = Span::new(begin, end);
            self.out.pieces.push(Piece { span, unbalanced: self.braces > 0 });
        }
        (self.braces, self.brackets, self.too_deep) = (0, 0, false);
    }
}

/// Whether a byte is a character that never hides text.
fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) || byte == b'\n' || byte == b'\t'
}

/// Control characters but tab and line ends, the other characters that some programs take for a line end, and
/// those that turn the direction of writing (Unicode property `Bidi_Control`).
fn hides_text(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{2028}' | '\u{2029}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn control_character(file: FileId, at: usize, c: char) -> Diagnostic {
    let what = match c {
        '\r' => "a carriage return without a line feed",
        '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => {
            "a line break that most programs do not show"
        }
        '\0'..='\u{9f}' => "a control character",
        _ => "a character that turns the direction of writing",
    };
    let message = format!("{what} (U+{:04X}) can make this line look different from what it says", c as u32);
    Diagnostic::new("control-character", Severity::Error, message, file, Span::new(at, at + c.len_utf8()))
        .label(format!("U+{:04X}", c as u32))
        .help("delete it; if it came with pasted text, paste that again as plain text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        split(FileId(0), text).pieces.iter().map(|piece| piece.span.of(text).trim_end()).collect()
    }

    fn codes(text: &str) -> Vec<String> {
        split(FileId(0), text).diagnostics.iter().map(|found| found.code.to_string()).collect()
    }

    #[test]
    fn blocks_and_statements_are_cut_apart() {
        assert_eq!(
            pieces("# x {\na { b { } } c { }\n\nd \"}\" { }"),
            ["a { b { } }", "c { }", "d \"}\" { }"]
        );
        assert_eq!(
            pieces("define a() = b\n  or c\ndefine d() = e"),
            ["define a() = b\n  or c", "define d() = e"]
        );
        assert_eq!(
            pieces("a {\nb {\n}\n}"),
            ["a {\nb {\n}\n}"],
            "matching braces are trusted, whatever the columns"
        );
    }

    #[test]
    fn a_missing_brace_costs_one_block() {
        let text = "a {\n  b: 1\nc {\n}\nd { e: \"\"\"left open\n}\nf { }";
        assert_eq!(pieces(text), ["a {\n  b: 1", "c {\n}", "d { e: \"\"\"left open\n}", "f { }"]);
        assert!(split(FileId(0), text).pieces[0].unbalanced);
        assert_eq!(codes("a { }\n}\nb { }"), ["extra-brace"]);
    }

    #[test]
    fn stretches_give_what_the_whole_gives_or_nothing() {
        let text =
            "a { }\n}\n# x {\nb {\n  c: \"\"\"\n}\n\"\"\"\n  d: [e, (\n}\nf { g: \"}\n}\n\" }\nh: i\nj { }\n";
        for text in [text, text.strip_prefix("a { }\n}\n").unwrap(), "a {\n}\nb {\n  c {\n}\nd { }\n}\n"] {
            let (whole, mut cut) = (split(FileId(0), text), 0);
            for (seam, _) in text.match_indices('\n') {
                let halves = [Span::new(0, seam + 1), Span::new(seam + 1, text.len())];
                let [Some(first), Some(second)] = halves.map(|half| split_stretch(FileId(0), text, half))
                else {
                    continue;
                };
                cut += 1;
                assert_eq!([first.pieces, second.pieces].concat(), whole.pieces, "{text:?} at {seam}");
                assert_eq!([first.diagnostics, second.diagnostics].concat(), whole.diagnostics);
            }
            assert_eq!(cut > 0, whole.diagnostics.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn nesting_beyond_the_limit_is_not_read() {
        let nested = |depth: usize| format!("a {{ x: {}{} }}\nb {{ }}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(pieces(&nested(MAX_NESTING - 1)).len(), 2);
        assert_eq!(pieces(&nested(MAX_NESTING)), ["b { }"]);
        assert_eq!(codes(&"{".repeat(1_000_000)), ["over-limit"]);
        assert_eq!(codes(&"a { x: (".repeat(5_000)), ["over-limit"]);
        let left_open = format!("a {{\n{}}}", "  x: [b, c\n".repeat(5_000));
        assert_eq!(codes(&left_open), [""; 0], "each ends with its line");
    }

    #[test]
    fn hidden_characters_are_found_everywhere() {
        for c in
            ['\u{61c}', '\u{200f}', '\u{202e}', '\u{2066}', '\u{85}', '\u{2028}', '\u{b}', '\u{1b}', '\0']
        {
            for text in [format!("a {{ b: \"{c}\" }}"), format!("a {{ }} # {c}"), format!("a {c} {{ }}")] {
                assert_eq!(codes(&text), ["control-character"], "{text:?}");
            }
        }
        assert_eq!(codes("a { # note\r  b: 1\n}"), ["control-character"]);
        assert_eq!(codes("a {\r\n}\r\n"), [""; 0]);
    }
}

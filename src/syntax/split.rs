//! Cuts a text into its top-level blocks and checks what no parser should meet: nesting beyond the limit and
//! characters that hide text. Owns the limits of a text; knows strings, comments and brackets only.

use super::lane;
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

/// The pieces of a text, or of a stretch of it that begins at a line, cut off one after the other.
///
/// Matching braces are trusted whatever the columns. From the first piece on in which they do not match, a block header
/// in the first column ends what is still open. Stretches of a text that can each be cut give together what the whole
/// text gives.
#[derive(Debug)]
pub struct Pieces<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    bytes: &'t [u8],
    at: usize,
    end: usize,
    /// Whether the end is where the text ends, so that what is left open there is a mistake.
    whole: bool,
    recovering: bool,
    done: Done,
    /// Start of the piece being cut.
    begin: Option<usize>,
    braces: usize,
    /// Round and square brackets since the last brace: one left open must not count for the whole file.
    brackets: usize,
    too_deep: bool,
    /// A piece that is complete.
    piece: Option<Piece>,
    /// Mistakes that concern more than one piece, or characters.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether a part of the text was beyond a limit and not read.
    pub over_limit: bool,
    /// Whether the stretch ended inside a piece, or could not be cut at all, so that it must be read with the rest.
    pub failed: bool,
}

/// What was known when the last piece ended.
#[derive(Clone, Copy, Debug)]
struct Done {
    at: usize,
    mistakes: usize,
    over_limit: bool,
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

/// The braces of the text do not match.
struct Unmatched;

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            match self.cut() {
                Ok(piece) => return piece,
                Err(Unmatched) if self.whole => self.recover(),
                Err(Unmatched) => {
                    self.failed = true;
                    return None;
                }
            }
        }
    }
}

impl<'t> Pieces<'t> {
    /// The pieces of a whole text.
    #[must_use]
    pub fn new(file: FileId, text: &'t str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self {
            file,
            text,
            bytes: text.as_bytes(),
            at,
            end: text.len(),
            whole: true,
            recovering: false,
            done: Done { at, mistakes: 0, over_limit: false },
            begin: None,
            braces: 0,
            brackets: 0,
            too_deep: false,
            piece: None,
            diagnostics: Vec::new(),
            over_limit: false,
            failed: false,
        }
    }

    /// The pieces of a stretch of a text.
    #[must_use]
    pub fn of_stretch(file: FileId, text: &'t str, stretch: Span) -> Self {
        let whole = Self::new(file, text);
        let at = whole.at.max(stretch.start as usize);
        let end = stretch.end as usize;
        let done = Done { at, ..whole.done };
        Self { at, end, whole: stretch == Span::new(0, text.len()), done, ..whole }
    }

    /// The word that begins the next piece, which may be asked for between two pieces; nothing if it is not plain.
    #[must_use]
    pub fn next_word(&self) -> Option<&'t str> {
        let start = lane::block_start(self.bytes, self.at).filter(|_| self.begin.is_none())?;
        let goes_on = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_');
        self.text.get(start..)?.split(|sign| !goes_on(sign)).next()
    }

    /// The next piece as the faster lane reads it, which may be asked for between two pieces; else it is cut as usual.
    pub(super) fn next_by(&mut self, lane: impl FnOnce(&'t [u8], usize) -> Option<Span>) -> Option<Piece> {
        let stretch = self.bytes.get(..self.end).filter(|_| !self.recovering && self.begin.is_none())?;
        let span = lane(stretch, self.at)?;
        self.at = span.end as usize;
        self.finish(self.at);
        Some(Piece { span, unbalanced: false })
    }

    /// Goes on to the end of the next piece.
    fn cut(&mut self) -> Result<Option<Piece>, Unmatched> {
        while let Some(byte) = self.bytes.get(self.at).copied().filter(|_| self.at < self.end) {
            if byte.is_ascii_alphabetic() && self.starts_line() {
                self.column_zero();
            }
            if self.piece.is_none() {
                self.step(byte)?;
            }
            if self.piece.is_some() {
                return Ok(self.piece.take());
            }
        }
        let is_open = if self.whole { self.braces > 0 && !self.recovering } else { self.begin.is_some() };
        if is_open || self.at > self.end {
            return Err(Unmatched);
        }
        self.finish(self.at);
        Ok(self.piece.take())
    }

    fn starts_line(&self) -> bool {
        self.at.checked_sub(1).is_none_or(|before| self.bytes.get(before) == Some(&b'\n'))
    }

    /// Begins anew behind the last piece, and from now on lets headers in the first column end what is open.
    fn recover(&mut self) {
        let Done { at, mistakes, over_limit } = self.done;
        self.recovering = true;
        (self.at, self.over_limit) = (at, over_limit);
        self.diagnostics.truncate(mistakes);
        (self.begin, self.braces, self.brackets, self.too_deep) = (None, 0, 0, false);
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
                self.diagnostics.push(extra);
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
        self.over_limit = true;
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
        self.diagnostics.push(deep);
    }

    /// How many bytes from here on mean nothing to the splitter; most of a text does.
    fn plain_run(&self) -> usize {
        if self.begin.is_none() {
            return 1;
        }
        let rest = self.bytes.get(self.at + 1..).unwrap_or(&[]);
        let special = |byte: &u8| !PLAIN.get(usize::from(*byte)).copied().unwrap_or(false);
        1 + rest.iter().position(special).unwrap_or(rest.len())
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
                self.diagnostics.push(control_character(self.file, at, c));
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
            self.piece = Some(Piece { span: Span::new(begin, end), unbalanced: self.braces > 0 });
        }
        (self.braces, self.brackets, self.too_deep) = (0, 0, false);
        self.done = Done { at: end, mistakes: self.diagnostics.len(), over_limit: self.over_limit };
    }
}

/// Whether a byte is a character that never hides text.
fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) || byte == b'\n' || byte == b'\t'
}

/// Control characters but tab and line ends, the other characters that some programs take for a line end, and
/// those that turn the direction of writing (Unicode property `Bidi_Control`).
pub(super) fn hides_text(c: char) -> bool {
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
        Pieces::new(FileId(0), text).map(|piece| piece.span.of(text).trim_end()).collect()
    }

    fn codes(text: &str) -> Vec<String> {
        let mut pieces = Pieces::new(FileId(0), text);
        pieces.by_ref().for_each(drop);
        pieces.diagnostics.iter().map(|found| found.code.to_string()).collect()
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
        assert!(Pieces::new(FileId(0), text).next().unwrap().unbalanced);
        assert_eq!(codes("a { }\n}\nb { }"), ["extra-brace"]);
    }

    #[test]
    fn stretches_give_what_the_whole_gives_or_nothing() {
        let text =
            "a { }\n}\n# x {\nb {\n  c: \"\"\"\n}\n\"\"\"\n  d: [e, (\n}\nf { g: \"}\n}\n\" }\nh: i\nj { }\n";
        for text in [text, text.strip_prefix("a { }\n}\n").unwrap(), "a {\n}\nb {\n  c {\n}\nd { }\n}\n"] {
            let all = |stretch| {
                let mut pieces = Pieces::of_stretch(FileId(0), text, stretch);
                let all: Vec<Piece> = pieces.by_ref().collect();
                (!pieces.failed).then_some((all, pieces.diagnostics))
            };
            let (whole, mut cut) = (all(Span::new(0, text.len())).unwrap(), 0);
            for (seam, _) in text.match_indices('\n').filter(|(seam, _)| seam + 1 < text.len()) {
                let (Some(first), Some(second)) =
                    (all(Span::new(0, seam + 1)), all(Span::new(seam + 1, text.len())))
                else {
                    continue;
                };
                cut += 1;
                assert_eq!([first.0, second.0].concat(), whole.0, "{text:?} at {seam}");
                assert_eq!([first.1, second.1].concat(), whole.1);
            }
            assert_eq!(cut > 0, whole.1.is_empty(), "{text:?}");
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

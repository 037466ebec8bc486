//! Texts and places in them: owns `FileId`, `Span`, `SourceFile` and the only code that turns byte
//! offsets into lines and columns. Knows nothing of paths on disk or of what a text means.

use std::borrow::Cow;
use std::sync::OnceLock;

/// Number of a text within one run; an index into [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one text; `end` is exclusive. Both ends lie on character borders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`, given as byte offsets.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        // Texts are at most 256 MiB (`syntax::MAX_FILE_BYTES`), so offsets fit.
        Self { start: start as u32, end: end as u32 }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same span, counted from the start of a text in which this one begins at `offset`.
    #[must_use]
    pub fn shifted(self, offset: u32) -> Span {
        Span { start: self.start + offset, end: self.end + offset }
    }

    /// Whether `offset` lies in the span.
    #[must_use]
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// The words that the span covers; empty if it does not fit `text`.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A place: a span in a text of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The text.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
}

/// Where a text comes from, which decides what may be said about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file of a portfolio.
    Portfolio,
    /// A schema, facts or rule file given with `--rules`.
    Rules,
    /// A part of the command line: it is underlined like a text, but no file bears its name.
    Argument,
    /// Part of the binary; never the place of a primary label of a finding.
    Builtin,
}

/// A text with the name it is shown under.
#[derive(Debug)]
pub struct SourceFile {
    /// What users call it: a relative path with `/`, or `<builtin>/...`.
    pub name: String,
    /// The text, valid UTF-8, as read; a leading byte order mark is kept and not counted as a column.
    pub text: Cow<'static, str>,
    /// Where it comes from.
    pub origin: Origin,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// A text under its name.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>, origin: Origin) -> Self {
        Self { name: name.into(), text: Cow::Owned(text.into()), origin, lines: OnceLock::new() }
    }

    /// A text that is part of the binary.
    #[must_use]
    pub fn builtin(name: impl Into<String>, text: &'static str) -> Self {
        Self { name: name.into(), text: text.into(), origin: Origin::Builtin, lines: OnceLock::new() }
    }

    /// The line index, made when first asked for: most files have no finding.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of a byte offset, in code points; see [`LineIndex::position`].
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        self.position_in(offset, Unit::CodePoints)
    }

    /// Line and column of a byte offset, for a reader that counts columns in a unit of its own.
    #[must_use]
    pub fn position_in(&self, offset: u32, unit: Unit) -> Position {
        self.lines().position(&self.text, offset, unit)
    }

    /// A walk from the start of the text.
    #[must_use]
    pub fn walk(&self) -> Walk<'_> {
        let at = if self.text.starts_with(MARK) { MARK.len_utf8() } else { 0 };
        Walk { file: self, at, position: Position { line: 1, column: 1 } }
    }

    /// The byte offset of a position; see [`LineIndex::offset`].
    #[must_use]
    pub fn offset(&self, position: Position, unit: Unit) -> Option<u32> {
        self.lines().offset(&self.text, position, unit)
    }
}

/// All texts of a run, by [`FileId`].
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a text and returns its number.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(self.files.len() as u32 - 1)
    }

    /// Adds an argument of the command line, so that it is underlined like any other text.
    pub fn argument(&mut self, name: &str, text: &str) -> Place {
        let file = self.add(SourceFile::new(name, text, Origin::Argument));
        Place { file, span: Span::new(0, text.len()) }
    }

    /// Puts another text in the place of one, under the same name.
    pub fn replace(&mut self, id: FileId, text: impl Into<String>) {
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            *file = SourceFile::new(std::mem::take(&mut file.name), text, file.origin);
        }
    }

    /// Forgets all texts but the first `count`.
    pub fn truncate(&mut self, count: usize) {
        self.files.truncate(count);
    }

    /// The text with this number, if the run has one.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The words at a place; empty if there is no such place.
    #[must_use]
    pub fn words(&self, place: Place) -> &str {
        self.get(place.file).map_or("", |file| place.span.of(&file.text))
    }

    /// The name of a text; empty if there is none.
    #[must_use]
    pub fn name(&self, id: FileId) -> &str {
        self.get(id).map_or("", |file| &file.name)
    }

    /// All texts with their numbers, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }
}

/// What columns are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Characters as Unicode numbers them: what people are shown, and most formats.
    CodePoints,
    /// Halves of UTF-16, of which a character outside the first plane takes two: editors.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
}

impl Unit {
    /// How many of it a character takes.
    fn of(self, character: char) -> u32 {
        match self {
            Unit::CodePoints => 1,
            Unit::Utf16 => character.len_utf16() as u32,
            Unit::Bytes => character.len_utf8() as u32,
        }
    }
}

/// A line and a column, both from 1; a byte order mark is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in the unit that was asked for.
    pub column: u32,
}

/// Lines and columns, in code points, of places that come in their order: each is counted from the one before, so that
/// no index is needed.
#[derive(Debug)]
pub struct Walk<'a> {
    file: &'a SourceFile,
    /// The byte that was reached, and its position.
    at: usize,
    position: Position,
}

impl Walk<'_> {
    /// The position of a byte offset. One that was left behind is sought, as by [`SourceFile::position`].
    pub fn to(&mut self, offset: u32) -> Position {
        let Some(passed) = self.file.text.get(self.at..offset as usize) else {
            return self.file.position(offset);
        };
        let bytes = passed.as_bytes();
        let rest = memchr::memrchr(b'\n', bytes).and_then(|last| passed.get(last + 1..));
        if rest.is_some() {
            self.position.line += line_ends(bytes).count() as u32;
            self.position.column = 1;
        }
        self.position.column += rest.unwrap_or(passed).chars().count() as u32;
        self.at = offset as usize;
        self.position
    }
}

/// Counts of a text before each [`BLOCK`] of it, so that a line or a column late in it is not counted from its
/// start. A line ends with `\n`; `\r\n` ends one line, not two.
#[derive(Debug)]
pub struct LineIndex {
    /// Line ends before each block, and before the end of the text.
    ends: Vec<u32>,
    /// Characters before each block. Empty if all are single bytes.
    blocks: Vec<Count>,
}

/// How much of a text there is before a place in it.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    points: u32,
    /// Code points that UTF-16 writes in two units.
    pairs: u32,
}

/// Bytes between two entries of a [`LineIndex`].
const BLOCK: usize = 1024;

/// The byte order mark.
const MARK: char = '\u{feff}';

impl LineIndex {
    /// Reads the text once.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut ends = vec![0];
        ends.extend(text.as_bytes().chunks(BLOCK).scan(0, |before, block| {
            *before += line_ends(block).count() as u32;
            Some(*before)
        }));
        let blocks = if text.is_ascii() { "" } else { text }.as_bytes().chunks(BLOCK);
        let blocks = blocks.scan(Count::default(), |count, block| {
            let before = *count;
            *count = count.and(block);
            Some(before)
        });
        Self { ends, blocks: blocks.collect() }
    }

    /// How many lines there are; a final `\n` begins one more.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.ends.last().map_or(0, |ends| *ends) + 1
    }

    /// The line that holds `offset`, from 0.
    #[must_use]
    pub fn line(&self, text: &str, offset: u32) -> u32 {
        self.line_and_start(text, (offset as usize).min(text.len())).0
    }

    /// The line (from 0) that holds a byte, and where it begins.
    fn line_and_start(&self, text: &str, at: usize) -> (u32, u32) {
        let block = at / BLOCK;
        let rest = text.as_bytes().get(block * BLOCK..at).unwrap_or(&[]);
        let line = self.ends.get(block).copied().unwrap_or(0) + line_ends(rest).count() as u32;
        let last = memchr::memrchr(b'\n', rest);
        (line, last.map_or_else(|| self.start(text, line), |end| (block * BLOCK + end + 1) as u32))
    }

    /// Where a line (from 0) begins; past the last one, where the text ends.
    fn start(&self, text: &str, line: u32) -> u32 {
        let Some(last) = line.checked_sub(1) else { return 0 };
        let block = self.ends.partition_point(|ends| *ends <= last).saturating_sub(1);
        let left = last - self.ends.get(block).copied().unwrap_or(0);
        let rest = text.as_bytes().get(block * BLOCK..).unwrap_or(&[]);
        line_ends(rest).nth(left as usize).map_or(text.len(), |end| block * BLOCK + end + 1) as u32
    }

    /// The bytes of a line (from 0) without its line end; empty past the last line.
    #[must_use]
    pub fn span(&self, text: &str, line: u32) -> Span {
        let [start, next] = [line, line.saturating_add(1)].map(|line| self.start(text, line));
        let words = Span { start, end: next }.of(text);
        Span { start, end: start + words.trim_end_matches(['\n', '\r']).len() as u32 }
    }

    /// Line and column of a byte offset; past the end it is the end, inside a character its start.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32, unit: Unit) -> Position {
        let mut at = (offset as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let (line, start) = self.line_and_start(text, at);
        let is_marked = line == 0 && at > 0 && text.starts_with(MARK);
        let start = if is_marked { MARK.len_utf8() } else { start as usize };
        let column = self.before(text, at, unit) - self.before(text, start, unit) + 1;
        Position { line: line + 1, column }
    }

    /// The byte offset of a position. Past the end of a line it is that end, past the last line the end of the
    /// text; none inside a character.
    #[must_use]
    pub fn offset(&self, text: &str, position: Position, unit: Unit) -> Option<u32> {
        let line = position.line.saturating_sub(1);
        let Span { start, end } = self.span(text, line);
        let is_marked = line == 0 && text.starts_with(MARK);
        let start = if is_marked { MARK.len_utf8() as u32 } else { start };
        let mut left = position.column.saturating_sub(1);
        let mut at = start;
        let words = Span { start, end }.of(text);
        for character in words.chars() {
            if left == 0 {
                break;
            }
            left = left.checked_sub(unit.of(character))?;
            at += character.len_utf8() as u32;
        }
        Some(at)
    }

    fn before(&self, text: &str, at: usize, unit: Unit) -> u32 {
        if unit == Unit::Bytes || self.blocks.is_empty() {
            return at as u32;
        }
        // The end of a text may lie behind the last block.
        let block = (at / BLOCK).min(self.blocks.len() - 1);
        let rest = text.as_bytes().get(block * BLOCK..at).unwrap_or(&[]);
        let count = self.blocks.get(block).copied().unwrap_or_default().and(rest);
        count.points + if unit == Unit::Utf16 { count.pairs } else { 0 }
    }
}

fn line_ends(bytes: &[u8]) -> memchr::Memchr<'_> {
    memchr::memchr_iter(b'\n', bytes)
}

impl Count {
    /// With the characters that begin in `bytes`, a part of valid UTF-8.
    fn and(self, bytes: &[u8]) -> Self {
        let begins = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
        let points = bytes.iter().filter(begins).count() as u32;
        let pairs = bytes.iter().filter(|byte| **byte >= 0b1111_0000).count() as u32;
        Self { points: self.points + points, pairs: self.pairs + pairs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_points_and_not_the_byte_order_mark() {
        let file = SourceFile::new("a", "\u{feff}aé\r\nb", Origin::Portfolio);
        assert_eq!(file.position(3), Position { line: 1, column: 1 });
        assert_eq!(file.position(6), Position { line: 1, column: 3 });
        assert_eq!(file.position(8), Position { line: 2, column: 1 });
        assert_eq!(file.position(99), Position { line: 2, column: 2 });
        assert_eq!(file.lines().span(&file.text, 0).of(&file.text), "\u{feff}aé");
    }

    #[test]
    fn each_unit_counts_what_it_says() {
        let text = "\u{feff}\te\u{301}中🧲x\n🧲";
        let file = SourceFile::new("a", text, Origin::Portfolio);
        let columns = |words: &str| {
            let at = text.find(words).unwrap() as u32;
            [Unit::CodePoints, Unit::Utf16, Unit::Bytes].map(|unit| file.position_in(at, unit).column)
        };
        assert_eq!(columns("\t"), [1, 1, 1]);
        assert_eq!(columns("\u{301}"), [3, 3, 3]);
        assert_eq!(columns("中"), [4, 4, 5]);
        assert_eq!(columns("🧲"), [5, 5, 8]);
        assert_eq!(columns("x"), [6, 7, 12]);
        let end = text.len() as u32;
        assert_eq!(file.position_in(end, Unit::Utf16), Position { line: 2, column: 3 });
        assert_eq!(file.position_in(end, Unit::Bytes), Position { line: 2, column: 5 });
    }

    #[test]
    fn positions_lead_back_to_offsets() {
        let file = SourceFile::new("a", "\u{feff}aé🧲\r\n\nz", Origin::Portfolio);
        for unit in [Unit::CodePoints, Unit::Utf16, Unit::Bytes] {
            for (at, _) in file.text.char_indices().filter(|(_, c)| !['\u{feff}', '\n'].contains(c)) {
                let position = file.position_in(at as u32, unit);
                assert_eq!(file.offset(position, unit), Some(at as u32), "{position:?} {unit:?}");
            }
            let at = |line, column| file.offset(Position { line, column }, unit);
            assert_eq!(
                (at(1, 99), at(2, 7), at(3, u32::MAX), at(u32::MAX, 1)),
                (Some(10), Some(12), Some(14), Some(14))
            );
        }
        let inside = |column, unit| file.offset(Position { line: 1, column }, unit);
        assert_eq!((inside(4, Unit::Utf16), inside(3, Unit::Bytes)), (None, None));
    }

    #[test]
    fn a_walk_comes_to_the_same_positions() {
        for text in ["\u{feff}aé🧲\r\n\nz\n", "\n\n中 x\ny", ""] {
            let file = SourceFile::new("a", text, Origin::Portfolio);
            let end = text.len() as u32 + 2;
            for step in 1..4 {
                let mut walk = file.walk();
                for at in (0..end).step_by(step).flat_map(|at| [at, at]).chain([0, end]) {
                    assert_eq!(walk.to(at), file.position(at), "{text:?} {at} {step}");
                }
            }
        }
    }

    #[test]
    fn columns_late_on_a_long_line_are_exact() {
        let file = SourceFile::new("a", format!("x\n{}", "aé€𝄞".repeat(2000)), Origin::Portfolio);
        for (index, (at, _)) in file.text.char_indices().enumerate().skip(2) {
            assert_eq!(file.position(at as u32), Position { line: 2, column: index as u32 - 1 });
            let units = file.text[2..at].encode_utf16().count() as u32 + 1;
            assert_eq!(file.position_in(at as u32, Unit::Utf16), Position { line: 2, column: units });
        }
    }
}

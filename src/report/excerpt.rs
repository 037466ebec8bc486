//! The lines that the labels of a finding stand on, as they are shown: cleaned, long lines cut around their
//! labels, labels capped. Reads only around the labels, however long a line is. Knows no renderer.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::source::{FileId, SourceFile, Sources};

use super::clean;
use super::labels::Shown;
use super::window::{Local, border_after, border_before, visible, wide};
use super::wrap::cells;

/// Labels of one finding.
const MAX_LABELS: usize = 12;
/// Labels on one line.
const MAX_ON_A_LINE: usize = 4;
/// Labels on the same words: the renderer mixes up the order of a third.
const MAX_ON_A_SPAN: usize = 2;

/// What is shown of the texts for one finding.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    /// One for each file, the file of the primary label first.
    pub(super) pages: Vec<Page>,
    /// Underlines, in the order of the labels.
    pub(super) marks: Vec<Mark>,
    /// Labels that were left out.
    pub(super) left_out: usize,
    /// Columns in front of the lines.
    pub(super) gutter: usize,
}

/// The shown lines of one file.
#[derive(Debug)]
pub(super) struct Page {
    /// The name of the file, cleaned.
    pub(super) name: String,
    /// The shown lines, each with a line end.
    pub(super) text: String,
    lines: Vec<Line>,
    columns: Vec<(usize, usize)>,
}

#[derive(Debug)]
struct Line {
    /// From 0, in the file.
    number: usize,
    range: Range<usize>,
}

/// An underline.
#[derive(Debug)]
pub(super) struct Mark {
    /// Which of the pages.
    pub(super) page: usize,
    /// Bytes of its text.
    pub(super) range: Range<usize>,
    /// The words beside it, cleaned.
    pub(super) text: String,
    /// Whether it marks the guilty words.
    pub(super) primary: bool,
}

impl Page {
    /// The line (from 0, in the file) that is shown at a byte of the text.
    pub(super) fn line_at(&self, byte: usize) -> usize {
        self.lines.iter().take_while(|line| line.range.start <= byte).last().map_or(0, |line| line.number)
    }

    /// The bytes of the text that show a line; none if it is not shown.
    pub(super) fn line_range(&self, number: usize) -> Option<Range<usize>> {
        self.lines.iter().find(|line| line.number == number).map(|line| line.range.clone())
    }

    /// The column in the file, from 1, of the label that begins at a byte of the text.
    pub(super) fn column(&self, byte: usize) -> usize {
        self.columns.iter().find(|(start, _)| *start == byte).map_or(1, |(_, column)| *column)
    }
}

/// A label that will be shown.
struct Spot<'a> {
    /// Its place among the labels; the first is the primary.
    order: usize,
    file: FileId,
    line: u32,
    /// Bytes of the file, on that line.
    range: Range<usize>,
    text: &'a str,
}

impl Excerpt {
    /// What to show for `labels`, the primary first, with lines that fit `width` where that can be.
    pub(super) fn new(sources: &Sources, labels: &[Shown<'_>], width: usize) -> Self {
        let (spots, mut left_out) = choose(sources, labels);
        let digits = spots.iter().map(|spot| (spot.line + 1).ilog10() as usize + 1).max().unwrap_or(0);
        let gutter = digits + 3;
        let room = width.saturating_sub(gutter);
        let mut pages: Vec<Page> = Vec::new();
        let mut marks: Vec<(usize, Mark)> = Vec::new();
        for (index, spot) in spots.iter().enumerate() {
            let Some(file) = sources.get(spot.file) else { continue };
            if spots.iter().take(index).any(|earlier| earlier.file == spot.file) {
                continue;
            }
            let mut drawing =
                Drawing { file, room, number: pages.len(), page: Page::of(file), marks: &mut marks };
            left_out += drawing.lines(spots.iter().filter(|other| other.file == spot.file));
            pages.push(drawing.page);
        }
        marks.sort_by_key(|(order, _)| *order);
        Self { pages, marks: marks.into_iter().map(|(_, mark)| mark).collect(), left_out, gutter }
    }
}

impl Page {
    fn of(file: &SourceFile) -> Self {
        let name = clean::clean(&file.name).into_owned();
        Self { name, text: String::new(), lines: Vec::new(), columns: Vec::new() }
    }
}

/// The labels to show and how many are too many. Equal ones are shown once; those without a text of the run
/// cannot be shown.
fn choose<'a>(sources: &Sources, labels: &'a [Shown<'_>]) -> (Vec<Spot<'a>>, usize) {
    let mut spots: Vec<Spot<'_>> = Vec::new();
    let mut left_out = 0;
    for (order, label) in labels.iter().enumerate() {
        let Some(file) = sources.get(label.place.file) else { continue };
        let spot = locate(file, label, order);
        let on_line = || spots.iter().filter(|other| (other.file, other.line) == (spot.file, spot.line));
        let on_span = || on_line().filter(|other| other.range == spot.range);
        if on_span().any(|other| other.text == spot.text) {
            continue;
        }
        if spots.len() == MAX_LABELS
            || on_line().count() == MAX_ON_A_LINE
            || on_span().count() == MAX_ON_A_SPAN
        {
            left_out += 1;
        } else {
            spots.push(spot);
        }
    }
    (spots, left_out)
}

/// Where a label is shown: on the first line that it touches, whatever its span claims.
fn locate<'a>(file: &SourceFile, label: &'a Shown<'_>, order: usize) -> Spot<'a> {
    let start = label.place.span.start.min(file.text.len() as u32);
    let line = file.lines().line(&file.text, start);
    let whole = file.lines().span(&file.text, line);
    let (first, last) = (whole.start as usize + mark_bytes(file, line), whole.end as usize);
    let start = border_before(&file.text, start as usize).clamp(first, last.max(first));
    let end = border_after(&file.text, label.place.span.end as usize).clamp(start, last.max(start));
    Spot { order, file: label.place.file, line, range: start..end, text: &label.text }
}

/// Bytes of the byte order mark in front of a line.
fn mark_bytes(file: &SourceFile, line: u32) -> usize {
    let mark = '\u{feff}';
    if line == 0 && file.text.starts_with(mark) { mark.len_utf8() } else { 0 }
}

/// The page of one file in the making.
struct Drawing<'a> {
    file: &'a SourceFile,
    /// Columns for the text of a line.
    room: usize,
    number: usize,
    page: Page,
    marks: &'a mut Vec<(usize, Mark)>,
}

impl Drawing<'_> {
    /// Draws the lines of the spots, and a line alone between two of them; says how many spots did not fit.
    fn lines<'s>(&mut self, spots: impl Iterator<Item = &'s Spot<'s>>) -> usize {
        let mut by_line: BTreeMap<u32, Vec<&Spot<'_>>> = BTreeMap::new();
        for spot in spots {
            by_line.entry(spot.line).or_default().push(spot);
        }
        let between: Vec<u32> = by_line.keys().map(|line| line + 1).collect();
        for line in between {
            if by_line.contains_key(&(line + 1)) {
                by_line.entry(line).or_default();
            }
        }
        by_line.iter().map(|(line, spots)| self.line(*line, spots)).sum()
    }

    /// Draws one line; says how many of its spots did not fit.
    fn line(&mut self, line: u32, spots: &[&Spot<'_>]) -> usize {
        let whole = self.file.lines().span(&self.file.text, line);
        let bounds = whole.start as usize + mark_bytes(self.file, line)..whole.end as usize;
        let anchor = spots.first().map_or(bounds.start..bounds.start, |spot| spot.range.clone());
        let local = Local::new(&self.file.text, bounds, &anchor);
        let reached = spots.iter().filter_map(|spot| Some((*spot, local.range(&spot.range)?)));
        let reached: Vec<_> = reached.collect();
        let labels: Vec<_> = reached.iter().map(|(spot, range)| (range.clone(), cells(spot.text))).collect();
        let window = local.window(&labels, self.room);
        let text = &mut self.page.text;
        let start = text.len();
        text.push_str(if window.cut_before { "… " } else { "" });
        let shift = text.len();
        text.push_str(local.text.get(window.range.clone()).unwrap_or(""));
        let end = text.len();
        text.push_str(if window.cut_after { " …" } else { "" });
        self.page.lines.push(Line { number: line as usize, range: start..text.len() });
        text.push('\n');
        let mut left_out = spots.len();
        for (spot, range) in reached {
            if window.range.start <= range.start && range.start <= window.range.end {
                left_out -= 1;
                let shown = |at: usize| (at.saturating_sub(window.range.start) + shift).min(end);
                self.mark(spot, start..end, shown(range.start)..shown(range.end), spots.len() == 1);
            }
        }
        left_out
    }

    /// Underlines `range` of a line. Words that fit below the underline but not
    /// beside it go below: an empty second label on the same range sends them there.
    fn mark(&mut self, spot: &Spot<'_>, line: Range<usize>, range: Range<usize>, alone: bool) {
        let range = visible(&self.page.text, line.clone(), range);
        let position = self.file.position(spot.range.start as u32);
        self.page.columns.push((range.start, position.column as usize));
        let text = clean::clean(spot.text).into_owned();
        let columns = |to: usize| self.page.text.get(line.start..to).map_or(0, wide);
        let needed = cells(&text);
        let below = alone
            && columns(range.end) + 1 + needed > self.room
            && columns(range.start) + needed <= self.room;
        let (page, primary) = (self.number, spot.order == 0);
        self.marks.push((spot.order, Mark { page, range: range.clone(), text, primary }));
        if below {
            self.marks.push((spot.order, Mark { page, range, text: String::new(), primary }));
        }
    }
}

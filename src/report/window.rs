//! The part of a line that is shown: cleaned, and cut around its labels where the line is too long. Reads only
//! around the first label, however long the line is. Knows ranges, no labels and no renderer.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::clean;

/// Columns of a cut line: labels further apart are counted instead.
pub(super) const MAX_COLUMNS: usize = 240;
/// Columns of a tab at most.
const TAB: usize = 4;
/// Bytes around a label that are looked at; enough for `MAX_COLUMNS` of any script.
const REACH: usize = MAX_COLUMNS * 4;

/// The part of a line around its first label, cleaned.
pub(super) struct Local {
    pub(super) text: String,
    /// Bytes in the file and in `text` where each character begins, with the end.
    starts: Vec<(usize, usize)>,
    /// Whether the line begins and ends within it.
    whole: (bool, bool),
}

/// What is shown of a line.
pub(super) struct Window {
    /// Bytes of the part.
    pub(super) range: Range<usize>,
    /// Whether some of the line is missing in front.
    pub(super) cut_before: bool,
    /// Whether some of the line is missing behind.
    pub(super) cut_after: bool,
}

impl Local {
    /// The part of the line at `bounds` of a file that lies around `anchor`.
    pub(super) fn new(file: &str, bounds: Range<usize>, anchor: &Range<usize>) -> Self {
        let from = border_before(file, anchor.start.saturating_sub(REACH)).max(bounds.start);
        let to = border_after(file, anchor.start + 2 * REACH).min(bounds.end);
        let mut text = String::new();
        let mut starts = Vec::new();
        for (at, c) in file.get(from..to).unwrap_or("").char_indices() {
            starts.push((from + at, text.len()));
            if c == '\t' {
                text.push(c);
            } else {
                clean::push(&mut text, c);
            }
        }
        starts.push((to, text.len()));
        Self { text, starts, whole: (from == bounds.start, to == bounds.end) }
    }

    /// A range of the file as one of `text`; none if it does not begin there.
    pub(super) fn range(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let (first, last) = (self.starts.first()?.0, self.starts.last()?.0);
        if range.start < first || last < range.start {
            return None;
        }
        let start_of =
            |at: usize| self.starts.get(self.starts.partition_point(|(byte, _)| *byte < at.min(last)));
        Some(start_of(range.start)?.1..start_of(range.end)?.1)
    }

    /// As much of the line as has room: first the labels, then the words in front that the first label's text
    /// leaves room for, then the words behind.
    /// `labels` are ranges of `text` with the columns of the words beside them.
    pub(super) fn window(&self, labels: &[(Range<usize>, usize)], room: usize) -> Window {
        if self.whole == (true, true) && wide(&self.text) <= room {
            return Window { range: 0..self.text.len(), cut_before: false, cut_after: false };
        }
        let (focus, tail) = self.focus(labels, room);
        let inside = wide(self.part(focus.clone()));
        let left = room.saturating_sub(inside + tail);
        let start = self.reach_back(focus.start, left);
        let used = wide(self.part(start..focus.end)) + if start > 0 { 2 } else { 0 };
        let end = self.reach_on(focus.end, room.saturating_sub(used));
        let end = start + self.part(start..end).trim_end().len();
        Window {
            range: start..end,
            cut_before: start > 0 || !self.whole.0,
            cut_after: end < self.text.len() || !self.whole.1,
        }
    }

    /// The range from the first to the last label that fit together, and the columns to keep behind it.
    fn focus(&self, labels: &[(Range<usize>, usize)], room: usize) -> (Range<usize>, usize) {
        let Some((first, text)) = labels.first() else { return (0..0, 2) };
        let mut focus = first.start..first.start + prefix(self.part(first.clone()), room.saturating_sub(4));
        let mut tail = *text;
        for (range, text) in labels.iter().skip(1) {
            let both = focus.start.min(range.start)..focus.end.max(range.end);
            if wide(self.part(both.clone())) <= MAX_COLUMNS {
                tail = if range.end >= focus.end { *text } else { tail };
                focus = both;
            }
        }
        (focus, (tail + 1).clamp(2, room / 3))
    }

    /// Where the words in front of `at` begin that fit `room` columns.
    fn reach_back(&self, at: usize, room: usize) -> usize {
        let before = self.part(0..at);
        if self.whole.0 && wide(before) <= room {
            return 0;
        }
        let mut columns = 2;
        let mut start = at;
        let mut farthest = at;
        for (index, c) in before.char_indices().rev() {
            columns += wide_char(c);
            if columns > room {
                break;
            }
            farthest = index;
            let begins_word = before.get(..index).is_none_or(|rest| rest.ends_with(char::is_whitespace));
            if begins_word && !c.is_whitespace() {
                start = index;
            }
        }
        if start == at { farthest } else { start }
    }

    /// Where the words behind `at` end that fit `room` columns.
    fn reach_on(&self, at: usize, room: usize) -> usize {
        let behind = self.part(at..self.text.len());
        if self.whole.1 && wide(behind) <= room {
            return self.text.len();
        }
        let fitting = at + prefix(behind, room.saturating_sub(2));
        let words = self.part(at..fitting);
        let cut_in_word = self.part(fitting..self.text.len()).starts_with(|c: char| !c.is_whitespace());
        match words.rfind(char::is_whitespace) {
            Some(blank) if cut_in_word => at + blank,
            _ => fitting,
        }
    }

    fn part(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }
}

/// The range, made longer where it covers no column of its own: over a combining mark there is no room for an
/// underline, so the character in front is underlined too, or else what follows.
pub(super) fn visible(text: &str, line: Range<usize>, range: Range<usize>) -> Range<usize> {
    let is_wide = |range: &Range<usize>| text.get(range.clone()).is_some_and(|part| wide(part) > 0);
    if is_wide(&range) || range.is_empty() && is_wide(&(range.start..border_after(text, range.start + 1))) {
        return range;
    }
    if range.end == line.end && range.is_empty() {
        return range;
    }
    let before = text.get(line.start..range.start).unwrap_or("");
    match before.char_indices().rev().find(|(_, c)| wide_char(*c) > 0) {
        Some((at, _)) => line.start + at..range.end,
        None => range.start..line.end,
    }
}

/// Columns of a text, tabs at their widest.
pub(super) fn wide(text: &str) -> usize {
    text.chars().map(wide_char).sum()
}

fn wide_char(c: char) -> usize {
    if c == '\t' { TAB } else { c.width().unwrap_or(0) }
}

/// Bytes of the longest prefix that takes at most `columns`.
fn prefix(text: &str, columns: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += wide_char(c);
        if used > columns {
            return at;
        }
    }
    text.len()
}

/// The last border between characters up to `at`.
pub(super) fn border_before(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The first border between characters from `at` on.
pub(super) fn border_after(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

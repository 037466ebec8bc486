//! How JSON is laid out for a reader: one line for each label, station, note and fact of a finding, and what lies
//! deeper on that line. Knows no shapes.

use std::io::{self, Write};

use serde_json::ser::Formatter;

use super::clean;

/// Levels that are broken into lines: report, findings, finding, labels and the like.
const OPEN_LEVELS: usize = 4;

/// A formatter for `serde_json`.
#[derive(Debug, Default)]
pub(super) struct Layout {
    level: usize,
    empty: bool,
}

impl Layout {
    fn open<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.empty = true;
        out.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if !self.empty && self.level < OPEN_LEVELS {
            self.new_line(out)?;
        }
        self.empty = false;
        out.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.empty = false;
        if self.level <= OPEN_LEVELS {
            out.write_all(if first { b"" } else { b"," })?;
            return self.new_line(out);
        }
        out.write_all(if first { b"" } else { b", " })
    }

    fn new_line<W: ?Sized + Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"\n")?;
        (0..self.level).try_for_each(|_| out.write_all(b"  "))
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    /// What would act on a terminal is escaped too, as JSON allows for any character.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, hidden)) = rest.char_indices().find(|(_, c)| clean::is_hidden(*c)) {
            let (before, after) = rest.split_at(at);
            write!(out, "{before}\\u{:04x}", u32::from(hidden))?;
            rest = after.get(hidden.len_utf8()..).unwrap_or("");
        }
        out.write_all(rest.as_bytes())
    }
}

//! How JSON is laid out for a reader: lines down to some depth, and what lies deeper on one line. Owns what is
//! escaped beside what JSON asks for. Knows no shapes.

use std::io::{self, Write};

use serde_json::ser::Formatter;

use super::clean;

/// A formatter for `serde_json`.
#[derive(Debug)]
pub(super) struct Layout {
    /// Levels of brackets that are broken into lines.
    open: usize,
    level: usize,
    empty: bool,
}

impl Layout {
    /// Breaks as many levels of brackets into lines.
    pub(super) fn open(levels: usize) -> Self {
        Self { open: levels, level: 0, empty: false }
    }

    fn begin<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.empty = true;
        out.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if !self.empty && self.level < self.open {
            self.new_line(out)?;
        }
        self.empty = false;
        out.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.empty = false;
        if self.level <= self.open {
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
        self.begin(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    /// What would act on a terminal or a CI runner is escaped too, as JSON allows for any character.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, hidden)) = rest.char_indices().find(|(at, c)| is_obeyed(rest, *at, *c)) {
            let (before, after) = rest.split_at(at);
            write!(out, "{before}\\u{:04x}", u32::from(hidden))?;
            rest = after.get(hidden.len_utf8()..).unwrap_or("");
        }
        out.write_all(rest.as_bytes())
    }
}

/// Runners look for `##[command]` and `##vso[command]` anywhere in a line.
fn is_obeyed(text: &str, at: usize, c: char) -> bool {
    clean::is_hidden(c) || c == '#' && text.get(at + 1..).is_some_and(|rest| rest.starts_with('#'))
}

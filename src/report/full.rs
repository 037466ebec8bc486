//! Findings for people: the sentence, the words it speaks of, notes, then the last lines. The only file that
//! names codespan-reporting, which draws the excerpts; what it is given is clean, cut and wrapped.

use std::io::{self, Write};
use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic as Drawing, Label, LabelStyle, Severity as Level};
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{Config, WriteStyle, emit_to_write_style};

use crate::diagnostic::{Diagnostic, Severity};
use crate::outcome::Run;

use super::clean::clean;
use super::excerpt::{Excerpt, Page};
use super::paint::{Painter, Role, tagged};
use super::tally::{grouped, plural};
use super::{Style, columns, labels, notes, wrap};

/// Findings drawn; the rest is counted.
const MAX_FINDINGS: usize = 1_000;

pub(super) fn write(run: &Run, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut painter = Painter::new(out, style.color);
    let mut config = Config::default();
    // The keyword of a note is its bullet.
    config.chars.note_bullet = ' ';
    let date = notes::dates(run);
    for finding in run.findings.iter().take(MAX_FINDINGS) {
        let excerpt = Excerpt::new(&run.sources, &labels::labels(finding), style.excerpt());
        let remarks = date(finding).into_iter().chain(left_out(&excerpt)).collect();
        let width = style.prose() - excerpt.gutter;
        let notes = notes::entries(finding, remarks).iter().map(|entry| notes::drawn(entry, width)).collect();
        let drawing = drawing(finding, &excerpt, notes, style);
        emit_to_write_style(&mut painter, &config, &excerpt, &drawing).map_err(io_error)?;
    }
    let more = run.findings.len().saturating_sub(MAX_FINDINGS);
    if more > 0 {
        let findings = plural(more, "more finding is", "more findings are");
        writeln!(painter, "{} {findings} not shown; `--output-format json` lists all\n", grouped(more))?;
    }
    if style.quiet { Ok(()) } else { columns::write(run, style, &mut painter) }
}

/// How many labels have no room in the excerpt.
fn left_out(excerpt: &Excerpt) -> Option<String> {
    let count = excerpt.left_out;
    let places = plural(count, "more place is", "more places are");
    (count > 0).then(|| format!("{} {places} not shown; `--output-format json` lists all", grouped(count)))
}

fn drawing(finding: &Diagnostic, excerpt: &Excerpt, notes: Vec<String>, style: &Style) -> Drawing<usize> {
    let labels = excerpt.marks.iter().map(|mark| {
        let style = if mark.primary { LabelStyle::Primary } else { LabelStyle::Secondary };
        Label::new(style, mark.page, mark.range.clone()).with_message(&mark.text)
    });
    Drawing::new(level(finding.severity))
        .with_message(sentence(finding, style.prose()))
        .with_labels(labels.collect())
        .with_notes(notes)
}

/// The message with the id behind it, wrapped behind the word for the severity.
fn sentence(finding: &Diagnostic, width: usize) -> String {
    let id = tagged(Role::Dim, &format!("[{}]", clean(finding.code.as_str())));
    let text = format!("{} {id}", clean(&finding.message));
    let taken = finding.severity.as_str().len() + 2;
    wrap::prose(&text, width - taken, width - 2).join("\n  ")
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Note,
    }
}

fn io_error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::other(other),
    }
}

impl Excerpt {
    fn page(&self, id: usize) -> Result<&Page, Error> {
        self.pages.get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Excerpt {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.page(id)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.page(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        Ok(self.page(id)?.line_at(byte))
    }

    fn column_number(&'a self, id: usize, _line: usize, byte: usize) -> Result<usize, Error> {
        Ok(self.page(id)?.column(byte))
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<Range<usize>, Error> {
        self.page(id)?.line_range(line).ok_or(Error::LineTooLarge { given: line, max: 0 })
    }
}

impl WriteStyle for Painter<'_> {
    fn set_header(&mut self, level: Level) -> io::Result<()> {
        self.set(guilty(level));
        Ok(())
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        self.set(Role::Strong);
        Ok(())
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.set(Role::Dim);
        Ok(())
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.set(Role::Plain);
        Ok(())
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.set(Role::Dim);
        Ok(())
    }

    fn set_label(&mut self, level: Level, style: LabelStyle) -> io::Result<()> {
        self.set(if style == LabelStyle::Primary { guilty(level) } else { Role::Evidence });
        Ok(())
    }

    fn reset(&mut self) -> io::Result<()> {
        self.set(Role::Plain);
        Ok(())
    }
}

fn guilty(level: Level) -> Role {
    match level {
        Level::Warning => Role::Warning,
        Level::Note | Level::Help => Role::Note,
        Level::Error | Level::Bug => Role::Error,
    }
}

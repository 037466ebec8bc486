//! A page of Markdown for a pull request or a job summary: the verdict, then each finding with its evidence folded
//! away, gravest first. Nothing in a text can act as Markdown, HTML or the name of a person.

use std::cmp::Reverse;
use std::io::{self, Write};

use crate::diagnostic::{Diagnostic, Severity};
use crate::outcome::Run;
use crate::source::{Place, Sources};

use super::clean::clean;
use super::notes::{self, Entry, Form};
use super::tally::{self, Block, grouped, plural};
use super::{Style, labels, spoken};

/// Bytes of a page: a comment on GitHub holds 65,536 characters.
const ROOM: usize = 65_000;
/// Bytes of that for what each of several portfolios came to.
const ROOM_OF_PORTFOLIOS: usize = 10_000;

pub(super) fn write(run: &Run, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = head(run, style);
    let mut findings: Vec<&Diagnostic> = run.findings.iter().map(AsRef::as_ref).collect();
    findings.sort_by_key(|finding| Reverse(finding.severity));
    let date = notes::dates(run);
    let mut left_out = 0;
    for finding in findings {
        let text = details(finding, &run.sources, date(finding).into_iter().collect());
        if page.len() + text.len() < ROOM {
            page.push_str(&text);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let are = plural(left_out, "finding is", "findings are");
        let count = grouped(left_out);
        page.push_str(&format!("\n{count} more {are} not shown; `--output-format json` lists all\n"));
    }
    out.write_all(page.as_bytes())
}

/// The verdict; what each of several portfolios came to is folded away.
fn head(run: &Run, style: &Style) -> String {
    let counts = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| run.count(severity));
    let counts = if run.findings.is_empty() { "nothing found".to_owned() } else { tally::severities(counts) };
    let gap = if run.incomplete { ", and not everything could be checked" } else { "" };
    let mut page = format!("## plumbrule: {counts}{gap}\n");
    if style.quiet {
        return page;
    }
    let each = paragraphs(tally::portfolios(run, style.statistics));
    let total = paragraphs(tally::total(run));
    match run.portfolios.len() {
        0 | 1 => page.push_str(&(each + &total)),
        _ if each.len() > ROOM_OF_PORTFOLIOS => page.push_str(&total),
        _ => {
            let folded = format!("\n<details><summary>each portfolio</summary>\n{each}\n</details>\n");
            page.push_str(&(total + &folded));
        }
    }
    page
}

fn paragraphs(blocks: Vec<Block<'_>>) -> String {
    let paragraphs = blocks.into_iter().map(|block| match spoken::paragraph(block).as_slice() {
        [line] => format!("\n{}\n", escaped(line)),
        lines => {
            format!("\n{}", lines.iter().map(|line| format!("- {}\n", escaped(line))).collect::<String>())
        }
    });
    paragraphs.collect()
}

/// A finding as one line that opens.
fn details(finding: &Diagnostic, sources: &Sources, remarks: Vec<String>) -> String {
    let place = place(finding.primary.place, sources).map_or(String::new(), |place| format!("{place}, "));
    let head = format!("{} ({place}{})", clean(&finding.message), clean(finding.code.as_str()));
    let mut text = format!("\n<details><summary><b>{}</b>: {}</summary>\n\n", finding.severity, html(&head));
    for label in labels::labels(finding) {
        if let Some(place) = self::place(label.place, sources).filter(|_| !label.text.is_empty()) {
            text.push_str(&format!("- {}: {}\n", escaped(&place), escaped(&clean(&label.text))));
        }
    }
    for entry in notes::entries(finding, remarks) {
        text.push_str(&note(&entry));
    }
    text.push_str("\n</details>\n");
    text
}

/// `` `draft.plumb` line 9``.
fn place(place: Place, sources: &Sources) -> Option<String> {
    let file = sources.get(place.file)?;
    Some(format!("`{}` line {}", clean(&file.name), file.position(place.span.start).line))
}

/// A note as a point of the list; what a fix says to write is code.
fn note(entry: &Entry) -> String {
    let mut lines = entry.text.lines().map(clean);
    let point = |line: &str| format!("- {}: {}\n", entry.keyword, escaped(line));
    match entry.form {
        Form::Table => lines.map(|line| point(&line)).collect(),
        Form::Prose => point(&lines.collect::<Vec<_>>().join(" ")),
        Form::Fix => {
            let first = point(&lines.next().unwrap_or_default());
            let code: Vec<String> = lines.map(|line| format!("  {line}").trim_end().to_owned()).collect();
            if code.is_empty() { first } else { format!("{first}{}", fenced(&code)) }
        }
    }
}

/// Lines of code as a part of a list, behind a fence that they do not hold.
fn fenced(lines: &[String]) -> String {
    let code = lines.join("\n");
    let fence = fence(&code);
    format!("\n  {fence}text\n{code}\n  {fence}\n")
}

/// What begins and ends code in Markdown, and stands nowhere in it.
pub(crate) fn fence(code: &str) -> String {
    let ticks = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(ticks.max(2) + 1)
}

/// A text as Markdown: what stands between backticks is code, the rest means nothing but itself.
fn escaped(text: &str) -> String {
    marked(
        text,
        |code| format!("`{code}`"),
        |c| match c {
            '@' => Some("@<!-- -->".into()),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&'
            | '$' => Some(format!("\\{c}")),
            _ => None,
        },
    )
}

/// A text as HTML, with the same code.
fn html(text: &str) -> String {
    let entity = |c: char| match c {
        '&' => Some("&amp;".into()),
        '<' => Some("&lt;".into()),
        '>' => Some("&gt;".into()),
        '"' => Some("&quot;".into()),
        '@' => Some("@<!-- -->".into()),
        _ => None,
    };
    let inside = |code: &str| format!("<code>{}</code>", replaced(code, entity));
    marked(text, inside, entity)
}

fn marked(text: &str, code: impl Fn(&str) -> String, special: impl Fn(char) -> Option<String>) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // A backtick without a partner is one of the text.
    let paired = parts.len() - usize::from(parts.len().is_multiple_of(2));
    let mut out = String::new();
    for (number, part) in parts.iter().enumerate() {
        if number >= paired {
            out.push_str(&replaced("`", &special));
        }
        if number % 2 == 1 && number < paired && !part.trim().is_empty() {
            out.push_str(&code(part));
        } else {
            out.push_str(&replaced(part, &special));
        }
    }
    out
}

fn replaced(text: &str, special: impl Fn(char) -> Option<String>) -> String {
    text.chars().map(|c| special(c).unwrap_or_else(|| c.to_string())).collect()
}

//! Reads the text of a `plumbrule.toml` by the table, and words each mistake in it. The only file that names the
//! crate `toml`; knows no setting by name.

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::table::{Kind, Setting, Sort};
use super::{Entry, SETTINGS, Settings, Table, Value, Word};
use crate::diagnostic::{Diagnostic, Severity};
use crate::names::nearest;
use crate::source::{FileId, Place, Span};
use crate::value::Day;

/// The word for the day of the run.
pub(super) const TODAY: &str = "today";

/// The settings in a text. With a mistake among them they are not to be relied on.
pub fn read(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Settings {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { file, text, diagnostics };
    // One slip of the pen makes the parser stumble several times; the first is where to look.
    let first = errors.iter().min_by_key(|error| error.span().map_or(mark, |range| range.start));
    match first {
        Some(error) => {
            reader.unreadable(error);
            Settings::default()
        }
        None => Settings { entries: reader.rows(table.get_ref(), SETTINGS, "") },
    }
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    diagnostics: &'a mut Vec<Diagnostic>,
}

type Key<'k> = &'k Spanned<std::borrow::Cow<'k, str>>;
type Written<'k> = &'k Spanned<DeValue<'k>>;

impl Reader<'_> {
    /// Keys that stand in a table of settings.
    fn rows(&mut self, table: &DeTable<'_>, rows: &[Setting], outer: &str) -> Table {
        let mut entries = Table::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let Some(row) = rows.iter().find(|row| row.key == name) else {
                self.unknown(key, rows, outer);
                continue;
            };
            if let Some(value) = self.value(name, value, &row.kind, row.example) {
                entries.insert(name.to_owned(), Entry { key: self.place(key.span()), value });
            }
        }
        entries
    }

    fn value(&mut self, name: &str, value: Written<'_>, kind: &Kind, example: &str) -> Option<Value> {
        match (kind, value.get_ref()) {
            (Kind::OneOf(words), written) => self.one_of(name, value, written.as_str(), words),
            (Kind::Day, DeValue::Datetime(day)) => self.day(value, &day.to_string()),
            (Kind::Day, DeValue::String(word)) => self.day(value, word),
            (Kind::Day, _) => self.day(value, ""),
            (Kind::YesNo, DeValue::Boolean(yes)) => Some(Value::YesNo(*yes)),
            (Kind::YesNo, _) => {
                self.wrong(value, format!("`{name}` is `true` or `false`, without quotes"), "neither")
            }
            (Kind::Quoted, DeValue::String(words)) => self.quoted(name, value, words),
            (Kind::Quoted, _) => {
                let meant = format!("\"{}\"", self.words(value));
                self.wrong(
                    value,
                    format!("the value of `{name}` stands in quotes"),
                    format!("as in `{meant}`"),
                )
            }
            (Kind::List(sort), DeValue::Array(items)) => {
                // Each mistake is said, not only the first.
                let words: Vec<Option<Word>> =
                    items.iter().map(|item| self.item(name, item, *sort)).collect();
                words.into_iter().collect::<Option<_>>().map(Value::List)
            }
            (Kind::List(sort), _) => {
                let message = format!("`{name}` is a list of {}", sort.as_str());
                self.shape(value, message, "no list", example)
            }
            (Kind::Table(inner), DeValue::Table(table)) => Some(Value::Table(self.names(table, inner))),
            (Kind::Table(_), _) => self.shape(
                value,
                format!("`{name}` holds names, each with a value"),
                "no names here",
                example,
            ),
            (Kind::Blocks(rows), DeValue::Array(blocks)) => {
                let blocks: Vec<Option<Table>> =
                    blocks.iter().map(|block| self.block(name, block, rows, example)).collect();
                blocks.into_iter().collect::<Option<_>>().map(Value::Blocks)
            }
            (Kind::Blocks(_), _) => {
                let message = format!("`{name}` stands in double brackets, since there may be several");
                self.shape(value, message, "one only", example)
            }
        }
    }

    /// Names that the reader does not know, each with a value of one kind.
    fn names(&mut self, table: &DeTable<'_>, kind: &Kind) -> Table {
        let mut entries = Table::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if let Some(value) = self.value(name, value, kind, "") {
                entries.insert(name.to_owned(), Entry { key: self.place(key.span()), value });
            }
        }
        entries
    }

    fn block(&mut self, name: &str, block: Written<'_>, rows: &[Setting], example: &str) -> Option<Table> {
        let DeValue::Table(table) = block.get_ref() else {
            let message = format!("`{name}` stands in double brackets, since there may be several");
            return self.shape(block, message, "no settings here", example);
        };
        let entries = self.rows(table, rows, name);
        for row in rows.iter().filter(|row| !table.keys().any(|key| key.get_ref() == row.key)) {
            let message = format!("these {name} have no `{}`, so they change nothing", row.key);
            let found = self.slip("wrong-setting", self.place(block.span()), message);
            self.diagnostics.push(found.label(format!("`{}` is missing", row.key)).help(row.example));
        }
        Some(entries)
    }

    fn one_of(
        &mut self,
        name: &str,
        value: Written<'_>,
        written: Option<&str>,
        words: &'static [&'static str],
    ) -> Option<Value> {
        if let Some(word) = written.filter(|word| words.contains(word)) {
            return Some(Value::Word(Word { text: word.to_owned(), place: self.inner(value, word) }));
        }
        let near = written.and_then(|word| nearest(word, words.iter().copied()));
        let label = match (near, written) {
            (Some(near), _) => format!("did you mean `\"{near}\"`?"),
            (None, Some(_)) => "none of them".to_owned(),
            (None, None) => "no word in quotes".to_owned(),
        };
        self.wrong(value, format!("`{name}` is {}", or_list(words)), label)
    }

    fn day(&mut self, value: Written<'_>, written: &str) -> Option<Value> {
        if written == TODAY || Day::parse(written).is_some() {
            return Some(Value::Word(Word { text: written.to_owned(), place: self.inner(value, written) }));
        }
        let label = "write year-month-day, as in `\"2026-11-24\"`";
        self.wrong(value, format!("`as-of` is a single day of the calendar, or `{TODAY}`"), label)
    }

    /// A value of the language: its place must hold just its words, since its own mistakes are shown there.
    fn quoted(&mut self, name: &str, value: Written<'_>, words: &str) -> Option<Value> {
        let place = self.inner(value, words);
        if place.span.of(self.text) != words || words.trim().is_empty() {
            let message = format!("the value of `{name}` cannot be read");
            return self.wrong(value, message, "write it between plain quotes, on one line, without `\\`");
        }
        Some(Value::Word(Word { text: words.to_owned(), place }))
    }

    fn item(&mut self, name: &str, item: Written<'_>, sort: Sort) -> Option<Word> {
        match item.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => {
                Some(Word { text: text.to_string(), place: self.inner(item, text) })
            }
            written => {
                let label = if written.is_str() { "nothing in it" } else { "no text in quotes" };
                self.wrong(item, format!("`{name}` lists {} in quotes", sort.as_str()), label)
            }
        }
    }

    fn unknown(&mut self, key: Key<'_>, rows: &[Setting], outer: &str) {
        let name = key.get_ref();
        let inside = if outer.is_empty() { String::new() } else { format!(" of `{outer}`") };
        let label = match nearest(name, rows.iter().map(|row| row.key)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("not one of {}", and_list(rows)),
        };
        let found =
            self.slip("unknown-setting", self.place(key.span()), format!("`{name}` is no setting{inside}"));
        self.diagnostics.push(found.label(label));
    }

    fn unreadable(&mut self, error: &Error) {
        let range = error.span().unwrap_or(0..0);
        let rest = self.text.get(range.start..).unwrap_or("");
        let line = rest.split(['\n', '\r', '#', ',', ']']).next().unwrap_or("").trim_end();
        let long = range.start..range.end.max(range.start + line.len());
        let said = error.message();
        let is = |words: &str| said.starts_with(words);
        let (range, message, label) = if is("duplicate key") {
            let words = self.text.get(range.clone()).unwrap_or("");
            (range, format!("`{words}` is written twice"), "keep one of them".to_owned())
        } else if (is("string values must be quoted") || is("invalid float")) && !line.is_empty() {
            (
                long,
                format!("`{line}` stands without quotes"),
                format!("`\"{}\"`", line.trim_matches(['"', '\''])),
            )
        } else if is("invalid basic string") || is("invalid literal string") {
            (range, "this text has no closing quote".to_owned(), "missing here".to_owned())
        } else if is("unclosed") {
            (range, "something is opened here and never closed".to_owned(), "not closed".to_owned())
        } else if is("missing comma") {
            (range, "a comma is missing in this list".to_owned(), "missing here".to_owned())
        } else if is("key with no value") {
            (range, "nothing is set here: `=` and a value are missing".to_owned(), "missing here".to_owned())
        } else {
            let label = "a setting is a name, `=` and a value".to_owned();
            (range, "this is no setting that can be read".to_owned(), label)
        };
        let found = self.slip("config-syntax", self.place(range), message).label(label);
        self.diagnostics.push(found.help("as in `fail-on = \"warning\"` or `exclude = [\"archive/\"]`"));
    }

    /// A value of another shape than asked for, with the shape it should have.
    fn shape<T>(&mut self, value: Written<'_>, message: String, label: &str, example: &str) -> Option<T> {
        let found = self.slip("wrong-setting", self.place(value.span()), message).label(label);
        let lines: String = example.lines().map(|line| format!("\n{line}")).collect();
        self.diagnostics.push(if example.is_empty() { found } else { found.help(format!("write:{lines}")) });
        None
    }

    fn wrong<T>(&mut self, value: Written<'_>, message: String, label: impl Into<String>) -> Option<T> {
        let found = self.slip("wrong-setting", self.place(value.span()), message);
        self.diagnostics.push(found.label(label));
        None
    }

    fn slip(&self, code: &str, place: Place, message: String) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, message, place.file, place.span)
    }

    fn place(&self, range: std::ops::Range<usize>) -> Place {
        Place { file: self.file, span: Span::new(range.start, range.end) }
    }

    /// The place of a text without its quotes, if it is written plainly.
    fn inner(&self, value: Written<'_>, text: &str) -> Place {
        let range = value.span();
        let inside = range.start + 1..range.end.saturating_sub(1);
        let plain = self.text.get(inside.clone()).is_some_and(|words| words == text);
        self.place(if plain { inside } else { range })
    }

    fn words(&self, value: Written<'_>) -> &str {
        self.place(value.span()).span.of(self.text)
    }
}

/// `` `a`, `b` or `c` ``.
fn or_list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
    match quoted.as_slice() {
        [front @ .., last] if !front.is_empty() => format!("{} or {last}", front.join(", ")),
        other => other.concat(),
    }
}

fn and_list(rows: &[Setting]) -> String {
    let keys: Vec<String> = rows.iter().map(|row| format!("`{}`", row.key)).collect();
    match keys.as_slice() {
        [front @ .., last] if !front.is_empty() => format!("{} and {last}", front.join(", ")),
        other => other.concat(),
    }
}

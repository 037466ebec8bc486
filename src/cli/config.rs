//! `plumbrule config`: the settings that hold for a portfolio, as lines of a `plumbrule.toml`, each with where it
//! comes from. Owns how they are written.

use std::io::Write;
use std::path::PathBuf;

use super::prose::clean;
use super::{CLEAN, Done, book, refuse};
use crate::config::{Entry, Kind, SETTINGS, Setting, Table, Value, Word, json_schema};
use crate::rule::Extent;
use crate::rulebook::Rulebook;
use crate::shelf::Shelf;
use crate::source::{Place, Sources};
use crate::workspace::Disk;

const EXAMPLES: &str = "\
Examples:
  plumbrule config                         what holds here
  plumbrule config deals/red-river.plumb   what holds for that file
  plumbrule config --isolated              what holds where nothing is set
  plumbrule config --schema > schema.json  for editors that check `plumbrule.toml`";

/// Shows the settings that hold, and where each comes from
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// A file or folder of the portfolio
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    book: book::Args,
    /// Prints the JSON Schema of `plumbrule.toml` instead
    #[arg(long)]
    schema: bool,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    if args.schema {
        return Done { code: CLEAN, written: out.write_all(json_schema().as_bytes()) };
    }
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    let choice = args.book.choice(false);
    let disk = Disk::from_here();
    let found = disk.settings(&args.path, &choice, &mut sources, &mut diagnostics);
    let mut shelf = Shelf::new(&[], Extent::Lines, &mut sources);
    let loaded = found.and_then(|found| {
        let book = shelf.book(&found, &disk, &mut sources, &mut diagnostics)?;
        Some((found, book))
    });
    let Some((found, book)) = loaded else { return refuse(sources, diagnostics) };
    let page = Page { sources: &sources, book: &book };
    let set = |setting: &Setting| found.input.settings.get(setting.key);
    let lines: String = SETTINGS.iter().map(|setting| page.setting(setting, set(setting))).collect();
    let text = format!("# Settings of the portfolio in `{}`\n{lines}", clean(&found.input.root));
    Done { code: CLEAN, written: out.write_all(text.as_bytes()) }
}

/// What is known where settings are shown.
struct Page<'a> {
    sources: &'a Sources,
    book: &'a Rulebook,
}

impl Page<'_> {
    fn setting(&self, setting: &Setting, entry: Option<&Entry>) -> String {
        let key = setting.key;
        match (&setting.kind, entry) {
            (Kind::Table(_), _) => {
                let own = entry.and_then(|entry| match &entry.value {
                    Value::Table(table) => Some(table),
                    _ => None,
                });
                format!("\n[{key}]\n{}", self.table(key, own))
            }
            (Kind::Blocks(_), None) => String::new(),
            (Kind::Blocks(_), Some(entry)) => self.blocks(key, entry),
            (_, None) if setting.default.is_empty() => format!("# {key} is not set\n"),
            (_, None) => line(key, setting.default, "default"),
            (_, Some(entry)) => line(key, &value(&entry.value), &self.place(entry.key)),
        }
    }

    /// Names in a table: those that are set, and those that have a value although nobody sets them.
    fn table(&self, key: &str, own: Option<&Table>) -> String {
        let mut lines = std::collections::BTreeMap::new();
        let schema = &self.book.schema;
        match key {
            "packs" => lines.extend(
                self.book
                    .packs()
                    .into_keys()
                    .map(|pack| (pack.to_owned(), line(&name(pack), "true", "default"))),
            ),
            "parameters" => lines.extend(schema.parameters().iter().map(|known| {
                let words = self.sources.words(known.default).trim();
                let called = schema.names.text(known.name);
                (called.to_owned(), line(&name(called), &quoted(words), "default"))
            })),
            _ => {}
        }
        for (key, entry) in own.into_iter().flatten() {
            let line = line(&name(key), &value(&entry.value), &self.place(entry.key));
            lines.retain(|known, _| !known.eq_ignore_ascii_case(key));
            lines.insert(key.clone(), line);
        }
        lines.into_values().collect()
    }

    fn blocks(&self, key: &str, entry: &Entry) -> String {
        let Value::Blocks(blocks) = &entry.value else { return String::new() };
        let block = |block: &Table| {
            let lines =
                block.iter().map(|(key, entry)| line(key, &value(&entry.value), &self.place(entry.key)));
            format!("\n[[{key}]]\n{}", lines.collect::<String>())
        };
        blocks.iter().map(block).collect()
    }

    fn place(&self, place: Place) -> String {
        let Some(file) = self.sources.get(place.file) else { return String::new() };
        format!("{}:{}", file.name, file.position(place.span.start).line)
    }
}

/// Columns before the remark.
const COLUMN: usize = 36;

fn line(key: &str, value: &str, place: &str) -> String {
    let set = format!("{key} = {value}");
    format!("{:COLUMN$}  # {}\n", clean(&set), clean(place))
}

fn value(value: &Value) -> String {
    match value {
        Value::Word(word) => quoted(&word.text),
        Value::YesNo(yes) => yes.to_string(),
        Value::List(words) => format!("[{}]", joined(words.iter().map(|word: &Word| quoted(&word.text)))),
        Value::Table(table) => {
            let names =
                table.iter().map(|(key, entry)| format!("{} = {}", name(key), self::value(&entry.value)));
            format!("{{ {} }}", joined(names))
        }
        Value::Blocks(_) => String::new(),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// A key, in quotes where it needs them.
fn name(key: &str) -> String {
    let is_bare =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_bare { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

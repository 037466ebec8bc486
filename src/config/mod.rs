//! What a project sets: owns the table of settings, and what stands in a `plumbrule.toml` as values with their
//! places. May not know where files lie, nor which rules, packs and parameters there are.

mod read;
mod schema;
mod table;

use std::collections::BTreeMap;

pub use read::read;
pub use schema::json_schema;
pub use table::{Kind, SETTINGS, Setting, Sort};

use crate::diagnostic::Severity;
use crate::source::{FileId, Place};
use crate::value::Day;

/// The name of the file.
pub const FILE_NAME: &str = "plumbrule.toml";

/// A text with its place, which leaves out the quotes around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A word, a day, a value of the language.
    Word(Word),
    /// `true` or `false`.
    YesNo(bool),
    /// Patterns or paths.
    List(Vec<Word>),
    /// Names, each with a value.
    Table(Table),
    /// Blocks of settings.
    Blocks(Vec<Table>),
}

/// A value with where its key stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Place,
    /// The value.
    pub value: Value,
}

/// Names with their values.
pub type Table = BTreeMap<String, Entry>;

/// How much a rule weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It does not run.
    Off,
    /// It says this, or less.
    AtMost(Severity),
}

/// For which day all proposals are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// The day of the run.
    Today,
    /// This one.
    Day(Day),
}

/// Levels of rules for some files.
#[derive(Clone, Debug, Default)]
pub struct Local {
    /// The files, sorted.
    pub files: Vec<FileId>,
    /// Levels by the id of the rule.
    pub levels: BTreeMap<String, Level>,
}

/// The levels of all rules in one portfolio.
#[derive(Clone, Copy, Debug)]
pub struct Levels<'a> {
    /// Those for all files.
    pub settings: &'a Settings,
    /// Those for some files.
    pub overrides: &'a [Local],
    /// Whether the command line names the rules that run: they then run although they are turned off.
    pub selected: bool,
}

impl Levels<'_> {
    /// How much a rule weighs in a file, if that is set.
    #[must_use]
    pub fn of(&self, rule: &str, file: FileId) -> Option<Level> {
        let here = self.overrides.iter().rev().filter(|local| local.files.binary_search(&file).is_ok());
        here.into_iter().find_map(|local| local.levels.get(rule).copied()).or_else(|| self.everywhere(rule))
    }

    /// Whether a rule runs in any file.
    #[must_use]
    pub fn run(&self, rule: &str) -> bool {
        let here = self.overrides.iter().filter_map(|local| local.levels.get(rule));
        self.everywhere(rule) != Some(Level::Off) || here.into_iter().any(|level| *level != Level::Off)
    }

    fn everywhere(&self, rule: &str) -> Option<Level> {
        self.settings.level(rule).filter(|level| !(self.selected && *level == Level::Off))
    }
}

/// What is set, in one file or in several that extend each other. What is not set is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    entries: Table,
}

impl Settings {
    /// The value of a key with its place.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// These settings, and the others where they are silent. Tables are joined name by name.
    #[must_use]
    pub fn over(mut self, base: Settings) -> Settings {
        for (key, entry) in base.entries {
            match (self.entries.get_mut(&key).map(|own| &mut own.value), entry.value) {
                (None, value) => {
                    self.entries.insert(key, Entry { value, ..entry });
                }
                (Some(Value::Table(own)), Value::Table(base)) => {
                    for (name, value) in base {
                        own.entry(name).or_insert(value);
                    }
                }
                (Some(_), _) => {}
            }
        }
        self
    }

    /// The texts of a list; none if it is not set.
    #[must_use]
    pub fn list(&self, key: &str) -> &[Word] {
        list(&self.entries, key)
    }

    /// The names of a table; none if it is not set.
    pub fn table(&self, key: &str) -> impl Iterator<Item = (&str, &Entry)> {
        table(&self.entries, key)
    }

    /// `fail-on`.
    #[must_use]
    pub fn fail_on(&self) -> Option<Severity> {
        match &self.get("fail-on")?.value {
            Value::Word(word) => Severity::parse(&word.text),
            _ => None,
        }
    }

    /// `as-of`, with its place.
    #[must_use]
    pub fn as_of(&self) -> Option<(AsOf, Place)> {
        let Value::Word(word) = &self.get("as-of")?.value else { return None };
        let as_of = if word.text == read::TODAY { AsOf::Today } else { AsOf::Day(Day::parse(&word.text)?) };
        Some((as_of, word.place))
    }

    /// Whether a pack runs, as far as that is set.
    #[must_use]
    pub fn pack(&self, name: &str) -> Option<bool> {
        let Value::Table(packs) = &self.get("packs")?.value else { return None };
        match packs.get(name)?.value {
            Value::YesNo(runs) => Some(runs),
            _ => None,
        }
    }

    /// How much a rule weighs, as far as that is set for all files.
    #[must_use]
    pub fn level(&self, rule: &str) -> Option<Level> {
        let Value::Table(rules) = &self.get("rules")?.value else { return None };
        level(&rules.get(rule)?.value)
    }

    /// The patterns of each of the `overrides` with its levels.
    pub fn overrides(&self) -> impl Iterator<Item = (&[Word], BTreeMap<String, Level>)> {
        self.blocks().map(|block| {
            let levels = table(block, "rules");
            let levels = levels.filter_map(|(rule, entry)| Some((rule.to_owned(), level(&entry.value)?)));
            (list(block, "paths"), levels.collect())
        })
    }

    /// All rules that are named, with their places.
    pub fn named_rules(&self) -> impl Iterator<Item = (&str, Place)> {
        let tables = std::iter::once(&self.entries).chain(self.blocks());
        tables.flat_map(|entries| table(entries, "rules").map(|(rule, entry)| (rule, entry.key)))
    }

    /// Parameters with the places of their values.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Word)> {
        self.table("parameters").filter_map(|(name, entry)| match &entry.value {
            Value::Word(word) => Some((name, word)),
            _ => None,
        })
    }

    fn blocks(&self) -> impl Iterator<Item = &Table> {
        let blocks = self.get("overrides").map(|entry| &entry.value);
        blocks.into_iter().flat_map(|value| match value {
            Value::Blocks(blocks) => blocks.as_slice(),
            _ => &[],
        })
    }
}

fn list<'t>(entries: &'t Table, key: &str) -> &'t [Word] {
    match entries.get(key).map(|entry| &entry.value) {
        Some(Value::List(words)) => words,
        _ => &[],
    }
}

fn table<'t>(entries: &'t Table, key: &str) -> impl Iterator<Item = (&'t str, &'t Entry)> {
    let value = entries.get(key).map(|entry| &entry.value);
    let names = value.and_then(|value| if let Value::Table(names) = value { Some(names) } else { None });
    names.into_iter().flatten().map(|(name, entry)| (name.as_str(), entry))
}

fn level(value: &Value) -> Option<Level> {
    match value {
        Value::Word(word) if word.text == table::OFF => Some(Level::Off),
        Value::Word(word) => Severity::parse(&word.text).map(Level::AtMost),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        let mut said = Vec::new();
        let settings = read(FileId(0), text, &mut said);
        assert!(said.is_empty(), "{text}: {said:?}");
        settings
    }

    #[test]
    fn tables_are_joined_and_all_else_is_replaced() {
        let base = "fail-on = 'note'\nexclude = ['a']\n[rules]\nx = 'off'\ny = 'note'\n[packs]\np = false";
        let joined = settings("exclude = ['b']\n[rules]\nx = 'error'").over(settings(base));
        assert_eq!(joined.fail_on(), Some(Severity::Note));
        assert_eq!(joined.list("exclude").iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["b"]);
        assert_eq!(joined.level("x"), Some(Level::AtMost(Severity::Error)));
        assert_eq!(joined.level("y"), Some(Level::AtMost(Severity::Note)));
        assert_eq!((joined.pack("p"), joined.pack("q")), (Some(false), None));
    }

    #[test]
    fn examples_and_defaults_of_the_table_can_be_read() {
        for setting in SETTINGS {
            let name = setting.key;
            assert!(settings(setting.example).get(name).is_some(), "{name}");
            if !setting.default.is_empty() {
                assert!(settings(&format!("{name} = {}", setting.default)).get(name).is_some(), "{name}");
            }
        }
        let all: Vec<_> = SETTINGS.iter().map(|setting| setting.example).collect();
        assert_eq!(settings(&all.join("\n")).entries.len(), SETTINGS.len(), "tables come last");
    }
}

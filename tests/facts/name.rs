//! Owns names: the form in which an id is written, and the other names by which a thing is found.
//! May not know the other fields of a fact.

use std::collections::BTreeMap;

use crate::block::quoted;
use crate::table::{Row, Tables};

/// The tables that name things, and their column of other names.
pub(crate) const NAMED: &[(&str, &str)] = &[
    ("agencies", "synonyms"),
    ("chemicals", "synonyms"),
    ("countries", "aliases"),
    ("families", ""),
    ("materials", "aliases"),
    ("processes", "synonyms"),
    ("reagents", "synonyms"),
    ("stages", ""),
];

/// How each id is written, and what else it is called.
pub(crate) struct Names(BTreeMap<String, Name>);

struct Name {
    shown: String,
    others: Vec<String>,
}

impl Names {
    /// The names that the tables and the aliases give.
    pub(crate) fn new(tables: &Tables) -> Self {
        let named = NAMED.iter().flat_map(|(table, column)| {
            tables
                .rows(table)
                .map(|row| (row.id().to_owned(), Name::new(row.id(), others(tables, table, column, row))))
        });
        Self(named.collect())
    }

    /// The id as the facts write it.
    pub(crate) fn shown<'n>(&'n self, id: &'n str) -> &'n str {
        self.0.get(id).map_or(id, |name| &name.shown)
    }

    /// The ids of a list as the facts write them.
    pub(crate) fn all<'n>(&'n self, ids: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
        ids.map(|id| self.shown(id)).collect()
    }

    /// Every other name of a thing, as it is.
    pub(crate) fn others(&self, id: &str) -> &[String] {
        self.0.get(id).map_or(&[], |name| &name.others)
    }
}

impl Name {
    /// A name that is the id in better letters is how the id is written: `P507` for `p507`.
    fn new(id: &str, names: Vec<String>) -> Self {
        let hyphenated = names.iter().map(|name| name.replace(' ', "-"));
        let shown = hyphenated.filter(|name| is_word(name)).find(|name| name.eq_ignore_ascii_case(id));
        let shown = shown.unwrap_or_else(|| id.to_owned());
        let mut others: Vec<String> = Vec::new();
        for name in names {
            let known =
                name.eq_ignore_ascii_case(&shown) || others.iter().any(|n| n.eq_ignore_ascii_case(&name));
            if !known {
                others.push(name);
            }
        }
        Self { shown, others }
    }
}

fn others(tables: &Tables, table: &str, column: &str, row: Row<'_>) -> Vec<String> {
    let own = if column.is_empty() { Vec::new() } else { row.list(column).collect::<Vec<_>>() };
    let aliases = tables.rows("aliases").filter(|a| a.cell("table") == table && a.cell("id") == row.id());
    let mut names: Vec<_> =
        own.into_iter().chain(aliases.map(|a| a.cell("alias"))).map(str::to_owned).collect();
    if table == "countries" {
        // Nobody quotes a country, so each name of several words is found with hyphens too.
        let written: Vec<_> = [row.cell("name").to_owned()].into_iter().chain(names.clone()).collect();
        let phrases = written.iter().filter(|name| name.contains(' ') && name.split(' ').all(is_word));
        names.extend(phrases.map(|name| name.replace(' ', "-")));
        names.retain(|name| !name.eq_ignore_ascii_case(row.cell("name")));
    }
    names
}

/// Whether a name may stand without quotes.
pub(crate) fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
}

/// A name as it stands in a list: bare where it can, else quoted.
pub(crate) fn written(name: &str) -> String {
    if is_word(name) { name.to_owned() } else { quoted(name) }
}

/// What is left of a name where case, blanks and hyphens do not count.
pub(crate) fn folded(name: &str) -> String {
    let letters =
        name.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '_' | '‐' | '–'));
    letters.flat_map(char::to_lowercase).collect()
}

#[test]
fn the_friendlier_form_of_an_id_is_shown() {
    let name = |id, names: &[&str]| Name::new(id, names.iter().map(|&n| n.to_owned()).collect());
    let p507 = name("p507", &["P-507", "P507", "PC-88A", "p-507"]);
    assert_eq!((p507.shown.as_str(), p507.others.join(" ")), ("P507", "P-507 PC-88A".to_owned()));
    assert_eq!(name("cyanex-272", &["C272", "Cyanex 272"]).shown, "Cyanex-272");
    assert_eq!(name("soda-ash", &["Na2CO3"]).shown, "soda-ash");
}

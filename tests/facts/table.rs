//! Owns reading: a tab-separated table becomes rows whose cells are asked for by column.
//! May not know what any column means, but for the three that every row ends with.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::block::Evidence;
use crate::form::{FORMS, Form};

/// The tables by name.
pub(crate) struct Tables(BTreeMap<&'static str, Table>);

struct Table {
    form: &'static Form,
    rows: Vec<Vec<String>>,
}

/// One row, which knows its columns.
#[derive(Clone, Copy)]
pub(crate) struct Row<'t> {
    form: &'static Form,
    cells: &'t [String],
}

impl Tables {
    /// All tables of a folder, and what was wrong with their form; a malformed row is left out.
    pub(crate) fn read(folder: &Path) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let mut tables = BTreeMap::new();
        for form in FORMS {
            let path = folder.join(format!("{}.tsv", form.name));
            let text = fs::read_to_string(&path).unwrap_or_default();
            tables.insert(form.name, Table { form, rows: rows(form, &text, &mut problems) });
        }
        let known: BTreeSet<_> = FORMS.iter().map(|form| format!("{}.tsv", form.name)).collect();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".tsv") && !known.contains(&name) {
                problems.push(format!("{name}: no form says what its columns are"));
            }
        }
        (Self(tables), problems)
    }

    /// The rows of a table in written order.
    pub(crate) fn rows(&self, name: &str) -> impl Iterator<Item = Row<'_>> {
        self.0.get(name).into_iter().flat_map(|t| t.rows.iter().map(|cells| Row { form: t.form, cells }))
    }

    /// The row of a table whose first key column holds `id`.
    pub(crate) fn row(&self, name: &str, id: &str) -> Option<Row<'_>> {
        self.rows(name).find(|row| row.id() == id)
    }

    /// Whether a table has a row of that id.
    pub(crate) fn has(&self, name: &str, id: &str) -> bool {
        self.row(name, id).is_some()
    }
}

/// The rows of one text, each with as many cells as the form has columns and a key of its own.
pub(crate) fn rows(form: &Form, text: &str, problems: &mut Vec<String>) -> Vec<Vec<String>> {
    let name = form.name;
    let mut lines = text.lines();
    let columns: Vec<_> = form.columns().collect();
    if lines.next().unwrap_or_default().split('\t').ne(columns.iter().copied()) {
        problems.push(format!("{name}.tsv: the header is not `{}`", columns.join(" ")));
        return Vec::new();
    }
    let mut keys = BTreeSet::new();
    let mut rows = Vec::new();
    for (number, line) in lines.enumerate().map(|(at, line)| (at + 2, line)) {
        let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
        if cells.len() != columns.len() {
            problems.push(format!("{name}.tsv:{number}: {} cells, not {}", cells.len(), columns.len()));
        } else if cells.iter().any(|cell| cell.trim() != cell) {
            problems.push(format!("{name}.tsv:{number}: a cell begins or ends with a blank"));
        } else if !keys.insert(form.key_places().map(|at| cells[at].to_lowercase()).collect::<Vec<_>>()) {
            problems.push(format!("{name}.tsv:{number}: a second row of this key"));
        } else {
            rows.push(cells);
        }
    }
    rows
}

impl<'t> Row<'t> {
    /// The text of a cell; asking for a column that the form lacks is a mistake of the asker.
    pub(crate) fn cell(&self, column: &str) -> &'t str {
        let at = self.form.columns().position(|name| name == column);
        assert!(at.is_some(), "{}.tsv has no column `{column}`", self.form.name);
        at.map_or("", |at| &self.cells[at])
    }

    /// The parts of a cell that holds a list.
    pub(crate) fn list(&self, column: &str) -> impl Iterator<Item = &'t str> {
        self.cell(column).split(';').filter(|part| !part.is_empty())
    }

    /// The first key column.
    pub(crate) fn id(&self) -> &'t str {
        self.form.key_places().next().map_or("", |at| &self.cells[at])
    }

    /// How a problem names the row: its table and its key.
    pub(crate) fn place(&self) -> String {
        let key: Vec<_> = self.form.key_places().map(|at| self.cells[at].as_str()).collect();
        format!("{}.tsv, {}", self.form.name, key.join(" "))
    }

    /// What the row as a whole rests on.
    pub(crate) fn evidence(&self) -> Evidence {
        Evidence::new(self.cell("source"), self.cell("as_of"), self.cell("confidence"))
    }

    /// The first source of the row with the day it names, for a fact that holds no more than that source says.
    pub(crate) fn first_source(&self) -> (&'t str, String) {
        let first = self.cell("source").split(" ; ").next().unwrap_or_default();
        (first, last_day_named(first).unwrap_or_else(|| self.cell("as_of").to_owned()))
    }
}

/// The last date in the words of a source, before its address; a month stands for its last day.
fn last_day_named(source: &str) -> Option<String> {
    let words = source.split("http").next().unwrap_or_default();
    let date =
        words.split([' ', ',', '(', ')']).rfind(|word| crate::check::is_date(word) && word.len() > 4)?;
    let month = date.get(5..7)?;
    let last = match month {
        "02" => 28,
        "04" | "06" | "09" | "11" => 30,
        _ => 31,
    };
    Some(if date.len() == 7 { format!("{date}-{last}") } else { date.to_owned() })
}

#[test]
fn a_malformed_row_is_refused() {
    let form = Form { name: "things", key: "id", own: "id name" };
    let read = |text: &str| {
        let mut problems = Vec::new();
        let count = rows(&form, text, &mut problems).len();
        (count, problems.len())
    };
    assert_eq!(read("id\tname\tsource\tas_of\tconfidence\na\tb\tc\t2026\tread\n"), (1, 0));
    assert_eq!(read("id\ttitle\tsource\tas_of\tconfidence\na\tb\tc\t2026\tread\n"), (0, 1));
    assert_eq!(read("id\tname\tsource\tas_of\tconfidence\na\tb\tc\t2026\n"), (0, 1));
    assert_eq!(
        read("id\tname\tsource\tas_of\tconfidence\na\tb\tc\t2026\tread\nA\tb\tc\t2026\tread\n"),
        (1, 1)
    );
}

#[test]
fn a_source_names_its_day() {
    let day = |source| last_day_named(source).unwrap_or_default();
    assert_eq!(
        day("Refineries - Exchange, n.d. (after 2025-11), https://example.org/2026-01-01"),
        "2025-11-30"
    );
    assert_eq!(day("names: babel, 2026-11-24"), "2026-11-24");
    assert_eq!(day("ACS Omega, n.d."), "");
}

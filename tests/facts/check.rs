//! Owns the soundness of the tables: words, dates, references, names, and where two tables must agree.
//! May not know the text that is made from them.

use std::collections::BTreeMap;

use crate::control::links;
use crate::form::{CONFIDENCE, DATES, FORMS, REFERENCES, WORDS};
use crate::item::{family, stage};
use crate::name::{NAMED, Names, folded, is_word};
use crate::place::readings;
use crate::table::Tables;

const ITEMS: [&str; 3] = ["materials", "reagents", "chemicals"];

/// Everything wrong with the tables, each in one line.
pub(crate) fn problems(tables: &Tables) -> Vec<String> {
    [
        evidence(tables),
        words(tables),
        dates(tables),
        references(tables),
        aliases(tables),
        ids(tables),
        items(tables),
        groups(tables),
        stages_of_recipes(tables),
        control_items(tables),
        series(tables),
    ]
    .concat()
}

fn is_item(tables: &Tables, id: &str) -> bool {
    ITEMS.iter().any(|table| tables.has(table, id))
}

fn evidence(tables: &Tables) -> Vec<String> {
    let mut problems = Vec::new();
    for row in FORMS.iter().flat_map(|form| tables.rows(form.name)) {
        if row.cell("source").is_empty() {
            problems.push(format!("{}: no source", row.place()));
        }
        if !is_date(row.cell("as_of")) {
            problems.push(format!("{}: as_of `{}` is no date", row.place(), row.cell("as_of")));
        }
        if !CONFIDENCE.split(' ').any(|known| known == row.cell("confidence")) {
            problems.push(format!("{}: confidence `{}`", row.place(), row.cell("confidence")));
        }
    }
    problems
}

fn words(tables: &Tables) -> Vec<String> {
    let mut problems = Vec::new();
    for (table, column, known) in WORDS {
        for row in tables.rows(table) {
            let strange = row.list(column).filter(|word| !known.split(' ').any(|known| known == *word));
            problems.extend(strange.map(|word| format!("{}: {column} `{word}`", row.place())));
        }
    }
    problems
}

fn dates(tables: &Tables) -> Vec<String> {
    let mut problems = Vec::new();
    for (table, column) in DATES {
        let wrong =
            tables.rows(table).filter(|row| !row.cell(column).is_empty() && !is_date(row.cell(column)));
        problems
            .extend(wrong.map(|row| format!("{}: {column} `{}` is no date", row.place(), row.cell(column))));
    }
    problems
}

/// Whether a text is an ISO year, month or day between 1900 and 2199.
pub(crate) fn is_date(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let number = |at: usize, len: usize| {
        let part =
            parts.get(at).filter(|part| part.len() == len && part.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<u32>().ok()
    };
    let year = number(0, 4).is_some_and(|year| (1900..2200).contains(&year));
    let month = parts.len() < 2 || number(1, 2).is_some_and(|month| (1..=12).contains(&month));
    let longest = match number(1, 2) {
        Some(2) => 29,
        Some(4 | 6 | 9 | 11) => 30,
        _ => 31,
    };
    let day = parts.len() < 3 || number(2, 2).is_some_and(|day| (1..=longest).contains(&day));
    year && month && day && parts.len() <= 3
}

fn references(tables: &Tables) -> Vec<String> {
    let exists = |target: &str, id: &str| {
        if target == "items" { is_item(tables, id) } else { tables.has(target, id) }
    };
    let mut problems = Vec::new();
    for (table, column, target) in REFERENCES {
        for row in tables.rows(table) {
            let missing = row.list(column).filter(|id| !exists(target, id));
            problems.extend(missing.map(|id| format!("{}: {column} `{id}` is not in {target}", row.place())));
        }
    }
    for row in tables.rows("aliases").filter(|row| !tables.has(row.cell("table"), row.cell("id"))) {
        problems.push(format!("{}: `{}` is not in {}", row.place(), row.cell("id"), row.cell("table")));
    }
    problems
}

/// A field expects an item or family, or a firm or country: within each such choice a name means one thing.
fn aliases(tables: &Tables) -> Vec<String> {
    let realm = |table: &str| match table {
        "agencies" | "countries" => "firm or country",
        "stages" => "stage",
        _ => "item or family",
    };
    let names = Names::new(tables);
    let mut owners: BTreeMap<(&str, String), &str> = BTreeMap::new();
    let mut problems = Vec::new();
    for (table, _) in NAMED {
        for row in tables.rows(table).filter(|row| *table != "stages" || stage(row.id()) == row.id()) {
            let words = [row.id(), row.cell("name")]
                .into_iter()
                .chain(names.others(row.id()).iter().map(String::as_str));
            for word in words {
                let owner = owners.entry((realm(table), folded(word))).or_insert(row.id());
                if *owner != row.id() {
                    problems.push(format!("`{word}` names both {owner} and {}", row.id()));
                }
            }
        }
    }
    problems
}

/// Ids are names of the language, each of one row, so that a name alone finds it.
fn ids(tables: &Tables) -> Vec<String> {
    let named = NAMED.iter().map(|(table, _)| *table);
    let named = named.chain(["benchmark_countries", "controls", "groups", "pillars"]);
    let mut owners = BTreeMap::new();
    let mut problems = Vec::new();
    for row in named.flat_map(|table| tables.rows(table)) {
        if !is_word(row.id()) {
            problems.push(format!("{}: the id is no name", row.place()));
        }
        if let Some(other) = owners.insert(row.id().to_lowercase(), row.place()) {
            problems.push(format!("{}: the id is also that of {other}", row.place()));
        }
    }
    problems
}

/// Every material has one family, every other chemical a class, and what the own tables say of items fits.
fn items(tables: &Tables) -> Vec<String> {
    let mut problems = Vec::new();
    for row in ITEMS.iter().flat_map(|table| tables.rows(table)) {
        let families = tables.rows("families").filter(|f| f.list("members").any(|m| m == row.id())).count();
        let classed = tables.has("chemical_classes", row.id());
        if families > 1 || (families == 1) == classed {
            problems.push(format!(
                "{}: of {families} families, with a class of chemical: {classed}",
                row.place()
            ));
        }
        if families == 0 && tables.has("materials", row.id()) {
            problems.push(format!("{}: no family", row.place()));
        }
    }
    for table in ["material_stages", "material_forms", "material_counts"] {
        let strange = tables.rows(table).filter(|row| family(tables, row.id()).is_none());
        problems.extend(strange.map(|row| format!("{}: no material", row.place())));
    }
    let names = Names::new(tables);
    let lost =
        tables.rows("trade_names").filter(|row| !names.others(row.cell("id")).iter().any(|n| n == row.id()));
    problems.extend(lost.map(|row| format!("{}: no synonym of {}", row.place(), row.cell("id"))));
    problems
}

/// Groups are written out in one table and must be what the others say.
fn groups(tables: &Tables) -> Vec<String> {
    let covered: Vec<_> =
        tables.rows("countries").filter(|r| r.cell("covered_nation") == "yes").map(|r| r.id()).collect();
    let law: Vec<_> = tables
        .row("us_rules", "us-covered-nation")
        .map_or(Vec::new(), |r| r.list("covered_nations").collect());
    let buyers = tables.rows("agencies").filter(|r| r.list("groups").any(|group| group == "defense-buyers"));
    let buyers: Vec<_> = buyers.map(|row| row.id()).collect();
    let wanted = [("covered-nations", covered), ("covered-nations", law), ("defense-buyers", buyers)];
    let mut problems = Vec::new();
    for (group, mut members) in wanted {
        let mut listed: Vec<_> =
            tables.row("groups", group).map_or(Vec::new(), |row| row.list("members").collect());
        listed.sort_unstable();
        members.sort_unstable();
        if listed != members {
            problems.push(format!("groups.tsv, {group}: {listed:?}, elsewhere {members:?}"));
        }
    }
    problems
}

/// A material is made at a stage of one of its recipes; what recycling gives back has its stage from the others.
fn stages_of_recipes(tables: &Tables) -> Vec<String> {
    let mut problems = Vec::new();
    for row in tables.rows("material_stages") {
        let recipes = tables.rows("recipes").filter(|recipe| recipe.id() == row.id());
        let stages: Vec<_> = recipes.map(|recipe| stage(recipe.cell("stage"))).collect();
        if !stages.is_empty() && !stages.contains(&row.cell("stage")) {
            problems.push(format!("{}: its recipes stand at {stages:?}", row.place()));
        }
    }
    problems
}

/// The reagents that an announcement names are among the items it covers.
fn control_items(tables: &Tables) -> Vec<String> {
    let mut problems = Vec::new();
    for row in tables.rows("controls") {
        let links = links(tables, row.id());
        let lost = row.list("reagents_named").filter(|id| !links.contains(&(id, "read")));
        problems.extend(lost.map(|id| format!("{}: `{id}` is named but not linked", row.place())));
    }
    problems
}

/// A price series has readings, all of one item.
fn series(tables: &Tables) -> Vec<String> {
    let mut problems = Vec::new();
    for row in tables.rows("benchmark_countries") {
        let mut items: Vec<_> = readings(tables, row.id()).map(|reading| reading.cell("item")).collect();
        items.dedup();
        if items.len() != 1 {
            problems.push(format!("{}: readings of {items:?}", row.place()));
        }
    }
    problems
}

#[test]
fn dates_are_iso() {
    assert!(["2026", "2026-02", "2026-02-28", "2199-12-31"].into_iter().all(is_date));
    assert!(
        !["", "26", "2026-13", "2026-04-31", "2026-Q1", "2026-1-1", "1899", "2026-01-01-01"]
            .into_iter()
            .any(is_date)
    );
}

//! Owns the facts about what is made and bought: stages, families, materials, chemicals and processes.
//! May not know how items hang together; that is `recipe` and `control`.

use crate::block::{Evidence, Fact, listed};
use crate::name::{Names, written};
use crate::place::{also, groups};
use crate::table::{Row, Tables};

/// The day on which what is known from memory was written down.
const RECORDED: &str = "2026-11-24";

/// The stage that a word of the tables means: precipitation and calcination belong to separation.
pub(crate) fn stage(id: &str) -> &str {
    if id == "oxide" { "separation" } else { id }
}

/// The stages of a list, each once.
fn stage_list<'t>(ids: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut stages = Vec::new();
    for id in ids.map(stage) {
        if !stages.contains(&id) {
            stages.push(id);
        }
    }
    stages
}

/// The eight stages.
pub(crate) fn stages(tables: &Tables, names: &Names) -> Vec<Fact> {
    let rows = tables.rows("stages").filter(|row| stage(row.id()) == row.id());
    rows.map(|row| stage_fact(tables, names, row)).collect()
}

fn stage_fact(tables: &Tables, names: &Names, row: Row<'_>) -> Fact {
    let folded = tables.rows("stages").filter(|part| stage(part.id()) == row.id());
    let puts_out: Vec<_> = folded.map(|part| part.cell("puts_out")).collect();
    let mut fact = Fact::new("stage", row.id(), row.cell("name"), row.evidence())
        .list("also", &also(names, row.id()))
        .text("puts_out", &puts_out.join("; "));
    if let Some(need) = tables.row("stage_needs", row.id()) {
        let needs: Vec<_> = need.list("needs").collect();
        fact = fact.apart("needs", &listed(&needs), &need.evidence());
    }
    for (field, column) in [("lead_min", "lead_time_years_min"), ("lead_max", "lead_time_years_max")] {
        let years = row.cell(column);
        let value = match years {
            "" => String::new(),
            "1" => "1 year".to_owned(),
            _ => format!("{years} years"),
        };
        fact = if is_remembered(row.cell("lead_time_basis"), years) && row.cell("confidence") != "memory" {
            fact.apart(field, &value, &Evidence::new("(memory)", RECORDED, "memory"))
        } else {
            fact.field(field, &value)
        };
    }
    fact
}

/// Whether the basis of a lead time is memory, as a whole or in the clause for this number of years.
fn is_remembered(basis: &str, years: &str) -> bool {
    let of_this = format!("{years} =");
    basis.starts_with("memory")
        || basis.split("; ").any(|clause| clause.starts_with(&of_this) && clause.contains("memory"))
}

/// Families of materials; the pseudo-family of process chemicals is no family of a material.
pub(crate) fn families(tables: &Tables, names: &Names) -> Vec<Fact> {
    let rows = tables.rows("families").filter(|row| !row.cell("members").is_empty());
    let facts = rows.map(|row| {
        Fact::new("family", row.id(), row.cell("name"), row.evidence())
            .list("chain", &stage_list(row.list("chain")))
            .list("stages", &stage_list(row.list("stages")))
            .list("also", &also(names, row.id()))
    });
    facts.collect()
}

/// The family of an item; only materials have one.
pub(crate) fn family<'t>(tables: &'t Tables, id: &str) -> Option<&'t str> {
    let family = tables.rows("families").find(|row| row.list("members").any(|member| member == id));
    family.map(|row| row.id())
}

/// Whatever a family names, wherever its row stands, then the groups of materials.
pub(crate) fn materials(tables: &Tables, names: &Names) -> Vec<Fact> {
    let rows = tables.rows("materials").map(|row| (row, row.cell("kind")));
    let others = tables.rows("chemicals").filter(|row| family(tables, row.id()).is_some());
    let others =
        others.map(|row| (row, tables.row("material_forms", row.id()).map_or("", |form| form.cell("form"))));
    let facts = rows.chain(others).map(|(row, form)| material(tables, names, row, form));
    facts.chain(groups(tables, names, "material")).collect()
}

fn material(tables: &Tables, names: &Names, row: Row<'_>, form: &str) -> Fact {
    let id = row.id();
    let (class, fraction) = match tables.row("materials", id) {
        Some(row) => (row.cell("class_usgs"), row.cell("metal_mass_fraction")),
        None => ("", ""),
    };
    let reading = |table, column| tables.row(table, id).map_or("", |row| row.cell(column));
    Fact::new("material", names.shown(id), row.cell("name"), material_evidence(tables, row, class, fraction))
        .field("family", family(tables, id).unwrap_or_default())
        .field("form", form)
        .field("stage", reading("material_stages", "stage"))
        .field("counted_as", names.shown(reading("material_counts", "counted_as")))
        .field("class", class)
        .field("metal_fraction", fraction)
        .list("also", &also(names, id))
}

/// A material's fact rests on the project's readings, and on its own row only for what it takes from there.
fn material_evidence(tables: &Tables, row: Row<'_>, class: &str, fraction: &str) -> Evidence {
    let readings = ["material_stages", "material_forms", "material_counts"];
    let readings = readings.iter().filter_map(|table| tables.row(table, row.id())).map(|row| row.evidence());
    let own = (!class.is_empty() || !fraction.is_empty()).then(|| row.evidence());
    let all = own.into_iter().chain(readings).reduce(|all, one| all.with(&one));
    all.unwrap_or_else(|| row.evidence())
}

/// Reagents, and what only recipes need.
pub(crate) fn chemicals(tables: &Tables, names: &Names) -> Vec<Fact> {
    let reagents = tables.rows("reagents").map(|row| {
        let fact = chemical(tables, names, row, &stage_list(row.list("process_stage")));
        let china = row.cell("china_dominant");
        if china == "unknown" { fact } else { fact.apart("dominant", china, &dominance(row)) }
    });
    let others = tables.rows("chemicals").filter(|row| family(tables, row.id()).is_none());
    reagents.chain(others.map(|row| chemical(tables, names, row, &[]))).collect()
}

fn chemical(tables: &Tables, names: &Names, row: Row<'_>, stages: &[&str]) -> Fact {
    let id = row.id();
    let class = tables.row("chemical_classes", id).map_or("", |row| row.cell("class"));
    let is_trade = |name: &str| tables.row("trade_names", name).is_some_and(|row| row.cell("id") == id);
    let (trade, others): (Vec<_>, Vec<_>) = names.others(id).iter().partition(|name| is_trade(name));
    let list = |names: Vec<&String>| names.iter().map(|name| written(name)).collect::<Vec<_>>();
    Fact::new("chemical", names.shown(id), row.cell("name"), row.evidence())
        .field("class", class)
        .list("stages", stages)
        .text("cas", row.cell("cas"))
        .list("also", &list(others))
        .list("trade", &list(trade))
}

/// Who says that China is the main source: the row's first source, or nobody who can be named.
fn dominance(row: Row<'_>) -> Evidence {
    let confidence = row.cell("china_dominant_confidence");
    if confidence == "memory" {
        return Evidence::new("(memory)", RECORDED, confidence);
    }
    let (source, as_of) = row.first_source();
    Evidence::new(source, &as_of, confidence)
}

/// What can be licensed rather than bought.
pub(crate) fn processes(tables: &Tables, names: &Names) -> Vec<Fact> {
    let facts = tables.rows("processes").map(|row| {
        Fact::new("process", names.shown(row.id()), row.cell("name"), row.evidence())
            .field("stage", row.cell("stage"))
            .list("needs", &row.list("needs").collect::<Vec<_>>())
            .list("also", &also(names, row.id()))
    });
    facts.collect()
}

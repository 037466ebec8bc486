//! Owns the facts about places and bodies: countries, agencies, price indices, pillars, and groups.
//! May not know items beyond their names.

use crate::block::{Evidence, Fact};
use crate::name::{Names, written};
use crate::table::{Row, Tables};

/// Countries by ISO code, then the groups of countries.
pub(crate) fn countries(tables: &Tables, names: &Names) -> Vec<Fact> {
    let countries = tables.rows("countries").map(|row| {
        // A country's fact holds its codes and names only; the sources after the first are for other columns.
        let (source, as_of) = row.first_source();
        let evidence = Evidence::new(source, &as_of, row.cell("confidence"));
        let fact = Fact::new("country", row.id(), row.cell("name"), evidence)
            .text("alpha3", row.cell("alpha3"))
            .list("also", &also(names, row.id()));
        match tables.row("country_parts", row.id()) {
            Some(part) => fact.apart("part_of", part.cell("part_of"), &part.evidence()),
            None => fact,
        }
    });
    countries.chain(groups(tables, names, "country")).collect()
}

/// Public bodies, then the groups of them.
pub(crate) fn agencies(tables: &Tables, names: &Names) -> Vec<Fact> {
    let agencies = tables.rows("agencies").map(|row| {
        Fact::new("agency", names.shown(row.id()), row.cell("name"), row.evidence())
            .field("country", row.cell("country"))
            .list("also", &also(names, row.id()))
    });
    agencies.chain(groups(tables, names, "agency")).collect()
}

/// Price series; the item is that of the series' readings.
pub(crate) fn benchmarks(tables: &Tables, names: &Names) -> Vec<Fact> {
    let series = tables.rows("benchmark_countries").map(|row| {
        let item = readings(tables, row.id()).next().map_or("", |reading| reading.cell("item"));
        Fact::new("benchmark", row.id(), row.cell("name"), row.evidence())
            .field("item", names.shown(item))
            .field("country", row.cell("country"))
    });
    series.collect()
}

/// The rows of a price series: those whose id is the series and the month or year of the price.
pub(crate) fn readings<'t>(tables: &'t Tables, series: &str) -> impl Iterator<Item = Row<'t>> {
    tables.rows("prices").filter(move |row| {
        let rest = row.id().strip_prefix(series).and_then(|rest| rest.strip_prefix('-'));
        rest.is_some_and(|month| row.cell("date").starts_with(month))
    })
}

/// The pillars that a proposal can name.
pub(crate) fn pillars(tables: &Tables) -> Vec<Fact> {
    tables
        .rows("pillars")
        .map(|row| Fact::new("pillar", row.id(), row.cell("name"), row.evidence()))
        .collect()
}

/// The groups of one kind, with what counts as their members.
pub(crate) fn groups(tables: &Tables, names: &Names, of: &str) -> Vec<Fact> {
    let groups = tables.rows("groups").filter(|row| row.cell("of") == of).map(|row| {
        let counted = tables.rows("material_counts").filter(|count| {
            of == "material" && row.list("members").any(|member| member == count.cell("counted_as"))
        });
        let members: Vec<_> = row.list("members").chain(counted.map(|count| count.id())).collect();
        Fact::new("group", row.id(), row.cell("name"), row.evidence())
            .field("of", of)
            .list("members", &names.all(members.into_iter()))
            .text("means", row.cell("means"))
    });
    groups.collect()
}

/// The other names of a thing as a list holds them.
pub(crate) fn also(names: &Names, id: &str) -> Vec<String> {
    names.others(id).iter().map(|name| written(name)).collect()
}

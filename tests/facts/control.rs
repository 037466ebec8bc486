//! Owns the facts about export controls: their dates, and which items they name.
//! May not know what follows from a control on a day; rules decide that.

use crate::block::{Evidence, Fact, listed};
use crate::name::Names;
use crate::table::{Row, Tables};

/// Controls whose kind is one; what suspends or eases others is none.
pub(crate) fn controls(tables: &Tables, names: &Names) -> Vec<Fact> {
    let rows = tables.rows("controls").map(|row| (row, classes(tables, row)));
    rows.filter(|(_, classes)| !classes.is_empty())
        .map(|(row, classes)| control(tables, names, row, &classes))
        .collect()
}

fn classes<'t>(tables: &'t Tables, row: Row<'t>) -> Vec<&'t str> {
    let classes = row.list("kind").filter_map(|kind| tables.row("control_classes", kind));
    classes.map(|row| row.cell("class")).filter(|class| !class.is_empty()).collect()
}

fn control(tables: &Tables, names: &Names, row: Row<'_>, classes: &[&str]) -> Fact {
    let links = links(tables, row.id());
    let (read, inferred): (Vec<_>, Vec<_>) =
        links.into_iter().partition(|(_, confidence)| *confidence == "read");
    let items = |links: Vec<(&str, &str)>| {
        listed(&links.iter().map(|(item, _)| names.shown(item)).collect::<Vec<_>>())
    };
    let reading =
        Evidence::new("the project's own reading of the items named", row.cell("as_of"), "inferred");
    Fact::new("control", row.id(), &format!("{}: {}", row.cell("number"), row.cell("title")), row.evidence())
        .text("issuer", row.cell("issuer"))
        .field("country", &issuing_country(row))
        .list("classes", classes)
        .field("covers", &items(read))
        .field("announced", row.cell("announced"))
        .field("in_force", row.cell("in_force_from"))
        .field("suspended", row.cell("suspended_from"))
        .field("suspended_until", row.cell("suspended_to"))
        .field("claimed_until", row.cell("claimed_extension_to"))
        .field("status", row.cell("status_at_2026_11_24"))
        .apart("covers_inferred", &items(inferred), &reading)
}

/// The state whose measure it is: the first word of the id.
fn issuing_country(row: Row<'_>) -> String {
    row.id().split('-').next().unwrap_or_default().to_uppercase()
}

/// The items that a control covers, with the confidence of each link; `control_links` has the last word.
pub(crate) fn links<'t>(tables: &'t Tables, control: &str) -> Vec<(&'t str, &'t str)> {
    let named = |row: &Row<'t>| row.list("cn_control").any(|id| id == control);
    let materials = tables.rows("materials").filter(named).map(|row| (row.id(), "read"));
    let reagents =
        tables.rows("reagents").filter(named).map(|row| (row.id(), row.cell("cn_control_confidence")));
    let own: Vec<_> = tables.rows("control_links").filter(|row| row.id() == control).collect();
    let is_own = |item: &str| own.iter().any(|row| row.cell("item") == item);
    let joined = materials.chain(reagents).filter(|(item, _)| !is_own(item));
    joined.chain(own.iter().map(|row| (row.cell("item"), row.cell("confidence")))).collect()
}

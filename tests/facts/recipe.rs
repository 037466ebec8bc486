//! Owns the facts about what is made from what.
//! May not know what the items are.

use crate::block::{Fact, is_weaker};
use crate::name::Names;
use crate::table::{Row, Tables};

/// The factor that can be used to convert: tonnes for tonnes.
const UNIT: &str = "t/t";

/// One recipe for each row.
pub(crate) fn recipes(tables: &Tables, names: &Names) -> Vec<Fact> {
    tables.rows("recipes").map(|row| recipe(names, row)).collect()
}

fn recipe(names: &Names, row: Row<'_>) -> Fact {
    let (product, ingredient) = (names.shown(row.cell("product")), names.shown(row.cell("ingredient")));
    let fact = Fact::new("recipe", &format!("{product}-from-{ingredient}"), "", row.evidence())
        .field("product", product)
        .field("ingredient", ingredient)
        .field("role", row.cell("role"))
        .text("route", row.cell("route"));
    let confidence = factor_confidence(row);
    if is_weaker(confidence, row.evidence().confidence()) {
        fact.weaker("factor", &factor(row), confidence)
    } else {
        fact.field("factor", &factor(row))
    }
}

/// The tonnes of ingredient that a tonne of product takes, as far as both ends are known.
fn factor(row: Row<'_>) -> String {
    match (row.cell("factor_unit"), row.cell("factor_min"), row.cell("factor_max")) {
        (UNIT, "", "") => String::new(),
        (UNIT, min, "") => format!("at least {min}"),
        (UNIT, "", max) => format!("up to {max}"),
        (UNIT, min, max) if min == max => min.to_owned(),
        (UNIT, min, max) => format!("between {min} and {max}"),
        _ => String::new(),
    }
}

/// The confidence of the weaker end. What one plant does is read, but that others do so is inferred.
fn factor_confidence<'t>(row: Row<'t>) -> &'t str {
    let bounds = [row.cell("min_confidence"), row.cell("max_confidence")];
    let one_plant = row.cell("basis").contains("one inventory").then_some("inferred");
    let known = bounds.into_iter().filter(|confidence| !confidence.is_empty()).chain(one_plant);
    known.reduce(|weak, other| if is_weaker(other, weak) { other } else { weak }).unwrap_or("read")
}

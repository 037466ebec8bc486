//! Whether waivers can be relied on: owns the `waiver-…` diagnostics. What a good waiver silences is decided
//! elsewhere.

use super::world::World;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{EntityId, FieldState, Written};
use crate::source::Place;
use crate::value::Day;

/// Words that stand where a reason is still to come.
const PLACEHOLDERS: [&str; 7] = ["todo", "tbd", "tbc", "fixme", "n/a", "none", "reason"];

/// The mistakes in the waivers of a portfolio, as of the day of the run.
pub(super) fn check(world: &World<'_>, today: Day) -> Vec<Diagnostic> {
    let kinds = world.schema.kinds().filter(|(_, kind)| kind.anywhere);
    let set = kinds.fold(crate::schema::KindSet::EMPTY, |set, (_, kind)| set.union(kind.family));
    let waivers = world.model.declared().filter(|id| set.has(world.model.kind(*id)));
    waivers.flat_map(|id| mistakes(world, id, today)).collect()
}

fn mistakes(world: &World<'_>, id: EntityId, today: Day) -> Vec<Diagnostic> {
    let Some(place) = world.model.place(id) else { return Vec::new() };
    let error = |code: &str, place: Place, message: String| {
        Diagnostic::new(code, Severity::Error, message, place.file, place.span)
    };
    let rule = world.model.name(id);
    let mut found = Vec::new();
    if world.catalogue.rule(rule).is_none() {
        let (message, label) = match (world.catalogue.explanation(rule), world.catalogue.nearest(rule)) {
            (Some(_), _) => (
                format!("`{rule}` is a mistake in the text and cannot be waived"),
                "mend it instead".to_owned(),
            ),
            (None, Some(near)) => (
                format!("there is no rule `{rule}`, so this waives nothing"),
                format!("did you mean `{near}`?"),
            ),
            (None, None) => {
                (format!("there is no rule `{rule}`, so this waives nothing"), "no such rule".to_owned())
            }
        };
        found.push(
            error("waiver-unknown-rule", place, message)
                .label(label)
                .help("`plumbrule rules` lists the rules"),
        );
    }
    if !has_reason(world, id) {
        let help = format!("waive {rule} {{ reason: \"…\"; until: {} }}", today.plus_months(12));
        found.push(
            error("waiver-without-reason", place, "this waiver gives no reason, so it waives nothing".into())
                .label("`reason` is missing")
                .help(help),
        );
    }
    if let Some((dates, place)) = until(world, id).filter(|(dates, _)| dates.last < today) {
        let days = i64::from(today.0) - i64::from(dates.last.0);
        let label = format!("{days} days before this run, {today}");
        let message = format!("this waiver ended on {}", dates.last);
        found.push(
            error("waiver-expired", place, message)
                .label(label)
                .help("remove it, or move `until` and say why it still holds"),
        );
    }
    found
}

fn has_reason(world: &World<'_>, id: EntityId) -> bool {
    let Some(FieldState::Written(cell, file)) = field(world, id, "reason") else { return false };
    match cell.value {
        Written::Text(span) => {
            let words = world
                .sources
                .words(Place { file, span })
                .trim()
                .trim_matches(['.', '…', '?', '-'])
                .to_ascii_lowercase();
            words.chars().count() > 2 && !PLACEHOLDERS.contains(&words.as_str()) && !words.starts_with("todo")
        }
        // What could not be read has its own diagnostic.
        Written::Unreadable => true,
        _ => false,
    }
}

fn until(world: &World<'_>, id: EntityId) -> Option<(crate::value::Dates, Place)> {
    match field(world, id, "until")? {
        FieldState::Written(cell, file) => match cell.value {
            Written::Dates(dates) => Some((dates, Place { file, span: cell.span })),
            _ => None,
        },
        _ => None,
    }
}

fn field(world: &World<'_>, id: EntityId, name: &str) -> Option<FieldState> {
    let kind = world.schema.kind(world.model.kind(id))?;
    let slot = kind.slot(world.model.names.get(name)?)?;
    Some(world.model.field(id, slot))
}

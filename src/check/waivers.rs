//! Waivers: owns which can be relied on, what they silence, and the `waiver-…` diagnostics.

use rustc_hash::FxHashMap;

use super::world::World;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{EntityId, FieldState, Written};
use crate::schema::KindSet;
use crate::source::{FileId, Place};
use crate::value::Day;

/// Words that stand where a reason is still to come.
const PLACEHOLDERS: [&str; 7] = ["todo", "tbd", "tbc", "fixme", "n/a", "none", "reason"];

/// A waiver that can be relied on: it silences one rule in the block around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiver {
    waiver: EntityId,
    block: EntityId,
    used: bool,
}

/// The waivers of a portfolio.
#[derive(Debug, Default)]
pub(super) struct Waivers {
    /// Those that silence something, by the rule that they name.
    by_rule: FxHashMap<String, Vec<Waiver>>,
    /// What is wrong with them.
    pub mistakes: Vec<Diagnostic>,
}

impl Waivers {
    /// Reads the waivers of a portfolio, as of the day of the run. One with a mistake silences nothing.
    pub(super) fn read(world: &World<'_>, today: Day) -> Waivers {
        let kinds = world.schema.kinds().filter(|(_, kind)| kind.anywhere);
        let set = kinds.fold(KindSet::EMPTY, |set, (_, kind)| set.union(kind.family));
        let mut waivers = Waivers::default();
        for id in world.of_kinds(set).iter().copied().filter(|id| !world.model.is_fact(*id)) {
            let found = mistakes(world, id, today);
            let block = world.model.parent(id);
            if let (true, Some(block)) = (found.is_empty(), block) {
                let of_rule = waivers.by_rule.entry(world.model.name(id).to_owned()).or_default();
                of_rule.push(Waiver { waiver: id, block, used: false });
            }
            waivers.mistakes.extend(found);
        }
        waivers
    }

    /// Those of a rule; most have none.
    pub(super) fn of_rule(&mut self, rule: &str) -> &mut [Waiver] {
        self.by_rule.get_mut(rule).map_or(&mut [], Vec::as_mut_slice)
    }

    /// Waivers of rules that ran and silenced nothing.
    pub(super) fn unused(&self, world: &World<'_>, ran: &dyn Fn(&str, FileId) -> bool) -> Vec<Diagnostic> {
        let idle = self.by_rule.iter().flat_map(|(rule, waivers)| {
            waivers.iter().filter(|waiver| !waiver.used).map(move |waiver| (rule, waiver))
        });
        let found = idle.filter_map(|(rule, waiver)| {
            let place = world.model.place(waiver.waiver).filter(|place| ran(rule, place.file))?;
            let message =
                format!("nothing is found here that `{rule}` would say, so there is nothing to waive");
            let found = Diagnostic::new("waiver-unused", Severity::Warning, message, place.file, place.span);
            Some(found.label("silences nothing").help("remove it"))
        });
        found.collect()
    }
}

/// Whether waivers of its rule silence a finding in an entity; those that do so count as used.
pub(super) fn silence(waivers: &mut [Waiver], world: &World<'_>, entity: EntityId) -> bool {
    let mut silenced = false;
    for waiver in waivers {
        let block = world.model.entity(waiver.block);
        let inside = block.is_some_and(|block| (waiver.block.0..block.end).contains(&entity.0));
        waiver.used |= inside;
        silenced |= inside;
    }
    silenced
}

fn mistakes(world: &World<'_>, id: EntityId, today: Day) -> Vec<Diagnostic> {
    let Some(place) = world.model.place(id) else { return Vec::new() };
    let error = |code: &str, place: Place, message: String| {
        Diagnostic::new(code, Severity::Error, message, place.file, place.span)
    };
    let rule = world.model.name(id);
    let mut found = Vec::new();
    if !world.catalogue.has_rule(rule) {
        let (message, label) = match (world.catalogue.knows(rule), world.catalogue.nearest(rule)) {
            (true, _) => (
                format!("`{rule}` is a mistake in the text and cannot be waived"),
                "mend it instead".to_owned(),
            ),
            (_, Some(near)) => (
                format!("there is no rule `{rule}`, so this waives nothing"),
                format!("did you mean `{near}`?"),
            ),
            (_, None) => {
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

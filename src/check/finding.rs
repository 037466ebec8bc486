//! From true conditions to a finding: owns how severity, sentence, labels, route, notes and facts are put
//! together. Knows not what becomes of findings of other rules.

use std::ops::ControlFlow;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::eval::Evaluator;
use super::graph::{Route, State};
use super::reliance::Facts;
use super::value::Value;
use super::world::World;
use crate::config::Level;
use crate::diagnostic::{Detail, Diagnostic, Hop, Label as Labelled, Note, NoteKind, Severity};
use crate::model::{Confidence, EntityId, Provenance};
use crate::rule::{Access, Conditional, Expr, How, Label, LetUse, Node, Rule, SeverityStep, Stage, Template};
use crate::source::{Origin, Place};

/// Most stations of a route that its one-line form names.
const MAX_HOPS: usize = 32;
/// Most other ends and passed links that are named.
const MAX_NAMED: usize = 6;

/// A finding that may still yield, be absorbed or be joined with others.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub severity: Severity,
    /// Where the primary label stands.
    pub place: Place,
    /// The entity in which it lies.
    pub entity: EntityId,
    pub basis: Basis<'a>,
    /// Length of the route, if there is one.
    pub steps: u32,
    /// Whether a finding of a rule that covers this one speaks for it.
    pub absorbed: bool,
    /// What is said; nothing where findings are only counted.
    pub said: Option<Box<Diagnostic>>,
}

/// What a finding rests on, as far as it is counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Basis<'a> {
    /// The newest date of a fact, as written.
    pub newest: Option<&'a str>,
    pub weakest: Option<Confidence>,
}

/// Why a severity differs from that of the rule.
#[derive(Clone, Copy, Debug)]
enum Reason<'r, 'a> {
    /// What a severity step says.
    Step(&'r Template),
    Said(&'a str),
}

impl Draft<'_> {
    /// The finding as others see it.
    pub(super) fn diagnostic(&self, rule: &Rule, message: String, world: &World<'_>) -> Box<Diagnostic> {
        let mut said = Diagnostic::new(&rule.id, self.severity, message, self.place.file, self.place.span);
        said.as_of = Some(world.as_of(self.entity));
        Box::new(said)
    }
}

impl<'a> Evaluator<'_, 'a> {
    /// The finding of a rule whose variables are bound and whose conditions hold.
    pub(super) fn finding(&mut self, rule: &Rule, detail: Detail) -> Option<Draft<'a>> {
        self.bind_lets(rule, LetUse::Finding);
        let (place, entity) = self.guilty(rule)?;
        let step = rule.steps.iter().find(|step| self.truth(&step.when).holds());
        let mut facts = if rule.rests_on_facts { self.facts(rule, step) } else { Facts::default() };
        let most = match self.world.run.levels.of(rule.id.as_str(), place.file) {
            Some(Level::Off) => return None,
            Some(Level::AtMost(most)) => Some(most),
            None => None,
        };
        let (severity, reason) = self.severity(rule, step, most, &facts);
        if !rule.always_speaks() {
            self.first_holding(&rule.messages)?;
        }
        let route = self.route_of(rule);
        let steps = route.as_deref().map_or(0, |route| route.steps.len() as u32);
        let mut draft =
            Draft { severity, place, entity, basis: Basis::default(), steps, absorbed: false, said: None };
        if detail >= Detail::Line {
            let message = self.sentence(rule);
            let mut said = draft.diagnostic(rule, message, self.world);
            if detail == Detail::Full {
                said.beyond_mut().subject = Some(self.world.path(entity));
                self.beyond_line(|own| {
                    if !rule.rests_on_facts {
                        facts = own.facts(rule, step);
                    }
                    own.explain(rule, step, reason, &facts, route.as_deref(), &mut said);
                });
            }
            draft.said = Some(said);
        }
        draft.basis = self.basis(&facts);
        Some(draft)
    }

    fn bind_lets(&mut self, rule: &Rule, wanted: LetUse) {
        for stage in &rule.stages {
            if let Stage::Let(slot, value, usage) = stage
                && *usage == wanted
            {
                let value = self.eval(value);
                self.bind(*slot, value);
            }
        }
    }

    fn sentence(&mut self, rule: &Rule) -> String {
        self.in_line(|own| {
            if own.fuel > 0 {
                own.bind_lets(rule, LetUse::Line);
                let message = own.first_holding(&rule.messages).map(|message| own.fill(message));
                // One that was begun when the fuel ended may be untrue.
                if let Some(message) = message.filter(|_| own.fuel > 0) {
                    return message;
                }
            }
            format!("the sentence of `{}` is left out: it takes too many steps on this portfolio", rule.id)
        })
    }

    fn basis(&self, facts: &Facts) -> Basis<'a> {
        let evidence = facts.iter().filter_map(|fact| self.evidence(fact));
        evidence.fold(Basis::default(), |basis, evidence| Basis {
            newest: basis.newest.max(Some(evidence.as_of.as_str())),
            weakest: Some(basis.weakest.map_or(evidence.confidence, |known| known.min(evidence.confidence))),
        })
    }

    /// All that a finding says beyond its sentence.
    fn explain(
        &mut self,
        rule: &Rule,
        step: Option<&SeverityStep>,
        reason: Option<Reason<'_, '_>>,
        facts: &Facts,
        route: Option<&Route>,
        out: &mut Diagnostic,
    ) {
        if self.fuel == 0 {
            return shorten(out);
        }
        self.bind_lets(rule, LetUse::Text);
        if let Some((label, ..)) = self.primary(rule) {
            out.primary.text = self.fill(&label.text);
        }
        let primary = out.primary.place;
        let said = out.beyond_mut();
        said.severity_reason = reason.map(|reason| self.reason(reason));
        said.related = self.related(rule, primary);
        if let Some(route) = route {
            said.route = self.hops(route);
            said.notes.extend(self.path_note(route));
        }
        said.notes.extend(self.notes(rule));
        said.notes.extend(self.settings(rule, step, facts));
        if let Some(why) = &rule.why {
            said.notes.push(Note { kind: NoteKind::Why, text: why.clone() });
        }
        said.notes.sort_by_key(|note| note.kind);
        said.facts = facts.iter().filter_map(|fact| self.quote(fact)).collect();
        said.help = self.first_holding(&rule.help).map(|help| self.fill_help(help));
        said.fixes = self.fixes(rule);
        if self.fuel == 0 {
            shorten(out);
        }
    }

    fn first_holding<'r>(&mut self, choices: &'r [Conditional<Template>]) -> Option<&'r Template> {
        let mut choices = choices.iter();
        let holds = choices.find(|choice| choice.when.as_ref().is_none_or(|when| self.truth(when).holds()));
        holds.map(|choice| &choice.then)
    }

    /// Where the primary label stands, and in which entity; which it is matters only if they stand at several places.
    fn guilty(&mut self, rule: &Rule) -> Option<(Place, EntityId)> {
        match rule.only_place() {
            Some(place) => self.place(place).filter(|(place, _)| self.may_point(*place)),
            None => self.primary(rule).map(|(_, place, entity)| (place, entity)),
        }
    }

    /// The primary label that holds, where it stands, and in which entity.
    fn primary<'r>(&mut self, rule: &'r Rule) -> Option<(&'r Label, Place, EntityId)> {
        for label in &rule.primary {
            if label.when.as_ref().is_none_or(|when| self.truth(when).holds())
                && let Some((place, entity)) = self.place(&label.place)
                && self.may_point(place)
            {
                return Some((label, place, entity));
            }
        }
        None
    }

    /// Shipped text is nobody's draft: nothing points there first.
    fn may_point(&self, place: Place) -> bool {
        self.world.sources.get(place.file).is_some_and(|file| file.origin == Origin::Portfolio)
    }

    /// Where a label stands, and in which entity.
    fn place(&mut self, expr: &Expr) -> Option<(Place, EntityId)> {
        if let Node::Field(base, Access::Entity(_, per_kind)) = &expr.node {
            let id = self.entity(base)?;
            if let Some(How::Field(slot)) = per_kind.get(self.world.model.kind(id).0 as usize) {
                return Some((self.world.model.place_of(id, *slot)?, id));
            }
        }
        match self.eval(expr) {
            Value::Entity(id) | Value::Share(id, _) => Some((self.world.model.place(id)?, id)),
            Value::Step(id, at) => {
                let route = self.scratch.route(id)?;
                let step = route.steps.get(at as usize)?;
                Some((step.place?, step.from.0))
            }
            _ => None,
        }
    }

    fn related(&mut self, rule: &Rule, primary: Place) -> Vec<Labelled> {
        let mut labels: Vec<Labelled> = Vec::new();
        for label in &rule.secondary {
            match &label.each {
                None => labels.extend(self.secondary(label)),
                Some(source) => {
                    let found = &mut labels;
                    self.members(source, &mut |own, _, truth, _| {
                        if truth.holds() {
                            found.extend(own.apart(|own| own.secondary(label)));
                        }
                        ControlFlow::Continue(())
                    });
                }
            }
        }
        let mut seen: FxHashSet<Place> = FxHashSet::from_iter([primary]);
        labels.retain(|label| seen.insert(label.place));
        labels
    }

    fn secondary(&mut self, label: &Label) -> Option<Labelled> {
        if label.when.as_ref().is_some_and(|when| !self.truth(when).holds()) {
            return None;
        }
        let (place, _) = self.place(&label.place)?;
        // A fact is quoted with its source, which says more than a line of a table.
        self.may_point(place).then(|| Labelled { place, text: self.fill(&label.text) })
    }

    /// The facts that the ranges and conditions of a finding rest on, and its severity step.
    fn facts(&mut self, rule: &Rule, step: Option<&SeverityStep>) -> Facts {
        let mut facts = Facts::default();
        for stage in &rule.stages {
            match stage {
                Stage::Each(source) => self.rely_source(source, &mut facts),
                Stage::When(condition) => self.rely(condition, &mut facts),
                Stage::Let(..) => {}
            }
        }
        if let Some(step) = step {
            self.rely(&step.when, &mut facts);
        }
        facts
    }

    /// The severity after the step that holds, what the project sets, and the cap of the weakest fact, with the
    /// reason.
    fn severity<'r>(
        &self,
        rule: &Rule,
        step: Option<&'r SeverityStep>,
        most: Option<Severity>,
        facts: &Facts,
    ) -> (Severity, Option<Reason<'r, 'a>>) {
        let (mut severity, mut reason) = (rule.severity, None);
        if let Some(step) = step.filter(|step| step.to != rule.severity) {
            (severity, reason) = (step.to, Some(Reason::Step(&step.because)));
        }
        if let Some(most) = most {
            // Where the rule gives a reason to say less, that still holds.
            let set = if step.is_some() { severity.min(most) } else { most };
            if set != severity {
                (severity, reason) = (set, Some(Reason::Said("this project sets it so")));
            }
        }
        if severity == Severity::Error
            && let Some(cap) = facts.iter().find_map(|fact| self.evidence(fact).and_then(Provenance::cap))
        {
            return (Severity::Warning, Some(Reason::Said(cap)));
        }
        (severity, reason)
    }

    fn reason(&mut self, reason: Reason<'_, '_>) -> String {
        match reason {
            Reason::Step(because) => self.fill(because),
            Reason::Said(words) => words.to_owned(),
        }
    }

    /// The path that a range of the rule is bound to.
    fn route_of(&self, rule: &Rule) -> Option<Rc<Route>> {
        rule.stages.iter().find_map(|stage| match stage {
            Stage::Each(source) => match self.frame.get(source.slot as usize) {
                Some(Value::Path(route)) => self.scratch.route(*route),
                _ => None,
            },
            _ => None,
        })
    }

    fn hops(&self, route: &Route) -> Vec<Hop> {
        let passed: FxHashSet<State> = self.through(route).into_iter().collect();
        let start = self.origin(route);
        let first = Hop {
            entity: self.world.path(start),
            item: None,
            removes_all: false,
            place: None,
            block: self.world.model.place(start),
        };
        let mut hops = vec![first];
        for step in route.hops().filter_map(|at| route.steps.get(at)) {
            hops.push(Hop {
                entity: self.world.path(step.to.0),
                item: step.from.1.map(|item| self.name(item).to_owned()),
                removes_all: passed.contains(&step.to),
                place: step.place,
                block: self.world.model.place(step.to.0),
            });
        }
        hops
    }

    /// The first station: the start, or the block around it where that is a line of an item.
    fn origin(&self, route: &Route) -> EntityId {
        let (model, start) = (self.world.model, route.start.0);
        let is_line = self.world.schema.kind(model.kind(start)).is_some_and(|kind| kind.carries.is_some());
        model.parent(start).filter(|_| is_line).unwrap_or(start)
    }

    /// The route in one line, with where else it may end and what every route passes. One link needs no line.
    fn path_note(&self, route: &Route) -> Option<Note> {
        let stations: Vec<EntityId> =
            route.hops().filter_map(|at| route.steps.get(at)).map(|step| step.to.0).collect();
        if stations.len() < 2 {
            return None;
        }
        let start = self.origin(route);
        let names = std::iter::once(start).chain(stations).map(|id| self.name(id).to_owned());
        let mut names: Vec<String> = names.collect();
        if names.len() > MAX_HOPS {
            let left_out = names.len() - MAX_HOPS;
            let tail = names.split_off(names.len() - MAX_HOPS / 2);
            names.truncate(MAX_HOPS / 2);
            names.push(format!("({left_out} more)"));
            names.extend(tail);
        }
        let mut text = names.join(" → ");
        let others: Vec<String> = self.other_ends(route).into_iter().map(|id| self.station(id)).collect();
        if !others.is_empty() {
            text.push_str(&format!("; also by {}", listed(&others)));
        }
        let links: Vec<String> = self.through(route).into_iter().map(|state| self.station(state.0)).collect();
        if !others.is_empty() && !links.is_empty() {
            text.push_str(&format!(". Every route passes {}", listed(&links)));
        }
        let cut: Vec<String> = self.cut(route).into_iter().map(|state| self.station(state.0)).collect();
        if links.is_empty() && cut.len() > 1 {
            text.push_str(&format!(". No link is passed by every route; {} together are", listed(&cut)));
        }
        Some(Note { kind: NoteKind::Path, text })
    }

    /// A station by a name that is clear by itself: a line of a plant with its plant.
    fn station(&self, id: EntityId) -> String {
        let parent = self.world.model.parent(id);
        match parent {
            Some(parent) => format!("{}.{}", self.world.spelling(parent), self.name(id)),
            None => self.name(id).to_owned(),
        }
    }

    /// Notes of the rule; rows of one table are one note.
    fn notes(&mut self, rule: &Rule) -> Vec<Note> {
        let mut notes: Vec<Note> = Vec::new();
        for planned in &rule.notes {
            let mut rows = Vec::new();
            match &planned.each {
                None => rows.extend(self.row(planned)),
                Some(source) => {
                    self.members(source, &mut |own, _, truth, _| {
                        if truth.holds() {
                            rows.extend(own.apart(|own| own.row(planned)));
                        }
                        ControlFlow::Continue(())
                    });
                }
            }
            if rows.is_empty() {
                continue;
            }
            let text = rows.join("\n");
            match notes.iter_mut().find(|note| note.kind == planned.kind && planned.kind != NoteKind::Note) {
                Some(table) => {
                    table.text.push('\n');
                    table.text.push_str(&text);
                }
                None => notes.push(Note { kind: planned.kind, text }),
            }
        }
        notes
    }

    fn row(&mut self, planned: &crate::rule::Note) -> Option<String> {
        let holds = planned.when.as_ref().is_none_or(|when| self.truth(when).holds());
        holds.then(|| self.fill(&planned.text))
    }

    /// Parameters that decided something here, also within a route: they are a project's judgement and can be set.
    fn settings(&self, rule: &Rule, step: Option<&SeverityStep>, facts: &Facts) -> Vec<Note> {
        let mut read = rule.parameters.clone();
        read.extend(step.iter().flat_map(|step| &step.parameters));
        let mut relied: Vec<usize> = facts.parameters.clone();
        relied.sort_unstable();
        read.extend(relied);
        let mut seen = FxHashSet::default();
        read.retain(|at| seen.insert(*at));
        read.into_iter().filter_map(|at| self.setting(at)).collect()
    }

    fn setting(&self, at: usize) -> Option<Note> {
        let known = self.world.schema.parameters().get(at)?;
        let sources = self.world.sources;
        let (name, value) = (self.world.schema.names.text(known.name), sources.words(known.value));
        let text = match &known.source {
            Some(source) => format!(" after {source}"),
            None => ", not law".into(),
        };
        let text = if known.value == known.default {
            format!("`{name}` is {value}, a project setting{text}")
        } else {
            let (by, default) = (sources.name(known.value.file), sources.words(known.default));
            format!("`{name}` is {value}, set by `{by}` instead of {}{text}", default.trim())
        };
        Some(Note { kind: NoteKind::Note, text })
    }
}

/// Leaves of a finding what is whole: texts that were begun when the fuel ended may lack something.
pub(super) fn shorten(out: &mut Diagnostic) {
    let text =
        "its other labels, notes and help are left out: they take too many steps on this portfolio".into();
    let said = out.beyond_mut();
    said.related.clear();
    said.notes = vec![Note { kind: NoteKind::Note, text }];
    (said.severity_reason, said.help, said.fixes) = (None, None, Vec::new());
}

fn listed(names: &[String]) -> String {
    let shown = names.len().min(MAX_NAMED);
    let more = names.len() - shown;
    let names = names.get(..shown).unwrap_or(names);
    match (names, more) {
        ([], _) => String::new(),
        ([only], 0) => only.clone(),
        ([front @ .., last], 0) => format!("{} and {last}", front.join(", ")),
        (names, more) => format!("{} and {more} more", names.join(", ")),
    }
}

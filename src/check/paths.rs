//! Relations at work: turns edges and their guards into steps of a graph, and searches into values. Owns what
//! a path, a step and a dead end are to a rule.

use std::borrow::Cow;
use std::rc::Rc;

use super::eval::{Evaluator, fuel};
use super::graph::{Ends, Graph, Route, RouteStep, State, Step, UNWRITTEN};
use super::value::{RouteId, Value};
use super::world::World;
use crate::model::{Cell, EntityId, FieldState, Written};
use crate::names::Symbol;
use crate::rule::{Access, Edge, EndSet, Expr, How, Path, Relation, RelationId, Ty};
use crate::schema::KindSet;
use crate::source::Place;
use crate::value::{Interval, Ratio, Truth};

/// Slots of the variables that guards see.
const FROM: u16 = 0;
const TO: u16 = 1;
const CARRIED: u16 = 2;
const VALUE: u16 = 3;

impl<'w, 'a> Evaluator<'w, 'a> {
    /// The best path of a search, as a list of at most one.
    pub(super) fn paths(&mut self, path: &Path) -> Value {
        let Some(start) = self.entity(&path.from) else { return Value::Unknown };
        let item = match &path.carrying {
            Some(carrying) => self.entity(carrying),
            None => carried_by(self.world, start),
        };
        let ends = self.ends(&path.ends);
        match self.route(path, (start, item), &ends) {
            Some(route) => {
                let belongs = if route.is_certain() { Truth::True } else { Truth::Unknown };
                let route = self.scratch.keep_route(Rc::new(route));
                let begun = self.scratch.gather();
                self.scratch.add(Value::Path(route), belongs);
                Value::List(self.scratch.gathered_list(begun))
            }
            None => Value::List(self.scratch.list([])),
        }
    }

    /// The entities at which a search may end; sets that depend on nothing else are worked out once.
    fn ends(&mut self, ends: &EndSet) -> Cow<'w, Ends> {
        match ends.number.and_then(|number| self.world.end_sets.get(number)) {
            Some(known) => Cow::Borrowed(known.get_or_init(|| self.find_ends(ends))),
            None => Cow::Owned(self.find_ends(ends)),
        }
    }

    fn find_ends(&mut self, ends: &EndSet) -> Ends {
        let mut entities: Vec<EntityId> = Vec::new();
        for id in self.world.of_kinds(ends.kinds).iter().copied() {
            self.fuel = self.fuel.saturating_sub(u64::from(ends.number.is_none()));
            self.bind(ends.slot, Value::Entity(id));
            if ends.filter.as_ref().is_none_or(|filter| self.apart(|own| own.truth(filter)).holds()) {
                entities.push(id);
            }
        }
        self.world.ends(entities.into())
    }

    fn route(&mut self, path: &Path, start: State, ends: &Ends) -> Option<Route> {
        // Another rule may have searched for the same ends, but what a rule costs must not depend on that.
        if self.purse.is_first_search(ends.number()) {
            self.spend(self.world.model.len());
        }
        let relation = path.relation;
        let shared = self.world.graphs.get(relation.0 as usize)?;
        let starts = starts(self.world, path, start);
        let mut graph = shared.reading();
        let mut found = graph.find(start, starts, ends);
        if found.is_none() {
            drop(graph);
            prepare(self.world, relation, &mut shared.writing(), start, starts, ends);
            // What another thread adds in between leaves what is known as it is.
            graph = shared.reading();
            found = graph.find(start, starts, ends);
        }
        if graph.spent >= fuel(self.world) {
            // Links that nobody could decide are missing, so the rule must not pass as one that ran.
            self.fuel = 0;
        }
        let numbers = found??;
        // A step is walked much faster than a member is visited.
        self.spend(numbers.len() / 8);
        let edges = &self.world.catalogue.relations.get(relation.0 as usize)?.edges;
        let mut from = start;
        let steps = numbers.into_iter().filter_map(|number| {
            let Step { to, item, edge, certain } = graph.step(number)?;
            let to = graph.state(to);
            let (written, place) = written(self.world, from.0, &edges.get(edge as usize)?.via, item);
            let from = std::mem::replace(&mut from, to);
            Some(RouteStep { number, from, to, edge, certain, written, place })
        });
        Some(Route { relation, start, steps: steps.collect(), ends: ends.clone() })
    }

    /// The product of the shares of a route, if all are known.
    fn share_of_route(&mut self, route: &Route) -> Option<Interval> {
        let whole = Interval::point(Ratio::ONE);
        route.steps.iter().try_fold(whole, |share, step| Some(share.times(self.share_of_step(route, step)?)))
    }

    /// The part that goes by a step. It is worked out when it is asked for, since few steps lie on a route that
    /// is, and paid for once by each rule that asks.
    fn share_of_step(&mut self, route: &Route, step: &RouteStep) -> Option<Interval> {
        let relation = self.world.catalogue.relations.get(route.relation.0 as usize)?;
        let Some(share) = &relation.edges.get(step.edge as usize)?.share else {
            return Some(Interval::point(Ratio::ONE));
        };
        let asked = (route.relation, step.number);
        if let Some(known) = self.purse.shares.get(&asked) {
            return *known;
        }
        let mut guards = Evaluator { fuel: self.purse.for_shares, ..self.at_step(route, step)? };
        let share = guards.eval(share);
        let share = guards.amount(&share).map(|amount| amount.interval);
        self.purse.for_shares = guards.fuel;
        if guards.fuel == 0 {
            self.fuel = 0;
        }
        self.purse.shares.insert(asked, share);
        share
    }

    /// The field whose value would settle a search that found no path, if one is not said on the way.
    pub(super) fn unsaid(&mut self, path: &Path) -> Option<Symbol> {
        let start = self.entity(&path.from)?;
        let item = carried_by(self.world, start);
        let route = self.route(path, (start, item), &Ends::DeadEnds)?;
        let last = route.last();
        let relation = self.world.catalogue.relations.get(path.relation.0 as usize)?;
        unsaid_field(self.world, relation, last)
    }

    /// The links of a route that every certain route passes, in its order.
    pub(super) fn through(&self, route: &Route) -> Vec<State> {
        let Some(graph) = self.world.graphs.get(route.relation.0 as usize) else { return Vec::new() };
        let passed = graph.writing().through(route);
        let links = route.hops().filter_map(|at| route.steps.get(at)).map(|step| step.to);
        links.filter(|state| passed.contains(state)).collect()
    }

    /// The links whose replacement together clears every certain route, where no single one does.
    pub(super) fn cut(&self, route: &Route) -> Vec<State> {
        let Some(graph) = self.world.graphs.get(route.relation.0 as usize) else { return Vec::new() };
        if !route.is_certain() || !self.through(route).is_empty() {
            Vec::new()
        } else {
            graph.writing().cut(route)
        }
    }

    pub(super) fn other_ends(&self, route: &Route) -> Vec<EntityId> {
        let graph = self.world.graphs.get(route.relation.0 as usize);
        graph.map_or_else(Vec::new, |graph| graph.writing().other_ends(route))
    }

    pub(super) fn path_part(&mut self, id: RouteId, access: &Access) -> Value {
        let Some(route) = self.scratch.route(id) else { return Value::Unknown };
        let step = |at: usize| Value::Step(id, at as u32);
        match access {
            Access::Nodes => Value::List(self.scratch.list(route.nodes().map(Value::Entity))),
            Access::Steps => Value::List(self.scratch.list((0..route.steps.len()).map(step))),
            Access::Hops => Value::List(self.scratch.list(route.hops().map(step))),
            Access::Last => Value::Entity(route.last()),
            Access::Share => {
                self.share_of_route(&route).map_or(Value::Unknown, |share| self.scratch.ratio(share))
            }
            Access::Certain => Value::Truth(route.is_certain().into()),
            Access::Text => {
                let texts: Vec<String> = route.hops().filter_map(|at| self.step_text(&route, at)).collect();
                self.scratch.text(&texts.join(", "))
            }
            _ => Value::Unknown,
        }
    }

    pub(super) fn step_part(&mut self, id: RouteId, at: u32, access: &Access) -> Value {
        let Some(route) = self.scratch.route(id) else { return Value::Unknown };
        let Some(step) = route.steps.get(at as usize) else { return Value::Unknown };
        match access {
            Access::StepFrom => Value::Entity(step.from.0),
            Access::StepTo => Value::Entity(step.to.0),
            Access::Carried => step.from.1.map_or(Value::Unknown, Value::Entity),
            Access::Share => {
                let share = self.share_of_step(&route, step);
                share.map_or(Value::Unknown, |share| self.scratch.ratio(share))
            }
            Access::Certain => Value::Truth(step.certain.into()),
            Access::Text => match self.step_text(&route, at as usize) {
                Some(text) => self.scratch.text(&text),
                None => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }

    /// A step in the words of its edge.
    fn step_text(&mut self, route: &Route, at: usize) -> Option<String> {
        let step = route.steps.get(at)?;
        let relation = self.world.catalogue.relations.get(route.relation.0 as usize)?;
        let edge = relation.edges.get(step.edge as usize)?;
        let mut guards = Evaluator { fuel: self.fuel, ..Evaluator::new(self.world, relation.frame) };
        guards.bind_step(step);
        let text = guards.fill(&edge.text);
        self.fuel = guards.fuel;
        Some(text)
    }

    fn bind_step(&mut self, step: &RouteStep) {
        self.bind(FROM, Value::Entity(step.from.0));
        self.bind(TO, Value::Entity(step.to.0));
        self.bind(CARRIED, step.from.1.map_or(Value::Unknown, Value::Entity));
        self.bind_share(step.written);
    }

    /// The certain steps of a route with their guards, for what they rest on.
    pub(super) fn guards_of<'r>(
        &self,
        route: &'r Route,
    ) -> impl Iterator<Item = (&'r RouteStep, &'a Expr)> + use<'r, 'w, 'a> {
        let relation = self.world.catalogue.relations.get(route.relation.0 as usize);
        let edges = relation.map_or(&[][..], |relation| &relation.edges);
        let certain = route.steps.iter().filter(|step| step.certain);
        certain.filter_map(|step| Some((step, edges.get(step.edge as usize)?.guard.as_ref()?)))
    }

    /// An evaluator in which the guard of a step can be asked, with the fuel that is left.
    pub(super) fn at_step(&self, route: &Route, step: &RouteStep) -> Option<Self> {
        let relation = self.world.catalogue.relations.get(route.relation.0 as usize)?;
        let mut guards = Evaluator { fuel: self.fuel, ..Evaluator::new(self.world, relation.frame) };
        guards.bind_step(step);
        Some(guards)
    }
}

/// The item that an entity carries by itself.
fn carried_by(world: &World<'_>, id: EntityId) -> Option<EntityId> {
    let slot = world.schema.kind(world.model.kind(id))?.carries?;
    world.model.named(id, slot)
}

/// The kinds of entities from which a path may start.
fn starts(world: &World<'_>, path: &Path, start: State) -> KindSet {
    match path.from.ty {
        // What a start is said to carry may differ from what it carries by itself.
        _ if path.carrying.is_some() => KindSet::EMPTY,
        Ty::Entity(kinds) => kinds,
        _ => KindSet::one(world.model.kind(start.0)),
    }
}

/// Makes a graph ready to be asked for routes from a state.
fn prepare(
    world: &World<'_>,
    relation: RelationId,
    graph: &mut Graph,
    start: State,
    starts: KindSet,
    ends: &Ends,
) {
    if let Some(declared) = world.catalogue.relations.get(relation.0 as usize) {
        explore(world, declared, graph, start, starts);
    }
    graph.search(ends);
}

/// Adds a state with all that can be reached from it. With it come all entities of the kinds from which paths
/// start: they will be asked for next, and a start that comes later costs a search anew.
fn explore(world: &World<'_>, declared: &Relation, graph: &mut Graph, start: State, starts: KindSet) {
    graph.reserve(world.model.len());
    let fresh = graph.seed(starts);
    if !fresh.is_empty() {
        for id in world.of_kinds(fresh).iter().copied().filter(|id| !world.model.is_fact(*id)) {
            graph.number((id, carried_by(world, id)));
        }
    }
    graph.number(start);
    if graph.unexpanded().is_none() {
        return;
    }
    let mut guards = Evaluator::new(world, declared.frame);
    guards.fuel = guards.fuel.saturating_sub(graph.spent);
    let full = guards.fuel;
    let leading = declared.edges.iter().fold(KindSet::EMPTY, |kinds, edge| kinds.union(edge.from));
    while let Some(state) = graph.unexpanded() {
        graph.expand();
        let kind = world.model.kind(state.0);
        guards.bind(FROM, Value::Entity(state.0));
        guards.bind(CARRIED, state.1.map_or(Value::Unknown, Value::Entity));
        for (at, edge) in declared.edges.iter().enumerate().filter(|(_, edge)| edge.from.has(kind)) {
            targets(world, state.0, &edge.via, |to, item| {
                if edge.to.has(world.model.kind(to)) {
                    let truth = guards.holds(edge, state.0, to, item);
                    if truth != Truth::False {
                        let next = (to, carried_on(world, leading, to, state.1));
                        let to = graph.number(next);
                        graph.add(Step { to, item, edge: at as u16, certain: truth.holds() });
                    }
                }
            });
        }
        if leading.has(kind) && graph.leads_nowhere() {
            graph.add_dead_end();
        }
    }
    graph.spent += full - guards.fuel;
}

/// The item with which a path goes on from an entity: its own, if it has one. Where no edge leads on, none is of
/// use.
fn carried_on(
    world: &World<'_>,
    leading: KindSet,
    to: EntityId,
    carried: Option<EntityId>,
) -> Option<EntityId> {
    let kind = world.model.kind(to);
    match world.schema.kind(kind)?.carries {
        Some(slot) => world.model.named(to, slot),
        None => carried.filter(|_| leading.has(kind)),
    }
}

impl Evaluator<'_, '_> {
    /// Whether an edge leads from the entity that is bound to another.
    fn holds(&mut self, edge: &Edge, from: EntityId, to: EntityId, item: u32) -> Truth {
        let Some(guard) = &edge.guard else { return Truth::True };
        let (share, _) = written(self.world, from, &edge.via, item);
        self.bind(TO, Value::Entity(to));
        self.apart(|own| {
            own.bind_share(share);
            own.truth(guard)
        })
    }

    /// Binds the share that is written beside a target.
    fn bind_share(&mut self, share: Option<Interval>) {
        let share = share.map_or(Value::Unknown, |share| self.scratch.ratio(share));
        self.bind(VALUE, share);
    }
}

/// Visits what a field, plural or reverse name leads to, with the number of each in the field.
fn targets(world: &World<'_>, from: EntityId, via: &Access, mut visit: impl FnMut(EntityId, u32)) {
    let Access::Entity(_, per_kind) = via else { return };
    let model = world.model;
    match per_kind.get(model.kind(from).0 as usize) {
        Some(How::Field(slot)) => match model.field(from, *slot) {
            FieldState::Written(Cell { value: Written::Entity(id), .. }, _) => visit(id, 0),
            FieldState::Written(Cell { value: Written::List(first, count), .. }, _) => {
                for (number, item) in model.items(first, count).enumerate() {
                    if let Written::Entity(id) = item.value {
                        visit(id, number as u32);
                    }
                }
            }
            _ => {}
        },
        Some(How::Inside(kinds)) => {
            let inside = model.inside(from).filter(|id| kinds.has(model.kind(*id)));
            inside.for_each(|id| visit(id, UNWRITTEN));
        }
        Some(How::Referrers(index)) => {
            world.lookup(*index).naming(from).for_each(|id| visit(id, UNWRITTEN));
        }
        Some(How::Nothing) | None => {}
    }
}

/// The share that is written beside a target, and the words that name it.
fn written(world: &World<'_>, from: EntityId, via: &Access, item: u32) -> (Option<Interval>, Option<Place>) {
    let whole = Some(Interval::point(Ratio::ONE));
    let named = || {
        let Access::Entity(_, per_kind) = via else { return None };
        let How::Field(slot) = per_kind.get(world.model.kind(from).0 as usize)? else { return None };
        let FieldState::Written(cell, file) = world.model.field(from, *slot) else { return None };
        let Written::List(first, count) = cell.value else {
            return Some((whole, Place { file, span: cell.span }));
        };
        let item = (item < count).then(|| world.model.item(first + item)).flatten()?;
        Some((world.share(&item, count == 1), Place { file, span: item.span }))
    };
    match named() {
        Some((share, place)) => (share, Some(place)),
        None => (whole, None),
    }
}

/// The field that a dead end leaves open: one that says `unknown`, else the last that an edge follows.
fn unsaid_field(world: &World<'_>, relation: &Relation, id: EntityId) -> Option<Symbol> {
    let kind = world.model.kind(id);
    let mut fields =
        relation.edges.iter().filter(|edge| edge.from.has(kind)).filter_map(|edge| match &edge.via {
            Access::Entity(name, per_kind) => match per_kind.get(kind.0 as usize) {
                Some(How::Field(slot)) => Some((*name, *slot)),
                _ => None,
            },
            _ => None,
        });
    let unknown = fields.clone().find(|(_, slot)| world.model.cell(id, *slot).is_some());
    unknown.or_else(|| fields.next_back()).map(|(name, _)| name)
}

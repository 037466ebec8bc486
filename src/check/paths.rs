//! Relations at work: turns edges and their guards into steps of a graph, and searches into values. Owns what
//! a path, a step and a dead end are to a rule.

use std::rc::Rc;

use super::eval::{Evaluator, fuel};
use super::graph::{Ends, Graph, Route, RouteStep, State, Step};
use super::memo::lock;
use super::value::{RouteId, Value};
use super::world::World;
use crate::model::{EntityId, FieldState, Written};
use crate::names::Symbol;
use crate::rule::{Access, EndSet, Expr, How, Path, Relation, Ty};
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
    fn ends(&mut self, ends: &EndSet) -> Ends {
        if ends.depends {
            return self.find_ends(ends);
        }
        self.world.end_sets.get_or(std::ptr::from_ref(ends) as usize, || self.find_ends(ends))
    }

    fn find_ends(&mut self, ends: &EndSet) -> Ends {
        let mut entities: Vec<EntityId> = Vec::new();
        for id in self.world.of_kinds(ends.kinds).iter().copied() {
            self.fuel = self.fuel.saturating_sub(u64::from(ends.depends));
            self.bind(ends.slot, Value::Entity(id));
            if ends.filter.as_ref().is_none_or(|filter| self.apart(|own| own.truth(filter)).holds()) {
                entities.push(id);
            }
        }
        Ends::Entities(entities.into())
    }

    fn route(&mut self, path: &Path, start: State, ends: &Ends) -> Option<Route> {
        // Another rule may have searched for the same ends, but what a rule costs must not depend on that.
        if self.searched.insert(ends.clone()) {
            self.spend(self.world.model.len());
        }
        let relation = path.relation;
        let mut graph = lock(self.world.graphs.get(relation.0 as usize)?);
        let start = explore(self.world, path, &mut graph, start);
        if graph.spent >= fuel(self.world) {
            // Links that nobody could decide are missing, so the rule must not pass as one that ran.
            self.fuel = 0;
        }
        let route = graph.route(relation, start, ends)?;
        // A step is walked much faster than a member is visited.
        self.spend(route.steps.len() / 8);
        Some(route)
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
        let passed = lock(graph).through(route);
        let links = route.hops().filter_map(|at| route.steps.get(at)).map(|step| step.to);
        links.filter(|state| passed.contains(state)).collect()
    }

    /// The links whose replacement together clears every certain route, where no single one does.
    pub(super) fn cut(&self, route: &Route) -> Vec<State> {
        let Some(graph) = self.world.graphs.get(route.relation.0 as usize) else { return Vec::new() };
        if !route.is_certain() || !self.through(route).is_empty() {
            Vec::new()
        } else {
            lock(graph).cut(route)
        }
    }

    pub(super) fn other_ends(&self, route: &Route) -> Vec<EntityId> {
        let graph = self.world.graphs.get(route.relation.0 as usize);
        graph.map_or_else(Vec::new, |graph| lock(graph).other_ends(route))
    }

    pub(super) fn path_part(&mut self, id: RouteId, access: &Access) -> Value {
        let Some(route) = self.scratch.route(id) else { return Value::Unknown };
        let step = |at: usize| Value::Step(id, at as u32);
        match access {
            Access::Nodes => Value::List(self.scratch.list(route.nodes().map(Value::Entity))),
            Access::Steps => Value::List(self.scratch.list((0..route.steps.len()).map(step))),
            Access::Hops => Value::List(self.scratch.list(route.hops().map(step))),
            Access::Last => Value::Entity(route.last()),
            Access::Share => route.share().map_or(Value::Unknown, Value::ratio),
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
            Access::Share => step.share.map_or(Value::Unknown, Value::ratio),
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
        self.bind(VALUE, step.share.map_or(Value::Unknown, Value::ratio));
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

/// Adds a state with all that can be reached from it. With it come all entities of the kinds from which its path
/// starts: they will be asked for next, and a start that comes later costs a search anew.
fn explore(world: &World<'_>, path: &Path, graph: &mut Graph, start: State) -> u32 {
    let Some(declared) = world.catalogue.relations.get(path.relation.0 as usize) else {
        return graph.number(start);
    };
    let starts = match path.from.ty {
        // What a start is said to carry may differ from what it carries by itself.
        _ if path.carrying.is_some() => KindSet::EMPTY,
        Ty::Entity(kinds) => kinds,
        _ => KindSet::one(world.model.kind(start.0)),
    };
    let fresh = graph.seed(starts);
    if !fresh.is_empty() {
        for id in world.model.declared().filter(|id| fresh.has(world.model.kind(*id))) {
            graph.number((id, carried_by(world, id)));
        }
    }
    let number = graph.number(start);
    if graph.unexpanded().is_none() {
        return number;
    }
    let mut guards = Evaluator::new(world, declared.frame);
    guards.fuel = guards.fuel.saturating_sub(graph.spent);
    let full = guards.fuel;
    while let Some((_, state)) = graph.unexpanded() {
        let mut steps = Vec::new();
        let mut has_edges = false;
        for (at, edge) in declared.edges.iter().enumerate() {
            if edge.from.has(world.model.kind(state.0)) {
                has_edges = true;
                guards.edge_steps(declared, at, state, graph, &mut steps);
            }
        }
        let dead_end = has_edges && steps.is_empty();
        graph.expand(steps, dead_end);
    }
    graph.spent += full - guards.fuel;
    number
}

impl Evaluator<'_, '_> {
    /// The steps that one edge makes from a state.
    fn edge_steps(
        &mut self,
        relation: &Relation,
        at: usize,
        state: State,
        graph: &mut Graph,
        steps: &mut Vec<Step>,
    ) {
        let Some(edge) = relation.edges.get(at) else { return };
        for (to, share, place) in self.targets(state.0, &edge.via) {
            if !edge.to.has(self.world.model.kind(to)) {
                continue;
            }
            self.bind(FROM, Value::Entity(state.0));
            self.bind(TO, Value::Entity(to));
            self.bind(CARRIED, state.1.map_or(Value::Unknown, Value::Entity));
            self.bind(VALUE, share.map_or(Value::Unknown, Value::ratio));
            let holds = edge.guard.as_ref().map_or(Truth::True, |guard| self.apart(|own| own.truth(guard)));
            if holds == Truth::False {
                continue;
            }
            let share = match &edge.share {
                Some(share) => match self.apart(|own| own.eval(share)) {
                    Value::Amount(amount) => Some(amount.interval),
                    _ => None,
                },
                None => Some(Interval::point(Ratio::ONE)),
            };
            let carries =
                self.world.schema.kind(self.world.model.kind(to)).is_some_and(|kind| kind.carries.is_some());
            let item = if carries { carried_by(self.world, to) } else { state.1 };
            steps.push(Step {
                to: graph.number((to, item)),
                edge: at as u16,
                certain: holds.holds(),
                share,
                place,
            });
        }
    }

    /// What a field, plural or reverse name leads to, with the share and the words that say it.
    fn targets(&self, from: EntityId, via: &Access) -> Vec<(EntityId, Option<Interval>, Option<Place>)> {
        let Access::Entity(_, per_kind) = via else { return Vec::new() };
        let model = self.world.model;
        let whole = Some(Interval::point(Ratio::ONE));
        match per_kind.get(model.kind(from).0 as usize) {
            Some(How::Field(slot)) => {
                let FieldState::Written(cell, file) = model.field(from, *slot) else { return Vec::new() };
                let at = |span| Some(Place { file, span });
                match cell.value {
                    Written::Entity(id) => vec![(id, whole, at(cell.span))],
                    Written::List(first, count) => {
                        let items = model.items(first, count);
                        let named = items.iter().filter_map(|item| match item.value {
                            Written::Entity(id) => {
                                Some((id, self.share(item, items.len() == 1), at(item.span)))
                            }
                            _ => None,
                        });
                        named.collect()
                    }
                    _ => Vec::new(),
                }
            }
            Some(How::Inside(kinds)) => model
                .inside(from)
                .filter(|id| kinds.has(model.kind(*id)))
                .map(|id| (id, whole, None))
                .collect(),
            Some(How::Referrers(index)) => {
                self.world.lookup(*index).naming(from).map(|id| (id, whole, None)).collect()
            }
            Some(How::Nothing) | None => Vec::new(),
        }
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

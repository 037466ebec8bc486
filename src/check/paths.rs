//! Relations at work: turns edges and their guards into steps of a graph, and searches into values. Owns what
//! a path, a step and a dead end are to a rule.

use std::rc::Rc;

use super::eval::Evaluator;
use super::graph::{Ends, Graph, Route, RouteStep, State, Step};
use super::memo::lock;
use super::value::{List, Value};
use super::world::World;
use crate::model::{EntityId, FieldState, Written};
use crate::rule::{Access, EndSet, Expr, How, Path, Relation, Ty};
use crate::schema::KindSet;
use crate::source::Place;
use crate::value::{Interval, Ratio, Truth};

/// Slots of the variables that guards see.
const FROM: u16 = 0;
const TO: u16 = 1;
const CARRIED: u16 = 2;
const VALUE: u16 = 3;

impl Evaluator<'_, '_> {
    /// The best path of a search, as a list of at most one.
    pub(super) fn paths(&mut self, path: &Path) -> Value {
        let start = self.eval(&path.from);
        let Some(start) = start.entity() else { return Value::Unknown };
        let item = match &path.carrying {
            Some(carrying) => self.eval(carrying).entity(),
            None => carried_by(self.world, start),
        };
        let ends = self.ends(&path.ends);
        match self.route(path, (start, item), &ends) {
            Some(route) => {
                let certain = route.is_certain();
                let route = Value::Path(Rc::new(route));
                let (certain, possible) =
                    if certain { (vec![route], Vec::new()) } else { (Vec::new(), vec![route]) };
                Value::List(Rc::new(List { certain, possible }))
            }
            None => List::of(Vec::new()),
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
            if ends.filter.as_ref().is_none_or(|filter| self.truth(filter).holds()) {
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
        let route = graph.route(relation, start, ends)?;
        // A step is walked much faster than a member is visited.
        self.spend(route.steps.len() / 8);
        Some(route)
    }

    /// The field whose value would settle a search that found no path, if one is not said on the way.
    pub(super) fn unsaid(&mut self, path: &Path) -> Option<String> {
        let start = self.eval(&path.from).entity()?;
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

    pub(super) fn path_part(&self, route: &Rc<Route>, access: &Access) -> Value {
        let step = |at: usize| Value::Step(Rc::clone(route), at);
        match access {
            Access::Nodes => List::of(route.nodes().map(Value::Entity).collect()),
            Access::Steps => List::of((0..route.steps.len()).map(step).collect()),
            Access::Hops => List::of(route.hops().map(step).collect()),
            Access::Last => Value::Entity(route.last()),
            Access::Share => route.share().map_or(Value::Unknown, Value::ratio),
            Access::Certain => Value::Truth(route.is_certain().into()),
            Access::Text => {
                let texts: Vec<String> = route.hops().filter_map(|at| self.step_text(route, at)).collect();
                Value::Text(texts.join(", ").into())
            }
            _ => Value::Unknown,
        }
    }

    pub(super) fn step_part(&self, route: &Rc<Route>, at: usize, access: &Access) -> Value {
        let Some(step) = route.steps.get(at) else { return Value::Unknown };
        match access {
            Access::StepFrom => Value::Entity(step.from.0),
            Access::StepTo => Value::Entity(step.to.0),
            Access::Carried => step.from.1.map_or(Value::Unknown, Value::Entity),
            Access::Share => step.share.map_or(Value::Unknown, Value::ratio),
            Access::Certain => Value::Truth(step.certain.into()),
            Access::Text => self.step_text(route, at).map_or(Value::Unknown, |text| Value::Text(text.into())),
            _ => Value::Unknown,
        }
    }

    /// A step in the words of its edge.
    fn step_text(&self, route: &Route, at: usize) -> Option<String> {
        let step = route.steps.get(at)?;
        let relation = self.world.catalogue.relations.get(route.relation.0 as usize)?;
        let edge = relation.edges.get(step.edge as usize)?;
        let mut guards = Evaluator::new(self.world, relation.frame);
        guards.bind_step(step);
        Some(guards.fill(&edge.text))
    }

    fn bind_step(&mut self, step: &RouteStep) {
        self.bind(FROM, Value::Entity(step.from.0));
        self.bind(TO, Value::Entity(step.to.0));
        self.bind(CARRIED, step.from.1.map_or(Value::Unknown, Value::Entity));
        self.bind(VALUE, step.share.map_or(Value::Unknown, Value::ratio));
    }

    /// The guards of a route that hold, for what they rest on.
    pub(super) fn guards_of<'r>(&self, route: &'r Route) -> Vec<(&'r RouteStep, Expr)> {
        let Some(relation) = self.world.catalogue.relations.get(route.relation.0 as usize) else {
            return Vec::new();
        };
        let guard = |step: &'r RouteStep| {
            let edge = relation.edges.get(step.edge as usize)?;
            edge.guard.clone().map(|guard| (step, guard))
        };
        route.steps.iter().filter(|step| step.certain).filter_map(guard).collect()
    }

    /// An evaluator in which the guard of a step can be asked.
    pub(super) fn at_step(&self, route: &Route, step: &RouteStep) -> Option<Self> {
        let relation = self.world.catalogue.relations.get(route.relation.0 as usize)?;
        let mut guards = Evaluator::new(self.world, relation.frame);
        guards.bind_step(step);
        Some(guards)
    }
}

/// The item that an entity carries by itself.
fn carried_by(world: &World<'_>, id: EntityId) -> Option<EntityId> {
    let slot = world.schema.kind(world.model.kind(id))?.carries?;
    world.value(id, slot).entity()
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
    let mut guards = Evaluator::new(world, declared.frame);
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
            let holds = edge.guard.as_ref().map_or(Truth::True, |guard| self.truth(guard));
            if holds == Truth::False {
                continue;
            }
            let share = match &edge.share {
                Some(share) => match self.eval(share) {
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
                        let share =
                            |item: &crate::model::Item| match item.share.and_then(|at| model.amount(at)) {
                                Some(amount) => Some(amount.interval),
                                None if items.len() == 1 => whole,
                                None => None,
                            };
                        let named = items.iter().filter_map(|item| match item.value {
                            Written::Entity(id) => Some((id, share(item), at(item.span))),
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
fn unsaid_field(world: &World<'_>, relation: &Relation, id: EntityId) -> Option<String> {
    let kind = world.model.kind(id);
    let fields =
        relation.edges.iter().filter(|edge| edge.from.has(kind)).filter_map(|edge| match &edge.via {
            Access::Entity(_, per_kind) => match per_kind.get(kind.0 as usize) {
                Some(How::Field(slot)) => Some((edge.via_name.clone(), *slot)),
                _ => None,
            },
            _ => None,
        });
    let fields: Vec<(String, crate::schema::Slot)> = fields.collect();
    let unknown = fields.iter().find(|(_, slot)| world.model.cell(id, *slot).is_some());
    unknown.or(fields.last()).map(|(name, _)| name.clone())
}

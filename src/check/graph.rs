//! Paths along a relation: owns the graph of states (entity, carried item), searches over it, and `Route`, the
//! path that proves a point. Nothing is enumerated: one search per set of ends, linear in steps.

use std::collections::VecDeque;
use std::sync::Arc;

use petgraph::algo::dominators::{Dominators, simple_fast};
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::EntityId;
use crate::rule::RelationId;
use crate::schema::KindSet;
use crate::source::Place;
use crate::value::Interval;

/// A distance that is not reached, and the number of a state that is not there.
const FAR: u32 = u32::MAX;
/// Most new states whose distances are added to those known; for more, all are worked out again.
const MAX_EXTENDED: usize = 64;
/// Most states visited to say where else a route may end: it is said of shown findings only.
const MAX_ENDS_VISITED: usize = 10_000;

/// A state: where a path is, and what it carries.
pub(super) type State = (EntityId, Option<EntityId>);

/// One step from a state. There are very many, so what can be read again is not kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub to: u32,
    /// Which of the things that the field of its edge names, or [`UNWRITTEN`].
    pub item: u32,
    /// Number of the edge in its relation.
    pub edge: u16,
    pub certain: bool,
}

/// Stands for the item of a step for which there are no words: it goes through a plural or reverse name.
pub(super) const UNWRITTEN: u32 = u32::MAX;

/// The states met so far, with their steps.
#[derive(Debug, Default)]
pub(super) struct Graph {
    states: Vec<State>,
    /// The state in which each entity was met first; most are met with one item only.
    met: Vec<u32>,
    /// Further states of entities.
    further: FxHashMap<State, u32>,
    /// Steps of state n lie from `first[n]` to `first[n + 1]`.
    first: Vec<u32>,
    steps: Vec<Step>,
    /// Whether any step is in doubt.
    doubtful: bool,
    /// States that lead nowhere though their kind has edges: something is not said there.
    dead_ends: Vec<u32>,
    searches: FxHashMap<u32, Search>,
    /// Kinds whose entities are all starts.
    seeded: KindSet,
    /// Steps that its guards took so far.
    pub spent: u64,
}

/// A set of ends.
#[derive(Clone, Debug)]
pub(super) enum Ends {
    /// Whatever leads nowhere.
    DeadEnds,
    /// These entities, with the number of the set, which is above 0.
    Entities(u32, Arc<[EntityId]>),
}

impl Ends {
    /// The number by which searches are kept.
    pub(super) fn number(&self) -> u32 {
        match self {
            Ends::DeadEnds => 0,
            Ends::Entities(number, _) => *number,
        }
    }
}

/// Distances to a set of ends.
#[derive(Debug, Default)]
struct Search {
    /// Over certain steps.
    certain: Vec<u32>,
    /// Over all steps.
    all: Vec<u32>,
    /// Which states are ends.
    is_end: Vec<bool>,
    dominators: Option<Dominators<NodeIndex>>,
}

/// A path from a start to an end.
#[derive(Debug)]
pub(super) struct Route {
    pub relation: RelationId,
    pub start: State,
    pub steps: Vec<RouteStep>,
    pub ends: Ends,
}

/// One step of a route.
#[derive(Clone, Debug)]
pub(super) struct RouteStep {
    /// Its number in the graph.
    pub number: u32,
    pub from: State,
    pub to: State,
    pub edge: u16,
    pub certain: bool,
    /// The share that is written beside the words; all of it, where there can be none.
    pub written: Option<Interval>,
    /// The words that make the step; none if it goes through a plural or reverse name.
    pub place: Option<Place>,
}

/// Steps turned round, in compressed rows.
struct Turned {
    /// Where the row of each state ends in `sources`; it begins where that of the state before ends.
    ends: Vec<u32>,
    sources: Vec<u32>,
}

impl Route {
    /// The entities passed, the start included.
    pub(super) fn nodes(&self) -> impl Iterator<Item = EntityId> {
        std::iter::once(self.start.0).chain(self.steps.iter().map(|step| step.to.0))
    }

    /// The steps that have a place, by their number.
    pub(super) fn hops(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().enumerate().filter(|(_, step)| step.place.is_some()).map(|(at, _)| at)
    }

    /// The end.
    pub(super) fn last(&self) -> EntityId {
        self.steps.last().map_or(self.start.0, |step| step.to.0)
    }

    /// Whether no step is in doubt.
    pub(super) fn is_certain(&self) -> bool {
        self.steps.iter().all(|step| step.certain)
    }
}

impl Turned {
    fn row(&self, state: u32) -> &[u32] {
        let before = state.checked_sub(1).and_then(|before| self.ends.get(before as usize));
        let row =
            self.ends.get(state as usize).map(|end| before.map_or(0, |end| *end as usize)..*end as usize);
        row.and_then(|row| self.sources.get(row)).unwrap_or(&[])
    }
}

impl Graph {
    /// Those of the kinds whose entities are not yet all starts; they are from then on.
    pub(super) fn seed(&mut self, kinds: KindSet) -> KindSet {
        let fresh = kinds.without(self.seeded);
        self.seeded = self.seeded.union(kinds);
        fresh
    }

    /// Makes room for states of so many entities.
    pub(super) fn reserve(&mut self, entities: usize) {
        self.met.resize(entities.max(self.met.len()), FAR);
    }

    /// The number of a state; new ones wait to be expanded.
    pub(super) fn number(&mut self, state: State) -> u32 {
        if let Some(known) = self.number_of(state) {
            return known;
        }
        let (number, entity) = (self.states.len() as u32, state.0.0 as usize);
        self.states.push(state);
        if self.met.len() <= entity {
            self.met.resize(entity + 1, FAR);
        }
        match self.met.get_mut(entity) {
            Some(first) if *first == FAR => *first = number,
            _ => drop(self.further.insert(state, number)),
        }
        number
    }

    /// The number of a state that was met.
    pub(super) fn number_of(&self, state: State) -> Option<u32> {
        let first = self.met.get(state.0.0 as usize).copied().filter(|first| *first != FAR)?;
        if self.state(first) == state { Some(first) } else { self.further.get(&state).copied() }
    }

    /// The next state whose steps are not known.
    pub(super) fn unexpanded(&self) -> Option<State> {
        self.states.get(self.first.len()).copied()
    }

    /// Begins the steps of the next unexpanded state.
    pub(super) fn expand(&mut self) {
        self.first.push(self.steps.len() as u32);
    }

    /// Adds a step to the state that was expanded last.
    pub(super) fn add(&mut self, step: Step) {
        self.doubtful |= !step.certain;
        self.steps.push(step);
    }

    /// Whether the state that was expanded last has no step.
    pub(super) fn leads_nowhere(&self) -> bool {
        self.first.last().is_some_and(|first| *first as usize == self.steps.len())
    }

    /// Notes that the state that was expanded last should lead somewhere, but does not.
    pub(super) fn add_dead_end(&mut self) {
        self.dead_ends.push(self.first.len() as u32 - 1);
    }

    pub(super) fn steps_of(&self, state: u32) -> &[Step] {
        let from = self.first.get(state as usize).copied().unwrap_or(0) as usize;
        let to = self.first.get(state as usize + 1).map_or(self.steps.len(), |to| *to as usize);
        self.steps.get(from..to).unwrap_or(&[])
    }

    pub(super) fn state(&self, number: u32) -> State {
        self.states.get(number as usize).copied().unwrap_or((EntityId(u32::MAX), None))
    }

    pub(super) fn step(&self, number: u32) -> Option<Step> {
        self.steps.get(number as usize).copied()
    }

    /// The best path from a state to an end, if there is one; nothing if that cannot be asked yet, from it or from all
    /// entities of the kinds.
    pub(super) fn find(&self, state: State, starts: KindSet, ends: &Ends) -> Option<Option<Vec<u32>>> {
        let start = self.number_of(state)?;
        let search = self.searches.get(&ends.number())?;
        let ready = starts.without(self.seeded).is_empty() && (start as usize) < search.all.len();
        ready.then(|| self.route(start, search))
    }

    /// The numbers of the steps of the best path from a state to an end of a search that was made: without steps in
    /// doubt before any with, then the shortest, then the first as written.
    fn route(&self, start: u32, search: &Search) -> Option<Vec<u32>> {
        let reached =
            |distances: &[u32]| distances.get(start as usize).is_some_and(|distance| *distance != FAR);
        let certain = reached(&search.certain);
        if !certain && !reached(&search.all) {
            return None;
        }
        let distances = if certain { &search.certain } else { &search.all };
        let mut here = start;
        let mut steps = Vec::new();
        while let Some(distance) = distances.get(here as usize).copied().filter(|distance| *distance > 0) {
            let nearer = |step: &Step| {
                (step.certain || !certain)
                    && distances.get(step.to as usize).is_some_and(|d| *d == distance - 1)
            };
            let row = self.steps_of(here);
            let at = row.iter().position(nearer)?;
            steps.push(self.first.get(here as usize)? + at as u32);
            here = row.get(at)?.to;
        }
        Some(steps)
    }

    /// Brings the distances to a set of ends up to the states that are known.
    pub(super) fn search(&mut self, ends: &Ends) {
        if self.searches.get(&ends.number()).is_some_and(|search| search.all.len() == self.states.len()) {
            return;
        }
        let mut search = self.searches.remove(&ends.number()).unwrap_or_default();
        let fresh = self.states.len() - search.all.len();
        self.mark_ends(ends, &mut search.is_end);
        if fresh > MAX_EXTENDED {
            search.certain = self.distances(&search.is_end, true);
            search.all =
                if self.doubtful { self.distances(&search.is_end, false) } else { search.certain.clone() };
        } else {
            self.extend(&mut search.certain, &search.is_end, true);
            self.extend(&mut search.all, &search.is_end, false);
        }
        search.dominators = None;
        self.searches.insert(ends.number(), search);
    }

    /// Says of the states that came later whether they are ends.
    fn mark_ends(&self, ends: &Ends, is_end: &mut Vec<bool>) {
        let known = is_end.len();
        match ends {
            Ends::Entities(_, entities) => {
                let later = self.states.iter().skip(known);
                is_end.extend(later.map(|(entity, _)| entities.binary_search(entity).is_ok()));
            }
            Ends::DeadEnds => {
                is_end.resize(self.states.len(), false);
                let later = self.dead_ends.partition_point(|state| (*state as usize) < known);
                for state in self.dead_ends.iter().skip(later) {
                    if let Some(end) = is_end.get_mut(*state as usize) {
                        *end = true;
                    }
                }
            }
        }
    }

    /// Certain or all steps turned round, by one counting sort.
    fn turned(&self, certain_only: bool) -> Turned {
        let counted = |step: &&Step| step.certain || !certain_only;
        let mut ends = vec![0_u32; self.states.len()];
        let mut count = 0;
        for step in self.steps.iter().filter(counted) {
            if let Some(steps) = ends.get_mut(step.to as usize) {
                *steps += 1;
                count += 1;
            }
        }
        // Each row begins where it will end once it is filled.
        let mut before = 0;
        for end in &mut ends {
            before += std::mem::replace(end, before);
        }
        let mut sources = vec![0_u32; count];
        for state in 0..self.states.len() as u32 {
            for step in self.steps_of(state).iter().filter(counted) {
                let Some(at) = ends.get_mut(step.to as usize) else { continue };
                if let Some(source) = sources.get_mut(*at as usize) {
                    *source = state;
                }
                *at += 1;
            }
        }
        Turned { ends, sources }
    }

    /// One search backward from the ends over certain or all steps.
    fn distances(&self, is_end: &[bool], certain_only: bool) -> Vec<u32> {
        let turned = self.turned(certain_only);
        let mut distances: Vec<u32> = is_end.iter().map(|end| if *end { 0 } else { FAR }).collect();
        let ends = is_end.iter().enumerate().filter(|(_, end)| **end);
        let mut reached: Vec<u32> = ends.map(|(state, _)| state as u32).collect();
        let mut next = 0;
        while let Some(state) = reached.get(next).copied() {
            next += 1;
            let distance = distances.get(state as usize).copied().unwrap_or(FAR);
            for source in turned.row(state) {
                if let Some(known) = distances.get_mut(*source as usize)
                    && *known == FAR
                {
                    *known = distance + 1;
                    reached.push(*source);
                }
            }
        }
        distances
    }

    /// Distances of states that came later; they lead to known states, never the other way round.
    fn extend(&self, distances: &mut Vec<u32>, is_end: &[bool], certain_only: bool) {
        let known = distances.len();
        distances.extend(is_end.iter().skip(known).map(|end| if *end { 0 } else { FAR }));
        loop {
            let mut changed = false;
            for state in (known as u32..distances.len() as u32).rev() {
                let steps = self.steps_of(state).iter().filter(|step| step.certain || !certain_only);
                let nearest =
                    steps.filter_map(|step| distances.get(step.to as usize)).min().copied().unwrap_or(FAR);
                if let Some(own) = distances.get_mut(state as usize)
                    && nearest.saturating_add(1) < *own
                {
                    *own = nearest + 1;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// The states that every certain route from a route's start to its ends passes, start and ends left out.
    pub(super) fn through(&mut self, route: &Route) -> FxHashSet<State> {
        self.search(&route.ends);
        let Some(start) = self.number_of(route.start) else { return FxHashSet::default() };
        let mut search = self.searches.remove(&route.ends.number()).unwrap_or_default();
        let is_end = &search.is_end;
        let dominators = search.dominators.get_or_insert_with(|| self.dominators(is_end));
        let passed = dominators.dominators(NodeIndex::new(start as usize));
        let states = passed.into_iter().flatten().skip(1).map(NodeIndex::index);
        let inner = states.filter(|state| !is_end.get(*state).copied().unwrap_or(true));
        let found = inner.filter_map(|state| self.states.get(state).copied()).collect();
        self.searches.insert(route.ends.number(), search);
        found
    }

    /// The dominator tree of the certain steps turned round, from one root behind all ends.
    fn dominators(&self, is_end: &[bool]) -> Dominators<NodeIndex> {
        let mut turned: DiGraph<(), ()> = DiGraph::with_capacity(self.states.len() + 1, self.steps.len());
        for _ in 0..=self.states.len() {
            turned.add_node(());
        }
        let root = NodeIndex::new(self.states.len());
        for (state, _) in is_end.iter().enumerate().filter(|(_, end)| **end) {
            turned.add_edge(root, NodeIndex::new(state), ());
        }
        for state in 0..self.states.len() as u32 {
            for step in self.steps_of(state).iter().filter(|step| step.certain) {
                turned.add_edge(NodeIndex::new(step.to as usize), NodeIndex::new(state as usize), ());
            }
        }
        simple_fast(&turned, root)
    }

    /// Whether a state is an end of a search that was made.
    pub(super) fn is_end(&self, state: u32, ends: &Ends) -> bool {
        let search = self.searches.get(&ends.number());
        search.and_then(|search| search.is_end.get(state as usize)).copied().unwrap_or(false)
    }

    /// Whether a certain route leads from a state to an end of a search that was made.
    pub(super) fn reaches(&self, state: u32, ends: &Ends) -> bool {
        let search = self.searches.get(&ends.number());
        search.and_then(|search| search.certain.get(state as usize)).is_some_and(|distance| *distance != FAR)
    }

    /// The entities, other than the route's own, from which a step leads to an end; in the order met.
    pub(super) fn other_ends(&mut self, route: &Route) -> Vec<EntityId> {
        self.search(&route.ends);
        let (Some(start), Some(search)) =
            (self.number_of(route.start), self.searches.get(&route.ends.number()))
        else {
            return Vec::new();
        };
        let certain = route.is_certain();
        let distances = if certain { &search.certain } else { &search.all };
        let distance = |state: u32| distances.get(state as usize).copied().unwrap_or(FAR);
        let own = route.steps.last().map(|step| step.from.0);
        let mut found: Vec<EntityId> = Vec::new();
        let mut known: FxHashSet<EntityId> = own.into_iter().collect();
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        let mut waiting = VecDeque::from([start]);
        while let Some(state) = waiting.pop_front().filter(|_| seen.len() < MAX_ENDS_VISITED) {
            if !seen.insert(state) {
                continue;
            }
            for step in self.steps_of(state).iter().filter(|step| distance(step.to) != FAR) {
                if !certain || step.certain {
                    let from = self.state(state).0;
                    if distance(step.to) == 0 && known.insert(from) {
                        found.push(from);
                    }
                    waiting.push_back(step.to);
                }
            }
        }
        found
    }
}

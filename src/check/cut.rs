//! The smallest set of links whose replacement clears every certain route, where no single link does: a
//! minimum vertex cut by maximum flow. Owns its own limit, since flow costs more than search.

use std::collections::VecDeque;

use petgraph::algo::ford_fulkerson;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::{FxHashMap, FxHashSet};

use super::graph::{Graph, Route, State, UNWRITTEN};

/// Most states between a start and its ends for which a cut is worked out.
const MAX_STATES: usize = 2_000;
/// More than any cut can hold: what cannot be replaced.
const ENDLESS: u32 = 1_000_000;

impl Graph {
    /// The links to replace together, in the order met; none if there are too many routes to tell, or if the
    /// start itself touches an end.
    pub(super) fn cut(&mut self, route: &Route) -> Vec<State> {
        let Some(region) = self.region(route) else { return Vec::new() };
        let ends: FxHashSet<u32> =
            region.iter().copied().filter(|state| self.is_end(*state, &route.ends)).collect();
        // Each state is an entrance and an exit, joined by what it costs to replace it.
        let mut flow: DiGraph<(), u32> = DiGraph::new();
        let nodes: FxHashMap<u32, (NodeIndex, NodeIndex)> =
            region.iter().map(|state| (*state, (flow.add_node(()), flow.add_node(())))).collect();
        let sink = flow.add_node(());
        let start = region.first().copied();
        let links = self.links(&region);
        for state in &region {
            let Some((entrance, exit)) = nodes.get(state).copied() else { continue };
            let replaceable = links.contains(state) && !ends.contains(state) && Some(*state) != start;
            flow.add_edge(entrance, exit, if replaceable { 1 } else { ENDLESS });
            if ends.contains(state) {
                flow.add_edge(exit, sink, ENDLESS);
                continue;
            }
            for step in self.steps_of(*state).iter().filter(|step| step.certain) {
                if let Some((next, _)) = nodes.get(&step.to) {
                    flow.add_edge(exit, *next, ENDLESS);
                }
            }
        }
        let Some((source, _)) = start.and_then(|start| nodes.get(&start)).copied() else { return Vec::new() };
        let (most, flows) = ford_fulkerson(&flow, source, sink);
        if most >= ENDLESS {
            return Vec::new();
        }
        let near = reachable(&flow, &flows, source);
        let crossed = region.iter().filter(|state| {
            nodes.get(state).is_some_and(|(entrance, exit)| near.contains(entrance) && !near.contains(exit))
        });
        crossed.map(|state| self.state(*state)).collect()
    }

    /// The states between a start and its ends over certain steps, the start first; `None` if they are too many.
    fn region(&mut self, route: &Route) -> Option<Vec<u32>> {
        let start = self.number_of(route.start)?;
        let mut region = Vec::new();
        let mut seen: FxHashSet<u32> = FxHashSet::from_iter([start]);
        let mut waiting = VecDeque::from([start]);
        while let Some(state) = waiting.pop_front() {
            region.push(state);
            if region.len() > MAX_STATES {
                return None;
            }
            if self.is_end(state, &route.ends) {
                continue;
            }
            for step in self.steps_of(state).iter().filter(|step| step.certain) {
                if self.reaches(step.to, &route.ends) && seen.insert(step.to) {
                    waiting.push_back(step.to);
                }
            }
        }
        Some(region)
    }

    /// The states to which words lead: what has a name that could be replaced by another.
    fn links(&self, region: &[u32]) -> FxHashSet<u32> {
        let steps = region.iter().flat_map(|state| self.steps_of(*state));
        steps.filter(|step| step.certain && step.item != UNWRITTEN).map(|step| step.to).collect()
    }
}

/// What can still be reached from the source once the flow is taken off.
fn reachable(flow: &DiGraph<(), u32>, flows: &[u32], source: NodeIndex) -> FxHashSet<NodeIndex> {
    let mut near = FxHashSet::from_iter([source]);
    let mut waiting = vec![source];
    while let Some(node) = waiting.pop() {
        let forward = flow
            .edges(node)
            .filter(|edge| flows.get(edge.id().index()).is_some_and(|used| used < edge.weight()));
        let backward = flow
            .edges_directed(node, petgraph::Direction::Incoming)
            .filter(|edge| flows.get(edge.id().index()).is_some_and(|used| *used > 0));
        let next = forward.map(|edge| edge.target()).chain(backward.map(|edge| edge.source()));
        waiting.extend(next.filter(|next| near.insert(*next)).collect::<Vec<_>>());
    }
    near
}

#[cfg(test)]
mod tests {
    use super::super::graph::{Ends, Step};
    use super::*;
    use crate::model::EntityId;
    use crate::rule::RelationId;
    use crate::schema::KindSet;

    /// A graph in which state n is entity n; each link has words.
    fn graph(links: &[&[u32]]) -> Graph {
        let mut graph = Graph::default();
        for entity in 0..links.len() as u32 {
            graph.number((EntityId(entity), None));
        }
        for targets in links {
            graph.expand();
            targets.iter().for_each(|to| graph.add(Step { to: *to, item: 0, edge: 0, certain: true }));
        }
        graph
    }

    fn cut_of(links: &[&[u32]], end: u32) -> Vec<u32> {
        let mut graph = graph(links);
        let ends = Ends::Entities(1, [EntityId(end)].into());
        graph.search(&ends);
        assert!(graph.find(graph.state(0), KindSet::EMPTY, &ends).flatten().is_some());
        let route = Route { relation: RelationId(0), start: graph.state(0), steps: Vec::new(), ends };
        graph.cut(&route).into_iter().map(|(entity, _)| entity.0).collect()
    }

    #[test]
    fn the_smallest_set_that_clears_every_route_is_found() {
        // Two ways of two links each, joined only at their ends.
        assert_eq!(cut_of(&[&[1, 2], &[3], &[4], &[5], &[5], &[]], 5).len(), 2);
        // Three first links, but all goods pass two later ones.
        assert_eq!(cut_of(&[&[1, 2, 3], &[4], &[4, 5], &[5], &[6], &[6], &[]], 6), [4, 5]);
        // A ring changes nothing.
        assert_eq!(cut_of(&[&[1, 2], &[2, 3], &[1, 3], &[]], 3), [1, 2]);
    }

    #[test]
    fn a_start_beside_an_end_cannot_be_cut_off() {
        assert_eq!(cut_of(&[&[1, 2], &[2], &[]], 2), [0_u32; 0]);
    }
}

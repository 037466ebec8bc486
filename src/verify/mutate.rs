//! Changes rules to see whether their examples notice: drops each condition and turns each comparison round.
//! Owns what a change is; knows not how examples run.

use crate::rule::{Comparison, Expr, From, Node, Rule, Source, Stage};
use crate::source::Span;

/// One change of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// What was done.
    pub deed: Deed,
    /// The words it was done to, in the rule's file.
    pub span: Span,
}

/// What can be done to a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Dropped,
    Turned,
}

/// The rule with its change of that number, if it has so many.
pub(super) fn changed(rule: &Rule, number: usize) -> Option<(Rule, Change)> {
    let mut rule = rule.clone();
    let mut mutator = Mutator { left: number, done: None };
    let decisive = decisive(&rule);
    for stage in &mut rule.stages {
        match stage {
            Stage::Each(source) => mutator.source(source),
            Stage::Let(slot, value, _) if decisive.contains(slot) => mutator.expr(value),
            Stage::Let(..) => {}
            Stage::When(condition) => mutator.condition(condition),
        }
    }
    for step in &mut rule.steps {
        mutator.condition(&mut step.when);
    }
    mutator.done.map(|change| (rule, change))
}

/// The variables on which a condition or severity step depends; what only sentences use decides nothing.
fn decisive(rule: &Rule) -> Vec<u16> {
    let mut needed: Vec<u16> = rule.steps.iter().flat_map(|step| step.when.variables()).collect();
    for stage in rule.stages.iter().rev() {
        match stage {
            Stage::When(condition) => needed.extend(condition.variables()),
            Stage::Each(source) => {
                needed.extend(source.filter.iter().flat_map(Expr::variables));
                if let From::Naming(_, _, inner) | From::List(inner) = &source.from {
                    needed.extend(inner.variables());
                }
            }
            Stage::Let(slot, value, _) if needed.contains(slot) => needed.extend(value.variables()),
            Stage::Let(..) => {}
        }
    }
    needed
}

struct Mutator {
    /// How many changes to pass over.
    left: usize,
    done: Option<Change>,
}

impl Mutator {
    /// Whether it is this change's turn.
    fn turn(&mut self, deed: Deed, span: Span) -> bool {
        if self.done.is_some() {
            return false;
        }
        let turn = self.left == 0;
        if turn {
            self.done = Some(Change { deed, span });
        } else {
            self.left -= 1;
        }
        turn
    }

    /// A condition as a whole: dropped, it always holds.
    fn condition(&mut self, condition: &mut Expr) {
        let one_of_several = matches!(&condition.node, Node::All(parts) if parts.len() > 1);
        if !one_of_several && self.turn(Deed::Dropped, condition.span) {
            condition.node = Node::All(Vec::new());
            return;
        }
        self.expr(condition);
    }

    fn source(&mut self, source: &mut Source) {
        match &mut source.from {
            From::Kinds(_) => {}
            From::Naming(kinds, _, key) => {
                // The look-up is a condition of its own: without it all of the kind are meant.
                if self.turn(Deed::Dropped, key.span) {
                    source.from = From::Kinds(*kinds);
                    source.filter = None;
                    return;
                }
            }
            From::List(list) => self.expr(list),
        }
        if let Some(filter) = &mut source.filter {
            self.condition(filter);
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        let span = expr.span;
        match &mut expr.node {
            Node::All(parts) | Node::Any(parts) => {
                if parts.len() > 1 {
                    for at in 0..parts.len() {
                        let part = parts.get(at).map_or(span, |part| part.span);
                        if self.turn(Deed::Dropped, part) {
                            parts.remove(at);
                            return;
                        }
                    }
                }
                parts.iter_mut().for_each(|part| self.expr(part));
            }
            Node::Compare(_, _, left, right) => {
                if self.turn(Deed::Turned, span) {
                    turn_round(expr);
                    return;
                }
                self.expr(left);
                self.expr(right);
            }
            Node::OfKinds(inner, _) | Node::OfWords(inner, _) => {
                if self.turn(Deed::Turned, span) {
                    expr.node = Node::Not(Box::new(expr.clone()));
                    return;
                }
                self.expr(inner);
            }
            Node::Not(inner) | Node::Field(inner, _) => self.expr(inner),
            Node::Arithmetic(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            Node::Quantified(_, source, body) => {
                self.source(source);
                body.iter_mut().for_each(|body| self.expr(body));
            }
            Node::Aggregate(_, source, value) => {
                self.source(source);
                value.iter_mut().for_each(|value| self.expr(value));
            }
            Node::Group(source, key) => {
                self.source(source);
                self.expr(key);
            }
            Node::List(parts) | Node::Call(_, parts) => parts.iter_mut().for_each(|part| self.expr(part)),
            // The body of a function is shared; what is handed to it is the rule's own.
            Node::With(bindings, _) => bindings.iter_mut().for_each(|(_, value)| self.expr(value)),
            Node::Paths(path) => {
                if let Some(filter) = &mut path.ends.filter {
                    self.condition(filter);
                }
            }
            Node::Constant(_)
            | Node::Variable(_)
            | Node::Parameter(_)
            | Node::Single(_)
            | Node::Has(..)
            | Node::Missing(..) => {}
        }
    }
}

fn turn_round(expr: &mut Expr) {
    let Node::Compare(comparison, ..) = &mut expr.node else { return };
    *comparison = match comparison {
        Comparison::Equal => Comparison::Unequal,
        Comparison::Unequal => Comparison::Equal,
        Comparison::Less => Comparison::AtLeast,
        Comparison::AtLeast => Comparison::Less,
        Comparison::More => Comparison::AtMost,
        Comparison::AtMost => Comparison::More,
        Comparison::In => {
            let inner = Box::new(expr.clone());
            expr.node = Node::Not(inner);
            return;
        }
    };
}

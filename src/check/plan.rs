//! In which order the stages of a rule are gone through: a condition part by part, and a name just before what first
//! asks for it, so that nothing is worked out for a subject that an earlier part lets go. Verdicts do not depend on it.

use crate::rule::{Expr, From, LetUse, Node, Rule, Source, Stage};

/// One step of a rule.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'r> {
    Each(&'r Source),
    Let(u16, &'r Expr),
    /// A part of the condition of that number.
    When(&'r Expr, usize),
}

/// The steps of a rule, in order.
pub(super) fn plan(rule: &Rule) -> Vec<Step<'_>> {
    let mut plan = Plan { steps: Vec::new(), waiting: Vec::new() };
    for (number, stage) in rule.stages.iter().enumerate() {
        match stage {
            Stage::Let(slot, value, LetUse::Condition) => plan.waiting.push((*slot, value)),
            Stage::Let(..) => {}
            Stage::Each(source) => {
                // What stands before a range is the same for all its members.
                plan.waiting.drain(..).for_each(|(slot, value)| plan.steps.push(Step::Let(slot, value)));
                plan.steps.push(Step::Each(source));
            }
            Stage::When(Expr { node: Node::All(parts), .. }) if !parts.is_empty() => {
                parts.iter().for_each(|part| plan.when(part, number));
            }
            Stage::When(condition) => plan.when(condition, number),
        }
    }
    plan.steps
}

struct Plan<'r> {
    steps: Vec<Step<'r>>,
    /// Names that nothing asked for yet.
    waiting: Vec<(u16, &'r Expr)>,
}

impl<'r> Plan<'r> {
    fn when(&mut self, condition: &'r Expr, number: usize) {
        self.name(condition);
        self.steps.push(Step::When(condition, number));
    }

    /// Adds the names that an expression asks for.
    fn name(&mut self, expr: &Expr) {
        for slot in expr.variables() {
            if let Some(at) = self.waiting.iter().position(|(own, _)| *own == slot) {
                let (slot, value) = self.waiting.remove(at);
                self.name(value);
                self.steps.push(Step::Let(slot, value));
            }
        }
    }
}

/// Whether a source is a search for a path.
pub(super) fn search(source: &Source) -> Option<&crate::rule::Path> {
    match &source.from {
        From::List(Expr { node: Node::Paths(path), .. }) => Some(path),
        _ => None,
    }
}

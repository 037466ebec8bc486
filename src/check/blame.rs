//! What a verdict lacks: walks a condition that is unknown and names the fields that keep it so. Knows no
//! finding.

use super::eval::Evaluator;
use crate::names::Symbol;
use crate::rule::{Access, Expr, From, Node, Source};
use crate::value::Truth;

impl Evaluator<'_, '_> {
    /// Adds the names of the fields that are missing, unknown or not understood in an unknown condition.
    pub(super) fn blame(&mut self, expr: &Expr, missing: &mut Vec<Symbol>) {
        match &expr.node {
            Node::All(parts) | Node::Any(parts) => {
                for part in parts {
                    if self.truth(part) == Truth::Unknown {
                        self.blame(part, missing);
                    }
                }
            }
            Node::Not(inner) => self.blame(inner, missing),
            Node::Compare(_, _, left, right) | Node::Arithmetic(_, left, right) => {
                self.blame_value(left, missing);
                self.blame_value(right, missing);
            }
            Node::OfKinds(of, _) | Node::OfWords(of, _) => self.blame_value(of, missing),
            Node::With(bindings, body) => {
                self.bind_all(bindings);
                self.blame(body, missing);
            }
            Node::Quantified(_, source, body) => self.blame_source(source, body.as_deref(), missing),
            Node::Variable(slot) => {
                if let Some(value) = self.named(*slot) {
                    self.blame(value, missing);
                }
            }
            Node::Has(base, access) | Node::Missing(base, access) => self.blame_field(base, access, missing),
            _ => self.blame_value(expr, missing),
        }
    }

    fn blame_value(&mut self, expr: &Expr, missing: &mut Vec<Symbol>) {
        match &expr.node {
            Node::Field(base, access) => {
                let value = self.eval(expr);
                if !value.is_known() {
                    let base_known = self.eval(base).is_known();
                    if base_known {
                        self.blame_field(base, access, missing)
                    } else {
                        self.blame_value(base, missing)
                    }
                }
            }
            Node::Variable(slot) => {
                if let Some(value) = self.named(*slot) {
                    self.blame_value(value, missing);
                }
            }
            Node::Call(_, arguments) => {
                arguments.iter().for_each(|argument| self.blame_value(argument, missing))
            }
            Node::Aggregate(_, source, value) => self.blame_source(source, value.as_deref(), missing),
            Node::Arithmetic(_, left, right) => {
                self.blame_value(left, missing);
                self.blame_value(right, missing);
            }
            Node::With(bindings, body) => {
                self.bind_all(bindings);
                self.blame_value(body, missing);
            }
            _ => {}
        }
    }

    fn blame_field(&mut self, base: &Expr, access: &Access, missing: &mut Vec<Symbol>) {
        let Access::Entity(name, _) = access else { return };
        if self.entity(base).is_some() && !missing.contains(name) {
            missing.push(*name);
        }
    }

    /// The first member that is only possible shows what is missing.
    fn blame_source(&mut self, source: &Source, body: Option<&Expr>, missing: &mut Vec<Symbol>) {
        if let From::List(list) = &source.from
            && !self.eval(list).is_known()
        {
            return self.blame_value(list, missing);
        }
        let mut doubtful = None;
        self.members(source, &mut |own, member, truth, _| {
            let unsure = match body {
                Some(body) if truth.holds() => own.apart(|own| own.truth(body)) == Truth::Unknown,
                _ => truth == Truth::Unknown,
            };
            if unsure {
                doubtful = Some(member);
                return std::ops::ControlFlow::Break(());
            }
            std::ops::ControlFlow::Continue(())
        });
        let Some(member) = doubtful else { return };
        self.bind(source.slot, member);
        match (&source.filter, body) {
            (Some(filter), _) if self.truth(filter) == Truth::Unknown => self.blame(filter, missing),
            (_, Some(body)) => self.blame(body, missing),
            _ => {}
        }
    }
}

//! A rule once all its statements are read: owns what it may not lack, what can never be reached, and what its
//! conditions depend on.

use super::catalogue::explained;
use super::declare::RuleReader;
use super::expr::{Expr, Node, Ty};
use super::template::Template;
use super::{Explanation, Extent, LetUse, Stage};
use crate::source::Span;

/// Most ranges, names and conditions of a rule.
const MAX_STAGES: usize = 500;

impl RuleReader<'_> {
    /// A `let` that no later range or condition reads is worked out for findings only, one that only their lines read
    /// where these are wanted, and one that not even a line reads where all of a finding is.
    pub(super) fn mark_late_lets(&mut self) {
        let (mut found, mut said) = (self.variables_of_finding(), self.variables_of_line());
        let mut needed: Vec<u16> = Vec::new();
        for stage in self.rule.stages.iter_mut().rev() {
            match stage {
                Stage::When(condition) => condition.add_variables(&mut needed),
                Stage::Each(source) => source.visit(&mut |expr| {
                    if let Node::Variable(slot) = expr.node {
                        needed.push(slot);
                    }
                }),
                Stage::Let(slot, value, usage) => {
                    if needed.contains(slot) {
                        value.add_variables(&mut needed);
                    } else if found.contains(slot) {
                        *usage = LetUse::Finding;
                        value.add_variables(&mut found);
                    } else if said.contains(slot) {
                        *usage = LetUse::Line;
                        value.add_variables(&mut said);
                    } else {
                        *usage = LetUse::Text;
                    }
                }
            }
        }
    }

    /// The variables that severity and place read. Why a severity differs is no part of either.
    fn variables_of_finding(&self) -> Vec<u16> {
        let rule = &self.rule;
        let chosen = rule.primary.iter().filter(|_| rule.only_place().is_none());
        let chosen = chosen.filter_map(|label| label.when.as_ref());
        let places = rule.primary.iter().map(|label| &label.place).chain(chosen);
        let steps = rule.steps.iter().map(|step| &step.when);
        let speaking = rule.messages.iter().filter(|_| !rule.always_speaks());
        let speaking = speaking.filter_map(|message| message.when.as_ref());
        variables(places.chain(steps).chain(speaking))
    }

    /// The variables that the sentence reads.
    fn variables_of_line(&self) -> Vec<u16> {
        variables(self.rule.messages.iter().flat_map(|message| message.then.exprs().chain(&message.when)))
    }

    /// Sums up its ranges, names, conditions and severity steps: whether any reads a fact or asks for paths, and how
    /// many expressions they hold, but for names that no line reads.
    pub(super) fn sum_up(&mut self) {
        let (mut all, mut unread) = (0_usize, 0);
        let (mut reads_fact, mut seeks_paths) = (false, false);
        self.visit_conditions(&mut |expr| {
            all += 1;
            if expr.rests {
                reads_fact |= self.typer.reads_fact(&expr.node);
                seeks_paths |= matches!(expr.node, Node::Paths(_));
            }
        });
        for stage in &self.rule.stages {
            if let Stage::Let(_, value, LetUse::Text) = stage {
                value.visit(&mut |_| unread += 1);
            }
        }
        self.rule.rests_on_facts = reads_fact;
        self.rule.seeks_paths = seeks_paths;
        self.rule.weight = all.saturating_sub(unread);
    }

    fn visit_conditions(&self, see: &mut dyn FnMut(&Expr)) {
        for stage in &self.rule.stages {
            match stage {
                Stage::When(expr) | Stage::Let(_, expr, _) => expr.visit(see),
                Stage::Each(source) => source.visit(see),
            }
        }
        self.rule.steps.iter().for_each(|step| step.when.visit(see));
    }

    /// The parameters that conditions read.
    pub(super) fn parameters(&self) -> Vec<usize> {
        let mut found = Vec::new();
        for stage in &self.rule.stages {
            let read = match stage {
                Stage::When(expr) => expr.parameters(),
                Stage::Each(source) => source.filter.iter().flat_map(Expr::parameters).collect(),
                Stage::Let(..) => Vec::new(),
            };
            found.extend(read);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(super) fn check_complete(&mut self) -> bool {
        let head = self.view.head().span;
        let ranges = self.rule.stages.iter().any(|stage| matches!(stage, Stage::Each(_)));
        let checks = [
            (ranges, "this rule has no `for each`: say of what it speaks"),
            (!self.rule.messages.is_empty(), "this rule has no message"),
            (!self.rule.primary.is_empty(), "this rule has no primary label: say where the finding points"),
        ];
        let few = self.rule.stages.len() <= MAX_STAGES;
        if !few {
            let message = format!("this rule has more than {MAX_STAGES} ranges, names and conditions");
            self.typer.error("rule-syntax", head, message, "make several rules of it");
        }
        let mut complete = few;
        for (present, message) in checks {
            if !present {
                self.typer.error("rule-incomplete", head, message, "incomplete");
                complete = false;
            }
        }
        self.check_reached();
        for bad in [true, false] {
            if self.extent == Extent::Whole && !self.examples.iter().any(|example| example.bad == bad) {
                let message = if bad {
                    "this rule has no bad example: nothing shows that it can fire"
                } else {
                    "this rule has no good example: nothing shows where it stays silent"
                };
                self.typer.error("rule-untested", head, message, "untested");
            }
        }
        complete
    }

    /// Of several messages, primary labels or helps the first that holds is said: one without a condition ends
    /// the list.
    fn check_reached(&mut self) {
        let mut lists: Vec<(&str, Vec<(bool, Span)>)> = Vec::new();
        let of_template = |template: &Template| template.span;
        let messages =
            self.rule.messages.iter().map(|known| (known.when.is_none(), of_template(&known.then)));
        lists.push(("message", messages.collect()));
        let primary = self.rule.primary.iter().map(|label| (label.when.is_none(), of_template(&label.text)));
        // A label whose place is a field may point nowhere, so the next one can still be reached.
        let certain = self.rule.primary.iter().map(|label| !matches!(label.place.ty, Ty::Step | Ty::Any));
        let primary = primary.zip(certain).map(|((always, span), certain)| (always && certain, span));
        lists.push(("label", primary.collect()));
        let help = self.rule.help.iter().map(|known| (known.when.is_none(), of_template(&known.then)));
        lists.push(("help", help.collect()));
        for (what, list) in lists {
            let always = list.iter().position(|(always, _)| *always);
            if let Some((_, span)) = always.and_then(|at| list.get(at + 1)) {
                let message = format!("this {what} is never reached: the one before it always holds");
                self.typer.error(
                    "rule-unreachable",
                    *span,
                    message,
                    "put it first, or give the one before it a `when`",
                );
            }
        }
    }

    pub(super) fn explanation(&mut self) -> Explanation {
        let schema = self.typer.schema();
        let lets = self.rule.stages.iter().filter_map(|stage| match stage {
            Stage::Let(_, value, _) => Some(value),
            _ => None,
        });
        let mut read: Vec<usize> = lets.flat_map(Expr::parameters).collect();
        read.extend(&self.rule.parameters);
        read.extend(self.rule.steps.iter().flat_map(|step| &step.parameters));
        read.sort_unstable();
        read.dedup();
        let parameters = read.iter().filter_map(|at| {
            let known = schema.parameters().get(*at)?;
            let value =
                self.typer.context.texts.get(&known.value.file).map(|text| known.value.span.of(text))?;
            Some((schema.names.text(known.name).to_owned(), value.to_owned(), known.why.clone()))
        });
        let (severity, examples) = (self.rule.severity, std::mem::take(&mut self.examples));
        let own = explained(self.view, &self.rule.pack);
        Explanation { severity, parameters: parameters.collect(), examples, ..own }
    }
}

fn variables<'a>(exprs: impl Iterator<Item = &'a Expr>) -> Vec<u16> {
    let mut slots = Vec::new();
    exprs.for_each(|expr| expr.add_variables(&mut slots));
    slots
}

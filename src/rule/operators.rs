//! Comparison and arithmetic: owns which values can meet, and the words for those that cannot.

use std::sync::Arc;

use super::ast::{Ast, Comparison, Node as Written, Settle, Sign};
use super::expr::{Constant, Expr, Function, Node, Ty};
use super::typing::Typer;
use crate::diagnostic::{Diagnostic, Severity};
use crate::schema::{Dimension, KindSet};
use crate::source::Span;

impl<'a> Typer<'a> {
    pub(super) fn comparison(
        &mut self,
        comparison: Comparison,
        settle: Settle,
        left: &Ast<'a>,
        right: &Ast<'a>,
        span: Span,
    ) -> (Node, Ty) {
        // A bare word takes its meaning from the other side.
        let word_first = matches!(&left.node, Written::Word(word) if self.variable(word).is_none());
        let (mut left, right) = if word_first && comparison != Comparison::In {
            let right = self.expr(right, None);
            (self.expr(left, Some(&right.ty)), right)
        } else {
            let left = self.expr(left, None);
            let expected = if comparison == Comparison::In {
                Ty::List(Arc::new(left.ty.clone()))
            } else {
                left.ty.clone()
            };
            let right = self.expr(right, Some(&expected));
            (left, right)
        };
        self.check_comparison(comparison, &left, &right, span);
        let right = year_as_date(&left, right, self.text());
        if let Node::Call(Function::Kind, of) = &mut left.node
            && let Some(kinds) = self.kinds_meant(comparison, &right)
            && let Some(of) = of.pop()
        {
            return (Node::OfKinds(Box::new(of), kinds), Ty::Truth);
        }
        if let Some(words) = self.words_meant(comparison, &left, &right) {
            return (Node::OfWords(Box::new(left), words), Ty::Truth);
        }
        (Node::Compare(comparison, settle, Box::new(left), Box::new(right)), Ty::Truth)
    }

    /// The kinds that a comparison with kinds by their names asks for, each with those that specialise it.
    fn kinds_meant(&self, comparison: Comparison, named: &Expr) -> Option<KindSet> {
        let family = |named: &Expr| match named.node {
            Node::Constant(Constant::Kind(id)) => self.schema().kind(id).map(|kind| kind.family),
            _ => None,
        };
        match (comparison, &named.node) {
            (Comparison::Equal, _) => family(named),
            (Comparison::Unequal, _) => family(named).map(|kinds| KindSet::ALL.without(kinds)),
            (Comparison::In, Node::List(named)) if !named.is_empty() => {
                named.iter().try_fold(KindSet::EMPTY, |kinds, named| Some(kinds.union(family(named)?)))
            }
            _ => None,
        }
    }

    /// The words that a comparison of what has words of one enum only asks for by name.
    fn words_meant(&self, comparison: Comparison, left: &Expr, named: &Expr) -> Option<Vec<u16>> {
        let Ty::Enum(asked) = left.ty else { return None };
        let word = |named: &Expr| match named.node {
            Node::Constant(Constant::Enum(id, word)) if id == asked => Some(word),
            _ => None,
        };
        match (comparison, &named.node) {
            (Comparison::Equal, _) => Some(vec![word(named)?]),
            (Comparison::Unequal, _) => {
                let (not, all) = (word(named)?, self.schema().get_enum(asked)?.values.len() as u16);
                Some((0..all).filter(|word| *word != not).collect())
            }
            (Comparison::In, Node::List(named)) if !named.is_empty() => named.iter().map(word).collect(),
            _ => None,
        }
    }

    pub(super) fn check_comparison(&mut self, comparison: Comparison, left: &Expr, right: &Expr, span: Span) {
        let text = self.text();
        let (l, r) = (left.span.of(text), right.span.of(text));
        if comparison == Comparison::In {
            let right_member = right.ty.member().cloned().unwrap_or(Ty::Any);
            if !matches!(right.ty, Ty::List(_) | Ty::Any) {
                self.error(
                    "rule-type-mismatch",
                    span,
                    format!("`in` needs a list; `{r}` is {}", self.describe(&right.ty)),
                    "no list",
                );
            } else if !left.ty.meets(&right_member) {
                let message = format!(
                    "`{l}` is {}, the list holds {}",
                    self.describe(&left.ty),
                    self.describe(&right_member)
                );
                self.error("rule-type-mismatch", span, message, "never the same");
            }
            return;
        }
        for (side, words) in [(left, l), (right, r)] {
            if matches!(side.ty, Ty::List(_)) {
                let message = format!(
                    "`{words}` is a list: choose one of it (`first`, `argmax`), or say `some x in {words}`"
                );
                self.error("rule-many-values", side.span, message, "several");
                return;
            }
        }
        let ordered = !matches!(comparison, Comparison::Equal | Comparison::Unequal);
        match (&left.ty, &right.ty) {
            (Ty::Amount(Some(a)), Ty::Amount(Some(b))) if a != b && !is_year(right, text) => {
                self.unit_mismatch("compares", *a, *b, left.span, right.span);
            }
            (Ty::Dates, Ty::Amount(_)) if is_year(right, text) => {}
            (a, b) if !a.meets(b) => {
                let message = format!(
                    "`{l}` is {}, `{r}` is {}: they cannot be compared",
                    self.describe(a),
                    self.describe(b)
                );
                self.error("rule-type-mismatch", span, message, "never the same sort of thing");
            }
            (Ty::Enum(id), _)
                if ordered && self.schema().get_enum(*id).is_some_and(|declared| !declared.ordered) =>
            {
                let name = self
                    .schema()
                    .get_enum(*id)
                    .map_or("", |declared| self.schema().names.text(declared.name));
                self.error(
                    "rule-unordered",
                    span,
                    format!("the words of `{name}` have no order; use `==` or `in`"),
                    "neither more nor less",
                );
            }
            (Ty::Entity(_) | Ty::Text | Ty::Truth | Ty::Kind, _) if ordered => {
                self.error(
                    "rule-unordered",
                    span,
                    format!("{} has no order; use `==` or `in`", self.describe(&left.ty)),
                    "neither more nor less",
                );
            }
            _ => {}
        }
    }

    pub(super) fn unit_mismatch(&mut self, what: &str, a: Dimension, b: Dimension, left: Span, right: Span) {
        let units = &self.schema().units;
        let (a, b) = (units.name(a), units.name(b));
        let found = Diagnostic::new(
            "rule-unit-mismatch",
            Severity::Error,
            format!("this rule {what} {a} with {b}"),
            self.file,
            right,
        )
        .label(b)
        .related(crate::source::Place { file: self.file, span: left }, a)
        .help("compare like with like; until then the run fails");
        self.say(found);
    }

    pub(super) fn arithmetic(
        &mut self,
        sign: Sign,
        left: &Ast<'a>,
        right: &Ast<'a>,
        span: Span,
    ) -> (Node, Ty) {
        let (left, right) = (self.expr(left, None), self.expr(right, None));
        let ty = match (sign, &left.ty, &right.ty) {
            (_, Ty::Any, _) | (_, _, Ty::Any) => Ty::Any,
            (Sign::Plus | Sign::Minus, Ty::Amount(Some(a)), Ty::Amount(Some(b))) => {
                if a != b {
                    self.unit_mismatch("adds", *a, *b, left.span, right.span);
                }
                Ty::Amount(Some(*a))
            }
            (Sign::Plus | Sign::Minus, Ty::Amount(_), Ty::Amount(_)) => Ty::Amount(None),
            (Sign::Plus | Sign::Minus, a, Ty::Amount(_)) if may_be_dates(a) => Ty::Dates,
            (Sign::Minus, a, b) if may_be_dates(a) && may_be_dates(b) => Ty::Gap,
            (Sign::Times, Ty::Amount(a), Ty::Amount(b)) => {
                Ty::Amount(a.zip(*b).and_then(|(a, b)| a.times(b)))
            }
            (Sign::Over, Ty::Amount(a), Ty::Amount(b)) => Ty::Amount(a.zip(*b).and_then(|(a, b)| a.per(b))),
            (_, a, b) => {
                let message =
                    format!("{} and {} cannot be reckoned together", self.describe(a), self.describe(b));
                self.error("rule-type-mismatch", span, message, "no common sort of number");
                Ty::Any
            }
        };
        (Node::Arithmetic(sign, Box::new(left), Box::new(right)), ty)
    }
}

/// Where a date is one of several things, what is no date counts as unknown.
fn may_be_dates(ty: &Ty) -> bool {
    matches!(ty, Ty::Dates) || matches!(ty, Ty::Either(types) if types.contains(&Ty::Dates))
}

/// Whether an expression is a bare year, which is a date where it meets one.
fn is_year(expr: &Expr, text: &str) -> bool {
    let words = expr.span.of(text);
    matches!(expr.node, Node::Constant(Constant::Dates(_)))
        || words.len() == 4 && words.bytes().all(|byte| byte.is_ascii_digit())
}

/// `read_value` takes a bare year for a date; where a number is compared, it is that number.
fn year_as_date(left: &Expr, right: Expr, text: &str) -> Expr {
    let is_number =
        matches!(left.ty, Ty::Amount(_)) && matches!(right.node, Node::Constant(Constant::Dates(_)));
    let number = right.span.of(text).parse().ok().filter(|_| is_number);
    match number {
        Some(number) => {
            let interval = crate::value::Interval::point(crate::value::Ratio::whole(number));
            let amount = crate::model::Amount { interval, measure: crate::schema::Measure::NUMBER, of: None };
            let node = Node::Constant(Constant::Amount(Box::new(amount)));
            Expr { node, ty: left.ty.clone(), ..right }
        }
        None => right,
    }
}

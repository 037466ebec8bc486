//! Calls: owns the table of built-in functions, what they take and what they give.

use std::sync::Arc;

use super::ast::{Argument, Ast, Bind, Node as Written, Range, Value};
use super::expr::{Aggregate, Expr, Function, Node, Ty};
use super::typing::Typer;
use crate::names::nearest;
use crate::schema::{Dimension, KindSet};
use crate::source::Span;

/// Functions on plain values, with the number of arguments that they take.
const FUNCTIONS: [(&str, Function, usize); 25] = [
    ("kind", Function::Kind, 1),
    ("parent", Function::Parent, 1),
    ("scope", Function::Scope, 1),
    ("referenced", Function::Referenced, 1),
    ("as-of", Function::AsOf, 1),
    ("lower", Function::Lower, 1),
    ("upper", Function::Upper, 1),
    ("start", Function::Start, 1),
    ("end", Function::End, 1),
    ("years", Function::Years, 1),
    ("currency", Function::Currency, 1),
    ("dimension", Function::Dimension, 1),
    ("convert", Function::Convert, 2),
    ("upstream", Function::Upstream, 2),
    ("if", Function::If, 3),
    ("first", Function::First, 1),
    ("rest", Function::Rest, 1),
    ("union", Function::Union, 2),
    ("flat", Function::Flat, 1),
    ("up-to", Function::UpTo, 2),
    ("ends", Function::Ends, 1),
    ("through", Function::Through, 1),
    ("cut", Function::Cut, 1),
    ("count", Function::Count, 1),
    ("first-known", Function::FirstKnown, usize::MAX),
];

/// What asks of a field and not of its value.
const PRESENCE: [&str; 2] = ["has", "missing"];

const AGGREGATES: [(&str, Aggregate); 8] = [
    ("count", Aggregate::Count),
    ("sum", Aggregate::Sum),
    ("min", Aggregate::Min),
    ("max", Aggregate::Max),
    ("list", Aggregate::List),
    ("argmax", Aggregate::ArgMax),
    ("argmin", Aggregate::ArgMin),
    ("top", Aggregate::Top(0)),
];

/// The names of the built-in functions.
pub fn built_in<'a>() -> impl Iterator<Item = &'a str> {
    let plain = FUNCTIONS.iter().map(|(known, ..)| *known);
    let aggregates = AGGREGATES.iter().map(|(known, _)| *known);
    PRESENCE.into_iter().chain(plain).chain(aggregates)
}

impl<'a> Typer<'a> {
    pub(super) fn call(
        &mut self,
        name: &str,
        arguments: &'a [Argument<'a>],
        span: Span,
        expected: Option<&Ty>,
    ) -> (Node, Ty) {
        if PRESENCE.contains(&name) {
            return self.presence(name, arguments, span);
        }
        if let Some((_, how)) = AGGREGATES.iter().find(|(known, _)| *known == name)
            && let Some(found) = self.aggregate_call(*how, arguments, span)
        {
            return found;
        }
        let context = self.context;
        if let Some(define) = context.defines.get(name) {
            return self.declared(define, arguments, span);
        }
        if name == "min" || name == "max" {
            let function = if name == "min" { Function::Min } else { Function::Max };
            return self.plain(function, usize::MAX, arguments, span, expected);
        }
        match FUNCTIONS.iter().find(|(known, ..)| *known == name) {
            Some((_, function, arity)) => self.plain(*function, *arity, arguments, span, expected),
            None => self.unknown_function(name, span),
        }
    }

    fn unknown(&self) -> (Node, Ty) {
        (Node::Constant(super::expr::Constant::Unknown), Ty::Any)
    }

    fn unknown_function(&mut self, name: &str, span: Span) -> (Node, Ty) {
        let context = self.context;
        let near = nearest(name, built_in().chain(context.defines.keys().copied()));
        let label = near.map_or_else(|| "not declared".into(), |near| format!("did you mean `{near}`?"));
        let own = Span { start: span.start, end: span.start + name.len() as u32 };
        self.error("undefined-reference", own, format!("there is no function `{name}`"), label);
        self.unknown()
    }

    /// `has(x.f)` and `missing(x.f)` ask of the field and not of its value.
    fn presence(&mut self, name: &str, arguments: &[Argument<'a>], span: Span) -> (Node, Ty) {
        let [
            Argument {
                value: Value::Plain(Ast { node: Written::Field(base, field, field_span), .. }),
                by: None,
                each: None,
            },
        ] = arguments
        else {
            self.error(
                "rule-type-mismatch",
                span,
                format!("`{name}` asks of a field: write `{name}(x.FIELD)`"),
                "no field",
            );
            return self.unknown();
        };
        let base = self.expr(base, None);
        let Some((access, _)) = self.access(&base.ty, field, *field_span) else { return self.unknown() };
        let base = Box::new(base);
        (if name == "has" { Node::Has(base, access) } else { Node::Missing(base, access) }, Ty::Truth)
    }

    /// An aggregate over members; `None` if the call has the form of a plain function.
    fn aggregate_call(
        &mut self,
        how: Aggregate,
        arguments: &'a [Argument<'a>],
        span: Span,
    ) -> Option<(Node, Ty)> {
        let (how, argument) = match (how, arguments) {
            (Aggregate::Top(_), [Argument { value: Value::Plain(count), .. }, argument]) => {
                let count = self.words(count).parse().ok();
                if count.is_none() {
                    self.error(
                        "rule-type-mismatch",
                        span,
                        "`top` takes a number first, as in `top(6, …)`",
                        "no number",
                    );
                }
                (Aggregate::Top(count.unwrap_or(1)), argument)
            }
            (how, [argument]) => (how, argument),
            _ => return None,
        };
        match (&argument.value, &argument.each, &argument.by) {
            (Value::Plain(value), Some(bind), None) => Some(self.aggregate(how, bind, Some(value))),
            (Value::Bind(bind), None, by) => Some(self.aggregate(how, bind, *by)),
            (Value::Plain(list), None, None) => {
                // `count(xs)`: every member of a list.
                let bind = Bind { name: "each", span: list.span, range: Range::List(list), filter: None };
                Some(self.aggregate(how, &bind, None))
            }
            _ => {
                self.error(
                    "rule-syntax",
                    span,
                    "this is no form of an aggregate",
                    "`count(x in xs where …)` or `sum(e for each x in xs)`",
                );
                Some(self.unknown())
            }
        }
    }

    fn words(&self, ast: &Ast<'a>) -> &str {
        ast.span.of(self.context.texts.get(&self.file).copied().unwrap_or(""))
    }

    fn declared(
        &mut self,
        define: &super::typing::Define<'a>,
        arguments: &[Argument<'a>],
        span: Span,
    ) -> (Node, Ty) {
        if arguments.len() != define.parameters.len() {
            let message = format!(
                "`{}` takes {} values and is given {}",
                define.name,
                define.parameters.len(),
                arguments.len()
            );
            self.error("rule-type-mismatch", span, message, "too many or too few");
            return self.unknown();
        }
        let mut given = Vec::with_capacity(arguments.len());
        for (argument, (name, ty)) in arguments.iter().zip(&define.parameters) {
            let Some(value) = self.plain_argument(argument, Some(ty), span) else { return self.unknown() };
            if !value.ty.meets(ty) {
                let message = format!(
                    "`{name}` of `{}` is {}, and this is {}",
                    define.name,
                    self.describe(ty),
                    self.describe(&value.ty)
                );
                self.error("rule-type-mismatch", value.span, message, self.describe(&value.ty));
            }
            given.push(value);
        }
        self.inline(define, given, span)
    }

    fn plain_argument(&mut self, argument: &Argument<'a>, expected: Option<&Ty>, span: Span) -> Option<Expr> {
        match argument {
            Argument { value: Value::Plain(ast), by: None, each: None } => Some(self.expr(ast, expected)),
            _ => {
                self.error("rule-syntax", span, "a plain value should stand here", "no range");
                None
            }
        }
    }

    fn plain(
        &mut self,
        function: Function,
        arity: usize,
        arguments: &[Argument<'a>],
        span: Span,
        expected: Option<&Ty>,
    ) -> (Node, Ty) {
        if arity != usize::MAX && arguments.len() != arity || arguments.is_empty() {
            self.error(
                "rule-type-mismatch",
                span,
                format!("this takes {arity} and is given {}", arguments.len()),
                "too many or too few",
            );
            return self.unknown();
        }
        let mut given: Vec<Expr> = Vec::with_capacity(arguments.len());
        for (at, argument) in arguments.iter().enumerate() {
            let hint = match (function, at) {
                (Function::If, 0) => Some(Ty::Truth),
                (Function::If, 1) | (Function::FirstKnown, 0) => expected.cloned(),
                (Function::If | Function::FirstKnown | Function::Union, _) => {
                    given.last().map(|last| last.ty.clone())
                }
                (Function::UpTo, 1) => given.first().and_then(|list| list.ty.member().cloned()),
                _ => None,
            };
            let Some(value) = self.plain_argument(argument, hint.as_ref(), span) else {
                return self.unknown();
            };
            given.push(value);
        }
        let ty = self.result(function, &given);
        (Node::Call(function, given), ty)
    }

    fn result(&mut self, function: Function, given: &[Expr]) -> Ty {
        let first = given.first().map_or(Ty::Any, |first| first.ty.clone());
        let member = first.member().cloned();
        let number = Ty::Amount(Some(Dimension::RATIO));
        match function {
            Function::Kind => Ty::Kind,
            Function::Parent | Function::Scope => Ty::Entity(KindSet::ALL),
            Function::Referenced | Function::Upstream => Ty::Truth,
            Function::AsOf | Function::Start | Function::End => Ty::Dates,
            Function::Lower | Function::Upper | Function::Convert => first,
            Function::Years => Ty::List(Arc::new(Ty::Dates)),
            Function::Currency | Function::Dimension => Ty::Text,
            Function::FirstKnown => {
                given.iter().map(|value| value.ty.clone()).reduce(Ty::join).unwrap_or(Ty::Any)
            }
            Function::If => {
                given.iter().skip(1).map(|value| value.ty.clone()).reduce(Ty::join).unwrap_or(Ty::Any)
            }
            Function::First => self.needs_list(given, member),
            Function::Rest | Function::UpTo => first,
            Function::Union => given.iter().map(|value| value.ty.clone()).reduce(Ty::join).unwrap_or(Ty::Any),
            Function::Flat => member.unwrap_or(Ty::Any),
            Function::Count => number,
            Function::Min | Function::Max => {
                given.iter().map(|value| value.ty.clone()).reduce(Ty::join).unwrap_or(Ty::Any)
            }
            Function::Ends | Function::Through | Function::Cut => {
                Ty::List(Arc::new(Ty::Entity(KindSet::ALL)))
            }
        }
    }

    fn needs_list(&mut self, given: &[Expr], member: Option<Ty>) -> Ty {
        if let (None, Some(first)) = (&member, given.first())
            && first.ty != Ty::Any
        {
            let what = self.describe(&first.ty);
            self.error(
                "rule-type-mismatch",
                first.span,
                format!("a list should stand here, and this is {what}"),
                what,
            );
        }
        member.unwrap_or(Ty::Any)
    }
}

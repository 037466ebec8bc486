//! Expressions as written: owns the untyped tree of the rule language. Knows no schema.

use crate::source::Span;

/// An expression with its words.
#[derive(Clone, Debug)]
pub(super) struct Ast {
    pub span: Span,
    pub node: Node,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A variable, enum value, fact, or function without arguments.
    Word(String),
    /// `x.f`: the field's name and its words.
    Field(Box<Ast>, String, Span),
    /// A number with unit, a date, or money: read by the value reader.
    Literal,
    Text(String),
    List(Vec<Ast>),
    Not(Box<Ast>),
    And(Vec<Ast>),
    Or(Vec<Ast>),
    Compare(Comparison, Settle, Box<Ast>, Box<Ast>),
    Arithmetic(Sign, Box<Ast>, Box<Ast>),
    Quantified(Quantifier, Bind, Option<Box<Ast>>),
    Call(String, Vec<Argument>),
    Group(Bind, Box<Ast>),
    Paths(Box<Search>),
}

/// `x: kind where e` or `x in list where e`.
#[derive(Clone, Debug)]
pub(super) struct Bind {
    pub name: String,
    pub span: Span,
    pub range: Range,
    pub filter: Option<Box<Ast>>,
}

#[derive(Clone, Debug)]
pub(super) enum Range {
    Kind(String, Span),
    List(Box<Ast>),
}

/// An argument of a call; aggregates use the parts behind the value.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    pub value: Value,
    pub by: Option<Ast>,
    pub each: Option<Bind>,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Plain(Ast),
    Bind(Bind),
}

/// `paths from s carrying it along relation to x: kind where e`.
#[derive(Clone, Debug)]
pub(super) struct Search {
    pub from: Ast,
    pub carrying: Option<Ast>,
    pub relation: String,
    pub relation_span: Span,
    pub to: Bind,
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<` or `before`
    Less,
    /// `<=`
    AtMost,
    /// `>` or `after`
    More,
    /// `>=`
    AtLeast,
    /// `in`
    In,
}

/// What becomes of doubt between intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settle {
    /// It stays.
    No,
    /// `surely`: it counts as false.
    Surely,
    /// `maybe`: it counts as true.
    Maybe,
}

/// An arithmetic operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
}

/// Which members of a list must satisfy a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one.
    Some,
    /// None.
    No,
    /// All.
    Every,
}

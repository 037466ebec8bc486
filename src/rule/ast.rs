//! Expressions as written: owns the untyped tree of the rule language, whose words stay in their text and whose parts
//! lie in an arena, since none is needed once its rule is typed. Knows no schema.

use crate::source::Span;

/// An expression with its words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ast<'t> {
    pub span: Span,
    pub node: Node<'t>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Node<'t> {
    /// A variable, enum value, fact, or function without arguments.
    Word(&'t str),
    /// `x.f`: the field's name and its words.
    Field(&'t Ast<'t>, &'t str, Span),
    /// A number with unit, a date, or money: read by the value reader.
    Literal,
    Text(&'t str),
    List(&'t [Ast<'t>]),
    Not(&'t Ast<'t>),
    And(&'t [Ast<'t>]),
    Or(&'t [Ast<'t>]),
    Compare(Comparison, Settle, &'t [Ast<'t>; 2]),
    Arithmetic(Sign, &'t [Ast<'t>; 2]),
    Quantified(Quantifier, &'t Bind<'t>, Option<&'t Ast<'t>>),
    Call(&'t str, &'t [Argument<'t>]),
    Group(&'t Bind<'t>, &'t Ast<'t>),
    Paths(&'t Search<'t>),
}

/// `x: kind where e` or `x in list where e`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bind<'t> {
    pub name: &'t str,
    pub span: Span,
    pub range: Range<'t>,
    pub filter: Option<&'t Ast<'t>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Range<'t> {
    Kind(&'t str, Span),
    List(&'t Ast<'t>),
}

/// An argument of a call; aggregates use the parts behind the value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Argument<'t> {
    pub value: Value<'t>,
    pub by: Option<&'t Ast<'t>>,
    pub each: Option<&'t Bind<'t>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'t> {
    Plain(Ast<'t>),
    Bind(&'t Bind<'t>),
}

/// `paths from s carrying it along relation to x: kind where e`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search<'t> {
    pub from: Ast<'t>,
    pub carrying: Option<Ast<'t>>,
    pub relation: &'t str,
    pub relation_span: Span,
    pub to: Bind<'t>,
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

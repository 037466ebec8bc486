//! Typed expressions: owns the tree that `check` walks. Names are resolved to slots, words to ordinals,
//! functions inlined. Knows no values.

use std::sync::Arc;

use super::RelationId;
use super::ast::{Comparison, Quantifier, Settle, Sign};
use crate::model::{Amount, EntityId, GroupId};
use crate::names::Symbol;
use crate::schema::{Dimension, EnumId, KindId, KindSet, Slot};
use crate::source::Span;
use crate::value::Dates;

/// What an expression yields.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// Anything; a mistake was reported where it arose, or the value is `unknown`.
    Any,
    /// True, false or unknown.
    Truth,
    /// A number with what it counts; of an unknown dimension if there is none.
    Amount(Option<Dimension>),
    /// Days.
    Dates,
    /// The time from one date to another.
    Gap,
    /// A word of an enum.
    Enum(EnumId),
    /// An entity of one of these kinds.
    Entity(KindSet),
    /// A kind.
    Kind,
    /// Prose.
    Text,
    /// A path.
    Path,
    /// A step of a path.
    Step,
    /// An entity with the percent written beside it.
    Share(KindSet),
    /// Members of a list that share a key.
    Group(Box<Ty>, Box<Ty>),
    /// Several. Shared, since types are passed on with each word.
    List(Arc<Ty>),
    /// One of these.
    Either(Vec<Ty>),
}

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it does.
    pub node: Node,
    /// What it yields.
    pub ty: Ty,
    /// Its words in the rule file.
    pub span: Span,
    /// Whether what it comes to may rest on a fact or a parameter.
    pub rests: bool,
}

/// What an expression does.
#[derive(Clone, Debug)]
pub enum Node {
    /// A value that stands fast.
    Constant(Constant),
    /// A variable, by its slot in the frame.
    Variable(u16),
    /// A parameter, by its number.
    Parameter(usize),
    /// The one entity of a kind of which a portfolio has at most one.
    Single(KindId),
    /// `x.f`
    Field(Box<Expr>, Access),
    /// `has(x.f)`
    Has(Box<Expr>, Access),
    /// `missing(x.f)`
    Missing(Box<Expr>, Access),
    /// `not`
    Not(Box<Expr>),
    /// `and`
    All(Vec<Expr>),
    /// `or`
    Any(Vec<Expr>),
    /// Whether an entity is of one of these kinds: `kind(x) == k`, `kind(x) in [k, l]`.
    OfKinds(Box<Expr>, KindSet),
    /// Whether a word of an enum is one of these: `x.f == v`, `x.f in [v, w]`.
    OfWords(Box<Expr>, Vec<u16>),
    /// A comparison.
    Compare(Comparison, Settle, Box<Expr>, Box<Expr>),
    /// Arithmetic.
    Arithmetic(Sign, Box<Expr>, Box<Expr>),
    /// `some`, `no`, `every`.
    Quantified(Quantifier, Box<Source>, Option<Box<Expr>>),
    /// `count`, `sum` and the like over a source; the expression is what is summed or ordered by.
    Aggregate(Aggregate, Box<Source>, Option<Box<Expr>>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// A built-in function.
    Call(Function, Vec<Expr>),
    /// A declared function, its parameters bound to slots.
    With(Vec<(u16, Expr)>, Box<Expr>),
    /// `group x in … by key`
    Group(Box<Source>, Box<Expr>),
    /// A search along a relation.
    Paths(Box<Path>),
}

/// A value that stands fast.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `unknown`
    Unknown,
    /// A number with what it counts.
    Amount(Box<Amount>),
    /// Days.
    Dates(Dates),
    /// A word of an enum.
    Enum(EnumId, u16),
    /// A word that stands in several enums: in each the one of that name.
    Words(Arc<[(EnumId, u16)]>),
    /// A fact.
    Entity(EntityId),
    /// A kind.
    Kind(KindId),
    /// The members of a group.
    Group(GroupId),
    /// Prose.
    Text(String),
}

/// What a word after a dot means.
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    /// Of entities: by kind.
    Entity(Symbol, Arc<[How]>),
    /// The path by which an entity is written.
    Id,
    /// The title of an entity.
    Title,
    /// What an amount is of.
    Of,
    /// Of a share: whose.
    Who,
    /// Of a share or step: how much.
    Share,
    /// Of a group.
    Key,
    /// Of a group.
    Items,
    /// Of a path: entities passed, the start included.
    Nodes,
    /// Of a path.
    Steps,
    /// Of a path: steps with a place.
    Hops,
    /// Of a path: its end.
    Last,
    /// Of a path or step: whether no recipe leaves doubt.
    Certain,
    /// Of a path or step: in words.
    Text,
    /// Of a step.
    StepFrom,
    /// Of a step.
    StepTo,
    /// Of a step: the item before it.
    Carried,
}

/// What a word after a dot means for one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// Nothing: the value is missing, a list empty.
    Nothing,
    /// A field.
    Field(Slot),
    /// Blocks of these kinds inside.
    Inside(KindSet),
    /// Blocks that refer to the entity, by the number of an index.
    Referrers(usize),
}

/// A table from entities to those that name them in certain fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// The fields.
    pub fields: Vec<(KindId, Slot)>,
}

/// What a variable ranges over.
#[derive(Clone, Debug)]
pub struct Source {
    /// The variable.
    pub slot: u16,
    /// Its range.
    pub from: From,
    /// Members for which this is certain are kept.
    pub filter: Option<Expr>,
}

/// A range.
#[derive(Clone, Debug)]
pub enum From {
    /// All entities of these kinds.
    Kinds(KindSet),
    /// Entities of these kinds that name the value of the expression in a field: an index is used.
    Naming(KindSet, usize, Expr),
    /// The members of a list; the path of a search.
    List(Expr),
}

/// How members become one value or a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// How many.
    Count,
    /// Their sum.
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// All of them.
    List,
    /// The one with the greatest value.
    ArgMax,
    /// The one with the least value.
    ArgMin,
    /// The first so many by value, greatest first.
    Top(usize),
}

/// A built-in function on values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The kind of an entity.
    Kind,
    /// The block around it.
    Parent,
    /// The block that bounds its scope.
    Scope,
    /// Whether any field names it.
    Referenced,
    /// The as-of date that holds for it.
    AsOf,
    /// The lower end.
    Lower,
    /// The upper end.
    Upper,
    /// The first day.
    Start,
    /// The last day.
    End,
    /// The calendar years touched.
    Years,
    /// The currency of an amount.
    Currency,
    /// The dimension of an amount, in words.
    Dimension,
    /// Through the factors of recipes.
    Convert,
    /// Whether one item is the other or what it is made of.
    Upstream,
    /// The first argument that is known.
    FirstKnown,
    /// One of two.
    If,
    /// The first member.
    First,
    /// All members but the first.
    Rest,
    /// Joined without repeats.
    Union,
    /// One level less.
    Flat,
    /// The front of a list up to a member.
    UpTo,
    /// How many, of a list value.
    Count,
    /// The least, of a list value or of several.
    Min,
    /// The greatest.
    Max,
    /// Other entities by which the ends of a path are reached.
    Ends,
    /// The links that every certain route passes.
    Through,
    /// The links to replace together, where no single one is passed by every route.
    Cut,
}

/// A search along a relation.
#[derive(Clone, Debug)]
pub struct Path {
    /// The start.
    pub from: Expr,
    /// The item that a start without one carries.
    pub carrying: Option<Expr>,
    /// The relation.
    pub relation: RelationId,
    /// Where it may end.
    pub ends: EndSet,
}

/// Where a search may end.
#[derive(Clone, Debug)]
pub struct EndSet {
    /// The variable.
    pub slot: u16,
    /// The kinds.
    pub kinds: KindSet,
    /// The condition.
    pub filter: Option<Expr>,
    /// Its number among those whose ends are always the same; none where the condition speaks of other variables, so
    /// that each value of them is a search of its own.
    pub number: Option<usize>,
}

impl Ty {
    /// The kinds of entity that it may be.
    #[must_use]
    pub fn kinds(&self) -> KindSet {
        match self {
            Ty::Entity(kinds) | Ty::Share(kinds) => *kinds,
            Ty::Either(types) => types.iter().fold(KindSet::EMPTY, |set, ty| set.union(ty.kinds())),
            _ => KindSet::EMPTY,
        }
    }

    /// What the members of a list are.
    #[must_use]
    pub fn member(&self) -> Option<&Ty> {
        match self {
            Ty::List(member) => Some(member),
            _ => None,
        }
    }

    /// The least type that holds both.
    #[must_use]
    pub fn join(self, other: Ty) -> Ty {
        match (self, other) {
            (a, b) if a == b => a,
            (Ty::Any, other) | (other, Ty::Any) => other,
            (Ty::Amount(_), Ty::Amount(_)) => Ty::Amount(None),
            (Ty::Entity(a), Ty::Entity(b)) => Ty::Entity(a.union(b)),
            (Ty::Share(a), Ty::Share(b)) => Ty::Share(a.union(b)),
            (Ty::List(a), Ty::List(b)) => {
                Ty::List(Arc::new(Arc::unwrap_or_clone(a).join(Arc::unwrap_or_clone(b))))
            }
            (Ty::Either(mut types), other) | (other, Ty::Either(mut types)) => {
                let more = if let Ty::Either(more) = other { more } else { vec![other] };
                for ty in more {
                    if !types.contains(&ty) {
                        types.push(ty);
                    }
                }
                Ty::Either(types)
            }
            (a, b) => Ty::Either(vec![a, b]),
        }
    }

    /// Whether values of both can be the same thing, so that comparing them means something.
    #[must_use]
    pub fn meets(&self, other: &Ty) -> bool {
        match (self, other) {
            (Ty::Any, _) | (_, Ty::Any) => true,
            (Ty::Either(types), other) | (other, Ty::Either(types)) => types.iter().any(|ty| ty.meets(other)),
            (Ty::Amount(Some(a)), Ty::Amount(Some(b))) => a == b,
            (Ty::Amount(_), Ty::Amount(_)) => true,
            (Ty::Gap, Ty::Amount(_)) | (Ty::Amount(_), Ty::Gap) => true,
            (Ty::Entity(_) | Ty::Share(_), Ty::Entity(_) | Ty::Share(_)) => true,
            (Ty::List(a), Ty::List(b)) => a.meets(b),
            (a, b) => a == b,
        }
    }
}

impl Source {
    /// Visits the expressions of the range and its condition, and all expressions inside.
    pub fn visit(&self, see: &mut dyn FnMut(&Expr)) {
        self.visit_parts(&mut |part| part.visit(see));
    }

    fn visit_parts(&self, see: &mut impl FnMut(&Expr)) {
        match &self.from {
            From::Kinds(_) => {}
            From::Naming(_, _, inner) | From::List(inner) => see(inner),
        }
        self.filter.iter().for_each(see);
    }
}

impl Node {
    /// Visits the expressions directly inside.
    pub fn visit_parts(&self, see: &mut impl FnMut(&Expr)) {
        match self {
            Node::Constant(_) | Node::Variable(_) | Node::Parameter(_) | Node::Single(_) => {}
            Node::Field(inner, _)
            | Node::Has(inner, _)
            | Node::Missing(inner, _)
            | Node::Not(inner)
            | Node::OfKinds(inner, _)
            | Node::OfWords(inner, _) => see(inner),
            Node::All(parts) | Node::Any(parts) | Node::List(parts) | Node::Call(_, parts) => {
                parts.iter().for_each(see);
            }
            Node::Compare(_, _, left, right) | Node::Arithmetic(_, left, right) => {
                see(left);
                see(right);
            }
            Node::Quantified(_, over, body) => {
                over.visit_parts(see);
                body.iter().for_each(|body| see(body));
            }
            Node::Aggregate(_, over, value) => {
                over.visit_parts(see);
                value.iter().for_each(|value| see(value));
            }
            Node::Group(over, key) => {
                over.visit_parts(see);
                see(key);
            }
            Node::With(bindings, body) => {
                bindings.iter().for_each(|(_, value)| see(value));
                see(body);
            }
            Node::Paths(path) => {
                see(&path.from);
                path.carrying.iter().chain(&path.ends.filter).for_each(see);
            }
        }
    }
}

impl Expr {
    /// The parameters that it reads, each once.
    #[must_use]
    pub fn parameters(&self) -> Vec<usize> {
        let mut found = Vec::new();
        self.add_parameters(&mut found);
        found
    }

    fn add_parameters(&self, found: &mut Vec<usize>) {
        if !self.rests {
            return;
        }
        if let Node::Parameter(at) = self.node
            && !found.contains(&at)
        {
            found.push(at);
        }
        self.node.visit_parts(&mut |part| part.add_parameters(found));
    }

    /// Visits it and all expressions inside.
    pub fn visit(&self, see: &mut dyn FnMut(&Expr)) {
        see(self);
        self.node.visit_parts(&mut |part| part.visit(see));
    }

    /// Whether it reads a variable of some sort.
    #[must_use]
    pub fn reads(&self, is_meant: impl Fn(u16) -> bool) -> bool {
        let mut found = false;
        self.visit(&mut |expr| found |= matches!(expr.node, Node::Variable(slot) if is_meant(slot)));
        found
    }

    /// The variables that it reads.
    #[must_use]
    pub fn variables(&self) -> Vec<u16> {
        let mut slots = Vec::new();
        self.add_variables(&mut slots);
        slots
    }

    /// Adds the variables that it reads.
    pub fn add_variables(&self, slots: &mut Vec<u16>) {
        self.visit(&mut |expr| {
            if let Node::Variable(slot) = expr.node {
                slots.push(slot);
            }
        });
    }
}

//! Expressions as written to typed expressions: owns what the checker refuses, and its words. Every mistake is
//! a diagnostic in the rule file; what could not be typed yields `Ty::Any`, so that one mistake is said once.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::access::Tables;
use super::ast::{Ast, Comparison, Node as Written};
use super::expr::{Access, Constant, Expr, Function, How, Node, Ty};
use super::parse::Parser;
use super::{Arena, RelationId};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Model, ReadValue, read_value};
use crate::names::nearest;
use crate::schema::{KindId, KindSet, Schema};
use crate::source::{FileId, Span};
use crate::syntax::{self, Piece, Value, View};

/// Most calls of functions that one rule may come to, those inside functions included: each is inlined.
const MAX_INLINED: usize = 1_000;
/// Deepest nesting of a typed expression, that of inlined functions included: whoever walks it recurses.
const MAX_DEPTH: usize = 1_000;
/// Most variables of one rule, those of inlined functions included: slots are numbers of 16 bits.
const MAX_VARIABLES: usize = u16::MAX as usize;

/// A declared function.
#[derive(Clone, Debug)]
pub(super) struct Define<'a> {
    pub name: &'a str,
    pub file: FileId,
    pub span: Span,
    pub parameters: Vec<(&'a str, Ty)>,
    pub returns: Ty,
    pub body: Ast<'a>,
}

/// What rules may name.
pub(super) struct Context<'a> {
    pub schema: &'a Schema,
    /// What words may name beside; most rules are read before there are any facts.
    pub facts: Option<&'a Model>,
    pub fact_kinds: KindSet,
    pub relations: FxHashMap<&'a str, RelationId>,
    pub defines: FxHashMap<&'a str, Define<'a>>,
    pub texts: FxHashMap<FileId, &'a str>,
}

/// Types the expressions of one rule, function or relation.
pub(super) struct Typer<'a> {
    pub context: &'a Context<'a>,
    /// Where what is written lies until it is typed.
    arena: &'a Arena,
    pub file: FileId,
    pub tables: &'a mut Tables,
    pub diagnostics: &'a mut Vec<Diagnostic>,
    /// Variables in reach, innermost last.
    pub(super) variables: Vec<(&'a str, u16, Ty)>,
    /// Where those begin of the function that is being inlined; those before are out of its reach.
    reach: usize,
    /// Slots given out.
    pub frame: usize,
    /// Functions being inlined, outermost first.
    pub(super) calls: Vec<&'a str>,
    /// Slots of variables that stand for something that can be read again.
    pub(super) lets: Vec<u16>,
    /// Slots of variables that stand for something that may rest on a fact or a parameter.
    pub(super) resting: Vec<u16>,
    /// How many calls were inlined so far.
    inlined: usize,
    /// How deep the expression that is being typed lies in others.
    depth: usize,
    /// Whether it was said that a limit is reached.
    over_limit: bool,
    /// Whether mistakes are said: those in a function are said where it is declared, not where it is used.
    pub(super) quiet: bool,
    /// The variable whose range is being typed, and so is not in reach yet.
    pub(super) ranging: Option<&'a str>,
}

impl<'a> Typer<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        arena: &'a Arena,
        file: FileId,
        tables: &'a mut Tables,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            context,
            arena,
            file,
            tables,
            diagnostics,
            variables: Vec::new(),
            reach: 0,
            frame: 0,
            calls: Vec::new(),
            lets: Vec::new(),
            resting: Vec::new(),
            inlined: 0,
            depth: 0,
            over_limit: false,
            quiet: false,
            ranging: None,
        }
    }

    pub(super) fn schema(&self) -> &'a Schema {
        self.context.schema
    }

    pub(super) fn text(&self) -> &'a str {
        self.context.texts.get(&self.file).copied().unwrap_or("")
    }

    pub(super) fn say(&mut self, found: Diagnostic) {
        if !self.quiet {
            self.diagnostics.push(found);
        }
    }

    pub(super) fn error(
        &mut self,
        code: &str,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        let found = Diagnostic::new(code, Severity::Error, message, self.file, span).label(label);
        self.say(found);
    }

    /// Brings a variable into reach.
    pub(super) fn declare(&mut self, name: &'a str, ty: Ty) -> u16 {
        let slot = self.frame as u16;
        if self.frame < MAX_VARIABLES {
            self.frame += 1;
        } else {
            self.limit(Span::default(), format!("there are more than {MAX_VARIABLES} names here"));
        }
        self.variables.push((name, slot, ty));
        slot
    }

    /// The variables in reach, outermost first.
    fn in_reach(&self) -> &[(&'a str, u16, Ty)] {
        self.variables.get(self.reach..).unwrap_or(&[])
    }

    /// The slot and type of the variable that a word names.
    pub(super) fn variable(&self, word: &str) -> Option<(u16, &Ty)> {
        let mut inner_first = self.in_reach().iter().rev();
        inner_first.find(|(name, ..)| *name == word).map(|(_, slot, ty)| (*slot, ty))
    }

    /// How many variables there are; see [`Typer::leave`].
    pub(super) fn enter(&self) -> usize {
        self.variables.len()
    }

    /// Takes the variables declared since out of reach.
    pub(super) fn leave(&mut self, mark: usize) {
        self.variables.truncate(mark);
    }

    /// Says once that a limit is reached, also where a function was well by itself.
    fn limit(&mut self, span: Span, message: String) {
        if !std::mem::replace(&mut self.over_limit, true) {
            let quiet = std::mem::replace(&mut self.quiet, false);
            self.error("rule-syntax", span, message, "say it with fewer, or in several rules");
            self.quiet = quiet;
        }
    }

    pub(super) fn expr(&mut self, ast: &Ast<'a>, expected: Option<&Ty>) -> Expr {
        if self.depth == MAX_DEPTH {
            self.limit(ast.span, format!("this comes to expressions nested deeper than {MAX_DEPTH}"));
            return self.made(Node::Constant(Constant::Unknown), Ty::Any, ast.span);
        }
        self.depth += 1;
        let expr = self.typed(ast, expected);
        self.depth -= 1;
        expr
    }

    fn typed(&mut self, ast: &Ast<'a>, expected: Option<&Ty>) -> Expr {
        let span = ast.span;
        let (node, ty) = match &ast.node {
            Written::Word(word) => self.word(word, span, expected),
            Written::Field(base, field, field_span) => self.field(base, field, *field_span),
            Written::Literal => self.literal(span),
            Written::Text(text) => (Node::Constant(Constant::Text((*text).to_owned())), Ty::Text),
            Written::List(parts) => self.list(parts, expected),
            Written::Not(inner) => (Node::Not(Box::new(self.condition(inner))), Ty::Truth),
            Written::And(parts) => {
                (Node::All(parts.iter().map(|part| self.condition(part)).collect()), Ty::Truth)
            }
            Written::Or(parts) => {
                (Node::Any(parts.iter().map(|part| self.condition(part)).collect()), Ty::Truth)
            }
            Written::Compare(comparison, settle, [left, right]) => {
                self.comparison(*comparison, *settle, left, right, span)
            }
            Written::Arithmetic(sign, [left, right]) => self.arithmetic(*sign, left, right, span),
            Written::Quantified(quantifier, bind, body) => self.quantified(*quantifier, bind, *body),
            Written::Call(name, arguments) => self.call(name, arguments, span, expected),
            Written::Group(bind, key) => self.group(bind, key),
            Written::Paths(search) => self.paths(search),
        };
        self.made(node, ty, span)
    }

    pub(super) fn made(&self, node: Node, ty: Ty, span: Span) -> Expr {
        let mut rests = self.reads_fact(&node)
            || match node {
                Node::Parameter(_) => true,
                Node::Variable(slot) => self.resting.contains(&slot),
                _ => false,
            };
        node.visit_parts(&mut |part| rests |= part.rests);
        Expr { node, ty, span, rests }
    }

    /// Whether an expression itself reads a field of a fact, a membership in a group, or a recipe. The guards of a
    /// relation may.
    pub(super) fn reads_fact(&self, node: &Node) -> bool {
        let facts = self.context.fact_kinds;
        match node {
            Node::Field(of, Access::Entity(_, how)) | Node::Has(of, Access::Entity(_, how)) => {
                let field = |kind: KindId| matches!(how.get(kind.0 as usize), Some(How::Field(_)));
                of.ty.kinds().common(facts).iter().any(field)
            }
            Node::Compare(Comparison::In, _, _, list) => {
                list.ty.member().is_some_and(|member| !member.kinds().common(facts).is_empty())
            }
            Node::Call(Function::Upstream, _) | Node::Paths(_) => true,
            _ => false,
        }
    }

    /// An expression that must be true or false.
    pub(super) fn condition(&mut self, ast: &Ast<'a>) -> Expr {
        let expr = self.expr(ast, Some(&Ty::Truth));
        if !matches!(expr.ty, Ty::Truth | Ty::Any) {
            let (words, what) = (ast.span.of(self.text()).to_owned(), self.describe(&expr.ty));
            self.error(
                "rule-not-a-condition",
                ast.span,
                format!("a condition should stand here; `{words}` is {what}"),
                what,
            );
        }
        expr
    }

    fn word(&mut self, word: &str, span: Span, expected: Option<&Ty>) -> (Node, Ty) {
        if let Some((slot, ty)) = self.variable(word) {
            return (Node::Variable(slot), ty.clone());
        }
        if word == "unknown" {
            return (Node::Constant(Constant::Unknown), Ty::Any);
        }
        if let Some(found) = expected.and_then(|expected| self.word_of(word, expected)) {
            return found;
        }
        let single = self.schema().kind_named(word);
        if let Some(id) = single.filter(|id| self.schema().kind(*id).is_some_and(|kind| kind.single)) {
            return (Node::Single(id), Ty::Entity(KindSet::one(id)));
        }
        let context = self.context;
        if let Some(define) = context.defines.get(word).filter(|define| define.parameters.is_empty()) {
            return self.inline(define, Vec::new(), span);
        }
        self.unknown_word(word, span, expected);
        (Node::Constant(Constant::Unknown), Ty::Any)
    }

    /// A bare word as an enum value, kind, group or fact of the type it meets.
    pub(super) fn word_of(&mut self, word: &str, expected: &Ty) -> Option<(Node, Ty)> {
        let names = &self.schema().names;
        match expected {
            Ty::Enum(id) => {
                let ordinal = self.schema().get_enum(*id)?.ordinal(names.get(word)?)?;
                Some((Node::Constant(Constant::Enum(*id, ordinal)), Ty::Enum(*id)))
            }
            Ty::Truth if word == "yes" || word == "no" => {
                // `yes` is the empty conjunction, `no` its negation.
                let yes = Node::All(Vec::new());
                let inner = self.made(yes.clone(), Ty::Truth, Span::default());
                Some((if word == "yes" { yes } else { Node::Not(Box::new(inner)) }, Ty::Truth))
            }
            Ty::Kind => {
                let id = self.schema().kind_named(word)?;
                Some((Node::Constant(Constant::Kind(id)), Ty::Kind))
            }
            Ty::Entity(_) | Ty::Share(_) => {
                let facts = self.facts()?;
                let fact = facts.fact_named(facts.names.get(word)?, expected.kinds())?;
                Some((Node::Constant(Constant::Entity(fact)), Ty::Entity(expected.kinds())))
            }
            Ty::List(member) => {
                let facts = self.facts()?;
                let group = facts.group_named(facts.names.get(word)?)?;
                let of = facts.group(group)?.of;
                let kinds = self.schema().kind(of)?.family;
                (!member.kinds().common(kinds).is_empty() || **member == Ty::Any)
                    .then(|| (Node::Constant(Constant::Group(group)), Ty::List(Arc::new(Ty::Entity(kinds)))))
            }
            Ty::Either(types) => self.word_of_either(word, types),
            _ => None,
        }
    }

    /// The facts, if there are any yet.
    fn facts(&mut self) -> Option<&'a Model> {
        self.tables.asks_for_facts |= self.context.facts.is_none();
        self.context.facts
    }

    /// A word that several enums have is the word of each.
    fn word_of_either(&mut self, word: &str, types: &[Ty]) -> Option<(Node, Ty)> {
        let found: Vec<(Node, Ty)> = types.iter().filter_map(|ty| self.word_of(word, ty)).collect();
        let of_enums = found.iter().filter_map(|(node, ty)| match node {
            Node::Constant(Constant::Enum(id, ordinal)) => Some(((*id, *ordinal), ty.clone())),
            _ => None,
        });
        let (words, types): (Vec<_>, Vec<_>) = of_enums.unzip();
        if words.len() < 2 {
            return found.into_iter().next();
        }
        Some((Node::Constant(Constant::Words(words.into())), Ty::Either(types)))
    }

    fn unknown_word(&mut self, word: &str, span: Span, expected: Option<&Ty>) {
        if self.ranging == Some(word) {
            let message = "the ends of a path are chosen before the path is known";
            let label = format!("`{word}` is the path itself: ask about it afterwards, in a `when`");
            return self.error("rule-path-condition", span, message, label);
        }
        let mut known: Vec<&str> = self.in_reach().iter().map(|(name, ..)| *name).collect();
        if let Some(Ty::Enum(id)) = expected
            && let Some(declared) = self.schema().get_enum(*id)
        {
            known.extend(declared.values.iter().map(|value| self.schema().names.text(*value)));
        }
        let near = nearest(word, known.into_iter()).map(|near| format!("did you mean `{near}`?"));
        let of = expected.map(|expected| self.describe(expected));
        let message = match &of {
            Some(of) => format!("`{word}` is no variable here, and not {of}"),
            None => format!("`{word}` is no variable here, and nothing it is compared with says what it is"),
        };
        self.error("rule-unknown-word", span, message, near.unwrap_or_else(|| "not known".into()));
    }

    fn literal(&mut self, span: Span) -> (Node, Ty) {
        let piece = Piece { span, unbalanced: false };
        let (context, text) = (self.context, self.text());
        let tree = self.tables.reader.read(self.file, text, &piece, self.diagnostics);
        let Some(view) = View::roots(self.file, text, tree).next() else {
            return (Node::Constant(Constant::Unknown), Ty::Any);
        };
        let value = Value { file: self.file, text, atoms: view.atoms(), after: span.end };
        match read_value(value, context.schema, &context.schema.names) {
            Ok(ReadValue::Amount(amount)) => {
                let dimension = self.schema().units.dimension(amount.measure);
                (Node::Constant(Constant::Amount(Box::new(amount))), Ty::Amount(Some(dimension)))
            }
            Ok(ReadValue::Dates(dates)) => (Node::Constant(Constant::Dates(dates)), Ty::Dates),
            Ok(ReadValue::Unknown) => (Node::Constant(Constant::Unknown), Ty::Any),
            Err(slip) => {
                self.say(*slip);
                (Node::Constant(Constant::Unknown), Ty::Any)
            }
        }
    }

    fn list(&mut self, parts: &[Ast<'a>], expected: Option<&Ty>) -> (Node, Ty) {
        let member = expected.and_then(Ty::member);
        let parts: Vec<Expr> = parts.iter().map(|part| self.expr(part, member)).collect();
        let ty = parts.iter().map(|part| part.ty.clone()).reduce(Ty::join).unwrap_or(Ty::Any);
        (Node::List(parts), Ty::List(Arc::new(ty)))
    }

    /// The body of a declared function with its parameters bound to the arguments.
    pub(super) fn inline(&mut self, define: &Define<'a>, arguments: Vec<Expr>, span: Span) -> (Node, Ty) {
        if self.calls.contains(&define.name) {
            let through = self.calls.join("` and `");
            let message = format!(
                "`{}` calls itself through `{through}`; only relations follow links of any length",
                define.name
            );
            self.error("rule-recursion", span, message, "in a circle");
            return (Node::Constant(Constant::Unknown), Ty::Any);
        }
        self.inlined += 1;
        if self.inlined > MAX_INLINED {
            self.limit(span, format!("this comes to more than {MAX_INLINED} calls of functions"));
            return (Node::Constant(Constant::Unknown), Ty::Any);
        }
        self.calls.push(define.name);
        let outer = (self.reach, self.file, self.quiet);
        let mark = self.enter();
        (self.reach, self.file, self.quiet) = (mark, define.file, true);
        let mut bindings: Vec<(u16, Expr)> = Vec::new();
        for ((name, ty), argument) in define.parameters.iter().zip(arguments) {
            match argument.node {
                // What ranges over something only has another name inside.
                Node::Variable(slot) if !self.lets.contains(&slot) => {
                    self.variables.push((name, slot, ty.clone()));
                }
                _ => {
                    let slot = self.declare(name, ty.clone());
                    self.resting.extend(argument.rests.then_some(slot));
                    bindings.push((slot, argument));
                }
            }
        }
        let body = self.expr(&define.body, Some(&define.returns));
        self.leave(mark);
        (self.reach, self.file, self.quiet) = outer;
        self.calls.pop();
        (Node::With(bindings, Box::new(body)), define.returns.clone())
    }

    /// Types a function by itself, so that its mistakes are said once, where it stands.
    pub(super) fn check_define(&mut self, define: &Define<'a>) {
        self.calls.push(define.name);
        for (name, ty) in &define.parameters {
            self.declare(name, ty.clone());
        }
        let body = self.expr(&define.body, Some(&define.returns));
        if !body.ty.meets(&define.returns) {
            let message = format!(
                "`{}` should give {}, but gives {}",
                define.name,
                self.describe(&define.returns),
                self.describe(&body.ty)
            );
            self.error("rule-type-mismatch", body.span, message, self.describe(&body.ty));
        }
    }

    /// A type in words.
    pub(super) fn describe(&self, ty: &Ty) -> String {
        let schema = self.schema();
        match ty {
            Ty::Any => "anything".into(),
            Ty::Truth => "true or false".into(),
            Ty::Amount(Some(dimension)) => schema.units.name(*dimension),
            Ty::Amount(None) => "an amount".into(),
            Ty::Dates => "a date".into(),
            Ty::Gap => "the time between two dates".into(),
            Ty::Enum(id) => {
                let name = schema.get_enum(*id).map_or("", |declared| schema.names.text(declared.name));
                format!("a word of `{name}`")
            }
            Ty::Entity(kinds) => format!("a {}", schema.list_kinds(*kinds)),
            Ty::Kind => "a kind".into(),
            Ty::Text => "words in quotation marks".into(),
            Ty::Path => "a path".into(),
            Ty::Step => "a step of a path".into(),
            Ty::Share(kinds) => format!("a {} with its share", schema.list_kinds(*kinds)),
            Ty::Group(..) => "a group".into(),
            Ty::List(member) => format!("a list, each {}", self.describe(member)),
            Ty::Either(types) => {
                let words: Vec<String> = types.iter().map(|ty| self.describe(ty)).collect();
                words.join(" or ")
            }
        }
    }

    /// A parser over the atoms of a statement in this file.
    pub(super) fn parser<'p>(&self, atoms: &'p [syntax::Token], after: Span) -> Parser<'a, 'p> {
        Parser {
            file: self.file,
            text: self.text(),
            arena: self.arena,
            atoms,
            at: 0,
            units: &self.context.schema.units,
            names: &self.context.schema.names,
            after,
            depth: 0,
            links: 0,
        }
    }
}

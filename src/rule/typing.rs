//! Expressions as written to typed expressions: owns what the checker refuses, and its words. Every mistake is
//! a diagnostic in the rule file; what could not be typed yields `Ty::Any`, so that one mistake is said once.

use rustc_hash::FxHashMap;

use super::RelationId;
use super::ast::{Ast, Bind, Comparison, Node as Written, Quantifier, Range, Search, Settle, Sign};
use super::expr::{Access, Aggregate, Constant, EndSet, Expr, From, How, Index, Node, Path, Source, Ty};
use super::parse::Parser;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Model, ReadValue, read_value};
use crate::names::{Symbol, nearest};
use crate::schema::{Base, Dimension, KindId, KindSet, Many, Schema, Type};
use crate::source::{FileId, Span};
use crate::syntax::{self, Piece, Value, View};

/// A declared function.
#[derive(Clone, Debug)]
pub(super) struct Define {
    pub name: String,
    pub file: FileId,
    pub span: Span,
    pub parameters: Vec<(String, Ty)>,
    pub returns: Ty,
    pub body: Ast,
}

/// What rules may name.
pub(super) struct Context<'a> {
    pub schema: &'a Schema,
    pub facts: &'a Model,
    pub relations: FxHashMap<String, RelationId>,
    pub defines: FxHashMap<String, Define>,
    pub texts: FxHashMap<FileId, &'a str>,
}

/// Types the expressions of one rule, function or relation.
pub(super) struct Typer<'a> {
    pub context: &'a Context<'a>,
    pub file: FileId,
    pub indexes: &'a mut Vec<Index>,
    pub diagnostics: &'a mut Vec<Diagnostic>,
    /// Variables in reach, innermost last.
    variables: Vec<(String, u16, Ty)>,
    /// Slots given out.
    pub frame: usize,
    /// Functions being inlined, outermost first.
    calls: Vec<String>,
    /// Whether mistakes are said: those in a function are said where it is declared, not where it is used.
    quiet: bool,
    /// The variable whose range is being typed, and so is not in reach yet.
    ranging: Option<String>,
}

impl<'a> Typer<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        file: FileId,
        indexes: &'a mut Vec<Index>,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            context,
            file,
            indexes,
            diagnostics,
            variables: Vec::new(),
            frame: 0,
            calls: Vec::new(),
            quiet: false,
            ranging: None,
        }
    }

    pub(super) fn schema(&self) -> &'a Schema {
        self.context.schema
    }

    fn text(&self) -> &'a str {
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
    pub(super) fn declare(&mut self, name: &str, ty: Ty) -> u16 {
        let slot = self.frame as u16;
        self.frame += 1;
        self.variables.push((name.to_owned(), slot, ty));
        slot
    }

    /// How many variables are in reach; see [`Typer::leave`].
    pub(super) fn enter(&self) -> usize {
        self.variables.len()
    }

    /// Takes the variables declared since out of reach.
    pub(super) fn leave(&mut self, mark: usize) {
        self.variables.truncate(mark);
    }

    pub(super) fn expr(&mut self, ast: &Ast, expected: Option<&Ty>) -> Expr {
        let span = ast.span;
        let (node, ty) = match &ast.node {
            Written::Word(word) => self.word(word, span, expected),
            Written::Field(base, field, field_span) => self.field(base, field, *field_span),
            Written::Literal => self.literal(span),
            Written::Text(text) => (Node::Constant(Constant::Text(text.clone())), Ty::Text),
            Written::List(parts) => self.list(parts, expected),
            Written::Not(inner) => (Node::Not(Box::new(self.condition(inner))), Ty::Truth),
            Written::And(parts) => {
                (Node::All(parts.iter().map(|part| self.condition(part)).collect()), Ty::Truth)
            }
            Written::Or(parts) => {
                (Node::Any(parts.iter().map(|part| self.condition(part)).collect()), Ty::Truth)
            }
            Written::Compare(comparison, settle, left, right) => {
                self.comparison(*comparison, *settle, left, right, span)
            }
            Written::Arithmetic(sign, left, right) => self.arithmetic(*sign, left, right, span),
            Written::Quantified(quantifier, bind, body) => {
                self.quantified(*quantifier, bind, body.as_deref())
            }
            Written::Call(name, arguments) => self.call(name, arguments, span, expected),
            Written::Group(bind, key) => self.group(bind, key),
            Written::Paths(search) => self.paths(search),
        };
        Expr { node, ty, span }
    }

    /// An expression that must be true or false.
    pub(super) fn condition(&mut self, ast: &Ast) -> Expr {
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
        if let Some((_, slot, ty)) = self.variables.iter().rev().find(|(name, ..)| name == word) {
            return (Node::Variable(*slot), ty.clone());
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
        if let Some(define) = self.context.defines.get(word).filter(|define| define.parameters.is_empty()) {
            return self.inline(&define.clone(), Vec::new(), span);
        }
        self.unknown_word(word, span, expected);
        (Node::Constant(Constant::Unknown), Ty::Any)
    }

    /// A bare word as an enum value, kind, group or fact of the type it meets.
    fn word_of(&self, word: &str, expected: &Ty) -> Option<(Node, Ty)> {
        let names = &self.context.facts.names;
        match expected {
            Ty::Enum(id) => {
                let ordinal = self.schema().get_enum(*id)?.ordinal(names.get(word)?)?;
                Some((Node::Constant(Constant::Enum(*id, ordinal)), Ty::Enum(*id)))
            }
            Ty::Truth if word == "yes" || word == "no" => {
                // `yes` is the empty conjunction, `no` its negation.
                let yes = Node::All(Vec::new());
                let inner = Expr { node: yes.clone(), ty: Ty::Truth, span: Span::default() };
                Some((if word == "yes" { yes } else { Node::Not(Box::new(inner)) }, Ty::Truth))
            }
            Ty::Kind => {
                let id = self.schema().kind_named(word)?;
                Some((Node::Constant(Constant::Kind(id)), Ty::Kind))
            }
            Ty::Entity(_) | Ty::Share(_) => {
                let fact = self.context.facts.fact_named(names.get(word)?, expected.kinds())?;
                Some((Node::Constant(Constant::Entity(fact)), Ty::Entity(expected.kinds())))
            }
            Ty::List(member) => {
                let group = self.context.facts.group_named(names.get(word)?)?;
                let of = self.context.facts.group(group)?.of;
                let kinds = self.schema().kind(of)?.family;
                (!member.kinds().common(kinds).is_empty() || **member == Ty::Any)
                    .then(|| (Node::Constant(Constant::Group(group)), Ty::List(Box::new(Ty::Entity(kinds)))))
            }
            Ty::Either(types) => types.iter().find_map(|ty| self.word_of(word, ty)),
            _ => None,
        }
    }

    fn unknown_word(&mut self, word: &str, span: Span, expected: Option<&Ty>) {
        if self.ranging.as_deref() == Some(word) {
            let message = "the ends of a path are chosen before the path is known";
            let label = format!("`{word}` is the path itself: ask about it afterwards, in a `when`");
            return self.error("rule-path-condition", span, message, label);
        }
        let mut known: Vec<String> = self.variables.iter().map(|(name, ..)| name.clone()).collect();
        if let Some(Ty::Enum(id)) = expected
            && let Some(declared) = self.schema().get_enum(*id)
        {
            known.extend(declared.values.iter().map(|value| self.schema().names.text(*value).to_owned()));
        }
        let near =
            nearest(word, known.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
        let of = expected.map(|expected| self.describe(expected));
        let message = match &of {
            Some(of) => format!("`{word}` is no variable here, and not {of}"),
            None => format!("`{word}` is no variable here, and nothing it is compared with says what it is"),
        };
        self.error("rule-unknown-word", span, message, near.unwrap_or_else(|| "not known".into()));
    }

    fn literal(&mut self, span: Span) -> (Node, Ty) {
        let piece = Piece { span, unbalanced: false };
        let text = self.text();
        let tree = syntax::read_piece(self.file, text, &piece, self.diagnostics);
        let Some(view) = View::roots(self.file, text, &tree).next() else {
            return (Node::Constant(Constant::Unknown), Ty::Any);
        };
        let value = Value { file: self.file, text, atoms: view.atoms(), after: span.end };
        match read_value(value, self.schema(), &self.context.facts.names) {
            Ok(ReadValue::Amount(amount)) => {
                let dimension = self.schema().units.dimension(amount.measure);
                (Node::Constant(Constant::Amount(amount)), Ty::Amount(Some(dimension)))
            }
            Ok(ReadValue::Dates(dates)) => (Node::Constant(Constant::Dates(dates)), Ty::Dates),
            Ok(ReadValue::Unknown) => (Node::Constant(Constant::Unknown), Ty::Any),
            Err(slip) => {
                self.say(*slip);
                (Node::Constant(Constant::Unknown), Ty::Any)
            }
        }
    }

    fn list(&mut self, parts: &[Ast], expected: Option<&Ty>) -> (Node, Ty) {
        let member = expected.and_then(Ty::member);
        let parts: Vec<Expr> = parts.iter().map(|part| self.expr(part, member)).collect();
        let ty = parts.iter().map(|part| part.ty.clone()).reduce(Ty::join).unwrap_or(Ty::Any);
        (Node::List(parts), Ty::List(Box::new(ty)))
    }

    fn field(&mut self, base: &Ast, field: &str, span: Span) -> (Node, Ty) {
        if let Written::Word(word) = &base.node
            && word == "param"
        {
            return self.parameter(field, span);
        }
        let base = self.expr(base, None);
        match self.access(&base.ty, field, span) {
            Some((access, ty)) => (Node::Field(Box::new(base), access), ty),
            None => (Node::Constant(Constant::Unknown), Ty::Any),
        }
    }

    fn parameter(&mut self, name: &str, span: Span) -> (Node, Ty) {
        let schema = self.schema();
        let parameters = schema.parameters();
        let found =
            parameters.iter().position(|known| schema.names.text(known.name).eq_ignore_ascii_case(name));
        let Some(at) = found else {
            let near = nearest(name, parameters.iter().map(|known| schema.names.text(known.name)));
            let label = near.map_or_else(|| "not declared".into(), |near| format!("did you mean `{near}`?"));
            self.error("undefined-reference", span, format!("there is no parameter `{name}`"), label);
            return (Node::Constant(Constant::Unknown), Ty::Any);
        };
        (Node::Parameter(at), self.parameter_type(at))
    }

    fn parameter_type(&self, at: usize) -> Ty {
        let Some(place) = self.schema().parameters().get(at).map(|known| known.value) else { return Ty::Any };
        let text = self.context.texts.get(&place.file).copied().unwrap_or("");
        let tree = syntax::read_piece(
            place.file,
            text,
            &Piece { span: place.span, unbalanced: false },
            &mut Vec::new(),
        );
        let Some(view) = View::roots(place.file, text, &tree).next() else { return Ty::Any };
        let value = Value { file: place.file, text, atoms: view.atoms(), after: place.span.end };
        match read_value(value, self.schema(), &self.context.facts.names) {
            Ok(ReadValue::Amount(amount)) => Ty::Amount(Some(self.schema().units.dimension(amount.measure))),
            Ok(ReadValue::Dates(_)) => Ty::Dates,
            Ok(ReadValue::Unknown) | Err(_) => Ty::Any,
        }
    }

    /// What a word after a dot means for a value of a type.
    pub(super) fn access(&mut self, base: &Ty, field: &str, span: Span) -> Option<(Access, Ty)> {
        if *base == Ty::Any {
            return None;
        }
        if let Some(found) = builtin_access(base, field, self.schema()) {
            return Some(found);
        }
        if let Ty::List(_) = base {
            let message = format!(
                "`{field}` is asked of a list; choose one of it (`first`, `argmax`), or say `some x in …`"
            );
            self.error("rule-many-values", span, message, "one value is needed before the dot");
            return None;
        }
        let kinds = base.kinds();
        match self.entity_access(kinds, field) {
            Some(found) => Some(found),
            None => {
                self.unknown_field(base, kinds, field, span);
                None
            }
        }
    }

    fn entity_access(&mut self, kinds: KindSet, field: &str) -> Option<(Access, Ty)> {
        let name = self.context.facts.names.get(field)?;
        let mut ty: Option<Ty> = None;
        let count = self.schema().kinds().count();
        let mut per_kind = vec![How::Nothing; count].into_boxed_slice();
        for kind in kinds.iter() {
            let Some((how, own)) = self.how(kind, name) else { continue };
            if let Some(slot) = per_kind.get_mut(kind.0 as usize) {
                *slot = how;
            }
            ty = Some(match ty {
                Some(ty) => ty.join(own),
                None => own,
            });
        }
        Some((Access::Entity(name, per_kind), ty?))
    }

    fn how(&mut self, kind: KindId, name: Symbol) -> Option<(How, Ty)> {
        let schema = self.schema();
        if let Some(slot) = schema.kind(kind)?.slot(name) {
            let ty = schema.field(kind, slot).map_or(Ty::Any, |field| field_type(&field.ty));
            return Some((How::Field(slot), ty));
        }
        let mut referring = Vec::new();
        for (other, declared) in schema.kinds() {
            let slots = declared
                .fields
                .iter()
                .enumerate()
                .filter(|(_, field)| field.reverse == Some(name) && field.ty.kinds().has(kind));
            referring.extend(slots.map(|(at, _)| (other, crate::schema::Slot(at as u8))));
        }
        if !referring.is_empty() {
            let kinds =
                referring.iter().fold(KindSet::EMPTY, |set, (kind, _)| set.union(KindSet::one(*kind)));
            let index = self.index(referring);
            return Some((How::Referrers(index), Ty::List(Box::new(Ty::Entity(kinds)))));
        }
        let plural = schema.kinds().find(|(_, declared)| declared.plural == Some(name));
        let (_, declared) = plural.filter(|(_, declared)| self.may_hold(kind, declared.family))?;
        Some((How::Inside(declared.family), Ty::List(Box::new(Ty::Entity(declared.family)))))
    }

    /// Whether blocks of a kind can stand inside blocks of another, at any depth.
    fn may_hold(&self, outer: KindId, inner: KindSet) -> bool {
        let mut inside = KindSet::one(outer);
        loop {
            let more = self.schema().kinds().filter(|(_, kind)| !kind.inside.common(inside).is_empty());
            let grown = more.fold(inside, |set, (id, _)| set.union(KindSet::one(id)));
            if !grown.common(inner).is_empty() && grown != KindSet::one(outer) {
                return true;
            }
            if grown == inside {
                return false;
            }
            inside = grown;
        }
    }

    fn index(&mut self, mut fields: Vec<(KindId, crate::schema::Slot)>) -> usize {
        fields.sort_unstable();
        let wanted = Index { fields };
        self.indexes.iter().position(|known| *known == wanted).unwrap_or_else(|| {
            self.indexes.push(wanted);
            self.indexes.len() - 1
        })
    }

    fn unknown_field(&mut self, base: &Ty, kinds: KindSet, field: &str, span: Span) {
        let schema = self.schema();
        let (message, label) = if kinds.is_empty() {
            (format!("{} has no `{field}`", self.describe(base)), "no such part".to_owned())
        } else {
            let own = kinds
                .iter()
                .filter_map(|kind| schema.kind(kind))
                .flat_map(|kind| kind.fields.iter().map(|field| field.name));
            let plurals = schema.kinds().filter_map(|(_, kind)| kind.plural);
            let reverses =
                schema.kinds().flat_map(|(_, kind)| kind.fields.iter().filter_map(|field| field.reverse));
            let names: Vec<&str> =
                own.chain(plurals).chain(reverses).map(|name| schema.names.text(name)).collect();
            let near = nearest(field, names.into_iter()).map(|near| format!("did you mean `{near}`?"));
            (
                format!("`{}` has no field `{field}`", schema.list_kinds(kinds)),
                near.unwrap_or_else(|| "not in the schema".into()),
            )
        };
        self.error("unknown-field", span, message, label);
    }

    fn comparison(
        &mut self,
        comparison: Comparison,
        settle: Settle,
        left: &Ast,
        right: &Ast,
        span: Span,
    ) -> (Node, Ty) {
        // A bare word takes its meaning from the other side.
        let word_first = matches!(&left.node, Written::Word(word) if !self.variables.iter().any(|(name, ..)| name == word));
        let (left, right) = if word_first && comparison != Comparison::In {
            let right = self.expr(right, None);
            (self.expr(left, Some(&right.ty)), right)
        } else {
            let left = self.expr(left, None);
            let expected = if comparison == Comparison::In {
                Ty::List(Box::new(left.ty.clone()))
            } else {
                left.ty.clone()
            };
            let right = self.expr(right, Some(&expected));
            (left, right)
        };
        self.check_comparison(comparison, &left, &right, span);
        let right = year_as_date(&left, right, self.text());
        (Node::Compare(comparison, settle, Box::new(left), Box::new(right)), Ty::Truth)
    }

    fn check_comparison(&mut self, comparison: Comparison, left: &Expr, right: &Expr, span: Span) {
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

    fn unit_mismatch(&mut self, what: &str, a: Dimension, b: Dimension, left: Span, right: Span) {
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

    fn arithmetic(&mut self, sign: Sign, left: &Ast, right: &Ast, span: Span) -> (Node, Ty) {
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
            (Sign::Plus | Sign::Minus, Ty::Dates, Ty::Amount(_)) => Ty::Dates,
            (Sign::Minus, Ty::Dates, Ty::Dates) => Ty::Gap,
            (Sign::Times, Ty::Amount(a), Ty::Amount(b)) => {
                Ty::Amount(a.zip(*b).and_then(|(a, b)| a.times(b)))
            }
            (Sign::Over, Ty::Amount(a), Ty::Amount(b)) => Ty::Amount(a.zip(*b).and_then(|(a, b)| a.per(b))),
            // Where a date is one of several things, what is no date counts as unknown.
            (Sign::Plus | Sign::Minus, Ty::Either(types), Ty::Amount(_)) if types.contains(&Ty::Dates) => {
                Ty::Dates
            }
            (_, a, b) => {
                let message =
                    format!("{} and {} cannot be reckoned together", self.describe(a), self.describe(b));
                self.error("rule-type-mismatch", span, message, "no common sort of number");
                Ty::Any
            }
        };
        (Node::Arithmetic(sign, Box::new(left), Box::new(right)), ty)
    }

    fn quantified(&mut self, quantifier: Quantifier, bind: &Bind, body: Option<&Ast>) -> (Node, Ty) {
        let mark = self.enter();
        let source = self.source(bind);
        let body = body.map(|body| Box::new(self.condition(body)));
        self.leave(mark);
        (Node::Quantified(quantifier, Box::new(source), body), Ty::Truth)
    }

    /// A range with its variable, which stays in reach until the caller leaves.
    pub(super) fn source(&mut self, bind: &Bind) -> Source {
        let (from, member) = match &bind.range {
            Range::Kind(kind, span) => self.kind_range(kind, *span),
            Range::List(list) => {
                let outer = self.ranging.replace(bind.name.clone());
                let range = self.list_range(list);
                self.ranging = outer;
                range
            }
        };
        let slot = self.declare(&bind.name, member);
        let filter = bind.filter.as_ref().map(|filter| self.condition(filter));
        let source = self.look_up(Source { slot, from, filter });
        self.warn_of_product(&source, bind);
        source
    }

    /// A range over a kind whose condition asks for something from outside is gone through each time anew.
    fn warn_of_product(&mut self, source: &Source, bind: &Bind) {
        let from_outside = |filter: &Expr| filter.variables().into_iter().any(|used| used < source.slot);
        if !matches!(source.from, From::Kinds(_)) || !source.filter.as_ref().is_some_and(from_outside) {
            return;
        }
        let Range::Kind(kind, _) = &bind.range else { return };
        let message = format!("this goes through every `{kind}` each time it is asked");
        let found = Diagnostic::new("rule-slow", Severity::Warning, message, self.file, bind.span)
            .label("no condition lets the right ones be looked up")
            .help(format!("write a condition of the form `{}.field == …`, if there is one", bind.name));
        self.say(found);
    }

    fn kind_range(&mut self, kind: &str, span: Span) -> (From, Ty) {
        let schema = self.schema();
        match schema.kind_named(kind).and_then(|id| schema.kind(id)) {
            Some(kind) => (From::Kinds(kind.family), Ty::Entity(kind.family)),
            None => {
                let near = nearest(kind, schema.kinds().map(|(_, kind)| schema.names.text(kind.name)));
                let label =
                    near.map_or_else(|| "not in the schema".into(), |near| format!("did you mean `{near}`?"));
                self.error("undefined-reference", span, format!("there is no kind `{kind}`"), label);
                (From::Kinds(KindSet::EMPTY), Ty::Any)
            }
        }
    }

    fn list_range(&mut self, list: &Ast) -> (From, Ty) {
        let list = self.expr(list, Some(&Ty::List(Box::new(Ty::Any))));
        let member = match &list.ty {
            Ty::List(member) => (**member).clone(),
            Ty::Path => Ty::Path,
            Ty::Any => Ty::Any,
            // One value ranges over itself, a field that may hold one over what it holds.
            other => other.clone(),
        };
        (From::List(list), member)
    }

    /// Turns `x: kind where x.f == e` into a look-up, if `e` does not speak of `x`.
    fn look_up(&mut self, source: Source) -> Source {
        let From::Kinds(kinds) = source.from else { return source };
        let conjuncts = match &source.filter {
            Some(Expr { node: Node::All(parts), .. }) => parts.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let found = conjuncts.iter().find_map(|conjunct| {
            let Node::Compare(Comparison::Equal, _, left, right) = &conjunct.node else { return None };
            [(left, right), (right, left)].into_iter().find_map(|(field, key)| {
                let Node::Field(base, Access::Entity(_, per_kind)) = &field.node else { return None };
                let own = matches!(base.node, Node::Variable(slot) if slot == source.slot);
                let names_entities = !field.ty.kinds().is_empty() && !matches!(field.ty, Ty::List(_));
                (own && names_entities && !key.variables().contains(&source.slot))
                    .then(|| (per_kind.clone(), (**key).clone()))
            })
        });
        let Some((per_kind, key)) = found else { return source };
        let fields = kinds.iter().filter_map(|kind| match per_kind.get(kind.0 as usize) {
            Some(How::Field(slot)) => Some((kind, *slot)),
            _ => None,
        });
        let fields: Vec<_> = fields.collect();
        let index = self.index(fields);
        Source { from: From::Naming(kinds, index, key), ..source }
    }

    fn group(&mut self, bind: &Bind, key: &Ast) -> (Node, Ty) {
        let mark = self.enter();
        let source = self.source(bind);
        let member = self.variables.last().map_or(Ty::Any, |(_, _, ty)| ty.clone());
        let key = self.expr(key, None);
        self.leave(mark);
        let key_type = key.ty.member().cloned().unwrap_or_else(|| key.ty.clone());
        (
            Node::Group(Box::new(source), Box::new(key)),
            Ty::List(Box::new(Ty::Group(Box::new(key_type), Box::new(member)))),
        )
    }

    fn paths(&mut self, search: &Search) -> (Node, Ty) {
        let from = self.expr(&search.from, None);
        let carrying = search.carrying.as_ref().map(|carrying| self.expr(carrying, None));
        let relation = self.context.relations.get(&search.relation).copied();
        if relation.is_none() {
            let near = nearest(&search.relation, self.context.relations.keys().map(String::as_str));
            let label = near.map_or_else(|| "not declared".into(), |near| format!("did you mean `{near}`?"));
            self.error(
                "undefined-reference",
                search.relation_span,
                format!("there is no relation `{}`", search.relation),
                label,
            );
        }
        let mark = self.enter();
        let (range, member) = match &search.to.range {
            Range::Kind(kind, span) => self.kind_range(kind, *span),
            Range::List(list) => {
                self.error(
                    "rule-path-condition",
                    list.span,
                    "a path ends at a kind: write `to x: KIND where …`",
                    "no kind",
                );
                (From::Kinds(KindSet::EMPTY), Ty::Any)
            }
        };
        let kinds = if let From::Kinds(kinds) = range { kinds } else { KindSet::EMPTY };
        let slot = self.declare(&search.to.name, member);
        let first_own = slot;
        let filter = search.to.filter.as_ref().map(|filter| self.condition(filter));
        self.leave(mark);
        let outer = |filter: &Expr| filter.variables().into_iter().any(|used| used < first_own);
        let depends = filter.as_ref().is_some_and(outer);
        if depends {
            let found = Diagnostic::new(
                "rule-slow",
                Severity::Warning,
                "this searches anew for each value of a variable from outside",
                self.file,
                search.to.span,
            )
            .label("say which ends are meant without it, if you can");
            self.say(found);
        }
        let Some(relation) = relation else { return (Node::Constant(Constant::Unknown), Ty::Any) };
        let ends = EndSet { slot, kinds, filter, depends };
        (Node::Paths(Box::new(Path { from, carrying, relation, ends })), Ty::List(Box::new(Ty::Path)))
    }

    /// The body of a declared function with its parameters bound to the arguments.
    pub(super) fn inline(&mut self, define: &Define, arguments: Vec<Expr>, span: Span) -> (Node, Ty) {
        if self.calls.contains(&define.name) {
            let through = self.calls.join("` and `");
            let message = format!(
                "`{}` calls itself through `{through}`; only relations follow links of any length",
                define.name
            );
            self.error("rule-recursion", span, message, "in a circle");
            return (Node::Constant(Constant::Unknown), Ty::Any);
        }
        self.calls.push(define.name.clone());
        let (outer_variables, outer_file, outer_quiet) =
            (std::mem::take(&mut self.variables), self.file, self.quiet);
        (self.file, self.quiet) = (define.file, true);
        let parameters = define.parameters.iter().zip(arguments);
        let bindings: Vec<(u16, Expr)> =
            parameters.map(|((name, ty), argument)| (self.declare(name, ty.clone()), argument)).collect();
        let body = self.expr(&define.body, Some(&define.returns));
        (self.variables, self.file, self.quiet) = (outer_variables, outer_file, outer_quiet);
        self.calls.pop();
        (Node::With(bindings, Box::new(body)), define.returns.clone())
    }

    /// Types a function by itself, so that its mistakes are said once, where it stands.
    pub(super) fn check_define(&mut self, define: &Define) {
        self.calls.push(define.name.clone());
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

    /// An aggregate over a source, as a call or a quantifier makes it.
    pub(super) fn aggregate(&mut self, how: Aggregate, bind: &Bind, value: Option<&Ast>) -> (Node, Ty) {
        let mark = self.enter();
        let source = self.source(bind);
        let member = self.variables.last().map_or(Ty::Any, |(_, _, ty)| ty.clone());
        let value = value.map(|value| Box::new(self.expr(value, None)));
        self.leave(mark);
        let of_value = value.as_ref().map_or_else(|| member.clone(), |value| value.ty.clone());
        let ty = match how {
            Aggregate::Count => Ty::Amount(Some(Dimension::RATIO)),
            Aggregate::Sum | Aggregate::Min | Aggregate::Max => of_value,
            Aggregate::List => Ty::List(Box::new(of_value)),
            Aggregate::ArgMax | Aggregate::ArgMin => member,
            Aggregate::Top(_) => Ty::List(Box::new(member)),
        };
        (Node::Aggregate(how, Box::new(source), value), ty)
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
    pub(super) fn parser<'p>(&self, atoms: &'p [syntax::Token], after: Span) -> Parser<'p>
    where
        'a: 'p,
    {
        Parser {
            file: self.file,
            text: self.text(),
            atoms,
            at: 0,
            units: &self.context.schema.units,
            names: &self.context.facts.names,
            after,
            depth: 0,
        }
    }
}

/// The type of a field's value.
fn field_type(ty: &Type) -> Ty {
    let base = |base: &Base| match base {
        Base::Quantity(_, dimensions) => match dimensions.as_slice() {
            [only] => Ty::Amount(Some(*only)),
            _ => Ty::Amount(None),
        },
        Base::Date => Ty::Dates,
        Base::YesNo => Ty::Truth,
        Base::Text => Ty::Text,
        Base::Enum(id) => Ty::Enum(*id),
        Base::Kinds(kinds) if ty.many == Many::Shares => Ty::Share(*kinds),
        Base::Kinds(kinds) => Ty::Entity(*kinds),
    };
    let one = ty.bases.iter().map(base).reduce(Ty::join).unwrap_or(Ty::Any);
    if ty.many == Many::One { one } else { Ty::List(Box::new(one)) }
}

fn builtin_access(base: &Ty, field: &str, schema: &Schema) -> Option<(Access, Ty)> {
    if let Ty::Either(types) = base {
        return types.iter().find_map(|ty| builtin_access(ty, field, schema));
    }
    let entities = || Ty::Entity(KindSet::ALL);
    let any_list = |member| Ty::List(Box::new(member));
    let found = match (base, field) {
        (Ty::Entity(_), "id") => (Access::Id, Ty::Text),
        (Ty::Entity(_), "title") => (Access::Title, Ty::Text),
        (Ty::Amount(_), "of") => (Access::Of, Ty::Entity(schema.amounts_of())),
        (Ty::Share(kinds), "who") => (Access::Who, Ty::Entity(*kinds)),
        (Ty::Share(_), "share") => (Access::Share, Ty::Amount(Some(Dimension::RATIO))),
        (Ty::Group(key, _), "key") => (Access::Key, (**key).clone()),
        (Ty::Group(_, member), "items") => (Access::Items, any_list((**member).clone())),
        (Ty::Path, "nodes") => (Access::Nodes, any_list(entities())),
        (Ty::Path, "steps") => (Access::Steps, any_list(Ty::Step)),
        (Ty::Path, "hops") => (Access::Hops, any_list(Ty::Step)),
        (Ty::Path, "last") => (Access::Last, entities()),
        (Ty::Path | Ty::Step, "share") => (Access::Share, Ty::Amount(Some(Dimension::RATIO))),
        (Ty::Path | Ty::Step, "certain") => (Access::Certain, Ty::Truth),
        (Ty::Path | Ty::Step, "text") => (Access::Text, Ty::Text),
        (Ty::Step, "from") => (Access::StepFrom, entities()),
        (Ty::Step, "to") => (Access::StepTo, entities()),
        (Ty::Step, "carried") => (Access::Carried, entities()),
        _ => return None,
    };
    Some(found)
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
            Expr { node: Node::Constant(Constant::Amount(amount)), ty: left.ty.clone(), span: right.span }
        }
        None => right,
    }
}

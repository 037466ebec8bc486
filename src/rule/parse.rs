//! Atoms to expressions, by precedence: or < and < not < comparison < sum < product; the body of a quantifier
//! runs to the end. Knows which words are units, and no other word of the schema.

use std::borrow::Cow;

use bumpalo::collections::Vec as List;

use super::Arena;
use super::ast::{Argument, Ast, Bind, Comparison, Node, Quantifier, Range, Search, Settle, Sign, Value};
use crate::diagnostic::{Diagnostic, Severity};
use crate::names::Names;
use crate::schema::Units;
use crate::source::{FileId, Span};
use crate::syntax::{Class, Token, prose};

/// Deepest nesting of one expression; its brackets were counted by the splitter, its operators are not.
const MAX_DEPTH: usize = 100;
/// Most signs of arithmetic and dots of one statement: each makes its expression one deeper.
const MAX_LINKS: usize = 500;

pub(super) type Slip = Box<Diagnostic>;

/// Reads the atoms of a statement from left to right.
pub(super) struct Parser<'a, 'p> {
    pub file: FileId,
    pub text: &'a str,
    /// Where what is read lies.
    pub arena: &'a Arena,
    pub atoms: &'p [Token],
    pub at: usize,
    pub units: &'a Units,
    pub names: &'a Names,
    /// Words after which the statement is reported to end, if it has no atoms.
    pub after: Span,
    pub depth: usize,
    pub links: usize,
}

impl<'a> Parser<'a, '_> {
    pub(super) fn peek(&self) -> Option<Token> {
        self.atoms.get(self.at).copied()
    }

    pub(super) fn words(&self, token: Token) -> &'a str {
        token.span.of(self.text)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.class == Class::Word && self.words(token) == word)
    }

    pub(super) fn takes(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn is_mark(&self, mark: &str) -> bool {
        self.peek().is_some_and(|token| token.is_mark(self.text, mark))
    }

    pub(super) fn takes_mark(&mut self, mark: &str) -> bool {
        let found = self.is_mark(mark);
        self.at += usize::from(found);
        found
    }

    /// The place of the next atom, or of the end.
    pub(super) fn here(&self) -> Span {
        match (self.peek(), self.atoms.last()) {
            (Some(token), _) => token.span,
            (None, Some(last)) => Span { start: last.span.end, end: last.span.end },
            (None, None) => self.after,
        }
    }

    pub(super) fn error(&self, message: impl Into<String>, label: impl Into<String>) -> Slip {
        Box::new(
            Diagnostic::new("rule-syntax", Severity::Error, message, self.file, self.here()).label(label),
        )
    }

    pub(super) fn needs(&mut self, word: &str) -> Result<(), Slip> {
        if self.takes(word) {
            Ok(())
        } else {
            Err(self.error(format!("`{word}` is missing here"), format!("`{word}` should stand here")))
        }
    }

    fn needs_mark(&mut self, mark: &str) -> Result<(), Slip> {
        if self.takes_mark(mark) {
            Ok(())
        } else {
            Err(self.error(format!("`{mark}` is missing here"), format!("`{mark}` should stand here")))
        }
    }

    /// A plain word: the name of a variable, kind or relation.
    pub(super) fn name(&mut self, what: &str) -> Result<(&'a str, Span), Slip> {
        match self.peek() {
            Some(token) if token.class == Class::Word => {
                self.at += 1;
                Ok((self.words(token), token.span))
            }
            _ => Err(self.error(format!("{what} is missing here"), "a word should stand here")),
        }
    }

    /// Nothing may follow.
    pub(super) fn finish(&self) -> Result<(), Slip> {
        if self.peek().is_none() {
            Ok(())
        } else {
            Err(self.error("the statement should end here", "this does not belong to it"))
        }
    }

    pub(super) fn expr(&mut self) -> Result<Ast<'a>, Slip> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(
                self.error("this expression is nested too deeply", "give a part of it a name with `let`")
            );
        }
        let out = self.chain("or", Self::conjunction, Node::Or);
        self.depth -= 1;
        out
    }

    fn kept_expr(&mut self) -> Result<&'a Ast<'a>, Slip> {
        let expr = self.expr()?;
        Ok(self.arena.alloc(expr))
    }

    fn conjunction(&mut self) -> Result<Ast<'a>, Slip> {
        self.chain("and", Self::negation, Node::And)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Ast<'a>, Slip>,
        node: fn(&'a [Ast<'a>]) -> Node<'a>,
    ) -> Result<Ast<'a>, Slip> {
        let first = part(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let mut parts = bumpalo::vec![in self.arena; first];
        while self.takes(word) {
            parts.push(part(self)?);
        }
        let span = parts.iter().map(|part| part.span).reduce(Span::to).unwrap_or(self.after);
        Ok(Ast { span, node: node(parts.into_bump_slice()) })
    }

    fn negation(&mut self) -> Result<Ast<'a>, Slip> {
        let start = self.here();
        if self.takes("not") {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(self.error("this expression is nested too deeply", "too many `not`"));
            }
            let inner = self.negation()?;
            self.depth -= 1;
            return Ok(Ast { span: start.to(inner.span), node: Node::Not(self.arena.alloc(inner)) });
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Ast<'a>, Slip> {
        let left = self.sum()?;
        let settle = if self.takes("surely") {
            Settle::Surely
        } else if self.takes("maybe") {
            Settle::Maybe
        } else {
            Settle::No
        };
        let Some(comparison) = self.comparison_sign() else {
            return if settle == Settle::No {
                Ok(left)
            } else {
                Err(self.error("a comparison is missing here", "`<`, `before`, `==` …"))
            };
        };
        let right = self.sum()?;
        let span = left.span.to(right.span);
        if self.comparison_sign().is_some() {
            self.at -= 1;
            return Err(self.error("a comparison cannot be compared again", "say it in two, joined by `and`"));
        }
        Ok(Ast { span, node: Node::Compare(comparison, settle, self.arena.alloc([left, right])) })
    }

    fn comparison_sign(&mut self) -> Option<Comparison> {
        let token = self.peek()?;
        let comparison = match (token.class, self.words(token)) {
            (Class::Mark, "==") => Comparison::Equal,
            (Class::Mark, "!=") => Comparison::Unequal,
            (Class::Mark, "<") | (Class::Word, "before") => Comparison::Less,
            (Class::Mark, "<=") => Comparison::AtMost,
            (Class::Mark, ">") | (Class::Word, "after") => Comparison::More,
            (Class::Mark, ">=") => Comparison::AtLeast,
            (Class::Word, "in") => Comparison::In,
            _ => return None,
        };
        self.at += 1;
        Some(comparison)
    }

    fn sum(&mut self) -> Result<Ast<'a>, Slip> {
        self.reckoning(0)
    }

    /// Counts signs and dots, which no bracket bounds.
    fn link(&mut self) -> Result<(), Slip> {
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(self.error("this statement is too long", "give a part of it a name with `let`"));
        }
        Ok(())
    }

    /// Signs of arithmetic that bind closer than `bound`, with what stands between them.
    fn reckoning(&mut self, bound: u8) -> Result<Ast<'a>, Slip> {
        let mut left = self.postfix()?;
        while let Some((sign, closeness)) = self.sign().filter(|(_, closeness)| *closeness > bound) {
            self.at += 1;
            self.link()?;
            let right = self.reckoning(closeness)?;
            left = Ast {
                span: left.span.to(right.span),
                node: Node::Arithmetic(sign, self.arena.alloc([left, right])),
            };
        }
        Ok(left)
    }

    /// The sign of arithmetic that stands here, and how close it binds.
    fn sign(&self) -> Option<(Sign, u8)> {
        let token = self.peek().filter(|token| token.class == Class::Mark)?;
        match self.words(token) {
            "+" => Some((Sign::Plus, 1)),
            "-" => Some((Sign::Minus, 1)),
            "*" => Some((Sign::Times, 2)),
            "/" => Some((Sign::Over, 2)),
            _ => None,
        }
    }

    /// What may have `.field` behind it. A word may hold its fields already: `p.targets` is one atom.
    fn postfix(&mut self) -> Result<Ast<'a>, Slip> {
        let mut base = self.primary()?;
        while self.is_mark(".") {
            self.at += 1;
            let (path, span) = self.name("the name of a field")?;
            base = self.fields(base, path, span)?;
        }
        Ok(base)
    }

    fn fields(&mut self, mut base: Ast<'a>, path: &'a str, span: Span) -> Result<Ast<'a>, Slip> {
        let mut start = span.start;
        for field in path.split('.') {
            self.link()?;
            let own = Span { start, end: start + field.len() as u32 };
            start = own.end + 1;
            base = Ast { span: base.span.to(own), node: Node::Field(self.arena.alloc(base), field, own) };
        }
        Ok(base)
    }

    fn primary(&mut self) -> Result<Ast<'a>, Slip> {
        let Some(token) = self.peek() else {
            return Err(
                self.error("something is missing at the end of this statement", "a value should follow")
            );
        };
        match token.class {
            Class::Word | Class::Name => self.word(token),
            Class::Number => Ok(self.literal()),
            Class::String | Class::Text => {
                self.at += 1;
                let words = match prose(self.text, token) {
                    Cow::Borrowed(words) => words,
                    Cow::Owned(words) => self.arena.alloc_str(&words),
                };
                Ok(Ast { span: token.span, node: Node::Text(words) })
            }
            Class::Mark if self.words(token) == "(" => {
                self.at += 1;
                let inner = self.expr()?;
                self.needs_mark(")")?;
                Ok(inner)
            }
            Class::Mark if self.words(token) == "[" => self.list(),
            _ => {
                Err(self
                    .error(format!("`{}` cannot stand here", self.words(token)), "a value should stand here"))
            }
        }
    }

    fn word(&mut self, token: Token) -> Result<Ast<'a>, Slip> {
        match self.words(token) {
            "some" | "no" | "every" if self.starts_bind() => self.quantified(),
            "group" => self.group(),
            "paths" => self.paths(),
            _ if self.is_currency(token) => Ok(self.literal()),
            written => {
                self.at += 1;
                let (first, rest) =
                    written.split_once('.').map_or((written, None), |(first, rest)| (first, Some(rest)));
                let span = Span { start: token.span.start, end: token.span.start + first.len() as u32 };
                let adjoining = self.peek().is_some_and(|next| next.span.start == token.span.end);
                if rest.is_none() && adjoining && self.is_mark("(") {
                    return self.call(first, span);
                }
                let base = Ast { span, node: Node::Word(first) };
                match rest {
                    Some(rest) => self.fields(base, rest, Span { start: span.end + 1, end: token.span.end }),
                    None => Ok(base),
                }
            }
        }
    }

    /// Whether `x in` or `x:` follows the word here.
    fn starts_bind(&self) -> bool {
        let next = self.atoms.get(self.at + 1);
        let after = self.atoms.get(self.at + 2);
        next.is_some_and(|next| next.class == Class::Name)
            || next.is_some_and(|next| next.class == Class::Word)
                && after.is_some_and(|after| after.is_word(self.text, "in"))
    }

    fn is_currency(&self, token: Token) -> bool {
        let followed = self.atoms.get(self.at + 1).is_some_and(|next| next.class == Class::Number);
        let unit = || self.units.get(self.names.get(self.words(token))?);
        followed && unit().is_some_and(|(measure, _)| self.units.is_money(measure))
    }

    /// `24 months`, `50%`, `450 t/yr`, `USD 3 billion`, `2030-Q4`.
    fn literal(&mut self) -> Ast<'a> {
        let start = self.here();
        let mut end = start;
        if self.peek().is_some_and(|token| token.class == Class::Word) {
            self.at += 1;
        }
        while let Some(token) = self.peek() {
            let words = self.words(token);
            let unit = token.class == Class::Word
                && self.names.get(words).is_some_and(|name| self.units.get(name).is_some());
            let scale = token.class == Class::Word && ["thousand", "million", "billion"].contains(&words);
            let glued =
                token.class == Class::Mark && (words == "%" || words == "/") && token.span.start == end.end;
            let number =
                token.class == Class::Number && (end == start || self.at > 0 && end.end == start.end);
            if !(unit || scale || glued || number) {
                break;
            }
            end = token.span;
            self.at += 1;
        }
        Ast { span: start.to(end), node: Node::Literal }
    }

    fn list(&mut self) -> Result<Ast<'a>, Slip> {
        let start = self.here();
        self.needs_mark("[")?;
        let mut parts = List::new_in(self.arena);
        while !self.is_mark("]") {
            parts.push(self.expr()?);
            if !self.takes_comma() {
                break;
            }
        }
        let end = self.here();
        self.needs_mark("]")?;
        Ok(Ast { span: start.to(end), node: Node::List(parts.into_bump_slice()) })
    }

    fn takes_comma(&mut self) -> bool {
        let found = self.peek().is_some_and(|token| token.class == Class::Comma);
        self.at += usize::from(found);
        found
    }

    fn quantified(&mut self) -> Result<Ast<'a>, Slip> {
        let start = self.here();
        let quantifier = match self.peek().map(|token| self.words(token)) {
            Some("some") => Quantifier::Some,
            Some("no") => Quantifier::No,
            _ => Quantifier::Every,
        };
        self.at += 1;
        let bind = self.kept_bind()?;
        let body = if quantifier == Quantifier::Every {
            self.needs("satisfies")?;
            Some(self.kept_expr()?)
        } else {
            None
        };
        let end = self.at.checked_sub(1).and_then(|at| self.atoms.get(at)).map_or(start, |token| token.span);
        Ok(Ast { span: start.to(end), node: Node::Quantified(quantifier, bind, body) })
    }

    /// `x: kind where e` or `x in list where e`.
    pub(super) fn bind(&mut self) -> Result<Bind<'a>, Slip> {
        let mut bind = self.bind_head()?;
        if self.takes("where") {
            bind.filter = Some(self.kept_expr()?);
        }
        Ok(bind)
    }

    fn kept_bind(&mut self) -> Result<&'a Bind<'a>, Slip> {
        let bind = self.bind()?;
        Ok(self.arena.alloc(bind))
    }

    fn bind_head(&mut self) -> Result<Bind<'a>, Slip> {
        let Some(token) = self.peek().filter(|token| matches!(token.class, Class::Word | Class::Name)) else {
            return Err(self.error("a name is missing here", "write `x: KIND` or `x in LIST`"));
        };
        self.at += 1;
        let range = if token.class == Class::Name {
            let (kind, span) = self.name("the kind")?;
            Range::Kind(kind, span)
        } else {
            self.needs("in")?;
            Range::List(self.arena.alloc(self.sum()?))
        };
        Ok(Bind { name: self.words(token), span: token.span, range, filter: None })
    }

    fn group(&mut self) -> Result<Ast<'a>, Slip> {
        let start = self.here();
        self.at += 1;
        let bind = self.kept_bind()?;
        self.needs("by")?;
        let key = self.kept_expr()?;
        Ok(Ast { span: start.to(key.span), node: Node::Group(bind, key) })
    }

    fn paths(&mut self) -> Result<Ast<'a>, Slip> {
        let start = self.here();
        self.at += 1;
        self.needs("from")?;
        let from = self.sum()?;
        let carrying = if self.takes("carrying") { Some(self.sum()?) } else { None };
        self.needs("along")?;
        let (relation, relation_span) = self.name("the relation")?;
        self.needs("to")?;
        let to = self.bind()?;
        let end = self.at.checked_sub(1).and_then(|at| self.atoms.get(at)).map_or(start, |token| token.span);
        Ok(Ast {
            span: start.to(end),
            node: Node::Paths(self.arena.alloc(Search { from, carrying, relation, relation_span, to })),
        })
    }

    fn call(&mut self, name: &'a str, span: Span) -> Result<Ast<'a>, Slip> {
        self.needs_mark("(")?;
        let mut arguments = List::new_in(self.arena);
        while !self.is_mark(")") {
            arguments.push(self.argument()?);
            if !self.takes_comma() {
                break;
            }
        }
        let end = self.here();
        self.needs_mark(")")?;
        Ok(Ast { span: span.to(end), node: Node::Call(name, arguments.into_bump_slice()) })
    }

    /// `e`, `x in list where e`, `x in list by e`, `e for each x in list where e`.
    fn argument(&mut self) -> Result<Argument<'a>, Slip> {
        let is_bind = self.peek().is_some_and(|token| token.class == Class::Name)
            || self.peek().is_some_and(|token| token.class == Class::Word)
                && self.atoms.get(self.at + 1).is_some_and(|next| next.is_word(self.text, "in"));
        let value = if is_bind { Value::Bind(self.kept_bind()?) } else { Value::Plain(self.expr()?) };
        let by = if self.takes("by") { Some(self.kept_expr()?) } else { None };
        let each = if self.takes("for") {
            self.needs("each")?;
            Some(self.kept_bind()?)
        } else {
            None
        };
        Ok(Argument { value, by, each })
    }
}

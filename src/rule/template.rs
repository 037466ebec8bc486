//! Sentences with expressions in braces: owns `Template`. Knows not how values are written out.

use super::expr::Expr;
use super::typing::Typer;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;
use crate::syntax::{self, Piece, Reader, Token, View};

/// A sentence whose braces are filled in for each finding.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// The quotation in the rule file.
    pub span: Span,
}

/// Words, or an expression to be written out.
#[derive(Clone, Debug)]
pub enum Part {
    /// Words.
    Words(String),
    /// What stood between braces.
    Expr(Expr),
}

impl Template {
    /// The expressions in it.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.parts.iter().filter_map(|part| match part {
            Part::Expr(expr) => Some(expr),
            Part::Words(_) => None,
        })
    }
}

impl Typer<'_> {
    /// Reads the quotation at `token` as a template.
    pub(super) fn template(&mut self, token: Token) -> Template {
        let text = self.context.texts.get(&self.file).copied().unwrap_or("");
        let prose = syntax::prose(text, token);
        let inner = syntax::unquote(text, token.span);
        if !prose.contains(['{', '}']) {
            return Template { parts: vec![Part::Words(prose.into_owned())], span: token.span };
        }
        let mut parts = Vec::with_capacity(2 * prose.matches('{').count() + 1);
        let mut words = String::new();
        let mut rest = prose.as_ref();
        // Expressions hold no escapes, so they stand in the file as they stand in the prose, in the same order.
        let mut searched = inner.start as usize;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, tail) = rest.split_at(at);
            words.push_str(before);
            // A doubled brace is a brace of the sentence.
            if let Some((brace, after)) =
                ["{{", "}}"].iter().find_map(|twice| Some((twice, tail.strip_prefix(twice)?)))
            {
                words.push_str(brace.get(..1).unwrap_or(""));
                rest = after;
                continue;
            }
            let Some((expression, after)) = tail.strip_prefix('{').and_then(|tail| tail.split_once('}'))
            else {
                self.error(
                    "rule-syntax",
                    token.span,
                    "a brace has no partner in this sentence",
                    "write `{{` for a brace that is meant",
                );
                return Template { parts, span: token.span };
            };
            let file = text.get(searched..inner.end as usize).unwrap_or("");
            let stands = |(at, brace): &(usize, &str)| {
                let behind = file.get(at + brace.len()..).and_then(|rest| rest.strip_prefix(expression));
                behind.is_some_and(|rest| rest.starts_with('}'))
            };
            let start = file.match_indices("{").find(stands);
            let start = start.map_or(searched, |(at, brace)| searched + at + brace.len());
            searched = start + expression.len();
            parts.push(Part::Words(std::mem::take(&mut words)));
            parts.extend(self.expression(Span::new(start, searched)).map(Part::Expr));
            rest = after;
        }
        words.push_str(rest);
        parts.push(Part::Words(words));
        Template { parts, span: token.span }
    }

    fn expression(&mut self, span: Span) -> Option<Expr> {
        let mut reader = std::mem::take(&mut self.tables.reader);
        let expr = self.expression_by(&mut reader, span);
        self.tables.reader = reader;
        expr
    }

    fn expression_by(&mut self, reader: &mut Reader, span: Span) -> Option<Expr> {
        let text = self.context.texts.get(&self.file).copied().unwrap_or("");
        let piece = Piece { span, unbalanced: false };
        let tree = reader.read(self.file, text, &piece, self.diagnostics);
        let Some(view) = View::roots(self.file, text, tree).next() else {
            self.error(
                "rule-syntax",
                span,
                "nothing stands between these braces",
                "name what should be written here",
            );
            return None;
        };
        let mut parser = self.parser(view.atoms(), span);
        let parsed = parser.expr().and_then(|ast| parser.finish().map(|()| ast));
        match parsed {
            Ok(ast) => {
                let before = self.diagnostics.len();
                let expr = self.expr(&ast, None);
                // A word that nothing defines is the commonest slip in a sentence, and has its own words.
                for found in self
                    .diagnostics
                    .iter_mut()
                    .skip(before)
                    .filter(|found| found.code.as_str() == "rule-unknown-word")
                {
                    let word = found.primary.place.span.of(text);
                    let label = std::mem::take(&mut found.primary.text);
                    let message =
                        format!("`{word}` is used in the sentence, but no `for each` or `let` defines it");
                    *found = Diagnostic::new(
                        "rule-undefined-variable",
                        Severity::Error,
                        message,
                        self.file,
                        found.primary.place.span,
                    )
                    .label(label);
                }
                Some(expr)
            }
            Err(slip) => {
                self.say(*slip);
                None
            }
        }
    }
}

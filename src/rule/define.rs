//! Functions and relations as declared: owns what `define` and `edge` may say. Their expressions are parsed by
//! `parse` and typed by `typing`.

use std::sync::Arc;

use super::expr::{Node, Ty};
use super::parse::{Parser, Slip};
use super::typing::{Context, Define, Typer};
use super::{Arena, Edge};
use crate::schema::{Dimension, KindSet};
use crate::source::Span;
use crate::syntax::{Class, Token, View};

/// `define name(a: type, …) -> type = expression`
pub(super) fn define<'a>(
    context: &Context<'a>,
    arena: &'a Arena,
    view: View<'a>,
) -> Result<Define<'a>, Slip> {
    let names = &context.schema.names;
    let units = &context.schema.units;
    let after = view.head().span;
    let mut parser = Parser {
        file: view.file,
        text: view.text,
        arena,
        atoms: view.atoms(),
        at: 1,
        units,
        names,
        after,
        depth: 0,
        links: 0,
    };
    let (name, span) = parser.name("the name of the function")?;
    let mut parameters = Vec::new();
    if parser.takes_mark("(") {
        while let Some(token) = parser.peek().filter(|token| token.class == Class::Name) {
            parser.at += 1;
            let ty = read_type(context, &mut parser)?;
            parameters.push((parser.words(token), ty));
            if parser.peek().is_some_and(|token| token.class == Class::Comma) {
                parser.at += 1;
            }
        }
        if !parser.takes_mark(")") {
            return Err(parser.error("`)` is missing here", "write `name(a: TYPE, b: TYPE)`"));
        }
    }
    if !parser.takes_mark("->") {
        return Err(parser.error("a function says what it gives", "write `-> TYPE`"));
    }
    let returns = read_type(context, &mut parser)?;
    if !parser.takes_mark("=") {
        return Err(parser.error("`=` is missing here", "then the expression"));
    }
    let body = parser.expr()?;
    parser.finish()?;
    Ok(Define { name, file: view.file, span, parameters, returns, body })
}

fn read_type(context: &Context<'_>, parser: &mut Parser<'_, '_>) -> Result<Ty, Slip> {
    let (word, _) = parser.name("a type")?;
    let schema = context.schema;
    let dimension = |name: &str| Ty::Amount(schema.units.parse_dimension(name));
    let ty = match word {
        "list" => {
            parser.needs("of")?;
            return Ok(Ty::List(Arc::new(read_type(context, parser)?)));
        }
        "truth" | "yes-no" => Ty::Truth,
        "quantity" => Ty::Amount(None),
        "number" | "percent" => Ty::Amount(Some(Dimension::RATIO)),
        "money" => dimension("money"),
        "duration" => dimension("time"),
        "date" => Ty::Dates,
        "text" => Ty::Text,
        "kind" => Ty::Kind,
        "path" => Ty::Path,
        name => match (schema.enum_named(name), schema.kind_named(name).and_then(|id| schema.kind(id))) {
            (Some(id), _) => Ty::Enum(id),
            (None, Some(kind)) => Ty::Entity(kind.family),
            (None, None) => {
                parser.at -= 1;
                return Err(parser.error(format!("`{name}` is no value type, enum or kind"), "not declared"));
            }
        },
    };
    if parser.takes("or") { Ok(ty.join(read_type(context, parser)?)) } else { Ok(ty) }
}

/// The edges of a relation; a line that begins with `when`, `share` or `as` goes on with the edge before.
pub(super) fn edges(typer: &mut Typer<'_>, view: View<'_>) -> Vec<Edge> {
    let kinds = KindSet::ALL;
    typer.declare("from", Ty::Entity(kinds));
    typer.declare("to", Ty::Entity(kinds));
    let carried = Ty::Entity(typer.schema().amounts_of);
    typer.declare("carried", carried);
    typer.declare("value", Ty::Amount(Some(Dimension::RATIO)));
    let mut lines: Vec<Vec<Token>> = Vec::new();
    for entry in view.inside() {
        match lines.last_mut() {
            Some(line) if entry.keyword() != "edge" => line.extend(entry.atoms()),
            _ => lines.push(entry.atoms().to_vec()),
        }
    }
    let mut edges = Vec::new();
    for line in &lines {
        match edge(typer, line, view.head().span) {
            Ok(edge) => edges.extend(edge),
            Err(slip) => typer.say(*slip),
        }
    }
    edges
}

fn edge(typer: &mut Typer<'_>, atoms: &[Token], after: Span) -> Result<Option<Edge>, Slip> {
    let mut parser = typer.parser(atoms, after);
    parser.needs("edge")?;
    let from = edge_kind(typer, &mut parser)?;
    if !parser.takes_mark("->") {
        return Err(parser.error("`->` is missing here", "write `edge KIND -> KIND via FIELD`"));
    }
    let to = edge_kind(typer, &mut parser)?;
    parser.needs("via")?;
    let (via_name, span) = parser.name("the field")?;
    let found = typer.access(&Ty::Entity(from), via_name, span);
    let guard = if parser.takes("when") { Some(parser.expr()?) } else { None };
    let share = if parser.takes("share") { Some(parser.expr()?) } else { None };
    parser.needs("as")?;
    let text = match parser.peek() {
        Some(token) if token.is_prose() => token,
        _ => return Err(parser.error("the step in words is missing here", "write `as \"…\"`")),
    };
    parser.at += 1;
    parser.finish()?;
    let Some((via, ty)) = found else { return Ok(None) };
    let leads_to = ty.member().unwrap_or(&ty).kinds();
    if leads_to.common(to).is_empty() {
        let message = format!(
            "`{via_name}` leads to a {}, not to a {}",
            typer.schema().list_kinds(leads_to),
            typer.schema().list_kinds(to)
        );
        typer.error("rule-edge-mismatch", span, message, "never leads there");
    }
    let guard = guard.map(|guard| typer.condition(&guard));
    let share = share.map(|share| typer.expr(&share, None));
    if let Some(share) = &share
        && !Ty::Amount(Some(Dimension::RATIO)).meets(&share.ty)
    {
        let what = typer.describe(&share.ty);
        typer.error(
            "rule-unit-mismatch",
            share.span,
            format!("a share is a part of one; this is {what}"),
            what,
        );
    }
    let text = typer.template(text);
    let mut seeks_path = false;
    let said = guard.iter().chain(&share).chain(text.exprs());
    said.for_each(|expr| expr.visit(&mut |inner| seeks_path |= matches!(inner.node, Node::Paths(_))));
    if seeks_path {
        let message = "an edge cannot ask for paths, which are made of edges";
        typer.error("rule-recursion", span, message, "ask for them in a rule");
    }
    Ok(Some(Edge { from, to, via, via_name: via_name.to_owned(), guard, share, text }))
}

fn edge_kind(typer: &mut Typer<'_>, parser: &mut Parser<'_, '_>) -> Result<KindSet, Slip> {
    let (name, _) = parser.name("a kind")?;
    match typer.schema().kind_named(name).and_then(|id| typer.schema().kind(id)) {
        Some(kind) => Ok(kind.family),
        None => {
            parser.at -= 1;
            Err(parser.error(format!("there is no kind `{name}`"), "not in the schema"))
        }
    }
}

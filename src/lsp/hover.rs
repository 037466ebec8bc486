//! What the word under the pointer is about: a rule, a kind, a field, or what a value names. Owns the words; knows
//! offsets only, and no message.

use super::page;
use super::requests::Spot;
use crate::model::{Amount, Card, EntityId, Written, title};
use crate::rule::Explanation;
use crate::schema::{Field, Kind};
use crate::source::{Place, Span};
use crate::syntax::{self, Class, Shape, Token, View};

/// The word at a place with what it is about, as Markdown.
pub(super) fn hover(spot: &Spot<'_>) -> Option<(Span, String)> {
    let (file, text) = (spot.file, spot.text.text.as_ref());
    let trees = syntax::read(file, text, &mut Vec::new());
    let entry = trees
        .iter()
        .flat_map(|tree| View::roots(file, text, tree))
        .find_map(|view| innermost(view, None, spot.offset));
    let (view, around) = entry?;
    let at = view.atoms().iter().position(|token| token.span.contains(spot.offset))?;
    let token = *view.atoms().get(at)?;
    let kind = around.and_then(|around| kind_of(spot, around));
    let said = match (rule(spot, view, token), view.shape(), at) {
        (Some(rule), ..) => page::head(rule),
        (None, Shape::Block, 0) => about_kind(spot, kind_of(spot, view)?),
        (None, Shape::Field, 0) => about_field(spot, kind?, view)?,
        (None, Shape::Field, _) => return named(spot, view, around?),
        _ => return None,
    };
    Some((token.span, said))
}

/// The innermost entry that holds the byte, with the block around it.
fn innermost<'a>(
    view: View<'a>,
    around: Option<View<'a>>,
    offset: u32,
) -> Option<(View<'a>, Option<View<'a>>)> {
    if !view.span().contains(offset) {
        return None;
    }
    let inside = view.inside().find_map(|inner| innermost(inner, Some(view), offset));
    inside.or(Some((view, around)))
}

fn kind_of<'a>(spot: &Spot<'a>, block: View<'_>) -> Option<&'a Kind> {
    spot.book.schema.kind(spot.book.schema.kind_named(block.keyword())?)
}

fn rule<'a>(spot: &Spot<'a>, view: View<'_>, token: Token) -> Option<&'a Explanation> {
    (token.class == Class::Word).then(|| spot.book.catalogue.explanation(view.words(token))).flatten()
}

fn about_kind(spot: &Spot<'_>, kind: &Kind) -> String {
    let name = spot.book.schema.names.text(kind.name);
    format!("**{name}**: {}", kind.title)
}

fn about_field(spot: &Spot<'_>, kind: &Kind, view: View<'_>) -> Option<String> {
    let names = &spot.book.schema.names;
    let field: &Field = kind.field(kind.slot(names.get(view.keyword())?)?)?;
    let mut text = format!("**{}.{}**: {}", names.text(kind.name), names.text(field.name), field.doc);
    if let Some(example) = &field.example {
        text.push_str(&format!("\n\nfor example `{example}`"));
    }
    if let Some(default) = field.default {
        text.push_str(&format!("\n\nif it is not written: `{}`", spot.sources.words(default)));
    }
    Some(text)
}

/// The words of a value that name a block or a fact, with what is known of that.
fn named(spot: &Spot<'_>, view: View<'_>, around: View<'_>) -> Option<(Span, String)> {
    let model = &spot.checked.model;
    let head = around.head();
    let begins = |place: Place| (place.file, place.span.start) == (head.file, head.span.start);
    let block = model.declared().find(|id| model.place(*id).is_some_and(begins))?;
    let names = &model.names;
    let slot = spot.book.schema.kind(model.kind(block))?.slot(names.get(view.keyword())?)?;
    let cell = model.cell(block, slot)?;
    let (span, entity) = entity(spot, cell.span, cell.value)?;
    Some((span, about_entity(spot, entity)))
}

/// What a value names at the place.
fn entity(spot: &Spot<'_>, span: Span, value: Written) -> Option<(Span, EntityId)> {
    let model = &spot.checked.model;
    match value {
        Written::Entity(id) => Some((span, id)),
        Written::Amount(index) => model.amount(index).and_then(|Amount { of, .. }| Some((span, of?))),
        Written::List(first, count) => {
            let item = model.items(first, count).find(|item| item.span.contains(spot.offset))?;
            entity(spot, item.span, item.value)
        }
        _ => None,
    }
}

fn about_entity(spot: &Spot<'_>, id: EntityId) -> String {
    let (schema, model) = (&spot.book.schema, &spot.checked.model);
    if !model.is_fact(id) {
        let title = title(model, spot.sources, id).unwrap_or("");
        let title = if title.is_empty() { String::new() } else { format!(": {title}") };
        return format!("**{} {}**{title}", schema.kind_name(model.kind(id)), model.name(id));
    }
    let card = Card::of(schema, model, spot.sources, id);
    let title = if card.title.is_empty() { String::new() } else { format!(": {}", card.title) };
    let mut text = format!("**{} {}**{title}\n", card.kind, card.name);
    for (name, words, evidence) in &card.fields {
        let evidence = evidence.map(|evidence| format!(" ({})", evidence.cited()));
        text.push_str(&format!("\n- {name}: `{words}`{}", evidence.unwrap_or_default()));
    }
    if !card.also.is_empty() {
        text.push_str(&format!("\n- also: {}", card.also.join(", ")));
    }
    text.extend(card.evidence.map(|evidence| format!("\n\n{}", evidence.cited())));
    text
}

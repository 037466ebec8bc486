//! `plumbrule facts`: finds what is known, by any of its names. Owns how a fact is printed.

use std::fmt::Write as _;
use std::io::Write;

use super::prose::{clean, table, wrapped};
use super::{CLEAN, Done, FINDINGS, book};
use crate::model::{Card, EntityId, Model, title};
use crate::names::nearest;
use crate::rulebook::Rulebook;
use crate::source::Sources;

/// Columns for prose.
const WIDTH: usize = 80;
/// Most facts that are printed whole; more are listed by name.
const MAX_WHOLE: usize = 5;

/// Finds a fact by its name or synonym, with its source, date and confidence
#[derive(clap::Args)]
pub(super) struct Args {
    /// A name, or a part of one; without it the kinds of fact are counted
    #[arg(value_name = "QUERY")]
    query: Option<String>,
    #[command(flatten)]
    book: book::Args,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    let (book, sources) = match book::open(&args.book) {
        Ok(open) => open,
        Err(refused) => return refused,
    };
    let Some(query) = &args.query else {
        return Done { code: CLEAN, written: out.write_all(counted(&book).as_bytes()) };
    };
    let found = search(&book, &sources, query);
    let text = match found.as_slice() {
        [] => nothing(&book.facts, query),
        few if few.len() <= MAX_WHOLE => {
            few.iter().map(|fact| whole(&book, &sources, *fact)).collect::<Vec<_>>().join("\n")
        }
        many => listed(&book, &sources, many),
    };
    let code = if found.is_empty() { FINDINGS } else { CLEAN };
    Done { code, written: out.write_all(text.as_bytes()) }
}

/// How many facts there are of each kind.
fn counted(book: &Rulebook) -> String {
    let facts = |kind| book.facts.all().filter(move |id| book.facts.kind(*id) == kind).count();
    let kinds = book.schema.kinds().filter(|(_, kind)| kind.fact && !kind.is_abstract);
    let rows: Vec<[String; 3]> = kinds
        .map(|(id, kind)| [book.schema.kind_name(id).to_owned(), facts(id).to_string(), kind.title.clone()])
        .filter(|[_, count, _]| count != "0")
        .collect();
    format!("{}\n`plumbrule facts NAME` shows one\n", table(&rows))
}

/// Facts of that name; if there is none, facts with the query in a name or title.
fn search(book: &Rulebook, sources: &Sources, query: &str) -> Vec<EntityId> {
    let wanted = query.to_lowercase();
    let mut exact: Vec<EntityId> = Vec::new();
    let mut partial: Vec<EntityId> = Vec::new();
    for (name, fact) in book.facts.known_names() {
        let name = name.to_lowercase();
        if name == wanted {
            exact.push(fact);
        } else if name.contains(&wanted) {
            partial.push(fact);
        }
    }
    let titled = book
        .facts
        .all()
        .filter(|fact| title(&book.facts, sources, *fact).unwrap_or("").to_lowercase().contains(&wanted));
    partial.extend(titled);
    let mut found = if exact.is_empty() { partial } else { exact };
    found.sort_unstable();
    found.dedup();
    found
}

fn nothing(facts: &Model, query: &str) -> String {
    let near = nearest(query, facts.known_names().map(|(name, _)| name));
    let hint = near.map(|near| format!("; did you mean `{}`?", clean(near))).unwrap_or_default();
    format!("no fact bears the name `{}`{hint}\n", clean(query))
}

fn heading(book: &Rulebook, sources: &Sources, fact: EntityId) -> [String; 3] {
    let kind = book.schema.kind_name(book.facts.kind(fact)).to_owned();
    [kind, book.facts.name(fact).to_owned(), title(&book.facts, sources, fact).unwrap_or("").to_owned()]
        .map(|cell| clean(&cell).into_owned())
}

fn listed(book: &Rulebook, sources: &Sources, facts: &[EntityId]) -> String {
    let rows: Vec<[String; 3]> = facts.iter().map(|fact| heading(book, sources, *fact)).collect();
    format!("{}\n{} facts; a longer name finds fewer\n", table(&rows), facts.len())
}

/// A fact with all its fields, its other names, and where each comes from.
fn whole(book: &Rulebook, sources: &Sources, fact: EntityId) -> String {
    let card = Card::of(&book.schema, &book.facts, sources, fact);
    let title = if card.title.is_empty() { String::new() } else { format!(": {}", clean(card.title)) };
    let mut text = format!("{} {}{title}\n", clean(card.kind), clean(card.name));
    for (name, words, evidence) in card.fields {
        let _ = writeln!(text, "  {name}: {}", clean(words));
        text.extend(evidence.map(|evidence| wrapped(&evidence.cited(), "    ", WIDTH)));
    }
    if !card.also.is_empty() {
        text.push_str(&wrapped(&format!("also: {}", card.also.join(", ")), "  ", WIDTH));
    }
    text.extend(card.evidence.map(|evidence| wrapped(&evidence.cited(), "  ", WIDTH)));
    text
}

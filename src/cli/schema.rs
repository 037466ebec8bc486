//! `plumbrule schema`: the kinds of blocks that a drafter writes, and each as a block to fill in.

use std::io::Write;

use super::prose::{clean, clean_lines, table};
use super::{CLEAN, Done, book, refuse};
use crate::diagnostic::{Diagnostic, Severity};
use crate::names::nearest;
use crate::schema::{Kind, KindId, Schema, starter};

/// Lists the kinds of blocks, or shows one to fill in
#[derive(clap::Args)]
pub(super) struct Args {
    /// The kind to show
    kind: Option<String>,
    #[command(flatten)]
    book: book::Args,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    let (book, mut sources) = match book::open(&args.book) {
        Ok(open) => open,
        Err(refused) => return refused,
    };
    let schema = &book.schema;
    let text = match &args.kind {
        None => list(schema),
        Some(name) => match written(schema).find(|(_, kind)| is_called(schema, kind, name)) {
            Some((id, _)) => clean_lines(&starter(schema, id)),
            None => {
                let place = book::argument(&mut sources, "schema", name);
                let message = format!("there is no kind of block `{name}`");
                let near = nearest(name, written(schema).map(|(id, _)| schema.kind_name(id)));
                let label = near
                    .map_or("`plumbrule schema` lists them".into(), |near| format!("did you mean `{near}`?"));
                let found = Diagnostic::new("unknown-kind", Severity::Error, message, place.file, place.span);
                return refuse(sources, vec![found.label(label)]);
            }
        },
    };
    Done { code: CLEAN, written: out.write_all(text.as_bytes()) }
}

/// The kinds that stand in proposals.
fn written(schema: &Schema) -> impl Iterator<Item = (KindId, &Kind)> {
    schema.kinds().filter(|(_, kind)| !kind.fact && !kind.is_abstract)
}

fn is_called(schema: &Schema, kind: &Kind, name: &str) -> bool {
    schema.names.text(kind.name).eq_ignore_ascii_case(name)
}

fn list(schema: &Schema) -> String {
    let rows: Vec<_> =
        written(schema).map(|(id, kind)| [schema.kind_name(id), &kind.title].map(clean)).collect();
    table(&rows)
}

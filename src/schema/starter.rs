//! A block to fill in: what `plumbrule schema KIND` prints. Knows only what the declarations say.

use super::{KindId, Schema};

/// A block of a kind with every field, its example and what it says.
#[must_use]
pub fn starter(schema: &Schema, id: KindId) -> String {
    let Some(kind) = schema.kind(id) else { return String::new() };
    let name = schema.names.text(kind.name);
    let title = if kind.title.is_empty() { String::new() } else { format!("# {}\n", kind.title) };
    let lines: Vec<(String, &str)> = kind
        .fields
        .iter()
        .map(|field| {
            let example = field.example.as_deref().unwrap_or("TODO");
            (format!("  {}: {example}", schema.names.text(field.name)), &*field.doc)
        })
        .collect();
    let width =
        lines.iter().map(|(line, _)| line.chars().count()).filter(|width| *width <= 48).max().unwrap_or(0);
    let mut out = format!("{title}{name} TODO {{\n");
    for (line, doc) in lines {
        let line = if doc.is_empty() { line } else { format!("{line:width$}  # {doc}") };
        out.push_str(line.trim_end());
        out.push('\n');
    }
    for (_, part) in
        schema.kinds().filter(|(_, part)| part.inside.has(id) && !part.is_abstract && !part.anywhere)
    {
        out.push_str(&format!("  # {} NAME {{ … }}  {}\n", schema.names.text(part.name), part.title));
    }
    out.push_str("}\n");
    out
}

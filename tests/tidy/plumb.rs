//! Names that the files under `rules/` declare, read without the engine. Owns which of them are words of the
//! domain; may not know where they are forbidden.

use std::collections::BTreeSet;

use crate::tree;

/// Blocks whose name is no word of the domain: they group others, or say what no unit is.
const UNNAMED: [&str; 4] = ["field", "refused", "sign", "table"];
/// Fields that list further names of what they stand in.
const LISTS: [&str; 4] = ["values", "also", "trade", "alpha3"];

/// The head of a block, or a name listed in it.
pub(crate) struct Declared {
    /// The kind of the block.
    pub(crate) kind: String,
    pub(crate) name: String,
}

/// All names that schema and facts declare.
pub(crate) fn declared() -> Vec<Declared> {
    let files = tree::files(&["rules/schema/", "rules/facts/"]);
    files.iter().filter(|file| file.is("plumb")).flat_map(|file| names(&file.text)).collect()
}

/// The heads of the outermost blocks: kind and name.
pub(crate) fn heads(text: &str) -> Vec<(String, String)> {
    let mut depth = 0_usize;
    let tokens = tokens(text);
    let mut heads = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            _ if depth == 0 => heads.extend(head(tokens.get(at..).unwrap_or(&[]))),
            _ => {}
        }
    }
    heads
}

fn names(text: &str) -> Vec<Declared> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut kind = String::new();
    for at in 0..tokens.len() {
        let rest = tokens.get(at..).unwrap_or(&[]);
        if let Some((keyword, name)) = head(rest) {
            kind = keyword;
            if !UNNAMED.contains(&kind.as_str()) {
                found.push(Declared { kind: kind.clone(), name });
            }
            // The name by which people know a country is its title; of other facts it is prose.
            let title = rest.get(2).filter(|title| kind == "country" && title.starts_with('"'));
            found.extend(
                title.map(|title| Declared { kind: kind.clone(), name: title.trim_matches('"').to_owned() }),
            );
        }
        let listed = matches!(rest, [field, colon, ..] if colon == ":" && LISTS.contains(&field.as_str()));
        if listed && !UNNAMED.contains(&kind.as_str()) {
            found.extend(list(rest).map(|name| Declared { kind: kind.clone(), name }));
        }
    }
    found
}

/// `kind name {` or `kind name "title" {`.
fn head(tokens: &[String]) -> Option<(String, String)> {
    let word = |token: &String| token.starts_with(|c: char| c.is_ascii_alphanumeric());
    match tokens {
        [kind, name, brace, ..] if word(kind) && word(name) && brace == "{" => {
            Some((kind.clone(), name.clone()))
        }
        [kind, name, title, brace, ..]
            if word(kind) && word(name) && title.starts_with('"') && brace == "{" =>
        {
            Some((kind.clone(), name.clone()))
        }
        _ => None,
    }
}

/// The values of `field: value` or `field: [a, b]`.
fn list(tokens: &[String]) -> impl Iterator<Item = String> + '_ {
    let values = tokens.get(2..).unwrap_or(&[]);
    let bracket = values.first().is_some_and(|first| first == "[");
    let count = if bracket { values.iter().position(|token| token == "]").unwrap_or(0) } else { 1 };
    let values = values.iter().take(count).filter(|value| !["[", ","].contains(&value.as_str()));
    values.map(|value| value.trim_matches('"').to_owned())
}

/// Words, quotations with their marks, and signs; comments are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' if rest.starts_with("\"\"\"") => {
                rest.get(3..).and_then(|body| body.find("\"\"\"")).map_or(rest.len(), |end| end + 6)
            }
            '"' => rest.get(1..).and_then(|body| body.find('"')).map_or(rest.len(), |end| end + 2),
            _ if is_part(c) => rest.find(|c: char| !is_part(c)).unwrap_or(rest.len()),
            _ => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        if !c.is_whitespace() && c != '#' {
            tokens.push(token.to_owned());
        }
        rest = after;
    }
    tokens
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || "-_.".contains(c)
}

/// Words of a text as names would spell them, with their offset: `OfftakeForm` and `offtake_form` are both
/// `offtake-form`, and each of its parts is a word too.
pub(crate) fn words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    let runs = text.split(|c: char| !is_part(c) || c == '.');
    for run in runs.filter(|run| !run.is_empty()) {
        let offset = run.as_ptr() as usize - text.as_ptr() as usize;
        let parts = parts(run);
        for first in 0..parts.len() {
            for last in first..parts.len() {
                words.push((offset, parts.get(first..=last).unwrap_or(&[]).join("-")));
            }
        }
    }
    words
}

fn parts(run: &str) -> Vec<String> {
    let mut spelled = String::new();
    let mut before = ' ';
    for c in run.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            spelled.push('-');
        }
        spelled.extend(c.to_lowercase());
        before = c;
    }
    let parts = spelled.split(['-', '_']).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Names of at least six letters: shorter ones are too often parts of plain English.
pub(crate) fn long(declared: &[Declared]) -> BTreeSet<String> {
    let spelled = declared.iter().map(|declared| parts(&declared.name).join("-"));
    spelled.filter(|name| name.chars().filter(|c| c.is_alphabetic()).count() >= 6).collect()
}

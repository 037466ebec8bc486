//! Rust text without a parser: owns what is code, what is said in comments and strings, where tests stand and
//! how long functions are. Counts braces only, and may not know what any check is about.

use std::ops::Range;

use crate::tree::{self, File};

/// A Rust file.
pub(crate) struct Source {
    pub(crate) file: File,
    /// The text with comments and what stands between quotes blanked, byte for byte.
    pub(crate) code: String,
    /// What stands between quotes, with its offset.
    pub(crate) literals: Vec<(usize, String)>,
    /// Items under `#[cfg(test)]`.
    tests: Vec<Range<usize>>,
}

/// All Rust files below some folders.
pub(crate) fn sources(under: &[&str]) -> Vec<Source> {
    tree::files(under).into_iter().filter(|file| file.is("rs")).map(Source::new).collect()
}

impl Source {
    pub(crate) fn new(file: File) -> Self {
        let (code, literals) = blanked(&file.text);
        let starts = code.match_indices("#[cfg(test)]").map(|(at, _)| at);
        let tests = starts.map(|at| at..item_end(&code, at)).collect();
        Self { file, code, literals, tests }
    }

    pub(crate) fn in_tests(&self, offset: usize) -> bool {
        self.tests.iter().any(|test| test.contains(&offset))
    }

    /// Where a word stands in the code, apart from other words.
    pub(crate) fn words<'s>(&'s self, word: &'s str) -> impl Iterator<Item = usize> + 's {
        let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let bytes = self.code.as_bytes();
        self.code.match_indices(word).map(|(at, _)| at).filter(move |at| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            !part(before) && !part(bytes.get(at + word.len()))
        })
    }

    /// The names that follow `start::`, groups in braces taken apart: `crate::{a, b::c}` gives `a` and `b`.
    pub(crate) fn names_after(&self, start: &str) -> Vec<(usize, String)> {
        let mut names = Vec::new();
        for at in self.words(start) {
            let Some(rest) = self.code.get(at + start.len()..).and_then(|rest| rest.strip_prefix("::"))
            else {
                continue;
            };
            match rest.strip_prefix('{') {
                Some(group) => names.extend(heads(group).into_iter().map(|name| (at, name))),
                None => names.push((at, head(rest))),
            }
        }
        names
    }

    /// Every function with a body: where it begins, its name and how many lines it has.
    pub(crate) fn functions(&self) -> Vec<(usize, String, usize)> {
        let functions = self.words("fn").filter_map(|at| {
            let end = item_end(&self.code, at);
            let whole = self.code.get(at..end)?;
            let name = head(whole.get(2..)?.trim_start());
            (!name.is_empty() && whole.ends_with('}')).then(|| (at, name, whole.lines().count()))
        });
        functions.collect()
    }
}

/// The identifier at the start.
pub(crate) fn head(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// The first identifier of each part of a group, up to its closing brace.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut parts = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ => {}
        }
        if let Some(part) = parts.last_mut().filter(|_| c != ',') {
            part.push(c);
        }
    }
    parts.iter().map(|part| head(part.trim_start())).filter(|name| !name.is_empty()).collect()
}

/// The end of an item: past its body, or past its `;` if it has none.
fn item_end(code: &str, start: usize) -> usize {
    let (mut braces, mut brackets) = (0_usize, 0_usize);
    for (index, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'(' | b'[' => brackets += 1,
            b')' | b']' => brackets = brackets.saturating_sub(1),
            b'{' => braces += 1,
            b'}' if braces <= 1 => return index + 1,
            b'}' => braces -= 1,
            b';' if braces == 0 && brackets == 0 => return index + 1,
            _ => {}
        }
    }
    code.len()
}

/// Blanks comments and quotations, line ends kept, and hands out what the quotations say.
fn blanked(text: &str) -> (String, Vec<(usize, String)>) {
    let (mut code, mut literals) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (length, quoted) = match c {
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), None),
            '/' if rest.starts_with("/*") => (rest.find("*/").map_or(rest.len(), |end| end + 2), None),
            '"' => string(rest),
            'r' if !joins(&code) && raw(rest).is_some() => raw(rest).unwrap_or((1, None)),
            '\'' if is_character(rest) => (character(rest), None),
            _ => {
                code.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or("");
                continue;
            }
        };
        if let Some(said) = quoted {
            literals.push((code.len(), rest.get(said).unwrap_or("").to_owned()));
        }
        let words = rest.get(..length).unwrap_or(rest);
        let quote = if c == '"' || c == 'r' { b'"' } else { b' ' };
        let blank = |(at, byte): (usize, u8)| match byte {
            b'\n' => '\n',
            _ if at == 0 || at + 1 == words.len() => char::from(quote),
            _ => ' ',
        };
        code.extend(words.bytes().enumerate().map(blank));
        rest = rest.get(length..).unwrap_or("");
    }
    (code, literals)
}

/// Whether the code so far ends within a word, so that an `r` belongs to it.
fn joins(code: &str) -> bool {
    code.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
}

/// Length of a quotation, and which part of it is said.
fn string(rest: &str) -> (usize, Option<Range<usize>>) {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return (at + 1, Some(1..at)),
            _ => {}
        }
    }
    (rest.len(), None)
}

fn raw(rest: &str) -> Option<(usize, Option<Range<usize>>)> {
    let hashes = rest.get(1..)?.bytes().take_while(|byte| *byte == b'#').count();
    let body = rest.get(1 + hashes..)?.strip_prefix('"')?;
    let end = body.find(&format!("\"{}", "#".repeat(hashes)))?;
    let start = hashes + 2;
    Some((start + end + 1 + hashes, Some(start..start + end)))
}

/// Whether a quote begins a character and not a lifetime.
fn is_character(rest: &str) -> bool {
    let mut chars = rest.chars().skip(1);
    let (first, second) = (chars.next(), chars.next());
    first == Some('\\') || second == Some('\'')
}

fn character(rest: &str) -> usize {
    let body = rest.get(1..).unwrap_or("");
    let skipped = if body.starts_with('\\') { 2 } else { body.chars().next().map_or(0, char::len_utf8) };
    let end = body.get(skipped..).and_then(|tail| tail.find('\'')).unwrap_or(0);
    1 + skipped + end + 1
}

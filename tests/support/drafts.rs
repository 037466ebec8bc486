//! Texts to try: portfolios put together from what the bundled examples and the examples of rules say, so that
//! most of it is understood and rules have something to judge, and texts with a few slips or worse. Knows neither
//! what is tried on them nor what must hold.

use std::collections::BTreeMap;
use std::path::Path;

use plumbrule::rulebook::Rulebook;
use plumbrule::source::FileId;
use plumbrule::syntax::{self, Class, Shape, View};

use crate::draw::Draw;

/// Words that do something to some reader: signs of the language, ends of numbers and dates, what a terminal or a
/// CI runner obeys, letters that hide or imitate others.
const NASTY: [&str; 57] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ":",
    ";",
    ",",
    "\"",
    "\"\"\"",
    "\\",
    "#",
    "=",
    "==",
    "->",
    "%",
    "/",
    "-",
    ".",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\0",
    "\u{1b}[2J",
    "\u{7f}",
    "\u{85}",
    "\u{9b}",
    "\u{202e}",
    "\u{2066}",
    "\u{61c}",
    "\u{2028}",
    "\u{feff}",
    "С",
    "ＣＮ",
    "é",
    "e\u{301}",
    "北",
    "👩\u{200d}🔬",
    "“",
    "”",
    "::error::x",
    "##[group]",
    "##vso[task]",
    "unknown",
    "1e309",
    "999999999999999999",
    "0",
    "2026-02-30",
    "2199-12-31",
    "up to",
    "at least",
    "between",
    "about",
    " of ",
    " and ",
];
/// Entities of each kind that a portfolio declares, so that names meet.
const NAMES: usize = 3;

/// A value as an example writes it, or the kind of entity that it names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Words(String),
    Name(String),
}

/// What examples write in blocks of one kind.
#[derive(Debug, Default)]
struct Habits {
    fields: BTreeMap<String, Vec<Value>>,
    inside: Vec<String>,
    at_top: bool,
    /// How many a portfolio may declare.
    names: usize,
}

/// What examples say.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    texts: Vec<String>,
    kinds: BTreeMap<String, Habits>,
}

impl Drafts {
    /// Reads the bundled examples below a folder, and those of all rules and language pages.
    pub(crate) fn read(examples: &Path, book: &Rulebook) -> Self {
        let mut drafts = Drafts::default();
        let mut folders = vec![examples.to_owned()];
        while let Some(folder) = folders.pop() {
            let mut entries: Vec<_> =
                std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            entries.sort();
            for path in entries {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "plumb") {
                    drafts.learn(std::fs::read_to_string(path).unwrap());
                }
            }
        }
        for known in &book.catalogue.explanations {
            for example in &known.examples {
                // Examples of mistakes in the text are texts to try, and no habits to take on.
                if known.pack == "language" {
                    drafts.texts.push(example.text.clone());
                } else {
                    drafts.learn(example.text.clone());
                }
            }
        }
        let single = |kind: &str| {
            book.schema.kind_named(kind).and_then(|id| book.schema.kind(id)).is_some_and(|kind| kind.single)
        };
        for (kind, habits) in &mut drafts.kinds {
            habits.names = if single(kind) { 1 } else { NAMES };
        }
        assert!(drafts.texts.len() > 100 && drafts.kinds.len() > 10, "there is something to learn from");
        drafts
    }

    fn learn(&mut self, text: String) {
        let trees = syntax::read(FileId(0), &text, &mut Vec::new());
        let roots = || trees.iter().flat_map(|tree| View::roots(FileId(0), &text, tree));
        let mut names = BTreeMap::new();
        roots().for_each(|view| collect_names(view, &mut names));
        for view in roots().filter(|view| view.shape() == Shape::Block) {
            self.habits(view, &names, true);
        }
        self.texts.push(text);
    }

    fn habits(&mut self, view: View<'_>, names: &BTreeMap<String, String>, at_top: bool) {
        let habits = self.kinds.entry(view.keyword().to_owned()).or_default();
        habits.at_top |= at_top;
        for inner in view.inside() {
            match inner.shape() {
                Shape::Field => {
                    let words = inner.value().words();
                    let value = names
                        .get(words)
                        .map_or_else(|| Value::Words(words.to_owned()), |kind| Value::Name(kind.clone()));
                    let known = habits.fields.entry(inner.keyword().to_owned()).or_default();
                    if !known.contains(&value) {
                        known.push(value);
                    }
                }
                Shape::Block => habits.inside.push(inner.keyword().to_owned()),
                Shape::Statement => {}
            }
        }
        for inner in view.inside().filter(|inner| inner.shape() == Shape::Block) {
            self.habits(inner, names, false);
        }
    }

    /// A portfolio of one to three texts, drawn from a seed.
    pub(crate) fn portfolio(&self, draw: &mut Draw) -> Vec<(String, String)> {
        let texts = 1 + draw.below(3);
        let text = |number: usize, draw: &mut Draw| {
            let mut text = String::new();
            for (kind, habits) in self.kinds.iter().filter(|(_, habits)| habits.at_top) {
                for name in (0..habits.names).filter(|name| name % texts == number) {
                    if draw.chance(60) {
                        self.block(kind, &format!("{kind}-{name}"), 0, draw, &mut text);
                    }
                }
            }
            text
        };
        (0..texts).map(|number| (format!("{number}.plumb"), text(number, draw))).collect()
    }

    fn block(&self, kind: &str, name: &str, depth: usize, draw: &mut Draw, text: &mut String) {
        let Some(habits) = self.kinds.get(kind) else { return };
        let indent = "  ".repeat(depth);
        text.push_str(&format!("{indent}{kind} {name} {{\n"));
        for (field, values) in &habits.fields {
            if draw.chance(65) {
                let value = match &values[draw.below(values.len())] {
                    Value::Words(words) => words.clone(),
                    Value::Name(kind) => format!("{kind}-{}", draw.below(NAMES)),
                };
                text.push_str(&format!("{indent}  {field}: {value}\n"));
            }
        }
        if depth < 3 && !habits.inside.is_empty() {
            for number in 0..draw.below(5) {
                let inner = &habits.inside[draw.below(habits.inside.len())];
                self.block(inner, &format!("{inner}-{number}"), depth + 1, draw, text);
            }
        }
        text.push_str(&format!("{indent}}}\n"));
    }

    /// A text of the examples, or of a portfolio, with up to eight slips or worse.
    pub(crate) fn slipped(&self, draw: &mut Draw) -> String {
        let mut text = if draw.chance(70) {
            self.texts[draw.below(self.texts.len())].clone()
        } else {
            self.portfolio(draw).swap_remove(0).1
        };
        for _ in 0..draw.below(9) {
            self.slip(&mut text, draw);
        }
        text
    }

    /// Changes a text at one place.
    pub(crate) fn slip(&self, text: &mut String, draw: &mut Draw) {
        let place = |draw: &mut Draw, text: &str| {
            let mut at = draw.below(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (a, b) = (place(draw, text), place(draw, text));
        let (from, to) = (a.min(b), a.max(b));
        // Most changes are small: a whole half of a text is rarely lost.
        let near =
            text[from..to].char_indices().nth(1 + draw.below(12)).map_or(to, |(length, _)| from + length);
        match draw.below(8) {
            0 => text.replace_range(from..near, ""),
            1 | 2 => text.insert_str(from, NASTY[draw.below(NASTY.len())]),
            3 => text.replace_range(from..near, NASTY[draw.below(NASTY.len())]),
            4 => {
                let again = text[from..near].to_owned();
                text.insert_str(from, &again.repeat(1 + draw.below(4)));
            }
            5 => {
                let other = &self.texts[draw.below(self.texts.len())];
                let (start, end) = (place(draw, other), place(draw, other));
                text.insert_str(from, &other[start.min(end)..start.max(end)]);
            }
            6 => text.truncate(near),
            _ => {
                let end = text[from..].find('\n').map_or(text.len(), |length| from + length);
                text.replace_range(from..end, "");
            }
        }
    }

    /// Words for names, labels and messages, most of them harmful.
    pub(crate) fn words(&self, draw: &mut Draw) -> String {
        (0..draw.below(8))
            .map(|_| if draw.chance(40) { "word " } else { NASTY[draw.below(NASTY.len())] })
            .collect()
    }
}

fn collect_names(view: View<'_>, names: &mut BTreeMap<String, String>) {
    if view.shape() != Shape::Block {
        return;
    }
    if let Some(token) = view.name_token().filter(|token| token.class == Class::Word) {
        names.insert(view.words(token).to_owned(), view.keyword().to_owned());
    }
    view.inside().for_each(|inner| collect_names(inner, names));
}

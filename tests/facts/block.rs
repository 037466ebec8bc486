//! Owns the written form of facts: blocks, their evidence, and the tables that share one evidence.
//! May not know what any kind or field means.

use std::fmt::Write as _;

use crate::form::CONFIDENCE;

/// The longest line on which a fact stays whole.
const WIDTH: usize = 200;

/// Where a fact comes from, when it was so, and how sure that is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Evidence {
    source: String,
    as_of: String,
    confidence: &'static str,
}

impl Evidence {
    /// Evidence as a row gives it; a word that is no confidence counts as the least.
    pub(crate) fn new(source: &str, as_of: &str, confidence: &str) -> Self {
        let confidence = CONFIDENCE.split(' ').find(|known| *known == confidence).unwrap_or("memory");
        Self { source: source.to_owned(), as_of: as_of.to_owned(), confidence }
    }

    /// What a fact rests on whose fields come from both: the later day, the weaker confidence.
    pub(crate) fn with(mut self, other: &Self) -> Self {
        if !self.source.split(" ; ").any(|part| part == other.source) {
            let _ = write!(self.source, " ; {}", other.source);
        }
        if other.as_of > self.as_of {
            self.as_of.clone_from(&other.as_of);
        }
        if rank(other.confidence) > rank(self.confidence) {
            self.confidence = other.confidence;
        }
        self
    }

    /// How sure it makes a fact.
    pub(crate) fn confidence(&self) -> &'static str {
        self.confidence
    }

    fn fields(&self) -> String {
        format!("source: {}; as_of: {}; confidence: {}", quoted(&self.source), self.as_of, self.confidence)
    }
}

/// Whether a fact of the first confidence carries less than one of the second; what was read and what was
/// computed from it carry the same.
pub(crate) fn is_weaker(first: &str, second: &str) -> bool {
    rank(first).max(1) > rank(second).max(1)
}

fn rank(confidence: &str) -> usize {
    CONFIDENCE.split(' ').position(|known| known == confidence).unwrap_or(usize::MAX)
}

/// One fact about to be written.
pub(crate) struct Fact {
    head: String,
    fields: Vec<String>,
    blocks: Vec<String>,
    evidence: Evidence,
}

impl Fact {
    /// A fact without fields; a title that says no more than the name is left out.
    pub(crate) fn new(kind: &str, name: &str, title: &str, evidence: Evidence) -> Self {
        let same = title.is_empty() || title.eq_ignore_ascii_case(name);
        let head = if same { format!("{kind} {name}") } else { format!("{kind} {name} {}", quoted(title)) };
        Self { head, fields: Vec::new(), blocks: Vec::new(), evidence }
    }

    /// Adds a field as written, unless it is empty.
    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.fields.push(format!("{name}: {value}"));
        }
        self
    }

    /// Adds a field of prose, unless it is empty.
    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        if value.is_empty() { self } else { self.field(name, &quoted(value)) }
    }

    /// Adds a list, unless it is empty.
    pub(crate) fn list<S: AsRef<str>>(self, name: &str, values: &[S]) -> Self {
        self.field(name, &listed(values))
    }

    /// Adds a field whose evidence may be its own, unless it is empty.
    pub(crate) fn apart(mut self, name: &str, value: &str, evidence: &Evidence) -> Self {
        if *evidence == self.evidence {
            return self.field(name, value);
        }
        if !value.is_empty() {
            self.blocks.push(format!("{name} {{ value: {value}; {} }}", evidence.fields()));
        }
        self
    }

    /// Adds a field from the same source of which one is less sure.
    pub(crate) fn weaker(mut self, name: &str, value: &str, confidence: &str) -> Self {
        if !value.is_empty() {
            self.blocks.push(format!("{name} {{ value: {value}; confidence: {confidence} }}"));
        }
        self
    }

    fn lines(&self, own_evidence: bool) -> Vec<String> {
        let head = &self.head;
        let plain = self.fields.join("; ");
        let entries: Vec<_> =
            [plain].into_iter().filter(|text| !text.is_empty()).chain(self.blocks.clone()).collect();
        let line = if entries.is_empty() {
            format!("{head} {{}}")
        } else {
            format!("{head} {{ {} }}", entries.join("; "))
        };
        if !own_evidence && (self.blocks.is_empty() || line.len() <= WIDTH) {
            return vec![line];
        }
        let evidence = own_evidence.then(|| self.evidence.fields());
        let inner = entries.into_iter().chain(evidence).map(|entry| format!("  {entry}"));
        [format!("{head} {{")].into_iter().chain(inner).chain(["}".to_owned()]).collect()
    }
}

/// The text of one file: facts of one evidence stand together under a `table`, in the order of the first.
pub(crate) fn text(stem: &str, facts: &[Fact]) -> String {
    let mut groups: Vec<Vec<&Fact>> = Vec::new();
    for fact in facts {
        match groups.iter_mut().find(|group| group[0].evidence == fact.evidence) {
            Some(group) => group.push(fact),
            None => groups.push(vec![fact]),
        }
    }
    let mut text =
        "# Written from tables/*.tsv by `UPDATE=1 cargo test --test facts`: edit those.\n".to_owned();
    let mut tables = 0;
    for group in groups {
        let shared = group.len() > 1;
        if shared {
            tables += 1;
            let _ = writeln!(text, "table {stem}-{tables} {{\n  {}", group[0].evidence.fields());
        }
        for line in group.iter().flat_map(|fact| fact.lines(!shared)) {
            let _ = writeln!(text, "{}{line}", if shared { "  " } else { "" });
        }
        text.push_str(if shared { "}\n" } else { "" });
    }
    text
}

/// The names that the blocks of a text declare, without case.
pub(crate) fn names(text: &str) -> Vec<String> {
    let heads = text.lines().filter(|line| !line.starts_with("    ") && line.contains('{'));
    let words = heads.filter_map(|line| {
        let mut words = line.split_whitespace();
        let kind = words.next()?;
        words.next().filter(|word| *word != "{" && !kind.ends_with(':'))
    });
    words.map(str::to_lowercase).collect()
}

/// A string of the language.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A list of the language, or nothing.
pub(crate) fn listed<S: AsRef<str>>(values: &[S]) -> String {
    let values: Vec<_> = values.iter().map(AsRef::as_ref).collect();
    if values.is_empty() { String::new() } else { format!("[{}]", values.join(", ")) }
}

#[test]
fn evidence_is_shared_or_stands_in_the_fact() {
    let here = Evidence::new("a \"book\"", "2026", "read");
    let fact =
        |name: &str, evidence: &Evidence| Fact::new("thing", name, "", evidence.clone()).field("a", "1");
    let facts =
        [fact("one", &here), fact("two", &Evidence::new("b", "2026", "memory")), fact("three", &here)];
    let written = text("things", &facts);
    let body = written.split_once('\n').map(|(_, body)| body);
    let expected = "table things-1 {\n  source: \"a \\\"book\\\"\"; as_of: 2026; confidence: read\n  thing one { a: 1 }\n  \
                    thing three { a: 1 }\n}\nthing two {\n  a: 1\n  source: \"b\"; as_of: 2026; confidence: memory\n}\n";
    assert_eq!(body, Some(expected));
    assert_eq!(names(&written), ["things-1", "one", "three", "two"]);
}

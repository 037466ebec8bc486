//! What plumbrule says: `Diagnostic` and its parts, as plain data. Knows no renderer, no output format and
//! no rule. Places are byte spans; names of files and line numbers belong to `report`.

use std::fmt;
use std::sync::Arc;

use crate::source::{FileId, Place, Span};
use crate::value::Day;

/// The kebab-case id of a rule or of a language diagnostic; it names the defect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(Arc<str>);

impl Code {
    /// The id as written in the rules.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Code {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

impl From<&Code> for Code {
    fn from(id: &Code) -> Self {
        id.clone()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much a finding weighs; the order is by weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing: an open question.
    Note,
    /// Worth mending.
    Warning,
    /// Certain, and bad enough to stop a draft.
    #[default]
    Error,
}

impl Severity {
    /// The word for it in rules and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Severity::Note, Severity::Warning, Severity::Error].into_iter().find(|s| s.as_str() == word)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Words beside underlined text. An empty text underlines only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What is underlined.
    pub place: Place,
    /// What it means here, in a few words on one line.
    pub text: String,
}

/// How much of a finding is worked out: most of the work is in what one line does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// How many there are.
    Count,
    /// Severity, primary place and sentence.
    Line,
    /// All of it.
    Full,
}

/// One station of a route: what is reached there and by which words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The entity, by the path a user would write (`red-river.plant`, `kanto-trading`).
    pub entity: String,
    /// What is carried there, if the route carries anything.
    pub item: Option<String>,
    /// Whether replacing this station alone clears every certain route.
    pub removes_all: bool,
    /// The words that lead here; the start of a route has none.
    pub place: Option<Place>,
    /// Where the entity is declared, if it stands in a text.
    pub block: Option<Place>,
}

/// What a note holds; it is printed in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// The route in one line.
    Path,
    /// A table of amounts.
    Sum,
    /// A table of dates.
    When,
    /// A table of what is missing.
    Lack,
    /// A plain remark.
    Note,
    /// Why the rule exists, with its source.
    Why,
    /// A fact that the finding rests on, with its source.
    Fact,
}

impl NoteKind {
    /// All kinds, in the order of printing.
    pub const ALL: [NoteKind; 7] = [
        NoteKind::Path,
        NoteKind::Sum,
        NoteKind::When,
        NoteKind::Lack,
        NoteKind::Note,
        NoteKind::Why,
        NoteKind::Fact,
    ];

    /// The keyword that stands before it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            NoteKind::Path => "path",
            NoteKind::Sum => "sum",
            NoteKind::When => "when",
            NoteKind::Lack => "lack",
            NoteKind::Note => "note",
            NoteKind::Why => "why",
            NoteKind::Fact => "fact",
        }
    }
}

/// Text under the excerpts. A table has one row a line; prose is one line that `report` wraps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it holds.
    pub kind: NoteKind,
    /// The text, without its keyword.
    pub text: String,
}

/// A fact that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactRef {
    /// Name of the fact.
    pub id: String,
    /// The fact as one sentence.
    pub text: String,
    /// The publication, as a reader can find it.
    pub source: String,
    /// Date of the source, as written.
    pub as_of: String,
    /// `read`, `computed`, `trade-press`, `inferred`, `memory`, with ` (disputed)` where it is.
    pub confidence: String,
}

/// The first publication of a source that names several, without its address: what a sentence can carry.
#[must_use]
pub fn first_publication(source: &str) -> &str {
    let first = source.split(" ; ").next().unwrap_or("");
    first.split(", http").next().unwrap_or(first).trim()
}

/// Whether a fix may be applied unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// Keeps the meaning.
    Safe,
    /// A person must agree.
    Suggested,
}

/// A replacement of one span of one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub place: Place,
    /// The new text.
    pub text: String,
}

/// A change that clears the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a few words.
    pub title: String,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
    /// The edits, which do not overlap.
    pub edits: Vec<Edit>,
}

/// One finding of a rule, or one mistake in a text. Plain data: whoever shows it decides how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule or language diagnostic.
    pub code: Code,
    /// After severity steps and caps.
    pub severity: Severity,
    /// One sentence about the policy; lower-case start, no full stop.
    pub message: String,
    /// The guilty words.
    pub primary: Label,
    /// The as-of date that held for it; language diagnostics have none.
    pub as_of: Option<Day>,
    beyond: Option<Box<Beyond>>,
}

/// What is said of a finding beyond its line. It lies apart, since there may be very many findings of which only lines
/// are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    /// Why the severity differs from the rule's own.
    pub severity_reason: Option<String>,
    /// The entity that a rule speaks of, by the path a user would write; mistakes in a text have none.
    pub subject: Option<String>,
    /// The evidence, also in other files.
    pub related: Vec<Label>,
    /// The route that proves a dependency, start first; empty for most.
    pub route: Vec<Hop>,
    /// Text under the excerpts, in the order of [`NoteKind`].
    pub notes: Vec<Note>,
    /// What the finding rests on.
    pub facts: Vec<FactRef>,
    /// Rules whose findings this one absorbs.
    pub covers: Vec<Code>,
    /// What to write, possibly over several lines.
    pub help: Option<String>,
    /// Changes that clear it.
    pub fixes: Vec<Fix>,
}

static NOTHING: Beyond = Beyond {
    severity_reason: None,
    subject: None,
    related: Vec::new(),
    route: Vec::new(),
    notes: Vec::new(),
    facts: Vec::new(),
    covers: Vec::new(),
    help: None,
    fixes: Vec::new(),
};

impl Diagnostic {
    /// A diagnostic with its sentence and its primary label; the rest is added with the methods below.
    #[must_use]
    pub fn new(
        code: impl Into<Code>,
        severity: Severity,
        message: impl Into<String>,
        file: FileId,
        span: Span,
    ) -> Self {
        Self {
            code: code.into(),
            severity,
            message: message.into(),
            primary: Label { place: Place { file, span }, text: String::new() },
            as_of: None,
            beyond: None,
        }
    }

    /// What is said beyond its line.
    #[must_use]
    pub fn beyond(&self) -> &Beyond {
        self.beyond.as_deref().unwrap_or(&NOTHING)
    }

    /// The same, to add to it.
    pub fn beyond_mut(&mut self) -> &mut Beyond {
        self.beyond.get_or_insert_default()
    }

    /// Words for the primary label.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// One more place, with what it shows.
    #[must_use]
    pub fn related(mut self, place: Place, text: impl Into<String>) -> Self {
        self.beyond_mut().related.push(Label { place, text: text.into() });
        self
    }

    /// A note of a kind.
    #[must_use]
    pub fn note(mut self, kind: NoteKind, text: impl Into<String>) -> Self {
        self.beyond_mut().notes.push(Note { kind, text: text.into() });
        self
    }

    /// What to write instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.beyond_mut().help = Some(text.into());
        self
    }
}

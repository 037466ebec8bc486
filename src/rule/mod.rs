//! What must hold: owns rules, relations and functions, from the text of a rule file to typed expressions that
//! were checked against the schema. Knows neither how files are found nor how findings are shown.

mod access;
mod ast;
mod catalogue;
mod complete;
mod declare;
mod define;
mod expr;
mod functions;
mod operators;
mod parse;
mod ranges;
mod template;
mod typing;

/// Where rules lie as they are written, until they are typed.
pub use bumpalo::Bump as Arena;

pub use ast::{Comparison, Quantifier, Settle, Sign};
pub use catalogue::{
    Begun, Catalogue, Example, Expectation, Explanation, Extent, LANGUAGE, PAGES, RELATION, RULE, Reads,
    RuleFile, page, without_examples,
};
pub use expr::{
    Access, Aggregate, Constant, EndSet, Expr, From, Function, How, Index, Node, Path, Source, Ty,
};
pub use functions::built_in;
pub use template::{Part, Template};

use crate::diagnostic::{Applicability, Code, NoteKind, Severity};
use crate::source::Place;

/// Number of a relation in its [`Catalogue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RelationId(pub u16);

/// One rule, ready to run.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id, also the name of its file.
    pub id: Code,
    /// The folder it stands in.
    pub pack: String,
    /// Where it is declared.
    pub place: Place,
    /// Before severity steps.
    pub severity: Severity,
    /// One sentence with its source.
    pub why: Option<String>,
    /// Rules that speak instead where they found the same entity or one around it.
    pub yields_to: Vec<Code>,
    /// Rules whose findings on the same entity this one absorbs.
    pub covers: Vec<Code>,
    /// How many variables it has.
    pub frame: usize,
    /// What ranges, names and conditions it has, in written order.
    pub stages: Vec<Stage>,
    /// Severity steps, in written order: the first that holds counts.
    pub steps: Vec<SeverityStep>,
    /// The sentence: the first whose condition holds.
    pub messages: Vec<Conditional<Template>>,
    /// The primary label: the first that holds.
    pub primary: Vec<Label>,
    /// Further labels: all that hold.
    pub secondary: Vec<Label>,
    /// Notes: all that hold.
    pub notes: Vec<Note>,
    /// Help: the first that holds.
    pub help: Vec<Conditional<Template>>,
    /// Changes that would clear it.
    pub fixes: Vec<FixPlan>,
    /// Parameters that its conditions read.
    pub parameters: Vec<usize>,
    /// Whether what it finds can rest on a fact at all.
    pub rests_on_facts: bool,
    /// Whether its conditions ask for paths.
    pub seeks_paths: bool,
    /// How many expressions its conditions hold; a rule with many mostly takes long.
    pub weight: usize,
}

impl Rule {
    /// Whether one of its messages holds whatever is found. If not, it finds something only where one does.
    #[must_use]
    pub fn always_speaks(&self) -> bool {
        self.messages.iter().any(|message| message.when.is_none())
    }

    /// Where it points whichever of its primary labels holds, if all stand at one variable and one always holds.
    #[must_use]
    pub fn only_place(&self) -> Option<&Expr> {
        let slot = |label: &Label| match label.place.node {
            Node::Variable(slot) => Some(slot),
            _ => None,
        };
        let (last, others) = self.primary.split_last()?;
        let one = slot(last).filter(|_| last.when.is_none())?;
        others.iter().all(|label| slot(label) == Some(one)).then_some(&last.place)
    }

    /// Gives back the room for statements that did not come: there are many rules, and each has few of each sort.
    fn fit(&mut self) {
        self.stages.shrink_to_fit();
        self.steps.shrink_to_fit();
        self.messages.shrink_to_fit();
        self.primary.shrink_to_fit();
        self.secondary.shrink_to_fit();
        self.notes.shrink_to_fit();
        self.help.shrink_to_fit();
        self.fixes.shrink_to_fit();
    }
}

/// One step of finding what a rule speaks of.
#[derive(Clone, Debug)]
pub enum Stage {
    /// `for each`.
    Each(Source),
    /// `let`; one that only texts use is left for findings.
    Let(u16, Expr, LetUse),
    /// `when`.
    When(Expr),
}

/// What needs a named value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetUse {
    /// A condition.
    Condition,
    /// No condition, but whether something is found, where, and how grave it is.
    Finding,
    /// Only the sentence of a finding.
    Line,
    /// Only what else is said of a finding.
    Text,
}

/// Something that holds under a condition, if it has one.
#[derive(Clone, Debug)]
pub struct Conditional<T> {
    /// What.
    pub then: T,
    /// When; always, if there is none.
    pub when: Option<Expr>,
}

/// `downgrade` or `upgrade`.
#[derive(Clone, Debug)]
pub struct SeverityStep {
    /// The new severity.
    pub to: Severity,
    /// When.
    pub when: Expr,
    /// Why, for the finding.
    pub because: Template,
    /// Parameters that the condition reads.
    pub parameters: Vec<usize>,
}

/// Words beside a place.
#[derive(Clone, Debug)]
pub struct Label {
    /// Repeats the label for each member.
    pub each: Option<Source>,
    /// An entity, a field or a step of a path.
    pub place: Expr,
    /// The words.
    pub text: Template,
    /// When.
    pub when: Option<Expr>,
}

/// Text under the excerpts.
#[derive(Clone, Debug)]
pub struct Note {
    /// Prose, or a row of a table.
    pub kind: NoteKind,
    /// Repeats the row for each member.
    pub each: Option<Source>,
    /// The words.
    pub text: Template,
    /// When.
    pub when: Option<Expr>,
}

/// A change that would clear a finding.
#[derive(Clone, Debug)]
pub struct FixPlan {
    /// What it does.
    pub title: String,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
    /// When it fits.
    pub when: Option<Expr>,
    /// Its edits.
    pub edits: Vec<EditPlan>,
}

/// One edit of a fix.
#[derive(Clone, Debug)]
pub enum EditPlan {
    /// Writes a field that is missing into a block.
    Insert {
        /// The field.
        field: String,
        /// The block.
        into: Expr,
        /// Its value.
        text: Template,
    },
    /// Writes another value for a field.
    Replace {
        /// The field.
        place: Expr,
        /// The new value.
        text: Template,
    },
}

/// Where needs are met, who controls whom: steps from entity to entity.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// Its edges, in written order.
    pub edges: Vec<Edge>,
    /// How many variables its guards have; the first four are `from`, `to`, `carried` and `value`.
    pub frame: usize,
}

/// `edge A -> B via f when g share q as "…"`.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Kinds from which it leads.
    pub from: crate::schema::KindSet,
    /// Kinds to which it leads.
    pub to: crate::schema::KindSet,
    /// The field, plural or reverse name.
    pub via: Access,
    /// Its name as written.
    pub via_name: String,
    /// Whether a step is there.
    pub guard: Option<Expr>,
    /// The part that goes this way.
    pub share: Option<Expr>,
    /// The step in words.
    pub text: Template,
}

//! All rules of a run: owns the order in which rule files are read (names, functions, relations, rules) and
//! what `explain` and the rule tests need of them.

use rustc_hash::{FxHashMap, FxHashSet};

use super::access::Tables;
use super::declare::RuleReader;
use super::expr::Index;
use super::typing::{Context, Define, Typer};
use super::{Arena, Edge, Relation, RelationId, Rule};
use crate::diagnostic::{Code, Detail, Diagnostic, Severity};
use crate::model::Model;
use crate::names::nearest;
use crate::schema::{Declarations, KindSet, Schema};
use crate::source::{FileId, Place, Span};
use crate::syntax::{Piece, Reader, Shape, Tree, Value, View, prose};

/// Everything that rules say.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// The rules, in the order of their ids.
    pub rules: Vec<Rule>,
    /// The relations.
    pub relations: Vec<Relation>,
    /// The tables that rules look entities up in.
    pub indexes: Vec<Index>,
    /// How many sets of ends are the same whenever they are asked for.
    pub end_sets: usize,
    /// What can be explained: rules and language diagnostics, in the order of their ids.
    pub explanations: Vec<Explanation>,
    /// The ids of those whose explanations were not read; see [`page`].
    pub closed: Vec<Code>,
    /// Rules that were not read at all, since they do not run, with their packs.
    pub idle: Vec<(Code, String)>,
}

/// What is known of a rule or language diagnostic beside its conditions.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Its id.
    pub id: Code,
    /// The defect in a few words.
    pub title: String,
    /// The pack, or `language`.
    pub pack: String,
    /// Before severity steps.
    pub severity: Severity,
    /// What it is.
    pub doc: String,
    /// Why it matters, with the source.
    pub why: Option<String>,
    /// Parameters that it reads: name, value and why.
    pub parameters: Vec<(String, String, String)>,
    /// Examples, in written order.
    pub examples: Vec<Example>,
    /// Where it is declared.
    pub place: Place,
}

/// A small portfolio that shows a rule, or shows where it stays silent.
#[derive(Clone, Debug)]
pub struct Example {
    /// Whether findings are expected.
    pub bad: bool,
    /// What it shows.
    pub title: String,
    /// The portfolio's text.
    pub text: String,
    /// The findings that it must give, and no others.
    pub expects: Vec<Expectation>,
    /// What reads the text.
    pub reads: Reads,
    /// Where it stands.
    pub place: Place,
}

impl Example {
    /// The lines of its text without the margin that its blocks have in the rule file. Their outermost closing braces
    /// show how wide that is, since the first line of a block has lost it.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let closing = self.text.lines().filter(|line| line.trim_start().starts_with('}'));
        let margin = closing.map(indent).min().unwrap_or(0);
        self.text.lines().map(move |line| line.get(margin.min(indent(line))..).unwrap_or(line))
    }
}

/// What reads the text of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The reader of proposals.
    Portfolio,
    /// The reader of a team's own rules.
    Rules,
    /// The reader of `plumbrule.toml`.
    Settings,
}

/// `expect RULE at PATH as SEVERITY`
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The entity or field where the primary label lands.
    pub path: String,
    /// The severity, if it matters.
    pub severity: Option<Severity>,
}

impl Catalogue {
    /// The rule of that id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id.as_str() == id)
    }

    /// What is known of an id.
    #[must_use]
    pub fn explanation(&self, id: &str) -> Option<&Explanation> {
        self.explanations.iter().find(|known| known.id.as_str() == id)
    }

    /// Whether an id is that of a rule or of a language diagnostic.
    #[must_use]
    pub fn knows(&self, id: &str) -> bool {
        self.ids().any(|known| known == id)
    }

    /// Whether an id is that of a rule, read or not.
    #[must_use]
    pub fn has_rule(&self, id: &str) -> bool {
        self.rule(id).is_some() || self.idle.iter().any(|(known, _)| known.as_str() == id)
    }

    fn add(&mut self, id: &str, rule: Option<Rule>, explanation: Option<Explanation>) {
        self.rules.extend(rule);
        match explanation {
            Some(explanation) => self.explanations.push(explanation),
            None => self.closed.push(id.into()),
        }
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        let idle = self.idle.iter().map(|(id, _)| id);
        self.explanations.iter().map(|known| &known.id).chain(&self.closed).chain(idle).map(Code::as_str)
    }

    /// What is said of an id that was chosen and is no rule.
    #[must_use]
    pub fn no_such_rule(&self, id: &str, place: Place) -> Diagnostic {
        let (message, label) = match (self.knows(id), self.nearest(id)) {
            (true, _) => (format!("`{id}` is no rule"), "mistakes in the text are always reported".into()),
            (_, Some(near)) => (format!("there is no rule `{id}`"), format!("did you mean `{near}`?")),
            (_, None) => (format!("there is no rule `{id}`"), "`plumbrule rules` lists them".into()),
        };
        Diagnostic::new("unknown-rule", Severity::Error, message, place.file, place.span).label(label)
    }

    /// The id that a slip of the pen most likely meant.
    #[must_use]
    pub fn nearest(&self, written: &str) -> Option<&str> {
        nearest(written, self.ids())
    }
}

/// A rule file with what its path says.
#[derive(Clone, Copy, Debug)]
pub struct RuleFile<'a> {
    /// Its trees.
    pub declarations: Declarations<'a>,
    /// The folder that holds it.
    pub pack: &'a str,
    /// Its name without `.plumb`.
    pub stem: &'a str,
    /// Whether it is no team's own.
    pub shipped: bool,
    /// How much of it is read.
    pub extent: Extent,
}

/// How much of rules is read. A team's own are always read whole, since they may hold mistakes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// That there is such a rule.
    Name,
    /// What judges, and the lines of findings.
    Lines,
    /// All that is said of findings.
    Findings,
    /// What explains them, too.
    Pages,
    /// All, examples included.
    #[default]
    Whole,
}

impl Extent {
    /// What findings need of which so much is worked out.
    #[must_use]
    pub fn of(detail: Option<Detail>) -> Self {
        if detail == Some(Detail::Full) { Extent::Findings } else { Extent::Lines }
    }
}

/// What a file begins with that holds a rule.
pub const RULE: &str = "rule ";
/// What a file begins with that holds the page of a language diagnostic.
pub const LANGUAGE: &str = "language ";
/// What stands before the examples of a shipped rule, which come last.
const EXAMPLES: &str = "\n  example ";
/// The word that declares a relation.
pub const RELATION: &str = "relation";
/// The words that begin what can be explained.
pub const PAGES: [&str; 2] = ["rule", "language"];

/// Rules that are being read. Most of what is shipped names no fact, so that it can be read while facts are.
pub struct Begun<'a> {
    context: Context<'a>,
    files: &'a [RuleFile<'a>],
    tables: Tables,
    /// What was said of the names and heads of relations and functions.
    said: Vec<Diagnostic>,
    /// The relations with what was said of them, if they name no fact.
    relations: Option<(Vec<Relation>, Vec<Diagnostic>)>,
    /// What came of each file so far; most hold no rule.
    early: Vec<Option<Box<Early>>>,
}

/// A rule that names no fact, if it is complete, what explains it, if that is wanted, and what was said of it.
type Early = (Option<Rule>, Option<Explanation>, Vec<Diagnostic>);

impl<'a> Begun<'a> {
    /// Reads what can be read without facts.
    #[must_use]
    pub fn new(schema: &'a Schema, files: &'a [RuleFile<'a>], arena: &'a Arena) -> Self {
        let texts = files.iter().map(|file| (file.declarations.file, file.declarations.text)).collect();
        let fact_kinds = schema.kinds().filter(|(_, kind)| kind.fact);
        let fact_kinds = fact_kinds.fold(KindSet::EMPTY, |set, (kind, _)| set.union(KindSet::one(kind)));
        let (relations, defines) = (FxHashMap::default(), FxHashMap::default());
        let mut context = Context { schema, facts: None, fact_kinds, relations, defines, texts };
        let mut said = Vec::new();
        name_relations(&mut context, files, &mut said);
        read_defines(&mut context, files, arena, &mut said);
        let (mut tables, mut reader) = (Tables::default(), Reader::default());
        let mut told = Vec::new();
        let relations = read_relations(&context, files, &mut tables, &mut told);
        let relations = (!std::mem::take(&mut tables.asks_for_facts)).then_some((relations, told));
        let mut arena = Arena::new();
        let mut read = |file: &RuleFile<'_>| file.read_early(&context, &mut arena, &mut tables, &mut reader);
        let early = files.iter().map(|file| read(file).map(Box::new)).collect();
        Self { context, files, tables, said, relations, early }
    }

    /// Reads the rest.
    pub fn finish(self, facts: &'a Model, diagnostics: &mut Vec<Diagnostic>) -> Catalogue {
        let Self { context, files, mut tables, mut said, relations, early } = self;
        let context = Context { facts: Some(facts), ..context };
        diagnostics.append(&mut said);
        let mut catalogue = Catalogue::default();
        // What is shipped holds no mistake by itself; only the text of others could make one of it.
        let may_be_wrong = files.iter().any(|file| file.extent == Extent::Whole);
        let mut apart = Tables::default();
        for define in context.defines.values().filter(|_| may_be_wrong) {
            Typer::new(&context, &Arena::new(), define.file, &mut apart, diagnostics).check_define(define);
        }
        catalogue.relations = match relations {
            Some((relations, mut said)) => {
                diagnostics.append(&mut said);
                relations
            }
            None => read_relations(&context, files, &mut tables, diagnostics),
        };
        let (mut seen, mut reader, mut arena) = (FxHashSet::default(), Reader::default(), Arena::new());
        for (file, early) in files.iter().zip(early) {
            if file.extent < Extent::Pages && file.declarations.text.starts_with(LANGUAGE) {
                seen.insert(file.stem.to_owned());
                catalogue.closed.push(file.stem.into());
                continue;
            }
            if file.extent == Extent::Name {
                seen.insert(file.stem.to_owned());
                catalogue.idle.push((file.stem.into(), file.pack.to_owned()));
                continue;
            }
            if let Some(early) = early {
                let (rule, explanation, mut said) = *early;
                seen.insert(file.stem.to_owned());
                catalogue.add(file.stem, rule, explanation);
                diagnostics.append(&mut said);
                continue;
            }
            let Declarations { file: id, text, rules, .. } = file.declarations;
            let mut read = |view: View<'_>, diagnostics: &mut Vec<Diagnostic>| {
                if !PAGES.contains(&view.keyword()) || !claim_id(view, file, &mut seen, diagnostics) {
                    return;
                }
                if view.keyword() == "rule" {
                    arena.reset();
                    let typer = Typer::new(&context, &arena, view.file, &mut tables, diagnostics);
                    let (rule, explanation) = RuleReader::new(typer, view, file).read();
                    catalogue.add(view.name().unwrap_or(""), rule, explanation);
                } else {
                    catalogue.explanations.push(language(view, file.extent));
                }
            };
            let blocks = file.declarations.entries().filter(|view| view.shape() == Shape::Block);
            blocks.for_each(|view| read(view, diagnostics));
            for piece in rules {
                let tree = file.read(piece, &mut reader, diagnostics);
                View::roots(id, text, tree).for_each(|view| read(view, diagnostics));
            }
        }
        (catalogue.indexes, catalogue.end_sets) = (tables.indexes, tables.end_sets);
        catalogue.rules.sort_by(|a, b| a.id.cmp(&b.id));
        catalogue.explanations.sort_by(|a, b| a.id.cmp(&b.id));
        check_references(&catalogue, diagnostics);
        catalogue
    }
}

impl RuleFile<'_> {
    /// Reads a rule or page as far as it is wanted.
    fn read<'r>(&self, piece: &Piece, reader: &'r mut Reader, diagnostics: &mut Vec<Diagnostic>) -> &'r Tree {
        let Declarations { file, text, .. } = self.declarations;
        match self.extent {
            Extent::Whole => reader.read(file, text, piece, diagnostics),
            _ => reader.read_up_to(EXAMPLES, file, text, piece, diagnostics),
        }
    }

    /// Reads a shipped rule, which stands alone and bears the name of its file, unless it names a fact.
    fn read_early(
        &self,
        context: &Context<'_>,
        arena: &mut Arena,
        tables: &mut Tables,
        reader: &mut Reader,
    ) -> Option<Early> {
        let Declarations { file, text, trees, rules, .. } = self.declarations;
        if !self.shipped || !text.starts_with(RULE) {
            return None;
        }
        let mut said = Vec::new();
        let tree = match trees.first() {
            Some(tree) => tree,
            None => self.read(rules.first()?, reader, &mut said),
        };
        let view = View::roots(file, text, tree).next()?;
        arena.reset();
        let typer = Typer::new(context, arena, file, tables, &mut said);
        let (rule, explanation) = RuleReader::new(typer, view, self).read();
        (!std::mem::take(&mut tables.asks_for_facts)).then_some((rule, explanation, said))
    }
}

/// Whether the id of a rule is its own and that of its file.
fn claim_id(
    view: View<'_>,
    file: &RuleFile<'_>,
    seen: &mut FxHashSet<String>,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let Some(token) = view.name_token() else {
        let found = Diagnostic::new(
            "rule-incomplete",
            Severity::Error,
            format!("this {} has no name", view.keyword()),
            view.file,
            view.head().span,
        );
        diagnostics.push(found.label("write an id that names the defect"));
        return false;
    };
    let id = view.words(token);
    let error = |message: String, label: &str| {
        Diagnostic::new("duplicate-id", Severity::Error, message, view.file, token.span).label(label)
    };
    if !seen.insert(id.to_owned()) {
        diagnostics.push(error(
            format!("a rule `{id}` exists already; choose another name"),
            "nothing that is shipped is overridden",
        ));
        return false;
    }
    if id != file.stem {
        diagnostics.push(error(
            format!("`{id}` stands in a file named `{}.plumb`", file.stem),
            "one rule a file, and the file bears its name",
        ));
    }
    true
}

fn name_relations<'a>(context: &mut Context<'a>, files: &[RuleFile<'a>], diagnostics: &mut Vec<Diagnostic>) {
    for view in files.iter().flat_map(|file| file.declarations.blocks(RELATION)) {
        let name = view.name().unwrap_or("");
        let id = RelationId(context.relations.len() as u16);
        if context.relations.insert(name, id).is_some() {
            let found = Diagnostic::new(
                "duplicate-id",
                Severity::Error,
                format!("a relation `{name}` exists already"),
                view.file,
                view.head().span,
            );
            diagnostics.push(found.label("again here"));
        }
    }
}

fn read_defines<'a>(
    context: &mut Context<'a>,
    files: &[RuleFile<'a>],
    arena: &'a Arena,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut defines: Vec<Define<'_>> = Vec::new();
    for file in files {
        let statements = file.declarations.entries().filter(|view| view.shape() == Shape::Statement);
        for view in statements {
            if view.keyword() != "define" {
                let found = Diagnostic::new(
                    "rule-syntax",
                    Severity::Error,
                    "this says nothing that can be read",
                    view.file,
                    view.head().span,
                );
                diagnostics.push(found.label("neither a block nor a `define`"));
                continue;
            }
            match super::define::define(context, arena, view) {
                Ok(define) => defines.push(define),
                Err(slip) => diagnostics.push(*slip),
            }
        }
    }
    for define in defines {
        let (file, span, name) = (define.file, define.span, define.name);
        if context.defines.insert(name, define).is_some() {
            let found = Diagnostic::new(
                "duplicate-id",
                Severity::Error,
                format!("a function `{name}` exists already"),
                file,
                span,
            );
            diagnostics.push(found.label("again here"));
        }
    }
}

fn read_relations(
    context: &Context<'_>,
    files: &[RuleFile<'_>],
    tables: &mut Tables,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Relation> {
    let arena = Arena::new();
    let mut relations: Vec<(RelationId, Relation)> = Vec::new();
    for view in files.iter().flat_map(|file| file.declarations.blocks(RELATION)) {
        let Some(name) = view.name() else { continue };
        let Some(id) = context.relations.get(name).copied() else { continue };
        let mut typer = Typer::new(context, &arena, view.file, tables, diagnostics);
        let edges: Vec<Edge> = super::define::edges(&mut typer, view);
        let frame = typer.frame;
        relations.push((id, Relation { name: name.to_owned(), edges, frame }));
    }
    relations.sort_by_key(|(id, _)| id.0);
    relations.into_iter().map(|(_, relation)| relation).collect()
}

/// What explains the rule or language diagnostic of a file in which it stands alone, without examples and parameters.
#[must_use]
pub fn page(file: FileId, text: &str, pack: &str) -> Option<Explanation> {
    let mut reader = Reader::default();
    let tree = without_examples(file, text, &mut reader, &mut Vec::new());
    View::roots(file, text, tree).next().map(|view| explained(view, pack))
}

/// The tree of a text in which a rule or page stands alone, but for its examples.
pub fn without_examples<'r>(
    file: FileId,
    text: &str,
    reader: &'r mut Reader,
    diagnostics: &mut Vec<Diagnostic>,
) -> &'r Tree {
    let piece = Piece { span: Span::new(0, text.len()), unbalanced: false };
    reader.read_up_to(EXAMPLES, file, text, &piece, diagnostics)
}

/// What is written of a rule or language diagnostic for people, but for its examples.
pub(super) fn explained(view: View<'_>, pack: &str) -> Explanation {
    let text = |field| view.field(field).map(|value| value.prose().into_owned());
    Explanation {
        id: view.name().unwrap_or("").into(),
        title: view.title().unwrap_or_default().into_owned(),
        pack: pack.to_owned(),
        severity: text("severity").and_then(|word| Severity::parse(&word)).unwrap_or(Severity::Error),
        doc: text("doc").unwrap_or_default(),
        why: text("why"),
        parameters: Vec::new(),
        examples: Vec::new(),
        place: view.head(),
    }
}

/// A language diagnostic: doc and examples, without condition.
fn language(view: View<'_>, extent: Extent) -> Explanation {
    let reads = match view.field("reads").map(Value::words) {
        Some("rules") => Reads::Rules,
        Some("settings") => Reads::Settings,
        _ => Reads::Portfolio,
    };
    let example = |field: &str, bad: bool| {
        let value = view.field(field).filter(|_| extent == Extent::Whole)?;
        let token = value.atoms.first().copied()?;
        Some(Example {
            bad,
            title: String::new(),
            text: prose(view.text, token).into_owned(),
            expects: Vec::new(),
            reads,
            place: value.place(),
        })
    };
    let examples = example("bad", true).into_iter().chain(example("good", false)).collect();
    Explanation { examples, ..explained(view, "language") }
}

/// Rules that others name must exist, and no two may wait for each other.
fn check_references(catalogue: &Catalogue, diagnostics: &mut Vec<Diagnostic>) {
    for rule in &catalogue.rules {
        for named in rule.yields_to.iter().chain(&rule.covers) {
            if catalogue.has_rule(named.as_str()) {
                continue;
            }
            // Packs come one by one: a rule that is named may not be written yet.
            let near = catalogue.nearest(named.as_str()).filter(|near| *near != named.as_str());
            if let Some(near) = near {
                let found = Diagnostic::new(
                    "unknown-rule",
                    Severity::Error,
                    format!("there is no rule `{named}`"),
                    rule.place.file,
                    rule.place.span,
                );
                diagnostics.push(found.label(format!("did you mean `{near}`?")));
            }
        }
        if yields_in_circle(catalogue, rule) {
            let message =
                format!("`{}` yields to itself through others, so none of them would speak", rule.id);
            let found =
                Diagnostic::new("rule-circle", Severity::Error, message, rule.place.file, rule.place.span);
            diagnostics.push(found.label("in a circle"));
        }
    }
}

fn yields_in_circle(catalogue: &Catalogue, start: &Rule) -> bool {
    let mut waiting: Vec<&Code> = start.yields_to.iter().collect();
    let mut seen: FxHashSet<&Code> = FxHashSet::default();
    while let Some(next) = waiting.pop() {
        if *next == start.id {
            return true;
        }
        if seen.insert(next) {
            waiting.extend(catalogue.rule(next.as_str()).into_iter().flat_map(|rule| &rule.yields_to));
        }
    }
    false
}

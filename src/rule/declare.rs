//! Statements of rules, relations and functions: owns what each may say. Expressions in them are parsed by
//! `parse` and typed by `typing`.

use super::ast::{Ast, Bind};
use super::expr::{Access, Expr, Node, Ty};
use super::parse::{Parser, Slip};
use super::template::Template;
use super::typing::Typer;
use super::{
    Conditional, EditPlan, Example, Expectation, Explanation, Extent, FixPlan, Label, LetUse, Note, Reads,
    Rule, RuleFile, SeverityStep, Stage,
};
use crate::diagnostic::{Applicability, Code, NoteKind, Severity};
use crate::names::nearest;
use crate::schema::KindSet;
use crate::syntax::{Class, Shape, Token, Value, View, prose};

const FIELDS: [&str; 6] = ["severity", "why", "doc", "pillar", "yields-to", "covers"];
const STATEMENTS: [&str; 9] =
    ["for", "let", "when", "downgrade", "upgrade", "message", "label", "note", "help"];

/// Reads one rule.
pub(super) struct RuleReader<'a> {
    pub(super) typer: Typer<'a>,
    pub(super) view: View<'a>,
    pub(super) rule: Rule,
    pub(super) examples: Vec<Example>,
    /// How much is read.
    pub(super) extent: Extent,
}

impl<'a> RuleReader<'a> {
    pub(super) fn new(typer: Typer<'a>, view: View<'a>, file: &RuleFile<'_>) -> Self {
        let why = view.field("why").filter(|_| file.extent > Extent::Lines);
        let codes = |field: &str| -> Vec<Code> {
            view.field(field).into_iter().flat_map(Value::parts).map(|part| part.words().into()).collect()
        };
        let rule = Rule {
            id: view.name().unwrap_or("").into(),
            pack: file.pack.to_owned(),
            place: view.head(),
            severity: Severity::Warning,
            why: why.map(|value| value.prose().into_owned()),
            yields_to: codes("yields-to"),
            covers: codes("covers"),
            frame: 0,
            stages: Vec::new(),
            steps: Vec::new(),
            messages: Vec::new(),
            primary: Vec::new(),
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
            parameters: Vec::new(),
            rests_on_facts: false,
            seeks_paths: false,
            weight: 0,
        };
        Self { typer, view, rule, examples: Vec::new(), extent: file.extent }
    }

    /// The rule, unless it is too incomplete to run, and what explains it, if that is wanted.
    pub(super) fn read(mut self) -> (Option<Rule>, Option<Explanation>) {
        self.severity();
        for entry in self.view.inside() {
            if self.typer.tables.asks_for_facts {
                break;
            }
            match entry.shape() {
                Shape::Field => self.field(entry),
                Shape::Statement => {
                    if let Err(slip) = self.statement(entry) {
                        self.typer.say(*slip);
                    }
                }
                Shape::Block => self.block(entry),
            }
        }
        self.rule.fit();
        self.rule.frame = self.typer.frame;
        let complete = self.check_complete();
        if complete {
            self.mark_late_lets();
        }
        self.rule.parameters = self.parameters();
        self.sum_up();
        let explanation = (self.extent >= Extent::Pages).then(|| self.explanation());
        (complete.then_some(self.rule), explanation)
    }

    fn severity(&mut self) {
        let Some(value) = self.view.field("severity") else {
            return self.typer.error(
                "rule-incomplete",
                self.view.head().span,
                "this rule has no `severity`",
                "`error`, `warning` or `note`",
            );
        };
        match Severity::parse(value.words()) {
            Some(severity) => self.rule.severity = severity,
            None => {
                let message = format!("`{}` is no severity", value.words());
                self.typer.error("unknown-value", value.span(), message, "`error`, `warning` or `note`");
            }
        }
    }

    fn field(&mut self, entry: View<'_>) {
        if FIELDS.contains(&entry.keyword()) {
            return;
        }
        let span = entry.atoms().first().map_or(entry.head().span, |name| name.span);
        let near = nearest(entry.keyword(), FIELDS.into_iter());
        let label = near.map_or_else(
            || format!("a rule has {}", FIELDS.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        self.typer.error("unknown-field", span, format!("a rule has no field `{}`", entry.keyword()), label);
    }

    fn statement(&mut self, entry: View<'a>) -> Result<(), Slip> {
        let atoms = entry.atoms();
        let mut parser = self.typer.parser(atoms, entry.head().span);
        parser.at = 1;
        match entry.keyword() {
            "help" | "note" if self.extent == Extent::Lines => Ok(()),
            "for" => self.each(parser),
            "let" => self.let_(parser),
            "when" => {
                let condition = self.condition(&mut parser)?;
                parser.finish()?;
                self.rule.stages.push(Stage::When(condition));
                Ok(())
            }
            "downgrade" | "upgrade" => self.step(parser),
            "message" => {
                let message = self.conditional(parser)?;
                self.rule.messages.push(message);
                Ok(())
            }
            "help" => {
                let help = self.conditional(parser)?;
                self.rule.help.push(help);
                Ok(())
            }
            "label" => self.label(parser),
            "note" => self.note(parser),
            other => {
                parser.at = 0;
                let near = nearest(other, STATEMENTS.into_iter());
                let label = near.map_or_else(
                    || format!("a statement begins with {}", STATEMENTS.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                Err(parser.error(format!("`{other}` begins no statement of a rule"), label))
            }
        }
    }

    fn each(&mut self, mut parser: Parser<'a, '_>) -> Result<(), Slip> {
        parser.needs("each")?;
        let bind = parser.bind()?;
        parser.finish()?;
        let source = self.typer.source(&bind);
        self.rule.stages.push(Stage::Each(source));
        Ok(())
    }

    fn let_(&mut self, mut parser: Parser<'a, '_>) -> Result<(), Slip> {
        let (name, _) = parser.name("the name")?;
        if !parser.takes_mark("=") {
            return Err(parser.error("`=` is missing here", "write `let name = …`"));
        }
        let ast = parser.expr()?;
        parser.finish()?;
        let value = self.typer.expr(&ast, None);
        let slot = self.typer.declare(name, value.ty.clone());
        self.typer.lets.push(slot);
        self.typer.resting.extend(value.rests.then_some(slot));
        self.rule.stages.push(Stage::Let(slot, value, LetUse::Condition));
        Ok(())
    }

    fn condition(&mut self, parser: &mut Parser<'a, '_>) -> Result<Expr, Slip> {
        let ast = parser.expr()?;
        Ok(self.typer.condition(&ast))
    }

    fn step(&mut self, mut parser: Parser<'a, '_>) -> Result<(), Slip> {
        parser.needs("to")?;
        let (word, _) = parser.name("the new severity")?;
        let Some(to) = Severity::parse(word) else {
            parser.at -= 1;
            return Err(parser.error(format!("`{word}` is no severity"), "`error`, `warning` or `note`"));
        };
        parser.needs("when")?;
        let when = self.condition(&mut parser)?;
        parser.needs("because")?;
        let because = self.prose(&mut parser)?;
        parser.finish()?;
        let parameters = when.parameters();
        self.rule.steps.push(SeverityStep { to, when, because, parameters });
        Ok(())
    }

    fn prose(&mut self, parser: &mut Parser<'a, '_>) -> Result<Template, Slip> {
        match parser.peek() {
            Some(token) if token.is_prose() => {
                parser.at += 1;
                Ok(self.typer.template(token))
            }
            _ => {
                Err(parser.error("a sentence in quotation marks is missing here", "words should stand here"))
            }
        }
    }

    /// `"…" when e`
    fn conditional(&mut self, mut parser: Parser<'a, '_>) -> Result<Conditional<Template>, Slip> {
        let then = self.prose(&mut parser)?;
        let when = self.when(&mut parser)?;
        parser.finish()?;
        Ok(Conditional { then, when })
    }

    fn when(&mut self, parser: &mut Parser<'a, '_>) -> Result<Option<Expr>, Slip> {
        if parser.takes("when") { self.condition(parser).map(Some) } else { Ok(None) }
    }

    fn label(&mut self, mut parser: Parser<'a, '_>) -> Result<(), Slip> {
        let primary = parser.takes("primary");
        if !primary {
            parser.needs("secondary")?;
            if self.extent == Extent::Lines {
                return Ok(());
            }
        }
        let mark = self.typer.enter();
        let each = if !primary && parser.takes("each") {
            let bind = parser.bind()?;
            parser.needs("at")?;
            Some(self.typer.source(&bind))
        } else {
            None
        };
        let place = self.place(&mut parser)?;
        let text = self.prose(&mut parser)?;
        let when = self.when(&mut parser)?;
        parser.finish()?;
        self.typer.leave(mark);
        let label = Label { each, place, text, when };
        if primary {
            self.rule.primary.push(label)
        } else {
            self.rule.secondary.push(label)
        }
        Ok(())
    }

    /// The expression before a colon, which must stand somewhere in a file.
    fn place(&mut self, parser: &mut Parser<'a, '_>) -> Result<Expr, Slip> {
        let rest = parser.atoms.get(parser.at..).unwrap_or(&[]);
        let mut depth = 0_i32;
        let mut place: Vec<Token> = Vec::new();
        for token in rest {
            parser.at += 1;
            match (token.class, parser.words(*token)) {
                (Class::Name, _) if depth == 0 => {
                    place.push(Token { class: Class::Word, ..*token });
                    return self.placed(parser, &place);
                }
                (Class::Mark, ":") if depth == 0 => return self.placed(parser, &place),
                (Class::Mark, "(" | "[") => depth += 1,
                (Class::Mark, ")" | "]") => depth -= 1,
                _ => {}
            }
            place.push(*token);
        }
        Err(parser
            .error("a colon is missing behind the place of this label", "write `label primary PLACE: \"…\"`"))
    }

    fn placed(&mut self, parser: &Parser<'a, '_>, atoms: &[Token]) -> Result<Expr, Slip> {
        let mut inner = Parser { atoms, at: 0, depth: 0, ..*parser };
        let ast: Ast = inner.expr()?;
        inner.finish()?;
        let place = self.typer.expr(&ast, None);
        let stands = matches!(place.ty, Ty::Entity(_) | Ty::Step | Ty::Any | Ty::Either(_))
            || matches!(&place.node, Node::Field(_, Access::Entity(..)));
        if !stands {
            let words = ast.span.of(self.view.text);
            self.typer.error(
                "rule-no-place",
                ast.span,
                format!("`{words}` is computed and stands in no file; a label needs a place"),
                "name an entity or a field",
            );
        }
        Ok(place)
    }

    fn note(&mut self, mut parser: Parser<'a, '_>) -> Result<(), Slip> {
        let kind = [("sum", NoteKind::Sum), ("when", NoteKind::When), ("lack", NoteKind::Lack)];
        let kind =
            kind.into_iter().find(|(word, _)| parser.takes(word)).map_or(NoteKind::Note, |(_, kind)| kind);
        let mark = self.typer.enter();
        let each = if parser.takes("each") {
            let bind: Bind = parser.bind()?;
            // The colon may be part of the last word of the range.
            parser.takes_mark(":");
            Some(self.typer.source(&bind))
        } else {
            None
        };
        let text = self.prose(&mut parser)?;
        let when = self.when(&mut parser)?;
        parser.finish()?;
        self.typer.leave(mark);
        self.rule.notes.push(Note { kind, each, text, when });
        Ok(())
    }

    fn block(&mut self, entry: View<'a>) {
        match entry.keyword() {
            "example" => self.example(entry),
            "fix" if self.extent == Extent::Lines => {}
            "fix" => {
                if let Err(slip) = self.fix(entry) {
                    self.typer.say(*slip);
                }
            }
            other => {
                let label = "a rule holds `example` and `fix` blocks";
                self.typer.error(
                    "rule-syntax",
                    entry.head().span,
                    format!("a rule holds no block `{other}`"),
                    label,
                );
            }
        }
    }

    fn example(&mut self, entry: View<'a>) {
        let bad = entry.name() == Some("bad");
        if !bad && entry.name() != Some("good") {
            return self.typer.error(
                "rule-syntax",
                entry.head().span,
                "an example is `bad` or `good`",
                "write `example bad { … }`",
            );
        }
        let (mut expects, mut texts) = (Vec::new(), Vec::new());
        for inner in entry.inside() {
            if inner.shape() == Shape::Statement && inner.keyword() == "expect" {
                expects.extend(self.expectation(inner));
            } else {
                texts.push(inner.span().of(inner.text));
            }
        }
        if bad == expects.is_empty() {
            let message =
                if bad { "a bad example says what to expect" } else { "a good example expects nothing" };
            self.typer.error("rule-untested", entry.head().span, message, "`expect RULE at PATH`");
        }
        let title =
            entry.title_token().map(|token| prose(entry.text, token).into_owned()).unwrap_or_default();
        self.examples.push(Example {
            bad,
            title,
            text: texts.join("\n"),
            expects,
            reads: Reads::Portfolio,
            place: entry.head(),
        });
    }

    /// `expect RULE at PATH`, and `as SEVERITY` where that matters.
    fn expectation(&mut self, line: View<'_>) -> Option<Expectation> {
        let words: Vec<&str> = line.atoms().iter().map(|token| line.words(*token)).collect();
        let expected = match words.as_slice() {
            [_, id, "at", path] => Some((*id, *path, None)),
            [_, id, "at", path, "as", severity] => {
                Severity::parse(severity).map(|severity| (*id, *path, Some(severity)))
            }
            _ => None,
        };
        match expected {
            Some((id, path, severity)) if id == self.rule.id.as_str() => {
                Some(Expectation { path: path.to_owned(), severity })
            }
            _ => {
                let own = format!("`expect {} at PATH`", self.rule.id);
                self.typer.error(
                    "rule-syntax",
                    line.head().span,
                    "an example expects findings of its own rule",
                    own,
                );
                None
            }
        }
    }

    fn fix(&mut self, entry: View<'a>) -> Result<(), Slip> {
        let mut parser = self.typer.parser(entry.atoms(), entry.head().span);
        parser.at = 1;
        let applicability = if parser.takes("safe") {
            Applicability::Safe
        } else {
            parser.needs("suggested")?;
            Applicability::Suggested
        };
        let title = match parser.peek() {
            Some(token) if token.is_prose() => prose(entry.text, token).into_owned(),
            _ => return Err(parser.error("a fix says in quotation marks what it does", "a title is missing")),
        };
        parser.at += 1;
        let when = self.when(&mut parser)?;
        parser.finish()?;
        let mut edits = Vec::new();
        for inner in entry.inside() {
            edits.push(self.edit(inner)?);
        }
        self.rule.fixes.push(FixPlan { title, applicability, when, edits });
        Ok(())
    }

    fn edit(&mut self, inner: View<'a>) -> Result<EditPlan, Slip> {
        let mut parser = self.typer.parser(inner.atoms(), inner.head().span);
        if parser.takes("insert") {
            parser.needs("field")?;
            let (field, _) = parser.name("the field")?;
            parser.needs("in")?;
            let into = self.place(&mut parser)?;
            self.check_insertion(field, &into);
            let text = self.prose(&mut parser)?;
            parser.finish()?;
            return Ok(EditPlan::Insert { field: field.to_owned(), into, text });
        }
        parser.needs("replace")?;
        let place = self.place(&mut parser)?;
        if !matches!(&place.node, Node::Field(_, Access::Entity(..))) {
            self.typer.error("rule-bad-fix", place.span, "a fix inserts or replaces one field", "no field");
        }
        let text = self.prose(&mut parser)?;
        parser.finish()?;
        Ok(EditPlan::Replace { place, text })
    }

    /// A field is inserted into a block that can hold it.
    fn check_insertion(&mut self, field: &str, into: &Expr) {
        let (schema, kinds) = (self.typer.schema(), into.ty.kinds());
        let name = schema.names.get(field);
        let holds =
            |kind| name.is_some_and(|name| schema.kind(kind).is_some_and(|kind| kind.slot(name).is_some()));
        if !kinds.is_empty() && kinds != KindSet::ALL && !kinds.iter().any(holds) {
            let message = format!(
                "a fix inserts a field that the block can hold; a {} has no `{field}`",
                schema.list_kinds(kinds)
            );
            self.typer.error("rule-bad-fix", into.span, message, "no such field");
        }
    }
}

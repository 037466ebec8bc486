//! A portfolio in memory with all that judges it: owns how each step is called. Knows no clock.

use std::collections::BTreeSet;

use plumbrule::analysis::{self, Checked, Input, Options};
use plumbrule::check::{self, Judgement, Run};
use plumbrule::config::Levels;
use plumbrule::diagnostic::{Detail, Diagnostic};
use plumbrule::model::{self, Model, Text};
use plumbrule::outcome;
use plumbrule::report::Style;
use plumbrule::rule::Rule;
use plumbrule::rulebook::{Additions, Rulebook};
use plumbrule::source::{FileId, Origin, SourceFile, Sources};
use plumbrule::value::Day;

use crate::portfolio::{DIRECT, NO_HORIZON, NO_TARGET, TRANSITIVE, Truth};

/// The rules that answer three questions: what can be measured, who takes it, and on whom it depends.
pub(crate) const QUESTIONS: [&str; 4] = [NO_TARGET, NO_HORIZON, DIRECT, TRANSITIVE];
/// The rules of the third question.
pub(crate) const DEPENDENCE: [&str; 2] = [DIRECT, TRANSITIVE];

/// As if the last lines and colour were not wanted.
pub(crate) const STYLE: Style = Style { color: false, width: 80, quiet: true, statistics: false };

pub(crate) struct Case {
    pub(crate) sources: Sources,
    pub(crate) book: Rulebook,
    input: Input,
}

impl Case {
    pub(crate) fn new(texts: Vec<(String, String)>) -> Self {
        let mut sources = Sources::default();
        let book = Rulebook::load(&mut sources, &Additions::default(), &mut Vec::new());
        let mut input = Input { root: ".".into(), ..Input::default() };
        for (name, text) in texts {
            input.files.push(sources.add(SourceFile::new(name, text, Origin::Portfolio)));
        }
        input.named.clone_from(&input.files);
        Case { sources, book, input }
    }

    pub(crate) fn texts(&self) -> Vec<Text<'_>> {
        let text = |file: &FileId| Some(Text { file: *file, text: &self.sources.get(*file)?.text });
        self.input.files.iter().filter_map(text).collect()
    }

    pub(crate) fn model(&self, texts: &[Text<'_>]) -> Model {
        model::load_portfolio(&self.book.schema, &self.book.facts, texts, &mut Vec::new()).0
    }

    pub(crate) fn judge(&self, model: &Model, detail: Detail, enabled: &dyn Fn(&Rule) -> bool) -> Judgement {
        let levels = Levels { settings: &self.input.settings, overrides: &[], selected: false };
        let progress = &outcome::Progress::default();
        let run = Run { as_of: None, today: today(), waive: true, levels, detail, progress };
        check::judge(&self.sources, &self.book.schema, model, &self.book.catalogue, run, enabled)
    }

    /// All steps but the report; every rule runs if none is selected.
    pub(crate) fn check(&self, select: &[&str], detail: Detail) -> Checked {
        let select = select.iter().map(|id| (*id).to_owned()).collect();
        let options = Options { select, detail, ..Options::of_day(today()) };
        analysis::check(&self.sources, &self.book, &self.input, &options)
    }

    /// A run as reports see it, with no more findings than so many.
    pub(crate) fn reported(&self, select: &[&str], most: usize) -> outcome::Run {
        let Checked { mut findings, portfolio, .. } = self.check(select, Detail::Full);
        findings.truncate(most);
        let mut run = outcome::Run { findings, portfolios: vec![portfolio], ..outcome::Run::default() };
        for (_, file) in self.sources.iter() {
            run.sources.add(SourceFile::new(file.name.clone(), file.text.clone(), file.origin));
        }
        run
    }

    /// Whole findings with the proposals in which they were made.
    pub(crate) fn found(&self, select: &[&str]) -> Vec<(String, Diagnostic)> {
        let placed = |finding: Box<Diagnostic>| {
            let proposal = finding.beyond().subject.as_deref()?.split('.').next()?.to_owned();
            Some((proposal, *finding))
        };
        self.check(select, Detail::Full).findings.into_iter().filter_map(placed).collect()
    }

    /// Fails unless the three questions are answered as the truth is: figures of wrong answers are worth nothing.
    pub(crate) fn agrees(&self, truth: &Truth) -> Result<(), String> {
        let found = self.found(&QUESTIONS);
        for (rule, proposals) in truth {
            let of_rule = found.iter().filter(|(_, finding)| finding.code.as_str() == *rule);
            let named: BTreeSet<&str> = of_rule.map(|(proposal, _)| proposal.as_str()).collect();
            if named != proposals.iter().map(String::as_str).collect() {
                return Err(format!("{rule} names {} proposals instead of {}", named.len(), proposals.len()));
            }
        }
        Ok(())
    }
}

fn today() -> Day {
    Day::today(Some("1795478400"))
}

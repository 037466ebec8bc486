//! Texts through the library without a process: loads what is shipped once, and checks one portfolio after
//! another. Knows no case.

use plumbrule::analysis::{self, Checked, Input, Options};
use plumbrule::outcome::Run;
use plumbrule::rulebook::{Additions, Rulebook};
use plumbrule::source::{Origin, SourceFile, Sources};
use plumbrule::value::Day;

/// Portfolios after which what is shipped is loaded anew: their texts are kept until then.
const RELOAD: usize = 2_000;

/// The shipped rules with the texts they stand in.
pub(crate) struct Library {
    sources: Sources,
    pub(crate) book: Rulebook,
    checked: usize,
}

impl Library {
    pub(crate) fn load() -> Self {
        let (mut sources, mut said) = (Sources::default(), Vec::new());
        let book = Rulebook::load(&mut sources, &Additions::default(), &mut said);
        assert!(said.is_empty(), "what is shipped is in order");
        Library { sources, book, checked: 0 }
    }

    /// Checks texts, by their names, as one portfolio on 2026-11-24, and shows what came of it.
    pub(crate) fn check<R>(&mut self, texts: &[(&str, &str)], see: impl FnOnce(&Run, u64) -> R) -> R {
        self.checked += 1;
        if self.checked.is_multiple_of(RELOAD) {
            *self = Self::load();
        }
        let add =
            |(name, text): &(&str, &str)| self.sources.add(SourceFile::new(*name, *text, Origin::Portfolio));
        let files: Vec<_> = texts.iter().map(add).collect();
        let input = Input { root: ".".into(), named: files.clone(), files, ..Input::default() };
        let today = Day::parse("2026-11-24").unwrap();
        let options = Options {
            as_of: None,
            today,
            select: Vec::new(),
            ignore: Vec::new(),
            waive: true,
            detail: plumbrule::diagnostic::Detail::Full,
        };
        let Checked { findings, portfolio, incomplete, steps, .. } =
            analysis::check(&self.sources, &self.book, &input, &options);
        let sources = std::mem::take(&mut self.sources);
        let run = Run { sources, findings, portfolios: vec![portfolio], incomplete, ..Run::default() };
        let seen = see(&run, steps);
        self.sources = run.sources;
        seen
    }
}

//! Texts through the library without a process: loads what is shipped once, and checks one portfolio after
//! another. Knows no case.

use plumbrule::analysis::{self, Checked, Input, Options};
use plumbrule::outcome::Run;
use plumbrule::rulebook::{Additions, Rulebook};
use plumbrule::source::{Origin, SourceFile, Sources};
use plumbrule::value::Day;

/// The shipped rules with the texts they stand in, by name.
pub(crate) struct Library {
    shipped: Vec<(String, String)>,
    pub(crate) book: Rulebook,
}

impl Library {
    pub(crate) fn load() -> Self {
        let (mut sources, mut said) = (Sources::default(), Vec::new());
        let book = Rulebook::load(&mut sources, &Additions::default(), &mut said);
        assert!(said.is_empty(), "what is shipped is in order");
        let shipped = sources.iter().map(|(_, file)| (file.name.clone(), file.text.to_string())).collect();
        Library { shipped, book }
    }

    /// Checks texts, by their names, as one portfolio on 2026-11-24, and shows what came of it.
    pub(crate) fn check<R>(&self, texts: &[(&str, &str)], see: impl FnOnce(&Run, u64) -> R) -> R {
        let mut sources = Sources::default();
        // The same files in the same order have the same numbers, which is all that a rulebook knows of them.
        for (name, text) in &self.shipped {
            sources.add(SourceFile::new(name.as_str(), text.as_str(), Origin::Builtin));
        }
        let add = |(name, text): &(&str, &str)| sources.add(SourceFile::new(*name, *text, Origin::Portfolio));
        let files: Vec<_> = texts.iter().map(add).collect();
        let input = Input { root: ".".into(), named: files.clone(), files, ..Input::default() };
        let today = Day::parse("2026-11-24").unwrap();
        let options = Options::of_day(today);
        let Checked { findings, portfolio, incomplete, steps, .. } =
            analysis::check(&sources, &self.book, &input, &options);
        let run = Run { sources, findings, portfolios: vec![portfolio], incomplete, ..Run::default() };
        see(&run, steps)
    }
}

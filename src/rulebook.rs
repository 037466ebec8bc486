//! Schema, facts and rules of a run, from the text that is part of the binary and from folders of a team's own.
//! Owns the order in which they are loaded; knows no proposal and no disk.

use crate::diagnostic::Diagnostic;
use crate::model::{self, Model};
use crate::rule::{self, Catalogue, RuleFile};
use crate::schema::{self, Declarations, Schema};
use crate::source::{FileId, Origin, SourceFile, Sources};
use crate::syntax::{self, Tree};

/// The text below `rules/`: path there, and words.
static BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// What is laid over the shipped text.
#[derive(Clone, Debug, Default)]
pub struct Additions {
    /// Files of a team's own: name as shown, and words.
    pub files: Vec<(String, String)>,
    /// Parameters set for this run: name and value.
    pub parameters: Vec<(String, String)>,
}

/// All that a run judges by.
#[derive(Debug, Default)]
pub struct Rulebook {
    /// What may be said.
    pub schema: Schema,
    /// What is known.
    pub facts: Model,
    /// What must hold.
    pub catalogue: Catalogue,
}

impl Rulebook {
    /// Loads the shipped text and the additions into `sources`. Mistakes in them are diagnostics; a run with
    /// any error among them is not to be trusted.
    pub fn load(sources: &mut Sources, additions: &Additions, diagnostics: &mut Vec<Diagnostic>) -> Rulebook {
        let first = sources.iter().count() as u32;
        let shipped = BUILTIN
            .iter()
            .map(|(name, text)| (format!("<builtin>/{name}"), (*text).to_owned(), Origin::Builtin));
        let own = additions.files.iter().map(|(name, text)| (name.clone(), text.clone(), Origin::Rules));
        for (name, text, origin) in shipped.chain(own) {
            sources.add(SourceFile::new(name, text, origin));
        }
        let end = sources.iter().count() as u32;
        let trees: Vec<(FileId, Vec<Tree>)> = (first..end)
            .map(FileId)
            .map(|file| {
                (file, syntax::read(file, sources.get(file).map_or("", |source| &source.text), diagnostics))
            })
            .collect();
        let set = parameters(sources, &additions.parameters);
        let files: Vec<Declarations<'_>> = trees
            .iter()
            .map(|(file, trees)| Declarations {
                file: *file,
                text: sources.get(*file).map_or("", |source| &source.text),
                trees,
            })
            .collect();
        let mut schema = schema::load(&files, diagnostics);
        schema.set_parameters(&set, diagnostics);
        let facts = model::load_facts(&schema, &files, diagnostics);
        schema.names = facts.names.clone();
        let mut rule_files: Vec<RuleFile<'_>> =
            files.iter().map(|file| rule_file(*file, sources.name(file.file))).collect();
        let set_texts: Vec<Declarations<'_>> = set
            .iter()
            .map(|(_, place)| Declarations {
                file: place.file,
                text: sources.get(place.file).map_or("", |source| &source.text),
                trees: &[],
            })
            .collect();
        rule_files.extend(set_texts.iter().map(|file| rule_file(*file, "")));
        let catalogue = rule::load(&schema, &facts, &rule_files, diagnostics);
        Rulebook { schema, facts, catalogue }
    }
}

/// Pack and id of a rule file, from its path.
fn rule_file<'a>(declarations: Declarations<'a>, name: &'a str) -> RuleFile<'a> {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let pack = folder.rsplit('/').next().unwrap_or("");
    RuleFile { declarations, pack, stem: file.strip_suffix(".plumb").unwrap_or(file) }
}

/// Puts the values of parameters into texts of their own, so that they have a place like any other.
fn parameters(sources: &mut Sources, set: &[(String, String)]) -> Vec<(String, crate::source::Place)> {
    let mut places = Vec::new();
    for (name, value) in set {
        let file = sources.add(SourceFile::new(format!("--param {name}"), value.clone(), Origin::Argument));
        places.push((
            name.clone(),
            crate::source::Place { file, span: crate::source::Span::new(0, value.len()) },
        ));
    }
    places
}

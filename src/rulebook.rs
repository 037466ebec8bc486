//! Schema, facts and rules of a run, from the text that is part of the binary and from folders of a team's own.
//! Owns the order in which they are loaded; knows no proposal and no disk.

use std::collections::BTreeMap;

use crate::config::Settings;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{self, Model, ReadValue};
use crate::names::nearest;
use crate::rule::{self, Catalogue, RuleFile};
use crate::schema::{self, Declarations, Parameter, Schema};
use crate::source::{FileId, Origin, Place, SourceFile, Sources};
use crate::syntax::{self, Tree};

/// The text below `rules/`: path there, and words.
static BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// What is laid over the shipped text.
#[derive(Clone, Debug, Default)]
pub struct Additions {
    /// Files of a team's own: name as shown, and words.
    pub files: Vec<(String, String)>,
    /// Parameters that are set, with the places of their values; a later one wins.
    pub parameters: Vec<(String, Place)>,
    /// Whether the examples of shipped rules are left unread: they are a third of the text, and judge nothing.
    pub skip_examples: bool,
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
    /// Tells of rules and packs in settings that do not exist: they would change nothing and look as if they had.
    pub fn check_settings(&self, settings: &Settings, diagnostics: &mut Vec<Diagnostic>) {
        for (rule, place) in settings.named_rules() {
            if self.catalogue.rule(rule).is_none() {
                diagnostics.push(self.catalogue.no_such_rule(rule, place));
            }
        }
        let packs = self.packs();
        for (name, entry) in settings.table("packs").filter(|(name, _)| !packs.contains_key(name)) {
            let label = match nearest(name, packs.keys().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", packs.keys().copied().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("there is no pack of rules `{name}`");
            let Place { file, span } = entry.key;
            let found = Diagnostic::new("unknown-setting", Severity::Error, message, file, span);
            diagnostics.push(found.label(label));
        }
    }

    /// The packs, each with the number of its rules.
    #[must_use]
    pub fn packs(&self) -> BTreeMap<&str, usize> {
        self.catalogue.rules.iter().fold(BTreeMap::new(), |mut packs, rule| {
            *packs.entry(rule.pack.as_str()).or_default() += 1;
            packs
        })
    }

    /// Loads the shipped text and the additions into `sources`. Mistakes in them are diagnostics; a run with
    /// any error among them is not to be trusted.
    pub fn load(sources: &mut Sources, additions: &Additions, diagnostics: &mut Vec<Diagnostic>) -> Rulebook {
        let first = sources.iter().count();
        let shipped =
            BUILTIN.iter().map(|(name, text)| SourceFile::builtin(format!("<builtin>/{name}"), text));
        let own = additions.files.iter();
        let own = own.map(|(name, text)| SourceFile::new(name.clone(), text.clone(), Origin::Rules));
        for file in shipped.chain(own) {
            sources.add(file);
        }
        let is_whole = |file: &SourceFile| file.origin != Origin::Builtin || !additions.skip_examples;
        let files = sources.iter().skip(first);
        let trees: Vec<(FileId, Vec<Tree>)> = files
            .map(|(id, file)| {
                let closed = if is_whole(file) { None } else { Some(rule::EXAMPLES) };
                (id, syntax::read_outside(id, &file.text, closed, diagnostics))
            })
            .collect();
        let files: Vec<Declarations<'_>> = trees
            .iter()
            .map(|(file, trees)| Declarations {
                file: *file,
                text: sources.get(*file).map_or("", |source| &source.text),
                trees,
            })
            .collect();
        let mut schema = schema::load(&files, diagnostics);
        diagnostics.extend(unreadable(sources, &schema));
        let parameters = comparable(sources, &schema, &additions.parameters, diagnostics);
        schema.set_parameters(&parameters, diagnostics);
        let facts = model::load_facts(&schema, &files, diagnostics);
        schema.names = facts.names.clone();
        let mut rule_files: Vec<RuleFile<'_>> =
            files.iter().map(|file| rule_file(*file, sources.name(file.file))).collect();
        for file in &mut rule_files {
            file.is_whole = sources.get(file.declarations.file).is_none_or(is_whole);
        }
        let set_texts: Vec<Declarations<'_>> = parameters
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
    RuleFile { declarations, pack, stem: file.strip_suffix(".plumb").unwrap_or(file), is_whole: true }
}

/// What is wrong with the values that parameters are declared with: rules that read such a one would be silent.
fn unreadable(sources: &Sources, schema: &Schema) -> Vec<Diagnostic> {
    let slip = |known: &Parameter| {
        let text = sources.get(known.default.file).map_or("", |file| &file.text);
        model::read_place(text, known.default, schema, &schema.names).err()
    };
    schema.parameters().iter().filter_map(slip).map(|slip| *slip).collect()
}

/// Those of the parameters that can be compared with what they replace. Of the others it is told: the rules that
/// read them would be silent.
fn comparable(
    sources: &Sources,
    schema: &Schema,
    set: &[(String, Place)],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, Place)> {
    let slip = |(name, place): &(String, Place)| {
        let known = schema.parameters().iter().find(|known| known.is_called(name, schema))?;
        mismatch(sources, schema, name, *place, known.default)
    };
    let mut sound = Vec::new();
    for parameter in set {
        match slip(parameter) {
            None => sound.push(parameter.clone()),
            Some(found) => diagnostics.push(found),
        }
    }
    sound
}

fn mismatch(
    sources: &Sources,
    schema: &Schema,
    name: &str,
    place: Place,
    default: Place,
) -> Option<Diagnostic> {
    let read = |place: Place| {
        let text = sources.get(place.file).map_or("", |file| &file.text);
        model::read_place(text, place, schema, &schema.names)
    };
    // A date has no dimension, and an open value can be compared with anything.
    let dimension = |value| match value {
        ReadValue::Unknown => None,
        ReadValue::Dates(_) => Some(None),
        ReadValue::Amount(amount) => Some(Some(schema.units.dimension(amount.measure))),
    };
    let own = match read(place) {
        Ok(own) => dimension(own)?,
        Err(slip) => return Some(*slip),
    };
    if dimension(read(default).ok()?)? == own {
        return None;
    }
    let (words, default) = (sources.words(place), sources.words(default).trim());
    let message = format!("`{name}` cannot be `{words}`: by itself it is {default}");
    let found = Diagnostic::new("wrong-dimension", Severity::Error, message, place.file, place.span);
    Some(found.label(format!("not to be compared with {default}")))
}

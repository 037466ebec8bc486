//! Schema, facts and rules of a run, from the text that is part of the binary and from folders of a team's own.
//! Owns the order in which they are loaded; knows no proposal and no disk.

use std::collections::BTreeMap;

use crate::config::Settings;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{self, Model, ReadValue};
use crate::names::nearest;
use crate::rule::{self, Catalogue, Explanation, Extent, RuleFile};
use crate::schema::{self, Declarations, Parameter, Schema};
use crate::source::{FileId, Origin, Place, SourceFile, Sources, Span};
use crate::syntax::{self, Piece, Pieces, Reader, Tree};
use crate::threads;

/// The text below `rules/`: path there, and words.
static BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// The folder of the shipped text that holds facts and nothing else.
const FACTS: &str = "facts";

/// What is laid over the shipped text.
#[derive(Clone, Debug, Default)]
pub struct Additions {
    /// Files of a team's own: name as shown, and words.
    pub files: Vec<(String, String)>,
    /// Parameters that are set, with the places of their values; a later one wins.
    pub parameters: Vec<(String, Place)>,
    /// How much of shipped rules is read: a third of their text judges nothing.
    pub extent: Extent,
    /// The only rules that run; all, if there are none.
    pub select: Vec<String>,
}

impl Additions {
    /// Whether a shipped file holds a rule that does not run. Where a team has files of its own, all are read: theirs may
    /// be at odds with any.
    fn leaves_idle(&self, file: &SourceFile) -> bool {
        let is_chosen = |id: &str| self.select.is_empty() || self.select.iter().any(|chosen| chosen == id);
        self.files.is_empty() && file.text.starts_with(rule::RULE) && !is_chosen(pack_and_stem(&file.name).1)
    }
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
            if !self.catalogue.has_rule(rule) {
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
        let read = self.catalogue.rules.iter().map(|rule| &rule.pack);
        let all = read.chain(self.catalogue.idle.iter().map(|(_, pack)| pack));
        all.fold(BTreeMap::new(), |mut packs, pack| {
            *packs.entry(pack.as_str()).or_default() += 1;
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
        let extent = |file: &SourceFile| match file.origin {
            Origin::Builtin if additions.leaves_idle(file) => Extent::Name,
            Origin::Builtin => additions.extent,
            _ => Extent::Whole,
        };
        let files = sources.iter().skip(first);
        let (rules, others): (Vec<_>, Vec<_>) =
            files.partition(|(_, file)| extent(file) != Extent::Whole && file.text.starts_with(rule::RULE));
        let mut said = Vec::new();
        let schema = || {
            let mut reader = Reader::default();
            let cut = |(id, file): &(FileId, &SourceFile)| {
                Cut::of(*id, file, extent(file), &mut reader, diagnostics)
            };
            let others: Vec<Cut> = others.iter().map(cut).collect();
            let declarations: Vec<_> = others.iter().map(|cut| cut.declarations(sources)).collect();
            let schema = schema::load(&declarations, diagnostics);
            (others, schema)
        };
        let rules = || {
            let mut reader = Reader::default();
            let cut = |(id, file): &(FileId, &SourceFile)| {
                Cut::of_rule(*id, file, extent(file), &mut reader, &mut said)
            };
            rules.iter().map(cut).collect()
        };
        let ((others, mut schema), rules): (_, Vec<Cut>) = threads::both(schema, rules);
        diagnostics.append(&mut said);
        let files = rules.iter().chain(&others);
        let declarations: Vec<_> = files.map(|cut| cut.declarations(sources)).collect();
        diagnostics.extend(unreadable(sources, &schema));
        let parameters = comparable(sources, &schema, &additions.parameters, diagnostics);
        schema.set_parameters(&parameters, diagnostics);
        let rule_files = declarations.iter().filter_map(|declarations| {
            let file = sources.get(declarations.file)?;
            let (pack, stem) = pack_and_stem(&file.name);
            let (shipped, extent) = (file.origin == Origin::Builtin, extent(file));
            Some(RuleFile { declarations: *declarations, pack, stem, shipped, extent })
        });
        let mut rule_files: Vec<RuleFile<'_>> = rule_files.collect();
        rule_files.extend(parameters.iter().map(|(_, place)| {
            let text = text_of(sources, place.file);
            let declarations = Declarations { file: place.file, text, trees: &[], facts: &[], rules: &[] };
            RuleFile { declarations, pack: "", stem: "", shipped: false, extent: additions.extent }
        }));
        let facts = || model::load_facts(&schema, &declarations, diagnostics);
        let arena = rule::Arena::new();
        let (rules, facts) = threads::both(|| rule::Begun::new(&schema, &rule_files, &arena), facts);
        let catalogue = rules.finish(&facts, diagnostics);
        schema.names = facts.names.clone();
        Rulebook { schema, facts, catalogue }
    }
}

/// What explains a shipped rule or language diagnostic, without examples and parameters, where the catalogue does
/// not hold it.
#[must_use]
pub fn page(sources: &Sources, code: &str) -> Option<Explanation> {
    let shipped = sources.iter().filter(|(_, file)| file.origin == Origin::Builtin);
    let mut parts = shipped.map(|(id, file)| (id, file, pack_and_stem(&file.name)));
    let (id, file, (pack, _)) = parts.find(|(_, file, (_, stem))| {
        *stem == code && [rule::RULE, rule::LANGUAGE].iter().any(|word| file.text.starts_with(word))
    })?;
    rule::page(id, &file.text, pack)
}

/// A file of schema, facts or rules, cut into what is read at once and what waits for its turn: most of what is left is
/// needed only once, and so can be read in the same memory.
#[derive(Debug)]
struct Cut {
    file: FileId,
    trees: Vec<Tree>,
    facts: Vec<Span>,
    rules: Vec<Piece>,
}

impl Cut {
    fn of(
        id: FileId,
        file: &SourceFile,
        extent: Extent,
        reader: &mut Reader,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut cut = Self { file: id, trees: Vec::new(), facts: Vec::new(), rules: Vec::new() };
        let whole = Span::new(0, file.text.len());
        if file.origin == Origin::Builtin && pack_and_stem(&file.name).0 == FACTS {
            cut.facts.push(whole);
            return cut;
        }
        if extent < Extent::Pages && file.text.starts_with(rule::LANGUAGE) {
            return cut;
        }
        let mut pieces = Pieces::new(id, &file.text);
        let is_for_all = |word: &str| word == rule::RELATION || schema::KEYWORDS.contains(&word);
        loop {
            if pieces.next_word().is_some_and(is_for_all) {
                let Some(_) = reader.read_next(&mut pieces, diagnostics) else { break };
                cut.trees.push(reader.tree());
                continue;
            }
            let Some(piece) = pieces.next() else { break };
            match syntax::sole_block(&file.text, &piece) {
                Some(word) if rule::PAGES.contains(&word) => cut.rules.push(piece),
                Some(word) if !is_for_all(word) => cut.facts.push(piece.span),
                _ => {
                    reader.read(id, &file.text, &piece, diagnostics);
                    cut.trees.push(reader.tree());
                }
            }
        }
        diagnostics.append(&mut pieces.diagnostics);
        cut
    }

    /// A shipped rule, which stands alone in its file and of which the greater part stays unread.
    fn of_rule(
        id: FileId,
        file: &SourceFile,
        extent: Extent,
        reader: &mut Reader,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut cut = Self { file: id, trees: Vec::new(), facts: Vec::new(), rules: Vec::new() };
        if extent != Extent::Name {
            cut.trees.push(rule::without_examples(id, &file.text, reader, diagnostics).clone());
        }
        cut
    }

    fn declarations<'a>(&'a self, sources: &'a Sources) -> Declarations<'a> {
        let text = text_of(sources, self.file);
        Declarations { file: self.file, text, trees: &self.trees, facts: &self.facts, rules: &self.rules }
    }
}

fn text_of(sources: &Sources, file: FileId) -> &str {
    sources.get(file).map_or("", |file| &file.text)
}

/// Pack and id of a rule file, from its path.
fn pack_and_stem(name: &str) -> (&str, &str) {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    (folder.rsplit('/').next().unwrap_or(""), file.strip_suffix(".plumb").unwrap_or(file))
}

/// What is wrong with the values that parameters are declared with: rules that read such a one would be silent.
fn unreadable(sources: &Sources, schema: &Schema) -> Vec<Diagnostic> {
    let slip = |known: &Parameter| {
        let text = text_of(sources, known.default.file);
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
    let read = |place: Place| model::read_place(text_of(sources, place.file), place, schema, &schema.names);
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

//! What lies open: owns the documents of the editor, and the portfolios around them with what came of each. A text
//! that is typed into is judged again with all others kept in memory. Knows no message.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::iter::once_with;
use std::path::PathBuf;
use std::rc::Rc;

use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::place::{Unit, offset};
use super::uri;
use crate::analysis::{self, Checked, Input, Options};
use crate::config::FILE_NAME;
use crate::diagnostic::{Detail, Diagnostic};
use crate::rule::{Explanation, Extent, Rule};
use crate::rulebook::{Additions, Rulebook};
use crate::shelf::Shelf;
use crate::source::{FileId, Origin, SourceFile, Sources};
use crate::value::Day;
use crate::workspace::{Choice, Disk, Found};

/// What the server was started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folders with rules of a team's own.
    pub rules: Vec<PathBuf>,
    /// The settings that hold for all portfolios, in place of their own.
    pub config: Option<PathBuf>,
    /// No settings from files.
    pub isolated: bool,
    /// Thresholds of the rules, by name.
    pub parameters: Vec<(String, String)>,
    /// How proposals are judged; the day of the run is asked for anew each time.
    pub options: Options,
    /// The value of `SOURCE_DATE_EPOCH`: when the run takes place, if not now.
    pub epoch: Option<String>,
}

impl Settings {
    /// What they say of files.
    fn choice(&self) -> Choice<'_> {
        let Self { rules, config, isolated, .. } = self;
        Choice { rules, config: config.as_deref(), isolated: *isolated, force_exclude: false }
    }
}

/// A text that an editor holds.
pub(super) struct Document {
    /// As the editor names it.
    pub(super) uri: Uri,
    /// As the editor counts it.
    pub(super) version: i32,
    path: PathBuf,
    text: SourceFile,
    /// Whether an edit could not be followed, so that the text is not the editor's any more.
    is_lost: bool,
}

/// A portfolio; what came of it is missing after an edit.
struct Portfolio {
    input: Input,
    /// None if rules or settings are broken: such rules judge nothing.
    book: Option<Rc<Rulebook>>,
    checked: Option<Checked>,
}

/// Documents, texts and results.
pub(super) struct Desk {
    /// What positions of the editor are counted in.
    pub(super) unit: Unit,
    /// Whether the editor asks for pages that lie on no disk.
    pub(super) asks_for_pages: bool,
    settings: Settings,
    /// By the names of their files.
    documents: BTreeMap<String, Document>,
    /// Whether files came, went or changed, or rules did.
    is_stale: bool,
    sources: Sources,
    portfolios: Vec<Portfolio>,
    /// What is said of files, settings and rules, and of no portfolio.
    said: Vec<Diagnostic>,
    /// The rulebooks around the documents with their examples, once a page is asked for.
    whole: OnceCell<Vec<Rc<Rulebook>>>,
    /// What is shipped and nothing else, with its examples, once a page is asked for that others do not have.
    shipped: OnceCell<Rulebook>,
}

impl Desk {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            unit: Unit::Utf16,
            asks_for_pages: false,
            settings,
            documents: BTreeMap::new(),
            is_stale: false,
            sources: Sources::default(),
            portfolios: Vec::new(),
            said: Vec::new(),
            whole: OnceCell::new(),
            shipped: OnceCell::new(),
        }
    }

    /// Takes a text that was opened; one that is of no file belongs to no portfolio.
    pub(super) fn open(&mut self, uri: Uri, version: i32, text: String) {
        let Some(path) = uri::path(&uri) else { return };
        let name = Disk::by_whole_paths().name_of(&path);
        let text = SourceFile::new(name.clone(), text, Origin::Portfolio);
        self.documents.insert(name, Document { uri, version, path, text, is_lost: false });
        self.changed_on_disk();
    }

    /// Follows edits in the order in which they are given. Says what to tell the user if one cannot be followed.
    pub(super) fn edit(
        &mut self,
        uri: &Uri,
        version: i32,
        edits: Vec<TextDocumentContentChangeEvent>,
    ) -> Result<(), String> {
        let unit = self.unit;
        let Some(document) = self.documents.values_mut().find(|document| document.uri == *uri) else {
            return Ok(());
        };
        document.version = version;
        let was_lost = document.is_lost;
        for edit in edits {
            document.apply(edit, unit);
        }
        if document.is_lost {
            let message = "an edit lies outside of the text, so what is shown may be old; close the file and open it again";
            return if was_lost { Ok(()) } else { Err(message.to_owned()) };
        }
        let (name, text) = (document.text.name.clone(), document.text.text.to_string());
        self.retype(&name, text);
        Ok(())
    }

    /// Puts the new text in place where that is all that changes.
    fn retype(&mut self, name: &str, text: String) {
        if self.is_stale {
            return;
        }
        let file = self.sources.iter().find(|(_, file)| file.name == name).map(|(id, _)| id);
        let holds = |portfolio: &&mut Portfolio| file.is_some_and(|id| portfolio.input.files.contains(&id));
        match (file, self.portfolios.iter_mut().find(holds)) {
            (Some(id), Some(portfolio)) => {
                portfolio.checked = None;
                self.sources.replace(id, text);
            }
            _ => self.changed_on_disk(),
        }
    }

    /// Forgets a text: what counts is on disk again.
    pub(super) fn close(&mut self, uri: &Uri) {
        self.documents.retain(|_, document| document.uri != *uri);
        self.changed_on_disk();
    }

    /// Something changed on disk, or in what of it counts.
    pub(super) fn changed_on_disk(&mut self) {
        self.is_stale = true;
    }

    /// Brings everything up to date.
    pub(super) fn settle(&mut self) {
        if std::mem::take(&mut self.is_stale) {
            self.find();
        }
        let today = Day::today(self.settings.epoch.as_deref());
        let options = Options { today, detail: Detail::Full, ..self.settings.options.clone() };
        for portfolio in self.portfolios.iter_mut().filter(|portfolio| portfolio.checked.is_none()) {
            let Some(book) = &portfolio.book else { continue };
            portfolio.checked = Some(analysis::check(&self.sources, book, &portfolio.input, &options));
        }
    }

    /// Finds the portfolios in which the documents lie, with their rules.
    fn find(&mut self) {
        let disk = self.disk();
        let Settings { rules, parameters, options, .. } = &self.settings;
        let choice = self.settings.choice();
        let (mut sources, mut said) = (Sources::default(), Vec::new());
        let paths: Vec<PathBuf> = self.documents.values().map(Document::concerns).collect();
        let mut found = disk.find(&paths, &choice, &mut sources, &mut said);
        // An editor may show any file that it likes.
        said.retain(|slip| slip.code.as_str() != "no-files");
        if found.is_empty() {
            // A rule may be written before there is a proposal.
            found.push(Found { rules: rules.clone(), ..Found::default() });
        }
        let mut shelf = Shelf::new(parameters, Extent::Pages, &mut sources);
        let portfolios = found.into_iter().map(|found| {
            let book = shelf.book(&found, &disk, &mut sources, &mut said);
            let input = Input { named: found.input.files.clone(), ..found.input };
            Portfolio { input, book, checked: None }
        });
        self.portfolios = portfolios.collect();
        if !shelf.knows(options, &mut sources, &mut said) {
            self.portfolios.iter_mut().for_each(|portfolio| portfolio.book = None);
        }
        (self.sources, self.said) = (sources, said);
        self.whole = OnceCell::new();
    }

    /// The disk as the editor sees it.
    fn disk(&self) -> Disk {
        let mut disk = Disk::by_whole_paths();
        for document in self.documents.values() {
            disk.lay(&document.path, &*document.text.text);
        }
        disk
    }

    /// All that is said of all files, in the order of their names and of places within.
    pub(super) fn findings(&self) -> impl Iterator<Item = &Diagnostic> {
        let checked = self.portfolios.iter().filter_map(|portfolio| portfolio.checked.as_ref());
        self.said.iter().chain(checked.flat_map(|checked| checked.findings.iter().map(AsRef::as_ref)))
    }

    /// All documents, by the names of their files.
    pub(super) fn documents(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.documents.iter().map(|(name, document)| (name.as_str(), document))
    }

    /// All texts.
    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// What is known of a rule or language diagnostic.
    pub(super) fn explanation(&self, code: &str) -> Option<&Explanation> {
        let mut books = self.portfolios.iter().filter_map(|portfolio| portfolio.book.as_ref());
        books.find_map(|book| book.catalogue.explanation(code))
    }

    /// All that is known of it, with the examples, which judging does without. Where rules or settings are broken, what
    /// is shipped can still be explained.
    pub(super) fn explained(&self, code: &str) -> Option<(&Explanation, Option<&Rule>)> {
        let around = self.whole.get_or_init(|| self.books());
        let shipped = || {
            self.shipped.get_or_init(|| {
                Rulebook::load(&mut Sources::default(), &Additions::default(), &mut Vec::new())
            })
        };
        let mut books = around.iter().map(|book| &**book).chain(once_with(shipped));
        books.find_map(|book| Some((book.catalogue.explanation(code)?, book.catalogue.rule(code))))
    }

    /// The rulebooks around the documents, with all examples.
    fn books(&self) -> Vec<Rc<Rulebook>> {
        let (disk, choice) = (self.disk(), self.settings.choice());
        let (mut sources, mut said) = (Sources::default(), Vec::new());
        let mut shelf = Shelf::new(&self.settings.parameters, Extent::Whole, &mut sources);
        let mut around: Vec<Found> = Vec::new();
        for document in self.documents.values() {
            around.extend(disk.settings(&document.path, &choice, &mut sources, &mut said));
        }
        if around.is_empty() {
            around.push(Found { rules: self.settings.rules.clone(), ..Found::default() });
        }
        around.iter().filter_map(|found| shelf.book(found, &disk, &mut sources, &mut said)).collect()
    }

    /// The name of the file that an editor means.
    pub(super) fn name(&self, uri: &Uri) -> Option<String> {
        let open = self.documents.iter().find(|(_, document)| document.uri == *uri);
        match open {
            Some((name, _)) => Some(name.clone()),
            None => Some(Disk::by_whole_paths().name_of(&uri::path(uri)?)),
        }
    }

    /// The URI of a file: as the editor names it, if it is open.
    pub(super) fn uri(&self, name: &str) -> Option<Uri> {
        self.documents.get(name).map_or_else(|| uri::of(name), |document| Some(document.uri.clone()))
    }

    /// The text of that name, with what came of its portfolio and by which rules.
    pub(super) fn judged(&self, name: &str) -> Option<(FileId, &Rulebook, &Checked)> {
        let (id, _) = self.sources.iter().find(|(_, file)| file.name == name)?;
        let portfolio = self.portfolios.iter().find(|portfolio| portfolio.input.files.contains(&id))?;
        Some((id, portfolio.book.as_deref()?, portfolio.checked.as_ref()?))
    }
}

impl Document {
    /// What is looked at because of it: settings concern the folder in which they lie.
    fn concerns(&self) -> PathBuf {
        let folder =
            self.path.parent().filter(|_| self.path.file_name().is_some_and(|name| name == FILE_NAME));
        folder.unwrap_or(&self.path).to_owned()
    }

    fn apply(&mut self, edit: TextDocumentContentChangeEvent, unit: Unit) {
        let whole = match edit {
            TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                self.is_lost = false;
                whole.text
            }
            TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                let ends =
                    offset(&self.text, part.range.start, unit).zip(offset(&self.text, part.range.end, unit));
                match ends.filter(|(start, end)| start <= end) {
                    Some((start, end)) if !self.is_lost => {
                        let mut text = std::mem::take(&mut self.text.text).into_owned();
                        text.replace_range(start as usize..end as usize, &part.text);
                        text
                    }
                    _ => {
                        self.is_lost = true;
                        return;
                    }
                }
            }
        };
        self.text = SourceFile::new(std::mem::take(&mut self.text.name), whole, Origin::Portfolio);
    }
}

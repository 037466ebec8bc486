//! Finds and reads the `plumbrule.toml` of a portfolio with all that it extends. Owns which file holds and which
//! others it may name: nothing outside the project is opened. Knows no setting's meaning but that of paths.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::Choice;
use super::locate::{self, repository, within};
use super::patterns::Patterns;
use super::read::Reader;
use super::slips;
use crate::config::{self, FILE_NAME, Level, Settings, Word};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Origin, SourceFile};

/// Settings with what only the disk can tell of them.
#[derive(Debug)]
pub(super) struct Config {
    /// The file itself, without those that it extends, and its folder.
    own: Option<(FileId, PathBuf)>,
    pub(super) settings: Settings,
    /// Folders of rules without links: nothing in them is a proposal.
    rules: Vec<PathBuf>,
    /// The same, as they are read and spoken of.
    pub(super) folders: Vec<PathBuf>,
    /// Files that are read, if not all are.
    include: Option<Patterns>,
    exclude: Patterns,
    report_exclude: Patterns,
    /// The levels of each of the `overrides`, for which files.
    pub(super) overrides: Vec<(Patterns, BTreeMap<String, Level>)>,
}

impl Config {
    /// The setting by which a path is not read, if one says so.
    pub(super) fn leaves_out(&self, path: &Path, is_folder: bool) -> Option<&'static str> {
        if self.exclude.hold(path, is_folder) {
            return Some("exclude");
        }
        let among = |include: &Patterns| is_folder || include.hold(path, false);
        (!self.include.as_ref().is_none_or(among)).then_some("include")
    }

    /// The patterns that stand in the file itself. Those that it extends may be meant for other folders.
    fn own_patterns(&self) -> Vec<&Word> {
        let lists = ["include", "exclude", "report-exclude"].map(|key| self.settings.list(key));
        let lists = lists.into_iter().chain(self.settings.overrides().map(|(paths, _)| paths));
        let own = self.own.as_ref().map(|(file, _)| *file);
        lists.flatten().filter(|word| Some(word.place.file) == own).collect()
    }

    /// Whether what is found in a file is not reported.
    pub(super) fn hides(&self, path: &Path) -> bool {
        self.report_exclude.hold(path, false)
    }
}

/// The settings of all portfolios of a run, each file read once.
pub(super) struct Configs<'a> {
    choice: &'a Choice<'a>,
    /// By the path of the file; none for a file with a mistake.
    read: BTreeMap<Option<PathBuf>, Option<Arc<Config>>>,
}

impl<'a> Configs<'a> {
    pub(super) fn new(choice: &'a Choice<'a>) -> Self {
        Self { choice, read: BTreeMap::new() }
    }

    /// The settings of the portfolio with this root; none if there is a mistake in them.
    pub(super) fn of(&mut self, root: &Path, reader: &mut Reader<'_>) -> Option<Arc<Config>> {
        let path = match self.choice.config {
            _ if self.choice.isolated => None,
            Some(chosen) => match locate::find(chosen, reader.disk) {
                Ok(location) => Some(location.path),
                Err(slip) => {
                    if !reader.diagnostics.contains(&*slip) {
                        reader.diagnostics.push(*slip);
                    }
                    return None;
                }
            },
            None => within(root).map(|folder| folder.join(FILE_NAME)).find(|path| reader.disk.is_file(path)),
        };
        if let Some(known) = self.read.get(&path) {
            return known.clone();
        }
        let config = read(path.as_deref(), self.choice.rules, reader).map(Arc::new);
        self.read.insert(path, config.clone());
        config
    }

    /// Patterns that match nothing, neither what was met nor anything else, however little was named.
    pub(super) fn idle(&self, met: &[&Path]) -> Vec<Diagnostic> {
        // What is chosen on the command line may be meant for other folders.
        let configs = self.read.values().flatten().filter(|_| self.choice.config.is_none());
        let idle = configs.filter_map(|config| {
            let (_, folder) = config.own.as_ref()?;
            let words = Patterns::idle(folder, &config.own_patterns(), met);
            Some(words.into_iter().map(|word| slips::unmatched(word, folder)).collect::<Vec<_>>())
        });
        idle.flatten().collect()
    }

    /// Whether a path lies in a folder of rules.
    pub(super) fn is_of_rules(&self, path: &Path) -> bool {
        let known = self.read.values().flatten().flat_map(|config| &config.rules);
        known.into_iter().any(|folder| path.starts_with(folder))
    }
}

fn read(path: Option<&Path>, rules: &[PathBuf], reader: &mut Reader<'_>) -> Option<Config> {
    let before = reader.diagnostics.len();
    let (folders, met) = (BTreeMap::new(), BTreeMap::new());
    let mut chain = Chain { reader, bound: PathBuf::new(), first: None, folders, met };
    let settings = match path {
        Some(path) => chain.read(path),
        None => Settings::default(),
    };
    let own: Vec<PathBuf> =
        settings.list("rule-folders").iter().filter_map(|word| chain.resolve(word)).collect();
    let shown = own.iter().map(|folder| chain.reader.disk.name(folder).into());
    let folders = shown.chain(rules.iter().cloned()).collect();
    let given = rules.iter().filter_map(|folder| folder.canonicalize().ok());
    let include = settings.list("include");
    let mut overrides = Vec::new();
    for (words, levels) in settings.overrides() {
        overrides.push((chain.patterns(words), levels));
    }
    let config = Config {
        own: path.and_then(|path| Some((chain.first?, path.parent()?.to_owned()))),
        rules: own.into_iter().chain(given).collect(),
        folders,
        include: (!include.is_empty()).then(|| chain.patterns(include)),
        exclude: chain.patterns(settings.list("exclude")),
        report_exclude: chain.patterns(settings.list("report-exclude")),
        overrides,
        settings,
    };
    (reader.diagnostics.len() == before).then_some(config)
}

/// A file of settings with those that it extends.
struct Chain<'r, 'a> {
    reader: &'r mut Reader<'a>,
    /// What lies outside is not opened: an excerpt of it could end in a public log.
    bound: PathBuf,
    /// The file that extends the others.
    first: Option<FileId>,
    /// The folder of each file.
    folders: BTreeMap<FileId, PathBuf>,
    /// The files that were met, and whether each was read to its end.
    met: BTreeMap<PathBuf, bool>,
}

/// A file whose `extend` is being followed.
struct Link {
    path: PathBuf,
    settings: Settings,
    next: usize,
}

impl Chain<'_, '_> {
    /// The settings of a file over those that it extends, each file once. A stack and no recursion: a chain may
    /// be as long as there are files.
    fn read(&mut self, path: &Path) -> Settings {
        let folder = path.parent().unwrap_or(path);
        self.bound = repository(folder).unwrap_or(folder).to_owned();
        let mut stack = Vec::from_iter(self.open(path));
        let mut settings = Settings::default();
        while let Some(link) = stack.last_mut() {
            let Some(word) = link.settings.list("extend").get(link.next).cloned() else {
                let own = std::mem::take(&mut link.settings);
                settings = own.over(settings);
                self.met.extend(stack.pop().map(|link| (link.path, true)));
                continue;
            };
            link.next += 1;
            let Some(path) = self.resolve(&word) else { continue };
            match self.met.get(&path) {
                None => stack.extend(self.open(&path)),
                Some(true) => {}
                Some(false) => {
                    let circle = stack.iter().skip_while(|link| link.path != path);
                    let names: Vec<String> = circle.map(|link| self.reader.disk.name(&link.path)).collect();
                    self.reader.diagnostics.push(slips::circle(&word, &names));
                }
            }
        }
        settings
    }

    fn open(&mut self, path: &Path) -> Option<Link> {
        let text = self.reader.text(path)?;
        let name = self.reader.disk.name(path);
        let file = self.reader.sources.add(SourceFile::new(name, text, Origin::Rules));
        self.first.get_or_insert(file);
        self.met.insert(path.to_owned(), false);
        self.folders.insert(file, path.parent().unwrap_or(path).to_owned());
        let text = self.reader.sources.get(file).map_or("", |source| &source.text);
        let settings = config::read(file, text, self.reader.diagnostics);
        Some(Link { path: path.to_owned(), settings, next: 0 })
    }

    /// The path that a text means, seen from its file. It is refused by its letters before the disk is asked,
    /// and again by where its links lead.
    fn resolve(&mut self, word: &Word) -> Option<PathBuf> {
        let folder = self.folders.get(&word.place.file)?;
        let path = folder.join(&word.text);
        let slip = if !plain(&path).starts_with(&self.bound) {
            slips::outside(word)
        } else {
            match path.canonicalize() {
                Ok(path) if path.starts_with(&self.bound) => return Some(path),
                Ok(_) => slips::outside(word),
                Err(error) => slips::lost_setting(word, &error, locate::meant(&path).as_deref()),
            }
        };
        self.reader.diagnostics.push(slip);
        None
    }

    fn patterns(&mut self, words: &[Word]) -> Patterns {
        let file = words.first().map(|word| word.place.file);
        let folder = file.and_then(|file| self.folders.get(&file)).cloned().unwrap_or_default();
        let (patterns, wrong) = Patterns::new(&folder, words);
        self.reader.diagnostics.extend(wrong.into_iter().map(slips::pattern));
        patterns
    }
}

/// A path without `.` and `..`, by its letters.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            _ => plain.push(part),
        }
        plain
    })
}

//! The façade: runs one portfolio through all steps and tells what came of it. Knows neither disk nor
//! terminal; texts come in, an `outcome` goes out.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::check::{self, Judgement};
use crate::config::{AsOf, Levels, Local, Settings};
use crate::diagnostic::{Detail, Diagnostic, Severity};
use crate::model::{self, Confidence, EntityId, Model, Text};
use crate::outcome::{self, Progress, Verdicts};
use crate::rule::Rule;
use crate::rulebook::Rulebook;
use crate::source::{FileId, Place, Sources};
use crate::value::Day;

/// The texts of one portfolio.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Its root directory as shown, `.` for the current one.
    pub root: String,
    /// All its files, sorted by name.
    pub files: Vec<FileId>,
    /// Those that were named: only what touches them is reported. Sorted.
    pub named: Vec<FileId>,
    /// Those that are evidence only: what is found in them is counted. Sorted.
    pub hidden: Vec<FileId>,
    /// What the project sets.
    pub settings: Settings,
    /// Its `overrides`, with the files for which each holds.
    pub overrides: Vec<Local>,
}

impl Input {
    /// How much of its findings is worked out: whether one touches a named file may hang on any of its places, and each
    /// that lies in a hidden one is told apart.
    #[must_use]
    pub fn detail(&self, options: &Options) -> Detail {
        let least = match (self.is_named_whole(), self.hidden.is_empty()) {
            (false, _) => Detail::Full,
            (true, false) => Detail::Line,
            (true, true) => Detail::Count,
        };
        options.detail.max(least)
    }

    /// Whether all its files were named, so that whatever is found is reported.
    fn is_named_whole(&self) -> bool {
        self.named.len() == self.files.len()
    }
}

/// What the user may choose about a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// `--as-of`.
    pub as_of: Option<Day>,
    /// The date of the run.
    pub today: Day,
    /// Only these rules run, if there are any; ids that exist.
    pub select: Vec<String>,
    /// These rules do not run; ids that exist.
    pub ignore: Vec<String>,
    /// Whether waivers silence what they name.
    pub waive: bool,
    /// How much of each finding is wanted.
    pub detail: Detail,
    /// Where the rules that were run are counted.
    pub progress: Arc<Progress>,
}

impl Options {
    /// All rules as their project sets them, waivers respected, whole findings.
    #[must_use]
    pub fn of_day(today: Day) -> Self {
        let (select, ignore) = (Vec::new(), Vec::new());
        let progress = Arc::default();
        Self { as_of: None, today, select, ignore, waive: true, detail: Detail::Full, progress }
    }

    /// Whether a rule runs: what the command line chooses, runs whatever the settings say.
    fn enable(&self, rule: &Rule, settings: &Settings, levels: &Levels<'_>) -> bool {
        let id = rule.id.as_str();
        let among = |ids: &[String]| ids.iter().any(|known| known == id);
        let selected =
            among(&self.select) || self.select.is_empty() && settings.pack(&rule.pack) != Some(false);
        selected && levels.run(id) && !among(&self.ignore)
    }
}

/// What came of one portfolio.
#[derive(Debug, Default)]
pub struct Checked {
    /// What to report, sorted by file name, place and code.
    pub findings: Vec<Box<Diagnostic>>,
    /// Its counts.
    pub portfolio: outcome::Portfolio,
    /// Packs that its settings turn off, with their number of rules.
    pub packs_off: Vec<(String, usize)>,
    /// Whether a part was over a limit and not read, or a rule ran out of fuel.
    pub incomplete: bool,
    /// What was said, with the facts.
    pub model: Model,
    /// Steps that the rules took, as fuel counts them: the same on every machine.
    pub steps: u64,
}

/// Checks one portfolio.
#[must_use]
pub fn check(sources: &Sources, book: &Rulebook, input: &Input, options: &Options) -> Checked {
    let mut said = Vec::new();
    let texts: Vec<Text<'_>> = input
        .files
        .iter()
        .filter_map(|file| Some(Text { file: *file, text: &sources.get(*file)?.text }))
        .collect();
    let (model, whole) = model::load_portfolio(&book.schema, &book.facts, &texts, &mut said);
    let Input { settings, overrides, .. } = input;
    let levels = Levels { settings, overrides, selected: !options.select.is_empty() };
    let enabled = |rule: &Rule| options.enable(rule, settings, &levels);
    let set =
        settings.as_of().map(|(as_of, place)| (as_of, format!("`as-of` in {}", sources.name(place.file))));
    let as_of = match (options.as_of, &set) {
        (Some(day), _) => Some((day, "`--as-of`")),
        (None, Some((AsOf::Day(day), by))) => Some((*day, by.as_str())),
        (None, Some((AsOf::Today, by))) => Some((options.today, by.as_str())),
        (None, None) => None,
    };
    let Options { today, waive, .. } = *options;
    let detail = input.detail(options);
    let run = check::Run { as_of, today, waive, levels, detail, progress: &options.progress };
    let mut judgement = check::judge(sources, &book.schema, &model, &book.catalogue, run, &enabled);
    let incomplete = !whole || judgement.exhausted;
    let assumptions = assumptions(sources, &said);
    let (mut findings, steps) = (std::mem::take(&mut judgement.findings), judgement.steps);
    findings.extend(said.into_iter().map(Box::new));
    let mut portfolio = counts(book, input, &model, judgement, assumptions);
    if !input.hidden.is_empty() {
        let all = findings.len();
        findings.retain(|finding| input.hidden.binary_search(&finding.primary.place.file).is_err());
        portfolio.hidden = all - findings.len();
    }
    if !input.is_named_whole() {
        let named: FxHashSet<FileId> = input.named.iter().copied().collect();
        let all = findings.len();
        findings.retain(|finding| touches(finding, &named, sources));
        portfolio.elsewhere = all - findings.len();
    }
    sort(sources, &mut findings);
    let off = |(name, _): &(&str, usize)| !levels.selected && settings.pack(name) == Some(false);
    let packs_off = book.packs().into_iter().filter(off).map(|(name, rules)| (name.to_owned(), rules));
    Checked { findings, portfolio, packs_off: packs_off.collect(), incomplete, steps, model }
}

/// Sorts findings by file name, place and code, and drops those that are said twice. What concerns the run as a
/// whole has no file and comes first.
pub fn sort(sources: &Sources, findings: &mut Vec<Box<Diagnostic>>) {
    findings.sort_by(|a, b| {
        let [one, two] = [a.primary.place, b.primary.place];
        let names = || sources.name(one.file).cmp(sources.name(two.file));
        let files = if one.file == two.file { Ordering::Equal } else { names() };
        files.then_with(|| (one.span, &a.code, &a.message).cmp(&(two.span, &b.code, &b.message)))
    });
    findings.dedup();
}

/// Whether any part of the evidence lies in a named file: a label, the words of a link, or the block of a
/// station. What has no place in the portfolio concerns all.
fn touches(finding: &Diagnostic, named: &FxHashSet<FileId>, sources: &Sources) -> bool {
    let labels = finding.beyond().related.iter().map(|label| label.place);
    let hops = finding.beyond().route.iter().flat_map(|hop| hop.place.into_iter().chain(hop.block));
    let mut places = std::iter::once(finding.primary.place).chain(labels).chain(hops);
    let elsewhere = sources
        .get(finding.primary.place.file)
        .is_none_or(|file| file.origin != crate::source::Origin::Portfolio);
    elsewhere || places.any(|place| named.contains(&place.file))
}

/// What was read as if something else stood there.
fn assumptions(sources: &Sources, said: &[Diagnostic]) -> Vec<String> {
    let line = |place: Place| sources.get(place.file).map_or(0, |file| file.position(place.span.start).line);
    let missing = said.iter().filter(|found| found.code.as_str() == "missing-brace");
    missing
        .map(|found| {
            let name = sources.name(found.primary.place.file);
            match found.beyond().related.first() {
                Some(next) => format!("{name} was read as if a `}}` stood before line {}", line(next.place)),
                None => format!(
                    "{name} was read as if the block of line {} were closed",
                    line(found.primary.place)
                ),
            }
        })
        .collect()
}

fn counts(
    book: &Rulebook,
    input: &Input,
    model: &Model,
    judgement: Judgement,
    assumptions: Vec<String>,
) -> outcome::Portfolio {
    let mut verdicts = Verdicts::default();
    judgement.statistics.iter().for_each(|(_, own)| verdicts.add(own));
    let is_scope = |id: &EntityId| book.schema.kind(model.kind(*id)).is_some_and(|kind| kind.scope);
    outcome::Portfolio {
        root: input.root.clone(),
        as_of: judgement.as_of,
        files: input.files.len(),
        proposals: model.declared().filter(is_scope).count(),
        rules: judgement.statistics.len(),
        verdicts,
        missing: judgement.missing,
        statistics: judgement.statistics.iter().map(|(id, own)| (id.to_string(), *own)).collect(),
        assumptions,
        hidden: 0,
        elsewhere: 0,
        newest_fact: judgement.newest_fact,
        weak_facts: weak_facts(&judgement.weakest_facts),
    }
}

/// How many findings rest on facts that are not read or computed, by the weakest of each.
fn weak_facts(weakest: &BTreeMap<Confidence, usize>) -> Vec<(String, usize)> {
    let weak = weakest.range(..=Confidence::TradePress);
    weak.map(|(confidence, count)| (confidence.as_str().to_owned(), *count)).collect()
}

/// Whether a finding is a mistake in the text and not a judgement of a rule.
#[must_use]
pub fn is_language_error(finding: &Diagnostic) -> bool {
    finding.as_of.is_none() && finding.severity == Severity::Error
}

//! What a run came to, in words: how many subjects ended in which verdict, for each portfolio and in all, and what
//! was not checked. These are the last lines of the formats for people, which lay them out; counts come from `outcome`.

use crate::diagnostic::Severity;
use crate::outcome::{Portfolio, Run, Verdicts};
use crate::value::thousands;

/// Dates, fields and sentences that are listed; the rest is counted.
const MAX_LISTED: usize = 4;

/// A part of the summary.
pub(super) enum Block<'a> {
    /// What was read, and as of when.
    Heading(String),
    /// How often which verdict.
    Verdicts(Vec<Row>),
    /// The verdicts of each rule.
    Statistics(&'a [(String, Verdicts)]),
    /// What is not certain or was not checked.
    Keyed(Vec<Keyed>),
    /// Where to read on.
    Pointer(String),
}

/// A row of the table of verdicts: what is counted, how often, and of what it is made.
pub(super) type Row = (&'static str, usize, String);
/// A sentence behind a keyword; none if it goes on with what is said before.
pub(super) type Keyed = (&'static str, String);

/// The summary of all portfolios of `run`.
pub(super) fn blocks(run: &Run, statistics: bool) -> Vec<Block<'_>> {
    let mut blocks = portfolios(run, statistics);
    blocks.extend(total(run));
    blocks
}

/// What each portfolio came to; where there is only one, that is what the run came to.
pub(super) fn portfolios(run: &Run, statistics: bool) -> Vec<Block<'_>> {
    let mut summary = Summary { run, statistics, blocks: Vec::new() };
    match run.portfolios.as_slice() {
        [portfolio] => {
            summary.portfolio(portfolio, slips(run));
            summary.keyed([gaps(run), doubts(portfolio)].concat());
        }
        portfolios => {
            for portfolio in portfolios {
                summary.portfolio(portfolio, None);
                summary.keyed(doubts(portfolio));
            }
        }
    }
    summary.blocks
}

/// What several portfolios came to in all, and where to read on.
pub(super) fn total(run: &Run) -> Vec<Block<'_>> {
    let mut summary = Summary { run, statistics: false, blocks: Vec::new() };
    if run.portfolios.len() != 1 {
        summary.total();
        summary.keyed(gaps(run));
    }
    if let Some(finding) = run.findings.first() {
        let pointer = format!("`plumbrule explain {}` tells why a rule exists", finding.code);
        summary.blocks.push(Block::Pointer(pointer));
    }
    summary.blocks
}

/// A count with commas between thousands.
pub(super) fn grouped(count: usize) -> String {
    thousands(count as i128)
}

/// The word that goes with a count.
pub(super) fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), plural(count, one, many))
}

struct Summary<'a> {
    run: &'a Run,
    statistics: bool,
    blocks: Vec<Block<'a>>,
}

impl<'a> Summary<'a> {
    fn portfolio(&mut self, portfolio: &'a Portfolio, slips: Option<Row>) {
        self.blocks.push(Block::Heading(self.heading(portfolio)));
        self.verdicts(&portfolio.verdicts, missing(&portfolio.missing), slips);
        if self.statistics && !portfolio.statistics.is_empty() {
            self.blocks.push(Block::Statistics(&portfolio.statistics));
        }
    }

    fn heading(&self, portfolio: &Portfolio) -> String {
        let dates: Vec<_> =
            portfolio.as_of.iter().map(|as_of| format!("{} ({})", as_of.date, as_of.set_by)).collect();
        let as_of = if dates.is_empty() { String::new() } else { format!("as of {}", listed(&dates)) };
        let start = match (self.run.portfolios.len(), as_of.as_str()) {
            (1, "") => "Read".to_owned(),
            (1, as_of) => as_of.replacen('a', "A", 1),
            (_, as_of) => format!("`{}` {as_of}", portfolio.root).trim_end().to_owned(),
        };
        let proposals = counted(portfolio.proposals, "proposal", "proposals");
        let files = counted(portfolio.files, "file", "files");
        let rules = counted(portfolio.rules, "rule", "rules");
        format!("{start}: {proposals}, {files}, {rules}")
    }

    /// What all portfolios come to; only what was misread, if there are none.
    fn total(&mut self) {
        let portfolios = &self.run.portfolios;
        if portfolios.is_empty() {
            return self.blocks.extend(slips(self.run).map(|row| Block::Verdicts(vec![row])));
        }
        let sum = |count: fn(&Portfolio) -> usize| portfolios.iter().map(count).sum::<usize>();
        let mut verdicts = Verdicts::default();
        portfolios.iter().for_each(|portfolio| verdicts.add(&portfolio.verdicts));
        let proposals = counted(sum(|portfolio| portfolio.proposals), "proposal", "proposals");
        let files = counted(sum(|portfolio| portfolio.files), "file", "files");
        let count = grouped(portfolios.len());
        self.blocks.push(Block::Heading(format!("In all {count} portfolios: {proposals}, {files}")));
        self.verdicts(&verdicts, String::new(), slips(self.run));
    }

    fn verdicts(&mut self, verdicts: &Verdicts, missing: String, slips: Option<Row>) {
        let findings = severities([verdicts.errors, verdicts.warnings, verdicts.notes]);
        let rows = [
            ("violates", verdicts.violates(), findings),
            ("cannot be shown", verdicts.cannot_be_shown, missing),
            ("passes", verdicts.passes, String::new()),
        ];
        let waived = (verdicts.waived > 0).then(|| ("waived", verdicts.waived, String::new()));
        self.blocks.push(Block::Verdicts(rows.into_iter().chain(waived).chain(slips).collect()));
    }

    fn keyed(&mut self, lines: Vec<Keyed>) {
        if !lines.is_empty() {
            self.blocks.push(Block::Keyed(lines));
        }
    }
}

/// What was misread in the texts: it belongs to no rule, and to the run as a whole.
fn slips(run: &Run) -> Option<Row> {
    let slips = run.findings.iter().filter(|finding| finding.as_of.is_none());
    let of = |severity| slips.clone().filter(|finding| finding.severity == severity).count();
    let counts = [of(Severity::Error), of(Severity::Warning), of(Severity::Note)];
    let count = counts.iter().sum();
    (count > 0).then(|| ("slips in text", count, severities(counts)))
}

/// What was not checked in the run as a whole.
fn gaps(run: &Run) -> Vec<Keyed> {
    let broken = "not everything could be read or checked; the findings say what";
    let incomplete = run.incomplete.then(|| ("incomplete:", broken.to_owned()));
    let names: Vec<_> = run.packs_off.iter().map(|(name, _)| name.as_str()).collect();
    let packs = plural(names.len(), "pack", "packs");
    let rules = counted(run.packs_off.iter().map(|(_, rules)| rules).sum(), "rule", "rules");
    let off =
        (!names.is_empty()).then(|| ("not checked:", format!("{packs} {} ({rules}, off)", names.join(", "))));
    incomplete.into_iter().chain(off).collect()
}

/// What is not certain about the counts of a portfolio.
fn doubts(portfolio: &Portfolio) -> Vec<Keyed> {
    let shown = portfolio.assumptions.iter().take(MAX_LISTED).cloned();
    let more = portfolio.assumptions.len().saturating_sub(MAX_LISTED);
    let more = (more > 0).then(|| format!("and {} more", grouped(more)));
    let keywords = std::iter::once("not certain:").chain(std::iter::repeat(""));
    let hidden = (portfolio.hidden > 0).then(|| {
        let lie = plural(portfolio.hidden, "finding lies", "findings lie");
        ("not reported:", format!("{} {lie} in files of `report-exclude`", grouped(portfolio.hidden)))
    });
    let elsewhere = (portfolio.elsewhere > 0).then(|| {
        let touch = plural(portfolio.elsewhere, "finding touches", "findings touch");
        ("elsewhere:", format!("{} {touch} no path that was named", grouped(portfolio.elsewhere)))
    });
    let facts = facts(portfolio).map(|facts| ("facts:", facts));
    hidden.into_iter().chain(elsewhere).chain(keywords.zip(shown.chain(more))).chain(facts).collect()
}

/// `15 errors, 2 warnings`.
pub(super) fn severities([errors, warnings, notes]: [usize; 3]) -> String {
    let words = [(errors, "error", "errors"), (warnings, "warning", "warnings"), (notes, "note", "notes")];
    let present = words.iter().filter(|(count, ..)| *count > 0);
    present.map(|(count, one, many)| counted(*count, one, many)).collect::<Vec<_>>().join(", ")
}

/// `` missing or `unknown`: start 9, term 8, other 9 ``.
fn missing(fields: &[(String, usize)]) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let shown = fields.iter().take(MAX_LISTED).map(|(field, count)| format!("{field} {}", grouped(*count)));
    let other: usize = fields.iter().skip(MAX_LISTED).map(|(_, count)| count).sum();
    let other = (other > 0).then(|| format!("other {}", grouped(other)));
    format!("missing or `unknown`: {}", shown.chain(other).collect::<Vec<_>>().join(", "))
}

/// `newest 2026-11-24; 1 finding rests on trade press, 2 on memory`.
fn facts(portfolio: &Portfolio) -> Option<String> {
    let newest = portfolio.newest_fact.iter().map(|date| format!("newest {date}"));
    let weak = portfolio.weak_facts.iter().enumerate().map(|(index, (confidence, count))| {
        let verb = if index == 0 { plural(*count, " finding rests", " findings rest") } else { "" };
        format!("{}{verb} on {}", grouped(*count), confidence.replace('-', " "))
    });
    let weak: Vec<_> = weak.collect();
    let weak = (!weak.is_empty()).then(|| weak.join(", "));
    let parts: Vec<_> = newest.chain(weak).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// `a`, `a and b`, `a, b, c, d and 3 more`.
fn listed(items: &[String]) -> String {
    let more = items.len().saturating_sub(MAX_LISTED);
    let rest = (more > 0).then(|| format!("{} more", grouped(more)));
    let shown: Vec<_> = items.iter().take(MAX_LISTED).cloned().chain(rest).collect();
    match shown.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

//! Runs all rules and settles what is said: owns verdicts, and which finding yields to, joins or absorbs which.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::{FxHashMap, FxHashSet};

use super::eval::{Evaluator, Range};
use super::finding::{Basis, Draft, shorten};
use super::plan::{Step, plan, search};
use super::value::Value;
use super::waivers::{Waivers, silence};
use super::world::World;
use crate::config::{Level, Levels};
use crate::diagnostic::{Code, Detail, Diagnostic, Severity};
use crate::model::{Confidence, EntityId, Model};
use crate::names::Symbol;
use crate::outcome::{AsOf, Progress, Verdicts};
use crate::rule::{Catalogue, Expr, From, Rule, Source};
use crate::schema::{KindSet, Schema};
use crate::source::Sources;
use crate::threads;
use crate::value::{Day, Truth};

/// What the rules say of a portfolio.
#[derive(Debug, Default)]
pub struct Judgement {
    /// Findings of rules and mistakes in waivers, in no particular order. Where they are only counted, one of each
    /// severity stands for the others: whether a run fails hangs on no more.
    pub findings: Vec<Box<Diagnostic>>,
    /// Verdicts of each rule that ran, in the order of the rules.
    pub statistics: Vec<(Code, Verdicts)>,
    /// Fields that kept rules from speaking, with how often.
    pub missing: Vec<(String, usize)>,
    /// The newest date of a fact that a finding rests on, as written.
    pub newest_fact: Option<String>,
    /// How many findings rest on a fact of that confidence and on none that is weaker; weakest first.
    pub weakest_facts: BTreeMap<Confidence, usize>,
    /// As-of dates that held.
    pub as_of: Vec<AsOf>,
    /// Whether a rule ran out of fuel.
    pub exhausted: bool,
    /// Steps that all rules took together, as fuel counts them.
    pub steps: u64,
}

impl Judgement {
    fn count(&mut self, basis: Basis<'_>) {
        if let Some(weakest) = basis.weakest {
            *self.weakest_facts.entry(weakest).or_default() += 1;
        }
        if basis.newest > self.newest_fact.as_deref() {
            self.newest_fact = basis.newest.map(str::to_owned);
        }
    }
}

/// How rules are run.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The as-of date that outranks all others, with what set it.
    pub as_of: Option<(Day, &'a str)>,
    /// The date of the run.
    pub today: Day,
    /// Whether waivers silence what they name.
    pub waive: bool,
    /// How much each rule weighs where.
    pub levels: Levels<'a>,
    /// How much of each finding is wanted.
    pub detail: Detail,
    /// Where the rules that were run are counted.
    pub progress: &'a Progress,
}

/// Runs the rules that `enabled` lets through.
#[must_use]
pub fn judge(
    sources: &Sources,
    schema: &Schema,
    model: &Model,
    catalogue: &Catalogue,
    run: Run<'_>,
    enabled: &dyn Fn(&Rule) -> bool,
) -> Judgement {
    let world = World::new(sources, schema, model, catalogue, run);
    let rules: Vec<(usize, &Rule)> =
        catalogue.rules.iter().enumerate().filter(|(_, rule)| enabled(rule)).collect();
    let mut judgement = Judgement::default();
    let threads = threads(model.len(), rules.len());
    let dates = OnceLock::new();
    let mut all = run_rules(&world, &rules, run, threads, || drop(dates.set(as_of_dates(&world))));
    judgement.as_of = dates.into_inner().unwrap_or_default();
    yield_to(&world, &mut all);
    absorb(&mut all);
    let mut waivers = Waivers::read(&world, run.as_of.map_or(run.today, |(day, _)| day));
    let mut missing: FxHashMap<Symbol, usize> = FxHashMap::default();
    let mut counted = BTreeSet::new();
    for mut said in all {
        if said.exhausted {
            judgement.exhausted = true;
            judgement.findings.push(Box::new(out_of_fuel(said.rule)));
        }
        judgement.steps += said.steps;
        said.missing.into_iter().for_each(|(field, count)| *missing.entry(field).or_default() += count);
        let waived = if run.waive { waivers.of_rule(said.rule.id.as_str()) } else { &mut [] };
        for draft in said.drafts.into_iter().filter(|draft| !draft.absorbed) {
            let silenced = silence(waived, &world, draft.entity);
            match draft.severity {
                _ if silenced => said.verdicts.waived += 1,
                Severity::Error => said.verdicts.errors += 1,
                Severity::Warning => said.verdicts.warnings += 1,
                Severity::Note => said.verdicts.notes += 1,
            }
            if !silenced {
                judgement.count(draft.basis);
                if draft.said.is_none() && counted.insert(draft.severity) {
                    judgement.findings.push(draft.diagnostic(said.rule, String::new(), &world));
                }
                judgement.findings.extend(draft.said);
            }
        }
        judgement.statistics.push((said.rule.id.clone(), said.verdicts));
    }
    if run.waive {
        let ran = |id: &str, file| {
            catalogue.rule(id).is_some_and(enabled) && run.levels.of(id, file) != Some(Level::Off)
        };
        let unused = waivers.unused(&world, &ran);
        waivers.mistakes.extend(unused);
    }
    judgement.findings.extend(waivers.mistakes.into_iter().map(Box::new));
    let missing = missing.into_iter().map(|(field, count)| (model.names.text(field).to_owned(), count));
    judgement.missing = missing.collect();
    judgement.missing.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    judgement
}

/// Entities below which one thread is faster than two: each needs tables of its own.
const MIN_ENTITIES_FOR_THREADS: usize = 5_000;

/// How many threads are worth their tables.
fn threads(entities: usize, rules: usize) -> usize {
    if entities < MIN_ENTITIES_FOR_THREADS {
        return 1;
    }
    threads::most().min(rules.max(1))
}

/// What one rule said of all its subjects.
#[derive(Debug)]
struct Said<'r, 'a> {
    rule: &'r Rule,
    /// Its number.
    number: usize,
    /// One for each primary node.
    drafts: Vec<Draft<'a>>,
    verdicts: Verdicts,
    missing: FxHashMap<Symbol, usize>,
    exhausted: bool,
    steps: u64,
}

/// Runs each rule whole on one of the threads, so that what it says does not depend on how many there are; the
/// answers come in the order of the rules. The first thread that finds no rule left does something else.
fn run_rules<'r, 'a>(
    world: &World<'a>,
    rules: &[(usize, &'r Rule)],
    run: Run<'_>,
    threads: usize,
    at_last: impl Fn() + Sync,
) -> Vec<Said<'r, 'a>> {
    run.progress.begin(rules.len());
    let next = AtomicUsize::new(0);
    let turns = in_turns(rules);
    let work = || {
        let mut said = Vec::new();
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let Some((number, rule)) = turns.get(turn) else {
                if turn == turns.len() {
                    at_last();
                }
                return said;
            };
            said.push(RuleRun::new(*number, rule, run.detail).all(world));
            run.progress.step();
        }
    };
    let said = threads::on_each(vec![(); threads], |()| work());
    let mut said: Vec<Said<'_, '_>> = said.into_iter().flatten().collect();
    said.sort_by_key(|said| said.number);
    said
}

/// Rules in the order in which threads take them: those that seem to take long first, so that no thread is left with
/// one at the end. Those that ask for paths take turns with the rest, since they wait for each other's searches.
fn in_turns<'r>(rules: &[(usize, &'r Rule)]) -> Vec<(usize, &'r Rule)> {
    let mut heaviest_first = rules.to_vec();
    heaviest_first.sort_by_key(|(_, rule)| std::cmp::Reverse(rule.weight));
    let (seekers, others): (Vec<_>, Vec<_>) = heaviest_first.iter().partition(|(_, rule)| rule.seeks_paths);
    let turns = (0..rules.len()).flat_map(|at| [seekers.get(at), others.get(at)]);
    turns.flatten().copied().collect()
}

/// The dates that hold for the scopes of a portfolio, or for all of it if it has none.
fn as_of_dates(world: &World<'_>) -> Vec<AsOf> {
    let kinds = world.schema.kinds().filter(|(_, kind)| kind.scope);
    let kinds = kinds.fold(KindSet::EMPTY, |kinds, (kind, _)| kinds.union(KindSet::one(kind)));
    let all = world.of_kinds(kinds);
    let mut scopes = all.iter().copied().filter(|id| !world.model.is_fact(*id)).peekable();
    let none = scopes.peek().is_none().then_some(EntityId(u32::MAX));
    // A portfolio of many files mostly has one date; it is named once for each place that sets it.
    let mut seen = FxHashSet::default();
    let file = |id: EntityId| world.model.entity(id).map(|entity| entity.file);
    let subjects = scopes.chain(none).filter(|id| seen.insert((world.as_of(*id), file(*id))));
    let mut dates: Vec<AsOf> = subjects.map(|id| world.as_of_source(id)).collect();
    dates.sort();
    dates.dedup_by(|a, b| a.date == b.date);
    dates
}

fn out_of_fuel(rule: &Rule) -> Diagnostic {
    let message = format!("the rule `{}` takes too many steps on this portfolio and was stopped", rule.id);
    Diagnostic::new("out-of-fuel", Severity::Error, message, rule.place.file, rule.place.span)
        .label("its findings are not complete")
        .help("write its conditions so that entities can be looked up, as in `o.seller == f`")
}

/// What is known of one subject so far.
#[derive(Debug, Default)]
struct Subject {
    reached: bool,
    violates: bool,
    doubtful: bool,
    missing: Vec<Symbol>,
}

struct RuleRun<'r, 'a> {
    plan: Vec<Step<'r>>,
    detail: Detail,
    said: Said<'r, 'a>,
    subject: Subject,
    /// Parts of conditions so far that are unknown, with the number of their condition.
    doubts: Vec<(&'r Expr, usize)>,
    /// Where the finding of a primary node stands among the drafts.
    by_node: FxHashMap<EntityId, u32>,
}

impl<'r, 'a> RuleRun<'r, 'a> {
    fn new(number: usize, rule: &'r Rule, detail: Detail) -> Self {
        let said = Said {
            rule,
            number,
            drafts: Vec::new(),
            verdicts: Verdicts::default(),
            missing: FxHashMap::default(),
            exhausted: false,
            steps: 0,
        };
        let (subject, by_node) = (Subject::default(), FxHashMap::default());
        Self { plan: plan(rule), detail, said, subject, doubts: Vec::new(), by_node }
    }

    /// Runs the rule on each of its subjects: the members of its first range.
    fn all(mut self, world: &World<'a>) -> Said<'r, 'a> {
        let rule = self.said.rule;
        let mut eval = Evaluator { stages: &rule.stages, ..Evaluator::new(world, rule.frame) };
        let left = |eval: &Evaluator<'_, '_>| {
            let said: u64 = eval.said.iter().map(|(fuel, paid)| fuel + paid.for_shares).sum();
            eval.fuel + eval.purse.for_shares + said
        };
        let full = left(&eval);
        self.subjects(&mut eval);
        Said { exhausted: eval.fuel == 0, steps: full - left(&eval), ..self.said }
    }

    fn subjects(&mut self, eval: &mut Evaluator<'_, 'a>) {
        let first = self.plan.iter().position(|step| matches!(step, Step::Each(_)));
        let Some((at, Step::Each(source))) = first.and_then(|at| Some((at, *self.plan.get(at)?))) else {
            return;
        };
        for step in self.plan.iter().take(at) {
            if let Step::Let(slot, value) = step {
                let value = eval.eval(value);
                eval.bind(*slot, value);
            }
        }
        if let From::Kinds(kinds) = &source.from {
            for id in eval.world.of_kinds(*kinds).iter() {
                let belongs = eval.belongs(source, Value::Entity(*id), Truth::True);
                self.subject(eval, source, at, belongs.unwrap_or(Truth::False));
            }
            return;
        }
        eval.members(source, &mut |eval, _, truth, _| {
            self.subject(eval, source, at, truth);
            ControlFlow::Continue(())
        });
    }

    /// Judges the member of the first range that is bound, which is a subject as far as it belongs to it.
    fn subject(&mut self, eval: &mut Evaluator<'_, 'a>, source: &Source, at: usize, belongs: Truth) {
        let mark = eval.scratch.mark();
        match (belongs, &source.filter) {
            (Truth::True, _) => self.stage(eval, at + 1),
            (Truth::Unknown, Some(filter)) => self.doubt(eval, filter),
            _ => {}
        }
        eval.scratch.cut(mark);
        self.conclude();
    }

    fn conclude(&mut self) {
        let subject = std::mem::take(&mut self.subject);
        if subject.violates {
            return;
        }
        if subject.doubtful {
            self.said.verdicts.cannot_be_shown += 1;
            for field in subject.missing {
                *self.said.missing.entry(field).or_default() += 1;
            }
        } else if subject.reached {
            self.said.verdicts.passes += 1;
        } else {
            self.said.verdicts.not_applicable += 1;
        }
    }

    /// Goes through the stages from one on, until one does not hold. What is in doubt on the way counts up to there.
    fn stage(&mut self, eval: &mut Evaluator<'_, 'a>, mut at: usize) {
        let doubts = self.doubts.len();
        while eval.fuel > 0 {
            match self.plan.get(at).copied() {
                Some(Step::Let(slot, value)) => {
                    let value = eval.eval(value);
                    eval.bind(slot, value);
                }
                Some(Step::When(condition, number)) => {
                    self.subject.reached = true;
                    match eval.truth(condition) {
                        Truth::False => break,
                        Truth::Unknown => self.doubts.push((condition, number)),
                        Truth::True => {}
                    }
                }
                Some(Step::Each(source)) => {
                    self.each(eval, source, at);
                    break;
                }
                None => {
                    self.end(eval);
                    break;
                }
            }
            at += 1;
        }
        self.doubts.truncate(doubts);
    }

    /// What comes of a subject for which no condition is false.
    fn end(&mut self, eval: &mut Evaluator<'_, 'a>) {
        if !self.doubts.is_empty() {
            return self.doubt_conditions(eval);
        }
        self.subject.violates = true;
        if let Some(draft) = eval.finding(self.said.rule, self.detail) {
            self.keep(eval, draft);
        }
    }

    /// Keeps one finding for each primary node: the gravest, then the one with the fewest steps, then the first;
    /// the others only add where they point.
    fn keep(&mut self, eval: &mut Evaluator<'_, 'a>, draft: Draft<'a>) {
        let at = *self.by_node.entry(draft.entity).or_insert(self.said.drafts.len() as u32);
        let Some(known) = self.said.drafts.get_mut(at as usize) else { return self.said.drafts.push(draft) };
        let graver =
            draft.severity > known.severity || draft.severity == known.severity && draft.steps < known.steps;
        let other = if graver { std::mem::replace(known, draft) } else { draft };
        let (Some(other), Some(known)) = (other.said, &mut known.said) else { return };
        if self.detail < Detail::Full {
            return;
        }
        let extra = other.primary;
        eval.beyond_line(|eval| {
            if !eval.spend(known.beyond().related.len()) {
                return shorten(known);
            }
            let mut places =
                std::iter::once(&known.primary).chain(&known.beyond().related).map(|label| label.place);
            if !places.any(|place| place == extra.place) {
                known.beyond_mut().related.push(extra);
            }
        });
    }

    fn each(&mut self, eval: &mut Evaluator<'_, 'a>, source: &Source, at: usize) {
        let search = search(source);
        self.subject.reached |= search.is_some();
        let mut none = true;
        let range = eval.members(source, &mut |eval, member, truth, _| {
            none = false;
            // A path with a step in doubt is still the path: the rule says what it makes of it.
            let counts = truth.holds()
                || matches!(member, Value::Path(_)) && truth == Truth::Unknown && source.filter.is_none();
            let mark = eval.scratch.mark();
            if counts {
                self.stage(eval, at + 1);
            } else if let Some(filter) = &source.filter {
                self.doubt(eval, filter);
            }
            eval.scratch.cut(mark);
            ControlFlow::Continue(())
        });
        if range == Range::Unknown
            && let From::List(list) = &source.from
        {
            self.doubt(eval, list);
        }
        if none
            && let Some(path) = search
            && let Some(field) = eval.unsaid(path)
        {
            self.subject.doubtful = true;
            self.subject.missing.push(field);
        }
    }

    /// Notes that a condition is unknown, and the first time for a subject what it lacks.
    fn doubt(&mut self, eval: &mut Evaluator<'_, 'a>, condition: &Expr) {
        self.subject.doubtful = true;
        if self.subject.missing.is_empty() {
            self.blame(eval, condition);
        }
    }

    /// The same for the parts of conditions that are: of the first that lacks something, all parts count.
    fn doubt_conditions(&mut self, eval: &mut Evaluator<'_, 'a>) {
        self.subject.doubtful = true;
        let mut lacking = (!self.subject.missing.is_empty()).then_some(usize::MAX);
        for at in 0..self.doubts.len() {
            let Some((part, number)) = self.doubts.get(at).copied() else { break };
            if lacking.is_none_or(|lacking| lacking == number) {
                self.blame(eval, part);
                lacking = (!self.subject.missing.is_empty()).then_some(number);
            }
        }
    }

    fn blame(&mut self, eval: &mut Evaluator<'_, 'a>, condition: &Expr) {
        let missing = &mut self.subject.missing;
        eval.apart(|eval| eval.blame(condition, missing));
    }
}

/// Drops findings where a rule to which they yield found the same entity or one around it.
fn yield_to(world: &World<'_>, all: &mut [Said<'_, '_>]) {
    let asked: FxHashSet<&Code> = all.iter().flat_map(|said| &said.rule.yields_to).collect();
    let entities = |said: &Said<'_, '_>| said.drafts.iter().map(|draft| draft.entity).collect();
    let found: FxHashMap<&Code, FxHashSet<EntityId>> = all
        .iter()
        .filter(|said| asked.contains(&said.rule.id))
        .map(|said| (&said.rule.id, entities(said)))
        .collect();
    for said in all.iter_mut() {
        let others: Vec<_> = said.rule.yields_to.iter().filter_map(|id| found.get(id)).collect();
        if !others.is_empty() {
            said.drafts.retain(|draft| {
                let mut around = std::iter::once(draft.entity).chain(world.model.around(draft.entity));
                !around.any(|around| others.iter().any(|found| found.contains(&around)))
            });
        }
    }
}

/// Lets findings absorb those of the rules that they cover on the same entity.
fn absorb(all: &mut [Said<'_, '_>]) {
    let mut absorbed = Vec::new();
    for (by, covering) in all.iter().enumerate().filter(|(_, said)| !said.rule.covers.is_empty()) {
        let drafts = covering.drafts.iter().enumerate();
        let speakers: FxHashMap<EntityId, usize> = drafts.map(|(at, draft)| (draft.entity, at)).collect();
        for (own, covered) in all.iter().enumerate() {
            if by == own || !covering.rule.covers.contains(&covered.rule.id) {
                continue;
            }
            for (at, draft) in covered.drafts.iter().enumerate() {
                if let Some(speaker) = speakers.get(&draft.entity) {
                    absorbed.push(((by, *speaker), (own, at), &covered.rule.id));
                }
            }
        }
    }
    for ((by, speaker), (own, at), code) in absorbed {
        if let Some(draft) = all.get_mut(by).and_then(|said| said.drafts.get_mut(speaker)) {
            draft.said.iter_mut().for_each(|said| said.beyond_mut().covers.push(code.clone()));
        }
        if let Some(draft) = all.get_mut(own).and_then(|said| said.drafts.get_mut(at)) {
            draft.absorbed = true;
        }
    }
}

//! The command over portfolios made by seed and over hard shapes of trade: what it finds is compared with what is
//! known to be true of them, all of it. May not know how a rule is written, only its id.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic anywhere")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs};

use portfolio::{
    DIRECT, NO_HORIZON, NO_TARGET, Offtake, Plan, Portfolio, Proposal, Purchase, Supplier, TRANSITIVE,
    Target, Truth, proposal_at,
};
use serde_json::Value;
use trade::Trade;

#[path = "support/counts.rs"]
mod counts;
#[path = "support/forms.rs"]
mod forms;
#[path = "support/portfolio.rs"]
mod portfolio;
#[path = "support/trade.rs"]
mod trade;

const SEEDS: [u64; 3] = [7, 41, 99];

/// A folder of one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("plumbrule-generated-{}-{name}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays behind is no reason to fail.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What the command prints about a folder.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_plumbrule"))
        .current_dir(folder)
        .args(["check", "."])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}: {said}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// What it says when only these rules run.
fn check(folder: &Path, rules: &[&str]) -> Value {
    let report = printed(folder, &["--output-format", "json", "--select", &rules.join(",")]);
    serde_json::from_str(&report).unwrap()
}

/// Findings with the proposals in which they were made, by their primary places.
fn placed<'r>(folder: &Path, report: &'r Value) -> Vec<(String, &'r Value)> {
    let mut texts = BTreeMap::new();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let file = finding["primary"]["file"].as_str().unwrap();
            let text = texts.entry(file).or_insert_with(|| fs::read_to_string(folder.join(file)).unwrap());
            let offset = finding["primary"]["start"]["offset"].as_u64().unwrap();
            let proposal = proposal_at(text, offset as usize);
            (proposal.unwrap_or_else(|| panic!("outside of all proposals: {finding}")).to_owned(), finding)
        })
        .collect()
}

/// Where findings and truth differ: rule, proposal, and which of the two is without it.
fn differences(found: &[(String, &Value)], truth: &Truth) -> Vec<String> {
    let found: BTreeSet<_> = found
        .iter()
        .map(|(proposal, finding)| (finding["rule"].as_str().unwrap(), proposal.as_str()))
        .collect();
    let known: BTreeSet<_> = truth
        .iter()
        .flat_map(|(rule, proposals)| proposals.iter().map(move |proposal| (*rule, proposal.as_str())))
        .collect();
    let missed = known.difference(&found).map(|pair| format!("{pair:?} was not found"));
    let invented = found.difference(&known).map(|pair| format!("{pair:?} is not true"));
    missed.chain(invented).collect()
}

fn agrees(name: &str, plan: Plan, proposals_a_file: usize) {
    let folder = Folder::new(name);
    let portfolio = Portfolio::new(plan);
    portfolio.write(&folder.0, proposals_a_file).unwrap();
    let truth = portfolio.truth();
    let report = check(&folder.0, &truth.keys().copied().collect::<Vec<_>>());
    let differences = differences(&placed(&folder.0, &report), &truth);
    let first = differences.iter().take(10).collect::<Vec<_>>();
    assert!(differences.is_empty(), "{plan:?}: {} differences, first {first:#?}", differences.len());
    assert_eq!(report["summary"]["proposals"], plan.proposals, "{plan:?}");
}

fn agrees_for_all_seeds(proposals: usize) {
    for seed in SEEDS {
        agrees(&format!("{proposals}-{seed}"), Plan { proposals, seed, clean: false }, proposals);
    }
}

#[test]
fn one_proposal_is_judged_as_it_is() {
    agrees_for_all_seeds(1);
}

#[test]
fn a_thousand_proposals_are_judged_as_they_are() {
    agrees_for_all_seeds(1_000);
}

#[test]
fn ten_thousand_proposals_are_judged_as_they_are() {
    agrees_for_all_seeds(10_000);
}

#[test]
fn many_files_are_judged_as_one() {
    agrees("many", Plan { proposals: 1_000, seed: 41, clean: false }, 1);
    agrees("some", Plan { proposals: 1_000, seed: 41, clean: false }, 300);
}

#[test]
fn all_rules_come_to_the_same_counts_in_each_format() {
    let folder = Folder::new("counts");
    Portfolio::new(Plan { proposals: 1_000, seed: 99, clean: false }).write(&folder.0, 1_000).unwrap();
    let run = |format| printed(&folder.0, &["--statistics", "--output-format", format]);
    let [summary, lines, json] = ["summary", "concise", "json"].map(run);
    let (last, _) = summary.rsplit_once("\n\n").unwrap();
    assert!(lines.contains(&format!("\n\n{last}\n\n")), "{summary}");
    let counts = counts::printed(&summary);
    assert_eq!(counts, counts::reported(&serde_json::from_str(&json).unwrap()));
    assert!(counts.values().filter(|[violates, ..]| *violates > 0).count() > 5, "{counts:?}");
}

#[test]
fn a_clean_portfolio_is_left_alone() {
    agrees("clean", Plan { proposals: 1_000, seed: 7, clean: true }, 1_000);
}

#[test]
fn a_text_in_a_hard_form_is_judged_as_in_a_plain_one() {
    let portfolio = Portfolio::new(Plan { proposals: 1_000, seed: 41, clean: false });
    let (truth, texts) = (portfolio.truth(), portfolio.texts(1_000));
    let forms = [forms::on_one_line, forms::with_carriage_returns, forms::in_other_alphabets];
    for (number, form) in forms.into_iter().enumerate() {
        let folder = Folder::new(&format!("form-{number}"));
        fs::write(folder.0.join("plumbrule.toml"), "").unwrap();
        let text = form(&texts[0].1);
        assert_ne!(text, texts[0].1);
        fs::write(folder.0.join("form.plumb"), text).unwrap();
        let report = check(&folder.0, &truth.keys().copied().collect::<Vec<_>>());
        let of_proposal =
            |finding: &'_ Value| finding["subject"].as_str().unwrap().split('.').next().unwrap().to_owned();
        let findings = report["findings"].as_array().unwrap();
        let found: Vec<_> = findings.iter().map(|finding| (of_proposal(finding), finding)).collect();
        let differences = differences(&found, &truth);
        assert!(
            differences.is_empty(),
            "form {number}: {} differences, {:?}",
            differences.len(),
            differences.first()
        );
    }
}

/// The sales on the route that the command shows for each plant.
fn sales_found(name: &str, trade: &Trade, plants: usize) -> Vec<Option<usize>> {
    let folder = Folder::new(name);
    fs::write(folder.0.join("plumbrule.toml"), "").unwrap();
    fs::write(folder.0.join("trade.plumb"), trade.text()).unwrap();
    let report = check(&folder.0, &[DIRECT, TRANSITIVE]);
    let mut sales = vec![None; plants];
    for (proposal, finding) in placed(&folder.0, &report) {
        // A route begins with the plant and ends with the country.
        let hops = finding["route"].as_array().unwrap().len() - 2;
        assert_eq!(finding["rule"] == DIRECT, hops == 1, "{name}: {finding}");
        let plant: usize = proposal.strip_prefix("p-").unwrap().parse().unwrap();
        assert_eq!(sales[plant].replace(hops), None, "{name}: found twice in {proposal}");
    }
    sales
}

#[test]
fn hard_shapes_of_trade_are_followed_by_their_shortest_chain() {
    let shapes = [
        ("chain", Trade::chain(10_000)),
        ("rings", Trade::rings(2_000)),
        ("hub", Trade::hub(10_000)),
        ("web", Trade::web(2_000, 20)),
    ];
    for (name, trade) in shapes {
        let sales = trade.sales();
        let found = sales_found(name, &trade, sales.len());
        assert_eq!(found, sales, "{name}");
    }
}

fn bought(pairs: &[(usize, usize)]) -> Vec<Purchase> {
    pairs.iter().map(|(item, seller)| Purchase { item: *item, seller: *seller }).collect()
}

fn supplier(country: &'static str, buys: &[(usize, usize)]) -> Supplier {
    Supplier { country, sells: vec![0, 1], buys: bought(buys) }
}

fn ids(numbers: &[usize]) -> BTreeSet<String> {
    numbers.iter().map(|number| format!("p-{number:06}")).collect()
}

#[test]
fn truth_follows_sales_of_one_item_only() {
    let suppliers = vec![
        supplier("China", &[]),
        supplier("Japan", &[(0, 0)]),
        supplier("Japan", &[(0, 1), (1, 3)]),
        supplier("Japan", &[(1, 4)]),
        supplier("Japan", &[(1, 3)]),
    ];
    let uses: [&[_]; 7] =
        [&[(0, 0)], &[(1, 0)], &[(0, 1)], &[(1, 1)], &[(0, 2)], &[(1, 2)], &[(1, 4), (0, 2), (0, 0)]];
    let proposals = uses.map(|pairs| Proposal { uses: bought(pairs), ..Proposal::default() }).to_vec();
    let truth = Portfolio { proposals, suppliers }.truth();
    assert_eq!(truth[DIRECT], ids(&[0, 1, 6]));
    assert_eq!(truth[TRANSITIVE], ids(&[2, 4, 6]));
}

#[test]
fn truth_wants_all_of_it_in_one_place() {
    let target = |amount: bool, by: bool| Target { amount: amount.then_some(9), by: by.then_some(2030) };
    let offtake = |start: bool, term: bool| Offtake {
        start: start.then_some(2028),
        term: term.then_some(9),
        ..Offtake::default()
    };
    let halves: [&[_]; 5] = [
        &[],
        &[(true, false)],
        &[(true, false), (false, true)],
        &[(true, true)],
        &[(false, false), (true, true)],
    ];
    let proposals = halves.map(|pairs| Proposal {
        targets: pairs.iter().map(|(amount, by)| target(*amount, *by)).collect(),
        offtakes: pairs.iter().rev().map(|(start, term)| offtake(*start, *term)).collect(),
        ..Proposal::default()
    });
    let truth = Portfolio { proposals: proposals.to_vec(), suppliers: Vec::new() }.truth();
    assert_eq!(truth[NO_TARGET], ids(&[0, 1, 2]));
    assert_eq!(truth[NO_HORIZON], ids(&[0, 1, 2]));
}

#[test]
fn shortest_chains_of_small_shapes_are_as_counted_by_hand() {
    assert_eq!(Trade::chain(4).sales(), [Some(4), Some(2), None]);
    assert_eq!(Trade::rings(4).sales(), [Some(2), Some(5), Some(4), Some(3), None, None, None, None]);
    assert_eq!(Trade::hub(3).sales(), [Some(2), Some(2), Some(2), None]);
    let web = Trade::web(4, 2).sales();
    assert_eq!([0, 50, 100, 150].map(|plant| web[plant]), [Some(3), Some(2), Some(3), Some(1)]);
    assert_eq!([1, 51, 101, 151].map(|plant| web[plant]), [None, None, None, Some(1)]);
}

/// Whether a purchase leads to the covered country, by walking on from it in the JSON.
fn leads_there(suppliers: &BTreeMap<&str, &Value>, purchase: &Value) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![purchase["from"].as_str().unwrap()]);
    while let Some(name) = open.pop() {
        if suppliers[name]["country"] == "China" {
            return true;
        }
        if !seen.insert(name) {
            continue;
        }
        let buys = suppliers[name]["buys"].as_array().unwrap().iter();
        open.extend(
            buys.filter(|next| next["item"] == purchase["item"]).map(|next| next["from"].as_str().unwrap()),
        );
    }
    false
}

#[test]
fn the_json_holds_the_same_truth() {
    for seed in SEEDS {
        let portfolio = Portfolio::new(Plan { proposals: 1_000, seed, clean: false });
        let json: Value = serde_json::from_str(&portfolio.json()).unwrap();
        let suppliers = json["suppliers"].as_array().unwrap().iter();
        let suppliers: BTreeMap<_, _> =
            suppliers.map(|known| (known["id"].as_str().unwrap(), known)).collect();
        let picked = |holds: &dyn Fn(&Value) -> bool| -> BTreeSet<String> {
            let proposals = json["proposals"].as_array().unwrap().iter().filter(|proposal| holds(proposal));
            proposals.map(|proposal| proposal["id"].as_str().unwrap().to_owned()).collect()
        };
        let none_has = |list: &'static str, fields: [&'static str; 2]| {
            picked(&move |proposal| {
                let mut entries = proposal[list].as_array().unwrap().iter();
                !entries.any(|entry| fields.iter().all(|field| entry[field].is_number()))
            })
        };
        let covered = picked(&|proposal| {
            proposal["uses"].as_array().unwrap().iter().any(|purchase| leads_there(&suppliers, purchase))
        });
        let truth = portfolio.truth();
        assert_eq!(none_has("targets", ["amount", "by"]), truth[NO_TARGET]);
        assert_eq!(none_has("offtakes", ["start", "term"]), truth[NO_HORIZON]);
        assert_eq!(covered, &truth[DIRECT] | &truth[TRANSITIVE]);
    }
}

/// Counts are the same on every machine; figures of benchmarks rest on them.
#[test]
fn a_seed_gives_the_same_portfolio_everywhere() {
    let counts = |clean: bool| {
        let truth = Portfolio::new(Plan { proposals: 10_000, seed: 7, clean }).truth();
        [NO_TARGET, NO_HORIZON, DIRECT, TRANSITIVE].map(|rule| truth[rule].len())
    };
    assert_eq!(counts(false), [5212, 6227, 721, 1105]);
    assert_eq!(counts(true), [208, 195, 56, 90]);
}

#[test]
fn a_clean_plan_leaves_one_proposal_in_twenty_with_findings() {
    for seed in SEEDS {
        let truth = Portfolio::new(Plan { proposals: 10_000, seed, clean: true }).truth();
        let named: BTreeSet<_> = truth.into_values().flatten().collect();
        assert!((400..600).contains(&named.len()), "{} of 10,000", named.len());
    }
}

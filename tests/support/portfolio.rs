//! Owns portfolios that are made up from a seed: their text, the same as JSON, and what must be found in them.
//! May not know the crate: the truth is computed here from the portfolio itself, by other means than rules.
//! Tests and benchmarks include this file, so it uses the standard library only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

use draw::Draw;

#[path = "draw.rs"]
mod draw;

/// The rules that the truth speaks of. The last two answer one question: which plants depend on a covered country.
pub(crate) const NO_TARGET: &str = "no-measurable-target";
pub(crate) const NO_HORIZON: &str = "no-offtake-horizon";
pub(crate) const DIRECT: &str = "covered-input-direct";
pub(crate) const TRANSITIVE: &str = "covered-input-transitive";

/// Ids of proposals by the rule that must find something in them; every rule has its entry.
pub(crate) type Truth = BTreeMap<&'static str, BTreeSet<String>>;

const SUBJECTS: [&str; 4] =
    ["Oxide refinery", "Solvent extraction line", "Magnet scrap recycling", "Separation pilot, scaled up"];
const SPONSORS: [&str; 5] = [
    "Department of Energy",
    "Department of the Interior",
    "Defense Logistics Agency",
    "Export-Import Bank",
    "State of Texas",
];
const MATERIALS: [&str; 3] = ["NdPr-oxide", "Dy-oxide", "Tb-oxide"];
/// None is made of another, so that a purchase leads on only along sales of the same item.
const ITEMS: [&str; 5] = ["P507", "P204", "TBP", "oxalic-acid", "ammonium-bicarbonate"];
const COVERED: &str = "China";
const FREE: [&str; 10] = [
    "Australia",
    "Brazil",
    "Canada",
    "Estonia",
    "France",
    "Japan",
    "Kazakhstan",
    "Malaysia",
    "US",
    "Vietnam",
];
/// Companies that take what plants make; they buy and sell nothing else.
const BUYERS: usize = 20;
/// Suppliers in the longest chain of sales: one that makes what it sells, and those that sell it on.
const TIERS: usize = 5;

/// What a portfolio is made from. The same plan gives the same bytes on every machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How many proposals.
    pub(crate) proposals: usize,
    /// Where draws start.
    pub(crate) seed: u64,
    /// Whether about 95 % of the proposals shall be free of findings; without it, about one in six is.
    pub(crate) clean: bool,
}

/// Proposals and the suppliers that their plants buy from.
#[derive(Clone, Debug)]
pub(crate) struct Portfolio {
    pub(crate) proposals: Vec<Proposal>,
    pub(crate) suppliers: Vec<Supplier>,
}

/// One deal with one plant. Words are numbers of entries in the tables above.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proposal {
    pub(crate) subject: usize,
    pub(crate) sponsor: usize,
    pub(crate) material: usize,
    /// Million dollars.
    pub(crate) grant: usize,
    /// Tonnes a year.
    pub(crate) capacity: usize,
    /// Year.
    pub(crate) start: usize,
    pub(crate) uses: Vec<Purchase>,
    pub(crate) targets: Vec<Target>,
    pub(crate) offtakes: Vec<Offtake>,
}

/// A level of output; what a careless draft leaves out is `None`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    /// Tonnes a year.
    pub(crate) amount: Option<usize>,
    /// Year.
    pub(crate) by: Option<usize>,
}

/// A promise to take; what a careless draft leaves out is `None`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offtake {
    pub(crate) buyer: usize,
    /// Tonnes a year.
    pub(crate) volume: usize,
    /// Year.
    pub(crate) start: Option<usize>,
    /// Years.
    pub(crate) term: Option<usize>,
}

/// A company and what it buys in order to sell it on.
#[derive(Clone, Debug)]
pub(crate) struct Supplier {
    pub(crate) country: &'static str,
    pub(crate) sells: Vec<usize>,
    pub(crate) buys: Vec<Purchase>,
}

/// An item bought from a supplier, both by number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purchase {
    pub(crate) item: usize,
    pub(crate) seller: usize,
}

impl Portfolio {
    /// A tenth as many suppliers as proposals, at least eight.
    pub(crate) fn new(plan: Plan) -> Self {
        let count = (plan.proposals / 10).max(8);
        let suppliers: Vec<_> = (0..count).map(|index| Supplier::new(plan, index, count)).collect();
        let proposals = (0..plan.proposals).map(|index| Proposal::new(plan, index, &suppliers)).collect();
        Portfolio { proposals, suppliers }
    }

    /// What the headline rules must find, no more and no less.
    pub(crate) fn truth(&self) -> Truth {
        let reaching = self.reaching();
        let direct = |purchase: &Purchase| self.suppliers[purchase.seller].country == COVERED;
        let transitive = |purchase: &Purchase| !direct(purchase) && reaching[node(purchase)];
        let measurable = |target: &Target| target.amount.is_some() && target.by.is_some();
        let lasting = |offtake: &Offtake| offtake.start.is_some() && offtake.term.is_some();
        BTreeMap::from([
            (NO_TARGET, self.ids(|proposal| !proposal.targets.iter().any(measurable))),
            (NO_HORIZON, self.ids(|proposal| !proposal.offtakes.iter().any(lasting))),
            (DIRECT, self.ids(|proposal| proposal.uses.iter().any(direct))),
            (TRANSITIVE, self.ids(|proposal| proposal.uses.iter().any(transitive))),
        ])
    }

    fn ids(&self, holds: impl Fn(&Proposal) -> bool) -> BTreeSet<String> {
        let held = self.proposals.iter().enumerate().filter(|(_, proposal)| holds(proposal));
        held.map(|(index, _)| proposal_id(index)).collect()
    }

    /// Whether an item bought from a supplier comes, along sales of that item, from a covered country; by `node`.
    fn reaching(&self) -> Vec<bool> {
        let mut sold_to = vec![Vec::new(); self.suppliers.len() * ITEMS.len()];
        let mut open = Vec::new();
        for (buyer, supplier) in self.suppliers.iter().enumerate() {
            for purchase in &supplier.buys {
                sold_to[node(purchase)].push(node(&Purchase { seller: buyer, ..*purchase }));
            }
            if supplier.country == COVERED {
                open.extend((0..ITEMS.len()).map(|item| node(&Purchase { item, seller: buyer })));
            }
        }
        let mut reached = vec![false; sold_to.len()];
        while let Some(next) = open.pop() {
            if !reached[next] {
                reached[next] = true;
                open.extend(&sold_to[next]);
            }
        }
        reached
    }

    /// Writes a folder that is a portfolio of its own: its marker, and texts of so many proposals each, the
    /// suppliers behind the last.
    pub(crate) fn write(&self, folder: &Path, proposals_a_file: usize) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("plumbrule.toml"), "")?;
        for (name, text) in self.texts(proposals_a_file) {
            fs::write(folder.join(name), text)?;
        }
        Ok(())
    }

    /// The texts by file name.
    pub(crate) fn texts(&self, proposals_a_file: usize) -> Vec<(String, String)> {
        let blocks: Vec<_> =
            self.proposals.iter().enumerate().map(|(index, proposal)| proposal.text(index)).collect();
        let chunks = blocks.chunks(proposals_a_file).enumerate();
        let mut texts: Vec<_> = chunks
            .map(|(chunk, blocks)| {
                (format!("{}.plumb", proposal_id(chunk * proposals_a_file)), blocks.join("\n"))
            })
            .collect();
        if let Some((_, last)) = texts.last_mut() {
            for (index, supplier) in self.suppliers.iter().enumerate() {
                last.push('\n');
                last.push_str(&supplier.text(index));
            }
            last.extend(
                (0..BUYERS).map(|buyer| format!("\nsupplier {} {{ country: US }}\n", buyer_id(buyer))),
            );
        }
        texts
    }

    /// The same portfolio for engines that read JSON.
    pub(crate) fn json(&self) -> String {
        let proposals = self.proposals.iter().enumerate().map(|(index, proposal)| proposal.json(index));
        let suppliers = self.suppliers.iter().enumerate().map(|(index, supplier)| supplier.json(index));
        format!("{{\"proposals\":{},\"suppliers\":{}}}\n", array(proposals), array(suppliers))
    }
}

impl Supplier {
    fn new(plan: Plan, index: usize, count: usize) -> Self {
        let mut draw = Draw::new(plan.seed, 1, index);
        let tier = index % TIERS;
        let sells: BTreeSet<_> = (0..1 + draw.below(3)).map(|_| draw.below(ITEMS.len())).collect();
        let covered = tier == 0 && draw.chance(if plan.clean { 2 } else { 30 });
        let country = if covered { COVERED } else { FREE[draw.below(FREE.len())] };
        let mut buys = Vec::new();
        if let Some(below) = tier.checked_sub(1) {
            let sellers = (count - below).div_ceil(TIERS);
            buys.extend(
                sells
                    .iter()
                    .map(|item| Purchase { item: *item, seller: draw.below(sellers) * TIERS + below }),
            );
        }
        Supplier { country, sells: sells.into_iter().collect(), buys }
    }

    fn text(&self, index: usize) -> String {
        let mut text = format!(
            "supplier {} \"Trading house {index}\" {{\n  country: {}\n",
            supplier_id(index),
            self.country
        );
        text.extend(self.buys.iter().enumerate().map(|(number, purchase)| {
            format!("  feedstock f{number} {{ item: {}; supplier: {} }}\n", purchase.name(), purchase.from())
        }));
        text + "}\n"
    }

    fn json(&self, index: usize) -> String {
        let sells = array(self.sells.iter().map(|item| format!("\"{}\"", ITEMS[*item])));
        let buys = array(self.buys.iter().map(Purchase::json));
        let (id, country) = (supplier_id(index), self.country);
        format!("{{\"id\":\"{id}\",\"country\":\"{country}\",\"sells\":{sells},\"buys\":{buys}}}")
    }
}

impl Proposal {
    fn new(plan: Plan, index: usize, suppliers: &[Supplier]) -> Self {
        let mut draw = Draw::new(plan.seed, 2, index);
        let mut proposal = Proposal {
            subject: draw.below(SUBJECTS.len()),
            sponsor: draw.below(SPONSORS.len()),
            material: draw.below(MATERIALS.len()),
            grant: 5 + draw.below(900),
            capacity: 100 + draw.below(5000),
            start: 2027 + draw.below(5),
            ..Proposal::default()
        };
        let care = |careless: usize| if plan.clean { 98 } else { careless };
        let several = |draw: &mut Draw| if plan.clean { 1 + draw.below(2) } else { draw.below(3) };
        for _ in 0..several(&mut draw) {
            let (amount, by) = (10 + draw.below(proposal.capacity - 10), proposal.start + 1 + draw.below(4));
            let target = Target { amount: draw.written(care(75), amount), by: draw.written(care(80), by) };
            proposal.targets.push(target);
        }
        for _ in 0..several(&mut draw) {
            let (buyer, volume) = (draw.below(BUYERS), 1 + draw.below(proposal.capacity / 3));
            let start = draw.written(care(70), proposal.start);
            let years = 3 + draw.below(13);
            proposal.offtakes.push(Offtake { buyer, volume, start, term: draw.written(care(65), years) });
        }
        for _ in 0..draw.below(3) {
            let seller = draw.below(suppliers.len());
            let sells = &suppliers[seller].sells;
            proposal.uses.push(Purchase { item: sells[draw.below(sells.len())], seller });
        }
        proposal
    }

    fn text(&self, index: usize) -> String {
        let (id, subject, sponsor) = (proposal_id(index), SUBJECTS[self.subject], SPONSORS[self.sponsor]);
        let (material, capacity, start, grant) =
            (MATERIALS[self.material], self.capacity, self.start, self.grant);
        let mut text = format!(
            "proposal {id} \"{subject} {index}\" {{\n  as_of: 2026-03-01\n  sponsor: \"{sponsor}\"\n  \
             materials: [{material}]\n  facility plant {{\n    stage: separation; country: US; status: construction\n    \
             capacity: {capacity} t/yr of {material}; start: {start}\n"
        );
        text.extend(self.uses.iter().enumerate().map(|(number, purchase)| {
            format!("    reagent r{number} {{ item: {}; supplier: {} }}\n", purchase.name(), purchase.from())
        }));
        text.push_str(&format!(
            "  }}\n  finance grant {{\n    type: grant; provider: \"{sponsor}\"; status: binding; funds: [plant]\n    \
             amount: USD {grant} million\n  }}\n"
        ));
        text.extend(self.targets.iter().enumerate().map(|(number, target)| target.text(number, material)));
        text.extend(self.offtakes.iter().enumerate().map(|(number, offtake)| offtake.text(number, material)));
        text + "}\n"
    }

    fn json(&self, index: usize) -> String {
        let (id, subject, sponsor) = (proposal_id(index), SUBJECTS[self.subject], SPONSORS[self.sponsor]);
        let (material, capacity, start, grant) =
            (MATERIALS[self.material], self.capacity, self.start, self.grant);
        let uses = array(self.uses.iter().map(Purchase::json));
        let targets = array(self.targets.iter().map(Target::json));
        let offtakes = array(self.offtakes.iter().map(Offtake::json));
        format!(
            "{{\"id\":\"{id}\",\"title\":\"{subject} {index}\",\"sponsor\":\"{sponsor}\",\"material\":\"{material}\",\
             \"capacity\":{capacity},\"start\":{start},\"grant\":{grant},\
             \"uses\":{uses},\"targets\":{targets},\"offtakes\":{offtakes}}}"
        )
    }
}

impl Target {
    fn text(&self, number: usize, material: &str) -> String {
        let amount = optional(self.amount, |amount| format!("; amount: {amount} t/yr of {material}"));
        let by = optional(self.by, |year| format!("; by: {year}"));
        format!("  target t{number} {{ metric: output; facility: plant{amount}{by} }}\n")
    }

    fn json(&self) -> String {
        let amount = optional(self.amount, |amount| format!(",\"amount\":{amount}"));
        let by = optional(self.by, |year| format!(",\"by\":{year}"));
        format!("{{\"metric\":\"output\"{amount}{by}}}")
    }
}

impl Offtake {
    fn text(&self, number: usize, material: &str) -> String {
        let (buyer, volume) = (buyer_id(self.buyer), self.volume);
        let start = optional(self.start, |year| format!("; start: {year}"));
        let term = optional(self.term, |years| format!("; term: {years} years"));
        format!(
            "  offtake o{number} {{\n    seller: plant; buyer: {buyer}; form: take-or-pay; status: binding\n    \
             volume: {volume} t/yr of {material}{start}{term}\n  }}\n"
        )
    }

    fn json(&self) -> String {
        let (buyer, volume) = (buyer_id(self.buyer), self.volume);
        let start = optional(self.start, |year| format!(",\"start\":{year}"));
        let term = optional(self.term, |years| format!(",\"term\":{years}"));
        format!("{{\"buyer\":\"{buyer}\",\"volume\":{volume}{start}{term}}}")
    }
}

impl Purchase {
    fn name(&self) -> &'static str {
        ITEMS[self.item]
    }

    fn from(&self) -> String {
        supplier_id(self.seller)
    }

    fn json(&self) -> String {
        format!("{{\"item\":\"{}\",\"from\":\"{}\"}}", self.name(), self.from())
    }
}

/// The proposal in whose block a place of a text lies.
pub(crate) fn proposal_at(text: &str, offset: usize) -> Option<&str> {
    let line_end = text[offset..].find('\n').map_or(text.len(), |length| offset + length);
    let mut lines = text[..line_end].rsplit('\n');
    let header = lines.find(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))?;
    header.strip_prefix("proposal ")?.split(' ').next()
}

fn proposal_id(index: usize) -> String {
    format!("p-{index:06}")
}

fn supplier_id(index: usize) -> String {
    format!("s-{index:06}")
}

fn buyer_id(index: usize) -> String {
    format!("b-{index:02}")
}

/// A number for a supplier and an item together.
fn node(purchase: &Purchase) -> usize {
    purchase.seller * ITEMS.len() + purchase.item
}

fn optional(value: Option<usize>, words: impl Fn(usize) -> String) -> String {
    value.map(words).unwrap_or_default()
}

fn array(members: impl Iterator<Item = String>) -> String {
    format!("[{}]", members.collect::<Vec<_>>().join(","))
}

//! Owns shapes of trade that are hard to search: rings, a long chain, a seller with very many buyers, a dense
//! web. Of each it knows how many sales lie between a plant and the covered country.
//! May not know the crate: the truth is a plain search over the sales, from the covered end.

use std::collections::VecDeque;

/// The item that all suppliers trade.
const TRADED: &str = "P507";
/// An item that nobody sells on: a plant that buys it depends on nobody behind its seller.
const OTHER: &str = "TBP";

/// Suppliers by number, and plants that buy from them, each in a proposal of its own.
#[derive(Debug, Default)]
pub(crate) struct Trade {
    /// From whom each supplier buys, in the order in which it says so.
    buys: Vec<Vec<usize>>,
    /// Suppliers based in the covered country.
    covered: Vec<usize>,
    /// Supplier of each plant, and what it buys there.
    plants: Vec<(usize, &'static str)>,
}

impl Trade {
    /// Each of `length` suppliers buys from the next, and the last one is covered. One plant buys at the far end,
    /// one halfway, and one buys something else.
    pub(crate) fn chain(length: usize) -> Self {
        let buys =
            (0..length).map(|supplier| Vec::from_iter((supplier + 1 < length).then_some(supplier + 1)));
        let plants = vec![(0, TRADED), (length / 2, TRADED), (0, OTHER)];
        Trade { buys: buys.collect(), covered: vec![length - 1], plants }
    }

    /// Two rings in which each supplier buys from the next; only the first supplier of the first ring also buys
    /// from a covered one. Four plants buy from each ring.
    pub(crate) fn rings(length: usize) -> Self {
        let ring = |first: usize| (0..length).map(move |at| vec![first + (at + 1) % length]);
        let mut buys: Vec<_> = ring(0).chain(ring(length)).collect();
        let maker = buys.len();
        buys[0].push(maker);
        buys.push(Vec::new());
        let plants = (0..8).map(|plant| (plant * length / 4, TRADED)).collect();
        Trade { buys, covered: vec![maker], plants }
    }

    /// One supplier that buys from a covered one, and has `users` plants; one more buys something else from it.
    pub(crate) fn hub(users: usize) -> Self {
        let mut plants = vec![(0, TRADED); users];
        plants.push((0, OTHER));
        Trade { buys: vec![vec![1], Vec::new()], covered: vec![1], plants }
    }

    /// Each supplier buys from `links` others, so that nearly all lie on rings, and the last one is covered. Of two
    /// hundred plants every second one buys something else.
    pub(crate) fn web(suppliers: usize, links: usize) -> Self {
        let sellers = |supplier: usize| (1..=links).map(move |link| (supplier * links + link) % suppliers);
        let buys =
            (0..suppliers).map(|supplier| sellers(supplier).filter(|seller| *seller != supplier).collect());
        let plants = (0..200).map(|plant| (plant * suppliers / 200, [TRADED, OTHER][plant % 2])).collect();
        Trade { buys: buys.collect(), covered: vec![suppliers - 1], plants }
    }

    /// Sales on the shortest chain from each plant to the covered country, one if its own supplier is there; none
    /// if it does not depend on it.
    pub(crate) fn sales(&self) -> Vec<Option<usize>> {
        let mut sold_to = vec![Vec::new(); self.buys.len()];
        for (buyer, sellers) in self.buys.iter().enumerate() {
            sellers.iter().for_each(|seller| sold_to[*seller].push(buyer));
        }
        let mut sales = vec![None; self.buys.len()];
        let mut open: VecDeque<_> = self.covered.iter().map(|supplier| (*supplier, 1)).collect();
        while let Some((supplier, count)) = open.pop_front() {
            if sales[supplier].is_none() {
                sales[supplier] = Some(count);
                open.extend(sold_to[supplier].iter().map(|buyer| (*buyer, count + 1)));
            }
        }
        let known = |&(supplier, item): &(usize, &str)| {
            sales[supplier].filter(|_| item == TRADED || self.covered.contains(&supplier))
        };
        self.plants.iter().map(known).collect()
    }

    /// All of it in one text; plant number n stands in the proposal `p-n`.
    pub(crate) fn text(&self) -> String {
        let plants = self.plants.iter().enumerate().map(|(plant, (supplier, item))| {
            format!(
                "proposal p-{plant} {{\n  as_of: 2026-03-01\n  facility plant {{\n    stage: separation; country: US; \
                 start: 2028\n    reagent r {{ item: {item}; supplier: s-{supplier} }}\n  }}\n}}\n"
            )
        });
        let suppliers = self.buys.iter().enumerate().map(|(supplier, sellers)| {
            let country = if self.covered.contains(&supplier) { "China" } else { "Japan" };
            let lines = sellers.iter().enumerate().map(|(number, seller)| {
                format!("  feedstock f{number} {{ item: {TRADED}; supplier: s-{seller} }}\n")
            });
            format!("supplier s-{supplier} {{\n  country: {country}\n{}}}\n", lines.collect::<String>())
        });
        plants.chain(suppliers).collect()
    }
}

//! Shapes that are hard to search or to read: owns how large they are. Their answers are compared with what is known
//! to be true before anything is timed.

use std::error::Error;
use std::fs;

use plumbrule::diagnostic::Detail;

use crate::SEED;
use crate::case::{Case, DEPENDENCE, QUESTIONS};
use crate::command::{Folder, check, megabytes};
use crate::forms::{in_other_alphabets, on_one_line, with_carriage_returns};
use crate::page::Table;
use crate::portfolio::{Plan, Portfolio, Truth};
use crate::process::{in_turn, peak};
use crate::steps::{milliseconds, repeated};
use crate::trade::Trade;

/// Says the same in another form.
type Rewrite = fn(&str) -> String;

/// How often each command runs.
const ROUNDS: usize = 5;
const FORMATS: [&str; 3] = ["concise", "full", "json"];

/// What is known of a shape.
enum Known {
    /// Sales between each plant and the covered country.
    Sales(Vec<Option<usize>>),
    Answers(Truth),
}

impl Known {
    fn asked(&self) -> &'static [&'static str] {
        match self {
            Known::Sales(_) => &DEPENDENCE,
            Known::Answers(_) => &QUESTIONS,
        }
    }

    fn holds(&self, case: &Case) -> Result<(), String> {
        let sales = match self {
            Known::Answers(truth) => return case.agrees(truth),
            Known::Sales(sales) => sales,
        };
        let mut found = vec![None; sales.len()];
        for (proposal, finding) in case.found(self.asked()) {
            let plant = proposal.strip_prefix("p-").and_then(|number| number.parse::<usize>().ok());
            if let Some(plant) = plant.and_then(|plant| found.get_mut(plant)) {
                // A route begins with the plant and ends with the country.
                *plant = Some(finding.beyond().route.len().saturating_sub(2));
            }
        }
        if found == *sales { Ok(()) } else { Err("a route is not the shortest that there is".into()) }
    }
}

/// Suppliers with many links, the last shape of trade: the figure that is named.
pub(crate) const WEB: &str = "10,000 suppliers that buy from 50 each, on rings";

fn shapes() -> Vec<(&'static str, String, Known)> {
    let trade = [
        ("2 rings of 50,000 suppliers", Trade::rings(50_000)),
        ("a chain of 100,000 suppliers", Trade::chain(100_000)),
        ("a supplier of 100,000 plants", Trade::hub(100_000)),
        (WEB, Trade::web(10_000, 50)),
    ];
    let trade = trade.map(|(name, trade)| (name, trade.text(), Known::Sales(trade.sales())));
    let drafts = |proposals: usize, form: Rewrite| {
        let portfolio = Portfolio::new(Plan { proposals, seed: SEED, clean: false });
        let text: String = portfolio.texts(proposals).into_iter().map(|(_, text)| form(&text)).collect();
        (text, Known::Answers(portfolio.truth()))
    };
    let forms: [(_, _, Rewrite); 3] = [
        ("1,600 proposals on one line", 1_600, on_one_line),
        ("10,000 proposals with CRLF", 10_000, with_carriage_returns),
        ("10,000 proposals in other alphabets", 10_000, in_other_alphabets),
    ];
    let forms = forms.map(|(name, proposals, form)| {
        let (text, known) = drafts(proposals, form);
        (name, text, known)
    });
    trade.into_iter().chain(forms).collect()
}

/// A row for each shape, and what the rules alone take on the web, in milliseconds.
pub(crate) fn table() -> Result<(Table, Option<f64>), Box<dyn Error>> {
    let formats = FORMATS.map(|format| format!("`{format}`, ms"));
    let head = ["shape", "text, MB", "findings", "rules alone, ms"].map(str::to_owned);
    let mut table = Table::new(head.into_iter().chain(formats).chain(["peak, MB".to_owned()]));
    let mut web = None;
    for (name, text, known) in shapes() {
        let folder = Folder::new("shape")?;
        fs::write(folder.0.join("plumbrule.toml"), "")?;
        fs::write(folder.0.join("shape.plumb"), &text)?;
        let (bytes, asked) = (text.len() as u64, known.asked());
        let case = Case::new(vec![("shape.plumb".to_owned(), text)]);
        known.holds(&case).map_err(|why| format!("{name}: {why}"))?;
        let model = case.model(&case.texts());
        let judge = || case.judge(&model, Detail::Line, &|rule| asked.contains(&rule.id.as_str()));
        let findings = judge().findings.len();
        let rules = milliseconds(repeated(&mut || drop(judge())));
        if name == WEB {
            web = Some(rules);
        }
        drop((model, case));
        let commands = FORMATS.map(|format| check(&folder.0, asked, format));
        let medians = in_turn(&mut Vec::from(commands), ROUNDS)?;
        let peak = peak(&mut check(&folder.0, asked, "full"))?;
        let first = [name.to_owned(), megabytes(bytes), findings.to_string(), format!("{rules:.1}")];
        let medians = medians.into_iter().map(|median| format!("{:.0}", milliseconds(median)));
        let peak = peak.map_or_else(String::new, megabytes);
        table.add(first.into_iter().chain(medians).chain([peak]));
    }
    Ok((table, web))
}

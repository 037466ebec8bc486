//! How often each rule came to which verdict, as two outputs hold it: read from the text of one and the numbers of the
//! other, to be compared. Knows no rule.

use std::collections::BTreeMap;

use serde_json::Value;

/// By rule: violates, cannot be shown, passes, not applicable.
pub(crate) type Counts = BTreeMap<String, [u64; 4]>;

/// Those that `summary --statistics` prints of one portfolio.
pub(crate) fn printed(summary: &str) -> Counts {
    summary.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<(String, [u64; 4])> {
    let words: [&str; 5] = line.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    let [rule, counts @ ..] = words;
    let numbers: Vec<u64> = counts.iter().filter_map(|count| count.replace(',', "").parse().ok()).collect();
    Some((rule.to_owned(), numbers.try_into().ok()?))
}

/// Those of the portfolios of a JSON report.
pub(crate) fn reported(report: &Value) -> Counts {
    let portfolios = report["portfolios"].as_array().into_iter().flatten();
    let rules = portfolios.flat_map(|portfolio| portfolio["statistics"].as_array().into_iter().flatten());
    let count = |rule: &Value, verdict: &str| rule["verdicts"][verdict].as_u64().unwrap_or(u64::MAX);
    let verdicts = ["violates", "cannot_be_shown", "passes", "not_applicable"];
    rules
        .map(|rule| {
            (rule["rule"].as_str().unwrap_or("").to_owned(), verdicts.map(|verdict| count(rule, verdict)))
        })
        .collect()
}

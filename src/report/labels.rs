//! The labels of a finding as readers meet them: primary first, the links of a route numbered. Knows
//! diagnostics only, no texts and no format.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Hop};
use crate::source::Place;

/// A label with the number of its link, if it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown<'a> {
    pub(crate) place: Place,
    pub(crate) text: Cow<'a, str>,
}

/// The primary label, then the related ones as given.
pub(crate) fn labels(finding: &Diagnostic) -> Vec<Shown<'_>> {
    let links = links(&finding.beyond().route);
    std::iter::once(&finding.primary)
        .chain(&finding.beyond().related)
        .map(|label| {
            let text = match links.get(&label.place) {
                Some(number) if label.text.is_empty() => Cow::Owned(number.to_string()),
                Some(number) => Cow::Owned(format!("{number}: {}", label.text)),
                None => Cow::Borrowed(label.text.as_str()),
            };
            Shown { place: label.place, text }
        })
        .collect()
}

/// The number of each link by the words that make it. The last station is where the route ends, no link.
fn links(route: &[Hop]) -> FxHashMap<Place, usize> {
    let stations = route.split_last().map_or(&[][..], |(_, before)| before);
    let mut links = FxHashMap::default();
    for (place, number) in stations.iter().filter_map(|hop| hop.place).zip(1..) {
        links.entry(place).or_insert(number);
    }
    links
}

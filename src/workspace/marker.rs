//! Looks into `plumbrule.toml`, which marks the root of a portfolio and holds no setting yet. The only file that
//! names the `toml` crate.

use std::path::Path;

use toml::de::DeTable;

use super::read::Reader;
use super::slips;
use crate::source::{Origin, SourceFile, Span};

const MARKER: &str = "plumbrule.toml";

/// Tells of anything but comments in the marker of a portfolio: passed over, it would look as if it held.
pub(super) fn check(root: &Path, reader: &mut Reader<'_>) {
    let path = root.join(MARKER);
    if !path.is_file() {
        return;
    }
    let Some(text) = reader.text(&path) else { return };
    let Some(span) = first_key(&text) else { return };
    let name = reader.disk.name(&path);
    let file = reader.sources.add(SourceFile::new(name, text, Origin::Portfolio));
    reader.diagnostics.push(slips::marker_key(file, span));
}

/// The first key of a text; what cannot be read, if that comes first.
fn first_key(text: &str) -> Option<Span> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let keys = table.get_ref().keys().map(toml::Spanned::span);
    let broken = errors.iter().map(|error| error.span().unwrap_or(0..text.len()));
    let first = keys.chain(broken).min_by_key(|range| range.start)?;
    Some(Span::new(first.start, first.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_is_found_also_in_broken_text() {
        let cases = [
            ("", None),
            ("# nothing yet\n\n", None),
            ("# more\nlevel = \"error\"\nalpha = 1\n", Some("level")),
            ("[lint.rules]\nalpha = 1\n", Some("lint")),
            ("zeta = 1\nalpha = [1,\n", Some("zeta")),
        ];
        for (text, key) in cases {
            assert_eq!(first_key(text).map(|span| span.of(text)), key, "{text}");
        }
        for text in ["= 1", "[", "just words", "\u{0}"] {
            assert!(first_key(text).is_some(), "{text}");
        }
    }
}

//! Places as programs take them: the name of a file that exists, and where in it. Knows no format.

use crate::source::{Origin, Place, Position, SourceFile, Sources, Unit};

/// A part of a file; the end is exclusive and does not lie before the start.
pub(super) struct Region<'a> {
    pub(super) file: &'a str,
    pub(super) start: Position,
    pub(super) end: Position,
}

impl<'a> Region<'a> {
    /// None where no file of the user bears the text: arguments, shipped texts, the run as a whole.
    pub(super) fn of(place: Place, sources: &'a Sources, unit: Unit) -> Option<Self> {
        let file = sources.get(place.file).filter(|file| is_on_disk(file))?;
        let end = place.span.end.max(place.span.start);
        let [start, end] = [place.span.start, end].map(|offset| file.position_in(offset, unit));
        Some(Self { file: &file.name, start, end })
    }
}

/// Whether the user has a file of that name.
pub(super) fn is_on_disk(file: &SourceFile) -> bool {
    matches!(file.origin, Origin::Portfolio | Origin::Rules)
}

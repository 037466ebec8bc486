//! Places as editors count them: lines and columns from 0, in the unit that was agreed on.

use gen_lsp_types as lsp;

pub(super) use crate::source::Unit;
use crate::source::{Position, SourceFile, Span};

/// The byte offset of a position; past the end of a line it is that end. None inside a character.
pub(super) fn offset(file: &SourceFile, position: lsp::Position, unit: Unit) -> Option<u32> {
    let from_one = |number: u32| number.saturating_add(1);
    file.offset(Position { line: from_one(position.line), column: from_one(position.character) }, unit)
}

/// A span of a text.
pub(super) fn range(file: &SourceFile, span: Span, unit: Unit) -> lsp::Range {
    let position = |offset: u32| {
        let Position { line, column } = file.position_in(offset, unit);
        lsp::Position { line: line - 1, character: column - 1 }
    };
    lsp::Range { start: position(span.start), end: position(span.end) }
}

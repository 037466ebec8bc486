//! Text to tree: owns the splitter, the grammar, the tree of blocks, fields and atoms, and every diagnostic
//! about text that is not in order. Any text gives a tree. Knows no kind, field, unit or rule.

mod closed;
mod lane;
mod parse;
mod split;
mod token;
mod tree;
mod view;

pub use closed::Closed;
pub use split::{MAX_FILE_BYTES, MAX_NESTING, Piece, Split, split, split_stretch};
pub use token::{Class, Token, prose, unquote};
pub use tree::{Entry, EntryId, Shape, Tree};
pub use view::{Value, View};

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// Reads pieces one after the other in the same memory.
#[derive(Debug, Default)]
pub struct Reader {
    atoms: Vec<Token>,
    tree: Tree,
}

impl Reader {
    /// Reads one piece of a text into a tree, which holds until the next is read; mistakes go to `diagnostics`, and
    /// the tree holds what could be read.
    pub fn read(
        &mut self,
        file: FileId,
        text: &str,
        piece: &Piece,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> &Tree {
        self.read_parts(file, text, piece, &[piece.span], diagnostics)
    }

    fn read_parts(
        &mut self,
        file: FileId,
        text: &str,
        piece: &Piece,
        parts: &[Span],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> &Tree {
        self.atoms.clear();
        for part in parts {
            parse::tokens(part.of(text), part.start, &mut self.atoms);
        }
        tree::build(file, text, &self.atoms, piece, &mut self.tree, diagnostics);
        &self.tree
    }
}

/// Reads one piece of a text into a tree of its own; see [`Reader::read`].
pub fn read_piece(file: FileId, text: &str, piece: &Piece, diagnostics: &mut Vec<Diagnostic>) -> Tree {
    let mut reader = Reader::default();
    reader.read(file, text, piece, diagnostics);
    reader.tree
}

/// Reads a whole text, but of closed blocks only the heads: their bodies are empty.
pub fn read_outside(
    file: FileId,
    text: &str,
    closed: Option<Closed<'_>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Tree> {
    let Split { pieces, diagnostics: mut found, .. } = split(file, text);
    diagnostics.append(&mut found);
    let mut reader = Reader::default();
    let tree = |piece: &Piece| {
        let parts = closed::open_parts(text, piece, closed);
        reader.read_parts(file, text, piece, &parts, diagnostics);
        std::mem::take(&mut reader.tree)
    };
    pieces.iter().map(tree).collect()
}

/// Reads a whole text: all its trees, in order.
pub fn read(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Tree> {
    read_outside(file, text, None, diagnostics)
}

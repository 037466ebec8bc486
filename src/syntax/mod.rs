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
pub use split::{MAX_FILE_BYTES, MAX_NESTING, Piece, Pieces};
pub use token::{Class, Token, prose, unquote};
pub use tree::{EntryId, Shape, Tree};
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

    /// Cuts the next piece off a text and reads it; see [`Reader::read`].
    pub fn read_next(&mut self, pieces: &mut Pieces<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<&Tree> {
        self.atoms.clear();
        let (file, text) = (pieces.file, pieces.text);
        let Some(piece) = pieces.next_by(|text, at| lane::block(text, at, &mut self.atoms)) else {
            let piece = pieces.next()?;
            return Some(self.read(file, text, &piece, diagnostics));
        };
        tree::build(file, text, &self.atoms, &piece, &mut self.tree, diagnostics);
        Some(&self.tree)
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
    let mut pieces = Pieces::new(file, text);
    let cut: Vec<Piece> = pieces.by_ref().collect();
    diagnostics.append(&mut pieces.diagnostics);
    let mut reader = Reader::default();
    let tree = |piece: &Piece| {
        let parts = closed::open_parts(text, piece, closed);
        reader.read_parts(file, text, piece, &parts, diagnostics);
        std::mem::take(&mut reader.tree)
    };
    cut.iter().map(tree).collect()
}

/// Reads a whole text: all its trees, in order.
pub fn read(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Tree> {
    read_outside(file, text, None, diagnostics)
}

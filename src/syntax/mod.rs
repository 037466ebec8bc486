//! Text to tree: owns the splitter, the grammar, the tree of blocks, fields and atoms, and every diagnostic
//! about text that is not in order. Any text gives a tree. Knows no kind, field, unit or rule.

mod lane;
mod parse;
mod split;
mod token;
mod tree;
mod view;

pub use split::{MAX_FILE_BYTES, MAX_NESTING, Piece, Pieces};
pub use token::{Class, Token, prose, quoted, unquote};
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
        if pieces.next_by(|text, at| lane::block(text, at, &mut self.tree)).is_none() {
            let piece = pieces.next()?;
            self.read(pieces.file, pieces.text, &piece, diagnostics);
        }
        Some(&self.tree)
    }

    /// Reads a piece that is one block, but for what stands between the first `mark` in it and its last brace.
    pub fn read_up_to(
        &mut self,
        mark: &str,
        file: FileId,
        text: &str,
        piece: &Piece,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> &Tree {
        let words = piece.span.of(text);
        let parts = match (words.find(mark), words.rfind('}')) {
            (Some(from), Some(to)) if from < to => {
                let [from, to] = [from, to].map(|at| piece.span.start + at as u32);
                [Span { end: from, ..piece.span }, Span { start: to, ..piece.span }]
            }
            _ => [piece.span, Span { start: piece.span.end, ..piece.span }],
        };
        self.read_parts(file, text, piece, &parts, diagnostics)
    }

    /// A copy of the tree that was read last, which takes no more memory than it needs.
    #[must_use]
    pub fn tree(&self) -> Tree {
        self.tree.clone()
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

/// The word that begins a piece, if nothing but one block stands in it for sure.
#[must_use]
pub fn sole_block<'t>(text: &'t str, piece: &Piece) -> Option<&'t str> {
    let (head, _) = piece.span.of(text).split_once('{')?;
    let is_plain = !head.contains(['\n', ';', '#', '\\']) && head.matches('"').count() % 2 == 0;
    head.split_whitespace().next().filter(|_| is_plain && !piece.unbalanced)
}

/// Reads one piece of a text into a tree of its own; see [`Reader::read`].
pub fn read_piece(file: FileId, text: &str, piece: &Piece, diagnostics: &mut Vec<Diagnostic>) -> Tree {
    let mut reader = Reader::default();
    reader.read(file, text, piece, diagnostics);
    reader.tree
}

/// Reads a whole text: all its trees, in order.
pub fn read(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Tree> {
    let mut pieces = Pieces::new(file, text);
    let cut: Vec<Piece> = pieces.by_ref().collect();
    diagnostics.append(&mut pieces.diagnostics);
    let mut reader = Reader::default();
    let tree = |piece: &Piece| {
        reader.read(file, text, piece, diagnostics);
        reader.tree()
    };
    cut.iter().map(tree).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_that_may_hold_more_than_one_block_is_not_taken_for_one() {
        let sole = |text| sole_block(text, &Piece { span: Span::new(0, str::len(text)), unbalanced: false });
        assert_eq!(sole("rule a \"b { c\" { x: 1 }"), None);
        assert_eq!(sole("rule a \"b\" { c { } }"), Some("rule"));
        assert_eq!(sole("table { }"), Some("table"));
        for more in
            ["define a = 1; rule b { }", "a: 1\n rule b { }", "# a {\n rule b { }", "define a = 1", ""]
        {
            assert_eq!(sole(more), None, "{more:?}");
        }
        let unbalanced = Piece { span: Span::new(0, 8), unbalanced: true };
        assert_eq!(sole_block("rule a {", &unbalanced), None);
    }

    #[test]
    fn what_stands_behind_a_mark_is_left_out_up_to_the_last_brace() {
        let entries = |text: &str| {
            let (mut reader, mut said) = (Reader::default(), Vec::new());
            let piece = Piece { span: Span::new(0, text.len()), unbalanced: false };
            let tree = reader.read_up_to("\n  example ", FileId(0), text, &piece, &mut said);
            assert!(said.is_empty(), "{text:?}: {said:?}");
            let all = View::roots(FileId(0), text, tree).flat_map(View::inside);
            all.map(|view| view.keyword().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(entries("rule a {\n  b: 1\n  example good { c { } }\n  example bad { }\n}\n"), ["b"]);
        assert_eq!(entries("rule a {\n  b: 1\n  c: 2\n}\n"), ["b", "c"]);
    }
}

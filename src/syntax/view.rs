//! A block with its text at hand: owns `View`, the way in which later steps read heads, fields and lists.
//! Knows no kind or field; what it is asked for is the asker's business.

use std::borrow::Cow;

use super::token::{self, Class, Token, prose};
use super::tree::{Entry, EntryId, Shape, Tree};
use crate::source::{FileId, Place, Span};

/// One entry of a tree.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The file it stands in.
    pub file: FileId,
    /// All of that file.
    pub text: &'a str,
    /// The tree of its piece.
    pub tree: &'a Tree,
    /// Its number there.
    pub id: EntryId,
    entry: &'a Entry,
}

impl<'a> View<'a> {
    /// The outermost entries of a tree.
    pub fn roots(file: FileId, text: &'a str, tree: &'a Tree) -> impl Iterator<Item = View<'a>> {
        tree.roots().map(move |(id, entry)| View { file, text, tree, id, entry })
    }

    /// What it is.
    #[must_use]
    pub fn shape(self) -> Shape {
        self.entry.shape
    }

    /// Its own atoms.
    #[must_use]
    pub fn atoms(self) -> &'a [Token] {
        self.tree.atoms(self.entry)
    }

    /// The words of an atom.
    #[must_use]
    pub fn words(self, token: Token) -> &'a str {
        token.span.of(self.text)
    }

    /// A place in its file.
    #[must_use]
    pub fn at(self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// Its head, or its words if it is no block.
    #[must_use]
    pub fn head(self) -> Place {
        self.at(token::span(self.atoms()).unwrap_or(self.entry.span))
    }

    /// Its first word: the kind of a block, the keyword of a statement, the name of a field.
    #[must_use]
    pub fn keyword(self) -> &'a str {
        self.atoms().first().map_or("", |first| self.words(*first))
    }

    /// The atom that names a block: the one after its kind, if that is a word.
    #[must_use]
    pub fn name_token(self) -> Option<Token> {
        self.atoms().get(1).copied().filter(|token| matches!(token.class, Class::Word | Class::Number))
    }

    /// The name of a block.
    #[must_use]
    pub fn name(self) -> Option<&'a str> {
        self.name_token().map(|token| self.words(token))
    }

    /// The title of a block: the quotation that ends its head.
    #[must_use]
    pub fn title_token(self) -> Option<Token> {
        self.atoms().last().copied().filter(|token| token.class == Class::String)
    }

    /// What the title says.
    #[must_use]
    pub fn title(self) -> Option<Cow<'a, str>> {
        self.title_token().map(|token| prose(self.text, token))
    }

    /// The entries directly inside.
    pub fn inside(self) -> impl Iterator<Item = View<'a>> {
        let tree: &'a Tree = self.tree;
        tree.inside(self.id, self.entry).map(move |(id, entry)| View { id, entry, ..self })
    }

    /// Another entry of the same tree.
    #[must_use]
    pub fn other(self, id: EntryId) -> Option<View<'a>> {
        self.tree.get(id).map(|entry| View { id, entry, ..self })
    }

    /// All of it, body included.
    #[must_use]
    pub fn span(self) -> Span {
        self.entry.span
    }

    /// Of a block: where a new last entry would be written.
    #[must_use]
    pub fn body_end(self) -> u32 {
        self.entry.body_end
    }

    /// The blocks directly inside whose kind is `keyword`.
    pub fn blocks(self, keyword: &'static str) -> impl Iterator<Item = View<'a>> {
        self.inside().filter(move |view| view.shape() == Shape::Block && view.keyword() == keyword)
    }

    /// The fields directly inside.
    pub fn fields(self) -> impl Iterator<Item = View<'a>> {
        self.inside().filter(|view| view.shape() == Shape::Field)
    }

    /// The value of the field of that name.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Value<'a>> {
        self.fields().find(|view| view.is_called(name)).map(View::value)
    }

    fn is_called(self, name: &str) -> bool {
        let first = self.atoms().first();
        // Most names differ in their length already.
        let first = first.filter(|first| (first.span.end - first.span.start) as usize == name.len());
        first.is_some_and(|first| self.words(*first).eq_ignore_ascii_case(name))
    }

    /// The value of a field.
    #[must_use]
    pub fn value(self) -> Value<'a> {
        let atoms = self.atoms();
        let after = atoms.last().map_or_else(|| self.head().span.end, |last| last.span.end);
        Value { file: self.file, text: self.text, atoms: atoms.get(1..).unwrap_or(&[]), after }
    }
}

/// The atoms of a value.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    /// The file it stands in.
    pub file: FileId,
    /// All of that file.
    pub text: &'a str,
    /// The atoms.
    pub atoms: &'a [Token],
    /// The byte after the field, which is the place of a value that is missing.
    pub after: u32,
}

impl<'a> Value<'a> {
    /// From the first atom to the last.
    #[must_use]
    pub fn span(self) -> Span {
        token::span(self.atoms).unwrap_or(Span { start: self.after, end: self.after })
    }

    /// All of it, as written.
    #[must_use]
    pub fn words(self) -> &'a str {
        self.span().of(self.text)
    }

    /// Where it stands.
    #[must_use]
    pub fn place(self) -> Place {
        Place { file: self.file, span: self.span() }
    }

    /// What it says, without quotation marks.
    #[must_use]
    pub fn prose(self) -> Cow<'a, str> {
        match self.atoms {
            [only] if only.is_prose() => prose(self.text, *only),
            _ => Cow::Borrowed(self.words()),
        }
    }

    /// Whether it is `yes`.
    #[must_use]
    pub fn is_yes(self) -> bool {
        self.words().eq_ignore_ascii_case("yes")
    }

    /// Whether it begins with `[`.
    #[must_use]
    pub fn is_list(self) -> bool {
        self.atoms.first().is_some_and(|first| first.is_mark(self.text, "["))
    }

    /// The parts of `[a, b]`, or itself as the only part.
    pub fn parts(self) -> impl Iterator<Item = Value<'a>> {
        let inner = if self.is_list() { self.atoms.get(1..).unwrap_or(&[]) } else { self.atoms };
        let inner = match inner {
            [front @ .., last] if self.is_list() && last.is_mark(self.text, "]") => front,
            all => all,
        };
        let parts = inner.split(|token| token.class == Class::Comma).filter(|part| !part.is_empty());
        parts.map(move |atoms| Value { atoms, ..self })
    }
}

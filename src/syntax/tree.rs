//! Puts atoms into entries and entries into bodies: owns `Tree` and the recovery within a block. A bad line
//! costs a line, a missing `}` a block; each mistake has its own words. Knows no kind or field.

use std::collections::BTreeSet;

use super::split::Piece;
use super::token::{self, Class, Token};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Place, Span};

/// Words that carry a statement on from the line before, unless `:` or `{` makes them a field or block.
pub(super) const CONTINUATIONS: [&str; 6] = ["and", "or", "where", "by", "because", "in"];

const SIGNS_THAT_CONTINUE: [&str; 11] = ["+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "="];

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `name: value`; its first atom is the name.
    Field,
    /// Atoms that mean something together, as in rules.
    Statement,
    /// `head { … }`.
    Block,
}

/// Number of an entry in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryId(pub u32);

/// One entry; entries lie in written order, so those inside follow it up to `after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What it is.
    pub shape: Shape,
    /// Its own atoms: of a field the name and the value, of a block its head.
    atoms: (u32, u32),
    /// One past the last entry inside.
    after: u32,
    /// All of it, body included.
    pub span: Span,
    /// Of a block: where a new last entry would be written.
    pub body_end: u32,
}

/// The entries of one piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    atoms: Vec<Token>,
    entries: Vec<Entry>,
}

impl Tree {
    /// The entries that stand in no other.
    pub(super) fn roots(&self) -> impl Iterator<Item = (EntryId, &Entry)> {
        self.siblings(0, self.entries.len() as u32)
    }

    /// The entries directly inside a block.
    pub(super) fn inside(&self, id: EntryId, block: &Entry) -> impl Iterator<Item = (EntryId, &Entry)> {
        self.siblings(id.0 + 1, block.after)
    }

    fn siblings(&self, from: u32, to: u32) -> impl Iterator<Item = (EntryId, &Entry)> {
        let mut next = from;
        std::iter::from_fn(move || {
            let id = EntryId(next);
            let entry = self.get(id).filter(|_| next < to)?;
            next = entry.after;
            Some((id, entry))
        })
    }

    /// The entry of that number.
    pub(super) fn get(&self, id: EntryId) -> Option<&Entry> {
        self.entries.get(id.0 as usize)
    }

    /// The atoms of an entry: of a field its name and value, of a block its head.
    pub(super) fn atoms(&self, entry: &Entry) -> &[Token] {
        self.atoms.get(entry.atoms.0 as usize..entry.atoms.1 as usize).unwrap_or(&[])
    }
}

/// A tree that grows in the place of what it holds, from a block in which nothing is out of order.
pub(super) struct Plain<'t> {
    tree: &'t mut Tree,
    /// First atom of the entry being read.
    first: u32,
    /// The innermost block that is open; as long as it is, its `after` holds the one around it.
    innermost: u32,
    /// How many blocks are open.
    pub depth: usize,
}

impl<'t> Plain<'t> {
    pub(super) fn new(tree: &'t mut Tree) -> Self {
        tree.atoms.clear();
        tree.entries.clear();
        Self { tree, first: 0, innermost: 0, depth: 0 }
    }

    /// Whether the next atom begins an entry.
    pub(super) fn is_fresh(&self) -> bool {
        self.first as usize == self.tree.atoms.len()
    }

    pub(super) fn atom(&mut self, token: Token) {
        self.tree.atoms.push(token);
    }

    /// Ends the field being read, if one is; nothing if something else is, or no block is open.
    pub(super) fn end_field(&mut self) -> Option<()> {
        let (first, end) = (self.first, self.tree.atoms.len() as u32);
        let atoms = self.tree.atoms.get(first as usize..)?;
        if let Some(name) = atoms.first() {
            if name.class != Class::Name || self.depth == 0 {
                return None;
            }
            let span = token::span(atoms)?;
            let after = self.tree.entries.len() as u32 + 1;
            let field = Entry { shape: Shape::Field, atoms: (first, end), after, span, body_end: span.end };
            self.tree.entries.push(field);
            self.first = end;
        }
        Some(())
    }

    /// Opens the block whose head was read; nothing if none was.
    pub(super) fn open(&mut self, brace: Span) -> Option<()> {
        let (first, end) = (self.first, self.tree.atoms.len() as u32);
        let span = token::span(self.tree.atoms.get(first as usize..)?)?;
        let around = std::mem::replace(&mut self.innermost, self.tree.entries.len() as u32);
        let block =
            Entry { shape: Shape::Block, atoms: (first, end), after: around, span, body_end: brace.end };
        self.tree.entries.push(block);
        self.first = end;
        self.depth += 1;
        Some(())
    }

    /// Closes the innermost block, and says whether it is the last; nothing if none is open.
    pub(super) fn close(&mut self, brace: Span) -> Option<bool> {
        self.end_field()?;
        self.depth = self.depth.checked_sub(1)?;
        let after = self.tree.entries.len() as u32;
        let block = self.tree.entries.get_mut(self.innermost as usize)?;
        self.innermost = std::mem::replace(&mut block.after, after);
        block.body_end = brace.start.max(block.body_end);
        block.span.end = brace.end;
        Some(self.depth == 0)
    }
}

/// Builds the tree of one piece from its atoms, in the place of what `tree` holds.
pub(super) fn build(
    file: FileId,
    text: &str,
    atoms: &[Token],
    piece: &Piece,
    tree: &mut Tree,
    diagnostics: &mut Vec<Diagnostic>,
) {
    tree.atoms.clear();
    tree.entries.clear();
    tree.atoms.reserve(atoms.len());
    let (open, brackets) = (Vec::new(), Vec::new());
    let mut builder = Builder {
        file,
        text,
        piece,
        atoms,
        at: 0,
        tree,
        first: 0,
        open,
        brackets,
        closed: None,
        diagnostics,
    };
    builder.run();
}

struct OpenBlock {
    entry: u32,
    brace: Span,
    /// Column of its head, if it is the first on its line.
    column: Option<u32>,
}

struct Builder<'a> {
    file: FileId,
    text: &'a str,
    piece: &'a Piece,
    atoms: &'a [Token],
    at: usize,
    tree: &'a mut Tree,
    /// First atom, in the tree, of the entry being read.
    first: usize,
    open: Vec<OpenBlock>,
    brackets: Vec<Span>,
    /// Where the brackets begin that are closed before a brace or `;`, once a line ended inside one.
    closed: Option<BTreeSet<u32>>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Builder<'_> {
    fn run(&mut self) {
        while let Some(token) = self.atoms.get(self.at).copied() {
            self.at += 1;
            if self.piece.unbalanced && self.is_fresh() && token.class == Class::Word {
                self.close_by_indentation(token);
            }
            self.step(token);
        }
        self.flush();
        while let Some(block) = self.open.pop() {
            if self.piece.unbalanced {
                self.missing_brace(&block, None);
            }
            self.end_block(&block, self.piece.span.end);
        }
    }

    /// Whether the next atom begins an entry.
    fn is_fresh(&self) -> bool {
        self.first == self.tree.atoms.len()
    }

    fn step(&mut self, token: Token) {
        match token.class {
            Class::End => self.end(token),
            Class::Open => self.open_block(token),
            Class::Close => self.close_block(token),
            Class::Comma if self.brackets.is_empty() && self.ends_after_comma() => self.stray_comma(token),
            Class::String | Class::Text => self.quoted(token),
            Class::Word
                if !self.sign(token).is_ascii()
                    && token.span.of(self.text).starts_with(token::SMART_QUOTES) =>
            {
                self.smart_quote(token);
            }
            Class::Mark => {
                self.count_bracket(token);
                self.tree.atoms.push(token);
            }
            _ => self.tree.atoms.push(token),
        }
    }

    fn count_bracket(&mut self, token: Token) {
        match self.sign(token) {
            b'[' | b'(' => self.brackets.push(token.span),
            b']' | b')' => {
                self.brackets.pop();
            }
            _ => {}
        }
    }

    /// The first byte of an atom, which tells most of them apart.
    fn sign(&self, token: Token) -> u8 {
        self.text.as_bytes().get(token.span.start as usize).copied().unwrap_or(0)
    }

    fn end(&mut self, token: Token) {
        let is_line_end = self.sign(token) == b'\n';
        if is_line_end && !self.is_fresh() && (self.in_brackets() || self.goes_on()) {
            // The blank lines that follow end nothing either, and are not asked one by one.
            while self.atoms.get(self.at).is_some_and(|next| self.sign(*next) == b'\n') {
                self.at += 1;
            }
            return;
        }
        self.flush();
    }

    /// Whether a line end stands inside brackets that are closed later; else they end with their line.
    fn in_brackets(&mut self) -> bool {
        let Some(outermost) = self.brackets.first() else { return false };
        let (atoms, text) = (self.atoms, self.text);
        self.closed.get_or_insert_with(|| closed_brackets(atoms, text)).contains(&outermost.start)
    }

    /// Whether the next line carries this statement on.
    fn goes_on(&self) -> bool {
        let mut rest = self.atoms.get(self.at..).unwrap_or(&[]).iter();
        let next = rest.find(|token| self.sign(**token) != b'\n');
        let after_equals = || self.tree.atoms.last().is_some_and(|last| last.is_mark(self.text, "="));
        next.is_some_and(|next| match next.class {
            Class::Word => CONTINUATIONS.contains(&next.span.of(self.text)) || after_equals(),
            Class::Mark => SIGNS_THAT_CONTINUE.contains(&next.span.of(self.text)) || after_equals(),
            Class::Number | Class::String => after_equals(),
            _ => false,
        })
    }

    fn ends_after_comma(&self) -> bool {
        self.atoms
            .get(self.at)
            .is_none_or(|next| matches!(next.class, Class::End | Class::Close | Class::Name))
    }

    fn stray_comma(&mut self, token: Token) {
        let found = self
            .error("stray-comma", "a comma ends nothing here", token.span)
            .label("only the parts of a list are parted by commas")
            .help("remove it: a field ends with its line, or with `;` where several stand on one line");
        self.diagnostics.push(found);
        self.flush();
    }

    fn quoted(&mut self, token: Token) {
        let words = token.span.of(self.text);
        let quote = if token.class == Class::Text { "\"\"\"" } else { "\"" };
        let closed =
            words.len() >= 2 * quote.len() && words.ends_with(quote) && !ends_escaped(words, token.class);
        if !closed {
            let end = token.span.start + words.trim_end().len() as u32;
            let end = if token.class == Class::Text { token.span.start + 3 } else { end };
            let span = Span { end, ..token.span };
            let found = self
                .error("open-string", "this quotation is never closed", span)
                .label(format!("opened here; no {quote} follows"))
                .help(format!("write {quote} where the quoted words end"));
            self.diagnostics.push(found);
        }
        self.tree.atoms.push(token);
    }

    /// Reads “…” as if it were "…", and says so.
    fn smart_quote(&mut self, token: Token) {
        let start = token.span.start as usize;
        let rest = self.text.get(start..self.piece.span.end as usize).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        let length = token::quotation(line).unwrap_or(token.span.of(self.text).len());
        let span = Span::new(start, start + length);
        while self.atoms.get(self.at).is_some_and(|next| next.span.start < span.end) {
            self.at += 1;
        }
        let words =
            span.of(self.text).trim_matches(|c| c == '"' || token::SMART_QUOTES.contains(&c)).to_owned();
        let found = self
            .error("smart-quote", "these quotation marks are typographic", span)
            .label("read as a quotation all the same")
            .help(format!("write them straight: `\"{words}\"`"));
        self.diagnostics.push(found);
        self.tree.atoms.push(Token { class: Class::String, span });
    }

    fn flush(&mut self) {
        if !self.brackets.is_empty() {
            self.close_brackets();
        }
        if self.is_fresh() {
            return;
        }
        let shape = self.line_shape();
        let atoms = (self.first as u32, self.tree.atoms.len() as u32);
        let after = self.tree.entries.len() as u32 + 1;
        let span = self.words(self.first);
        self.tree.entries.push(Entry { shape, atoms, after, span, body_end: span.end });
        self.first = self.tree.atoms.len();
    }

    /// Field or statement; `amount = 5` is read as the field it was meant to be.
    fn line_shape(&mut self) -> Shape {
        match self.tree.atoms.get(self.first..).unwrap_or(&[]) {
            [name, ..] if name.class == Class::Name => Shape::Field,
            [name, equals, ..] if name.class == Class::Word && equals.is_mark(self.text, "=") => {
                let (name, equals) = (*name, *equals);
                let written = name.span.of(self.text);
                let value = self.words(self.first + 2).of(self.text).to_owned();
                let found = self
                    .error("equals-sign", format!("a field takes a colon: write `{written}: …`"), equals.span)
                    .label("read as a colon all the same")
                    .help(format!("`{written}: {value}`"));
                self.diagnostics.push(found);
                if let Some(atom) = self.tree.atoms.get_mut(self.first) {
                    atom.class = Class::Name;
                }
                self.tree.atoms.remove(self.first + 1);
                Shape::Field
            }
            _ => Shape::Statement,
        }
    }

    fn words(&self, from: usize) -> Span {
        self.tree.atoms.get(from..).and_then(token::span).unwrap_or_default()
    }

    fn close_brackets(&mut self) {
        let Some(left_open) = self.brackets.first().copied() else { return };
        self.brackets.clear();
        let (bracket, closing) = if left_open.of(self.text) == "[" { ("[", "]") } else { ("(", ")") };
        let found = self
            .error("missing-bracket", format!("this `{bracket}` is never closed"), left_open)
            .label("opened here")
            .help(format!("write `{closing}` after its last part"));
        self.diagnostics.push(found);
    }

    fn open_block(&mut self, brace: Token) {
        self.close_brackets();
        if self.is_fresh() {
            let found = self
                .error("unexpected-text", "this `{` opens a block that has no kind", brace.span)
                .label("no word before it")
                .help("write what it is before the brace, as in `target output {`");
            self.diagnostics.push(found);
        }
        // Where braces match, columns mean nothing.
        let column = if self.piece.unbalanced { self.column_of_first() } else { None };
        let span = if self.is_fresh() { brace.span } else { self.words(self.first) };
        let atoms = (self.first as u32, self.tree.atoms.len() as u32);
        self.open.push(OpenBlock { entry: self.tree.entries.len() as u32, brace: brace.span, column });
        self.tree.entries.push(Entry {
            shape: Shape::Block,
            atoms,
            after: 0,
            span,
            body_end: brace.span.end,
        });
        self.first = self.tree.atoms.len();
    }

    fn close_block(&mut self, brace: Token) {
        self.flush();
        match self.open.pop() {
            Some(block) => self.end_block(&block, brace.span.end),
            None => {
                let found = self
                    .error("extra-brace", "this `}` closes nothing", brace.span)
                    .label("no block is open here");
                self.diagnostics.push(found);
            }
        }
    }

    fn end_block(&mut self, block: &OpenBlock, end: u32) {
        let after = self.tree.entries.len() as u32;
        if let Some(entry) = self.tree.entries.get_mut(block.entry as usize) {
            entry.after = after;
            entry.body_end = end.saturating_sub(1).max(block.brace.end);
            entry.span.end = end;
        }
    }

    fn column_of_first(&self) -> Option<u32> {
        let first = self.tree.atoms.get(self.first)?;
        self.column(*first)
    }

    /// Column of an atom that is the first on its line.
    fn column(&self, token: Token) -> Option<u32> {
        let before = self.text.as_bytes().get(..token.span.start as usize)?;
        let indent = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let starts_line = before.len() == indent || before.get(before.len() - indent - 1) == Some(&b'\n');
        starts_line.then_some(indent as u32)
    }

    /// A block head at or left of the head of an open block shows that a `}` is missing before it.
    fn close_by_indentation(&mut self, token: Token) {
        let (Some(column), true) = (self.column(token), self.is_block_head()) else { return };
        while self.open.last().is_some_and(|block| block.column.is_some_and(|of_open| column <= of_open)) {
            let Some(block) = self.open.pop() else { return };
            self.missing_brace(&block, Some(token.span));
            self.end_block(&block, token.span.start);
        }
    }

    /// Whether the atoms from the current one on are the head of a block.
    fn is_block_head(&self) -> bool {
        let rest = self.atoms.get(self.at..).unwrap_or(&[]);
        let head = rest.iter().position(|token| !matches!(token.class, Class::Word | Class::String));
        head.and_then(|at| rest.get(at)).is_some_and(|token| token.class == Class::Open)
    }

    /// Kind and name of the block whose kind stands at a span.
    fn head_at(&self, kind: Span) -> &str {
        let rest = self.text.get(kind.start as usize..).unwrap_or("");
        rest.split(['{', '"', '\n']).next().unwrap_or("").trim()
    }

    fn missing_brace(&mut self, block: &OpenBlock, next: Option<Span>) {
        let head = self.tree.get(EntryId(block.entry)).map_or(&[][..], |entry| self.tree.atoms(entry));
        let name = token::span(head).unwrap_or_default().of(self.text).split('"').next().unwrap_or("").trim();
        let found = self
            .error("missing-brace", format!("`{name}` is never closed"), block.brace)
            .label("opened here");
        let found = match next {
            Some(next) => found
                .related(Place { file: self.file, span: next }, "begins beside it, so `}` is missing above")
                .help(format!(
                    "write `}}` before `{}`; the rest was read as if it stood there",
                    self.head_at(next)
                )),
            None => found.help("write `}` where it ends; the rest was read as if it stood there"),
        };
        self.diagnostics.push(found);
    }

    fn error(&self, code: &str, message: impl Into<String>, span: Span) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, message, self.file, span)
    }
}

/// Where the brackets begin that are closed before the next brace or `;`.
fn closed_brackets(atoms: &[Token], text: &str) -> BTreeSet<u32> {
    let (mut open, mut closed) = (Vec::new(), BTreeSet::new());
    for atom in atoms {
        match (atom.class, atom.span.of(text)) {
            (Class::Open | Class::Close, _) | (Class::End, ";") => open.clear(),
            (Class::Mark, "[" | "(") => open.push(atom.span.start),
            (Class::Mark, "]" | ")") => closed.extend(open.pop()),
            _ => {}
        }
    }
    closed
}

fn ends_escaped(words: &str, class: Class) -> bool {
    let body = words.strip_suffix('"').unwrap_or(words);
    class == Class::String && body.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

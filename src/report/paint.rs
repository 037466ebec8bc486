//! Writes lines for people: turns roles into colours and drops blanks at line ends. A role may stand in the
//! text itself as a control character, which cleaned text never holds. Of findings it knows
//! only the severity.

use std::io::{self, Write};

use crate::diagnostic::Severity;

/// What a piece of output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    Error,
    Warning,
    Note,
    /// The sentence of a finding and the keywords.
    Strong,
    /// Labels beside the guilty words.
    Evidence,
    /// Borders, line numbers and ids.
    Dim,
}

impl Role {
    pub(super) fn of(severity: Severity) -> Self {
        match severity {
            Severity::Error => Role::Error,
            Severity::Warning => Role::Warning,
            Severity::Note => Role::Note,
        }
    }
}

/// All roles with their ANSI parameters; the place in this list is the control character that stands for one.
const ROLES: [(Role, &str); 7] = [
    (Role::Plain, "0"),
    (Role::Error, "1;31"),
    (Role::Warning, "1;33"),
    (Role::Note, "1;94"),
    (Role::Strong, "1"),
    (Role::Evidence, "36"),
    (Role::Dim, "2"),
];

/// `text` in a role, inside a text in the plain role.
pub(super) fn tagged(role: Role, text: &str) -> String {
    let tag = ROLES.iter().zip('\0'..).find(|((each, _), _)| *each == role).map_or('\0', |(_, tag)| tag);
    format!("{tag}{text}\0")
}

/// A writer of whole lines.
pub(super) struct Painter<'a> {
    out: &'a mut dyn Write,
    color: bool,
    role: Role,
    /// The role that the bytes in `line` end in.
    painted: Role,
    blanks: usize,
    line: Vec<u8>,
}

impl<'a> Painter<'a> {
    pub(super) fn new(out: &'a mut dyn Write, color: bool) -> Self {
        Self { out, color, role: Role::Plain, painted: Role::Plain, blanks: 0, line: Vec::new() }
    }

    /// What follows has this role.
    pub(super) fn set(&mut self, role: Role) {
        self.role = role;
    }

    /// Adds cleaned text.
    pub(super) fn text(&mut self, text: &str) {
        self.words(text.as_bytes());
    }

    /// Adds bytes that show themselves or are blanks.
    fn words(&mut self, bytes: &[u8]) {
        let begun = bytes.trim_ascii_start();
        self.blanks += bytes.len() - begun.len();
        let visible = begun.trim_ascii_end();
        if !visible.is_empty() {
            self.push(visible);
            self.blanks = begun.len() - visible.len();
        }
    }

    fn push(&mut self, visible: &[u8]) {
        if self.blanks > 0 {
            self.line.resize(self.line.len() + std::mem::take(&mut self.blanks), b' ');
        }
        self.paint(self.role);
        self.line.extend_from_slice(visible);
    }

    /// Only in front of something visible, which keeps blanks at line ends recognisable.
    fn paint(&mut self, role: Role) {
        if self.color && self.painted != role {
            self.switch(role);
        }
    }

    fn switch(&mut self, role: Role) {
        let sgr = ROLES.iter().find(|(each, _)| *each == role).map_or("0", |(_, sgr)| sgr);
        let reset = if self.painted == Role::Plain || role == Role::Plain { "" } else { "0;" };
        self.line.extend_from_slice(format!("\x1b[{reset}{sgr}m").as_bytes());
        self.painted = role;
    }

    pub(super) fn end_line(&mut self) -> io::Result<()> {
        self.blanks = 0;
        self.paint(Role::Plain);
        self.line.push(b'\n');
        self.out.write_all(&self.line)?;
        self.line.clear();
        Ok(())
    }
}

impl Write for Painter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let length = rest.iter().position(|byte| *byte < b' ').unwrap_or(rest.len());
            let (words, behind) = rest.split_at(length);
            self.words(words);
            let Some((byte, behind)) = behind.split_first() else { break };
            match (byte, ROLES.get(usize::from(*byte))) {
                (b'\n', _) => self.end_line()?,
                (_, Some((role, _))) => self.role = *role,
                _ => self.push(&[*byte]),
            }
            rest = behind;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

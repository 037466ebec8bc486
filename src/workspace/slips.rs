//! What is said of files that were not found or could not be read. Knows names and reasons, no disk.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::locate::{self, Location};
use super::names;
use super::read::Unread;
use crate::config::Word;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Place, Span};

/// No text of any run: what concerns a run as a whole has no place.
const NO_FILE: FileId = FileId(u32::MAX);

fn slip(code: &str, message: String) -> Diagnostic {
    Diagnostic::new(code, Severity::Error, message, NO_FILE, Span::default())
}

/// A named path that cannot be looked at.
pub(super) fn lost(written: &str, error: &io::Error, meant: Option<String>) -> Diagnostic {
    if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
        return unread(written, &Unread::System(error.kind()));
    }
    let found = slip("not-found", format!("{} does not exist", quoted(written)));
    match meant {
        Some(meant) => found.help(format!("did you mean `{meant}`?")),
        None => found,
    }
}

/// A file that cannot be read.
pub(super) fn unread(name: &str, why: &Unread) -> Diagnostic {
    let name = quoted(name);
    match why {
        Unread::NoPlainFile => slip("not-readable", format!("{name} is no plain file, so it was not read")),
        Unread::TooLarge(limit) => {
            slip("over-limit", format!("{name} is larger than {}, so it was not read", size(*limit)))
        }
        Unread::RunTooLarge(limit) => {
            let limit = size(*limit);
            slip(
                "over-limit",
                format!("the files hold more than {limit}; {name} and all after it were not read"),
            )
        }
        Unread::System(kind) => slip("not-readable", format!("{name} cannot be read: {kind}")),
    }
}

/// A folder that cannot be listed.
pub(super) fn folder(name: &str, kind: ErrorKind) -> Diagnostic {
    slip("not-readable", format!("the folder {} cannot be read: {kind}", quoted(name)))
        .help("if it holds no proposals, write its name into an `.ignore` file")
}

/// A portfolio of too many files.
pub(super) fn many_files(root: &str, limit: usize) -> Diagnostic {
    let root = quoted(root);
    slip(
        "over-limit",
        format!("with the files below {root} there are more than {limit}; none of these was read"),
    )
}

/// A named path in which there is nothing to check.
pub(super) fn no_files(target: &Location, is_of_rules: bool) -> Diagnostic {
    let written = quoted(&target.written);
    if is_of_rules {
        slip("no-files", format!("{written} lies in a folder of rules, so no proposal was checked there"))
    } else if target.is_folder {
        slip("no-files", format!("no `.plumb` file under {written}, so nothing was checked there")).help(
            "name a folder that holds one; what `.gitignore` or `.ignore` leaves out counts only by name",
        )
    } else {
        slip("no-files", format!("{written} is no `.plumb` file, so it was not checked"))
    }
}

/// A text in UTF-16.
pub(super) fn utf16(name: &str, file: FileId) -> Diagnostic {
    let message = format!("{} is text in UTF-16, not in UTF-8", quoted(name));
    Diagnostic::new("not-utf8", Severity::Error, message, file, Span::default()).help("save it as UTF-8")
}

/// Bytes that are no text.
pub(super) fn not_utf8(name: &str, file: FileId, span: Span, is_cut: bool) -> Diagnostic {
    let name = quoted(name);
    let byte = span.start;
    let message = if is_cut {
        format!("{name} ends in the middle of a character, at byte {byte}")
    } else {
        format!("{name} is not text in UTF-8: byte {byte} does not fit")
    };
    Diagnostic::new("not-utf8", Severity::Error, message, file, span)
        .label("not UTF-8 from here")
        .help("save it as UTF-8")
}

/// A path in a setting that leads out of the project.
pub(super) fn outside(word: &Word) -> Diagnostic {
    let message = format!("{} leads out of the project, so it was not opened", quoted(&word.text));
    setting("path-outside", word.place, message)
        .label("outside")
        .help("settings may name files of the same repository; without one, of the same folder and below")
}

/// A path in a setting that cannot be looked at.
pub(super) fn lost_setting(word: &Word, error: &io::Error, meant: Option<&str>) -> Diagnostic {
    let written = quoted(&word.text);
    if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
        let message = format!("{written} cannot be read: {}", error.kind());
        return setting("not-readable", word.place, message).label("not read");
    }
    let label =
        meant.map_or("seen from the folder of this file".into(), |meant| format!("did you mean `{meant}`?"));
    setting("not-found", word.place, format!("{written} does not exist")).label(label)
}

/// A file of settings that extends itself, with the names of the files on the way round.
pub(super) fn circle(word: &Word, names: &[String]) -> Diagnostic {
    let first = names.first().map_or("", String::as_str);
    let message = format!("{} extends itself, so it is not clear what holds", quoted(first));
    let more = names.len().saturating_sub(MAX_LINKS);
    let mut way: Vec<String> = names.iter().take(MAX_LINKS).map(|name| quoted(name)).collect();
    way.extend((more > 0).then(|| format!("{more} more")));
    let found = setting("config-circle", word.place, message).label("closes the circle");
    if names.len() < 2 { found } else { found.help(format!("remove one link of {}", way.join(" → "))) }
}

/// A pattern in the settings of a folder that nothing matches.
pub(super) fn unmatched(word: &Word, folder: &Path) -> Diagnostic {
    let Place { file, span } = word.place;
    let message = format!("no file or folder matches {}", quoted(&word.text));
    let near = locate::meant(&folder.join(word.text.trim_matches('/')));
    let near = near.as_deref().map(Path::new).and_then(|near| near.strip_prefix(folder).ok());
    let label =
        near.map_or("changes nothing".into(), |near| format!("did you mean `{}`?", names::text(near)));
    Diagnostic::new("unmatched-pattern", Severity::Warning, message, file, span)
        .label(label)
        .help("mend it or take it out; a pattern is seen from the folder of this file, as in `.gitignore`")
}

/// A pattern that is none.
pub(super) fn pattern(place: Place) -> Diagnostic {
    setting("wrong-setting", place, "this is no pattern of paths".into())
        .label("not understood")
        .help("as in `.gitignore`: `archive/`, `*.old.plumb`, `deals/2025*/**`")
}

fn setting(code: &str, place: Place, message: String) -> Diagnostic {
    Diagnostic::new(code, Severity::Error, message, place.file, place.span)
}

/// Files of a circle that are named.
const MAX_LINKS: usize = 6;
/// Characters of a name that are shown; a path of thousands would bury the sentence.
const MAX_NAME: usize = 200;

/// A name between backticks, without its middle if it is very long.
fn quoted(name: &str) -> String {
    let count = name.chars().count();
    if count <= MAX_NAME {
        return format!("`{name}`");
    }
    let head: String = name.chars().take(MAX_NAME / 2).collect();
    let tail: String = name.chars().skip(count - MAX_NAME / 2).collect();
    format!("`{head}…{tail}`")
}

/// A number of bytes in words.
fn size(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let fits = units.iter().find(|(_, power)| bytes >> power > 0 && bytes.trailing_zeros() >= *power);
    fits.map_or_else(|| format!("{bytes} bytes"), |(unit, power)| format!("{} {unit}", bytes >> power))
}

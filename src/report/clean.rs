//! Makes visible what a terminal or a CI log would obey instead of show, so that no text of a portfolio can
//! forge, hide or reorder output. Knows characters only.

use std::borrow::Cow;

/// A text as one line that shows each of its characters: control characters as their pictures (`␛`, `␊`),
/// C1 controls, direction marks and line separators as `<U+202E>`.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if shows_itself(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut shown, c);
    }
    Cow::Owned(shown)
}

/// Whether no byte needs a closer look, as in most texts.
fn shows_itself(bytes: &[u8]) -> bool {
    // All are looked at whatever the first ones are, since that is done many at a time.
    let all = |holds: fn(u8) -> bool| bytes.iter().fold(true, |all, byte| all & holds(*byte));
    all(|byte| matches!(byte, b' '..=b'~') && byte != b':' && byte != b'#')
        || all(|byte| matches!(byte, b' '..=b'~'))
            && !bytes.windows(2).any(|two| two == b"::" || two == b"##")
}

/// Adds one character to a line that holds only cleaned text.
pub(super) fn push(shown: &mut String, c: char) {
    match c {
        '\0'..='\u{1f}' => shown.extend(char::from_u32(0x2400 + u32::from(c))),
        '\u{7f}' => shown.push('\u{2421}'),
        _ if is_hidden(c) || begins_command(shown, c) => shown.push_str(&format!("<U+{:04X}>", u32::from(c))),
        _ => shown.push(c),
    }
}

/// Whether `c` changes what is shown around it without a picture of its own: DEL, the C1 controls, the
/// twelve characters with the property `Bidi_Control`, and the two separators that some viewers break at.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{2028}' | '\u{2029}')
}

/// CI runners obey `::command::` at the start of a line, after blanks too, and `##[command]`, `##vso[command]`
/// and the like anywhere. A wrapped line can begin after any blank.
fn begins_command(shown: &str, c: char) -> bool {
    match c {
        ':' => {
            shown.strip_suffix(':').is_some_and(|rest| rest.is_empty() || rest.ends_with(char::is_whitespace))
        }
        '[' => shown.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).ends_with("##"),
        _ => false,
    }
}

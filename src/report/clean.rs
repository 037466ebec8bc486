//! Makes visible what a terminal or a CI log would obey instead of show, so that no text of a portfolio can
//! forge, hide or reorder output. Knows characters only.

/// A text as one line that shows each of its characters: control characters as their pictures (`␛`, `␊`),
/// C1 controls, direction marks and line separators as `<U+202E>`.
pub(crate) fn clean(text: &str) -> String {
    // Most texts show nothing but themselves.
    let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if plain && !text.as_bytes().windows(2).any(|two| two == b"::" || two == b"##") {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut shown, c);
    }
    shown
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

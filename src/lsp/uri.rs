//! Files and pages as editors name them: from a URI to a path or a code, and back. Knows no disk.

use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Bytes that are written as they are not.
const CODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The scheme of pages, which lie on no disk: the server has them.
pub(super) const PAGES: &str = "plumbrule";

/// The URI of the page of a rule or a language diagnostic.
pub(super) fn of_page(code: &str) -> Uri {
    Uri(format!("{PAGES}:/rules/{}.md", utf8_percent_encode(code, CODED)))
}

/// The code whose page it is; none if the URI is of something else.
pub(super) fn code(uri: &Uri) -> Option<String> {
    let coded = uri.0.strip_prefix(PAGES)?.strip_prefix(":/rules/")?.strip_suffix(".md")?;
    Some(percent_decode_str(coded).decode_utf8().ok()?.into_owned())
}

/// The path of a file; none if the URI is of something else.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.0.strip_prefix("file://")?;
    let (host, coded) = rest.split_at(rest.find('/')?);
    if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
        return None;
    }
    let bytes: Vec<u8> = percent_decode_str(coded).collect();
    local(bytes)
}

#[cfg(unix)]
fn local(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

#[cfg(not(unix))]
fn local(bytes: Vec<u8>) -> Option<PathBuf> {
    // `/C:/deals` is `C:/deals`.
    Some(PathBuf::from(String::from_utf8(bytes).ok()?.trim_start_matches('/')))
}

/// The URI of a whole path with `/`; none if the name is of no file.
pub(super) fn of(name: &str) -> Option<Uri> {
    // Windows puts this before paths without links.
    let name = name.strip_prefix("//?/").unwrap_or(name);
    let root = if name.starts_with('/') { "" } else { "/" };
    Path::new(name).is_absolute().then(|| Uri(format!("file://{root}{}", utf8_percent_encode(name, CODED))))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_and_uris_lead_to_each_other() {
        for name in ["/a/b.plumb", "/deals of 2026/Méroé 🧲.plumb", "/a%20b#c?d.plumb"] {
            let uri = of(name);
            assert_eq!(uri.as_ref().and_then(path), Some(PathBuf::from(name)));
            assert!(uri.is_some_and(|uri| uri.0.is_ascii() && !uri.0.contains(['#', '?', ' '])), "{name}");
        }
        assert_eq!(path(&"file:///C%3A/a%2fb".into()), Some(PathBuf::from("/C:/a/b")));
        assert_eq!(path(&"file://localhost/a".into()), Some(PathBuf::from("/a")));
        for other in ["untitled:Untitled-1", "file://host/a", "file:", "file://", "", "git:/a?x"] {
            assert_eq!(path(&other.into()), None, "{other}");
        }
        assert_eq!(of("<builtin>/a.plumb"), None);
    }
}

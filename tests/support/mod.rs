//! What several tests need: the built program, and expected output that one variable writes anew.

mod program;

use std::path::Path;
use std::process::Output;

pub(crate) use program::{plumbrule, root};

/// Standard output and standard error as text.
pub(crate) fn printed(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{out}{err}")
}

/// Compares with what a file expects; `UPDATE=1` writes the file instead.
pub(crate) fn expect(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    let shown = path.display();
    assert!(
        expected == actual,
        "{shown} differs; run with UPDATE=1 and read the difference\n--- expected\n{expected}\n--- actual\n{actual}"
    );
}

//! Writes files that did not exist: nothing is overwritten, and nothing is left half written.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes a new file, with the folders above it. Fails if there is one already.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        // What was begun is of no use; that it cannot be removed either would be said by the first error.
        let _ = fs::remove_file(path);
    }
    written
}

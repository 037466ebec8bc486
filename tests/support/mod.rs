//! What several tests need: the built program, and expected output that one variable writes anew.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the built program from the root of the project, as a terminal of 80 columns without colour would, with a
/// file of the project on standard input if there is to be one.
pub(crate) fn plumbrule(arguments: &[&str], input: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumbrule"));
    command.args(arguments).current_dir(root()).env("NO_COLOR", "1").env("SOURCE_DATE_EPOCH", "1795478400");
    command.stdin(input.map_or(Stdio::null(), |file| File::open(root().join(file)).unwrap().into()));
    command.output().unwrap()
}

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

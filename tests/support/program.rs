//! The built program and the root of the project, for tests that run one on the other.

use std::fs::File;
use std::path::PathBuf;
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

//! The command: hands the arguments to `cli` and its verdict to the system.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(plumbrule::cli::run(std::env::args_os()))
}

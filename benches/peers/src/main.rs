//! plumbrule beside regorus: the same portfolio, the same three questions, each as a whole process. Owns the
//! arguments.
//!
//! ```console
//! $ cargo build --release
//! $ cd benches/peers
//! $ cargo run --release -- [--large] [--write] [PLUMBRULE]
//! $ cargo run --release -- differ PORTFOLIOS
//! ```
//!
//! `--large` adds 100,000 proposals, `--write` puts the table into `docs/performance.md`. PLUMBRULE is the program to
//! race, `target/release/plumbrule` of this checkout if left out. `peers regorus POLICY INPUT` is the other side of the
//! race: it reads a policy and a portfolio as JSON, and prints how many proposals answer each question. `differ` only
//! compares the answers, on so many portfolios of all shapes.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[path = "../../../tests/support/counts.rs"]
mod counts;
#[path = "../../page.rs"]
mod page;
mod peer;
#[path = "../../../tests/support/portfolio.rs"]
mod portfolio;
#[path = "../../process.rs"]
mod process;
mod race;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("peers: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[OsString]) -> Result<(), Box<dyn Error>> {
    if let [command, policy, input] = arguments
        && command == "regorus"
    {
        return peer::print_counts(Path::new(policy), Path::new(input));
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = here.join("../../target/release/plumbrule");
    if let [command, count] = arguments
        && command == "differ"
    {
        let count = count.to_str().and_then(|count| count.parse().ok()).ok_or("how many portfolios?")?;
        return race::differ(&found(&built)?, &here.join("headline.rego"), count);
    }
    let (flags, paths): (Vec<_>, Vec<_>) =
        arguments.iter().partition(|argument| argument.as_encoded_bytes().starts_with(b"--"));
    if flags.iter().any(|flag| *flag != "--large" && *flag != "--write") || paths.len() > 1 {
        return Err(USAGE.into());
    }
    let has = |flag: &str| flags.iter().any(|known| *known == flag);
    let plumbrule = found(&paths.first().map_or(built, PathBuf::from))?;
    let table = race::run(&plumbrule, &here.join("headline.rego"), has("--large"))?.markdown();
    println!("{}\n\n{table}", page::machine());
    if has("--write") {
        page::write(&here.join("../../docs/performance.md"), "race", &table)?;
    }
    Ok(())
}

const USAGE: &str =
    "usage: peers [--large] [--write] [PLUMBRULE], peers differ PORTFOLIOS, or peers regorus POLICY INPUT";

/// The program to run, wherever the run happens.
fn found(program: &Path) -> Result<PathBuf, String> {
    program.canonicalize().map_err(|why| {
        format!("{why}: build plumbrule by `cargo build --release` in the root, or name the program")
    })
}

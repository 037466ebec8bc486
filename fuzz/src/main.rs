//! Long fuzz runs: tries the targets of `tests/support/fuzz.rs` one after the other, for so many seconds each. Owns
//! the arguments and the report.
//!
//! ```console
//! $ cd fuzz
//! $ cargo run --release -- [TARGET [SECONDS [FIRST]]]
//! ```
//!
//! Without TARGET all are run, without SECONDS for 60 each. Trials count on from FIRST; the same number is the same
//! trial on every machine, so that a failure is repeated by `TARGET 0 NUMBER`.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fuzz::{Bench, TARGETS};

#[path = "../../tests/support/drafts.rs"]
mod drafts;
#[path = "../../tests/support/draw.rs"]
#[allow(dead_code, reason = "portfolios ask for more than texts do")]
mod draw;
#[path = "../../tests/support/fuzz.rs"]
mod fuzz;
#[path = "../../tests/support/library.rs"]
mod library;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let number = |at: usize, otherwise: u64| arguments.get(at).map_or(Some(otherwise), |text| text.parse().ok());
    let (Some(seconds), Some(first)) = (number(1, 60), number(2, 0)) else {
        eprintln!("usage: fuzz [TARGET [SECONDS [FIRST]]]");
        return ExitCode::from(2);
    };
    let mut bench = Bench::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let chosen = TARGETS.into_iter().filter(|(name, _)| arguments.first().is_none_or(|only| only == name));
    let mut code = ExitCode::SUCCESS;
    for (name, target) in chosen {
        let (start, mut trial) = (Instant::now(), first);
        (bench.findings, bench.mistakes) = (0, 0);
        loop {
            if catch_unwind(AssertUnwindSafe(|| target(&mut bench, trial))).is_err() {
                println!("{name} {trial} failed");
                code = ExitCode::FAILURE;
                break;
            }
            trial += 1;
            if start.elapsed() >= Duration::from_secs(seconds) {
                break;
            }
        }
        println!(
            "{name}: {} trials in {} s, {} findings, {} mistakes in the texts",
            trial - first,
            start.elapsed().as_secs(),
            bench.findings,
            bench.mistakes
        );
    }
    code
}

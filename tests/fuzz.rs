//! A short fuzz run of every target; `fuzz/` holds the long one. A failure names the target and the number of the
//! trial: `cargo run --release -- TARGET 1 NUMBER` in `fuzz/` repeats it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic anywhere")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use fuzz::{Bench, TARGETS};

#[path = "support/drafts.rs"]
mod drafts;
#[path = "support/draw.rs"]
#[allow(dead_code, reason = "portfolios ask for more than texts do")]
mod draw;
#[path = "support/fuzz.rs"]
mod fuzz;
#[path = "support/library.rs"]
mod library;

/// Trials of each target.
const TRIALS: [u64; 4] = [4_000, 400, 200, 2_000];

#[test]
fn every_target_holds_in_a_short_run() {
    let mut bench = Bench::new(Path::new(env!("CARGO_MANIFEST_DIR")));
    for ((name, target), trials) in TARGETS.into_iter().zip(TRIALS) {
        (bench.findings, bench.mistakes) = (0, 0);
        for number in 0..trials {
            let held = catch_unwind(AssertUnwindSafe(|| target(&mut bench, number)));
            assert!(held.is_ok(), "{name} {number}");
        }
        println!("{name}: {trials} trials, {} findings, {} mistakes", bench.findings, bench.mistakes);
        assert!(bench.findings + bench.mistakes > trials as usize / 2, "{name} met nearly nothing");
    }
}

//! `plumbrule check --watch`: runs again whenever something that a run reads is not as it was. Owns when that is
//! looked for, and what a screen shows meanwhile; knows nothing of what a run does.

use std::io::Write;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Done, complain, terminal};
use crate::outcome::Run;
use crate::workspace::{Choice, Disk};

/// Between two looks. A person does not wait longer for a report than it takes to look up from the keyboard.
const PAUSE: Duration = Duration::from_millis(200);
/// After a change, until nothing changes any more: a tool may write many files, or one in parts.
const SETTLED: Duration = Duration::from_millis(50);
/// A look may take long in a large folder; so much longer it is waited.
const REST: u32 = 10;

/// Runs at once and after each change, until its reader is gone or the system ends it.
pub(super) fn run(
    paths: &[PathBuf],
    choice: &Choice<'_>,
    out: &mut dyn Write,
    judge: impl Fn() -> Run,
    show: impl Fn(&Run, &mut dyn Write) -> Done,
) -> Done {
    let look = || Disk::from_here().state(paths, choice);
    let mut seen = look();
    loop {
        let begun = Instant::now();
        let run = judge();
        // Before anything is said on either stream.
        let cleared =
            if terminal::has_screen() { out.write_all(CLEAR) } else { Ok(()) }.and_then(|()| out.flush());
        let Done { code, written } = show(&run, out);
        let written = cleared.and(written).and_then(|()| out.flush());
        if written.is_err() {
            return Done { code, written };
        }
        let took = begun.elapsed().as_secs_f64();
        complain(&format!("checked in {took:.2} s; waiting for a change, Ctrl-C ends\n"));
        seen = changed(&seen, look);
    }
}

/// What was scrolled off the screen before stays.
const CLEAR: &[u8] = b"\x1b[2J\x1b[H";

/// Waits until what is seen is another, and stays so.
fn changed<S: PartialEq>(seen: &S, look: impl Fn() -> S) -> S {
    let after = |pause: Duration| {
        sleep(pause);
        let begun = Instant::now();
        (look(), begun.elapsed())
    };
    let (mut now, mut took) = after(PAUSE);
    while now == *seen {
        (now, took) = after(PAUSE.max(took * REST));
    }
    loop {
        let (next, _) = after(SETTLED);
        if next == now {
            return now;
        }
        now = next;
    }
}

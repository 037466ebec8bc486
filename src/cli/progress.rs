//! One line on a terminal while a long run lasts, gone before anything else is written. Knows how far the run is and
//! nothing of what it does.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{complain, terminal};
use crate::outcome::Progress;

/// Most runs are over before.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between two looks at how far it is.
const PAUSE: Duration = Duration::from_millis(100);

/// The line, as long as this lives.
pub(super) struct Line {
    /// Dropped when the run is over.
    over: Option<Sender<()>>,
    drawn: Option<JoinHandle<()>>,
}

impl Line {
    /// Tells of a run from now on, if anybody can see it.
    pub(super) fn of(progress: &Arc<Progress>) -> Option<Self> {
        let is_seen = io::stderr().is_terminal() && !terminal::is_dumb() && std::env::var_os("CI").is_none();
        is_seen.then(|| {
            let (over, running) = channel::<()>();
            let progress = Arc::clone(progress);
            let draw = move || {
                let (mut pause, mut width) = (PATIENCE, 0);
                while running.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                    let words: String = progress.to_string().chars().take(terminal::room()).collect();
                    complain(&format!("\r{words:width$}\r"));
                    (pause, width) = (PAUSE, words.chars().count());
                }
                if width > 0 {
                    complain(&format!("\r{:width$}\r", ""));
                }
            };
            Self { over: Some(over), drawn: Some(std::thread::spawn(draw)) }
        })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        drop(self.over.take());
        // What it cannot draw is no reason to fail.
        let _ = self.drawn.take().map(JoinHandle::join);
    }
}

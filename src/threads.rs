//! Work on several threads: owns how many there are, and that one that fails is heard. Knows no work.

use std::num::NonZero;
use std::sync::OnceLock;
use std::thread;

/// How many threads can work at once.
#[must_use]
pub fn most() -> usize {
    // The system reads files to tell.
    static MOST: OnceLock<usize> = OnceLock::new();
    *MOST.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// Does the same with each hand, the first of them on this thread; what comes of it, in their order.
pub fn on_each<T: Send, R: Send>(hands: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let work = &work;
    thread::scope(|scope| {
        let mut hands = hands.into_iter();
        let first = hands.next();
        let others: Vec<_> = hands.map(|hand| scope.spawn(move || work(hand))).collect();
        let own = first.map(work);
        own.into_iter().chain(others.into_iter().map(result)).collect()
    })
}

/// Does two things at the same time, the first of them on this thread.
pub fn both<A, B: Send>(here: impl FnOnce() -> A, there: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let there = scope.spawn(there);
        (here(), result(there))
    })
}

/// A thread that fails must not look like one that says nothing.
fn result<R>(thread: thread::ScopedJoinHandle<'_, R>) -> R {
    thread.join().unwrap_or_else(|failure| std::panic::resume_unwind(failure))
}

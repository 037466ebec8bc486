//! What several threads fill as they ask: owns `Shared` and `Memo`. What is asked for depends on the question alone, so
//! it does not matter who asked first.

use std::hash::Hash;
use std::sync::PoisonError;

use crossbeam_utils::sync::{ShardedLock, ShardedLockReadGuard, ShardedLockWriteGuard};
use rustc_hash::FxHashMap;

/// What is looked at much more often than it is changed: those who look do not get in each other's way.
#[derive(Debug, Default)]
pub(super) struct Shared<T>(ShardedLock<T>);

// The holder of a lock that failed has failed the run, so nobody sees what it left.
impl<T> Shared<T> {
    /// While nobody changes it.
    pub(super) fn reading(&self) -> ShardedLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// While nobody else sees it.
    pub(super) fn writing(&self) -> ShardedLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was worked out so far, by its key.
#[derive(Debug)]
pub(super) struct Memo<K, V>(Shared<FxHashMap<K, V>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(Shared::default())
    }
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    pub(super) fn known(&self, key: &K) -> Option<V> {
        self.0.reading().get(key).cloned()
    }

    /// What is known for a key, worked out if it is not. Two threads may both work it out; what the first made holds
    /// for both.
    pub(super) fn get_or(&self, key: K, make: impl FnOnce() -> V) -> V {
        if let Some(known) = self.known(&key) {
            return known;
        }
        let made = make();
        self.0.writing().entry(key).or_insert(made).clone()
    }
}

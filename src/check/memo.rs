//! Tables that several threads fill as they ask: owns `Memo`. What is asked for depends on the key alone, so it
//! does not matter who asked first.

use std::hash::Hash;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rustc_hash::FxHashMap;

/// What was worked out so far, by its key.
#[derive(Debug)]
pub(super) struct Memo<K, V>(RwLock<FxHashMap<K, V>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    pub(super) fn known(&self, key: &K) -> Option<V> {
        reading(&self.0).get(key).cloned()
    }

    /// What is known for a key, worked out if it is not. Two threads may both work it out; what the first made holds
    /// for both.
    pub(super) fn get_or(&self, key: K, make: impl FnOnce() -> V) -> V {
        if let Some(known) = self.known(&key) {
            return known;
        }
        let made = make();
        writing(&self.0).entry(key).or_insert(made).clone()
    }
}

/// What is shared, while nobody changes it. The holder of a lock that failed has failed the run, so nobody sees what it
/// left.
pub(super) fn reading<T>(shared: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    shared.read().unwrap_or_else(PoisonError::into_inner)
}

/// What is shared, while nobody else sees it.
pub(super) fn writing<T>(shared: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    shared.write().unwrap_or_else(PoisonError::into_inner)
}

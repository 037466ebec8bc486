//! Numbers that depend on a seed alone, the same on every machine. Uses the standard library only.

/// A stream of draws that depends on its key alone (SplitMix64).
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64, kind: u64, index: usize) -> Self {
        let mut draw = Draw(seed);
        for part in [kind, index as u64] {
            draw.0 = draw.next() ^ part;
        }
        draw
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A value that `percent` of the drafts contain.
    pub(crate) fn written(&mut self, percent: usize, value: usize) -> Option<usize> {
        self.chance(percent).then_some(value)
    }
}

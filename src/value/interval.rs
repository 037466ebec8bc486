//! Closed intervals of exact numbers. Owns `Interval` and its arithmetic: a result holds every value that
//! the operands allow.

use super::{Ratio, Round, Truth};

/// All numbers from `lo` to `hi`, both included; `hi` may be infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interval {
    /// The least value.
    pub lo: Ratio,
    /// The greatest value.
    pub hi: Ratio,
}

impl Interval {
    /// Just nothing.
    pub const ZERO: Interval = Interval { lo: Ratio::ZERO, hi: Ratio::ZERO };
    /// Some amount, nobody knows which: what a missing amount adds to a sum.
    pub const ANY_AMOUNT: Interval = Interval { lo: Ratio::ZERO, hi: Ratio::INFINITY };

    /// One value.
    #[must_use]
    pub fn point(value: Ratio) -> Interval {
        Interval { lo: value, hi: value }
    }

    /// The value, if there is but one.
    #[must_use]
    pub fn as_point(self) -> Option<Ratio> {
        (self.lo == self.hi).then_some(self.lo)
    }

    /// Sums of their values.
    #[must_use]
    pub fn plus(self, other: Interval) -> Interval {
        Interval { lo: self.lo.add(other.lo, Round::Down), hi: self.hi.add(other.hi, Round::Up) }
    }

    /// Differences of their values.
    #[must_use]
    pub fn minus(self, other: Interval) -> Interval {
        Interval { lo: self.lo.sub(other.hi, Round::Down), hi: self.hi.sub(other.lo, Round::Up) }
    }

    /// Products of their values.
    #[must_use]
    pub fn times(self, other: Interval) -> Interval {
        let ends = [(self.lo, other.lo), (self.lo, other.hi), (self.hi, other.lo), (self.hi, other.hi)];
        Self::hull(ends, Ratio::mul)
    }

    /// Quotients of their values; `None` if the divisor may be zero.
    #[must_use]
    pub fn over(self, other: Interval) -> Option<Interval> {
        if other.lo <= Ratio::ZERO && other.hi >= Ratio::ZERO {
            return None;
        }
        let ends = [(self.lo, other.lo), (self.lo, other.hi), (self.hi, other.lo), (self.hi, other.hi)];
        Some(Self::hull(ends, Ratio::div))
    }

    fn hull(ends: [(Ratio, Ratio); 4], op: fn(Ratio, Ratio, Round) -> Ratio) -> Interval {
        // Two points have one pair of ends.
        let [first, .., last] = ends;
        let ends = if first == last { std::slice::from_ref(&first) } else { ends.as_slice() };
        let lows = ends.iter().map(|(a, b)| op(*a, *b, Round::Down));
        let highs = ends.iter().map(|(a, b)| op(*a, *b, Round::Up));
        Interval { lo: lows.min().unwrap_or(Ratio::NEG_INFINITY), hi: highs.max().unwrap_or(Ratio::INFINITY) }
    }

    /// The least interval around both.
    #[must_use]
    pub fn join(self, other: Interval) -> Interval {
        Interval { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// Whether every value is below every value of the other.
    #[must_use]
    pub fn less(self, other: Interval) -> Truth {
        if self.hi < other.lo {
            Truth::True
        } else if self.lo >= other.hi {
            Truth::False
        } else {
            Truth::Unknown
        }
    }

    /// Whether both are the same value: equal points are, disjoint intervals are not.
    #[must_use]
    pub fn equal(self, other: Interval) -> Truth {
        if self.hi < other.lo || other.hi < self.lo {
            Truth::False
        } else if self.as_point().is_some() && self == other {
            Truth::True
        } else {
            Truth::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(lo: i64, hi: i64) -> Interval {
        Interval { lo: Ratio::whole(lo), hi: Ratio::whole(hi) }
    }

    #[test]
    fn comparison_is_true_only_where_it_is_certain() {
        assert_eq!(between(0, 5).less(between(6, 9)), Truth::True);
        assert_eq!(between(0, 5).less(between(5, 9)), Truth::Unknown);
        assert_eq!(between(9, 9).less(between(9, 9)), Truth::False);
        assert_eq!(between(3, 3).equal(between(3, 3)), Truth::True);
        assert_eq!(between(3, 4).equal(between(3, 4)), Truth::Unknown);
        assert_eq!(between(3, 4).equal(between(5, 6)), Truth::False);
    }

    #[test]
    fn arithmetic_keeps_every_possible_value() {
        assert_eq!(between(-2, 3).times(between(-5, 7)), between(-15, 21));
        assert_eq!(between(1, 2).minus(between(0, 5)), between(-4, 2));
        assert_eq!(between(1, 2).over(between(0, 5)), None);
        let any = Interval::ANY_AMOUNT.times(between(2, 2));
        assert_eq!(any, Interval::ANY_AMOUNT);
    }
}

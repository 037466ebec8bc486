//! Exact fractions of two 64-bit numbers. Owns `Ratio`; what does not fit is rounded in the direction the
//! caller names, so that the bounds of an interval stay bounds.

use std::cmp::Ordering;
use std::fmt;

/// Longest numeral that is read exactly, in significant digits.
pub const MAX_DIGITS: usize = 18;

/// Where to go when a result does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// To a number not above.
    Down,
    /// To a number not below.
    Up,
}

impl Round {
    fn flip(self) -> Round {
        if self == Round::Down { Round::Up } else { Round::Down }
    }
}

/// A fraction in lowest terms with a positive denominator; infinite if the denominator is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    num: i64,
    den: i64,
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Ratio = Ratio { num: 0, den: 1 };
    /// One.
    pub const ONE: Ratio = Ratio { num: 1, den: 1 };
    /// More than any number.
    pub const INFINITY: Ratio = Ratio { num: 1, den: 0 };
    /// Less than any number.
    pub const NEG_INFINITY: Ratio = Ratio { num: -1, den: 0 };

    /// A whole number.
    #[must_use]
    pub fn whole(number: i64) -> Ratio {
        Ratio { num: number, den: 1 }
    }

    /// `num / den`, exact; `None` if `den` is 0.
    #[must_use]
    pub fn new(num: i64, den: i64) -> Option<Ratio> {
        (den != 0).then(|| Self::fit(i128::from(num), i128::from(den), Round::Down))
    }

    /// Reads digits with at most one decimal point, as in `0.8499`; `None` if it is no such numeral or has
    /// more than [`MAX_DIGITS`] significant digits.
    #[must_use]
    pub fn parse(numeral: &str) -> Option<Ratio> {
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        // Most numerals are whole and short.
        if (1..=MAX_DIGITS).contains(&numeral.len()) && all_digits(numeral) {
            return numeral.parse().ok().map(Self::whole);
        }
        let (whole, decimals) = numeral.split_once('.').unwrap_or((numeral, ""));
        if whole.is_empty() || !all_digits(whole) || !all_digits(decimals) {
            return None;
        }
        let decimals = decimals.trim_end_matches('0');
        let significant = whole.bytes().chain(decimals.bytes()).skip_while(|digit| *digit == b'0');
        if significant.clone().count() > MAX_DIGITS || decimals.len() > MAX_DIGITS {
            return None;
        }
        let num = significant.fold(0, |num, digit| num * 10 + i64::from(digit - b'0'));
        Self::new(num, 10_i64.checked_pow(decimals.len() as u32)?)
    }

    /// Whether it is a number at all.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self.den != 0
    }

    /// Whether it is exactly zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.num == 0
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.num < 0
    }

    /// The number if it is whole and finite.
    #[must_use]
    pub fn as_whole(self) -> Option<i64> {
        (self.den == 1).then_some(self.num)
    }

    /// The largest whole number not above it; the ends of `i64` for infinities.
    #[must_use]
    pub fn floor(self) -> i64 {
        match self.den {
            0 if self.num > 0 => i64::MAX,
            0 => i64::MIN,
            den => self.num.div_euclid(den),
        }
    }

    /// The number with its sign turned.
    #[must_use]
    pub fn negated(self) -> Ratio {
        Ratio { num: -self.num, den: self.den }
    }

    /// The sum; opposite infinities give the bound that `round` asks for.
    #[must_use]
    pub fn add(self, other: Ratio, round: Round) -> Ratio {
        if self.den == 1
            && other.den == 1
            && let Some(whole) = self.num.checked_add(other.num).and_then(Self::as_small)
        {
            return whole;
        }
        match (self.is_finite(), other.is_finite()) {
            (true, true) => {
                let (a, b) = (i128::from(self.num), i128::from(self.den));
                let (c, d) = (i128::from(other.num), i128::from(other.den));
                Self::fit_sum(a * d, c * b, b * d, round)
            }
            (false, true) => self,
            (true, false) => other,
            (false, false) if self == other => self,
            (false, false) => Self::unbounded(round),
        }
    }

    /// The difference.
    #[must_use]
    pub fn sub(self, other: Ratio, round: Round) -> Ratio {
        self.add(other.negated(), round)
    }

    /// The product; nothing times infinity is nothing, as a bound of an interval wants it.
    #[must_use]
    pub fn mul(self, other: Ratio, round: Round) -> Ratio {
        if self.is_zero() || other.is_zero() {
            return Self::ZERO;
        }
        if !self.is_finite() || !other.is_finite() {
            return if self.is_negative() == other.is_negative() {
                Self::INFINITY
            } else {
                Self::NEG_INFINITY
            };
        }
        if self.den == 1
            && other.den == 1
            && let Some(whole) = self.num.checked_mul(other.num).and_then(Self::as_small)
        {
            return whole;
        }
        let num = i128::from(self.num) * i128::from(other.num);
        Self::fit(num, i128::from(self.den) * i128::from(other.den), round)
    }

    /// The product, if it is small enough that rounding changes nothing.
    #[must_use]
    pub fn mul_exactly(self, other: Ratio) -> Option<Ratio> {
        if !self.is_finite() || !other.is_finite() {
            return None;
        }
        Self::lowest(
            i128::from(self.num) * i128::from(other.num),
            i128::from(self.den) * i128::from(other.den),
        )
    }

    /// The quotient; by zero it is unbounded in the direction of `round`, by infinity nothing.
    #[must_use]
    pub fn div(self, other: Ratio, round: Round) -> Ratio {
        if other.is_zero() {
            return Self::unbounded(round);
        }
        if !other.is_finite() {
            return Self::ZERO;
        }
        if !self.is_finite() {
            return if self.is_negative() == other.is_negative() {
                Self::INFINITY
            } else {
                Self::NEG_INFINITY
            };
        }
        let num = i128::from(self.num) * i128::from(other.den);
        Self::fit(num, i128::from(self.den) * i128::from(other.num), round)
    }

    fn unbounded(round: Round) -> Ratio {
        if round == Round::Up { Self::INFINITY } else { Self::NEG_INFINITY }
    }

    /// A whole number whose opposite fits, too.
    fn as_small(num: i64) -> Option<Ratio> {
        (num != i64::MIN).then(|| Self::whole(num))
    }

    fn fit_sum(a: i128, b: i128, den: i128, round: Round) -> Ratio {
        // Both addends are products of two 64-bit numbers: below 2^126, so their sum fits.
        Self::fit(a + b, den, round)
    }

    /// Brings a fraction to lowest terms; `den` is not 0.
    fn fit(num: i128, den: i128, round: Round) -> Ratio {
        let (num, den) = if den < 0 { (-num, -den) } else { (num, den) };
        if let Some(small) = Self::lowest(num, den) {
            return small;
        }
        let shared = gcd(num.unsigned_abs(), den.unsigned_abs()) as i128;
        let (num, den) = (num / shared, den / shared);
        match (i64::try_from(num), i64::try_from(den)) {
            (Ok(num), Ok(den)) if num != i64::MIN => Ratio { num, den },
            _ if num < 0 => Self::squeeze(-num, den, round.flip()).negated(),
            _ => Self::squeeze(num, den, round),
        }
    }

    /// The same in lowest terms, if both parts are small; `den` is positive.
    fn lowest(num: i128, den: i128) -> Option<Ratio> {
        let (num, den) = (i64::try_from(num).ok()?, i64::try_from(den).ok()?);
        // Most numbers are small, and a division of large ones takes ten times as long.
        let shared = small_gcd(num.unsigned_abs(), den.unsigned_abs()).cast_signed();
        (num != i64::MIN).then(|| Ratio { num: num / shared, den: den / shared })
    }

    /// A nearby fraction that fits, not above or not below; both parts are positive.
    fn squeeze(num: i128, den: i128, round: Round) -> Ratio {
        let (whole, rest) = (num / den, num % den);
        let Ok(whole) = i64::try_from(whole) else {
            return if round == Round::Up { Self::INFINITY } else { Self::whole(i64::MAX) };
        };
        let room = (i64::MAX / (whole.max(1)).saturating_add(1)).max(1);
        let scale = 1_i128 << (63 - room.leading_zeros().max(1)).min(62);
        let drop = (128 - den.leading_zeros()).saturating_sub(62);
        let part = match round {
            Round::Down => (rest >> drop) * scale / ((den >> drop) + 1),
            Round::Up => ((rest >> drop) + 1) * scale / (den >> drop).max(1) + 1,
        };
        let num = i128::from(whole) * scale + part;
        match i64::try_from(num) {
            Ok(num) => Self::fit(i128::from(num), scale, round),
            Err(_) if round == Round::Up => Self::INFINITY,
            Err(_) => Self::whole(whole),
        }
    }

    /// The number with at most `places` decimals, nearest, with commas between thousands.
    #[must_use]
    pub fn to_decimal(self, places: u32) -> String {
        if !self.is_finite() {
            return if self.is_negative() { "-∞" } else { "∞" }.into();
        }
        let scale = 10_i128.pow(places);
        let scaled = i128::from(self.num) * scale * 2;
        let den = i128::from(self.den);
        let nearest = (scaled + den).div_euclid(den * 2);
        let (whole, part) = (nearest.abs() / scale, nearest.abs() % scale);
        let decimals = format!("{part:0width$}", width = places as usize);
        let decimals = decimals.trim_end_matches('0');
        let sign = if nearest < 0 { "-" } else { "" };
        let point = if decimals.is_empty() || places == 0 { "" } else { "." };
        format!("{sign}{}{point}{}", thousands(whole), if places == 0 { "" } else { decimals })
    }
}

/// A whole number from 0 on, with commas between thousands.
#[must_use]
pub fn thousands(number: i128) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        // Most numbers are small, and a division of large ones takes ten times as long.
        if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
            return u128::from(small_gcd(a, b));
        }
        (a, b) = (b, a % b);
    }
    a.max(1)
}

fn small_gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_finite(), other.is_finite()) {
            (true, true) if self.den == other.den => self.num.cmp(&other.num),
            (true, true) => (i128::from(self.num) * i128::from(other.den))
                .cmp(&(i128::from(other.num) * i128::from(self.den))),
            (false, false) => self.num.cmp(&other.num),
            (false, true) => self.num.cmp(&0),
            (true, false) => 0.cmp(&other.num),
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_decimal(4))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(num: i64, den: i64) -> Ratio {
        Ratio::new(num, den).unwrap()
    }

    #[test]
    fn arithmetic_is_exact() {
        let third = ratio(1, 3);
        assert_eq!(third.add(third, Round::Down).add(third, Round::Down), Ratio::ONE);
        assert_eq!(ratio(-2, -4), ratio(1, 2));
        assert_eq!(Ratio::parse("0.8499").unwrap().mul(Ratio::whole(10_000), Round::Up), Ratio::whole(8499));
        assert_eq!(Ratio::whole(7).div(ratio(-7, 2), Round::Up), Ratio::whole(-2));
    }

    #[test]
    fn numerals_outside_the_range_are_refused() {
        assert_eq!(Ratio::parse("9007199254740993"), Some(Ratio::whole(9_007_199_254_740_993)));
        for bad in ["", ".", "1e9", "1,000", "1234567890123456789", "0.1234567890123456789", "１"] {
            assert_eq!(Ratio::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_does_not_fit_is_rounded_outward() {
        let odd = ratio(1_000_000_007, 998_244_353);
        let (mut low, mut high) = (odd, odd);
        for _ in 0..12 {
            low = low.mul(odd, Round::Down);
            high = high.mul(odd, Round::Up);
        }
        assert!(low < high);
        assert!(high.sub(low, Round::Up) < ratio(1, 1_000_000));
        let big = Ratio::whole(i64::MAX).mul(Ratio::whole(i64::MAX), Round::Up);
        assert_eq!(big, Ratio::INFINITY);
        assert_eq!(Ratio::whole(i64::MAX).mul(Ratio::whole(9), Round::Down), Ratio::whole(i64::MAX));
    }

    #[test]
    fn decimals_are_written_as_people_do() {
        assert_eq!(Ratio::whole(1_234_567).to_decimal(1), "1,234,567");
        assert_eq!(ratio(5, 12).to_decimal(3), "0.417");
        assert_eq!(ratio(-1, 2).to_decimal(0), "0");
        assert_eq!(Ratio::INFINITY.to_decimal(1), "∞");
    }
}

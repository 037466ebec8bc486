//! Arithmetic that keeps what is certain certain: three-valued truth, exact fractions, intervals and dates.
//! Knows no unit, field or language.

mod date;
mod interval;
mod ratio;
mod truth;

pub use date::{Dates, Day, MAX_YEAR, MIN_YEAR};
pub use interval::Interval;
pub use ratio::{MAX_DIGITS, Ratio, Round, thousands};
pub use truth::Truth;

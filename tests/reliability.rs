//! Inputs that bring other programs down: each has its diagnostic with a place, the rest of the portfolio is still
//! checked, and the run ends by itself with the exit code that is promised. Owns no case.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic anywhere")]

#[path = "cli/folder.rs"]
mod folder;
#[path = "reliability/hostile.rs"]
mod hostile;
#[path = "reliability/packs.rs"]
mod packs;
#[path = "reliability/texts.rs"]
mod texts;

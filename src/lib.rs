//! plumbrule reads policy proposals the way a compiler reads code.
//!
//! Files are found by `workspace`, text becomes a tree in `syntax`, declarations become a `schema`, proposals
//! and facts become a resolved `model`, rule declarations become typed `rule`s, `check` evaluates rules over
//! the model into `diagnostic`s, `analysis` runs these steps in order, and `report` shows what came of it.
//! `ARCHITECTURE.md` says what each module owns and what it may not know.

pub mod analysis;
pub mod check;
pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod lsp;
pub mod model;
pub mod names;
pub mod outcome;
pub mod report;
pub mod rule;
pub mod rulebook;
pub mod schema;
pub mod shelf;
pub mod source;
pub mod syntax;
pub mod threads;
pub mod value;
pub mod verify;
pub mod workspace;

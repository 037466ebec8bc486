//! Evaluates rules over a model into diagnostics: owns expressions at work, paths, verdicts, and how findings
//! are gathered. Knows neither terminal nor disk, and no particular rule.

mod access;
mod blame;
mod cut;
mod eval;
mod finding;
mod fixes;
mod functions;
mod gather;
mod graph;
mod group;
mod memo;
mod paths;
mod plan;
mod recipes;
mod reliance;
mod value;
mod waivers;
mod world;
mod write;

pub use gather::{Judgement, Run, judge};

//! The command as a user meets it, and the portfolios that it finds: runs the built binary on folders made for
//! each case. Each case writes bytes that are no text where it must see that a file was read.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

#[path = "cli/choices.rs"]
mod choices;
#[path = "cli/folder.rs"]
mod folder;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/output.rs"]
mod output;
#[path = "cli/pages.rs"]
mod pages;
#[path = "cli/patterns.rs"]
mod patterns;
#[path = "cli/portfolios.rs"]
mod portfolios;
#[path = "cli/problems.rs"]
mod problems;
#[path = "cli/reports.rs"]
mod reports;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/unsaved.rs"]
mod unsaved;
#[path = "cli/watch.rs"]
mod watch;

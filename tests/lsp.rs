//! The language server as editors meet it: speaks the protocol with the built program under the abilities of real
//! editors. May not know how a diagnostic is found.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failing test may panic anywhere")]
#![allow(clippy::needless_pass_by_value, reason = "a call reads best with its message in it")]

#[path = "lsp/conversation.rs"]
mod conversation;
#[path = "lsp/editor.rs"]
mod editor;
#[path = "lsp/equality.rs"]
mod equality;
#[path = "lsp/folder.rs"]
mod folder;
#[path = "lsp/hover.rs"]
mod hover;
#[path = "lsp/latency.rs"]
mod latency;
#[path = "lsp/pages.rs"]
mod pages;
#[allow(dead_code, reason = "other tests ask it for what is true of it")]
#[path = "support/portfolio.rs"]
mod portfolio;

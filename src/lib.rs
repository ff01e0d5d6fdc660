//! `unpoll` proves how far a TypeScript/React codebase has moved from polling to push.
//!
//! The whole story on one screen: a repository goes in, an [`findings::audit::Audit`] comes out,
//! and each room of the program is passed once:
//!
//! ```text
//! args + config → discover → scan → parse → facts → link → rules → findings → report → exit code
//! ```

pub mod catalog;
pub mod cli;
pub mod discover;
pub mod error;
pub mod facts;
pub mod findings;
pub mod link;
pub mod parse;
pub mod report;
pub mod rules;
pub mod scan;
pub mod source;
pub mod vocabulary;

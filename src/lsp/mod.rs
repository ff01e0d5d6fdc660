//! The language server: what the audit finds, beside the code as it is typed.
//!
//! One thread speaks with the client and holds the open documents, another one audits. Between them go batches of
//! changes, each a moment after the last key, and what came of them.

mod actions;
mod diagnostics;
mod folders;
mod hover;
mod positions;
mod server;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use lsp_server::Connection;

use crate::error::Error;
use crate::warm::Warm;

/// Makes ready to audit a folder, or a single file; the flag calls off the audit that runs.
pub type Prepare = Box<dyn Fn(&Path, &Arc<AtomicBool>) -> Warm + Send>;

/// Serves one client over stdin and stdout until it says goodbye. Whether it did so in due form.
///
/// # Errors
///
/// When the client does not keep to the protocol, or the system gives no thread.
pub fn serve_stdio(prepare: Prepare) -> Result<bool, Error> {
    let (connection, threads) = Connection::stdio();
    let served = server::serve(connection, prepare);
    // The connection is gone: what was said is written, and nothing more is read.
    match served {
        Ok(true) => threads.join().map(|()| true).or(Ok(true)),
        other => other,
    }
}

//! `unpoll lsp`: the language server, which editors start.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::failure::Failure;
use super::selection::Flags;
use crate::lsp;
use crate::warm::Warm;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Speak over stdin and stdout: the only way there is. Editors name it all the same.
    #[arg(long)]
    stdio: bool,
    #[command(flatten)]
    flags: Flags,
}

/// Serves one editor. It has stdout for itself.
pub(super) fn run(Args { stdio: _, flags }: Args) -> Result<ExitCode, Failure> {
    let flags = Arc::new(flags);
    let prepare = move |root: &Path, called_off: &Arc<_>| {
        let (flags, paths) = (Arc::clone(&flags), vec![root.to_owned()]);
        // The settings are loaded before the first walk.
        let options = flags.options(paths.clone(), crate::config::Settings::default());
        Warm::new(options, Box::new(move || flags.settings(&paths)), Arc::clone(called_off))
    };
    let is_due_form = lsp::serve_stdio(Box::new(prepare))?;
    Ok(ExitCode::from(u8::from(!is_due_form)))
}

//! A bar on stderr while a person waits.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::progress::Progress;

/// Draws how far the run is; gone when dropped.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar on stderr; a silent one when stderr is no terminal or silence is wished for.
    pub(super) fn new(quiet: bool) -> Self {
        if quiet || !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Self(bar)
    }
}

impl Progress for Bar {
    fn stage(&self, name: &'static str, total: usize) {
        self.0.set_message(name);
        let template =
            if total == 0 { "{spinner} {msg} {pos}" } else { "{spinner} {msg} [{bar:30}] {pos}/{len}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style.progress_chars("━╸ "));
        }
        self.0.set_position(0);
        self.0.set_length(total as u64);
        // Not before the first stage: an empty bar tells nobody anything.
        self.0.enable_steady_tick(Duration::from_millis(100));
    }

    fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

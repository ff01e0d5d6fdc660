//! Colours, when the medium has them.

use colored::{Color, ColoredString, Colorize};

use crate::vocabulary::Severity;

/// Paints text, or leaves it alone. Takes text that is already escaped.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// A painter that does, or one that does nothing.
    pub fn new(on: bool) -> Self {
        if on {
            // `colored` asks the environment by itself otherwise; whoever made the painter already has.
            colored::control::set_override(true);
        }
        Self { on }
    }

    fn apply(self, text: &str, paint: impl FnOnce(&str) -> ColoredString) -> String {
        if self.on { paint(text).to_string() } else { text.to_owned() }
    }

    /// Headings.
    pub fn bold(self, text: &str) -> String {
        self.apply(text, |text| text.bold())
    }

    /// What matters less: gutters, notes.
    pub fn dim(self, text: &str) -> String {
        self.apply(text, |text| text.dimmed())
    }

    /// Places and code.
    pub fn code(self, text: &str) -> String {
        self.apply(text, |text| text.cyan())
    }

    /// Good news.
    pub fn good(self, text: &str) -> String {
        self.apply(text, |text| text.green())
    }

    /// A word or a line in the colour of a severity.
    pub fn severity(self, severity: Severity, text: &str) -> String {
        let color = match severity {
            Severity::Critical => Color::Red,
            Severity::Warning => Color::Yellow,
            Severity::Info => Color::Blue,
        };
        self.apply(text, |text| text.color(color).bold())
    }

    /// A sentence of ours with names between backticks: those in the colour of code.
    pub fn sentence(self, text: &str) -> String {
        let parts: Vec<&str> = text.split('`').collect();
        if !self.on || parts.len().is_multiple_of(2) {
            return text.to_owned();
        }
        let piece = |(at, part): (usize, &&str)| {
            if at % 2 == 1 { self.code(&format!("`{part}`")) } else { (*part).to_owned() }
        };
        parts.iter().enumerate().map(piece).collect()
    }
}

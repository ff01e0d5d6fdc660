//! What stdout can show: colours and columns.

use std::io::{self, IsTerminal};

use clap::ValueEnum;

/// Columns when nobody looks: wide enough for a path and a sentence.
const DEFAULT_WIDTH: usize = 100;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ColorChoice {
    /// When stdout is a terminal and the environment does not object.
    #[default]
    Auto,
    /// Even into a pipe.
    Always,
    /// Not at all.
    Never,
}

/// What stdout can show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    pub color: bool,
    /// In cells.
    pub width: usize,
}

impl Screen {
    pub(super) fn of_stdout(choice: ColorChoice) -> Self {
        let stdout = io::stdout();
        let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let width =
            terminal_size::terminal_size_of(&stdout).map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0));
        Self { color: wants_color(choice, stdout.is_terminal(), variable), width }
    }
}

/// The flag first, then the environment (<https://no-color.org>, <https://force-color.org>,
/// <https://bixense.com/clicolors>), then whether anybody can see it.
fn wants_color(choice: ColorChoice, is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let given = |name: &str| variable(name).filter(|value| !value.is_empty());
    let on = |name: &str| given(name).map(|value| value != "0" && value != "false");
    match choice {
        ColorChoice::Always => return true,
        ColorChoice::Never => return false,
        ColorChoice::Auto => {}
    }
    if given("NO_COLOR").is_some() {
        return false;
    }
    if let Some(forced) = on("FORCE_COLOR") {
        return forced;
    }
    if on("CLICOLOR_FORCE") == Some(true) {
        return true;
    }
    is_terminal && on("CLICOLOR") != Some(false) && given("TERM").is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(is_terminal: bool, environment: &[(&str, &str)]) -> bool {
        let variable = |name: &str| {
            environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into())
        };
        wants_color(ColorChoice::Auto, is_terminal, variable)
    }

    #[test]
    fn the_environment_is_heard_in_order() {
        assert!(auto(true, &[]));
        assert!(!auto(false, &[]));
        assert!(!auto(true, &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]));
        assert!(auto(true, &[("NO_COLOR", "")]));
        assert!(auto(false, &[("FORCE_COLOR", "1")]));
        assert!(!auto(true, &[("FORCE_COLOR", "0")]));
        assert!(auto(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!auto(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!auto(true, &[("CLICOLOR", "0")]));
        assert!(!auto(true, &[("TERM", "dumb")]));
    }

    #[test]
    fn the_flag_wins() {
        assert!(wants_color(ColorChoice::Always, false, |_| Some("1".into())));
        assert!(!wants_color(ColorChoice::Never, true, |_| Some("1".into())));
    }
}

//! The rows that come with the program.

/// Names of files in `catalog/`, each with its text.
macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/catalog/", $name)))),+]
    };
}

/// Every file of `catalog/`, sorted; a test compares the list with the folder.
pub(super) const FILES: &[(&str, &str)] = files![
    "apollo.toml",
    "axios.toml",
    "node.toml",
    "platform.toml",
    "react.toml",
    "redux.toml",
    "swr.toml",
    "tanstack-query.toml",
];

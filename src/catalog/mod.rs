//! What third-party APIs mean: rows of `catalog/*.toml`, their loader and their lookup.

mod check;
mod embedded;
pub mod lookup;
pub mod rows;
mod symbol;

pub use check::{Lists, check};
pub use lookup::{Catalog, is_file};

#[cfg(test)]
mod push_tests;
#[cfg(test)]
mod tests;

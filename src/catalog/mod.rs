//! What third-party APIs mean: rows of `catalog/*.toml`, their loader and their lookup.

pub mod rows;

//! Joins the facts of all files into a `Program` that answers questions.

pub mod resolve;
pub mod timer;

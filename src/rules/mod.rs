//! One question about the linked program per file. The registry is one sorted slice; help, docs
//! and the report formats' metadata are rendered from it.

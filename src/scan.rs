//! Which trigger words the bytes of a file hold.

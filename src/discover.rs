//! Walks the roots; gives one sorted list of files, and the packages they belong to.

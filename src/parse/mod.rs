//! Bytes to a tree-sitter tree.

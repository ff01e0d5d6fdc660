//! The fields of the grammars, by number.
//!
//! A field that is asked for by its name costs a comparison with the name of every field before it, and a walk asks
//! for several at each node.

use std::num::NonZero;
use std::sync::LazyLock;

use tree_sitter::{Language, Tree};

/// Declares the numbers of fields: the name of each in Rust, and that in the grammar.
macro_rules! fields {
    ($($field:ident = $name:literal,)*) => {
        /// Numbers of fields.
        #[allow(missing_docs, reason = "they are named as in the grammar")]
        pub struct Fields {
            $(pub $field: u16,)*
        }

        impl Fields {
            /// A field that the grammar does not have gets the number that none has.
            fn of_language(language: &Language) -> Self {
                let number = |name| language.field_id_for_name(name).map_or(0, NonZero::get);
                Self { $($field: number($name),)* }
            }

            #[cfg(test)]
            fn named(&self) -> Vec<(&'static str, u16)> {
                vec![$(($name, self.$field),)*]
            }
        }
    };
}

fields! {
    alias = "alias",
    alternative = "alternative",
    argument = "argument",
    arguments = "arguments",
    body = "body",
    condition = "condition",
    consequence = "consequence",
    constructor = "constructor",
    declaration = "declaration",
    finalizer = "finalizer",
    function = "function",
    handler = "handler",
    increment = "increment",
    index = "index",
    initializer = "initializer",
    key = "key",
    kind = "kind",
    left = "left",
    module = "module",
    name = "name",
    object = "object",
    open_tag = "open_tag",
    operator = "operator",
    parameter = "parameter",
    parameters = "parameters",
    pattern = "pattern",
    property = "property",
    right = "right",
    source = "source",
    type_ = "type",
    type_arguments = "type_arguments",
    value = "value",
}

static TYPESCRIPT: LazyLock<Fields> =
    LazyLock::new(|| Fields::of_language(&tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()));

static TSX: LazyLock<Fields> =
    LazyLock::new(|| Fields::of_language(&tree_sitter_typescript::LANGUAGE_TSX.into()));

impl Fields {
    /// The numbers that are in force in a tree of TypeScript, with or without JSX: each grammar has its own.
    pub fn of(tree: &Tree) -> &'static Self {
        let tsx: Language = tree_sitter_typescript::LANGUAGE_TSX.into();
        if *tree.language() == tsx { &TSX } else { &TYPESCRIPT }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;
    use crate::source;

    #[test]
    fn every_field_is_one_of_both_grammars_but_for_jsx() {
        let missing = |fields: &Fields| -> Vec<_> {
            fields.named().into_iter().filter(|it| it.1 == 0).map(|it| it.0).collect()
        };
        assert_eq!(missing(&TSX), [""; 0]);
        assert_eq!(missing(&TYPESCRIPT), ["open_tag"]);
    }

    #[test]
    fn trees_are_read_with_the_numbers_of_their_grammar() {
        for language in [source::Language::TypeScript, source::Language::Tsx] {
            let tree = parse(b"load()", language).unwrap();
            let call = tree.root_node().child(0).unwrap().child(0).unwrap();
            let callee = call.child_by_field_id(Fields::of(&tree).function);
            assert_eq!(callee.map(|it| it.byte_range()), Some(0..4));
        }
    }
}

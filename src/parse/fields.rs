//! The fields of the grammars, by number.
//!
//! A field that is asked for by its name costs a comparison with the name of every field before it, and a walk asks
//! for several at each node.

use std::num::NonZero;
use std::sync::LazyLock;

use tree_sitter::Language;

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
            fn of(language: &Language) -> Self {
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

/// The fields of TypeScript, with and without JSX.
pub static FIELDS: LazyLock<Fields> =
    LazyLock::new(|| Fields::of(&tree_sitter_typescript::LANGUAGE_TSX.into()));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_one_of_both_grammars() {
        let plain = Fields::of(&tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into());
        assert_eq!(FIELDS.named(), plain.named());
        assert!(plain.named().iter().all(|(_, number)| *number > 0), "{:?}", plain.named());
    }
}

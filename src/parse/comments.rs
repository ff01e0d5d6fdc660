//! The comments of a file, as its grammar sees them: what looks like one inside of a text is none.

use tree_sitter::Tree;

use crate::source::Span;

/// A comment and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// From its first mark to its last: `// …`, `/* … */`.
    pub span: Span,
    /// The same; in JSX with the braces around it, when they hold nothing but comments.
    pub around: Span,
}

/// Every comment, in order.
pub fn comments(tree: &Tree) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut braces = Span::default();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let is_comment = node.kind() == COMMENT;
        if is_comment {
            let span = span(node);
            let is_inside = braces.start <= span.start && span.end <= braces.end;
            found.push(Comment { span, around: if is_inside { braces } else { span } });
        } else if node.kind() == "jsx_expression" && holds_only_comments(node) {
            braces = span(node);
        }
        if !is_comment && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

/// What all grammars call it.
const COMMENT: &str = "comment";

fn holds_only_comments(node: tree_sitter::Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).all(|it| it.kind() == COMMENT)
}

fn span(node: tree_sitter::Node<'_>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: offset(node.start_byte()), end: offset(node.end_byte()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;
    use crate::source::Language;

    fn texts(text: &str, language: Language) -> Vec<(&str, &str)> {
        let cut = |it: Span| &text[it.start as usize..it.end as usize];
        let tree = parse(text.as_bytes(), language).unwrap();
        comments(&tree).into_iter().map(|it| (cut(it.span), cut(it.around))).collect()
    }

    #[test]
    fn only_real_comments_count() {
        let text = "const a = '// no'; // one\nconst b = `/* no */ ${/* two */ a}`; const c = /\\/\\/ no/;\n";
        assert_eq!(texts(text, Language::Tsx), [("// one", "// one"), ("/* two */", "/* two */")]);
        let go = "package main\n\n// one\nfunc main() { say(\"// no\") /* two */ }\n";
        assert_eq!(texts(go, Language::Go).len(), 2);
    }

    #[test]
    fn in_jsx_the_braces_belong_to_the_comment() {
        let text = "const a = <ul>\n  {/* one */}\n  // no\n  {/* two */ rows}\n  {}\n</ul>;";
        let expected = [("/* one */", "{/* one */}"), ("/* two */", "/* two */")];
        assert_eq!(texts(text, Language::Tsx), expected);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_its_comments_in_order(text in "[a/*<>{}'`\\n ()=é]{0,80}") {
            let tree = parse(text.as_bytes(), Language::Tsx).unwrap();
            let found = comments(&tree);
            proptest::prop_assert!(found.is_sorted_by_key(|it| it.span.start));
            proptest::prop_assert!(found.iter().all(|it| text.get(it.span.start as usize..it.span.end as usize).is_some()));
        }
    }
}

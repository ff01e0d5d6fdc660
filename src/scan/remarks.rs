//! What may be comments in a text: asked before a file is parsed for them.

/// The text of all that may be a comment, joined by line breaks. What begins like one in a string counts too, so that
/// no comment is left out.
pub fn remarks(text: &str) -> String {
    let mut found = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("//").into_iter().chain(rest.find("/*")).min() {
        let comment = rest.get(at..).unwrap_or_default();
        let ends_line = comment.starts_with("//");
        let end = if ends_line { comment.find('\n') } else { comment.find("*/") }.unwrap_or(comment.len());
        found.push_str(comment.get(..end).unwrap_or_default());
        found.push('\n');
        // What stands in a line that only looks like a comment may begin a real one.
        rest = comment.get(2..).unwrap_or_default();
        let next = rest.find("/*").filter(|it| ends_line && *it < end);
        rest = match next {
            Some(next) => rest.get(next..).unwrap_or_default(),
            None => comment.get(end.max(2)..).unwrap_or_default(),
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::remarks;

    #[test]
    fn every_comment_is_among_them() {
        let found =
            remarks("const url = 'https://orders'; /* to be\n wired */ load(); // later\n/** ärger */");
        for part in ["to be\n wired ", "// later", "/** ärger "] {
            assert!(found.contains(part), "{part:?} in {found:?}");
        }
        assert!(!found.contains("load"), "{found:?}");
        assert_eq!(remarks("a / b * c"), "");
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_end(text in "[/* \\na\"é]{0,60}") {
            remarks(&text);
        }
    }
}

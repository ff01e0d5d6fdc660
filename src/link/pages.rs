//! Pages that are no scripts and still import some: Markdown with components, and components of other
//! frameworks. A framework renders them, so what they import runs.

use rustc_hash::FxHashSet;

use super::program::Program;
use super::resolve::Resolution;
use crate::source::FileId;

/// What a page imports, told by the lines that begin with `import` or `export … from` outside of samples.
pub(super) fn imports(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut fence: Option<&str> = None;
    // `import {` may close some lines below.
    let mut is_open = false;
    for line in text.lines() {
        let line = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|it| line.starts_with(it));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        if fence.is_some() || mark.is_some() {
            continue;
        }
        let begins = ["import ", "import{", "import\"", "import'"].iter().any(|it| line.starts_with(it))
            || (line.starts_with("export ") && line.contains(" from "));
        if !(begins || is_open) {
            continue;
        }
        let after = line.rsplit_once("from ").map(|(_, after)| after);
        let bare = || line.strip_prefix("import").filter(|it| it.trim_start().starts_with(['"', '\'']));
        let quoted = after.or_else(bare).and_then(quoted);
        found.extend(quoted);
        is_open = quoted.is_none() && !line.is_empty() && !line.contains(';');
    }
    found
}

/// The text between the first two quotes of a kind.
fn quoted(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    text.get(1..)?.split_once(quote).map(|(inner, _)| inner)
}

impl Program {
    /// Whether a page imports a file.
    pub(super) fn is_on_a_page(&self, file: FileId) -> bool {
        let read = || {
            let mut known = FxHashSet::default();
            for (at, text) in self.page_texts() {
                known.extend(imports(&text).into_iter().filter_map(
                    |it| match self.resolve_on_page(at, it) {
                        Resolution::File(file) => Some(file),
                        _ => None,
                    },
                ));
            }
            known
        };
        self.answers.on_pages.get_or_init(read).contains(&file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_of_a_page_are_those_outside_of_samples() {
        let page = "import Orders from '@/Orders'\nimport {\n  Fleet,\n} from \"./Fleet\";\n\n# How to import from './here'\n\n```ts\nimport x from './sample'\n```\n\n<Orders />\nexport { meta } from './meta'\n  import './styles'\n";
        assert_eq!(imports(page), ["@/Orders", "./Fleet", "./meta", "./styles"]);
    }

    #[test]
    fn words_that_only_begin_like_an_import() {
        assert!(imports("important: './a'\nimport the data from our server\n\n'./b'\n").is_empty());
    }
}

//! Product or test code, by path.

use crate::source::Role;

/// Folders that hold no product code wherever they stand.
const TEST_FOLDERS: &[&str] = &[
    "__fixtures__",
    "__mocks__",
    "__snapshots__",
    "__tests__",
    "benchmarks",
    "cypress",
    "e2e",
    "e2e-tests",
    "example",
    "examples",
    "integration-tests",
    "load-tests",
    "mocks",
    "playwright",
    "storybook",
    "test",
    "test-helpers",
    "test-utils",
    "testHelpers",
    "testUtils",
    "testing",
    "tests",
];

/// Words that name test code beside the source (`fixtures/orders.ts`) and product code within it: a
/// league has `src/fixtures`, a news site `src/stories`, an API tool `app/spec`, an onboarding tour `src/demo`. Calling a product a
/// test would hide what it polls, so within the source they mean nothing.
const TEST_FOLDERS_BESIDE_SOURCE: &[&str] = &["demo", "fixtures", "spec", "stories"];

const SOURCE_FOLDERS: &[&str] = &["app", "client", "lib", "pages", "server", "src"];

/// What stands between two dots of a test file's name: `orders.test.ts`.
const TEST_MARKS: &[&str] =
    &["bench", "clienttest", "cy", "e2e", "mock", "mocks", "servertest", "spec", "stories", "story", "test"];

/// Files that only help tests: what stands before the first dot.
const TEST_HELPERS: &[&str] = &["setupTests", "test-helpers", "test-utils", "testHelpers", "testUtils"];

/// Configuration of test tools: what stands before the first dot.
const TEST_TOOLS: &[&str] = &["cypress", "jest", "playwright", "vitest"];

/// What a file is for. The path is relative to the audited root, whose own name says nothing:
/// auditing `fixtures/chat` is auditing a product.
pub fn role(path: &str) -> Role {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    if is_test_name(name) || is_in_test_folder(folders) { Role::Test } else { Role::Product }
}

fn is_test_name(name: &str) -> bool {
    let mut parts = name.split('.');
    let first = parts.next().unwrap_or_default();
    let has_more = name.bytes().filter(|byte| *byte == b'.').count() > 1;
    // `jest.config.js` and `vitest.setup.ts` are tools; `playwright.ts` may be anything.
    TEST_HELPERS.contains(&first)
        || (has_more && TEST_TOOLS.contains(&first))
        || (has_more && parts.any(|part| TEST_MARKS.contains(&part)))
}

/// Whether one of the folders holds no product code.
pub(super) fn is_in_test_folder(folders: &str) -> bool {
    let mut in_source = false;
    for folder in folders.split('/') {
        if TEST_FOLDERS.contains(&folder) || (!in_source && TEST_FOLDERS_BESIDE_SOURCE.contains(&folder)) {
            return true;
        }
        in_source |= SOURCE_FOLDERS.contains(&folder);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_code_is_known_by_name_or_folder() {
        for path in [
            "src/orders.test.ts",
            "src/Orders.stories.tsx",
            "src/orders.api.mock.ts",
            "src/__tests__/orders.ts",
            "e2e/login.ts",
            "packages/web/test/helpers.ts",
            "fixtures/orders.ts",
            "packages/api/spec/orders.js",
            "stories/Button.jsx",
            "src/setupTests.js",
            "src/lib/testHelpers.tsx",
            "src/Orders.clienttest.tsx",
            "src/orders.servertest.ts",
            "vitest.setup.ts",
            "jest.config.js",
            "examples/chat/src/main.ts",
            "demo/src/main.ts",
        ] {
            assert_eq!(role(path), Role::Test, "{path}");
        }
    }

    #[test]
    fn product_code_that_only_sounds_like_test_code() {
        for path in [
            "src/latest/orders.ts",
            "src/fixtures/league.ts",
            "src/features/stories/Feed.tsx",
            "src/component/demo/Tour.tsx",
            "app/spec/editor.ts",
            "src/contest.ts",
            "src/test.ts",
            "src/workbench.ts",
            "src/protest/tests-overview.tsx",
            "src/jest.ts",
            "src/testHelpersOfTheLab.ts",
            "src/orders.latest.ts",
        ] {
            assert_eq!(role(path), Role::Product, "{path}");
        }
    }
}

//! Where an audited file is for whoever reads the report: editors and services start at the folder
//! that `unpoll` runs in, and not at the root of the audit.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in the path of a URI as it is (RFC 3986), without the colon that would make a scheme
/// of the first folder.
const IN_URI: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The path from the current folder: the root as the user named it, and the file below it.
pub(super) fn from_here(root: &str, file: &str) -> String {
    let parts = root.split('/').chain(file.split('/')).filter(|part| !matches!(*part, "" | "."));
    let path = parts.collect::<Vec<_>>().join("/");
    if root.starts_with('/') { format!("/{path}") } else { path }
}

/// The same for services that only take paths inside of the repository: when the root is named by an
/// absolute path or lies outside of the current folder, the path from the root.
pub(super) fn in_repository(root: &str, file: &str) -> String {
    let drive = root.as_bytes().get(1) == Some(&b':');
    let outside = root.starts_with('/') || drive || root.split('/').any(|part| part == "..");
    from_here(if outside { "." } else { root }, file)
}

/// The path in the repository as a relative URI.
pub(super) fn uri(root: &str, file: &str) -> String {
    utf8_percent_encode(&in_repository(root, file), IN_URI).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_finds_the_file() {
        let paths = [".", "./", "apps/web", "./apps/web/", "/home/me/web", "../web"];
        let found = paths.map(|root| from_here(root, "src/orders.ts"));
        let expected = [
            "src/orders.ts",
            "src/orders.ts",
            "apps/web/src/orders.ts",
            "apps/web/src/orders.ts",
            "/home/me/web/src/orders.ts",
            "../web/src/orders.ts",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_service_gets_no_path_out_of_the_repository() {
        assert_eq!(in_repository("apps/web", "src/a.ts"), "apps/web/src/a.ts");
        for root in ["/home/me/web", "../web", "apps/../../web", "C:/web"] {
            assert_eq!(in_repository(root, "src/a.ts"), "src/a.ts", "{root}");
        }
    }

    #[test]
    fn a_uri_holds_nothing_but_the_path() {
        let file = "app/[id]/a b#?%:é\u{202e}\n.tsx";
        let expected = "web/app/%5Bid%5D/a%20b%23%3F%25%3A%C3%A9%E2%80%AE%0A.tsx";
        assert_eq!(uri("web", file), expected);
        assert_eq!(uri(".", "javascript:x"), "javascript%3Ax");
    }
}

//! Files of backends in other languages: which they are, and which of them ship.

use super::role::is_in_test_folder;
use crate::source::{BackendFile, BackendLanguage, Role};

/// Folders that hold other people's code or the output of a build, whatever the language.
const VENDORED: &[&str] =
    &["Godeps", "__pycache__", "dist-packages", "site-packages", "third_party", "vendor", "venv"];

/// Language by extension; `None` for what no backend is written in.
pub(super) fn language(name: &str) -> Option<BackendLanguage> {
    let (_, extension) = name.rsplit_once('.')?;
    Some(match extension {
        "go" => BackendLanguage::Go,
        "py" => BackendLanguage::Python,
        "rb" => BackendLanguage::Ruby,
        "java" => BackendLanguage::Java,
        "kt" | "kts" => BackendLanguage::Kotlin,
        "cs" => BackendLanguage::CSharp,
        "rs" => BackendLanguage::Rust,
        "php" => BackendLanguage::Php,
        "ex" | "exs" => BackendLanguage::Elixir,
        _ => return None,
    })
}

/// Whether the file stands in a folder of dependencies or of build output.
pub(super) fn is_vendored(file: &BackendFile) -> bool {
    let built: &[&str] = match file.language {
        BackendLanguage::Rust => &["target"],
        BackendLanguage::Java | BackendLanguage::Kotlin => &["target", "build"],
        BackendLanguage::CSharp => &["bin", "obj"],
        BackendLanguage::Elixir => &["_build", "deps"],
        _ => &[],
    };
    let (folders, _) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    folders.split('/').any(|folder| VENDORED.contains(&folder) || built.contains(&folder))
}

/// Product or test code, by the customs of the language.
pub(super) fn role(path: &str, language: BackendLanguage) -> Role {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    if is_test_name(name, language) || is_test_folder(folders, language) { Role::Test } else { Role::Product }
}

fn is_test_name(name: &str, language: BackendLanguage) -> bool {
    let (stem, _) = name.rsplit_once('.').unwrap_or((name, ""));
    let ends = |marks: &[&str]| marks.iter().any(|mark| stem.ends_with(mark));
    match language {
        BackendLanguage::Go => ends(&["_test", "_mock", "_mocks"]) || stem.starts_with("mock_"),
        BackendLanguage::Python => {
            stem.starts_with("test_") || ends(&["_test", "_tests"]) || matches!(stem, "conftest" | "tests")
        }
        BackendLanguage::Ruby => ends(&["_spec", "_test"]) || stem == "spec_helper",
        BackendLanguage::Java | BackendLanguage::Kotlin => ends(&["Test", "Tests", "IT", "Spec"]),
        BackendLanguage::CSharp => ends(&["Test", "Tests"]),
        BackendLanguage::Rust => ends(&["_test", "_tests"]) || matches!(stem, "test" | "tests"),
        BackendLanguage::Php => ends(&["Test", "Cest"]),
        BackendLanguage::Elixir => ends(&["_test"]) || stem == "test_helper",
    }
}

fn is_test_folder(folders: &str, language: BackendLanguage) -> bool {
    let parts = || folders.split('/');
    match language {
        // Packages are named `com.example.demo` as often as not: under `src/main` folders say nothing.
        BackendLanguage::Java | BackendLanguage::Kotlin => {
            let product = format!("{folders}/");
            let above = product.split_once("src/main/").map_or(folders, |(above, _)| above);
            let own = above.split('/').zip(above.split('/').skip(1));
            own.into_iter().any(|(above, folder)| above == "src" && folder.to_lowercase().ends_with("test"))
                || is_in_test_folder(above.trim_end_matches('/'))
        }
        BackendLanguage::CSharp => {
            parts().any(|it| {
                let last = it.rsplit('.').next().unwrap_or(it);
                last.ends_with("Tests") || last == "Test"
            }) || is_in_test_folder(folders)
        }
        BackendLanguage::Php => parts().any(|it| it == "Tests") || is_in_test_folder(folders),
        BackendLanguage::Ruby => parts().any(|it| it == "spec") || is_in_test_folder(folders),
        BackendLanguage::Go => parts().any(|it| it == "testdata") || is_in_test_folder(folders),
        _ => is_in_test_folder(folders),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_code_follows_the_customs_of_its_language() {
        for (path, expected) in [
            ("internal/hub/hub_test.go", Role::Test),
            ("internal/hub/mock_hub.go", Role::Test),
            ("internal/testdata/hub.go", Role::Test),
            ("internal/hub/latest.go", Role::Product),
            ("orders/test_views.py", Role::Test),
            ("orders/tests.py", Role::Test),
            ("orders/contest.py", Role::Product),
            ("app/models/order_spec.rb", Role::Test),
            ("engines/shop/spec/support/orders.rb", Role::Test),
            ("app/models/order.rb", Role::Product),
            ("server/src/test/java/com/shop/Orders.java", Role::Test),
            ("server/src/main/java/com/example/demo/Orders.java", Role::Product),
            ("server/src/androidTest/Orders.kt", Role::Test),
            ("server/src/main/kotlin/OrdersTest.kt", Role::Test),
            ("Shop.UnitTests/Orders.cs", Role::Test),
            ("Shop.Api/OrdersHub.cs", Role::Product),
            ("crates/api/tests/orders.rs", Role::Test),
            ("crates/api/src/orders.rs", Role::Product),
            ("tests/Feature/OrderTest.php", Role::Test),
            ("app/Events/OrderShipped.php", Role::Product),
            ("test/shop_web/orders_channel_test.exs", Role::Test),
            ("lib/shop_web/orders_channel.ex", Role::Product),
        ] {
            assert_eq!(role(path, language(path).unwrap()), expected, "{path}");
        }
    }
}

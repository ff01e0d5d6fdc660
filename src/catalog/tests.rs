use super::Catalog;

#[test]
fn embedded_files_load() {
    if let Err(error) = Catalog::embedded() {
        panic!("{error}");
    }
}

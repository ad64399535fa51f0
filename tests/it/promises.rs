//! What the documents say is shown by a test is shown by a test.

use std::fs;
use std::path::Path;

fn sources(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            all.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_test_that_the_security_page_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    for folder in ["src", "tests"] {
        sources(&root.join(folder), &mut code);
    }
    let page = fs::read_to_string(root.join("docs/SECURITY.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| A"));
    let named = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let tests = named.filter(|name| name.len() > 20 && !name.contains(['/', ' ', '.']));
    let missing: Vec<_> = tests
        .filter(|name| !code.contains(&format!("fn {name}(")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

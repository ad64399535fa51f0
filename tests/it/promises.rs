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

/// The literal texts that follow a call of `format!` in a source text.
fn formatted(code: &str) -> Vec<&str> {
    let calls = code.split("format!(").skip(1);
    calls
        .filter_map(|rest| {
            rest.split('"')
                .nth(1)
                .filter(|_| rest.trim_start().starts_with('"'))
        })
        .collect()
}

#[test]
fn a29_no_sql_is_put_together_from_words() {
    let mut code = String::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut code,
    );
    let words = [
        "SELECT ",
        "INSERT INTO",
        "UPDATE ",
        "DELETE FROM",
        " WHERE ",
        " ORDER BY ",
        " AND t.",
        " SET ",
    ];
    let is_sql = |text: &str| words.iter().any(|word| text.contains(word));
    let found: Vec<_> = formatted(&code)
        .into_iter()
        .filter(|text| is_sql(text))
        .collect();
    assert!(found.is_empty(), "{found:?}");
    // What would let a text that was put together pass for SQL all the same.
    assert!(!code.contains("AssertSqlSafe") && !code.contains("raw_sql("));
    let mut store = String::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store"),
        &mut store,
    );
    assert!(!store.contains(".push(format!") && !store.contains(".push(&format!"));
    assert_eq!(
        formatted("format!(\"SELECT {x}\") format!( \"b\")"),
        ["SELECT {x}", "b"]
    );
}

#[test]
fn a40_the_service_runs_as_nobody_with_nothing_to_gain() {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist/postroom.service");
    let unit = fs::read_to_string(unit).unwrap();
    let service = unit
        .split("[Service]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap();
    let lines: Vec<_> = service.lines().map(str::trim).collect();
    for line in [
        "DynamicUser=yes",
        "ExecStart=/usr/local/bin/postroom --config /etc/postroom/postroom.toml serve",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "AmbientCapabilities=",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "ProtectKernelTunables=yes",
        "ProtectKernelModules=yes",
        "ProtectControlGroups=yes",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
        "RestrictNamespaces=yes",
        "RestrictSUIDSGID=yes",
        "MemoryDenyWriteExecute=yes",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged @resources",
        "LimitCORE=0",
        "UMask=0077",
    ] {
        assert!(lines.contains(&line), "dist/postroom.service lacks {line}");
    }
    // Nothing that runs as root is a file of the daemon's user, and nothing gives it more again.
    let gives = [
        "User=root",
        "ReadWritePaths=",
        "ExecStartPre=+",
        "ExecStart=+",
        "PermissionsStartOnly=",
        "SupplementaryGroups=",
    ];
    let given: Vec<_> = lines
        .iter()
        .filter(|line| gives.iter().any(|way| line.starts_with(way)))
        .collect();
    assert!(given.is_empty(), "{given:?}");
}

//! The house has walls: which room may know which, and what else must hold of the tree as text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room, the rooms it may know besides itself, and why. What is not written here is forbidden.
const ARROWS: &[(&str, &[&str], &str)] = &[
    (
        "door",
        &[],
        "time, randomness, keys and TLS stand at the outer wall and know nobody",
    ),
    (
        "domain",
        &[],
        "values and decisions: no async, no SQL, no clock, no network",
    ),
    ("lifecycle", &[], "tasks and signals, whatever the tasks do"),
    (
        "config",
        &["domain", "door"],
        "checks what is written down; does nothing with it",
    ),
    (
        "store",
        &["domain", "door"],
        "keeps model types, sealed with the door's key",
    ),
    (
        "desk",
        &["domain", "door", "store"],
        "what people do, as one transaction each",
    ),
    (
        "intake",
        &["domain", "door", "lifecycle", "store", "desk"],
        "mail in",
    ),
    (
        "timers",
        &["domain", "door", "lifecycle", "store", "desk"],
        "time passes",
    ),
    (
        "outbox",
        &["domain", "door", "lifecycle", "store", "desk"],
        "mail and pushes out",
    ),
    (
        "web",
        &[
            "domain",
            "door",
            "lifecycle",
            "config",
            "store",
            "desk",
            "intake",
            "outbox",
        ],
        "shows everything, and the health of what comes in and goes out",
    ),
    (
        "cli",
        &[
            "domain",
            "door",
            "lifecycle",
            "config",
            "store",
            "desk",
            "intake",
            "outbox",
            "web",
            "app",
        ],
        "`serve` hands over to app; the other commands use the rooms directly",
    ),
    (
        "app",
        &[
            "domain",
            "door",
            "lifecycle",
            "config",
            "store",
            "desk",
            "intake",
            "timers",
            "outbox",
            "web",
            "cli",
        ],
        "the only place that builds things",
    ),
    (
        "main",
        &["cli", "app", "config", "lifecycle"],
        "arguments, exit codes",
    ),
    ("lib", &[], "the table of contents"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below `folder` whose name ends in `ending`, as paths relative to the repository.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.extend((path.file_name().unwrap() != "node_modules").then_some(path));
            } else if path.to_str().unwrap().ends_with(ending) {
                found.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The room a file belongs to: `src/store/tickets.rs` and `src/store.rs` are both of `store`.
fn room(path: &Path) -> String {
    let first = path
        .strip_prefix("src")
        .unwrap()
        .components()
        .next()
        .unwrap();
    first
        .as_os_str()
        .to_str()
        .unwrap()
        .trim_end_matches(".rs")
        .to_owned()
}

/// The rooms that a source text names by `crate::room` or `postroom::room`, braces included.
fn rooms_named(source: &str) -> BTreeSet<String> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut rooms = BTreeSet::new();
    let code = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code: Vec<_> = code.collect();
    let code = code.join("\n");
    for start in ["crate::", "postroom::"] {
        for (at, _) in code.match_indices(start) {
            if code[..at].ends_with(|letter| is_word(letter) || letter == ':') {
                continue;
            }
            let rest = &code[at + start.len()..];
            match rest.strip_prefix('{') {
                Some(group) => rooms.extend(first_words(group)),
                None => rooms.extend(
                    rest.split(|letter| !is_word(letter))
                        .next()
                        .map(str::to_owned),
                ),
            }
        }
    }
    rooms
}

/// The first word of each path in `a::b, c::{d, e}, f}`.
fn first_words(group: &str) -> Vec<String> {
    let (mut words, mut depth, mut word, mut at_start) = (Vec::new(), 0, String::new(), true);
    for letter in group.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ => {}
        }
        if depth > 0 {
            continue;
        }
        if letter == ',' {
            at_start = true;
        } else if at_start && (letter.is_alphanumeric() || letter == '_') {
            word.push(letter);
            continue;
        } else if !word.is_empty() {
            at_start = false;
        }
        words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

#[test]
fn no_arrow_points_outward() {
    let mut wrong = Vec::new();
    for file in files("src", ".rs") {
        let room = room(&file);
        let (_, allowed, _) = ARROWS
            .iter()
            .find(|(name, ..)| *name == room)
            .unwrap_or_else(|| panic!("{}: this room is not in the table", file.display()));
        for named in rooms_named(&read(&file)) {
            let is_room = ARROWS.iter().any(|(name, ..)| *name == named);
            if is_room && named != room && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{}: {room} may not know {named}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_arrows_has_no_cycle() {
    // Each room may only know rooms that stand above it, except that cli and app know each other: `serve`
    // is a command, and app builds what commands use.
    for (position, (room, knows, _)) in ARROWS.iter().enumerate() {
        for known in *knows {
            let above = ARROWS[..position].iter().any(|(name, ..)| name == known);
            assert!(
                above || (*room, *known) == ("cli", "app"),
                "{room} → {known}"
            );
        }
    }
}

#[test]
fn the_reader_of_arrows_sees_every_form() {
    let source = "use crate::store::Db;\nuse crate::{desk::{self, reply}, domain};\n// crate::web\n\
        fn f() { let a = crate::outbox::wake(); $crate::timers::x!(); }\nuse postroom::intake;\nuse super::lifecycle;";
    let rooms: Vec<_> = rooms_named(source).into_iter().collect();
    assert_eq!(
        rooms,
        ["desk", "domain", "intake", "outbox", "store", "timers"]
    );
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |database: &str| -> Vec<_> {
        let files = files(&format!("migrations/{database}"), ".sql");
        files
            .iter()
            .map(|file| file.file_name().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn no_source_file_is_longer_than_six_hundred_lines() {
    for file in files("src", ".rs") {
        let lines = read(&file).lines().count();
        assert!(
            lines <= 600,
            "{} has {lines} lines: split it",
            file.display()
        );
    }
}

#[test]
fn no_file_names_somebodys_machine() {
    // Written in halves, or this file would find itself.
    let homes = [
        ["/ro", "ot/"],
        ["/ho", "me/"],
        ["/Us", "ers/"],
        ["/wo", "rk/"],
    ]
    .map(|halves| halves.concat());
    for folder in [
        "src",
        "tests",
        "script",
        "config",
        "docs",
        "benches",
        "templates",
        "dist",
    ] {
        for file in files(folder, "") {
            let bytes = fs::read(root().join(&file)).unwrap();
            let Ok(text) = String::from_utf8(bytes) else {
                continue;
            };
            let found = homes.iter().find(|home| text.contains(home.as_str()));
            assert!(
                found.is_none(),
                "{} names {}",
                file.display(),
                found.unwrap()
            );
        }
    }
}

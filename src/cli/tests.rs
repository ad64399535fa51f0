use std::ffi::OsString;

use clap::CommandFactory;

use super::terminal::captured::Paper;
use super::*;

/// Runs a command on paper: the exit code, standard output, standard error.
fn postroom<S: Into<OsString>>(arguments: impl IntoIterator<Item = S>) -> (u8, String, String) {
    let (terminal, output, errors): (Terminal, Paper, Paper) = Terminal::on_paper(b"");
    let arguments = arguments.into_iter().map(Into::into);
    let code = run(
        std::iter::once("postroom".into()).chain(arguments),
        terminal,
    );
    (code, output.text(), errors.text())
}

#[test]
fn the_commands_are_well_formed() {
    Arguments::command().debug_assert();
}

#[test]
fn every_command_has_an_example() {
    fn look(command: &clap::Command, path: &str) {
        let name = format!("{path} {}", command.get_name());
        let below: Vec<_> = command
            .get_subcommands()
            .filter(|c| c.get_name() != "help")
            .collect();
        if below.is_empty() {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(help.contains("Example"), "{name} has no example");
            assert!(command.get_about().is_some(), "{name} has no description");
        }
        for command in below {
            look(command, &name);
        }
    }
    look(&Arguments::command(), "");
}

#[test]
fn wrong_usage_ends_with_2() {
    assert_eq!(postroom(["dance"]).0, 2);
    assert_eq!(postroom(["user", "add", "ada@acme.test"]).0, 2);
    assert_eq!(postroom(["user", "add", "--tenant", "acme", "nobody"]).0, 2);
    assert_eq!(postroom(["token", "revoke", "1"]).0, 2);
}

#[test]
fn help_and_version_are_no_mistakes() {
    assert_eq!(postroom(["--version"]).0, 0);
    assert_eq!(postroom(["apply", "--help"]).0, 0);
}

#[test]
fn check_says_where_the_mistake_is_and_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("postroom.toml");
    std::fs::write(&file, "[server]\nlisten = \"foo\"\n").unwrap();
    let seed = folder.path().join("seed.toml");
    std::fs::write(&seed, "[[tenant]]\nslug = \"Acme\"\n").unwrap();
    let path = |p: &std::path::Path| p.display().to_string();
    let (code, output, errors) = postroom([
        "--config".to_owned(),
        path(&file),
        "check".to_owned(),
        path(&seed),
    ]);
    assert_eq!((code, output.as_str()), (1, ""));
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines.len(), 2, "{errors}");
    assert!(
        lines[0].ends_with(
            "postroom.toml:2: server.listen: expected an address like 127.0.0.1:8080, found \"foo\""
        ),
        "{errors}"
    );
    assert!(
        lines[1].contains("seed.toml:2: tenant.slug: expected "),
        "{errors}"
    );

    let (code, output, _) = postroom([
        "--config".to_owned(),
        path(&file),
        "check".to_owned(),
        "--json".to_owned(),
    ]);
    let answer: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(code, 1);
    assert_eq!(answer["ok"], false);
    assert_eq!(answer["mistakes"][0]["line"], 2);
    assert_eq!(answer["mistakes"][0]["key"], "server.listen");
}

#[test]
fn a_configuration_that_is_not_there_ends_with_1() {
    let (code, _, errors) = postroom(["--config", "/nowhere/postroom.toml", "check"]);
    assert_eq!(code, 1);
    assert_eq!(errors, "/nowhere/postroom.toml: there is no such file\n");
}

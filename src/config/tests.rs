use super::*;

fn mistakes(text: &str) -> Vec<String> {
    match Config::parse("postroom.toml", text, &Environment::default()) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.to_string().lines().map(str::to_owned).collect(),
    }
}

#[test]
fn the_defaults_work() {
    let config = Config::default();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database.url.to_string(), "sqlite:data/postroom.db");
    assert_eq!(config.mail.max_message_bytes, MessageBytes(52_428_800));
    assert!(config.server.public_url.is_loopback());
}

#[test]
fn the_reference_is_a_configuration_with_every_default() {
    assert_eq!(mistakes(&reference()), Vec::<String>::new());
    let config = Config::parse("reference", &reference(), &Environment::default()).unwrap();
    assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
}

#[test]
fn the_example_file_is_the_reference() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/postroom.example.toml");
    let example = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        example == reference(),
        "config/postroom.example.toml is not what the structs say; write this into it:\n{}",
        reference()
    );
}

#[test]
fn every_mistake_is_reported_with_file_line_key_and_what_was_expected() {
    let text = "\
[server]
listen = \"foo\"
public_url = \"http://desk.example.org\"
trusted_proxies = [\"10.0.0.0/8\", 5, \"x\"]
colour = \"red\"
[mail]
max_message_bytes = 12
[log]
level = \"loud\"
[databse]
url = \"x\"
";
    let found = mistakes(text);
    let expected = [
        "postroom.toml:2: server.listen: expected an address like 127.0.0.1:8080, found \"foo\"",
        "postroom.toml:3: server.public_url: \"http://desk.example.org\" is plain http",
        "postroom.toml:4: server.trusted_proxies: expected addresses like 10.0.0.0/8, or one address, found \"x\"",
        "postroom.toml:4: server.trusted_proxies: expected addresses like 10.0.0.0/8, or one address, found 5",
        "postroom.toml:5: server.colour: unknown key; expected one of listen, public_url, trusted_proxies",
        "postroom.toml:7: mail.max_message_bytes: expected a number of bytes from 65536 to 1073741824, found 12",
        "postroom.toml:9: log.level: expected one of error, warn, info, debug, trace, found \"loud\"",
        "postroom.toml:10: databse: unknown key; expected one of server, database, storage",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
}

#[test]
fn what_is_no_toml_is_reported_with_its_line() {
    let found = mistakes("[server]\nlisten = \n[log]\nlevel = \"loud\"\n");
    assert!(found[0].starts_with("postroom.toml:2:"), "{found:#?}");
    assert!(
        found.iter().any(|line| line.contains("log.level")),
        "{found:#?}"
    );
}

#[test]
fn the_environment_wins_over_the_file() {
    let environment = Environment::from([
        ("POSTROOM__SERVER__LISTEN", "127.0.0.1:9000"),
        ("POSTROOM__MAIL__MAX_MESSAGE_BYTES", "100000"),
        ("POSTROOM__NETWORK__ALLOW", "10.0.0.0/8, 192.0.2.1"),
        ("POSTROOM_PLATFORM_ADMINS", "root@desk.test, ada@desk.test"),
        ("HOME", "/root"),
    ]);
    let text = "[server]\nlisten = \"127.0.0.1:1\"\n[platform]\nadmins = [\"ada@desk.test\"]\n";
    let config = Config::parse("postroom.toml", text, &environment).unwrap();
    assert_eq!(config.server.listen.port(), 9000);
    assert_eq!(config.mail.max_message_bytes, MessageBytes(100_000));
    assert_eq!(config.network.allow.len(), 2);
    let admins: Vec<&str> = config
        .platform
        .admins
        .iter()
        .map(EmailAddress::as_str)
        .collect();
    assert_eq!(admins, ["ada@desk.test", "root@desk.test"]);
}

#[test]
fn mistakes_in_the_environment_name_the_variable() {
    let environment = Environment::from([
        ("POSTROOM__SERVER__LISTEN", "foo"),
        ("POSTROOM__SERVER__COLOUR", "red"),
        ("POSTROOM__SEVRER__LISTEN", "foo"),
        ("POSTROOM_PLATFORM_ADMINS", "nobody"),
    ]);
    let found = Config::parse("postroom.toml", "", &environment)
        .unwrap_err()
        .to_string();
    let lines: Vec<&str> = found.lines().collect();
    assert_eq!(lines.len(), 4, "{found}");
    assert!(lines[0].starts_with("environment: POSTROOM_PLATFORM_ADMINS: expected a mail address"));
    assert!(lines[1].starts_with("environment: POSTROOM__SERVER__COLOUR: unknown key"));
    assert!(
        lines[2].starts_with("environment: POSTROOM__SERVER__LISTEN: expected an address like")
    );
    assert!(lines[3].contains("there is no section \"sevrer\""));
}

#[test]
fn a_wrong_database_address_is_not_repeated() {
    let found = mistakes("[database]\nurl = \"mysql://desk:hunter2@db/x\"\n").join("\n");
    assert!(
        found.starts_with("postroom.toml:2: database.url: expected sqlite:PATH"),
        "{found}"
    );
    assert!(!found.contains("hunter2"));
}

#[test]
fn a_file_that_was_named_must_exist() {
    let named = Path::new("/nowhere/postroom.toml");
    let found = Config::load(Some(named), &Environment::default()).unwrap_err();
    assert_eq!(
        found.to_string(),
        "/nowhere/postroom.toml: there is no such file"
    );
    let environment = Environment::from([("POSTROOM_CONFIG", "/nowhere/else.toml")]);
    assert!(Config::load(None, &environment).is_err());
}

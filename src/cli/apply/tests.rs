use chrono::{DateTime, Utc};

use super::*;
use crate::config::{Config, Environment};
use crate::door::{MasterKey, Random};

fn noon() -> DateTime<Utc> {
    "2026-11-02T12:00:00Z".parse().unwrap()
}

fn seed(text: &str) -> Seed {
    let config = Config::parse("postroom.toml", "", &Environment::default()).unwrap();
    Seed::parse("seed.toml", text, &config.server.public_url)
        .unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// What applying `text` to `current` comes to: the state afterwards, the sentences, the notes.
fn try_apply(
    current: Current,
    text: &str,
) -> Result<(Current, Vec<String>, Vec<String>), Mistakes> {
    let (key, random) = (MasterKey::from_bytes([7; 32]), Random::seeded(1));
    let seed = seed(text);
    current.known().check(&seed)?;
    let mut draft = Draft::new(current, &key, &random, noon());
    draft.fill(&seed)?;
    let sentences = draft
        .changes
        .into_iter()
        .map(|change| change.sentence)
        .collect();
    Ok((draft.is, sentences, draft.notes))
}

fn apply(current: Current, text: &str) -> (Current, Vec<String>) {
    let (is, sentences, _) =
        try_apply(current, text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    (is, sentences)
}

fn example() -> String {
    std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/config/seed.example.toml"
    ))
    .unwrap()
}

const ACME: &str = "\
[[tenant]]
slug = \"acme\"
[[tenant.user]]
email = \"ada@acme.test\"
role = \"admin\"
password = \"x\"
[[tenant.account]]
name = \"main\"
smtp = { host = \"localhost\", username = \"u\", password = \"hunter2\" }
[[tenant.mailbox]]
address = \"support@acme.test\"
";

#[test]
fn applying_to_nothing_makes_everything_and_again_nothing() {
    let (is, sentences) = apply(Current::default(), &example());
    assert!(
        sentences.iter().all(|s| !s.contains("change ")),
        "{sentences:#?}"
    );
    for sentence in [
        "create plan pro",
        "create account catchall",
        "create tenant acme",
        "acme: subscribe to plan pro, active",
        "create user ada@agents.test, with a password",
        "create user bob@agents.test, with a link to set a password",
        "acme: add ada@agents.test as admin",
        "acme: create team First line",
        "acme: create account main",
        "acme: create mailbox support@acme.test",
        "acme: create calendar Office",
        "acme: create service level Standard",
        "acme: create canned reply Thanks",
        "acme: create template ticket.created (en)",
        "acme: create webhook https://example.org/hook",
        "acme: create ntfy",
        "acme: create rule Invoices to billing",
    ] {
        assert!(
            sentences.iter().any(|s| s == sentence),
            "{sentence} is not in {sentences:#?}"
        );
    }
    let (_, again) = apply(is, &example());
    assert_eq!(again, Vec::<String>::new());
}

#[test]
fn what_a_seed_leaves_out_stays_as_it_is() {
    let (is, _) = apply(Current::default(), &example());
    let (_, sentences) = apply(is, "[[tenant]]\nslug = \"acme\"\n");
    assert_eq!(sentences, Vec::<String>::new());
}

#[test]
fn a_change_names_what_is_changed_and_nothing_else() {
    let (is, _) = apply(Current::default(), ACME);
    let changed = ACME
        .replace(
            "slug = \"acme\"",
            "slug = \"acme\"\nname = \"Acme GmbH\"\nauto_close_days = 3",
        )
        .replace("\"admin\"", "\"owner\"");
    let (is, sentences) = apply(is, &changed);
    assert_eq!(
        sentences,
        [
            "change tenant acme: name, auto_close_days",
            "acme: change ada@acme.test: role"
        ]
    );
    assert_eq!(is.tenants[0].settings.follow_up_days, 30);
}

#[test]
fn a_secret_that_is_the_same_is_no_change() {
    let (is, _) = apply(Current::default(), ACME);
    let sealed = is.accounts[0].smtp_password.sealed.clone().unwrap();
    let (is, sentences) = apply(is, ACME);
    assert_eq!(
        (sentences, is.accounts[0].smtp_password.sealed.as_ref()),
        (vec![], Some(&sealed))
    );
    let (is, sentences) = apply(is, &ACME.replace("hunter2", "hunter3"));
    assert_eq!(sentences, ["acme: change account main: smtp password"]);
    assert_ne!(is.accounts[0].smtp_password.sealed.as_ref(), Some(&sealed));
    let (is, sentences) = apply(
        is,
        &ACME.replace("password = \"hunter2\"", "password_env = \"SMTP\""),
    );
    assert_eq!(sentences, ["acme: change account main: smtp password"]);
    assert_eq!(is.accounts[0].smtp_password.env.as_deref(), Some("SMTP"));
    assert_eq!(is.accounts[0].smtp_password.sealed, None);
}

#[test]
fn a_disabled_person_is_never_brought_back() {
    let (mut is, _) = apply(Current::default(), ACME);
    is.memberships[0].active = false;
    let (is, sentences, notes) = try_apply(is, ACME).unwrap();
    assert_eq!(sentences, Vec::<String>::new());
    assert!(!is.memberships[0].active);
    assert!(
        notes[0].starts_with("acme: ada@acme.test is disabled and stays so"),
        "{notes:?}"
    );
}

#[test]
fn absent_removes_and_says_so_once() {
    let (is, _) = apply(Current::default(), &example());
    let gone = "\
[[tenant]]
slug = \"acme\"
[[tenant.user]]
email = \"bob@agents.test\"
state = \"absent\"
[[tenant.mailbox]]
address = \"support@acme.test\"
state = \"absent\"
[[tenant.sla]]
name = \"Standard\"
state = \"absent\"
[[tenant.calendar]]
name = \"Office\"
state = \"absent\"
[[tenant.canned]]
name = \"Thanks\"
state = \"absent\"
[[tenant.rule]]
name = \"Invoices to billing\"
state = \"absent\"
[tenant.ntfy]
state = \"absent\"
";
    let (is, sentences) = apply(is, gone);
    let expected = [
        "acme: end the membership of bob@agents.test",
        "acme: retire mailbox support@acme.test",
        "acme: remove service level Standard",
        "acme: remove calendar Office",
        "acme: remove canned reply Thanks",
        "acme: change ntfy: switched off",
        "acme: remove rule Invoices to billing",
    ];
    let mut sorted = (sentences.clone(), expected.map(str::to_owned).to_vec());
    sorted.0.sort();
    sorted.1.sort();
    assert_eq!(sorted.0, sorted.1);
    let policy = sentences.iter().position(|s| s.contains("service level"));
    let calendar = sentences.iter().position(|s| s.contains("calendar"));
    assert!(
        policy < calendar,
        "a calendar goes after the policies that name it"
    );
    let (_, again) = apply(is, gone);
    assert_eq!(again, Vec::<String>::new());
}

#[test]
fn a_topic_that_others_read_is_refused_also_where_only_the_database_knows() {
    let ntfy = "[tenant.ntfy]\nserver = \"https://ntfy.example\"\n";
    let wants = |topic: &str| {
        format!(
            "[[tenant]]\nslug = \"acme\"\n[[tenant.user]]\nemail = \"ada@acme.test\"\nnotifications = {{ topic = \"{topic}\" }}\n"
        )
    };
    let (is, _) = apply(Current::default(), &format!("{ACME}{ntfy}"));
    let refused = try_apply(is, &wants("acme-tickets")).err().unwrap();
    assert!(
        refused.to_string().contains("begin with \"acme\""),
        "{refused}"
    );
    let (is, _) = apply(Current::default(), &format!("{ACME}{ntfy}"));
    apply(is, &wants("ada-9f3k"));
}

#[test]
fn a_retired_mailbox_comes_back_as_itself() {
    let (is, _) = apply(Current::default(), ACME);
    let id = is.mailboxes[0].id;
    let gone = ACME.replace(
        "\"support@acme.test\"",
        "\"support@acme.test\"\nstate = \"absent\"",
    );
    let (is, _) = apply(is, &gone);
    assert_eq!(is.mailboxes, []);
    let (is, _) = apply(is, ACME);
    assert_eq!(is.mailboxes[0].id, id);
}

#[test]
fn an_address_of_another_tenant_is_refused_with_its_place() {
    let (is, _) = apply(Current::default(), ACME);
    let globex = "\
[[tenant]]
slug = \"globex\"
[[tenant.mailbox]]
address = \"help@globex.test\"
aliases = [\"support@acme.test\"]
";
    let refused = try_apply(is, globex).unwrap_err().to_string();
    assert_eq!(
        refused,
        "seed.toml:5: tenant.mailbox.aliases: support@acme.test leads to the mailbox support@acme.test of acme already"
    );
}

fn rules(names: &[&str], tag: &str) -> String {
    let rule = |name: &&str| {
        format!(
            "[[tenant.rule]]\nname = \"{name}\"\non = [\"ticket.created\"]\nthen = [ {{ tag = \"{tag}\" }} ]\n"
        )
    };
    let rules: String = names.iter().map(rule).collect();
    format!("[[tenant]]\nslug = \"acme\"\n{rules}")
}

fn order(is: &Current) -> Vec<&str> {
    let mut rules: Vec<_> = is
        .rules
        .iter()
        .map(|(_, rule)| (rule.position, rule.name.as_str()))
        .collect();
    rules.sort_unstable();
    rules.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn rules_stand_in_the_order_of_the_seed_and_others_stay_where_they_are() {
    let (is, _) = apply(Current::default(), &rules(&["a", "b", "c"], "x"));
    assert_eq!(order(&is), ["a", "b", "c"]);
    let (is, sentences) = apply(is, &rules(&["c", "a"], "x"));
    assert_eq!(order(&is), ["c", "b", "a"]);
    assert_eq!(
        sentences,
        ["acme: change rule c: order", "acme: change rule a: order"]
    );
    let (is, _) = apply(is, &rules(&["d", "b"], "x"));
    assert_eq!(order(&is), ["c", "d", "a", "b"]);
}

#[test]
fn a_rule_that_says_something_else_is_a_new_version() {
    let (is, _) = apply(Current::default(), &rules(&["a"], "x"));
    assert_eq!(is.rules[0].1.version, 1);
    let (is, sentences) = apply(is, &rules(&["a"], "y"));
    assert_eq!(sentences, ["acme: change rule a: definition"]);
    assert_eq!(is.rules[0].1.version, 2);
}

#[test]
fn a_second_default_takes_the_mark_from_the_first() {
    let sla = |name: &str| {
        format!("[[tenant]]\nslug = \"acme\"\n[[tenant.sla]]\nname = \"{name}\"\ndefault = true\n")
    };
    let (is, _) = apply(Current::default(), &sla("one"));
    let (is, _) = apply(is, &sla("two"));
    let marked: Vec<_> = is
        .policies
        .iter()
        .filter(|(_, p)| p.holds.default)
        .collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(marked[0].1.policy.name, "two");
}

#[test]
fn a_tenant_that_was_switched_off_stays_off_unless_the_seed_says_otherwise() {
    let (mut is, _) = apply(Current::default(), ACME);
    is.tenants[0].active = false;
    let (is, sentences, notes) = try_apply(is, ACME).unwrap();
    assert_eq!((sentences.len(), notes.len()), (0, 1));
    let (is, sentences) = apply(is, "[[tenant]]\nslug = \"acme\"\nstate = \"present\"\n");
    assert_eq!(sentences, ["change tenant acme: active"]);
    assert!(is.tenants[0].active);
}

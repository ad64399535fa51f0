use super::*;
use crate::config::Server;
use crate::config::{Config, Environment};

fn public_url(text: &str) -> PublicUrl {
    let text = format!("[server]\npublic_url = \"{text}\"\n");
    let Server { public_url, .. } = Config::parse("postroom.toml", &text, &Environment::default())
        .unwrap()
        .server;
    public_url
}

fn parse(text: &str) -> Result<Seed, Mistakes> {
    Seed::parse("seed.toml", text, &public_url("http://localhost:8080"))
}

fn mistakes(text: &str) -> Vec<String> {
    match parse(text) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.to_string().lines().map(str::to_owned).collect(),
    }
}

fn example() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/seed.example.toml");
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_example_can_be_applied() {
    let seed = parse(&example()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    Known::default()
        .check(&seed)
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(seed.warnings, []);
}

#[test]
fn the_example_names_every_key_that_there_is() {
    let ledger = Ledger::default();
    let source = Source::new("seed.example.toml", &example());
    source.root(&ledger).read::<Seed>().unwrap();
    for key in ledger.keys() {
        let word = key.rsplit('.').next().unwrap();
        // `state` and the ways to give a password are explained once, in words.
        assert!(
            example().contains(word),
            "config/seed.example.toml does not mention {key}"
        );
    }
}

#[test]
fn every_mistake_of_a_seed_is_reported_with_its_place() {
    let found = mistakes(
        "\
[[tenant]]
slug = \"Acme\"
ticket_prefix = \"acme\"
timezone = \"Europe/Bärlin\"
[[tenant.user]]
email = \"ada\"
role = \"boss\"
[[tenant.mailbox]]
name = \"no address\"
[[tenant.calendar]]
name = \"Office\"
hours = { mon = [\"17:00-09:00\"], monday = [] }
holidays = [2026-12-25, \"2026-13-01\"]
[[tenant.sla]]
name = \"Standard\"
first_response = { normal = \"soon\", later = \"1h\" }
warn = [80, 100]
[[tenant.rule]]
name = \"Odd\"
on = [\"ticket.created\", \"ticket.sold\"]
when = { any = [ { field = \"subject\", op = \"resembles\", value = \"invoice\" } ] }
then = [ { dance = true } ]
",
    );
    let expected = [
        "seed.toml:2: tenant.slug: expected lower-case letters",
        "seed.toml:3: tenant.ticket_prefix: expected a capital letter",
        "seed.toml:4: tenant.timezone: expected a time zone like Europe/Berlin, found \"Europe/Bärlin\"",
        "seed.toml:6: tenant.user.email: expected a mail address",
        "seed.toml:7: tenant.user.role: expected one of viewer, member, admin, owner, found \"boss\"",
        "seed.toml:8: tenant.mailbox.address: expected a mail address like name@example.org, found nothing",
        "seed.toml:12: tenant.calendar.hours.mon: expected hours like 09:00-17:00",
        "seed.toml:12: tenant.calendar.hours.monday: unknown key; expected one of mon,",
        "seed.toml:13: tenant.calendar.holidays: expected a date like 2026-12-25, found \"2026-13-01\"",
        "seed.toml:16: tenant.sla.first_response.later: unknown key",
        "seed.toml:16: tenant.sla.first_response.normal: expected a span of time",
        "seed.toml:17: tenant.sla.warn: expected a number of percent from 1 to 99, found 100",
        "seed.toml:20: tenant.rule.on: expected one of ticket.created,",
        "seed.toml:21: tenant.rule.when: ",
        "seed.toml:22: tenant.rule.then: ",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
}

#[test]
fn a_rule_that_reads_well_and_makes_no_sense_is_refused_at_its_line() {
    let found = mistakes(
        "\
[[tenant]]
slug = \"acme\"
[[tenant.rule]]
name = \"Odd\"
on = []
when = { any = [
  { field = \"subject\", op = \"matches\", value = \"(\" },
] }
then = [ { tag = \"odd\" } ]
",
    );
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].starts_with("seed.toml:5: tenant.rule.on: "),
        "{found:#?}"
    );
    assert!(
        found[1].starts_with("seed.toml:7: tenant.rule.when.any[0].value: "),
        "{found:#?}"
    );
}

#[test]
fn a_name_that_stands_twice_is_refused_where_it_stands_again() {
    let found = mistakes(
        "\
[[tenant]]
slug = \"acme\"
[[tenant.team]]
name = \"First line\"
[[tenant.team]]
name = \"First line\"
[[tenant.mailbox]]
address = \"support@acme.test\"
[[tenant]]
slug = \"globex\"
[[tenant.mailbox]]
address = \"help@globex.test\"
aliases = [\"Support@Acme.test\"]
",
    );
    let expected = [
        "seed.toml:6: tenant.team.name: the team \"First line\" stands already in seed.toml, line 4",
        "seed.toml:13: tenant.mailbox.aliases: the address \"support@acme.test\" stands already in seed.toml, line 8",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_rule_means_people_who_can_be_meant() {
    let rule = |role: &str, action: &str| {
        let seed = parse(&format!(
            "[[tenant]]\nslug = \"acme\"\n[[tenant.user]]\nemail = \"vic@agents.test\"\nrole = \"{role}\"\n\
             [[tenant.rule]]\nname = \"R\"\non = [\"ticket.created\"]\nthen = [{{ {action} }}]\n"
        ));
        let checked = seed.and_then(|seed| Known::default().check(&seed));
        checked.err().map(|mistakes| mistakes.to_string())
    };
    assert_eq!(rule("member", "assign = \"vic@agents.test\""), None);
    assert_eq!(rule("viewer", "notify = \"vic@agents.test\""), None);
    for (action, problem) in [
        (
            "assign = \"vic@agents.test\"",
            "seed.toml:7: tenant.rule.name: then[0].assign: vic@agents.test does not work on tickets here",
        ),
        ("follow = \"zoe@agents.test\"", "there is no person"),
        (
            "note = \"{{ requester.nope }}\"",
            "there is no variable requester.nope",
        ),
    ] {
        let refused = rule("viewer", action).unwrap();
        assert!(refused.contains(problem), "{refused}");
    }
}

#[test]
fn a_template_that_says_less_than_it_seems_is_a_warning_and_one_that_runs_is_refused() {
    let seed = |locale: &str, text: &str, html: &str| {
        format!(
            "[[tenant]]\nslug = \"acme\"\n[[tenant.template]]\nkey = \"ticket.created\"\nlocale = \"{locale}\"\n\
             subject = \"S\"\ntext = \"{text}\"\nhtml = \"{html}\"\n"
        )
    };
    let warned = warnings(&seed("DE", "Hello {{ requester.first_name }},", "<p>x</p>"));
    assert!(
        warned[0].contains("text, line 1: requester.first_name is always empty here"),
        "{warned:?}"
    );
    let refused = mistakes(&seed("de", "x", "<script>1</script>"));
    assert!(
        refused[0].contains("html: <script> is not available"),
        "{refused:?}"
    );
    let refused = mistakes(&seed("xx-invalid-!", "x", "y"));
    assert!(
        refused[0].contains("a language like en or de-AT"),
        "{refused:?}"
    );
    let kept = parse(&seed("DE-at", "x", "y")).unwrap();
    let locale = kept.tenants[0].templates[0].locale.as_ref().unwrap();
    assert_eq!(locale.as_str(), "de-AT");
}

#[test]
fn a_topic_of_ones_own_is_nobody_elses() {
    let seed = |topics: [&str; 2]| {
        let [ada, bob] = topics;
        mistakes(&format!(
            "[[tenant]]\nslug = \"acme\"\n\
             [[tenant.user]]\nemail = \"ada@agents.test\"\nnotifications = {{ topic = \"{ada}\" }}\n\
             [[tenant.user]]\nemail = \"bob@agents.test\"\nnotifications = {{ topic = \"{bob}\" }}\n\
             [tenant.ntfy]\nserver = \"https://ntfy.example\"\ntopic_prefix = \"desk\"\n"
        ))
    };
    assert_eq!(seed(["ada-9f3k", ""]), Vec::<String>::new());
    let shared = seed(["ada-9f3k", "Desk-tickets"]);
    assert!(shared[0].starts_with("seed.toml:8:"), "{shared:?}");
    assert!(shared[0].contains("begin with \"desk\""), "{shared:?}");
    let taken = seed(["phone", "phone"]);
    assert!(taken[0].contains("somebody else here has"), "{taken:?}");
}

#[test]
fn what_a_seed_refers_to_must_be_there() {
    let seed = parse(
        "\
[[tenant]]
slug = \"acme\"
plan = \"pro\"
[[tenant.user]]
email = \"ada@acme.test\"
[[tenant.team]]
name = \"First line\"
members = [\"ada@acme.test\", \"bob@acme.test\"]
[[tenant.mailbox]]
address = \"support@acme.test\"
account = \"main\"
team = \"Second line\"
[[tenant.sla]]
name = \"Standard\"
calendar = \"Office\"
",
    )
    .unwrap();
    let found = Known::default().check(&seed).unwrap_err().to_string();
    let expected = "\
seed.toml:3: tenant.plan: there is no plan \"pro\"; known: none
seed.toml:8: tenant.team.members: acme has no user bob@acme.test; add a [[tenant.user]]
seed.toml:11: tenant.mailbox.account: neither acme nor the platform has an account \"main\"; known: none
seed.toml:12: tenant.mailbox.team: acme has no team \"Second line\"; known: First line
seed.toml:15: tenant.sla.calendar: acme has no calendar \"Office\"; known: none";
    assert_eq!(found, expected);

    let mut known = Known::default();
    known.plans.insert("pro".to_owned());
    known.accounts.insert("main".to_owned());
    let acme = known.tenants.entry("acme".to_owned()).or_default();
    acme.users.insert("bob@acme.test".to_owned());
    acme.teams.insert("Second line".to_owned());
    acme.calendars.insert("Office".to_owned());
    known.check(&seed).unwrap();
}

#[test]
fn short_passwords_are_for_this_machine_only() {
    let text = "\
[[tenant]]
slug = \"acme\"
[[tenant.user]]
email = \"ada@acme.test\"
password = \"hunter2\"
";
    assert_eq!(mistakes(text), Vec::<String>::new());
    let found =
        Seed::parse("seed.toml", text, &public_url("https://desk.example.org")).unwrap_err();
    let found = found.to_string();
    assert!(
        found.starts_with("seed.toml:5: tenant.user.password: expected at least 15"),
        "{found}"
    );
    assert!(!found.contains("hunter2"), "{found}");
}

#[test]
fn an_account_without_protection_is_for_this_machine_only() {
    let account = |host: &str, more: &str| {
        let line = format!(
            "imap = {{ host = \"{host}\", tls = \"none\", username = \"u\", password = \"p\"{more} }}"
        );
        mistakes(&format!("[[account]]\nname = \"a\"\n{line}\n"))
    };
    assert_eq!(account("127.0.0.1", ""), Vec::<String>::new());
    assert_eq!(
        account("imap.test", ", allow_insecure = true"),
        Vec::<String>::new()
    );
    let found = account("imap.test", "");
    assert!(
        found[0].starts_with("seed.toml:3: account.imap: tls = \"none\""),
        "{found:#?}"
    );
}

#[test]
fn files_are_found_beside_the_seed_and_taken_in_by_content() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("ca.pem"),
        "-----BEGIN CERTIFICATE-----\nx\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("word"), "hunter2\n").unwrap();
    let seed = folder.path().join("seed.toml");
    let text = |ca: &str| {
        format!(
            "[[account]]\nname = \"a\"\n[account.imap]\nhost = \"imap.test\"\nusername = \"u\"\n\
             password_file = \"word\"\nca_file = \"{ca}\"\n"
        )
    };
    std::fs::write(&seed, text("ca.pem")).unwrap();
    let read = Seed::load(&[&seed], &public_url("http://localhost")).unwrap();
    let imap = read.accounts[0].imap.as_ref().unwrap();
    assert!(
        imap.settings
            .server
            .ca_pem
            .as_ref()
            .unwrap()
            .starts_with("-----BEGIN")
    );
    assert_eq!(imap.password.as_ref().unwrap().known(), Some("hunter2"));
    assert_eq!(imap.settings.server.port, 993);

    std::fs::write(&seed, text("gone.pem")).unwrap();
    let found = Seed::load(&[&seed], &public_url("http://localhost"))
        .unwrap_err()
        .to_string();
    assert!(
        found.contains("seed.toml:7: account.imap.ca_file: "),
        "{found}"
    );
    assert!(
        found.ends_with("gone.pem: there is no such file"),
        "{found}"
    );
}

#[test]
fn secrets_are_never_printed() {
    let seed = parse(&example().replace("hunter", "canary")).unwrap();
    assert!(!format!("{seed:?}").contains("canary"));
}

#[test]
fn an_address_too_long_for_a_token_is_a_warning() {
    let seed = parse(
        "[[tenant]]\nslug = \"acme\"\n[[tenant.mailbox]]\naddress = \"customer-happiness-department@acme.test\"\n",
    );
    let warnings = seed.unwrap().warnings;
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0]
            .to_string()
            .contains("longer than 25 characters"),
        "{}",
        warnings[0]
    );
}

#[test]
fn one_tenant_may_stand_in_several_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let people = file(
        "people.toml",
        "[[tenant]]\nslug = \"acme\"\n[[tenant.user]]\nemail = \"ada@acme.test\"\n",
    );
    let teams = file(
        "teams.toml",
        "[[tenant]]\nslug = \"acme\"\n[[tenant.team]]\nname = \"A\"\nmembers = [\"ada@acme.test\"]\n",
    );
    let seed = Seed::load(&[people, teams], &public_url("http://localhost")).unwrap();
    Known::default().check(&seed).unwrap();
}

fn warnings(text: &str) -> Vec<String> {
    let seed = parse(text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    seed.warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a1_people_who_log_in_where_customers_write_are_a_warning() {
    let seed = |people: &str| {
        format!(
            "[[tenant]]\nslug = \"acme\"\n[[tenant.user]]\nemail = \"ada@{people}\"\n[[tenant.mailbox]]\naddress = \"support@Acme.test\"\n"
        )
    };
    let found = warnings(&seed("acme.test"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("support.acme.test"), "{}", found[0]);
    for other in ["agents.test", "mail.acme.test"] {
        assert_eq!(warnings(&seed(other)), [""; 0], "{other}");
    }
    let gone = seed("acme.test").replace("email", "state = \"absent\"\nemail");
    assert_eq!(warnings(&gone), [""; 0]);
}

#[test]
fn a14_results_without_the_name_of_the_server_that_writes_them_are_a_warning() {
    let seed = |of_account: &str, of_mailbox: &str| {
        format!(
            "[[account]]\nname = \"main\"\nimap = {{ host = \"localhost\" }}\n{of_account}\n\
             [[tenant]]\nslug = \"acme\"\n[[tenant.mailbox]]\naddress = \"support@acme.test\"\n{of_mailbox}\n"
        )
    };
    let id = "auth_results = \"mx.acme.test\"";
    let host = "trusted_host = \"mx.acme.test\"";
    for (account, mailbox, count) in [
        ("", "", 0),
        (id, "", 1),
        ("", id, 1),
        (id, id, 1),
        ("auth_results = \"topmost-without-id\"", "", 1),
        (host, id, 0),
        (&format!("{id}\n{host}"), "", 0),
    ] {
        let found = warnings(&seed(account, mailbox));
        assert_eq!(found.len(), count, "{account} {mailbox}: {found:?}");
        assert!(found.iter().all(|w| w.contains("trusted_host")));
    }
}

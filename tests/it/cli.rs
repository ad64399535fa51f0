//! The command line, as an operator uses it: the real program on both databases.

use postroom::door::{Clock, MasterKey, Random};
use postroom::store::Db;
use postroom::store::inbound::{self, InboundState};
use postroom::store::outbox::{self, Filter};
use serde_json::Value;

use crate::support::TestDatabase;
use crate::support::daemon::Daemon;
use crate::support::database::both_databases;

const SEED: &str = include_str!("../../config/seed.example.toml");

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// Runs a command that must fail with this exit code; what it complains.
async fn refused(desk: &Daemon, code: i32, arguments: &[&str]) -> String {
    let output = desk.try_run(arguments).await;
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {complaint}"
    );
    complaint
}

/// The states of all received mails.
async fn spooled(database: &TestDatabase) -> Vec<InboundState> {
    let db = Db::open(database.url()).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let filter = inbound::Filter {
        states: Vec::new(),
        limit: 10,
        ..inbound::Filter::default()
    };
    let rows = inbound::list(&mut tx, &filter).await.unwrap();
    drop(tx);
    db.close().await;
    rows.into_iter().map(|row| row.state).collect()
}

/// Who has mail waiting.
async fn waiting(database: &TestDatabase) -> Vec<String> {
    let db = Db::open(database.url()).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let filter = Filter {
        tenant: None,
        id: None,
        states: Vec::new(),
        before: None,
        limit: 10,
    };
    let rows = outbox::list(&mut tx, &filter, Clock::system().now())
        .await
        .unwrap();
    drop(tx);
    db.close().await;
    rows.into_iter().map(|row| row.recipient).collect()
}

both_databases! {
    async fn a_seed_is_applied_once_and_then_changes_nothing(database: TestDatabase) {
        let desk = Daemon::install(&database).await;
        let file = desk.path("seed.toml");
        std::fs::write(&file, SEED).unwrap();
        let file = file.to_str().unwrap();

        let dry = desk.run(&["apply", "--dry-run", file]).await;
        assert!(dry.contains("create tenant acme\n"), "{dry}");
        assert!(dry.ends_with("changes would be made; nothing was (dry run)\n"), "{dry}");

        let first = desk.run(&["apply", file]).await;
        assert!(first.contains("acme: create rule Invoices to billing\n"), "{first}");
        assert!(first.contains("bob@agents.test sets a password at http://localhost:"), "{first}");
        assert!(!first.contains("ada@agents.test sets a password"), "{first}");
        assert_eq!(desk.run(&["apply", file]).await, "nothing to change\n");
        let invitations = waiting(&database).await;
        assert_eq!(invitations, ["bob@agents.test"], "whoever has no password is invited, once");

        let changed = SEED.replace("name = \"Acme GmbH\"", "name = \"Acme AG\"");
        let said = desk.apply(&changed).await;
        assert_eq!(said, "change tenant acme: name\n1 change made\n");
    }

    async fn what_a_seed_removes_is_gone(database: TestDatabase) {
        let desk = Daemon::install(&database).await;
        desk.apply(SEED).await;
        let gone = |table: &str, key: &str| format!("[[tenant.{table}]]\n{key}\nstate = \"absent\"\n");
        let seed = [
            "[[tenant]]\nslug = \"acme\"\n".to_owned(),
            gone("calendar", "name = \"Office\""),
            gone("sla", "name = \"Standard\""),
            gone("team", "name = \"First line\""),
            gone("mailbox", "address = \"support@acme.test\""),
            gone("account", "name = \"main\""),
            gone("canned", "name = \"Thanks\""),
            gone("template", "key = \"ticket.created\""),
            gone("webhook", "url = \"https://example.org/hook\""),
            gone("rule", "name = \"Invoices to billing\""),
            gone("user", "email = \"bob@agents.test\""),
        ];
        let said = desk.apply(&seed.concat()).await;
        assert!(said.ends_with("10 changes made\n"), "{said}");
        assert_eq!(desk.apply(&seed.concat()).await, "nothing to change\n");
        // And all of it comes back, the mailbox with the id of its tickets.
        let said = desk.apply(SEED).await;
        assert!(said.contains("acme: create mailbox support@acme.test\n"), "{said}");
    }

    async fn a_seed_that_refers_to_nothing_changes_nothing(database: TestDatabase) {
        let desk = Daemon::install(&database).await;
        let file = desk.path("seed.toml");
        std::fs::write(&file, "[[tenant]]\nslug = \"acme\"\n[[tenant.mailbox]]\naddress = \"a@acme.test\"\naccount = \"main\"\n").unwrap();
        let complaint = refused(&desk, 1, &["apply", file.to_str().unwrap()]).await;
        assert!(complaint.contains("seed.toml:5: tenant.mailbox.account: neither acme nor the platform has an account"), "{complaint}");
        assert_eq!(desk.apply("[[tenant]]\nslug = \"acme\"\n").await, "create tenant acme\n1 change made\n");
    }

    async fn people_come_and_go(database: TestDatabase) {
        let desk = Daemon::install(&database).await;
        desk.apply("[[tenant]]\nslug = \"acme\"\n").await;
        let said = desk.run(&["user", "add", "--tenant", "acme", "--role", "admin", "--name", "Ada", "Ada@acme.test"]).await;
        assert!(said.starts_with("ada@acme.test works for acme\nada@acme.test sets a password at http"), "{said}");

        let list = desk.run(&["user", "list", "--json", "--tenant", "acme"]).await;
        let [line] = lines(&list)[..] else { panic!("{list}") };
        let ada: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&ada["email"], &ada["name"]), (&"ada@acme.test".into(), &"Ada".into()));
        assert_eq!(ada["tenants"][0]["role"], "admin");
        assert_eq!(lines(&desk.run(&["user", "list"]).await).len(), 2);

        let said = desk.run(&["user", "password", "ada@acme.test"]).await;
        assert!(said.contains("/set-password/") && said.contains("within 1 hour"), "{said}");

        desk.run(&["user", "disable", "--tenant", "acme", "ada@acme.test"]).await;
        let complaint = refused(&desk, 1, &["token", "create", "--tenant", "acme", "--user", "ada@acme.test", "--name", "x"]).await;
        assert!(complaint.contains("ada@acme.test does not work for acme"), "{complaint}");
        // A seed does not bring somebody back whom a person has disabled; `user add` does.
        let seed = "[[tenant]]\nslug = \"acme\"\n[[tenant.user]]\nemail = \"ada@acme.test\"\nrole = \"admin\"\n";
        assert_eq!(desk.apply(seed).await, "nothing to change\n");
        let said = desk.run(&["user", "add", "--tenant", "acme", "ada@acme.test"]).await;
        assert_eq!(said, "ada@acme.test works for acme\n");
        desk.run(&["token", "create", "--tenant", "acme", "--user", "ada@acme.test", "--name", "x"]).await;
    }

    async fn a_token_is_shown_once_and_revoked_by_its_id(database: TestDatabase) {
        let desk = Daemon::install(&database).await;
        desk.apply("[[tenant]]\nslug = \"acme\"\n[[tenant.user]]\nemail = \"ada@acme.test\"\npassword = \"x\"\n").await;
        let word = desk.run(&["token", "create", "--tenant", "acme", "--user", "ada@acme.test", "--name", "reports"]).await;
        let [word] = lines(&word)[..] else { panic!("{word}") };
        assert!(word.starts_with("postroom_") && word.len() == 52, "{word}");
        desk.run(&["token", "create", "--platform", "--user", "root@platform.test", "--name", "all"]).await;
        refused(&desk, 1, &["token", "create", "--platform", "--user", "ada@acme.test", "--name", "all"]).await;

        let list = desk.run(&["token", "list", "--json", "--tenant", "acme"]).await;
        assert!(!list.contains(word));
        let token: Value = serde_json::from_str(lines(&list)[0]).unwrap();
        assert_eq!((&token["name"], &token["user"]), (&"reports".into(), &"ada@acme.test".into()));
        let id = token["id"].as_str().unwrap();
        desk.run(&["token", "revoke", id]).await;
        let complaint = refused(&desk, 1, &["token", "revoke", id]).await;
        assert!(complaint.contains("there is no active token"), "{complaint}");
    }

    async fn a_key_that_does_not_fit_the_database_is_refused(database: TestDatabase) {
        let desk = Daemon::install(&database).await;
        let key = desk.path("postroom.key");
        std::fs::remove_file(&key).unwrap();
        let complaint = refused(&desk, 1, &["user", "list"]).await;
        assert!(complaint.contains("there is no secret key at"), "{complaint}");
        assert!(!key.exists(), "a new key would only hide the loss");

        MasterKey::create(&key, &Random::seeded(1)).unwrap();
        let complaint = refused(&desk, 1, &["user", "list"]).await;
        assert!(complaint.contains("is not the key that this database was sealed with"), "{complaint}");
    }

    async fn init_again_keeps_everything(database: TestDatabase) {
        let desk = Daemon::install(&database).await;
        let said = desk.run(&["init", "--admin", "root@platform.test"]).await;
        assert!(said.contains("kept the configuration") && said.contains("kept the secret key"), "{said}");
        assert_eq!(lines(&desk.run(&["user", "list"]).await).len(), 1);
    }

    async fn a_mail_from_a_pipe_is_explained_before_and_kept_after(database: TestDatabase) {
        let desk = Daemon::install(&database).await;
        desk.apply("[[tenant]]\nslug = \"acme\"\n[[tenant.mailbox]]\naddress = \"support@acme.test\"\n").await;
        let mail = desk.path("mail.eml");
        std::fs::write(&mail, "From: cust@elsewhere.test\nTo: support@acme.test\nSubject: Help\nMessage-ID: <1@elsewhere.test>\n\nPlease.\n").unwrap();
        let mail = mail.to_str().unwrap();

        let said = desk.run(&["explain", "--json", "--to", "support@acme.test", mail]).await;
        let answer: Value = serde_json::from_str(&said).unwrap();
        let result = answer["trace"].as_array().unwrap().last().unwrap();
        assert_eq!((&result["step"], &result["decision"]), (&"result".into(), &"processed".into()), "{said}");
        assert!(spooled(&database).await.is_empty(), "explaining stores nothing");

        let nowhere = desk.run(&["explain", "--json", "--to", "nobody@acme.test", mail]).await;
        assert!(nowhere.contains("support@acme.test"), "To names the mailbox all the same: {nowhere}");

        desk.run(&["ingest", "--to", "support@acme.test", mail]).await;
        assert_eq!(spooled(&database).await, [InboundState::Spooled]);

        let complaint = refused(&desk, 75, &["ingest", "--tenant", "globex", mail]).await;
        assert!(complaint.contains("there is no tenant \"globex\"; known: acme"), "{complaint}");
        let complaint = refused(&desk, 1, &["ingest", "/nowhere.eml"]).await;
        assert!(complaint.contains("cannot read /nowhere.eml"), "{complaint}");
    }
}

//! One account for many tenants: mail is told apart by its addresses.

use serde_json::{Value, json};

use super::house::{account, mailbox, person, tenant};
use super::letter;
use crate::support::api::Api;
use crate::support::daemon::Daemon;
use crate::support::database::both_databases;
use crate::support::{MailServers, TestDatabase, smtp, wait_for};

async fn subjects(api: &Api) -> Vec<String> {
    let tickets = api.list("/tickets").await;
    let subject = |ticket: &Value| ticket["subject"].as_str().unwrap().to_owned();
    tickets.iter().map(subject).collect()
}

both_databases! {
    async fn a_mail_to_two_tenants_reaches_both_and_one_to_nobody_is_kept(database: TestDatabase) {
        let (servers, domain) = (MailServers::get(), MailServers::catchall_domain());
        let address = |local: &str| format!("{local}@{domain}");
        let seed = account("account", "catchall", &address("desk"), "")
            + &tenant("acme", "acknowledge = \"off\"") + &person("ada@agents.test", "Ada", "admin") + &mailbox("catchall", &address("acme"))
            + &tenant("globex", "acknowledge = \"off\"") + &person("hank@agents.test", "Hank", "admin") + &mailbox("catchall", &address("globex"));
        let daemon = Daemon::start_with(&database, &seed).await;
        let token = daemon.run(&["token", "create", "--platform", "--user", "root@platform.test", "--name", "test"]).await;
        let platform = Api::new(daemon.address(), Some(token.trim()));
        let (acme, globex) = (daemon.api("acme", "ada@agents.test").await, daemon.api("globex", "hank@agents.test").await);
        wait_for("the account to be connected", async || {
            let accounts = platform.list("/accounts").await;
            (!accounts[0]["last_seen_at"].is_null()).then_some(())
        }).await;

        let from = format!("grace@c{domain}");
        let (one, other, nobody) = (address("acme"), address("globex"), address("somebody-else"));
        let both = letter(&from, &format!("{one}, {other}"), "both@customers.test", "For both", "", "Hello, both.");
        smtp::send(servers.mx_port(), &from, &[&one, &other], both.as_bytes()).await.unwrap();
        servers.deliver(&from, &one, letter(&from, &one, "one@customers.test", "For acme", "", "Hello, acme.")).await;
        servers.deliver(&from, &other, letter(&from, &other, "other@customers.test", "For globex", "", "Hello, globex.")).await;
        servers.deliver(&from, &nobody, letter(&from, &nobody, "nobody@customers.test", "For nobody", "", "Hello?")).await;

        let ignored = platform.wait_for("/intake?state=ignored", |mail| mail["subject"] == "For nobody").await;
        assert!(ignored["reason"].is_string(), "{ignored}");
        assert_eq!(ignored["account"], "catchall");
        assert_eq!(ignored["results"], json!([]));
        wait_for("all mails", async || {
            let all = platform.list("/intake").await;
            (all.len() >= 4 && all.iter().all(|mail| mail["state"] != "spooled")).then_some(())
        }).await;
        for (api, expected) in [(&acme, ["For acme", "For both"]), (&globex, ["For both", "For globex"])] {
            let mut found = subjects(api).await;
            found.sort();
            assert_eq!(found, expected);
            assert!(api.list("/intake").await.iter().all(|mail| mail["subject"] != "For nobody"));
        }
    }
}

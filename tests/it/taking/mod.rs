//! Taking mail in where servers are odd: mails that are too large, folders that are not there, a mail that ends the
//! connection every time.

use std::fs;
use std::io::Write as _;

use reqwest::Method;
use serde_json::Value;

use crate::support::daemon::Daemon;
use crate::support::database::both_databases;
use crate::support::{MailServers, TestDatabase, wait_for};
use crate::wire::fake::{Does, says, serve};

/// One tenant with one account; `imap` continues its settings.
fn seed(port: u16, address: &str, imap: &str) -> String {
    format!(
        r#"
[[tenant]]
slug = "acme"
name = "Acme"
ticket_prefix = "ACME"
timezone = "UTC"
acknowledge = "off"
[[tenant.user]]
email = "ada@agents.test"
name = "Ada"
role = "admin"
password = "demo"
[[tenant.account]]
name = "main"
imap = {{ host = "127.0.0.1", port = {port}, tls = "none", username = "{address}", password = "secret"{imap} }}
[[tenant.mailbox]]
address = "{address}"
name = "Acme"
account = "main"
"#
    )
}

fn letter(to: &str, id: &str, text: &str) -> String {
    format!(
        "From: grace@customers.test\r\nTo: {to}\r\nMessage-ID: <{id}@customers.test>\r\nSubject: Mail {id}\r\n\r\n{text}\r\n"
    )
}

async fn items(daemon: &Daemon, count: usize) -> Vec<Value> {
    let api = daemon.api("acme", "ada@agents.test").await;
    wait_for(&format!("{count} mails to be through"), async || {
        let all = api.list("/intake").await;
        (all.iter().filter(|item| item["state"] != "spooled").count() == count).then_some(all)
    })
    .await
}

both_databases! {
    async fn of_a_mail_that_is_too_large_the_beginning_is_kept_and_the_mail_stays(database: TestDatabase) {
        let (servers, address) = (MailServers::get(), format!("desk@{}", MailServers::domain()));
        let mut daemon = Daemon::install(&database).await;
        let mut config = fs::File::options().append(true).open(daemon.path("postroom.toml")).unwrap();
        config.write_all(b"[mail]\nmax_message_bytes = 65536\n").unwrap();
        daemon.apply(&seed(servers.imap_port(), &address, ", first = \"import\", after = \"move:Done\"")).await;
        let mut imap = servers.imap(&address).await;
        let large = format!("{}the end", "A line of a large mail.\r\n".repeat(40_000));
        imap.append("INBOX", "", None, letter(&address, "large", &large).as_bytes()).await;
        imap.append("INBOX", "", None, letter(&address, "small", "Hello.").as_bytes()).await;
        daemon.start().await;
        let all = items(&daemon, 2).await;
        assert!(all.iter().all(|item| item["state"] == "processed"), "{all:?}");
        let size = |id: &str| all.iter().find(|item| item["subject"] == format!("Mail {id}")).unwrap()["size"].as_u64().unwrap();
        assert!(size("large") > 900_000 && size("small") < 1000, "{all:?}");
        wait_for("the small one to be filed away", async || (imap.count("INBOX").await == 1).then_some(())).await;
        assert_eq!(imap.count("Done").await, 1);
        assert!(daemon.stop().await.success());
    }

    async fn a_folder_that_is_not_there_is_named_and_the_others_are_taken(database: TestDatabase) {
        let (servers, address) = (MailServers::get(), format!("desk@{}", MailServers::domain()));
        let mut imap = servers.imap(&address).await;
        imap.run("CREATE Orders").await;
        let mut daemon = Daemon::install(&database).await;
        daemon.apply(&seed(servers.imap_port(), &address, ", first = \"import\", folders = [\"INBOX\", \"Missing\", \"Orders\"]")).await;
        for folder in ["INBOX", "Orders"] {
            imap.append(folder, "", None, letter(&address, folder, "Hello.").as_bytes()).await;
        }
        daemon.start().await;
        let all = items(&daemon, 2).await;
        assert!(all.iter().all(|item| item["state"] == "processed"), "{all:?}");
        let api = daemon.api("acme", "ada@agents.test").await;
        let account = api.wait_for("/accounts", |account| account["state"] == "failing").await;
        assert!(account["last_error"].as_str().unwrap().contains("folder Missing"), "{account}");
        imap.run("CREATE Missing").await;
        assert!(daemon.stop().await.success());
        daemon.start().await;
        api.wait_for("/accounts", |account| account["state"] == "ok").await;
    }

    async fn i4_a_mail_that_is_missing_here_is_seen_by_the_comparison_and_fetched(database: TestDatabase) {
        let (servers, address) = (MailServers::get(), format!("desk@{}", MailServers::domain()));
        let mut daemon = Daemon::install(&database).await;
        daemon.apply(&seed(servers.imap_port(), &address, ", first = \"import\"")).await;
        let mut imap = servers.imap(&address).await;
        imap.append("INBOX", "", None, letter(&address, "here", "Hello.").as_bytes()).await;
        daemon.start().await;
        items(&daemon, 1).await;
        assert!(daemon.stop().await.success());
        // A mail comes, and the cursor is beyond it, as after a fault that nobody thought of.
        imap.append("INBOX", "", None, letter(&address, "lost", "Hello.").as_bytes()).await;
        database.execute("UPDATE cursors SET next_uid = next_uid + 1, missing = 1").await;
        daemon.start().await;
        let (api, stranger) = (daemon.api("acme", "ada@agents.test").await, daemon.stranger());
        let missing = async |figure: &str| {
            wait_for(&format!("the figure {figure}"), async || {
                let metrics = stranger.request(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
                metrics.lines().any(|line| line == format!("postroom_ingest_missing {figure}")).then_some(())
            })
            .await;
        };
        missing("1").await;
        let account = api.wait_for("/accounts", |account| account["state"] == "ok").await;
        assert_eq!(api.list("/intake").await.len(), 1, "nobody asks for it by itself");
        let (status, answer) = api.call(Method::POST, &format!("/accounts/{}/compare", account["id"].as_str().unwrap()), None).await;
        assert!((200..300).contains(&status), "{status} {answer}");
        let account = api.wait_for("/accounts", |account| account["completeness"][0]["fetched_again"] == 1).await;
        let folder = &account["completeness"][0];
        assert_eq!((&folder["on_server"], &folder["ours"], &folder["missing"]), (&2.into(), &2.into(), &0.into()), "{folder}");
        let all = items(&daemon, 2).await;
        assert!(all.iter().any(|item| item["subject"] == "Mail lost" && item["state"] == "processed"), "{all:?}");
        missing("0").await;
        assert!(daemon.stop().await.success());
    }

    async fn a_mail_that_ends_every_connection_waits_in_quarantine_and_its_neighbours_pass(database: TestDatabase) {
        let address = "desk@poison.test";
        let port = serve(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n", || poisoned);
        let mut daemon = Daemon::install(&database).await;
        daemon.apply(&seed(port, address, ", first = \"import\"")).await;
        daemon.start().await;
        let all = items(&daemon, 3).await;
        let state = |uid: u64| all.iter().find(|item| item["uid"] == uid).unwrap()["state"].as_str().unwrap();
        assert_eq!([1, 2, 3].map(state), ["processed", "quarantined", "processed"], "{all:?}");
    }
}

/// A server with three mails, of which nobody ever gets the second.
fn poisoned(line: &str) -> Does {
    let (tag, command) = line.split_once(' ').unwrap_or((line, ""));
    let word = command.split(' ').next().unwrap_or_default();
    let mail = |uid: u32| {
        let raw = letter("desk@poison.test", &uid.to_string(), "Hello.");
        format!(
            "* {uid} FETCH (UID {uid} RFC822.SIZE {length} INTERNALDATE \"05-Nov-2026 10:00:00 +0000\" FLAGS () BODY[] {{{length}}}\r\n{raw})\r\n",
            length = raw.len()
        )
    };
    let size = letter("desk@poison.test", "1", "Hello.").len();
    let data = match word {
        "AUTHENTICATE" => return says("+ \r\n"),
        "CAPABILITY" => "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n".to_owned(),
        "SELECT" => "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\n".to_owned(),
        "UID" if command.contains("SEARCH") => "* SEARCH 1 2 3\r\n".to_owned(),
        "UID" if command.contains("BODY.PEEK") => {
            let set = command.split(' ').nth(2).unwrap();
            match set {
                "1" => mail(1),
                "3" => mail(3),
                // The second, alone or in company.
                _ => return Does::SaysAndLeaves(b"* 2 FETCH (UID 2 BODY[] {99999999999}\r\n".to_vec()),
            }
        }
        "UID" if command.contains("SIZE") => [1, 2, 3]
            .map(|uid| format!("* {uid} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE \"05-Nov-2026 10:00:00 +0000\" FLAGS ())\r\n"))
            .concat(),
        // What follows AUTHENTICATE is a line without a command.
        "" => return says("A0001 OK in\r\n"),
        _ => String::new(),
    };
    says(format!("{data}{tag} OK done\r\n"))
}

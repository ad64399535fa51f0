//! A password, once given, is seen nowhere again (A28): not in the log, not in errors, not in the API, not in the figures,
//! even if a server repeats it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use data_encoding::BASE64;
use serde_json::Value;

use crate::support::daemon::Daemon;
use crate::support::database::both_databases;
use crate::support::{TestDatabase, wait_for};

const CANARY: &str = "canary-k7x2-password";

/// A server that greets, offers what there is to log in with, and answers everything else with what it was sent.
fn echo(greeting: &'static str, offers: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let mut answers = stream.try_clone().unwrap();
                let _ = answers.write_all(greeting.as_bytes());
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let tag = line.split(' ').next().unwrap_or_default().to_owned();
                    let answer = match line.to_ascii_uppercase() {
                        said if said.starts_with("EHLO") => offers.to_owned(),
                        said if said.contains("CAPABILITY") => format!("{offers}{tag} OK done\r\n"),
                        _ if offers.starts_with('2') => format!("535 5.7.8 {line}\r\n"),
                        _ => format!("{tag} NO [AUTHENTICATIONFAILED] {line}\r\n"),
                    };
                    let _ = answers.write_all(answer.as_bytes());
                }
            });
        }
    });
    port
}

fn seed(imap: u16, smtp: u16) -> String {
    format!(
        "[[tenant]]\nslug = \"acme\"\nname = \"Acme\"\nticket_prefix = \"ACME\"\nacknowledge = \"always\"\n\
         [[tenant.user]]\nemail = \"ada@agents.test\"\nname = \"Ada\"\nrole = \"owner\"\npassword = \"{CANARY}\"\n\
         [[tenant.account]]\nname = \"main\"\n\
         imap = {{ host = \"127.0.0.1\", port = {imap}, tls = \"none\", username = \"desk\", password = \"{CANARY}\" }}\n\
         smtp = {{ host = \"127.0.0.1\", port = {smtp}, tls = \"none\", username = \"desk\", password = \"{CANARY}\" }}\n\
         [[tenant.mailbox]]\naddress = \"support@acme.test\"\naccount = \"main\"\nplus = true\n"
    )
}

/// Every form in which it could be seen.
fn betrays(text: &str) -> bool {
    let plain = BASE64.encode(format!("\0desk\0{CANARY}").as_bytes());
    [CANARY, &plain, &BASE64.encode(CANARY.as_bytes())]
        .iter()
        .any(|form| text.contains(form))
}

both_databases! {
    async fn a28_a_password_is_seen_nowhere_again(database: TestDatabase) {
        let imap = echo("* OK ready\r\n", "* CAPABILITY IMAP4rev1\r\n");
        let smtp = echo("220 ready\r\n", "250-here\r\n250 AUTH PLAIN LOGIN\r\n");
        let mut daemon = Daemon::install(&database).await;
        let seed = seed(imap, smtp);
        let mut seen = vec![("apply".to_owned(), daemon.apply(&seed).await)];
        daemon.start().await;
        let api = daemon.api("acme", "ada@agents.test").await;
        // A ticket with something to send, so that both servers are logged in to.
        std::fs::write(daemon.path("mail"), "From: Grace <grace@customers.test>\r\nTo: support@acme.test\r\nMessage-ID: <m1@customers.test>\r\nSubject: Printer\r\n\r\nSmoke.\r\n").unwrap();
        daemon.run(&["ingest", daemon.path("mail").to_str().unwrap()]).await;
        wait_for("both servers to refuse us", async || {
            let account = api.list("/accounts").await.pop()?;
            let refused = account["state"] == "failing" && !account["smtp_error"].is_null();
            refused.then_some(())
        })
        .await;
        for path in ["/accounts", "/mailboxes", "/users", "/teams", "/webhooks", "/outbox", "/intake", "/audit", "/tickets", "/templates", "/rules"] {
            seen.push((path.to_owned(), api.get(path).await.to_string()));
        }
        let visitor = reqwest::Client::builder().no_proxy().resolve("acme.localhost", daemon.address()).build().unwrap();
        for path in ["/metrics", "/readyz", "/api/v1/accounts", "/settings/changes", "/login"] {
            let url = format!("http://acme.localhost:{}{path}", daemon.port());
            let body = visitor.get(url).send().await.unwrap().text().await.unwrap();
            seen.push((path.to_owned(), body));
        }
        // What is said about a seed with mistakes right beside it.
        let broken = seed.replace(&format!("port = {imap}"), "port = \"x\"").replace("role = \"owner\"", "role = \"boss\"");
        let twice = broken.replace(&format!("password = \"{CANARY}\"\n"), &format!("password = \"{CANARY}\"\npassword_hash = \"{CANARY}\"\n"));
        for text in [seed.replace("Acme\"", "Other\""), broken, twice, format!("{seed}{CANARY}")] {
            std::fs::write(daemon.path("other.toml"), &text).unwrap();
            let file = daemon.path("other.toml");
            for command in ["apply", "check"] {
                let output = daemon.try_run(&[command, file.to_str().unwrap()]).await;
                let said = [output.stdout, output.stderr].concat();
                seen.push((command.to_owned(), String::from_utf8_lossy(&said).into_owned()));
            }
        }
        daemon.stop().await;
        let log = daemon.log();
        assert!(log.contains("desk"), "the log says which account it is about");
        seen.push(("the log".to_owned(), log));
        for (what, text) in seen {
            assert!(!betrays(&text), "{what}: {text}");
        }
        // The looking itself sees what there is to see.
        assert!(betrays(&Value::from(format!("wrong: {CANARY}")).to_string()));
    }
}

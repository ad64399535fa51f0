//! A person with a mail client: a real mutt or neomutt in a pseudo-terminal answers a mail.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::MailServers;

/// One answer. What is `None` stays as the client fills it in.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// `mutt` or `neomutt`.
    pub client: &'a str,
    /// Who answers, out of this address's INBOX.
    pub address: &'a str,
    /// A mutt pattern for the mail to answer, such as `~s ACME-1`; the newest match counts.
    pub find: &'a str,
    /// What the person types, above the quote.
    pub text: &'a str,
    /// Another subject than `Re: …`.
    pub subject: Option<&'a str>,
    /// Another recipient than Reply-To or From of the mail.
    pub to: Option<&'a str>,
    /// Where the text goes: `top`, `bottom`, `inline`, or `bare` for no quote at all.
    pub style: &'a str,
    /// Another server to send through than the MX, by its port.
    pub smtp: Option<u16>,
}

impl<'a> Answer<'a> {
    /// The usual way: text on top, the whole mail quoted below.
    pub fn new(address: &'a str, find: &'a str, text: &'a str) -> Self {
        Self {
            client: "mutt",
            address,
            find,
            text,
            subject: None,
            to: None,
            style: "top",
            smtp: None,
        }
    }

    /// Sends it through the MX. Returns when the client has handed it over and quit.
    pub async fn send(&self, servers: &MailServers) {
        let job = json!({
            "client": self.client, "imap": servers.imap_port(), "smtp": self.smtp.unwrap_or_else(|| servers.mx_port()),
            "address": self.address, "name": "A Person", "body": self.text, "find": self.find,
            "subject": self.subject, "to": self.to, "style": self.style,
        });
        tokio::task::spawn_blocking(move || run(&job))
            .await
            .unwrap();
    }
}

fn run(job: &Value) {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/support/mail_client.py"
    );
    let mut child = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(job.to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
}

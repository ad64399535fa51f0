//! What becomes of mail on the server, and what becomes of us when the server counts anew.

use std::process::Command;

use super::house::tenant;
use super::{House, letter};
use crate::support::TestDatabase;
use crate::support::database::both_databases;
use crate::support::wait_for;

both_databases! {
    async fn what_is_processed_is_moved_or_marked_as_the_account_says(database: TestDatabase) {
        let mut house = House::install(database, "acknowledge = \"off\"").await;
        let (moving, api) = (house.address("moving"), house.api("ada").await);
        let seed = tenant("acme", "")
            + &house.account("moving", "moving", ", after = \"move:Done\"") + &house.mailbox("moving", "moving");
        house.daemon.apply(&seed).await;
        house.servers.imap(&moving).await.run("CREATE Done").await;
        house.daemon.start().await;
        house.daemon.wait_until_connected(&api).await;
        let from = house.customer("grace");
        for (n, to) in [(1, &moving), (2, &house.desk())] {
            let raw = letter(&from, to, &format!("m{n}@customers.test"), "Printer", "", "It burns.");
            house.servers.deliver(&from, to, raw).await;
        }
        let (mut desk, mut there) = (house.servers.imap(&house.desk()).await, house.servers.imap(&moving).await);
        wait_for("the mail to be moved", async || (there.count("Done").await == 1).then_some(())).await;
        assert_eq!(there.count("INBOX").await, 0);
        wait_for("the mail to be marked", async || {
            let flags = desk.flags("INBOX").await;
            (flags.len() == 1 && flags[0].contains(r"\Seen")).then_some(())
        }).await;
        assert_eq!(api.list("/tickets").await.len(), 2);
    }

    async fn a_server_that_counts_anew_gives_no_mail_twice(database: TestDatabase) {
        let mut house = House::start(database, "acknowledge = \"off\"").await;
        let (api, desk, from) = (house.api("ada").await, house.desk(), house.customer("grace"));
        let inbox = house.servers.maildir(&desk);
        let drop = |n: usize| {
            inbox.drop(letter(&from, &desk, &format!("m{n}@customers.test"), &format!("Mail {n}"), "", "Hello.").as_bytes());
        };
        (0..20).for_each(drop);
        let tickets = async |count: usize| {
            wait_for(&format!("{count} tickets"), async || {
                (api.list("/tickets").await.len() == count).then_some(())
            }).await;
        };
        tickets(20).await;
        renumber(&house, &desk, 4_000_000_000);
        (20..25).for_each(drop);
        tickets(25).await;
        // The same once more, while nobody is there to see it.
        house.daemon.kill();
        renumber(&house, &desk, 4_100_000_000);
        (25..30).for_each(drop);
        house.daemon.start().await;
        tickets(30).await;
        let all = wait_for("all mails to be through", async || {
            let all = api.list("/intake").await;
            (all.len() >= 75 && all.iter().all(|mail| mail["state"] != "spooled")).then_some(all)
        }).await;
        let duplicates = all.iter().filter(|mail| mail["state"] == "duplicate").count();
        assert_eq!(all.len() - duplicates, 30);
        tickets(30).await;
    }
}

/// Gives a folder another UIDVALIDITY: every mail has another UID from now on.
fn renumber(house: &House, address: &str, uidvalidity: u32) {
    let done = Command::new("doveadm")
        .arg("-c")
        .arg(house.servers.dovecot_config())
        .args(["mailbox", "update", "-u", address, "--uid-validity"])
        .args([&uidvalidity.to_string(), "INBOX"])
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

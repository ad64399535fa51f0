//! Whatever happens to a ticket, in whatever order: the words of a note reach nobody but the house (A35, V5).

use postroom::desk::speak::{Note, Reply};
use postroom::domain::address::Party;
use postroom::domain::message::Kind;
use postroom::domain::ticket::{Change, Status};
use postroom::store::outbox::Filter;

use super::{ADA, GRACE, PASS, asked, stamped, words};
use crate::road::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// What stands in every note, in words that survive wrapping and quoting.
const CANARY: &str = "the quick brown CANARY fox jumps over the lazy customer";

/// How a clumsy agent, or a clumsy program, answers a notice.
fn clumsily(dice: &mut Dice, notice: &str) -> String {
    let said = words(notice);
    let marked = said
        .lines()
        .map(|line| format!("> {line}\r\n"))
        .collect::<Vec<_>>()
        .concat();
    let bare = said.replace('\n', "\r\n");
    let wrapped = said
        .split_whitespace()
        .collect::<Vec<_>>()
        .chunks(4)
        .map(|line| format!("> {}\r\n", line.join(" ")))
        .collect::<Vec<_>>()
        .concat();
    let without_our_line = said.lines().skip(1).collect::<Vec<_>>().join("\r\n");
    match dice.roll(12) {
        0 => format!("Use water.\r\n\r\nOn Monday, Acme <support@acme.test> wrote:\r\n{marked}"),
        1 => format!("{marked}\r\nUse water."),
        2 => format!("Use water.\r\n\r\n{bare}"),
        3 => bare,
        4 => format!("Use water.\r\n{wrapped}"),
        5 => without_our_line,
        6 => format!("Use water.\r\n\r\n{without_our_line}"),
        7 => format!("#public\r\n{bare}"),
        8 => format!("#public\r\nUse water.\r\n\r\n{marked}"),
        9 => format!("#resolve\r\n#cc zoe@customers.test\r\n\r\n{without_our_line}"),
        10 => format!("#note {CANARY}\r\n"),
        _ => "#send".to_owned(),
    }
}

#[expect(clippy::too_many_lines, reason = "a deed for each throw of the dice")]
async fn deed(road: &Road, dice: &mut Dice, step: usize) {
    let keys: Vec<String> = road
        .tickets("acme")
        .await
        .into_iter()
        .map(|t| t.key)
        .collect();
    let key = keys[dice.roll(keys.len())].clone();
    let (ada, id) = (road.who("acme", "ada@agents.test"), road.id(&key).await);
    let bob = road.who("acme", "bob@agents.test");
    match dice.roll(12) {
        0..=1 => drop(
            road.desk
                .note(
                    &bob,
                    id,
                    Note {
                        text: format!("@ada {CANARY} {step}"),
                        by: None,
                    },
                )
                .await,
        ),
        2 => drop(
            road.desk
                .reply(
                    &ada,
                    id,
                    Reply {
                        text: format!("Use water {step}."),
                        ..Reply::default()
                    },
                )
                .await,
        ),
        3 => {
            road.receive(&mail(
                GRACE,
                "support@acme.test",
                &format!("c{step}@customers.test"),
                "Re: Printer",
                "In-Reply-To: <m1@customers.test>\r\n",
                "It still burns.",
            ))
            .await;
        }
        4 => {
            road.receive(&mail(
                "Eve <eve@evil.test>",
                "support@acme.test",
                &format!("e{step}@evil.test"),
                "Re: Printer",
                "In-Reply-To: <m1@customers.test>\r\nCc: mallory@evil.test\r\n",
                "let me in",
            ))
            .await;
        }
        5 => {
            let held: Vec<_> = road
                .messages(&key)
                .await
                .into_iter()
                .filter(|m| m.held)
                .collect();
            if let Some(message) = held.first() {
                // What an agent releases on purpose is theirs to answer for; a stranger's message is let in.
                if message.kind == Kind::Inbound {
                    drop(road.desk.accept(&ada, message.id).await);
                } else {
                    drop(road.desk.discard(&ada, message.id).await);
                }
            }
        }
        6 => drop(
            road.desk
                .add_participant(
                    &ada,
                    id,
                    Party {
                        email: format!("p{step}@customers.test"),
                        name: String::new(),
                    },
                )
                .await,
        ),
        7 => drop(
            road.desk
                .change(
                    &bob,
                    id,
                    Change {
                        status: Some(Status::ALL[dice.roll(5)]),
                        assignee: Some(ada.user),
                        ..Change::default()
                    },
                )
                .await,
        ),
        _ => {
            let notices = road.queued("ada@agents.test").await;
            let newest = notices.len().saturating_sub(6);
            let notice = &notices[newest + dice.roll(notices.len() - newest)];
            let to = Road::header(notice, "Reply-To");
            let text = clumsily(dice, notice);
            if text.contains("#send")
                && road
                    .messages(&key)
                    .await
                    .iter()
                    .any(|m| m.held && m.text.contains("CANARY"))
            {
                return;
            }
            let (from, more) = match dice.roll(6) {
                0 => (GRACE, "Cc: zoe@customers.test\r\n"),
                1 => (ADA, "Cc: eve@evil.test\r\n"),
                2 => (ADA, "Auto-Submitted: auto-replied\r\n"),
                _ => (ADA, ""),
            };
            let subject = if dice.roll(5) == 0 {
                "Fwd: Printer"
            } else {
                "Re: Printer"
            };
            let raw = mail(
                from,
                &to,
                &format!("a{step}@agents.test"),
                subject,
                more,
                &text,
            );
            road.receive(&if dice.roll(5) == 0 {
                raw
            } else {
                stamped(PASS, &raw)
            })
            .await;
        }
    }
}

/// Everybody outside who ever got anything.
async fn outsiders(road: &Road) -> Vec<String> {
    let mut tx = road.desk.db.read().await.unwrap();
    let filter = Filter {
        limit: 100_000,
        ..Default::default()
    };
    let rows = postroom::store::outbox::list(&mut tx, &filter, road.desk.clock.now())
        .await
        .unwrap();
    let mut found: Vec<String> = rows
        .into_iter()
        .map(|row| row.recipient)
        .filter(|r| r.contains('@') && !r.ends_with("@agents.test"))
        .collect();
    found.sort();
    found.dedup();
    found
}

both_databases! {
    async fn a35_no_sequence_of_deeds_lets_a_note_out(database: TestDatabase) {
        let (road, _) = asked(database).await;
        let seed = 2026;
        let mut dice = Dice(seed);
        for step in 0..120 {
            deed(&road, &mut dice, step).await;
        }
        let noted = road.tickets("acme").await;
        let mut notes = 0;
        for ticket in &noted {
            notes += road.messages(&ticket.key).await.iter().filter(|m| m.kind == Kind::Note).count();
        }
        assert!(notes >= 5, "the deeds wrote {notes} notes");
        let outside = outsiders(&road).await;
        assert!(!outside.is_empty());
        for recipient in outside {
            for raw in road.queued(&recipient).await {
                let said = postroom::domain::mail::parse(raw.as_bytes()).text;
                assert!(!said.contains("CANARY") && !raw.contains("CANARY"), "seed {seed}, to {recipient}: {raw}");
                assert!(!said.contains("=-=-=-="), "seed {seed}, to {recipient}: {raw}");
            }
        }
    }
}

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
    match dice.roll(13) {
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
        11 => format!("@Nobody {CANARY}\r\n"),
        _ => "#send".to_owned(),
    }
}

/// A note by mail, proven or not, with or without commands, understood or not: whatever waits, it is no reply.
async fn noted_by_mail(road: &Road, dice: &mut Dice, notice: &str, step: usize) {
    let inside = format!("INSIDE-{step} {CANARY}");
    let text = [
        format!("#note {inside}"),
        format!("#note\r\n{inside}"),
        format!("#resolve\r\n#note\r\n\r\n{inside}"),
        format!("#note\r\n#frobnicate\r\n{inside}"),
        format!("\u{200b}#note {inside}"),
    ];
    let to = Road::header(notice, "Reply-To");
    let text = &text[dice.roll(text.len())];
    let raw = mail(
        ADA,
        &to,
        &format!("i{step}@agents.test"),
        "Re: Printer",
        "",
        text,
    );
    let proof = [PASS, "dmarc=none", "dmarc=fail header.from=agents.test"];
    road.receive(&stamped(proof[dice.roll(proof.len())], &raw))
        .await;
    for ticket in road.tickets("acme").await {
        let wrong = road.messages(&ticket.key).await;
        let wrong = wrong.iter().find(|m| {
            m.kind != Kind::Note && !m.held && m.text.contains(&format!("INSIDE-{step} "))
        });
        assert!(wrong.is_none(), "{text}: {wrong:?}");
    }
}

/// Whatever waits goes out, but what shows a note to whoever releases it: that is theirs to answer for.
async fn release(road: &Road, key: &str) {
    let ada = road.who("acme", "ada@agents.test");
    for held in road.messages(key).await.iter().filter(|m| m.held) {
        if held.text.contains("CANARY") {
            continue;
        }
        if held.kind == Kind::Inbound {
            drop(road.desk.accept(&ada, held.id).await);
        } else {
            drop(road.desk.release(&ada, held.id).await);
        }
    }
}

/// Tickets become one, part again, or a mail becomes one of its own.
async fn rearranged(road: &Road, dice: &mut Dice, key: &str, other: &str) {
    let ada = road.who("acme", "ada@agents.test");
    let (one, two) = (road.id(key).await, road.id(other).await);
    match dice.roll(4) {
        0 => drop(road.desk.merge(&ada, one, two).await),
        1 => drop(road.desk.unmerge(&ada, one).await),
        2 => {
            let messages = road.messages(key).await;
            if messages.len() > 1 {
                let taken = messages[dice.roll(messages.len())].id;
                drop(road.desk.split_off(&ada, one, &[taken], None).await);
            }
        }
        _ => {
            let held = road
                .messages(key)
                .await
                .into_iter()
                .find(|m| m.held && m.kind == Kind::Inbound);
            if let Some(held) = held {
                drop(road.desk.split(&ada, held.id).await);
            }
        }
    }
}

/// A mail is passed on, and its author confirmed as the requester.
async fn passed_on(road: &Road, step: usize) {
    let text = "Can you take this?\r\n\r\n---------- Forwarded message ---------\r\nFrom: Zoe <zoe@customers.test>\r\nSubject: Fire\r\n\r\nIt burns.\r\n";
    let id = format!("f{step}@agents.test");
    let raw = mail(ADA, "support@acme.test", &id, "Fwd: Fire", "", text);
    road.receive(&stamped(PASS, &raw)).await;
    let newest = road.tickets("acme").await.pop().unwrap();
    let (ada, zoe) = (
        road.who("acme", "ada@agents.test"),
        "zoe@customers.test".parse().unwrap(),
    );
    drop(road.desk.set_requester(&ada, newest.id, &zoe).await);
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
    match dice.roll(17) {
        12 => release(road, &key).await,
        13 => {
            let other = keys[dice.roll(keys.len())].clone();
            rearranged(road, dice, &key, &other).await;
        }
        14 => passed_on(road, step).await,
        15..=16 => {
            let notices = road.queued("ada@agents.test").await;
            let notice = &notices[dice.roll(notices.len())];
            noted_by_mail(road, dice, notice, step).await;
        }
        0..=1 => drop(
            road.desk
                .note(
                    &bob,
                    id,
                    Note {
                        text: format!("@ada {CANARY} {step}"),
                        ..Note::default()
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
                if message.kind == Kind::Inbound && !message.text.contains("CANARY") {
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

/// Does so many deeds, and looks at everything that left the house.
async fn play(database: TestDatabase, seed: u64) {
    let (road, _) = asked(database).await;
    let mut dice = Dice(seed);
    for step in 0..120 {
        deed(&road, &mut dice, step).await;
    }
    for ticket in road.tickets("acme").await {
        release(&road, &ticket.key).await;
    }
    let mut notes = 0;
    for ticket in road.tickets("acme").await {
        let messages = road.messages(&ticket.key).await;
        notes += messages.iter().filter(|m| m.kind == Kind::Note).count();
    }
    assert!(notes >= 5, "the deeds wrote {notes} notes");
    let outside = outsiders(&road).await;
    assert!(!outside.is_empty());
    for recipient in outside {
        for raw in road.queued(&recipient).await {
            let said = postroom::domain::mail::parse(raw.as_bytes()).text;
            assert!(
                !said.contains("CANARY") && !raw.contains("CANARY"),
                "seed {seed}, to {recipient}: {raw}"
            );
            assert!(
                !said.contains("=-=-=-="),
                "seed {seed}, to {recipient}: {raw}"
            );
        }
    }
}

both_databases! {
    async fn a35_no_sequence_of_deeds_lets_a_note_out(database: TestDatabase) {
        play(database, 2026).await;
    }

    async fn a35_no_other_sequence_of_deeds_lets_a_note_out(database: TestDatabase) {
        play(database, 41).await;
    }

    async fn a35_no_sequence_of_deeds_lets_a_note_out_whatever_the_dice_say(database: TestDatabase) {
        // The seed stands in the message of a failure: with it in the test above, the same happens again.
        play(database, u64::from(std::process::id())).await;
    }
}

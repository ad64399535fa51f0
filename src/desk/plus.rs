//! Whether the plus-address of a mailbox reaches it (TH8): found out by a mail to ourselves, on a new mailbox and when
//! somebody asks. Where it does not, reply tokens travel in the Message-ID only.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE32_NOPAD;

use crate::desk::directory::Office;
use crate::desk::{Desk, DeskError};
use crate::domain::address::Party;
use crate::domain::ids::{MailboxId, OutboxId, TenantId};
use crate::domain::mail::{Automatic, Outgoing, compose};
use crate::domain::mailbox::{Mailbox, PlusState};
use crate::store::outbox::{Audience, Channel, NewOutbox, OutboxState};
use crate::store::plus_tests::{self, Late};
use crate::store::{self, Topic, Tx, blobs};

/// How long the mail may be on its way.
const MINUTES: i64 = 30;
/// How long to wait for an account that is not connected yet.
const UNTIL_CONNECTED: TimeDelta = TimeDelta::minutes(1);

impl Desk {
    /// Sends a mail to the plus-address of a mailbox. Gives when the test is over at the latest.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] for a mailbox that no account sends for, or whose address has no room for a token.
    pub async fn test_plus(
        &self,
        tenant: TenantId,
        mailbox: MailboxId,
    ) -> Result<DateTime<Utc>, DeskError> {
        let office = self.office(tenant)?;
        let mailbox = office.mailbox(mailbox);
        let mailbox = mailbox.ok_or(DeskError::NotFound("mailbox"))?;
        let mut tx = self.db.write().await?;
        let ends_at = self.send_probe(&mut tx, &office, mailbox).await?;
        for topic in [Topic::Outbox, Topic::Timers, Topic::Settings] {
            tx.wake(topic);
        }
        tx.commit().await?;
        Ok(ends_at)
    }

    async fn send_probe(
        &self,
        tx: &mut Tx,
        office: &Office,
        mailbox: &Mailbox,
    ) -> Result<DateTime<Utc>, DeskError> {
        if !mailbox.has_room() {
            let sentence =
                "what stands before the @ is too long for a token; there is nothing to test";
            return Err(DeskError::Conflict(sentence.to_owned()));
        }
        let accounts = store::accounts::all_tenants(tx).await?;
        let sends = accounts
            .iter()
            .any(|a| Some(a.trust.id) == mailbox.account && a.active && a.smtp.is_some());
        if !sends {
            let sentence = "no account sends for this mailbox";
            return Err(DeskError::Conflict(sentence.to_owned()));
        }
        let now = self.clock.now();
        let id = OutboxId(self.random.uuid(now));
        let word = BASE32_NOPAD
            .encode(&self.random.bytes::<16>())
            .to_ascii_lowercase();
        let row = self.probe(office, mailbox, id, &word)?;
        let ends_at = now + TimeDelta::minutes(MINUTES);
        store::outbox::insert_all(tx, &[row], now).await?;
        let whose = (office.tenant.id, mailbox.id);
        plus_tests::start(tx, whose, &word, id, ends_at, now).await?;
        Ok(ends_at)
    }

    fn probe(
        &self,
        office: &Office,
        mailbox: &Mailbox,
        id: OutboxId,
        word: &str,
    ) -> Result<NewOutbox, DeskError> {
        let now = self.clock.now();
        let address = mailbox.address.with_detail(&Mailbox::probe_detail(word));
        let mail_id = format!("probe.{id}@{}", mailbox.address.domain());
        let outgoing = Outgoing {
            from: Party {
                email: mailbox.address.to_string(),
                name: format!("{} · Postroom", office.tenant.name),
            },
            to: vec![Party {
                email: address.to_string(),
                name: String::new(),
            }],
            subject: "Does this address arrive?".to_owned(),
            message_id: mail_id.clone(),
            date: now,
            text: format!(
                "Postroom sent this mail to itself, to find out whether {} also receives what is sent to {address}.\n\
                 It needs no answer.\n",
                mailbox.address
            ),
            automatic: Some(Automatic::Generated),
            loop_mark: Some(self.directory().loop_mark.clone()),
            ..Outgoing::default()
        };
        let bytes = compose(&outgoing)
            .map_err(|error| DeskError::Conflict(format!("the mail cannot be written: {error}")))?;
        Ok(NewOutbox {
            id,
            tenant: Some(office.tenant.id),
            channel: Channel::Email,
            audience: Audience::Agent,
            account: mailbox.account,
            mailbox: Some(mailbox.id),
            ticket: None,
            message: None,
            cause: format!("probe:{id}"),
            recipient: address.to_string(),
            // A report that it cannot be delivered comes to the mailbox, and is known by the Message-ID.
            envelope_from: mailbox.address.to_string(),
            mail_id: Some(mail_id),
            body: blobs::compress(&bytes),
            send_at: now,
        })
    }

    /// Tests new mailboxes, and ends tests whose mail did not come back in time. Gives when to look again.
    pub async fn tend_plus_tests(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        let now = self.clock.now();
        let mut tx = self.db.read().await?;
        let late = plus_tests::late_all_tenants(&mut tx, now).await?;
        let untested = plus_tests::untested_all_tenants(&mut tx).await?;
        drop(tx);
        if !late.is_empty() {
            self.end_late(&late).await?;
        }
        let directory = self.directory();
        let mut waits = false;
        for new in untested {
            let office = directory.office(new.tenant);
            let mailbox = office.and_then(|office| office.mailbox(new.mailbox));
            if !mailbox.is_some_and(Mailbox::has_room) {
                continue;
            }
            if !new.ready {
                waits = true;
                continue;
            }
            match self.test_plus(new.tenant, new.mailbox).await {
                Ok(_) | Err(DeskError::NotFound(_) | DeskError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let mut tx = self.db.read().await?;
        let next = plus_tests::next_end_all_tenants(&mut tx).await?;
        Ok(next
            .into_iter()
            .chain(waits.then_some(now + UNTIL_CONNECTED))
            .min())
    }

    async fn end_late(&self, late: &[Late]) -> Result<(), DeskError> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        for test in late {
            if let Some(because) = verdict(test) {
                let ended = (PlusState::Fails, because.as_str());
                plus_tests::end(&mut tx, test.tenant, test.mailbox, ended, now).await?;
            } else {
                let later = now + TimeDelta::minutes(MINUTES);
                plus_tests::extend(&mut tx, test.tenant, test.mailbox, later).await?;
            }
        }
        tx.wake(Topic::Settings);
        tx.commit().await?;
        self.refresh().await
    }
}

/// Why the address does not work, when a mail to it has not come back. None while the mail could not even be sent, or
/// nobody was there to bring it back: that says nothing about the address.
fn verdict(test: &Late) -> Option<String> {
    match &test.sent {
        Some((OutboxState::Failed | OutboxState::Cancelled, words)) => {
            Some(format!("a mail to it was refused: {words}"))
        }
        Some((OutboxState::Sent | OutboxState::Uncertain, _)) | None => test
            .ready
            .then(|| format!("a mail to it did not arrive within {MINUTES} minutes")),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_could_not_be_sent_or_fetched_says_nothing_about_the_address() {
        for (state, ready, fails) in [
            (Some(OutboxState::Sent), true, true),
            (Some(OutboxState::Uncertain), true, true),
            (Some(OutboxState::Sent), false, false),
            (Some(OutboxState::Failed), false, true),
            (Some(OutboxState::Pending), true, false),
            (Some(OutboxState::Deferred), true, false),
            (None, true, true),
        ] {
            let late = Late {
                tenant: TenantId(Uuid::nil()),
                mailbox: MailboxId(Uuid::nil()),
                sent: state.map(|state| (state, "550 no such user".to_owned())),
                ready,
            };
            assert_eq!(verdict(&late).is_some(), fails, "{state:?} {ready}");
        }
    }
}

//! How fast mails of one sender come: counted over the last minutes, those of this batch included.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::brake::{self, Brake, Place};
use crate::domain::ids::{ContactId, TenantId, TicketId};
use crate::intake::process::Failure;
use crate::intake::process::world::{Routed, World};
use crate::store::heard::{HeardMail, counts, place_id};
use crate::store::{self, Tx};

/// What was counted.
#[derive(Default)]
pub struct Pace {
    /// By tenant, sender and place.
    counts: HashMap<(TenantId, String, Uuid), usize>,
    /// The mails of this batch.
    pub fresh: Vec<HeardMail>,
    /// Letters that rules sent within a day, by the contact that they went to.
    letters: HashMap<ContactId, Vec<(TicketId, DateTime<Utc>)>>,
}

impl Pace {
    /// Counts one mail in the name of `sender`, and decides. History is not counted.
    pub fn hear(
        &mut self,
        tenant: TenantId,
        mail: &Routed<'_>,
        sender: &str,
        place: Place,
    ) -> Brake {
        if mail.parsed.claimed.quiet {
            return Brake::Off;
        }
        let key = (tenant, sender.to_owned(), place_id(place));
        let count = self.counts.entry(key).or_default();
        *count += 1;
        self.fresh.push(HeardMail {
            tenant,
            sender: sender.to_owned(),
            place,
            inbound: mail.parsed.claimed.id,
        });
        brake::decide(place, *count)
    }

    /// When rules wrote to this contact in other tickets, within a day.
    pub fn letters_elsewhere(&self, contact: ContactId, ticket: TicketId) -> Vec<DateTime<Utc>> {
        let letters = self.letters.get(&contact).into_iter().flatten();
        let elsewhere = letters.filter(|(of, _)| *of != ticket);
        elsewhere.map(|(_, at)| *at).collect()
    }

    /// Rules wrote to this contact so many times just now.
    pub fn wrote(&mut self, contact: ContactId, ticket: TicketId, times: i64, now: DateTime<Utc>) {
        let letters = self.letters.entry(contact).or_default();
        letters.extend((0..times).map(|_| (ticket, now)));
    }
}

impl World {
    /// Reads what came of late from those in whose names these mails are written.
    pub(super) async fn read_pace(
        &mut self,
        tx: &mut Tx,
        mails: &[Routed<'_>],
    ) -> Result<(), Failure> {
        let mut senders: Vec<(TenantId, &str)> = Vec::new();
        for mail in mails {
            let sender = mail.sender.as_ref().map_or("", |sender| sender.as_str());
            senders.extend(mail.targets.iter().map(|target| (target.tenant, sender)));
        }
        for reference in self.references.values() {
            let claim = &reference.claim;
            senders.push((claim.tenant, claim.participant.as_str()));
        }
        senders.sort_unstable();
        senders.dedup();
        let found = counts(tx, &senders, self.now).await?;
        self.pace.counts = found
            .into_iter()
            .map(|(tenant, sender, place, count)| ((tenant, sender, place), count))
            .collect();
        let mut contacts: HashMap<TenantId, Vec<ContactId>> = HashMap::new();
        let senders = self.contacts.iter().map(|((t, _), c)| (*t, c.id));
        let requesters = self.cases.values();
        let requesters = requesters.map(|case| (case.ticket.tenant, case.ticket.requester));
        for (tenant, contact) in senders.chain(requesters) {
            let office = self.directory.office(tenant);
            if office.is_some_and(|office| office.assigns.letters) {
                contacts.entry(tenant).or_default().push(contact);
            }
        }
        let day = self.now - chrono::Duration::days(1);
        for (tenant, contacts) in contacts {
            for (contact, ticket, at) in
                store::rules::letters_to(tx, tenant, &contacts, day).await?
            {
                let letters = self.pace.letters.entry(contact).or_default();
                letters.push((ticket, at));
            }
        }
        Ok(())
    }
}

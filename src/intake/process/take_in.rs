//! One mail taken in by a person's decision: through the same road as all others, at once, and answered with what
//! became of it. With a [`Decided`], it becomes a message although routing, loops or reports say no.

use tokio::time::timeout;

use crate::desk::{Desk, DeskError};
use crate::domain::ids::{InboundId, MailboxId, TenantId};
use crate::domain::mail::{self, Mail};
use crate::intake::process::proof::{self, Proof};
use crate::intake::process::world::{Routed, World, routed};
use crate::intake::process::{Failure, Parsed, Patience, batch, partial, walk};
use crate::store::inbound::{self, By, Claimed, Deed, InboundState};
use crate::store::{Topic, Tx, blobs};

/// A person's decision that a mail becomes a ticket.
#[derive(Debug, Clone)]
pub struct Decided {
    /// Whose.
    pub tenant: TenantId,
    /// In which mailbox.
    pub mailbox: MailboxId,
    /// Who decided, for the trace.
    pub by: String,
    /// Why the program had not taken it, for the trace.
    pub although: String,
}

/// Takes a quarantined or ignored mail in. `decided` overrules the program; without it, today's program decides
/// anew. Gives the state in which the mail is now.
///
/// # Errors
/// [`DeskError::Conflict`] for a mail in any other state, or one whose bytes were erased; the database failed.
/// Nothing was changed then.
pub async fn take_in(
    desk: &Desk,
    id: InboundId,
    decided: Option<Decided>,
    by: &By,
) -> Result<InboundState, DeskError> {
    let (claimed, read, raw) = read(desk, id, decided.is_some()).await?;
    let deed = if decided.is_some() {
        Deed::Accepted
    } else {
        Deed::Replayed
    };
    let parsed = Parsed {
        decided,
        ..Parsed::of(claimed, read.mail, read.proof, raw)
    };
    let directory = desk.directory();
    let mails = [Failure::guard(|| routed(&directory, &parsed))?];
    let mut tx = desk.db.write().await?;
    if inbound::take_up(&mut tx, id).await?.is_none() {
        return Err(not_now());
    }
    let [mail] = mails;
    let state = write(desk, &mut tx, mail).await?;
    desk.note_mail(&mut tx, id, by, deed, format!("It is {state} now."))
        .await?;
    tx.wake(Topic::Server);
    tx.commit().await?;
    Ok(state)
}

async fn write(desk: &Desk, tx: &mut Tx, mail: Routed<'_>) -> Result<InboundState, Failure> {
    let mut mails = [mail];
    let mut world = Box::pin(World::read(tx, desk, desk.directory(), &mails)).await?;
    Failure::guard(|| walk::walk(desk, &mut world, &mut mails[0]))?;
    let state = world.outcomes.last().map(|outcome| outcome.state);
    Box::pin(batch::write_out(desk, tx, world, &mails)).await?;
    state.ok_or_else(|| Failure::Panicked("the walk ended without an outcome".to_owned()))
}

/// The mail as today's program reads it, with its bytes. What cannot be read, or was never given to us, still makes a
/// placeholder where a person wants a ticket.
async fn read(
    desk: &Desk,
    id: InboundId,
    placeholder: bool,
) -> Result<(Claimed, Read, Vec<u8>), DeskError> {
    let mut tx = desk.db.read().await?;
    let Some(mut claimed) = inbound::as_claimed(&mut tx, id).await? else {
        return Err(DeskError::Conflict(
            "its bytes were erased; there is nothing left to read".to_owned(),
        ));
    };
    let raw = blobs::read(&mut tx, claimed.blob)
        .await?
        .unwrap_or_default();
    let listed = inbound::one(&mut tx, None, id).await?;
    drop(tx);
    claimed.alone = true;
    let reason = listed.and_then(|mail| mail.reason).unwrap_or_default();
    if raw.is_empty() && placeholder {
        return Ok((claimed, stand_in(&reason), raw));
    }
    match read_proven(desk, raw.clone(), &claimed).await {
        Ok(read) => Ok((claimed, read, raw)),
        Err(words) if placeholder => Ok((claimed, stand_in(&words), raw)),
        Err(words) => Err(DeskError::Conflict(words)),
    }
}

/// Reads a stored mail as the processor does, on another thread, to be shown.
///
/// # Errors
/// Why it cannot be read, as a sentence.
pub async fn read_kept(raw: Vec<u8>, claimed: &Claimed) -> Result<Mail, String> {
    let claimed = claimed.clone();
    aside(move || partial::named(mail::parse(&raw), &claimed)).await
}

/// Reads on another thread, which is not waited for longer than a mail may take.
async fn aside<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let reading = tokio::task::spawn_blocking(read);
    match timeout(Patience::default().most, reading).await {
        Ok(done) => done.map_err(|panicked| Failure::panicked(panicked).to_string()),
        Err(_) => Err(Failure::TooSlow.to_string()),
    }
}

/// A stored mail, and what its signatures prove.
#[derive(Debug, Clone)]
pub struct Read {
    /// The mail.
    pub mail: Mail,
    /// What its signatures prove, by today's settings.
    pub proof: Proof,
}

/// Reads a stored mail as the processor does, to be judged: with what its signatures prove. Not inside a transaction.
///
/// # Errors
/// Why it cannot be read, as a sentence.
pub async fn read_proven(desk: &Desk, raw: Vec<u8>, claimed: &Claimed) -> Result<Read, String> {
    let (directory, claimed) = (desk.directory(), claimed.clone());
    let reading = aside(move || {
        let mail = partial::named(mail::parse(&raw), &claimed);
        let proof = Proof::of(&directory, &claimed, &mail, &raw);
        Read { mail, proof }
    });
    let mut read = reading.await?;
    proof::ask(&desk.names, vec![&mut read.proof]).await;
    Ok(read)
}

/// What stands in the ticket where the mail itself cannot.
fn stand_in(reason: &str) -> Read {
    let raw = format!(
        "Subject: (a mail that cannot be shown)\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         [This mail cannot be shown here: {}. What there is of it can be downloaded.]\r\n",
        reason.trim_end_matches('.')
    );
    Read {
        mail: mail::parse(raw.as_bytes()),
        proof: Proof::Unwanted,
    }
}

fn not_now() -> DeskError {
    DeskError::Conflict("only a quarantined or ignored mail can be taken in".to_owned())
}

impl From<Failure> for DeskError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => Self::Store(error),
            Failure::Desk(error) => error,
            Failure::Panicked(words) => {
                Self::Conflict(format!("today's program cannot judge it: {words}"))
            }
            failure @ Failure::TooSlow => Self::Conflict(failure.to_string()),
        }
    }
}

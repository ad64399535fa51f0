//! What would become of a mail: the same road, walked in a transaction that is rolled back.

use crate::desk::Desk;
use crate::domain::ids::{BlobId, InboundId};
use crate::domain::mail::{self, content_key};
use crate::intake::pipe::Hints;
use crate::intake::process::proof::{self, Proof};
use crate::intake::process::take_in::Read;
use crate::intake::process::walk;
use crate::intake::process::world::{Routed, World, routed};
use crate::intake::process::{Failure, Parsed};
use crate::store::inbound::{Claimed, Outcome, ResultRow};

/// Decides about a mail as if it had just come in by a pipe. Nothing is stored, and nothing goes out.
///
/// # Errors
/// The database failed, or judging the mail did: the words say how.
pub async fn rehearse(desk: &Desk, raw: &[u8], hints: &Hints) -> Result<Outcome, RehearsalError> {
    let now = desk.clock.now();
    let claimed = Claimed {
        id: InboundId(desk.random.uuid(now)),
        account: hints.account,
        blob: BlobId(desk.random.uuid(now)),
        content_key: content_key(raw).to_vec(),
        size: i64::try_from(raw.len()).unwrap_or(i64::MAX),
        complete: true,
        received_at: now,
        internal_date: None,
        quiet: false,
        only_tenant: hints.tenant,
        addressed_to: hints.to.as_ref().map(ToString::to_string),
        attempts: 0,
        alone: true,
    };
    let mail = Failure::guard(|| mail::parse(raw)).map_err(said)?;
    let proof = Proof::of(&desk.directory(), &claimed, &mail, raw);
    let mut read = Read { mail, proof };
    proof::ask(&desk.names, vec![&mut read.proof]).await;
    let walked = walk_without_storing(desk, claimed, read).await;
    walked.map(|rehearsed| rehearsed.outcome).map_err(said)
}

/// What today's program would make of a mail that is here, as of the moment when it came.
///
/// # Errors
/// As [`rehearse`].
pub async fn rehearse_again(
    desk: &Desk,
    claimed: Claimed,
    read: Read,
) -> Result<Rehearsed, RehearsalError> {
    walk_without_storing(desk, claimed, read)
        .await
        .map_err(said)
}

/// What would become of a mail.
#[derive(Debug)]
pub struct Rehearsed {
    /// Its state, with the decisions.
    pub outcome: Outcome,
    /// What it would become in each tenant.
    pub results: Vec<ResultRow>,
}

/// Why a mail could not be judged.
#[derive(Debug, thiserror::Error)]
#[error("cannot judge this mail: {0}")]
pub struct RehearsalError(String);

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn said(failure: Failure) -> RehearsalError {
    RehearsalError(failure.to_string())
}

async fn walk_without_storing(
    desk: &Desk,
    claimed: Claimed,
    read: Read,
) -> Result<Rehearsed, Failure> {
    let came = claimed.received_at;
    let parsed = Parsed {
        mail: read.mail,
        proof: read.proof,
        claimed,
        decided: None,
        raw: None,
    };
    let directory = desk.directory();
    let mut mails: [Routed<'_>; 1] = [Failure::guard(|| routed(&directory, &parsed))?];
    // It takes the locks that the real walk would take, and gives them back without having used them.
    let mut tx = desk.db.write().await?;
    let mut world = Box::pin(World::read(&mut tx, desk, directory, &mails)).await?;
    world.now = came;
    let walked = Failure::guard(|| walk::walk(desk, &mut world, &mut mails[0]));
    tx.rollback().await?;
    walked?;
    let outcome = world
        .outcomes
        .pop()
        .ok_or_else(|| Failure::Panicked("the walk ended without an outcome".to_owned()))?;
    Ok(Rehearsed {
        outcome,
        results: world.results,
    })
}

//! What becomes of mails on the server once they are processed here. All of it is cosmetic and may be repeated (I2).

use chrono::{DateTime, Duration, Utc};

use crate::domain::account::AfterIntake;
use crate::domain::ids::InboundId;
use crate::intake::imap::{Session, Verdict};
use crate::intake::spool::Place;
use crate::intake::take::Trouble;
use crate::store::{Db, StoreError, inbound};

/// Mails filed with one command.
const AT_ONCE: i64 = 500;

/// Files away what is processed. What the server refuses stays to be done; its words are given back.
pub(super) async fn file_away(
    session: &mut Session,
    db: &Db,
    place: &Place,
    after: &AfterIntake,
    now: DateTime<Utc>,
) -> Result<Option<String>, Trouble> {
    let outcome = file(session, db, place, after, now).await;
    match outcome {
        Err(Trouble::Imap(error)) if error.verdict() == Verdict::GoOn => {
            Ok(Some(error.to_string()))
        }
        other => other.map(|()| None),
    }
}

async fn file(
    session: &mut Session,
    db: &Db,
    place: &Place,
    after: &AfterIntake,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    loop {
        let mails = waiting(db, place).await?;
        let (ids, uids) = apart(&mails);
        if uids.is_empty() {
            break;
        }
        match after {
            AfterIntake::Seen | AfterIntake::Delete(_) => session.store_seen(&uids).await?,
            AfterIntake::Move(folder) => session.move_to(&uids, folder).await?,
        }
        let keep_for_deletion = matches!(after, AfterIntake::Delete(_));
        done(db, &ids, keep_for_deletion).await?;
        if mails.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
            break;
        }
    }
    if let AfterIntake::Delete(days) = after {
        let before = now - Duration::days(i64::from(*days));
        let mails = old(db, place, before).await?;
        let (ids, uids) = apart(&mails);
        if !uids.is_empty() {
            session.delete(&uids).await?;
            done(db, &ids, false).await?;
        }
    }
    Ok(())
}

async fn waiting(db: &Db, place: &Place) -> Result<Vec<(InboundId, i64)>, StoreError> {
    let mut tx = db.read().await?;
    let Place {
        account,
        folder,
        uidvalidity,
    } = place;
    inbound::waiting_for_server(&mut tx, *account, folder, *uidvalidity, AT_ONCE).await
}

async fn old(
    db: &Db,
    place: &Place,
    before: DateTime<Utc>,
) -> Result<Vec<(InboundId, i64)>, StoreError> {
    let mut tx = db.read().await?;
    let folder = (place.folder.as_str(), place.uidvalidity);
    inbound::waiting_for_deletion(&mut tx, place.account, folder, before, AT_ONCE).await
}

async fn done(db: &Db, ids: &[InboundId], keep_for_deletion: bool) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    if keep_for_deletion {
        inbound::await_deletion(&mut tx, ids).await?;
    } else {
        inbound::server_done(&mut tx, ids).await?;
    }
    tx.commit().await
}

fn apart(mails: &[(InboundId, i64)]) -> (Vec<InboundId>, Vec<u32>) {
    // UIDs have 32 bits (RFC 3501 section 2.3.1.1).
    mails
        .iter()
        .filter_map(|(id, uid)| Some((*id, u32::try_from(*uid).ok()?)))
        .unzip()
}

//! Once a day: is everything that lies in the folder here? (I4)

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};

use crate::domain::account::FirstConnection;
use crate::intake::imap::Session;
use crate::intake::spool::Place;
use crate::intake::take::Trouble;
use crate::store::cursors::Cursor;
use crate::store::{Db, inbound};

/// Whether it is time to look.
pub(super) fn is_due(cursor: &Cursor, now: DateTime<Utc>) -> bool {
    now - cursor.audited_at.unwrap_or(cursor.connected_at) >= Duration::days(1)
}

/// What lies in the selected folder, should be here by the cursor, and is not. Without an import, what arrived
/// before the first connection is not expected.
pub(super) async fn missing(
    session: &mut Session,
    db: &Db,
    place: &Place,
    cursor: &Cursor,
    first: FirstConnection,
) -> Result<Vec<u32>, Trouble> {
    let mut tx = db.read().await?;
    let known =
        inbound::known_uids(&mut tx, place.account, &place.folder, place.uidvalidity, 1).await?;
    drop(tx);
    let known: HashSet<i64> = known.into_iter().collect();
    let mut unknown = session.uids_from(1).await?;
    unknown.retain(|uid| i64::from(*uid) < cursor.next_uid && !known.contains(&i64::from(*uid)));
    if first == FirstConnection::Import || unknown.is_empty() {
        return Ok(unknown);
    }
    let sizes = session.sizes(&unknown).await?;
    let expected = sizes.into_iter().filter(|mail| {
        mail.internal_date
            .is_some_and(|date| date >= cursor.connected_at)
    });
    Ok(expected.map(|mail| mail.uid).collect())
}

//! Once a day, and whenever somebody asks: is everything that lies in the folder here? (I4)

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};

use crate::domain::account::FirstConnection;
use crate::intake::imap::{Session, Sized};
use crate::intake::spool::Place;
use crate::intake::take::Trouble;
use crate::store::cursors::Cursor;
use crate::store::{Db, inbound};

/// Whether it is time to look. `asked_at` is when somebody last asked for it.
pub(super) fn is_due(cursor: &Cursor, asked_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    now - cursor.audited_at.unwrap_or(cursor.connected_at) >= Duration::days(1)
        || asked_at.is_some_and(|asked| cursor.audited_at.is_none_or(|audited| audited < asked))
}

/// What a comparison found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    /// How many mails lie in the folder, as far as the cursor has come.
    pub on_server: usize,
    /// How many of them lay there before the first connection, and are not ours to have.
    pub before_us: usize,
    /// Those that should be here and are not.
    pub missing: Vec<u32>,
}

/// Compares the selected folder with what is here.
pub(super) async fn compare(
    session: &mut Session,
    db: &Db,
    place: &Place,
    cursor: &Cursor,
    first: FirstConnection,
) -> Result<Compared, Trouble> {
    let mut tx = db.read().await?;
    let known =
        inbound::known_uids(&mut tx, place.account, &place.folder, place.uidvalidity, 1).await?;
    drop(tx);
    let known: HashSet<i64> = known.into_iter().collect();
    let mut there = session.uids_from(1).await?;
    there.retain(|uid| i64::from(*uid) < cursor.next_uid);
    let on_server = there.len();
    there.retain(|uid| !known.contains(&i64::from(*uid)));
    if first == FirstConnection::Import || there.is_empty() {
        return Ok(Compared {
            on_server,
            before_us: 0,
            missing: there,
        });
    }
    let sizes = session.sizes(&there).await?;
    Ok(judged(on_server, sizes, cursor.connected_at))
}

/// Without an import, what arrived before the first connection is not expected.
fn judged(on_server: usize, unknown: Vec<Sized>, connected_at: DateTime<Utc>) -> Compared {
    let count = unknown.len();
    let expected = unknown
        .into_iter()
        .filter(|mail| mail.internal_date.is_some_and(|date| date >= connected_at));
    let missing: Vec<u32> = expected.map(|mail| mail.uid).collect();
    Compared {
        on_server,
        before_us: count - missing.len(),
        missing,
    }
}

/// Writes down what was found, once what was missing has been asked for again and `came` of it.
pub(super) fn noted(cursor: &mut Cursor, found: &Compared, came: usize, now: DateTime<Utc>) {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let missing = found.missing.len().saturating_sub(came);
    cursor.on_server = number(found.on_server);
    cursor.before_us = number(found.before_us);
    cursor.missing = number(missing);
    cursor.fetched_again = number(came);
    cursor.ours = cursor.on_server - cursor.before_us - cursor.missing;
    cursor.audited_at = Some(now);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn cursor() -> Cursor {
        Cursor {
            folder: "INBOX".into(),
            uidvalidity: 7,
            next_uid: 10,
            connected_at: at("2026-11-23T12:00:00Z"),
            rescan_below: None,
            missing: 0,
            audited_at: None,
            on_server: 0,
            ours: 0,
            fetched_again: 0,
            before_us: 0,
        }
    }

    #[test]
    fn it_is_due_once_a_day_and_when_asked() {
        let audited = |audited: Option<&str>| Cursor {
            audited_at: audited.map(at),
            ..cursor()
        };
        for (last, asked, now, due) in [
            (None, None, "2026-11-24T11:59:59Z", false),
            (None, None, "2026-11-24T12:00:00Z", true),
            (
                None,
                Some("2026-11-23T13:00:00Z"),
                "2026-11-23T13:00:01Z",
                true,
            ),
            (
                Some("2026-11-24T12:00:00Z"),
                None,
                "2026-11-25T11:00:00Z",
                false,
            ),
            (
                Some("2026-11-24T12:00:00Z"),
                None,
                "2026-11-25T12:00:00Z",
                true,
            ),
            (
                Some("2026-11-24T12:00:00Z"),
                Some("2026-11-24T11:00:00Z"),
                "2026-11-24T13:00:00Z",
                false,
            ),
            (
                Some("2026-11-24T12:00:00Z"),
                Some("2026-11-24T12:30:00Z"),
                "2026-11-24T13:00:00Z",
                true,
            ),
        ] {
            assert_eq!(
                is_due(&audited(last), asked.map(at), at(now)),
                due,
                "{last:?} {asked:?} {now}"
            );
        }
    }

    #[test]
    fn what_lay_there_before_the_first_connection_is_not_missed() {
        let mail = |uid, date: &str| Sized {
            uid,
            size: 1,
            internal_date: Some(at(date)),
            flags: Vec::new(),
        };
        let unknown = vec![
            mail(1, "2026-11-20T00:00:00Z"),
            mail(5, "2026-11-23T12:00:01Z"),
        ];
        let found = judged(9, unknown, at("2026-11-23T12:00:00Z"));
        assert_eq!((found.before_us, found.missing.as_slice()), (1, &[5][..]));
        let mut cursor = cursor();
        noted(&mut cursor, &found, 1, at("2026-11-24T12:00:00Z"));
        assert_eq!(
            (
                cursor.on_server,
                cursor.ours,
                cursor.missing,
                cursor.fetched_again
            ),
            (9, 8, 0, 1)
        );
        noted(&mut cursor, &found, 0, at("2026-11-24T12:00:00Z"));
        assert_eq!((cursor.ours, cursor.missing), (7, 1));
    }
}

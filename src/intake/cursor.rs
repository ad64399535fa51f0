//! Where to begin in a folder, decided from what the server says and what is kept (I4, I5, I6).

use chrono::{DateTime, Duration, Utc};

use crate::domain::account::FirstConnection;
use crate::intake::imap::{Selected, Sized};
use crate::store::cursors::Cursor;

/// The cursor to go on from; the same as `kept` when nothing happened to the folder.
pub(super) fn position(
    folder: &str,
    selected: &Selected,
    kept: Option<&Cursor>,
    first: FirstConnection,
    now: DateTime<Utc>,
) -> Cursor {
    let (uidvalidity, uid_next) = (
        i64::from(selected.uid_validity),
        i64::from(selected.uid_next),
    );
    match kept {
        Some(kept) if kept.uidvalidity == uidvalidity => kept.clone(),
        // All UIDs mean something else now: everything is looked at again, silently.
        Some(kept) => Cursor {
            uidvalidity,
            next_uid: 1,
            rescan_below: Some(uid_next),
            missing: 0,
            audited_at: None,
            fetched_again: 0,
            ..kept.clone()
        },
        None => {
            let import = first == FirstConnection::Import;
            Cursor {
                folder: folder.to_owned(),
                uidvalidity,
                next_uid: if import { 1 } else { uid_next },
                connected_at: now,
                rescan_below: import.then_some(uid_next),
                missing: 0,
                audited_at: None,
                on_server: 0,
                ours: 0,
                fetched_again: 0,
                before_us: 0,
            }
        }
    }
}

/// Whether a mail is history: it is taken in, and nothing goes out because of it.
pub(super) fn is_quiet(cursor: &Cursor, uid: u32) -> bool {
    cursor
        .rescan_below
        .is_some_and(|below| i64::from(uid) < below)
}

/// Whether a mail is to be taken in at all. A rescan passes over what lay there before the first connection, as
/// that did; a day's leave for clocks that differ.
pub(super) fn is_wanted(cursor: &Cursor, mail: &Sized, first: FirstConnection) -> bool {
    let from = cursor.connected_at - Duration::days(1);
    first == FirstConnection::Import
        || !is_quiet(cursor, mail.uid)
        || mail.internal_date.is_none_or(|date| date >= from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(uid_validity: u32, uid_next: u32) -> Selected {
        Selected {
            uid_validity,
            uid_next,
            exists: uid_next - 1,
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn first_time(first: FirstConnection) -> Cursor {
        position(
            "INBOX",
            &selected(7, 100),
            None,
            first,
            at("2026-11-23T12:00:00Z"),
        )
    }

    fn mail(uid: u32, date: &str) -> Sized {
        Sized {
            uid,
            size: 1,
            internal_date: Some(at(date)),
            flags: Vec::new(),
        }
    }

    #[test]
    fn the_first_connection_begins_with_the_next_mail() {
        let cursor = first_time(FirstConnection::New);
        assert_eq!((cursor.next_uid, cursor.rescan_below), (100, None));
        assert!(!is_quiet(&cursor, 100));
    }

    #[test]
    fn an_import_takes_everything_and_is_silent_about_what_was_there() {
        let cursor = first_time(FirstConnection::Import);
        assert_eq!(cursor.next_uid, 1);
        assert!(is_quiet(&cursor, 99) && !is_quiet(&cursor, 100));
        assert!(is_wanted(
            &cursor,
            &mail(1, "2001-01-01T00:00:00Z"),
            FirstConnection::Import
        ));
    }

    #[test]
    fn the_same_uidvalidity_goes_on_where_it_stood() {
        let mut kept = first_time(FirstConnection::New);
        kept.next_uid = 150;
        let now = at("2026-12-01T00:00:00Z");
        let again = position(
            "INBOX",
            &selected(7, 180),
            Some(&kept),
            FirstConnection::New,
            now,
        );
        assert_eq!(again, kept);
    }

    #[test]
    fn another_uidvalidity_is_scanned_again_in_silence_and_not_beyond_the_first_connection() {
        let kept = first_time(FirstConnection::New);
        let now = at("2026-12-01T00:00:00Z");
        let again = position(
            "INBOX",
            &selected(8, 40),
            Some(&kept),
            FirstConnection::New,
            now,
        );
        assert_eq!((again.next_uid, again.rescan_below), (1, Some(40)));
        assert_eq!(again.connected_at, kept.connected_at);
        for (uid, date, wanted) in [
            (5, "2026-11-01T00:00:00Z", false),
            (6, "2026-11-22T13:00:00Z", true),
            (41, "2026-11-01T00:00:00Z", true),
        ] {
            assert_eq!(
                is_wanted(&again, &mail(uid, date), FirstConnection::New),
                wanted,
                "{uid}"
            );
        }
    }
}

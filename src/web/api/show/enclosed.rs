//! What a mail carries beside text and files, as the HTTP API shows it: **calendar**, **protection**, **mails**.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Address;
use crate::domain::mail::{Calendar, Moment, NestedMail, Protection, Scheme};
use crate::domain::message::AttachmentRow;

/// The event that a mail is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Calendar)]
pub struct CalendarView {
    /// `invitation`, `cancellation`, `answer`, `proposal` or `event`.
    kind: &'static str,
    /// As it was written, such as `REQUEST`; empty if there is none.
    method: String,
    summary: String,
    description: String,
    location: String,
    organizer: Option<Address>,
    /// How many are invited.
    attendees: usize,
    /// In an answer: who says what.
    answer: Option<AnswerView>,
    start: Option<MomentView>,
    /// Of whole days: the last day.
    end: Option<MomentView>,
    /// In words where they are enough, else as the rule was written.
    recurrence: Option<String>,
    /// `CONFIRMED`, `TENTATIVE` or `CANCELLED`, as it was written.
    status: Option<String>,
    uid: String,
    /// Further events in the same calendar.
    more: usize,
}

/// An answer to an invitation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarAnswer)]
pub struct AnswerView {
    who: Address,
    /// `accepted`, `declined`, `tentative`, `delegated`.
    says: String,
}

/// A point in a calendar.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarMoment)]
pub struct MomentView {
    /// What the clocks there show.
    local: NaiveDateTime,
    /// Only the day counts.
    all_day: bool,
    /// Null where everybody's own clock is meant.
    zone: Option<String>,
    /// Null for whole days and for zones that nobody knows.
    at: Option<DateTime<Utc>>,
}

/// Whether a mail is signed or encrypted. Nothing has been verified.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Protection)]
pub struct ProtectionView {
    /// `openpgp` or `smime`; null if there is no signature.
    signed: Option<&'static str>,
    /// `openpgp` or `smime`; null if it is not encrypted.
    encrypted: Option<&'static str>,
}

/// The beginning of an attached mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NestedMail)]
pub struct NestedMailView {
    /// The attachment's id.
    attachment: Uuid,
    from: Option<Address>,
    date: Option<DateTime<Utc>>,
    subject: String,
    /// At most 600 characters.
    text: String,
}

impl NestedMailView {
    /// The previews, each with the attachment it belongs to.
    pub fn all(mails: Vec<NestedMail>, files: &[AttachmentRow]) -> Vec<Self> {
        let mails = mails.into_iter();
        mails
            .filter_map(|mail| {
                let part = i64::try_from(mail.part).ok()?;
                let file = files.iter().find(|file| file.part == part)?;
                Some(Self {
                    attachment: file.id.0,
                    from: mail.from.as_ref().map(Address::from),
                    date: mail.date,
                    subject: mail.subject,
                    text: mail.text,
                })
            })
            .collect()
    }
}

impl From<Calendar> for CalendarView {
    fn from(calendar: Calendar) -> Self {
        Self {
            kind: calendar.kind.as_str(),
            method: calendar.method,
            summary: calendar.summary,
            description: calendar.description,
            location: calendar.location,
            organizer: calendar.organizer.as_ref().map(Address::from),
            attendees: calendar.attendees,
            answer: calendar.answer.map(|answer| AnswerView {
                who: Address::from(&answer.who),
                says: answer.says,
            }),
            start: calendar.start.map(MomentView::from),
            end: calendar.end.map(MomentView::from),
            recurrence: calendar.recurrence,
            status: calendar.status,
            uid: calendar.uid,
            more: calendar.more,
        }
    }
}

impl From<Moment> for MomentView {
    fn from(moment: Moment) -> Self {
        Self {
            local: moment.local,
            all_day: moment.all_day,
            zone: moment.zone,
            at: moment.at,
        }
    }
}

impl From<Protection> for ProtectionView {
    fn from(protection: Protection) -> Self {
        Self {
            signed: protection.signed.map(Scheme::as_str),
            encrypted: protection.encrypted.map(Scheme::as_str),
        }
    }
}

//! `GET /settings/intake/{id}`: one received mail, why it is where it is, and what may be done with it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::super::{Frame, around};
use super::{PATH, tone};
use crate::domain::ids::InboundId;
use crate::domain::trace::Step;
use crate::intake::accept::likeliest;
use crate::intake::process::read_kept;
use crate::intake::replay::{Replayed, replay};
use crate::store::inbound::{self, Deed, InboundState, Listed};
use crate::store::{Tx, blobs, tickets};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::show::{Flash, Shell, When, filters};
use crate::web::signed::{Managing, Signed};

/// Characters of a mail's text that are shown.
const PREVIEW: usize = 20_000;
/// Bytes of its header fields that are shown.
const HEADER: usize = 64 * 1024;

#[derive(Template)]
#[template(path = "settings/intake_mail.html")]
struct MailPage {
    shell: Shell,
    frame: Frame,
    mail: Shown,
}

struct Shown {
    id: String,
    subject: String,
    state: &'static str,
    tone: &'static str,
    reason: String,
    facts: Vec<(&'static str, String)>,
    received: When,
    tickets: Vec<String>,
    steps: Vec<Step>,
    deeds: Vec<(When, String)>,
    /// What its bytes are: here, here in part, never given to us, erased.
    bytes: &'static str,
    size: i64,
    text: String,
    header: String,
    attachments: Vec<String>,
    /// It became no message, and what becomes of it is this tenant's to decide.
    may_decide: bool,
    shared: bool,
    mailboxes: Vec<(String, bool)>,
    replayed: Option<Replayed>,
}

/// What was just done, and whether to read it again.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct Wanted {
    done: Option<Deed>,
    replay: Option<String>,
}

pub(in super::super) async fn open(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Fault> {
    let done = wanted.done.map(|deed| {
        Flash::good(match deed {
            Deed::Retried => "It goes through today's program again.",
            Deed::Accepted => "Taken in.",
            Deed::Deleted => "Its bytes are erased.",
            Deed::Replayed => "Applied.",
        })
    });
    page(&web, &signed, &id, done, wanted.replay.is_some()).await
}

/// The page, with what there is to say about what was tried.
pub(super) async fn page(
    web: &Web,
    signed: &Signed,
    id: &str,
    flash: Option<Flash>,
    again: bool,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let mail = find(&mut tx, signed, id).await?;
    let (shell, mut frame) = around(&mut tx, signed, PATH, flash).await?;
    let mut shown = shown(&mut tx, web, signed, &mail).await?;
    drop(tx);
    if again {
        match replay(&web.desk, Some(signed.tenant()), mail.id, None).await {
            Ok(replayed) => shown.replayed = Some(replayed),
            Err(error) => frame.flash = Some(super::super::refusal(error)?),
        }
    }
    let page = MailPage {
        shell,
        frame,
        mail: shown,
    };
    Ok(Html(page.render()?))
}

/// The mail, if the tenant may know of it (A21).
pub(super) async fn find(tx: &mut Tx, signed: &Signed, id: &str) -> Result<Listed, Fault> {
    let id: InboundId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = inbound::one(tx, Some(signed.tenant()), id).await?;
    found.ok_or(Fault::NotFound)
}

async fn shown(tx: &mut Tx, web: &Web, signed: &Signed, mail: &Listed) -> Result<Shown, Fault> {
    let (now, zone) = (web.desk.clock.now(), signed.office.tenant.timezone);
    let when = |at| When::new(at, now, zone);
    let shared = inbound::is_shared(tx, signed.tenant(), mail.id).await?;
    let ids: Vec<_> = mail.results.iter().filter_map(|result| result.1).collect();
    let keys = tickets::by_ids(tx, signed.tenant(), &ids).await?;
    let lines = inbound::lines(tx, mail.id).await?;
    let raw = match mail.blob {
        Some(blob) => blobs::read(tx, blob).await?,
        None => None,
    };
    let bytes = match &raw {
        None => "erased",
        Some(raw) if raw.is_empty() && mail.size > 0 => "refused",
        Some(_) if !mail.complete => "partial",
        Some(_) => "whole",
    };
    let claimed = inbound::as_claimed(tx, mail.id).await?;
    let header = raw.as_deref().map(header_of).unwrap_or_default();
    let parsed = match (raw, claimed) {
        (Some(raw), Some(claimed)) if !raw.is_empty() => read_kept(raw, &claimed).await.ok(),
        _ => None,
    };
    let likely = likeliest(&signed.office, mail).map(|mailbox| mailbox.id);
    let undecided = matches!(
        mail.state,
        InboundState::Quarantined | InboundState::Ignored
    );
    Ok(Shown {
        id: mail.id.to_string(),
        subject: if mail.subject.is_empty() {
            "(no subject)".to_owned()
        } else {
            mail.subject.clone()
        },
        state: mail.state.as_str(),
        tone: tone(mail.state),
        reason: mail.reason.clone().unwrap_or_default(),
        facts: facts(mail),
        received: when(mail.received_at),
        tickets: keys.into_iter().map(|ticket| ticket.key).collect(),
        steps: mail.trace.0.clone(),
        deeds: lines
            .into_iter()
            .map(|line| {
                let sentence = format!("{} {} it. {}", line.by.name, line.deed, line.detail);
                (when(line.at), sentence)
            })
            .collect(),
        bytes,
        size: mail.size,
        text: parsed
            .as_ref()
            .map(|mail| mail.text.chars().take(PREVIEW).collect())
            .unwrap_or_default(),
        header,
        attachments: parsed
            .iter()
            .flat_map(|mail| &mail.attachments)
            .map(|a| format!("{} ({}, {} bytes)", a.filename, a.content_type, a.size))
            .collect(),
        may_decide: undecided && !shared && mail.blob.is_some(),
        shared: undecided && shared,
        mailboxes: signed
            .office
            .mailboxes
            .iter()
            .map(|mailbox| (mailbox.address.to_string(), Some(mailbox.id) == likely))
            .collect(),
        replayed: None,
    })
}

fn facts(mail: &Listed) -> Vec<(&'static str, String)> {
    let to = mail.recipients.iter().map(|party| party.email.as_str());
    let place = match mail.uid {
        Some(uid) => format!("{}, {}, UID {uid}", mail.account, mail.folder),
        None => format!("{}, {}", mail.account, mail.folder),
    };
    let mut facts = vec![
        (
            "From",
            format!("{} <{}>", mail.sender.name, mail.sender.email)
                .trim()
                .to_owned(),
        ),
        ("To", to.take(20).collect::<Vec<_>>().join(", ")),
        ("Came by", place),
        ("Size", format!("{} bytes", mail.size)),
    ];
    facts.extend(mail.message_id.clone().map(|id| ("Message-ID", id)));
    if mail.attempts > 0 {
        facts.push(("Failed", format!("{} times", mail.attempts)));
    }
    facts
}

/// The header fields as they came; what is no text is replaced.
fn header_of(raw: &[u8]) -> String {
    let end = raw
        .windows(4)
        .take(HEADER)
        .position(|four| four == b"\r\n\r\n")
        .unwrap_or_else(|| raw.len().min(HEADER));
    String::from_utf8_lossy(raw.get(..end).unwrap_or_default()).into_owned()
}

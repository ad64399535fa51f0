//! `POST /tickets/{key}/reply` and `POST /tickets/{key}/note`. Two forms, two texts, two addresses: what was typed as
//! a note is never in the form that sends (A35).

use askama::Template as _;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::ticket::{self, Shown};
use crate::desk::DeskError;
use crate::desk::speak::{Reply, Upload};
use crate::desk::write::{Draft, Written};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::commands::sentences;
use crate::domain::mail::unfolded;
use crate::domain::ticket::{Change, Status, Ticket};
use crate::store::{contacts, messages};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Composer, ListQuery, Newer, When};
use crate::web::signed::Signed;

/// All files of one reply.
const LARGEST_FILES: usize = 25 << 20;
const MOST_FILES: usize = 50;
/// The composer's form with them, and with a text of the longest kind.
pub(super) const LARGEST_FORM: usize = LARGEST_FILES + (2 << 20);
/// So much of each newer message stands beside the composer; all of it stands in the conversation above.
const LONGEST_NEWER: usize = 600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyForm {
    back: String,
    text: String,
    /// Empty: the requester.
    #[serde(default)]
    to: String,
    #[serde(default)]
    cc: String,
    #[serde(default)]
    bcc: String,
    /// The newest public message that was on the page (AU4).
    #[serde(default)]
    in_response_to: String,
    /// `resolved`: the ticket is done with this.
    #[serde(default)]
    then: String,
    /// The canned reply that is chosen; only its own button looks at it.
    #[serde(default, rename = "canned")]
    _canned: String,
    /// `yes`: also if something arrived meanwhile.
    #[serde(default)]
    anyway: String,
    /// `yes`: also to people outside who take no part.
    #[serde(default)]
    outsiders: String,
    /// `yes`: nothing in the text is a command.
    #[serde(default)]
    plain: String,
}

pub(super) async fn reply(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let opened = posted.open_with_files(&signed.form_token, "files").await?;
    let (form, files): (ReplyForm, Vec<Upload>) = opened;
    let files_again = !files.is_empty();
    let found = writable(&web, &signed, &key).await?;
    let query = ListQuery::parse(&form.back).to_query();
    let done = match send(&web, &signed, &found, &form, files).await {
        Ok(done) => done,
        Err(error) => {
            let outsiders = matches!(error, DeskError::Outsiders(_)) || form.outsiders == "yes";
            let unclear = matches!(error, DeskError::Unclear(_));
            let newer = newer(&web, &signed, &error).await?;
            let error = sentence(error)?;
            return again(&web, &signed, &found, &form.back, |shown| {
                shown.typed = Composer {
                    reply_text: form.text.clone(),
                    to: form.to.clone(),
                    cc: form.cc.clone(),
                    bcc: form.bcc.clone(),
                    files_again,
                    reply_error: Some(error),
                    stale: !newer.is_empty(),
                    newer,
                    outsiders,
                    unclear,
                    ..Composer::default()
                };
            })
            .await;
        }
    };
    Ok(Redirect::to(&ticket::address(&found.key, &query, done)).into_response())
}

/// Sends, and resolves if that was asked for; says what was done.
async fn send(
    web: &Web,
    signed: &Signed,
    found: &Ticket,
    form: &ReplyForm,
    files: Vec<Upload>,
) -> Result<&'static str, DeskError> {
    let who = signed.who();
    let size: usize = files.iter().map(|file| file.bytes.len()).sum();
    if files.len() > MOST_FILES || size > LARGEST_FILES {
        let problem = format!("at most {MOST_FILES} files of 25 MB together can be sent");
        return Err(DeskError::invalid("files", problem));
    }
    let reply = Reply {
        text: form.text.trim_end().to_owned(),
        to: Some(to(web, signed, found, form).await?),
        cc: Some(addresses(&form.cc)?),
        bcc: addresses(&form.bcc)?,
        attachments: files,
        in_response_to: form.in_response_to.parse().ok(),
        even_if_stale: form.anyway == "yes",
        ..Reply::default()
    };
    let draft = Draft {
        reply,
        note: false,
        commands: form.plain != "yes",
        refuse_outsiders: form.outsiders != "yes",
    };
    let written = web.desk.write(&who, found.id, draft).await?;
    let done = done(&written);
    if form.then != Status::Resolved.as_str() {
        return Ok(done);
    }
    let resolve = Change {
        status: Some(Status::Resolved),
        ..Change::default()
    };
    web.desk.change(&who, found.id, resolve).await?;
    Ok(if written.message.is_some() {
        "resolved"
    } else {
        "change"
    })
}

/// Whom it is for: nobody named, the requester, whoever that is once commands are carried out.
async fn to(
    web: &Web,
    signed: &Signed,
    found: &Ticket,
    form: &ReplyForm,
) -> Result<Vec<Party>, DeskError> {
    let to = addresses(&form.to)?;
    let mut tx = web.desk.db.read().await?;
    let requester = contacts::by_ids(&mut tx, signed.tenant(), &[found.requester]).await?;
    let is_requester = |party: &Party| {
        let address = party.address();
        requester
            .iter()
            .any(|contact| Some(&contact.email) == address.as_ref())
    };
    Ok(match to.as_slice() {
        [one] if is_requester(one) => Vec::new(),
        _ => to,
    })
}

/// What was done, as the page says it.
pub(super) fn done(written: &Written) -> &'static str {
    match (written.message.is_some(), written.note) {
        (true, true) => "note",
        (true, false) => "reply",
        (false, _) => "commands",
    }
}

/// What arrived while somebody was writing, to be read before they send after all.
async fn newer(web: &Web, signed: &Signed, error: &DeskError) -> Result<Vec<Newer>, Fault> {
    let DeskError::Stale(ids) = error else {
        return Ok(Vec::new());
    };
    let (now, zone) = (web.desk.clock.now(), signed.office.tenant.timezone);
    let mut tx = web.desk.db.read().await?;
    let mut newer = Vec::new();
    for id in ids {
        let message = messages::get(&mut tx, signed.tenant(), *id).await?;
        newer.extend(message.map(|message| {
            Newer {
                author: message.from.display().to_owned(),
                at: When::new(message.created_at, now, zone),
                text: unfolded(&message.text, &message.folds)
                    .chars()
                    .take(LONGEST_NEWER)
                    .collect(),
            }
        }));
    }
    Ok(newer)
}

fn addresses(text: &str) -> Result<Vec<Party>, DeskError> {
    text.split([',', ';', '\n'])
        .map(str::trim)
        .filter(|address| !address.is_empty())
        .map(|written| {
            // `Grace Hopper <grace@example.org>`, as address books paste it.
            let address = written.rsplit_once('<').map_or(written, |(_, rest)| rest);
            let address = address.trim_end_matches('>').trim();
            let problem = |_| DeskError::invalid("cc", format!("{written} is not a mail address"));
            let address: EmailAddress = address.parse().map_err(problem)?;
            Ok(Party {
                email: address.to_string(),
                name: String::new(),
            })
        })
        .collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoteForm {
    back: String,
    text: String,
    /// `yes`: nothing in the text is a command.
    #[serde(default)]
    plain: String,
}

pub(super) async fn note(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: NoteForm = posted.open(&signed.form_token).await?;
    let found = writable(&web, &signed, &key).await?;
    let query = ListQuery::parse(&form.back).to_query();
    let draft = Draft {
        reply: Reply {
            text: form.text.trim_end().to_owned(),
            ..Reply::default()
        },
        note: true,
        commands: form.plain != "yes",
        ..Draft::default()
    };
    let written = match web.desk.write(&signed.who(), found.id, draft).await {
        Ok(written) => written,
        Err(error) => {
            let unclear = matches!(error, DeskError::Unclear(_));
            let error = sentence(error)?;
            return again(&web, &signed, &found, &form.back, |shown| {
                let (note_text, note_error) = (form.text.clone(), Some(error));
                shown.typed = Composer {
                    note_text,
                    note_error,
                    note_first: true,
                    unclear,
                    ..Composer::default()
                };
            })
            .await;
        }
    };
    Ok(Redirect::to(&ticket::address(&found.key, &query, done(&written))).into_response())
}

/// The ticket, for somebody who may see it and work on it.
pub(super) async fn writable(web: &Web, signed: &Signed, key: &str) -> Result<Ticket, Fault> {
    let mut tx = web.desk.db.read().await?;
    let found = ticket::find(&mut tx, signed, key).await?;
    if signed.may_work() {
        Ok(found)
    } else {
        Err(Fault::NotAllowed)
    }
}

/// The sentence for the person, where the deed was refused because of what they gave.
pub(super) fn sentence(error: DeskError) -> Result<String, Fault> {
    match error {
        DeskError::Invalid { problem, .. } => Ok(format!("Not saved: {problem}.")),
        DeskError::Conflict(sentence) => Ok(format!("Not done: {sentence}.")),
        DeskError::Forbidden(_) => Err(Fault::NotAllowed),
        DeskError::NotFound(_) => Err(Fault::NotFound),
        DeskError::Unclear(unclear) => Ok(format!(
            "Not sent: some lines on top were not understood.\n{}",
            sentences(&unclear)
        )),
        DeskError::Outsiders(people) => {
            let all: Vec<&str> = people.iter().map(EmailAddress::as_str).collect();
            Ok(format!(
                "This would go to people who take no part in this ticket: {}.",
                all.join(", ")
            ))
        }
        DeskError::Store(error) => Err(error.into()),
        DeskError::Stale(_) => Ok(
            "Something arrived while you were typing. Read it, then send again, or send anyway."
                .to_owned(),
        ),
    }
}

/// The ticket's page again, with what was typed and why it was not taken.
pub(super) async fn again(
    web: &Web,
    signed: &Signed,
    found: &Ticket,
    back: &str,
    say: impl FnOnce(&mut Shown),
) -> Result<Response, Fault> {
    let mut shown = Shown {
        query: ListQuery::parse(back),
        flash: None,
        typed: Composer::default(),
    };
    say(&mut shown);
    let mut tx = web.desk.db.read().await?;
    let page = ticket::page(&mut tx, web, signed, found, shown).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

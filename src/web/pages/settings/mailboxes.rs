//! `GET`, `POST /settings/mailboxes`: the tenant's addresses, whom they believe about senders, and whether their
//! plus-addresses work.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Frame, around};
use crate::desk::DeskError;
use crate::domain::ids::MailboxId;
use crate::domain::mailbox::{Dkim, Mailbox, PlusAddress, PlusState};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, filters};
use crate::web::signed::Managing;

const PATH: &str = "/settings/mailboxes";

#[derive(Template)]
#[template(path = "settings/mailboxes.html")]
struct MailboxesPage {
    shell: Shell,
    frame: Frame,
    mailboxes: Vec<MailboxLine>,
}

struct MailboxLine {
    id: String,
    address: String,
    aliases: String,
    name: String,
    team: String,
    /// Whose word about senders counts.
    believes: String,
    plus: String,
    word: &'static str,
    tone: &'static str,
    /// There is something to test, and an account that can send the mail.
    testable: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Wanted {
    asked: Option<String>,
}

pub(super) async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let flash = wanted.asked.map(|asked| match asked.as_str() {
        "1" => Flash::good("A mail is on its way; what it shows is known within half an hour.".to_owned()),
        _ => Flash::bad("This mailbox cannot be tested: no account sends for it, or its address has no room for a token.".to_owned()),
    });
    let (shell, frame) = around(&mut tx, &signed, PATH, flash).await?;
    let directory = web.desk.directory();
    let office = &signed.office;
    let line = |mailbox: &Mailbox| {
        let account = mailbox.account.and_then(|id| directory.accounts.get(&id));
        let server = mailbox
            .auth_results
            .as_deref()
            .or(account.and_then(|a| a.auth_results.as_deref()));
        let checks = mailbox.dkim.or(account.map(|a| a.dkim)) == Some(Dkim::Check);
        let plus = mailbox.plus_address();
        MailboxLine {
            id: mailbox.id.to_string(),
            address: mailbox.address.to_string(),
            aliases: mailbox
                .aliases
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            name: mailbox.name.clone(),
            team: mailbox
                .team
                .and_then(|id| office.team(id))
                .map(|team| team.name.clone())
                .unwrap_or_default(),
            believes: believes(server, checks),
            testable: mailbox.has_room() && account.is_some(),
            tone: tone(&plus),
            word: plus.word(),
            plus: plus.sentence(),
        }
    };
    let page = MailboxesPage {
        shell,
        frame,
        mailboxes: office.mailboxes.iter().map(line).collect(),
    };
    Ok(Html(page.render()?))
}

fn believes(server: Option<&str>, checks: bool) -> String {
    match (server, checks) {
        (Some(server), true) => format!("what {server} says, and DKIM signatures checked here"),
        (Some(server), false) => format!("what {server} says"),
        (None, true) => "DKIM signatures checked here".to_owned(),
        (None, false) => "none: nobody's word about senders is taken".to_owned(),
    }
}

fn tone(plus: &PlusAddress) -> &'static str {
    match plus {
        PlusAddress::Decided(true) | PlusAddress::Tested(PlusState::Works, _) => "good",
        PlusAddress::Untested | PlusAddress::Tested(PlusState::Waiting, _) => "",
        PlusAddress::Decided(false)
        | PlusAddress::NoRoom
        | PlusAddress::Tested(PlusState::Fails, _) => "warn",
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TestForm {
    mailbox: MailboxId,
}

pub(super) async fn test(
    State(web): State<Web>,
    Managing(signed): Managing,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: TestForm = posted.open(&signed.form_token).await?;
    let asked = web.desk.test_plus(signed.tenant(), form.mailbox).await;
    let answer = |asked| Redirect::to(&format!("{PATH}?asked={asked}")).into_response();
    match asked {
        Ok(_) => Ok(answer(1)),
        Err(DeskError::Conflict(_)) => Ok(answer(0)),
        Err(DeskError::Store(error)) => Err(error.into()),
        Err(_) => Err(Fault::NotFound),
    }
}

//! `GET /platform`: what those who run the platform watch: how the mail accounts are doing, and the mail that became
//! no ticket. The content of tickets is not shown here.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use crate::domain::account::AccountState;
use crate::store::inbound::{self, Filter, InboundState};
use crate::store::{StoreError, Tx, accounts};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::show::{When, filters};
use crate::web::signed::PlatformAdmin;

/// Mails that are listed.
const MAILS: i64 = 100;

#[derive(Template)]
#[template(path = "platform.html")]
pub(super) struct PlatformPage {
    pub(super) accounts: Vec<AccountLine>,
    pub(super) intake: Vec<IntakeLine>,
    pub(super) form_token: String,
}

pub(super) struct AccountLine {
    pub(super) name: String,
    pub(super) tenant: String,
    pub(super) state: &'static str,
    pub(super) tone: &'static str,
    pub(super) seen: Option<When>,
    pub(super) error: String,
}

pub(super) struct IntakeLine {
    pub(super) state: &'static str,
    pub(super) tone: &'static str,
    pub(super) reason: String,
    pub(super) account: String,
    pub(super) from: String,
    pub(super) subject: String,
    pub(super) at: When,
}

pub(super) async fn show(
    State(web): State<Web>,
    admin: PlatformAdmin,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let page = PlatformPage {
        accounts: account_lines(&mut tx, &web).await?,
        intake: intake_lines(&mut tx, &web).await?,
        form_token: admin.form_token,
    };
    Ok(Html(page.render()?))
}

async fn account_lines(tx: &mut Tx, web: &Web) -> Result<Vec<AccountLine>, StoreError> {
    let (directory, now) = (web.desk.directory(), web.desk.clock.now());
    let health = accounts::health_all_tenants(tx).await?;
    Ok(health
        .into_iter()
        .map(|account| AccountLine {
            name: account.name,
            tenant: account
                .tenant
                .and_then(|tenant| directory.office(tenant))
                .map_or_else(
                    || "platform".to_owned(),
                    |office| office.tenant.slug.clone(),
                ),
            state: account.state.as_str(),
            tone: match account.state {
                AccountState::Ok => "good",
                AccountState::Connecting => "",
                AccountState::Failing => "bad",
                AccountState::Paused => "warn",
            },
            seen: account
                .last_seen_at
                .map(|at| When::new(at, now, chrono_tz::UTC)),
            error: account
                .last_error
                .or(account.smtp_error)
                .unwrap_or_default(),
        })
        .collect())
}

async fn intake_lines(tx: &mut Tx, web: &Web) -> Result<Vec<IntakeLine>, StoreError> {
    let filter = Filter {
        states: vec![InboundState::Quarantined, InboundState::Ignored],
        limit: MAILS,
        ..Filter::default()
    };
    let now = web.desk.clock.now();
    let found = inbound::list(tx, &filter).await?;
    Ok(found
        .into_iter()
        .map(|mail| IntakeLine {
            state: mail.state.as_str(),
            tone: if mail.state == InboundState::Quarantined {
                "warn"
            } else {
                ""
            },
            reason: mail.reason.unwrap_or_default(),
            account: mail.account,
            from: mail.sender.email,
            subject: mail.subject,
            at: When::new(mail.received_at, now, chrono_tz::UTC),
        })
        .collect())
}

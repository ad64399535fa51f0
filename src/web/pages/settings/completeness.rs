//! `GET`, `POST /settings/completeness`: whether everything that lies on the mail servers is here.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Frame, around};
use crate::domain::ids::AccountId;
use crate::store::{accounts, cursors};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, When, filters};
use crate::web::signed::Managing;

const PATH: &str = "/settings/completeness";

#[derive(Template)]
#[template(path = "settings/completeness.html")]
struct CompletenessPage {
    shell: Shell,
    frame: Frame,
    accounts: Vec<AccountView>,
}

struct AccountView {
    id: String,
    name: String,
    asked: Option<When>,
    folders: Vec<FolderLine>,
}

struct FolderLine {
    folder: String,
    audited: Option<When>,
    on_server: i64,
    ours: i64,
    missing: i64,
    fetched_again: i64,
    before_us: i64,
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
    let flash = wanted
        .asked
        .map(|_| Flash::good("They are compared as soon as the account is connected.".to_owned()));
    let (shell, frame) = around(&mut tx, &signed, PATH, flash).await?;
    let mut folders = cursors::all_tenants(&mut tx).await?;
    let (now, zone) = (web.desk.clock.now(), signed.office.tenant.timezone);
    let when = |at| When::new(at, now, zone);
    let all = accounts::health_all_tenants(&mut tx).await?;
    let own = all
        .into_iter()
        .filter(|account| account.tenant == Some(signed.tenant()));
    let accounts = own.map(|account| AccountView {
        folders: folders
            .remove(&account.id)
            .unwrap_or_default()
            .into_iter()
            .map(|cursor| FolderLine {
                audited: cursor.audited_at.map(when),
                folder: cursor.folder,
                on_server: cursor.on_server,
                ours: cursor.ours,
                missing: cursor.missing,
                fetched_again: cursor.fetched_again,
                before_us: cursor.before_us,
            })
            .collect(),
        id: account.id.to_string(),
        name: account.name,
        asked: account.compare_asked_at.map(when),
    });
    let page = CompletenessPage {
        shell,
        frame,
        accounts: accounts.collect(),
    };
    Ok(Html(page.render()?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompareForm {
    account: AccountId,
}

pub(super) async fn compare(
    State(web): State<Web>,
    Managing(signed): Managing,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: CompareForm = posted.open(&signed.form_token).await?;
    let asked = web
        .desk
        .compare_account(Some(signed.tenant()), form.account)
        .await;
    match asked {
        Ok(()) => Ok(Redirect::to("/settings/completeness?asked=1").into_response()),
        Err(crate::desk::DeskError::Store(error)) => Err(error.into()),
        Err(_) => Err(Fault::NotFound),
    }
}

//! `POST /settings/intake/{id}`: once more, by force, never, or as today's program reads it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::{refusal, refused};
use super::PATH;
use super::mail::{find, page};
use crate::desk::DeskError;
use crate::intake::{accept, replay};
use crate::store::inbound::{self, By, Deed, Listed};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::signed::{Managing, Signed};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActForm {
    act: Deed,
    /// Where an accepted mail goes.
    #[serde(default)]
    mailbox: String,
}

pub(in super::super) async fn act(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: ActForm = posted.open(&signed.form_token).await?;
    let mut tx = web.desk.db.read().await?;
    let mail = find(&mut tx, &signed, &id).await?;
    let shared = inbound::is_shared(&mut tx, signed.tenant(), mail.id).await?;
    drop(tx);
    let done = if shared {
        let why = "it was addressed to others too, and the platform decides about it";
        Err(DeskError::Conflict(why.to_owned()))
    } else {
        run(&web, &signed, &mail, &form).await
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{PATH}/{id}?done={}", form.act)).into_response()),
        Err(error) => {
            let flash = Some(refusal(error)?);
            Ok(refused(page(&web, &signed, &id, flash, false).await?))
        }
    }
}

async fn run(web: &Web, signed: &Signed, mail: &Listed, form: &ActForm) -> Result<(), DeskError> {
    let (desk, tenant) = (&web.desk, signed.tenant());
    let by = By {
        user: Some(signed.member.user.id),
        name: signed.member.user.name.clone(),
    };
    match form.act {
        Deed::Retried => desk.retry_mail(mail.id, &by).await,
        Deed::Deleted => desk.erase_mail(mail.id, &by).await,
        Deed::Replayed => {
            let replayed = replay::replay(desk, Some(tenant), mail.id, Some(&by)).await?;
            match replayed.left_alone {
                Some(why) => Err(DeskError::Conflict(why)),
                None => Ok(()),
            }
        }
        Deed::Accepted => {
            let mailbox = match form.mailbox.as_str() {
                "" => None,
                address => Some(address.parse().map_err(|_| {
                    DeskError::invalid("mailbox", "the mailbox is no mail address")
                })?),
            };
            accept::accept(desk, mail, tenant, mailbox.as_ref(), &by)
                .await
                .map(|_| ())
        }
    }
}

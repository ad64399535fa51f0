//! The bytes of a received mail.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::find;
use crate::store::blobs;
use crate::web::api::caller::Overseer;
use crate::web::api::problem::{Kind, Problem};
use crate::web::api::state::ApiState;
use crate::web::guard::for_attachment;

/// A received mail, byte for byte
///
/// The platform sees only what came through its own accounts and became no message: the content of tickets is their
/// tenant's.
#[utoipa::path(get, path = "/intake/{id}/raw", tag = "mail",
    params(("id" = String, Path)),
    responses((status = 200, description = "RFC 5322", content_type = "application/octet-stream")))]
pub async fn raw(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mail = find(&api, overseer.tenant, &id).await?;
    if overseer.tenant.is_none() && !mail.is_the_platforms() {
        return Err(Problem::new(Kind::Forbidden)
            .because("The content of a tenant's mail is the tenant's."));
    }
    let blob = mail.blob.ok_or_else(Problem::not_found)?;
    let mut tx = api.desk.db.read().await?;
    let raw = blobs::read(&mut tx, blob)
        .await?
        .ok_or_else(Problem::not_found)?;
    drop(tx);
    let mut response = raw.into_response();
    for_attachment(
        response.headers_mut(),
        "application/octet-stream",
        &format!("{}.eml", mail.id),
    );
    Ok(response)
}

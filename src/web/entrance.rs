//! Where somebody stands before they log in: a tenant's desk, or the front door of the platform.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::desk::directory::Office;
use crate::domain::ids::TenantId;
use crate::store::people::Credentials;
use crate::web::Web;
use crate::web::guard::{Fault, Site};

/// The place that the host of a request leads to.
#[derive(Clone)]
pub enum Entrance {
    /// A tenant's desk.
    Desk(Arc<Office>),
    /// The platform area.
    Platform,
}

impl Entrance {
    /// The tenant; absent for the platform.
    pub fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Desk(office) => Some(office.tenant.id),
            Self::Platform => None,
        }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Self::Desk(office) => &office.tenant.name,
            Self::Platform => "the platform",
        }
    }

    /// Its short name, for the log.
    pub fn slug(&self) -> &str {
        match self {
            Self::Desk(office) => &office.tenant.slug,
            Self::Platform => "platform",
        }
    }

    /// Whether this person has a place behind it: an active membership, or the right to run the platform.
    pub fn admits(&self, known: &Credentials, named_admin: bool) -> bool {
        match self {
            Self::Desk(office) => office.person(known.id).is_some_and(|member| member.active),
            Self::Platform => known.platform_admin || named_admin,
        }
    }
}

impl FromRequestParts<Web> for Entrance {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Fault> {
        match parts.extensions.get::<Site>() {
            Some(Site::Tenant(slug)) => {
                let directory = web.desk.directory();
                let office = directory
                    .by_slug(slug)
                    .filter(|office| office.tenant.active);
                office
                    .map(|office| Self::Desk(Arc::clone(office)))
                    .ok_or(Fault::NotFound)
            }
            Some(Site::Root) => Ok(Self::Platform),
            Some(Site::Machine) | None => Err(Fault::NotFound),
        }
    }
}

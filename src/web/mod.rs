//! What people and programs see: pages, API, sessions.
//!
//! A request meets, in this order: its number, the answer's headers and the face of failures, the catcher of
//! panics, the limits of time and size, the host it means, the refusal of foreign writes, the session, and then
//! one page or one call of the API.

pub mod api;
mod assets;
mod bytes;
mod entrance;
mod guard;
mod health;
mod pages;
mod passwords;
mod posted;
mod router;
mod routes;
mod session;
mod show;
mod signed;
#[cfg(test)]
mod tests;
mod tries;

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;

pub use self::api::ApiState;
use crate::config::{Cidr, PublicUrl};
use crate::desk::Desk;
use crate::domain::address::EmailAddress;

pub use passwords::{Passwords, Weak, judge};
pub use router::{page_routes, router};
pub use routes::Listed;
pub use tries::Tries;

/// Everything that pages and API need. Cheap to clone; built once by `app`.
#[derive(Clone)]
pub struct Web {
    /// What people can do, and the database, clock and random source below it.
    pub desk: Desk,
    /// Under which address people find us; all links are made from it, and other hosts are refused.
    pub public_url: PublicUrl,
    /// The proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Arc<[Cidr]>,
    /// Who may enter the platform area, besides those whom the database marks.
    pub platform_admins: Arc<[EmailAddress]>,
    /// Hashes passwords, four at a time.
    pub passwords: Passwords,
    /// Wrong passwords of late.
    pub tries: Tries,
    /// What the calls of the API share: one for all hosts, so that a token's calls are counted together.
    pub api: ApiState,
    /// What `/metrics` shows; absent in programs without metrics.
    pub metrics: Option<PrometheusHandle>,
}

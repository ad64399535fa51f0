//! Why the daemon does not start: each a sentence that says what to do.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

use crate::desk::DeskError;
use crate::store::StoreError;
use crate::store::key::NoKey;

/// The daemon did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings in it.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The secret key.
    #[error(transparent)]
    Key(#[from] NoKey),
    /// Somebody else listens there, or nobody may.
    #[error("cannot listen on {address}: {source}; choose another server.listen")]
    Listen {
        /// Where it was to be.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The address for links cannot be used.
    #[error("server.public_url {0} is not an address")]
    Url(String),
    /// The clients for pushes and webhooks.
    #[error("cannot set up the way out to web servers; is the ca-certificates package installed?")]
    Outside(#[source] reqwest::Error),
}

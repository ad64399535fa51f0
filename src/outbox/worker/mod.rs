//! Takes due rows in hand and writes down what came of them.

use tokio_util::sync::CancellationToken;

use crate::desk::Desk;
use crate::door::Vault;
use crate::door::network::Network;
use crate::outbox::ntfy::PushError;

/// Sends mail.
#[derive(Clone)]
pub struct Mailer {}

impl Mailer {
    /// A mailer for this node.
    pub fn new(_desk: &Desk, _node: &str, _network: Network, _vault: Vault) -> Self {
        Self {}
    }

    /// Works until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        stop.cancelled().await;
    }
}

/// Sends pushes.
#[derive(Clone)]
pub struct Pusher {}

impl Pusher {
    /// A pusher for this node.
    pub fn new(_desk: &Desk, _node: &str, _vault: Vault) -> Result<Self, PushError> {
        Ok(Self {})
    }

    /// Works until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        stop.cancelled().await;
    }
}

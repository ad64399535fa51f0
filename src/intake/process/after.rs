//! What a mail wants of several tickets: done in the same transaction, after everything else is written.

use crate::desk::{Desk, DeskError, Who, requester};
use crate::domain::contact::Contact;
use crate::domain::ids::{InboundId, TenantId, TicketId};
use crate::domain::threading::Joining;
use crate::intake::process::Failure;
use crate::store::Tx;

/// What is left to do.
pub enum After {
    /// A command: the ticket goes into the one of this number.
    Merge(Who, TicketId, i64),
    /// A command: the ticket was given to somebody, from the first contact to the second if that changed anything.
    Given(Who, TicketId, Option<(Contact, Contact)>),
    /// A late mail showed that two tickets are one conversation.
    Join {
        /// Whose.
        tenant: TenantId,
        /// What was decided about them.
        joining: Joining,
        /// The mail that showed it.
        inbound: InboundId,
        /// It is history.
        quiet: bool,
    },
}

/// Does it. It was checked when the mail was judged; what has become impossible since is no reason to do the rest of the
/// batch again.
pub async fn follow(desk: &Desk, tx: &mut Tx, deed: After) -> Result<(), Failure> {
    let done = match &deed {
        After::Merge(who, ticket, number) => desk.merge_by_number(tx, who, *ticket, *number).await,
        After::Given(who, ticket, was) => requester::given(tx, who, *ticket, was.as_ref()).await,
        After::Join {
            tenant,
            joining,
            inbound,
            quiet,
        } => desk.join_in(tx, *tenant, joining, (*inbound, *quiet)).await,
    };
    match done {
        Err(DeskError::Store(error)) => Err(error.into()),
        Err(error) => {
            tracing::info!(%error, "what a mail wanted of several tickets could not be done");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

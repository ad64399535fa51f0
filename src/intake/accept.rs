//! A mail becomes a ticket because a person says so: where to, and what speaks for that place.

use crate::desk::directory::Office;
use crate::desk::{Desk, DeskError};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::ids::TenantId;
use crate::domain::mailbox::Mailbox;
use crate::intake::process::{Decided, take_in};
use crate::store::inbound::{By, InboundState, Listed};

/// Makes a quarantined or ignored mail a ticket of this tenant, in the mailbox named or the one that its headers name.
///
/// # Errors
/// [`DeskError::Invalid`] for a mailbox that is not the tenant's, [`DeskError::Conflict`] for a mail in any other state.
pub async fn accept(
    desk: &Desk,
    mail: &Listed,
    tenant: TenantId,
    mailbox: Option<&EmailAddress>,
    by: &By,
) -> Result<InboundState, DeskError> {
    let office = desk.office(tenant)?;
    let mailbox = match mailbox {
        Some(address) => office
            .mailbox_at(address)
            .ok_or_else(|| DeskError::invalid("mailbox", "there is no such mailbox"))?,
        None => likeliest(&office, mail).ok_or_else(|| {
            DeskError::invalid("mailbox", "this tenant has no mailbox to put it in")
        })?,
    };
    let decided = Decided {
        tenant,
        mailbox: mailbox.id,
        by: by.name.clone(),
        although: mail
            .reason
            .clone()
            .unwrap_or_else(|| "it was not wanted".to_owned()),
    };
    take_in(desk, mail.id, Some(decided), by).await
}

/// The mailbox that a mail most likely belongs to: the first that it is addressed to, else the tenant's first.
pub fn likeliest<'a>(office: &'a Office, mail: &Listed) -> Option<&'a Mailbox> {
    let addressed = mail.recipients.iter().filter_map(Party::address);
    addressed
        .into_iter()
        .find_map(|address| office.mailbox_at(&address))
        .or(office.mailboxes.first())
}

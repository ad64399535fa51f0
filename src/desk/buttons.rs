//! The buttons under a push to a person's own telephone: links that work once, for that person and one ticket, and only
//! by POST.

use chrono::Duration;
use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use crate::desk::case::Case;
use crate::desk::change;
use crate::desk::hand::Hand;
use crate::desk::{Desk, DeskError};
use crate::domain::access::{self, Relation, Viewer};
use crate::domain::button::Deed;
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{TeamId, TenantId, UserId};
use crate::domain::ticket::Ticket;
use crate::store::buttons::{self, Button};
use crate::store::{followers, tickets};

/// How long a button works.
const LIFE: Duration = Duration::days(7);

impl Hand<'_> {
    /// The address of a new button.
    pub fn button(&mut self, case: &Case, user: UserId, deed: Deed) -> String {
        let secret = BASE32_NOPAD
            .encode(&self.random.bytes::<32>())
            .to_ascii_lowercase();
        let office = self.office;
        let button = Button {
            hash: hash(&secret),
            ticket: case.ticket.id,
            user,
            deed,
            expires_at: self.now + LIFE,
        };
        self.work.buttons.push((office.tenant.id, button));
        self.links
            .tenant(&office.tenant.slug, &format!("/act/{secret}"))
    }
}

/// A button that can be pressed.
#[derive(Debug, Clone)]
pub struct Pressable {
    /// The button.
    pub button: Button,
    /// What people call its ticket.
    pub key: String,
}

impl Desk {
    /// The button that a link means, if it still works and its person may still work on the ticket.
    pub async fn pressable(
        &self,
        tenant: TenantId,
        secret: &str,
    ) -> Result<Option<Pressable>, DeskError> {
        let mut tx = self.db.read().await?;
        let found = buttons::find(&mut tx, tenant, &hash(secret), self.clock.now()).await?;
        let Some(button) = found else {
            return Ok(None);
        };
        let ticket = tickets::by_ids(&mut tx, tenant, &[button.ticket])
            .await?
            .pop();
        let followers = followers::of_tickets(&mut tx, tenant, &[button.ticket]).await?;
        let follows = followers.contains(&(button.ticket, button.user));
        let ticket = ticket.filter(|ticket| self.may_press(tenant, &button, ticket, follows));
        Ok(ticket.map(|ticket| Pressable {
            button,
            key: ticket.key,
        }))
    }

    fn may_press(&self, tenant: TenantId, button: &Button, ticket: &Ticket, follows: bool) -> bool {
        let Ok(office) = self.office(tenant) else {
            return false;
        };
        let Some(member) = office.person(button.user).filter(|member| member.is_here()) else {
            return false;
        };
        let teams = office
            .teams
            .iter()
            .filter(|team| team.members.contains(&button.user));
        let teams: Vec<TeamId> = teams.map(|team| team.id).collect();
        let viewer = Viewer {
            user: button.user,
            role: member.role,
            teams: &teams,
        };
        let relation = Relation {
            assignee: ticket.assignee,
            team: ticket.team,
            follows,
        };
        let visibility = office.tenant.settings.member_visibility;
        access::may_work(member.role) && access::may_see(&viewer, &relation, visibility)
    }

    /// Presses a button: uses it up and does what it says, or neither.
    ///
    /// # Errors
    /// It was pressed a moment ago, or its person left.
    pub async fn press(&self, tenant: TenantId, pressable: &Pressable) -> Result<(), DeskError> {
        let button = &pressable.button;
        let office = self.office(tenant)?;
        let person = office
            .person(button.user)
            .ok_or(DeskError::NotFound("button"))?;
        let actor = Actor::User {
            id: button.user,
            name: person.user.name.clone(),
        };
        let mut tx = self.db.write().await?;
        if !buttons::take(&mut tx, tenant, &button.hash, self.clock.now()).await? {
            return Err(DeskError::Conflict(
                "this button was pressed already".to_owned(),
            ));
        }
        let deed = |hand: &mut Hand<'_>, case: &mut Case| {
            match button.deed.change(button.user) {
                Some(wanted) => change::apply(hand, case, &wanted, &actor, 0),
                None => {
                    hand.event(case, EventType::Acknowledged, &actor, None);
                }
            }
            Ok(())
        };
        self.with_case_in(tx, tenant, button.ticket, deed).await
    }
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

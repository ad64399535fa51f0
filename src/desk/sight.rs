//! Who sees a ticket, where all of it is at hand: pages and the API ask the same for whoever is logged in.

use crate::desk::directory::Office;
use crate::domain::access::{self, Relation, Viewer};
use crate::domain::ids::TeamId;
use crate::domain::person::Membership;
use crate::domain::ticket::Ticket;

/// Whether a ticket exists for one of the tenant's people; `follows` if they follow it.
pub fn sees(office: &Office, person: &Membership, ticket: &Ticket, follows: bool) -> bool {
    let teams: Vec<TeamId> = office.teams_of(person.user.id).collect();
    let viewer = Viewer {
        user: person.user.id,
        role: person.role,
        teams: &teams,
    };
    let relation = Relation {
        assignee: ticket.assignee,
        team: ticket.team,
        follows,
    };
    access::may_see(&viewer, &relation, office.tenant.settings.member_visibility)
}

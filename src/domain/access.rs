//! Who may see and do what in a tenant. A role says what a person may do at all, the relation to a
//! ticket whether they may do it there. What somebody may not see does not exist for them (404, not 403).

use crate::domain::ids::{TeamId, UserId};
use crate::domain::person::Role;
use crate::domain::tenant::MemberVisibility;

/// Somebody with an active place in the ticket's tenant.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    /// Who.
    pub user: UserId,
    /// What they may do at all.
    pub role: Role,
    /// The teams they are in.
    pub teams: &'a [TeamId],
}

/// What about a ticket decides who sees it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Relation {
    /// Who works on it.
    pub assignee: Option<UserId>,
    /// Whose queue it stands in.
    pub team: Option<TeamId>,
    /// Whether the viewer follows it: mentioned in it, or a follower by choice.
    pub follows: bool,
}

/// Whether the ticket exists for that person. Viewers read all of a tenant, as admins and owners do; only
/// members are narrowed by the tenant's setting.
///
/// With `assigned` a member sees what they work on, what they follow, and what stands free in their teams'
/// queues: a team's members are told of its unassigned tickets, and who is told of a ticket must be able to
/// open it. `team` adds what colleagues of their teams work on; `all` adds the rest.
pub fn may_see(viewer: &Viewer<'_>, ticket: &Relation, visibility: MemberVisibility) -> bool {
    if viewer.role != Role::Member || visibility == MemberVisibility::All {
        return true;
    }
    let own = ticket.assignee == Some(viewer.user) || ticket.follows;
    let queue = ticket.team.is_some_and(|team| viewer.teams.contains(&team));
    let free = ticket.assignee.is_none() || visibility == MemberVisibility::Team;
    own || (queue && free)
}

/// Whether a role works on tickets it sees: change their fields, reply, take notes, release held mail.
pub const fn may_work(role: Role) -> bool {
    !matches!(role, Role::Viewer)
}

/// Whether a role changes the tenant's settings: mailboxes, rules, service levels, templates, tokens.
pub const fn may_manage_settings(role: Role) -> bool {
    matches!(role, Role::Admin | Role::Owner)
}

/// Whether a person with role `actor` may invite somebody as `target`, or change or remove somebody who
/// has that role. Admins manage those below them; owners manage everybody. To change a role, both the
/// old and the new one must be manageable.
///
/// Nobody changes their own role, and the last owner stays: the caller knows who they are and refuses.
pub fn may_manage_person(actor: Role, target: Role) -> bool {
    actor == Role::Owner || (actor == Role::Admin && target < Role::Admin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Admin, Member, Owner, Viewer as Reader};

    fn user(number: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(number))
    }

    fn team(number: u128) -> TeamId {
        TeamId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn who_sees_which_ticket() {
        let (mine, theirs) = (Some(user(1)), Some(user(2)));
        let (our, other) = (Some(team(1)), Some(team(2)));
        // assignee, team, follows; seen with `assigned`, with `team`.
        for (assignee, queue, follows, assigned, by_team) in [
            (mine, None, false, true, true),
            (mine, other, false, true, true),
            (theirs, our, false, false, true),
            (theirs, our, true, true, true),
            (theirs, other, false, false, false),
            (theirs, None, true, true, true),
            (None, our, false, true, true),
            (None, other, false, false, false),
            (None, None, false, false, false),
        ] {
            let ticket = Relation {
                assignee,
                team: queue,
                follows,
            };
            let sees = |role, visibility| {
                let teams = [team(1)];
                may_see(
                    &Viewer {
                        user: user(1),
                        role,
                        teams: &teams,
                    },
                    &ticket,
                    visibility,
                )
            };
            assert_eq!(
                sees(Member, MemberVisibility::Assigned),
                assigned,
                "{ticket:?}"
            );
            assert_eq!(sees(Member, MemberVisibility::Team), by_team, "{ticket:?}");
            assert!(sees(Member, MemberVisibility::All));
            for role in [Reader, Admin, Owner] {
                assert!(
                    sees(role, MemberVisibility::Assigned),
                    "{role} sees {ticket:?}"
                );
            }
        }
    }

    #[test]
    fn what_each_role_may_do() {
        for (role, work, settings) in [
            (Reader, false, false),
            (Member, true, false),
            (Admin, true, true),
            (Owner, true, true),
        ] {
            assert_eq!(may_work(role), work, "{role}");
            assert_eq!(may_manage_settings(role), settings, "{role}");
        }
    }

    #[test]
    fn who_manages_whom() {
        for (actor, manages) in [
            (Reader, [false, false, false, false]),
            (Member, [false, false, false, false]),
            (Admin, [true, true, false, false]),
            (Owner, [true, true, true, true]),
        ] {
            let may = Role::ALL
                .iter()
                .map(|target| may_manage_person(actor, *target));
            assert!(may.eq(manages), "{actor}");
        }
    }
}

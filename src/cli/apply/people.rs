//! People and teams.

use super::change::Write;
use super::draft::{Draft, Edit};
use super::notifications;
use crate::config::seed::{State, Team as WantedTeam, User as WantedUser};
use crate::desk::people::Befell;
use crate::domain::address::EmailAddress;
use crate::domain::ids::{TeamId, UserId};
use crate::domain::person::{Assignment, Away, MailReply, Membership, Presence, Role, Team, User};
use crate::domain::tenant::Tenant;

/// Works a person in: who they are everywhere, and what they are in this tenant.
pub(super) fn work_in_user(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &WantedUser) {
    let (slug, email) = (&tenant.slug, &*wanted.email);
    let known = draft
        .is
        .memberships
        .iter()
        .position(|m| m.tenant == tenant.id && m.user.email == *email);
    if wanted.state == State::Absent {
        if let Some(at) = known.filter(|at| draft.is.memberships[*at].active) {
            draft.is.memberships[at].active = false;
            let membership = draft.is.memberships[at].clone();
            draft.change(
                format!("{slug}: end the membership of {email}"),
                Write::Membership(membership, Some(Befell::Removed)),
            );
        }
        return;
    }
    let is_invited = wanted.password.is_none()
        && wanted.password_hash.is_none()
        && !draft.is.users.iter().any(|user| user.email == *email);
    let user = user(draft, tenant, wanted);
    let told = (user.id, email);
    let mut membership = known.map_or_else(
        || Membership {
            tenant: tenant.id,
            user: user.clone(),
            role: Role::Member,
            active: true,
            signature: String::new(),
            mail_reply: MailReply::On,
            presence: Presence::default(),
        },
        |at| draft.is.memberships[at].clone(),
    );
    if user.disabled || !membership.active {
        draft.notes.push(format!(
            "{slug}: {email} is disabled and stays so; `postroom user add` brings them back"
        ));
    }
    let was = membership.role;
    let mut edit = Edit::default();
    edit.set("role", &mut membership.role, wanted.role);
    edit.set(
        "signature",
        &mut membership.signature,
        wanted.signature.clone(),
    );
    edit.set("mail_reply", &mut membership.mail_reply, wanted.mail_reply);
    let mut presence = membership.presence.clone();
    if let Some(most) = wanted.capacity {
        presence.capacity = Some(most.0);
    }
    if let Some(away) = &wanted.away {
        presence.away = away.from.map(|from| Away {
            from: from.0,
            until: away.until.map(|until| until.0),
            message: away.message.clone().unwrap_or_default(),
            hand_back: away.hand_back.unwrap_or_default(),
        });
    }
    edit.set(
        "capacity and absence",
        &mut membership.presence,
        Some(presence),
    );
    let sentence = match known {
        None => Some(format!("{slug}: add {email} as {}", membership.role)),
        Some(_) => edit
            .sentence(email.as_str(), false)
            .map(|sentence| format!("{slug}: {sentence}")),
    };
    if let Some(sentence) = sentence {
        match known {
            Some(at) => draft.is.memberships[at] = membership.clone(),
            None => draft.is.memberships.push(membership.clone()),
        }
        let befell = match known {
            None if is_invited => Some(Befell::Invited(membership.role)),
            None => Some(Befell::Added(membership.role)),
            Some(_) if membership.role != was => Some(Befell::Role(was, membership.role)),
            Some(_) => None,
        };
        draft.change(sentence, Write::Membership(membership, befell));
    }
    if let Some(wanted) = &wanted.notifications {
        notifications::work_in(draft, tenant, told, wanted);
    }
}

/// The person, made or renamed. A password is given only to somebody new.
fn user(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &WantedUser) -> User {
    let email = &*wanted.email;
    if let Some(at) = draft.is.users.iter().position(|user| user.email == *email) {
        let mut edit = Edit::default();
        edit.set("name", &mut draft.is.users[at].name, wanted.name.clone());
        let user = draft.is.users[at].clone();
        if let Some(sentence) = edit.sentence(email.as_str(), false) {
            draft.change(
                sentence,
                Write::Rename {
                    user: user.id,
                    name: user.name.clone(),
                },
            );
        }
        return user;
    }
    let user = User {
        id: UserId(draft.id()),
        email: email.clone(),
        name: wanted
            .name
            .clone()
            .unwrap_or_else(|| email.local().to_owned()),
        disabled: false,
        created_at: draft.now(),
    };
    draft.is.users.push(user.clone());
    let hash = wanted.password_hash.as_deref().cloned();
    let how = if hash.is_some() || wanted.password.is_some() {
        "with a password"
    } else {
        "with a link to set a password"
    };
    let write = Write::User {
        user: user.clone(),
        hash,
        invited_by: tenant.id,
    };
    draft.change(format!("create user {email}, {how}"), write);
    user
}

/// Works a team in.
pub(super) fn work_in_team(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &WantedTeam) {
    let (slug, name) = (&tenant.slug, &*wanted.name);
    let known = draft
        .is
        .teams
        .iter()
        .position(|team| team.tenant == tenant.id && team.name == *name);
    if wanted.state == State::Absent {
        if let Some(at) = known {
            let team = draft.is.teams.remove(at);
            draft.removal(
                format!("{slug}: remove team {name}"),
                Write::RemoveTeam(tenant.id, team.id),
            );
        }
        return;
    }
    let mut team = known.map_or_else(
        || Team {
            id: TeamId(draft.id()),
            tenant: tenant.id,
            name: name.clone(),
            assignment: Assignment::Manual,
            members: Vec::new(),
        },
        |at| draft.is.teams[at].clone(),
    );
    // `Known::check` has made sure that they are there.
    let id_of = |email: &EmailAddress| {
        draft
            .is
            .users
            .iter()
            .find(|user| user.email == *email)
            .map(|user| user.id)
    };
    let members = wanted
        .members
        .as_ref()
        .map(|all| all.iter().filter_map(|email| id_of(email)).collect());
    let mut edit = Edit::default();
    edit.set("members", &mut team.members, members);
    edit.set("assignment", &mut team.assignment, wanted.assignment);
    if let Some(sentence) = edit.sentence(&format!("team {name}"), known.is_none()) {
        match known {
            Some(at) => draft.is.teams[at] = team.clone(),
            None => draft.is.teams.push(team.clone()),
        }
        draft.change(format!("{slug}: {sentence}"), Write::Team(team));
    }
}

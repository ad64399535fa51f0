//! What admins settle about teams: who is in them, in which order they take turns, how tickets find their person.

use std::collections::HashSet;

use crate::desk::directory::Office;
use crate::desk::{Desk, DeskError, Who};
use crate::domain::audit::{Differences, Via};
use crate::domain::ids::{TeamId, UserId};
use crate::domain::person::{Assignment, Membership, Team};
use crate::domain::rules::{Action, Reference, Rule};
use crate::store::{StoreError, rules, teams};

/// The most teams of a tenant.
const MOST: usize = 200;
/// The longest a name may be, in characters.
const LONGEST_NAME: usize = 100;

/// What of a team is to change; for a new one, what it is to be.
#[derive(Debug, Clone, Default)]
pub struct TeamChange {
    /// Its name.
    pub name: Option<String>,
    /// How its new tickets find their person.
    pub assignment: Option<Assignment>,
    /// Its members, in the order in which they take turns.
    pub members: Option<Vec<UserId>>,
}

impl Desk {
    /// Creates a team, or changes the one with this id. Gives its id.
    ///
    /// # Errors
    /// A name that is taken or cannot be; somebody who does not work here; a role that may not.
    pub async fn put_team(
        &self,
        who: &Who,
        via: Via,
        id: Option<TeamId>,
        wanted: TeamChange,
    ) -> Result<TeamId, DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let office = change.office.clone();
        let was = match id {
            Some(id) => Some(office.team(id).ok_or(DeskError::NotFound("team"))?),
            None => None,
        };
        if was.is_none() && office.teams.len() >= MOST {
            return Err(DeskError::Conflict(format!(
                "there are {MOST} teams already"
            )));
        }
        let now = change.now();
        let fresh = || Team {
            id: TeamId(self.random.uuid(now)),
            tenant: who.tenant,
            name: String::new(),
            assignment: Assignment::Manual,
            members: Vec::new(),
        };
        let is = team(&office, was.cloned().unwrap_or_else(fresh), wanted)?;
        match was {
            None => change.record("team.created", &is.name, members(&office, &is)),
            Some(was) => {
                let differences = Differences::default()
                    .field("name", &was.name, &is.name)
                    .field("assignment", &was.assignment, &is.assignment)
                    .field("members", &members(&office, was), &members(&office, &is));
                if differences.is_empty() {
                    return Ok(is.id);
                }
                change.record("team.changed", &is.name, differences.to_string());
            }
        }
        teams::put(&mut change.tx, who.tenant, &is, now).await?;
        change.commit().await?;
        Ok(is.id)
    }

    /// Takes a team away to which nothing belongs, and which no rule names.
    ///
    /// # Errors
    /// Tickets, mailboxes or rules need it; a role that may not.
    pub async fn remove_team(&self, who: &Who, via: Via, id: TeamId) -> Result<(), DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let office = change.office.clone();
        let was = office.team(id).ok_or(DeskError::NotFound("team"))?;
        if let Some(mailbox) = office.mailboxes.iter().find(|m| m.team == Some(id)) {
            return Err(DeskError::Conflict(format!(
                "mail to {} goes to it; give that mailbox another team first",
                mailbox.address
            )));
        }
        let rules = rules::of_tenant(&mut change.tx, who.tenant).await?;
        let names = |action: &Action| matches!(action.reference(), Some(Reference::Team(name)) if name.eq_ignore_ascii_case(&was.name));
        let needs = |rule: &&Rule| rule.definition.then.iter().any(names);
        if let Some(rule) = rules.iter().find(needs) {
            return Err(DeskError::Conflict(format!(
                "the rule {} needs it; change that rule first",
                rule.name
            )));
        }
        match teams::remove(&mut change.tx, who.tenant, id).await {
            Err(StoreError::Conflict(_)) => {
                let sentence = "tickets belong to it; give them another team first";
                return Err(DeskError::Conflict(sentence.to_owned()));
            }
            removed => removed?,
        }
        change.record("team.removed", &was.name, "removed");
        change.commit().await
    }
}

fn team(office: &Office, mut is: Team, wanted: TeamChange) -> Result<Team, DeskError> {
    if let Some(name) = wanted.name {
        name.trim().clone_into(&mut is.name);
    }
    let fits = (1..=LONGEST_NAME).contains(&is.name.chars().count());
    if !fits || is.name.chars().any(char::is_control) {
        return Err(DeskError::invalid(
            "name",
            "expected 1 to 100 characters in one line",
        ));
    }
    let same = office.team_named(&is.name).filter(|team| team.id != is.id);
    if same.is_some() {
        return Err(DeskError::Conflict(format!(
            "there is a team {} already",
            is.name
        )));
    }
    is.assignment = wanted.assignment.unwrap_or(is.assignment);
    if let Some(members) = wanted.members {
        let works = |user: &UserId| office.person(*user).is_some_and(Membership::works);
        let stays = |user: &UserId| is.members.contains(user);
        if !members.iter().all(|user| works(user) || stays(user)) {
            return Err(DeskError::invalid(
                "members",
                "expected people who work on tickets here",
            ));
        }
        let mut seen = HashSet::new();
        is.members = members
            .into_iter()
            .filter(|user| seen.insert(*user))
            .collect();
    }
    Ok(is)
}

fn members(office: &Office, team: &Team) -> String {
    let people = team.members.iter().filter_map(|id| office.person(*id));
    let people: Vec<String> = people.map(|m| m.user.email.to_string()).collect();
    people.join(", ")
}

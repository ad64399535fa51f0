//! Who is told of a deed: everybody whom somebody means, and everybody who wants to know. One decision for each person,
//! whatever the reasons.

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::tell::Occasion;
use crate::domain::access::{self, Viewer};
use crate::domain::ids::{TeamId, UserId};
use crate::domain::person::Membership;
use crate::domain::telling::{self, Preferences, Relation, Told, Verdict};
use crate::domain::ticket::Priority;

/// What was decided for one person.
pub(super) struct Decision {
    pub user: UserId,
    pub name: String,
    /// What the ticket is to them.
    pub relation: Relation,
    /// What says the most of all there was.
    pub first: Occasion,
    /// What is told by mail.
    pub by_mail: Occasion,
    /// What is told by ntfy.
    pub by_ntfy: Occasion,
    pub told: Told,
}

/// Decides for everybody. `told` means people in person, `spread` whoever wants to know. Whoever is not concerned and is
/// told nothing is left out.
pub(super) fn all(
    hand: &Hand<'_>,
    case: &Case,
    told: &[(UserId, Occasion)],
    spread: &[Occasion],
    doers: &[UserId],
) -> Vec<Decision> {
    let office = hand.office;
    let usual = Preferences::default();
    let mut decisions = Vec::new();
    for person in office.people.iter().filter(|m| m.is_here()) {
        let user = person.user.id;
        let wishes = office.preferences.get(&user).unwrap_or(&usual);
        let meant = told.iter().filter(|(who, _)| *who == user).map(|(_, o)| o);
        let teams: Vec<TeamId> = office.teams_of(user).collect();
        let relation = relation(case, person, &teams);
        let near = !matches!(relation, Relation::Team | Relation::Other);
        let heard = spread.iter().filter(|_| near || wishes.looks_beyond());
        let mut occasions: Vec<(&Occasion, Relation)> = meant
            .map(|occasion| (occasion, in_person(occasion, relation)))
            .chain(heard.map(|occasion| (occasion, relation)))
            .collect();
        if occasions.is_empty() {
            continue;
        }
        // What says the most comes first; of the same, what gives a reason, and what means them in person.
        occasions.sort_by_key(|(occasion, relation)| {
            let bare = **occasion == Occasion::Held;
            (std::cmp::Reverse(occasion.event()), bare, *relation)
        });
        occasions.dedup_by_key(|(occasion, _)| occasion.event());
        let sees = sees(hand, case, person, &teams);
        let asked = |occasion: &Occasion, relation| telling::Occasion {
            event: occasion.event(),
            relation,
            urgent: case.ticket.priority == Priority::Urgent,
            own: doers.contains(&user),
            answer: occasion.is_answer()
                && told.iter().any(|(who, o)| *who == user && o == occasion),
            away: person.is_away(hand.now),
            sees,
            ntfy: office.ntfy.is_some(),
            now: hand.now,
            zone: office.tenant.timezone,
        };
        if let Some(decision) = one(person, wishes, &occasions, asked)
            && (near
                || decision.told.anything()
                || occasions.iter().any(|(_, r)| *r == Relation::Addressed))
        {
            decisions.push(decision);
        }
    }
    decisions
}

/// One person's decision: by each way, the first occasion that they want to hear of that way.
fn one(
    person: &Membership,
    wishes: &Preferences,
    occasions: &[(&Occasion, Relation)],
    asked: impl Fn(&Occasion, Relation) -> telling::Occasion,
) -> Option<Decision> {
    let (first, relation) = *occasions.first()?;
    let mut decision = Decision {
        user: person.user.id,
        name: person.user.name.clone(),
        relation,
        first: first.clone(),
        by_mail: first.clone(),
        by_ntfy: first.clone(),
        told: telling::decide(wishes, &asked(first, relation)),
    };
    for (occasion, relation) in occasions.iter().skip(1) {
        let told = telling::decide(wishes, &asked(occasion, *relation));
        if decision.told.mail == Verdict::No && told.mail != Verdict::No {
            (decision.told.mail, decision.told.mail_because) = (told.mail, told.mail_because);
            (decision.by_mail, decision.relation) = ((*occasion).clone(), *relation);
        }
        if decision.told.ntfy == Verdict::No && told.ntfy != Verdict::No {
            (decision.told.ntfy, decision.told.ntfy_because) = (told.ntfy, told.ntfy_because);
            decision.by_ntfy = (*occasion).clone();
        }
    }
    Some(decision)
}

/// What a ticket is to somebody.
fn relation(case: &Case, person: &Membership, teams: &[TeamId]) -> Relation {
    let (ticket, user) = (&case.ticket, person.user.id);
    let in_team = ticket.team.is_some_and(|team| teams.contains(&team));
    if ticket.assignee == Some(user) {
        Relation::Assignee
    } else if case.followers.contains(&user) {
        Relation::Follower
    } else if in_team && ticket.assignee.is_none() {
        Relation::Free
    } else if in_team {
        Relation::Team
    } else {
        Relation::Other
    }
}

/// What it is to somebody who is meant in person.
fn in_person(occasion: &Occasion, relation: Relation) -> Relation {
    match (occasion, relation) {
        (Occasion::Mentioned, _) => Relation::Mentioned,
        (Occasion::RuleSaysSo { .. }, _) | (_, Relation::Team | Relation::Other) => {
            Relation::Addressed
        }
        (occasion, _) if occasion.is_answer() => Relation::Addressed,
        (_, relation) => relation,
    }
}

fn sees(hand: &Hand<'_>, case: &Case, person: &Membership, teams: &[TeamId]) -> bool {
    let viewer = Viewer {
        user: person.user.id,
        role: person.role,
        teams,
    };
    let relation = access::Relation {
        assignee: case.ticket.assignee,
        team: case.ticket.team,
        follows: case.followers.contains(&person.user.id),
    };
    access::may_see(
        &viewer,
        &relation,
        hand.office.tenant.settings.member_visibility,
    )
}

//! Whom an answer would reach who had no part in the ticket when its author was told of it: the notice did not show
//! them, so the words were not meant for them (AU4).

use chrono::DateTime;
use uuid::Uuid;

use crate::store::participants::{Part, Participant};

/// Who joined after `seen`, the newest thing that the notice knew of. The notice of a ticket that has been `merged` into
/// this one knew of nobody here: whoever is not alone may be a stranger to it.
pub(super) fn unknown_to(
    seen: Uuid,
    merged: bool,
    participants: &[Participant],
) -> Vec<&Participant> {
    let seen = seen
        .get_timestamp()
        .and_then(|time| {
            i64::try_from(time.to_unix().0)
                .ok()
                .zip(Some(time.to_unix().1))
        })
        .and_then(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos))
        .map(|time| time.timestamp_millis());
    let all: Vec<_> = participants
        .iter()
        .filter(|p| p.part != Part::Suggested)
        .collect();
    if merged && all.len() > 1 {
        return all;
    }
    let later = |p: &&Participant| seen.is_some_and(|seen| p.joined_at.timestamp_millis() > seen);
    all.into_iter().filter(later).collect()
}

/// The sentence for its author.
pub(super) fn sentence(strangers: &[&Participant]) -> String {
    let names: Vec<&str> = strangers.iter().map(|p| p.address.as_str()).collect();
    format!(
        "It would go to {}, and the notice that you answered did not say so: the ticket was merged, or has another \
         customer, or somebody takes part since. Answer this mail with #send, or with nothing at all, if that is right.",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::TicketId;
    use crate::door::{Clock, Random};

    #[test]
    fn whoever_joined_after_the_notice_is_unknown_to_it() {
        let clock = Clock::manual("2026-11-23T09:00:00.1234Z".parse().unwrap());
        let random = Random::seeded(1);
        let seen = random.uuid(clock.now());
        let participant = |address: &str, part, minutes: i64| Participant {
            ticket: TicketId(Uuid::nil()),
            address: address.parse().unwrap(),
            name: String::new(),
            part,
            joined_at: clock.now() + chrono::TimeDelta::minutes(minutes),
        };
        let people = [
            participant("grace@customers.test", Part::Requester, 0),
            participant("mia@customers.test", Part::Participant, 1),
            participant("suggested@customers.test", Part::Suggested, 1),
        ];
        let names = |seen, merged, people: &[Participant]| -> Vec<String> {
            let unknown = unknown_to(seen, merged, people);
            unknown.iter().map(|p| p.address.to_string()).collect()
        };
        assert_eq!(names(seen, false, &people), ["mia@customers.test"]);
        assert_eq!(names(Uuid::max(), false, &people), [""; 0]);
        assert_eq!(
            names(seen, true, &people),
            ["grace@customers.test", "mia@customers.test"]
        );
        let alone = people.first().unwrap().clone();
        assert_eq!(names(seen, true, &[alone]), [""; 0]);
    }
}

//! The decision: is this person told of this, by which way, when, and why.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::event::{Channel, Pace, Relation, TellEvent};
use super::hours::next_digest;
use super::preferences::Preferences;

/// Something that somebody might be told.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that the decision rests on"
)]
pub struct Occasion {
    /// What.
    pub event: TellEvent,
    /// What the ticket is to them.
    pub relation: Relation,
    /// The ticket is urgent.
    pub urgent: bool,
    /// They did it themselves.
    pub own: bool,
    /// It answers something that they did, such as a mail of theirs that could not be sent: own doings or not.
    pub answer: bool,
    /// They are away.
    pub away: bool,
    /// They may see the ticket.
    pub sees: bool,
    /// The tenant has an ntfy server.
    pub ntfy: bool,
    /// When.
    pub now: DateTime<Utc>,
    /// The tenant's clock, for those who have none of their own.
    pub zone: Tz,
}

/// Whether, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not at all.
    No,
    /// Now.
    Now,
    /// Later, by itself.
    At(DateTime<Utc>),
    /// Later, together with other things.
    Digest(DateTime<Utc>),
}

/// What was decided, with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// By mail.
    pub mail: Verdict,
    /// Why by mail, or why not.
    pub mail_because: String,
    /// By ntfy.
    pub ntfy: Verdict,
    /// Why by ntfy, or why not.
    pub ntfy_because: String,
}

impl Told {
    /// Whether they hear of it at all.
    pub fn anything(&self) -> bool {
        self.mail != Verdict::No || self.ntfy != Verdict::No
    }

    /// As one sentence: "by mail, because it is theirs; not by ntfy: quiet hours until 07:00".
    pub fn sentence(&self) -> String {
        let part = |how: &str, verdict: Verdict, because: &str| match verdict {
            Verdict::No => format!("not by {how}: {because}"),
            Verdict::Now => format!("by {how}, because {because}"),
            Verdict::At(at) => format!("by {how} at {}, because {because}", moment(at)),
            Verdict::Digest(at) => format!("in the {how} of {}, because {because}", moment(at)),
        };
        if !self.anything() && self.mail_because == self.ntfy_because {
            return format!("not told: {}", self.mail_because);
        }
        format!(
            "{}; {}",
            part("mail", self.mail, &self.mail_because),
            part("ntfy", self.ntfy, &self.ntfy_because)
        )
    }

    fn nothing(because: &str) -> Self {
        Self {
            mail: Verdict::No,
            mail_because: because.to_owned(),
            ntfy: Verdict::No,
            ntfy_because: because.to_owned(),
        }
    }
}

/// Decides. The first reason against it is the one that is given.
pub fn decide(wishes: &Preferences, occasion: &Occasion) -> Told {
    if occasion.own && !occasion.answer {
        return Told::nothing("they did it themselves");
    }
    if occasion.away {
        return Told::nothing("they are away");
    }
    if !occasion.sees {
        return Told::nothing("they may not see the ticket");
    }
    let (mail, mail_because) = by_mail(wishes, occasion);
    let (ntfy, ntfy_because) = by_ntfy(wishes, occasion, mail == Verdict::Now);
    Told {
        mail,
        mail_because,
        ntfy,
        ntfy_because,
    }
}

/// Whether their wishes cover it, by this way.
fn wanted(wishes: &Preferences, occasion: &Occasion, channel: Channel) -> Result<(), String> {
    let scope = wishes.wish(occasion.event).by(channel);
    // What answers their own mail is said by mail in any case: nobody else would know.
    let covered = scope.covers(occasion.relation) || (occasion.answer && channel == Channel::Mail);
    if covered {
        Ok(())
    } else {
        Err(format!("they chose {} for this", scope.label()))
    }
}

fn by_mail(wishes: &Preferences, occasion: &Occasion) -> (Verdict, String) {
    if let Err(because) = wanted(wishes, occasion, Channel::Mail) {
        return (Verdict::No, because);
    }
    let because = occasion.relation.because();
    let passes = occasion.answer || (occasion.urgent && wishes.urgent_passes);
    if wishes.pace == Pace::AtOnce || passes {
        return (Verdict::Now, because.to_owned());
    }
    let zone = wishes.timezone.unwrap_or(occasion.zone);
    let due = next_digest(wishes.pace, wishes.digest_at, occasion.now, zone);
    let pace = if wishes.pace == Pace::Hourly {
        "an hour"
    } else {
        "a day"
    };
    (
        Verdict::Digest(due),
        format!("{because} and they want one mail {pace}"),
    )
}

fn by_ntfy(wishes: &Preferences, occasion: &Occasion, mailed: bool) -> (Verdict, String) {
    if !occasion.ntfy {
        return (Verdict::No, "the tenant has no ntfy server".to_owned());
    }
    if wishes.topic.is_empty() {
        return (Verdict::No, "they have no topic".to_owned());
    }
    if let Err(because) = wanted(wishes, occasion, Channel::Ntfy) {
        return (Verdict::No, because);
    }
    let because = occasion.relation.because();
    let zone = wishes.timezone.unwrap_or(occasion.zone);
    let quiet = wishes
        .quiet
        .and_then(|quiet| quiet.until(occasion.now, zone));
    let Some(until) = quiet else {
        return (Verdict::Now, because.to_owned());
    };
    if occasion.urgent && wishes.urgent_passes {
        return (
            Verdict::Now,
            format!("{because} and urgent things pass quiet hours"),
        );
    }
    let clock = until.with_timezone(&zone).format("%H:%M");
    if mailed {
        // The mail is there when they look; a telephone that rings at seven for all of the night helps nobody.
        return (Verdict::No, format!("quiet hours until {clock}"));
    }
    (
        Verdict::At(until),
        format!("{because}, after quiet hours until {clock}"),
    )
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::super::{Quiet, Scope, Wish};
    use super::*;

    fn occasion(event: TellEvent, relation: Relation) -> Occasion {
        Occasion {
            event,
            relation,
            urgent: false,
            own: false,
            answer: false,
            away: false,
            sees: true,
            ntfy: true,
            now: "2026-01-10T23:00:00Z".parse().unwrap(),
            zone: chrono_tz::Europe::Berlin,
        }
    }

    fn at_night() -> Preferences {
        Preferences {
            topic: "ada".into(),
            quiet: Some(Quiet {
                from: "22:00:00".parse().unwrap(),
                to: "07:00:00".parse().unwrap(),
            }),
            ..Preferences::default()
        }
    }

    #[test]
    fn a_scope_covers_what_its_name_says() {
        use Relation::{Addressed, Assignee, Follower, Free, Mentioned, Other, Team};
        for (scope, covered) in [
            (Scope::Nothing, &[][..]),
            (
                Scope::Mine,
                &[Assignee, Mentioned, Addressed, Follower, Free],
            ),
            (
                Scope::Teams,
                &[Assignee, Mentioned, Addressed, Follower, Free, Team],
            ),
            (
                Scope::All,
                &[Assignee, Mentioned, Addressed, Follower, Free, Team, Other],
            ),
        ] {
            for relation in Relation::ALL {
                assert_eq!(
                    scope.covers(*relation),
                    covered.contains(relation),
                    "{scope} {relation}"
                );
            }
        }
    }

    #[test]
    fn nobody_is_told_of_own_doings_while_away_or_of_what_they_may_not_see() {
        let wishes = at_night();
        for event in TellEvent::ALL {
            for relation in Relation::ALL {
                let usual = occasion(*event, *relation);
                for (refused, because) in [
                    (Occasion { own: true, ..usual }, "they did it themselves"),
                    (
                        Occasion {
                            away: true,
                            urgent: true,
                            ..usual
                        },
                        "they are away",
                    ),
                    (
                        Occasion {
                            sees: false,
                            ..usual
                        },
                        "they may not see the ticket",
                    ),
                ] {
                    let told = decide(&wishes, &refused);
                    assert!(!told.anything());
                    assert_eq!(told.sentence(), format!("not told: {because}"));
                }
            }
        }
        let answer = Occasion {
            own: true,
            answer: true,
            ..occasion(TellEvent::Held, Relation::Addressed)
        };
        assert_eq!(
            decide(&wishes, &answer).mail,
            Verdict::Now,
            "what answers their own mail is told"
        );
    }

    #[test]
    fn the_way_and_the_reason_by_table() {
        let daily = Preferences {
            pace: Pace::Daily,
            ..at_night()
        };
        let mut only_ntfy = at_night();
        only_ntfy.set(
            TellEvent::Assigned,
            Wish {
                mail: Scope::Nothing,
                ntfy: Scope::Mine,
            },
        );
        let stubborn = Preferences {
            urgent_passes: false,
            ..daily.clone()
        };
        let mine = occasion(TellEvent::Assigned, Relation::Assignee);
        let urgent = Occasion {
            urgent: true,
            ..mine
        };
        for (wishes, occasion, sentence) in [
            (
                &at_night(),
                mine,
                "by mail, because it is theirs; not by ntfy: quiet hours until 07:00",
            ),
            (
                &at_night(),
                urgent,
                "by mail, because it is theirs; by ntfy, because it is theirs and urgent things pass quiet hours",
            ),
            (
                &only_ntfy,
                mine,
                "not by mail: they chose off for this; by ntfy at 2026-01-11T06:00:00Z, because it is theirs, after quiet hours until 07:00",
            ),
            (
                &daily,
                mine,
                "in the mail of 2026-01-11T07:00:00Z, because it is theirs and they want one mail a day; by ntfy at 2026-01-11T06:00:00Z, because it is theirs, after quiet hours until 07:00",
            ),
            (
                &daily,
                urgent,
                "by mail, because it is theirs; by ntfy, because it is theirs and urgent things pass quiet hours",
            ),
            (
                &stubborn,
                urgent,
                "in the mail of 2026-01-11T07:00:00Z, because it is theirs and they want one mail a day; by ntfy at 2026-01-11T06:00:00Z, because it is theirs, after quiet hours until 07:00",
            ),
            (
                &Preferences::default(),
                mine,
                "by mail, because it is theirs; not by ntfy: they have no topic",
            ),
            (
                &at_night(),
                Occasion {
                    ntfy: false,
                    ..mine
                },
                "by mail, because it is theirs; not by ntfy: the tenant has no ntfy server",
            ),
            (
                &at_night(),
                Occasion {
                    relation: Relation::Team,
                    ..mine
                },
                "not told: they chose my tickets for this",
            ),
        ] {
            assert_eq!(decide(wishes, &occasion).sentence(), sentence);
        }
    }

    #[test]
    fn only_what_was_chosen_is_kept() {
        let mut wishes = Preferences::default();
        wishes.set(
            TellEvent::New,
            Wish {
                mail: Scope::All,
                ntfy: Scope::Nothing,
            },
        );
        assert!(wishes.looks_beyond());
        let kept: Preferences =
            serde_json::from_str(&serde_json::to_string(&wishes).unwrap()).unwrap();
        assert_eq!(kept, wishes);
        wishes.set(TellEvent::New, Preferences::usual(TellEvent::New));
        assert_eq!(wishes, Preferences::default());
        assert_eq!(serde_json::from_str::<Preferences>("{}").unwrap(), wishes);
    }
}

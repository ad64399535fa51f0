//! How satisfied a customer was with one ticket (OUT12).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One to five, from very bad to very good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(u8);

impl Score {
    /// Every score, the best first: so they stand on the page.
    pub const ALL: [Self; 5] = [Self(5), Self(4), Self(3), Self(2), Self(1)];

    /// The score of a number.
    pub fn new(number: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|score| i64::from(score.0) == number)
    }

    /// As a number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self.0 {
            5 => "Very good",
            4 => "Good",
            3 => "So-so",
            2 => "Bad",
            _ => "Very bad",
        }
    }

    /// The face beside it.
    pub const fn face(self) -> &'static str {
        match self.0 {
            5 => "😀",
            4 => "😊",
            3 => "😐",
            2 => "😟",
            _ => "😞",
        }
    }
}

/// What a customer said, or was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// When they were asked; absent until then.
    pub asked_at: Option<DateTime<Utc>>,
    /// What they chose.
    pub score: Option<Score>,
    /// What they added.
    pub comment: String,
    /// When they chose it last.
    pub rated_at: Option<DateTime<Utc>>,
}

/// What decides whether a customer is asked.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that the decision rests on"
)]
pub struct Asking {
    /// The tenant wants to know.
    pub wanted: bool,
    /// The ticket is resolved or closed now.
    pub resolved: bool,
    /// It is spam, or was merged into another.
    pub set_aside: bool,
    /// A person of the customer's wrote, not only machines.
    pub person_wrote: bool,
    /// The requester may be written to: not blocked, and not one of our own addresses.
    pub may_write: bool,
    /// They were asked before.
    pub asked: bool,
}

impl Asking {
    /// Whether to ask.
    ///
    /// # Errors
    /// Why not, as a sentence.
    pub const fn decide(self) -> Result<(), &'static str> {
        if self.asked {
            return Err("they were asked before, and once is enough");
        }
        if !self.wanted {
            return Err("the tenant asks nobody");
        }
        if !self.resolved {
            return Err("the ticket is open again");
        }
        if self.set_aside {
            return Err("the ticket is spam or part of another");
        }
        if !self.person_wrote {
            return Err("no person wrote in it");
        }
        if !self.may_write {
            return Err("the requester may not be written to");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_must_be_right_before_somebody_is_asked() {
        let right = Asking {
            wanted: true,
            resolved: true,
            set_aside: false,
            person_wrote: true,
            may_write: true,
            asked: false,
        };
        assert_eq!(right.decide(), Ok(()));
        for wrong in [
            Asking {
                wanted: false,
                ..right
            },
            Asking {
                resolved: false,
                ..right
            },
            Asking {
                set_aside: true,
                ..right
            },
            Asking {
                person_wrote: false,
                ..right
            },
            Asking {
                may_write: false,
                ..right
            },
            Asking {
                asked: true,
                ..right
            },
        ] {
            assert!(wrong.decide().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_score_is_a_number_from_one_to_five() {
        for (number, label) in [
            (1, Some("Very bad")),
            (5, Some("Very good")),
            (0, None),
            (6, None),
            (-1, None),
        ] {
            assert_eq!(Score::new(number).map(Score::label), label);
        }
    }
}

//! What mail of each kind may cause. This table is the only place that says so; everybody asks it.

use super::Machine;

/// What a mail may cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column of the table"
)]
pub struct Effects {
    /// It counts as the customer's word: who spoke last, and when.
    pub speaks: bool,
    /// It may reopen a ticket, and it starts the clocks of an answer that is awaited.
    pub reopen: bool,
    /// Staff are told of it.
    pub notify: bool,
    /// Its sender may get an acknowledgement or another automatic answer.
    pub acknowledge: bool,
    /// The rules of the tenant see it.
    pub rules: bool,
}

impl Effects {
    /// What a person's mail may cause: everything.
    pub const PERSON: Self = Self {
        speaks: true,
        reopen: true,
        notify: true,
        acknowledge: true,
        rules: true,
    };
}

impl Machine {
    /// What mail of this kind may cause.
    #[rustfmt::skip]
    #[expect(clippy::match_same_arms, reason = "a table has a line for each kind")]
    pub const fn effects(self) -> Effects {
        let (speaks, reopen, notify, acknowledge, rules) = match self {
            //                       speaks reopen notify ack    rules
            Self::List =>           (true,  true,  true,  false, true),
            Self::AutoReply =>      (false, false, true,  false, true),
            Self::OutOfOffice =>    (false, false, false, false, true),
            Self::Receipt =>        (false, false, false, false, true),
            Self::FeedbackReport => (false, false, false, false, true),
            Self::Bounce =>         (false, false, true,  false, false),
            Self::Loop =>           (false, false, false, false, false),
        };
        Effects { speaks, reopen, notify, acknowledge, rules }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_machine_is_answered_and_only_lists_reopen() {
        for machine in Machine::ALL {
            let effects = machine.effects();
            assert!(!effects.acknowledge, "{machine:?}");
            assert_eq!(effects.reopen, *machine == Machine::List, "{machine:?}");
        }
    }

    #[test]
    fn a_list_alone_suppresses_only_the_acknowledgement() {
        assert_eq!(
            Machine::List.effects(),
            Effects {
                acknowledge: false,
                ..Effects::PERSON
            }
        );
    }
}

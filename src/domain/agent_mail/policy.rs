//! How much proof a mail needs before it speaks for the tenant (guarantees, section 2). Three things count: the token
//! (T), the sender's address being that same person's (F), and what is known about the sender's domain (D).

use crate::domain::message::Authentication;
use crate::domain::tenant::AgentMail;

/// What an agent's mail may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It speaks for the tenant.
    Post,
    /// It waits in the ticket until the agent confirms it.
    Hold(Doubt),
    /// Somebody else holds the agent's token: their mail waits, and the token is revoked.
    NotTheAgent,
    /// It is kept away from the ticket until a person looks: whoever it belongs to may not work on the ticket.
    Refuse,
    /// A machine wrote it: it goes nowhere.
    Automatic,
}

/// Why an agent's own mail waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing trustworthy proves the sender.
    Unproven,
    /// The trusted server says that the sender is forged.
    Forged,
    /// Answers by mail are switched off.
    Off,
    /// It bears a mark that programs set, and people's mail now and then too.
    Marked,
}

/// What is known about a mail with a valid agent token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own; the policy table reads them together"
)]
pub struct Evidence {
    /// The person works here, may see the ticket, and does so now. Without it the token is worth nothing.
    pub works: bool,
    /// The only From address is that person's own (F).
    pub same_address: bool,
    /// A machine wrote it, as far as anybody can tell.
    pub automatic: bool,
    /// It asks for silence, or comes from an address that nobody reads: a person may have written it even so.
    pub marked: bool,
    /// What is known about the sender's domain (D).
    pub authentication: Authentication,
}

/// The policy table.
pub const fn decide(policy: AgentMail, evidence: Evidence) -> Verdict {
    if evidence.automatic {
        return Verdict::Automatic;
    }
    if !evidence.works {
        return Verdict::Refuse;
    }
    if !evidence.same_address {
        return Verdict::NotTheAgent;
    }
    match (policy, evidence.authentication) {
        (_, Authentication::Fail) => Verdict::Hold(Doubt::Forged),
        (AgentMail::Off, _) => Verdict::Hold(Doubt::Off),
        (AgentMail::Strict, Authentication::Unknown) => Verdict::Hold(Doubt::Unproven),
        _ if evidence.marked => Verdict::Hold(Doubt::Marked),
        (AgentMail::Strict, Authentication::Pass)
        | (AgentMail::Token, Authentication::Pass | Authentication::Unknown) => Verdict::Post,
    }
}

/// The stricter of what the tenant wants and what a person wants for themselves.
pub const fn of_person(tenant: AgentMail, by_mail: bool) -> AgentMail {
    if by_mail { tenant } else { AgentMail::Off }
}

impl Verdict {
    /// The decision and its reason, as the trace shows them.
    pub const fn sentence(self) -> (&'static str, &'static str) {
        match self {
            Self::Post => (
                "speaks for the tenant",
                "a valid agent token, from that agent's own address, proven as far as the policy asks",
            ),
            Self::Hold(doubt) => ("held", doubt.sentence()),
            Self::NotTheAgent => (
                "held, token revoked",
                "It carries an agent's token, but does not come from that agent's address.",
            ),
            Self::Refuse => (
                "refused",
                "the token belongs to somebody who does not work on this ticket any more",
            ),
            Self::Automatic => (
                "refused",
                "an automatic answer to a notification never reaches the customer",
            ),
        }
    }
}

impl Doubt {
    /// Why it waits, as people read it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unproven => "Nothing trustworthy proves that you wrote it. One click sends it.",
            Self::Forged => {
                "The sender's address is forged, by the trusted server's word. Send it only if you wrote it."
            }
            Self::Off => "Answers by mail are switched off. One click sends it.",
            Self::Marked => {
                "It bears a mark that programs set: it asks for no automatic answer, or comes from an address that \
                 nobody reads. One click sends it."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Policy, works, own address, automatic, authentication: what it may do.
    #[test]
    fn the_policy_table_holds_row_by_row() {
        use Authentication::{Fail, Pass, Unknown};
        use Verdict::{Automatic, Hold, NotTheAgent, Post, Refuse};
        let (unproven, forged, off) =
            (Hold(Doubt::Unproven), Hold(Doubt::Forged), Hold(Doubt::Off));
        let marked = Hold(Doubt::Marked);
        for (policy, pass, unknown, fail) in [
            (AgentMail::Strict, Post, unproven, forged),
            (AgentMail::Token, Post, Post, forged),
            (AgentMail::Off, off, off, forged),
        ] {
            for (authentication, wanted) in [(Pass, pass), (Unknown, unknown), (Fail, fail)] {
                for works in [true, false] {
                    for same_address in [true, false] {
                        for (automatic, is_marked) in
                            [(true, true), (true, false), (false, true), (false, false)]
                        {
                            let evidence = Evidence {
                                works,
                                same_address,
                                automatic,
                                marked: is_marked,
                                authentication,
                            };
                            // A machine, somebody who left, another address: never, whatever the policy.
                            let wanted = match (automatic, works, same_address) {
                                (true, _, _) => Automatic,
                                (_, false, _) => Refuse,
                                (_, _, false) => NotTheAgent,
                                _ if is_marked && wanted == Post => marked,
                                _ => wanted,
                            };
                            assert_eq!(decide(policy, evidence), wanted, "{policy} {evidence:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_person_can_be_stricter_than_the_tenant_and_never_laxer() {
        for policy in AgentMail::ALL {
            assert_eq!(of_person(*policy, true), *policy);
            assert_eq!(of_person(*policy, false), AgentMail::Off);
        }
    }
}

//! What conditions can ask about: a closed list, from which the documentation is made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::mail::Machine;
use crate::domain::message::{Authentication, AuthorType, Identity, Kind, MatchedBy};
use crate::domain::ticket::{Priority, Side, Status};

/// What kind of value a field has. It decides which operators fit and which values they compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Any text.
    Text,
    /// Several texts, such as the addresses of a header. A condition holds if it holds for one of them;
    /// its negation, if it holds for none.
    Texts,
    /// A set of words: as several texts, but `contains` means that the whole word is in the set.
    Tags,
    /// One word of this list.
    Word(&'static [&'static str]),
    /// One word of this list, which goes from less to more.
    Rank(&'static [&'static str]),
    /// A whole or fractional number.
    Number,
    /// Hours that have passed; `older_than` also takes a span such as `2d`.
    Hours,
    /// A moment; only its age can be asked for.
    Time,
    /// True or false.
    Flag,
}

macro_rules! fields {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal $(| $alias:literal)*, $kind:expr;)+) => {
        /// Something that a condition can ask about.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub enum Field {
            $($(#[doc = $doc])+ $variant,)+
            /// A header of the message by its name, in lower case.
            Header(String),
        }

        impl Field {
            /// Every field but the headers, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in rules; for a header without its prefix.
            const fn word(&self) -> &'static str {
                match self { $(Self::$variant => $word,)+ Self::Header(_) => "header.NAME" }
            }

            /// What kind of value it has.
            pub const fn kind(&self) -> FieldType {
                match self { $(Self::$variant => $kind,)+ Self::Header(_) => FieldType::Texts }
            }

            /// What it is, as a sentence for the documentation.
            pub const fn doc(&self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+).trim_ascii(),)+
                    Self::Header(_) => "A header of the message by its name, as in `header.x-spam-flag`; it may stand there several times.",
                }
            }

            fn find(word: &str) -> Option<Self> {
                match word { $($word $(| $alias)* => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

fields! {
    /// The subject: of the message, or of the ticket where there is no message.
    Subject = "subject", FieldType::Text;
    /// What the sender wrote, without quotes and signature.
    Body = "body" | "text", FieldType::Text;
    /// The sender's address.
    From = "from" | "from.address", FieldType::Text;
    /// The domain of the sender's address.
    FromDomain = "from.domain", FieldType::Text;
    /// The sender's name.
    FromName = "from.name", FieldType::Text;
    /// The addresses in To.
    To = "to", FieldType::Texts;
    /// The addresses in Cc.
    Cc = "cc", FieldType::Texts;
    /// The addresses in Reply-To.
    ReplyTo = "reply_to", FieldType::Texts;
    /// How many addresses stand in To and Cc together.
    RecipientCount = "recipients.count", FieldType::Number;
    /// The names of the attachments.
    AttachmentNames = "attachments.names", FieldType::Texts;
    /// The types of the attachments, as in `application/pdf`, as the sender names them.
    AttachmentTypes = "attachments.types", FieldType::Texts;
    /// The size of all attachments together, in bytes.
    AttachmentBytes = "attachments.bytes", FieldType::Number;
    /// How many attachments there are.
    AttachmentCount = "attachments.count", FieldType::Number;
    /// Whether there is an attachment.
    HasAttachment = "has_attachment", FieldType::Flag;
    /// What the message is.
    Kind = "kind", FieldType::Word(Kind::WORDS);
    /// Which kind of machine wrote the message; empty if a person did.
    Machine = "machine", FieldType::Word(Machine::WORDS);
    /// What brought the message to its ticket.
    MatchedBy = "matched_by", FieldType::Word(MatchedBy::WORDS);
    /// Whether the sender is who they say, as far as can be told.
    Identity = "identity", FieldType::Word(Identity::WORDS);
    /// Whether the message waits for a person.
    Held = "held", FieldType::Flag;
    /// What the trusted server says about the sender, all in all.
    Auth = "auth" | "authentication", FieldType::Word(Authentication::WORDS);
    /// What the trusted server says about DMARC.
    AuthDmarc = "auth.dmarc", FieldType::Word(RESULTS);
    /// What the trusted server says about SPF.
    AuthSpf = "auth.spf", FieldType::Word(RESULTS);
    /// What the trusted server says about DKIM.
    AuthDkim = "auth.dkim", FieldType::Word(RESULTS);
    /// What people call the ticket, as in `ACME-12`.
    Key = "key", FieldType::Text;
    /// The mailbox that the ticket belongs to, by its address.
    Mailbox = "mailbox", FieldType::Text;
    /// Other mailboxes that the same mail was addressed to.
    AlsoAddressed = "also_addressed", FieldType::Texts;
    /// The ticket's status.
    Status = "status", FieldType::Word(Status::WORDS);
    /// The ticket's priority; urgent is greater than low.
    Priority = "priority", FieldType::Rank(Priority::WORDS);
    /// The ticket's category.
    Category = "category", FieldType::Text;
    /// The ticket's tags.
    Tags = "tags" | "tag", FieldType::Tags;
    /// How many tags the ticket has.
    TagCount = "tags.count", FieldType::Number;
    /// The ticket's team, by its name.
    Team = "team", FieldType::Text;
    /// The person who works on the ticket, by their address.
    Assignee = "assignee", FieldType::Text;
    /// The customer's address.
    Requester = "requester" | "requester.email", FieldType::Text;
    /// The domain of the customer's address.
    RequesterDomain = "requester.domain", FieldType::Text;
    /// The customer's name.
    RequesterName = "requester.name", FieldType::Text;
    /// Whether the customer's mail is kept silent.
    RequesterBlocked = "requester.blocked", FieldType::Flag;
    /// How many people outside take part, the customer included.
    ParticipantCount = "participants.count", FieldType::Number;
    /// Whether the ticket is spam.
    Spam = "spam", FieldType::Flag;
    /// Whether the ticket sleeps.
    Snoozed = "snoozed", FieldType::Flag;
    /// How many messages the ticket has, notes included.
    MessageCount = "message_count", FieldType::Number;
    /// The service levels that the ticket runs under, by their policy's name.
    Sla = "sla", FieldType::Text;
    /// Whether a service level of the ticket was missed.
    SlaBreached = "sla.breached", FieldType::Flag;
    /// Hours until the nearest running service level is due; less than 0 once it is past.
    HoursUntilDue = "hours_until_due", FieldType::Number;
    /// The tenant's plan, by its slug.
    Plan = "plan", FieldType::Text;
    /// Whether business hours run now.
    BusinessHours = "business_hours", FieldType::Flag;
    /// The hour of the day in the tenant's time zone, 0 to 23.
    Hour = "hour", FieldType::Number;
    /// The day of the week in the tenant's time zone.
    Weekday = "weekday", FieldType::Word(WEEKDAYS);
    /// When the ticket was opened.
    CreatedAt = "created_at", FieldType::Time;
    /// When anything about the ticket last changed.
    UpdatedAt = "updated_at", FieldType::Time;
    /// When the customer last wrote.
    LastCustomerMessageAt = "last_customer_message_at", FieldType::Time;
    /// When an agent last answered publicly.
    LastAgentMessageAt = "last_agent_message_at", FieldType::Time;
    /// Which side spoke last.
    LastMessageFrom = "last_message_from", FieldType::Word(Side::WORDS);
    /// When an agent first answered.
    FirstResponseAt = "first_response_at", FieldType::Time;
    /// When the ticket became resolved.
    ResolvedAt = "resolved_at", FieldType::Time;
    /// When the ticket was closed.
    ClosedAt = "closed_at", FieldType::Time;
    /// Hours since the ticket was opened.
    HoursSinceCreated = "hours_since_created", FieldType::Hours;
    /// Hours since anything about the ticket last changed.
    HoursSinceUpdated = "hours_since_updated", FieldType::Hours;
    /// Hours since the customer last wrote; empty if they never did.
    HoursSinceCustomer = "hours_since_last_customer_message", FieldType::Hours;
    /// Hours since the ticket became resolved; empty while it is not.
    HoursSinceResolved = "hours_since_resolved", FieldType::Hours;
    /// Hours since an agent last answered publicly; empty if nobody ever did.
    HoursSinceAgent = "hours_since_last_agent_message", FieldType::Hours;
    /// Who caused what the rule looks at.
    Actor = "actor", FieldType::Word(ACTORS);
    /// The name or address of who caused what the rule looks at.
    ActorName = "actor.name", FieldType::Text;
}

/// The results of RFC 8601 section 2.7 that SPF, DKIM and DMARC share or have for themselves.
const RESULTS: &[&str] = &[
    "pass",
    "fail",
    "softfail",
    "neutral",
    "none",
    "policy",
    "temperror",
    "permerror",
    "bestguesspass",
];

/// The days of the week, Monday first.
pub(super) const WEEKDAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Who can cause an event: whoever can write a message, and rules.
const ACTORS: &[&str] = &[
    AuthorType::Contact.as_str(),
    AuthorType::User.as_str(),
    "rule",
    AuthorType::System.as_str(),
];

impl Field {
    /// Whether an event that rules look at tells its value before: only for these do the `changed` operators make sense. A
    /// ticket's mailbox never changes; that it has another requester or policy wakes no rule.
    pub const fn is_tracked(&self) -> bool {
        matches!(
            self,
            Self::Status
                | Self::Priority
                | Self::Category
                | Self::Tags
                | Self::Team
                | Self::Assignee
                | Self::Spam
                | Self::Subject
        )
    }
}

/// What was given is no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no field; expected one of {}, or header.NAME", choices())]
pub struct UnknownField {
    /// What was given.
    pub given: String,
}

fn choices() -> String {
    let words: Vec<&str> = Field::ALL.iter().map(Field::word).collect();
    words.join(", ")
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(given: &str) -> Result<Self, UnknownField> {
        let word = given.trim().to_lowercase();
        let header = word
            .strip_prefix("header.")
            .filter(|name| is_header_name(name));
        header
            .map(|name| Self::Header(name.to_owned()))
            .or_else(|| Self::find(&word))
            .ok_or_else(|| UnknownField {
                given: given.chars().take(100).collect(),
            })
    }
}

/// RFC 5322 section 3.6.8: printable ASCII without the colon.
fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 100 && name.bytes().all(|b| b.is_ascii_graphic() && b != b':')
}

impl TryFrom<String> for Field {
    type Error = UnknownField;

    fn try_from(given: String) -> Result<Self, UnknownField> {
        given.parse()
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.to_string()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header.{name}"),
            known => f.write_str(known.word()),
        }
    }
}

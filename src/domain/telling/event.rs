//! The words of preferences.

words! {
    /// What people can be told of, from what says least to what says most: of several at once, the last one counts.
    pub enum TellEvent {
        /// A ticket has another state.
        Status = "status",
        /// A rule wants somebody to know.
        Rule = "rule",
        /// A colleague wrote a note.
        Note = "note",
        /// The customer wrote again.
        Message = "message",
        /// A new ticket.
        New = "new",
        /// A ticket is somebody's now.
        Assigned = "assigned",
        /// A ticket asks for attention.
        Reminder = "reminder",
        /// A note names them.
        Mention = "mention",
        /// Something waits for a decision, or did not reach the customer.
        Held = "held",
        /// A share of the time for a promise has passed.
        SlaWarning = "sla_warning",
        /// A promise was not kept.
        SlaBreached = "sla_breached",
    }
}

words! {
    /// Of whose tickets somebody wants to be told.
    #[derive(Default)]
    pub enum Scope {
        /// Of none.
        #[default]
        Nothing = "none",
        /// Of their own, of those they follow, and of those that wait for nobody in particular in their teams.
        Mine = "mine",
        /// Of all tickets of their teams.
        Teams = "teams",
        /// Of every ticket they may see.
        All = "all",
    }
}

words! {
    /// By which way.
    pub enum Channel {
        /// By mail.
        Mail = "mail",
        /// By ntfy, on their telephone.
        Ntfy = "ntfy",
    }
}

words! {
    /// How often mail may come.
    #[derive(Default)]
    pub enum Pace {
        /// One mail for each thing, as it happens.
        #[default]
        AtOnce = "at_once",
        /// One mail an hour, if anything happened.
        Hourly = "hourly",
        /// One mail a day, if anything happened.
        Daily = "daily",
    }
}

words! {
    /// What a ticket is to somebody, the nearest first.
    pub enum Relation {
        /// It is theirs.
        Assignee = "assignee",
        /// A note names them.
        Mentioned = "mentioned",
        /// Somebody or something means them in person.
        Addressed = "addressed",
        /// They follow it.
        Follower = "follower",
        /// It is nobody's, and stands in their team.
        Free = "free",
        /// It is a colleague's, in their team.
        Team = "team",
        /// None of these.
        Other = "other",
    }
}

impl Scope {
    /// Whether a ticket of this relation is within it.
    pub const fn covers(self, relation: Relation) -> bool {
        match self {
            Self::Nothing => false,
            Self::Mine => !matches!(relation, Relation::Team | Relation::Other),
            Self::Teams => !matches!(relation, Relation::Other),
            Self::All => true,
        }
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Nothing => "off",
            Self::Mine => "my tickets",
            Self::Teams => "my teams' tickets",
            Self::All => "all tickets",
        }
    }
}

impl TellEvent {
    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Status => "The status changes",
            Self::Rule => "A rule wants you to know",
            Self::Note => "A colleague writes a note",
            Self::Message => "The customer writes again",
            Self::New => "A new ticket",
            Self::Assigned => "A ticket is assigned",
            Self::Reminder => "A reminder is due",
            Self::Mention => "A note mentions you",
            Self::Held => "Something waits for a decision",
            Self::SlaWarning => "A service level is close to its limit",
            Self::SlaBreached => "A service level is missed",
        }
    }

    /// The order in which a page lists them.
    pub const LISTED: [Self; 11] = [
        Self::New,
        Self::Assigned,
        Self::Message,
        Self::Note,
        Self::Mention,
        Self::Status,
        Self::Held,
        Self::Reminder,
        Self::SlaWarning,
        Self::SlaBreached,
        Self::Rule,
    ];
}

impl Relation {
    /// As the middle of a sentence: "because …".
    pub const fn because(self) -> &'static str {
        match self {
            Self::Assignee => "it is theirs",
            Self::Mentioned => "a note mentions them",
            Self::Addressed => "it is meant for them",
            Self::Follower => "they follow it",
            Self::Free => "it waits in their team",
            Self::Team => "it is in their team",
            Self::Other => "they want to know of all tickets",
        }
    }
}

//! The one list of notices: what each is for, who gets it, what it may name and what it must name.

words! {
    /// Who gets a notice.
    pub enum Audience {
        /// The customer.
        Customer = "customer",
        /// The tenant's people, about a ticket.
        Agent = "agent",
        /// One person, about their account.
        Person = "person",
    }
}

/// Something that a template may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// As it is written: `ticket.key`.
    pub name: &'static str,
    /// What it stands for.
    pub what: &'static str,
    /// What a preview without a ticket shows.
    pub example: &'static str,
}

/// A kind of notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Its name in settings and seeds.
    pub key: &'static str,
    /// Who gets it.
    pub audience: Audience,
    /// When it is sent, as a sentence.
    pub purpose: &'static str,
    groups: &'static [&'static [Variable]],
    /// What its text must name to be of any use.
    pub needs: &'static [&'static str],
    /// What is always empty in it, though it may be named: words that a stranger chose (A8).
    pub blank: &'static [&'static str],
}

impl Notice {
    /// The notice of this name.
    pub fn find(key: &str) -> Option<&'static Self> {
        NOTICES.iter().find(|notice| notice.key == key)
    }

    /// Everything that it may name.
    pub fn variables(&self) -> impl Iterator<Item = &'static Variable> {
        self.groups.iter().flat_map(|group| group.iter())
    }
}

/// What canned replies may name.
pub fn canned_variables() -> impl Iterator<Item = &'static Variable> {
    note_variables().chain(AGENT)
}

/// What notes of rules may name.
pub fn note_variables() -> impl Iterator<Item = &'static Variable> {
    [TICKET, REQUESTER, TENANT, MAILBOX].into_iter().flatten()
}

const fn v(name: &'static str, what: &'static str, example: &'static str) -> Variable {
    Variable {
        name,
        what,
        example,
    }
}

const TICKET: &[Variable] = &[
    v("ticket.key", "its number with the prefix", "ACME-214"),
    v("ticket.number", "its number alone", "214"),
    v(
        "ticket.subject",
        "its subject",
        "Can't log in since the update",
    ),
    v("ticket.status", "its state in words", "Open"),
    v("ticket.priority", "its priority in words", "High"),
    v("ticket.category", "its category, or nothing", "technical"),
    v("ticket.team", "its team, or nothing", "First line"),
    v(
        "ticket.assignee",
        "who works on it, or nothing",
        "Ada Lovelace",
    ),
    v(
        "ticket.due",
        "when the next promise is due, or nothing",
        "Mon 23 Nov 2026 17:00",
    ),
    v(
        "ticket.url",
        "its page, for your people",
        "https://acme.desk.example.org/tickets/ACME-214",
    ),
];
const REQUESTER: &[Variable] = &[
    v(
        "requester.name",
        "the customer's name, or their address",
        "Grace Hopper",
    ),
    v("requester.first_name", "the first word of it", "Grace"),
    v(
        "requester.email",
        "their address",
        "grace@customers.example",
    ),
];
const TENANT: &[Variable] = &[v("tenant.name", "your name", "Acme GmbH")];
const MAILBOX: &[Variable] = &[
    v("mailbox.name", "the mailbox's name", "Acme Support"),
    v("mailbox.address", "its address", "support@acme.example"),
];
const MESSAGE: &[Variable] = &[
    v(
        "message.text",
        "what was written, or nothing",
        "Since this morning I get an error.\nCan you help?",
    ),
    v("message.author", "who wrote it", "Grace Hopper"),
];
const PERSON: &[Variable] = &[
    v("person.name", "who is told", "Ada Lovelace"),
    v("person.first_name", "the first word of it", "Ada"),
    v(
        "person.why",
        "why they are told, as a sentence",
        "You are told because the ticket is yours.",
    ),
    v(
        "person.settings",
        "their own settings",
        "https://acme.desk.example.org/account/notifications",
    ),
];
const AGENT: &[Variable] = &[
    v("agent.name", "who answers", "Ada Lovelace"),
    v("agent.first_name", "the first word of it", "Ada"),
];
const CHANGE: &[Variable] = &[
    v("change.from", "the state before", "In progress"),
    v("change.to", "the state now", "Resolved"),
    v("change.by", "who changed it", "Ada Lovelace"),
];
const SLA: &[Variable] = &[
    v("sla.metric", "which promise", "First response"),
    v("sla.percent", "how much of the time has passed", "80"),
    v(
        "sla.due",
        "when it is or was due, or nothing",
        "Mon 23 Nov 2026 17:00",
    ),
];
const REPLY: &[Variable] = &[
    v(
        "reply.text",
        "what the agent wrote",
        "Please try it again now.",
    ),
    v(
        "reply.signature",
        "their signature, or nothing",
        "Ada from Acme",
    ),
];
const CLOSING: &[Variable] = &[v("closing.at", "when it will be closed", "Mon 30 Nov 2026")];
const CSAT: &[Variable] = &[v(
    "csat.url",
    "the page with the buttons",
    "https://acme.desk.example.org/rate/…",
)];
const REMINDER: &[Variable] = &[v(
    "reminder.text",
    "why now, or nothing",
    "Nobody has answered for two days.",
)];
const RULE: &[Variable] = &[v("rule.name", "which rule", "Invoices to billing")];
const HELD: &[Variable] = &[v(
    "held.reason",
    "why it waits, or nothing",
    "The sender does not take part in this ticket.",
)];
const DELIVERY: &[Variable] = &[
    v(
        "delivery.recipient",
        "whom it was for",
        "grace@customers.example",
    ),
    v(
        "delivery.reply",
        "the server's last words",
        "550 5.1.1 no such user",
    ),
];
const COMMAND: &[Variable] = &[v(
    "command.problem",
    "what was not understood",
    "#assing ada: did you mean #assign?",
)];
const DIGEST: &[Variable] = &[
    v("digest.count", "how many things", "2"),
    v("digest.since", "since when", "Sun 22 Nov 2026 08:00"),
    v(
        "digest.items",
        "the things: key, subject, url, at, what, who",
        "",
    ),
    v("item.key", "in a loop: the ticket's number", "ACME-214"),
    v(
        "item.subject",
        "in a loop: its subject",
        "Can't log in since the update",
    ),
    v(
        "item.url",
        "in a loop: its page",
        "https://acme.desk.example.org/tickets/ACME-214",
    ),
    v("item.at", "in a loop: when", "Mon 08:12"),
    v("item.what", "in a loop: what happened", "New message"),
    v(
        "item.who",
        "in a loop: who did it, or nothing",
        "Grace Hopper",
    ),
];
const USER: &[Variable] = &[v("user.name", "whose account it is", "Ada Lovelace")];
const INVITED: &[Variable] = &[
    v(
        "link",
        "the page on which to set the password; it works once",
        "https://desk.example.org/set-password/…",
    ),
    v("days", "for how many days it works", "3"),
];
const RESET: &[Variable] = &[
    v(
        "link",
        "the page on which to set the password; it works once",
        "https://desk.example.org/set-password/…",
    ),
    v("hours", "for how many hours it works", "1"),
];

const fn customer(
    key: &'static str,
    purpose: &'static str,
    groups: &'static [&'static [Variable]],
    needs: &'static [&'static str],
) -> Notice {
    Notice {
        key,
        audience: Audience::Customer,
        purpose,
        groups,
        needs,
        blank: &[],
    }
}

const fn agent(
    key: &'static str,
    purpose: &'static str,
    groups: &'static [&'static [Variable]],
    needs: &'static [&'static str],
) -> Notice {
    Notice {
        key,
        audience: Audience::Agent,
        purpose,
        groups,
        needs,
        blank: &[],
    }
}

const fn account(
    key: &'static str,
    purpose: &'static str,
    groups: &'static [&'static [Variable]],
) -> Notice {
    Notice {
        key,
        audience: Audience::Person,
        purpose,
        groups,
        needs: &["link"],
        blank: &[],
    }
}

/// Every notice there is.
pub const NOTICES: &[Notice] = &[
    Notice {
        blank: &[
            "ticket.subject",
            "requester.name",
            "requester.first_name",
            "requester.email",
        ],
        ..customer(
            "ticket.created",
            "Tells a customer that their first message has arrived. It says nothing that the sender chose.",
            &[TICKET, REQUESTER, TENANT, MAILBOX],
            &[],
        )
    },
    customer(
        "ticket.reply",
        "Surrounds what an agent answers. Keep it plain: it is a person's mail.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, AGENT, REPLY],
        &["reply.text"],
    ),
    customer(
        "ticket.status",
        "Tells a customer that their ticket has another state, if the tenant wants that.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, CHANGE],
        &[],
    ),
    customer(
        "ticket.reminder",
        "Reminds a customer of a question that they have not answered.",
        &[TICKET, REQUESTER, TENANT, MAILBOX],
        &[],
    ),
    customer(
        "ticket.closing",
        "Tells a customer that their ticket closes soon unless they answer.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, CLOSING],
        &[],
    ),
    customer(
        "ticket.closed",
        "Tells a customer that their ticket is closed.",
        &[TICKET, REQUESTER, TENANT, MAILBOX],
        &[],
    ),
    customer(
        "ticket.csat",
        "Asks a customer once, after their ticket was resolved, how satisfied they are.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, CSAT],
        &["csat.url"],
    ),
    agent(
        "agent.new",
        "A new ticket.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, MESSAGE, PERSON],
        &["ticket.url"],
    ),
    agent(
        "agent.assigned",
        "A ticket is somebody's now.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, MESSAGE, PERSON],
        &["ticket.url"],
    ),
    agent(
        "agent.message",
        "The customer wrote again.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, MESSAGE, PERSON],
        &["message.text"],
    ),
    agent(
        "agent.note",
        "A colleague wrote a note.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, MESSAGE, PERSON],
        &["message.text"],
    ),
    agent(
        "agent.mention",
        "A colleague mentions somebody in a note.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, MESSAGE, PERSON],
        &["message.text"],
    ),
    agent(
        "agent.status",
        "A ticket has another state.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, CHANGE, PERSON],
        &["ticket.url"],
    ),
    agent(
        "agent.reminder",
        "A ticket asks for attention: it slept until now, or has waited too long.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, REMINDER, PERSON],
        &["ticket.url"],
    ),
    agent(
        "agent.rule",
        "A rule wants somebody to know of a ticket.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, MESSAGE, RULE, PERSON],
        &["ticket.url"],
    ),
    agent(
        "agent.held",
        "A message waits for a decision.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, MESSAGE, HELD, PERSON],
        &["ticket.url"],
    ),
    agent(
        "agent.stale",
        "An agent's answer by mail was not sent, because something newer had arrived.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, MESSAGE, PERSON],
        &["ticket.url"],
    ),
    agent(
        "agent.undelivered",
        "An answer did not reach the customer.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, DELIVERY, PERSON],
        &["ticket.url"],
    ),
    agent(
        "agent.sla_warning",
        "A share of the time for a promise has passed.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, SLA, PERSON],
        &["ticket.url"],
    ),
    agent(
        "agent.sla_breached",
        "A promise was not kept.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, SLA, PERSON],
        &["ticket.url"],
    ),
    agent(
        "agent.command",
        "A command at the top of an agent's mail was not understood.",
        &[TICKET, REQUESTER, TENANT, MAILBOX, COMMAND, PERSON],
        &["command.problem"],
    ),
    agent(
        "agent.digest",
        "What happened in an hour or a day, for those who want it in one mail.",
        &[TENANT, PERSON, DIGEST],
        &["digest.items"],
    ),
    account(
        "user.invited",
        "Invites somebody to the tenant, with the link to set a password.",
        &[TENANT, USER, INVITED],
    ),
    account(
        "user.reset",
        "Carries the link to set a new password.",
        &[TENANT, USER, RESET],
    ),
];

//! What makes rules look at a ticket.

words! {
    /// What makes a rule look at a ticket. The words are those of the timeline's events, and of time.
    pub enum Trigger {
        /// A ticket came to be.
        TicketCreated = "ticket.created",
        /// A field of a ticket changed.
        TicketUpdated = "ticket.updated",
        /// A ticket's assignee or team changed.
        TicketAssigned = "ticket.assigned",
        /// A customer wrote, also with the message that opened the ticket.
        MessageReceived = "message.received",
        /// An agent answered publicly.
        MessageCreated = "message.created",
        /// A note was written.
        NoteAdded = "note.added",
        /// A message waits for a person.
        MessageHeld = "message.held",
        /// Nothing has happened on a ticket for a while; conditions on hours say for how long.
        TimeIdle = "time.idle",
        /// A ticket has waited for its customer for a while; conditions on hours say for how long.
        TimeWaiting = "time.waiting",
        /// A service level's warning step was reached.
        SlaWarning = "sla.warning",
        /// A service level was missed.
        SlaBreached = "sla.breached",
    }
}

impl Trigger {
    /// Whether time pulls it rather than an event.
    pub const fn is_time(self) -> bool {
        matches!(self, Self::TimeIdle | Self::TimeWaiting)
    }
}

//! The ids of everything. All are UUIDv7, so they sort by the time at which they were made.

ids! {
    /// A customer company of the platform.
    TenantId,
    /// A person who can log in; the same person in every tenant.
    UserId,
    /// A team of one tenant.
    TeamId,
    /// An IMAP and SMTP account, of one tenant or of the platform.
    AccountId,
    /// An address under which a tenant receives mail.
    MailboxId,
    /// A stored raw mail.
    BlobId,
    /// One mail as it was received, before and after it became messages.
    InboundId,
    /// A person outside who writes to a tenant.
    ContactId,
    /// A ticket.
    TicketId,
    /// A message of a ticket.
    MessageId,
    /// A part of a raw mail, or an upload.
    AttachmentId,
    /// One line of a ticket's timeline.
    EventId,
    /// A rule, through all its versions.
    RuleId,
    /// A set of service level targets.
    PolicyId,
    /// A calendar of business hours.
    CalendarId,
    /// One service level clock of a ticket.
    ClockId,
    /// One outgoing item for one recipient.
    OutboxId,
    /// An API token.
    TokenId,
    /// A webhook.
    WebhookId,
    /// One line of the audit log.
    AuditId,
}

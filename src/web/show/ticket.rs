//! One ticket: its head, its conversation, the composer and the properties beside it.

use crate::domain::commands::Verb;
use crate::domain::message::Kind;
use crate::domain::ticket::{Priority, Status};
use crate::domain::trace::Step;
use crate::web::show::{ClockChip, EventLine, Face, Part, When};

/// The head of an open ticket and its conversation.
#[derive(Debug, Clone)]
pub struct TicketView {
    /// `ACME-12`.
    pub key: String,
    /// Its subject.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// How much it hurries.
    pub priority: Priority,
    /// Who has it.
    pub assignee: Option<Face>,
    /// The service level that ends next.
    pub clock: Option<ClockChip>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The list it was opened from.
    pub back: String,
    /// The same, as forms carry it: the list's query.
    pub context: String,
    /// Whether the reader may write here.
    pub may_write: bool,
    /// Whether to offer the reader to take the ticket.
    pub offer_me: bool,
    /// What was just done.
    pub flash: Option<Flash>,
    /// Messages and changes, oldest first.
    pub stream: Vec<Entry>,
}

/// One sentence about what was just done.
#[derive(Debug, Clone)]
pub struct Flash {
    /// `` or `bad` or `warn`.
    pub tone: &'static str,
    /// The icon's name.
    pub icon: &'static str,
    /// The sentence.
    pub text: String,
}

impl Flash {
    /// Something was done.
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            tone: "good",
            icon: "check",
            text: text.into(),
        }
    }

    /// Something was not done, and why.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            tone: "bad",
            icon: "warning",
            text: text.into(),
        }
    }
}

/// What stands in the conversation.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A message.
    Message(Box<MessageView>),
    /// Changes between two messages.
    Events(Vec<EventLine>),
}

/// A message as it is shown.
#[derive(Debug, Clone)]
pub struct MessageView {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The classes that give it its ground: `note`, `held`, `machine`.
    pub tone: String,
    /// Its name for those who do not see it.
    pub label: String,
    /// Who wrote it.
    pub author: Face,
    /// Their address where it adds something.
    pub address: String,
    /// `to support@acme.test, cc …`; may be empty.
    pub to: String,
    /// When.
    pub at: When,
    /// What is to be known about the sender.
    pub badges: Vec<Badge>,
    /// The text.
    pub parts: Vec<Part>,
    /// What it carries beside text and files.
    pub card: Option<CalendarCard>,
    /// It can be shown formatted.
    pub has_html: bool,
    /// Formatted is how it is shown first.
    pub is_rich: bool,
    /// Its original can be shown.
    pub has_raw: bool,
    /// Its attachments.
    pub files: Vec<File>,
    /// How its delivery stands, per recipient.
    pub delivery: Vec<DeliveryLine>,
    /// It waits for a person.
    pub held: Option<Held>,
}

/// A short mark with a colour and an icon.
#[derive(Debug, Clone)]
pub struct Badge {
    /// `good`, `warn`, `bad` or empty.
    pub tone: &'static str,
    /// The icon's name.
    pub icon: &'static str,
    /// One or two words.
    pub text: &'static str,
    /// The sentence on hover.
    pub title: &'static str,
}

/// An attachment that can be downloaded.
#[derive(Debug, Clone)]
pub struct File {
    /// Its id.
    pub id: String,
    /// Its safe name.
    pub name: String,
    /// `12 kB`.
    pub size: String,
    /// The icon's name.
    pub icon: &'static str,
    /// It is an image of pixels, small enough to be shown here.
    pub is_picture: bool,
    /// Its content can be read on a page.
    pub has_view: bool,
}

/// An event that a mail is about.
#[derive(Debug, Clone, Default)]
pub struct CalendarCard {
    /// `Invitation`, `Cancelled` …
    pub kind: &'static str,
    /// `bad` for what does not take place, `` otherwise.
    pub tone: &'static str,
    /// What it is about.
    pub summary: String,
    /// When, for the reader's clock.
    pub when: String,
    /// Other lines: name and value.
    pub facts: Vec<(&'static str, String)>,
}

/// How delivery to one recipient stands.
#[derive(Debug, Clone)]
pub struct DeliveryLine {
    /// Whom to.
    pub recipient: String,
    /// `good`, `warn`, `bad` or empty.
    pub tone: &'static str,
    /// The icon's name.
    pub icon: &'static str,
    /// `Sent`, `Will be tried again` …
    pub word: &'static str,
    /// The server's words.
    pub detail: String,
}

/// Why a message waits, and which way it goes.
#[derive(Debug, Clone)]
pub struct Held {
    /// A sentence.
    pub why: String,
    /// From outside: accept, open apart, discard. Otherwise: send or discard.
    pub incoming: bool,
}

/// The composer with what was typed before.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a box or a button of its own"
)]
pub struct Composer {
    /// Whom a reply goes to: addresses, separated by commas.
    pub to: String,
    /// How the placeholder calls them.
    pub first_name: String,
    /// The mailbox it comes from.
    pub from: String,
    /// Copies.
    pub cc: String,
    /// Copies that nobody sees.
    pub bcc: String,
    /// Files were chosen that a page cannot bring back: they must be chosen again.
    pub files_again: bool,
    /// The newest public message that the writer has seen (AU4).
    pub in_response_to: String,
    /// Under which name drafts of this ticket are kept on the writer's machine.
    pub draft: String,
    /// What was typed.
    pub reply_text: String,
    /// What was typed as a note.
    pub note_text: String,
    /// Why the reply was not taken.
    pub reply_error: Option<String>,
    /// Why the note was not taken.
    pub note_error: Option<String>,
    /// Something newer arrived: offer to send anyway.
    pub stale: bool,
    /// What it is.
    pub newer: Vec<Newer>,
    /// People outside would get it: offer to send it to them too.
    pub outsiders: bool,
    /// A line looks like a command and is none: offer to send it as it stands.
    pub unclear: bool,
    /// Open the note's tab.
    pub note_first: bool,
    /// The addresses are those that were typed, though nothing was refused.
    pub keep_people: bool,
    /// The names of the canned replies.
    pub canned: Vec<String>,
}

impl Composer {
    /// The commands that may stand on top, as they are written.
    #[expect(clippy::unused_self, reason = "templates ask a value")]
    pub fn commands(&self) -> impl Iterator<Item = &'static str> {
        let only_by_mail = [Verb::Send];
        let verbs = Verb::ALL.iter();
        verbs
            .filter(move |verb| !only_by_mail.contains(verb))
            .map(|verb| verb.usage())
    }
}

/// A message that arrived while somebody was writing.
#[derive(Debug, Clone)]
pub struct Newer {
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: When,
    /// Its beginning.
    pub text: String,
}

/// Somebody beside the requester.
#[derive(Debug, Clone)]
pub struct TakesPart {
    /// Their name; may be empty.
    pub name: String,
    /// Their address.
    pub address: String,
    /// A mail named them; nobody has let them in yet.
    pub suggested: bool,
}

/// What stands beside the conversation.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Status, priority, assignee, team, category.
    pub properties: Vec<Property>,
    /// The tags, separated by commas.
    pub tags: String,
    /// The service levels.
    pub clocks: Vec<ClockView>,
    /// Everything that its clocks did, as sentences, the oldest first.
    pub story: Vec<(When, String)>,
    /// Who asks.
    pub requester: Face,
    /// Their address.
    pub address: String,
    /// Who else takes part, or may.
    pub people: Vec<TakesPart>,
    /// Whose ticket it seems to be really.
    pub proposed: Option<String>,
    /// Their other tickets.
    pub others: Vec<Other>,
    /// Tickets that were merged into this one.
    pub parts: Vec<Other>,
    /// Tickets that it is linked to, and how.
    pub links: Vec<(&'static str, Other)>,
    /// Tickets that look like the same conversation: the offer, why, and which.
    pub offers: Vec<(String, String, Other)>,
    /// Whether it sleeps.
    pub asleep: bool,
    /// When it wakes by itself.
    pub wakes: Option<When>,
    /// Mailbox and the like: name and value.
    pub facts: Vec<(&'static str, String)>,
    /// When it was opened.
    pub created: When,
    /// The decisions about the mail that opened it.
    pub why: Vec<Step>,
    /// The rules that looked at it.
    pub rules: Vec<RuleView>,
    /// Who follows it.
    pub followers: Vec<Face>,
    /// Whether the reader does.
    pub following: bool,
    /// How satisfied the requester was: the face, the words, and what they added.
    pub rating: Option<(&'static str, &'static str, String)>,
    /// Who was told of the newest things: name, what, and why.
    pub told: Vec<(String, &'static str, String)>,
}

/// A field with a closed list of values.
#[derive(Debug, Clone)]
pub struct Property {
    /// The form field.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What can be chosen.
    pub choices: Vec<Choice>,
}

/// One value that can be chosen.
#[derive(Debug, Clone)]
pub struct Choice {
    /// As the form sends it.
    pub value: String,
    /// As people read it.
    pub label: String,
    /// The present one.
    pub selected: bool,
}

/// A service level with its bar.
#[derive(Debug, Clone)]
pub struct ClockView {
    /// Which one.
    pub what: &'static str,
    /// `42 min left`, `missed 3 h ago`.
    pub text: String,
    /// `running`, `warn`, `breached`, `met`, `paused`.
    pub tone: &'static str,
    /// How much of the time is used, 0 to 100.
    pub percent: u8,
    /// The policy and the exact time.
    pub because: String,
}

/// Another ticket of the same person.
#[derive(Debug, Clone)]
pub struct Other {
    /// `ACME-12`.
    pub key: String,
    /// Its subject.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
}

/// A rule that looked at the ticket, in words.
#[derive(Debug, Clone)]
pub struct RuleView {
    /// Its name.
    pub name: String,
    /// Whether it applied.
    pub matched: bool,
    /// What it did, or why it did nothing.
    pub outcome: String,
    /// Each condition: whether it was true, and what it saw.
    pub conditions: Vec<(bool, String)>,
}

//! The list of tickets.

use crate::domain::ticket::{Priority, Status};
use crate::web::show::{Face, When};

/// The middle pane.
#[derive(Debug, Clone)]
pub struct ListView {
    /// `main` where the list stands alone, `region` beside a ticket.
    pub role: &'static str,
    /// Likewise `h1` or `h2`.
    pub heading: &'static str,
    /// What is listed.
    pub title: String,
    /// The view's word in the URL.
    pub view: &'static str,
    /// How many tickets there are in all.
    pub total: i64,
    /// What was searched for.
    pub q: String,
    /// The filters by status.
    pub chips: Vec<Chip>,
    /// The tickets.
    pub rows: Vec<Row>,
    /// Where the list goes on.
    pub older: Option<String>,
    /// What to say when there is nothing.
    pub empty: Empty,
}

/// A filter that is one click away.
#[derive(Debug, Clone)]
pub struct Chip {
    /// Its name.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
    /// How many tickets, where that is known.
    pub count: Option<i64>,
    /// It is on.
    pub current: bool,
}

/// One ticket in the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// Where it opens, with the list kept beside it.
    pub href: String,
    /// `ACME-12`.
    pub key: String,
    /// Its subject.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// How much it hurries.
    pub priority: Priority,
    /// Who asks.
    pub requester: String,
    /// The beginning of the newest message; may be empty.
    pub snippet: String,
    /// When the newest message came or went.
    pub at: When,
    /// The service level that ends next.
    pub clock: Option<ClockChip>,
    /// Who has it.
    pub assignee: Option<Face>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The customer spoke last and the ticket asks for work.
    pub waiting: bool,
    /// It is the one that is open beside the list.
    pub current: bool,
}

/// The state of a service level in two words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockChip {
    /// Which one.
    pub what: &'static str,
    /// `42 min`, `late 3 h`.
    pub text: String,
    /// The badge's ground: ``, `warn`, `bad`.
    pub tone: &'static str,
}

/// What an empty list says.
#[derive(Debug, Clone)]
pub struct Empty {
    /// The icon's name.
    pub icon: &'static str,
    /// One short line.
    pub title: &'static str,
    /// What to do next.
    pub text: String,
}

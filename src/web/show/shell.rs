//! What surrounds every page of a tenant: the sidebar.

use crate::web::show::Face;

/// One of the built-in views of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// All that asks for work.
    #[default]
    Inbox,
    /// Of that, what is assigned to the reader.
    Mine,
    /// Of that, what is assigned to nobody.
    Unassigned,
    /// What waits for the customer or a third party.
    Waiting,
    /// What sleeps until a moment or an answer, and is in no other view of what asks for work.
    Snoozed,
    /// Of what asks for work, what has missed a service level.
    Late,
    /// Everything.
    All,
}

impl View {
    /// Every view, in the order of the sidebar.
    pub const ALL: &'static [Self] = &[
        Self::Inbox,
        Self::Mine,
        Self::Unassigned,
        Self::Waiting,
        Self::Snoozed,
        Self::Late,
        Self::All,
    ];

    /// The word in the URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::Waiting => "waiting",
            Self::Snoozed => "snoozed",
            Self::Late => "late",
            Self::All => "all",
        }
    }

    /// The name as people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Inbox => "Inbox",
            Self::Mine => "Mine",
            Self::Unassigned => "Unassigned",
            Self::Waiting => "Waiting",
            Self::Snoozed => "Snoozed",
            Self::Late => "Late",
            Self::All => "All tickets",
        }
    }

    /// The icon beside the name.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Mine => "person",
            Self::Unassigned => "nobody",
            Self::Waiting => "hourglass",
            Self::Snoozed => "moon",
            Self::Late => "alarm",
            Self::All => "stack",
        }
    }
}

/// The sidebar.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The tenant's name.
    pub tenant: String,
    /// Its first letter.
    pub mark: String,
    /// Who is logged in.
    pub person: Face,
    /// The views with their counts.
    pub views: Vec<ViewLink>,
    /// What proves that a form was made for this session.
    pub form_token: String,
}

/// A view in the sidebar.
#[derive(Debug, Clone)]
pub struct ViewLink {
    /// As in the URL.
    pub slug: &'static str,
    /// As people read it.
    pub label: &'static str,
    /// The icon's name.
    pub icon: &'static str,
    /// How many tickets; 0 is not shown.
    pub count: i64,
    /// The one that is open.
    pub current: bool,
}

impl ViewLink {
    /// The links of all views, of which `current` is open, if one is and `count` knows the numbers.
    pub fn all(current: Option<View>, count: impl Fn(View) -> i64) -> Vec<Self> {
        View::ALL
            .iter()
            .map(|view| Self {
                slug: view.as_str(),
                label: view.label(),
                icon: view.icon(),
                count: count(*view),
                current: current == Some(*view),
            })
            .collect()
    }
}

//! People outside who write to a tenant.

use crate::domain::address::EmailAddress;
use crate::domain::ids::ContactId;

/// A contact of one tenant; one person may have several addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Their id.
    pub id: ContactId,
    /// The address to write to.
    pub email: EmailAddress,
    /// Their name as their mail gave it; may be empty.
    pub name: String,
    /// Their mail is kept, silent, and opens nothing visible.
    pub blocked: bool,
}

impl Contact {
    /// What to call them.
    pub fn display(&self) -> &str {
        if self.name.is_empty() {
            self.email.as_str()
        } else {
            &self.name
        }
    }

    /// What a friendly text calls them: the first word of the name, or what stands before the `@`.
    pub fn first_name(&self) -> &str {
        self.name
            .split_whitespace()
            .next()
            .unwrap_or_else(|| self.email.local())
    }
}

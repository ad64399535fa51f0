//! `[platform]`: who runs all of it.

use super::section::section;
use crate::domain::address::EmailAddress;

section! {
    /// Who runs all of it.
    pub struct Platform in "platform" {
        /// The addresses of the platform's administrators. Those in the variable
        /// POSTROOM_PLATFORM_ADMINS (with commas between them) are added.
        admins: Vec<EmailAddress> = [],
    }
}

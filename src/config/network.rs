//! `[network]`: where tenants may make the daemon connect to.

use super::cidr::Cidr;
use super::section::section;

section! {
    /// Where tenants may make the daemon connect to. Hosts named in this file, in seed files and on the
    /// command line are the operator's own and always allowed.
    pub struct Network in "network" {
        /// Private addresses that hosts set on pages or by the API may have: blocks like 10.0.0.0/8.
        allow: Vec<Cidr> = [],
    }
}

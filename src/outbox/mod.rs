//! How things go out: by SMTP to a relay, by ntfy to phones.

pub mod ntfy;
pub mod smtp;

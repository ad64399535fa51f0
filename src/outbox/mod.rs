//! How things go out: by SMTP to a relay, by ntfy to phones, by webhooks to programs. `worker` takes due rows in hand and writes down what
//! came of them.

pub mod ntfy;
pub mod smtp;
pub mod webhook;
pub mod worker;

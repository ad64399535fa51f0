//! The log, on standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Format, Log};

/// Libraries that would write down what nobody should read, or too much of what nobody reads: async-imap the mails
/// and passwords themselves. Not even `trace` opens these.
const RESTRAINED: &str = "async_imap=info,imap_proto=info,lettre=info,sqlx=warn,hyper=info,hyper_util=info,h2=info,reqwest=info,rustls=info,tokio=info,mio=info";

/// Begins to write what happens. Later calls, as in tests, change nothing.
pub fn start(log: &Log) {
    let filter = EnvFilter::new(format!("{},{RESTRAINED}", log.level));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let _ = match log.format {
        Format::Text => lines.with_ansi(false).finish().try_init(),
        Format::Json => lines.json().flatten_event(true).finish().try_init(),
    };
}

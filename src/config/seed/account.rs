//! `[[account]]` and `[[tenant.account]]`: where mail is fetched and through what it is sent.

use super::files::certificates;
use super::names::State;
use super::secret::Secret;
use crate::config::read::{Record, Table, texts};
use crate::config::{At, Place};
use crate::domain::account::{AfterIntake, FirstConnection, ImapSettings, ServerSettings, TlsMode};
use crate::domain::mailbox::Dkim;

/// An account of a tenant, or of the platform.
#[derive(Debug, Clone)]
pub struct Account {
    /// Where it stands.
    pub place: Place,
    /// Its name, unique within the tenant or the platform.
    pub name: At<String>,
    /// Whether it is to be there.
    pub state: State,
    /// Where mail comes from.
    pub imap: Option<Imap>,
    /// Through what mail goes out.
    pub smtp: Option<Smtp>,
    /// The MX whose Received line is the boundary of trust.
    pub trusted_host: Option<String>,
    /// The headers in which that host notes the envelope's recipient.
    pub delivery_headers: Option<Vec<String>>,
    /// The authserv-id whose Authentication-Results count.
    pub auth_results: Option<String>,
    /// Whether DKIM signatures are checked here.
    pub dkim: Option<Dkim>,
}

/// The IMAP side of an account.
#[derive(Debug, Clone)]
pub struct Imap {
    /// Server, folders, and what happens to a mail that was taken in.
    pub settings: ImapSettings,
    /// The password.
    pub password: Option<Secret>,
}

/// The SMTP side of an account.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// The server.
    pub settings: ServerSettings,
    /// The password.
    pub password: Option<Secret>,
}

texts! { words TlsMode, FirstConnection }
texts! { AfterIntake: "one of seen, move:FOLDER, delete:DAYS" }

impl Record for Account {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let name = table.required("name");
        let account = Self {
            place: table.place(),
            state: table.optional("state").unwrap_or_default(),
            imap: table.record("imap"),
            smtp: table.record("smtp"),
            trusted_host: table.optional("trusted_host"),
            delivery_headers: table.optional("delivery_headers"),
            auth_results: table.optional("auth_results"),
            dkim: table.optional("dkim"),
            name: name?,
        };
        Some(account)
    }
}

impl Record for Imap {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let (server, password) = server(table, [993, 143]);
        let folders = table
            .optional("folders")
            .unwrap_or_else(|| vec!["INBOX".to_owned()]);
        let after = table.optional("after").unwrap_or_default();
        let first = table.optional("first").unwrap_or(FirstConnection::New);
        let settings = ImapSettings {
            server: server?,
            folders,
            after,
            first,
        };
        if settings.folders.is_empty() {
            table.mistake("expected at least one folder in `folders`");
        }
        Some(Self { settings, password })
    }
}

impl Record for Smtp {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let (server, password) = server(table, [465, 587]);
        Some(Self {
            settings: server?,
            password,
        })
    }
}

/// What both sides have in common; `ports` are the usual ones with implicit TLS, and otherwise.
fn server(table: &mut Table<'_>, ports: [u16; 2]) -> (Option<ServerSettings>, Option<Secret>) {
    let host: Option<String> = table.required("host");
    let tls = table.optional("tls").unwrap_or(TlsMode::Implicit);
    let usual = if tls == TlsMode::Implicit {
        ports[0]
    } else {
        ports[1]
    };
    let port = table.optional("port").unwrap_or(usual);
    let username: Option<String> = table.optional("username");
    let password = Secret::read(table, &Secret::PASSWORD);
    let ca_pem = certificates(table, "ca_file");
    let allow_insecure = table.optional("allow_insecure").unwrap_or(false);
    if table.ignore("oauth") {
        table.mistake(
            "oauth is not yet possible in this version; expected password, password_env or password_file",
        );
    } else if username.is_some() && password.is_none() {
        table.mistake("expected one of password, password_env, password_file beside username");
    }
    let settings = host.map(|host| ServerSettings {
        host,
        port,
        tls,
        username: username.unwrap_or_default(),
        ca_pem,
        allow_insecure,
    });
    if let Some(Err(unusable)) = settings.as_ref().map(ServerSettings::check) {
        table.mistake(unusable.to_string());
    }
    (settings, password)
}

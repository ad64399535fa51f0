//! What admins settle about ntfy: the server, how it knows us, what it is told.

use url::Url;

use crate::desk::directory::Office;
use crate::desk::{Desk, DeskError, Who, texts};
use crate::domain::audit::{Differences, Via};
use crate::store::accounts::StoredPassword;
use crate::store::telling::{self, Ntfy, Rest};

/// How an ntfy server is to be used from now on.
#[derive(Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the page"
)]
pub struct NtfyChange {
    /// Its address.
    pub server: String,
    /// The name to log in with; empty: the secret is an access token.
    pub username: String,
    /// A new access token or password; empty: the one that is kept, as long as the server stays the same.
    pub secret: String,
    /// What all topics begin with.
    pub topic_prefix: String,
    /// New tickets and assignments.
    pub tickets: bool,
    /// Warnings and breaches.
    pub sla: bool,
    /// Alerts.
    pub security: bool,
    /// People who come and go.
    pub users: bool,
    /// Whether pushes may carry customers' words.
    pub customer_text: bool,
    /// Switched on.
    pub active: bool,
}

impl Desk {
    /// Changes a tenant's ntfy settings. A secret is sent only to the server for which it was given.
    ///
    /// # Errors
    /// An address or a topic that cannot be; a role that may not.
    pub async fn change_ntfy(
        &self,
        who: &Who,
        via: Via,
        wanted: NtfyChange,
    ) -> Result<(), DeskError> {
        let server = checked(&wanted.server)?;
        let prefix = wanted.topic_prefix.trim();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !(1..=48).contains(&prefix.len()) || !prefix.chars().all(fits) {
            let problem = "expected letters, digits, - and _, at most 48";
            return Err(DeskError::invalid("topic_prefix", problem));
        }
        let mut change = self.change_settings(who, via).await?;
        // Also what is switched off is in the table, and not in the settings in memory.
        let kept = telling::ntfy_all_tenants(&mut change.tx).await?;
        let was = kept.into_iter().find(|(tenant, _)| *tenant == who.tenant);
        let was = was.map(|(_, ntfy)| ntfy);
        let same_server = was.as_ref().is_some_and(|was| was.server == server);
        let token = if !wanted.secret.is_empty() {
            let cell = Ntfy::token_cell(who.tenant);
            StoredPassword {
                sealed: Some(self.key.seal(&cell, wanted.secret.as_bytes(), &self.random)),
                env: None,
            }
        } else if same_server {
            was.as_ref()
                .map(|was| was.token.clone())
                .unwrap_or_default()
        } else {
            StoredPassword::default()
        };
        let is = Ntfy {
            trusted: same_server && was.as_ref().is_some_and(|was| was.trusted),
            server,
            token,
            topic_prefix: prefix.to_owned(),
            tickets: wanted.tickets,
            sla: wanted.sla,
            security: wanted.security,
            users: wanted.users,
            active: wanted.active,
            username: Some(wanted.username.trim().to_owned()).filter(|name| !name.is_empty()),
            customer_text: wanted.customer_text,
        };
        let differences = differences(was.as_ref(), &is);
        if differences.is_empty() {
            return Ok(());
        }
        let now = change.now();
        telling::put_ntfy(&mut change.tx, who.tenant, &is, now).await?;
        change.record("ntfy.changed", &is.server, differences.to_string());
        change.commit().await
    }
}

/// Why pushes rest and what becomes of them, for those who run the desk.
pub fn rests(office: &Office, rest: &Rest) -> String {
    let until = rest.until.map_or_else(String::new, |until| {
        format!(" at {}", texts::local(office, until))
    });
    format!(
        "Pushes do not go out: {}. Nothing is lost; they wait, and are tried again{until}, and as soon as something here is saved.",
        rest.error.trim_end_matches('.')
    )
}

fn differences(was: Option<&Ntfy>, is: &Ntfy) -> Differences {
    let Some(was) = was else {
        return Differences::default().field("server", &String::new(), &is.server);
    };
    let name = |ntfy: &Ntfy| ntfy.username.clone().unwrap_or_default();
    Differences::default()
        .field("server", &was.server, &is.server)
        .field("username", &name(was), &name(is))
        .hidden("secret", &was.token, &is.token)
        .field("topic_prefix", &was.topic_prefix, &is.topic_prefix)
        .field("tickets", &was.tickets, &is.tickets)
        .field("sla", &was.sla, &is.sla)
        .field("security", &was.security, &is.security)
        .field("users", &was.users, &is.users)
        .field("customer_text", &was.customer_text, &is.customer_text)
        .field("active", &was.active, &is.active)
}

fn checked(server: &str) -> Result<String, DeskError> {
    let expected = || DeskError::invalid("server", "expected an address like https://ntfy.sh");
    let url = Url::parse(server.trim()).map_err(|_| expected())?;
    let web = matches!(url.scheme(), "https" | "http") && url.has_host();
    let login = !url.username().is_empty() || url.password().is_some();
    if !web || login {
        return Err(expected());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

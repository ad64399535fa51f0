//! `postroom token`: API tokens.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, House, Outcome, Terminal};
use crate::domain::address::EmailAddress;
use crate::domain::ids::{TenantId, TokenId, UserId};
use crate::door::Bearer;
use crate::store::tokens::{self, ApiToken};
use crate::store::{Tx, people, tenants};

/// Create, list and revoke API tokens
#[derive(Args)]
pub(super) struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a token and print it alone on standard output; it is never shown again
    #[command(after_help = "\
Examples:
  postroom token create --tenant acme --user ada@acme.test --name reports
  postroom token create --platform --user root@example.org --name billing")]
    Create {
        /// A token that sees this tenant alone
        #[arg(long, value_name = "SLUG", required_unless_present = "platform")]
        tenant: Option<String>,
        /// A token for the platform's own routes
        #[arg(long, conflicts_with = "tenant")]
        platform: bool,
        /// In whose name it acts
        #[arg(long, value_name = "EMAIL")]
        user: EmailAddress,
        /// What it is for
        #[arg(long, value_name = "N")]
        name: String,
    },
    /// List tokens, without their secret
    #[command(after_help = "\
Example:
  postroom token list --tenant acme")]
    List {
        /// Only those of this tenant
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
        /// One JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// End a token at once
    #[command(after_help = "\
Example:
  postroom token revoke 01936b6a-7d0c-7cc3-9d6e-3c8f0f3f6f3a")]
    Revoke {
        /// The token's id, as `token list` shows it
        id: TokenId,
    },
}

impl Token {
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        let house = House::open(terminal.config()?).await?;
        let done = match self.action {
            Action::Create {
                tenant,
                platform: _,
                user,
                name,
            } => create(&house, tenant.as_deref(), &user, &name, terminal).await,
            Action::List { tenant, json } => list(&house, tenant.as_deref(), json, terminal).await,
            Action::Revoke { id } => revoke(&house, id, terminal).await,
        };
        house.db.close().await;
        done
    }
}

async fn create(
    house: &House,
    slug: Option<&str>,
    email: &EmailAddress,
    name: &str,
    terminal: &mut Terminal,
) -> Outcome {
    let word = Bearer::new("postroom_", &house.random);
    let now = house.clock.now();
    let mut tx = house.db.write().await?;
    let tenant = house.tenant_id(&mut tx, slug).await?;
    let user = holder(&mut tx, house, (tenant, slug), email).await?;
    let token = ApiToken {
        id: TokenId(house.random.uuid(now)),
        tenant,
        user: Some(user),
        name: name.to_owned(),
        created_at: now,
        revoked_at: None,
    };
    tokens::insert(&mut tx, &token, &word.hash()).await?;
    tx.commit().await?;
    terminal.say(word.expose())
}

/// In whose name a token may act: somebody of the tenant, or a platform administrator.
async fn holder(
    tx: &mut Tx,
    house: &House,
    (tenant, slug): (Option<TenantId>, Option<&str>),
    email: &EmailAddress,
) -> Outcome<UserId> {
    let known = people::credentials(tx, email).await?;
    let known = known.ok_or_else(|| {
        Failure::new(format!(
            "there is no user {email}; `postroom user add` makes one"
        ))
    })?;
    if known.disabled {
        return Err(Failure::new(format!(
            "{email} is disabled; `postroom user add` brings them back"
        )));
    }
    let Some(tenant) = tenant else {
        if known.platform_admin || house.config.platform.admins.contains(email) {
            return Ok(known.id);
        }
        return Err(Failure::new(format!(
            "{email} is not a platform administrator; `postroom user add --platform {email}` makes them one"
        )));
    };
    let all = people::memberships_all_tenants(tx).await?;
    if all
        .iter()
        .any(|m| m.tenant == tenant && m.user.id == known.id && m.active)
    {
        return Ok(known.id);
    }
    let slug = slug.unwrap_or_default();
    Err(Failure::new(format!(
        "{email} does not work for {slug}; `postroom user add --tenant {slug} {email}` adds them"
    )))
}

async fn list(house: &House, slug: Option<&str>, json: bool, terminal: &mut Terminal) -> Outcome {
    let mut tx = house.db.read().await?;
    let only = house.tenant_id(&mut tx, slug).await?;
    let tenants = tenants::all_tenants(&mut tx).await?;
    let users = people::users_all_tenants(&mut tx).await?;
    for token in tokens::all_tenants(&mut tx).await? {
        if only.is_some() && token.tenant != only {
            continue;
        }
        let tenant = tenants
            .iter()
            .find(|t| Some(t.id) == token.tenant)
            .map(|t| t.slug.as_str());
        let user = users
            .iter()
            .find(|u| Some(u.id) == token.user)
            .map_or("", |u| u.email.as_str());
        if json {
            terminal.say_json(&json!({
                "id": token.id, "name": token.name, "tenant": tenant, "user": user,
                "created_at": token.created_at, "revoked_at": token.revoked_at,
            }))?;
        } else {
            let revoked = if token.revoked_at.is_some() {
                "revoked"
            } else {
                "active"
            };
            let tenant = tenant.unwrap_or("platform");
            terminal.say(format!(
                "{}\t{}\t{tenant}\t{user}\t{revoked}",
                token.id, token.name
            ))?;
        }
    }
    Ok(())
}

async fn revoke(house: &House, id: TokenId, terminal: &mut Terminal) -> Outcome {
    let mut tx = house.db.write().await?;
    let revoked = tokens::revoke(&mut tx, id, house.clock.now()).await?;
    tx.commit().await?;
    if !revoked {
        return Err(Failure::new(format!(
            "there is no active token {id}; `postroom token list` shows all"
        )));
    }
    terminal.say(format!("the token {id} is revoked"))
}

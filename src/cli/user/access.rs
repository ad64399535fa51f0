//! `postroom user password` and `postroom user disable`.

use secrecy::{ExposeSecret, SecretString};

use super::{Disable, Password, known};
use crate::cli::{Failure, House, Link, Outcome, Terminal};
use crate::desk::Desk;
use crate::desk::people::Befell;
use crate::domain::address::EmailAddress;
use crate::domain::audit::Via;
use crate::domain::event::Actor;
use crate::domain::person::User;
use crate::domain::tenant::Tenant;
use crate::store::{Topic, Tx, people, tokens};
use crate::web::judge;

pub(super) async fn password(house: &House, asked: &Password, terminal: &mut Terminal) -> Outcome {
    if !asked.stdin {
        let mut tx = house.db.write().await?;
        let user = known(&mut tx, &asked.email).await?;
        let link = Link::reset(&mut tx, house, &user).await?;
        tx.commit().await?;
        return terminal.say(link.sentence(house));
    }
    let password = read(house, &asked.email, terminal)?;
    let hash = house.hash(&password).await?;
    let desk = house.desk().await?;
    let mut tx = house.db.write().await?;
    let user = known(&mut tx, &asked.email).await?;
    people::set_password(&mut tx, user.id, &hash, house.clock.now()).await?;
    desk.note_password(&mut tx, &user).await?;
    tx.commit().await?;
    terminal.say(format!(
        "{} has a new password and is logged out everywhere",
        asked.email
    ))
}

/// The password on standard input, without the line break behind it.
fn read(house: &House, email: &EmailAddress, terminal: &mut Terminal) -> Outcome<SecretString> {
    let bytes = terminal
        .read_all(4096)
        .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
    let text =
        String::from_utf8(bytes).map_err(|_| Failure::new("the password is not UTF-8 text"))?;
    let password: SecretString = text.trim_end_matches(['\r', '\n']).to_owned().into();
    if password.expose_secret().is_empty() {
        return Err(Failure::new("standard input is empty; expected a password"));
    }
    // Where nobody but this machine can log in, any password will do.
    if !house.config.server.public_url.is_loopback() {
        judge(&password, email.as_str())
            .map_err(|weak| Failure::new(format!("the password was not set. {weak}")))?;
    }
    Ok(password)
}

pub(super) async fn disable(house: &House, asked: &Disable, terminal: &mut Terminal) -> Outcome {
    let desk = house.desk().await?;
    let mut tx = house.db.write().await?;
    let user = known(&mut tx, &asked.email).await?;
    let sentence = match asked.tenant.as_deref() {
        None => {
            people::disable(&mut tx, user.id, house.clock.now()).await?;
            if !user.disabled {
                note_everywhere(&mut tx, &desk, &user, Befell::Suspended).await?;
            }
            format!("{} is disabled everywhere", asked.email)
        }
        Some(slug) => {
            let tenant = house.tenant(&mut tx, slug).await?;
            leave(&mut tx, house, &tenant, &user).await?;
            let by = (Actor::System, Via::Command);
            desk.note_person(&mut tx, tenant.id, by, (&user, Befell::Removed))
                .await?;
            format!("{} is disabled in {slug}", asked.email)
        }
    };
    tx.wake(Topic::Settings);
    tx.commit().await?;
    terminal.say(sentence)
}

/// Notes at every desk where somebody works what befell them.
pub(super) async fn note_everywhere(
    tx: &mut Tx,
    desk: &Desk,
    user: &User,
    befell: Befell,
) -> Outcome {
    let all = people::memberships_all_tenants(tx).await?;
    for at in all.iter().filter(|m| m.user.id == user.id && m.active) {
        let by = (Actor::System, Via::Command);
        desk.note_person(tx, at.tenant, by, (user, befell)).await?;
    }
    Ok(())
}

/// Ends one membership, with the sessions and tokens that stand on it.
async fn leave(tx: &mut Tx, house: &House, tenant: &Tenant, user: &User) -> Outcome {
    let now = house.clock.now();
    let all = people::memberships_all_tenants(tx).await?;
    let membership = all
        .iter()
        .find(|m| m.tenant == tenant.id && m.user.id == user.id);
    let membership = membership
        .ok_or_else(|| Failure::new(format!("{} does not work for {}", user.email, tenant.slug)))?;
    let what = (membership.role, false, membership.signature.as_str());
    people::put_membership(tx, tenant.id, user.id, what, now).await?;
    for token in tokens::all_tenants(tx).await? {
        if token.tenant == Some(tenant.id) && token.user == Some(user.id) {
            tokens::revoke(tx, token.id, now).await?;
        }
    }
    Ok(())
}

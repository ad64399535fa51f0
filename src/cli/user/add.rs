//! `postroom user add`.

use super::Add;
use super::access::note_everywhere;
use crate::cli::{House, Link, Outcome, Terminal};
use crate::desk::people::Befell;
use crate::domain::address::EmailAddress;
use crate::domain::audit::Via;
use crate::domain::event::Actor;
use crate::domain::ids::{TenantId, UserId};
use crate::domain::person::{Role, User};
use crate::store::{StoreError, Topic, Tx, people};

pub(super) async fn run(house: &House, add: &Add, terminal: &mut Terminal) -> Outcome {
    let now = house.clock.now();
    let desk = house.desk().await?;
    let mut tx = house.db.write().await?;
    let tenant = house.tenant_id(&mut tx, add.tenant.as_deref()).await?;
    let known = people::by_email(&mut tx, &add.email).await?;
    let new = known.is_none();
    let user = match known {
        Some(user) => user,
        None => new_user(&mut tx, house, &add.email, add.name.as_deref(), false).await?,
    };
    if let Some(name) = add.name.as_deref().filter(|name| *name != user.name) {
        people::rename(&mut tx, user.id, name, now).await?;
    }
    if user.disabled {
        people::enable(&mut tx, user.id, now).await?;
        note_everywhere(&mut tx, &desk, &user, Befell::Back).await?;
    }
    match tenant {
        Some(tenant) => {
            let befell = join(&mut tx, house, tenant, (&user, new), add.role).await?;
            if let Some(befell) = befell {
                let by = (Actor::System, Via::Command);
                desk.note_person(&mut tx, tenant, by, (&user, befell))
                    .await?;
            }
        }
        None => people::set_platform_admin(&mut tx, user.id, true, now).await?,
    }
    let link = if new {
        Some(Link::invite(&mut tx, house, &user, tenant).await?)
    } else {
        None
    };
    tx.wake(Topic::Settings);
    tx.commit().await?;
    match &add.tenant {
        Some(slug) => terminal.say(format!("{} works for {slug}", add.email))?,
        None => terminal.say(format!("{} is a platform administrator", add.email))?,
    }
    link.map_or(Ok(()), |link| terminal.say(link.sentence(house)))
}

/// Makes them a member again, or for the first time. A role is kept unless another is given. Gives what that means for
/// them, if it means anything.
async fn join(
    tx: &mut Tx,
    house: &House,
    tenant: TenantId,
    (user, new): (&User, bool),
    role: Option<Role>,
) -> Outcome<Option<Befell>> {
    let all = people::memberships_all_tenants(tx).await?;
    let known = all
        .iter()
        .find(|m| m.tenant == tenant && m.user.id == user.id);
    let role = role.or(known.map(|m| m.role)).unwrap_or(Role::Member);
    let signature = known.map_or("", |m| &m.signature);
    people::put_membership(
        tx,
        tenant,
        user.id,
        (role, true, signature),
        house.clock.now(),
    )
    .await?;
    Ok(match known {
        None if new => Some(Befell::Invited(role)),
        None => Some(Befell::Added(role)),
        Some(was) if !was.active => Some(Befell::Back),
        Some(was) if was.role != role => Some(Befell::Role(was.role, role)),
        Some(_) => None,
    })
}

/// Creates a person without a password.
pub(in crate::cli) async fn new_user(
    tx: &mut Tx,
    house: &House,
    email: &EmailAddress,
    name: Option<&str>,
    platform_admin: bool,
) -> Result<User, StoreError> {
    let now = house.clock.now();
    let user = User {
        id: UserId(house.random.uuid(now)),
        email: email.clone(),
        name: name.unwrap_or_else(|| email.local()).to_owned(),
        disabled: false,
        created_at: now,
    };
    people::insert(tx, &user, None, platform_admin).await?;
    Ok(user)
}

//! `postroom user list`.

use serde_json::json;

use super::List;
use crate::cli::{House, Outcome, Terminal};
use crate::domain::person::{Membership, User};
use crate::store::{people, tenants};

pub(super) async fn run(house: &House, list: &List, terminal: &mut Terminal) -> Outcome {
    let mut tx = house.db.read().await?;
    let only = house.tenant_id(&mut tx, list.tenant.as_deref()).await?;
    let tenants = tenants::all_tenants(&mut tx).await?;
    let memberships = people::memberships_all_tenants(&mut tx).await?;
    let slug = |m: &Membership| {
        tenants
            .iter()
            .find(|t| t.id == m.tenant)
            .map_or("", |t| &t.slug)
    };
    for user in people::users_all_tenants(&mut tx).await? {
        let theirs = memberships.iter().filter(|m| m.user.id == user.id);
        let theirs: Vec<&Membership> = theirs
            .filter(|m| only.is_none_or(|id| id == m.tenant))
            .collect();
        if only.is_some() && theirs.is_empty() {
            continue;
        }
        let credentials = people::credentials(&mut tx, &user.email).await?;
        let platform = credentials.is_some_and(|known| known.platform_admin);
        if list.json {
            let places = theirs
                .iter()
                .map(|m| json!({ "tenant": slug(m), "role": m.role, "active": m.active }));
            let places: Vec<_> = places.collect();
            terminal.say_json(&json!({
                "email": user.email, "name": user.name, "disabled": user.disabled,
                "platform_admin": platform, "tenants": places,
            }))?;
        } else {
            terminal.say(line(&user, platform, &theirs, slug))?;
        }
    }
    Ok(())
}

fn line<'a>(
    user: &User,
    platform: bool,
    theirs: &[&'a Membership],
    slug: impl Fn(&'a Membership) -> &'a str,
) -> String {
    let mut places: Vec<String> = theirs.iter().map(|m| place(m, slug(m))).collect();
    if platform {
        places.insert(0, "platform administrator".to_owned());
    }
    if user.disabled {
        places.insert(0, "disabled".to_owned());
    }
    format!("{}\t{}\t{}", user.email, user.name, places.join(", "))
}

fn place(membership: &Membership, slug: &str) -> String {
    let left = if membership.active { "" } else { " (left)" };
    format!("{slug}: {}{left}", membership.role)
}

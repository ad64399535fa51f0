//! Somebody who is logged in, as every page of a desk, or of the platform area, asks for them.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::desk::Who;
use crate::desk::directory::Office;
use crate::domain::access::{self, Relation, Viewer};
use crate::domain::ids::{TeamId, TenantId, UserId};
use crate::domain::person::{Membership, Role};
use crate::domain::tenant::MemberVisibility;
use crate::domain::ticket::Ticket;
use crate::store::tickets::Visible;
use crate::store::{StoreError, Tx, followers, people};
use crate::web::Web;
use crate::web::entrance::Entrance;
use crate::web::guard::Fault;
use crate::web::session;
use crate::web::show::Face;

/// A member of a tenant with a living session there. Asking for one sends everybody else to the log-in.
#[derive(Clone)]
pub struct Signed {
    /// The tenant with its people, teams and mailboxes.
    pub office: Arc<Office>,
    /// The member.
    pub member: Membership,
    /// The teams they are in.
    pub teams: Vec<TeamId>,
    /// What every form of this session carries.
    pub form_token: String,
}

impl Signed {
    /// The tenant.
    pub fn tenant(&self) -> TenantId {
        self.office.tenant.id
    }

    /// Who does what is done now.
    pub fn who(&self) -> Who {
        Who {
            tenant: self.tenant(),
            user: Some(self.member.user.id),
            name: self.member.user.name.clone(),
            role: self.member.role,
        }
    }

    /// Their face.
    pub fn face(&self) -> Face {
        face(&self.member)
    }

    /// The face of one of the tenant's people, former ones included.
    pub fn face_of(&self, user: UserId) -> Option<Face> {
        self.office.person(user).map(face)
    }

    /// Whether they may change anything.
    pub fn may_work(&self) -> bool {
        access::may_work(self.member.role)
    }

    /// Which tickets their lists show.
    pub fn visible(&self) -> Visible {
        let visibility = self.office.tenant.settings.member_visibility;
        if self.member.role != Role::Member || visibility == MemberVisibility::All {
            return Visible::All;
        }
        Visible::Member {
            user: self.member.user.id,
            teams: self.teams.clone(),
            whole_team: visibility == MemberVisibility::Team,
        }
    }

    /// Whether a ticket exists for them (A21).
    pub async fn may_see(&self, tx: &mut Tx, ticket: &Ticket) -> Result<bool, StoreError> {
        if self.sees(ticket, false) {
            return Ok(true);
        }
        let user = self.member.user.id;
        let follows = followers::follows(tx, self.tenant(), ticket.id, user).await?;
        Ok(follows && self.sees(ticket, true))
    }

    fn sees(&self, ticket: &Ticket, follows: bool) -> bool {
        let viewer = Viewer {
            user: self.member.user.id,
            role: self.member.role,
            teams: &self.teams,
        };
        let relation = Relation {
            assignee: ticket.assignee,
            team: ticket.team,
            follows,
        };
        access::may_see(
            &viewer,
            &relation,
            self.office.tenant.settings.member_visibility,
        )
    }
}

fn face(member: &Membership) -> Face {
    Face::new(
        member.user.id.to_string(),
        &member.user.name,
        member.user.email.as_str(),
    )
}

impl FromRequestParts<Web> for Signed {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Fault> {
        let Entrance::Desk(office) = Entrance::from_request_parts(parts, web).await? else {
            return Err(Fault::NotFound);
        };
        let session = living_session(parts, web, Some(office.tenant.id)).await?;
        let member = office
            .person(session.user_id)
            .filter(|member| member.is_here())
            .cloned();
        let member = member.ok_or_else(|| logged_out(parts))?;
        let teams = office
            .teams
            .iter()
            .filter(|team| team.members.contains(&member.user.id))
            .map(|team| team.id);
        Ok(Self {
            teams: teams.collect(),
            member,
            form_token: session.form_token,
            office,
        })
    }
}

/// A member who may change the tenant's settings: an admin or an owner.
#[derive(Clone)]
pub struct Managing(pub Signed);

impl FromRequestParts<Web> for Managing {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Fault> {
        let signed = Signed::from_request_parts(parts, web).await?;
        if access::may_manage_settings(signed.member.role) {
            Ok(Self(signed))
        } else {
            Err(Fault::NotAllowed)
        }
    }
}

/// Somebody who runs the platform, with a living session in its area.
pub struct PlatformAdmin {
    /// What every form of this session carries.
    pub form_token: String,
}

impl FromRequestParts<Web> for PlatformAdmin {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Fault> {
        let session = living_session(parts, web, None).await?;
        let mut tx = web.desk.db.read().await?;
        // Asked anew on every request: who is no longer an admin is out at once.
        let user = people::by_id(&mut tx, session.user_id)
            .await?
            .ok_or_else(|| logged_out(parts))?;
        let known = people::credentials(&mut tx, &user.email)
            .await?
            .ok_or_else(|| logged_out(parts))?;
        let named = web.platform_admins.contains(&user.email);
        if known.disabled || !Entrance::Platform.admits(&known, named) {
            return Err(logged_out(parts));
        }
        Ok(Self {
            form_token: session.form_token,
        })
    }
}

async fn living_session(
    parts: &Parts,
    web: &Web,
    tenant: Option<TenantId>,
) -> Result<crate::store::sessions::Session, Fault> {
    let mut tx = web.desk.db.read().await?;
    let session = session::find(&mut tx, tenant, &parts.headers, web.desk.clock.now()).await?;
    drop(tx);
    let session = session.ok_or_else(|| logged_out(parts))?;
    session::touch(web, &session).await;
    Ok(session)
}

/// To the log-in, and back to the page that was asked for if that is a page.
fn logged_out(parts: &Parts) -> Fault {
    let path = parts
        .uri
        .path_and_query()
        .map_or("/", axum::http::uri::PathAndQuery::as_str);
    Fault::LoggedOut(if parts.method.is_safe() {
        path.to_owned()
    } else {
        String::new()
    })
}

//! Who calls: a bearer token is looked up once per request, counted, and turned into what it may do. The one
//! place of the API that knows tokens and roles.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::problem::{Kind, Problem};
use super::state::ApiState;
use crate::desk::Who;
use crate::desk::directory::Office;
use crate::domain::access::{self, Relation, Viewer};
use crate::domain::ids::{TeamId, TenantId, TokenId};
use crate::domain::person::Role;
use crate::domain::tenant::MemberVisibility;
use crate::domain::ticket::Ticket;
use crate::store::inbound::By;
use crate::store::tickets::Visible;
use crate::store::tokens::ApiToken;
use crate::store::{self, StoreError, Tx};

/// Whose token it is.
#[derive(Clone)]
pub enum Caller {
    /// A tenant's: it sees that tenant alone.
    Tenant(Staff),
    /// The platform's.
    Platform(TokenId),
}

impl Caller {
    /// The token.
    pub const fn token(&self) -> TokenId {
        match self {
            Self::Tenant(staff) => staff.token,
            Self::Platform(token) => *token,
        }
    }
}

/// Somebody with a place in a tenant, by a token of theirs.
#[derive(Clone)]
pub struct Staff {
    token: TokenId,
    /// The tenant with its people, teams and mailboxes.
    pub office: Arc<Office>,
    /// Who does what is done now.
    pub who: Who,
    teams: Vec<TeamId>,
}

impl Staff {
    /// The tenant.
    pub const fn tenant(&self) -> TenantId {
        self.who.tenant
    }

    /// Which tickets their lists show.
    pub fn visible(&self) -> Visible {
        match self.who.user {
            Some(user) if self.is_narrowed() => Visible::Member {
                user,
                teams: self.teams.clone(),
                whole_team: self.visibility() == MemberVisibility::Team,
            },
            _ => Visible::All,
        }
    }

    /// Whether a ticket exists for them.
    pub async fn may_see(&self, tx: &mut Tx, ticket: &Ticket) -> Result<bool, StoreError> {
        if self.sees(ticket, false) {
            return Ok(true);
        }
        let Some(user) = self.who.user else {
            return Ok(false);
        };
        let follows = store::followers::follows(tx, self.tenant(), ticket.id, user).await?;
        Ok(follows && self.sees(ticket, true))
    }

    fn sees(&self, ticket: &Ticket, follows: bool) -> bool {
        let Some(user) = self.who.user else {
            return true;
        };
        let viewer = Viewer {
            user,
            role: self.who.role,
            teams: &self.teams,
        };
        let relation = Relation {
            assignee: ticket.assignee,
            team: ticket.team,
            follows,
        };
        access::may_see(&viewer, &relation, self.visibility())
    }

    /// The ticket with this key or id, if it exists for them (A21).
    pub async fn ticket(&self, tx: &mut Tx, key: &str) -> Result<Ticket, Problem> {
        let found = store::tickets::find(tx, self.tenant(), key).await?;
        let found = found.ok_or_else(Problem::not_found)?;
        if self.may_see(tx, &found).await? {
            Ok(found)
        } else {
            Err(Problem::not_found())
        }
    }

    fn visibility(&self) -> MemberVisibility {
        self.office.tenant.settings.member_visibility
    }

    fn is_narrowed(&self) -> bool {
        self.who.role == Role::Member && self.visibility() != MemberVisibility::All
    }
}

/// Somebody who may change tickets: everybody but viewers.
pub struct Worker(pub Staff);

/// Somebody who may see the settings of a tenant that others need not see.
pub struct Manager(pub Staff);

/// Whose received and outgoing mail may be seen: a tenant's, by those who see all of its tickets, or everybody's, by
/// the platform.
pub struct Overseer {
    /// The tenant; absent: all.
    pub tenant: Option<TenantId>,
    /// Who it is.
    pub by: By,
    may_work: bool,
    may_decide: bool,
}

impl Overseer {
    /// Refuses those who may only read.
    pub fn working(self) -> Result<Self, Problem> {
        if self.may_work {
            Ok(self)
        } else {
            Err(Problem::new(Kind::Forbidden))
        }
    }
}

impl Overseer {
    /// Refuses those who may not decide about single received mails: who could not change the settings that a mail met.
    pub fn deciding(self) -> Result<Self, Problem> {
        if self.may_decide {
            Ok(self)
        } else {
            Err(Problem::new(Kind::Forbidden))
        }
    }
}

/// A token of the platform.
pub struct Operator;

/// Lets nobody pass without a token that counts, nor more often than is good.
pub async fn enter(State(api): State<ApiState>, mut request: Request, next: Next) -> Response {
    match recognise(&api, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn recognise(api: &ApiState, headers: &HeaderMap) -> Result<Caller, Problem> {
    let nobody = || Problem::new(Kind::Unauthorized);
    let secret = bearer(headers).ok_or_else(nobody)?;
    let mut tx = api.desk.db.read().await?;
    let found = store::tokens::find(&mut tx, &Sha256::digest(secret)).await?;
    drop(tx);
    let token = found.ok_or_else(nobody)?;
    let too_often = |seconds| Problem::new(Kind::TooOften).retry_after(seconds);
    api.brakes.count(token.id).map_err(too_often)?;
    let Some(tenant) = token.tenant else {
        return Ok(Caller::Platform(token.id));
    };
    let directory = api.desk.directory();
    let office = directory
        .office(tenant)
        .filter(|office| office.tenant.active);
    let staff = office.and_then(|office| staff(office, &token));
    staff.map(Caller::Tenant).ok_or_else(nobody)
}

/// What a token makes of its holder; nothing once its person has left.
fn staff(office: &Arc<Office>, token: &ApiToken) -> Option<Staff> {
    let (name, role) = match token.user {
        Some(user) => {
            let member = office.person(user).filter(|member| member.is_here())?;
            (member.user.name.clone(), member.role)
        }
        None => (token.name.clone(), Role::Admin),
    };
    let is_in = |team: &&_| -> bool {
        let team: &crate::domain::person::Team = team;
        token.user.is_some_and(|user| team.members.contains(&user))
    };
    Some(Staff {
        token: token.id,
        who: Who {
            tenant: office.tenant.id,
            user: token.user,
            name,
            role,
        },
        teams: office
            .teams
            .iter()
            .filter(is_in)
            .map(|team| team.id)
            .collect(),
        office: Arc::clone(office),
    })
}

/// The token of `Authorization: Bearer TOKEN`, RFC 6750 section 2.1.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = given.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The caller that [`enter`] recognised.
fn caller(parts: &Parts) -> Result<&Caller, Problem> {
    let known = parts.extensions.get::<Caller>();
    known.ok_or_else(|| Problem::new(Kind::Unauthorized))
}

fn allowed(yes: bool) -> Result<(), Problem> {
    if yes {
        Ok(())
    } else {
        Err(Problem::new(Kind::Forbidden))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match caller(parts)? {
            Caller::Tenant(staff) => Ok(staff.clone()),
            Caller::Platform(_) => {
                Err(Problem::new(Kind::Forbidden).because("This needs a tenant's token."))
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Worker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let staff = Staff::from_request_parts(parts, state).await?;
        allowed(access::may_work(staff.who.role))?;
        Ok(Self(staff))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Manager {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let staff = Staff::from_request_parts(parts, state).await?;
        allowed(access::may_manage_settings(staff.who.role))?;
        Ok(Self(staff))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Overseer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match caller(parts)? {
            Caller::Platform(_) => Ok(Self {
                tenant: None,
                by: By {
                    user: None,
                    name: "The platform".to_owned(),
                },
                may_work: true,
                may_decide: true,
            }),
            Caller::Tenant(staff) => {
                allowed(!staff.is_narrowed())?;
                Ok(Self {
                    tenant: Some(staff.tenant()),
                    by: By {
                        user: staff.who.user,
                        name: staff.who.name.clone(),
                    },
                    may_work: access::may_work(staff.who.role),
                    may_decide: access::may_manage_settings(staff.who.role),
                })
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match caller(parts)? {
            Caller::Platform(_) => Ok(Self),
            Caller::Tenant(_) => {
                Err(Problem::new(Kind::Forbidden).because("This needs a token of the platform."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_bearer_token_is_read_as_rfc_6750_writes_it() {
        for (given, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Bearer ", None),
            ("Bearer", None),
            ("Basic abc", None),
            ("abc", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(given));
            assert_eq!(bearer(&headers), token, "{given:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}

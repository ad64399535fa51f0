//! `/settings/teams`: who works together: the list, and a page for each.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;

use super::{Done, Frame, around, refused, settled};
use crate::desk::DeskError;
use crate::desk::teams::TeamChange;
use crate::domain::audit::Via;
use crate::domain::ids::{TeamId, UserId};
use crate::domain::person::{Assignment, Team};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, filters};
use crate::web::signed::{Managing, Signed};

const PATH: &str = "/settings/teams";
/// The page on which one is made.
const NEW: &str = "new";

#[derive(Template)]
#[template(path = "settings/teams.html")]
struct ListPage {
    shell: Shell,
    frame: Frame,
    teams: Vec<Row>,
}

struct Row {
    id: TeamId,
    name: String,
    how: &'static str,
    members: String,
    mailboxes: String,
}

#[derive(Template)]
#[template(path = "settings/team.html")]
struct TeamPage {
    shell: Shell,
    frame: Frame,
    id: String,
    title: String,
    name: String,
    ways: Vec<(&'static str, &'static str, bool)>,
    people: Vec<(String, String, String)>,
}

/// The form as it is sent. `who` and `turn` belong together, line by line.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TeamForm {
    deed: String,
    name: String,
    assignment: String,
    who: Vec<String>,
    turn: Vec<String>,
}

const fn words(how: Assignment) -> &'static str {
    match how {
        Assignment::Manual => "to nobody, until somebody takes them",
        Assignment::RoundRobin => "to each in turn",
        Assignment::LeastLoaded => "to whoever has the fewest",
    }
}

impl TeamForm {
    fn of(team: &Team) -> Self {
        let turns = 1..=team.members.len();
        Self {
            deed: String::new(),
            name: team.name.clone(),
            assignment: team.assignment.to_string(),
            who: team.members.iter().map(ToString::to_string).collect(),
            turn: turns.map(|turn| turn.to_string()).collect(),
        }
    }

    /// The change it asks for, or the sentence that says what was expected.
    fn change(&self) -> Result<TeamChange, String> {
        let mut members: Vec<(u32, UserId)> = Vec::new();
        for (who, turn) in self.who.iter().zip(&self.turn) {
            let turn = turn.trim();
            if turn.is_empty() {
                continue;
            }
            let turn = turn
                .parse()
                .map_err(|_| format!("{turn:?} is not a number"))?;
            let who = who.parse().map_err(|_| "there is no such person")?;
            members.push((turn, who));
        }
        members.sort_by_key(|(turn, _)| *turn);
        let assignment = self.assignment.parse();
        Ok(TeamChange {
            name: Some(self.name.clone()),
            assignment: Some(assignment.map_err(|_| "there is no such way to assign")?),
            members: Some(members.into_iter().map(|(_, who)| who).collect()),
        })
    }
}

pub(super) async fn list(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, &signed, PATH, done.flash()).await?;
    let office = &signed.office;
    let row = |team: &Team| {
        let people = team.members.iter().filter_map(|id| office.person(*id));
        let people: Vec<&str> = people.map(|m| m.user.name.as_str()).collect();
        let mailboxes = office.mailboxes.iter();
        let mailboxes = mailboxes.filter(|m| m.team == Some(team.id));
        let mailboxes: Vec<String> = mailboxes.map(|m| m.address.to_string()).collect();
        Row {
            id: team.id,
            name: team.name.clone(),
            how: words(team.assignment),
            members: people.join(", "),
            mailboxes: mailboxes.join(", "),
        }
    };
    let page = ListPage {
        shell,
        frame,
        teams: office.teams.iter().map(row).collect(),
    };
    Ok(Html(page.render()?))
}

/// The team that a path names; none for the page of a new one.
fn named<'a>(signed: &'a Signed, id: &str) -> Result<Option<&'a Team>, Fault> {
    if id == NEW {
        return Ok(None);
    }
    let id: TeamId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = signed.office.team(id);
    found.ok_or(Fault::NotFound).map(Some)
}

pub(super) async fn open(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let form = named(&signed, &id)?.map(TeamForm::of).unwrap_or_default();
    page(&web, &signed, id, &form, done.flash()).await
}

async fn page(
    web: &Web,
    signed: &Signed,
    id: String,
    form: &TeamForm,
    flash: Option<Flash>,
) -> Result<Html<String>, Fault> {
    let team = named(signed, &id)?;
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let turn = |user: UserId| {
        let place = form.who.iter().position(|who| *who == user.to_string());
        let turn = place.and_then(|place| form.turn.get(place));
        turn.cloned().unwrap_or_default()
    };
    let stays = |user: UserId| team.is_some_and(|team| team.members.contains(&user));
    let people = signed.office.people.iter();
    let people = people.filter(|m| m.works() || stays(m.user.id));
    let page = TeamPage {
        shell,
        frame,
        title: team.map_or_else(|| "A new team".to_owned(), |team| team.name.clone()),
        id,
        name: form.name.clone(),
        ways: Assignment::ALL
            .iter()
            .map(|how| (how.as_str(), words(*how), how.as_str() == form.assignment))
            .collect(),
        people: people
            .map(|m| (m.user.id.to_string(), m.user.name.clone(), turn(m.user.id)))
            .collect(),
    };
    Ok(Html(page.render()?))
}

pub(super) async fn act(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: TeamForm = posted.open(&signed.form_token).await?;
    let known = named(&signed, &id)?.map(|team| team.id);
    let (desk, who) = (&web.desk, signed.who());
    let done = if form.deed == "remove" {
        let known = known.ok_or(Fault::NotFound)?;
        desk.remove_team(&who, Via::Page, known)
            .await
            .map(|()| None)
    } else {
        match form.change() {
            Ok(change) => desk
                .put_team(&who, Via::Page, known, change)
                .await
                .map(Some),
            Err(problem) => Err(DeskError::invalid("form", problem)),
        }
    };
    match settled(PATH, done)? {
        Ok(on) => Ok(on.into_response()),
        Err(flash) => Ok(refused(page(&web, &signed, id, &form, Some(flash)).await?)),
    }
}

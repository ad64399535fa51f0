//! What a list of tickets is narrowed by: the parameters of the query, and the operators of `q`.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::caller::Staff;
use super::super::problem::Problem;
use crate::desk::directory::Office;
use crate::domain::ids::{ContactId, UserId};
use crate::domain::search::Search;
use crate::store::tickets::{AssigneeFilter, Filter};
use crate::store::{StoreError, Tx, contacts};

/// Which tickets to list. Several values of one parameter are separated by commas; one of them must fit.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct TicketQuery {
    /// `open`, `in_progress`, `on_hold`, `resolved`, `closed`.
    pub status: String,
    /// `low`, `normal`, `high`, `urgent`.
    pub priority: String,
    /// Addresses or ids; `me`; `none` for tickets that nobody has.
    pub assignee: String,
    /// Names of teams.
    pub team: String,
    /// Tags.
    pub tag: String,
    /// Categories.
    pub category: String,
    /// Addresses of mailboxes.
    pub mailbox: String,
    /// Addresses or ids of contacts.
    pub requester: String,
    /// Words of the subject, and `is: from: to: assignee: team: tag: category: priority: status: sla: after: before:`.
    pub q: String,
    /// A time (RFC 3339) or a day of the tenant's; that moment or later.
    pub created_after: String,
    /// Before that moment.
    pub created_before: String,
    /// `-updated_at` (the usual), `updated_at`, `-created_at`, `created_at`.
    pub sort: String,
    /// 1 to 200; 50 if absent.
    pub limit: String,
    /// `next` of the page before.
    pub cursor: String,
}

/// A list of values to choose from; absent: any will do.
type Any<T> = Option<Vec<T>>;

/// The filter for the store. `None` if nothing can fit, such as for a team that does not exist.
pub async fn filter(
    tx: &mut Tx,
    staff: &Staff,
    query: &TicketQuery,
) -> Result<Option<Filter>, Problem> {
    let search =
        Search::parse(&query.q).map_err(|problem| Problem::invalid("q", problem.to_string()))?;
    let office = &staff.office;
    let mut filter = Filter::all(staff.visible(), 0);

    let mut requesters = contacts_of(tx, staff, &values(&query.requester)).await?;
    narrow(&mut requesters, contacts_of(tx, staff, &search.from).await?);
    let mut statuses = words("status", &query.status)?;
    narrow(&mut statuses, some(search.statuses));
    let mut priorities = words("priority", &query.priority)?;
    narrow(&mut priorities, some(search.priorities));
    let mut people = people(staff, &values(&query.assignee));
    narrow(&mut people, self::people(staff, &search.assignees));
    let mut teams = named(&values(&query.team), |name| {
        office.team_named(name).map(|team| team.id)
    });
    narrow(
        &mut teams,
        named(&search.teams, |name| {
            office.team_named(name).map(|team| team.id)
        }),
    );
    let mailbox = |address: &str| {
        office
            .mailbox_at(&address.parse().ok()?)
            .map(|mailbox| mailbox.id)
    };
    let mut mailboxes = named(&values(&query.mailbox), mailbox);
    narrow(&mut mailboxes, named(&search.to, mailbox));
    let mut categories = some(values(&query.category));
    narrow(&mut categories, some(search.categories));
    let tags: Vec<String> = values(&query.tag)
        .iter()
        .map(|tag| tag.to_lowercase())
        .collect();
    if !tags.is_empty() && !search.tags.is_empty() {
        return Err(Problem::invalid(
            "q",
            "tag: expected either here or as a parameter",
        ));
    }

    let all = (|| {
        filter.requesters = possible(requesters)?;
        filter.statuses = possible(statuses)?;
        filter.priorities = possible(priorities)?;
        filter.teams = possible(teams)?;
        filter.mailboxes = possible(mailboxes)?;
        filter.categories = possible(categories)?;
        possible(people)
    })();
    let Some(people) = all else { return Ok(None) };
    filter.assignee = assignee(&people)?;
    filter.tags = if tags.is_empty() { search.tags } else { tags };
    filter.words = search.words;
    filter.late = search.late;
    filter.asleep = search.snoozed.then_some(true);
    filter.spam = search.spam;
    let later = moment(office, "created_after", &query.created_after)?;
    filter.created_after = later.max(search.after.and_then(|day| midnight(office, day)));
    let earlier = moment(office, "created_before", &query.created_before)?;
    let day = search.before.and_then(|day| midnight(office, day));
    filter.created_before = [earlier, day].into_iter().flatten().min();
    Ok(Some(filter))
}

fn values(given: &str) -> Vec<String> {
    let values = given.split(',').map(str::trim);
    values
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect()
}

fn some<T>(values: Vec<T>) -> Any<T> {
    (!values.is_empty()).then_some(values)
}

/// Both conditions must hold.
fn narrow<T: PartialEq>(list: &mut Any<T>, more: Any<T>) {
    match (&mut *list, more) {
        (Some(list), Some(more)) => list.retain(|value| more.contains(value)),
        (None, more) => *list = more,
        (Some(_), None) => {}
    }
}

/// What the store takes: an empty list for any, and `None` where nothing is left to choose from.
fn possible<T>(list: Any<T>) -> Option<Vec<T>> {
    match list {
        None => Some(Vec::new()),
        Some(list) => (!list.is_empty()).then_some(list),
    }
}

fn named<T>(names: &[String], find: impl Fn(&str) -> Option<T>) -> Any<T> {
    (!names.is_empty()).then(|| names.iter().filter_map(|name| find(name)).collect())
}

fn words<T: std::str::FromStr<Err = crate::domain::UnknownWord>>(
    field: &str,
    given: &str,
) -> Result<Any<T>, Problem> {
    let words = values(given)
        .iter()
        .map(|word| word.parse())
        .collect::<Result<Vec<T>, _>>();
    words.map(some).map_err(|unknown| {
        Problem::invalid(
            field,
            format!("expected some of {}", unknown.expected.join(", ")),
        )
    })
}

/// People by address, id or `me`; `None` in the list stands for nobody.
fn people(staff: &Staff, names: &[String]) -> Any<Option<UserId>> {
    named(names, |name| match name {
        "none" => Some(None),
        "me" => staff.who.user.map(Some),
        name => person(&staff.office, name).map(Some),
    })
}

/// A member, whether still active or not, by address or id.
pub fn person(office: &Office, name: &str) -> Option<UserId> {
    let wanted = name.parse::<crate::domain::address::EmailAddress>().ok();
    let id = name.parse::<UserId>().ok();
    let fits = |member: &&crate::domain::person::Membership| {
        id == Some(member.user.id) || wanted.as_ref() == Some(&member.user.email)
    };
    office.people.iter().find(fits).map(|member| member.user.id)
}

fn assignee(people: &[Option<UserId>]) -> Result<Option<AssigneeFilter>, Problem> {
    let found: Vec<UserId> = people.iter().copied().flatten().collect();
    match (
        people.is_empty(),
        found.is_empty(),
        people.len() == found.len(),
    ) {
        (true, ..) => Ok(None),
        (false, true, _) => Ok(Some(AssigneeFilter::Nobody)),
        (false, false, true) => Ok(Some(AssigneeFilter::AnyOf(found))),
        (false, false, false) => Err(Problem::invalid("assignee", "expected `none` alone")),
    }
}

async fn contacts_of(
    tx: &mut Tx,
    staff: &Staff,
    names: &[String],
) -> Result<Any<ContactId>, StoreError> {
    if names.is_empty() {
        return Ok(None);
    }
    let addresses: Vec<_> = names.iter().filter_map(|name| name.parse().ok()).collect();
    let wanted: Vec<_> = addresses
        .iter()
        .map(|address| (staff.tenant(), address))
        .collect();
    let found = contacts::by_addresses(tx, &wanted).await?;
    let mut ids: Vec<ContactId> = found
        .into_iter()
        .map(|(_, _, contact)| contact.id)
        .collect();
    ids.extend(
        names
            .iter()
            .filter_map(|name| name.parse::<ContactId>().ok()),
    );
    Ok(Some(ids))
}

fn moment(office: &Office, field: &str, given: &str) -> Result<Option<DateTime<Utc>>, Problem> {
    if given.is_empty() {
        return Ok(None);
    }
    let time = DateTime::parse_from_rfc3339(given)
        .ok()
        .map(|time| time.to_utc());
    let day = || given.parse().ok().and_then(|day| midnight(office, day));
    let expected = "expected a time such as 2026-11-23T09:00:00Z, or a day such as 2026-11-23";
    let moment = time
        .or_else(day)
        .ok_or_else(|| Problem::invalid(field, expected))?;
    Ok(Some(moment))
}

/// When a day begins for the tenant. Where clocks skip midnight, the first moment after it.
fn midnight(office: &Office, day: NaiveDate) -> Option<DateTime<Utc>> {
    let zone = office.tenant.timezone;
    let midnight = day.and_time(NaiveTime::MIN);
    let hours = (0..3).map(|hours| midnight + chrono::Duration::hours(hours));
    let mut local = hours.filter_map(|time| time.and_local_timezone(zone).earliest());
    local.next().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ticket::Status;
    use crate::web::api::show::samples::office;

    #[test]
    fn two_conditions_on_one_field_must_both_hold() {
        for (first, second, left) in [
            (None, None, Some(vec![])),
            (Some(vec![1, 2]), None, Some(vec![1, 2])),
            (None, Some(vec![2]), Some(vec![2])),
            (Some(vec![1, 2]), Some(vec![2, 3]), Some(vec![2])),
            (Some(vec![1]), Some(vec![2]), None),
            (Some(vec![]), None, None),
        ] {
            let mut list = first;
            narrow(&mut list, second);
            assert_eq!(possible(list), left);
        }
    }

    #[test]
    fn words_are_checked_and_named() {
        let open = words::<Status>("status", "open, closed").unwrap();
        assert_eq!(open, Some(vec![Status::Open, Status::Closed]));
        assert_eq!(words::<Status>("status", " , ").unwrap(), None);
        assert!(words::<Status>("status", "open,green").is_err());
    }

    #[test]
    fn nobody_stands_alone() {
        let ada = UserId(uuid::Uuid::from_u128(1));
        assert_eq!(assignee(&[]).unwrap(), None);
        assert_eq!(assignee(&[None]).unwrap(), Some(AssigneeFilter::Nobody));
        assert_eq!(
            assignee(&[Some(ada)]).unwrap(),
            Some(AssigneeFilter::AnyOf(vec![ada]))
        );
        assert!(assignee(&[None, Some(ada)]).is_err());
    }

    #[test]
    fn a_day_begins_at_the_tenants_midnight() {
        let office = office();
        let read = |given| {
            moment(&office, "created_after", given)
                .unwrap()
                .map(|at| at.to_rfc3339())
        };
        assert_eq!(read("2026-11-23").unwrap(), "2026-11-22T23:00:00+00:00");
        assert_eq!(
            read("2026-11-23T10:00:00+02:00").unwrap(),
            "2026-11-23T08:00:00+00:00"
        );
        assert_eq!(read(""), None);
        assert!(moment(&office, "created_after", "soon").is_err());
    }

    #[test]
    fn people_are_found_by_address_and_by_id() {
        let office = office();
        let ada = office.people[0].user.id;
        assert_eq!(person(&office, "ADA@agents.test"), Some(ada));
        assert_eq!(person(&office, &ada.to_string()), Some(ada));
        assert_eq!(person(&office, "eve@agents.test"), None);
    }
}

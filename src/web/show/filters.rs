//! Small things that templates write often; askama looks filters up in a module of this name.

use askama::filters::Safe;
use askama::{NO_VALUES, Values};

use crate::domain::disguise;
use crate::domain::ticket::{Priority, Status};
use crate::web::assets;
use crate::web::show::{COUNTED, EventLine, Face, When};

/// The URL of a file of `static/`, by its content.
#[askama::filter_fn]
pub fn asset(name: &str, _: &dyn Values) -> askama::Result<String> {
    Ok(assets::url(name))
}

/// An icon of the sprite; decoration only, a word must stand beside it.
#[askama::filter_fn]
pub fn icon(name: &str, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(svg("icon", name)))
}

/// The same, a little smaller.
#[askama::filter_fn]
pub fn small_icon(name: &str, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(svg("icon small", name)))
}

/// A status as an icon that says its name.
#[askama::filter_fn]
pub fn status_icon(status: &Status, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(format!(
        r#"<svg class="status {0}" role="img"><title>{1}</title><use href="{2}#status-{0}"/></svg>"#,
        status.as_str(),
        status.label(),
        assets::url("icons.svg"),
    )))
}

/// A priority as an icon that says its name; nothing for the usual one.
#[askama::filter_fn]
pub fn priority_icon(priority: &Priority, _: &dyn Values) -> askama::Result<Safe<String>> {
    let icon = match priority {
        Priority::Normal => return Ok(Safe(String::new())),
        Priority::Low => "down",
        Priority::High => "up",
        Priority::Urgent => "urgent",
    };
    Ok(Safe(format!(
        r#"<svg class="icon small priority {}" role="img"><title>{1} priority</title><use href="{2}#{icon}"/></svg>"#,
        priority.as_str(),
        priority.label(),
        assets::url("icons.svg"),
    )))
}

/// Words from outside, with their hidden characters written out (A34). Beside other words they stand in `<bdi>`.
#[askama::filter_fn]
pub fn revealed(text: &str, _: &dyn Values) -> askama::Result<String> {
    Ok(disguise::revealed(text).into_owned())
}

/// A step on a mail's way, for people.
#[askama::filter_fn]
pub fn step(step: &str, _: &dyn Values) -> askama::Result<String> {
    let words = match step {
        "parse" => "What it is",
        "machine" => "Which machine wrote it",
        "route" => "Where it belongs",
        "authenticate" | "sender" => "Whether the sender is proven",
        "forwarded" => "Whom it is really from",
        "duplicate" => "Whether it was here before",
        "loop" => "Whether it is our own",
        "bounce" => "Which delivery it reports",
        "agent" => "An agent's answer",
        "receipt" => "A receipt",
        "thread" => "Which ticket it continues",
        "join" | "join offered" => "What belongs together",
        "brake" => "Whether it is too much",
        "acknowledge" => "Whether it is acknowledged",
        "ticket" | "result" => "What came of it",
        "rules" => "Which rules acted",
        "accept" => "What a person decided",
        "outcome" => "The outcome",
        other => other,
    };
    Ok(words.to_owned())
}

/// A counted list: 1,234, or 1,000+ where counting ended.
#[askama::filter_fn]
pub fn count(number: &i64, _: &dyn Values) -> askama::Result<String> {
    // Lists are counted no further than this.
    let more = if *number >= COUNTED { "+" } else { "" };
    Ok(format!("{}{more}", grouped(*number)))
}

/// A number as people read it: 1,234.
#[askama::filter_fn]
pub fn number(number: &i64, _: &dyn Values) -> askama::Result<String> {
    Ok(grouped(*number))
}

fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digit.is_ascii_digit() {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A time: short, exact on hover, kept true by the script.
#[askama::filter_fn]
pub fn time(when: &When, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(format!(
        r#"<time datetime="{}" title="{}" data-ago>{}</time>"#,
        when.iso, when.exact, when.short
    )))
}

/// A time, exact.
#[askama::filter_fn]
pub fn exact(when: &When, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(format!(
        r#"<time datetime="{}" title="{}">{}</time>"#,
        when.iso, when.exact, when.date
    )))
}

/// A person's round mark.
#[askama::filter_fn]
pub fn avatar(face: &Face, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(format!(
        r#"<span class="avatar hue-{}" aria-hidden="true">{}</span>"#,
        face.hue,
        escaped(&face.initials)?
    )))
}

/// A line of the timeline.
#[askama::filter_fn]
pub fn event(line: &EventLine, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(format!(
        "<li>{}<span><b>{}</b> {} · {}</span></li>",
        svg("icon", line.icon),
        escaped(&line.who)?,
        escaped(&line.what)?,
        time::default().execute(&line.at, NO_VALUES)?.0,
    )))
}

fn svg(class: &str, name: &str) -> String {
    format!(
        r#"<svg class="{class}" aria-hidden="true"><use href="{}#{name}"/></svg>"#,
        assets::url("icons.svg")
    )
}

fn escaped(text: &str) -> askama::Result<String> {
    Ok(askama::filters::escape(text, askama::filters::Html)?.to_string())
}

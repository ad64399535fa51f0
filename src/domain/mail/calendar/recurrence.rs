//! Recurrence rules in words, RFC 5545 section 3.3.10.

/// What an RRULE says, as a sentence for people: `every 2 weeks on Monday and Thursday, until 2026-12-31`. A rule
/// with more to it than that is given as it was written.
pub(super) fn in_words(rule: &str) -> String {
    words(rule).unwrap_or_else(|| rule.trim().chars().take(200).collect())
}

fn words(rule: &str) -> Option<String> {
    let (mut unit, mut interval, mut days, mut end) = (None, 1_u32, Vec::new(), None);
    for part in rule.trim().split(';').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=')?;
        match name.to_ascii_uppercase().as_str() {
            "FREQ" => unit = Some(self::unit(value)?),
            "INTERVAL" => interval = value.parse().ok().filter(|n| *n > 0)?,
            "BYDAY" => {
                days = value
                    .split(',')
                    .take(8)
                    .map(day)
                    .collect::<Option<Vec<_>>>()?;
            }
            "COUNT" => end = Some(format!("{} times", value.parse::<u32>().ok()?)),
            "UNTIL" => {
                let (y, m, d) = (value.get(..4)?, value.get(4..6)?, value.get(6..8)?);
                let digits = [y, m, d].concat().bytes().all(|b| b.is_ascii_digit());
                end = Some(format!("until {y}-{m}-{d}")).filter(|_| digits);
            }
            // Where the week starts decides nothing that people would ask for.
            "WKST" => {}
            // What repeats what the start already says is left out: only single numbers do.
            "BYMONTH" | "BYMONTHDAY" if value.parse::<u32>().is_ok() => {}
            _ => return None,
        }
    }
    let unit = unit?;
    let mut out = match interval {
        1 => format!("every {unit}"),
        n => format!("every {n} {unit}s"),
    };
    if !days.is_empty() {
        out.push_str(" on ");
        out.push_str(&listed(&days));
    }
    if let Some(end) = end {
        out.extend([", ", &end]);
    }
    Some(out)
}

fn unit(frequency: &str) -> Option<&'static str> {
    Some(match frequency.to_ascii_uppercase().as_str() {
        "DAILY" => "day",
        "WEEKLY" => "week",
        "MONTHLY" => "month",
        "YEARLY" => "year",
        _ => return None,
    })
}

/// `MO`, or `2MO` for the second of them, `-1FR` for the last.
fn day(value: &str) -> Option<String> {
    let value = value.trim();
    let (number, name) = value.split_at_checked(value.len().checked_sub(2)?)?;
    let name = match name.to_ascii_uppercase().as_str() {
        "MO" => "Monday",
        "TU" => "Tuesday",
        "WE" => "Wednesday",
        "TH" => "Thursday",
        "FR" => "Friday",
        "SA" => "Saturday",
        "SU" => "Sunday",
        _ => return None,
    };
    let which = match number {
        "" => return Some(name.to_owned()),
        "1" | "+1" => "first",
        "2" | "+2" => "second",
        "3" | "+3" => "third",
        "4" | "+4" => "fourth",
        "5" | "+5" => "fifth",
        "-1" => "last",
        _ => return None,
    };
    Some(format!("the {which} {name}"))
}

fn listed(days: &[String]) -> String {
    match days {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => days.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn rules_are_said_in_words() {
        for (rule, want) in [
            ("FREQ=DAILY", "every day"),
            (
                "FREQ=WEEKLY;BYDAY=MO,TH;WKST=MO",
                "every week on Monday and Thursday",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;COUNT=10;BYDAY=FR",
                "every 2 weeks on Friday, 10 times",
            ),
            (
                "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20261231T225959Z",
                "every month on the last Friday, until 2026-12-31",
            ),
            ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "every year"),
            (
                "FREQ=MONTHLY;BYSETPOS=2;BYDAY=MO",
                "FREQ=MONTHLY;BYSETPOS=2;BYDAY=MO",
            ),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(in_words(rule), want, "{rule}");
        }
    }
}

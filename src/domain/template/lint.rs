//! What is wrong with a template, before anybody is sent it.

use super::engine::{self, Form, LARGEST};
use super::notice::{Notice, Variable};
use super::scan::{self, Mark};
use crate::domain::mail::html::active;

use super::{canned_variables, note_variables, sample};

words! {
    /// Which part of a template.
    pub enum Part {
        /// The subject.
        Subject = "subject",
        /// The text.
        Text = "text",
        /// The HTML.
        Html = "html",
    }
}

words! {
    /// How much it matters.
    pub enum Weight {
        /// It may stay so.
        Warning = "warning",
        /// It cannot be sent like that.
        Error = "error",
    }
}

/// Something to be said about a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub part: Part,
    /// In which line, from 1; 0 is the whole part.
    pub line: usize,
    /// How much it matters.
    pub weight: Weight,
    /// What, as a sentence.
    pub sentence: String,
}

/// The longest subject that mail clients show, in characters.
const LONG_SUBJECT: usize = 120;

/// Looks a notice through.
pub fn lint(notice: &Notice, subject: &str, text: &str, html: Option<&str>) -> Vec<Finding> {
    let variables: Vec<_> = notice.variables().collect();
    let mut findings = Vec::new();
    for (part, template) in [
        (Part::Subject, Some(subject)),
        (Part::Text, Some(text)),
        (Part::Html, html),
    ] {
        let Some(template) = template else { continue };
        let part_findings = look(part, template, &variables, notice.blank);
        findings.extend(part_findings);
        let missing = notice
            .needs
            .iter()
            .filter(|_| part != Part::Subject)
            .filter(|needed| !template.contains(**needed));
        findings.extend(missing.map(|needed| Finding {
            part,
            line: 0,
            weight: Weight::Error,
            sentence: format!("{{{{ {needed} }}}} is missing: without it the notice is of no use"),
        }));
    }
    if subject.trim().is_empty() {
        findings.push(whole(Part::Subject, Weight::Error, "the subject is empty"));
    }
    if subject.lines().count() > 1 {
        findings.push(whole(
            Part::Subject,
            Weight::Warning,
            "the subject will be put on one line",
        ));
    }
    if subject.chars().count() > LONG_SUBJECT {
        findings.push(whole(
            Part::Subject,
            Weight::Warning,
            "the subject is longer than most mail clients show",
        ));
    }
    if text.trim().is_empty() {
        findings.push(whole(
            Part::Text,
            Weight::Error,
            "the text is empty; write it, or go back to the shipped one",
        ));
    }
    findings
}

/// Looks a canned reply through.
pub fn lint_canned(text: &str) -> Vec<Finding> {
    let variables: Vec<_> = canned_variables().collect();
    look(Part::Text, text, &variables, &[])
}

/// Looks a note of a rule through.
pub fn lint_note(text: &str) -> Vec<Finding> {
    let variables: Vec<_> = note_variables().collect();
    look(Part::Text, text, &variables, &[])
}

fn whole(part: Part, weight: Weight, sentence: &str) -> Finding {
    Finding {
        part,
        line: 0,
        weight,
        sentence: sentence.to_owned(),
    }
}

fn look(
    part: Part,
    template: &str,
    variables: &[&'static Variable],
    blank: &[&str],
) -> Vec<Finding> {
    let error = |line, sentence: String| Finding {
        part,
        line,
        weight: Weight::Error,
        sentence,
    };
    if template.len() > LARGEST {
        return vec![error(
            0,
            format!("it is longer than {} KiB", LARGEST / 1024),
        )];
    }
    if let Some(problem) = scan::limits(template) {
        return vec![error(problem.line, problem.sentence)];
    }
    let marks = scan::marks(template).unwrap_or_default();
    let mut findings = Vec::new();
    let mut made: Vec<String> = vec!["forloop".to_owned()];
    for mark in &marks {
        findings.extend(tag(mark).map(|sentence| error(mark.line, sentence)));
        let names = scan::names(mark);
        for filter in names
            .filters
            .iter()
            .filter(|f| !engine::FILTERS.contains(&f.as_str()))
        {
            findings.push(error(
                mark.line,
                unknown("filter", filter, engine::FILTERS.iter().copied()),
            ));
        }
        for name in &names.variables {
            let own = made
                .iter()
                .any(|made| name == made || name.starts_with(&format!("{made}.")));
            let known = variables
                .iter()
                .any(|v| v.name == name || is_object(v.name, name));
            if blank.contains(&name.as_str()) {
                findings.push(Finding {
                    part,
                    line: mark.line,
                    weight: Weight::Warning,
                    sentence: format!(
                        "{name} is always empty here: a stranger chose it, and this goes to whatever address they claim"
                    ),
                });
            } else if !own && !known {
                let all = variables.iter().map(|v| v.name);
                findings.push(error(mark.line, unknown("variable", name, all)));
            }
        }
        made.extend(names.makes);
    }
    if findings
        .iter()
        .all(|finding| finding.weight != Weight::Error)
    {
        let form = if part == Part::Html {
            Form::Html
        } else {
            Form::Text
        };
        let tried = engine::parse(template)
            .and_then(|_| engine::render(template, &sample(variables.iter().copied()), form));
        // What stands in a branch that the example does not take is sent one day.
        let plain = scan::without_marks(template);
        let sent = || active(&plain).or_else(|| active(tried.as_deref().ok()?));
        if part == Part::Html
            && let Some(found) = sent()
        {
            let why = "mail programs run nothing, and take such mail for an attack";
            findings.push(error(0, format!("{found} is not available: {why}")));
        }
        findings.extend(tried.err().map(|failure| error(0, failure.0)));
    }
    findings
}

/// `ticket` of `ticket.key`: an object may be named to ask whether it is there.
fn is_object(variable: &str, name: &str) -> bool {
    variable
        .strip_prefix(name)
        .is_some_and(|rest| rest.starts_with('.'))
}

fn tag(mark: &Mark<'_>) -> Option<String> {
    let name = mark.tag.filter(|name| !scan::TAGS.contains(name))?;
    Some(match name {
        "include" | "render" | "layout" => {
            format!("{name} is not available: a template stands for itself")
        }
        "assign" | "capture" | "increment" | "decrement" | "cycle" => {
            format!("{name} is not available: templates keep no values")
        }
        _ => unknown("tag", name, scan::TAGS.iter().copied()),
    })
}

/// The sentence for a name that is not known, with the nearest one that is.
fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = known
        .map(|other| (strsim::jaro_winkler(name, other), other))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.8);
    match nearest {
        Some((_, other)) => format!("there is no {kind} {name}; did you mean {other}?"),
        None => format!("there is no {kind} {name} in this notice"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let notice = Notice::find("ticket.csat").unwrap();
        lint(
            notice,
            "Subject",
            &format!("{text} {{{{ csat.url }}}}"),
            None,
        )
        .into_iter()
        .map(|f| format!("{} {}: {}", f.weight, f.line, f.sentence))
        .collect()
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_a_suggestion() {
        for (text, sentence) in [
            (
                "a\n{{ ticket.kye }}",
                "error 2: there is no variable ticket.kye; did you mean ticket.key?",
            ),
            (
                "{{ message.text }}",
                "error 1: there is no variable message.text in this notice",
            ),
            (
                "{{ ticket.key | upcas }}",
                "error 1: there is no filter upcas; did you mean upcase?",
            ),
            (
                "{% iff ticket.key %}",
                "error 1: there is no tag iff; did you mean if?",
            ),
            (
                "{% include 'x' %}",
                "error 1: include is not available: a template stands for itself",
            ),
            (
                "{% assign x = 1 %}",
                "error 1: assign is not available: templates keep no values",
            ),
            (
                "{% for i in (1..9) %}{% endfor %}",
                "error 1: loops run over lists; a range such as (1..9) is not available",
            ),
            ("a\n\n{{ ticket.key", "error 3: {{ is not closed with }}"),
        ] {
            assert_eq!(
                said(text).first().map(String::as_str),
                Some(sentence),
                "{text}"
            );
        }
        assert!(said("{% if ticket.key == 'x' %}{{ ticket.key }}{% endif %}").is_empty());
        assert!(
            said("{% if ticket.key %}")
                .iter()
                .any(|s| s.starts_with("error")),
            "not closed"
        );
    }

    #[test]
    fn html_that_would_run_is_refused_also_behind_marks_and_in_branches_not_taken() {
        let notice = Notice::find("ticket.created").unwrap();
        for html in [
            "<script>1</script>",
            "<a href='javascript:alert(1)'>x</a>",
            "<scr{% comment %}x{% endcomment %}ipt>",
            "{% if ticket.key == 'x' %}<p onclick=\"x\">y</p>{% endif %}",
            "<{{ 'script' }}>",
        ] {
            let found = lint(notice, "S", "T", Some(html));
            let sentence = found
                .first()
                .map(|f| (f.part, f.weight, f.sentence.contains("is not available")));
            assert_eq!(
                sentence,
                Some((Part::Html, Weight::Error, true)),
                "{html}: {found:?}"
            );
        }
        let fine = "<p><a class=\"button\" href=\"{{ ticket.url }}\">{{ ticket.key }}</a></p>";
        assert!(lint(notice, "S", "T", Some(fine)).is_empty());
    }

    #[test]
    fn what_a_notice_needs_is_missed_and_what_is_always_empty_is_mentioned() {
        let csat = Notice::find("ticket.csat").unwrap();
        let missing = lint(csat, "Subject", "no link", Some("<p>{{ csat.url }}</p>"));
        assert_eq!(missing.len(), 1);
        assert_eq!(
            (missing[0].part, missing[0].weight),
            (Part::Text, Weight::Error)
        );
        let created = Notice::find("ticket.created").unwrap();
        let warned = lint(
            created,
            "{{ ticket.key }}",
            "Hello {{ requester.first_name }}",
            None,
        );
        assert_eq!(warned.len(), 1);
        assert_eq!(warned[0].weight, Weight::Warning);
    }
}

//! Running a template, within limits that hold by construction.
//!
//! There is no tag that keeps a value and no filter that multiplies one, so a text can grow by what it names and no more;
//! loops run over lists that are given, never over ranges ([`super::scan`]); and whatever is written stops at a limit.

use std::io::{self, Write};
use std::sync::LazyLock;

use liquid::model::Value;
use liquid::{Object, Parser, ParserBuilder, ValueView as _};
use liquid_lib::stdlib;

use super::scan;

/// What a template may name.
pub type Variables = Object;

/// Larger templates are refused, in bytes.
pub const LARGEST: usize = 64 * 1024;
/// Longer results are refused, in bytes.
const LONGEST: usize = 1024 * 1024;
/// Longer values are cut, in characters: a notice is no place for a book.
const LONGEST_VALUE: usize = 60_000;

/// For what a template is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Values stand as they are.
    Text,
    /// Values are escaped before the template sees them; no filter takes that back.
    Html,
}

/// Why a template gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

static PARSER: LazyLock<Option<Parser>> = LazyLock::new(|| language().build().ok());

/// What templates may say. Left out on purpose: whatever keeps values (`assign`, `capture`, `cycle`, `increment`), reads
/// others (`include`, `render`), or makes long from short (`replace`, `split`, `tablerow`).
fn language() -> ParserBuilder {
    ParserBuilder::new()
        .block(stdlib::IfBlock)
        .block(stdlib::UnlessBlock)
        .block(stdlib::CaseBlock)
        .block(stdlib::ForBlock)
        .block(stdlib::CommentBlock)
        .block(stdlib::RawBlock)
        .tag(stdlib::BreakTag)
        .tag(stdlib::ContinueTag)
        .filter(stdlib::Append)
        .filter(stdlib::Capitalize)
        .filter(stdlib::Date)
        .filter(stdlib::Default)
        .filter(stdlib::Downcase)
        .filter(stdlib::EscapeOnce)
        .filter(stdlib::NewlineToBr)
        .filter(stdlib::Prepend)
        .filter(stdlib::Size)
        .filter(stdlib::Strip)
        .filter(stdlib::StripNewlines)
        .filter(stdlib::Truncate)
        .filter(stdlib::TruncateWords)
        .filter(stdlib::Upcase)
        .filter(stdlib::UrlEncode)
}

/// The filters that [`language`] has. There is no `escape`: in HTML every value is escaped before a filter sees it.
pub(super) const FILTERS: &[&str] = &[
    "append",
    "capitalize",
    "date",
    "default",
    "downcase",
    "escape_once",
    "newline_to_br",
    "prepend",
    "size",
    "strip",
    "strip_newlines",
    "truncate",
    "truncatewords",
    "upcase",
    "url_encode",
];

/// Fills a template.
///
/// # Errors
/// It cannot be read, names what it does not know, or asks for too much; the sentence says which.
pub fn render(template: &str, variables: &Variables, form: Form) -> Result<String, Failure> {
    let parsed = parse(template)?;
    let bounded = bounded(variables, form);
    let mut written = Bounded(Vec::new());
    parsed
        .render_to(&mut written, &bounded)
        .map_err(|error| Failure(first_sentence(&error.to_string())))?;
    Ok(String::from_utf8(written.0)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Reads a template without running it.
pub(super) fn parse(template: &str) -> Result<liquid::Template, Failure> {
    if template.len() > LARGEST {
        return Err(Failure(format!("it is longer than {} KiB", LARGEST / 1024)));
    }
    if let Some(problem) = scan::limits(template) {
        return Err(Failure(problem.sentence));
    }
    let parser = PARSER
        .as_ref()
        .ok_or_else(|| Failure("templates cannot be read in this program".to_owned()))?;
    parser
        .parse(template)
        .map_err(|error| Failure(first_sentence(&error.to_string())))
}

/// An object of strings.
pub fn object<const N: usize>(fields: [(&'static str, String); N]) -> Value {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.into(), Value::scalar(value)));
    Value::Object(fields.collect())
}

fn bounded(variables: &Object, form: Form) -> Object {
    variables
        .iter()
        .map(|(name, value)| (name.clone(), bounded_value(value, form)))
        .collect()
}

fn bounded_value(value: &Value, form: Form) -> Value {
    match value {
        Value::Object(fields) => Value::Object(bounded(fields, form)),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| bounded_value(item, form)).collect())
        }
        Value::Scalar(scalar) => {
            let text = scalar.to_kstr();
            let cut = match text.char_indices().nth(LONGEST_VALUE) {
                Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
                None => text.to_string(),
            };
            Value::scalar(match form {
                Form::Text => cut,
                Form::Html => super::html::escaped(&cut),
            })
        }
        other => other.clone(),
    }
}

/// Takes as much as a notice may be long, and then fails.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::Error::other("the result is longer than 1 MiB"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the library means, in one line: its own words repeat the template over several.
fn first_sentence(error: &str) -> String {
    let mut lines = error.lines().map(str::trim);
    let first = lines
        .next()
        .unwrap_or(error)
        .trim_start_matches("liquid:")
        .trim();
    let Some(place) = first.strip_prefix("-->") else {
        return first.to_owned();
    };
    let line = place.trim().split(':').next().unwrap_or_default();
    let expected = lines
        .find_map(|line| line.strip_prefix("= "))
        .unwrap_or("it cannot be read");
    format!("line {line} cannot be read: {expected}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &'static str, value: &str) -> Object {
        let mut all = Object::new();
        all.insert("ticket".into(), object([(name, value.to_owned())]));
        all
    }

    #[test]
    fn a31_what_a_mail_says_is_never_evaluated() {
        let all = of("subject", "{{ requester.email }} {% for i in (1..9) %}");
        let text = render("About {{ ticket.subject }}", &all, Form::Text).unwrap();
        assert_eq!(text, "About {{ requester.email }} {% for i in (1..9) %}");
        // A second look at what came out, as when a canned reply is quoted in a notice, evaluates nothing either.
        let again = render("{{ ticket.subject }}", &of("subject", &text), Form::Text).unwrap();
        assert_eq!(again, text);
    }

    #[test]
    fn a31_html_is_escaped_whatever_filter_the_template_uses() {
        let all = of("subject", "<script>alert('1')</script> & \"x\"");
        for filter in [
            "",
            " | downcase",
            " | upcase",
            " | truncate: 400",
            " | append: ''",
            " | strip",
            " | escape_once",
            " | default: 'x'",
            " | newline_to_br",
            " | capitalize",
        ] {
            let template = format!("<p title=\"{{{{ ticket.subject{filter} }}}}\"></p>");
            let html = render(&template, &all, Form::Html).unwrap();
            assert!(!html.to_lowercase().contains("<script"), "{filter}: {html}");
            assert_eq!(html.matches('"').count(), 2, "{filter}: {html}");
        }
    }

    #[test]
    fn a_template_that_asks_for_too_much_gives_nothing() {
        let all = of("subject", "x");
        for template in [
            "{% if %}",
            "{{ nobody.knows }}",
            "{{ ticket.nothing }}",
            "{% include 'secret' %}",
            "{% render 'secret' %}",
            "{% assign a = 'x' %}",
            "{% capture a %}x{% endcapture %}",
            "{% for i in (1..1000000000) %}x{% endfor %}",
            "{% tablerow i in (1..9) %}x{% endtablerow %}",
            "{{ ticket.subject | replace: 'x', 'xxxxxxxxxx' }}",
            "{{ ticket.subject | url_decode }}",
            "{{ ticket.subject | append: 'a' | append: 'a' | append: 'a' | append: 'a' | append: 'a' | append: 'a' | append: 'a' | append: 'a' | append: 'a' }}",
            &"x".repeat(LARGEST + 1),
        ] {
            let shown: String = template.chars().take(60).collect();
            assert!(render(template, &all, Form::Text).is_err(), "{shown}");
        }
    }

    #[test]
    fn a_result_is_bounded_and_a_long_value_is_cut() {
        let long = of("subject", &"ä".repeat(LONGEST_VALUE + 10));
        let cut = render("{{ ticket.subject }}", &long, Form::Text).unwrap();
        assert_eq!(cut.chars().count(), LONGEST_VALUE + 1);
        let often = "{{ ticket.subject }}".repeat(20);
        assert!(render(&often, &long, Form::Text).is_err());
    }
}

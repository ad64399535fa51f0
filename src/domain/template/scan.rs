//! Reading a template's marks without running it: what it names, and whether it keeps the limits.

/// Filters in one expression.
const MOST_FILTERS: usize = 8;
/// Loops in one template.
const MOST_LOOPS: usize = 8;
/// Loops inside loops.
const DEEPEST: usize = 2;

/// The tags that templates may use.
pub(super) const TAGS: &[&str] = &[
    "if",
    "elsif",
    "else",
    "endif",
    "unless",
    "endunless",
    "case",
    "when",
    "endcase",
    "for",
    "endfor",
    "break",
    "continue",
    "comment",
    "endcomment",
    "raw",
    "endraw",
];

/// Something between `{{ }}` or `{% %}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark<'t> {
    /// In which line it begins, from 1.
    pub line: usize,
    /// The tag's name; absent for an expression.
    pub tag: Option<&'t str>,
    /// The rest.
    pub body: &'t str,
}

/// What is wrong, and in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub line: usize,
    pub sentence: String,
}

/// What of a template is sent as it stands: all but its marks.
pub(super) fn without_marks(template: &str) -> String {
    let mut plain = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let (before, mark) = rest.split_at(start);
        plain.push_str(before);
        let length = closing(mark).and_then(|closing| end_of(mark.get(2..)?, closing));
        let skip = length.map_or(1, |length| length + 4);
        if length.is_none() {
            plain.push('{');
        }
        rest = mark.get(skip..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// Every mark of a template, outside of `raw` and `comment`.
///
/// # Errors
/// One that is not closed.
pub(super) fn marks(template: &str) -> Result<Vec<Mark<'_>>, Problem> {
    let (mut found, mut at, mut until) = (Vec::new(), 0, None);
    while let Some(start) = template
        .get(at..)
        .and_then(|rest| rest.find('{'))
        .map(|n| n + at)
    {
        let rest = template.get(start..).unwrap_or_default();
        let Some(closing) = closing(rest) else {
            at = start + 1;
            continue;
        };
        let line = 1 + template
            .get(..start)
            .map_or(0, |before| before.matches('\n').count());
        let Some(length) = rest.get(2..).and_then(|inner| end_of(inner, closing)) else {
            let open = rest.get(..2).unwrap_or_default();
            let sentence = format!("{open} is not closed with {closing}");
            return Err(Problem { line, sentence });
        };
        let inner = rest.get(2..2 + length).unwrap_or_default();
        let inner = inner.trim_start_matches('-').trim_end_matches('-').trim();
        at = start + 2 + length + 2;
        let (tag, body) = match closing {
            "%}" => {
                let (name, body) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
                (Some(name), body)
            }
            _ => (None, inner),
        };
        match (until, tag) {
            (None, _) => found.push(Mark { line, tag, body }),
            (Some(end), Some(tag)) if tag == end => until = None,
            _ => {}
        }
        until = match tag {
            Some("raw") if until.is_none() => Some("endraw"),
            Some("comment") if until.is_none() => Some("endcomment"),
            _ => until,
        };
    }
    Ok(found)
}

fn closing(rest: &str) -> Option<&'static str> {
    if rest.starts_with("{{") {
        Some("}}")
    } else {
        rest.starts_with("{%").then_some("%}")
    }
}

/// Where a mark ends: at its closing outside of quotes.
fn end_of(inner: &str, closing: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, _) => {
                let rest = inner.get(at..).unwrap_or_default();
                if rest.starts_with(closing) {
                    return Some(at);
                }
                // The next mark begins before this one has ended.
                if rest.starts_with("{{") || rest.starts_with("{%") {
                    return None;
                }
            }
        }
    }
    None
}

/// The first limit that a template does not keep.
pub(super) fn limits(template: &str) -> Option<Problem> {
    let marks = match marks(template) {
        Ok(marks) => marks,
        Err(problem) => return Some(problem),
    };
    let (mut loops, mut depth) = (0, 0);
    for mark in &marks {
        let refused = |sentence: String| {
            Some(Problem {
                line: mark.line,
                sentence,
            })
        };
        let plain = unquoted(mark.body);
        if plain.matches('|').count() > MOST_FILTERS {
            return refused(format!(
                "there are more than {MOST_FILTERS} filters in one expression"
            ));
        }
        match mark.tag {
            Some("for") => {
                (loops, depth) = (loops + 1, depth + 1);
                if plain.contains("..") {
                    return refused(
                        "loops run over lists; a range such as (1..9) is not available".to_owned(),
                    );
                }
                if loops > MOST_LOOPS || depth > DEEPEST {
                    return refused(format!(
                        "there are more than {MOST_LOOPS} loops, or more than {DEEPEST} inside one another"
                    ));
                }
            }
            Some("endfor") => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// A mark's body with blanks in place of its quoted texts.
fn unquoted(body: &str) -> String {
    let mut quote = None;
    body.chars()
        .map(|c| match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
                ' '
            }
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                ' '
            }
            None => c,
        })
        .collect()
}

/// What a mark names: variables with their dots, and filters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub variables: Vec<String>,
    pub filters: Vec<String>,
    /// The variable that a loop makes.
    pub makes: Option<String>,
}

/// What stands in a mark's body.
pub(super) fn names(mark: &Mark<'_>) -> Names {
    const WORDS: &[&str] = &[
        "true", "false", "nil", "null", "empty", "blank", "and", "or", "contains", "in", "limit",
        "offset", "reversed",
    ];
    let mut names = Names::default();
    let plain = unquoted(mark.body);
    let mut before = ' ';
    let mut word = String::new();
    for c in plain.chars().chain([' ']) {
        if c.is_alphanumeric() || matches!(c, '_' | '.' | '-') {
            word.push(c);
            continue;
        }
        let found = std::mem::take(&mut word);
        if !found.is_empty() {
            let number = found.starts_with(|c: char| c.is_ascii_digit() || c == '-');
            if before == '|' {
                names.filters.push(found);
            } else if mark.tag == Some("for") && names.makes.is_none() {
                names.makes = Some(found);
            } else if !number && !WORDS.contains(&found.as_str()) && c != ':' {
                names.variables.push(found);
            }
            before = ' ';
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_know_their_line_and_what_they_name() {
        let template = "a\n{{ ticket.key | truncate: 9, '}}' }}\n{%- if ticket.due != \"\" and x -%}{% raw %}{{ no }}{% endraw %}{% comment %}{{ no }}{% endcomment %}{% for i in digest.items limit:3 %}";
        let marks = marks(template).unwrap();
        let told: Vec<_> = marks
            .iter()
            .map(|mark| {
                (
                    mark.line,
                    mark.tag.unwrap_or(""),
                    names(mark).variables.join(" "),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (2, "", "ticket.key".to_owned()),
                (3, "if", "ticket.due x".to_owned()),
                (3, "raw", String::new()),
                (3, "comment", String::new()),
                (3, "for", "digest.items".to_owned()),
            ]
        );
        assert_eq!(names(&marks[0]).filters, ["truncate"]);
        assert_eq!(names(&marks[4]).makes.as_deref(), Some("i"));
    }

    #[test]
    fn what_is_not_closed_is_found_in_its_line() {
        for (template, line) in [("x\n\n{{ a", 3), ("{% if a", 1), ("{{ '}}'", 1)] {
            assert_eq!(marks(template).unwrap_err().line, line, "{template}");
        }
        assert!(marks("a { b } {x").unwrap().is_empty());
    }
}

//! Tables for spreadsheets, RFC 4180.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Whether the caller wants a table: `text/csv` stands in Accept, and JSON does not stand before it.
pub fn is_wanted(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    let accept = accept
        .and_then(|accept| accept.to_str().ok())
        .unwrap_or_default();
    let mut kinds = accept.split(',').filter_map(|kind| kind.split(';').next());
    let first = kinds.find(|kind| matches!(kind.trim(), "text/csv" | "application/json"));
    first.is_some_and(|kind| kind.trim() == "text/csv")
}

/// A table as an answer. `next` is the address of the next page.
pub fn answer(
    columns: &[&str],
    lines: impl Iterator<Item = Vec<String>>,
    next: Option<&str>,
) -> Response {
    let mut table = line(columns.iter().copied());
    for cells in lines {
        table.push_str(&line(cells.iter().map(String::as_str)));
    }
    let mut response = table.into_response();
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"tickets.csv\"",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let link = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
    if let Some(link) = link {
        headers.insert(header::LINK, link);
    }
    response
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell, always quoted. What a spreadsheet would take for a formula gets an apostrophe (A30).
fn cell(text: &str) -> String {
    let formula = ['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'];
    let guard = if text.starts_with(formula) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a30_a_cell_is_never_a_formula() {
        for (text, written) in [
            ("plain", "\"plain\""),
            ("", "\"\""),
            ("a \"b\", c\nd", "\"a \"\"b\"\", c\nd\""),
            ("=1+1", "\"'=1+1\""),
            ("+49 30", "\"'+49 30\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("＝1", "\"'＝1\""),
            ("a=b", "\"a=b\""),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }

    #[test]
    fn a_table_is_given_to_those_who_ask_for_one() {
        for (accept, wanted) in [
            ("text/csv", true),
            ("text/csv;q=0.9, */*", true),
            ("application/json, text/csv", false),
            ("*/*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(is_wanted(&headers), wanted, "{accept}");
        }
    }
}

//! The style sheets of a mail (`<style>`), bound to the mail: every selector is put below the element that holds it,
//! every class and id gets a prefix, and of the at-rules only `@media` stays.

use cssparser::{
    AtRuleParser, BasicParseErrorKind, CowRcStr, ParseError, Parser, ParserState,
    QualifiedRuleParser, StyleSheetParser, Token,
};

use super::css;

/// What stands before every class and id of a mail.
pub(super) const PREFIX: &str = "m-";
/// The element around a mail, and the one that stands for its `<body>`.
const SCOPE: &str = ".pr-mail";
const BODY: &str = ".pr-body";

/// Bytes of all style sheets of a mail.
const MAX_BYTES: usize = 256 * 1024;
/// Rules of one mail.
const MAX_RULES: usize = 3000;

type Refused = ParseError<()>;

fn refused() -> Refused {
    ParseError::from_basic_kind(BasicParseErrorKind::UnexpectedToken)
}

/// The safe part of a style sheet. Contains no `<`, so it cannot end the element it is put into.
pub(super) fn scoped(css: &str) -> String {
    if css.len() > MAX_BYTES {
        return String::new();
    }
    let mut sheet = Sheet { nested: false };
    let mut input = Parser::new(css);
    let rules = StyleSheetParser::new(&mut input, &mut sheet).flatten();
    rules.take(MAX_RULES).collect()
}

struct Sheet {
    /// Inside an at-rule: a second one is not read.
    nested: bool,
}

impl<'i> QualifiedRuleParser<'i> for Sheet {
    type Prelude = String;
    type QualifiedRule = String;
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<String, Refused> {
        let selectors = selectors(input);
        if selectors.is_empty() {
            Err(refused())
        } else {
            Ok(selectors)
        }
    }

    fn parse_block(
        &mut self,
        selectors: String,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<String, Refused> {
        let kept = css::declarations(input);
        if kept.is_empty() {
            Err(refused())
        } else {
            Ok(format!("{selectors}{{{kept}}}\n"))
        }
    }
}

impl<'i> AtRuleParser<'i> for Sheet {
    type Prelude = String;
    type AtRule = String;
    type Error = ();

    fn parse_prelude(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
    ) -> Result<String, Refused> {
        if self.nested || !name.eq_ignore_ascii_case("media") {
            return Err(refused());
        }
        let mut query = String::new();
        media(input, &mut query)?;
        Ok(query.trim().to_owned())
    }

    fn parse_block(
        &mut self,
        query: String,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<String, Refused> {
        let mut inner = Self { nested: true };
        let rules: String = StyleSheetParser::new(input, &mut inner)
            .flatten()
            .take(MAX_RULES)
            .collect();
        if rules.is_empty() {
            Err(refused())
        } else {
            Ok(format!("@media {query}{{\n{rules}}}\n"))
        }
    }
}

/// A media query of words, numbers and brackets.
fn media(input: &mut Parser<'_>, out: &mut String) -> Result<(), Refused> {
    while let Ok(token) = input.next_including_whitespace() {
        let token = token.clone();
        match &token {
            Token::WhiteSpace(_) => out.push(' '),
            Token::Ident(word) if css::is_word(word) => out.push_str(&word.to_ascii_lowercase()),
            Token::Number { .. } | Token::Dimension { .. } => css::number(&token, out)?,
            Token::Colon => out.push(':'),
            Token::Comma => out.push(','),
            Token::Delim(sign @ ('/' | '>' | '=')) => out.push(*sign),
            Token::ParenthesisBlock => {
                out.push('(');
                input.parse_nested_block(|inner| media(inner, out))?;
                out.push(')');
            }
            _ => return Err(refused()),
        }
    }
    Ok(())
}

/// The selectors of a list that are understood, each below [`SCOPE`].
fn selectors(input: &mut Parser<'_>) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut one = Some(String::new());
    while let Ok(token) = input.next_including_whitespace() {
        let token = token.clone();
        if matches!(token, Token::Comma) {
            keep(&mut kept, one.replace(String::new()));
            continue;
        }
        one = one.and_then(|mut selector| piece(&token, input, &mut selector).then_some(selector));
    }
    keep(&mut kept, one);
    kept.join(",")
}

fn keep(kept: &mut Vec<String>, selector: Option<String>) {
    let selector = selector.unwrap_or_default();
    let selector = selector.trim();
    if !selector.is_empty() && selector.len() <= 300 && !selector.ends_with(['>', '+', '~']) {
        kept.push(format!("{SCOPE} {selector}"));
    }
}

/// Writes one token of a selector; false where it is not understood, and then the selector goes.
fn piece(token: &Token<'_>, input: &mut Parser<'_>, out: &mut String) -> bool {
    match token {
        Token::WhiteSpace(_) => {
            if !out.is_empty() && !out.ends_with([' ', '>', '+', '~']) {
                out.push(' ');
            }
        }
        Token::Ident(name)
            if css::is_word(name) && (out.is_empty() || out.ends_with([' ', '>', '+', '~'])) =>
        {
            match name.to_ascii_lowercase().as_str() {
                "body" => out.push_str(BODY),
                // The root is the body, too: nothing of a mail reaches the element around it.
                "html" => {}
                name => out.push_str(name),
            }
        }
        Token::Delim('*') => out.push('*'),
        Token::Delim(sign @ ('>' | '+' | '~')) => {
            while out.ends_with(' ') {
                out.pop();
            }
            // A child of `html` is the body, and that is below the scope anyway.
            if !out.is_empty() {
                out.push(*sign);
            }
        }
        Token::Delim('.') => {
            return matches!(input.next_including_whitespace(), Ok(Token::Ident(name)) if prefixed(".", name, out));
        }
        Token::IDHash(name) => return prefixed("#", name, out),
        Token::Colon => return pseudo(input, out),
        _ => return false,
    }
    true
}

fn prefixed(sign: &str, name: &str, out: &mut String) -> bool {
    let fits = css::is_word(name);
    if fits {
        out.push_str(sign);
        out.push_str(&own_name(name));
    }
    fits
}

/// A class or id of a mail as it is used here. Doing it twice changes nothing.
pub(super) fn own_name(name: &str) -> String {
    if name.starts_with(PREFIX) {
        name.to_owned()
    } else {
        format!("{PREFIX}{name}")
    }
}

fn pseudo(input: &mut Parser<'_>, out: &mut String) -> bool {
    let Ok(Token::Ident(name)) = input.next_including_whitespace() else {
        return false;
    };
    match name.to_ascii_lowercase().as_str() {
        name @ ("hover" | "link" | "visited" | "active" | "focus" | "first-child"
        | "last-child" | "only-child") => {
            out.push(':');
            out.push_str(name);
            true
        }
        "root" => out.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_bound_to_the_mail() {
        for (given, kept) in [
            ("p{color:red}", ".pr-mail p{color:red}\n"),
            (
                "body, .a > TD.b:hover, #main a{margin:0}",
                ".pr-mail .pr-body,.pr-mail .m-a>td.m-b:hover,.pr-mail #m-main a{margin:0}\n",
            ),
            ("html > body p{margin:0}", ".pr-mail .pr-body p{margin:0}\n"),
            ("<!-- p{color:red} -->", ".pr-mail p{color:red}\n"),
            (
                "@media only screen and (max-width:600px){.w{width:100%!important} @import 'x'; @media print{p{color:red}}}",
                "@media only screen and (max-width:600px){\n.pr-mail .m-w{width:100%!important}\n}\n",
            ),
            (
                "@media (prefers-color-scheme: dark){body{background:#111}}",
                "@media (prefers-color-scheme: dark){\n.pr-mail .pr-body{background:#111}\n}\n",
            ),
            ("p[class=x], i{color:red}", ".pr-mail i{color:red}\n"),
        ] {
            assert_eq!(scoped(given), kept, "{given}");
        }
    }

    #[test]
    fn a15_a19_a_sheet_loads_nothing_and_reaches_nothing() {
        for given in [
            "@import url(https://evil.test/x);",
            "@import 'https://evil.test/x';",
            "@font-face{font-family:x;src:url(https://evil.test/x)}",
            "@namespace url(https://evil.test/x);",
            "@keyframes x{from{color:red}}",
            "@supports (color:red){p{background:url(https://evil.test)}}",
            "@layer x{p{color:red}}",
            "input[value^=a]{background:url(https://evil.test/a)}",
            "p::before{content:'x'}",
            "p{}</style><script>alert(1)</script>",
            "@media screen{p{background-image:url(https://evil.test/x)}}",
            "@media \\75rl(x){p{color:red}}",
            ".pr-mail:has(a){color:red}",
            "@charset 'utf-7';",
            "p{color:red;}}</style>",
        ] {
            let kept = scoped(given);
            for bad in ["evil", "<", "url", "import", "before", "has("] {
                assert!(!kept.contains(bad), "{given} -> {kept}");
            }
        }
        assert_eq!(
            scoped(".pr-mail,.pr-body{margin:-50px}"),
            ".pr-mail .m-pr-mail,.pr-mail .m-pr-body{margin:-50px}\n"
        );
    }
}

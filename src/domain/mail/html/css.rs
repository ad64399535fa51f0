//! Which declarations of a style stay, CSS Syntax Level 3. The value is read as tokens and written anew from those
//! that are allowed, so no way of writing a load or a script is missed by not knowing it.

use cssparser::{
    AtRuleParser, BasicParseErrorKind, CowRcStr, DeclarationParser, ParseError, Parser,
    ParserState, QualifiedRuleParser, RuleBodyItemParser, RuleBodyParser, ToCss, Token,
};

/// Properties that stay; a trailing `-` means all that begin so. Nothing that takes an element out of its place
/// (`position`, `transform`), that puts in text (`content`), that reverses text (`unicode-bidi`) or that runs in time.
const PROPERTIES: &[&str] = &[
    "align-content",
    "align-items",
    "align-self",
    "background",
    "background-color",
    "background-image",
    "background-position",
    "background-repeat",
    "background-size",
    "border",
    "border-",
    "box-sizing",
    "clear",
    "color",
    "direction",
    "display",
    "flex",
    "flex-",
    "float",
    "font",
    "font-",
    "gap",
    "height",
    "justify-content",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-position",
    "list-style-type",
    "margin",
    "margin-",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "opacity",
    "overflow-wrap",
    "padding",
    "padding-",
    "table-layout",
    "text-",
    "vertical-align",
    "visibility",
    "white-space",
    "width",
    "word-",
    "writing-mode",
];

/// Functions that only make colours, lengths and gradients.
const FUNCTIONS: &[&str] = &[
    "rgb",
    "rgba",
    "hsl",
    "hsla",
    "calc",
    "min",
    "max",
    "clamp",
    "linear-gradient",
    "radial-gradient",
];

/// Units of lengths, angles and screens.
const UNITS: &[&str] = &[
    "", "px", "pt", "em", "rem", "ex", "ch", "cm", "mm", "in", "pc", "q", "vw", "vh", "vmin",
    "vmax", "deg", "rad", "turn", "dpi", "dppx", "x", "fr",
];

/// Bytes of one `style` attribute.
const MAX_BYTES: usize = 4096;
/// Bytes of one value.
const MAX_VALUE: usize = 400;
/// Pixels, points or whatever: nothing in a mail is larger.
const MAX_NUMBER: f32 = 10_000.0;

type Refused = ParseError<()>;

fn refused() -> Refused {
    ParseError::from_basic_kind(BasicParseErrorKind::UnexpectedToken)
}

/// The safe part of a `style` attribute, as `name:value;name:value`.
pub(super) fn inline(style: &str) -> Option<String> {
    if style.len() > MAX_BYTES {
        return None;
    }
    let kept = declarations(&mut Parser::new(style));
    (!kept.is_empty()).then_some(kept)
}

/// The safe part of a list of declarations.
pub(super) fn declarations(input: &mut Parser<'_>) -> String {
    let mut body = Body;
    let kept: Vec<String> = RuleBodyParser::new(input, &mut body).flatten().collect();
    kept.join(";")
}

/// Whether a safe style gives text or ground a colour.
pub(super) fn sets_colour(style: &str) -> bool {
    style.split(['{', ';', '}']).any(|declaration| {
        declaration.split_once(':').is_some_and(|(name, value)| {
            matches!(
                name,
                "color" | "background" | "background-color" | "background-image"
            ) && !matches!(
                value,
                "currentcolor" | "inherit" | "initial" | "none" | "transparent" | "auto"
            )
        })
    })
}

struct Body;

impl<'i> DeclarationParser<'i> for Body {
    type Declaration = String;
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _: &ParserState,
    ) -> Result<String, Refused> {
        let property = name.to_ascii_lowercase();
        if !is_known(&property) {
            return Err(refused());
        }
        let mut value = String::new();
        values(input, property == "background", &mut value)?;
        let value = value.trim();
        if value.is_empty() || value == "!important" || value.len() > MAX_VALUE {
            return Err(refused());
        }
        Ok(format!("{property}:{value}"))
    }
}

impl AtRuleParser<'_> for Body {
    type Prelude = ();
    type AtRule = String;
    type Error = ();
}

impl QualifiedRuleParser<'_> for Body {
    type Prelude = ();
    type QualifiedRule = String;
    type Error = ();
}

impl RuleBodyItemParser<'_, String, ()> for Body {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        false
    }
}

fn is_known(property: &str) -> bool {
    let listed = PROPERTIES
        .iter()
        .any(|known| *known == property || known.ends_with('-') && property.starts_with(known));
    listed && !property.starts_with("border-image") && is_word(property)
}

/// Writes the tokens of a value. `skips_images`: what is left of a shorthand without its image still says a colour.
fn values(input: &mut Parser<'_>, skips_images: bool, out: &mut String) -> Result<(), Refused> {
    while let Ok(token) = input.next_including_whitespace() {
        let token = token.clone();
        match &token {
            Token::WhiteSpace(_) => space(out),
            Token::Ident(word) if is_word(word) => out.push_str(&word_for(word)),
            Token::Hash(digits) | Token::IDHash(digits)
                if digits.len() <= 8 && digits.bytes().all(|b| b.is_ascii_hexdigit()) =>
            {
                out.push('#');
                out.push_str(&digits.to_ascii_lowercase());
            }
            Token::Number { .. } | Token::Percentage { .. } | Token::Dimension { .. } => {
                number(&token, out)?;
            }
            Token::Comma => out.push(','),
            Token::Delim(sign @ ('/' | '+' | '-' | '*')) => out.push(*sign),
            Token::Delim('!') => {
                input.expect_ident_matching("important")?;
                input.expect_exhausted()?;
                out.truncate(out.trim_end().len());
                out.push_str("!important");
            }
            Token::QuotedString(text) if is_plain(text) => out.extend(["'", text, "'"]),
            Token::UnquotedUrl(_) | Token::BadUrl(_) if skips_images => {}
            Token::Function(name) if skips_images && name.eq_ignore_ascii_case("url") => {}
            Token::Function(name) if is_listed(name) => {
                out.push_str(&name.to_ascii_lowercase());
                nested(input, out)?;
            }
            // Brackets group inside `calc`.
            Token::ParenthesisBlock => nested(input, out)?,
            _ => return Err(refused()),
        }
    }
    Ok(())
}

fn nested(input: &mut Parser<'_>, out: &mut String) -> Result<(), Refused> {
    out.push('(');
    input.parse_nested_block(|inner| values(inner, false, out))?;
    out.push(')');
    Ok(())
}

fn is_listed(function: &str) -> bool {
    FUNCTIONS
        .iter()
        .any(|known| function.eq_ignore_ascii_case(known))
}

/// One blank, and none at the start.
fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with([' ', '(']) {
        out.push(' ');
    }
}

/// Writes a number with its unit.
pub(super) fn number(token: &Token<'_>, out: &mut String) -> Result<(), Refused> {
    let (value, unit) = match token {
        Token::Number { value, .. } => (*value, ""),
        Token::Percentage { unit_value, .. } => (*unit_value, ""),
        Token::Dimension { value, unit, .. } => (*value, unit.as_ref()),
        _ => return Err(refused()),
    };
    let plain = value.is_finite()
        && value.abs() <= MAX_NUMBER
        && UNITS.contains(&unit.to_ascii_lowercase().as_str());
    if !plain {
        return Err(refused());
    }
    token.to_css(out).map_err(|_| refused())
}

/// The colours of Windows' own windows mean what the reader's theme says.
fn word_for(word: &str) -> String {
    match word.to_ascii_lowercase().as_str() {
        "windowtext" => "currentcolor".to_owned(),
        "window" => "transparent".to_owned(),
        _ => word.to_owned(),
    }
}

/// A name that needs no escapes.
pub(super) fn is_word(word: &str) -> bool {
    let mut characters = word.chars().skip_while(|&c| c == '-');
    word.len() <= 64
        && characters
            .next()
            .is_some_and(|c| c.is_alphabetic() || c == '_')
        && word
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
}

/// The name of a font, at most.
fn is_plain(text: &str) -> bool {
    text.len() <= 100
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | ',' | '&'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_keeps_what_is_harmless() {
        for (given, kept) in [
            ("color:#333", "color:#333"),
            (
                "COLOR : #ABCDEF ; ; margin : 0 auto !important",
                "color:#abcdef;margin:0 auto!important",
            ),
            (
                "font-family:'Segoe UI', Arial, sans-serif",
                "font-family:'Segoe UI', Arial, sans-serif",
            ),
            ("font-family:\"宋体\"", "font-family:'宋体'"),
            ("width:calc(100% - 20px)", "width:calc(100% - 20px)"),
            (
                "background:url(https://evil.test/x.png) #fff no-repeat",
                "background:#fff no-repeat",
            ),
            ("background:#fff url('x.png') top", "background:#fff top"),
            (
                "border:solid windowtext 1.0pt",
                "border:solid currentcolor 1.0pt",
            ),
            (
                "background-image:linear-gradient(90deg, #fff, rgb(0 0 0 / 50%))",
                "background-image:linear-gradient(90deg, #fff, rgb(0 0 0 / 50%))",
            ),
            (
                "mso-line-height-rule:exactly;line-height:20px",
                "line-height:20px",
            ),
        ] {
            assert_eq!(inline(given).as_deref(), Some(kept), "{given}");
            assert_eq!(inline(kept).as_deref(), Some(kept), "again: {kept}");
        }
    }

    #[test]
    fn a15_a19_a_style_cannot_load_run_or_leave_its_place() {
        for given in [
            "background-image:url(https://evil.test/x)",
            "background-image:URL('//evil.test/x')",
            "background-image:image-set('https://evil.test/x' 1x)",
            "background-image:\\75rl(https://evil.test/x)",
            "list-style:url(https://evil.test/x)",
            "border-image:url(https://evil.test/x) 1",
            "border-image-source:linear-gradient(#fff, #000)",
            "width:expression(alert(1))",
            "-moz-binding:url(x)",
            "behavior:url(x)",
            "position:fixed",
            "z-index:9",
            "transform:translate(-100px)",
            "content:'x'",
            "animation:x 1s",
            "unicode-bidi:bidi-override",
            "font-family:'</style><script>'",
            "font-family:a\\3c /style",
            "color:var(--x)",
            "width:99999999px",
            "width:1e30px",
            "color:red;}body{display:none",
            "cursor:url(x),auto",
            "@import 'x'",
            "--x:url(x)",
        ] {
            let kept = inline(given).unwrap_or_default();
            assert!(kept.is_empty() || kept == "color:red", "{given} -> {kept}");
        }
    }
}

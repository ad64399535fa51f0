//! What may never stand in sanitised HTML, looked for with html5ever's tokeniser and a list of its own: nothing here
//! is shared with the sanitiser.

use std::cell::RefCell;

use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

const ELEMENTS: &str = " a abbr acronym address article aside b bdi big blockquote br caption center cite code col colgroup dd del details dfn div dl \
    dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span \
    strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr ";

const ATTRIBUTES: &str = " align alt bgcolor border cellpadding cellspacing class color colspan data-fold data-goes datetime dir face height href id \
    lang noshade nowrap open rel reversed rowspan scope size span src start style summary target title type valign value width aria-label ";

/// What is wrong with sanitised HTML; nothing, if all is well. `remote`: images from elsewhere may stand in it.
pub fn harms(html: &str, remote: bool) -> Vec<String> {
    let sink = Walk {
        remote,
        found: RefCell::default(),
    };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(html.into());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.found.take()
}

struct Walk {
    remote: bool,
    found: RefCell<Vec<String>>,
}

impl TokenSink for Walk {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.tag(&tag),
            Token::CommentToken(_) | Token::DoctypeToken(_) => {
                self.found.borrow_mut().push("a comment".into());
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Walk {
    fn tag(&self, tag: &Tag) {
        let bad = |what: String| self.found.borrow_mut().push(what);
        if !ELEMENTS.contains(&format!(" {} ", tag.name)) {
            bad(format!("<{}>", tag.name));
        }
        for attribute in &tag.attrs {
            let (name, value) = (&*attribute.name.local, &*attribute.value);
            if !ATTRIBUTES.contains(&format!(" {name} ")) {
                bad(format!("{name} of <{}>", tag.name));
            }
            let url: String = value
                .chars()
                .filter(|c| !c.is_control() && !c.is_whitespace())
                .collect::<String>()
                .to_ascii_lowercase();
            let begins = |schemes: &[&str]| schemes.iter().any(|scheme| url.starts_with(scheme));
            let raster = &["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"];
            let fits = match name {
                "href" => begins(&["http://", "https://", "mailto:", "tel:"]),
                "src" => begins(raster) || self.remote && begins(&["https://"]),
                "style" => is_harmless(&url),
                "class" | "id" => value.split_ascii_whitespace().all(|name| name.starts_with("m-") || name == "pr-fold"),
                _ => true,
            };
            if !fits {
                bad(format!("{name}={value:?} of <{}>", tag.name));
            }
        }
    }
}

/// Whether a style or a style sheet loads nothing, runs nothing, and leaves its place to nobody.
pub fn is_harmless(css: &str) -> bool {
    let css = css.to_ascii_lowercase();
    let words = [
        "url(", "image(", "image-set(", "src(", "expression(", "javascript:", "@import", "@font-face", "@namespace", "@charset", "\\", "<", "/*",
        "attr(", "var(", "env(", "element(", "paint(", "fixed",
    ];
    let properties = [
        "position", "z-index", "content", "transform", "behavior", "-moz-binding", "cursor", "filter", "animation", "unicode-bidi", "src", "mask",
        "clip-path", "list-style-image", "border-image", "border-image-source", "inset", "top", "left",
    ];
    let mut declarations = css.split([';', '{', '}']).filter_map(|one| one.split_once(':'));
    !words.iter().any(|word| css.contains(word)) && !declarations.any(|(name, _)| properties.contains(&name.trim()))
}

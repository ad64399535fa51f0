//! What a value may become: plain types, text that is parsed, lists.

use std::borrow::Cow;
use std::ops::Deref;
use std::path::PathBuf;

use super::Entry;
use crate::config::mistake::Place;
use secrecy::SecretString;

/// A type that a TOML value can become.
pub(crate) trait Value: Sized {
    /// What the value should be, to stand after "expected".
    fn expected() -> Cow<'static, str>;

    /// The value; none if it does not fit, which has then been noted.
    fn read(entry: Entry<'_>) -> Option<Self>;
}

/// A type that is written as a string.
pub(crate) trait Text: Sized {
    /// What the text should be, to stand after "expected".
    fn expected() -> Cow<'static, str>;

    /// The text's meaning.
    fn parse(text: &str) -> Result<Self, Wrong>;
}

/// Why a value does not fit.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// It should be this; what was found is added to the sentence.
    Expected(Cow<'static, str>),
    /// A sentence of its own.
    Because(String),
}

impl From<&'static str> for Wrong {
    fn from(expected: &'static str) -> Self {
        Self::Expected(expected.into())
    }
}

impl<T: Text> Value for T {
    fn expected() -> Cow<'static, str> {
        T::expected()
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        let Some(text) = entry.value.get_ref().as_str() else {
            return entry.refuse(Wrong::Expected(T::expected()));
        };
        match T::parse(text) {
            Ok(value) => Some(value),
            Err(wrong) => entry.refuse(wrong),
        }
    }
}

/// Lets types be written as strings: `Type: "what is expected"`, parsed by `FromStr`; or `words Type`.
macro_rules! texts {
    ($($type:ty: $expected:literal),+ $(,)?) => {$(
        impl $crate::config::read::Text for $type {
            fn expected() -> std::borrow::Cow<'static, str> { $expected.into() }
            fn parse(text: &str) -> Result<Self, $crate::config::read::Wrong> {
                text.parse().map_err(|_| $expected.into())
            }
        }
    )+};
    (words $($type:ty),+ $(,)?) => {$(
        impl $crate::config::read::Text for $type {
            fn expected() -> std::borrow::Cow<'static, str> {
                format!("one of {}", <$type>::WORDS.join(", ")).into()
            }
            fn parse(text: &str) -> Result<Self, $crate::config::read::Wrong> {
                text.parse().map_err(|_| $crate::config::read::Wrong::Expected(
                    <Self as $crate::config::read::Text>::expected()))
            }
        }
    )+};
}
pub(crate) use texts;

texts! {
    String: "text",
    std::net::SocketAddr: "an address like 127.0.0.1:8080",
    crate::domain::address::EmailAddress: "a mail address like name@example.org",
    chrono_tz::Tz: "a time zone like Europe/Berlin",
}

impl Text for PathBuf {
    fn expected() -> Cow<'static, str> {
        "a path".into()
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        if text.is_empty() {
            Err("a path".into())
        } else {
            Ok(text.into())
        }
    }
}

impl Value for SecretString {
    fn expected() -> Cow<'static, str> {
        "text".into()
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        match entry.value.get_ref().as_str() {
            Some("") | None => entry.refuse_unseen("text"),
            Some(text) => Some(text.to_owned().into()),
        }
    }
}

impl Value for bool {
    fn expected() -> Cow<'static, str> {
        "true or false".into()
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        match (entry.value.get_ref().as_bool(), entry.bare()) {
            (Some(yes), _) => Some(yes),
            (None, Some("true")) => Some(true),
            (None, Some("false")) => Some(false),
            _ => entry.refuse("true or false"),
        }
    }
}

impl Value for u64 {
    fn expected() -> Cow<'static, str> {
        "a whole number".into()
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        entry.number().or_else(|| entry.refuse("a whole number"))
    }
}

impl Value for u16 {
    fn expected() -> Cow<'static, str> {
        "a number from 1 to 65535".into()
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        let number = entry
            .number()
            .and_then(|n| Self::try_from(n).ok())
            .filter(|n| *n > 0);
        number.or_else(|| entry.refuse("a number from 1 to 65535"))
    }
}

impl<T: Value> Value for Vec<T> {
    fn expected() -> Cow<'static, str> {
        format!("a list of which each is {}", T::expected()).into()
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        let parts = entry.parts(&Self::expected())?;
        // Each part is looked at, although one mistake is enough to have no list.
        let read: Vec<Option<T>> = parts.into_iter().map(T::read).collect();
        read.into_iter().collect()
    }
}

/// A value with its place, for what is checked against other values later.
#[derive(Debug, Clone)]
pub struct At<T> {
    value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> At<T> {
    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for At<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Value> Value for At<T> {
    fn expected() -> Cow<'static, str> {
        T::expected()
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        let place = entry.place();
        Some(Self {
            value: T::read(entry)?,
            place,
        })
    }
}

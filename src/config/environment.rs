//! The environment of the process, read once and passed on as a map that tests can write themselves.

use std::collections::BTreeMap;

/// The variables of the environment. Printed only by name: some of them are passwords.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables that this process was started with; those that are not UTF-8 are left out.
    #[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
    pub fn of_this_process() -> Self {
        let text = |word: std::ffi::OsString| word.into_string().ok();
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((text(name)?, text(value)?)))
                .collect(),
        )
    }

    /// The value of one variable; none if it is not set, or set to nothing.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The variables `POSTROOM__SECTION__KEY`: section and key in lower case, the variable and its value.
    pub(super) fn keys(&self) -> impl Iterator<Item = Variable<'_>> {
        self.0.iter().filter_map(|(name, value)| {
            let (section, key) = name.strip_prefix("POSTROOM__")?.split_once("__")?;
            Some(Variable {
                name,
                section: section.to_ascii_lowercase(),
                key: key.to_ascii_lowercase(),
                value,
            })
        })
    }
}

/// A variable that sets a key of the configuration.
pub(super) struct Variable<'a> {
    pub name: &'a str,
    pub section: String,
    pub key: String,
    pub value: &'a str,
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

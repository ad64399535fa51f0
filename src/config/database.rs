//! `[database]`: where everything is kept.

use std::borrow::Cow;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::read::{Entry, Value};
use super::section::section;

section! {
    /// Where everything is kept.
    pub struct Database in "database" {
        /// `sqlite:PATH` for a file, or `postgres://USER:PASSWORD@HOST/NAME`. PostgreSQL must be reached
        /// directly, not through a pooler.
        url: DatabaseUrl = "sqlite:data/postroom.db",
    }
}

/// Which database, and where. Prints without the password.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// The address of a PostgreSQL server, with its password.
    Postgres(SecretString),
}

const EXPECTED: &str = "sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME";

impl DatabaseUrl {
    /// Understands `sqlite:PATH` (also `sqlite://PATH`) and `postgres://…` (also `postgresql://…`).
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            let plain = !path.is_empty() && !path.contains(['?', '\0']) && !path.ends_with('/');
            return plain.then(|| Self::Sqlite(path.into()));
        }
        let url = Url::parse(text).ok()?;
        let postgres = matches!(url.scheme(), "postgres" | "postgresql");
        postgres.then(|| Self::Postgres(text.to_owned().into()))
    }

    /// The address as it was written, with the password: for whoever connects.
    pub fn expose(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(url) => url.expose_secret().to_owned(),
        }
    }
}

impl Value for DatabaseUrl {
    fn expected() -> Cow<'static, str> {
        EXPECTED.into()
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        let url = entry.value.get_ref().as_str().and_then(Self::parse);
        url.or_else(|| entry.refuse_unseen(EXPECTED))
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let Ok(mut url) = Url::parse(url.expose_secret()) else {
                    return f.write_str("postgres://…");
                };
                // Fails only for addresses that cannot carry a password, and then there is none to hide.
                let _ = url.set_password(url.password().map(|_| "*****"));
                // The query may carry one as well.
                url.set_query(None);
                write!(f, "{url}")
            }
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_the_database_is_never_printed() {
        for given in [
            "postgres://desk:hunter2@db/postroom",
            "postgres://db/postroom?password=hunter2",
        ] {
            let url = DatabaseUrl::parse(given).unwrap();
            assert_eq!(url.expose(), given);
            assert!(!format!("{url} {url:?}").contains("hunter2"), "{url}");
        }
    }

    #[test]
    fn a_file_is_named_with_or_without_slashes() {
        for (given, path) in [
            ("sqlite:data/postroom.db", "data/postroom.db"),
            (
                "sqlite:///var/lib/postroom/postroom.db",
                "/var/lib/postroom/postroom.db",
            ),
            ("sqlite:/var/lib/x.db", "/var/lib/x.db"),
        ] {
            assert_eq!(
                DatabaseUrl::parse(given).unwrap().to_string(),
                format!("sqlite:{path}")
            );
        }
    }

    #[test]
    fn other_databases_are_refused() {
        for given in [
            "",
            "sqlite:",
            "sqlite:data/",
            "mysql://x/y",
            "data/postroom.db",
        ] {
            assert!(DatabaseUrl::parse(given).is_none(), "{given:?}");
        }
    }
}

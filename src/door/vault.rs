//! Passwords on their way from where they are kept to whoever logs in with them.

use std::sync::Arc;

use secrecy::SecretString;

use super::{Cell, MasterKey, OpenError};

/// Looks a variable up in the environment.
type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Opens passwords: those sealed in the database, and those named by a variable of the environment. Cheap to
/// clone.
#[derive(Clone)]
pub struct Vault {
    key: Arc<MasterKey>,
    /// The environment as it was when the program started.
    variable: Arc<Variable>,
}

/// A password cannot be had. Each is a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// It was sealed with another key, or damaged.
    #[error("the stored password cannot be opened: {0}")]
    Sealed(#[from] OpenError),
    /// The daemon was started without it.
    #[error("the password is to be read from the variable {0}, which is not set for the daemon")]
    NoVariable(String),
    /// What was sealed is no text.
    #[error("the stored password is not text; set it again")]
    NotText,
}

impl Vault {
    /// A vault under `key`; `variable` looks up the environment.
    pub fn new(
        key: Arc<MasterKey>,
        variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            key,
            variable: Arc::new(variable),
        }
    }

    /// The password that is sealed in `cell`, or that the variable named `env` holds; empty if there is neither.
    pub fn open(
        &self,
        cell: &Cell<'_>,
        sealed: Option<&[u8]>,
        env: Option<&str>,
    ) -> Result<SecretString, VaultError> {
        if let Some(sealed) = sealed {
            let opened = self.key.open(cell, sealed)?;
            let text = std::str::from_utf8(&opened).map_err(|_| VaultError::NotText)?;
            return Ok(SecretString::from(text));
        }
        match env {
            None => Ok(SecretString::default()),
            Some(name) => (self.variable)(name)
                .map(SecretString::from)
                .ok_or_else(|| VaultError::NoVariable(name.to_owned())),
        }
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use uuid::Uuid;

    use super::*;
    use crate::door::Random;

    const CELL: Cell<'static> = Cell {
        table: "accounts",
        column: "imap_password",
        tenant: None,
        row: Uuid::from_u128(1),
    };

    #[test]
    fn a_password_comes_from_the_database_or_from_the_environment() {
        let key = Arc::new(MasterKey::from_bytes([7; 32]));
        let sealed = key.seal(&CELL, b"hunter2", &Random::seeded(1));
        let vault = Vault::new(key, |name| (name == "IMAP").then(|| "swordfish".to_owned()));
        let open = |sealed: Option<&[u8]>, env| {
            let password = vault.open(&CELL, sealed, env);
            password.map(|password| password.expose_secret().to_owned())
        };
        assert_eq!(open(Some(&sealed), None).unwrap(), "hunter2");
        assert_eq!(open(None, Some("IMAP")).unwrap(), "swordfish");
        assert_eq!(open(None, None).unwrap(), "");
        let missing = open(None, Some("SMTP")).unwrap_err().to_string();
        assert!(missing.contains("variable SMTP"), "{missing}");
    }
}

//! People as pages show them: a name, and initials on a ground of their own colour.

/// A person's name with the round mark that stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// Their id where forms need it; empty for people outside.
    pub id: String,
    /// The name, or the address where there is no name.
    pub name: String,
    /// One or two letters.
    pub initials: String,
    /// Which of the six grounds; the same for the same address.
    pub hue: u32,
}

impl Face {
    /// The face of somebody called `name` with the address `email`; either may be empty.
    pub fn new(id: impl Into<String>, name: &str, email: &str) -> Self {
        let name = if name.trim().is_empty() { email } else { name };
        let seed = if email.is_empty() { name } else { email };
        Self {
            id: id.into(),
            name: name.to_owned(),
            initials: initials(name),
            hue: seed.bytes().fold(7_u32, |sum, byte| {
                sum.wrapping_mul(31).wrapping_add(u32::from(byte))
            }) % 6,
        }
    }

    /// Postroom itself.
    pub fn system() -> Self {
        Self::new("", "Postroom", "")
    }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let name = name.split('@').next().unwrap_or(name);
    let mut letters = name
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | '-' | '_'))
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    let last = letters.next_back();
    let both: String = first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect();
    if both.is_empty() {
        "?".to_owned()
    } else {
        both
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_come_from_the_first_and_the_last_word() {
        for (name, letters) in [
            ("Grace Hopper", "GH"),
            ("Ada", "A"),
            ("Jean-Luc de la Tour", "JT"),
            ("grace.hopper@acme.test", "GH"),
            ("østen", "Ø"),
            ("  ", "?"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn somebody_without_a_name_is_called_by_their_address() {
        assert_eq!(Face::new("", " ", "a@b.test").name, "a@b.test");
    }
}

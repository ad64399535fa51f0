//! A server's words without the password that they repeat (A28): some answer a wrong log-in with the line they were sent.

use data_encoding::BASE64;

/// What stands where the password stood.
const VEIL: &str = "•••";

/// The words of a server, without the password in any form in which it was sent.
pub fn veiled(words: &str, username: &str, password: &str) -> String {
    if password.is_empty() {
        return words.to_owned();
    }
    // IMAP quotes it (RFC 3501 section 4.3); SASL PLAIN and LOGIN encode it.
    let quoted = password.replace('\\', "\\\\").replace('"', "\\\"");
    let plain = BASE64.encode(format!("\0{username}\0{password}").as_bytes());
    let login = BASE64.encode(password.as_bytes());
    let mut words = words.to_owned();
    for sent in [plain.as_str(), login.as_str(), quoted.as_str(), password] {
        words = words.replace(sent, VEIL);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a28_a_server_that_repeats_the_password_is_quoted_without_it() {
        for sent in [
            "a1 LOGIN desk ca\"nary",
            "a1 LOGIN \"desk\" \"ca\\\"nary\"",
            "AUTH PLAIN AGRlc2sAY2EibmFyeQ==",
            "Y2EibmFyeQ== is not known",
        ] {
            let words = veiled(&format!("BAD {sent}"), "desk", "ca\"nary");
            assert!(words.contains(VEIL), "{sent}");
            assert!(
                !words.contains("nary") && !words.contains("YSJuYX"),
                "{words}"
            );
        }
        assert_eq!(veiled("no such user", "desk", "canary"), "no such user");
        assert_eq!(veiled("no such user", "desk", ""), "no such user");
    }
}

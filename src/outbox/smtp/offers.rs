//! What a server offers in its answer to EHLO (RFC 5321 section 4.1.1.1).

/// The extensions that we use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Offers {
    /// TLS on this connection (RFC 3207).
    pub starttls: bool,
    /// Several commands in one packet (RFC 2920).
    pub pipelining: bool,
    /// It wants to know the size beforehand (RFC 1870), and this is the largest it takes.
    pub size: Option<u64>,
    /// Addresses beyond ASCII (RFC 6531).
    pub smtputf8: bool,
}

impl Offers {
    /// Reads the text of the reply's lines. The first is a greeting.
    pub fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut offers = Self::default();
        for line in lines.skip(1) {
            let mut words = line.split_ascii_whitespace();
            match words.next().unwrap_or("").to_ascii_uppercase().as_str() {
                "STARTTLS" => offers.starttls = true,
                "PIPELINING" => offers.pipelining = true,
                "SMTPUTF8" => offers.smtputf8 = true,
                "SIZE" => {
                    // 0, or nothing, means that there is no fixed limit.
                    let limit = words.next().and_then(|size| size.parse().ok());
                    offers.size = limit.filter(|size| *size > 0).or(Some(u64::MAX));
                }
                _ => {}
            }
        }
        offers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_read_in_any_case() {
        let lines = [
            "mx.example",
            "pipelining",
            "SIZE 1000",
            "StartTLS",
            "AUTH PLAIN",
        ];
        let offers = Offers::read(lines.into_iter());
        assert!(offers.pipelining && offers.starttls && !offers.smtputf8);
        assert_eq!(offers.size, Some(1000));
    }

    #[test]
    fn a_size_of_nothing_is_no_limit() {
        for line in ["SIZE", "SIZE 0", "SIZE much"] {
            let offers = Offers::read(["x", line].into_iter());
            assert_eq!(offers.size, Some(u64::MAX));
        }
        assert_eq!(Offers::read(["PIPELINING"].into_iter()), Offers::default());
    }
}

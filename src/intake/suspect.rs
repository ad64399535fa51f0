//! A mail that ends the connection every time must not hold up those behind it.

use crate::intake::imap::Fault;

/// What a server says wrongly it will most likely say again; a lost connection may be anybody's fault.
const NONSENSE: u32 = 5;
const LOST: u32 = 1;
/// From here on mails are fetched one by one, so that it is clear which one it is.
const CAREFUL: u32 = 3;
/// From here on only its beginning is asked for, if it was too large: it has failed alone.
const ALONE: u32 = 10;
/// From here on it goes into quarantine unfetched.
const HOPELESS: u32 = 15;

/// What is known about the mail at which fetching broke off, again and again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Suspect {
    uid: u32,
    weight: u32,
    too_large: bool,
    words: String,
}

/// How to fetch now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Care {
    /// As usual.
    None,
    /// One by one.
    OneByOne,
    /// One by one, and of this one only the beginning.
    OnlyBeginning(u32),
    /// One by one, and not this one: it goes into quarantine for this reason.
    Without(u32, String),
}

impl Suspect {
    /// Fetching broke off at `uid`, or at one of those behind it that came with it.
    pub fn met(&mut self, uid: u32, fault: &Fault) {
        if self.uid != uid {
            *self = Self {
                uid,
                ..Self::default()
            };
        }
        self.too_large |= matches!(fault, Fault::TooLarge { .. });
        self.weight += match fault {
            Fault::TooLarge { .. } | Fault::Protocol(_) => NONSENSE,
            _ => LOST,
        };
        self.words = fault.to_string();
    }

    /// Everything came.
    pub fn cleared(&mut self) {
        *self = Self::default();
    }

    /// How to fetch next time.
    pub fn care(&self) -> Care {
        match self.weight {
            0..CAREFUL => Care::None,
            HOPELESS.. => Care::Without(self.uid, self.words.clone()),
            ALONE.. if self.too_large => Care::OnlyBeginning(self.uid),
            _ => Care::OneByOne,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(times: u32, fault: impl Fn() -> Fault) -> Care {
        let mut suspect = Suspect::default();
        (0..times).for_each(|_| suspect.met(7, &fault()));
        suspect.care()
    }

    #[test]
    fn a_mail_that_always_breaks_the_connection_is_set_aside_after_three_times() {
        let nonsense = || Fault::Protocol("x".to_owned());
        assert_eq!(after(0, nonsense), Care::None);
        assert_eq!(after(1, nonsense), Care::OneByOne);
        assert_eq!(after(2, nonsense), Care::OneByOne);
        assert!(matches!(after(3, nonsense), Care::Without(7, _)));
    }

    #[test]
    fn lost_connections_count_little() {
        assert_eq!(after(2, || Fault::Closed(None)), Care::None);
        assert_eq!(after(14, || Fault::Timeout(15)), Care::OneByOne);
    }

    #[test]
    fn of_a_mail_that_is_larger_than_announced_the_beginning_is_taken() {
        let large = || Fault::TooLarge {
            announced: 9,
            limit: 1,
        };
        assert_eq!(after(1, large), Care::OneByOne);
        assert_eq!(after(2, large), Care::OnlyBeginning(7));
    }

    #[test]
    fn another_mail_starts_anew() {
        let mut suspect = Suspect::default();
        for uid in [1, 2, 3, 4, 5, 6] {
            suspect.met(uid, &Fault::Closed(None));
        }
        assert_eq!(suspect.care(), Care::None);
    }
}

//! Signed reply tokens (TH1, A3): the part of an address that says which ticket an answer belongs to, who
//! was asked, and for what the answer may be used.
//!
//! A token is 38 lower-case base32 characters: two for the key id, ten for a random reference, twenty-six
//! for 128 bits of HMAC-SHA256. Relays fold case, so there is only one case. The reference names a row
//! that says which ticket, participant and purpose; the MAC proves that we wrote it for exactly those.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::domain::ids::{TenantId, TicketId};

/// Characters of a token.
pub const LENGTH: usize = KEY_ID + REFERENCE + MAC;
const KEY_ID: usize = 2;
const REFERENCE: usize = 10;
const MAC: usize = 26;
const VERSION: u8 = 1;

words! {
    /// What a token may be used for.
    pub enum Purpose {
        /// A customer's answer.
        Customer = "customer",
        /// An agent's public answer.
        Agent = "agent",
        /// An agent's answer to a note: a note.
        AgentNote = "agent_note",
        /// A report about a delivery.
        Bounce = "bounce",
        /// A rating.
        Csat = "csat",
        /// A button in a notice.
        Action = "action",
    }
}

impl Purpose {
    /// How many days a token of this purpose lives.
    pub const fn lifetime_days(self) -> i64 {
        match self {
            Self::Customer | Self::Bounce => 365,
            Self::Agent | Self::AgentNote | Self::Csat => 30,
            Self::Action => 7,
        }
    }

    /// Whether a mail that carries such a token belongs to the token's ticket, and nowhere else in its tenant.
    pub const fn settles(self) -> bool {
        matches!(self, Self::Customer | Self::Agent | Self::AgentNote)
    }
}

/// All that a token is bound to. Changing any of it makes another token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose ticket.
    pub tenant: TenantId,
    /// Which ticket.
    pub ticket: TicketId,
    /// Who was asked: an address in comparable form, or a user's id.
    pub participant: String,
    /// Raised to revoke every token of this participant in this ticket.
    pub epoch: i64,
    /// What it may be used for.
    pub purpose: Purpose,
}

/// The key of one tenant for its tokens. Two may be live at once while keys are being rotated.
#[derive(Clone)]
pub struct TokenKey {
    /// Two base32 characters that name the key.
    pub id: [u8; KEY_ID],
    /// 256 bits, derived from the master key.
    pub secret: [u8; 32],
}

/// A token taken apart, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Parts {
    /// Which key signed it.
    pub key_id: String,
    /// Which row it refers to.
    pub reference: String,
    mac: String,
}

/// How many generations of keys pass before a key id comes again. The keys themselves never do.
const KEY_IDS: i64 = 1024;

/// The id of the key of one generation: `aa`, `ab` … `77`, and then from the beginning.
pub fn key_id(generation: i64) -> [u8; KEY_ID] {
    let number = u16::try_from(generation.rem_euclid(KEY_IDS)).unwrap_or_default();
    // Ten bits on the left are two characters.
    let text = BASE32_NOPAD.encode(&(number << 6).to_be_bytes());
    let text = text.to_ascii_lowercase();
    text.as_bytes().first_chunk().copied().unwrap_or(*b"aa")
}

/// The same as text.
pub fn key_id_text(generation: i64) -> String {
    String::from_utf8_lossy(&key_id(generation)).into_owned()
}

/// For what the key of a generation is derived from the master key. No two generations share it.
pub fn key_purpose(generation: i64) -> String {
    let id = key_id_text(generation);
    match generation.div_euclid(KEY_IDS) {
        0 => format!("reply token {id}"),
        round => format!("reply token {id} {round}"),
    }
}

/// The generations that are alive when `newest` signs: it and the one before it.
pub fn living(newest: i64) -> impl Iterator<Item = i64> {
    (newest.saturating_sub(1).max(0)..=newest).rev()
}

/// A random reference for a new token, from 50 random bits.
pub fn reference(random: [u8; 7]) -> String {
    let mut text = BASE32_NOPAD.encode(&random).to_ascii_lowercase();
    text.truncate(REFERENCE);
    text
}

/// The token for `claim` under `reference`.
pub fn sign(key: &TokenKey, reference: &str, claim: &Claim) -> String {
    let key_id = String::from_utf8_lossy(&key.id);
    format!("{key_id}{reference}{}", mac(key, reference, claim))
}

/// Whether `parts` is exactly the token for `claim`. Takes the same time for every wrong token.
pub fn verify(key: &TokenKey, parts: &Parts, claim: &Claim) -> bool {
    let expected = mac(key, &parts.reference, claim);
    key.id.ct_eq(parts.key_id.as_bytes()).into()
        && bool::from(expected.as_bytes().ct_eq(parts.mac.as_bytes()))
}

/// Takes a token apart, if `text` has the form of one. Case does not matter.
pub fn parse(text: &str) -> Option<Parts> {
    let is_base32 = |b: u8| matches!(b.to_ascii_lowercase(), b'a'..=b'z' | b'2'..=b'7');
    if text.len() != LENGTH || !text.bytes().all(is_base32) {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let (key_id, rest) = text.split_at_checked(KEY_ID)?;
    let (reference, mac) = rest.split_at_checked(REFERENCE)?;
    Some(Parts {
        key_id: key_id.into(),
        reference: reference.into(),
        mac: mac.into(),
    })
}

/// Every token in an address's detail (`b-TOKEN` for return paths) or in a Message-ID's local part.
pub fn find_in(detail_or_id: &str) -> Option<Parts> {
    let local = detail_or_id.split('@').next().unwrap_or_default();
    parse(local.strip_prefix("b-").unwrap_or(local))
}

/// Whether an address or an id with a token stands anywhere in a text.
pub fn is_in(text: &str) -> bool {
    text.match_indices(['@', '%']).any(|(at, sign)| {
        let (before, after) = text.split_at(at);
        if sign == "%" && !after.starts_with("%40") {
            return false;
        }
        let bytes = before.as_bytes();
        let start = bytes.len().checked_sub(LENGTH);
        let found = start.and_then(|start| before.get(start..)).and_then(parse);
        let longer = start
            .and_then(|start| start.checked_sub(1))
            .and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_alphanumeric);
        found.is_some() && !longer
    })
}

fn mac(key: &TokenKey, reference: &str, claim: &Claim) -> String {
    // HMAC takes a key of any length, so this cannot fail.
    #[expect(clippy::expect_used, reason = "HMAC accepts keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.secret).expect("any length will do");
    // Every field is preceded by its length, so that no two claims give the same bytes.
    for field in [
        &[VERSION][..],
        &key.id,
        reference.as_bytes(),
        claim.tenant.0.as_bytes(),
        claim.ticket.0.as_bytes(),
        claim.participant.as_bytes(),
        &claim.epoch.to_be_bytes(),
        claim.purpose.as_str().as_bytes(),
    ] {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field);
    }
    let digest = mac.finalize().into_bytes();
    let mut text = BASE32_NOPAD.encode(&digest).to_ascii_lowercase();
    text.truncate(MAC);
    text
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenKey({})", String::from_utf8_lossy(&self.id))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn key(byte: u8) -> TokenKey {
        TokenKey {
            id: *b"aa",
            secret: [byte; 32],
        }
    }

    fn claim() -> Claim {
        Claim {
            tenant: TenantId(Uuid::from_u128(1)),
            ticket: TicketId(Uuid::from_u128(2)),
            participant: "grace@example.org".into(),
            epoch: 0,
            purpose: Purpose::Customer,
        }
    }

    #[test]
    fn a_token_is_found_in_a_text() {
        let token = sign(&key(1), &reference([7; 7]), &claim());
        for (text, found) in [
            (format!("mail support+{token}@acme.test now"), true),
            (format!("<{}@acme.test>", token.to_uppercase()), true),
            (format!("b-{token}%40acme.test"), true),
            (format!("x{token}@acme.test"), false),
            (format!("{token} and @"), false),
            ("support@acme.test".to_owned(), false),
            ("ü@ü".to_owned(), false),
        ] {
            assert_eq!(is_in(&text), found, "{text}");
        }
    }

    #[test]
    fn a_token_survives_a_relay_that_changes_case() {
        let token = sign(&key(1), &reference([7; 7]), &claim());
        assert_eq!(token.len(), LENGTH);
        let parts = parse(&token.to_uppercase()).unwrap();
        assert!(verify(&key(1), &parts, &claim()));
    }

    #[test]
    fn a_return_path_and_a_message_id_carry_the_same_token() {
        let token = sign(&key(1), &reference([7; 7]), &claim());
        assert!(find_in(&format!("b-{token}")).is_some());
        assert!(find_in(&format!("{token}@acme.test")).is_some());
        assert!(find_in("b-").is_none());
    }

    #[test]
    fn a3_truncated_empty_and_foreign_text_is_no_token() {
        let token = sign(&key(1), &reference([7; 7]), &claim());
        for text in [
            "",
            "b",
            &token[1..],
            &format!("{token}a"),
            "ä",
            &"1".repeat(LENGTH),
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn generations_have_ids_in_turn_and_keys_of_their_own() {
        assert_eq!(
            [key_id(0), key_id(1), key_id(31), key_id(32)],
            [*b"aa", *b"ab", *b"a7", *b"ba"]
        );
        assert_eq!(key_id(1023), *b"77");
        assert_eq!(key_id(1024), *b"aa");
        assert_eq!(key_purpose(0), "reply token aa");
        assert_ne!(key_purpose(1024), key_purpose(0));
        assert_eq!(living(0).collect::<Vec<_>>(), [0]);
        assert_eq!(living(1).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(living(7).collect::<Vec<_>>(), [7, 6]);
    }

    proptest! {
        #[test]
        fn a3_a_token_verifies_for_exactly_one_claim(
            tenant in 0u128..3, ticket in 0u128..3, who in 0usize..3, epoch in 0i64..3, purpose in 0usize..6,
            reference_bytes in 0u8..3, secret in 0u8..3,
        ) {
            let names = ["grace@example.org", "grace@example.or", "eve@example.org"];
            let other = Claim {
                tenant: TenantId(Uuid::from_u128(tenant)),
                ticket: TicketId(Uuid::from_u128(ticket)),
                participant: names[who].into(),
                epoch,
                purpose: Purpose::ALL[purpose],
            };
            let token = sign(&key(1), &reference([1; 7]), &claim());
            let mut parts = parse(&token).unwrap();
            parts.reference = reference([reference_bytes; 7]);
            let same = other == claim() && reference_bytes == 1 && secret == 1;
            prop_assert_eq!(verify(&key(secret), &parts, &other), same);
        }

        #[test]
        fn a3_one_changed_bit_is_noticed(position in 0usize..LENGTH, replacement in "[a-z2-7]") {
            let mut token = sign(&key(1), &reference([1; 7]), &claim());
            let original = token.clone();
            token.replace_range(position..=position, &replacement);
            let parts = parse(&token).unwrap();
            // The last character of the MAC carries fewer than five bits of the digest's 128.
            prop_assert_eq!(verify(&key(1), &parts, &claim()), token == original);
        }

        #[test]
        fn nothing_makes_parsing_panic(text in ".*") {
            let _ = find_in(&text);
        }
    }
}

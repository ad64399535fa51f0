//! Any text as a reply token, and a signed token with any one character exchanged.
#![no_main]

use postroom_fuzz::domain::ids::{TenantId, TicketId};
use postroom_fuzz::domain::token::{Claim, LENGTH, Purpose, TokenKey, find_in, key_id, parse, reference, sign, verify};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let key = TokenKey { id: key_id(0), secret: [7; 32] };
    let claim = Claim {
        tenant: TenantId::from(uuid::Uuid::from_u128(1)),
        ticket: TicketId::from(uuid::Uuid::from_u128(2)),
        participant: "grace@customers.test".to_owned(),
        epoch: 3,
        purpose: Purpose::Customer,
    };
    for parts in [parse(&text), find_in(&text)].into_iter().flatten() {
        let ours = sign(&key, &parts.reference, &claim);
        assert_eq!(verify(&key, &parts, &claim), parse(&ours) == Some(parts));
    }
    let [at, by, random @ ..] = bytes else { return };
    let seven: [u8; 7] = std::array::from_fn(|n| random.get(n).copied().unwrap_or_default());
    let token = sign(&key, &reference(seven), &claim);
    let at = usize::from(*at) % LENGTH;
    let mut changed = token.clone().into_bytes();
    changed[at] = b"abcdefghijklmnopqrstuvwxyz234567"[usize::from(*by) % 32];
    let changed = String::from_utf8(changed).unwrap_or_default();
    let parts = parse(&changed).expect("it has the form of a token");
    assert_eq!(verify(&key, &parts, &claim), changed == token, "{token} {changed}");
});

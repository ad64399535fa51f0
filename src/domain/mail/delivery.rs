//! Whom a mail was delivered to, as far as our own side wrote it down (A37).

use super::headers::Headers;
use crate::domain::address::EmailAddress;

/// The headers in which mail servers write the recipient, unless the account says otherwise.
pub const DEFAULT_DELIVERY_HEADERS: [&str; 6] = [
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "X-Forwarded-To",
];

/// Fields that mail servers put on top of a mail.
const TRACE: [&str; 9] = [
    "Return-Path",
    "Received",
    "Authentication-Results",
    "Received-SPF",
    "DKIM-Filter",
    "X-Spam-",
    "X-Virus-",
    "X-Received",
    "ARC-",
];

/// The recipients that servers we trust wrote on top of the mail: of each header its first occurrence.
///
/// Trusted is what stands above the boundary: the topmost `Received` line written by `trusted_host`; if there
/// is none, nothing. Without a `trusted_host` it is what stands above the first `Received` line, which is
/// where Postfix and Dovecot write; in a mail without any `Received` line (put into the folder by hand) it is
/// the block of trace fields at the very top. What stands lower may have been written by the sender.
pub fn trusted_recipients(
    headers: &Headers,
    trusted_host: Option<&str>,
    names: &[String],
) -> Vec<(String, EmailAddress)> {
    let mut found: Vec<(String, EmailAddress)> = Vec::new();
    for (name, value) in headers
        .iter_raw()
        .take(boundary(headers, trusted_host, names))
    {
        let Some(known) = names.iter().find(|known| known.eq_ignore_ascii_case(name)) else {
            continue;
        };
        if found.iter().any(|(seen, _)| seen == known) {
            continue;
        }
        let address = super::address_list::read(value)
            .parties
            .first()
            .and_then(crate::domain::address::Party::address);
        if let Some(address) = address {
            found.push((known.clone(), address));
        }
    }
    found
}

/// How many fields from the top are trusted.
pub(super) fn boundary(
    headers: &Headers,
    trusted_host: Option<&str>,
    delivery_headers: &[String],
) -> usize {
    // What the server handed to its own store by LMTP has a line of that on top (RFC 2033): not the way in.
    let received = |name: &str, value: &str| {
        name.eq_ignore_ascii_case("Received") && !Hop::read(value).is_delivery()
    };
    if let Some(host) = trusted_host {
        return headers
            .iter_raw()
            .position(|(name, value)| received(name, value) && Hop::read(value).is_by(host))
            .unwrap_or(0);
    }
    headers
        .iter_raw()
        .position(|(name, value)| received(name, value))
        .unwrap_or_else(|| {
            let is_trace = |name: &str| {
                delivery_headers
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(name))
                    || TRACE.iter().any(|trace| {
                        let start = if trace.ends_with('-') {
                            name.get(..trace.len())
                        } else {
                            Some(name)
                        };
                        start.is_some_and(|start| start.eq_ignore_ascii_case(trace))
                    })
            };
            headers
                .iter_raw()
                .take_while(|(name, _)| is_trace(name))
                .count()
        })
}

/// What a `Received` line says of the server that wrote it, RFC 5321 section 4.4.
struct Hop {
    by: String,
    with: String,
}

impl Hop {
    fn read(received: &str) -> Self {
        let plain = super::parameters::strip_comments(received);
        let mut words = plain.split_whitespace();
        let mut after = |name: &str| {
            words
                .by_ref()
                .find(|word| word.eq_ignore_ascii_case(name))
                .and_then(|_| words.next())
                .map(|word| word.trim_end_matches([';', '.', ',']).to_ascii_lowercase())
                .unwrap_or_default()
        };
        // In this order: what stands before `by` are the sender's words.
        let by = after("by");
        let with = after("with");
        Self { by, with }
    }

    /// A host, or with a leading dot every host below a domain: `.mail.protection.outlook.com`.
    fn is_by(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if host.starts_with('.') {
            return self.by.ends_with(&host);
        }
        self.by == host
    }

    fn is_delivery(&self) -> bool {
        matches!(self.with.as_str(), "lmtp" | "lmtps" | "lmtpa" | "lmtpsa")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipients(raw: &str, trusted_host: Option<&str>) -> Vec<String> {
        let (headers, _) = Headers::read(raw.as_bytes(), &mut Vec::new());
        let names: Vec<String> = DEFAULT_DELIVERY_HEADERS
            .iter()
            .map(ToString::to_string)
            .collect();
        trusted_recipients(&headers, trusted_host, &names)
            .into_iter()
            .map(|(name, address)| format!("{name}={address}"))
            .collect()
    }

    #[test]
    fn a37_a_forged_lower_delivered_to_is_ignored() {
        let postfix = "Return-Path: <a@x.test>\nX-Original-To: Support@acme.test\nDelivered-To: support@acme.test\n\
                       Received: from mail.x.test by mx.acme.test (Postfix)\nDelivered-To: evil@other.test\nX-Envelope-To: evil@other.test\nFrom: a@x.test\n\n";
        assert_eq!(
            recipients(postfix, None),
            [
                "X-Original-To=support@acme.test",
                "Delivered-To=support@acme.test"
            ]
        );
        assert_eq!(recipients(postfix, Some("MX.acme.test")).len(), 2);
        assert!(recipients(postfix, Some("other.test")).is_empty());
        let inner = "Delivered-To: one@acme.test\nReceived: from mx by imap.acme.test\nEnvelope-To: two@acme.test\n\
                     Received: from x (by mx.acme.test) by mx.acme.test with ESMTP;\n date\nDelivered-To: evil@other.test\nFrom: a@x.test\n\n";
        assert_eq!(
            recipients(inner, Some("mx.acme.test")),
            ["Delivered-To=one@acme.test", "Envelope-To=two@acme.test"]
        );
        assert_eq!(recipients(inner, None), ["Delivered-To=one@acme.test"]);
    }

    #[test]
    fn the_line_of_the_servers_own_store_is_not_the_boundary() {
        let dovecot = "Return-Path: <a@x.test>\nDelivered-To: one@acme.test\nReceived: from mx.acme.test\n\tby mx.acme.test with LMTP\n\tid x; date\n\
                       X-Original-To: help@acme.test\nReceived: from mail.x.test by mx.acme.test (Postfix) with ESMTP id 1; date\nEnvelope-To: evil@other.test\nFrom: a@x.test\n\n";
        for trusted_host in [None, Some("mx.acme.test"), Some(".acme.test")] {
            assert_eq!(
                recipients(dovecot, trusted_host),
                ["Delivered-To=one@acme.test", "X-Original-To=help@acme.test"],
                "{trusted_host:?}"
            );
        }
        let forged = "Delivered-To: one@acme.test\nReceived: from mail.x.test with LMTP by mx.acme.test (Postfix) with ESMTP id 1; date\n\
                      Envelope-To: evil@other.test\nReceived: from a by mx.acme.test with SMTP; date\nFrom: a@x.test\n\n";
        assert_eq!(
            recipients(forged, Some("mx.acme.test")),
            ["Delivered-To=one@acme.test"]
        );
    }

    #[test]
    fn without_any_received_line_only_the_top_counts() {
        let raw = "Return-Path: <>\nDelivered-To: one@acme.test\nFrom: a@x.test\nX-Original-To: evil@other.test\n\n";
        assert_eq!(recipients(raw, None), ["Delivered-To=one@acme.test"]);
        assert!(recipients(raw, Some("mx.acme.test")).is_empty());
    }
}

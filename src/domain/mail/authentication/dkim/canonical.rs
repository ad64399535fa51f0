//! What exactly was signed: header and body in their canonical forms, RFC 6376 sections 3.4 and 3.7.

use std::cell::OnceCell;

use sha2::{Digest, Sha256};

use crate::domain::mail::headers::first_line;
use crate::domain::mail::limits;

/// A mail with a well-formed header, in its bytes.
pub(super) struct Split<'a> {
    /// Name and the whole field, its lines parted by CRLF.
    fields: Vec<(String, Vec<u8>)>,
    body: &'a [u8],
    /// The hash of the body in its simple and in its relaxed form, made once however many signatures there are (A33).
    simple: OnceCell<[u8; 32]>,
    relaxed: OnceCell<[u8; 32]>,
}

impl<'a> Split<'a> {
    /// Parts the fields. None where the forgiving reader might have seen other fields than the signer: then a
    /// signature says nothing about what we show.
    pub fn read(raw: &'a [u8]) -> Option<Self> {
        let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
        let mut rest = raw;
        while !rest.is_empty() {
            let (line, taken) = exact_line(rest)?;
            rest = rest.get(taken..).unwrap_or_default();
            if line.is_empty() {
                break;
            }
            if matches!(line.first(), Some(b' ' | b'\t')) {
                let (_, field) = fields.last_mut()?;
                field.extend_from_slice(b"\r\n");
                field.extend_from_slice(line);
                continue;
            }
            let colon = line.iter().position(|&byte| byte == b':')?;
            let name = line.get(..colon)?.trim_ascii_end();
            if name.is_empty() || name.len() > 200 || !name.iter().all(u8::is_ascii_graphic) {
                return None;
            }
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            fields.push((name, line.to_vec()));
        }
        let bytes = raw.len() - rest.len();
        let all_read = bytes <= limits::HEADER_BYTES && fields.len() <= limits::HEADER_FIELDS;
        (all_read && !fields.is_empty()).then_some(Self {
            fields,
            body: rest,
            simple: OnceCell::new(),
            relaxed: OnceCell::new(),
        })
    }

    /// The fields of a name, topmost first: where they stand, and their values as text.
    pub fn named(&self, name: &str) -> impl Iterator<Item = (usize, String)> {
        let all = self.fields.iter().enumerate();
        all.filter(move |(_, (known, _))| known == name)
            .map(|(at, (_, field))| (at, String::from_utf8_lossy(value(field)).into_owned()))
    }

    /// SHA-256 of the body in its canonical form.
    pub fn body_hash(&self, simple: bool) -> [u8; 32] {
        let known = if simple { &self.simple } else { &self.relaxed };
        *known.get_or_init(|| self.hashed(simple))
    }

    fn hashed(&self, simple: bool) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut rest = self.body;
        let (mut empty, mut any) = (0_usize, false);
        while !rest.is_empty() {
            let (line, taken) = body_line(rest);
            rest = rest.get(taken..).unwrap_or_default();
            let relaxed;
            let line = if simple {
                line
            } else {
                relaxed = squeezed(line);
                relaxed.trim_ascii_end()
            };
            if line.is_empty() {
                empty += 1;
                continue;
            }
            for _ in 0..std::mem::take(&mut empty) {
                hash.update(b"\r\n");
            }
            hash.update(line);
            hash.update(b"\r\n");
            any = true;
        }
        // Empty lines at the end do not count; no body at all is one empty line in the simple form.
        if simple && !any {
            hash.update(b"\r\n");
        }
        hash.finalize().into()
    }

    /// What the signature is of: the fields that it names, from the bottom up where there are several, and itself
    /// without its own value.
    pub fn signed(&self, own: usize, names: &[String], simple: bool) -> Vec<u8> {
        let mut used = vec![false; self.fields.len()];
        let mut data = Vec::new();
        for name in names {
            let found = self.fields.iter().enumerate().rev();
            let found = found
                .filter(|(at, _)| *at != own && used.get(*at) == Some(&false))
                .find(|(_, (known, _))| known == name);
            // A field that is not there was signed as absent.
            let Some((at, (name, field))) = found else {
                continue;
            };
            if let Some(used) = used.get_mut(at) {
                *used = true;
            }
            canonical(name, field, simple, &mut data);
            data.extend_from_slice(b"\r\n");
        }
        if let Some((name, field)) = self.fields.get(own) {
            canonical(name, &without_signature(field), simple, &mut data);
        }
        data
    }
}

/// A header line without its end. None for a line with control characters that readers take differently.
fn exact_line(rest: &[u8]) -> Option<(&[u8], usize)> {
    let (line, taken) = body_line(rest);
    let plain = !line.iter().any(|byte| matches!(byte, b'\r' | b'\0'));
    plain.then_some((line, taken))
}

/// A line without its end, which is CRLF, or LF where a store changed it.
fn body_line(rest: &[u8]) -> (&[u8], usize) {
    let (_, taken) = first_line(rest);
    let line = rest.get(..taken).unwrap_or_default();
    let line = line
        .strip_suffix(b"\r\n")
        .or_else(|| line.strip_suffix(b"\n"))
        .unwrap_or(line);
    (line, taken)
}

fn value(field: &[u8]) -> &[u8] {
    let colon = field.iter().position(|&byte| byte == b':');
    colon.and_then(|at| field.get(at + 1..)).unwrap_or_default()
}

fn canonical(name: &str, field: &[u8], simple: bool, into: &mut Vec<u8>) {
    if simple {
        into.extend_from_slice(field);
        return;
    }
    into.extend_from_slice(name.as_bytes());
    into.push(b':');
    let unfolded: Vec<u8> = value(field)
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    into.extend_from_slice(squeezed(&unfolded).trim_ascii());
}

/// Runs of blanks become one blank.
fn squeezed(line: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(line.len());
    for &byte in line {
        let blank = matches!(byte, b' ' | b'\t');
        if !blank {
            out.push(byte);
        } else if out.last() != Some(&b' ') {
            out.push(b' ');
        }
    }
    out
}

/// The field with an empty `b=`.
fn without_signature(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let colon = field.len() - value(field).len();
    out.extend_from_slice(field.get(..colon).unwrap_or_default());
    for (position, tag) in value(field).split(|&byte| byte == b';').enumerate() {
        if position > 0 {
            out.push(b';');
        }
        let equals = tag.iter().position(|&byte| byte == b'=');
        let name = equals.and_then(|at| tag.get(..at)).unwrap_or_default();
        let kept = if name.trim_ascii().eq_ignore_ascii_case(b"b") {
            equals.map_or(tag.len(), |at| at + 1)
        } else {
            tag.len()
        };
        out.extend_from_slice(tag.get(..kept).unwrap_or_default());
    }
    out
}

//! Blocks of addresses, as in `10.0.0.0/8`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::read::texts;

/// A block of IP addresses (RFC 4632); a single address is a block of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    bits: u8,
}

/// What was given is no block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected addresses like 10.0.0.0/8, or one address")]
pub struct InvalidCidr;

impl Cidr {
    /// True if `address` lies in the block. An IPv4 address that arrived as an IPv6 one (`::ffff:a.b.c.d`)
    /// is taken for what it is.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(block), IpAddr::V4(one)) => {
                let differing = block.to_bits() ^ one.to_bits();
                differing.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V6(block), IpAddr::V6(one)) => {
                let differing = block.to_bits() ^ one.to_bits();
                differing.leading_zeros() >= u32::from(self.bits)
            }
            _ => false,
        }
    }
}

impl FromStr for Cidr {
    type Err = InvalidCidr;

    fn from_str(given: &str) -> Result<Self, InvalidCidr> {
        let (address, bits) = match given.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (given, None),
        };
        let address: IpAddr = address.parse().map_err(|_| InvalidCidr)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| InvalidCidr)?;
        if bits > most {
            return Err(InvalidCidr);
        }
        Ok(Self { address, bits })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

texts! { Cidr: "addresses like 10.0.0.0/8, or one address" }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_knows_its_addresses() {
        for (block, address, inside) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("0.0.0.0/0", "203.0.113.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
            ("::1", "::1", true),
        ] {
            let block: Cidr = block.parse().unwrap();
            assert_eq!(
                block.contains(address.parse().unwrap()),
                inside,
                "{block} {address}"
            );
        }
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for given in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "example.org",
            "10.0.0.0/",
        ] {
            assert!(given.parse::<Cidr>().is_err(), "{given:?}");
        }
    }
}

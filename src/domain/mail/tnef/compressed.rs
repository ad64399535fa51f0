//! Compressed RTF, [MS-OXRTFCP]: a dictionary of 4096 bytes that begins with the words every RTF has.

use super::bytes::Bytes;

/// Bytes of RTF that are written; a body is rarely larger than one.
const MAX_BYTES: usize = 8 * 1024 * 1024;

const WINDOW: usize = 4096;

/// What the dictionary begins with, section 3.1.1 of the specification.
const BEGINNING: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor \
MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Unpacks RTF; None for what is not compressed RTF. Broken or cut-off data gives what was read before.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Bytes(packed);
    let (_, size, kind, _) = (bytes.length()?, bytes.length()?, bytes.u32()?, bytes.u32()?);
    let size = size.min(MAX_BYTES);
    match &kind.to_le_bytes() {
        b"MELA" => Some(bytes.take_up_to(size).to_vec()),
        b"LZFu" => Some(unpack_lz(bytes, size)),
        _ => None,
    }
}

fn unpack_lz(mut bytes: Bytes<'_>, size: usize) -> Vec<u8> {
    let mut window = Window::new();
    let mut out = Vec::with_capacity(size.min(bytes.0.len().saturating_mul(4)));
    while let Some(control) = bytes.u8() {
        for bit in 0..8 {
            if out.len() >= size {
                return out;
            }
            if control >> bit & 1 == 0 {
                let Some(byte) = bytes.u8() else { return out };
                window.push(byte, &mut out);
                continue;
            }
            let (Some(high), Some(low)) = (bytes.u8(), bytes.u8()) else {
                return out;
            };
            let offset = usize::from(high) << 4 | usize::from(low >> 4);
            if offset == window.at {
                return out;
            }
            for step in 0..usize::from(low & 0x0f) + 2 {
                let byte = window.get(offset + step);
                window.push(byte, &mut out);
            }
        }
    }
    out
}

struct Window {
    bytes: [u8; WINDOW],
    /// Where the next byte goes.
    at: usize,
}

impl Window {
    fn new() -> Self {
        let mut bytes = [0; WINDOW];
        for (place, byte) in bytes.iter_mut().zip(BEGINNING) {
            *place = *byte;
        }
        Self {
            bytes,
            at: BEGINNING.len(),
        }
    }

    fn get(&self, offset: usize) -> u8 {
        self.bytes.get(offset % WINDOW).copied().unwrap_or_default()
    }

    fn push(&mut self, byte: u8, out: &mut Vec<u8>) {
        if let Some(place) = self.bytes.get_mut(self.at) {
            *place = byte;
        }
        self.at = (self.at + 1) % WINDOW;
        out.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_begins_as_the_specification_says() {
        assert_eq!(BEGINNING.len(), 207);
    }

    #[test]
    fn the_specifications_example_is_unpacked() {
        // [MS-OXRTFCP] section 3.2.1.
        let packed = [
            0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5,
            0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42,
            0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0,
            0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
        ];
        let rtf = unpack(&packed).unwrap();
        assert_eq!(rtf, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        // Cut off, it gives its beginning.
        assert!(rtf.starts_with(&unpack(&packed[..30]).unwrap()));
    }

    #[test]
    fn a_size_that_lies_costs_nothing() {
        let mut packed = [0xff_u8; 40];
        packed[8..12].copy_from_slice(b"LZFu");
        assert!(unpack(&packed).unwrap().len() <= 40 * 17);
        assert_eq!(unpack(b"short"), None);
    }
}

//! Images that are only pixels: the types that may be shown in place, judged by their bytes (A16).

/// The beginnings of the `data:` URLs that may be shown.
const DATA: [&str; 4] = [
    "data:image/png;base64,",
    "data:image/jpeg;base64,",
    "data:image/gif;base64,",
    "data:image/webp;base64,",
];

/// A `data:` URL of a raster image.
pub(super) fn is_image_data(url: &str) -> bool {
    let payload = DATA.iter().find_map(|prefix| url.strip_prefix(prefix));
    payload.is_some_and(|payload| {
        payload.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=') || b.is_ascii_whitespace()
        })
    })
}

/// The type of a raster image by its first bytes (A16); None for everything else, SVG above all.
pub fn raster_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a16_the_type_is_what_the_bytes_are() {
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n\0"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF89a<script>", Some("image/gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
            (b"<?xml version='1.0'?><svg>", None),
            (b"<html>GIF89a", None),
            (b"BM\0\0", None),
            (b"%PDF-1.7", None),
            (b"", None),
        ] {
            assert_eq!(
                raster_type(bytes),
                kind,
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn a16_only_raster_data_is_an_image() {
        assert!(is_image_data("data:image/png;base64,iVBOR/+="));
        for url in [
            "data:image/svg+xml;base64,AAAA",
            "data:image/svg+xml; x,AAAA",
            "data:IMAGE/PNG,<svg>",
            "data:image/png;base64,\"><script>",
            "data:text/html;base64,AAAA",
            "data:,x",
        ] {
            assert!(!is_image_data(url), "{url}");
        }
    }
}

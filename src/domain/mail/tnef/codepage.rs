//! Text in the code pages of Windows.

use crate::domain::mail::charset;

/// Decodes 8-bit text of a code page, given by its number; 0 is none in particular.
pub(super) fn decode(bytes: &[u8], codepage: u32) -> String {
    let label = match codepage {
        0 | 20127 => None,
        65001 => Some("utf-8".to_owned()),
        1200 => Some("utf-16le".to_owned()),
        1250..=1258 => Some(format!("windows-{codepage}")),
        20866 => Some("koi8-r".to_owned()),
        21866 => Some("koi8-u".to_owned()),
        28591..=28606 => Some(format!("iso-8859-{}", codepage - 28590)),
        50220..=50222 => Some("iso-2022-jp".to_owned()),
        51932 => Some("euc-jp".to_owned()),
        51949 => Some("euc-kr".to_owned()),
        54936 => Some("gb18030".to_owned()),
        _ => Some(format!("cp{codepage}")),
    };
    charset::decode(bytes, label.as_deref())
}

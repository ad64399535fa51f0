//! Streams as Outlook writes them, and as nobody should.

use super::*;

fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
    let sum = data
        .iter()
        .fold(0_u16, |sum, &byte| sum.wrapping_add(u16::from(byte)));
    let length = u32::try_from(data.len()).unwrap();
    [
        &[level][..],
        &id.to_le_bytes(),
        &length.to_le_bytes(),
        data,
        &sum.to_le_bytes(),
    ]
    .concat()
}

fn stream(attributes: &[Vec<u8>]) -> Vec<u8> {
    [&SIGNATURE.to_le_bytes()[..], &[1, 0], &attributes.concat()].concat()
}

/// A property of variable length.
fn property(kind: u16, id: u16, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap();
    let padding = vec![0; value.len().next_multiple_of(4) - value.len()];
    [
        &kind.to_le_bytes()[..],
        &id.to_le_bytes(),
        &1_u32.to_le_bytes(),
        &length.to_le_bytes(),
        value,
        &padding,
    ]
    .concat()
}

fn list(properties: &[Vec<u8>]) -> Vec<u8> {
    let count = u32::try_from(properties.len()).unwrap();
    [&count.to_le_bytes()[..], &properties.concat()].concat()
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect()
}

fn names(content: &Content) -> Vec<(&str, &[u8])> {
    let files = content.files.iter();
    files
        .map(|file| (file.name.as_str(), file.bytes.as_slice()))
        .collect()
}

#[test]
fn files_have_their_long_names() {
    let properties = list(&[
        property(0x1f, id::ATTACH_LONG_FILENAME, &utf_16("Grüße an alle.pdf")),
        property(0x1e, id::ATTACH_MIME_TAG, b"Application/PDF\0"),
        property(0x1e, id::ATTACH_CONTENT_ID, b"<1@acme.test>\0"),
        // A named property, and a list of values, stand in between.
        [
            &0x3_u16.to_le_bytes()[..],
            &0x8001_u16.to_le_bytes(),
            &[0; 16],
            &1_u32.to_le_bytes(),
            &4_u32.to_le_bytes(),
            &utf_16("a"),
            &7_u32.to_le_bytes(),
        ]
        .concat(),
    ]);
    let content = unpack(&stream(&[
        attribute(1, 0x0006_9007, &[0xe4, 4, 0, 0, 0, 0, 0, 0]),
        attribute(2, 0x0006_9002, &[0; 14]),
        attribute(2, 0x0001_8010, b"GRUESS~1.PDF\0"),
        attribute(2, 0x0006_800f, b"%PDF"),
        attribute(2, 0x0006_9005, &properties),
        attribute(2, 0x0006_9002, &[0; 14]),
        attribute(2, 0x0001_8010, b"Gr\xfc\xdfe.txt\0"),
        attribute(2, 0x0006_800f, b"text"),
    ]))
    .unwrap();
    assert_eq!(
        names(&content),
        [("Grüße an alle.pdf", &b"%PDF"[..]), ("Grüße.txt", b"text")]
    );
    let first = content.files.first().unwrap();
    assert_eq!(first.content_type, "application/pdf");
    assert_eq!(first.content_id.as_deref(), Some("1@acme.test"));
}

#[test]
fn the_body_is_read_in_every_form() {
    let message = |properties: &[Vec<u8>]| stream(&[attribute(1, 0x0006_9003, &list(properties))]);
    let rtf =
        b"{\\rtf1\\ansi\\ansicpg1252\\fromhtml1{\\*\\htmltag64 <p>}Hello{\\*\\htmltag72 </p>}}";
    let header = |size: usize| {
        let size = u32::try_from(size).unwrap().to_le_bytes();
        [&size[..], &size, b"MELA", &[0; 4]].concat()
    };
    let packed = [header(rtf.len()), rtf.to_vec()].concat();
    for (stream, text, html) in [
        (
            stream(&[attribute(1, 0x0002_800c, b"Hello\0")]),
            Some("Hello"),
            None,
        ),
        (
            message(&[property(0x1f, id::BODY, &utf_16("Grüße"))]),
            Some("Grüße"),
            None,
        ),
        (
            message(&[property(0x102, id::BODY_HTML, b"<p>Hi")]),
            None,
            Some("<p>Hi"),
        ),
        (
            message(&[property(0x102, id::RTF_COMPRESSED, &packed)]),
            None,
            Some("<p>Hello</p>"),
        ),
    ] {
        let content = unpack(&stream).unwrap();
        assert_eq!(
            (content.text.as_deref(), content.html.as_deref()),
            (text, html)
        );
    }
}

#[test]
fn files_of_an_embedded_message_are_files_of_the_mail() {
    let inner = stream(&[
        attribute(1, 0x0002_800c, b"inner text\0"),
        attribute(2, 0x0006_9002, &[0; 14]),
        attribute(2, 0x0001_8010, b"inner.txt\0"),
        attribute(2, 0x0006_800f, b"inner"),
    ]);
    let object = [vec![0; 16], inner].concat();
    let content = unpack(&stream(&[
        attribute(2, 0x0006_9002, &[0; 14]),
        attribute(
            2,
            0x0006_9005,
            &list(&[property(0x0d, id::ATTACH_DATA, &object)]),
        ),
    ]))
    .unwrap();
    assert_eq!(names(&content)[0], ("inner.txt", &b"inner"[..]));
    assert_eq!(content.files[1].name, "message.eml");
    assert_eq!(content.text, None);
}

#[test]
fn an_embedded_message_is_an_attached_mail_named_by_its_subject() {
    let inner = stream(&[
        attribute(1, 0x0001_8004, b"Order 7\0"),
        attribute(
            1,
            0x0006_9003,
            &list(&[
                property(0x1f, id::SENDER_NAME, &utf_16("Ada")),
                property(0x1f, id::SENDER_ADDRESS, &utf_16("ada@acme.test")),
                property(0x1f, id::BODY, &utf_16("Where is it?")),
            ]),
        ),
    ]);
    let object = [vec![0; 16], inner].concat();
    let file = |name: &[u8]| {
        [
            attribute(2, 0x0006_9002, &[0; 14]),
            attribute(2, 0x0001_8010, name),
        ]
        .concat()
    };
    let content = unpack(&stream(&[
        file(b"first\0"),
        attribute(
            2,
            0x0006_9005,
            &list(&[property(0x0d, id::ATTACH_DATA, &object)]),
        ),
        file(b"second.txt\0"),
        attribute(2, 0x0006_800f, b"two"),
    ]))
    .unwrap();
    let [second, mail] = content.files.as_slice() else {
        panic!("{:?}", content.files);
    };
    assert_eq!(second.name, "second.txt");
    assert_eq!(
        (mail.name.as_str(), mail.content_type.as_str()),
        ("Order 7.eml", "message/rfc822")
    );
    let read = crate::domain::mail::parse(&mail.bytes);
    assert_eq!(read.from[0].email, "ada@acme.test");
    assert_eq!(
        (read.subject.as_str(), read.text.as_str()),
        ("Order 7", "Where is it?")
    );
}

#[test]
fn a_broken_stream_gives_what_stands_before_the_break() {
    let whole = stream(&[
        attribute(2, 0x0006_9002, &[0; 14]),
        attribute(2, 0x0001_8010, b"a.txt\0"),
        attribute(2, 0x0006_800f, b"0123456789"),
        attribute(2, 0x0006_9002, &[0; 14]),
    ]);
    for end in 0..whole.len() {
        let content = unpack(&whole[..end]);
        assert_eq!(content.is_some(), end >= 6, "{end}");
        assert!(content.is_none_or(|content| content.files.len() <= 1));
    }
    let mut wrong_sum = whole.clone();
    let last = wrong_sum.len() - 30;
    wrong_sum[last] ^= 1;
    assert!(unpack(&wrong_sum).is_some());
    assert_eq!(unpack(b"no stream at all"), None);
}

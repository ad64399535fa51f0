//! A message inside a stream, written as a mail, so that it is read and shown like any other that is attached.

use super::{Content, File};

/// The message as a file of type message/rfc822, named by its subject. Its own files stand beside it.
pub(super) fn as_mail(message: &Content, shown_name: &str) -> File {
    let about = &message.about;
    let subject = one_line(&about.subject);
    let name = if subject.is_empty() {
        one_line(shown_name)
    } else {
        subject.clone()
    };
    let name = if name.is_empty() {
        "message".to_owned()
    } else {
        name
    };
    let (kind, body) = match (&message.text, &message.html) {
        (Some(text), _) if !text.trim().is_empty() => ("text/plain", text.as_str()),
        (_, Some(html)) => ("text/html", html.as_str()),
        (text, None) => ("text/plain", text.as_deref().unwrap_or_default()),
    };
    let (from_name, address) = (one_line(&about.from_name), one_line(&about.from_address));
    let from = if address.contains('@') {
        format!(
            "From: \"{}\" <{address}>\r\n",
            from_name.replace(['"', '\\'], "")
        )
    } else if from_name.is_empty() {
        String::new()
    } else {
        format!("From: {from_name}\r\n")
    };
    let mail = format!(
        "{from}Subject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}"
    );
    File {
        name: format!("{name}.eml"),
        content_type: "message/rfc822".to_owned(),
        content_id: None,
        bytes: mail.into_bytes(),
    }
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(200).collect()
}

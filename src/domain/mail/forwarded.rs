//! Who wrote a mail that somebody passed on: from the header lines that mail programs copy into the text, in any of
//! their languages, or from the whole mail that is attached.

use super::Mail;
use super::quotes::{is_forwarded, is_header_line, sender_line};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::ticket::base_subject;

/// Lines of a text that are looked at.
const MAX_LINES: usize = 400;
/// Header lines stand together, within so many lines.
const TOGETHER: usize = 8;

/// A mail that was passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Who wrote it.
    pub from: Party,
    /// Its subject, without what forwarding put before it.
    pub subject: String,
}

/// The mail inside of `mail`, if that only passes it on. `attached` are the bytes of a whole mail attached to it.
pub fn original(mail: &Mail, attached: Option<&[u8]>) -> Option<Original> {
    if let Some(raw) = attached {
        let inner = super::parse(raw);
        let from = inner.single_from().cloned()?;
        from.address()?;
        return Some(Original {
            from,
            subject: bare_subject(&inner.subject),
        });
    }
    // An answer quotes header lines too; what it answers is nobody's request to us.
    let answers = base_subject(&mail.subject, "") != mail.subject.trim();
    if answers {
        return None;
    }
    Some(Original {
        from: in_text(&mail.text)?,
        subject: bare_subject(&mail.subject),
    })
}

/// The sender named by the first block of header lines in a text.
fn in_text(text: &str) -> Option<Party> {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    for (at, line) in lines.iter().enumerate() {
        let Some(party) = sender_line(line).and_then(party) else {
            continue;
        };
        let from = at.saturating_sub(TOGETHER);
        let around = lines.iter().skip(from).take(2 * TOGETHER);
        if around.filter(|line| is_header_line(line)).count() >= 3 {
            return Some(party);
        }
    }
    None
}

/// `Grace Hopper <grace@example.org>` in the ways in which programs write it: `[mailto:…]`, `(…)`, stars around it.
fn party(value: &str) -> Option<Party> {
    let is_edge = |c: char| c.is_whitespace() || "<>[]()\"'*,;".contains(c);
    let mut at = 0;
    for word in value.split(is_edge) {
        let start = at;
        at += word.len()
            + value
                .get(at + word.len()..)?
                .chars()
                .next()
                .map_or(0, char::len_utf8);
        let bare = word.strip_prefix("mailto:").unwrap_or(word);
        if let Ok(address) = bare.parse::<EmailAddress>() {
            let name = value.get(..start).unwrap_or_default();
            let name = name.trim_end_matches("mailto:").trim_matches(is_edge);
            return Some(Party {
                email: address.to_string(),
                name: name.chars().take(200).collect(),
            });
        }
    }
    None
}

/// A subject without any number of prefixes of forwarding and answering.
pub fn bare_subject(subject: &str) -> String {
    let mut subject = base_subject(subject, "");
    while is_forwarded(&subject)
        && let Some((_, rest)) = subject.split_once([':', '：'])
    {
        subject = base_subject(rest.trim_end_matches(']'), "");
    }
    subject
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How mail programs introduce what they pass on, in their languages. Made by hand after their manner.
    const FORMS: &[(&str, &str)] = &[
        (
            "Gmail",
            "FYI\n\n---------- Forwarded message ---------\nFrom: Grace Hopper <grace@customers.test>\nDate: Mon, Nov 23, 2026 at 9:00 AM\nSubject: Printer\nTo: Ada <ada@agents.test>\n\n\nIt burns.\n",
        ),
        (
            "Gmail German",
            "---------- Forwarded message ---------\nVon: Grace Hopper <grace@customers.test>\nDate: Mo., 23. Nov. 2026 um 09:00 Uhr\nSubject: Printer\nTo: <ada@agents.test>\n\nEs brennt.\n",
        ),
        (
            "Outlook",
            "Please see below.\n\n________________________________\nFrom: Grace Hopper <grace@customers.test>\nSent: Monday, November 23, 2026 9:00 AM\nTo: Ada Lovelace <ada@agents.test>\nSubject: Printer\n\nIt burns.\n",
        ),
        (
            "Outlook of old",
            "-----Original Message-----\nFrom: Grace Hopper [mailto:grace@customers.test]\nSent: Monday, November 23, 2026 9:00 AM\nTo: Ada\nSubject: Printer\n\nIt burns.\n",
        ),
        (
            "Outlook German",
            "Von: Grace Hopper <grace@customers.test>\nGesendet: Montag, 23. November 2026 09:00\nAn: Ada <ada@agents.test>\nBetreff: Printer\n\nEs brennt.\n",
        ),
        (
            "Apple Mail",
            "Begin forwarded message:\n\n> From: Grace Hopper <grace@customers.test>\n> Subject: Printer\n> Date: 23 November 2026 at 09:00:00 GMT\n> To: ada@agents.test\n> \n> It burns.\n",
        ),
        (
            "Apple Mail French",
            "Début du message réexpédié :\n\n> De: Grace Hopper <grace@customers.test>\n> Objet: Printer\n> Date: 23 novembre 2026 à 09:00:00 UTC+1\n> À: ada@agents.test\n> \n> Ça brûle.\n",
        ),
        (
            "Thunderbird",
            "\n-------- Forwarded Message --------\nSubject: \tPrinter\nDate: \tMon, 23 Nov 2026 09:00:00 +0000\nFrom: \tGrace Hopper <grace@customers.test>\nTo: \tada@agents.test\n\nIt burns.\n",
        ),
        (
            "Yahoo",
            "----- Forwarded Message -----\nFrom: \"Grace Hopper\" <grace@customers.test>\nTo: \"ada@agents.test\" <ada@agents.test>\nSent: Monday, November 23, 2026 at 09:00:00 AM GMT\nSubject: Printer\n\nIt burns.\n",
        ),
        (
            "Proton",
            "------- Forwarded Message -------\nFrom: Grace Hopper <grace@customers.test>\nDate: On Monday, November 23rd, 2026 at 9:00 AM\nSubject: Printer\nTo: ada@agents.test <ada@agents.test>\n\n> It burns.\n",
        ),
        (
            "K-9",
            "-------- Original Message --------\nFrom: Grace Hopper <grace@customers.test>\nSent: Mon Nov 23 09:00:00 GMT 2026\nTo: ada@agents.test\nSubject: Printer\n\nIt burns.\n",
        ),
        (
            "Spanish",
            "De: Grace Hopper <grace@customers.test>\nEnviado: lunes, 23 de noviembre de 2026 9:00\nPara: Ada\nAsunto: Printer\n\nArde.\n",
        ),
        (
            "Italian",
            "Da: Grace Hopper <grace@customers.test>\nInviato: lunedì 23 novembre 2026 09:00\nA: Ada\nOggetto: Printer\n\nBrucia.\n",
        ),
        (
            "Portuguese",
            "De: Grace Hopper <grace@customers.test>\nEnviado: segunda-feira, 23 de novembro de 2026 09:00\nPara: Ada\nAssunto: Printer\n\nArde.\n",
        ),
        (
            "Dutch",
            "Van: Grace Hopper <grace@customers.test>\nVerzonden: maandag 23 november 2026 09:00\nAan: Ada\nOnderwerp: Printer\n\nHet brandt.\n",
        ),
        (
            "Swedish",
            "Från: Grace Hopper <grace@customers.test>\nSkickat: den 23 november 2026 09:00\nTill: Ada\nÄmne: Printer\n\nDet brinner.\n",
        ),
        (
            "Danish",
            "Fra: Grace Hopper <grace@customers.test>\nSendt: 23. november 2026 09:00\nTil: Ada\nEmne: Printer\n\nDet brænder.\n",
        ),
        (
            "Finnish",
            "Lähettäjä: Grace Hopper <grace@customers.test>\nLähetetty: maanantai 23. marraskuuta 2026 9.00\nVastaanottaja: Ada\nAihe: Printer\n\nPalaa.\n",
        ),
        (
            "Polish",
            "Od: Grace Hopper <grace@customers.test>\nWysłano: poniedziałek, 23 listopada 2026 09:00\nDo: Ada\nTemat: Printer\n\nPali się.\n",
        ),
        (
            "Czech",
            "Od: Grace Hopper <grace@customers.test>\nOdesláno: pondělí 23. listopadu 2026 9:00\nKomu: Ada\nPředmět: Printer\n\nHoří.\n",
        ),
        (
            "Russian",
            "-------- Пересланное сообщение --------\nОт: Grace Hopper <grace@customers.test>\nДата: 23 ноября 2026 г., 9:00\nКому: Ada\nТема: Printer\n\nГорит.\n",
        ),
        (
            "Turkish",
            "Kimden: Grace Hopper <grace@customers.test>\nGönderildi: 23 Kasım 2026 Pazartesi 09:00\nKime: Ada\nKonu: Printer\n\nYanıyor.\n",
        ),
        (
            "Japanese",
            "差出人: Grace Hopper <grace@customers.test>\n送信日時: 2026年11月23日 9:00\n宛先: Ada\n件名: Printer\n\n燃えています。\n",
        ),
        (
            "Chinese",
            "发件人: Grace Hopper <grace@customers.test>\n发送时间: 2026年11月23日 9:00\n收件人: Ada\n主题: Printer\n\n着火了。\n",
        ),
        (
            "Korean",
            "보낸 사람: Grace Hopper <grace@customers.test>\n보낸 날짜: 2026년 11월 23일 월요일 오전 9:00\n받는 사람: Ada\n제목: Printer\n\n불이 났어요.\n",
        ),
        (
            "stars",
            "*From:* Grace Hopper <grace@customers.test>\n*Sent:* Monday, November 23, 2026 9:00 AM\n*To:* Ada\n*Subject:* Printer\n\nIt burns.\n",
        ),
    ];

    fn passed_on(subject: &str, text: &str) -> Option<Original> {
        let raw = format!(
            "From: Ada <ada@agents.test>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}"
        );
        original(&super::super::parse(raw.as_bytes()), None)
    }

    #[test]
    fn the_author_of_a_mail_that_was_passed_on_is_found_whatever_program_did_it() {
        for (program, text) in FORMS {
            let found =
                passed_on("Fwd: Printer", text).unwrap_or_else(|| panic!("{program}: {text}"));
            assert_eq!(found.from.email, "grace@customers.test", "{program}");
            assert_eq!(found.from.name, "Grace Hopper", "{program}");
            assert_eq!(found.subject, "Printer", "{program}");
        }
    }

    #[test]
    fn an_attached_mail_speaks_for_itself() {
        let mail =
            super::super::parse(b"From: ada@agents.test\r\nSubject: see attachment\r\n\r\nx\r\n");
        let inner = b"From: Grace Hopper <grace@customers.test>\r\nSubject: Re: Fwd: Printer\r\n\r\nIt burns.\r\n";
        let found = original(&mail, Some(inner)).unwrap();
        assert_eq!(
            (found.from.email.as_str(), found.subject.as_str()),
            ("grace@customers.test", "Printer")
        );
        assert_eq!(original(&mail, Some(b"no header at all")), None);
    }

    #[test]
    fn what_passes_nothing_on_names_nobody() {
        for (subject, text) in [
            (
                "Printer",
                "From: here to there is far.\nI wrote to grace@customers.test.\n",
            ),
            ("Re: Printer", FORMS[2].1),
            ("AW: Printer", FORMS[4].1),
            (
                "Fwd: Printer",
                "From: Grace Hopper\nSent: Monday\nTo: Ada\nSubject: x\n\nno address\n",
            ),
            ("Fwd: Printer", "nothing here"),
            ("Fwd:", ""),
        ] {
            assert_eq!(passed_on(subject, text), None, "{subject}: {text}");
        }
    }

    #[test]
    fn a_subject_loses_every_prefix() {
        for (subject, bare) in [
            ("Fwd: Printer", "Printer"),
            ("WG: AW: Printer", "Printer"),
            ("TR : RE: Fw: Printer", "Printer"),
            ("转发：Printer", "Printer"),
            ("Order: two chairs", "Order: two chairs"),
        ] {
            assert_eq!(bare_subject(subject), bare);
        }
    }
}

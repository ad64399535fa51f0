//! Mail that no person wrote: the union of all marks that programs leave (ML9, RFC 3834 section 5).

mod effects;
mod marks;
mod subjects;

use super::headers::Headers;

pub use effects::Effects;

words! {
    /// Which kind of machine wrote a mail.
    pub enum Machine {
        /// An automatic answer.
        AutoReply = "auto_reply",
        /// Somebody is away.
        OutOfOffice = "out_of_office",
        /// A report of failed or delayed delivery.
        Bounce = "bounce",
        /// Came through a mailing list. A person wrote it.
        List = "list",
        /// A read receipt.
        Receipt = "receipt",
        /// An abuse report.
        FeedbackReport = "feedback_report",
        /// Our own mail came back.
        Loop = "loop",
    }
}

/// What the marks of a mail say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    pub machine: Option<(Machine, String)>,
    /// Why no automatic answer may go out although a person wrote the mail.
    pub quiet: Option<String>,
}

/// Reads the marks of a mail that is no bounce and no report (those are told by their structure).
pub(super) fn classify(headers: &Headers, subject: &str, from: &str) -> Verdict {
    if let Some((kind, because)) = automatic(headers, subject, from) {
        return Verdict {
            machine: Some((kind, because)),
            quiet: None,
        };
    }
    let quiet = quiet(headers, from);
    let list = list(headers).map(|because| (Machine::List, because));
    Verdict {
        machine: list,
        quiet,
    }
}

/// Marks of automatic answers and notices.
fn automatic(headers: &Headers, subject: &str, from: &str) -> Option<(Machine, String)> {
    let because = marks::strong(headers).or_else(|| weak_mark(headers, subject, from))?;
    let kind = if subjects::is_away(subject) {
        Machine::OutOfOffice
    } else {
        Machine::AutoReply
    };
    Some((kind, because))
}

/// A subject that says so, where something else says so too: nothing may be sent back, an answer is asked not to
/// be sent, or a program's own prefix ("Auto reply:") stands before the subject of the mail that it answers.
fn weak_mark(headers: &Headers, subject: &str, from: &str) -> Option<String> {
    let automatic = subjects::is_automatic(subject);
    if automatic && (headers.has("In-Reply-To") || headers.has("References")) {
        return Some(
            "Its subject begins as that of an automatic answer, and it answers a mail.".to_owned(),
        );
    }
    if !(automatic || subjects::is_away(subject) || subjects::is_receipt_of_request(subject)) {
        return None;
    }
    let beside = if has_null_return_path(headers) {
        "nothing may be sent back to it"
    } else if marks::asks_for_silence(headers) {
        "its header X-Auto-Response-Suppress asks for no automatic answer"
    } else if marks::is_from_a_ticket_system(headers) && subjects::is_receipt_of_request(subject) {
        "a ticket system sent it"
    } else if is_unread(from) && !subjects::is_away(subject) {
        "it comes from an address that nobody reads"
    } else {
        return None;
    };
    Some(format!(
        "Its subject is that of an automatic answer, and {beside}."
    ))
}

/// Marks of mailing lists.
fn list(headers: &Headers) -> Option<String> {
    for name in [
        "List-Id",
        "List-Post",
        "List-Unsubscribe",
        "List-Help",
        "List-Subscribe",
        "Mailing-List",
        "X-Mailing-List",
        "X-Mailman-Version",
        "Feedback-ID",
    ] {
        if headers.has(name) {
            return Some(format!("It has the header {name}."));
        }
    }
    let precedence = headers.first("Precedence").unwrap_or_default().trim();
    ["list", "bulk"]
        .iter()
        .any(|word| precedence.eq_ignore_ascii_case(word))
        .then(|| format!("Its header says Precedence: {precedence}."))
}

/// Why a mail that a person may have written gets no automatic answer.
fn quiet(headers: &Headers, from: &str) -> Option<String> {
    if has_null_return_path(headers) {
        return Some("Its return path is empty: nothing may be sent back to it.".to_owned());
    }
    // RFC 6522: whatever it reports, a machine does so.
    let content_type = headers.first("Content-Type").unwrap_or_default().trim();
    if content_type
        .get(.."multipart/report".len())
        .is_some_and(|start| start.eq_ignore_ascii_case("multipart/report"))
    {
        return Some("It is a report of a kind that is not known here (RFC 6522).".to_owned());
    }
    if headers
        .first("Precedence")
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("junk"))
    {
        return Some("Its header says Precedence: junk.".to_owned());
    }
    if marks::asks_for_silence(headers) {
        return Some(
            "Its header X-Auto-Response-Suppress asks for no automatic answer.".to_owned(),
        );
    }
    is_unread(from).then(|| format!("{from} is an address that nobody reads."))
}

/// Whether an address is one of a program, by its local part.
fn is_unread(from: &str) -> bool {
    let local = from
        .rsplit_once('@')
        .map_or(from, |(local, _)| local)
        .to_ascii_lowercase();
    let bare: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    matches!(
        bare.as_str(),
        "noreply"
            | "donotreply"
            | "mailerdaemon"
            | "postmaster"
            | "nobody"
            | "bounce"
            | "bounces"
            | "daemon"
            | "autoresponder"
            | "autoreply"
            | "noresponder"
            | "nepasrepondre"
    ) || bare.starts_with("noreply")
        || bare.starts_with("donotreply")
        || bare.ends_with("noreply")
        || local.starts_with("owner-")
        || local.ends_with("-request")
        || local.ends_with("-bounces")
        || local.ends_with("-owner")
}

/// Whether the envelope had no sender, RFC 5321 section 4.5.5.
pub fn has_null_return_path(headers: &Headers) -> bool {
    headers.first_raw("Return-Path").is_some_and(|path| {
        let path: String = path.chars().filter(|c| !c.is_whitespace()).collect();
        path == "<>" || path.eq_ignore_ascii_case("<MAILER-DAEMON>")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(header: &str) -> Option<Machine> {
        let raw = format!("{header}\nFrom: a@b.test\n\n");
        let (headers, _) = Headers::read(raw.as_bytes(), &mut Vec::new());
        let subject = headers.first("Subject").unwrap_or_default().to_owned();
        classify(&headers, &subject, "a@b.test")
            .machine
            .map(|(machine, _)| machine)
    }

    #[test]
    fn machines_are_known_by_their_marks() {
        use Machine::{AutoReply, List, OutOfOffice};
        for (header, want) in [
            ("Auto-Submitted: auto-replied", Some(AutoReply)),
            (
                "Auto-Submitted: auto-generated; owner-email=\"x@y\"",
                Some(AutoReply),
            ),
            ("Auto-Submitted: (comment) no", None),
            ("Auto-Submitted: no", None),
            (
                "Auto-Submitted: auto-replied\nSubject: Out of office: Re: x",
                Some(OutOfOffice),
            ),
            ("X-Autoreply: yes", Some(AutoReply)),
            ("Precedence: auto_reply", Some(AutoReply)),
            ("X-Auto-Response-Suppress: DR, OOF", None),
            ("X-Auto-Response-Suppress: All", None),
            (
                "X-Auto-Response-Suppress: All\nSubject: Automatic reply: Order",
                Some(AutoReply),
            ),
            ("Auto-Submitted: no; reason=x", None),
            ("Auto-Submitted: \"no\"", None),
            ("X-Autoreply: no", None),
            (
                "Precedence: bulk\nX-RT-Loop-Prevention: x\nSubject: [Ticket#12] Your request has been received",
                Some(AutoReply),
            ),
            (
                "X-RT-Loop-Prevention: x\nSubject: Re: [x #12] Printer",
                None,
            ),
            ("Subject: Automatic reply: Order", None),
            ("X-Auto-Response-Suppress: DR, RN", None),
            ("Precedence: list", Some(List)),
            ("List-Id: <a.b>", Some(List)),
            ("Precedence: junk", None),
            ("Subject: Out of office next week, please answer", None),
            (
                "Return-Path: <>\nSubject: Abwesenheitsnotiz",
                Some(OutOfOffice),
            ),
            ("Return-Path: <>\nSubject: Help", None),
        ] {
            assert_eq!(kind(header), want, "{header}");
        }
    }

    #[test]
    fn a_request_for_silence_only_silences() {
        let raw = "X-Auto-Response-Suppress: All\nFrom: a@b.test\n\n";
        let (headers, _) = Headers::read(raw.as_bytes(), &mut Vec::new());
        let verdict = classify(&headers, "Order", "a@b.test");
        assert_eq!(verdict.machine, None);
        assert!(verdict.quiet.is_some());
    }

    #[test]
    fn a_report_of_an_unknown_kind_is_not_answered() {
        let raw =
            "Content-Type: Multipart/Report; report-type=tlsrpt; boundary=b\nFrom: a@b.test\n\n";
        let (headers, _) = Headers::read(raw.as_bytes(), &mut Vec::new());
        assert!(classify(&headers, "Report", "a@b.test").quiet.is_some());
    }

    #[test]
    fn subjects_in_many_languages_are_a_weak_sign() {
        for subject in [
            "Automatic reply: Order",
            "Automatische Antwort: Bestellung",
            "Abwesenheitsnotiz: Bestellung",
            "Réponse automatique : Commande",
            "Respuesta automática: Pedido",
            "Risposta automatica: Ordine",
            "Resposta automática: Pedido",
            "Automatisch antwoord: Order",
            "Autosvar: Order",
            "Automatiskt svar: Order",
            "Automaattinen vastaus: Tilaus",
            "Odpowiedź automatyczna: Zamówienie",
            "Automatická odpověď: Objednávka",
            "Автоматический ответ: Заказ",
            "Автоматична відповідь: Замовлення",
            "Otomatik yanıt: Sipariş",
            "Automatikus válasz: Rendelés",
            "Răspuns automat: Comandă",
            "Αυτόματη απάντηση: Παραγγελία",
            "自动回复: 订单",
            "自動返信: 注文",
            "자동 회신: 주문",
            "תשובה אוטומטית: הזמנה",
            "رد تلقائي: طلب",
            "Out of office: Order",
            "Urlaub bis 3.11.",
        ] {
            assert_eq!(kind(&format!("Subject: {subject}")), None, "{subject}");
            assert!(
                kind(&format!("Return-Path: <>\nSubject: {subject}")).is_some(),
                "{subject}"
            );
        }
    }
}

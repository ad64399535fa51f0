//! Mail that no person wrote: the union of all marks that programs leave (ML9, RFC 3834 section 5).

use std::sync::LazyLock;

use regex::Regex;

use super::headers::Headers;

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

/// What a mail may cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effects {
    /// It may reopen a ticket.
    pub reopen: bool,
    /// Staff are told of it.
    pub notify: bool,
    /// Its sender may get an acknowledgement.
    pub acknowledge: bool,
}

impl Effects {
    /// What a person's mail may cause: everything.
    pub const PERSON: Self = Self {
        reopen: true,
        notify: true,
        acknowledge: true,
    };
}

impl Machine {
    /// What mail of this kind may cause. This table is the only place that says so.
    pub const fn effects(self) -> Effects {
        let (reopen, notify, acknowledge) = match self {
            Self::List => (true, true, false),
            Self::AutoReply | Self::Bounce => (false, true, false),
            Self::OutOfOffice | Self::Receipt | Self::FeedbackReport | Self::Loop => {
                (false, false, false)
            }
        };
        Effects {
            reopen,
            notify,
            acknowledge,
        }
    }
}

/// What the marks of a mail say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    pub machine: Option<(Machine, String)>,
    /// Why no automatic answer may go out although a person wrote the mail.
    pub quiet: Option<String>,
}

/// Subjects of absence notes, in many languages. A weak sign: it only tells an absence from other automatic
/// answers, and counts alone only together with a null return path.
static AWAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(out of (the )?office|(?-u:\b)ooo(?-u:\b)|on (vacation|leave|holiday)|vacation|away from (the office|my mail)|absen(ce|t)|abwesen|nicht im (büro|haus)|urlaub|réponse automatique.*absen|congés|fuera de (la )?oficina|ausen(te|cia)|fuori (sede|ufficio)|assenza|afwezig|frånvaro|fraværende|poissa|nieobecn|mimo kancelář|nepřítom|отсутств|отпуск|відпуст|irodán kívül|szabadság|ofis dışı|izinde|不在|休暇|外出|부재)",
    )
    .ok()
});

/// Subjects of automatic answers.
static AUTOMATIC: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\W*(auto(matic|mated)?[- ]?(re(ply|sponse|sponder)|answer|antwort)|automatische antwort|réponse automatique|respuesta autom[áa]tica|resposta autom[áa]tica|risposta automatica|automatisch antwoord|autosvar|automatiskt svar|automaattinen vastaus|odpowiedź automatyczna|automatická odpověď|автоматический ответ|автоответ|otomatik yanıt|automatikus válasz|自动(回复|答复)|自動(回覆|返信|応答)|자동 응답|auto:)",
    )
    .ok()
});

/// Reads the marks of a mail that is no bounce and no report (those are told by their structure).
pub(super) fn classify(headers: &Headers, subject: &str, from: &str) -> Verdict {
    if let Some((kind, because)) = automatic(headers, subject) {
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
fn automatic(headers: &Headers, subject: &str) -> Option<(Machine, String)> {
    let because = mark(headers).or_else(|| weak_mark(headers, subject))?;
    let away = AWAY.as_ref().is_some_and(|away| away.is_match(subject));
    Some((
        if away {
            Machine::OutOfOffice
        } else {
            Machine::AutoReply
        },
        because,
    ))
}

/// Marks that suffice alone.
fn mark(headers: &Headers) -> Option<String> {
    // RFC 3834 section 5: any value but `no`; parameters and comments may follow.
    for value in headers.all("Auto-Submitted") {
        let plain = super::parameters::strip_comments(value);
        let keyword = plain.split(';').next().unwrap_or_default().trim();
        if !keyword.is_empty() && !keyword.eq_ignore_ascii_case("no") {
            return Some(format!("Its header says Auto-Submitted: {keyword}."));
        }
    }
    for name in [
        "X-Autoreply",
        "X-Autorespond",
        "X-Autoresponder",
        "X-Autoreply-From",
        "X-Mail-Autoreply",
        "X-Auto-Reply-From",
        "X-AutoReply-From",
        "X-FC-MachineGenerated",
        "X-POST-MessageClass",
        "X-Vacation",
        "X-Out-Of-Office",
    ] {
        if headers.first(name).is_some_and(|value| {
            !value.eq_ignore_ascii_case("no") && !value.eq_ignore_ascii_case("false")
        }) {
            return Some(format!("It has the header {name}."));
        }
    }
    let precedence = headers
        .first("Precedence")
        .or_else(|| headers.first("X-Precedence"))
        .unwrap_or_default()
        .trim();
    if ["auto_reply", "auto-reply", "autoreply"]
        .iter()
        .any(|word| precedence.eq_ignore_ascii_case(word))
    {
        return Some(format!("Its header says Precedence: {precedence}."));
    }
    let suppress = headers
        .first("X-Auto-Response-Suppress")
        .unwrap_or_default()
        .to_ascii_lowercase();
    if suppress
        .split(',')
        .any(|word| matches!(word.trim(), "all" | "oof" | "autoreply"))
    {
        return Some(
            "Its header X-Auto-Response-Suppress asks for no automatic answer.".to_owned(),
        );
    }
    None
}

/// A subject that says so, where something else says so too: nothing may be sent back, or a program's own
/// prefix ("Auto reply:") stands before the subject of the mail that it answers.
fn weak_mark(headers: &Headers, subject: &str) -> Option<String> {
    let is = |regex: &LazyLock<Option<Regex>>| {
        regex.as_ref().is_some_and(|regex| regex.is_match(subject))
    };
    if has_null_return_path(headers) && (is(&AUTOMATIC) || is(&AWAY)) {
        return Some(
            "Its subject is that of an automatic answer, and nothing may be sent back to it."
                .to_owned(),
        );
    }
    let answers = headers.has("In-Reply-To") || headers.has("References");
    (answers && is(&AUTOMATIC)).then(|| {
        "Its subject begins as that of an automatic answer, and it answers a mail.".to_owned()
    })
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
    if headers
        .first("Precedence")
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("junk"))
    {
        return Some("Its header says Precedence: junk.".to_owned());
    }
    let local = from
        .rsplit_once('@')
        .map_or(from, |(local, _)| local)
        .to_ascii_lowercase();
    let bare: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    let silent = matches!(
        bare.as_str(),
        "noreply"
            | "donotreply"
            | "mailerdaemon"
            | "postmaster"
            | "nobody"
            | "bounce"
            | "bounces"
            | "daemon"
    ) || bare.starts_with("noreply")
        || bare.starts_with("donotreply")
        || local.starts_with("owner-")
        || local.ends_with("-request")
        || local.ends_with("-bounces")
        || local.ends_with("-owner");
    silent.then(|| format!("{from} is an address that nobody reads."))
}

/// Whether the envelope had no sender, RFC 5321 section 4.5.5.
pub(super) fn has_null_return_path(headers: &Headers) -> bool {
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
            ("X-Auto-Response-Suppress: DR, OOF", Some(AutoReply)),
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
    fn a_list_alone_suppresses_only_the_acknowledgement() {
        assert_eq!(
            Machine::List.effects(),
            Effects {
                acknowledge: false,
                ..Effects::PERSON
            }
        );
        assert!(
            Machine::ALL
                .iter()
                .all(|machine| !machine.effects().acknowledge)
        );
    }
}

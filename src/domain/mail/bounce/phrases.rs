//! The words by which bounces are known that do not follow RFC 3464. New forms are added here.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

/// A table of phrases, found without regard to case.
pub(super) struct Phrases(LazyLock<Option<Regex>>);

impl Phrases {
    /// Whether one of the phrases stands in the text.
    pub fn found_in(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|regex| regex.is_match(text))
    }

    /// Where the first of the phrases begins.
    pub fn find(&self, text: &str) -> Option<usize> {
        self.0
            .as_ref()
            .and_then(|regex| regex.find(text))
            .map(|found| found.start())
    }
}

macro_rules! phrases {
    ($(#[$meta:meta])* $name:ident = [$($phrase:literal),+ $(,)?]) => {
        $(#[$meta])*
        pub(super) static $name: Phrases = Phrases(LazyLock::new(|| table(&[$($phrase),+])));
    };
}

fn table(phrases: &[&str]) -> Option<Regex> {
    RegexBuilder::new(&phrases.join("|"))
        .case_insensitive(true)
        .multi_line(true)
        .build()
        .ok()
}

phrases! {
    /// Senders of bounces, by local part or display name.
    SENDER = [
        r"^mailer[-_. ]?daemon", r"^mail[-_. ]?daemon", r"^mdaemon", r"^postmaster", r"^mail[. ]deliver(y)?[. ](sub)?system", r"^mail delivery",
        r"^system administrator", r"^bounce[sd]?([-+_]|$)", r"^mail[. ]?administrator", r"^mail[-_ ]?system", r"^post_master", r"^sysadmin", r"^mailmarshal", r"^mailer@", r"^mail[-_ ]?router", r"^mail[-_ ]?gateway", r"^e?mail admin", r"^no-?reply.*mail.*delivery", r"^majordomo-owner", r"^uucp", r"^microsoft exchange",
    ]
}

phrases! {
    /// Subjects of bounces.
    SUBJECT = [
        r"failure notice", r"returned? (mail|message|to sender)", r"mail (could not|cannot|not) (be )?deliver", r"undeliver(ed|able)", r"un-deliverable",
        r"deliver(y|ing|ed)? (of )?(your |the )?(message|mail|e-?mail)? ?(has |was )?(failed|failure|failing|error|problem|problems|notification|status|delayed|report|incomplete|unsuccessful)",
        r"mail delivery", r"(mail|message|e-?mail) (delivery )?(system )?(failed|failure|error|delayed|rejected|returned|bounced|status notification)", r"non[- ]?deliver(y|able)", r"not delivered",
        r"(delayed|could not send) (mail|message)", r"could not (be delivered|deliver|send)", r"error (sending|delivering|in delivery|report)", r"warning: (message|could not send|mail|e-?mail)", r"user unknown",
        r"there was an error sending your mail", r"dsn:", r"bounced? (mail|message|e-?mail)", r"rejected( mail|:)", r"mail failed", r"delivery to .* failed", r"message status - undeliverable",
        r"aws notification message", r"amazon ses (email )?bounce",
        r"unzustellbar", r"nicht zugestellt", r"zustellung.{0,30}(fehlgeschlagen|verz|nicht)", r"(échec|echec|erreur) (de |d')?(la )?(remise|distribution|livraison|envoi)", r"non remis", r"no se (puede|pudo|ha podido) entregar",
        r"correo (devuelto|no entregado)", r"error de entrega", r"não (foi )?(entregue|entregável)", r"falha na entrega", r"mancata consegna", r"impossibile (recapitare|consegnare)", r"niet (bezorgd|afgeleverd)", r"onbestelbaar",
        r"не доставлен", r"недоставлен", r"невозможно доставить", r"nie (dostarczon|doręczon)", r"nedoručiteln", r"olevererbar", r"kunde inte levereras", r"kan ikke leveres", r"teslim edilemed", r"kézbesíthetetlen",
        r"配信(不能|エラー|失敗)", r"送信(エラー|できません|失敗)", r"エラーメール", r"退信", r"投递失败", r"無法(傳送|投遞)", r"未送达", r"系统退信", r"반송", r"전송 실패", r"배달되지",
    ]
}

phrases! {
    /// What bounces say in their first lines.
    OPENING = [
        r"this (message was|is a message) (created )?automatically( generated)?( by)?( the)? (mail|e-?mail)", r"this is the .{0,60}(mail (delivery )?(system|agent|server)|qmail|program|mailer)", r"hi\. (this is|the|i)", r"i'm (sorry|afraid)",
        r"(could|can) ?not be (delivered|sent|reached)", r"couldn't be (delivered|found|reached)", r"(was|were|has|have) (not|n't) (been )?(delivered|able to (be )?deliver)", r"wasn't able to deliver", r"w(as|ere) (un)?able to deliver",
        r"(unable|failed|failure|trying|error|errors|error occurred while trying|problems?|trouble) (to |in )?deliver", r"delivery to the following", r"delivery (has )?(failed|failure|attempts?)", r"del[ie]very to .{0,200}(failed|aborted)",
        r"the following (address|recipient|user|message|mail)", r"following recipients?", r"undeliver(ed|able)", r"did not reach", r"returned to (you|sender)", r"failed (addresses|recipients?)", r"delivery errors?", r"permanent (fatal )?error",
        r"recipient'?s? (mailbox|address|server)", r"(mailbox|user|account|recipient|address|userid).{0,80}(unknown|not found|does ?n.t exist|is full|unavailable|over quota|disabled|rejected|invalid|exceeded|no such|not exist)",
        r"(unknown|invalid|no such|nonexistent) .{0,30}(user|mailbox|recipient|address|host|domain)", r"remote (host|server) (said|returned)", r"(smtp|mail) server .{0,60}(refused|rejected|said|error)", r"<<< ?[45]\d\d", r"^\s*[45]\d\d[ -]#?[45]\.\d+\.\d+", r"final-recipient:",
        r"we (had|have) trouble", r"your (message|mail|e-?mail).{0,200}(was|is|has been|could|can|cannot|did)( not| been)? (be )?(rejected|returned|undeliver|deliver|bounced|blocked|refused|reach)", r"no valid recipients", r"mail log follows|message log follows",
        r"this (user|account|mailbox) (doesn't|does not|has been|is)", r"host (unknown|not found)", r"deferred:", r"rejected by", r"could not be routed", r"failed to send to", r"transcript of (the )?(attempts|session)", r"recipients? (were|was) affected", r"delivery problems?", r"there's a problem with the e-?mail address", r"problem with the (e-?mail )?address", r"failure reasons?", r"was not delivered to", r"message to \S+@\S+ failed", r"cannot be delivered", r"error message below", r"notificationtype", r"technical (report|details)", r"message headers? follow", r"original message follow",
        r"konnte nicht (zugestellt|gesendet|ausgeliefert)", r"nicht zugestellt", r"unzustellbar", r"n'a pas pu être", r"n’a pas pu être", r"no (se )?pudo (ser )?entreg", r"não pôde ser entregue", r"não foi possível", r"non (è|e') stato possibile", r"kon niet worden", r"не может быть доставлен", r"не удалось доставить", r"nie (został|zostal|mogł|mogl).{0,20}dostarcz",
        r"送信できません", r"配信できません", r"送信に失敗", r"届けることができ", r"お届けできません", r"エラーのため", r"宛先.{0,40}(不明|存在|見つか)", r"无法(投递|送达|发送)", r"無法(傳送|投遞|送達)", r"投稿でき", r"グループ.{0,40}存在",
    ]
}

phrases! {
    /// Lines after which the returned mail begins.
    DIVIDER = [
        r"^[-=*_|#> ]*(this is|below this line is|enclosed is|here is|included is|following is|attached is) a copy of (the|your) (message|mail|original)",
        r"^[-=*_|#> ]*(the )?(original|unsent|undelivered|returned|rejected|failed) (message|mail|e-?mail)( text| headers?| body| info| information| contents?)?( (follows?|is attached|below|as follows))?\s*[-=*_|#:.]*\s*$",
        r"^[-=*_|# ]*(the )?(header|headers|text|body|start|beginning)s? (of|from) (the |your )?(original |returned |undelivered )?(message|mail)( is| are)?( following| follows?| below)?\.?[-=*_|# :.]*$",
        r"^[-=*_|# ]*(message|mail) (headers?|text|contents?|body)( (follows?|below|are as follows))?\s*[-=*_|#:.]*\s*$", r"^[-=*_|# ]*(original|returned) mail info", r"^original message headers:", r"^[-=*_|# ]*-+ ?(forwarded|returned) message", r"^included is a copy of the message header",
        r"^[-= ]*the header of the original message is following", r"^-{3,} ?(元の|送信された|原文)", r"^-{3,} ?(ursprüngliche nachricht|message d'origine|mensaje original|исходное сообщение)",
        r"^(your message reads|message transcript follows|first \d+ (bytes|lines) of (the )?original)",
    ]
}

phrases! {
    /// Words of reports that are no failure yet.
    DELAYED = [
        r"will (be retried|retry|continue|keep trying|be (re)?attempted)", r"still being retried", r"warning only", r"do not need to resend", r"has not yet been delivered", r"(is|was|been) delayed", r"delivery (is )?delayed", r"delay(ed)? notification",
        r"will be (re)?tried again", r"temporary (failure|error|problem|local)", r"not been delivered (for|within|after)", r"(?-u:\b)delayed mail(?-u:\b)", r"trying to deliver", r"zustellung.{0,20}verzögert",
    ]
}

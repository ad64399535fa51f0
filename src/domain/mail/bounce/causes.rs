//! What the words of a bounce mean where it states no enhanced status code: a table of phrases and RFC 3463 codes.
//! New words are added here.

use std::sync::LazyLock;

use regex::{RegexSet, RegexSetBuilder};

/// Phrases and the status they mean. The first that is found counts, so the narrow ones come first.
#[rustfmt::skip]
const CAUSES: &[(&str, &str)] = &[
    // The mailbox is full.
    ("5.2.2", r"(mailbox|inbox|account|quota|storage|user|recipient).{0,40}(is full|full\b|over ?quota|exceed|overquota)|(exceeds?|exceeded|over) .{0,30}(quota|storage|mailbox size|disk)|insufficient (storage|disk|space)|postfach .{0,20}voll|speicherplatz|bo[iî]te .{0,30}pleine|buz[óo]n .{0,30}lleno|casella .{0,20}piena|caixa .{0,20}cheia|mailbox .{0,10}vol\b|skrzynka .{0,20}pełna|ящик .{0,20}(переполнен|полон)|メールボックス.{0,20}(一杯|いっぱい|容量)|容量.{0,10}(超過|オーバー)|邮箱.{0,10}(已满|空间不足)|信箱.{0,10}已滿|용량.{0,10}초과"),
    // It is closed, or its owner was shut out.
    ("5.2.1", r"(mailbox|account|user|recipient|address).{0,50}(disabled|suspended|inactive|not active|deactivated|closed|blocked|locked|expired|discontinued|no longer (active|valid|in use|available|exists))|no longer (works|employed|with|at) |konto .{0,20}(gesperrt|deaktiviert)|compte .{0,20}(désactivé|suspendu)|cuenta .{0,20}(desactivada|suspendida)|account .{0,20}disabilitato|停止|停用|禁用"),
    // It is too large.
    ("5.3.4", r"(message|mail|size).{0,40}(too (large|big)|exceed).{0,30}|size limit|(maximum|max) (message )?size|zu groß|trop (volumineux|gros)|demasiado grande|troppo grande|muito grande|te groot|サイズ.{0,20}(超|大き)|邮件(太大|过大)"),
    // Nobody has this name there.
    ("5.1.1", r"(user|recipient|mailbox|account|address|addressee|alias|local ?part|userid)\b.{0,60}(unknown|not found|doesn.?t exist|does not exist|not exist|invalid|no such|unrecognized|not known|not listed|unavailable here|couldn.?t be found|can.?t be found)|(unknown|invalid|no such|nonexistent|non-existent|bad|unrouteable|undeliverable|unrecognized|illegal) .{0,24}(user|recipient|mailbox|address|account|alias|local part|name|person)|no mailbox here|not a (valid|known) (user|mailbox|recipient|address)|wasn.?t found at|couldn.?t be found|doesn.?t (have|receive) .{0,20}(account|mail)|is not (listed|known|a local)|not our customer|(empfänger|benutzer|adresse|postfach).{0,40}(unbekannt|existiert nicht|nicht gefunden|ungültig)|(destinataire|adresse|utilisateur).{0,40}(inconnu|n.existe pas|introuvable|invalide)|(destinatario|usuario|direcci[óo]n|buz[óo]n).{0,40}(desconocid|no existe|inv[áa]lid)|(destinatario|utente|indirizzo|casella).{0,40}(sconosciut|inesistente|non esiste|non valid)|(destinat[áa]rio|usu[áa]rio|endere[çc]o).{0,40}(desconhecid|n[ãa]o existe|inv[áa]lid)|(gebruiker|adres|ontvanger).{0,40}(onbekend|bestaat niet)|(użytkownik|adres|odbiorca).{0,40}(nieznany|nie istnieje)|(пользовател|адрес|получател|ящик).{0,40}(не найден|не существует|неизвест)|宛先.{0,40}(不明|存在し|見つか)|アドレス.{0,40}(存在し|見つか|間違)|ユーザ.{0,40}(不明|存在し|見つか)|存在しない|(收件人|用户|地址|邮箱).{0,20}(不存在|无效|未知|错误)|(收件者|使用者|信箱).{0,20}(不存在|無效)|(수신자|사용자|주소).{0,20}(없|존재하지|잘못)"),
    // Nobody has this domain.
    ("5.1.2", r"(host|domain|name or service|hostname)\b.{0,40}(unknown|not found|doesn.?t exist|does not exist|not exist|invalid|no such|not known)|(unknown|no such|invalid|nonexistent|unrouteable|bad) .{0,20}(host|domain|mail server)|no (mx|mail exchanger|dns)|dns (error|lookup|failure)|can.?t find (any|a) mail ?server|domain .{0,40}not .{0,20}receive"),
    // It was not wanted.
    ("5.7.1", r"spam|blacklist|black ?listed|blocklist|block list|blocked (by|using|for)|policy|access denied|relay(ing)? (access )?(denied|not (allowed|permitted))|not authori[sz]ed|unauthenticated|dmarc|spf |refused to accept|rejected (by|due|for) .{0,40}(content|policy|reputation|filter|administrator)|virus|unsolicited|abgelehnt wegen|迷惑メール|垃圾邮件"),
    // It could not be reached; later it may.
    ("4.4.1", r"timed? ?out|timeout|connection (refused|dropped|reset|lost|failed|died)|(host|server|domain) .{0,30}(not responding|unreachable|not reachable|did not respond|unavailable)|no route to host|could ?n.?t (connect|establish)|could not connect|unable to (connect|contact)|network (is )?unreachable|no answer from|retry time(out)? exceeded|too long|zeitüberschreitung|délai .{0,20}(expiré|dépassé)|接続(でき|に失敗)|连接(失败|超时)"),
    // There is a loop.
    ("5.4.6", r"too many hops|mail ?(forwarding )?loop|loops? back to myself|routing loop|looping"),
    // Too much, too fast.
    ("4.7.1", r"gr[ae]y ?list|too many (connections|messages|recipients|errors|requests)|rate limit|throttl|try again later|temporarily (deferred|rejected|unavailable|disabled|suspended|blocked)|temporary (failure|error|problem)"),
];

static TABLE: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSetBuilder::new(CAUSES.iter().map(|(_, phrase)| phrase))
        .case_insensitive(true)
        .size_limit(64 << 20)
        .build()
        .ok()
});

/// The status that the words of a text mean.
pub(super) fn status(text: &str) -> Option<&'static str> {
    let found = TABLE.as_ref()?.matches(text).into_iter().next()?;
    CAUSES.get(found).map(|(status, _)| *status)
}

#[cfg(test)]
mod tests {
    use super::status;

    #[test]
    fn words_mean_a_status() {
        for (words, want) in [
            ("The mailbox of ada@a.test is full.", Some("5.2.2")),
            ("user is over quota", Some("5.2.2")),
            ("Le compte a été désactivé: compte désactivé", Some("5.2.1")),
            ("This account has been disabled", Some("5.2.1")),
            ("message is too large", Some("5.3.4")),
            ("no such user here", Some("5.1.1")),
            ("Empfänger ist unbekannt", Some("5.1.1")),
            ("宛先のメールアドレスが存在しません", Some("5.1.1")),
            ("收件人不存在", Some("5.1.1")),
            ("Host not found", Some("5.1.2")),
            ("rejected as spam", Some("5.7.1")),
            ("connection timed out", Some("4.4.1")),
            ("too many hops", Some("5.4.6")),
            ("greylisted, try again later", Some("4.7.1")),
            ("Hello", None),
        ] {
            assert_eq!(status(words), want, "{words}");
        }
    }
}

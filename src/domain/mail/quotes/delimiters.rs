//! Lines that separate an answer from the mail that is answered, `-----Original Message-----`, and the lines
//! above a mail that is passed on, which is content.

use std::sync::LazyLock;

use regex::Regex;

use super::header_block;
use super::lines::Line;

/// What stands below a separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Below {
    /// The mail that is answered.
    Answered,
    /// A mail that is passed on.
    Forwarded,
}

/// "Original message" and its kin, between dashes.
const ORIGINAL: &str = r"original|original[- ]?(?:message|nachricht|mail|e-?mail|meddelelse|meddelande|besked|bericht|text)|ursprüngliche (?:nachricht|e-?mail|mail)|urspr\. nachricht|original appointment|(?:your )?reply message|antwortnachricht|(?:message|mensaje|mensagem|messaggio|correo|mail) (?:d'origine|d’origine|original|originale|initial|de origem)|courriel original|e-mail d'origine|messaggio originale|e-?mail original|missatge original|oorspronkelijk(?:e)? (?:bericht|mail|e-mail)|ursprungligt (?:meddelande|medd\.|mejl|mail)|originalmeddelande|opprinnelig (?:melding|e-post)|original melding|oprindelig (?:meddelelse|besked|mail)|alkuperäinen viesti|(?:wiadomość|wiadomosc) oryginalna|oryginalna wiadomość|treść oryginalnej wiadomości|původní (?:zpráva|e-mail|mail)|pôvodná správa|izvirno sporočilo|izvorna poruka|originalna poruka|исходное сообщение|исходное письмо|оригинальное сообщение|начальное сообщение|оригінал(?:ьне повідомлення)?|вихідне повідомлення|оригинално съобщение|eredeti (?:üzenet|levél)|orijinal (?:mesaj|ileti)|özgün (?:ileti|mesaj)|αρχικό μήνυμα|mesaj(?:ul)? original|thư gốc|tin nhắn gốc|pesan asli|原始邮件|原始郵件|原邮件|原信|原始訊息|元のメッセージ|オリジナルメッセージ|원본 ?(?:메일|메시지)|הודעה מקורית|الرسالة الأصلية|رسالة أصلية|ข้อความต้นฉบับ";

/// "Forwarded message" and its kin.
const FORWARDED: &str = r"(?:begin |start of )?forwarded (?:message|mail|e-?mail)|forwarded by .{1,80}|(?:anfang der )?weitergeleitete[n]? (?:nachricht|e-?mail|mail)|(?:début du )?message (?:transféré|réexpédié)|courriel transféré|(?:inicio del )?mensaje reenviado|missatge reenviat|(?:inizio )?(?:del )?messaggio inoltrato|(?:início da )?mensagem (?:encaminhada|reencaminhada)|(?:begin )?doorgestuurd bericht|(?:påbörja )?vidarebefordra[dt]? (?:meddelande|brev|mejl|mail)|(?:start på |start på den )?videresendt(?:e)? (?:melding|besked|meddelelse|mail)|välitetty viesti|edelleenlähetetty viesti|przekazan[ae]j? (?:wiadomość|wiadomości)|wiadomość przekazana dalej|początek przekazywanej wiadomości|(?:začátek )?přepos(?:laná|ílaná|ílané) (?:zpráva|zprávy)|preposlaná správa|posredovano sporočilo|proslijeđena poruka|(?:начало )?(?:пересылаемо(?:е|го)|пересланно(?:е|го)|переадресованно(?:е|го)|перенаправленно(?:е|го)) (?:сообщени(?:е|я)|письм(?:о|а))|переслан(?:е|ий) (?:повідомлення|лист)|препратено съобщение|(?:iletilen|iletilmiş|yönlendirilen|yönlendirilmiş) (?:mesaj|ileti|e-posta)|továbbított (?:üzenet|levél)|mesaj redirecționat|προωθημένο μήνυμα|thư được chuyển tiếp|pesan diteruskan|转发的?邮件(?:信息)?|轉寄的?郵件|已轉寄的郵件|転送された?メッセージ|転送メッセージ|転送メール|전달된 ?(?:메일|메시지)|הודעה שהועברה|رسالة (?:مُعاد توجيهها|معاد توجيهها|محولة)";

static SEPARATOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?i)^[\s>*|]*[-_=~*+—–#]{{2,}}\s*(?:(?:{ORIGINAL})|(?P<forwarded>{FORWARDED}))\s*:?\s*[-_=~*+—–#]{{2,}}.{{0,40}}$"
    ))
    .ok()
});

/// Apple Mail's way: no dashes, a colon.
static BEGIN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)^[\s>*|]*(?:{FORWARDED})\s*[:：]\s*$")).ok());

/// The line above which ticket systems ask people to write.
static ABOVE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\s>*|]*[-#=*_—– ]{2,}.{0,40}(?:(?:reply|respond|write|type|answer)\w* .{0,30}above (?:this|the) line|above this line|(?:antwort|schreib|text)\w* .{0,40}(?:oberhalb|über) dieser (?:linie|zeile)|au[- ]dessus de cette ligne|(?:por )?encima de esta línea|sopra (?:a )?questa (?:linea|riga)|acima (?:desta|dessa) linha|boven deze (?:lijn|regel)|ovanför (?:denna|den här) (?:rad|linje)|over denne linje|powyżej tej linii|nad t(?:ento|ímto) řád|выше этой (?:линии|строки)|вище (?:цієї|цього) (?:лінії|рядка)|bu satırın üst|在此行上方|この行より上|이 줄 위).{0,40}$",
    )
    .ok()
});

/// The separator at this line, with the header block below it: the last line of both, and what stands below.
pub(super) fn separator(lines: &[Line<'_>], at: usize) -> Option<(usize, Below)> {
    let line = lines.get(at)?;
    let text = line.text.trim();
    if text.len() > 200 {
        return None;
    }
    let block = || (at + 1..at + 4).find_map(|next| header_block::starting(lines, next));
    if text.starts_with(['-', '_', '=', '~', '*', '>', '|', '+', '—', '–', '#']) {
        if let Some(found) = SEPARATOR.as_ref().and_then(|regex| regex.captures(text)) {
            let below = if found.name("forwarded").is_some() {
                Below::Forwarded
            } else {
                Below::Answered
            };
            let fields = || header_block::fields(lines, at + 1);
            return Some((block().or_else(fields).unwrap_or(at), below));
        }
        if ABOVE.as_ref().is_some_and(|regex| regex.is_match(text)) {
            return Some((at, Below::Answered));
        }
        // Outlook's ruler of underscores counts only above a header block.
        let ruler = text.len() >= 4 && text.chars().all(|c| matches!(c, '_' | '-' | '=' | '*'));
        return if ruler {
            Some((block()?, Below::Answered))
        } else {
            None
        };
    }
    let begins = text.ends_with([':', '：']) && BEGIN.as_ref().is_some_and(|r| r.is_match(text));
    begins.then(|| (block().unwrap_or(at), Below::Forwarded))
}

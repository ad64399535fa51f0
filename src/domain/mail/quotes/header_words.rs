//! The words for the fields of a mail in the languages of the larger mail programs.

/// What a line of a header block says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    From,
    /// A word that means only when a mail was sent.
    Sent,
    /// A word for any date.
    Date,
    To,
    Cc,
    Subject,
    /// What stands among them: importance, attachments.
    Other,
}

/// Each field's words, lower case.
#[rustfmt::skip]
const WORDS: &[(Field, &[&str])] = &[
    (Field::From, &[
        "from", "von", "de", "da", "van", "från", "fra", "frá", "od", "odesílatel", "odosielateľ", "lähettäjä", "от", "від", "от кого", "від кого",
        "kimden", "gönderen", "feladó", "από", "发件人", "發件人", "寄件者", "寄件人", "差出人", "送信者", "送信元", "보낸 사람", "보낸사람", "발신",
        "expéditeur", "remitente", "mittente", "afzender", "avsändare", "afsender", "avsender", "nadawca", "de la", "din", "saatja", "pošiljatelj",
        "šalje", "no", "nuo", "מאת", "من", "از", "จาก", "từ", "người gửi", "dari", "pengirim", "remetente", "absender", "mail från", "de part de",
    ]),
    (Field::Sent, &[
        "sent", "sent on", "gesendet", "gesendet am", "envoyé", "envoyé le", "envoyé à", "envoyée", "enviado", "enviado el", "enviado a las", "enviada",
        "enviada em", "enviado em", "enviat", "inviato", "inviato il", "verzonden", "verstuurd", "skickat", "sendt", "wysłano", "wysłane",
        "odesláno", "odoslané", "poslané", "lähetetty", "отправлено", "надіслано", "відправлено", "изпратено", "gönderildi", "gönderme tarihi",
        "elküldve", "küldve", "στάλθηκε", "εστάλη", "发送时间", "发送日期", "發送時間", "傳送時間", "寄件日期", "送信日時", "送信日", "送信時刻", "보낸 날짜",
        "보낸 시간", "보낸시간", "trimis", "expediat", "poslano", "poslato", "nosūtīts", "išsiųsta", "saadetud", "נשלח", "נשלח ב", "تم الإرسال", "أرسل", "تاريخ الإرسال",
        "ส่งเมื่อ", "đã gửi", "dikirim", "message du", "bidalia", "sent at",
    ]),
    (Field::Date, &[
        "date", "datum", "data", "dato", "fecha", "дата", "päiväys", "päivämäärä", "tarih", "dátum", "ημερομηνία", "日期", "时间", "時間", "日時", "日付",
        "날짜", "תאריך", "التاريخ", "تاریخ", "วันที่", "ngày", "tanggal", "dată", "kuupäev", "datums", "dagsetning", "datum a čas", "time",
    ]),
    (Field::To, &[
        "to", "an", "à", "a", "para", "per", "aan", "till", "til", "do", "komu", "vastaanottaja", "кому", "до", "kime", "alıcı", "címzett", "προς",
        "收件人", "收件者", "宛先", "送信先", "받는 사람", "받는사람", "수신", "pro", "za", "către", "destinataire", "destinataires", "destinatario",
        "destinatari", "prima", "adresat", "příjemce", "mottagare", "modtager", "mottaker", "empfänger", "אל", "إلى", "الى", "به", "ถึง", "đến", "tới", "người nhận",
        "kepada", "untuk", "kellele", "kam", "kur", "hacia",
    ]),
    (Field::Cc, &[
        "cc", "kopie", "kopia", "копия", "копія", "másolatot kap", "másolat", "抄送", "副本", "참조", "bilgi", "kopi", "cópia", "copie", "copie à", "copia",
        "копіювати", "κοιν.", "κοινοποίηση", "bcc", "עותק", "نسخة", "นำเรียน", "bản sao", "tembusan", "reply-to", "reply to", "répondre à", "antwort an",
        "kopija", "afrit", "c.c.", "cc:",
    ]),
    (Field::Subject, &[
        "subject", "sujet", "betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "ämne", "emne", "efni", "temat", "předmět", "predmet",
        "aihe", "тема", "konu", "tárgy", "θέμα", "主题", "主題", "主旨", "标题", "件名", "제목", "subiect", "teema", "re", "относно", "assumpte", "gaia",
        "naslov", "zadeva", "temats", "tema", "נושא", "הנדון", "الموضوع", "موضوع", "เรื่อง", "chủ đề", "subjek", "perihal",
    ]),
    (Field::Other, &[
        "importance", "priority", "wichtigkeit", "priorität", "prioridad", "attachments", "anlagen", "anhänge", "pièces jointes", "organization",
        "organisation", "message-id", "sensitivity", "newsgroups", "mailing list", "mailing-list", "importancia", "importanza", "важность",
        "vigtighed", "prioritet", "belang", "bijlagen", "allegati", "archivos adjuntos", "anexos", "signed by", "security",
    ]),
];

/// The field that a word names.
pub(super) fn field(word: &str) -> Option<Field> {
    if word.len() > 40 {
        return None;
    }
    let word = word
        .trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, '*' | '_' | '\u{200e}' | '\u{200f}')
        })
        .to_lowercase();
    // Chinese programs space the two signs of a word apart.
    let word = if word.is_ascii() {
        word
    } else {
        word.replace(['\u{3000}', '\u{a0}'], "")
    };
    WORDS
        .iter()
        .find(|(_, words)| words.contains(&word.as_str()))
        .map(|(field, _)| *field)
}

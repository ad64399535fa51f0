//! The block of header lines that Outlook and others put above the mail they answer.

use super::lines::Line;

/// What a line of a header block says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    From,
    Date,
    To,
    Cc,
    Subject,
}

/// The words for each field in the languages of the larger mail programs, lower case.
const WORDS: &[(Field, &[&str])] = &[
    (
        Field::From,
        &[
            "from",
            "von",
            "de",
            "da",
            "van",
            "från",
            "fra",
            "od",
            "lähettäjä",
            "от",
            "від",
            "kimden",
            "gönderen",
            "feladó",
            "από",
            "发件人",
            "發件人",
            "寄件者",
            "寄件人",
            "差出人",
            "送信者",
            "보낸 사람",
            "보낸사람",
            "expéditeur",
            "remitente",
            "mittente",
            "de la",
            "din",
            "saatja",
            "від кого",
            "от кого",
            "מאת",
            "reply-to",
        ],
    ),
    (
        Field::Date,
        &[
            "sent",
            "date",
            "message du",
            "gesendet",
            "datum",
            "envoyé",
            "envoyé le",
            "enviado",
            "enviado el",
            "enviada",
            "enviada em",
            "enviado em",
            "inviato",
            "data",
            "verzonden",
            "skickat",
            "sendt",
            "dato",
            "wysłano",
            "odesláno",
            "odoslané",
            "lähetetty",
            "päiväys",
            "отправлено",
            "дата",
            "надіслано",
            "gönderildi",
            "gönderme tarihi",
            "tarih",
            "elküldve",
            "küldve",
            "dátum",
            "ημερομηνία",
            "στάλθηκε",
            "发送时间",
            "发送日期",
            "傳送時間",
            "日期",
            "寄件日期",
            "送信日時",
            "日時",
            "보낸 날짜",
            "보낸 시간",
            "날짜",
            "fecha",
            "trimis",
            "poslano",
            "sent on",
            "送信日",
        ],
    ),
    (
        Field::To,
        &[
            "to",
            "an",
            "à",
            "a",
            "para",
            "aan",
            "till",
            "til",
            "do",
            "komu",
            "vastaanottaja",
            "кому",
            "kime",
            "alıcı",
            "címzett",
            "προς",
            "收件人",
            "收件者",
            "宛先",
            "받는 사람",
            "받는사람",
            "pro",
            "za",
            "către",
            "destinataire",
            "destinatario",
            "prima",
        ],
    ),
    (
        Field::Cc,
        &[
            "cc",
            "kopie",
            "kopia",
            "копия",
            "копія",
            "másolatot kap",
            "抄送",
            "副本",
            "참조",
            "bilgi",
            "kopi",
            "cópia",
            "copie à",
            "копіювати",
            "κοιν.",
            "bcc",
        ],
    ),
    (
        Field::Subject,
        &[
            "subject",
            "sujet",
            "betreff",
            "objet",
            "asunto",
            "assunto",
            "oggetto",
            "onderwerp",
            "ämne",
            "emne",
            "temat",
            "předmět",
            "predmet",
            "aihe",
            "тема",
            "konu",
            "tárgy",
            "θέμα",
            "主题",
            "主題",
            "主旨",
            "件名",
            "제목",
            "subiect",
            "teema",
            "re",
        ],
    ),
];

/// Lines that are looked at from the first one.
const MAX_LINES: usize = 12;

/// The header block that starts at this line: its last line. It has at least three different fields, the
/// sender among them.
pub(super) fn starting(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let mut seen = vec![field(lines.get(at)?.text, false)?];
    let (mut last, mut other, mut blank) = (at, 0, 0);
    for (index, line) in lines.iter().enumerate().skip(at + 1).take(MAX_LINES) {
        if line.is_blank() {
            blank += 1;
            continue;
        }
        match field(line.text, true) {
            Some(field) => {
                if !seen.contains(&field) {
                    seen.push(field);
                }
                last = index;
            }
            // A long list of recipients or a long subject goes on in the next line.
            None if blank > 0 && is_block(&seen) => break,
            None => other += 1,
        }
        if other > 2 {
            break;
        }
    }
    is_block(&seen).then_some(last)
}

fn is_block(seen: &[Field]) -> bool {
    seen.len() >= 3 && seen.contains(&Field::From)
}

/// Which field a line is: a known word, a colon, and (in the first line of a block) something behind it.
fn field(text: &str, may_be_empty: bool) -> Option<Field> {
    let text =
        text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '*' | '|' | '_'));
    let (word, rest) = text.split_once([':', '：'])?;
    if word.len() > 40
        || !may_be_empty
            && rest.trim().trim_matches('*').is_empty()
            && !text.trim_end().ends_with('*')
    {
        return None;
    }
    let word = word.trim().trim_matches(['*', '_']).to_lowercase();
    WORDS
        .iter()
        .find(|(_, words)| words.contains(&word.as_str()))
        .map(|(field, _)| *field)
}

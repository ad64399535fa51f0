//! What the larger mail programs write around a quote, in their languages. Every introduction is tried in each
//! style: above `>` lines, above unquoted text, with an answer below, with answers between.

use super::folds_of;
use crate::domain::mail::fold::unfolded;

fn reply(text: &str) -> String {
    unfolded(text, &folds_of(text, &[], "Re: Order"))
}

/// Introductions by program and language.
const ATTRIBUTIONS: &[&str] = &[
    // English
    "On Mon, 2 Nov 2026 at 10:00, Ada Lovelace <ada@acme.test> wrote:",
    "On Mon, Nov 2, 2026 at 10:00 AM Ada Lovelace <ada@acme.test> wrote:",
    "On Mon, Nov 2, 2026 at 10:00 AM Ada Lovelace <\nada@acme.test> wrote:",
    "On Mon, Nov 2, 2026 at 10:00 AM, Ada Lovelace\n<ada@acme.test>\nwrote:",
    "On 2 Nov 2026, at 10:00, Ada Lovelace <ada@acme.test> wrote:",
    "On Nov 2, 2026, at 10:00 AM, Ada Lovelace <ada@acme.test> wrote:",
    "On 11/2/26 10:00 AM, Ada Lovelace wrote:",
    "On 02/11/2026 10:00, Ada Lovelace via Desk wrote:",
    "On Monday, November 2nd, 2026 at 10:00 AM, Ada Lovelace <ada@acme.test> wrote:",
    "On Monday, November 2, 2026 at 10:00:00 AM GMT+1, Ada Lovelace <ada@acme.test> wrote:",
    "On November 2, 2026 at 10:00 AM GMT+1 Ada Lovelace wrote:",
    "On Mon, 2026-11-02 at 10:00 +0100, Ada Lovelace wrote:",
    "On 2-Nov-2026, at 10:00 AM, Ada Lovelace <ada@acme.test> sent:",
    "At 2026-11-02 10:00:00, \"Ada Lovelace\" <ada@acme.test> wrote:",
    "Ada Lovelace <ada@acme.test> wrote:",
    "\"Lovelace, Ada\" <ada@acme.test> writes:",
    "Ada Lovelace wrote on 11/2/2026 10:00 AM:",
    "In a message dated 11/2/2026 10:00:00 A.M. Eastern Standard Time, ada@acme.test writes:",
    "---- On Mon, 02 Nov 2026 10:00:00 +0100 Ada Lovelace <ada@acme.test> wrote ----",
    "---- Ada Lovelace wrote ----",
    "------On 11/02/2026 10:00 AM, Ada Lovelace wrote-----",
    "Quoting Ada Lovelace <ada@acme.test>:",
    "2026-11-02 10:00 GMT+01:00 Ada Lovelace <ada@acme.test>:",
    "10:00 AM, November 2, 2026, \"Ada Lovelace\" <ada@acme.test>:",
    "*On Monday, November 2, 2026 10:00, Ada Lovelace <ada@acme.test> wrote:*",
    // German
    "Am 02.11.2026 um 10:00 schrieb Ada Lovelace:",
    "Am 02.11.26 um 10:00 schrieb Ada Lovelace <ada@acme.test>:",
    "Am Mo., 2. Nov. 2026 um 10:00 Uhr schrieb Ada Lovelace <ada@acme.test>:",
    "Am Montag, 2. November 2026, 10:00:00 MEZ hat Ada Lovelace <ada@acme.test> Folgendes geschrieben:",
    "Ada Lovelace <ada@acme.test> schrieb am Mo., 2. Nov. 2026, 10:00:",
    "Ada Lovelace schrieb am 02.11.2026 um 10:00:",
    "Zitat von Ada Lovelace <ada@acme.test>:",
    // French
    "Le lun. 2 nov. 2026 à 10:00, Ada Lovelace <ada@acme.test> a écrit :",
    "Le lundi 2 novembre 2026 à 10:00:00 UTC+1, Ada Lovelace\n<ada@acme.test> a écrit :",
    "Le 02/11/2026 à 10:00, Ada Lovelace a écrit :",
    "Le 2 novembre 2026 10:00, Ada Lovelace <ada@acme.test> a écrit\u{a0}:",
    // Spanish
    "El lun, 2 nov 2026 a las 10:00, Ada Lovelace (<ada@acme.test>) escribió:",
    "El 2 nov 2026, a las 10:00, Ada Lovelace <ada@acme.test> escribió:",
    "El lunes, 2 de noviembre de 2026, Ada Lovelace <ada@acme.test> escribió:",
    "El 02/11/2026 a las 10:00, Ada Lovelace escribió:",
    // Italian
    "Il giorno lun 2 nov 2026 alle ore 10:00 Ada Lovelace <ada@acme.test> ha scritto:",
    "Il 02/11/2026 10:00, Ada Lovelace ha scritto:",
    "In data lunedì 2 novembre 2026 10:00:00, Ada Lovelace <ada@acme.test> ha scritto:",
    // Portuguese
    "Em seg., 2 de nov. de 2026 às 10:00, Ada Lovelace <ada@acme.test> escreveu:",
    "Em 02/11/2026 10:00, Ada Lovelace escreveu:",
    "A segunda, 2/11/2026, 10:00, Ada Lovelace <ada@acme.test> escreveu:",
    // Dutch
    "Op ma 2 nov. 2026 om 10:00 schreef Ada Lovelace <ada@acme.test>:",
    "Op 2 nov. 2026, om 10:00 heeft Ada Lovelace <ada@acme.test> het volgende geschreven:",
    "Op 02-11-2026 om 10:00 schreef Ada Lovelace:",
    // Polish
    "pon., 2 lis 2026 o 10:00 Ada Lovelace <ada@acme.test> napisał(a):",
    "W dniu 02.11.2026 o 10:00, Ada Lovelace pisze:",
    "W dniu 2026-11-02 10:00:00 użytkownik Ada Lovelace <ada@acme.test>\nnapisał:",
    "Dnia 2 listopada 2026 10:00 Ada Lovelace <ada@acme.test> napisał(a):",
    // Russian, Ukrainian, Bulgarian, Serbian
    "пн, 2 нояб. 2026 г. в 10:00, Ada Lovelace <ada@acme.test>:",
    "02.11.2026 10:00, Ada Lovelace пишет:",
    "2 ноября 2026 г., в 10:00, Ada Lovelace <ada@acme.test> написал(а):",
    "02.11.2026, 10:00, \"Ada Lovelace\" <ada@acme.test>:",
    "Понедельник, 2 ноября 2026, 10:00 +03:00 от Ada Lovelace <ada@acme.test>:",
    "02.11.2026 10:00 пользователь \"Ada\" <ada@acme.test> написал:",
    "пн, 2 лист. 2026 р. о 10:00 Ada Lovelace <ada@acme.test> пише:",
    "2 листопада 2026 р. о 10:00 Ada <ada@acme.test> написав:",
    "На пн, 2.11.2026 г. в 10:00 Ada Lovelace <ada@acme.test> написа:",
    "У пон, 2. нов 2026. у 10:00 Ada Lovelace <ada@acme.test> је написао/ла:",
    // Czech, Slovak, Slovenian, Croatian
    "po 2. 11. 2026 v 10:00 odesílatel Ada Lovelace <ada@acme.test> napsal:",
    "Dne 02. 11. 26 v 10:00 Ada Lovelace napsal(a):",
    "po 2. 11. 2026 o 10:00 Ada Lovelace <ada@acme.test> napísal(a):",
    "V V pon., 2. nov. 2026 ob 10:00 je oseba Ada Lovelace <ada@acme.test> napisala:",
    "pon, 2. stu 2026. u 10:00 Ada Lovelace <ada@acme.test> napisao je:",
    // Swedish, Danish, Norwegian, Finnish, Icelandic
    "Den mån 2 nov. 2026 kl 10:00 skrev Ada Lovelace <ada@acme.test>:",
    "Den 2 november 2026 10:00:18, Ada Lovelace (ada@acme.test) skrev:",
    "Den man. 2. nov. 2026 kl. 10.00 skrev Ada Lovelace <ada@acme.test>:",
    "man. 2. nov. 2026 kl. 10:00 skrev Ada Lovelace <ada@acme.test>:",
    "På 2. november 2026 på 10:00:18, Ada Lovelace (ada@acme.test) skrev:",
    "ma 2. marrask. 2026 klo 10.00 Ada Lovelace (ada@acme.test) kirjoitti:",
    "Ada Lovelace kirjoitti 2.11.2026 klo 10.00:",
    // Hungarian, Romanian, Turkish, Greek, Baltic
    "Ada Lovelace <ada@acme.test> ezt írta (időpont: 2026. nov. 2., H, 10:00):",
    "2026.11.02. 10:00 keltezéssel, Ada Lovelace írta:",
    "În lun., 2 nov. 2026 la 10:00, Ada Lovelace <ada@acme.test> a scris:",
    "Ada Lovelace <ada@acme.test>, 2 Kas 2026 Pzt, 10:00 tarihinde şunu yazdı:",
    "2.11.2026 10:00 tarihinde Ada Lovelace yazdı:",
    "Στις Δευ 2 Νοε 2026 στις 10:00 π.μ., ο χρήστης Ada Lovelace\n<ada@acme.test> έγραψε:",
    "2026-11-02, pr, 10:00 Ada Lovelace <ada@acme.test> rašė:",
    "Lietotājs Ada (<ada@acme.test>) rakstīja (2026. gada 2. nov. 10:00):",
    "Kuupäev E, 2. november 2026 kell 10:00 kirjutas kasutaja Ada <ada@acme.test>:",
    // Chinese, Japanese, Korean
    "在 2026年11月2日,10:00,Ada Lovelace <ada@acme.test> 写道:",
    "Ada Lovelace <ada@acme.test> 于2026年11月2日周一 10:00写道：",
    "Ada Lovelace <ada@acme.test> 於 2026年11月2日 週一 上午10:00寫道：",
    "2026年11月2日(月) 10:00 Ada Lovelace <ada@acme.test>:",
    "2026/11/02 10:00、Ada Lovelace <ada@acme.test>のメール:",
    "On 2026/11/02 10:00, Ada Lovelace さんは書きました:",
    "2026년 11월 2일 (월) 오전 10:00, Ada Lovelace <ada@acme.test>님이 작성:",
    "2026. 11. 2. 오전 10:00에 Ada Lovelace 이(가) 쓴 글 <ada@acme.test>:",
    // Hebrew, Arabic, Persian, Vietnamese, Thai, Indonesian
    "\u{202b}בתאריך יום ב׳, 2 בנוב׳ 2026 ב-10:00 מאת Ada Lovelace <\u{202a}ada@acme.test\u{202c}>:\u{202c}",
    "في الاثنين، 2 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Ada\n<ada@acme.test>:",
    "در تاریخ دوشنبه ۲ نوامبر ۲۰۲۶،‏ ۱۰:۰۰ Ada <ada@acme.test> نوشت:",
    "Vào 10:00 2 tháng 11, 2026, Ada Lovelace <ada@acme.test> đã viết:",
    "เมื่อ จ. 2 พ.ย. 2026 10:00 น. Ada <ada@acme.test> เขียนว่า:",
    "Pada Sen, 2 Nov 2026 10:00 Ada Lovelace <ada@acme.test> menulis:",
    // Catalan
    "Missatge de Ada Lovelace <ada@acme.test> del dia dl., 2 de nov. 2026 a les 10:00:",
];

#[test]
fn an_introduction_is_known_in_every_language_and_style() {
    let mut wrong = Vec::new();
    for intro in ATTRIBUTIONS {
        for (text, want) in [
            (format!("Yes.\n\n{intro}\n\n> Is it?\n> Really?\n"), "Yes."),
            (
                format!("Yes.\n\n{intro}\n> Is it?\n>\n> -- \n> Ada\n"),
                "Yes.",
            ),
            (format!("Yes.\n\n{intro}\n\nIs it?\n\nReally?\n"), "Yes."),
            (format!("{intro}\n> Is it?\n> Really?\n\nYes.\n"), "Yes."),
            (
                format!("{intro}\n> One?\n\nYes.\n\n> Two?\n\nNo.\n"),
                "Yes.\n\n\nNo.",
            ),
            (
                format!("Yes.\n\n> {}\n>\n> Is it?\n", intro.replace('\n', "\n> ")),
                "Yes.",
            ),
        ] {
            let got = reply(&text);
            if got.split_whitespace().ne(want.split_whitespace()) {
                wrong.push(format!("{text}=> {got}\n"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// From, date, to, subject by language.
const BLOCKS: &[[&str; 4]] = &[
    ["From", "Sent", "To", "Subject"],
    ["From", "Date", "To", "Subject"],
    ["Von", "Gesendet", "An", "Betreff"],
    ["Von", "Datum", "An", "Betreff"],
    ["De", "Envoyé", "À", "Objet"],
    ["De ", "Envoyé le ", "À ", "Objet "],
    ["De", "Enviado el", "Para", "Asunto"],
    ["De", "Enviado", "Para", "Assunto"],
    ["Da", "Inviato", "A", "Oggetto"],
    ["Van", "Verzonden", "Aan", "Onderwerp"],
    ["Od", "Wysłano", "Do", "Temat"],
    ["От", "Отправлено", "Кому", "Тема"],
    ["Від", "Надіслано", "Кому", "Тема"],
    ["Od", "Odesláno", "Komu", "Předmět"],
    ["Od", "Odoslané", "Komu", "Predmet"],
    ["Från", "Skickat", "Till", "Ämne"],
    ["Fra", "Sendt", "Til", "Emne"],
    ["Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"],
    ["Feladó", "Elküldve", "Címzett", "Tárgy"],
    ["De la", "Trimis", "Către", "Subiect"],
    ["Kimden", "Gönderildi", "Kime", "Konu"],
    ["Από", "Στάλθηκε", "Προς", "Θέμα"],
    ["发件人", "发送时间", "收件人", "主题"],
    ["寄件者", "傳送時間", "收件者", "主旨"],
    ["差出人", "送信日時", "宛先", "件名"],
    ["보낸 사람", "보낸 날짜", "받는 사람", "제목"],
    ["מאת", "נשלח", "אל", "נושא"],
    ["من", "تم الإرسال", "إلى", "الموضوع"],
    ["Từ", "Đã gửi", "Đến", "Chủ đề"],
];

#[test]
fn a_header_block_is_known_in_every_language_and_style() {
    let mut wrong = Vec::new();
    for [from, sent, to, subject] in BLOCKS {
        let plain = format!(
            "{from}: Ada Lovelace <ada@acme.test>\n{sent}: Monday, 2 November 2026 10:00\n{to}: Desk; Bob <bob@b.test>\n{subject}: Order\n"
        );
        let bold = format!(
            "*{from}:* Ada Lovelace [mailto:ada@acme.test]\n*{sent}:* 2 November 2026 10:00\n*{to}:* Desk\n*{subject}:* Re: Order\n"
        );
        let german = format!(
            "{sent}: 02.11.2026 um 10:00 Uhr\n{from}: \"Ada\" <ada@acme.test>\n{to}: desk@desk.test\n{subject}: Order\n"
        );
        let nameless = format!("{from}: Ada\n{sent}: Monday 10:00\n{to}: Desk\n{subject}: Order\n");
        for block in [plain, bold, german, nameless] {
            for above in [
                "\n",
                "\n________________________________\n",
                "\n-----Original Message-----\n",
            ] {
                for below in ["\nIs it?\n", "Is it?\n\n-- \nAda\n", "\n> Is it?\n"] {
                    let text = format!("Yes.\n{above}{block}{below}");
                    if reply(&text) != "Yes." {
                        wrong.push(format!("{text}=> {}\n", reply(&text)));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn separators_are_known() {
    for separator in [
        "-----Original Message-----",
        "----- Original Message -----",
        "-------- Original Message --------",
        "-----Ursprüngliche Nachricht-----",
        "-------- Ursprüngliche Nachricht --------",
        "-------- Original-Nachricht --------",
        "-------- Message d'origine --------",
        "-----Message d’origine-----",
        "-----Mensaje original-----",
        "-------- Mensagem original --------",
        "-----Messaggio originale-----",
        "-----Oorspronkelijk bericht-----",
        "-----Ursprungligt meddelande-----",
        "-----Oprindelig meddelelse-----",
        "-----Opprinnelig melding-----",
        "-----Alkuperäinen viesti-----",
        "-----Oryginalna wiadomość-----",
        "-----Původní zpráva-----",
        "-------- Исходное сообщение --------",
        "-------- Оригінал --------",
        "-----Eredeti üzenet-----",
        "-------- Orijinal mesaj --------",
        "-----Αρχικό μήνυμα-----",
        "------------------ 原始邮件 ------------------",
        "------------------ Original ------------------",
        "-----元のメッセージ-----",
        "-------- 원본 메일 --------",
        "##- Please type your reply above this line -##",
        "-- Reply above this line --",
        "##- Bitte antworten Sie oberhalb dieser Linie -##",
    ] {
        assert_eq!(
            reply(&format!("Yes.\n\n{separator}\nIs it?\n")),
            "Yes.",
            "{separator}"
        );
    }
}

#[test]
fn signatures_of_devices_and_programs_are_known() {
    for signature in [
        "Sent from my iPhone",
        "Sent from my Verizon Wireless BlackBerry",
        "Sent from Mail for Windows 10",
        "Sent from Yahoo Mail on Android",
        "Sent via Superhuman iOS",
        "Sent with Proton Mail secure email.",
        "Sent using Zoho Mail",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Get Outlook for Android",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android<https://aka.ms/AAb9ysg>",
        "Gesendet mit der GMX iPhone App",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Holen Sie sich Outlook für iOS",
        "Outlook für iOS beziehen",
        "Envoyé de mon iPhone",
        "Envoyé à partir de Outlook pour iOS",
        "Envoyé depuis l'application Mail Orange",
        "Obtenez Outlook pour Android",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Enviado desde Correo para Windows",
        "Obtener Outlook para iOS",
        "Inviato da iPhone",
        "Inviato dal mio dispositivo Samsung",
        "Verzonden vanaf mijn iPhone",
        "Verstuurd vanaf mijn iPad",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "Wysłane z iPhone'a",
        "Odesláno z iPhonu",
        "Отправлено с iPhone",
        "Надіслано з iPhone",
        "iPhone'umdan gönderildi",
        "Az én iPhone készülékemről küldve",
        "Στάλθηκε από το iPhone μου",
        "发自我的iPhone",
        "從我的 iPhone 傳送",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
        "נשלח מה-iPhone שלי",
        "Please excuse my brevity.",
    ] {
        let quote = "On Mon, 2 Nov 2026 at 10:00, Ada <ada@acme.test> wrote:\n> x\n";
        assert_eq!(
            reply(&format!("Yes.\n\n{signature}\n")),
            "Yes.",
            "{signature}"
        );
        assert_eq!(
            reply(&format!("Yes.\n\n{signature}\n\n{quote}")),
            "Yes.",
            "{signature}"
        );
    }
}

#[test]
fn what_people_write_themselves_stays() {
    for text in [
        "Invitation for an interview:\n\nDate: Wednesday, 3 October 2026\nTime: 7:00 am\nAddress: 130 Fox St\n\nPlease bring your ID.",
        "We want to travel.\nFrom: Berlin\nTo: Paris\nDate: 3.11.2026 10:00\nThanks!",
        "I met her on 2 Nov 2026 at 10:00 and she said:\nthe order is late.",
        "My friend wrote: call them.\nSo I do.",
        "On Monday I wrote:\nplease cancel the order.\nNothing happened.",
        "Sent from Berlin on Monday, the parcel is still on its way and nobody answers the phone here.\nWhat now?",
        "Please enter your feedback below.\n\n------ Enter feedback below ------\n\nAll was well.",
        "The shell says:\n>>> print(1)\n>>> print(2)\nand stops.",
        ">From the beginning it did not work.\nPlease help.",
        "Visit us.\n>>> >>>  http://www.acme.test <<<\nThanks.",
        "Opening times:\nMon: 10:00\nTue: 11:00\nWed: closed",
        "SQL> select 1\nSQL> select 2\nIt fails.",
        "| a | b |\n| 1 | 2 |\nA table.",
        "Name: Ada\nEmail: ada@acme.test\nSubject: Help\n\nIt does not work.",
        "Two points:\n- one\n- two\n-----\nThat is all, as I said at 10:00.",
        "You wrote to ada@acme.test on 2 Nov 2026. Why?",
    ] {
        assert_eq!(reply(text), text, "{text}");
        assert_eq!(
            unfolded(text, &folds_of(text, &[], "Order")),
            text,
            "{text}"
        );
    }
}

#[test]
fn a_mail_that_is_passed_on_is_content() {
    let block =
        "From: Ada <ada@acme.test>\nDate: Mon, 2 Nov 2026 10:00\nSubject: Order\nTo: bob@b.test\n";
    for (text, subject) in [
        (
            format!("FYI\n\n---------- Forwarded message ---------\n{block}\nWhere is it?\n"),
            "Fwd: Order",
        ),
        (
            format!("FYI\n\n---------- Forwarded message ---------\n{block}\nWhere is it?\n"),
            "Order",
        ),
        (
            format!(
                "FYI\n\nBegin forwarded message:\n\n> {}\n> Where is it?\n",
                block.trim_end().replace('\n', "\n> ")
            ),
            "Fwd: Order",
        ),
        (
            format!("FYI\n\nAnfang der weitergeleiteten Nachricht:\n\n{block}\nWhere is it?\n"),
            "Order",
        ),
        (
            format!("FYI\n\n-------- Weitergeleitete Nachricht --------\n{block}\nWhere is it?\n"),
            "Order",
        ),
        (
            format!(
                "FYI\n\n________________________________\n{block}\nWhere is it?\n\nOn Mon, 2 Nov 2026 at 9:00, Bob <b@b.test> wrote:\n> Old\n"
            ),
            "FW: Order",
        ),
        (format!("FYI\n\n{block}\nWhere is it?\n"), "WG: Order"),
        (
            format!("FYI\n\n-----Ursprüngliche Nachricht-----\n{block}\nWhere is it?\n"),
            "WG: Order",
        ),
    ] {
        assert_eq!(
            unfolded(&text, &folds_of(&text, &[], subject)),
            text.trim_end(),
            "{subject}"
        );
    }
    let answered = format!(
        "Thanks.\n\n-----Original Message-----\n{block}\nFYI\n\n---------- Forwarded message ---------\n{block}\nx\n"
    );
    assert_eq!(reply(&answered), "Thanks.");
}

#[test]
fn quotes_without_introduction_and_by_other_marks_are_folded() {
    for (text, want) in [
        ("> Is it?\n\nYes.\n", "Yes."),
        ("Yes.\n\n> Is it?\n", "Yes."),
        ("AL> Is it?\nAL> Really?\n\nYes.\n", "Yes."),
        (
            "Ada Lovelace <ada@acme.test> wrote:\nAL> Is it?\n\nYes.\n",
            "Yes.",
        ),
        (
            "Yes.\n\nOn 2 Nov 2026, at 10:00, Ada <ada@acme.test> wrote:\n| Is it?\n| Really?\n",
            "Yes.",
        ),
        ("2026/11/2 Ada <ada@acme.test>\n\n> Is it?\n\nYes.", "Yes."),
        (
            "Yes.\n\nOn Thu, 2 Nov 2026 at 3:03 PM, Bob wrote:\n\n>\n> Post by replying\n>\n (http://e.test/c/YzOTYzMmE) >\n> life is short\n",
            "Yes.",
        ),
        (
            "Yes.\n\nFrom: ada@acme.test\nDate: Wed, 16 May 2012 00:15:02 -0600\n\nIs it?\n",
            "Yes.",
        ),
        (
            "Yes.\n\nDate: Wed, 16 May 2012 00:15:02 -0600\nTo: ada@acme.test\n\nIs it?\n",
            "Yes.",
        ),
        (
            "Yes.\n\nFrom: Ada Lovelace Sent: Monday, 2 November 2026 10:00 To: Desk <desk@desk.test> Subject: Order\n\nIs it?",
            "Yes.",
        ),
        (
            "Yes.\n\n-----Original Message-----\nFrom: Ada\n\n> One?\n\nOne.\n\n> Two?\n\nTwo.\n",
            "Yes.\n\n\nOne.\n\n\nTwo.",
        ),
    ] {
        assert_eq!(
            reply(text).split_whitespace().collect::<Vec<_>>(),
            want.split_whitespace().collect::<Vec<_>>(),
            "{text}\n=> {}",
            reply(text)
        );
    }
}

//! Subjects of automatic answers in many languages: a weak sign, which counts only together with another mark.

use std::sync::LazyLock;

use regex::Regex;

/// Subjects of absence notes.
static AWAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(out of (the )?office|(?-u:\b)ooo(?-u:\b)|on (vacation|leave|holiday)|vacation|away from (the office|my mail)|absen(ce|t)|abwesen|nicht im (büro|haus)|urlaub|congés|fuera de (la )?oficina|ausen(te|cia)|fuori (sede|ufficio)|assenza|ferie|afwezig|vakantie|frånvaro|semester|fraværende|på ferie|poissa|lomalla|nieobecn|urlop|mimo kancelář|nepřítom|dovolen|отсутств|отпуск|відсутн|відпуст|irodán kívül|szabadság|házon kívül|ofis dışı|izinde|în concediu|absent|εκτός γραφείου|άδεια|不在|外出中|休暇|外出|休假|不在辦公室|부재|휴가|מחוץ למשרד|חופשה|خارج المكتب|إجازة|ngoài văn phòng|di luar kantor)",
    )
    .ok()
});

/// Prefixes of automatic answers.
static AUTOMATIC: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\W*(?:(?:re|aw|sv|tr): *)?(auto(matic|mated)?[- ]?(re(ply|sponse|sponder)|answer|antwort)|automatische (antwort|e-?mail)|réponse automatique|respuesta autom[áa]tica|resposta autom[áa]tica|resposta automàtica|risposta automatica|automatisch antwoord|autosvar|automatisk svar|automatiskt svar|sjálfvirkt svar|automaattinen vastaus|odpowiedź automatyczna|autoodpowiedź|automatická odpov|samodejni odgovor|automatski odgovor|автоматический ответ|автоответ|автоматична відповідь|автовідповідь|автоматичен отговор|otomatik yanıt|otomatik cevap|automatikus válasz|răspuns automat|αυτόματη απάντηση|自动(回复|答复)|自動(回覆|返信|応答|回復)|자동 (응답|회신)|תשובה אוטומטית|מענה אוטומטי|رد تلقائي|trả lời tự động|balasan otomatis|ตอบกลับอัตโนมัติ|auto:)",
    )
    .ok()
});

/// Subjects by which ticket systems acknowledge a request.
static RECEIVED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)((request|ticket|case|enquiry|inquiry|e-?mail|message|issue)\W.{0,40}(has been |was |is )?(received|created|opened|registered|logged)|we('ve| have)? received your|thank you for (contacting|your (request|e-?mail|message|enquiry))|(anfrage|ticket|nachricht|e-?mail)\W.{0,40}(erhalten|eingegangen|erstellt|eröffnet)|eingangsbestätigung|empfangsbestätigung|votre (demande|message|ticket).{0,40}(reçu|enregistré|créé)|accusé de réception|(solicitud|consulta|ticket|mensaje).{0,40}(recibid|cread|registrad)|hemos recibido|(richiesta|ticket|messaggio).{0,40}(ricevut|creat|apert)|abbiamo ricevuto|(pedido|solicitação|chamado|mensagem).{0,40}(recebid|criad|abert)|recebemos|(aanvraag|verzoek|ticket|bericht).{0,40}(ontvangen|aangemaakt)|ontvangstbevestiging|(zgłoszenie|wiadomość).{0,40}(przyjęt|otrzyman|utworzon|zarejestrowan)|(обращение|заявка|запрос|письмо).{0,40}(получен|принят|создан|зарегистрирован)|(ärende|begäran).{0,40}(mottaget|skapat|registrerat)|お問い合わせ.{0,20}(受け付け|受付|ありがとう)|受付(完了|確認)|(工单|请求).{0,20}(已收到|已创建)|문의.{0,20}(접수|감사))",
    )
    .ok()
});

/// Whether a subject says that somebody is away.
pub(super) fn is_away(subject: &str) -> bool {
    found(&AWAY, subject)
}

/// Whether a subject begins as that of an automatic answer.
pub(super) fn is_automatic(subject: &str) -> bool {
    found(&AUTOMATIC, subject)
}

/// Whether a subject acknowledges a request.
pub(super) fn is_receipt_of_request(subject: &str) -> bool {
    found(&RECEIVED, subject)
}

fn found(regex: &LazyLock<Option<Regex>>, subject: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(subject))
}

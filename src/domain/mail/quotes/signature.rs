//! The lines below every mail of a person.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::Line;
use crate::domain::mail::fold::FoldKind;

/// A signature longer than this is text that somebody put below a line of dashes.
const MAX_LINES: usize = 20;

/// Lines, blank ones included, in which a signature is looked for.
const MAX_RANGE: usize = 200;

/// "Sent from my phone" in the languages in which phones say so.
static DEVICE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\s*[*_(\[]*(?:sent (?:from|via|with|by|using|on) |sent securely|get outlook for |typed on |posted from |(?:please )?(?:excuse|forgive|pardon) .{0,30}(?:brevity|typos|mistakes|spelling)|von (?:meinem .{1,60}|unterwegs|mobil|iphone|ipad) gesendet|(?:diese nachricht|diese mail|diese e-mail)? ?(?:wurde )?von .{1,60} gesendet|gesendet (?:von|mit|aus|über) |holen sie sich outlook|outlook für .{1,20} (?:beziehen|herunterladen)|hol dir outlook|entschuldigen sie .{0,20}kürze|envoyée? (?:de|depuis|à partir|avec|par|via|grâce) |(?:obtenez|télécharger|obtenir) outlook|enviado (?:desde|do|de|a partir|con|com|através|por) |(?:obtener|obtén|obter|descargar|consiga) (?:o )?outlook|enviat des|inviat[oa] (?:da|dal|dall|con|tramite) ?|(?:scarica|ottieni) outlook|verzonden (?:vanaf|met|via|vanuit) |verstuurd (?:vanaf|met|via) |(?:outlook voor .{1,20} downloaden|download outlook)|skickat (?:från|med|via) |(?:hämta|skaffa) outlook|send[t] (?:fra|med|via) |(?:hent|få) outlook|lähetetty |(?:hanki|lataa) outlook|wysła(?:ne|no) (?:z|przez|za) |pobierz (?:program )?outlook|odesláno (?:z|ze|pomocí) |odoslané (?:z|zo) |poslan[oe] (?:z|s|iz|sa|mog) ?|(?:отправлено|послано) (?:с|из|через|от) |(?:надіслано|відправлено) (?:з|із|через) |изпратено от |elküldve |.{1,30} készülékemről küldve|trimis de pe |στάλθηκε από |.{1,30}(?:'|’)?(?:dan|den|umdan|imden|ımdan) gönderildi|נשלח מ|أُ?رسلت? من|تم الإرسال من|ارسال شده از|ส่งจาก|được gửi từ|đã gửi từ|dikirim dari )|^\s*(?:从我的.{1,20}发送|發?发?自我的|來自我的|来自我的|从.{1,20}获取|從我的.{1,20}(?:傳送|寄出)|用.{1,20}发送|(?:.{1,20})?iphoneから送信|ipadから送信|.{1,30}から送信|나의 .{1,30}에서 보냄|내 .{1,30}에서 보냄|.{1,30}에서 보냄|yahoo mail: search, organi[sz]e, conquer|sent from my )",
    )
    .ok()
});

/// Makes and programs that name themselves so.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)iphone|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|htc|nokia|lumia|blackberry|windows|outlook|mail|gmail|yahoo|proton|spark|superhuman|thunderbird|phone|mobil|handy|tablet|smartphone|device|handheld|téléphone|telefon|téléfono|móvil|celular|appareil|app(?-u:\b)|телефон|смартфон|устройств|手机|手機")
        .ok()
});

/// Folds signatures in what is still visible above `content`, from below: what a signature begins, the next fold
/// or the end of the text ends.
pub(super) fn fold(lines: &[Line<'_>], content: usize, kinds: &mut [Option<FoldKind>]) {
    let content = content.min(lines.len());
    let mut end = content;
    for (at, line) in lines.iter().enumerate().take(content).rev() {
        if kinds.get(at) != Some(&None) {
            end = at;
            continue;
        }
        let below = |most: usize| visible(lines, kinds, at + 1, end) <= most;
        let begins = is_delimiter(line.text) && below(MAX_LINES)
            || is_device(lines, at) && below(2)
            || is_rule(line.text) && end == lines.len() && below(6)
            // A lone sign below the text: a tracker's mark.
            || line.text.trim() == "ᐧ";
        if begins {
            super::fill(kinds, at..end, FoldKind::Signature);
            end = at;
        }
    }
}

/// `-- ` (RFC 3676 section 4.3) and what programs make of it.
fn is_delimiter(text: &str) -> bool {
    matches!(text.trim_end(), "--" | "—" | "––" | "--=20") && !text.starts_with(' ')
}

/// The line above the footer of a mailing list.
fn is_rule(text: &str) -> bool {
    let text = text.trim_end();
    text.len() >= 2 && text.bytes().all(|byte| byte == b'_')
}

/// A line that a device or a program adds: it names itself, or the line is short and stands alone. "Sent from
/// Berlin on Monday, the parcel …" is text.
fn is_device(lines: &[Line<'_>], at: usize) -> bool {
    let Some(text) = lines.get(at).map(|line| line.text.trim()) else {
        return false;
    };
    let says =
        |regex: &LazyLock<Option<Regex>>| regex.as_ref().is_some_and(|regex| regex.is_match(text));
    if text.len() > 160 || !says(&DEVICE) {
        return false;
    }
    let alone = at
        .checked_sub(1)
        .and_then(|before| lines.get(before))
        .is_none_or(Line::is_blank);
    let words = text.split_whitespace().count();
    says(&NAMED) && words <= 16 || alone && words <= 9
}

/// The lines with text in a range; many if the range is long.
fn visible(lines: &[Line<'_>], kinds: &[Option<FoldKind>], from: usize, to: usize) -> usize {
    if to.saturating_sub(from) > MAX_RANGE {
        return usize::MAX;
    }
    // Slices, so that reaching the range costs nothing.
    let lines = lines.get(from..to).unwrap_or_default();
    let kinds = kinds.get(from..to).unwrap_or_default();
    lines
        .iter()
        .zip(kinds)
        .filter(|(line, kind)| kind.is_none() && !line.is_blank())
        .count()
}

//! Any text, with a subject in its first line and marks of HTML: the folds partition it, and folding what is left
//! folds no more than whole lines.
#![no_main]

use postroom_fuzz::domain::mail::{Fold, FoldKind, folds_of, unfolded};
use postroom_fuzz::work;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (subject, text) = text.split_once('\n').unwrap_or(("", &text));
    let length = text.chars().count();
    let marks = [
        Fold { start: length / 3, end: length / 2, kind: FoldKind::Quote },
        Fold { start: length / 2, end: length, kind: FoldKind::Signature },
    ];
    for marked in [&marks[..0], &marks[..1], &marks[..]] {
        let folds = work::bounded(bytes.len(), || folds_of(text, marked, subject));
        let mut at = 0;
        for fold in &folds {
            assert!(fold.start >= at && fold.start < fold.end && fold.end <= length);
            at = fold.end;
        }
        assert_eq!(folds, folds_of(text, marked, subject), "folding is a function");
        let folded: usize = folds.iter().map(|fold| fold.end - fold.start).sum();
        assert!(unfolded(text, &folds).chars().count() <= length - folded);
    }
});

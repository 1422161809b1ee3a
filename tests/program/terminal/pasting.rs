//! Text pasted into a prompt, and text typed before a prompt is shown.

use crate::cli_new::{DAY, ledger};
use crate::terminal::filing::{CTRL_C, ENTER, SIX, taken, terminal};

/// Wraps a text in the markers that a terminal sends around pasted text.
fn pasted(text: &str) -> String {
    format!("\u{1b}[200~{text}\u{1b}[201~")
}

#[test]
fn line_breaks_of_what_is_pasted_are_text_and_answer_nothing() {
    let folder = ledger();
    let justification =
        "The job is replaced in December;\rsplitting the user now would stop invoicing.";
    let answers = [
        pasted("Nightly invoices read\rwith the shared user") + "\r",
        pasted("Every job has\rits own user") + "\r",
        pasted(justification) + "\r",
    ];
    let mut keys = SIX.to_vec();
    (keys[0].1, keys[1].1, keys[4].1) = (&answers[0], &answers[1], &answers[2]);
    keys.push(("Write it?", ENTER));
    let seen = terminal(folder.path()).run(&["new", "--on", DAY], &keys);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    assert!(
        seen.bytes.contains("\u{1b}[?2004h") && seen.bytes.ends_with("\u{1b}[?2004l") || {
            let last = seen.bytes.rfind("\u{1b}[?2004").unwrap();
            seen.bytes[last..].starts_with("\u{1b}[?2004l")
        }
    );
    let by_keys: serde_yaml::Value = serde_yaml::from_str(&taken(folder.path())).unwrap();
    assert_eq!(by_keys["title"], "Nightly invoices read\nwith the shared user");
    assert_eq!(by_keys["deviates_from"]["rule"], "Every job has its own user");
    assert_eq!(by_keys["justification"], justification.replace('\r', "\n"));
    let controls = by_keys["compensating_controls"].as_sequence().unwrap();
    assert_eq!(controls.len(), 1);
    assert_eq!(controls[0]["description"], "Alert on use at night");
}

#[test]
fn a_long_paste_is_shown_once() {
    let folder = ledger();
    let long = "word ".repeat(300);
    let paste = pasted(&long) + "\r";
    let mut keys = SIX[..4].to_vec();
    keys.extend([("Why is it needed now", &paste[..]), ("What limits the risk", CTRL_C)]);
    let seen = terminal(folder.path()).run(&["new", "--on", DAY], &keys);
    assert_eq!(seen.code, 130, "{}", seen.bytes);
    assert!(seen.bytes.len() < 18_000, "{} bytes", seen.bytes.len());
    // From a terminal that marks no paste, it is drawn when no more input is waiting.
    let typed = long + "\r";
    keys[4].1 = &typed;
    let seen = terminal(folder.path()).run(&["new", "--on", DAY], &keys);
    assert!(seen.bytes.len() < 180_000, "{} bytes", seen.bytes.len());
}

#[test]
fn what_is_typed_before_the_preview_appears_agrees_to_nothing() {
    let folder = ledger();
    let mut keys = SIX.to_vec();
    // Three more Enters than answers: one of them would write the file unseen.
    keys[5].1 = "Alert on use at night\r\r\r\r";
    keys.push(("Write it?", CTRL_C));
    let seen = terminal(folder.path()).run(&["new", "--on", DAY], &keys);
    assert_eq!(seen.code, 130, "{}", seen.bytes);
    assert!(!folder.path().join("exceptions").exists());
}

//! `--into`: the entries of this ledger are replaced, and every other byte stays.

use exledger::features::export;
use exledger::features::export::targets::merge::SharedFile;

use crate::support::export_engines::{ALL_LOSSES, ID, ledger, only, sample, with_input};

/// Returns a file after an edit at an instant, or why it was refused.
fn merged(target: &str, on: &str, text: &str) -> Result<String, String> {
    let repo = ledger(&[(ID, &sample())]);
    let merge = export::targets::find(target).unwrap().merge.unwrap();
    with_input(&repo, on, ALL_LOSSES, |input, ids| {
        let bytes = Some(text.as_bytes()).filter(|it| !it.is_empty());
        let output = merge(input, SharedFile { bytes, path: None, ids });
        output.map(|it| only(&it)).map_err(|refusal| refusal.to_string())
    })
}

const AFTER: &str = "2026-12-21T00:00:00Z";

/// Checks that an edit adds our entry, a second one changes nothing, and the one after the end removes it.
fn round(target: &str, text: &str, emptied: &str) -> String {
    let once = merged(target, crate::support::export_engines::ON, text).unwrap();
    assert!(once.contains(ID), "{once}");
    assert_eq!(
        merged(target, crate::support::export_engines::ON, &once).unwrap(),
        once,
        "nothing to do"
    );
    assert_eq!(merged(target, AFTER, &once).unwrap(), emptied, "gone after its end");
    once
}

/// Checks that all lines of a text are in another, in their order.
fn keeps(text: &str, kept: &[&str]) {
    let mut rest = text;
    for line in kept {
        rest = rest.split_once(line).unwrap_or_else(|| panic!("{line} in {text}")).1;
    }
}

#[test]
fn prowler_keeps_the_checks_of_others() {
    let text = "# the team's own
Mutelist:
  Accounts:
    '123456789012':   # production
      Checks:
        ec2_check:
          Regions: ['*']   # all
          Resources:
            - i-1
          Description: EXC-2026-9THER is of another ledger
";
    let once = round("prowler", text, text);
    assert!(once.starts_with(text), "{once}");
    let other = text.replace("123456789012", "9");
    keeps(&round("prowler", &other, &other), &[other.as_str(), "123456789012", ID]);
    for empty in ["Mutelist:\n  Accounts: {}\n", "Mutelist:\n  Accounts:\n"] {
        assert!(merged("prowler", crate::support::export_engines::ON, empty).unwrap().contains(ID));
    }
    let missing = merged("prowler", crate::support::export_engines::ON, "").unwrap();
    assert!(missing.starts_with("Mutelist:\n") && missing.contains(ID), "{missing}");
    // An entry of the same name that isn't ours stays, and nothing is written.
    let taken = text.replace("ec2_check", "^iam_rotate_access_key_90_days$");
    let refusal = merged("prowler", crate::support::export_engines::ON, &taken).unwrap_err();
    assert!(refusal.contains("is not an entry of this ledger"), "{refusal}");
}

#[test]
fn a_file_that_was_written_as_a_whole_is_refused() {
    let repo = ledger(&[(ID, &sample())]);
    let whole = only(&crate::support::export_engines::exported(&repo, "prowler", ALL_LOSSES));
    let refusal = merged("prowler", crate::support::export_engines::ON, &whole).unwrap_err();
    assert!(refusal.contains("export"), "{refusal}");
}

//! Branches of a main with an unapproved policy: the governance that counts there applies to them, with their own
//! changes.

use serde_json::Value;

use crate::diff::{ID, Ledger, POLICY, found, record};

const OTHER: &str = "EXC-2026-8G4MR";

fn looser(days: &str) -> String {
    let text = POLICY.replace("max_term: 90d", &format!("max_term: {days}"));
    text.replace("max_total: 270d", &format!("max_total: {days}"))
}

/// A ledger to whose main Ana pushed a looser policy.
fn ledger() -> Ledger {
    let ledger = Ledger::with(&[ID]);
    let push = ledger.repo.by("ana").write("exledger.yaml", &looser("900d"));
    push.commit("Allow more");
    ledger
}

/// Files a record that only the looser policy allows, with other files, and returns the findings of `lint --base` and
/// `diff`.
fn branch(ledger: &Ledger, name: &str, files: &[(&str, &str)]) -> [(i32, Vec<String>); 2] {
    let long = record(OTHER).replace("expires: 2026-12-20", "expires: 2028-01-20");
    let mut work = ledger.repo.branch(name).by("ana").write(OTHER, &long);
    for (path, text) in files {
        work = work.write(path, text);
    }
    work.commit("File for long");
    ledger.switch(name);
    let run = ledger.run(&["lint", "--base", "main", "--format", "json"]);
    let lint: Value = serde_json::from_str(&run.out).unwrap();
    let (exit, diff) = ledger.diff(name);
    let sorted = |answer: &Value| {
        let mut found = found(answer);
        found.sort();
        found
    };
    [(run.code, sorted(&lint)), (exit, sorted(&diff))]
}

fn owned(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn a_policy_that_merely_landed_allows_a_branch_nothing() {
    let ledger = ledger();
    let [lint, diff] = branch(&ledger, "long", &[]);
    assert_eq!(lint, (1, owned(&["error term-too-long", "error total-limit"])));
    assert_eq!(diff, (1, owned(&["error total-limit"])));
    let run = ledger.run(&["lint", "--base", "main"]);
    assert!(run.err.contains("exledger.yaml of commit"), "{}", run.err);
    assert!(run.err.contains("does not count"), "{}", run.err);
    // Once someone else has approved it, it applies.
    let ledger = Ledger::with(&[ID]);
    let push = ledger.repo.branch("policy").by("ana");
    push.write("exledger.yaml", &looser("900d")).commit("Allow more");
    let both = "Merge branch 'policy'\n\nReviewed-by: Lee <lee@example.com>";
    ledger.repo.by("dana").merge("policy", both);
    for found in branch(&ledger, "long", &[]) {
        assert_eq!(found, (0, Vec::new()));
    }
    let run = ledger.run(&["lint", "--base", "main"]);
    assert!(!run.err.contains("does not count"), "{}", run.err);
}

#[test]
fn a_branch_that_changes_the_policy_is_compared_with_what_counts() {
    let changed = "warning policy-changed";
    let further = [("exledger.yaml", &*looser("901d"))];
    for found in branch(&ledger(), "further", &further) {
        // The line that counts was taken out before the branch.
        assert_eq!(found, (1, owned(&["error policy-loosened", changed, changed])));
    }
    // Restoring the policy loosens nothing, and its records are evaluated by the restored policy.
    let [lint, diff] = branch(&ledger(), "restored", &[("exledger.yaml", POLICY)]);
    let too_long = ["error term-too-long", "error total-limit", changed];
    assert_eq!(lint, (1, owned(&too_long)));
    assert_eq!(diff, (1, owned(&["error total-limit", changed])));
    // A change of another governance file does not make the policy count.
    let mailmap = [(".mailmap", "Ana <ana@example.com> <ana@old.example.com>\n")];
    let [lint, _] = branch(&ledger(), "mailmap", &mailmap);
    let other = ["error term-too-long", "error total-limit", changed];
    assert_eq!(lint, (1, owned(&other)));
}

#[test]
fn a_policy_that_can_not_be_read_any_more_leaves_what_counted_before() {
    let ledger = ledger();
    let push = ledger.repo.by("ana").write("exledger.yaml", "version: [\n");
    push.commit("Break it");
    let repaired = [("exledger.yaml", &*looser("900d"))];
    for found in branch(&ledger, "repaired", &repaired) {
        let changed = "warning policy-changed";
        assert_eq!(found, (1, owned(&["error policy-loosened", changed, changed])));
    }
}

#[test]
fn a_decision_is_refused_that_only_a_policy_that_merely_landed_allows() {
    let renewed = |ledger: &Ledger| {
        ledger.repo.checkout();
        let renew = ["renew", ID, "--until", "2031-06-01", "--by"];
        let reason = ["ana@example.com", "--reason", "The vendor needs longer"];
        ledger.run(&[&renew[..], &reason[..]].concat())
    };
    let ledger = Ledger::with(&[ID]);
    let work = ledger.repo.branch("policy").by("ana");
    work.write("exledger.yaml", &looser("9000d")).commit("Allow more");
    ledger.repo.by("ana").merge("policy", "Merge it herself");
    let run = renewed(&ledger);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.err.contains("term-too-long"), "{}", run.err);
    assert!(run.err.contains("does not count"), "{}", run.err);
    let ledger = Ledger::of(&looser("9000d"), &[ID]);
    let run = renewed(&ledger);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}

#[test]
fn a_folder_that_a_policy_merely_names_holds_no_records_of_a_branch() {
    let ledger = Ledger::with(&[ID]);
    let other = format!("{POLICY}records: [other]\n");
    ledger.repo.by("ana").write("exledger.yaml", &other).commit("Name another folder");
    let path = format!("other/{OTHER}.yaml");
    let broken = record(OTHER).replace("class: standard", "class: [");
    ledger.repo.branch("file").by("ana").write(&path, &broken).commit("File there");
    ledger.switch("file");
    for words in [&["lint", "--base", "main"][..], &["diff", "main"], &["diff", "main", "file"]] {
        let run = ledger.run(&[words, &["--format", "json"]].concat());
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let findings = answer["findings"].as_array().unwrap().iter();
        let strays = findings.filter(|finding| finding["rule"] == "stray-record");
        let strays: Vec<(&Value, &Value)> =
            strays.map(|finding| (&finding["level"], &finding["path"])).collect();
        assert_eq!(strays, [(&"error".into(), &path.as_str().into())], "{words:?}: {answer:#}");
        assert_eq!(run.code, 1, "{words:?}: {}", run.err);
    }
    let named = ledger.run(&["lint", "--base", "main", &format!("exceptions/{ID}.yaml")]);
    assert_eq!(named.code, 0, "{}{}", named.out, named.err);
}

//! Problems of the file or its versions: each repair that a reason names is made.

use super::status::{approved, begin, path, pushed};
use super::{ID, record};
use crate::support::repo::speak;

pub(super) fn not_determined(words: &str) {
    let stage = approved("");
    stage.repo.clock("2026-11-25T09:00:00Z");
    stage.merged("README", "More history", "ana", "lee");
    let clone = stage.repo.clone_with(&["--depth=1"]);
    let show = |_: ()| {
        let args = ["show", ID, "--on", "2026-11-26T00:00:00Z", "--format", "json"];
        let run = crate::cli::run(clone.path(), &args);
        let answer: Result<serde_json::Value, _> = serde_json::from_str(&run.out);
        answer.unwrap_or_else(|_| panic!("{}", run.err))["record"].clone()
    };
    let shown = show(());
    assert_eq!(shown["status"], "unknown");
    let reason = shown["reasons"][0].as_str().unwrap();
    assert!(reason.starts_with(words), "{reason}");
    let command = reason.split('`').nth(1).unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words[0], "git", "{reason}");
    crate::support::repo::git(clone.path(), &words[1..]);
    assert_eq!(show(())["status"], "active");
}

pub(super) fn file_gone(words: &str) {
    let stage = approved("");
    let text = stage.text();
    stage.repo.by("ana").remove(ID).commit("Remove it");
    stage.home();
    stage.reason(words);
    stage.land("ana", &[(ID, &text)]);
    let close = format!("exledger close {ID} --outcome withdrawn --reason … --evidence …");
    stage.run_on(&close, "ana", "lee");
    assert_eq!(stage.status(), "closed");
}

pub(super) fn several_files(words: &str) {
    let stage = approved("");
    let copy = format!("exceptions/copy/{ID}.yaml");
    stage.merged(&copy, &stage.text(), "ana", "lee");
    assert!(stage.reason(words).contains("remove all but one"));
    stage.repo.branch("one").by("ana").remove(&copy).commit("Remove the copy");
    stage.merge("one", "lee");
    assert_eq!(stage.status(), "active");
    // A copy with its own id is another record.
    stage.merged(&copy, &stage.text(), "ana", "lee");
    let own = stage.text().replace(ID, "EXC-2026-0THER");
    let branch = stage.repo.branch("own").by("ana");
    branch.remove(&copy).write("EXC-2026-0THER", &own).commit("An id of its own");
    stage.merge("own", "lee");
    assert_eq!(stage.status(), "active");
}

pub(super) fn unreadable(words: &str) {
    let stage = approved("");
    let text = stage.text();
    stage.land("ana", &[(ID, &text.replace("class: standard", "class: ["))]);
    let reason = stage.reason(words);
    let command = reason.split('`').nth(1).unwrap();
    let run = stage.shell("ana", command);
    assert!(run.code == 1 && run.out.contains(&path()), "{}{}", run.out, run.err);
    stage.land("ana", &[(ID, &text)]);
    assert_eq!(stage.shell("ana", command).code, 0);
    assert_eq!(stage.status(), "active");
}

pub(super) fn only_proposed(words: &str) {
    let stage = begin();
    stage.repo.branch("ask").by("ana").write(ID, &record("")).commit("File it");
    stage.home();
    assert!(stage.reason(words).contains("approved and merged"));
    let (action, command) = stage.next();
    assert!(action.contains("approve and merge ask"), "{action}");
    stage.run_on(&command, "dana", "dana");
    // The author merges it: the approval is Dana's.
    stage.merge("ask", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn proposed_too_late(words: &str) {
    let stage = begin();
    let late = record("expires: 2026-11-25\n");
    stage.repo.branch("ask").by("ana").write(ID, &late).commit("File it");
    stage.home();
    stage.repo.clock("2026-11-26T09:00:00Z");
    stage.reason(words);
    stage.repo.branch("ask").by("ana").edit(ID, "expires: 2026-12-15").commit("Later");
    stage.merge("ask", "lee");
    assert_eq!(stage.status(), "active");
}

pub(super) fn fields_differ(words: &str) {
    let stage = approved("");
    let other = stage.text().replace("application: billing", "application: orders");
    stage.land("ana", &[(ID, &other)]);
    assert!(stage.reason(words).contains("their own approval"));
    stage.follow(&stage.reason("someone else must"), "dana", "ana");
    assert_eq!(stage.status(), "active");
    // What came behind it only narrows, and needs nobody; without an approval, the record grants nothing all the same.
    let stage = approved("");
    let text = stage.text();
    stage.land("mal", &[(ID, &other)]);
    stage.land("ana", &[(ID, &text.replace("expires: 2026-12-15", "expires: 2026-12-10"))]);
    stage.reason(words);
    stage.follow(&stage.reason("someone else must"), "dana", "ana");
    assert_eq!(stage.status(), "active");
}

pub(super) fn brought_back(words: &str) {
    let stage = approved("");
    let text = stage.text();
    stage.repo.by("ana").remove(ID).commit("Remove it");
    stage.land("ana", &[(ID, &text)]);
    stage.reason(words);
    stage.follow(&stage.reason("someone else must"), "dana", "ana");
    assert_eq!(stage.status(), "active");
    // What is as it was approved needs nobody, but for a closure that could not be read and somebody took back.
    for by_squash in [true, false] {
        let stage = approved("");
        let text = stage.text();
        stage.land("mal", &[(ID, &format!("{text}closure: {{outcome: gone}}\n"))]);
        assert_eq!(stage.status(), "invalid");
        match by_squash {
            true => {
                stage.repo.branch("back").by("ana").write(ID, &text).commit("Take it back");
                stage.repo.by("ana").through("github").squash("back", "Take it back (#7)");
                stage.home();
            }
            false => stage.land("ana", &[(ID, &text)]),
        }
        stage.reason(words);
        stage.follow(&stage.reason("someone else must"), "dana", "ana");
        assert_eq!(stage.status(), "active", "{by_squash}");
    }
}

#[test]
fn who_can_approve_what_needs_nobody_and_grants_nothing_is_told_to_and_the_author_who_can() {
    let stage = approved("");
    let text = stage.text();
    stage.land("mal", &[(ID, &format!("{text}closure: {{outcome: gone}}\n"))]);
    stage.land("ana", &[(ID, &text)]);
    let approve = format!("exledger approve {ID}");
    for asked in ["show", "check --application billing"] {
        let line = if asked == "show" {
            format!("exledger show {ID}")
        } else {
            format!("exledger {asked}")
        };
        let run = stage.shell("dana", &line);
        assert!(run.out.contains(&format!("next: {approve}\n")), "{}", run.out);
        let run = stage.shell("ana", &line);
        assert!(run.out.contains("somebody else must approve it: you wrote it"), "{}", run.out);
    }
    stage.shell("dana", "true");
    let (action, command) = stage.next();
    assert_eq!((action.as_str(), command), ("approve the merged version, or reject it", approve));
    stage.run_on(&format!("exledger approve {ID} --reject --reason 'Ask'"), "lee", "ana");
    stage.shell("dana", "true");
    assert!(stage.next().0.contains("lee@example.com rejected it"), "{:?}", stage.next());
}

pub(super) fn statements_not_fetched(words: &str) {
    let stage = pushed("");
    let yes = speak::yes("dana", ID, &stage.text(), "2026-11-25T09:00:00Z");
    stage.repo.clock("2026-11-25T10:00:00Z");
    let work = stage.repo.orphan("exledger-approvals").by("dana");
    work.says(&yes.ledger("example/payments")).commit("Approve");
    let clone = stage.repo.clone_with(&["--single-branch"]);
    let show = || {
        let args = ["show", ID, "--on", "2026-11-26T00:00:00Z", "--format", "json"];
        let run = crate::cli::run(clone.path(), &args);
        let answer: Result<serde_json::Value, _> = serde_json::from_str(&run.out);
        answer.unwrap_or_else(|_| panic!("{}", run.err))["record"].clone()
    };
    let shown = show();
    assert_eq!(shown["status"], "unapproved");
    let reasons = shown["reasons"].as_array().unwrap().iter().filter_map(|it| it.as_str());
    let reason = reasons.into_iter().find(|reason| reason.contains(words)).unwrap();
    let (_, command) = reason.split_once(": ").unwrap();
    let run = crate::cli::shell_in(clone.path(), stage.repo.now(), command);
    assert_eq!(run.code, 0, "{reason}: {}", run.err);
    assert_eq!(show()["status"], "active");
}

pub(super) fn statement_lost(words: &str) {
    let stage = pushed("");
    let yes = speak::yes("dana", ID, &stage.text(), "2026-11-25T09:00:00Z");
    let branch = "exledger-approvals";
    stage.repo.clock("2026-11-25T10:00:00Z");
    stage.repo.orphan(branch).by("dana").write("note.txt", "x\n").commit("Begin");
    let before = stage.repo.tip(branch);
    stage.repo.orphan(branch).by("dana").says(&yes.ledger("example/payments")).commit("Approve");
    let clone = stage.repo.clone_with(&[]);
    let run = |args: &[&str]| {
        crate::cli::run(clone.path(), &[&["--on", "2026-11-26T00:00:00Z"], args].concat())
    };
    let check = ["check", "--application", "billing"];
    assert_eq!(run(&check).code, 0);
    stage.repo.set_ref("refs/heads/exledger-approvals", before);
    crate::support::repo::git(clone.path(), &["fetch", "-q", "origin"]);
    for args in [&check[..], &["show", ID]] {
        let shown = run(args).out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains(words), "{shown}");
    }
    let json = run(&["show", ID, "--format", "json"]).out;
    assert!(json.contains(&format!("{words}: exledger verify")), "{json}");
    let verify = run(&["verify"]);
    assert!(verify.out.contains("warning[approvals-removed]"), "{}", verify.out);
    // Approved anew, nothing is missing.
    let yes = speak::yes("dana", ID, &stage.text(), "2026-11-25T11:00:00Z");
    stage.repo.clock("2026-11-25T12:00:00Z");
    stage.repo.orphan(branch).by("dana").says(&yes.ledger("example/payments")).commit("Approve");
    crate::support::repo::git(clone.path(), &["fetch", "-q", "origin"]);
    assert_eq!(run(&check).code, 0);
}

pub(super) fn approved_unread(words: &str) {
    let stage = begin();
    let odd = "exceptions/EXC-2026-0THER.yaml";
    stage.merged(odd, &record(""), "ana", "lee");
    stage.repo.branch("move").by("ana").rename(odd, ID).commit("Give it its name");
    stage.merge("move", "ana");
    assert_eq!(stage.status(), "unapproved");
    let reason = stage.reason(words);
    assert!(reason.contains("approve it under this name"), "{reason}");
    stage.amend("ana", "lee");
    assert_eq!(stage.status(), "active");
}

pub(super) fn changed_since(words: &str) {
    let stage = approved("");
    let longer = stage.text().replace("expires: 2026-12-15", "expires: 2027-01-15");
    stage.land("ana", &[(ID, &longer)]);
    stage.follow(&stage.reason(words), "dana", "ana");
    let shown = stage.show();
    assert_eq!(shown["changed_since_approval"], false, "{shown:#}");
    assert_eq!(shown["not_after"], "2027-01-16T00:00:00Z");
}

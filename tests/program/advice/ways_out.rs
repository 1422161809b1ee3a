//! The way out that is printed keeps what was approved, and ends where no further answer objects.

use super::{ID, Stage, record, stage};

const POLICY: &str = "\
tiers: [{name: standard, max_term: 120d, max_renewals: 2, approvals: {count: 1}}]
";

pub(super) const PATH: &str = "exceptions/EXC-2026-7F3KQ.yaml";

const MOVED: &str = "exceptions/2026/EXC-2026-7F3KQ.yaml";

const OTHER: &str = "exceptions/EXC-2026-9Z9ZZ.yaml";

const RESTORE: &str = "restore its file, and close it: records are closed, never removed";

pub(super) fn approved() -> Stage {
    let stage = Stage::new(POLICY);
    stage.merged(ID, &record(""), "ana", "lee");
    stage
}

#[test]
fn a_record_that_landed_under_another_name_is_mended_by_its_id() {
    let stage = Stage::new(POLICY);
    // Named after another id than its text states.
    stage.land("ana", &[(OTHER, &record(""))]);
    let lint = stage.shell("ana", "exledger lint").out;
    assert!(lint.contains("help: write `EXC-2026-9Z9ZZ`"), "{lint}");
    stage.shell("ana", "git switch -qc mend");
    let text = record("").replace(ID, "EXC-2026-9Z9ZZ");
    std::fs::write(stage.repo.path().join(OTHER), text).unwrap();
    stage.shell("ana", "git commit -qam 'Write its id'");
    for judged in ["exledger diff main", "exledger lint --base main"] {
        let run = stage.shell("ana", judged);
        assert_eq!(run.code, 0, "{judged}: {}{}", run.out, run.err);
    }
    stage.merge("mend", "lee");
    let run = stage.shell("ana", "exledger verify");
    assert_eq!(run.code, 0, "{}", run.out);
    let listed = stage.shell("ana", "exledger list --all").out;
    assert_eq!(listed.matches("EXC-2026-9Z9ZZ").count(), 1, "{listed}");
}

#[test]
fn of_two_files_with_one_id_the_one_that_landed_first_stays() {
    let stage = approved();
    let copy = record("title: Daily invoices are read with the shared user\n");
    let path = stage.repo.path().join("exceptions/2026/EXC-2026-7F3KQ.yaml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, &copy).unwrap();
    let remove = "run `rm -f -- exceptions/2026/EXC-2026-7F3KQ.yaml`";
    let lint = stage.shell("ana", "exledger lint").out;
    assert_eq!(lint.matches(remove).count(), 2, "{lint}");
    // It says the same where both landed, in whatever order their paths are.
    stage.land("ana", &[("exceptions/2026/EXC-2026-7F3KQ.yaml", &copy)]);
    let lint = stage.shell("ana", "exledger lint").out;
    assert_eq!(lint.matches(remove).count(), 2, "{lint}");
    stage.shell(
        "ana",
        "rm -f -- exceptions/2026/EXC-2026-7F3KQ.yaml && git commit -qam 'Remove the copy'",
    );
    let asked = stage.shell("ana", "exledger check --application billing");
    assert_eq!(asked.code, 0, "{}", asked.out);
}

#[test]
fn of_two_files_with_one_id_the_one_with_the_approved_bytes_stays_wherever_it_is() {
    let stage = approved();
    let moved = format!(
        "mkdir exceptions/2026 && git mv {PATH} exceptions/2026/EXC-2026-7F3KQ.yaml && sed 's/^title: .*/title: Daily invoices are read with the shared user/' exceptions/2026/EXC-2026-7F3KQ.yaml > {PATH} && git add -A"
    );
    let lists = |remove: &str| {
        let lint = stage.shell("ana", "exledger lint").out;
        assert_eq!(lint.matches(remove).count(), 2, "{lint}");
    };
    assert_eq!(stage.shell("ana", &moved).code, 0);
    let remove = "run `rm -f -- exceptions/EXC-2026-7F3KQ.yaml`";
    lists(remove);
    let landed = format!(
        "git reset -q --hard && mkdir -p exceptions/2026 && git mv {PATH} exceptions/2026 && git commit -qm 'Move it'"
    );
    assert_eq!(stage.shell("ana", &landed).code, 0);
    let copy = record("title: Daily invoices are read with the shared user\n");
    stage.land("ana", &[(PATH, &copy)]);
    lists(remove);
}

#[test]
fn a_removed_record_says_how_it_comes_back() {
    let stage = approved();
    stage.shell("ana", &format!("git rm -q {PATH} && git commit -qm 'Remove it'"));
    let close = format!(
        "exledger close {ID} --outcome withdrawn --reason 'It is over' --evidence https://ci.example.com/11"
    );
    let refused = stage.shell("ana", &close);
    assert_eq!(refused.code, 2, "{}", refused.err);
    let restore = refused.err.split('`').find(|it| it.starts_with("git checkout")).unwrap();
    // The queue asks for it, as `verify` finds it.
    let queue = stage.next();
    assert_eq!((queue.0.as_str(), queue.1.as_str()), (RESTORE, restore));
    assert!(stage.shell("ana", "exledger verify").out.contains("record-deleted"));
    assert_eq!(stage.shell("ana", restore).code, 0);
    let closed = stage.shell("ana", &close);
    assert_eq!(closed.code, 0, "{}", closed.err);
    stage.shell("ana", "git add -A && git commit -qm 'Close it'");
    assert_eq!(stage.answer(&["queue"])["records"], serde_json::json!([]));
}

#[test]
fn a_removed_record_that_granted_nothing_any_more_is_not_in_the_queue() {
    let stage = Stage::new(POLICY);
    // Nobody else approved it.
    stage.land("ana", &[(PATH, &record(""))]);
    stage.shell("ana", &format!("git rm -q {PATH} && git commit -qm 'Remove it'"));
    assert_eq!(stage.answer(&["queue"])["records"], serde_json::json!([]));
    let stage = approved();
    let closure = "closure: {outcome: withdrawn, date: 2026-11-20, by: ana@example.com, \
                   reason: It is over and nobody uses it any more, evidence: [{url: https://ci.example.com/11, kind: link}]}\n";
    stage.land("ana", &[(PATH, &record(closure))]);
    stage.shell("ana", &format!("git rm -q {PATH} && git commit -qm 'Remove it'"));
    assert_eq!(stage.status(), "removed");
    assert_eq!(stage.answer(&["queue"])["records"], serde_json::json!([]));
}

#[test]
fn what_lint_refuses_is_corrected_before_it_is_approved() {
    let stage = Stage::new(POLICY);
    stage.land("ana", &[(PATH, &record("expires: 2027-11-20\n"))]);
    for (name, command) in [("queue", stage.next().1), ("show", shown_command(&stage))] {
        assert_eq!(command, format!("exledger lint {PATH}"), "{name}");
        let lint = stage.shell("ana", &command);
        assert!(lint.code == 1 && lint.out.contains("term-too-long"), "{}", lint.out);
    }
    // Nobody is asked to approve it meanwhile.
    let messages = &stage.answer(&["queue", "--messages"])["messages"];
    assert!(!messages.to_string().contains("exledger approve"), "{messages:#}");
    stage.land("ana", &[(PATH, &record(""))]);
    assert_eq!(stage.next().0, "somebody else must approve it: you wrote it");
}

fn shown_command(stage: &Stage) -> String {
    stage.answer(&["show", ID])["next"]["command"].as_str().unwrap().to_owned()
}

#[test]
fn a_branch_that_would_reopen_a_closed_record_is_not_to_be_merged() {
    let stage = approved();
    stage.shell("ana", "git switch -qc later");
    let renew = format!("exledger renew {ID} --until 2027-01-10 --reason 'The vendor is late'");
    assert_eq!(stage.shell("ana", &renew).code, 0);
    stage.shell("ana", "git commit -qam 'Renew it'");
    let close = format!(
        "exledger close {ID} --outcome withdrawn --reason 'It is over' --evidence https://ci.example.com/11"
    );
    stage.run_on(&close, "dana", "lee");
    let next = stage.answer(&["show", ID])["next"].clone();
    assert_eq!(next["command"], format!("exledger new --like {ID}"), "{next}");
    assert!(next["action"].as_str().unwrap().starts_with("drop later (renewed"), "{next}");
}

#[test]
fn what_is_adopted_is_committed_on_a_branch_that_somebody_else_merges() {
    let stage = Stage::begin("", &[("run.py", "call()  # nosec B602\n")]);
    stage.shell("ana", "git rm -q exledger.yaml && git commit -qm 'Begin anew'");
    let run = stage.shell("ana", "exledger init --adopt --person lee=lee@example.com --forge none");
    assert_eq!(run.code, 0, "{}", run.err);
    let next = run.out.split_once("\nNext\n").unwrap().1;
    assert!(next.starts_with("git switch -c adopt-exceptions\ngit add "), "{next}");
}

#[test]
fn an_unapproved_policy_at_the_tip_costs_no_second_walk() {
    let stage = approved();
    let policy = format!("version: 1\nname: example/payments\n{POLICY}due: {{soon: 5d}}\n");
    stage.land("ana", &[("exledger.yaml", &policy)]);
    let run = stage.shell("ana", &format!("EXLEDGER_LOG=debug exledger show {ID}"));
    assert_eq!(run.err.matches(" walked ").count(), 1, "{}", run.err);
}

#[test]
fn a_closed_record_whose_older_text_somebody_brings_back_gets_its_closure_back() {
    let stage = approved();
    let text = stage.text();
    stage.run_on(&format!("exledger close {ID}"), "ana", "lee");
    let closed = stage.text();
    stage.land("ana", &[(ID, &text)]);
    let is_faulty = || stage.shell("lee", "exledger verify").out.contains("error[closed-edited]");
    assert!(is_faulty());
    let (action, command) = stage.next();
    assert!(action.starts_with("restore its closure"), "{action}");
    assert_eq!(shown_command(&stage), command);
    assert_eq!(stage.shell("ana", &command).code, 0, "{command}");
    assert_eq!(stage.text(), closed);
    // While a branch does so, that is merged.
    stage.shell("ana", "git switch -qc back && git commit -qm 'Restore its closure'");
    let (action, command) = stage.next();
    assert!(action.starts_with("merge back (closed): it needs no approval"), "{action} {command}");
    stage.merge("back", "lee");
    assert!(!is_faulty());
    assert_eq!(stage.answer(&["queue"])["records"], serde_json::json!([]));
    // Where its file never stated it, it is closed again.
    stage.repo.by("mal").remove(ID).write(MOVED, &text).commit("Bring it back elsewhere");
    stage.home();
    assert_eq!(stage.next().1, format!("exledger close {ID}"));
    stage.run_on(&stage.next().1, "ana", "lee");
    assert_eq!(stage.answer(&["queue"])["records"], serde_json::json!([]));
}

#[test]
fn a_closed_record_that_was_edited_ends_with_the_text_of_its_closure() {
    // Whether somebody else approves the edit.
    for merged_by in ["lee", "ana"] {
        let stage = approved();
        stage.run_on(&format!("exledger close {ID}"), "ana", "lee");
        let closed = stage.text();
        let edited = closed.replace("title: ", "title: Another ");
        stage.repo.branch("edit").by("ana").write(ID, &edited).commit("Edit it");
        stage.merge("edit", merged_by);
        let verify = stage.shell("ana", "exledger verify");
        let (_, rest) = verify.out.split_once("error[closed-edited]").unwrap();
        let (_, command) = rest.split_once(": run `").unwrap();
        let (command, _) = command.split_once('`').unwrap();
        let put_back = format!("git switch -qc back && {command} && git commit -qm Restore");
        assert_eq!(stage.shell("ana", &put_back).code, 0, "{put_back}");
        let lint = stage.shell("ana", "exledger lint --base main");
        assert_eq!(lint.code, 0, "{}", lint.out);
        stage.merge("back", "lee");
        assert_eq!(stage.text(), closed);
        let verify = stage.shell("lee", "exledger verify");
        assert!(verify.out.contains("warning[closed-edited]"), "{}", verify.out);
        assert!(!verify.out.contains("error["), "{}", verify.out);
    }
}

#[test]
fn the_review_of_a_closure_is_kept_by_what_puts_its_text_back() {
    let stage = approved();
    stage.run_on(&format!("exledger close {ID}"), "ana", "lee");
    let closed = stage.text();
    stage.run_on(&format!("exledger close {ID} --reviewed"), "lee", "dana");
    let reviewed = stage.text();
    // Who drops the review edits what was closed, though its text is as it was.
    stage.repo.branch("drop").by("ana").write(ID, &closed).commit("Drop it");
    let lint = stage.shell("ana", "git switch -q drop && exledger lint --base main");
    assert!(lint.out.contains("error[closed-edited]"), "{}", lint.out);
    let edited = reviewed.replace("title: ", "title: Another ");
    // A file that could not be read in between hides nothing.
    stage.repo.branch("edit").by("ana").write(ID, "id: [\n").commit("Break it");
    stage.merge("edit", "lee");
    stage.repo.branch("mend").by("ana").write(ID, &edited).commit("Mend it");
    stage.merge("mend", "lee");
    let verify = stage.shell("ana", "exledger verify");
    let (_, rest) = verify.out.split_once("error[closed-edited]").expect(&verify.out);
    let (_, command) = rest.split_once(": run `").unwrap();
    let (command, _) = command.split_once('`').unwrap();
    let put_back = format!("git switch -q main && {command}");
    assert_eq!(stage.shell("ana", &put_back).code, 0, "{put_back}");
    let file = stage.shell("ana", &format!("cat exceptions/{ID}.yaml"));
    assert_eq!(file.out.trim_end(), reviewed.trim_end());
}

#[test]
fn a_decision_that_is_only_in_the_work_tree_is_committed_and_not_made_again() {
    let stage = approved();
    stage.repo.clock("2026-12-30T09:00:00Z");
    let asked = stage.next();
    assert_eq!(asked.1, format!("exledger close {ID}"), "{}", asked.0);
    for (decision, event) in [
        (
            format!("exledger renew {ID} --until 2027-01-10 --reason 'The vendor is late'"),
            "renewed",
        ),
        (stage::answered(&asked.1), "closed"),
    ] {
        let run = stage.shell("ana", &decision);
        assert_eq!(run.code, 0, "{}", run.err);
        let action =
            format!("commit the change in the work tree ({event}) and open a pull request");
        assert_eq!(stage.next(), (action, "exledger diff".to_owned()));
        stage.home();
        assert_eq!(stage.next(), asked);
    }
}

#[test]
fn a_rejected_request_whose_older_text_somebody_brings_back_gets_its_rejection_back() {
    for merged_by in ["lee", "ana"] {
        let stage = Stage::new(POLICY);
        stage.land("ana", &[(ID, &record(""))]);
        stage.run_on(&format!("exledger reject {ID}"), "ana", merged_by);
        stage.land("ana", &[(ID, &record(""))]);
        assert_eq!(stage.status(), "rejected");
        let (_, command) = stage.next();
        assert_eq!(stage.shell("ana", &command).code, 0, "{command}");
        stage.shell("ana", "git switch -qc back && git commit -qm 'Restore its rejection'");
        stage.merge("back", "lee");
        assert!(stage.text().contains("outcome: rejected"), "{}", stage.text());
        assert_eq!(stage.answer(&["queue"])["records"], serde_json::json!([]));
    }
}

/// Returns the findings of `verify` with a code, as level and help.
fn verified(stage: &Stage, code: &str) -> Vec<(String, String)> {
    let answer = stage.answer(&["verify"]);
    let findings = answer["findings"].as_array().unwrap().iter();
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let found = findings.filter(|finding| finding["rule"] == code);
    found.map(|finding| (text(finding, "level"), text(finding, "help"))).collect()
}

fn levels(stage: &Stage, code: &str) -> Vec<String> {
    verified(stage, code).into_iter().map(|(level, _)| level).collect()
}

#[test]
fn what_landed_wrong_is_a_warning_once_the_approved_text_is_back() {
    let stage = approved();
    let good = stage.text();
    for wrong in [
        good.replace("class: standard", "class: standrd"),
        format!("{good}<<<<<<< HEAD\nuses: {{limit: 1}}\n=======\nuses: {{limit: 2}}\n>>>>>>> b\n"),
    ] {
        let code = if wrong.contains("<<<") { "syntax" } else { "bad-value" };
        stage.merged(ID, &wrong, "ana", "lee");
        assert_eq!(levels(&stage, code), ["error"]);
        stage.merged(ID, &good, "ana", "dana");
        assert_eq!(levels(&stage, code), ["warning"]);
        assert_eq!(stage.status(), "active");
    }
    assert_eq!(stage.shell("ana", "exledger verify").code, 0);
    // What nobody could read was no record.
    let junk = "EXC-2026-9Z9ZZ";
    stage.merged(junk, "just a text\n", "ana", "lee");
    assert_eq!(levels(&stage, "wrong-type"), ["error"]);
    stage.repo.branch("junk").by("ana").remove(OTHER).commit("Remove it");
    stage.merge("junk", "lee");
    assert_eq!(levels(&stage, "wrong-type"), ["warning"]);
    // A record that is removed hides nothing of what was wrong with it.
    stage.merged(ID, &good.replace("class: standard", "class: standrd"), "ana", "lee");
    stage.repo.branch("gone").by("ana").remove(PATH).commit("Remove it");
    stage.merge("gone", "lee");
    assert!(levels(&stage, "bad-value").contains(&"error".to_owned()));
}

#[test]
fn a_change_that_only_its_correction_ends_is_put_back() {
    for (code, [was, wrong]) in [
        ("silent-extension", ["expires: 2026-12-15", "expires: 2026-12-25"]),
        ("decision-rewritten", ["outcome: still-needed", "outcome: reduce"]),
    ] {
        let stage = approved();
        stage.run_on(&format!("exledger review {ID} --outcome still-needed"), "ana", "lee");
        let good = stage.text();
        let wrong = good.replace(was, wrong);
        assert_ne!(wrong, good);
        stage.land("lee", &[(PATH, &wrong)]);
        let found = verified(&stage, code);
        let [(level, help)] = found.as_slice() else { panic!("{code}: {found:?}") };
        assert_eq!(level, "error");
        let (_, command) =
            help.split_once("run `git checkout ").unwrap_or_else(|| panic!("{help}"));
        let command = command.split('`').next().unwrap();
        let back = format!("git switch -qc back && git checkout {command} && git commit -qam Back");
        let run = stage.shell("ana", &back);
        assert_eq!(run.code, 0, "{back}: {}{}", run.out, run.err);
        stage.merge("back", "dana");
        assert_eq!(stage.text(), good, "{code}");
        assert_eq!(levels(&stage, code), ["warning"]);
        assert_eq!(stage.shell("ana", "exledger verify").code, 0, "{code}");
    }
}

#[test]
fn a_file_that_states_no_id_is_not_approved_in_place_of_the_record() {
    let stage = Stage::new(POLICY);
    stage.land("ana", &[(PATH, &record(""))]);
    let twin = "exceptions/EXC-2026-7F3KQ.yml";
    stage.land("ana", &[(twin, "x\n")]);
    let run = stage.shell("dana", &format!("exledger approve {ID}"));
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains(&format!("{PATH} at commit")), "{}", run.out);
    // Of two that state it, neither is the record.
    stage.land("ana", &[(twin, &record(""))]);
    let run = stage.shell("dana", &format!("exledger approve {ID}"));
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("names 2 files of one id"), "{}", run.err);
}

#[test]
fn nobody_is_asked_to_approve_what_lint_refuses() {
    let stage = Stage::new(POLICY);
    stage.land("ana", &[(PATH, &record("title: TBD\n"))]);
    let (action, command) = stage.next();
    for (_, help) in verified(&stage, "self-approval") {
        assert_eq!(help, format!("{action}: run `{command}`"));
    }
    assert_eq!(verified(&stage, "self-approval").len(), 1);
}

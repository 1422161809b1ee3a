//! What `lint`, `verify` and `queue` print of what landed, done as it is printed: it ends, and nothing new is found.

use serde_json::Value;

use super::blindly::make;
use super::ways_out::{PATH, approved};
use super::{ID, Stage, record};
use crate::cli;

const POLICY: &str = "\
tiers: [{name: standard, max_term: 120d, max_renewals: 2, approvals: {count: 1}}]
";

const REVIEW: &str = "reviews: [{date: 2026-11-19, by: ana@example.com, outcome: still-needed, note: It is needed}]\n";

fn findings(stage: &Stage, args: &[&str]) -> Vec<Value> {
    stage.answer(args)["findings"].as_array().unwrap().clone()
}

fn level<'f>(found: &'f [Value], rule: &str) -> Vec<&'f str> {
    let of_rule = found.iter().filter(|it| it["rule"] == rule);
    of_rule.map(|it| it["level"].as_str().unwrap()).collect()
}

fn commands(finding: &Value) -> Vec<String> {
    let commands = finding["remedy"]["commands"].as_array().into_iter().flatten();
    commands.map(|it| it.as_str().unwrap().to_owned()).collect()
}

fn run_all(stage: &Stage, commands: &[String]) {
    assert!(!commands.is_empty());
    for command in commands {
        let run = stage.shell("ana", command);
        assert_eq!(run.code, 0, "{command}: {}{}", run.out, run.err);
    }
}

/// Runs on a branch what `verify` prints of a rule, and has it merged; `lint --base` finds nothing in it.
fn mend(stage: &Stage, rule: &str) {
    let found = findings(stage, &["verify"]);
    let finding = found.iter().find(|it| it["rule"] == rule && it["level"] == "error").unwrap();
    stage.shell("ana", "git switch -qc mend");
    run_all(stage, &commands(finding));
    stage.shell("ana", "git add -A && git commit -qm 'As printed'");
    let lint = findings(stage, &["lint", "--base", "main"]);
    assert!(lint.iter().all(|it| it["level"] != "error"), "{lint:#?}");
    stage.merge("mend", "lee");
}

#[test]
fn a_landed_file_that_is_not_named_after_its_id_is_renamed_once() {
    let stage = Stage::new(POLICY);
    stage.land("ana", &[("exceptions/invoices.yaml", &record(""))]);
    assert_eq!(level(&findings(&stage, &["verify"]), "bad-id"), ["error"]);
    mend(&stage, "bad-id");
    assert!(stage.repo.path().join(PATH).exists());
    let found = findings(&stage, &["verify"]);
    assert!(found.iter().all(|it| it["level"] != "error"), "{found:#?}");
}

#[test]
fn a_copy_under_another_name_may_go_and_the_only_file_of_an_id_may_not() {
    let stage = approved();
    stage.land("ana", &[("exceptions/copy.yaml", &record("title: Daily invoices are read\n"))]);
    stage.shell("ana", "git switch -qc mend && git rm -q exceptions/copy.yaml");
    let lint = findings(&stage, &["lint", "--base", "main"]);
    assert_eq!(level(&lint, "record-deleted"), [""; 0], "{lint:#?}");
    let stage = Stage::new(POLICY);
    stage.land("ana", &[("exceptions/invoices.yaml", &record(""))]);
    stage.shell("ana", "git switch -qc mend && git rm -q exceptions/invoices.yaml");
    let lint = findings(&stage, &["lint", "--base", "main"]);
    assert_eq!(level(&lint, "record-deleted"), ["error"], "{lint:#?}");
}

#[test]
fn a_landed_path_that_not_every_system_holds_ends_with_its_new_name() {
    let stage = Stage::new(POLICY);
    let odd = format!("exceptions/aux/{ID}.yaml");
    stage.land("ana", &[(&odd, &record(""))]);
    assert_eq!(level(&findings(&stage, &["verify"]), "unportable-path"), ["error"]);
    mend(&stage, "unportable-path");
    let found = findings(&stage, &["verify"]);
    assert_eq!(level(&found, "unportable-path"), ["warning"], "{found:#?}");
    let ended = found.iter().find(|it| it["rule"] == "unportable-path").unwrap();
    assert_eq!(ended["remedy"]["do"], "none", "{ended:#}");
    // Moved to another such place, it is an error again.
    let moved = format!("mkdir exceptions/con && git mv exceptions/_aux/{ID}.yaml exceptions/con");
    stage.shell("ana", &format!("{moved} && git commit -qm 'Move it'"));
    let found = findings(&stage, &["verify"]);
    assert_eq!(level(&found, "unportable-path"), ["warning", "error"], "{found:#?}");
    mend(&stage, "unportable-path");
}

#[test]
fn evidence_that_not_every_system_holds_is_renamed_with_its_file() {
    let stage = Stage::new(POLICY);
    let (text, digest) =
        ("rotated", "f42546d5ecdd452509808b2d6d0413b5a738c70a793b99ccf8ed6f423aac83d3");
    let control = format!(
        "compensating_controls: [{{id: CC1, description: Alert at night, owner: soc@example.com, status: active, \
         evidence: [{{kind: log, path: evidence/aux.txt, sha256: {digest}}}]}}]\n"
    );
    stage.land("ana", &[(PATH, &record(&control)), ("evidence/aux.txt", text)]);
    stage.shell("ana", "git switch -qc mend");
    for _ in 0..3 {
        let found = findings(&stage, &["lint"]);
        let Some(finding) = found.iter().find(|it| it["level"] == "error") else { break };
        match finding["remedy"]["do"].as_str() {
            Some("edit") => make(&stage, &finding["remedy"]["edit"]),
            _ => run_all(&stage, &commands(finding)),
        }
    }
    stage.shell("ana", "git add -A && git commit -qm 'As printed'");
    let lint = findings(&stage, &["lint", "--base", "main"]);
    assert!(lint.iter().all(|it| it["level"] != "error"), "{lint:#?}");
    assert!(stage.text().contains("evidence/_aux.txt"), "{}", stage.text());
    stage.merge("mend", "lee");
    let found = findings(&stage, &["verify"]);
    assert!(found.iter().all(|it| it["level"] != "error"), "{found:#?}");
}

#[test]
fn a_note_that_landed_after_the_closure_stays_with_it() {
    let stage = approved();
    stage.shell("ana", "git switch -qc noted");
    let note = format!("exledger note {ID} --stage triage --note 'Looked at it'");
    assert_eq!(stage.shell("ana", &note).code, 0);
    stage.shell("ana", "git commit -qam 'Note it'");
    let close = format!(
        "exledger close {ID} --outcome withdrawn --reason 'It is over' --evidence https://ci.example.com/11"
    );
    stage.run_on(&close, "dana", "lee");
    stage.merge("noted", "lee");
    let found = findings(&stage, &["verify"]);
    let late = found.iter().find(|it| it["rule"] == "closed-edited").unwrap();
    assert_eq!(
        (&late["level"], &late["remedy"]["do"]),
        (&"note".into(), &"none".into()),
        "{late:#}"
    );
}

#[test]
fn what_an_approval_does_not_end_is_not_said_to_end_by_one() {
    let stage = Stage::new(POLICY);
    let later = "expires: 2027-03-10\n";
    stage.merged(PATH, &record(&format!("{later}{REVIEW}")), "ana", "lee");
    stage.land("ana", &[(PATH, &record(later))]);
    let found = findings(&stage, &["verify"]);
    let restores: Vec<String> = ["changed-since-approval", "decision-rewritten"]
        .iter()
        .flat_map(|rule| found.iter().filter(move |it| it["rule"] == *rule))
        .flat_map(commands)
        .collect();
    let (action, command) = stage.next();
    assert_eq!(restores, [command.clone(), command.clone()], "{found:#?}");
    assert!(command.starts_with("git checkout ") && action.starts_with("put back"), "{command}");
    mend(&stage, "changed-since-approval");
    let found = findings(&stage, &["verify"]);
    assert!(found.iter().all(|it| it["level"] != "error"), "{found:#?}");
    assert_eq!(stage.answer(&["queue"])["records"], serde_json::json!([]));
}

#[test]
fn a_branch_that_lint_refuses_is_corrected_before_it_is_approved() {
    let stage = Stage::new(POLICY);
    stage.repo.branch("ask").by("ana").write(PATH, &record("expires: 2027-11-20\n")).commit("Ask");
    let lint = format!("git switch ask && exledger lint {PATH}");
    assert_eq!(stage.next().1, lint);
    let run = stage.shell("ana", &lint);
    assert!(run.code == 1 && run.out.contains("term-too-long"), "{}{}", run.out, run.err);
    std::fs::write(stage.repo.path().join(PATH), record("")).unwrap();
    stage.shell("ana", "git commit -qam 'Correct it'");
    stage.home();
    let asked = stage.shell("lee", "exledger queue --format json").out;
    assert!(asked.contains("exledger approve"), "{asked}");
}

#[test]
fn evidence_of_one_id_from_two_branches_is_told_apart_and_kept() {
    let review =
        format!("exledger review {ID} --control CC1 --evidence E1=log:https://ci.example.com/7");
    let note = |number: u8| {
        format!(
            "exledger note {ID} --stage triage --note 'Looked at it' --evidence E1=log:https://ci.example.com/{number}"
        )
    };
    let close = format!(
        "exledger close {ID} --outcome withdrawn --reason 'It is over' --evidence E1=log:https://ci.example.com/8"
    );
    for (landed, other) in
        [(&close, &review), (&review, &close), (&note(8), &review), (&note(8), &note(7))]
    {
        let stage = approved();
        let main = stage.text();
        stage.shell("ana", &format!("git switch -qc other && {other} && git commit -qam 'One'"));
        stage.shell("ana", "git switch -q main && git switch -qc landed");
        stage.shell("ana", &format!("{landed} && git commit -qam 'The other'"));
        stage.merge("landed", "lee");
        let first = stage.text();
        assert_ne!(first, main);
        stage.shell("ana", "git switch -q other && git merge -q --no-edit main");
        for _ in 0..3 {
            let found = findings(&stage, &["lint", "--base", "main"]);
            let Some(finding) = found.iter().find(|it| it["level"] == "error") else { break };
            match finding["remedy"]["do"].as_str() {
                Some("edit") => make(&stage, &finding["remedy"]["edit"]),
                _ => run_all(&stage, &commands(finding)),
            }
        }
        let lint = findings(&stage, &["lint", "--base", "main"]);
        assert!(lint.iter().all(|it| it["level"] != "error"), "{landed} {other}: {lint:#?}");
        let text = stage.text();
        for line in ["https://ci.example.com/7", "https://ci.example.com/8", "E1", "E2"] {
            assert!(text.contains(line), "{landed} {other}: {text}");
        }
        // What landed first keeps its id.
        let kept = first.lines().filter(|line| line.contains("id: E1"));
        assert!(
            kept.clone().count() == 1 && kept.clone().all(|line| text.contains(line.trim())),
            "{text}"
        );
    }
}

#[test]
fn a_policy_that_was_removed_is_restored_and_not_written_anew() {
    let stage = approved();
    stage.shell("ana", "git rm -q exledger.yaml && git commit -qm 'Tidy up'");
    let asked = stage.shell("ana", "exledger list");
    assert_eq!(asked.code, 3, "{}", asked.err);
    let restore = asked.err.split('`').nth(1).unwrap();
    assert!(restore.starts_with("git checkout "), "{}", asked.err);
    assert_eq!(stage.shell("ana", restore).code, 0);
    stage.shell("ana", "git commit -qm 'Put it back'");
    let asked = stage.shell("ana", "exledger list");
    assert_eq!(asked.code, 0, "{}", asked.err);
}

#[test]
fn a_ledger_outside_of_git_begins_with_a_repository() {
    let folder = crate::support::temporary();
    let ask = || cli::run(folder.path(), &["list", "--format", "json"]);
    let refused = ask();
    let last = refused.err.lines().last().unwrap_or_default();
    let answer: Value = serde_json::from_str(last).unwrap();
    assert_eq!(answer["remedy"]["commands"], serde_json::json!(["git init", "exledger init"]));
}

#[test]
fn the_forge_of_a_host_of_the_team_is_the_one_of_the_policy() {
    let stage = Stage::new("approval: {forge: gitlab}\n");
    stage.shell("ana", "git remote add origin git@git.example.com:payments/ledger.git");
    stage.shell("ana", "git config exledger.approvedRef refs/heads/main");
    let run = stage.shell("ana", "exledger ci merged --dry-run");
    assert!(!run.err.contains("it is not known which forge"), "{}", run.err);
}

#[test]
fn of_two_files_of_one_name_verify_keeps_the_one_that_lint_keeps() {
    let stage = approved();
    let twin = format!("exceptions/old/{ID}.yml");
    stage.land("ana", &[(&twin, &record("title: Daily invoices are read\n"))]);
    let kept = |args: &[&str]| {
        let found = findings(&stage, args);
        let finding = found.iter().find(|it| it["rule"] == "duplicate-id").unwrap().clone();
        commands(&finding)
    };
    assert_eq!(kept(&["verify"]), [format!("rm -f -- {twin}")]);
    assert_eq!(kept(&["lint"]), kept(&["verify"]));
    mend(&stage, "duplicate-id");
    let found = findings(&stage, &["verify"]);
    assert!(found.iter().all(|it| it["level"] != "error"), "{found:#?}");
}

//! `next:`: each state is built, the question is asked, the printed command is run as printed by the person who is told to,
//! and the answer is another one. Start at [`CASES`].

use serde_json::{Value, json};

use super::{ID, Stage, record};
use crate::cli;
use crate::support::repo::{Repo, git, speak};
use crate::support::samples::SAMPLE;

const POLICY: &str = "\
people: {roster: people.csv}
patterns: {threshold: 3, window: 90d}
tiers:
  - {name: sensitive, match: [{risk: [high]}], max_term: 90d, max_renewals: 0, approvals: {count: 1}, degraded: deny}
  - {name: standard, max_term: 90d, max_renewals: 2, approvals: {count: 1}}
";

const ROSTER: &str = "email,name,team,active
ana@example.com,Ana Ruiz,billing,yes
dana@example.com,Dana Kim,security,yes
lee@example.com,Lee Park,platform,yes
gone@example.com,Gone,billing,no
";

const HIGH: &str = "risk: {level: high}\n";

const SECRET: &str = "scope: {resources: [db:invoices]}\n";

const APPLICATION: &[&str] = &["--application", "billing"];

/// What a person answers to the prompts of `new`.
const FILED: &str = " --title 'Payroll reads with the shared user' --rule 'Every job has its own user' --risk-level moderate \
    --justification 'The job is replaced in December (BILL-412).' --compensating-control 'Alert at night' --expires 2027-01-15";

/// A state, what is asked, and what has to be printed.
struct NextCase {
    name: &'static str,
    state: fn() -> Stage,
    asked: &'static [&'static str],
    asker: &'static str,
    verdict: &'static str,
    command: &'static str,
    /// What the command's prompts are answered, as flags.
    answers: &'static str,
    then: Then,
}

/// Who runs the command, and what makes the answer another one.
enum Then {
    /// This person's command changes the ledger, and another one merges it.
    Merged(&'static str, &'static str),
    /// The command changes nothing, and its answer is allow.
    Asked,
    /// The command only shows, and the one whom the answer waits for takes the next step.
    Shown,
    /// The command only shows, and this instant comes.
    At(&'static str),
}

fn begin() -> Stage {
    Stage::begin_with(POLICY, &[("people.csv", ROSTER)])
}

fn approved(more: &str) -> Stage {
    let stage = begin();
    stage.merged(ID, &record(more), "ana", "lee");
    stage
}

fn later(more: &str, at: &str) -> Stage {
    let stage = approved(more);
    stage.repo.clock(at);
    stage
}

fn proposed() -> Stage {
    let stage = begin();
    stage.repo.branch("ask").by("ana").write(ID, &record("")).commit("File it");
    stage.home();
    stage
}

fn squashed(more: &str) -> Stage {
    let stage = begin();
    stage.repo.branch("ask").by("ana").write(ID, &record(more)).commit("File it");
    stage.repo.by("ana").through("github").squash("ask", "File it");
    stage.repo.git.find_branch("ask", git2::BranchType::Local).unwrap().delete().unwrap();
    stage.home();
    stage
}

fn rejected() -> Stage {
    let stage = squashed("");
    stage.run_on(
        &format!("exledger approve {ID} --reject --reason 'Ask the vendor'"),
        "dana",
        "lee",
    );
    stage
}

fn changed() -> Stage {
    let stage = approved("");
    stage.land("ana", &[(ID, &record("subject: {application: orders}\n"))]);
    stage
}

fn extended() -> Stage {
    let stage = approved("");
    let renew = format!("exledger renew {ID} --until 2027-01-10 --reason 'The vendor is late'");
    stage.run_on(&renew, "ana", "ana");
    stage.repo.clock("2026-12-20T09:00:00Z");
    stage
}

fn closed() -> Stage {
    let stage = approved("");
    let close = format!(
        "exledger close {ID} --outcome withdrawn --reason 'The job is retired' --evidence https://ci.example.com/1"
    );
    stage.run_on(&close, "ana", "lee");
    stage
}

fn given_up() -> Stage {
    let stage = approved(VERIFIED);
    let withdrawn = VERIFIED.replace("status: active", "status: withdrawn");
    assert_ne!(withdrawn, VERIFIED);
    stage.land("ana", &[(ID, &record(&withdrawn))]);
    stage
}

fn left() -> Stage {
    let stage = later(VERIFIED, "2026-11-28T09:00:00Z");
    let roster = ROSTER.replace("Ana Ruiz,billing,yes", "Ana Ruiz,billing,no");
    stage.merged("people.csv", &roster, "dana", "lee");
    stage
}

fn reviewed_by_owner() -> Stage {
    let stage = later(REVIEWED, "2026-11-28T09:00:00Z");
    let run = stage.shell("ana", &format!("exledger review {ID} --outcome still-needed"));
    assert_eq!(run.code, 0, "{}", run.err);
    let text = stage.text();
    stage.repo.branch("rv").by("ana").write(ID, &text).commit("Review it");
    stage.home();
    stage
}

fn revoked() -> Stage {
    let stage = approved("triggers: [{id: T1, when: The vendor ships, then: revoke}]\n");
    stage.run_on(&format!("exledger fire {ID} T1"), "ana", "lee");
    stage
}

fn used_up() -> Stage {
    let stage = approved("uses: {limit: 1}\n");
    stage.shell("dana", "exledger check --new-receipts r.jsonl --application billing");
    stage
}

fn unreadable() -> Stage {
    let stage = approved("");
    stage.land("ana", &[(ID, "subject: {application: billing, task: [")]);
    stage
}

const REVIEWED: &str = "risk: {level: high}\nreview_every: 5d\n";

const VERIFIED: &str = "risk: {level: high}\ncompensating_controls: [{id: CC1, description: Alert at night, owner: soc@example.com, status: active, verified: 2026-11-20, verify_every: 5d}]\n";

const CASES: &[NextCase] = &[
    NextCase {
        name: "1: nothing names it",
        state: begin,
        asked: &["--application", "payroll", "--environment", "staging"],
        asker: "ana",
        verdict: "deny",
        command: "exledger new --application payroll --environment staging",
        answers: FILED,
        then: Then::Merged("ana", "lee"),
    },
    NextCase {
        name: "2: a limit is not stated",
        state: || approved(SECRET),
        asked: APPLICATION,
        asker: "ana",
        verdict: "deny",
        command: "exledger check --application billing --resource db:invoices",
        answers: "",
        then: Then::Asked,
    },
    NextCase {
        name: "3: another value",
        state: || approved("subject: {application: billing, asset: db:invoices}\n"),
        asked: &["--application", "payroll", "--asset", "db:invoices"],
        asker: "ana",
        verdict: "deny",
        command: "exledger new --like EXC-2026-7F3KQ --application payroll",
        answers: " --expires 2027-01-15",
        then: Then::Merged("ana", "lee"),
    },
    NextCase {
        name: "4: not begun",
        state: || approved("starts: 2026-11-28\n"),
        asked: APPLICATION,
        asker: "ana",
        verdict: "deny",
        command: "exledger show EXC-2026-7F3KQ",
        answers: "",
        then: Then::At("2026-11-28T09:00:00Z"),
    },
    NextCase {
        name: "5: proposed, and the asker may approve",
        state: proposed,
        asked: APPLICATION,
        asker: "dana",
        verdict: "pending",
        command: "exledger approve EXC-2026-7F3KQ --ref ask",
        answers: "",
        then: Then::Merged("dana", ""),
    },
    NextCase {
        name: "6: proposed, and the asker is an author",
        state: proposed,
        asked: APPLICATION,
        asker: "ana",
        verdict: "pending",
        command: "exledger show EXC-2026-7F3KQ",
        answers: "",
        then: Then::Shown,
    },
    NextCase {
        name: "8: squashed",
        state: || squashed(""),
        asked: APPLICATION,
        asker: "dana",
        verdict: "pending",
        command: "exledger approve EXC-2026-7F3KQ",
        answers: "",
        then: Then::Merged("dana", "lee"),
    },
    NextCase {
        name: "8, for an author",
        state: || squashed(""),
        asked: APPLICATION,
        asker: "ana",
        verdict: "pending",
        command: "exledger show EXC-2026-7F3KQ",
        answers: "",
        then: Then::Shown,
    },
    NextCase {
        name: "rejected by the asker",
        state: rejected,
        asked: APPLICATION,
        asker: "dana",
        verdict: "pending",
        command: "exledger approve EXC-2026-7F3KQ",
        answers: "",
        then: Then::Merged("dana", "lee"),
    },
    NextCase {
        name: "11: changed since the approval",
        state: changed,
        asked: &["--application", "orders"],
        asker: "dana",
        verdict: "pending",
        command: "exledger approve EXC-2026-7F3KQ",
        answers: "",
        then: Then::Merged("dana", "lee"),
    },
    NextCase {
        name: "12: ended, renewals are left",
        state: || later("", "2026-12-20T09:00:00Z"),
        asked: APPLICATION,
        asker: "ana",
        verdict: "deny",
        command: "exledger renew EXC-2026-7F3KQ",
        answers: " --until 2027-01-10 --reason 'The vendor is late'",
        then: Then::Merged("ana", "lee"),
    },
    NextCase {
        name: "12: ended, a later end has landed and waits for approval",
        state: extended,
        asked: APPLICATION,
        asker: "dana",
        verdict: "deny",
        command: "exledger approve EXC-2026-7F3KQ",
        answers: "",
        then: Then::Merged("dana", "lee"),
    },
    NextCase {
        name: "13: ended, no renewals are left",
        state: || later(HIGH, "2026-12-20T09:00:00Z"),
        asked: APPLICATION,
        asker: "ana",
        verdict: "deny",
        command: "exledger new --like EXC-2026-7F3KQ",
        answers: " --expires 2027-01-15 --redesign BILL-9 --fix-target data --fix-plan 'Replace the job' --fix-due 2027-02-01",
        then: Then::Merged("ana", "lee"),
    },
    NextCase {
        name: "13: closed",
        state: closed,
        asked: APPLICATION,
        asker: "ana",
        verdict: "deny",
        command: "exledger new --like EXC-2026-7F3KQ",
        answers: " --expires 2027-01-15",
        then: Then::Merged("ana", "lee"),
    },
    NextCase {
        name: "14: revoked by a trigger",
        state: revoked,
        asked: APPLICATION,
        asker: "ana",
        verdict: "deny",
        command: "exledger close EXC-2026-7F3KQ",
        answers: " --outcome revoked --reason 'It fired' --evidence https://ci.example.com/1",
        then: Then::Merged("ana", "lee"),
    },
    NextCase {
        name: "15: its review is overdue",
        state: || later(REVIEWED, "2026-11-28T09:00:00Z"),
        asked: APPLICATION,
        asker: "dana",
        verdict: "deny",
        command: "exledger review EXC-2026-7F3KQ",
        answers: " --outcome still-needed",
        then: Then::Merged("dana", "lee"),
    },
    NextCase {
        name: "16: a control is stale",
        state: || later(VERIFIED, "2026-11-28T09:00:00Z"),
        asked: APPLICATION,
        asker: "dana",
        verdict: "deny",
        command: "exledger review EXC-2026-7F3KQ --control CC1",
        answers: "",
        then: Then::Merged("dana", "lee"),
    },
    NextCase {
        name: "16: a control was given up by a change that nobody approved",
        state: given_up,
        asked: APPLICATION,
        asker: "dana",
        verdict: "deny",
        command: "exledger approve EXC-2026-7F3KQ",
        answers: "",
        then: Then::Merged("dana", "lee"),
    },
    NextCase {
        name: "16: a control is stale, and the owner has left",
        state: left,
        asked: APPLICATION,
        asker: "dana",
        verdict: "deny",
        command: "exledger transfer EXC-2026-7F3KQ",
        answers: " --to lee@example.com --reason 'Ana left'",
        then: Then::Merged("dana", "lee"),
    },
    NextCase {
        name: "15: its owner alone wrote the review that waits on a branch",
        state: reviewed_by_owner,
        asked: APPLICATION,
        asker: "dana",
        verdict: "deny",
        command: "exledger approve EXC-2026-7F3KQ --ref rv",
        answers: "",
        then: Then::Merged("dana", "lee"),
    },
    NextCase {
        name: "17: its uses are used up",
        state: used_up,
        asked: &["--application", "billing", "--receipts", "r.jsonl"],
        asker: "ana",
        verdict: "deny",
        command: "exledger new --like EXC-2026-7F3KQ",
        answers: " --expires 2027-01-15",
        then: Then::Merged("ana", "lee"),
    },
    NextCase {
        name: "20: its file can't be read",
        state: unreadable,
        asked: APPLICATION,
        asker: "ana",
        verdict: "deny",
        command: "exledger lint exceptions/EXC-2026-7F3KQ.yaml",
        answers: "",
        then: Then::Shown,
    },
];

impl Stage {
    /// Asks the gate as a person.
    fn asked(&self, by: &str, args: &[&str]) -> Value {
        let words = args.iter().map(|word| format!(" '{word}'")).collect::<String>();
        let run = self.shell(by, &format!("exledger check{words} --format json"));
        serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err))
    }
}

fn run(case: &NextCase) {
    let stage = (case.state)();
    let name = case.name;
    let before = stage.asked(case.asker, case.asked);
    assert_eq!(before["verdict"], case.verdict, "{name}: {before:#}");
    let command = before["next"]["command"].as_str().unwrap_or_default();
    assert_eq!(command, case.command, "{name}: {before:#}");
    // The last line before the stamp has the same command, and there is no other one.
    let words = case.asked.iter().map(|word| format!(" '{word}'")).collect::<String>();
    let shown = stage.shell(case.asker, &format!("exledger check{words}")).out;
    let lines: Vec<&str> = shown.lines().filter(|line| !line.trim().is_empty()).collect();
    let [.., last, stamp] = lines.as_slice() else { panic!("{name}: {shown}") };
    assert!(stamp.starts_with("at "), "{name}: {shown}");
    assert!(last.starts_with(&format!("next: {command}")), "{name}: {shown}");
    assert_eq!(shown.matches("exledger ").count(), 1, "{name}: {shown}");
    let line = format!("{command}{}", case.answers);
    let (args, asker) = (case.asked, case.asker);
    match case.then {
        Then::Merged(by, "") => {
            let run = stage.shell(by, &line);
            assert_eq!(run.code, 0, "{name}: {}{}", run.out, run.err);
            stage.merge("ask", "lee");
        }
        Then::Merged(by, merged_by) => stage.run_on(&line, by, merged_by),
        Then::Asked => {
            let run = stage.shell(asker, &line);
            assert_eq!(run.code, 0, "{name}: {}{}", run.out, run.err);
            return;
        }
        Then::Shown => {
            let shown = stage.shell(asker, &line);
            assert_ne!(shown.code, 2, "{name}: {}{}", shown.out, shown.err);
            let people = before["next"]["waits_for"].as_array().unwrap();
            if case.verdict == "pending" {
                assert!(people.iter().any(|it| it["email"] == "dana@example.com"), "{before:#}");
                assert!(people.iter().all(|it| it["email"] != "ana@example.com"), "{before:#}");
            }
            let next = stage.asked("dana", args)["next"]["command"].clone();
            assert_eq!(next != command, case.verdict == "pending", "{name}: {next}");
            return;
        }
        Then::At(instant) => drop(stage.repo.clock(instant)),
    }
    let after = stage.asked(asker, args);
    let told =
        |answer: &Value| json!([answer["verdict"], answer["record"], answer["next"]["command"]]);
    assert_ne!(told(&before), told(&after), "{name}: {after:#}");
}

#[test]
fn the_command_of_each_case_runs_as_printed_and_the_answer_is_another_one() {
    let failed = CASES.iter().filter(|case| std::panic::catch_unwind(|| run(case)).is_err());
    let failed: Vec<&str> = failed.map(|case| case.name).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_command_that_prompts_names_its_flags_without_a_terminal() {
    let stage = later("", "2026-12-20T09:00:00Z");
    for command in [
        format!("exledger renew {ID}"),
        format!("exledger close {ID}"),
        format!("exledger review {ID}"),
        format!("exledger transfer {ID}"),
        "exledger new --application payroll".to_owned(),
        "exledger redesign new".to_owned(),
    ] {
        let run = stage.shell("ana", &command);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{command}");
        assert!(run.err.contains("--"), "{command}: {}", run.err);
    }
}

#[test]
fn a_clone_without_the_signed_approvals_is_told_to_fetch_them() {
    let stage = begin();
    let signers = stage.repo.by("lee").text(".github/allowed_signers");
    let signers = signers + &speak::bridge_line();
    stage.merged(".github/allowed_signers", &signers, "ana", "dana");
    stage.repo.branch("ask").by("ana").write(ID, &record("")).commit("File it");
    stage.repo.by("ana").through("github").squash("ask", "File it (#12)");
    let at = stage.repo.wait("1h").now().to_string();
    stage.home();
    let says = speak::yes("dana", ID, &record(""), &at).ledger("example/payments");
    stage.repo.orphan("exledger-approvals").by("dana").says(&says).commit("Approve");
    let clone = stage.repo.clone_with(&[]);
    git(clone.path(), &["update-ref", "-d", "refs/remotes/origin/exledger-approvals"]);
    let on = stage.repo.wait("1h").now().to_string();
    let ask = || {
        let args = ["check", "--application", "billing", "--on", &on, "--format", "json"];
        let run = cli::run(clone.path(), &args);
        serde_json::from_str::<Value>(&run.out).unwrap()
    };
    let before = ask();
    assert_eq!(before["verdict"], "pending", "{before:#}");
    let command = before["next"]["command"].as_str().unwrap();
    assert_eq!(command, "git fetch origin", "{before:#}");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    git(clone.path(), &words);
    assert_eq!(ask()["verdict"], "allow");
}

#[test]
fn who_can_not_approve_has_the_reviews_recorded() {
    let stage = begin();
    let signers = stage.repo.by("lee").text(".github/allowed_signers");
    let signers = signers + &speak::bridge_line();
    stage.merged(".github/allowed_signers", &signers, "ana", "dana");
    stage.repo.branch("ask").by("ana").write(ID, &record("")).commit("File it");
    stage.repo.by("ana").through("github").squash("ask", "File it (#12)");
    stage.home();
    let approve = format!("exledger approve {ID}");
    for (asker, command) in [("ana", "exledger ci merged --pull-request 12"), ("dana", &approve)] {
        let next = &stage.asked(asker, APPLICATION)["next"];
        assert_eq!(next["command"], command, "{next:#}");
    }
}

#[test]
fn an_unknown_login_is_added_on_the_page_that_is_named() {
    let stage = begin();
    let author = "Nina <777+nweber@users.noreply.github.com>";
    stage.repo.branch("ask").by(author).write(ID, &record("")).commit("File it");
    stage.merge("ask", "lee");
    stage.repo.config("remote.origin.url", "https://github.com/example/payments.git");
    stage.repo.config("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
    let tip = stage.repo.tip("main");
    stage.repo.set_ref("refs/remotes/origin/main", tip);
    let ask = || {
        let line = "exledger check --application billing --approved-ref refs/remotes/origin/main --format json";
        serde_json::from_str::<Value>(&stage.shell("dana", line).out).unwrap()
    };
    let before = ask();
    assert_eq!(before["next"]["command"], Value::Null, "{before:#}");
    let action = before["next"]["action"].as_str().unwrap();
    let page = "https://github.com/example/payments/edit/main/exledger.yaml";
    assert!(action.contains(page) && action.contains("nweber: ADDRESS"), "{action}");
    let policy = stage.repo.by("lee").text("exledger.yaml");
    let logins = "roster: people.csv, logins: {nweber: nina@example.com}";
    let policy = policy.replace("roster: people.csv", logins);
    stage.merged("exledger.yaml", &policy, "ana", "dana");
    stage.repo.set_ref("refs/remotes/origin/main", stage.repo.tip("main"));
    let after = ask();
    assert_ne!(after["next"]["command"], Value::Null, "{after:#}");
}

#[test]
fn a_shallow_clone_is_told_to_fetch_the_history() {
    let stage = approved("");
    stage.repo.wait("1h");
    let clone = stage.repo.clone_with(&["--depth=1"]);
    let on = stage.repo.now().to_string();
    let ask = || {
        let args = ["check", "--application", "billing", "--on", &on, "--format", "json"];
        let run = cli::run(clone.path(), &args);
        serde_json::from_str::<Value>(&run.out).unwrap()
    };
    let before = ask();
    assert_eq!(before["verdict"], "unknown", "{before:#}");
    assert_eq!(before["next"]["command"], "git fetch --unshallow", "{before:#}");
    git(clone.path(), &["fetch", "-q", "--unshallow"]);
    assert_eq!(ask()["verdict"], "allow");
}

#[test]
fn a_frozen_kind_names_the_redesign_to_file() {
    let stage = begin();
    for n in 0..3 {
        let id = format!("EXC-2026-AAAA{n}");
        let text = record("root_cause: brittle-dependency\n").replace(ID, &id);
        stage.merged(&id, &text, "ana", "lee");
    }
    let before = stage.asked("dana", &["--application", "billing", "--deploy"]);
    assert_eq!(before["verdict"], "deny", "{before:#}");
    let command = before["next"]["command"].as_str().unwrap_or_default();
    assert!(command.starts_with("exledger redesign new --pattern "), "{before:#}");
    assert!(!command.contains('…'), "{command}");
    let flags = " --title 'Invoices by event' --target automation --plan 'Replace the job' --due 2027-01-31";
    stage.run_on(&format!("{command}{flags}"), "dana", "lee");
    let after = stage.asked("dana", &["--application", "billing", "--deploy"]);
    assert_ne!(after["next"]["command"], command, "{after:#}");
}

#[test]
fn nobody_asks_in_a_job_of_ci() {
    let stage = proposed();
    let line = "CI=true exledger check --application billing --format json";
    let answer: Value = serde_json::from_str(&stage.shell("ana", line).out).unwrap();
    assert_eq!(answer["next"]["command"], format!("exledger approve {ID} --ref ask"), "{answer:#}");
}

#[test]
fn triage_and_show_end_with_the_next_step_too() {
    let finding = "scope: {findings: [{tool: trivy, id: CVE-2026-0005}]}\n";
    let stage = squashed(finding);
    let sarif = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"trivy"}},"results":[{"ruleId":"CVE-2026-0005","message":{"text":"found"}}]}]}"#;
    stage.repo.scribble("trivy.sarif", sarif);
    for (asker, command) in
        [("dana", "exledger approve EXC-2026-7F3KQ"), ("ana", "exledger show EXC-2026-7F3KQ")]
    {
        let triaged = stage.shell(asker, "exledger triage trivy.sarif --format json").out;
        let triaged: Value = serde_json::from_str(&triaged).unwrap();
        assert_eq!(triaged["next"]["command"], command, "{triaged:#}");
        let shown = stage.shell(asker, &format!("exledger show {ID} --format json")).out;
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["next"]["command"], command, "{:#}", shown["next"]);
        let queued = stage.shell(asker, "exledger queue --format json").out;
        let queued: Value = serde_json::from_str(&queued).unwrap();
        assert_eq!(queued["records"][0]["next"]["command"], command, "{queued:#}");
        let text = stage.shell(asker, "exledger triage trivy.sarif").out;
        assert!(text.lines().any(|line| line.starts_with(&format!("next: {command}"))), "{text}");
    }
    // What an author is told in a message is never to approve.
    stage.repo.wait("10d");
    let messages = stage.shell("lee", "exledger queue --by owner --messages --format json").out;
    let messages: Value = serde_json::from_str(&messages).unwrap();
    let of = |email: &str| {
        let all = messages["messages"].as_array().unwrap();
        let own = all.iter().filter(|it| it["to"]["email"] == email);
        own.flat_map(|it| it["records"].as_array().unwrap())
            .map(|it| it["command"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("ana@example.com"), [format!("exledger show {ID}")], "{messages:#}");
    assert!(
        of("dana@example.com").contains(&json!(format!("exledger approve {ID}"))),
        "{messages:#}"
    );
}

#[test]
fn who_fills_no_missing_place_is_told_who_can() {
    let apart = "\
version: 1
name: example/payments
groups: {security: [dana@example.com, sam@example.com], platform: [lee@example.com]}
tiers: [{name: standard, approvals: {count: 2, each_of: [security, platform], proof: attested}}]
";
    // Dana may stand for either group, so that Sam's approval leaves the platform to her.
    let shared = apart.replace("[lee@example.com]", "[lee@example.com, dana@example.com]");
    let shared = shared.as_str();
    for (policy, approver, commands) in [
        (apart, "dana", [("dana", "show"), ("sam", "show"), ("lee", "approve")]),
        (apart, "lee", [("dana", "approve"), ("sam", "approve"), ("lee", "show")]),
        (shared, "dana", [("dana", "show"), ("sam", "approve"), ("lee", "approve")]),
        (shared, "sam", [("dana", "approve"), ("sam", "show"), ("lee", "approve")]),
    ] {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        let keys = ["dana", "sam", "lee"].map(speak::signer).concat();
        let work = repo.by("root").write("exledger.yaml", policy);
        work.write(".github/allowed_signers", &keys).commit("Begin");
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        let at = repo.now().to_string();
        let says = speak::yes(approver, ID, SAMPLE, &at).ledger("example/payments");
        repo.by("ana").says(&says).commit("Record it");
        repo.checkout();
        let now = repo.now().to_string();
        for (asker, command) in commands {
            repo.config("user.email", &format!("{asker}@example.com"));
            let words = ["check", "--application", "billing", "--on", &now, "--format", "json"];
            let answer: Value = serde_json::from_str(&cli::run(repo.path(), &words).out).unwrap();
            let command = format!("exledger {command} {ID}");
            assert_eq!(answer["next"]["command"], command, "{asker}, after {approver}: {policy}");
        }
    }
}

#[test]
fn the_key_that_signs_reviews_is_asked_for_nothing() {
    let stage = begin();
    let signers = stage.repo.by("lee").text(".github/allowed_signers");
    let signers = signers + &speak::bridge_line();
    stage.merged(".github/allowed_signers", &signers, "ana", "dana");
    stage.repo.branch("ask").by("ana").write(ID, &record("")).commit("File it");
    stage.home();
    let bridge = speak::bridge_line();
    let bridge = bridge.split(' ').next().unwrap();
    let next = stage.asked("ana", APPLICATION)["next"].clone();
    assert!(!next["waits_for"].as_array().unwrap().is_empty(), "{next:#}");
    assert!(!next.to_string().contains(bridge), "{next:#}");
    let told = stage.shell("dana", "exledger queue --messages").out;
    assert!(told.contains("dana@example.com") && !told.contains(bridge), "{told}");
}

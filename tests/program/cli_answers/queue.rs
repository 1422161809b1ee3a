//! `queue`: what needs attention, in what order, and the next steps.

use serde_json::{Value, json};

use crate::cli;
use crate::cli_answers::{ask, file, json, standard, story};
use crate::support::repo::Repo;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("null")
}

/// Returns the ids with their actions and commands, in the order of the answer.
fn steps(answer: &Value) -> Vec<[&str; 3]> {
    let records = answer["records"].as_array().unwrap().iter();
    records
        .map(|record| {
            let id = text(&record["id"]).rsplit('-').next().unwrap();
            let next = &record["next"];
            [id, text(&next["action"]), text(&next["command"])]
        })
        .collect()
}

fn next<'a>(answer: &'a Value, id: &str) -> &'a Value {
    let mut records = answer["records"].as_array().unwrap().iter();
    let record = records.find(|record| record["id"].as_str().unwrap().ends_with(id));
    &record.unwrap_or_else(|| panic!("{id} in {answer:#}"))["next"]
}

#[test]
fn the_worst_comes_first_and_the_healthy_are_counted() {
    let repo = story();
    // A healthy record: far from its end.
    let text = standard(
        "EXC-2026-HEA1T",
        "Nothing is wrong with it",
        "health",
        "2026-11-30",
        "2027-02-01",
    );
    file(&repo, "EXC-2026-HEA1T", &text);
    // A record missing in the work tree is a proposal to remove it.
    let answer = json(&repo, &["queue"]);
    assert_eq!(
        next(&answer, "HEA1T")["action"],
        "restore the file that is missing in the work tree: records are closed, never removed"
    );
    repo.checkout();
    let answer = json(&repo, &["queue"]);
    let ids: Vec<&str> = steps(&answer).iter().map(|[id, ..]| *id).collect();
    // Overdue, then broken, then what still has time.
    assert_eq!(ids, ["01D01", "5E1FA", "BR0KE", "7F3KQ", "V23EW"]);
    assert_eq!(answer["hidden"], 1);
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schema", "ledger", "records", "groups", "redesigns", "hidden", "simulated"]);
    assert_eq!(answer["schema"], "exledger/queue/v1");
    let record = answer["records"][0].as_object().unwrap();
    assert_eq!(record.keys().next_back().unwrap(), "next");
    let listed = json(&repo, &["show", "01D01"]);
    let listed = listed["record"].as_object().unwrap();
    assert_eq!(record.len(), listed.len() + 3);
    assert_eq!((&record["bucket"], &record["also"]), (&json!("overdue-closure"), &json!([])));
    assert!(listed.iter().all(|(key, value)| record[key] == *value));
    assert_eq!(
        record["next"],
        json!({
            "action": "close it: it ended, and access may still be live",
            "command": "exledger close EXC-2026-01D01",
            "waits_for": [{"email": "ana@example.com", "name": "Ana Ruiz"}],
            "since": "2026-11-10T00:00:00Z",
            "days": 21,
            "deadline": null,
        })
    );
    let table = ask(&repo, &["queue"]);
    assert!(table.out.contains("1 healthy record not shown"), "{}", table.out);
}

#[test]
fn each_state_has_its_step() {
    let repo = story();
    let answer = json(&repo, &["queue"]);
    assert_eq!(
        steps(&answer)[1..],
        [
            [
                "5E1FA",
                "merge a change to its text with a merge commit, unless you wrote it, or reject it",
                "exledger show EXC-2026-5E1FA"
            ],
            [
                "BR0KE",
                "fix the file: it can't be read as a record and grants nothing",
                "exledger lint exceptions/EXC-2026-BR0KE.yaml"
            ],
            [
                "7F3KQ",
                "review it, and have an approver who did not write it merge that",
                "exledger review EXC-2026-7F3KQ"
            ],
            [
                "V23EW",
                "close it when it is no longer needed, or renew it in time",
                "exledger close EXC-2026-V23EW"
            ],
        ]
    );
    // Something that still has time has not begun to wait.
    assert_eq!(next(&answer, "V23EW")["since"], Value::Null);
    assert_eq!(next(&answer, "V23EW")["days"], Value::Null);
    // No possible approver is named, but who can't approve is shown.
    assert_eq!(next(&answer, "5E1FA")["waits_for"], json!([]));
    let table = ask(&repo, &["queue", "-q"]).out;
    assert!(
        table.contains("waiting approval for 11 days; waits for anyone but Ana Ruiz"),
        "{table}"
    );
    // Later the sensitive record is degraded, and its authors can't resolve that by a review.
    let later = ["queue", "--on", "2026-12-08", "--format", "json"];
    let later = cli::run(repo.path(), &later);
    let later: Value = serde_json::from_str(&later.out).unwrap();
    assert_eq!(
        next(&later, "7F3KQ")["action"],
        "review it, and have an approver who did not write it merge that; escalated to lee@example.com"
    );
    assert_eq!(next(&later, "7F3KQ")["command"], "exledger review EXC-2026-7F3KQ");
}

#[test]
fn what_is_proposed_waits_for_those_who_may_approve_it() {
    let repo = story();
    let batch =
        crate::support::samples::SERVICE_ACCOUNT.replace("EXC-2026-7F3KQ", "EXC-2026-NEW42");
    repo.clock("2026-11-30T08:00:00Z");
    repo.branch("batch").by("sam").write("EXC-2026-NEW42", &batch).commit("File another batch");
    // A renewal and a closure of landed records.
    repo.branch("longer")
        .by("ana")
        .edit("EXC-2026-V23EW", "renewals: [{date: 2026-11-30, from: 2026-12-05, until: 2027-01-05, reason: The vendor is late}]")
        .edit("EXC-2026-V23EW", "expires: 2027-01-05")
        .commit("Renew");
    repo.branch("over")
        .by("ana")
        .edit("EXC-2026-01D01", "closure: {outcome: remediated, date: 2026-11-30, by: ana@example.com, reason: The certificate is replaced}")
        .commit("Close");
    let draft = standard("EXC-2026-DRAFT", "Only here", "draft", "2026-11-30", "2026-12-20");
    repo.scribble("EXC-2026-DRAFT", &draft);
    let answer = json(&repo, &["queue"]);
    let new = next(&answer, "NEW42");
    // Nobody has a key, so merging is the way to approve.
    assert_eq!(new["action"], "merge batch with a merge commit, unless you wrote it, or reject it");
    assert_eq!(new["command"], "git merge --no-ff batch");
    // Someone in the security group who did not write it.
    assert_eq!(new["waits_for"], json!([{"email": "dana@example.com", "name": null}]));
    assert_eq!((&new["since"], &new["days"]), (&json!("2026-11-30T08:00:00Z"), &json!(1)));
    let table = ask(&repo, &["queue"]).out;
    assert!(
        table.contains("for 28 hours, at least claimed; waits for dana@example.com"),
        "{table}"
    );
    for (id, action, command) in [
        (
            "V23EW",
            "merge longer (renewed) with a merge commit, unless you wrote it, or reject it",
            "git merge --no-ff longer",
        ),
        ("01D01", "merge over (closed): it needs no approval", "exledger diff main over"),
        ("DRAFT", "commit the change in the work tree and open a pull request", "exledger diff"),
    ] {
        let next = next(&answer, id);
        assert_eq!((&next["action"], &next["command"]), (&json!(action), &json!(command)));
    }
    let only = json(&repo, &["queue", "--approved-only"]);
    let ids: Vec<&str> = steps(&only).iter().map(|[id, ..]| *id).collect();
    assert_eq!(ids, ["01D01", "5E1FA", "BR0KE", "7F3KQ", "V23EW"]);
    assert!(next(&only, "01D01")["action"].as_str().unwrap().starts_with("close it"));
}

#[test]
fn a_request_that_waits_too_long_is_escalated_with_its_age() {
    let repo = Repo::at("2026-11-01T08:00:00Z");
    let policy = "version: 1\ngroups: {security: [dana@example.com, sam@example.com]}\n\
        escalate: [{after: 0d, to: owner}, {after: 2d, to: security}]\n";
    repo.by("dana").write("exledger.yaml", policy).commit("Start");
    let text = standard("EXC-2026-WA1TS", "It waits", "billing", "2026-11-01", "2026-12-20");
    repo.branch("waits").by("ana").write("EXC-2026-WA1TS", &text).commit("File");
    repo.checkout();
    for (on, action, strict) in [
        (
            "2026-11-03T08:00:00Z",
            "merge waits with a merge commit, unless you wrote it, or reject it",
            0,
        ),
        (
            "2026-11-05T10:00:00Z",
            "merge waits with a merge commit, unless you wrote it, or reject it",
            1,
        ),
        (
            "2026-11-08T08:00:00Z",
            "merge waits with a merge commit, unless you wrote it, or reject it; escalated to dana@example.com, sam@example.com",
            1,
        ),
    ] {
        let args = ["queue", "--strict", "--on", on, "--format", "json"];
        let run = cli::run(repo.path(), &args);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(next(&answer, "WA1TS")["action"], action, "{on}");
        assert_eq!(run.code, strict, "{on}");
        // Without --strict, the exit code is that of any other answer.
        let run = cli::run(repo.path(), &["queue", "--on", on]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{on}");
    }
}

#[test]
fn filters_are_those_of_list_and_count_what_they_hide() {
    let repo = story();
    for (args, ids, hidden) in [
        (&["--application", "gateway"][..], &["01D01"][..], 0),
        (&["--status", "active"], &["7F3KQ", "V23EW"], 0),
        (&["--status", "closed"], &[], 0),
        (&["--owner", "nobody@example.com"], &[], 0),
        (&["--application", "search", "--on", "2026-11-01"], &[], 1),
    ] {
        let on = match args.contains(&"--on") {
            true => Vec::new(),
            false => vec!["--on", super::ON],
        };
        let asked = [&["queue", "--format", "json"], on.as_slice(), args].concat();
        let run = cli::run(repo.path(), &asked);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let found: Vec<&str> = steps(&answer).iter().map(|[id, ..]| *id).collect();
        assert_eq!((found.as_slice(), &answer["hidden"]), (ids, &json!(hidden)), "{args:?}");
    }
    let nothing = ask(&repo, &["queue", "-q", "--owner", "nobody@example.com", "--strict"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (0, "nothing needs attention\n"));
}

#[test]
fn what_can_not_be_told_comes_first_with_what_repairs_it() {
    let repo = story();
    let shallow = repo.clone_with(&["--depth=1"]);
    let run = cli::run(shallow.path(), &["queue", "--on", super::ON, "--format", "json"]);
    assert_eq!(run.code, 3, "{}", run.err);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let first = &answer["records"][0];
    assert_eq!(first["status"], "unknown");
    assert_eq!(first["next"]["command"], "git fetch --unshallow");
}

#[test]
fn a_command_can_be_copied_whatever_others_call_their_branches() {
    let repo = story();
    let branch = "$(touch${IFS}here);`id`'";
    let text = standard("EXC-2026-EV11X", "It waits", "evil", "2026-11-20", "2026-12-20");
    let text = text.replace("id: CC1", "id: \"`id`\"");
    repo.branch(branch).by("ana").write("EXC-2026-EV11X", &text).commit("File");
    let stale = "status: active, verify_every: 1d";
    let text = text.replace("EV11X", "EV12X").replace("status: active", stale);
    file(&repo, "EXC-2026-EV12X", &text);
    repo.by("lee").write("exceptions/$(id) x.yaml", "not: a record\n").commit("A file with a name");
    repo.checkout();
    let answer = json(&repo, &["queue"]);
    let commands: Vec<&str> = steps(&answer).iter().map(|[.., it]| *it).collect();
    for expected in [
        r"git merge --no-ff '$(touch${IFS}here);`id`'\'''",
        "exledger review EXC-2026-EV12X --control '`id`'",
        "exledger lint 'exceptions/$(id) x.yaml'",
    ] {
        assert!(commands.contains(&expected), "{expected}: {commands:#?}");
    }
}

/// Returns a ledger with a proposal by Ana and these further lines of its policy.
fn proposal(policy: &str, more: &str) -> Repo {
    let repo = Repo::at("2026-11-30T08:00:00Z");
    repo.by("lee")
        .write("exledger.yaml", &format!("version: 1\n{policy}"))
        .write(".github/allowed_signers", "omar@example.com namespaces=\"exledger-approval@v1\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUdoKLyyqkMoTlJyhTzQ+jFMYjLmwGgAEgDVzQq8WfI\n")
        .commit("Start");
    let text = standard("EXC-2026-WA1TS", "It waits", "billing", "2026-11-30", "2026-12-20");
    let text = format!("{text}{more}");
    repo.branch("waits").by("ana").write("EXC-2026-WA1TS", &text).commit("File");
    repo.checkout();
    repo
}

#[test]
fn whoever_can_approve_in_another_way_than_the_nearest_is_told_that_one() {
    let repo = proposal("groups: {approvers: [dana@example.com, ana@example.com]}\n", "");
    for (user, action, command) in [
        (
            "omar",
            "approve and merge waits, or reject it",
            "exledger approve EXC-2026-WA1TS --ref waits",
        ),
        (
            "dana",
            "merge waits with a merge commit, unless you wrote it, or reject it",
            "git merge --no-ff waits",
        ),
        ("ana", "somebody else must approve it: you wrote it", "exledger show EXC-2026-WA1TS"),
    ] {
        repo.config("user.name", user);
        repo.config("user.email", &format!("{user}@example.com"));
        let answer = json(&repo, &["queue"]);
        let next = next(&answer, "WA1TS");
        assert_eq!((&next["action"], &next["command"]), (&json!(action), &json!(command)));
    }
}

#[test]
fn every_author_of_a_branch_is_one_of_the_proposal() {
    let repo = proposal("", "");
    repo.branch("waits").by("omar").edit("EXC-2026-WA1TS", "title: It still waits").commit("Edit");
    repo.checkout();
    let table = ask(&repo, &["show", "WA1TS"]).out;
    let authors = "authors    Ana Ruiz <ana@example.com>, omar <omar@example.com>\n";
    assert!(table.contains(authors), "{table}");
}

#[test]
fn a_request_that_its_branch_rejects_only_has_to_be_merged() {
    let closure =
        "closure: {outcome: rejected, date: 2026-11-30, by: lee@example.com, reason: It matters}\n";
    let repo = proposal("", closure);
    let answer = json(&repo, &["queue"]);
    let next = next(&answer, "WA1TS");
    assert_eq!(next["action"], "merge waits: it needs no approval");
    assert_eq!(next["command"], "exledger diff main waits");
    // It is neither over nor waiting for anybody's approval.
    let mut records = answer["records"].as_array().unwrap().iter();
    let record = records.find(|record| record["id"] == "EXC-2026-WA1TS").unwrap();
    assert_eq!((&record["bucket"], &next["since"]), (&Value::Null, &Value::Null), "{record:#}");
    let messages = json(&repo, &["queue", "--messages"])["messages"].to_string();
    assert!(!messages.contains("EXC-2026-WA1TS"), "{messages}");
    // Once it is over by its date, too.
    let later = ["queue", "--strict", "--on", "2027-01-30", "--format", "json"];
    let late: Value = serde_json::from_str(&cli::run(repo.path(), &later).out).unwrap();
    let mut late = late["records"].as_array().unwrap().iter();
    let record = late.find(|record| record["id"] == "EXC-2026-WA1TS").unwrap();
    assert_eq!(record["bucket"], Value::Null, "{record:#}");
}

#[test]
fn a_merge_is_made_on_the_approved_branch_whatever_is_checked_out() {
    let repo = proposal("approval: {accept: [merge]}\n", "");
    crate::support::repo::git(repo.path(), &["switch", "-q", "waits"]);
    let answer = json(&repo, &["queue"]);
    let command = "git switch main && git merge --no-ff waits";
    assert_eq!(next(&answer, "WA1TS")["command"], command);
    crate::support::repo::git(repo.path(), &["switch", "-q", "main"]);
    let answer = json(&repo, &["queue"]);
    assert_eq!(next(&answer, "WA1TS")["command"], "git merge --no-ff waits");
}

#[test]
fn merge_that_is_only_here_is_pushed() {
    let repo = proposal("approval: {accept: [merge]}\n", "");
    let clone = repo.clone_with(&[]);
    let git = |args: &[&str]| crate::support::repo::git(clone.path(), args);
    let next_step = || {
        let run =
            cli::run(clone.path(), &["queue", "--on", "2026-11-30T12:00:00Z", "--format", "json"]);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        next(&answer, "WA1TS").clone()
    };
    git(&["config", "user.name", "Lee Park"]);
    git(&["config", "user.email", "lee@example.com"]);
    assert_eq!(next_step()["command"], "git merge --no-ff origin/waits");
    git(&["merge", "-q", "--no-ff", "-m", "Merge it", "origin/waits"]);
    assert_eq!(next_step()["action"], "push main: it is merged in this clone alone");
    assert_eq!(next_step()["command"], "git push origin main");
    // An author's own merge is no approval.
    git(&["config", "user.email", "ana@example.com"]);
    assert_ne!(next_step()["command"], "git push origin main");
}

#[test]
fn filer_is_told_why_the_renewal_of_another_waits_for_others() {
    let repo = proposal("", "");
    repo.by("lee").merge("waits", "Merge branch 'waits'");
    let renewal = "renewals: [{date: 2026-11-30, from: 2026-12-20, until: 2027-01-10, reason: The vendor is late}]";
    let later = repo.branch("later").by("omar").edit("EXC-2026-WA1TS", renewal);
    later.edit("EXC-2026-WA1TS", "expires: 2027-01-10").commit("Renew it");
    repo.checkout();
    for (user, action) in [
        ("ana", "somebody else must approve it: you filed the record"),
        ("omar", "somebody else must approve it: you wrote it"),
    ] {
        repo.config("user.email", &format!("{user}@example.com"));
        assert_eq!(next(&json(&repo, &["queue"]), "WA1TS")["action"], action);
    }
}

#[test]
fn a_merge_is_made_on_top_of_what_the_remote_has() {
    let repo = proposal("approval: {accept: [merge]}\n", "");
    let clone = repo.clone_with(&[]);
    let git = |args: &[&str]| crate::support::repo::git(clone.path(), args);
    repo.by("lee").write("README.md", "More\n").commit("Go on");
    git(&["fetch", "-q"]);
    git(&["config", "user.name", "Lee Park"]);
    git(&["config", "user.email", "lee@example.com"]);
    let run =
        cli::run(clone.path(), &["queue", "--on", "2026-11-30T12:00:00Z", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let command = "git pull --ff-only origin main && git merge --no-ff origin/waits";
    assert_eq!(next(&answer, "WA1TS")["command"], command);
    let merged = cli::shell_in(clone.path(), repo.now(), command);
    assert_eq!(merged.code, 0, "{}", merged.err);
    git(&["merge-base", "--is-ancestor", "origin/main", "main"]);
}

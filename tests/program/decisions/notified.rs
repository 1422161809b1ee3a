//! Who gets a message: those who can approve, those who asked, and what they are told.

use serde_json::Value;

use crate::decisions::{ID, Life, record};
use crate::support::repo::{Repo, speak};

const OTHER: &str = "EXC-2026-00002";

/// A long exception, about which nothing is due but its approval.
const LONG: &str = "expires: 2027-02-15\n";

/// Groups that only sensitive records demand, an agent and a bot that could be mistaken for approvers, and logins.
const POLICY: &str = "\
version: 1
name: example/payments
people:
  agents: [agent-filer@example.com]
  bots: ['robo@*']
  logins: {dkim: dana@example.com, 'Sam Ito': sam@example.com, '42+skim': sam@example.com, max-o: max@example.com}
groups:
  security: [dana@example.com, sam@example.com, agent-filer@example.com, robo@example.com]
  platform: [lee@example.com, ana@example.com]
tiers:
  - name: sensitive
    match: [{risk: [high, critical]}]
    approvals: {count: 2, each_of: [security, platform], must_include: [risk_owner]}
  - {name: standard, approvals: {count: 1}}
";

/// A ledger in which the keys of Dana, Lee and Sam are listed.
fn ledger(policy: &str) -> Life {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let signers: String = ["dana", "lee", "sam"].map(speak::signer).concat();
    let work = repo.by("dana").write("exledger.yaml", policy);
    work.write(".github/allowed_signers", &signers).commit("Begin the ledger");
    repo.checkout();
    Life { repo }
}

fn messages(life: &Life, more: &[&str]) -> Vec<Value> {
    let args = [&["queue", "--messages", "--format", "json"], more].concat();
    let run = life.run("sam", &args);
    let answer: Value =
        serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err));
    answer["messages"].as_array().unwrap().clone()
}

/// Returns each record of each message: `PERSON ROLES BUCKET`.
fn told(messages: &[Value]) -> Vec<String> {
    let mut told = Vec::new();
    for message in messages {
        let to = message["to"]["email"].as_str().unwrap().replace("@example.com", "");
        for record in message["records"].as_array().unwrap() {
            let roles = record["roles"].as_array().unwrap().iter();
            let roles: Vec<&str> = roles.map(|role| role.as_str().unwrap()).collect();
            told.push(format!("{to} {} {}", roles.join("+"), record["bucket"].as_str().unwrap()));
        }
    }
    told
}

/// Returns the message to a person.
fn to<'m>(messages: &'m [Value], name: &str) -> &'m Value {
    let email = format!("{name}@example.com");
    let mut found = messages.iter().filter(|message| message["to"]["email"] == email.as_str());
    found.next().unwrap_or_else(|| panic!("nothing for {name}: {messages:#?}"))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap()
}

#[test]
fn a_request_goes_to_those_who_can_approve_it_at_once() {
    let life = ledger(POLICY);
    life.file(ID, &record(ID, LONG), "ana");
    let messages = messages(&life, &[]);
    // Nobody is demanded: whoever groups, signers and logins name; no author, bot or agent.
    assert_eq!(
        told(&messages),
        [
            "dana approver waiting-approval",
            "lee approver waiting-approval",
            "max approver waiting-approval",
            "sam approver waiting-approval"
        ]
    );
    let dana = to(&messages, "dana");
    assert_eq!(
        text(dana, "subject"),
        "Approve or reject: Nightly invoices still read with the shared user (EXC-2026-7F3KQ)"
    );
    let asked = &dana["records"][0];
    assert_eq!(text(asked, "command"), "exledger approve EXC-2026-7F3KQ --ref file-EXC-2026-7F3KQ");
    assert!(text(asked, "action").starts_with("approve and merge file-EXC-2026-7F3KQ"), "{asked}");
    let body = text(dana, "text");
    for line in [
        "EXC-2026-7F3KQ  Nightly invoices still read with the shared user",
        "  until: 2027-02-15, in 87 days",
        "  because: The job is replaced in December (BILL-412)",
        "  risk: moderate; owner: Ana Ruiz <ana@example.com>",
        "  you receive this as approver",
        "  run: exledger approve EXC-2026-7F3KQ --ref file-EXC-2026-7F3KQ",
        "  file: exceptions/EXC-2026-7F3KQ.yaml, on branch file-EXC-2026-7F3KQ",
    ] {
        assert!(body.contains(line), "{line}: {body}");
    }
}

#[test]
fn only_demanded_people_are_asked_where_the_policy_demands_some() {
    let life = ledger(POLICY);
    let high = "risk: {level: high, owner: kim@example.com}\n";
    life.file(ID, &record(ID, &format!("{LONG}{high}")), "ana");
    assert_eq!(
        told(&messages(&life, &[])),
        [
            "dana approver waiting-approval",
            "kim approver waiting-approval",
            "lee approver waiting-approval",
            "sam approver waiting-approval"
        ]
    );
    // A second author of the branch, and the requester, can't approve it either.
    let life = ledger(POLICY);
    let text = record(ID, &format!("{LONG}{high}requester: lee@example.com\n"));
    life.file(ID, &text, "ana");
    let work = life.repo.branch(&format!("file-{ID}")).by("sam");
    work.edit(ID, "title: Nightly invoices are read with the shared user").commit("Reword");
    assert_eq!(
        told(&messages(&life, &[])),
        ["dana approver waiting-approval", "kim approver waiting-approval"]
    );
}

#[test]
fn after_the_deadline_owner_and_requester_are_told_whom_it_waits_for() {
    let life = ledger(POLICY);
    let high = "risk: {level: high, owner: dana@example.com}\nrequester: max@example.com\n";
    life.file(ID, &record(ID, &format!("{LONG}{high}")), "ana");
    let before = told(&messages(&life, &[]));
    assert!(before.iter().all(|line| line.contains(" approver ")), "{before:?}");
    life.repo.clock("2026-11-24T12:00:00Z");
    let messages = messages(&life, &[]);
    assert_eq!(
        told(&messages),
        [
            "ana owner+requester waiting-approval",
            "dana approver waiting-approval",
            "lee approver waiting-approval",
            "max requester waiting-approval",
            "sam approver waiting-approval"
        ]
    );
    for name in ["ana", "max"] {
        let message = to(&messages, name);
        let record = &message["records"][0];
        let action = text(record, "action");
        let whom =
            "it waits for an approval by dana@example.com, lee@example.com or sam@example.com";
        assert_eq!(action, whom);
        let command = text(record, "command");
        assert_eq!(command, "exledger show EXC-2026-7F3KQ");
        assert!(text(message, "subject").starts_with("Waits for approval: Nightly"), "{message}");
        assert!(!text(message, "text").contains("exledger approve"), "{message}");
    }
}

#[test]
fn a_landed_record_waits_for_key_holders_and_a_change_for_whoever_can_merge_it() {
    let life = ledger(POLICY);
    life.file(ID, &record(ID, LONG), "ana");
    life.merge(&format!("file-{ID}"), "ana", "");
    let waiting = messages(&life, &[]);
    assert_eq!(
        told(&waiting),
        [
            "dana approver waiting-approval",
            "lee approver waiting-approval",
            "sam approver waiting-approval"
        ]
    );
    assert_eq!(
        text(&to(&waiting, "lee")["records"][0], "command"),
        format!("exledger approve {ID}")
    );
    life.repo
        .by("lee")
        .says(
            &speak::yes("lee", ID, &record(ID, LONG), "2026-11-20T11:00:00Z")
                .ledger("example/payments"),
        )
        .commit("Approve it");
    life.switch("main");
    // Sam proposes to widen it: then Ana, who filed it, is an author of that, too.
    let work = life.repo.branch("wider").by("sam");
    work.edit(ID, "scope: {resources: [db:a]}").commit("Widen it");
    let asked = told(&messages(&life, &["--since", "0h"]));
    assert_eq!(
        asked,
        [
            "dana approver waiting-approval",
            "lee approver waiting-approval",
            "max approver waiting-approval"
        ]
    );
}

#[test]
fn those_who_asked_learn_what_was_decided() {
    let life = ledger(POLICY);
    let asked = format!("{LONG}requester: max@example.com\n");
    life.filed(ID, &record(ID, &asked), "ana", "lee");
    let decided = |life: &Life, more: &[&str]| -> Vec<String> {
        let told = told(&messages(life, more));
        told.into_iter().filter(|line| line.ends_with(" decided")).collect()
    };
    let both = ["ana requester decided", "max requester decided"];
    assert_eq!(decided(&life, &[]), both);
    let message = messages(&life, &[]);
    let record = &to(&message, "max")["records"][0];
    assert_eq!(text(record, "action"), "approved by lee@example.com: in force through 2027-02-15");
    assert_eq!(text(record, "command"), format!("exledger show {ID}"));
    assert_eq!(record["since"], "2026-11-20T11:00:00Z");
    assert!(text(to(&message, "max"), "subject").starts_with("Approved: Nightly invoices"));
    assert_eq!(to(&message, "max")["to"]["login"], "max-o");
    // A day later it is old.
    life.repo.clock("2026-11-21T11:00:01Z");
    assert!(decided(&life, &[]).is_empty());
    for since in ["25h", "2d", "2026-11-20", "2026-11-20T10:59:59Z"] {
        assert_eq!(decided(&life, &["--since", since]), both, "{since}");
    }
    assert!(decided(&life, &["--since", "2026-11-20T11:00:00Z"]).is_empty());
    // It is revoked, and another request is rejected.
    let close = ["close", ID, "--outcome", "revoked", "--reason", "The vendor was breached"];
    let evidence = ["--evidence", "https://ci.example.com/1"];
    life.decided("dana", &[&close[..], &evidence].concat(), "lee");
    life.filed(OTHER, &crate::decisions::record(OTHER, LONG), "ana", "ana");
    life.decided("dana", &["reject", OTHER, "--reason", "Use the replica"], "lee");
    let message = messages(&life, &[]);
    let ana = to(&message, "ana")["records"].as_array().unwrap();
    let actions: Vec<&str> = ana.iter().map(|record| text(record, "action")).collect();
    assert_eq!(
        actions,
        [
            "revoked by dana@example.com: The vendor was breached; it grants nothing any more",
            "rejected by dana@example.com: Use the replica"
        ]
    );
    assert_eq!(
        text(to(&message, "ana"), "subject"),
        "2 exceptions were decided in example/payments"
    );
}

#[test]
fn a_veto_is_told_to_those_who_asked_and_nobody_is_asked_to_approve() {
    let life = ledger(POLICY);
    let text = record(ID, LONG);
    life.file(ID, &text, "ana");
    life.merge(&format!("file-{ID}"), "ana", "");
    let veto = speak::no("sam", ID, &text, "2026-11-20T11:30:00Z").ledger("example/payments");
    life.repo.by("sam").says(&veto.because("Ask the vendor first")).commit("Reject it");
    life.switch("main");
    let messages = messages(&life, &[]);
    assert_eq!(told(&messages), ["ana requester decided"]);
    assert_eq!(
        messages[0]["records"][0]["action"],
        "vetoed by sam@example.com: Ask the vendor first; it grants nothing until the text changes, or they approve it"
    );
}

#[test]
fn the_time_of_decisions_is_refused_without_messages_and_in_the_future() {
    let life = ledger(POLICY);
    for args in [
        &["queue", "--since", "24h"][..],
        &["queue", "--messages", "--since", "tomorrow"],
        &["queue", "--messages", "--since", "2026-12-01"],
    ] {
        let run = life.run("sam", args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
        assert!(run.err.contains("--since") || run.err.contains("--messages"), "{}", run.err);
    }
}

#[test]
fn the_headings_of_all_messages_are_of_one_level() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let owner = "owner: {name: Lee Park, email: lee@example.com}";
    life.filed(OTHER, &record(OTHER, owner), "ana", "lee");
    life.repo.clock("2027-01-10T09:00:00Z");
    let run = life.run("sam", &["queue", "--messages", "--format", "markdown"]);
    let headings: Vec<&str> = run.out.lines().filter(|line| line.starts_with('#')).collect();
    assert!(headings.len() >= 2, "{}", run.out);
    assert!(headings.iter().all(|heading| heading.starts_with("## **To: ")), "{headings:?}");
}

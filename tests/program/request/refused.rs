//! What a request must not ask for, what it must say, and who may run the agent.

use exledger::features;
use exledger::features::request::answer::RequestLog;
use exledger::features::request::plan::ExceptionRequest;
use exledger::gate::question::BoundIdentity;
use exledger::record::vocabulary::IdentityType;
use exledger::session::error::Error;
use serde_json::{Value, json};

use crate::request::{arguments, ask, check, files, ledger, open, with};
use crate::support::repo::Repo;

fn agent() -> BoundIdentity {
    BoundIdentity { name: "agent:coder".to_owned(), identity_type: IdentityType::AiAgent }
}

fn read(others: Value) -> String {
    match ExceptionRequest::read(&with(others), Some(&agent())) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_draft_states_the_type_of_the_session() {
    for kind in [IdentityType::AiAgent, IdentityType::Workload] {
        let own = BoundIdentity { identity_type: kind, ..agent() };
        let asked = ExceptionRequest::read(&with(json!({})), Some(&own)).unwrap();
        assert_eq!(asked.answers.text("subject.identity_type"), Some(kind.as_str()));
    }
}

#[test]
fn arguments_that_are_none_are_errors_and_never_dropped() {
    for (others, message) in [
        (json!({}), ""),
        (
            json!({"resorce": ["repo:acme/billing"]}),
            "unknown: `resorce` is not an argument of a request; did you mean `resource`?",
        ),
        (json!({"resource": "repo:acme/billing"}), "unknown: `resource` must be a list of texts"),
        (json!({"resource": []}), "unknown: `resource` is empty"),
        (json!({"resource": [""]}), "unknown: `resource` is empty"),
        (json!({"resource": [1]}), "unknown: `resource` must be a list of texts"),
        (json!({"title": ["a"]}), "unknown: `title` must be a text"),
        (json!({"title": " "}), "unknown: `title` is empty"),
        (json!({"uses": "1"}), "unknown: `uses` must be a number"),
        (json!({"receipt": "x"}), "unknown: `receipt` must be a receipt, as JSON"),
        (
            json!({"receipt": {"verdict": "allow"}}),
            "`receipt` answers allow: what it asks about needs no further exception",
        ),
        (
            json!({"class": "emergency"}),
            "unknown: `class` is not an argument of a request: a request is always of class standard; people file the others",
        ),
        (json!({"emergency": true}), "unknown: `emergency` is not an argument of a request"),
        (
            json!({"supersedes": "EXC-2026-7F3KQ"}),
            "unknown: `supersedes` is not an argument of a request: people decide which record replaces another",
        ),
        (
            json!({"requester": "lee@example.com"}),
            "unknown: `requester` is not an argument of a request: the requester is the person who runs the server",
        ),
        (
            json!({"identity_type": "human"}),
            "unknown: `identity_type` is not an argument of a request: whoever starts the server says of which type the identity is",
        ),
        (
            json!({"alias": ["agent:admin"]}),
            "unknown: `alias` is not an argument of a request: a former name would cover more than what is asked for",
        ),
        (
            json!({"identity": "agent:other"}),
            "`identity` is agent:other, but this server asks as agent:coder",
        ),
        (
            json!({"trigger": ["never"]}),
            "`never` is not a trigger: write \"WHEN => close\", review or revoke",
        ),
        (
            json!({"control_owner": ["lee@example.com", "lee@example.com"]}),
            "more control_owner than compensating_control: give one for each, in order",
        ),
    ] {
        assert_eq!(read(others.clone()), message, "{others}");
    }
    for text in ["*", "**", "any", "ALL", "repo:acme/*", "repo:?"] {
        for others in [
            json!({"resource": ["repo:acme/billing", text]}),
            json!({"action": [text]}),
            json!({"application": text}),
            json!({"finding": [format!("trivy:{text}")]}),
        ] {
            assert!(read(others.clone()).contains("would cover more than one"), "{others}");
        }
    }
}

#[test]
fn what_is_missing_or_breaks_a_rule_is_named() {
    let repo = ledger();
    let before = files(repo.path());
    let session = open(repo.path());
    let refused = |others: Value| {
        let made = ask(&session, &with(others), &mut RequestLog::without_branches());
        match made.unwrap_err() {
            Error::Usage(refused) => format!("{refused}\n{}", refused.remedy().words()),
            other => panic!("{other}"),
        }
    };
    let text = refused(json!({"title": null, "risk_level": null, "credential": null}));
    for name in ["3 answers are missing", "title", "risk_level", "credential"] {
        assert!(text.contains(name), "{name}: {text}");
    }
    assert!(!text.contains("--"), "{text}");
    for (others, code) in [
        (json!({"justification": "Because."}), "short-justification"),
        (json!({"expires": "400d"}), "term-too-long"),
        (json!({"expires": "2026-11-01"}), "is in the past"),
        (json!({"trigger": null}), "trigger"),
        (json!({"uses": 0}), "would allow none"),
        (json!({"risk_level": "none"}), "risk"),
        (json!({"credential": "ghp_abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"}), "secret"),
    ] {
        let text = refused(others.clone());
        assert!(text.contains(code), "{others}: {text}");
        assert!(!text.contains("ghp_"), "{text}");
    }
    assert_eq!(files(repo.path()), before);
}

#[test]
fn a_receipt_gives_the_rest_and_the_request_asks_for_nothing_else() {
    let repo = ledger();
    let session = open(repo.path());
    let checked = check(repo.path(), "json");
    let receipt: Value = serde_json::from_str(&checked.out).unwrap();
    assert_eq!(receipt["verdict"], "deny");
    let rest = |receipt: &Value| {
        with(json!({"identity": null, "resource": null, "action": null, "receipt": receipt}))
    };
    let mut log = RequestLog::without_branches();
    let made = ask(&session, &rest(&receipt), &mut log).unwrap();
    let stated = ask(&session, &arguments(), &mut log).unwrap();
    assert_eq!(made.id, stated.id, "both say the same");
    for line in ["identity: agent:coder", "resources: [repo:acme/billing]", "actions: [merge]"] {
        assert!(made.yaml.contains(line), "{line}: {}", made.yaml);
    }
    let mut wider = rest(&receipt);
    wider.insert("resource".to_owned(), json!(["repo:acme/billing", "repo:acme/payroll"]));
    let text = ask(&session, &wider, &mut log).unwrap_err().to_string();
    assert_eq!(text, "`resource` is not what the receipt asks about");

    for (pointer, value, message) in [
        ("/question/resource", json!("*"), "would be a pattern"),
        ("/question/action", json!("any"), "would be a pattern"),
        ("/question/deploy", json!(true), "asks about a deployment"),
        ("/question", json!(null), "the argument `receipt` is not a receipt"),
    ] {
        let mut receipt = receipt.clone();
        *receipt.pointer_mut(pointer).unwrap() = value;
        let text = ask(&session, &rest(&receipt), &mut log).unwrap_err().to_string();
        assert!(text.contains(message), "{pointer}: {text}");
    }
    let other = json!({"receipt": {"question": {"identity": "agent:other"}}, "identity": null});
    assert_eq!(read(other), "`identity` is agent:other, but this server asks as agent:coder");
}

#[test]
fn only_a_person_can_run_an_agent_that_files() {
    let repo = ledger();
    for (email, message) in [
        ("", "git's user.email is not set"),
        ("nobody", "not an email address"),
        ("coder@example.com", "a bot, an agent or a service"),
        ("49699333+dependabot[bot]@users.noreply.github.com", "a bot, an agent or a service"),
        ("noreply@github.com", "a bot, an agent or a service"),
    ] {
        repo.config("user.email", email);
        let error = features::request::begin_log(&open(repo.path())).unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error}");
        assert!(error.to_string().contains(message), "{email}: {error}");
    }
    // A session that was opened before asks again for each request.
    repo.config("user.email", "ana@example.com");
    let session = open(repo.path());
    let mut log = features::request::begin_log(&session).unwrap();
    repo.config("user.email", "coder@example.com");
    let error = ask(&session, &arguments(), &mut log).unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
    // Without branches it is nobody's: the owner must be named, and there is no requester.
    let mut log = RequestLog::without_branches();
    let error = ask(&session, &arguments(), &mut log).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
    let owned = with(json!({"owner_name": "Kim Sato", "owner_email": "kim@example.com"}));
    let made = ask(&session, &owned, &mut log).unwrap();
    assert!(!made.yaml.contains("requester:"), "{}", made.yaml);

    let empty = Repo::at("2026-11-18T09:00:00Z");
    empty.by("root").write("README.md", "x\n").commit("Begin");
    empty.checkout();
    empty.scribble("exledger.yaml", "version: 1\n");
    let error = features::request::begin_log(&open(empty.path())).unwrap_err();
    assert!(matches!(error, Error::Undetermined(_)), "{error}");
}

#[test]
fn flags_are_told_as_arguments_but_commands_stay_commands() {
    let text = "run `exledger check --format json`, give --risk-level, or `--action` -- ` --rule";
    let told = "run `exledger check --format json`, give risk_level, or `action` -- ` rule";
    assert_eq!(exledger::features::request::plan::in_arguments(text), told);
}

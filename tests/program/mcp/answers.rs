//! What each tool takes and answers.

use serde_json::{Value, json};

use super::{Served, billing, receipts, refused, text, verdict};
use crate::support::golden;
use crate::support::samples::ID;

#[test]
fn the_list_of_tools_is_a_contract() {
    let served = Served::new();
    let mut client = served.begin(&[]);
    let listed = client.ask("tools/list", &json!({}));
    let shown = serde_json::to_string_pretty(&listed["result"]).unwrap();
    golden::check("cli/mcp.tools.json", &format!("{shown}\n"));
}

#[test]
fn hints_say_what_a_tool_may_change() {
    let served = Served::new();
    let file = served.work.path().join("receipts.jsonl");
    let hints = |more: &[&str]| {
        let mut client = served.begin(more);
        let listed = client.ask("tools/list", &json!({}));
        let tools = listed["result"]["tools"].as_array().unwrap().clone();
        tools
            .iter()
            .map(|tool| {
                assert_eq!(tool["annotations"]["destructiveHint"], false, "{tool}");
                assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{tool}");
                let name = tool["name"].as_str().unwrap().to_owned();
                (name, tool["annotations"]["readOnlyHint"].as_bool().unwrap())
            })
            .collect::<Vec<_>>()
    };
    let named = |it: &[(&str, bool)]| {
        it.iter().map(|(name, is)| ((*name).to_owned(), *is)).collect::<Vec<_>>()
    };
    let bare = [
        ("may_i", true),
        ("request_exception", false),
        ("status", true),
        ("wait", true),
        ("list_due", true),
    ];
    assert_eq!(hints(&[]), named(&bare));
    let kept = [
        ("may_i", false),
        ("request_exception", false),
        ("status", true),
        ("wait", false),
        ("list_due", true),
    ];
    assert_eq!(hints(&["--receipts", file.to_str().unwrap()]), named(&kept));
}

/// Arguments of `may_i` that are refused, with the reason.
fn bad_questions() -> Vec<(Value, &'static str)> {
    vec![
        (json!({"application": "billing", "resorce": "db:x"}), "`resorce` is not an argument"),
        (json!({"application": "billing", "at": "2026-11-20"}), "`at` is not an argument"),
        (json!({"application": "billing", "id": "1"}), "`id` is not an argument"),
        (json!({"application": "billing", "seconds": 5}), "`seconds` is not an argument"),
        (json!({"application": "billing", "ledger": "default"}), "`ledger` is not an argument"),
        (json!({"application": "billing", "resource": null}), "`resource` must be a text"),
        (json!({"application": "billing", "resource": ""}), "`resource` must be a text"),
        (json!({"application": "billing", "resource": "  "}), "`resource` must be a text"),
        (json!({"application": "billing", "resource": ["a"]}), "`resource` must be a text"),
        (json!({"application": "billing", "resource": {"a": 1}}), "`resource` must be a text"),
        (json!({"application": 7}), "`application` must be a text"),
        (json!({"application": "billing", "deploy": "true"}), "`deploy` must be true or false"),
        (json!({"identity": "svc:x", "deploy": true}), "names no application"),
        (json!({"application": "billing", "severity": "dire"}), "`severity` can't be read"),
        (json!({"finding": "no tool"}), "`finding` can't be read"),
        (json!({"resource": "db:x"}), "it names neither"),
        (json!({}), "it names neither"),
        (json!({"application": "x".repeat(70_000)}), "longer than 65536 bytes"),
    ]
}

#[test]
fn a_misspelt_limit_is_an_error_and_no_yes() {
    let served = Served::new();
    let file = served.work.path().join("receipts.jsonl");
    let mut client = served.begin(&["--receipts", file.to_str().unwrap()]);
    for (arguments, reason) in bad_questions() {
        for tool in ["may_i", "wait"] {
            if tool == "wait" && arguments.get("seconds").is_some() {
                continue;
            }
            let result = client.call(tool, &arguments);
            refused(&result, reason);
            assert!(text(&result).starts_with("unknown: "), "{result}");
        }
    }
    assert_eq!(receipts(&file), Vec::<Value>::new());
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
    assert_eq!(receipts(&file).len(), 1);
}

#[test]
fn arguments_of_the_other_tools_are_as_strict() {
    let served = Served::new();
    let mut client = served.begin(&[]);
    for (tool, arguments, reason) in [
        ("status", json!({}), "`id` is missing"),
        ("status", json!({"id": "7F3KQ"}), "`id` must be the whole id"),
        ("status", json!({"id": "../exledger"}), "`id` must be the whole id"),
        ("status", json!({"id": ID, "verbose": true}), "`verbose` is not an argument"),
        ("status", json!({"id": "EXC-2026-00000"}), "has no record EXC-2026-00000"),
        ("list_due", json!({"within": "soon"}), "`within` must be a duration"),
        ("list_due", json!({"within": 30}), "`within` must be a text"),
        ("list_due", json!({"owner": ""}), "`owner` must be a text"),
        ("list_due", json!({"all": true}), "`all` is not an argument"),
        ("wait", json!({"application": "billing", "seconds": 0}), "from 1 to 300"),
        ("wait", json!({"application": "billing", "seconds": 301}), "from 1 to 300"),
        ("wait", json!({"application": "billing", "seconds": "5"}), "from 1 to 300"),
        ("wait", json!({"application": "billing", "seconds": 1.5}), "from 1 to 300"),
        ("request_exception", json!({"title": "x", "class": "emergency"}), "`class`"),
        ("request_exception", json!({"titel": "x"}), "`titel`"),
    ] {
        let result = client.call(tool, &arguments);
        refused(&result, reason);
    }
    let none = client.ask("tools/call", &json!({"name": "approve", "arguments": {}}));
    assert_eq!(none["error"]["code"], -32602, "{none}");
}

#[test]
fn the_settings_say_of_which_type_the_identity_is() {
    let served = Served::new();
    let bind = "subject: {identity: \"agent:coder\", identity_type: human, application: billing}";
    served.gate.repo.branch("bind").by("ana").edit(ID, bind).commit("Name a person");
    served.gate.repo.by("lee").merge("bind", "Merge branch 'bind'");
    served.gate.fetch();
    let ledger = served.ledger();
    let typed = |more: &[&str]| {
        let args = [&["--ledger", &ledger, "--as", "agent:coder"], more].concat();
        let mut client = super::client::Client::start(served.work.path(), &args, &[]);
        client.initialize("2025-11-25");
        client
    };
    let mut agent = typed(&[]);
    let denied = agent.call("may_i", &billing());
    assert_eq!(verdict(&denied), "deny", "{denied}");
    assert_eq!(denied["structuredContent"]["question"]["identity_type"], "ai-agent");
    assert!(denied.to_string().contains("its identity type is human"), "{denied}");
    let said = json!({"application": "billing", "identity_type": "human"});
    refused(&agent.call("may_i", &said), "`identity_type`");
    refused(&agent.call("request_exception", &said), "`identity_type`");
    let mut human = typed(&["--as-type", "human"]);
    assert_eq!(verdict(&human.call("may_i", &billing())), "allow");
    for wrong in [
        &["mcp", "--ledger", "/srv/ledger", "--any-identity", "--as-type", "human"][..],
        &["mcp", "--ledger", "/srv/ledger", "--as", "agent:coder", "--as-type", "robot"],
        &["hook", "claude-code", "--ledger", "/srv/ledger", "--as-type", "human"],
        &[
            "hook",
            "claude-code",
            "--ledger",
            "/srv/ledger",
            "--as",
            "agent:coder",
            "--as-type",
            "robot",
        ],
    ] {
        assert_eq!(crate::cli::run(served.work.path(), wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn a_session_is_bound_to_its_identity() {
    let served = Served::new();
    let bind =
        "subject: {identity: \"agent:coder\", identity_type: ai-agent, application: billing}";
    served.gate.repo.branch("bind").by("ana").edit(ID, bind).commit("Name the agent");
    served.gate.repo.by("lee").merge("bind", "Merge branch 'bind'");
    served.gate.fetch();
    let ledger = served.ledger();
    let as_of = |identity: &str| {
        let args = ["--ledger", &ledger, "--as", identity];
        let mut client = super::client::Client::start(served.work.path(), &args, &[]);
        client.initialize("2025-11-25");
        client
    };
    let mut coder = as_of("agent:coder");
    let filled = coder.call("may_i", &billing());
    assert_eq!(verdict(&filled), "allow", "{filled}");
    assert_eq!(filled["structuredContent"]["question"]["identity"], "agent:coder");
    let alone = coder.call("may_i", &json!({}));
    assert_eq!(alone["structuredContent"]["question"]["identity"], "agent:coder", "{alone}");
    let same = json!({"application": "billing", "identity": "agent:coder"});
    assert_eq!(verdict(&coder.call("may_i", &same)), "allow");
    let other = json!({"application": "billing", "identity": "ana@example.com"});
    refused(&coder.call("may_i", &other), "`identity` is agent:coder in this session");
    refused(&coder.call("wait", &other), "`identity` is agent:coder in this session");
    refused(&coder.call("request_exception", &json!({"identity": "ana@example.com"})), "identity");
    let mut other = as_of("agent:other");
    assert_eq!(verdict(&other.call("may_i", &billing())), "deny");
    refused(&other.call("may_i", &same), "`identity` is agent:other in this session");
}

#[test]
fn every_answer_fits_the_schema_that_the_tool_declares() {
    let served = Served::new();
    let mut client = served.begin(&[]);
    let listed = client.ask("tools/list", &json!({}));
    let tools = listed["result"]["tools"].as_array().unwrap().clone();
    let schema = |name: &str| {
        let tool = tools.iter().find(|tool| tool["name"] == name).unwrap();
        jsonschema::validator_for(&tool["outputSchema"]).unwrap()
    };
    for (tool, arguments) in [
        ("may_i", billing()),
        ("may_i", json!({"application": "nobody"})),
        ("may_i", json!({"application": "billing", "deploy": true})),
        ("wait", json!({"application": "billing", "seconds": 1})),
        ("status", json!({"id": ID})),
        ("list_due", json!({"within": "400d"})),
        ("list_due", json!({"owner": "nobody@example.com"})),
    ] {
        let result = client.call(tool, &arguments);
        let errors: Vec<String> = schema(tool)
            .iter_errors(&result["structuredContent"])
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{tool} {arguments}: {errors:?} {result}");
        assert_ne!(result["isError"], true, "{result}");
    }
}

#[test]
fn what_is_due_is_listed_by_urgency_and_owner() {
    let served = Served::new();
    let mut client = served.begin(&[]);
    let due = client.call("list_due", &json!({"within": "30d", "owner": "ana@example.com"}));
    let records = due["structuredContent"]["records"].as_array().unwrap();
    assert_eq!(records.len(), 1, "{due}");
    assert_eq!(records[0]["id"], ID);
    assert!(text(&due).starts_with("1 record due\nEXC-2026-7F3KQ urgent"), "{due}");
    let none = client.call("list_due", &json!({"owner": "lee@example.com"}));
    assert_eq!(none["structuredContent"]["records"], json!([]));
    assert_eq!(text(&none), "0 records due");
}

#[test]
fn what_is_due_is_not_told_where_the_history_is_not_complete() {
    let served = Served::new();
    served.gate.repo.by("root").write("README.md", "x").commit("Go on");
    let clone = served.gate.repo.clone_with(&["--depth=1"]);
    let args = ["--ledger", clone.path().to_str().unwrap(), "--any-identity", "--trust-clone"];
    let mut client = super::client::Client::start(served.work.path(), &args, &[]);
    client.initialize("2025-11-25");
    refused(&client.call("list_due", &json!({"within": "30d"})), "is not in this shallow clone");
}

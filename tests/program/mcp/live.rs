//! Answers of a session that stays open: what landed meanwhile counts, uses are counted once, and what is printed is stored.

use serde_json::{Value, json};

use super::client::Client;
use super::{Served, billing, receipts, refused, verdict};
use crate::cli::{REAL_CLOCK, run_with};
use crate::support::repo::git;
use crate::support::samples::ID;

#[test]
fn a_revocation_that_lands_counts_at_the_next_call() {
    let served = Served::new();
    let mut client = served.begin(&[]);
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
    let closure = "closure: {outcome: revoked, date: 2026-11-21, by: ana@example.com, reason: The key leaked}";
    served.gate.repo.by("lee").edit(ID, closure).commit("Close it");
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow", "nothing was fetched");
    served.gate.fetch();
    let denied = client.call("may_i", &billing());
    assert_eq!(verdict(&denied), "deny", "{denied}");
    assert_eq!(denied["isError"], false, "a deny is no error");
    let status = client.call("status", &json!({"id": ID}));
    assert_eq!(status["structuredContent"]["in_force"], false, "{status}");
}

#[test]
fn a_thousand_calls_for_one_use_over_several_connections_get_one_yes() {
    let served = Served::new();
    served.gate.repo.branch("once").by("ana").edit(ID, "uses: {limit: 1}").commit("Once");
    served.gate.repo.by("lee").merge("once", "Merge branch 'once'");
    served.gate.fetch();
    let file = served.work.path().join("receipts.jsonl");
    let path = file.to_str().unwrap();
    start_receipts(&served, path);
    let clients: Vec<Client> = (0..4).map(|_| served.begin(&["--receipts", path])).collect();
    let n_allowed: usize = std::thread::scope(|scope| {
        let connections: Vec<_> = clients
            .into_iter()
            .map(|mut client| {
                scope.spawn(move || {
                    let params = json!({"name": "may_i", "arguments": billing()});
                    let ids: Vec<u64> =
                        (0..250).map(|_| client.request("tools/call", &params)).collect();
                    let answers = ids.into_iter().map(|id| client.answer(id));
                    answers.filter(|answer| verdict(&answer["result"]) == "allow").count()
                })
            })
            .collect();
        connections.into_iter().map(|it| it.join().unwrap()).sum()
    });
    assert_eq!(n_allowed, 1);
    let kept = receipts(&file);
    assert_eq!(kept.len(), 1_000);
    let audit = ["verify", "--receipts", path];
    let audited = run_with(served.gate.clone.path(), &audit, &[REAL_CLOCK]);
    assert_eq!(audited.code, 0, "{}{}", audited.out, audited.err);
}

/// Starts a file of receipts, in which uses may be counted.
fn start_receipts(served: &Served, path: &str) {
    let started =
        run_with(served.gate.clone.path(), &["check", "--new-receipts", path], &[REAL_CLOCK]);
    assert_eq!(started.code, 0, "{}{}", started.out, started.err);
}

#[test]
fn what_is_printed_is_what_is_stored() {
    let served = Served::new();
    let odd = "scope: {resources: ['db:\u{2067}x'], actions: [read]}";
    served.gate.repo.branch("odd").by("mal").edit(ID, odd).commit("Hide something");
    served.gate.fetch();
    let file = served.work.path().join("receipts.jsonl");
    let mut client = served.begin(&["--receipts", file.to_str().unwrap()]);
    let questions =
        [billing(), json!({"application": "nobody"}), json!({"identity": "x\u{202e}y"})];
    let printed =
        questions.map(|question| client.call("may_i", &question)["structuredContent"].clone());
    assert_eq!(receipts(&file), printed);
    assert_eq!(printed[2]["seq"], 3);
}

#[test]
fn a_ledger_that_can_not_be_loaded_is_unknown_until_it_can() {
    let served = Served::new();
    let mut client = served.begin(&[]);
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
    let clone = served.gate.clone.path();
    let tip = git(clone, &["rev-parse", "refs/remotes/origin/main"]);
    git(clone, &["update-ref", "-d", "refs/remotes/origin/main"]);
    let lost = client.call("may_i", &billing());
    assert_eq!(verdict(&lost), "unknown", "{lost}");
    assert!(super::text(&lost).starts_with("unknown: the ledger can't be read now"), "{lost}");
    refused(&client.call("status", &json!({"id": ID})), "the ledger can't be read now");
    let read = client.ask("resources/read", &json!({"uri": "exledger://default/policy"}));
    assert_eq!(read["error"]["code"], -32603, "{read}");
    git(clone, &["update-ref", "refs/remotes/origin/main", tip.trim()]);
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
    let (code, _, err) = client.end();
    assert_eq!(code, 0);
    assert_eq!(err.matches("every answer is unknown until this is fixed").count(), 1, "{err}");
}

#[test]
fn an_old_clone_is_unknown_to_every_tool() {
    let served = Served::new();
    // A clone that nothing says when it was fetched.
    let logs = served.gate.clone.path().join(".git/logs");
    std::fs::remove_dir_all(logs).unwrap();
    let mut client = served.begin(&["--max-age", "1h"]);
    let old = client.call("may_i", &billing());
    assert_eq!(verdict(&old), "unknown", "{old}");
    assert!(super::text(&old).contains("--max-age is 1h"), "{old}");
    refused(&client.call("status", &json!({"id": ID})), "--max-age is 1h");
    refused(&client.call("list_due", &json!({})), "--max-age is 1h");
    served.gate.fetch();
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
    assert_eq!(client.call("status", &json!({"id": ID}))["structuredContent"]["in_force"], true);
}

#[test]
fn several_ledgers_are_told_apart_by_name() {
    let (one, two) = (Served::new(), Served::new());
    let closure = "closure: {outcome: revoked, date: 2026-11-21, by: ana@example.com, reason: The key leaked}";
    two.gate.repo.by("lee").edit(ID, closure).commit("Close it");
    two.gate.fetch();
    let (first, second) = (format!("pay={}", one.ledger()), format!("ops={}", two.ledger()));
    let args = ["--ledger", &first, "--ledger", &second, "--any-identity"];
    let mut client = Client::start(one.work.path(), &args, &[]);
    client.initialize("2025-11-25");
    let of = |ledger: &str| json!({"application": "billing", "ledger": ledger});
    assert_eq!(verdict(&client.call("may_i", &of("pay"))), "allow");
    assert_eq!(verdict(&client.call("may_i", &of("ops"))), "deny");
    refused(&client.call("may_i", &billing()), "`ledger` is missing");
    refused(&client.call("may_i", &of("else")), "`ledger` is not one of pay, ops");
    refused(&client.call("may_i", &of(&one.ledger())), "`ledger` is not one of pay, ops");
    refused(&client.call("list_due", &json!({})), "`ledger` is missing");
    let listed = client.ask("tools/list", &json!({}));
    for tool in listed["result"]["tools"].as_array().unwrap() {
        let schema = &tool["inputSchema"];
        assert_eq!(schema["properties"]["ledger"]["enum"], json!(["pay", "ops"]), "{tool}");
        assert!(schema["required"].as_array().unwrap().contains(&"ledger".into()), "{tool}");
    }
    let resources = client.ask("resources/list", &json!({}))["result"]["resources"].clone();
    let uris: Vec<&Value> = resources.as_array().unwrap().iter().map(|it| &it["uri"]).collect();
    assert_eq!(uris.len(), 4, "{uris:?}");
    assert_eq!(uris[2], "exledger://ops/policy");
}

#[test]
fn receipts_are_signed_at_the_end() {
    let served = Served::new();
    let keys = crate::support::temporary();
    let key = keys.path().join("gate");
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "gate", "-f"])
        .arg(&key)
        .output()
        .expect("ssh-keygen is not installed: install the package openssh-client");
    assert!(made.status.success());
    git(served.gate.clone.path(), &["config", "user.email", "gate@example.com"]);
    let file = served.work.path().join("receipts.jsonl");
    let args = ["--receipts", file.to_str().unwrap(), "--sign-receipts", key.to_str().unwrap()];
    let mut client = served.begin(&args);
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
    assert_eq!(verdict(&client.call("may_i", &json!({"application": "nobody"}))), "deny");
    assert_eq!(client.end().0, 0);
    let kept = receipts(&file);
    let last = kept.last().unwrap();
    assert_eq!(last["schema"], "exledger/receipt-signature/v1", "{kept:?}");
    assert_eq!(last["signer"], "gate@example.com");
}

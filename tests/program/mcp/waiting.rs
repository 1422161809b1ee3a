//! `wait`: it waits while the answer is pending, holds up nobody, and leaves no receipt if it is cancelled.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::Client;
use super::{Served, billing, receipts, text, verdict};
use crate::support::samples::SAMPLE;

const LATER: &str = "EXC-2026-8F3KQ";

/// A ledger with a second record that waits on a branch.
fn with_a_request() -> Served {
    let served = Served::new();
    let end = crate::gate::live::present(86_400).to_string();
    let text = SAMPLE
        .replace("EXC-2026-7F3KQ", LATER)
        .replace("billing}", "later}")
        .replace("2026-12-20", &end);
    served.gate.repo.branch("later").by("ana").write(LATER, &text).commit("File another");
    served.gate.fetch();
    served
}

fn wait(client: &mut Client, seconds: u64) -> u64 {
    let params = json!({
        "name": "wait",
        "arguments": {"application": "later", "seconds": seconds},
        "_meta": {"progressToken": "p1"},
    });
    client.request("tools/call", &params)
}

/// Returns the next report of progress.
fn progress(client: &mut Client) -> Value {
    let frame = client.next();
    assert_eq!(frame["method"], "notifications/progress", "{frame}");
    frame["params"].clone()
}

#[test]
fn a_merge_ends_the_wait_and_other_calls_are_answered_meanwhile() {
    let served = with_a_request();
    let file = served.work.path().join("receipts.jsonl");
    let mut client = served.begin(&["--receipts", file.to_str().unwrap()]);
    let id = wait(&mut client, 300);
    let first = progress(&mut client);
    assert_eq!((&first["progressToken"], &first["total"]), (&json!("p1"), &json!(300.0)));
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
    assert_eq!(receipts(&file).len(), 1, "nothing is stored while it waits");
    served.gate.repo.by("lee").merge("later", "Merge branch 'later'");
    served.gate.fetch();
    let answer = client.answer(id);
    assert_eq!(verdict(&answer["result"]), "allow", "{answer}");
    assert_eq!(answer["result"]["structuredContent"]["record"], LATER);
    let kept = receipts(&file);
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[1], answer["result"]["structuredContent"]);
}

#[test]
fn the_deadline_answers_pending_once() {
    let served = with_a_request();
    let file = served.work.path().join("receipts.jsonl");
    let mut client = served.begin(&["--receipts", file.to_str().unwrap()]);
    let id = wait(&mut client, 1);
    let answer = client.answer(id);
    assert_eq!(verdict(&answer["result"]), "pending", "{answer}");
    assert_eq!(
        text(&answer["result"]).split(" (at").next().unwrap(),
        "pending: EXC-2026-8F3KQ would cover it and is proposed"
    );
    assert_eq!(receipts(&file).len(), 1);
    let denied = client.call("wait", &json!({"application": "nobody", "seconds": 300}));
    assert_eq!(verdict(&denied), "deny", "only pending is waited for");
}

#[test]
fn a_cancelled_wait_leaves_no_receipt_and_takes_no_use() {
    let served = with_a_request();
    let file = served.work.path().join("receipts.jsonl");
    let mut client = served.begin(&["--receipts", file.to_str().unwrap()]);
    let id = wait(&mut client, 300);
    progress(&mut client);
    let cancel = json!({"requestId": id, "reason": "no longer needed"});
    client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancel}));
    served.gate.repo.by("lee").merge("later", "Merge branch 'later'");
    served.gate.fetch();
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
    // Long enough for a wait that went on to see the merge.
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
    let (code, rest, _) = client.end();
    assert_eq!(code, 0);
    assert!(rest.iter().all(|frame| frame["id"] != id), "{rest:?}");
    let asked: Vec<Value> =
        receipts(&file).iter().map(|it| it["question"]["application"].clone()).collect();
    assert_eq!(asked, ["billing", "billing"]);
}

#[test]
fn the_end_of_the_input_ends_a_wait_without_a_receipt() {
    let served = with_a_request();
    let file = served.work.path().join("receipts.jsonl");
    let mut client = served.begin(&["--receipts", file.to_str().unwrap()]);
    let id = wait(&mut client, 300);
    progress(&mut client);
    let (code, rest, _) = client.end();
    assert_eq!(code, 0);
    let answer = rest.iter().find(|frame| frame["id"] == id).unwrap();
    super::refused(&answer["result"], "unknown: the input has ended");
    assert_eq!(receipts(&file), Vec::<Value>::new());
}

#[test]
fn many_may_wait_and_too_many_are_told() {
    let served = with_a_request();
    let mut client = served.begin(&[]);
    let ids: Vec<u64> = (0..65).map(|_| wait(&mut client, 300)).collect();
    let full = client.answer(ids[64]);
    super::refused(&full["result"], "64 calls are waiting already");
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
    for id in &ids[..64] {
        let cancel = json!({"requestId": id});
        client.send(
            &json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancel}),
        );
    }
    let again = client.call("wait", &json!({"application": "later", "seconds": 1}));
    assert_eq!(verdict(&again), "pending", "{again}");
}

/// Begins a wait for an answer that can't be stored yet, because somebody holds the lock of the receipts.
fn blocked(served: &Served, file: &Path) -> (Client, u64, File) {
    let mut client = served.begin(&["--receipts", file.to_str().unwrap()]);
    client.call("status", &json!({"id": crate::support::samples::ID}));
    let held = File::options().append(true).create(true).open(file).unwrap();
    held.lock().unwrap();
    let arguments = json!({"application": "billing", "seconds": 30});
    let id = client.request("tools/call", &json!({"name": "wait", "arguments": arguments}));
    assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
    std::thread::sleep(Duration::from_millis(500));
    (client, id, held)
}

#[test]
fn a_wait_that_ends_while_the_receipts_are_locked_takes_no_use() {
    let served = Served::new();
    let file = served.work.path().join("cancelled.jsonl");
    let (mut client, id, held) = blocked(&served, &file);
    let cancel = json!({"requestId": id});
    client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancel}));
    assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
    std::thread::sleep(Duration::from_millis(300));
    held.unlock().unwrap();
    assert_eq!(verdict(&client.call("may_i", &json!({"application": "nobody"}))), "deny");
    let [only] = receipts(&file).try_into().unwrap();
    assert_eq!(only["question"]["application"], "nobody");

    let file = served.work.path().join("ended.jsonl");
    let (mut client, id, held) = blocked(&served, &file);
    client.close_input();
    let ended = client.answer(id);
    super::refused(&ended["result"], "unknown: the input has ended");
    held.unlock().unwrap();
    assert_eq!(client.end().0, 0);
    assert_eq!(receipts(&file), Vec::<Value>::new());
}

#[test]
fn a_whole_number_of_seconds_may_be_written_as_a_fraction() {
    let served = Served::new();
    let mut client = served.begin(&[]);
    let asked = |seconds: f64| json!({"application": "nobody", "seconds": seconds});
    assert_eq!(verdict(&client.call("wait", &asked(1.0))), "deny");
    super::refused(&client.call("wait", &asked(1.5)), "a whole number from 1 to 300");
    super::refused(&client.call("wait", &asked(301.0)), "a whole number from 1 to 300");
}

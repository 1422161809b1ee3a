//! Both eras of the protocol, and frames that are none.

use serde_json::{Value, json};

use super::client::Client;
use super::{Served, billing, verdict};

/// Returns the `_meta` of a request since 2026-07-28.
fn meta(version: &str) -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

#[test]
fn every_version_with_a_handshake_is_served() {
    let served = Served::new();
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut client = served.start(&[]);
        let begun = client.initialize(version);
        assert_eq!(begun["result"]["protocolVersion"], version, "{begun}");
        assert_eq!(begun["result"]["serverInfo"]["name"], "exledger");
        let result = client.call("may_i", &billing());
        assert_eq!(verdict(&result), "allow", "{result}");
        assert_eq!(result.get("resultType"), None, "{result}");
        let (code, rest, err) = client.end();
        assert_eq!((code, rest, err.as_str()), (0, Vec::new(), ""));
    }
}

#[test]
fn a_version_that_nobody_knows_is_answered_with_one_that_is_served() {
    let served = Served::new();
    let mut client = served.start(&[]);
    let begun = client.initialize("1999-01-01");
    assert_eq!(begun["result"]["protocolVersion"], "2025-11-25", "{begun}");
}

#[test]
fn the_stateless_protocol_needs_no_handshake() {
    let served = Served::new();
    let mut client = served.start(&[]);
    let meta = meta("2026-07-28");
    let found = client.ask("server/discover", &json!({"_meta": meta}));
    let versions = found["result"]["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&"2026-07-28".into()), "{found}");
    assert!(found["result"]["capabilities"]["tools"].is_object(), "{found}");
    let params = json!({"name": "may_i", "arguments": billing(), "_meta": meta});
    let answer = client.ask("tools/call", &params);
    assert_eq!(verdict(&answer["result"]), "allow", "{answer}");
    assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
    let listed = client.ask("tools/list", &json!({"_meta": meta}));
    assert_eq!(listed["result"]["tools"].as_array().unwrap().len(), 5, "{listed}");
    let bare = client.ask("tools/list", &json!({}));
    assert_eq!(bare["error"]["code"], -32602, "{bare}");
    let (code, rest, _) = client.end();
    assert_eq!((code, rest), (0, Vec::new()));
}

#[test]
fn a_request_before_any_handshake_is_an_error_and_the_handshake_is_served() {
    let served = Served::new();
    let mut client = served.start(&[]);
    client.send(
        &json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}),
    );
    client.send(&json!({"jsonrpc": "2.0", "id": 7, "result": {}}));
    let early = client.ask("tools/call", &json!({"name": "may_i", "arguments": billing()}));
    assert_eq!(early["error"]["code"], -32602, "{early}");
    client.initialize("2025-06-18");
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
}

/// Frames that are refused, with the code and the id of the error.
fn refused_frames() -> Vec<(Vec<u8>, i64, Value)> {
    let call = |arguments: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":90,"method":"tools/call","params":{{"name":"may_i","arguments":{arguments}}}}}"#
        )
    };
    let deep = format!("{}1{}", r#"{"identity":"#.repeat(5_000), "}".repeat(5_000));
    let long = format!(r#"{{"identity":"{}"}}"#, "x".repeat(5 << 20));
    let none = Value::Null;
    vec![
        (b"garbage".to_vec(), -32700, none.clone()),
        (b"{\"jsonrpc\":\"2.0\",".to_vec(), -32700, none.clone()),
        (b"\xff\xfe{}".to_vec(), -32700, none.clone()),
        (call(&deep).into_bytes(), -32700, none.clone()),
        (call(&long).into_bytes(), -32700, none.clone()),
        (call(r#"{"identity": 1e999}"#).into_bytes(), -32700, none.clone()),
        (call(r#"{"identity": "a", "identity": "b"}"#).into_bytes(), -32600, 90.into()),
        (call(r#"{"identity": "a", "\u0069dentity": "b"}"#).into_bytes(), -32600, none.clone()),
        (br#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#.to_vec(), -32600, none.clone()),
        (b"[]".to_vec(), -32600, none.clone()),
        (br#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#.to_vec(), -32600, none.clone()),
        (b"17".to_vec(), -32600, none.clone()),
        (br#"{"id":1.5,"jsonrpc":"2.0","method":"ping"}"#.to_vec(), -32600, none.clone()),
        (br#"{"id":null,"jsonrpc":"2.0","method":"ping"}"#.to_vec(), -32600, none.clone()),
        (br#"{"id":1.0,"jsonrpc":"2.0","method":"ping"}"#.to_vec(), -32600, none.clone()),
        (br#"{"id":1e2,"jsonrpc":"2.0","method":"ping"}"#.to_vec(), -32600, none.clone()),
        (
            br#"{"id":9223372036854775808,"jsonrpc":"2.0","method":"ping"}"#.to_vec(),
            -32600,
            none.clone(),
        ),
        (
            br#"{"id":18446744073709551615,"jsonrpc":"2.0","method":"ping"}"#.to_vec(),
            -32600,
            none.clone(),
        ),
        (
            br#"{"id":18446744073709551616,"jsonrpc":"2.0","method":"ping"}"#.to_vec(),
            -32600,
            none.clone(),
        ),
        (br#"{"id":{"a":1},"jsonrpc":"2.0","method":"ping"}"#.to_vec(), -32600, none),
        (br#"{"id":91,"method":"ping"}"#.to_vec(), -32600, 91.into()),
        (br#"{"id":"a","jsonrpc":"1.0","method":"ping"}"#.to_vec(), -32600, "a".into()),
        (br#"{"id":92,"jsonrpc":"2.0","method":"nothing"}"#.to_vec(), -32601, 92.into()),
        (br#"{"id":93,"jsonrpc":"2.0","method":"tools/call"}"#.to_vec(), -32602, 93.into()),
        (call("[]").into_bytes(), -32602, 90.into()),
    ]
}

#[test]
fn a_frame_that_is_none_is_answered_and_the_next_one_is_served() {
    let served = Served::new();
    let mut client = served.begin(&[]);
    for (frame, code, id) in refused_frames() {
        client.write(&frame);
        let answer = client.next();
        let shown = String::from_utf8_lossy(&frame[..frame.len().min(80)]).into_owned();
        assert_eq!(answer["error"]["code"], code, "{shown}: {answer}");
        assert_eq!(answer["id"], id, "{shown}: {answer}");
        assert_eq!(answer.get("id").is_some(), !id.is_null(), "without id, not null: {answer}");
        assert_eq!(verdict(&client.call("may_i", &billing())), "allow", "{shown}");
    }
    client.write(b"   ");
    client.send(&json!({"jsonrpc": "2.0", "method": "notifications/of-nothing"}));
    assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
    let (code, rest, err) = client.end();
    assert_eq!((code, rest, err.as_str()), (0, Vec::new(), ""));
}

#[test]
fn ids_are_texts_or_integers_and_one_that_waits_is_taken() {
    let served = Served::new();
    served
        .gate
        .repo
        .branch("more")
        .by("mal")
        .edit(crate::support::samples::ID, "title: x")
        .commit("x");
    let mut client = served.begin(&[]);
    let call = |id: Value, tool: &str, arguments: Value| {
        let params = json!({"name": tool, "arguments": arguments});
        json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})
    };
    client.send(&call("a text".into(), "may_i", billing()));
    assert_eq!(client.next()["id"], "a text");
    client.send(&call((-5).into(), "may_i", billing()));
    assert_eq!(client.next()["id"], -5);
    client.send(&call(i64::MAX.into(), "may_i", billing()));
    assert_eq!(client.next()["id"], i64::MAX);
    client.send(&call("18446744073709551616".into(), "may_i", billing()));
    assert_eq!(client.next()["id"], "18446744073709551616");
    pending(&served);
    client.send(&call(50.into(), "wait", json!({"application": "later", "seconds": 300})));
    client.send(&call(50.into(), "may_i", billing()));
    let taken = client.next();
    assert_eq!((taken.get("id"), &taken["error"]["code"]), (None, &json!(-32600)), "{taken}");
    client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 50}}));
    assert_eq!(verdict(&client.call("may_i", &billing())), "allow");
}

/// Proposes a record about the application `later` on a branch.
fn pending(served: &Served) {
    let text = crate::support::samples::SAMPLE
        .replace("EXC-2026-7F3KQ", "EXC-2026-8F3KQ")
        .replace("billing}", "later}");
    let repo = &served.gate.repo;
    repo.branch("later").by("ana").write("EXC-2026-8F3KQ", &text).commit("File another");
    served.gate.fetch();
}

#[test]
fn what_was_asked_before_the_end_of_the_input_is_answered() {
    let served = Served::new();
    let mut client = served.begin(&[]);
    let ids: Vec<u64> = (0..300).map(|_| call_may_i(&mut client)).collect();
    let (code, rest, _) = client.end();
    assert_eq!(code, 0);
    let mut answered: Vec<u64> = rest.iter().map(|frame| frame["id"].as_u64().unwrap()).collect();
    answered.sort_unstable();
    assert_eq!(answered, ids);
}

fn call_may_i(client: &mut Client) -> u64 {
    client.request("tools/call", &json!({"name": "may_i", "arguments": billing()}))
}

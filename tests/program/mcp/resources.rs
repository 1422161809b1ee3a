//! Resources: the policy and the records on the approved ref, and nothing else.

use serde_json::{Value, json};

use super::Served;

use crate::support::samples::{ID, PLAIN, SAMPLE};

#[test]
fn the_policy_and_the_records_of_the_approved_ref_can_be_read() {
    let served = Served::new();
    let mut client = served.begin(&[]);
    let listed = client.ask("resources/list", &json!({}));
    let uris: Vec<&str> = listed["result"]["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["uri"].as_str().unwrap())
        .collect();
    let record = format!("exledger://default/records/{ID}");
    assert_eq!(uris, ["exledger://default/policy", &record]);
    assert_eq!(listed["result"].get("nextCursor"), None, "{listed}");
    let templates = client.ask("resources/templates/list", &json!({}));
    let template = &templates["result"]["resourceTemplates"][0]["uriTemplate"];
    assert_eq!(template, "exledger://default/records/{id}");
    let mut read = |uri: &str| {
        let read = client.ask("resources/read", &json!({"uri": uri}));
        let contents = read["result"]["contents"][0].clone();
        assert_eq!(contents["uri"], uri, "{read}");
        assert_eq!(contents["mimeType"], "application/yaml");
        contents["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(read("exledger://default/policy"), PLAIN);
    assert!(read(&record).starts_with("id: EXC-2026-7F3KQ\ntitle: Nightly invoices"));
}

#[test]
fn any_other_uri_is_refused() {
    let served = Served::new();
    let mut client = served.begin(&[]);
    for uri in [
        "exledger://default/",
        "exledger://default/policy/",
        "exledger://default/exledger.yaml",
        "exledger://default/records/",
        "exledger://default/records/EXC-2026-00000",
        "exledger://default/records/exc-2026-7f3kq",
        "exledger://default/records/../../exledger.yaml",
        "exledger://default/records/EXC-2026-7F3KQ/..",
        "exledger://default/records/%2e%2e",
        "exledger://other/policy",
        "exledger:///policy",
        "file:///etc/passwd",
        "/etc/passwd",
        "",
    ] {
        let read = client.ask("resources/read", &json!({"uri": uri}));
        assert_eq!(read["error"]["code"], -32602, "{uri}: {read}");
    }
    for cursor in ["2", "999999999999999999999", "-1", "x", ""] {
        let listed = client.ask("resources/list", &json!({"cursor": cursor}));
        assert_eq!(listed["error"]["code"], -32602, "{cursor}: {listed}");
    }
}

#[test]
fn a_long_list_comes_in_pages() {
    let served = Served::new();
    let mut work = served.gate.repo.by("ana");
    for n in 0..150 {
        let id = format!("EXC-2026-{n:05}");
        work = work.write(&id, &SAMPLE.replace(ID, &id));
    }
    work.commit("File many");
    served.gate.fetch();
    let mut client = served.begin(&[]);
    let first = client.ask("resources/list", &json!({}))["result"].clone();
    assert_eq!(first["resources"].as_array().unwrap().len(), 100);
    let rest =
        client.ask("resources/list", &json!({"cursor": first["nextCursor"]}))["result"].clone();
    assert_eq!(rest["resources"].as_array().unwrap().len(), 52);
    assert_eq!(rest["nextCursor"], Value::Null);
    // As many are due as wait for approval; a hundred are listed.
    let due = client.call("list_due", &json!({}));
    let content = &due["structuredContent"];
    assert_eq!(content["records"].as_array().unwrap().len(), 100, "{due}");
    assert_eq!(content["hidden"], 51);
}

//! `request_exception`: a draft that grants nothing, on a branch of its own or nowhere.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::client::Client;
use super::{Served, refused, text, verdict};
use crate::gate::fresh;
use crate::support::project;
use crate::support::repo::git;

/// What an agent asks for, complete.
pub(super) fn request() -> Value {
    json!({
        "title": "The coding agent merges pull requests of the handbook",
        "rule": "People merge, agents propose",
        "identity": "agent:coder",
        "credential": "vault:prod/agents/coder",
        "task": "merge the first page of each team",
        "application": "handbook",
        "action": ["merge"],
        "risk_level": "moderate",
        "root_cause": "tool-access",
        "justification": "Forty pages change in December, and people review each of them before the merge.",
        "compensating_control": ["A person reads every merge on the next day"],
        "owner_name": "Ana Ruiz",
        "owner_email": "ana@example.com",
        "trigger": ["The agent merges elsewhere => revoke"],
        "expires": "14d",
    })
}

/// Returns every file of a clone, without git's own folder.
fn work_tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files =
        project::files(folder, "").into_iter().filter(|it| !it.starts_with(folder.join(".git")));
    files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

fn refs(folder: &Path) -> Vec<String> {
    git(folder, &["for-each-ref"]).lines().map(str::to_owned).collect()
}

#[test]
fn a_request_is_one_new_branch_and_grants_nothing() {
    let served = Served::new();
    let clone = served.gate.clone.path();
    git(clone, &["config", "user.email", "ana@example.com"]);
    git(clone, &["config", "user.name", "Ana Ruiz"]);
    let mut client = served.begin(&["--drafts"]);
    let question = json!({"identity": "agent:coder", "application": "handbook", "action": "merge"});
    assert_eq!(verdict(&client.call("may_i", &question)), "deny");
    let before = (work_tree(clone), refs(clone), std::fs::read(clone.join(".git/index")).unwrap());
    let head = std::fs::read(clone.join(".git/HEAD")).unwrap();
    let made = client.call("request_exception", &request());
    assert_ne!(made["isError"], true, "{made}");
    let content = &made["structuredContent"];
    let (id, branch) = (content["id"].as_str().unwrap(), content["branch"].as_str().unwrap());
    assert_eq!(branch, format!("exledger/request/{id}"));
    assert!(text(&made).contains(id) && !text(&made).contains("handbook"), "{made}");
    let after = (work_tree(clone), refs(clone), std::fs::read(clone.join(".git/index")).unwrap());
    assert_eq!((&before.0, &before.2), (&after.0, &after.2));
    assert_eq!(head, std::fs::read(clone.join(".git/HEAD")).unwrap());
    let new: Vec<&String> = after.1.iter().filter(|it| !before.1.contains(it)).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    assert!(new[0].ends_with(&format!("refs/heads/{branch}")), "{new:?}");
    assert_eq!(served.gate.repo.find(branch), None, "nothing is pushed");
    // The branch is seen at once; this session may read what it wrote.
    assert_eq!(verdict(&client.call("may_i", &question)), "pending");
    let status = client.call("status", &json!({"id": id}));
    assert_eq!(status["structuredContent"]["in_force"], false);
    assert_eq!(status["structuredContent"]["texts"]["title"], request()["title"], "{status}");
    let again = client.call("request_exception", &request());
    assert_eq!(again["structuredContent"]["branch"], branch);
    let mut other = served.begin(&[]);
    let status = other.call("status", &json!({"id": id}));
    assert_eq!(status["structuredContent"]["texts"]["title"], Value::Null, "{status}");
}

#[test]
fn without_drafts_nothing_is_written() {
    let served = Served::new();
    let clone = served.gate.clone.path();
    git(clone, &["config", "user.email", "ana@example.com"]);
    git(clone, &["config", "user.name", "Ana Ruiz"]);
    let before = (work_tree(clone), refs(clone));
    let mut client = served.begin(&[]);
    let made = client.call("request_exception", &request());
    assert_ne!(made["isError"], true, "{made}");
    assert_eq!(made["structuredContent"]["branch"], Value::Null);
    assert!(made["structuredContent"]["yaml"].as_str().unwrap().contains("agent:coder"), "{made}");
    assert_eq!(before, (work_tree(clone), refs(clone)));
    let wide = json!({"application": "*"});
    let mut asked = request();
    asked.as_object_mut().unwrap().extend(wide.as_object().unwrap().clone());
    refused(&client.call("request_exception", &asked), "application");
    let mut short = request();
    short.as_object_mut().unwrap().remove("justification");
    refused(&client.call("request_exception", &short), "justification");
}

#[test]
fn what_a_stranger_writes_under_the_id_of_a_request_is_not_told() {
    let served = Served::new();
    let clone = served.gate.clone.path();
    git(clone, &["config", "user.email", "ana@example.com"]);
    git(clone, &["config", "user.name", "Ana Ruiz"]);
    let mut client = served.begin(&["--drafts"]);
    let made = client.call("request_exception", &request())["structuredContent"].clone();
    let (id, branch) = (made["id"].as_str().unwrap(), made["branch"].as_str().unwrap());
    let title = |client: &mut Client| {
        let status = client.call("status", &json!({"id": id}));
        assert!(!status.to_string().contains("MARK"), "{status}");
        status["structuredContent"]["texts"]["title"].clone()
    };
    let mut asked =
        json!({"identity": "agent:coder", "application": "handbook", "action": "merge"});
    // Branches are read once a second; the first look of a wait reads them.
    asked["seconds"] = 1.into();
    let text = made["yaml"].as_str().unwrap().replace("The coding agent", "MARK");
    for name in ["MARK-branch", branch] {
        assert_eq!(title(&mut client), request()["title"]);
        served.gate.repo.branch(name).by("mal").write(id, &text).commit("Write the same id");
        served.gate.fetch();
        let waited = client.call("wait", &asked);
        assert_eq!(verdict(&waited), "pending");
        assert!(!waited.to_string().contains("MARK"), "{waited}");
        assert_eq!(title(&mut client), Value::Null, "{name}");
        if name != branch {
            git(clone, &["update-ref", "-d", &format!("refs/remotes/origin/{name}")]);
            client.call("wait", &asked);
        }
    }
}

#[test]
fn a_ledger_that_is_too_old_takes_no_request() {
    let served = Served::new();
    fresh::age(&served.gate, -7_200);
    let mut client = served.begin(&["--max-age", "1h"]);
    refused(&client.call("request_exception", &request()), "--max-age is 1h");
    served.gate.fetch();
    let made = client.call("request_exception", &request());
    assert_ne!(made["isError"], true, "{made}");
}

#[test]
fn a_server_that_only_reads_writes_nothing_into_the_clone() {
    let served = Served::new();
    let clone = served.gate.clone.path();
    let before = project::files(clone, "");
    let mut client = served.begin(&[]);
    assert_eq!(verdict(&client.call("may_i", &super::billing())), "allow");
    client.call("status", &json!({"id": crate::support::samples::ID}));
    client.call("request_exception", &request());
    assert_eq!(before, project::files(clone, ""));
}

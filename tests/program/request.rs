//! A request by an agent: drafted beside the approved branch, kept on a branch of its own, and worth nothing until people merge it.
//!
//! Follows `docs/spec/cli.md`, requests by agents.

mod refused;

use std::collections::BTreeMap;
use std::path::Path;

use exledger::features;
use exledger::features::request::answer::RequestLog;
use exledger::features::request::plan::{ExceptionRequest, RequestedException};
use exledger::features::request::show::RequestView;
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::error::{Error, Usage};
use exledger::session::options::{Moment, Options};
use serde_json::{Map, Value, json};

use crate::cli::{Run, run};
use crate::support::repo::{Repo, git};
use crate::support::samples::without_warnings;
use crate::support::{golden, project};

pub(crate) const NOW: &str = "2026-11-20T12:00:00Z";

const POLICY: &str = "version: 1
people: {agents: [coder@example.com]}
groups: {leads: [lee@example.com]}
tiers:
  - name: standard
    max_term: 90d
    approvals: {count: 1, each_of: [leads]}
    require: [compensating_controls]
";

/// A ledger whose clone Ana runs an agent in.
pub(crate) fn ledger() -> Repo {
    ledger_of(POLICY)
}

fn ledger_of(policy: &str) -> Repo {
    let repo = Repo::at("2026-11-18T09:00:00Z");
    repo.by("root").write("exledger.yaml", policy).commit("Begin");
    repo.checkout();
    repo.config("user.name", "Ana Ruiz");
    repo.config("user.email", "ana@example.com");
    repo
}

pub(crate) fn open(folder: &Path) -> Session {
    Session::open(folder, Options::default()).unwrap()
}

pub(crate) fn moment(now: &str) -> Moment {
    Moment::at(Instant::parse(now).unwrap())
}

/// The arguments of a request to merge once.
pub(crate) fn arguments() -> Map<String, Value> {
    let arguments = json!({
        "title": "The coding agent merges the fix of the invoice run",
        "rule": "People merge into billing",
        "identity": "agent:coder",
        "credential": "vault:prod/agents/coder",
        "task": "merge the fix of BILL-412",
        "resource": ["repo:acme/billing"],
        "action": ["merge"],
        "risk_level": "moderate",
        "root_cause": "tool-access",
        "justification": "The invoice run of tonight fails without the fix, which two people have reviewed.",
        "compensating_control": ["The merge is reverted if a check fails"],
        "trigger": ["The agent merges anything else => revoke"],
        "expires": "7d",
        "uses": 1,
    });
    arguments.as_object().unwrap().clone()
}

/// Returns the arguments with others in place.
pub(crate) fn with(others: Value) -> Map<String, Value> {
    let mut arguments = arguments();
    for (key, value) in others.as_object().unwrap() {
        match value {
            Value::Null => arguments.remove(key),
            value => arguments.insert(key.clone(), value.clone()),
        };
    }
    arguments
}

pub(crate) fn ask(
    session: &Session,
    arguments: &Map<String, Value>,
    log: &mut RequestLog,
) -> Result<RequestedException, Error> {
    let asked = ExceptionRequest::read(arguments, None).unwrap();
    features::request::draft(session, &moment(NOW), &asked, log)
}

/// Returns every file below a folder with its bytes, `.git` included.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inside) = folders.pop() {
        for entry in std::fs::read_dir(inside).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn check(folder: &Path, receipt: &str) -> Run {
    run(
        folder,
        &[
            "check",
            "--identity",
            "agent:coder",
            "--resource",
            "repo:acme/billing",
            "--action",
            "merge",
            "--format",
            receipt,
            "--on",
            "2026-11-20",
        ],
    )
}

#[test]
fn without_branches_nothing_is_written_and_the_text_is_that_of_new() {
    let repo = ledger_of(&without_warnings(POLICY));
    let before = files(repo.path());
    let made = ask(&open(repo.path()), &arguments(), &mut RequestLog::without_branches()).unwrap();
    assert_eq!(files(repo.path()), before);
    assert_eq!(made.branch, None);
    let view = serde_json::to_string_pretty(&RequestView::of(&made)).unwrap();
    golden::check("request/answer.json", &(view.replace(&made.id, "EXC-2026-00000") + "\n"));

    // The same answers as flags, and the requester, which a request gets from git.
    let mut words = vec!["new", "--on", "2026-11-20", "--format", "json"];
    let given = with(json!({
        "identity_type": "ai-agent", "requester": "ana@example.com", "uses": "1",
    }));
    let flags: Vec<(String, &Value)> = given
        .iter()
        .flat_map(|(key, value)| {
            let flag = format!("--{}", key.replace('_', "-"));
            let values = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
            values.into_iter().map(move |value| (flag.clone(), value))
        })
        .collect();
    for (flag, value) in &flags {
        words.extend([flag.as_str(), value.as_str().unwrap()]);
    }
    let filed = run(repo.path(), &words);
    assert_eq!(filed.code, 0, "{}", filed.err);
    let filed: Value = serde_json::from_str(&filed.out).unwrap();
    let text = std::fs::read_to_string(repo.path().join(filed["path"].as_str().unwrap())).unwrap();
    assert_eq!(made.yaml.replace(&made.id, filed["id"].as_str().unwrap()), text);
}

#[test]
fn a_branch_gets_one_commit_all_else_stays_byte_for_byte_and_nothing_is_granted() {
    let repo = ledger();
    // Work in progress on a branch of its own, staged and not.
    repo.branch("work").by("ana").write("notes.txt", "old\n").commit("Work");
    git(repo.path(), &["checkout", "--quiet", "work"]);
    repo.scribble("notes.txt", "staged\n");
    git(repo.path(), &["add", "notes.txt"]);
    repo.scribble("notes.txt", "unstaged\n");
    repo.scribble("exledger.yaml", "version: 1\n# not committed\n");
    let before = files(repo.path());
    let session = open(repo.path());
    let mut log = features::request::begin_log(&session).unwrap();
    assert_eq!(files(repo.path()), before, "nothing is written at the start");
    let made = ask(&session, &arguments(), &mut log).unwrap();
    let branch = made.branch.clone().unwrap();
    assert_eq!(branch.name, format!("exledger/request/{}", made.id));

    let after = files(repo.path());
    let changed: Vec<&String> = after
        .iter()
        .filter(|(name, bytes)| before.get(*name) != Some(bytes))
        .map(|(name, _)| name)
        .collect();
    let (objects, others): (Vec<&String>, Vec<&String>) =
        changed.into_iter().partition(|name| name.starts_with(".git/objects/"));
    let heads = format!("heads/{}", branch.name);
    assert_eq!(others, [&format!(".git/logs/refs/{heads}"), &format!(".git/refs/{heads}")]);
    // The file, its folder, the root and the commit.
    assert_eq!(objects.len(), 4, "{objects:?}");
    assert!(before.keys().all(|name| after.contains_key(name)));

    let main = repo.tip("main").to_string();
    let words = ["log", "-1", "--format=%H %P %an <%ae> %cn <%ce> %cI", &branch.name];
    let expected = format!(
        "{} {main} Ana Ruiz <ana@example.com> Ana Ruiz <ana@example.com> 2026-11-20T12:00:00Z",
        branch.commit
    );
    assert_eq!(git(repo.path(), &words).trim(), expected);
    let path = format!("exceptions/{}.yaml", made.id);
    let changes = git(repo.path(), &["diff", "--name-status", "main", &branch.name]);
    assert_eq!(changes.trim(), format!("A\t{path}"));
    let text = git(repo.path(), &["show", &format!("{}:{path}", branch.name)]);
    assert_eq!(text, made.yaml);
    assert!(text.contains("requester: ana@example.com"), "{text}");
    assert!(text.contains("identity_type: ai-agent"), "{text}");

    let checked = check(repo.path(), "json");
    assert_eq!(checked.code, 1, "{} {}", checked.out, checked.err);
    let receipt: Value = serde_json::from_str(&checked.out).unwrap();
    assert_eq!(receipt["verdict"], "pending");
}

#[test]
fn who_runs_the_agent_cannot_approve_what_it_files_and_a_lead_can() {
    let repo = ledger();
    let session = open(repo.path());
    let mut log = features::request::begin_log(&session).unwrap();
    let made = ask(&session, &with(json!({"uses": null})), &mut log).unwrap();
    let branch = made.branch.unwrap().name;
    assert_eq!(made.needed.each_of, ["leads"]);
    repo.clock("2026-11-20T13:00:00Z");
    let base = repo.tip("main");
    repo.by("ana").merge(&branch, "Merge my own agent's request");
    let denied = check(repo.path(), "json");
    assert_eq!(denied.code, 1, "{}", denied.out);
    assert!(denied.out.contains("\"status\": \"unapproved\""), "{}", denied.out);
    repo.set_ref("refs/heads/main", base);
    repo.by("lee").merge(&branch, "Merge the request");
    let allowed = check(repo.path(), "json");
    assert_eq!(allowed.code, 0, "{} {}", allowed.out, allowed.err);
}

#[test]
fn the_same_request_again_is_the_same_draft_until_it_has_landed() {
    let repo = ledger();
    let session = open(repo.path());
    let mut log = features::request::begin_log(&session).unwrap();
    let first = ask(&session, &arguments(), &mut log).unwrap();
    let before = files(repo.path());
    let told =
        |made: &RequestedException| (made.id.clone(), made.branch.clone(), made.yaml.clone());
    assert_eq!(told(&ask(&session, &arguments(), &mut log).unwrap()), told(&first));
    // A session that comes later finds it on its branch.
    let later = open(repo.path());
    let mut later_log = features::request::begin_log(&later).unwrap();
    assert_eq!(told(&ask(&later, &arguments(), &mut later_log).unwrap()), told(&first));
    assert_eq!(files(repo.path()), before);

    let other = ask(&session, &with(json!({"task": "merge something else"})), &mut log).unwrap();
    assert_ne!(other.id, first.id);

    let branch = first.branch.clone().unwrap().name;
    repo.clock("2026-11-20T13:00:00Z");
    repo.by("lee").merge(&branch, "Merge the request");
    for log in [&mut log, &mut later_log] {
        let again = ask(&session, &arguments(), log).unwrap();
        assert_ne!(again.id, first.id, "what has landed is no draft");
    }
    let deleted = other.branch.unwrap().name;
    git(repo.path(), &["branch", "--quiet", "-D", &deleted]);
    let refused = ask(&session, &with(json!({"task": "merge something else"})), &mut log);
    let text = refused.unwrap_err().to_string();
    assert!(text.contains(&other.id) && text.contains("deleted its branch"), "{text}");
}

#[test]
fn a_session_makes_ten_requests() {
    let repo = ledger();
    let session = open(repo.path());
    let mut log = features::request::begin_log(&session).unwrap();
    for n in 0..10 {
        let task = json!({"task": format!("merge the {n}th fix of BILL-412")});
        ask(&session, &with(task), &mut log).unwrap();
    }
    let eleventh = ask(&session, &arguments(), &mut log).unwrap_err();
    assert!(matches!(&eleventh, Error::Usage(Usage::Refused { .. })));
    assert!(eleventh.to_string().contains("10 requests"), "{eleventh}");
    // An equal one is none more.
    let task = json!({"task": "merge the 3th fix of BILL-412"});
    ask(&session, &with(task), &mut log).unwrap();
    let heads = git(repo.path(), &["for-each-ref", "refs/heads/exledger/request/"]);
    assert_eq!(heads.lines().count(), 10);
}

#[test]
fn a_bare_clone_and_a_ledger_in_a_folder_take_requests_too() {
    let repo = ledger();
    let bare = repo.clone_with(&["--bare"]);
    git(bare.path(), &["config", "user.email", "ana@example.com"]);
    let session = open(bare.path());
    let mut log = features::request::begin_log(&session).unwrap();
    let made = ask(&session, &arguments(), &mut log).unwrap();
    let name = format!("{}:exceptions/{}.yaml", made.branch.unwrap().name, made.id);
    assert_eq!(git(bare.path(), &["show", &name]), made.yaml);

    let inside = Repo::at("2026-11-18T09:00:00Z");
    inside.by("root").write("ledger/exledger.yaml", POLICY).commit("Begin");
    inside.checkout();
    inside.config("user.email", "ana@example.com");
    let session = open(&inside.path().join("ledger"));
    let mut log = features::request::begin_log(&session).unwrap();
    let made = ask(&session, &arguments(), &mut log).unwrap();
    let name = format!("{}:ledger/exceptions/{}.yaml", made.branch.unwrap().name, made.id);
    assert_eq!(git(inside.path(), &["show", &name]), made.yaml);
}

#[test]
fn the_arguments_and_their_schema_are_those_of_the_contract() {
    let schema =
        serde_json::to_string_pretty(&exledger::features::request::plan::schema()).unwrap();
    golden::check("request/arguments.json", &(schema + "\n"));
    let page = std::fs::read_to_string(project::root().join("docs/spec/cli.md")).unwrap();
    let schema = exledger::features::request::plan::schema();
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(page.contains(&key.replace('_', "-")), "{key}");
    }
}

//! Agents: the server that they ask takes nothing from them that its settings decide, and files drafts that grant nothing.

use serde_json::{Value, json};

use super::{approvals, ledger, sign, status};
use crate::cli::{REAL_CLOCK, run_with};
use crate::gate::live::{Gate, present};
use crate::mcp::{Served, billing, verdict};
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, LISTED, SAMPLE};

/// What an agent asks for, complete, with other values of some keys.
fn request(other: &Value) -> Value {
    let mut request = json!({
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
    });
    request.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    request
}

fn merged(mut question: Value, other: &Value) -> Value {
    question.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    question
}

#[test]
fn agent_chooses_no_settings() {
    // A record that has ended, a branch on which it has not, and another ledger that grants the same.
    let gate = Gate::ending_after(-3_600, LISTED);
    let text = SAMPLE.replace("2026-12-20", &present(86_400).to_string());
    gate.repo.branch("longer").by("ana").write(ID, &text).commit("Ask for more time");
    gate.repo.by("root").write("README.md", "Payments\n").commit("Describe it");
    gate.fetch();
    let ended = Served { gate, work: crate::support::temporary() };
    let open = Served::new();
    let elsewhere = open.ledger();
    let earlier = present(-7_200).to_string();
    let mut client = ended.begin(&[]);
    for other in [
        json!({}),
        json!({"ledger": elsewhere}),
        json!({"approved_ref": "refs/remotes/origin/longer"}),
        json!({"ref": "refs/remotes/origin/longer"}),
        json!({"at": earlier}),
        json!({"on": earlier}),
        json!({"as_of": earlier}),
    ] {
        let call = json!({"name": "may_i", "arguments": merged(billing(), &other)});
        let answer = client.ask("tools/call", &call);
        assert!(!answer.to_string().contains("\"allow\""), "{other}: {answer}");
    }
    assert_eq!(verdict(&open.begin(&[]).call("may_i", &billing())), "allow");
}

#[test]
fn agent_files_no_more_than_it_says() {
    let served = Served::new();
    let clone = served.gate.clone.path();
    git(clone, &["config", "user.email", "dana@example.com"]);
    git(clone, &["config", "user.name", "Dana Kim"]);
    let refs = || git(clone, &["for-each-ref"]);
    let before = refs();
    let mut client = served.begin(&["--drafts"]);
    for other in [
        json!({"application": "*"}),
        json!({"identity": "*"}),
        json!({"action": ["*"]}),
        json!({"resource": ["**"]}),
        json!({"class": "emergency"}),
        json!({"branch": "main"}),
        json!({"id": ID}),
    ] {
        let call = json!({"name": "request_exception", "arguments": request(&other)});
        let answer = client.ask("tools/call", &call);
        assert_eq!(refs(), before, "{other}: {answer}");
    }
    let made = client.call("request_exception", &request(&json!({})));
    let branch = made["structuredContent"]["branch"].as_str().unwrap().to_owned();
    let after = refs();
    let new: Vec<&str> = after.lines().filter(|it| !before.contains(*it)).collect();
    assert!(new.len() == 1 && new[0].ends_with(&branch), "{new:?}");
    // The person under whose name the server files is an author of it.
    git(clone, &["push", "--quiet", "origin", &branch]);
    let repo = &served.gate.repo;
    let main = repo.tip("main");
    let question = ["--identity", "agent:coder", "--application", "handbook", "--action", "merge"];
    for (merger, code) in [("dana", 1), ("coder <coder@agents.example.com>", 1), ("lee", 0)] {
        repo.set_ref("refs/heads/main", main);
        repo.clock(&present(-60).to_string());
        repo.by(merger).merge(&branch, &format!("Merge branch '{branch}'"));
        git(clone, &["fetch", "--quiet", "--force"]);
        let args = [&["check"], &question[..]].concat();
        let run = run_with(clone, &args, &[REAL_CLOCK]);
        assert_eq!(run.code, code, "{merger}: {}{}", run.out, run.err);
    }
}

#[test]
fn named_machines_approve_nothing() {
    let policy = |people: &str| {
        format!(
            "version: 1\nname: example/payments\ngroups: {{security: [coder@example.com, dana@example.com]}}\n{people}tiers: [{{name: standard, approvals: {{count: 1, each_of: [security]}}}}]\n"
        )
    };
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let acts: [Act; 5] = [
        ("merges", &|repo| {
            repo.by("coder").merge("work", "Merge branch 'work'");
        }),
        ("signs a merge", &|repo| {
            repo.by("coder").signed("coder").merge("work", "Merge branch 'work'");
        }),
        ("rebases", &|repo| {
            repo.by("coder").rebase("work");
        }),
        ("is named in a trailer", &|repo| {
            let typed = "Merge branch 'work'\n\nReviewed-by: coder <coder@example.com>";
            repo.by("sam").merge("work", typed);
        }),
        ("signs the record", &|repo| {
            repo.by("sam").merge("work", "Merge branch 'work'");
            sign(repo, "sam", &approvals(repo, &[("coder", "coder")], SAMPLE));
        }),
    ];
    for people in ["people: {agents: ['coder@*']}\n", "people: {bots: [CODER@example.com]}\n", ""] {
        for (what, act) in acts {
            let repo = ledger(&policy(people), &["coder", "dana"]);
            repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
            act(&repo);
            // Whom no pattern names is a person, and approves.
            let expected = if people.is_empty() { "active" } else { "unapproved" };
            assert_eq!(status(&repo), expected, "{people}{what}");
            sign(&repo, "sam", &approvals(&repo, &[("dana", "dana")], SAMPLE));
            assert_eq!(status(&repo), "active", "{people}{what}, and Dana approves");
        }
    }
}

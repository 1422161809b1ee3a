//! What a map says about a call: the first rule that matches, and what is filled in.

use exledger::gate::tool_call::{CallContext, CallDecision, ToolCall, decide};
use exledger::policy::hooks::{HookFile, HookRuntime};
use exledger::store::git::reach;
use serde_json::{Value, json};

/// Decides about a call with these arguments under some rules.
fn decided(rules: &str, tool: &str, arguments: Value) -> CallDecision {
    let text = format!("version: 1\nunmatched: deny\nrules:\n{rules}");
    let map = HookFile::read("map", text.as_bytes());
    let map = map.map.unwrap_or_else(|| panic!("{:#?}", map.findings));
    let Value::Object(arguments) = arguments else { panic!("no object") };
    let call = ToolCall {
        runtime: HookRuntime::ClaudeCode,
        tool: tool.to_owned(),
        arguments,
        folders: Vec::new(),
    };
    let below = |path: &str| exledger::gate::inside(path);
    decide(&map, &call, &CallContext { identity: None, below: &below })
}

fn reason(decision: &CallDecision) -> &str {
    match decision {
        CallDecision::Deny(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_rule_that_matches_decides() {
    let rules = "  - {tool: Bash, runtime: gemini, pass: true}
  - {tool: Bash, when: {command: \"kubectl **\", nested.dry: \"true\"}, pass: true}
  - {tool: \"mcp__github__merge_*\", deny: not today}
  - {tool: [\"B?sh\"], deny: ask a person}
";
    let call = |tool: &str, arguments: Value| decided(rules, tool, arguments);
    let dry = json!({"command": "kubectl get a/b", "nested": {"dry": true}});
    assert_eq!(call("Bash", dry), CallDecision::Pass);
    // An argument with a dot in its name can't pretend to be the nested one.
    let flat = json!({"command": "kubectl get a/b", "nested.dry": true});
    assert_eq!(reason(&call("Bash", flat)), "ask a person");
    assert_eq!(reason(&call("Bash", json!({"command": ["kubectl"]}))), "ask a person");
    assert_eq!(reason(&call("mcp__github__merge_pr", json!({}))), "not today");
    assert_eq!(
        reason(&call("bash", json!({}))),
        "no rule of exledger-hooks.yaml matches this call"
    );
    let long = json!({"command": "x".repeat(70_000)});
    assert!(reason(&call("Bash", long)).contains("`command` is longer than"));
}

#[test]
fn what_is_filled_in_is_text_and_must_be_there() {
    let rules = "  - {tool: merge, ask: {application: \"{tool}\", resource: \"repo:{input.owner}/{input.repo.name}\"}}\n";
    let call = |arguments: Value| decided(rules, "merge", arguments);
    let CallDecision::Ask(question) = call(json!({"owner": "acme", "repo": {"name": 7}})) else {
        panic!("no question")
    };
    assert_eq!(question.application.as_deref(), Some("merge"));
    assert_eq!(question.resource.as_deref(), Some("repo:acme/7"));
    let repo = |repo: Value| call(json!({"owner": "acme", "repo": {"name": repo}}));
    assert!(reason(&call(json!({"owner": "acme"}))).contains("`repo.name` is missing"));
    for (value, expected) in [
        (json!({}), "is not a text, number or boolean"),
        (json!(["a"]), "is not a text, number or boolean"),
        (Value::Null, "is not a text, number or boolean"),
        (json!("  "), "is empty"),
        (json!("*"), "is a wildcard"),
        (json!("a*"), "is a wildcard"),
        (json!("ALL"), "is a wildcard"),
        (json!("x".repeat(1_001)), "is longer than 1000 characters"),
    ] {
        let decision = repo(value);
        assert!(reason(&decision).contains(&format!("`repo.name` {expected}")), "{decision:?}");
    }
}

#[test]
fn a_path_is_resolved_below_the_repository() {
    let rules = "  - {tool: Read, ask: {application: a, path: \"{path.file}\"}}\n";
    let call = |file: &str| decided(rules, "Read", json!({ "file": file }));
    let CallDecision::Ask(question) = call("src/../docs/a.md") else { panic!("no question") };
    assert_eq!(question.path.as_deref(), Some("docs/a.md"));
    assert!(reason(&call("../a")).contains("`file` is not a path below the repository"));
    // Most programs would open `secret/key`.
    assert!(reason(&call("secret/key\0/../../docs/a.md")).contains("`file` has a NUL"));
    let finding = "  - {tool: Read, ask: {finding: \"{input.id}\"}}\n";
    let bad = decided(finding, "Read", json!({"id": "no tool"}));
    assert!(reason(&bad).contains("`finding`"), "{bad:?}");
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_repository() {
    let folder = crate::support::temporary();
    git2::Repository::init(folder.path()).unwrap();
    let top = folder.path();
    std::fs::create_dir_all(top.join("src/deep")).unwrap();
    std::os::unix::fs::symlink("/etc", top.join("out")).unwrap();
    std::os::unix::fs::symlink("src/deep", top.join("in")).unwrap();
    std::os::unix::fs::symlink("/nowhere/x", top.join("dangling")).unwrap();
    let cwd = top.join("src");
    let below = |path: &str| reach::below(&cwd, path);
    assert_eq!(below("a.rs").as_deref(), Some("src/a.rs"));
    assert_eq!(below("../b/new.rs").as_deref(), Some("b/new.rs"));
    assert_eq!(below("../in/x").as_deref(), Some("src/deep/x"));
    assert_eq!(below("../in/../x").as_deref(), Some("src/x"), "as the system follows it");
    assert_eq!(below(top.join("c").to_str().unwrap()).as_deref(), Some("c"));
    for outside in ["../../a", "../out/passwd", "/etc/passwd", "../dangling"] {
        assert_eq!(below(outside), None, "{outside}");
    }
    assert_eq!(reach::below(std::path::Path::new("/"), "etc"), None);
    // A tool may read these otherwise than the system does, which finds them below the work tree.
    std::os::unix::fs::symlink("deep", top.join("src/~")).unwrap();
    std::os::unix::fs::symlink("/proc/self/cwd", top.join("src/own")).unwrap();
    assert_eq!(below("~/x").as_deref(), Some("src/deep/x"));
    let of_tool = |path: &str| reach::below_for_tool(&cwd, path);
    assert_eq!(of_tool("../in/x").as_deref(), Some("src/deep/x"));
    assert_eq!(of_tool("docs/a:b.md").as_deref(), Some("src/docs/a:b.md"));
    assert_eq!(of_tool("README:12").as_deref(), Some("src/README:12"));
    for elsewhere in ["~/x", "~root/x", "file:///etc/x", "git+ssh://example.com/x"] {
        assert_eq!(of_tool(elsewhere), None, "{elsewhere}");
    }
    // The process that asks finds its own folder there.
    let here = std::env::current_dir().unwrap();
    for own in ["/proc/self/cwd/x", "/tmp/../proc/self/cwd/x"] {
        assert_eq!(reach::below(&here, own), None, "{own}");
    }
    assert_eq!(below("own/x"), None);
}

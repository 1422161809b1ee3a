//! The map of tool calls to questions: what is read, and what is refused, with its position.

use exledger::diag::Level;
use exledger::policy::governance::{Governance, State};
use exledger::policy::hooks::{HookFile, HookRuntime, UnmatchedCall};

use crate::policy::{Files, short};

const MAP: &str = r#"version: 1
unmatched: deny            # required
rules:
  - tool: [Read, Grep]
    pass: true
  - tool: "mcp__github__merge_*"
    runtime: claude-code
    ask: {action: merge, resource: "repo:{input.owner}/{input.repo}"}
  - tool: Bash
    when: {command: "kubectl **"}
    ask: {identity: "agent:coder", action: run, resource: "k8s:production"}
  - {tool: WebFetch, deny: "use the proxy"}
"#;

/// Returns the findings of a map, each on one line.
fn findings(text: &str) -> Vec<String> {
    let file = HookFile::read("exledger-hooks.yaml", text.as_bytes());
    assert_eq!(file.map.is_none(), !file.findings.is_empty(), "{text}: {:#?}", file.findings);
    file.findings.iter().map(|it| format!("{} {}", short(it), it.message)).collect()
}

#[test]
fn a_map_is_read_with_all_its_rules() {
    let file = HookFile::read("exledger-hooks.yaml", MAP.as_bytes());
    let map = file.map.as_ref().unwrap();
    assert_eq!(map.unmatched, UnmatchedCall::Deny);
    assert_eq!(map.rules.len(), 4);
    assert_eq!(map.rules[0].tool, ["Read", "Grep"]);
    assert_eq!(map.rules[0].pass, Some(true));
    assert_eq!(map.rules[1].runtime, Some(HookRuntime::ClaudeCode));
    assert_eq!(map.rules[2].when["command"], "kubectl **");
    assert_eq!(map.rules[3].deny.as_deref(), Some("use the proxy"));
    let lacking = file.without_subject().unwrap();
    assert_eq!((lacking.line, lacking.column), (8, 5), "this question needs an identity");
}

#[test]
fn what_becomes_of_other_calls_is_written_and_never_removed() {
    for (text, words) in [
        ("version: 1\nrules: []\n", "add for example `unmatched: deny`"),
        ("version: 1\nunmatched: maybe\n", "use one of deny, pass: write for example `deny`"),
    ] {
        let file = HookFile::read("exledger-hooks.yaml", text.as_bytes());
        let said: Vec<String> = file.findings.iter().map(|it| it.remedy.words()).collect();
        assert_eq!(said, [words]);
    }
}

#[test]
fn what_is_wrong_is_named_with_its_position() {
    let rule = |rule: &str| format!("version: 1\nunmatched: deny\nrules:\n  - {rule}\n");
    let cases = [
        ("version: 1\n".to_owned(), "`unmatched` is missing"),
        ("version: 2\nunmatched: deny\n".to_owned(), "`2` is not a version of this format"),
        ("version: 1\nunmatched: ask\n".to_owned(), "unmatched"),
        ("version: 1\nunmatched: deny\nrule: []\n".to_owned(), "unknown key `rule`"),
        (rule("{tool: Bash}"), "needs one of pass, ask, deny"),
        (rule("{tool: Bash, pass: true, deny: no}"), "has both `pass` and `deny`"),
        (rule("{tool: Bash, pass: false}"), "only `true` has a meaning"),
        (rule("{pass: true}"), "`rules[0].tool` is missing"),
        (rule("{tool: [], pass: true}"), "`rules[0].tool` is empty"),
        (rule("{tool: Bash, runtime: vim, pass: true}"), "vim"),
        (rule("{tool: Bash, ask: {identity: \"{input.who}\"}}"), "takes no placeholder"),
        (rule("{tool: Bash, ask: {asset: \"{input.}\"}}"), "is not a placeholder"),
        (rule("{tool: Bash, ask: {asset: \"{env.HOME}\"}}"), "is not a placeholder"),
        (rule("{tool: Bash, ask: {asset: \"a}\"}}"), "has no partner"),
        (rule("{tool: Bash, ask: {resorce: x}}"), "did you mean `resource`?"),
        (rule("{tool: Bash, ask: {at: 2026-01-01}}"), "unknown key `at`"),
        (rule("{tool: Bash, when: {}, pass: true}"), "`rules[0].when` is empty"),
        (rule("{tool: Bash, when: {a..b: x}, pass: true}"), "is not the name of an argument"),
        (rule(&format!("{{tool: {}, pass: true}}", "x".repeat(1_001))), "1000 characters"),
        ("[1]\n".to_owned(), "a map is expected"),
        (String::new(), ""),
    ];
    for (text, expected) in cases {
        let found = findings(&text);
        assert!(found.iter().any(|it| it.contains(expected)), "{text}: {found:#?}");
    }
    let many = rule(&"{tool: Bash, pass: true}\n  - ".repeat(1_001));
    assert!(findings(&many)[0].contains("more than 1000"), "{:?}", findings(&many));
    let large = format!("{MAP}# {}\n", "x".repeat(262_144));
    assert!(!findings(&large).is_empty());
    let place = HookFile::read("x", rule("{tool: Bash, pass: true, deny: no}").as_bytes());
    assert_eq!(place.findings[0].pos.unwrap().line, 4);
}

#[test]
fn a_broken_map_is_reported_and_harms_nothing_else() {
    let policy = ("exledger.yaml", "version: 1\n");
    let sound = Governance::read(&Files::of(&[policy, ("exledger-hooks.yaml", MAP)])).unwrap();
    assert_eq!((sound.state, sound.findings.len()), (State::Sound, 0));
    assert!(sound.hooks.unwrap().map.is_some());
    assert!(sound.policy.baselines.is_empty());
    let broken = [policy, ("exledger-hooks.yaml", "version: 1\nunmatched: maybe\n")];
    let read = Governance::read(&Files::of(&broken)).unwrap();
    assert_eq!(read.state, State::Sound, "check still answers");
    assert_eq!(read.findings.len(), 1, "{:?}", read.findings);
    assert_eq!(read.findings[0].level, Level::Error);
    assert_eq!(read.findings[0].path, "exledger-hooks.yaml");
    assert!(read.hooks.unwrap().map.is_none());
}

//! Where the map, the ledger, receipts and refused questions may lie.

use std::fs;

use serde_json::Value;

use exledger::features::check::governed::GovernedRequest;
use exledger::features::check::receipts::ReceiptLog;
use exledger::gate::question;
use exledger::policy::governance::Governance;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::{clock, features};

use crate::gate::live::{BILLING, Gate};
use crate::hook::{Asked, MAP, RUNTIMES, payload, refused};
use crate::support::repo::git;

const PASS: &str = "version: 1\nunmatched: pass\n";

#[test]
fn only_the_approved_map_counts() {
    let asked = Asked::new();
    let clone = asked.gate.clone.path();
    fs::write(clone.join("exledger-hooks.yaml"), PASS).unwrap();
    refused(&asked.call("codex", "Write"), "no rule");
    let repo = &asked.gate.repo;
    repo.branch("wide").by("mal").write("exledger-hooks.yaml", PASS).commit("Let it run");
    asked.gate.fetch();
    refused(&asked.call("codex", "Write"), "no rule");
    // Pushed without anybody else's approval, the version before still counts.
    repo.by("mal").write("exledger-hooks.yaml", PASS).commit("Let it run");
    asked.gate.fetch();
    refused(&asked.call("codex", "Write"), "no rule");
    repo.by("kim").write("exledger-hooks.yaml", MAP).commit("Put it back");
    asked.approve_map(&PASS.replace("pass", "deny # nothing"));
    refused(&asked.call("codex", "merge"), "no rule");
    asked.approve_map("version: 1\nunmatched: perhaps\n");
    refused(&asked.call("codex", "Read"), "exledger-hooks.yaml:2:12");
    repo.by("ana").remove("exledger-hooks.yaml").commit("Remove it");
    asked.gate.fetch();
    refused(&asked.call("codex", "Read"), "exledger-hooks.yaml");
}

#[test]
fn lint_names_the_line_of_what_is_wrong_with_a_map() {
    let asked = Asked::new();
    let clone = asked.gate.clone.path();
    assert_eq!(crate::cli::run(clone, &["lint"]).code, 0);
    let map = format!("{MAP}  - {{tool: x, ask: {{identity: \"{{input.me}}\"}}}}\n");
    fs::write(clone.join("exledger-hooks.yaml"), map).unwrap();
    let run = crate::cli::run(clone, &["lint"]);
    assert_eq!(run.code, 1, "{} {}", run.out, run.err);
    assert!(run.out.contains("exledger-hooks.yaml:8:"), "{}", run.out);
    assert!(run.out.contains("`identity` takes no placeholder"), "{}", run.out);
}

#[test]
fn a_map_of_ones_own_lies_outside_the_work_tree() {
    let asked = Asked::new();
    let outside = crate::support::temporary();
    let map = outside.path().join("map.yaml");
    fs::write(&map, PASS).unwrap();
    let call = payload("codex", "Write", asked.work.path());
    let at = |map: &std::path::Path| asked.hook("codex", &["--map", map.to_str().unwrap()], &call);
    assert_eq!(at(&map).code, 0);
    fs::write(&map, format!("{MAP}  - {{tool: x, pass: true, deny: y}}\n")).unwrap();
    refused(&at(&map), "map.yaml:8:");
    for inside in [asked.gate.clone.path(), asked.work.path()] {
        let map = inside.join("map.yaml");
        fs::write(&map, PASS).unwrap();
        refused(&at(&map), "the map ");
        let link = outside.path().join("link.yaml");
        let _ = fs::remove_file(&link);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&map, &link).unwrap();
            refused(&at(&link), "the map ");
        }
    }
    refused(&at(&outside.path().join("none.yaml")), "none.yaml");
}

#[test]
fn the_agent_does_not_own_the_clone_that_judges_it() {
    let asked = Asked::new();
    let clone = asked.gate.clone.path();
    let below = clone.join("sub");
    fs::create_dir(&below).unwrap();
    let linked = crate::support::temporary();
    let work = linked.path().join("work");
    git(clone, &["worktree", "add", "--quiet", "--detach", work.to_str().unwrap()]);
    for cwd in [clone, &below, &work] {
        let call = payload("gemini", "Read", cwd);
        refused(&asked.hook("gemini", &[], &call), "--trust-clone");
        assert_eq!(asked.hook("gemini", &["--trust-clone"], &call).code, 0);
    }
    // Of a folder that is not there, nobody knows.
    let absent = clone.join("absent\nfolder");
    let call = payload("gemini", "Read", &absent).replace('\n', "\\n");
    refused(&asked.hook("gemini", &[], &call), "is not a folder that can be read here");
    let shared = crate::support::temporary();
    let target = shared.path().join("shared");
    let (from, to) = (clone.to_str().unwrap(), target.to_str().unwrap());
    git(shared.path(), &["clone", "--quiet", "--shared", from, to]);
    let args = ["hook", "gemini", "--ledger", to];
    refused(&crate::hook::hook(&args, &[], &payload("gemini", "Read", clone)), "shares");
    git(asked.work.path(), &["init", "--quiet"]);
    assert_eq!(asked.call("gemini", "Read").code, 0, "a repository of its own");
}

#[test]
fn uses_count_once_and_refused_questions_are_kept_for_a_request() {
    let asked = Asked::new();
    let kept = crate::support::temporary();
    let receipts = kept.path().join("receipts.jsonl");
    let refused_in = kept.path().join("refused");
    fs::create_dir(&refused_in).unwrap();
    let more =
        ["--receipts", receipts.to_str().unwrap(), "--refused", refused_in.to_str().unwrap()];
    let call = payload("claude-code", "merge", asked.work.path());
    assert_eq!(asked.hook("claude-code", &more, &call).code, 0);
    assert_eq!(fs::read_to_string(&receipts).unwrap().lines().count(), 1);
    let other = payload("claude-code", "application", asked.work.path()).replace("billing", "wiki");
    let run = asked.hook("claude-code", &more, &other);
    refused(&run, "deny: no exception covers it; exledger new --from-check ");
    assert_eq!(fs::read_to_string(&receipts).unwrap().lines().count(), 2);
    let files: Vec<_> = fs::read_dir(&refused_in).unwrap().map(|it| it.unwrap().path()).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert!(run.err.contains(file.to_str().unwrap()), "{}", run.err);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let receipt: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(receipt["question"]["application"], "wiki");
    // Calls that the map decides leave no receipt.
    assert_eq!(
        asked.hook("claude-code", &more, &payload("claude-code", "Read", asked.work.path())).code,
        0
    );
    assert_eq!(fs::read_to_string(&receipts).unwrap().lines().count(), 2);
    for n in 0..1_000 {
        fs::write(refused_in.join(format!("{n}")), "").unwrap();
    }
    let more_wiki = other.replace("wiki", "docs");
    refused(&asked.hook("claude-code", &more, &more_wiki), "has 1000 files already");
}

#[test]
fn the_settings_are_json_with_the_switch_that_refuses() {
    let asked = Asked::new();
    for runtime in RUNTIMES {
        let run = asked.hook(runtime, &["--print-config", "--as", "agent:the coder"], "");
        assert_eq!(run.code, 0, "{}", run.err);
        let settings: Value = serde_json::from_str(&run.out).unwrap();
        let text = settings.to_string();
        assert!(text.contains(&format!("hook {runtime} --ledger {}", asked.ledger())), "{text}");
        assert!(text.contains("--as 'agent:the coder'"), "{text}");
        assert!(run.err.contains("guard-rail and no boundary"), "{}", run.err);
        let hooks = &settings["hooks"];
        let (timeout, expected) = match runtime {
            "claude-code" => {
                assert_eq!(hooks["PreToolUse"][0]["hooks"][0]["onFailure"], "block");
                (&hooks["PreToolUse"][0]["hooks"][0]["timeout"], 10)
            }
            "codex" => (&hooks["PreToolUse"][0]["hooks"][0]["timeout"], 10),
            "cursor" => {
                assert_eq!(hooks["preToolUse"][0]["failClosed"], true);
                (&hooks["preToolUse"][0]["timeout"], 10)
            }
            "copilot" => (&hooks["preToolUse"][0]["timeoutSec"], 10),
            _ => (&hooks["BeforeTool"][0]["hooks"][0]["timeout"], 10_000),
        };
        assert_eq!(timeout, expected, "{runtime}: longer than --timeout");
    }
}

#[test]
fn the_identity_of_the_command_line_wins() {
    let asked = Asked::new();
    asked.approve_map("version: 1\nunmatched: deny\nrules:\n  - {tool: merge, ask: {application: billing, identity: \"svc:billing\"}}\n  - {tool: push, ask: {action: push}}\n");
    refused(&asked.call("codex", "merge"), "exledger-hooks.yaml:5:18: this question names nobody");
    let kept = crate::support::temporary();
    let receipts = kept.path().join("receipts.jsonl");
    let more = ["--as", "agent:coder", "--receipts", receipts.to_str().unwrap()];
    asked.hook("codex", &more, &payload("codex", "merge", asked.work.path()));
    let receipt: Value = serde_json::from_slice(&fs::read(&receipts).unwrap()).unwrap();
    assert_eq!(receipt["question"]["identity"], "agent:coder");
}

#[test]
fn a_map_that_lands_while_the_question_is_asked_is_not_passed_over() {
    let gate = Gate::ending_after(86_400, "");
    let repo = &gate.repo;
    // What landed last is approved by nobody, so the ledger is walked before the map is read.
    repo.by("mal").write("exledger-hooks.yaml", PASS).commit("Let it run");
    gate.fetch();
    repo.by("mal").remove("exledger-hooks.yaml").commit("Take it back");
    repo.branch("map").by("ana").write("exledger-hooks.yaml", MAP).commit("Map the tools");
    repo.by("lee").merge("map", "Merge the map");
    let question = question::read(BILLING.as_bytes()).question.unwrap().question;
    let n_decided = std::cell::Cell::new(0);
    let decide = |governance: &Governance| {
        n_decided.set(n_decided.get() + 1);
        if governance.hooks.is_some() {
            return GovernedRequest::Decided("a map decides");
        }
        gate.fetch();
        GovernedRequest::Ask(Box::new(question.clone()))
    };
    let session = Session::open(gate.clone.path(), Options::default()).unwrap();
    let moment = Moment::at(clock::now());
    let asked = features::check::answer_governed(
        &session,
        &moment,
        None,
        &|| Ok(ReceiptLog::none()),
        &decide,
    );
    let Err(error) = asked else { panic!("the map that landed is not consulted") };
    assert!(error.to_string().contains("the governance changed"), "{error}");
    assert_eq!(n_decided.get(), 3);
}

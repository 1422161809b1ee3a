//! `check`, and what prevents any answer.

use serde_json::Value;

use crate::cli::{self, run, run_fed, run_with};
use crate::cli_answers::{ON, ask, json, story};
use crate::support::repo;

/// Asks about the batch job, with each limit of its record.
const BATCH: &[&str] = &[
    "--identity",
    "svc:billing-batch",
    "--resource",
    "db:invoices",
    "--action",
    "read",
    "--environment",
    "production",
];

#[test]
fn only_what_is_in_force_and_in_scope_is_allowed() {
    let repo = story();
    for (args, verdict, code) in [
        (&["--identity", "svc:billing-batch"][..], "deny", 1),
        (BATCH, "allow", 0),
        (&["--identity", "svc:billing-batch", "--action", "write"], "deny", 1),
        (&["--identity", "svc:billing-batch", "--resource", "db:payments"], "deny", 1),
        (&["--identity", "svc:other"], "deny", 1),
        (&["--application", "search"], "allow", 0),
        (&["--application", "search-old"], "allow", 0),
        (&["--application", "gateway"], "deny", 1),
        (&["--application", "fraud"], "pending", 1),
        (&["--application", "broken"], "deny", 1),
        (
            &[
                "--application",
                "search",
                "--finding",
                "trivy:CVE-2026-1234",
                "--path",
                "services/a/b.lock",
            ],
            "allow",
            0,
        ),
        (&["--application", "search", "--finding", "trivy:CVE-2026-1234"], "deny", 1),
    ] {
        let answer = ask(&repo, &[&["check", "--format", "json"], args].concat());
        let receipt: Value = serde_json::from_str(&answer.out).unwrap();
        assert_eq!(
            (receipt["verdict"].as_str().unwrap(), answer.code),
            (verdict, code),
            "{args:?}: {}",
            answer.out
        );
    }
}

#[test]
fn a_receipt_has_its_promised_keys_in_their_order() {
    let repo = story();
    let receipt = json(&repo, &[&["check"], BATCH].concat());
    let keys: Vec<&str> = receipt.as_object().unwrap().keys().map(String::as_str).collect();
    let promised = "schema question verdict reason record digest approved_digest not_after scope ledger considered simulated next warnings id seq previous";
    assert_eq!(keys, promised.split_whitespace().collect::<Vec<_>>());
    let keys: Vec<&str> =
        receipt["question"].as_object().unwrap().keys().map(String::as_str).collect();
    let promised = "identity identity_type asset application credential control rule action resource environment finding purl path severity deploy reference";
    assert_eq!(keys, promised.split_whitespace().collect::<Vec<_>>());
    assert_eq!(receipt["record"], "EXC-2026-7F3KQ");
    assert_eq!(receipt["digest"], receipt["approved_digest"]);
    assert_eq!(receipt["not_after"], "2026-12-21T00:00:00Z");
    assert_eq!(receipt["scope"]["resources"], serde_json::json!(["db:invoices"]));
    let plain = json(&repo, &["check", "--application", "search"]);
    assert_eq!(
        plain["scope"],
        serde_json::json!({"resources": null, "actions": null, "not_waived": null})
    );
}

#[test]
fn the_end_is_exclusive_to_the_second() {
    let repo = story();
    for (at, code) in [("2026-12-05T23:59:59Z", 0), ("2026-12-06T00:00:00Z", 1)] {
        let answer =
            run(repo.path(), &["check", "--application", "search", "--at", at, "--format", "json"]);
        assert_eq!(answer.code, code, "{at}: {}", answer.out);
        let receipt: Value = serde_json::from_str(&answer.out).unwrap();
        assert_eq!(receipt["ledger"]["instant"], at);
        assert_eq!(receipt["simulated"], false);
    }
}

#[test]
fn a_past_time_is_asked_of_what_is_merged_today_and_a_note_says_so() {
    let repo = story();
    let ask = |flags: &[&str]| {
        let args = [&["check", "--application", "search"], flags].concat();
        run_with(repo.path(), &args, &[("EXLEDGER_TEST_CLOCK", ON)]).err
    };
    let past = "2026-11-30T23:59:59Z";
    let note = format!("note: by what is merged today; by what was merged then: --as-of {past}");
    let told = ask(&["--at", "2026-11-30"]);
    assert!(told.lines().any(|line| line == note), "{told}");
    for flags in
        [&[][..], &["--at", "2026-12-02"], &["--as-of", past], &["--as-of", past, "--at", past]]
    {
        assert!(!ask(flags).contains("merged today"), "{flags:?}");
    }
}

#[test]
fn questions_of_standard_input_get_a_receipt_a_line_and_the_worst_code() {
    let repo = story();
    let lines = "{\"application\": \"search\"}\n\n{\"application\": \"search\", \"at\": \"2026-12-06T00:00:00Z\"}\n";
    let answer = run_fed(repo.path(), &["--on", ON, "check", "--stdin"], lines.as_bytes());
    assert_eq!(answer.code, 1, "{}", answer.err);
    assert_eq!(answer.out.lines().count(), 2);
    let odd = run_fed(
        repo.path(),
        &["--on", ON, "check", "--stdin"],
        b"{\"application\": \"search\"}\nnonsense\n",
    );
    assert_eq!(odd.code, 3);
    let last: Value = serde_json::from_str(odd.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["verdict"], "unknown");
}

#[test]
fn a_question_about_nothing_is_a_wrong_use() {
    let repo = story();
    for args in [
        &["check"][..],
        &["check", "--action", "read"],
        &["check", "--application", "search", "--at", ON, "--on", ON],
        &["check", "--deploy"],
        &["check", "--application", ""],
        &["check", "--finding", "CVE-2026-1"],
        &["check", "--application", "search", "--severity", "bad"],
        &["check", "--stdin", "--application", "search"],
        &["check", "--application", "search", "--format", "sarif"],
        &["list", "--format", "github"],
        &["list", "--status", "fine"],
        &["list", "--ends-within", "soon"],
    ] {
        let answer = run(repo.path(), args);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{args:?}: {}", answer.err);
    }
}

/// The commands that answer from history.
const ANSWERS: &[&[&str]] =
    &[&["list"], &["show", "7F3KQ"], &["queue"], &["check", "--application", "search"]];

#[test]
fn outside_a_ledger_and_outside_git_nothing_is_said() {
    let folder = crate::support::temporary();
    for args in [ANSWERS, &[&["lint"], &["new"]]].concat() {
        let answer = run(folder.path(), args);
        assert_eq!((answer.code, answer.out.as_str()), (3, ""), "{args:?}");
        assert!(answer.err.contains("exledger init"), "{args:?}: {}", answer.err);
    }
    std::fs::write(folder.path().join("exledger.yaml"), "version: 1\n").unwrap();
    for args in [ANSWERS, &[&["new"]]].concat() {
        let answer = run(folder.path(), args);
        assert_eq!((answer.code, answer.out.as_str()), (3, ""), "{args:?}");
    }
    assert_eq!(run(folder.path(), &["lint"]).code, 0, "lint alone works in a plain folder");
}

#[test]
fn a_policy_with_errors_stops_all_but_lint() {
    let repo = story();
    repo.by("dana").write("exledger.yaml", "version: 1\ntires: []\n").commit("Break the policy");
    repo.checkout();
    for args in [ANSWERS, &[&["new"]]].concat() {
        let answer = run(repo.path(), args);
        assert_eq!((answer.code, answer.out.as_str()), (3, ""), "{args:?}");
        assert!(answer.err.contains("exledger.yaml"), "{args:?}: {}", answer.err);
    }
    let lint = run(repo.path(), &["lint", "--format", "json"]);
    assert_eq!(lint.code, 1);
    let lint: Value = serde_json::from_str(&lint.out).unwrap();
    let findings = lint["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["path"] == "exledger.yaml"));
    assert!(findings.iter().all(|finding| finding["rule"] != "term-too-long"));
}

#[test]
fn without_an_approved_ref_nothing_is_said() {
    let repo = story();
    git(&repo, &["checkout", "-q", "--detach"]);
    for args in ANSWERS {
        let answer = run(repo.path(), args);
        assert_eq!((answer.code, answer.out.as_str()), (3, ""), "{args:?}");
    }
    let named = run(repo.path(), &["list", "--approved-ref", "main"]);
    assert_eq!(named.code, 0, "{}", named.err);
    let named = run_with(repo.path(), &["list"], &[("EXLEDGER_APPROVED_REF", "main")]);
    assert_eq!(named.code, 0, "{}", named.err);
}

fn git(repo: &repo::Repo, words: &[&str]) {
    repo::git(repo.path(), words);
}

#[test]
fn a_shallow_clone_shows_its_rows_and_exits_3_with_the_repair() {
    let repo = story();
    let clone = repo.clone_with(&["--depth=1"]);
    let answer = run(clone.path(), &["--on", ON, "list"]);
    assert_eq!(answer.code, 3, "{}", answer.out);
    assert!(answer.out.contains("EXC-2026-7F3KQ"), "{}", answer.out);
    assert!(answer.err.contains("git fetch --unshallow"), "{}", answer.err);
    let gate = run(clone.path(), &["--on", ON, "check", "--application", "search"]);
    assert_eq!(gate.code, 3, "{}", gate.out);
    // For people, and no answer that a gate relies on: it says itself what it does not know.
    let overview = run(clone.path(), &["--on", ON]);
    assert_eq!((overview.code, overview.err.as_str()), (0, ""));
    let first = overview.out.lines().next().unwrap();
    assert!(first.starts_with("unknown") && first.contains("could not be determined"), "{first}");
    assert!(overview.out.contains("git fetch --unshallow"), "{}", overview.out);
}

#[test]
fn the_ledger_is_found_from_below_by_c_and_by_the_environment() {
    let repo = story();
    let below = repo.path().join("exceptions");
    let elsewhere = crate::support::temporary();
    let root = repo.path().to_str().unwrap();
    assert_eq!(cli::run(&below, &["list"]).code, 0);
    assert_eq!(cli::run(elsewhere.path(), &["-C", root, "list"]).code, 0);
    assert_eq!(run_with(elsewhere.path(), &["list"], &[("EXLEDGER_ROOT", root)]).code, 0);
    assert_eq!(
        run_with(elsewhere.path(), &["list"], &[("EXLEDGER_ROOT", "/nowhere/at/all")]).code,
        3
    );
    assert_eq!(cli::run(elsewhere.path(), &["-C", "missing", "list"]).code, 3);
}

#[test]
fn a_single_use_is_counted_from_the_receipts_that_are_shown() {
    let repo = story();
    let once =
        crate::cli_answers::standard("EXC-2026-0NCE0", "Once", "once", "2026-11-20", "2026-12-20")
            + "uses: {limit: 1}\n";
    crate::cli_answers::file(&repo, "EXC-2026-0NCE0", &once);
    let gate = |more: &[&str]| {
        ask(&repo, &[&["check", "--application", "once", "--format", "json"], more].concat())
    };
    assert_eq!(gate(&[]).code, 3, "without receipts it can't be determined");
    let folder = crate::support::temporary();
    let file = folder.path().join("receipts.jsonl");
    let path = file.to_str().unwrap();
    assert_eq!(gate(&["--new-receipts", path]).code, 0);
    assert_eq!(gate(&["--receipts", path]).code, 1);
    let lines = std::fs::read_to_string(&file).unwrap();
    assert_eq!(lines.lines().count(), 2, "{lines}");
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&first["verdict"], &first["record"]), (&"allow".into(), &"EXC-2026-0NCE0".into()));
    for broken in ["nonsense\n", "{\"schema\": \"exledger/check/v1\""] {
        std::fs::write(&file, broken).unwrap();
        let answer = gate(&["--receipts", path]);
        assert_eq!(answer.code, 3, "{broken}");
        assert_eq!(serde_json::from_str::<Value>(&answer.out).unwrap()["verdict"], "unknown");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), broken, "what can't be read is left");
    }
    assert_eq!(
        gate(&["--receipts", folder.path().to_str().unwrap()]).code,
        3,
        "a folder is no file"
    );
}

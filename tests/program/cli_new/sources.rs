//! `new`: lists, awkward texts, files, profiles and other records.

use crate::cli::{run, run_fed};
use crate::cli_new::{DAY, ledger, written};

#[test]
fn lists_are_numbered_and_awkward_texts_survive() {
    let folder = ledger();
    let awkward = "Don't: \"stop\" #1 – 100% {a: [b]} & *c | yes, \\n";
    let run = run(
        folder.path(),
        &[
            "new",
            "--on",
            DAY,
            "--format",
            "json",
            "--rule",
            "A rule",
            "--application",
            "billing",
            "--risk-level",
            "low",
            "--compensating-control",
            "First",
            "--title",
            awkward,
            "--justification",
            "First line: of several\n\n  indented, with # and ' and \"\n- last\n",
            "--compensating-control",
            "Second: with colon",
            "--control-owner",
            "lee@example.com",
            "--control-status",
            "active",
            "--trigger",
            "The vendor ships => close",
            "--trigger",
            "a => b happens => review",
            "--resource",
            "db:invoices",
            "--resource",
            "db:*",
            "--action",
            "read",
            "--finding",
            "trivy:CVE-2026-1234",
            "--alias",
            "no",
            "--not-waived",
            "1e3",
            "--supersedes",
            "EXC-2026-1A2B3",
            "--draft",
        ],
    );
    let (_, record, _) = written(folder.path(), &run);
    assert_eq!(record["title"], *awkward);
    assert_eq!(
        record["justification"],
        *"First line: of several\n\n  indented, with # and ' and \"\n- last\n"
    );
    let controls = record["compensating_controls"].as_array().unwrap();
    assert_eq!(controls.len(), 2);
    assert_eq!(
        (&controls[0]["owner"], &controls[0]["status"]),
        (&"lee@example.com".into(), &"active".into())
    );
    assert_eq!((&controls[1]["id"], &controls[1]["status"]), (&"CC2".into(), &"planned".into()));
    assert_eq!(
        record["triggers"][1],
        serde_json::json!({"id": "T2", "when": "a => b happens", "then": "review"})
    );
    assert_eq!(record["scope"]["resources"], serde_json::json!(["db:invoices", "db:*"]));
    assert_eq!(
        record["scope"]["findings"][0],
        serde_json::json!({"tool": "trivy", "id": "CVE-2026-1234"})
    );
    assert_eq!(record["subject"]["aliases"][0], "no");
    assert_eq!(record["scope"]["not_waived"][0], "1e3");
    assert_eq!(record["references"]["supersedes"], "EXC-2026-1A2B3");
}

#[test]
fn a_file_a_profile_and_another_record_fill_the_answers_and_flags_win() {
    let folder = ledger();
    let yaml = "title: From a file\nclass: standard\ndeviates_from: {rule: The rule of the file}\nsubject: {asset: host:a}\n\
        justification: The file says enough about why this is needed now.\nrisk: {level: low}\n\
        compensating_controls:\n  - {description: Watched by the team}\nuses: {limit: 1}\nx: {cost_centre: 12}\n";
    let args = [
        "new",
        "--on",
        DAY,
        "--format",
        "json",
        "--from",
        "-",
        "--profile",
        "rotation",
        "--title",
        "From a flag",
    ];
    let run = run_fed(folder.path(), &args, yaml.as_bytes());
    let (answer, record, _) = written(folder.path(), &run);
    assert_eq!(record["title"], "From a flag");
    assert_eq!(record["root_cause"], "brittle-dependency", "of the profile");
    assert_eq!(record["deviates_from"]["rule"], "The rule of the file");
    assert_eq!(record["deviates_from"]["baseline"], "credential-rotation");
    assert_eq!(record["x"]["cost_centre"], 12);
    assert_eq!(record["uses"]["limit"], 1);
    // The same as JSON, and once more from the existing record.
    let json =
        serde_json::to_vec(&serde_yaml::from_str::<serde_json::Value>(yaml).unwrap()).unwrap();
    let again =
        run_fed(folder.path(), &["new", "--on", DAY, "--format", "json", "--from", "-"], &json);
    let (_, second, _) = written(folder.path(), &again);
    assert_eq!(second["title"], "From a file");
    let like = answer["id"].as_str().unwrap();
    let third = crate::cli::run(
        folder.path(),
        &["new", "--on", DAY, "--format", "json", "--like", like, "--title", "Again"],
    );
    let (_, third, _) = written(folder.path(), &third);
    assert_eq!(third["subject"], record["subject"]);
    assert_eq!(third["title"], "Again");
}

#[test]
fn a_refused_file_is_named_with_line_and_column() {
    let folder = ledger();
    for (text, place) in [
        ("title: [\n", "stdin:"),
        ("id: EXC-2026-7F3KQ\n", "id"),
        ("- a\n", "stdin"),
        ("", "stdin"),
    ] {
        let run = run_fed(folder.path(), &["new", "--from", "-"], text.as_bytes());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.contains(place), "{text}: {}", run.err);
    }
}

/// The answer of `check` to a question, as in its receipt.
fn receipt(question: &serde_json::Value, verdict: &str) -> Vec<u8> {
    serde_json::to_vec(&serde_json::json!({
        "schema": "exledger/check/v1", "question": question, "verdict": verdict, "record": "EXC-2026-7F3KQ",
    }))
    .unwrap()
}

const ASKED: &[&str] = &[
    "new",
    "--on",
    DAY,
    "--format",
    "json",
    "--title",
    "Wanted by the scanner",
    "--rule",
    "No known flaws",
    "--risk-level",
    "low",
    "--justification",
    "The fixed release is not out yet; the path can't be reached from outside.",
    "--compensating-control",
    "Watched by the team",
    "--from-check",
    "-",
];

#[test]
fn a_refused_question_becomes_a_request_that_allows_no_more() {
    let folder = ledger();
    let question = serde_json::json!({
        "identity": null, "asset": "host:a", "application": "billing", "credential": null,
        "control": "owasp-nhi:NHI7:2025", "action": "read", "resource": "db:invoices", "environment": "staging",
        "finding": "trivy:CVE-2026-1", "purl": "pkg:cargo/openssl@0.10.60", "path": "src/main.rs",
        "severity": "moderate", "deploy": false,
    });
    let run = run_fed(folder.path(), ASKED, &receipt(&question, "deny"));
    assert_eq!(run.err, "");
    let (_, record, _) = written(folder.path(), &run);
    assert_eq!(
        record["subject"],
        serde_json::json!({"asset": "host:a", "application": "billing", "environment": "staging"})
    );
    assert_eq!(
        record["scope"],
        serde_json::json!({
            "resources": ["db:invoices"], "actions": ["read"],
            "findings": [{
                "tool": "trivy", "id": "CVE-2026-1", "severity": "moderate",
                "purl": "pkg:cargo/openssl@0.10.60", "paths": ["src/main.rs"],
            }],
        })
    );
    assert_eq!(record["deviates_from"]["controls"][0], "owasp-nhi:NHI7:2025");
    // If it is already allowed, that is reported; a star in a question is literal, but would be a pattern in a record.
    let allowed = run_fed(folder.path(), ASKED, &receipt(&question, "allow"));
    assert_eq!(allowed.code, 0);
    assert!(allowed.err.contains("EXC-2026-7F3KQ allows"), "{}", allowed.err);
    for key in ["resource", "action", "path"] {
        let mut wide = question.clone();
        wide[key] = "a/*".into();
        let refused = run_fed(folder.path(), ASKED, &receipt(&wide, "deny"));
        assert_eq!((refused.code, refused.out.as_str()), (2, ""));
        assert!(refused.err.contains(&format!("--{key}")), "{}", refused.err);
    }
    for (bytes, word) in [(&b"nothing"[..], "not a receipt"), (b"{}", "no question")] {
        let refused = run_fed(folder.path(), ASKED, bytes);
        assert_eq!((refused.code, refused.out.as_str()), (2, ""));
        assert!(refused.err.contains(word), "{}", refused.err);
    }
}

#[test]
fn what_a_check_prints_files_the_line_that_was_asked_about_and_no_other() {
    let folder = ledger();
    let code =
        "import os\ndef run(c):\n    os.system(c)\n\ndef more(c, d):\n    os.system(c + d)\n";
    std::fs::write(folder.path().join("a.py"), code).unwrap();
    for words in [&["add", "."][..], &["commit", "-qm", "Keep exceptions in a ledger"]] {
        crate::support::repo::git(folder.path(), words);
    }
    let question = ["--finding", "bandit:B605", "--path", "a.py", "--line", "6"];
    let check = [&["check", "--on", DAY, "--format", "json"], &question[..]].concat();
    let refused = run(folder.path(), &check);
    let answer: serde_json::Value = serde_json::from_str(&refused.out).unwrap();
    let command = format!("exledger new {}", question.join(" "));
    assert_eq!(answer["next"]["command"], command);
    let about = ["--application", "billing"];
    let of_receipt = run_fed(folder.path(), &[ASKED, &about].concat(), refused.out.as_bytes());
    let flags = [&ASKED[..ASKED.len() - 2], &question[..]].concat();
    let of_flags = run(folder.path(), &[&flags[..], &about].concat());
    for filed in [&of_receipt, &of_flags] {
        let (_, record, _) = written(folder.path(), filed);
        assert_eq!(
            record["scope"]["findings"],
            serde_json::json!([{
                "tool": "bandit", "id": "B605", "paths": ["a.py"], "content": ["os.system(c + d)"],
            }])
        );
    }
    // Nothing of a line that can't be told from others, of a pattern, or of two findings at once.
    std::fs::write(folder.path().join("a.py"), "os.system(c)\nos.system(c)\n").unwrap();
    for (more, why) in [
        (
            &["--finding", "bandit:B605", "--path", "a.py", "--line", "2"][..],
            "a.py:2: no ten lines",
        ),
        (&["--finding", "bandit:B605", "--path", "a.py", "--line", "3"], "has no line 3"),
        (&["--finding", "bandit:B605", "--path", "*.py"], "would be a pattern"),
        (&["--finding", "a:b", "--finding", "a:c", "--path", "a.py"], "give --finding once"),
        (&["--path", "a.py"], "--finding TOOL:ID or --purl"),
    ] {
        let refused = run(folder.path(), &[&ASKED[..ASKED.len() - 2], more].concat());
        assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{more:?}");
        assert!(refused.err.contains(why), "{}", refused.err);
    }
}

#[test]
fn another_record_gives_what_does_not_belong_to_its_time() {
    let folder = ledger();
    let other = "id: EXC-2026-7F3KQ\ntitle: The first\nclass: standard\ndeviates_from: {rule: A rule}\n\
        subject: {identity: 'svc:a', identity_type: service-account, credential: 'vault:a', task: t, credential_expires: 2026-12-01}\n\
        owner: {name: Lee Park, email: lee@example.com}\nrequester: sam@example.com\n\
        justification: The other job is replaced in December; that one as well, later on.\n\
        risk: {level: low}\nroot_cause: timeout\nfix: {target: data, plan: Replace it, due: 2026-12-01}\n\
        compensating_controls:\n  - {id: CC1, description: Gone, owner: a@example.com, status: withdrawn}\n\
        \x20 - {id: CC2, description: Kept, owner: a@example.com, status: active, verified: 2026-11-01, verify_every: 30d}\n\
        starts: 2026-11-01\nexpires: 2026-12-20\nevent_ends: 2026-12-19\n\
        references: {ticket: BILL-1, supersedes: EXC-2026-00001}\n\
        reviews: [{date: 2026-11-10, by: sam@example.com, outcome: still-needed}]\n";
    let below = folder.path().join("exceptions/billing");
    std::fs::create_dir_all(&below).unwrap();
    std::fs::write(below.join("EXC-2026-7F3KQ.yaml"), other).unwrap();
    let args = ["new", "--on", DAY, "--format", "json", "--like", "7f3kq"];
    let (answer, record, _) = written(folder.path(), &run(folder.path(), &args));
    let path = answer["path"].as_str().unwrap();
    assert!(path.starts_with("exceptions/billing/EXC-2026-"), "{path}");
    assert_eq!(
        (&record["starts"], &record["expires"]),
        (&"2026-11-20".into(), &"2027-01-04".into())
    );
    assert_eq!(record["root_cause"], "timeout");
    assert_eq!(record["owner"]["email"], "lee@example.com");
    assert_eq!(record["fix"], serde_json::json!({"target": "data", "plan": "Replace it"}));
    assert_eq!(
        record["compensating_controls"],
        serde_json::json!([{"id": "CC2", "description": "Kept", "owner": "a@example.com", "status": "active", "verify_every": "30d"}])
    );
    assert_eq!(record["references"], serde_json::json!({"ticket": "BILL-1"}));
    assert_eq!(record["subject"].get("credential_expires"), None);
    for key in ["requester", "event_ends", "reviews"] {
        assert_eq!(record.get(key), None, "{key}");
    }
    let elsewhere = [&args[..], &["--folder", "orders"]].concat();
    let (answer, ..) = written(folder.path(), &run(folder.path(), &elsewhere));
    assert!(answer["path"].as_str().unwrap().starts_with("exceptions/orders/"));
    // What is like an emergency is one only where that is said.
    let urgent = other.replace("class: standard", "class: emergency").replace("7F3KQ", "7F3KR");
    std::fs::write(below.join("EXC-2026-7F3KR.yaml"), urgent).unwrap();
    for (more, class) in [(&[][..], "standard"), (&["--emergency"], "emergency")] {
        let args = ["new", "--on", DAY, "--format", "json", "--like", "7f3kr"];
        let run = run(folder.path(), &[&args[..], more].concat());
        assert_eq!(written(folder.path(), &run).1["class"], class, "{more:?}");
    }
}

//! `new`: what the ledger contained before, and which commands to run afterwards.

use crate::cli_new::ledger;
use crate::diff::Ledger;
use crate::support::repo::git;

const NEW: &[&str] = &[
    "new",
    "--on",
    "2026-11-20",
    "--format",
    "json",
    "--title",
    "The fourth job of this kind",
    "--rule",
    "Every job has its own user",
    "--application",
    "billing",
    "--risk-level",
    "low",
    "--root-cause",
    "brittle-dependency",
    "--owner-name",
    "Ana Ruiz",
    "--owner-email",
    "ana@example.com",
    "--justification",
    "The job is replaced in December; splitting the user now would stop invoicing.",
    "--compensating-control",
    "Alert on use at night",
];

#[test]
fn a_frozen_pattern_is_told_before_the_file_is_written() {
    let ledger = Ledger::with(&["EXC-2026-00001", "EXC-2026-00002", "EXC-2026-00003"]);
    let refused = ledger.run(NEW);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
    assert!(refused.err.contains("frozen-pattern"), "{}", refused.err);
    for more in [
        &["--root-cause", "timeout"][..],
        &[
            "--redesign",
            "BILL-500",
            "--fix-target",
            "automation",
            "--fix-plan",
            "Replace the job",
            "--fix-due",
            "2026-12-18",
        ],
        &["--draft"],
    ] {
        let args: Vec<&str> = match more {
            ["--root-cause", _] => NEW
                .iter()
                .map(|it| if *it == "brittle-dependency" { more[1] } else { it })
                .collect(),
            _ => [NEW, more].concat(),
        };
        let filed = ledger.run(&args);
        assert_eq!(filed.code, 0, "{more:?}: {}", filed.err);
        let answer: serde_json::Value = serde_json::from_str(&filed.out).unwrap();
        assert_eq!(answer["draft"], *more == ["--draft"], "{more:?}");
        std::fs::remove_file(ledger.repo.path().join(answer["path"].as_str().unwrap())).unwrap();
    }
}

#[test]
fn the_commands_that_follow_fit_the_branch_and_the_remote() {
    let folder = ledger();
    let at = folder.path();
    git(at, &["symbolic-ref", "HEAD", "refs/heads/main"]);
    git(at, &["add", "-A"]);
    git(at, &["commit", "-qm", "Keep exceptions in a ledger"]);
    let next = |args: &[&str]| -> Vec<String> {
        let filed = crate::cli::run(at, &[args, NEW].concat());
        assert_eq!(filed.code, 0, "{}", filed.err);
        let answer: serde_json::Value = serde_json::from_str(&filed.out).unwrap();
        let id = answer["id"].as_str().unwrap();
        let next = answer["next"].as_array().unwrap().iter();
        next.map(|line| line.as_str().unwrap().replace(id, "ID")).collect()
    };
    assert_eq!(
        next(&[]),
        ["git switch -c ID", "git add exceptions/ID.yaml", "git commit -m 'File ID'"]
    );
    git(at, &["remote", "add", "forge", "https://example.com/a.git"]);
    assert_eq!(next(&[])[3], "git push -u forge ID");
    // They are typed where `-C` was.
    let there = at.canonicalize().unwrap();
    let from_elsewhere = next(&["-C", "."]);
    assert_eq!(from_elsewhere[0], format!("git -C {} switch -c ID", there.display()));
    git(at, &["config", "exledger.approvedRef", "refs/heads/main"]);
    git(at, &["switch", "-qc", "billing-key"]);
    std::fs::create_dir(at.join("docs")).unwrap();
    let root = at.canonicalize().unwrap();
    assert_eq!(
        next(&["-C", "docs"]),
        [
            format!("git -C {} add exceptions/ID.yaml", root.display()),
            format!("git -C {} commit -m 'File ID'", root.display()),
            format!("git -C {} push -u forge billing-key", root.display()),
        ]
    );
}

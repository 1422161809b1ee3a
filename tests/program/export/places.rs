//! Where nothing may be written: what the ledger and git keep. And what is removed: files of earlier exports. Start at [`run`].

use std::path::Path;

use crate::cli::{self, Run};
use crate::support::export::{EXPIRES, ID, ON, file, ledger, record};
use crate::support::repo::Repo;

fn run(folder: &Path, words: &[&str]) -> Run {
    cli::run(folder, &[&["--on", ON], words].concat())
}

/// Every file of a folder with its bytes, except what git writes when it is only asked.
fn content(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let files = crate::support::project::files(folder, "").into_iter();
    files.map(|path| (path.clone(), std::fs::read(path).unwrap_or_default())).collect()
}

/// Every way in which a command writes to a place that it is told.
const COMMANDS: &[&[&str]] = &[
    &["export", "trivy", "-o"],
    &["export", "trivy", "--into"],
    &["export", "csv", "-o"],
    &["export", "jsonl", "--all", "-o"],
    &["export", "revocations", "-o"],
    &["export", "osv-scanner", "-o"],
    &["export", "osv-scanner", "--into"],
    &["export", "azure", "-o"],
    &["export", "opa", "-o"],
    &["export", "fleet", "-o"],
    &["report", "-o"],
    &["verify", "--write-checkpoint"],
];

#[test]
fn nothing_is_written_over_the_ledger_or_into_git() {
    let repo = ledger("{tool: trivy, id: CVE-2026-1}, {tool: osv-scanner, id: CVE-2026-1}");
    let begin = repo.by("dana").write(".github/allowed_signers", "# nobody\n");
    begin.write("sub/x", "x").commit("Add files");
    repo.checkout();
    let before = content(repo.path());
    let record = format!("exceptions/{ID}.yaml");
    let whole = repo.path().join(&record);
    let roundabout = "sub/../exceptions/new.yaml";
    let places = [
        (record.as_str(), "holds the ledger's own files"),
        (whole.to_str().unwrap(), "holds the ledger's own files"),
        (roundabout, "holds the ledger's own files"),
        ("./exceptions/.approvals/x", "holds the ledger's own files"),
        ("exceptions/../exledger.yaml", "a governance file"),
        ("EXLEDGER.yaml", "a governance file"),
        (".github/allowed_signers", "a governance file"),
        (".mailmap", "a governance file"),
        (".git/config", "which git keeps"),
        (".git/hooks/pre-commit", "which git keeps"),
    ];
    for command in COMMANDS {
        for (place, says) in places {
            // What is not a folder is no place for several files, whatever it holds.
            let answer = run(repo.path(), &[command, &[place][..]].concat());
            assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{command:?} {place}");
            let other =
                ["is a file", "there is no folder"].iter().any(|it| answer.err.contains(it));
            assert!(answer.err.contains(says) || other, "{command:?} {place}: {}", answer.err);
            assert!(answer.err.contains("\n  help: "), "{}", answer.err);
        }
    }
    let pack = ["export", "pack", "--from", "2026-11-20", "--to", "2026-11-21", "-o"];
    for place in ["exceptions/a.tar.gz", "exceptions/pack", ".git/a.tar.gz"] {
        let answer = run(repo.path(), &[&pack[..], &[place]].concat()[..]);
        assert_eq!(answer.code, 2, "{place}: {}", answer.err);
    }
    assert!(before == content(repo.path()), "something was written");
    // Beside them, everything goes on as before.
    assert_eq!(run(repo.path(), &["export", "trivy", "-o", "sub/exceptions.yaml"]).code, 0);
    assert_eq!(run(repo.path(), &["export", "trivy", "-o", "exceptions.yaml"]).code, 0);
}

#[test]
fn receipts_and_observations_are_not_kept_in_the_ledger_or_in_git() {
    let repo = ledger("{tool: trivy, id: CVE-2026-1}");
    repo.by("dana").write("events.jsonl", "").commit("Add a file");
    repo.checkout();
    let before = content(repo.path());
    let root = repo.path().to_str().unwrap();
    let asks = ["check", "--application", "billing"];
    let gates: &[&[&str]] = &[
        &[&asks[..], &["--receipts"]].concat(),
        &[&asks[..], &["--new-receipts"]].concat(),
        &["check", "--new-receipts"],
        &["check", "--stdin", "--receipts"],
        &["triage", "events.jsonl", "--observations"],
        &["mcp", "--ledger", root, "--any-identity", "--trust-clone", "--receipts"],
        &["hook", "codex", "--ledger", root, "--receipts"],
        &["hook", "codex", "--ledger", root, "--refused"],
    ];
    for gate in gates {
        for (place, says) in [
            ("exceptions/r.jsonl", "holds the ledger's own files"),
            ("exledger.yaml", "a governance file"),
            (".git/r.jsonl", "which git keeps"),
        ] {
            let place = repo.path().join(place);
            let answer = cli::run(repo.path(), &[gate, &[place.to_str().unwrap()][..]].concat());
            assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{gate:?}: {}", answer.err);
            assert!(answer.err.contains(says), "{gate:?}: {}", answer.err);
        }
    }
    assert!(before == content(repo.path()), "something was written");
    // Beside the records, they may lie.
    assert_eq!(run(repo.path(), &["check", "--new-receipts", "r.jsonl"]).code, 0);
    let asked = run(repo.path(), &[&asks[..], &["--receipts", "r.jsonl"]].concat());
    assert_ne!(asked.code, 2, "{}", asked.err);
}

#[test]
fn triage_writes_neither_sarif_nor_a_plan_there() {
    let repo = ledger("{tool: trivy, id: CVE-2026-1}");
    repo.checkout();
    let sarif =
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Trivy"}}, "results": []}]}"#;
    std::fs::write(repo.path().join("a.sarif"), sarif).unwrap();
    std::fs::write(repo.path().join("b.sarif"), sarif).unwrap();
    std::fs::write(repo.path().join("alerts.json"), "[]").unwrap();
    let before = content(repo.path());
    for words in [
        &["--on", ON, "triage", "a.sarif", "--filter", "-o"][..],
        &["--on", ON, "triage", "a.sarif", "--annotate", "-o"],
        &["triage", "alerts.json", "--plan", "github", "--repo", "acme/shop", "-o"],
    ] {
        for (place, says) in [
            (format!("exceptions/{ID}.yaml"), "holds the ledger's own files"),
            ("exceptions/x.yaml".to_owned(), "holds the ledger's own files"),
            ("exledger.yaml".to_owned(), "a governance file"),
            (".git/config".to_owned(), "which git keeps"),
        ] {
            let answer = cli::run(repo.path(), &[words, &[place.as_str()]].concat());
            assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{words:?} {place}");
            assert!(answer.err.contains(says), "{words:?} {place}: {}", answer.err);
            assert!(answer.err.contains("\n  help: "), "{}", answer.err);
        }
    }
    // Several inputs go to a folder, which may not be one of these either.
    for place in ["exceptions", ".git/hooks"] {
        let words = ["--on", ON, "triage", "a.sarif", "b.sarif", "--filter", "-o", place];
        let answer = cli::run(repo.path(), &words);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{place}: {}", answer.err);
    }
    assert!(before == content(repo.path()), "something was written");
}

#[test]
#[cfg(unix)]
fn links_and_other_folders_lead_to_the_same_refusal() {
    use std::os::unix::fs::symlink;
    let repo = ledger("{tool: trivy, id: CVE-2026-1}");
    repo.checkout();
    let elsewhere = crate::support::temporary();
    symlink(repo.path().join("exceptions"), elsewhere.path().join("there")).unwrap();
    symlink(repo.path().join("exledger.yaml"), elsewhere.path().join("policy")).unwrap();
    symlink(repo.path().join("exceptions/EXC-2026-NEW00.yaml"), elsewhere.path().join("new"))
        .unwrap();
    let before = content(&repo.path().join("exceptions"));
    for (words, place) in [
        (&["export", "trivy", "-o"][..], "there/x.yaml"),
        (&["export", "trivy", "-o"], "there/../exceptions/x.yaml"),
        (&["export", "azure", "-o"], "there/new"),
        (&["export", "azure", "-o"], "missing/../there/new"),
        (&["report", "-o"], "policy"),
        (&["report", "-o"], "new"),
        (&["verify", "--write-checkpoint"], "policy"),
    ] {
        let place = elsewhere.path().join(place);
        let answer = run(repo.path(), &[words, &[place.to_str().unwrap()]].concat());
        assert_eq!(answer.code, 2, "{words:?} {}: {}", place.display(), answer.err);
    }
    assert!(before == content(&repo.path().join("exceptions")));
    // The record of one ledger is safe from the exports of another.
    let other = ledger("{tool: trivy, id: CVE-2026-1}");
    other.checkout();
    let place = repo.path().join(format!("exceptions/{ID}.yaml"));
    let answer = run(other.path(), &["export", "trivy", "-o", place.to_str().unwrap()]);
    assert_eq!(answer.code, 2, "{}", answer.err);
}

#[test]
fn a_broken_policy_reserves_the_usual_places() {
    let repo = ledger("{tool: trivy, id: CVE-2026-1}");
    repo.checkout();
    std::fs::write(repo.path().join("exledger.yaml"), "version: [\n").unwrap();
    for place in ["exceptions/x.yaml", "exledger.yaml"] {
        let answer = run(repo.path(), &["export", "trivy", "-o", place]);
        assert_eq!(answer.code, 2, "{}", answer.err);
    }
}

const ASSIGNMENT: &str = "/subscriptions/1/providers/Microsoft.Authorization/policyAssignments/a";

/// A ledger with two records, of which one ends on 2026-11-24.
fn two() -> Repo {
    let azure = format!("{{tool: azure-policy, id: {ASSIGNMENT}, resources: [/subscriptions/1]}}");
    let repo =
        ledger(&format!("{{tool: osv-scanner, id: CVE-2026-1, paths: [a/Cargo.lock]}}, {azure}"));
    let brief = "{tool: osv-scanner, id: CVE-2026-2, paths: [b/c/Cargo.lock]}";
    let brief = record("EXC-2026-BR1EF", &format!("{brief}, {azure}"), "expires: 2026-11-24\n");
    file(&repo, "EXC-2026-BR1EF", &brief);
    let work = repo.by("dana").write("a/Cargo.lock", "x").write("b/c/Cargo.lock", "x");
    work.commit("Add lock files");
    repo.checkout();
    assert!(EXPIRES > "expires: 2026-11-24\n");
    repo
}

#[test]
fn what_an_earlier_export_wrote_goes_when_its_record_ended() {
    let repo = two();
    let ours = "# exledger export osv-scanner: generated, do not edit\n";
    for (target, gone, stays) in [
        ("osv-scanner", "b/c/osv-scanner.toml", "a/osv-scanner.toml"),
        ("azure", "exc-2026-br1ef-1.json", "exc-2026-7f3kq-1.json"),
    ] {
        let out = repo.path().join("out").join(target);
        let output = out.to_str().unwrap();
        let words = ["export", target, "-o", output];
        assert_eq!(run(repo.path(), &words).code, 0);
        assert!(out.join(gone).is_file() && out.join(stays).is_file());
        // Files of people, of another ledger, and one that somebody added to.
        let kept = [
            ("mine/osv-scanner.toml", "[[IgnoredVulns]]\nid = \"CVE-1\"\n".to_owned()),
            (
                "other/osv-scanner.toml",
                format!("{ours}[[IgnoredVulns]]\nid = \"CVE-1\"\nreason = \"EXC-2026-0THER: x\"\n"),
            ),
            (
                "mixed/osv-scanner.toml",
                format!("{ours}[[PackageOverrides]]\nname = \"x\"\nignore = true\n"),
            ),
            ("exc-2026-0ther-1.json", "{\"resources\": [{\"properties\": {\"metadata\": {\"exledger\": {\"id\": \"EXC-2026-0THER\"}}}}]}".to_owned()),
            ("exc-2026-br1ef-x.json", std::fs::read_to_string(out.join(stays)).unwrap()),
            ("notes.json", "[]".to_owned()),
        ];
        for (name, text) in &kept {
            std::fs::create_dir_all(out.join(name).parent().unwrap()).unwrap();
            std::fs::write(out.join(name), text).unwrap();
        }
        let later = cli::run(repo.path(), &[&["--on", "2026-11-26"], &words[..]].concat());
        assert_eq!(later.code, 0, "{}", later.err);
        let said = later.err.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = format!("removed {}: an earlier export wrote it", out.join(gone).display());
        assert!(said.contains(&line), "{said}");
        assert_eq!(said.matches("removed ").count(), 1, "{said}");
        assert_eq!(
            said.contains("mixed/osv-scanner.toml stays"),
            target == "osv-scanner",
            "{said}"
        );
        assert!(!out.join(gone).exists() && out.join(stays).is_file());
        for (name, text) in &kept {
            assert_eq!(std::fs::read_to_string(out.join(name)).unwrap(), *text, "{name}");
        }
        // Nothing is left of the ledger's own once nothing is in force.
        let last = cli::run(repo.path(), &[&["--on", "2027-01-26"], &words[..]].concat());
        assert_eq!(last.code, 0, "{}", last.err);
        assert!(!out.join(stays).exists());
    }
}

//! `--base`: what a branch does to the cover of entries that it doesn't touch itself, and of equal ones.

use super::{ID, POLICY, found, ledger, record, track};
use crate::support::repo::{Repo, Work, git};

type Edit = fn(Work<'_>) -> Work<'_>;

/// Commits work on a branch; returns what `scan --base` and the full scan find there: exit code, and path and rule.
fn on_branch(repo: &Repo, edit: impl Fn(Work<'_>) -> Work<'_>) -> [(i32, Vec<String>); 2] {
    edit(repo.branch("change").by("ana")).commit("Change it");
    git(repo.path(), &["checkout", "--quiet", "--force", "change"]);
    let answers = [&["--base", "main"][..], &[]].map(|args| {
        let (code, findings) = found(repo, args);
        (code, findings.into_iter().map(|(place, rule)| format!("{place} {rule}")).collect())
    });
    git(repo.path(), &["checkout", "--quiet", "--force", "main"]);
    git(repo.path(), &["branch", "--quiet", "-D", "change"]);
    answers
}

const LOCK: &str = "[[package]]\nname = \"openssl\"\nversion = \"0.10.60\"\n";

const IGNORED: &str = "[[IgnoredVulns]]\nid = \"RUSTSEC-2026-0001\"\nignoreUntil = 2026-12-19\nreason = \"EXC-2026-7F3KQ\"\n";

#[test]
fn a_lock_file_beside_an_ignore_file_is_hidden_too() {
    let key = "{tool: osv-scanner, id: RUSTSEC-2026-0001, paths: [svc/Cargo.lock]}";
    let repo = ledger(POLICY, &record(key));
    track(&repo, &[("svc/Cargo.lock", LOCK), ("svc/osv-scanner.toml", IGNORED)]);
    let wider = "svc/osv-scanner.toml:1 scope-wider";
    let add: Edit = |work| work.write("svc/package-lock.json", "{\"packages\": {}}\n");
    let both: Edit = |work| {
        let work = work.write("svc/package-lock.json", "{\"packages\": {}}\n");
        work.replace("svc/osv-scanner.toml", "2026-12-19", "2026-12-18")
    };
    let swap: Edit = |work| work.rename("svc/Cargo.lock", "svc/package-lock.json");
    for [base, full] in [on_branch(&repo, add), on_branch(&repo, both), on_branch(&repo, swap)] {
        assert_eq!(base, (1, vec![wider.to_owned()]));
        assert_eq!(full, base);
    }
    let [base, _] = on_branch(&repo, |work| work.remove("svc/Cargo.lock"));
    assert_eq!(base, (1, vec![wider.to_owned()]));
    let [base, _] = on_branch(&repo, |work| work.write("web/package-lock.json", "{}\n"));
    assert_eq!(base, (0, Vec::new()));
    // Without a ledger, an ignore file of which the last lock file goes hides nothing more.
    let repo = Repo::at("2026-11-20T08:00:00Z");
    track(&repo, &[("svc/Cargo.lock", LOCK), ("svc/osv-scanner.toml", IGNORED)]);
    assert_eq!(on_branch(&repo, |work| work.remove("svc/Cargo.lock"))[0].0, 0);
    assert_eq!(on_branch(&repo, add)[0].0, 1);
}

const UNCOVERED: &str = "def a(cmd):\n    subprocess.call(cmd, shell=True)  # nosec B602\n\n";

const COVERED: &str =
    "def b():\n    cmd = \"ls -l /srv\"\n    subprocess.call(cmd, shell=True)  # nosec B602\n\n";

const TEXT: &str = r#"["cmd = \"ls -l /srv\"\nsubprocess.call(cmd, shell=True)  # nosec B602"]"#;

#[test]
fn an_equal_entry_that_goes_stands_for_no_covered_one() {
    let key = format!("{{tool: bandit, id: B602, paths: ['app/*.py'], content: {TEXT}}}");
    let input = COVERED.replace("\"ls -l /srv\"", "input()");
    let orders = [
        (format!("{UNCOVERED}{COVERED}"), input.clone(), UNCOVERED),
        (format!("{COVERED}{UNCOVERED}"), input.clone(), UNCOVERED),
        (format!("{COVERED}{UNCOVERED}"), format!("{input}print(1)\n"), UNCOVERED),
    ];
    for (before, ended, kept) in orders {
        let repo = ledger(POLICY, &record(&key));
        let (original, end) = (before.clone(), "print(2)\n");
        let before = format!("import subprocess\n{before}");
        track(&repo, &[("app/run.py", &format!("{before}{end}"))]);
        let write = |text: &str| {
            let text = format!("import subprocess\n{text}{end}");
            on_branch(&repo, |work| work.write("app/run.py", &text))
        };
        let [base, full] = write(&ended);
        assert_eq!((base.0, base.1.len()), (1, 1), "{before}{ended}: {base:?}");
        assert_eq!(base, full, "{before}{ended}");
        // The covered one may go.
        assert_eq!(write(kept)[0], (0, Vec::new()), "{before}{kept}");
        assert_eq!(write(&format!("{original}print(1)\n"))[0], (0, Vec::new()), "{before}");
    }
    // Nor does that of another file.
    let repo = ledger(POLICY, &record(&key));
    track(&repo, &[("app/a.py", UNCOVERED), ("app/b.py", COVERED)]);
    let [base, _] = on_branch(&repo, |work| {
        work.remove("app/a.py").remove("app/b.py").write("app/c.py", &input)
    });
    assert_eq!(base.0, 1, "{base:?}");
}

#[test]
fn a_branch_that_ends_a_record_ends_what_it_covers() {
    let repo = ledger(POLICY, &record("{tool: bandit, id: B602, paths: [app/run.py]}"));
    let code = format!("run(x)  # nosec B602\nrun(y)  # nosec B602 # {ID}\n");
    track(&repo, &[("app/run.py", &code)]);
    let ends: [Edit; 6] = [
        |work| work.remove(ID),
        |work| work.edit(ID, "class: ["),
        |work| work.edit(ID, "expires: 2026-11-20"),
        |work| work.edit(ID, "starts: 2026-12-15"),
        |work| {
            let trigger = "triggers: [{id: T1, when: The vendor ships, then: revoke}]";
            let fired = "fired: [{date: 2026-11-25, trigger: T1, by: ana@example.com}]";
            work.edit(ID, trigger).edit(ID, fired)
        },
        |work| work.replace(ID, "tool: bandit", "tool: semgrep"),
    ];
    for (n, edit) in ends.into_iter().enumerate() {
        let [base, _] = on_branch(&repo, edit);
        let cited = if n < 5 { "not-in-force" } else { "not-named" };
        let expected = ["app/run.py:1 uncovered".to_owned(), format!("app/run.py:2 {cited}")];
        assert_eq!(base, (1, expected.to_vec()), "{n}");
    }
    let leaves: [Edit; 5] = [
        |work| work.edit(ID, "title: Another title of the same"),
        |work| work.edit(ID, "expires: 2026-12-01"),
        |work| work.rename(ID, "exceptions/team/EXC-2026-7F3KQ.yaml"),
        |work| work.replace(ID, "app/run.py", "app/*.py"),
        |work| work.remove(ID).remove("app/run.py"),
    ];
    for (n, edit) in leaves.into_iter().enumerate() {
        assert_eq!(on_branch(&repo, edit)[0], (0, Vec::new()), "{n}");
    }
    // What it adds to a record covers nothing yet.
    let [base, _] = on_branch(&repo, |work| {
        let work = work.replace(ID, "app/run.py", "app/*.py");
        work.write("app/other.py", "run(z)  # nosec B602\n")
    });
    assert_eq!(base, (1, vec!["app/other.py:1 uncovered".to_owned()]));
}

#[test]
fn a_branch_that_begins_the_ledger_adds_no_suppression() {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("ana").write("app/a.py", "run(x)  # nosec B602\n").commit("Begin");
    repo.checkout();
    let [base, all] = on_branch(&repo, |work| work.write("exledger.yaml", POLICY));
    assert_eq!(base, (0, Vec::new()));
    let uncovered = |path: &str| (1, vec![format!("{path}:1 uncovered")]);
    assert_eq!(all, uncovered("app/a.py"));
    let [base, _] = on_branch(&repo, |work| {
        work.write("exledger.yaml", POLICY).write("app/b.py", "run(y)  # nosec B602\n")
    });
    assert_eq!(base, uncovered("app/b.py"));
    // Whether something is allowed by rules that were removed is another question.
    repo.by("ana").write("exledger.yaml", POLICY).commit("Keep a ledger");
    repo.by("ana").remove("exledger.yaml").commit("Keep none");
    repo.checkout();
    let [base, _] = on_branch(&repo, |work| work.write("exledger.yaml", POLICY));
    assert_eq!(base, (3, Vec::new()));
}

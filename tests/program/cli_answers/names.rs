//! A filter or a question with a name that occurs nowhere in the ledger: stderr names the nearest ones, and the answer is the same.

use crate::cli;
use crate::support::repo::Repo;
use crate::support::samples::{ID, ONE, SERVICE_ACCOUNT};

/// A ledger with one record, of Kim Sato in the team Payments.
fn ledger() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana").write("exledger.yaml", &format!("{ONE}people: {{}}\n")).commit("Begin");
    let owned = "owner: {name: Kim Sato, email: k.sato@example.com, team: Payments}";
    let text = SERVICE_ACCOUNT
        .replace("owner: {name: Ana Ruiz, email: ana@example.com, team: billing, backup: lee@example.com}", owned)
        .replace("  application: billing", "  application: billing\n  asset: database01")
        .replace("scope: {", "references: {ticket: BILL-400}\nscope: {findings: [{tool: trivy, id: CVE-2026-1234}], ");
    repo.branch("file").by("ana").write(ID, &text).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo.checkout();
    repo
}

#[test]
fn a_filter_that_occurs_nowhere_is_named_with_the_nearest_ones() {
    let repo = ledger();
    let kim = "Kim Sato <k.sato@example.com>";
    for (flag, value, said) in [
        ("--owner", "kim", format!("owner kim: did you mean {kim}?")),
        ("--owner", "Satoo", format!("owner Satoo: did you mean {kim}?")),
        ("--owner", "k.sato@exampel.com", format!("owner k.sato@exampel.com: did you mean {kim}?")),
        ("--owner", "kim@other.example", format!("owner kim@other.example: did you mean {kim}?")),
        ("--owner", "zebediah", "owner zebediah".to_owned()),
        ("--team", "payment", "team payment: did you mean Payments?".to_owned()),
        ("--application", "biling", "application biling: did you mean billing?".to_owned()),
        (
            "--identity",
            "svc:biling-batch",
            "identity svc:biling-batch: did you mean svc:billing-batch?".to_owned(),
        ),
        (
            "--finding",
            "trivy:CVE-2026-1235",
            "finding trivy:CVE-2026-1235: did you mean trivy:CVE-2026-1234?".to_owned(),
        ),
        ("--reference", "BILL-401", "reference BILL-401: did you mean BILL-400?".to_owned()),
    ] {
        for command in ["list", "queue"] {
            let args = [command, "--on", "2026-11-25", flag, value];
            let run = cli::run(repo.path(), &args);
            assert_eq!((run.code, run.err), (0, format!("no record has the {said}\n")), "{args:?}");
            let nothing = if command == "list" { "no records" } else { "nothing needs attention" };
            assert!(run.out.starts_with(nothing), "{args:?}: {}", run.out);
        }
    }
    for (flag, value) in
        [("--owner", "k.sato@example.com"), ("--owner", "Kim Sato"), ("--team", "Payments")]
    {
        let run = cli::run(repo.path(), &["list", "--on", "2026-11-25", flag, value]);
        assert!(run.err.is_empty() && run.out.contains(ID), "{value}: {}", run.err);
    }
}

#[test]
fn a_decision_about_a_filter_that_occurs_nowhere_names_the_nearest_ones_too() {
    let repo = ledger();
    let kim = "no record has the owner kim: did you mean Kim Sato <k.sato@example.com>?\n";
    const NOTICE: &str = "E1=https://example.com/retired";
    let error = "error: no record matches\n  help: run `exledger list` with the same filter\n";
    let decide = |args: &[&str]| {
        cli::run(
            repo.path(),
            &[args, &["--by", "lee@example.com", "--on", "2026-11-25", "--dry-run"]].concat(),
        )
    };
    for args in [
        &["renew", "--for", "5d", "--reason", "The vendor is late"][..],
        &["transfer", "--to", "lee@example.com"],
        &["review", "--outcome", "still-needed"],
        &[
            "close",
            "--outcome",
            "remediated",
            "--reason",
            "The job is retired",
            "--evidence",
            NOTICE,
        ],
    ] {
        let run = decide(&[args, &["--owner", "kim"]].concat());
        assert_eq!((run.code, run.err), (2, format!("{kim}{error}")), "{args:?}");
        let found = decide(&[args, &["--owner", "kim,k.sato@example.com"]].concat());
        assert!(found.err.contains(kim) && !found.err.contains(error), "{args:?}: {}", found.err);
        let other = decide(&[args, &["--finding", "trivy:CVE-2026-1235"]].concat());
        assert!(other.err.contains("did you mean trivy:CVE-2026-1234?"), "{}", other.err);
        // A name that is only in the work tree does occur.
        let text = std::fs::read_to_string(repo.path().join(crate::support::repo::path_of(ID)));
        repo.scribble(ID, &text.unwrap().replace("application: billing", "application: invoices"));
        let known = decide(&[args, &["--application", "invoices"]].concat());
        assert!(!known.err.contains("no record has"), "{args:?}: {}", known.err);
        repo.checkout();
    }
}

#[test]
fn a_control_that_no_record_deviates_from_is_named_also_without_a_similar_one() {
    let repo = ledger();
    for command in ["list", "queue"] {
        let run = cli::run(repo.path(), &[command, "--on", "2026-11-25", "--control", "ZZ-9999"]);
        let said = "no record deviates from ZZ-9999\n";
        assert_eq!((run.code, run.err.as_str()), (0, said), "{command}");
    }
}

#[test]
fn a_name_that_only_a_closed_record_has_does_occur() {
    let repo = ledger();
    let closure = "closure: {outcome: remediated, date: 2026-11-21, by: k.sato@example.com, reason: The job is retired}\n";
    let work = repo.branch("close").by("ana");
    let text = format!("{}{closure}", work.text(ID));
    work.write(ID, &text).commit("Close it");
    repo.by("lee").merge("close", "Merge branch 'close'");
    repo.checkout();
    for command in ["list", "queue"] {
        let run = cli::run(repo.path(), &[command, "--on", "2026-11-25", "--owner", "Kim Sato"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{command}");
    }
}

#[test]
fn a_subject_that_occurs_nowhere_is_named_with_the_nearest_one() {
    let repo = ledger();
    let ask =
        |args: &[&str]| cli::run(repo.path(), &[&["check", "--on", "2026-11-25"], args].concat());
    for (flag, value, similar) in [
        ("--identity", "svc:biling-batch", "svc:billing-batch"),
        ("--application", "biling", "billing"),
        ("--credential", "vault:prod/biling/db", "vault:prod/billing/db"),
        ("--asset", "dbase01", "database01"),
        ("--finding", "trivy:CVE-2026-1235", "trivy:CVE-2026-1234"),
        ("--reference", "BILL-401", "BILL-400"),
    ] {
        let said = format!("no record has the {} {value}: did you mean {similar}?\n", &flag[2..]);
        // The same from all records as from those at the tip alone.
        repo.set_ref("refs/heads/other", repo.tip("main"));
        for _ in 0..2 {
            let run = ask(&[flag, value]);
            assert_eq!((run.code, run.err.as_str()), (1, said.as_str()));
            assert!(run.out.starts_with("deny\n"), "{}", run.out);
            let text = "id: [\n";
            repo.branch("broken").by("ana").write("EXC-2026-BR0KE", text).commit("Break one");
        }
        repo.git.find_reference("refs/heads/broken").unwrap().delete().unwrap();
    }
    let far = ask(&["--identity", "svc:gateway"]);
    assert_eq!((far.code, far.err.as_str()), (1, ""));
    // A name that a record has is not misspelled, whatever the answer.
    let known = ask(&["--identity", "svc:billing-batch"]);
    assert!(!known.err.contains("did you mean"), "{}", known.err);
    let json = ask(&["--identity", "svc:biling-batch", "--format", "json"]);
    assert!(
        json.err.contains("did you mean") && !json.out.contains("did you mean"),
        "{}",
        json.out
    );
}

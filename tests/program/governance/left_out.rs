//! An unapproved change of governance: every answer reports it, and the command that it suggests approves it.

use serde_json::Value;

use crate::cli::run;
use crate::support::approval::ledger;
use crate::support::repo::Repo;
use crate::support::repo::speak::{signer, yes};
use crate::support::samples::{ID, SAMPLE};

const QUESTIONS: &[&[&str]] = &[
    &["check", "--application", "billing"],
    &["check", "--identity", "svc:nobody"],
    &["list"],
    &["show", ID],
];

const SIGNED: &str = "approval: {proof: attested}\n";
const OPEN: &str = "version: 1\napproval: {proof: claimed}\n";

/// A ledger whose policy requires signatures, until Mal pushes one that does not. Lee merged Ana's record afterwards.
fn loosened() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root")
        .write("exledger.yaml", &format!("version: 1\n{SIGNED}"))
        .write(".github/allowed_signers", &signer("dana"))
        .commit("Begin");
    repo.by("mal").write("exledger.yaml", OPEN).commit("Ask for less");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo.checkout();
    repo
}

fn json(repo: &Repo, args: &[&str]) -> Value {
    let on = repo.now().to_string();
    let run = run(repo.path(), &[args, &["--format", "json", "--on", &on]].concat());
    serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{args:?}: {} {}", run.out, run.err))
}

fn status(repo: &Repo) -> String {
    let shown = json(repo, &["show", ID]);
    shown["record"]["status"].as_str().unwrap().to_owned()
}

#[test]
fn every_answer_names_the_change_and_the_command_that_approves_it() {
    let repo = loosened();
    for question in QUESTIONS {
        let answer = json(&repo, question);
        let left_out = answer["ledger"]["left_out"].as_array().unwrap();
        let [change] = left_out.as_slice() else {
            panic!("{question:?}: {answer:#}");
        };
        assert_eq!(change["path"], "exledger.yaml");
        assert_eq!(change["authors"], serde_json::json!(["mal@example.com"]));
        assert_eq!(change["command"], "exledger approve --governance exledger.yaml");
        let first = repo.git.revparse_single("main~2").unwrap().id();
        assert_eq!(change["counts"], first.to_string(), "{question:?}");
        let text = run(repo.path(), &[*question, &["--on", "2026-11-20"]].concat()).out;
        assert!(
            text.contains("approve it with `exledger approve --governance exledger.yaml`"),
            "{question:?}: {text}"
        );
    }
    assert_eq!(status(&repo), "unapproved");
}

#[test]
fn the_change_counts_once_it_is_approved_as_the_answer_says() {
    let repo = loosened();
    let says = yes("dana", ID, OPEN, "2026-11-20T12:30:00Z").governance("exledger.yaml");
    repo.by("dana").says(&says).commit("Approve the policy");
    repo.checkout();
    for question in QUESTIONS {
        let answer = json(&repo, question);
        assert_eq!(answer["ledger"]["left_out"], Value::Null, "{answer:#}");
    }
    // Earlier landings are evaluated by the policy that counted then; later ones need no signature.
    assert_eq!(status(&repo), "unapproved");
    repo.branch("again")
        .by("ana")
        .edit(ID, "title: The nightly invoices of the billing job")
        .commit("Reword");
    repo.by("lee").merge("again", "Merge branch 'again'");
    assert_eq!(status(&repo), "active");
}

#[test]
fn a_question_about_few_records_is_answered_by_the_policy_that_counts() {
    let repo = loosened();
    let few = json(&repo, &["check", "--application", "billing"]);
    assert_eq!(few["verdict"], "pending", "{few:#}");
    let all = json(&repo, &["list"]);
    assert_eq!(few["ledger"]["left_out"], all["ledger"]["left_out"]);
}

#[test]
fn the_first_key_is_listed_by_a_merge_where_only_signatures_count() {
    let only_keys = "approval: {accept: [detached]}\n";
    let list = |repo: &Repo, merged_by: Option<&str>| {
        repo.branch("key")
            .by("root")
            .write(".github/allowed_signers", &signer("dana"))
            .commit("List a key");
        match merged_by {
            Some(name) => drop(repo.by(name).merge("key", "Merge branch 'key'")),
            None => drop(repo.by("root").merge("key", "Merge branch 'key'")),
        }
        let says = yes("dana", ID, SAMPLE, "2026-11-20T12:30:00Z");
        repo.by("ana").write(ID, SAMPLE).says(&says).commit("File it");
        repo.checkout();
        status(repo)
    };
    // `lint` names the fix before anything is filed.
    let repo = ledger(only_keys);
    repo.checkout();
    let linted = run(repo.path(), &["lint"]);
    assert_eq!(linted.code, 1, "{}", linted.out);
    assert!(
        linted.out.contains("approval-impossible")
            && linted.out.contains("list a key in .github/allowed_signers"),
        "{}",
        linted.out
    );
    assert_eq!(list(&repo, Some("lee")), "active");
    assert_eq!(run(repo.path(), &["lint"]).code, 0);
    // If its author lands the list alone, no key on it counts.
    assert_eq!(list(&ledger(only_keys), None), "unapproved");
}

#[test]
fn a_merge_counts_for_nothing_but_the_first_key() {
    let repo = ledger("approval: {accept: [detached]}\n");
    repo.branch("merges").by("root").write("exledger.yaml", "version: 1\n").commit("Accept merges");
    repo.by("lee").merge("merges", "Merge branch 'merges'");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo.checkout();
    assert_eq!(status(&repo), "unapproved");
    assert_eq!(json(&repo, &["list"])["ledger"]["left_out"][0]["path"], "exledger.yaml");
}

#[test]
fn keys_at_a_path_that_an_unapproved_policy_names_are_left_out_by_verify_as_by_every_answer() {
    let repo = ledger("");
    let policy = repo.by("root").text("exledger.yaml");
    let moved = "approval: {signers: docs/keys.txt}\n";
    repo.by("mal")
        .write("exledger.yaml", &format!("{policy}{moved}"))
        .write("docs/keys.txt", &signer("mal"))
        .commit("Keep keys elsewhere");
    repo.checkout();
    let levels = || {
        let found = json(&repo, &["verify"])["findings"].clone();
        let found = found.as_array().unwrap().clone().into_iter();
        let of_keys = found.filter(|it| it["path"] == "docs/keys.txt");
        let of_keys = of_keys.filter(|it| it["rule"] == "policy-unapproved");
        let of_keys = of_keys.map(|it| it["message"].as_str().unwrap().to_owned());
        of_keys.collect::<Vec<_>>()
    };
    for is_merged in [false, true] {
        if is_merged {
            repo.by("lee").write("exledger.yaml", &policy).commit("Put it back");
            let note = format!("{policy}{moved}# Kept elsewhere\n");
            repo.branch("note").by("ana").write("exledger.yaml", &note).commit("Say so");
            repo.by("lee").merge("note", "Merge branch 'note'");
            repo.checkout();
        }
        let found = levels();
        assert!(
            found.len() == 1 && found[0].contains("so it does not count"),
            "{is_merged}: {found:?}"
        );
    }
    let left_out = json(&repo, &["list"])["ledger"]["left_out"].to_string();
    assert!(left_out.contains("docs/keys.txt"), "{left_out}");
}

//! The name of a ledger in approval files: as in its policy, else the id of its root commit.

use exledger::approval;
use exledger::approval::verdict::Satisfied;

use crate::support::approval::verdict;
use crate::support::repo::Repo;
use crate::support::repo::speak::{Says, signer, yes};
use crate::support::samples::{ID, SAMPLE};

const AT: &str = "2026-11-20T10:30:00Z";

/// A ledger without a name, in which only signatures count.
fn unnamed() -> (Repo, String) {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let keys = signer("dana") + &signer("lee");
    let root = repo
        .by("root")
        .write("exledger.yaml", "version: 1\napproval: {proof: attested}\n")
        .write(".github/allowed_signers", &keys)
        .commit("Begin");
    (repo, root.to_string())
}

fn file(repo: &Repo, says: &Says) -> bool {
    repo.by("ana").write(ID, SAMPLE).says(says).commit("File it");
    verdict(repo).satisfied == Satisfied::Yes
}

#[test]
fn the_root_commit_stands_for_a_name() {
    let (repo, root) = unnamed();
    assert!(file(&repo, &yes("dana", ID, SAMPLE, AT).ledger(&root)));
    let (repo, _) = unnamed();
    let other = "5c1f0aa3e0a1d6dd7f4bd9b6a0d8a1f3a2b4c6d8";
    assert!(!file(&repo, &yes("dana", ID, SAMPLE, AT).ledger(other)));
}

#[test]
fn a_file_without_a_name_counts_until_one_names_the_root_commit() {
    let (repo, _) = unnamed();
    assert!(file(&repo, &yes("dana", ID, SAMPLE, AT)));
    // It still counts.
    let (repo, root) = unnamed();
    assert!(file(&repo, &yes("dana", ID, SAMPLE, AT)));
    repo.by("lee")
        .says(&yes("lee", ID, SAMPLE, "2026-11-20T12:00:00Z").ledger(&root))
        .commit("Approve it too");
    let approvers = verdict(&repo).approvers;
    assert_eq!(approvers.len(), 2);
    // One that lands later, or about another record, does not.
    let (repo, root) = unnamed();
    let other = "EXC-2026-0THER";
    let text = SAMPLE.replace(ID, other);
    repo.by("ana")
        .write(other, &text)
        .says(&yes("lee", other, &text, AT).ledger(&root))
        .commit("File another");
    assert!(!file(&repo, &yes("dana", ID, SAMPLE, AT)));
    let history = repo.history();
    let files = approval::judge(&history).files;
    let why: Vec<String> =
        files.iter().filter_map(|file| file.state.why()).map(|(why, _)| why).collect();
    assert_eq!(why, [format!("it is for the ledger `-`, but this is `{root}`")]);
}

#[test]
fn who_asks_about_one_record_sees_the_files_of_all() {
    let (repo, root) = unnamed();
    let other = "EXC-2026-0THER";
    let text = SAMPLE.replace(ID, other).replace("application: billing", "application: payroll");
    repo.by("ana")
        .write(other, &text)
        .says(&yes("lee", other, &text, AT).ledger(&root))
        .commit("File another");
    repo.by("ana")
        .edit(other, "closure: {outcome: remediated, date: 2026-11-20, by: ana@example.com, reason: Job retired}")
        .commit("Close it");
    file(&repo, &yes("dana", ID, SAMPLE, AT));
    repo.checkout();
    let on = repo.now().to_string();
    for args in [&["check", "--application", "billing"][..], &["list"], &["list", "--all"]] {
        let args = [args, &["--format", "json", "--on", &on]].concat();
        let run = crate::cli::run(repo.path(), &args);
        let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        match answer["verdict"].as_str() {
            Some(verdict) => {
                assert_ne!(verdict, "allow", "{}", run.out);
                assert_eq!(answer["ledger"]["name"], root.as_str());
            }
            None => {
                let records = answer["records"].as_array().unwrap();
                let asked = records.iter().find(|record| record["id"] == ID);
                assert_eq!(asked.unwrap()["status"], "unapproved", "{}", run.out);
            }
        }
    }
}

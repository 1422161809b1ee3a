//! Signatures of landings, of commits inside merged branches, and of merged tags.

use crate::support::approval::{check, file, said, verdict};
use crate::support::repo::Repo;
use crate::support::repo::speak::{public, signer, yes};
use crate::support::samples::{ID, SAMPLE};
use exledger::approval;
use exledger::approval::people::at_landing::SignedObject;
use exledger::approval::verdict::ApprovalVerdict;
use exledger::policy::demand::{EvidenceKind, Proof};

/// A ledger that requires signatures, with these signers.
pub(crate) fn sealed(policy: &str, signers: &str) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root")
        .write("exledger.yaml", &format!("version: 1\n{policy}"))
        .write(".github/allowed_signers", signers)
        .commit("Begin");
    repo
}

pub(crate) const ATTESTED: &str = "approval: {proof: attested}\n";

pub(crate) fn kinds(verdict: &ApprovalVerdict) -> Vec<(EvidenceKind, Proof)> {
    let approvers = verdict.approvers.iter();
    approvers.map(|it| (it.kind, it.level)).collect()
}

#[test]
fn the_signature_of_a_landing_attests_by_whoever_signed_it() {
    let repo = sealed(ATTESTED, &signer("lee"));
    file(&repo);
    repo.by("lee").signed("lee").merge("file", "Merge branch 'file'");
    let verdict = verdict(&repo);
    check("signed", &verdict, "yes", "attested", &["lee"], &["ana"]);
    assert_eq!(kinds(&verdict), [(EvidenceKind::Signature, Proof::Attested)]);
    assert!(verdict.approvers[0].key.as_ref().unwrap().starts_with("SHA256:"));
    // The commit's address is irrelevant: a squash of Ana's that Dana signed is approved by Dana.
    let repo = sealed(ATTESTED, &signer("dana"));
    repo.by("ana").through("github").signed("dana").write(ID, SAMPLE).commit("File it (#7)");
    let squashed = crate::support::approval::verdict(&repo);
    check("squashed", &squashed, "yes", "attested", &["dana"], &["ana"]);
}

#[test]
fn a_member_of_the_author_set_signs_as_author_alone() {
    let repo = sealed("", &signer("ana"));
    repo.by("ana").signed("ana").write(ID, SAMPLE).commit("File it");
    let verdict = verdict(&repo);
    check("pushed", &verdict, "no", "self", &[], &["ana"]);
    assert!(verdict.authors[0].is_attested);
}

#[test]
fn a_key_counts_as_the_state_before_the_landing_lists_it() {
    let key = public("lee");
    for (signers, at_tip, satisfied, result, state) in [
        (signer("lee"), None, "yes", "claimed", "attested"),
        (String::new(), None, "yes", "claimed", "untrusted-key"),
        (
            format!("lee@example.com valid-before=\"20261120Z\" {key}\n"),
            None,
            "yes",
            "claimed",
            "not-valid-at-landing",
        ),
        (signer("lee"), Some(key.clone()), "yes", "claimed", "revoked"),
    ] {
        for proof in ["claimed", "attested"] {
            let policy = format!("approval: {{proof: {proof}}}\n");
            let repo = sealed(&policy, &signers);
            file(&repo);
            repo.by("lee").signed("lee").merge("file", "Merge branch 'file'");
            if let Some(revoked) = &at_tip {
                repo.by("root").write(".github/revoked_keys", revoked).commit("Revoke it");
            }
            let history = repo.history();
            let approvals = approval::judge(&history);
            let looked: Vec<(SignedObject, &str)> =
                approvals.signatures.iter().map(|it| (it.of, it.state.as_str())).collect();
            assert_eq!(looked, [(SignedObject::Landing, state)]);
            let verdict = verdict(&repo);
            let expected = match (proof, state) {
                ("claimed", "attested") => ("yes", "attested"),
                ("claimed", _) => (satisfied, result),
                (_, "attested") => ("yes", "attested"),
                _ => ("no", "none-recorded"),
            };
            let found = said(&verdict);
            assert_eq!((found.satisfied, found.result), expected, "{proof} {state}");
        }
    }
}

#[test]
fn keys_that_the_merged_branch_lists_itself_do_not_count() {
    let repo = sealed(ATTESTED, &signer("dana"));
    repo.branch("file")
        .by("ana")
        .write(ID, SAMPLE)
        .write(".github/allowed_signers", &(signer("dana") + &signer("lee")))
        .commit("File it, and list a key");
    repo.by("lee").signed("lee").merge("file", "Merge branch 'file'");
    check("listed with it", &verdict(&repo), "no", "none-recorded", &[], &["ana"]);
}

#[test]
fn a_bad_signature_of_the_landing_is_the_result() {
    let repo = sealed("", &signer("lee"));
    file(&repo);
    let garbled = crate::support::repo::speak::sign("lee", "git", b"other bytes");
    repo.by("lee")
        .header(&crate::support::repo::speak::folded("gpgsig", &garbled))
        .merge("file", "Merge branch 'file'");
    check("bad", &verdict(&repo), "no", "invalid-signature", &["lee"], &["ana"]);
    let history = repo.history();
    let approvals = approval::judge(&history);
    assert_eq!(approvals.signatures[0].state.as_str(), "bad");
}

#[test]
fn a_signature_that_is_not_verified_here_says_nothing() {
    let repo = sealed("", &signer("lee"));
    file(&repo);
    repo.by("lee")
        .through("github")
        .header("gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----")
        .merge("file", "Merge pull request #7 from ana/file");
    check("web-flow", &verdict(&repo), "yes", "claimed", &["lee"], &["ana"]);
    let history = repo.history();
    assert_eq!(approval::judge(&history).signatures[0].state.as_str(), "unverifiable");
}

#[test]
fn a_commit_signed_by_its_own_author_says_nothing_about_approval() {
    let repo = sealed("", &signer("ana"));
    repo.branch("file").by("ana").signed("ana").write(ID, SAMPLE).commit("File it");
    repo.by("bot").merge("file", "Merge branch 'file'");
    check("own", &verdict(&repo), "no", "none-recorded", &[], &["ana"]);
}

#[test]
fn two_names_of_one_key_or_one_line_are_one_person() {
    let two = "approval: {nested: allow}\ntiers: [{name: standard, approvals: {count: 2}}]\n";
    let key = public("dana");
    let lines = [
        format!("dana@example.com,kim@example.com {key}\n"),
        format!("dana@example.com {key}\nkim@example.com {key}\n"),
    ];
    for line in &lines {
        // Dana signs the landing, Kim merges inside the branch and signs that.
        let repo = sealed(two, line);
        file(&repo);
        repo.branch("integration").by("kim").signed("dana").merge("file", "Merge branch 'file'");
        repo.by("dana").signed("dana").merge("integration", "Merge branch 'integration'");
        let verdict = verdict(&repo);
        let found = said(&verdict);
        assert_eq!((found.satisfied, found.approvers.len()), ("no", 1), "{line}");
        // Sharing a line or a key with an author means being the author.
        let repo = sealed("", line);
        repo.branch("file").by("kim").write(ID, SAMPLE).commit("File it");
        repo.by("dana").signed("dana").merge("file", "Merge branch 'file'");
        let own = crate::support::approval::verdict(&repo);
        check("kin", &own, "no", "self", &[], &["kim"]);
    }
}

#[test]
fn a_key_that_a_pattern_lists_names_nobody_by_itself() {
    let repo = sealed(ATTESTED, &format!("*@example.com {}\n", public("lee")));
    file(&repo);
    repo.by("lee").signed("lee").merge("file", "Merge branch 'file'");
    check("pattern", &verdict(&repo), "no", "unresolved", &[], &["ana"]);
}

#[test]
fn a_key_that_is_listed_for_a_person_is_nobody_elses_whatever_pattern_fits() {
    let key = public("ana");
    let own = [
        format!("ana@example.com {key}\n*@example.com {key}\n"),
        format!("ana@example.com valid-before=\"20250101Z\" {key}\n*@example.com {key}\n"),
        format!("ana@example.com namespaces=\"git\" {key}\n*@example.com {key}\n"),
        format!("*@example.com,ana@example.com {key}\n"),
    ];
    for signers in &own {
        let repo = sealed(ATTESTED, signers);
        repo.branch("file")
            .by("ana")
            .write(ID, SAMPLE)
            .says(&yes("dana", ID, SAMPLE, "2026-11-20T10:30:00Z").with_key("ana"))
            .commit("File it");
        repo.by("bot").merge("file", "Merge branch 'file'");
        check(signers, &verdict(&repo), "no", "none-recorded", &[], &["ana"]);
        let files = approval::judge(&repo.history()).files;
        let (why, _) = files.last().unwrap().state.why().unwrap();
        assert!(why.contains("its signature is by ana@example.com"), "{why}");
    }
    // A key listed only by a pattern may sign for everyone whom it matches.
    let repo = sealed(ATTESTED, &format!("*@example.com {key}\n"));
    repo.branch("file")
        .by("ana")
        .write(ID, SAMPLE)
        .says(&yes("dana", ID, SAMPLE, "2026-11-20T10:30:00Z").with_key("ana"))
        .commit("File it");
    repo.by("bot").merge("file", "Merge branch 'file'");
    check("pattern", &verdict(&repo), "yes", "attested", &["dana"], &["ana"]);
}

#[test]
fn a_key_that_signs_receipts_approves_nothing_whatever_else_lists_it() {
    let key = public("dana");
    let signers = format!(
        "dana@example.com {key}\ngate@example.com namespaces=\"exledger-receipt@v1\" {key}\n"
    );
    let repo = sealed(ATTESTED, &signers);
    repo.branch("file")
        .by("ana")
        .write(ID, SAMPLE)
        .says(&yes("dana", ID, SAMPLE, "2026-11-20T10:30:00Z"))
        .commit("File it");
    repo.by("dana").signed("dana").merge("file", "Merge branch 'file'");
    check("receipts", &verdict(&repo), "no", "none-recorded", &[], &["ana"]);
}

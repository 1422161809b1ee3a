//! Bridges that state a forge's reviews: signed or not, and however their commits land.

use exledger::approval::statement::bad_file::BadFile;
use exledger::approval::verdict::{ApprovalVerdict, NotCounted, VoteCounts};
use exledger::policy::demand::EvidenceKind;

use crate::support::approval::{ledger, said, verdict};
use crate::support::repo::Repo;
use crate::support::repo::speak::{Says, public, reviewed};
use crate::support::samples::{ID, SAMPLE};

const BRIDGE: &str = "bridge <bridge@example.com>";
const PLAIN: &str = "people: {bridges: ['bridge@example.com']}\n";
const GROUPS: &str = "people: {bridges: ['bridge@example.com']}\n\
    groups: {security: [dana@example.com]}\n\
    tiers: [{name: standard, approvals: {each_of: [security]}}]\n";
const NAMED: &str = "people: {bridges: ['bridge@example.com']}\n\
    tiers: [{name: standard, approvals: {must_include: [risk_owner]}}]\n";

/// A ledger in which Ana's record was squashed on the forge, with the keys of some bridges.
fn squashed(policy: &str, keys: &[(&str, &str)]) -> Repo {
    let repo = ledger(policy);
    let lines = keys.iter().map(|(address, name)| {
        let key = public(name);
        format!("{address} namespaces=\"git,exledger-review@v1\" {key}\n")
    });
    let lines: String = lines.collect();
    if !lines.is_empty() {
        crate::support::approval::govern_by(&repo, "dana", ".github/allowed_signers", &lines);
    }
    repo.by("ana").through("github").write(ID, SAMPLE).commit("File it (#7)");
    repo
}

fn says() -> Says {
    reviewed("dana", ID, SAMPLE, "2026-11-20T09:30:00Z")
}

fn why(verdict: &ApprovalVerdict) -> VoteCounts {
    let mut spoke = verdict.statements.iter().chain(&verdict.refused);
    let spoke = spoke.find(|it| it.approver.kind == EvidenceKind::Review);
    spoke.unwrap().counts.clone()
}

/// Lands a review through a commit that the forge makes of the bridge's branch.
fn through_the_forge(repo: &Repo, says: &Says) -> ApprovalVerdict {
    let work = repo.by(BRIDGE).through("github");
    work.says(says).commit("Record the reviews (#8)");
    verdict(repo)
}

#[test]
fn an_unsigned_bridge_counts_through_the_forge_for_plain_tiers_alone_and_is_flagged() {
    let verdict = through_the_forge(&squashed(PLAIN, &[]), &says());
    assert_eq!(why(&verdict), VoteCounts::Yes);
    assert!(verdict.flags.contains("bridge-unsigned"), "{:?}", verdict.flags);
    for policy in [GROUPS, NAMED] {
        let verdict = through_the_forge(&squashed(policy, &[]), &says());
        assert_eq!(why(&verdict), VoteCounts::No(NotCounted::BridgeThroughForge), "{policy}");
        assert_eq!(said(&verdict).satisfied, "no");
        assert!(!verdict.flags.contains("bridge-unsigned"));
    }
    // A push by the bridge itself names who landed it.
    let repo = squashed(GROUPS, &[]);
    repo.by(BRIDGE).says(&says()).commit("Record the reviews");
    let pushed = crate::support::approval::verdict(&repo);
    assert_eq!(why(&pushed), VoteCounts::Yes);
    assert!(!pushed.flags.contains("bridge-unsigned"));
}

#[test]
fn what_a_bridge_signed_counts_however_it_lands() {
    let keys = [("bridge@example.com", "bridge")];
    let signed = says().with_key("bridge");
    let repo = squashed(GROUPS, &keys);
    let verdict = through_the_forge(&repo, &signed);
    assert_eq!((why(&verdict), verdict.result.as_str()), (VoteCounts::Yes, "claimed"));
    assert!(!verdict.flags.contains("bridge-unsigned"));
    let stated_by = verdict.approvers[0].stated_by.as_ref().unwrap();
    assert_eq!(stated_by.email, "bridge@example.com");
    let repo = squashed(GROUPS, &keys);
    repo.by("ana")
        .says(&signed)
        .write("README.md", "Billing\n")
        .commit("Bring the review, and more");
    assert_eq!(why(&crate::support::approval::verdict(&repo)), VoteCounts::Yes, "by an author");
    let repo = squashed(GROUPS, &keys);
    assert_eq!(
        why(&through_the_forge(&repo, &says())),
        VoteCounts::No(NotCounted::BridgeUnsigned),
        "a bridge with a key must use it"
    );
    repo.by("lee").says(&signed).commit("Bring the signature");
    assert_eq!(said(&crate::support::approval::verdict(&repo)).satisfied, "yes");
}

#[test]
fn nobody_signs_a_review_but_a_bridge_with_a_listed_key() {
    let keys = [("bridge@example.com", "bridge"), ("lee@example.com", "lee")];
    for (key, is_bridge) in [("lee", false), ("mallory", true)] {
        let repo = squashed(PLAIN, &keys);
        let signed = says().with_key(key);
        repo.by("lee").says(&signed).commit("Bring the review");
        let verdict = verdict(&repo);
        match why(&verdict) {
            VoteCounts::No(NotCounted::BadFile(BadFile::NoBridge { signer })) if !is_bridge => {
                assert_eq!(signer, "lee@example.com");
            }
            VoteCounts::No(NotCounted::BadFile(BadFile::Signature(_))) if is_bridge => {}
            other => panic!("{key}: {other:?}"),
        }
        assert_eq!(said(&verdict).satisfied, "no");
    }
}

#[test]
fn a_bridge_that_merges_counts_only_if_it_made_none_of_the_content() {
    for (author, expected) in
        [("ana", VoteCounts::Yes), ("bridge", VoteCounts::No(NotCounted::SelfAsserted))]
    {
        let repo = ledger(PLAIN);
        let filed = repo.by(author).through("github");
        filed.write(ID, SAMPLE).commit("File it (#7)");
        repo.branch("reviews").by("ana").says(&says()).commit("State the reviews");
        repo.by(BRIDGE)
            .through("github")
            .merge("reviews", "Merge pull request #8 from ana/reviews");
        assert_eq!(why(&verdict(&repo)), expected, "{author}");
    }
}

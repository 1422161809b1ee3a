//! Forge reviews: they count by the key of a bridge alone, and by nothing that anybody could type.

use exledger::approval::evidence::statement_file::BadFile;
use exledger::approval::verdict::{ApprovalVerdict, NotCounted, SelfAsserted, VoteCounts};
use exledger::policy::demand::{EvidenceKind, Proof};

use crate::support::approval::{check, said, verdict};
use crate::support::repo::Repo;
use crate::support::repo::speak::{Says, bridge_line, public, reviewed, signer, yes};
use crate::support::samples::{ID, SAMPLE};

const ACTIONS: &str = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>";
const GROUPS: &str = "groups: {security: [dana@example.com], platform: [sam@example.com]}\n\
    tiers: [{name: standard, approvals: {each_of: [security, platform]}}]\n";

/// A ledger with lines of the signers file.
fn listing(policy: &str, lines: &str) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root")
        .write("exledger.yaml", &format!("version: 1\n{policy}"))
        .write(".github/allowed_signers", lines)
        .commit("Begin");
    repo
}

/// A ledger with a bridge, in which Ana's record was squashed on the forge.
fn squashed(policy: &str) -> Repo {
    let repo = listing(policy, &bridge_line());
    squash(&repo);
    repo
}

fn squash(repo: &Repo) {
    repo.by("ana").through("github").write(ID, SAMPLE).commit("File it (#7)");
}

fn says(name: &str) -> Says {
    reviewed(name, ID, SAMPLE, "2026-11-20T09:30:00Z")
}

fn why(verdict: &ApprovalVerdict) -> Option<VoteCounts> {
    let mut spoke = verdict.statements.iter().chain(&verdict.refused);
    let spoke = spoke.find(|it| it.kind == EvidenceKind::Review);
    spoke.map(|it| it.counts.clone())
}

#[test]
fn a_bridge_states_who_reviewed_what_was_squashed() {
    let repo = squashed("");
    check("squashed", &verdict(&repo), "no", "none-recorded", &[], &["ana"]);
    repo.by(ACTIONS).says(&says("dana")).commit("State the reviews");
    let verdict = verdict(&repo);
    check("stated", &verdict, "yes", "claimed", &["dana"], &["ana"]);
    let approver = &verdict.approvers[0];
    assert_eq!(approver.kind, EvidenceKind::Review);
    assert_eq!(approver.self_asserted, SelfAsserted::No);
    assert_eq!(approver.stated_by.as_ref().unwrap().email, "bridge@example.com");
    assert_eq!(verdict.turns.len(), 2);
}

#[test]
fn two_reviews_fill_the_places_of_two_groups() {
    let repo = squashed(GROUPS);
    repo.by(ACTIONS).says(&says("dana")).says(&says("sam")).commit("State the reviews");
    check("both", &verdict(&repo), "yes", "claimed", &["dana", "sam"], &["ana"]);
}

#[test]
fn what_a_bridge_signed_counts_however_it_lands() {
    type Landing<'a> = (&'a str, &'a dyn Fn(&Repo));
    let landings: [Landing; 4] = [
        ("by an author, with more", &|repo| {
            squash(repo);
            let work = repo.by("ana").says(&says("dana")).write("README.md", "Billing\n");
            work.commit("Bring the review, and more");
        }),
        ("before the record", &|repo| {
            repo.by(ACTIONS).says(&says("dana")).commit("State the reviews");
            squash(repo);
        }),
        ("with the record", &|repo| {
            let work = repo.by("ana").through("github").write(ID, SAMPLE);
            work.says(&says("dana")).commit("File it (#7)");
        }),
        ("by a merge of its author", &|repo| {
            squash(repo);
            repo.branch("bridge").by(ACTIONS).says(&says("dana")).commit("State the reviews");
            repo.by("ana").merge("bridge", "Merge pull request #8 from ana/bridge");
        }),
    ];
    for (what, land) in landings {
        let repo = listing("", &bridge_line());
        land(&repo);
        assert_eq!(why(&verdict(&repo)), Some(VoteCounts::Yes), "{what}");
        assert_eq!(said(&verdict(&repo)).result, "claimed", "{what}");
    }
}

#[test]
fn an_unsigned_review_counts_from_nobody() {
    let unsigned = VoteCounts::No(NotCounted::BadFile(BadFile::NoBridgeSignature));
    for policy in ["", GROUPS] {
        for by in ["lee", "bridge <bridge@example.com>", ACTIONS] {
            let repo = squashed(policy);
            repo.by(by).says(&says("dana").unsigned()).commit("State the reviews");
            assert_eq!(why(&verdict(&repo)), Some(unsigned.clone()), "{by} pushes");
            let repo = squashed(policy);
            let work = repo.branch("bridge").by(by).says(&says("dana").unsigned());
            work.commit("State the reviews");
            repo.by("lee").merge("bridge", "Merge pull request #8 from ana/bridge");
            assert_eq!(why(&verdict(&repo)), Some(unsigned.clone()), "{by} proposes");
            assert_eq!(said(&verdict(&repo)).satisfied, "no");
        }
    }
    // Its signature may come later.
    let repo = squashed("");
    repo.by("lee").says(&says("dana").unsigned()).commit("State the reviews");
    repo.by("lee").says(&says("dana")).commit("Bring the signature");
    assert_eq!(said(&verdict(&repo)).satisfied, "yes");
}

#[test]
fn only_a_line_for_reviews_alone_makes_a_bridge() {
    let line =
        |who: &str, options: &str| format!("{who}@example.com {options}{}\n", public("bridge"));
    let review = "namespaces=\"exledger-review@v1\" ";
    for (what, lines, counts) in [
        ("for reviews alone", line("bridge", review), true),
        ("for everything", line("bridge", ""), false),
        ("for commits, too", line("bridge", "namespaces=\"git,exledger-review@v1\" "), false),
        ("by a pattern", line("bridge", "namespaces=\"exledger-*\" "), false),
        ("somebody's own key", line("bridge", review) + &line("lee", ""), false),
        ("nobody's", line("*", review), false),
    ] {
        let repo = listing("", &lines);
        squash(&repo);
        repo.by(ACTIONS).says(&says("dana")).commit("State the reviews");
        match why(&verdict(&repo)) {
            Some(VoteCounts::Yes) => assert!(counts, "{what}"),
            Some(VoteCounts::No(NotCounted::BadFile(BadFile::NoBridge { .. }))) => {
                assert!(!counts, "{what}");
            }
            other => panic!("{what}: {other:?}"),
        }
    }
    for key in ["lee", "mallory"] {
        let repo = listing("", &(bridge_line() + &signer("lee")));
        squash(&repo);
        repo.by("lee").says(&says("dana").with_key(key)).commit("Bring the review");
        assert_eq!(said(&verdict(&repo)).satisfied, "no", "{key}");
    }
}

#[test]
fn a_revoked_bridge_states_nothing() {
    let repo = squashed("");
    repo.by(ACTIONS).says(&says("dana")).commit("State the reviews");
    let revoked = format!("{}\n", public("bridge"));
    repo.by("lee").write(".github/revoked_keys", &revoked).commit("Revoke it");
    assert_eq!(said(&verdict(&repo)).satisfied, "no");
}

#[test]
fn a_review_is_about_its_bytes_and_by_no_author() {
    let repo = squashed("");
    let other = reviewed("dana", ID, &SAMPLE.replace("moderate", "low"), "2026-11-20T09:30:00Z");
    repo.by(ACTIONS).says(&other).commit("State a review of older content");
    assert!(matches!(why(&verdict(&repo)), Some(VoteCounts::No(NotCounted::OtherBytes(_)))));
    repo.by(ACTIONS).says(&says("ana")).commit("State a review by its author");
    let verdict = verdict(&repo);
    let own = verdict.statements.iter().find(|it| it.kind == EvidenceKind::Review);
    assert_eq!(own.unwrap().counts, VoteCounts::No(NotCounted::Author));
    assert_eq!(verdict.result.as_str(), "none-recorded");
}

#[test]
fn a_review_is_claimed_and_counts_only_where_claims_and_reviews_do() {
    for (policy, expected) in [
        ("approval: {proof: attested}\n", NotCounted::Proof(Proof::Attested)),
        ("approval: {accept: [merge, detached]}\n", NotCounted::Kind),
    ] {
        let repo = squashed(policy);
        repo.by(ACTIONS).says(&says("dana")).commit("State the reviews");
        assert_eq!(why(&verdict(&repo)), Some(VoteCounts::No(expected)), "{policy}");
    }
}

#[test]
fn whoever_wrote_under_another_address_does_not_approve_by_a_file() {
    for (what, says, by) in [
        ("a review that the bridge states", says("sam"), ACTIONS),
        ("a signature", yes("sam", ID, SAMPLE, "2026-11-20T13:00:00Z"), "lee"),
    ] {
        let repo = listing("", &(bridge_line() + &signer("sam")));
        // Sam rebases his work at home: git names the file's address with the author's name.
        repo.by("Sam  ITO <sam@home.example.com>")
            .through("sam")
            .write(ID, SAMPLE)
            .commit("File it");
        repo.by(by).says(&says).commit("Bring the word");
        let verdict = verdict(&repo);
        check(what, &verdict, "no", "unresolved", &[], &["sam"]);
        let spoke = verdict.statements.iter().find(|it| it.source.is_some());
        let counts = spoke.map(|it| it.counts.clone());
        assert_eq!(counts, Some(VoteCounts::No(NotCounted::SameNameAsAuthor)), "{what}");
    }
}

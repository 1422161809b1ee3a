//! Forge reviews, stated by a bridge in unsigned files.

use exledger::approval::verdict::{ApprovalVerdict, NotCounted, VoteCounts};
use exledger::policy::demand::EvidenceKind;

use crate::support::approval::{check, ledger, said, verdict};
use crate::support::repo::Repo;
use crate::support::repo::speak::{Says, public, reviewed, signer};
use crate::support::samples::{ID, SAMPLE};

const ACTIONS: &str = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>";

const BRIDGES: &str = "people: {bridges: ['github-actions[bot]@users.noreply.github.com']}\n";

/// A ledger in which Ana's record was squashed on the forge.
fn squashed(policy: &str) -> Repo {
    let repo = match policy.contains("bridges") {
        true => ledger(policy),
        false => ledger(&format!("{BRIDGES}{policy}")),
    };
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
    let spoke = verdict.statements.iter().find(|it| it.approver.kind == EvidenceKind::Review);
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
    assert_eq!(approver.self_asserted.value(), Some(false));
    assert!(approver.stated_by.as_ref().unwrap().email.starts_with("github-actions[bot]@"));
    assert_eq!(verdict.turns.len(), 2);
}

#[test]
fn nobody_is_a_bridge_unless_the_policy_says_so() {
    let repo = ledger("");
    squash(&repo);
    repo.by(ACTIONS).says(&says("dana")).commit("State the reviews");
    let verdict = verdict(&repo);
    assert_eq!(why(&verdict), Some(VoteCounts::No(NotCounted::UnlistedBot)));
}

#[test]
fn two_reviews_fill_the_places_of_two_groups() {
    let policy = "groups: {security: [dana@example.com], platform: [sam@example.com]}\n\
        tiers: [{name: standard, approvals: {each_of: [security, platform]}}]\n";
    let repo = squashed(policy);
    repo.by(ACTIONS).says(&says("dana")).says(&says("sam")).commit("State the reviews");
    check("both", &verdict(&repo), "yes", "claimed", &["dana", "sam"], &["ana"]);
}

#[test]
fn a_review_counts_by_who_states_it() {
    let policy =
        "people: {bots: ['*[bot]@users.noreply.github.com'], bridges: ['bridge@example.com']}\n";
    let cases: [(&str, &str, Option<&str>, Option<NotCounted>); 7] = [
        ("a person outside", "lee", None, None),
        ("an author", "ana", None, Some(NotCounted::SelfAsserted)),
        ("a bridge", "bridge", None, None),
        ("a bot that is no bridge", "bot", None, Some(NotCounted::UnlistedBot)),
        ("one who commits for another", "lee", Some("kim"), Some(NotCounted::Staters)),
        ("one through the forge", "lee", Some("github"), None),
        ("an author through the forge", "ana", Some("github"), Some(NotCounted::SelfAsserted)),
    ];
    for (what, author, committer, expected) in cases {
        let repo = squashed(policy);
        let work = repo.by(author).says(&says("dana"));
        match committer {
            Some(committer) => work.through(committer).commit("State the reviews"),
            None => work.commit("State the reviews"),
        };
        let counts = expected.map_or(VoteCounts::Yes, VoteCounts::No);
        assert_eq!(why(&verdict(&repo)), Some(counts), "{what}");
    }
    let repo = squashed(policy);
    repo.by("lee").with("ana").says(&says("dana")).commit("State the reviews");
    assert_eq!(why(&verdict(&repo)), Some(VoteCounts::No(NotCounted::Staters)), "a co-author");
    let allowed = squashed("approval: {self_asserted: allow}\n");
    allowed.by("ana").says(&says("dana")).commit("State the reviews");
    assert_eq!(why(&verdict(&allowed)), Some(VoteCounts::Yes));
}

#[test]
fn a_merge_states_by_whoever_landed_it_and_never_by_its_branch() {
    for (lander, expected) in
        [("lee", VoteCounts::Yes), ("ana", VoteCounts::No(NotCounted::SelfAsserted))]
    {
        let repo = squashed("");
        repo.branch("bridge").by(ACTIONS).says(&says("dana")).commit("State the reviews");
        repo.by(lander).through("github").merge("bridge", "Merge pull request #8 from ana/bridge");
        assert_eq!(why(&verdict(&repo)), Some(expected), "{lander}");
    }
}

#[test]
fn a_review_lands_later_and_alone() {
    let with_it = ledger(BRIDGES);
    with_it
        .by("ana")
        .through("github")
        .write(ID, SAMPLE)
        .says(&says("dana"))
        .commit("File it (#7)");
    assert_eq!(why(&verdict(&with_it)), Some(VoteCounts::No(NotCounted::Company)));
    let before = ledger(BRIDGES);
    before.by(ACTIONS).says(&says("dana")).commit("State the reviews");
    squash(&before);
    assert_eq!(why(&verdict(&before)), Some(VoteCounts::No(NotCounted::NotLater)));
    for path in [
        "README.md",
        "exceptions/README.md",
        "exceptions/other/EXC-2026-AAAAA.yaml",
        "exledger.yaml",
    ] {
        let repo = squashed("");
        repo.by(ACTIONS)
            .says(&says("dana"))
            .write(path, "version: 1\nrecords: [exceptions]\n")
            .commit("State the reviews");
        assert_eq!(why(&verdict(&repo)), Some(VoteCounts::No(NotCounted::Company)), "{path}");
        assert_eq!(said(&verdict(&repo)).satisfied, "no", "{path}");
    }
}

#[test]
fn a_review_is_about_its_bytes_and_by_no_author() {
    let repo = squashed("");
    let other = reviewed("dana", ID, &SAMPLE.replace("moderate", "low"), "2026-11-20T09:30:00Z");
    repo.by(ACTIONS).says(&other).commit("State a review of older content");
    assert_eq!(why(&verdict(&repo)), None);
    repo.by(ACTIONS).says(&says("ana")).commit("State a review by its author");
    let verdict = verdict(&repo);
    assert_eq!(
        (why(&verdict), verdict.result.as_str()),
        (Some(VoteCounts::No(NotCounted::Author)), "none-recorded")
    );
}

#[test]
fn a_bridge_whose_key_is_listed_must_sign() {
    let bridge =
        format!("41898282+github-actions[bot]@users.noreply.github.com {}\n", public("bridge"));
    for (key, expected) in [
        (Some("bridge"), VoteCounts::Yes),
        (None, VoteCounts::No(NotCounted::BridgeUnsigned)),
        (Some("lee"), VoteCounts::No(NotCounted::BridgeUnsigned)),
    ] {
        let repo = squashed("");
        let keys = bridge.clone() + &signer("lee");
        crate::support::approval::govern(&repo, ".github/allowed_signers", &keys);
        let work = repo.by(ACTIONS).says(&says("dana"));
        match key {
            Some(key) => work.signed(key).commit("State the reviews"),
            None => work.commit("State the reviews"),
        };
        assert_eq!(why(&verdict(&repo)), Some(expected), "{key:?}");
    }
}

#[test]
fn a_review_is_claimed_and_counts_only_where_claims_and_reviews_do() {
    for (policy, expected) in [
        ("approval: {proof: attested}\n", NotCounted::Proof),
        ("approval: {accept: [merge, detached]}\n", NotCounted::Kind),
    ] {
        let repo = squashed(policy);
        repo.by(ACTIONS).says(&says("dana")).commit("State the reviews");
        assert_eq!(why(&verdict(&repo)), Some(VoteCounts::No(expected)), "{policy}");
    }
}

#[test]
fn whoever_wrote_under_another_address_does_not_approve_by_a_file() {
    let signers = signer("sam");
    for (what, says, by) in [
        ("a review that the bridge states", says("sam"), ACTIONS),
        (
            "a signature",
            crate::support::repo::speak::yes("sam", ID, SAMPLE, "2026-11-20T13:00:00Z"),
            "lee",
        ),
    ] {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("root")
            .write(
                "exledger.yaml",
                &format!("version: 1\napproval: {{signers: signers}}\n{BRIDGES}"),
            )
            .write("signers", &signers)
            .commit("Begin");
        // Sam rebases his work at home: git names the file's address with the author's name.
        repo.by("Sam  ITO <sam@home.example.com>")
            .through("sam")
            .write(ID, SAMPLE)
            .commit("File it");
        repo.by(by).says(&says).commit("Bring the word");
        let verdict = verdict(&repo);
        check(what, &verdict, "no", "unresolved", &[], &["sam"]);
        let spoke = verdict.statements.iter().find(|it| it.approver.source.is_some());
        let counts = spoke.map(|it| it.counts.clone());
        assert_eq!(counts, Some(VoteCounts::No(NotCounted::SameNameAsAuthor)), "{what}");
    }
}

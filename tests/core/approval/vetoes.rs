//! Rejections: who may make them, what they are about, and that deleting them has no effect.

use crate::approval::detached::judged;
use crate::support::approval::{amended, check, said, sealed, sealed_by, verdict, verdicts};
use crate::support::repo::speak::{no, public, signer, tag_at, yes};
use crate::support::samples::{ID, SAMPLE};
use exledger::approval::evidence::files::FileState;
use exledger::approval::verdict::{NotCounted, VoteCounts};
use exledger::policy::demand::EvidenceKind;
use exledger::record::time::Instant;

#[test]
fn a_no_vetoes_its_bytes_whoever_else_says_yes() {
    let both = yes("sam", ID, SAMPLE, "2026-11-20T09:40:00Z");
    let veto = no("dana", ID, SAMPLE, "2026-11-20T09:30:00Z").because("Too wide");
    let repo = sealed();
    repo.by("ana").write(ID, SAMPLE).says(&veto).says(&both).commit("File it");
    check("vetoed", &verdict(&repo), "no", "vetoed", &["sam"], &["ana"]);
    // Deleting it has no effect, and it applies to these bytes.
    repo.by("ana").unsays(&veto).commit("Remove the veto");
    check("removed", &verdict(&repo), "no", "vetoed", &["sam"], &["ana"]);
    let file = judged(&repo).files.into_iter().next_back().unwrap();
    assert_eq!((file.state, file.is_at_tip), (FileState::Removed, false));
    repo.by("ana").write(ID, &amended()).commit("Change it");
    repo.by("sam")
        .write(ID, SAMPLE)
        .says(&yes("sam", ID, SAMPLE, "2026-11-20T13:00:00Z"))
        .commit("Put it back");
    assert_eq!(verdict(&repo).result.as_str(), "vetoed");
    // The person who rejected it may approve it later.
    repo.by("ana").says(&yes("dana", ID, SAMPLE, "2026-11-20T14:00:00Z")).commit("Dana agrees now");
    assert_eq!(said(&verdict(&repo)).satisfied, "yes");
}

#[test]
fn a_no_that_lands_later_takes_an_approval_back() {
    let repo = sealed();
    repo.by("ana")
        .write(ID, SAMPLE)
        .says(&yes("dana", ID, SAMPLE, "2026-11-20T09:30:00Z"))
        .commit("File it");
    repo.by("ana").write(ID, &(SAMPLE.to_owned() + "# looks good\n")).commit("Reformat it");
    repo.by("sam").says(&no("sam", ID, SAMPLE, "2026-11-20T11:30:00Z")).commit("Veto it");
    let verdicts = verdicts(&repo, ID);
    for verdict in &verdicts {
        assert_eq!((said(verdict).satisfied, verdict.result.as_str()), ("no", "vetoed"));
        assert_eq!(verdict.turns.len(), 2);
    }
    // An older statement of the same person does not override it by landing later.
    repo.by("ana").says(&yes("sam", ID, SAMPLE, "2026-11-20T11:00:00Z")).commit("An older yes");
    assert_eq!(verdict(&repo).result.as_str(), "vetoed");
}

#[test]
fn a_signed_no_is_not_undone_by_what_anybody_could_type() {
    let repo = sealed_by("");
    repo.branch("file")
        .by("ana")
        .write(ID, SAMPLE)
        .says(&no("dana", ID, SAMPLE, "2026-11-20T09:30:00Z"))
        .commit("File it");
    repo.by("dana").merge("file", "Merge branch 'file'");
    assert_eq!(verdict(&repo).result.as_str(), "vetoed");
}

#[test]
fn a_no_is_not_undone_by_what_was_signed_before_it_and_lands_after_it() {
    let inside =
        "approval: {proof: attested, nested: allow, accept: [detached, signature, mergetag]}\n";
    for (signed, at, result) in [
        ("tag", "2026-11-20T09:30:00Z", "vetoed"),
        ("tag", "2026-11-20T10:30:00Z", "attested"),
        ("commit", "2026-11-20T09:30:00Z", "vetoed"),
        ("commit", "2026-11-20T10:30:00Z", "attested"),
    ] {
        let repo = sealed_by(inside);
        repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
        repo.clock(at);
        let branch = repo.branch("integration").by("dana");
        let branch = match signed {
            "commit" => branch.signed("dana"),
            _ => branch,
        };
        branch.merge("file", "Merge branch 'file' into integration");
        repo.clock("2026-11-20T12:00:00Z");
        let landing = repo.by("bot");
        let landing = match signed {
            "tag" => {
                let at = Instant::parse(at).unwrap();
                landing.header(&tag_at(repo.tip("file"), "dana", at))
            }
            _ => landing,
        };
        landing.merge("integration", "Merge branch 'integration'");
        repo.by("lee").says(&no("dana", ID, SAMPLE, "2026-11-20T10:00:00Z")).commit("Dana objects");
        assert_eq!(verdict(&repo).result.as_str(), result, "{signed} {at}");
    }
}

#[test]
fn each_of_several_tags_of_one_commit_is_what_its_own_signature_shows() {
    let tags = "approval: {proof: attested, accept: [detached, mergetag]}\n";
    // Behind a tag that Dana signed before she said no stands a later one: somebody else's, then her own.
    for (key, result) in [("mal", "vetoed"), ("dana", "attested")] {
        let repo = sealed_by(tags);
        repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
        let tip = repo.tip("file");
        let signed = |key: &str, at: &str| tag_at(tip, key, Instant::parse(at).unwrap());
        let first = signed("dana", "2026-11-20T09:30:00Z");
        let second = signed(key, "2026-11-20T10:30:00Z");
        repo.clock("2026-11-20T12:00:00Z");
        repo.by("bot").header(&first).header(&second).merge("file", "Merge the tags");
        repo.by("lee").says(&no("dana", ID, SAMPLE, "2026-11-20T10:00:00Z")).commit("Dana objects");
        assert_eq!(verdict(&repo).result.as_str(), result, "{key}");
    }
}

#[test]
fn bots_and_unlisted_keys_veto_nothing() {
    let signers = signer("dana") + &format!("bot@example.com {}\n", public("bot"));
    let policy = "people: {bots: ['bot@*']}\n";
    for (name, counts) in [("bot", Some(VoteCounts::No(NotCounted::Bot))), ("kim", None)] {
        let repo = sealed_by(policy);
        crate::support::approval::govern(&repo, ".github/allowed_signers", &signers);
        repo.branch("file")
            .by("ana")
            .write(ID, SAMPLE)
            .says(&no(name, ID, SAMPLE, "2026-11-20T10:30:00Z"))
            .commit("File it");
        repo.by("lee").merge("file", "Merge branch 'file'");
        let verdict = verdict(&repo);
        check(name, &verdict, "yes", "claimed", &["lee"], &["ana"]);
        let spoke = verdict.statements.iter().find(|it| it.kind == EvidenceKind::Detached);
        assert_eq!(spoke.map(|it| it.counts.clone()), counts, "{name}");
    }
}

#[test]
fn an_author_rejects_by_a_signature() {
    let repo = sealed_by("");
    let veto = no("dana", ID, SAMPLE, "2026-11-20T10:30:00Z");
    repo.branch("file").by("dana").write(ID, SAMPLE).says(&veto).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    check("own", &verdict(&repo), "no", "vetoed", &["lee"], &["dana"]);
}

#[test]
fn the_owner_does_not_count_where_the_policy_says_so_and_may_still_say_no() {
    let text = SAMPLE.replace("email: ana@example.com", "email: dana@example.com");
    let policy = "approval: {proof: attested, owner_may_approve: false}\n";
    let repo = sealed_by(policy);
    repo.by("lee")
        .write(ID, &text)
        .says(&yes("dana", ID, &text, "2026-11-20T09:30:00Z"))
        .commit("File it");
    let own = verdict(&repo);
    assert_eq!(
        (said(&own).satisfied, own.statements.last().unwrap().counts.clone()),
        ("no", VoteCounts::No(NotCounted::Owner))
    );
    repo.by("lee").says(&yes("sam", ID, &text, "2026-11-20T10:30:00Z")).commit("Sam approves");
    assert_eq!(said(&verdict(&repo)).satisfied, "yes");
    repo.by("lee").says(&no("dana", ID, &text, "2026-11-20T11:30:00Z")).commit("Dana does not");
    assert_eq!(verdict(&repo).result.as_str(), "vetoed");
}

#[test]
fn whom_others_name_as_requester_or_co_author_may_still_say_no() {
    for (named, requester) in [("requester", "dana"), ("co-author", "ana")] {
        let text = format!("{SAMPLE}requester: {requester}@example.com\n");
        let repo = sealed_by("");
        let work = repo.branch("file").by("ana").write(ID, &text).says(&no(
            "dana",
            ID,
            &text,
            "2026-11-20T10:30:00Z",
        ));
        let work = match named {
            "co-author" => work.with("dana"),
            _ => work,
        };
        work.commit("File it");
        repo.by("lee").merge("file", "Merge branch 'file'");
        let vetoed = verdict(&repo);
        check(named, &vetoed, "no", "vetoed", &["lee"], &["ana", "dana"]);
        // Their approval withdraws the rejection, but does not count: others name them as authors.
        repo.by("lee").says(&yes("dana", ID, &text, "2026-11-20T14:30:00Z")).commit("Dana agrees");
        let agreed = verdict(&repo);
        check(named, &agreed, "yes", "claimed", &["lee"], &["ana", "dana"]);
    }
}

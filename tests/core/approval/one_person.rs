//! Forge accounts under stricter requirements: several approvers, authors who may approve, keys, owners, self-merges on
//! each forge.

use exledger::approval::verdict::{NotCounted, VoteCounts};

use crate::approval::accounts::{NINA, NWEBER, ODIAZ, OMAR};
use crate::support::approval::{check, ledger, said, verdict};
use crate::support::repo::Repo;
use crate::support::repo::speak::{public, yes};
use crate::support::samples::{ID, SAMPLE};

#[test]
fn of_two_approvers_who_may_be_one_only_one_counts() {
    let two = "tiers: [{name: standard, approvals: {count: 2}}]\n";
    let trailer = |who: &str| format!("Land it\n\nApproved-by: {who}");
    let pinned = format!("approval: {{forge: gitlab}}\n{two}");
    for (what, policy, merger, approved_by, satisfied, flag) in [
        ("a plain address and an account", &*pinned, OMAR, NWEBER, "no", true),
        ("two plain addresses", &*pinned, OMAR, "Sam Ito <sam@example.com>", "yes", false),
        (
            "one account by two logins",
            &*pinned,
            NWEBER,
            "n <777+nina@users.noreply.github.com>",
            "no",
            false,
        ),
        ("two accounts", &*pinned, NWEBER, ODIAZ, "yes", false),
    ] {
        let repo = ledger(policy);
        let author = match what {
            "two accounts" | "one account by two logins" => "x <1+ana@users.noreply.github.com>",
            // The approvers are not known to differ from each other; both differ from a bot.
            _ => "bot",
        };
        repo.branch("file").by(author).write(ID, SAMPLE).commit("File it");
        repo.by(merger).merge("file", &trailer(approved_by));
        let verdict = verdict(&repo);
        assert_eq!(said(&verdict).satisfied, satisfied, "{what}: {:?}", verdict.missing);
        assert_eq!(verdict.flags.contains("same-account-unknown"), flag, "{what}");
        if flag {
            let need = &verdict.missing[0].need;
            assert!(need.contains("add `nweber: ADDRESS` to people.logins"), "{need}");
            assert_eq!(verdict.approvers.len(), 1, "{what}");
        }
    }
}

#[test]
fn an_account_that_may_be_another_approver_takes_no_approval_away() {
    let repo =
        ledger("approval: {forge: gitlab}\ntiers: [{name: standard, approvals: {count: 2}}]\n");
    repo.branch("file").by("bot").write(ID, SAMPLE).commit("File it");
    repo.by("lee").merge(
        "file",
        &format!("Land it\n\nApproved-by: Dana Kim <dana@example.com>\nApproved-by: {NWEBER}"),
    );
    let verdict = verdict(&repo);
    check("two and a third", &verdict, "yes", "claimed", &["dana", "lee"], &["renovate[bot]"]);
}

#[test]
fn where_authors_may_approve_one_who_may_be_the_author_counts_as_the_author() {
    let allow = "approval: {self_approval: allow}\n";
    let repo = ledger(allow);
    repo.branch("file").by(NINA).write(ID, SAMPLE).commit("File it");
    repo.by(NWEBER).merge("file", "Merge branch 'file'");
    let one = verdict(&repo);
    assert_eq!((said(&one).satisfied, said(&one).result), ("yes", "self"));
    assert!(one.approvers[0].is_author);

    let two = format!("{allow}tiers: [{{name: standard, approvals: {{count: 2}}}}]\n");
    let repo = ledger(&two);
    let signers = format!("nina@example.com {}\n", public("nina"));
    crate::support::approval::govern(&repo, ".github/allowed_signers", &signers);
    repo.branch("file").by(NINA).write(ID, SAMPLE).commit("File it");
    repo.branch("file")
        .by(NINA)
        .says(&yes("nina", ID, SAMPLE, "2026-11-20T10:30:00Z"))
        .commit("Approve it");
    repo.by(NWEBER).merge("file", "Merge branch 'file'");
    let both = verdict(&repo);
    assert_eq!((said(&both).satisfied, said(&both).approvers.len()), ("no", 1));
}

#[test]
fn a_signature_by_the_key_of_an_account_tells_it_from_a_plain_address() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let mut says = yes("odiaz", ID, SAMPLE, "2026-11-20T10:30:00Z");
    says.file.by =
        exledger::record::address::Address::new("odiaz@users.noreply.github.com").unwrap();
    let signers = format!("555+odiaz@users.noreply.github.com {}\n", public("odiaz"));
    repo.by("root").write(".github/allowed_signers", &signers).commit("List keys");
    // Keys that are present when the first policy lands count with it.
    repo.by("root")
        .write("exledger.yaml", "version: 1\napproval: {proof: attested}\n")
        .commit("Begin");
    repo.branch("file").by(NINA).write(ID, SAMPLE).commit("File it");
    repo.branch("file").by(ODIAZ).says(&says).commit("Approve it");
    repo.by("bot").merge("file", "Merge branch 'file'");
    check("its own key", &verdict(&repo), "yes", "attested", &["odiaz"], &["nina"]);
}

#[test]
fn whoever_states_an_approval_must_be_known_to_be_no_author() {
    let repo = ledger("approval: {forge: generic}\n");
    repo.branch("file").by(NINA).write(ID, SAMPLE).commit("File it");
    repo.by(NWEBER).merge("file", "Merge it\n\nApproved-by: Dana Kim <dana@example.com>");
    let verdict = verdict(&repo);
    assert_eq!(said(&verdict).result, "unresolved");
    for statement in &verdict.statements {
        let counts = matches!(statement.counts, VoteCounts::No(NotCounted::UnknownAccount(_)));
        assert!(counts, "{:?}", statement.counts);
    }
}

#[test]
fn an_owner_who_may_not_approve_does_not_by_an_account_either() {
    let policy = "approval: {owner_may_approve: false}\n";
    for (extra, why) in [
        ("", "it is not known that dkim (users.noreply.github.com) is not"),
        ("people: {logins: {dkim: ana@example.com}}\n", "owns the record"),
    ] {
        let repo = ledger(&format!("{policy}{extra}"));
        repo.branch("file").by("bot").write(ID, SAMPLE).commit("File it");
        repo.by("dkim <9+dkim@users.noreply.github.com>").merge("file", "Merge branch 'file'");
        let verdict = verdict(&repo);
        assert_eq!(said(&verdict).satisfied, "no");
        let need = &verdict.missing[0].need;
        assert!(need.contains(why), "{need}");
    }
}

/// Everything that an author's merge of her own request can look like, on each forge, with public and private
/// addresses.
#[test]
fn no_forge_lets_an_author_approve_by_pressing_merge() {
    let gitlab = "nweber <77-nweber@users.noreply.gitlab.com>";
    let gitea = "nweber <nweber@noreply.git.example.com>";
    let forges = [
        ("GitHub", NWEBER, "GitHub <noreply@github.com>", "Merge pull request #7 from nina/file"),
        (
            "GitLab",
            gitlab,
            "GitLab <noreply@gitlab.com>",
            "Merge branch 'file' into 'main'\n\nFile it\n\nSee merge request group/proj!7",
        ),
        (
            "GitLab until 2025",
            gitlab,
            gitlab,
            "Merge branch 'file' into 'main'\n\nFile it\n\nSee merge request group/proj!7",
        ),
        (
            "Gitea",
            gitea,
            gitea,
            "Merge pull request 'File it' (#7) from file into main\n\nReviewed-on: https://git.example.com/p/pulls/7",
        ),
        (
            "Forgejo, which signs",
            gitea,
            "Forgejo <noreply@git.example.com>",
            "Merge pull request 'File it' (#7) from file into main\n\nReviewed-on: https://git.example.com/p/pulls/7",
        ),
        (
            "Bitbucket",
            "nweber <nweber@noreply.bitbucket.org>",
            "nweber <nweber@noreply.bitbucket.org>",
            "Merged in file (pull request #7)\n\nFile it",
        ),
    ];
    for (forge, account, committer, message) in forges {
        for policy in [
            String::new(),
            format!(
                "people: {{logins: {{nweber: nina@example.com, nweber@{}: nina@example.com}}}}\n",
                account.rsplit('@').next().unwrap().trim_end_matches('>')
            ),
        ] {
            for (author, merger) in [(NINA, account), (account, NINA)] {
                let repo: Repo = ledger(&policy);
                repo.branch("file").by(author).write(ID, SAMPLE).commit("File it");
                let committer = match committer == account {
                    true => merger,
                    false => committer,
                };
                repo.by(merger).through(committer).merge("file", message);
                let found = verdict(&repo);
                let what = format!("{forge}, {author} merged by {merger}, {policy:?}");
                let expected = match policy.is_empty() {
                    true => "unresolved",
                    false => "self",
                };
                assert_eq!(said(&found).result, expected, "{what}: {:?}", found.missing);
                assert_eq!(said(&found).satisfied, "no", "{what}");
            }
        }
    }
}

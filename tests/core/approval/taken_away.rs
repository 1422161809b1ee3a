//! What takes a rejection, an author or a conflict away, and what does not: changes that nobody approved, and statements
//! that do not count, take nothing away.

use crate::approval::detached::{approved, looked_at};
use crate::support::approval::{amended, ledger, said, sealed, sealed_by, verdict};
use crate::support::history::history_of;
use crate::support::repo::Repo;
use crate::support::repo::speak::{no, public, signer, tag_at, yes};
use crate::support::samples::{ID, SAMPLE};
use exledger::approval;
use exledger::approval::verdict::ApprovalObstacle;
use exledger::approval::verdict::Satisfied;
use exledger::history::version::{Content, TrailKey};
use exledger::history::walked::History;
use exledger::record::time::Instant;

fn is_vetoed(case: &str, repo: &Repo) {
    let verdict = verdict(repo);
    let found = (said(&verdict).satisfied, verdict.result.as_str());
    assert_eq!(found, ("no", "vetoed"), "{case}: {:?}", verdict.statements);
}

/// Dana rejects what Ana files and Sam approves.
fn rejected_in(repo: Repo) -> Repo {
    repo.branch("file")
        .by("ana")
        .write(ID, SAMPLE)
        .says(&no("dana", ID, SAMPLE, "2026-11-20T09:30:00Z"))
        .says(&yes("sam", ID, SAMPLE, "2026-11-20T10:00:00Z"))
        .commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    is_vetoed("before", &repo);
    repo
}

#[test]
fn an_unapproved_mailmap_takes_no_rejection_away() {
    for (case, line) in [
        ("joined with the author", "Ana Ruiz <ana@example.com> <dana@example.com>\n"),
        ("joined with an approver", "Sam Ito <sam@example.com> <dana@example.com>\n"),
        ("renamed", "Ana Ruiz <dana@example.com>\n"),
    ] {
        let repo = rejected_in(sealed_by(""));
        repo.by("ana").write(".mailmap", line).commit("Map");
        is_vetoed(case, &repo);
        // Nor where it landed before the record.
        let repo = sealed_by("");
        repo.by("ana").write(".mailmap", line).commit("Map");
        rejected_in(repo);
    }
}

#[test]
fn an_unapproved_mailmap_takes_no_rejection_of_a_policy_away() {
    let repo = sealed_by("");
    let loose = "version: 1\napproval: {self_asserted: allow}\n";
    repo.branch("loosen")
        .by("ana")
        .write("exledger.yaml", loose)
        .says(&no("dana", ID, loose, "2026-11-20T09:30:00Z").governance("exledger.yaml"))
        .says(&yes("sam", ID, loose, "2026-11-20T10:00:00Z").governance("exledger.yaml"))
        .commit("Loosen");
    repo.by("lee").merge("loosen", "Merge branch 'loosen'");
    let result = || {
        let judged = approval::judge(&repo.history());
        judged.counted.verdicts["exledger.yaml"].last().unwrap().result.as_str()
    };
    assert_eq!(result(), "vetoed");
    let line = "Ana Ruiz <ana@example.com> <dana@example.com>\n";
    repo.by("ana").write(".mailmap", line).commit("Map");
    assert_eq!(result(), "vetoed");
}

#[test]
fn an_unapproved_revocation_takes_no_rejection_away() {
    for (approves, result) in [(false, "vetoed"), (true, "attested")] {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("root")
            .write("exledger.yaml", "version: 1\napproval: {revoked: .github/revoked}\n")
            .write(".github/revoked", &(public("nobody") + "\n"))
            .write(".github/allowed_signers", &(signer("dana") + &signer("sam")))
            .commit("Begin");
        let repo = rejected_in(repo);
        let both = public("nobody") + "\n" + &public("dana") + "\n";
        if approves {
            repo.branch("revoke").by("ana").write(".github/revoked", &both).commit("Revoke");
            repo.by("sam").merge("revoke", "Merge branch 'revoke'");
        } else {
            repo.by("ana").write(".github/revoked", &both).commit("Revoke Dana's key");
        }
        assert_eq!(verdict(&repo).result.as_str(), result, "{approves}");
    }
}

#[test]
fn an_unapproved_mailmap_makes_nobody_who_opened_a_request_its_merger() {
    let repo = ledger("people: {bots: ['merge-bot@*']}\n");
    repo.branch("file").by("bob").write(ID, SAMPLE).commit("File it");
    repo.by("mallory").through("merge-bot").merge("file", "Merged in file");
    assert_eq!(said(&verdict(&repo)).satisfied, "no");
    let line = "Mallory <mallory@example.com> <merge-bot@example.com>\n";
    repo.by("mallory").write(".mailmap", line).commit("Map");
    assert_eq!(said(&verdict(&repo)).satisfied, "no");
}

/// Dana signs a commit or a tag inside a branch, and rejects the record before.
fn signed_inside(policy: &str, text: &str, signed: &str) -> Repo {
    let repo = sealed_by(policy);
    repo.branch("file").by("ana").write(ID, text).commit("File it");
    let at = "2026-11-20T10:30:00Z";
    repo.clock(at);
    let branch = repo.branch("integration").by("dana");
    let branch = if signed == "commit" { branch.signed("dana") } else { branch };
    branch.merge("file", "Merge branch 'file' into integration");
    repo.clock("2026-11-20T12:00:00Z");
    let landing = repo.by("bot");
    let landing = match signed {
        "tag" => landing.header(&tag_at(repo.tip("file"), "dana", Instant::parse(at).unwrap())),
        _ => landing,
    };
    landing.merge("integration", "Merge branch 'integration'");
    repo.by("lee")
        .says(&no("dana", ID, text, "2026-11-20T10:00:00Z"))
        .says(&yes("sam", ID, text, "2026-11-20T10:00:00Z"))
        .commit("Dana objects, Sam agrees");
    repo
}

#[test]
fn a_signature_that_does_not_count_takes_no_rejection_away() {
    let owned = SAMPLE.replace("email: ana@example.com", "email: dana@example.com");
    for (policy, text, signed) in [
        ("proof: attested", SAMPLE, "commit"),
        ("proof: attested, accept: [detached]", SAMPLE, "commit"),
        ("proof: attested, owner_may_approve: false", &owned, "commit"),
        ("proof: attested", SAMPLE, "tag"),
    ] {
        let policy = format!("approval: {{{policy}}}\n");
        is_vetoed(&format!("{policy} {signed}"), &signed_inside(&policy, text, signed));
    }
}

#[test]
fn a_statement_about_bytes_that_are_not_at_the_tip_counts_for_nothing() {
    let second = looked_at();
    let third =
        second.clone() + "- {date: 2026-11-20, by: lee@example.com, outcome: still-needed}\n";
    for (text, counts) in [(SAMPLE, "yes"), (&second, "no"), (&third, "yes")] {
        let repo = sealed();
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        repo.by("ana").write(ID, &second).commit("Review it");
        repo.by("ana").write(ID, &third).commit("Review it again");
        repo.by("ana").says(&yes("dana", ID, text, "2026-11-20T12:30:00Z")).commit("Approve it");
        assert_eq!(approved(&repo), [counts; 3], "{text}");
    }
}

#[test]
fn who_made_an_unsigned_version_is_unknown_for_later_ones_where_authors_must_sign() {
    for (author, satisfied) in [("bob", "undetermined"), ("sam", "yes")] {
        let repo = sealed_by("approval: {proof: attested, authors: attested}\n");
        // Dana may have typed Bob's name, and would approve her own exception once Sam has touched it.
        let work = repo.by(author).through("dana").write(ID, SAMPLE);
        let work = if author == "sam" { work.through("sam").signed("sam") } else { work };
        work.commit("File it");
        repo.branch("amend").by("sam").signed("sam").write(ID, &amended()).commit("Amend it");
        repo.by("dana").signed("dana").merge("amend", "Merge branch 'amend'");
        let verdict = verdict(&repo);
        assert_eq!(said(&verdict).satisfied, satisfied, "{author}: {verdict:?}");
    }
}

#[test]
fn too_many_approvals_and_rejections_are_undetermined() {
    let trailers = |n: usize| {
        let line = |n: usize| format!("Reviewed-by: P{n} <p{n}@example.com>\n");
        (0..n).map(line).collect::<String>()
    };
    for (n, too_many) in [(1_900, false), (2_100, true)] {
        let repo = ledger("");
        repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
        repo.by("lee").merge("file", &format!("Merge branch 'file'\n\n{}", trailers(n)));
        let verdict = verdict(&repo);
        let obstacle = Satisfied::Undetermined(Box::new(ApprovalObstacle::TooManyStatements));
        assert_eq!(verdict.satisfied == obstacle, too_many, "{n}: {:?}", verdict.satisfied);
    }
}

#[test]
fn two_folders_with_names_that_look_alike_are_two() {
    for text in [SAMPLE.to_owned(), SAMPLE.replace("moderate", "low")] {
        let repo = sealed_by("");
        let literal = "exceptions/a\\xff/EXC-2026-7F3KQ.yaml";
        repo.branch("file").by("ana").write(literal, SAMPLE).commit("File it");
        repo.by("lee").merge("file", "Merge branch 'file'");
        let git = &repo.git;
        let tip = git.find_commit(repo.tip("main")).unwrap();
        let root = tip.tree().unwrap();
        let mut inner = git.treebuilder(None).unwrap();
        let blob = git.blob(text.as_bytes()).unwrap();
        inner.insert("EXC-2026-7F3KQ.yaml", blob, 0o100_644).unwrap();
        let folder = git.find_tree(root.get_name("exceptions").unwrap().id()).unwrap();
        let mut folder = git.treebuilder(Some(&folder)).unwrap();
        folder.insert(b"a\xff".to_vec(), inner.write().unwrap(), 0o040_000).unwrap();
        let mut top = git.treebuilder(Some(&root)).unwrap();
        top.insert("exceptions", folder.write().unwrap(), 0o040_000).unwrap();
        let (tree, now) = (top.write().unwrap(), repo.now().unix());
        let mal = format!("Mal <mal@example.com> {now} +0000");
        let raw = format!(
            "tree {tree}\nparent {}\nauthor {mal}\ncommitter {mal}\n\nFile it twice\n",
            tip.id()
        );
        repo.raw_commit("main", raw.as_bytes());
        let history = repo.history();
        let last = history.trails[&TrailKey::Id(ID.to_owned())].last().unwrap();
        assert!(matches!(last.record.content(), Content::Conflicted(_)), "{:?}", last.files);
    }
}

#[test]
fn a_record_whose_author_is_not_attested_is_filed_again_signed_as_advised() {
    let repo = sealed_by("approval: {proof: attested, authors: attested}\n");
    repo.by("bob").through("dana").write(ID, SAMPLE).commit("File it");
    let found = verdict(&repo);
    let Satisfied::Undetermined(obstacle) = &found.satisfied else {
        panic!("{found:?}");
    };
    let advice = obstacle.to_string();
    assert!(
        advice.ends_with("remove the record, and file it again in a commit that is"),
        "{advice}"
    );
    repo.by("sam").remove(ID).commit("Remove it");
    repo.branch("again").by("sam").signed("sam").write(ID, SAMPLE).commit("File it again");
    repo.by("dana").signed("dana").merge("again", "Merge branch 'again'");
    assert_eq!(said(&verdict(&repo)).satisfied, "yes");
}

#[test]
fn what_a_merge_took_away_that_a_shallow_clone_lacks_is_unknown() {
    let repo = sealed_by("");
    for n in 0..6 {
        repo.branch("long").by("sam").write("README.md", &n.to_string()).commit("Write");
    }
    approved_by_merge(&repo, SAMPLE);
    approved_by_merge(&repo, &amended());
    repo.by("dana").merge("long", "Merge branch 'long'");
    assert_eq!(said(&verdict(&repo)).satisfied, "yes");
    let clone = repo.clone_with(&["--depth=5"]);
    assert!(is_unknown(&history_of(clone.path(), repo.now())));
    let clone = repo.clone_with(&["--depth=8"]);
    assert!(!is_unknown(&history_of(clone.path(), repo.now())));
}

fn approved_by_merge(repo: &Repo, record: &str) {
    repo.branch("change").by("ana").write(ID, record).commit("Change it");
    repo.by("lee").merge("change", "Merge branch 'change'");
}

fn is_unknown(history: &History) -> bool {
    let judged = approval::judge(history);
    let verdicts = &judged.trails[&TrailKey::Id(ID.to_owned())];
    matches!(verdicts.last().unwrap().satisfied, Satisfied::Undetermined(_))
}

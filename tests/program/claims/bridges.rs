//! The bridge: reviews that it states are about the bytes that landed, and are claims.

use super::{CLAIMED, POLICY, SIGNED, SIGNERS, answer, errors, is_allowed, sign, status};
use crate::support::repo::Repo;
use crate::support::repo::speak::{Says, bridge_line, reviewed, signer, yes};
use crate::support::samples::{ID, SAMPLE};

fn bridged(policy: &str) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let lines = bridge_line() + &signer("dana") + &signer("lee");
    repo.by("root").write(POLICY, policy).write(SIGNERS, &lines).commit("Begin");
    repo
}

/// States reviews by Dana and Lee of a text, signed by the bridge.
fn reviews(repo: &Repo, id: &str, text: &str) -> [Says; 2] {
    let at = repo.now().to_string();
    ["dana", "lee"].map(|name| reviewed(name, id, text, &at).ledger("example/payments"))
}

#[test]
fn bridge_binds_bytes() {
    let other = SAMPLE.replace("application: billing", "application: orders");
    let orders = ["--application", "orders"];
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let acts: [Act; 6] = [
        ("pushed after the review", &|repo| {
            repo.by("ana").write(ID, SAMPLE).commit("File it");
            sign(repo, "bridge", &reviews(repo, ID, SAMPLE));
            repo.by("ana").write(ID, &other).commit("Change it");
        }),
        ("pushed to the branch after the review", &|repo| {
            repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
            let says = reviews(repo, ID, SAMPLE);
            repo.branch("work").by("ana").write(ID, &other).commit("Change it");
            repo.by("ana").through("github").merge("work", "Merge pull request #7 from ana/work");
            sign(repo, "bridge", &says);
        }),
        ("changed in the merge", &|repo| {
            repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
            let says = reviews(repo, ID, SAMPLE);
            repo.by("ana").write(ID, &other).merge("work", "Merge branch 'work'");
            sign(repo, "bridge", &says);
        }),
        ("reviewed as another record", &|repo| {
            repo.by("ana").write(ID, &other).commit("File it");
            sign(repo, "bridge", &reviews(repo, "EXC-2026-00001", &other));
        }),
        ("reviewed in another ledger", &|repo| {
            repo.by("ana").write(ID, &other).commit("File it");
            let says = reviews(repo, ID, &other).map(|it| it.ledger("example/other"));
            sign(repo, "bridge", &says);
        }),
        ("reviewed and never merged", &|repo| {
            repo.branch("work").by("ana").write(ID, &other).commit("File it");
            sign(repo, "bridge", &reviews(repo, ID, &other));
        }),
    ];
    for (what, act) in acts {
        let repo = bridged(CLAIMED);
        act(&repo);
        assert!(!is_allowed(&repo, &orders), "{what}");
        repo.by("ana").write(ID, &other).write("README.md", what).commit("File it");
        sign(&repo, "bridge", &reviews(&repo, ID, &other));
        assert!(is_allowed(&repo, &orders), "{what}, and what landed is reviewed");
    }
}

#[test]
fn bridge_is_claimed() {
    let filed = |policy: &str| {
        let repo = bridged(policy);
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        repo
    };
    let typed = |repo: &Repo| {
        let at = repo.now().to_string();
        ["dana", "lee"].map(|name| yes(name, ID, SAMPLE, &at).ledger("example/payments"))
    };
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let acts: [Act; 4] = [
        ("reviews", &|repo| sign(repo, "bridge", &reviews(repo, ID, SAMPLE))),
        ("approvals under its key", &|repo| {
            sign(repo, "bridge", &typed(repo).map(|says| says.with_key("bridge")));
        }),
        ("an approval of its own", &|repo| {
            let at = repo.now().to_string();
            let says = yes("bridge", ID, SAMPLE, &at).ledger("example/payments");
            sign(repo, "bridge", &[says]);
            sign(repo, "bridge", &reviews(repo, ID, SAMPLE));
        }),
        ("its own signed merge", &|repo| {
            repo.by("bridge").remove(ID).commit("Remove it");
            repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
            let typed = "Merge branch 'work'\n\nReviewed-by: Dana <dana@example.com>\nReviewed-by: Lee <lee@example.com>";
            repo.by("bridge").signed("bridge").merge("work", typed);
        }),
    ];
    for (what, act) in acts {
        let repo = filed(SIGNED);
        act(&repo);
        assert_eq!(status(&repo), "unapproved", "{what}");
        assert!(!errors(&repo).is_empty(), "{what}");
        let shown = answer(&repo, &["show", ID]);
        let mut statements = shown["statements"].as_array().unwrap().iter();
        assert!(statements.all(|it| it["level"] != "attested"), "{what}: {shown}");
        sign(&repo, "ana", &typed(&repo));
        assert_eq!(status(&repo), "active", "{what}, and they sign themselves");
    }
    let repo = filed(CLAIMED);
    sign(&repo, "bridge", &reviews(&repo, ID, SAMPLE));
    assert_eq!(status(&repo), "active", "where claims are enough");
}

//! What gives must count: reviews of a record, and reviews of a forge.

use super::{CLAIMED, POLICY, SIGNERS, ledger, status};
use crate::support::repo::Repo;
use crate::support::repo::speak::{Says, bridge_line, reviewed, signer};
use crate::support::samples::{ID, SAMPLE};

/// Grants nothing without a review each five days.
const REVIEWED: &str = "\
version: 1
groups: {security: [dana@example.com, lee@example.com]}
tiers: [{name: standard, approvals: {count: 1, each_of: [security]}, degraded: deny}]
";

/// A record whose review is due, in a ledger in which somebody in the group approved it.
fn due(policy: &str) -> Repo {
    let repo = ledger(policy, &[]);
    repo.branch("file").by("ana").write(ID, &periodic("")).commit("File it");
    repo.by("dana").merge("file", "Merge branch 'file'");
    assert_eq!(status(&repo), "active");
    repo.clock("2026-11-28T09:00:00Z");
    assert_eq!(status(&repo), "degraded");
    repo
}

fn periodic(reviews: &str) -> String {
    format!("{SAMPLE}review_every: 5d\n{reviews}")
}

fn review(by: &str) -> String {
    periodic(&format!(
        "reviews: [{{date: 2026-11-28, by: {by}@example.com, outcome: still-needed}}]\n"
    ))
}

#[test]
fn author_reviews_nothing() {
    for by in ["ana", "lee"] {
        let repo = due(REVIEWED);
        repo.by("ana").with("lee").write(ID, &review(by)).commit("Review it");
        assert_eq!(status(&repo), "degraded", "a typed co-author");
        let repo = due(REVIEWED);
        repo.branch("work").by("lee").write(ID, &review(by)).commit("Review it");
        repo.by("ana").merge("work", "Merge branch 'work'");
        assert_eq!(status(&repo), "degraded", "a typed author");
        let repo = due(REVIEWED);
        repo.branch("work").by("ana").write(ID, &review(by)).commit("Review it");
        repo.by("Ana Ruiz <ana@home.example.com>").merge("work", "Merge branch 'work'");
        assert_eq!(status(&repo), "degraded", "a second address");
        let repo = due(REVIEWED);
        let says = "Review it\n\nReviewed-by: Lee <lee@example.com>";
        repo.by("ana").write(ID, &review(by)).commit(says);
        assert_eq!(status(&repo), "degraded", "a typed reviewer");
    }
    honest_reviews_count(REVIEWED);
}

/// Lee's own review counts by push, merge and squash.
fn honest_reviews_count(policy: &str) {
    let repo = due(policy);
    repo.by("lee").write(ID, &review("lee")).commit("Review it");
    assert_eq!(status(&repo), "active");
    let repo = due(policy);
    repo.branch("work").by("lee").write(ID, &review("lee")).commit("Review it");
    repo.by("lee").merge("work", "Merge branch 'work'");
    assert_eq!(status(&repo), "active");
    let repo = due(policy);
    repo.branch("work").by("lee").write(ID, &review("lee")).commit("Review it");
    repo.by("lee").through("github").squash("work", "Review it (#9)");
    assert_eq!(status(&repo), "active");
}

#[test]
fn who_is_in_no_group_reviews_nothing() {
    for lander in ["eve", "agent <agent@example.com>", "omar"] {
        let repo = due(REVIEWED);
        repo.by(lander).write(ID, &review("lee")).commit("Review it");
        assert_eq!(status(&repo), "degraded", "{lander} pushes");
        let repo = due(REVIEWED);
        repo.branch("work").by("lee").write(ID, &review("lee")).commit("Review it");
        repo.by(lander).merge("work", "Merge branch 'work'");
        assert_eq!(status(&repo), "degraded", "{lander} merges");
        let repo = due(REVIEWED);
        repo.branch("work").by(lander).write(ID, &review("lee")).commit("Review it");
        repo.by(lander).through("github").squash("work", "Review it (#9)");
        assert_eq!(status(&repo), "degraded", "{lander} squashes");
    }
    honest_reviews_count(&REVIEWED.replace(", each_of: [security]", ""));
}

#[test]
fn who_is_asked_for_no_longer_reviews_nothing() {
    let policy = "\
version: 1
groups: {security: [dana@example.com], platform: [lee@example.com]}
tiers:
  - {name: high, match: [{risk: [high]}], approvals: {count: 1, each_of: [platform]}, degraded: deny}
  - {name: standard, approvals: {count: 1, each_of: [security]}, degraded: deny}
";
    let high = |text: &str| text.replace("level: moderate", "level: high");
    for (lander, expected) in [("lee", "degraded"), ("dana", "degraded")] {
        let repo = ledger(policy, &[]);
        repo.branch("file").by("ana").write(ID, &high(&periodic(""))).commit("File it");
        repo.by("lee").merge("file", "Merge branch 'file'");
        assert_eq!(status(&repo), "active");
        // Nobody approved the lower risk, by which security is asked.
        repo.by("ana").write(ID, &periodic("")).commit("Lower the risk");
        repo.clock("2026-11-28T09:00:00Z");
        repo.by(lander).write(ID, &review(lander)).commit("Review it");
        assert_eq!(status(&repo), expected, "{lander}");
    }
    let repo = ledger(policy, &[]);
    repo.branch("file").by("ana").write(ID, &high(&periodic(""))).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo.clock("2026-11-28T09:00:00Z");
    repo.by("lee").write(ID, &high(&review("lee"))).commit("Review it");
    assert_eq!(status(&repo), "active");
}

#[test]
fn who_lets_themselves_in_reviews_nothing() {
    let groups = "groups: {support: [mallory@example.com], platform: [lee@example.com]}\n";
    let asks = |who: &str| format!("approvals: {{count: 1, {who}}}, degraded: deny");
    let by_group = format!(
        "version: 1\n{groups}tiers: [{{name: standard, {}}}]\n",
        asks("each_of: [platform]")
    );
    let by_role = format!(
        "version: 1\ntiers: [{{name: standard, {}}}]\n",
        asks("must_include: [risk_owner]")
    );
    let low = format!(
        "tiers: [{{name: low, match: [{{risk: [low]}}], {}}}, ",
        asks("each_of: [support]")
    );
    let by_tier = by_group.replace("tiers: [", &low);
    let owned = |text: &str, owner: &str| {
        text.replace(
            "{level: moderate}",
            &format!("{{level: moderate, owner: {owner}@example.com}}"),
        )
    };
    let (due, reviewed) = (periodic(""), |by: &str| owned(&review(by), "lee"));
    type Act<'a> = (&'a str, &'a str, &'a dyn Fn(&Repo));
    let acts: [Act; 3] = [
        ("a role of the record", &by_role, &|repo| {
            repo.by("mallory").write(ID, &owned(&review("mallory"), "mallory")).commit("Review it");
        }),
        ("a group of the rules", &by_group, &|repo| {
            let more = by_group.replace("[platform]}, deg", "[platform, support]}, deg");
            assert_ne!(more, by_group);
            repo.by("mallory").write(POLICY, &more).commit("Ask more");
            repo.by("mallory").write(ID, &reviewed("mallory")).commit("Review it");
        }),
        ("a tier of the record", &by_tier, &|repo| {
            let low = reviewed("mallory").replace("level: moderate", "level: low");
            repo.by("mallory").write(ID, &low).commit("Review it");
        }),
    ];
    for (what, policy, act) in acts {
        let begin = || {
            let repo = ledger(policy, &[]);
            repo.branch("file").by("ana").write(ID, &owned(&due, "lee")).commit("File it");
            repo.by("lee").merge("file", "Merge branch 'file'");
            repo.clock("2026-11-28T09:00:00Z");
            repo
        };
        let repo = begin();
        act(&repo);
        assert_ne!(status(&repo), "active", "{what}");
        repo.by("mallory").write(ID, &reviewed("mallory")).commit("Put it back");
        assert_ne!(status(&repo), "active", "{what}, and put back");
        let repo = begin();
        repo.by("lee").write(ID, &reviewed("lee")).commit("Review it");
        assert_eq!(status(&repo), "active", "{what}, and Lee reviews");
    }
}

#[test]
fn later_start_puts_off_no_review() {
    let repo = due(REVIEWED);
    let later = periodic("starts: 2026-11-27\n");
    repo.by("ana").write(ID, &later).commit("Start later");
    assert_eq!(status(&repo), "degraded");
    repo.by("lee").write(ID, &review("lee")).commit("Review it");
    assert_eq!(status(&repo), "active");
}

#[test]
fn who_holds_no_role_reviews_nothing() {
    let policy = "version: 1\ntiers: [{name: standard, approvals: {count: 1, must_include: [risk_owner]}, degraded: deny}]\n";
    let of_dana = |text: &str| {
        text.replace("risk: {level: moderate}", "risk: {level: moderate, owner: dana@example.com}")
    };
    let due = || {
        let repo = ledger(policy, &[]);
        repo.branch("file").by("ana").write(ID, &of_dana(&periodic(""))).commit("File it");
        repo.by("dana").merge("file", "Merge branch 'file'");
        assert_eq!(status(&repo), "active");
        repo.clock("2026-11-28T09:00:00Z");
        repo
    };
    for (lander, expected) in [("eve", "degraded"), ("omar", "degraded"), ("dana", "active")] {
        let repo = due();
        repo.branch("work").by("ana").write(ID, &of_dana(&review("lee"))).commit("Review it");
        repo.by(lander).merge("work", "Merge branch 'work'");
        assert_eq!(status(&repo), expected, "{lander} merges");
        let repo = due();
        repo.by(lander).write(ID, &of_dana(&review("lee"))).commit("Review it");
        assert_eq!(status(&repo), expected, "{lander} pushes");
    }
}

#[test]
fn a_bridge_is_no_reviewer() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root")
        .write(POLICY, "version: 1\nname: example/payments\n")
        .write(SIGNERS, &bridge_line())
        .commit("Begin");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    let at = repo.now().to_string();
    let says = reviewed("bridge", ID, SAMPLE, &at).ledger("example/payments");
    repo.by("mallory").says(&says).commit("Record the reviews");
    assert_eq!(status(&repo), "unapproved");
}

#[test]
fn unsigned_reviews_count_nowhere() {
    let says = |repo: &Repo| {
        let at = repo.now().to_string();
        ["dana", "lee"].map(|name| reviewed(name, ID, SAMPLE, &at).ledger("example/payments"))
    };
    let land = |repo: &Repo, by: &str, says: &[Says]| {
        let work = says.iter().fold(repo.by(by), |work, says| work.says(says));
        work.commit("Record the reviews");
    };
    let bridged = || {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        let lines = signer("mallory") + &bridge_line();
        repo.by("root").write(POLICY, CLAIMED).write(SIGNERS, &lines).commit("Begin");
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        repo
    };
    let bridge = "bridge <bridge@example.com>";
    let bot = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>";
    for by in ["mallory", "omar", bridge, bot] {
        let repo = bridged();
        let unsigned = says(&repo).map(Says::unsigned);
        land(&repo, by, &unsigned);
        assert_eq!(status(&repo), "unapproved", "{by} writes them");
        let repo = bridged();
        let signed = says(&repo).map(|says| says.with_key("mallory"));
        land(&repo, by, &signed);
        assert_eq!(status(&repo), "unapproved", "{by} signs them with her own key");
        let repo = bridged();
        let unsigned = says(&repo).map(Says::unsigned);
        let work = unsigned.iter().fold(repo.branch("reviews").by(by), |work, it| work.says(it));
        work.commit("Record the reviews");
        repo.by("dana").merge("reviews", "Merge branch 'reviews'");
        assert_eq!(status(&repo), "unapproved", "{by} has them merged");
    }
    let repo = bridged();
    land(&repo, "mallory", &says(&repo));
    assert_eq!(status(&repo), "active", "what the bridge signed");
}

//! What `docs/security.md` says that nobody can do: each item acted out in several ways, in a real repository, by the
//! program that people run. Where an attack must leave something as it is, the honest act beside it shows that the same
//! world gives a yes.

use serde_json::Value;

use crate::cli;
use crate::support::repo::Repo;
use crate::support::repo::speak::{Says, bridge_line, public, reviewed, signer, yes};
use crate::support::samples::{ID, SAMPLE};

const SIGNERS: &str = ".github/allowed_signers";
const REVOKED: &str = ".github/revoked_keys";
const POLICY: &str = "exledger.yaml";

/// Two groups whose signatures a record needs.
const SIGNED: &str = "\
version: 1
name: example/payments
groups: {security: [dana@example.com], platform: [lee@example.com]}
tiers: [{name: standard, approvals: {count: 2, each_of: [security, platform], proof: attested}}]
";

/// A ledger with a policy and lines of the signers file, by somebody who does nothing else.
fn ledger(policy: &str, keys: &[&str]) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let work = repo.by("root").write(POLICY, policy);
    let lines: String = keys.iter().map(|name| signer(name)).collect();
    let work = if keys.is_empty() { work } else { work.write(SIGNERS, &lines) };
    work.commit("Begin");
    repo
}

fn answer(repo: &Repo, args: &[&str]) -> Value {
    repo.checkout();
    let now = repo.now().to_string();
    let run = cli::run(repo.path(), &[args, &["--on", &now, "--format", "json"]].concat());
    serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{args:?}: {}{}", run.out, run.err))
}

fn status(repo: &Repo) -> String {
    answer(repo, &["show", ID])["record"]["status"].as_str().unwrap().to_owned()
}

/// Returns the codes that `verify` reports as errors.
fn errors(repo: &Repo) -> Vec<String> {
    let answer = answer(repo, &["verify"]);
    let findings = answer["findings"].as_array().unwrap().iter();
    let errors = findings.filter(|it| it["level"] == "error");
    errors.map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
}

/// Lands signed approvals of a text, by the keys of some people; an hour passes.
fn sign(repo: &Repo, lander: &str, says: &[Says]) {
    let work = says.iter().fold(repo.by(lander), |work, says| work.says(says));
    work.commit("Record approvals");
}

fn approvals(repo: &Repo, names: &[(&str, &str)], text: &str) -> Vec<Says> {
    let at = repo.now().to_string();
    let says = names.iter().map(|(name, key)| yes(name, ID, text, &at).with_key(key));
    says.map(|says| says.ledger("example/payments")).collect()
}

/// Lands a text as one of the ways in which somebody who may merge can: pushed, merged, squashed, under typed names.
fn land(repo: &Repo, way: &str, path: &str, text: &str) {
    let write = |author: &str| {
        repo.branch("work").by(author).write(path, text).commit("Change it");
    };
    match way {
        "push" => {
            repo.by("mallory").write(path, text).commit("Change it");
        }
        "typed" => {
            write("bob");
            repo.by("mallory").merge("work", "Merge branch 'work'");
        }
        "trailer" => {
            write("mallory");
            let says = "Merge branch 'work'\n\nReviewed-by: Dana <dana@example.com>\nReviewed-by: Lee <lee@example.com>";
            repo.by("eve").merge("work", says);
        }
        "squash" => {
            write("bob");
            repo.by("bob").through("github").squash("work", "Change it (#9)");
        }
        "second" => {
            write("mallory");
            repo.by("Mal <mal@home.example.com>").merge("work", "Merge branch 'work'");
        }
        other => panic!("{other}"),
    }
}

const WAYS: [&str; 5] = ["push", "typed", "trailer", "squash", "second"];

#[test]
fn push_forges_no_attested() {
    // Her keys for Dana and Lee, let in by a claim, sign nothing.
    let forged =
        format!("dana@example.com {}\nlee@example.com {}\n", public("mallory"), public("eve"));
    for way in WAYS {
        for keys in [&["dana", "lee"][..], &[]] {
            // Nobody could sign the first list, so claims of both groups are enough: whoever merges it may type them.
            if keys.is_empty() && way == "trailer" {
                continue;
            }
            let repo = ledger(SIGNED, keys);
            land(&repo, way, SIGNERS, &forged);
            repo.by("mallory").write(ID, SAMPLE).commit("File it");
            let signed = approvals(&repo, &[("dana", "mallory"), ("lee", "eve")], SAMPLE);
            sign(&repo, "mallory", &signed);
            assert_eq!(status(&repo), "unapproved", "{way} {keys:?}");
            assert!(errors(&repo).contains(&"policy-unapproved".to_owned()), "{way} {keys:?}");
        }
    }
    let repo = ledger(SIGNED, &["dana", "lee"]);
    repo.by("mallory").write(ID, SAMPLE).commit("File it");
    let signed = approvals(&repo, &[("dana", "dana"), ("lee", "lee")], SAMPLE);
    sign(&repo, "mallory", &signed);
    assert_eq!(status(&repo), "active");
}

#[test]
fn rules_are_as_strong_as_tiers() {
    let files = |policy: &str| {
        [(POLICY, policy.to_owned()), (SIGNERS, signer("dana") + &signer("mallory"))]
    };
    let looser =
        SIGNED.replace("count: 2, each_of: [security, platform], proof: attested", "count: 1");
    let claimed = SIGNED.replace(", proof: attested", "");
    for (policy, keys) in [(SIGNED, &["dana", "lee"][..]), (&claimed, &[])] {
        for (path, text) in files(&looser) {
            for way in WAYS {
                // Where claims are enough, whoever types two reviewers has their approval.
                if keys.is_empty() && way == "trailer" {
                    continue;
                }
                let repo = ledger(policy, keys);
                land(&repo, way, path, &text);
                let left_out = answer(&repo, &["list"])["ledger"]["left_out"].to_string();
                assert!(left_out.contains(path), "{way} {path}: {left_out}");
                assert!(errors(&repo).contains(&"policy-unapproved".to_owned()), "{way} {path}");
            }
        }
    }
    // One of two groups is not enough, and both are.
    let repo = ledger(&claimed, &[]);
    land(&repo, "push", POLICY, &looser);
    let grant = |names: &[&str]| {
        let says = names.iter().map(|name| format!("\nReviewed-by: {name} <{name}@example.com>"));
        repo.branch("again")
            .by("bob")
            .write(POLICY, &format!("{looser}# {}\n", names.len()))
            .commit("Loosen");
        repo.by("dana")
            .merge("again", &format!("Merge branch 'again'\n{}", says.collect::<String>()));
        answer(&repo, &["list"])["ledger"]["left_out"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(grant(&[]), 1);
    assert_eq!(grant(&["lee"]), 0);
}

#[test]
fn lone_push_locks_nothing() {
    let both = ["dana", "lee"];
    let keys: String = both.iter().map(|name| public(name) + "\n").collect();
    type Attack<'a> = (&'a str, &'a dyn Fn(&Repo) -> git2::Oid);
    let attacks: [Attack; 4] = [
        ("the signers file goes", &|repo| repo.by("mallory").remove(SIGNERS).commit("Clear")),
        ("every key is revoked", &|repo| repo.by("mallory").write(REVOKED, &keys).commit("Clear")),
        ("everybody is a bot", &|repo| {
            let bots = format!("{SIGNED}people: {{bots: ['*@example.com']}}\n");
            repo.by("mallory").write(POLICY, &bots).commit("Clear")
        }),
        ("the groups are empty", &|repo| {
            let empty = SIGNED.replace("dana@example.com", "").replace("lee@example.com", "");
            repo.by("mallory").write(POLICY, &empty).commit("Clear")
        }),
    ];
    for (what, attack) in attacks {
        let repo = ledger(SIGNED, &both);
        attack(&repo);
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        sign(&repo, "ana", &approvals(&repo, &[("dana", "dana"), ("lee", "lee")], SAMPLE));
        assert_eq!(status(&repo), "unapproved", "{what}");
        // Their holders take it back, and then approve.
        let at = repo.now().to_string();
        let old = [
            (SIGNERS, signer("dana") + &signer("lee") + "# kept\n"),
            (REVOKED, "# none\n".to_owned()),
            (POLICY, format!("{SIGNED}# kept\n")),
        ];
        for (path, text) in old {
            let says = both
                .map(|name| yes(name, ID, &text, &at).governance(path).ledger("example/payments"));
            repo.by("ana").write(path, &text).commit("Take it back");
            sign(&repo, "ana", &says);
        }
        repo.wait("1h");
        let again = SAMPLE.replace("moderate", "low");
        repo.by("ana").write(ID, &again).commit("Ask again");
        sign(&repo, "ana", &approvals(&repo, &[("dana", "dana"), ("lee", "lee")], &again));
        assert_eq!(
            status(&repo),
            "active",
            "{what}: {}",
            answer(&repo, &["show", ID])["record"]["reasons"]
        );
    }
}

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

/// Two groups that claims may fill.
const CLAIMED: &str = "\
version: 1
name: example/payments
groups: {security: [dana@example.com], platform: [lee@example.com]}
tiers: [{name: standard, approvals: {count: 2, each_of: [security, platform]}}]
";

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

/// A ledger whose rules nobody can approve any more: its group has left, by a change that everybody approved.
fn locked() -> (Repo, String) {
    let repo = ledger(SIGNED, &["dana", "lee"]);
    let gone = SIGNED.replace("dana@example.com", "gone@example.com");
    let at = repo.now().to_string();
    repo.by("ana").write(POLICY, &gone).commit("Dana leaves");
    let says = ["dana", "lee"]
        .map(|name| yes(name, ID, &gone, &at).governance(POLICY).ledger("example/payments"));
    sign(&repo, "ana", &says);
    let back = gone.replace("gone@example.com", "sam@example.com");
    let keys = signer("dana") + &signer("lee") + &signer("sam");
    let trusted = repo.by("ana").write(POLICY, &back).write(SIGNERS, &keys).commit("Sam follows");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    sign(&repo, "ana", &approvals(&repo, &[("sam", "sam"), ("lee", "lee")], SAMPLE));
    (repo, trusted.to_string())
}

#[test]
fn environment_chooses_no_trust() {
    let (repo, trusted) = locked();
    assert_eq!(status(&repo), "unapproved", "nobody can approve what Sam needs");
    let home = tempfile::tempdir().unwrap();
    let text = format!("[exledger]\n\ttrustedFrom = {trusted}\n");
    std::fs::write(home.path().join(".gitconfig"), &text).unwrap();
    let file = home.path().join(".gitconfig").display().to_string();
    let folder = home.path().display().to_string();
    let now = repo.now().to_string();
    for (name, value) in [
        ("HOME", folder.as_str()),
        ("GIT_CONFIG_GLOBAL", &file),
        ("GIT_CONFIG_SYSTEM", &file),
        ("EXLEDGER_TRUSTED_FROM", &trusted),
        ("EXLEDGER_TRUSTEDFROM", &trusted),
    ] {
        let args = ["show", ID, "--on", &now, "--format", "json"];
        let run = cli::run_with(repo.path(), &args, &[(name, value)]);
        assert!(run.out.contains("\"status\": \"unapproved\""), "{name}: {}", run.out);
    }
    let counts = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "exledger.trustedFrom"),
        ("GIT_CONFIG_VALUE_0", &trusted),
    ];
    let run = cli::run_with(repo.path(), &["show", ID, "--on", &now, "--format", "json"], &counts);
    assert!(run.out.contains("\"status\": \"unapproved\""), "{}", run.out);
    // Who decides for this clone says so, on the command line or in its own configuration.
    let shown = answer(&repo, &["show", ID, "--trusted-from", &trusted]);
    assert_eq!(
        (&shown["record"]["status"], &shown["ledger"]["trusted_from"]),
        (&Value::from("active"), &Value::from(trusted.clone()))
    );
    repo.config("exledger.trustedFrom", &trusted);
    assert_eq!(status(&repo), "active");
    let screen = cli::run(repo.path(), &["show", ID, "--on", &now]);
    assert!(screen.out.contains("rules trusted from"), "{}", screen.out);
}

#[test]
fn what_is_trusted_is_on_the_line_and_lifts_nothing_before_it() {
    let (repo, trusted) = locked();
    let run = |oid: &str| cli::run(repo.path(), &["show", ID, "--trusted-from", oid]);
    repo.checkout();
    for wrong in ["main", "1234567", &trusted[..39]] {
        assert_eq!(run(wrong).code, 2, "{wrong}");
    }
    let elsewhere = run(&"1".repeat(40));
    assert_eq!(elsewhere.code, 3, "{}", elsewhere.out);
    assert!(elsewhere.err.contains("--trusted-from or exledger.trustedFrom"), "{}", elsewhere.err);
    repo.config("exledger.trustedFrom", "main");
    let odd = cli::run(repo.path(), &["show", ID]);
    assert_eq!(odd.code, 3, "{}", odd.out);
    assert!(odd.err.contains("git config --unset exledger.trustedFrom"), "{}", odd.err);
    // Her list lands, then her record; only afterwards does somebody trust the list.
    let forged =
        format!("dana@example.com {}\nlee@example.com {}\n", public("mallory"), public("eve"));
    let repo = ledger(SIGNED, &["dana", "lee"]);
    repo.by("mallory").write(SIGNERS, &forged).commit("List keys");
    repo.by("mallory").write(ID, SAMPLE).commit("File it");
    sign(&repo, "mallory", &approvals(&repo, &[("dana", "mallory"), ("lee", "eve")], SAMPLE));
    let later = repo.by("ana").write("README.md", "Payments\n").commit("Describe it").to_string();
    let shown = answer(&repo, &["show", ID, "--trusted-from", &later]);
    assert_eq!(shown["record"]["status"], "unapproved");
}

#[test]
fn rules_that_nobody_could_change_are_an_error() {
    let lint = |policy: &str, keys: &[&str]| {
        let repo = ledger(policy, keys);
        let answer = answer(&repo, &["lint"]);
        let findings = answer["findings"].as_array().unwrap().iter();
        let found = findings.filter(|it| it["rule"] == "approval-impossible");
        found.map(|it| it["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let empty = SIGNED.replace("lee@example.com", "");
    let alone = SIGNED.replace("lee@example.com", "dana@example.com");
    let more = format!("{CLAIMED}approval: {{governance: {{count: 5}}}}\n");
    for (policy, keys, why) in [
        (SIGNED, &["dana"][..], "of group platform with a listed key"),
        (SIGNED, &[], "with a listed key"),
        (empty.as_str(), &["dana", "lee"], "of group platform"),
        (&alone, &["dana", "lee"], "different from those of the other groups"),
        (&more, &[], "it needs 5 listed people, and there are 2"),
    ] {
        let found = lint(policy, keys);
        assert!(found.iter().any(|it| it.contains(why)), "{why}: {found:?}");
    }
    assert_eq!(lint(SIGNED, &["dana", "lee"]), [""; 0]);
    assert_eq!(lint(CLAIMED, &[]), [""; 0]);
    assert_eq!(lint("version: 1\n", &[]), [""; 0]);
}

/// An emergency about an application, which may last for days.
fn emergency(id: &str, application: &str) -> String {
    let text = SAMPLE.replace(ID, id).replace("class: standard", "class: emergency");
    let text = text.replace("application: billing", &format!("application: {application}"));
    text.replace("expires: 2026-12-20", "expires: 2026-12-18T09:00:00Z")
}

/// Returns the status of a record, which `list` and `check` agree with.
fn status_of(repo: &Repo, id: &str) -> String {
    let record = answer(repo, &["show", id])["record"].clone();
    let status = record["status"].as_str().unwrap().to_owned();
    let listed = answer(repo, &["list"]);
    let mut listed = listed["records"].as_array().unwrap().iter();
    if let Some(listed) = listed.find(|it| it["id"] == id) {
        assert_eq!(listed["status"], record["status"], "list of {id}");
    }
    status
}

/// Tells whether `check` allows what records about an application would grant.
fn is_allowed(repo: &Repo, application: &str) -> bool {
    let rule = "Every job has its own database user";
    let asked = ["check", "--application", application, "--rule", rule];
    answer(repo, &asked)["verdict"] == "allow"
}

const FIRST: &str = "EXC-2026-AAAAA";

/// A ledger in which Mallory pushed an emergency, which was in force, a day ago.
fn first_emergency() -> Repo {
    let repo = ledger("version: 1\n", &[]);
    repo.by("mallory").write(FIRST, &emergency(FIRST, "billing")).commit("Emergency");
    assert_eq!(status_of(&repo, FIRST), "active");
    assert!(is_allowed(&repo, "billing"));
    repo.wait("1d");
    assert_eq!(status_of(&repo, FIRST), "unapproved");
    assert!(!is_allowed(&repo, "billing"));
    repo
}

#[test]
fn one_grace_a_subject() {
    // Ten emergencies on ten days have one grace.
    let repo = ledger("version: 1\n", &[]);
    let ids =
        "ABCDEFGHJK".chars().map(|letter| format!("EXC-2026-{}", letter.to_string().repeat(5)));
    let mut granted = Vec::new();
    for id in ids {
        repo.by("mallory").write(&id, &emergency(&id, "billing")).commit("Emergency");
        granted.extend(is_allowed(&repo, "billing").then(|| id.clone()));
        let is_first = id == FIRST;
        assert_eq!(status_of(&repo, &id) == "active", is_first, "{id}");
        repo.wait("23h");
    }
    assert_eq!(granted, [FIRST]);
    let reasons = answer(&repo, &["show", "EXC-2026-BBBBB"])["record"]["reasons"].to_string();
    let expected = "no grace: mallory@example.com filed EXC-2026-AAAAA about the same subject, and nobody else looked at it";
    assert!(reasons.contains(expected), "{reasons}");

    // What she does about the first one before the second, and how the second one lands.
    let closed = |outcome: &str| {
        let closure = format!(
            "closure: {{date: 2026-11-21, by: mallory@example.com, outcome: {outcome}, reason: It is over}}\n"
        );
        emergency(FIRST, "billing") + &closure
    };
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let nothing: Act = ("nothing", &|_| ());
    let before: [Act; 6] = [
        nothing,
        ("closes it", &|repo| {
            repo.by("mallory").write(FIRST, &closed("remediated")).commit("Close it");
        }),
        ("rejects it", &|repo| {
            repo.by("mallory").write(FIRST, &closed("rejected")).commit("Reject it");
        }),
        ("removes it", &|repo| {
            repo.by("mallory").remove(FIRST).commit("Remove it");
        }),
        ("renames what it is about", &|repo| {
            repo.by("mallory").write(FIRST, &emergency(FIRST, "ledger")).commit("Rename");
        }),
        ("makes it another class", &|repo| {
            let text = emergency(FIRST, "billing").replace("class: emergency", "class: standard");
            repo.by("mallory").write(FIRST, &text).commit("Change it");
        }),
    ];
    let text = emergency(ID, "billing");
    let push = |repo: &Repo, author: &str, lander: &str| {
        repo.branch("work").by(author).write(ID, &text).commit("Emergency");
        repo.by(lander).merge("work", "Merge branch 'work'");
    };
    let landings: [Act; 5] = [
        ("pushed", &|repo| {
            repo.by("mallory").write(ID, &text).commit("Emergency");
        }),
        ("merged by herself", &|repo| push(repo, "mallory", "mallory")),
        ("merged by another", &|repo| push(repo, "mallory", "mallory <mal@home.example.com>")),
        ("under a second address", &|repo| {
            let again = "mallory <mal@home.example.com>";
            repo.by(again).write(ID, &text).commit("Emergency");
        }),
        ("with a typed co-author", &|repo| {
            repo.by("mallory").with("bob").write(ID, &text).commit("Emergency");
        }),
    ];
    for (does, act) in before {
        for (how, landing) in landings.iter().take(if does == "nothing" { 5 } else { 1 }) {
            let repo = first_emergency();
            act(&repo);
            landing(&repo);
            assert_eq!(status_of(&repo, ID), "unapproved", "before: {does}; then: {how}");
            assert!(!is_allowed(&repo, "billing"), "before: {does}; then: {how}");
        }
    }

    // Lee rejects the first one: that is no look that lets her file another.
    let repo = first_emergency();
    let rejected = closed("rejected").replace("by: mallory", "by: lee");
    repo.by("lee").write(FIRST, &rejected).commit("Reject it");
    repo.by("mallory").write(ID, &text).commit("Emergency");
    assert_eq!(status_of(&repo, ID), "unapproved");

    // A merge that brings an emergency does not begin its grace: it began when it was made.
    let repo = ledger("version: 1\n", &[]);
    repo.branch("late").by("mallory").write(ID, &text).commit("Emergency");
    repo.wait("23h");
    repo.by("mallory").merge("late", "Merge branch 'late'");
    assert_eq!(status_of(&repo, ID), "unapproved");
}

#[test]
fn honest_emergencies_have_a_grace() {
    let text = emergency(ID, "billing");
    let closed = emergency(FIRST, "billing")
        + "closure: {date: 2026-11-21, by: lee@example.com, outcome: remediated, reason: It is over}\n";
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let honest: [Act; 5] = [
        ("somebody else files it", &|repo| {
            repo.by("bob").write(ID, &text).commit("Emergency");
        }),
        ("it is about something else", &|repo| {
            repo.by("mallory").write(ID, &emergency(ID, "ledger")).commit("Emergency");
        }),
        ("Lee closed the first one", &|repo| {
            repo.by("lee").write(FIRST, &closed).commit("Close it");
            repo.by("mallory").write(ID, &text).commit("Emergency");
        }),
        ("Lee approved the first one", &|repo| {
            repo.branch("more").by("mallory").edit(FIRST, "title: In other words").commit("Amend");
            repo.by("lee").merge("more", "Merge branch 'more'");
            repo.by("mallory").write(ID, &text).commit("Emergency");
        }),
        ("the window has passed", &|repo| {
            repo.clock("2027-06-20T09:00:00Z");
            let text = text.replace("2026-12-18", "2027-06-22");
            repo.by("mallory").write(ID, &text).commit("Emergency");
        }),
    ];
    for (what, act) in honest {
        let repo = first_emergency();
        act(&repo);
        assert_eq!(status_of(&repo, ID), "active", "{what}");
        let application = if what.contains("something else") { "ledger" } else { "billing" };
        assert!(is_allowed(&repo, application), "{what}");
    }
    // One that is merged at once counts for the rest of its day.
    let repo = ledger("version: 1\n", &[]);
    repo.branch("soon").by("mallory").write(ID, &text).commit("Emergency");
    repo.by("mallory").merge("soon", "Merge branch 'soon'");
    assert_eq!(status_of(&repo, ID), "active");
    repo.wait("21h");
    assert_eq!(status_of(&repo, ID), "active");
    repo.wait("2h");
    assert_eq!(status_of(&repo, ID), "unapproved");
}

const OTHERS: [&str; 3] = ["EXC-2026-00001", "EXC-2026-00002", "EXC-2026-00003"];

/// A record of the pattern, or one that another replaces, which ends in spring.
fn occurrence(id: &str) -> String {
    SAMPLE.replace(ID, id).replace("expires: 2026-12-20", "expires: 2027-01-31")
}

/// A ledger with three occurrences that Dana approved, and a branch with a fourth one.
fn frozen_pattern() -> Repo {
    let repo = ledger("version: 1\n", &[]);
    for id in OTHERS {
        repo.branch(id).by("ana").write(id, &occurrence(id)).commit("File it");
        repo.by("dana").merge(id, &format!("Merge branch '{id}'"));
        repo.wait("1d");
    }
    repo
}

/// Tells whether `lint --base`, `patterns` and `check --deploy` see the freeze.
fn is_frozen(repo: &Repo) -> [bool; 3] {
    let head = |name: &str| repo.git.set_head(&format!("refs/heads/{name}")).unwrap();
    repo.branch("fourth").by("ana").write(ID, &occurrence(ID)).commit("File another");
    repo.checkout();
    head("fourth");
    let lint = answer(repo, &["lint", "--base", "main"]);
    head("main");
    let findings = lint["findings"].as_array().unwrap();
    let groups = answer(repo, &["patterns"])["groups"].clone();
    let mut groups = groups.as_array().unwrap().iter();
    [
        findings.iter().any(|it| it["rule"] == "frozen-pattern"),
        groups.any(|it| it["frozen"] == true && it["refused"].to_string().contains(ID)),
        answer(repo, &["check", "--application", "billing", "--deploy"])["verdict"] == "deny",
    ]
}

/// Changes after which a record would be no occurrence of its pattern: its new text, or its removal.
fn departures(id: &str) -> [(&'static str, Option<String>); 7] {
    let text = occurrence(id);
    let rejected =
        "closure: {date: 2026-11-24, by: ana@example.com, outcome: rejected, reason: Not needed}\n";
    [
        ("cause", Some(text.replace("brittle-dependency", "timeout"))),
        ("class", Some(text.replace("class: standard", "class: third-party"))),
        ("application", Some(text.replace("application: billing", "application: orders"))),
        ("removal", None),
        ("rejected", Some(text.clone() + rejected)),
        ("unreadable", Some("broken".to_owned())),
        (
            "rejected with another cause",
            Some(text.replace("brittle-dependency", "timeout") + rejected),
        ),
    ]
}

/// Lands a text or a removal in one of several ways.
fn depart(repo: &Repo, id: &str, text: Option<&String>, way: &str) {
    let edit = |work: crate::support::repo::Work<'_>| {
        let work = match text {
            Some(text) => work.write(id, text),
            None => work.remove(id),
        };
        work.commit("Change it");
    };
    match way {
        "push" => edit(repo.by("ana")),
        "again" => {
            edit(repo.by("ana"));
            repo.by("ana").remove(id).commit("Remove it");
            let text = occurrence(id).replace("brittle-dependency", "timeout");
            repo.by("ana").write(id, &text).commit("File it again");
        }
        lander => {
            edit(repo.branch("work").by("ana"));
            repo.by(lander).merge("work", "Merge branch 'work'");
        }
    }
}

#[test]
fn author_lifts_no_freeze() {
    let repo = frozen_pattern();
    assert_eq!(is_frozen(&repo), [true; 3]);
    let id = OTHERS[1];
    for (what, text) in departures(id) {
        for way in ["push", "ana", "Ana Ruiz <ana@home.example.com>"] {
            let repo = frozen_pattern();
            depart(&repo, id, text.as_ref(), way);
            assert_eq!(is_frozen(&repo), [true; 3], "{what} by {way}");
        }
        if what == "unreadable" {
            continue;
        }
        // Somebody else approves it.
        let repo = frozen_pattern();
        depart(&repo, id, text.as_ref(), "dana");
        assert_eq!(is_frozen(&repo), [false; 3], "{what}, approved");
    }
    let repo = frozen_pattern();
    depart(&repo, id, Some(&occurrence(id).replace("timeout", "tool-access")), "again");
    assert_eq!(is_frozen(&repo), [true; 3], "filed again under its id");
    // A request that was never in force is its author's to take back.
    for (what, text) in
        departures(id).into_iter().filter(|it| ["removal", "rejected"].contains(&it.0))
    {
        let repo = ledger("version: 1\n", &[]);
        for id in OTHERS {
            repo.by("ana").write(id, &occurrence(id)).commit("File it");
            repo.wait("1d");
        }
        assert_eq!(is_frozen(&repo), [true; 3], "{what}");
        depart(&repo, id, text.as_ref(), "push");
        assert_eq!(is_frozen(&repo), [false; 3], "{what} of what was never in force");
    }
}

/// Returns how often a record counts as renewed: in `show`, in `list` and in `list --all`.
fn renewals(repo: &Repo, id: &str) -> [u64; 3] {
    let count = |record: &Value| record["renewals"]["count"].as_u64().unwrap();
    let listed = |args: &[&str]| {
        let answer = answer(repo, args);
        let mut records = answer["records"].as_array().unwrap().iter();
        count(records.find(|it| it["id"] == id).unwrap())
    };
    let shown = answer(repo, &["show", id])["record"].clone();
    [count(&shown), listed(&["list"]), listed(&["list", "--all"])]
}

#[test]
fn author_resets_no_renewals() {
    let filed = |text: Option<&String>, way: &str| {
        let repo = ledger("version: 1\n", &[]);
        let id = OTHERS[0];
        repo.branch("first").by("ana").write(id, &occurrence(id)).commit("File it");
        repo.by("dana").merge("first", "Merge branch 'first'");
        repo.clock("2026-11-24T10:00:00Z");
        depart(&repo, id, text, way);
        repo.clock("2026-11-25T10:00:00Z");
        repo.branch("next").by("ana").write(ID, &occurrence(ID)).commit("File it anew");
        repo.by("dana").merge("next", "Merge branch 'next'");
        renewals(&repo, ID)
    };
    let closed = |outcome: &str| {
        let closure = format!(
            "closure: {{date: 2026-11-24, by: ana@example.com, outcome: {outcome}, reason: Not needed}}\n"
        );
        occurrence(OTHERS[0]) + &closure
    };
    assert_eq!(filed(Some(&closed("remediated")), "push"), [1; 3]);
    let elsewhere = |text: &str| text.replace("application: billing", "application: orders");
    let changes = [
        ("rejected", Some(closed("rejected"))),
        ("removed", None),
        ("closed under another name", Some(elsewhere(&closed("remediated")))),
        ("closed long ago", Some(closed("remediated").replace("2026-11-24", "2026-01-24"))),
    ];
    for (what, text) in changes {
        for way in ["push", "ana", "Ana Ruiz <ana@home.example.com>"] {
            assert_eq!(filed(text.as_ref(), way), [1; 3], "{what} by {way}");
        }
        if what != "closed long ago" {
            assert_eq!(filed(text.as_ref(), "dana"), [0; 3], "{what}, approved");
        }
    }
}

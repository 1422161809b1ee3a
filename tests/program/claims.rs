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

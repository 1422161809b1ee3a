//! Authors: they approve nothing of their own, under whatever address; what an asset is fixes the tier; an edit shows what
//! it widens; and groups leave a second account nothing to say.

use super::{BOTH, CLAIMED, POLICY, answer, approvals, errors, ledger, sign, status};
use crate::cli;
use crate::support::repo::Repo;
use crate::support::repo::speak::yes;
use crate::support::samples::{ID, SAMPLE};

/// One account, and one address, are tied to Ana.
const TIED: &str = "\
version: 1
name: example/payments
people: {logins: {anar: ana@example.com}}
";
const MAILMAP: &str = "Ana Ruiz <ana@example.com> <a.r@home.example.com>\n";

#[test]
fn author_is_no_approver() {
    let filed = |message: &str| {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("root").write(POLICY, TIED).write(".mailmap", MAILMAP).commit("Begin");
        repo.branch("work").by("ana").with("sam").write(ID, SAMPLE).commit(message);
        repo
    };
    let plain = "Merge branch 'work'";
    let typed = "File it\n\nReviewed-by: Lee <lee@example.com>";
    let nobody = "ana <555+otto@users.noreply.github.com>";
    let merges = [
        ("herself", "ana", "File it", plain),
        (
            "herself, and says that she read it",
            "ana",
            "File it",
            "Merge branch 'work'\n\nReviewed-by: Ana Ruiz <ana@example.com>",
        ),
        ("herself, with a review inside the branch", "ana", typed, plain),
        ("in capitals", "Ann <ANA@EXAMPLE.COM>", "File it", plain),
        ("an address of the mailmap", "Ann <a.r@home.example.com>", "File it", plain),
        ("an account of the policy", "Ann <555+anar@users.noreply.github.com>", "File it", plain),
        ("the same name", "Ana Ruiz <ruiz@home.example.com>", "File it", plain),
        ("the same name, spelled otherwise", "Ruiz, Ana <ruiz@home.example.com>", "File it", plain),
        (
            "an account that nobody named",
            "Otto <555+otto@users.noreply.github.com>",
            "File it",
            plain,
        ),
        ("such an account with a name of hers", nobody, "File it", plain),
        ("a co-author", "sam", "File it", plain),
    ];
    for (what, merger, inside, message) in merges {
        let repo = filed(inside);
        repo.by(merger).merge("work", message);
        assert_eq!(status(&repo), "unapproved", "{what}");
        assert!(errors(&repo).iter().any(|it| it != "policy-unapproved"), "{what}");
        let repo = filed(inside);
        repo.by("lee").merge("work", plain);
        assert_eq!(status(&repo), "active", "{what}, and Lee merges");
    }
    for who in ["Ann <a.r@home.example.com>", "Ana Ruiz <ruiz@home.example.com>", "ana"] {
        let repo = filed("File it");
        repo.by(who).rebase("work");
        assert_eq!(status(&repo), "unapproved", "{who} rebases");
        let repo = filed("File it");
        repo.by(who).through("github").squash("work", "File it (#9)");
        assert_eq!(status(&repo), "unapproved", "{who} squashes");
    }
    let repo = filed("File it");
    repo.by("lee").rebase("work");
    assert_eq!(status(&repo), "active", "Lee rebases");
}

#[test]
fn asset_fixes_tier() {
    let policy = "\
version: 1
name: example/payments
groups: {security: [dana@example.com], platform: [lee@example.com]}
assets: [{match: [billing, 'svc:billing-*', 'vault:prod/**'], sensitivity: sensitive}]
tiers:
  - {name: sensitive, match: [{sensitivity: [sensitive]}], approvals: {count: 2, each_of: [security, platform]}}
  - {name: standard, approvals: {count: 1}}
";
    let subject = |to: &str| SAMPLE.replace("application: billing", to);
    let records = [
        ("as it is", SAMPLE.to_owned()),
        ("at a low risk", SAMPLE.replace("level: moderate", "level: low")),
        ("somewhere harmless", subject("application: billing, environment: dev")),
        ("in capitals", subject("application: BILLING")),
        ("of another class", SAMPLE.replace("class: standard", "class: regulated")),
        ("beside another application", subject("application: orders, asset: billing")),
        ("as an alias", subject("application: orders, aliases: [billing]")),
        (
            "as an identity",
            subject(
                "application: orders, identity: 'svc:billing-batch', identity_type: service-account",
            ),
        ),
        (
            "as an identity in capitals",
            subject(
                "application: orders, identity: 'SVC:Billing-Batch', identity_type: service-account",
            ),
        ),
        ("as a credential", subject("application: orders, credential: 'vault:prod/billing/db'")),
    ];
    // Each under an id of its own.
    let records: Vec<(String, String)> = records
        .into_iter()
        .enumerate()
        .map(|(n, (what, text))| {
            let id = format!("EXC-2026-{n:05}");
            (id.clone(), text.replace(ID, &id) + "# " + what + "\n")
        })
        .collect();
    let assert_each = |repo: &Repo, expected: &str| {
        let answer = answer(repo, &["list"]);
        let listed = answer["records"].as_array().unwrap();
        assert_eq!(listed.len(), records.len(), "{answer:#}");
        assert!(listed.iter().all(|it| it["status"] == expected), "{expected}: {answer:#}");
    };
    for merger in ["dana", "lee"] {
        let repo = ledger(policy, &["dana", "lee"]);
        let work = repo.branch("work").by("ana");
        let work = records.iter().fold(work, |work, (id, text)| work.write(id, text));
        work.commit("File them");
        repo.by(merger).merge("work", "Merge branch 'work'");
        assert_each(&repo, "unapproved");
        let at = repo.now().to_string();
        let says = |(id, text): &(String, String)| {
            BOTH.map(|(name, _)| yes(name, id, text, &at).ledger("example/payments"))
        };
        sign(&repo, "ana", &records.iter().flat_map(says).collect::<Vec<_>>());
        assert_each(&repo, "active");
    }
    // Of anything else, one approval is enough; renaming what was approved so gives nothing.
    for merger in ["dana", "lee"] {
        let repo = ledger(policy, &["dana", "lee"]);
        repo.branch("work").by("ana").write(ID, &subject("application: orders")).commit("File it");
        repo.by(merger).merge("work", "Merge branch 'work'");
        assert_eq!(status(&repo), "active", "{merger}");
        repo.branch("next").by("ana").write(ID, SAMPLE).commit("Rename it");
        repo.by(merger).merge("next", "Merge branch 'next'");
        assert_eq!(status(&repo), "unapproved", "{merger}");
    }
}

const SCOPE: &str = "scope: {resources: ['db:invoices'], actions: [read]}\n";

#[test]
fn widening_is_shown() {
    let before = SAMPLE.to_owned() + SCOPE;
    // Returns the events that the diff of a branch shows, and its text.
    let shown = |text: &str, path: &str| {
        let repo = ledger("version: 1\n", &[]);
        repo.branch("file").by("ana").write(ID, &before).commit("File it");
        repo.by("lee").merge("file", "Merge branch 'file'");
        let work = repo.branch("work").by("ana").remove(ID).write(path, text);
        work.commit("Fix a typo");
        repo.branch("work").by("ana").write("README.md", "Payments\n").commit("Describe it");
        repo.git.set_head("refs/heads/work").unwrap();
        let answer = answer(&repo, &["diff", "main"]);
        let changes = answer["changes"].as_array().unwrap().iter();
        let events = changes.flat_map(|it| it["events"].as_array().unwrap().clone());
        let names: Vec<String> =
            events.map(|it| it["event"].as_str().unwrap().to_owned()).collect();
        let run = cli::run(repo.path(), &["diff", "main", "--on", &repo.now().to_string()]);
        (names, run.out)
    };
    let expires = "expires: 2026-12-20\n";
    let first = |line: &str| {
        let rest = before.replace(expires, "");
        format!(
            "# In the order of the guide\n{line} # as agreed\n{}",
            rest.replace("{level", "{  level")
        )
    };
    let moved = "exceptions/billing/EXC-2026-7F3KQ.yaml";
    let later = [
        ("alone", before.replace(expires, "expires: 2027-01-20\n"), ID),
        ("in another order", first("expires: \"2027-01-20\""), ID),
        ("in another file", first("'expires': 2027-01-20"), moved),
        ("as an instant", before.replace(expires, "expires: 2026-12-21T23:59:59Z\n"), ID),
        (
            "beside a narrower scope",
            before.replace(expires, "expires: 2027-01-20\n").replace("[read]", "[]"),
            ID,
        ),
    ];
    for (what, text, path) in later {
        let (events, screen) = shown(&text, path);
        assert!(events.iter().any(|it| it == "extended"), "{what}: {events:?}");
        let end = if text.contains("2026-12-21") { "2026-12-21" } else { "2027-01-20" };
        assert!(screen.contains(end), "{what}: {screen}");
    }
    let sooner = before.replace(expires, "expires: 2026-12-10\n");
    let wider = [
        ("a resource more", before.replace("'db:invoices'", "'db:invoices', 'db:salaries'"), ID),
        ("a wildcard", before.replace("'db:invoices'", "'db:*'"), ID),
        ("no scope at all", before.replace(SCOPE, ""), ID),
        ("in another file", first(expires.trim()).replace("[read]", "[read, 'write']"), moved),
        ("beside an earlier end", sooner.replace("[read]", "[read, write]"), ID),
    ];
    for (what, text, path) in wider {
        let (events, _) = shown(&text, path);
        assert!(events.iter().any(|it| it == "scope-widened"), "{what}: {events:?}");
    }
    // What only looks different widens nothing.
    for (text, path) in [(first(expires.trim()), ID), (before.clone(), moved), (sooner, ID)] {
        let (events, _) = shown(&text, path);
        let widens = |it: &String| ["extended", "scope-widened"].contains(&it.as_str());
        assert!(!events.iter().any(widens), "{events:?}");
    }
}

#[test]
fn groups_stop_second_accounts() {
    let listed = "\
version: 1
name: example/payments
tiers: [{name: standard, approvals: {count: 1, proof: attested}}]
";
    let accounts = [
        "Otto Diaz <otto@example.com>",
        "Otto Diaz <555+otto@users.noreply.github.com>",
        "Dana Kim <otto@home.example.com>",
    ];
    // Under groups, a key of the second account is listed as well; it is in none.
    for (policy, keys) in [(CLAIMED, &["dana", "lee", "otto"][..]), (listed, &["dana", "lee"])] {
        let filed = || {
            let repo = ledger(policy, keys);
            repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
            repo
        };
        // Under the other policy, one of them: the accounts are told apart in the same way.
        for account in accounts.into_iter().take(if policy == CLAIMED { accounts.len() } else { 1 })
        {
            let repo = filed();
            repo.by(account).merge("work", "Merge branch 'work'");
            assert_eq!(status(&repo), "unapproved", "{account} merges");
            let repo = filed();
            let review = format!("Merge branch 'work'\n\nReviewed-by: {account}");
            repo.by("ana").merge("work", &review);
            assert_eq!(status(&repo), "unapproved", "Ana says that {account} reviewed it");
            let repo = filed();
            repo.by(account).signed("otto").merge("work", &review);
            assert_eq!(status(&repo), "unapproved", "{account} signs the merge");
            let repo = filed();
            repo.by(account).signed("otto").rebase("work");
            assert_eq!(status(&repo), "unapproved", "{account} rebases");
            let repo = filed();
            repo.by(account).merge("work", "Merge branch 'work'");
            let at = repo.now().to_string();
            sign(&repo, account, &[yes("otto", ID, SAMPLE, &at).ledger("example/payments")]);
            assert_eq!(status(&repo), "unapproved", "{account} signs the record");
            sign(&repo, account, &approvals(&repo, &BOTH, SAMPLE));
            assert_eq!(status(&repo), "active", "Dana and Lee sign it");
        }
    }
}

//! The keys: a key proves no more than what let it in.

use serde_json::Value;

use super::{
    BOTH, POLICY, REVOKED, SIGNED, SIGNERS, answer, approvals, approved, errors, is_new, ledger,
    sign, status,
};
use crate::support::repo::Repo;
use crate::support::repo::speak::{bridge_line, no, public, signer, yes};
use crate::support::samples::{ID, SAMPLE};

/// Two groups, and one claim is enough.
const LAX: &str = "\
version: 1
name: example/payments
groups: {security: [dana@example.com], platform: [lee@example.com]}
tiers: [{name: standard, approvals: {count: 1}}]
";

/// The same, and records need a signature.
fn strict() -> String {
    LAX.replace("count: 1", "count: 1, proof: attested")
}

/// Changes a file as Kim proposes it and somebody merges it.
fn merge(repo: &Repo, by: &str, path: &str, text: &str) {
    repo.branch("change").by("kim").write(path, text).commit("Change it");
    repo.by(by).merge("change", "Merge branch 'change'");
}

/// Files the sample, or a later text of it, and has it approved with a key.
fn ask(repo: &Repo, text: &str, (name, key): (&str, &str)) -> String {
    repo.by("ana").write(ID, text).commit("File it");
    sign(repo, "ana", &approvals(repo, &[(name, key)], text));
    status(repo)
}

/// Returns what `verify` says of keys: levels and messages.
fn keys_found(repo: &Repo) -> Vec<(String, String)> {
    let answer = answer(repo, &["verify"]);
    let findings = answer["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings
        .filter(|it| it["rule"] == "key-by-claim")
        .map(|it| (text(&it["level"]), text(&it["message"])))
        .collect()
}

/// A line taken away by a claim leaves the others of its key to say whose it is: more than they said before.
#[test]
fn claimed_removal_gives_a_key_to_nobody() {
    let key = public("dana");
    let patterns = format!("*@example.com {key}\n");
    let both = format!("*@example.com,dana@example.com {key}\n");
    let receipts = format!("lee@example.com namespaces=\"exledger-receipt@v1\" {key}\n");
    let lee = format!("lee@example.com namespaces=\"exledger-approval@v1\" {key}\n");
    for (first, left) in [
        (both, patterns.clone()),
        (patterns.clone() + &signer("dana"), patterns),
        (lee.clone() + &receipts, lee),
    ] {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        let work = repo.by("root").write(POLICY, LAX);
        work.write(SIGNERS, &(first + &signer("kim"))).commit("Begin");
        merge(&repo, "dana", SIGNERS, &(left.clone() + &signer("kim")));
        merge(&repo, "dana", POLICY, &strict());
        assert_eq!(ask(&repo, SAMPLE, ("lee", "dana")), "unapproved", "{left}");
    }
}

#[test]
fn claimed_key_attests_nothing() {
    // The first list proves what it signs, also behind the list of a bridge, and not before somebody approved it.
    for bridge in [false, true] {
        let repo = ledger(LAX, &[]);
        if bridge {
            merge(&repo, "dana", SIGNERS, &bridge_line());
        }
        let first = bridge_line() + &signer("dana");
        repo.by("dana").write(SIGNERS, &first).commit("List keys");
        merge(&repo, "lee", POLICY, &strict());
        assert_eq!(ask(&repo, SAMPLE, ("dana", "dana")), "unapproved");
        let repo = ledger(LAX, &[]);
        if bridge {
            merge(&repo, "dana", SIGNERS, &bridge_line());
        }
        merge(&repo, "lee", SIGNERS, &first);
        merge(&repo, "lee", POLICY, &strict());
        assert_eq!(ask(&repo, SAMPLE, ("dana", "dana")), "active");
        let [(level, message)] = &keys_found(&repo)[..] else { panic!() };
        assert_eq!(level, "warning");
        assert!(
            message.contains("first list of keys, which nobody could sign; they approved EXC"),
            "{message}"
        );
    }
    // A later one does not: merged by somebody who types another author, pushed behind an honest line, or put back.
    type Listing<'a> = (&'a str, &'a dyn Fn(&Repo));
    let first = signer("dana");
    let forged = signer("dana") + &signer("lee");
    let listings: [Listing; 3] = [
        ("another list", &|repo| merge(repo, "dana", SIGNERS, &forged)),
        ("another line after a comment", &|repo| {
            merge(repo, "dana", SIGNERS, &format!("# Keys\n\n{forged}"));
        }),
        ("a line that was away", &|repo| {
            merge(repo, "dana", SIGNERS, &forged);
            merge(repo, "dana", SIGNERS, &first);
            merge(repo, "dana", SIGNERS, &forged);
        }),
    ];
    for (what, list) in listings {
        let repo = ledger(LAX, &["dana"]);
        list(&repo);
        merge(&repo, "dana", POLICY, &strict());
        assert_eq!(ask(&repo, SAMPLE, ("lee", "lee")), "unapproved", "{what}");
        let statements = answer(&repo, &["show", ID])["statements"].clone();
        let mut statements = statements.as_array().unwrap().iter();
        let signed = statements.find(|it| it["kind"] == "detached").unwrap();
        assert_eq!(signed["level"], "claimed", "{what}");
        let reason = signed["level_reason"].as_str().unwrap();
        assert!(reason.starts_with("signed by a key that a claim listed ("), "{what}: {reason}");
        let why_not = signed["why_not"].as_str().unwrap();
        assert!(why_not.contains("a key that a claim listed"), "{what}: {why_not}");
        assert!(errors(&repo).contains(&"key-by-claim".to_owned()), "{what}");
        // Dana's key came with the first policy.
        assert_eq!(ask(&repo, &SAMPLE.replace("moderate", "low"), ("dana", "dana")), "active");
        // Signed by her, the list proves more for what is stated afterwards.
        let (at, text) = (repo.now().to_string(), {
            repo.checkout();
            std::fs::read_to_string(repo.path().join(SIGNERS)).unwrap()
        });
        let lift = yes("dana", ID, &text, &at).governance(SIGNERS).ledger("example/payments");
        sign(&repo, "ana", &[lift]);
        let later = SAMPLE.replace("moderate", "high");
        assert_eq!(ask(&repo, &later, ("lee", "lee")), "active", "{what}");
        let levels: Vec<String> = keys_found(&repo).into_iter().map(|(level, _)| level).collect();
        assert_eq!(levels, ["note"], "{what}");
    }
}

/// A policy whose records and rules need one signature of Dana's group.
const STRICT: &str = "\
version: 1
name: example/payments
groups: {security: [dana@example.com, kim@example.com, lee@example.com]}
tiers: [{name: standard, approvals: {count: 1, proof: attested}}]
";

/// Merges a file under typed names: Bob wrote it, and Lee merged it.
fn typed(repo: &Repo, path: &str, text: &str) {
    repo.branch("typed").by("bob").write(path, text).commit("Change it");
    repo.by("lee").merge("typed", "Merge branch 'typed'");
}

#[test]
fn claimed_revocation_takes_back_no_rule() {
    // Dana approved that Sam leaves the list, and rejected a record. Then a claim revokes her key.
    let fewer = signer("dana") + &signer("lee");
    let approve = |repo: &Repo| {
        let at = repo.now().to_string();
        let says = yes("dana", ID, &fewer, &at).governance(SIGNERS).ledger("example/payments");
        sign(repo, "ana", &[says]);
    };
    for revokes in [false, true] {
        let repo = ledger(STRICT, &["dana", "lee", "sam"]);
        repo.by("ana").write(SIGNERS, &fewer).commit("Sam leaves");
        approve(&repo);
        if revokes {
            typed(&repo, REVOKED, &(public("dana") + "\n"));
        }
        assert_eq!(ask(&repo, SAMPLE, ("sam", "sam")), "unapproved", "{revokes}");
        let again = SAMPLE.replace("moderate", "low");
        assert_eq!(ask(&repo, &again, ("lee", "lee")), "active", "{revokes}");
        let rejected = SAMPLE.replace("moderate", "high");
        repo.by("ana").write(ID, &rejected).commit("File it");
        let at = repo.now().to_string();
        sign(&repo, "ana", &[no("lee", ID, &rejected, &at).ledger("example/payments")]);
        let before = if revokes { public("dana") + "\n" } else { String::new() };
        typed(&repo, REVOKED, &(before + &public("lee") + "\n"));
        assert_ne!(status(&repo), "active", "{revokes}");
    }
}

#[test]
fn claimed_revocation_silences_no_rejection() {
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let revoked = public("dana") + "\n" + &public("kim") + "\n";
    let acts: [Act; 4] = [
        ("pushed", &|repo| {
            repo.by("ana").write(REVOKED, &revoked).commit("Revoke keys");
        }),
        ("merged by a listed person", &|repo| typed(repo, REVOKED, &revoked)),
        ("merged behind a list that waits", &|repo| {
            repo.by("lee").remove(SIGNERS).commit("Merge branch 'work'");
            repo.by("kim").write(SIGNERS, &signer("kim")).commit("List Kim");
            typed(repo, REVOKED, &revoked);
        }),
        ("approved by a signature", &|repo| {
            repo.by("ana").write(REVOKED, &revoked).commit("Revoke keys");
            let at = repo.now().to_string();
            let says = yes("lee", ID, &revoked, &at).governance(REVOKED);
            sign(repo, "ana", &[says.ledger("example/payments")]);
        }),
    ];
    for (what, act) in acts {
        let repo = ledger(STRICT, &["dana", "lee"]);
        act(&repo);
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        let at = repo.now().to_string();
        sign(&repo, "ana", &[no("dana", ID, SAMPLE, &at).ledger("example/payments")]);
        sign(&repo, "ana", &approvals(&repo, &[("lee", "lee")], SAMPLE));
        let is_proven = what == "approved by a signature";
        assert_eq!(status(&repo) == "active", is_proven, "{what}");
        // What the key approves is out at once.
        repo.by("ana").remove(ID).commit("Remove it");
        assert_eq!(ask(&repo, SAMPLE, ("dana", "dana")), "unapproved", "{what}");
    }
}

#[test]
fn claimed_policy_brings_no_key_back() {
    // The list is signed, Sam's key goes, and a claim names another file and then the old one again.
    let repo = ledger(LAX, &["dana", "sam"]);
    let elsewhere = format!("{LAX}approval: {{signers: .github/others}}\n");
    let work = repo.branch("elsewhere").by("kim").write(POLICY, &elsewhere);
    work.write(".github/others", &signer("dana")).commit("List keys elsewhere");
    repo.by("dana").merge("elsewhere", "Merge branch 'elsewhere'");
    merge(&repo, "dana", POLICY, &strict());
    assert_eq!(ask(&repo, SAMPLE, ("sam", "sam")), "unapproved");
}

#[test]
fn claimed_line_takes_back_no_rejection() {
    for joins in [false, true] {
        let repo = ledger(LAX, &["dana", "lee"]);
        if joins {
            let both = format!("dana@example.com,lee@example.com {}\n", public("eve"));
            merge(&repo, "dana", SIGNERS, &(signer("dana") + &signer("lee") + &both));
        }
        merge(&repo, "dana", POLICY, &strict());
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        let at = repo.now().to_string();
        sign(&repo, "ana", &[no("dana", ID, SAMPLE, &at).ledger("example/payments")]);
        sign(&repo, "ana", &approvals(&repo, &[("lee", "lee")], SAMPLE));
        assert_eq!(status(&repo), "unapproved", "{joins}: Dana rejected it");
    }
}

#[test]
fn key_that_one_person_listed_rejects_nothing() {
    for name in ["dana", "pat"] {
        let repo = approved(SAMPLE);
        let inserted = format!("{name}@example.com {}\n", public("mallory"));
        let lines = signer("dana") + &signer("lee") + &inserted;
        repo.by("mallory").write(SIGNERS, &lines).commit("List a key");
        let says = no(name, ID, SAMPLE, &repo.now().to_string()).with_key("mallory");
        sign(&repo, "mallory", &[says.ledger("example/payments")]);
        assert_eq!(status(&repo), "active", "{name}");
        // Nobody needs a key to close it.
        let closure = "closure: {date: 2026-11-21, by: pat@example.com, outcome: rejected, reason: Too long}\n";
        repo.by("pat").write(ID, &(SAMPLE.to_owned() + closure)).commit("Close it");
        assert_eq!(status(&repo), "rejected", "{name}");
    }
}

#[test]
fn claimed_name_attests_nothing() {
    // A typed approval says that Sam is Dana, or the other way round, before the rules ask for signatures.
    for (name, alias) in [("dana", "sam"), ("sam", "dana")] {
        let line = format!("{name} <{name}@example.com> <{alias}@example.com>\n");
        let joined = || {
            let repo = ledger(LAX, &["dana", "lee", "sam"]);
            merge(&repo, "lee", ".mailmap", &line);
            merge(&repo, "lee", POLICY, &strict());
            repo
        };
        let repo = joined();
        assert_eq!(ask(&repo, SAMPLE, ("sam", "sam")), "unapproved", "{line}");
        assert!(errors(&repo).contains(&"key-by-claim".to_owned()), "{line}");
        let found = keys_found(&repo);
        assert!(
            found.iter().any(|(_, it)| it.contains("of whom a claim says who they are")),
            "{found:?}"
        );
        // Lee's key is nobody else's, and what she signs makes the line proven.
        let text = SAMPLE.replace("moderate", "low");
        assert_eq!(ask(&repo, &text, ("lee", "lee")), "active", "{line}");
        let at = repo.now().to_string();
        let says = yes("lee", ID, &line, &at).governance(".mailmap").ledger("example/payments");
        sign(&repo, "ana", &[says]);
        let text = SAMPLE.replace("moderate", "high");
        assert_eq!(ask(&repo, &text, ("sam", "sam")), "active", "{line}");
        // Nor does such a line take back what Dana rejected.
        let repo = joined();
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        let at = repo.now().to_string();
        sign(&repo, "ana", &[no("dana", ID, SAMPLE, &at).ledger("example/payments")]);
        sign(&repo, "ana", &approvals(&repo, &[("sam", "sam")], SAMPLE));
        assert_eq!(status(&repo), "unapproved", "{line}");
        sign(&repo, "ana", &approvals(&repo, &[("lee", "lee")], SAMPLE));
        assert_eq!(status(&repo), "unapproved", "{line}: Dana rejected it");
    }
}

#[test]
fn claimed_name_fills_no_role() {
    // Dana holds no key and is in no group, but bears the risk; a pattern names nobody, and matches whoever has the address.
    let pattern = format!("s*@example.com {}\n", public("sam"));
    let policy = LAX.replace("dana@example.com", "kim@example.com");
    let strict =
        policy.replace("count: 1", "count: 1, must_include: [risk_owner], proof: attested");
    let record = |level: &str| {
        let owner = format!("{{level: {level}, owner: dana@example.com}}");
        SAMPLE.replace("{level: moderate}", &owner)
    };
    let alias = "Dana <dana@example.com> <sam@example.com>\n";
    for line in [signer("sam"), pattern] {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        let work = repo.by("root").write(POLICY, &policy);
        work.write(SIGNERS, &(signer("lee") + &line)).commit("Begin");
        merge(&repo, "lee", ".mailmap", alias);
        merge(&repo, "lee", POLICY, &strict);
        assert_eq!(ask(&repo, &record("moderate"), ("sam", "sam")), "unapproved", "{line}");
        let at = repo.now().to_string();
        let says = yes("lee", ID, alias, &at).governance(".mailmap").ledger("example/payments");
        sign(&repo, "ana", &[says]);
        assert_eq!(ask(&repo, &record("low"), ("sam", "sam")), "active", "{line}");
    }
}

#[test]
fn claimed_name_is_lifted_by_as_many_as_a_change() {
    // Both groups must approve a change of the rules by then, so that one of them alone lifts nothing.
    let policy = LAX.replace("[dana@example.com]", "[dana@example.com, kim@example.com]");
    let two = "count: 2, each_of: [security, platform], proof: attested";
    let alias = "Eve <eve@example.com> <dana@example.com>\n";
    for (lifts, expected) in [(vec!["lee"], "unapproved"), (vec!["lee", "kim"], "active")] {
        let repo = ledger(&policy, &["dana", "eve", "kim", "lee"]);
        for (path, text) in [(".mailmap", alias), (POLICY, &policy.replace("count: 1", two))] {
            repo.branch("change").by("bob").write(path, text).commit("Change it");
            repo.by("lee").merge("change", "Merge branch 'change'");
        }
        let at = repo.now().to_string();
        let says = lifts
            .iter()
            .map(|who| yes(who, ID, alias, &at).governance(".mailmap").ledger("example/payments"));
        sign(&repo, "ana", &says.collect::<Vec<_>>());
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        sign(&repo, "ana", &approvals(&repo, &[("eve", "eve"), ("lee", "lee")], SAMPLE));
        assert_eq!(status(&repo), expected, "{lifts:?}");
    }
}

/// Two groups, one of which has two members.
fn three_signers() -> String {
    SIGNED.replace("[dana@example.com]", "[dana@example.com, pat@example.com]")
}

#[test]
fn revoked_key_is_out() {
    let revoked = public("dana") + "\n";
    let signed = || {
        let repo = ledger(&three_signers(), &["dana", "lee", "pat"]);
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        sign(&repo, "ana", &approvals(&repo, &BOTH, SAMPLE));
        if is_new("three signers") {
            assert_eq!(status(&repo), "active");
        }
        repo
    };
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo));
    let revocations: [Act; 3] = [
        ("pushed", &|repo| {
            repo.by("kim").write(REVOKED, &revoked).commit("Revoke a key");
        }),
        ("merged", &|repo| {
            repo.branch("revoke").by("kim").write(REVOKED, &revoked).commit("Revoke a key");
            repo.by("lee").signed("lee").merge("revoke", "Merge branch 'revoke'");
        }),
        ("approved by Pat and Lee", &|repo| {
            repo.by("kim").write(REVOKED, &revoked).commit("Revoke a key");
            let at = repo.now().to_string();
            let says = ["pat", "lee"].map(|name| {
                yes(name, ID, &revoked, &at).governance(REVOKED).ledger("example/payments")
            });
            sign(repo, "kim", &says);
        }),
    ];
    let uses: [Act; 6] = [
        ("nothing", &|_| {}),
        ("signs again", &|repo| {
            sign(repo, "mallory", &approvals(repo, &BOTH, SAMPLE));
        }),
        ("signs with an earlier date", &|repo| {
            let at = "2026-11-20T10:30:00Z";
            sign(repo, "mallory", &[yes("dana", ID, SAMPLE, at).ledger("example/payments")]);
        }),
        ("signs as Pat", &|repo| {
            sign(repo, "mallory", &approvals(repo, &[("pat", "dana")], SAMPLE));
        }),
        ("lists the key anew", &|repo| {
            let lines = format!("{}# again\n", ["dana", "lee", "pat"].map(signer).concat());
            repo.by("mallory").write(SIGNERS, &lines).commit("List the key");
            sign(repo, "mallory", &approvals(repo, &BOTH, SAMPLE));
        }),
        ("takes the line off", &|repo| {
            repo.by("mallory").remove(REVOKED).commit("Tidy up");
            sign(repo, "mallory", &approvals(repo, &BOTH, SAMPLE));
        }),
    ];
    for (n, (how, revoke)) in revocations.into_iter().enumerate() {
        // A revocation that nobody approved is only as good as the branch that holds it. Every use of one that was approved, and
        // some of each other one.
        let tried: Vec<Act> = match how {
            "approved by Pat and Lee" => uses.to_vec(),
            _ => uses[..5].iter().copied().skip(n).step_by(2).collect(),
        };
        for (what, act) in tried {
            let repo = signed();
            revoke(&repo);
            act(&repo);
            assert_eq!(status(&repo), "unapproved", "{how}, {what}");
            sign(&repo, "ana", &approvals(&repo, &[("pat", "pat"), ("lee", "lee")], SAMPLE));
            assert_eq!(status(&repo), "active", "{how}, {what}, and approved anew");
        }
        // What the key signs later has no more effect.
        let repo = signed();
        revoke(&repo);
        let later = SAMPLE.replace("moderate", "low");
        repo.by("ana").write(ID, &later).commit("Ask again");
        sign(&repo, "ana", &approvals(&repo, &BOTH, &later));
        assert_eq!(status(&repo), "unapproved", "{how}, a later version");
    }
    // The rules: the key changes none once another listed person approved the revocation.
    let looser = three_signers().replace("count: 2, each_of: [security, platform], ", "count: 1, ");
    for (by, expected) in [("dana", 1), ("pat", 0)] {
        let repo = signed();
        revocations[2].1(&repo);
        repo.by("kim").write(POLICY, &looser).commit("Loosen");
        let at = repo.now().to_string();
        let says = [by, "lee"]
            .map(|name| yes(name, ID, &looser, &at).governance(POLICY).ledger("example/payments"));
        sign(&repo, "kim", &says);
        let left_out = answer(&repo, &["list"])["ledger"]["left_out"].clone();
        assert_eq!(left_out.as_array().map_or(0, Vec::len), expected, "{by}: {left_out}");
    }
}

#[test]
fn revoked_key_is_out_however_its_list_is_written() {
    // Before the revocation, with it, and after somebody took it away; a mark and line ends of some editors, and a comment without one.
    let key = public("dana");
    let title = "# Revoked keys, one a line";
    let lists = [
        (None, format!("\u{feff}{key}\n"), format!("# Ours\n\u{feff}{key}\n")),
        (None, format!("# Stolen\r{key}\r"), String::new()),
        (Some(format!("{title}\r")), format!("{title}\r{key}"), format!("{title}\r")),
        (Some(title.to_owned()), format!("{title}{key}"), format!("{title}\n")),
        (None, format!("'{key}, of Dana'\n"), String::new()),
        // As UTF-16.
        (None, key.chars().flat_map(|char| [char, '\0']).collect(), String::new()),
    ];
    for (before, with, after) in lists {
        let repo = ledger(&three_signers(), &["dana", "lee", "pat"]);
        let write = |by: &str, text: &str| {
            repo.by(by).write(REVOKED, text).commit("Revoked keys");
        };
        before.iter().for_each(|before| write("mallory", before));
        write("kim", &with);
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        sign(&repo, "mallory", &approvals(&repo, &BOTH, SAMPLE));
        assert_eq!(status(&repo), "unapproved", "{with:?}");
        write("mallory", &after);
        sign(&repo, "mallory", &approvals(&repo, &BOTH, SAMPLE));
        assert_eq!(status(&repo), "unapproved", "{with:?}, then {after:?}");
        let is_told = errors(&repo).contains(&"policy-unapproved".to_owned());
        assert_eq!(is_told, !after.contains(&key), "{with:?}");
        sign(&repo, "ana", &approvals(&repo, &[("pat", "pat"), ("lee", "lee")], SAMPLE));
        assert_eq!(status(&repo), "active", "{with:?}");
    }
    // A line that revokes nothing.
    let repo = ledger(&three_signers(), &["dana", "lee", "pat"]);
    repo.by("kim")
        .write(REVOKED, "SHA256:bSK8+eWnXz7tf7LrnqzlxKDzP64uYAEr2ALX+Yguh3s\n")
        .commit("It");
    assert!(errors(&repo).contains(&"policy-unapproved".to_owned()));
    // Left out by the merge that brings it.
    let repo = ledger(&three_signers(), &["dana", "lee", "pat"]);
    repo.branch("revoke").by("kim").write(REVOKED, &format!("# Stolen\r{key}\r")).commit("Revoke");
    repo.by("mallory").merge_ours(&["revoke"], "Merge branch 'revoke'");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    sign(&repo, "mallory", &approvals(&repo, &BOTH, SAMPLE));
    assert_eq!(status(&repo), "unapproved", "left out");
}

#[test]
fn who_completes_the_first_policy_is_named() {
    let report = |repo: &Repo| {
        let answer = answer(repo, &["verify"]);
        let findings = answer["findings"].as_array().unwrap().iter();
        let own = findings.filter(|it| it["rule"] == "key-by-claim");
        own.map(|it| (it["level"].as_str().unwrap().to_owned(), it["message"].to_string()))
            .collect::<Vec<_>>()
    };
    let named = SIGNED.replace("groups:", "approval: {signers: keys}\ngroups:");
    assert_ne!(named, SIGNED);
    let forged = format!("dana@example.com {}\n", public("mallory"));
    // The signers file is missing, or the text is broken, until Mallory completes it with a key for Dana.
    for (first, path, text) in [
        (named.as_str(), "keys", forged.as_str()),
        ("version: [\n", POLICY, SIGNED),
        ("version: 1\nunknown: 1\n", POLICY, SIGNED),
    ] {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("root").write(POLICY, first).commit("Begin");
        let work = repo.by("mallory").write(path, text);
        let work = if path == POLICY { work.write(SIGNERS, &forged) } else { work };
        let commit = work.commit("Complete it").to_string();
        let found = report(&repo);
        let [(level, message)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(level, "warning", "{first}");
        assert!(message.contains("after one that could not"), "{first}: {message}");
        assert!(message.contains("dana@example.com (SHA256:"), "{first}: {message}");
        assert!(answer(&repo, &["verify"])["findings"].to_string().contains(&commit), "{first}");
    }
    // A policy that could be used from the beginning, also after its keys were there.
    let repo = ledger(SIGNED, &["dana", "lee"]);
    assert_eq!(report(&repo)[0].0, "note");
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write(SIGNERS, &forged).commit("Begin");
    repo.by("root").write(POLICY, SIGNED).commit("Go on");
    assert_eq!(report(&repo)[0].0, "note");
}

#[test]
fn unapproved_path_takes_no_repair_away() {
    let policy = SIGNED.replace(", proof: attested", "");
    let moved = policy.replace("groups:", "approval: {revoked: docs/notes.md}\ngroups:");
    for (revoked, back) in [(true, true), (true, false), (false, false)] {
        let repo = ledger(&policy, &["dana", "lee"]);
        let work = repo.by("mallory").write("docs/notes.md", "# Notes\n");
        work.write(POLICY, &moved).commit("Name another list");
        let line = format!("{}\n", public("dana"));
        repo.branch("lock").by("mallory").write(REVOKED, &line).commit("Revoke a key");
        repo.by("mallory").merge("lock", "Merge branch 'lock'");
        if revoked {
            repo.branch("unlock").by("kim").remove(REVOKED).commit("Take it back");
            let subject = "Merge branch 'unlock'\n\nReviewed-by: Lee <lee@example.com>";
            repo.by("dana").merge("unlock", subject);
        }
        if back {
            repo.by("kim").write(POLICY, &policy).commit("Name it again");
        }
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        sign(&repo, "ana", &approvals(&repo, &BOTH, SAMPLE));
        let expected = if revoked { "active" } else { "unapproved" };
        assert_eq!(status(&repo), expected, "{revoked}, {back}");
    }
}

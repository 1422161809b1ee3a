//! The rules: nobody loosens them with less than they ask of anybody, or locks others out of them.

use super::{
    POLICY, REVOKED, SIGNED, SIGNERS, WAYS, answer, approvals, errors, is_allowed, land, ledger,
    sign, status,
};
use crate::cli;
use crate::support::repo::speak::{no, public, signer, yes};
use crate::support::repo::{MAIN, Repo};
use crate::support::samples::{ID, SAMPLE};

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
fn push_forges_no_forge_signed() {
    const FORGE: &str = "Gitea <gitea@git.example.com>";
    let forge_line =
        |key: &str| format!("gitea@git.example.com namespaces=\"git\" {}\n", public(key));
    let begin = || {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        let policy = "version: 1\nname: example/payments\npeople: {forges: [gitea@git.example.com]}\n\
                      groups: {security: [dana@example.com, lee@example.com]}\n\
                      tiers: [{name: standard, approvals: {count: 1, proof: forge-signed}}]\n";
        let work = repo.by("root").write(POLICY, policy).write(SIGNERS, &forge_line("forge"));
        work.commit("Begin");
        repo.branch("ask").by("mallory").write(ID, SAMPLE).commit("File it");
        repo
    };
    let subject = "Merge pull request 'File it' (#7) from ask into main";
    // The forge's name, with no key, one of his own, and one that he lists for the forge.
    let repo = begin();
    repo.by("dana").through(FORGE).merge("ask", subject);
    assert_eq!(status(&repo), "unapproved");
    let repo = begin();
    repo.by("dana").through(FORGE).signed("mallory").merge("ask", subject);
    assert_eq!(status(&repo), "unapproved");
    for way in WAYS {
        let repo = begin();
        land(&repo, way, SIGNERS, &(forge_line("forge") + &forge_line("mallory")));
        repo.by("dana").through(FORGE).signed("mallory").merge("ask", subject);
        assert_eq!(status(&repo), "unapproved", "{way}");
    }
    // Whoever presses merge there approves it.
    let repo = begin();
    repo.by("dana").through(FORGE).signed("forge").merge("ask", subject);
    assert_eq!(status(&repo), "active");
}

#[test]
fn claimed_names_press_nothing() {
    const FORGE: &str = "Gitea <gitea@git.example.com>";
    const MAILMAP: &str = ".mailmap";
    let key = format!("gitea@git.example.com namespaces=\"git\" {}\n", public("forge"));
    let policy = |people: &str, tier: &str| {
        format!(
            "version: 1\nname: example/payments\npeople: {{{people}}}\n\
             groups: {{security: [dana@example.com, lee@example.com]}}\n\
             tiers: [{{name: standard, approvals: {{count: 1{tier}}}}}]\n"
        )
    };
    let named = "forges: [gitea@git.example.com]";
    let mapped = &format!("{named}, logins: {{777+mal: lee@example.com}}");
    let alias = "Lee Chen <lee@example.com> <second@example.com>\n";
    let merge = |repo: &Repo, by: &str, (path, text): (&str, &str)| {
        repo.branch("rules").by("bob").write(path, text).commit("Change it");
        let subject = "Merge pull request 'Rules' (#9) from rules into main";
        let work = repo.by(by).through(FORGE);
        match by {
            // Dana's account causes it; else Mallory types her name.
            "dana" => work.signed("forge").merge("rules", subject),
            _ => repo.by("Dana <dana@example.com>").through(FORGE).merge("rules", subject),
        };
    };
    // What a typed merge says of people, while claims are enough: Mallory's account is Lee's, and presses what he filed.
    let account = "O. D. <777+mal@users.noreply.github.com>";
    let second = "O. D. <second@example.com>";
    let cases = [
        (named, Some((POLICY, policy(mapped, ""))), mapped.as_str(), account),
        (named, Some((MAILMAP, alias.to_owned())), named, second),
        ("", Some((POLICY, policy(named, ""))), named, "dana"),
        (mapped, Some((POLICY, policy(named, ""))), mapped, account),
        (mapped, None, mapped, account),
    ];
    for (begin, claim, then, presser) in cases {
        for demand in [", proof: forge-signed", ""] {
            let repo = Repo::at("2026-11-20T09:00:00Z");
            let work = repo.by("root").write(POLICY, &policy(begin, "")).write(SIGNERS, &key);
            work.commit("Begin");
            let is_claimed = claim.is_some();
            if let Some((path, text)) = &claim {
                merge(&repo, "mallory", (path, text));
            }
            merge(&repo, "mallory", (POLICY, &policy(then, demand)));
            let press = |by: &str, text: &str| {
                repo.branch("ask").by("mallory").write(ID, text).commit("File it");
                let subject = "Merge pull request 'File it' (#7) from ask into main";
                repo.by(by).through(FORGE).signed("forge").merge("ask", subject);
                status(&repo)
            };
            let expected = if is_claimed && !demand.is_empty() { "unapproved" } else { "active" };
            assert_eq!(press(presser, SAMPLE), expected, "{then} {claim:?} {demand}");
            // Where the forge is not the claim, Dana presses what she likes; and what she says of people is proven.
            if is_claimed && presser != "dana" {
                let text = SAMPLE.replace("moderate", "low");
                assert_eq!(press("dana", &text), "active", "{then} {claim:?} {demand}");
                let (path, text) = claim.as_ref().unwrap();
                let text = match (*path, then == mapped) {
                    (MAILMAP, _) => format!("{text}# again\n"),
                    _ => policy(then, demand) + "# again\n",
                };
                merge(&repo, "dana", (path, &text));
                let text = SAMPLE.replace("moderate", "high");
                assert_eq!(press(presser, &text), "active", "{then} {claim:?} {demand}");
            }
        }
    }
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
        for (n, (path, text)) in files(&looser).into_iter().enumerate() {
            // The first file in each way, and the other in two of them.
            for way in WAYS.into_iter().skip(3 * n) {
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
    let grant = |names: &[&str]| {
        let repo = ledger(&claimed, &[]);
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
    // Nor for putting back what was approved before a push that only takes away, and counts.
    let full = claimed.replace("[dana@example.com]", "[dana@example.com, pat@example.com]");
    assert_ne!(full, claimed);
    for (says, n_left_out) in [("", 1), ("\n\nReviewed-by: Lee <lee@example.com>", 0)] {
        let repo = ledger(&full, &[]);
        repo.by("mallory").write(POLICY, &full.replace("dana@example.com, ", "")).commit("Out");
        let left_out = || answer(&repo, &["list"])["ledger"]["left_out"].clone();
        assert_eq!(left_out().as_array().map_or(0, Vec::len), 0);
        repo.branch("undo").by("bob").write(POLICY, &full).commit("Undo it");
        repo.by("dana").merge("undo", &format!("Merge branch 'undo'{says}"));
        assert_eq!(left_out().as_array().map_or(0, Vec::len), n_left_out, "{says}");
    }
}

#[test]
fn lone_push_locks_nothing() {
    let both = ["dana", "lee"];
    let keys: String = both.iter().map(|name| public(name) + "\n").collect();
    type Attack<'a> = (&'a str, &'a dyn Fn(&Repo) -> git2::Oid);
    let attacks: [Attack; 6] = [
        // Whoever is typed as an author of what counts at once may put back what was approved before.
        ("every key is revoked in their names", &|repo| {
            repo.by("mallory").with("dana").with("lee").write(REVOKED, &keys).commit("Clear")
        }),
        ("every key is revoked by an account", &|repo| {
            let account = repo.by("Lee <99+lee@users.noreply.github.com>").through("mallory");
            account.write(REVOKED, &keys).commit("Clear")
        }),
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

#[test]
fn emptied_list_of_keys_is_put_back() {
    // Whoever is typed as an author of what follows an unapproved removal may put back what was approved before it, too.
    let both = ["dana", "lee"];
    let repo = ledger(SIGNED, &both);
    repo.by("mallory").remove(SIGNERS).commit("Clear");
    repo.by("mallory").with("dana").with("lee").write(SIGNERS, "").commit("Empty");
    let at = repo.now().to_string();
    let list = signer("dana") + &signer("lee");
    let says =
        both.map(|name| yes(name, ID, &list, &at).governance(SIGNERS).ledger("example/payments"));
    repo.by("ana").write(SIGNERS, &list).commit("Take it back");
    sign(&repo, "ana", &says);
    repo.wait("1h");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    sign(&repo, "ana", &approvals(&repo, &[("dana", "dana"), ("lee", "lee")], SAMPLE));
    assert_eq!(status(&repo), "active");
}

#[test]
fn policy_that_was_away_is_put_back() {
    let claimed = SIGNED.replace(", proof: attested", "");
    let merge = |repo: &Repo, path: &str, text: &str| {
        repo.branch("work").by("kim").write(path, text).commit("Change it");
        let says = "Merge branch 'work'\n\nReviewed-by: Lee <lee@example.com>";
        repo.by("dana").merge("work", says);
    };
    let repo = ledger(&claimed, &[]);
    repo.by("mallory").remove(POLICY).commit("Clear");
    let stricter = format!("{claimed}approval: {{authors: attested}}\n");
    repo.by("mallory").with("dana").write(POLICY, &stricter).commit("Ask for more");
    merge(&repo, POLICY, &claimed);
    merge(&repo, ID, SAMPLE);
    assert_eq!(status(&repo), "active");
}

#[test]
fn removal_of_rules_takes_nobody_out_of_their_authors() {
    let both = ["dana", "lee"];
    let repo = ledger(SIGNED, &both);
    let looser = SIGNED.replace("count: 2, each_of: [security, platform]", "count: 1");
    repo.by("mallory").with("dana").write(POLICY, &looser).commit("Loosen");
    repo.by("mallory").remove(POLICY).commit("Clear");
    let at = repo.now().to_string();
    let looser = looser + "# again\n";
    repo.by("kim").write(POLICY, &looser).commit("Loosen again");
    let says = both.map(|name| {
        let says = yes(name, ID, &looser, &at).governance(POLICY).ledger("example/payments");
        says.from(SIGNED)
    });
    sign(&repo, "ana", &says);
    assert_eq!(answer(&repo, &["list"])["ledger"]["left_out"].as_array().map_or(0, Vec::len), 1);
}

#[test]
fn unapproved_lines_ride_on_nothing() {
    let claimed = SIGNED.replace(", proof: attested", "");
    let looser = claimed.replace("count: 2, each_of: [security, platform]", "count: 1");
    let honest = format!("{looser}due: {{soon: 20d}}\n");
    let both = "Dana and Lee read one line\n\nReviewed-by: Lee <lee@example.com>";
    let change = |repo: &Repo, text: &str| {
        repo.branch("honest").by("kim").write(POLICY, text).commit("Ask for more");
    };
    let left_out =
        |repo: &Repo| answer(repo, &["list"])["ledger"]["left_out"].as_array().map_or(0, Vec::len);
    let ridden = |keys: &[&str]| {
        let repo = ledger(&claimed, keys);
        repo.by("mallory").write(POLICY, &looser).commit("Loosen");
        change(&repo, &honest);
        repo
    };
    let repo = ridden(&[]);
    // Whoever looks at the branch sees the line that it does not change.
    repo.git.set_head("refs/heads/honest").unwrap();
    for args in [&["lint", "--base", "main"][..], &["diff", "main"]] {
        let found = answer(&repo, args)["findings"].clone();
        let mut found = found.as_array().unwrap().iter();
        let line = found.find(|it| it["message"].to_string().contains("line 4 came with"));
        let line = line.unwrap_or_else(|| panic!("{args:?}"));
        assert_eq!((&line["rule"], &line["line"]), (&"policy-changed".into(), &4.into()));
        let commit = repo.tip(MAIN).to_string();
        assert!(line["message"].to_string().contains(&commit[..7]), "{line}");
    }
    repo.git.set_head("refs/heads/main").unwrap();
    repo.by("dana").merge("honest", both);
    assert_eq!(left_out(&repo), 1, "a merge with trailers");
    let repo = ridden(&["dana", "lee"]);
    // Rules that could not be changed any more are not approved.
    let locked = format!("{}approval: {{governance: {{count: 9}}}}\n", claimed);
    repo.branch("locked").by("kim").write(POLICY, &locked).commit("Ask for nine");
    repo.checkout();
    repo.config("user.name", "Dana");
    repo.config("user.email", "dana@example.com");
    let args = ["approve", "--governance", POLICY, "--ref", "locked"];
    let run = cli::run(repo.path(), &args);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.err.contains("it needs 9 listed people, and there are 2"), "{}", run.err);
    repo.by("dana").signed("dana").merge("honest", both);
    assert_eq!(left_out(&repo), 1, "a signed merge");
    // Signed without a look at the difference, or with one from other bytes.
    let at = repo.now().to_string();
    let says = |from: Option<&str>| {
        ["dana", "lee"].map(|name| {
            let says = yes(name, ID, &honest, &at).governance(POLICY).ledger("example/payments");
            from.map_or(says.clone(), |from| says.clone().from(from))
        })
    };
    sign(&repo, "ana", &says(None));
    assert_eq!(left_out(&repo), 1, "approvals that name nothing");
    sign(&repo, "ana", &says(Some(&looser)));
    assert_eq!(left_out(&repo), 1, "approvals that name what does not count");
    sign(&repo, "ana", &says(Some(&claimed)));
    assert_eq!(left_out(&repo), 0, "approvals of the whole difference");
    // The bytes that count were put back first: then a merge approves what follows.
    let repo = ledger(&claimed, &[]);
    repo.by("mallory").write(POLICY, &looser).commit("Loosen");
    repo.by("kim").write(POLICY, &claimed).commit("Put it back");
    change(&repo, &format!("{claimed}due: {{soon: 20d}}\n"));
    repo.by("dana").merge("honest", both);
    assert_eq!(left_out(&repo), 0);
}

#[test]
fn taken_back_approval_gives_nothing() {
    // Pat approved an earlier end; what takes Pat's approval back, before it lands or later, does not bring the later end back.
    let shorter = SAMPLE.replace("expires: 2026-12-20", "expires: 2026-11-24");
    let policy = SIGNED
        .replace("[dana@example.com]", "[dana@example.com, pat@example.com, lee@example.com]")
        .replace("count: 2, each_of: [security, platform]", "count: 1, each_of: [security]");
    let line = "Bob <bob@example.com> <pat@example.com>\n";
    let revoke = |repo: &Repo| {
        repo.by("mallory").write(REVOKED, &(public("pat") + "\n")).commit("Revoke");
    };
    let two = |repo: &Repo| {
        repo.by("mallory").write(POLICY, &policy.replace("count: 1", "count: 2")).commit("Two");
    };
    let leaves = |repo: &Repo| {
        let less = policy.replace("pat@example.com, lee", "lee");
        repo.by("mallory").write(POLICY, &less).commit("A member less");
    };
    let join = |repo: &Repo| {
        repo.by("mallory").write(".mailmap", line).commit("Join them");
    };
    let join_approved = |repo: &Repo| {
        repo.branch("names").by("kim").write(".mailmap", line).commit("Join them");
        repo.by("lee").signed("lee").merge("names", "Merge branch 'names'");
    };
    let reject = |name: &'static str| {
        let shorter = shorter.clone();
        move |repo: &Repo| {
            let at = repo.now().to_string();
            let says = no(name, ID, &shorter, &at).ledger("example/payments");
            sign(repo, name, &[says]);
        }
    };
    let (lee_rejects, pat_rejects) = (reject("lee"), reject("pat"));
    let nothing = |_: &Repo| ();
    type Act<'a> = &'a dyn Fn(&Repo);
    let attacks: [(&str, Act, Act); 13] = [
        ("nothing", &nothing, &nothing),
        ("mailmap", &nothing, &join),
        ("approved mailmap", &nothing, &join_approved),
        ("mailmap before", &join, &nothing),
        ("revoked", &nothing, &revoke),
        ("revoked before", &revoke, &nothing),
        ("two before", &two, &nothing),
        ("two before, revoked", &two, &revoke),
        ("revoked before, two", &revoke, &two),
        ("a member less before", &leaves, &nothing),
        ("a member less before, revoked", &leaves, &revoke),
        ("rejected by another", &nothing, &lee_rejects),
        ("rejected by who approved it", &nothing, &pat_rejects),
    ];
    for (what, before, after) in attacks {
        let repo = ledger(&policy, &["dana", "lee", "pat"]);
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        sign(&repo, "ana", &approvals(&repo, &[("dana", "dana")], SAMPLE));
        before(&repo);
        repo.by("bob").write(ID, &shorter).commit("Shorten it");
        sign(&repo, "ana", &approvals(&repo, &[("pat", "pat")], &shorter));
        after(&repo);
        repo.by("ana").write(ID, SAMPLE).commit("Bring the later end back");
        repo.wait("10d");
        assert_ne!(status(&repo), "active", "{what}");
        let both = approvals(&repo, &[("dana", "dana"), ("lee", "lee")], SAMPLE);
        sign(&repo, "ana", &both);
        assert_eq!(status(&repo), "active", "{what}: the later end is approved anew");
    }
}

#[test]
fn older_approval_supports_nothing_that_was_taken_away() {
    // Pat approves a narrower text late; Lee signed for the wide one in between, and that lands last.
    let scope = |resources: &str| format!("{SAMPLE}scope: {{resources: ['db:a', {resources}]}}\n");
    let (wide, other) = (scope("'db:salaries'"), scope("'db:new'"));
    let question = ["--application", "billing", "--resource", "db:salaries"];
    let policy = SIGNED
        .replace("[dana@example.com]", "[dana@example.com, pat@example.com, lee@example.com]")
        .replace("count: 2, each_of: [security, platform]", "count: 1, each_of: [security]");
    let revoke = |repo: &Repo| {
        repo.by("mallory").write(REVOKED, &(public("pat") + "\n")).commit("Revoke");
    };
    let leaves = |repo: &Repo| {
        let less = policy.replace("pat@example.com, lee", "lee");
        repo.by("mallory").write(POLICY, &less).commit("A member less");
    };
    let join = |repo: &Repo| {
        let line = "Bob <bob@example.com> <pat@example.com>\n";
        repo.by("mallory").write(".mailmap", line).commit("Join them");
    };
    let reject = |repo: &Repo| {
        let at = repo.now().to_string();
        sign(repo, "dana", &[no("dana", ID, &other, &at).ledger("example/payments")]);
    };
    let nothing = |_: &Repo| ();
    type Act<'a> = &'a dyn Fn(&Repo);
    let attacks: [(&str, Act, Act); 7] = [
        ("nothing", &nothing, &nothing),
        ("a member less before", &leaves, &nothing),
        ("revoked", &nothing, &revoke),
        ("revoked before", &revoke, &nothing),
        ("a member less before, revoked", &leaves, &revoke),
        ("mailmap", &nothing, &join),
        ("rejected", &nothing, &reject),
    ];
    for (n, (what, before, after)) in attacks.into_iter().enumerate() {
        // The first act both ways, and each other in one of them.
        for is_apart in [n % 2 == 1, true].into_iter().take(if n == 0 { 2 } else { 1 }) {
            let repo = ledger(&policy, &["dana", "lee", "pat"]);
            repo.by("ana").write(ID, &wide).commit("File it");
            sign(&repo, "ana", &approvals(&repo, &[("lee", "lee")], &wide));
            if n == 0 {
                assert!(is_allowed(&repo, &question), "{what}");
            }
            before(&repo);
            repo.by("bob").write(ID, &other).commit("Narrow it");
            let older = approvals(&repo, &[("lee", "lee")], &wide);
            repo.wait("1h");
            sign(&repo, "ana", &approvals(&repo, &[("pat", "pat")], &other));
            after(&repo);
            let work = repo.by("ana").write(ID, &wide);
            if is_apart {
                work.commit("Ask for all of it");
                sign(&repo, "mallory", &older);
            } else {
                older.iter().fold(work, |work, says| work.says(says)).commit("Ask for all of it");
            }
            assert!(!is_allowed(&repo, &question), "{what}, apart: {is_apart}");
            sign(&repo, "ana", &approvals(&repo, &[("lee", "lee")], &wide));
            assert!(is_allowed(&repo, &question), "{what}, apart: {is_apart}, and approved anew");
        }
    }
}

#[test]
fn former_name_chooses_no_lower_tier() {
    let policy = "version: 1\ntiers:\n  - {name: strict, match: {application: [billing]}, max_term: 90d, approvals: {count: 2}}\n  - {name: mild, match: {application: [sandbox]}, max_term: 90d, approvals: {count: 1}}\n  - {name: standard, max_term: 90d, approvals: {count: 2}}\n";
    for (subject, expected) in [
        ("application: billing", "unapproved"),
        ("application: sandbox", "active"),
        ("application: sandbox, aliases: [Billing]", "unapproved"),
        ("application: other, aliases: [sandbox]", "unapproved"),
    ] {
        let repo = ledger(policy, &[]);
        let text = SAMPLE.replace("application: billing", subject);
        repo.branch("file").by("ana").write(ID, &text).commit("File it");
        repo.by("dana").merge("file", "Merge branch 'file'");
        assert_eq!(status(&repo), expected, "{subject}");
    }
}

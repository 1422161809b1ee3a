//! Approvers: a person counts once and in one place, an approval binds bytes, and nobody else takes a rejection back.

use super::{
    BOTH, POLICY, REVOKED, SIGNED, SIGNERS, answer, approvals, approved, errors, is_allowed,
    ledger, sign, status,
};
use crate::cli;
use crate::support::repo::Repo;
use crate::support::repo::speak::{self, Says, no, public, signer, yes};
use crate::support::samples::{ID, SAMPLE};
use exledger::history::approvals_branch::MOST_COMMITS;
use std::io::Write as _;
use std::process::{Command, Stdio};

type Act<'a> = (&'a str, &'a dyn Fn(&Repo));

#[test]
fn one_person_one_place() {
    let two =
        "version: 1\nname: example/payments\ntiers: [{name: standard, approvals: {count: 2}}]\n";
    let groups = "\
version: 1
name: example/payments
groups: {security: [dana@example.com, dk@example.com, lee@example.com], platform: [dana@example.com, dk@example.com]}
tiers: [{name: standard, approvals: {count: 2, each_of: [security, platform]}}]
";
    // Dana's address and her second one, with a key each; a second key of hers; and an address with a key that she shares.
    let lines = [
        signer("dana"),
        format!("dana@example.com {}\n", public("pat")),
        signer("dk"),
        format!("kd@example.com {}\n", public("dana")),
        signer("lee"),
    ];
    let says =
        |repo: &Repo, names: &[(&str, &str)]| sign(repo, "ana", &approvals(repo, names, SAMPLE));
    let acts: [Act; 7] = [
        ("her signature", &|repo| says(repo, &[("dana", "dana")])),
        ("one of each key", &|repo| {
            says(repo, &[("dana", "dana")]);
            says(repo, &[("dana", "pat")]);
        }),
        ("both addresses", &|repo| says(repo, &[("dana", "dana"), ("dk", "dk")])),
        ("an address with the same key", &|repo| says(repo, &[("dana", "pat"), ("kd", "dana")])),
        ("a merge and a signature", &|repo| {
            repo.branch("again").by("ana").edit(ID, "risk: {level: low}").commit("Ask again");
            repo.by("dana").signed("pat").merge("again", "Merge branch 'again'");
            let text = SAMPLE.replace("moderate", "low");
            sign(repo, "ana", &approvals(repo, &[("dana", "dana")], &text));
        }),
        ("a merge, a trailer and a second address", &|repo| {
            let typed = "Merge branch 'again'\n\nReviewed-by: Dana Kim <dana@example.com>\nReviewed-by: Dee <dk@example.com>";
            repo.branch("again").by("ana").edit(ID, "risk: {level: low}").commit("Ask again");
            repo.by("dana").merge("again", typed);
        }),
        ("a merge under the same name", &|repo| {
            let typed = "Merge branch 'again'\n\nReviewed-by: Dana Kim <kim@home.example.com>";
            repo.branch("again").by("ana").edit(ID, "risk: {level: low}").commit("Ask again");
            repo.by("dana").merge("again", typed);
        }),
    ];
    for policy in [two, groups] {
        for (what, act) in acts {
            let repo = Repo::at("2026-11-20T09:00:00Z");
            let map = "Dana Kim <dana@example.com> <dk@example.com>\n";
            let work = repo.by("root").write(POLICY, policy).write(SIGNERS, &lines.concat());
            work.write(".mailmap", map).commit("Begin");
            repo.by("ana").write(ID, SAMPLE).commit("File it");
            act(&repo);
            assert_eq!(status(&repo), "unapproved", "{what}");
            let text = repo.by("ana").text(ID);
            sign(&repo, "ana", &approvals(&repo, &BOTH, &text));
            assert_eq!(status(&repo), "active", "{what}, and Lee");
        }
    }
}

#[test]
fn approval_binds_bytes() {
    let other = SAMPLE.replace("application: billing", "application: orders");
    let orders = ["--application", "orders"];
    let at = |repo: &Repo| repo.now().to_string();
    let of = |repo: &Repo, text: &str| approvals(repo, &BOTH, text);
    let unsigned = |repo: &Repo, text: &str| -> Vec<Says> {
        of(repo, text).into_iter().map(Says::unsigned).collect()
    };
    let acts: [Act; 6] = [
        ("changed afterwards", &|repo| {
            repo.by("ana").write(ID, SAMPLE).commit("File it");
            sign(repo, "ana", &of(repo, SAMPLE));
            repo.by("ana").write(ID, &other).commit("Change it");
        }),
        ("changed on the branch", &|repo| {
            let work = repo.branch("work").by("ana").write(ID, SAMPLE);
            of(repo, SAMPLE).iter().fold(work, |work, says| work.says(says)).commit("File it");
            repo.branch("work").by("ana").write(ID, &other).commit("Change it");
            repo.by("sam").merge("work", "Merge branch 'work'");
        }),
        ("changed in the merge", &|repo| {
            let work = repo.branch("work").by("ana").write(ID, SAMPLE);
            of(repo, SAMPLE).iter().fold(work, |work, says| work.says(says)).commit("File it");
            repo.by("ana").write(ID, &other).merge("work", "Merge branch 'work'");
        }),
        ("another text of the statement under the same signature", &|repo| {
            repo.by("ana").write(ID, &other).commit("File it");
            let signed = of(repo, SAMPLE);
            let work = unsigned(repo, &other).iter().zip(&signed).zip(BOTH).fold(
                repo.by("ana"),
                |work, ((forged, says), (_, key))| {
                    let text = says.file.text().unwrap();
                    let signature = speak::sign(key, "exledger-approval@v1", text.as_bytes());
                    work.says(forged).write(&format!("{}.sig", forged.path()), &signature)
                },
            );
            work.commit("Record approvals");
        }),
        ("signed for another record", &|repo| {
            repo.by("ana").write(ID, &other).commit("File it");
            let says = ["dana", "lee"].map(|name| {
                yes(name, "EXC-2026-00001", &other, &at(repo)).ledger("example/payments")
            });
            sign(repo, "ana", &says);
            let work = unsigned(repo, &other).iter().zip(&says).zip(BOTH).fold(
                repo.by("ana"),
                |work, ((forged, says), (_, key))| {
                    let text = says.file.text().unwrap();
                    let signature = speak::sign(key, "exledger-approval@v1", text.as_bytes());
                    let path = forged.path();
                    work.write(&path, &text).write(&format!("{path}.sig"), &signature)
                },
            );
            work.commit("Record approvals");
        }),
        ("signed for another ledger", &|repo| {
            repo.by("ana").write(ID, &other).commit("File it");
            let says = ["dana", "lee"]
                .map(|name| yes(name, ID, &other, &at(repo)).ledger("example/other"));
            sign(repo, "ana", &says);
        }),
    ];
    for (what, act) in acts {
        let repo = ledger(SIGNED, &["dana", "lee"]);
        act(&repo);
        assert_eq!(repo.by("ana").text(ID), other, "{what}");
        assert!(!is_allowed(&repo, &orders), "{what}");
        assert!(!errors(&repo).is_empty(), "{what}");
        sign(&repo, "ana", &of(&repo, &other));
        assert!(is_allowed(&repo, &orders), "{what}, and approved as it is");
    }
    // The same, in force before.
    let repo = approved(SAMPLE);
    repo.by("ana").write(ID, &other).commit("Change it");
    assert!(!is_allowed(&repo, &orders));
}

#[test]
fn rejection_stays() {
    let policy = SIGNED.replace("[dana@example.com]", "[dana@example.com, pat@example.com]");
    let both = |repo: &Repo, text: &str| sign(repo, "ana", &approvals(repo, &BOTH, text));
    let rejection = |repo: &Repo| {
        no("pat", ID, SAMPLE, &repo.now().to_string())
            .ledger("example/payments")
            .because("Too long")
    };
    let folder = format!("exceptions/.approvals/{ID}");
    let other = SAMPLE.replace("moderate", "high");
    let (tidy, tidier) = (SAMPLE.to_owned() + "# Tidy\n", SAMPLE.to_owned() + "# Tidier\n");
    let acts: [Act; 14] = [
        ("nothing", &|_| {}),
        ("a branch whose commits name Pat amends it and takes that back", &|repo| {
            repo.branch("work").by("pat").write(ID, &other).commit("Change it");
            repo.branch("work").by("ana").write(ID, SAMPLE).commit("Change it back");
            repo.by("dana").merge("work", "Merge branch 'work'");
        }),
        ("somebody types Pat as author of another text, and puts it back", &|repo| {
            repo.by("pat").through("ana").write(ID, &other).commit("Change it");
            repo.by("ana").write(ID, SAMPLE).commit("Change it back");
        }),
        ("somebody types Pat as author of the same text, filed again", &|repo| {
            repo.by("ana").remove(ID).commit("Remove it");
            repo.by("pat").through("ana").write(ID, SAMPLE).commit("File it");
        }),
        ("another layout, another text, and that layout again", &|repo| {
            repo.by("ana").write(ID, &tidy).commit("Tidy");
            repo.by("ana").write(ID, &other).commit("Change it");
            repo.by("ana").write(ID, &tidy).commit("Change it back");
        }),
        ("another layout is filed again in a third one", &|repo| {
            repo.by("ana").write(ID, &tidy).commit("Tidy");
            repo.by("ana").remove(ID).commit("Remove it");
            repo.by("ana").write(ID, &tidier).commit("File it");
        }),
        ("another text in between, with a review behind", &|repo| {
            let review =
                "reviews:\n- {date: 2026-11-20, by: ana@example.com, outcome: still-needed}\n";
            repo.by("ana").write(ID, &other).commit("Change it");
            repo.by("ana").write(ID, &(SAMPLE.to_owned() + review)).commit("Review it");
        }),
        ("the author deletes it", &|repo| {
            repo.by("ana").remove(&folder).commit("Tidy up");
        }),
        ("the author lands an approval of Pat without a signature", &|repo| {
            let says = yes("pat", ID, SAMPLE, &repo.now().to_string()).ledger("example/payments");
            sign(repo, "ana", &[says.unsigned()]);
        }),
        ("the author signs as Pat", &|repo| {
            sign(repo, "ana", &approvals(repo, &[("pat", "mallory")], SAMPLE));
        }),
        ("the author files the same bytes again", &|repo| {
            repo.by("ana").remove(ID).remove(&folder).commit("Remove it");
            repo.by("ana").write(ID, SAMPLE).commit("File it");
        }),
        ("the author types a merge by Pat", &|repo| {
            repo.by("ana").remove(ID).remove(&folder).commit("Remove it");
            repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
            repo.by("pat").merge("work", "Merge branch 'work'");
        }),
        ("the author revokes Pat's key", &|repo| {
            repo.by("ana").write(REVOKED, &(public("pat") + "\n")).commit("Revoke a key");
        }),
        ("the author joins Pat's address to their own", &|repo| {
            let map = "Ana Ruiz <ana@example.com> <pat@example.com>\n";
            repo.by("ana").write(".mailmap", map).commit("Join them");
        }),
    ];
    for (what, act) in acts {
        let repo = ledger(&policy, &["dana", "lee", "pat"]);
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        let says = rejection(&repo);
        sign(&repo, "ana", &[says]);
        act(&repo);
        let text = repo.by("ana").text(ID);
        both(&repo, &text);
        assert_eq!(status(&repo), "unapproved", "{what}");
        if !what.contains("key") && !what.contains("address") {
            sign(&repo, "ana", &approvals(&repo, &[("pat", "pat")], &text));
            both(&repo, &text);
            assert_eq!(status(&repo), "active", "{what}, and Pat approves");
        }
        // Other bytes are another request.
        if what == "nothing" || what.contains("key") {
            let other = SAMPLE.replace("moderate", "low");
            repo.by("ana").write(ID, &other).commit("Ask again");
            both(&repo, &other);
            assert_eq!(status(&repo), "active", "{what}, other bytes");
        }
    }
}

#[test]
fn rejection_of_rules_stays() {
    let names = ["dana", "lee", "pat"];
    let policy = SIGNED.replace("[dana@example.com]", "[dana@example.com, pat@example.com]");
    let asked = policy.clone() + "due: {soon: 20d}\n";
    let listed = names.map(signer).concat();
    let lists = |names: [&str; 4]| names.map(signer).concat();
    let left_out = |repo: &Repo| answer(repo, &["list"])["ledger"]["left_out"].clone();
    type Case = (&'static str, &'static str, String, String, String, bool);
    let cases: [Case; 7] = [
        ("a comment", POLICY, policy.clone(), asked.clone(), format!("# Tidy\n{asked}"), true),
        (
            "the order",
            POLICY,
            policy.clone(),
            asked.clone(),
            policy.replace("version: 1\n", "version: 1\ndue: {soon: 20d}\n"),
            true,
        ),
        ("quotes", POLICY, policy.clone(), asked.clone(), asked.replace("20d", "'20d'"), true),
        (
            "the order of a list",
            POLICY,
            policy.clone(),
            asked.clone(),
            asked.replace(
                "[dana@example.com, pat@example.com]",
                "[pat@example.com, dana@example.com]",
            ),
            true,
        ),
        (
            "the order of lines",
            SIGNERS,
            listed.clone(),
            lists(["dana", "lee", "pat", "eve"]),
            lists(["eve", "dana", "lee", "pat"]),
            true,
        ),
        ("other values", POLICY, policy.clone(), asked.clone(), asked.replace("20d", "10d"), false),
        (
            "another line",
            SIGNERS,
            listed,
            lists(["dana", "lee", "pat", "eve"]),
            lists(["dana", "lee", "pat", "kim"]),
            false,
        ),
    ];
    for (what, path, counted, rejected, later, stays) in cases {
        let repo = ledger(&policy, &names);
        let says = |name: &str| {
            let at = repo.now().to_string();
            let yes = yes(name, ID, &later, &at).governance(path).ledger("example/payments");
            yes.from(&counted)
        };
        repo.by("kim").write(path, &rejected).commit("Change the rules");
        let at = repo.now().to_string();
        let no = no("pat", ID, &rejected, &at).governance(path).ledger("example/payments");
        sign(&repo, "kim", &[no.because("Too loose")]);
        repo.by("kim").write(path, &later).commit("Lay it out");
        sign(&repo, "kim", &["dana", "lee"].map(says));
        assert_eq!(left_out(&repo).as_array().map_or(0, Vec::len), usize::from(stays), "{what}");
        sign(&repo, "kim", &["pat", "dana", "lee"].map(says));
        assert_eq!(left_out(&repo).as_array().map_or(0, Vec::len), 0, "{what}, and Pat approves");
    }
}

#[test]
fn rejection_on_a_branch_stays() {
    let policy = SIGNED.replace("[dana@example.com]", "[dana@example.com, pat@example.com]");
    let both = |repo: &Repo, text: &str| sign(repo, "ana", &approvals(repo, &BOTH, text));
    let rejection = |repo: &Repo| {
        no("pat", ID, SAMPLE, &repo.now().to_string())
            .ledger("example/payments")
            .because("Too long")
    };
    let folder = format!("exceptions/.approvals/{ID}");
    // A rejection on the branch of the request, which its author deletes before the merge, or that the merge leaves out.
    for deletes in [true, false] {
        let repo = ledger(&policy, &["dana", "lee", "pat"]);
        repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
        let says = rejection(&repo);
        repo.branch("work").by("pat").says(&says).commit("Reject it");
        if deletes {
            repo.branch("work").by("ana").remove(&folder).commit("Tidy up");
        }
        repo.by("ana").remove(&folder).merge("work", "Merge branch 'work'");
        both(&repo, SAMPLE);
        assert_eq!(status(&repo), "unapproved", "{deletes}");
        assert!(errors(&repo).contains(&"mainline-suspicious".to_owned()), "{deletes}");
        sign(&repo, "ana", &approvals(&repo, &[("pat", "pat")], SAMPLE));
        both(&repo, SAMPLE);
        assert_eq!(status(&repo), "active", "{deletes}, and Pat approves");
    }
    // The rejection replaced an approval of the same bytes at the same path, or its signature came in a commit of its own.
    for replaces in [true, false] {
        let repo = ledger(&policy, &["dana", "lee", "pat"]);
        repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
        if replaces {
            let says = yes("pat", ID, SAMPLE, &repo.now().to_string()).ledger("example/payments");
            repo.branch("work").by("pat").says(&says).commit("Approve it");
            let says = rejection(&repo);
            repo.branch("work").by("pat").says(&says).commit("Reject it");
        } else {
            let says = rejection(&repo);
            let unsigned = rejection(&repo).unsigned();
            repo.branch("work").by("pat").says(&unsigned).commit("Say why");
            repo.branch("work").by("pat").says(&says).commit("Sign it");
        }
        repo.branch("work").by("ana").remove(&folder).commit("Tidy up");
        repo.by("ana").remove(&folder).merge("work", "Merge branch 'work'");
        both(&repo, SAMPLE);
        assert_eq!(status(&repo), "unapproved", "{replaces}");
    }
}

#[test]
fn old_signatures_give_nothing() {
    let text = SAMPLE.replace("2026-12-20", "2027-02-10");
    let text = text.as_str();
    let ahead = "2099-01-01T00:00:00Z";
    let acts = [
        ("as it is", None, 61, false),
        ("dated back", Some("2026-12-01T09:00:00Z"), 61, false),
        ("dated ahead", Some(ahead), 61, false),
        ("in time", None, 29, true),
        ("in time, behind one that is dated ahead", None, 29, true),
        ("in time, dated back", Some("2026-11-21T09:00:00Z"), 29, true),
    ];
    for is_on_branch in [false, true] {
        for (what, dated, days, counts) in acts {
            let repo = ledger(SIGNED, &["dana", "lee"]);
            let says = approvals(&repo, &BOTH, text);
            if is_on_branch {
                let work = repo.orphan("exledger-approvals").by("dana");
                says.iter().fold(work, |work, says| work.says(says)).commit("Approve it");
            }
            repo.wait(&format!("{days}d"));
            for n in 0..3 {
                repo.by("lee").write("notes", &n.to_string()).commit("Note it");
            }
            let now = repo.now().to_string();
            if what.ends_with("ahead") && dated.is_none() {
                repo.clock("2027-11-01T09:00:00Z").by("lee").write("notes", "2").commit("Note it");
            }
            let work = repo.clock(dated.unwrap_or(&now)).by("mallory").write(ID, text);
            let own: &[Says] = if is_on_branch { &[] } else { &says };
            own.iter().fold(work, |work, says| work.says(says)).commit("File it");
            repo.clock(&now).wait("1h");
            assert_eq!(status(&repo) == "active", counts, "{what}, {is_on_branch}");
            // What is signed after it counts.
            sign(&repo, "ana", &approvals(&repo, &BOTH, text));
            assert_eq!(status(&repo), "active", "{what}, {is_on_branch}, and signed now");
        }
    }
}

#[test]
fn commits_hide_no_statement() {
    let repo = ledger(SIGNED, &["dana", "lee"]);
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    let says = approvals(&repo, &BOTH, SAMPLE);
    let work = repo.orphan("exledger-approvals").by("dana");
    let tip = says.iter().fold(work, |work, says| work.says(says)).commit("Approve it");
    assert_eq!(status(&repo), "active");
    let junk =
        "commit refs/heads/exledger-approvals\ncommitter m <m@example.com> 0 +0000\ndata 0\n";
    let stream = format!("{junk}from {tip}\n{}", junk.repeat(MOST_COMMITS));
    let mut git = Command::new("git");
    let git = git.arg("-C").arg(repo.path()).args(["fast-import", "--quiet"]);
    let mut import = git.stdin(Stdio::piped()).spawn().unwrap();
    import.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    let now = repo.now().to_string();
    let run = cli::run(repo.path(), &["check", "--application", "billing", "--on", &now]);
    assert_eq!(run.code, 3, "{}", run.out);
    let (_, command) = run.err.trim_end().split_once("newest statement:").expect(&run.err);
    let repair = Command::new("sh").current_dir(repo.path()).args(["-c", command]).status();
    assert!(repair.unwrap().success(), "{command}");
    assert_eq!(status(&repo), "active");
}

//! What stands behind something else: a stricter rule, the repair of what was broken, an earlier end or a removal that a merge or a
//! force push leaves out.

use std::path::Path;

use super::merges::{CLOSED, SECOND, lands_by_dana, reroute, signed_by_one};
use super::{
    BOTH, CLAIMED, POLICY, REVOKED, SIGNERS, answer, approvals, approved, errors, is_allowed,
    ledger, sign, status,
};
use crate::cli;
use crate::support::repo::speak::{public, signer, yes};
use crate::support::repo::{Repo, git};
use crate::support::samples::{ID, SAMPLE};

const BILLING: [&str; 2] = ["--application", "billing"];
const MORE: &str = "exceptions/more/EXC-2026-7F3KQ.yaml";
const THIRD: &str = "exceptions/third/EXC-2026-7F3KQ.yaml";

type Act<'a> = (&'a str, &'a dyn Fn(&Repo));

/// The ways in which Mallory leaves out what landed since a commit.
const WAYS: [&str; 3] = ["merged", "merged below others", "octopus"];

fn leave_out(repo: &Repo, fork: git2::Oid, way: &str) {
    match way {
        "merged" => reroute(repo, fork, 0, false, "Tidy up"),
        "merged below others" => reroute(repo, fork, 3, false, "Merge branch 'mine' into main"),
        "octopus" => reroute(repo, fork, 0, true, "Merge branches 'other' and 'main'"),
        other => panic!("{other}"),
    }
}

/// Tells whether the second record is in force once Lee approved it beside Dana.
fn lands_by_lee(repo: &Repo) -> bool {
    let text = SAMPLE.replace(ID, SECOND);
    let at = repo.now().to_string();
    sign(repo, "ana", &[yes("lee", SECOND, &text, &at).ledger("example/payments")]);
    answer(repo, &["show", SECOND])["record"]["status"] == "active"
}

/// A policy of several lines, some of which git can merge.
const LINES: &str = "\
version: 1
name: example/payments
groups:
  security:
    - dana@example.com
  platform:
    - lee@example.com
# the tiers
# of this
# ledger
tiers:
  - name: standard
    approvals:
      count: 1
      proof: attested
";

fn two() -> String {
    LINES.replace("count: 1", "count: 2")
}

fn keys(more: &str) -> String {
    signer("dana") + &signer("lee") + more
}

#[test]
fn stricter_rule_is_not_hidden() {
    let revoked = public("dana") + "\n";
    let stricter = |repo: &Repo| {
        repo.by("lee").write(POLICY, &two()).commit("Two");
    };
    let acts: [Act; 11] = [
        ("by itself", &stricter),
        ("beside a key", &|repo| {
            let work = repo.by("lee").write(SIGNERS, &keys(&signer("kim")));
            work.write(POLICY, &two()).commit("Two, and a key");
        }),
        ("after a key", &|repo| {
            repo.by("mallory").write(SIGNERS, &keys(&signer("kim"))).commit("A key");
            stricter(repo);
        }),
        ("before a key", &|repo| {
            stricter(repo);
            repo.by("mallory").write(SIGNERS, &keys(&signer("kim"))).commit("A key");
        }),
        ("beside a name", &|repo| {
            let work = repo.by("lee").write(".mailmap", "Kim <kim@example.com> <k@example.com>\n");
            work.write(POLICY, &two()).commit("Two, and a name");
        }),
        ("beside a record", &|repo| {
            repo.by("lee").write(ID, SAMPLE).write(POLICY, &two()).commit("Two, and a record");
        }),
        ("as the repair of a broken policy", &|repo| {
            repo.by("mallory").write(POLICY, "version: [\n").commit("Break it");
            stricter(repo);
        }),
        ("as the repair of a policy that is gone", &|repo| {
            repo.by("mallory").remove(POLICY).commit("Remove it");
            stricter(repo);
        }),
        ("beside the end of another line", &|repo| {
            let more = format!("{LINES}due: {{soon: 3d}}\n");
            repo.by("mallory").write(POLICY, &more).commit("Sooner");
            stricter(repo);
        }),
        ("a revocation beside a key", &|repo| {
            let work = repo.by("lee").write(SIGNERS, &keys(&signer("kim")));
            work.write(REVOKED, &revoked).commit("Revoke a key, and list one");
        }),
        ("a revocation beside a stricter rule", &|repo| {
            repo.by("lee").write(POLICY, &two()).write(REVOKED, &revoked).commit("Be stricter");
        }),
    ];
    for (n, (what, act)) in acts.into_iter().enumerate() {
        // The first act in each way, and each other in one of them.
        for way in WAYS.into_iter().cycle().skip(n).take(if n == 0 { WAYS.len() } else { 1 }) {
            let repo = ledger(LINES, &["dana", "lee"]);
            let fork = repo.tip("main");
            act(&repo);
            leave_out(&repo, fork, way);
            assert!(!errors(&repo).is_empty(), "{what}, {way}");
            assert!(!lands_by_dana(&repo), "{what}, {way}");
            if !what.contains("beside a stricter") {
                assert!(lands_by_lee(&repo), "{what}, {way}, and Lee approves");
            }
        }
    }
    for way in WAYS {
        let repo = ledger(LINES, &["dana", "lee"]);
        let fork = repo.tip("main");
        repo.by("lee").write(SIGNERS, &keys(&signer("kim"))).commit("A key");
        leave_out(&repo, fork, way);
        assert!(lands_by_dana(&repo), "nothing stricter, {way}");
    }
}

#[test]
fn stricter_rule_is_not_held_by_what_counts_for_nothing() {
    let member = two().replace("- lee@example.com", "- lee@example.com\n    - mallory@example.com");
    let elsewhere = format!("{LINES}approval: {{revoked: .github/other}}\n");
    let other = ".github/other";
    let revoked = public("dana") + "\n";
    for (what, path, text, held) in
        [("a stricter count", POLICY, two(), member), ("a revocation", REVOKED, revoked, elsewhere)]
    {
        for before in [false, true] {
            // Each of the four once for either of the others.
            let is_undone = before == (path == POLICY);
            let repo = ledger(LINES, &["dana", "lee"]);
            let fork = repo.tip("main").to_string();
            repo.by("lee").write(path, &text).commit("Be stricter");
            let mine = repo.branch_from("mine", &fork);
            let work = mine.by("mallory").write(POLICY, &held).write(other, "# None\n");
            let merge = if before {
                work.commit("Change it");
                mine.by("mallory").merge_ours(&["main"], "Tidy up")
            } else {
                work.merge_ours(&["main"], "Tidy up")
            };
            repo.set_ref("refs/heads/main", merge);
            if is_undone {
                repo.by("mallory").write(POLICY, LINES).commit("Undo it");
            }
            let how = format!("{what}, before: {before}, undone: {is_undone}");
            assert!(!errors(&repo).is_empty(), "{how}");
            assert!(!lands_by_dana(&repo), "{how}");
            assert!(lands_by_lee(&repo), "{how}, and Lee approves");
        }
    }
}

#[test]
fn earlier_end_is_not_held_for_a_moment() {
    let shorter = SAMPLE.replace("2026-12-20", "2026-11-30");
    let less = SAMPLE.replace("2026-12-20", "2026-11-29");
    let reworded = shorter.replace("Nightly invoices", "Invoices");
    let mine = |repo: &Repo, fork: &str, text: &str, before: bool, octopus: bool| {
        let others: &[&str] = if octopus { &["other", "main"] } else { &["main"] };
        if octopus {
            repo.branch_from("other", fork).by("eve").write("README.md", "P\n").commit("Work");
        }
        let mine = repo.branch_from("mine", fork);
        let work = mine.by("mallory").write(ID, text);
        let merge = if before {
            work.commit("Change it");
            mine.by("mallory").merge_ours(others, "Tidy up")
        } else {
            work.merge_ours(others, "Tidy up")
        };
        repo.set_ref("refs/heads/main", merge);
    };
    type Held<'a> = (&'a str, &'a dyn Fn(&Repo, &str));
    let acts: [Held; 6] = [
        ("pushed", &|_, _| ()),
        ("held by the merge", &|repo, fork| mine(repo, fork, &shorter, false, false)),
        ("held by an octopus", &|repo, fork| mine(repo, fork, &shorter, false, true)),
        ("less, by the merge", &|repo, fork| mine(repo, fork, &less, false, false)),
        ("less, before the merge", &|repo, fork| mine(repo, fork, &less, true, false)),
        ("reworded", &|repo, fork| mine(repo, fork, &reworded, false, false)),
    ];
    for (n, (what, act)) in acts.into_iter().enumerate() {
        // The first act both ways, and each other in one of them.
        for is_closer in [n % 2 == 1, true].into_iter().take(if n == 0 { 2 } else { 1 }) {
            let repo = signed_by_one();
            let fork = repo.tip("main").to_string();
            repo.by("ana").write(ID, &shorter).commit("Shorten it");
            sign(&repo, "ana", &approvals(&repo, &[("lee", "lee")], &shorter));
            act(&repo, &fork);
            if is_closer {
                // With something between.
                repo.by("mallory").write(ID, &less).commit("Shorten it more");
            }
            repo.by("mallory").write(ID, SAMPLE).commit("Restore it");
            repo.clock("2026-12-05T09:00:00Z");
            assert!(!is_allowed(&repo, &BILLING), "{what}, {is_closer}");
            assert!(!errors(&repo).is_empty(), "{what}, {is_closer}");
            sign(&repo, "ana", &approvals(&repo, &[("dana", "dana")], SAMPLE));
            assert!(is_allowed(&repo, &BILLING), "{what}, {is_closer}, and approved anew");
        }
    }
}

#[test]
fn repair_takes_away_as_much() {
    let text = format!("{SAMPLE}triggers:\n  - {{id: T1, when: The job moves, then: revoke}}\n");
    let fired = "fired: [{trigger: T1, date: 2026-11-20, by: lee@example.com, note: It moved}]\n";
    let takings = [
        ("an earlier end", text.replace("2026-12-20", "2026-11-30")),
        ("a fired trigger", text.clone() + fired),
        ("a closure", text.clone() + CLOSED),
    ];
    let spoils: [Act; 6] = [
        ("nothing", &|_| ()),
        ("broken", &|repo| {
            repo.by("mallory").write(ID, "id: [\n").commit("Break it");
        }),
        ("broken twice", &|repo| {
            repo.by("mallory").write(ID, "id: [\n").commit("Break it");
            repo.by("mallory").write(ID, "id: {\n").commit("Break it");
        }),
        ("doubled", &|repo| {
            repo.by("mallory").write(MORE, &repo.by("mallory").text(ID)).commit("Double it");
        }),
        ("misnamed", &|repo| {
            repo.by("mallory").rename(ID, "exceptions/x.yaml").commit("Move it");
        }),
        ("a link", &|repo| {
            repo.by("mallory").write_mode(ID, 0o120_000, b"more.yaml").commit("Link it");
        }),
    ];
    let policy = super::SIGNED.replace("count: 2, each_of: [security, platform]", "count: 1");
    for (n, (spoil, act)) in spoils.into_iter().enumerate() {
        for (m, (take, taken)) in takings.iter().enumerate() {
            // What was taken is left out by a merge once for each way of spoiling it.
            let left_out = (m == n % 3).then_some(WAYS[n % WAYS.len()]);
            for way in ["straight"].into_iter().chain(left_out) {
                let repo = ledger(&policy, &["dana", "lee"]);
                repo.by("ana").write(ID, &text).commit("File it");
                sign(&repo, "ana", &approvals(&repo, &[("dana", "dana")], &text));
                let fork = repo.tip("main");
                act(&repo);
                let work = repo.by("lee").remove(MORE).remove("exceptions/x.yaml");
                work.write(ID, taken).commit("Repair it");
                if way != "straight" {
                    leave_out(&repo, fork, way);
                }
                repo.clock("2026-12-05T09:00:00Z");
                let how = format!("{spoil}, {take}, {way}");
                assert!(!is_allowed(&repo, &BILLING), "{how}");
                if way != "straight" {
                    assert!(!errors(&repo).is_empty(), "{how}");
                    sign(&repo, "ana", &approvals(&repo, &[("dana", "dana")], &text));
                    assert!(is_allowed(&repo, &BILLING), "{how}, and approved anew");
                }
            }
        }
    }
}

#[test]
fn second_file_hides_no_removal() {
    let double = |repo: &Repo| {
        repo.by("mallory").write(MORE, SAMPLE).commit("Double it");
    };
    let remove = |repo: &Repo| {
        repo.by("eve").remove(ID).commit("Remove it");
    };
    let reworded = SAMPLE.replace("Nightly invoices", "Invoices");
    type Hidden<'a> = (&'a str, &'a dyn Fn(&Repo, git2::Oid));
    let acts: [Hidden; 7] = [
        ("with the tree of the removal", &|repo, fork| {
            double(repo);
            remove(repo);
            let mine = repo.branch_from("mine", &fork.to_string());
            let work = mine.by("mallory").write(MORE, SAMPLE).remove(ID);
            let merge = work.merge_ours(&["main"], "Tidy up");
            repo.set_ref("refs/heads/main", merge);
        }),
        ("with the tree before", &|repo, fork| {
            double(repo);
            remove(repo);
            leave_out(repo, fork, "merged");
        }),
        ("beside another wording", &|repo, fork| {
            double(repo);
            repo.by("eve").remove(ID).write(MORE, &reworded).commit("Remove it");
            let mine = repo.branch_from("mine", &fork.to_string());
            let merge = mine.by("mallory").merge_ours(&["main"], "Tidy up");
            repo.set_ref("refs/heads/main", merge);
        }),
        ("on a branch, and then the other", &|repo, _| {
            double(repo);
            repo.branch("less").by("eve").remove(ID).commit("Remove it");
            repo.by("mallory").merge_ours(&["less"], "Merge branch 'less'");
            repo.by("mallory").remove(MORE).commit("Tidy up");
        }),
        ("on two branches", &|repo, _| {
            double(repo);
            for name in ["less", "other"] {
                repo.branch(name).by("eve").remove(ID).commit("Remove it");
            }
            repo.by("mallory").merge_ours(&["less", "other"], "Merge branches");
            repo.by("mallory").remove(MORE).commit("Tidy up");
        }),
        ("with its double and a third", &|repo, fork| {
            double(repo);
            repo.by("mallory").write(THIRD, SAMPLE).commit("One more");
            remove(repo);
            leave_out(repo, fork, "octopus");
        }),
        ("split before", &|repo, fork| {
            repo.by("mallory").rename(ID, MORE).write(THIRD, SAMPLE).commit("Split it");
            repo.by("dana").remove(MORE).commit("Remove it");
            leave_out(repo, fork, "merged");
        }),
    ];
    for (what, act) in acts {
        let repo = approved(SAMPLE);
        let fork = repo.tip("main");
        act(&repo, fork);
        assert_ne!(status(&repo), "active", "{what}");
        assert!(!is_allowed(&repo, &BILLING), "{what}");
        assert!(!errors(&repo).is_empty(), "{what}");
        sign(&repo, "ana", &approvals(&repo, &BOTH, SAMPLE));
        assert!(is_allowed(&repo, &BILLING), "{what}, and approved anew");
    }
}

/// Fetches into a clone what the approved branch is now.
fn fetch(clone: &Path) {
    git(clone, &["fetch", "--quiet", "origin", "+main:refs/remotes/origin/main"]);
}

#[test]
fn force_push_hides_nothing_from_who_saw_it() {
    let shorter = SAMPLE.replace("2026-12-20", "2026-11-30");
    // What lands, what the forced branch begins with, and what is pushed onto that.
    type Forced<'a> = (&'a str, &'a dyn Fn(&Repo), &'a dyn Fn(&Repo));
    let nothing = |_: &Repo| ();
    let acts: [Forced; 5] = [
        (
            "as the repair of a broken one",
            &|repo| {
                repo.by("mallory").write(ID, "id: [\n").commit("Break it");
                repo.by("lee").write(ID, &shorter).commit("Repair it");
            },
            &nothing,
        ),
        (
            "held for a moment",
            &|repo| {
                repo.by("ana").write(ID, &shorter).commit("Shorten it");
                sign(repo, "ana", &approvals(repo, &[("lee", "lee")], &shorter));
            },
            &|repo| {
                repo.by("mallory").write("README.md", "Payments\n").commit("Describe it");
            },
        ),
        (
            "beside a double",
            &|repo| {
                repo.by("mallory").write(MORE, SAMPLE).commit("Double it");
                repo.by("eve").remove(ID).commit("Remove it");
            },
            &nothing,
        ),
        (
            "beside a double that stays",
            &|repo| {
                repo.by("mallory").write(MORE, SAMPLE).commit("Double it");
                repo.by("eve").remove(ID).commit("Remove it");
            },
            &|repo| {
                repo.by("mallory").write(MORE, SAMPLE).commit("Double it");
                repo.by("mallory").remove(MORE).commit("Tidy up");
            },
        ),
        (
            "split",
            &|repo| {
                repo.by("mallory").rename(ID, MORE).write(THIRD, SAMPLE).commit("Split it");
                repo.by("eve").remove(MORE).commit("Remove it");
            },
            &nothing,
        ),
    ];
    for (what, take, push) in acts {
        let repo = signed_by_one();
        let (clone, fork) = (repo.clone_with(&[]), repo.tip("main"));
        let allows = || {
            let asked = [&["check"][..], &BILLING, &["--on", "2026-12-05T09:00:00Z"]].concat();
            cli::run(clone.path(), &asked).code == 0
        };
        assert!(allows(), "{what}");
        take(&repo);
        fetch(clone.path());
        repo.set_ref("refs/heads/main", fork);
        push(&repo);
        fetch(clone.path());
        assert!(!allows(), "{what}");
        sign(&repo, "ana", &approvals(&repo, &[("dana", "dana")], SAMPLE));
        fetch(clone.path());
        assert!(allows(), "{what}, and approved anew");
    }
}

#[test]
fn force_push_hides_no_stricter_rule() {
    let key = keys(&signer("kim"));
    let dates = |repo: &Repo| repo.now().to_string();
    for (what, path, text) in
        [("a count", POLICY, two()), ("a revocation", REVOKED, public("dana") + "\n")]
    {
        let repo = ledger(LINES, &["dana", "lee"]);
        let (clone, fork) = (repo.clone_with(&[]), repo.tip("main"));
        repo.by("lee")
            .write(SIGNERS, &key)
            .write(path, &text)
            .commit("Be stricter, and list a key");
        fetch(clone.path());
        repo.set_ref("refs/heads/main", fork);
        let lands = |who: &str| {
            let text = SAMPLE.replace(ID, SECOND);
            let says = yes(who, SECOND, &text, &dates(&repo)).ledger("example/payments");
            sign(&repo, "ana", &[says]);
            fetch(clone.path());
            let run = cli::run(
                clone.path(),
                &["show", SECOND, "--on", &dates(&repo), "--format", "json"],
            );
            let shown: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_default();
            shown["record"]["status"] == "active"
        };
        repo.by("ana").write(SECOND, &SAMPLE.replace(ID, SECOND)).commit("File another");
        assert!(!lands("dana"), "{what}");
        assert!(lands("lee"), "{what}, and Lee approves");
    }
}

#[test]
fn second_file_of_any_name_ends_it_for_good() {
    let triggered = SAMPLE.to_owned() + "triggers: [{id: T1, when: The key leaks, then: revoke}]\n";
    let ends = [
        "closure: {date: 2026-11-20, by: lee@example.com, outcome: revoked, reason: The key leaked}\n",
        "fired: [{date: 2026-11-20, trigger: T1, by: lee@example.com}]\n",
    ];
    let paths = [
        "exceptions/more/EXC-2026-7F3KQ.yaml",
        "exceptions/more.yaml",
        "exceptions/more/EXC-2026-0THER.yaml",
        "exceptions/exc-2026-7f3kq.yml",
    ];
    let policy = CLAIMED.replace(", approvals: {count: 2, each_of: [security, platform]}", "");
    for (end, path) in ends.into_iter().flat_map(|end| paths.map(|path| (end, path))) {
        for is_merged in [false, true] {
            // No approval file is beside the record: it was approved by its merge.
            let repo = ledger(&policy, &[]);
            repo.branch("file").by("ana").write(ID, &triggered).commit("File it");
            repo.by("dana").merge("file", "Merge branch 'file'");
            assert!(is_allowed(&repo, &BILLING));
            let ended = triggered.clone() + end;
            if is_merged {
                repo.branch("end").by("lee").write(path, &ended).commit("End it");
                repo.branch("end").by("mallory").remove(path).commit("Remove it");
                repo.by("mallory").merge("end", "Merge branch 'end'");
            } else {
                repo.by("lee").write(path, &ended).commit("End it");
                repo.by("mallory").remove(path).commit("Remove it");
            }
            let status_of = |args: &[&str]| answer(&repo, args)["records"][0]["status"].clone();
            let shown = status(&repo);
            assert_eq!(status_of(&["list", "--all"]), shown, "{path} {is_merged}: {end}");
            assert!(["closed", "revoked"].contains(&&*shown), "{path} {is_merged}: {end}: {shown}");
            assert!(!is_allowed(&repo, &BILLING), "{path} {is_merged}: {end}");
        }
    }
}

#[test]
fn firing_in_place_of_another_is_undone_by_nobody() {
    let fired = |trigger: &str| {
        format!(
            "triggers: [{{id: T1, when: The key leaks, then: revoke}}, {{id: T2, when: It changes, then: review}}]\n\
             fired: [{{date: 2026-11-20, trigger: {trigger}, by: lee@example.com}}]\n\
             reviews: [{{date: 2026-11-20, by: lee@example.com, outcome: still-needed}}]\n"
        )
    };
    let approved_text = SAMPLE.to_owned() + &fired("T2");
    let repo = approved(&approved_text);
    assert!(is_allowed(&repo, &BILLING));
    repo.by("lee").write(ID, &(SAMPLE.to_owned() + &fired("T1"))).commit("It leaked");
    assert_eq!(status(&repo), "revoked");
    repo.by("mallory").write(ID, &approved_text).commit("Put it back");
    assert!(!is_allowed(&repo, &BILLING));
}

#[test]
fn end_in_a_broken_file_is_undone_by_nobody() {
    let fired = "triggers: [{id: T1, when: The key leaks, then: revoke}]\n\
                 fired: [{date: 2026-11-20, trigger: T1, by: lee@example.com}]\n";
    let misspelt = |more: &str| SAMPLE.replace("title:", "titel:") + more;
    let huge = format!("# {}\n", "x".repeat(65_600));
    let texts = [
        ("a closure after a typo", misspelt(CLOSED)),
        ("a closure with a fault", SAMPLE.to_owned() + &CLOSED.replace("outcome:", "result:")),
        ("a misspelt closure", SAMPLE.to_owned() + &CLOSED.replace("closure:", "closur:")),
        ("a firing after a typo", misspelt(fired)),
        ("a firing by a name", SAMPLE.to_owned() + &fired.replace("lee@example.com", "lee")),
        ("no id", SAMPLE.replace(&format!("id: {ID}\n"), "") + CLOSED),
        ("a conflict", format!("<<<<<<< HEAD\n{SAMPLE}=======\n{SAMPLE}{CLOSED}>>>>>>> end\n")),
        ("too large", SAMPLE.to_owned() + CLOSED + &huge),
        ("an escape that is cut off", SAMPLE.to_owned() + "\"\\x63losure\": {\n"),
        ("two documents", format!("{SAMPLE}---\n{SAMPLE}{CLOSED}")),
    ];
    type Way<'a> = (&'a str, &'a dyn Fn(&Repo, &str));
    let ways: [Way; 5] = [
        ("landed", &|repo, text| {
            repo.by("eve").write(ID, text).commit("End it");
            repo.by("mallory").write(ID, SAMPLE).commit("Put it back");
        }),
        ("broken after", &|repo, text| {
            repo.by("eve").write(ID, text).commit("End it");
            repo.by("mallory").write(ID, "id: [\n").commit("Break it");
            repo.by("mallory").write(ID, SAMPLE).commit("Put it back");
        }),
        ("broken first", &|repo, text| {
            repo.by("mallory").write(ID, "id: [\n").commit("Break it");
            repo.by("eve").write(ID, text).commit("End it");
            repo.by("mallory").write(ID, SAMPLE).commit("Put it back");
        }),
        ("in a merged branch", &|repo, text| {
            repo.branch("end").by("eve").write(ID, text).commit("End it");
            repo.branch("end").by("mallory").write(ID, SAMPLE).commit("Put it back");
            repo.by("mallory").write("notes", "more").commit("Note it");
            repo.by("mallory").merge("end", "Merge branch 'end'");
        }),
        ("in a second file", &|repo, text| {
            repo.by("eve").write(MORE, text).commit("End it");
            repo.by("mallory").remove(MORE).commit("Remove it");
        }),
    ];
    assert!(is_allowed(&approved(SAMPLE), &BILLING));
    for (what, text) in &texts {
        for (way, act) in ways {
            // Which record a file of another place is about is told by its id.
            if way == "in a second file" && ["no id", "a conflict", "too large"].contains(what) {
                continue;
            }
            let repo = approved(SAMPLE);
            act(&repo, text);
            assert!(!is_allowed(&repo, &BILLING), "{what}, {way}");
            if way == "in a second file" {
                let listed = answer(&repo, &["list", "--all"])["records"][0]["status"].clone();
                assert_eq!(listed, status(&repo), "{what}");
            }
            sign(&repo, "ana", &approvals(&repo, &BOTH, SAMPLE));
            assert!(is_allowed(&repo, &BILLING), "{what}, {way}, and approved anew");
        }
    }
    // What was closed before it broke stays closed.
    let repo = approved(SAMPLE);
    repo.by("lee").write(ID, &(SAMPLE.to_owned() + CLOSED)).commit("Close it");
    repo.by("mallory").write(ID, &misspelt(CLOSED)).commit("Break it");
    repo.by("mallory").write(ID, SAMPLE).commit("Put it back");
    assert_eq!(status(&repo), "closed");
    for text in ["id: [\n".to_owned(), "id: [C:\\users\n".to_owned(), misspelt("")] {
        let repo = approved(SAMPLE);
        repo.by("mallory").write(ID, &text).commit("Break it");
        repo.by("lee").write(ID, SAMPLE).commit("Repair it");
        assert!(is_allowed(&repo, &BILLING), "{text}");
    }
}

//! Statements in `log` and `show`: late ones, ones that do not count, and rejections.

use serde_json::Value;

use crate::cli;
use crate::support::approval::{amended, govern, sealed, sealed_by};
use crate::support::repo::Repo;
use crate::support::repo::speak::{Says, bridge_line, no, reviewed, yes};
use crate::support::samples::{ID, SAMPLE};

/// Runs a command about the sample at the last commit.
fn asked(repo: &Repo, args: &[&str]) -> String {
    repo.checkout();
    let run = cli::run(repo.path(), args);
    assert_eq!(run.code, 0, "{}", run.err);
    run.out
}

fn log(repo: &Repo) -> Vec<Value> {
    let answer = asked(repo, &["log", ID, "--format", "json"]);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["events"].as_array().unwrap().clone()
}

fn events(log: &[Value]) -> Vec<(&str, &str)> {
    log.iter()
        .map(|event| {
            let text = |key: &str| event[key].as_str().unwrap();
            (text("event"), text("result"))
        })
        .collect()
}

/// Returns the statements of the last event: who, what, and why it does not count.
fn said(log: &[Value]) -> Vec<(String, String, String)> {
    let statements = log.last().unwrap()["statements"].as_array().unwrap().iter();
    statements
        .map(|it| {
            let text = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
            assert_eq!(it["counts"].as_bool().unwrap(), it["why_not"].is_null());
            (text("email"), text("decision"), text("why_not"))
        })
        .collect()
}

/// Collapses white space to single blanks.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn filed(repo: &Repo, says: &Says) {
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("ana").says(says).commit("Add a statement");
}

#[test]
fn a_late_approval_that_is_not_yet_enough_is_an_event_of_its_own() {
    let policy = "approval: {proof: attested}\ntiers: [{name: standard, approvals: {count: 2}}]\n";
    let repo = sealed_by(policy);
    let says = yes("dana", ID, SAMPLE, "2026-11-20T10:30:00Z").because("The alert was tested");
    filed(&repo, &says);
    let found = log(&repo);
    assert_eq!(events(&found), [("filed", "self"), ("stated", "attested")]);
    let dana = ("dana@example.com", "approve", "");
    let [_, ours] = &said(&found)[..] else { panic!("{found:?}") };
    assert_eq!((ours.0.as_str(), ours.1.as_str(), ours.2.as_str()), dana);
    for screen in [asked(&repo, &["log", ID]), asked(&repo, &["show", ID])] {
        assert!(screen.contains("The alert was tested"), "{screen}");
    }
}

#[test]
fn a_rejection_names_who_rejects_and_why() {
    let repo = sealed();
    filed(&repo, &yes("sam", ID, SAMPLE, "2026-11-20T10:30:00Z"));
    repo.by("ana")
        .says(&no("dana", ID, SAMPLE, "2026-11-20T11:30:00Z").because("Too wide a scope"))
        .commit("Add Dana's rejection");
    let found = log(&repo);
    let expected = [("filed", "self"), ("approved", "attested"), ("vetoed", "vetoed")];
    assert_eq!(events(&found), expected);
    let screen = folded(&asked(&repo, &["log", ID]));
    assert!(screen.contains("vetoed nobody: dana@example.com rejected it"), "{screen}");
    let screen = folded(&asked(&repo, &["show", ID]));
    let words =
        "approved not approved: rejected (vetoed) rejected by dana@example.com: Too wide a scope";
    assert!(screen.contains(words), "{screen}");
}

#[test]
fn a_file_that_fails_is_shown_with_the_reason_and_judges_nothing() {
    let at = "2026-11-20T10:30:00Z";
    let elsewhere = "exceptions/.approvals/EXC-2026-7F3KQ/0123456789ab-dana@example.com.txt";
    let other = yes("dana", "EXC-2026-N0NE1", SAMPLE, at);
    for (name, says, path, reason) in [
        (
            "unlisted key",
            yes("dana", ID, SAMPLE, at).with_key("mallory"),
            None,
            "the file does not count: its signature is by a key",
        ),
        ("other bytes", yes("dana", ID, &amended(), at), None, "is for other bytes (sha256"),
        ("wrong record", other, Some(elsewhere), "the file does not count: it belongs in"),
        (
            "a rejection by an unlisted key",
            no("dana", ID, SAMPLE, at).with_key("mallory"),
            None,
            "the file does not count: its signature is by a key",
        ),
    ] {
        let repo = sealed();
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        let work = repo.by("ana");
        match path {
            None => work.says(&says).commit("Add a statement"),
            Some(path) => work.write(path, &says.file.text().unwrap()).commit("Add a statement"),
        };
        let found = log(&repo);
        assert_eq!(events(&found), [("filed", "self"), ("stated", "self")], "{name}");
        let [_, (who, _, why_not)] = &said(&found)[..] else { panic!("{name}: {found:?}") };
        assert_eq!(who, "dana@example.com", "{name}");
        assert!(why_not.starts_with(reason), "{name}: {why_not}");
        for screen in [asked(&repo, &["log", ID]), asked(&repo, &["show", ID])] {
            assert!(screen.contains(reason), "{name}: {screen}");
        }
    }
}

#[test]
fn a_review_is_shown_with_its_address_its_words_and_who_stated_it() {
    let repo = sealed_by("");
    let keys = repo.by("lee").text(".github/allowed_signers") + &bridge_line();
    govern(&repo, ".github/allowed_signers", &keys);
    repo.by("ana").through("github").write(ID, SAMPLE).commit("File it (#7)");
    let says = reviewed("dana", ID, SAMPLE, "2026-11-20T09:30:00Z").because("Fine by me");
    repo.by("Bridge <bridge@example.com>").says(&says).commit("State the reviews");
    let address = says.file.via.clone().unwrap();
    let found = log(&repo);
    assert_eq!(found.last().unwrap()["approvers"][0]["via"], address);
    let show = asked(&repo, &["show", ID]);
    assert!(show.contains("dana@example.com, as stated by bridge@example.com"), "{show}");
    for screen in [asked(&repo, &["log", ID]), show] {
        for expected in [address.as_str(), "Fine by me", "bridge@example.com"] {
            assert!(screen.contains(expected), "{expected}: {screen}");
        }
    }
}

#[test]
fn show_says_plainly_that_only_authors_approved() {
    for (policy, expected) in [
        (
            "approval: {self_approval: allow}\n",
            "self-approved: only its authors approved it (self)",
        ),
        ("", "not approved: only its authors approved it (self)"),
    ] {
        let repo = sealed_by(policy);
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        let screen = folded(&asked(&repo, &["show", ID]));
        assert!(screen.contains(&format!("approved {expected}")), "{screen}");
    }
}

#[test]
fn the_line_that_tells_an_account_from_others_stands_below_the_trail() {
    let repo = sealed_by("");
    repo.by("Nina Weber <777+nweber@users.noreply.github.com>").write(ID, SAMPLE).commit("File it");
    let screen = folded(&asked(&repo, &["log", ID]));
    let line = "add `nweber: ADDRESS` to people.logins";
    assert!(screen.contains(line), "{screen}");
}

#[test]
fn an_unapproved_policy_names_the_merge_that_does_not_count_and_the_way_out() {
    let repo = sealed();
    repo.branch("loosen")
        .by("ana")
        .write("exledger.yaml", "version: 1\n")
        .commit("Want no signatures");
    repo.by("sam").merge("loosen", "Merge branch 'loosen'");
    repo.checkout();
    let run = cli::run(repo.path(), &["verify"]);
    let found = folded(&run.out);
    assert!(found.contains("sam@example.com: the policy requires a signature"), "{found}");
    assert!(found.contains("exledger approve --governance exledger.yaml"), "{found}");
}

#[test]
fn what_is_claimed_is_yellow_and_what_is_attested_green_on_every_screen() {
    let signed = sealed();
    filed(&signed, &yes("dana", ID, SAMPLE, "2026-11-20T10:30:00Z"));
    let merged = sealed();
    let work = merged.branch("work").by("ana").write(ID, SAMPLE);
    work.commit("File it");
    merged.by("lee").merge("work", "Merge it");
    for (repo, colour, level) in [(&signed, 32, "attested"), (&merged, 33, "claimed")] {
        for command in ["show", "log"] {
            let screen = asked(repo, &[command, ID, "--color", "always"]);
            let painted = format!("\u{1b}[{colour}m{level}\u{1b}[0m");
            let n = |text: &str| screen.matches(text).count();
            assert!(n(&painted) > 0, "{command}: {screen}");
            let otherwise = n(&format!("m{level}")) - n(&painted);
            assert_eq!(otherwise, 0, "{command}: {screen}");
        }
    }
}

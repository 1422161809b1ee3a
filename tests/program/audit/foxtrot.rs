//! Foxtrot merges: content that had landed on the former first-parent line of the approved branch, and what the merge
//! undoes.

use std::slice;

use exledger::record::time::Term;

use crate::cli::{self, Run};
use crate::support::audit::filed;
use crate::support::repo::speak::{Says, signer, yes};
use crate::support::repo::{Repo, Work};
use crate::support::samples::{ID, SAMPLE};

const ON: &str = "2026-11-25T12:00:00Z";
const POLICY: &str = "exledger.yaml";
const PULL: &str = "Merge branch 'main' of https://example.com/repo";
const CLOSED: &str = "closure: {outcome: withdrawn, date: 2026-11-20, by: lee@example.com, reason: Filed by mistake}\n";

/// Sam, who has worked since a given commit of the approved branch, merges its tip into his work and pushes the result.
fn pull(repo: &Repo, fork: &str, message: &str, text: Option<&str>) {
    repo.branch_from("mine", fork)
        .by("sam")
        .write("README.md", "Mine\n")
        .commit("Work on something else");
    let work = repo.branch("mine").by("sam");
    let work = match text {
        Some(text) => work.write(ID, text),
        None => work,
    };
    let merge = work.merge("main", message);
    repo.set_ref("refs/heads/main", merge);
}

/// Returns the status of the record, and its end.
fn status(repo: &Repo) -> (String, String) {
    let run = cli::run(repo.path(), &["show", ID, "--on", ON, "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let text = |key: &str| json["record"][key].as_str().unwrap_or_default().to_owned();
    (text("status"), text("not_after"))
}

fn verify(repo: &Repo) -> Run {
    cli::run(repo.path(), &["verify", "--on", ON])
}

/// Lands a change that removes something.
type Lose = fn(&Repo);

/// The ways to remove something, each as it lands on the former line, with its name.
fn losses() -> Vec<(&'static str, Lose)> {
    vec![
        ("removal", |repo| {
            repo.by("lee").remove(ID).commit("Remove it");
        }),
        ("closure", |repo| {
            let text = SAMPLE.to_owned() + CLOSED;
            repo.by("lee").write(ID, &text).commit("Close it");
        }),
        ("narrowing", |repo| {
            repo.by("lee").edit(ID, "expires: 2026-11-30").commit("Shorten it");
        }),
    ]
}

/// The subjects that such a merge may have: none of them changes what counts.
const SUBJECTS: [&str; 7] = [
    PULL,
    "Merge branch 'main'",
    "Merge branch 'main' into mine",
    "Merge branch 'mine' into main",
    "Merge pull request #7 from example/mine",
    "Merge remote-tracking branch 'origin/main'",
    "Tidy up",
];

#[test]
fn what_a_merge_leaves_out_counts_until_it_is_approved_anew() {
    for (n, (what, lose)) in losses().into_iter().enumerate() {
        let repo = filed();
        let fork = repo.tip("main").to_string();
        lose(&repo);
        let lost = status(&repo);
        let main = repo.tip("main");
        // All subjects for the first, and two of them for each other.
        let subjects = SUBJECTS.into_iter().cycle().skip(2 * n);
        for subject in subjects.take(if n == 0 { SUBJECTS.len() } else { 2 }) {
            repo.set_ref("refs/heads/main", main);
            pull(&repo, &fork, subject, Some(SAMPLE));
            let as_lost = |repo: &Repo| match what {
                "removal" => status(repo).0 == "unapproved",
                _ => status(repo) == lost,
            };
            assert!(as_lost(&repo), "{what}, {subject}: {:?}", status(&repo));
            let run = verify(&repo);
            assert_eq!(run.code, 1, "{what}, {subject}: {}", run.out);
            let said = format!("left out the {what} of commit");
            assert!(run.out.contains(&said), "{what}, {subject}: {}", run.out);
            // What is put on top of it reopens nothing by itself.
            repo.by("sam").edit(ID, "title: Invoices, read as before").commit("Retitle it");
            assert!(as_lost(&repo), "{what}, {subject}: {:?}", status(&repo));
        }
        // The way out: somebody approves it anew.
        repo.clock("2026-11-21T09:00:00Z");
        repo.branch("anew")
            .by("ana")
            .edit(ID, "title: Invoices still read with the shared user")
            .commit("Retitle it");
        repo.by("lee").merge("anew", "Merge branch 'anew'");
        assert_eq!(status(&repo).0, "active", "{what}");
        let run = verify(&repo);
        assert_eq!(run.code, 0, "{what}: {}", run.out);
        assert!(run.out.contains("it has been approved anew"), "{what}: {}", run.out);
    }
}

#[test]
fn what_was_undone_without_approval_before_the_merge_counts_too() {
    for (what, lose) in losses() {
        let repo = filed();
        let fork = repo.tip("main").to_string();
        let whole = status(&repo);
        lose(&repo);
        repo.by("sam").write(ID, SAMPLE).commit("Put it back");
        pull(&repo, &fork, PULL, None);
        assert_ne!(status(&repo), whole, "{what}");
    }
}

#[test]
fn a_foxtrot_merge_that_keeps_what_landed_leaves_records_as_they_are() {
    for (what, lose) in losses() {
        let repo = filed();
        let fork = repo.tip("main").to_string();
        lose(&repo);
        let before = status(&repo).0;
        pull(&repo, &fork, PULL, None);
        assert_eq!(status(&repo).0, before, "{what}");
        let run = verify(&repo);
        assert!(run.out.contains("says that it merged the approved branch"), "{}", run.out);
        assert!(!run.out.contains("left out the"), "{}", run.out);
    }
}

#[test]
fn a_draft_that_was_narrower_for_a_while_costs_nothing_in_what_needs_an_approval() {
    let repo = filed();
    let work = repo.branch("work");
    work.by("ana").edit(ID, "expires: 2026-11-22").commit("Shorten it");
    repo.by("dana").write("README.md", "More\n").commit("Write something else");
    repo.branch("work").by("ana").merge("main", "Merge branch 'main' into work");
    let better = SAMPLE.replace("title: ", "title: Really, ");
    repo.branch("work").by("ana").write(ID, &better).commit("Think better of it");
    repo.by("lee").merge("work", "Merge branch 'work'");
    assert_eq!(status(&repo).0, "active");
    let run = verify(&repo);
    assert_eq!(run.code, 0, "{}", run.out);
}

#[test]
fn what_git_merged_from_the_line_into_a_branch_is_not_taken_by_the_branch() {
    let repo = filed();
    let commented = SAMPLE.replace("title: ", "# Shown to auditors.\ntitle: ");
    repo.branch("work").by("ana").write(ID, &commented).commit("Comment on it");
    let narrower = SAMPLE.replace("2026-12-20", "2026-12-01");
    repo.by("lee").write(ID, &narrower).commit("Shorten it");
    repo.branch("work").by("ana").merge("main", "Merge branch 'main' into work");
    repo.branch("again").by("ana").write(ID, SAMPLE).commit("Renew it");
    repo.by("lee").merge("again", "Merge branch 'again'");
    let renewed = status(&repo);
    assert_eq!(renewed.0, "active");
    repo.by("sam").write("README.md", "More\n").commit("Describe it");
    repo.by("sam").merge("work", "Merge branch 'work'");
    assert!(repo.by("sam").text(ID).contains("auditors"));
    assert_eq!(status(&repo), renewed);
    let run = verify(&repo);
    assert!(!run.out.contains("left out"), "{}", run.out);
}

/// Where approvals are: beside the records, there until the branch drops them, or on the approvals branch.
const PLACES: [&str; 3] = ["held", "dropped", "branch"];

/// Rules that somebody signed before others were approved, and then puts in their place by a merge.
struct Replacement<'t> {
    place: &'static str,
    /// Whether a commit of the branch puts it there, and not the merge.
    is_restored: bool,
    /// Whether it was signed after the other text was approved.
    is_late: bool,
    text: &'t str,
    signed: Says,
    agreed: [Says; 2],
}

impl Replacement<'_> {
    fn say(&self, repo: &Repo, says: &[Says]) {
        let work = match self.place {
            "branch" if repo.find("exledger-approvals").is_none() => {
                repo.orphan("exledger-approvals").by("lee")
            }
            "branch" => repo.branch("exledger-approvals").by("lee"),
            _ => repo.by("lee"),
        };
        says.iter().fold(work, |work, says| work.says(says)).commit("Approve it");
    }

    /// Agrees on others, and merges that into a branch from before it.
    fn land(&self, repo: &Repo, fork: &str) {
        self.say(repo, &self.agreed);
        repo.wait("2d");
        let is_beside = self.place == "branch";
        if is_beside && !self.is_late {
            self.say(repo, slice::from_ref(&self.signed));
        }
        let put = |branch: &str, start: &str| {
            let work = repo.branch_from(branch, start).by("sam").write(POLICY, self.text);
            match self.place {
                "branch" => work,
                "dropped" => {
                    let says = self.agreed.iter();
                    says.fold(work.says(&self.signed), |work, says| work.unsays(says))
                }
                _ => work.says(&self.signed),
            }
        };
        repo.branch_from("mine", fork).by("sam").write("README.md", "Mine\n").commit("Work");
        let merge = if self.is_restored {
            put("other", "main").commit("Go back");
            repo.branch("mine").by("sam").merge("other", "Tidy up")
        } else {
            put("mine", "main").merge("main", "Tidy up")
        };
        repo.set_ref("refs/heads/main", merge);
        if is_beside && self.is_late {
            self.say(repo, slice::from_ref(&self.signed));
        }
        repo.checkout();
    }
}

/// Rules for Dana and Lee, who sign.
fn rules(days: u32) -> String {
    format!(
        "version: 1\nname: corp/pay\ngroups: {{all: [dana@example.com, lee@example.com]}}\napproval: {{proof: attested}}\ntiers: [{{name: standard, max_term: {days}d, approvals: {{count: 1}}}}]\n"
    )
}

fn begun() -> Repo {
    let repo = Repo::at("2026-11-18T09:00:00Z");
    let keys = signer("dana") + &signer("lee");
    let work = repo.by("dana").write(POLICY, &rules(90)).write(".github/allowed_signers", &keys);
    work.commit("Keep exceptions in a ledger");
    repo
}

/// Calls with each place, and each way to put the older text there; whether that was signed after the newer one was agreed on.
fn each(act: impl Fn(&'static str, bool, bool)) {
    for place in PLACES {
        for (is_restored, is_late) in [(false, false), (true, false), (false, true), (true, true)] {
            act(place, is_restored, is_late);
        }
    }
}

#[test]
fn what_was_signed_before_other_rules_were_approved_does_not_replace_them() {
    let looser = rules(120) + "lint: {}\n";
    let stricter = rules(90).replace("count: 1", "count: 2");
    // Rules that only add count from their landing on, and the branch may begin there.
    for (others, is_pending) in [(looser, false), (stricter, false), (rules(60), true)] {
        each(|place, is_restored, is_late| {
            let repo = begun();
            let start = repo.tip("main");
            let text = rules(900);
            let landed = repo.wait("1d").by("ana").write(POLICY, &others).commit("Others");
            let fork = if is_pending { landed } else { start }.to_string();
            let says = |text: &str, by: &str, days: u32| {
                let at = Term::new(&format!("{days}d")).unwrap().after(repo.now()).to_string();
                yes(by, ID, text, &at).ledger("corp/pay").governance(POLICY)
            };
            let signed = says(&text, "dana", if is_late { 3 } else { 1 });
            let agreed = ["lee", "dana"].map(|by| says(&others, by, 2));
            repo.wait("2d");
            Replacement { place, is_restored, is_late, text: &text, signed, agreed }
                .land(&repo, &fork);
            let run = cli::run(repo.path(), &["list", "--on", "2026-12-25T12:00:00Z"]);
            let is_told = run.err.contains("where another exledger.yaml was approved");
            // What was agreed on beside the records is known wherever the branch begins: the older text is refused.
            let is_refused = is_pending && place == "branch" && !is_late;
            let expected = if is_late || is_refused { (0, false) } else { (3, true) };
            let case = format!("{place}, {is_restored}, {is_pending}, {is_late}");
            assert_eq!((run.code, is_told), expected, "{case}: {}", run.err);
            if is_refused {
                let counts = format!("the version of commit {} counts", &landed.to_string()[..12]);
                assert!(verify(&repo).out.contains(&counts), "{case}");
            }
        });
    }
}

#[test]
fn rules_that_a_branch_goes_back_on_still_count() {
    for (depth, is_restored, is_dropped, is_pending) in [
        (1, true, false, false),
        (1, true, true, false),
        (2, false, true, false),
        (3, true, true, false),
        (2, false, true, true),
    ] {
        let repo = begun();
        let before = repo.tip("main").to_string();
        let others = rules(120) + "lint: {}\n";
        repo.wait("1d").by("ana").write(POLICY, &others).commit("Agree on others");
        // The text may have landed before the lines part, and its approval after that.
        let fork = if is_pending { repo.tip("main").to_string() } else { before };
        let at = repo.now().to_string();
        let says = yes("lee", ID, &others, &at).ledger("corp/pay").governance(POLICY);
        repo.by("lee").says(&says).commit("Approve them");
        fn back<'w>(work: Work<'w>, says: &Says, is_dropped: bool) -> Work<'w> {
            let work = work.write(POLICY, &rules(90));
            if is_dropped { work.unsays(says) } else { work }
        }
        let mut other = "main".to_owned();
        if is_restored {
            back(repo.branch("back").by("sam"), &says, is_dropped).commit("Go back");
            other = "back".to_owned();
        }
        for n in 0..depth {
            let own = format!("work-{n}");
            let work = repo.branch_from(&own, &fork).by("sam");
            work.write(&own, "Mine\n").commit("Work");
            let work = repo.branch(&own).by("sam");
            let work = if is_restored || n > 0 { work } else { back(work, &says, is_dropped) };
            work.merge(&other, "Tidy up");
            other = own;
        }
        repo.set_ref("refs/heads/main", repo.tip(&other));
        repo.checkout();
        let run = cli::run(repo.path(), &["list", "--on", ON]);
        let is_told = run.err.contains("where another exledger.yaml was approved");
        assert_eq!((run.code, is_told), (3, true), "{depth}, {is_restored}: {}", run.err);
        // Whoever may approve today's ends it.
        let now = repo.now().to_string();
        let says = yes("lee", ID, &rules(90), &now).ledger("corp/pay").governance(POLICY);
        let says = if is_pending { says.from(&rules(90)) } else { says };
        repo.by("lee").says(&says).commit("Approve the older ones");
        repo.checkout();
        let run = cli::run(repo.path(), &["list", "--on", ON]);
        assert_eq!(run.code, 0, "{depth}, {is_restored}: {}", run.err);
    }
}

#[test]
fn a_first_list_of_keys_is_not_replaced_below_a_merge() {
    let repo = Repo::at("2026-11-18T09:00:00Z");
    repo.by("ana").write("README.md", "Payments\n").commit("Begin");
    let fork = repo.tip("main").to_string();
    let keys = signer("dana") + &signer("lee");
    let work = repo.by("dana").write(POLICY, &rules(90)).write(".github/allowed_signers", &keys);
    work.commit("Keep exceptions in a ledger");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    let says = yes("lee", ID, SAMPLE, &repo.now().to_string()).ledger("corp/pay");
    repo.by("lee").says(&says).commit("Approve it");
    for (own, other) in [("inner", "main"), ("outer", "inner")] {
        repo.branch_from(own, &fork).by("sam").write(own, "Mine\n").commit("Work");
        let work = repo.branch(own).by("sam");
        let list = signer("sam");
        let work = if own == "inner" { work.write(".github/allowed_signers", &list) } else { work };
        work.merge(other, "Tidy up");
    }
    repo.set_ref("refs/heads/main", repo.tip("outer"));
    repo.checkout();
    let run = cli::run(repo.path(), &["list", "--on", ON]);
    assert_eq!(run.code, 3, "{}", run.out);
}

#[test]
fn rules_that_were_replaced_where_a_branch_was_merged_are_over() {
    let repo = begun();
    let agree = |work: Work<'_>, days: u32| {
        let text = rules(days) + "lint: {}\n";
        let says = yes("lee", ID, &text, &repo.now().to_string());
        let says = says.ledger("corp/pay").governance(POLICY);
        work.write(POLICY, &text).says(&says).commit("Agree on others");
    };
    let develop = repo.branch("develop");
    agree(develop.by("ana"), 120);
    repo.branch_from("feature", "develop").by("sam").write("a", "A\n").commit("Work");
    repo.wait("1d");
    agree(develop.by("ana"), 150);
    repo.wait("1d").branch("feature").by("sam").write("b", "B\n").commit("Work on");
    develop.by("lee").merge("feature", "Merge branch 'feature' into develop");
    repo.by("lee").merge("develop", "Merge branch 'develop'");
    repo.checkout();
    let run = cli::run(repo.path(), &["list", "--on", ON]);
    assert_eq!((run.code, &*run.err), (0, ""), "{}", run.err);
}

#[test]
fn rules_that_a_note_approved_are_not_given_up() {
    let policy = |days: u32| {
        format!(
            "version: 1\napproval: {{accept: [merge, note]}}\ntiers: [{{name: standard, max_term: {days}d}}]\n"
        )
    };
    let repo = Repo::at("2026-11-18T09:00:00Z");
    let start = repo.by("root").write(POLICY, &policy(90)).commit("Begin").to_string();
    let landed = repo.wait("1d").by("ana").write(POLICY, &policy(120)).commit("Others");
    let note = repo.orphan("notes").by("gerrit");
    let text = "Code-Review+2: Dana Kim <dana@example.com>\n";
    repo.set_ref("refs/notes/review", note.write(&landed.to_string(), text).commit("Note"));
    repo.wait("1d");
    for (own, other) in [("inner", "main"), ("outer", "inner")] {
        repo.branch_from(own, &start).by("sam").write(own, "Mine\n").commit("Work");
        let work = repo.branch(own).by("sam");
        let work = if own == "inner" { work.write(POLICY, &policy(90)) } else { work };
        work.merge(other, "Tidy up");
    }
    repo.set_ref("refs/heads/main", repo.tip("outer"));
    repo.checkout();
    let run = cli::run(repo.path(), &["list", "--on", ON]);
    assert_eq!(run.code, 3, "{}", run.out);
}

#[test]
fn branches_that_keep_up_cost_nothing() {
    let repo = begun();
    let said = |by: &str, text: &str| {
        yes(by, ID, text, &repo.now().to_string()).ledger("corp/pay").governance(POLICY)
    };
    let [first, second] = [120, 150].map(|days| rules(days) + "lint: {}\n");
    let says = said("lee", &first);
    repo.wait("1d").by("ana").write(POLICY, &first).says(&says).commit("Agree on others");
    let work = repo.branch_from("work", &repo.tip("main").to_string());
    work.by("sam").write("a", "A\n").commit("Work");
    let next = repo.branch_from("next", &repo.tip("main").to_string());
    repo.wait("1d");
    let says = said("dana", &second);
    next.by("ana").write(POLICY, &second).says(&says).commit("Agree on the next ones");
    repo.wait("1d").by("lee").write("c", "C\n").commit("Work beside");
    work.by("sam").merge("main", "Merge branch 'main' into work");
    repo.wait("1d").by("lee").merge("next", "Merge branch 'next'");
    repo.wait("1d").by("lee").merge("work", "Merge branch 'work'");
    repo.checkout();
    let run = cli::run(repo.path(), &["list", "--on", ON]);
    assert_eq!((run.code, &*run.err), (0, ""), "{}", run.err);
}

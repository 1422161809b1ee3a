//! The ways to approve that `diff` names in a pull request's comment: each, done as printed, leads to an active record,
//! and a way that is not named does not count.

use serde_json::Value;

use super::offer_cases::{Act, CASES, OfferCase};
use super::{ID, Stage, record};
use crate::support::repo::speak;
use Act::{Merges, MergesNaming, MergesPlainly, Reviews, Signs, Squashed};

/// A workflow with the job that records reviews.
const JOB: &str =
    "jobs:\n  reviews:\n    steps:\n      - run: exledger approve --from-reviews FILE --key KEY\n";

fn begin(case: &OfferCase) -> Stage {
    let bridge = speak::bridge_line();
    let job = (".github/workflows/exledger.yml", JOB);
    let line = (".github/allowed_signers", bridge.as_str());
    let is_bridged = case.policy.contains("dkim");
    let beside: Vec<(&str, &str)> = [(case.has_job, job), (is_bridged, line)]
        .into_iter()
        .filter(|it| it.0)
        .map(|it| it.1)
        .collect();
    let stage = match case.has_keys {
        true => Stage::begin_with(case.policy, &beside),
        false => Stage::begin(case.policy, &beside),
    };
    let work = stage.repo.branch("ask").by("ana");
    work.write(ID, &record(case.more)).commit("File it");
    stage.home();
    stage
}

impl Stage {
    /// Returns what `diff` says of the one record that a branch changes.
    fn change(&self, branch: &str) -> Value {
        let answer = self.answer(&["diff", "main", branch]);
        let changes = answer["changes"].as_array().unwrap();
        assert_eq!(changes.len(), 1, "{answer:#}");
        changes[0].clone()
    }

    /// Returns the comment about a branch.
    fn comment(&self, branch: &str) -> String {
        let run = self.shell("lee", &format!("exledger diff main {branch} --format markdown"));
        assert!(run.code < 2, "{}", run.err);
        run.out
    }

    fn take(&self, act: Act) {
        let needs_answer = matches!(act, Signs(_) | Merges(_) | MergesNaming(..));
        self.take_from(act, &if needs_answer { self.change("ask") } else { Value::Null });
    }

    /// Takes a step by what `diff` said of the change.
    fn take_from(&self, act: Act, change: &Value) {
        let command = |way: &str| {
            let mut how = change["how"].as_array().unwrap().iter();
            let offer = how.find(|offer| offer["way"] == way);
            let offer = offer.unwrap_or_else(|| panic!("{way} is not named: {change:#}"));
            offer["command"].as_str().unwrap().to_owned()
        };
        let merge = |by: &str, line: &str| {
            self.home();
            let run = self.shell(by, line);
            assert_eq!(run.code, 0, "{line}: {}{}", run.out, run.err);
            self.repo.wait("1h");
        };
        match act {
            Signs(by) => {
                let line = match change["how"].to_string().contains("sign") {
                    true => command("sign"),
                    false => format!("exledger approve {ID} --ref ask"),
                };
                self.run_on(&line, by, by);
            }
            Merges(by) => merge(by, &command("merge")),
            MergesNaming(by, other) => {
                let message = format!(" -m 'Merge it' -m 'Approved-by: {other}'");
                merge(by, &(command("merge") + &message));
            }
            MergesPlainly(by) => merge(by, "git merge --no-ff ask"),
            Squashed => drop(self.squashed()),
            Reviews => self.reviewed(),
        }
    }

    /// Squashes the request on the forge; returns its last commit and the landing.
    fn squashed(&self) -> (String, String) {
        let head = self.repo.tip("ask").to_string();
        let squash = self.repo.by("ana").through("github");
        let landing = squash.squash("ask", "File it (#7)").to_string();
        self.home();
        (head, landing)
    }

    /// Dana approves the request on the forge, it is squashed, and the job records that.
    fn reviewed(&self) {
        let (head, landing) = self.squashed();
        let review = format!(
            r##"{{"pull_request": "#7", "landing": "{landing}", "reviews": [{{"login": "dkim", "email": null,
            "state": "approved", "commit": "{head}", "at": "2026-11-20T10:00:00Z", "url": "https://forge.example.com/7",
            "reason": null}}]}}"##
        );
        std::fs::write(self.repo.path().join(".git/FILE"), review).unwrap();
        let run =
            self.shell("lee", "exledger approve --from-reviews .git/FILE --key .git/keys/bridge");
        assert!(run.code < 2, "{}{}", run.out, run.err);
    }
}

fn named(change: &Value) -> Vec<String> {
    let how = change["how"].as_array().unwrap().iter();
    let offer = |offer: &Value| {
        let word = |key: &str| offer[key].as_str().unwrap().to_owned();
        let who = offer["who"].as_array().unwrap().iter();
        let who = who.map(|it| it["email"].as_str().unwrap().replace("@example.com", ""));
        [word("way"), word("level")].into_iter().chain(who).collect::<Vec<_>>().join(" ")
    };
    how.map(offer).collect()
}

#[test]
fn each_way_that_a_comment_names_approves_and_no_other_does() {
    for case in CASES {
        let stage = begin(case);
        let change = stage.change("ask");
        assert_eq!(named(&change), case.how, "{}: {change:#}", case.name);
        for (acts, is_enough) in case
            .enough
            .iter()
            .map(|acts| (acts, true))
            .chain(case.too_little.iter().map(|acts| (acts, false)))
        {
            let stage = begin(case);
            let (first, others) = acts.split_first().unwrap();
            stage.take_from(*first, &change);
            others.iter().for_each(|act| stage.take(*act));
            let is_active = stage.status() == "active";
            assert_eq!(is_active, is_enough, "{}: {acts:?}: {:#}", case.name, stage.show());
        }
    }
}

#[test]
fn a_comment_says_which_clicks_count() {
    for (name, says) in [
        ("plain", "An approving review alone does not count here."),
        ("squash with a bridge", "**Approve the pull request**: claimed; anyone but Ana Ruiz"),
        ("signed only", "A click does not count here, neither a review nor a merge"),
        ("an author who is the only approver", "Nobody can give what is needed"),
        ("nothing that is accepted proves enough", "add \\`detached\\` to \\`approval.accept\\`"),
        ("further approvers in the message", "`git merge --no-ff --edit ask`"),
        ("groups", "It gives one of the missing approvals."),
        ("self-approval", "anyone, and also an author"),
        ("an owner who may not approve", "anyone but Ana Ruiz &lt;ana@example.com> or Lee Chen"),
    ] {
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        let stage = begin(case);
        let comment = stage.comment("ask");
        assert!(comment.contains(says), "{name}: {comment}");
        let clicks = ["A click does not count here", "How to approve"];
        assert!(comment.contains(clicks[1]), "{comment}");
        assert_eq!(comment.contains(clicks[0]), case.how.is_empty() || name == "signed only");
    }
}

#[test]
fn where_pull_requests_are_squashed_no_merge_is_offered_beside_another_way() {
    let look = "exledger diff main ask";
    let sign = format!("exledger approve {ID} --ref ask");
    let review = "approve the pull request of ask and merge it, or reject it";
    let merge = "merge ask with a merge commit, unless you wrote it, or reject it";
    let all = "sign attested ana dana kim lee sam";
    for (name, how, squashed, [action, command]) in [
        ("plain", &["merge claimed"][..], &["merge claimed"][..], [merge, "git merge --no-ff ask"]),
        ("keys", &["merge claimed", all], &[all], ["approve and merge ask, or reject it", &sign]),
        (
            "squash with a bridge",
            &["review claimed", "merge claimed"],
            &["review claimed"],
            [review, look],
        ),
    ] {
        let without_ana = |ways: &[&str]| ways.iter().map(|way| way.replace(" ana", "")).collect();
        let stage = begin(CASES.iter().find(|case| case.name == name).unwrap());
        stage.repo.branch("readme").by("lee").write("README.md", "A ledger\n").commit("Say so");
        let ways: Vec<String> = without_ana(how);
        assert_eq!(named(&stage.change("ask")), ways, "{name}");
        stage.repo.by("lee").through("github").squash("readme", "Say so (#3)");
        stage.home();
        let ways: Vec<String> = without_ana(squashed);
        assert_eq!(named(&stage.change("ask")), ways, "{name}");
        stage.shell("dana", "true");
        assert_eq!(stage.next(), (action.to_owned(), command.to_owned()), "{name}");
        // Whoever wrote it is told whom it waits for.
        stage.shell("ana", "true");
        assert!(stage.next().0.starts_with("somebody else must approve it"), "{name}");
    }
}

#[test]
fn an_author_can_not_follow_the_comment() {
    let case = CASES.iter().find(|case| case.name == "keys").unwrap();
    let stage = begin(case);
    let run = stage.shell("ana", &format!("exledger approve {ID} --ref ask"));
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("author"), "{}", run.err);
}

#[test]
fn an_account_that_nobody_knows_is_named_with_the_line_to_add() {
    let nina = "Nina <777+nweber@users.noreply.github.com>";
    let omar = "Omar <888+odiaz@users.noreply.github.com>";
    let begin = || {
        let stage = Stage::begin_with("", &[]);
        let work = stage.repo.branch("ask").by(nina);
        work.write(ID, &record("")).commit("File it");
        stage.home();
        stage
    };
    let stage = begin();
    // The listed keys belong to plain addresses, any of which may be Nina's.
    assert_eq!(named(&stage.change("ask")), ["merge claimed"]);
    let comment = stage.comment("ask");
    assert!(comment.contains("nweber: ADDRESS"), "{comment}");
    for (by, status) in [(omar, "active"), ("lee", "unapproved"), (nina, "unapproved")] {
        let stage = begin();
        stage.repo.by(by).merge("ask", "Merge branch 'ask'");
        stage.home();
        assert_eq!(stage.status(), status, "{by}");
    }
}

#[test]
fn what_is_signed_or_rejected_on_the_branch_is_part_of_the_comment() {
    let case = CASES.iter().find(|case| case.name == "groups").unwrap();
    let stage = begin(case);
    stage.take(Signs("dana"));
    let how = ["merge claimed lee", "sign attested lee"];
    assert_eq!(named(&stage.change("ask")), how);
    let comment = stage.comment("ask");
    assert!(comment.contains("Signed by dana@example.com (attested)"), "{comment}");
    stage.take(Signs("lee"));
    assert!(named(&stage.change("ask")).is_empty());
    assert!(stage.comment("ask").contains("Nothing else is missing: merge it"));
    stage.take(Squashed);
    assert_eq!(stage.status(), "active");

    let stage = begin(CASES.iter().find(|case| case.name == "keys").unwrap());
    let reject =
        format!("exledger approve {ID} --ref ask --reject --reason 'Ask the vendor first'");
    let run = stage.shell("sam", &reject);
    assert_eq!(run.code, 0, "{}", run.err);
    stage.repo.wait("1h");
    assert!(named(&stage.change("ask")).is_empty());
    let comment = stage.comment("ask");
    assert!(comment.contains("sam@example.com signed a rejection of this text"), "{comment}");
    assert!(comment.contains("Ask the vendor first"), "{comment}");
    stage.take(MergesPlainly("lee"));
    assert_eq!(stage.status(), "unapproved");
    // The command is that of another text now: the file has changed.
    let stage = begin(case);
    stage.take(Signs("dana"));
    stage.repo.branch("ask").by("ana").edit(ID, "title: In other words").commit("Reword it");
    let names = ["merge claimed dana lee sam", "sign attested dana lee sam"];
    assert_eq!(named(&stage.change("ask")), names);
}

#[test]
fn nothing_is_named_where_nothing_has_to_be_approved() {
    let stage = Stage::begin_with("", &[("README.md", "A ledger\n")]);
    stage.merged(ID, &record(""), "ana", "lee");
    let work = stage.repo.branch("end").by("ana");
    work.edit(ID, "expires: 2026-12-01").commit("End it earlier");
    stage.home();
    assert!(named(&stage.change("end")).is_empty());
    assert!(stage.comment("end").contains("It needs no approval: anyone may merge it."));
    let work = stage.repo.branch("gone").by("ana");
    work.remove(ID).commit("Remove it");
    stage.home();
    assert!(named(&stage.change("gone")).is_empty());
    let comment = stage.comment("gone");
    assert!(comment.contains("Not allowed") && !comment.contains("How to approve"), "{comment}");
    assert!(speak::signer("ana").starts_with("ana@example.com "));
}

//! `ci merged`: what reviewers decided on the forge becomes signed statements on `exledger-approvals`.

use serde_json::{Value, json};

use super::runner::{BOT, Job, REPO, Runner, text};
use crate::cli;
use crate::cli_approve::{ID, POLICY, World};
use crate::support::repo::{git, speak};

/// A forge with a merged pull request.
pub(super) struct Merged {
    world: World,
    pub(super) runner: Runner,
    before: String,
    pub(super) landing: String,
    head: String,
}

pub(super) fn merged() -> Merged {
    merged_under(POLICY)
}

/// A policy under which one approval is enough.
fn one() -> String {
    POLICY.replace("count: 2, each_of: [security, platform]", "count: 1")
}

fn merged_under(policy: &str) -> Merged {
    let world = World::new(policy);
    let head = world.repo.tip("billing").to_string();
    let before = world.repo.tip("main").to_string();
    let landing = world.squash("billing").to_string();
    let runner = Runner::of(&world.repo);
    let bare = runner.bare();
    git(&bare, &["update-ref", "refs/pull/1/head", &head]);
    git(&bare, &["branch", "-q", "-D", "billing"]);
    git(&runner.clone_folder(), &["fetch", "-q", "--prune"]);
    // The branch is protected: nobody pushes to it.
    runner.executable("bare.git/hooks/update", "#!/bin/sh\ntest \"$1\" != refs/heads/main\n");
    let commit = json!({"sha": head, "commit": {"author": {"email": "ana@example.com"}}, "author": {"login": "aruiz"}, "parents": [1]});
    let request = |number: u32, base: &str, merged_at: Value| {
        json!({"number": number, "user": {"login": "aruiz"}, "merged_at": merged_at, "base": {"ref": base},
            "head": {"sha": head}, "merge_commit_sha": landing})
    };
    let at = json!("2026-11-20T11:00:00Z");
    // Two requests that did not merge it into the approved branch are named, too.
    let all = json!([
        request(9, "main", Value::Null),
        request(8, "junk", at.clone()),
        request(1, "main", at.clone())
    ]);
    runner.answer(&format!("commits/{landing}/pulls"), all);
    runner.answer(&format!("commits/{landing}"), commit.clone());
    runner.answer("pulls/1", request(1, "main", at.clone()));
    runner.answer("pulls/8", request(8, "junk", at));
    runner.answer("pulls/9", request(9, "main", Value::Null));
    runner.answer("pulls/1/commits", json!([commit]));
    runner.answer("issues/1/comments", json!([]));
    runner.answer("collaborators/chen-lee/permission", json!({"permission": "write"}));
    runner.answer("collaborators/dkim/permission", json!({"permission": "write"}));
    runner.raw("users/chen-lee.json", br#"{"email": "lee@example.com"}"#);
    runner.raw("users/dkim.json", br#"{"email": null}"#);
    let merged = Merged { world, runner, before, landing, head };
    merged.reviews(&merged.head);
    merged.pushed();
    merged
}

impl Merged {
    /// Sets the reviews; Dana looked at this commit, the others at the head. Two pages, as in the API.
    fn reviews(&self, seen: &str) {
        let review = |login: &str, state: &str, commit: &str, body: Value| {
            json!({"user": {"login": login, "id": 901}, "state": state, "commit_id": commit, "body": body,
                "submitted_at": "2026-11-20T10:30:00Z", "html_url": format!("https://forge.example.com/pull/1#{login}")})
        };
        let head = self.head.as_str();
        let fine = json!("Fine.\n$(touch pwned) `touch pwned`");
        let first = json!([
            review("dkim", "APPROVED", seen, fine),
            review("ana", "COMMENTED", head, json!(""))
        ]);
        let second = json!([review("chen-lee", "APPROVED", head, Value::Null)]);
        let pages = format!("{first}\n{second}\n");
        self.runner.raw("repos/example/payments/pulls/1/reviews.json", pages.as_bytes());
    }

    /// Leaves one review, by this account, of this commit.
    fn only(&self, login: &str, seen: &str) {
        let review = json!([{"user": {"login": login, "id": 901}, "state": "APPROVED", "commit_id": seen, "body": null,
            "submitted_at": "2026-11-20T10:30:00Z", "html_url": format!("https://forge.example.com/pull/1#{login}")}]);
        let path = "repos/example/payments/pulls/1/reviews.json";
        self.runner.raw(path, review.to_string().as_bytes());
    }

    /// Adds a commit to the forge that has another text of a file, and returns it.
    fn older(&self, text: &str, file: &str) -> String {
        let bare = self.runner.bare();
        let clone = self.runner.place("older");
        let folder = self.runner.place("");
        git(&folder, &["clone", "-q", "bare.git", "older"]);
        git(&clone, &["fetch", "-q", "origin", "refs/pull/1/head"]);
        git(&clone, &["checkout", "-q", "FETCH_HEAD"]);
        std::fs::write(clone.join(file), text).unwrap();
        let who = ["-c", "user.name=Ana Ruiz", "-c", "user.email=ana@example.com"];
        git(&clone, &[&who[..], &["commit", "-q", "-a", "-m", "Earlier"]].concat());
        git(&clone, &["push", "-q", "origin", "HEAD:refs/pull/1/older"]);
        git(&bare, &["rev-parse", "refs/pull/1/older"]).trim().to_owned()
    }

    fn has_comment(&self) -> bool {
        self.runner.asked("issues/1/comments") != json!([])
    }

    fn pushed(&self) {
        self.runner.event(json!({"before": self.before}));
    }

    fn again(&self, number: &str) {
        self.runner.event(json!({"inputs": {"pull_request": number}}));
    }

    fn comment(&self) -> String {
        self.runner.asked("issues/1/comments")[0]["body"].as_str().unwrap().to_owned()
    }

    /// Runs the job with a key.
    fn job(&mut self, key: &str) -> Job {
        let key = speak::private_file(key);
        let job = self.runner.job(&["merged"], &[("EXLEDGER_KEY", key.trim())]);
        assert!(!job.log.contains(key.lines().nth(1).unwrap()), "the key is in the log");
        job
    }

    /// Returns the commits of the approvals branch on the forge, the newest first, each with its files.
    fn statements(&self) -> Vec<Vec<String>> {
        let bare = self.runner.bare();
        let refs = git(&bare, &["for-each-ref", "--format=%(refname)"]);
        if !refs.contains("refs/heads/exledger-approvals\n") {
            return Vec::new();
        }
        let commits = git(&bare, &["rev-list", "exledger-approvals"]);
        let files = |commit: &str| {
            let files = ["diff-tree", "--root", "-r", "--no-commit-id", "--name-only", commit];
            git(&bare, &files).lines().map(str::to_owned).collect()
        };
        commits.lines().map(files).collect()
    }
}

#[test]
fn what_reviewers_decided_is_pushed_to_the_approvals_branch_alone() {
    let mut merged = merged();
    assert_eq!(merged.world.stands().0, "unapproved");
    let tip = git(&merged.runner.bare(), &["rev-parse", "main"]);
    let job = merged.job("bridge");
    assert_eq!(job.code, 0, "{}", job.log);
    let all = merged.statements();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].len(), 4, "{all:?}");
    assert!(all[0].iter().all(|path| path.starts_with("exceptions/.approvals/")), "{all:?}");
    let bare = merged.runner.bare();
    assert_eq!(git(&bare, &["rev-parse", "main"]), tip);
    assert_eq!(
        git(&bare, &["log", "-1", "--format=%ae|%P", "exledger-approvals"]).trim(),
        "approvals@exledger.invalid|"
    );
    let path = all[0].iter().find(|path| path.contains("dana") && !path.ends_with(".sig")).unwrap();
    let statement = git(&bare, &["show", &format!("exledger-approvals:{path}")]);
    assert!(statement.contains("\nat 2026-11-20T10:30:00Z\n"), "{statement}");
    assert!(statement.contains("Fine. $(touch pwned) `touch pwned`"), "{statement}");
    let clone = merged.runner.clone_folder();
    assert!(!clone.join("pwned").exists(), "a review ran something");
    let config = text(&clone, ".git/config");
    assert!(!config.contains("extraheader"), "the token stays out of the clone");
    assert_eq!(merged.runner.writes(), Vec::<String>::new());
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
    git(&clone, &["fetch", "-q"]);
    let clock = [("EXLEDGER_TEST_CLOCK", merged.runner.now.as_str())];
    let run = cli::run_with(&clone, &["show", ID, "--format", "json"], &clock);
    let shown: Value = serde_json::from_str(&run.out).unwrap();
    let record = &shown["record"];
    assert_eq!(record["status"], "active", "{record:#}");
    assert_eq!(record["approval"]["result"], "claimed");
    // A second run has nothing to add, also from another clone.
    for _ in 0..2 {
        let job = merged.job("bridge");
        assert_eq!((job.code, merged.statements()), (0, all.clone()), "{}", job.log);
        std::fs::remove_dir_all(&clone).unwrap();
        git(&merged.runner.place(""), &["clone", "-q", "bare.git", "runner"]);
    }
}

#[test]
fn a_key_that_is_not_listed_for_reviews_is_named_and_none_at_all_is_only_noted() {
    let mut merged = merged();
    let job = merged.job("sam");
    assert_eq!(job.code, 1, "{}", job.log);
    let comment = merged.comment();
    assert!(
        comment.contains("reviews@exledger.invalid namespaces=\"exledger-review@v1\""),
        "{comment}"
    );
    assert_eq!(merged.statements().len(), 0, "it would never count");
    // A listed key, but no secret; a secret that is no key.
    let job = merged.runner.job(&["merged"], &[]);
    assert_eq!(job.code, 3, "{}", job.log);
    let log = job.log.split_whitespace().collect::<Vec<_>>().join(" ");
    // A new key would be another one, so the workflow comes first.
    for says in ["EXLEDGER_KEY is not set in this job", "the job needs `environment: exledger`"] {
        assert!(log.contains(says), "{log}");
    }
    assert!(!log.contains("`exledger ci setup`"), "{log}");
    let job = merged.runner.job(&["merged"], &[("EXLEDGER_KEY", "no k3y at all")]);
    assert_eq!(job.code, 3, "{}", job.log);
    assert!(!job.log.contains("k3y"), "{}", job.log);
    assert!(job.log.contains("run `exledger ci setup --new-key`"), "{}", job.log);
    // Without a listed key nobody waits for the reviews.
    let clone = merged.runner.clone_folder();
    git(&clone, &["update-ref", "refs/remotes/origin/main", &merged.before]);
    let unlisted = World::new("version: 1\n");
    unlisted.repo.by("lee").write(".github/allowed_signers", "").commit("List nobody");
    let mut runner = Runner::of(&unlisted.repo);
    let job = runner.job(&["merged"], &[]);
    assert_eq!(job.code, 0, "{}", job.log);
    assert!(job.log.contains("approvals count by `exledger approve` alone"), "{}", job.log);
    let job = runner.job(&["merged"], &[("EXLEDGER_KEY", "no k3y at all")]);
    assert_eq!(job.code, 3, "{}", job.log);
    assert!(job.log.contains("run `exledger ci setup`"), "{}", job.log);
}

#[test]
fn a_branch_that_moved_is_taken_into_account_three_times() {
    let mut merged = merged();
    let clone = merged.runner.clone_folder();
    // Somebody else pushes at each attempt, until the hook has run this often.
    let busy = |often: u32| {
        format!(
            "#!/bin/sh\ntest \"$1\" != refs/heads/main || exit 1\nn=$(cat $FORGE/pushes 2> /dev/null || echo 0)\n\
             echo $((n + 1)) > $FORGE/pushes\ntest $n -ge {often}\n"
        )
    };
    for (often, code) in [(3, 0), (4, 3)] {
        let _ = std::fs::remove_file(merged.runner.place("pushes"));
        merged.runner.executable("bare.git/hooks/update", &busy(often));
        if code == 3 {
            git(&merged.runner.bare(), &["update-ref", "-d", "refs/heads/exledger-approvals"]);
            std::fs::remove_dir_all(&clone).unwrap();
            git(&merged.runner.place(""), &["clone", "-q", "bare.git", "runner"]);
        }
        let job = merged.job("bridge");
        assert_eq!(job.code, code, "{}", job.log);
        if code == 3 {
            let log = job.log.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                log.contains("let the app of Actions bypass it for exledger-approvals"),
                "{log}"
            );
        }
    }
    // What others pushed stays.
    let other = crate::support::temporary();
    git(other.path(), &["clone", "-q", &merged.runner.bare().display().to_string(), "."]);
    git(other.path(), &["switch", "-q", "--orphan", "exledger-approvals"]);
    std::fs::create_dir_all(other.path().join("exceptions/.approvals")).unwrap();
    std::fs::write(other.path().join("exceptions/.approvals/other"), "x\n").unwrap();
    git(other.path(), &["add", "."]);
    let who = ["-c", "user.name=Dana Kim", "-c", "user.email=dana@example.com"];
    git(other.path(), &[&who[..], &["commit", "-q", "-m", "Approve"]].concat());
    merged.runner.executable("bare.git/hooks/update", "#!/bin/sh\nexit 0\n");
    git(other.path(), &["push", "-q", "origin", "exledger-approvals"]);
    let job = merged.job("bridge");
    assert_eq!(job.code, 0, "{}", job.log);
    let all = merged.statements();
    assert_eq!(
        (all.len(), all[1].as_slice()),
        (2, &["exceptions/.approvals/other".to_owned()][..])
    );
}

#[test]
fn only_a_request_that_was_merged_into_the_approved_branch_is_recorded() {
    let mut merged = merged();
    for (number, code, says) in [
        ("8", 1, "#8 is not for main"),
        ("9", 1, "#9 is not merged"),
        ("1; touch pwned", 2, "digits only"),
        ("0", 2, "digits only"),
    ] {
        merged.again(number);
        let job = merged.job("bridge");
        assert_eq!((job.code, merged.statements().len()), (code, 0), "{}", job.log);
        assert!(job.log.contains(says), "{}", job.log);
    }
    // A merge commit that is on no line of the approved branch.
    let elsewhere = json!({"number": 1, "user": {"login": "aruiz"}, "merged_at": "2026-11-20T11:00:00Z",
        "base": {"ref": "main"}, "head": {"sha": merged.head}, "merge_commit_sha": merged.head});
    let commit = merged.runner.asked(&format!("commits/{}", merged.landing));
    merged.runner.answer(&format!("commits/{}", merged.head), commit);
    let honest = merged.runner.asked("pulls/1");
    merged.runner.answer("pulls/1", elsewhere);
    git(&merged.runner.clone_folder(), &["fetch", "-q", "origin", "refs/pull/1/head"]);
    merged.again("1");
    let job = merged.job("bridge");
    assert_eq!((job.code, merged.statements().len()), (1, 0), "{}", job.log);
    merged.runner.answer("pulls/1", honest);
    let job = merged.job("bridge");
    assert_eq!((job.code, merged.statements().len()), (0, 1), "{}", job.log);
    assert!(!merged.runner.clone_folder().join("pwned").exists());
}

#[test]
fn a_login_that_nobody_knows_is_asked_for_with_its_number_until_it_is_run_again() {
    let mut merged = merged();
    let permission = "collaborators/chen-lee/permission";
    merged.runner.answer(permission, json!({}));
    let job = merged.job("bridge");
    assert_eq!(job.code, 1, "{}", job.log);
    assert!(job.log.contains("of #1, EXC-2026-7F3KQ waits for approval"), "{}", job.log);
    assert!(job.log.contains("it is not known who chen-lee is"), "{}", job.log);
    let comment = merged.comment();
    assert!(comment.contains("- `901+chen-lee: ADDRESS`"), "{comment}");
    assert_eq!(merged.statements()[0].len(), 2, "what counts is pushed");
    assert_eq!(merged.runner.asked("issues/1/comments")[0]["user"]["login"], BOT);
    merged.runner.answer(permission, json!({"permission": "write"}));
    merged.again("1");
    let job = merged.job("bridge");
    assert_eq!(job.code, 0, "{}", job.log);
    assert!(merged.comment().contains("No approval of this pull request is left out"));
    assert_eq!(merged.statements().len(), 2);
}

#[test]
fn a_login_that_the_policy_has_with_another_number_is_named_with_both() {
    let mut merged = merged_under(&POLICY.replace("dkim: dana", "905+dkim: dana"));
    let job = merged.job("bridge");
    assert_eq!(job.code, 1, "{}", job.log);
    let says = "the forge names 901+dkim, and people.logins 905+dkim, so the login may have changed hands: if it is the same person's, change `905+dkim` to `901+dkim` in people.logins";
    let comment = merged.comment();
    assert!(comment.contains(says) && !comment.contains("ADDRESS"), "{comment}");
    assert!(job.log.contains(&format!("dkim approved #1, which does not count: {says}")));
    let all = merged.statements();
    assert!(all[0].len() == 2 && all[0][0].contains("lee@example.com"), "{all:?}");
}

#[test]
fn an_author_of_the_request_is_named_in_the_comment_and_others_count() {
    let mut merged = merged_under(&one());
    let head = merged.head.clone();
    let commit = |email: &str, login: &str| json!({"sha": head, "commit": {"author": {"email": email}}, "author": {"login": login}});
    let commits = [commit("ana@example.com", "aruiz"), commit("dana@home.example", "dkim")];
    merged.runner.answer("pulls/1/commits", json!(commits));
    let job = merged.job("bridge");
    assert_eq!((job.code, merged.has_comment()), (0, false), "Lee's is enough: {}", job.log);
    assert!(job.log.contains("all of #1 is approved without that"), "{}", job.log);
    let all = merged.statements();
    assert!(all[0].len() == 2 && all[0][0].contains("lee@example.com"), "{all:?}");
    let mut merged = merged_under(&one());
    merged.runner.answer("pulls/1/commits", json!(commits));
    merged.only("dkim", &merged.head);
    let job = merged.job("bridge");
    assert_eq!((job.code, merged.statements().len()), (1, 0), "{}", job.log);
    assert!(job.log.contains("of #1, EXC-2026-7F3KQ waits for approval"), "{}", job.log);
    let comment = merged.comment();
    assert!(
        comment.contains(
            "These approvals do not count.\n\n- dana@example.com wrote part of EXC-2026-7F3KQ"
        ) && comment.contains("ask someone else")
            && !comment.contains("Add each line"),
        "{comment}"
    );
}

#[test]
fn a_review_of_older_content_is_named_where_the_record_waits_for_it() {
    let mut merged = merged_under(&one());
    let bare = merged.runner.bare();
    let file = format!("exceptions/{ID}.yaml");
    let text = git(&bare, &["show", &format!("{}:{file}", merged.head)]);
    let older = merged.older(&format!("{text}# Another word\n"), &file);
    for (login, code) in [("dkim", 1), ("", 0)] {
        match login {
            "" => merged.reviews(&older),
            login => merged.only(login, &older),
        }
        let job = merged.job("bridge");
        assert_eq!(job.code, code, "{}", job.log);
        assert!(job.log.contains("review of older content: ask again"), "{}", job.log);
        let comment = merged.comment();
        let says = ["All of this pull request is approved", "review of older content"];
        assert!(comment.contains(says[code as usize]), "{comment}");
    }
}

#[test]
fn a_landing_that_the_forge_names_for_other_requests_alone_is_a_problem_while_it_waits() {
    let mut merged = merged();
    let pulls = format!("commits/{}/pulls", merged.landing);
    let all = merged.runner.asked(&pulls);
    merged.runner.answer(&pulls, json!([all[1]]));
    let job = merged.job("bridge");
    assert_eq!((job.code, merged.statements().len()), (1, 0), "{}", job.log);
    let says = "is part of #8, not merged into main by it: its reviews are not recorded, and EXC-2026-7F3KQ waits";
    assert!(job.log.contains(says), "{}", job.log);
    merged.again("1");
    assert_eq!(merged.job("bridge").code, 0);
    merged.pushed();
    let job = merged.job("bridge");
    assert_eq!((job.code, job.log.contains("#8")), (0, false), "{}", job.log);
}

#[test]
fn a_review_without_a_commit_and_one_of_nobody_are_named_as_such() {
    let mut merged = merged();
    let path = "repos/example/payments/pulls/1/reviews.json";
    let review = |user: Value, commit: Value| {
        json!([{"user": user, "state": "APPROVED", "commit_id": commit, "body": null,
            "submitted_at": "2026-11-20T10:30:00Z", "html_url": "https://forge.example.com/pull/1#x"}])
    };
    let dana = json!({"login": "dkim", "id": 901});
    merged.runner.raw(path, review(dana, Value::Null).to_string().as_bytes());
    let job = merged.job("bridge");
    assert_eq!(job.code, 3, "{}", job.log);
    assert!(job.log.contains("the forge names no commit of their review"), "{}", job.log);
    assert!(!job.log.contains("0000"), "{}", job.log);
    let head = json!(merged.head);
    merged.runner.raw(path, review(Value::Null, head).to_string().as_bytes());
    let job = merged.job("bridge");
    assert_eq!(job.code, 1, "{}", job.log);
    let comment = merged.comment();
    assert!(comment.contains("that of an account that no longer exists"), "{comment}");
    assert!(!comment.contains("Add each line"), "{comment}");
}

#[test]
fn without_an_answer_about_the_pull_request_everything_stays_as_it_is() {
    let mut merged = merged();
    merged.runner.answer(&format!("commits/{}/pulls", merged.landing), json!([]));
    for before in [merged.before.clone(), "0".repeat(40)] {
        merged.runner.event(json!({"before": before}));
        let job = merged.job("bridge");
        // The message names #1.
        assert_eq!((job.code, merged.statements().len()), (3, 0), "{}", job.log);
        let asked = merged.runner.calls().len();
        assert_eq!(asked, 3, "the forge may take a moment to know the request");
    }
    // A forge that doesn't answer is no forge without pull requests.
    let path = format!("{REPO}/commits/{}/pulls", merged.landing);
    for refuse in ["0", "nonsense", "empty"] {
        merged.runner.refuse(&format!("GET {path} {refuse} -1\n"));
        merged.runner.calls();
        let job = merged.job("bridge");
        assert_eq!((job.code, merged.statements().len()), (3, 0), "{}", job.log);
        assert_eq!(merged.runner.calls().len(), 3, "{refuse}");
    }
    // Nonsense in the place of the reviews is none, too.
    merged.runner.refuse("");
    let of = |at: &str| json!({"number": 1, "merged_at": at, "base": {"ref": "main"}, "merge_commit_sha": merged.landing});
    merged
        .runner
        .answer(&format!("commits/{}/pulls", merged.landing), json!([of("2026-11-20T11:00:00Z")]));
    merged
        .runner
        .answer("pulls/1/reviews", json!([{"state": "APPROVED", "user": {"login": "dkim"}}]));
    let job = merged.job("bridge");
    assert_eq!((job.code, merged.statements().len()), (3, 0), "{}", job.log);
}

#[test]
fn an_answer_that_can_not_be_used_is_asked_for_again_and_is_no_empty_list() {
    for refuse in ["0", "503", "nonsense", "empty"] {
        let mut merged = merged();
        let path = format!("{REPO}/pulls/1/reviews");
        merged.runner.refuse(&format!("GET {path} {refuse} 3\n"));
        let job = merged.job("bridge");
        assert_eq!((job.code, merged.statements().len()), (3, 0), "{refuse}: {}", job.log);
        merged.runner.refuse(&format!(
            "GET {path} {refuse} 2\nGET {REPO}/pulls/1 {refuse} 2\nGET graphql {refuse} 2\n"
        ));
        let job = merged.job("bridge");
        assert_eq!((job.code, merged.statements().len()), (0, 1), "{refuse}: {}", job.log);
    }
}

#[test]
fn a_request_without_its_head_or_its_author_is_nonsense_and_nothing_is_signed() {
    let mut merged = merged();
    let honest = merged.runner.asked("pulls/1");
    let without = |key: &str| {
        let mut request = honest.clone();
        request.as_object_mut().unwrap().remove(key);
        request
    };
    let nobody =
        json!({"user": {}, "number": 1, "base": {"ref": "main"}, "head": {"sha": merged.head}});
    for answer in [json!({}), without("head"), without("user"), without("number"), nobody] {
        merged.runner.answer("pulls/1", answer.clone());
        merged.runner.calls();
        let job = merged.job("bridge");
        assert_eq!((job.code, merged.statements().len()), (3, 0), "{answer}: {}", job.log);
        let path = format!("{REPO}/pulls/1");
        let n_asked =
            merged.runner.calls().iter().filter(|call| call["path"] == path.as_str()).count();
        assert_eq!(n_asked, 3, "{answer}");
    }
    merged.runner.answer("pulls/1", honest.clone());
    let landed = format!("commits/{}", merged.landing);
    let commit = merged.runner.asked(&landed);
    merged.runner.answer(&landed, json!({}));
    let job = merged.job("bridge");
    assert_eq!((job.code, merged.statements().len()), (3, 0), "{}", job.log);
    merged.runner.answer(&landed, commit);
    // An account that no longer exists is nobody's.
    let mut deleted = honest;
    deleted["user"] = Value::Null;
    merged.runner.answer("pulls/1", deleted);
    let job = merged.job("bridge");
    assert!(!job.log.contains("is not what the forge promises"), "{}", job.log);
}

#[test]
fn a_message_that_names_a_request_is_compared_with_a_forge_that_names_none() {
    for (subject, code) in [
        ("File the billing exception (#2)", 3),
        ("Merge pull request #2 from example/billing", 3),
        ("File the billing exception (!2)", 0),
        ("File the billing exception", 0),
    ] {
        let mut merged = merged();
        let repo = &merged.world.repo;
        repo.by("ana").write("README.md", "Payments\n").commit(subject);
        let landing = repo.tip("main").to_string();
        merged.runner.executable("bare.git/hooks/update", "#!/bin/sh\nexit 0\n");
        merged.runner.take(repo);
        merged.runner.event(json!({"before": merged.landing}));
        merged.runner.answer(&format!("commits/{landing}/pulls"), json!([]));
        merged.runner.calls();
        let job = merged.job("bridge");
        assert_eq!((job.code, merged.statements().len()), (code, 0), "{subject}: {}", job.log);
        assert_eq!(merged.runner.calls().len(), 3, "{subject}");
        let log = job.log.split_whitespace().collect::<Vec<_>>().join(" ");
        let says =
            ["the forge names none, and its message names #2", "ci merged --pull-request 2`"];
        assert_eq!(says.iter().all(|words| log.contains(words)), code == 3, "{subject}: {log}");
        // Requests that hold the commit, as those of a rebase, are an answer.
        let other = json!([{"number": 2, "merged_at": null, "base": {"ref": "main"}}]);
        merged.runner.answer(&format!("commits/{landing}/pulls"), other);
        let job = merged.job("bridge");
        assert_eq!((job.code, merged.statements().len()), (0, 0), "{subject}: {}", job.log);
    }
}

#[test]
fn a_review_that_can_not_be_told_fails_the_job_after_the_others_were_written() {
    let mut merged = merged();
    merged.reviews(&"3".repeat(40));
    let job = merged.job("bridge");
    assert_eq!(job.code, 3, "{}", job.log);
    assert!(job.log.contains("could not determine what dana@example.com looked at"), "{}", job.log);
    let all = merged.statements();
    assert_eq!(all[0].len(), 2, "{all:?}");
    assert!(all[0][0].contains(ID) && all[0][0].contains("lee@example.com"), "{all:?}");
}

#[test]
fn in_a_clone_it_starts_the_job() {
    let merged = merged();
    let here = ["merged", "--forge=github", "--repo=example/payments"];
    let job = merged.runner.run(&here, &[]);
    assert_eq!(job.code, 2, "{}", job.log);
    let job = merged.runner.run(&[&here[..], &["--pull-request=0"]].concat(), &[]);
    assert_eq!((job.code, merged.runner.calls().len()), (2, 0), "{}", job.log);
    let without = merged.runner.place("without");
    std::fs::create_dir(&without).unwrap();
    let path = ("PATH", without.to_str().unwrap());
    let job = merged.runner.run(&[&here[..], &["--pull-request=1"]].concat(), &[path]);
    assert_eq!(job.code, 3, "{}", job.log);
    let says =
        ["the forge was not asked", "there is no program gh", "install gh, or put it on PATH"];
    assert!(says.iter().all(|it| job.log.contains(it)), "{}", job.log);
    let job = merged.runner.run(&[&here[..], &["--pull-request=1"]].concat(), &[]);
    assert_eq!(job.code, 0, "{}", job.log);
    let [call] = &merged.runner.calls()[..] else { panic!("{}", job.log) };
    assert_eq!(call["path"], format!("{REPO}/actions/workflows/exledger.yml/dispatches"));
    let sent: Value = serde_json::from_str(call["sent"].as_str().unwrap()).unwrap();
    assert_eq!(sent, json!({"ref": "main", "inputs": {"pull_request": "1"}}));
}

#[test]
fn commits_that_the_forge_does_not_list_may_be_the_reviewers_own() {
    let older = json!({"sha": "1".repeat(40), "commit": {"author": {"email": "ana@example.com"}}, "author": null});
    for listed in [json!([]), json!([older])] {
        let mut merged = merged_under(&one());
        merged.only("dkim", &merged.head);
        merged.runner.answer("pulls/1/commits", listed);
        let job = merged.job("bridge");
        assert_eq!((job.code, merged.statements().len()), (3, 0), "{}", job.log);
        assert!(job.log.contains("does not list its commits up to the head"), "{}", job.log);
        assert!(merged.comment().contains("exledger approve ID"), "{}", merged.comment());
    }
}

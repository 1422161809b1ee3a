//! The ways to approve what landed: each policy's answers name the ways that it accepts, and each of them works.

use super::{ID, Stage, record};
use crate::support::repo::{git, speak};
use exledger::approval::next::steps::ApprovalWay;
use exledger::approval::next::text;
use serde_json::Value;

/// The policies: their text, and the ways that must be named for what its author pushed, the best first.
const POLICIES: &[(&str, Keys, &[ApprovalWay])] = &[
    ("", Keys::Listed, &[ApprovalWay::SignedFile, ApprovalWay::Merge]),
    ("", Keys::None, &[ApprovalWay::Merge, ApprovalWay::SignedFile]),
    (
        "approval: {accept: [merge, trailer, review, signature]}\n",
        Keys::Listed,
        &[ApprovalWay::Merge],
    ),
    (
        "approval: {proof: attested}\n",
        Keys::Listed,
        &[ApprovalWay::SignedFile, ApprovalWay::SignedMerge],
    ),
    (
        "approval: {proof: attested, accept: [signature]}\n",
        Keys::Listed,
        &[ApprovalWay::SignedMerge],
    ),
    (
        "approval: {proof: attested, accept: [merge, detached]}\n",
        Keys::None,
        &[ApprovalWay::SignedFile],
    ),
    (
        "tiers: [{name: standard, approvals: {count: 2}}]\n",
        Keys::Listed,
        &[ApprovalWay::SignedFile],
    ),
    (
        "approval: {accept: [merge, trailer]}\ntiers: [{name: standard, approvals: {count: 2}}]\n",
        Keys::Listed,
        &[ApprovalWay::MergeWithTrailers],
    ),
    ("approval: {accept: [note]}\n", Keys::None, &[ApprovalWay::ReviewNote]),
    (
        "people: {forges: [forge@example.com]}\ngroups: {approvers: [lee@example.com]}\n\
         approval: {proof: forge-signed, accept: [merge]}\n",
        Keys::Forge,
        &[ApprovalWay::ForgeMerge],
    ),
    (
        "approval: {accept: [merge]}\ntiers: [{name: standard, approvals: {proof: attested}}]\n",
        Keys::Listed,
        &[],
    ),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Keys {
    Listed,
    /// The key of the forge alone.
    Forge,
    None,
}

/// Returns words that identify a way in a reason.
fn words(way: ApprovalWay, keys: Keys) -> &'static str {
    match way {
        ApprovalWay::SignedFile => match keys {
            Keys::Listed | Keys::Forge => "run `exledger approve EXC-2026-7F3KQ`",
            Keys::None => "once .github/allowed_signers lists their key",
        },
        ApprovalWay::ForgeReviews => "`exledger approve --from-reviews FILE --key KEY`",
        ApprovalWay::Merge => "merge a change to its text with a merge commit",
        ApprovalWay::ForgeMerge => "press Merge on a pull request that changes its text",
        ApprovalWay::MergeWithTrailers => "`Approved-by: NAME <ADDRESS>`",
        ApprovalWay::SignedMerge => "with a merge commit signed by a key that",
        ApprovalWay::ReviewNote => "`Code-Review+2: NAME <ADDRESS>`",
    }
}

/// Approves in this way.
fn take(stage: &Stage, way: ApprovalWay, keys: Keys) {
    match way {
        ApprovalWay::SignedFile if keys == Keys::Listed => {
            for by in ["dana", "lee"].iter().take(needed(stage)) {
                stage.run_on(&format!("exledger approve {ID}"), by, "ana");
            }
        }
        ApprovalWay::SignedFile => {
            let run = stage.shell("dana", &format!("exledger approve {ID}"));
            assert_eq!(run.code, 1, "{}{}", run.out, run.err);
            let line = run.out.lines().find(|line| line.contains(" ssh-ed25519 "));
            let line = format!("{}\n", line.unwrap_or_else(|| panic!("{}", run.out)));
            stage.home();
            stage.merged(".github/allowed_signers", &line, "ana", "lee");
            stage.run_on(&format!("exledger approve {ID}"), "dana", "ana");
        }
        ApprovalWay::Merge => stage.amend("ana", "lee"),
        ApprovalWay::ForgeMerge => {
            let work = stage.repo.branch("amend").by("ana");
            work.edit(ID, "title: In other words").commit("Change its text");
            press_merge(stage, "amend");
        }
        ApprovalWay::MergeWithTrailers => {
            let work = stage.repo.branch("amend").by("ana");
            work.edit(ID, "title: In other words").commit("Change its text");
            let message = "Merge branch 'amend'\n\nApproved-by: Dana Kim <dana@example.com>";
            stage.repo.by("lee").merge("amend", message);
            stage.home();
        }
        ApprovalWay::SignedMerge => {
            let work = stage.repo.branch("amend").by("ana");
            work.edit(ID, "title: In other words").commit("Change its text");
            stage.repo.by("lee").signed("lee").merge("amend", "Merge branch 'amend'");
            stage.home();
        }
        ApprovalWay::ReviewNote => {
            let note =
                "git notes --ref=review append -m 'Code-Review+2: Lee Chen <lee@example.com>'";
            let run = stage.shell("lee", note);
            assert_eq!(run.code, 0, "{}", run.err);
        }
        ApprovalWay::ForgeReviews => panic!("a push names no pull request"),
    }
}

/// Merges a branch as Lee does on the forge.
fn press_merge(stage: &Stage, branch: &str) {
    let work = stage.repo.by("lee").through("forge").signed("forge");
    work.merge(branch, &format!("Merge pull request #7 from {branch}"));
    stage.home();
}

fn needed(stage: &Stage) -> usize {
    let count = stage.show()["approval"]["needed"]["count"].as_u64();
    usize::try_from(count.unwrap()).unwrap()
}

fn begin(policy: &str, keys: Keys) -> Stage {
    let listed = Stage::new(policy);
    let stage = match keys {
        Keys::Listed => listed,
        Keys::Forge => {
            Stage::begin(policy, &[(".github/allowed_signers", &speak::signer("forge"))])
        }
        Keys::None => Stage::begin(policy, &[]),
    };
    stage.land("ana", &[(ID, &record(""))]);
    stage
}

#[test]
fn each_way_that_a_reason_names_leads_to_an_active_record() {
    for (policy, keys, ways) in POLICIES {
        let stage = begin(policy, *keys);
        let reasons = stage.show()["reasons"].to_string();
        for way in ApprovalWay::ALL {
            let known = words(*way, *keys);
            let alone = match way {
                ApprovalWay::SignedFile => *keys == Keys::None || !reasons.contains("once .github"),
                ApprovalWay::Merge => {
                    !reasons.contains("merge commit signed") && !reasons.contains("Approved-by")
                }
                _ => true,
            };
            let is_named = reasons.contains(known) && alone;
            assert_eq!(is_named, ways.contains(way), "{policy:?} {way:?}: {reasons}");
        }
        for way in *ways {
            let stage = begin(policy, *keys);
            take(&stage, *way, *keys);
            assert_eq!(stage.status(), "active", "{policy:?} {way:?}");
        }
    }
}

#[test]
fn the_step_of_the_queue_is_one_that_the_policy_accepts() {
    for (policy, keys, ways) in POLICIES {
        let stage = begin(policy, *keys);
        let (action, command) = stage.next();
        let Some(way) = ways.first() else {
            assert!(action.contains("with `detached` in `approval.accept`"), "{action}");
            continue;
        };
        match way {
            ApprovalWay::SignedFile if *keys == Keys::Listed => {
                for by in ["dana", "lee"].iter().take(needed(&stage)) {
                    stage.run_on(&command, by, "ana");
                }
            }
            ApprovalWay::Merge | ApprovalWay::MergeWithTrailers | ApprovalWay::SignedMerge => {
                let work = stage.repo.branch("amend").by("ana");
                work.edit(ID, "title: In other words").commit("Change its text");
                stage.home();
                let more = match way {
                    ApprovalWay::MergeWithTrailers => {
                        " -m 'Merge branch amend' -m 'Approved-by: Dana Kim <dana@example.com>'"
                    }
                    _ => "",
                };
                let merge = text::command(*way, ID, Some("amend")).unwrap();
                let run = stage.shell("lee", &(merge + more));
                assert_eq!(run.code, 0, "{command}: {}{}", run.out, run.err);
            }
            ApprovalWay::ForgeMerge => {
                assert!(action.starts_with("press Merge on a pull request"), "{action}");
                take(&stage, *way, *keys);
            }
            ApprovalWay::ReviewNote => {
                let vote = " -m 'Code-Review+2: Lee Chen <lee@example.com>'";
                let run = stage.shell("lee", &(command.clone() + vote));
                assert_eq!(run.code, 0, "{command}: {}{}", run.out, run.err);
            }
            ApprovalWay::SignedFile => {
                assert!(action.contains("once .github/allowed_signers lists your key"), "{action}");
                take(&stage, *way, *keys);
            }
            ApprovalWay::ForgeReviews => panic!("a push names no pull request"),
        }
        assert_eq!(stage.status(), "active", "{policy:?}: {command}");
    }
}

#[test]
fn a_proposal_is_approved_by_the_step_of_the_queue() {
    for (policy, keys, ways) in POLICIES {
        let listed = Stage::new(policy);
        let stage = match keys {
            Keys::Listed => listed,
            Keys::Forge => {
                Stage::begin(policy, &[(".github/allowed_signers", &speak::signer("forge"))])
            }
            Keys::None => Stage::begin(policy, &[]),
        };
        let work = stage.repo.branch("ask").by("ana");
        work.write(ID, &record("")).commit("File it");
        stage.home();
        let (action, command) = stage.next();
        match ways.first() {
            Some(ApprovalWay::SignedFile) if *keys == Keys::Listed => {
                stage.run_on(&command, "dana", "ana");
                stage.run_on(&command, "lee", "ana");
                stage.merge("ask", "ana");
            }
            Some(
                ApprovalWay::Merge | ApprovalWay::SignedMerge | ApprovalWay::MergeWithTrailers,
            ) => {
                let more = match action.contains("Approved-by") {
                    true => " -m 'Merge branch ask' -m 'Approved-by: Dana Kim <dana@example.com>'",
                    false => "",
                };
                let run = stage.shell("lee", &(command.clone() + more));
                assert_eq!(run.code, 0, "{command}: {}{}", run.out, run.err);
            }
            Some(ApprovalWay::SignedFile) => {
                assert!(action.contains("once .github/allowed_signers lists your key"), "{action}");
                let line = speak::signer("dana");
                stage.merged(".github/allowed_signers", &line, "ana", "lee");
                stage.run_on(&command, "dana", "ana");
                stage.merge("ask", "ana");
            }
            Some(ApprovalWay::ForgeMerge) => {
                assert!(action.starts_with("press Merge on the pull request of ask"), "{action}");
                press_merge(&stage, "ask");
            }
            Some(ApprovalWay::ReviewNote | ApprovalWay::ForgeReviews) => {
                assert!(action.contains("review ask on the forge and merge it"), "{action}");
                continue;
            }
            None => {
                assert!(action.contains("with `detached` in `approval.accept`"), "{action}");
                continue;
            }
        }
        assert_eq!(stage.status(), "active", "{policy:?}: {command}");
    }
}

#[test]
fn a_policy_that_accepts_nothing_that_meets_its_demand_is_told_so() {
    let policy =
        "approval: {accept: [merge]}\ntiers: [{name: standard, approvals: {proof: attested}}]\n";
    let stage = begin(policy, Keys::Listed);
    let reason = stage.reason("the policy accepts no kind of approval that meets its own");
    assert!(reason.contains("start a new ledger, with `detached` in"), "{reason}");
    let file = stage.repo.path().join("exledger.yaml");
    let policy = std::fs::read_to_string(file).unwrap();
    let policy = policy.replace("[merge]", "[merge, detached]");
    // A change of the policy would need the signature that it refuses.
    stage.merged("exledger.yaml", &policy, "dana", "lee");
    assert_eq!(stage.status(), "unapproved");
}

#[test]
fn the_reviews_of_a_squashed_pull_request_are_written_down_as_advised() {
    let logins = "people: {logins: {dkim: dana@example.com}}\n";
    let line = speak::bridge_line();
    let bridge = [(".github/allowed_signers", line.as_str())];
    let of_job = line.replace("bridge@example.com", "reviews@exledger.invalid");
    let job = [(".github/allowed_signers", of_job.as_str())];
    for (policy, beside, is_named) in [
        (logins.to_owned(), &bridge[..], true),
        // That key is the job's alone.
        (logins.to_owned(), &job, false),
        (format!("{logins}approval: {{proof: attested}}\n"), &bridge, false),
        (logins.to_owned(), &[], false),
    ] {
        let stage = Stage::begin_with(&policy, beside);
        let work = stage.repo.branch("ask").by("ana");
        let head = work.write(ID, &record("")).commit("File it");
        let squash = stage.repo.by("ana").through("github");
        let landing = squash.squash("ask", "File it (#7)");
        stage.home();
        let reason = stage.reason("merged by squash");
        assert_eq!(reason.contains("--from-reviews FILE --key KEY"), is_named, "{reason}");
        let is_job = beside == job;
        assert_eq!(reason.contains("`exledger ci merged --pull-request 7`"), is_job, "{reason}");
        if !is_named {
            continue;
        }
        let review = format!(
            r##"{{"pull_request": "#7", "landing": "{landing}", "reviews": [{{"login": "dkim", "email": null,
            "state": "approved", "commit": "{head}", "at": "2026-11-20T10:00:00Z", "url": "https://forge.example.com/7",
            "reason": null}}]}}"##
        );
        std::fs::write(stage.repo.path().join(".git/FILE"), review).unwrap();
        let reason = reason.replace(" FILE", " .git/FILE").replace(" KEY", " .git/keys/bridge");
        stage.follow(&reason, "lee", "lee");
        if stage.status() != "active" {
            git(stage.repo.path(), &["add", "exceptions"]);
            let run = stage.shell("lee", "git commit -m 'Write reviews down'");
            assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        }
        assert_eq!(stage.status(), "active");
    }
}

#[test]
fn who_left_the_group_since_is_not_named_and_who_joined_it_is() {
    let policy = |group: &str| {
        format!(
            "version: 1\nname: example/payments\ngroups: {{security: [{group}]}}\n\
             tiers: [{{name: standard, approvals: {{count: 1, each_of: [security]}}}}]\n"
        )
    };
    let before = policy("dana@example.com, sam@example.com");
    let stage = Stage::new("");
    stage.land("lee", &[("exledger.yaml", &before)]);
    stage.run_on("exledger approve --governance exledger.yaml", "dana", "lee");
    stage.land("ana", &[(ID, &record(""))]);
    let named = || {
        let who = stage.show()["approval"]["missing"][0]["who"].clone();
        let emails = who.as_array().unwrap().iter().map(|who| who["email"].as_str().unwrap());
        emails.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(named(), ["dana@example.com", "sam@example.com"]);
    stage.merged("exledger.yaml", &policy("lee@example.com, sam@example.com"), "ana", "sam");
    assert_eq!(named(), ["lee@example.com", "sam@example.com"]);
    let needs = stage.reason("needs one person in group security");
    assert!(needs.ends_with(": lee@example.com or sam@example.com"), "{needs}");
    // Who left is not told to, and what they sign all the same is not enough.
    let asked = |by: &str| stage.shell(by, &format!("exledger show {ID}")).out;
    let line = format!("next: exledger approve {ID}\n");
    assert!(!asked("dana").contains(&line), "{}", asked("dana"));
    assert!(asked("lee").contains(&line), "{}", asked("lee"));
    stage.run_on(&format!("exledger approve {ID}"), "dana", "ana");
    assert_eq!(stage.status(), "unapproved");
    stage.run_on(&format!("exledger approve {ID}"), "lee", "ana");
    assert_eq!(stage.status(), "active");
}

#[test]
fn a_key_that_was_listed_since_lets_its_owner_sign_what_landed_before() {
    let stage = begin("approval: {accept: [merge, detached]}\n", Keys::None);
    assert!(stage.reason("someone else must").contains("once .github/allowed_signers lists"));
    stage.merged(".github/allowed_signers", &speak::signer("dana"), "ana", "lee");
    let reason = stage.reason("someone else must");
    assert!(!reason.contains("lists their key"), "{reason}");
    stage.follow(&reason, "dana", "ana");
    assert_eq!(stage.status(), "active");
}

#[test]
fn whose_approval_counts_already_is_not_asked_again() {
    let stage = Stage::new("tiers: [{name: standard, max_term: 90d, approvals: {count: 2}}]\n");
    let asked = || {
        let answer = stage.answer(&["queue", "--messages"]);
        let messages = answer["messages"].as_array().unwrap().clone().into_iter();
        let asks =
            |message: &Value| message["records"][0]["roles"].to_string().contains("approver");
        let addresses = messages.filter(asks).map(|it| it["to"]["email"].to_string());
        addresses.collect::<String>()
    };
    stage.repo.branch("ask").by("ana").write(ID, &record("")).commit("File it");
    stage.home();
    assert!(asked().contains("lee") && asked().contains("dana"), "{}", asked());
    let signed = stage.shell("lee", &format!("exledger approve {ID} --ref ask"));
    assert_eq!(signed.code, 0, "{}", signed.err);
    assert!(!asked().contains("lee") && asked().contains("dana"), "{}", asked());
    let comment = stage.shell("dana", "exledger diff main ask --format markdown").out;
    let (_, ways) = comment.split_once("Still missing: one more person").unwrap();
    let (_, sign) = ways.split_once("Sign it").unwrap();
    let (sign, _) = sign.split_once('`').unwrap();
    assert!(sign.contains("dana") && !sign.contains("lee"), "{comment}");
    assert!(ways.contains("anyone but Ana Ruiz &lt;ana@example.com> or "), "{comment}");
    let screen = stage.shell("dana", "exledger queue").out;
    let screen = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(screen.contains("waits for anyone but Ana Ruiz and lee@example.com"), "{screen}");
    // Of what landed, the one who merged it counts.
    let other = "EXC-2026-0THER";
    stage
        .repo
        .branch("other")
        .by("ana")
        .write(other, &record("").replace(ID, other))
        .commit("File another");
    stage.merge("other", "kim");
    let answer = stage.answer(&["queue", "--messages"]);
    let messages = answer["messages"].as_array().unwrap().iter();
    let of_kim = messages.filter(|message| message["to"]["email"] == "kim@example.com");
    let about: String = of_kim.map(|message| message["records"].to_string()).collect();
    assert!(about.contains(ID) && !about.contains(other), "{about}");
}

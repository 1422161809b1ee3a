//! Forge reviews written to files: which files are created, and what they count for.

use super::{ID, POLICY, RECORD, World};
use crate::cli::Run;
use crate::support::golden;
use crate::support::repo::speak;

/// One review in the form of the forge's answer.
fn review(login: &str, state: &str, commit: &str, at: &str) -> String {
    format!(
        r#"{{"login": "{login}", "email": null, "state": "{state}", "commit": "{commit}", "at": "2026-11-20T{at}:00Z", "url": "https://forge.example.com/pull/1#{login}-{at}", "reason": null}}"#
    )
}

fn document(landing: &str, reviews: &[String]) -> String {
    let reviews = reviews.join(", ");
    format!(r##"{{"pull_request": "#1", "landing": "{landing}", "reviews": [{reviews}]}}"##)
}

impl World {
    /// Checks out the mainline, and runs the bridge's command on these reviews.
    pub(super) fn bridge(&self, json: &str) -> Run {
        self.repo.checkout();
        let file = self.repo.path().join(".git/reviews.json");
        std::fs::write(file, json).unwrap();
        self.record_reviews()
    }

    /// Runs the bridge's command again.
    pub(crate) fn record_reviews(&self) -> Run {
        let key = self.key("bridge").display().to_string();
        let run = ["approve", "--from-reviews", ".git/reviews.json", "--key", &key];
        self.run(&[&run[..], &["--format", "json"]].concat())
    }

    /// Writes the approvals of Dana and Lee at a commit of the branch.
    fn both(&self, commit: &str, landing: &str) -> serde_json::Value {
        let reviews = [
            review("dkim", "approved", commit, "10:30"),
            review("lchen", "approved", commit, "10:40"),
        ];
        let run = self.bridge(&document(landing, &reviews));
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
        serde_json::from_str(&run.out).unwrap()
    }
}

/// Squashes the branch, and returns its last commit and the landing.
pub(super) fn squashed(world: &World) -> (String, String) {
    let head = world.repo.tip("billing").to_string();
    (head, world.squash("billing").to_string())
}

#[test]
fn reviews_approve_a_squash_by_the_bridges_own_commit() {
    let world = World::new(POLICY);
    let (head, landing) = squashed(&world);
    assert_eq!(world.stands().0, "unapproved");
    let answer = world.both(&head, &landing);
    golden::check("cli/approve-reviews.json", &format!("{answer:#}\n"));
    let files = world.recorded();
    assert_eq!(files.len(), 4, "a bridge signs each: {files:?}");
    let digest = exledger::approval::evidence::statement_file::digest(RECORD.as_bytes());
    assert_eq!(
        files[0].1,
        format!(
            "exledger-approval v1\nledger example/payments\nrecord {ID}\nsha256 {digest}\ndecision approve\n\
             at 2026-11-20T10:30:00Z\nby dana@example.com\nvia https://forge.example.com/pull/1#dkim-10:30\n"
        )
    );
    assert_eq!(world.stands(), ("active".into(), "claimed".into()));
    let record = world.record();
    let approvers = record["approval"]["approvers"].as_array().unwrap();
    for (approver, group) in approvers.iter().zip(["security", "platform"]) {
        assert_eq!(approver["kind"], "review");
        assert_eq!(approver["groups"], serde_json::json!([group]));
        assert_eq!(approver["stated_by"]["email"], "bridge@example.com");
    }
}

#[test]
fn a_review_of_other_bytes_is_asked_for_again_and_the_others_count() {
    let world = World::new(POLICY);
    let first = world.repo.tip("billing").to_string();
    let work = world.repo.branch("billing").by("ana");
    work.edit(ID, "expires: 2026-12-18").commit("Two days less");
    let (head, landing) = squashed(&world);
    let reviews =
        [review("dkim", "approved", &first, "10:30"), review("lchen", "approved", &head, "11:30")];
    let run = world.bridge(&document(&landing, &reviews));
    assert_eq!(run.code, 0, "{}", run.err);
    let told = "review of older content: ask again: dana@example.com";
    assert!(run.err.contains(told), "{}", run.err);
    let files = world.recorded();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files[0].0.ends_with("-lee@example.com.txt"), "{files:?}");
}

#[test]
fn what_others_landed_meanwhile_is_nobodys_older_content() {
    let world = World::new(POLICY);
    let other = RECORD.replace("7F3KQ", "8G4MR").replace("billing", "shipping");
    world.repo.by("lee").write("EXC-2026-8G4MR", &other).commit("File another (#0)");
    let (head, landing) = squashed(&world);
    let answer = world.both(&head, &landing);
    let ids: Vec<&serde_json::Value> =
        answer["results"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, [ID, ID]);
}

#[test]
fn the_last_word_of_each_person_counts_and_an_unknown_login_is_named() {
    let world = World::new(POLICY);
    let (head, landing) = squashed(&world);
    let reviews = [
        review("dkim", "approved", &head, "10:30"),
        review("dkim", "changes-requested", &head, "10:50"),
        review("lchen", "changes-requested", &head, "10:30"),
        review("lchen", "approved", &head, "10:40"),
        review("../../../etc/passwd", "approved", &head, "10:30"),
        review("depbot", "approved", &head, "10:30"),
        review("dependabot[bot]", "approved", &head, "10:30"),
        review(r"\u001b[2Jwiped", "approved", &head, "10:30"),
    ];
    let run = world.bridge(&document(&landing, &reviews));
    assert_eq!(run.code, 1, "{}", run.err);
    for told in [
        "dana@example.com approved, then asked for changes",
        "../../../etc/passwd approved #1, but it is not known who ../../../etc/passwd is",
        "is a bot or an agent",
        "dependabot[bot] is a bot or an agent",
    ] {
        assert!(run.err.contains(told), "{told}: {}", run.err);
    }
    assert!(!run.err.contains('\u{1b}'), "{}", run.err);
    let files = world.recorded();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files[0].0.ends_with("-lee@example.com.txt"), "{files:?}");
}

#[test]
fn a_change_of_the_policy_and_one_of_a_record_are_stated_each_by_itself() {
    let world = World::new(POLICY);
    let looser = POLICY.replace("90d", "120d");
    let work = world.repo.branch("billing").by("ana");
    work.write("exledger.yaml", &looser).write(".mailmap", "# None yet.\n").commit("Loosen");
    let (head, landing) = squashed(&world);
    let answer = world.both(&head, &landing);
    let results = answer["results"].as_array().unwrap();
    let of_dana: Vec<&serde_json::Value> = results.iter().step_by(2).map(|it| &it["id"]).collect();
    let all: std::collections::BTreeSet<&str> =
        results.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(results.len(), 6, "{of_dana:?}");
    assert_eq!(all.into_iter().collect::<Vec<_>>(), [".mailmap", ID, "exledger.yaml"]);
    let approvals = exledger::approval::judge(&world.repo.history());
    let verdict = approvals.counted.verdicts["exledger.yaml"].last().unwrap();
    assert_eq!(verdict.satisfied, exledger::approval::verdict::Satisfied::Yes);
}

#[test]
fn a_second_run_changes_nothing_and_a_signature_stays() {
    let world = World::new(POLICY);
    let yes = speak::yes("dana", ID, super::RECORD, "2026-11-20T10:30:00Z");
    let work = world.repo.branch("billing").by("dana");
    work.says(&yes.ledger("example/payments")).commit("Approve");
    let (head, landing) = squashed(&world);
    let first = world.both(&head, &landing);
    let files = world.recorded();
    let is_lee = |path: &str| path.contains("lee@example.com");
    assert!(files.len() == 2 && files.iter().all(|it| is_lee(&it.0)), "Dana signed: {files:?}");
    let run = world.record_reviews();
    let second: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((first, files), (second, world.recorded()));
}

#[test]
fn a_signature_after_a_review_takes_its_place() {
    let world = World::new(&format!("{POLICY}approval: {{proof: attested}}\n"));
    let (head, landing) = squashed(&world);
    world.both(&head, &landing);
    assert_eq!(world.stands().0, "unapproved", "a review is claimed");
    for name in ["dana", "lee"] {
        world.repo.checkout();
        let said = world.said(name, &[ID]);
        assert_eq!(said["files"].as_array().unwrap().len(), 2);
        world.land(name);
    }
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
}

#[test]
fn what_is_no_review_or_no_landing_is_refused_and_nothing_is_written() {
    let world = World::new(POLICY);
    let branch = world.repo.tip("billing").to_string();
    let (head, landing) = squashed(&world);
    let sound = document(&landing, &[review("dkim", "approved", &head, "10:30")]);
    for (json, why) in [
        ("[]".to_owned(), "not the reviews"),
        (String::new(), "not the reviews"),
        (sound.replace("approved", "APPROVED"), "not the reviews"),
        (
            sound.replace("\"reason\": null", "\"reason\": null, \"path\": \"../x\""),
            "not the reviews",
        ),
        (sound.replace("https://forge.example.com", "forge"), "cannot be recorded"),
        (sound.replace(&landing, &branch), "is not a commit on"),
        (sound.replace(&landing, &"1".repeat(40)), "is not a commit on"),
    ] {
        let run = world.bridge(&json);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{json}: {}", run.err);
        assert!(run.err.contains(why), "{json}: {}", run.err);
        assert!(world.recorded().is_empty(), "{json}");
    }
}

#[test]
fn what_was_looked_at_and_is_not_here_leaves_the_answer_open() {
    let world = World::new(POLICY);
    let (head, landing) = squashed(&world);
    let reviews = [
        review("dkim", "approved", &"2".repeat(40), "10:30"),
        review("lchen", "approved", &head, "10:30"),
    ];
    let run = world.bridge(&document(&landing, &reviews));
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(run.err.contains("could not determine what dana@example.com looked at"), "{}", run.err);
    assert_eq!(world.recorded().len(), 2, "the others count");
}

#[test]
fn a_rebase_that_lands_commit_by_commit_is_compared_with_where_the_branch_set_out() {
    let world = World::new(POLICY);
    let work = world.repo.branch("billing").by("ana");
    work.write("README.md", "Billing\n").commit("Say what it is");
    let head = world.repo.tip("billing").to_string();
    let landed = world.repo.by("ana").rebase("billing");
    let landing = landed.last().unwrap().to_string();
    let answer = world.both(&head, &landing);
    assert_eq!(answer["results"].as_array().unwrap().len(), 2);
    assert_eq!(world.stands(), ("active".into(), "claimed".into()));
}

//! Who made a forge's review: by the policy, or by the accounts that the forge names.

use serde_json::{Value, json};

use super::reviews::squashed;
use super::{POLICY, World};
use crate::cli::Run;

/// One approver, no groups.
pub(super) const PLAIN: &str = "version: 1
name: example/payments
people: {agents: []}
tiers: [{name: standard, max_term: 90d, approvals: {count: 1}, require: [compensating_controls]}]
";

const WARNING: &str = "warning: odiaz approved #2, but it is not known who odiaz is: add `odiaz: ADDRESS` to people.logins in exledger.yaml\n";

/// A review by Omar's account, which has write access to the repository.
pub(super) fn review(commit: &str) -> Value {
    json!({
        "login": "odiaz", "email": null, "state": "approved", "commit": commit, "at": "2026-11-20T10:30:00Z",
        "url": "https://forge.example.com/pull/2#review-1", "reason": null, "permission": "write",
    })
}

/// The forge's data about a pull request of Ana's.
pub(super) fn asked(landing: &str, review: &Value) -> Value {
    json!({
        "pull_request": "#2", "landing": landing, "forge": "github.com", "opened_by": "aruiz",
        "authors": [{"email": "ana@example.com", "login": "aruiz"}], "reviews": [review],
    })
}

pub(super) fn with(mut value: Value, changes: &[(&str, Value)]) -> Value {
    for (key, change) in changes {
        value[*key] = change.clone();
    }
    value
}

impl World {
    pub(super) fn reviewed(&self, json: &Value) -> Run {
        self.bridge(&json.to_string())
    }
}

pub(super) fn unresolved(run: &Run) -> Vec<Value> {
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    answer["unresolved"].as_array().unwrap().clone()
}

#[test]
fn an_account_that_the_forge_tells_from_the_authors_approves() {
    let world = World::new(PLAIN);
    let (head, landing) = squashed(&world);
    let run = world.reviewed(&asked(&landing, &review(&head)));
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    assert_eq!(unresolved(&run), [] as [Value; 0]);
    let files = world.recorded();
    assert!(files[0].0.ends_with("-odiaz@users.noreply.github.com.txt"), "{files:?}");
    let lines = "by odiaz@users.noreply.github.com\nvia https://forge.example.com/pull/2#review-1\n\
        author ana@example.com aruiz\nauthor aruiz@users.noreply.github.com aruiz\n";
    assert!(files[0].1.ends_with(lines), "{}", files[0].1);
    assert_eq!(world.stands(), ("active".into(), "claimed".into()));
    let record = world.record();
    let approver = &record["approval"]["approvers"][0];
    assert_eq!(approver["email"], "odiaz@users.noreply.github.com");
    assert_eq!(approver["kind"], "review");
}

#[test]
fn an_unknown_login_is_exit_1_with_the_line_and_counts_once_it_is_mapped() {
    let world = World::new(PLAIN);
    let (head, landing) = squashed(&world);
    let asked = with(asked(&landing, &review(&head)), &[("authors", Value::Null)]);
    let run = world.reviewed(&asked);
    assert_eq!((run.code, run.err.as_str()), (1, WARNING));
    let expected = json!({
        "login": "odiaz", "url": "https://forge.example.com/pull/2#review-1", "line": "odiaz: ADDRESS",
        "reason": "the forge does not say which accounts wrote the pull request",
    });
    assert_eq!(unresolved(&run), [expected]);
    assert!(world.recorded().is_empty());
    let mapped = PLAIN.replace("people: {", "people: {logins: {odiaz: omar@example.com}, ");
    world
        .repo
        .branch("map")
        .by("sam")
        .write("exledger.yaml", &mapped)
        .commit("Say whose account odiaz is");
    world.repo.by("lee").merge("map", "Merge branch 'map'");
    let run = world.reviewed(&asked);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(world.stands(), ("active".into(), "claimed".into()));
    let record = world.record();
    assert_eq!(record["approval"]["approvers"][0]["email"], "omar@example.com");
}

#[test]
fn a_login_with_another_number_than_the_policy_has_approves_nothing_and_both_are_named() {
    for (forge, listed, given) in [
        ("github.com", "901+odiaz", "902+odiaz"),
        ("gitlab.com", "901-odiaz@users.noreply.gitlab.com", "902-odiaz@users.noreply.gitlab.com"),
    ] {
        let logins = format!("people: {{logins: {{{listed}: omar@example.com}}, ");
        let grouped =
            POLICY.replace("logins: {", &format!("logins: {{{listed}: omar@example.com, "));
        for policy in [PLAIN.replace("people: {", &logins), grouped] {
            let world = World::new(&policy);
            let (head, landing) = squashed(&world);
            let run = |number: u32, email: Value| {
                let review = with(review(&head), &[("number", json!(number)), ("email", email)]);
                world.reviewed(&with(asked(&landing, &review), &[("forge", json!(forge))]))
            };
            // Neither by the login, nor by an address that the forge discloses.
            for email in [Value::Null, json!("omar@example.com"), json!("lee@example.com")] {
                let run = run(902, email);
                assert_eq!(run.code, 1, "{}{}", run.out, run.err);
                let warning = format!(
                    "warning: odiaz approved #2, which does not count: the forge names {given}, and people.logins {listed}, so the login may have changed hands: if it is the same person's, change `{listed}` to `{given}` in people.logins in exledger.yaml\n"
                );
                assert_eq!(run.err, warning);
                assert_eq!(unresolved(&run)[0]["line"], format!("{given}: ADDRESS"));
                assert!(world.recorded().is_empty(), "{listed}");
            }
            assert_eq!(run(901, Value::Null).code, 0);
            assert!(!world.recorded().is_empty(), "{listed}");
            // The account has both numbers.
            let both = format!("{given}: omar@example.com, {listed}: ");
            let world = World::new(&policy.replacen(&format!("{listed}: "), &both, 1));
            let (head, landing) = squashed(&world);
            let review = with(review(&head), &[("number", json!(902)), ("email", Value::Null)]);
            let run = world.reviewed(&with(asked(&landing, &review), &[("forge", json!(forge))]));
            assert_eq!(run.code, 0, "{listed}: {}", run.err);
        }
    }
}

#[test]
fn where_groups_or_a_named_person_are_demanded_an_account_is_not_enough() {
    let owner = PLAIN.replace("count: 1", "count: 1, must_include: [risk_owner]");
    for (policy, reason) in [
        (POLICY, "EXC-2026-7F3KQ requires members of groups"),
        (&owner, "EXC-2026-7F3KQ requires a named person"),
    ] {
        let world = World::new(policy);
        let (head, landing) = squashed(&world);
        let run = world.reviewed(&asked(&landing, &review(&head)));
        assert_eq!((run.code, run.err.as_str()), (1, WARNING));
        assert_eq!(unresolved(&run)[0]["reason"], reason);
        assert!(world.recorded().is_empty());
    }
}

#[test]
fn no_account_of_an_author_approves() {
    let own = json!([{"email": "ana@example.com", "login": "odiaz"}]);
    let both = json!([{"email": "ana@example.com", "login": "aruiz"}, {"email": "o@example.com", "login": "ODIAZ"}]);
    for (key, value) in [("authors", own), ("authors", both), ("opened_by", json!("Odiaz"))] {
        let world = World::new(PLAIN);
        let (head, landing) = squashed(&world);
        let run = world.reviewed(&with(asked(&landing, &review(&head)), &[(key, value)]));
        assert_eq!((run.code, run.err.as_str()), (1, WARNING));
        let reason = "odiaz opened the pull request or wrote part of it";
        assert_eq!(unresolved(&run)[0]["reason"], reason);
        assert!(world.recorded().is_empty());
    }
    // A second account of hers, which the policy lists.
    let mapped = PLAIN.replace("people: {", "people: {logins: {odiaz: ana@example.com}, ");
    let world = World::new(&mapped);
    let (head, landing) = squashed(&world);
    let run = world.reviewed(&asked(&landing, &review(&head)));
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(world.stands().0, "unapproved");
}

#[test]
fn an_author_whom_the_forge_names_in_no_line_is_nobody_known() {
    let world = World::new(PLAIN);
    let (head, landing) = squashed(&world);
    let authors = json!([{"email": "other@example.com", "login": "aruiz"}]);
    let asked = with(asked(&landing, &review(&head)), &[("authors", authors)]);
    assert_eq!(world.reviewed(&asked).code, 0);
    assert_eq!(world.stands(), ("unapproved".into(), "unresolved".into()));
}

#[test]
fn a_login_that_the_forge_does_not_name_is_nobody() {
    let world = World::new(PLAIN);
    let (head, landing) = squashed(&world);
    let unnamed = with(review(&head), &[("login", Value::Null)]);
    let run = world.reviewed(&asked(&landing, &unnamed));
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(
        run.err.contains("#2 was approved by an account that the forge does not name"),
        "{}",
        run.err
    );
    assert_eq!(unresolved(&run)[0]["login"], Value::Null);
    assert_eq!(unresolved(&run)[0]["line"], Value::Null);
    let author = json!([{"email": "ana@example.com", "login": null}]);
    for (key, value, reason) in [
        ("authors", author, "the forge has no account for ana@example.com"),
        ("authors", json!([]), "the forge does not say which accounts wrote the pull request"),
        ("opened_by", Value::Null, "the forge does not say who opened the pull request"),
        ("forge", Value::Null, "the reviews do not name the forge of the account"),
    ] {
        let run = world.reviewed(&with(asked(&landing, &review(&head)), &[(key, value)]));
        assert_eq!((run.code, run.err.as_str()), (1, WARNING), "{reason}");
        assert_eq!(unresolved(&run)[0]["reason"], reason);
    }
    assert!(world.recorded().is_empty());
}

#[test]
fn who_may_not_write_to_the_repository_counts_only_if_mapped() {
    let cases = [
        (json!("write"), json!("CONTRIBUTOR"), 0),
        (json!("admin"), Value::Null, 0),
        (json!("read"), json!("MEMBER"), 1),
        (Value::Null, json!("MEMBER"), 0),
        (Value::Null, json!("COLLABORATOR"), 0),
        (Value::Null, json!("CONTRIBUTOR"), 1),
        (Value::Null, json!("NONE"), 1),
        (Value::Null, Value::Null, 1),
    ];
    let world = World::new(PLAIN);
    let (head, landing) = squashed(&world);
    let review = review(&head);
    for (permission, association, code) in &cases {
        for email in [Value::Null, json!("omar@example.com")] {
            let review = with(
                review.clone(),
                &[
                    ("permission", permission.clone()),
                    ("author_association", association.clone()),
                    ("email", email.clone()),
                ],
            );
            let run = world.reviewed(&asked(&landing, &review));
            assert_eq!(run.code, *code, "{permission} {association} {email}: {}", run.err);
        }
    }
    let silent = with(review.clone(), &[("permission", Value::Null)]);
    let elsewhere = with(asked(&landing, &silent), &[("forge", json!("git.example.com"))]);
    assert_eq!(world.reviewed(&elsewhere).code, 0, "a forge without such a word");
    let mapped = PLAIN.replace("people: {", "people: {logins: {odiaz: omar@example.com}, ");
    let world = World::new(&mapped);
    let (head, landing) = squashed(&world);
    let outsider = with(silent, &[("commit", json!(head)), ("author_association", json!("NONE"))]);
    assert_eq!(world.reviewed(&asked(&landing, &outsider)).code, 0);
}

#[test]
fn a_comment_takes_nothing_back_and_only_a_later_no_does() {
    let world = World::new(PLAIN);
    let (head, landing) = squashed(&world);
    for (state, n_files) in [("commented", 1), ("changes-requested", 0), ("dismissed", 0)] {
        let later = [("state", json!(state)), ("at", json!("2026-11-20T10:50:00Z"))];
        let reviews = json!([review(&head), with(review(&head), &later)]);
        let run = world.reviewed(&with(asked(&landing, &Value::Null), &[("reviews", reviews)]));
        assert_eq!(run.code, 0, "{state}: {}", run.err);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(answer["results"].as_array().unwrap().len(), n_files, "{state}");
        assert_eq!(run.err.contains("odiaz approved, then"), n_files == 0, "{}", run.err);
    }
}

#[test]
fn an_unknown_login_matters_only_where_something_would_have_been_written() {
    let world = World::new(PLAIN);
    world.repo.branch("readme").by("ana").write("README.md", "Billing\n").commit("Say what it is");
    let head = world.repo.tip("readme").to_string();
    let landing = world.squash("readme");
    let open = with(review(&head), &[("permission", Value::Null)]);
    let run = world.reviewed(&asked(&landing.to_string(), &open));
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(unresolved(&run), [] as [Value; 0]);
}

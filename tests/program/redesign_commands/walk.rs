//! The whole way of a redesign: three merges freeze a cause, a redesign lets a linked record pass, and its effect shows.

use serde_json::json;

use crate::decisions::record;
use crate::redesign_commands::{Team, id};

#[test]
fn a_redesign_that_works_ends_as_effective_by_somebody_elses_word() {
    let team = Team::frozen();
    let life = &team.life;
    assert_eq!(team.n_frozen(), 1);
    // The fourth is refused; the message names the command that files a redesign.
    life.file(&id(4), &record(&id(4), ""), "ana");
    life.switch(&format!("file-{}", id(4)));
    let lint = life.run("ana", &["lint", "--base", "main"]);
    assert_eq!(lint.code, 1, "{}", lint.out);
    assert!(lint.out.contains("frozen-pattern"), "{}", lint.out);
    life.switch("main");
    let redesign = team.redesign("2027-01-31", &["--pattern", "application=billing"]);
    assert_eq!(team.status(), "open");
    // Now the message names that one.
    life.file(&id(5), &record(&id(5), ""), "ana");
    life.switch(&format!("file-{}", id(5)));
    let lint = life.run("ana", &["lint", "--base", "main"]);
    assert!(lint.out.contains(&redesign), "{}", lint.out);
    assert!(!lint.out.contains("exledger redesign new"), "{}", lint.out);
    life.switch("main");
    // Linked, it passes and lands.
    team.lands(4, &format!("references: {{redesign: {redesign}}}"));
    let listed = team.list().remove(0);
    assert_eq!(listed["records"], json!([id(4)]));
    assert_eq!(
        (&listed["due"], &listed["first_due"]),
        (&json!("2027-01-31"), &json!("2027-01-31"))
    );
    life.repo.wait("10d");
    team.done(&redesign);
    life.repo.wait("1d");
    assert_eq!((team.status(), team.n_frozen()), ("watching".to_owned(), 0));
    assert_eq!(team.buckets().1, [""; 0]);
    life.repo.wait("61d");
    assert_eq!(team.status(), "unassessed");
    let args = ["redesign", "assess", &redesign, "--outcome", "effective", "--reason", "No more"];
    life.decided("dana", &args, "sam");
    let listed = team.list().remove(0);
    assert_eq!((&listed["status"], &listed["next"]), (&json!("effective"), &json!(null)));
    assert_eq!(team.buckets().1, [""; 0]);
}

#[test]
fn one_whose_exceptions_come_back_is_due_until_another_is_filed() {
    let team = Team::frozen();
    let life = &team.life;
    let first = team.redesign("2026-12-31", &[]);
    team.done(&first);
    life.repo.wait("2d");
    assert_eq!((team.status().as_str(), team.n_frozen()), ("watching", 0));
    let sound = life.run("sam", &["queue"]).code;
    team.lands(4, "");
    let listed = team.list().remove(0);
    assert_eq!((&listed["status"], &listed["landed_after"]), (&json!("recurred"), &json!([id(4)])));
    // All occurrences count again.
    assert_eq!(team.n_frozen(), 1);
    assert_eq!((sound, team.buckets()), (0, (1, vec!["redesign-recurred".to_owned()])));
    // Nobody can call that effective.
    life.switch("main");
    let args =
        ["redesign", "assess", &first, "--outcome", "effective", "--reason", "It looks fine"];
    let refused = life.run("dana", &args);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains(&format!("came back after it was done, in {}", id(4))));
    let args = ["redesign", "assess", &first, "--outcome", "recurred", "--reason", "It is back"];
    life.decided("dana", &args, "sam");
    assert_eq!(team.buckets().1, ["redesign-recurred"]);
    // Another redesign of the same pattern takes its place.
    let second = team.redesign("2027-02-28", &["--pattern", "application=billing"]);
    assert_eq!(team.buckets().1, ["redesign-recurred"], "the second covers one application only");
    let wide = team.redesign("2027-02-28", &[]);
    assert_eq!(team.buckets().1, [""; 0]);
    let statuses: Vec<(String, String)> = team
        .list()
        .iter()
        .map(|it| (it["id"].as_str().unwrap().into(), it["status"].as_str().unwrap().into()))
        .collect();
    for (id, status) in [(first, "recurred"), (second, "open"), (wide, "open")] {
        assert!(statuses.contains(&(id.clone(), status.to_owned())), "{id} {statuses:?}");
    }
}

#[test]
fn one_that_nobody_else_approved_is_listed_and_lifts_nothing() {
    let team = Team::frozen();
    let life = &team.life;
    life.decide("alone", "kim", &Team::new_args("2027-01-31", &[]));
    life.merge("alone", "kim", "");
    let listed = team.list().remove(0);
    let path = format!("redesigns/{}.yaml", listed["id"].as_str().unwrap());
    assert_eq!(listed["status"], "unapproved");
    assert_eq!(listed["next"]["command"], format!("exledger approve --governance {path}"));
    assert_eq!((team.n_frozen(), team.buckets().1), (1, Vec::new()));
}

#[test]
fn one_can_be_given_up_before_it_is_done() {
    let team = Team::frozen();
    let redesign = team.redesign("2026-12-31", &[]);
    let args = ["redesign", "assess", &redesign, "--outcome", "abandoned", "--reason", "No budget"];
    team.life.decided("dana", &args, "sam");
    assert_eq!((team.status().as_str(), team.n_frozen()), ("abandoned", 1));
    team.life.repo.wait("60d");
    assert_eq!(team.buckets().1, [""; 0]);
}

#[test]
fn a_ticket_that_records_link_is_listed() {
    let team = Team::frozen();
    let fix = "fix: {target: automation, plan: Replace the job, due: 2027-01-10}";
    team.lands(4, &format!("references: {{redesign: BILL-500}}\n{fix}"));
    let listed = team.list().remove(0);
    assert_eq!((&listed["id"], &listed["status"]), (&json!(null), &json!("ticket")));
    assert_eq!((&listed["ticket"], &listed["records"]), (&json!("BILL-500"), &json!([id(4)])));
    let command = listed["next"]["command"].as_str().unwrap();
    assert!(command == "exledger redesign new --ticket BILL-500", "{command}");
    // A file that states the ticket takes its place.
    team.redesign("2027-01-31", &["--ticket", "BILL-500"]);
    let listed = team.list();
    assert_eq!((listed.len(), &listed[0]["records"]), (1, &json!([id(4)])));
}

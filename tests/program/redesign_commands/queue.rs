//! Redesigns that are late: in `queue`, its messages, the first screen and the report, which agree.

use serde_json::{Value, json};

use crate::redesign_commands::{Team, id};

/// Returns whom `queue --messages` notifies about a redesign, each with the roles.
fn told(team: &Team, redesign: &str) -> Vec<(String, Value)> {
    let (_, answer) = team.json(&["queue", "--messages"]);
    let messages = answer["messages"].as_array().unwrap().iter();
    let about = |message: &&Value| {
        let mut records = message["records"].as_array().unwrap().iter();
        records.any(|it| it["id"] == redesign)
    };
    messages
        .filter(about)
        .map(|message| {
            let mut records = message["records"].as_array().unwrap().iter();
            let item = records.find(|it| it["id"] == redesign).unwrap();
            (message["to"]["email"].as_str().unwrap().to_owned(), item["roles"].clone())
        })
        .collect()
}

#[test]
fn a_late_redesign_is_told_to_its_owner_then_escalated() {
    let team = Team::frozen();
    let redesign = team.redesign("2026-12-05", &[]);
    let life = &team.life;
    life.repo.clock("2026-12-05T23:00:00Z");
    assert_eq!((team.status().as_str(), team.buckets().1.len()), ("open", 0));
    assert_eq!(told(&team, &redesign), []);
    life.repo.clock("2026-12-06T08:00:00Z");
    let (code, answer) = team.json(&["queue"]);
    assert_eq!(code, 1, "{answer:#}");
    assert_eq!(team.json(&["queue", "--strict"]).0, 1);
    let due = &answer["redesigns"][0];
    assert_eq!(
        *due,
        json!({
            "id": redesign,
            "title": "Invoices are sent by event",
            "owner": {"name": "kim", "email": "kim@example.com", "team": null, "backup": null},
            "pattern": {"root_cause": "brittle-dependency"},
            "due": "2026-12-05",
            "status": "overdue",
            "bucket": "redesign-overdue",
            "since": "2026-12-06T00:00:00Z",
            "action": "finish it, or have another `due` approved by somebody else",
            "command": format!("exledger redesign done {redesign}"),
        })
    );
    assert_eq!(told(&team, &redesign), [("kim@example.com".to_owned(), json!(["owner"]))]);
    // A week later, security too.
    life.repo.clock("2026-12-13T08:00:00Z");
    let addresses: Vec<String> = told(&team, &redesign).into_iter().map(|it| it.0).collect();
    assert_eq!(addresses, ["dana@example.com", "kim@example.com", "sam@example.com"]);
    let text = life.run("sam", &["queue", "--messages"]).out;
    for line in [
        "Invoices are sent by event",
        "redesign overdue: 7 days ago",
        "pattern: root cause brittle-dependency",
        "next: finish it, or have another `due` approved by somebody else",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    // Another date, approved, ends it; the first one stays visible.
    let path = format!("redesigns/{redesign}.yaml");
    let before = std::fs::read_to_string(life.repo.path().join(&path)).unwrap();
    let work = life.repo.branch("later").by("kim");
    work.write(&path, &before.replace("2026-12-05", "2027-01-15")).commit("Give it more time");
    life.merge("later", "lee", "");
    let listed = team.list().remove(0);
    assert_eq!((&listed["status"], &listed["due"]), (&json!("open"), &json!("2027-01-15")));
    assert_eq!(listed["first_due"], "2026-12-05");
    assert_eq!(team.buckets().1, [""; 0]);
}

#[test]
fn every_answer_counts_what_is_overdue_alike() {
    let team = Team::frozen();
    team.redesign("2026-12-05", &[]);
    team.life.repo.clock("2026-12-06T08:00:00Z");
    let (code, queue) = team.json(&["queue"]);
    assert_eq!((code, &queue["redesigns"][0]["bucket"]), (1, &json!("redesign-overdue")));
    let (_, overview) = team.json(&[]);
    assert_eq!(
        (&overview["overdue"], &overview["next"]["id"]),
        (&json!(1), &queue["redesigns"][0]["id"])
    );
    let (_, report) = team.json(&["report"]);
    let summary = report["summary"].as_str().unwrap();
    assert!(summary.contains("1 is overdue: kim (1)"), "{summary}");
    let page = team.life.run("sam", &["report"]).out;
    assert!(page.contains("redesign overdue for 8 hours"), "{page}");
    // A filter selects by owner, or by the records that link it.
    let selected = |args: &[&str]| {
        let (_, queue) = team.json(&[&["queue"], args].concat());
        queue["redesigns"].as_array().unwrap().len()
    };
    assert_eq!(selected(&["--owner", "kim@example.com"]), 1);
    assert_eq!(selected(&["--owner", "ana@example.com"]), 0);
    let table = team.life.run("sam", &["queue"]).out;
    assert!(table.contains("overdue: 1 redesign\n"), "{table}");
}

#[test]
fn one_that_nobody_assessed_waits_for_somebody_else() {
    let team = Team::frozen();
    let redesign = team.redesign("2026-12-31", &["--within", "10d", "--at-most", "1"]);
    team.done(&redesign);
    team.life.repo.wait("2d");
    // One was expected.
    team.lands(4, "");
    let watched = team.list().remove(0);
    assert_eq!(
        (&watched["status"], &watched["landed_after"]),
        (&json!("watching"), &json!([id(4)]))
    );
    let action = watched["next"]["action"].as_str().unwrap();
    assert!(action.ends_with("1 occurrence since it was done, at most 1"), "{action}");
    team.life.repo.wait("10d");
    assert_eq!(team.buckets(), (1, vec!["redesign-unassessed".to_owned()]));
    let (_, answer) = team.json(&["queue"]);
    let action = &answer["redesigns"][0]["action"];
    assert_eq!(action, "assess its effect, by someone other than kim@example.com");
    // What lands after that time counts for the next freeze only.
    team.lands(5, "");
    assert_eq!(team.status(), "unassessed");
    let args = ["redesign", "assess", &redesign, "--outcome", "effective", "--reason", "One left"];
    team.life.decided("dana", &args, "sam");
    assert_eq!((team.status().as_str(), team.buckets().1.len()), ("effective", 0));
}

#[test]
fn one_that_nobody_approved_waits_for_somebody_else_than_its_author() {
    let team = Team::frozen();
    let answer = team.life.decided("kim", &Team::new_args("2027-01-31", &[]), "kim");
    let id = answer["id"].as_str().unwrap();
    let by = "approved by dana@example.com, lee@example.com or sam@example.com";
    assert_eq!(team.list()[0]["next"]["action"], format!("have it {by}"));
    let (_, queue) = team.json(&["queue"]);
    let group = &queue["groups"][0];
    let action = group["action"].as_str().unwrap();
    assert!(action.ends_with(&format!("have the redesign {id} {by}")), "{action}");
    let waits = group["waits_for"].as_array().unwrap().iter();
    let waits: Vec<&str> = waits.map(|it| it["email"].as_str().unwrap()).collect();
    assert_eq!(waits, ["dana@example.com", "lee@example.com", "sam@example.com"]);
}

#[test]
fn a_branch_that_changes_one_says_that_it_needs_an_approval() {
    let team = Team::frozen();
    let life = &team.life;
    life.repo.branch("new");
    life.switch("new");
    let filed = life.answer(0, "kim", &Team::new_args("2027-01-31", &[]));
    life.commit("new", "kim");
    let path = filed["path"].as_str().unwrap();
    for format in ["table", "markdown"] {
        let said = life.run("sam", &["diff", "main", "new", "--format", format]).out;
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("No exception changes, 1 redesign needs approval"), "{said}");
        let by =
            "(dana@example.com, lee@example.com, sam@example.com): merge it with a merge commit";
        let needs = "by the rules before it, it needs one listed person other than the authors";
        assert!(said.contains(&format!("{path}: {needs} {by}")), "{said}");
        assert!(!said.contains("approve --governance"), "nobody has a key: {said}");
    }
    let (_, diff) = team.json(&["diff", "main", "new"]);
    let redesign = &diff["redesigns"][0];
    assert_eq!((&redesign["path"], &redesign["command"]), (&filed["path"], &Value::Null));
    assert_eq!(redesign["how"][0]["way"], "merge", "{redesign:#}");
}

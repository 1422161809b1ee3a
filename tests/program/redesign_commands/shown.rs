//! What the commands print: keys that scripts rely on, tables, previews, next steps, completions.

use serde_json::{Value, json};

use crate::cli;
use crate::redesign_commands::Team;

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_keys_of_answers_are_the_promised_ones() {
    let team = Team::frozen();
    let life = &team.life;
    life.repo.branch("new");
    life.switch("new");
    let filed = life.answer(0, "kim", &Team::new_args("2027-01-31", &[]));
    assert_eq!(keys(&filed), ["schema", "id", "path", "event", "changes", "findings"]);
    assert_eq!(
        (&filed["schema"], &filed["event"]),
        (&json!("exledger/redesign-new/v1"), &json!("filed"))
    );
    let title = json!({"field": "title", "from": null, "to": "Invoices are sent by event"});
    assert_eq!(filed["changes"][1], title);
    life.commit("new", "kim");
    life.merge("new", "lee", "");
    let redesign = filed["id"].as_str().unwrap();
    let answer = life.answer(0, "sam", &["redesign", "list"]);
    assert_eq!(keys(&answer), ["schema", "ledger", "redesigns", "simulated"]);
    let promised =
        "id title ticket status owner pattern target due first_due done landed_after records next";
    assert_eq!(keys(&answer["redesigns"][0]), promised.split(' ').collect::<Vec<_>>());
    assert_eq!(
        answer["redesigns"],
        json!([{
            "id": redesign,
            "title": "Invoices are sent by event",
            "ticket": null,
            "status": "open",
            "owner": {"name": "kim", "email": "kim@example.com", "team": null, "backup": null},
            "pattern": {"root_cause": "brittle-dependency"},
            "target": "automation",
            "due": "2027-01-31",
            "first_due": "2027-01-31",
            "done": null,
            "landed_after": [],
            "records": [],
            "next": {
                "action": "finish it by 2027-01-31",
                "command": format!("exledger redesign done {redesign}"),
            },
        }])
    );
    let done = life.decide("done", "kim", &["redesign", "done", redesign]);
    assert_eq!(
        (&done["event"], &done["schema"]),
        (&json!("done"), &json!("exledger/redesign-done/v1"))
    );
    assert_eq!(done["changes"][0]["to"]["by"], "kim@example.com");
    life.merge("done", "lee", "");
    let args = ["redesign", "assess", redesign, "--outcome", "recurred", "--reason", "It is back"];
    let assessed = life.answer(0, "dana", &[&args[..], &["--dry-run"]].concat());
    assert_eq!(
        (&assessed["event"], &assessed["schema"]),
        (&json!("assessed"), &json!("exledger/redesign-assess/v1"))
    );
    assert_eq!(assessed["changes"][0]["to"]["outcome"], "recurred");
}

#[test]
fn a_new_one_says_how_it_is_sent_and_linked_and_a_dry_run_writes_nothing() {
    let team = Team::frozen();
    let args = Team::new_args("2027-01-31", &["--pattern", "application=biling", "--dry-run"]);
    let dry = team.life.run("kim", &args);
    assert_eq!(dry.code, 0, "{}", dry.err);
    assert!(dry.out.contains("+pattern: {root_cause: brittle-dependency, application: biling}"));
    assert!(dry.out.contains("no merged record has the application biling; did you mean billing?"));
    assert!(dry.out.contains("nothing was written"), "{}", dry.out);
    assert!(!team.life.repo.path().join("redesigns").exists());
    let filed = team.life.run("kim", &Team::new_args("2027-01-31", &[])).out;
    let id = filed.split("redesigns/").nth(1).unwrap().split('.').next().unwrap();
    let next: Vec<&str> = filed.split("Next\n").nth(1).unwrap().lines().collect();
    let link = "# link it in each record that it lets pass: references: {redesign: ";
    assert_eq!(
        next,
        [
            format!("git switch -c {id}"),
            format!("git add redesigns/{id}.yaml"),
            format!("git commit -m 'File redesign {id}'"),
            format!("{link}{id}}}"),
        ]
    );
    // Its name and address come from the roster, records or git.
    let text = std::fs::read_to_string(team.life.repo.path().join(format!("redesigns/{id}.yaml")));
    let text = text.unwrap();
    assert!(text.contains("email: kim@example.com"), "{text}");
    let again = Team::new_args("2027-01-31", &["--owner-email", "ana@example.com", "--dry-run"]);
    assert!(team.life.run("kim", &again).out.contains("+  name: Ana Ruiz"));
}

#[test]
fn another_redesign_in_time_is_named_when_one_is_filed() {
    let team = Team::frozen();
    let first = team.redesign("2027-01-31", &[]);
    let args = Team::new_args("2027-01-31", &["--pattern", "application=billing", "--dry-run"]);
    let dry = team.life.run("kim", &args).out;
    let hint = format!("{first} is in time for this pattern: records may link it instead");
    assert!(dry.split_whitespace().collect::<Vec<_>>().join(" ").contains(&hint), "{dry}");
}

#[test]
fn evidence_is_stored_as_for_a_closure() {
    let team = Team::frozen();
    let redesign = team.redesign("2026-12-31", &[]);
    let shown = crate::support::temporary();
    let log = shown.path().join("cutover.txt");
    std::fs::write(&log, "Switched over at 10:00\n").unwrap();
    let evidence = format!("E1=log:{}", log.display());
    let args = ["redesign", "done", &redesign, "--evidence", &evidence];
    team.life.decided("kim", &args, "lee");
    let stored = team.life.repo.path().join(format!("evidence/{redesign}/cutover.txt"));
    assert_eq!(std::fs::read_to_string(stored).unwrap(), "Switched over at 10:00\n");
    assert_eq!(team.status(), "watching");
    let lint = team.life.run("kim", &["lint"]);
    assert_eq!(lint.code, 0, "{}", lint.out);
}

#[test]
fn the_list_fits_a_terminal_filters_and_answers_about_the_past() {
    let team = Team::frozen();
    let before = team.life.repo.now().to_string();
    let redesign = team.redesign("2027-01-31", &[]);
    let run = |args: &[&str]| team.life.run("sam", &[&["redesign", "list"], args].concat());
    let table = run(&[]).out;
    for part in [&redesign, "Invoices are sent by event", "2027-01-31", "open", "kim"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let n_listed = |args: &[&str]| {
        let answer: Value =
            serde_json::from_str(&run(&[args, &["--format", "json"]].concat()).out).unwrap();
        answer["redesigns"].as_array().unwrap().len()
    };
    assert_eq!(n_listed(&["--status", "open,overdue"]), 1);
    assert_eq!(n_listed(&["--status", "watching"]), 0);
    assert_eq!(n_listed(&["--owner", "kim@example.com"]), 1);
    assert_eq!(n_listed(&["--owner", "ana@example.com"]), 0);
    assert!(run(&["--owner", "kin@example.com"]).err.contains("did you mean kim@example.com?"));
    assert_eq!(run(&["--status", "done"]).code, 2);
    let csv = run(&["--format", "csv"]).out;
    assert!(csv.starts_with("id,title,ticket,status,"), "{csv}");
    assert_eq!(run(&["--format", "jsonl"]).out.lines().count(), 1);
    let folder = team.life.repo.path();
    let past = cli::run(folder, &["redesign", "list", "--as-of", &before, "--format", "json"]);
    let past: Value = serde_json::from_str(&past.out).unwrap();
    assert_eq!(past["redesigns"], json!([]));
}

#[test]
fn shells_complete_the_ids_of_redesigns_and_help_has_examples() {
    let team = Team::frozen();
    let redesign = team.redesign("2027-01-31", &[]);
    let folder = team.life.repo.path();
    for (words, expected) in [
        (&["redesign", "do"][..], "done"),
        (&["redesign", "done", "RED"], &redesign),
        (&["redesign", "assess", "redesigns/"], &format!("redesigns/{redesign}.yaml")),
        (&["new", "--redesign", "RED"], &redesign),
        (&["redesign", "list", "--status", "unap"], "unapproved"),
        (&["redesign", "new", "--owner-email", "da"], "dana@example.com"),
    ] {
        let index = words.len().to_string();
        let variables = [
            ("EXLEDGER_COMPLETE", "bash"),
            ("_CLAP_COMPLETE_INDEX", index.as_str()),
            ("_CLAP_IFS", "\n"),
        ];
        let run = cli::run_with(folder, &[&["--", "exledger"], words].concat(), &variables);
        assert!(run.out.lines().any(|it| it == expected), "{words:?}: {}", run.out);
    }
    for name in ["list", "new", "done", "assess"] {
        let help = cli::run(folder, &["redesign", name, "--help"]).out;
        assert!(help.contains(&format!("EXAMPLE\n  exledger redesign {name}")), "{help}");
        let man = cli::run(folder, &["man", "redesign", name]).out;
        assert!(man.contains(".SH SYNOPSIS\nexledger redesign"), "{man}");
    }
    assert_eq!(cli::run(folder, &["man", "redesign", "nothing"]).code, 2);
}

#[test]
fn what_its_author_alone_merged_waits_for_somebody_else() {
    let team = Team::frozen();
    let life = &team.life;
    life.repo.branch("new");
    life.switch("new");
    let filed = life.answer(0, "kim", &Team::new_args("2027-01-31", &[]));
    life.commit("new", "kim");
    life.merge("new", "lee", "");
    let redesign = filed["id"].as_str().unwrap();
    life.decide("done", "kim", &["redesign", "done", redesign]);
    life.merge("done", "kim", "");
    let listed = || life.answer(0, "sam", &["redesign", "list"])["redesigns"][0].clone();
    let command = format!("exledger approve --governance redesigns/{redesign}.yaml");
    assert_eq!(
        (&listed()["status"], &listed()["next"]["command"]),
        (&json!("open"), &json!(command))
    );
}

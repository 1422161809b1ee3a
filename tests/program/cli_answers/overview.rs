//! The program without a command.

use serde_json::Value;

use crate::cli;
use crate::cli_answers::{ask, story};
use crate::decisions::{ID, Life, record};

fn json(args: &[&str]) -> Value {
    let run = ask(&story(), &[args, &["--format", "json"]].concat());
    serde_json::from_str(&run.out).unwrap()
}

fn count(answer: &Value, test: impl Fn(&Value) -> bool) -> usize {
    answer["records"].as_array().unwrap().iter().filter(|record| test(record)).count()
}

#[test]
fn without_a_command_the_figures_are_those_of_list_and_queue() {
    let (overview, list, queue) = (json(&[]), json(&["list"]), json(&["queue"]));
    assert_eq!(overview["schema"], "exledger/overview/v1");
    assert_eq!(overview["in_force"], count(&list, |it| it["in_force"] == true));
    assert_eq!(overview["unknown"], count(&list, |it| it["status"] == "unknown"));
    let holds = |record: &Value, bucket: &str| {
        let also = record["also"].as_array().unwrap();
        record["bucket"] == bucket || also.iter().any(|it| it == bucket)
    };
    assert_eq!(overview["waiting"], count(&queue, |it| holds(it, "waiting-approval")));
    assert_eq!(
        overview["ending_soon"],
        count(&queue, |it| holds(it, "soon") || holds(it, "urgent"))
    );
    let first = &queue["records"][0];
    assert_eq!(overview["next"]["id"], first["id"]);
    assert_eq!(overview["next"]["command"], first["next"]["command"]);
}

#[test]
fn without_a_command_a_ledger_takes_five_lines() {
    let run = ask(&story(), &[]);
    let lines: Vec<&str> = run.out.lines().take_while(|line| !line.is_empty()).collect();
    let labels = ["in force", "waiting", "overdue", "next end", "next step"];
    for label in labels {
        assert!(lines.iter().any(|line| line.starts_with(label)), "{label}: {}", run.out);
    }
}

#[test]
fn without_a_command_and_a_ledger_the_help_is_a_usage_error() {
    let folder = crate::support::temporary();
    let run = cli::run(folder.path(), &[]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_eq!(run.err, cli::run(folder.path(), &["--help"]).out);
    let refused = cli::run(folder.path(), &["--format", "nonsense"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
}

#[test]
fn an_exception_in_two_lines_is_said_to_be_counted_twice() {
    let life = Life::new();
    let reviewed = "review_every: 7d";
    life.filed(ID, &record(ID, reviewed), "ana", "lee");
    let overview = |life: &Life| life.run("ana", &[]).out;
    assert!(!overview(&life).contains("counted"), "{}", overview(&life));
    life.repo.clock("2026-12-05T09:00:00Z");
    let shown = overview(&life);
    assert!(shown.contains("in force   1 exception"), "{shown}");
    assert!(shown.contains("overdue    1 past a deadline"), "{shown}");
    assert!(shown.contains("\n1 exception is counted in more than one line\n"), "{shown}");
}

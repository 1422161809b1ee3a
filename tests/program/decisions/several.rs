//! Decisions about several records: ids or a filter of `list`, all of them or none.

use crate::decisions::{ID, Life, record};

const OTHER: &str = "EXC-2026-00002";
const THIRD: &str = "EXC-2026-00003";

fn three() -> Life {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let kims = "owner: {name: Kim Sato, email: kim@example.com, backup: ana@example.com}\nsubject: {application: orders}";
    life.filed(OTHER, &record(OTHER, kims), "kim", "lee");
    life.filed(
        THIRD,
        &record(THIRD, "subject: {application: stock}\nexpires: 2026-11-22"),
        "ana",
        "lee",
    );
    life
}

fn ids(answer: &serde_json::Value) -> Vec<&str> {
    let results = answer["results"].as_array().unwrap();
    results.iter().map(|it| it["id"].as_str().unwrap()).collect()
}

#[test]
fn several_ids_or_a_filter_are_one_decision() {
    let life = three();
    let review = ["review", "--outcome", "still-needed"];
    let with = |more: &[&str]| life.answer(0, "dana", &[&review[..], more].concat());
    assert_eq!(ids(&with(&["7f3kq", OTHER, ID])), [OTHER, ID]);
    assert_eq!(ids(&with(&["--owner", "ana@example.com"])), [THIRD, ID]);
    assert_eq!(ids(&with(&["--application", "orders,stock"])), [OTHER, THIRD]);
    assert_eq!(ids(&with(&["--ends-within", "5d"])), [THIRD]);
    assert_eq!(ids(&with(&["--status", "active"])), [OTHER, THIRD, ID]);
    let one = with(&[OTHER]);
    assert_eq!((&one["schema"], &one["id"]), (&"exledger/review/v1".into(), &OTHER.into()));
    assert!(one.get("results").is_none());
}

#[test]
fn one_that_is_refused_stops_all() {
    let life = three();
    let before = [ID, OTHER, THIRD].map(|id| life.text(id));
    // Only one of them would get too long.
    let renew =
        ["renew", ID, OTHER, THIRD, "--until", "2027-02-20", "--reason", "The vendor is late"];
    let run = life.run("ana", &renew);
    assert_eq!((run.code, run.out.as_str()), (0, run.out.as_str()), "{}", run.err);
    life.repo.checkout();
    let renew =
        ["renew", ID, OTHER, THIRD, "--until", "2027-03-01", "--reason", "The vendor is late"];
    let run = life.run("ana", &renew);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.out);
    assert!(
        run.err.contains("EXC-2026-00003.yaml") && !run.err.contains("EXC-2026-00002.yaml"),
        "{}",
        run.err
    );
    assert_eq!([ID, OTHER, THIRD].map(|id| life.text(id)), before);
    life.decided(
        "ana",
        &[
            "close",
            OTHER,
            "--outcome",
            "withdrawn",
            "--reason",
            "Gone",
            "--evidence",
            "note:https://x.example.com/1",
        ],
        "lee",
    );
    let run = life.run("ana", &["note", ID, OTHER, "--stage", "triage", "--note", "Seen"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("EXC-2026-00002 was closed"), "{}", run.err);
    assert_eq!(life.text(ID), before[0]);
    // A filter skips closed records, as `list` does.
    let answer = life.answer(
        0,
        "ana",
        &["note", "--class", "standard", "--stage", "triage", "--note", "Seen"],
    );
    assert_eq!(ids(&answer), [THIRD, ID]);
}

#[test]
fn all_open_records_of_a_person_move_at_once() {
    let life = three();
    life.decided(
        "ana",
        &[
            "close",
            THIRD,
            "--outcome",
            "withdrawn",
            "--reason",
            "Gone",
            "--evidence",
            "note:https://x.example.com/1",
        ],
        "lee",
    );
    life.filed(
        "EXC-2026-00004",
        &record("EXC-2026-00004", "subject: {application: wiki}"),
        "ana",
        "lee",
    );
    let closed = life.text(THIRD);
    let hand = [
        "transfer",
        "--from",
        "Ana@example.com",
        "--to",
        "lee@example.com",
        "--reason",
        "Ana leaves",
    ];
    let answer = life.answer(0, "dana", &hand);
    assert_eq!(ids(&answer), ["EXC-2026-00004", ID]);
    let changes = answer["results"][1]["changes"].as_array().unwrap();
    let fields: Vec<&str> = changes.iter().map(|it| it["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["owner.name", "owner.email", "transfers[0]"]);
    assert_eq!(life.text(THIRD), closed);
    assert!(life.text(OTHER).contains("kim@example.com"), "others keep theirs");
    life.commit("hand", "dana");
    life.merge("hand", "sam", "");
    let shown = life.show(ID);
    assert_eq!(
        (&shown["owner"]["email"], &shown["status"]),
        (&"lee@example.com".into(), &"active".into())
    );
    assert_eq!(shown["approved"]["approvers"][0]["email"], "sam@example.com");
}

#[test]
fn a_new_owner_is_called_what_roster_or_other_records_say() {
    let life = three();
    let to = |more: &[&str]| {
        let answer = life.answer(0, "dana", &[&["transfer", ID, "--dry-run"][..], more].concat());
        answer["changes"][0]["to"].as_str().unwrap().to_owned()
    };
    assert_eq!(to(&["--to", "kim@example.com"]), "Kim Sato");
    assert_eq!(to(&["--to", "dana@example.com"]), "Dana Kim");
    assert_eq!(to(&["--to", "pat@example.com"]), "pat");
    assert_eq!(to(&["--to", "pat@example.com", "--name", "Pat Moe"]), "Pat Moe");
}

#[test]
fn a_record_that_only_another_branch_has_is_left_out_and_said() {
    let life = three();
    life.file("EXC-2026-00009", &record("EXC-2026-00009", "subject: {application: late}"), "ana");
    let run = life.run(
        "dana",
        &["review", "--application", "late,stock", "--outcome", "close", "--format", "json"],
    );
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("EXC-2026-00009 is not in the work tree"), "{}", run.err);
    let run = life.run("dana", &["review", "00009", "--outcome", "close"]);
    assert_eq!(run.code, 2, "{}", run.out);
}

/// A record in which Ana has an address of her own, and one with a capital letter outside ASCII.
fn under_other_addresses() -> Life {
    let life = three();
    let of = |email: &str| format!("owner: {{name: A. Ruiz, email: {email}}}");
    let fourth = "EXC-2026-00004";
    life.filed(fourth, &record(fourth, &of("ruiz@example.org")), "ana", "lee");
    let fifth = "EXC-2026-00005";
    life.filed(fifth, &record(fifth, &of("ÉVA@example.com")), "ana", "lee");
    let line = "Ana Ruiz <ana@example.com> <ruiz@example.org>\n";
    let work = life.repo.branch("names").by("ana").write(".mailmap", line);
    work.commit("Say that both addresses are Ana's");
    life.merge("names", "lee", "Reviewed-by: Dana <dana@example.com>");
    life
}

#[test]
fn an_owner_is_one_person_under_every_name_and_address() {
    let life = under_other_addresses();
    let listed = |owner: &str| {
        let run = life.run("sam", &["list", "--owner", owner, "--format", "csv", "--all"]);
        let rows = run.out.lines().skip(1).map(|row| row[..14].to_owned());
        rows.collect::<Vec<_>>()
    };
    let anas = [THIRD, "EXC-2026-00004", ID];
    for owner in ["ana@example.com", "Ruiz@Example.org", " ana  RUIZ "] {
        assert_eq!(listed(owner), anas, "{owner}");
    }
    assert_eq!(listed("éva@example.com"), ["EXC-2026-00005"]);
    assert_eq!(listed("kim@example.com"), [OTHER]);
    // A person known under another name is not reported as unknown.
    let run = life.run("sam", &["list", "--owner", "ruiz@example.org", "--status", "closed"]);
    assert_eq!(run.err, "");
}

#[test]
fn all_records_of_a_person_move_from_every_address_and_those_of_the_new_one_stay() {
    let life = under_other_addresses();
    let to = |to: &str| {
        let hand = ["transfer", "--from", "RUIZ@example.org", "--to", to, "--dry-run"];
        let answer = life.answer(0, "dana", &hand);
        ids(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(to("lee@example.com"), [THIRD, "EXC-2026-00004", ID]);
    assert_eq!(to("ana@example.com"), ["EXC-2026-00004"]);
}

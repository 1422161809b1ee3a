//! A record by itself is answered as among all records. Start at [`assert_same`].

use std::fmt::Write as _;

use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::walk::Scope;
use serde_json::json;

use crate::cli::run;
use crate::decisions::record;
use crate::gate::narrow;
use crate::support::repo::{Repo, Work};

const ON: &str = "2026-11-27T12:00:00Z";
const POLICY: &str = "version: 1\nname: example/about\n";

/// Returns everything that `show` and `log` say of a record.
fn told(snapshot: &Snapshot<'_>, text: &str) -> String {
    let state = match snapshot.find(text) {
        Ok(state) => state,
        Err(error) => return format!("{error:?}"),
    };
    let mut told = format!("{:?}\n{state:#?}\n", snapshot.stamp());
    write!(told, "{:#?}\n{:#?}", snapshot.acts(state), snapshot.lapses(state)).unwrap();
    write!(told, "{:#?}\n{:?}", snapshot.statements(state), snapshot.notices()).unwrap();
    told
}

/// Returns how many earlier records each of some texts names a refiled record of, which is told the same by itself.
fn assert_same(repo: &Repo, texts: &[&str]) -> Vec<usize> {
    assert_same_at(repo, &Moment::at(Instant::parse(ON).unwrap()), texts)
}

fn assert_same_at(repo: &Repo, at: &Moment, texts: &[&str]) -> Vec<usize> {
    repo.checkout();
    let session = Session::open(repo.path(), Options::default()).unwrap();
    let all = session.snapshot(at, Scope::Everything).unwrap();
    let compare = |text: &&str| {
        let alone = session.snapshot(at, Scope::About(&[text])).unwrap();
        let (alone, among) = (told(&alone, text), told(&all, text));
        if let Some((one, other)) =
            alone.lines().zip(among.lines()).find(|(one, other)| one != other)
        {
            panic!("{text}\nalone: {one}\namong: {other}");
        }
        assert_eq!(alone.len(), among.len(), "{text}");
        all.find(text).map_or(0, |state| state.renewals.refiled.len())
    };
    texts.iter().map(compare).collect()
}

fn repo() -> Repo {
    let repo = Repo::at("2026-10-01T09:00:00Z");
    repo.by("root").write("exledger.yaml", POLICY).commit("Begin");
    repo
}

/// Lets Ana write files on a branch, and Lee merge it.
fn filed<'r>(repo: &'r Repo, name: &str, files: impl FnOnce(Work<'r>) -> Work<'r>) {
    files(repo.branch(name).by("ana")).commit("File it");
    repo.by("lee").merge(name, &format!("Merge branch '{name}'"));
}

const EARLY: &str = "starts: 2026-10-02\nexpires: 2026-11-10";

#[test]
fn what_once_hid_from_a_question_is_shown() {
    for case in narrow::CASES {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        narrow::begin(&repo);
        (case.happens)(&repo);
        assert_same(&repo, &[narrow::ID, "7F3KQ", "EXC"]);
    }
}

/// Returns a value in each of YAML's five styles.
fn styles(value: &str) -> [String; 5] {
    let lines = value.split_whitespace().collect::<Vec<_>>().join("\n    ");
    [
        value.to_owned(),
        format!("'{}'", value.replace('\'', "''")),
        json!(value).to_string(),
        format!("|-\n    {value}"),
        format!(">-\n    {lines}"),
    ]
}

/// Returns other spellings of a name of two words.
fn spellings(name: &str) -> Vec<String> {
    let wide = |letter: char| match letter {
        'a'..='z' => char::from_u32(u32::from(letter) - u32::from('a') + 0xff41).unwrap(),
        other => other,
    };
    vec![
        name.to_owned(),
        name.to_uppercase(),
        name.chars().map(wide).collect(),
        name.replace('k', "\u{212a}"),
        name.replace(' ', "  "),
        name.replace(' ', "\u{3000}"),
        name.replace("fi", "\u{fb01}"),
        name.replace("ss", "\u{df}"),
    ]
}

#[test]
fn a_filing_in_another_spelling_and_style_counts_for_a_record_by_itself() {
    let repo = repo();
    let id = |n: usize| format!("EXC-2026-{n:05}");
    let name = |n: usize| format!("svc:o'kafi {n}-mass");
    let texts: Vec<String> =
        (0..8).flat_map(|spelling| styles(&spellings(&name(spelling))[spelling])).collect();
    let subject = |text: &str| format!("subject:\n  application: {text}");
    filed(&repo, "early", |work| {
        texts.iter().enumerate().fold(work, |work, (n, text)| {
            let early = record(&id(n), &format!("{EARLY}\n{}", subject(text)));
            work.write(&id(n), &early)
        })
    });
    repo.clock("2026-11-20T09:00:00Z");
    filed(&repo, "later", |work| {
        (0..8).fold(work, |work, n| {
            let later = record(&id(100 + n), &subject(&json!(name(n)).to_string()));
            work.write(&id(100 + n), &later)
        })
    });
    let ids: Vec<String> = (0..texts.len()).chain(100..108).map(id).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let counts = assert_same(&repo, &ids);
    assert_eq!(counts[texts.len()..], [1; 8], "one of the styles is the latest: {counts:?}");
}

#[test]
fn filings_that_were_removed_count_for_a_record_by_itself() {
    let repo = repo();
    for (n, path) in ["exceptions/a/EXC-2026-00001.yaml", "exceptions/b/EXC-2026-00002.yaml"]
        .into_iter()
        .enumerate()
    {
        let id = format!("EXC-2026-0000{}", n + 1);
        repo.clock(&format!("2026-10-0{}T09:00:00Z", 2 + 4 * n));
        let text = record(&id, &format!("starts: 2026-10-0{}\nexpires: 2026-11-10", 2 + 4 * n));
        filed(&repo, &id, |work| work.write(path, &text));
        repo.clock(&format!("2026-10-0{}T09:00:00Z", 4 + 4 * n));
        // Only somebody else's removal would end it as a filing.
        repo.by("ana").remove(path).commit("Drop it");
    }
    repo.clock("2026-11-20T09:00:00Z");
    // What the author pushes over it doesn't end it as a filing either.
    let other = "EXC-2026-00005";
    filed(&repo, other, |work| work.write(other, &record(other, "starts: 2026-11-20")));
    let elsewhere = record(
        other,
        "starts: 2026-11-20\nsubject: {application: payroll}\nclosure: {outcome: remediated, date: 2026-11-21, by: ana@example.com, reason: The job is gone}",
    );
    repo.by("ana").write(other, &elsewhere).commit("Close it under another name");
    repo.clock("2026-11-22T09:00:00Z");
    let last = "EXC-2026-00003";
    filed(&repo, last, |work| work.write(last, &record(last, "starts: 2026-11-22")));
    assert_eq!(assert_same(&repo, &[last]), [3]);
    assert_same(&repo, &["EXC-2026-00001", "00002", "EXC-2026-0", "NONE", "3"]);
}

#[test]
fn a_record_that_moved_or_changed_its_subject_is_told_the_same_by_itself() {
    let repo = repo();
    let (one, two, other) = ("EXC-2026-00001", "EXC-2026-00002", "EXC-2026-00003");
    filed(&repo, "one", |work| work.write(one, &record(one, EARLY)));
    filed(&repo, "other", |work| {
        work.write(other, &record(other, &format!("{EARLY}\nsubject: {{application: payroll}}")))
    });
    repo.clock("2026-11-20T09:00:00Z");
    filed(&repo, "two", |work| {
        work.write(
            "exceptions/old/EXC-2026-00002.yaml",
            &record(two, "subject: {application: payroll}"),
        )
    });
    filed(&repo, "move", |work| {
        let text = record(two, "");
        work.remove("exceptions/old/EXC-2026-00002.yaml").write(two, &text)
    });
    assert_eq!(assert_same(&repo, &[one, two, other])[1], 1);
}

#[test]
fn a_filing_whose_subject_was_changed_long_before_it_ended_counts_for_a_record_by_itself() {
    let repo = repo();
    let (early, later) = ("EXC-2026-00001", "EXC-2026-00002");
    let long = "starts: 2026-10-02\nexpires: 2027-10-10";
    filed(&repo, "early", |work| work.write(early, &record(early, long)));
    repo.clock("2026-10-05T09:00:00Z");
    let elsewhere = record(early, &format!("{long}\nsubject: {{application: payroll}}"));
    repo.by("ana").write(early, &elsewhere).commit("Name another");
    repo.clock("2027-11-20T09:00:00Z");
    let text = record(later, "starts: 2027-11-20\nexpires: 2027-12-10");
    filed(&repo, "later", |work| work.write(later, &text));
    let at = Moment::at(Instant::parse("2027-11-27T12:00:00Z").unwrap());
    assert_eq!(assert_same_at(&repo, &at, &[later]), [1]);
    assert_same_at(&repo, &at, &[early]);
}

#[test]
fn a_proposal_and_an_emergency_are_told_the_same_by_themselves() {
    let repo = repo();
    let (one, two, three) = ("EXC-2026-00001", "EXC-2026-00002", "EXC-2026-00003");
    let emergency = "class: emergency\nstarts: 2026-11-27T01:00:00Z\nexpires: 2026-11-28T01:00:00Z";
    repo.clock("2026-11-27T01:00:00Z");
    for id in [one, two] {
        repo.by("ana").write(id, &record(id, emergency)).commit("File it");
        repo.wait("1h");
    }
    repo.branch("three").by("ana").write(three, &record(three, "")).commit("Propose it");
    repo.branch("five")
        .by("ana")
        .write("EXC-2026-10001", &record("EXC-2026-10001", ""))
        .commit("Propose it");
    repo.branch("close").by("ana").edit(one, "priority: high").commit("Change it");
    assert_same(&repo, &[one, two, three, "00001", "0001", "00003"]);
}

#[test]
fn under_a_policy_that_does_not_count_a_record_is_told_the_same_by_itself() {
    let (one, two) = ("EXC-2026-00001", "waivers/EXC-2026-00002.yaml");
    for looser in [
        "recurrence: {window: 1d}\n",
        "records: [waivers]\n",
        "people: {logins: {x: nina@example.com}}\n",
    ] {
        let repo = repo();
        filed(&repo, "early", |work| {
            work.write(one, &record(one, EARLY)).write(two, &record("EXC-2026-00002", ""))
        });
        repo.by("ana").write("exledger.yaml", &format!("{POLICY}{looser}")).commit("Ask for less");
        let later = "EXC-2026-00003";
        filed(&repo, "later", |work| work.write(later, &record(later, "")));
        assert_same(&repo, &[one, "EXC-2026-00002", later]);
    }
}

#[test]
fn a_name_that_is_nearly_that_of_a_record_is_found_however_it_is_written() {
    let repo = repo();
    let names: Vec<String> =
        (0..5).map(|n| format!("svc:payroll-{}", "abcde".repeat(n + 1))).collect();
    filed(&repo, "filed", |work| {
        names.iter().enumerate().fold(work, |work, (n, name)| {
            let id = format!("EXC-2026-{n:05}");
            let style = &styles(name)[n];
            work.write(&id, &record(&id, &format!("subject:\n  identity: {style}")))
        })
    });
    repo.checkout();
    for name in &names {
        let slip = name.replace("payroll", "payrol").to_uppercase();
        let asked = run(repo.path(), &["check", "--identity", &slip, "--on", ON]);
        assert_eq!(asked.code, 1);
        assert!(asked.err.contains(&format!("did you mean {name}")), "{}", asked.err);
    }
    let asked = run(repo.path(), &["check", "--identity", "svc:something-else", "--on", ON]);
    assert!(!asked.err.contains("did you mean"), "{}", asked.err);
}

//! A single question reads few records; it must not be allowed if reading all records would deny it.
//!
//! Each history once hid from the question what was done to the record in another folder.

use serde_json::{Value, json};

use crate::cli::{run, run_fed};
use crate::decisions::record;
use crate::gate::ledger::ON;
use crate::support::repo::{Repo, speak};

pub(crate) const ID: &str = "EXC-2026-7F3KQ";
const LEDGER: &str = "example/narrow";
const HERE: &str = "exceptions/EXC-2026-7F3KQ.yaml";
const THERE: &str = "exceptions/team/EXC-2026-7F3KQ.yaml";

/// What happened, who did it, and the verdict.
pub(crate) struct Case {
    what: &'static str,
    pub(crate) happens: fn(&Repo),
    verdict: &'static str,
}

/// Lets Ana file the record on a branch, and somebody merge it.
fn filed(repo: &Repo, path: &str, text: &str, by: &str) {
    let branch = format!("file-{}", repo.now().unix());
    repo.branch(&branch).by("ana").write(path, text).commit("File it");
    repo.by(by).merge(&branch, &format!("Merge branch '{branch}'"));
}

fn text() -> String {
    record(ID, "")
}

pub(crate) const CASES: &[Case] = &[
    Case {
        what: "filed by Ana, merged by Lee",
        happens: |repo| filed(repo, HERE, &text(), "lee"),
        verdict: "allow",
    },
    Case {
        what: "written by Lee in another folder of the branch, moved by Ana, merged by Lee",
        happens: |repo| {
            repo.branch("topic").by("lee").write(THERE, &text()).commit("Write it");
            repo.branch("topic").by("ana").rename(THERE, HERE).commit("Move it");
            repo.by("lee").merge("topic", "Merge branch 'topic'");
        },
        verdict: "pending",
    },
    Case {
        what: "signed by Dana, removed from another folder, filed again by a bot's merge",
        happens: |repo| {
            let yes = speak::yes("dana", ID, &text(), "2026-11-20T12:00:00Z").ledger(LEDGER);
            repo.by("ana").write(THERE, &text()).commit("File it");
            repo.clock("2026-11-20T13:00:00Z");
            repo.by("ana").remove(THERE).commit("Remove it");
            repo.branch("again").by("ana").write(HERE, &text()).commit("File it again");
            repo.by("bot").merge("again", "Merge branch 'again'");
            repo.by("sam").says(&yes).commit("Bring the signature");
        },
        verdict: "pending",
    },
    Case {
        what: "an emergency whose id was filed before in another folder",
        happens: |repo| {
            let text = record(
                ID,
                "class: emergency\nstarts: 2026-11-27T10:00:00Z\nexpires: 2026-11-29T10:00:00Z",
            );
            repo.by("ana").write(THERE, &text).commit("File it");
            repo.by("ana").remove(THERE).commit("Remove it");
            repo.clock("2026-11-27T10:00:00Z");
            repo.by("ana").write(HERE, &text).commit("File it again");
        },
        verdict: "pending",
    },
    Case {
        what: "copied by Dana into another folder and back, then amended by Ana and merged by Dana",
        happens: |repo| {
            repo.by("ana").write(HERE, &text()).commit("Push it");
            repo.by("dana").write(THERE, &text()).commit("Copy it");
            repo.by("dana").remove(THERE).commit("Remove the copy");
            repo.branch("amend").by("ana").edit(ID, "root_cause: timeout").commit("Amend it");
            repo.by("dana").merge("amend", "Merge branch 'amend'");
        },
        verdict: "pending",
    },
    Case {
        what: "moved by Ana from another folder, where Lee had pushed it, and merged by Lee",
        happens: |repo| {
            repo.by("lee").write(THERE, &text()).commit("Push it");
            repo.branch("move").by("ana").rename(THERE, HERE).commit("Move it");
            repo.by("lee").merge("move", "Merge branch 'move'");
        },
        verdict: "pending",
    },
    Case {
        what: "under another name first, merged by a bot, then renamed by Ana and merged by Lee",
        happens: |repo| {
            filed(repo, "exceptions/draft.yaml", &text(), "bot");
            repo.branch("name").by("ana").rename("exceptions/draft.yaml", HERE).commit("Name it");
            repo.by("lee").merge("name", "Merge branch 'name'");
        },
        verdict: "pending",
    },
    Case {
        what: "brought back by Dana's merge of an old state, with a broken file of its name, and signed by Dana",
        happens: |repo| {
            let broken = "id: [\n";
            let old = repo.by("ana").write(HERE, &text()).write(THERE, broken).commit("File it");
            repo.set_ref("refs/heads/old", old);
            repo.by("lee").remove(HERE).remove(THERE).commit("Remove it");
            repo.clock("2026-11-20T12:00:00Z");
            repo.branch("back")
                .by("dana")
                .write(HERE, &text())
                .write(THERE, broken)
                .merge("old", "Bring it back");
            repo.by("bot").merge("back", "Merge branch 'back'");
            repo.clock("2026-11-20T13:00:00Z");
            let yes = speak::yes("dana", ID, &text(), "2026-11-20T13:00:00Z").ledger(LEDGER);
            repo.by("sam").says(&yes).commit("Bring the signature");
        },
        verdict: "pending",
    },
    Case {
        what: "approved, and a second file of the id in another folder",
        happens: |repo| {
            filed(repo, HERE, &text(), "lee");
            repo.by("ana").write(THERE, &text()).commit("Copy it");
        },
        verdict: "deny",
    },
    Case {
        what: "approved, and a second file, about something else, that states the id behind a backslash",
        happens: |repo| {
            filed(repo, HERE, &text(), "lee");
            let hidden = ID.replace('K', "\\x4B");
            let copy = text().replace(&format!("id: {ID}"), &format!("id: \"{hidden}\""));
            assert!(copy.contains(&hidden), "{copy}");
            let copy = copy.replace("billing", "payroll");
            repo.by("ana").write("exceptions/other.yaml", &copy).commit("Copy it");
        },
        verdict: "deny",
    },
];

pub(crate) fn begin(repo: &Repo) {
    let keys: String = ["dana", "lee"].map(speak::signer).concat();
    let policy = format!("version: 1\nname: {LEDGER}\napproval: {{signers: signers}}\n");
    repo.by("root").write("exledger.yaml", &policy).write("signers", &keys).commit("Begin");
}

#[test]
fn a_question_by_itself_is_answered_as_among_all_records() {
    for case in CASES {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        begin(&repo);
        (case.happens)(&repo);
        repo.checkout();
        let alone = run(
            repo.path(),
            &["check", "--application", "billing", "--format", "json", "--on", ON],
        );
        let alone: Value = serde_json::from_str(&alone.out).unwrap();
        let lines = b"{\"application\": \"billing\"}\n";
        let among = run_fed(repo.path(), &["check", "--stdin", "--on", ON], lines);
        let among: Value = serde_json::from_str(&among.out).unwrap();
        assert_eq!(among["verdict"], case.verdict, "{}: {}", case.what, among["reason"]);
        assert_eq!(alone, among, "{}", case.what);
    }
}

/// Names of applications that are keys of every record, and how a record states them.
const SPELLINGS: &[(&str, &str)] = &[
    ("title", "subject: {application: title}"),
    ("owner", "subject: {\"application\":\"owner\"}"),
    ("risk", "subject:\n  application:\n    risk"),
    ("status", "subject:\n  application: >-\n    status"),
    ("level", "subject: {'application':'level'}"),
    ("email", "subject: {application: \"\\x65mail\"}"),
    ("name", "subject: {application: other, aliases: [x,name,y]}"),
    ("the rule", "subject:\n  application: the\n    rule"),
    ("class: standard", "subject: {application: 'class: standard'}"),
    ("starts", "subject:\n  application: starts# 1\n  aliases:\n  - starts"),
    ("id_", "subject: {application: [id_"),
];

#[test]
fn a_subject_named_like_a_key_is_found_however_it_is_written() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write("exledger.yaml", "version: 1\nname: example/keys\n").commit("Begin");
    for (n, (_, subject)) in SPELLINGS.iter().enumerate() {
        let id = format!("EXC-2026-7F3K{n:X}");
        filed(&repo, &format!("exceptions/{id}.yaml"), &record(&id, subject), "lee");
    }
    repo.checkout();
    for (name, subject) in SPELLINGS {
        let flags = ["check", "--application", name, "--format", "json", "--on", ON];
        let alone = run(repo.path(), &flags);
        let alone: Value = serde_json::from_str(&alone.out).unwrap();
        let line = json!({"application": name}).to_string() + "\n";
        let among = run_fed(repo.path(), &["check", "--stdin", "--on", ON], line.as_bytes());
        let among: Value = serde_json::from_str(&among.out).unwrap();
        assert_eq!(alone, among, "{subject}");
        let verdict = if subject.contains("[id_") { "deny" } else { "allow" };
        assert_eq!(alone["verdict"], verdict, "{subject}: {}", alone["reason"]);
    }
}

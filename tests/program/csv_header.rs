//! The first line of `csv`: the same columns with rows and without any.

use std::path::{Path, PathBuf};

use crate::cli;
use crate::support::repo::Repo;

const DAY: &str = "2026-11-20";

fn empty() -> Repo {
    let repo = Repo::at("2026-11-19T08:00:00Z");
    repo.by("dana").write("exledger.yaml", "version: 1\n").commit("Keep exceptions in a ledger");
    repo.checkout();
    repo.scribble("found.sarif", "{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"trivy\"}}, \"results\": []}]}");
    repo.scribble("access.jsonl", "");
    repo.scribble(".trivyignore", "");
    repo
}

fn demo(folder: &Path) -> PathBuf {
    let made = cli::run(folder, &["demo", "--on", DAY, "ledger"]);
    assert_eq!(made.code, 0, "{}", made.err);
    folder.join("ledger")
}

/// Returns the lines of an answer in `csv`.
fn lines(folder: &Path, args: &[&str]) -> Vec<String> {
    let on = ["--on", DAY, "--format", "csv"];
    let run = cli::run(folder, &[args, &on].concat());
    assert!(run.code < 2, "{args:?}: {}", run.err);
    run.out.lines().map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn an_answer_without_rows_has_a_header() {
    let repo = empty();
    for (args, begin) in [
        (&["list"][..], "id,title,path,class,tier,status,"),
        (&["list", "--all"], "id,title,path,class,tier,status,"),
        (&["queue"], "id,title,path,class,tier,status,"),
        (&["queue", "--messages"], "to.email,to.name,to.login,subject,text,records.id,"),
        (&["patterns"], "key,count,ids,occurrences.commit,"),
        (&["redesign", "list"], "id,title,ticket,status,owner.name,"),
        (&["lint"], "rule,level,path,line,column,field,id,message,help"),
        (&["verify"], "rule,level,path,line,column,field,id,message,help"),
        (&["scan"], "kind,group,tool,rules,path,line,text,reason,end,promise.text,"),
        (&["diff", "main"], "id,events.event,events.detail,"),
        (&["triage", "found.sarif"], "source,index,key,state,record,message,route.owner.email,"),
        (&["triage", "found.sarif", "--messages"], "to.email,to.name,subject,text,inputs.source,"),
        (&["access", "access.jsonl"], "source,id,index,state,record,end,overdue_days,"),
        (&["import", "trivy", ".trivyignore", "--dry-run"], "source,line,id,findings.tool,"),
        (&["explain", "--controls", "zzzzzz"], "id,title,group,withdrawn,replaced_by,matched"),
        (&["export", "revocations"], "id,identity,identity_type,credential,"),
    ] {
        let lines = lines(repo.path(), args);
        assert_eq!(lines.len(), 1, "{args:?}: {lines:?}");
        assert!(lines[0].starts_with(begin), "{args:?}: {}", lines[0]);
    }
    let rows = cli::run(repo.path(), &["export", "csv", "--on", DAY]);
    assert!(rows.out.starts_with("id,title,path,class,tier,status,"), "{}", rows.out);
}

#[test]
fn with_rows_the_header_is_the_same() {
    let folder = crate::support::temporary();
    let (empty, demo) = (empty(), demo(folder.path()));
    for args in [
        &["list", "--all"][..],
        &["queue"],
        &["queue", "--messages"],
        &["redesign", "list"],
        &["lint"],
        &["verify"],
        &["export", "revocations"],
    ] {
        let (none, some) = (lines(empty.path(), args), lines(&demo, args));
        assert_eq!(none.len(), 1, "{args:?}");
        assert_eq!(none[0], some[0], "{args:?}");
        assert!(some.len() > 1, "{args:?}");
    }
    // The values that a group shares are named by the policy; their columns take the place of `key`.
    let (none, some) = (lines(empty.path(), &["patterns"]), lines(&demo, &["patterns"]));
    assert_eq!(none[0].replace("key,", "key.root_cause,"), some[0]);
}

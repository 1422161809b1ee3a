//! `lint --base`: only what changed, and the changes themselves; and the base of the comparison.

use serde_json::Value;

use crate::diff::{ID, Ledger, found, record};

const OTHER: &str = "EXC-2026-0THER";

fn lint(ledger: &Ledger, args: &[&str]) -> (i32, Value) {
    let run = ledger.run(&[&["lint", "--format", "json"], args].concat());
    let json = serde_json::from_str(&run.out);
    (run.code, json.unwrap_or_else(|_| panic!("{}{}", run.out, run.err)))
}

/// A ledger in which an untouched record breaks a rule.
fn with_an_old_mistake() -> Ledger {
    let ledger = Ledger::with(&[ID]);
    let broken = record(OTHER).replace("expires: 2026-12-20", "expires: 2028-12-20");
    ledger.repo.by("dana").write(OTHER, &broken).commit("File too long");
    ledger.repo.checkout();
    ledger
}

#[test]
fn only_what_changed_is_judged() {
    let ledger = with_an_old_mistake();
    assert_eq!(found(&lint(&ledger, &[]).1), ["error term-too-long"]);
    ledger.repo.branch("work").by("ana").edit(ID, "title: A better title for it").commit("Reword");
    ledger.switch("work");
    let (exit, answer) = lint(&ledger, &["--base", "main"]);
    assert_eq!((exit, found(&answer), &answer["checked"]), (0, Vec::new(), &1.into()));
    // Uncommitted changes count, too.
    ledger.repo.scribble(ID, &record(ID).replace("expires: 2026-12-20", "expires: 2026-12-30"));
    let (exit, answer) = lint(&ledger, &["--base", "main"]);
    assert_eq!((exit, found(&answer)), (1, vec!["error silent-extension".to_owned()]));
}

#[test]
fn a_file_of_an_id_that_is_there_already_is_found_on_both() {
    let ledger = Ledger::with(&[ID, OTHER]);
    let path = format!("exceptions/copy/{}.yml", ID.to_lowercase());
    ledger.repo.branch("work").by("ana").write(&path, &record(ID)).commit("Copy");
    ledger.switch("work");
    let (exit, answer) = lint(&ledger, &["--base", "main"]);
    let findings = found(&answer);
    let duplicates = findings.iter().filter(|it| *it == "error duplicate-id");
    assert_eq!((exit, duplicates.count()), (1, 2), "{answer:#}");
    let (_, diff) = ledger.diff("work");
    assert_eq!(diff["changes"][0]["events"][0]["event"], "broken", "{diff:#}");
}

#[test]
fn a_term_begins_where_the_record_landed_or_is_added() {
    let ledger = Ledger::with(&[]);
    // The commit that adds it is dated 20 November; 90 days later is 18 February.
    let text = record(ID).replace("starts: 2026-11-20\n", "");
    for (n, (expires, is_long)) in [("2027-02-18", false), ("2027-02-19", true)].iter().enumerate()
    {
        let branch = format!("file-{n}");
        let text = text.replace("expires: 2026-12-20", &format!("expires: {expires}"));
        ledger.repo.clock("2026-11-20T12:00:00Z");
        ledger.repo.branch(&branch).by("ana").write(ID, &text).commit("File");
        ledger.switch(&branch);
        let (_, answer) = lint(&ledger, &["--base", "main"]);
        assert_eq!(
            found(&answer).contains(&"error term-too-long".to_owned()),
            *is_long,
            "{expires}"
        );
    }
}

#[test]
fn of_what_changed_only_the_named_paths_are_judged() {
    let ledger = Ledger::with(&[ID, OTHER]);
    let path = format!("exceptions/{ID}.yaml");
    let (exit, answer) = lint(&ledger, &["--base", "main", &path]);
    assert_eq!((exit, &answer["checked"]), (0, &0.into()));
    for id in [ID, OTHER] {
        ledger.repo.scribble(id, &record(id).replace("2026-12-20", "2026-12-30"));
    }
    let (exit, answer) = lint(&ledger, &["--base", "main", &path]);
    assert_eq!((exit, &answer["checked"]), (1, &1.into()));
    assert_eq!(found(&answer), ["error silent-extension"]);
}

#[test]
fn what_can_not_be_compared_is_said() {
    let ledger = Ledger::with(&[ID]);
    for (args, code) in [
        (&["lint", "--base", "nowhere"][..], 2),
        (&["diff", "nowhere"], 2),
        (&["diff", "main", "nowhere"], 2),
        (&["diff", "--as-of", "2026-11-20"], 2),
        (&["diff", "--approved-ref", "nowhere"], 3),
    ] {
        let run = ledger.run(args);
        assert_eq!((run.code, run.out.as_str()), (code, ""), "{args:?} {}", run.err);
        assert!(!run.err.is_empty());
    }
    ledger.repo.orphan("alone").by("ana").write(ID, &record(ID)).commit("Alone");
    let run = ledger.run(&["diff", "main", "alone"]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(run.err.contains("no common ancestor"), "{}", run.err);
}

#[test]
fn the_work_tree_is_compared_with_the_approved_ref_when_nothing_is_named() {
    let ledger = Ledger::with(&[ID]);
    ledger.repo.scribble(ID, &record(ID).replace("[db:invoices]", "[db:invoices, db:orders]"));
    let run = ledger.run(&["diff", "--format", "json"]);
    let diff: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(crate::diff::told(&diff), ["scope-widened: resources + db:orders"]);
    assert_eq!(diff["base"], diff["head"]);
    let keys: Vec<&String> = diff.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schema", "base", "head", "judged", "changes", "redesigns", "findings"]);
}

#[test]
fn a_ledger_in_a_folder_of_the_repository_is_compared_too() {
    let ledger = Ledger::with(&[]);
    let repo = &ledger.repo;
    let path = format!("audit/exceptions/{ID}.yaml");
    repo.by("dana").write("audit/exledger.yaml", crate::diff::POLICY).commit("Begin another");
    repo.branch("file").by("ana").write(&path, &record(ID)).commit("File");
    repo.by("lee").merge("file", "Merge pull request #1 from ana/file");
    repo.branch("work").by("ana").replace(&path, "[read]", "[read, write]").commit("Widen");
    ledger.switch("work");
    for args in [&["diff", "main"][..], &["diff", "main", "HEAD"]] {
        let run = ledger.run(&[&["-C", "audit", "--format", "json"], args].concat());
        let diff: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(crate::diff::told(&diff), ["scope-widened: actions + write"]);
        let findings = diff["findings"].as_array().unwrap();
        let widened = findings.iter().find(|it| it["rule"] == "scope-widened").unwrap();
        assert_eq!(widened["path"], format!("exceptions/{ID}.yaml"));
    }
    let run = ledger.run(&["-C", "audit", "lint", "--base", "main"]);
    assert!(run.out.contains("1 record judged: "), "{}", run.out);
    assert!(run.out.contains("note[scope-widened]"), "{}", run.out);
}

#[test]
fn a_clone_that_ends_before_the_branch_set_out_can_not_say() {
    let ledger = Ledger::with(&[ID]);
    ledger.repo.branch("work").by("ana").edit(ID, "title: A better title for it").commit("Reword");
    ledger.repo.by("dana").write("README.md", "Hello\n").commit("Say hello");
    let options = ["--depth=1", "--no-single-branch", "--branch=work"];
    let clone = ledger.repo.clone_with(&options);
    let run = crate::cli::run(clone.path(), &["diff", "origin/main"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(run.err.contains("fetch-depth: 0"), "{}", run.err);
}

#[test]
fn one_comment_holds_it_all_or_says_how_much_it_does_not() {
    let ledger = Ledger::with(&[]);
    let mut work = ledger.repo.branch("many").by("ana");
    for n in 0..900 {
        let id = format!("EXC-2026-{n:05}");
        work = work.write(&id, &record(&id));
    }
    work.commit("File many");
    let run = ledger.run(&["diff", "main", "many", "--format", "markdown"]);
    assert!(run.out.len() <= 60_000, "{}", run.out.len());
    let shown = run.out.matches("\n### EXC-2026-").count();
    let rest = format!("\n{} more exceptions omitted: size limit reached\n", 900 - shown);
    assert!(shown > 20 && run.out.contains(&rest), "{shown} of 900 are shown");
}

#[test]
fn a_link_that_the_branch_brings_is_found_and_an_old_one_is_not() {
    let ledger = Ledger::with(&[ID]);
    let link = |branch: &str, id: &str| {
        let path = format!("exceptions/{id}.yaml");
        let work = ledger.repo.branch(branch).by("dana");
        work.write_mode(&path, 0o120_000, b"elsewhere.yaml").commit("Link");
    };
    link("main", "EXC-2026-00001");
    link("work", "EXC-2026-00002");
    ledger.switch("work");
    let (exit, answer) = lint(&ledger, &["--base", "main"]);
    assert_eq!((exit, found(&answer)), (1, vec!["error not-a-file".to_owned()]));
    assert_eq!(answer["findings"][0]["path"], "exceptions/EXC-2026-00002.yaml");
}

#[test]
fn evidence_that_a_branch_exchanges_is_found_on_the_record_that_it_leaves_alone() {
    use sha2::Digest;
    let ledger = Ledger::with(&[]);
    let digest = sha2::Sha256::digest("rotated");
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let by = "date: 2026-12-01, stage: triage, by: lee@example.com";
    let proof = format!("{{kind: log, path: evidence/rotate.txt, sha256: {digest}}}");
    let text = format!("{}handling: [{{{by}, evidence: [{proof}]}}]\n", record(ID));
    let work = ledger.repo.by("dana").write(ID, &text);
    let work = work.write(OTHER, &record(OTHER)).write("evidence/rotate.txt", "rotated");
    work.write("evidence/other.txt", "other").commit("File with evidence");
    let base = ["--base", "main"];
    let codes = |branch: &str| {
        ledger.switch(branch);
        let (exit, answer) = lint(&ledger, &base);
        (exit, found(&answer))
    };
    for (branch, path, expected) in [
        ("same", "evidence/other.txt", None),
        ("exchanged", "evidence/rotate.txt", Some("error evidence-changed")),
    ] {
        let work = ledger.repo.branch(branch).by("ana");
        work.write(path, "exchanged").commit("Exchange a file");
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(codes(branch), (i32::from(!expected.is_empty()), expected), "{branch}");
    }
    let work = ledger.repo.branch("gone").by("ana");
    work.remove("evidence/rotate.txt").commit("Remove the evidence");
    assert_eq!(codes("gone"), (1, vec!["error missing-evidence".to_owned()]));
    // In the work tree alone, too.
    ledger.switch("main");
    ledger.repo.scribble("evidence/rotate.txt", "exchanged");
    let (_, answer) = lint(&ledger, &base);
    assert_eq!(found(&answer), ["error evidence-changed"]);
    assert_eq!(answer["findings"][0]["id"], ID);
}

#[test]
fn evidence_is_judged_by_what_its_path_leads_to_and_however_it_is_quoted() {
    use sha2::Digest;
    let digest = sha2::Sha256::digest("rotated");
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    for (written, links, changed) in [
        ("'evidence/ana''s.txt'", "", "evidence/ana's.txt"),
        ("'evidence/Ana''s own log.txt'", "", "evidence/Ana's own log.txt"),
        ("evidence/link.txt", "ln -s real.txt evidence/link.txt", "evidence/real.txt"),
        (
            "evidence/link.txt",
            "mkdir store && ln -s ../second evidence/link.txt && ln -s store/real.txt second",
            "store/real.txt",
        ),
        ("evidence/in/real.txt", "mkdir store && ln -s ../store evidence/in", "store/real.txt"),
    ] {
        let ledger = Ledger::with(&[]);
        let by = "date: 2026-12-01, stage: triage, by: lee@example.com";
        let proof = format!("{{kind: log, path: {written}, sha256: {digest}}}");
        let text = format!("{}handling: [{{{by}, evidence: [{proof}]}}]\n", record(ID));
        ledger.repo.by("dana").write(ID, &text).commit("File");
        ledger.repo.checkout();
        std::fs::create_dir_all(ledger.repo.path().join("evidence")).unwrap();
        let shell = |line: &str| {
            let run = crate::cli::shell(&ledger.repo, line);
            assert_eq!(run.code, 0, "{line}: {}{}", run.out, run.err);
        };
        if !links.is_empty() {
            shell(links);
        }
        ledger.repo.scribble(changed, "rotated");
        shell("git config user.name Ana && git config user.email ana@example.com");
        shell("git add -A && git commit -qm Evidence && git branch before");
        let base = ["--base", "before"];
        assert_eq!(found(&lint(&ledger, &base).1), [""; 0], "{written}");
        ledger.repo.scribble(changed, "forged");
        shell("git commit -qam Forge");
        let (exit, answer) = lint(&ledger, &base);
        assert_eq!(
            (exit, found(&answer)),
            (1, vec!["error evidence-changed".to_owned()]),
            "{written}"
        );
    }
}

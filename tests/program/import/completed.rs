//! `new --complete`: what is open is answered, everything else stays byte for byte.

use std::path::Path;

use serde_json::{Value, json};

use super::drafts::{BULK, put};
use super::{ON, answer, files, linted};
use crate::cli::{Run, run};
use crate::cli_new::ledger;

fn complete(folder: &Path, args: &[&str]) -> Run {
    run(folder, &[&["new", "--no-input", "--on", ON], args].concat())
}

/// Returns the ids and paths of the drafts of an answer.
fn drafted(answer: &Value) -> Vec<(String, String)> {
    let text = |draft: &Value, key: &str| draft[key].as_str().unwrap().to_owned();
    let drafts = answer["drafts"].as_array().unwrap().iter();
    drafts.map(|draft| (text(draft, "id"), text(draft, "path"))).collect()
}

/// Imports as many entries, each as a draft of its own.
fn drafts_of(folder: &Path, n: usize) -> Vec<(String, String)> {
    let lines: Vec<String> = (10..10 + n).map(|n| format!("CVE-2026-{n}")).collect();
    put(folder, ".trivyignore", &lines.join("\n"));
    let found = answer(folder, 0, &["trivy", ".trivyignore", "--record-per", "entry"]);
    let drafts = drafted(&found);
    assert_eq!(drafts.len(), n);
    drafts
}

#[test]
fn twelve_drafts_are_completed_by_one_set_of_flags() {
    let folder = ledger();
    let folder = folder.path();
    let drafts = drafts_of(folder, 12);
    // Comments, line ends and a title that somebody wrote stay.
    for (_, path) in &drafts {
        let path = folder.join(path);
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace("subject:", "# kept\nsubject:   # here").replace('\n', "\r\n");
        std::fs::write(path, text).unwrap();
    }
    let ids: Vec<&str> = drafts.iter().map(|(id, _)| id.as_str()).collect();
    let args = [&["--complete"], ids.as_slice(), &["--expires", "30d"], BULK].concat();
    let ran = complete(folder, &args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for (_, path) in &drafts {
        let text = std::fs::read_to_string(folder.join(path)).unwrap();
        assert!(text.contains("# kept\r\nsubject:   # here\r\n"), "{text}");
        assert!(!text.contains("TODO"), "{text}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(text.contains("2026-12-21"), "{text}");
        assert!(text.contains("Ana Ruiz"), "{text}");
    }
    let lint = run(folder, &["lint", "--on", ON]);
    assert_eq!(lint.code, 0, "{}{}", lint.out, lint.err);
}

#[test]
fn what_is_left_open_is_named_and_nothing_is_written() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore", "CVE-1\nCVE-2 exp:2026-12-20\n");
    let found = answer(folder, 0, &[&["trivy", ".trivyignore"], BULK].concat());
    let before = files(folder);
    let ids: Vec<String> = drafted(&found).into_iter().map(|(id, _)| id).collect();
    assert_eq!(found["drafts"][1]["complete"], json!(true));
    let ran = complete(folder, &["--complete", &ids[0], &ids[1]]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains(&format!("{}: expires", ids[0])), "{}", ran.err);
    assert!(ran.err.contains("--expires"), "{}", ran.err);
    assert_eq!(files(folder), before);
}

#[test]
fn the_same_problem_of_many_drafts_is_said_once() {
    let folder = ledger();
    let folder = folder.path();
    let drafts = drafts_of(folder, 74);
    let before = files(folder);
    let ids: Vec<&str> = drafts.iter().map(|(id, _)| id.as_str()).collect();
    let args = [&["--complete"], ids.as_slice(), &["--expires", "30d"]].concat();
    let ran = complete(folder, &args);
    assert_eq!(ran.code, 2, "{}", ran.out);
    let said = format!("74 drafts, first {}, {}, {}: ", ids[0], ids[1], ids[2]);
    assert_eq!(ran.err.matches(&said).count(), 1, "{}", ran.err);
    assert!(!ran.err.contains(ids[3]), "{}", ran.err);
    let at = BULK.iter().position(|arg| *arg == "ana@example.com").unwrap();
    let mut bulk = BULK.to_vec();
    bulk[at] = "nobody@example.com";
    let named = ["--owner-name", "Nobody"];
    let ran = complete(folder, &[args.as_slice(), &bulk, &named].concat());
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("74 places, first exceptions/"), "{}", ran.err);
    assert_eq!(files(folder), before);
}

#[test]
fn other_answers_can_replace_a_marked_rule_or_application() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore", "CVE-1\n");
    let found = answer(folder, 0, &["trivy", ".trivyignore"]);
    let (_, path) = drafted(&found).remove(0);
    let ran = complete(
        folder,
        &[
            "--complete",
            &path,
            "--control",
            "owasp-nhi:NHI7:2025",
            "--asset",
            "host:billing-01",
            "--owner",
            "lee@example.com",
            "--risk-level",
            "low",
            "--expires",
            "2026-12-20",
            "--justification",
            "The fixes wait for the new base image, which is due in spring",
            "--compensating-control",
            "No network",
            "--control-status",
            "active",
            "--compensating-control",
            "Daily scan",
        ],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = std::fs::read_to_string(folder.join(path)).unwrap();
    let record: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(record["deviates_from"]["controls"], json!(["owasp-nhi:NHI7:2025"]));
    assert_eq!(record["deviates_from"].get("rule"), None);
    assert_eq!(record["subject"], json!({"asset": "host:billing-01"}));
    assert_eq!(record["owner"]["name"], json!("Lee Park"));
    let controls = &record["compensating_controls"];
    assert_eq!(controls[0]["status"], json!("active"));
    assert_eq!(controls[0]["owner"], json!("lee@example.com"));
    assert_eq!(controls[1]["description"], json!("Daily scan"));
    assert_eq!(controls[1]["id"], json!("CC2"));
}

#[test]
fn what_is_filed_already_is_refused() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore", "CVE-1\n");
    let found = answer(folder, 0, &["trivy", ".trivyignore"]);
    let (id, _) = drafted(&found).remove(0);
    let git = git2::Repository::open(folder).unwrap();
    let mut index = git.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
    let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
    let ana = git2::Signature::now("Ana Ruiz", "ana@example.com").unwrap();
    git.commit(Some("HEAD"), &ana, &ana, "File it", &tree, &[]).unwrap();
    let before = files(folder);
    let ran = complete(folder, &[&["--complete", &id, "--expires", "30d"], BULK].concat());
    assert_eq!(ran.code, 2, "{}", ran.out);
    let what = format!("{id}: already filed");
    assert!(ran.err.contains(&what), "{}", ran.err);
    assert_eq!(files(folder), before);
    for named in ["EXC-2026-ZZZZZ", "exledger.yaml"] {
        assert_eq!(complete(folder, &["--complete", named]).code, 2);
    }
}

#[test]
fn a_record_without_anything_open_is_refused_with_the_flags_given_for_nothing() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore", "CVE-1\nCVE-2 exp:2026-12-20\n");
    let found = answer(folder, 0, &[&["trivy", ".trivyignore"], BULK].concat());
    let ids: Vec<String> = drafted(&found).into_iter().map(|(id, _)| id).collect();
    let before = files(folder);
    let given = ["--title", "Other", "--expires", "30d", "--owner", "lee@example.com"];
    let ran = complete(folder, &[&["--complete", &ids[1]], &given[..]].concat());
    assert_eq!(ran.code, 2, "{}", ran.out);
    let said = format!(
        "nothing to complete: {} has no TODO(import); --title, --owner-email, --expires were not used",
        ids[1]
    );
    assert!(ran.err.contains(&said), "{}", ran.err);
    assert_eq!(files(folder), before);
    assert_eq!(complete(folder, &["--complete", &ids[1]]).code, 2);
    // Beside one with something open, it is not called completed.
    let ran = complete(folder, &["--complete", &ids[0], &ids[1], "--expires", "30d"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains(&format!("nothing to complete in {}", ids[1])), "{}", ran.err);
    assert!(!ran.out.contains(&ids[1]), "{}", ran.out);
}

#[test]
fn flags_answer_what_a_draft_leaves_out_or_states_by_default() {
    let folder = ledger();
    let folder = folder.path();
    put(
        folder,
        ".trivyignore",
        "# Waits for the vendor, who fixes it in the spring release\nCVE-1\n",
    );
    // Without --root-cause, an import writes `unclassified`: nobody said it.
    let bulk: Vec<&str> = BULK.to_vec();
    let at = bulk.iter().position(|it| *it == "--root-cause").unwrap();
    let bulk = [&bulk[..at], &bulk[at + 2..]].concat();
    let found =
        answer(folder, 0, &[&["trivy", ".trivyignore", "--expires", "30d"], &bulk[..]].concat());
    assert_eq!(found["drafts"][0]["complete"], json!(true));
    let (id, path) = drafted(&found).remove(0);
    let given = [
        ("--root-cause", "tool-access", "/root_cause"),
        ("--class", "third-party", "/class"),
        ("--asset", "host:billing-01", "/subject/asset"),
        ("--environment", "staging", "/subject/environment"),
        ("--ticket", "SEC-118", "/references/ticket"),
        ("--fix-plan", "Move to the new base image", "/fix/plan"),
        ("--fix-target", "process", "/fix/target"),
        ("--fix-due", "2026-12-10", "/fix/due"),
        ("--vendor", "Example Ltd", "/subject/vendor"),
        ("--owner-team", "Payments", "/owner/team"),
        ("--onboarding", "VND-7", "/references/onboarding"),
    ];
    let flags: Vec<&str> = given.iter().flat_map(|(flag, value, _)| [*flag, *value]).collect();
    let trigger = ["--trigger", "a new base image is there => review"];
    let kept = ["--justification", "Another reason that nobody gave before, of the usual length"];
    let ran = complete(folder, &[&["--complete", &id][..], &flags, &trigger, &kept].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let text = std::fs::read_to_string(folder.join(path)).unwrap();
    let record: Value = serde_yaml::from_str(&text).unwrap();
    for (flag, value, place) in given {
        assert_eq!(record.pointer(place), Some(&json!(value)), "{flag}: {text}");
    }
    assert_eq!(record["triggers"].as_array().unwrap().len(), 1, "{text}");
    // What the draft says stays.
    let said = "Waits for the vendor, who fixes it in the spring release";
    assert_eq!(record["justification"], json!(said));
    assert_eq!(linted(folder), (0, Vec::new()));
}

#[test]
fn a_start_stays_on_every_day() {
    for later in [ON, "2026-12-03"] {
        let folder = ledger();
        let folder = folder.path();
        put(folder, ".trivyignore", "CVE-1\n");
        let found = answer(folder, 0, &[&["trivy", ".trivyignore"], BULK].concat());
        let (id, path) = drafted(&found).remove(0);
        let start =
            |text: &str| text.lines().find(|it| it.starts_with("starts: ")).map(str::to_owned);
        let before = start(&std::fs::read_to_string(folder.join(&path)).unwrap());
        assert!(before.is_some());
        let args =
            ["new", "--no-input", "--on", later, "--complete", &id, "--starts", "2026-12-05"];
        let ran = run(folder, &[&args[..], &["--expires", "2026-12-20"]].concat());
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert_eq!(start(&std::fs::read_to_string(folder.join(&path)).unwrap()), before, "{later}");
    }
}

#[test]
fn controls_are_added_to_a_draft_that_has_none() {
    let folder = ledger();
    let folder = folder.path();
    let (_, path) = drafts_of(folder, 1).remove(0);
    let file = folder.join(&path);
    let text = std::fs::read_to_string(&file).unwrap();
    let begin = text.find("compensating_controls:").unwrap();
    let rest = &text[begin..];
    let end = begin
        + rest
            .match_indices('\n')
            .map(|(at, _)| at + 1)
            .find(|at| !rest[*at..].starts_with(' '))
            .unwrap();
    let without = format!("{}compensating_controls: []\n{}", &text[..begin], &text[end..]);
    std::fs::write(&file, &without).unwrap();
    let flags = "--complete PATH --rule Patch --application billing --owner-name Ana --owner-email ana@example.com \
                 --risk-level low --expires 2026-12-15 --justification The|vendor|ships|its|fix|in|December;|until|then|the|port|is|closed. --compensating-control Alert";
    let flags = flags.replace("PATH", &path);
    let words: Vec<String> = flags.split(' ').map(|word| word.replace('|', " ")).collect();
    let args: Vec<&str> = words.iter().map(String::as_str).collect();
    let run = complete(folder, &args);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("description: Alert,"), "{}{}{text}", run.out, run.err);
}

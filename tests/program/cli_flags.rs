//! Flags and arguments as people write them: what each command accepts, lists, refuses, and suggests instead.

use crate::cli::{Run, commands, run};
use crate::cli_new::ledger;
use crate::decisions::{ID, Life, record};
use crate::support::project;

fn refused(run: &Run, parts: &[&str]) {
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    for part in parts {
        assert!(run.err.contains(part), "{part}: {}", run.err);
    }
}

#[test]
fn the_past_is_refused_where_it_has_no_meaning_and_not_shown_there() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let folder = life.repo.path();
    let mut answered = Vec::new();
    let options = run(folder, &["help", "options"]).out;
    let listed = options.split("\n--as-of: ").nth(1).unwrap().split("\n\n").next().unwrap();
    let listed: Vec<&str> = listed.split([',', ' ', '\n']).collect();
    for name in commands() {
        let shown = listed.contains(&name.as_str());
        let with: &[&str] = match name.as_str() {
            "approve" | "fire" | "log" | "reject" | "show" => &[ID],
            "ci" => &["nightly"],
            "completions" => &["bash"],
            "triage" => &["exledger.yaml"],
            "check" => &["--application", "billing"],
            "hook" => &["codex", "--ledger", "/nowhere"],
            "mcp" => &["--ledger", "/nowhere", "--any-identity"],
            "import" => &["trivy", "exledger.yaml"],
            _ => &[],
        };
        let with = match name.as_str() {
            "fire" => &[ID, "T1"],
            _ => with,
        };
        let args = [&[&name[..], "--as-of", "2026-11-30", "--no-input"], with].concat();
        let seen = run(folder, &args);
        let said = seen.err.contains("--as-of asks about the past, and ");
        if shown {
            assert!(!said, "{name}: {}", seen.err);
            answered.push(name);
        } else {
            refused(&seen, &["--as-of asks about the past, and ", "leave --as-of out"]);
        }
    }
    assert!(answered.iter().any(|name| name == "list"), "{answered:?}");
    assert!(!folder.join("exledger-demo").exists());
}

#[test]
fn the_specification_names_the_commands_that_answer_about_the_past() {
    let options = run(ledger().path(), &["help", "options"]).out;
    let listed = options.split("\n--as-of: ").nth(1).unwrap().split("\n\n").next().unwrap();
    let listed: Vec<&str> = listed.split([',', ' ', '\n']).filter(|it| !it.is_empty()).collect();
    let spec = std::fs::read_to_string(project::root().join("docs/spec/cli.md")).unwrap();
    let spec = spec.split_whitespace().collect::<Vec<_>>().join(" ");
    let (before, _) = spec.split_once(" accept it; every other command refuses it").unwrap();
    let sentence = before.rsplit(". ").next().unwrap();
    let stated: Vec<&str> = sentence
        .split('`')
        .skip(1)
        .step_by(2)
        .map(|command| command.split(' ').next().unwrap())
        .collect();
    assert_eq!(stated, listed);
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let folder = ledger();
    let odd = OsStr::from_bytes(b"exceptions/EXC-\xff.yaml");
    let output = crate::cli::program(folder.path(), &["show"], &[]).arg(odd).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}");
    assert!(said.contains("error: not UTF-8: \"exceptions/EXC-\\xFF.yaml\""), "{said}");
    assert!(said.contains("name a record by its id"), "{said}");
}

#[test]
fn a_command_lists_the_formats_that_it_has() {
    let folder = ledger();
    for (command, has, lacks) in [
        ("lint", &["sarif", "junit"][..], &["ics", "html"][..]),
        ("list", &["table", "csv"], &["sarif", "ics", "html"]),
        ("queue", &["ics"], &["html", "github"]),
        ("report", &["html"], &["sarif", "ics"]),
        ("man", &["table"], &["json"]),
    ] {
        let page = run(folder.path(), &["man", command]).out;
        let listed = page.split("\\fB\\-\\-format\\fR").find(|text| text.starts_with(" ")).unwrap();
        let listed = listed.split(".RS 14\n").nth(1).unwrap().split(".RE").next().unwrap();
        let listed: Vec<&str> = listed.lines().filter(|line| !line.starts_with('.')).collect();
        let help = run(folder.path(), &["help", "options"]).out;
        for format in has {
            assert!(listed.contains(format), "{command}: {listed:?}");
            let of_all = help.contains(&format!("Formats: {format}"))
                || help.contains(&format!(", {format}"));
            let is_own = help.lines().any(|line| {
                line.trim().strip_prefix("also ").and_then(|it| it.split_once(": ")).is_some_and(
                    |(formats, commands)| {
                        formats.split(", ").any(|it| it == *format)
                            && commands.split(", ").any(|it| it == command)
                    },
                )
            });
            assert!(of_all || is_own, "{command} {format}: {help}");
        }
        for format in lacks {
            assert!(!listed.contains(format), "{command}: {listed:?}");
            let late = run(folder.path(), &[command, "--format", format]);
            refused(&late, &["possible values"]);
            let early = run(folder.path(), &["--format", format, command]);
            refused(&early, &["does not support the format", "use --format"]);
        }
    }
}

#[test]
fn flags_with_fixed_words_list_them_and_refuse_in_the_words_of_the_reader() {
    let folder = ledger();
    let help = run(folder.path(), &["new", "--help", "--all"]).out;
    for words in [
        "emergency, regulated, third-party",
        "token-use, credential-rotation",
        "api-key, certificate",
        "low, moderate, high, critical",
        "bad-source-data",
        "policy, entitlement, automation, data, process",
        "planned, active, withdrawn",
    ] {
        let flat = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{words}: {flat}");
    }
    let medium = ["new", "--title", "A title of some words", "--risk-level", "medium"];
    refused(
        &run(folder.path(), &medium),
        &["`medium` is not a valid level: did you mean `moderate`?"],
    );
    let close = run(folder.path(), &["close", "--help"]).out;
    assert!(close.contains("remediated, revoked, superseded, withdrawn, effective"), "{close}");
}

#[test]
fn a_value_may_begin_with_a_hyphen() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let args = ["renew", ID, "--for", "5d", "--reason", "- the vendor is late"];
    life.answer(0, "ana", &args);
    assert!(life.text(ID).contains("- the vendor is late"), "{}", life.text(ID));
    let typo = life.run("ana", &["renew", ID, "--for", "5d", "--reason", "--dryrun"]);
    refused(&typo, &["--dry-run"]);
}

#[test]
fn a_record_is_named_by_its_path_wherever_an_id_is() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let path = crate::support::repo::path_of(ID);
    for path in [path.clone(), format!("./{path}"), format!("{ID}.yaml")] {
        for args in [&["show"][..], &["log"], &["verify"]] {
            let seen = life.run("sam", &[args, &[&path]].concat());
            assert_eq!(seen.code, 0, "{args:?} {path}: {}", seen.err);
        }
        let review = ["review", &path, "--outcome", "still-needed", "--dry-run"];
        let seen = life.run("ana", &review);
        assert_eq!(seen.code, 0, "{path}: {}", seen.err);
        let like = ["new", "--no-input", "--draft", "--like", &path];
        let seen = life.run("ana", &like);
        assert!(!seen.err.contains("there is no record"), "{}", seen.err);
    }
    let folder = ledger();
    let answers = ["new", "--no-input", "--title", "A title of some words"];
    let filed = run(folder.path(), &[&answers[..], &["--like", "exceptions/x.yaml"]].concat());
    refused(&filed, &["there is no record exceptions/x.yaml"]);
}

#[test]
fn a_draft_like_another_withholds_nothing_that_it_asks_for() {
    let life = Life::new();
    let scope = "scope: {resources: ['db:*'], not_waived: ['db:pay', 'db:hr']}\n";
    life.filed(ID, &record(ID, scope), "ana", "lee");
    let drafted = |asked: &[&str]| {
        let like = ["new", "--no-input", "--draft", "--like", ID, "--format", "json"];
        let run = life.run("ana", &[&like[..], asked].concat());
        let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let path = life.repo.path().join(answer["path"].as_str().unwrap());
        std::fs::read_to_string(path).unwrap()
    };
    let text = drafted(&["--resource", "db:pay"]);
    assert!(text.contains("not_waived: [db:hr]"), "{text}");
    assert!(text.contains("resources: [db:pay]"), "{text}");
    let text = drafted(&["--resource", "db:pay", "--resource", "db:hr"]);
    assert!(!text.contains("not_waived"), "{text}");
}

#[test]
fn a_slip_is_answered_with_what_may_be_meant() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let near = "did you mean EXC-2026-7F3KQ?";
    for args in [
        &["show", "7F3QK"][..],
        &["log", "EXC-2026-7F3KO"],
        &["verify", "7F3K0"],
        &["review", "7F3KK", "--outcome", "still-needed"],
        &["approve", "EXC-2025-7F3KQ"],
        &["new", "--like", "7F33Q"],
    ] {
        refused(&life.run("ana", args), &[near, "exledger list --all"]);
    }
    let far = life.run("ana", &["show", "SEC-2019-AAAAA"]);
    refused(&far, &["there is no record SEC-2019-AAAAA"]);
    assert!(!far.err.contains("did you mean"), "{}", far.err);
    refused(
        &life.run("ana", &["explain", "wildcard-scop"]),
        &["did you mean wildcard-scope?", "exledger explain"],
    );
}

#[test]
fn a_misspelled_branch_owner_path_or_control_is_answered_with_what_may_be_meant() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.branch("billing-key");
    for (args, near) in [
        (&["diff", "mian"][..], "main"),
        (&["lint", "--base", "biling-key"], "billing-key"),
        (&["list", "--as-of", "mian"], "main"),
        (&["approve", ID, "--ref", "biling-key"], "billing-key"),
        (&["lint", "exceptions/EXC-2026-7F3KX.yaml"], "exceptions/EXC-2026-7F3KQ.yaml"),
        (&["transfer", "--from", "anna@example.com", "--to", "kim@example.com"], "ana@example.com"),
    ] {
        refused(&life.run("lee", args), &[&format!("did you mean {near}?")]);
    }
    let controls = life.run("ana", &["explain", "--controls", "ASII02"]);
    assert!(controls.out.contains("did you mean owasp-agentic:ASI02?"), "{}", controls.out);
    let tier = life.run("ana", &["list", "--tier", "sensitiv"]);
    assert!(
        tier.err.contains("the policy has no tier sensitiv: did you mean sensitive?"),
        "{}",
        tier.err
    );
}

#[test]
fn a_record_that_nobody_names_is_a_wrong_use_without_a_terminal() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    for command in ["show", "log", "approve", "reject", "fire"] {
        refused(
            &life.run("lee", &[command]),
            &["no record is named", &format!("after `exledger {command}`")],
        );
    }
    let none = [&format!("{ID} has no triggers")[..], &format!("exledger close {ID}")];
    refused(&life.run("lee", &["fire", ID]), &none);
    refused(&life.run("lee", &["fire", ID, "T1"]), &none);
    let other = "EXC-2026-8K2MP";
    let trigger = "triggers: [{id: T1, when: The vendor ships a fix, then: close}]\n";
    life.filed(other, &record(other, trigger), "ana", "lee");
    refused(&life.run("lee", &["fire", other]), &["no trigger is named", "give its id"]);
}

#[test]
fn a_filter_that_nothing_meets_is_answered_with_the_name_that_may_be_meant() {
    let life = Life::new();
    let text = record(ID, "").replace("application: billing", "application: billing, asset: db01");
    life.filed(ID, &text, "ana", "lee");
    for (filter, near) in [
        (
            "--owner=ana@exampel.com",
            "owner ana@exampel.com: did you mean Ana Ruiz <ana@example.com>?",
        ),
        ("--application=biling", "application biling: did you mean billing?"),
        ("--asset=bd01", "asset bd01: did you mean db01?"),
    ] {
        let seen = life.run("sam", &["list", filter]);
        assert_eq!(seen.code, 0, "{}", seen.err);
        assert!(seen.err.contains(&format!("no record has the {near}")), "{}", seen.err);
        let quiet = life.run("sam", &["list", filter, "--quiet"]);
        assert_eq!(quiet.err, "");
    }
    assert_eq!(life.run("sam", &["list", "--owner=ana@example.com"]).err, "");
    let far = life.run("sam", &["list", "--owner=zoe@other.example"]).err;
    assert_eq!(far, "no record has the owner zoe@other.example\n");
}

#[test]
fn a_look_at_a_closure_names_its_record() {
    let life = Life::new();
    for more in [&[][..], &["--outcome", "effective"]] {
        let seen = life.run("sam", &[&["close", "--reviewed"], more].concat());
        refused(&seen, &["--reviewed needs a closed record", "give its id"]);
    }
}

#[test]
fn folders_are_below_the_ledger_and_named_for_what_they_are() {
    let folder = ledger();
    let args = ["new", "--no-input", "--folder", "/billing", "--title", "x"];
    refused(&run(folder.path(), &args), &["is an absolute path", "2026"]);
    let gone = run(folder.path(), &["-C", "nowhere", "lint"]);
    assert_eq!(gone.code, 3);
    assert!(gone.err.contains("there is no folder "), "{}", gone.err);
    let empty = run(folder.path(), &["list"]);
    assert_eq!(empty.code, 3);
    assert!(
        empty.err.contains("the repository has no commits yet\n  help: commit first"),
        "{}",
        empty.err
    );
}

#[test]
fn what_a_profile_begins_is_asked_for_by_its_flag() {
    let folder = ledger();
    let policy = std::fs::read_to_string(folder.path().join("exledger.yaml")).unwrap();
    let policy = policy.replace("profiles:\n", "profiles:\n  fixed: {fix_target: automation}\n");
    std::fs::write(folder.path().join("exledger.yaml"), policy).unwrap();
    let args = [
        "new",
        "--no-input",
        "--fix-target",
        "automation",
        "--rollback-plan",
        "Disable the key",
        "--title",
        "Nightly invoices read with the shared user",
        "--rule",
        "One user a job",
        "--application",
        "billing",
        "--risk-level",
        "moderate",
        "--compensating-control",
        "Alert",
        "--justification",
        "The job is replaced in December; splitting it now would stop invoicing.",
    ];
    refused(
        &run(folder.path(), &args),
        &["--fix-plan (`fix` needs it)", "--rollback-criteria (`rollback` needs it)"],
    );
}

#[test]
fn an_emergency_under_the_policy_of_init_is_three_answers() {
    let folder = ledger();
    std::fs::remove_file(folder.path().join("exledger.yaml")).unwrap();
    let init = run(folder.path(), &["init", "--no-input"]);
    assert_eq!(init.code, 0, "{}", init.err);
    let filed = run(
        folder.path(),
        &[
            "new",
            "--no-input",
            "--emergency",
            "--format",
            "json",
            "--title",
            "Break the glass of billing",
            "--identity",
            "svc:billing",
            "--identity-type",
            "human",
            "--justification",
            "Invoices stop within the hour; the on-call engineer needs the key to restart the queue.",
        ],
    );
    assert_eq!(filed.code, 0, "{}", filed.err);
    let answer: serde_json::Value = serde_json::from_str(&filed.out).unwrap();
    assert_eq!((&answer["tier"], &answer["needed"]["count"]), (&"emergency".into(), &1.into()));
}

#[test]
fn the_help_and_the_page_show_whole_commands() {
    let folder = ledger();
    for name in commands() {
        let help = run(folder.path(), &[&name, "--help"]).out;
        let mut lines = help.lines();
        assert!(lines.all(|line| line.trim() != "\\"), "{name}: {help}");
    }
    for (args, usage) in [
        (&["man"][..], "exledger [OPTIONS] [COMMAND]"),
        (&["man", "fire"], "exledger fire [OPTIONS] [ID] [TRIGGER]"),
    ] {
        let page = run(folder.path(), args).out;
        let synopsis = page.split(".SH SYNOPSIS\n").nth(1).unwrap();
        let synopsis = synopsis.lines().next().unwrap().replace("\\-", "-");
        assert_eq!(synopsis, usage);
    }
}

#[test]
fn receipts_are_no_standard_output() {
    let folder = ledger();
    for flag in ["--receipts", "--new-receipts"] {
        refused(
            &run(folder.path(), &["check", "--application", "billing", flag, "-"]),
            &["- is not the name of a file"],
        );
    }
    assert!(!folder.path().join("-").exists());
}

#[test]
fn a_flag_that_belongs_to_another_is_refused_where_a_third_excludes_that_one() {
    let folder = ledger();
    for args in [
        &["review", ID, "--outcome", "still-needed", "--evidence", "README.md"][..],
        &["review", ID, "--note", "Seen", "--evidence", "README.md"],
        &["new", "--like", ID, "--reason", "Not reachable"],
        &["new", "--complete", ID, "--reason", "Not reachable"],
        &["triage", "a.sarif", "--filter", "--repo", "acme/shop"],
        &["triage", "a.json", "--plan", "github", "--record-per", "finding"],
        &["mcp", "--ledger", "/nowhere", "--any-identity", "--as-type", "workload"],
    ] {
        refused(&run(folder.path(), args), &["cannot be used with"]);
    }
}

//! Accepted texts in real repositories: drafts of twins cover one finding each, texts move, change and are copied, and secrets
//! stand nowhere.

use serde_json::{Value, json};

use super::{ON, file, ledger, put, run};
use crate::cli;
use crate::support::repo::{Repo, git};
use crate::triage::{POLICY, json as triaged};

/// A result of a rule at some lines of a file.
pub(super) fn at(rule: &str, path: &str, (first, last): (u64, u64)) -> Value {
    json!({
        "ruleId": rule, "level": "error", "message": {"text": "It is so"},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": path}, "region": {"startLine": first, "endLine": last},
        }}],
    })
}

pub(super) fn log(tool: &str, results: &[Value]) -> String {
    super::sarif(tool, results)
}

/// Writes files, commits them, and returns the repository.
pub(super) fn committed(files: &[(&str, &str)]) -> Repo {
    let repo = ledger(POLICY);
    let mut commit = repo.by("ana");
    for (path, text) in files {
        commit = commit.write(path, text);
    }
    commit.commit("Add the code");
    repo.checkout();
    repo
}

/// Returns the drafts of a log, as YAML text, and the answer.
pub(super) fn drafts(repo: &Repo, log: &str, more: &[&str]) -> (Vec<String>, Value) {
    put(repo, "log.sarif", log);
    std::fs::remove_dir_all(repo.path().join("drafts")).ok();
    let (_, answer) = triaged(repo, &[&["log.sarif", "--draft", "drafts"], more].concat());
    let drafts = answer["drafts"].as_array().unwrap().iter();
    let text = |draft: &Value| {
        std::fs::read_to_string(repo.path().join(draft["path"].as_str().unwrap())).unwrap()
    };
    (drafts.map(text).collect(), answer)
}

/// Files a record with the findings of a draft, approved by somebody else.
pub(super) fn approve(repo: &Repo, id: &str, draft: &str) {
    let record: Value = serde_yaml::from_str(draft).unwrap();
    let scope = record["scope"].to_string();
    let text = super::record(id, "brittle-dependency", &scope, "2026-11-20", "2027-01-10");
    file(repo, id, &text);
    repo.checkout();
}

/// Returns the states of the results of a log.
pub(super) fn states(repo: &Repo, log: &str) -> Vec<String> {
    put(repo, "log.sarif", log);
    let (_, answer) = triaged(repo, &["log.sarif"]);
    let rows = answer["results"].as_array().unwrap().iter();
    rows.map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

/// The tool, the file, its text, and the first and last lines of the findings of one rule.
type Twins = (&'static str, &'static str, &'static str, &'static [(u64, u64)]);

/// Files full of twins.
const TWINS: &[Twins] = &[
    (
        "bandit",
        "app/run.py",
        "def a(cmd):\n    subprocess.call(cmd, shell=True)\n\ndef b(cmd):\n    subprocess.call(cmd, shell=True)\n\ndef c(cmd):\n    subprocess.call(cmd + x, shell=True)\n",
        &[(2, 2), (5, 5), (8, 8)],
    ),
    (
        "checkov",
        "infra/main.tf",
        "resource \"aws_s3_bucket\" \"one\" {\n  acl = \"public-read\"\n}\n\nresource \"aws_s3_bucket\" \"two\" {\n  acl = \"public-read\"\n}\n",
        &[(1, 3), (5, 7)],
    ),
    (
        "gitleaks",
        "conf/keys.ini",
        "[a]\nkey = ghp_Zx81kQ4Vb7Lw9Tn2Rm5Ys8Hd3Jf6Gc0Pa1B\n[b]\nkey = ghp_Qw72mN5Xc8Kv1Lz4Bt9Rj3Hg6Fd0Sa2Pe7U\n",
        &[(2, 2), (4, 4)],
    ),
    // A text that is told from its twin by the lines around both would cover both.
    (
        "semgrep",
        "app/twice.py",
        "def a(cmd):\n    call(cmd, 1)\n    log(cmd)\n    call(cmd, 1)\n    return cmd\n\ndef b(cmd):\n    call(cmd, 1)\n    log(cmd)\n    call(cmd, 1)\n    return cmd\n\nprint(b(1))\n",
        &[(2, 2), (4, 4), (8, 8), (10, 10)],
    ),
    (
        "bandit",
        "app/nested.py",
        "from shells import call\nx = call(\n    call(cmd, shell=True),\n    shell=True)\n",
        &[(2, 4), (3, 3)],
    ),
    (
        "hadolint",
        "Dockerfile",
        "FROM x\nADD x /x\nADD y /y\nADD z /z\nUSER app\n",
        &[(2, 2), (4, 4)],
    ),
];

#[test]
fn each_draft_of_twins_covers_its_own_finding_alone() {
    for (tool, path, text, lines) in TWINS {
        let results: Vec<Value> = lines.iter().map(|lines| at("R1", path, *lines)).collect();
        for nth in 0..lines.len() {
            let repo = committed(&[(path, text)]);
            let (drafted, answer) =
                drafts(&repo, &log(tool, &results), &["--record-per", "finding"]);
            assert_eq!(drafted.len(), lines.len(), "{tool}: {answer}");
            approve(&repo, "EXC-2026-C0VER", &drafted[nth]);
            let found = states(&repo, &log(tool, &results));
            for (other, state) in found.iter().enumerate() {
                let expected = if other == nth { "covered" } else { "uncovered" };
                assert_eq!(state, expected, "{tool} {nth} {other}:\n{}", drafted[nth]);
            }
        }
    }
}

#[test]
fn one_record_for_a_rule_covers_all_of_them_and_nothing_later() {
    let (tool, path, text, lines) = TWINS[0];
    let results: Vec<Value> = lines.iter().map(|lines| at("R1", path, *lines)).collect();
    let repo = committed(&[(path, text)]);
    let (drafted, _) = drafts(&repo, &log(tool, &results), &[]);
    assert_eq!(drafted.len(), 1);
    let record: Value = serde_yaml::from_str(&drafted[0]).unwrap();
    let findings = record["scope"]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["content"].as_array().unwrap().len(), 3, "{}", drafted[0]);
    // Again: all have their draft.
    let (_, answer) = triaged(&repo, &["log.sarif", "--draft", "drafts"]);
    assert_eq!(answer["drafts"], json!([]));
    approve(&repo, "EXC-2026-C0VER", &drafted[0]);
    let later = format!("{text}\ndef d(cmd):\n    subprocess.call(cmd + y, shell=True)\n");
    put(&repo, path, &later);
    let more = [results, vec![at("R1", path, (11, 11))]].concat();
    assert_eq!(states(&repo, &log(tool, &more)), ["covered", "covered", "covered", "uncovered"]);
}

#[test]
fn a_text_moves_and_changes_and_is_copied() {
    let line = "    subprocess.call(cmd, shell=True)\n";
    let path = "app/run.py";
    let text = format!("def a(cmd):\n{line}\n");
    let repo = committed(&[(path, &text)]);
    let (drafted, _) = drafts(&repo, &log("bandit", &[at("B602", path, (2, 2))]), &[]);
    approve(&repo, "EXC-2026-C0VER", &drafted[0]);
    for (text, at_line, state, why) in [
        (text.clone(), 2, "covered", ""),
        (format!("import os\n\n{text}"), 4, "covered", ""),
        (format!("def a(cmd):\n        {line}"), 2, "covered", ""),
        (text.replace('\n', "\r\n"), 2, "covered", ""),
        (
            text.replace("cmd,", "cmd + x,"),
            2,
            "expired_cover",
            "EXC-2026-C0VER: the accepted text is gone from app/run.py",
        ),
        (
            format!("{text}{line}"),
            2,
            "uncovered",
            "EXC-2026-C0VER: the accepted text stands 2 times in app/run.py",
        ),
        (
            format!("{text}os.system(cmd)\n"),
            4,
            "uncovered",
            "EXC-2026-C0VER accepts another line of app/run.py",
        ),
    ] {
        put(&repo, path, &text);
        put(&repo, "log.sarif", log("bandit", &[at("B602", path, (at_line, at_line))]));
        let (code, answer) = triaged(&repo, &["log.sarif"]);
        let row = &answer["results"][0];
        assert_eq!(row["state"], state, "{text:?}: {row}");
        assert!(row["message"].as_str().unwrap().contains(why), "{row}");
        assert_eq!(code, i32::from(state != "covered"));
        let line = at_line.to_string();
        let ask = ["check", "--finding", "bandit:B602", "--path", path, "--line", &line];
        let check =
            cli::run(repo.path(), &[&["--on", ON][..], &ask, &["--format", "json"]].concat());
        assert_eq!(check.code, i32::from(state != "covered"), "{}", check.out);
        if state == "covered" {
            let receipt: Value = serde_json::from_str(&check.out).unwrap();
            assert_eq!(receipt["question"]["line"], at_line);
            assert_eq!(receipt["scope"]["content"], json!(["subprocess.call(cmd, shell=True)"]));
        }
    }
    // What lost its text is drafted again, with the text of today.
    put(&repo, path, text.replace("cmd,", "cmd + x,"));
    let (drafted, _) = drafts(&repo, &log("bandit", &[at("B602", path, (2, 2))]), &[]);
    assert!(drafted[0].contains("subprocess.call(cmd + x, shell=True)"), "{}", drafted[0]);
}

#[test]
fn two_packages_of_one_advisory_have_a_key_each() {
    let rule = json!({"id": "CVE-2026-0001", "name": "LanguageSpecificPackageVulnerability"});
    let result = |name: &str, version: &str| {
        let text =
            format!("Package: {name}\nInstalled Version: {version}\nVulnerability CVE-2026-0001");
        json!({"ruleId": "CVE-2026-0001", "level": "error", "message": {"text": text},
            "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": "web/package-lock.json"}, "region": {"startLine": 1}}}]})
    };
    let log = json!({"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "Trivy", "rules": [rule]}},
        "results": [result("lodash", "4.17.15"), result("@acme/minimist", "1.2.0")],
    }]})
    .to_string();
    let repo = committed(&[("web/package-lock.json", "{}\n")]);
    let (drafted, _) = drafts(&repo, &log, &["--record-per", "finding"]);
    assert_eq!(drafted.len(), 2);
    approve(&repo, "EXC-2026-C0VER", &drafted[0]);
    let record: Value = serde_yaml::from_str(&drafted[1]).unwrap();
    assert_eq!(
        record["scope"]["findings"],
        json!([{"tool": "trivy", "id": "CVE-2026-0001", "purl": "pkg:npm/%40acme/minimist@1.2.0", "paths": ["web/package-lock.json"]}])
    );
    assert_eq!(states(&repo, &log), ["covered", "uncovered"]);
}

#[test]
fn what_the_report_does_not_tell_is_marked() {
    let repo = committed(&[("app/run.py", "x = eval(input())\n"), ("app/old.py", "a\rb = 1\n")]);
    let no_line = json!({"ruleId": "B1", "level": "error", "message": {"text": "It is so"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": "app/run.py"}}}]});
    let results = [
        no_line,
        at("B2", "/src/app/run.py", (1, 1)),
        at("B3", "app/missing.py", (1, 1)),
        at("B4", "app/old.py", (1, 1)),
        at("B5", "app/run.py", (7, 7)),
    ];
    let (drafted, _) = drafts(&repo, &log("bandit", &results), &[]);
    assert_eq!(drafted.len(), results.len());
    for (draft, text) in drafted.iter().zip([
        "TODO(import): the report states no line of app/run.py",
        "TODO(import): the scanner says /src/app/run.py; give --source-root /src, or its path here",
        "TODO(import): app/missing.py is not in this checkout",
        "TODO(import): app/old.py has line ends other than LF and CRLF",
        "TODO(import): app/run.py has no line 7",
    ]) {
        assert!(draft.contains(text), "{text}\n{draft}");
        assert!(draft.contains("paths"), "{draft}");
    }
    let folder = repo.path().join("exceptions");
    std::fs::create_dir_all(&folder).unwrap();
    for draft in std::fs::read_dir(repo.path().join("drafts")).unwrap() {
        let draft = draft.unwrap();
        std::fs::copy(draft.path(), folder.join(draft.file_name())).unwrap();
    }
    let lint = cli::run(repo.path(), &["--on", ON, "lint"]);
    assert_eq!(lint.code, 1, "{}{}", lint.out, lint.err);
    assert!(lint.out.contains("scope.findings[0].content[0]"), "{}", lint.out);
}

#[test]
fn a_run_asks_about_some_findings_alone() {
    let repo = committed(&[("app/run.py", "x = eval(input())\nos.system(x + y)\n")]);
    let results = [at("B307", "app/run.py", (1, 1)), at("B605", "app/run.py", (2, 2))];
    put(&repo, "log.sarif", log("bandit", &results));
    let (code, answer) = triaged(&repo, &["log.sarif", "--only", "bandit:B60*"]);
    assert_eq!((code, answer["counts"]["uncovered"].as_u64()), (1, Some(1)));
    assert_eq!(answer["results"][0]["key"], "bandit:B605");
    let next = answer["next"]["command"].as_str().unwrap();
    assert!(next.contains("B605") && !next.contains("B307"), "{next}");
    let missed = run(&repo, &["log.sarif", "--only", "bandit:B606"]);
    assert_eq!(missed.code, 2);
    assert!(missed.err.contains("no finding fits --only bandit:B606"), "{}", missed.err);
    assert!(missed.err.contains("--only bandit:B605"), "{}", missed.err);
    let both = run(&repo, &["log.sarif", "--only", "bandit:B605", "--filter"]);
    assert_eq!(both.code, 2);
}

/// Values that look like secrets, in the parts of a name and a value so that none stands in this file.
fn secrets() -> Vec<String> {
    let hexadecimal = "0123456789abcdef";
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    (0..20)
        .map(|nth: usize| {
            let pick = |from: &str, n: usize| -> String {
                (0..n)
                    .map(|at| {
                        let place = (at * 7 + nth * 13 + at * at * 3) % from.len();
                        from.as_bytes()[place] as char
                    })
                    .collect()
            };
            match nth % 4 {
                0 => format!("ghp_{}", pick(letters, 36)),
                1 => format!("glpat-{}", pick(letters, 20)),
                2 => format!("xoxb-{}-{}", pick(&hexadecimal[..10], 12), pick(letters, 24)),
                _ => pick(hexadecimal, 40),
            }
        })
        .collect()
}

#[test]
fn no_secret_and_no_hash_of_one_is_written() {
    use sha2::{Digest, Sha256};
    let secrets = secrets();
    let lines: Vec<String> = secrets.iter().map(|it| format!("api_token = \"{it}\"\n")).collect();
    let path = "conf/tokens.py";
    let repo = committed(&[(path, &lines.concat())]);
    let results: Vec<Value> =
        (1..=20).map(|line| at("generic-api-key", path, (line, line))).collect();
    let mut written = String::new();
    for tool in ["gitleaks", "trufflehog", "bandit", "checkov"] {
        for per in ["rule", "finding"] {
            let (drafted, answer) = drafts(&repo, &log(tool, &results), &["--record-per", per]);
            let expected = if per == "rule" { 1 } else { 20 };
            assert_eq!(drafted.len(), expected, "{tool} {per}: {answer}");
            written += &(drafted.concat() + &answer.to_string());
            let shown = run(&repo, &["log.sarif", "--draft", "others"]);
            written += &(shown.out + &shown.err);
            std::fs::remove_dir_all(repo.path().join("others")).unwrap();
        }
    }
    let (drafted, _) = drafts(&repo, &log("gitleaks", &results), &[]);
    approve(&repo, "EXC-2026-C0VER", &drafted[0]);
    assert_eq!(states(&repo, &log("gitleaks", &results)), vec!["covered"; 20]);
    let ask = ["check", "--finding", "gitleaks:generic-api-key", "--path", path, "--line", "3"];
    for args in [
        [&ask[..], &["--receipts", "receipts.jsonl", "--format", "json"]].concat(),
        vec!["show", "EXC-2026-C0VER"],
        vec!["log", "EXC-2026-C0VER", "--patch"],
    ] {
        let shown = cli::run(repo.path(), &[&["--on", ON][..], &args].concat());
        written += &(shown.out + &shown.err);
    }
    written += &std::fs::read_to_string(repo.path().join("receipts.jsonl")).unwrap_or_default();
    assert!(written.contains("1-1@"), "{written}");
    for secret in &secrets {
        let line = format!("api_token = \"{secret}\"");
        assert!(!written.contains(secret.as_str()), "{secret}");
        for text in [secret.as_str(), line.as_str()] {
            let digest: String =
                Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(!written.contains(&digest), "the hash of {text}");
        }
    }
}

#[test]
fn a_plain_word_that_code_gives_a_password_is_not_copied() {
    let path = "ops/login.sh";
    let lines = [
        "curl -u billing:SECRET https://db.example.com/x",
        "curl --user 'billing:SECRET' https://db.example.com/x",
        "run([\"curl\", \"-u\", \"billing:SECRET\"])",
        "git clone https://billing:SECRET@git.example.com/x.git",
        "mysqldump --password=SECRET billing",
        "mysqldump --password SECRET billing",
        "password: SECRET",
        "db_password = \"SECRET\"",
        "{\"password\": \"SECRET\"}",
        "login(user, passwd='SECRET words')",
        "export API_TOKEN=SECRET",
    ];
    for (nth, line) in lines.iter().enumerate() {
        let line = line.replace("SECRET", "wintersun");
        let repo = committed(&[(path, &format!("# The job\n{line}\n"))]);
        for tool in ["bandit", "checkov"] {
            let (drafted, answer) = drafts(&repo, &log(tool, &[at("R1", path, (2, 2))]), &[]);
            assert!(drafted[0].contains("2-2@"), "{line}: {}{answer}", drafted[0]);
            let written = drafted.concat() + &answer.to_string();
            assert!(!written.contains("wintersun"), "{line}: {written}");
        }
        if nth > 0 && nth + 1 < lines.len() {
            continue;
        }
        // Written by hand it is refused, and what lands all the same is shown nowhere.
        let key = json!({"tool": "bandit", "id": "R1", "paths": [path], "content": [line]});
        let scope = json!({"findings": [key]}).to_string();
        let (starts, expires) = ("2026-11-20", "2027-01-10");
        let text = super::record("EXC-2026-C0VER", "brittle-dependency", &scope, starts, expires);
        let branch = repo.branch("hand").by("ana").write("EXC-2026-C0VER", &text);
        branch.commit("Accept it");
        let comment =
            cli::run(repo.path(), &["--on", ON, "diff", "main", "hand", "--format", "markdown"]);
        repo.by("dana").merge("hand", "Merge branch 'hand'");
        repo.checkout();
        let mut shown = comment.out + &comment.err;
        let ask = ["check", "--finding", "bandit:R1", "--path", path, "--line", "2"];
        for args in [&["show", "EXC-2026-C0VER"][..], &["log", "--patch"], &["lint"], &ask] {
            let run = cli::run(repo.path(), &[&["--on", ON], args].concat());
            shown += &(run.out + &run.err);
        }
        assert!(shown.contains("error[secret]"), "{line}: {shown}");
        assert!(shown.contains("…") && !shown.contains("wintersun"), "{line}: {shown}");
    }
    // What stands for a secret is none.
    for line in [
        "curl -u \"billing:$PASSWORD\" https://db.example.com/x",
        "password = None; token: None",
        "docker run --user 1000:1000 billing",
        "subprocess.call(cmd, shell=True)",
    ] {
        let repo = committed(&[(path, &format!("# The job\n{line}\n"))]);
        let (drafted, _) = drafts(&repo, &log("bandit", &[at("R1", path, (2, 2))]), &[]);
        assert!(!drafted[0].contains("2-2@"), "{line}: {}", drafted[0]);
    }
}

#[test]
fn a_secret_that_nobody_committed_is_refused() {
    let repo = committed(&[("conf/old.ini", "[a]\n")]);
    let secret = &secrets()[0];
    put(&repo, "conf/old.ini", format!("[a]\ntoken = {secret}\n"));
    let (drafted, answer) =
        drafts(&repo, &log("gitleaks", &[at("github-pat", "conf/old.ini", (2, 2))]), &[]);
    assert_eq!(drafted.len(), 0);
    assert_eq!(
        answer["not_drafted"],
        json!([{"key": "gitleaks:github-pat", "path": "conf/old.ini", "line": 2,
            "message": "conf/old.ini differs from every committed version: commit it, then draft"}])
    );
    git(repo.path(), &["add", "-A"]);
    let ana = ["-c", "user.name=Ana Ruiz", "-c", "user.email=ana@example.com"];
    git(repo.path(), &[&ana[..], &["commit", "-qm", "Keep it"]].concat());
    let (drafted, _) =
        drafts(&repo, &log("gitleaks", &[at("github-pat", "conf/old.ini", (2, 2))]), &[]);
    assert_eq!(drafted.len(), 1);
}

#[test]
fn a_suppression_is_as_wide_as_the_text_that_it_hides() {
    let (path, line) = ("app/run.py", "subprocess.call(cmd, shell=True)  # nosec B602");
    let repo = committed(&[(path, &format!("import subprocess\n{line}\n"))]);
    let scope =
        json!({"findings": [{"tool": "bandit", "id": "B602", "paths": [path], "content": [line]}]});
    let scope = scope.to_string();
    let text =
        super::record("EXC-2026-C0VER", "brittle-dependency", &scope, "2026-11-20", "2027-01-10");
    file(&repo, "EXC-2026-C0VER", &text);
    repo.checkout();
    let scan = || cli::run(repo.path(), &["--on", ON, "scan"]);
    assert_eq!(scan().code, 0, "{}", scan().out);
    put(&repo, path, format!("import subprocess\n{line}\nos.popen(cmd)  # nosec B602\n"));
    let found = scan();
    assert_eq!(found.code, 1);
    assert!(found.out.contains("app/run.py:3"), "{}", found.out);
    assert!(!found.out.contains("app/run.py:2"), "{}", found.out);
    put(&repo, path, format!("{line}\n{line}\n"));
    assert_eq!(scan().code, 1);
}

#[test]
fn a_text_is_a_loss_where_a_tool_knows_none() {
    let repo = committed(&[("web/a.lock", "lodash 4.17.15\n")]);
    let key = "tool: trivy, id: CVE-2026-0001, paths: [web/a.lock], content: [lodash 4.17.15]";
    file(&repo, "EXC-2026-C0VER", &super::finding("EXC-2026-C0VER", key));
    repo.checkout();
    let export = |more: &[&str]| {
        cli::run(repo.path(), &[&["--on", ON, "export", "trivy"][..], more].concat())
    };
    let kept = export(&[]);
    assert_eq!(kept.code, 1);
    let why = "scope: trivy can't be limited to text: let triage judge, or delete content";
    assert!(kept.err.contains(why), "{}", kept.err);
    assert!(!kept.out.contains("CVE-2026-0001"), "{}", kept.out);
    let lossy = export(&["--allow-lossy=scope"]);
    assert!(lossy.code == 0 && lossy.out.contains("LOSSY(scope)"), "{}", lossy.out);
}

#[test]
fn the_reviewer_reads_what_is_accepted() {
    let path = "app/run.py";
    let repo = committed(&[(path, "def run(cmd):\n    subprocess.call(cmd, shell=True)\n")]);
    let (drafted, _) = drafts(&repo, &log("bandit", &[at("B602", path, (2, 2))]), &[]);
    approve(&repo, "EXC-2026-C0VER", &drafted[0]);
    let show = || cli::run(repo.path(), &["--on", ON, "show", "EXC-2026-C0VER"]).out;
    let shown = show();
    assert!(shown.contains("bandit B602 in app/run.py, where it says"), "{shown}");
    assert!(shown.contains("subprocess.call(cmd, shell=True)"), "{shown}");
    let text = std::fs::read_to_string(repo.path().join("exceptions/EXC-2026-C0VER.yaml")).unwrap();
    let start = text.find(",\"content\":").unwrap();
    let end = start + text[start..].find(']').unwrap() + 1;
    let wider = format!("{}{}", &text[..start], &text[end..]);
    let branch = repo.branch("widen").by("ana").write("EXC-2026-C0VER", &wider);
    branch.commit("Cover all of the file");
    let comment =
        cli::run(repo.path(), &["--on", ON, "diff", "main", "widen", "--format", "markdown"]);
    assert!(comment.out.contains("any line of app/run.py"), "{}{}", comment.out, comment.err);
    assert!(comment.out.contains("scope"), "{}", comment.out);
}

#[test]
fn lint_warns_of_a_blob_that_git_does_not_have() {
    let (tool, path, text, lines) = TWINS[2];
    let repo = committed(&[(path, text)]);
    let results = [at("R1", path, lines[0])];
    let (drafted, _) = drafts(&repo, &log(tool, &results), &[]);
    let record: Value = serde_yaml::from_str(&drafted[0]).unwrap();
    let content = record["scope"]["findings"][0]["content"][0].as_str().unwrap();
    let blob = content.split_once('@').unwrap().1;
    for (blob, n_warnings) in [(blob.to_owned(), 0), ("0123456789".repeat(4), 1)] {
        let draft = drafted[0].replace(content, &format!("2-2@{blob}"));
        let record: Value = serde_yaml::from_str(&draft).unwrap();
        let scope = record["scope"].to_string();
        let text =
            super::record("EXC-2026-B10B0", "tool-access", &scope, "2026-11-20", "2027-01-10");
        std::fs::create_dir_all(repo.path().join("exceptions")).unwrap();
        put(&repo, "exceptions/EXC-2026-B10B0.yaml", &text);
        for more in [&[][..], &["--base", "main"]] {
            let args = [&["--on", ON, "lint", "--format", "json"], more].concat();
            let run = cli::run(repo.path(), &args);
            let answer: Value = serde_json::from_str(&run.out).unwrap();
            let found = answer["findings"].as_array().unwrap().iter();
            let found =
                found.filter(|it| it["rule"] == "finding-content" && it["level"] == "warning");
            assert_eq!(found.count(), n_warnings, "{more:?}: {}{}", run.out, run.err);
        }
    }
}

//! Scanner output: what a hostile report, or one about other files, can't do.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{self, Run};
use crate::support::repo::Repo;
use crate::triage::{ON, POLICY, file, finding, ledger, result};

/// A ledger with two records that name paths, and one that names a tool and an id alone; it has the files of both.
fn scanned() -> Repo {
    let repo = ledger(POLICY);
    for (id, key) in [
        ("EXC-2026-PATHS", "tool: trivy, id: CVE-2026-1, paths: ['services/**']"),
        ("EXC-2026-N0NE0", "tool: trivy, id: CVE-2026-2"),
    ] {
        file(&repo, id, &finding(id, key));
    }
    let work = repo.by("dana").write("services/a.rs", "fn a() {}");
    work.write("tools/services/a.rs", "fn a() {}").commit("Add services");
    repo.checkout();
    repo
}

/// Returns a report with one result at an address, in a run with more entries.
fn report(id: &str, address: &Value, run: &Value) -> Value {
    let mut found = result(id, "x");
    found["locations"][0]["physicalLocation"]["artifactLocation"] = address.clone();
    let mut whole = json!({"tool": {"driver": {"name": "Trivy"}}, "results": [found]});
    for (key, value) in run.as_object().unwrap() {
        whole[key] = value.clone();
    }
    json!({"version": "2.1.0", "runs": [whole]})
}

fn triage(folder: &Path, report: &Value, args: &[&str]) -> Run {
    let place = crate::support::temporary();
    let path = place.path().join("report.sarif");
    fs::write(&path, report.to_string()).unwrap();
    let path = path.display().to_string();
    cli::run(folder, &[&["--on", ON, "triage", path.as_str()], args].concat())
}

/// Returns the exit code and the state of the only result, if it was read.
fn state(folder: &Path, report: &Value, args: &[&str]) -> (i32, String) {
    let run = triage(folder, report, &[args, &["--format", "json"]].concat());
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    (run.code, answer["results"][0]["state"].as_str().unwrap().to_owned())
}

#[test]
fn paths_are_resolved() {
    let repo = scanned();
    let top = fs::canonicalize(repo.path()).unwrap();
    let here = |path: &str| format!("file://{}/{path}", top.display());
    let plain = |uri: &str| json!({"uri": uri});
    let based = |uri: &str| json!({"uri": uri, "uriBaseId": "B"});
    let base = |uri: &str| json!({"originalUriBaseIds": {"B": {"uri": uri}}});
    let ran = |folders: &[&str]| {
        let each = folders.iter().map(|uri| json!({"workingDirectory": {"uri": uri}}));
        json!({"invocations": each.collect::<Vec<_>>()})
    };
    let both = |one: Value, other: Value| {
        let mut whole = one;
        for (key, value) in other.as_object().unwrap() {
            whole[key] = value.clone();
        }
        whole
    };
    let (covered, no, unread) = ((0, "covered"), (1, "uncovered"), (3, "unparsed"));
    let cases = [
        // The base that the run declares comes first.
        (based("a.rs"), base(&here("services/")), covered),
        (based("services/a.rs"), base(&here("")), covered),
        (based("services/a.rs"), base(&here("tools/")), no),
        (based("a.rs"), base("services"), covered),
        (based("services/a.rs"), base("file:///tmp/other/"), unread),
        (based("services/a.rs"), base("../other/"), unread),
        (based("services/a.rs"), base("https://example.com/"), unread),
        (based("services/a.rs"), base(&format!("file://{}x/", top.display())), unread),
        (based("services/a.rs"), both(base(&here("")), ran(&[&here("tools")])), covered),
        // Without one, the folder in which the tool ran.
        (plain("services/a.rs"), ran(&[&here("")]), covered),
        (plain("a.rs"), ran(&[&here("services")]), covered),
        (plain("services/a.rs"), ran(&[&here("tools")]), no),
        (plain("services/a.rs"), ran(&["file:///tmp/other"]), unread),
        (based("services/a.rs"), ran(&["file:///tmp/other"]), unread),
        (based("services/a.rs"), both(base("file:///"), ran(&["file:///tmp/other"])), unread),
        (plain("a.rs"), ran(&[&here("services"), &here("services/")]), covered),
        (plain("a.rs"), ran(&[&here("services"), &here("tools")]), unread),
        (
            plain("a.rs"),
            json!({"invocations": [{"workingDirectory": {"uri": here("services")}}, {}]}),
            unread,
        ),
        // Without either, the folder that is asked.
        (plain("services/a.rs"), json!({}), covered),
        (based("services/a.rs"), json!({}), covered),
        (based("services/a.rs"), base("file:///"), covered),
        (plain("services/a.rs"), json!({"invocations": [{"executionSuccessful": true}]}), covered),
        (plain("../services/a.rs"), json!({}), no),
    ];
    for (address, run, expected) in &cases {
        let found = state(repo.path(), &report("CVE-2026-1", address, run), &[]);
        assert_eq!((found.0, found.1.as_str()), *expected, "{address} {run}");
        // A record without paths covers none of what nobody can place either, and it stays in what is left to look at.
        if *expected == unread {
            let found = state(repo.path(), &report("CVE-2026-2", address, run), &[]);
            assert_eq!(found.0, 3, "{address} {run}: {found:?}");
            let run = triage(repo.path(), &report("CVE-2026-2", address, run), &["--filter"]);
            assert!(run.code == 3 && run.out.contains("CVE-2026-2"), "{address}: {}", run.out);
        }
    }
    let found = state(repo.path(), &report("CVE-2026-2", &cases[0].0, &cases[0].1), &[]);
    assert_ne!(found.0, 3, "{found:?}");
    // Asked in another folder, a plain address is there or in the root, by whatever way the folder is named.
    let outer = top.display().to_string();
    for (folder, args, uri, expected) in [
        ("services", &[][..], "a.rs", "covered"),
        ("tools", &["--source-root", "."], "services/a.rs", "uncovered"),
        // The root has one, too.
        ("tools", &[], "services/a.rs", "unparsed"),
        ("tools", &[], "../services/a.rs", "covered"),
        ("tools/services", &["-C", "../../services"], "a.rs", "covered"),
        ("services", &["-C", outer.as_str()], "a.rs", "uncovered"),
    ] {
        let found = state(&top.join(folder), &report("CVE-2026-1", &plain(uri), &json!({})), args);
        assert_eq!(found.1, expected, "{folder} {args:?} {uri}");
    }
    // Whoever asks says which folder held the repository.
    let there = base("file:///src/services/");
    let report = report("CVE-2026-1", &based("a.rs"), &there);
    assert_eq!(state(repo.path(), &report, &[]).0, 3);
    assert_eq!(state(repo.path(), &report, &["--source-root", "/src"]), (0, "covered".to_owned()));
    let said = triage(repo.path(), &report, &[]);
    let said = [said.out, said.err].concat();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = "a.rs is relative to a folder outside the repository: /src/services/a.rs; use --source-root";
    assert!(said.contains(message), "{said}");
}

/// Returns every file below a folder with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn outputs_are_data() {
    let repo = scanned();
    let mark = repo.path().join("mark");
    let hostile = [
        format!("$(touch {})", mark.display()),
        format!("`touch {}`; touch {0} | touch {0}", mark.display()),
        "\u{1b}]0;title\u{7}\u{1b}[2J\u{1b}[31mall is well\r\u{9b}2J\u{202e}".to_owned(),
        "../../../../tmp/exledger-outside".to_owned(),
        "::error file=a::b%0Ac\n::stop-commands::x".to_owned(),
    ];
    let before = files(repo.path());
    for text in &hostile {
        let mut report = report("CVE-2026-1", &json!({"uri": text}), &json!({}));
        let run = &mut report["runs"][0];
        run["tool"]["driver"] =
            json!({"name": text, "rules": [{"id": text, "name": text, "helpUri": text}]});
        run["results"][0]["ruleId"] = json!(text);
        run["results"][0]["message"]["text"] = json!(text);
        run["properties"] = json!({"command": text});
        run["invocations"] = json!([{"commandLine": text, "executableLocation": {"uri": text}}]);
        for args in [
            &[][..],
            &["--format", "markdown"],
            &["--format", "github"],
            &["--format", "json"],
            &["--filter"],
            &["--annotate"],
            &["--messages"],
        ] {
            let is_rewritten = ["--filter", "--annotate"].iter().any(|it| args.contains(it));
            let run = triage(repo.path(), &report, args);
            assert!([1, 2, 3].contains(&run.code), "{text:?} {args:?}: {}{}", run.out, run.err);
            for out in [&run.out, &run.err] {
                // What is rewritten keeps the bytes of the report, which JSON leaves no escape in.
                let is_kept = |it: char| is_rewritten && it >= '\u{80}';
                let mut controls = out.chars().filter(|it| it.is_control() && *it != '\n');
                let controls = controls.find(|it| !is_kept(*it));
                assert_eq!(controls, None, "{text:?} {args:?}: {out:?}");
                let is_command = |line: &str| line.starts_with("::stop-commands");
                assert!(!out.lines().any(is_command), "{text:?} {args:?}: {out}");
            }
        }
        assert!(!mark.exists(), "{text:?}");
        assert!(files(repo.path()) == before, "{text:?}: it wrote something");
    }
    // A record covers only what agrees with each key that it names.
    let there = json!({"uri": "services/a.rs"});
    let honest = report("CVE-2026-1", &there, &json!({}));
    assert_eq!(state(repo.path(), &honest, &[]), (0, "covered".to_owned()));
    for (pointer, value) in [
        ("/runs/0/tool/driver/name", "grype"),
        ("/runs/0/tool/driver/name", "trivy*"),
        ("/runs/0/results/0/ruleId", "CVE-2026-11"),
        ("/runs/0/results/0/ruleId", "cve-2026-1\u{200b}"),
        ("/runs/0/results/0/ruleId", "*"),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", "service/a.rs"),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", "services/../a.rs"),
        (
            "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri",
            "services/**/../../x",
        ),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", "**"),
    ] {
        let mut other = honest.clone();
        *other.pointer_mut(pointer).unwrap() = json!(value);
        let found = state(repo.path(), &other, &[]);
        assert_eq!(found, (1, "uncovered".to_owned()), "{pointer} {value}");
    }
    // Places beside the one that is covered.
    let mut more = honest.clone();
    let other = report("CVE-2026-1", &json!({"uri": "tools/services/a.rs"}), &json!({}));
    let place = other["runs"][0]["results"][0]["locations"][0].clone();
    more["runs"][0]["results"][0]["locations"].as_array_mut().unwrap().push(place);
    assert_eq!(state(repo.path(), &more, &[]).0, 1);
}

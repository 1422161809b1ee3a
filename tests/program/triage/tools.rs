//! The real output of tools.

use serde_json::{Value, json};

use crate::triage::states::one;
use crate::triage::{
    POLICY, are, counts, data, file, finding, json as asked, ledger, put, result, run, sarif, story,
};

#[test]
fn a_package_is_known_by_the_habits_of_its_tool() {
    let repo = ledger(POLICY);
    let key = "id: CVE-2026-1000, purl: 'pkg:deb/debian/libssl@1.1'";
    for (id, tool) in [
        ("EXC-2026-TR1VY", "trivy"),
        ("EXC-2026-GRYPE", "grype"),
        ("EXC-2026-0SV00", "osv-scanner"),
    ] {
        file(&repo, id, &finding(id, &format!("tool: {tool}, {key}")));
    }
    repo.checkout();
    for (tool, rule, message, state) in [
        (
            "Trivy",
            "CVE-2026-1000",
            "Package: libssl\nInstalled Version: 1.1\nFixed Version: 2",
            "covered",
        ),
        ("Trivy", "CVE-2026-1000", "Package: libssl\nInstalled Version: 1.2", "uncovered"),
        ("Trivy", "CVE-2026-1000", "Package: libssl3\nInstalled Version: 1.1", "uncovered"),
        ("Trivy", "CVE-2026-1000", "nothing about a package", "uncovered"),
        (
            "grype",
            "CVE-2026-1000-libssl",
            "A low vulnerability in deb package: libssl, version 1.1 was found in x",
            "covered",
        ),
        (
            "grype",
            "CVE-2026-1000-libssl",
            "A low vulnerability in deb package: libssl, version 2 was found in x",
            "uncovered",
        ),
        (
            "grype",
            "CVE-2026-1000",
            "A low vulnerability in deb package: libssl, version 1.1 was found in x",
            "covered",
        ),
        (
            "osv-scanner",
            "CVE-2026-1000",
            "Package 'libssl@1.1' is vulnerable to 'CVE-2026-1000'.",
            "covered",
        ),
        (
            "osv-scanner",
            "CVE-2026-1000",
            "Package 'libssl@1.0' is vulnerable to 'CVE-2026-1000'.",
            "uncovered",
        ),
    ] {
        let mut result = result(rule, "var/lib/dpkg/status");
        result["message"]["text"] = message.into();
        let found = one(&repo, &sarif(tool, &[result]));
        assert_eq!(found.1, state, "{tool} {rule} {message}: {}", found.3);
    }
}

#[test]
fn what_real_tools_write_is_read() {
    let repo = story();
    for (name, code, expected) in [
        ("trivy-alpine-310.sarif", 1, &[("uncovered", 4)][..]),
        ("grype-image.sarif", 1, &[("routine", 1), ("uncovered", 1)]),
        ("codeql-valid.sarif", 0, &[("routine", 3)]),
        ("codeql-invalid-uri.sarif", 1, &[("uncovered", 1)]),
        ("semgrep.sarif", 1, &[("covered", 5), ("uncovered", 1)]),
        ("cargo-deny-advisory.sarif", 0, &[("covered", 1)]),
        ("zizmor.sarif", 1, &[("uncovered", 5)]),
        ("bandit.sarif", 1, &[("routine", 2), ("uncovered", 4)]),
        ("not-sarif.sarif", 3, &[("unparsed", 1)]),
    ] {
        let (exit, answer) = asked(&repo, &[&data(name)]);
        assert_eq!((exit, counts(&answer)), (code, are(expected)), "{name}");
    }
    let (_, answer) = asked(&repo, &[&data("zizmor.sarif")]);
    let key = |row: &Value| row["key"].as_str().unwrap().to_owned();
    let keys: Vec<String> = answer["results"].as_array().unwrap().iter().map(key).collect();
    assert!(keys.contains(&"zizmor:zizmor/unpinned-uses".to_owned()), "{keys:?}");
    let (_, answer) = asked(&repo, &[&data("grype-image.sarif")]);
    assert_eq!(answer["results"][0]["key"], "grype:CVE-1999-0001");
}

#[test]
fn several_files_are_one_answer_and_stdin_is_one_of_them() {
    let repo = story();
    put(&repo, "a.sarif", sarif("trivy", &[result("CVE-2026-0001", "services/a.rs")]));
    let (_, answer) =
        asked(&repo, &["a.sarif", &data("not-sarif.sarif"), &data("codeql-valid.sarif")]);
    assert_eq!(counts(&answer), are(&[("routine", 3), ("covered", 1), ("unparsed", 1)]));
    assert_eq!(answer["results"][0]["source"], "a.sarif");
    assert_eq!(answer["results"][1]["index"], Value::Null);
    assert_eq!(answer["results"][4]["index"], 2);
    let fed = crate::cli::run_fed(
        repo.path(),
        &["--on", crate::triage::ON, "triage", "-", "--format", "json"],
        sarif("trivy", &[result("CVE-2026-0001", "services/a.rs")]).as_bytes(),
    );
    assert_eq!(fed.code, 0, "{}{}", fed.out, fed.err);
    let answer: Value = serde_json::from_str(&fed.out).unwrap();
    assert_eq!(answer["results"][0]["source"], "-");
}

#[test]
fn what_is_not_there_is_no_answer() {
    let repo = story();
    for args in [&["nowhere.sarif"][..], &["exceptions"]] {
        let run = run(&repo, args);
        assert_eq!((run.code, run.out.as_str()), (3, ""), "{args:?}: {}", run.err);
    }
    for args in [&[][..], &["-", "-"]] {
        assert_eq!(run(&repo, args).code, 2, "{args:?}");
    }
}

#[test]
fn rules_of_extensions_say_how_bad_their_results_are() {
    let repo = story();
    let rules =
        |id: &str, level: &str| json!([{"id": id, "defaultConfiguration": {"level": level}}]);
    let log = |result: Value| {
        let tool = json!({
            "driver": {"name": "CodeQL", "rules": rules("D1", "error")},
            "extensions": [{"name": "pack", "rules": rules("E1", "note")}],
        });
        json!({"runs": [{"tool": tool, "results": [result]}]}).to_string()
    };
    for (result, key, state) in [
        (
            json!({"ruleId": "E1", "rule": {"id": "E1", "index": 0, "toolComponent": {"index": 0}}}),
            "codeql:E1",
            "routine",
        ),
        (json!({"rule": {"index": 0, "toolComponent": {"index": 0}}}), "codeql:E1", "routine"),
        (json!({"ruleId": "E1"}), "codeql:E1", "routine"),
        (json!({"ruleId": "E1", "ruleIndex": 0}), "codeql:E1", "routine"),
        (json!({"ruleIndex": 0}), "codeql:D1", "uncovered"),
        (json!({"ruleId": "D1/2", "ruleIndex": 0}), "codeql:D1/2", "uncovered"),
    ] {
        put(&repo, "a.sarif", log(result.clone()));
        let (_, answer) = asked(&repo, &["a.sarif"]);
        let row = &answer["results"][0];
        assert_eq!((&row["key"], &row["state"]), (&json!(key), &json!(state)), "{result}");
    }
}

#[test]
fn places_are_found_by_base_and_number_and_whole_path() {
    let repo = story();
    let folder = repo.path().to_str().unwrap();
    let run = |location: Value, bases: Value| {
        let mut result = result("CVE-2026-0001", "x");
        result["locations"][0]["physicalLocation"]["artifactLocation"] = location;
        let artifacts =
            json!([{"location": {"uri": "services/one"}}, {"location": {"uri": "tools/two"}}]);
        json!({"runs": [{"results": [result], "tool": {"driver": {"name": "Trivy"}}, "artifacts": artifacts,
            "originalUriBaseIds": bases}]})
        .to_string()
    };
    let none = || json!({});
    let inside = |path: &str| format!("file://{folder}/{path}");
    for (location, bases, state) in [
        (json!({"uri": "services/a", "uriBaseId": "%SRCROOT%"}), none(), "covered"),
        (
            json!({"uri": "services/a", "uriBaseId": "ROOTPATH"}),
            json!({"ROOTPATH": {"uri": "file:///"}}),
            "covered",
        ),
        (
            json!({"uri": "a", "uriBaseId": "S"}),
            json!({"S": {"uri": inside("services/")}}),
            "covered",
        ),
        (
            json!({"uri": "a", "uriBaseId": "S"}),
            json!({"S": {"uri": "services/", "uriBaseId": "R"}, "R": {"uri": inside("")}}),
            "covered",
        ),
        (
            json!({"uri": "a", "uriBaseId": "S"}),
            json!({"S": {"uri": "services", "uriBaseId": "S"}}),
            "uncovered",
        ),
        (
            json!({"uri": "services/a", "uriBaseId": "T"}),
            json!({"T": {"uri": inside("tools/")}}),
            "uncovered",
        ),
        (json!({"uri": inside("services/a")}), none(), "covered"),
        (json!({"uri": format!("{folder}/services/a")}), none(), "covered"),
        (json!({"uri": format!("{folder}x/services/a")}), none(), "uncovered"),
        (json!({"uri": "https://example.com/services/a"}), none(), "uncovered"),
        (json!({"index": 0}), none(), "covered"),
        (json!({"index": 1}), none(), "uncovered"),
        (json!({"index": 7}), none(), "uncovered"),
        (json!({"index": -1}), none(), "uncovered"),
    ] {
        let found = one(&repo, &run(location.clone(), bases.clone()));
        assert_eq!(found.1, state, "{location} {bases}: {}", found.3);
    }
}

#[test]
fn a_kind_of_trivys_findings_may_be_named_apart() {
    let repo = ledger(POLICY);
    for (id, tool) in [("EXC-2026-M1SCF", "trivy-misconfig"), ("EXC-2026-P1A1N", "trivy")] {
        file(&repo, id, &finding(id, &format!("tool: {tool}, id: {id}")));
    }
    repo.checkout();
    for (id, name, state) in [
        ("EXC-2026-M1SCF", "Misconfiguration", "covered"),
        ("EXC-2026-M1SCF", "Secret", "uncovered"),
        ("EXC-2026-M1SCF", "OsPackageVulnerability", "uncovered"),
        ("EXC-2026-P1A1N", "Misconfiguration", "covered"),
        ("EXC-2026-P1A1N", "OsPackageVulnerability", "covered"),
    ] {
        let rules = json!([{"id": id, "name": name}]);
        let log = json!({"runs": [{"tool": {"driver": {"name": "Trivy", "rules": rules}}, "results": [result(id, "a")]}]});
        assert_eq!(one(&repo, &log.to_string()).1, state, "{id} {name}");
    }
}

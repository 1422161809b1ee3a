//! Where a result is, and what paths cover.

use serde_json::{Value, json};

use crate::cli;
use crate::support::repo::git;
use crate::triage::states::one;
use crate::triage::{
    ON, POLICY, file, finding, json as asked, ledger, put, result, run, sarif, story,
};

/// A ledger with a record that names paths, and one that names none.
fn two() -> crate::support::repo::Repo {
    let repo = ledger(POLICY);
    for (id, key) in [
        ("EXC-2026-PATHS", "tool: trivy, id: CVE-2026-1, paths: ['services/**']"),
        ("EXC-2026-N0NE0", "tool: trivy, id: CVE-2026-2"),
    ] {
        file(&repo, id, &finding(id, key));
    }
    repo.by("dana").write("services/a.rs", "fn a() {}").commit("Add a service");
    repo.checkout();
    repo
}

fn log(rule: &str, locations: &Value, run: &Value) -> String {
    let mut found = result(rule, "x");
    found["locations"] = locations.clone();
    let mut whole = json!({"tool": {"driver": {"name": "Trivy"}}, "results": [found]});
    for (key, value) in run.as_object().unwrap() {
        whole[key] = value.clone();
    }
    json!({"runs": [whole]}).to_string()
}

fn at(location: &Value) -> Value {
    json!({"physicalLocation": {"artifactLocation": location}})
}

#[test]
fn a_place_that_cannot_be_told_is_covered_by_nothing_that_names_paths() {
    let repo = two();
    let known = at(&json!({"uri": "services/a.rs"}));
    let artifacts =
        json!({"artifacts": [{"location": {"uri": "services/a.rs"}}, {"location": {"uri": 7}}]});
    let bases = json!({"originalUriBaseIds": {"S": {"uri": "services", "uriBaseId": "S"}}});
    for (lost, run) in [
        (at(&json!({"index": 7})), &artifacts),
        (at(&json!({"index": -1})), &artifacts),
        (at(&json!({"index": 1})), &artifacts),
        (at(&json!({"uri": 7})), &artifacts),
        (at(&json!({"uri": {"path": "services/a.rs"}, "index": 0})), &artifacts),
        (at(&json!({"uri": ""})), &artifacts),
        (at(&json!({"uriBaseId": "%SRCROOT%"})), &artifacts),
        (at(&json!({})), &artifacts),
        (json!({"physicalLocation": {"region": {"startLine": 3}}}), &artifacts),
        (json!({"message": {"text": "somewhere"}}), &artifacts),
        (at(&json!({"uri": "services/a.rs", "uriBaseId": "S"})), &bases),
    ] {
        let both = json!([known, lost]);
        let found = one(&repo, &log("CVE-2026-1", &both, run));
        assert_eq!(found.1, "uncovered", "{lost}: {}", found.3);
        let found = one(&repo, &log("CVE-2026-2", &both, run));
        assert_eq!(found.1, "covered", "{lost}: {}", found.3);
    }
    // A logical location alone is no place in a file.
    let logical = json!({"logicalLocations": [{"name": "a::b"}]});
    let found = one(&repo, &log("CVE-2026-1", &json!([known, logical]), &json!({})));
    assert_eq!(found.1, "covered", "{}", found.3);
}

#[test]
fn an_absolute_path_is_that_of_a_named_root() {
    let repo = two();
    let here = |path: &str| json!([at(&json!({"uri": path}))]);
    for (path, roots, state) in [
        ("/src/services/a.rs", &[][..], "uncovered"),
        ("/src/services/a.rs", &["/src"], "covered"),
        ("file:///src/services/a.rs", &["/src/"], "covered"),
        ("/src/services/new.rs", &["/src"], "covered"),
        ("/srcs/services/a.rs", &["/src"], "uncovered"),
        // The longest root that contains it.
        ("/src/shop/services/a.rs", &["/src", "/src/shop"], "covered"),
        ("/src/services/a.rs", &["/src", "/src/services"], "uncovered"),
        ("/src/../services/a.rs", &["/"], "covered"),
        ("/../services/a.rs", &["/"], "uncovered"),
        ("C:\\src\\services\\a.rs", &["C:\\src"], "covered"),
        ("file:///C:/src/services/a.rs", &["C:/src"], "covered"),
        ("C:\\src\\services\\a.rs", &[], "uncovered"),
    ] {
        put(&repo, "a.sarif", log("CVE-2026-1", &here(path), &json!({})));
        let mut args = vec!["a.sarif"];
        args.extend(roots.iter().flat_map(|root| ["--source-root", root]));
        let (_, answer) = asked(&repo, &args);
        let row = &answer["results"][0];
        assert_eq!(row["state"], state, "{path} {roots:?}: {row}");
        let advises =
            row["message"].as_str().unwrap().ends_with("absolute path: use --source-root");
        assert_eq!(advises, roots.is_empty() || path.contains("srcs"), "{path} {roots:?}: {row}");
    }
    let found = one(&repo, &log("CVE-2026-2", &here("/src/services/a.rs"), &json!({})));
    assert_eq!(found.1, "covered");
    assert!(!found.3.contains("--source-root"), "{}", found.3);
    for roots in [&["../src"][..], &["/.."], &[""], &["src", "lib"]] {
        let args = roots.iter().flat_map(|root| ["--source-root", root]);
        let args: Vec<&str> = std::iter::once("a.sarif").chain(args).collect();
        let wrong = run(&repo, &args);
        assert_eq!(wrong.code, 2, "{}", wrong.err);
    }
}

#[test]
fn a_relative_path_is_where_the_file_is() {
    let repo = two();
    let file = |path: &str| repo.by("dana").write(path, "fn a() {}").commit("Add a file");
    file("tools/a.rs");
    file("services/tools/b.rs");
    file("tools/b.rs");
    repo.checkout();
    let of = |path: &str| log("CVE-2026-1", &json!([at(&json!({"uri": path}))]), &json!({}));
    let services = repo.path().join("services");
    for (path, root, state, says) in [
        ("a.rs", None, "covered", ""),
        ("services/a.rs", None, "covered", ""),
        ("../services/a.rs", None, "covered", ""),
        // Only the root has it.
        ("tools/a.rs", None, "uncovered", "limited to paths"),
        ("tools/b.rs", None, "unparsed", "--source-root .. or --source-root ."),
        ("tools/b.rs", Some("."), "covered", ""),
        ("tools/b.rs", Some(".."), "uncovered", "limited to paths"),
        // A file of an image, say.
        ("usr/lib/c.so", None, "uncovered", "its folder is unknown: use --source-root"),
        ("usr/lib/c.so", Some("."), "covered", ""),
    ] {
        put(&repo, "a.sarif", of(path));
        let mut args = vec!["--on", ON, "triage", "../a.sarif", "--format", "json"];
        args.extend(root.iter().flat_map(|root| ["--source-root", root]));
        let run = cli::run(&services, &args);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let row = &answer["results"][0];
        assert_eq!(row["state"], state, "{path} {root:?}: {row}");
        assert!(row["message"].as_str().unwrap().contains(says), "{path} {root:?}: {row}");
    }
}

#[test]
fn a_file_that_only_the_index_has_is_where_it_is() {
    let repo = two();
    let services = repo.path().join("services");
    std::fs::remove_file(services.join("a.rs")).unwrap();
    for path in ["a.rs", "services/a.rs"] {
        let text = log("CVE-2026-1", &json!([at(&json!({"uri": path}))]), &json!({}));
        put(&repo, "a.sarif", text);
        let args = ["--on", ON, "triage", "../a.sarif", "--format", "json"];
        let run = cli::run(&services, &args);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(answer["results"][0]["state"], "covered", "{path}: {answer:#}");
    }
}

#[test]
fn declared_folders_are_roots_for_what_the_repository_has() {
    let repo = two();
    let bases = |uri: &str| json!({"originalUriBaseIds": {"SRC": {"uri": uri}}});
    let working = |uri: &str| json!({"invocations": [{"executionSuccessful": true, "workingDirectory": {"uri": uri}}]});
    let nested = json!({"originalUriBaseIds": {"A": {"uri": "file:///build/"}, "B": {"uri": "shop/", "uriBaseId": "A"}}});
    for (path, run, state) in [
        ("/src/services/a.rs", bases("file:///src/"), "covered"),
        ("/src/services/a.rs", bases("/src"), "covered"),
        // The repository has no such file: it may be in another folder.
        ("/src/services/new.rs", bases("file:///src/"), "uncovered"),
        ("/src/services/a.rs", bases("file:///other/"), "uncovered"),
        ("/src/services/a.rs", bases("https://example.com/src/"), "uncovered"),
        ("/build/shop/services/a.rs", nested, "covered"),
        ("/src/services/a.rs", working("file:///src"), "covered"),
        ("/src/services/new.rs", working("file:///src"), "uncovered"),
    ] {
        let here = json!([at(&json!({"uri": path}))]);
        let found = one(&repo, &log("CVE-2026-1", &here, &run));
        assert_eq!(found.1, state, "{path} {run}: {}", found.3);
    }
    // A relative path below a base in a container counts from a given root, too.
    let here = json!([at(&json!({"uri": "a.rs", "uriBaseId": "SRC"}))]);
    put(&repo, "a.sarif", log("CVE-2026-1", &here, &bases("file:///src/services/")));
    for (args, state) in
        [(&["a.sarif"][..], "unparsed"), (&["a.sarif", "--source-root", "/src"], "covered")]
    {
        let (_, answer) = asked(&repo, args);
        assert_eq!(answer["results"][0]["state"], state, "{args:?}: {answer}");
    }
}

#[test]
fn what_the_scanner_says_is_gone_is_routine_before_all_else() {
    let repo = story();
    for uri in ["services/a.rs", "../a.rs"] {
        let mut gone = result("CVE-2026-0001", uri);
        gone["baselineState"] = "absent".into();
        let found = one(&repo, &crate::triage::sarif("trivy", &[gone]));
        assert_eq!((found.0, found.1.as_str()), (0, "routine"), "{}", found.3);
    }
}

#[test]
fn a_name_that_means_another_file_once_it_is_decoded_is_covered_by_nothing() {
    let repo = two();
    let of = |path: &str| log("CVE-2026-1", &json!([at(&json!({"uri": path}))]), &json!({}));
    for (name, other) in [("services%2Fa.rs", "a"), ("file:services/a.rs", "b")] {
        let found = one(&repo, &of(name));
        assert_eq!(found.1, "covered", "{name}: {}", found.3);
        repo.by("dana").write(name, other).commit("Add a file");
        repo.checkout();
        let found = one(&repo, &of(name));
        assert_eq!(found.1, "uncovered", "{name}: {}", found.3);
        let found = one(&repo, &of("services/a.rs"));
        assert_eq!(found.1, "covered", "{name}: {}", found.3);
    }
    // Also below the folder that is asked.
    let services = repo.path().join("services");
    repo.by("dana").write("services/x%2Fa.rs", "a").write("services/x/a.rs", "b").commit("Add two");
    repo.checkout();
    put(&repo, "a.sarif", of("x%2Fa.rs"));
    let run = cli::run(&services, &["--on", ON, "triage", "../a.sarif", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(answer["results"][0]["state"], "uncovered", "{answer}");
}

#[test]
fn a_finding_of_the_history_is_where_its_commit_has_the_file() {
    let repo = two();
    repo.by("dana").write("tools/c.rs", "a").commit("Add a tool");
    repo.checkout();
    let of_root = git(repo.path(), &["rev-parse", "HEAD"]);
    repo.by("dana").remove("tools/c.rs").write("services/tools/c.rs", "b").commit("Move it");
    repo.checkout();
    let of_services = git(repo.path(), &["rev-parse", "HEAD"]);
    let services = repo.path().join("services");
    let unknown = "0123456789012345678901234567890123456789";
    for (commit, state) in [
        ("", "covered"),
        (of_services.trim(), "covered"),
        (of_root.trim(), "uncovered"),
        (unknown, "uncovered"),
        ("not a commit", "uncovered"),
    ] {
        let mut found = result("CVE-2026-1", "tools/c.rs");
        found["partialFingerprints"] = json!({"commitSha": commit});
        put(&repo, "a.sarif", sarif("Trivy", &[found]));
        let run = cli::run(&services, &["--on", ON, "triage", "../a.sarif", "--format", "json"]);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(answer["results"][0]["state"], state, "{commit}: {answer}");
    }
}

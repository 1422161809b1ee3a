//! SARIF output: filtered and annotated.

use serde_json::{Value, json};

use crate::support::repo::Repo;
use crate::triage::{ON, data, put, result, run, sarif, story};

/// Returns stdout and the exit code.
fn written(repo: &Repo, args: &[&str]) -> (i32, String) {
    let run = run(repo, args);
    (run.code, run.out)
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[cfg(feature = "house-schema")]
fn is_sarif(log: &Value) {
    crate::support::schemas::check_json("sarif-schema-2.1.0.json", log);
}

#[cfg(not(feature = "house-schema"))]
fn is_sarif(_: &Value) {}

const REAL: &[&str] = &[
    "trivy-alpine-310.sarif",
    "grype-image.sarif",
    "codeql-valid.sarif",
    "semgrep.sarif",
    "cargo-deny-advisory.sarif",
    "zizmor.sarif",
    "bandit.sarif",
];

#[test]
fn what_real_tools_write_stays_sarif_and_loses_only_what_is_covered() {
    let repo = story();
    for name in REAL {
        let before = read(&std::fs::read_to_string(data(name)).unwrap());
        let plain = run(&repo, &[&data(name)]);
        let (code, text) = written(&repo, &["--filter", &data(name)]);
        assert_eq!(code, plain.code, "{name}");
        let mut filtered = read(&text);
        is_sarif(&filtered);
        let (code, text) = written(&repo, &["--annotate", &data(name)]);
        assert_eq!(code, plain.code, "{name}");
        let mut annotated = read(&text);
        is_sarif(&annotated);
        // Without the additions, only the covered results differ.
        for (run, was) in filtered["runs"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .zip(before["runs"].as_array().unwrap())
        {
            let note = run["properties"].as_object_mut().unwrap().remove("exledger").unwrap();
            if was.get("properties").is_none() {
                run.as_object_mut().unwrap().remove("properties");
            }
            let results = run["results"].as_array().unwrap().clone();
            let removed = was["results"].as_array().unwrap().len() - results.len();
            assert_eq!(note["removed"], removed, "{name}");
            run["results"] = was["results"].clone();
            for result in &results {
                assert!(was["results"].as_array().unwrap().contains(result), "{name}: {result}");
            }
            let keys = |run: &Value| run.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(run), keys(was), "{name}");
        }
        assert_eq!(filtered, before, "{name}");
        for (run, was) in annotated["runs"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .zip(before["runs"].as_array().unwrap())
        {
            for (result, was) in run["results"]
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .zip(was["results"].as_array().unwrap())
            {
                assert!(result["suppressions"].is_array(), "{name}: all of a run or none");
                match was.get("suppressions") {
                    Some(before) => result["suppressions"] = before.clone(),
                    None => drop(result.as_object_mut().unwrap().remove("suppressions")),
                }
            }
        }
        assert_eq!(annotated, before, "{name}");
    }
}

#[test]
fn the_samples_are_written_as_they_are_described() {
    let repo = story();
    let commit = repo.tip("main").to_string();
    let described = |name: &str| {
        let text = std::fs::read_to_string(data(name)).unwrap();
        let text = text.replace("3f2c9a7be1d04c5f8a6b7e9d0c1b2a3f4e5d6c7b", &commit);
        read(&text.replace("2026-11-21T00:00:00Z", ON))
    };
    let (_, filtered) = written(&repo, &["--filter", &data("semgrep.sarif")]);
    assert_eq!(read(&filtered), described("semgrep.filtered.sarif"));
    let (_, annotated) = written(&repo, &["--annotate", &data("semgrep.sarif")]);
    assert_eq!(read(&annotated), described("semgrep.annotated.sarif"));
}

#[test]
fn bytes_stay_as_they_were_around_what_is_left_out() {
    let repo = story();
    let (yes, no) =
        (result("CVE-2026-0001", "services/a").to_string(), result("CVE-2026-9", "b").to_string());
    let no = no.replace("\"level\"", "\"odd\" : 1.50e+3,\r\n\t\"level\"");
    for (results, left) in [
        (format!("[ {yes} ,\n {no} ]"), format!("[ {no} ]")),
        (format!("[ {no} ,\n {yes} ]"), format!("[ {no} ]")),
        (format!("[{yes},{yes} , {no} ,  {yes},{no}]"), format!("[{no},{no}]")),
        (format!("[\n{yes},\n{yes}\n]"), "[\n\n]".to_owned()),
        (format!("[{no}]"), format!("[{no}]")),
        ("[]".to_owned(), "[]".to_owned()),
    ] {
        let whole = |results: &str, note: &str| {
            format!(
                "\u{feff}{{\"version\" : \"2.1.0\",\n\"runs\":[{{\"results\":{results},\"x\":1.0e5 ,\"tool\":{{\"driver\":{{\"name\":\"Trivy\"}}}}{note} }}]}}\n"
            )
        };
        put(&repo, "a.sarif", whole(&results, ""));
        let (_, text) = written(&repo, &["--filter", "a.sarif"]);
        let removed = results.matches("CVE-2026-0001").count();
        let by = if removed == 0 { String::new() } else { format!("\"EXC-2026-C0VER\":{removed}") };
        let note = format!(
            ",\"properties\":{{\"exledger\":{{\"removed\":{removed},\"by\":{{{by}}},\"commit\":\"{}\",\"instant\":\"{ON}\"}}}}",
            repo.tip("main")
        );
        assert_eq!(text, whole(&left, &note));
    }
}

#[test]
fn what_was_noted_before_is_noted_anew() {
    let repo = story();
    for (properties, after) in [
        ("{}", json!({})),
        ("{\"a\":1}", json!({"a": 1})),
        ("{\"exledger\":{\"removed\":7},\"a\":1}", json!({"a": 1})),
    ] {
        for text in [
            format!(
                "{{\"runs\":[{{\"properties\":{properties},\"tool\":{{\"driver\":{{\"name\":\"a\"}}}},\"results\":[]}}]}}"
            ),
            format!(
                "{{\"runs\":[{{\"tool\":{{\"driver\":{{\"name\":\"a\"}}}},\"results\":[],\"properties\":{properties}}}]}}"
            ),
        ] {
            put(&repo, "a.sarif", &text);
            let (_, text) = written(&repo, &["--filter", "a.sarif"]);
            let mut log = read(&text);
            let properties = log["runs"][0]["properties"].as_object_mut().unwrap();
            assert_eq!(properties.remove("exledger").unwrap()["removed"], 0);
            assert_eq!(&Value::Object(properties.clone()), &after);
        }
    }
}

#[test]
fn annotating_twice_says_it_once_and_what_is_no_longer_covered_loses_it() {
    let repo = story();
    put(
        &repo,
        "a.sarif",
        sarif("Trivy", &[result("CVE-2026-0001", "services/a"), result("CVE-2026-9", "b")]),
    );
    let (_, once) = written(&repo, &["--annotate", "a.sarif"]);
    put(&repo, "b.sarif", &once);
    assert_eq!(written(&repo, &["--annotate", "b.sarif"]).1, once);
    let mut other = read(&once);
    other["runs"][0]["results"][0]["ruleId"] = "CVE-2026-9".into();
    other["runs"][0]["results"][1]["suppressions"] =
        json!([{"kind": "external", "justification": "by hand"}]);
    put(&repo, "c.sarif", other.to_string());
    let later = read(&written(&repo, &["--annotate", "c.sarif"]).1);
    assert_eq!(later["runs"][0]["results"][0]["suppressions"], json!([]));
    assert_eq!(
        later["runs"][0]["results"][1]["suppressions"],
        other["runs"][0]["results"][1]["suppressions"]
    );
}

#[test]
fn only_what_is_covered_is_left_out() {
    let repo = story();
    let rules = (1..=7).map(|n| result(&format!("CVE-2026-000{n}"), "services/a"));
    put(&repo, "a.sarif", sarif("Trivy", &rules.collect::<Vec<_>>()));
    let left = read(&written(&repo, &["--filter", "a.sarif"]).1);
    let rules: Vec<&str> = left["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["ruleId"].as_str().unwrap())
        .collect();
    assert_eq!(
        rules,
        [
            "CVE-2026-0002",
            "CVE-2026-0003",
            "CVE-2026-0004",
            "CVE-2026-0005",
            "CVE-2026-0006",
            "CVE-2026-0007"
        ]
    );
}

#[test]
fn it_goes_where_it_is_told_and_never_over_what_was_read() {
    let repo = story();
    let text = sarif("Trivy", &[result("CVE-2026-0001", "services/a")]);
    let (one, two) = (put(&repo, "a.sarif", &text), put(&repo, "b.sarif", &text));
    let there = |path: &str| std::fs::read_to_string(repo.path().join(path));
    let answer = run(&repo, &["--filter", one, "-o", "out.sarif"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.out.starts_with("1 input: 1 covered"), "{}", answer.out);
    assert_eq!(read(&there("out.sarif").unwrap())["runs"][0]["results"], json!([]));
    let answer = run(&repo, &["--filter", one, two, "-o", "out"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert_eq!(there("out/a.sarif").unwrap(), there("out.sarif").unwrap());
    assert_eq!(there("out/b.sarif").unwrap(), there("out.sarif").unwrap());
    for args in [
        &["--filter", one, two][..],
        &["--filter", one, "-o", one],
        &["--filter", one, "-o", "./a.sarif"],
        &["--filter", one, two, "-o", "."],
        &["--filter", one, one, "-o", "twice"],
        &["--filter", "--annotate", one],
        &[one, "-o", "out.sarif"],
    ] {
        let run = run(&repo, args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
    }
    assert_eq!(there(one).unwrap(), text);
    let run = run(&repo, &["--filter", one, "-o", "nowhere/out.sarif"]);
    assert_eq!(run.code, 2, "{}", run.err);
}

#[test]
fn what_can_not_be_read_to_its_end_is_not_written_again() {
    let repo = story();
    let text = sarif("Trivy", &[result("CVE-2026-0001", "services/a")]);
    put(&repo, "a.sarif", &text[..text.len() - 3]);
    let answer = run(&repo, &["--filter", "a.sarif", "--skip-bad"]);
    assert_eq!((answer.code, answer.out.as_str()), (3, ""), "{}", answer.err);
    let answer = run(&repo, &["--filter", "a.sarif", "-o", "out.sarif"]);
    assert_eq!(answer.code, 3, "{}", answer.err);
    assert!(!repo.path().join("out.sarif").exists());
    // An unreadable result stays as it is, and so does an unreadable run.
    let odd = format!(
        "{},{{\"results\":42}}]}}",
        &text[..text.len() - 2].replace("[{\"ruleId\"", "[{\"ruleId\":7},{\"ruleId\"")
    );
    put(&repo, "a.sarif", &odd);
    let (code, text) = written(&repo, &["--filter", "a.sarif"]);
    assert_eq!(code, 3);
    let left = read(&text);
    assert_eq!(left["runs"][0]["results"], json!([{"ruleId": 7}]));
    assert_eq!(left["runs"][1], json!({"results": 42}));
    let (_, text) = written(&repo, &["--annotate", "a.sarif"]);
    let left = read(&text);
    assert_eq!(left["runs"][0]["results"][0], json!({"ruleId": 7}));
    assert_eq!(
        left["runs"][0]["results"][1]["suppressions"][0]["properties"]["exledger"]["id"],
        "EXC-2026-C0VER"
    );
}

//! The issue form: it asks for the fields by their labels, and filled-in forms are read or refused.

use std::collections::BTreeSet;

use exledger::formats::issue_form;
use exledger::formats::issue_form::field;
use exledger::formats::issue_form::field::{FieldInput, Means};
use exledger::formats::issue_form::unread::IssueProblem;
use serde_json::{Value, json};

use crate::cli::{run, run_fed};
use crate::cli_new::{DAY, ledger, written};
use crate::support::{project, schemas};

const RENDERED: &str = include_str!("../data/issue/rendered.md");

fn form() -> Value {
    serde_yaml::from_str(&issue_form::write()).unwrap()
}

/// Renders a form as GitHub does, with an answer for each field.
fn rendered(form: &Value, answer: &dyn Fn(&Value) -> String) -> String {
    let fields = form["body"].as_array().unwrap().iter();
    let asked = fields.filter(|field| field["type"] != "markdown");
    let sections = asked.map(|field| {
        let label = field["attributes"]["label"].as_str().unwrap();
        let answer = answer(field);
        match field["attributes"]["render"].as_str() {
            Some(language) => format!("### {label}\n\n```{language}\n{answer}\n```"),
            None => format!("### {label}\n\n{answer}"),
        }
    });
    sections.collect::<Vec<_>>().join("\n\n")
}

/// A plausible answer to a field of the form.
fn sample(field: &Value) -> String {
    let attributes = &field["attributes"];
    match field["id"].as_str().unwrap() {
        "owner" => "Ana Ruiz <ana@example.com>".to_owned(),
        "triggers" => "It ends => close".to_owned(),
        "findings" => "- {tool: trivy, id: CVE-2026-1}".to_owned(),
        id => match field["type"].as_str().unwrap() {
            "dropdown" => attributes["options"][0].as_str().unwrap().to_owned(),
            "checkboxes" => {
                let boxes = attributes["options"].as_array().unwrap().iter();
                let ticked = boxes.map(|it| format!("- [x] {}", it["label"].as_str().unwrap()));
                ticked.collect::<Vec<_>>().join("\n")
            }
            _ => format!("answer to {id}"),
        },
    }
}

#[test]
fn every_field_of_the_form_that_is_written_is_read_back() {
    let answers = issue_form::read(&rendered(&form(), &sample)).unwrap();
    let mut filled = BTreeSet::new();
    for field in field::fields() {
        let (path, expected) = match (field.means, field.form) {
            (Means::Text, FieldInput::Choice(words)) => (field.path.as_str(), json!(words()[0])),
            (Means::Text, _) => (field.path.as_str(), json!(format!("answer to {}", field.id))),
            (Means::Items, _) => (field.path.as_str(), json!([format!("answer to {}", field.id)])),
            (Means::Owner, _) => ("owner", json!({"name": "Ana Ruiz", "email": "ana@example.com"})),
            (Means::Controls, _) => (
                "compensating_controls",
                json!([{"description": "answer to compensating_controls"}]),
            ),
            (Means::Triggers, _) => {
                ("triggers", json!([{"id": "T1", "when": "It ends", "then": "close"}]))
            }
            (Means::Findings, _) => {
                ("scope.findings", json!([{"tool": "trivy", "id": "CVE-2026-1"}]))
            }
            (Means::Nothing, _) => continue,
        };
        assert_eq!(answers.get(path), Some(&expected), "{}", field.id);
        assert!(filled.insert(path.to_owned()), "two fields fill {path}");
    }
    // The same by id instead of the label.
    let mut by_id = form();
    for field in by_id["body"].as_array_mut().unwrap() {
        if let Some(id) = field.get("id").cloned() {
            field["attributes"]["label"] = id;
        }
    }
    assert_eq!(issue_form::read(&rendered(&by_id, &sample)).unwrap(), answers);
}

#[test]
fn what_nobody_answered_is_absent() {
    let nothing = rendered(&form(), &|field| match field["type"].as_str().unwrap() {
        "dropdown" => "None".to_owned(),
        "checkboxes" => sample(field),
        _ => "_No response_".to_owned(),
    });
    // GitHub then omits the fence of a field shown as code.
    let nothing = nothing.replace("```yaml\n_No response_\n```", "_No response_");
    for text in [nothing.clone(), nothing.replace('\n', "\r\n"), nothing.replace('\n', "\r")] {
        let answers = issue_form::read(&text).unwrap();
        assert!(answers.fields().is_empty(), "{answers:?}");
    }
}

#[test]
fn the_projects_own_form_is_the_one_that_is_written() {
    let path = project::root().join(".github/ISSUE_TEMPLATE/exception.yml");
    let fresh = issue_form::write();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == fresh, "UPDATE_GOLDEN=1 writes it again");
}

/// What GitHub requires of a form, as far as its fields can break it.
#[test]
fn github_takes_the_form() {
    let form = form();
    let keys: Vec<&String> = form.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["name", "description", "title", "labels", "body"]);
    let (mut ids, mut labels) = (BTreeSet::new(), BTreeSet::new());
    for field in form["body"].as_array().unwrap() {
        let kind = field["type"].as_str().unwrap();
        let allowed = ["markdown", "input", "textarea", "dropdown", "checkboxes"];
        assert!(allowed.contains(&kind));
        if kind == "markdown" {
            continue;
        }
        let id = field["id"].as_str().unwrap();
        assert!(id.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it)), "{id}");
        assert!(ids.insert(id.to_owned()), "{id} twice");
        let attributes = field["attributes"].as_object().unwrap();
        assert!(labels.insert(attributes["label"].as_str().unwrap().to_owned()), "{id}");
        if let Some(options) = attributes.get("options").filter(|_| kind == "dropdown") {
            let words: BTreeSet<&str> =
                options.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
            assert_eq!(words.len(), options.as_array().unwrap().len(), "{id}");
            // GitHub adds `None` to an optional list.
            assert!(!words.contains("None"), "{id}");
        }
    }
    assert_eq!(ids.len(), field::fields().len());
    let schema: Value =
        serde_json::from_str(&schemas::read("github-issue-forms.schema.json")).unwrap();
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&form)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn text_that_is_not_the_form_is_refused_with_its_line() {
    let field = |label: &str, text: &str| format!("### {label}\n\n{text}\n\n");
    for (text, flaws) in [
        (String::new(), vec![IssueProblem::NoForm]),
        ("Only words".to_owned(), vec![IssueProblem::NoForm]),
        (
            field("Title", "A") + &field("Titel", "B"),
            vec![IssueProblem::Unknown { line: 5, heading: "Titel".to_owned() }],
        ),
        (
            field("Title", "A") + &field(" TITLE ", "B"),
            vec![IssueProblem::Repeated { line: 5, heading: "TITLE".to_owned(), first: 1 }],
        ),
        (
            field("Justification", "```\nopen") + &field("Title", "A"),
            vec![IssueProblem::Unclosed { line: 3 }],
        ),
        (
            field("Confirm", "- [ ] The request contains no secret"),
            vec![IssueProblem::Unticked { line: 1, text: "The request contains no secret" }],
        ),
    ] {
        assert_eq!(issue_form::read(&text), Err(flaws), "{text}");
    }
    for (label, text) in [
        ("Owner", "Ana Ruiz"),
        ("Owner", "<>"),
        ("Compensating controls", "a | b | c | d"),
        ("Compensating controls", "Watched | somebody"),
        ("Compensating controls", "| a@example.com"),
        ("Triggers", "It ends"),
        ("Findings", "trivy:CVE-2026-1"),
        ("Findings", "- {tool: [}"),
    ] {
        let flaws = issue_form::read(&field(label, text)).unwrap_err();
        assert!(
            matches!(flaws.as_slice(), [IssueProblem::Unreadable { line: 1, .. }]),
            "{label} {text}: {flaws:?}"
        );
    }
}

#[test]
fn headings_and_fences_inside_an_answer_belong_to_it() {
    for (text, expected) in [
        ("a\n\n#### B\n\nc", "a\n\n#### B\n\nc\n"),
        ("~~~\n### Title\n~~~\nx", "~~~\n### Title\n~~~\nx\n"),
        ("````\n```\n### Title\n````\nx", "````\n```\n### Title\n````\nx\n"),
        ("   ```\n### Title\n   ```\nx", "   ```\n### Title\n   ```\nx\n"),
        ("```\nwhole\n```", "whole"),
        ("```\na\n```\nb\n```\nc\n```", "```\na\n```\nb\n```\nc\n```\n"),
        (" ### Title", "### Title"),
        ("###Title", "###Title"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("`### Title`", "`### Title`"),
    ] {
        let answers = issue_form::read(&format!("### Justification\n\n{text}\n")).unwrap();
        let found = answers.text("justification").unwrap();
        assert_eq!(found.trim_start(), expected.trim_start(), "{text}");
    }
}

#[test]
fn an_issue_becomes_a_record_and_flags_win() {
    let folder = ledger();
    let new = ["new", "--on", DAY, "--format", "json", "--from-issue", "-"];
    for text in [RENDERED.to_owned(), RENDERED.replace('\n', "\r\n")] {
        let (answer, record, _) =
            written(folder.path(), &run_fed(folder.path(), &new, text.as_bytes()));
        assert_eq!(answer["draft"], false);
        assert_eq!(record["subject"]["credential"], "vault:prod/billing/db");
        assert_eq!(record["subject"].get("asset"), None);
        assert_eq!(record["subject"].get("environment"), None);
        assert_eq!(record["expires"], "2026-12-20");
        let text = record["justification"].as_str().unwrap();
        assert!(text.ends_with("```\n### Expires\nnever\n```\n"), "{text}");
        assert_eq!(
            record["compensating_controls"],
            json!([
                {"id": "CC1", "description": "Alert on any use outside 01:00-03:00 UTC", "owner": "soc@example.com", "status": "active"},
                {"id": "CC2", "description": "The key is read by one job alone", "owner": "ana@example.com", "status": "planned"},
            ])
        );
        assert_eq!(record.get("requester"), None, "the text of an issue names no requester");
    }
    let more = [&new[..], &["--requester", "sam@example.com", "--title", "By a flag"]].concat();
    let (_, record, _) =
        written(folder.path(), &run_fed(folder.path(), &more, RENDERED.as_bytes()));
    assert_eq!(record["requester"], "sam@example.com");
    assert_eq!(record["title"], "By a flag");
}

#[test]
fn the_samples_give_what_is_expected_of_them() {
    let samples = project::root().join("tests/data/samples");
    let expected = std::fs::read_to_string(samples.join("issue-form-rendered.expected.json"));
    let mut expected: Value = serde_json::from_str(&expected.unwrap()).unwrap();
    expected.as_object_mut().unwrap().remove("note");
    let read = |name: &str| issue_form::read(&std::fs::read_to_string(samples.join(name)).unwrap());
    for name in ["issue-form-rendered.md", "issue-form-rendered-crlf.md"] {
        let mut answers = read(name).unwrap();
        answers.set("compensating_controls[0].id", "CC1");
        assert_eq!(Value::from(answers.fields().clone()), expected, "{name}");
    }
    let missing = read("issue-form-missing-expiry.md").unwrap();
    assert!(!missing.states("expires") && !missing.states("risk"));
    assert!(read("issue-form-generic.md").is_err());
}

#[test]
fn what_the_form_wants_and_the_issue_lacks_is_named() {
    let folder = ledger();
    let without = RENDERED
        .replace("### Expires\n\n30d", "### Expires\n\n_No response_")
        .replace("\nmoderate\n", "\n_No response_\n")
        .replace("Ana Ruiz <ana@example.com>", "_No response_");
    for more in [&[][..], &["--draft"]] {
        let args = [&["new", "--from-issue", "-"], more].concat();
        let answer = run_fed(folder.path(), &args, without.as_bytes());
        assert_eq!((answer.code, &answer.out[..]), (2, ""), "{}", answer.err);
        for flag in ["--expires", "--risk-level", "--owner-email"] {
            assert!(answer.err.contains(flag), "{}", answer.err);
        }
    }
    assert!(!folder.path().join("exceptions").exists());
    let both = run(folder.path(), &["new", "--from-issue", "a", "--from", "b"]);
    assert_eq!(both.code, 2);
    for (bytes, word) in [(&b"\xff\xfe"[..], "UTF-8"), (b"### Nothing like it\n\nx", "line 1")] {
        let answer = run_fed(folder.path(), &["new", "--from-issue", "-"], bytes);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""));
        assert!(answer.err.contains(word), "{}", answer.err);
    }
}

#[test]
fn an_issue_never_gets_a_secret_repeated() {
    let folder = ledger();
    let secret = ["ghp", "0123456789abcdefABCDEF0123456789abcd"].join("_");
    for text in [
        format!("### Owner\n\n{secret}\n"),
        format!("### {secret}\n\nx\n"),
        format!("### Triggers\n\ntoken {secret}\n"),
        RENDERED.replace("vault:prod/billing/db", &secret),
    ] {
        let answer = run_fed(folder.path(), &["new", "--from-issue", "-"], text.as_bytes());
        assert_eq!(answer.code, 2, "{}", answer.out);
        assert!(!answer.err.contains(&secret), "{}", answer.err);
    }
}

#[test]
fn the_required_fields_are_those_that_no_record_goes_without() {
    let required: Vec<&str> = field::fields()
        .into_iter()
        .filter(|field| field.is_required)
        .map(|field| field.id)
        .collect();
    assert_eq!(
        required,
        ["title", "class", "owner", "justification", "risk", "root_cause", "expires"]
    );
}

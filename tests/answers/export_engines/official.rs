//! Everything that is written, validated with the official schemas of the tools: one record, many, and none.

use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::support::export_engines::{
    ALL_LOSSES, data, exported, files, ledger, only, sample, with_findings,
};
use crate::support::repo::Repo;

/// A ledger with everything odd that a record may state, one with the sample, and one without records.
fn ledgers() -> [Repo; 3] {
    let odd = with_findings(
        "EXC-2026-0DD00",
        &[
            r#"{tool: kyverno, id: ClusterPolicy/a/b, resources: ["k8s:/Node/*", "k8s:*/CronJob/x'y", "k8s:a/*/*"]}"#,
            r#"{tool: kyverno, id: ValidatingPolicy/a, resources: ["k8s:/Node/w?", "k8s:b-*/Pod/it's \\ \"quoted\"", "k8s:*/*/*"]}"#,
            "{tool: kyverno, id: ImageValidatingPolicy/a}",
            "{tool: kyverno, id: ClusterPolicy/a}",
            "{tool: azure-policy, id: /subscriptions/1/providers/Microsoft.Authorization/policyAssignments/a#def, resources: [/subscriptions/1/resourceGroups/x, /subscriptions/1/resourceGroups/y]}",
            "{tool: azure-policy, id: /providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Authorization/policyAssignments/b}",
            r#"{tool: prowler, id: a_check, resources: ["aws:1/eu-*/x.y", "aws:1/eu-*/z", "gcp:p/*/**"]}"#,
            r#"{tool: prowler, id: a_check, resources: ["aws:1/us/arn:aws:s3:::b"]}"#,
            "{tool: trivy, id: CVE-2026-1, purl: 'pkg:npm/%40scope/a@1.0.0'}",
            "{tool: trivy, id: CVE-2026-1, purl: 'pkg:maven/g/a'}",
            "{tool: grype, id: GHSA-x, purl: 'pkg:golang/example.com/m@v1.2.3'}",
        ],
    );
    let title = "title: Billing batch key cannot rotate before the legacy job retires";
    assert!(odd.contains(title));
    let odd = odd.replace(title, r#"title: "2026-12-20: 'a' \"b\" \\ {{ x }} # \t é 🚀 & <b>""#);
    let fix = odd.find("fix: {").unwrap();
    let end = fix + odd[fix..].find('\n').unwrap() + 1;
    let odd = odd[..fix].to_owned() + &odd[end..];
    [
        ledger(&[("EXC-2026-0DD00", &odd), (crate::support::export_engines::ID, &sample())]),
        ledger(&[(crate::support::export_engines::ID, &sample())]),
        ledger(&[]),
    ]
}

fn schema(name: &str) -> Value {
    let text = data(&format!("schemas/{name}"));
    if name.ends_with(".json") {
        serde_json::from_str(&text).unwrap()
    } else {
        serde_yaml::from_str(&text).unwrap()
    }
}

/// Changes every object of a schema, the inner ones first.
fn each(schema: &mut Value, change: &dyn Fn(&mut serde_json::Map<String, Value>)) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(|value| each(value, change));
            change(map);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        _ => {}
    }
}

#[track_caller]
fn validate(schema: &Value, instance: &Value) {
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(instance).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{instance:#}");
}

/// Returns the schema of a version of a custom resource; objects take no keys that it doesn't name, which a cluster
/// would drop.
fn resource(name: &str, version: &str) -> Value {
    let definition = schema(name);
    let versions = definition["spec"]["versions"].as_array().unwrap();
    let found = versions.iter().find(|it| it["name"] == version).unwrap();
    let mut schema = found["schema"]["openAPIV3Schema"].clone();
    schema["properties"]["metadata"] = json!(true);
    each(&mut schema, &|map| {
        let is_object = map.get("properties").is_some_and(Value::is_object);
        let is_schema = map.get("type") == Some(&json!("object"));
        let is_open = map.contains_key("x-kubernetes-preserve-unknown-fields");
        if is_object && is_schema && !is_open && !map.contains_key("additionalProperties") {
            map.insert("additionalProperties".to_owned(), json!(false));
        }
    });
    schema
}

fn documents(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    let read = documents.map(|it| Value::deserialize(it).unwrap());
    read.filter(|value| !value.is_null()).collect()
}

#[test]
fn kyverno_takes_the_objects() {
    let v2 = resource("kyverno.io_policyexceptions.crd.yaml", "v2");
    let v1 = resource("policies.kyverno.io_policyexceptions.crd.yaml", "v1");
    let counts = ledgers().map(|repo| {
        let objects = documents(&only(&exported(&repo, "kyverno", ALL_LOSSES)));
        for object in &objects {
            let schema = if object["apiVersion"] == "kyverno.io/v2" { &v2 } else { &v1 };
            validate(schema, object);
            let metadata = &object["metadata"];
            let texts = ["labels", "annotations"].map(|key| metadata[key].as_object().unwrap());
            assert!(texts.iter().all(|map| map.values().all(Value::is_string)), "{metadata}");
        }
        objects.len()
    });
    assert_eq!(counts, [6, 2, 0]);
}

#[test]
fn azure_takes_the_templates() {
    let mut schema = schema("azure-2022-07-01-preview-Microsoft.Authorization.schema.json");
    each(&mut schema, &|map| {
        let reference = map.get("$ref").and_then(Value::as_str).unwrap_or_default();
        if reference.starts_with("https:") {
            *map =
                serde_json::from_value(json!({"type": "string", "pattern": r"^\[.*\]$"})).unwrap();
        }
    });
    let definitions = schema["definitions"].clone();
    let resources =
        ["resourceDefinitions", "extension_resourceDefinitions", "unknown_resourceDefinitions"];
    let found = resources.iter().find_map(|key| schema[key].get("policyExemptions")).unwrap();
    let mut one = found.clone();
    one["definitions"] = definitions;
    one["$schema"] = schema["$schema"].clone();
    let counts = ledgers().map(|repo| {
        let files = files(&exported(&repo, "azure", ALL_LOSSES));
        for (path, bytes) in &files {
            let template: Value = serde_json::from_slice(bytes).unwrap();
            let resource = &template["resources"][0];
            validate(&one, resource);
            assert_eq!(*path, format!("{}.json", resource["name"].as_str().unwrap()));
            let shown = &resource["properties"];
            assert!(shown["displayName"].as_str().unwrap().chars().count() <= 128);
            assert!(shown["description"].as_str().unwrap().chars().count() <= 512);
        }
        files.len()
    });
    assert_eq!(counts, [4, 1, 0]);
}

#[test]
fn prowler_takes_the_mutelist() {
    let schema = schema("prowler-mutelist.schema.json");
    for repo in ledgers() {
        let text = only(&exported(&repo, "prowler", ALL_LOSSES));
        let list: Value = serde_yaml::from_str(&text).unwrap();
        validate(&schema, &list["Mutelist"]);
    }
}

#[test]
fn vex_documents_are_valid_and_suppress_nothing() {
    let openvex = schema("openvex-0.2.0.schema.json");
    let mut cyclonedx = schema("cyclonedx-bom-1.6.schema.json");
    each(&mut cyclonedx, &|map| {
        let reference = map.get("$ref").and_then(Value::as_str).unwrap_or_default();
        if reference.contains(".schema.json") {
            map.clear();
        }
    });
    let counts = ledgers().map(|repo| {
        let read = |target| -> Value {
            serde_json::from_str(&only(&exported(&repo, target, ALL_LOSSES))).unwrap()
        };
        let (document, bom) = (read("openvex"), read("cyclonedx"));
        validate(&cyclonedx, &bom);
        let statements = document["statements"].as_array().unwrap();
        // The schema asks for at least one.
        if !statements.is_empty() {
            validate(&openvex, &document);
        }
        assert!(statements.iter().all(|it| it["status"] == "affected"), "{document}");
        let vulnerabilities = bom["vulnerabilities"].as_array().unwrap();
        assert!(vulnerabilities.iter().all(|it| it["analysis"]["state"] == "exploitable"), "{bom}");
        (statements.len(), vulnerabilities.len())
    });
    assert_eq!(counts, [(4, 4), (1, 1), (0, 0)]);
}

#[test]
fn oscal_takes_the_plan() {
    let mut schema = schema("oscal_poam_schema.json");
    let id = schema["$id"].take();
    // Its anchors are the paths of the definitions.
    each(&mut schema, &|map| {
        if map
            .get("$id")
            .is_some_and(|id| id.is_null() || id.as_str().is_some_and(|it| it.starts_with('#')))
        {
            map.shift_remove("$id");
        }
    });
    schema["$id"] = id;
    for repo in ledgers() {
        let plan: Value =
            serde_json::from_str(&only(&exported(&repo, "oscal", ALL_LOSSES))).unwrap();
        validate(&schema, &plan);
        assert!(
            !plan["plan-of-action-and-milestones"]["poam-items"].as_array().unwrap().is_empty()
        );
    }
}

#[test]
fn metrics_follow_the_text_format() {
    let label = r#"[a-z_]+="(?:[^"\\\n]|\\["\\n])*""#;
    let sample =
        regex::Regex::new(&format!(r"^([a-z_]+)(?:\{{{label}(?:,{label})*\}})? (-?[0-9]+)$"))
            .unwrap();
    for repo in ledgers() {
        let text = only(&exported(&repo, "prometheus", ALL_LOSSES));
        let mut family = "";
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["#", "HELP", name, ..] => family = name,
                ["#", "TYPE", name, kind] => assert_eq!((*name, *kind), (family, "gauge")),
                _ => {
                    let found = sample.captures(line).unwrap_or_else(|| panic!("{line}"));
                    assert_eq!(&found[1], family, "{line}");
                }
            }
        }
        assert!(text.ends_with("exledger_last_run_success 1\n"));
    }
}

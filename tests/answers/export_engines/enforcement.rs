//! How each tool decides with what was written: what the record covers until its end, and nothing else.

use exledger::record::time::Instant;

use crate::support::export_engines::{
    ALL_LOSSES, NO_LOSSES, exported, files, ledger, with_findings,
};
use crate::support::export_models::{AskedFinding, MODELS};

const END: &str = "2026-12-20T23:59:59Z";
const AFTER: &str = "2026-12-21T00:00:00Z";

fn asked(tool: &str, id: &str, resource: &str) -> AskedFinding {
    AskedFinding {
        tool: tool.to_owned(),
        id: id.to_owned(),
        resource: Some(resource.to_owned()),
        ..AskedFinding::default()
    }
}

/// Checks a target with one finding: what it covers, and what it doesn't.
fn check(target: &str, finding: &str, covered: &[(&str, &str)], others: &[(&str, &str)]) {
    let repo = ledger(&[("EXC-2026-C0VER", &with_findings("EXC-2026-C0VER", &[finding]))]);
    let losses = if target == "prowler" { ALL_LOSSES } else { NO_LOSSES };
    let output = exported(&repo, target, losses);
    assert!(output.losses.iter().all(|it| it.is_written), "{:?}", output.losses);
    let written = files(&output);
    let tool = finding.split_once("tool: ").unwrap().1.split(',').next().unwrap();
    let model = MODELS.iter().find(|it| it.target == target).unwrap();
    let decides = |id: &str, resource: &str, at: &str| {
        (model.suppresses)(&written, &asked(tool, id, resource), Instant::parse(at).unwrap())
    };
    for (id, resource) in covered {
        assert!(
            decides(id, resource, crate::support::export_engines::ON),
            "{target} covers {id} {resource}"
        );
        assert!(decides(id, resource, END), "{target} covers {id} {resource} until its end");
        if target != "prowler" {
            assert!(!decides(id, resource, AFTER), "{target} ends {id} {resource}");
        }
    }
    for (id, resource) in others {
        assert!(
            !decides(id, resource, crate::support::export_engines::ON),
            "{target} doesn't cover {id} {resource}"
        );
    }
}

#[test]
fn kyverno_obeys_rules() {
    let (id, other) = ("ClusterPolicy/p/r", "ClusterPolicy/p/other");
    check(
        "kyverno",
        r#"{tool: kyverno, id: ClusterPolicy/p/r, resources: ["k8s:a/Deployment/x", "k8s:b/Pod/y-*", "k8s:*/CronJob/c?"]}"#,
        &[(id, "k8s:a/Deployment/x"), (id, "k8s:b/Pod/y-1"), (id, "k8s:any/CronJob/c1")],
        &[
            (id, "k8s:b/Deployment/x"),
            (id, "k8s:a/Deployment/xx"),
            (id, "k8s:b/Pod/yy-1"),
            (id, "k8s:any/CronJob/c"),
            (other, "k8s:a/Deployment/x"),
            ("ClusterPolicy/pp/r", "k8s:a/Deployment/x"),
            ("ValidatingPolicy/p", "k8s:a/Deployment/x"),
        ],
    );
}

#[test]
fn kyverno_obeys_cel() {
    let id = "ValidatingPolicy/p";
    check(
        "kyverno",
        r#"{tool: kyverno, id: ValidatingPolicy/p, resources: ["k8s:a/Deployment/x", "k8s:b-*/Pod/y.z?", "k8s:/Node/*"]}"#,
        &[(id, "k8s:a/Deployment/x"), (id, "k8s:b-1/Pod/y.z1"), (id, "k8s:/Node/worker")],
        &[
            (id, "k8s:a/Deployment/y"),
            (id, "k8s:b-1/Pod/yaz1"),
            (id, "k8s:b-1/Pod/y.z11"),
            (id, "k8s:a/Node/worker"),
            ("ValidatingPolicy/q", "k8s:a/Deployment/x"),
            ("ImageValidatingPolicy/p", "k8s:a/Deployment/x"),
            ("ClusterPolicy/p/r", "k8s:a/Deployment/x"),
        ],
    );
}

#[test]
fn azure_obeys() {
    let id = "/subscriptions/1/providers/Microsoft.Authorization/policyAssignments/a#d";
    check(
        "azure",
        "{tool: azure-policy, id: /subscriptions/1/providers/Microsoft.Authorization/policyAssignments/a#d, resources: [/subscriptions/1/resourceGroups/x]}",
        &[(id, "/subscriptions/1/resourceGroups/x")],
        &[
            (id, "/subscriptions/1/resourceGroups/xy"),
            (id, "/subscriptions/1"),
            (&id.replace("#d", "#e"), "/subscriptions/1/resourceGroups/x"),
            (&id.replace("/a#", "/b#"), "/subscriptions/1/resourceGroups/x"),
        ],
    );
}

#[test]
fn prowler_obeys() {
    check(
        "prowler",
        r#"{tool: prowler, id: a_check, resources: ["aws:1/eu-*/x.y", "aws:1/us/z*", "aws:2/*/w"]}"#,
        &[("a_check", "aws:1/eu-west/x.y"), ("a_check", "aws:1/us/z1"), ("a_check", "aws:2/any/w")],
        &[
            ("a_check", "aws:1/us/x.y"),
            ("a_check", "aws:1/eu-west/z1"),
            ("a_check", "aws:1/eu-west/xzy"),
            ("a_check", "aws:1/us/z/1"),
            ("a_check", "aws:3/any/w"),
            ("a_check_2", "aws:2/any/w"),
            ("is_a_check", "aws:2/any/w"),
        ],
    );
}

#[test]
fn opa_obeys() {
    check(
        "opa",
        r#"{tool: checkov, id: CKV_1, resources: ["bucket:a[1]-*", "bucket:b/**"]}"#,
        &[("CKV_1", "bucket:a[1]-x"), ("CKV_1", "bucket:b/c/d")],
        &[("CKV_1", "bucket:a1-x"), ("CKV_1", "bucket:a[1]-x/y"), ("CKV_2", "bucket:b/c")],
    );
}

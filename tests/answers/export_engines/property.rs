//! No policy engine suppresses what `check` would not allow: random findings with resources, at the instants around
//! each end. Start at [`no_engine_suppresses_more_than_check_allows`].

use exledger::features::export;
use exledger::features::export::targets::input::{AllowedLosses, ExportOptions};
use exledger::gate::answer::{GateVerdict, Question, ReceiptCounts};
use exledger::gate::verdict;
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::support::export_engines::{files, ledger, with_findings};
use crate::support::export_models::{AskedFinding, MODELS};

const ASSIGNMENT: &str = "/subscriptions/1/providers/Microsoft.Authorization/policyAssignments/a";

/// A tool with the ids and resources that records state, and those of the findings that it reports.
struct EngineTool {
    tool: &'static str,
    stated: &'static [&'static str],
    found: &'static [&'static str],
    patterns: &'static [&'static str],
    resources: &'static [&'static str],
}

const PATTERNS: &[&str] = &[
    "k8s:a/Deployment/x",
    "k8s:a/Deployment/*",
    "k8s:*/Pod/x-?",
    "k8s:a?/*/x.y",
    "k8s:/Node/**",
    "k8s:**",
    "k8s:a/*",
    "k8s:a/CronJob/x",
    "k8s:**/Pod/x",
    "component:x",
];

const OBJECTS: &[&str] = &[
    "k8s:a/Deployment/x",
    "k8s:a/Deployment/xx",
    "k8s:ab/Deployment/x",
    "k8s:a/Pod/x",
    "k8s:b/Pod/x-1",
    "k8s:b/Pod/x-12",
    "k8s:ab/Pod/x.y",
    "k8s:ab/Pod/xzy",
    "k8s:/Node/worker",
    "k8s:/Pod/x",
    "k8s:a/CronJob/x",
    "k8s:a/Namespace/a",
];

const TOOLS: &[EngineTool] = &[
    EngineTool {
        tool: "kyverno",
        stated: &[
            "ClusterPolicy/p/r",
            "ClusterPolicy/p",
            "ClusterPolicy/p/*",
            "ValidatingPolicy/p",
            "ValidatingPolicy/p/r",
            "Policy/p/r",
            "ClusterPolicy/p'\"/{{ r }}",
        ],
        found: &[
            "ClusterPolicy/p/r",
            "ClusterPolicy/p/rr",
            "ClusterPolicy/q/r",
            "ValidatingPolicy/p",
            "ImageValidatingPolicy/p",
        ],
        patterns: PATTERNS,
        resources: OBJECTS,
    },
    EngineTool {
        tool: "azure-policy",
        stated: &[
            ASSIGNMENT,
            "/subscriptions/1/providers/Microsoft.Authorization/policyAssignments/b#d",
            "/subscriptions/1/providers/Microsoft.Authorization/policyAssignments/*",
            "rotate",
        ],
        found: &[
            ASSIGNMENT,
            "/subscriptions/1/providers/Microsoft.Authorization/policyAssignments/a#d",
            "/subscriptions/1/providers/Microsoft.Authorization/policyAssignments/b#d",
            "/subscriptions/1/providers/Microsoft.Authorization/policyAssignments/b#e",
        ],
        patterns: &["/subscriptions/1/resourceGroups/x", "/subscriptions/*", "x"],
        resources: &[
            "/subscriptions/1/resourceGroups/x",
            "/subscriptions/1/resourceGroups/xy",
            "/subscriptions/1",
        ],
    },
    EngineTool {
        tool: "prowler",
        stated: &[
            "check_a",
            "check_.",
            "check",
            "CHECK_A",
            "check_a|check_b",
            "*",
            "check_*",
            " check_a",
        ],
        found: &["check_a", "check_ab", "check_b", "a_check"],
        patterns: &[
            "aws:1/eu/x",
            "aws:1/*/x*",
            "aws:*/eu/x",
            "aws:1/e?/x.y/**",
            "aws:1/**",
            "aws:1?2/eu/x",
        ],
        resources: &[
            "aws:1/eu/x",
            "aws:1/us/x",
            "aws:1/eu/x/y",
            "aws:2/eu/x",
            "aws:1/eu/x.y/z/w",
            "aws:1/eu/xzy/z",
            "aws:1/us/xy/z",
        ],
    },
    EngineTool {
        tool: "checkov",
        stated: &["CKV_1", "CKV_*"],
        found: &["CKV_1", "CKV_2"],
        patterns: &["b:x[1]/*", "b:{a,b}", "b:**", "b:x?"],
        resources: &["b:x[1]/y", "b:x1/y", "b:a", "b:{a,b}", "b:x/", "b:xy"],
    },
];

#[derive(Clone, Debug)]
struct StatedFinding {
    tool: usize,
    id: usize,
    resources: Option<Vec<usize>>,
    rest: &'static str,
}

fn finding() -> impl Strategy<Value = StatedFinding> {
    let numbers: Vec<usize> = (0..12).collect();
    let resources = prop::option::weighted(0.9, subsequence(numbers, 0..3));
    let rest = prop_oneof![
        10 => Just(""),
        1 => Just(", paths: [a/b]"),
        1 => Just(", severity: high"),
        1 => Just(", purl: \"pkg:npm/a@1\""),
    ];
    (0..TOOLS.len(), 0..12_usize, resources, rest)
        .prop_map(|(tool, id, resources, rest)| StatedFinding { tool, id, resources, rest })
}

fn written(finding: &StatedFinding) -> String {
    let tool = &TOOLS[finding.tool];
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let id = quoted(tool.stated[finding.id % tool.stated.len()]);
    let resources = finding.resources.as_ref().map(|numbers| {
        let names = numbers.iter().map(|n| quoted(tool.patterns[n % tool.patterns.len()]));
        format!(", resources: [{}]", names.collect::<Vec<_>>().join(", "))
    });
    let resources = resources.unwrap_or_default();
    format!("{{tool: {}, id: {id}{resources}{}}}", tool.tool, finding.rest)
}

/// Everything that the tools could report.
fn found() -> Vec<AskedFinding> {
    let each = |tool: &'static EngineTool| {
        tool.found.iter().flat_map(move |id| {
            tool.resources.iter().map(move |resource| AskedFinding {
                tool: tool.tool.to_owned(),
                id: (*id).to_owned(),
                resource: Some((*resource).to_owned()),
                ..AskedFinding::default()
            })
        })
    };
    TOOLS.iter().flat_map(each).collect()
}

/// Compares every engine with `check` around the end of a record. Returns how many findings were suppressed.
fn compare(
    findings: &[StatedFinding],
    not_waived: &str,
    scope_resources: &str,
    rest: &str,
) -> usize {
    let id = "EXC-2026-PR0PT";
    let lines: Vec<String> = findings.iter().map(written).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let text = with_findings(id, &lines);
    let entry = "not_waived: [Logging and network policy still apply]";
    let own = "resources: [db:invoices]";
    assert!(text.contains(entry) && text.contains(own));
    let text = text.replace(entry, &format!("not_waived: ['{not_waived}']"));
    let text = text.replace(own, &format!("resources: ['{scope_resources}']"));
    let text = text + rest;
    let repo = ledger(&[(id, &text)]);
    let session = Session::open(repo.path(), Options::default()).unwrap();
    let on = Instant::parse(crate::support::export_engines::ON).unwrap();
    let snapshot = session.snapshot(&Moment::at(on), Scope::Everything).unwrap();
    let source = snapshot.exported().unwrap();
    let end = source.records.iter().map(|it| it.end).next().unwrap();
    let mut suppressed = 0;
    for model in
        MODELS.iter().filter(|model| ["kyverno", "azure", "prowler", "opa"].contains(&model.target))
    {
        let target = export::targets::find(model.target).unwrap();
        let is_endless = model.target == "prowler" && !rest.starts_with("uses");
        let allowed = AllowedLosses { scope: false, term: is_endless };
        let options = ExportOptions { allowed, ..ExportOptions::default() };
        let bytes = files(&(target.write)(&source.input(options)));
        // A mutelist has no end: it is made for one run.
        let instants = if allowed.term { vec![on] } else { vec![on, end.plus_seconds(-1), end] };
        for at in instants {
            let records = snapshot.records_at(at);
            for finding in found().iter().filter(|it| (model.suppresses)(&bytes, it, at)) {
                suppressed += 1;
                let question = Question {
                    finding: Some(format!("{}:{}", finding.tool, finding.id)),
                    resource: finding.resource.clone(),
                    ..Question::default()
                };
                let governance = snapshot.governance();
                let answer =
                    verdict::ask(&question, &records, &ReceiptCounts::NotGiven, governance);
                let is_allowed = answer.verdict == GateVerdict::Allow;
                assert!(is_allowed, "{} suppresses at {at}: {finding:?}\n{text}", target.name);
            }
        }
    }
    suppressed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::export_property::cases().max(20), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_engine_suppresses_more_than_check_allows(
        findings in prop::collection::vec(finding(), 1..9),
        not_waived in select(&["nothing", "k8s:a/Deployment/x", "aws:1/eu/x", "/subscriptions/1/resourceGroups/x", "b:a", "K8S:A/deployment", "k8s:a/**/X", "AWS:1/eu", "B:A", "b"][..]),
        scope in select(&["db:invoices", "k8s:a/**", "b:a"][..]),
        rest in select(&["", "", "", "uses: {limit: 3}\n"][..]),
    ) {
        compare(&findings, not_waived, scope, rest);
    }
}

#[test]
fn the_comparison_sees_what_each_engine_suppresses() {
    for (tool, engine) in TOOLS.iter().enumerate() {
        let finding = StatedFinding { tool, id: 0, resources: Some(vec![0]), rest: "" };
        assert!(compare(&[finding], "nothing", "db:invoices", "") > 0, "{}", engine.tool);
    }
}

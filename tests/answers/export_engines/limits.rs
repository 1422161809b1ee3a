//! What a target can't express: left out and named, or written with a mark where that is allowed.

use crate::support::export_engines::{
    ALL_LOSSES, NO_LOSSES, exported, files, ledger, losses, only, with_findings,
};

const RECORD: &str = "EXC-2026-10SSY";

/// Returns the reasons for one finding, the marks it is written with if everything is allowed, and that text.
fn lost(target: &str, finding: &str) -> (Vec<String>, String) {
    let repo = ledger(&[(RECORD, &with_findings(RECORD, &[finding]))]);
    let strict = exported(&repo, target, NO_LOSSES);
    let text = |output| {
        let files = files(output);
        let texts = files.iter().map(|(_, bytes)| String::from_utf8(bytes.clone()).unwrap());
        texts.collect::<Vec<_>>().join("\n")
    };
    assert!(!text(&strict).contains(&format!("{RECORD}\"")), "{}", text(&strict));
    assert!(!text(&strict).contains(&format!("id: {RECORD}")), "{}", text(&strict));
    assert!(strict.losses.iter().all(|it| !it.is_written));
    let reasons = losses(&strict).into_iter().map(|line| {
        let (_, reason) = line.split_once("findings[0] ").unwrap();
        reason.split_once(": ").unwrap().1.to_owned()
    });
    let reasons: Vec<String> = reasons.collect();
    (reasons, text(&exported(&repo, target, ALL_LOSSES)))
}

#[track_caller]
fn is_lossy(target: &str, finding: &str, reason: &str, widest: &str) {
    let (reasons, text) = lost(target, finding);
    assert!(reasons.iter().any(|it| it.contains(reason)), "{reasons:?}");
    assert!(text.contains(widest), "{text}");
    assert!(text.contains("LOSSY(scope"), "{text}");
}

#[track_caller]
fn is_refused(target: &str, finding: &str, reason: &str) {
    let (reasons, text) = lost(target, finding);
    assert!(reasons.iter().any(|it| it.contains(reason)), "{reasons:?}");
    assert!(!text.contains(RECORD), "never written: {text}");
}

#[test]
fn without_resources_every_engine_would_cover_more() {
    let reason = "names no resources";
    is_lossy("kyverno", "{tool: kyverno, id: ValidatingPolicy/p}", reason, "name: p\n  expiresAt");
    is_lossy("kyverno", "{tool: kyverno, id: ClusterPolicy/p/r}", reason, "- \"*\"");
    is_lossy("prowler", "{tool: prowler, id: c}", reason, "\"^c$\"");
    let id = "/subscriptions/1/providers/Microsoft.Authorization/policyAssignments/a";
    let finding = format!("{{tool: azure-policy, id: {id}}}");
    is_lossy("azure", &finding, reason, "\"scope\": \"/subscriptions/1\"");
}

#[test]
fn what_an_engine_cannot_compare_is_a_loss() {
    let kyverno = |rest: &str| {
        format!("{{tool: kyverno, id: ClusterPolicy/p/r, resources: ['k8s:a/Pod/x'], {rest}}}")
    };
    for (rest, reason) in [
        ("paths: [a/b]", "paths"),
        ("purl: 'pkg:npm/a@1'", "package"),
        ("cwe: CWE-79", "weakness"),
        ("severity: low", "severity"),
    ] {
        is_lossy("kyverno", &kyverno(rest), reason, "policyName: p");
    }
    is_lossy(
        "kyverno",
        "{tool: kyverno, id: ClusterPolicy/p, resources: ['k8s:a/Pod/x']}",
        "no rule",
        "- \"*\"",
    );
    let rule = "{tool: kyverno, id: ValidatingPolicy/p/r, resources: ['k8s:a/Pod/x']}";
    is_lossy("kyverno", rule, "all of its rules", "name: p\n");
    let account = "{tool: prowler, id: c, resources: ['aws:*/eu/x']}";
    is_lossy("prowler", account, "is not <provider>", "\"*\":");
}

#[test]
fn what_no_entry_can_name_is_never_written() {
    let kyverno = |id: &str| format!("{{tool: kyverno, id: '{id}', resources: ['k8s:a/Pod/x']}}");
    is_refused("kyverno", &kyverno("ClusterPolicy/p*/r"), "stand for other names");
    is_refused("kyverno", &kyverno("ClusterPolicy/p/r?"), "stand for other names");
    is_refused("kyverno", &kyverno("Policy/p/r"), "Policy/<namespace>/<policy>/<rule>");
    is_refused("kyverno", &kyverno("CleanupPolicy/p"), "not a policy of kyverno");
    is_refused("kyverno", "{tool: kyverno, cwe: CWE-79}", "names no policy");
    is_refused("prowler", "{tool: prowler, cwe: CWE-79}", "names no check");
    is_refused(
        "azure",
        "{tool: azure-policy, id: rotate, resources: [/subscriptions/1]}",
        "policy assignment",
    );
}

#[test]
fn what_is_not_waived_is_a_loss_if_an_entry_reaches_it() {
    let entry = "not_waived: [Logging and network policy still apply]";
    let record = |resource: &str| {
        let finding =
            format!("{{tool: kyverno, id: ClusterPolicy/p/r, resources: ['{resource}']}}");
        let text = with_findings(RECORD, &[&finding]);
        assert!(text.contains(entry));
        text.replace(entry, "not_waived: ['k8s:a/Pod/secret']")
    };
    let repo = ledger(&[(RECORD, &record("k8s:a/Pod/*"))]);
    let output = exported(&repo, "kyverno", NO_LOSSES);
    assert!(
        losses(&output)[0]
            .ends_with("scope: it can't leave out `k8s:a/Pod/secret`, which isn't waived")
    );
    let repo = ledger(&[(RECORD, &record("k8s:a/Pod/other"))]);
    assert_eq!(losses(&exported(&repo, "kyverno", NO_LOSSES)), [] as [String; 0]);
}

#[test]
fn an_empty_list_grants_nothing_and_is_no_loss() {
    let finding = "resources: []}";
    for (target, id) in
        [("kyverno", "kyverno, id: ClusterPolicy/p/r"), ("prowler", "prowler, id: c")]
    {
        let text = with_findings(RECORD, &[&format!("{{tool: {id}, {finding}")]);
        let output = exported(&ledger(&[(RECORD, &text)]), target, ALL_LOSSES);
        assert_eq!(losses(&output), [] as [String; 0]);
        assert!(!only(&output).contains(RECORD), "{}", only(&output));
    }
}

#[test]
fn a_check_that_two_records_mute_has_two_entries() {
    let finding =
        |resource: &str| format!("{{tool: prowler, id: c, resources: ['aws:1/eu/{resource}']}}");
    let records = ["EXC-2026-0NE00", "EXC-2026-TW000"];
    let texts = records.map(|id| with_findings(id, &[&finding(&id.to_lowercase())]));
    let repo = ledger(&[(records[0], &texts[0]), (records[1], &texts[1])]);
    let text = only(&exported(&repo, "prowler", ALL_LOSSES));
    assert!(text.contains("\"^c$\":") && text.contains("\"^(c)$\":"), "{text}");
}

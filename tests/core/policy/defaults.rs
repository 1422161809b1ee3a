//! The values of a policy that states nothing, and how stated values are merged with them.
//!
//! Follows `docs/spec/policy.md`, reading and defaults.

use exledger::policy::Policy;
use exledger::policy::demand::{AuthorProof, EvidenceKind, Forge, SelfApproval, Switch};
use exledger::policy::settings::Recipient;
use exledger::policy::tiers::{Degraded, Require};
use serde_json::{Value, json};

use crate::policy::{example, sound};

fn read(yaml: &str) -> Policy {
    sound(&format!("version: 1\n{yaml}")).policy
}

#[test]
fn a_policy_with_a_version_alone_is_the_default() {
    assert_eq!(read(""), Policy::default());
}

#[test]
fn the_defaults_are_those_of_the_page() {
    let default = serde_json::to_value(Policy::default()).unwrap();
    let expected = json!({
        "version": 1,
        "id_prefix": ["EXC"],
        "records": ["exceptions"],
        "redesigns": "redesigns",
        "people": {
            "bots": ["*[bot]@users.noreply.github.com", "renovate@*"],
            "agents": [], "logins": {}, "noreply": [],
            "forges": [],
        },
        "groups": {},
        "approval": {
            "self_approval": "forbid", "self_asserted": "deny", "nested": "deny", "authors": "claimed",
            "owner_may_approve": true, "proof": "claimed", "governance": {"each_of": []},
            "listed": "access", "accept": ["merge", "trailer", "review", "signature", "detached"],
            "forge": "auto", "signers": ".github/allowed_signers", "revoked": ".github/revoked_keys",
            "request_sla": "3d",
        },
        "assets": [],
        "tiers": [{
            "name": "standard", "max_term": "90d", "max_renewals": 2, "max_total": "270d",
            "approvals": {"count": 1, "each_of": [], "must_include": []},
            "require": ["compensating_controls"], "degraded": "grant", "post_closure_review": "0d",
        }],
        "classes": {
            "standard": {"require": [], "each_of": []},
            "emergency": {"max_term": "72h", "review_within": "24h", "require": [], "each_of": []},
            "regulated": {"require": [], "each_of": []},
            "third-party": {"require": ["vendor", "onboarding", "triggers"], "each_of": []},
        },
        "lint": {"justification_min": 40, "event_grace": "7d", "levels": {}, "not_secrets": []},
        "due": {"soon": "30d", "urgent": "7d", "cliff": 10},
        "escalate": [{"after": "0d", "to": "owner"}, {"after": "3d", "to": "backup"}],
        "profiles": {},
        "patterns": {
            "window": "180d", "threshold": 3, "freeze": true, "key": ["root_cause", "application"],
            "expected": ["emergency", "regulated", "third-party"], "notify": [],
            "events": {"window": "30d", "threshold": 20, "days": 3, "share": 5},
            "redesign": "any", "redesign_max": "180d",
        },
        "recurrence": {"window": "90d"},
        "closure": {
            "checks": {
                "secret-storage": ["rotated", "pipeline-reviewed", "removed-from-code", "removed-from-logs"],
                "certificate": ["why-missed", "impact", "prevention"],
                "privilege-elevation": ["privilege-reduced", "access-removed"],
                "tool-invocation": ["evidence-reviewed", "behaviour-reviewed", "boundary-reviewed"],
            },
            "access_verified": [],
        },
        "scan": {"exclude": [], "tools": [], "rust_lints": []},
        "catalogs": ["cis", "cobit", "csa-ccm", "csa-maestro", "cwe", "dora", "eu-ai-act", "iso-27001",
            "mitre-attack", "nis2", "nist-800-207", "nist-800-53", "nist-ai-rmf", "nist-csf", "owasp-agentic",
            "owasp-llm", "owasp-nhi", "pci-dss", "soc2"],
        "baselines": [],
    });
    assert_eq!(default, expected);
}

#[test]
fn the_example_of_the_page_is_read_as_it_is_meant() {
    let policy = sound(&example()).policy;
    assert_eq!(policy.name.as_deref(), Some("example/payments"));
    assert_eq!(policy.id_prefix, ["EXC"]);
    assert_eq!(policy.people.roster.as_deref(), Some(".github/people.csv"));
    assert_eq!(policy.people.logins["dkim"].as_str(), "dana@example.com");
    assert_eq!(policy.groups.len(), 3);
    assert_eq!(policy.tiers.len(), 2);
    let sensitive = &policy.tiers[0];
    assert_eq!(sensitive.matches.as_ref().unwrap().len(), 2);
    assert_eq!(sensitive.approvals.count, 2);
    assert_eq!(sensitive.approvals.each_of, ["security", "platform"]);
    assert_eq!(sensitive.degraded, Degraded::Deny);
    assert_eq!(policy.classes.regulated.each_of, ["compliance"]);
    assert_eq!(policy.escalate[2].to, Recipient::Group("security".to_owned()));
    assert_eq!(policy.extra_schema.as_deref(), Some("schemas/house.schema.json"));
    assert_eq!(policy.catalogs.len(), 13);
    let baseline = &policy.baselines[0];
    let stated = serde_json::to_value(baseline).unwrap();
    assert_eq!(stated["when"]["data.environment"], json!(["production"]));
    assert_eq!(stated["material_if"]["data.decision"], json!(["denied", "escalated"]));
    let expected = json!({
        "svc:reporting": {"data.scope": ["read"], "hours": ["01:00-03:00Z"]},
        "svc:backup-*": {"data.bytes": ["<=5000000"]},
    });
    assert_eq!(stated["expect"], expected);
    assert!(!baseline.are_others_material(), "others: routine");
    let since_last = json!({"by": ["data.identity"], "at_least": "60d", "at_most": "90d"});
    assert_eq!(serde_json::to_value(&policy.baselines[1].since_last).unwrap(), since_last);
    assert_eq!(baseline.sample, 1);
    assert_eq!(baseline.review_by.unwrap().to_string(), "2027-03-31");
}

/// One key is stated; the given pointers have these values, and everything else is the default.
fn check(yaml: &str, changed: &[(&str, Value)]) {
    let mut expected = serde_json::to_value(Policy::default()).unwrap();
    for (pointer, value) in changed {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = expected.pointer_mut(parent).unwrap();
        match parent {
            Value::Object(map) => {
                map.insert(key.to_owned(), value.clone());
            }
            other => panic!("{pointer} is in {other}"),
        }
    }
    let read = serde_json::to_value(read(yaml)).unwrap();
    assert_eq!(read, expected, "{yaml}");
}

#[test]
fn maps_merge_with_their_default_key_by_key_at_every_depth() {
    check("people: {agents: [a@*]}", &[("/people/agents", json!(["a@*"]))]);
    check("approval: {proof: attested}", &[("/approval/proof", json!("attested"))]);
    check("lint: {event_grace: 0d}", &[("/lint/event_grace", json!("0d"))]);
    check("due: {urgent: 2w}", &[("/due/urgent", json!("2w"))]);
    check("patterns: {freeze: false}", &[("/patterns/freeze", json!(false))]);
    check("scan: {tools: [trivy]}", &[("/scan/tools", json!(["trivy"]))]);
    check(
        "classes: {emergency: {max_term: 48h}}",
        &[("/classes/emergency/max_term", json!("48h"))],
    );
    check(
        "classes: {third-party: {count: 2}, regulated: {}}",
        &[("/classes/third-party/count", json!(2))],
    );
    check(
        "closure: {checks: {certificate: [impact], ai-agent: [stopped]}}",
        &[
            ("/closure/checks/certificate", json!(["impact"])),
            ("/closure/checks/ai-agent", json!(["stopped"])),
        ],
    );
}

#[test]
fn lists_numbers_and_words_replace_their_default() {
    check("people: {bots: []}", &[("/people/bots", json!([]))]);
    check("approval: {accept: [note]}", &[("/approval/accept", json!(["note"]))]);
    check("lint: {justification_min: 0}", &[("/lint/justification_min", json!(0))]);
    check("patterns: {events: {days: 5}}", &[("/patterns/events/days", json!(5))]);
    check("patterns: {events: {share: 0}}", &[("/patterns/events/share", json!(0))]);
    check("patterns: {key: [team]}", &[("/patterns/key", json!(["team"]))]);
    check("escalate: []", &[("/escalate", json!([]))]);
    check("catalogs: [nist-csf]", &[("/catalogs", json!(["nist-csf"]))]);
    check("id_prefix: RISK", &[("/id_prefix", json!(["RISK"]))]);
    check("id_prefix: [A1, EXC]", &[("/id_prefix", json!(["A1", "EXC"]))]);
    check("records: [x, old/y/]", &[("/records", json!(["x", "old/y"]))]);
    check("classes: {third-party: {require: []}}", &[("/classes/third-party/require", json!([]))]);
}

#[test]
fn an_empty_map_counts_as_absent() {
    for key in
        ["people", "groups", "approval", "classes", "lint", "due", "closure", "scan", "patterns"]
    {
        check(&format!("{key}: {{}}"), &[]);
    }
}

#[test]
fn a_tier_takes_what_it_leaves_out_from_the_built_in_one_and_requires_nothing() {
    let policy = read(
        "tiers: [{name: a, match: {class: emergency}, approvals: {each_of: [g]}}, {name: b}]\ngroups: {g: [a@example.com]}",
    );
    let [first, last] = policy.tiers.as_slice() else {
        panic!("{:?}", policy.tiers);
    };
    for tier in [first, last] {
        assert_eq!(tier.max_term.to_string(), "90d");
        assert_eq!(tier.max_renewals, 2);
        assert_eq!(tier.max_total.to_string(), "270d");
        assert_eq!(tier.approvals.count, 1);
        assert_eq!(tier.degraded, Degraded::Grant);
        assert_eq!(tier.post_closure_review.to_string(), "0d");
        assert_eq!(tier.review_every, None);
        assert_eq!(tier.require, []);
    }
    assert_eq!(first.approvals.each_of, ["g"]);
}

#[test]
fn tiers_replace_the_built_in_one_as_a_whole() {
    let policy = read("tiers: [{name: only, require: [fix]}]");
    assert_eq!(policy.tiers.len(), 1);
    assert_eq!(policy.tiers[0].require, [Require::Fix]);
}

#[test]
fn every_word_of_the_page_is_read() {
    let policy = read(
        "approval: {self_approval: allow, self_asserted: allow, nested: allow, authors: attested, \
         owner_may_approve: false, proof: attested, accept: [merge, trailer, review, mergetag, signature, \
         detached, note], forge: kernel, request_sla: 0d}\n\
         lint: {levels: {unclassified-cause: off, secret: warn, fix-overdue: error}}",
    );
    let approval = policy.approval;
    assert_eq!(approval.self_approval, SelfApproval::Allow);
    assert_eq!(approval.self_asserted, Switch::Allow);
    assert_eq!(approval.nested, Switch::Allow);
    assert_eq!(approval.authors, AuthorProof::Attested);
    assert!(!approval.owner_may_approve);
    assert_eq!(approval.accept.last(), Some(&EvidenceKind::Note));
    assert_eq!(approval.forge, Forge::Kernel);
    for forge in
        "auto github gitlab gitea gerrit bitbucket azure generic kernel phabricator bors homu"
            .split(' ')
    {
        read(&format!("approval: {{forge: {forge}}}"));
    }
    for key in "root_cause application identity asset vendor control baseline team owner".split(' ')
    {
        read(&format!("patterns: {{key: [{key}]}}"));
    }
    for word in "blast_radius rollback compensating_controls review_every triggers vendor onboarding change \
        risk_register scope fix event_ends requester risk_owner environment"
        .split_whitespace()
    {
        read(&format!("classes: {{standard: {{require: [{word}]}}}}"));
    }
    read(
        "profiles: {p: {class: standard, baseline: certificate, controls: [nist-csf:GV], rule: r, \
        root_cause: timeout, environment: test, risk_level: low, fix_target: data, \
        triggers: [{when: It ships, then: close}]}}",
    );
}

//! What each part of the governance files decides, and which changes only add requirements.
//!
//! Follows `docs/spec/approval.md`, G2.

use exledger::policy::governance::Governance;
use exledger::policy::governs::{self, Bearing};

use crate::policy::Files;

const POLICY: &str = "version: 1
name: example/ledger
people:
  roster: people.csv
  bots: [a@*]
  agents: [b@*]
  logins: {dkim: dana@example.com, lee: lee@example.com}
  forges: [c@*, d@*]
groups: {g: [dana@example.com, lee@example.com], h: [sam@example.com]}
approval: {self_approval: allow, self_asserted: allow, nested: allow, signers: keys, revoked: gone}
tiers:
  - {name: high, match: {risk: [high]}, max_term: 30d, max_renewals: 2, max_total: 60d, approvals: {count: 1, each_of: [g]}, require: [fix], review_every: 9d, degraded: grant}
  - {name: low}
classes: {emergency: {review_within: 24h}, regulated: {count: 2}}
";
const ROSTER: &str =
    "email,name,team,active\ndana@example.com,Dana,x,yes\nlee@example.com,Lee,x,yes\n";
const KEYS: &str = "dana@example.com ssh-ed25519 AAAAxx\nlee@example.com ssh-ed25519 AAAByy\n";

fn governance(policy: &str, roster: &str, keys: &str, gone: &str, mailmap: &str) -> Governance {
    let files = [
        ("exledger.yaml", policy),
        ("people.csv", roster),
        ("keys", keys),
        ("gone", gone),
        (".mailmap", mailmap),
    ];
    let governance = Governance::read(&Files::of(&files)).unwrap();
    assert!(governance.findings.is_empty(), "{:#?}", governance.findings);
    governance
}

/// Checks the policy with one text replaced by another, and in the opposite direction.
fn check(from: &str, to: &str) {
    assert!(POLICY.contains(from), "{from}");
    let before = governance(POLICY, ROSTER, KEYS, "", "");
    let after = governance(&POLICY.replacen(from, to, 1), ROSTER, KEYS, "", "");
    assert!(governs::only_adds(&before, &after), "{from} -> {to}");
    assert!(!governs::only_adds(&after, &before), "{to} -> {from}");
}

#[test]
fn what_makes_approval_harder_only_adds() {
    check("count: 1", "count: 2");
    check("each_of: [g]", "each_of: [g, h]");
    check("each_of: [g]", "each_of: [g], must_include: [risk_owner]");
    check("each_of: [g]", "each_of: [g], proof: attested");
    check("require: [fix]", "require: [fix, rollback]");
    check("max_term: 30d", "max_term: 29d");
    check("max_total: 60d", "max_total: 1d");
    check("max_renewals: 2", "max_renewals: 0");
    check("review_every: 9d", "review_every: 1d");
    check("degraded: grant", "degraded: deny");
    check("review_within: 24h", "review_within: 1h");
    check("regulated: {count: 2}", "regulated: {count: 3}");
    check("regulated: {count: 2}", "regulated: {count: 2, max_term: 5d}");
    check("self_approval: allow", "self_approval: forbid");
    check("self_asserted: allow", "self_asserted: deny");
    check("nested: allow", "nested: deny");
    check("nested: allow", "nested: allow, proof: attested");
    check("nested: allow", "nested: allow, authors: attested");
}

#[test]
fn people_may_leave_and_bots_may_join() {
    check("g: [dana@example.com, lee@example.com]", "g: [dana@example.com]");
    check(", lee: lee@example.com", "");
    check("bots: [a@*]", "bots: [a@*, e@*]");
    check("agents: [b@*]", "agents: [b@*, e@*]");
    let before = governance(POLICY, ROSTER, KEYS, "", "");
    let both_ways = |after: Governance| {
        assert!(governs::only_adds(&before, &after));
        assert!(!governs::only_adds(&after, &before));
    };
    both_ways(governance(
        POLICY,
        "email,name,team,active\ndana@example.com,Dana,x,yes\n",
        KEYS,
        "",
        "",
    ));
    both_ways(governance(POLICY, &ROSTER.replacen("Lee,x,yes", "Lee,x,no", 1), KEYS, "", ""));
    both_ways(governance(POLICY, ROSTER, "dana@example.com ssh-ed25519 AAAAxx\n", "", ""));
    let key = "AAAAC3NzaC1lZDI1NTE5AAAAIPzv0XrknV7PmpXqyDKXgZwZNa2b0y9lAmqs+9SfHMBY";
    for begin in ["", "# stolen\r", "# stolen", "\u{feff}"] {
        both_ways(governance(POLICY, ROSTER, KEYS, &format!("{begin}ssh-ed25519 {key}\n"), ""));
    }
    let revoked = |text: &str| governance(POLICY, ROSTER, KEYS, text, "");
    let with_key = revoked(&format!("{key}\n"));
    for (before, text) in [
        (&before, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI dana\n".to_owned()),
        (&with_key, format!("{key}\n{}\n{}\n", &key[..40], &key[40..])),
        (&with_key, format!("{key}\n{key}={key}\n")),
        (&before, "SHA256:bSK8+eWnXz7tf7LrnqzlxKDzP64uYAEr2ALX+Yguh3s\n".to_owned()),
    ] {
        assert!(!governs::only_adds(before, &revoked(&text)), "{text}");
    }
    for text in [format!("key={key},x\n"), "\u{fffd}#\0 \0N\0o\0".to_owned()] {
        assert!(governs::only_adds(&before, &revoked(&text)), "{text:?}");
    }
    check("nested: allow", "nested: allow, governance: {count: 2, each_of: [g], proof: attested}");
}

#[test]
fn anything_else_is_a_change_to_look_at() {
    let before = governance(POLICY, ROSTER, KEYS, "", "");
    for (from, to) in [
        ("example/ledger", "example/other"),
        ("risk: [high]", "risk: [high, critical]"),
        ("max_term: 30d", "max_term: 1w"),
        ("nested: allow", "nested: allow, forge: gerrit"),
        ("nested: allow", "nested: allow, accept: [merge]"),
        ("nested: allow", "nested: allow, owner_may_approve: false"),
        ("version: 1", "version: 1\nlint: {justification_min: 90}"),
        ("version: 1", "version: 1\nrecords: [other]"),
        ("dkim: dana@example.com", "dkim: lee@example.com"),
        ("{name: low}", "{name: low, post_closure_review: 9d}"),
        ("forges: [c@*, d@*]", "forges: [d@*]"),
        (", h: [sam@example.com]", ""),
    ] {
        let after = governance(&POLICY.replacen(from, to, 1), ROSTER, KEYS, "", "");
        assert!(!governs::only_adds(&before, &after), "{from} -> {to}");
    }
    assert!(governs::only_adds(&before, &before));
    let mapped = governance(POLICY, ROSTER, KEYS, "", "<dana@example.com> <lee@example.com>\n");
    assert!(!governs::only_adds(&before, &mapped));
    let comment =
        governance(&format!("# why\n{POLICY}"), ROSTER, &format!("# key\n{KEYS}"), "", "");
    assert!(governs::only_adds(&before, &comment));
}

#[test]
fn who_is_routed_to_does_not_bear_on_approvals() {
    let rule = |assets: &str| {
        let tiers = "tiers: [{name: a, match: {sensitivity: s}}, {name: b}]\n";
        governance(&format!("version: 1\n{tiers}assets: [{assets}]\n"), ROSTER, "", "", "")
    };
    let plain = rule("{match: [a], sensitivity: s}");
    for (assets, expected) in [
        ("{match: [a], sensitivity: s, owner: dana@example.com}", Bearing::Other),
        ("{match: [a], sensitivity: s}, {match: [b], notify: [lee@example.com]}", Bearing::Other),
        ("{match: [a], owner: dana@example.com}", Bearing::Decides),
        ("{match: [a, b], sensitivity: s}", Bearing::Decides),
    ] {
        assert_eq!(governs::bearing(&plain, &rule(assets)), Some(expected), "{assets}");
    }
    assert_eq!(governs::bearing(&plain, &plain), None);
}

/// Checks that a change of the signers file, from the first text to the second, grants nobody anything, or might.
fn check_keys(from: &str, to: &str, expected: bool) {
    let [before, after] = [from, to].map(|keys| governance(POLICY, ROSTER, keys, "", ""));
    assert_eq!(governs::only_adds(&before, &after), expected, "{from} -> {to}");
}

#[test]
fn a_line_that_says_whose_key_it_is_does_not_go_unseen() {
    let one = "dana@example.com ssh-ed25519 AAAAxx\n";
    let with = |line: &str| format!("{one}{line}\n");
    check_keys(&with("lee@example.com ssh-ed25519 AAAByy"), one, true);
    // What another line says of the same key, somebody could then do without it.
    check_keys(
        &with("*@example.com ssh-ed25519 AAAAxx"),
        "*@example.com ssh-ed25519 AAAAxx\n",
        false,
    );
    check_keys(
        &with("dana@example.com namespaces=\"exledger-receipt@v1\" ssh-ed25519 AAAAxx"),
        one,
        false,
    );
    check_keys(&with("*@example.com ssh-ed25519 AAAByy"), one, false);
    check_keys(&with("!lee@example.com,*@example.com ssh-ed25519 AAAByy"), one, false);
    check_keys(&with("lee@example.com,kim@example.com ssh-ed25519 AAAByy"), one, false);
    // Whatever else stands on the line, its key is seen.
    let others = [
        "sam@example.com ssh-ed25519 AAAAxx ssh-key of Sam",
        "sk-admin@example.com ssh-ed25519 AAAAxx",
        "sam@example.com namespaces=\"exledger-receipt@v1\" ssh-ed25519 AAAAxx= ecdsa-",
    ];
    for other in others {
        let other = format!("{other}\n");
        check_keys(&with(other.trim_end()), &other, false);
    }
    check_keys(&with("lee@example.com ssh-ed25519 AAABBBzz sk-old key"), one, false);
}

#[test]
fn a_login_goes_alone_only_if_nothing_else_names_its_account() {
    let logins = |logins: &str| {
        let policy = POLICY.replacen("{dkim: dana@example.com, lee: lee@example.com}", logins, 1);
        governance(&policy, ROSTER, KEYS, "", "")
    };
    let numbered = "{\"7+dkim@users.noreply.github.com\": dana@example.com}";
    let both = "{\"7+dkim@users.noreply.github.com\": dana@example.com, dkim: lee@example.com}";
    assert!(!governs::only_adds(&logins(both), &logins(numbered)));
    assert!(governs::only_adds(&logins(numbered), &logins("{}")));
}

#[test]
fn every_key_of_the_policy_stands_in_the_table() {
    let policy = governance(POLICY, ROSTER, KEYS, "", "").policy;
    let value = serde_json::to_value(exledger::policy::Policy {
        extra_schema: Some("x.json".to_owned()),
        ..policy
    });
    for (key, value) in value.unwrap().as_object().unwrap() {
        match (key.as_str(), value.as_object()) {
            ("assets", _) => {}
            ("people" | "approval", Some(below)) => {
                for name in below.keys().map(|name| format!("{key}.{name}")) {
                    assert!(governs::part(&name).is_some(), "{name}");
                }
            }
            _ => assert!(governs::part(key).is_some(), "{key}"),
        }
    }
}

#[test]
fn the_contract_lists_the_table() {
    let contract = include_str!("../../../docs/spec/approval.md");
    for bearing in [Bearing::Decides, Bearing::Other] {
        for part in governs::PARTS.iter().filter(|part| part.bearing == bearing) {
            let names: Vec<String> = part
                .names
                .iter()
                .map(|name| match name.contains(' ') {
                    true => (*name).to_owned(),
                    false => format!("`{name}`"),
                })
                .collect();
            let adds = if part.adds.is_empty() { "none" } else { part.adds };
            let row = match bearing {
                Bearing::Decides => format!("  | {} | {adds} |\n", names.join(", ")),
                Bearing::Other => format!("  | {} | *other*: none |\n", names.join(", ")),
            };
            assert!(contract.contains(&row), "{row}");
        }
    }
}

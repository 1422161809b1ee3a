//! Where the spelling of a name decides: what takes something away does so in any spelling, what gives something gives it
//! to the same bytes alone. Follows `docs/spec/policy.md`, spelling.

mod first_match;
mod functions;

use std::rc::Rc;

use exledger::features::access::absence::AbsenceWatch;
use exledger::features::access::grant::AccessGrant;
use exledger::features::triage::baseline::{Matter, match_baselines};
use exledger::features::triage::last_events::{EventMemory, LastEvents};
use exledger::gate::answer::{Asker, Question};
use exledger::gate::facts::NoFacts;
use exledger::gate::index::Index;
use exledger::gate::unnamed;
use exledger::gate::verdict::deploy::{self, FrozenPattern};
use exledger::policy::governance::Governance;
use exledger::policy::people;
use exledger::record::{Record, file, not_waived, placeholder};
use exledger::status::force_end::{EndCause, ForceEnd};
use exledger::status::state::RecordState;
use exledger::survey::cause::{self, Findings};
use exledger::survey::event::{CloudEvent, TriageInput};
use exledger::survey::refiling::{NameSearch, Peer, PeerIndex};
use exledger::survey::route::owned_files::FileOwners;
use exledger::survey::route::{RouteSubject, Router};
use serde_json::json;

use crate::support::gate::{Ledger, policy, question, record_states, with};
use crate::support::samples::{PATH, SAMPLE};
use crate::support::status::instant;

const AT: &str = "2026-11-25T00:00:00Z";

/// Returns a name in other spellings of the same name.
fn spellings(name: &str) -> Vec<String> {
    let invisible = name.replacen('i', "\u{200b}i", 1).replacen('a', "\u{ad}a", 1);
    let mut spellings = record_spellings(name);
    spellings.extend([format!("{name}\u{7f}"), format!("{invisible}\u{2060}")]);
    spellings
}

/// Returns those that a record may hold: it states no character that nobody sees.
fn record_spellings(name: &str) -> Vec<String> {
    let wide = |letter: char| match letter {
        'a'..='z' => char::from_u32(u32::from(letter) - u32::from('a') + 0xff41).unwrap(),
        other => other,
    };
    vec![
        name.to_uppercase(),
        name.chars().map(wide).collect(),
        format!("{name} "),
        format!("\t{name}\u{3000}"),
    ]
}

fn record(lines: &str) -> Record {
    let keys: Vec<&str> =
        lines.lines().filter_map(|line| line.split_once(':')).map(|it| it.0).collect();
    let is_kept = |line: &&str| !keys.iter().any(|key| line.starts_with(&format!("{key}:")));
    let kept: String = SAMPLE.lines().filter(is_kept).map(|line| format!("{line}\n")).collect();
    let source = file::read(PATH, format!("{kept}{lines}\n").as_bytes());
    source.record.unwrap_or_else(|| panic!("{lines}: {:#?}", source.findings))
}

/// Returns a text in double quotes for YAML.
fn quoted(text: &str) -> String {
    json!(text).to_string()
}

#[test]
fn what_is_not_waived_is_denied_in_any_spelling_and_with_what_lies_below() {
    let ledger = Ledger::of(|text| {
        format!(
            "{text}scope: {{resources: ['**'], actions: ['**'], not_waived: [repo:acme/payments, 'db:pay-*', merge]}}\n"
        )
    });
    let asked = |resource: &str, action: &str| {
        let keys = [("application", "billing"), ("resource", resource), ("action", action)];
        let checked = ledger.asked(&question(&keys)).0;
        let happened = ledger.happened("tool.call", &keys).0;
        assert_eq!(checked, happened, "{keys:?}");
        checked
    };
    for other in
        ["repo:acme/payment", "repo:acme/paymentsx", "repo:acme", "db:invoices", "x/db:pay-1"]
    {
        assert!(asked(other, "read"), "{other}");
    }
    for entry in ["repo:acme/payments", "db:pay-invoices"] {
        let below = ["/x", ".git", ":main", "#1", "@v2"].map(|it| format!("{entry}{it}"));
        let all = spellings(entry).into_iter().chain(below.clone()).chain([entry.to_owned()]);
        for name in all.chain(spellings(&below[1])) {
            assert!(!asked(&name, "read"), "{name:?}");
        }
    }
    for action in spellings("merge") {
        assert!(!asked("db:invoices", &action), "{action:?}");
    }
}

#[test]
fn a_control_that_is_not_waived_is_denied_in_any_spelling() {
    let ledger = Ledger::of(|text| {
        let controls = "deviates_from: {controls: ['nist-csf:PR.AA-05', 'acme:k.1']}";
        let line = "deviates_from: {rule: Every job has its own database user}";
        format!(
            "{}scope: {{not_waived: ['nist-csf:PR.AA-05', 'acme:k.1']}}\n",
            text.replace(line, controls)
        )
    });
    for control in ["nist-csf:PR.AA-05", "acme:k.1"] {
        for name in spellings(control).iter().map(String::as_str).chain([control]) {
            let (allowed, why) =
                ledger.asked(&question(&[("application", "billing"), ("control", name)]));
            assert!(!allowed, "{name:?}: {why}");
        }
    }
}

#[test]
fn a_grant_and_an_export_meet_what_is_not_waived_in_any_spelling() {
    let ledger = Ledger::of(|text| {
        format!("{text}scope: {{resources: ['**'], not_waived: [repo:acme/payments]}}\n")
    });
    let granted = |resource: &str| {
        let mut asked = question(&[("application", "billing"), ("resource", resource)]);
        asked.scanner_details.asker = Asker::Grant;
        ledger.asked(&asked).0
    };
    assert!(granted("repo:acme/other") && granted("repo:acme/other*") && granted("repo:other/*"));
    for wide in
        ["repo:acme/Pay*", "REPO:*", "repo:acme/payments.git*", "repo:acme/payment?", "*", "ALL"]
    {
        assert!(!granted(wide), "{wide}");
    }
    for name in spellings("repo:acme/payments") {
        assert!(!granted(&name), "{name:?}");
        assert!(not_waived::may_forbid_below("repo:acme/payments", &name), "{name:?}");
    }
    for (entry, resource, expected) in [
        ("repo:acme/payments", "Repo:Acme", true),
        ("repo:acme/payments", "repo:acme/*", true),
        ("repo:acme/pay*", "repo:acme/p?yments", true),
        ("repo:acme/pay*", "repo:acme/q*", false),
        ("repo:acme/payments", "repo:acmes", false),
        ("repo:acme/", "repo:acme/x", true),
    ] {
        assert_eq!(not_waived::may_forbid_below(entry, resource), expected, "{entry} {resource}");
    }
}

#[test]
fn whoever_is_responsible_for_an_asset_hears_of_it_in_any_spelling() {
    let governance = Governance::of_policy(
        "version: 1\nassets: [{match: ['svc:billing-*'], owner: ana@example.com, notify: [lee@example.com]}]\n",
    );
    let files = FileOwners::default();
    let router = Router { governance: &governance, files: &files };
    for name in spellings("svc:billing-batch") {
        let route =
            router.route(&RouteSubject { identity: Some(&name), ..RouteSubject::default() });
        assert_eq!(route.owner.unwrap().email, "ana@example.com", "{name:?}");
        assert_eq!(route.notify[0].email, "lee@example.com", "{name:?}");
    }
    let other = RouteSubject { identity: Some("svc:bill"), ..RouteSubject::default() };
    assert_eq!(router.route(&other).owner, None);
}

/// Tells whether a record refiles another one that ended before it.
fn is_refiled(earlier: &str, later: &str) -> bool {
    let peer = |id: &str, lines: &str, ends: &str| {
        let record = record(&format!("{lines}\nexpires: {ends}"));
        Peer::from_record(id, &record, Some(instant("2026-11-20T00:00:00Z")))
    };
    let mut earlier = peer("EXC-2026-AAAAA", earlier, "2026-11-22").unwrap();
    earlier.begin = Some(instant("2026-11-01T00:00:00Z"));
    let later = peer("EXC-2026-BBBBB", later, "2026-12-20").unwrap();
    let window = Governance::of_policy("version: 1\n").policy.recurrence.window;
    let governance = Governance::of_policy("version: 1\n");
    let others = [earlier];
    let index = PeerIndex::new(others.iter().map(|peer| (peer, ())), &governance);
    index.before(&later, instant(AT), window).len() == 1
}

#[test]
fn another_spelling_is_a_refiled_record() {
    let subject = |key: &str, name: &str| match key {
        "identity" => {
            format!(
                "subject: {{identity: {}, identity_type: workload, credential: 'vault:{}', task: t}}",
                quoted(name),
                name.len()
            )
        }
        "aliases" => {
            format!("subject: {{application: 'x-{}', aliases: [{}]}}", name.len(), quoted(name))
        }
        key => format!("subject: {{{key}: {}}}", quoted(name)),
    };
    for key in ["identity", "asset", "application", "aliases"] {
        for name in record_spellings("svc:mainframe") {
            assert!(
                is_refiled(&subject(key, "svc:mainframe"), &subject(key, &name)),
                "{key} {name:?}"
            );
        }
        assert!(!is_refiled(&subject(key, "svc:mainframe"), &subject(key, "svc:main")), "{key}");
    }
    let credential = |identity: &str, name: &str| {
        format!(
            "subject: {{identity: {identity}, identity_type: workload, credential: {}, task: t}}",
            quoted(name)
        )
    };
    let deviates = |kind: &str, text: &str| match kind {
        "rule" => format!("deviates_from: {{rule: {}}}", quoted(text)),
        _ => format!("deviates_from: {{controls: [{}]}}", quoted(text)),
    };
    for name in record_spellings("vault:main/api") {
        assert!(
            is_refiled(&credential("a", "vault:main/api"), &credential("b", &name)),
            "{name:?}"
        );
    }
    for rule in record_spellings("each main has an api key") {
        assert!(
            is_refiled(&deviates("rule", "each main has an api key"), &deviates("rule", &rule)),
            "{rule:?}"
        );
    }
    for control in ["ACME:K.1", "acme:\u{ff4b}.1", "Acme:k.1"] {
        assert!(
            is_refiled(&deviates("control", "acme:k.1"), &deviates("control", control)),
            "{control}"
        );
    }
}

#[test]
fn a_file_that_spells_a_name_otherwise_is_read() {
    let mut n_plain = 0;
    for name in spellings("svc:main api") {
        let text = format!("subject: {{application: '{name}'}}\n");
        assert!(NameSearch::of_bytes(text.as_bytes()).may_name("svc:main api"), "{name:?}");
        n_plain += usize::from(!NameSearch::of_bytes(text.as_bytes()).may_name("svc:backend"));
    }
    assert_eq!(n_plain, 2, "a file in ASCII without escapes is searched");
    for text in [
        "a: 'svc:main\n  api'\n",
        "a: \"sv\\x63:m\\x61in api\"\n",
        "a: o''briens svc:main\r\n  api\n",
    ] {
        assert!(NameSearch::of_bytes(text.as_bytes()).may_name("svc:main api"), "{text:?}");
    }
    assert!(NameSearch::of_bytes(b"a: 'O''Brien'\n").may_name("o'brien"));
}

#[test]
fn groups_of_repetition_are_the_same_in_any_spelling() {
    let governance = Governance::of_policy("version: 1\n");
    let keys = &governance.policy.patterns.key;
    let groups = |application: &str| {
        let record = record(&format!("subject: {{application: {}}}", quoted(application)));
        let groups = cause::groups(&record, keys, Findings::Count, &governance);
        groups.into_keys().collect::<Vec<_>>()
    };
    for name in record_spellings("mail api") {
        assert_eq!(groups(&name), groups("mail api"), "{name:?}");
    }
    assert_ne!(groups("mail-api"), groups("mail api"));
}

#[test]
fn a_deployment_is_denied_in_any_spelling_of_the_application() {
    let repo = with(|text| {
        let plan = "fix: {target: automation, plan: Replace the job with the event consumer}\n";
        format!(
            "{}{plan}",
            text.replace("application: billing", "application: x, aliases: [billing]")
        )
    });
    let states = record_states(&repo, AT);
    let index = Index::from_records(&states);
    let governance = policy();
    let denied = |name: &str, frozen: &[FrozenPattern]| {
        let asked =
            Question { deploy: true, application: Some(name.to_owned()), ..Question::default() };
        let among: Vec<&RecordState> =
            index.places(&asked).into_iter().map(|place| &states[place]).collect();
        let answer = deploy::answer(&asked, &among, frozen, (&governance, None), &NoFacts);
        answer.verdict.as_str() == "deny"
    };
    let frozen = [FrozenPattern::new("a cause".to_owned(), ["mail api"].into_iter())];
    for name in spellings("billing") {
        assert!(denied(&name, &[]), "{name:?}");
    }
    for name in spellings("mail api") {
        assert!(denied(&name, &frozen), "{name:?}");
    }
    assert!(!denied("invoicing", &frozen));
}

/// Tells whether one event is material under a baseline.
fn is_material(keys: &str, field: &str, value: &str) -> bool {
    let yaml = format!("version: 1\nbaselines: [{{id: B1, kind: token-use, {keys}}}]");
    let governance = Governance::of_policy(&yaml);
    assert!(governance.findings.is_empty(), "{:#?}", governance.findings);
    let data = json!({ "environment": "production", field: value });
    let fields = json!({"type": "vault.read", "source": "v", "id": "1", "time": AT, "data": data});
    let event = CloudEvent { at: instant(AT), source: "v".to_owned(), id: "1".to_owned(), fields };
    let mut last_events = LastEvents::new(EventMemory::Run, instant(AT));
    let judged =
        match_baselines(&TriageInput::Event(event), &governance.policy.baselines, &mut last_events);
    matches!(judged.matter, Matter::Material(_))
}

#[test]
fn a_baseline_finds_material_what_is_spelled_otherwise() {
    for outcome in spellings("invalid") {
        for word in ["invalid", "inval*", "in?alid"] {
            let keys = format!("material_if: {{data.outcome: ['{word}']}}");
            assert!(is_material(&keys, "outcome", &outcome), "{word} {outcome:?}");
        }
    }
    let others = ["material_if: {data.environment: ['**']}", "expect: {'svc:none': {}}"];
    for rest in others {
        let keys = format!("when: {{data.environment: [staging]}}, {rest}");
        for environment in spellings("staging") {
            assert!(is_material(&keys, "environment", &environment), "{environment:?}");
        }
        assert!(!is_material(&keys, "environment", "test"));
    }
    // What is expected, and what can only be routine, is so in its own spelling alone.
    for name in spellings("svc:main") {
        assert!(is_material("expect: {'svc:main': {}}", "identity", &name), "{name:?}");
    }
    assert!(!is_material("expect: {'svc:main': {}}", "identity", "svc:main"));
    let baselines = "{id: B1, kind: token-use, when: {data.environment: [staging]}}";
    let governance = Governance::of_policy(&format!("version: 1\nbaselines: [{baselines}]"));
    let mut last_events = LastEvents::new(EventMemory::Run, instant(AT));
    for (environment, n_baselines) in [("staging", 1), ("Staging", 0)] {
        let fields = json!({"type": "t", "source": "v", "data": {"environment": environment}});
        let event =
            CloudEvent { at: instant(AT), source: "v".to_owned(), id: "1".to_owned(), fields };
        let input = TriageInput::Event(event);
        let judged = match_baselines(&input, &governance.policy.baselines, &mut last_events);
        assert_eq!(judged.baselines.len(), n_baselines, "{environment}");
    }
}

#[test]
fn access_is_not_gone_while_a_line_spells_it_otherwise() {
    let granted = record(
        "subject: {identity: 'svc:main', identity_type: workload, credential: 'vault:a', task: t}",
    );
    let end = ForceEnd {
        at: instant("2026-11-21T00:00:00Z"),
        because: EndCause::Expired,
        granted: Rc::new(granted),
    };
    let repo = with(str::to_owned);
    let states = record_states(&repo, AT);
    let gone = |identity: &str, complete: &str| {
        let ends = [Some(end.clone())];
        let mut watch = AbsenceWatch::new(&[complete.to_owned()], &ends);
        watch.add(&AccessGrant { identity: Some(identity.to_owned()), ..AccessGrant::default() });
        watch.gone(&states, &ends, instant(AT)).unwrap().len()
    };
    assert_eq!(gone("svc:other", "svc:*"), 1);
    for name in spellings("svc:main") {
        assert_eq!(gone(&name, "svc:*"), 0, "{name:?}");
    }
    // That a list is complete is said in its own spelling.
    assert_eq!(gone("svc:other", "SVC:*"), 0);
}

#[test]
fn bots_agents_and_namesakes_are_known_in_any_spelling() {
    let governance = Governance::of_policy(
        "version: 1\npeople: {bots: [ci@example.com, 'Main Builder*'], agents: ['agent-*@example.com']}\n",
    );
    let person = |name: &str, email: &str| people::identify(&governance, name, email);
    for name in spellings("main builder api") {
        assert!(people::is_bot(&governance, &person(&name, "x@example.com")), "{name:?}");
    }
    for name in spellings("jenkins ci").iter().chain(&spellings("renovate")) {
        assert!(people::is_bot(&governance, &person(name, "x@example.com")), "{name:?}");
    }
    for email in ["CI@example.com", "\u{ff43}i@example.com", "c\u{200b}i@example.com"] {
        assert!(people::is_bot(&governance, &person("Ana", email)), "{email:?}");
    }
    for email in ["Agent-7@example.com", "\u{ff41}gent-7@example.com"] {
        assert!(people::is_agent(&governance, &person("Ana", email)), "{email:?}");
    }
    assert!(!people::is_bot(&governance, &person("Ana Ruiz", "ana@example.com")));
    for name in spellings("ana maria") {
        assert_eq!(people::alike::alike(&name), "ana rnaria", "{name:?}");
    }
    assert_eq!(people::alike::names("Ruiz\u{ff0c} \u{ff21}na"), ["ana ruiz"]);
}

#[test]
fn a_placeholder_is_one_in_any_spelling() {
    for word in ["tbd", "later", "n/a", "lorem ipsum dolor", "xxx"] {
        for text in spellings(word) {
            assert!(placeholder::holds_a_place(&text), "{text:?}");
        }
    }
    for text in ["T\u{200b}BD", "t\u{ad}bd.", "\u{200b}"] {
        assert!(placeholder::holds_a_place(text), "{text:?}");
    }
    assert!(!placeholder::holds_a_place("Later than the migration"));
    for text in ["TODO(import): give the application", "\u{ff34}odo\u{ff08}import)"] {
        assert!(placeholder::is_to_do(text), "{text:?}");
    }
    assert!(!placeholder::is_to_do("todo-list"));
}

#[test]
fn what_gives_is_given_to_the_same_bytes_alone() {
    let lines = "scope: {resources: ['db:main-?'], actions: [mail]}\n";
    let ledger = Ledger::of(|text| {
        let subject = "subject: {identity: 'svc:main', identity_type: workload, credential: 'vault:main', application: main, environment: main, task: t}";
        format!(
            "{}references: {{change: chg-main}}\n{lines}",
            text.replace("subject: {application: billing}", subject)
        )
    });
    let stated = [
        ("identity", "svc:main"),
        ("credential", "vault:main"),
        ("application", "main"),
        ("environment", "main"),
        ("resource", "db:main-1"),
        ("action", "mail"),
        ("reference", "chg-main"),
    ];
    let (allowed, why) = ledger.asked(&question(&stated));
    assert!(allowed, "{why}");
    for (place, (_, value)) in stated.iter().enumerate() {
        for name in spellings(value) {
            let mut asked = stated;
            asked[place].1 = &name;
            assert!(!ledger.asked(&question(&asked)).0, "{asked:?}");
        }
    }
}

#[test]
fn the_policy_names_an_application_in_its_own_spelling() {
    let governance = Governance::of_policy(
        "version: 1\ntiers: [{name: a, match: {application: [mail]}}, {name: b}]\n",
    );
    let warned =
        |name: &str| unnamed::doubt(name, &Default::default(), &governance.policy).is_some();
    assert!(!warned("mail"));
    for name in spellings("mail") {
        assert!(warned(&name), "{name:?}");
    }
}

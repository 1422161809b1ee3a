//! Random records and questions: flags, lines of `check --stdin` and events of `triage` get one answer, which an
//! independent reading of the records also gives.

use exledger::gate::answer::Question;
use exledger::gate::question;
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::cli;
use crate::support::gate::Ledger;
use crate::support::repo::Repo;
use crate::support::samples::LISTED;

const SUBJECTS: &[&str] = &["identity", "credential", "asset", "application"];
const KEYS: &[&str] = &[
    "identity",
    "credential",
    "asset",
    "application",
    "resource",
    "action",
    "environment",
    "control",
    "rule",
    "reference",
];
const RULES: &[&str] = &["Keys rotate every quarter", "Every job has its own user"];
const CHANGES: &[&str] = &["CHG-1234", "CHG-9"];

/// The values that records and questions draw from; the third is no record's.
fn values(key: &str) -> [String; 3] {
    match key {
        "control" => {
            ["nist-csf:PR.AA-05", "nist-csf:PR.DS-01", "nist-csf:GV.RM-01"].map(str::to_owned)
        }
        "rule" => [RULES[0], RULES[1], "Another rule"].map(str::to_owned),
        "reference" => [CHANGES[0], CHANGES[1], "CHG-77"].map(str::to_owned),
        key => ["one", "two", "three"].map(|value| format!("{key}:{value}")),
    }
}

/// A record: for each key, which of the values it states.
#[derive(Clone, Debug)]
struct RandomRecord {
    stated: Vec<Option<usize>>,
    is_window: bool,
    /// The scope lists a pattern that fits every value.
    is_wide: bool,
    /// The third identity is a former name.
    has_alias: bool,
    /// The first resource is excluded.
    excludes: bool,
}

impl RandomRecord {
    fn value(&self, key: &str) -> Option<String> {
        let place = KEYS.iter().position(|it| *it == key).unwrap();
        Some(values(key)[self.stated[place]?].clone())
    }

    fn text(&self, n: usize) -> String {
        let subjects: Vec<String> = SUBJECTS
            .iter()
            .chain(&["environment"])
            .filter_map(|key| Some(format!("{key}: '{}'", self.value(key)?)))
            .collect();
        let mut subject = subjects.join(", ");
        if self.value("identity").is_some() {
            subject += ", identity_type: service-account, task: nightly";
        }
        if self.has_alias {
            subject += ", aliases: ['identity:three']";
        }
        let mut deviates =
            format!("rule: {}", self.value("rule").unwrap_or("Nothing else".to_owned()));
        if let Some(control) = self.value("control") {
            deviates += &format!(", controls: ['{control}']");
        }
        if self.is_window {
            deviates += ", baseline: change-window";
        }
        let listed = |key: &str, value: String| {
            let pattern = if self.is_wide { format!("{key}:t*") } else { value };
            format!("{key}s: ['{pattern}']")
        };
        let mut scope: Vec<String> = ["resource", "action"]
            .into_iter()
            .filter_map(|key| Some(listed(key, self.value(key)?)))
            .collect();
        if self.excludes {
            scope.push("not_waived: ['resource:two']".to_owned());
        }
        let change = self.value("reference").map(|it| format!("references: {{change: {it}}}\n"));
        crate::decisions::record(
            &format!("EXC-2026-0000{n}"),
            &format!(
                "subject: {{{subject}}}\ndeviates_from: {{{deviates}}}\nscope: {{{}}}\n{}",
                scope.join(", "),
                change.unwrap_or_default(),
            ),
        )
    }

    /// Tells whether the record covers what is stated, read from the specification's table.
    fn covers(&self, asked: &[(&str, String)]) -> bool {
        let states = |key: &str| asked.iter().any(|(name, _)| *name == key);
        let matches = |(key, value): &(&str, String)| match (*key, self.value(key)) {
            ("identity" | "credential" | "asset" | "application", _)
                if self.has_alias && value == "identity:three" =>
            {
                let is_access =
                    ["identity", "credential"].iter().any(|it| self.value(it).is_some());
                is_access || !["identity", "credential"].contains(key)
            }
            ("resource" | "action", Some(_)) if self.is_wide => {
                value.starts_with(&format!("{key}:t"))
            }
            (_, stated) => stated.as_ref() == Some(value),
        };
        let is_excluded = self.excludes && asked.iter().any(|(_, value)| value == "resource:two");
        let acts = ["identity", "credential", "asset"];
        let needs_actor = acts.iter().any(|key| self.value(key).is_some());
        asked.iter().all(matches)
            && !is_excluded
            && ["resource", "action", "environment"]
                .iter()
                .all(|key| self.value(key).is_none() || states(key))
            && (!needs_actor || acts.iter().any(|key| states(key)))
            && (!self.is_window || self.value("reference").is_none() || states("reference"))
    }
}

fn record() -> impl Strategy<Value = RandomRecord> {
    let stated = KEYS.iter().map(|_| select(vec![None, Some(0), Some(1)])).collect::<Vec<_>>();
    (stated, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>())
        .prop_map(|(stated, is_window, is_wide, has_alias, excludes)| RandomRecord {
            stated,
            is_window,
            is_wide,
            has_alias,
            excludes,
        })
        // A record is about something.
        .prop_filter("no subject", |it| {
            SUBJECTS[..].iter().any(|key| *key != "credential" && it.value(key).is_some())
        })
}

/// What a question states: the key's place and the value's; mostly what a record states, so that some are allowed.
fn asked(records: &[RandomRecord]) -> impl Strategy<Value = Vec<(&'static str, String)>> + use<> {
    let of_record = select(records.to_vec()).prop_flat_map(|record| {
        let one = |key: &'static str| {
            let own = record.value(key);
            let more = select(values(key).to_vec()).prop_map(Some);
            let kept = Just(own.clone());
            proptest::prop_oneof![12 => kept, 2 => Just(None), 1 => more]
                .prop_map(move |value| value.map(|value| (key, value)))
        };
        KEYS.iter().map(|key| one(key)).collect::<Vec<_>>()
    });
    of_record.prop_map(|stated| stated.into_iter().flatten().collect())
}

fn is_subject(stated: &[(&str, String)]) -> bool {
    stated.iter().any(|(key, _)| SUBJECTS.contains(key) || *key == "reference")
}

fn object(stated: &[(&str, String)]) -> Map<String, Value> {
    stated.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect()
}

fn texts<'a>(stated: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    stated.iter().map(|(key, value)| (*key, value.as_str())).collect()
}

/// Returns the question that flags ask.
fn by_flags(stated: &[(&str, String)]) -> Question {
    let value = |key: &str| stated.iter().find(|(name, _)| *name == key).map(|(_, it)| it.clone());
    Question {
        identity: value("identity"),
        credential: value("credential"),
        asset: value("asset"),
        application: value("application"),
        resource: value("resource"),
        action: value("action"),
        environment: value("environment"),
        control: value("control"),
        rule: value("rule"),
        reference: value("reference"),
        ..Question::default()
    }
}

/// What a question states: keys and values.
type Stated = Vec<(&'static str, String)>;

/// Records, and questions about them.
fn cases() -> impl Strategy<Value = (Vec<RandomRecord>, Vec<Stated>)> {
    vec(record(), 1..4).prop_flat_map(|records| {
        let questions = vec(asked(&records), 60);
        (Just(records), questions)
    })
}

fn ledger(records: &[RandomRecord]) -> Repo {
    let repo = crate::support::approval::ledger(LISTED);
    for (n, record) in records.iter().enumerate() {
        repo.branch("file")
            .by("ana")
            .write(&format!("EXC-2026-0000{n}"), &record.text(n))
            .commit("File");
    }
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flags_lines_and_events_get_one_answer_that_the_table_gives((records, questions) in cases()) {
        let ledger = Ledger::of_repo(&ledger(&records));
        for stated in questions.iter().filter(|stated| is_subject(stated)) {
            let expected = records.iter().any(|record| record.covers(stated));
            let line = question::read(Value::Object(object(stated)).to_string().as_bytes());
            let line = line.question.unwrap().question;
            prop_assert_eq!(&by_flags(stated), &line);
            let (asked, reason) = ledger.asked(&line);
            prop_assert_eq!(asked, expected, "{:?}: {}", stated, reason);
            let (happened, why) = ledger.happened("tool.call", &texts(stated));
            prop_assert_eq!((happened, why), (asked, reason.replace("ask with --", "state data.")));
            // What is left out never gets more than the table says.
            for place in 0..stated.len() {
                let mut fewer = stated.clone();
                fewer.remove(place);
                if is_subject(&fewer) {
                    let expected = records.iter().any(|record| record.covers(&fewer));
                    prop_assert_eq!(ledger.asked(&by_flags(&fewer)).0, expected, "{:?}", fewer);
                }
            }
        }
    }
}

/// A record's lines, a question that states too little, what is missing as flags say it, and what makes it enough.
type Limit = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static [(&'static str, &'static str)],
);

const LIMITS: &[Limit] = &[
    (
        "subject: {application: a0}\nscope: {resources: ['db:invoices']}",
        &[("application", "a0")],
        "limited to resources db:invoices: ask with --resource",
        &[("resource", "db:invoices")],
    ),
    (
        "subject: {application: a1, environment: production}\nscope: {actions: [read]}",
        &[("application", "a1")],
        "limited to actions read: ask with --action; limited to environment production: ask with --environment",
        &[("action", "read"), ("environment", "production")],
    ),
    (
        "subject: {application: a2, identity: 'svc:a2', identity_type: service-account, task: nightly, credential: 'vault:a2'}",
        &[("application", "a2")],
        "limited to identity svc:a2: ask with --identity",
        &[("credential", "vault:a2")],
    ),
    (
        "subject: {asset: 'host:a3'}\nreferences: {ticket: BILL-3}",
        &[("reference", "BILL-3")],
        "limited to asset host:a3: ask with --asset",
        &[("asset", "host:a3")],
    ),
    (
        "subject: {application: a4}\ndeviates_from: {rule: Deployments on weekdays, baseline: change-window}\nreferences: {change: CHG-1234}",
        &[("application", "a4")],
        "limited to change CHG-1234: ask with --reference",
        &[("reference", "CHG-1234")],
    ),
    (
        "subject: {application: a5}\nscope: {resources: [a, b, c, d, e]}",
        &[("application", "a5"), ("rule", "every job has  its own database user")],
        "limited to resources a, b, c and 2 more: ask with --resource",
        &[("resource", "e")],
    ),
];

/// A policy under which each event is material.
const MATERIAL: &str =
    "baselines: [{id: B1, kind: tool-invocation, material_if: {type: [tool.call]}}]\n";

const NOW: &str = "2026-11-25T00:00:00Z";

/// Returns what each way of asking answers: flags, a line, an event.
fn answers(repo: &Repo, stated: &[(&str, &str)]) -> [(bool, String); 3] {
    let keys: Map<String, Value> =
        stated.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    let flags: Vec<String> = stated.iter().map(|(key, value)| format!("--{key}={value}")).collect();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let args = ["check", "--on", NOW, "--format", "json"];
    let by_flags = cli::run(repo.path(), &[&args[..], &flags].concat());
    let line = Value::Object(keys.clone()).to_string();
    let by_line = cli::run_fed(
        repo.path(),
        &["check", "--stdin", "--on", NOW, "--format", "json"],
        line.as_bytes(),
    );
    let [by_flags, by_line] = [by_flags, by_line].map(|run| {
        let receipt: Value =
            serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
        let is_allowed = receipt["verdict"] == "allow";
        assert_eq!(run.code, i32::from(!is_allowed), "{}{}", run.out, run.err);
        (is_allowed, receipt["reason"].as_str().unwrap().to_owned())
    });
    let event = json!({"specversion": "1.0", "type": "tool.call", "source": "urn:a", "id": "1", "time": NOW, "data": keys});
    let path = repo.path().join("event.jsonl");
    std::fs::write(&path, event.to_string()).unwrap();
    let run = cli::run(repo.path(), &["triage", "event.jsonl", "--on", NOW, "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let result = &answer["results"][0];
    let message = result["message"].as_str().unwrap();
    let message = message.split_once(" (baseline B1); ").map_or(message, |(_, message)| message);
    [by_flags, by_line, (result["state"] == "covered", message.to_owned())]
}

#[test]
fn each_missing_limit_is_named_by_flags_lines_and_events() {
    let repo = crate::support::approval::ledger(&format!("{LISTED}{MATERIAL}"));
    let id = |n: usize| format!("EXC-2026-0000{n}");
    for (n, (lines, ..)) in LIMITS.iter().enumerate() {
        let text = crate::decisions::record(&id(n), lines);
        repo.branch("file").by("ana").write(&id(n), &text).commit("File");
    }
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo.checkout();
    for (n, (_, stated, missing, more)) in LIMITS.iter().enumerate() {
        let [by_flags, by_line, by_event] = answers(&repo, stated);
        assert_eq!(by_flags, (false, format!("{}: {missing}", id(n))));
        assert_eq!(by_line, by_flags);
        assert_eq!(
            by_event,
            (false, format!("{}: {missing}", id(n)).replace("ask with --", "state data."))
        );
        let enough = [*stated, *more].concat();
        for (is_allowed, why) in answers(&repo, &enough) {
            assert!(is_allowed, "{enough:?}: {why}");
        }
    }
    // A change window holds with its change only.
    for (is_allowed, why) in answers(&repo, &[("application", "a4"), ("reference", "CHG-9")]) {
        assert_eq!((is_allowed, why.as_str()), (false, "EXC-2026-00004: its change is CHG-1234"));
    }
}

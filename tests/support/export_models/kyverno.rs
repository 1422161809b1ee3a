//! Kyverno: pkg/engine/utils/exceptions.go with ext/wildcard for rules, pkg/cel/engine for policies in CEL.

use exledger::record::time::Instant;
use regex::Regex;
use serde::Deserialize as _;
use serde_json::Value;

use super::{AskedFinding, WrittenFiles};

/// The kinds whose pods a rule about pods is derived for.
const CONTROLLERS: &[&str] =
    &["DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// An object of the cluster.
struct ClusterObject<'a> {
    namespace: &'a str,
    kind: &'a str,
    name: &'a str,
}

pub(crate) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, now: Instant) -> bool {
    let Some(object) = asked.resource.as_deref().and_then(object) else {
        return false;
    };
    if asked.tool != "kyverno" {
        return false;
    }
    let parts: Vec<&str> = asked.id.split('/').collect();
    let text = std::str::from_utf8(&files[0].1).unwrap();
    let documents = serde_yaml::Deserializer::from_str(text);
    let documents = documents.map(|it| Value::deserialize(it).unwrap());
    documents.filter(|it| !it.is_null()).any(|exception| match parts.as_slice() {
        ["ClusterPolicy", policy, rule] => {
            exception["apiVersion"] == "kyverno.io/v2"
                && of_rule(&exception, policy, rule, &object, now)
        }
        [kind, policy] if *kind != "ClusterPolicy" => {
            exception["apiVersion"] == "policies.kyverno.io/v1"
                && of_cel(&exception, kind, policy, &object, now)
        }
        _ => false,
    })
}

/// Returns what a locator names; only a whole one names an object.
fn object(locator: &str) -> Option<ClusterObject<'_>> {
    let parts: Vec<&str> = locator.strip_prefix("k8s:")?.split('/').collect();
    match parts.as_slice() {
        [namespace, kind, name] => Some(ClusterObject { namespace, kind, name }),
        _ => None,
    }
}

/// `ext/wildcard`: `*` any run, `?` one character.
fn wildcard(pattern: &str, text: &str) -> bool {
    let expression: String = pattern
        .chars()
        .map(|it| match it {
            '*' => "(?s:.*)".to_owned(),
            '?' => "(?s:.)".to_owned(),
            it => regex::escape(&it.to_string()),
        })
        .collect();
    Regex::new(&format!("^{expression}$")).unwrap().is_match(text)
}

fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .map(|items| items.iter().map(|it| it.as_str().unwrap()).collect())
        .unwrap_or_default()
}

fn of_rule(
    exception: &Value,
    policy: &str,
    rule: &str,
    object: &ClusterObject<'_>,
    now: Instant,
) -> bool {
    let mut rules = vec![rule.to_owned()];
    if CONTROLLERS.contains(&object.kind) {
        rules.push(format!("autogen-{rule}"));
    }
    if object.kind == "CronJob" {
        rules.push(format!("autogen-cronjob-{rule}"));
    }
    let spec = &exception["spec"];
    let is_named = spec["exceptions"].as_array().unwrap().iter().any(|it| {
        let has = |rule: &String| texts(&it["ruleNames"]).iter().any(|name| wildcard(name, rule));
        wildcard(it["policyName"].as_str().unwrap(), policy) && rules.iter().any(has)
    });
    let is_matched = spec["match"]["any"].as_array().unwrap().iter().any(|it| {
        let part = |key: &str, text: &str| {
            let wanted = texts(&it["resources"][key]);
            wanted.is_empty() || wanted.iter().any(|pattern| wildcard(pattern, text))
        };
        part("kinds", object.kind)
            && part("namespaces", object.namespace)
            && part("names", object.name)
    });
    let holds = |it: &Value| {
        let key = it["key"].as_str().unwrap();
        let end = key.strip_prefix("{{ time_before(time_now_utc(), '").unwrap();
        let end = Instant::parse(end.strip_suffix("') }}").unwrap()).unwrap();
        assert_eq!((&it["operator"], &it["value"]), (&Value::from("Equals"), &Value::from(true)));
        now < end
    };
    is_named && is_matched && spec["conditions"]["all"].as_array().unwrap().iter().all(holds)
}

fn of_cel(
    exception: &Value,
    kind: &str,
    policy: &str,
    object: &ClusterObject<'_>,
    now: Instant,
) -> bool {
    let spec = &exception["spec"];
    let references = spec["policyRefs"].as_array().unwrap();
    let is_named = references.iter().any(|it| it["kind"] == kind && it["name"] == policy);
    let until = spec["expiresAt"].as_str().map(|it| Instant::parse(it).unwrap());
    let conditions = spec["matchConditions"].as_array().cloned().unwrap_or_default();
    let holds = |it: &Value| {
        let mut reader = CelReader { rest: it["expression"].as_str().unwrap(), object };
        let holds = reader.any();
        assert_eq!(reader.rest, "", "the whole expression is read");
        holds
    };
    is_named && until.is_none_or(|until| now <= until) && conditions.iter().all(holds)
}

/// Reads the part of CEL that we write, and evaluates it on the way.
struct CelReader<'a, 'o> {
    rest: &'a str,
    object: &'a ClusterObject<'o>,
}

impl CelReader<'_, '_> {
    fn takes(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn any(&mut self) -> bool {
        let mut holds = self.all();
        while self.takes(" || ") {
            holds |= self.all();
        }
        holds
    }

    fn all(&mut self) -> bool {
        let mut holds = self.one();
        while self.takes(" && ") {
            holds &= self.one();
        }
        holds
    }

    fn one(&mut self) -> bool {
        if self.takes("(") {
            let holds = self.any();
            assert!(self.takes(")"), "{}", self.rest);
            return holds;
        }
        if self.takes("true") {
            return true;
        }
        let is_not = self.takes("!");
        if self.takes("has(object.metadata.namespace)") {
            return is_not == self.object.namespace.is_empty();
        }
        let fields = [
            ("object.metadata.namespace", self.object.namespace),
            ("object.metadata.name", self.object.name),
            ("object.kind", self.object.kind),
        ];
        let found = fields.into_iter().find(|(name, _)| self.rest.starts_with(name));
        let (name, value) = found.unwrap_or_else(|| panic!("{}", self.rest));
        assert!(self.takes(name) && !is_not);
        if self.takes(".matches(") {
            let expression = self.literal();
            assert!(self.takes(")"));
            return Regex::new(&expression).unwrap().is_match(value);
        }
        assert!(self.takes(" == "), "{}", self.rest);
        self.literal() == value
    }

    fn literal(&mut self) -> String {
        assert!(self.takes("'"), "{}", self.rest);
        let mut out = String::new();
        loop {
            let character = self.rest.chars().next().unwrap();
            self.rest = &self.rest[character.len_utf8()..];
            match character {
                '\'' => return out,
                '\\' => {
                    let next = self.rest.chars().next().unwrap();
                    assert!(matches!(next, '\'' | '\\'), "{next}");
                    self.rest = &self.rest[next.len_utf8()..];
                    out.push(next);
                }
                _ => out.push(character),
            }
        }
    }
}

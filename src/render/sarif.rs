//! `sarif`: findings for code scanning, SARIF 2.1.0.
//!
//! Pure. Start at [`FORMAT`]. Follows `docs/spec/interop.md` 3, row 2, and its notes on targets: a finding without a line
//! gets line 1; in the fingerprint, a missing field or id is an empty text.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::Digest;

use crate::diag;
use crate::diag::code::Code;
use crate::render::format::{Offered, OutputFormat, OutputStyle, Render};
use crate::view::doc;

/// One run, with the descriptions of its rules.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "sarif",
    offered: Offered::ForFindings,
    reads: doc::FormatNeeds::Blocks,
    summary: "SARIF 2.1.0, for code scanning",
    render: Render::Whole(render),
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = "https://exledger.dev";

/// Returns the fingerprint that identifies the same finding in another run: the SHA-256 of rule, path, id and field,
/// joined by NUL, in hexadecimal; of rule and identity if it has one. Lines are not part of it, so an edit above only moves
/// the finding.
pub(super) fn fingerprint(shown: &doc::ShownFinding) -> String {
    let finding = &shown.finding;
    let id = finding.id.as_deref().unwrap_or("");
    let field = finding.field.as_deref().unwrap_or("");
    let text = match &shown.identity {
        Some(identity) => [finding.rule.as_str(), identity].join("\0"),
        None => [finding.rule.as_str(), &finding.path, id, field].join("\0"),
    };
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn render(doc: &doc::Doc, _style: &OutputStyle) -> Vec<u8> {
    let findings: Vec<&doc::ShownFinding> =
        doc.scanned_findings().flat_map(|finding| &finding.shown).collect();
    let rules = list_rules(doc, &findings);
    let index: BTreeMap<Code, usize> = rules.keys().copied().zip(0..).collect();
    let results = findings.iter().map(|finding| result(finding, index.get(&finding.finding.rule)));
    let mut invocation = json!({ "executionSuccessful": true });
    if let (Some(instant), Some(map)) = (doc.ledger("instant"), invocation.as_object_mut()) {
        map.insert("endTimeUtc".to_owned(), instant.into());
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "exledger",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": HOME,
                "rules": rules.values().collect::<Vec<_>>(),
            }},
            "automationDetails": { "id": format!("exledger/{}/", doc.command()) },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "SRCROOT": { "description": { "text": "The repository root" } } },
            "invocations": [invocation],
            "results": results.collect::<Vec<_>>(),
            "properties": { "exledger": {
                "commit": doc.ledger("commit"),
                "instant": doc.ledger("instant"),
            }},
        }],
    });
    super::json::escaped(&format!("{log:#}\n")).into_owned().into_bytes()
}

fn list_rules(doc: &doc::Doc, findings: &[&doc::ShownFinding]) -> BTreeMap<Code, Value> {
    let known: BTreeMap<Code, &doc::RuleSummary> = doc
        .scanned_findings()
        .flat_map(|finding| &finding.rules)
        .map(|(code, about)| (*code, about))
        .collect();
    let mut rules = BTreeMap::new();
    for finding in findings.iter().map(|shown| &shown.finding) {
        rules
            .entry(finding.rule)
            .or_insert_with(|| rule(finding, known.get(&finding.rule).copied()));
    }
    rules
}

fn rule(finding: &diag::Finding, about: Option<&doc::RuleSummary>) -> Value {
    let code = finding.rule;
    let words = code.as_str().replace('-', " ");
    let (level, summary, why) = match about {
        Some(it) => (it.level, it.summary.as_str(), it.why.as_str()),
        None => (finding.level, words.as_str(), words.as_str()),
    };
    // GitHub ranks alerts by this number: from 7.0 they are high, from 4.0 medium.
    let severity = match level {
        diag::Level::Error => "7.0",
        diag::Level::Warning => "4.0",
        diag::Level::Note => "1.0",
    };
    json!({
        "id": code,
        "name": code.as_str().split('-').map(capital).collect::<String>(),
        "shortDescription": { "text": summary },
        "fullDescription": { "text": why },
        "help": { "text": code.ends_by().as_str() },
        "helpUri": format!("{HOME}/rules/{code}"),
        "defaultConfiguration": { "level": level.as_str() },
        "properties": {
            "tags": ["security", "exception"],
            "precision": "very-high",
            "security-severity": severity,
        },
    })
}

fn result(shown: &doc::ShownFinding, index: Option<&usize>) -> Value {
    let finding = &shown.finding;
    let mut region = json!({ "startLine": finding.pos.map_or(1, |pos| pos.line) });
    if let (Some(pos), Some(map)) = (finding.pos, region.as_object_mut()) {
        map.insert("startColumn".to_owned(), pos.column.into());
    }
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&finding.path), "uriBaseId": "SRCROOT" },
        "region": region,
    }});
    if let (Some(id), Some(map)) = (&finding.id, location.as_object_mut()) {
        let name = json!([{ "fullyQualifiedName": id, "kind": "resource" }]);
        map.insert("logicalLocations".to_owned(), name);
    }
    let locations = if finding.path.is_empty() { vec![] } else { vec![location] };
    json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.level.as_str(),
        "message": { "text": finding.message },
        "locations": locations,
        "partialFingerprints": { "exledger/v1": fingerprint(shown) },
        "properties": { "field": finding.field, "help": finding.remedy.words(), "remedy": finding.remedy },
    })
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|char| char.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// Returns a path as a relative URI: characters that RFC 3986 does not allow in a path segment become `%XX`.
fn uri(path: &str) -> String {
    diag::percent_encoded(path, b"/-._~@+=,")
}

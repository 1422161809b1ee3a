//! A code-scanning alert of GitHub, read by the conventions for a result of SARIF, from which GitHub made it.
//!
//! Pure. Start at [`finding`]. Follows `docs/spec/interop.md`, 6b.

use serde_json::{Value, json};

use crate::formats::object::Object;
use crate::formats::sarif::package::PackageClues;
use crate::formats::sarif::rule::SarifRule;
use crate::formats::sarif::{head, package, result, uri, weakness};
use crate::record::tool_ids;
use crate::record::vocabulary::Risk;
use crate::survey::event::{FindingFile, FindingPlace, ScannerFinding};

/// What an alert says about its result.
#[derive(Clone, Copy, Debug)]
pub struct AlertedResult<'a> {
    /// The tool, under its own name.
    pub tool: &'a str,
    /// The id of the rule.
    pub rule_id: &'a str,
    /// The alert's `rule`.
    pub rule: &'a Value,
    /// The message of the newest instance.
    pub message: &'a str,
    /// The path of the newest instance; `None` if it can't be told.
    pub path: Option<&'a str>,
    /// The line of the newest instance, from 1.
    pub line: Option<u64>,
    /// The commit of the newest instance.
    pub commit: Option<&'a str>,
}

/// Returns the finding that an alert is about.
pub fn finding(alerted: &AlertedResult<'_>) -> ScannerFinding {
    let tool = tool_ids::tool(alerted.tool).into_owned();
    let stated = json!({
        "id": alerted.rule_id,
        "name": alerted.rule.get("name"),
        "help": {"text": alerted.rule.get("help")},
        "properties": {"tags": alerted.rule.get("tags")},
    });
    let rule: Option<Object<SarifRule>> = serde_json::from_value(stated).ok();
    let rule = rule.as_deref();
    let file = alerted.path.map_or(FindingFile::Unknown, file);
    let places = vec![FindingPlace {
        file,
        line: alerted.line,
        commit: alerted.commit.map(str::to_owned),
        ..FindingPlace::default()
    }];
    let package = package::from_names(PackageClues {
        tool: &tool,
        id: alerted.rule_id,
        message: alerted.message,
        rule,
        places: &places,
        logical: &[],
        fingerprint: None,
    });
    let name = package.named.as_ref().map(|named| named.name.as_str());
    let level = alerted.rule.get("severity").and_then(Value::as_str).unwrap_or("warning");
    ScannerFinding {
        also: rule
            .and_then(|rule| head::trivy_kind(&tool, rule))
            .filter(|kind| *kind != tool.as_str()),
        id: result::id(&tool, alerted.rule_id, None, name),
        level: level.to_owned(),
        kind: "fail".to_owned(),
        severity: alerted
            .rule
            .get("security_severity_level")
            .and_then(Value::as_str)
            .or(Some(level))
            .and_then(severity),
        purl: package.purl,
        package: package.named,
        weaknesses: weakness::all(rule, &[], &[]),
        places,
        tool,
        ..ScannerFinding::default()
    }
}

/// Returns the file that an alert names by its path, which is not percent-encoded.
pub fn file(path: &str) -> FindingFile {
    if path.starts_with('/') {
        FindingFile::Elsewhere(path.to_owned())
    } else {
        uri::relative(path)
    }
}

/// Returns the severity that GitHub names, or that of a level.
pub fn severity(name: &str) -> Option<Risk> {
    match name {
        "critical" => Some(Risk::Critical),
        "high" | "error" => Some(Risk::High),
        "medium" | "warning" => Some(Risk::Moderate),
        "low" | "note" | "none" => Some(Risk::Low),
        _ => None,
    }
}

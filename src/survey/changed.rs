//! What a report says about a finding that a record names otherwise: another version, or a higher severity.
//!
//! Pure. Start at [`changed`]. Follows `docs/spec/record.md`, triggers.

use crate::gate::package::{AskedPackage, SamePackage};
use crate::record::purl::Purl;
use crate::record::scalar::Scalar as _;
use crate::record::subject::FindingKey;
use crate::record::version::Range;
use crate::record::{Record, pattern, tool_ids};
use crate::survey::event::{FindingFile, ScannerFinding};

/// Returns what is no longer as the record states it: the package's version, or the severity.
pub fn changed(record: &Record, finding: &ScannerFinding) -> Option<String> {
    let matches_finding = |key: &&FindingKey| {
        let tool = key.tool.as_ref();
        let id = key.id.as_ref();
        let is_inside = |paths: &Vec<String>| {
            finding.places.iter().all(|place| match &place.file {
                FindingFile::Inside(path) => paths.iter().any(|it| pattern::matches(it, path)),
                _ => false,
            })
        };
        let reported_tool = finding.also.unwrap_or(&finding.tool);
        let mut reported = std::iter::once(&finding.id).chain(&finding.former_ids);
        tool.is_none_or(|tool| tool_ids::is_tool_of(tool, reported_tool, &finding.id))
            && match id {
                Some(id) => reported.any(|it| tool_ids::is_named(&finding.tool, id, it)),
                // Without an id, the key is about whatever is found in its package.
                None => is_of_package(key, finding),
            }
            && key.paths.as_ref().is_none_or(is_inside)
    };
    record.findings().filter(matches_finding).find_map(|key| {
        let finding_key = finding.key();
        let version = finding_version(key, finding);
        if let Some((is, was)) = version {
            return Some(format!("{finding_key} is now in version {is}; the record names {was}"));
        }
        let (ceiling, severity) = (key.severity?, finding.severity?);
        (severity > ceiling).then(|| {
            let (is, was) = (severity.as_str(), ceiling.as_str());
            format!("{finding_key} now has severity {is}; the record names {was}")
        })
    })
}

fn is_of_package(key: &FindingKey, finding: &ScannerFinding) -> bool {
    let package = AskedPackage::from_names(finding.purl.as_deref(), finding.package.as_ref());
    let named = key.purl.as_deref().and_then(Purl::parse);
    named.is_some_and(|named| package.compared(&named) != SamePackage::No)
}

/// Returns the found and the stated version, if they differ for the same package.
fn finding_version(key: &FindingKey, finding: &ScannerFinding) -> Option<(String, String)> {
    let package = AskedPackage::from_names(finding.purl.as_deref(), finding.package.as_ref());
    let purl = key.purl.as_deref().and_then(Purl::parse);
    let named = purl.as_ref();
    let found = package.version(named)?.to_owned();
    if key.purl.is_some() && named.is_none_or(|named| package.compared(named) == SamePackage::No) {
        return None;
    }
    let was = named.and_then(|named| named.version.as_ref());
    if let Some(was) = was.filter(|was| **was != found) {
        return Some((found, was.clone()));
    }
    let range = key.versions.as_ref()?;
    let is_in = Range::parse(range).is_ok_and(|range| range.contains(&found, package.kind(named)));
    if is_in { None } else { Some((found, range.clone())) }
}

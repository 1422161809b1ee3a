//! One result: what it is, where, how bad, and in which package, by the habits of the tools.
//!
//! Uses record's words, survey's inputs. Pure. Start at [`read`]. Follows `docs/spec/interop.md`, 6, and SARIF 2.1.0, 3.27.

use std::ops::Deref;

use serde::Deserialize;

use crate::gate::Package;
use crate::interop::object::Object;
use crate::interop::sarif::head::{Head, Rule};
use crate::interop::sarif::lenient::Lenient;
use crate::interop::sarif::uri::{self, Named};
use crate::record::word::Risk;
use crate::survey::triage::{Finding, Place};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Raw<'t> {
    rule_id: Option<String>,
    rule_index: Option<i64>,
    rule: Option<Object<Reference>>,
    level: Option<String>,
    kind: Option<String>,
    #[serde(borrow)]
    message: Option<Object<Message<'t>>>,
    #[serde(borrow)]
    locations: Option<Vec<Object<PhysicalOrNot<'t>>>>,
    #[serde(borrow)]
    partial_fingerprints: Option<Object<Prints<'t>>>,
    #[serde(borrow)]
    properties: Option<Object<Properties<'t>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Reference {
    id: Option<String>,
    index: Option<i64>,
    tool_component: Option<Object<Component>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Component {
    index: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message<'t> {
    #[serde(borrow)]
    text: Lenient<'t>,
    #[serde(borrow)]
    markdown: Lenient<'t>,
}

/// The one fingerprint that decides.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Prints<'t> {
    #[serde(rename = "cargo-deny/advisory-id", borrow)]
    advisory: Lenient<'t>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PhysicalOrNot<'t> {
    #[serde(borrow)]
    physical_location: Option<Object<Physical<'t>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Physical<'t> {
    #[serde(borrow)]
    artifact_location: Option<Object<Location<'t>>>,
    region: Option<Object<Region>>,
}

/// A file, by address or number.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Location<'t> {
    #[serde(borrow)]
    uri: Lenient<'t>,
    #[serde(borrow)]
    uri_base_id: Lenient<'t>,
    index: Option<i64>,
}

impl Location<'_> {
    fn named(&self) -> Named<'_> {
        Named {
            uri: self.uri.text(),
            base: self.uri_base_id.text(),
            index: self.index,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Region {
    start_line: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Properties<'t> {
    #[serde(borrow)]
    purl: Lenient<'t>,
    #[serde(borrow)]
    security_severity: Lenient<'t>,
}

/// Reads a result of a run.
///
/// # Errors
/// Why it can't be read, in words.
pub(super) fn read(bytes: &[u8], head: &Head, roots: &[String]) -> Result<Finding, String> {
    let Object(result): Object<Raw> = serde_json::from_slice(bytes)
        .map_err(|error| format!("the result can't be read: {error}"))?;
    let rule = rule(&result, head);
    let named = result.rule_id.as_deref();
    let named = named.or(result.rule.as_ref().and_then(|rule| rule.id.as_deref()));
    let named = named.or(rule.and_then(|rule| rule.id.text()));
    let message = result.message.as_deref();
    let text = message
        .and_then(|message| message.text.text())
        .unwrap_or_default();
    let package = package(&head.tool, text);
    let level = level(&result, rule);
    Ok(Finding {
        also: also(&head.tool, rule),
        id: id(
            &head.tool,
            named.unwrap_or_default(),
            &result,
            package.as_ref(),
        ),
        severity: severity(&result, rule, &level),
        level,
        kind: result.kind.clone().unwrap_or_else(|| "fail".to_owned()),
        places: places(&result, head, roots),
        purl: properties(&result, |of| &of.purl).map(str::to_owned),
        weaknesses: weaknesses(rule),
        fixed: fixed(&head.tool, text, message, rule),
        tool: head.tool.clone(),
        package,
        at: None,
    })
}

/// Returns the rule of a result: by its place, unless that is another rule's, else by its id.
fn rule<'h>(result: &Raw<'_>, head: &'h Head) -> Option<&'h Rule> {
    let reference = result.rule.as_ref();
    let place = |index: i64| usize::try_from(index).ok();
    let index = result
        .rule_index
        .or(reference.and_then(|rule| rule.index))
        .and_then(place);
    let component = match reference.and_then(|rule| rule.tool_component.as_ref()) {
        // A component without place is the driver, or one that its name alone tells.
        Some(component) => component.index.and_then(place).map(|nth| nth + 1),
        None => Some(0),
    };
    let by_place = || head.rules.get(component?)?.get(index?);
    let id = result
        .rule_id
        .as_ref()
        .or(reference.and_then(|rule| rule.id.as_ref()));
    let is_its = |rule: &&Object<Rule>| match (id, rule.id.text()) {
        // The id of a result may say more than that of its rule: `CA1000/1`.
        (Some(id), Some(of_rule)) => {
            let rest = id.strip_prefix(of_rule);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
        _ => true,
    };
    let by_id = || {
        let (component, place) = head.by_id.get(id?)?;
        head.rules.get(*component)?.get(*place)
    };
    by_place().filter(is_its).or_else(by_id).map(Deref::deref)
}

/// Returns the id by which records know the finding.
fn id(tool: &str, named: &str, result: &Raw<'_>, package: Option<&Package>) -> String {
    let id = match tool {
        // One rule for every advisory.
        "cargo-deny" => result
            .partial_fingerprints
            .as_ref()
            .and_then(|prints| prints.advisory.text()),
        "zizmor" => named.strip_prefix("zizmor/"),
        "grype" => package.and_then(|package| named.strip_suffix(&format!("-{}", package.name))),
        _ => None,
    };
    id.unwrap_or(named).to_owned()
}

/// Returns the further name that records have for a kind of finding.
fn also(tool: &str, rule: Option<&Rule>) -> Option<&'static str> {
    let kind = rule.filter(|_| tool == "trivy")?.name.text()?;
    match kind {
        "Misconfiguration" => Some("trivy-misconfig"),
        "Secret" => Some("trivy-secret"),
        "License" => Some("trivy-license"),
        _ => None,
    }
}

fn level(result: &Raw<'_>, rule: Option<&Rule>) -> String {
    let by_rule = || rule?.default_configuration.as_ref()?.level.text();
    let level = result.level.as_deref().or_else(by_rule);
    level.unwrap_or("warning").to_owned()
}

fn severity(result: &Raw<'_>, rule: Option<&Rule>, level: &str) -> Option<Risk> {
    let by_rule = || rule?.properties.as_ref()?.security_severity.text();
    let stated = properties(result, |of| &of.security_severity).or_else(by_rule);
    let score: Option<f64> = stated.and_then(|text| text.trim().parse().ok());
    Some(match (score.filter(|score| score.is_finite()), level) {
        (Some(9.0..), _) => Risk::Critical,
        (Some(7.0..), _) => Risk::High,
        (Some(4.0..), _) => Risk::Moderate,
        (Some(_), _) => Risk::Low,
        (None, "error") => Risk::High,
        (None, "warning") => Risk::Moderate,
        (None, "note" | "none") => Risk::Low,
        (None, _) => return None,
    })
}

fn properties<'r>(
    result: &'r Raw<'_>,
    of: for<'p, 't> fn(&'p Properties<'t>) -> &'p Lenient<'t>,
) -> Option<&'r str> {
    of(result.properties.as_ref()?).text()
}

fn places(result: &Raw<'_>, head: &Head, roots: &[String]) -> Vec<Place> {
    let physical = result.locations.iter().flatten();
    let physical = physical.filter_map(|location| location.physical_location.as_ref());
    let place = |physical: &Object<Physical<'_>>| {
        let location = physical.artifact_location.as_ref()?;
        Some(Place {
            file: uri::file(location.named(), &head.bases, &head.artifacts, roots)?,
            line: physical
                .region
                .as_ref()
                .and_then(|region| u64::try_from(region.start_line?).ok()),
        })
    };
    physical.filter_map(place).collect()
}

/// Returns the package that a message names, by the habits of the tool.
fn package(tool: &str, message: &str) -> Option<Package> {
    let of = |name: &str, version: Option<&str>| {
        let name = name.trim();
        (!name.is_empty()).then(|| Package {
            name: name.to_owned(),
            version: version
                .map(|it| it.trim().to_owned())
                .filter(|it| !it.is_empty()),
        })
    };
    match tool {
        "trivy" => {
            let name = line(message, "Package: ")?;
            of(name, line(message, "Installed Version: "))
        }
        // A low vulnerability in rpm package: package-1, version 1.1.1 was found in image …
        "grype" => {
            let (_, rest) = message.split_once(" package: ")?;
            let (name, rest) = rest.split_once(", version ")?;
            let (version, _) = rest.split_once(" was found in ")?;
            of(name, Some(version))
        }
        // Package 'lodash@4.17.20' is vulnerable to 'CVE-2021-23337' …
        "osv-scanner" => {
            let (_, rest) = message.split_once("Package '")?;
            let (named, _) = rest.split_once("' is vulnerable")?;
            match named.rsplit_once('@') {
                Some((name, version)) if !name.is_empty() => of(name, Some(version)),
                _ => of(named, None),
            }
        }
        _ => None,
    }
}

/// Returns the rest of the first line that begins so.
fn line<'m>(message: &'m str, begin: &str) -> Option<&'m str> {
    message.lines().find_map(|line| line.strip_prefix(begin))
}

/// Returns the version that corrects a finding.
fn fixed(
    tool: &str,
    text: &str,
    message: Option<&Message<'_>>,
    rule: Option<&Rule>,
) -> Option<String> {
    let of_rule = || rule?.help.as_ref()?.text.text();
    let found = match tool {
        "trivy" => line(text, "Fixed Version: "),
        "grype" => line(of_rule()?, "Fix Version: "),
        "cargo-deny" => {
            let (_, patched) = message?.markdown.text()?.split_once("## Patched")?;
            let mut items = patched.lines().take_while(|line| !line.starts_with('#'));
            items.find_map(|line| line.trim().strip_prefix("- "))
        }
        _ => None,
    };
    let found = found.map(|it| it.trim().trim_matches('`'));
    found.filter(|it| !it.is_empty()).map(str::to_owned)
}

/// Returns the weaknesses that a rule's tags name, in the form of records.
fn weaknesses(rule: Option<&Rule>) -> Vec<String> {
    let tags = rule.and_then(|rule| rule.properties.as_ref());
    let tags = tags.into_iter().flat_map(|properties| &properties.tags.0);
    let mut found: Vec<String> = tags.filter_map(|tag| weakness(tag)).collect();
    found.sort();
    found.dedup();
    found
}

/// Returns the weakness that a tag names: `external/cwe/cwe-078`, `CWE-78: OS command injection`.
fn weakness(tag: &str) -> Option<String> {
    let tag = tag.to_ascii_lowercase();
    let tag = tag.strip_prefix("external/cwe/").unwrap_or(&tag);
    let rest = tag.strip_prefix("cwe-")?;
    let end = rest
        .find(|it: char| !it.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, rest) = rest.split_at_checked(end)?;
    let number: u32 = number.parse().ok()?;
    (rest.is_empty() || rest.starts_with([':', ' '])).then(|| format!("CWE-{number}"))
}

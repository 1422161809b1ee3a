//! Reads one result: its id, locations, severity and package, by the conventions of each tool.
//!
//! Uses record's vocabulary, survey's inputs. Pure. Start at `read`. Follows `docs/spec/interop.md`, 6, and SARIF
//! 2.1.0, 3.27.

use crate::formats::sarif::lenient::{Lenient, LenientTexts, without_place};
use crate::formats::sarif::location::NamedLocation;
use std::ops::Deref;

use serde::Deserialize;

use crate::formats::object::Object;
use crate::formats::sarif::head::RunHead;
use crate::formats::sarif::package::PackageClues;
use crate::formats::sarif::rule::SarifRule;
use crate::formats::sarif::uri::Places;
use crate::formats::sarif::{head, package, rule, weakness};
use crate::record::tool_ids::{self, ToolClass};
use crate::record::vocabulary::Risk;
use crate::survey::event::{FindingFile, FindingPlace, ScannerFinding};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawResult<'t> {
    rule_id: Option<String>,
    rule_index: Option<i64>,
    rule: Option<Object<RuleReference>>,
    level: Option<String>,
    kind: Option<String>,
    #[serde(borrow)]
    baseline_state: Lenient<'t>,
    taxa: Option<Vec<Object<rule::ComponentReference>>>,
    #[serde(borrow)]
    message: Option<Object<ResultMessage<'t>>>,
    #[serde(borrow)]
    locations: Option<Vec<Object<PhysicalOrNot<'t>>>>,
    #[serde(borrow)]
    partial_fingerprints: Option<Object<Prints<'t>>>,
    #[serde(borrow)]
    properties: Option<Object<ResultProperties<'t>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RuleReference {
    id: Option<String>,
    index: Option<i64>,
    tool_component: Option<Object<ResultComponent>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResultComponent {
    index: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResultMessage<'t> {
    #[serde(borrow)]
    text: Lenient<'t>,
    #[serde(borrow)]
    markdown: Lenient<'t>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Prints<'t> {
    #[serde(rename = "cargo-deny/advisory-id", borrow)]
    advisory: Lenient<'t>,
    #[serde(rename = "cargo-audit/advisory-fingerprint", borrow)]
    audit: Lenient<'t>,
    #[serde(rename = "cargo-deny/krate", borrow)]
    krate: Lenient<'t>,
    #[serde(rename = "commitSha", borrow)]
    commit: Lenient<'t>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PhysicalOrNot<'t> {
    #[serde(borrow)]
    physical_location: Option<Object<Physical<'t>>>,
    #[serde(borrow)]
    logical_locations: Option<Vec<Object<ProgramPart<'t>>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ProgramPart<'t> {
    #[serde(borrow)]
    fully_qualified_name: Lenient<'t>,
}

impl PhysicalOrNot<'_> {
    /// Tells whether it names parts of a program or image, and no file.
    fn is_logical(&self) -> bool {
        let parts = self.logical_locations.as_ref();
        self.physical_location.is_none() && parts.is_some_and(|parts| !parts.is_empty())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Physical<'t> {
    #[serde(borrow)]
    artifact_location: Option<Object<Location<'t>>>,
    #[serde(borrow)]
    region: Option<Object<Region<'t>>>,
}

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
    fn named(&self) -> NamedLocation<'_> {
        NamedLocation { uri: &self.uri, base: self.uri_base_id.text(), index: self.index }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Region<'t> {
    start_line: Option<i64>,
    end_line: Option<i64>,
    #[serde(borrow)]
    snippet: Option<Object<Snippet<'t>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Snippet<'t> {
    #[serde(borrow)]
    text: Lenient<'t>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct ResultProperties<'t> {
    #[serde(borrow)]
    purl: Lenient<'t>,
    #[serde(borrow)]
    security_severity: Lenient<'t>,
    cwe: LenientTexts,
}

pub(super) fn read(
    bytes: &[u8],
    head: &RunHead,
    places: &Places<'_>,
) -> Result<ScannerFinding, String> {
    let Object(result): Object<RawResult> = serde_json::from_slice(bytes)
        .map_err(|error| format!("the result can't be read: {}", without_place(&error)))?;
    let rule = find_rule(&result, head);
    let named = result
        .rule_id
        .as_deref()
        .or(result.rule.as_ref().and_then(|rule| rule.id.as_deref()))
        .or(rule.and_then(|rule| rule.id.text()))
        .unwrap_or_default();
    let message = result.message.as_deref();
    let text = message.and_then(|message| message.text.text()).unwrap_or_default();
    let mut places = crate::formats::sarif::result::places(&result, places)?;
    // Checkov states the line below a secret as its last one.
    if head.tool == "checkov" && tool_ids::class("checkov", named) == ToolClass::Secret {
        places.iter_mut().for_each(|place| place.last_line = place.line);
    }
    let parts =
        result.locations.iter().flatten().flat_map(|location| location.logical_locations.iter());
    let logical: Vec<&str> =
        parts.flatten().filter_map(|part| part.fully_qualified_name.text()).collect();
    let package = package::from_names(PackageClues {
        tool: &head.tool,
        id: named,
        message: text,
        rule,
        places: &places,
        logical: &logical,
        fingerprint: result
            .partial_fingerprints
            .as_ref()
            .and_then(|prints| prints.audit.text().or(prints.krate.text())),
    });
    let name = package.named.as_ref().map(|named| named.name.as_str());
    let level = read_level(&result, rule);
    let own_cwe = result.properties.as_ref().map(|properties| properties.cwe.0.as_slice());
    Ok(ScannerFinding {
        also: rule
            .and_then(|rule| head::trivy_kind(&head.tool, rule))
            .filter(|kind| *kind != head.tool),
        id: id(&head.tool, named, advisory(&result), name),
        former_ids: rule.map(|rule| rule.other_ids(&head.tool)).unwrap_or_default(),
        severity: severity(&result, rule, &level),
        level,
        kind: result.kind.clone().unwrap_or_else(|| "fail".to_owned()),
        is_absent: result.baseline_state.text() == Some("absent"),
        purl: result
            .properties
            .as_ref()
            .and_then(|own| own.purl.text())
            .map(str::to_owned)
            .or(package.purl),
        weaknesses: weakness::all(
            rule,
            result.taxa.as_deref().unwrap_or_default(),
            own_cwe.unwrap_or_default(),
        ),
        fixed: fixed(&head.tool, text, message, rule),
        tool: head.tool.clone(),
        package: package.named,
        places,
        at: None,
    })
}

/// Returns the rule of a result: by index, unless that is another rule's, else by id.
fn find_rule<'h>(result: &RawResult<'_>, head: &'h RunHead) -> Option<&'h SarifRule> {
    let reference = result.rule.as_ref();
    let place = |index: i64| usize::try_from(index).ok();
    let index = result.rule_index.or(reference.and_then(|rule| rule.index)).and_then(place);
    let component = match reference.and_then(|rule| rule.tool_component.as_ref()) {
        // A component without index is the driver, or one identified by name only.
        Some(component) => component.index.and_then(place).map(|nth| nth + 1),
        None => Some(0),
    };
    let by_place = || head.rules.get(component?)?.get(index?);
    let id = result.rule_id.as_ref().or(reference.and_then(|rule| rule.id.as_ref()));
    let is_its = |rule: &&Object<SarifRule>| match (id, rule.id.text()) {
        // The id of a result may extend that of its rule: `CA1000/1`.
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

fn advisory<'r>(result: &'r RawResult<'_>) -> Option<&'r str> {
    result.partial_fingerprints.as_ref().and_then(|prints| prints.advisory.text())
}

pub(super) fn id(tool: &str, named: &str, advisory: Option<&str>, package: Option<&str>) -> String {
    let id = match tool {
        // It uses one rule for all advisories.
        "cargo-deny" => advisory,
        "grype" => package.and_then(|package| named.strip_suffix(package)?.strip_suffix('-')),
        _ => None,
    };
    id.unwrap_or(named).to_owned()
}

fn read_level(result: &RawResult<'_>, rule: Option<&SarifRule>) -> String {
    let by_rule = || rule?.default_configuration.as_ref()?.level.text();
    let level = result.level.as_deref().or_else(by_rule);
    level.unwrap_or("warning").to_owned()
}

fn severity(result: &RawResult<'_>, rule: Option<&SarifRule>, level: &str) -> Option<Risk> {
    let by_rule = rule.and_then(|rule| Some(&rule.properties.as_ref()?.security_severity.0));
    let own = result.properties.as_ref().map(|own| &own.security_severity);
    let is_stated = |stated: &&Lenient<'_>| {
        stated.text().map_or(**stated != Lenient::Absent, |text| !text.trim().is_empty())
    };
    let stated = own.filter(is_stated).or_else(|| by_rule.filter(is_stated));
    // The level, which may be lower, doesn't replace a score that can't be read.
    let score = match stated {
        None => None,
        Some(stated) => Some(read_score(stated)?),
    };
    Some(match (score, level) {
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

fn read_score(stated: &Lenient<'_>) -> Option<f64> {
    let score: f64 = stated.written()?.trim().parse().ok()?;
    (0.0..=10.0).contains(&score).then_some(score)
}

/// Returns the locations of a result, ignoring those that name no file.
fn places(result: &RawResult<'_>, places: &Places<'_>) -> Result<Vec<FindingPlace>, String> {
    let locations = result.locations.iter().flatten().filter(|location| !location.is_logical());
    let prints = result.partial_fingerprints.as_ref();
    // Gitleaks states an empty one for a file of the work tree.
    let commit = prints.and_then(|prints| prints.commit.text()).filter(|commit| !commit.is_empty());
    let place = |location: &Object<PhysicalOrNot<'_>>| {
        let physical = location.physical_location.as_ref();
        let named = physical.and_then(|physical| physical.artifact_location.as_ref());
        let region = physical.and_then(|physical| physical.region.as_ref());
        Ok(FindingPlace {
            file: named
                .map_or(Ok(FindingFile::Unknown), |named| places.file(named.named(), commit))?,
            line: region.and_then(|region| u64::try_from(region.start_line?).ok()),
            last_line: region.and_then(|region| u64::try_from(region.end_line?).ok()),
            snippet: region
                .and_then(|region| region.snippet.as_ref()?.text.text())
                .map(str::to_owned),
            commit: commit.map(str::to_owned),
        })
    };
    locations.map(place).collect()
}

fn fixed(
    tool: &str,
    text: &str,
    message: Option<&ResultMessage<'_>>,
    rule: Option<&SarifRule>,
) -> Option<String> {
    let found = match tool {
        "trivy" => package::line(text, "Fixed Version: "),
        "grype" => package::line(rule?.help()?, "Fix Version: "),
        "cargo-deny" => {
            let (_, patched) = message?.markdown.text()?.split_once("## Patched")?;
            let mut items = patched.lines().take_while(|line| !line.starts_with('#'));
            items.find_map(|line| line.trim().strip_prefix("- "))
        }
        _ => None,
    };
    let found = found.map(|text| text.trim().trim_matches('`'));
    found.filter(|text| !text.is_empty()).map(str::to_owned)
}

//! Reads the metadata of a run: the tool with its rules, base ids, artifacts, and whether it succeeded.
//!
//! Pure. Start at [`RunHead::take`]. Follows SARIF 2.1.0, 3.14, 3.19, 3.24 and 3.49.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::formats::object::Object;
use crate::formats::sarif::lenient::{OwnedText, without_place};
use crate::formats::sarif::location::NamedLocation;
use crate::formats::sarif::rule::SarifRule;
use crate::record::{json, tool_ids};

#[derive(Clone, Debug, Default)]
pub(super) struct RunHead {
    /// The tool, under the name used in records.
    pub(super) tool: String,
    /// The rules of the driver, then those of each extension, in order.
    pub(super) rules: Vec<Vec<Object<SarifRule>>>,
    /// The positions of rules by id: the component, and the index there.
    pub(super) by_id: BTreeMap<String, (usize, usize)>,
    pub(super) bases: BTreeMap<String, Object<DeclaredArtifact>>,
    pub(super) artifacts: Vec<Object<DeclaredArtifact>>,
    pub(super) working: Vec<Option<Object<DeclaredArtifact>>>,
    pub(super) has_failed: bool,
    taken: BTreeSet<String>,
    wrong: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct DeclaredArtifact {
    uri: OwnedText,
    uri_base_id: OwnedText,
}

impl DeclaredArtifact {
    pub(super) fn named(&self) -> NamedLocation<'_> {
        NamedLocation { uri: &self.uri.0, base: self.uri_base_id.text(), index: None }
    }
}

#[derive(Deserialize)]
struct Tool {
    driver: Object<Driver>,
    #[serde(default)]
    extensions: Option<Vec<Object<ToolExtension>>>,
}

#[derive(Deserialize)]
struct ToolExtension {
    #[serde(default)]
    rules: Option<Vec<Object<SarifRule>>>,
}

/// Where a run keeps parts too large for it; only the presence of results matters.
#[derive(Deserialize)]
struct ExternalResults {
    #[serde(default)]
    results: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize)]
struct Driver {
    name: String,
    #[serde(default)]
    rules: Option<Vec<Object<SarifRule>>>,
}

#[derive(Deserialize)]
struct Artifact {
    #[serde(default)]
    location: Option<Object<DeclaredArtifact>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    #[serde(default)]
    execution_successful: Option<bool>,
    #[serde(default)]
    working_directory: Option<Object<DeclaredArtifact>>,
}

impl RunHead {
    pub(super) fn take(&mut self, key: &str, bytes: &[u8]) {
        if !self.taken.insert(key.to_owned()) {
            return self.fail(format!("`{key}` appears twice"));
        }
        let taken = match key {
            "tool" => read(bytes).map(|Object(tool)| self.tool(tool)),
            "originalUriBaseIds" => json::value(bytes)
                .and_then(serde_json::from_value)
                .map(|bases: Option<BTreeMap<_, _>>| self.bases = bases.unwrap_or_default())
                .map_err(|error| without_place(&error)),
            "artifacts" => read(bytes).map(|artifacts: Option<Vec<Object<Artifact>>>| {
                let locations = artifacts.into_iter().flatten();
                let locations =
                    locations.map(|Object(artifact)| artifact.location.unwrap_or_default());
                self.artifacts = locations.collect();
            }),
            "externalPropertyFileReferences" => {
                read(bytes).and_then(|elsewhere: Option<Object<ExternalResults>>| {
                    let results = elsewhere.and_then(|Object(it)| it.results);
                    if results.is_some_and(|files| !files.is_empty()) {
                        Err("the results are in another file".to_owned())
                    } else {
                        Ok(())
                    }
                })
            }
            _ => read(bytes).map(|invocations: Option<Vec<Object<Invocation>>>| {
                for Object(invocation) in invocations.into_iter().flatten() {
                    if invocation.execution_successful == Some(false) {
                        self.has_failed = true;
                    }
                    self.working.push(invocation.working_directory);
                }
            }),
        };
        if let Err(why) = taken {
            self.fail(format!("`{key}`: {why}"));
        }
    }

    pub(super) fn kinds(&self) -> BTreeSet<&'static str> {
        let rules = self.rules.iter().flatten();
        let kinds = rules.filter_map(|rule| trivy_kind(&self.tool, rule));
        kinds.collect()
    }

    pub(super) fn is_wrong(&self) -> bool {
        self.wrong.is_some()
    }

    pub(super) fn fail(&mut self, why: String) {
        self.wrong.get_or_insert(why);
    }

    /// Returns an error if results can't be read: without its tool, a result has no key.
    pub(super) fn seal(&mut self) -> Result<(), String> {
        match self.wrong.take() {
            Some(why) => Err(why),
            None if !self.taken.contains("tool") => Err("the run names no tool".to_owned()),
            None => Ok(()),
        }
    }

    fn tool(&mut self, tool: Tool) {
        let Object(driver) = tool.driver;
        self.tool = tool_ids::tool(&driver.name).into_owned();
        let extensions =
            tool.extensions.into_iter().flatten().map(|Object(extension)| extension.rules);
        let rules = std::iter::once(driver.rules).chain(extensions);
        self.rules = rules.map(Option::unwrap_or_default).collect();
        for (component, rules) in self.rules.iter().enumerate() {
            for (place, rule) in rules.iter().enumerate() {
                if let Some(id) = rule.id.text() {
                    let known = self.by_id.entry(id.to_owned());
                    known.or_insert((component, place));
                }
            }
        }
    }
}

fn read<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| without_place(&error))
}

/// Returns the name that records use for a kind of trivy's findings; `None` if the rule has no
/// kind, or is another tool's.
pub(super) fn trivy_kind(tool: &str, rule: &SarifRule) -> Option<&'static str> {
    match rule.name.text().filter(|_| tool == "trivy")? {
        "OsPackageVulnerability" | "LanguageSpecificPackageVulnerability" => Some("trivy"),
        "Misconfiguration" => Some("trivy-misconfig"),
        "Secret" => Some("trivy-secret"),
        "License" => Some("trivy-license"),
        _ => None,
    }
}

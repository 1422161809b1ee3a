//! A rule of a tool, as far as it describes its results.
//!
//! Pure. Start at [`SarifRule`]. Follows SARIF 2.1.0, 3.49 to 3.53.

use serde::Deserialize;

use crate::formats::object::Object;
use crate::formats::sarif::lenient::{LenientTexts, OwnedText};

/// The maximum number of former ids of a rule that are used; further ones match nothing.
const MOST_FORMER: usize = 100;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SarifRule {
    pub(super) id: OwnedText,
    pub(super) name: OwnedText,
    deprecated_ids: LenientTexts,
    pub(super) default_configuration: Option<Box<Object<Configuration>>>,
    pub(super) help: Option<Box<Object<Help>>>,
    pub(super) relationships: Option<Vec<Object<Relationship>>>,
    pub(super) properties: Option<Box<Object<RuleProperties>>>,
}

impl SarifRule {
    /// Returns the former and alternative ids of the rule. Ruff names a rule by code and by name.
    pub(super) fn other_ids(&self, tool: &str) -> Vec<String> {
        let former = self.deprecated_ids.0.iter().take(MOST_FORMER).map(String::as_str);
        let own = self.properties.as_ref().and_then(|own| own.name.text());
        former.chain(own.filter(|_| tool == "ruff")).map(str::to_owned).collect()
    }

    pub(super) fn help(&self) -> Option<&str> {
        self.help.as_ref()?.text.text()
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration {
    pub(super) level: OwnedText,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Help {
    text: OwnedText,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Relationship {
    pub(super) target: Option<Object<ComponentReference>>,
    pub(super) kinds: LenientTexts,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ComponentReference {
    pub(super) id: OwnedText,
    tool_component: Option<Object<RuleComponent>>,
}

impl ComponentReference {
    pub(super) fn component(&self) -> Option<&str> {
        self.tool_component.as_ref()?.name.text()
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct RuleComponent {
    name: OwnedText,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct RuleProperties {
    pub(super) security_severity: OwnedText,
    pub(super) tags: LenientTexts,
    pub(super) cwe: LenientTexts,
    pub(super) purls: LenientTexts,
    name: OwnedText,
}

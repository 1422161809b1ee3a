//! A rule of a tool, as far as it tells about its results.
//!
//! Uses nothing of the line. Pure. Start at [`Rule`]. Follows SARIF 2.1.0, 3.49 to 3.53.

use serde::Deserialize;

use crate::interop::object::Object;
use crate::interop::sarif::lenient::{Texts, Words};

/// The most former ids of a rule that count; what stands behind them is met by nothing.
const MOST_FORMER: usize = 100;

/// A rule.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Rule {
    pub(super) id: Words,
    pub(super) name: Words,
    deprecated_ids: Texts,
    pub(super) default_configuration: Option<Box<Object<Configuration>>>,
    pub(super) help: Option<Box<Object<Help>>>,
    pub(super) relationships: Option<Vec<Object<Relationship>>>,
    pub(super) properties: Option<Box<Object<Properties>>>,
}

impl Rule {
    /// Returns the ids that the rule had before, or has elsewhere.
    pub(super) fn former_ids(&self) -> &[String] {
        let all = self.deprecated_ids.0.as_slice();
        all.get(..MOST_FORMER).unwrap_or(all)
    }

    /// Returns the help in plain text.
    pub(super) fn help(&self) -> Option<&str> {
        self.help.as_ref()?.text.text()
    }
}

/// How bad a rule is by default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration {
    pub(super) level: Words,
}

/// The help of a rule.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Help {
    text: Words,
}

/// How a rule stands to another, as to a weakness of a taxonomy.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Relationship {
    pub(super) target: Option<Object<Reference>>,
    pub(super) kinds: Texts,
}

/// A rule or weakness of some component, by its id.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Reference {
    pub(super) id: Words,
    tool_component: Option<Object<Component>>,
}

impl Reference {
    /// Returns the name of the component.
    pub(super) fn component(&self) -> Option<&str> {
        self.tool_component.as_ref()?.name.text()
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Component {
    name: Words,
}

/// What tools say of their rules besides the standard.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct Properties {
    pub(super) security_severity: Words,
    pub(super) tags: Texts,
    pub(super) cwe: Texts,
    pub(super) purls: Texts,
}

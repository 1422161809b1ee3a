//! How each tool decides about a finding, from the bytes that `export` wrote: one file per target, written after the
//! tool's own source. Start at [`MODELS`]. `export_property` compares them with `check`.

mod azure;
mod conforma;
mod kubescape;
mod kyverno;
mod opa;
mod prowler;

use exledger::record::time::Instant;

/// A finding, as a tool has it before it reads its ignore file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AskedFinding {
    /// The tool's name in finding keys.
    pub tool: String,
    pub id: String,
    /// The package, with its version.
    pub purl: Option<String>,
    /// The file, from the root of the repository.
    pub path: Option<String>,
    /// The locator of a policy engine.
    pub resource: Option<String>,
}

/// The files that were written, by path; the only file of a target has an empty path.
pub(crate) type WrittenFiles = [(String, Vec<u8>)];

/// How a tool decides.
pub(crate) struct ToolModel {
    /// The target whose files it reads.
    pub target: &'static str,
    /// Whether the files suppress a finding at an instant.
    pub suppresses: fn(&WrittenFiles, &AskedFinding, Instant) -> bool,
}

/// All models. A target without one has no evaluation of its own (or is checked in another way).
pub(crate) const MODELS: &[ToolModel] = &[
    ToolModel { target: "azure", suppresses: azure::suppresses },
    ToolModel { target: "conforma", suppresses: conforma::suppresses },
    ToolModel { target: "kubescape", suppresses: kubescape::suppresses },
    ToolModel { target: "kyverno", suppresses: kyverno::suppresses },
    ToolModel { target: "opa", suppresses: opa::suppresses },
    ToolModel { target: "prowler", suppresses: prowler::suppresses },
];

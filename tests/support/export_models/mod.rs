//! How each tool decides about a finding, from the bytes that `export` wrote: one file per target, written after the
//! tool's own source. Start at [`MODELS`]. `export_property` compares them with `check`.

mod azure;
mod cargo_deny;
mod dependency_check;
pub(crate) mod globs;
mod grype;
mod kyverno;
mod opa;
mod osv_scanner;
mod prowler;
mod snyk;
mod trivy;

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

/// All models. A target without one suppresses nothing by itself, or is checked in another way.
pub(crate) const MODELS: &[ToolModel] = &[
    ToolModel { target: "azure", suppresses: azure::suppresses },
    ToolModel { target: "cargo-deny", suppresses: cargo_deny::suppresses },
    ToolModel { target: "dependency-check", suppresses: dependency_check::suppresses },
    ToolModel { target: "grype", suppresses: grype::suppresses },
    ToolModel { target: "kyverno", suppresses: kyverno::suppresses },
    ToolModel { target: "opa", suppresses: opa::suppresses },
    ToolModel { target: "osv-scanner", suppresses: osv_scanner::suppresses },
    ToolModel { target: "prowler", suppresses: prowler::suppresses },
    ToolModel { target: "snyk", suppresses: snyk::suppresses },
    ToolModel { target: "trivy", suppresses: trivy::suppresses },
];

/// Returns the text of the only file.
pub(crate) fn only(files: &WrittenFiles) -> &str {
    let [(_, bytes)] = files else { panic!("{} files", files.len()) };
    std::str::from_utf8(bytes).unwrap()
}

/// A package URL in its parts, read independently of the library: `pkg:type/namespace/name@version`.
pub(crate) struct AskedPurl {
    pub kind: String,
    pub namespace: String,
    pub name: String,
    pub version: String,
}

/// Returns the parts of a canonical package URL.
pub(crate) fn purl(text: &str) -> AskedPurl {
    let rest = text.strip_prefix("pkg:").unwrap().split(['?', '#']).next().unwrap();
    let (kind, rest) = rest.split_once('/').unwrap();
    let (path, version) = rest.rsplit_once('@').unwrap_or((rest, ""));
    let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
    let plain = |text: &str| text.replace("%40", "@").replace("%3A", ":");
    AskedPurl {
        kind: kind.to_owned(),
        namespace: plain(namespace),
        name: plain(name),
        version: plain(version),
    }
}

//! Determines the package that a result is about, from the conventions of each tool.
//!
//! Pure. Start at [`from_names`]. Follows `docs/spec/interop.md`, 6, packages. A rule's information counts only if it
//! agrees with the result's message: tools use one rule for all results with the same id, even for other versions, or
//! packages of the same name elsewhere.

use crate::formats::package_types;
use crate::formats::sarif::rule::SarifRule;
use crate::gate::package::{Ecosystem, Package};
use crate::record::purl::{self, Purl};
use crate::survey::event::FindingPlace;

#[derive(Clone, Debug, Default)]
pub(super) struct SarifPackage {
    pub(super) purl: Option<String>,
    pub(super) named: Option<Package>,
}

#[derive(Clone, Copy)]
pub(super) struct PackageClues<'r> {
    pub(super) tool: &'r str,
    pub(super) id: &'r str,
    pub(super) message: &'r str,
    pub(super) rule: Option<&'r SarifRule>,
    pub(super) places: &'r [FindingPlace],
    pub(super) logical: &'r [&'r str],
    /// The fingerprint that names the package: `ID:NAME:VERSION` of cargo-audit, `NAME@VERSION` of cargo-deny.
    pub(super) fingerprint: Option<&'r str>,
}

pub(super) fn from_names(clues: PackageClues<'_>) -> SarifPackage {
    let PackageClues { tool, message, rule, places, .. } = clues;
    let named = |name: &str, version: Option<&str>, ecosystem| SarifPackage {
        purl: None,
        named: package(name, version, ecosystem),
    };
    let found = match tool {
        "trivy" => line(message, "Package: ").map(|name| {
            let version = line(message, "Installed Version: ");
            named(name, version, trivy(rule, places))
        }),
        // Package 'lodash@4.17.20' is vulnerable to 'CVE-2021-23337' …
        "osv-scanner" => osv_scanner(message)
            .map(|(name, version)| named(name, version, by_file(places, Ecosystem::Language))),
        "grype" => grype(message, rule),
        "snyk" => only(clues.logical).and_then(|name| name.rsplit_once('@')).map(|(name, at)| {
            let kind = package_types::of_snyk(clues.id).map_or(Ecosystem::Unknown, Ecosystem::Of);
            named(name, Some(at), kind)
        }),
        "cargo-deny" => clues
            .fingerprint
            .and_then(|fingerprint| fingerprint.rsplit_once('@'))
            .map(|(name, version)| named(name, Some(version), Ecosystem::Of("cargo"))),
        "cargo-audit" => clues.fingerprint.and_then(|fingerprint| {
            let (name, version) =
                fingerprint.strip_prefix(clues.id)?.strip_prefix(':')?.split_once(':')?;
            Some(named(name, Some(version), Ecosystem::Of("cargo")))
        }),
        "dependency-check" => only(clues.logical)
            .filter(|name| Purl::parse(name).is_some())
            .map(|purl| SarifPackage { purl: Some(purl.to_owned()), named: None }),
        _ => None,
    };
    found.unwrap_or_default()
}

/// Returns the name that all logical locations have.
fn only<'n>(names: &[&'n str]) -> Option<&'n str> {
    let (first, others) = names.split_first()?;
    others.iter().all(|other| other == first).then_some(*first)
}

fn package(name: &str, version: Option<&str>, ecosystem: Ecosystem) -> Option<Package> {
    let (name, version) = (name.trim(), version.map(str::trim));
    (!name.is_empty()).then(|| Package {
        name: name.to_owned(),
        version: version.filter(|version| !version.is_empty()).map(str::to_owned),
        ecosystem,
    })
}

pub(super) fn line<'m>(message: &'m str, begin: &str) -> Option<&'m str> {
    message.lines().find_map(|line| line.strip_prefix(begin))
}

/// Returns what is known of the type of a package found by trivy.
/// All results of a vulnerability share a rule, which has the name of the last one, so a lock file is more reliable.
fn trivy(rule: Option<&SarifRule>, places: &[FindingPlace]) -> Ecosystem {
    match rule.and_then(|rule| rule.name.text()) {
        Some("OsPackageVulnerability") => by_file(places, Ecosystem::System),
        Some("LanguageSpecificPackageVulnerability") => by_file(places, Ecosystem::Language),
        _ => Ecosystem::Unknown,
    }
}

fn osv_scanner(message: &str) -> Option<(&str, Option<&str>)> {
    let (_, rest) = message.split_once("Package '")?;
    let (named, _) = rest.split_once("' is vulnerable")?;
    Some(match named.rsplit_once('@') {
        Some((name, version)) if !name.is_empty() => (name, Some(version)),
        _ => (named, None),
    })
}

/// The types of package files, by name; `*` stands for any text.
const FILES: &[(&str, &[&str])] = &[
    ("npm", &["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"]),
    ("cargo", &["Cargo.lock"]),
    ("golang", &["go.mod", "go.sum"]),
    ("gem", &["Gemfile.lock"]),
    ("pypi", &["requirements*.txt", "poetry.lock", "Pipfile.lock", "uv.lock", "pdm.lock"]),
    ("maven", &["pom.xml", "gradle.lockfile", "*.jar"]),
    ("nuget", &["packages.lock.json", "*.deps.json"]),
    ("composer", &["composer.lock"]),
    ("hex", &["mix.lock"]),
    ("pub", &["pubspec.lock"]),
    // The files that list an operating system's installed packages.
    ("apk", &["lib/apk/db/installed"]),
    ("deb", &["var/lib/dpkg/status", "var/lib/dpkg/status.d/*"]),
];

/// Returns the package type of the files at all locations; if they disagree, `otherwise`.
fn by_file(places: &[FindingPlace], otherwise: Ecosystem) -> Ecosystem {
    let mut kinds = places.iter().map(|place| file_kind(place.file.text()));
    let first = kinds.next().flatten();
    match first {
        Some(kind) if kinds.all(|other| other == Some(kind)) => Ecosystem::Of(kind),
        _ => otherwise,
    }
}

fn file_kind(path: &str) -> Option<&'static str> {
    let is_file = |pattern: &&str| {
        let name = match pattern.matches('/').count() {
            0 => path.rsplit('/').next().unwrap_or(path),
            parts => {
                let mut slashes = path.rmatch_indices('/');
                let from = slashes.nth(parts).map_or(0, |(at, _)| at + 1);
                path.get(from..).unwrap_or_default()
            }
        };
        match pattern.split_once('*') {
            Some((begin, end)) => {
                let rest = name.strip_prefix(begin);
                rest.is_some_and(|rest| rest.ends_with(end))
            }
            None => name == *pattern,
        }
    };
    let mut kinds = FILES.iter();
    let kind = kinds.find(|(_, patterns)| patterns.iter().any(is_file));
    kind.map(|(kind, _)| *kind)
}

#[derive(Clone, Copy, Debug)]
struct Described<'m> {
    kind: Option<&'m str>,
    name: &'m str,
    version: Option<&'m str>,
}

impl Described<'_> {
    fn ecosystem(&self) -> Ecosystem {
        let known = self.kind.and_then(package_types::of_grype);
        known.map_or(Ecosystem::Unknown, Ecosystem::Of)
    }

    fn agrees(&self, other: &Described<'_>) -> bool {
        self.name == other.name
            && self.version == other.version
            && (self.kind.is_none() || other.kind.is_none() || self.kind == other.kind)
    }
}

fn grype(message: &str, rule: Option<&SarifRule>) -> Option<SarifPackage> {
    let help = rule.and_then(SarifRule::help).and_then(in_help);
    let described_in_message = in_message(message).or_else(|| in_path_message(message));
    let mut described = described_in_message.or(help)?;
    if let Some(help) = help.filter(|help| described.agrees(help)) {
        described.kind = described.kind.or(help.kind);
    }
    let purls = rule.and_then(|rule| rule.properties.as_ref());
    let purl = match purls.map(|properties| properties.purls.0.as_slice()) {
        Some([purl]) => Purl::parse(purl).filter(|purl| is_of(purl, &described)),
        _ => None,
    };
    Some(SarifPackage {
        purl: purl.map(|purl| purl.at(described.version)),
        named: package(described.name, described.version, described.ecosystem()),
    })
}

/// Tells whether a package URL of the rule matches the result by type and name, or also by version
/// if the type is unknown.
fn is_of(purl: &Purl, described: &Described<'_>) -> bool {
    let version = described.version.map(|version| purl::version(&purl.kind, version));
    purl.is_named(described.name)
        && match described.ecosystem() {
            Ecosystem::Of(kind) => kind == purl.kind,
            _ => purl.version.as_deref() == version,
        }
}

/// Reads `A low vulnerability in rpm package: package-1, version 1.1.1 was found …`, whatever follows.
fn in_message(message: &str) -> Option<Described<'_>> {
    let (before, rest) = message.split_once(" package: ")?;
    let (name, rest) = rest.split_once(", version ")?;
    let (version, _) = rest.split_once(" was found")?;
    Some(Described {
        kind: before.rsplit_once(" in ").map(|(_, kind)| kind.trim()),
        name,
        version: Some(version),
    })
}

/// Reads `The path P reports package-1 at version 1.1.1 which would result in a vulnerable (rpm) package installed`.
fn in_path_message(message: &str) -> Option<Described<'_>> {
    let rest = message.trim_start().strip_prefix("The path ")?;
    let (before, rest) = rest.rsplit_once(" at version ")?;
    let (_, name) = before.rsplit_once(" reports ")?;
    let kind = rest
        .split_once(" vulnerable (")
        .map(|(_, rest)| rest)
        .and_then(|rest| rest.split_once(") package"));
    Some(Described {
        kind: kind.map(|(kind, _)| kind),
        name,
        version: rest.split_whitespace().next(),
    })
}

fn in_help(help: &str) -> Option<Described<'_>> {
    let text = |begin| line(help, begin).filter(|text| !text.trim().is_empty());
    Some(Described { kind: text("Type: "), name: text("Package: ")?, version: text("Version: ") })
}

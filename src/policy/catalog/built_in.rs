//! The catalogs that come with the program: one line each in [`ALL`].
//!
//! Pure. The files are `schemas/catalogs/*.csv`; their sources and licences are in `schemas/catalogs/SOURCES.md`. The build
//! script compresses them. A catalog is parsed once, when it is first needed.

use std::io::Read;
use std::sync::OnceLock;

use flate2::bufread::DeflateDecoder;

use crate::policy::catalog::controls::Catalog;

/// A catalog that comes with the program.
#[derive(Debug)]
pub struct BuiltIn {
    /// The name before the colon.
    pub name: &'static str,
    pub title: &'static str,
    compressed: &'static [u8],
    parsed: OnceLock<Catalog>,
}

impl BuiltIn {
    pub fn catalog(&self) -> &Catalog {
        self.parsed.get_or_init(|| Catalog::read(self.name, "", &self.csv()).0)
    }

    /// Returns the catalog's file unchanged.
    pub fn csv(&self) -> Vec<u8> {
        let mut csv = Vec::new();
        // What the build script wrote has no error.
        let _ = DeflateDecoder::new(self.compressed).read_to_end(&mut csv);
        csv
    }
}

macro_rules! built_in {
    ($name:literal, $title:literal) => {
        BuiltIn {
            name: $name,
            title: $title,
            compressed: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".csv")),
            parsed: OnceLock::new(),
        }
    };
}

/// The built-in catalogs, sorted by name.
pub static ALL: [BuiltIn; 19] = [
    built_in!("cis", "CIS Controls v8.1"),
    built_in!("cobit", "COBIT 2019"),
    built_in!("csa-ccm", "Cloud Controls Matrix v4.0"),
    built_in!("csa-maestro", "CSA MAESTRO"),
    built_in!("cwe", "Common Weakness Enumeration 4"),
    built_in!("dora", "Regulation (EU) 2022/2554 (DORA)"),
    built_in!("eu-ai-act", "Regulation (EU) 2024/1689 (AI Act)"),
    built_in!("iso-27001", "ISO/IEC 27001 Annex A, 2022 and 2013"),
    built_in!("mitre-attack", "MITRE ATT&CK Enterprise v19"),
    built_in!("nis2", "Directive (EU) 2022/2555 (NIS 2)"),
    built_in!("nist-800-207", "NIST SP 800-207 Zero Trust Architecture"),
    built_in!("nist-800-53", "NIST SP 800-53 Rev. 5"),
    built_in!("nist-ai-rmf", "NIST AI Risk Management Framework 1.0"),
    built_in!("nist-csf", "NIST Cybersecurity Framework 2.0 and 1.1"),
    built_in!("owasp-agentic", "OWASP Agentic AI: Top 10 2026, threats 1.1"),
    built_in!("owasp-llm", "OWASP Top 10 for LLM Applications, 2025 and 2023"),
    built_in!("owasp-nhi", "OWASP Non-Human Identities Top 10 2025"),
    built_in!("pci-dss", "PCI DSS v4.0.1"),
    built_in!("soc2", "SOC 2 Trust Services Criteria 2017 (2022)"),
];

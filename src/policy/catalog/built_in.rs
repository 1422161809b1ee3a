//! The catalogs that come with the program: one line each in [`ALL`].
//!
//! Uses policy's catalog. Pure. The files are `schemas/catalogs/*.csv`; their sources and licences are in
//! `schemas/catalogs/SOURCES.md`. A catalog is parsed once, when it is first needed.

use std::sync::OnceLock;

use crate::policy::catalog::controls::Catalog;

/// A catalog that comes with the program.
#[derive(Debug)]
pub struct BuiltIn {
    /// The name before the colon.
    pub name: &'static str,
    pub title: &'static str,
    csv: &'static str,
    parsed: OnceLock<Catalog>,
}

impl BuiltIn {
    const fn new(name: &'static str, title: &'static str, csv: &'static str) -> BuiltIn {
        BuiltIn { name, title, csv, parsed: OnceLock::new() }
    }

    pub fn catalog(&self) -> &Catalog {
        self.parsed.get_or_init(|| Catalog::read(self.name, "", self.csv.as_bytes()).0)
    }

    /// Returns the catalog's file unchanged.
    pub fn csv(&self) -> &'static str {
        self.csv
    }
}

/// The built-in catalogs, sorted by name.
pub static ALL: [BuiltIn; 19] = [
    BuiltIn::new("cis", "CIS Controls v8.1", include_str!("../../../schemas/catalogs/cis.csv")),
    BuiltIn::new("cobit", "COBIT 2019", include_str!("../../../schemas/catalogs/cobit.csv")),
    BuiltIn::new(
        "csa-ccm",
        "Cloud Controls Matrix v4.0",
        include_str!("../../../schemas/catalogs/csa-ccm.csv"),
    ),
    BuiltIn::new(
        "csa-maestro",
        "CSA MAESTRO",
        include_str!("../../../schemas/catalogs/csa-maestro.csv"),
    ),
    BuiltIn::new(
        "cwe",
        "Common Weakness Enumeration 4",
        include_str!("../../../schemas/catalogs/cwe.csv"),
    ),
    BuiltIn::new(
        "dora",
        "Regulation (EU) 2022/2554 (DORA)",
        include_str!("../../../schemas/catalogs/dora.csv"),
    ),
    BuiltIn::new(
        "eu-ai-act",
        "Regulation (EU) 2024/1689 (AI Act)",
        include_str!("../../../schemas/catalogs/eu-ai-act.csv"),
    ),
    BuiltIn::new(
        "iso-27001",
        "ISO/IEC 27001 Annex A, 2022 and 2013",
        include_str!("../../../schemas/catalogs/iso-27001.csv"),
    ),
    BuiltIn::new(
        "mitre-attack",
        "MITRE ATT&CK Enterprise v19",
        include_str!("../../../schemas/catalogs/mitre-attack.csv"),
    ),
    BuiltIn::new(
        "nis2",
        "Directive (EU) 2022/2555 (NIS 2)",
        include_str!("../../../schemas/catalogs/nis2.csv"),
    ),
    BuiltIn::new(
        "nist-800-207",
        "NIST SP 800-207 Zero Trust Architecture",
        include_str!("../../../schemas/catalogs/nist-800-207.csv"),
    ),
    BuiltIn::new(
        "nist-800-53",
        "NIST SP 800-53 Rev. 5",
        include_str!("../../../schemas/catalogs/nist-800-53.csv"),
    ),
    BuiltIn::new(
        "nist-ai-rmf",
        "NIST AI Risk Management Framework 1.0",
        include_str!("../../../schemas/catalogs/nist-ai-rmf.csv"),
    ),
    BuiltIn::new(
        "nist-csf",
        "NIST Cybersecurity Framework 2.0 and 1.1",
        include_str!("../../../schemas/catalogs/nist-csf.csv"),
    ),
    BuiltIn::new(
        "owasp-agentic",
        "OWASP Agentic AI: Top 10 2026, threats 1.1",
        include_str!("../../../schemas/catalogs/owasp-agentic.csv"),
    ),
    BuiltIn::new(
        "owasp-llm",
        "OWASP Top 10 for LLM Applications, 2025 and 2023",
        include_str!("../../../schemas/catalogs/owasp-llm.csv"),
    ),
    BuiltIn::new(
        "owasp-nhi",
        "OWASP Non-Human Identities Top 10 2025",
        include_str!("../../../schemas/catalogs/owasp-nhi.csv"),
    ),
    BuiltIn::new(
        "pci-dss",
        "PCI DSS v4.0.1",
        include_str!("../../../schemas/catalogs/pci-dss.csv"),
    ),
    BuiltIn::new(
        "soc2",
        "SOC 2 Trust Services Criteria 2017 (2022)",
        include_str!("../../../schemas/catalogs/soc2.csv"),
    ),
];

//! The references to controls in the founding texts: which resolve, which warn, which are refused, with titles.
//!
//! Follows `schemas/catalogs/SOURCES.md`, matching, and M21 of the mission. Start at [`judged`].

use exledger::diag::code::Code;
use exledger::ledger::tree::MapTree;

use crate::controls::{found, full_id};
use crate::support::lint::findings_of;
use crate::support::samples::{PATH, SAMPLE};

/// The rules that these tests are about.
const RULES: &[Code] = &[Code::UnknownControl, Code::WithdrawnControl, Code::LooseControl];

/// Returns the findings about a control that a record cites: `rule: message; help` of each.
fn judged(control: &str) -> Vec<String> {
    let from = "{rule: Every job has its own database user}";
    let text = SAMPLE.replacen(from, &format!("{{controls: ['{control}']}}"), 1);
    let findings = findings_of(RULES, &MapTree::of([(PATH, text)]), None);
    let said = findings.iter().map(|finding| {
        assert_eq!(finding.field.as_deref(), Some("deviates_from.controls[0]"));
        format!("{}: {}; {}", finding.rule.as_str(), finding.message, finding.remedy.words())
    });
    said.collect()
}

#[test]
fn what_the_founding_texts_cite_resolves_warns_or_is_refused_with_its_official_title() {
    const PERMISSIONS: &str = "(Access permissions and authorizations are managed, ";
    const SEPARATION: &str = "nist-800-53:SC-2 (Separation of System and User Functionality)";
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("NHI-02", &[("loose-control", "owasp-nhi:NHI2:2025 (Secret Leakage)")]),
        (
            "owasp-nhi:NHI-03",
            &[("loose-control", "owasp-nhi:NHI3:2025 (Vulnerable Third-Party NHI)")],
        ),
        ("NHI-04", &[("loose-control", "owasp-nhi:NHI4:2025 (Insecure Authentication)")]),
        ("NHI-09", &[("loose-control", "owasp-nhi:NHI9:2025 (NHI Reuse)")]),
        ("nist-800-207:SC-2", &[("unknown-control", SEPARATION)]),
        ("SC-2", &[("loose-control", SEPARATION)]),
        ("nist-csf:PR.AC-4", &[("withdrawn-control", "write `nist-csf:PR.AA-05`")]),
        (
            "PR.AC-4",
            &[("loose-control", PERMISSIONS), ("withdrawn-control", "write `nist-csf:PR.AA-05`")],
        ),
        ("nist-csf:DE.CM-1", &[("withdrawn-control", "write `nist-csf:DE.CM-01`")]),
        (
            "nist-csf:RS.MI-1",
            &[("withdrawn-control", "(Incidents are contained); write `nist-csf:RS.MI-01`")],
        ),
        ("nist-csf:GV.RM", &[]),
        ("GV.RM", &[("loose-control", "nist-csf:GV.RM (Risk Management Strategy)")]),
        ("nist-csf:DE.CM", &[]),
        ("DE.CM", &[("loose-control", "nist-csf:DE.CM (Continuous Monitoring)")]),
        ("nist-ai-rmf:GOVERN", &[]),
        ("GOVERN", &[("loose-control", " or nist-csf:GV (GOVERN)")]),
        ("csa-maestro:MAESTRO", &[]),
        ("MAESTRO", &[("loose-control", "csa-maestro:MAESTRO (Multi-Agent Environment, ")]),
        (
            "nist-800-207:SP 800-207",
            &[("loose-control", "nist-800-207:SP800-207 (Zero Trust Architecture")],
        ),
        ("nist-800-207:SP800-207", &[]),
    ];
    for (control, expected) in cases {
        let said = judged(control);
        assert_eq!(said.len(), expected.len(), "{control}: {said:#?}");
        for (said, (rule, words)) in said.iter().zip(*expected) {
            assert!(said.starts_with(&format!("{rule}: ")), "{control}: {said}");
            assert!(said.contains(words), "{control}: {said}");
        }
    }
}

#[test]
fn each_of_them_is_found_by_controls_with_its_title() {
    for (search, id, title) in [
        ("NHI-02", "owasp-nhi:NHI2:2025", "Secret Leakage"),
        ("NHI-03", "owasp-nhi:NHI3:2025", "Vulnerable Third-Party NHI"),
        ("NHI-04", "owasp-nhi:NHI4:2025", "Insecure Authentication"),
        ("NHI-09", "owasp-nhi:NHI9:2025", "NHI Reuse"),
        ("SC-2", "nist-800-53:SC-2", "Separation of System and User Functionality"),
        ("PR.AC-4", "nist-csf:PR.AC-4", "Access permissions and authorizations are managed"),
        ("DE.CM-1", "nist-csf:DE.CM-1", "The network is monitored"),
        ("RS.MI-1", "nist-csf:RS.MI-1", "Incidents are contained"),
        ("GV.RM", "nist-csf:GV.RM", "Risk Management Strategy"),
        ("DE.CM", "nist-csf:DE.CM", "Continuous Monitoring"),
        ("GOVERN", "nist-ai-rmf:GOVERN", "Govern"),
        ("MAESTRO", "csa-maestro:MAESTRO", "Multi-Agent Environment"),
    ] {
        let hits = found(search);
        let hit = hits.iter().find(|hit| full_id(hit) == id);
        let hit = hit.unwrap_or_else(|| panic!("{search}: {hits:#?}"));
        assert!(hit.control.title.starts_with(title), "{search}: {}", hit.control.title);
        assert_eq!(hit.matched.unwrap().to_uppercase(), search.to_uppercase());
    }
}

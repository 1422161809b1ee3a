//! What a search finds in the built-in catalogs. Start at [`found`].

use exledger::policy::catalog::built_in;
use exledger::policy::catalog::controls::Catalog;
use exledger::policy::catalog::search::{Hit, search};

/// Returns the controls that a search finds in the built-in catalogs, by the names of these.
pub(crate) fn found(text: &str) -> Vec<Hit<'static>> {
    let mut catalogs: Vec<&Catalog> =
        built_in::ALL.iter().map(|catalog| catalog.catalog()).collect();
    catalogs.sort_by_key(|catalog| &catalog.name);
    search(&catalogs, text)
}

pub(crate) fn full_id(hit: &Hit<'_>) -> String {
    format!("{}:{}", hit.catalog.name, hit.control.id)
}

#[test]
fn a_control_is_found_by_id_alias_and_words_of_its_title() {
    let cases: &[(&str, &str, &str)] = &[
        ("NHI7:2025", "owasp-nhi:NHI7:2025", "NHI7:2025"),
        ("owasp-nhi:nhi-02", "owasp-nhi:NHI2:2025", "NHI-02"),
        ("nhi-02", "owasp-nhi:NHI2:2025", "NHI-02"),
        ("PR.AC-04", "nist-csf:PR.AC-4", "PR.AC-04"),
        ("NIST-CSF:ID.RA-07", "nist-csf:ID.RA-07", "ID.RA-07"),
        ("secret leak", "owasp-nhi:NHI2:2025", "Secret Leakage"),
        ("leakage secret", "owasp-nhi:NHI2:2025", "Secret Leakage"),
        ("owasp-nhi secret leakage", "owasp-nhi:NHI2:2025", "Secret Leakage"),
        ("cwe-79", "cwe:CWE-79", "CWE-79"),
        ("AC-2", "nist-800-53:AC-2", "AC-2"),
    ];
    for (text, id, matched) in cases {
        let first = found(text)[0];
        assert_eq!((full_id(&first).as_str(), first.matched), (*id, Some(*matched)), "{text}");
    }
    assert!(found("nothing like it").is_empty());
    let part: Vec<String> = found("nist-800-53:AC-2").iter().map(full_id).collect();
    assert!(part.contains(&"nist-800-53:AC-2(1)".to_owned()), "{part:#?}");
    assert!(!part.contains(&"nist-800-53:AC-20".to_owned()), "{part:#?}");
}

#[test]
fn a_withdrawn_control_is_found_with_all_that_took_its_place() {
    let first = found("nist-csf:PR.AC-4")[0].control;
    assert_eq!((first.withdrawn, &first.replaced_by[..]), (true, &["PR.AA-05".to_owned()][..]));
    let current = found("nist-csf:PR.AA-05")[0].control;
    assert_eq!((current.withdrawn, current.replaced_by.len()), (false, 0));
}

#[test]
fn the_name_of_a_catalog_lists_it_and_no_search_lists_them_all() {
    let nhi = found("OWASP-NHI");
    assert_eq!((nhi.len(), nhi[0].matched), (10, Some("owasp-nhi")));
    let all = found("");
    assert!(all.len() > 4_000);
    assert!(all.iter().all(|hit| hit.matched.is_none()));
}

//! The bytes that are expected of the sample record.

use serde_json::Value;

use crate::support::export_engines::{
    ALL_LOSSES, NO_LOSSES, data, exported, file, files, ledger, losses, only, sample,
};
use crate::support::repo::Repo;

fn story() -> Repo {
    ledger(&[(crate::support::export_engines::ID, &sample())])
}

/// Compares two texts, and shows where they differ.
fn same(name: &str, actual: &str, expected: &str) {
    let differs = actual.lines().zip(expected.lines()).enumerate().find(|(_, (a, e))| a != e);
    assert!(actual == expected, "{name} differs at {differs:?}:\n{actual}");
}

/// A target, its sample, and the words that differ.
type SampleCase = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

#[test]
fn each_target_writes_the_sample_record_as_expected() {
    let repo = story();
    let cases: &[SampleCase] = &[
        ("kyverno", "kyverno.yaml", &[]),
        ("prometheus", "exledger.prom", &[]),
        ("openvex", "openvex.json", &[]),
        (
            "cyclonedx",
            "cyclonedx-vex.json",
            &[("\"1.0.0\"", concat!("\"", env!("CARGO_PKG_VERSION"), "\""))],
        ),
        // What a commit message states is called claimed.
        ("oscal", "oscal-poam.json", &[("approved (recorded) by", "approved (claimed) by")]),
    ];
    for (target, name, changes) in cases {
        let output = exported(&repo, target, NO_LOSSES);
        assert_eq!(losses(&output), [] as [String; 0], "{target}");
        let expected = changes.iter().fold(data(&format!("export/{name}")), |text, (from, to)| {
            assert!(text.contains(from));
            text.replace(from, to)
        });
        same(name, &only(&output), &expected);
    }
}

#[test]
fn azure_writes_one_template_for_each_scope() {
    let output = exported(&story(), "azure", NO_LOSSES);
    let files = files(&output);
    assert_eq!(files.len(), 1);
    same("azure", &file(&files, "exc-2026-7f3kq-1.json"), &data("export/azure.json"));
}

#[test]
fn prowler_is_written_only_if_the_loss_of_its_end_is_allowed() {
    let repo = story();
    let output = exported(&repo, "prowler", NO_LOSSES);
    assert!(only(&output).ends_with("records=0\nMutelist:\n  Accounts: {}\n"), "{}", only(&output));
    assert_eq!(
        losses(&output),
        [
            "EXC-2026-7F3KQ findings[9] prowler:iam_rotate_access_key_90_days: term: a mutelist has no end"
        ]
    );
    // The key of a check is searched too, so it is anchored like the rest.
    let check = "        iam_rotate_access_key_90_days:\n";
    let expected = data("export/prowler-mutelist.yaml");
    let expected = expected.replace(check, "        \"^iam_rotate_access_key_90_days$\":\n");
    same("prowler", &only(&exported(&repo, "prowler", ALL_LOSSES)), &expected);
}

#[test]
fn opa_has_everything_that_is_expected_and_what_a_policy_must_compare() {
    let files = files(&exported(&story(), "opa", NO_LOSSES));
    same("manifest", &file(&files, ".manifest"), &data("export/opa-manifest.json"));
    let mut written: Value = serde_json::from_str(&file(&files, "exledger/data.json")).unwrap();
    let record = &mut written["v1"]["exceptions"][crate::support::export_engines::ID];
    let scope = record["scope"].as_object_mut().unwrap();
    let findings = scope.shift_remove("findings").unwrap();
    assert_eq!(findings.as_array().unwrap().len(), 11);
    assert_eq!(findings[0]["paths"][0], "services/billing/**");
    assert_eq!(
        scope.shift_remove("not_waived").unwrap()[0],
        "Logging and network policy still apply"
    );
    assert_eq!(
        scope.shift_remove("not_waived_globs").unwrap()[1],
        "logging and network policy still apply/**"
    );
    let subject = record["subject"].as_object_mut().unwrap();
    assert_eq!(subject.shift_remove("credential").unwrap(), "vault:prod/billing/db");
    // The index has every finding; the sample those of four tools.
    let index = written["v1"]["by_finding"].as_object_mut().unwrap();
    assert_eq!(
        index["prowler"]["iam_rotate_access_key_90_days"][0],
        crate::support::export_engines::ID
    );
    index
        .retain(|tool, _| ["cargo-deny", "grype", "osv-scanner", "trivy"].contains(&tool.as_str()));
    same("data", &format!("{written:#}\n"), &data("export/opa-data.json"));
}

#[test]
fn the_same_commit_and_instant_make_the_same_bytes() {
    let repo = story();
    let opa = exledger::features::export::targets::find("opa").unwrap();
    let packed = || {
        crate::support::export_engines::with_input(
            &repo,
            crate::support::export_engines::ON,
            NO_LOSSES,
            |input, _| {
                let exledger::features::export::targets::target::ExportFiles::Several(files) =
                    (opa.write)(input).files
                else {
                    panic!()
                };
                (opa.archive.unwrap())(&files).unwrap()
            },
        )
    };
    let archive = packed();
    assert_eq!(archive, packed());
    assert_eq!(archive[4..8], [0; 4], "no time in the header of gzip");
    let mut entries = tar::Archive::new(flate2::read::GzDecoder::new(archive.as_slice()));
    let read: Vec<_> = entries
        .entries()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let header = entry.header();
            assert_eq!((header.mtime().unwrap(), header.uid().unwrap()), (0, 0));
            entry.path().unwrap().to_string_lossy().into_owned()
        })
        .collect();
    assert_eq!(read, [".manifest", "exledger/data.json"]);
}

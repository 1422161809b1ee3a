//! Files of every name with content that nobody expects: no panic, and what can't be read is said.

use exledger::formats::suppressions::SuppressionScanner;
use exledger::formats::suppressions::options::ScanOptions;
use proptest::prelude::*;

use crate::support::project;

/// Returns a file of each row of the table of files, and of each other reader.
fn paths() -> Vec<String> {
    let table = project::root().join("src/formats/suppressions/files.tsv");
    let text = std::fs::read_to_string(table).unwrap();
    let named = text.lines().skip(1).map(|line| line.split('\t').nth(1).unwrap().replace('*', "x"));
    let mut paths: Vec<String> = named.collect();
    paths
        .extend(["a.py", "a.java", "a.rs", "a.yaml", "a.json", ".github/a.yml"].map(str::to_owned));
    paths.dedup();
    paths
}

/// Pieces that files of these kinds are made of.
const PIECES: &[&str] = &[
    "ignore",
    ":",
    " ",
    "\n",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "#",
    "//",
    "/*",
    "*/",
    "<!--",
    "-->",
    "=",
    ",",
    "CVE-2026-1",
    "exp:2027-01-01",
    "[advisories]\n",
    "[[IgnoredVulns]]\n",
    "id",
    "allowlist",
    "updates",
    "\t",
    "|\n",
    "\"\"\"",
    "nosec",
    "justification",
    "openvex",
    "é",
    "\\",
    "\\u",
    "1",
    "null",
    "---\n",
    "<NuGetAuditSuppress Include=\"",
    "/>",
    "@SuppressFBWarnings(",
    "continue-on-error: true",
    "\r\n",
    "pnpm",
    "exclude-newer-package",
    "PolicyException",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn no_content_makes_a_reader_panic(
        pieces in proptest::collection::vec(0..PIECES.len(), 0..60),
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let scanner = SuppressionScanner::new(ScanOptions::default()).unwrap();
        let text: String = pieces.into_iter().map(|at| PIECES[at]).collect();
        for path in paths() {
            let n_lines = u32::try_from(text.lines().count()).unwrap() + 1;
            for found in scanner.scan(&path, text.as_bytes()).suppressions {
                prop_assert!((1..=n_lines).contains(&found.line), "{path}: {found:?}");
            }
            scanner.scan(&path, &bytes);
        }
    }
}

#[test]
fn deep_nesting_ends_with_an_answer() {
    let scanner = SuppressionScanner::new(ScanOptions::default()).unwrap();
    for path in paths() {
        for open in ["[", "{\"a\":", "<a>", "- ", "a: {"] {
            scanner.scan(&path, open.repeat(20_000).as_bytes());
        }
    }
}

#[test]
fn many_comments_and_entries_end_with_an_answer() {
    let scanner = SuppressionScanner::new(ScanOptions::default()).unwrap();
    let above = "# why it is there and who wants it\n".repeat(750);
    for path in paths() {
        for entry in ["CVE-2026-1\n", "- CVE-2026-1\n", "'a',\n", "continue-on-error: true\n"] {
            let text = format!("{above}ignore:\n{}", entry.repeat(1_500));
            scanner.scan(&path, text.as_bytes());
        }
        let toml = format!("{above}[tool.uv.exclude-newer-package]\na = false\n{above}");
        scanner.scan(&path, toml.as_bytes());
    }
    let suppress = "<NuGetAuditSuppress Include=\"x/GHSA-1\"/>\n".repeat(6_000);
    assert_eq!(scanner.scan("a.csproj", suppress.as_bytes()).suppressions.len(), 6_000);
}

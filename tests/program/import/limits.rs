//! Inputs at and beyond the limits, and inputs that are no text: what is said, and that nothing panics.

use exledger::features::import::formats;
use exledger::formats::suppressions::exception::EntryReading;
use exledger::formats::suppressions::readers;
use exledger::formats::suppressions::readers::format::{ImportInput, MOST_BYTES, MOST_ENTRIES};
use serde_json::json;

use super::drafts::put;
use super::{ON, answer, imported, read};
use crate::cli::program;
use crate::cli_new::ledger;

/// Returns the number of entries that a reader finds, or the line and text of its error.
fn counted(format: &str, path: &str, bytes: &[u8]) -> Result<usize, String> {
    let input = ImportInput::plain(path, bytes);
    match readers::read(formats::named(format).unwrap(), &input) {
        Ok(entries) => Ok(entries.len()),
        Err(error) => Err(format!("{}: {error}", error.line)),
    }
}

#[test]
fn a_hundred_thousand_entries_are_read_and_no_more() {
    let several = |n: usize, begin: &str, entry: &str, end: &str| {
        format!("{begin}{}{end}", entry.repeat(n)).into_bytes()
    };
    for (format, path, begin, entry, end) in [
        ("trivy", ".trivyignore", "", "CVE-1\n", ""),
        ("csv", "a.csv", "title\n", "a\n", ""),
        ("cargo-deny", "deny.toml", "[advisories]\nignore = [\n", "'A',\n", "]\n"),
        (
            "dependency-check",
            "s.xml",
            "<suppressions>\n",
            "<suppress><cve>C</cve></suppress>\n",
            "</suppressions>",
        ),
    ] {
        // The line of the error says that as many were read.
        if format == "trivy" {
            let most = several(MOST_ENTRIES, begin, entry, end);
            assert_eq!(counted(format, path, &most), Ok(MOST_ENTRIES), "{format}");
        }
        let more = several(MOST_ENTRIES + 1, begin, entry, end);
        let line = MOST_ENTRIES + 1 + begin.matches('\n').count();
        let why = format!("{line}: it has more than 100000 entries: split it");
        assert_eq!(counted(format, path, &more), Err(why), "{format}");
    }
}

#[test]
fn sixty_four_mebibytes_are_read_and_no_more() {
    let most = usize::try_from(MOST_BYTES).unwrap();
    for (format, path, begin, end) in [
        ("csv", "a.csv", "title\n", ""),
        ("trivy", ".trivyignore", "CVE-1\n", ""),
        (
            "dependency-check",
            "s.xml",
            "<suppressions><suppress><cve>C</cve></suppress>",
            "</suppressions>",
        ),
    ] {
        let mut bytes = begin.as_bytes().to_vec();
        bytes.resize(most - end.len(), b'\n');
        bytes.extend(end.as_bytes());
        // To parse so much takes other formats long in a debug build.
        if format == "csv" {
            assert!(counted(format, path, &bytes).is_ok(), "{format}");
        }
        bytes.push(b'\n');
        let why = "1: it has more than 64 MiB: split it".to_owned();
        assert_eq!(counted(format, path, &bytes), Err(why), "{format}");
    }
}

#[test]
fn an_input_beyond_a_limit_is_undetermined_and_says_what_to_do() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, ".trivyignore", &"CVE-1\n".repeat(MOST_ENTRIES + 1));
    let ran = imported(folder, &["trivy", ".trivyignore"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.out.contains("split it"), "{}", ran.out);
    // What a script shows is the last line of stderr.
    let why = "could not read .trivyignore, so nothing was written: line 100001: it has more than 100000 entries: split it";
    assert_eq!(ran.err, format!("error: {why}\n"));
    assert!(!folder.join("exceptions").exists());
}

#[test]
fn a_record_that_would_be_too_large_is_refused_with_the_way_out() {
    let folder = ledger();
    let folder = folder.path();
    let entries: String = (0..4_000).map(|n| format!("CVE-2026-{n}-with-a-long-name\n")).collect();
    put(folder, ".trivyignore", &entries);
    let ran = imported(folder, &["trivy", ".trivyignore", "--one-record"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("a record has at most 65536"), "{}", ran.err);
    assert!(ran.err.contains("--record-per entry"), "{}", ran.err);
    assert!(ran.err.contains("the record of 4000 entries would have"), "{}", ran.err);
    // An entry with several findings is one entry, however large they are.
    let purls: String = (0..3).map(|n| format!("'pkg:npm/{n}-{}', ", "a".repeat(30_000))).collect();
    put(folder, "a.yaml", &format!("vulnerabilities:\n  - id: CVE-2026-1\n    purls: [{purls}]\n"));
    let ran = imported(folder, &["trivy", "a.yaml"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("the record of 1 entry would have"), "{}", ran.err);
}

#[test]
fn hostile_and_foreign_bytes_are_refused_where_they_stand() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let laughs = "a: &a [CVE-1, CVE-1]\nb: &b [*a, *a]\nvulnerabilities: *b\n";
    let flow = format!("vulnerabilities: [{{id: CVE-1}}, {deep}]\n");
    let toml = format!("[advisories]\nignore = ['CVE-1', {deep}]\n");
    let json = format!("[\"CVE-1\", {deep}]");
    for (format, path, text) in [
        ("trivy", "a.yaml", laughs),
        ("trivy", "a.yaml", flow.as_str()),
        ("cargo-deny", "deny.toml", toml.as_str()),
        ("sarif", "a.sarif", json.as_str()),
        ("detect-secrets", ".secrets.baseline", json.as_str()),
        ("github-alerts", "a.json", json.as_str()),
        (
            "dependency-check",
            "s.xml",
            "<!DOCTYPE a [<!ENTITY a 'x'>]><suppressions><suppress><cve>CVE-1</cve></suppress>&a;</suppressions>",
        ),
    ] {
        let input = ImportInput::plain(path, text.as_bytes());
        // The whole file is refused, or every entry of it.
        if let Ok(entries) = readers::read(formats::named(format).unwrap(), &input) {
            let is_refused =
                entries.iter().all(|it| matches!(it.read, EntryReading::Unreadable(_)));
            assert!(is_refused && !entries.is_empty(), "{format}: {entries:?}");
        }
    }
}

#[test]
fn every_format_survives_bytes_that_are_no_text() {
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("CVE-1\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let inputs: &[&[u8]] = &[
        b"",
        b"\n",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff",
        b"a\0b\n",
        b"\xef\xbb\xbf\xef\xbb\xbf",
        &utf16,
        b"{",
        b"[",
        b"\"",
        b"'",
        b"<",
        b"---\n---\n",
        b"\r",
        b"\r\n\r\n",
        b"a,\"b\n",
        b"[[[[",
        b"{\"runs\":",
    ];
    for format in formats::ALL {
        for bytes in inputs {
            let path = format.files.split_whitespace().next().unwrap_or("a");
            let _ = counted(format.name, path, bytes);
        }
    }
    let why = counted("trivy", ".trivyignore", &utf16).unwrap_err();
    assert!(why.contains("UTF-16"), "{why}");
}

#[test]
fn a_byte_order_mark_and_other_line_ends_change_nothing() {
    for (format, path, text) in [
        ("trivy", ".trivyignore", "# Waits for the vendor\nCVE-1 exp:2026-12-20\n"),
        ("csv", "a.csv", "title,expires\nKeep TLS 1.1,2026-12-20\n"),
        ("gitleaks", ".gitleaksignore", "src/a.py:aws-key:3\n"),
        ("snyk", ".snyk", "ignore:\n  SNYK-JS-A-1:\n    - '*':\n        reason: Waits\n"),
        ("cargo-deny", "deny.toml", "[advisories]\nignore = ['A']\n"),
        ("grype", ".grype.yaml", "ignore:\n  - vulnerability: CVE-1\n"),
    ] {
        let plain = read(format, path, text);
        assert!(!plain.is_empty() && !plain[0].contains("it "), "{format}: {plain:?}");
        let marked = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(read(format, path, &marked), plain, "{format}");
    }
}

#[test]
fn a_spreadsheet_may_separate_by_semicolons_and_hold_lines_in_a_cell() {
    let folder = ledger();
    let folder = folder.path();
    let text = "\u{feff}Summary;Why;Due\r\n\"Keep TLS 1.1; for now\";\"Two partners\r\nreplace \"\"clients\"\"\";2026-12-20\r\n";
    put(folder, "register.csv", text);
    let map = ["--map", "Summary=title", "--map", "Why=justification", "--map", "Due=expires"];
    let found = answer(folder, 0, &[&["csv", "register.csv", "--dry-run"][..], &map].concat());
    assert_eq!(found["entries"][0]["state"], json!("draft"));
    assert_eq!(found["entries"][0]["end"], json!("2026-12-20"));
    assert_eq!(found["entries"].as_array().unwrap().len(), 1);
    // A first line names the separator, also one that is blank.
    for (begin, separator) in
        [("sep=\t\r\n", "\t"), ("sep=\t\n", "\t"), ("sep=;  \r\n", ";"), ("sep=|\n", "|")]
    {
        let text =
            format!("{begin}title,of,it{separator}expires\nKeep TLS 1.1{separator}2026-12-20\n");
        let map = ["--map", "title,of,it=title"];
        put(folder, "register.csv", &text);
        let found = answer(folder, 0, &[&["csv", "register.csv", "--dry-run"][..], &map].concat());
        assert_eq!(found["entries"][0]["end"], json!("2026-12-20"), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn many_drafts_are_written_with_few_open_files() {
    let folder = ledger();
    let folder = folder.path();
    let entries: String = (0..200).map(|n| format!("CVE-2026-{n}\n")).collect();
    put(folder, ".trivyignore", &entries);
    let args = ["import", "trivy", ".trivyignore", "--record-per", "entry", "--on", ON];
    let own = program(folder, &args, &[]);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -n 120 && exec \"$@\"", "sh"]).current_dir(folder);
    limited.arg(own.get_program()).args(own.get_args()).env_clear();
    let set = own.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let ran = limited.envs(set).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(std::fs::read_dir(folder.join("exceptions")).unwrap().count(), 200);
}

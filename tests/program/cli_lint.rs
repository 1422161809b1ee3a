//! `lint` for people: lines of files, path arguments, and a clock that it does not have.

use crate::cli::run;
use crate::support::samples::SAMPLE;

/// A plain folder with a policy and one record.
fn folder(record: &str) -> tempfile::TempDir {
    let folder = crate::support::temporary();
    std::fs::create_dir(folder.path().join("exceptions")).unwrap();
    std::fs::write(folder.path().join("exledger.yaml"), "version: 1\n").unwrap();
    let path = "exceptions/EXC-2026-7F3KQ.yaml";
    std::fs::write(folder.path().join(path), record).unwrap();
    folder
}

#[test]
fn no_line_with_a_token_is_shown_whatever_is_wrong_with_it() {
    // Joined at run time, so that no secret scanner reports this file.
    let token = format!("{}{}", "ghp_", "16C7e42F292c6912E7710c838347Ae178B4a");
    for line in [
        format!("x: {{note: '{token}'}}"),
        format!("x: {{a: {token}, a: {token}}}"),
        format!("requester: {token}: and more"),
        format!("requester: [{token}"),
        "password: Sup3rS3cret1".to_owned(),
        format!("starts: 2026-11-31 # {token}"),
        format!("x:\n  key: |\n   {}\n {token}: 1", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw3x"),
    ] {
        let folder = folder(&format!("{SAMPLE}{line}\n"));
        for format in ["table", "json", "github", "markdown"] {
            let seen = run(folder.path(), &["lint", "--format", format]);
            assert_eq!(seen.code, 1, "{line}: {}", seen.out);
            for part in [&token[..], "Sup3r", "MIIEvQ"] {
                assert!(!seen.out.contains(part), "{line}: {}", seen.out);
                assert!(!seen.err.contains(part), "{line}: {}", seen.err);
            }
        }
    }
}

#[test]
fn of_a_file_with_thousands_of_mistakes_fifty_are_shown() {
    let mistakes: Vec<String> = (0..2_000).map(|n| format!("k{n}: 1")).collect();
    let folder = folder(&format!("{SAMPLE}{}\n", mistakes.join("\n")));
    let seen = run(folder.path(), &["lint"]);
    assert_eq!(seen.out.matches("\n  --> exceptions/").count(), 50, "{}", seen.out);
    assert!(seen.out.contains("2000 errors"), "{}", seen.out);
    let json = run(folder.path(), &["lint", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let findings = answer["findings"].as_array().unwrap();
    let n_mistakes = findings.iter().filter(|it| it["rule"] == "unknown-key").count();
    assert_eq!(n_mistakes, 2_000);
    let path = "exceptions/EXC-2026-7F3KQ.yaml";
    let n_more = findings.iter().filter(|it| it["path"] == path).count() - 50;
    assert!(seen.out.contains(&format!("\nand {n_more} more in {path}\n")), "{}", seen.out);
}

#[test]
fn of_a_long_line_the_part_around_the_mistake_is_shown() {
    let keys: Vec<String> = (0..500).map(|n| format!("key{n}: 1")).collect();
    let folder = folder(&format!(
        "{SAMPLE}fix: {{target: data, plan: Replace the job, {}}}\n",
        keys.join(", ")
    ));
    let seen = run(folder.path(), &["lint"]);
    let longest = seen.out.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(260), "{longest:?}");
    assert_eq!(seen.out.matches("\n  --> exceptions/").count(), 50, "{}", seen.out);
    let lines: Vec<&str> = seen.out.lines().collect();
    let is_marked = |pair: &[&str]| {
        let at = pair[1].find("^^^^");
        at.is_some_and(|at| pair[0].get(at..).is_some_and(|rest| rest.starts_with("key")))
    };
    let n_marked = lines.windows(2).filter(|pair| is_marked(pair)).count();
    assert_eq!(n_marked, seen.out.matches("error[unknown-key]").count(), "{}", seen.out);
}

#[test]
fn a_path_that_holds_no_record_is_refused_and_beside_one_named() {
    let folder = folder(SAMPLE);
    for path in ["README.md", "exceptions/notes.md", "docs/EXC-2026-7F3KQ.yaml"] {
        let place = folder.path().join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, "x").unwrap();
        let seen = run(folder.path(), &["lint", path]);
        assert_eq!((seen.code, seen.out.as_str()), (2, ""), "{path}");
        assert!(seen.err.contains("contains no records"), "{}", seen.err);
        assert!(seen.err.contains("in exceptions, or exledger.yaml"), "{}", seen.err);
        let both = ["lint", path, "exceptions/EXC-2026-7F3KQ.yaml"];
        let seen = run(folder.path(), &both);
        assert_eq!(seen.code, 0, "{}", seen.out);
        assert!(seen.out.contains("1 record judged"), "{}", seen.out);
        assert!(seen.err.contains(&format!("no files to check in {path}")), "{}", seen.err);
    }
    for path in [".", "exceptions", "exledger.yaml"] {
        assert_eq!(run(folder.path(), &["lint", path]).code, 0, "{path}");
    }
    let seen = run(folder.path(), &["lint", "docs"]);
    assert_eq!(seen.code, 2, "{}", seen.out);
}

#[test]
#[cfg(unix)]
fn a_folder_whose_name_is_no_text_hides_no_record() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = folder(SAMPLE);
    let odd = folder.path().join("exceptions").join(OsStr::from_bytes(b"\xff"));
    // Some file systems don't allow such a name.
    if std::fs::create_dir(&odd).is_err() {
        return;
    }
    std::fs::write(odd.join("EXC-2026-00001.yaml"), SAMPLE).unwrap();
    let seen = run(folder.path(), &["lint"]);
    assert_eq!(seen.code, 1, "{}", seen.err);
    assert!(seen.out.contains("2 records judged"), "{}", seen.out);
    assert!(seen.out.contains("exceptions/\\xff/EXC-2026-00001.yaml"), "{}", seen.out);
}

#[test]
fn a_copy_of_a_record_is_not_told_to_take_the_name_of_the_original() {
    let folder = folder(SAMPLE);
    std::fs::write(folder.path().join("exceptions/EXC-2026-00002.yaml"), SAMPLE).unwrap();
    let seen = run(folder.path(), &["lint"]);
    assert_eq!(seen.code, 1, "{}", seen.err);
    let said = "error[bad-id]: the id is EXC-2026-7F3KQ, but the file is named EXC-2026-00002";
    assert!(seen.out.contains(said), "{}", seen.out);
    assert!(seen.out.contains("help: write `EXC-2026-00002`"), "{}", seen.out);
    assert!(!seen.out.contains("rename the file to EXC-2026-7F3KQ.yaml"), "{}", seen.out);
}

#[test]
fn copy_of_a_record_gets_an_id_of_its_own() {
    let folder = folder(SAMPLE);
    let copy = "exceptions/EXC-2026-7F3KQ-b.yaml";
    std::fs::write(folder.path().join(copy), SAMPLE).unwrap();
    let seen = run(folder.path(), &["lint", copy]);
    let renames = format!("git mv -- {copy} exceptions/EXC-2026-");
    assert!(seen.out.contains(&renames), "{}", seen.out);
    std::fs::remove_file(folder.path().join("exceptions/EXC-2026-7F3KQ.yaml")).unwrap();
    let seen = run(folder.path(), &["lint", copy]);
    assert!(seen.out.contains("git mv"), "{}", seen.out);
}

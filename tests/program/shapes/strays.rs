//! Files that are meant as records, and that nothing reads. Start at [`stray`].

use std::collections::BTreeSet;

use super::{Origin, RECORDS, said, sample, way_out, write};

/// Files `text` at a path of a new branch, and returns the stray findings of `lint --base`, of `lint` once it landed, and the
/// exit code and findings after its remedy.
fn stray(path: &str, text: &str) -> [(i32, BTreeSet<String>); 3] {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-qc", "stray", "origin/main"]]);
    write(&clone.top, path, text);
    clone.git(&["add", "-A"]);
    clone.git(&["commit", "-qm", "File"]);
    let strays = |words: &[&str]| {
        let (code, found) = said(&clone.run(&[words, &["--format", "json"]].concat()));
        (code, found.into_iter().filter(|it| it.contains("stray-record")).collect())
    };
    let new = strays(&["lint", "--base", "origin/main"]);
    assert_eq!(new, strays(&["diff", "origin/main"]), "{path}");
    assert_eq!(new, strays(&["diff", "origin/main", "stray"]), "{path}");
    let landed = strays(&["lint"]);
    let run = clone.run(&["lint"]);
    let own = run.out.split("\n\n").find(|told| told.contains("[stray-record]"));
    if let Some(command) = own.and_then(way_out) {
        let done = std::process::Command::new("sh")
            .args(["-c", &command])
            .current_dir(&clone.top)
            .status();
        assert!(done.unwrap().success(), "{command}");
    }
    [new, landed, strays(&["lint"])]
}

#[test]
fn a_file_that_is_meant_as_a_record_is_found_wherever_it_lies() {
    let id = "EXC-2026-00006";
    for path in [
        "exceptions/EXC-2026-00006.YAML",
        "exceptions/EXC-2026-00006.json",
        "exceptions/EXC-2026-00006",
        "exceptions/EXC-2026-00006.yaml.txt",
        "exceptions/EXC-2026-00006.yml~",
        "exceptions/EXC-2026-00006.YAML.Txt",
        "exceptions/.hidden/EXC-2026-00006.yaml",
        "exceptions/record.YAML",
        "exceptions/billing.json",
        "exceptions/record.yaml.txt",
        "exceptions/record.yaml.TXT",
        "exceptions/record.yml~",
        "exceptions/EXC-2026-00002.json",
        "exeptions/EXC-2026-00006.yaml",
        "records/EXC-2026-00006.yaml",
        "EXC-2026-00006.yaml",
    ] {
        let found = BTreeSet::from([format!("\"stray-record\" \"{path}\"")]);
        let nothing = BTreeSet::new();
        assert_eq!(stray(path, &sample(id)), [(1, found.clone()), (0, found), (0, nothing)]);
    }
    // A copy of a record that is there is removed.
    let path = "old/EXC-2026-00002.yaml";
    let found = BTreeSet::from([format!("\"stray-record\" \"{path}\"")]);
    let text = sample(RECORDS[1]);
    assert_eq!(stray(path, &text), [(1, found.clone()), (0, found), (0, BTreeSet::new())]);
}

#[test]
fn a_record_that_does_not_parse_is_as_much_a_stray() {
    let broken = sample("EXC-2026-00006").replace("class: standard", "class: [");
    let unnamed = broken.replace("id: EXC", "# Of billing.\n---\n\"id\": EXC");
    for (path, text) in [
        ("exeptions/EXC-2026-00006.yaml", broken.clone()),
        ("exceptions/EXC-2026-00006.YAML", broken.clone()),
        ("exceptions/EXC-2026-00006.yaml.txt", broken.clone()),
        ("EXC-2026-00006.yaml", broken.clone()),
        ("exceptions/EXC-2026-00006", broken.clone()),
        ("exceptions/EXC-2026-00006.YAML", "\u{0}\u{0}\n".to_owned()),
        ("exceptions/EXC-2026-00006.json", "{\"log\": 1}\n{\"log\": 2}\n".to_owned()),
        ("exceptions/EXC-2026-00006.yaml.txt", "title: none\n".to_owned()),
        ("exceptions/billing.YAML", unnamed),
        ("exceptions/billing.json", "{\n  \"id\": \"EXC-2026-00006\",\n".to_owned()),
    ] {
        let found = BTreeSet::from([format!("\"stray-record\" \"{path}\"")]);
        assert_eq!(stray(path, &text), [(1, found.clone()), (0, found), (1, BTreeSet::new())]);
    }
}

#[test]
fn what_is_no_record_is_no_stray() {
    let id = "EXC-2026-00006";
    let other = sample(id).replace("id: EXC-2026-00006", "id: EXC-2026-00007");
    let broken = sample(id).replace("class: standard", "class: [");
    for (path, text) in [
        ("docs/EXC-2026-00006.md", sample(id)),
        ("exceptions/README.md", sample(id)),
        ("notes.yaml.bak", sample(id)),
        ("docs/EXC-2026-00006.yaml", other),
        ("docs/EXC-2026-00006.yml", "title: none\n".to_owned()),
        ("docs/EXC-2026-00006.yaml", "id: EXC-2026-00007\nclass: [\n".to_owned()),
        ("docs/EXC-2026-00006", "Why: we need it: [\n".to_owned()),
        ("docs/CVE-2026-00006.yaml", "class: [\n".to_owned()),
        ("docs/billing.YAML", sample(id)),
        ("exceptions/billing.json", "{\"id\": \"EXC-2026-00002\"}".to_owned()),
        ("tests/EXC-2026-00006.yaml", broken),
        ("exceptions/EXC-2026-00006.json", String::new()),
        ("exceptions/EXC-2026-00002.json", "{\"log\": 1}\n{\"log\": 2}\n".to_owned()),
        ("tests/fixtures/EXC-2026-00006.yaml", sample(id)),
        ("examples/EXC-2026-00006.json", sample(id)),
    ] {
        let nothing = (0, BTreeSet::new());
        assert_eq!(stray(path, &text), [nothing.clone(), nothing.clone(), nothing], "{path}");
    }
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-qc", "stray", "origin/main"]]);
    write(&clone.top, "sub/exledger.yaml", "version: 1\n");
    write(&clone.top, "sub/exceptions/EXC-2026-00006.yaml", &sample(id));
    clone.git(&["add", "-A"]);
    let run = clone.run(&["lint", "--format", "json"]);
    assert!(!run.out.contains("stray-record"), "{}", run.out);
}

#[test]
fn what_another_tool_names_by_the_id_of_a_record_is_no_stray() {
    let named = |id: &str| format!("{{\"id\": \"{id}\", \"result\": \"pass\"}}\n").repeat(2);
    for id in ["EXC-2026-00002", "EXC-2026-00006"] {
        for (path, text) in [
            ("policies/ID.yaml", "---\nkind: PolicyException\n---\nkind: ConfigMap\n".to_owned()),
            ("scans/ID.json", "{\"log\": 1}\n{\"log\": 2}\n".to_owned()),
            ("scans/ID.json", named(id)),
            ("scans/ID.json", format!("{{\"log\": \"{}\"}}", "a".repeat(1_200_000))),
            ("templates/ID.yaml", "{{- if .Values.x }}\nkind: A\n{{- end }}\n".to_owned()),
            ("notes/ID.yaml", String::new()),
            ("notes/ID.yml", "# Ask Ana.\n".to_owned()),
            ("notes/ID.yaml", "\u{0}\u{0}\n".to_owned()),
        ] {
            let nothing = (0, BTreeSet::new());
            let found = stray(&path.replace("ID", id), &text);
            assert_eq!(found, [nothing.clone(), nothing.clone(), nothing], "{path} of {id}");
        }
    }
}

#[test]
fn a_record_that_git_ignores_or_that_is_not_tracked_under_its_name_is_said() {
    let origin = Origin::new();
    let clone = origin.after(&[&["switch", "-q", "main"]]);
    write(&clone.top, ".gitignore", "*6.yaml\n");
    write(&clone.top, "exceptions/EXC-2026-00006.yaml", &sample("EXC-2026-00006"));
    write(&clone.top, "exceptions/EXC-2026-00007.json", &sample("EXC-2026-00007"));
    let run = clone.run(&["lint"]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.out.contains("git add -f -- exceptions/EXC-2026-00006.yaml"), "{}", run.out);
    assert!(
        run.out.contains("`mv -- exceptions/EXC-2026-00007.json exceptions/EXC-2026-00007.yaml`"),
        "{}",
        run.out
    );
    clone.git(&["add", "-f", "exceptions/EXC-2026-00006.yaml"]);
    std::fs::rename(
        clone.top.join("exceptions/EXC-2026-00007.json"),
        clone.top.join("exceptions/EXC-2026-00007.yaml"),
    )
    .unwrap();
    let run = clone.run(&["lint"]);
    assert!(!run.out.contains("stray-record"), "{}", run.out);
}

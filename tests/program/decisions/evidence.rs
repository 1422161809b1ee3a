//! Evidence on its way into git: nothing with a secret in it.

use crate::decisions::refused::refused;
use crate::decisions::{ID, Life, POLICY, record};
use crate::support::repo::git;

/// A token, in two halves so that no scanner reports this file.
fn token() -> String {
    ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat()
}

/// A folder outside the repository with a file, and the argument that names it.
pub(super) fn outside(name: &str, bytes: &[u8]) -> (tempfile::TempDir, String) {
    let folder = crate::support::temporary();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let named = format!("E1=log:{}", path.display());
    (folder, named)
}

pub(super) fn note(evidence: &str) -> [&str; 8] {
    ["note", ID, "--stage", "triage", "--note", "The log of the job", "--evidence", evidence]
}

/// Returns the names of the evidence that is stored for the record.
pub(super) fn kept(life: &Life) -> Vec<String> {
    let folder = life.repo.path().join(format!("evidence/{ID}"));
    let files = crate::support::project::files(&folder, "").into_iter();
    files.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn text_with_a_secret_is_refused_with_file_and_line_before_anything_is_copied() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let token = token();
    let log = format!("job began\nlogin with {token}\npassword=Sup3rS3cret\n");
    let wide: Vec<u8> =
        [0xfeff].into_iter().chain(log.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = log.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        log.as_bytes(),
        &wide,
        &wide[2..],
        &big,
        &[log.as_bytes(), b"\0\xff\n"].concat(),
        &[b"\xff\xfe", log.as_bytes()].concat(),
        &[b"caf\xe9\n\n", log.as_bytes()].concat(),
    ] {
        let (folder, named) = outside("job.log", bytes);
        let shown = folder.path().join("job.log").display().to_string();
        let first = if bytes.starts_with(b"caf") { 4 } else { 2 };
        for args in [
            &note(&named)[..],
            &["review", ID, "--control", "CC1", "--evidence", &named],
            &[
                "close",
                ID,
                "--outcome",
                "remediated",
                "--reason",
                "It is gone",
                "--evidence",
                &named,
            ],
        ] {
            let err = refused(&life, args);
            let lines = [
                format!("error: {shown}:{first} contains what looks like a GitHub token\n"),
                format!("  {shown}:{} contains what looks like a password\n", first + 1),
                "  help: cut it out, or cite a URL; list false positives in `lint.not_secrets`\n"
                    .to_owned(),
            ];
            assert_eq!(err, lines.concat(), "{args:?}");
            assert!(!err.contains(&token) && !err.contains("Sup3r"), "{err}");
        }
    }
    assert_eq!(kept(&life), [""; 0]);
    assert_eq!(git(life.repo.path(), &["status", "--porcelain"]), "");
    // What lies there already is no better.
    let path = life.repo.path().join("evidence/kept.log");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, &log).unwrap();
    assert!(refused(&life, &note("evidence/kept.log")).contains("evidence/kept.log:2 contains"));
}

#[test]
fn what_the_policy_lists_a_certificate_and_an_image_is_copied() {
    let policy = format!("{POLICY}lint: {{not_secrets: ['login with ghp_*']}}\n");
    let life = Life::of(&policy);
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let body = "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ";
    let certificate = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    let image = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";
    for (name, bytes) in [
        ("a.log", format!("login with {}\n", token()).as_bytes()),
        ("b.pem", certificate.as_bytes()),
        ("c.png", image),
    ] {
        let (_folder, named) = outside(name, bytes);
        let named = named.replace("E1=", "");
        let run = life.run("ana", &note(&named));
        assert_eq!(run.code, 0, "{name}: {}", run.err);
    }
    assert_eq!(kept(&life), ["a.log", "b.pem", "c.png"]);
    // The same line outside the certificate is a key.
    let (_folder, named) = outside("d.txt", format!("{certificate}{body}\n").as_bytes());
    assert!(refused(&life, &note(&named)).contains("d.txt:4 contains what looks like a key"));
}

#[test]
fn evidence_is_hashed_with_the_line_ends_that_git_stores() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let (_folder, named) = outside("job.log", b"one\ntwo\n");
    life.decided("ana", &note(&named), "lee");
    let clone = life.repo.clone_with(&["-c", "core.autocrlf=true"]);
    let place = |name: &str| format!("evidence/{ID}/{name}");
    let bytes = std::fs::read(clone.path().join(place("job.log"))).unwrap();
    assert_eq!(bytes, b"one\r\ntwo\r\n");
    let run = |args: &[&str]| crate::cli::run(clone.path(), args);
    let lint = run(&["lint"]);
    assert_eq!(lint.code, 0, "{}", lint.out);
    // A decision is linted like the file that lies there, and writes the digest of what will be committed.
    let (_folder, named) = outside("next.log", b"three\r\nfour\r\n");
    let by = ["--by", "ana@example.com", "--on", "2026-11-25"];
    let noted = run(&[&note(&named.replace("E1=", "E2="))[..], &by].concat());
    assert_eq!(noted.code, 0, "{}", noted.err);
    std::fs::write(clone.path().join(place("kept.log")), "five\r\n").unwrap();
    let kept = format!("E3=log:{}", place("kept.log"));
    let noted = run(&[&note(&kept)[..], &by].concat());
    assert_eq!(noted.code, 0, "{}", noted.err);
    let lint = run(&["lint"]);
    assert_eq!(lint.code, 0, "{}", lint.out);
    git(clone.path(), &["add", "-A"]);
    let ana = ["-c", "user.name=Ana Ruiz", "-c", "user.email=ana@example.com"];
    git(clone.path(), &[&ana[..], &["commit", "-q", "-m", "Note it"]].concat());
    std::fs::remove_dir_all(clone.path().join("evidence")).unwrap();
    git(clone.path(), &["checkout", "-q", "."]);
    let stored = git(clone.path(), &["show", &format!("HEAD:{}", place("next.log"))]);
    assert_eq!(stored, "three\nfour\n");
    let lint = run(&["lint"]);
    assert_eq!(lint.code, 0, "{}", lint.out);
    // Other content is still found.
    std::fs::write(clone.path().join(place("job.log")), "one\r\nthree\r\n").unwrap();
    let lint = run(&["lint"]);
    assert!(lint.code == 1 && lint.out.contains("evidence-changed"), "{}", lint.out);
}

#[test]
fn evidence_of_which_git_stores_other_bytes_is_refused_and_not_judged() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    let top = life.repo.path();
    let attributes = top.join(".gitattributes");
    let (_folder, named) = outside("job.log", b"one\n");
    std::fs::write(&attributes, "evidence/** filter=vault\n").unwrap();
    let err = refused(&life, &note(&named));
    assert!(err.contains("evidence/ has the attribute filter=vault"), "{err}");
    std::fs::remove_file(&attributes).unwrap();
    assert_eq!(life.run("ana", &note(&named)).code, 0);
    git(top, &["add", "-A"]);
    assert_eq!(life.run("ana", &["lint"]).code, 0);
    std::fs::write(&attributes, "*.log filter=vault\n").unwrap();
    let record = format!("exceptions/{ID}.yaml");
    for args in [&["lint"][..], &["lint", &record], &["lint", "--base", "main"], &["diff", "main"]]
    {
        let (code, answer) = life.answered("ana", args);
        assert_eq!(code, 3, "{args:?}: {answer}");
        let unread = &answer["judged"]["not_read"][0]["path"];
        assert_eq!(*unread, format!("evidence/{ID}/job.log"), "{args:?}");
    }
    let run = life.run("ana", &["lint"]);
    let said =
        "1 record judged, 1 file not read: nothing to object to, as far as could be determined";
    assert!(run.out.contains(said), "{}", run.out);
    let help = run.err.split_once("help: ").unwrap().1.lines().next().unwrap();
    let shell = std::process::Command::new("sh").args(["-c", help]).current_dir(top).output();
    assert!(shell.unwrap().status.success(), "{help}");
    assert_eq!(life.run("ana", &["lint"]).code, 0);
}

//! The lines of allowed_signers and revoked keys: the owner of each key, and errors in lines.

use exledger::approval::sources::keys::{KeyStatus, Signer};
use exledger::approval::sources::signers::{Revoked, Signers};
use exledger::diag::Level;
use exledger::policy::governance::Governance;
use exledger::policy::wire::PublicKey;

use super::{at, keys, landing, person, public};

fn ed25519() -> PublicKey {
    let line = public("ed25519.pub");
    let (algorithm, base64) = line.split_once(' ').unwrap();
    PublicKey::parse(algorithm, base64).unwrap()
}

#[test]
fn each_form_of_a_line_is_read() {
    let key = public("ed25519.pub");
    for (fields, principals) in [
        ("dana@example.com".to_owned(), vec!["dana@example.com"]),
        ("dana@example.com,d@example.com".to_owned(), vec!["dana@example.com", "d@example.com"]),
        (
            "\"dana@example.com, d@example.com\"".to_owned(),
            vec!["dana@example.com", "d@example.com"],
        ),
        (
            "  *@example.com,!lee@example.com\t".to_owned(),
            vec!["*@example.com", "!lee@example.com"],
        ),
        ("dana@example.com NAMESPACES=\"git\",cert-authority".to_owned(), vec!["dana@example.com"]),
    ] {
        let read = Signers::parse(&format!("# who signs\n\n{fields} {key} laptop of Dana\r\n"));
        assert_eq!(read.problems, [], "{fields}");
        assert_eq!(read.lines[0].principals, principals);
        assert_eq!(read.lines[0].number, 3);
        assert_eq!(read.lines[0].key, ed25519());
    }
    let all = "a@example.com cert-authority,namespaces=\"git,file\",valid-after=\"20260101Z\",valid-before=\"202612311800\"";
    let line = &Signers::parse(&format!("{all} {key}")).lines[0];
    assert!(line.signs_certificates);
    assert_eq!(line.namespaces, Some(vec!["git".to_owned(), "file".to_owned()]));
    assert_eq!(line.valid_after, Some(at("2026-01-01T00:00:00Z")));
    assert_eq!(line.valid_before, Some(at("2026-12-31T18:00:00Z")));
}

#[test]
fn a_line_that_cannot_be_read_lists_nobody_and_hides_no_other() {
    let key = public("ed25519.pub");
    let bare = key.split(' ').nth(1).unwrap();
    for line in [
        "dana@example.com".to_owned(),
        key.clone(),
        "dana@example.com ssh-ed25519".to_owned(),
        "dana@example.com ssh-ed25519 AAAA".to_owned(),
        "dana@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJfSQ==".to_owned(),
        format!("dana@example.com ssh-rsa {bare}"),
        format!("\"dana@example.com {key}"),
        format!(",! {key}"),
        format!("dana@example.com verify-required {key}"),
        format!("dana@example.com cert-authority=\"yes\" {key}"),
        format!("dana@example.com cert-authority, {key}"),
        format!("dana@example.com namespaces=\"git\"\"file\" {key}"),
        format!("dana@example.com namespaces=\"git {key}"),
        format!("dana@example.com namespaces {key}"),
        format!("dana@example.com namespaces=\"git\",namespaces=\"file\" {key}"),
        format!("dana@example.com valid-after=\"20260230Z\" {key}"),
        format!("dana@example.com valid-after=\"2026-01-01\" {key}"),
        format!("dana@example.com valid-after=\"20260101\",valid-before=\"20260101\" {key}"),
        format!("dana@example.com valid-before=\"202601011\" {key}"),
        format!("dana@example.com valid-before=\"202601012500Z\" {key}"),
        format!("dana@example.com valid-before=\"20260101+1\" {key}"),
    ] {
        let read = Signers::parse(&format!("{line}\nlee@example.com {key}\n"));
        assert_eq!(read.problems.len(), 1, "{line}: {:?}", read.problems);
        assert_eq!((read.problems[0].line, read.problems[0].level), (1, Level::Error));
        assert!(!read.problems[0].help.is_empty());
        assert_eq!(read.lines.len(), 1, "{line}");
    }
}

#[test]
fn an_option_without_quotes_is_obeyed_and_warned_about() {
    let key = public("ed25519.pub");
    let read =
        Signers::parse(&format!("dana@example.com valid-before=20260101Z,namespaces=git {key}"));
    assert_eq!(read.lines[0].valid_before, Some(at("2026-01-01T00:00:00Z")));
    assert_eq!(read.lines[0].namespaces, Some(vec!["git".to_owned()]));
    let levels: Vec<Level> = read.problems.iter().map(|problem| problem.level).collect();
    assert_eq!(levels, [Level::Warning, Level::Warning]);
}

#[test]
fn a_revoked_line_without_a_key_is_a_finding() {
    let key = public("p384.pub");
    let read = Revoked::parse(&format!("# stolen\n\n{key} old laptop\nssh-ed25519 AAAA\nSSHKRL\n"));
    assert_eq!(read.keys.len(), 1);
    let lines: Vec<u32> = read.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [4, 5]);
    for (begin, n_problems) in [("# stolen\r", 0), ("# stolen", 1), ("\u{feff}", 0), ("", 0)] {
        let read = Revoked::parse(&format!("{begin}{key}\n"));
        assert_eq!((read.keys.len(), read.problems.len()), (1, n_problems), "{begin:?}");
    }
}

#[test]
fn a_key_is_known_by_the_fingerprint_that_ssh_keygen_shows() {
    // From `ssh-keygen -lf`.
    assert_eq!(ed25519().fingerprint(), "SHA256:kvvWL7C+cmMbnO1hJcJkATcAQwAEFBf6BV5yytjwRyg");
    assert_eq!(ed25519().to_string(), public("ed25519.pub"));
}

fn signer(signers: &str) -> Signer {
    match keys(signers, "").status(&ed25519(), "git", landing()) {
        KeyStatus::Listed(signer) => signer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_principals_of_a_line_and_of_a_key_are_one_person() {
    let key = public("ed25519.pub");
    let other = public("other.pub");
    let governance = Governance::default();
    let list = format!(
        "dana@example.com,d@example.org {key}\nd@example.org,kim@example.com {other}\nlee@example.com {}\n*@example.net {key}\n",
        public("p256.pub")
    );
    let keys = keys(&list, "");
    let keys_of_person: Vec<String> =
        keys.person_keys(&governance, "kim@example.com").into_iter().collect();
    assert_eq!(keys_of_person, ["d@example.org", "dana@example.com", "kim@example.com"]);
    let keys_of_person: Vec<String> =
        keys.person_keys(&governance, "lee@example.com").into_iter().collect();
    assert_eq!(keys_of_person, ["lee@example.com"]);
    let persons = signer(&list).persons(&governance);
    let addresses: Vec<&str> = persons.iter().map(|person| person.key.as_str()).collect();
    assert_eq!(addresses, ["d@example.org", "dana@example.com"]);
    assert!(keys.lists(&governance, &person("lee@example.com")));
    assert!(!keys.lists(&governance, &person("sam@example.com")));
}

#[test]
fn a_signer_speaks_as_whom_its_line_names() {
    let governance = Governance::default();
    for (principals, address, speaks) in [
        ("dana@example.com", "dana@example.com", true),
        ("Dana@Example.com", "dana@example.com", true),
        ("dana@example.com", "lee@example.com", false),
        ("*@example.com", "dana@example.com", true),
        ("*@example.com,!dana@example.com", "dana@example.com", false),
        ("!dana@example.com,*", "dana@example.com", false),
        ("!dana@example.com", "lee@example.com", false),
        ("d?na@*.com", "dana@example.com", true),
        ("d?na", "dana@example.com", false),
        ("*a*a*@*", "dana@example.com", true),
        ("*z*", "dana@example.com", false),
    ] {
        let signer = signer(&format!("{principals} {}\n", public("ed25519.pub")));
        assert_eq!(signer.is(&governance, &person(address)), speaks, "{principals} {address}");
    }
}

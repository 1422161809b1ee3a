//! Signing with ssh-keygen: its signatures are verified here, and the other way round. Keys are made for one test.

use std::path::{Path, PathBuf};
use std::process::Command;

use exledger::approval::sources::keys::Keys;
use exledger::approval::sources::signature::{self, GIT, SignatureState};
use exledger::approval::sources::signers::Signers;
use exledger::policy::governance::Governance;
use exledger::store::sign::{KeySource, Setup, SignError, SigningKey, sign};

use super::{keys, landing, person, who};
use crate::support::keygen::made;

const APPROVAL: &str = "exledger-approval@v1";

fn setup(key: PathBuf) -> Setup {
    Setup { program: PathBuf::from("ssh-keygen"), key: SigningKey::File(key) }
}

fn read(path: PathBuf) -> String {
    std::fs::read_to_string(path).unwrap().trim().to_owned()
}

#[test]
fn what_is_signed_is_verified_here_and_by_ssh_keygen() {
    let kinds: &[(&str, &[&str])] = &[
        ("ed25519", &["-t", "ed25519"]),
        ("p256", &["-t", "ecdsa", "-b", "256"]),
        ("rsa", &["-t", "rsa", "-b", "2048"]),
    ];
    let folder = made(kinds);
    let text = b"exledger-approval v1\n";
    std::fs::write(folder.path().join("text"), text).unwrap();
    for (name, _) in kinds {
        let public = folder.path().join(format!("{name}.pub"));
        let line = format!("dana@example.com namespaces=\"{APPROVAL}\" {}\n", read(public.clone()));
        std::fs::write(folder.path().join("signers"), &line).unwrap();
        // A path to either half of the key works, as with git.
        for key in [folder.path().join(name), public] {
            let armoured = sign(&setup(key), APPROVAL, text).unwrap();
            let state = signature::detached(&armoured, text).state(&keys(&line, ""), landing());
            assert_eq!(who(&state), "dana@example.com", "{name}");
            std::fs::write(folder.path().join("text.sig"), &armoured).unwrap();
            let verify = Command::new("ssh-keygen")
                .args(["-Y", "verify", "-f", "signers", "-I", "dana@example.com"])
                .args(["-n", APPROVAL, "-s", "text.sig"])
                .current_dir(folder.path())
                .stdin(std::fs::File::open(folder.path().join("text")).unwrap())
                .output();
            let output = verify.unwrap();
            assert!(output.status.success(), "{name}: {output:?}");
        }
    }
}

/// Prefixes of signers lines, to be completed by a key; ssh-keygen reads all of them, too.
const LINES: &[&str] = &[
    "dana@example.com",
    "lee@example.com",
    "lee@example.com,dana@example.com",
    "\"lee@example.com,dana@example.com\"",
    "*@example.com",
    "*@example.org",
    "*@example.com,!dana@*",
    "!dana@example.com,*",
    "!lee@example.com",
    "d?na@example.com",
    "*d*n*@*.com",
    "dana@example.com namespaces=\"exledger-approval@v1\"",
    "dana@example.com namespaces=\"git,exledger-*\"",
    "dana@example.com namespaces=\"*,!exledger-approval@v1\"",
    "dana@example.com NameSpaces=\"git\"",
    "dana@example.com namespaces=\"\"",
    "dana@example.com cert-authority",
    "dana@example.com cert-authority,namespaces=\"git\"",
    "dana@example.com valid-before=\"20261202080000Z\"",
    "dana@example.com valid-before=\"20261202075959Z\"",
    "dana@example.com valid-before=\"202612020800Z\"",
    "dana@example.com valid-before=\"202612020759Z\"",
    "dana@example.com valid-before=\"20261202Z\"",
    "dana@example.com valid-before=\"20261203z\"",
    "dana@example.com valid-before=\"20261203UTC\"",
    "dana@example.com valid-after=\"20261202080000Z\"",
    "dana@example.com valid-after=\"20261202080001Z\"",
    "dana@example.com valid-after=\"20261201Z\",valid-before=\"20261203Z\"",
    "dana@example.com valid-after=\"20261203Z\",valid-before=\"20261201Z\"",
    "dana@example.com valid-after=\"20261201Z\",valid-after=\"20261130Z\"",
    "dana@example.com valid-before=\"2026-12-03\"",
    "dana@example.com valid-before=\"20261303Z\"",
    "dana@example.com namespaces=\"git\",namespaces=\"*\"",
    "dana@example.com cert-authority,",
    "dana@example.com verify-required",
    "dana@example.com namespaces=\"git\\\",exledger-*\"",
    "\"dana@example.com\"namespaces=\"exledger-*\"",
    "",
];

#[test]
fn each_line_of_signers_is_read_as_ssh_keygen_reads_it() {
    let folder = made(&[("key", &["-t", "ed25519"])]);
    let place = |name: &str| folder.path().join(name);
    let key = read(place("key.pub"));
    let armoured = sign(&setup(place("key")), APPROVAL, b"text").unwrap();
    std::fs::write(place("text"), b"text").unwrap();
    std::fs::write(place("text.sig"), &armoured).unwrap();
    let governance = Governance::default();
    for fields in LINES {
        let line = format!("{fields} {key}\n");
        std::fs::write(place("signers"), &line).unwrap();
        let verify = Command::new("ssh-keygen")
            .args(["-Y", "verify", "-f", "signers", "-I", "dana@example.com"])
            .args(["-n", APPROVAL, "-s", "text.sig", "-Overify-time=20261202080000Z"])
            .current_dir(folder.path())
            .stdin(std::fs::File::open(place("text")).unwrap())
            .output();
        let theirs = verify.unwrap();
        let keys = Keys::new(&Signers::parse(&line), []);
        let ours = match signature::detached(&armoured, b"text").state(&keys, landing()) {
            SignatureState::Attested(signer) => signer.is(&governance, &person("dana@example.com")),
            _ => false,
        };
        let said = String::from_utf8_lossy(&theirs.stderr);
        assert_eq!(ours, theirs.status.success(), "{fields}: {said}");
    }
}

#[test]
fn a_signature_for_git_is_none_for_approvals() {
    let folder = made(&[("key", &["-t", "ed25519"])]);
    let line = format!("dana@example.com {}\n", read(folder.path().join("key.pub")));
    let armoured = sign(&setup(folder.path().join("key")), GIT, b"text").unwrap();
    let state = signature::detached(&armoured, b"text").state(&keys(&line, ""), landing());
    assert_eq!(who(&state), "bad");
}

#[test]
fn a_key_that_nobody_holds_is_an_error_that_names_the_way_out() {
    let folder = made(&[("key", &["-t", "ed25519"])]);
    let public = read(folder.path().join("key.pub"));
    std::fs::remove_file(folder.path().join("key")).unwrap();
    let refused = sign(&setup(folder.path().join("key.pub")), APPROVAL, b"text").unwrap_err();
    assert!(matches!(&refused, SignError::Refused(said) if !said.is_empty()), "{refused}");
    assert!(refused.remedy().words().contains("ssh-add"));
    let in_agent = Setup { program: PathBuf::from("ssh-keygen"), key: SigningKey::InAgent(public) };
    let refused = sign(&in_agent, APPROVAL, b"text").unwrap_err();
    assert!(matches!(refused, SignError::Refused(_)), "{refused}");
    let absent = Setup { program: folder.path().join("no-such-program"), ..in_agent };
    let refused = sign(&absent, APPROVAL, b"text").unwrap_err();
    assert!(matches!(refused, SignError::ProgramAbsent(_)), "{refused}");
}

#[cfg(unix)]
#[test]
fn a_key_that_is_only_in_the_agent_signs_by_its_public_half() {
    let folder = made(&[("key", &["-t", "ed25519"])]);
    let public = read(folder.path().join("key.pub"));
    let private = folder.path().join("key");
    let beside_agent = Setup {
        program: super::data("agent.sh"),
        key: SigningKey::InAgent(format!("{public} {}", private.display())),
    };
    let armoured = sign(&beside_agent, APPROVAL, b"text").unwrap();
    let line = format!("dana@example.com {public}\n");
    let state = signature::detached(&armoured, b"text").state(&keys(&line, ""), landing());
    assert_eq!(who(&state), "dana@example.com");
}

/// Reads the setup of a configuration with these lines, and a flag.
fn configured(lines: &str, flag: Option<&str>, folder: &Path) -> Result<Setup, SignError> {
    let path = folder.join("config");
    std::fs::write(&path, lines).unwrap();
    let config = git2::Config::open(&path).unwrap();
    Setup::for_approvals(&config.into(), flag, Some(folder), folder)
}

#[test]
fn the_key_is_that_of_the_flag_then_the_ledgers_own_then_gits_where_that_is_ssh() {
    let folder = crate::support::temporary();
    let place = |name: &str| folder.path().join(name);
    for name in ["id.pub", "own.pub", "flag.pub"] {
        std::fs::write(place(name), "ssh-ed25519 AAAA\n").unwrap();
    }
    let private = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n";
    std::fs::write(place("private"), private).unwrap();
    let plain: PathBuf = "ssh-keygen".into();
    let file = |name: &str| SigningKey::File(place(name));
    let in_agent = |key: &str| SigningKey::InAgent(key.to_owned());
    let both = "[user]\nsigningkey = ~/id.pub\n[exledger]\nsigningKey = ~/own.pub";
    for (lines, flag, program, key) in [
        ("[user]\nsigningkey = ~/id.pub", None, &plain, file("id.pub")),
        (
            "[user]\nsigningkey = id.pub\n[gpg \"ssh\"]\nprogram = ~/bin/op-ssh-sign",
            None,
            &place("bin/op-ssh-sign"),
            file("id.pub"),
        ),
        (
            "[user]\nsigningkey = key::ssh-ed25519 AAAA laptop",
            None,
            &plain,
            in_agent("ssh-ed25519 AAAA laptop"),
        ),
        (
            "[user]\nsigningkey = ssh-rsa AAAA\n[gpg \"ssh\"]\nprogram =",
            None,
            &plain,
            in_agent("ssh-rsa AAAA"),
        ),
        (both, None, &plain, file("own.pub")),
        (both, Some("flag.pub"), &plain, file("flag.pub")),
        (both, Some("private"), &plain, file("private")),
        (
            "[user]\nsigningkey = 0xDEADBEEF\n[exledger]\nsigningKey = key::ssh-ed25519 BBBB",
            None,
            &plain,
            in_agent("ssh-ed25519 BBBB"),
        ),
    ] {
        let setup = configured(lines, flag, folder.path()).unwrap();
        let program = program.clone();
        assert_eq!(setup, Setup { program, key }, "{lines}");
    }
}

#[test]
fn a_missing_key_is_said_with_what_to_set() {
    let folder = crate::support::temporary();
    std::fs::write(folder.path().join("notes.txt"), "no key at all\n").unwrap();
    let pgp = "[user]\nsigningkey = ABCD1234\n[gpg]\nformat = ";
    for (lines, flag, said) in [
        ("", None, "no key is configured"),
        ("[user]\nsigningkey =", None, "no key is configured"),
        ("[user]\nsigningkey = ABCD1234", None, "a key for OpenPGP"),
        (&format!("{pgp}openpgp"), None, "a key for OpenPGP"),
        (&format!("{pgp}x509"), None, "a key for X.509"),
        (&format!("{pgp}ssh"), None, "user.signingkey is"),
        ("", Some("gone.pub"), "--key is"),
        ("", Some("notes.txt"), "is not an SSH key"),
        ("[exledger]\nsigningKey = notes.txt", None, "exledger.signingKey is"),
        ("[user]\nsigningkey = ./notes.txt", None, "user.signingkey is"),
    ] {
        let error = configured(lines, flag, folder.path()).unwrap_err();
        assert!(error.to_string().contains(said), "{lines}: {error}");
        let help = error.remedy().words();
        assert!(help.contains("--key FILE"), "{help}");
        assert!(help.contains("git config exledger.signingKey"), "{help}");
        assert!(!help.contains("user.signingkey"), "{help}");
    }
    let absent = configured("", Some("gone.pub"), folder.path()).unwrap_err();
    let source = match absent {
        SignError::KeyAbsent { named_by, .. } => named_by,
        other => panic!("{other}"),
    };
    assert_eq!(source, KeySource::Flag);
}

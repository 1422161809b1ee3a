//! `scripts/install.sh`: what it runs and installs, with programs of `tests/data/install` that stand in for the network.
//!
//! They are files of the tree, since one that was just written can't always be run while other threads start programs.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::{between, metadata, text};
use crate::cli::Run;
use crate::support::project;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const TARGET: &str = "x86_64-unknown-linux-musl";

/// What the script needs from the system; nothing else is on its PATH.
const TOOLS: &str = "sh tar gzip sha256sum shasum mktemp awk sed grep head wc rm mkdir mv cp chmod cat dirname basename tr cut od cmp";

/// A machine with a copy of the script, stand-ins for the network, and an empty home.
struct Machine {
    folder: tempfile::TempDir,
    tree: tempfile::TempDir,
    version: String,
}

impl Machine {
    /// Returns a machine with the script of a release, and that release on the stand-in for the forge.
    fn with_release() -> Machine {
        let machine = Machine::with_tree();
        let filled =
            metadata::run(machine.tree.path(), "fill-metadata.sh", &["ana/ledger", COMMIT]);
        assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
        machine
    }

    /// The same, but the script is as in a source tree.
    fn with_tree() -> Machine {
        let manifest = text("Cargo.toml");
        let version = between(&manifest, "\nversion = \"", "\"").to_owned();
        let folder = crate::support::temporary();
        let machine = Machine { folder, tree: metadata::copied_tree(), version };
        for name in ["bin", "served", "home", "tmp"] {
            std::fs::create_dir(machine.path(name)).unwrap();
        }
        for tool in TOOLS.split_whitespace() {
            let places =
                std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect::<Vec<_>>();
            if let Some(found) = places.iter().map(|place| place.join(tool)).find(|it| it.is_file())
            {
                std::os::unix::fs::symlink(found, machine.path("bin").join(tool)).unwrap();
            }
        }
        for name in ["curl", "gh", "uname"] {
            let stand_in = project::root().join("tests/data/install").join(name);
            std::os::unix::fs::symlink(stand_in, machine.path("bin").join(name)).unwrap();
        }
        machine.write("machine", "x86_64\n");
        machine.write("gh-help", "--source-ref --source-digest\n");
        machine.write("attested", "");
        let program = format!("#!/bin/sh\n: > \"$FAKE/ran\"\necho exledger {}\n", machine.version);
        machine.write("exledger", &program);
        let runs = PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(machine.path("exledger"), runs).unwrap();
        machine.serve(&["exledger"]);
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Puts an archive of these members on the stand-in for the forge, with its checksum.
    fn serve(&self, members: &[&str]) {
        let archive = self.path("served").join(self.archive());
        let mut tar = Command::new("tar");
        tar.arg("-czPf").arg(&archive).args(members).current_dir(self.folder.path());
        assert!(tar.status().unwrap().success());
        self.write("served/SHA256SUMS", &format!("{}  {}\n", self.digest(), self.archive()));
    }

    fn archive(&self) -> String {
        format!("exledger-v{}-{TARGET}.tar.gz", self.version)
    }

    /// Returns the digest of the served archive.
    fn digest(&self) -> String {
        let bytes = std::fs::read(self.path("served").join(self.archive())).unwrap();
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Runs the script with only these variables.
    fn install(&self, variables: &[(&str, &str)]) -> Run {
        let output = Command::new("/bin/sh")
            .arg(self.tree.path().join("scripts/install.sh"))
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("FAKE", self.folder.path())
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Run {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Returns what was called, one line each.
    fn calls(&self) -> String {
        std::fs::read_to_string(self.path("calls")).unwrap_or_default()
    }

    /// Asserts that the download was not run, and that nothing of it was left behind.
    fn assert_untouched(&self, name: &str) {
        assert!(!self.path("ran").exists(), "{name}: it was run");
        for folder in ["home", "tmp"] {
            let left = std::fs::read_dir(self.path(folder)).unwrap().count();
            assert_eq!(left, 0, "{name}: something is left in {folder}");
        }
    }
}

#[test]
fn a_release_is_installed_after_its_attestation_was_verified() {
    let machine = Machine::with_release();
    let installed = machine.install(&[("GH_TOKEN", "secret-of-the-job")]);
    assert_eq!(installed.code, 0, "{}", installed.err);
    let program = machine.path("home/.local/bin/exledger");
    assert_eq!(Path::new(installed.out.trim_end()), program.canonicalize().unwrap());
    assert_eq!(std::fs::read_dir(machine.path("tmp")).unwrap().count(), 0);

    let calls = machine.calls();
    let (version, archive) = (&machine.version, machine.archive());
    let verified = calls.lines().find(|line| line.starts_with("gh ")).unwrap();
    let (before, after) = verified.split_once(&archive).unwrap();
    assert!(before.starts_with("gh attestation verify "), "{verified}");
    assert_eq!(
        after,
        format!(
            " --repo ana/ledger --signer-workflow ana/ledger/.github/workflows/release.yml \
             --source-ref refs/tags/v{version} --source-digest {COMMIT} --deny-self-hosted-runners"
        )
    );
    let asked: Vec<&str> = calls.lines().filter(|line| line.starts_with("curl ")).collect();
    let from = format!("-- https://github.com/ana/ledger/releases/download/v{version}/");
    assert_eq!(asked.len(), 2, "{calls}");
    for call in asked {
        assert!(call.starts_with("curl --disable ") && call.contains(&from), "{call}");
        for limit in ["--proto =https", "--proto-redir =https", "--max-time", "--max-filesize"] {
            assert!(call.contains(limit), "{call}");
        }
    }
    assert!(!calls.contains("secret-of-the-job"), "{calls}");
}

#[test]
fn a_checkout_of_the_action_installs_the_release_of_its_own_commit() {
    let machine = Machine::with_tree();
    let filled = metadata::run(machine.tree.path(), "fill-metadata.sh", &["ana/ledger"]);
    assert!(filled.status.success());
    let unknown = machine.install(&[]);
    assert_eq!(unknown.code, 3, "{}", unknown.err);
    machine.assert_untouched("a commit that nobody named");
    let folder = machine.path("chosen");
    let own = [("EXLEDGER_COMMIT", COMMIT), ("EXLEDGER_DIR", folder.to_str().unwrap())];
    let installed = machine.install(&own);
    assert_eq!(installed.code, 0, "{}", installed.err);
    assert!(machine.calls().contains(&format!("--source-digest {COMMIT}")));
    assert!(folder.join("exledger").is_file());
}

/// Asserts that an installation is refused with this code and a message that has this in it.
fn assert_refused(machine: &Machine, variables: &[(&str, &str)], code: i32, message: &str) {
    let refused = machine.install(variables);
    assert_eq!(refused.code, code, "{message}: {}", refused.err);
    assert!(refused.err.contains(message), "{message}: {}", refused.err);
    assert!(refused.err.contains("\n  help: "), "{message}: {}", refused.err);
    assert_eq!(refused.out, "", "{message}");
    machine.assert_untouched(message);
}

/// What is wrong with a machine or a release, and a part of the message.
type Doubt<'a> = (&'a dyn Fn(&Machine), &'a str);

#[test]
fn nothing_that_was_not_verified_is_run_or_left_behind() {
    let gone =
        |name: &'static str| move |it: &Machine| std::fs::remove_file(it.path(name)).unwrap();
    let doubts: &[Doubt] = &[
        (&|it| it.write(&format!("served/{}", it.archive()), "another file"), "has the digest"),
        (&gone("attested"), "attestation"),
        (&gone("bin/gh"), "gh is not installed"),
        (&gone("bin/curl"), "curl is not installed"),
        (&gone("served/SHA256SUMS"), "could not download"),
        (&|it| it.write("gh-help", "--repo\n"), "update the GitHub CLI"),
        (&|it| it.write("served/SHA256SUMS", "\n"), "SHA256SUMS"),
        (&|it| it.write("machine", "s390x\n"), "s390x"),
        (&|it| it.serve(&["machine"]), "exactly one file"),
        (
            &|it| {
                std::fs::create_dir(it.path("folder")).unwrap();
                it.write("evil", "");
                it.serve(&["exledger", "folder/../evil"]);
            },
            "leads out",
        ),
        (
            &|it| {
                std::fs::rename(it.path("exledger"), it.path("real")).unwrap();
                std::os::unix::fs::symlink("real", it.path("exledger")).unwrap();
                it.serve(&["exledger"]);
            },
            "0 bytes",
        ),
    ];
    for (change, message) in doubts {
        let machine = Machine::with_release();
        change(&machine);
        assert_refused(&machine, &[], 3, message);
    }
}

#[test]
fn variables_that_say_too_little_or_too_much_are_refused() {
    let url = ("URL", "https://example.com/exledger.tar.gz");
    let zeros = "0".repeat(64);
    let digest = ("SHA256", zeros.as_str());
    let machine = Machine::with_release();
    for (variables, code, message) in [
        (&[url][..], 2, "URL is given without SHA256"),
        (&[digest], 2, "SHA256 is given without URL"),
        (&[("URL", "http://example.com/a"), digest], 2, "https"),
        (&[("URL", "https://a:b@example.com/a"), digest], 2, "password"),
        (&[url, ("SHA256", "abc")], 2, "64 hexadecimal digits"),
        (&[url, digest], 3, "could not download"),
        (&[url, digest, ("EXLEDGER", "sh")], 2, "both"),
        (&[("EXLEDGER", "missing/exledger")], 2, "missing/exledger"),
        (&[("VERSION", "99.0.0")], 2, "99.0.0"),
        (&[("GITHUB_SERVER_URL", "https://git.example.com")], 3, "git.example.com"),
    ] {
        assert_refused(&machine, variables, code, message);
    }
}

#[test]
fn a_copy_that_belongs_to_no_release_installs_only_what_it_is_told() {
    let machine = Machine::with_tree();
    let refused = machine.install(&[("EXLEDGER_COMMIT", COMMIT)]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    assert_eq!(machine.calls(), "");
    machine.assert_untouched("no release");

    let there = machine.path("exledger");
    let used = machine.install(&[("EXLEDGER", there.to_str().unwrap())]);
    assert_eq!((used.code, used.out.trim_end()), (0, there.to_str().unwrap()), "{}", used.err);
    assert_eq!(machine.calls(), "");

    let address = format!("https://example.com/mirror/{}?key=value", machine.archive());
    let served = machine.archive();
    std::fs::rename(
        machine.path("served").join(&served),
        machine.path("served").join(format!("{served}?key=value")),
    )
    .unwrap();
    let renamed = machine.path("served").join(format!("{served}?key=value"));
    let digest = Sha256::digest(std::fs::read(renamed).unwrap());
    let digest: String = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    let installed = machine.install(&[("URL", &address), ("SHA256", &digest)]);
    assert_eq!(installed.code, 0, "{}", installed.err);
    assert!(!machine.calls().contains("gh "), "{}", machine.calls());
}

//! Signs with `ssh-keygen -Y sign`, as git does.
//!
//! Start at [`Setup::for_approvals`] and [`sign`]. Follows `docs/spec/approval.md`, S7. Of a private key file only the
//! beginning is read here: ssh-keygen or the agent uses the key.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fmt, fs};

use crate::diag::remedy::Remedy;
use crate::store::git::configuration::GitConfig;
use crate::store::run::KEY_VARIABLE;

/// How to configure a key for approvals.
pub const NAME_KEY: &str =
    "--key FILE, or once for all: git config exledger.signingKey ~/.ssh/id_ed25519.pub";

const PROGRAM: &str = "ssh-keygen";

/// The signing setup from git's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// `gpg.ssh.program`, or `ssh-keygen`.
    pub program: PathBuf,
    pub key: SigningKey,
}

/// Where a key was configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// By the flag `--key`.
    Flag,
    /// By git's `exledger.signingKey`.
    Approvals,
    /// By git's `user.signingkey`.
    Git,
}

/// How git signs commits here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitSigning {
    /// Only on request.
    Unsigned,
    Ssh,
    /// In another format than SSH, as `gpg.format` names it.
    Other(String),
}

impl CommitSigning {
    /// Returns what `commit.gpgsign` and `gpg.format` say.
    pub fn from_config(config: &GitConfig) -> CommitSigning {
        if !config.get_bool("commit.gpgsign").unwrap_or(false) {
            return CommitSigning::Unsigned;
        }
        match config.get_string("gpg.format").ok().as_deref() {
            Some("ssh") => CommitSigning::Ssh,
            None | Some("" | "openpgp") => CommitSigning::Other("OpenPGP".to_owned()),
            Some("x509") => CommitSigning::Other("X.509".to_owned()),
            Some(other) => CommitSigning::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            KeySource::Flag => "--key",
            KeySource::Approvals => "git's exledger.signingKey",
            KeySource::Git => "git's user.signingkey",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SigningKey {
    /// The private key in a file, or the key in the agent whose public key is in the file.
    File(PathBuf),
    /// The key in the agent with this public key.
    InAgent(String),
}

/// Why something can't be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The kind of key that `user.signingkey` names, if it is not an SSH key.
    #[error("{}", without_key(.0.as_deref()))]
    NoKey(Option<String>),
    #[error("git's configuration can't be read: {0}")]
    Configuration(String),
    #[error("{named_by} is {}, which does not exist", .path.display())]
    KeyAbsent { named_by: KeySource, path: PathBuf },
    #[error("{named_by} is {}, which is not an SSH key", .path.display())]
    NotSsh { named_by: KeySource, path: PathBuf },
    #[error("there is no program {}", .0.display())]
    ProgramAbsent(PathBuf),
    #[error("{} can't sign: it does not support -Y sign", .0.display())]
    TooOld(PathBuf),
    #[error("the key did not sign: {0}")]
    Refused(String),
    #[error("{} did not write an SSH signature", .0.display())]
    NoSignature(PathBuf),
    #[error("nothing was signed: {0}")]
    Failed(std::io::Error),
}

fn without_key(other: Option<&str>) -> String {
    match other {
        None => "no key is configured for signing approvals".to_owned(),
        Some(format) => {
            format!("git's user.signingkey is a key for {format}, but approvals need an SSH key")
        }
    }
}

impl SignError {
    /// Returns how to fix it.
    pub const SIGN_WITH_SSH: &str = "git config gpg.ssh.program ssh-keygen";

    pub fn remedy(&self) -> Remedy {
        match self {
            SignError::NoKey(_) | SignError::KeyAbsent { .. } | SignError::NotSsh { .. } => {
                format!(
                    "give your key: {NAME_KEY}; `ssh-keygen -t ed25519` makes one, and approve prints the line that lists it"
                ).into()
            }
            SignError::Configuration(_) => "check it with `git config --list`".into(),
            SignError::ProgramAbsent(_) => {
                "install OpenSSH 8.2 or later, or set git's gpg.ssh.program".into()
            }
            SignError::TooOld(_) => "install OpenSSH 8.2 or later".into(),
            SignError::Refused(_) => {
                "load the key with `ssh-add`; `ssh-add -l` should list it".into()
            }
            SignError::NoSignature(_) => {
                Remedy::run([SignError::SIGN_WITH_SSH])
            }
            SignError::Failed(_) => "check the folder for temporary files".into(),
        }
    }
}

impl Setup {
    /// Returns the setup for signing approvals: the key given by a flag, else `exledger.signingKey`, else
    /// `user.signingkey` if
    /// that is an SSH key.
    ///
    /// `home` is the folder that `~` stands for, `folder` the base of relative paths.
    ///
    /// # Errors
    /// [`SignError::NoKey`] if no SSH key is configured, [`SignError::KeyAbsent`] if its file does not exist,
    /// [`SignError::NotSsh`] if the file contains something else.
    pub fn for_approvals(
        config: &GitConfig,
        flag: Option<&str>,
        home: Option<&Path>,
        folder: &Path,
    ) -> Result<Setup, SignError> {
        let own = text(config, "exledger.signingKey")?;
        let named = flag
            .map(|key| (KeySource::Flag, key.to_owned()))
            .or(own.map(|key| (KeySource::Approvals, key)));
        if let Some((source, key)) = named {
            return Setup::named(config, (source, &key), home, folder);
        }
        let key = text(config, "user.signingkey")?.ok_or(SignError::NoKey(None))?;
        let format = text(config, "gpg.format")?;
        let is_path = key.contains(['/', '\\']) || folder.join(&key).is_file();
        match format.as_deref() {
            // The id of another kind of key: how git signs commits says nothing about approvals.
            None | Some("openpgp") if literal(&key).is_none() && !is_path => {
                Err(SignError::NoKey(Some("OpenPGP".to_owned())))
            }
            Some("x509") if literal(&key).is_none() && !is_path => {
                Err(SignError::NoKey(Some("X.509".to_owned())))
            }
            _ => Setup::named(config, (KeySource::Git, &key), home, folder),
        }
    }

    /// Returns the setup for signing commits with `user.signingkey`, if git signs with SSH keys.
    ///
    /// # Errors
    /// As [`Setup::for_approvals`].
    pub fn for_commits(
        config: &GitConfig,
        home: Option<&Path>,
        folder: &Path,
    ) -> Result<Setup, SignError> {
        let key = text(config, "user.signingkey")?.ok_or(SignError::NoKey(None))?;
        Setup::named(config, (KeySource::Git, &key), home, folder)
    }

    fn named(
        config: &GitConfig,
        (source, key): (KeySource, &str),
        home: Option<&Path>,
        folder: &Path,
    ) -> Result<Setup, SignError> {
        let program = text(config, "gpg.ssh.program")?;
        let program = program.map_or(PathBuf::from(PROGRAM), |program| place(&program, home));
        if let Some(public) = literal(key) {
            let key = SigningKey::InAgent(public.to_owned());
            return Ok(Setup { program, key });
        }
        let path = folder.join(place(key, home));
        if !path.is_file() {
            return Err(SignError::KeyAbsent { named_by: source, path });
        }
        if !is_ssh_key(&path).map_err(SignError::Failed)? {
            return Err(SignError::NotSsh { named_by: source, path });
        }
        let key = SigningKey::File(path);
        Ok(Setup { program, key })
    }
}

/// Tells whether a file begins like an SSH key, public or private. Reads only the beginning.
fn is_ssh_key(path: &Path) -> std::io::Result<bool> {
    const PUBLIC: &[&str] = &["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"];
    const PRIVATE: &[&str] = &["OPENSSH ", "RSA ", "EC ", "DSA ", "ENCRYPTED ", ""];
    let mut head = Vec::new();
    fs::File::open(path)?.take(64).read_to_end(&mut head)?;
    let head = String::from_utf8_lossy(&head);
    let begins_as = |kind: &&str| head.starts_with(&format!("-----BEGIN {kind}PRIVATE KEY-----"));
    Ok(PUBLIC.iter().any(|kind| head.starts_with(kind)) || PRIVATE.iter().any(begins_as))
}

fn text(config: &GitConfig, name: &str) -> Result<Option<String>, SignError> {
    match config.get_string(name) {
        Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        Err(absent) if absent.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(other) => Err(SignError::Configuration(other.message().to_owned())),
    }
}

fn literal(key: &str) -> Option<&str> {
    key.strip_prefix("key::").or_else(|| if key.starts_with("ssh-") { Some(key) } else { None })
}

fn place(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// Signs bytes in a namespace, and returns the armored signature.
///
/// The program may ask on the terminal for a passphrase or a touch of the key.
///
/// # Errors
/// [`SignError`] if the program is missing or fails.
pub fn sign(setup: &Setup, namespace: &str, bytes: &[u8]) -> Result<Vec<u8>, SignError> {
    // A private temporary folder, removed at the end.
    let folder = tempfile::TempDir::with_prefix(".exledger-").map_err(SignError::Failed)?;
    let buffer = folder.path().join("approval");
    fs::write(&buffer, bytes).map_err(SignError::Failed)?;
    let mut command = Command::new(&setup.program);
    command.env_remove(KEY_VARIABLE);
    command.args(["-Y", "sign", "-n", namespace, "-f"]);
    match &setup.key {
        SigningKey::File(path) => {
            command.arg(path);
        }
        SigningKey::InAgent(public) => {
            let path = folder.path().join("key.pub");
            fs::write(&path, format!("{public}\n")).map_err(SignError::Failed)?;
            command.arg(path).arg("-U");
        }
    }
    command.arg(&buffer);
    run(command, &setup.program)?;
    let written = fs::read(folder.path().join("approval.sig"));
    let armoured = written.map_err(|cause| match cause.kind() {
        ErrorKind::NotFound => SignError::NoSignature(setup.program.clone()),
        _ => SignError::Failed(cause),
    })?;
    if !armoured.starts_with(b"-----BEGIN SSH SIGNATURE-----") {
        return Err(SignError::NoSignature(setup.program.clone()));
    }
    Ok(armoured)
}

fn run(mut command: Command, program: &Path) -> Result<(), SignError> {
    let output = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|cause| match cause.kind() {
            ErrorKind::NotFound => SignError::ProgramAbsent(program.to_owned()),
            _ => SignError::Failed(cause),
        })?;
    if output.status.success() {
        return Ok(());
    }
    // `ssh-keygen` has no specific exit code for an unknown option.
    let stderr = String::from_utf8_lossy(&output.stderr);
    if stderr.contains("usage:") {
        return Err(SignError::TooOld(program.to_owned()));
    }
    let causes = stderr.lines().map(str::trim).filter(|line| {
        // Its first line names the temporary file that it signs.
        !line.is_empty() && !line.starts_with("Signing ")
    });
    let message = causes.collect::<Vec<_>>().join("; ");
    Err(SignError::Refused(if message.is_empty() { output.status.to_string() } else { message }))
}

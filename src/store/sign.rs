//! Signing by `ssh-keygen -Y sign`, the only program that is ever started, in the way git does it.
//!
//! Uses nothing else of the line, and git2 for its configuration. Start at [`Setup::of`] and [`sign`]. Follows
//! `docs/spec/approval.md`, S7. No private key is read here: ssh-keygen does that, or the agent it asks.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program that signs, where `gpg.ssh.program` names no other.
const PROGRAM: &str = "ssh-keygen";

/// What git's configuration says about signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// `gpg.ssh.program`, or `ssh-keygen`.
    pub program: PathBuf,
    /// `user.signingkey`.
    pub key: SigningKey,
}

/// Which key signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SigningKey {
    /// The private key in a file, or the one in the agent whose public key is in it.
    File(PathBuf),
    /// The one in the agent with this public key.
    InAgent(String),
}

/// Why something can't be signed.
#[derive(Debug)]
pub enum SignError {
    /// `user.signingkey` is not set.
    NoKey,
    /// Git's configuration can't be read.
    Configuration(String),
    /// There is no file of this path, and `gpg.format` may say that none was meant.
    KeyAbsent {
        /// Where it was looked for.
        path: PathBuf,
        /// Whether the key is meant for SSH.
        format: Format,
    },
    /// There is no such program.
    ProgramAbsent(PathBuf),
    /// It knows no `-Y sign`.
    TooOld(PathBuf),
    /// It refused, and said why.
    Refused(String),
    /// It ended well, and wrote no signature.
    NoSignature(PathBuf),
    /// The system refused.
    Failed(std::io::Error),
}

/// What `gpg.format` says that keys are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// SSH.
    Ssh,
    /// Something else, or nothing, which means OpenPGP.
    Other(String),
}

impl fmt::Display for SignError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignError::NoKey => out.write_str("git's user.signingkey names no key to sign with"),
            SignError::Configuration(cause) => {
                write!(out, "git's configuration can't be read: {cause}")
            }
            SignError::KeyAbsent { path, .. } => write!(
                out,
                "git's user.signingkey names {}, and there is no such file",
                path.display()
            ),
            SignError::ProgramAbsent(program) => {
                write!(out, "there is no program {}", program.display())
            }
            SignError::TooOld(program) => {
                write!(out, "{} can't sign: it knows no -Y sign", program.display())
            }
            SignError::Refused(said) => write!(out, "the key did not sign: {said}"),
            SignError::NoSignature(program) => {
                write!(out, "{} wrote no SSH signature", program.display())
            }
            SignError::Failed(cause) => write!(out, "nothing was signed: {cause}"),
        }
    }
}

impl std::error::Error for SignError {}

impl SignError {
    /// Returns what to do about it.
    pub fn help(&self) -> String {
        let set = "name a key that the signers file lists: git config user.signingkey ~/.ssh/id_ed25519.pub";
        match self {
            SignError::NoKey => set.to_owned(),
            SignError::KeyAbsent {
                format: Format::Other(format),
                ..
            } => {
                format!("gpg.format is {format}, and approvals are signed by SSH keys alone; {set}")
            }
            SignError::KeyAbsent { .. } => set.to_owned(),
            SignError::Configuration(_) => "look at it with `git config --list`".to_owned(),
            SignError::ProgramAbsent(_) => {
                "install OpenSSH 8.2 or later, or set git's gpg.ssh.program".to_owned()
            }
            SignError::TooOld(_) => "install OpenSSH 8.2 or later".to_owned(),
            SignError::Refused(_) => {
                "load the key with `ssh-add`, or look whether `ssh-add -l` lists it".to_owned()
            }
            SignError::NoSignature(_) => {
                "let git's gpg.ssh.program name ssh-keygen, or unset it".to_owned()
            }
            SignError::Failed(_) => "look at the folder for temporary files".to_owned(),
        }
    }
}

impl Setup {
    /// Returns what a git configuration says, where `home` is the folder that `~` stands for and `folder` the one that
    /// other paths begin at.
    ///
    /// # Errors
    /// [`SignError::NoKey`] where no key is named, [`SignError::KeyAbsent`] where its file is not there.
    pub fn of(
        config: &git2::Config,
        home: Option<&Path>,
        folder: &Path,
    ) -> Result<Setup, SignError> {
        let program = text(config, "gpg.ssh.program")?;
        let program = program.map_or(PathBuf::from(PROGRAM), |program| place(&program, home));
        let key = text(config, "user.signingkey")?.ok_or(SignError::NoKey)?;
        if let Some(public) = literal(&key) {
            let key = SigningKey::InAgent(public.to_owned());
            return Ok(Setup { program, key });
        }
        let path = folder.join(place(&key, home));
        if !path.is_file() {
            let format = match text(config, "gpg.format")?.as_deref() {
                Some("ssh") => Format::Ssh,
                other => Format::Other(other.unwrap_or("openpgp").to_owned()),
            };
            return Err(SignError::KeyAbsent { path, format });
        }
        let key = SigningKey::File(path);
        Ok(Setup { program, key })
    }
}

/// Returns a setting that is there and not empty.
fn text(config: &git2::Config, name: &str) -> Result<Option<String>, SignError> {
    match config.get_string(name) {
        Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        Err(absent) if absent.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(other) => Err(SignError::Configuration(other.message().to_owned())),
    }
}

/// Returns the public key that a setting holds instead of a path.
fn literal(key: &str) -> Option<&str> {
    key.strip_prefix("key::")
        .or_else(|| key.starts_with("ssh-").then_some(key))
}

/// Returns a path with the home folder put in for `~`.
fn place(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// Signs some bytes in a namespace, and returns the armoured signature.
///
/// The program may ask for a passphrase, or for a touch of the key, on the terminal.
///
/// # Errors
/// [`SignError`] where there is no program, or where it does not sign.
pub fn sign(setup: &Setup, namespace: &str, bytes: &[u8]) -> Result<Vec<u8>, SignError> {
    // A folder for this user alone, gone at the end.
    let folder = tempfile::TempDir::with_prefix(".exledger-").map_err(SignError::Failed)?;
    let buffer = folder.path().join("approval");
    fs::write(&buffer, bytes).map_err(SignError::Failed)?;
    let mut command = Command::new(&setup.program);
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
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("usage:") {
        return Err(SignError::TooOld(program.to_owned()));
    }
    let causes = said.lines().map(str::trim).filter(|line| {
        // It says first what it is about to sign, which is a temporary file.
        !line.is_empty() && !line.starts_with("Signing ")
    });
    let said = causes.collect::<Vec<_>>().join("; ");
    Err(SignError::Refused(if said.is_empty() {
        output.status.to_string()
    } else {
        said
    }))
}

//! Keys made by ssh-keygen for one test.

use std::path::Path;
use std::process::{Command, Output, Stdio};

pub(crate) fn keygen(arguments: &[&str], folder: &Path) -> Output {
    let command = Command::new("ssh-keygen")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output();
    command.unwrap()
}

/// Makes keys of some kinds in a new folder; `None`, with a note, if ssh-keygen is not installed.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn made(kinds: &[(&str, &[&str])]) -> Option<tempfile::TempDir> {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        eprintln!("skipped: ssh-keygen is not installed");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, kind) in kinds {
        let arguments = [&["-q", "-N", "", "-C", "", "-f", name], *kind].concat();
        let output = keygen(&arguments, folder.path());
        assert!(output.status.success(), "{output:?}");
    }
    Some(folder)
}

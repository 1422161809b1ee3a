//! Keys made by ssh-keygen for one test.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::tools::need;

pub(crate) fn keygen(arguments: &[&str], folder: &Path) -> Output {
    let command = Command::new("ssh-keygen")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output();
    command.unwrap()
}

/// Makes keys of some kinds in a new folder.
pub(crate) fn made(kinds: &[(&str, &[&str])]) -> tempfile::TempDir {
    need(&["ssh-keygen"]);
    let folder = crate::support::temporary();
    for (name, kind) in kinds {
        let arguments = [&["-q", "-N", "", "-C", "", "-f", name], *kind].concat();
        let output = keygen(&arguments, folder.path());
        assert!(output.status.success(), "{output:?}");
    }
    folder
}

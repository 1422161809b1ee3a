//! Programs that tests start. Where one is missing the test fails, and names the package to install.

use std::process::{Command, Stdio};

/// Checks that programs can be started.
pub(crate) fn need(programs: &[&str]) {
    for program in programs {
        let package = match *program {
            "ssh-keygen" => "openssh-client",
            "sha256sum" => "coreutils",
            own => own,
        };
        let started = Command::new(program)
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(started.is_ok(), "{program} is not installed: install the package {package}");
    }
}

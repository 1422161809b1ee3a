//! Programs that tests start. Where one is missing the test fails, and names the package to install.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

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

/// Returns the path of Python itself: what is found by its name may be a script that looks for it at each start.
pub(crate) fn python() -> &'static str {
    static FOUND: OnceLock<String> = OnceLock::new();
    FOUND.get_or_init(|| {
        need(&["python3"]);
        let found =
            Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
        String::from_utf8(found.unwrap().stdout).unwrap().trim().to_owned()
    })
}

/// Returns the program that stands for `gh` and `glab`.
pub(crate) fn forge() -> String {
    format!("#!{} -IS\n{}", python(), include_str!("forge.py"))
}

//! What the program says where it may not write, or read.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::cli;
use crate::decisions::{ID, Life, record};
use crate::support::repo::git;

/// Someone who is not root, for whom alone permissions mean anything.
const SOMEONE: u32 = 65_534;

/// Runs the program as the owner of the folder; if that is root, it belongs to someone else from then on.
fn run(folder: &Path, args: &[&str]) -> (i32, String) {
    let program = cli::program(folder, args, &[]);
    let output = if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        give(folder);
        as_someone(&program)
    } else {
        { program }.output()
    };
    let output = output.unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// Runs a copy, since someone else may not come where the program was built; a folder in memory may forbid to run it.
/// Another program makes the copy: a file that this process has open for writing can be open in the child of another
/// thread, too, and is then too busy to be run.
fn as_someone(program: &Command) -> std::io::Result<Output> {
    let place = tempfile::tempdir()?;
    let copy = place.path().join("exledger");
    assert!(Command::new("cp").arg(program.get_program()).arg(&copy).status()?.success());
    mode(&copy, 0o755);
    give(place.path());
    let variables = program.get_envs().filter_map(|(name, value)| Some((name, value?)));
    Command::new(&copy)
        .args(program.get_args())
        .current_dir(program.get_current_dir().unwrap())
        .env_clear()
        .envs(variables)
        .uid(SOMEONE)
        .gid(SOMEONE)
        .output()
}

fn give(place: &Path) {
    chown(place, Some(SOMEONE), Some(SOMEONE)).unwrap();
    if place.is_dir() {
        fs::read_dir(place).unwrap().for_each(|entry| give(&entry.unwrap().path()));
    }
}

fn mode(place: &Path, mode: u32) {
    fs::set_permissions(place, fs::Permissions::from_mode(mode)).unwrap();
}

fn filed() -> Life {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    life.repo.config("user.name", "Ana Ruiz");
    life.repo.config("user.email", "ana@example.com");
    mode(life.repo.path(), 0o755);
    life
}

#[test]
fn where_nothing_may_be_written_the_permissions_are_to_be_checked() {
    let life = filed();
    let folder = life.repo.path();
    let source = "title: Invoices are read with the shared user
deviates_from: {rule: One user for each job}
subject: {application: billing}
risk: {level: low}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: Splitting the user now would stop invoicing until spring, so it waits.
compensating_controls: [{description: Alert on use at night}]
";
    fs::write(folder.join("new.yaml"), source).unwrap();
    let exceptions = folder.join("exceptions");
    mode(&exceptions, 0o555);
    let (code, said) = run(folder, &["new", "--from", "new.yaml", "--on", "2026-11-20"]);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.ends_with(": permission denied\n  help: check the permissions of the folder\n"),
        "{said}"
    );
    mode(&exceptions, 0o755);
    let (code, said) = run(folder, &["new", "--from", "new.yaml", "--on", "2026-11-20"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_file_of_git_that_may_not_be_read_is_not_called_locked() {
    let life = filed();
    git(life.repo.path(), &["pack-refs", "--all"]);
    let refs = life.repo.path().join(".git/packed-refs");
    mode(&refs, 0o000);
    let (code, said) = run(life.repo.path(), &["list"]);
    mode(&refs, 0o644);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains(".git/packed-refs: Permission denied; check its permissions"), "{said}");
    assert!(!said.contains("locked"), "{said}");
}

#[test]
fn settings_of_git_that_may_not_be_read_are_not_passed_over() {
    let life = filed();
    let config = life.repo.path().join(".git/config");
    mode(&config, 0o000);
    let (code, said) = run(life.repo.path(), &["list"]);
    mode(&config, 0o644);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains(".git/config: "), "{said}");
    assert!(said.contains("check its permissions"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_not_a_matter_of_permissions() {
    let life = filed();
    let run = life.run("ana", &["verify", "--write-checkpoint", "/dev/full"]);
    assert_eq!(run.code, 3, "{}", run.out);
    assert!(run.err.contains("help: free some space on that disk"), "{}", run.err);
    assert!(!run.err.contains("permissions"), "{}", run.err);
}

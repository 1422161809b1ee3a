//! The files of git's configuration that the environment names instead of the user's and the system's own.
//!
//! Start at [`replace`]. libgit2 1.9 does not read `GIT_CONFIG_GLOBAL`, `GIT_CONFIG_SYSTEM` and `GIT_CONFIG_NOSYSTEM`,
//! which `git` does (libgit2#7265).

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The files by their levels; `None` if nothing is read instead.
type Replaced = Vec<(git2::ConfigLevel, Option<PathBuf>)>;

/// The environment is that of the process, and git's configuration with it.
static REPLACED: OnceLock<Replaced> = OnceLock::new();

/// The index that git writes a commit from, while it runs a hook.
static INDEX: OnceLock<Option<PathBuf>> = OnceLock::new();

/// The user's own attributes, if git's configuration names no other file.
static ATTRIBUTES: OnceLock<Option<PathBuf>> = OnceLock::new();

pub(super) fn attributes_file() -> Option<&'static Path> {
    ATTRIBUTES.get()?.as_deref()
}

pub(super) fn index_file() -> Option<&'static Path> {
    INDEX.get()?.as_deref()
}

/// Reads what the environment says of git's configuration and index, once for the process. Where whoever asks sets the environment,
/// as an agent does, it names no files.
pub fn replace(environment: &BTreeMap<String, String>, names_files: bool) {
    INDEX.get_or_init(|| environment.get("GIT_INDEX_FILE").map(PathBuf::from));
    ATTRIBUTES.get_or_init(|| {
        let folder = environment.get("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty());
        let home = || Some(Path::new(environment.get("HOME")?).join(".config"));
        Some(folder.map(PathBuf::from).or_else(home)?.join("git/attributes"))
    });
    let mut replaced = Replaced::new();
    let named = |name: &str| environment.get(name).filter(|_| names_files);
    let file = |name: &str| named(name).map(|path| Some(PathBuf::from(path)));
    if let Some(global) = file("GIT_CONFIG_GLOBAL") {
        replaced.push((git2::ConfigLevel::XDG, None));
        replaced.push((git2::ConfigLevel::Global, global));
    }
    let is_on = |text: &String| git2::Config::parse_bool(text.as_str()).unwrap_or(false);
    if environment.get("GIT_CONFIG_NOSYSTEM").is_some_and(is_on) {
        replaced.push((git2::ConfigLevel::System, None));
        replaced.push((git2::ConfigLevel::ProgramData, None));
    } else if let Some(system) = file("GIT_CONFIG_SYSTEM") {
        replaced.push((git2::ConfigLevel::System, system));
    }
    REPLACED.get_or_init(|| replaced);
}

/// Puts the named files in place of git's own ones; `own_dir` is the repository's folder.
pub(super) fn put(config: &mut git2::Config, own_dir: &Path) -> Result<(), git2::Error> {
    // A level is emptied by a file that is not there.
    let nothing = own_dir.join("config.none");
    for (level, file) in REPLACED.get().into_iter().flatten() {
        let file = file.as_deref().filter(|file| file.is_file()).unwrap_or(&nothing);
        config.add_file(file, *level, true)?;
    }
    Ok(())
}

/// Reads one file of git's configuration, without those that it includes, which may be versioned; empty if it is not there.
pub(super) fn alone(path: &Path) -> std::io::Result<git2::Config> {
    let bytes = match fs::read(path) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Vec::new(),
        read => read?,
    };
    let lines = || bytes.split_inclusive(|byte| *byte == b'\n');
    let section = |line: &[u8]| {
        let line = String::from_utf8_lossy(line).trim_start().to_ascii_lowercase();
        let name = line.strip_prefix('[')?.trim_start().to_owned();
        Some(name)
    };
    let is_include = |name: &String| name.starts_with("include");
    let read = if bytes.is_empty() {
        git2::Config::new()
    } else if !lines().filter_map(section).any(|name| is_include(&name)) {
        git2::Config::open(path)
    } else {
        let mut is_included = false;
        let own = lines().filter(|line| {
            is_included = section(line).as_ref().map_or(is_included, is_include);
            !is_included
        });
        let copy = tempfile::NamedTempFile::new()?;
        fs::write(copy.path(), own.collect::<Vec<_>>().concat())?;
        return git2::Config::open(copy.path())
            .and_then(|mut config| config.snapshot())
            .map_err(std::io::Error::other);
    };
    read.and_then(|mut config| config.snapshot()).map_err(std::io::Error::other)
}

/// Returns the files that are read for all repositories of the user.
pub(super) fn elsewhere() -> Vec<PathBuf> {
    let own = [git2::Config::find_system(), git2::Config::find_xdg(), git2::Config::find_global()];
    let named = REPLACED.get().into_iter().flatten().filter_map(|(_, file)| file.clone());
    own.into_iter().flatten().chain(named).collect()
}

//! The files of git's configuration that the environment names instead of the user's and the system's own.
//!
//! Start at [`replace`]. libgit2 1.9 does not read `GIT_CONFIG_GLOBAL`, `GIT_CONFIG_SYSTEM` and `GIT_CONFIG_NOSYSTEM`,
//! which `git` does (libgit2#7265).

use std::collections::{BTreeMap, BTreeSet};
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

/// Reads what the environment says of git's configuration and index, once for the process. If `names_files` is false, since an
/// agent sets the environment, the files that `GIT_CONFIG_GLOBAL`, `GIT_CONFIG_SYSTEM` and `GIT_INDEX_FILE` name are ignored.
pub fn replace(environment: &BTreeMap<String, String>, names_files: bool) {
    ATTRIBUTES.get_or_init(|| {
        let folder = environment.get("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty());
        let home = || Some(Path::new(environment.get("HOME")?).join(".config"));
        Some(folder.map(PathBuf::from).or_else(home)?.join("git/attributes"))
    });
    let mut replaced = Replaced::new();
    let named = |name: &str| environment.get(name).filter(|_| names_files);
    INDEX.get_or_init(|| named("GIT_INDEX_FILE").map(PathBuf::from));
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

/// The values of git's configuration by their keys, in the order in which they are read.
pub(super) struct ConfigValues(BTreeMap<String, Vec<String>>);

impl ConfigValues {
    /// Reads one file, without those that it includes, which may be versioned; empty if it is not there.
    pub(super) fn of_file_alone(path: &Path) -> Result<ConfigValues, git2::Error> {
        match path.is_file() {
            true => ConfigValues::collect(&git2::Config::open(path)?, 0),
            false => Ok(ConfigValues(BTreeMap::new())),
        }
    }

    pub(super) fn of_all(config: &git2::Config) -> Result<ConfigValues, git2::Error> {
        ConfigValues::collect(config, u32::MAX)
    }

    fn collect(config: &git2::Config, most_includes: u32) -> Result<ConfigValues, git2::Error> {
        let mut values = BTreeMap::<String, Vec<String>>::new();
        config.entries(None)?.for_each(|entry| {
            if entry.include_depth() <= most_includes
                && let (Ok(key), Ok(value)) = (entry.name(), entry.value())
            {
                values.entry(key.to_owned()).or_default().push(value.to_owned());
            }
        })?;
        Ok(ConfigValues(values))
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.last().map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn remotes(&self) -> Vec<String> {
        let names = self.0.keys().filter_map(|key| {
            let (name, key) = key.strip_prefix("remote.")?.rsplit_once('.')?;
            ["url", "fetch", "pushurl"].contains(&key).then(|| name.to_owned())
        });
        let names: BTreeSet<String> = names.collect();
        names.into_iter().collect()
    }

    pub(super) fn fetch_destinations(&self, remote: &str) -> impl Iterator<Item = &str> {
        let refspecs = self.0.get(&format!("remote.{remote}.fetch")).into_iter().flatten();
        refspecs.filter_map(|refspec| Some(refspec.split_once(':')?.1))
    }
}

/// Returns the files that are read for all repositories of the user.
pub(super) fn elsewhere() -> Vec<PathBuf> {
    let own = [git2::Config::find_system(), git2::Config::find_xdg(), git2::Config::find_global()];
    let named = REPLACED.get().into_iter().flatten().filter_map(|(_, file)| file.clone());
    own.into_iter().flatten().chain(named).collect()
}

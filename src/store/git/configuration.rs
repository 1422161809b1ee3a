//! What the environment says of git's configuration: single values, who the user is, and files instead of the user's and
//! the system's own.
//!
//! Start at [`replace`] and [`GitConfig`]. libgit2 1.9 does not read `GIT_CONFIG_GLOBAL`, `GIT_CONFIG_SYSTEM`,
//! `GIT_CONFIG_NOSYSTEM` and `GIT_CONFIG_COUNT`, which `git` does (libgit2#7265), nor `GIT_CONFIG_PARAMETERS`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The files by their levels; `None` if nothing is read instead.
type Replaced = Vec<(git2::ConfigLevel, Option<PathBuf>)>;

/// The environment is that of the process, and git's configuration with it.
static REPLACED: OnceLock<Replaced> = OnceLock::new();

// The values that the environment states, by their keys.
static STATED: OnceLock<BTreeMap<String, String>> = OnceLock::new();

// The variables that say who the user is, and where at home, as far as they are set.
static USER: OnceLock<BTreeMap<&'static str, String>> = OnceLock::new();

/// The index that git writes a commit from, while it runs a hook.
static INDEX: OnceLock<Option<PathBuf>> = OnceLock::new();

// Where git is told that its folder and the work tree are, rather than looking for them.
static NAMED: OnceLock<[Option<PathBuf>; 2]> = OnceLock::new();

// The tree of which git reads the attributes, in place of those in the work tree.
static ATTRIBUTE_SOURCE: OnceLock<Option<String>> = OnceLock::new();

pub(super) const ATTRIBUTE_SOURCE_VARIABLE: &str = "GIT_ATTR_SOURCE";

/// The user's own attributes, if git's configuration names no other file.
static ATTRIBUTES: OnceLock<Option<PathBuf>> = OnceLock::new();

pub(super) fn attributes_file() -> Option<&'static Path> {
    ATTRIBUTES.get()?.as_deref()
}

pub(super) fn attribute_source() -> Option<&'static str> {
    ATTRIBUTE_SOURCE.get()?.as_deref()
}

pub(super) fn named_folders() -> [Option<&'static Path>; 2] {
    NAMED.get().map_or([None, None], |named| named.each_ref().map(Option::as_deref))
}

pub(super) fn index_file() -> Option<&'static Path> {
    INDEX.get()?.as_deref()
}

/// Reads what the environment says of git's configuration, user and index, once for the process. If `names_files` is false,
/// since an agent sets the environment, the values, the user and the files that it names are ignored.
///
/// # Errors
/// If the values can't be read, with the variable: git stops there, too.
pub fn replace(environment: &BTreeMap<String, String>, names_files: bool) -> Result<(), String> {
    ATTRIBUTES.get_or_init(|| {
        let folder = environment.get("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty());
        let home = || Some(Path::new(environment.get("HOME")?).join(".config"));
        Some(folder.map(PathBuf::from).or_else(home)?.join("git/attributes"))
    });
    let mut replaced = Replaced::new();
    let named = |name: &str| environment.get(name).filter(|_| names_files);
    let stated = stated_values(&named)?;
    STATED.get_or_init(|| stated);
    USER.get_or_init(|| {
        let variables = [AUTHOR_NAME, AUTHOR_EMAIL, COMMITTER_NAME, COMMITTER_EMAIL, EMAIL, HOME];
        variables.into_iter().filter_map(|name| Some((name, named(name)?.clone()))).collect()
    });
    INDEX.get_or_init(|| named("GIT_INDEX_FILE").map(PathBuf::from));
    ATTRIBUTE_SOURCE.get_or_init(|| named(ATTRIBUTE_SOURCE_VARIABLE).cloned());
    NAMED.get_or_init(|| {
        let folder = |name| named(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        ["GIT_DIR", "GIT_WORK_TREE"].map(folder)
    });
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
    Ok(())
}

pub(super) const AUTHOR_NAME: &str = "GIT_AUTHOR_NAME";
pub(super) const AUTHOR_EMAIL: &str = "GIT_AUTHOR_EMAIL";
pub(super) const COMMITTER_NAME: &str = "GIT_COMMITTER_NAME";
pub(super) const COMMITTER_EMAIL: &str = "GIT_COMMITTER_EMAIL";
pub(super) const EMAIL: &str = "EMAIL";
const HOME: &str = "HOME";

// Returns a variable that says who the user is; `None` if it is not set, or empty.
pub(super) fn user_variable(name: &str) -> Option<String> {
    USER.get()?.get(name).filter(|text| !text.is_empty()).cloned()
}

// What `git -c` states comes last, and wins.
fn stated_values<'e>(
    named: &dyn Fn(&str) -> Option<&'e String>,
) -> Result<BTreeMap<String, String>, String> {
    let mut values = BTreeMap::new();
    let mut state = |variable: &str, key: &str, value: String| {
        let key = canonical(key).ok_or_else(|| format!("{variable} has no key of git"))?;
        values.insert(key, value);
        Ok::<(), String>(())
    };
    const COUNT: &str = "GIT_CONFIG_COUNT";
    let count = named(COUNT).filter(|count| !count.is_empty());
    let count = count.map_or(Ok(0), |count| count.parse::<u32>());
    for n in 0..count.map_err(|_| format!("{COUNT} is not a number"))? {
        let variable = |kind: &str| {
            let name = format!("GIT_CONFIG_{kind}_{n}");
            named(&name).cloned().ok_or_else(|| format!("{name} is not set"))
        };
        state(&format!("GIT_CONFIG_KEY_{n}"), &variable("KEY")?, variable("VALUE")?)?;
    }
    const PARAMETERS: &str = "GIT_CONFIG_PARAMETERS";
    let mut rest = named(PARAMETERS).map_or("", |text| text.trim());
    while !rest.is_empty() {
        let (key, value, more) =
            next_parameter(rest).ok_or_else(|| format!("{PARAMETERS} is not what git writes"))?;
        state(PARAMETERS, &key, value)?;
        rest = more.trim_start();
    }
    Ok(values)
}

// As git writes it, `'key'='value'`, or `'key=value'` before 2.31; a key alone is on.
fn next_parameter(text: &str) -> Option<(String, String, &str)> {
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(|it: char| it.is_whitespace());
    let (key, rest) = unquote(text)?;
    let on = || "true".to_owned();
    let (key, value, rest) = match rest.strip_prefix('=') {
        Some(rest) if is_end(rest) => (key, on(), rest),
        Some(rest) => {
            let (value, rest) = unquote(rest)?;
            (key, value, rest)
        }
        None => match key.split_once('=') {
            Some((key, value)) => (key.to_owned(), value.to_owned(), rest),
            None => (key, on(), rest),
        },
    };
    is_end(rest).then_some((key, value, rest))
}

// Returns a text in single quotes, as git writes it for a shell, and the rest.
fn unquote(text: &str) -> Option<(String, &str)> {
    let (first, mut rest) = text.strip_prefix('\'')?.split_once('\'')?;
    let mut value = first.to_owned();
    while let Some(escaped) = rest.strip_prefix('\\') {
        let quoted = escaped.strip_prefix(['\'', '!'])?;
        value.push_str(escaped.strip_suffix(quoted)?);
        let (part, more) = quoted.strip_prefix('\'')?.split_once('\'')?;
        value.push_str(part);
        rest = more;
    }
    Some((value, rest))
}

// Letter case counts only between the dots.
fn canonical(key: &str) -> Option<String> {
    let (section, rest) = key.split_once('.')?;
    let (name, below) = match rest.rsplit_once('.') {
        Some((below, name)) => (name, format!("{below}.")),
        None => (rest, String::new()),
    };
    Some(format!("{}.{below}{}", section.to_lowercase(), name.to_lowercase()))
}

/// Git's configuration: what the environment states, else what its files do.
pub struct GitConfig(git2::Config);

impl From<git2::Config> for GitConfig {
    fn from(files: git2::Config) -> GitConfig {
        GitConfig(files)
    }
}

impl GitConfig {
    fn stated(key: &str) -> Option<&'static str> {
        STATED.get()?.get(&canonical(key)?).map(String::as_str)
    }

    /// Returns a value as text.
    ///
    /// # Errors
    /// If it is stated nowhere, or can't be read.
    pub fn get_string(&self, key: &str) -> Result<String, git2::Error> {
        GitConfig::stated(key).map_or_else(|| self.0.get_string(key), |text| Ok(text.to_owned()))
    }

    /// Returns whether a value is on.
    ///
    /// # Errors
    /// If it is stated nowhere, or is neither on nor off.
    pub fn get_bool(&self, key: &str) -> Result<bool, git2::Error> {
        GitConfig::stated(key).map_or_else(|| self.0.get_bool(key), git2::Config::parse_bool)
    }

    pub(super) fn get_path(&self, key: &str) -> Result<PathBuf, git2::Error> {
        let Some(text) = GitConfig::stated(key) else { return self.0.get_path(key) };
        let below_home = text.strip_prefix("~/").zip(user_variable(HOME));
        Ok(below_home.map_or_else(|| text.into(), |(below, home)| Path::new(&home).join(below)))
    }
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

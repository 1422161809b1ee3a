//! Resolves the file that a result names: decoded, from the repository's root, and never outside of it.
//!
//! Pure. Start at [`Places::file`]. Follows `docs/spec/interop.md`, 6, places.

use std::collections::BTreeMap;

use crate::formats::object::Object;
use crate::formats::sarif::head::{DeclaredArtifact, RunHead};
use crate::formats::sarif::lenient::Lenient;
use crate::formats::sarif::location::{NamedLocation, Roots};
use crate::gate;
use crate::history::paths;
use crate::survey::event::FindingFile;

/// The maximum nesting depth of base ids.
const DEEPEST: usize = 8;

/// The maximum number of declared folders that an absolute path is compared with.
const MOST_FOLDERS: usize = 64;

pub(super) struct Places<'h> {
    bases: &'h BTreeMap<String, Object<DeclaredArtifact>>,
    artifacts: &'h [Object<DeclaredArtifact>],
    roots: &'h Roots<'h>,
    /// Two lists: the absolute folders that the run declares, and those in which the tool was run.
    declared: [Vec<String>; 2],
    folder: BaseFolder,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum BaseFolder {
    /// A path from the repository's root.
    Inside(String),
    /// A path from the folder in which the tool ran, which it doesn't state.
    Unstated(String),
    /// An absolute path, without the first slash, in none of the folders that correspond to the repository.
    Outside(String),
    /// A path above the repository's root, or that of the file system.
    Above,
    /// The address of something other than a folder.
    Address(String),
    /// The invocations of the tool don't agree.
    Disagreeing,
    /// A base that can't be read, or that refers to others too deeply.
    Unknown,
}

impl<'h> Places<'h> {
    pub(super) fn from_head(head: &'h RunHead, roots: &'h Roots<'h>) -> Places<'h> {
        let mut places = Places {
            bases: &head.bases,
            artifacts: &head.artifacts,
            roots,
            declared: [Vec::new(), Vec::new()],
            folder: match roots.ran_in {
                Some(folder) => BaseFolder::Inside(folder.to_owned()),
                None => BaseFolder::Unstated(String::new()),
            },
        };
        let bases = head
            .bases
            .values()
            .take(MOST_FOLDERS)
            .filter_map(|folder| places.whole(folder.named(), DEEPEST));
        let working = head
            .working
            .iter()
            .flatten()
            .take(MOST_FOLDERS)
            .filter_map(|folder| places.whole(folder.named(), DEEPEST));
        places.declared = [bases.collect(), working.collect()];
        places.folder = places.working_folder(&head.working);
        places
    }

    fn working_folder(&self, invocations: &[Option<Object<DeclaredArtifact>>]) -> BaseFolder {
        let stated = |invocation: &Option<Object<DeclaredArtifact>>| {
            let named = invocation.as_ref()?.named();
            (*named.uri != Lenient::Absent).then(|| self.folder_of(named, DEEPEST))
        };
        let mut folders = invocations.iter().map(stated);
        let Some(first) = folders.next() else {
            return self.folder.clone();
        };
        if !folders.all(|folder| folder == first) {
            return BaseFolder::Disagreeing;
        }
        first.unwrap_or_else(|| self.folder.clone())
    }

    // Returns the file of a location, in the commit in which it was found if that is not the present one; undetermined if its
    // URI is not a text, its index refers to nothing, or it is the name of a file as it is and of another one once decoded.
    pub(super) fn file(
        &self,
        location: NamedLocation<'_>,
        commit: Option<&str>,
    ) -> Result<FindingFile, String> {
        let place = location.index.and_then(|index| usize::try_from(index).ok());
        let artifact = place.and_then(|place| self.artifacts.get(place));
        let named = match (location.uri, artifact) {
            (Lenient::Absent, Some(artifact)) => artifact.named(),
            _ => location,
        };
        let Some(uri) = named.uri.text().filter(|uri| !uri.trim().is_empty()) else {
            return Ok(FindingFile::Unknown);
        };
        let raw = match read_path(uri) {
            Ok(raw) => raw,
            Err(address) => return Ok(FindingFile::Elsewhere(address)),
        };
        let path = decoded(&raw);
        let has_file = &|path: &str| (self.roots.has_file)(path, commit);
        // Some tools write a name as it is.
        let is_other = |name: &&str| gate::plain(name) != gate::plain(&path);
        let mut others = [uri, raw.as_str()].into_iter().filter(is_other);
        if others.any(|name| self.is_there(name, named.base, has_file)) {
            return Ok(FindingFile::Unknown);
        }
        if path.starts_with('/') {
            return Ok(self.absolute(&path, has_file));
        }
        match self.base(named.base, DEEPEST) {
            BaseFolder::Inside(folder) => Ok(relative(&paths::join(&folder, &path))),
            BaseFolder::Unstated(folder) => {
                self.resolve_unstated(&paths::join(&folder, &path), has_file)
            }
            BaseFolder::Unknown => Ok(FindingFile::Unknown),
            BaseFolder::Outside(whole) => Err(format!(
                "{path} is relative to a folder outside the repository: /{}; use --source-root",
                paths::join(&whole, &path)
            )),
            BaseFolder::Above => {
                Err(format!("{path} is relative to a folder above the root of the repository"))
            }
            BaseFolder::Address(base) => {
                Err(format!("{path} is relative to {base}, which is not a folder"))
            }
            BaseFolder::Disagreeing => Err(format!(
                "{path} is relative to the folder in which the tool ran, and its invocations name different ones"
            )),
        }
    }

    fn is_there(&self, name: &str, base: Option<&str>, has_file: &dyn Fn(&str) -> bool) -> bool {
        let is_file =
            |file: FindingFile| matches!(file, FindingFile::Inside(path) if has_file(&path));
        match self.base(base, DEEPEST) {
            _ if name.starts_with('/') => is_file(self.absolute(name, has_file)),
            BaseFolder::Inside(folder) => is_file(relative(&paths::join(&folder, name))),
            BaseFolder::Unstated(folder) => {
                let path = paths::join(&folder, name);
                is_file(relative(&path)) || is_file(relative(&paths::join(self.roots.asked, &path)))
            }
            _ => false,
        }
    }

    /// Resolves a path from the folder in which the tool ran, which it doesn't state: the root of the repository or the
    /// folder that is asked, whichever has the file. A file that neither has is in no work tree, but in an image, say.
    fn resolve_unstated(
        &self,
        path: &str,
        has_file: &dyn Fn(&str) -> bool,
    ) -> Result<FindingFile, String> {
        let asked = self.roots.asked;
        let of_asked = relative(&paths::join(asked, path));
        let of_root = relative(path);
        let has_file =
            |file: &FindingFile| matches!(file, FindingFile::Inside(path) if has_file(path));
        if asked.is_empty() || matches!(of_root, FindingFile::Above(_)) {
            return Ok(of_asked);
        }
        match (has_file(&of_asked), has_file(&of_root)) {
            (true, false) => Ok(of_asked),
            (false, true) => Ok(of_root),
            (false, false) => Ok(FindingFile::Elsewhere(path.to_owned())),
            (true, true) => Err(format!(
                "{path} is in the root and in {asked}, and the report doesn't say in which the tool ran: use --source-root {} or --source-root .",
                vec![".."; asked.split('/').count()].join("/")
            )),
        }
    }

    /// Resolves an absolute path: below the longest matching root, else below a folder that the run declares, else
    /// below the one in which the tool ran. The last two apply only if the repository has the file.
    fn absolute(&self, path: &str, has_file: &dyn Fn(&str) -> bool) -> FindingFile {
        let Some(plain) = gate::plain(path) else {
            return FindingFile::Above(path.to_owned());
        };
        if let Some(rest) = shortest(self.roots.folders, &plain, &|_| true) {
            return inside(rest);
        }
        let mut declared = self.declared.iter();
        let found = declared.find_map(|folders| shortest(folders, &plain, has_file));
        found.map_or_else(|| FindingFile::Elsewhere(format!("/{plain}")), inside)
    }

    fn whole(&self, folder: NamedLocation<'_>, depth: usize) -> Option<String> {
        let path = decoded(&read_path(folder.uri.text()?).ok()?);
        if path.starts_with('/') {
            return gate::plain(&path);
        }
        let base = self.bases.get(folder.base?)?.named();
        let above = self.whole(base, depth.checked_sub(1)?)?;
        gate::plain(&format!("{above}/{path}"))
    }

    /// Returns the folder that a base id refers to. A base that the run does not declare, or declares without an
    /// address, is where the tool ran; so is the root of the file system, which trivy names where it knows none.
    fn base(&self, base: Option<&str>, depth: usize) -> BaseFolder {
        let declared = base.and_then(|base| self.bases.get(base)).map(|base| base.named());
        let Some(declared) = declared.filter(|declared| *declared.uri != Lenient::Absent) else {
            return self.folder.clone();
        };
        match self.folder_of(declared, depth) {
            BaseFolder::Outside(path) if path.is_empty() => self.folder.clone(),
            folder => folder,
        }
    }

    fn folder_of(&self, location: NamedLocation<'_>, depth: usize) -> BaseFolder {
        let (Some(uri), Some(depth)) = (location.uri.text(), depth.checked_sub(1)) else {
            return BaseFolder::Unknown;
        };
        match read_path(uri).map(|raw| decoded(&raw)) {
            Err(address) => BaseFolder::Address(address),
            Ok(path) if path.starts_with('/') => {
                BaseFolder::Outside(String::new()).join(&path, self.roots)
            }
            Ok(path) => self.base(location.base, depth).join(&path, self.roots),
        }
    }
}

impl BaseFolder {
    fn join(self, path: &str, roots: &Roots<'_>) -> BaseFolder {
        let (folder, is_inside) = match self {
            BaseFolder::Unstated(folder) => {
                let folder = paths::join(&folder, path);
                let is_inside = gate::plain(&paths::join(roots.asked, &folder)).is_some();
                return if is_inside { BaseFolder::Unstated(folder) } else { BaseFolder::Above };
            }
            BaseFolder::Inside(folder) => (folder, true),
            BaseFolder::Outside(folder) => (folder, false),
            other => return other,
        };
        match gate::plain(&format!("{folder}/{path}")) {
            Some(plain) if is_inside => BaseFolder::Inside(plain),
            Some(plain) => match shortest(roots.folders, &plain, &|_| true) {
                Some(rest) => BaseFolder::Inside(rest.to_owned()),
                None => BaseFolder::Outside(plain),
            },
            None => BaseFolder::Above,
        }
    }
}

/// Returns the rest of a path below the longest matching folder for which the rest is accepted.
fn shortest<'p>(
    folders: &[String],
    path: &'p str,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Option<&'p str> {
    let below = |folder: &String| {
        let rest = path.strip_prefix(folder.trim_matches('/'))?;
        let is_whole =
            rest.is_empty() || rest.starts_with('/') || folder.trim_matches('/').is_empty();
        Some(rest.trim_start_matches('/')).filter(|_| is_whole)
    };
    let rests = folders.iter().filter_map(below);
    rests.filter(|rest| is_wanted(rest)).min_by_key(|rest| rest.len())
}

// Returns the path of a URI, which may be encoded; if it is not a file's, the URI itself as the error.
fn read_path(uri: &str) -> Result<String, String> {
    let is_scheme = |scheme: &str| {
        scheme.len() > 1
            && scheme.chars().all(|ch| ch.is_ascii_alphanumeric() || "+-.".contains(ch))
    };
    let rest = match uri.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => rest,
        Some((scheme, _)) if is_scheme(scheme) => return Err(uri.to_owned()),
        // `C:\src\a.rs`: a drive letter.
        Some((drive, rest))
            if drive.chars().all(|ch| ch.is_ascii_alphabetic())
                && drive.len() == 1
                && rest.starts_with(['/', '\\']) =>
        {
            return Ok(format!("/{}", uri.replace('\\', "/")));
        }
        _ => uri,
    };
    let rest = match rest.strip_prefix("//") {
        // The part before the next slash is a host.
        Some(rest) => rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/"),
        None => rest,
    };
    Ok(rest.to_owned())
}

pub(super) fn relative(path: &str) -> FindingFile {
    let plain = gate::plain(path);
    plain.map_or_else(|| FindingFile::Above(path.to_owned()), |plain| inside(&plain))
}

/// Returns a path inside the repository. The root itself is everything in it, which is not a place.
fn inside(path: &str) -> FindingFile {
    if path.is_empty() { FindingFile::Unknown } else { FindingFile::Inside(path.to_owned()) }
}

/// Decodes percent-encoding; an invalid escape is kept.
fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = if *first == b'%' { after.get(..2) } else { None };
        let pair = pair.filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        let escape =
            pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        bytes.push(escape.unwrap_or(*first));
        rest = match escape {
            Some(_) => after.get(2..).unwrap_or_default(),
            None => after,
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

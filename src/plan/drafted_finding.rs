//! The findings of a draft: one key for what a scanner reported, which covers that and nothing else.
//!
//! Pure: the caller reads the files. Start at [`keys`]; [`merged`] puts keys of one record together. Follows
//! `docs/spec/cli.md`, triage, `--draft`. What can't be told is marked with `TODO(import)`.

use serde::Serialize;
use std::collections::HashSet;

use crate::gate::accepted_text::{
    self, BlobLines, FileLines, MOST_CHARACTERS, MOST_LINES, ScannedFiles,
};
use crate::gate::package::{Ecosystem, Package};
use crate::plan::imported::{MARK, is_todo, todo};
use crate::record::credential;
use crate::record::pattern;
use crate::record::purl::{self, Purl};
use crate::record::subject::FindingKey;
use crate::record::tool_ids::{self, ToolClass};
use crate::survey::event::wanted::WantedFinding;
use crate::survey::event::{FindingFile, FindingPlace};
use crate::yaml::screen;

/// Tells whether a line of a file may have another finding.
type IsOther<'o> = dyn Fn(&FileLines, usize) -> bool + 'o;

/// Why a finding gets no draft: where it is, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DraftRefusal {
    pub path: String,
    pub line: Option<u64>,
    #[serde(rename = "message")]
    pub reason: String,
}

/// Returns the keys about one finding: one for each of its places. `others` are the places of the same rule that get keys of their
/// own.
///
/// # Errors
/// [`DraftRefusal`] if a text must be referred to and nobody committed it.
pub fn keys(
    (tool, id): (&str, &str),
    found: &WantedFinding,
    (files, others): (&dyn ScannedFiles, &[FindingPlace]),
) -> Result<Vec<FindingKey>, DraftRefusal> {
    let plain = FindingKey {
        tool: Some(tool.to_owned()),
        id: Some(id.to_owned()),
        purl: package_url(found),
        ..FindingKey::default()
    };
    // A package that the report doesn't state can't be compared either.
    let is_package = plain.purl.is_some() || tool_ids::class(tool, id) == ToolClass::Package;
    let is_whole = is_package || tool_ids::is_about_whole_file(tool, id);
    if found.places.is_empty() {
        let reason = "the report states no place, and a record without one covers every place";
        let refusal = DraftRefusal { path: String::new(), line: None, reason: reason.to_owned() };
        return if is_package { Ok(vec![plain]) } else { Err(refusal) };
    }
    let key = |place: &FindingPlace| {
        let (path, is_known) = path_of(&place.file, files);
        let content = if is_known && !is_whole {
            let is_other = |_: &FileLines, line: usize| {
                let same = |it: &&FindingPlace| it.file == place.file && it.commit == place.commit;
                let mut lines = others.iter().filter(same).filter_map(|it| it.line);
                lines.any(|it| usize::try_from(it) == Ok(line))
            };
            Some(vec![content((tool, id), &path, place, (files, &is_other))?])
        } else {
            None
        };
        Ok(FindingKey { paths: Some(vec![path]), content, ..plain.clone() })
    };
    found.places.iter().map(key).collect()
}

/// Returns the key about a finding on one line, by the text of that line. No report tells which other lines have findings, so none
/// that looks like it is accepted with it.
///
/// # Errors
/// [`DraftRefusal`] if the text can't be told from others, or must be referred to and nobody committed it.
pub fn of_line(
    (tool, id): (&str, &str),
    (path, line): (&str, u64),
    files: &dyn ScannedFiles,
) -> Result<FindingKey, DraftRefusal> {
    let refused = |reason| DraftRefusal { path: path.to_owned(), line: Some(line), reason };
    let plain = of_file((tool, id), path)?;
    let place = FindingPlace { line: Some(line), ..FindingPlace::default() };
    let own = usize::try_from(line).unwrap_or(usize::MAX);
    let is_other = |file: &FileLines, other: usize| {
        let [own, other] = [own, other].map(|line| file.get(line, line).map(<[_]>::concat));
        own != other && are_alike(&own.unwrap_or_default(), &other.unwrap_or_default())
    };
    let content = content((tool, id), path, &place, (files, &is_other))?;
    if let Some(why) = content.strip_prefix(MARK) {
        return Err(refused(why.trim_start_matches([':', ' ']).to_owned()));
    }
    Ok(FindingKey { content: Some(vec![content]), ..plain })
}

/// Returns the key about a finding on a whole file.
///
/// # Errors
/// [`DraftRefusal`] if no record can name the file alone.
pub fn of_file((tool, id): (&str, &str), path: &str) -> Result<FindingKey, DraftRefusal> {
    let refused =
        |why: &str| DraftRefusal { path: path.to_owned(), line: None, reason: why.to_owned() };
    unnamed(path).map_or(Ok(()), |why| Err(refused(why)))?;
    Ok(FindingKey {
        tool: Some(tool.to_owned()),
        id: Some(id.to_owned()),
        paths: Some(vec![path.to_owned()]),
        ..FindingKey::default()
    })
}

/// Puts the keys of one record together: the texts of one file in one key, and the paths of one package in one key.
pub fn merged(keys: Vec<FindingKey>) -> Vec<FindingKey> {
    let mut merged: Vec<FindingKey> = Vec::new();
    for key in keys {
        let has_content = key.content.is_some();
        let same = merged.iter_mut().find(|known| {
            let is_file = !has_content || known.paths == key.paths;
            let parts = |key: &FindingKey| (key.tool.clone(), key.id.clone(), key.purl.clone());
            parts(known) == parts(&key) && known.content.is_some() == has_content && is_file
        });
        let Some(known) = same else {
            merged.push(key);
            continue;
        };
        let (list, more) = if has_content {
            (&mut known.content, key.content)
        } else {
            (&mut known.paths, key.paths)
        };
        match (list.as_mut(), more) {
            (Some(list), Some(more)) => {
                list.extend(more);
                list.sort();
                list.dedup();
            }
            _ => *list = None,
        }
    }
    merged
}

/// Tells whether two lines call or set something of the same name, so that a rule may be about both.
fn are_alike(one: &[u8], other: &[u8]) -> bool {
    let names = |line: &[u8]| -> HashSet<String> {
        let text = String::from_utf8_lossy(line);
        let is_part = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-');
        let ends = text.match_indices(['(', '=', ':', '[', ' ']);
        let before =
            ends.filter_map(|(at, _)| text.get(..at)?.trim_end().rsplit(|it| !is_part(it)).next());
        before.filter(|name| name.len() > 1).map(str::to_owned).collect()
    };
    !names(one).is_disjoint(&names(other))
}

/// Returns why no record can name a path alone.
fn unnamed(path: &str) -> Option<&'static str> {
    if path.contains(char::is_control) {
        Some("its path has control characters, which no record can name")
    } else if !pattern::is_literal(path) {
        Some("its path would be a pattern, which covers other files, too: rename the file")
    } else {
        None
    }
}

/// Returns the path of a place, or what to write there, and whether it is known.
fn path_of(file: &FindingFile, files: &dyn ScannedFiles) -> (String, bool) {
    let stated = match file {
        FindingFile::Inside(path) => {
            return unnamed(path).map_or_else(|| (path.clone(), true), |why| (todo(why), false));
        }
        FindingFile::Unknown => return (todo("the scanner names no file: give its path"), false),
        FindingFile::Elsewhere(stated) | FindingFile::Above(stated) => stated,
    };
    // The part below the root of the repository may be a file of it.
    let mut ends = stated.match_indices('/').skip(1).map(|(place, _)| stated.split_at(place));
    let known = ends.find(|(_, end)| files.file(end.trim_start_matches('/'), None).is_ok());
    let shown: String = credential::hidden(stated.clone());
    let root = match known {
        Some((root, _)) if stated.starts_with('/') => format!("give --source-root {root}, or"),
        _ => "give".to_owned(),
    };
    (todo(&format!("the scanner says {shown}; {root} its path here")), false)
}

fn content(
    (tool, id): (&str, &str),
    path: &str,
    place: &FindingPlace,
    (files, is_other): (&dyn ScannedFiles, &IsOther<'_>),
) -> Result<String, DraftRefusal> {
    let commit = place.commit.as_deref();
    let open = |why: String| Ok(todo(&format!("{why}: quote the accepted text")));
    let Some(line) = place.line.and_then(|line| usize::try_from(line).ok()) else {
        return open(format!("the report states no line of {path}"));
    };
    let file = match files.file(path, commit) {
        Ok(file) => file,
        Err(why) => return open(why),
    };
    let Some(first) = file.get(line, line).and_then(<[_]>::first) else {
        return open(format!("{path} has no line {line}"));
    };
    let is_quoted =
        || place.snippet.as_deref().is_some_and(|snippet| accepted_text::quotes(snippet, first));
    if file.has_other_ends && !is_quoted() {
        return open(format!(
            "{path} has line ends other than LF and CRLF, and the report quotes no line"
        ));
    }
    let last = place.last_line.and_then(|last| usize::try_from(last).ok()).unwrap_or(line);
    let region = (line, last.clamp(line, file.count()));
    let class = tool_ids::class(tool, id);
    let Some((first, last)) = unique_run(&file, region, class, &|line| is_other(&file, line))
    else {
        return open(format!(
            "ten lines around {path}:{line} stand more than once, or may hold another finding"
        ));
    };
    let lines = file.get(first, last).unwrap_or_default();
    let before =
        first.checked_sub(1).and_then(|before| file.get(before, before)).unwrap_or_default();
    match text(before, lines).filter(|_| class != ToolClass::Secret) {
        Some(text) => Ok(text),
        None => {
            let blob = files.committed(path, commit).map_err(|reason| DraftRefusal {
                path: path.to_owned(),
                line: place.line,
                reason,
            })?;
            Ok(BlobLines { first, last, blob }.to_string())
        }
    }
}

/// Returns the lines of a text that stands once and holds no other finding: those of the region, or its first one, and as few more
/// as it takes.
fn unique_run(
    file: &FileLines,
    (line, region_end): (usize, usize),
    class: ToolClass,
    is_other: &dyn Fn(usize) -> bool,
) -> Option<(usize, usize)> {
    let own = (line + 1..=region_end).take_while(|line| !is_other(*line));
    let end = own.last().unwrap_or(line);
    let takes_region = class != ToolClass::Config && end - line < MOST_LINES;
    let last = if takes_region { end } else { line };
    let runs = (last - line + 1..=MOST_LINES).flat_map(|n_lines| {
        let below = Some(line).filter(|first| first + n_lines - 1 <= end);
        let around = (last + 1).saturating_sub(n_lines).max(1)..=line;
        below.into_iter().chain(around).map(move |first| (first, first + n_lines - 1))
    });
    let mut fitting = runs.filter(|(first, last)| {
        let has_other = (*first..=*last).any(|number| number != line && is_other(number));
        let own = file.get(line, line).and_then(<[_]>::first);
        let is_told = |run: &[Vec<u8>]| {
            !accepted_text::is_too_broad(run)
                && file.find(run).len() == 1
                && own.is_some_and(|own| accepted_text::times(own, run) == 1)
        };
        !has_other && file.get(*first, *last).is_some_and(is_told)
    });
    fitting.next()
}

/// Returns lines as a text that a record may hold; `None` if it must refer to them. The line before may name a secret.
fn text(before: &[Vec<u8>], lines: &[Vec<u8>]) -> Option<String> {
    let text = String::from_utf8(lines.join(&b'\n')).ok()?;
    let is_hidden =
        |it: char| !matches!(it, '\n' | '\t') && (it.is_control() || screen::is_unseen(it));
    let around = [before, lines].concat().join(&b'\n');
    let is_secret = credential::kind_in_source(&String::from_utf8_lossy(&around)).is_some()
        || credential::kind(&text, "content").is_some();
    let is_plain = text.chars().count() <= MOST_CHARACTERS && !text.contains(is_hidden);
    let is_read = accepted_text::AcceptedItem::read(&text)
        == Ok(accepted_text::AcceptedItem::Run(lines.to_vec()));
    (is_plain && is_read && !is_secret).then_some(text)
}

/// Tells whether flags can't state all that a draft of a finding takes from the report.
pub fn is_open((tool, id): (&str, &str), found: &WantedFinding) -> bool {
    let purl = package_url(found);
    let is_package = purl.is_some() || tool_ids::class(tool, id) == ToolClass::Package;
    let is_whole = is_package || tool_ids::is_about_whole_file(tool, id);
    let is_placed = |place: &FindingPlace| {
        let is_inside = matches!(place.file, FindingFile::Inside(_));
        is_inside && place.commit.is_none() && (is_whole || place.line.is_some())
    };
    purl.is_some_and(|url| is_todo(&url))
        || !found.places.iter().all(is_placed)
        || found.places.is_empty() && !is_package
}

/// Returns the package URL of a finding with its version, marked where the scanner doesn't state a part; `None` if it is not
/// about a package.
pub fn package_url(found: &WantedFinding) -> Option<String> {
    let version = found.package.as_ref().and_then(|package| package.version.as_deref());
    if let Some(stated) = &found.purl {
        return Some(match Purl::parse(stated) {
            Some(purl) if purl.version.is_some() => stated.clone(),
            Some(purl) => match version {
                Some(version) => purl.at(Some(purl::version(&purl.kind, version))),
                None => todo(&format!("{}@VERSION", purl.at(None))),
            },
            None => todo(&format!("give the package URL; the scanner says {stated}")),
        });
    }
    let Package { name, version, ecosystem } = found.package.as_ref()?;
    let (kind, is_typed) = match ecosystem {
        Ecosystem::Of(kind) => (*kind, true),
        Ecosystem::System | Ecosystem::Language | Ecosystem::Unknown => ("TYPE", false),
    };
    let (namespace, name) = match kind {
        "maven" => name.split_once([':', '/']).unwrap_or(("GROUP", name)),
        "npm" | "golang" | "composer" | "github" | "bitbucket" | "swift" => {
            name.rsplit_once('/').unwrap_or(("", name))
        }
        _ => ("", name.as_str()),
    };
    let is_stated = is_typed && namespace != "GROUP" && version.is_some();
    let version = version.as_deref().map_or("VERSION", |version| purl::version(kind, version));
    let named = Purl {
        kind: kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        version: None,
    };
    let url = named.at(Some(version));
    Some(if is_stated { url } else { todo(&url) })
}

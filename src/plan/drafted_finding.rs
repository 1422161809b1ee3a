//! The findings of a draft: one key for what a scanner reported, which covers that and nothing else.
//!
//! Pure: the caller reads the files. Start at [`keys`]; [`merged`] puts keys of one record together. Follows
//! `docs/spec/cli.md`, triage, `--draft`. What can't be told is marked with `TODO(import)`.

use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::iter::successors;
use std::ops::RangeInclusive;

use crate::gate::accepted_text::{
    self, BlobLines, FileLines, MOST_CHARACTERS, MOST_LINES, ScannedFiles,
};
use crate::gate::package::{Ecosystem, Package};
use crate::plan::imported::{is_todo, todo};
use crate::record::credential;
use crate::record::pattern;
use crate::record::placeholder::{self, MARK};
use crate::record::purl::{self, Purl};
use crate::record::subject::FindingKey;
use crate::record::tool_ids::{self, ToolClass};
use crate::survey::event::wanted::WantedFinding;
use crate::survey::event::{FindingFile, FindingPlace};
use crate::yaml::screen;

/// Tells whether a line of a file may have another finding.
type IsOther<'o> = dyn Fn(&FileLines, usize) -> bool + 'o;

/// Numbers of lines, by the file and the commit that they are of.
pub type PlacedLines<'p> = HashMap<(&'p str, Option<&'p str>), HashSet<u64>>;

/// Returns the lines on which places begin.
pub fn lines_of<'p>(places: impl Iterator<Item = &'p FindingPlace>) -> PlacedLines<'p> {
    let mut lines = PlacedLines::new();
    for place in places {
        if let (FindingFile::Inside(path), Some(line)) = (&place.file, place.line) {
            lines.entry((path.as_str(), place.commit.as_deref())).or_default().insert(line);
        }
    }
    lines
}

/// The files in which findings are, and what else was reported in them.
#[derive(Clone, Copy)]
pub struct DraftScene<'s> {
    pub files: &'s dyn ScannedFiles,
    /// The lines of the same rule's findings that the record is not about.
    pub others: &'s PlacedLines<'s>,
    /// The lines that some report marks as a secret, whichever finding the record is about.
    pub secrets: &'s HashSet<Vec<u8>>,
}

/// Returns the lines that are marked as a secret, as the files hold them. Blank ones tell nothing.
pub fn secret_lines<'p>(
    places: impl IntoIterator<Item = &'p FindingPlace>,
    files: &dyn ScannedFiles,
) -> HashSet<Vec<u8>> {
    let mut secrets = HashSet::new();
    for place in places {
        let (FindingFile::Inside(path), Some(line)) = (&place.file, place.line) else { continue };
        let Ok(file) = files.file(path, place.commit.as_deref()) else { continue };
        let number = |line: u64| usize::try_from(line).unwrap_or(usize::MAX);
        let first = number(line);
        let last = place.last_line.map_or(first, number).clamp(first, file.count().max(first));
        let lines = file.get(first, last).unwrap_or_default();
        secrets.extend(lines.iter().filter(|line| !line.is_empty()).cloned());
    }
    secrets
}

/// Why a finding gets no draft: where it is, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DraftRefusal {
    pub path: String,
    pub line: Option<u64>,
    #[serde(rename = "message")]
    pub reason: String,
}

/// Returns the keys about one finding: one for each of its places.
///
/// # Errors
/// [`DraftRefusal`] if a text must be referred to and nobody committed it.
pub fn keys(
    (tool, id): (&str, &str),
    found: &WantedFinding,
    scene: DraftScene<'_>,
) -> Result<Vec<FindingKey>, DraftRefusal> {
    let DraftScene { files, others, .. } = scene;
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
            let lines = others.get(&(path.as_str(), place.commit.as_deref()));
            let is_other = |_: &FileLines, line: usize| {
                lines.is_some_and(|lines| lines.contains(&(line as u64)))
            };
            Some(vec![content((tool, id), &path, place, (scene, &is_other))?])
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
    (files, secrets): (&dyn ScannedFiles, &HashSet<Vec<u8>>),
) -> Result<FindingKey, DraftRefusal> {
    let refused = |reason| DraftRefusal { path: path.to_owned(), line: Some(line), reason };
    let plain = of_file((tool, id), path)?;
    let place = FindingPlace { line: Some(line), ..FindingPlace::default() };
    let at = |file: &FileLines, line: usize| file.get(line, line).map(<[_]>::concat);
    let own = usize::try_from(line).unwrap_or(usize::MAX);
    if files.file(path, None).is_ok_and(|file| at(&file, own).is_some_and(|own| own.is_empty())) {
        return Err(refused(format!("line {line} of {path} is blank, so nothing is found on it")));
    }
    let is_other = |file: &FileLines, other: usize| {
        let [own, other] = [own, other].map(|line| at(file, line).unwrap_or_default());
        own != other && are_alike(&own, &other)
    };
    let scene = DraftScene { files, others: &PlacedLines::new(), secrets };
    let content = content((tool, id), path, &place, (scene, &is_other))?;
    if let Some(why) = content.strip_prefix(MARK) {
        return Err(refused(why.trim_start_matches([':', ' ']).to_owned()));
    }
    Ok(FindingKey { content: Some(vec![content]), ..plain })
}

// The most lines of an entry that is quoted.
const MOST_OF_ENTRY: usize = 100;

/// Returns the key about what an entry of an ignore file hides, by the text of all of its lines: its limits are among them.
///
/// # Errors
/// [`DraftRefusal`], as of a line, or if it is too long.
pub fn of_entry(
    (tool, id): (&str, &str),
    (path, lines): (&str, &RangeInclusive<u32>),
    scene: (&dyn ScannedFiles, &HashSet<Vec<u8>>),
) -> Result<FindingKey, DraftRefusal> {
    let number = |line: u32| usize::try_from(line).unwrap_or(usize::MAX);
    let (first, last) = (number(*lines.start()), number(*lines.end()));
    if first == last {
        return of_line((tool, id), (path, u64::from(*lines.start())), scene);
    }
    let (files, secrets) = scene;
    let line = Some(u64::from(*lines.start()));
    let refused = |reason| DraftRefusal { path: path.to_owned(), line, reason };
    let n_lines = last - first + 1;
    if n_lines > MOST_OF_ENTRY {
        let most = MOST_OF_ENTRY;
        return Err(refused(format!("it has {n_lines} lines; at most {most} are put on record")));
    }
    let plain = of_file((tool, id), path)?;
    let file = files.file(path, None).map_err(refused)?;
    let scene = DraftScene { files, others: &PlacedLines::new(), secrets };
    let is_secret = tool_ids::class(tool, id) == ToolClass::Secret;
    // Each text begins with the last line of the one before, so that no other part can follow it.
    let mut content = Vec::new();
    let mut begin = first;
    while begin < last || content.is_empty() {
        let end = (begin + MOST_LINES - 1).min(last);
        let region = Region { line: begin, last: end, takes: Taken::All };
        let is_told =
            |run: &[Vec<u8>]| !accepted_text::is_too_broad(run) && file.find(run).len() == 1;
        let run = match n_lines <= MOST_LINES {
            true => unique_run(&file, region, &|_| false),
            // A short text begins earlier, to tell its lines from others.
            false => {
                let mut begins = ((end + 1).saturating_sub(MOST_LINES).max(first)..=begin).rev();
                begins
                    .find(|begin| file.get(*begin, end).is_some_and(is_told))
                    .map(|begin| (begin, end))
            }
        };
        let Some(run) = run else {
            let reason = format!(
                "lines {begin} to {end} stand more than once, so nobody can tell which are meant"
            );
            return Err(refused(reason));
        };
        content.push(quoted((path, &file, run), &FindingPlace::default(), scene, is_secret)?);
        begin = end;
    }
    Ok(FindingKey { content: Some(content), ..plain })
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

// Tells whether a rule may be about both of two lines: they call or set something of the same name, or one has no word at all.
fn are_alike(one: &[u8], other: &[u8]) -> bool {
    let names = |line: &[u8]| -> HashSet<String> {
        let text = String::from_utf8_lossy(line);
        let is_part = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-');
        let ends = text.match_indices(['(', '=', ':', '[', ' ']);
        let before =
            ends.filter_map(|(at, _)| text.get(..at)?.trim_end().rsplit(|it| !is_part(it)).next());
        before.filter(|name| name.len() > 1).map(str::to_owned).collect()
    };
    let is_mute = !String::from_utf8_lossy(one).contains(char::is_alphanumeric);
    if is_mute { !names(other).is_empty() } else { !names(one).is_disjoint(&names(other)) }
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
    (scene, is_other): (DraftScene<'_>, &IsOther<'_>),
) -> Result<String, DraftRefusal> {
    let files = scene.files;
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
    let class = tool_ids::class(tool, id);
    let region = match Region::new(&file, (line, last.clamp(line, file.count())), class) {
        Ok(region) => region,
        Err(why) => return open(format!("{path}:{line}: {why}")),
    };
    let Some((first, last)) = unique_run(&file, region, &|line| is_other(&file, line)) else {
        // No text that somebody quotes by hand tells the line from its copies, or has letters enough.
        return match unique_run(&file, region, &|_| false) {
            Some(_) => open(format!(
                "ten lines around {path}:{line} stand more than once, or may hold another finding"
            )),
            None => Ok(todo(&format!(
                "no ten lines around {path}:{line} tell it from others: make the line differ, as by a comment behind it, and draft again"
            ))),
        };
    };
    quoted((path, &file, (first, last)), place, scene, class == ToolClass::Secret)
}

// Returns lines of a file as a text, or the reference to them.
fn quoted(
    (path, file, (first, last)): (&str, &FileLines, (usize, usize)),
    place: &FindingPlace,
    scene: DraftScene<'_>,
    is_secret: bool,
) -> Result<String, DraftRefusal> {
    let lines = file.get(first, last).unwrap_or_default();
    let above = file.get(first.saturating_sub(MOST_LINES).max(1), first - 1).unwrap_or_default();
    let is_secret = is_secret || lines.iter().any(|line| scene.secrets.contains(line));
    match text(above, lines).filter(|_| !is_secret) {
        Some(text) => Ok(text),
        None => {
            let refused = |reason| DraftRefusal { path: path.to_owned(), line: place.line, reason };
            let blob = scene.files.committed(path, place.commit.as_deref()).map_err(refused)?;
            Ok(BlobLines { first, last, blob }.to_string())
        }
    }
}

// The lines that a finding is about, by their numbers.
#[derive(Clone, Copy)]
struct Region {
    line: usize,
    last: usize,
    takes: Taken,
}

// Which lines of its region a text must hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    First,
    // All of them down to the next finding; of more than ten, the first one.
    Own,
    // All of them: the first one alone may not have the secret.
    All,
}

impl Region {
    // Returns the lines that a text must hold; of a key, all of it, whatever the report says.
    // # Errors
    // Why a text of at most ten lines can't tell the secret from another one.
    fn new(
        file: &FileLines,
        (line, last): (usize, usize),
        class: ToolClass,
    ) -> Result<Region, &'static str> {
        const UNTOLD: &str = "ten lines from there don't tell the secret from another one";
        let key = armored_key(file, line);
        let (end, takes) = match (class, key) {
            (_, Some(ArmoredKey::Untold)) if last == line => return Err(UNTOLD),
            // The beginning of a key tells it.
            (_, Some(ArmoredKey::Until(end))) if class != ToolClass::Secret || end >= last => {
                (end.min(line + MOST_LINES - 1), Taken::All)
            }
            (ToolClass::Secret, _) if last - line >= MOST_LINES => return Err(UNTOLD),
            (ToolClass::Secret, _) => (last, Taken::All),
            (ToolClass::Config, _) => (last, Taken::First),
            (ToolClass::Package | ToolClass::Code, _) => (last, Taken::Own),
        };
        Ok(Region { line, last: end, takes })
    }
}

// A private key that begins on a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ArmoredKey {
    // Its last line. Ten lines tell it from every other key.
    Until(usize),
    // Nothing below tells it.
    Untold,
}

// The fewest characters of base64 by which a line is one of a key.
const FEWEST_ARMORED: usize = 16;

// How many lines of a key tell it: the first ones may only name the algorithm.
const TELLING: usize = 3;

// Returns the private key that begins on a line and ends on another one; `None` if none does, or if the line quotes the marker alone.
fn armored_key(file: &FileLines, line: usize) -> Option<ArmoredKey> {
    let text = |number| Some(String::from_utf8_lossy(file.get(number, number)?.first()?));
    let begin = text(line)?;
    let (head, marker) = begin.split_once("-----BEGIN ")?;
    let (name, rest) = marker.split_once("-----")?;
    if !name.contains("PRIVATE KEY") || rest.contains("-----END ") {
        return None;
    }
    let is_bare = head.is_empty() && rest.is_empty();
    let is_base64 = |ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '+' | '/' | '=');
    let is_header = |text: &str| text.is_empty() || text.contains(": ");
    let mut armored = Vec::new();
    let mut end = None;
    for number in line + 1..=file.count() {
        let text = text(number)?;
        if text.contains("-----END ") {
            end = Some(number);
            break;
        }
        if text.split(|ch| !is_base64(ch)).any(|word| word.len() >= FEWEST_ARMORED) {
            armored.push(number);
        } else if text.contains("-----BEGIN ")
            || armored.is_empty() && !is_bare && !is_header(&text)
        {
            break;
        }
    }
    let is_told = |end: usize| {
        let first = armored.iter().filter(|number| **number < line + MOST_LINES);
        end < line + MOST_LINES || first.count() >= TELLING
    };
    match end.or(armored.last().copied()) {
        Some(end) if (is_bare || !armored.is_empty()) && is_told(end) => {
            Some(ArmoredKey::Until(end))
        }
        Some(_) if !armored.is_empty() => Some(ArmoredKey::Untold),
        _ => is_bare.then_some(ArmoredKey::Untold),
    }
}

// Returns the lines of a text that stands once and holds no other finding: those of the region, or its first one, and as few more
// as it takes, first down to the region's end: what is above may be of something else.
fn unique_run(
    file: &FileLines,
    region: Region,
    is_other: &dyn Fn(usize) -> bool,
) -> Option<(usize, usize)> {
    let line = region.line;
    let own = (line + 1..=region.last).take_while(|line| !is_other(*line));
    let end = own.last().unwrap_or(line);
    let last = match region.takes {
        Taken::First => line,
        Taken::Own if end - line < MOST_LINES => end,
        Taken::Own => line,
        Taken::All => region.last,
    };
    let has_other = (line + 1..=last).any(is_other);
    let own = file.get(line, line).and_then(<[_]>::first)?;
    let is_told = |(first, last)| {
        file.get(first, last).is_some_and(|run| {
            !accepted_text::is_too_broad(run)
                && file.find(run).len() == 1
                && accepted_text::times(own, run) == 1
        })
    };
    let is_free = |number: usize| (1..=file.count()).contains(&number) && !is_other(number);
    let longer = |(first, last): (usize, usize)| {
        let next = if last < end {
            (first, last + 1)
        } else if is_free(first - 1) {
            (first - 1, last)
        } else {
            is_free(last + 1).then_some((first, last + 1))?
        };
        (next.1 - next.0 < MOST_LINES).then_some(next)
    };
    let mut runs = successors(Some((line, last)).filter(|_| !has_other), |run| longer(*run));
    runs.find(|run| is_told(*run))
}

/// Returns lines as a text that a record may hold; `None` if it must refer to them. The lines above may name a secret.
fn text(above: &[Vec<u8>], lines: &[Vec<u8>]) -> Option<String> {
    let text = String::from_utf8(lines.join(&b'\n')).ok()?;
    let is_control = |letter: char| !matches!(letter, '\n' | '\t') && letter.is_control();
    let is_hidden = text.contains(is_control) || screen::hidden_in(&text).is_some();
    let above = above.join(&b'\n');
    let is_secret = credential::may_be_in_source(&String::from_utf8_lossy(&above), &text)
        || credential::kind(&text, "content").is_some();
    // A record can quote no text that it would seem to leave open.
    let is_open = placeholder::holds_a_place(&text) || placeholder::is_to_do(&text);
    let is_plain = text.chars().count() <= MOST_CHARACTERS && !is_hidden && !is_open;
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

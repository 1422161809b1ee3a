//! Suppression files of dependency-check: XML whose root is `suppressions`.
//!
//! Pure. Start at [`FORMAT`]. Read as dependency-check does (SuppressionHandler.java): a suppression is kept while now is
//! not after `until`, which is midnight in its zone, else in that of the machine. A document type is refused, because
//! entities could be anything.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::formats::finding_lines::LineIndex;
use crate::formats::suppressions::exception::{ForeignEnd, ForeignException, ImportEntry, key};
use crate::formats::suppressions::readers::format::{
    ImportError, ImportFormat, ImportInput, file_name, text,
};
use crate::record::subject::FindingKey;
use crate::record::time::{Day, Instant, When};
use crate::rules::scan::suppression::EntryLimits;

pub const FORMAT: ImportFormat = ImportFormat {
    name: "dependency-check",
    files: "*suppression*.xml",
    is_named: |path| {
        let name = file_name(path).to_ascii_lowercase();
        name.contains("suppression") && name.ends_with(".xml")
    },
    read,
};

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    let source = text(input.bytes)?;
    let mut index = LineIndex::new(source.as_bytes());
    let mut reader = Reader::from_str(source);
    reader.config_mut().expand_empty_elements = true;
    let mut walk = SuppressionWalk::default();
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or_default();
        let read = reader.read_event();
        let failed = |index: &mut LineIndex<'_>, what: &str| ImportError::at(index.line(at), what);
        match read {
            Err(_) => return Err(failed(&mut index, "it can't be read as XML")),
            Ok(Event::DocType(_)) => {
                return Err(failed(
                    &mut index,
                    "it has a document type (DOCTYPE), which is not read",
                ));
            }
            Ok(Event::Eof) => break,
            Ok(Event::Start(start)) => {
                let line = index.line(at);
                walk.start(line, &start).map_err(|what| ImportError::at(line, what))?;
            }
            Ok(Event::End(_)) => walk.end(),
            Ok(Event::Text(piece)) => {
                let part =
                    piece.decode().map_err(|_| failed(&mut index, "it is not UTF-8 text"))?;
                walk.text.push_str(&part);
            }
            Ok(Event::CData(piece)) => {
                let part =
                    piece.decode().map_err(|_| failed(&mut index, "it is not UTF-8 text"))?;
                walk.text.push_str(&part);
            }
            Ok(Event::GeneralRef(reference)) => {
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) => Some(character),
                    Ok(None) => predefined(&reference.decode().unwrap_or(Cow::Borrowed(""))),
                    Err(_) => None,
                };
                let Some(character) = character else {
                    return Err(failed(&mut index, "it has an entity that is not declared"));
                };
                walk.text.push(character);
            }
            Ok(_) => {}
        }
    }
    if !walk.open.is_empty() || !walk.has_root {
        return Err(ImportError::at(index.line(source.len()), "it ends too early"));
    }
    Ok(walk.entries)
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

#[derive(Default)]
struct SuppressionWalk {
    open: Vec<String>,
    has_root: bool,
    text: String,
    is_regex: bool,
    group_until: Option<String>,
    current: Option<Suppress>,
    entries: Vec<ImportEntry>,
}

#[derive(Default)]
struct Suppress {
    line: u64,
    is_base: bool,
    until: Option<String>,
    notes: Option<String>,
    package: Option<String>,
    ids: Vec<String>,
    /// The elements that no finding key can express.
    other: Vec<String>,
    limits: EntryLimits,
}

impl SuppressionWalk {
    fn start(&mut self, line: u64, start: &BytesStart<'_>) -> Result<(), String> {
        let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
        if self.open.is_empty() {
            if self.has_root || name != "suppressions" {
                return Err("its root is not `suppressions`".to_owned());
            }
            self.has_root = true;
        }
        let attribute = |wanted: &str| -> Result<Option<String>, String> {
            let found =
                start.try_get_attribute(wanted).map_err(|_| "an attribute can't be read")?;
            let value = found.map(|found| {
                found
                    .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                    .map(|value| value.trim().to_owned())
                    .map_err(|_| "an attribute can't be read".to_owned())
            });
            value.transpose()
        };
        match name.as_str() {
            "suppressionGroup" => self.group_until = attribute("until")?,
            "suppress" => {
                self.current = Some(Suppress {
                    line,
                    is_base: attribute("base")?.is_some_and(|value| is_true(&value)),
                    until: attribute("until")?.or_else(|| self.group_until.clone()),
                    ..Suppress::default()
                });
            }
            _ => self.is_regex = attribute("regex")?.is_some_and(|value| is_true(&value)),
        }
        self.text.clear();
        self.open.push(name);
        Ok(())
    }

    fn end(&mut self) {
        let Some(name) = self.open.pop() else {
            return;
        };
        let text = std::mem::take(&mut self.text).trim().to_owned();
        let is_regex = std::mem::take(&mut self.is_regex);
        match name.as_str() {
            "suppressionGroup" => self.group_until = None,
            "suppress" => self.entries.extend(self.current.take().map(Suppress::entry)),
            _ => {
                if let Some(current) = &mut self.current {
                    current.take(&name, text, is_regex);
                }
            }
        }
    }
}

fn is_true(text: &str) -> bool {
    matches!(text, "true" | "1")
}

impl Suppress {
    fn take(&mut self, name: &str, text: String, is_regex: bool) {
        if !matches!(name, "notes" | "cve") {
            let field = if is_regex { format!("{name} regex") } else { name.to_owned() };
            self.limits.entry(field).or_default().insert(text.clone());
        }
        match name {
            "notes" => self.notes = Some(text).filter(|text| !text.is_empty()),
            "packageUrl" if is_regex => match any_version(&text) {
                Some(purl) => self.package = Some(purl),
                None => self.other.push("packageUrl as a regular expression".to_owned()),
            },
            "packageUrl" => self.package = Some(text),
            "cve" => self.ids.push(text),
            "vulnerabilityName" if !is_regex => self.ids.push(text),
            other => self.other.push(other.to_owned()),
        }
    }

    fn entry(self) -> ImportEntry {
        let (mut notes, mut is_end_local) = (Vec::new(), false);
        let end = match self.until.as_deref().map(|until| until_of(until, &mut is_end_local)) {
            None => ForeignEnd::Missing,
            Some(Some(end)) => ForeignEnd::Until(end),
            Some(None) => ForeignEnd::Unclear("`until` is not a date".to_owned()),
        };
        let why = match (self.is_base, self.other.as_slice(), self.ids.is_empty()) {
            (true, ..) => Some("a base suppression".to_owned()),
            (false, [_, ..], _) => Some(format!("it matches by {}", self.other.join(", "))),
            (false, [], true) => Some("it names no vulnerability".to_owned()),
            (false, [], false) => None,
        };
        if let Some(why) = why {
            let mut limits = self.limits;
            for id in self.ids {
                limits.entry("cve".to_owned()).or_default().insert(id);
            }
            let comments = self.notes.into_iter().collect();
            let listed = ImportEntry::listed(self.line, why).limited_to(limits);
            return ImportEntry { end, comments, ..listed };
        }
        if matches!(end, ForeignEnd::Unclear(_)) {
            return ImportEntry::unreadable(self.line, "`until` is not a date");
        }
        if is_end_local {
            notes.push("its end is read in the zone of the machine".to_owned());
        }
        let of =
            |id: &String| FindingKey { purl: self.package.clone(), ..key("dependency-check", id) };
        ImportEntry::exception(
            self.line,
            ForeignException {
                findings: self.ids.iter().map(of).collect(),
                text: self.notes,
                end,
                is_end_local,
                notes,
                ..ForeignException::default()
            },
        )
        .limited_to(self.limits)
    }
}

/// Returns the end in `until`: midnight in its zone; without one, the day before is the last that is surely covered.
fn until_of(text: &str, is_end_local: &mut bool) -> Option<When> {
    let day = Day::new(text.get(..10)?)?;
    match text.get(10..)? {
        "" => {
            *is_end_local = true;
            Some(When::Day(day.plus_days(-1)))
        }
        zone => Instant::parse(&format!("{day}T00:00:00{zone}")).map(When::instant),
    }
}

/// Returns the package of a regular expression `^<escaped purl>@.*$`, which means any version of it.
fn any_version(pattern: &str) -> Option<String> {
    let inner = pattern.strip_prefix('^')?.strip_suffix("@.*$")?;
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.push(characters.next().filter(|it| !it.is_ascii_alphanumeric())?),
            '.' | '^' | '$' | '*' | '+' | '?' | '[' | ']' | '(' | ')' | '{' | '}' | '|' => {
                return None;
            }
            other => text.push(other),
        }
    }
    if text.starts_with("pkg:") { Some(text) } else { None }
}

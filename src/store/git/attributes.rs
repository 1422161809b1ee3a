//! The attributes by which git stores other bytes of a file than those in the work tree.
//!
//! Start at [`Repository::converted`]. The head of `store::git` says what libgit2 gets wrong here. Follows `docs/spec/cli.md`,
//! lint and diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ignore::gitignore::GitignoreBuilder;

use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted;
use crate::history::objects::Objects as _;
use crate::history::paths::{LedgerPrefix, join};
use crate::store::git::{GitError, Repository, configuration, ours};

const CONVERSIONS: &[&str] = &["filter", "working-tree-encoding", "ident"];

#[derive(Default)]
struct FolderAttributes {
    lines: Vec<AttributeLine>,
    macros: BTreeSet<String>,
    is_possible: bool,
    /// Whether libgit2 may know more lines than git: what it takes back, git may not.
    is_doubtful: bool,
}

struct AttributeLine {
    folder: String,
    pattern: String,
    is_quoted: bool,
    words: Vec<String>,
    /// Whether git passes over it, or reads another pattern than libgit2.
    is_odd: bool,
}

const LONGEST_LINE: usize = 2048;

struct OwnAttributes {
    user: Option<Vec<u8>>,
    clone: Option<Vec<u8>>,
}

impl Repository {
    /// Refuses to tell what git would commit where it reads the attributes of a tree in place of the work tree's, which
    /// libgit2 does not do.
    ///
    /// # Errors
    /// [`GitError`] if the environment or git's configuration names such a tree.
    pub fn refuse_attribute_source(&self) -> Result<(), GitError> {
        const KEY: &str = "attr.tree";
        let variable = configuration::attribute_source();
        let named =
            variable.map(|tree| (configuration::ATTRIBUTE_SOURCE_VARIABLE, tree.to_owned()));
        let named = named.or_else(|| {
            let tree = self.config().ok()?.get_string(KEY).ok()?;
            Some((KEY, tree)).filter(|(_, tree)| !tree.is_empty())
        });
        let Some((name, tree)) = named else { return Ok(()) };
        let end = match name {
            KEY => "git config attr.tree ''".to_owned(),
            variable => format!("unset {variable}"),
        };
        Err(GitError {
            cause: format!(
                "{name} has git read the attributes of {} in place of the work tree's, so what it would store of a file is not known",
                quoted(&tree)
            ),
            remedy: Remedy::run([end]),
        })
    }

    /// Returns those of some files that git converts when it stores them, each with the attribute that says so.
    pub fn converted<'p>(
        &self,
        prefix: &LedgerPrefix,
        paths: impl Iterator<Item = &'p str>,
    ) -> Vec<(String, String)> {
        let mut converted = Vec::new();
        let mut folders: BTreeMap<String, FolderAttributes> = BTreeMap::new();
        let (own, index) = (self.own_attributes(), self.index().ok());
        for path in paths {
            let Some(from_top) = prefix.outward(path).map(|parts| parts.join("/")) else {
                continue;
            };
            let folder = folder_of(&from_top).to_owned();
            let attributes = folders.entry(folder);
            let attributes = attributes
                .or_insert_with_key(|folder| self.folder_attributes(folder, &own, index.as_ref()));
            if let Some(attribute) = self.conversion_by(&from_top, attributes) {
                converted.push((path.to_owned(), attribute));
            }
        }
        converted
    }

    /// Returns the attribute by which git stores bytes of a file that libgit2 does not make of those in the work tree.
    pub(super) fn unknown_conversion(&self, from_top: &str) -> Option<String> {
        let (own, index) = (self.own_attributes(), self.index().ok());
        let attributes = self.folder_attributes(folder_of(from_top), &own, index.as_ref());
        // libgit2 does what `ident` says.
        let known = self.known_conversion(from_top).filter(|attribute| attribute != "ident");
        known.or_else(|| self.overlooked_conversion(from_top, &attributes))
    }

    fn conversion_by(&self, from_top: &str, attributes: &FolderAttributes) -> Option<String> {
        if !attributes.is_possible {
            return None;
        }
        let known = self.known_conversion(from_top);
        known.or_else(|| self.overlooked_conversion(from_top, attributes))
    }

    fn overlooked_conversion(
        &self,
        from_top: &str,
        attributes: &FolderAttributes,
    ) -> Option<String> {
        let is_set = |name: &str| self.attribute(from_top, name).is_some();
        attributes.overlooked(from_top, &is_set)
    }

    fn known_conversion(&self, from_top: &str) -> Option<String> {
        CONVERSIONS.iter().find_map(|name| self.attribute(from_top, name))
    }

    /// Returns an attribute of a file with its value, as libgit2 knows it; `None` if it is not set.
    fn attribute(&self, from_top: &str, name: &str) -> Option<String> {
        let flags = git2::AttrCheckFlags::FILE_THEN_INDEX;
        let value = self.git.get_attr(Path::new(from_top), name, flags).ok()?;
        match git2::AttrValue::from_string(value) {
            git2::AttrValue::String(value) => Some(format!("{name}={value}")),
            git2::AttrValue::True => Some(name.to_owned()),
            _ => None,
        }
    }

    fn own_attributes(&self) -> OwnAttributes {
        let named =
            self.config().ok().and_then(|config| config.get_path("core.attributesfile").ok());
        let named = named.or_else(|| configuration::attributes_file().map(Path::to_owned));
        OwnAttributes {
            user: named.and_then(|path| fs::read(path).ok()),
            clone: fs::read(self.common_dir.join("info/attributes")).ok(),
        }
    }

    /// Tells whether the attributes that this clone alone has, which go before all others, may convert files.
    pub fn has_own_conversions(&self) -> bool {
        self.own_attributes().clone.is_some_and(|bytes| names_conversion(&bytes))
    }

    fn folder_attributes(
        &self,
        folder: &str,
        own: &OwnAttributes,
        index: Option<&git2::Index>,
    ) -> FolderAttributes {
        let above = folder.match_indices('/').map(|(end, _)| folder.get(..end).unwrap_or_default());
        let folders: BTreeSet<&str> = std::iter::once("").chain(above).chain([folder]).collect();
        let mut files = vec![(String::new(), own.user.clone())];
        let mut is_linked = false;
        files.extend(folders.into_iter().map(|folder| {
            let path = join(folder, ".gitattributes");
            let here = self.work_dir.as_ref().map(|top| top.join(&path));
            // Git reads no link there, and libgit2 does.
            let is_link = here.as_ref().is_some_and(|path| path.is_symlink());
            is_linked |= is_link;
            let here = here.filter(|_| !is_link).and_then(|path| fs::read(path).ok());
            let staged = || {
                let entry = index?.get_path(Path::new(&path), 0)?;
                Some(self.read(ours(entry.id)?).ok()?.1)
            };
            (folder.to_owned(), here.or_else(staged))
        }));
        files.push((String::new(), own.clone.clone()));
        let mut attributes = FolderAttributes {
            is_possible: self.known_conversion(&join(folder, "any.yaml")).is_some(),
            ..FolderAttributes::default()
        };
        for (folder, bytes) in files {
            let bytes = bytes.unwrap_or_default();
            attributes.is_possible |= names_conversion(&bytes);
            attributes.lines.extend(lines(&folder, &bytes));
        }
        attributes.is_doubtful = is_linked || attributes.lines.iter().any(|line| line.is_odd);
        attributes.take_macros();
        attributes
    }
}

impl FolderAttributes {
    fn take_macros(&mut self) {
        let is_macro = |line: &mut AttributeLine| line.pattern.starts_with("[attr]");
        let defined: Vec<AttributeLine> = self.lines.extract_if(.., is_macro).collect();
        loop {
            let converts = |line: &&AttributeLine| self.conversion_in(line).is_some();
            let names = defined.iter().filter(converts);
            let names = names.filter_map(|line| line.pattern.strip_prefix("[attr]"));
            let names: BTreeSet<String> = names.map(str::to_owned).collect();
            if names == self.macros {
                return;
            }
            self.macros = names;
        }
    }

    fn conversion_in<'l>(&self, line: &'l AttributeLine) -> Option<&'l str> {
        let words = line.words.iter().map(String::as_str);
        words.filter(|word| !word.starts_with(['-', '!'])).find(|word| {
            let name = name_of(word);
            CONVERSIONS.contains(&name) || self.macros.contains(name)
        })
    }

    /// Returns the word by which a line converts a file that libgit2 reads otherwise, unless a later line, as the help of
    /// `lint` writes it, ends all conversions of the file. `is_set` tells whether libgit2 knows a macro as set.
    fn overlooked(&self, from_top: &str, is_set: &dyn Fn(&str) -> bool) -> Option<String> {
        let mut found = None;
        for line in &self.lines {
            if line.ends_conversions(from_top) {
                found = None;
            } else if let Some(word) = self.conversion_in(line) {
                let name = name_of(word);
                let is_overlooked = match line.is_quoted || self.is_doubtful {
                    true => line.may_match(from_top),
                    false => self.macros.contains(name) && is_set(name),
                };
                if is_overlooked {
                    found = Some(word.to_owned());
                }
            }
        }
        found
    }
}

impl AttributeLine {
    fn parse(folder: &str, line: &str) -> Option<AttributeLine> {
        let line = line.trim_matches([' ', '\t', '\r', '\n']);
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let unquoted = line.strip_prefix('"').and_then(unquoted);
        let is_quoted = unquoted.is_some();
        let (pattern, rest) = unquoted.unwrap_or_else(|| {
            let (pattern, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
            (pattern.to_owned(), rest)
        });
        let words: Vec<String> = rest.split_ascii_whitespace().map(str::to_owned).collect();
        let is_odd = line.len() > LONGEST_LINE
            || line.chars().any(|char| char.is_control() && char != '\t')
            || !is_quoted && pattern.starts_with('!')
            || words.iter().any(|word| !is_valid(word));
        Some(AttributeLine { folder: folder.to_owned(), pattern, is_quoted, words, is_odd })
    }

    fn may_match(&self, from_top: &str) -> bool {
        let pattern = &self.pattern;
        if pattern.trim() != *pattern || pattern.contains(char::REPLACEMENT_CHARACTER) {
            return true;
        }
        let escape = if pattern.starts_with(['#', '!']) { "\\" } else { "" };
        let mut patterns = GitignoreBuilder::new("");
        let read = patterns.case_insensitive(true).is_ok()
            && patterns.add_line(None, &format!("{escape}{pattern}")).is_ok();
        let built = if read { patterns.build().ok() } else { None };
        built.is_none_or(|it| it.matched(self.inside(from_top), false).is_ignore())
    }

    fn inside<'p>(&self, from_top: &'p str) -> &'p str {
        if self.folder.is_empty() {
            return from_top;
        }
        let rest = from_top.strip_prefix(self.folder.as_str());
        rest.and_then(|rest| rest.strip_prefix('/')).unwrap_or(from_top)
    }

    fn ends_conversions(&self, from_top: &str) -> bool {
        let is_off =
            |name: &&str| self.words.iter().any(|word| word.strip_prefix('-') == Some(name));
        let inside = self.inside(from_top);
        let name = inside.rsplit('/').next().unwrap_or_default();
        let file = if self.pattern.contains('/') { inside } else { name };
        let pattern = self.pattern.strip_prefix('/').unwrap_or(&self.pattern);
        let is_same = |(one, other): (char, char)| one == other || one == '?' && other != '/';
        !self.is_quoted
            && !self.is_odd
            && self.words.len() == CONVERSIONS.len()
            && CONVERSIONS.iter().all(is_off)
            && pattern.chars().count() == file.chars().count()
            && pattern.chars().zip(file.chars()).all(is_same)
    }
}

fn lines(folder: &str, bytes: &[u8]) -> Vec<AttributeLine> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    text.lines().filter_map(|line| AttributeLine::parse(folder, line)).collect()
}

fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes().enumerate();
    while let Some((at, byte)) = rest.next() {
        let plain = match byte {
            b'"' => {
                let pattern = String::from_utf8_lossy(&bytes).into_owned();
                return Some((pattern, text.get(at + 1..)?));
            }
            b'\\' => match rest.next()?.1 {
                b'a' => 7,
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 11,
                b'f' => 12,
                b'r' => b'\r',
                same @ (b'\\' | b'"') => same,
                b'0'..=b'3' => {
                    rest.nth(1)?;
                    u8::from_str_radix(text.get(at + 1..at + 4)?, 8).ok()?
                }
                _ => return None,
            },
            plain => plain,
        };
        bytes.push(plain);
    }
    None
}

/// Tells whether git takes a word for an attribute; with any other one it passes over the line.
fn is_valid(word: &str) -> bool {
    let name = name_of(word.strip_prefix(['-', '!']).unwrap_or(word));
    let is_known = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
    !name.is_empty()
        && !name.starts_with('-')
        && !name.starts_with("builtin_")
        && name.chars().all(is_known)
}

fn name_of(word: &str) -> &str {
    word.split_once('=').map_or(word, |(name, _)| name)
}

fn folder_of(from_top: &str) -> &str {
    from_top.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn names_conversion(bytes: &[u8]) -> bool {
    CONVERSIONS.iter().any(|name| memchr::memmem::find(bytes, name.as_bytes()).is_some())
}

//! What ends a finding or an error, as data, and its words.
//!
//! Pure. Start at [`Remedy`]; [`Remedy::words`] is the only place that words it. Follows `docs/spec/cli.md` (a finding).

use std::fmt::Write as _;
use std::ops::Range;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::diag::shell::TypedFrom;
use crate::diag::{Pos, shell};

/// What ends a finding or an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// What has to be known or done before; may be empty.
    pub note: String,
    pub act: Act,
}

/// Who acts, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Act {
    /// What to do is known in words alone.
    #[default]
    Said,
    /// Replaces a range of a file.
    Edit(Box<Edit>),
    /// The asker runs these, in the ledger's root.
    Run(Vec<String>),
    /// These people run them; anybody but the authors if none is named.
    Other { waits_for: Vec<Waiting>, commands: Vec<String> },
    /// Nothing ends it.
    None(Ends),
}

/// Somebody who can act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    pub email: String,
    pub name: String,
}

/// When something ends by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ends {
    /// At this instant.
    Time(String),
    /// Never: the commit itself is the fault.
    Stays,
}

/// A range of a file, and the text that replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    pub path: String,
    #[serde(flatten)]
    range: EditRange,
    /// The text, which passes lint as it is.
    pub text: String,
    /// Whether only a person knows the right text.
    pub example: bool,
    /// The edit in words, such as ``write `2026-12-20` ``.
    #[serde(skip)]
    words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct EditRange {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl Edit {
    /// Returns the edit that replaces a range of bytes; `words` begin with a verb, such as ``write `x` ``.
    pub fn new(
        path: &str,
        source: &str,
        range: Range<usize>,
        text: impl Into<String>,
        words: impl Into<String>,
    ) -> Edit {
        let (start, end) = (position(source, range.start), position(source, range.end));
        Edit {
            path: path.to_owned(),
            range: EditRange {
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
            },
            text: text.into(),
            example: false,
            words: words.into(),
        }
    }

    /// Returns the edit that removes what follows in a line; `None` if there is no such place.
    pub fn rest_of_line(path: &str, source: &str, pos: Pos) -> Option<Edit> {
        let start = offset(source, pos)?;
        let rest = source.get(start..)?.lines().next().unwrap_or_default();
        let range = start..start + rest.len();
        Some(Edit::new(path, source, range, "", "remove the rest of the line"))
    }

    /// Returns the smallest edit that makes one text of another.
    pub fn between(path: &str, source: &str, edited: &str, words: impl Into<String>) -> Edit {
        let same = |(one, other): &(char, char)| one == other;
        let width = |(character, _): (char, char)| character.len_utf8();
        let start = source.chars().zip(edited.chars()).take_while(same).map(width).sum::<usize>();
        let [rest, new] = [source, edited].map(|text| text.get(start..).unwrap_or_default());
        let n_same: usize =
            rest.chars().rev().zip(new.chars().rev()).take_while(same).map(width).sum();
        let text = new.get(..new.len().saturating_sub(n_same)).unwrap_or_default();
        Edit::new(path, source, start..source.len().saturating_sub(n_same), text, words)
    }

    /// Returns the edit whose text only a person can write; this one passes.
    #[must_use]
    pub fn for_example(self) -> Edit {
        Edit { example: true, ..self }
    }

    /// Returns the source after the edit; `None` if it has no such range.
    pub fn apply(&self, source: &str) -> Option<String> {
        let EditRange { line, column, end_line, end_column } = self.range;
        let start = offset(source, Pos { line, column })?;
        let end = offset(source, Pos { line: end_line, column: end_column })?;
        Some(format!("{}{}{}", source.get(..start)?, self.text, source.get(end..)?))
    }

    fn words(&self) -> String {
        match self.words.split_once(' ') {
            Some((verb, rest)) if self.example => format!("{verb} for example {rest}"),
            _ => self.words.clone(),
        }
    }
}

fn position(source: &str, offset: usize) -> Pos {
    let before = source.get(..offset).unwrap_or(source);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let line = before.get(start..).unwrap_or_default();
    Pos {
        line: number(before.matches('\n').count() + 1),
        column: number(line.trim_start_matches('\u{FEFF}').chars().count() + 1),
    }
}

/// Returns the byte at a position; `None` if the text has fewer lines.
pub(crate) fn offset(source: &str, pos: Pos) -> Option<usize> {
    let number = |number: u32| usize::try_from(number).ok()?.checked_sub(1);
    let lines = source.split_inclusive('\n').take(number(pos.line)?);
    let start: usize = lines.map(str::len).sum();
    let line = source.get(start..)?;
    let bare = line.strip_prefix('\u{FEFF}').unwrap_or(line);
    let column = bare.chars().take(number(pos.column)?).map(char::len_utf8).sum::<usize>();
    Some(start + line.len() - bare.len() + column)
}

impl Remedy {
    /// Returns the remedy of commands that the asker runs.
    pub fn run(commands: impl IntoIterator<Item = impl Into<String>>) -> Remedy {
        Act::Run(commands.into_iter().map(Into::into).collect()).into()
    }

    /// Returns the remedy of what nothing ends.
    pub fn stays() -> Remedy {
        Act::None(Ends::Stays).into()
    }

    /// Returns the remedy with what has to be known or done before.
    #[must_use]
    pub fn after(self, note: impl Into<String>) -> Remedy {
        Remedy { note: note.into(), ..self }
    }

    /// Tells whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.note.is_empty() && self.act == Act::Said
    }

    /// Returns the remedy with each of its texts changed.
    #[must_use]
    pub fn map(self, change: impl Fn(String) -> String) -> Remedy {
        let act = match self.act {
            Act::Edit(edit) => {
                let edit = Edit { text: change(edit.text), words: change(edit.words), ..*edit };
                Act::Edit(Box::new(edit))
            }
            Act::Run(commands) => Act::Run(commands.into_iter().map(&change).collect()),
            act @ (Act::Said | Act::Other { .. } | Act::None(_)) => act,
        };
        Remedy { note: change(self.note), act }
    }

    /// Lets the commands of git change what a sparse checkout leaves out, too; a file that is left out can't be added.
    pub fn reach_left_out(&mut self, left_out: Option<&str>) {
        self.note = shell::in_sparse_checkout(&self.note);
        if let Act::Run(commands) = &mut self.act {
            let add = left_out.map(|path| format!("git add -- {}", shell::quoted(path)));
            commands.retain(|command| Some(command) != add.as_ref());
            commands.iter_mut().for_each(|it| *it = shell::in_sparse_checkout(it));
        }
    }

    pub fn name_folder(&mut self, from: &TypedFrom) {
        self.note = from.quotes_in_root(&self.note);
        if let Act::Run(commands) | Act::Other { commands, .. } = &mut self.act {
            commands.iter_mut().for_each(|command| *command = from.in_root(command));
        }
    }

    /// Returns the command that ends it, if the asker runs a single one.
    pub fn command(&self) -> Option<&str> {
        match &self.act {
            Act::Run(commands) if commands.len() == 1 => commands.first().map(String::as_str),
            _ => None,
        }
    }

    /// Returns a message with the remedy below it, as a terminal shows it.
    pub fn below(&self, message: &str) -> String {
        let message = message.replace('\n', "\n  ");
        match self.words() {
            words if words.is_empty() => message,
            words => format!("{message}\n  help: {}", words.replace('\n', "\n        ")),
        }
    }

    /// Returns a message and the remedy on one line, as an answer states its reason.
    pub fn beside(&self, message: &str) -> String {
        let whole = match self.words() {
            words if words.is_empty() => message.to_owned(),
            words => format!("{message}: {words}"),
        };
        whole.lines().map(str::trim).collect::<Vec<_>>().join(" ")
    }

    /// Returns the remedy in words, one command a line where there are several.
    pub fn words(&self) -> String {
        let act = match &self.act {
            Act::Said => return self.note.clone(),
            Act::Edit(edit) => edit.words(),
            // The note says it where its words name the commands.
            Act::Other { commands, .. } | Act::Run(commands)
                if !self.note.is_empty() && commands.iter().all(|it| self.note.contains(it)) =>
            {
                return self.note.clone();
            }
            Act::Run(commands) => run(commands),
            Act::Other { waits_for, commands } => {
                let names: Vec<&str> = waits_for.iter().map(|who| who.email.as_str()).collect();
                let who =
                    if names.is_empty() { "somebody else".to_owned() } else { names.join(" or ") };
                let how = if commands.is_empty() { "approve it".to_owned() } else { run(commands) };
                format!("{who} has to {how}")
            }
            Act::None(Ends::Time(at)) => format!("it ends by itself at {at}"),
            Act::None(Ends::Stays) if !self.note.is_empty() => {
                return format!("{}; the finding stays", self.note);
            }
            Act::None(Ends::Stays) => "it stays: the commit is the fault".to_owned(),
        };
        let mut words = self.note.clone();
        if !words.is_empty() {
            let _ = write!(words, "{}", if act.contains('\n') { ":\n" } else { ": " });
        }
        words + &act
    }
}

fn run(commands: &[String]) -> String {
    match commands {
        [command] => format!("run `{command}`"),
        commands => commands.join("\n"),
    }
}

impl From<Act> for Remedy {
    fn from(act: Act) -> Remedy {
        Remedy { note: String::new(), act }
    }
}

impl From<Edit> for Remedy {
    fn from(edit: Edit) -> Remedy {
        Act::Edit(Box::new(edit)).into()
    }
}

impl From<String> for Remedy {
    fn from(note: String) -> Remedy {
        Remedy { note, act: Act::Said }
    }
}

impl From<&str> for Remedy {
    fn from(note: &str) -> Remedy {
        note.to_owned().into()
    }
}

impl Serialize for Remedy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.act == Act::Said {
            return serializer.serialize_none();
        }
        let mut map = serializer.serialize_map(None)?;
        match &self.act {
            Act::Said => {}
            Act::Edit(edit) => {
                map.serialize_entry("do", "edit")?;
                map.serialize_entry("edit", edit)?;
            }
            Act::Run(commands) => {
                map.serialize_entry("do", "run")?;
                map.serialize_entry("commands", commands)?;
            }
            Act::Other { waits_for, commands } => {
                map.serialize_entry("do", "other")?;
                map.serialize_entry("waits_for", waits_for)?;
                map.serialize_entry("commands", commands)?;
            }
            Act::None(ends) => {
                map.serialize_entry("do", "none")?;
                match ends {
                    Ends::Time(at) => {
                        map.serialize_entry("ends", "time")?;
                        map.serialize_entry("at", at)?;
                    }
                    Ends::Stays => map.serialize_entry("ends", "stays")?,
                }
            }
        }
        map.end()
    }
}

//! Completes a draft: answers what is marked `TODO(import)`, and leaves everything else as it is written.
//!
//! Pure. Start at [`plan`]. Follows `docs/spec/cli.md`, new, `--complete`.

use serde_json::Value;

use crate::features::import::draft::import_draft::todo_fields;
use crate::plan::answers::Answers;
use crate::plan::edit::FileEdit;
use crate::plan::entry::EntryPairs;
use crate::plan::imported::is_todo;
use crate::plan::setting::Setting;
use crate::plan::{draft, field_values, question};
use crate::yaml::node::Node;
use crate::yaml::splice;

const CONTROLS: &str = "compensating_controls";

/// The fields of a subject of which one is enough.
const SUBJECTS: [&str; 3] = ["identity", "asset", "application"];

/// What is known besides the draft.
#[derive(Clone, Copy, Debug)]
pub struct KnownAnswers<'k> {
    /// The answers of flags, prompts and profile.
    pub all: &'k Answers,
    /// Those that somebody gave for these drafts, by flags or at prompts: they also answer what the draft leaves out, and
    /// what it states only because nobody said anything else.
    pub flags: &'k Answers,
}

/// Returns the edits that answer what a draft marks or lacks, in order.
///
/// What the draft states already wins over the known answers.
pub fn plan(root: &Node, known: KnownAnswers<'_>, setting: &Setting<'_>) -> Vec<FileEdit> {
    let Some(stated) = Answers::of_node(root) else {
        return Vec::new();
    };
    let KnownAnswers { all: known, flags } = known;
    let given = given(flags);
    let mut todo = todo_fields(&stated);
    let unsaid = given.iter().filter(|path| is_derived(path, &stated, setting));
    todo.extend(unsaid.map(|path| (*path).clone()));
    let answers = combined(&stated, known, &todo);
    let made = draft::derived(&answers, setting).answers;
    let mut completion = Completion { root, known, edits: Vec::new(), removed: Vec::new() };
    for path in &todo {
        completion.answer(path, &made);
    }
    completion.further_controls(&todo, &made);
    completion.needless_controls(&stated, &made, setting);
    completion.required(&stated, &made, setting);
    for path in given.iter().filter(|path| !stated.states(path)) {
        completion.absent(path, &made);
    }
    completion.finish()
}

/// Returns the paths of the fields that flags give, except the lists whose items have several.
fn given(flags: &Answers) -> Vec<String> {
    let fields = field_values::flag_fields().filter(|(field, _)| !field.is_of_item);
    let paths = fields.map(|(field, _)| field.path);
    paths.filter(|path| path != "scope.findings" && flags.states(path)).collect()
}

/// Tells whether a draft states a text that would be derived again without it: nobody said it.
fn is_derived(path: &str, stated: &Answers, setting: &Setting<'_>) -> bool {
    let Some(text) = stated.text(path).filter(|text| !is_todo(text)) else {
        return false;
    };
    // An end is never derived for a draft, and its start is that of the day on which it was written.
    if path == "expires" || path == "starts" {
        return false;
    }
    let mut without = stated.clone();
    match path.rsplit_once('.') {
        Some((map, key)) => without.remove_at(map, key),
        None => without.remove(path),
    }
    draft::derived(&without, setting).answers.text(path) == Some(text)
}

/// Returns the draft's own answers, with the known ones where it marks or lacks something.
fn combined(stated: &Answers, known: &Answers, todo: &[String]) -> Answers {
    let mut own = stated.clone();
    for path in todo {
        let is_answered = known.states(path);
        let is_derived = path == "owner.name" && known.states("owner.email");
        if (is_answered || is_derived)
            && let Some((map, key)) = path.rsplit_once('.')
        {
            own.remove_at(map, key);
        } else if is_answered {
            own.remove(path);
        }
    }
    let mut answers = known.clone();
    // The list of controls is completed item by item.
    answers.remove(CONTROLS);
    answers.overlay(&own);
    answers
}

struct Completion<'c> {
    root: &'c Node,
    known: &'c Answers,
    edits: Vec<FileEdit>,
    removed: Vec<String>,
}

impl Completion<'_> {
    fn answer(&mut self, path: &str, made: &Answers) {
        if let Some((list, rest)) = path.split_once('[')
            && let Some((index, key)) = rest.split_once(']')
        {
            let index: usize = index.parse().unwrap_or_default();
            return self.item(path, (list, index, key.trim_start_matches('.')), made);
        }
        match path {
            "deviates_from.rule" if !self.known.states(path) => {
                if self.known.states("deviates_from.controls") {
                    self.put("deviates_from.controls", made);
                    self.removed.push(path.to_owned());
                }
            }
            "subject.application" if !self.known.states(path) => {
                let subjects = SUBJECTS.map(|key| format!("subject.{key}"));
                if subjects.iter().any(|subject| self.known.states(subject)) {
                    self.removed.push(path.to_owned());
                    self.subject(made);
                }
            }
            _ => {
                let text = made.text(path).filter(|text| !is_todo(text));
                if let Some(text) = text {
                    self.edits.push(FileEdit::set(path, text));
                }
            }
        }
    }

    fn subject(&mut self, made: &Answers) {
        let fields = self.known.fields().get("subject").and_then(Value::as_object);
        let keys: Vec<String> = fields.into_iter().flatten().map(|(key, _)| key.clone()).collect();
        for key in keys {
            let path = format!("subject.{key}");
            let is_marked = self.root.at(&path).and_then(Node::text);
            if is_marked.is_none() {
                self.put(&path, made);
            }
        }
    }

    fn item(&mut self, path: &str, (list, index, key): (&str, usize, &str), made: &Answers) {
        let item = match list {
            // The controls are given in order for those that are marked.
            CONTROLS => self.known.get(&format!("{CONTROLS}[{}]", self.marked_before(index))),
            _ => self.known.get(&format!("{list}[{index}]")),
        };
        let owner = made.text("owner.email").filter(|text| !is_todo(text));
        let text = match (item, key) {
            (Some(Value::String(text)), "") => Some(text.clone()),
            (Some(item), key) => item.get(key).and_then(Value::as_str).map(str::to_owned),
            (None, _) => None,
        };
        let text = match (text, list, key) {
            (None, CONTROLS, "owner") => owner.map(str::to_owned),
            (text, _, _) => text,
        };
        let Some(text) = text else {
            return;
        };
        self.edits.push(FileEdit::set(path, text));
        // An answer to a control or trigger is about all of it.
        let others: &[&str] = match (list, key) {
            (CONTROLS, "description") => &["status", "verify_every"],
            ("triggers", "when") => &["then"],
            _ => &[],
        };
        for other in others {
            let text = item.and_then(|item| item.get(*other)).and_then(Value::as_str);
            if let Some(text) = text {
                self.edits.push(FileEdit::set(format!("{list}[{index}].{other}"), text));
            }
        }
    }

    fn marked_before(&self, index: usize) -> usize {
        let controls = self.root.get(CONTROLS).map(Node::items).unwrap_or_default();
        controls.iter().take(index).filter(|control| is_marked(control)).count()
    }

    fn further_controls(&mut self, todo: &[String], made: &Answers) {
        let list = self.root.get(CONTROLS);
        let controls = list.map(Node::items).unwrap_or_default();
        let n_marked = controls.iter().filter(|control| is_marked(control)).count();
        let known = self.known.get(CONTROLS).and_then(Value::as_array);
        if n_marked > 0 || list.is_some() && controls.is_empty() {
            let mut number = controls.len();
            for control in known.into_iter().flatten().skip(n_marked) {
                number += 1;
                let text = |key: &str| control.get(key).and_then(Value::as_str);
                let entry = EntryPairs::new()
                    .text("id", format!("CC{number}"))
                    .text_or_none("description", text("description"))
                    .text_or_none("owner", text("owner").or(made.text("owner.email")))
                    .text("status", text("status").unwrap_or("planned"))
                    .text_or_none("verify_every", text("verify_every"));
                self.edits.push(FileEdit::append(CONTROLS, entry.line()));
            }
        }
        let texts = todo.iter().filter_map(|path| path.strip_suffix("[0]"));
        for list in texts {
            let items = self.known.get(list).and_then(Value::as_array).into_iter().flatten();
            let items = items.skip(1).filter_map(Value::as_str);
            let edits = items.map(|item| FileEdit::append(list, splice::quote(item)));
            self.edits.extend(edits.collect::<Vec<_>>());
        }
    }

    /// Removes controls that nobody named and the tier doesn't require: the draft marks them while its tier isn't known.
    fn needless_controls(&mut self, stated: &Answers, made: &Answers, setting: &Setting<'_>) {
        let controls = self.root.get(CONTROLS).map(Node::items).unwrap_or_default();
        let is_open = !controls.is_empty() && controls.iter().all(is_marked);
        if !is_open || self.known.states(CONTROLS) {
            return;
        }
        let mut without = self.filled(stated, made);
        without.remove(CONTROLS);
        let result = draft::draft(&without, setting);
        let missing = question::missing(&result, setting, false);
        if result.resolved.is_some() && missing.iter().all(|answer| answer.of.field != CONTROLS) {
            let items = (0..controls.len()).rev().map(|index| format!("{CONTROLS}[{index}]"));
            self.removed.extend(items);
        }
    }

    /// Returns what the draft states with the edits so far.
    fn filled(&self, stated: &Answers, made: &Answers) -> Answers {
        let own: Vec<&str> = self
            .edits
            .iter()
            .filter_map(|edit| match edit {
                FileEdit::Set { path, .. } => Some(path.as_str()),
                _ => None,
            })
            .collect();
        let mut filled = stated.clone();
        for path in own {
            filled.set_given(path, made.text(path));
        }
        filled
    }

    /// Adds the fields that the tier requires and the draft lacks, as far as they are known.
    fn required(&mut self, stated: &Answers, made: &Answers, setting: &Setting<'_>) {
        let result = draft::draft(&self.filled(stated, made), setting);
        let mut wanted: Vec<String> =
            question::missing(&result, setting, false).into_iter().map(|it| it.of.field).collect();
        wanted.extend(
            result
                .derived
                .iter()
                .map(|derived| derived.field.clone())
                .filter(|field| field == "review_every"),
        );
        for path in wanted {
            if !stated.states(&path) && made.states(&path) {
                self.put(&path, made);
            }
        }
    }

    /// Adds a field that the draft leaves out, unless another answer stands in its place already.
    fn absent(&mut self, path: &str, made: &Answers) {
        let is_replaced = self.removed.iter().any(|removed| removed == path);
        if !is_replaced && !made.text(path).is_some_and(is_todo) {
            self.put(path, made);
        }
    }

    fn put(&mut self, path: &str, made: &Answers) {
        let Some(value) = made.get(path) else {
            return;
        };
        let is_there = self.edits.iter().any(|edit| match edit {
            FileEdit::Set { path: known, .. }
            | FileEdit::Insert { path: known, .. }
            | FileEdit::Append { path: known, .. } => known == path,
            FileEdit::Remove { .. } => false,
        });
        if is_there {
            return;
        }
        let parent = path.rsplit_once('.').filter(|(map, _)| self.root.at(map).is_none());
        let added = parent.filter(|(map, _)| !self.edits.iter().any(|edit| is_at(edit, map)));
        match (added, value) {
            (Some((map, key)), Value::String(text)) => {
                let pairs = EntryPairs::new().text(key, text);
                let (lines, line) = (pairs.lines(), pairs.line());
                self.edits.push(FileEdit::Insert { path: map.to_owned(), lines, line });
            }
            (_, Value::String(text)) => self.edits.push(FileEdit::set(path, text)),
            (_, Value::Array(items)) => {
                for item in items {
                    let item = match item {
                        Value::String(text) => splice::quote(text),
                        item => in_one_line(item),
                    };
                    self.edits.push(FileEdit::append(path, item));
                }
            }
            _ => {}
        }
    }

    fn finish(self) -> Vec<FileEdit> {
        let removed = self.removed.into_iter().map(|path| FileEdit::Remove { path });
        self.edits.into_iter().chain(removed).collect()
    }
}

fn is_at(edit: &FileEdit, map: &str) -> bool {
    matches!(edit, FileEdit::Insert { path, .. } if path == map)
}

fn is_marked(control: &Node) -> bool {
    let text = control.get("description").and_then(Node::text);
    text.is_some_and(is_todo)
}

fn in_one_line(value: &Value) -> String {
    let pairs = value.as_object().into_iter().flatten();
    let pairs = pairs.filter_map(|(key, value)| Some((key, value.as_str()?)));
    pairs.fold(EntryPairs::new(), |entry, (key, text)| entry.text(key, text)).line()
}

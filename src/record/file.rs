//! Reads a file into a record, findings, or both, each finding with its position.
//!
//! Pure. Start at [`read`]. An error in one field hides no other: rules about content ask the [`RecordFile`] for the fields
//! that can be read. Follows `docs/spec/record.md` and `docs/spec/rules.md` (shape, where a finding points).

use crate::diag::code::Code;
use crate::diag::remedy::{Edit, Remedy};
use crate::diag::sorting::StableSort as _;
use crate::diag::{Finding, Level, Pos};
use crate::record::id::Id;
use crate::record::map::MapSpec;
use crate::record::scalar::Scalar;
use crate::record::spec::ValueShape;
use crate::record::time::{Day, When, not_after};
use crate::record::{Record, consistent, example, mend, reader, spec};
use crate::yaml;
use crate::yaml::node::{Comment, Limits, Node, SyntaxError, Value};

/// One record file as read.
#[derive(Clone, Debug)]
pub struct RecordFile {
    /// The file, relative to the ledger's root, with `/`.
    pub path: String,
    /// The located tree; `None` if the file could not be parsed to its end.
    pub root: Option<Node>,
    /// The record; `None` if there is any finding of the shape group.
    pub record: Option<Record>,
    /// The findings about its shape, sorted.
    pub findings: Vec<Finding>,
    /// The comments, in file order.
    pub comments: Vec<Comment>,
    /// The record of a file whose name alone is wrong.
    pub misnamed: Option<Record>,
    text: String,
    misspelled: Vec<String>,
}

/// The state of a field in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FieldState<'s> {
    /// There is no such key.
    Absent,
    /// Can't be read; there is a finding of the shape group about it.
    Unreadable,
    /// Its node.
    Node(&'s Node),
}

/// What a file that can't be read as a record may end: whether it names a closure, and how many firings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnreadEnd {
    /// Whether it names a closure, or hides what it names.
    pub closes: bool,
    /// The number of its fired entries; the largest there is if they can't be counted.
    pub n_fired: usize,
}

/// Reads a file and returns the record with all findings about its shape.
///
/// Ids of other files, and the prefixes that a policy lists, are not known here.
pub fn read(path: &str, bytes: &[u8]) -> RecordFile {
    let (mut source, record) = read_as::<Record>(path, bytes, "a record", consistent::faults);
    source.record = record;
    let is_misnamed = |finding: &Finding| finding.rule == Code::BadId;
    if source.record.is_none() && source.findings.iter().all(is_misnamed) {
        source.misnamed = read_under_its_id(&source, bytes);
    }
    source
}

/// Returns the record of a file whose id is not that of its name, or is written in lower case.
fn read_under_its_id(source: &RecordFile, bytes: &[u8]) -> Option<Record> {
    let node = source.root.as_ref()?.at("id")?;
    let stated = node.text()?;
    let id = stated.to_ascii_uppercase();
    let named = format!("{id}.yaml");
    let read = |bytes: &[u8]| read_as::<Record>(&named, bytes, "a record", consistent::faults).1;
    if stated == id {
        return if id == source.stem() { None } else { read(bytes) };
    }
    let mut upper = bytes.to_vec();
    upper.get_mut(node.span.clone())?.make_ascii_uppercase();
    read(&upper)
}

/// Checks between the fields of a file: the stem of its name, its root, and the fields that misspelled keys were meant for.
pub type ConsistencyCheck = fn(&str, &Node, &[String]) -> Vec<SyntaxError>;

/// Reads a file of any type as strictly as a record; `whole` names what is read, such as `a record`. The value is `None`
/// if there is any finding about its shape.
pub fn read_as<T: MapSpec>(
    path: &str,
    bytes: &[u8],
    whole: &'static str,
    check: ConsistencyCheck,
) -> (RecordFile, Option<T>) {
    let document = yaml::parse(bytes, &Limits::RECORD);
    let mut faults = document.faults;
    let (mut value, mut misspelled) = (None, Vec::new());
    if let Some(root) = &document.root {
        let (read, noted) = reader::read::<T>(root, whole);
        faults.extend(noted.faults);
        faults.extend(check(stem(path), root, &noted.misspelled));
        value = read;
        misspelled = noted.misspelled;
    }
    let value = if faults.is_empty() { value } else { None };
    let id = Id::new(stem(path));
    let root = document.root;
    let lossy = |_| String::from_utf8_lossy(bytes).into_owned();
    let text = std::str::from_utf8(bytes).map_or_else(lossy, str::to_owned);
    let source = RecordFile {
        record: None,
        misnamed: None,
        findings: mend::findings(
            path,
            id.as_ref().map(Id::as_str),
            (&text, root.as_ref()),
            faults,
            &|field, root| example::find(T::FIELDS, field, root),
        ),
        path: path.to_owned(),
        text,
        root,
        comments: document.comments,
        misspelled,
    };
    (source, value)
}

/// Returns the name of a record file without folder and suffix.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let bare = name.strip_suffix(".yaml").or(name.strip_suffix(".yml"));
    bare.unwrap_or(name)
}

impl UnreadEnd {
    /// Reads what a file names that is no record; what can't be told may be an end.
    pub fn of(source: &RecordFile) -> UnreadEnd {
        let text = &source.text;
        let is_meant = |key: &str| source.misspelled.iter().any(|field| field == key);
        let is_cut_off = source.root.is_none() || text.contains("\n---");
        let is_dark = text.len() > Limits::RECORD.bytes
            || is_cut_off && (text.contains(['\0', '\u{FFFD}']) || is_escaped(text));
        let stated = |key| source.root.as_ref().and_then(|root| root.get(key));
        let closes = stated("closure").is_some() || count_key(text, "closure") > 0;
        let n_fired = match (count_key(text, "fired"), stated("fired").map(|node| &node.value)) {
            (0, None) => 0,
            (0 | 1, Some(Value::List(items))) => items.len(),
            _ => usize::MAX,
        };
        UnreadEnd {
            closes: is_dark || closes || is_meant("closure"),
            n_fired: if is_meant("fired") { usize::MAX } else { n_fired },
        }
    }

    /// Returns what either of two files of a record may end.
    #[must_use]
    pub fn or(self, other: UnreadEnd) -> UnreadEnd {
        UnreadEnd { closes: self.closes || other.closes, n_fired: self.n_fired.max(other.n_fired) }
    }

    /// Tells whether it may end a record of which this many firings are known.
    pub fn is_beyond(self, n_known: usize) -> bool {
        self.closes || self.n_fired > n_known
    }
}

fn is_escaped(text: &str) -> bool {
    // It may spell a letter of a key, or a key may go on in the next line.
    text.split('\\').skip(1).any(|after| {
        let mut after = after.chars();
        match after.next() {
            Some('x' | 'u' | 'U') => after.next().is_some_and(|digit| digit.is_ascii_hexdigit()),
            Some(char) => char == '\n' || char == '\r',
            None => false,
        }
    })
}

fn count_key(text: &str, key: &str) -> usize {
    let is_key = |(at, _): &(usize, &str)| {
        let rest = text.get(at + key.len()..).unwrap_or_default();
        rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':')
    };
    text.match_indices(key).filter(is_key).count()
}

impl RecordFile {
    /// Returns a file of which only the content is known, without positions.
    pub fn bare(path: &str, record: Option<Record>) -> RecordFile {
        RecordFile {
            path: path.to_owned(),
            root: None,
            record,
            misnamed: None,
            findings: Vec::new(),
            comments: Vec::new(),
            text: String::new(),
            misspelled: Vec::new(),
        }
    }

    /// Returns the file's name without folder and suffix: the expected id.
    pub fn stem(&self) -> &str {
        stem(&self.path)
    }

    /// Returns the file stem as an id, if it has the form of one.
    pub fn id(&self) -> Option<Id> {
        Id::new(self.stem())
    }

    /// Returns the id that the file states, also where it is not named so.
    pub fn stated_id(&self) -> Option<Id> {
        find_id(self.root.as_ref())
    }

    /// Returns the state of a field, given as a dotted path with list indices from 0.
    pub fn stated(&self, field: &str) -> FieldState<'_> {
        let Some(root) = &self.root else {
            return FieldState::Unreadable;
        };
        if !matches!(root.value, Value::Map(_)) || self.is_faulty(field) {
            return FieldState::Unreadable;
        }
        match root.at(field) {
            None => FieldState::Absent,
            Some(node) => match node.value {
                Value::Null | Value::Unreadable => FieldState::Unreadable,
                Value::Map(ref entries) if entries.is_empty() && !says_something_empty(field) => {
                    FieldState::Absent
                }
                _ => FieldState::Node(node),
            },
        }
    }

    /// Returns the node of a field, if stated and readable.
    pub fn node(&self, field: &str) -> Option<&Node> {
        match self.stated(field) {
            FieldState::Node(node) => Some(node),
            FieldState::Absent | FieldState::Unreadable => None,
        }
    }

    /// Returns the text of a field, if stated and readable.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.node(field)?.text()
    }

    /// Returns the value of a field, if stated and readable.
    pub fn value<T: Scalar>(&self, field: &str) -> Option<T> {
        T::parse(self.text(field)?).ok()
    }

    /// Returns the items of a list; empty if it is absent or can't be read.
    pub fn items(&self, field: &str) -> &[Node] {
        self.node(field).map_or(&[], Node::items)
    }

    /// Returns the position for a finding about a field.
    ///
    /// That is the value; for an absent field, the line of its parent's key, in a list item the item's first line,
    /// at the top level the first line of the file.
    pub fn pos(&self, field: &str) -> Pos {
        let Some(root) = &self.root else {
            return Pos::START;
        };
        match root.at(field) {
            Some(node) => node.pos,
            None => anchor(root, parent(field)),
        }
    }

    /// Returns the position of a field's key; for a list item its first line; for
    /// an absent field like [`RecordFile::pos`].
    pub fn key_pos(&self, field: &str) -> Pos {
        let root = self.root.as_ref();
        root.map_or(Pos::START, |root| anchor(root, field))
    }

    /// Returns the finding about an id whose prefix the policy does not list.
    ///
    /// A malformed id, or one that differs from the file name, already has a finding.
    pub fn other_prefix(&self, prefixes: &[String]) -> Option<Finding> {
        let id: Id = self.value("id")?;
        let is_listed = prefixes.iter().any(|prefix| prefix == id.prefix());
        (!is_listed).then(|| {
            self.finding(
                Code::BadId,
                Level::Error,
                "id",
                format!("the policy does not list the prefix {}", id.prefix()),
                format!("use {}, or add the prefix to `id_prefix`", prefixes.join(" or ")),
            )
        })
    }

    /// Returns a finding about a field, at its position.
    pub fn finding(
        &self,
        rule: Code,
        level: Level,
        field: &str,
        message: impl Into<String>,
        remedy: impl Into<Remedy>,
    ) -> Finding {
        Finding {
            rule,
            level,
            path: self.path.clone(),
            pos: Some(self.pos(field)),
            field: Some(field.to_owned()),
            id: self.id().map(|id| id.to_string()),
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// Returns the edit that gives a field a value written in YAML.
    pub fn set(&self, field: &str, yaml: &str) -> Remedy {
        let root = self.root.as_ref();
        let edit = root.and_then(|root| mend::set(&self.path, &self.text, root, field, yaml));
        edit.map_or_else(|| format!("write `{field}: {yaml}`").into(), Remedy::from)
    }

    /// Returns the same for a value that only a person knows.
    pub fn set_for_example(&self, field: &str, yaml: &str) -> Remedy {
        let root = self.root.as_ref();
        let edit = root.and_then(|root| mend::set(&self.path, &self.text, root, field, yaml));
        let words = || format!("write for example `{field}: {yaml}`").into();
        edit.map_or_else(words, |edit| edit.for_example().into())
    }

    /// Returns the edit that gives several fields a value, which only a person knows.
    pub fn set_all_for_example(&self, values: &[(String, String)]) -> Remedy {
        let edit = self.edit_all(values).map(|edit| edit.for_example().into());
        edit.unwrap_or_else(|| {
            let words: Vec<String> =
                values.iter().map(|(field, yaml)| format!("{field}: {yaml}")).collect();
            format!("write for example `{}`", words.join(", ")).into()
        })
    }

    /// Returns the edit that gives several fields a value written in YAML.
    pub fn edit_all(&self, values: &[(String, String)]) -> Option<Edit> {
        let mut text = self.text.clone();
        let mut root = self.root.clone()?;
        for (field, yaml) in values {
            text = mend::set(&self.path, &text, &root, field, yaml)?.apply(&text)?;
            root = yaml::parse(text.as_bytes(), &Limits::POLICY).root?;
        }
        let written: Vec<String> =
            values.iter().map(|(field, yaml)| format!("{field}: {yaml}")).collect();
        Some(Edit::between(
            &self.path,
            &self.text,
            &text,
            format!("write `{}`", written.join(", ")),
        ))
    }

    /// Returns the edit that ends the record on a day, and with it what may not outlast the end.
    pub fn end_on(&self, end: &When) -> Remedy {
        let last = not_after(end);
        let mut values = vec![("expires".to_owned(), end.to_string())];
        let credential: Option<When> = self.value("subject.credential_expires");
        if credential.is_some_and(|credential| not_after(&credential) > last) {
            values.push(("subject.credential_expires".to_owned(), end.to_string()));
        }
        let due: Option<Day> = self.value("fix.due");
        if due.is_some_and(|due| due.start() >= last) {
            values.push(("fix.due".to_owned(), last.plus_seconds(-1).day().to_string()));
        }
        let edit = self.edit_all(&values);
        edit.map_or_else(|| format!("end it on {end}").into(), Remedy::from)
    }

    /// Returns the edit that puts back what another version of the file holds.
    pub fn put_back(&self, before: &RecordFile) -> Remedy {
        let (lines, stood): (Vec<&str>, Vec<&str>) =
            (self.text.lines().collect(), before.text.lines().collect());
        let n_first = stood.iter().zip(&lines).take_while(|(one, other)| one == other).count();
        let [stood, lines] = [&stood, &lines].map(|lines| lines.get(n_first..).unwrap_or_default());
        let same = stood.iter().rev().zip(lines.iter().rev());
        let n_last = same.take_while(|(one, other)| one == other).count();
        let [stood, added] =
            [stood, lines].map(|lines| lines.get(..lines.len() - n_last).unwrap_or_default());
        let place = match added.len() {
            0 => format!("before line {}", n_first + 1),
            1 => format!("in line {}", n_first + 1),
            n => format!("in lines {} to {}", n_first + 1, n_first + n),
        };
        let words = match (stood, added) {
            ([line], [] | [_]) => format!("put back `{}`", line.trim()),
            ([line], _) => format!("put back `{}`, and nothing else, {place}", line.trim()),
            ([], [line]) => format!("take out `{}`", line.trim()),
            ([], _) => format!("take out what was added {place}"),
            (_, _) => format!("put back what stood {place}"),
        };
        Edit::between(&self.path, &self.text, &before.text, words).into()
    }

    /// Returns the edit that removes a field or an item.
    pub fn remove(&self, field: &str) -> Remedy {
        let root = self.root.as_ref();
        let edit = root.and_then(|root| mend::remove(&self.path, &self.text, root, field));
        edit.map_or_else(|| format!("remove `{field}`").into(), Remedy::from)
    }

    /// Returns the edit that removes what follows in a line.
    pub fn without_rest_of_line(&self, pos: Pos) -> Remedy {
        Edit::rest_of_line(&self.path, &self.text, pos).map_or_else(Remedy::default, Remedy::from)
    }

    /// Returns the text of the file.
    pub fn text_of_file(&self) -> &str {
        &self.text
    }

    /// Adds a finding of the shape group; the file then has no record any more.
    pub fn refuse(&mut self, finding: Finding) {
        self.record = None;
        self.findings.push(finding);
        self.findings.order_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    }

    /// Tells whether a field, or a parent of it, has its own finding, or a misspelled key was meant for it.
    fn is_faulty(&self, field: &str) -> bool {
        let holds = |outer: &str| {
            field
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let mut found = self.findings.iter().filter_map(|f| f.field.as_deref());
        self.misspelled.iter().any(|misspelled| holds(misspelled)) || found.any(holds)
    }
}

pub(super) fn find_id(root: Option<&Node>) -> Option<Id> {
    Id::new(root?.get("id")?.text()?)
}

/// Tells whether an empty map is meaningful for a field; elsewhere it counts as absent.
fn says_something_empty(field: &str) -> bool {
    let spec = spec::at(Record::FIELDS, field);
    spec.is_some_and(|spec| matches!(spec.shape, ValueShape::Map { is_stated: true, .. }))
}

fn parent(field: &str) -> &str {
    let end = field.rfind(['.', '[']).unwrap_or(0);
    field.get(..end).unwrap_or_default()
}

/// Returns the position for something missing: a key, the first line of an item, or line 1.
fn anchor(root: &Node, field: &str) -> Pos {
    if field.is_empty() {
        return Pos::START;
    }
    let Some(node) = root.at(field) else {
        return anchor(root, parent(field));
    };
    if field.ends_with(']') {
        return node.pos;
    }
    let outer = parent(field);
    let key = field.get(outer.len()..).unwrap_or_default();
    let bare = key.strip_prefix('.').unwrap_or(key);
    let entry = root.at(outer).and_then(|outer| outer.entry(bare));
    entry.map_or(node.pos, |entry| entry.key_pos)
}

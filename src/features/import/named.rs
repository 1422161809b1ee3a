//! What the records of the work tree name already, and so which entries need a draft.
//!
//! Start at [`NamedRecords::sort`]. Drafts count, too, although they can't be read as records yet.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::features::import::draft::known::NamedFindings;
use crate::features::import::draft::row;
use crate::features::import::entry::{ImportedEntry, ImportedState};
use crate::formats::suppressions::exception::{
    EntryReading, ForeignEnd, ForeignException, ImportEntry,
};
use crate::formats::suppressions::text;
use crate::ledger::Files;
use crate::plan::answers::Answers;
use crate::policy::governance::Governance;
use crate::record::credential;
use crate::record::scalar::Scalar;
use crate::record::subject::FindingKey;
use crate::record::time::{Instant, When, not_after};
use crate::session::error::Error;
use crate::session::locate::Located;
use crate::survey::cited;
use crate::yaml;
use crate::yaml::node::Limits;

pub(super) struct NamedRecords {
    named: NamedFindings,
    /// What is wrong with each record, by its id in upper case: why it grants nothing any more.
    spent: BTreeMap<String, Option<String>>,
    /// The paths of records that can't be read, which may name anything.
    pub(super) unread: Vec<String>,
    now: Instant,
    prefixes: Vec<String>,
    /// The records of rows that their titles don't give, by the names of the rows.
    rows: BTreeMap<String, String>,
    not_secrets: Vec<String>,
}

type OpenEntry = (ForeignException, Vec<FindingKey>);

impl NamedRecords {
    pub(super) fn read(
        located: &Located,
        governance: &Governance,
        now: Instant,
    ) -> Result<NamedRecords, Error> {
        let mut records = NamedRecords {
            named: NamedFindings::default(),
            spent: BTreeMap::new(),
            unread: Vec::new(),
            now,
            prefixes: governance.policy.id_prefix.clone(),
            rows: BTreeMap::new(),
            not_secrets: governance.policy.lint.not_secrets.clone(),
        };
        let files = Files::list(&located.tree, &governance.policy.records)?;
        for file in &files.records {
            let bytes = file.bytes(&located.tree)?;
            let document = yaml::parse(&bytes, &Limits::RECORD);
            let read = document.root.as_ref().and_then(Answers::of_node);
            if read.is_none() || !document.faults.is_empty() {
                records.unread.push(file.path.clone());
            }
            let answers = read.unwrap_or_default();
            let is_closed = answers.states("closure");
            let spent = if is_closed {
                Some("is closed: delete the entry".to_owned())
            } else {
                let end = answers.text("expires").and_then(|text| When::parse(text).ok());
                let past = end.filter(|end| not_after(end) <= now);
                past.map(|end| format!("ended {end}: delete the entry, or renew the exception"))
            };
            records.spent.insert(file.stem().to_ascii_uppercase(), spent);
            // A closed record grants nothing any more, so it names nothing.
            if !is_closed {
                records.named.add(file.stem(), &answers);
                records.add_rows(file.stem(), &answers);
            }
        }
        Ok(records)
    }

    fn add_rows(&mut self, record: &str, answers: &Answers) {
        let rows = answers.get(row::NAMED).and_then(Value::as_array);
        for name in rows.into_iter().flatten().filter_map(Value::as_str) {
            self.rows.entry(name.to_owned()).or_insert_with(|| record.to_owned());
        }
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.spent.contains_key(&id.to_ascii_uppercase())
    }

    pub(super) fn sort(
        &self,
        source: &str,
        entry: ImportEntry,
    ) -> (ImportedEntry, Option<OpenEntry>) {
        let mut shown = ImportedEntry {
            source: source.to_owned(),
            line: entry.line,
            id: None,
            findings: Vec::new(),
            end: None,
            state: ImportedState::Draft,
            message: String::new(),
        };
        let (state, why) = match entry.read {
            EntryReading::Exception(exception) => {
                let open = self.exception(&mut shown, *exception);
                return (shown, open);
            }
            EntryReading::Listed(why) | EntryReading::Ignored(why) => (ImportedState::Listed, why),
            EntryReading::Skipped(why) => (ImportedState::Skipped, why),
            EntryReading::Unreadable(why) => (ImportedState::Unreadable, why),
        };
        shown.state = state;
        shown.message = credential::hidden(why);
        (shown, None)
    }

    fn exception(
        &self,
        shown: &mut ImportedEntry,
        mut exception: ForeignException,
    ) -> Option<OpenEntry> {
        text::clean(&mut exception);
        let mut findings = exception.findings.iter();
        let secret = findings.find_map(|key| text::secret_part(key, &self.not_secrets));
        let hidden = exception.findings.iter().find_map(text::hidden_part);
        if secret.is_none() && hidden.is_none() {
            shown.findings.clone_from(&exception.findings);
        }
        if let ForeignEnd::Until(end) = &exception.end {
            shown.end = Some(end.to_string());
        }
        exception.notes.iter().for_each(|note| shown.say(&credential::hidden(note.clone())));
        if let Some(why) = unclear(&exception) {
            shown.say(why);
        }
        if exception.text.as_deref().is_some_and(text::is_secret) {
            shown.say("its text looks like a secret, so it was not copied");
        }
        // The export writes an id first, and a comment beside it may cite another record.
        let stated = [exception.text.as_deref(), exception.cited.as_deref()];
        let cited =
            stated.into_iter().flatten().find_map(|text| cited::ids(text, &self.prefixes).next());
        if let Some(id) = cited {
            shown.id = Some(id.to_string());
            match self.spent.get(id.as_str()) {
                Some(spent) => {
                    shown.state = ImportedState::Known;
                    let mut findings = exception.findings.iter();
                    if let Some(why) = spent {
                        shown.say(&format!("{id} {why}"));
                    } else if findings.any(|key| self.named.is_foreign(id.as_str(), key)) {
                        shown.say(&format!("{id} does not name it: delete the id, or renew the exception with the finding"));
                    }
                    return None;
                }
                None => shown.say(&format!("{id} is not in the ledger")),
            }
        }
        if let Some(part) = secret {
            shown.state = ImportedState::Listed;
            shown.say(&format!("its {part} looks like a secret, so it is neither shown nor drafted; see lint.not_secrets"));
            return None;
        }
        if let Some(why) = hidden {
            shown.state = ImportedState::Listed;
            shown.say(&why);
            return None;
        }
        if exception.findings.is_empty() && self.is_settled_row(shown, &exception) {
            return None;
        }
        let (known, open): (Vec<_>, Vec<_>) = exception
            .findings
            .iter()
            .map(|finding| (finding, self.named.finding(finding)))
            .partition(|(_, record)| record.is_some());
        let record = known.first().and_then(|(_, record)| *record);
        let findings: Vec<FindingKey> =
            open.into_iter().map(|(finding, _)| finding.clone()).collect();
        match record {
            Some(record) if findings.is_empty() => {
                shown.state = ImportedState::Known;
                shown.id = Some(record.to_owned());
                self.say_if_spent(shown, record);
                return None;
            }
            Some(record) => shown.say(&format!("{record} names a part of it")),
            None => {}
        }
        match &exception.end {
            ForeignEnd::Until(end) if not_after(end) <= self.now => {
                shown.state = ImportedState::Skipped;
                shown.say(&format!("ended {end}: it is not an exception any more"));
                None
            }
            _ => Some((exception, findings)),
        }
    }
}

impl NamedRecords {
    fn say_if_spent(&self, shown: &mut ImportedEntry, record: &str) {
        if let Some(Some(why)) = self.spent.get(&record.to_ascii_uppercase()) {
            shown.say(&format!("{record} {why}"));
        }
    }

    /// Tells whether an entry without findings needs no draft, and says why.
    fn is_settled_row(&self, shown: &mut ImportedEntry, exception: &ForeignException) -> bool {
        let Some(name) = row::name(exception) else {
            shown.state = ImportedState::Listed;
            shown.say("all that it says looks like a secret, so it is neither shown nor drafted");
            return true;
        };
        let has_title =
            exception.answers.text("title").is_some_and(|title| text::one_line(title) == name);
        let by_title = if has_title { self.named.title(&name) } else { None };
        let Some(record) = by_title.or(self.rows.get(&name).map(String::as_str)) else {
            return false;
        };
        shown.state = ImportedState::Known;
        shown.id = Some(record.to_owned());
        let has = if by_title.is_some() { "has this title" } else { "was imported from this row" };
        shown.say(&format!("{record} {has}"));
        self.say_if_spent(shown, record);
        true
    }
}

fn unclear(exception: &ForeignException) -> Option<&str> {
    match &exception.end {
        ForeignEnd::Unclear(why) => Some(why),
        ForeignEnd::None | ForeignEnd::Missing | ForeignEnd::Until(_) => None,
    }
}

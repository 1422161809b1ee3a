//! What the records of the work tree name already, and so which entries need a draft.
//!
//! Start at [`NamedRecords::sort`]. Drafts count, too, although they can't be read as records yet.

use std::collections::BTreeMap;

use crate::ledger::Files;
use crate::plan::answers::Answers;
use crate::plan::import::known::NamedFindings;
use crate::plan::import::{EntryReading, ForeignEnd, ForeignException, ImportEntry, text};
use crate::policy::governance::Governance;
use crate::record::credential;
use crate::record::subject::FindingKey;
use crate::session::error::Error;
use crate::session::import::entry::{ImportedEntry, ImportedState};
use crate::session::locate::Located;
use crate::survey::cited;
use crate::yaml;
use crate::yaml::node::Limits;

/// The records and drafts of the work tree.
pub(super) struct NamedRecords {
    named: NamedFindings,
    /// Whether each record is closed, by its id in upper case.
    closed: BTreeMap<String, bool>,
    prefixes: Vec<String>,
}

/// An entry that needs a draft, and the findings that no record names.
type OpenEntry = (ForeignException, Vec<FindingKey>);

impl NamedRecords {
    /// Reads the records of the work tree.
    pub(super) fn read(located: &Located, governance: &Governance) -> Result<NamedRecords, Error> {
        let mut records = NamedRecords {
            named: NamedFindings::default(),
            closed: BTreeMap::new(),
            prefixes: governance.policy.id_prefix.clone(),
        };
        let files = Files::list(&located.tree, &governance.policy.records)?;
        for file in &files.records {
            let bytes = file.bytes(&located.tree)?;
            let root = yaml::parse(&bytes, &Limits::RECORD).root;
            let answers = root.as_ref().and_then(Answers::of_node).unwrap_or_default();
            let is_closed = answers.states("closure");
            records.closed.insert(file.stem().to_ascii_uppercase(), is_closed);
            // A closed record grants nothing any more, so it names nothing.
            if !is_closed {
                records.named.add(file.stem(), &answers);
            }
        }
        Ok(records)
    }

    /// Tells whether an id is in use.
    pub(super) fn has(&self, id: &str) -> bool {
        self.closed.contains_key(&id.to_ascii_uppercase())
    }

    /// Returns an entry as the answer shows it, and what of it needs a draft.
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
            EntryReading::Listed(why) => (ImportedState::Listed, why),
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
        exception: ForeignException,
    ) -> Option<OpenEntry> {
        shown.findings.clone_from(&exception.findings);
        if let ForeignEnd::Until(end) = &exception.end {
            shown.end = Some(end.to_string());
        }
        exception.notes.iter().for_each(|note| shown.say(note));
        if let Some(why) = unclear(&exception) {
            shown.say(why);
        }
        if exception.text.as_deref().is_some_and(text::is_secret) {
            shown.say("its text looks like a secret, so it was not copied");
        }
        // The export writes an id first, and a comment beside it may cite another record.
        let stated = [exception.text.as_deref(), exception.cited.as_deref()];
        let cited =
            stated.into_iter().flatten().find_map(|it| cited::ids(it, &self.prefixes).next());
        if let Some(id) = cited {
            shown.id = Some(id.to_string());
            match self.closed.get(id.as_str()) {
                Some(is_closed) => {
                    shown.state = ImportedState::Known;
                    if *is_closed {
                        shown.say(&format!("{id} is closed: delete the entry"));
                    }
                    return None;
                }
                None => shown.say(&format!("{id} is not in the ledger")),
            }
        }
        let title = exception.answers.text("title");
        if let Some(record) = title
            .filter(|_| exception.findings.is_empty())
            .and_then(|title| self.named.title(title))
        {
            shown.state = ImportedState::Known;
            shown.id = Some(record.to_owned());
            shown.say(&format!("{record} has this title"));
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
                return None;
            }
            Some(record) => shown.say(&format!("{record} names a part of it")),
            None => {}
        }
        Some((exception, findings))
    }
}

fn unclear(exception: &ForeignException) -> Option<&str> {
    match &exception.end {
        ForeignEnd::Unclear(why) => Some(why),
        ForeignEnd::None | ForeignEnd::Missing | ForeignEnd::Until(_) => None,
    }
}

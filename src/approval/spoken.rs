//! What the files below `.approvals` say, landing by landing: which of them may be believed, and about what.
//!
//! Uses policy, history, approval's law, statements, signatures. Pure. Start at [`Said::of`]. Follows
//! `docs/spec/approval.md`, S7, 1.12, G2 and D2. Which version a statement is for is decided in the fold.

pub(crate) mod reader;

use std::collections::{BTreeMap, BTreeSet};

use crate::approval::approval_event::Word;
use crate::approval::filed::{AtTip, Filed};
use crate::approval::law::Laws;
use crate::approval::spoken::reader::Reader;
use crate::history::version::Key;
use crate::history::{After, History};

/// All that approval files say.
#[derive(Default)]
pub(crate) struct Said<'a> {
    /// About records, in landing order.
    pub records: BTreeMap<Key, Vec<Word<'a>>>,
    /// About governance files, by path.
    pub governance: BTreeMap<String, Vec<Word<'a>>>,
    /// What became of the files.
    pub filed: Vec<Filed>,
}

impl<'a> Said<'a> {
    /// Reads the approval files of a history that are about governance files and the records that are wanted.
    pub(crate) fn of(
        history: &'a History,
        laws: &'a Laws<'a>,
        wanted: &'a dyn Fn(&Key) -> bool,
    ) -> Said<'a> {
        let mut reader = Reader::new(history, laws, wanted);
        for changes in history
            .approvals
            .chunk_by(|one, other| one.landing == other.landing)
        {
            reader.land(changes);
        }
        let (files, mut said) = (reader.files, reader.said);
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for (n, filed) in said.filed.iter().enumerate() {
            last.insert(&filed.path, n);
        }
        let standing: BTreeSet<usize> = last
            .into_iter()
            .filter(|(path, _)| files.get(path).is_some_and(|file| **file != After::Gone))
            .map(|(_, n)| n)
            .collect();
        for n in standing {
            if let Some(filed) = said.filed.get_mut(n) {
                filed.at_tip = AtTip::Yes;
            }
        }
        said
    }
}

//! Checks a new record against history: its kind was filed too often, or the same was closed recently.
//!
//! Start at [`review`]. Follows `docs/spec/rules.md` (`frozen-pattern`,
//! `recurrence`, limits) and `docs/spec/policy.md`, repetition.

use crate::diag::Finding;
use crate::diag::sorting::StableSort as _;
use crate::features::diff;
use crate::features::diff::compared::{Compared, Entry, ProposedState};
use crate::features::new::review::FilingReview;
use crate::history::objects::Oid;
use crate::plan::draft::RecordDraft;
use crate::policy::tier::Needed;
use crate::record::file::RecordFile;
use crate::rules::case::RuleContext;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::rules::past::RecordPast;
use crate::rules::repeats::Repeats;
use crate::session::error::Error;
use crate::session::locate::Located;
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::session::overlay::Overlay;
use crate::survey::neighbour::Neighbours;
use std::collections::BTreeMap;

#[derive(Clone, Copy)]
pub(crate) struct NewRecord<'r> {
    pub(crate) path: &'r str,
    pub(crate) text: &'r str,
    pub(crate) source: &'r RecordFile,
}

pub(crate) struct NewRecordFindings {
    pub(crate) findings: Vec<Vec<Finding>>,
    /// The approvals that each needs; `None` if the past is not known.
    pub(crate) needed: Vec<Option<Needed>>,
    pub(crate) notices: Vec<Notice>,
}

/// Returns the findings about a draft, including its history, and the approvals that it needs. It is compared with the
/// approved ref from a commit, or from the work tree.
pub(super) fn review(
    (located, commit): (&Located, Option<Oid>),
    at: &Moment,
    own: &RuleContext<'_>,
    draft: &RecordDraft,
) -> Result<FilingReview, Error> {
    let record = NewRecord { path: &draft.path, text: &draft.text, source: &draft.source };
    let judged = judge((located, commit), at, own, &[record])?;
    let findings = judged.findings.into_iter().flatten().collect();
    let needed = judged.needed.into_iter().next().flatten();
    Ok(FilingReview { findings, needed, notices: judged.notices })
}

/// Returns the findings about records that are not written yet, including their history, and the approvals that they need.
/// They are compared with the approved ref from a commit, or from the work tree.
pub(crate) fn judge(
    (located, commit): (&Located, Option<Oid>),
    at: &Moment,
    own: &RuleContext<'_>,
    records: &[NewRecord<'_>],
) -> Result<NewRecordFindings, Error> {
    let paths: Vec<String> = records.iter().map(|record| record.path.to_owned()).collect();
    let files =
        records.iter().map(|record| (record.path.to_owned(), record.text.as_bytes().to_vec()));
    let overlay = Overlay::over(own.tree, files);
    let proposed = ProposedState {
        tree: &overlay,
        governance: own.governance,
        commit,
        instead: &paths,
        branch: None,
    };
    let compared = match diff::answer::compare(located, at, None, proposed) {
        Ok(compared) => Some(compared),
        Err(error) => {
            // A ledger without a commit has no past. In other cases `lint --base` reports the obstacle before the
            // merge.
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            log::info!("whether this was filed before: {line}");
            None
        }
    };
    let compared = compared.as_ref();
    let governance = compared.map_or(own.governance, |compared| &compared.governance);
    let extra_schema = ExtraSchema::of(governance);
    let context = RuleContext {
        governance,
        extra_schema: &extra_schema,
        neighbours: compared.and_then(|compared| compared.neighbours.as_ref()),
        ..*own
    };
    let by_key: BTreeMap<&str, &Entry> = compared
        .map(|compared| compared.entries.iter().map(|it| (it.delta.key.as_str(), it)).collect())
        .unwrap_or_default();
    let (mut all, mut needed) = (Vec::new(), Vec::new());
    for record in records {
        let key = record.source.stem().to_ascii_uppercase();
        let entry = compared.zip(by_key.get(key.as_str()));
        let past = entry.map_or(RecordPast::UNKNOWN, |(_, entry)| entry.past);
        let mut findings = lint::record(record.source, &context, past)?;
        if let Some((compared, entry)) = entry {
            findings.extend(lint::change(&entry.changed(compared), &context));
            findings.extend(repeated(compared, record.source, &context));
        }
        findings.order_by(|one, other| one.sort_key().cmp(&other.sort_key()));
        all.push(findings);
        needed.push(entry.map(|(_, entry)| entry.needs.needed.clone()));
    }
    let notices = compared.map(|compared| compared.notices().collect());
    Ok(NewRecordFindings { findings: all, needed, notices: notices.unwrap_or_default() })
}

fn repeated(compared: &Compared, source: &RecordFile, context: &RuleContext<'_>) -> Vec<Finding> {
    let mut repeats = Repeats::default();
    repeats.judge(source.clone(), None);
    let peers = compared.neighbours.iter().flat_map(Neighbours::peers);
    peers.for_each(|peer| repeats.add(peer));
    lint::repeats(&repeats, context)
}

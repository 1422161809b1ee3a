//! Lints the result of a decision and determines who must approve it; refuses a result with errors.
//!
//! Start at [`Judging::judge`].

use crate::diag::sorting::StableSort as _;
use std::mem;

use crate::diag;
use crate::diag::{Finding, Level};
use crate::features::decide::decided::DecidedRecord;
use crate::features::diff;
use crate::features::diff::compared::{Compared, Entry, ProposedState};
use crate::plan::decision::DecisionRefusal;
use crate::policy::governance::Governance;
use crate::record::file::RecordFile;
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::rules::past::RecordPast;
use crate::session::error::{Error, Undetermined, Usage, wording};
use crate::session::locate::Located;
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::session::overlay::Overlay;
use crate::survey::neighbour::Neighbours;

pub(super) struct Judging<'j> {
    pub(super) located: &'j Located,
    pub(super) at: &'j Moment,
    pub(super) needs_history: bool,
    pub(super) overlay: &'j Overlay,
}

impl Judging<'_> {
    pub(super) fn judge(
        &self,
        governance: &Governance,
        records: &mut [DecidedRecord],
        notices: &mut Vec<Notice>,
    ) -> Result<(), Error> {
        let paths: Vec<String> = self.overlay.files.keys().cloned().collect();
        let proposed = ProposedState {
            tree: self.overlay,
            governance,
            commit: None,
            instead: &paths,
            branch: None,
        };
        let compared = match diff::answer::compare(self.located, self.at, None, proposed) {
            Ok(compared) => Some(compared),
            Err(error) if self.needs_history => return Err(error),
            Err(error) => {
                notices.push(Notice::NotCompared { cause: error.in_full() });
                None
            }
        };
        // A decision made now is linted for now, whatever the time of the last commit.
        let neighbours = compared.as_ref().and_then(|compared| {
            let neighbours = compared.neighbours.clone()?;
            Some(Neighbours { until: self.at.instant(), ..neighbours })
        });
        let governance = match &compared {
            Some(compared) => {
                notices.extend(compared.notices());
                &compared.governance
            }
            None => governance,
        };
        let context = RuleContext {
            governance,
            extra_schema: &ExtraSchema::of(governance),
            tree: self.overlay,
            instant: self.at.on,
            neighbours: neighbours.as_ref(),
        };
        let mut errors = Vec::new();
        for one in records {
            self.findings(one, compared.as_ref(), &context, notices)?;
            let is_error = |finding: &Finding| finding.level == Level::Error;
            if one.findings.iter().any(is_error) {
                errors.extend(one.findings.iter().cloned());
            }
        }
        if errors.is_empty() {
            return Ok(());
        }
        Err(Usage::WouldNotLint { findings: errors, notices: mem::take(notices) }.into())
    }

    fn findings(
        &self,
        one: &mut DecidedRecord,
        compared: Option<&Compared>,
        context: &RuleContext<'_>,
        notices: &mut Vec<Notice>,
    ) -> Result<(), Error> {
        let source = &one.edited.source;
        let key = source.stem().to_ascii_uppercase();
        let entry = compared.and_then(|compared| {
            let entry = compared.entries.iter().find(|entry| entry.delta.key == key)?;
            Some((compared, entry))
        });
        let past = entry.map_or(RecordPast::UNKNOWN, |(_, entry)| entry.past);
        let mut found = lint::record(source, context, past)?;
        if let Some((compared, entry)) = entry {
            if let Some(doubt) = entry.doubt().filter(|_| self.needs_history) {
                return Err(Undetermined::Renewals { id: key, doubt }.into());
            }
            notices.extend(behind(one, entry)?);
            let changed = entry.changed(compared);
            let earlier = lint::change(
                &ChangeCase {
                    after: Some(&one.before),
                    needs: changed.needs.clone(),
                    ..entry.changed(compared)
                },
                context,
            );
            let is_new = |finding: &Finding| {
                finding.level != Level::Error
                    || !earlier.iter().any(|other| {
                        (other.rule, &other.field, &other.message)
                            == (finding.rule, &finding.field, &finding.message)
                    })
            };
            for finding in lint::change(&changed, context) {
                let is_reported = found
                    .iter()
                    .any(|other| (other.rule, other.pos) == (finding.rule, finding.pos));
                if is_new(&finding) && !is_reported {
                    found.push(finding);
                }
            }
            found.order_by(|one, other| one.sort_key().cmp(&other.sort_key()));
        }
        one.needs = entry.map(|(_, entry)| entry.needs.describe());
        one.findings = found;
        Ok(())
    }
}

/// Refuses a decision about a record that was closed in the meantime, and reports other changes that the branch lacks.
fn behind(one: &DecidedRecord, entry: &Entry) -> Result<Option<Notice>, Usage> {
    let (Some(tip), Some(here)) = (&entry.landed.tip, &one.before.record) else {
        return Ok(None);
    };
    let id = &tip.id;
    if tip.closure.is_some() && here.closure.is_none() {
        return Err(Usage::refused(
            format!("{id} is closed on the approved ref, but not in the file here"),
            "merge the approved ref into this branch, and try again",
        ));
    }
    let base = entry.delta.before.first();
    let left = base.and_then(|base| base.record.as_ref());
    let is_behind = left.is_some_and(|left| *left != **tip) && *here != **tip;
    Ok(is_behind.then(|| Notice::Behind { id: id.to_string() }))
}

pub(crate) fn unreadable(source: &RecordFile) -> DecisionRefusal {
    let lines: Vec<String> = source.findings.iter().map(wording::finding_text).collect();
    let n = diag::count(lines.len(), "fault");
    DecisionRefusal::new(
        format!("{} has {n}\n  {}", source.path, lines.join("\n  ")),
        "fix the file first; `exledger lint` shows where",
    )
}

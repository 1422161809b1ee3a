//! What repeats in observations and receipts, with whom it concerns.
//!
//! Start at `Snapshot::repeated`. Follows `docs/spec/policy.md`, repetition in events.

use crate::gate::answer::GateVerdict;
use std::path::{Path, PathBuf};

use crate::features::patterns::observed::{ObservedInput, ObservedRun, observed_key, record_text};
use crate::features::verify::uses;
use crate::gate::receipt;
use crate::gate::receipt::AskedReceipt;
use crate::history::digest::Digest;
use crate::record::Record;
use crate::session::error::Undetermined;
use crate::session::observations;
use crate::session::snapshot::Snapshot;
use crate::survey::event::TriageState;
use crate::survey::observation::Observation;
use crate::survey::repetition::advised::AdvisedGroup;
use crate::survey::{redesign, repetition};

impl Snapshot<'_> {
    /// Returns the groups that repeat among some rows, the highest share first. The windows end with the day of the
    /// instant in question.
    ///
    /// # Errors
    /// [`Undetermined`] if a row was counted by another key than the policy's.
    pub fn repeated<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r Observation>,
    ) -> Result<Vec<AdvisedGroup>, Undetermined> {
        let policy = &self.governance.policy.patterns;
        let today = self.stamp.instant.day();
        let found = repetition::find_repeated(rows, &policy.key, &policy.events, today);
        let found = found.map_err(|error| {
            Undetermined::other(
                error.to_string(),
                "begin a new file of observations, or restore `patterns.key`",
            )
        })?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let redesigns =
            redesign::redesign_states(&self.neighbours(), &self.governance, self.stamp.instant);
        let files = self.file_owners();
        let router = self.router(&files);
        let advised = |group| AdvisedGroup::new(group, router, &redesigns, &self.governance);
        Ok(found.into_iter().map(advised).collect())
    }

    /// Reads observations, and counts the uses and refusals in receipts. Returns all rows, and how many receipts are in
    /// none because there would be too many.
    ///
    /// # Errors
    /// [`Undetermined`] if a file can't be read, or has a line that is neither.
    pub fn read_counted(
        &self,
        folder: &Path,
        observations: &[PathBuf],
        receipts: &[PathBuf],
    ) -> Result<(Vec<Observation>, u64), Undetermined> {
        let mut rows = Vec::new();
        for path in observations {
            rows.extend(observations::read(folder, path)?);
        }
        let mut run = ObservedRun::new(&self.governance);
        for path in receipts {
            let bytes = uses::read(folder, path)?;
            let name = path.display().to_string();
            let text = String::from_utf8_lossy(&bytes);
            receipt::each_asked(&text, &mut |asked| {
                // What was asked about another time than that of the clock is neither used nor refused.
                if !asked.is_simulated {
                    run.add(self.observed_receipt(&name, &asked));
                }
            })
            .map_err(|error| uses::not_receipts(error, path))?;
            run.end_file(Digest::of(&bytes));
        }
        rows.extend(run.rows);
        Ok((rows, run.left_out))
    }

    /// Returns a receipt as an input. What the question leaves open is taken from the record that allows it, or would.
    fn observed_receipt<'n>(&self, name: &'n str, asked: &AskedReceipt<'_>) -> ObservedInput<'n> {
        let record = asked
            .record
            .filter(|_| matches!(asked.verdict, GateVerdict::Allow | GateVerdict::Pending));
        let record = record.and_then(|id| self.stated(id));
        let text = |name: &str| {
            asked.text(name).or_else(|| record.and_then(|record| record_text(record, name)))
        };
        ObservedInput {
            source: name,
            at: asked.at,
            state: match asked.verdict {
                GateVerdict::Allow if asked.record.is_none() => TriageState::Routine,
                GateVerdict::Allow => TriageState::Covered,
                GateVerdict::Pending => TriageState::Pending,
                GateVerdict::Deny | GateVerdict::Unknown => TriageState::Uncovered,
            },
            states_cause: false,
            key: observed_key(&text, name, &self.governance),
        }
    }

    fn stated(&self, id: &str) -> Option<&Record> {
        let state = self.record_states.iter().find(|state| state.id().eq_ignore_ascii_case(id))?;
        state.effective.as_deref().or(state.stated.as_deref())
    }
}

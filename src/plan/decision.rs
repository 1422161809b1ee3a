//! The input of every decision: who makes it, when, about which record; and why one is refused.
//!
//! Pure. Start at [`DecisionInput`]. Follows `docs/spec/cli.md`, decisions.

use crate::diag::remedy::Remedy;
use crate::history::change::event::ChangeEvent;
use crate::plan::edit::FileEdit;
use crate::policy::governance::Governance;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::policy::tiers::Degraded;
use crate::record::Record;
use crate::record::address::Address;
use crate::record::file::RecordFile;
use crate::record::time::{Day, Instant};

/// The record that a decision is about, with its context.
#[derive(Clone, Copy)]
pub struct DecisionInput<'t> {
    /// The present file.
    pub source: &'t RecordFile,
    pub record: &'t Record,
    /// The governance files of the same tree.
    pub governance: &'t Governance,
    pub by: &'t Address,
    /// The day of the decision.
    pub day: Day,
    /// The instant of the clock.
    pub now: Instant,
    /// How many of the record's renewals have landed.
    pub n_landed_renewals: usize,
    /// The landed record; `None` before one landed, or if it is not known which renewals landed.
    pub landed: Option<&'t Record>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    /// The edits of the record's file.
    pub edits: Vec<FileEdit>,
    /// Files to add, by their paths in the tree.
    pub files: Vec<(String, Vec<u8>)>,
    /// Further remarks, in sentences.
    pub remarks: Vec<String>,
    /// What happens to the record, where the command's own event does not say it.
    pub event: Option<ChangeEvent>,
}

impl From<Vec<FileEdit>> for Planned {
    fn from(edits: Vec<FileEdit>) -> Planned {
        Planned { edits, ..Planned::default() }
    }
}

/// Why a decision is refused: what prevents it, and what ends that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRefusal {
    pub what: String,
    pub remedy: Remedy,
}

impl DecisionRefusal {
    /// Returns a refusal from its two parts.
    pub fn new(what: impl Into<String>, remedy: impl Into<Remedy>) -> DecisionRefusal {
        DecisionRefusal { what: what.into(), remedy: remedy.into() }
    }
}

impl DecisionInput<'_> {
    /// Returns a remark about a review or verification if the tier grants nothing while degraded: it counts only once
    /// someone who could approve the record, and did not write that, signs, pushes or merges it (V9).
    pub fn counts_once_vouched(&self, what: &str) -> Option<String> {
        let tier = tier::resolve(&self.governance.policy, &Facts::of(self.record))?;
        (tier.degraded == Degraded::Deny).then(|| {
            format!(
                "tier {} counts {what} only if someone who could approve the record, and did not write that, signs, pushes or merges it{}",
                tier.tier,
                tier.silence()
            )
        })
    }

    /// Refuses a closed record: only its post-closure review may follow.
    ///
    /// # Errors
    /// [`DecisionRefusal`] if the record is closed.
    pub fn open(&self) -> Result<(), DecisionRefusal> {
        let Some(closure) = &self.record.closure else {
            return Ok(());
        };
        let id = &self.record.id;
        Err(DecisionRefusal::new(
            format!("{id} was closed on {} by {}", closure.date, closure.by),
            format!(
                "a closed record cannot be changed; `exledger close {id} --reviewed` reviews the closure, `exledger new --like {id}` files a new record"
            ),
        ))
    }
}

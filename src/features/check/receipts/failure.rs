//! Why uses can't be counted or a receipt can't be stored.

use crate::gate::answer::Question;
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use serde_json::Value;

pub(super) enum Failure {
    /// The next attempt may work.
    Once(String),
    /// Something that was counted is missing now.
    Lasting(String),
}

pub(crate) struct AnswerContext<'a> {
    pub(crate) question: &'a Question,
    pub(crate) id: &'a Value,
    /// The governance in force, which lists the keys that sign receipts; `None` without a ledger.
    pub(crate) governance: Option<&'a Governance>,
    pub(crate) now: Instant,
}
